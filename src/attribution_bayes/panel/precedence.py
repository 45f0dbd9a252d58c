"""Which changes between two cases have to come before which others, so that each step is a valid case.

A version of a part may only be stated beside one version of another: an item beside the parent that it is given, a
report beside an item that can be reported and beside the report that it copies, a row beside the hypotheses that it is
about, a common cause beside the items that it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import permutations
from typing import Any

import numpy as np
from scipy.sparse.csgraph import connected_components

from attribution_bayes.arrays import Bools
from attribution_bayes.declare.address import (
    CommonCausePart,
    HypothesisPart,
    ItemPart,
    PartAddress,
    ReportPart,
    SourcePart,
)
from attribution_bayes.declare.parts import CommonCause, Evidence, Source
from attribution_bayes.declare.ways import Ratios, Same
from attribution_bayes.panel.changes import NUMBERS, Sides, sides
from attribution_bayes.panel.hybrids import NEW, Hybrids


def needs(hybrids: Hybrids) -> Bools:
    """Which players need which others taken before them, shape (player, player).

    Those that can only be taken together need each other.
    """
    place = {player: i for i, player in enumerate(hybrids.players)}
    found = np.zeros((len(place), len(place)), dtype=bool)
    for one, other, side in _bonds(hybrids):
        if one in place and other in place:
            later, earlier = (one, other) if side == NEW else (other, one)
            found[place[later], place[earlier]] = True
    return found


type Bond = tuple[PartAddress, PartAddress, int]
"""A part whose version in one case can only stand beside the other part's version in the same case."""


def _bonds(hybrids: Hybrids) -> Iterator[Bond]:
    for versions in hybrids.items.values():
        for side, item in enumerate(versions):
            if item is not None:
                yield from _bonds_of_item(hybrids, item, versions[1 - side], side)
        old, new = versions
        if old is not None and new is not None:
            yield from _bonds_of_reports(hybrids, old, new)
    for name, versions_of_source in hybrids.sources.items():
        yield from _bonds_of_source(hybrids, SourcePart(name), versions_of_source)
    for causes in hybrids.causes.values():
        for side, cause in enumerate(causes):
            if cause is not None:
                yield from _bonds_of_cause(hybrids, cause, causes[1 - side], side)
    given = {name: {p for item in versions if item for p in item.given} for name, versions in hybrids.items.items()}
    yield from _circles(ItemPart, given)
    if len(hybrids.common) == 1:  # a hypothesis needs a rival
        yield from _circles(HypothesisPart, {name: {*hybrids.names} for name in hybrids.names})


def _bonds_of_item(hybrids: Hybrids, item: Evidence, other: Evidence | None, side: int) -> Iterator[Bond]:
    part = ItemPart(item.name)
    for parent in item.given:
        if not _bears_what_is_said(hybrids, parent, side):
            yield part, ItemPart(parent), side
    if not isinstance(item.likelihood, Same) and (other is None or not hybrids.lends(item, other)):
        yield from ((part, HypothesisPart(name), side) for name in hybrids.alone(1 - side))


def _bears_what_is_said(hybrids: Hybrids, item: str, side: int) -> bool:
    """Whether what a child or a common cause says of an item can stand beside the version in the other case."""
    theirs = hybrids.items[item][1 - side]
    return theirs is not None and hybrids.have_same_outcomes(item) and not isinstance(theirs.likelihood, Ratios)


def _bonds_of_reports(hybrids: Hybrids, old: Evidence, new: Evidence) -> Iterator[Bond]:
    item, both = ItemPart(old.name), sides(old.reports, new.reports)
    for side, other in enumerate((new, old)):
        for report in (old, new)[side].reports:
            said = ReportPart(old.name, report.source)
            if other.observed is not None or not other.is_binary or isinstance(other.likelihood, Ratios):
                yield said, item, side
            if report.copied_from is not None and both[report.copied_from][1 - side] is None:
                yield said, ReportPart(old.name, report.copied_from), side
            speaker, theirs = hybrids.sources[report.source][side], hybrids.sources[report.source][1 - side]
            if speaker is not None and theirs is None:
                lacking = _without_rate(hybrids, speaker, None, side)
                yield from ((said, HypothesisPart(name), side) for name in lacking)
    copies = {name: {r.copied_from for r in one if r is not None} for name, one in both.items()}
    yield from _circles(partial(ReportPart, old.name), copies)


def _bonds_of_source(hybrids: Hybrids, part: SourcePart, versions: Sides[Source | None]) -> Iterator[Bond]:
    """What a source that both cases have needs; any other comes and goes with its reports."""
    for side, (source, other) in enumerate((versions, versions[::-1])):
        if source is not None and other is not None:
            lacking = _without_rate(hybrids, source, other, side)
            yield from ((part, HypothesisPart(name), side) for name in lacking)


def _bonds_of_cause(hybrids: Hybrids, cause: CommonCause, other: CommonCause | None, side: int) -> Iterator[Bond]:
    """A cause needs the items that it names, which no other cause may name, and has all their rows."""
    part, elsewhere = CommonCausePart(cause.name), hybrids.cases[1 - side].causes
    for item in cause.likelihood:
        if not _bears_what_is_said(hybrids, item, side):
            yield part, ItemPart(item), side
        if item in elsewhere and elsewhere[item].name != cause.name:
            yield part, CommonCausePart(elsewhere[item].name), side
    lent = () if other is None else [item for item in other.likelihood if hybrids.have_same_outcomes(item)]
    if not cause.likelihood.keys() <= {*lent}:
        yield from ((part, HypothesisPart(name), side) for name in hybrids.alone(1 - side))


def _without_rate(hybrids: Hybrids, source: Source, other: Source | None, side: int) -> Iterator[str]:
    """Hypotheses of the other case under which neither version says how the source errs."""
    stated = [value for field in NUMBERS & Source.model_fields.keys() if (value := getattr(source, field)) is not None]
    lent = other is not None and source.errs_anew == other.errs_anew
    if not lent and any(isinstance(value, Mapping) for value in stated):
        yield from hybrids.alone(1 - side)


def _circles(part: Callable[[str], PartAddress], edges: Mapping[str, Iterable[Any]]) -> Iterator[Bond]:
    """Parts that could refer to each other in a circle if some were old and some new; they are taken together."""
    if not any(edges.values()):
        return
    names = {name: i for i, name in enumerate(edges)}
    graph = np.zeros((len(names), len(names)), dtype=bool)
    for name, others in edges.items():
        graph[names[name], [names[one] for one in others if one in names]] = True
    _, group = connected_components(graph, connection="strong")
    together: dict[int, list[str]] = {}
    for name, place in names.items():
        together.setdefault(group[place], []).append(name)
    for members in together.values():
        for one, other in permutations(members, 2):
            yield part(one), part(other), NEW
