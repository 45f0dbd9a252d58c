"""What to learn next that would bring several analysts together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from attribution_bayes.arrays import Floats
from attribution_bayes.declare.address import Outcome
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.panel import Panel, same_hypotheses
from attribution_bayes.engine.evidence import NOT_OBSERVED, observations
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.odds import entropy


def expected_agreement(panel: Panel) -> pd.DataFrame:
    """Compute how much closer the analysts can expect to be once an unobserved fact is known.

    Disagreement is the entropy of the linear pool less the weighted mean entropy of the analysts (Jensen-Shannon
    divergence). It is 0 if all have the same credences, and at most the entropy of the weights: 1 bit for two analysts
    who are sure of different hypotheses.

    Parameters
    ----------
    panel
        Cases with the same hypotheses. The facts are items, with the same outcomes for all analysts, that nobody has
        observed, whether hidden or reported.

    Returns
    -------
    DataFrame
        Index: (item, outcome), the item that unites most first. Columns: ``reduction``, how much less disagreement the
        panel expects, in bits, the same for all outcomes of an item, negative where learning it would drive them apart;
        ``probability`` of the outcome, the weighted mean of the analysts' own; ``disagreement`` after it, in bits. NaN
        where one analyst excludes an outcome that another does not. ``attrs["disagreement"]``: that of the panel as it
        stands.

    Raises
    ------
    CaseError
        ``E_HYPOTHESES`` for cases with other hypotheses than the first.
    ContradictionError
        If every hypothesis is excluded in a case.
    TooLargeError
        If a component has too many joint hidden states.

    References
    ----------
    J. Lin (1991), Divergence measures based on the Shannon entropy, doi:10.1109/18.61115
    """
    same_hypotheses(panel)
    names, weights = panel.members[0].names, np.array(panel.shares)
    facts = _open_facts(panel)
    found = [_after(case, facts, names) for case in panel.members]
    now = float(_divergence(np.stack([credence[:1] for credence, _ in found]), weights)[0])
    after = _divergence(np.stack([credence[1:] for credence, _ in found]), weights)
    probability = weights @ np.stack([chances for _, chances in found])
    index = pd.MultiIndex.from_tuples(facts, names=["item", "outcome"])
    table = pd.DataFrame({"probability": probability, "disagreement": after}, index=index)
    lost = np.where(probability > 0, probability * (now - after), 0.0)
    table.insert(
        0, "reduction", pd.Series(lost, index).groupby(level="item").transform(lambda one: one.sum(skipna=False))
    )
    table = table.sort_values("reduction", ascending=False, kind="stable")
    table.attrs = {"disagreement": now}
    return table


def _open_facts(panel: Panel) -> list[tuple[str, Outcome]]:
    """Items that nobody has observed, each with every outcome, in the order of the first case."""
    open_ = [{item.name: item.outcomes for item in case.evidence if item.observed is None} for case in panel.members]
    shared = [name for name, outcomes in open_[0].items() if all(one.get(name) == outcomes for one in open_)]
    return [(name, outcome) for name in shared for outcome in open_[0][name]]


def _after(case: Case, facts: list[tuple[str, Outcome]], names: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Credences as things stand and after each outcome, shape (1 + fact, hypothesis), and each probability."""
    opened = observations(case)
    as_stated(opened.network)  # raises, with what excludes them, if every hypothesis is excluded
    rows = np.repeat(opened.observed[None], 1 + len(facts), axis=0)
    places = {one.item: n for n, one in enumerate(opened.observables) if one.source is None}
    for row, (item, outcome) in zip(rows[1:], facts, strict=True):
        assert row[places[item]] == NOT_OBSERVED
        row[places[item]] = opened.observables[places[item]].outcomes.index(outcome)
    credence, log_evidence = opened.credences(rows)
    order = [opened.network.hypotheses.index(name) for name in names]
    return credence[:, order], np.exp(log_evidence[1:] - log_evidence[0])


def _divergence(credences: Floats, weights: Floats) -> Floats:
    """Disagreement of the analysts, in bits; credences of shape (analyst, row, hypothesis)."""
    counted = weights > 0
    pooled = np.tensordot(weights[counted], credences[counted], axes=1)
    apart = entropy(pooled) - weights[counted] @ np.stack([entropy(one) for one in credences[counted]])
    return np.asarray(np.where(apart < 0, 0.0, apart))  # rounding
