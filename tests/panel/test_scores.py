"""Figures of a record: by hand, their laws, and what their intervals are worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attribution_bayes as ab
from attribution_bayes.panel import scores as module
from attribution_bayes.panel.ratios import LogRatios
from attribution_bayes.panel.scores import _discount, _log_score, _of_ratios, _rows
from repeatable import REPEATABLE

LAW = settings(REPEATABLE, max_examples=30)
BINARY = ab.Past.from_ratios({"same": [30, 4, 2, 9, 0.5, 20], "different": [0.1, 0.5, 2, 0.2, 0.05, 0.3]})
EVEN = {"a": 0.5, "b": 0.5}


def drawn(size: int, spread: float, overstated: float, seed: int) -> ab.Past:
    """Log likelihood ratios that are well calibrated, multiplied by a factor, of cases of even prior odds."""
    rng = np.random.default_rng(seed)
    first = rng.random(size) < 0.5
    logs = overstated * rng.normal(np.where(first, 1, -1) * spread**2 / 2, spread)
    return ab.Past.from_ratios({"a": np.exp(logs[first]).tolist(), "b": np.exp(logs[~first]).tolist()})


def test_each_figure_is_that_of_the_record() -> None:
    """By hand: Brier and log score of the credences, Cllr of the ratios, each inside its interval."""
    table = ab.scores(BINARY)
    p, y = BINARY.credence[:, 0], BINARY.true == 0
    assert table.at["brier", "value"] == pytest.approx(np.mean((p - y) ** 2))
    assert table.at["log_score", "value"] == pytest.approx(-np.mean(np.log2(np.where(y, p, 1 - p))))
    assert table.at["cllr", "value"] == pytest.approx(table.at["log_score", "value"])  # as many cases of each truth
    assert table.at["calibration_loss", "value"] == pytest.approx(
        table.at["cllr", "value"] - table.at["cllr_min", "value"]
    )
    assert list(table.columns) == ["value", "lower", "upper"]
    assert (table["lower"] <= table["upper"]).all()
    for name in ("brier", "log_score", "cllr", "discount"):
        assert table.at[name, "lower"] < table.at[name, "value"] < table.at[name, "upper"]
    assert table.attrs == {"cases": 12, "resamples": 1000, "seed": 0, "interval_mass": 0.9}


def test_the_same_seed_gives_the_same_intervals() -> None:
    """And another seed others, of the same values."""
    one, same, other = ab.scores(BINARY, seed=4), ab.scores(BINARY, seed=4), ab.scores(BINARY, seed=5)
    pd.testing.assert_frame_equal(one, same)
    assert one["value"].equals(other["value"])
    assert not one["lower"].equals(other["lower"])


def test_a_record_without_ratios_has_the_other_figures() -> None:
    """Three hypotheses, no priors: Brier and log score are there, the rest is NaN, and the table says why."""
    table = ab.scores(ab.Past([{"a": 0.7, "b": 0.2, "c": 0.1}, {"a": 0.2, "b": 0.3, "c": 0.5}], ["a", "b"]))
    assert table.at["brier", "value"] == pytest.approx((0.3**2 + 0.2**2 + 0.1**2 + 0.2**2 + 0.7**2 + 0.5**2) / 2)
    assert table.at["log_score", "value"] == pytest.approx(-np.log2([0.7, 0.3]).mean())
    assert table.loc[["cllr", "cllr_min", "calibration_loss", "discount"]].isna().all(axis=None)
    assert table.attrs["no_ratios"] == "the cases do not all have the same two hypotheses"


def test_what_was_excluded_and_true_is_infinitely_bad() -> None:
    """The log score says so, its interval too, and the best discount of such evidence is to forget it."""
    record = [{"a": 0.9, "b": 0.1}] * 3 + [{"a": 0, "b": 1}]
    table = ab.scores(ab.Past(record, ["a", "a", "b", "a"], priors=[EVEN] * 4))
    assert table.at["log_score", "value"] == table.at["log_score", "upper"] == np.inf
    assert np.isfinite(table.at["log_score", "lower"])
    assert table.at["discount", "value"] == table.at["discount", "lower"] == 0


def cost(past: ab.Past, power: float) -> float:
    """Mean -log credence of the truth if the likelihoods had been raised to this power."""
    assert past.prior is not None
    joint = past.prior * (past.credence / past.prior) ** power
    return float(-np.log((joint / joint.sum(axis=1, keepdims=True))[np.arange(len(past)), past.true]).mean())


@LAW
@given(st.lists(st.tuples(*[st.integers(1, 50)] * 3), min_size=2, max_size=8), st.data())
def test_no_other_discount_fits_better(weights: list[tuple[int, ...]], data: st.DataObject) -> None:
    """The score of the record at the fitted power is not worse than at any other, from 0 to 5."""
    record = [dict(zip("abc", np.array(one) / sum(one), strict=True)) for one in weights]
    truth = data.draw(st.lists(st.sampled_from("abc"), min_size=len(record), max_size=len(record)))
    past = ab.Past(record, truth, priors=[{"a": 0.5, "b": 0.3, "c": 0.2}] * len(record))
    fitted = _discount(past, np.ones(len(past)))
    least = min(cost(past, power) for power in np.linspace(0, 5, 51))
    assert cost(past, min(fitted, 200.0)) <= least + 1e-9


def test_a_discount_has_no_end_where_the_evidence_was_always_right() -> None:
    """And is 0 where it was always wrong: a record of either kind is too small, and the interval says so."""
    right = ab.Past([{"a": 0.9, "b": 0.1}] * 3, ["a"] * 3, priors=[EVEN] * 3)
    assert ab.scores(right).loc["discount"].tolist() == [np.inf] * 3
    wrong = ab.Past([{"a": 0.9, "b": 0.1}] * 3, ["b"] * 3, priors=[EVEN] * 3)
    assert ab.scores(wrong).loc["discount"].tolist() == [0] * 3


def test_overstated_evidence_is_found_out() -> None:
    """Log ratios twice too great: the discount is 1/2, and the calibration loss is what it cost; else none of it.

    The error of the fitted power is about 1.5 % for 20 000 cases: 10 % off is beyond six standard errors.
    """
    found = {}
    for factor in (2.0, 1.0):
        past = drawn(20_000, 2.0, factor, seed=1)
        assert _discount(past, np.ones(len(past))) == pytest.approx(1 / factor, rel=0.1)
        found[factor] = _of_ratios(LogRatios.from_past(past), np.ones(len(past)))
    assert found[1.0]["calibration_loss"] < 0.01 < 0.1 < found[2.0]["calibration_loss"]
    assert found[1.0]["cllr_min"] == pytest.approx(found[2.0]["cllr_min"])


def test_intervals_hold_the_truth_about_as_often_as_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 100 records of 60 cases, nearly 90 intervals of the log score hold that of where they come from.

    Fewer than 70 would have a probability below 1e-6 if 88 % held it.
    """
    monkeypatch.setattr(module, "RESAMPLES", 200)
    many, rng = drawn(20_000, 2.0, 1.0, seed=7), np.random.default_rng(1)
    truth, held = _log_score(many, np.ones(len(many))), 0
    for seed in range(100):
        past = drawn(60, 2.0, 1.0, seed=100 + seed)
        rows = _rows(lambda weights, past=past: {"it": _log_score(past, weights)}, [np.ones(60, dtype=bool)], rng)  # type: ignore[misc]
        held += rows["it"][1] <= truth <= rows["it"][2]
    assert held >= 70


