"""What each evidence item contributes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from attribution_bayes.case import Case
from attribution_bayes.errors import nearest, quoted, refusal
from attribution_bayes.exact import likelihoods
from attribution_bayes.network import Floats, Network, network
from attribution_bayes.parts import Evidence

DECIBANS_PER_NAT = 10 / np.log(10)


def weight_of_evidence(case: Case, for_: str | None = None, against: str | None = None) -> pd.DataFrame:
    """Say how strongly each item speaks for one hypothesis against another, or against all others together.

    Each item is weighed given those before it in the order of the case, which matters where items depend on one
    another (inside one component) and, against all others together, for every item. The weights add up to the total.

    Parameters
    ----------
    case
    for_
        A hypothesis; the one of greatest credence unless given.
    against
        Another hypothesis; unless given, all others together, each counting by its prior.

    Returns
    -------
    DataFrame
        Index: item, observed or reported ones in the order of the case. Columns: ``component``, the items that speak
        together; ``weight``, in decibans: 10 log10 of P(item | for_, items before) / P(item | against, items before).
        Infinite where a hypothesis is excluded; NaN from there on where both are.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a hypothesis that the case does not have, ``E_SAME`` if the two are one.

    References
    ----------
    I. J. Good (1985), Weight of evidence: a brief survey, Bayesian Statistics 2, 249-270
    """
    net = network(case)
    prior = net.inputs.values[net.prior]
    heard = [item for item in case.evidence if item.observed is not None or item.reports]
    totals = np.array([_log_likelihood(case, heard[:n]) for n in range(len(heard) + 1)])
    first, second = _pair(case, prior, totals[-1], for_, against)
    rivals = [k for k in range(len(case.names)) if k != first] if second is None else [second]
    with np.errstate(invalid="ignore", divide="ignore"):
        others = np.logaddexp.reduce(totals[:, rivals] + np.log(prior[rivals]), axis=1) - np.log(prior[rivals].sum())
        weight = np.diff(totals[:, first] - others) * DECIBANS_PER_NAT
    index = pd.Index([item.name for item in heard], name="item")
    table = pd.DataFrame({"component": [_component_of(net, item) for item in heard], "weight": weight}, index=index)
    table.attrs = {"for": case.names[first], "against": "all others" if second is None else case.names[second]}
    return table


def _log_likelihood(case: Case, heard: Sequence[Evidence]) -> Floats:
    """Log P(the items heard | hypothesis), in nats, the other items neither observed nor reported."""
    names = {item.name for item in heard}
    needed = _with_ancestors(case, names)
    evidence = [
        item if item.name in names else item.model_copy(update={"observed": None, "reports": ()})
        for item in case.evidence
        if item.name in needed
    ]
    net = network(case.model_copy(update={"evidence": evidence}))
    values = net.inputs.values[None]
    likelihood = likelihoods(net, values, np.zeros(values.shape[1], dtype=bool))
    return np.asarray(likelihood.prod(axis=1).log()[0])


def _with_ancestors(case: Case, names: set[str]) -> set[str]:
    items = {item.name: item for item in case.evidence}
    needed, reached = set(names), set(names)
    while reached:
        reached = {parent for name in reached for parent in items[name].given} - needed
        needed |= reached
    return needed


def _pair(case: Case, prior: Floats, total: Floats, for_: str | None, against: str | None) -> tuple[int, int | None]:
    for name, path in ((for_, "for_"), (against, "against")):
        if name is not None and name not in case.names:
            raise refusal("E_UNKNOWN_NAME", path, f"there is no hypothesis {quoted(name)}.", nearest(name, case.names))
    with np.errstate(divide="ignore"):
        leader = int(np.argmax(np.log(prior) + total))
    first = leader if for_ is None else case.names.index(for_)
    second = None if against is None else case.names.index(against)
    if first == second:
        raise refusal("E_SAME", "against", f"{against!r} cannot be weighed against itself.", "Name another hypothesis.")
    return first, second


def _component_of(net: Network, item: Evidence) -> str:
    names = zip(net.component_names, net.component_items, strict=True)
    return next(name for name, items in names if item.name in items)
