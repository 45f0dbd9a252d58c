"""The two tails of a Beta distribution in numbers of Python: a few ranges are fitted without waiting for SciPy."""

from __future__ import annotations

import math

MAX_TERMS = 300
"""Terms of the continued fraction at most; ordinary ranges take 5 to 20."""

SAME = 4e-16
"""A factor that is nearer to 1 changes no digit."""

STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
"""Coefficients of the odd powers of 1/z in the logarithm of the gamma function."""

FAR_OUT = 12
"""From here on these powers give the logarithm of the gamma function to the last digit."""


def tails(alpha: float, beta: float, lower: float, upper: float) -> tuple[float, float]:
    """How probable a Beta distribution makes what lies below `lower`, and what lies above `upper`.

    Raises
    ------
    ArithmeticError
        If the continued fraction does not settle, as for very narrow distributions.
    """
    n = alpha + beta
    log_scale = _beyond_stirling(n) - _beyond_stirling(alpha) - _beyond_stirling(beta)
    log_scale += math.log(alpha / n * beta / (2 * math.pi)) / 2
    middle = (alpha + 1) / (n + 2)  # the fraction settles fast on this side of it

    def below(x: float) -> float:
        return _share(alpha, beta, x, 1 - x, log_scale)

    def above(x: float) -> float:
        return _share(beta, alpha, 1 - x, x, log_scale)

    return below(lower) if lower <= middle else 1 - above(lower), above(upper) if upper > middle else 1 - below(upper)


def _share(a: float, b: float, x: float, rest: float, log_scale: float) -> float:
    """The regularised incomplete beta function I_x(a, b), with `rest` for one minus x.

    x^a (1-x)^b / B(a, b) over a continued fraction. The powers are taken as shares of what they are at the mean, where
    they cancel out, so that no digits are lost where a and b are large.

    References
    ----------
    A. R. DiDonato, A. H. Morris (1992), Algorithm 708, doi:10.1145/131766.131776
    """
    n, off = a + b, b * x - a * rest
    height = math.exp(log_scale + a * _log_share(off, a, n * x) + b * _log_share(-off, b, n * rest))
    fraction = above = a * (1 - off) / (a + 1)
    below = 0.0
    for m in range(1, MAX_TERMS):
        odd = a + 2 * m - 1
        numerator = (a + m - 1) * (n + m - 1) * m * (b - m) * (x / odd) ** 2
        term = m + m * (b - m) * x / odd + (a + m) * (1 - off + m * (1 + rest)) / (odd + 2)
        below, above = 1 / (term + numerator * below), term + numerator / above  # W. J. Lentz, in turns
        fraction *= above * below
        if abs(above * below - 1) < SAME:
            return height / fraction
    raise ArithmeticError


def _log_share(off: float, mean: float, at: float) -> float:
    """log(at / mean), where at = mean + off."""
    return math.log1p(off / mean) if 2 * abs(off) < mean else math.log(at / mean)


def _beyond_stirling(z: float) -> float:
    """What the logarithm of the gamma function has beyond (z - 1/2) log z - z + log(2 pi) / 2."""
    beyond = 0.0
    while z < FAR_OUT:
        beyond += (z + 0.5) * math.log1p(1 / z) - 1
        z += 1
    square, series = 1 / z**2, 0.0
    for coefficient in reversed(STIRLING):
        series = series * square + coefficient
    return beyond + series / z
