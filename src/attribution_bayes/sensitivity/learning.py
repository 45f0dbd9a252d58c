"""What to learn next: what each open fact would tell, what that is worth, and which tells two hypotheses apart best.

Open facts are the items that nobody has observed: hidden ones, and those behind reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from attribution_bayes.arguments import expect, shown
from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.address import Outcome
from attribution_bayes.declare.case import Case
from attribution_bayes.engine.evidence import NOT_OBSERVED, observations
from attribution_bayes.engine.exact import as_stated, normalise
from attribution_bayes.engine.scaled import Scaled
from attribution_bayes.errors import CaseError, Problem, nearest, quoted, refusal, step
from attribution_bayes.odds import DECIBANS_PER_NAT, TIE, entropy, leaders, level, never_zero
from attribution_bayes.sensitivity.acts import Acts, Utility, acts_of, amount_problems

COST_HINT = "Write {ITEM: NUMBER}."

NO_INFORMATION = 1e-12
"""Bits below which a fact tells nothing: entropies are rounded to some 1e-16 of a bit."""


@dataclass(frozen=True, eq=False)
class Learned:
    """What would be known after each outcome of each open fact.

    Attributes
    ----------
    case
    facts
        Item and outcome, in the order of the case.
    joint
        P(hypothesis, observations, outcome), shape (1 + fact, hypothesis); the first row is as things stand.
    """

    case: Case
    facts: tuple[tuple[str, Outcome], ...]
    joint: Scaled

    @property
    def items(self) -> Ints:
        """Position of the item of each fact among the open items, shape (fact,)."""
        names = [*dict.fromkeys(item for item, _ in self.facts)]
        return np.array([names.index(item) for item, _ in self.facts], dtype=np.int64)

    def among(self, hypotheses: list[int]) -> tuple[Floats, Floats, Floats]:
        """Credences of some hypotheses, given that one of them is true, now and after each fact; and chances of facts.

        Shapes (hypothesis,), (fact, hypothesis) and (fact,). NaN where all of them are excluded.
        """
        credence, log_evidence = normalise(self.joint[:, hypotheses])
        possible = ~np.isneginf(log_evidence[1:])
        with np.errstate(invalid="ignore"):
            chance = np.exp(log_evidence[1:] - log_evidence[0])
        return credence[0], credence[1:], never_zero(chance, possible)

    def by_item(self, of_fact: Floats) -> Floats:
        """Sums over the outcomes of each item, shape (fact,): the same for all outcomes of an item."""
        return np.asarray(np.bincount(self.items, of_fact)[self.items]) if len(of_fact) else of_fact


def learned(case: Case) -> Learned:
    """Weigh the case after each outcome of each open fact.

    Raises
    ------
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    opened = observations(case)
    as_stated(opened.network)  # raises, with what excludes them, if every hypothesis is excluded
    unknown = [
        (place, state)
        for place, one in enumerate(opened.observables)
        if one.source is None and one.observed == NOT_OBSERVED
        for state in range(len(one.outcomes))
    ]
    rows = np.repeat(opened.observed[None], 1 + len(unknown), axis=0)
    for row, (place, state) in zip(rows[1:], unknown, strict=True):
        row[place] = state
    facts = tuple((opened.observables[at].item, opened.observables[at].outcomes[state]) for at, state in unknown)
    return Learned(case, facts, opened.joints(rows))


