"""Scaled numbers and exact sums against fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.engine import scaled
from attribution_bayes.engine.scaled import SUMMED_AT_ONCE, Scaled, exact_sum, sum_in_any_order, sums_in_any_order
from precision import ROUNDING, exactly, log, log_error, relative_error, whole_product
from repeatable import REPEATABLE

MANTISSA = st.floats(0.5, math.nextafter(1.0, 0.0)) | st.just(0.0)
EXPONENT = st.integers(-50, 50) | st.integers(-20_000, 20_000) | st.sampled_from((0, 1, -1, -1074, 1023))
QUICK = settings(REPEATABLE, max_examples=200)


def scaled_arrays(*shape: int) -> st.SearchStrategy[Scaled]:
    size = math.prod(shape)
    columns = st.tuples(*(st.lists(part, min_size=size, max_size=size) for part in (MANTISSA, EXPONENT)))
    return columns.map(lambda pair: Scaled(np.reshape(pair[0], shape), np.reshape(pair[1], shape).astype(np.int64)))


def assert_close(found: list[Fraction], true: list[Fraction], tolerance: float) -> None:
    for one, other in zip(found, true, strict=True):
        assert abs(one - other) <= Fraction(tolerance) * other


@QUICK
@given(st.lists(st.floats(0, allow_infinity=False), min_size=1, max_size=8))
def test_scaled_numbers_hold_any_double(numbers: list[float]) -> None:
    """Numbers go in without a rounding, subnormal ones and zero among them, with mantissas in [1/2, 1)."""
    scaled = Scaled.from_floats(np.array(numbers))
    assert exactly(scaled) == [Fraction(number) for number in numbers]
    assert all(mantissa == 0 or 0.5 <= mantissa < 1 for mantissa in scaled.mantissa.tolist())


@QUICK
@given(scaled_arrays(3), scaled_arrays(3))
def test_quotients_are_rounded_once(one: Scaled, other: Scaled) -> None:
    """Each with a mantissa in [1/2, 1); what is 0 stays 0, whatever it is divided by, also by 0."""
    dividend = Scaled(np.where(other.mantissa > 0, one.mantissa, 0.0), one.exponent)
    found = dividend / other
    expected = [a / b if b else Fraction(0) for a, b in zip(exactly(dividend), exactly(other), strict=True)]
    assert_close(exactly(found), expected, ROUNDING)
    assert all(mantissa == 0 or 0.5 <= mantissa < 1 for mantissa in found.mantissa.tolist())


@QUICK
@given(scaled_arrays(6), scaled_arrays(6))
def test_scaled_numbers_multiply_with_one_rounding(one: Scaled, other: Scaled) -> None:
    """Products keep their precision whatever the exponents, and mantissas in [1/2, 1) for the next product."""
    true = [a * b for a, b in zip(exactly(one), exactly(other), strict=True)]
    assert_close(exactly(one * other), true, ROUNDING)
    assert all(mantissa == 0 or 0.5 <= mantissa < 1 for mantissa in (one * other).mantissa.tolist())


@QUICK
@given(scaled_arrays(4, 5), st.sampled_from((0, 1)))
def test_scaled_numbers_add_up(scaled: Scaled, axis: int) -> None:
    """Sums along an axis are those of fractions, within a rounding for each number added."""
    table = np.array(exactly(scaled), dtype=object).reshape(4, 5)
    assert_close(exactly(scaled.sum(axis=axis)), table.sum(axis=axis).tolist(), 5 * ROUNDING)


@QUICK
@given(scaled_arrays(4, 5), st.sampled_from((0, 1)))
def test_scaled_numbers_multiply_along_an_axis(scaled: Scaled, axis: int) -> None:
    """Products along an axis are those of fractions, within a rounding for each number multiplied."""
    table = np.array(exactly(scaled), dtype=object).reshape(4, 5)
    assert_close(exactly(scaled.prod(axis=axis)), table.prod(axis=axis).tolist(), 5 * ROUNDING)


@pytest.mark.parametrize("count", [0, 1, 511, 512, 513, 2000])
def test_a_long_product_does_not_underflow(count: int) -> None:
    """Products of any length, the empty one included, are those of fractions."""
    numbers = np.ldexp(np.random.default_rng(1).uniform(0.5, 0.55, (count, 2)), -900)
    product = Scaled.from_floats(numbers).prod(axis=0)
    for column, mantissa, exponent in zip(numbers.T.tolist(), product.mantissa, product.exponent.tolist(), strict=True):
        whole, power = whole_product(column)
        assert relative_error(float(mantissa), Fraction(whole) * Fraction(2) ** (power - exponent)) <= count * ROUNDING


@QUICK
@given(scaled_arrays(3, 4))
def test_aligned_numbers_are_in_proportion(scaled: Scaled) -> None:
    """With the common exponent put back each number is what it was, or too small beside the largest to be held."""
    numbers, common = scaled.aligned(axis=1)
    table = np.array(exactly(scaled), dtype=object).reshape(3, 4)
    for row, exponent, true in zip(numbers.tolist(), common.reshape(-1).tolist(), table.tolist(), strict=True):
        assert max(row) == 0 if not any(true) else 0.5 <= max(row) < 1
        for number, value in zip(row, true, strict=True):
            unit = Fraction(2) ** exponent if value else Fraction(1)
            held = abs(Fraction(number) * unit - value) <= unit * Fraction(2) ** -1074
            assert held if number < 2.0**-1022 else Fraction(number) * unit == value


@QUICK
@given(scaled_arrays(5))
def test_scaled_numbers_have_their_logarithms(scaled: Scaled) -> None:
    """Logarithms are natural, and minus infinity for zero."""
    numbers = zip(scaled.log().tolist(), scaled.mantissa.tolist(), scaled.exponent.tolist(), strict=True)
    for found, mantissa, exponent in numbers:
        if mantissa:
            assert log_error(found, log(Fraction(mantissa), exponent)) <= 2 * ROUNDING
        else:
            assert found == -math.inf


def test_scaled_numbers_are_indexed_like_arrays() -> None:
    """Axes can be inserted and parts taken, the mantissas and exponents together."""
    scaled = Scaled.from_floats(np.array([[1e-300, 0.5], [0.0, 3.0]]))
    assert exactly(scaled[:, None, 1]) == [Fraction(1, 2), Fraction(3)]
    assert scaled[:, None].mantissa.shape == scaled[:, None].exponent.shape == (2, 1, 2)
    assert exactly(scaled.reshape(4, 1)[1]) == [Fraction(1, 2)]
    assert scaled.reshape(4, 1).mantissa.shape == scaled.reshape(4, 1).exponent.shape == (4, 1)


HALF_A_UNIT = Fraction(1, 2**53)


@pytest.mark.parametrize("count", [1, 2, 100, 101, 1_000])
def test_a_sum_is_rounded_once_and_in_no_order(count: int) -> None:
    """Of few and of many hypotheses: as near to the exact sum as a double can be, and the same bits in any order."""
    rng = np.random.default_rng(count)
    numbers = rng.uniform(size=(2, 3, count)) * 10.0 ** rng.integers(-3, 4, (2, 3, count))
    sums = exact_sum(numbers)
    assert sums.shape == (2, 3, 1)
    for row, total in zip(numbers.reshape(-1, count), sums.ravel(), strict=True):
        true = sum(map(Fraction, row.tolist()), Fraction(0))
        assert abs(Fraction(float(total)) - true) <= true * HALF_A_UNIT * (1 + Fraction(1, 10**9))
    assert (exact_sum(rng.permuted(numbers, axis=-1)) == sums).all()


def test_a_sum_of_scaled_numbers_keeps_the_other_axes() -> None:
    """Only the axis that is summed goes, also where others have length one."""
    scaled = Scaled.from_floats(np.array([[[0.25, 0.5]], [[1.0, 2.0]]]))
    for axis, shape in enumerate([(1, 2), (2, 2), (2, 1)]):
        assert scaled.sum(axis=axis).mantissa.shape == scaled.sum(axis=axis).exponent.shape == shape


@pytest.mark.parametrize("count", [1, 2, 3, 100, 101])
def test_sums_are_rounded_once_in_any_order(count: int) -> None:
    """Sums over the last axis, which is kept, are those of fractions to the last bit, few numbers or many."""
    random = np.random.default_rng(1)
    numbers = np.ldexp(random.random((2, 3, count)), random.integers(-60, 0, (2, 3, count)))
    true = [[[float(sum(map(Fraction, row)))] for row in rows] for rows in numbers.tolist()]
    assert exact_sum(numbers).tolist() == true
    assert exact_sum(random.permuted(numbers, axis=-1)).tolist() == true


def test_sums_are_the_same_in_any_order_and_exact_enough() -> None:
    """Sums over a thousand hypotheses keep their bits when they are shuffled, and differ from exact ones by 1e-13."""
    rng = np.random.default_rng(3)
    numbers = np.exp(rng.uniform(-60, 0, (1000, 50)))
    numbers[0] = 0.75
    total = sums_in_any_order(numbers)
    np.testing.assert_array_equal(sums_in_any_order(rng.permutation(numbers, axis=0)), total)
    np.testing.assert_allclose(total, exact_sum(numbers.T)[:, 0], rtol=1e-13)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_a_sum_in_any_order_is_that_of_many_rows(count: int) -> None:
    """The same bits by itself as among others, however far its numbers are apart."""
    numbers = np.exp(np.random.default_rng(count).uniform(-40, 0, (count, 50)))
    expected = sums_in_any_order(numbers)
    assert [sum_in_any_order(row) for row in numbers.T.tolist()] == expected.tolist()


def test_many_sums_are_formed_in_pieces() -> None:
    """More numbers than are cut together have the sums that they have alone."""
    numbers = np.random.default_rng(5).uniform(0, 1, (3, SUMMED_AT_ONCE // 2))
    together = sums_in_any_order(numbers)
    assert together.shape == (SUMMED_AT_ONCE // 2,)
    assert together[[0, -1]].tolist() == [sum_in_any_order(row) for row in numbers[:, [0, -1]].T.tolist()]
    np.testing.assert_allclose(together, numbers.sum(axis=0), rtol=1e-15)


def test_the_digits_of_numbers_are_how_far_they_are_from_one() -> None:
    """On either side, whatever lies between, and not counting zeros."""
    assert scaled.binary_digits(np.array([[0.75, 0.0, 1.0]])) == 1
    assert scaled.binary_digits(np.array([[0.75, 2.0**-30, 1.0]])) == 30
    assert scaled.binary_digits(np.array([[0.75, 2.0**-30, 2.0**39 * 1.5]])) == 40
    assert scaled.binary_digits(np.array([[5e-324]])) == 1074


def test_scaled_numbers_have_decimal_logarithms_and_doubles() -> None:
    """Beyond the range of doubles the logarithm still holds what the double has lost; zero is minus infinity and 0."""
    scaled = Scaled(np.array([0.5, 0.75, 0.0, 0.5]), np.array([1, -3, 7, -100_000]))
    assert scaled.log10().tolist() == pytest.approx([0.0, math.log10(0.75 / 8), -math.inf, -100_001 * math.log10(2)])
    assert scaled.to_floats().tolist() == [1.0, 0.75 / 8, 0.0, 0.0]
