"""What to learn next: what it is worth by weighing again after each outcome, its cost, and pairs told apart."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Report
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import CaseError, ContradictionError
from attribution_bayes.sensitivity.learning import expected_discrimination, expected_information
from crafted import NEVER, case, item, reported, source
from drawn import cases
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

EXACT = 1e-12
WORTH = {"warn": {"a": 5.0, "b": -1.0, "c": 0.0}, "wait": {"a": -3.0, "b": 2.0, "c": 1.0}}


def three() -> Case:
    """Two open facts, one of which separates a from the others, the other b from c; and one that tells nothing."""
    return case(
        {"a": 0.5, "b": 0.3, "c": 0.2},
        item("calls", {"a": 0.9, "b": 0.2, "c": 0.2}, observed=None),
        item("tool", {"a": 0.5, "b": 0.8, "c": 0.1}, observed=None),
        item("rain", {"a": 0.3, "b": 0.3, "c": 0.3}, observed=None),
    )


def credences(declared: Case) -> np.ndarray:
    return weigh(declared, method="exact").credence.values


def with_found(declared: Case, name: str, outcome: Any) -> Case:
    found = [one.model_copy(update={"observed": outcome}) if one.name == name else one for one in declared.evidence]
    return declared.model_copy(update={"evidence": found})


@settings(REPEATABLE, max_examples=60)
@given(
    cases(max_items=5, max_worlds=64, exclusions=False, common_causes=True).filter(
        lambda case: any(one.observed is None and not one.reports for one in case.evidence)
    ),
    st.randoms(use_true_random=False),
)
def test_the_value_is_what_the_best_act_gains_when_the_case_is_weighed_again(declared: Case, rng: Any) -> None:
    """Of each hidden item: over its outcomes, by their chances, the best act then less the best act now."""
    acts = {f"act{n}": {name: rng.uniform(-9, 9) for name in declared.names} for n in range(3)}
    utility = np.array([[acts[act][name] for name in declared.names] for act in acts])
    table = expected_information(declared, utility=acts)
    now = float((utility @ credences(declared)).max())
    assert table.attrs["expected_utility"] == pytest.approx(now, rel=EXACT, abs=EXACT)
    perfect = float(utility.max(axis=0) @ credences(declared)) - now
    assert table.attrs["perfect_information"] == pytest.approx(perfect, abs=1e-11)
    for one in declared.evidence:
        if one.observed is None and not one.reports:
            rows = table.loc[one.name]
            then = [float((utility @ credences(with_found(declared, one.name, o))).max()) for o in rows.index]
            expected = float(np.dot(rows["probability"], then)) - now
            assert rows["value"].to_numpy() == pytest.approx(np.full(len(rows), expected), abs=1e-11)
    assert (table["value"] >= 0).all()
    assert (table["value"] <= table.attrs["perfect_information"] + 1e-11).all()


def test_the_best_act_stands_before_and_after() -> None:
    """As things stand in attrs, and after each outcome in its row: by hand, 5 a - b against -3 a + 2 b + c."""
    table = expected_information(three(), utility=WORTH)
    assert table.attrs["best_act"] == "warn"
    assert table.attrs["expected_utility"] == pytest.approx(2.2)
    assert table["best_act"].to_dict() == {
        ("calls", True): "warn",
        ("calls", False): "wait",
        ("tool", True): "warn",
        ("tool", False): "warn",
        ("rain", True): "warn",
        ("rain", False): "warn",
    }
    gained = 0.05 * (-3 - 5) + 0.24 * (2 + 1) + 0.16 * (1 - 0)  # after a call that was not made
    assert table.loc["calls", "value"].tolist() == pytest.approx([gained, gained], rel=1e-10)
    assert table.loc["tool", "value"].tolist() == table.loc["rain", "value"].tolist() == [0.0, 0.0]


def test_acts_that_are_level_have_no_best() -> None:
    """None stands there, before and after."""
    level = {"one": {"a": 1, "b": 0, "c": 0}, "other": {"a": 1, "b": 0, "c": 0}}
    table = expected_information(three(), utility=level)
    assert table.attrs["best_act"] is None
    assert table["best_act"].tolist() == [None] * 6
    assert table["value"].tolist() == [0.0] * 6


def test_only_differences_between_acts_count() -> None:
    """To add to all acts under one hypothesis changes no value; to double them doubles it."""
    moved = {act: {**row, "b": row["b"] + 100} for act, row in WORTH.items()}
    doubled = {act: {name: 2 * one for name, one in row.items()} for act, row in WORTH.items()}
    plain = expected_information(three(), utility=WORTH)["value"]
    assert expected_information(three(), utility=moved)["value"].to_numpy() == pytest.approx(plain.to_numpy())
    assert expected_information(three(), utility=doubled)["value"].to_numpy() == pytest.approx(2 * plain.to_numpy())


def test_a_table_of_acts_may_be_a_dataframe() -> None:
    """With a row for each act, and the hypotheses in any order; numbers of any kind."""
    rows = {act: {name: Decimal(one) for name, one in reversed(row.items())} for act, row in WORTH.items()}
    expected = expected_information(three(), utility=WORTH)
    for given_as in (pd.DataFrame(WORTH).T, pd.DataFrame(rows).T, rows):
        pd.testing.assert_frame_equal(expected_information(three(), utility=given_as), expected)


def test_costs_are_by_item() -> None:
    """Bits for each unit of cost, infinite where it is free, 0 where nothing costs nothing, NaN where none is known."""
    table = expected_information(three(), cost={"calls": 2, "rain": 0}, utility=WORTH)
    by_item = table.xs(True, level="outcome")
    assert by_item["cost"].to_dict() == pytest.approx({"calls": 2.0, "tool": math.nan, "rain": 0.0}, nan_ok=True)
    assert by_item.at["calls", "information_per_cost"] == by_item.at["calls", "information"] / 2
    assert by_item.at["calls", "net_value"] == by_item.at["calls", "value"] - 2
    assert math.isnan(by_item.at["tool", "information_per_cost"])
    assert math.isnan(by_item.at["tool", "net_value"])
    free = expected_information(three(), cost={"calls": 0}).xs(True, level="outcome")
    assert free.at["calls", "information_per_cost"] == math.inf
    assert "value" not in free
    nothing = case({"a": 0.5, "b": 0.5}, item("e", {"a": NEVER, "b": NEVER}, observed=None))
    assert expected_information(nothing, cost={"e": 0})["information_per_cost"].tolist() == [0.0, 0.0]


def test_without_costs_and_acts_the_table_is_the_plain_one() -> None:
    """No column, and nothing in attrs, speaks of what was not asked."""
    table = expected_information(three())
    assert [*table.columns[:4]] == ["information", "leader_changes", "probability", "leader"]
    assert [*table.columns[4:]] == ["credence_a", "credence_b", "credence_c"]
    assert table.attrs == {}


def test_an_outcome_that_is_excluded_has_no_best_act() -> None:
    """Its chance is 0, and it adds nothing to the value."""
    declared = case({"a": 0.5, "b": 0.5}, item("e", {"a": NEVER, "b": NEVER}, observed=None))
    table = expected_information(declared, utility={"x": {"a": 1, "b": 0}, "y": {"a": 0, "b": 2}})
    assert table["best_act"].tolist() == [None, "y"]
    assert table["value"].tolist() == [0.0, 0.0]


def test_a_case_without_open_facts_has_an_empty_table() -> None:
    """Of whatever is asked."""
    declared = case({"a": 0.5, "b": 0.5}, item("e", {"a": 0.5, "b": 0.2}))
    table = expected_information(declared, utility={"x": {"a": 1, "b": 0}})
    assert len(table) == 0
    assert table.attrs["perfect_information"] == 0.0
    assert expected_discrimination(declared)["item"].tolist() == [None]


@pytest.mark.parametrize(
    ("cost", "code", "path", "words"),
    [
        ([1], "E_TYPE", "cost", "costs by item"),
        ({}, "E_EMPTY", "cost", "no item has a cost"),
        ({"call": 1}, "E_UNKNOWN_NAME", "cost.call", "'calls'"),
        ({1: 1}, "E_UNKNOWN_NAME", "cost.1", "not an item"),
        ({"calls": -1}, "E_RANGE", "cost.calls", "from 0 on"),
        ({"calls": math.inf}, "E_RANGE", "cost.calls", "finite"),
        ({"calls": math.nan}, "E_RANGE", "cost.calls", "finite"),
        ({"calls": True}, "E_RANGE", "cost.calls", "finite"),
        ({"calls": "2"}, "E_RANGE", "cost.calls", "finite"),
    ],
)
def test_costs_that_make_no_sense_are_refused(cost: Any, code: str, path: str, words: str) -> None:
    """The error names the item and says what is wrong."""
    with pytest.raises(CaseError, match=words) as caught:
        expected_information(three(), cost=cost)
    assert [(one.code, one.path) for one in caught.value.problems] == [(code, path)]


ROW = {"a": 1, "b": 2, "c": 3}


@pytest.mark.parametrize(
    ("utility", "code", "path", "words"),
    [
        (5, "E_TYPE", "utility", "acts by hypotheses"),
        ({}, "E_EMPTY", "utility", "no act"),
        ({1: ROW}, "E_TYPE", "utility.1", "name of an act"),
        ({"warn": 2}, "E_TYPE", "utility.warn", "for each hypothesis"),
        ({"warn": {"a": 1, "b": 2}}, "E_MISSING", "utility.warn.c", "'warn' is worth if 'c' is true"),
        ({"warn": {**ROW, "d": 1}}, "E_UNKNOWN_NAME", "utility.warn.d", "no hypothesis 'd'"),
        ({"warn": {**ROW, 1: 1}}, "E_UNKNOWN_NAME", "utility.warn.1", "no hypothesis 1"),
        ({"warn": {**ROW, "a": math.inf}}, "E_RANGE", "utility.warn.a", "finite"),
        ({"warn": {**ROW, "a": 10**400}}, "E_RANGE", "utility.warn.a", "finite"),
        ({"warn": {**ROW, "a": None}}, "E_RANGE", "utility.warn.a", "finite"),
        (pd.DataFrame([ROW, ROW], index=["x", "x"]), "E_DUPLICATE", "utility", "'x' stands in the table twice"),
        (pd.DataFrame([[1, 2, 3, 4]], index=["x"], columns=[*"abcc"]), "E_DUPLICATE", "utility", "'c' stands"),
        (pd.DataFrame([ROW]), "E_TYPE", "utility.0", "name of an act"),
    ],
)
def test_acts_that_make_no_sense_are_refused(utility: Any, code: str, path: str, words: str) -> None:
    """The error names the act and the hypothesis and says what is wrong."""
    with pytest.raises(CaseError, match=words) as caught:
        expected_information(three(), utility=utility)
    assert [(one.code, one.path) for one in caught.value.problems] == [(code, path)]


def test_every_fault_of_a_table_is_named_at_once() -> None:
    """One for each act and hypothesis."""
    with pytest.raises(CaseError) as caught:
        expected_information(three(), utility={"x": {"a": 1}, "y": {**ROW, "b": "two"}})
    assert [one.path for one in caught.value.problems] == ["utility.x.b", "utility.x.c", "utility.y.b"]


# Pairs ---------------------------------------------------------------------------------------------------------------


def divergence(one: float, other: float) -> float:
    """Expected weight of evidence of an item with these chances to be True, in decibans, if the first is right."""
    return 10 * (one * math.log10(one / other) + (1 - one) * math.log10((1 - one) / (1 - other)))


def test_each_pair_has_the_fact_that_tells_it_apart() -> None:
    """The calls tell a from the others, the tool tells b from c; the weights are divergences, by hand."""
    table = expected_discrimination(three())
    assert table["item"].to_dict() == {("a", "b"): "calls", ("a", "c"): "calls", ("b", "c"): "tool"}
    assert table.loc[("b", "c"), "weight"] == pytest.approx(divergence(0.8, 0.1), rel=1e-12)
    assert table.loc[("b", "c"), "weight_against"] == pytest.approx(divergence(0.1, 0.8), rel=1e-12)
    only = case({"b": 0.6, "c": 0.4}, item("tool", {"b": 0.8, "c": 0.1}, observed=None))
    expected = expected_information(only)["information"].iloc[0]
    assert table.loc[("b", "c"), "information"] == pytest.approx(expected, rel=1e-12)


@settings(REPEATABLE, max_examples=40)
@given(cases(max_hypotheses=2, max_items=6, max_worlds=128, common_causes=True))
def test_of_two_hypotheses_it_is_the_most_informative_fact(declared: Case) -> None:
    """With no third, the one pair has what `expected_information` has for its greatest."""
    try:
        table, pairs = expected_information(declared), expected_discrimination(declared)
    except ContradictionError:
        return
    if (credences(declared) > 0).all():
        greatest = table["information"].max() if len(table) else 0.0
        assert pairs["information"].iloc[0] == pytest.approx(greatest, rel=1e-9, abs=2e-12)
        assert pairs["weight"].iloc[0] >= -1e-11


def test_a_pair_that_nothing_tells_apart_has_no_fact() -> None:
    """Information and weights are 0; where one of the two is excluded they are NaN."""
    declared = case(
        {"a": 0.5, "b": 0.3, "c": 0.2},
        item("e", {"a": 0.5, "b": 0.5, "c": NEVER}),
        item("rain", {"a": 0.3, "b": 0.3, "c": 0.1}, observed=None),
    )
    table = expected_discrimination(declared)
    assert table["item"].tolist() == [None, None, None]
    assert table.loc[("a", "b"), ["information", "weight", "weight_against"]].tolist() == [0.0, 0.0, 0.0]
    assert table.loc[("a", "c")].isna().all()
    assert table.loc[("b", "c")].isna().all()


def test_an_outcome_that_would_exclude_one_is_infinite_evidence() -> None:
    """What cannot be under the other speaks infinitely for the one; the other way round it is finite."""
    declared = case({"a": 0.5, "b": 0.5}, item("e", {"a": 0.4, "b": NEVER}, observed=None))
    row = expected_discrimination(declared).iloc[0]
    assert row["weight"] == math.inf
    assert row["weight_against"] == pytest.approx(10 * math.log10(1 / 0.6), rel=1e-12)


def test_the_fact_behind_a_report_counts_beside_what_is_reported() -> None:
    """Learning the fact itself, given the report: the weights are of P(fact | report, hypothesis), by hand."""
    heard = reported("e", {"a": 0.8, "b": 0.2}, Report(source="s"))
    row = expected_discrimination(case({"a": 0.5, "b": 0.5}, heard, sources=(source("s", 0.6, 0.5),))).iloc[0]
    says = {True: 0.6 + 0.4 * 0.5, False: 0.4 * 0.5}
    true = {name: p * says[True] / (p * says[True] + (1 - p) * says[False]) for name, p in {"a": 0.8, "b": 0.2}.items()}
    assert row["weight"] == pytest.approx(divergence(true["a"], true["b"]), rel=1e-12)
