"""Several answers combined into one: opinion pools."""

from __future__ import annotations

from typing import Literal, assert_never

import numpy as np
import pandas as pd

from attribution_bayes.arguments import one_of
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.address import ItemPart, field_of
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.panel import Panel, same_hypotheses
from attribution_bayes.declare.ways import Ratios
from attribution_bayes.engine.exact import as_stated, joints
from attribution_bayes.engine.network import network
from attribution_bayes.errors import CaseError, ContradictionError, Problem, named, quoted, refusal
from attribution_bayes.odds import log_sum, shares_of

type Pooling = Literal["linear", "logarithmic", "bayesian"]
POOLINGS: tuple[Pooling, ...] = ("linear", "logarithmic", "bayesian")


def pool(panel: Panel, method: Pooling) -> pd.DataFrame:
    """Combine the credences of several analysts into one for each hypothesis.

    There is no method that is right for all questions, so none is the default. ``linear`` is what you should believe if
    you are going to ask one analyst, drawn by the weights, and believe that one. ``logarithmic`` averages log odds:
    evidence that all judge alike gives the same result before or after pooling. ``bayesian`` takes the analysts as
    rival models of the same evidence: those who expected it gain weight, those whom it surprised lose weight.

    Parameters
    ----------
    panel
        With the same hypotheses in all cases.
    method

    Returns
    -------
    DataFrame
        Index: hypothesis, in the order of the first case. Columns: ``credence``, the pooled one; ``credence_NAME`` for
        each analyst. ``attrs["weights"]``: the weight of each analyst after the evidence, which differs from the stated
        one for ``bayesian`` only.

    Raises
    ------
    CaseError
        ``E_METHOD`` for an unknown method; ``E_HYPOTHESES`` for cases with other hypotheses than the first;
        ``E_RATIOS``, ``bayesian`` only, for items of which only ratios of likelihoods are known, which do not say how
        far an analyst expected them; ``E_EVIDENCE``, ``bayesian`` only, for cases with other observations than the
        first, whose P(E) cannot be compared.
    ContradictionError
        If every hypothesis is excluded: in a case, or, for ``logarithmic``, each by some analyst.
    TooLargeError
        If a component has too many joint hidden states.

    Notes
    -----
    With P_a(h) the credence of analyst a and w_a the weight: ``linear`` is sum_a w_a P_a(h); ``logarithmic`` is
    prod_a P_a(h)^w_a, normalised; ``bayesian`` is sum_a w_a P_a(E) P_a(h) / sum_a w_a P_a(E). Analysts of weight 0 do
    not count, whatever they exclude.

    References
    ----------
    C. Genest, J. V. Zidek (1986), Combining probability distributions, doi:10.1214/ss/1177013825
    """
    same_hypotheses(panel)
    one_of(method, POOLINGS, "method", "E_METHOD")
    names = panel.members[0].names
    logs = np.stack([_log_joints(case, names) for case in panel.members])
    with np.errstate(divide="ignore"):
        weights = np.log(panel.shares)
    opinions = logs - log_sum(logs)[:, None]
    match method:
        case "linear":
            pooled = log_sum((opinions + weights[:, None]).T)
        case "logarithmic":
            pooled = _logarithmic(panel, opinions)
        case "bayesian":
            _refuse_ratios(panel)
            _refuse_other_evidence(panel)
            weights = weights + log_sum(logs)
            pooled = log_sum((opinions + weights[:, None]).T)
        case _:
            assert_never(method)
    columns = {f"credence_{name}": shares_of(row) for name, row in zip(panel.names, opinions, strict=True)}
    index = pd.Index(names, name="hypothesis")
    table = pd.DataFrame({"credence": shares_of(pooled), **columns}, index=index)
    table.attrs = {"method": method, "weights": dict(zip(panel.names, shares_of(weights).tolist(), strict=True))}
    return table


def _log_joints(case: Case, names: tuple[str, ...]) -> Floats:
    """Natural logarithms of P(hypothesis, all observations), in the order of `names`."""
    net = network(case)
    as_stated(net)  # raises, with what excludes them, if every hypothesis is excluded
    return joints(net).log()[[net.hypotheses.index(name) for name in names]]


def _logarithmic(panel: Panel, opinions: Floats) -> Floats:
    """Weighted means of log credences; minus infinity where an analyst of positive weight excludes the hypothesis."""
    counts = np.array(panel.shares) > 0
    pooled = np.asarray(np.array(panel.shares)[counts] @ opinions[counts])
    if np.isneginf(pooled).all():
        names = panel.members[0].names
        by = [np.array(panel.names)[counts & np.isneginf(opinions[:, k])].tolist() for k in range(len(names))]
        raise ContradictionError({name: tuple(those) for name, those in zip(names, by, strict=True)})
    return pooled


def _refuse_ratios(panel: Panel) -> None:
    problems = [
        Problem(
            code="E_RATIOS",
            path=f"panel.{name}.{field_of(ItemPart(item.name), 'likelihood')}",
            message="only ratios are known: they do not say how far the analyst expected the item.",
            hint="State its likelihood under every hypothesis, or pool by another method.",
        )
        for name, case in panel.items()
        for item in case.evidence
        if isinstance(item.likelihood, Ratios)
    ]
    if problems:
        raise CaseError(problems)


def _refuse_other_evidence(panel: Panel) -> None:
    """P(E) of two analysts can be compared only where it is of the same evidence."""
    first, found = panel.names[0], _observed(panel.members[0])
    for name, case in panel.items():
        other = _observed(case)
        differs = sorted({one for one, _ in found ^ other})
        if differs:
            message = f"it does not observe what {quoted(first)} observes of {named(differs)}."
            hint = "State the same observations and reports in all cases, or pool by another method."
            raise refusal("E_EVIDENCE", f"panel.{name}.evidence", message, hint)


def _observed(case: Case) -> set[tuple[str, object]]:
    """What the case has observed of each item, and what each source reports of it."""
    seen = {(item.name, (item.observed, item.outcomes)) for item in case.evidence if item.observed is not None}
    told = {(item.name, (report.source, report.says)) for item in case.evidence for report in item.reports}
    return seen | told
