"""A Beta from its quantiles: from the two ends of a range, or from three and more."""

from __future__ import annotations

import math
from contextlib import suppress
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from attribution_bayes.declare.distributions import MAX_SHAPE
from attribution_bayes.declare.tails import tails
from attribution_bayes.deferred import optimize, special
from attribution_bayes.errors import refusal

MAX_MISSED = 4e-9
"""How far the log-odds of a tail may be off for the Beta of a `Between`: at most 1e-9 in probability."""

LEAST_MASS, MOST_MASS, MAX_ORDINARY = 0.1, 0.99, 1e6
"""What an ordinary range holds at least and at most, and what its alpha and beta sum to at most. Of others the last
digits are down to rounding; of ordinary ones, SciPy and numbers of Python find the same Beta, to 1e-12."""

MAX_STEPS = 20
"""Newton steps; from the moments of a normal distribution, five or six suffice."""

DIFFERENCE = 1e-6
"""How far the logarithms are moved to find slopes, which are then accurate to about as much."""

SMALL_STEP, SMALLEST_STEP = 1e-7, 1e-9
"""A last step in the logarithms that is smaller leaves an error of `DIFFERENCE` times that; with the second, none."""

NORMAL = NormalDist()

type Numbers = float | np.ndarray


@lru_cache(maxsize=4096)
def beta_with_quantiles(lower: float, upper: float, mass: float) -> tuple[float, float]:
    """Alpha and beta of the Beta distribution with (1-mass)/2 of its probability below `lower` and above `upper`.

    Solved for the logarithms of both, which keeps tiny bounds as well behaved as middling ones. Ordinary ranges do
    without SciPy, whose import takes longer than all else that a first answer needs.

    Raises
    ------
    CaseError
        ``E_INTERVAL`` if there is no such distribution.
    """
    tail = (1 - mass) / 2
    with suppress(ArithmeticError, ValueError):  # no ordinary range
        return _ordinary(lower, upper, mass)
    with np.errstate(all="ignore"):  # on the way; the result is checked
        for guess in (_normal_guess, _bracketed_guess):
            logs = optimize.root(_tail_residuals, guess(lower, upper, tail), args=(lower, upper, tail), tol=1e-13).x
            if np.abs(_tail_residuals(logs, lower, upper, tail)).max() < MAX_MISSED:
                alpha, beta = _shapes(logs)
                return float(alpha), float(beta)
    raise refusal(
        "E_INTERVAL",
        "lower",
        f"no Beta distribution with alpha and beta up to {MAX_SHAPE:g} has {mass:g} of its probability in "
        f"[{lower:g}, {upper:g}] and equal tails outside.",
        "Widen the range, or state a Beta or a uniform distribution.",
    )


def _ordinary(lower: float, upper: float, mass: float) -> tuple[float, float]:
    """By Newton steps in the normal deviates of the two tails, which are nearly linear: three or four.

    Raises
    ------
    ArithmeticError, ValueError
        Where the range is not ordinary, or the steps lead nowhere.
    """
    if not LEAST_MASS <= mass <= MOST_MASS:
        raise ArithmeticError
    aim = NORMAL.inv_cdf((1 - mass) / 2)
    low, high = (math.log(end / (1 - end)) for end in (lower, upper))
    mean, spread = 1 / (1 + math.exp(-(low + high) / 2)), (high - low) / (-2 * aim)  # as in `_normal_guess`
    total = 1 / (spread**2 * mean * (1 - mean)) + 1
    u, v = math.log(mean * total), math.log((1 - mean) * total)

    def missed(log_alpha: float, log_beta: float) -> tuple[float, float]:
        below, above = tails(math.exp(log_alpha), math.exp(log_beta), lower, upper)
        return NORMAL.inv_cdf(below) - aim, NORMAL.inv_cdf(above) - aim

    for _ in range(MAX_STEPS):
        if math.exp(u) + math.exp(v) > MAX_ORDINARY:
            break
        below, above = missed(u, v)
        (a, c), (b, d) = (
            ((moved[0] - below) / DIFFERENCE, (moved[1] - above) / DIFFERENCE)
            for moved in (missed(u + DIFFERENCE, v), missed(u, v + DIFFERENCE))
        )
        step = (d * below - b * above) / (a * d - b * c), (a * above - c * below) / (a * d - b * c)
        u, v = u - step[0], v - step[1]
        if max(map(abs, step)) < SMALLEST_STEP:
            return math.exp(u), math.exp(v)
    raise ArithmeticError


