"""What every stated number means: one closed family of distributions.

A `Point`, a `TruncatedBeta` or a `LogNormal` stands behind each way to state a number. The family is closed under
conditioning, so that the posterior of every input is known exactly given the hypothesis and the hidden states.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy.optimize import brentq, root
from scipy.special import betainc, betaincc, betaincinv, btdtria, btdtrib, expit, logit, ndtri

from attribution_bayes.errors import refusal

MIN_SHAPE, MAX_SHAPE = 1e-280, 1e15
"""Smallest and largest alpha, beta or weight. Below, its share of a sum is lost to underflow; beyond, the distribution
is a point to double precision: state the number."""

MAX_MISSED = 4e-9
"""How far the log-odds of a tail may be off for the Beta of a `Between`: at most 1e-9 in probability."""


type Numbers = float | np.ndarray


@dataclass(frozen=True, slots=True)
class Point:
    """A number taken as known."""

    value: float

    @property
    def mean(self) -> float:
        return self.value

    def interval(self, _mass: float) -> tuple[float, float]:
        return self.value, self.value


@dataclass(frozen=True)
class TruncatedBeta:
    """Density proportional to x^(alpha-1) (1-x)^(beta-1) on [lower, upper]."""

    alpha: float
    beta: float
    lower: float = 0.0
    upper: float = 1.0

    @cached_property
    def mean(self) -> float:
        if self.alpha == self.beta == 1.0:
            return (self.lower + self.upper) / 2
        ends = np.array([self.lower, self.upper])
        below = np.diff(betainc(self.alpha, self.beta, ends))
        raised = np.diff(betainc(self.alpha + 1, self.beta, ends))
        return float(self.alpha / (self.alpha + self.beta) * (raised / below)[0])

    def interval(self, mass: float) -> tuple[float, float]:
        """The central range that holds `mass` of the probability."""
        ends = betainc(self.alpha, self.beta, np.array([self.lower, self.upper]))
        tails = np.array([(1 - mass) / 2, (1 + mass) / 2])
        lower, upper = betaincinv(self.alpha, self.beta, ends[0] + tails * (ends[1] - ends[0]))
        return float(lower), float(upper)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A positive number whose natural logarithm is Normal(mu, sigma)."""

    mu: float
    sigma: float

    @property
    def mean(self) -> float:
        """The geometric mean: what a ratio and its inverse agree on, and what a credence takes (see `Ratios`)."""
        return math.exp(self.mu)

    def interval(self, mass: float) -> tuple[float, float]:
        """The central range that holds `mass` of the probability."""
        half = self.sigma * float(ndtri((1 + mass) / 2))
        return math.exp(self.mu - half), math.exp(self.mu + half)


@lru_cache(maxsize=4096)
def beta_with_quantiles(lower: float, upper: float, mass: float) -> tuple[float, float]:
    """Alpha and beta of the Beta distribution with (1-mass)/2 of its probability below `lower` and above `upper`.

    Solved for the logarithms of both, in log-odds of the two tail probabilities, which keeps tiny bounds as well
    behaved as middling ones.

    Raises
    ------
    CaseError
        ``E_INTERVAL`` if there is none.
    """
    tail = (1 - mass) / 2
    with np.errstate(all="ignore"):  # on the way; where it ends is looked at
        for guess in (_normal_guess, _bracketed_guess):
            logs = root(_tail_residuals, guess(lower, upper, tail), args=(lower, upper, tail), tol=1e-13).x
            if np.abs(_tail_residuals(logs, lower, upper, tail)).max() < MAX_MISSED:
                alpha, beta = _shapes(logs)
                return float(alpha), float(beta)
    raise refusal(
        "E_INTERVAL",
        "lower",
        f"no Beta distribution with alpha and beta up to {MAX_SHAPE:g} has {mass:g} of its probability in "
        f"[{lower:g}, {upper:g}] and equal tails outside.",
        "Widen the range, or state a `Beta` or a `Uniform`.",
    )


MOST_STEPS = 20
"""Newton steps for many ranges at once; five or six do from a normal distribution's moments."""

SMALL_STEP = 1e-7
"""A last step below it, in the logarithms, leaves an error of its square: nothing."""

DIFFERENCE = 1e-6
"""By which the logarithms are moved to find slopes: good to 1e-9, so that each step gains as many digits."""


def betas_with_quantiles(lower: np.ndarray, upper: np.ndarray, mass: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What `beta_with_quantiles` finds, for arrays of ranges that have such a distribution."""
    tail = (1 - mass) / 2
    with np.errstate(all="ignore"):
        logs = _normal_guess(lower, upper, tail)
        left = np.arange(len(lower))
        for _ in range(MOST_STEPS):
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


def beta_means(alpha: np.ndarray, beta: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Means of many Beta distributions on [0, 1] and of uniform ones on [lower, upper], the two that can be stated."""
    return np.asarray(np.where((alpha == 1) & (beta == 1), (lower + upper) / 2, alpha / (alpha + beta)))


def _shapes(logs: np.ndarray) -> np.ndarray:
    shapes: np.ndarray = np.exp(np.clip(logs, -30, math.log(MAX_SHAPE)))
    return shapes


def _tail_residuals(logs: np.ndarray, lower: Numbers, upper: Numbers, tail: Numbers) -> np.ndarray:
    alpha, beta = _shapes(logs)
    below, above = betainc(alpha, beta, lower), betaincc(alpha, beta, upper)
    return np.array([logit(np.clip(p, 1e-300, 1 - 1e-16)) - logit(tail) for p in (below, above)])


def _normal_guess(lower: Numbers, upper: Numbers, tail: Numbers) -> np.ndarray:
    """Moments of a normal distribution on the log-odds scale with the same two quantiles."""
    low, high = logit(lower), logit(upper)
    mean = expit((low + high) / 2)
    spread = (high - low) / (2 * ndtri(1 - tail))
    total = 1 / (spread**2 * mean * (1 - mean)) + 1
    return np.log([mean * total, (1 - mean) * total])


def _bracketed_guess(lower: float, upper: float, tail: float) -> np.ndarray:
    """By bisection: for each alpha there is one beta with the lower tail, and the upper tail falls as alpha grows."""

    def logs(log_alpha: float) -> np.ndarray:
        return np.array([log_alpha, np.log(btdtrib(math.exp(log_alpha), tail, lower))])

    try:
        most = math.log(min(MAX_SHAPE, btdtria(tail, MAX_SHAPE, lower)))  # with a larger alpha, beta is too large
        return logs(brentq(lambda log: _tail_residuals(logs(log), lower, upper, tail)[1], -30, most))
    except ValueError:  # there is none with an alpha in this range
        return np.zeros(2)
