"""What each evidence item contributes.

Items of one source, or items `given` one another, depend on each other: what one contributes depends on which others
are present. `weight_of_evidence` takes them in the order of the case, `leave_one_out` takes one away from all the
others, `shapley` takes the mean over all orders.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from attribution_bayes.arguments import expect, seed_number
from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.address import CommonCausePart, ItemPart, ReportPart, SourcePart
from attribution_bayes.declare.case import Case, place_against, place_or_foremost
from attribution_bayes.declare.parts import CommonCause, Evidence
from attribution_bayes.declare.wording import observed_word, part_labels
from attribution_bayes.engine.evidence import NOT_OBSERVED, Observations, observations
from attribution_bayes.engine.exact import as_stated, joints, normalise, stated_log_odds
from attribution_bayes.engine.factors import label
from attribution_bayes.engine.network import network
from attribution_bayes.engine.scaled import Scaled
from attribution_bayes.errors import refusal
from attribution_bayes.odds import foremost, leaders, log_odds
from attribution_bayes.progress import progress

MAX_ITEMS_EXACT = 16
"""Most items of which `shapley` weighs every subset: 65 536 subsets."""

SETS_AT_ONCE = 2**15
"""Sets of items that are weighed together: some 10 MB for 20 items and hypotheses."""

ORDERS = 512
"""Orders of the items that `shapley` draws if there are more, each with its reverse."""


def weight_of_evidence(case: Case, for_: str | None = None, against: str | None = None) -> pd.DataFrame:
    """Say how strongly each item speaks for one hypothesis against another, or against all others together.

    Each item is weighed given those before it in the order of the case, which matters where items depend on one
    another and, against all others together, for every item. The weights add up to the total.

    Parameters
    ----------
    case
    for_
        A hypothesis; the one of greatest credence unless given, of several that tie the first in the case.
    against
        Another hypothesis; unless given, all others together, each counting by its prior.

    Returns
    -------
    DataFrame
        Index: item, those observed or reported, in the order of the case. Columns: ``observed``: "true", "false", a
        named outcome, or "reported"; ``dependent_items``, the items that depend on one another, and so are weighed
        together (through hidden items or sources, or because one is `given` another); `audit` separates those that
        depend only on an observed item; ``weight``, in decibans: 10 log10 of ``P(item | for_, items before) /
        P(item | against, items before)``. Infinite where one hypothesis is excluded; NaN from the item on that excludes
        both. ``attrs`` hold the prior and the posterior odds in decibans (``prior_db``, ``posterior_db``).

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a hypothesis that the case does not have, ``E_SAME`` if the two are one.
    TooLargeError
        If a component has too many joint hidden states.

    References
    ----------
    I. J. Good (1985), Weight of evidence: a brief survey, Bayesian Statistics 2, 249-270
    """
    expect(case, Case, "case")
    opened, heard = observations(case), _heard(case)
    total = opened.likelihoods(_with_only(opened, [[item.name for item in heard[:n]] for n in range(len(heard) + 1)]))
    first, second = _pair(case, normalise(Scaled.from_floats(opened.prior) * total[[-1]])[0][0], for_, against)
    with np.errstate(invalid="ignore"):  # from where both are excluded on
        weight = np.diff(_log_ratio(total, opened.prior, first, second))
    index = pd.Index([item.name for item in heard], name="item")
    dependent = [_dependent_items(opened, item) for item in heard]
    observed = [observed_word(item) for item in heard]
    table = pd.DataFrame({"observed": observed, "dependent_items": dependent, "weight": weight}, index=index)
    with np.errstate(divide="ignore"):  # an excluded hypothesis
        prior = np.log(opened.prior)
    table.attrs = {
        "for": case.names[first],
        "against": "all others" if second is None else case.names[second],
        "prior_db": float(log_odds(prior, first, second)),
        "posterior_db": stated_log_odds(opened.network, first, second),
        "has_catch_all": case.has_catch_all,
        "labels": part_labels(case),
    }
    return table


def leave_one_out(case: Case) -> pd.DataFrame:
    """Weigh the case again without each item, each report, each source and each common cause.

    An item that is left out has not been observed. If others depend on it, it stays in the case as an unknown fact.

    Parameters
    ----------
    case

    Returns
    -------
    DataFrame
        Index: ``evidence.E``, ``evidence.E.reports.S``, ``source.S`` and ``common_cause.C``, in the order of the case.
        Columns: ``left_out`` (item, report, source or common cause); ``leader`` without it, None where hypotheses tie
        or every hypothesis is excluded without the common cause, when the numbers are NaN; ``change_db``, the log
        odds of the hypothesis that leads as things stand (of several that tie the first in the case), without the
        evidence left out minus with it, in decibans: leaving out support gives a negative change; ``credence_H`` for
        each hypothesis H.

    Raises
    ------
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    expect(case, Case, "case")
    opened = observations(case)
    left_out = dict(_leavings(case, opened))
    rows = np.repeat(opened.observed[None], 1 + len(left_out), axis=0)
    for row, places in zip(rows[1:], left_out.values(), strict=True):
        row[places] = NOT_OBSERVED
    causes = [case.model_copy(update={"common_causes": others}) for others in _all_but_one(case.common_causes)]
    place = foremost(as_stated(opened.network))
    parts = [opened.joints(rows), *(joints(network(one))[None] for one in causes)]
    joint = Scaled(*(np.concatenate([getattr(one, name) for one in parts]) for name in ("mantissa", "exponent")))
    credence, _ = normalise(joint)
    odds = log_odds(joint.log_shares(), place)
    with np.errstate(invalid="ignore"):  # with and without it, all others are excluded
        change = odds[1:] - odds[0]
    without = [*map(str, left_out), *(str(CommonCausePart(cause.name)) for cause in case.common_causes)]
    table = pd.DataFrame(
        {
            "left_out": [*map(_kind, left_out), *("common cause" for _ in causes)],
            "leader": pd.Series(leaders(case.names, credence[1:]), dtype=object),
            "change_db": change,
            **_by_name(case, credence[1:]),
        }
    ).set_index(pd.Index(without, name="without"))
    table.attrs = {"for": case.names[place], "against": "all others"}
    return table


