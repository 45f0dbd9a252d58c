"""Variable elimination against sums over all joint states."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest

from attribution_bayes.engine.factors import Component, Factor
from attribution_bayes.engine.kernel import Table, eliminate, entries, multiply

BATCH, HYPOTHESES = 3, 2
ROUNDING = 1e-13
"""Sums of at most 4^5 products of at most ten numbers, in another order."""


def component(
    states: tuple[int, ...], scopes: list[tuple[int, ...]], order: tuple[int, ...] | None = None
) -> Component:
    factors = tuple(Factor(scope, ()) for scope in scopes)
    return Component((), (), states, factors, tuple(range(len(states))) if order is None else order, 0)


def random_component(seed: int) -> tuple[Component, dict[Factor, np.ndarray]]:
    """Up to five variables of two to four states, each in at least one table, and up to ten tables over at most three.

    Some tables are over no variable, and some entries are zero.
    """
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 6))
    states = tuple(rng.integers(2, 5, count).tolist())
    drawn = [rng.permutation(count)[: rng.integers(0, 4)] for _ in range(rng.integers(0, 6))]
    scopes = [tuple(sorted(scope.tolist())) for scope in drawn] + [(variable,) for variable in range(count)]
    found = component(states, scopes, tuple(rng.permutation(count).tolist()))
    shapes = [(BATCH, HYPOTHESES, *(states[variable] for variable in scope)) for scope in scopes]
    numbers = [rng.uniform(0.1, 1, shape) * (rng.random(shape) > 0.1) for shape in shapes]
    return found, dict(zip(found.factors, numbers, strict=True))


def joint(component: Component, numbers: dict[Factor, np.ndarray]) -> np.ndarray:
    """The product of all tables, over all variables: what there would be no room for."""
    batch, hypothesis = len(component.states), len(component.states) + 1
    operands: list[Any] = []
    for factor, table in numbers.items():
        operands += [table, [batch, hypothesis, *factor.scope]]
    whole = np.ones((BATCH, HYPOTHESES, *component.states))
    variables = [batch, hypothesis, *range(len(component.states))]
    return np.einsum(whole, variables, *operands, variables, optimize=True)


SEEDS = range(100)


@pytest.mark.parametrize("seed", SEEDS)
def test_elimination_is_the_sum_over_all_joint_states(seed: int) -> None:
    """Summing variables out one after another gives the sum of all products, for each row and hypothesis."""
    drawn, numbers = random_component(seed)
    likelihood, summations = eliminate(drawn, numbers.__getitem__)
    assert likelihood.shape == (BATCH, HYPOTHESES)
    np.testing.assert_allclose(likelihood, joint(drawn, numbers).reshape(BATCH, HYPOTHESES, -1).sum(-1), rtol=ROUNDING)
    assert [summation.variable for summation in summations] == list(drawn.order)


def test_the_order_of_elimination_does_not_matter() -> None:
    """All 120 orders of a circle of five variables give the same likelihood."""
    scopes = [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)]
    rng = np.random.default_rng(1)
    tables = {scope: rng.uniform(0.1, 1, (BATCH, HYPOTHESES, 3, 3)) for scope in scopes}
    results = [
        eliminate(component((3,) * 5, scopes, order), lambda factor: tables[factor.scope])[0]
        for order in permutations(range(5))
    ]
    for result in results:
        np.testing.assert_allclose(result, results[0], rtol=ROUNDING)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_step_holds_what_drawing_backwards_needs(seed: int) -> None:
    """A step's product is in proportion to its variable's chances, given the variables that are summed out later."""
    drawn, numbers = random_component(seed)
    _, summations = eliminate(drawn, numbers.__getitem__)
    whole = joint(drawn, numbers)
    for place, summation in enumerate(summations):
        gone, later = drawn.order[:place], drawn.order[place + 1 :]
        assert set(summation.product.scope) <= {summation.variable, *later}
        expected = np.moveaxis(whole.sum(axis=tuple(2 + v for v in gone), keepdims=True), 2 + summation.variable, -1)
        axes = tuple(slice(None) if v in summation.product.scope else None for v in range(len(drawn.states)))
        found = np.moveaxis(summation.product.numbers[(slice(None), slice(None), *axes)], 2 + summation.variable, -1)
        found = np.broadcast_to(found, expected.shape)
        reached = expected.sum(-1) > 0
        shares = [table[reached] / table[reached].sum(-1, keepdims=True) for table in (found, expected)]
        np.testing.assert_allclose(*shares, rtol=ROUNDING, atol=ROUNDING)


def test_a_component_without_variables_is_the_product_of_its_tables() -> None:
    """Where nothing is to be summed out, the tables are multiplied."""
    numbers = iter([np.array([[0.5, 0.25]]), np.array([[0.5, 2.0]])])
    likelihood, summations = eliminate(component((), [(), ()], ()), lambda factor: next(numbers))
    assert likelihood.tolist() == [[0.25, 0.5]]
    assert summations == []


def test_tables_are_multiplied_over_all_their_variables() -> None:
    """The product of tables over x and y is a table over both, sorted."""
    x, y = np.array([2.0, 3.0]), np.array([5.0, 7.0, 11.0])
    found = multiply([Table((4,), y[None, None]), Table((1,), x[None, None])])
    assert found.scope == (1, 4)
    assert found.numbers.tolist() == [[[[10, 14, 22], [15, 21, 33]]]]


def test_a_factor_looks_up_sums_of_products_of_chances() -> None:
    """Each entry of a factor adds up the products of the chances that its terms name, row by row of the batch."""
    chances = np.array([[2.0, 3.0, 5.0, 7.0], [1.0, 10.0, 100.0, 1000.0]])
    terms = ((np.array([[0, 1]]), np.array([[2, 2]])), (np.array([[3, 0]]),))
    found = entries(Factor((0,), terms), chances)
    assert found.tolist() == [[[2 * 5 + 7, 3 * 5 + 2]], [[1 * 100 + 1000, 10 * 100 + 1]]]


def test_the_kernel_asks_only_three_things_of_numbers() -> None:
    """Numbers that can be multiplied, indexed and summed along an axis are enough: no NumPy function is called."""
    drawn, numbers = random_component(3)
    wrapped, _ = eliminate(drawn, lambda factor: Bare(numbers[factor]))
    plain, _ = eliminate(drawn, numbers.__getitem__)
    np.testing.assert_array_equal(wrapped.numbers, plain)


class Bare:
    """An array that can do nothing else."""

    __array_ufunc__ = None

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers = numbers

    def __mul__(self, other: Bare) -> Bare:
        return Bare(self.numbers * other.numbers)

    def __getitem__(self, index: Any) -> Bare:
        return Bare(self.numbers[index])

    def sum(self, axis: int) -> Bare:
        return Bare(self.numbers.sum(axis=axis))
