"""What is believed of hidden items, sources, copies and common causes: by adding up all worlds, and published."""

from __future__ import annotations

from collections import Counter
from math import fsum
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import attribution_bayes as ab
from attribution_bayes.declare.address import (
    CommonCausePart,
    ErrorOf,
    ItemPart,
    OutcomePart,
    PartAddress,
    PriorOf,
    ReportPart,
    SourcePart,
    parse_part,
)
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import addresses
from attribution_bayes.declare.parts import CommonCause, Report
from attribution_bayes.declare.ways import Ratios, Uniform
from attribution_bayes.engine import reference
from attribution_bayes.engine.beliefs import beliefs
from attribution_bayes.engine.chances import stated_chances
from attribution_bayes.engine.draws import draw_hypotheses, draw_states
from attribution_bayes.engine.network import network
from attribution_bayes.errors import CaseError, ContradictionError
from crafted import CRAFTED, NEVER, case, copy, given_root, item, reported, source
from drawn import cases
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

EXACT = 1e-12


type Belief = PartAddress | ErrorOf


def holds(part: Belief, world: reference.World) -> bool:
    """Whether a world has what a row of the table asks for."""
    match part:
        case ErrorOf():
            return bool(world[part.place])
        case OutcomePart(name, outcome):
            return world[ItemPart(name)] == outcome
        case _:
            return bool(world[part])


def by_brute_force(declared: Case, parts: list[Belief]) -> dict[Belief, float]:
    """P(part | all observations) by adding up the worlds of `engine.reference`."""
    weights: dict[Belief, list[float]] = {part: [] for part in parts}
    total = []
    for name in declared.names:
        prior = addresses(declared).parameter(PriorOf(name)).meaning.mean
        for world in reference.worlds(declared):
            weight = prior * reference.probability(declared, [*reference.uses(declared, name, world)])
            total.append(weight)
            for part in parts:
                if holds(part, world):
                    weights[part].append(weight)
    return {part: fsum(found) / fsum(total) for part, found in weights.items()}


def before_the_evidence(declared: Case) -> Case:
    """The case in which nobody has observed or reported anything; copies are left out with the reports."""
    open_items = [
        one.model_copy(update={"observed": None, "reports": ()})
        for one in declared.evidence
        if not isinstance(one.likelihood, Ratios)
    ]
    return declared.model_copy(update={"evidence": open_items})


def in_order(declared: Case) -> list[Belief]:
    errors = {str(one): one for one in (ErrorOf(item.name) for item in declared.evidence)}
    rows = [errors.get(row) or parse_part(row) for row in beliefs(declared).index]
    return [part for part in rows if part is not None]


def check(declared: Case) -> Counter[str]:
    """Both columns against brute force, and how many parts of each kind there were."""
    try:
        table = beliefs(declared)
    except ContradictionError:
        with pytest.raises(ZeroDivisionError):
            reference.credences(declared)
        return Counter()
    parts = in_order(declared)
    assert [*map(str, parts)] == [*table.index]
    expected = by_brute_force(declared, parts)
    assert table["probability"].to_numpy() == pytest.approx([expected[part] for part in parts], rel=EXACT, abs=1e-300)
    first = [part for part in parts if not isinstance(part, ReportPart)]
    at_first = by_brute_force(before_the_evidence(declared), first)
    for part in parts:
        if isinstance(part, ReportPart):
            stated = addresses(declared).at(f"{part}.copy_probability").meaning.mean
        else:
            stated = at_first[part]
        assert table.at[str(part), "prior"] == pytest.approx(stated, rel=EXACT, abs=1e-300)
    return Counter(type(part).__name__ for part in parts)


def test_both_columns_are_sums_over_all_worlds() -> None:
    """On random cases with every part of the model, and each kind of row is among them."""
    seen: Counter[str] = Counter()

    @settings(REPEATABLE, max_examples=200)
    @given(cases(max_worlds=64, max_hypotheses=3, max_items=5, common_causes=True, same=True, errors=True))
    def agree(declared: Case) -> None:
        seen.update(check(declared))

    agree()
    kinds = {kind.__name__ for kind in (SourcePart, ItemPart, OutcomePart, ErrorOf, ReportPart, CommonCausePart)}
    assert seen.keys() == kinds