def shapley(case: Case, target: str | None = None, *, seed: int = 0) -> pd.DataFrame:
    """Share the change in log odds that the evidence causes among the items, favouring no order.

    The contribution of an item is the mean, over all orders of the items, of what it adds to the target's log odds when
    its turn comes. With up to 16 items every subset is weighed; with more, 512 random orders and their reverses are.

    Parameters
    ----------
    case
    target
        A hypothesis; the one of greatest credence unless given, of several that tie the first in the case.
    seed
        For drawing the orders, where there are more than 16 items.

    Returns
    -------
    DataFrame
        Index: item, those observed or reported. Columns: ``contribution``, in decibans of the target's odds against all
        others together, adding up to the total; ``error``, its Monte-Carlo standard error, zero where exact. The method
        stands in ``attrs``.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a target that the case does not have; ``E_EXCLUDED`` if some item excludes the target, or
        all others, so that log odds are infinite.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.

    References
    ----------
    L. S. Shapley (1953), A value for n-person games, doi:10.1515/9781400881970-018
    """
    expect(case, Case, "case")
    seed = seed_number(seed)
    opened, items = observations(case), [item.name for item in _heard(case)]
    credence = as_stated(opened.network)
    place = place_or_foremost(case, target, "target", credence)
    if len(items) <= MAX_ITEMS_EXACT:
        contribution, method = _all_sets(opened, items, place), "all sets of items"
        error = np.zeros(len(items))
    else:
        pairs = _random_orders(opened, items, place, seed)
        contribution, method = pairs.mean(axis=0), f"{ORDERS} random orders and their reverses, seed {seed}"
        error = pairs.std(axis=0, ddof=1) / math.sqrt(len(pairs))
    table = pd.DataFrame({"contribution": contribution, "error": error}, index=pd.Index(items, name="item"))
    table.attrs = {"target": case.names[place], "method": method}
    return table


def _all_sets(opened: Observations, items: Sequence[str], target: int) -> Floats:
    count = len(items)
    sets = np.arange(2**count)
    member = (sets[:, None] >> np.arange(count)) & 1
    value = _value(opened, _chosen(opened, items, member.astype(bool)), target)
    size = member.sum(axis=1)
    share = np.array([1 / (count * math.comb(count - 1, n)) for n in range(count)]) if count else np.empty(0)
    without = [sets[member[:, i] == 0] for i in range(count)]
    found = [(share[size[w]] * (value[w | (1 << i)] - value[w])).sum() for i, w in enumerate(without)]
    return np.array(found, dtype=np.float64)


