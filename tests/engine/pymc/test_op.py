"""The operations against the same likelihood in plain PyTensor: values, gradients and second derivatives."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytensor.compile.mode import Mode

from attribution_bayes.declare.case import Case
from attribution_bayes.engine.draws import draw_prior_values
from attribution_bayes.engine.kernel import eliminate, entries
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.pymc import op
from attribution_bayes.engine.pymc.circuit import record
from drawn import cases
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


ROUNDING = 1e-10
"""Difference as a part of one plus the largest number: the plain graph multiplies, the operations add logarithms."""

AS_IT_STANDS = Mode(linker="py", optimizer=None)
"""Evaluates a graph operation by operation, with no rewriting and no compiler."""


def recorded(net: Network, chances: Any) -> Any:
    program = record(net)
    return op.log_likelihood(chances, program.terms, program.factors, program.positions, program.roots)


def plain(net: Network, chances: Any) -> Any:
    """The log likelihood as one reads it: each component eliminated with PyTensor's own arrays, shape as above."""
    rows: dict[int, Any] = dict(zip(net.direct_at.tolist(), [chances[row] for row in net.direct], strict=True))
    for place, component in zip(net.components_at.tolist(), net.components, strict=True):
        likelihood, _ = eliminate(component, lambda factor: entries(factor, chances[None]))
        rows[place] = likelihood[0]
    return pt.log(pt.stack([rows[place] for place in sorted(rows)]))


def functions_of(log_likelihood: Any, chances: Any, weights: np.ndarray, direction: np.ndarray) -> list[Any]:
    """The log likelihoods, the gradient of their weighted sum, and its Hessian times a direction."""
    gradient = pt.grad((log_likelihood * weights).sum(), chances)
    return [log_likelihood, gradient, pt.grad((gradient * direction).sum(), chances)]


@pytest.mark.parametrize("mode", [AS_IT_STANDS, "JAX"])
def test_chances_are_numbers_at_their_positions_and_one_minus_each(mode: Any) -> None:
    """The constant 1 follows the numbers, 0 what one minus them is; the slope is a difference."""
    numbers = [np.array([0.2, 0.5]), np.array([0.9]), np.array([0.7, 0.4])]
    places = [np.array([2, 0]), np.array([4]), np.array([1, 3])]
    vectors = [pt.vector(shape=one.shape) for one in numbers]
    chances = op.chances(*vectors, *places, np.array([0.5, 0.25]))
    weights = np.arange(14.0) ** 2
    slopes = pt.grad((chances * weights).sum(), vectors)
    found, *by_number = pytensor.function(vectors, [chances, *slopes], mode=mode)(*numbers)
    values = np.array([0.5, 0.7, 0.2, 0.4, 0.9, 1.0])
    np.testing.assert_array_equal(found, [*values, *(1 - values), 0.5, 0.25])
    assert [one.tolist() for one in by_number] == [[-60.0, -36.0], [-84.0], [-48.0, -72.0]]


def test_values_gradients_and_hessians_are_those_of_the_plain_graph() -> None:
    """In 40 random cases, at random chances, the operations agree with a graph of products and sums."""
    compared = []

    @settings(REPEATABLE, max_examples=90)
    @given(cases(max_items=5, exclusions=False), st.integers(0, 2**32 - 1))
    def agree(case: Case, seed: int) -> None:
        rng, net = np.random.default_rng(seed), network(case)
        if not net.component_names:
            return
        values = net.inputs.filled(draw_prior_values(net, 1, rng))[0]
        at = np.concatenate([values, 1 - values])
        weights = rng.normal(size=(len(net.component_names), len(net.hypotheses)))
        moves = ~np.isin(np.arange(len(at)), (len(values) - 1, 2 * len(values) - 1))  # the constants 1 and 0 do not
        direction, chances = moves * rng.normal(size=at.shape), pt.vector("chances", shape=at.shape)
        graphs = [functions_of(form(net, chances), chances, weights, direction) for form in (recorded, plain)]
        with pytensor.config.change_flags(cxx=""):
            found = pytensor.function([chances], [*graphs[0], *graphs[1]], mode=AS_IT_STANDS)(at)
        for ours, theirs in zip(found[:3], found[3:], strict=True):
            inside = moves if ours.shape == at.shape else ...
            scale = 1 + np.abs(theirs[inside]).max()
            np.testing.assert_allclose(ours[inside], theirs[inside], rtol=0, atol=ROUNDING * scale)
        compared.append(np.count_nonzero(found[2]))

    agree()
    assert len(compared) >= 40
    assert sum(compared) > 200


