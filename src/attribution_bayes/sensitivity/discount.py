"""The credences if the evidence is worth less than stated: its weight multiplied by a factor from 0 to 1.

The likelihood P(E | h) is raised to the power of the factor, which multiplies every weight of evidence, log P(E | h) /
P(E | j), by it. Log joint probabilities are then linear in the factor: every change of the lead is one division, and
the log odds of a hypothesis against all others are concave, so that they cross a threshold at most twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq, minimize_scalar

from attribution_bayes.arguments import expect, listed
from attribution_bayes.arrays import Floats, Ints
from attribution_bayes.declare.address import ItemPart, SourcePart, parse_part
from attribution_bayes.declare.case import Case, place_or_foremost
from attribution_bayes.engine.evidence import NOT_OBSERVED, Observations, observations
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.errors import nearest, refusal
from attribution_bayes.odds import NOBODY, leading, log_odds, shares_of
from attribution_bayes.sensitivity.question import log_odds_of

FACTORS = np.linspace(0, 1, 101)
"""Factors at which the table has its rows."""

ROUNDING = 1e-12
"""Distance up to which two factors are the same."""


def discount(
    case: Case,
    by: str | Iterable[str] | None = None,
    *,
    target: str | None = None,
    threshold: float | None = None,
    fitted: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Compute the credences if the evidence were worth only a part of what was stated.

    Parameters
    ----------
    case
    by
        The evidence whose weight is multiplied, all of it unless given: one or several of ``evidence.E`` (what was seen
        of an item, and all reports of it), ``source.S`` (all reports of a source) and ``component.C`` (all items of a
        component, as `weight_of_evidence` names them). For a part of a component, the weight is what it adds to the
        rest: P(all | h) / P(the rest | h).
    target
        The hypothesis whose lead and threshold are asked about; the one that leads unless given.
    threshold
        A credence strictly between 0 and 1.
    fitted
        What `scores` returns of a record of resolved cases, whose ``discount`` is to be applied to this one.

    Returns
    -------
    DataFrame
        Index: ``factor``, from 0 (without that evidence: the prior, if it is all of it) to 1 (as stated). A column for
        the credence of each hypothesis. In ``attrs``: ``leads``, a list of (factor, who leads from there up to the next
        factor), None where hypotheses tie; ``lead_from``, the least factor from which the target leads all the way to
        1, NaN if it does not lead at 1; ``threshold_at``, the greatest factor at which the credence of the target is at
        the threshold, NaN if it never is. With a record also ``fitted``: its discount, ``factor``, with the ends
        ``lower`` and ``upper`` of its interval, the number of ``cases`` in the record, and for each hypothesis the
        ``credence`` at the factor and the ``least`` and ``greatest`` inside the interval. A factor of 0 leaves the
        prior: the record bears out nothing of such evidence. One above 1 means that evidence was understated.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a name that the case does not have, ``E_RANGE`` for a threshold that is not a credence,
        and for a record that no discount fits: the message says why; ``E_SHAPE`` for a table that is not of `scores`.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.

    Notes
    -----
    With a factor of 0 nothing is left of the evidence, even if it excludes a hypothesis; with any other factor that
    hypothesis stays excluded. Uncertain inputs are integrated out before the power is taken, as in the credence.

    References
    ----------
    P. Gruenwald, T. van Ommen (2017), Inconsistency of Bayesian inference for misspecified linear models, and a
    proposal for repairing it, doi:10.1214/17-BA1085, on likelihoods to a power

    Examples
    --------
    >>> import attribution_bayes as ab
    >>> case = ab.Case(
    ...     question="Which?",
    ...     hypotheses=[
    ...         ab.Hypothesis(name="a", statement="it was a"),
    ...         ab.Hypothesis(name="b", statement="it was not", catch_all=True),
    ...     ],
    ...     prior={"a": 0.2, "b": 0.8},
    ...     evidence=[ab.Evidence(name="e", statement="e holds", likelihood={"a": 0.8, "b": 0.05})],
    ... )
    >>> round(ab.discount(case).attrs["lead_from"], 12)  # 16 ** 0.5 makes up for odds of 1:4
    0.5

    Of past cases such evidence was borne out less often than stated:

    >>> said = [{"a": 0.9, "b": 0.1}] * 6 + [{"a": 0.1, "b": 0.9}] * 6
    >>> true = ["a", "a", "a", "a", "b", "a", "b", "b", "a", "b", "b", "a"]
    >>> past = ab.Past(said, true, priors=[{"a": 0.5, "b": 0.5}] * 12)
    >>> fitted = ab.discount(case, fitted=ab.scores(past)).attrs["fitted"]
    >>> round(fitted["factor"], 3), round(fitted["credence"]["a"], 3)
    (0.5, 0.5)
    """
    expect(case, Case, "case")
    credence = as_stated(network(case))
    place = place_or_foremost(case, target, "target", credence)
    level = None if threshold is None else log_odds_of(threshold)
    lines = _lines(case, _named(by))
    table = pd.DataFrame(lines.credences(FACTORS), index=pd.Index(FACTORS, name="factor"), columns=[*case.names])
    leads = [(factor, None if k == NOBODY else case.names[k]) for factor, k in lines.leads()]
    table.attrs = {
        "target": case.names[place],
        "by": "all evidence" if by is None else by,
        "leads": leads,
        "lead_from": leads[-1][0] if leads[-1][1] == case.names[place] else math.nan,
        "threshold": threshold,
        "threshold_at": math.nan if level is None else lines.last_at(place, level),
    }
    if fitted is not None:
        table.attrs["fitted"] = _at_fit(lines, case.names, fitted)
    return table


