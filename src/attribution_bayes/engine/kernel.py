"""From chances to the likelihood of a component under every hypothesis, by variable elimination.

The same few lines serve every kind of number, because they need only three operations of an array: ``a * b`` with
broadcasting, ``a[...]`` to insert axes, and ``a.sum(axis=...)``. NumPy arrays have them; so do the exact engine's
scaled numbers, and the recorder that turns a component into the program of the PyMC graph. Axes are (batch, hypothesis,
one for each hidden variable in scope).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, mul
from typing import Any

from attribution_bayes.engine.factors import Component, Factor

NumberArray = Any
"""A NumPy array, the exact engine's `Scaled` or the PyMC graph's `Recorded`."""


@dataclass(frozen=True, eq=False)
class Table:
    """Numbers over the variables in `scope`, which are sorted."""

    scope: tuple[int, ...]
    numbers: NumberArray


@dataclass(frozen=True, eq=False)
class Summation:
    """One step of an elimination: the product from which `variable` was summed out."""

    variable: int
    product: Table


def eliminate(component: Component, tabulate: Callable[[Factor], NumberArray]) -> tuple[NumberArray, list[Summation]]:
    """Sum the hidden variables of a component out, one after another.

    Parameters
    ----------
    component
    tabulate
        Gives the numbers of a factor, shape (batch, hypothesis, *states of its scope).

    Returns
    -------
    likelihood
        P(all observations of the component | hypothesis), shape (batch, hypothesis).
    summations
        The steps, for drawing the hidden states backwards.

    References
    ----------
    R. Dechter (1999), Bucket elimination: a unifying framework for reasoning, doi:10.1016/S0004-3702(99)00059-4
    """
    pending, summations = [Table(factor.scope, tabulate(factor)) for factor in component.factors], []
    for variable in component.order:
        touching = [table for table in pending if variable in table.scope]
        pending = [table for table in pending if variable not in table.scope]
        joint = multiply(touching)
        summations.append(Summation(variable, joint))
        rest = tuple(other for other in joint.scope if other != variable)
        pending.append(Table(rest, joint.numbers.sum(axis=2 + joint.scope.index(variable))))
    return multiply(pending).numbers, summations


def multiply(tables: Sequence[Table]) -> Table:
    """The product of tables over all their variables."""
    scope = tuple(sorted({variable for table in tables for variable in table.scope}))
    return Table(scope, reduce(mul, (_aligned(table, scope) for table in tables)))


def _aligned(table: Table, scope: tuple[int, ...]) -> NumberArray:
    if table.scope == scope:
        return table.numbers
    axes = tuple(slice(None) if variable in table.scope else None for variable in scope)
    return table.numbers[(slice(None), slice(None), *axes)]


def entries(factor: Factor, chances: NumberArray) -> NumberArray:
    """The entries of a factor: sums of products of chances, shape (batch, hypothesis, *states of its scope)."""
    return reduce(add, (reduce(mul, (chances[:, positions] for positions in term)) for term in factor.terms))
