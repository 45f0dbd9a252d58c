"""Strategies for numbers, in all the ways in which a case can state them: probabilities, ratios, rows and priors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import combinations_with_replacement, product
from typing import Any

import scipy.optimize
import scipy.special  # noqa: F401 -- ranges need both, and an import inside of a draw is a slow draw to Hypothesis
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from attribution_bayes.declare.scales import SCALES
from attribution_bayes.declare.ways import (
    BaseRates,
    Beta,
    Between,
    Certain,
    Counts,
    Decibans,
    Dirichlet,
    Impossible,
    Nats,
    Odds,
    Point,
    Prior,
    Probability,
    Quantiles,
    Ratio,
    RatioBetween,
    Row,
    Uniform,
    Words,
)

BINARY = (True, False)

_PLAIN = (0.5, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9, 0.01, 0.05, 0.95, 0.99, 0.001, 0.999, 1e-6, 1 - 1e-6)
_BOUNDS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.001, 0.01, 0.05, 0.4, 0.6, 0.95, 0.99, 0.999)
_RATIOS = (1.0, 2.0, 5.0, 10.0, 100.0, 1000.0, 0.5, 0.2, 0.1, 0.01, 0.001)


def _ranges(bounds: Sequence[float]) -> list[tuple[float, float]]:
    """All ranges with ends among `bounds`; those of a single point come last."""
    pairs = [(min(pair), max(pair)) for pair in combinations_with_replacement(bounds, 2)]
    return sorted(pairs, key=lambda pair: pair[0] == pair[1])


RARELY = st.sampled_from((False,) * 4 + (True,))
_SHAPES = (1.0, 2.0, 3.0, 5.0, 10.0, 100.0, 0.5, 0.2)
_SHAPE = st.sampled_from(_SHAPES) | st.floats(0.25, 50.0)
_MASSES = (0.9, 0.8, 0.95)
_WEIGHT = st.integers(1, 20) | st.sampled_from((100, 1_000, 100_000))
"""Whole numbers in proportions down to one in a million; divided by their sum they sum to 1 but for rounding."""

_COUNT = st.integers(0, 20)
_UNIFORMS = [ends for ends in _ranges((*_BOUNDS, 0.0, 1.0)) if ends not in ((0.0, 0.0), (1.0, 1.0))]
_QUANTILES = [{0.05: low, 0.5: middle, 0.95: high} for low, middle, high in ((0.1, 0.3, 0.6), (0.4, 0.7, 0.9))]
_TERMS = [(term, scale.id) for scale in SCALES.values() if scale.kind == "probability" for term in scale.names()]
_UNCERTAIN: tuple[st.SearchStrategy[Probability], ...] = (
    st.sampled_from(list(product(_SHAPES, _SHAPES))).map(lambda shapes: Beta(*shapes)),
    st.builds(Beta, _SHAPE, _SHAPE),
    st.sampled_from(list(product(_MASSES, _ranges(_BOUNDS)))).map(lambda way: Between(*way[1], mass=way[0])),
    st.sampled_from(_QUANTILES).map(Quantiles),
    st.sampled_from(_UNIFORMS).map(lambda ends: Uniform(*ends)),
    st.builds(lambda successes, failures: Counts(successes, successes + failures), _COUNT, _COUNT),
    st.sampled_from(_TERMS).map(lambda term: Words(term[0], scale=term[1])),
)
_EXCLUSION: st.SearchStrategy[Probability] = st.sampled_from((Impossible("it cannot be"), Certain("it must be")))

_NAMED_RATIOS = [
    (term.name, scale.id) for scale in SCALES.values() if scale.kind == "ratio" for term in scale.terms if term.upper
]
_LOG_RATIOS: tuple[st.SearchStrategy[Ratio], ...] = (
    st.builds(Decibans, st.sampled_from((0.0, 10.0, -20.0)) | st.floats(-30.0, 30.0)),
    st.builds(Nats, st.sampled_from((0.0, 1.0, -2.0)) | st.floats(-7.0, 7.0)),
)
_UNCERTAIN_RATIOS: tuple[st.SearchStrategy[Ratio], ...] = (
    st.sampled_from(list(product(_MASSES, _ranges(_RATIOS)))).map(lambda way: RatioBetween(*way[1], mass=way[0])),
    st.sampled_from(_NAMED_RATIOS).map(lambda term: Words(term[0], scale=term[1])),
)


def _numbers(smallest: float) -> tuple[st.SearchStrategy[Probability], ...]:
    if not 0 < smallest <= 0.5:
        raise InvalidArgument(f"the smallest probability must be above 0 and at most 1/2, not {smallest!r}")
    largest = min(1 - smallest, math.nextafter(1.0, 0.0))
    plain = [number for number in (*_PLAIN, smallest, largest) if smallest <= number <= largest]
    return st.sampled_from(plain), st.floats(smallest, largest)


def _reasoned(numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[Point]:
    return numbers.map(lambda number: Point(number, reason="as it was in comparable cases"))


@cache
def ratios_of(uncertain: bool) -> st.SearchStrategy[Ratio]:
    numbers: st.SearchStrategy[Ratio] = st.sampled_from(_RATIOS) | st.floats(1e-3, 1e3)
    return st.one_of(numbers, _reasoned(numbers), *_LOG_RATIOS, *_UNCERTAIN_RATIOS) if uncertain else numbers


@cache
def probabilities(
    *, uncertain: bool = True, exclusions: bool = True, smallest: float = 1e-6
) -> st.SearchStrategy[Probability]:
    """Draw a probability, stated in any way.

    Parameters
    ----------
    uncertain
        Whether to draw `Beta`, `Between`, `Quantiles`, `Uniform`, `Counts`, `Words` and numbers with a reason,
        besides plain numbers. The ends of ranges are on a coarse grid, so that the Beta of each `Between` is solved
        for only once.
    exclusions
        Whether to draw `Impossible` and `Certain`, about one time in seven.
    smallest
        Plain numbers lie in [smallest, 1 - smallest], strictly inside (0, 1).

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> from attribution_bayes.declare.ways import distribution
    >>> @settings(max_examples=20, deadline=None)
    ... @given(probabilities(exclusions=False))
    ... def what_is_not_excluded_can_happen(probability):
    ...     assert 0 < distribution(probability).mean < 1
    >>> what_is_not_excluded_can_happen()
    """
    ways = _numbers(smallest) * 5 + _UNCERTAIN * 2 if uncertain else _numbers(smallest) * 11
    ways += (_reasoned(_numbers(smallest)[0]),) if uncertain else ()
    ways += (_EXCLUSION,) * 4 if exclusions else ()
    return st.sampled_from(range(len(ways))).flatmap(ways.__getitem__)


@st.composite
def _shares(draw: st.DrawFn, names: Sequence[Any], exclusions: bool) -> Mapping[Any, float | Impossible | Certain]:
    """A number for each name, summing to 1; with `exclusions`, sometimes only some of them are possible."""
    possible = names
    if exclusions and draw(RARELY):
        possible = draw(st.lists(st.sampled_from(names), min_size=1, max_size=len(names) - 1, unique=True))
    weights = draw(exactly(len(possible), _WEIGHT))
    shares = {name: weight / sum(weights) for name, weight in zip(possible, weights, strict=True)}
    if len(possible) == 1:
        return {name: Certain("it must be") if name in possible else Impossible("it cannot be") for name in names}
    return {name: shares.get(name, Impossible("it cannot be")) for name in names}


@cache
def exactly(size: int, values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=size, max_size=size)


def _each(names: Sequence[Any], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[Any, Any]]:
    return exactly(len(names), values).map(lambda drawn: dict(zip(names, drawn, strict=True)))


def priors(names: Sequence[str], *, uncertain: bool = True, exclusions: bool = True) -> st.SearchStrategy[Prior]:
    """Draw a prior of the hypotheses `names`, stated in any way.

    Parameters
    ----------
    names
        Names of two or more hypotheses.
    uncertain
        Whether to draw `Dirichlet` and `BaseRates`, besides numbers that sum to 1 and `Odds`.
    exclusions
        Whether a hypothesis is sometimes `Impossible`, or `Certain`, before any evidence.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> @settings(max_examples=20, deadline=None)
    ... @given(priors(("alone", "other"), uncertain=False, exclusions=False))
    ... def a_prior_without_uncertainty_is_numbers_or_odds(prior):
    ...     assert isinstance(prior, Odds) or abs(sum(prior.values()) - 1) < 1e-9
    >>> a_prior_without_uncertainty_is_numbers_or_odds()
    """
    return _priors(tuple(names), uncertain, exclusions)


@cache
def _priors(names: tuple[str, ...], uncertain: bool, exclusions: bool) -> st.SearchStrategy[Prior]:
    certain: tuple[st.SearchStrategy[Prior], ...] = (
        _shares(names, exclusions),
        _each(names, _WEIGHT | _SHAPE).map(Odds),
    )
    weighted: tuple[st.SearchStrategy[Prior], ...] = (
        _each(names, _SHAPE).map(Dirichlet),
        st.builds(BaseRates, _each(names, _COUNT), st.sampled_from((0.5, 1.0, 0.1))),
    )
    return st.one_of(*certain, *(weighted if uncertain else ()))


@cache
def rows_of(outcomes: tuple[Any, ...], uncertain: bool, exclusions: bool) -> st.SearchStrategy[Row]:
    """Draw a likelihood row, stated in any way: what the table of an item holds for given outcomes of its parents."""
    if outcomes == BINARY:
        return probabilities(uncertain=uncertain, exclusions=exclusions)
    shares: st.SearchStrategy[Row] = _shares(outcomes, exclusions)
    return shares | _each(outcomes, _SHAPE).map(Dirichlet) if uncertain else shares