def test_the_curve_at_even_odds_is_cllr() -> None:
    """`ece` there is ``cllr`` of `scores`, `minimum` is ``cllr_min``, and `neutral` is one bit."""
    curve, table = ab.ece_curve(BINARY), ab.scores(BINARY)
    assert curve.loc[0.0, ["ece", "minimum", "neutral"]].tolist() == pytest.approx(
        [*table.loc[["cllr", "cllr_min"], "value"], 1.0]
    )
    assert (curve["minimum"] <= curve[["ece", "neutral"]].min(axis=1) + 1e-12).all()
    assert ((curve["lower"] <= curve["ece"]) & (curve["ece"] <= curve["upper"])).all()
    assert curve.index.name == "prior_db"
    pd.testing.assert_frame_equal(curve, ab.ece_curve(BINARY, seed=0))


@pytest.mark.parametrize("function", [ab.scores, ab.calibration_table, ab.ece_curve])
def test_what_is_no_past_is_refused(function: Any) -> None:
    """The error says how to make one."""
    with pytest.raises(ab.CaseError, match=r"E_TYPE past: .*`ab\.Past\(credences, outcomes\)`"):
        function([{"a": 1.0}])


def test_evidence_that_says_nothing_has_no_discount() -> None:
    """Any power of it is as good, by rounding or not; beside evidence that spoke for the truth it does not count."""
    none = [({"a": 0.3, "b": 0.7}, {"a": 0.3, "b": 0.7}), ({"a": 0.1 + 0.2, "b": 0.7}, {"a": 0.3, "b": 0.7})]
    some = [({"a": 0.9, "b": 0.1}, {"a": 0.5, "b": 0.5})]

    def discount(cases: list[tuple[dict[str, float], dict[str, float]]], outcomes: list[str]) -> list[float]:
        past = ab.Past([after for after, _ in cases], outcomes, priors=[before for _, before in cases])
        return list(ab.scores(past).loc["discount"].tolist())

    assert np.isnan(discount(none, ["a", "b"])).all()
    assert np.isnan(discount(none, ["b", "b"])).all()
    assert discount(none + some, ["b", "b", "a"]) == [np.inf] * 3
