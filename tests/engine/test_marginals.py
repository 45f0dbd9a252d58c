"""Probabilities of hidden states against the sum over all states."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Report
from attribution_bayes.engine.chances import stated_chances
from attribution_bayes.engine.factors import Component
from attribution_bayes.engine.kernel import Table, eliminate, entries, multiply
from attribution_bayes.engine.marginals import marginal, marginals, uses
from attribution_bayes.engine.network import network
from crafted import CRAFTED, NEVER, case, item, reported, source
from drawn import cases
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

EXACT = 1e-12


def by_hand(component: Component, chances: np.ndarray) -> np.ndarray:
    """P(all hidden states | hypothesis, observations), shape (hypothesis, *states); 0 where all is excluded."""
    joint = multiply([Table(factor.scope, entries(factor, chances)) for factor in component.factors]).numbers[0]
    total = joint.reshape(len(joint), -1).sum(axis=1).reshape(-1, *[1] * (joint.ndim - 1))
    return np.divide(joint, total, out=np.zeros_like(joint), where=total > 0)


def agree(declared: Case) -> None:
    net = network(declared)
    chances = stated_chances(net)
    for component in net.integrated:
        found = marginals(component, lambda factor: entries(factor, chances))
        expected = by_hand(component, chances)
        for factor in component.factors:
            others = tuple(1 + v for v in range(len(component.states)) if v not in factor.scope)
            states = marginal(component, found, factor.scope).to_floats()[0]
            assert states == pytest.approx(expected.sum(axis=others), rel=EXACT, abs=1e-300)


@settings(REPEATABLE, max_examples=150)
@given(cases(max_worlds=256, common_causes=True))
def test_a_backward_pass_adds_up_all_states(declared: Case) -> None:
    """In any component, the states of all variables of each factor, to rounding error."""
    agree(declared)


@pytest.mark.parametrize("name", CRAFTED)
def test_of_cases_written_by_hand(name: str) -> None:
    """With quadrature nodes, copies and sources that are unlike under each hypothesis too."""
    agree(CRAFTED[name])


@pytest.mark.parametrize("name", CRAFTED)
def test_uses_are_counted_over_all_worlds(name: str) -> None:
    """How often each chance is used on average: its part in the derivative, by differences of the likelihood."""
    net = network(CRAFTED[name])
    chances = stated_chances(net)
    for component in net.integrated:
        found = uses(component, chances)[0]
        likelihood = eliminate(component, lambda factor: entries(factor, chances))[0][0]
        for at in np.flatnonzero(found.any(axis=0)).tolist():
            away = 1e-6 * np.eye(chances.shape[1])[at] * chances
            ends = [eliminate(component, lambda f, c=chances + s * away: entries(f, c))[0][0] for s in (1, -1)]
            slope = (ends[0] - ends[1]) / 2e-6
            np.testing.assert_allclose(found[:, at] * likelihood, slope, rtol=1e-7, atol=1e-9 * likelihood.max())


def test_what_is_excluded_has_no_states() -> None:
    """A hypothesis under which the report cannot be made has 0 for each state, and no NaN."""
    never = reported("e", {"a": 0.5, "b": NEVER}, Report(source="s"))
    declared = case({"a": 0.5, "b": 0.5}, never, sources=(source("s", 0.8, NEVER),))
    net = network(declared)
    (component,), chances = net.integrated, stated_chances(net)
    found = marginals(component, lambda factor: entries(factor, chances))
    assert marginal(component, found, (1,)).to_floats()[0].tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert uses(component, chances)[0].any(axis=1).tolist() == [True, False]


def test_states_too_unlikely_for_a_double_stay_apart_from_impossible_ones() -> None:
    """Three hundred children of one hidden item: a state of probability 1e-600 keeps its mantissa."""
    row = {name: {True: 0.99, False: 0.0099} for name in "ab"}
    children = [item(f"e{n}", row, given="root") for n in range(300)]
    declared = case({"a": 0.5, "b": 0.5}, item("root", {"a": 0.5, "b": 0.25}, observed=None), *children)
    net = network(declared)
    (component,), chances = net.integrated, stated_chances(net)
    found = marginals(component, lambda factor: entries(factor, chances))
    root = marginal(component, found, (0,))[0]
    assert (root.log10()[:, 1]) == pytest.approx([-600, -600 + np.log10(3)], rel=1e-12)
