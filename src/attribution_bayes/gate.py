"""The convergence gate: draws that do not pass it give no credence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from arviz_stats.base import array_stats

from attribution_bayes.errors import ConvergenceError
from attribution_bayes.exact import Sample
from attribution_bayes.network import Bools, Floats, Network
from attribution_bayes.posterior import draws_tree
from attribution_bayes.sampling import MIN_CHAINS

MAX_RHAT = 1.01
MIN_ESS = 400
TAILS = (0.05, 0.95)
"""Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), Rank-normalization, folding, and localization: an improved
R-hat for assessing convergence of MCMC, doi:10.1214/20-BA1221; tails as in ArviZ."""

MIN_BFMI = 0.3
"""Betancourt (2016), Diagnosing suboptimal cotangent disintegrations in Hamiltonian Monte Carlo, arXiv:1604.00695."""


def gated_credence(network: Network, drawn: Sample) -> tuple[Floats, Floats]:
    """The credence and its Monte-Carlo standard error, both of shape (hypothesis,), if the draws pass the gate.

    Raises
    ------
    ConvergenceError
        With one sentence for each check that failed, and the draws.
    """
    failures = gate_failures(network, drawn)
    if failures:
        raise ConvergenceError(failures, draws_tree(network, drawn))
    moving = _moves(drawn.credence)
    mcse = np.zeros(len(network.hypotheses))
    if moving.any():
        mcse[moving] = array_stats.mcse(drawn.credence[..., moving], chain_axis=0, draw_axis=1, method="mean")
    return drawn.credence.mean(axis=(0, 1)), mcse


def gate_failures(network: Network, drawn: Sample) -> list[str]:
    """What is wrong with the draws, one sentence for each check; empty if nothing is.

    Inputs are uncertain, so draws of them that stand still are a failure. A credence may stand still, if it is the same
    whatever the inputs.
    """
    inputs, credence = drawn.values, drawn.credence
    broken = int((~np.isfinite(inputs)).sum() + (~np.isfinite(credence)).sum())
    if broken:
        return [f"{broken} draws are not finite"]
    chains, moving = len(credence), _moves(credence)
    labels = list(network.inputs.drawn.addresses)
    labels += [f"the credence of {name}" for name, moves in zip(network.hypotheses, moving, strict=True) if moves]
    failures = [] if chains >= MIN_CHAINS else [f"{chains} chains, at least {MIN_CHAINS} are needed"]
    failures += _mixing_failures(np.concatenate([inputs, credence[..., moving]], axis=-1), labels)
    return failures + list(_sampler_failures(drawn))


def _moves(draws: Floats) -> Bools:
    return np.asarray(np.ptp(draws, axis=(0, 1)) > 0)


def _mixing_failures(draws: Floats, labels: list[str]) -> list[str]:
    """Chains that disagree, draws that depend too much on one another, and chains that stand still."""
    if not labels or len(draws) < 2:
        return []
    still = (np.ptp(draws, axis=1) == 0).any(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):  # of a chain that stands still all figures are NaN
        rhat = array_stats.rhat(draws, chain_axis=0, draw_axis=1)
        bulk = array_stats.ess(draws, chain_axis=0, draw_axis=1, method="bulk")
        tail = array_stats.ess(draws, chain_axis=0, draw_axis=1, method="tail", prob=TAILS)
    checks = (
        ("some chain stands still", still, np.zeros(len(labels))),
        (f"r-hat is not at most {MAX_RHAT}", ~(rhat <= MAX_RHAT), rhat),
        (f"bulk ESS is not at least {MIN_ESS}", ~(bulk >= MIN_ESS), bulk),
        (f"tail ESS is not at least {MIN_ESS}", ~(tail >= MIN_ESS), tail),
    )
    return [_counted(what, bad, figures, labels) for what, bad, figures in checks if bad.any()]


def _counted(what: str, bad: Bools, figures: Floats, labels: list[str]) -> str:
    """One sentence on a check that failed for some quantities."""
    first = int(np.flatnonzero(bad)[0])
    more = f" and {int(bad.sum()) - 1} more" if bad.sum() > 1 else ""
    figure = f" ({figures[first]:.4g})" if figures.any() else ""
    return f"{what} for {labels[first]}{figure}{more}"


def _sampler_failures(drawn: Sample) -> Iterator[str]:
    """What NUTS says of itself."""
    if "diverging" in drawn.stats and drawn.stats["diverging"].any():
        yield f"{int(drawn.stats['diverging'].sum())} divergences"
    if "energy" in drawn.stats:
        bfmi = np.atleast_1d(array_stats.bfmi(drawn.stats["energy"], chain_axis=0, draw_axis=1))
        if not (bfmi >= MIN_BFMI).all():
            yield f"E-BFMI is not at least {MIN_BFMI} ({bfmi.min():.3g})"