@pytest.mark.parametrize(
    "name", ["copies", "weights", "a hidden item with two children", "an excluded hypothesis", "ratios"]
)
def test_cases_written_by_hand_are_sums_over_all_worlds(name: str) -> None:
    """With copies of copies, named outcomes, hidden parents, exclusions and ratios."""
    check(CRAFTED[name])


def test_an_item_that_fits_nobody_was_probably_misunderstood() -> None:
    """Bayes by hand: .1 of a half, against .9 of what the leaders would have left; an item of its own error aside."""
    odd = item("odd", {"a": 0.02, "b": 0.01})
    declared = case({"a": 0.5, "b": 0.5}, odd, item("sure", {"a": 0.5, "b": 0.5}, error=0.3))
    found = beliefs(declared.model_copy(update={"error": 0.1}))
    assert [*found.index] == ["evidence.odd.error", "evidence.sure.error"]
    assert found["prior"].tolist() == pytest.approx([0.1, 0.3], rel=EXACT)
    assert found["probability"].tolist() == pytest.approx([0.05 / (0.05 + 0.9 * 0.015), 0.3], rel=EXACT)


def test_rows_stand_in_the_order_of_the_case() -> None:
    """Sources, then items with the outcomes and copies of each, then common causes, then groups."""
    heard = reported("said", {"a": 0.7, "b": 0.2}, Report(source="s"), copy("t", "s", 0.4))
    colour = {name: {"red": 0.3, "blue": 0.7} for name in "ab"}
    hidden = item("colour", colour, outcomes=("red", "blue"), observed=None)
    declared = case(
        {"a": 0.5, "b": 0.5},
        hidden,
        heard,
        sources=(source("t", 0.5, 0.5), source("s", 0.6, 0.5), source("u", 0.3, 0.5)),
    ).model_copy(
        update={
            "common_causes": [
                CommonCause(name="c", statement="c", probability=0.1, likelihood={"said": {"a": 0.5, "b": 0.5}})
            ]
        }
    )
    found = beliefs(declared, groups={"anybody": ["b", "a"]})
    assert [*found.index] == [
        *("source.t", "source.s", "source.u", "evidence.colour.outcomes.red", "evidence.colour.outcomes.blue"),
        *("evidence.said", "evidence.said.reports.t", "common_cause.c", "anybody"),
    ]
    assert found.index.name == "address"
    assert [*found.columns] == ["prior", "probability"]
    assert found.loc["source.u"].tolist() == [0.3, 0.3]
    assert found.loc["anybody"].tolist() == [1.0, 1.0]


def test_a_case_without_anything_hidden_has_an_empty_table() -> None:
    """Everything was observed, no source speaks: two columns, no row."""
    found = beliefs(case({"a": 0.5, "b": 0.5}, item("e", {"a": 0.5, "b": 0.2})))
    assert found.shape == (0, 2)
    assert found.dtypes.tolist() == [np.float64, np.float64]


def test_a_group_has_what_its_hypotheses_have_together() -> None:
    """Before the evidence and after it."""
    declared = CRAFTED["weights"]
    posterior = ab.weigh(declared)
    found = beliefs(declared, groups={"one": ["b"], "two": ["a", "c"]})
    for name, members in {"one": ["b"], "two": ["a", "c"]}.items():
        assert found.at[name, "probability"] == pytest.approx(float(posterior.credence.sel(hypothesis=members).sum()))
        assert found.at[name, "prior"] == pytest.approx(float(posterior.prior.sel(hypothesis=members).sum()))


