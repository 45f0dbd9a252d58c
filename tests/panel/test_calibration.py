"""The record of past cases: which credences came true how often."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import attribution_bayes as ab
from attribution_bayes.panel.calibration import BINS, calibration_table

NAMES = ("a", "b", "c")


@st.composite
def records(draw: st.DrawFn) -> tuple[list[dict[str, float]], list[str]]:
    """Credences of some cases in whole percentages, and what turned out true."""
    cases = draw(st.lists(st.lists(st.integers(0, 100), min_size=3, max_size=3), min_size=1, max_size=12))
    outcomes = draw(st.lists(st.sampled_from(NAMES), min_size=len(cases), max_size=len(cases)))
    return [dict(zip(NAMES, (number / 100 for number in one), strict=True)) for one in cases], outcomes


@settings(deadline=None, derandomize=True, database=None)
@given(records())
def test_every_credence_is_counted_once(record: tuple[list[dict[str, float]], list[str]]) -> None:
    """Counted by hand: each credence is in the group of its tens, the last one closed, true or not."""
    cases, outcomes = record
    table = calibration_table(cases, outcomes)
    groups: dict[int, list[tuple[float, bool]]] = {}
    for one, outcome in zip(cases, outcomes, strict=True):
        for name, number in one.items():
            groups.setdefault(min(round(number * 100) // 10, BINS - 1), []).append((number, name == outcome))
    assert list(table.index) == sorted(groups)
    for group, members in groups.items():
        row, true = table.loc[group], sum(held for _, held in members)
        assert (row["true"], row["count"]) == (true, len(members))
        assert row["credence"] == pytest.approx(np.mean([number for number, _ in members]))
        assert row["share"] == true / len(members)
        jeffreys = stats.beta(true + 0.5, len(members) - true + 0.5)
        assert row[["low", "high"]].tolist() == pytest.approx([jeffreys.ppf(0.05), jeffreys.ppf(0.95)])
    assert table["true"].sum() == table.attrs["cases"] == len(cases)


def test_a_record_may_come_in_any_of_its_forms(weighed_outage: ab.Posterior) -> None:
    """Posteriors, mappings, a table and an array of the same cases give the same; an empty cell is no hypothesis."""
    mappings = [{"a": 0.7, "b": 0.3}, {"b": 0.9, "c": 0.1}]
    table = pd.DataFrame(mappings)
    expected = calibration_table(mappings, ["a", "b"])
    pd.testing.assert_frame_equal(calibration_table(table, np.array(["a", "b"])), expected)
    array = xr.DataArray([[0.7, 0.2], [0.3, 0.8]], dims=("hypothesis", "case"), coords={"hypothesis": ["a", "b"]})
    by_case = [{"a": 0.7, "b": 0.3}, {"a": 0.2, "b": 0.8}]
    pd.testing.assert_frame_equal(calibration_table(array, ["a", "a"]), calibration_table(by_case, ["a", "a"]))
    names, numbers = weighed_outage.case.names, weighed_outage.credence.values.tolist()
    written = [dict(zip(names, numbers, strict=True)), mappings[0]]
    mixed = calibration_table([weighed_outage, mappings[0]], ["deploy", "a"])
    pd.testing.assert_frame_equal(mixed, calibration_table(written, ["deploy", "a"]))


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
        ([{"a": 0.5}, {"b": "1"}], ["a", "c"], [("E_UNKNOWN_NAME", "outcomes.1"), ("E_TYPE", "credences.1.b")]),
    ],
    ids=range(12),
)  # fmt: skip
def test_what_is_no_record_is_refused(credences: object, outcomes: object, found: list[tuple[str, str]]) -> None:
    """Every fault of a record is refused at its place."""
    with pytest.raises(ab.CaseError) as caught:
        calibration_table(credences, outcomes)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == found


def test_the_nearest_hypothesis_is_offered() -> None:
    """An outcome that is no hypothesis gets the hint which one was meant."""
    with pytest.raises(ab.CaseError, match=r"the case has no hypothesis 'alnoe'\. Did you mean 'alone'"):
        calibration_table([{"alone": 0.5, "crew": 0.5}], ["alnoe"])
