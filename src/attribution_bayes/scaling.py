"""Power-scaling: how the credences would move if one statement, or one component, counted a little more or less."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from arviz_stats import psense
from arviz_stats.base import array_stats

from attribution_bayes.arguments import expect
from attribution_bayes.posterior import Posterior

ROUNDING = 1e-12
"""Range of numbers, as a share of their size, that counts as none."""

ALPHAS = (0.99, 1.01)
"""Powers between which the derivative is taken, as in ArviZ."""

MAX_PARETO_K = 0.7
"""Vehtari, Simpson, Gelman, Yao, Gabry (2024), Pareto smoothed importance sampling, JMLR 25(72): above it the weights
tell nothing."""


def power_scaling(posterior: Posterior) -> pd.DataFrame:
    """Say how sensitive the spread of the credences is to each uncertain statement and to each component.

    ArviZ's power-scaling: the draws are weighted as if the density of one statement, or the likelihood of one component
    given those before it, were raised to a power close to one, and the change of each credence's distribution is
    measured. Both engines' draws serve.

    Parameters
    ----------
    posterior

    Returns
    -------
    DataFrame
        Index: (group, name): ``prior`` with the address of an uncertain statement (``prior`` for an uncertain prior of
        the hypotheses), ``likelihood`` with the name of a component; most sensitive first. Columns: ``sensitivity``,
        the largest over the hypotheses (above 0.05 counts as sensitive in ArviZ); ``pareto_k`` of the weights;
        ``reliable``, False where that is above 0.7 or could not be found (NaN); ``sensitivity_H`` for each hypothesis
        H. Empty if nothing is uncertain.

    References
    ----------
    N. Kallioinen, T. Paananen, P.-C. Buerkner, A. Vehtari (2024), Detecting and diagnosing prior and likelihood
    sensitivity with power-scaling, doi:10.1007/s11222-023-10366-5
    """
    expect(posterior, Posterior, "posterior")
    names = [str(name) for name in posterior.credence.hypothesis.values]
    rows = [_row(posterior.draws, *part) for part in _parts(posterior.draws)]
    index = pd.MultiIndex.from_tuples([(group, name) for group, _, name, _ in _parts(posterior.draws)] or [("", "")])
    columns = ["sensitivity", "pareto_k", "reliable", *(f"sensitivity_{name}" for name in names)]
    table = pd.DataFrame(rows, index=index[: len(rows)].set_names(["group", "name"]), columns=columns)
    return table.sort_values("sensitivity", ascending=False, kind="stable")


def _parts(draws: xr.DataTree) -> Iterator[tuple[str, str, str, dict[str, list[Any]]]]:
    """What can be scaled: group, variable, name and coordinates."""
    if "log_prior" in draws.children:
        variables = draws["log_prior"].data_vars
        if "prior" in variables:
            yield "prior", "prior", "prior", {}
        for name in variables["assumption"].statement.values if "assumption" in variables else ():
            yield "prior", "assumption", str(name), {"statement": [name]}
        if variables:
            for name in draws["log_likelihood"]["evidence"].component.values:
                yield "likelihood", "evidence", str(name), {"component": [name]}


def _row(draws: xr.DataTree, group: str, variable: str, _name: str, coords: dict[str, list[Any]]) -> list[Any]:
    log = np.asarray(draws[f"log_{group}"].dataset[variable].sel(coords).squeeze(list(coords)))
    credence = draws["posterior"].dataset["credence"]
    moving = [name for name in credence.hypothesis.values if _varies(credence.sel(hypothesis=name).values)]
    sensitivity, k = pd.Series(0.0, index=credence.hypothesis.values), 0.0
    if _varies(log):  # any power of a flat density is the same
        k = float(np.max([array_stats.psislw((alpha - 1) * log.reshape(-1))[1] for alpha in ALPHAS]))  # NaN stays
    if _varies(log) and moving:
        found = psense(
            draws,
            var_names="credence",
            group=group,
            coords={"hypothesis": moving},
            alphas=ALPHAS,
            group_var_names=variable,
            group_coords=coords or None,
        )
        sensitivity[moving] = found["credence"].values
    return [sensitivity.max(), k, k <= MAX_PARETO_K, *sensitivity]


def _varies(numbers: np.ndarray) -> bool:
    """Whether there is more to the numbers than rounding."""
    return bool(np.ptp(numbers) > ROUNDING * np.abs(numbers).max())
