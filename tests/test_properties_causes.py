"""What a common cause is: a hidden item with tables written by hand. P73 is the number by which reviews refer to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from attribution_bayes import (
    Beta,
    Case,
    Certain,
    CommonCause,
    ContradictionError,
    Evidence,
    Hypothesis,
    Impossible,
    Odds,
    Posterior,
    Report,
    Same,
    Sampling,
    Source,
    difference,
    leave_one_out,
    plot_case,
    report,
    structure,
    suppose,
    weigh,
    weigh_many,
)
from attribution_bayes.declare.parts import Part
from attribution_bayes.declare.warnings import cautions
from attribution_bayes.engine.evidence import observations
from attribution_bayes.engine.reference import credences
from drawn import cases
from oracle import brute_force
from precision import QUADRATURE
from repeatable import FILTERED

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

T1 = 1e-12
"""Relative error allowed between two ways to calculate one number exactly."""

LAW = settings(FILTERED, max_examples=100)
CAUSED = cases(common_causes=True, max_hypotheses=4, max_items=6, max_worlds=64).filter(
    lambda case: bool(case.common_causes)
)
ALWAYS, NEVER = Certain("it must be"), Impossible("it cannot be")


def by_hand(case: Case) -> Case:
    """The same with every common cause as a hidden item on which the items that it names depend."""
    outcomes = {item.name: item.outcomes for item in case.evidence}
    hidden = [
        Evidence(
            name=f"{cause.name}_holds",
            statement=cause.statement,
            likelihood=cause.probability
            if isinstance(cause.probability, Mapping)
            else dict.fromkeys(case.names, cause.probability),
            observed=None,
        )
        for cause in case.common_causes
    ]

    def depending(item: Evidence) -> Evidence:
        cause = case.causes.get(item.name)
        if cause is None:
            return item
        rows = {
            name: {True: under_all(item, cause.likelihood[item.name][name]), False: item.likelihood[name]}
            for name in case.names
        }
        return item.model_copy(update={"given": (f"{cause.name}_holds", *item.given), "likelihood": rows})

    def under_all(item: Evidence, row: Any) -> Any:
        """One row whatever the outcomes of the parents."""
        return reduce(lambda row, parent: dict.fromkeys(outcomes[parent], row), reversed(item.given), row)

    return case.model_copy(update={"evidence": [*hidden, *map(depending, case.evidence)], "common_causes": ()})


def always(case: Case, probability: Certain | Impossible) -> Case:
    """The same with every cause certain to hold, or certain not to."""
    causes = [cause.model_copy(update={"probability": probability}) for cause in case.common_causes]
    return case.model_copy(update={"common_causes": causes})


def with_its_rows(case: Case) -> Case:
    """The same without causes, with the likelihoods that items have where their causes hold."""

    def changed(item: Evidence) -> Evidence:
        cause = case.causes.get(item.name)
        if cause is None:
            return item
        return item.model_copy(update={"given": (), "likelihood": cause.likelihood[item.name]})

    return case.model_copy(update={"evidence": [*map(changed, case.evidence)], "common_causes": ()})


def assert_same(one: Case, other: Case, tolerance: float = T1) -> None:
    """Both have one answer and one P(evidence), or every hypothesis contradicts the evidence in both."""
    first, second = answer(one), answer(other)
    assert (first is None) is (second is None)
    if first is not None and second is not None:
        assert first.credence.values == pytest.approx(second.credence.values, rel=tolerance, abs=1e-300)
        assert first.log_evidence == pytest.approx(second.log_evidence, rel=tolerance, abs=1e-11, nan_ok=True)


def answer(case: Case) -> Posterior | None:
    try:
        return weigh(case, method="exact")
    except ContradictionError:
        return None


@LAW
@given(CAUSED)
def test_p73_a_common_cause_is_a_hidden_item(case: Case) -> None:
    """With the tables written by hand the credences and the probability of the evidence are the same."""
    assert_same(case, by_hand(case))


@LAW
@given(CAUSED)
def test_p73_observations_are_taken_back_as_from_the_hidden_item(case: Case) -> None:
    """Whatever had been observed, or nothing at all: the same likelihoods as with the tables written by hand."""
    assume(answer(case) is not None)
    one, other = observations(case), observations(by_hand(case))
    added = len(other.observables) - len(one.observables)
    for taken_back in ([], [0], range(0, len(one.observables), 2), range(len(one.observables))):
        found, by_tables = one.observed[None], other.observed[None]
        found[0, list(taken_back)] = -1
        by_tables[0, [added + place for place in taken_back]] = -1
        expected = other.likelihoods(by_tables).log()
        assert one.likelihoods(found).log() == pytest.approx(expected, rel=T1, abs=1e-11)


@LAW
@given(CAUSED)
def test_p73_a_cause_that_cannot_hold_changes_nothing(case: Case) -> None:
    """With probability 0 the credences are those of the case without it."""
    assert_same(always(case, NEVER), case.model_copy(update={"common_causes": ()}))


@LAW
@given(CAUSED)
def test_p73_a_cause_that_must_hold_is_the_case_with_its_rows(case: Case) -> None:
    """With probability 1 the items have the likelihoods that it states, whatever came of their parents."""
    assert_same(always(case, ALWAYS), with_its_rows(case))


@LAW
@given(CAUSED, st.randoms(use_true_random=False))
def test_the_order_of_causes_and_of_what_they_name_makes_no_difference(case: Case, random: Any) -> None:
    """Causes listed otherwise, and the items of each: the same answer."""

    def shuffled(entries: Any) -> Any:
        listed = list(entries)
        random.shuffle(listed)
        return listed

    causes = [
        cause.model_copy(
            update={
                "likelihood": {
                    name: dict(shuffled(cause.likelihood[name].items())) for name in shuffled(cause.likelihood)
                }
            }
        )
        for cause in shuffled(case.common_causes)
    ]
    assert_same(case, case.model_copy(update={"common_causes": causes}))


@LAW
@given(CAUSED)
def test_the_definition_says_the_same(case: Case) -> None:
    """One world at a time, as the model is defined, gives the credences of the exact engine."""
    found = answer(case)
    if found is None:
        with pytest.raises(ZeroDivisionError):
            credences(case)
    else:
        assert found.credence.values.tolist() == pytest.approx([*credences(case).values()], rel=T1, abs=1e-300)


@LAW
@given(CAUSED)
def test_fractions_over_all_worlds_say_the_same(case: Case) -> None:
    """The oracle in rational arithmetic gives the credences and the probability of the evidence."""
    found = answer(case)
    if found is None:
        with pytest.raises(ZeroDivisionError):
            brute_force(case)
        return
    verdict = brute_force(case)
    expected = [float(verdict.credence[name]) for name in case.names]
    assert found.credence.values.tolist() == pytest.approx(expected, rel=QUADRATURE, abs=1e-300)
    if not case.has_ratios:
        assert found.log_evidence == pytest.approx(math.log(verdict.evidence), rel=QUADRATURE, abs=1e-9)


@LAW
@given(
    cases(common_causes=True, ratios=False, exclusions=False, max_hypotheses=3, max_items=5, max_worlds=64).filter(
        lambda case: bool(case.common_causes)
    )
)
def test_splitting_a_hypothesis_splits_its_credence(case: Case) -> None:
    """A hypothesis in two versions with the same numbers has their credence between them, whatever its causes."""
    first, *rest = case.names
    case = case.model_copy(update={"prior": Odds(dict.fromkeys(case.names, 3.0))})
    twin = case.hypotheses[0].model_copy(update={"name": "twin", "catch_all": False})
    split = Case(
        question=case.question,
        hypotheses=[*case.hypotheses, twin],
        prior=Odds({first: 1.0, "twin": 2.0, **dict.fromkeys(rest, 3.0)}),
        sources=[twinned(source, case.names) for source in case.sources],
        evidence=[twinned(item, case.names) for item in case.evidence],
        common_causes=[twinned(cause, case.names) for cause in case.common_causes],
    )
    whole, parts = weigh(case).credence, weigh(split).credence
    expected = [*whole.values, 0.0]
    expected[0], expected[-1] = expected[0] / 3, expected[0] * 2 / 3
    assert parts.values.tolist() == pytest.approx(expected, rel=T1)


def twinned(part: Any, names: tuple[str, ...]) -> Any:
    """Whatever is declared, with a twin of the first hypothesis wherever something is stated by hypothesis."""
    match part:
        case Part():
            return type(part)(**{name: twinned(getattr(part, name), names) for name in part.model_fields_set})
        case Mapping() if set(part) == set(names):
            return {**part, "twin": part[names[0]]}
        case Mapping():
            return {key: twinned(entry, names) for key, entry in part.items()}
        case _:
            return part


def test_a_cause_and_an_item_of_one_name_stay_apart() -> None:
    """By hand: P(e | a) = .9 .7 + .1 .2 = .65 and P(e | b) = .9 .1 + .1 .2 = .11."""
    case = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "ab"],
        prior={"a": 0.5, "b": 0.5},
        evidence=[Evidence(name="e", statement="seen", likelihood={"a": 0.7, "b": 0.1})],
        common_causes=[
            CommonCause(name="e", statement="planted", probability=0.1, likelihood={"e": {"a": 0.2, "b": 0.2}})
        ],
    )
    assert weigh(case).credence.values[0] == pytest.approx(0.65 / 0.76, rel=T1)


def framed(**changes: Any) -> Case:
    """Two traces that somebody else may have planted."""
    cause = CommonCause(
        name="planted",
        statement="planted",
        probability={"a": NEVER, "b": Beta(1, 9)},
        likelihood={name: {"a": 0.9, "b": 0.9} for name in ("e", "f")},
    )
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "ab"],
        prior={"a": 0.5, "b": 0.5},
        evidence=[Evidence(name=name, statement=name, likelihood={"a": 0.9, "b": 0.05}) for name in ("e", "f")],
        common_causes=[cause.model_copy(update=changes)],
    )


def decibans(case: Case) -> float:
    """Log odds of the first hypothesis."""
    a, b = weigh(case).credence.values
    return 10 * math.log10(a / b)


@pytest.mark.parametrize("says", [(True, True), (True, False), (False, False)])
def test_a_source_is_a_script_behind_its_statements(says: tuple[bool, bool]) -> None:
    """Statements that follow the facts unless one script writes them all are reports of one source."""
    follows, writes = {"a": 0.2, "b": 0.3}, {"a": 0.9, "b": 0.7}
    facts = [Evidence(name=name, statement=name, likelihood={"a": p, "b": 0.5}) for name, p in (("e", 0.1), ("f", 0.8))]
    suspects = Source(name="suspects", statement="suspects", reliability=follows, if_unreliable=writes)
    reported = [
        fact.model_copy(update={"observed": None, "reports": (Report(source="suspects", says=one),)})
        for fact, one in zip(facts, says, strict=True)
    ]
    repeated = [
        Evidence(
            name=f"said_{fact.name}",
            statement=f"they said {fact.name}",
            observed=one,
            given=fact.name,
            likelihood=Same({True: ALWAYS, False: NEVER}),
        )
        for fact, one in zip(facts, says, strict=True)
    ]
    script = CommonCause(
        name="script",
        statement="somebody wrote what they were to say",
        probability={name: 1 - p for name, p in follows.items()},
        likelihood={item.name: writes for item in repeated},
    )
    hidden = [fact.model_copy(update={"observed": None}) for fact in facts]
    ours = framed().model_copy(update={"common_causes": (), "evidence": reported, "sources": (suspects,)})
    theirs = framed().model_copy(update={"common_causes": (script,), "evidence": [*hidden, *repeated]})
    assert weigh(theirs).credence.values == pytest.approx(weigh(ours).credence.values, rel=T1)


def test_structure_drops_a_cause_and_takes_it_for_certain() -> None:
    """Without it the traces count 18 to 1 each, with certainty not at all; the decibans are the differences."""
    case = framed()
    table = structure(case)
    without, certain = case.model_copy(update={"common_causes": ()}), always(case, ALWAYS)
    assert decibans(without) == pytest.approx(20 * math.log10(18))
    assert decibans(certain) == pytest.approx(0, abs=1e-12)
    found = [table.loc[("common_cause.planted", change), "change_db"] for change in ("dropped", "certain to hold")]
    assert found == pytest.approx([decibans(one) - decibans(case) for one in (without, certain)])


def test_a_cause_is_a_part_that_two_cases_differ_in() -> None:
    """What a cause that is added changes is its share; two of its numbers share the change between them."""
    case = framed()
    added = difference(case.model_copy(update={"common_causes": ()}), case)
    assert added.index.tolist() == ["common_cause.planted"]
    assert added["share_db"].sum() == pytest.approx(added.attrs["change_db"])
    other = suppose(case, {"common_cause.planted.probability.b": 0.3, "common_cause.planted.likelihood.e.b": 0.5})
    numbers = difference(case, other, by="number")
    assert set(numbers.index) == {"common_cause.planted.probability.b", "common_cause.planted.likelihood.e.b"}
    assert numbers["share_db"].sum() == pytest.approx(decibans(other) - decibans(case))
    alone = suppose(case, {"common_cause.planted.probability.b": 0.3})
    assert numbers.loc["common_cause.planted.probability.b", "alone_db"] == pytest.approx(
        decibans(alone) - decibans(case)
    )


def test_an_item_that_changes_its_cause_needs_both_changes() -> None:
    """Another cause of the same items comes when the old one has gone: shares add up, and it cannot come alone."""
    case, other = framed(), framed(name="spoilt", probability=0.4)
    table = difference(case, other)
    assert set(table.index) == {"common_cause.planted", "common_cause.spoilt"}
    assert table["share_db"].sum() == pytest.approx(decibans(other) - decibans(case))
    assert math.isnan(table.loc["common_cause.spoilt", "alone_db"])


def test_a_cause_bears_on_the_hypotheses_through_its_items() -> None:
    """An item as likely under both hypotheses bears on them where its cause is likelier under one, and else not."""
    even = {"a": 0.3, "b": 0.3}
    for probability, bears in ((0.2, False), ({"a": 0.1, "b": 0.6}, True)):
        cause = CommonCause(name="c", statement="c", probability=probability, likelihood={"e": {"a": 0.8, "b": 0.8}})
        case = framed().model_copy(
            update={"evidence": [Evidence(name="e", statement="e", likelihood=even)], "common_causes": [cause]}
        )
        assert any(one.code == "W_VACUOUS_ITEM" for one in cautions(case)) is not bears


def test_items_of_one_cause_are_declared_dependent() -> None:
    """Items that rest on one citation draw a caution unless a common cause may stand behind both."""
    cited = [item.model_copy(update={"citation": "one file"}) for item in framed().evidence]
    case = framed().model_copy(update={"evidence": cited})
    without = case.model_copy(update={"common_causes": ()})
    assert [any(one.code == "W_DOUBLE_COUNT" for one in cautions(each)) for each in (case, without)] == [False, True]


def test_an_item_that_a_cause_lets_in_excludes_nobody_alone() -> None:
    """An impossible item draws the caution of Cromwell's rule only where its cause does not make it possible."""
    seen = Evidence(name="e", statement="e", likelihood={"a": 0.9, "b": NEVER})
    case = framed(likelihood={"e": {"a": 0.9, "b": 0.9}}).model_copy(update={"evidence": [seen]})
    without = case.model_copy(update={"common_causes": ()})
    assert [any(one.code == "W_CROMWELL" for one in cautions(each)) for each in (case, without)] == [False, True]