@pytest.mark.parametrize(
    ("groups", "code", "words"),
    [
        (["a"], "E_TYPE", "groups"),
        ({1: ["a"]}, "E_TYPE", "groups"),
        ({"g": "a"}, "E_TYPE", "list of names"),
        ({"g": ["a", "z"]}, "E_UNKNOWN_NAME", "'z'"),
        ({"g": []}, "E_EMPTY", "no hypotheses"),
        ({"g": ["a", "a"]}, "E_DUPLICATE", "twice"),
        ({"source.s": ["a"]}, "E_DUPLICATE", "this name"),
    ],
)
def test_groups_that_make_no_sense_are_refused(groups: Any, code: str, words: str) -> None:
    """The error names the group and says what to write."""
    heard = reported("said", {"a": 0.7, "b": 0.2}, Report(source="s"))
    declared = case({"a": 0.5, "b": 0.5}, heard, sources=(source("s", 0.6, 0.5),))
    with pytest.raises(CaseError, match=words) as caught:
        beliefs(declared, groups=groups)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.path.startswith("groups")


def test_a_source_that_is_caught_out_is_not_reliable() -> None:
    """Its report cannot be true of what was observed to follow from it: 0 exactly, and 1 for the other state."""
    heard = reported("e", {"a": NEVER, "b": NEVER}, Report(source="s"))
    found = beliefs(case({"a": 0.5, "b": 0.5}, heard, sources=(source("s", 0.9, 0.5),)))
    assert found["probability"].to_dict() == {"source.s": 0.0, "evidence.e": 0.0}


def test_what_is_nearly_impossible_is_not_zero() -> None:
    """A hidden item whose 200 children all point the other way, by 4000 decibans, is the least double."""
    children = [item(f"e{n}", given_root((0.0099, 0.99), (0.0099, 0.99)), given="root") for n in range(200)]
    declared = case({"a": 0.5, "b": 0.5}, item("root", {"a": 0.5, "b": 0.5}, observed=None), *children)
    assert beliefs(declared).at["evidence.root", "probability"] == 5e-324


def test_every_hypothesis_excluded_is_a_contradiction() -> None:
    """As of `weigh`, which names what excludes them."""
    with pytest.raises(ContradictionError):
        beliefs(case({"a": 0.5, "b": 0.5}, item("e", {"a": NEVER, "b": NEVER})))


def test_hidden_states_that_are_drawn_have_these_probabilities() -> None:
    """100 000 draws of the exact posterior: off by five standard errors by chance in one of 1.7 million tests each."""
    declared = CRAFTED["a source with five reports"]
    net, draws = network(declared), 100_000
    hypothesis = draw_hypotheses(net, draws, np.random.default_rng(1))
    (component,) = net.integrated
    states = draw_states(component, stated_chances(net), hypothesis, np.random.default_rng(2))
    names = [f"evidence.{name}" for name in component.items] + ["source.s"]
    table = beliefs(declared)
    for variable, name in enumerate(names):
        expected = table.at[name, "probability"]
        error = np.sqrt(expected * (1 - expected) / draws)
        assert abs((states[variable] == 0).mean() - expected) <= 5 * error


@settings(REPEATABLE, max_examples=40)
@given(cases(max_items=5, common_causes=True, same=True, errors=True))
def test_the_order_of_the_hypotheses_changes_nothing(declared: Case) -> None:
    """Turned round, the table is the same to the last digits."""
    turned = declared.model_copy(update={"hypotheses": declared.hypotheses[::-1]})
    try:
        expected = beliefs(declared)
    except ContradictionError:
        return
    pd.testing.assert_frame_equal(beliefs(turned), expected, rtol=1e-14, atol=0)


def test_a_source_that_says_what_was_likely_anyway_is_believed_more() -> None:
    """By hand: it denies what is true in one of ten cases; if unreliable it would have affirmed it in nine of ten."""
    heard = reported("e", {"a": 0.1, "b": 0.1}, Report(source="s", says=False))
    declared = case({"a": 0.5, "b": 0.5}, heard, sources=(source("s", 0.5, Uniform(0.8, 1.0)),))
    assert beliefs(declared).at["source.s", "probability"] == pytest.approx(0.9 / (0.9 + 0.1), rel=EXACT)
