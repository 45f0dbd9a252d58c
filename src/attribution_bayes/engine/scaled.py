"""Non-negative numbers as mantissa and exponent, sums that are rounded once, and when plain doubles would do.

Doubles underflow at 1e-308, after thirty likelihoods of 1e-11. Logarithms do not, but lose three digits in a product of
a thousand numbers. A mantissa in [1/2, 1) with a whole exponent does neither.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from attribution_bayes.arrays import Floats, Ints

MANTISSAS_AT_ONCE = 512
"""Mantissas in [1/2, 1) that are multiplied before the exponent is taken out again: 2^-512 is far from underflow."""

ROOM = 1000
"""Most binary digits between plain numbers and 1: doubles have 1022."""

EXPONENT_OF_ZERO = np.iinfo(np.int32).min
"""The exponent of 0, which could be any: so low that a number other than 0 sets the common exponent."""

MIN_SHIFT = np.iinfo(np.int16).min
"""Most binary digits by which a number is shifted down: after 1100 it is 0, and `ldexp` takes no 64-bit integers."""

MAX_SUMMED_TOGETHER = 100
"""Most numbers in a row for which all rows are summed together; longer rows are faster one by one."""

MAX_SUMMED_ALONE = 64
"""Most numbers in all rows for which one by one is faster too: NumPy's calls would take longer than the sums."""

SUMMED_AT_ONCE = 2**15
"""Numbers that are cut into coarse and fine parts together: 256 KiB, so that all parts stay in the cache."""

COARSE, FINE = 1.5 * 2.0**25, 1.5 * 2.0**-2
"""Adding and subtracting the first rounds a number up to 1 to a multiple of 2^-27; the second, the rest to 2^-54."""


@dataclass(frozen=True, eq=False)
class Scaled:
    """Non-negative numbers mantissa * 2^exponent: the range of logarithms with the precision of products."""

    mantissa: Floats
    exponent: Ints

    @classmethod
    def from_floats(cls, numbers: Floats) -> Scaled:
        mantissa, exponent = np.frexp(numbers)
        return cls(mantissa, exponent.astype(np.int64))

    def normalised(self) -> Scaled:
        """With mantissas in [1/2, 1)."""
        mantissa, shift = np.frexp(self.mantissa)
        return Scaled(mantissa, self.exponent + shift)

    def __mul__(self, other: Scaled) -> Scaled:
        return Scaled(self.mantissa * other.mantissa, self.exponent + other.exponent).normalised()

    def __truediv__(self, other: Scaled) -> Scaled:
        """The quotient, with 0 / 0 = 0: an impossible state has no share of an impossible event."""
        divisor = np.where(other.mantissa > 0, other.mantissa, 1.0)
        return Scaled(self.mantissa / divisor, self.exponent - other.exponent).normalised()

    def __getitem__(self, index: Any) -> Scaled:
        return Scaled(self.mantissa[index], self.exponent[index])

    def reshape(self, *shape: int) -> Scaled:
        return Scaled(self.mantissa.reshape(shape), self.exponent.reshape(shape))

    def aligned(self, axis: int) -> tuple[Floats, Ints]:
        """Plain numbers in proportion along an axis, and their common exponent."""
        exponent = np.where(self.mantissa > 0, self.exponent, EXPONENT_OF_ZERO)
        common = exponent.max(axis=axis, keepdims=True)
        shift = np.maximum(exponent - common, MIN_SHIFT)
        return np.ldexp(self.mantissa, shift.astype(np.int32)), common

    def sum(self, axis: int) -> Scaled:
        numbers, common = self.aligned(axis)
        return Scaled(numbers.sum(axis=axis), common.squeeze(axis)).normalised()

    def prod(self, axis: int) -> Scaled:
        """The product along an axis, a bounded number of mantissas at a time."""
        along = (slice(None),) * axis
        product = Scaled(np.ones(()), self.exponent.sum(axis=axis))
        for start in range(0, max(1, self.mantissa.shape[axis]), MANTISSAS_AT_ONCE):
            part = self.mantissa[(*along, slice(start, start + MANTISSAS_AT_ONCE))].prod(axis=axis)
            product = Scaled(product.mantissa * part, product.exponent).normalised()
        return product

    def log(self) -> Floats:
        """Natural logarithms; minus infinity for zero."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.mantissa) + self.exponent * np.log(2))

    def log10(self) -> Floats:
        """Decimal logarithms; minus infinity for zero."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log10(self.mantissa) + self.exponent * np.log10(2))

    def to_floats(self) -> Floats:
        """Plain doubles; 0 for numbers too small for one."""
        return np.asarray(np.ldexp(self.mantissa, np.maximum(self.exponent, MIN_SHIFT).astype(np.int32)))

    def log_shares(self) -> Floats:
        """Natural logarithms up to a constant of each row (the last axis), which makes that of the greatest nearly 0.

        So log odds of tiny numbers keep as many digits as those of any others.
        """
        exponent = np.where(self.mantissa > 0, self.exponent, EXPONENT_OF_ZERO)
        return Scaled(self.mantissa, exponent - exponent.max(axis=-1, keepdims=True)).log()