def _random_orders(opened: Observations, items: Sequence[str], target: int, seed: int) -> Floats:
    """What each item adds, averaged over each drawn order and its reverse; shape (order, item)."""
    rng, count = np.random.default_rng(seed), len(items)
    drawn = np.array([rng.permutation(count) for _ in range(ORDERS)])
    ranks = np.stack([drawn, count - 1 - drawn], axis=1).reshape(-1, count)
    step = max(1, SETS_AT_ONCE // (count + 1))
    added = []
    blocks = [ranks[i : i + step] for i in range(0, len(ranks), step)]
    for block in progress(blocks, "shapley"):
        member = block[:, None] < np.arange(count + 1)[:, None]  # the items of the first 0, 1, ... ranks
        value = _value(opened, _chosen(opened, items, member.reshape(-1, count)), target)
        added.append(np.take_along_axis(np.diff(value.reshape(len(block), -1)), block, axis=1))
    return np.asarray(np.concatenate(added).reshape(ORDERS, 2, count).mean(axis=1))


def _value(opened: Observations, observed: Ints, target: int) -> Floats:
    """The target's log odds against all others, in decibans."""
    log = log_odds(opened.joints(observed).log_shares(), target)
    if not np.isfinite(log).all():
        name = opened.network.hypotheses[target]
        message = (
            f"{name!r} is excluded, or all others are, by the prior or by some of the items: its log odds are infinite."
        )
        raise refusal(
            "E_EXCLUDED", "target", message, "Ask about another, or state small probabilities for `Impossible`."
        )
    return log


# Findings ------------------------------------------------------------------------------------------------------------


def _heard(case: Case) -> list[Evidence]:
    return [item for item in case.evidence if item.observed is not None or item.reports]


def _with_only(opened: Observations, sets: Sequence[Sequence[str]]) -> Ints:
    """Rows of observations in which only some items, with their reports, are observed or reported."""
    items = [one.item for one in opened.observables]
    keep = np.array([[item in chosen for item in items] for chosen in map(set, sets)], dtype=bool)
    return np.where(keep.reshape(len(sets), len(items)), opened.observed, NOT_OBSERVED)


def _chosen(opened: Observations, items: Sequence[str], member: Bools) -> Ints:
    """Rows of observations in which an item and its reports count where `member`, shape (row, item), says so."""
    place = {name: i for i, name in enumerate(items)}
    columns = np.array([place.get(one.item, -1) for one in opened.observables], dtype=np.int64)
    keep = np.append(member, np.zeros((len(member), 1), dtype=bool), axis=1)[:, columns]
    return np.where(keep, opened.observed, NOT_OBSERVED)


def _leavings(case: Case, opened: Observations) -> Iterator[tuple[ItemPart | ReportPart | SourcePart, Ints]]:
    """What can be left out, each with the positions of its observations."""
    label = [(one.item, one.source) for one in opened.observables]
    for item in _heard(case):
        yield ItemPart(item.name), np.array([place for place, (name, _) in enumerate(label) if name == item.name])
        for report in item.reports:
            place = label.index((item.name, report.source))
            yield ReportPart(item.name, report.source), np.array([place])
    for source in case.sources:
        places = [place for place, (_, name) in enumerate(label) if name == source.name]
        if places:
            yield SourcePart(source.name), np.array(places)


def _all_but_one(causes: Sequence[CommonCause]) -> Iterator[tuple[CommonCause, ...]]:
    """The others, for each."""
    yield from (tuple(one for one in causes if one is not cause) for cause in causes)


def _kind(part: ItemPart | ReportPart | SourcePart) -> str:
    return {ItemPart: "item", ReportPart: "report", SourcePart: "source"}[type(part)]


# Credences and odds --------------------------------------------------------------------------------------------------


def _by_name(case: Case, credence: Floats) -> dict[str, Floats]:
    return {f"credence_{name}": credence[:, k] for k, name in enumerate(case.names)}


def _log_ratio(likelihood: Scaled, prior: Floats, first: int, second: int | None) -> Floats:
    """P(E | first) / P(E | second, or all others by their priors), in decibans up to a constant that rows share."""
    if second is not None:
        return log_odds(likelihood[:, [first, second]].log_shares(), 0, 1)
    weights = np.where(np.arange(len(prior)) == first, 1.0, prior)
    return log_odds((likelihood * Scaled.from_floats(weights)).log_shares(), first)


def _pair(case: Case, credence: Floats, for_: str | None, against: str | None) -> tuple[int, int | None]:
    first = place_or_foremost(case, for_, "for_", credence)
    return first, place_against(case, first, against)


def _dependent_items(opened: Observations, item: Evidence) -> str:
    """The name of the items that are weighed together with this one."""
    names = next(component.items for component in opened.components if item.name in component.items)
    return label(names)