def expected_information(
    case: Case, *, cost: Mapping[str, float] | None = None, utility: Utility | None = None
) -> pd.DataFrame:
    """Say what could be learned from each fact that nobody has observed, and what that is worth.

    Such facts are hidden items, and items that are only reported: for these, what learning the fact itself would add to
    the reports.

    Parameters
    ----------
    case
    cost
        What it costs to learn an item, by item, in the unit of `utility` if that is given. Items that are left out
        have no known cost.
    utility
        What each act is worth under each hypothesis, ``{act: {hypothesis: number}}``, or a DataFrame with a row for
        each act.

    Returns
    -------
    DataFrame
        Index: (item, outcome), the most informative item first. Columns: ``information``, the expected reduction of the
        entropy of the hypotheses, in bits, the same for all outcomes of an item; ``leader_changes``, the probability
        that learning the item changes which hypothesis leads, also the same for all outcomes; ``probability`` of the
        outcome given the evidence, 0 only if it is excluded; ``leader`` after it, None where hypotheses tie or the
        outcome is excluded; ``credence_H`` after it for each hypothesis H (NaN if the outcome is excluded).

        With `cost`, by item: ``cost`` and ``information_per_cost``, in bits, NaN where no cost is known. With
        `utility`: ``value`` by item, the value of sample information, by how much the expected utility of the best act
        rises if the item is learned first; and ``best_act`` after the outcome, None where acts are level. With both:
        ``net_value``, the value less the cost: learning the item pays where it is positive. ``attrs["best_act"]`` as
        things stand, ``attrs["expected_utility"]`` of it, and ``attrs["perfect_information"]``, what it would be worth
        to know which hypothesis is true: no item is worth more.

    Raises
    ------
    CaseError
        For `cost`: ``E_TYPE``, ``E_EMPTY``, ``E_RANGE`` for less than 0, ``E_UNKNOWN_NAME`` for what is not an open
        item. For `utility`: ``E_TYPE``, ``E_EMPTY``, ``E_RANGE``, ``E_MISSING`` and ``E_UNKNOWN_NAME`` for hypotheses,
        ``E_DUPLICATE`` for an act or a hypothesis that stands in a DataFrame twice.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.

    References
    ----------
    D. V. Lindley (1956), On a measure of the information provided by an experiment, doi:10.1214/aoms/1177728069;
    H. Raiffa, R. Schlaifer (1961), Applied statistical decision theory, Harvard University

    Examples
    --------
    >>> import attribution_bayes as ab
    >>> case = ab.Case(
    ...     question="Is there oil?",
    ...     hypotheses=[
    ...         ab.Hypothesis(name="dry", statement="the hole is dry", catch_all=True),
    ...         ab.Hypothesis(name="oil", statement="there is oil"),
    ...     ],
    ...     prior={"dry": 0.5, "oil": 0.5},
    ...     evidence=[
    ...         ab.Evidence(name="echo", statement="an echo", likelihood={"dry": 0.2, "oil": 0.9}, observed=None)
    ...     ],
    ... )
    >>> worth = {"drill": {"dry": -70, "oil": 100}, "leave": {"dry": 0, "oil": 0}}
    >>> table = ab.expected_information(case, cost={"echo": 10}, utility=worth)
    >>> table["net_value"].round(1).to_dict(), table["best_act"].to_dict()
    ({('echo', True): 13.0, ('echo', False): 13.0}, {('echo', True): 'drill', ('echo', False): 'leave'})
    >>> table.attrs["best_act"], table.attrs["expected_utility"], table.attrs["perfect_information"]
    ('drill', 15.0, 35.0)
    """
    expect(case, Case, "case")
    acts = None if utility is None else acts_of(case, utility)
    costs = None if cost is None else _costs(case, cost)
    found = learned(case)
    before, after, probability = found.among([*range(len(case.names))])
    lost = _expected(probability, entropy(before) - entropy(after))
    changes = np.where((level(after) == level(before)).all(axis=1), 0.0, probability)
    columns: dict[str, Any] = {"information": found.by_item(lost), "leader_changes": found.by_item(changes)}
    if costs is not None:
        columns["cost"] = np.array([costs.get(item, np.nan) for item, _ in found.facts])
        columns["information_per_cost"] = _per_cost(columns["information"], columns["cost"])
    if acts is not None:
        columns["value"] = found.by_item(_expected(probability, acts.gain(before, after)))
    if costs is not None and acts is not None:
        columns["net_value"] = columns["value"] - columns["cost"]
    columns |= {"probability": probability, "leader": pd.Series(leaders(case.names, after), dtype=object)}
    if acts is not None:
        columns["best_act"] = pd.Series(acts.best(after), dtype=object)
    columns |= {f"credence_{name}": after[:, k] for k, name in enumerate(case.names)}
    table = _indexed(found, columns)
    if acts is not None:
        table.attrs.update(_as_things_stand(acts, before))
    return table


def _expected(probability: Floats, of_fact: Floats) -> Floats:
    """What each outcome adds to an expectation: nothing where it is excluded."""
    return np.where(probability > 0, probability * of_fact, 0.0)


