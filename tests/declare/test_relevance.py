"""What cannot bear on the hypotheses changes nothing, and whatever is said not to cannot."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import CommonCause, Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.relevance import Relations, chances, vary
from attribution_bayes.declare.ways import Beta, Dirichlet, Impossible, RatioBetween, Ratios, Uniform
from attribution_bayes.engine.weigh import what_if
from drawn import cases
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

LEVEL, APART = {"a": 0.3, "b": 0.3}, {"a": 0.9, "b": 0.1}
HANGING = {name: {True: 0.8, False: 0.1} for name in "ab"}
LOOSE = {name: {True: 0.4, False: 0.4} for name in "ab"}


def item(name: str, likelihood: Any, **fields: Any) -> Evidence:
    return Evidence(name=name, statement=name, likelihood=likelihood, **fields)


def source(name: str, if_unreliable: Any = 0.5) -> Source:
    return Source(name=name, statement=name, reliability=0.8, if_unreliable=if_unreliable)


def case(*evidence: Evidence, sources: tuple[Source, ...] = (), causes: tuple[CommonCause, ...] = ()) -> Case:
    hypotheses = [Hypothesis(name=name, statement=name) for name in "ab"]
    return Case(
        question="Which?",
        hypotheses=hypotheses,
        prior={"a": 0.4, "b": 0.6},
        evidence=evidence,
        sources=sources,
        common_causes=causes,
    )


def common(probability: Any, **rows: Any) -> tuple[CommonCause, ...]:
    return (CommonCause(name="c", statement="c", probability=probability, likelihood=rows),)


def told(name: str, likelihood: Any, *speakers: str) -> Evidence:
    return item(name, likelihood, reports=[Report(source=speaker) for speaker in speakers])


NAMED = {"a": {"x": 0.2, "y": 0.3, "z": 0.5}, "b": {"x": 0.2, "y": 0.5, "z": 0.3}}
XYZ = ("x", "y", "z")

PLANTED = {"a": 0.8, "b": 0.8}
IDLE = {
    "level": case(item("e", LEVEL)),
    "level means": case(item("e", {"a": 0.5, "b": Uniform(0.4, 0.6)})),
    "the same but for rounding": case(item("e", {"a": 0.3, "b": 0.1 + 0.2})),
    "a ratio of 1": case(item("e", Ratios(reference="a", ratios={"b": RatioBetween(0.01, 100)}))),
    "a level outcome": case(item("e", NAMED, outcomes=XYZ, observed="x")),
    "a level cause": case(item("cause", LEVEL, observed=None), item("e", HANGING, given="cause")),
    "a cause that it does not hang on": case(item("cause", APART, observed=None), item("e", LOOSE, given="cause")),
    "a parent that was observed": case(item("cause", APART), item("e", HANGING, given="cause")),
    "a child that does not hang on it": case(item("e", LEVEL), item("child", LOOSE, given="e")),
    "a child that is level too": case(item("e", LEVEL), item("child", HANGING, given="e")),
    "a child that nobody found": case(
        item("e", LEVEL),
        item("child", {"a": {True: 0.8, False: 0.1}, "b": {True: 0.2, False: 0.5}}, given="e", observed=None),
    ),
    "a common cause that makes no difference to it": case(
        item("e", LEVEL), item("f", APART), causes=common({"a": 0.2, "b": 0.7}, e=LEVEL, f=PLANTED)
    ),
    "a common cause that is as likely, of nothing else": case(item("e", LEVEL), causes=common(0.2, e=PLANTED)),
    "a source of its own": case(told("e", LEVEL, "s"), sources=(source("s", {"a": Beta(1, 1), "b": Beta(1, 1)}),)),
}
BEARING = {
    "apart": case(item("e", APART)),
    "a ratio": case(item("e", Ratios(reference="a", ratios={"b": 2}))),
    "an outcome that is not level": case(item("e", NAMED, outcomes=XYZ, observed="y")),
    "a cause that differs": case(item("cause", APART, observed=None), item("e", HANGING, given="cause")),
    "a cause of a cause that differs": case(
        item("root", APART, observed=None),
        item("cause", HANGING, given="root", observed=None),
        item("e", HANGING, given="cause"),
    ),
    "a child that differs": case(
        item("e", LEVEL), item("child", {"a": {True: 0.8, False: 0.1}, "b": {True: 0.2, False: 0.5}}, given="e")
    ),
    "a hidden cause of what differs": case(
        item("e", LEVEL, observed=None),
        item("alarm", {"a": {True: 0.8, False: 0.1}, "b": {True: 0.2, False: 0.5}}, given="e", observed=None),
        item("call", HANGING, given="alarm"),
    ),
    "a common cause that differs": case(item("e", LEVEL), causes=common({"a": 0.2, "b": 0.7}, e=PLANTED)),
    "a common cause of what differs": case(
        item("e", LEVEL), item("f", APART), causes=common(0.2, e=PLANTED, f=PLANTED)
    ),
    "an error that it shares with what differs": case(item("e", LEVEL), item("f", APART)).model_copy(
        update={"error": Uniform(0, 0.9)}
    ),
    "a source that tells of what differs": case(told("e", LEVEL, "s"), told("f", APART, "s"), sources=(source("s"),)),
    "a source that differs": case(told("e", LEVEL, "s"), sources=(source("s", {"a": 0.2, "b": 0.7}),)),
}


@pytest.mark.parametrize("name", IDLE)
def test_what_cannot_bear(name: str) -> None:
    """Whatever is found of such an item, no credence moves: none does when its finding is taken back."""
    relations = Relations.from_case(IDLE[name])
    assert not relations.bears(relations.items["e"])
    assert what_if(without(IDLE[name], "e"), {}).values == pytest.approx(what_if(IDLE[name], {}).values, rel=1e-12)


@pytest.mark.parametrize("name", BEARING)
def test_what_can_bear(name: str) -> None:
    """Such an item tells the hypotheses apart, by itself or with the others."""
    relations = Relations.from_case(BEARING[name])
    assert relations.bears(relations.items["e"])


def without(stated: Case, name: str) -> Case:
    """The case in which nobody has found anything of an item; of one in ratios, the case without it."""
    kept = [one for one in stated.evidence if one.name != name or not isinstance(one.likelihood, Ratios)]
    update = {"observed": None, "reports": ()}
    evidence = [one.model_copy(update=update) if one.name == name else one for one in kept]
    return stated.model_copy(update={"evidence": tuple(evidence)})


def levelled(stated: Case, rng: Random) -> Case:
    """The case with most items as likely under every hypothesis, and some rows the same for all outcomes above."""
    return stated.model_copy(update={"evidence": tuple(level(one, rng) for one in stated.evidence)})


def level(one: Evidence, rng: Random) -> Evidence:
    if isinstance(one.likelihood, Ratios) or rng.random() < 0.15:
        return one
    row: Any = one.likelihood[next(iter(one.likelihood))]
    if one.given and rng.random() < 0.5:
        flat = next(iter(row.values()))
        row = dict.fromkeys(row, flat)
    return one.model_copy(update={"likelihood": dict.fromkeys(one.likelihood, row)})


def test_whatever_is_said_not_to_bear_changes_nothing() -> None:
    """In 300 random cases with many level rows, the finding of an idle item taken back moves no credence."""
    seen: Counter[str] = Counter()

    @settings(REPEATABLE, max_examples=300)
    @given(cases(exclusions=False, max_hypotheses=4, max_items=7), st.randoms(use_true_random=False))
    def hold(drawn: Case, rng: Random) -> None:
        stated = levelled(drawn, rng)
        relations, before = Relations.from_case(stated), what_if(stated, {}).values
        for one in stated.evidence:
            if relations.bears(one):
                seen["bearing and joined"] += one.name in relations.joined
                continue
            seen["idle"] += 1
            seen["idle and joined"] += one.name in relations.joined
            np.testing.assert_allclose(what_if(without(stated, one.name), {}).values, before, rtol=1e-9)

    hold()
    assert min(seen.values()) > 50, seen  # each kind in a sixth of the cases


def test_chances_are_those_of_every_row() -> None:
    """Numbers, means, complements and shares stand by hypothesis, outcomes of the parents, and outcome."""
    row = {"a": {True: 0.2, False: Beta(1, 3)}, "b": {True: 0.5, False: Impossible("so")}}
    found = chances(item("e", row, given="f"), "ab", [(True, False)], (True, False))
    np.testing.assert_allclose(found, [[[0.2, 0.8], [0.25, 0.75]], [[0.5, 0.5], [0.0, 1.0]]])
    weights = {"a": Dirichlet({"x": 1, "y": 3}), "b": {"x": 0.4, "y": 0.6}}
    found = chances(item("e", weights, outcomes=("x", "y"), observed="x"), "ab", [], ("x", "y"))
    np.testing.assert_allclose(found, [[0.25, 0.75], [0.4, 0.6]])
    ratios = Ratios(reference="b", ratios={"a": 3, "c": RatioBetween(2, 8)})
    np.testing.assert_allclose(chances(item("e", ratios), "abc", [], (True,)), [[3], [1], [4]])


def test_numbers_vary_by_more_than_rounding() -> None:
    """Along one axis or the other, relative to their size."""
    numbers = np.array([[1e-9, 2e-9], [1e-9 * (1 + 1e-13), 2e-9]])
    assert (vary(numbers, 0), vary(numbers, 1), vary(np.zeros((2, 2)), 0)) == (False, True, False)


def test_who_has_to_do_with_whom() -> None:
    """Items with parents, children or reports are joined; ancestors are found through any number of steps."""
    relations = Relations.from_case(BEARING["a hidden cause of what differs"])
    assert relations.joined == {"e", "alarm", "call"} == relations.ancestry("call")
    assert relations.ancestry("e") == {"e"}
    assert Relations.from_case(case(item("e", APART), item("f", LEVEL))).joined == frozenset()
    assert Relations.from_case(BEARING["a source that differs"]).joined == {"e"}
    assert relations.found_chances(relations.items["call"]).tolist() == [[0.8, 0.1]] * 2


def test_items_of_different_groups_have_no_link() -> None:
    """A parent, a source, a common cause and the error of the case link items; an error of their own does not."""
    cases_of_links = {
        "a parent": case(item("e", LEVEL), item("f", HANGING, given=("e",)), item("alone", LEVEL)),
        "a source": case(told("e", LEVEL, "s"), told("f", LEVEL, "s"), item("alone", LEVEL), sources=(source("s"),)),
        "a common cause": case(
            item("e", LEVEL), item("f", LEVEL), item("alone", LEVEL), causes=common(0.3, e=APART, f=APART)
        ),
        "an error": case(item("e", LEVEL, error=Beta(1, 9)), item("f", LEVEL, error=Beta(1, 9)), item("alone", LEVEL)),
    }
    for link, one in cases_of_links.items():
        groups = Relations.from_case(one).groups
        assert (groups["e"] == groups["f"]) is (link != "an error"), link
        assert groups["alone"] not in (groups["e"], groups["f"]), link
    shared = case(item("e", LEVEL), item("f", LEVEL)).model_copy(update={"error": Beta(1, 9)})
    assert len(set(Relations.from_case(shared).groups.values())) == 1
