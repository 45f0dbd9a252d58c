"""Assumptions that are not numbers: what depends on what, and what is excluded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from attribution_bayes.declare.address import CommonCausePart
from attribution_bayes.declare.parts import CommonCause
from attribution_bayes.declare.ways import Certain, Impossible
from attribution_bayes.engine.audit import in_words
from attribution_bayes.errors import TooLargeError
from attribution_bayes.report.analysis import Analysis, credences_of
from attribution_bayes.report.render.document import (
    Block,
    Folded,
    Grid,
    Listing,
    Paragraph,
    Said,
    Section,
    Text,
    filled,
    heads,
    listed,
    text,
)
from attribution_bayes.report.sections.links import item_link, part, source_link
from attribution_bayes.report.words import (
    about,
    capitalised,
    cited,
    common_cause,
    hypothesis,
    leads,
    missing,
    number,
    share_among,
    signed,
)

INDEPENDENCE = (
    "Given the hypothesis, items are taken to be independent of one another, but for what the case declares. An item "
    "that is not independent and is not declared so counts too much."
)

COMMON_CAUSE = (
    "It may stand behind {}. Where it holds, they have the likelihoods stated here in place of their own, so that they "
    "do not count as independent of one another."
)

LAST = frozenset({2})


def structure(analysis: Analysis) -> Section:
    """What depends on what by declaration, and the answer if that were otherwise."""
    blocks = (
        Paragraph(text(INDEPENDENCE)),
        *_dependences(analysis),
        *(_common_cause(analysis, one) for one in analysis.case.common_causes),
        *_exclusions(analysis),
        *_varied(analysis),
    )
    return Section(text("Assumptions that are not numbers"), "built", blocks)


def _dependences(analysis: Analysis) -> Iterator[Block]:
    """What the case declares of how its parts hang together."""
    points = []
    for one in analysis.case.evidence:
        if one.given:
            parents = listed([text(item_link(name)) for name in one.given])
            points.append(filled("{} depends on {}.", item_link(one.name), parents))
        for report in one.reports:
            if report.copied_from is not None:
                speaker, origin = source_link(report.source), source_link(report.copied_from)
                copy = "The report of {} by {} may be a copy of that by {}."
                points.append(filled(copy, item_link(one.name), speaker, origin))
    errs_anew = {one.name: one.errs_anew for one in analysis.case.sources}
    for name in errs_anew:
        told = [entry.name for entry in analysis.case.evidence if any(r.source == name for r in entry.reports)]
        if len(told) > 1 and not errs_anew[name]:
            items = listed([text(item_link(one)) for one in told])
            points.append(filled("What {} says of {} stands or falls together.", source_link(name), items))
    if points:
        yield Listing(tuple(points))


def _common_cause(analysis: Analysis, one: CommonCause) -> Folded:
    """What may stand behind several items, how likely it is to, and what it makes of them."""
    rows = [
        (capitalised(about(analysis.case, str(stated.address))), in_words(stated), stated.meaning.mean)
        for stated in analysis.parameters.values()
        if stated.address.part == CommonCausePart(one.name)
    ]
    cells = tuple((what, text(Said(written)), text(number(counts_as))) for what, written, counts_as in rows)
    items = listed([text(item_link(entry.name)) for entry in analysis.case.evidence if entry.name in one.likelihood])
    blocks = (
        Paragraph(text(Said(one.statement)), "quote"),
        Paragraph(text(filled(COMMON_CAUSE, items), cited(one))),
        Grid(
            text("How probable it is, and what it makes of them"), heads("What", "As stated", "Counts as"), cells, LAST
        ),
    )
    return Folded(filled("Common cause: {}", common_cause(one.name)), f"cause-{one.name}", blocks)


def _exclusions(analysis: Analysis) -> Iterator[Block]:
    """Everything that is stated as impossible or certain."""
    points = []
    for parameter in analysis.parameters.values():
        if isinstance(parameter.written, Impossible | Certain):
            what, reason = about(analysis.case, str(parameter.address)), Said(parameter.written.reason)
            points.append(filled("{}: {}, {}", what, parameter.kind, reason))
    if points:
        yield Paragraph(text("Stated as impossible or as certain, beyond any evidence:"), "caution")
        yield Listing(tuple(points))


def _varied(analysis: Analysis) -> Iterator[Block]:
    table = analysis.varied
    if isinstance(table, TooLargeError):
        yield missing("What other structures would give", table)
    elif len(table):
        leader = str(table.attrs["for"])
        rows = tuple(_varied_row(analysis, leader, key, table.loc[key]) for key in table.index)
        columns = heads("Assumption", "If instead", "Leads then", "Credence then", "Change, decibans")
        caption = filled("Other structures, the greatest change first; credences of {}", hypothesis(leader))
        yield Grid(caption, columns, rows, frozenset({3, 4}))


def _varied_row(analysis: Analysis, leader: str, key: Any, row: Any) -> tuple[Text, ...]:
    address, change = key
    credences = credences_of(analysis, row)
    if np.isnan(credences).any():
        return part(address), text(change), text("every hypothesis is excluded"), text("-"), text("-")
    then = share_among(credences, analysis.case.names.index(leader))
    changed = text(signed(float(row["change_db"])))
    return part(address), text(change), leads(analysis.case.names, credences), text(then), changed
