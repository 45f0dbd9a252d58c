"""The answer as one assumption moves, in numbers that a reader can evaluate without this library.

With o the odds of a probability x, o = x / (1 - x), or the likelihood ratio itself, the joint probability of every
hypothesis and all observations is, up to a factor that all hypotheses share,

    J_h(o) = c_h0 + c_h1 o + c_h2 o^2 + ...

An input that a world uses at most once has two coefficients; a rate at which a source errs in n reports has n + 1. None
is negative, since x^k (1 - x)^(n - k) is (1 - x)^n o^k: their sum loses no digits at any value of the input. They are
not fitted, but found by variable elimination with polynomials in place of numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from attribution_bayes.arrays import Bools, Floats
from attribution_bayes.engine.factors import Factor
from attribution_bayes.engine.kernel import eliminate
from attribution_bayes.engine.local import FIRST_NODE, OTHER_NODE
from attribution_bayes.engine.scaled import Scaled
from attribution_bayes.sensitivity.functions import Response, Several

MAX_CELLS = 2**22
"""Most coefficients in the largest table of an elimination; with more, an input gets no closed form."""

type Coefficients = Floats
"""Coefficients of x^k (1 - x)^(d - k), on the last axis."""


def log_coefficients(moved: Response) -> Floats | None:
    """Natural logarithms of the coefficients of every hypothesis, the greatest of all zero.

    Parameters
    ----------
    moved

    Returns
    -------
    array or None
        Shape (hypothesis, power of the odds); minus infinity for a coefficient that is zero. None if the input is used
        several times by a component that is too large for this.
    """
    if moved.several is None:
        logs = moved.log_ends.T
    elif _cells(moved.several) > MAX_CELLS:
        return None
    else:
        logs = _polynomials(moved.several).log()
    return np.asarray(logs - logs.max())


# Inputs used several times -------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Polynomials:
    """Non-negative polynomials of one number x, of one degree d: the fourth kind of numbers that the kernel takes.

    `coefficients` are those of x^k (1 - x)^(d - k), on the last axis.
    """

    coefficients: Scaled

    def __mul__(self, other: _Polynomials) -> _Polynomials:
        one, two = self.coefficients, other.coefficients
        outer = one[..., :, None] * two[..., None, :]
        first, second = (np.arange(size) for size in outer.mantissa.shape[-2:])
        degree = np.add.outer(first, second)
        places = [np.nonzero(degree == k) for k in range(len(first) + len(second) - 1)]
        sums = [outer[(..., *place)].sum(axis=-1) for place in places]
        stacked = (np.stack([getattr(one, part) for one in sums], axis=-1) for part in ("mantissa", "exponent"))
        return _Polynomials(Scaled(*stacked))

    def __getitem__(self, index: Any) -> _Polynomials:
        return _Polynomials(self.coefficients[index])

    def sum(self, axis: int) -> _Polynomials:
        return _Polynomials(self.coefficients.sum(axis=axis))


def _cells(several: Several) -> int:
    component = several.local.component
    return component.largest * len(several.rest.mantissa) * (several.degree + 1)


def _polynomials(several: Several) -> Scaled:
    """Joint probabilities of every hypothesis and all observations, shape (hypothesis, power)."""
    local = several.local
    mine = local.slots == several.slot
    chance = np.repeat(local.base[:, None], 2, axis=1)
    for flip, coefficients in ((0, (0, 1)), (1, (1, 0)), (FIRST_NODE, (1, 1)), (OTHER_NODE, (0, 0))):
        chance[mine & (local.flips == flip)] = coefficients
    moves = mine & (local.flips < FIRST_NODE)
    found, _ = eliminate(
        local.component, lambda factor: _Polynomials(Scaled.from_floats(_table(factor, chance, moves)))
    )
    likelihood: Scaled = found.coefficients[0]
    return likelihood * several.rest[:, None]


def _table(factor: Factor, chance: Floats, moves: Bools) -> Coefficients:
    """The entries of a factor as polynomials, shape (1, hypothesis, *states of its scope, power)."""
    terms = [
        reduce(_product, (_looked_up(positions, chance, moves) for positions in term))[None] for term in factor.terms
    ]
    degree = max(term.shape[-1] for term in terms)
    return np.asarray(sum(_raised(term, degree) for term in terms))


def _looked_up(positions: np.ndarray, chance: Floats, moves: Bools) -> Coefficients:
    """Of degree one only where the moving number is among them: any other factor would needlessly raise the degree."""
    return np.asarray(chance[positions] if moves[positions].any() else chance[positions][..., :1])


def _product(one: Coefficients, other: Coefficients) -> Coefficients:
    shape = np.broadcast_shapes(one.shape[:-1], other.shape[:-1])
    product = np.zeros((*shape, one.shape[-1] + other.shape[-1] - 1))
    for k in range(one.shape[-1]):
        product[..., k : k + other.shape[-1]] += one[..., k, None] * other
    return product


def _raised(term: Coefficients, size: int) -> Coefficients:
    """The same polynomials with this many coefficients: multiplied by powers of x + (1 - x), which is 1."""
    return np.asarray(reduce(_product, [np.ones(2)] * (size - term.shape[-1]), term))
