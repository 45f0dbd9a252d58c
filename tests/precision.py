"""How far doubles are from what fractions give."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal, localcontext
from fractions import Fraction

from attribution_bayes.engine.scaled import Scaled

EXACT, QUADRATURE = 1e-12, 1e-9
"""Declared relative errors: of exact arithmetic, and where an input that is used several times is summed out."""
ROUNDING = 2.0**-53


def relative_error(found: float, true: Fraction) -> float:
    """Zero only for a zero that is true."""
    if not true:
        return 0.0 if found == 0 else math.inf
    return float(abs(Fraction(found) / true - 1))


def log(number: Fraction, exponent: int = 0) -> Decimal:
    """The natural logarithm of number * 2^exponent."""
    with localcontext() as context:
        context.prec = 60
        return (Decimal(number.numerator) / Decimal(number.denominator)).ln() + exponent * Decimal(2).ln()


def log_error(found: float, true: Decimal) -> float:
    """The relative error of a number of which the logarithm was found, beyond the rounding of the logarithm itself."""
    off = abs(Decimal(found) - true)
    return max(0.0, float(off) - 4 * ROUNDING * abs(found))


def exactly(scaled: Scaled) -> list[Fraction]:
    pairs = zip(scaled.mantissa.reshape(-1).tolist(), scaled.exponent.reshape(-1).tolist(), strict=True)
    return [Fraction(mantissa) * Fraction(2) ** exponent if mantissa else Fraction(0) for mantissa, exponent in pairs]


def whole_product(numbers: Iterable[float]) -> tuple[int, int]:
    """The product of doubles as a whole number and the power of two that it is to be multiplied by."""
    halves = [math.frexp(number) for number in numbers]
    return math.prod(int(mantissa * 2**53) for mantissa, _ in halves), sum(exponent - 53 for _, exponent in halves)