@pytest.fixture(scope="module")
def one() -> tuple[Any, Any, list[Any], np.ndarray]:
    """A vector of chances, the log likelihood of one hidden parent and its child, its derivatives, and a point."""
    # x is true with chance 0 under the first hypothesis and 1 under the second; the child has chances 2 and 3
    chances = pt.vector("chances", shape=(6,))
    program = (np.array([0, 2, 4]), np.array([0, 2, 4, 6, 8]), np.array([0, 2, 3, 4, 1, 2, 4, 5]), np.array([[6, 7]]))
    log_likelihood = op.log_likelihood(chances, *program)
    weights, direction = np.array([[2.0, -1.0]]), np.array([0.3, -0.2, 0.5, 0.1, -0.4, 0.7])
    return (
        chances,
        log_likelihood,
        functions_of(log_likelihood, chances, weights, direction),
        np.array([0.4, 0.7, 0.2, 0.6, 0.9, 0.3]),
    )


def test_the_graph_runs_in_jax(one: Any) -> None:
    """Compiled for JAX, values and derivatives are those of numba's functions."""
    chances, _, outputs, at = one
    ours = pytensor.function([chances], outputs, mode=AS_IT_STANDS)(at)
    theirs = pytensor.function([chances], outputs, mode="JAX")(at)
    for our, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(np.asarray(their), our, rtol=1e-12)


def test_a_derivative_along_a_direction_has_a_gradient(one: Any) -> None:
    """The gradient of what moves along a direction is the slope by the direction and the bend by the chances."""
    chances, log_likelihood, _, at = one
    direction, weights = pt.vector("direction", shape=(6,)), np.array([[1.0, 3.0]])
    along = op._along(*log_likelihood.owner.inputs, direction)
    by_chances, by_direction = pt.grad((along * weights).sum(), [chances, direction])
    expected = functions_of(log_likelihood, chances, weights, direction)[:0:-1]
    function = pytensor.function([chances, direction], [by_chances, by_direction, *expected], mode=AS_IT_STANDS)
    found = function(at, np.array([0.3, -0.2, 0.5, 0.1, -0.4, 0.7]))
    np.testing.assert_allclose(found[0], found[2], rtol=1e-12)
    np.testing.assert_allclose(found[1], found[3], rtol=1e-12)


def test_a_third_derivative_is_refused(one: Any) -> None:
    """What is not there is said, rather than taken for zero."""
    chances, _, outputs, _ = one
    with pytest.raises(NotImplementedError, match="no third derivatives in PyTensor"):
        pt.grad(outputs[2].sum(), chances)


WITHOUT_JAX = """
import sys
if {absent}:
    sys.modules["jax"] = None
import attribution_bayes as ab
names = [ab.Hypothesis(name="a", statement="a"), ab.Hypothesis(name="b", statement="b", catch_all=True)]
item = ab.Evidence(name="e", statement="e", likelihood={{"a": ab.Beta(2, 3), "b": 0.1}})
model = ab.build_model(ab.Case(question="Which?", hypotheses=names, prior={{"a": 0.5, "b": 0.5}}, evidence=[item]))
from pytensor.compile.mode import Mode
print(model.compile_logp(mode=Mode(linker="py", optimizer="fast_compile"))(model.initial_point()))
assert "jaxlib" not in sys.modules  # an empty module of the name jax may be there, which loads when it is used
"""


@pytest.mark.parametrize("absent", [False, True], ids=["installed", "not installed"])
def test_a_model_is_built_without_jax(absent: bool) -> None:
    """JAX is imported by whoever samples with it: neither the library nor a model needs it."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_JAX.format(absent=absent)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert np.isfinite(float(done.stdout))