def _per_cost(information: Floats, cost: Floats) -> Floats:
    """Bits for each unit of cost; nothing for nothing is nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((information == 0) & (cost == 0), 0.0, information / cost)


def _indexed(found: Learned, columns: Mapping[str, Any]) -> pd.DataFrame:
    """A row for each outcome, those of the most informative item first."""
    names = pd.Series([outcome for _, outcome in found.facts], dtype=object)
    table = pd.DataFrame({"item": [item for item, _ in found.facts], "outcome": names, **columns})
    order = np.lexsort((found.items, -table["information"].to_numpy(dtype=float)))
    return table.iloc[order].set_index(["item", "outcome"])


def _as_things_stand(acts: Acts, credences: Floats) -> dict[str, Any]:
    best = acts.best(credences).item()
    return {
        "best_act": best,
        "expected_utility": float(acts.expected(credences).max()),
        "perfect_information": float(credences @ acts.gain(credences, np.eye(len(credences)))),
    }


def _costs(case: Case, cost: Mapping[str, float]) -> dict[str, float]:
    """The cost of learning each item that has one."""
    if not isinstance(cost, Mapping):
        message = f"{shown(cost)} stands where costs by item belong."
        raise refusal("E_TYPE", "cost", message, COST_HINT)
    if not cost:
        raise refusal("E_EMPTY", "cost", "no item has a cost.", COST_HINT)
    open_items = [item.name for item in case.evidence if item.observed is None]
    problems = [
        Problem(
            code="E_UNKNOWN_NAME",
            path=f"cost.{step(name)}",
            message=f"{quoted(name)} is not an item that nobody has observed.",
            hint=nearest(name, open_items),
        )
        for name in cost
        if name not in open_items
    ]
    known = {name: one for name, one in cost.items() if name in open_items}
    problems += (problem for name, one in known.items() for problem in amount_problems(one, f"cost.{name}", least=0.0))
    if problems:
        raise CaseError(problems)
    return {name: float(one) for name, one in cost.items()}


def expected_discrimination(case: Case) -> pd.DataFrame:
    """Say for each pair of hypotheses which open fact would tell them apart best.

    Given that one of the two is true, each with its share of their credence, that is the fact with the greatest
    expected reduction of their entropy; of several, the first in the case.

    Parameters
    ----------
    case

    Returns
    -------
    DataFrame
        Index: (hypothesis, against), each pair once, in the order of the case. Columns: ``item``, None where no open
        fact tells them apart; ``information``, in bits, at most 1; ``weight``, the expected weight of evidence of the
        fact for the hypothesis against the other if the hypothesis is true, in decibans, and ``weight_against``, for
        the other if the other is true (divergences of Kullback and Leibler; infinite where an outcome would exclude
        the wrong one). NaN where one of the two is excluded.

    Raises
    ------
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.

    References
    ----------
    I. J. Good (1985), Weight of evidence: a brief survey, Bayesian Statistics 2, 249-270
    """
    expect(case, Case, "case")
    found = learned(case)
    pairs = [*combinations(range(len(case.names)), 2)]
    rows = [_best_between(found, first, second) for first, second in pairs]
    names = [(case.names[first], case.names[second]) for first, second in pairs]
    index = pd.MultiIndex.from_tuples(names, names=["hypothesis", "against"])
    table = pd.DataFrame(rows, index=index, columns=["item", "information", "weight", "weight_against"])
    return table.astype({"item": object})


def _best_between(found: Learned, first: int, second: int) -> tuple[str | None, float, float, float]:
    before, after, probability = found.among([first, second])
    if not (before > 0).all():  # one of the two is excluded, or both are
        return None, np.nan, np.nan, np.nan
    information = found.by_item(_expected(probability, entropy(before) - entropy(after)))
    if not (information > NO_INFORMATION).any():
        return None, 0.0, 0.0, 0.0
    best = int((information >= information.max() * (1 - TIE)).argmax())
    rows = found.items == found.items[best]
    weight, weight_against = _divergence(found, first, second, rows), _divergence(found, second, first, rows)
    return found.facts[best][0], float(information[best]), weight, weight_against


def _divergence(found: Learned, true: int, other: int, rows: Bools) -> float:
    """Expected weight of evidence for the true one of two hypotheses, from some facts, in decibans."""
    log = found.joint[:, [true, other]].log()
    log = log[1:][rows] - log[0]
    chance = np.exp(log[:, 0])
    with np.errstate(invalid="ignore"):  # what is impossible under both
        return float(np.where(chance > 0, chance * (log[:, 0] - log[:, 1]), 0.0).sum() * DECIBANS_PER_NAT)
