"""Sobol indices by SALib, which samples and analyses, and leaves the model to its user."""

from __future__ import annotations

import numpy as np
from SALib.analyze import sobol as analysis
from SALib.sample import sobol as sampling
from scipy.special import expit, logit

import attribution_bayes as ab


class Problem:
    """The assumptions of a case of plain numbers, evenly over their plausible ranges in log odds; the prior a group."""

    def __init__(self, case: ab.Case, n: int) -> None:
        stated = ab.assumptions(case)
        self.case, self.n = case, n
        self.addresses = [one.address for one in stated]
        self.prior = [i for i, one in enumerate(stated) if one.address.startswith("prior.")]
        self.stated = {
            "num_vars": len(stated),
            "names": self.addresses,
            "bounds": [logit([one.lower, one.upper]).tolist() for one in stated],
            "groups": ["prior" if i in self.prior else one.address for i, one in enumerate(stated)],
        }

    def rows(self, seed: int) -> np.ndarray:
        """Values of all assumptions, shape (n (groups + 2), assumption)."""
        values = expit(sampling.sample(self.stated, self.n, calc_second_order=False, seed=seed))
        values[:, self.prior] /= values[:, self.prior].sum(axis=1, keepdims=True)
        return np.asarray(values)

    def one_at_a_time(self, rows: np.ndarray) -> np.ndarray:
        """Credences, one call of the model for each row."""
        return np.concatenate([self.at_once(row[None]) for row in rows])

    def at_once(self, rows: np.ndarray) -> np.ndarray:
        columns = dict(zip(self.addresses, rows.T, strict=True))
        return np.asarray(ab.what_if(self.case, columns).values)

    def indices(self, credences: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """First and total, by group, of the log odds of the leading hypothesis."""
        place = int(np.argmax(ab.what_if(self.case, {}).values))
        found = analysis.analyze(self.stated, logit(credences[:, place]), calc_second_order=False, seed=seed)
        return np.asarray(found["S1"]), np.asarray(found["ST"])
