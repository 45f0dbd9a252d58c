"""How good past answers were, in figures with intervals, and by how much their evidence was overstated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from attribution_bayes.arguments import expect, seed_number
from attribution_bayes.arrays import Bools, Floats
from attribution_bayes.errors import refusal
from attribution_bayes.odds import DECIBANS_PER_NAT, TIE, shares_of
from attribution_bayes.panel.calibration import INTERVAL_MASS, Forecasts, brier_parts
from attribution_bayes.panel.past import Past
from attribution_bayes.panel.ratios import LogRatios, calibrated, cllr, cross_entropy, missing
from attribution_bayes.progress import progress

RESAMPLES = 1000
"""Resamples of a record: 50 of them lie beyond each end of an interval."""

PRIOR_DECIBANS = np.arange(-30.0, 31.0)
"""Prior odds of an ECE curve, from 1 : 1000 to 1000 : 1."""

type Figures = Callable[[Floats], dict[str, float]]
"""Figures, by name, of a record in which each case counts by its weight."""

type Row = tuple[float, float, float]
"""A figure and the ends of its interval."""


def scores(past: Past, *, seed: int = 0) -> pd.DataFrame:
    """Compute how good past credences were, with an interval for each figure.

    With few cases the interval is the message: two analysts whose intervals overlap have not been told apart.

    Parameters
    ----------
    past
    seed
        For the records that are drawn for the intervals.

    Returns
    -------
    DataFrame
        Index: score. Columns: ``value``; ``lower`` and ``upper``, the central 90 % of the values in 1000 records of as
        many cases, drawn from this one with replacement. Rows:

        - ``brier``: mean over the cases of the sum over their hypotheses of (credence - truth)^2; at most 2; where
          every case has two hypotheses, of the first alone, at most 1. 0 is best. It is exactly ``reliability -
          resolution + uncertainty + within_bins``, with credences grouped by tens of percentage points: how far shares
          are from credences (0 is best), how far they are from one another (more is better), how uncertain the
          hypotheses were in themselves, and how credences of one group differ.
        - ``log_score``: mean of -log2 of the credence that the truth had, in bits. 0 is best; infinite if the truth was
          ever excluded.
        - ``cllr``: the log score of the likelihood ratios at even prior odds, each hypothesis counting half: 0 is best,
          1 is the score of no evidence. ``cllr_min``: that of the best ratios in the same order. ``calibration_loss``:
          the difference, the cost of the numbers rather than of the evidence. NaN unless all cases have the same two
          hypotheses and their priors are known; ``attrs["no_ratios"]`` says what is missing.
        - ``discount``: the power of the likelihoods at which the log score would have been best: below 1 where evidence
          was overstated. Infinite where the evidence always favoured the truth. NaN without priors, where a prior
          excluded the truth, which no discount of the evidence mends, or where no evidence distinguished between
          hypotheses; resamples like these do not count for the interval. ``attrs["no_discount"]`` says which of these
          it is. `discount` takes the table as ``fitted``.

        ``attrs``: ``cases``, ``resamples``, ``seed``, ``interval_mass``.

    Raises
    ------
    CaseError
        ``E_TYPE`` for anything but a `Past`; ``E_SEED``.

    Notes
    -----
    For Cllr, cases are resampled separately for each true hypothesis, so that neither is ever missing. Such intervals
    are too narrow for small records: with 12 cases they hold about 80 %, not 90 %. ``reliability``, ``resolution`` and
    ``calibration_loss`` are too great in small records, because chance alone moves shares away from credences.

    References
    ----------
    A. H. Murphy (1973), A new vector partition of the probability score,
    doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2;
    D. B. Stephenson, C. A. S. Coelho, I. T. Jolliffe (2008), Two extra components in the Brier score decomposition,
    doi:10.1175/2007WAF2006116.1;
    N. Brümmer, J. du Preez (2006), Application-independent evaluation of speaker detection,
    doi:10.1016/j.csl.2005.08.001
    """
    expect(past, Past, "past")
    seed = seed_number(seed)
    rng, everybody = np.random.default_rng(seed), [np.ones(len(past), dtype=bool)]
    forecasts, lacks = Forecasts.from_past(past), missing(past)
    rows = {
        **_rows(lambda weights: brier_parts(forecasts, weights), everybody, rng),
        **_rows(lambda weights: {"log_score": _log_score(past, weights)}, everybody, rng),
        **_ratio_rows(past, rng),
        "discount": _discount_row(past, everybody, rng),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "lower", "upper"])
    table.index.name = "score"
    table.attrs = {"cases": len(past), "resamples": RESAMPLES, "seed": seed, "interval_mass": INTERVAL_MASS}
    table.attrs |= {"no_ratios": lacks} if lacks else {}
    table.attrs |= {"no_discount": _no_discount(past)} if math.isnan(rows["discount"][0]) else {}
    return table


def ece_curve(past: Past, *, seed: int = 0) -> pd.DataFrame:
    """Compute what likelihood ratios were worth to readers of any prior odds: empirical cross-entropy.

    Parameters
    ----------
    past
        Of the same two hypotheses in all cases, with priors.
    seed
        For the records that are drawn for the interval.

    Returns
    -------
    DataFrame
        Index: ``prior_db``, prior odds of the first hypothesis in decibans, from -30 to 30. Columns, in bits that are
        missing on average to know the truth: ``ece``, with its central 90 % interval from ``lower`` to ``upper``, as in
        `scores`; ``minimum``, that of the best ratios in the same order; ``neutral``, that without any ratios. Where
        ``ece`` is above ``neutral``, readers with such a prior were better off without the ratios.

    Raises
    ------
    CaseError
        ``E_TYPE`` for anything but a `Past`; ``E_SEED``; ``E_RATIOS`` if the record gives no likelihood ratios, with
        the reason.

    References
    ----------
    D. Ramos, J. Gonzalez-Rodriguez (2013), Reliable support: measuring calibration of likelihood ratios,
    doi:10.1016/j.forsciint.2013.04.014
    """
    expect(past, Past, "past")
    rng = np.random.default_rng(seed_number(seed))
    if lacks := missing(past):
        hint = "Give `Past` the priors of cases with the same two hypotheses, or likelihood ratios: `Past.from_ratios`."
        raise refusal("E_RATIOS", "past", f"it gives no likelihood ratios: {lacks}.", hint)
    ratios, prior, once = LogRatios.from_past(past), PRIOR_DECIBANS / DECIBANS_PER_NAT, np.ones(len(past))
    drawn = [cross_entropy(ratios, prior, weights) for weights in _drawn(_by_truth(ratios), rng)]
    lower, upper = _interval(np.stack(drawn))
    columns = {
        "ece": cross_entropy(ratios, prior, once),
        "lower": lower,
        "upper": upper,
        "minimum": cross_entropy(calibrated(ratios, once), prior, once),
        "neutral": cross_entropy(replace(ratios, nats=np.zeros(len(past))), prior, once),
    }
    return pd.DataFrame(columns, index=pd.Index(PRIOR_DECIBANS, name="prior_db"))


# Single figures ------------------------------------------------------------------------------------------------------


def _log_score(past: Past, weights: Floats) -> float:
    """Mean of -log2 of the credence of the truth."""
    with np.errstate(divide="ignore"):
        bits = -np.log2(past.credence[np.arange(len(past)), past.true])
    counted = weights > 0
    return float(weights[counted] @ bits[counted] / weights.sum())


def _of_ratios(ratios: LogRatios, weights: Floats) -> dict[str, float]:
    whole, least = cllr(ratios, weights), cllr(calibrated(ratios, weights), weights)
    return {"cllr": whole, "cllr_min": least, "calibration_loss": whole - least}


def _by_truth(ratios: LogRatios) -> list[Bools]:
    """The cases of each true hypothesis, which are resampled separately so that neither is ever missing."""
    return [ratios.is_first, ~ratios.is_first]


def _ratio_rows(past: Past, rng: np.random.Generator) -> dict[str, Row]:
    if missing(past):
        return dict.fromkeys(("cllr", "cllr_min", "calibration_loss"), (math.nan, math.nan, math.nan))
    ratios = LogRatios.from_past(past)
    return _rows(lambda weights: _of_ratios(ratios, weights), _by_truth(ratios), rng)


def _discount_row(past: Past, everybody: Sequence[Bools], rng: np.random.Generator) -> Row:
    """The discount, with its interval over the resamples that have one."""
    whole = _discount(past, np.ones(len(past)))
    if math.isnan(whole):
        return math.nan, math.nan, math.nan
    drawn = np.array([_discount(past, weights) for weights in _drawn(everybody, rng)])
    lower, upper = _interval(drawn[~np.isnan(drawn)])
    return whole, float(lower), float(upper)


def _no_discount(past: Past) -> str:
    """Why no discount fits the record."""
    if past.prior is None:
        return "the priors are not known"
    excluded = np.flatnonzero(past.prior[np.arange(len(past)), past.true] == 0)
    if len(excluded):
        return f"the prior of case {excluded[0]} excluded what was true, which no discount of the evidence mends"
    return "the evidence of no case told its hypotheses apart"


def _discount(past: Past, weights: Floats) -> float:
    """The power of the likelihoods at which the mean log credence of the truth is greatest; NaN if all powers are
    equally good.

    With q_h in proportion to prior_h l_h^d, the derivative of its mean in d is that of log l_true - sum_h q_h log l_h,
    which falls as d grows: there is one root, or none where the best power is 0 or grows without end.
    """
    if past.prior is None:
        return math.nan
    counted = weights > 0
    prior, credence, weight = past.prior[counted], past.credence[counted], weights[counted]
    with np.errstate(divide="ignore", invalid="ignore"):
        log_prior = np.log(prior)
        logs = np.where(prior > 0, np.log(credence) - log_prior, -np.inf)
    if not prior[np.arange(len(prior)), past.true[counted]].all():
        return math.nan  # whatever the evidence is worth, what was true stays excluded
    truth, most_told = logs[np.arange(len(logs)), past.true[counted]], logs.max(axis=1)
    if np.isneginf(truth).any():
        return 0.0  # an excluded hypothesis was true
    if (most_told - np.where(prior > 0, logs, np.inf).min(axis=1) <= TIE).all():
        return math.nan  # evidence that says nothing is worth the same at any power

    excess = partial(_excess, log_prior=log_prior, logs=logs, truth=truth, weights=weight)
    if excess(0.0) >= 0:
        return 0.0
    if (most_told - truth <= TIE).all():
        return math.inf
    most = 1.0
    while excess(most) < 0:
        most *= 2
    return float(brentq(excess, 0.0, most))


def _excess(power: float, *, log_prior: Floats, logs: Floats, truth: Floats, weights: Floats) -> float:
    """By how much more the evidence was expected to say than it said of the truth; grows with the power.

    Log likelihoods of shape (case, hypothesis), and that of the truth, shape (case,).
    """
    with np.errstate(invalid="ignore"):
        told = np.where(np.isneginf(logs), -np.inf if power else 0.0, power * logs)
    shares = shares_of(log_prior + told)
    return float(weights @ ((shares * np.where(shares > 0, logs, 0.0)).sum(axis=1) - truth))


# Intervals -----------------------------------------------------------------------------------------------------------


def _rows(figures: Figures, strata: Sequence[Bools], rng: np.random.Generator) -> dict[str, Row]:
    """Each figure of the record, with its interval."""
    whole = figures(np.ones(len(strata[0])))
    drawn = np.array([list(figures(weights).values()) for weights in _drawn(strata, rng)])
    return dict(zip(whole, zip(whole.values(), *_interval(drawn), strict=True), strict=True))


def _drawn(strata: Sequence[Bools], rng: np.random.Generator) -> Iterator[Floats]:
    """How often each case is in each resample, drawn from each stratum with replacement."""
    for _ in progress(range(RESAMPLES), "scores"):
        weights = np.zeros(len(strata[0]))
        for members in strata:
            size = int(members.sum())
            weights[members] = rng.multinomial(size, np.full(size, 1 / size))
        yield weights


def _interval(drawn: Floats) -> Floats:
    """The ends of the central interval of each column; both are figures of it, because some are infinite."""
    ends = [(1 - INTERVAL_MASS) / 2, (1 + INTERVAL_MASS) / 2]
    return np.asarray(np.quantile(drawn, ends, axis=0, method="inverted_cdf"))