def _at_fit(lines: _Lines, names: Sequence[str], scored: pd.DataFrame) -> dict[str, Any]:
    """The discount that fits a record, and what becomes of the credences at it and inside its interval."""
    expect(scored, pd.DataFrame, "fitted")
    if "discount" not in scored.index or "cases" not in scored.attrs:
        message = "the table is not what `scores` returns, or has lost its `attrs`."
        raise refusal("E_SHAPE", "fitted", message, "Give `scores(past)`.")
    row = scored.loc[["discount"]].iloc[0]
    factor, lower, upper = (float(row[column]) for column in ("value", "lower", "upper"))
    if math.isnan(factor):
        message = f"no discount fits the record: {scored.attrs['no_discount']}."
        raise refusal("E_RANGE", "fitted", message, "Give a record that has one.")
    least, greatest = lines.extremes(lower, upper)
    rows = {"credence": lines.credences(np.array([factor]))[0], "least": least, "greatest": greatest}
    by_name = {row: dict(zip(names, found.tolist(), strict=True)) for row, found in rows.items()}
    return {"factor": factor, "lower": lower, "upper": upper, "cases": scored.attrs["cases"], **by_name}


@dataclass(frozen=True, eq=False)
class _Lines:
    """Log joint probabilities that are linear in the factor, in nats; shape (hypothesis,) each.

    Attributes
    ----------
    at_zero
        Without that evidence, up to a constant.
    slope
        What that evidence adds, up to another constant.
    """

    at_zero: Floats
    slope: Floats

    def at(self, factors: Floats) -> Floats:
        """Shape (factor, hypothesis); at an infinite factor all is with those for which the evidence speaks most."""
        most = self.slope[np.isfinite(self.at_zero)].max()
        with np.errstate(invalid="ignore"):
            finite = np.where(factors[:, None] > 0, factors[:, None] * self.slope, 0.0)
        endless = np.where(self.slope >= most - ROUNDING, 0.0, -np.inf)
        return np.asarray(self.at_zero + np.where(np.isinf(factors)[:, None], endless, finite))

    def credences(self, factors: Floats) -> Floats:
        return shares_of(self.at(factors))

    def leads(self) -> list[tuple[float, int]]:
        """Factors at which the leader changes, and who leads up to the next; `NOBODY` for a tie throughout."""
        with np.errstate(invalid="ignore", divide="ignore"):
            crossing = (self.at_zero[None] - self.at_zero[:, None]) / (self.slope[:, None] - self.slope[None])
        inside = np.unique(crossing[(crossing > ROUNDING) & (crossing < 1 - ROUNDING)])
        ends = np.concatenate([[0.0], inside, [1.0]])
        leader = leading(self.credences((ends[1:] + ends[:-1]) / 2)).tolist()
        return [
            (float(start), k)
            for start, k, before in zip(ends[:-1].tolist(), leader, [None, *leader[:-1]], strict=True)
            if k != before
        ]

    def extremes(self, lower: float, upper: float) -> tuple[Floats, Floats]:
        """The least and the greatest credence of each hypothesis at any factor between these two.

        Log odds are concave: they are least at an end, and have at most one peak.
        """
        ends = self.credences(np.array([lower, upper]))
        peaks = [self._peak(place, lower, upper) for place in range(len(self.slope))]
        tops = self.credences(np.array(peaks)).diagonal()
        return ends.min(axis=0), np.maximum(ends.max(axis=0), tops)

    def _peak(self, place: int, lower: float, upper: float) -> float:
        """Where a hypothesis stands best; looked for in f / (1 + f), which has an end where the factor has none."""
        bounds = [factor / (1 + factor) if math.isfinite(factor) else 1 - 1e-9 for factor in (lower, upper)]

        def below(share: float) -> float:
            odds = log_odds(self.at(np.array([share / (1 - share)])), place)[0]
            return -float(np.clip(odds, -1e6, 1e6))

        if not bounds[0] < bounds[1]:
            return lower
        share = float(minimize_scalar(below, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x)
        return share / (1 - share)

    def last_at(self, place: int, level_db: float) -> float:
        """The greatest factor at which the log odds of a hypothesis are at a level; NaN if they never are."""

        def above(factor: float) -> float:
            return float(np.clip(log_odds(self.at(np.array([factor])), place)[0] - level_db, -1e6, 1e6))

        least = float(np.nextafter(0.0, 1.0))  # at 0 itself, even evidence that excludes a hypothesis says nothing
        peak = float(minimize_scalar(lambda x: -above(x), bounds=(0.0, 1.0), method="bounded").x)
        points = [least, peak, 1.0]
        for low, high in ((points[1], points[2]), (points[0], points[1])):
            if above(low) * above(high) <= 0:
                return float(brentq(above, low, high, xtol=1e-14, rtol=1e-15))
        return math.nan


# Whose weight is multiplied ------------------------------------------------------------------------------------------


def _lines(case: Case, named: Sequence[str] | None) -> _Lines:
    opened = observations(case)
    without = opened.observed.copy()
    without[_places(case, opened, named)] = NOT_OBSERVED
    both = opened.likelihoods(np.stack([opened.observed, without]))
    with np.errstate(divide="ignore", invalid="ignore"):
        full, rest = both[0].log_shares(), both[1].log_shares()
        slope = np.where(np.isneginf(full), -np.inf, full - rest)
        return _Lines(np.log(opened.prior) + rest, np.where(np.isnan(slope), 0.0, slope))


def _named(by: str | Iterable[str] | None) -> Sequence[str] | None:
    if by is None or isinstance(by, str):
        return None if by is None else [by]
    return listed(by, "by")


def _places(case: Case, opened: Observations, named: Sequence[str] | None) -> Ints:
    """The positions of the observables named."""
    if named is None:
        return np.arange(len(opened.observables))
    net = network(case)
    components = dict(zip(net.component_names, net.component_items, strict=True))
    known = {
        **{str(ItemPart(one.name)): {one.name} for one in case.evidence},
        **{f"component.{name}": {*items} for name, items in components.items()},
    }
    found = []
    for name in named:
        part = parse_part(name)
        if isinstance(part, SourcePart) and any(part.source == one.name for one in case.sources):
            found += [i for i, one in enumerate(opened.observables) if one.source == part.source]
        elif name in known:
            found += [i for i, one in enumerate(opened.observables) if one.item in known[name]]
        else:
            allowed = [*known, *(str(SourcePart(one.name)) for one in case.sources)]
            raise refusal("E_UNKNOWN_NAME", "by", f"the case has no part {name!r}.", nearest(name, allowed))
    return np.array(sorted({*found}), dtype=np.int64)
