"""What a reader who turns no page is told beside the answer: what would change it, who says so, what to learn next."""

from __future__ import annotations

from collections.abc import Iterator

from attribution_bayes.declare.assumptions import assumptions
from attribution_bayes.errors import TooLargeError
from attribution_bayes.report.analysis import Analysis
from attribution_bayes.report.render.document import (
    Block,
    Listing,
    Paragraph,
    Section,
    Strong,
    Text,
    filled,
    listed,
    text,
)
from attribution_bayes.report.sections.links import item_link, part, source_link
from attribution_bayes.report.words import about, bits, capitalised, counted, flip, leads, outcome

MAX_CHANGES = 3
"""Things that would change the answer: as many as are remembered."""

NO_SOURCE = "No source is named: the items rest on their citations, or on the author of the case alone."


def brief(analysis: Analysis) -> Iterator[Block]:
    """The sections that stand on the first page, below the answer."""
    yield Section(text("What would change it"), "changes", (_changes(analysis),))
    yield Section(text("Who says so"), "says", (Paragraph(_speakers(analysis)),))
    yield from _next(analysis)


def _changes(analysis: Analysis) -> Block:
    """The first numbers with a flip, then what is not a number: three together."""
    names, points = analysis.case.names, nearest_numbers(analysis)
    points += [
        filled("{}, {}: {}.", Strong(part(address)), change, leads(names, credences, leader="{} would lead"))
        for address, change, credences in analysis.overturning[: MAX_CHANGES - len(points)]
    ]
    if not points:
        return Paragraph(text("No single number, and no single item or source left out, would change who leads."))
    return Listing(tuple(points), is_ordered=True)


def nearest_numbers(analysis: Analysis) -> list[Text]:
    """The first numbers that could put another hypothesis in the lead, each alone: inside their ranges, then near."""
    stated = {one.address: one for one in assumptions(analysis.case)}
    return [
        filled(
            "{}. {}",
            Strong(capitalised(about(analysis.case, address))),
            flip(analysis, stated[address]),
        )
        for address in analysis.nearest_flips[:MAX_CHANGES]
    ]


def _speakers(analysis: Analysis) -> Text:
    """Each source with the number of items that it speaks of, and on what the other items rest."""
    case = analysis.case
    heard = {one.name: sum(any(r.source == one.name for r in i.reports) for i in case.evidence) for one in case.sources}
    if not heard:
        return text(NO_SOURCE)
    each = [filled("{} ({})", source_link(name), counted(count, "item", "items")) for name, count in heard.items()]
    without = sum(not one.reports for one in case.evidence)
    rest = filled(" No source is named for {}.", counted(without, "item", "items")) if without else ()
    return text(listed(each), ".", rest)


def _next(analysis: Analysis) -> Iterator[Block]:
    """The open fact that would tell most."""
    table = analysis.information
    if isinstance(table, TooLargeError) or table.empty:
        return
    name, came_out = table.index[0]
    told = "Whether {} is {}: of all facts that are open, this one is expected to tell most, {} bits."
    gain = bits(float(table["information"].iloc[0]))
    words = filled(told, item_link(str(name)), outcome(came_out), gain)
    yield Section(text("What to learn first"), "next", (Paragraph(words),))
