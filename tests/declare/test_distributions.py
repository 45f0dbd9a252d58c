"""The closed family of distributions: what they are after uses, out to tails that no double can hold."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import kstest

from attribution_bayes.declare.distributions import Beta, Point, Uniform, tilted_uniforms

FALSE_ALARM = 1e-6
"""Probability at most with which a statistical test fails for nothing."""

DRAWS = 20_000
CELLS = 400_000

RANGES = [
    (0, 1, 0, 0),
    (0, 1, 1, 0),
    (0, 1, 0, 1),
    (0, 1, 1, 1),
    (0, 1, 2, 7),
    (0, 1, 40, 2),
    (0, 1, 1, 1500),
    (0, 1, 1500, 1),
    (0.2, 0.7, 3, 2),
    (0.5, 1, 0, 3),
    (0.9, 0.95, 999, 1499),
    (0.05, 0.1, 1499, 999),
    (0.999, 1, 0, 1),
    (0.999, 1, 30, 2),
    (0.4, 0.41, 30_000, 45_000),
    (0.3, 0.300001, 5, 5),
]


def drawn(lower: float, upper: float, as_is: int, flipped: int, draws: int = DRAWS) -> np.ndarray:
    uses = (np.full((draws, 1), count) for count in (as_is, flipped))
    return tilted_uniforms(np.array([lower]), np.array([upper]), *uses, np.random.default_rng(1))[:, 0]


def by_quadrature(lower: float, upper: float, as_is: int, flipped: int) -> Callable[[np.ndarray], np.ndarray]:
    """The distribution function, by the trapezoidal rule on many cells, of the density over its greatest value."""
    x = np.linspace(lower, upper, CELLS + 1)
    with np.errstate(divide="ignore"):
        log = (as_is * np.log(x) if as_is else 0 * x) + (flipped * np.log1p(-x) if flipped else 0 * x)
    density = np.exp(log - log.max())
    below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return lambda at: np.interp(at, x, below / below[-1])


@pytest.mark.parametrize(("lower", "upper", "as_is", "flipped"), RANGES)
def test_a_uniform_is_drawn_as_its_uses_tilt_it(lower: float, upper: float, as_is: int, flipped: int) -> None:
    """Kolmogorov and Smirnov find no difference from quadrature; a false alarm in 1e6."""
    found = drawn(lower, upper, as_is, flipped)
    assert lower <= found.min() < found.max() <= upper
    assert kstest(found, by_quadrature(lower, upper, as_is, flipped)).pvalue >= FALSE_ALARM


@pytest.mark.parametrize("upper", [1e-9, 1e-100, 1e-200, 1e-300])
@pytest.mark.parametrize("uses", [1, 2, 36, 50])
def test_a_range_at_zero_is_drawn_well_out_to_any_mass(upper: float, uses: int) -> None:
    """After n uses of a number below u its distribution function is (x/u)^(n+1): the mass is 1e-15000 at the least.

    So it is, mirrored, where the range ends at 1; a false alarm in 1e6 each.
    """
    assert kstest(drawn(0, upper, uses, 0), lambda x: np.exp((uses + 1) * np.log(x / upper))).pvalue >= FALSE_ALARM
    width = max(upper, 1e-9)  # nothing narrower can be stated there
    below_one = 1 - drawn(1 - width, 1, 0, uses)
    span = 1 - (1 - width)
    assert kstest(below_one, lambda x: (x / span) ** (uses + 1)).pvalue >= FALSE_ALARM


def test_the_widths_of_ranges_side_by_side_do_not_mix() -> None:
    """Each column has its own range and each row its own uses; the order of shape is kept."""
    lower, upper = np.array([0.0, 0.9, 0.2]), np.array([1e-200, 0.95, 0.7])
    uses = np.arange(6).reshape(2, 3)
    found = tilted_uniforms(lower, upper, uses, uses[::-1], np.random.default_rng(1))
    assert found.shape == (2, 3)
    assert ((found >= lower) & (found <= upper)).all()


def test_a_range_of_two_neighbours_is_drawn() -> None:
    """Between two doubles that follow one another there is nothing: each draw is one of them."""
    ends = 0.3, math.nextafter(0.3, 1)
    assert set(drawn(*ends, 5, 5, draws=100)) == set(ends)


@pytest.mark.parametrize(
    ("meaning", "complement"), [(Beta(1e15, 1e-280), 1e-295), (Uniform(1 - 2**-53, 1), 2**-54), (Point(0.25), 0.75)]
)
def test_what_is_left_to_one_is_kept_to_the_last_digit(meaning: Beta | Uniform | Point, complement: float) -> None:
    """The mean of one minus a number is not one minus its mean, rounded."""
    assert meaning.complement == pytest.approx(complement, rel=1e-15)
