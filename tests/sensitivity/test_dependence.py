"""Items correlated that were declared independent: published answers, the margins, and a hidden state by hand."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from attribution_bayes.arrays import Bools
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Report, Source
from attribution_bayes.declare.ways import Between, Impossible, Ratios
from attribution_bayes.engine.reference import credences
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import CaseError
from attribution_bayes.sensitivity.dependence import _Direct, dependence
from crafted import case as stated
from crafted import item

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

BOTH: Bools = np.array([True, True])


def two_clues() -> Case:
    return stated({"a": 0.5, "b": 0.5}, item("one", {"a": 0.8, "b": 0.2}), item("two", {"a": 0.8, "b": 0.2}))


def test_two_clues_are_worth_less_the_more_they_are_correlated() -> None:
    """Both .8 / .2 and seen: ratio 16, 7.81818, 5.41176 with a correlation of 0, .3, .6."""
    row = dependence(two_clues(), at=[0, 0.3, 0.6]).loc["one + two"]
    ratios = [16, 7.81818, 5.41176]
    found = [row[f"credence_at_{rho}"] for rho in ("0", "0.3", "0.6")]
    assert found == pytest.approx([0.94118, 0.88660, 0.84404], abs=1e-5)
    assert [p / (1 - p) for p in found] == pytest.approx(ratios, abs=1e-5)


def test_a_correlation_under_one_hypothesis_alone() -> None:
    """E1 .8 / .2 seen and E2 .3 / 0 not seen, correlated under the first: .73684, .71632, .70075 at 0, .3, .5.

    At .5 the formula gives what is published, and the margins do not allow it: P(not E1, E2) would be negative.
    """
    case = stated(
        {"a": 0.5, "b": 0.5},
        item("one", {"a": 0.8, "b": 0.2}),
        item("two", {"a": 0.3, "b": Impossible("so")}, observed=False),
    )
    row = dependence(case, under=["a"], at=[0, 0.3, 0.5]).loc["one + two"]
    assert [row["credence_at_0"], row["credence_at_0.3"]] == pytest.approx([0.73684, 0.71632], abs=1e-5)
    assert math.isnan(row["credence_at_0.5"])
    log = _Direct.from_case(case).log_joint_at((0, 1), np.array([True, False]), np.array([0.5]))[0]
    assert 1 / (1 + math.exp(log[1] - log[0])) == pytest.approx(0.70075, abs=1e-5)
    assert row["rho_upper"] == pytest.approx((0.3 - 0.24) / math.sqrt(0.8 * 0.2 * 0.3 * 0.7))


@pytest.mark.parametrize("seed", range(20))
def test_the_margins_bound_the_correlation_as_frechet_says(seed: int) -> None:
    """At either end some cell of some table of two by two is 0, and beyond it negative; inside none is."""
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.05, 0.95, (2, 2))
    seen = [bool(x) for x in rng.random(2) < 0.6]
    items = [item(f"e{i}", dict(zip("ab", p[i].tolist(), strict=True)), observed=seen[i]) for i in range(2)]
    row = dependence(stated({"a": 0.4, "b": 0.6}, *items)).iloc[0]
    spread = np.sqrt((p * (1 - p)).prod(axis=0))

    def least_cell(rho: float) -> float:
        both = p.prod(axis=0) + rho * spread
        return float(np.min([both, p[0] - both, p[1] - both, 1 - p.sum(axis=0) + both]))

    for end in (row["rho_lower"], row["rho_upper"]):
        assert least_cell(end) == pytest.approx(0, abs=1e-12)
        assert least_cell(end * 1.001) < 0
        assert least_cell(end * 0.999) > 0


@pytest.mark.parametrize("number", [0.8, 0.3, 1e-9])
def test_items_of_equal_margins_may_be_one_item(number: float) -> None:
    """Then the correlation is 1, and together they say what either says alone."""
    one, other = (item(name, {"a": number, "b": 0.2}) for name in ("one", "other"))
    row = dependence(stated({"a": 0.4, "b": 0.6}, one, other), "a").iloc[0]
    alone = weigh(stated({"a": 0.4, "b": 0.6}, one)).credence.sel(hypothesis="a")
    assert row["rho_upper"] == 1
    assert row["credence_upper"] == pytest.approx(alone.item(), rel=1e-12)


def with_hidden_state(case: Case, rho: float) -> Case:
    """The same items given a hidden one that is true half of the time and moves each by sqrt(rho p q)."""
    hidden = item("z", dict.fromkeys(case.names, 0.5), observed=None)

    def moved(p: float) -> dict[bool, float]:
        return {True: p + math.sqrt(rho * p * (1 - p)), False: p - math.sqrt(rho * p * (1 - p))}

    items = [
        one.model_copy(update={"given": ("z",), "likelihood": {n: moved(p) for n, p in one.likelihood.items()}})
        for one in case.evidence
    ]
    return case.model_copy(update={"evidence": [hidden, *items]})


@pytest.mark.parametrize("count", [2, 3, 4])
def test_correlated_items_are_those_with_one_hidden_state_behind_them(count: int) -> None:
    """Against a case with that state declared, over all worlds: the credences are the same, of pairs and of groups."""
    rng = np.random.default_rng(count)
    rows = [dict(zip("abc", rng.uniform(0.2, 0.8, 3).tolist(), strict=True)) for _ in range(count)]
    seen = [True, False, True, True][:count]
    items = [item(f"e{i}", row, observed=is_seen) for i, (row, is_seen) in enumerate(zip(rows, seen, strict=True))]
    case = stated({"a": 0.3, "b": 0.3, "c": 0.4}, *items)
    label = " + ".join(f"e{i}" for i in range(count))
    row = dependence(case, "b", at=[0.05, 0.1]).loc[label]
    for rho in (0.05, 0.1):
        assert row[f"credence_at_{rho:g}"] == pytest.approx(credences(with_hidden_state(case, rho))["b"], rel=1e-12)


def test_a_group_is_bounded_by_what_its_least_even_item_allows() -> None:
    """Each probability stays between 0 and 1: rho up to the least of p / q and q / p."""
    case = stated({"a": 0.5, "b": 0.5}, *(item(f"e{i}", {"a": 0.6 + i / 10, "b": 0.5}) for i in range(3)))
    row = dependence(case).loc["e0 + e1 + e2"]
    assert (row["rho_lower"], row["rho_upper"]) == (0, pytest.approx(0.2 / 0.8))


def test_the_lead_changes_at_the_correlation_that_is_given() -> None:
    """At it the two are level by hand; what takes the least correlation stands first, here all three together."""
    case = stated(
        {"a": 0.3, "b": 0.7},
        item("one", {"a": 0.8, "b": 0.5}),
        item("two", {"a": 0.8, "b": 0.5}),
        item("three", {"a": 0.52, "b": 0.5}),
    )
    table = dependence(case)
    pair = table.loc["one + two"]
    assert pair["new_leader"] == "b"
    rho = pair["flip_at"]
    joint = [w * (p * p + rho * p * (1 - p)) for w, p in ((0.3 * 0.52, 0.8), (0.7 * 0.5, 0.5))]
    assert joint[0] == pytest.approx(joint[1], rel=1e-9)
    assert (table["flip_at"].abs().fillna(9).diff().dropna() >= 0).all()
    assert len(table) == len([*combinations("123", 2)]) + 1


def test_only_items_seen_themselves_are_asked_about() -> None:
    """What is left out says why, and cannot be named; what is declared to depend on another is no pair with it."""
    agency = Source(name="agency", statement="A.", reliability=0.7, if_unreliable=0.5)
    case = stated(
        {"a": 0.5, "b": 0.5},
        item("seen", {"a": Between(0.3, 0.6), "b": 0.2}),
        item("child", {n: {True: 0.6, False: 0.3} for n in "ab"}, given=("seen",)),
        item("other", {"a": 0.5, "b": 0.4}),
        item("heard", {"a": 0.5, "b": 0.4}, reports=[Report(source="agency")]),
        item("open", {"a": 0.5, "b": 0.4}, observed=None),
        item("below", {n: {True: 0.6, False: 0.3} for n in "ab"}, given=("heard",)),
        item("ratio", Ratios(reference="b", ratios={"a": 2.0})),
        item("named", {n: {"u": 0.2, "v": 0.3, "w": 0.5} for n in "ab"}, outcomes=("u", "v", "w"), observed="u"),
        sources=(agency,),
    )
    table = dependence(case)
    assert sorted(table.index) == ["child + other", "seen + child + other", "seen + other"]
    assert {*table.attrs["left_out"]} == {"heard", "open", "below", "ratio", "named"}
    with pytest.raises(CaseError, match="it is only reported"):
        dependence(case, items=["heard", "seen"])
    assert [*dependence(case, items=["seen", "other"]).index] == ["seen + other"]


@pytest.mark.parametrize("at", [[2.0], 0.3, ["x"], {0.3: 1}, "", [10**400]])
def test_what_is_no_correlation_is_refused(at: Any) -> None:
    """Only numbers from -1 to 1."""
    with pytest.raises(CaseError):
        dependence(two_clues(), at=at)


def test_too_many_pairs_are_refused_before_they_are_made() -> None:
    """300 items make 44,850 pairs."""
    case = stated({"a": 0.5, "b": 0.5}, *(item(f"e{i}", {"a": 0.6, "b": 0.5}) for i in range(300)))
    with pytest.raises(CaseError, match="44,850"):
        dependence(case)
    assert len(dependence(case, items=["e0", "e1"])) == 1
