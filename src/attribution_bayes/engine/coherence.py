"""A check that a posterior is coherent, whichever engine made it."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import xarray

from attribution_bayes.arguments import expect
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import Compared, statements
from attribution_bayes.declare.rows import SUM_TOLERANCE
from attribution_bayes.engine.exact import excluded
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import Posterior

PYMC_TOLERANCE = 1e-9
"""Rounding error allowed in credences computed from logarithms, and in single draws of either engine."""

ROUNDING = 2.0**-53
"""Largest relative error of one rounding to double precision."""

MONTE_CARLO_ERRORS = 5.0
"""How many standard errors a mean of draws may be off: exceeded by chance in one of 1.7 million."""


def assert_coherent(posterior: Posterior) -> None:
    """Check what is true of every posterior of every case: it is a probability distribution over the hypotheses.

    - `credence`, `prior` and `mcse` have the hypotheses of the case as labels, in order; all numbers are finite.
    - Credence and prior lie in [0, 1]. The credence sums to 1 within 4 K 2^-53 for K hypotheses (1e-9 for `pymc`).
    - A hypothesis has credence 0 exactly if it is excluded: by a stated 0, in its prior or in every world.
    - As long as nothing is observed or reported, the credence is the prior: to the last bit if the prior sums to 1 (for
      `pymc`, within five Monte-Carlo standard errors).
    - The Monte-Carlo errors are not negative; those of the exact engine are 0.
    - The log of P(E) is not above 0 and is NaN exactly if the case has `Ratios`.
    - The credences of each draw lie in [0, 1] and sum to 1; drawn probabilities lie in [0, 1], drawn ratios above 0.
    - Each draw holds a hypothesis of the case, of which its credence is not 0.

    Raises
    ------
    AssertionError
        Naming everything that is violated.

    Examples
    --------
    >>> import warnings
    >>> from hypothesis import given, settings
    >>> from attribution_bayes import CaseWarning, weigh
    >>> from attribution_bayes.testing import cases
    >>> @settings(max_examples=10, deadline=None)
    ... @given(cases(max_hypotheses=3, max_items=3, exclusions=False))
    ... def what_weigh_returns_is_coherent(case):
    ...     with warnings.catch_warnings():
    ...         warnings.simplefilter("ignore", CaseWarning)
    ...         assert_coherent(weigh(case))
    >>> what_weigh_returns_is_coherent()
    """
    expect(posterior, Posterior, "posterior")
    violations = list(_layout_violations(posterior)) or list(_violations(posterior))
    if violations:
        raise AssertionError("the posterior is not coherent: " + "; ".join(violations))


def _layout_violations(posterior: Posterior) -> Iterator[str]:
    """Faults of form, without which numbers can be compared."""
    if posterior.method not in ("exact", "pymc"):
        yield f"method is {posterior.method!r}, neither 'exact' nor 'pymc'"
    for name in ("credence", "prior", "mcse"):
        yield from label_violations(name, getattr(posterior, name), ("hypothesis",), posterior.case)
    variables = _drawn(posterior)
    for name in ("credence", "prior"):
        if name in variables:
            expected = ("chain", "draw", "hypothesis")
            yield from label_violations(f"{name} of the draws", variables[name], expected, posterior.case)
        else:
            yield f"the draws have no {name!r} in a group 'posterior'"
    drawn = variables.get("drawn_hypothesis")
    if drawn is None or drawn.dims != ("chain", "draw") or drawn.dtype.kind not in "iu":
        yield "the draws have no 'drawn_hypothesis' of whole numbers, with the dimensions chain and draw"
    if "assumption" in variables:
        dims = variables["assumption"].dims
        if dims[:-1] != ("chain", "draw") or dims[-1] not in variables["assumption"].coords:
            yield f"assumption of the draws has the dimensions {dims}, not chain, draw and one labelled with addresses"


def _drawn(posterior: Posterior) -> Mapping[Hashable, xarray.DataArray]:
    """The variables of the posterior draws."""
    group = posterior.draws.children.get("posterior")
    return {} if group is None else group.data_vars


def label_violations(what: str, values: xarray.DataArray, dims: tuple[str, ...], case: Case) -> Iterator[str]:
    if values.dims != dims:
        yield f"{what} has the dimensions {values.dims}, not {dims}"
        return
    labels = tuple(values["hypothesis"].values.tolist())
    if labels != case.names:
        yield f"{what} is about {labels}; the hypotheses of the case are {case.names}"


def _violations(posterior: Posterior) -> Iterator[str]:
    exact = posterior.method == "exact"
    slack = 0.0 if exact else PYMC_TOLERANCE
    size = len(posterior.case.names)
    yield from _range_violations("credence", posterior.credence, 0.0 - slack, 1.0 + slack)
    yield from _range_violations("prior", posterior.prior, 0.0 - slack, 1.0 + slack)
    yield from _range_violations("mcse", posterior.mcse, 0.0, 0.0 if exact else math.inf)
    yield from _sum_violations("credence", posterior.credence, 4 * size * ROUNDING if exact else PYMC_TOLERANCE)
    yield from _sum_violations("prior", posterior.prior, SUM_TOLERANCE)
    yield from _zero_violations(posterior)
    yield from _idle_violations(posterior)
    yield from _evidence_violations(posterior)
    yield from _draw_violations(posterior)


def _place(values: xarray.DataArray, bad: np.ndarray[Any, Any]) -> str:
    """The position of the first bad number, and the number."""
    index = tuple(np.argwhere(bad)[0])
    labels = (f"{dim} {values[dim].values[at]}" for dim, at in zip(values.dims, index, strict=True))
    return f"{float(values.values[index])!r} at {', '.join(labels)}"


def _range_violations(what: str, values: xarray.DataArray, least: float, most: float) -> Iterator[str]:
    numbers = values.values
    if (bad := ~np.isfinite(numbers)).any():
        yield f"{what} is not finite: {_place(values, bad)}"
    elif (bad := (numbers < least) | (numbers > most)).any():
        yield f"{what} is outside [{least:.10g}, {most:.10g}]: {_place(values, bad)}"


def _sum_violations(what: str, values: xarray.DataArray, tolerance: float) -> Iterator[str]:
    total = math.fsum(values.values.tolist())
    if not abs(total - 1) <= tolerance:
        yield f"{what} sums to {total!r}, not 1 within {tolerance:.3g}"


def _zero_violations(posterior: Posterior) -> Iterator[str]:
    credence, is_out = posterior.credence, excluded(network(posterior.case))
    if (bad := is_out & (credence.values != 0)).any():
        yield f"what is excluded has no credence, but it is {_place(credence, bad)}"
    if (bad := ~is_out & (credence.values == 0)).any():
        yield f"what is not excluded keeps some credence, but it is {_place(credence, bad)}"


def _idle_violations(posterior: Posterior) -> Iterator[str]:
    """Without an observation the credence is the prior (rescaled if that sums to 1 only nearly)."""
    if any(item.observed is not None or item.reports for item in posterior.case.evidence):
        return
    prior, errors = posterior.prior.values, MONTE_CARLO_ERRORS * posterior.mcse.values
    excess = abs(math.fsum(prior.tolist()) - 1)
    rounding = 0.0 if posterior.method == "exact" and excess == 0 else PYMC_TOLERANCE + excess
    bad = ~(np.abs(posterior.credence.values - prior) <= errors + rounding)
    if bad.any():
        yield (
            f"nothing was observed, but the credence is not the prior: {_place(posterior.credence, bad)}, "
            f"where the prior is {float(prior[bad][0])!r}"
        )


def _evidence_violations(posterior: Posterior) -> Iterator[str]:
    has_ratios = posterior.case.has_ratios
    log_evidence = posterior.log_evidence
    if has_ratios and not math.isnan(log_evidence):
        yield f"log_evidence is {log_evidence!r}; with Ratios there is no P(E), and it is NaN"
    if not has_ratios and not -math.inf < log_evidence <= PYMC_TOLERANCE:
        yield f"log_evidence is {log_evidence!r}, not the logarithm of a probability above 0"


def _draw_violations(posterior: Posterior) -> Iterator[str]:
    variables = _drawn(posterior)
    for name in ("credence", "prior"):
        draws = variables[name]
        yield from _range_violations(f"{name} of the draws", draws, -PYMC_TOLERANCE, 1 + PYMC_TOLERANCE)
        totals = draws.sum("hypothesis", skipna=False)
        # The stated prior itself may be off by as much.
        tolerance = PYMC_TOLERANCE + (SUM_TOLERANCE if name == "prior" else 0)
        if (bad := ~(np.abs(totals.values - 1) <= tolerance)).any():
            yield f"{name} of the draws does not sum to 1: {_place(totals, bad)}"
    yield from _hypothesis_violations(variables["drawn_hypothesis"], variables["credence"])
    if "assumption" in variables:
        yield from _assumption_violations(posterior.case, variables["assumption"])


def _hypothesis_violations(drawn: xarray.DataArray, credence: xarray.DataArray) -> Iterator[str]:
    size = credence.sizes["hypothesis"]
    if (bad := (drawn.values < 0) | (drawn.values >= size)).any():
        yield f"drawn_hypothesis is no position among {size} hypotheses: {_place(drawn, bad)}"
    elif (bad := np.take_along_axis(credence.values, drawn.values[..., None], axis=-1)[..., 0] <= 0).any():
        yield f"drawn_hypothesis has no credence in its draw: {_place(drawn, bad)}"


def _assumption_violations(case: Case, draws: xarray.DataArray) -> Iterator[str]:
    ratios = [str(one.address) for one in statements(case) if isinstance(one, Compared)]
    is_ratio = np.isin(draws[draws.dims[-1]].values.astype(str), np.array(ratios, dtype=str))
    chances, factors = draws[..., ~is_ratio], draws[..., is_ratio]
    yield from _range_violations("an assumed probability", chances, -PYMC_TOLERANCE, 1 + PYMC_TOLERANCE)
    yield from _range_violations("an assumed ratio", factors, math.ulp(0.0), math.inf)
