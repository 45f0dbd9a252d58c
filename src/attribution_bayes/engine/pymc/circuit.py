"""The likelihood of a network as a program of sums of products, for graphs in which it is one operation.

Elimination with `Recorded` numbers writes its steps down instead of carrying them out. The program is the same for all
cases of one structure. It is evaluated in logarithms, and its derivative needs no second recording: the derivative of a
node's logarithm by that of a term is the term's share of the node, so shares are passed down from the roots. The
derivative of the shares gives the second derivative in the same way.

A. Darwiche (2003), A differential approach to inference in Bayesian networks, doi:10.1145/765568.765570
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numba
import numpy as np

from attribution_bayes.arrays import Floats, Ints
from attribution_bayes.engine.factors import Component, Factor
from attribution_bayes.engine.kernel import eliminate
from attribution_bayes.engine.network import Network
from attribution_bayes.errors import TooLargeError
from attribution_bayes.memo import once_for_each

MAX_RECORDED = 2**14
"""Largest table, in entries per hypothesis, that is written down: each entry becomes a node of its own."""

Term = tuple[int, ...]
"""Positions whose numbers are multiplied."""


@dataclass(frozen=True, eq=False)
class Program:
    """Nodes in the order of their evaluation; each is a sum of products of leaves (chances) and earlier nodes.

    Attributes
    ----------
    leaves
        How many chances there are: the inputs with the constant 1, and one minus each.
    terms
        Where each node's terms start, shape (node + 1,).
    factors
        Where each term's factors start, shape (term + 1,).
    positions
        The position of each factor: a leaf, or a node after the leaves.
    roots
        Positions of the likelihoods, shape (component, hypothesis).
    """

    leaves: int
    terms: Ints
    factors: Ints
    positions: Ints
    roots: Ints


@dataclass
class _Recorder:
    """Collects nodes; the same sum is recorded once."""

    leaves: int
    size: int
    nodes: dict[tuple[Term, ...], int] = field(default_factory=dict)

    def node(self, terms: Sequence[Term]) -> Term:
        """The position of a sum, as a product of one factor; a sum of one term is that term, without zero terms."""
        zero = 2 * self.size - 1
        possible = tuple(term for term in terms if zero not in term)
        if len(possible) == 1:
            return possible[0]
        return (self.nodes.setdefault(possible, self.leaves + len(self.nodes)),) if possible else (zero,)

    def tabulate(self, factor: Factor) -> Recorded:
        """Write down a factor's entries."""
        one, shape = self.size - 1, factor.terms[0][0].shape
        entries = np.empty((1, *shape), dtype=object)
        for index in np.ndindex(shape):
            terms = [tuple(int(p[index]) for p in term if p[index] != one) for term in factor.terms]
            entries[(0, *index)] = self.node(terms)
        return Recorded(entries, self)

    def program(self, roots: Ints) -> Program:
        terms = [term for node in self.nodes for term in node]
        return Program(
            leaves=self.leaves,
            terms=_constant(np.cumsum([0, *(len(node) for node in self.nodes)])),
            factors=_constant(np.cumsum([0, *(len(term) for term in terms)])),
            positions=_constant(np.array([position for term in terms for position in term], dtype=np.int64)),
            roots=_constant(roots),
        )


def _constant(numbers: Ints) -> Ints:
    """Read-only, as constants of a graph are: numba compiles a function once more for arrays that can be written."""
    numbers.flags.writeable = False
    return numbers


_concatenate = np.frompyfunc(lambda one, other: one + other, 2, 1)


@dataclass(frozen=True, eq=False)
class Recorded:
    """An array of products that have been written down but not carried out."""

    entries: Any
    recorder: _Recorder

    def __mul__(self, other: Recorded) -> Recorded:
        return Recorded(_concatenate(self.entries, other.entries), self.recorder)

    def __getitem__(self, index: Any) -> Recorded:
        return Recorded(self.entries[index], self.recorder)

    def sum(self, axis: int) -> Recorded:
        last = np.moveaxis(self.entries, axis, -1)
        summed = np.empty(last.shape[:-1], dtype=object)
        for index in np.ndindex(summed.shape):
            summed[index] = self.recorder.node(list(last[index]))
        return Recorded(summed, self.recorder)


