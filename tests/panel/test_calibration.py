"""Which credences came true how often, and the parts of the Brier score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import attribution_bayes as ab
from attribution_bayes.panel.calibration import BINS, Forecasts, brier_parts, calibration_table
from repeatable import REPEATABLE

NAMES = ("a", "b", "c")


@st.composite
def records(draw: st.DrawFn) -> tuple[list[dict[str, float]], list[str]]:
    """Credences of some cases in whole percentages, and what turned out true."""
    pairs = st.tuples(st.integers(0, 100), st.integers(0, 100))
    cases = [(min(two), max(two) - min(two), 100 - max(two)) for two in draw(st.lists(pairs, min_size=1, max_size=12))]
    outcomes = draw(st.lists(st.sampled_from(NAMES), min_size=len(cases), max_size=len(cases)))
    return [dict(zip(NAMES, (number / 100 for number in one), strict=True)) for one in cases], outcomes


@REPEATABLE
@given(records())
def test_every_credence_is_counted_once(record: tuple[list[dict[str, float]], list[str]]) -> None:
    """Counted by hand: each credence is in the group of its tens, the last one closed, true or not."""
    cases, outcomes = record
    table = calibration_table(ab.Past(cases, outcomes))
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
        assert row[["lower", "upper"]].tolist() == pytest.approx([jeffreys.ppf(0.05), jeffreys.ppf(0.95)])
    assert table["true"].sum() == table.attrs["cases"] == len(cases)


def test_of_two_hypotheses_the_first_counts() -> None:
    """The other would say the same once more; a case of three brings all of its own, and then all of every other."""
    table = calibration_table(ab.Past([{"a": 0.85, "b": 0.15}, {"b": 0.7, "a": 0.3}], ["a", "b"]))
    assert table["credence"].tolist() == pytest.approx([0.3, 0.85])
    assert table["true"].tolist() == [0, 1]
    mixed = ab.Past([{"a": 0.85, "b": 0.15}, {"a": 0.2, "b": 0.3, "c": 0.5}], ["a", "b"])
    assert calibration_table(mixed)["count"].sum() == 5


@REPEATABLE
@given(records(), st.data())
def test_the_brier_score_is_the_sum_of_its_parts(
    record: tuple[list[dict[str, float]], list[str]], data: st.DataObject
) -> None:
    """By hand, and reliability - resolution + uncertainty + within_bins to rounding, whatever each case counts."""
    cases, outcomes = record
    weights = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(cases), max_size=len(cases))), dtype=float)
    if not weights.any():
        weights[0] = 1
    parts = brier_parts(Forecasts.from_past(ab.Past(cases, outcomes)), weights)
    scores = [
        sum((p - (name == true)) ** 2 for name, p in one.items()) for one, true in zip(cases, outcomes, strict=True)
    ]
    assert parts["brier"] == pytest.approx(np.average(scores, weights=weights), abs=1e-14)
    total = parts["reliability"] - parts["resolution"] + parts["uncertainty"] + parts["within_bins"]
    assert parts["brier"] == pytest.approx(total, abs=1e-13)
    assert all(parts[name] >= 0 for name in ("reliability", "resolution", "uncertainty"))


def test_forecasts_that_are_alike_within_a_bin_leave_nothing_within_bins() -> None:
    """Murphy's three parts then are all: four forecasts of .8, three true, and one of .2, false, by hand."""
    pairs = [{"rain": 0.8, "none": 0.2}] * 4 + [{"rain": 0.2, "none": 0.8}]
    past = ab.Past(pairs, ["rain", "rain", "rain", "none", "none"])
    parts = brier_parts(Forecasts.from_past(past), np.ones(5))
    assert parts["brier"] == pytest.approx((3 * 0.04 + 0.64 + 0.04) / 5)
    assert parts["reliability"] == pytest.approx((4 * 0.05**2 + 0.2**2) / 5)
    assert parts["resolution"] == pytest.approx((4 * 0.15**2 + 0.6**2) / 5)
    assert parts["uncertainty"] == pytest.approx(0.6 * 0.4)
    assert parts["within_bins"] == pytest.approx(0, abs=1e-16)
