"""A recorded program in JAX, for samplers that run there; the derivatives are JAX's own.

Nodes of one level, which need only what lies below it, are evaluated together. Only the numbers may be traced: the
program is a constant of its model, and has to be known when a function is traced.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from attribution_bayes.arrays import Ints

Array = Any
"""A JAX array, or its stand-in while a function is traced."""


@dataclass(frozen=True, eq=False)
class _Level:
    """Some nodes, the position among them of each product's node, the product of each factor, and the factors."""

    nodes: Ints
    node_of: Ints
    product_of: Ints
    positions: Ints


def chances(*given: Array) -> Array:
    """All chances, from numbers and their positions among the inputs, which the constant 1 follows."""
    numbers, places, evenly = given[:3], given[3:6], given[6]
    values = jnp.ones(sum(map(len, numbers)) + 1)
    for some, at in zip(numbers, places, strict=True):
        values = values.at[np.asarray(at)].set(some)
    return jnp.concatenate([values, 1 - values, evenly])


def log_likelihood(chances: Array, *program: Array) -> Array:
    """Logarithms at the roots; minus infinity for zero."""
    terms, factors, positions, roots = (np.asarray(array) for array in program)
    logs = jnp.concatenate([_log(chances), jnp.zeros(len(terms) - 1)])
    for level in _levels(len(chances), terms, factors, positions):
        products = jax.ops.segment_sum(logs[level.positions], level.product_of, len(level.node_of))
        logs = logs.at[level.nodes].set(_log_of_sums(products, level.node_of, len(level.nodes)))
    return logs[roots]


def total(logs: Array) -> Array:
    """Sums over the components."""
    return logs.sum(axis=0)


def log_likelihood_slope(chances: Array, *others: Array) -> Array:
    """Derivative, by every chance, of the sum of the logarithms at the roots with the given weights."""
    *program, weights = others
    _, pullback = jax.vjp(lambda at: log_likelihood(at, *program), chances)
    return pullback(weights)[0]


def log_likelihood_along(chances: Array, *others: Array) -> Array:
    """Derivative of the logarithms at the roots as the chances move in a direction."""
    *program, direction = others
    return jax.jvp(lambda at: log_likelihood(at, *program), (chances,), (direction,))[1]


def log_likelihood_bend(chances: Array, *others: Array) -> Array:
    """Derivative of the slope as the chances move in a direction."""
    *fixed, direction = others
    return jax.jvp(lambda at: log_likelihood_slope(at, *fixed), (chances,), (direction,))[1]


def _levels(leaves: int, terms: Ints, factors: Ints, positions: Ints) -> Iterator[_Level]:
    depth = np.zeros(leaves + len(terms) - 1, dtype=np.int64)
    for node in range(len(terms) - 1):
        used = positions[factors[terms[node]] : factors[terms[node + 1]]]
        depth[leaves + node] = 1 + depth[used].max(initial=0)
    node_of = leaves + np.repeat(np.arange(len(terms) - 1), np.diff(terms))
    product_of = np.repeat(np.arange(len(factors) - 1), np.diff(factors))
    for level in range(1, depth.max(initial=0) + 1):
        (nodes,), here = np.nonzero(depth == level), depth[node_of] == level
        yield _Level(
            nodes=nodes,
            node_of=np.searchsorted(nodes, node_of[here]),
            product_of=(np.cumsum(here) - 1)[product_of[here[product_of]]],
            positions=positions[here[product_of]],
        )


def _log_of_sums(products: Array, node_of: Ints, nodes: int) -> Array:
    """Logarithms of sums, from the logarithms of their terms."""
    largest = jax.lax.stop_gradient(jax.ops.segment_max(products, node_of, nodes))
    largest = jnp.where(jnp.isfinite(largest), largest, 0.0)
    return largest + _log(jax.ops.segment_sum(jnp.exp(products - largest[node_of]), node_of, nodes))


def _log(numbers: Array) -> Array:
    """The logarithm, with a slope of 0 where it is minus infinity: a chance of 0 does not move."""
    return jnp.where(numbers > 0, jnp.log(jnp.where(numbers > 0, numbers, 1.0)), -jnp.inf)
