"""The full posterior of a case by a PyMC model written by hand: H summed out, all likelihoods one vector."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm


def sampled(prior: np.ndarray, alpha: np.ndarray, beta: np.ndarray, sampler: str) -> Any:
    """Draws of NUTS, 4 chains of 1 000 + 1 000; alpha and beta of shape (item, hypothesis)."""
    with pm.Model():
        likelihood = pm.Beta("likelihood", alpha, beta, shape=alpha.shape)
        joint = np.log(prior) + pm.math.log(likelihood).sum(axis=0)
        evidence = pm.math.logsumexp(joint)
        pm.Deterministic("credence", pm.math.exp(joint - evidence))
        pm.Potential("evidence", evidence)
        return pm.sample(1000, tune=1000, chains=4, random_seed=0, progressbar=False, quiet=True, nuts_sampler=sampler)
