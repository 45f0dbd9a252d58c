"""How much depends on each assumption: what the answer would be if one number were other than stated.

Moving a member of a prior, or of a row of named outcomes, scales the other members in proportion (S. Renooij 2014,
doi:10.1016/j.ijar.2013.11.001). Another scheme would give other results.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from attribution_bayes.arguments import expect, seed_number, whole_number
from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.address import ItemPart, PartAddress, PriorPart, ReportPart
from attribution_bayes.declare.assumptions import Ranges, range_policy, ranges
from attribution_bayes.declare.case import Case, asked_credence, place_or_foremost
from attribution_bayes.declare.panel import Panel
from attribution_bayes.declare.parameters import parameters
from attribution_bayes.declare.wording import part_labels, plain, sentence
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.memo import once_for_each
from attribution_bayes.odds import DECIBANS_PER_NAT, NOBODY, TIE, change, leaders, leading, level, log_odds, never_zero
from attribution_bayes.sensitivity.discount import discount
from attribution_bayes.sensitivity.fewest import fewest
from attribution_bayes.sensitivity.functions import BRACKETS, Lines, Responses, responses
from attribution_bayes.sensitivity.robustness import robustness
from attribution_bayes.sensitivity.side_by_side import readings, side_by_side, target_of
from attribution_bayes.sensitivity.sobol import MIN_ROWS, sobol

ALL_ODDS = np.concatenate([[0.0], np.exp(BRACKETS), [np.inf]])
"""Odds at which a credence may be least or greatest if an input is used several times, besides those where it turns."""

ROUNDING = 1e-12
"""Difference of log odds, in nats and as a share of them, that counts as zero."""

THE_CASE = "the author of the case"

COVARIATION = "moving one member of a prior or of a row scales the other members in proportion"


def one_way(case: Case | Mapping[str, Case], target: str | None = None) -> pd.DataFrame:
    """Move each assumption over its plausible range, the others as stated, and follow one credence.

    Parameters
    ----------
    case
        A case; or several by name, such as a `Panel`, with the same hypotheses, which stand side by side.
    target
        A hypothesis; the one of greatest credence unless given (of several cases, in their linear pool), of several
        that tie the first in the case.

    Returns
    -------
    DataFrame
        Index: address of the assumption, the greatest swing first; for several cases (assumption, case), the greatest
        swing in any of them first, the cases in their order. Columns: ``stated``; ``lower``, ``upper`` and ``range``,
        its plausible range and where the range comes from; ``at_lower``, ``at_upper``, the target's credence there;
        ``swing``, the distance between these two, accurate also where both are nearly 1, and 0 only where nothing
        moves; ``derivative`` of the target's credence by the assumption at its stated value, 0 only where nothing
        moves; ``leader_at_lower``, ``leader_at_upper``, None where hypotheses tie. ``attrs`` hold the target, all
        credences as stated (for several cases, by case) and the method.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a target that the case does not have; for several cases also what `Panel` refuses, and
        ``E_HYPOTHESES`` for one with other hypotheses than the first.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.

    References
    ----------
    E. Castillo, J. M. Gutierrez, A. S. Hadi (1997), doi:10.1109/3468.594909
    """
    if isinstance(case, Mapping):
        return _one_way_of_each(readings(case), target)
    expect(case, Case, "case")
    net = network(case)
    place = place_or_foremost(case, target, "target", as_stated(net))
    stated, moved = ranges(case), responses(net)
    credences, derivative = _at_ends(moved, stated, place)
    leads = leaders(case.names, credences)
    moves = _moves(moved, place)
    may_move = moves.copy()
    may_move[[*moved.several]] = True  # in between, though both ends are the same
    swing = np.where(may_move, abs(change(credences[:, 0], credences[:, 1], place)), 0.0)
    policies = {kind: range_policy(kind) for kind in {*stated.kinds}}
    columns = {
        "stated": stated.stated,
        "lower": stated.lower,
        "upper": stated.upper,
        "range": np.array([policies[kind] for kind in stated.kinds], dtype=object),
        "at_lower": credences[:, 0, place],
        "at_upper": credences[:, 1, place],
        "swing": never_zero(swing, moves & (stated.lower < stated.upper)),
        "derivative": np.where(may_move, derivative, 0.0),
        "leader_at_lower": leads[:, 0],
        "leader_at_upper": leads[:, 1],
    }
    table = _by_address(columns, net.inputs.addresses, np.argsort(-columns["swing"], kind="stable"))
    table.attrs = {
        "target": case.names[place],
        "credence": dict(zip(case.names, as_stated(net).tolist(), strict=True)),
        "has_catch_all": case.has_catch_all,
        "labels": part_labels(case),
        "method": f"one assumption moved, the others held; {COVARIATION}",
    }
    return table


def _one_way_of_each(panel: Panel, target: str | None) -> pd.DataFrame:
    asked = target_of(panel, target)
    tables = {name: one_way(case, asked) for name, case in panel.items()}
    table = side_by_side(tables, "swing", greatest=True)
    table.attrs = {
        "target": asked,
        "credence": {name: one.attrs["credence"] for name, one in tables.items()},
        "has_catch_all": all(case.has_catch_all for case in panel.members),
        "labels": part_labels(*reversed(panel.members)),  # the first case that has a label for a part names it
        "method": f"one assumption moved, the others held; {COVARIATION}",
    }
    return table


def _at_ends(moved: Responses, stated: Ranges, place: int) -> tuple[Floats, Floats]:
    """Credences at both ends of each range, shape (input, end, hypothesis), and the derivative of one as stated."""
    ends = moved.odds(np.stack([stated.lower, stated.upper], axis=1))
    credences, derivative = moved.credences(ends), moved.derivative(place)
    for slot in moved.several:
        credences[slot] = moved[slot].credences(ends[slot])
        derivative[slot] = moved[slot].derivative(place)
    return credences, derivative


def _moves(moved: Lines, place: int) -> Bools:
    """Which inputs move the odds of a hypothesis. Where one end excludes both sides, the odds do not move."""
    at_zero, at_infinity = log_odds(moved.log_ends, place).T
    with np.errstate(invalid="ignore"):
        differ = abs(at_zero - at_infinity) > ROUNDING + ROUNDING * abs(at_infinity)
    return np.asarray(np.where(np.isinf(at_infinity), (at_zero < at_infinity) | (at_zero > at_infinity), differ))


def flip_points(
    case: Case | Mapping[str, Case], target: str | None = None, threshold: float | None = None
) -> pd.DataFrame:
    """Find, for each assumption, the nearest value at which the answer changes.

    Without a target: the nearest value at which another hypothesis leads. With one: at which it takes or loses the
    lead. With a threshold: at which the credence of the target crosses it.

    Parameters
    ----------
    case
        A case; or several by name, such as a `Panel`, with the same hypotheses, which stand side by side.
    target
        A hypothesis; beside a threshold, the one of greatest credence unless given (of several cases, in their linear
        pool), of several that tie the first in the case.
    threshold
        A credence strictly between 0 and 1.

    Returns
    -------
    DataFrame
        Index: address of the assumption, nearest first; for several cases (assumption, case), nearest in any of them
        first, the cases in their order. Columns: ``stated``; ``flip_at``, that value (NaN if there is none);
        ``distance_db``, how far that is in decibans of the assumption's odds (of the ratio itself for a likelihood
        ratio); ``new_leader``, who leads beyond it (with a threshold, at it), None where nobody does or there is no
        such value; ``reachable``; ``attained_low``, ``attained_high``, the least and greatest credence of the target
        that values of the assumption attain or approach. Where the target ties with another hypothesis as things stand,
        every assumption that separates the two flips at its stated value. ``attrs`` hold the event, the method and the
        target (for several cases, by case: without a target or a threshold, each has its own).

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a target that the case does not have, ``E_RANGE`` for a threshold that is not a credence;
        for several cases as in `one_way`.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    if isinstance(case, Mapping):
        return _flip_points_of_each(readings(case), target, threshold)
    expect(case, Case, "case")
    threshold = None if threshold is None else asked_credence(threshold)
    net = network(case)
    credence, names = as_stated(net), np.array([*case.names, None], dtype=object)
    place = place_or_foremost(case, target, "target", credence)
    moved, sought = responses(net), _Change(place, bool(level(credence)[place]), threshold)
    odds, leader = sought.nearest_for_each(moved, len(names) - 1)
    low, high = _attained(moved, place)
    reachable, distance = ~np.isnan(odds), _distance(odds, moved.stated_odds)
    order = np.argsort(np.where(reachable, distance, np.inf), kind="stable")
    columns = {
        "stated": net.inputs.mean,
        "flip_at": moved.value(odds[:, None])[:, 0],
        "distance_db": np.where(reachable, distance, np.inf),
        "new_leader": names[np.where(reachable, leader, NOBODY)],
        "reachable": reachable,
        "attained_low": low,
        "attained_high": high,
    }
    table = _by_address(columns, net.inputs.addresses, order)
    event = "leads or not" if threshold is None else f"crosses {threshold:g}"
    table.attrs = {"target": case.names[place], "event": event, "method": f"others held; {COVARIATION}"}
    return table