def exact_sum(numbers: Floats) -> Floats:
    """Sum over the last axis, which is kept, and round once, so that the order of the hypotheses changes no bit.

    The rounding error of an addition is itself a double, which a few subtractions find. The errors are summed
    separately and added at the end; the numbers are sorted first, so that even this second sum does not depend on their
    order. T. Ogita, S. M. Rump, S. Oishi (2005), Accurate sum and dot product, doi:10.1137/030601818.
    """
    if numbers.shape[-1] > MAX_SUMMED_TOGETHER or numbers.size <= MAX_SUMMED_ALONE:
        sums = [math.fsum(row) for row in numbers.reshape(-1, numbers.shape[-1]).tolist()]
        return np.array(sums).reshape(*numbers.shape[:-1], 1)
    ascending = np.sort(numbers, axis=-1)
    total, lost = ascending[..., 0], np.zeros(ascending.shape[:-1])
    for i in range(1, ascending.shape[-1]):
        term, before = ascending[..., i], total
        total = before + term
        rounded = total - before
        lost = lost + ((before - (total - rounded)) + (term - rounded))
    return np.asarray((total + lost)[..., None])


def sums_in_any_order(numbers: Floats) -> Floats:
    """Sums over the hypotheses, the same to the last bit in any order; shape (row,).

    Three numbers or more are each cut into a multiple of 2^-27 and one of 2^-54 of the greatest in their row. Sums of
    such multiples need no rounding, so their order does not matter; what is cut off is too small to matter.
    """
    if len(numbers) < 3:
        return np.asarray(np.add.reduce(numbers, axis=0))
    size, step = numbers.shape[1], max(1, SUMMED_AT_ONCE // len(numbers))
    if size > step:
        return np.concatenate([sums_in_any_order(numbers[:, i : i + step]) for i in range(0, size, step)])
    _, exponent = np.frexp(np.maximum.reduce(numbers, axis=0))
    rest = numbers * np.ldexp(1.0, -exponent)
    coarse = rest + COARSE
    coarse -= COARSE
    rest -= coarse
    fine = rest
    fine += FINE
    fine -= FINE
    return np.asarray(np.ldexp(np.add.reduce(coarse, axis=0) + np.add.reduce(fine, axis=0), exponent))


def sum_in_any_order(numbers: Sequence[float]) -> float:
    """The same for a single row, in numbers of Python."""
    if len(numbers) < 3:
        return math.fsum(numbers)
    _, exponent = math.frexp(max(numbers))
    scale = math.ldexp(1.0, -exponent)
    shares = [number * scale for number in numbers]
    coarse = [(share + COARSE) - COARSE for share in shares]
    fine = [((share - most) + FINE) - FINE for share, most in zip(shares, coarse, strict=True)]
    return math.ldexp(math.fsum(coarse) + math.fsum(fine), exponent)


def binary_digits(numbers: Floats) -> int:
    """The most binary digits between 1 and any number but 0: how far each factor can take a product from 1."""
    _, exponent = np.frexp(numbers)  # that of 0 is 0
    return max(1 - int(exponent.min()), int(exponent.max()))


def products_of_others(likelihood: Scaled) -> Scaled:
    """The product of all other components for each component, without division; shape (component, hypothesis)."""
    mantissa, exponent = likelihood.mantissa, likelihood.exponent
    both_ways = Scaled(np.stack([mantissa, mantissa[::-1]], axis=1), np.stack([exponent, exponent[::-1]], axis=1))
    before = _products_before(both_ways)
    return before[:, 0] * before[::-1, 1]


def _products_before(numbers: Scaled) -> Scaled:
    """The product of all earlier numbers along the first axis, a bounded number of mantissas at a time."""
    count, *shape = numbers.mantissa.shape
    mantissa, exponent = np.ones((count + 1, *shape)), np.zeros((count + 1, *shape), dtype=np.int64)
    np.cumsum(numbers.exponent, axis=0, out=exponent[1:])
    product = Scaled.from_floats(np.ones(shape))
    for start in range(0, count, MANTISSAS_AT_ONCE):
        running = product.mantissa * np.cumprod(numbers.mantissa[start : start + MANTISSAS_AT_ONCE], axis=0)
        written = slice(start + 1, start + 1 + len(running))
        mantissa[written] = running
        exponent[written] += product.exponent
        product = Scaled(running[-1], product.exponent).normalised()
    return Scaled(mantissa[:-1], exponent[:-1]).normalised()
