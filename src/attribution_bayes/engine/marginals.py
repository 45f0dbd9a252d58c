"""Probabilities of hidden states given the hypothesis, from one elimination read backwards.

Each step of an elimination passes on a table over the neighbours of the variable that it sums out. Going backwards, the
probability of these neighbours is already known, and that of the variable given them is the product of the step divided
by the table passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np

from attribution_bayes.arrays import Floats
from attribution_bayes.engine.factors import Component, Factor
from attribution_bayes.engine.kernel import Table, eliminate, entries, multiply
from attribution_bayes.engine.scaled import Scaled


def marginals(component: Component, tabulate: Callable[[Factor], Floats]) -> Mapping[int, Table]:
    """P(variable and its neighbours in its step | hypothesis, everything observed), for each variable.

    Parameters
    ----------
    component
    tabulate
        Gives the plain numbers of a factor, shape (batch, hypothesis, *states of its scope).

    Returns
    -------
    Mapping
        For each variable a table over it and its neighbours; 0 throughout where the hypothesis is excluded.

    References
    ----------
    S. L. Lauritzen, D. J. Spiegelhalter (1988), Local computations with probabilities on graphical structures and their
    application to expert systems, doi:10.1111/j.2517-6161.1988.tb01721.x
    """
    _, steps = eliminate(component, lambda factor: Scaled.from_floats(tabulate(factor)))
    found: dict[int, Table] = {}
    for step in reversed(steps):
        neighbours = tuple(other for other in step.product.scope if other != step.variable)
        sent = _onto(step.product, neighbours)
        known = marginal(component, found, neighbours) if neighbours else Scaled.from_floats(np.ones(1))[0]
        found[step.variable] = multiply([step.product, Table(neighbours, known / sent)])
    return found


def marginal(component: Component, found: Mapping[int, Table], scope: tuple[int, ...]) -> Scaled:
    """The probability of variables that stand together in a table, shape (batch, hypothesis, *their states).

    The table of the variable that was summed out first holds all of them.
    """
    return _onto(found[min(scope, key=component.order.index)], scope)


def uses(component: Component, chances: Floats) -> Floats:
    """How often worlds use each chance, on average, given the hypothesis and everything observed.

    It is also the derivative of the logarithm of the likelihood by that of the chance.

    Parameters
    ----------
    component
    chances
        Shape (batch, chance).

    Returns
    -------
    array
        Shape (batch, hypothesis, chance); 0 throughout where the hypothesis is excluded.
    """
    tables = marginals(component, lambda factor: entries(factor, chances))
    found = np.zeros((len(chances), len(component.factors[0].terms[0][0]), chances.shape[1]))
    for factor in component.factors:
        whole = entries(factor, chances)
        known = marginal(component, tables, factor.scope).to_floats() if factor.scope else np.ones(whole.shape)
        hypotheses = np.arange(whole.shape[1]).reshape(-1, *(1,) * len(factor.scope))
        for term in factor.terms:
            product = reduce(np.multiply, (chances[:, positions] for positions in term))
            share = known * np.divide(product, whole, out=np.zeros_like(whole), where=whole > 0)
            for positions in term:
                at: Any = (slice(None), hypotheses, positions)
                np.add.at(found, at, share)
    return found


def _onto(table: Table, scope: tuple[int, ...]) -> Scaled:
    """Sum a table over all variables but these."""
    numbers: Scaled = table.numbers
    for place, variable in reversed([*enumerate(table.scope)]):
        if variable not in scope:
            numbers = numbers.sum(axis=2 + place)
    return numbers
