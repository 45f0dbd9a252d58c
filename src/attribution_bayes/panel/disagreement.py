"""What several analysts disagree on, by how much, and how it moves their answers."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import kendalltau

from attribution_bayes.arguments import one_of
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.address import ErrorOf, ItemPart, ReportPart
from attribution_bayes.declare.assumptions import suppose
from attribution_bayes.declare.case import Case, place_against, place_of
from attribution_bayes.declare.panel import Panel, observed_unlike, same_hypotheses
from attribution_bayes.declare.parameters import Parameter, parameters
from attribution_bayes.declare.parts import Part
from attribution_bayes.declare.ways import Impossible, Ratios
from attribution_bayes.engine.exact import stated_log_odds
from attribution_bayes.engine.network import network
from attribution_bayes.errors import named, refusal
from attribution_bayes.odds import DECIBANS_PER_NAT
from attribution_bayes.panel.changes import STRUCTURE, By
from attribution_bayes.panel.difference import LEVELS
from attribution_bayes.panel.pooling import pool


def disagreement(
    panel: Panel, *, target: str | None = None, against: str | None = None, by: By = "part"
) -> pd.DataFrame:
    """Find what analysts disagree on, and how much closer their answers would be if they agreed on it.

    Analysts agree on a number by taking the weighted mean of all that they state, in log odds (for ratios, of
    logarithms; for numbers that sum to 1, of logarithms, scaled to sum to 1). Where somebody states no `error`, or an
    impossible one, it is 0, and the mean is that of the probabilities. Everything else stays as each states it. The gap
    lies between the two analysts whose answers are furthest apart.

    Parameters
    ----------
    panel
        Cases with the same hypotheses. A panel of two shows what separates the two.
    target
        A hypothesis; the one of greatest credence in the linear pool unless given.
    against
        Another hypothesis; all others together unless given.
    by
        ``"part"``: a row for each part on which they differ; ``"number"``: a row for each number.

    Returns
    -------
    DataFrame
        Index: part, or address, by ``closes_db``, the greatest first; before these, parts that are not observed alike.
        Columns: ``distance_db``, from the least to the greatest that they state, in decibans of odds (or of the ratio),
        for a part that of its most disputed number; ``closes_db``, by how much the gap would close, negative where it
        would widen; more than the gap where the two answers would change places: by what exceeds it they are then
        apart; ``share``, the same as a share of the gap. Parts also have ``differs``, what does: "observed" (an item or
        a report that some have observed otherwise or not at all, or do not have), "form" (parents, outcomes and the
        like), "numbers"; ``numbers``, how many of their numbers differ; and ``rank_agreement``, how far the analysts
        put them in the same order: Kendall's tau-b, averaged over pairs of analysts, from -1 to 1, NaN for a single
        number, and for a part that is not observed alike. Numbers also have their part, and ``stated_NAME`` for each
        analyst.

        ``closes_db`` is NaN where no mean exists: for a part that not all have, or that they state in different forms
        (`difference` compares these), and for a number that somebody states as impossible or certain, whose
        ``distance_db`` is infinite. ``attrs``: ``target``, ``against``; ``highest`` and ``lowest``, the two analysts,
        and ``gap_db`` between their log odds of the target; ``agreed``, the parts on which all agree; ``unlike``, for
        each part that is not observed alike what each analyst says of it, in words; ``no_mean``, for each row whose
        ``closes_db`` is NaN the reason, in words.

    Raises
    ------
    CaseError
        ``E_HYPOTHESES`` for cases with other hypotheses than the first; ``E_UNKNOWN_NAME`` and ``E_SAME`` for `target`
        and `against`; ``E_EXCLUDED`` if log odds are infinite; ``E_BY`` for another `by`.
    ContradictionError
        If every hypothesis is excluded in a case.
    TooLargeError
        If a component has too many joint hidden states.

    Notes
    -----
    Where items are independent and one rival is named, agreeing on an item takes from the gap exactly the difference of
    its weights of evidence, and all rows add up to the gap. Otherwise they need not: two parts may each close it. For
    shares that always add up, see `difference`.
    """
    same_hypotheses(panel)
    one_of(by, LEVELS, "by", "E_BY")
    cases = _with_errors(panel)
    asked = _Question.from_panel(panel, cases, target, against)
    stated = [{str(one.address): one for one in parameters(case)} for case in cases.values()]
    known = dict.fromkeys(address for numbers in stated for address in numbers)
    disputes = {address: _Dispute.from_stated(address, stated, panel.shares) for address in known}
    rows = _by_part(panel, disputes, asked) if by == "part" else _by_number(panel, disputes, asked)
    table = pd.DataFrame(rows.values(), index=pd.Index(list(rows), name="part" if by == "part" else "address"))
    table = table.reindex(columns=_columns(panel, by)).sort_values("closes_db", ascending=False, kind="stable")
    unlike = observed_unlike(panel)
    table = table.loc[[*filter(unlike.__contains__, table.index), *(one for one in table.index if one not in unlike)]]
    reasons = {name: _no_mean(panel, disputes, str(name)) for name in table.index[table["closes_db"].isna()]}
    table.attrs = {**asked.attrs, "agreed": _agreed(panel, disputes), "unlike": unlike, "no_mean": reasons}
    return table


def _columns(panel: Panel, by: By) -> list[str]:
    if by == "part":
        return ["differs", "numbers", "distance_db", "rank_agreement", "closes_db", "share"]
    return ["part", *(f"stated_{name}" for name in panel.names), "distance_db", "closes_db", "share"]


def _with_errors(panel: Panel) -> dict[str, Case]:
    """The cases by name; where others state an error and a case states none, it is 0 there, which changes no answer."""
    if any(case.error is not None for case in panel.members):
        return {
            name: case if case.error is not None else case.with_good({"error": NO_ERROR})
            for name, case in panel.items()
        }
    erring = {item.name for case in panel.members for item in case.evidence if item.error is not None}
    return {name: _with_error(case, erring) for name, case in panel.items()}


def _with_error(case: Case, erring: Set[str]) -> Case:
    """The same for items that have an error of their own elsewhere; one with ratios can have none."""
    silent = {one.name for one in case.evidence if one.error is None and not isinstance(one.likelihood, Ratios)}
    if silent.isdisjoint(erring):
        return case
    items = (one.with_good({"error": NO_ERROR}) if one.name in silent & erring else one for one in case.evidence)
    return case.with_good({"evidence": tuple(items)})


NO_ERROR = Impossible("no error is stated")


# The gap -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Question:
    """The hypothesis that is asked about, and the two analysts furthest apart on its log odds."""

    target: str
    against: str | None
    highest: tuple[str, Case]
    lowest: tuple[str, Case]
    gap: float

    @classmethod
    def from_panel(cls, panel: Panel, cases: Mapping[str, Case], target: str | None, against: str | None) -> _Question:
        if target is None:
            target = str(pool(panel, "linear")["credence"].idxmax())
        place_against(panel.members[0], place_of(panel.members[0], target, "target"), against)
        odds = {name: _odds(case, target, against) for name, case in panel.items()}
        for name, value in odds.items():
            if not np.isfinite(value):
                message = f"{target!r} or all that it is compared with is excluded: its log odds are infinite."
                hint = "Ask about another, or state small probabilities for `Impossible`."
                raise refusal("E_EXCLUDED", f"panel.{name}", message, hint)
        low, *_, high = sorted(odds, key=odds.__getitem__)
        return cls(target, against, (high, cases[high]), (low, cases[low]), odds[high] - odds[low])

    def closes(self, changes: Mapping[str, float]) -> dict[str, float]:
        """By how much the gap closes if both analysts state these numbers."""
        high, low = (
            _odds(suppose(case, changes), self.target, self.against) for _, case in (self.highest, self.lowest)
        )
        closes = self.gap - (high - low)
        return {"closes_db": closes, "share": closes / self.gap if self.gap else np.nan}

    @property
    def attrs(self) -> dict[Hashable, Any]:
        against = "all others" if self.against is None else self.against
        highest, lowest = self.highest[0], self.lowest[0]
        asked: dict[Hashable, Any] = {"target": self.target, "against": against}
        return {**asked, "highest": highest, "lowest": lowest, "gap_db": self.gap}


def _odds(case: Case, target: str, against: str | None) -> float:
    """Log odds of the target, in decibans."""
    net = network(case)
    rival = None if against is None else net.hypotheses.index(against)
    return stated_log_odds(net, net.hypotheses.index(target), rival)


# What is disputed ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Dispute:
    """What the analysts state at one address; None where a case has no such number.

    Attributes
    ----------
    distance
        In decibans: 0 where they agree, infinite where one states 0 or 1 and another does not, NaN where they do not
        all state a number of the same kind.
    middle
        The number that they would agree on.
    """

    part: str
    stated: tuple[Parameter | None, ...]
    distance: float
    middle: float

    @classmethod
    def from_stated(cls, address: str, stated: Sequence[Mapping[str, Parameter]], weights: Sequence[float]) -> _Dispute:
        found = tuple(numbers.get(address) for numbers in stated)
        there = [one for one in found if one is not None]
        part = str(there[0].address.part)
        if len(there) < len(found) or len({(one.is_ratio, one.block) for one in there}) > 1:
            return cls(part, found, np.nan, np.nan)
        numbers = np.array([one.meaning.mean for one in there])
        if (numbers == numbers[0]).all():
            return cls(part, found, 0.0, float(numbers[0]))
        to, back = (np.log, np.exp) if there[0].is_ratio else (logit, expit)
        nats = to(numbers)
        middle = float(back(np.array(weights) @ nats)) if np.isfinite(nats).all() else np.nan
        if isinstance(there[0].address, ErrorOf) and (numbers < 1).all() and not numbers.all():
            middle = float(np.array(weights) @ numbers)
        return cls(part, found, float(np.ptp(nats)) * DECIBANS_PER_NAT, middle)

    @property
    def numbers(self) -> list[float]:
        return [np.nan if one is None else one.meaning.mean for one in self.stated]

    def no_mean(self, names: Sequence[str]) -> str:
        """Why there is none, in words; empty where there is one."""
        silent = [name for name, one in zip(names, self.stated, strict=True) if one is None]
        if silent:
            return f"not stated by {named(silent)}"
        if np.isnan(self.distance):
            return "stated in different forms"
        return "" if np.isfinite(self.middle) else "impossible or certain in some cases only"


def _agreed(panel: Panel, disputes: Mapping[str, _Dispute]) -> tuple[str, ...]:
    open_ = {one.part for one in disputes.values() if one.distance != 0} | {*_other_forms(panel)}
    return tuple(dict.fromkeys(one.part for one in disputes.values() if one.part not in open_))


def _other_forms(panel: Panel) -> Iterator[str]:
    """Parts that differ in more than numbers: in observations, parents, outcomes or reports."""
    forms = [dict(_forms(case)) for case in panel.members]
    for part in dict.fromkeys(part for one in forms for part in one):
        if len({one.get(part) for one in forms}) > 1:
            yield part


def _forms(case: Case) -> Iterator[tuple[str, object]]:
    """What each item and each report says besides its numbers."""
    for item in case.evidence:
        yield str(ItemPart(item.name)), _form(item)
        for report in item.reports:
            yield str(ReportPart(item.name, report.source)), _form(report)


def _form(part: Part) -> tuple[object, ...]:
    return tuple(getattr(part, field) for field in type(part).model_fields if field in STRUCTURE)


def _no_mean(panel: Panel, disputes: Mapping[str, _Dispute], row: str) -> str:
    """Why there is nothing on which to agree, of a number or of a part."""
    if row in disputes:
        return disputes[row].no_mean(panel.names)
    if row in observed_unlike(panel):
        return "not observed alike"
    if row in _other_forms(panel):
        return "stated in different forms"
    return next(why for one in disputes.values() if one.part == row and (why := one.no_mean(panel.names)))


# Rows ----------------------------------------------------------------------------------------------------------------

UNKNOWN = {"closes_db": np.nan, "share": np.nan}


def _by_number(panel: Panel, disputes: Mapping[str, _Dispute], asked: _Question) -> dict[str, dict[str, object]]:
    rows: dict[str, dict[str, object]] = {}
    for address, one in disputes.items():
        if one.distance != 0:
            stated = {f"stated_{name}": value for name, value in zip(panel.names, one.numbers, strict=True)}
            closes = asked.closes({address: one.middle}) if np.isfinite(one.middle) else UNKNOWN
            rows[address] = {"part": one.part, **stated, "distance_db": one.distance, **closes}
    return rows


def _by_part(panel: Panel, disputes: Mapping[str, _Dispute], asked: _Question) -> dict[str, dict[str, object]]:
    parts: dict[str, dict[str, _Dispute]] = {}
    for address, one in disputes.items():
        parts.setdefault(one.part, {})[address] = one
    others, unlike = dict.fromkeys(_other_forms(panel)), observed_unlike(panel)
    rows: dict[str, dict[str, object]] = {}
    for part in [*parts, *(part for part in others if part not in parts)]:
        members = parts.get(part, {})
        disputed = [one for one in members.values() if one.distance != 0]
        if disputed or part in others:
            which = {"observed": part in unlike, "form": part in others and part not in unlike, "numbers": disputed}
            rows[part] = {
                "differs": ", ".join(word for word, holds in which.items() if holds),
                "numbers": len(disputed),
                "distance_db": max((one.distance for one in disputed if one.distance > 0), default=np.nan),
                "rank_agreement": _rank_agreement([one.numbers for one in members.values() if part not in unlike]),
                **(UNKNOWN if part in others else _closes(members, panel.shares, asked)),
            }
    return rows


def _closes(members: Mapping[str, _Dispute], weights: Sequence[float], asked: _Question) -> dict[str, float]:
    """The effect of agreeing on a whole part."""
    changes: dict[str, float] = {}
    blocks: dict[object, dict[str, _Dispute]] = {}
    for address, one in members.items():
        if not np.isfinite(one.middle):
            return UNKNOWN
        block = None if one.stated[0] is None else one.stated[0].block
        if block is not None:
            blocks.setdefault(block, {})[address] = one
        elif one.distance:
            changes[address] = one.middle
    for together in blocks.values():
        if any(one.distance for one in together.values()):
            changes |= _together(together, weights)
    return asked.closes(changes)


def _together(block: Mapping[str, _Dispute], weights: Sequence[float]) -> dict[str, float]:
    """The numbers that they would agree on where these sum to 1; what all exclude stays excluded."""
    stated = np.array([one.numbers for one in block.values()])
    possible = (stated > 0).all(axis=1)
    means = np.exp(np.log(stated[possible]) @ np.array(weights))
    addresses = [address for address, is_possible in zip(block, possible, strict=True) if is_possible]
    return dict(zip(addresses, (means / means.sum()).tolist(), strict=True))


def _rank_agreement(numbers: Sequence[Sequence[float]]) -> float:
    """Mean of Kendall's tau-b over all pairs of analysts; NaN where somebody has one number, or the same throughout."""
    table: Floats = np.array(numbers, dtype=np.float64)
    if len(table) < 2 or np.isnan(table).any():
        return float("nan")
    return float(np.mean([kendalltau(one, other).statistic for one, other in combinations(table.T, 2)]))
