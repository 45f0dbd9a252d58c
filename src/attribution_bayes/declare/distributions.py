"""What every stated number means: one closed family of distributions.

Each way to state a number means a `Point`, a `Beta`, a `Uniform` or a `LogNormal`; nothing else can be stated. The
family is closed under conditioning, so that the posterior of every input is known exactly given the hypothesis and
the hidden states: uses of a Beta tilt it to another Beta, those of a Uniform to the law that `tilted_uniforms` draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from attribution_bayes.deferred import optimize, special
from attribution_bayes.errors import refusal

MIN_SHAPE, MAX_SHAPE = 1e-280, 1e15
"""Smallest and largest alpha, beta or weight. Below, its share of a sum is lost to underflow; beyond, the distribution
is a point to double precision: state the number."""

MAX_MISSED = 4e-9
"""How far the log-odds of a tail may be off for the Beta of a `Between`: at most 1e-9 in probability."""


type Numbers = float | np.ndarray

type Meaning = Point | Beta | Uniform | LogNormal


@dataclass(frozen=True, slots=True)
class Point:
    """A number taken as known."""

    value: float

    @property
    def mean(self) -> float:
        return self.value

    @property
    def complement(self) -> float:
        return 1 - self.value

    def interval(self, _mass: float) -> tuple[float, float]:
        return self.value, self.value


@dataclass(frozen=True)
class Beta:
    """Density proportional to x^(alpha-1) (1-x)^(beta-1) on [0, 1]."""

    alpha: float
    beta: float

    @property
    def mean(self) -> float:
        return self.alpha / (self.alpha + self.beta)

    @property
    def complement(self) -> float:
        """One minus the mean, exact to the last digit where the mean is close to 1."""
        return self.beta / (self.alpha + self.beta)

    def interval(self, mass: float) -> tuple[float, float]:
        """The central range that holds `mass` of the probability."""
        lower, upper = special.betaincinv(self.alpha, self.beta, [(1 - mass) / 2, (1 + mass) / 2])
        return float(lower), float(upper)


@dataclass(frozen=True)
class Uniform:
    """The same density everywhere on [lower, upper]."""

    lower: float
    upper: float

    @property
    def mean(self) -> float:
        return (self.lower + self.upper) / 2

    @property
    def complement(self) -> float:
        """One minus the mean, exact to the last digit where the mean is close to 1."""
        return ((1 - self.lower) + (1 - self.upper)) / 2

    def interval(self, mass: float) -> tuple[float, float]:
        """The central range that holds `mass` of the probability."""
        tail = (1 - mass) / 2 * (self.upper - self.lower)
        return self.lower + tail, self.upper - tail


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
        half = self.sigma * float(special.ndtri((1 + mass) / 2))
        return math.exp(self.mu - half), math.exp(self.mu + half)


def log_normal_with_quantiles(lower: float, upper: float, mass: float) -> Point | LogNormal:
    """The log-normal with (1-mass)/2 of its probability below `lower` and above `upper`; a point if they are equal."""
    if lower == upper:
        return Point(lower)
    midpoint = math.sqrt(lower) * math.sqrt(upper)  # exactly 1 for 1/100 to 100
    return LogNormal(
        math.log(midpoint), math.log1p((upper - lower) / lower) / (2 * float(special.ndtri((1 + mass) / 2)))
    )


# A uniform after uses -------------------------------------------------------------------------------------------------


def tilted_uniforms(
    lower: np.ndarray, upper: np.ndarray, as_is: np.ndarray, flipped: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Independent draws with density proportional to x^as_is (1-x)^flipped on [lower, upper].

    The ranges have shape (input,), the uses and the draws shape (draw, input).

    By rejection: the logarithm of the density is concave, so it lies below its value at the mode and below each of its
    tangents. The sampler works with logarithms and with distances from the mode as shares of the range, so that no
    range is too narrow and no tail too far out. It accepts more than 85 % of its proposals.

    References
    ----------
    W. R. Gilks, P. Wild (1992), Adaptive rejection sampling for Gibbs sampling, doi:10.2307/2347565
    """
    low, high = (np.broadcast_to(end, as_is.shape).reshape(-1) for end in (lower, upper))
    law = _Tilted.from_uses(low, high, as_is.reshape(-1), flipped.reshape(-1))
    below, above = (
        _Hat.from_tangent(law, (law.mode - low) / law.width, -1),
        _Hat.from_tangent(law, (high - law.mode) / law.width, 1),
    )
    at, left = np.empty(law.mode.size), np.arange(law.mode.size)
    while len(left):
        proposed, height = _propose(below[left], above[left], rng)
        accepted = np.log(1 - rng.random(len(left))) <= law[left].log_density(proposed) - height
        at[left[accepted]] = proposed[accepted]
        left = left[~accepted]
    return np.clip(law.mode + law.width * at, low, high).reshape(as_is.shape)  # rounding may leave the last bit outside


