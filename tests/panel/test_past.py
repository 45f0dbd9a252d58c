"""Resolved cases: every form in which they may come, and every fault."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import attribution_bayes as ab

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

MAPPINGS = [{"a": 0.7, "b": 0.3}, {"b": 0.9, "c": 0.1}]
BY_CASE = [{"a": 0.7, "b": 0.3}, {"b": 0.8, "a": 0.2}]


def same(one: ab.Past, other: ab.Past) -> bool:
    """Whether two records say the same."""
    return (
        one.names == other.names
        and np.array_equal(one.credence, other.credence)
        and np.array_equal(one.true, other.true)
    )


def test_a_record_may_come_in_any_of_its_forms(weighed_outage: ab.Posterior) -> None:
    """Posteriors, mappings, a table and an array of the same cases give the same; an empty cell is no hypothesis."""
    assert same(ab.Past(pd.DataFrame(MAPPINGS), np.array(["a", "b"])), ab.Past(MAPPINGS, ["a", "b"]))  # type: ignore[arg-type]
    array = xr.DataArray([[0.7, 0.2], [0.3, 0.8]], dims=("hypothesis", "case"), coords={"hypothesis": ["a", "b"]})
    assert same(ab.Past(array, ["a", "a"]), ab.Past(BY_CASE, ["a", "a"]))
    names, numbers = weighed_outage.case.names, weighed_outage.credence.values.tolist()
    written = dict(zip(names, numbers, strict=True))
    mixed = ab.Past([weighed_outage, MAPPINGS[0]], ["deploy", "a"])
    assert same(mixed, ab.Past([written, MAPPINGS[0]], ["deploy", "a"]))
    assert mixed.prior is None
    assert repr(mixed) == "Past(2 cases)"


def test_posteriors_bring_their_priors(weighed_outage: ab.Posterior) -> None:
    """Other records have the priors that they are given with."""
    past = ab.Past([weighed_outage], ["deploy"])
    assert past.prior is not None
    assert past.prior.tolist() == [weighed_outage.prior.values.tolist()]
    stated = ab.Past(BY_CASE, ["a", "b"], priors=pd.DataFrame([[0.5, 0.5], [0.9, 0.1]], columns=["b", "a"]))
    assert stated.prior is not None
    assert stated.prior.tolist() == [[0.5, 0.5], [0.1, 0.9]]


def test_hypotheses_stand_in_the_order_of_the_first_case() -> None:
    """So the first of two is the same one in every case that has these two; beyond the last there is nothing."""
    past = ab.Past(BY_CASE, ["a", "b"])
    assert past.names == (("a", "b"), ("a", "b"))
    assert past.credence.tolist() == [[0.7, 0.3], [0.2, 0.8]]
    assert past.true.tolist() == [0, 1]
    assert past.is_pairs
    wide = ab.Past([{"a": 0.5, "b": 0.5}, {"a": 0.2, "b": 0.2, "c": 0.6}], ["a", "c"])
    assert wide.credence.tolist() == [[0.5, 0.5, 0], [0.2, 0.2, 0.6]]
    assert wide.there.tolist() == [[True, True, False], [True] * 3]
    assert not wide.is_pairs


def test_ratios_are_cases_of_even_prior_odds() -> None:
    """A ratio of 3 is a credence of 3/4; one of 0 or infinity leaves no doubt."""
    past = ab.Past.from_ratios({"same": [3, np.inf], "other": [0.25, 0]})
    assert past.credence.tolist() == pytest.approx(np.array([[0.75, 0.25], [1, 0], [0.2, 0.8], [0, 1]]))
    assert past.true.tolist() == [0, 0, 1, 1]
    assert past.prior is not None
    assert (past.prior == 0.5).all()


@pytest.mark.parametrize(
    ("credences", "outcomes", "found"),
    [
        ([], [], [("E_EMPTY", "credences")]),
        (pd.DataFrame(), [], [("E_EMPTY", "credences")]),
        ([{"a": 0.5, "b": 0.5}], [], [("E_SHAPE", "outcomes")]),
        ([{"a": 0.5, "b": 0.5}], "a", [("E_SHAPE", "outcomes")]),
        (["ab"], ["a"], [("E_TYPE", "credences.0")]),
        ("ab", ["a", "b"], [("E_TYPE", "credences")]),
        (0.5, ["a"], [("E_TYPE", "credences")]),
        (xr.DataArray([1.0], dims="hypothesis", coords={"hypothesis": ["a"]}), ["a"], [("E_SHAPE", "credences")]),
        (xr.DataArray([[0.5]]), ["a"], [("E_SHAPE", "credences")]),
        ([{"a": 50, "b": -0.1}], ["a"], [("E_RANGE", "credences.0.a"), ("E_RANGE", "credences.0.b")]),
        ([{"a": float("nan"), "b": True}], ["a"], [("E_RANGE", "credences.0.a"), ("E_TYPE", "credences.0.b")]),
        ([{"a": 1.0}, {"b": "1"}], ["a", "c"], [("E_UNKNOWN_NAME", "outcomes.1"), ("E_TYPE", "credences.1.b")]),
        ([{"a": 0.5, "b": 0.4}], ["a"], [("E_CREDENCE_SUM", "credences.0")]),
        ([{"a": 10**400, "b": Decimal("sNaN")}], ["a"], [("E_RANGE", f"credences.0.{name}") for name in "ab"]),
        ([{"a": 0.5, "b": 0.5}], [["a"]], [("E_UNKNOWN_NAME", "outcomes.0")]),
        ([{"a": 0.5, "b": 0.5}], [np.array(["a"])], [("E_UNKNOWN_NAME", "outcomes.0")]),
        ([{"a": 0.5, "b": 0.5}], {"a"}, [("E_SHAPE", "outcomes")]),
        ([{"a": 0.5, "b": 0.5}], np.array("a"), [("E_SHAPE", "outcomes")]),
    ],
    ids=range(18),
)  # fmt: skip
def test_what_is_no_record_is_refused(credences: Any, outcomes: Any, found: list[tuple[str, str]]) -> None:
    """Every fault of a record is refused at its place."""
    with pytest.raises(ab.CaseError) as caught:
        ab.Past(credences, outcomes)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == found


@pytest.mark.parametrize(
    ("priors", "found"),
    [
        ([{"a": 0.5, "b": 0.5}], [("E_SHAPE", "priors")]),
        ([{"a": 0.5, "b": 0.6}, {"a": 1.0}], [("E_CREDENCE_SUM", "priors.0"), ("E_HYPOTHESES", "priors.1")]),
        (3, [("E_TYPE", "priors")]),
    ],
    ids=range(3),
)
def test_priors_that_do_not_go_with_the_credences_are_refused(priors: Any, found: list[tuple[str, str]]) -> None:
    """They are of the same hypotheses, one for each case."""
    with pytest.raises(ab.CaseError) as caught:
        ab.Past(BY_CASE, ["a", "b"], priors=priors)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == found


@pytest.mark.parametrize(
    ("ratios", "found"),
    [
        ({"a": [1]}, [("E_TOO_FEW", "ratios")]),
        ({"a": [1], "b": []}, [("E_TOO_FEW", "ratios")]),
        ({"a": [1], "b": 2}, [("E_TOO_FEW", "ratios")]),
        ({"a": [1, -2], "b": ["3", True]}, [("E_RANGE", f"ratios.{at}") for at in ("a.1", "b.0", "b.1")]),
        ([1, 2], [("E_TYPE", "ratios")]),
        ({"a": [10**400], "b": [1]}, [("E_RANGE", "ratios.a.0")]),
        ({"a": np.array(3.0), "b": [1]}, [("E_TOO_FEW", "ratios")]),
        ({"a": {3: "x"}, "b": b"1"}, [("E_TOO_FEW", "ratios")]),
    ],
    ids=range(8),
)
def test_what_is_no_ratio_is_refused(ratios: Any, found: list[tuple[str, str]]) -> None:
    """Two hypotheses, each true at least once, and numbers from 0 on."""
    with pytest.raises(ab.CaseError) as caught:
        ab.Past.from_ratios(ratios)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == found


def test_the_nearest_hypothesis_is_offered() -> None:
    """An outcome that is no hypothesis gets the hint which one was meant."""
    with pytest.raises(ab.CaseError, match=r"the case has no hypothesis 'alnoe'\. Did you mean 'alone'"):
        ab.Past([{"alone": 0.5, "crew": 0.5}], ["alnoe"])


def test_numbers_are_of_any_kind() -> None:
    """A credence and a ratio may be a `Decimal`, a fraction or an array of no dimensions, as a stated number may."""
    kinds = [{"a": Decimal("0.25"), "b": np.array(0.75)}, {"a": Fraction(1, 4), "b": np.float32(0.75)}]
    assert ab.Past(kinds, ["a", "b"]).credence.tolist() == [[0.25, 0.75]] * 2  # type: ignore[arg-type]
    assert len(ab.Past.from_ratios({"a": [Fraction(1, 4), Decimal(3)], "b": [np.array(2)]})) == 3  # type: ignore[list-item]
