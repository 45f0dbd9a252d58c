"""The convergence gate, which draws have to pass before they give a credence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from arviz_stats.base import array_stats

from attribution_bayes.arrays import Bools, Floats
from attribution_bayes.engine.diagnostics import TAILS, figure_failures
from attribution_bayes.engine.draws import Sample
from attribution_bayes.engine.exact import excluded
from attribution_bayes.engine.network import Network
from attribution_bayes.engine.tree import draws_tree
from attribution_bayes.errors import ConvergenceError
from attribution_bayes.odds import never_zero


def gated_credence(network: Network, drawn: Sample) -> tuple[Floats, Floats, xr.Dataset]:
    """The credence and its Monte-Carlo standard error, both of shape (hypothesis,), if the draws pass the gate.

    Returns
    -------
    credence, mcse, diagnostics

    Raises
    ------
    ConvergenceError
        With one sentence for each check that failed, and the draws.
    """
    figures = diagnostics(network, drawn)
    failures = figure_failures(figures)
    if failures:
        raise ConvergenceError(failures, draws_tree(drawn))
    credence = never_zero(drawn.credence.mean(axis=(0, 1)), ~excluded(network))
    return credence, monte_carlo_error(drawn.credence), figures


def monte_carlo_error(draws: Floats) -> Floats:
    """Of the mean of each quantity, from draws of shape (chain, draw, quantity); 0 for what stands still."""
    moving = _moves(draws)
    mcse = np.zeros(draws.shape[-1])
    if moving.any():
        mcse[moving] = array_stats.mcse(draws[..., moving], chain_axis=0, draw_axis=1, method="mean")
    return mcse


def diagnostics(network: Network, drawn: Sample) -> xr.Dataset:
    """The figures by which draws are judged.

    Draws of an input must vary, because inputs are uncertain. A credence may be constant, if no input moves it: then it
    has no figures.

    Returns
    -------
    Dataset
        ``not_finite``, how many numbers of the draws are not finite. If none: ``r_hat``, ``ess_bulk``, ``ess_tail`` and
        ``still``, whether some chain does not move (dim quantity: addresses, and ``credence.H``); ``divergences`` and
        ``bfmi`` (dim chain) as far as the sampler reports them.
    """
    inputs, credence = drawn.values, drawn.credence
    broken = int((~np.isfinite(inputs)).sum() + (~np.isfinite(credence)).sum())
    chains = {"chain": np.arange(len(credence))}
    if broken:
        return xr.Dataset({"not_finite": broken}, coords=chains)
    moving = _moves(credence)
    labels = list(network.inputs.drawn.addresses)
    labels += [f"credence.{name}" for name, moves in zip(network.hypotheses, moving, strict=True) if moves]
    figures = {"not_finite": broken, **_mixing(np.concatenate([inputs, credence[..., moving]], axis=-1))}
    return xr.Dataset({**figures, **_of_sampler(drawn)}, coords={**chains, "quantity": np.array(labels, dtype=str)})


def _moves(draws: Floats) -> Bools:
    return np.asarray(np.ptp(draws, axis=(0, 1)) > 0)


def _mixing(draws: Floats) -> dict[str, Any]:
    """How well chains agree, and how many independent draws they are worth; shape (quantity,) each."""
    if not draws.shape[-1] or len(draws) < 2:
        return {}
    axes: Mapping[str, int] = {"chain_axis": 0, "draw_axis": 1}
    with np.errstate(invalid="ignore", divide="ignore"):  # all figures of a constant chain are NaN
        figures = {
            "r_hat": array_stats.rhat(draws, **axes),
            "ess_bulk": array_stats.ess(draws, **axes, method="bulk"),
            "ess_tail": array_stats.ess(draws, **axes, method="tail", prob=TAILS),
            "still": (np.ptp(draws, axis=1) == 0).any(axis=0),
        }
    return {name: ("quantity", figure) for name, figure in figures.items()}


def _of_sampler(drawn: Sample) -> dict[str, Any]:
    figures = {}
    if "diverging" in drawn.stats:
        figures["divergences"] = drawn.stats["diverging"].sum(axis=1)
    if "energy" in drawn.stats:
        figures["bfmi"] = np.atleast_1d(array_stats.bfmi(drawn.stats["energy"], chain_axis=0, draw_axis=1))
    return {name: ("chain", figure) for name, figure in figures.items()}
