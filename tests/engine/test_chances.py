"""Quadrature against exact moments."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest

from attribution_bayes.declare.ways import (
    Beta,
    Uniform,
    distribution,
)
from attribution_bayes.engine.chances import quadrature
from attribution_bayes.engine.network import network
from crafted import case, item, shapes_of
from oracle import (
    moment,
)
from precision import EXACT, QUADRATURE, relative_error

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


SHAPES = (0.2, 0.5, 1.0, 2.0, 7.5, 100.0)
STATED = [
    *(Beta(alpha, beta) for alpha, beta in product(SHAPES, SHAPES)),
    *(Uniform(*ends) for ends in ((0, 1), (0.2, 0.7), (0.001, 0.01), (0.99, 0.999), (0.4, 0.400001))),
]


@pytest.mark.parametrize("stated", STATED, ids=str)
@pytest.mark.parametrize("count", [1, 2, 3, 5, 10])
def test_quadrature_is_exact_to_its_degree(stated: Any, count: int) -> None:
    """With n nodes E[x^m (1-x)^k] comes out for every m + k up to 2n - 1, by positive weights that sum to one."""
    net = network(case({"a": 0.5, "b": 0.5}, item("e", {"a": stated, "b": 0.5})))
    slot = net.inputs.addresses.index("evidence.e.likelihood.a")
    nodes, weights = quadrature(net.inputs, slot, count)
    _, _, lower, upper = shapes_of(distribution(stated))
    assert nodes.shape == weights.shape == (count,)
    assert np.all(weights > 0)
    assert abs(math.fsum(weights) - 1) <= EXACT
    assert np.all((nodes > lower) & (nodes < upper))
    for degree in range(2 * count):
        for m in {0, degree // 2, degree}:
            approximate = float(np.sum(weights * nodes**m * (1 - nodes) ** (degree - m)))
            assert relative_error(approximate, moment(stated, m, degree - m)) <= QUADRATURE
