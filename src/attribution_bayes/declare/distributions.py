"""What every stated number means: one closed family of distributions.

Each way to state a number means a `Point`, a `Beta`, a `Uniform` or a `LogNormal`; nothing else can be stated. The
family is closed under conditioning, so that the posterior of every input is known exactly given the hypothesis and
the hidden states: uses of a Beta tilt it to another Beta, those of a Uniform to the law that `tilted_uniforms` draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from statistics import NormalDist

import numpy as np

from attribution_bayes.deferred import special

MIN_SHAPE, MAX_SHAPE = 1e-280, 1e15
"""Smallest and largest alpha, beta or weight. Below, its share of a sum is lost to underflow; beyond, the distribution
is a point to double precision: state the number."""

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
        half = self.sigma * NormalDist().inv_cdf((1 + mass) / 2)
        return math.exp(self.mu - half), math.exp(self.mu + half)


def log_normal_with_quantiles(lower: float, upper: float, mass: float) -> Point | LogNormal:
    """The log-normal with (1-mass)/2 of its probability below `lower` and above `upper`; a point if they are equal."""
    if lower == upper:
        return Point(lower)
    midpoint = math.sqrt(lower) * math.sqrt(upper)  # exactly 1 for 1/100 to 100
    return LogNormal(
        math.log(midpoint), math.log1p((upper - lower) / lower) / (2 * NormalDist().inv_cdf((1 + mass) / 2))
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


def beta_means(alpha: np.ndarray, beta: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Means of many Beta distributions on [0, 1] and of uniform ones on [lower, upper]."""
    return np.asarray(np.where((alpha == 1) & (beta == 1), (lower + upper) / 2, alpha / (alpha + beta)))
