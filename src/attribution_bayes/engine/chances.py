"""The numbers that factors multiply: inputs, one minus each of them, and quadrature nodes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from attribution_bayes.arrays import Bools, Floats
from attribution_bayes.engine.inputs import Inputs
from attribution_bayes.engine.network import Network


def stated_chances(network: Network) -> Floats:
    """The chances of the case as it stands, every uncertain input integrated out; shape (1, chance)."""
    complement = np.append(network.inputs.complement, 0.0)
    at_nodes = [quadrature(network.inputs, nodes.slot, nodes.count) for nodes in network.nodes]
    return arrange(network, network.inputs.values[None], complement[None], at_nodes)


def chances_at(network: Network, values: Floats, known: Bools) -> Floats:
    """The chances in rows of input values; shape (row, chance).

    Parameters
    ----------
    values
        Shape (row, input + 1): numbers, or means of inputs that are uncertain; the constant 1 last.
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
    return arrange(network, values, complement, at_nodes)


def arrange(network: Network, values: Floats, complement: Floats, at_nodes: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Put every chance in its place, shape (row, chance).

    Parameters
    ----------
    values, complement
        Input values and one minus each of them, shape (row, input + 1).
    at_nodes
        For each of the network's `nodes` the nodes and their weights, shape (node,) or (row, node).
    """
    size = values.shape[1]
    known = 2 * size + len(network.evenly)
    found = np.empty((len(values), known + 3 * sum(nodes.count for nodes in network.nodes)))
    found[:, :size], found[:, size : 2 * size], found[:, 2 * size : known] = values, complement, network.evenly
    for nodes, (number, weight) in zip(network.nodes, at_nodes, strict=True):
        for positions, column in ((nodes.value, number), (nodes.complement, 1 - number), (nodes.weight, weight)):
            found[:, positions] = column
    return found


def quadrature(inputs: Inputs, slot: int, count: int) -> tuple[Floats, Floats]:
    """Nodes and weights with sum_k w_k f(x_k) = E[f(x)] for every polynomial f of degree up to 2 count - 1.

    The distribution is a Beta on [0, 1] or uniform on [lower, upper], the two that can be stated. The nodes are the
    eigenvalues of the symmetric matrix that holds the recurrence of the Jacobi polynomials, moved to [0, 1]; the
    weights are the squares of the first components of its eigenvectors. G. H. Golub and J. H. Welsch (1969),
    doi:10.1090/S0025-5718-69-99647-1.

    A node is accurate to 1e-16 of the range, so one minus a node near 1 has a greater relative error. Moments are
    within 1e-9 up to 10 nodes, which 19 reports by one source need; with 20 nodes E[(1 - x)^39] of Beta(1000, 2) was
    off by 2e-5. SciPy's `roots_jacobi` finds no weights for Beta(1e6, 1), where this method is within 2e-10.
    """
    a, b = inputs.first[slot], inputs.second[slot]
    n = np.arange(count)
    s = 2 * n + a + b
    centre = np.empty(count)
    centre[0] = a / (a + b)
    centre[1:] = (1 + (a - b) * (a + b - 2) / (s[1:] * (s[1:] - 2))) / 2
    n, s = n[1:], s[1:]
    first = n == 1  # where n + a + b - 2 and s - 3 are the same number, which may be 0
    squared = n * (n + a - 1) * (n + b - 1) / ((s - 1) * (s - 2) ** 2)
    squared *= np.where(first, 1.0, (n + a + b - 2) / np.where(first, 1.0, s - 3))
    nodes, vectors = np.linalg.eigh(np.diag(centre) + np.diag(np.sqrt(squared), -1))
    lower, upper = inputs.lower[slot], inputs.upper[slot]
    return lower + (upper - lower) * nodes, vectors[0] ** 2
