"""How good likelihood ratios were: Cllr, its minimum from pooled adjacent violators, and empirical cross-entropy.

References
----------
N. Brümmer, J. du Preez (2006), Application-independent evaluation of speaker detection, doi:10.1016/j.csl.2005.08.001;
D. Ramos, J. Gonzalez-Rodriguez (2013), Reliable support: measuring calibration of likelihood ratios,
doi:10.1016/j.forsciint.2013.04.014
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import expit

from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.odds import TIE
from attribution_bayes.panel.past import Past


@dataclass(frozen=True, eq=False)
class LogRatios:
    """Log likelihood ratios of a first hypothesis against a second, where it is known which was true.

    Attributes
    ----------
    nats
        Natural logarithms, shape (case,); may be infinite.
    is_first
        Whether the first hypothesis was true; each was true at least once.
    """

    nats: Floats
    is_first: Bools

    @classmethod
    def from_past(cls, past: Past) -> Self:
        """The ratios of a record that lacks nothing according to `missing`."""
        assert past.prior is not None
        with np.errstate(divide="ignore"):
            logs = np.log(past.credence) - np.log(past.prior)
        return cls(logs[:, 0] - logs[:, 1], past.true == 0)

    def expected(self, of_first: Floats, of_second: Floats, weights: Floats) -> tuple[Floats, Floats]:
        """Means of numbers of shape (..., case) over the cases in which each hypothesis was true."""
        first, second = weights * self.is_first, weights * ~self.is_first
        return _mean(of_first, first), _mean(of_second, second)


def _mean(numbers: Floats, weights: Floats) -> Floats:
    counted = weights > 0
    return np.asarray(numbers[..., counted] @ weights[counted] / weights.sum())


def missing(past: Past) -> str:
    """What a record lacks for likelihood ratios; empty if nothing."""
    if not past.is_pairs or len(set(past.names)) > 1:
        return "the cases do not all have the same two hypotheses"
    if past.prior is None:
        return "the priors are not known"
    if not 0 < (past.true == 0).sum() < len(past):
        return "only one of the hypotheses was ever true"
    if (past.prior == 0).any():
        return "a prior excludes a hypothesis"
    return ""


def cross_entropy(ratios: LogRatios, prior: Floats, weights: Floats) -> Floats:
    """Bits that are missing on average to know the truth, for prior log odds (nats) of shape (prior,).

    P_1 mean_1 log2(1 + 1/(LR O)) + P_2 mean_2 log2(1 + LR O), with O the prior odds, and the means over the cases in
    which the first, or the second, hypothesis was true.
    """
    odds = ratios.nats + prior[:, None]
    first, second = ratios.expected(np.logaddexp(0, -odds), np.logaddexp(0, odds), weights)
    return np.asarray((expit(prior) * first + expit(-prior) * second) / np.log(2))


def cllr(ratios: LogRatios, weights: Floats) -> float:
    """Cross-entropy at even prior odds: 0 for ratios that reveal the truth, 1 for ratios that say nothing."""
    return float(cross_entropy(ratios, np.zeros(1), weights)[0])


def calibrated(ratios: LogRatios, weights: Floats) -> LogRatios:
    """The best ratios that keep the order of these: pooled adjacent violators.

    Ratios that are equal within rounding stay equal. Cases of weight 0 keep whatever they have.
    """
    at = _levels(ratios.nats)
    total = np.bincount(at, weights)
    first = np.bincount(at, weights * ratios.is_first)
    counted = total > 0
    share = np.zeros(len(total))
    share[counted] = isotonic_regression(first[counted] / total[counted], weights=total[counted]).x
    with np.errstate(divide="ignore"):
        posterior = np.log(share) - np.log1p(-share)
    base = np.log(first.sum()) - np.log((total - first).sum())
    return replace(ratios, nats=np.asarray((posterior - base)[at]))


def _levels(nats: Floats) -> Ints:
    """The rank of each log ratio, with ties up to rounding: a credence divided by a prior is not exact."""
    values, at = np.unique(nats, return_inverse=True)
    return np.asarray(np.concatenate([[0], np.cumsum(np.diff(values) > TIE)])[at], dtype=np.int64)