def _flip_points_of_each(panel: Panel, target: str | None, threshold: float | None) -> pd.DataFrame:
    asked = None if target is None and threshold is None else target_of(panel, target)
    tables = {name: flip_points(case, asked, threshold) for name, case in panel.items()}
    table = side_by_side(tables, "distance_db", greatest=False)
    targets = {name: one.attrs["target"] for name, one in tables.items()}
    table.attrs = {**tables[panel.names[0]].attrs, "target": targets}
    return table


def _attained(moved: Responses, place: int) -> tuple[Floats, Floats]:
    """The least and greatest credence of a hypothesis over all values of each input, shape (input,) each."""
    ends = moved.credences(np.array([[0.0, np.inf]]))[..., place]  # monotonic in between
    low, high = ends.min(axis=1), ends.max(axis=1)
    for slot, several in moved.several.items():
        curve = moved[slot].credences(np.append(ALL_ODDS, several.turns(place)))[:, place]
        low[slot], high[slot] = np.nanmin(curve), np.nanmax(curve)
    return low, high


@dataclass(frozen=True)
class _Change:
    """What counts as another answer: another leader, or the other side of a threshold."""

    place: int
    is_leading: bool  # alone, or level with others
    threshold: float | None

    def levels(self, size: int) -> tuple[Floats, Ints]:
        """Sums of the joint probabilities, shape (sum, hypothesis), that are 0 where the answer changes.

        Also, for each sum, the hypothesis that is level with the target there; with a threshold, the target itself.
        """
        if self.threshold is not None:
            return np.eye(size)[[self.place]] - self.threshold, np.array([self.place])
        rivals = np.delete(np.arange(size), self.place)
        return np.eye(size)[rivals] - np.eye(size)[self.place], rivals

    def nearest_for_each(self, moved: Responses, size: int) -> tuple[Floats, Ints]:
        """For each input, the nearest odds at which the answer changes, and who leads beyond; shape (input,) each."""
        weights, rivals = self.levels(size)
        odds, leader = self.nearest(moved, moved.crossings(weights), rivals)
        for slot in moved.several:
            found = moved[slot].all_crossings(weights)
            all_rivals = np.repeat(rivals, [len(of_rival) for of_rival in found])
            odds[slot], leader[slot] = self.nearest(moved[slot], np.concatenate(found), all_rivals)
        return odds, leader

    def nearest(self, moved: Lines, odds: Floats, rivals: Ints) -> tuple[Floats, Ints]:
        """The nearest of the odds, shape (input, candidate), at which the answer changes, and who leads beyond.

        Shapes (input,); NaN where there are none.
        """
        if not odds.shape[-1]:
            return np.full(odds.shape[:-1], np.nan), np.zeros(odds.shape[:-1], dtype=int)
        is_change = ~np.isnan(odds)
        joint = moved.joint(np.where(is_change, odds, 1.0))
        if self.threshold is None:  # elsewhere a third hypothesis leads where these two are level
            both = np.maximum(joint[..., np.arange(len(rivals)), rivals], joint[..., self.place])
            is_change &= joint.max(axis=-1) <= both * (1 + TIE)
            leader = np.broadcast_to(rivals if self.is_leading else self.place, odds.shape)
        else:
            leader = leading(joint)
        distance = _distance(odds, np.asarray(moved.stated_odds)[..., None])
        first = np.where(is_change, np.fmin(distance, sys.float_info.max), np.inf).argmin(axis=-1)[..., None]
        nearest = np.take_along_axis(np.where(is_change, odds, np.nan), first, -1)[..., 0]
        return nearest, np.take_along_axis(leader, first, -1)[..., 0]


