"""Cllr and what belongs to it: published figures, brute force, laws."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attribution_bayes as ab
from attribution_bayes.panel.ratios import LogRatios, calibrated, cllr, cross_entropy, missing
from repeatable import REPEATABLE

LAW = settings(REPEATABLE, max_examples=50)
RATIO = st.sampled_from([0.0, 0.01, 0.2, 0.5, 1.0, 2.0, 5.0, 100.0, np.inf])
SIDE = st.lists(RATIO, min_size=1, max_size=5)


def of(first: list[float], second: list[float]) -> LogRatios:
    """Ratios given where the first hypothesis was true, and where the second was."""
    return LogRatios.from_past(ab.Past.from_ratios({"H1": first, "H2": second}))


def once(ratios: LogRatios) -> np.ndarray:
    return np.ones(len(ratios.nats))


@pytest.mark.parametrize(
    ("expected", "second", "first"),
    [
        (1, [1, 1], [1, 1]),
        (2, [3.0] * 2, [1 / 3] * 2),
        (2, [3.0] * 20, [1 / 3] * 20),
        (0.4150374992788437, [1 / 3] * 2, [3.0] * 2),
        (0.7075187496394219, [1 / 3] * 2, [1]),
        (0.507177646488535, [1 / 100] * 100, [1]),
        (0.5400680236656377, [1 / 100] * 100 + [100], [1]),
        (0.5723134914863265, [1 / 100] * 100 + [100] * 2, [1]),
        (0.6952113122368764, [1 / 100] * 100 + [100] * 6, [1]),
        (1, [1], [1]),
        (1.0849625007211563, [2], [2] * 2),
        (1.6699250014423126, [8], [8] * 8),
        (np.inf, [np.inf, 1], [1, 1]),
        (np.inf, [1, 1], [0, 1]),
        (0, [0, 0], [np.inf]),
    ],
    ids=range(15),
)
def test_cllr_is_what_others_publish(expected: float, second: list[float], first: list[float]) -> None:
    """The figures of the tests of the package lir (Netherlands Forensic Institute), and the extremes by hand."""
    ratios = of(first, second)
    assert cllr(ratios, once(ratios)) == pytest.approx(expected, rel=1e-12, abs=1e-15)


def least(first: list[float], second: list[float]) -> float:
    """Cllr of the best ratios that keep the order, by trying every cut of the sorted values into blocks."""
    values = sorted({*first, *second})
    of_first = np.array([first.count(value) for value in values]) / len(first)
    of_second = np.array([second.count(value) for value in values]) / len(second)
    best = np.inf
    for blocks in combinations_with_replacement(range(len(values)), len(values) - 1):
        label = np.zeros(len(values), dtype=int)
        label[1:] = np.array(sorted(blocks))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.bincount(label, of_first)[label] / np.bincount(label, of_second)[label]
            bits = np.where(of_first > 0, of_first * np.log2(1 + 1 / ratio), 0)
            bits = bits + np.where(of_second > 0, of_second * np.log2(1 + ratio), 0)
        if (ratio[1:] >= ratio[:-1]).all():
            best = min(best, bits.sum() / 2)
    return best


@LAW
@given(SIDE, SIDE)
def test_pooling_adjacent_violators_finds_the_least_cllr(first: list[float], second: list[float]) -> None:
    """No way of putting neighbours together and giving them their own ratio is better; equal ratios stay equal."""
    ratios = of(first, second)
    best = calibrated(ratios, once(ratios))
    assert cllr(best, once(ratios)) == pytest.approx(least(first, second), abs=1e-12)
    order = np.argsort(ratios.nats, kind="stable")
    sorted_, given_ = best.nats[order], ratios.nats[order]
    assert (sorted_[1:] >= sorted_[:-1]).all()
    assert (sorted_[1:] == sorted_[:-1])[given_[1:] == given_[:-1]].all()


@LAW
@given(SIDE, SIDE)
def test_cllr_is_not_below_its_minimum_nor_that_below_zero(first: list[float], second: list[float]) -> None:
    """0 <= minimum <= 1, and minimum <= cllr: without evidence nobody is worse off than with 1 bit missing."""
    ratios = of(first, second)
    whole, best = cllr(ratios, once(ratios)), cllr(calibrated(ratios, once(ratios)), once(ratios))
    assert -1e-15 <= best <= min(1, whole) + 1e-12


@LAW
@given(SIDE, SIDE, st.integers(1, 3))
def test_a_case_that_counts_twice_is_there_twice(first: list[float], second: list[float], times: int) -> None:
    """Weights are how often a case is in the record, also 0; this is what the intervals are made of."""
    ratios = of(first, second)
    weights = once(ratios)
    weights[0] = times
    repeated = of([first[0]] * (times - 1) + first, second)
    for one, other in (
        (ratios, repeated),
        (calibrated(ratios, weights), calibrated(repeated, once(repeated))),
    ):
        assert cllr(one, weights) == pytest.approx(cllr(other, once(repeated)), abs=1e-12)
    if len(second) > 1:
        weights[-1] = 0
        fewer = of([first[0]] * (times - 1) + first, second[:-1])
        assert cllr(calibrated(ratios, weights), weights) == pytest.approx(
            cllr(calibrated(fewer, once(fewer)), once(fewer)), abs=1e-12
        )


def test_cross_entropy_at_other_odds_is_that_of_shifted_posteriors() -> None:
    """By hand at prior odds of 4 : 1, and without evidence the entropy of the prior."""
    ratios = of([2.0, 8.0], [0.5])
    prior = np.log([4.0])
    expected = 0.8 * np.mean(np.log2([1 + 1 / 8, 1 + 1 / 32])) + 0.2 * np.log2(1 + 2)
    assert cross_entropy(ratios, prior, once(ratios))[0] == pytest.approx(expected)
    nothing = of([1.0], [1.0])
    entropy = -0.8 * np.log2(0.8) - 0.2 * np.log2(0.2)
    assert cross_entropy(nothing, prior, once(nothing))[0] == pytest.approx(entropy)


def test_ratios_are_posterior_odds_over_prior_odds() -> None:
    """Credences of 3 : 1 after odds of 1 : 2 are a ratio of 6."""
    past = ab.Past([{"a": 0.75, "b": 0.25}] * 2, ["a", "b"], priors=[{"a": 1 / 3, "b": 2 / 3}] * 2)
    assert not missing(past)
    assert np.exp(LogRatios.from_past(past).nats) == pytest.approx([6, 6])


@pytest.mark.parametrize(
    ("past", "said"),
    [
        (ab.Past([{"a": 0.2, "b": 0.3, "c": 0.5}], ["a"]), "the same two hypotheses"),
        (ab.Past([{"a": 0.2, "b": 0.8}, {"x": 0.2, "y": 0.8}], ["a", "y"]), "the same two hypotheses"),
        (ab.Past([{"a": 0.2, "b": 0.8}] * 2, ["a", "b"]), "the priors are not known"),
        (ab.Past([{"a": 0.2, "b": 0.8}], ["a"], priors=[{"a": 0.5, "b": 0.5}]), "only one of the hypotheses"),
        (
            ab.Past([{"a": 0, "b": 1}] * 2, ["a", "b"], priors=[{"a": 0, "b": 1}] * 2),
            "a prior excludes a hypothesis",
        ),
    ],
    ids=range(5),
)
def test_what_is_missing_is_said(past: ab.Past, said: str) -> None:
    """A record that gives no likelihood ratios says why."""
    assert said in missing(past)


def test_equal_ratios_are_one_whatever_the_priors() -> None:
    """A ratio of 9 is 9 from a prior of 0.2 and from one of 0.9, off by rounding or not."""
    given = [(9, 0.2, "a"), (9, 0.5, "b"), (9, 0.9, "a"), (2, 0.2, "a"), (2, 0.9, "b"), (30, 0.7, "a"), (30, 0.2, "b")]
    priors = [{"a": prior, "b": 1 - prior} for _, prior, _ in given]
    credences = [{"a": r * p / (r * p + 1 - p), "b": (1 - p) / (r * p + 1 - p)} for r, p, _ in given]
    ratios = LogRatios.from_past(ab.Past(credences, [truth for _, _, truth in given], priors=priors))
    assert len({*ratios.nats}) > 3, "rounding does tell some of them apart"
    even = of([r for r, _, truth in given if truth == "a"], [r for r, _, truth in given if truth == "b"])
    assert cllr(calibrated(ratios, once(ratios)), once(ratios)) == pytest.approx(
        cllr(calibrated(even, once(even)), once(even)), rel=1e-12
    )
