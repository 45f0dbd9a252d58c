"""Power-scaling: how the credences move if the prior, or one component, counts a little more or less."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import xarray as xr
from arviz_stats.base import array_stats
from scipy.special import digamma

from attribution_bayes.arguments import expect
from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.engine.chances import stated_chances
from attribution_bayes.engine.exact import as_stated, batches, likelihoods
from attribution_bayes.engine.inputs import Family
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.odds import DECIBANS_PER_NAT

ROUNDING = 1e-12
"""Range of draws, as a share of a credence of 1, that counts as zero."""


def power_scaling(posterior: Posterior) -> pd.DataFrame:
    """Compute how the credences move as the prior, or the likelihood of one component, counts more.

    A component that counts twice as much has its likelihood squared; the slope is taken at the first power. It does not
    depend on the order of the items (for components with hidden states, whose slopes are means of draws, up to
    ``mcse``). With all other components fixed, a positive slope says that the component speaks for the hypothesis.

    Parameters
    ----------
    posterior

    Returns
    -------
    DataFrame
        Index: (group, name), ``("prior", "prior")`` and ``("likelihood", component)``, the greatest move of a credence
        first. Columns, three for each hypothesis H: ``credence_per_doubling_H``, the slope of its credence by the
        binary logarithm of the power, as a probability; ``db_per_doubling_H``, that of its log odds against all others,
        in decibans (NaN where it is excluded, or all others are); ``mcse_H``, the Monte-Carlo standard error of the
        first: 0 except for components with hidden states.

    Notes
    -----
    With l_c^alpha for the likelihood l_ch = P(component c | h, inputs), at alpha = 1, and P_h the credences,

        dP_h/dalpha = P_h (E[log l_ch | E, h] - sum_j P_j E[log l_cj | E, j]),

    and log 2 times that per doubling. For the prior, prior_h stands for l_ch.

    References
    ----------
    N. Kallioinen, T. Paananen, P.-C. Buerkner, A. Vehtari (2024), Detecting and diagnosing prior and likelihood
    sensitivity with power-scaling, doi:10.1007/s11222-023-10366-5

    Examples
    --------
    >>> import attribution_bayes as ab
    >>> case = ab.Case(
    ...     question="Which?",
    ...     hypotheses=[
    ...         ab.Hypothesis(name="a", statement="it was a"),
    ...         ab.Hypothesis(name="b", statement="it was not", catch_all=True),
    ...     ],
    ...     prior={"a": 0.5, "b": 0.5},
    ...     evidence=[ab.Evidence(name="e", statement="e holds", likelihood={"a": 0.8, "b": 0.2})],
    ... )
    >>> ab.power_scaling(ab.weigh(case))["db_per_doubling_a"].round(3).to_dict()
    {('likelihood', 'e'): 4.173, ('prior', 'prior'): 0.0}
    """
    expect(posterior, Posterior, "posterior")
    net = network(posterior.case)
    credence = as_stated(net)
    means, errors = _mean_logs(net, posterior)
    slopes, odds = _slopes(credence, means)
    names = [("prior", "prior"), *(("likelihood", name) for name in net.component_names)]
    numbers = {
        "credence_per_doubling": slopes * math.log(2),
        "db_per_doubling": odds * math.log(2) * DECIBANS_PER_NAT,
        "mcse": errors * math.log(2),
    }
    table = pd.DataFrame(
        {f"{label}_{name}": column[:, k] for label, column in numbers.items() for k, name in enumerate(net.hypotheses)},
        index=pd.MultiIndex.from_tuples(names, names=["group", "name"]),
    )
    return table.iloc[np.argsort(-np.abs(slopes).max(axis=1), kind="stable")]


def _slopes(credence: Floats, means: Floats) -> tuple[Floats, Floats]:
    """Slopes of credences and of log odds (nats) by the power, shape (part, hypothesis).

    Means are taken relative to the leader's, so that a credence close to 1 loses no digits.
    """
    leader = int(np.argmax(credence))
    means = np.where(credence > 0, means, 0.0)
    means = means - means[:, [leader]]
    rate = means - (means @ credence)[:, None]
    others = 1 - credence
    others[leader] = math.fsum(np.delete(credence, leader))
    with np.errstate(divide="ignore", invalid="ignore"):
        return credence * rate, np.where((credence > 0) & (others > 0), rate / others, np.nan)


# Mean log likelihoods given each hypothesis ---------------------------------------------------------------------------


def _mean_logs(net: Network, posterior: Posterior) -> tuple[Floats, Floats]:
    """E[log likelihood | E, h] of the prior and of each component, and the standard errors of the slopes."""
    means = np.zeros((1 + len(net.component_names), len(net.hypotheses)))
    errors = np.zeros(means.shape)
    means[0] = _used_once(net, net.prior)
    means[1 + net.direct_at] = _used_once(net, net.direct)
    joint = 1 + net.components_at
    if len(joint):
        means[joint], errors[joint] = _from_draws(net, posterior.draws["posterior"].dataset, net.components_at)
    return means, errors


def _used_once(net: Network, positions: Ints) -> Floats:
    """E[log x] of the chances at these positions, each tilted by its use: their densities times x.

    For a ratio, the logarithm of its midpoint: the factor that the ratios of an item share is the same under each h.
    """
    slots, flips = net.users
    slot, flip, inputs = slots[positions], flips[positions], net.inputs
    parameters = (inputs.first, inputs.second, inputs.lower, inputs.upper)
    first, second, lower, upper = (np.append(column, 1.0)[slot] for column in parameters)  # last the constant 1
    alpha, beta = np.where(flip, second, first), np.where(flip, first, second)
    weights = np.zeros(len(inputs.values))
    for members in inputs.blocks(Family.DIRICHLET):
        weights[members] = inputs.first[members].sum()
    families = [
        np.append(inputs.family, Family.FIXED)[slot] == one for one in (Family.BETA, Family.DIRICHLET, Family.UNIFORM)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):  # each applies to its own family only
        tilted = [
            digamma(alpha + 1) - digamma(alpha + beta + 1),
            digamma(first + 1) - digamma(weights[slot] + 1),
            _tilted_uniform(np.where(flip, 1 - upper, lower), np.where(flip, 1 - lower, upper)),
        ]
        return np.select(families, tilted, np.log(stated_chances(net)[0, positions]))


def _tilted_uniform(lower: Floats, upper: Floats) -> Floats:
    """E[log x] where the density is proportional to x on [lower, upper]."""
    width = -np.log1p((lower - upper) / upper)
    return np.asarray(np.log(upper) - 0.5 + np.where(lower > 0, width / np.expm1(2 * width), 0.0))


def _from_draws(net: Network, draws: xr.Dataset, places: Ints) -> tuple[Floats, Floats]:
    """The same for components, from joint draws of all inputs, each weighted by its credence."""
    size = draws.sizes["chain"], draws.sizes["draw"]
    credence = draws["credence"].values.reshape(-1, 1, len(net.hypotheses))
    log = np.where(credence > 0, _log_likelihoods(net, draws)[:, places], 0.0)
    total = credence.sum(axis=0)
    with np.errstate(invalid="ignore"):  # an excluded hypothesis has no mean
        mean = np.nan_to_num((credence * log).sum(axis=0) / total)
    share = total / len(credence)
    off = credence * (log - mean)
    off -= share * off.sum(axis=-1, keepdims=True)
    moving: Bools = np.ptp(off, axis=0) > ROUNDING
    errors = np.zeros(mean.shape)
    if moving.any():
        errors[moving] = array_stats.mcse(off[:, moving].reshape(*size, -1), chain_axis=0, draw_axis=1, method="mean")
    return mean, errors


def _log_likelihoods(net: Network, draws: xr.Dataset) -> Floats:
    """Log P(component | hypothesis, drawn inputs), in nats, shape (draw, component, hypothesis)."""
    values = np.tile(net.inputs.values, (draws.sizes["chain"], draws.sizes["draw"], 1))
    if net.inputs.uncertain[net.prior].any():
        values[..., net.prior] = draws["prior"].values
    if len(net.free):
        values[..., net.free] = draws["assumption"].values
    rows, known = values.reshape(-1, values.shape[-1]), np.ones(values.shape[-1], dtype=bool)
    return np.concatenate([likelihoods(net, rows[part], known).log() for part in batches(net, len(rows))])
