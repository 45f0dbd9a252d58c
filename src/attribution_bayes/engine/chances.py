"""The numbers that factors multiply, and the quadrature that stands in for inputs that a world uses several times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg import eigh_tridiagonal

from attribution_bayes.arrays import Bools, Floats
from attribution_bayes.engine.inputs import Inputs
from attribution_bayes.engine.network import Network


def chances(network: Network, values: Floats, known: Bools) -> Floats:
    """Everything that factors look up; shape (batch, chance).

    Parameters
    ----------
    values
        Shape (batch, input + 1): numbers, or means for inputs that are uncertain.
    known
        Shape (input + 1,): which inputs are known to have these values. The others are integrated out.
    """
    complement = np.empty(values.shape)
    complement[:, :-1], complement[:, -1] = network.inputs.complement, 0.0
    complement[:, known] = 1 - values[:, known]
    at_nodes = []
    for nodes in network.nodes:
        if known[nodes.slot]:
            at_nodes.append((np.repeat(values[:, [nodes.slot]], nodes.count, axis=1), np.eye(1, nodes.count)[0]))
        else:
            at_nodes.append(quadrature(network.inputs, nodes.slot, nodes.count))
    return laid_out(network, values, complement, at_nodes)


def stated_chances(network: Network) -> Floats:
    """The same for the case as it stands, every uncertain input integrated out; shape (1, chance)."""
    values = network.inputs.values[None]
    return chances(network, values, np.zeros(values.shape[1], dtype=bool))


def laid_out(network: Network, values: Floats, complement: Floats, at_nodes: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Chances in their places: input values and one minus each, shape (batch, input + 1); nodes with their weights."""
    size = values.shape[1]
    found = np.empty((len(values), 2 * size + 3 * sum(nodes.count for nodes in network.nodes)))
    found[:, :size], found[:, size : 2 * size] = values, complement
    for nodes, (number, weight) in zip(network.nodes, at_nodes, strict=True):
        for positions, column in ((nodes.value, number), (nodes.complement, 1 - number), (nodes.weight, weight)):
            found[:, positions] = column
    return found


def quadrature(inputs: Inputs, slot: int, count: int) -> tuple[Floats, Floats]:
    """Nodes and weights with sum_k w_k f(x_k) = E[f(x)] for every polynomial f of degree up to 2 count - 1.

    The distribution is a Beta on [0, 1] or uniform on [lower, upper], the two that can be stated. Golub and Welsch
    (1969), doi:10.1090/S0025-5718-69-99647-1, with the recurrence of the Jacobi polynomials moved to [0, 1].

    Nodes are exact to 1e-16 absolutely, so tiny moments of one-sided distributions lose relative accuracy: it is
    within 1e-9 up to 10 nodes (19 reports by one source), and has been seen at 2e-9 with 16 to 20.
    """
    a, b = inputs.first[slot], inputs.second[slot]
    n = np.arange(count)
    s = 2 * n + a + b
    centre = np.empty(count)
    centre[0] = a / (a + b)
    centre[1:] = (1 + (a - b) * (a + b - 2) / (s[1:] * (s[1:] - 2))) / 2
    n, s = n[1:], s[1:]
    first = n == 1
    squared = n * (n + a - 1) * (n + b - 1) / ((s - 1) * (s - 2) ** 2)
    squared *= np.where(first, 1.0, (n + a + b - 2) / np.where(first, 1.0, s - 3))
    nodes, vectors = eigh_tridiagonal(centre, np.sqrt(squared))
    lower, upper = inputs.lower[slot], inputs.upper[slot]
    return lower + (upper - lower) * nodes, vectors[0] ** 2