@once_for_each
def record(network: Network) -> Program:
    """Write down the likelihood of every component under every hypothesis.

    Raises
    ------
    TooLargeError
        If a component takes a table of more than `MAX_RECORDED` entries.
    """
    size = len(network.inputs.values)
    recorder = _Recorder(2 * size + len(network.evenly), size)
    roots = np.empty((len(network.component_names), len(network.hypotheses)), dtype=np.int64)
    roots[network.direct_at] = network.direct
    for place, component in zip(network.components_at, network.components, strict=True):
        _check_size(component)
        likelihood, _ = eliminate(component, recorder.tabulate)
        roots[place] = [_root(recorder, likelihood.entries[0, k]) for k in range(len(network.hypotheses))]
    return recorder.program(roots)


def _root(recorder: _Recorder, term: Term) -> int:
    """The position of a product: that of its only factor, or of a node of its own."""
    if len(term) == 1:
        return term[0]
    return recorder.nodes.setdefault((term,), recorder.leaves + len(recorder.nodes))


def _check_size(component: Component) -> None:
    if component.largest > MAX_RECORDED:
        raise TooLargeError(
            component="+".join(component.items),
            items=component.items,
            sources=component.sources,
            worlds=component.largest,
            limit=MAX_RECORDED,
        )


@numba.njit(cache=True)
def chances(
    prior: Floats, drawn: Floats, stated: Floats, of_prior: Ints, of_drawn: Ints, of_stated: Ints, evenly: Floats
) -> Floats:
    """All chances, from numbers and their positions among the inputs, which the constant 1 follows."""
    size = len(prior) + len(drawn) + len(stated) + 1
    found = np.empty(2 * size + len(evenly))
    found[size - 1], found[2 * size - 1] = 1.0, 0.0
    for i in range(len(evenly)):
        found[2 * size + i] = evenly[i]
    _put(found, size, prior, of_prior)
    _put(found, size, drawn, of_drawn)
    _put(found, size, stated, of_stated)
    return found


@numba.njit(cache=True)
def _put(found: Floats, size: int, numbers: Floats, positions: Ints) -> None:
    """Numbers, and one minus each."""
    for i in range(len(numbers)):
        found[positions[i]] = numbers[i]
        found[size + positions[i]] = 1 - numbers[i]


@numba.njit(cache=True)
def _term_log(logs: Floats, first: int, last: int, positions: Ints) -> float:
    """The logarithm of a product, or its derivative, from those of all factors."""
    total = 0.0
    for i in range(first, last):
        total += logs[positions[i]]
    return total


@numba.njit(cache=True)
def _all_logs(chances: Floats, terms: Ints, factors: Ints, positions: Ints) -> Floats:
    """Logarithms of all leaves and nodes."""
    leaves = len(chances)
    logs = np.empty(leaves + len(terms) - 1)
    for leaf in range(leaves):
        logs[leaf] = np.log(chances[leaf])
    for node in range(len(terms) - 1):
        largest = -np.inf
        for t in range(terms[node], terms[node + 1]):
            largest = max(largest, _term_log(logs, factors[t], factors[t + 1], positions))
        total = 0.0
        if largest > -np.inf:
            for t in range(terms[node], terms[node + 1]):
                total += np.exp(_term_log(logs, factors[t], factors[t + 1], positions) - largest)
        logs[leaves + node] = largest + np.log(total) if total > 0 else -np.inf
    return logs


@numba.njit(cache=True)
def log_likelihood(chances: Floats, terms: Ints, factors: Ints, positions: Ints, roots: Ints) -> Floats:
    """Logarithms at the roots; minus infinity for zero."""
    logs = _all_logs(chances, terms, factors, positions)
    found = np.empty(roots.shape)
    for c in range(roots.shape[0]):
        for k in range(roots.shape[1]):
            found[c, k] = logs[roots[c, k]]
    return found


@numba.njit(cache=True)
def total(logs: Floats) -> Floats:
    """Sums over the components, shape (hypothesis,)."""
    found = np.zeros(logs.shape[1])
    for c in range(logs.shape[0]):
        for k in range(logs.shape[1]):
            found[k] += logs[c, k]
    return found