def betas_with_quantiles(lower: np.ndarray, upper: np.ndarray, mass: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find what `beta_with_quantiles` finds, for arrays of ranges that have such a distribution."""
    tail = (1 - mass) / 2
    with np.errstate(all="ignore"):
        logs = _normal_guess(lower, upper, tail)
        left = np.arange(len(lower))
        for _ in range(MAX_STEPS):
            step = _newton_step(logs[:, left], lower[left], upper[left], tail[left])
            logs[:, left] -= np.clip(step, -2, 2)
            left = left[~(np.abs(step).max(axis=0) < SMALL_STEP)]
            if not len(left):
                break
        shapes = _shapes(logs)
        missed = np.abs(_tail_residuals(logs, lower, upper, tail)).max(axis=0)
    for i in np.flatnonzero(~(missed < MAX_MISSED)).tolist():
        shapes[:, i] = beta_with_quantiles(float(lower[i]), float(upper[i]), float(mass[i]))
    return shapes[0], shapes[1]


def _newton_step(logs: np.ndarray, lower: np.ndarray, upper: np.ndarray, tail: np.ndarray) -> np.ndarray:
    missed = _tail_residuals(logs, lower, upper, tail)
    moved = (logs + DIFFERENCE * np.eye(2)[i][:, None] for i in range(2))
    (a, c), (b, d) = ((_tail_residuals(one, lower, upper, tail) - missed) / DIFFERENCE for one in moved)
    return np.asarray(np.array([d * missed[0] - b * missed[1], a * missed[1] - c * missed[0]]) / (a * d - b * c))


def _shapes(logs: np.ndarray) -> np.ndarray:
    shapes: np.ndarray = np.exp(np.clip(logs, -30, math.log(MAX_SHAPE)))
    return shapes


def _tail_residuals(logs: np.ndarray, lower: Numbers, upper: Numbers, tail: Numbers) -> np.ndarray:
    alpha, beta = _shapes(logs)
    below, above = special.betainc(alpha, beta, lower), special.betaincc(alpha, beta, upper)
    return np.array([special.logit(np.clip(p, 1e-300, 1 - 1e-16)) - special.logit(tail) for p in (below, above)])


def _normal_guess(lower: Numbers, upper: Numbers, tail: Numbers) -> np.ndarray:
    """Moments of a normal distribution on the log-odds scale with the same two quantiles."""
    low, high = special.logit(lower), special.logit(upper)
    mean = special.expit((low + high) / 2)
    spread = (high - low) / (2 * special.ndtri(1 - tail))
    total = 1 / (spread**2 * mean * (1 - mean)) + 1
    return np.log([mean * total, (1 - mean) * total])


def _bracketed_guess(lower: float, upper: float, tail: float) -> np.ndarray:
    """By bisection: for each alpha there is one beta with the lower tail, and the upper tail falls as alpha grows."""

    def logs(log_alpha: float) -> np.ndarray:
        return np.array([log_alpha, np.log(special.btdtrib(math.exp(log_alpha), tail, lower))])

    try:
        most = math.log(
            min(MAX_SHAPE, special.btdtria(tail, MAX_SHAPE, lower))
        )  # with a larger alpha, beta is too large
        return logs(optimize.brentq(lambda log: _tail_residuals(logs(log), lower, upper, tail)[1], -30, most))
    except ValueError:  # no alpha in this range will do
        return np.zeros(2)


FINEST = 1e-15
"""Relative steps and gains below which a fit ends: the rounding of doubles."""


@lru_cache(maxsize=4096)
def beta_nearest_quantiles(shares: tuple[float, ...], values: tuple[float, ...]) -> tuple[float, float]:
    """Alpha and beta of the Beta whose distribution function at `values` comes nearest to `shares`.

    It has the least sum of squared errors in the log odds of the shares. In probability, a tail of 5 % could be left
    out altogether at a cost of 0.05; in log odds, tails count as much as the middle, and stating the complement changes
    nothing.
    """
    levels, at = special.logit(shares), np.array(values)

    def misfit(logs: np.ndarray) -> np.ndarray:
        alpha, beta = _shapes(logs)
        return np.asarray(share_log_odds(alpha, beta, at) - levels)

    with np.errstate(all="ignore"):  # on the way
        spread, middle = np.polyfit(special.ndtri(shares), special.logit(at), 1)
        mean = special.expit(middle)
        total = 1 / (spread**2 * mean * (1 - mean)) + 1
        guess = np.clip(np.log([mean * total, (1 - mean) * total]), -30, math.log(MAX_SHAPE))
        logs = optimize.least_squares(misfit, guess, jac="3-point", xtol=FINEST, ftol=FINEST, gtol=FINEST).x
    alpha, beta = _shapes(logs)
    return float(alpha), float(beta)


def share_log_odds(alpha: float, beta: float, values: np.ndarray) -> np.ndarray:
    """Log odds of a Beta lying below each value; exact to the last digit in both tails."""
    below, above = (np.maximum(tail(alpha, beta, values), MIN_SHARE) for tail in (special.betainc, special.betaincc))
    return np.asarray(np.log(below) - np.log(above))


MIN_SHARE = 1e-300
"""Replaces tails that underflow, so that their logarithm is finite."""
