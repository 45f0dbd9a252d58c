"""How often hypotheses turned out true, by the credence that they had: a record of past or simulated cases."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from attribution_bayes.arguments import shown
from attribution_bayes.declare.distributions import Beta
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.errors import CaseError, Problem, nearest, quoted, refusal

BINS = 10
"""Credences are taken together by tens of percentage points."""

INTERVAL_MASS = 0.9
"""Probability inside the interval for the share that turned out true."""

type Record = pd.DataFrame | xr.DataArray | Sequence[Posterior | Mapping[str, float]]
"""Credences of many cases, one row or member for each."""


def calibration_table(credences: Record, outcomes: Sequence[str]) -> pd.DataFrame:
    """Take credences together that are alike, and say how many of the hypotheses turned out true.

    Returns
    -------
    DataFrame
        Index: group of ten percentage points, those with a credence in them. Columns: ``credence``, their mean;
        ``true`` of ``count`` hypotheses that turned out true; ``share``; ``low``, ``high``, the central 90 % interval
        of the share from Jeffreys' prior. ``attrs["cases"]``: how many cases there are.

    Raises
    ------
    CaseError
        As of `plot_calibration`.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286
    """
    cases = list(_cases(credences))
    _check(cases, outcomes)
    pairs = [(number, name == true) for one, true in zip(cases, outcomes, strict=True) for name, number in one.items()]
    frame = pd.DataFrame(pairs, columns=["credence", "true"])
    group = (frame["credence"] * BINS + 1e-9).astype(int).clip(upper=BINS - 1).rename("group")
    found = frame.groupby(group).agg(credence=("credence", "mean"), true=("true", "sum"), count=("true", "size"))
    found["share"] = found["true"] / found["count"]
    numbers = zip(found["true"].to_numpy(), found["count"].to_numpy(), strict=True)
    found[["low", "high"]] = [Beta(0.5 + t, 0.5 + n - t).interval(INTERVAL_MASS) for t, n in numbers]
    found.attrs = {"cases": len(cases)}
    return found


def _cases(credences: object) -> Iterator[dict[str, float]]:
    """Credences by name for each case, unchecked; where a row of a table is empty its case has no such hypothesis."""
    match credences:
        case pd.DataFrame():
            for row in credences.to_dict("records"):
                yield {str(name): value for name, value in row.items() if not pd.isna(value)}
        case xr.DataArray() if set(credences.coords) >= {"hypothesis"} and credences.ndim == 2:
            yield from _cases(credences.transpose(..., "hypothesis").to_pandas())
        case xr.DataArray():
            message = f"its dimensions {quoted(credences.dims)} are not the hypothesis and one other."
            raise refusal("E_SHAPE", "credences", message)
        case Sequence() if not isinstance(credences, str):
            yield from (_case(one, n) for n, one in enumerate(credences))
        case _:
            hint = "Give a table, or for each case its posterior or {hypothesis: credence}."
            raise refusal("E_TYPE", "credences", f"{shown(credences)} is no record of cases.", hint)


def _case(one: object, n: int) -> dict[str, float]:
    if isinstance(one, Posterior):
        return dict(zip(one.case.names, one.credence.values.tolist(), strict=True))
    if isinstance(one, Mapping):
        return dict(one)
    hint = "Give its posterior, or {hypothesis: credence}."
    raise refusal("E_TYPE", f"credences.{n}", f"{shown(one)} is no case.", hint)


def _check(cases: Sequence[Mapping[str, object]], outcomes: Sequence[object]) -> None:
    if not cases:
        raise refusal("E_EMPTY", "credences", "there is no case.", "Give one or more.")
    if isinstance(outcomes, str) or not isinstance(outcomes, Collection) or len(outcomes) != len(cases):
        message = f"{shown(outcomes)} does not name an outcome for each of {len(cases)} cases."
        raise refusal("E_SHAPE", "outcomes", message, "Give the hypothesis that turned out true, once for each.")
    problems = [problem for n in range(len(cases)) for problem in _problems(n, cases[n], list(outcomes)[n])]
    if problems:
        raise CaseError(problems)


def _problems(n: int, one: Mapping[str, object], outcome: object) -> Iterator[Problem]:
    if outcome not in one:
        message, hint = f"the case has no hypothesis {quoted(outcome)}.", nearest(outcome, map(str, one))
        yield Problem(code="E_UNKNOWN_NAME", path=f"outcomes.{n}", message=message, hint=hint)
    for name, value in one.items():
        if isinstance(value, bool) or not isinstance(value, float | int | np.number):
            message, hint = f"{quoted(value)} is no number.", "Give a probability."
            yield Problem(code="E_TYPE", path=f"credences.{n}.{name}", message=message, hint=hint)
        elif not 0 <= float(value) <= 1:
            message, hint = f"{quoted(value)} is not between 0 and 1.", "Give a probability, not a percentage."
            yield Problem(code="E_RANGE", path=f"credences.{n}.{name}", message=message, hint=hint)