@numba.njit(cache=True)
def log_likelihood_slope(
    chances: Floats, terms: Ints, factors: Ints, positions: Ints, roots: Ints, weights: Floats
) -> Floats:
    """Derivative, by every chance, of the sum of the logarithms at the roots with the given weights."""
    leaves = len(chances)
    logs = _all_logs(chances, terms, factors, positions)
    share = _at_roots(len(logs), roots, weights)
    for node in range(len(terms) - 2, -1, -1):
        above = share[leaves + node]
        if above == 0.0 or logs[leaves + node] == -np.inf:
            continue
        for t in range(terms[node], terms[node + 1]):
            part = np.exp(_term_log(logs, factors[t], factors[t + 1], positions) - logs[leaves + node])
            for i in range(factors[t], factors[t + 1]):
                share[positions[i]] += above * part
    slope: Floats = _by_chance(share[:leaves], chances)
    return slope


@numba.njit(cache=True)
def log_likelihood_along(
    chances: Floats, terms: Ints, factors: Ints, positions: Ints, roots: Ints, direction: Floats
) -> Floats:
    """Derivative of the logarithms at the roots as the chances move in a direction, shape (component, hypothesis)."""
    logs = _all_logs(chances, terms, factors, positions)
    moves = _all_moves(logs, _by_chance(direction, chances), terms, factors, positions)
    found = np.empty(roots.shape)
    for c in range(roots.shape[0]):
        for k in range(roots.shape[1]):
            found[c, k] = moves[roots[c, k]]
    return found


@numba.njit(cache=True)
def log_likelihood_bend(
    chances: Floats, terms: Ints, factors: Ints, positions: Ints, roots: Ints, weights: Floats, direction: Floats
) -> Floats:
    """Derivative of the slope as the chances move in a direction: their Hessian times the direction.

    Each share is passed down with its derivative, by the product rule.
    """
    leaves = len(chances)
    logs = _all_logs(chances, terms, factors, positions)
    moves = _all_moves(logs, _by_chance(direction, chances), terms, factors, positions)
    share = _at_roots(len(logs), roots, weights)
    bend = np.zeros(len(logs))
    for node in range(len(terms) - 2, -1, -1):
        at = leaves + node
        if logs[at] == -np.inf:
            continue
        for t in range(terms[node], terms[node + 1]):
            part = np.exp(_term_log(logs, factors[t], factors[t + 1], positions) - logs[at])
            moved = part * (_term_log(moves, factors[t], factors[t + 1], positions) - moves[at])
            for i in range(factors[t], factors[t + 1]):
                share[positions[i]] += share[at] * part
                bend[positions[i]] += bend[at] * part + share[at] * moved
    bends: Floats = _by_chance(bend[:leaves] - share[:leaves] * moves[:leaves], chances)
    return bends


@numba.njit(cache=True)
def _at_roots(size: int, roots: Ints, weights: Floats) -> Floats:
    """The weights of the roots, at the roots."""
    share = np.zeros(size)
    for c in range(roots.shape[0]):
        for k in range(roots.shape[1]):
            share[roots[c, k]] += weights[c, k]
    return share


@numba.njit(cache=True)
def _by_chance(of_logs: Floats, chances: Floats) -> Floats:
    """Turn derivatives by the logarithm of each chance into those by the chance; 0 where a chance is 0."""
    found = np.zeros(len(chances))
    for leaf in range(len(chances)):
        if chances[leaf] > 0.0:
            found[leaf] = of_logs[leaf] / chances[leaf]
    return found


@numba.njit(cache=True)
def _all_moves(logs: Floats, of_leaves: Floats, terms: Ints, factors: Ints, positions: Ints) -> Floats:
    """Derivatives of the logarithms of all nodes, from those of the leaves."""
    leaves = len(of_leaves)
    moves = np.zeros(len(logs))
    moves[:leaves] = of_leaves
    for node in range(len(terms) - 1):
        if logs[leaves + node] == -np.inf:
            continue
        for t in range(terms[node], terms[node + 1]):
            part = np.exp(_term_log(logs, factors[t], factors[t + 1], positions) - logs[leaves + node])
            moves[leaves + node] += part * _term_log(moves, factors[t], factors[t + 1], positions)
    return moves
