"""Log odds, entropy, differences and leaders: what is said of hypotheses once, for all verbs."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from attribution_bayes.odds import (
    DECIBANS_PER_NAT,
    LEAST,
    NOBODY,
    TIE,
    change,
    entropy,
    foremost,
    leaders,
    leading,
    level,
    log_odds,
    log_sum,
    never_zero,
    rest,
    tied,
)

SHARES = st.lists(st.floats(1e-200, 1.0), min_size=2, max_size=6).map(lambda given: np.array(given) / sum(given))


@given(SHARES, st.data())
def test_log_odds_are_of_one_against_the_sum_of_the_others(shares: np.ndarray, data: st.DataObject) -> None:
    """Ten times the decimal logarithm of one share over the others' sum, as rational arithmetic has it."""
    place = data.draw(st.integers(0, len(shares) - 1))
    others = sum(Fraction(share) for k, share in enumerate(shares.tolist()) if k != place)
    expected = 10 * math.log10(Fraction(shares[place].item()) / others)
    assert float(log_odds(np.log(shares), place)) == pytest.approx(expected, rel=1e-12, abs=1e-11)


def test_log_odds_against_one_hypothesis_are_of_these_two() -> None:
    """What a third has makes no difference."""
    assert float(log_odds(np.log([0.2, 0.02, 0.78]), 0, 1)) == pytest.approx(10, abs=1e-12)


def test_log_odds_are_infinite_where_one_side_is_excluded() -> None:
    """Plus infinity against what is excluded, minus infinity for it, and none where both sides are."""
    log = np.array([[0.0, -np.inf, -np.inf], [-np.inf, 0.0, 0.0], [-np.inf, -np.inf, -np.inf]])
    np.testing.assert_array_equal(log_odds(log, 0), [np.inf, -np.inf, np.nan])


def test_log_odds_do_not_run_out() -> None:
    """Joint probabilities of e^-50000 have log odds like any others."""
    log = np.array([-50_000.0, -60_000.0, -60_000.0])
    assert float(log_odds(log, 0)) == pytest.approx((10_000 - math.log(2)) * DECIBANS_PER_NAT, rel=1e-14)


def test_the_logarithm_of_a_sum_is_that_of_the_sum() -> None:
    """Of numbers that are far too small for doubles too, and of none that are not 0."""
    log = np.log([0.1, 0.2, 0.3])
    assert float(log_sum(log)) == pytest.approx(math.log(0.6), abs=1e-15)
    assert float(log_sum(log - 4e4)) == pytest.approx(math.log(0.6) - 4e4, rel=1e-15)
    assert float(log_sum(np.array([-np.inf, -np.inf]))) == -np.inf


@given(SHARES, st.randoms())
def test_the_order_of_the_hypotheses_changes_no_bit(shares: np.ndarray, random: object) -> None:
    """Sums, log odds, entropy and changes are the same to the last bit in whatever order the others are listed."""
    other = np.concatenate([shares[:1], random.sample(shares[1:].tolist(), len(shares) - 1)])  # type: ignore[attr-defined]
    assert rest(shares, 0) == rest(other, 0)
    assert entropy(shares) == entropy(other)
    assert log_odds(np.log(shares), 0) == log_odds(np.log(other), 0)
    even = np.full(len(shares), 1 / len(shares))
    assert change(even, shares, 0) == change(even, other, 0)


@given(st.lists(st.tuples(st.floats(1e-30, 1e-3), st.floats(1e-30, 1e-3)), min_size=1, max_size=4))
def test_a_change_near_one_has_the_digits_of_one_near_zero(smalls: list[tuple[float, float]]) -> None:
    """The change of a credence near 1 is minus the change of all others, to 1e-12 of what the others have."""
    before, after = (np.array([1 - math.fsum(pair[i] for pair in smalls), *(p[i] for p in smalls)]) for i in (0, 1))
    others = [sum(Fraction(pair[i]) for pair in smalls) for i in (0, 1)]
    exact = (1 - others[1]) * others[0] - (1 - others[0]) * others[1]
    assert abs(Fraction(float(change(before, after, 0))) - exact) <= Fraction(1e-15) * max(others)


def test_nothing_changes_where_nothing_changes() -> None:
    """Of equal credences the change is 0, not what rounding leaves."""
    shares = np.array([0.3, 0.1, 0.6])
    assert [float(change(shares, shares, k)) for k in range(3)] == [0, 0, 0]


def test_entropy_is_that_of_the_credences_in_bits() -> None:
    """One bit for two that are level, none where one is left, and the digits of the doubt where it is tiny."""
    assert float(entropy(np.array([0.5, 0.5]))) == 1
    assert float(entropy(np.array([0.0, 1.0, 0.0]))) == 0
    assert entropy(np.array([[0.25] * 4, [0.5, 0.25, 0.25, 0.0]])).tolist() == [2, 1.5]
    tiny = 1e-20  # (1 - t) log(1 - t) is -t to first order
    assert float(entropy(np.array([1.0, tiny]))) == pytest.approx(tiny * (1 - math.log(tiny)) / math.log(2), rel=1e-12)


def test_who_is_ahead_leads_and_nobody_leads_a_tie() -> None:
    """Two that differ by less than 1e-9 of the greater tie; a little more and one of them leads."""
    far, near = 1 - 2 * TIE, 1 - TIE / 2
    shares = np.array([[0.4 * far, 0.4, 0.2], [0.4 * near, 0.4, 0.2], [0.2, 0.3, 0.5], [np.nan] * 3, [0.0] * 3])
    assert leading(shares).tolist() == [1, NOBODY, 2, NOBODY, NOBODY]
    assert leaders("abc", shares).tolist() == ["b", None, "c", None, None]
    assert level(shares).sum(axis=1).tolist() == [1, 2, 1, 0, 0]


def test_those_that_tie_are_named() -> None:
    """Whoever shares the greatest credence, and nobody where one leads; a verb that needs one takes the first."""
    assert tied("abc", np.array([0.2, 0.4, 0.4])) == ("b", "c")
    assert tied("abc", np.array([0.2, 0.3, 0.5])) == ()
    assert foremost(np.array([0.2, np.nextafter(0.4, 0), 0.4])) == 1


@given(arrays(float, 4, elements=st.sampled_from([0.0, LEAST, 1e-300, 0.5])))
def test_what_is_possible_is_never_zero(shares: np.ndarray) -> None:
    """A zero of what is possible becomes the least double; all else stays as it is."""
    possible = np.array([True, True, False, False])
    found = never_zero(shares, possible)
    assert (found[:2] > 0).all()
    np.testing.assert_array_equal(found[2:], shares[2:])
    np.testing.assert_array_equal(found[shares > 0], shares[shares > 0])