@dataclass(frozen=True, eq=False)
class _Tilted:
    """The densities, each a function of the distance from its mode as a share of its range.

    `per_mode` and `per_rest` are the range as a share of the mode and of one minus it, 0 where they do not count.
    """

    as_is: np.ndarray
    flipped: np.ndarray
    mode: np.ndarray
    width: np.ndarray
    per_mode: np.ndarray
    per_rest: np.ndarray

    @classmethod
    def from_uses(cls, lower: np.ndarray, upper: np.ndarray, as_is: np.ndarray, flipped: np.ndarray) -> _Tilted:
        width, uses = upper - lower, np.maximum(as_is + flipped, 1)
        mode = np.clip(as_is / uses, lower, upper)
        rest = np.clip(flipped / uses, 1 - upper, 1 - lower)
        per_mode = np.divide(width, mode, out=np.zeros(len(mode)), where=as_is > 0)
        per_rest = np.divide(width, rest, out=np.zeros(len(mode)), where=flipped > 0)
        return cls(as_is, flipped, mode, width, per_mode, per_rest)

    def __getitem__(self, where: np.ndarray) -> _Tilted:
        return _Tilted(*(getattr(self, field.name)[where] for field in fields(self)))

    def log_density(self, at: np.ndarray) -> np.ndarray:
        """The log density relative to that at the mode."""
        with np.errstate(divide="ignore"):  # 0 at an end of [0, 1]
            return np.asarray(self.as_is * np.log1p(self.per_mode * at) + self.flipped * np.log1p(-self.per_rest * at))

    def slope(self, at: np.ndarray) -> np.ndarray:
        """The slope of the log density."""
        rise = self.as_is * self.per_mode / (1 + self.per_mode * at)
        return np.asarray(rise - self.flipped * self.per_rest / (1 - self.per_rest * at))


@dataclass(frozen=True, eq=False)
class _Hat:
    """An upper bound of a density on one side of its mode: flat up to `start`, then falling as exp(-fall distance).

    `room` is how far the range goes on this side; `tail` is the area beyond `start`.
    """

    room: np.ndarray
    start: np.ndarray
    fall: np.ndarray
    tail: np.ndarray

    @classmethod
    def from_tangent(cls, law: _Tilted, room: np.ndarray, side: int) -> _Hat:
        """Use the tangent about where the density has fallen to 1/e; others are valid but rejected more often."""
        steep = np.maximum(-side * law.slope(np.zeros(len(room))), 0)
        curved = law.as_is * law.per_mode**2 + law.flipped * law.per_rest**2
        with np.errstate(divide="ignore", invalid="ignore"):  # a flat density has no tail
            touch = np.minimum(room / 2, 2 / (steep + np.sqrt(steep**2 + 2 * curved)))
            fall = -side * law.slope(side * touch)
            start = np.where(fall > 0, np.clip(touch + law.log_density(side * touch) / fall, 0, room), room)
            tail = np.where(fall > 0, -np.expm1(-fall * (room - start)) / fall, 0.0)
        return cls(room, start, fall, tail)

    def __getitem__(self, where: np.ndarray) -> _Hat:
        return _Hat(*(getattr(self, field.name)[where] for field in fields(self)))

    def draw(self, share: np.ndarray) -> np.ndarray:
        """The distance from `start` within which this share of the tail lies."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(-np.log1p(share * np.expm1(-self.fall * (self.room - self.start))) / self.fall)


def _propose(below: _Hat, above: _Hat, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw distances from the mode under both hats, with the logarithm of the hat there."""
    flat = below.start + above.start
    place = rng.random(len(flat)) * (below.tail + flat + above.tail) - below.tail
    share = rng.random(len(flat))
    down, up = below.draw(share), above.draw(share)
    sides = [place < 0, place >= flat]
    at = np.select(sides, [-below.start - down, above.start + up], place - below.start)
    return at, np.select(sides, [-below.fall * down, -above.fall * up], 0.0)


# A Beta from its quantiles --------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def beta_with_quantiles(lower: float, upper: float, mass: float) -> tuple[float, float]:
    """Alpha and beta of the Beta distribution with (1-mass)/2 of its probability below `lower` and above `upper`.

    Solved for the logarithms of both, in log-odds of the two tail probabilities, which keeps tiny bounds as well
    behaved as middling ones.

    Raises
    ------
    CaseError
        ``E_INTERVAL`` if there is no such distribution.
    """
    tail = (1 - mass) / 2
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


MAX_STEPS = 20
"""Newton steps for many ranges at once; from the moments of a normal distribution, five or six suffice."""

SMALL_STEP = 1e-7
"""A last step in the logarithms that is smaller leaves an error of its square, which is below rounding."""

DIFFERENCE = 1e-6
"""How far the logarithms are moved to find slopes, which are then accurate to 1e-9."""


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


def beta_means(alpha: np.ndarray, beta: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Means of many Beta distributions on [0, 1] and of uniform ones on [lower, upper]."""
    return np.asarray(np.where((alpha == 1) & (beta == 1), (lower + upper) / 2, alpha / (alpha + beta)))


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
