"""How often hypotheses turned out true, by the credence that they had."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from attribution_bayes.arguments import expect
from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.distributions import Beta
from attribution_bayes.panel.past import Past

BINS = 10
"""Credences are grouped by tens of percentage points."""

INTERVAL_MASS = 0.9
"""Probability inside the intervals of all figures of a record."""


@dataclass(frozen=True, eq=False)
class Forecasts:
    """Every credence of a record; of two hypotheses only the first, because the other is one minus it.

    Attributes
    ----------
    credence, true, case
        Shape (forecast,): the credence, whether the hypothesis turned out true, and the position of its case.
    """

    credence: Floats
    true: Bools
    case: Ints

    @classmethod
    def from_past(cls, past: Past) -> Forecasts:
        chosen = past.there.copy()
        if past.is_pairs:
            chosen[:, 1] = False
        case, place = np.nonzero(chosen)
        return cls(past.credence[case, place], past.true[case] == place, case)

    @property
    def group(self) -> Ints:
        """The group of ten percentage points of each credence."""
        return np.minimum((self.credence * BINS + 1e-9).astype(np.int64), BINS - 1)


def calibration_table(past: Past) -> pd.DataFrame:
    """Group similar credences, and count how many of the hypotheses turned out true.

    Parameters
    ----------
    past
        Where every case has two hypotheses, only the first counts: the other would say the same again.

    Returns
    -------
    DataFrame
        Index: group of ten percentage points, where any credences fall in it. Columns: ``credence``, their mean;
        ``true`` of ``count`` hypotheses that turned out true; ``share``; ``lower``, ``upper``, the central 90 %
        interval of the share from Jeffreys' prior. ``attrs["cases"]``: how many cases there are.

    Raises
    ------
    CaseError
        ``E_TYPE`` for anything but a `Past`.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286
    """
    expect(past, Past, "past")
    all_ = Forecasts.from_past(past)
    frame = pd.DataFrame({"credence": all_.credence, "true": all_.true})
    groups = frame.groupby(pd.Series(all_.group, name="group"))
    found = groups.agg(credence=("credence", "mean"), true=("true", "sum"), count=("true", "size"))
    found["share"] = found["true"] / found["count"]
    numbers = zip(found["true"].to_numpy(), found["count"].to_numpy(), strict=True)
    found[["lower", "upper"]] = [Beta(0.5 + t, 0.5 + n - t).interval(INTERVAL_MASS) for t, n in numbers]
    found.attrs = {"cases": len(past)}
    return found


def brier_parts(forecasts: Forecasts, weights: Floats) -> dict[str, float]:
    """The Brier score and its parts; each case counts by its weight.

    With bins k, n_k forecasts in them of mean p_k, of which a share y_k came true, and N cases:
    brier = reliability - resolution + uncertainty + within_bins, exactly.

    References
    ----------
    A. H. Murphy (1973), A new vector partition of the probability score,
    doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2;
    D. B. Stephenson, C. A. S. Coelho, I. T. Jolliffe (2008), Two extra components in the Brier score decomposition,
    doi:10.1175/2007WAF2006116.1
    """
    weight, total = weights[forecasts.case], weights.sum()
    p, y, group = forecasts.credence, forecasts.true.astype(np.float64), forecasts.group
    count, said, came = (np.bincount(group, weight * number, minlength=BINS) for number in (np.ones_like(p), p, y))
    filled = np.where(count > 0, count, 1.0)
    mean, share, overall = said / filled, came / filled, came.sum() / count.sum()
    off = p - mean[group]
    return {
        "brier": float((weight * (p - y) ** 2).sum() / total),
        "reliability": float((count * (mean - share) ** 2).sum() / total),
        "resolution": float((count * (share - overall) ** 2).sum() / total),
        "uncertainty": float(count.sum() * overall * (1 - overall) / total),
        "within_bins": float((weight * (off**2 - 2 * off * (y - share[group]))).sum() / total),
    }
