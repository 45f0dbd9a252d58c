"""The recorded program in JAX against the same program in numba."""

from __future__ import annotations

import jax
import numpy as np
import pytensor.link.jax.dispatch  # noqa: F401 (sets JAX to double precision, as it does for whoever samples with it)
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.case import Case
from attribution_bayes.engine.draws import draw_prior_values
from attribution_bayes.engine.network import network
from attribution_bayes.engine.pymc import circuit, jax_circuit
from attribution_bayes.engine.pymc.circuit import record
from drawn import cases
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


ROUNDING = 1e-11
"""Difference as a part of one plus the largest number: both sum the same numbers, in another order."""


def assert_close(ours: np.ndarray, theirs: np.ndarray) -> None:
    finite = np.isfinite(ours)
    np.testing.assert_array_equal(ours[~finite], theirs[~finite])  # minus infinity
    scale = 1 + np.abs(ours[finite]).max(initial=0.0)
    np.testing.assert_allclose(theirs[finite], ours[finite], rtol=0, atol=ROUNDING * scale)


def test_jax_computes_what_numba_does() -> None:
    """In 25 random cases, excluded hypotheses among them, values and derivatives are the same."""
    zeros = []

    @settings(REPEATABLE, max_examples=25)
    @given(cases(max_items=5), st.integers(0, 2**32 - 1))
    def agree(case: Case, seed: int) -> None:
        rng, net = np.random.default_rng(seed), network(case)
        recorded = record(net)
        program = (recorded.terms, recorded.factors, recorded.positions, recorded.roots)
        values = net.inputs.filled(draw_prior_values(net, 1, rng))[0]
        values[rng.integers(len(values))] = 0.0  # so that some hypotheses are excluded, whatever cases are drawn
        chances = np.concatenate([values, 1 - values])
        direction = chances * rng.normal(size=chances.shape)
        found = circuit.log_likelihood(chances, *program)
        weights = np.where(np.isfinite(found), rng.normal(size=found.shape), 0.0)
        zeros.append(int(np.isneginf(found).sum()))
        behind = {
            "log_likelihood": (),
            "log_likelihood_slope": (weights,),
            "log_likelihood_along": (direction,),
            "log_likelihood_bend": (weights, direction),
        }
        theirs = jax.jit(lambda at: {name: getattr(jax_circuit, name)(at, *program, *behind[name]) for name in behind})
        for name, found_in_jax in theirs(chances).items():
            assert_close(getattr(circuit, name)(chances, *program, *behind[name]), np.asarray(found_in_jax))

    agree()
    assert sum(zeros) > 0