def _distance(odds: Floats, stated: Floats) -> Floats:
    """Distance in decibans; infinite from a number that is stated as impossible or certain."""
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = abs(np.log(odds) - np.log(stated)) * DECIBANS_PER_NAT
    return np.where((stated > 0) & np.isfinite(stated), distance, np.inf)


def sensitivity_table(case: Case, target: str | None = None, *, n: int = 2048, seed: int = 0) -> pd.DataFrame:
    """Put everything known about each assumption in one table, the most dangerous first.

    The most dangerous assumption overturns the answer nearest to its stated value; assumptions that cannot overturn it
    follow, by how far they move the target's credence.

    Parameters
    ----------
    case
    target
        A hypothesis; the one of greatest credence unless given, of several that tie the first in the case.
    n, seed
        See `sobol`.

    Returns
    -------
    DataFrame
        Index: address of the assumption. Columns: ``what`` it is; ``behind``, the sources that report the item that it
        is about or the item's citation, or the basis of the prior (the number itself is the author's); ``stated``,
        ``lower``, ``upper``, ``range``, ``swing`` as in `one_way`; ``flip_at``, ``distance_db``, ``new_leader``,
        ``reachable`` as in `flip_points`; ``total``, ``total_low``, ``total_high`` as in `sobol`, for members of a
        prior or row those of their ``group``; ``in_fewest``, the size of the smallest set listed by `fewest` that the
        number belongs to, NaN if there is none. ``attrs`` say how each was found, and what holds of all numbers
        together for the hypothesis that leads: ``radius_db`` and ``share_of_range`` of everything in `robustness`, and
        ``lead_from`` of `discount`.

    Raises
    ------
    CaseError
        See `sobol`.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    expect(case, Case, "case")
    n, seed = whole_number(n, "n", least=MIN_ROWS), seed_number(seed)
    swings, flips, shares = one_way(case, target), flip_points(case, target), sobol(case, target, n=n, seed=seed)
    blocks = {str(one.address): str(one.block or one.address) for one in parameters(case)}
    table = pd.DataFrame({"what": _what(case), "behind": behind(case)}).rename_axis("assumption")
    table = table.join(swings[["stated", "lower", "upper", "range", "swing"]])
    table = table.join(flips[["flip_at", "distance_db", "new_leader", "reachable"]])
    table["group"] = [blocks[address] for address in table.index]
    found = shares.reindex(table["group"])[["total", "total_low", "total_high"]].fillna(0.0)
    table = table.join(found.set_index(table.index))
    table["in_fewest"] = fewest(case)["size"].groupby(level="address").min().astype(float)
    table = table.iloc[np.lexsort((-table["swing"], table["distance_db"].round(9)))]
    together = robustness(case)
    table.attrs = {
        "target": swings.attrs["target"],
        "radius_db": together["radius_db"].loc["everything"].item(),
        "share_of_range": together["share_of_range"].loc["everything"].item(),
        "lead_from": discount(case).attrs["lead_from"],
        "swing": swings.attrs["method"],
        "distance_db": f"{flips.attrs['event']}; {flips.attrs['method']}",
        "total": f"share of the variance of the log odds, n = {n}, seed = {seed}",
    }
    return table


def _what(case: Case) -> dict[str, str]:
    """What each number is, in words."""
    labels = part_labels(case)
    return {str(one.address): plain(sentence(case, one.address), labels) for one in parameters(case)}


def behind(case: Case) -> dict[str, str]:
    """Who stands behind what each number is about: reporting sources, a citation, or nobody but the case itself."""
    items = {item.name: item for item in case.evidence}

    def told(part: PartAddress) -> str:
        match part:
            case ItemPart(name) | ReportPart(name):
                item = items[name]
                return ", ".join(report.source for report in item.reports) or item.citation or THE_CASE
            case PriorPart():
                return "; ".join(case.prior_basis) or THE_CASE
            case _:
                return THE_CASE

    return {str(one.address): told(one.address.part) for one in parameters(case)}


def _by_address(columns: Mapping[str, np.ndarray], addresses: Sequence[str], order: Ints) -> pd.DataFrame:
    """A table in this order, the columns of one type handed over together; objects stay objects."""
    arrays, of_type = [*columns.values()], dict[np.dtype[Any], list[int]]()
    for place, column in enumerate(arrays):
        of_type.setdefault(column.dtype, []).append(place)
    blocks = [(np.stack([arrays[i] for i in places])[:, order], np.array(places)) for places in of_type.values()]
    return from_blocks(blocks, _index(addresses).take(order), _names(tuple(columns)).view())


@lru_cache
def _names(columns: tuple[str, ...]) -> pd.Index:
    """Made once for all tables with these columns; a view has a name of its own."""
    return pd.Index(columns)


def column_by_column(blocks: Sequence[tuple[np.ndarray, Ints]], index: pd.Index, columns: pd.Index) -> pd.DataFrame:
    """A table from arrays of shape (column, row), each with the places of its columns."""
    found = {
        columns[place]: pd.Series(column, index, column.dtype, copy=False)
        for block, places in blocks
        for place, column in zip(places.tolist(), block, strict=True)
    }
    return pd.DataFrame(found, index, columns, copy=False)


from_blocks = getattr(getattr(pd.api, "internals", None), "create_dataframe_from_blocks", column_by_column)
"""The same a tenfold faster, with pandas 3."""


@once_for_each
def _index(addresses: Sequence[str]) -> pd.Index:
    """Made once for all tables of a case, and of those supposed from it: of many addresses pandas makes text slowly."""
    made: pd.Index = pd.Index(np.array([*addresses], dtype=object), name="assumption")
    return made