def test_many_cases_are_weighed_as_one_by_one() -> None:
    """Cases that differ in what their causes state have, in one go, the credences that each has by itself."""
    many = [framed(), framed(probability=0.2), framed(probability=0.7), framed(likelihood={"e": {"a": 0.5, "b": 0.6}})]
    expected = [weigh(case).credence.values for case in many]
    assert weigh_many(many).values == pytest.approx(np.array(expected), rel=T1)


def test_the_picture_has_a_line_from_a_cause_to_each_item() -> None:
    """A dotted line for each item that it names, and a word in the legend."""
    (axes,) = plot_case(framed()).axes
    labels = [line.get_label() for line in axes.lines]
    assert {"_cause planted e", "_cause planted f"} <= {*labels}
    assert "planted" in {text.get_text() for text in axes.texts}


def test_the_page_tells_of_a_cause(tmp_path: Path) -> None:
    """It names the cause beside its items, says what it is, and lists its numbers."""
    report(weigh(framed(statement="somebody left the traces to be found")), tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text()
    assert "Common cause: `planted`" in page
    assert "somebody left the traces to be found" in page
    assert page.count("A common cause may stand behind it") == 2
    assert "common_cause.planted.probability.b" in page


@pytest.mark.slow
def test_nuts_agrees_with_the_exact_engine() -> None:
    """With an uncertain cause of two items the sampled credence is the exact one, within five Monte-Carlo errors."""
    case = framed(likelihood={name: {"a": 0.9, "b": Beta(8, 2)} for name in ("e", "f")})
    exact, sampled = weigh(case), weigh(case, method="pymc", sampling=Sampling(draws=1000, seed=3))
    assert (abs(sampled.credence - exact.credence) <= 5 * sampled.mcse + 1e-12).all()


@LAW
@given(CAUSED)
def test_left_out_a_common_cause_leaves_the_case_without_it(case: Case) -> None:
    """Each cause is a row of what is left out: the credences of the case that does not have it, or none at all."""
    try:
        table = leave_one_out(case)
    except ContradictionError:
        assume(False)
    assert table["left_out"].tolist()[-len(case.common_causes) :] == ["common cause"] * len(case.common_causes)
    for cause in case.common_causes:
        rest = case.model_copy(update={"common_causes": tuple(one for one in case.common_causes if one is not cause)})
        found = table.loc[f"common_cause.{cause.name}", [f"credence_{name}" for name in case.names]].tolist()
        try:
            expected = [float(x) for x in credences(rest).values()]
        except ZeroDivisionError:
            expected = [math.nan] * len(found)
        assert found == pytest.approx(expected, rel=T1, nan_ok=True)
