"""The convergence gate: what is wrong with draws is seen and said; good draws pass."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import arviz
import numpy as np
import pytest
from scipy.special import expit

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis
from attribution_bayes.declare.ways import Beta, Impossible
from attribution_bayes.engine.diagnostics import TAILS, figure_failures
from attribution_bayes.engine.draws import Sample
from attribution_bayes.engine.exact import credences, likelihoods
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.pymc.gate import diagnostics, gated_credence
from attribution_bayes.errors import ConvergenceError

ADDRESS = "evidence.e.likelihood.a"
CHAINS, DRAWS = 4, 2000


def net(a: Any = None, b: Any = 0.4) -> Network:
    """One item with one uncertain likelihood, unless another is given."""
    likelihood = {"a": Beta(4, 2) if a is None else a, "b": b}
    return network(
        Case(
            question="Which?",
            hypotheses=[Hypothesis(name=name, statement=f"it was {name}") for name in "ab"],
            prior={"a": 0.5, "b": 0.5},
            evidence=[Evidence(name="e", statement="e holds", likelihood=likelihood)],
        )
    )


def sample(draws: np.ndarray, network: Network | None = None, **stats: np.ndarray) -> Sample:
    """A sample of which the uncertain inputs are the draws, shape (chain, draw); NUTS has nothing to say against it."""
    network = net() if network is None else network
    values = np.repeat(draws[..., None], network.inputs.uncertain.sum(), axis=-1)
    rows = network.inputs.filled(values).reshape(draws.size, -1)
    likelihood = likelihoods(network, np.where(np.isfinite(rows), rows, 0.5), np.ones(rows.shape[1], dtype=bool))
    credence, _ = credences(rows[:, network.prior], likelihood)
    energy = np.random.default_rng(5).normal(size=draws.shape)
    return Sample(
        network=network,
        values=values,
        prior_seed=np.random.SeedSequence(0),
        credence=np.where(np.isfinite(rows).all(axis=1, keepdims=True), credence, np.nan).reshape(*draws.shape, -1),
        hypothesis=np.zeros(draws.shape, dtype=np.int64),
        log_likelihood=likelihood.log()[..., 0].reshape(*draws.shape, 1),
        stats={"diverging": np.zeros(draws.shape, dtype=bool), "energy": energy, **stats},
    )


# Chains --------------------------------------------------------------------------------------------------------------


def independent(chains: int = CHAINS, draws: int = DRAWS, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).beta(4, 2, (chains, draws))


def autoregressive(correlation: float, draws: int = DRAWS) -> np.ndarray:
    """Chains in which each draw depends on the one before it, in log-odds."""
    steps = np.random.default_rng(2).normal(size=(CHAINS, draws))
    chains = np.empty_like(steps)
    chains[:, 0] = steps[:, 0]
    for i in range(1, draws):
        chains[:, i] = correlation * chains[:, i - 1] + math.sqrt(1 - correlation**2) * steps[:, i]
    return expit(chains)


def with_one(value: float) -> np.ndarray:
    draws = independent()
    draws[2, 17] = value
    return draws


def with_a_stuck_chain() -> np.ndarray:
    draws = independent()
    draws[1] = draws[1, 0]
    return draws


def with_a_chain_apart() -> np.ndarray:
    draws = independent()
    draws[3] = 0.5 * draws[3]
    return draws


def drifting() -> np.ndarray:
    return independent() * np.linspace(0.7, 1, DRAWS)


def with_rare_long_visits() -> np.ndarray:
    """Draws that are independent but for visits to the lowest twentieth, about 60 steps long and 1200 steps apart.

    In 20,000 steps that is some 17 visits, each worth a few draws of the lower tail, and little to the mean.
    """
    rng = np.random.default_rng(3)
    chains = rng.uniform(0.05, 1, (CHAINS, 5000))
    for chain in chains:
        at = 0
        while (at := at + int(rng.exponential(1140))) < len(chain):
            stay = int(rng.exponential(60)) + 1
            chain[at : at + stay] = rng.uniform(0.001, 0.05, len(chain[at : at + stay]))
            at += stay
    return chains


def walking_energy() -> np.ndarray:
    return np.cumsum(np.random.default_rng(4).normal(size=(CHAINS, DRAWS)), axis=1)


def one_divergence() -> np.ndarray:
    diverging = np.zeros((CHAINS, DRAWS), dtype=bool)
    diverging[0, 100] = True
    return diverging


def energy_with_nan() -> np.ndarray:
    energy = np.random.default_rng(5).normal(size=(CHAINS, DRAWS))
    energy[1, 5] = np.nan
    return energy


# Refused -------------------------------------------------------------------------------------------------------------

BAD: dict[str, tuple[Callable[[], Sample], str]] = {
    "all NaN": (lambda: sample(np.full((CHAINS, DRAWS), np.nan)), r"24000 draws are not finite"),
    "one NaN": (lambda: sample(with_one(np.nan)), r"3 draws are not finite"),
    "one infinity": (lambda: sample(with_one(np.inf)), r"3 draws are not finite"),
    "an input that stands still": (
        lambda: sample(np.full((CHAINS, DRAWS), 0.7)),
        rf"some chain stands still for {ADDRESS}",
    ),
    "a stuck chain": (
        lambda: sample(with_a_stuck_chain()),
        rf"some chain stands still for {ADDRESS} and 2 more.*r-hat is not at most 1.01 for {ADDRESS}",
    ),
    "a chain apart": (
        lambda: sample(with_a_chain_apart()),
        rf"r-hat is not at most 1.01 for {ADDRESS} \(1\.\d+\) and 2 more",
    ),
    "drifting chains": (lambda: sample(drifting()), rf"r-hat is not at most 1.01 for {ADDRESS} \(1\.\d+\) and 2 more"),
    "a divergence": (lambda: sample(independent(), diverging=one_divergence()), r"given: 1 divergence"),
    "strong autocorrelation": (
        lambda: sample(autoregressive(0.99)),
        rf"bulk ESS is not at least 400 for {ADDRESS} \(\d+\.?\d*\) and 2 more",
    ),
    "rare long visits": (
        lambda: sample(with_rare_long_visits()),
        rf"given: tail ESS is not at least 400 for {ADDRESS} \(\d+\.?\d*\) and 2 more\. The draws",
    ),
    "three chains": (lambda: sample(independent(chains=3)), r"given: 3 chains, at least 4 are needed\. The draws"),
    "energy that walks": (
        lambda: sample(independent(), energy=walking_energy()),
        r"given: E-BFMI is not at least 0.3 \(0\.\d+\)\. The draws",
    ),
    "energy that is no number": (
        lambda: sample(independent(), energy=energy_with_nan()),
        r"given: E-BFMI is not at least 0.3 \(nan\)\. The draws",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_draws_give_no_credence(kind: str) -> None:
    """Draws with this fault are refused in a sentence that names it; the error carries the draws as they are."""
    make, sentence = BAD[kind]
    drawn = make()
    with pytest.raises(ConvergenceError, match=sentence) as caught:
        gated_credence(net(), drawn)
    assert caught.value.failures == tuple(figure_failures(diagnostics(net(), drawn)))
    assert len(caught.value.failures) >= 1
    posterior = caught.value.draws["posterior"]
    np.testing.assert_array_equal(posterior["assumption"].sel(address=ADDRESS).values, drawn.values[..., 0])
    np.testing.assert_array_equal(posterior["credence"].values, drawn.credence)
    assert posterior["credence"].dims == ("chain", "draw", "hypothesis")
    assert set(caught.value.draws["sample_stats"].data_vars) == {"diverging", "energy"}


def test_a_credence_that_is_no_number_is_enough() -> None:
    """A NaN in the credence alone is refused, whatever the inputs."""
    drawn = sample(independent())
    drawn.credence[0, 0, 1] = np.nan
    with pytest.raises(ConvergenceError, match=r"1 draws? (is|are) not finite"):
        gated_credence(net(), drawn)


def test_every_fault_is_said() -> None:
    """Draws with several faults are refused with a sentence for each."""
    drawn = sample(drifting()[:3], diverging=one_divergence()[:3] | True, energy=walking_energy()[:3])
    chains, rhat, *ess, divergences, energy = figure_failures(diagnostics(net(), drawn))
    assert chains == "3 chains, at least 4 are needed"
    assert rhat.startswith("r-hat is not at most 1.01")
    assert all("ESS is not at least 400" in sentence for sentence in ess)
    assert divergences == "6000 divergences"
    assert energy.startswith("E-BFMI is not at least 0.3")


# Passed --------------------------------------------------------------------------------------------------------------

EXCLUDED, CERTAIN = net(b=Impossible("it cannot be")), net(a=0.7)
GOOD: dict[str, tuple[Network, Callable[[], Sample]]] = {
    "independent": (net(), lambda: sample(independent())),
    "mildly autocorrelated": (net(), lambda: sample(autoregressive(0.5))),
    "an excluded hypothesis": (EXCLUDED, lambda: sample(independent(), EXCLUDED)),
    "nothing uncertain": (CERTAIN, lambda: sample(independent(), CERTAIN)),
}


@pytest.mark.parametrize("kind", GOOD)
def test_good_draws_pass(kind: str) -> None:
    """The credence of good draws is their mean; one that stands still has no Monte-Carlo error."""
    network, make = GOOD[kind]
    drawn = make()
    credence, mcse, figures = gated_credence(network, drawn)
    assert figure_failures(figures) == []
    np.testing.assert_array_equal(credence, drawn.credence.mean(axis=(0, 1)))
    moves = np.ptp(drawn.credence, axis=(0, 1)) > 0
    assert (moves == (kind in ("independent", "mildly autocorrelated"))).all()
    np.testing.assert_array_equal(mcse > 0, moves)


def test_what_stands_still_is_zero_or_one() -> None:
    """An excluded hypothesis has credence 0 and its rival 1, though the inputs move."""
    credence, mcse, _ = gated_credence(EXCLUDED, sample(independent(), EXCLUDED))
    np.testing.assert_array_equal(credence, [1, 0])
    np.testing.assert_array_equal(mcse, [0, 0])


def test_a_credence_that_no_draw_can_hold_is_not_zero() -> None:
    """What is not excluded keeps the least double, even if every draw of its credence is too small for one."""
    drawn = sample(independent())
    nothing = replace(drawn, credence=np.broadcast_to([1.0, 0.0], drawn.credence.shape))
    credence, _, _ = gated_credence(net(), nothing)
    assert credence.tolist() == [1, 5e-324]


@pytest.mark.parametrize(("correlation", "steps_per_draw"), [(0.0, 1.0), (0.5, 3.0)])
def test_the_error_is_that_of_a_mean(correlation: float, steps_per_draw: float) -> None:
    """The Monte-Carlo error is the standard deviation over the root of the draws' worth in independent ones.

    With correlation r a draw of an autoregressive chain is worth (1 - r) / (1 + r) independent ones. That worth is
    estimated to some 5 %, the error so to half of it: 20 % is passed by chance less often than in one of a million.
    """
    drawn = sample(autoregressive(correlation, draws=5000))
    _, mcse, _ = gated_credence(net(), drawn)
    expected = drawn.credence.std(axis=(0, 1)) * math.sqrt(steps_per_draw / (CHAINS * 5000))
    np.testing.assert_allclose(mcse, expected, rtol=0.2)


def test_the_figures_are_those_of_what_moves() -> None:
    """The gate hands on the figures by which it judged: of every uncertain input and every credence that moves."""
    drawn = sample(autoregressive(0.5))
    _, _, figures = gated_credence(net(), drawn)
    assert figures.quantity.values.tolist() == [ADDRESS, "credence.a", "credence.b"]
    expected = {"r_hat": arviz.rhat, "ess_bulk": arviz.ess, "ess_tail": partial(arviz.ess, method="tail", prob=TAILS)}
    for name, figure in expected.items():
        np.testing.assert_allclose(figures[name][0], figure(drawn.values[..., 0]), rtol=1e-12)
    assert figures["divergences"].values.tolist() == [0] * CHAINS
    assert not figures["still"].any()
    assert (figures["bfmi"] > 1).all()
