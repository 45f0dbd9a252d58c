"""What each of several readings would need to change for another hypothesis to lead: as much of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from attribution_bayes.declare.address import PriorOf, parse
from attribution_bayes.report.analysis import Analysis, cell
from attribution_bayes.report.comparison import Comparison
from attribution_bayes.report.render.document import (
    Abreast,
    Block,
    Listing,
    Paragraph,
    Section,
    Text,
    filled,
    heads,
    listed,
    text,
)
from attribution_bayes.report.sections.brief import nearest_numbers
from attribution_bayes.report.words import counted, decibans, leads, reading, share

TOGETHER = (
    "All numbers of a reading may be off at once. The table says what it takes to put another hypothesis in the lead: "
    "how far all numbers are off, each in the worst direction; the same as a part of the way to the ends of the "
    "plausible ranges; and how many smallest sets of numbers do it inside these ranges (there may be more where a "
    "search was needed, and members of a prior or of a row count as one). The last row says how much of its stated "
    "weight the evidence has to be worth for the lead to stand."
)
HOW = (
    "For each reading the first numbers that could put another hypothesis in the lead: those that can do so inside "
    "their plausible ranges, then the nearest of the others. One number is moved at a time, all others stay as the "
    "reading states them. Distances are in decibans of odds."
)
NONE = "No single number of this reading, whatever its value, would put another hypothesis in the lead."


def needed(comparison: Comparison) -> Section:
    """The numbers of each reading that are nearest to another answer."""
    each = (_reading(n, name, one) for n, (name, one) in enumerate(comparison.readings.items(), start=1))
    blocks: tuple[Block, ...] = (Paragraph(text(TOGETHER)), _together(comparison), Paragraph(text(HOW)), *each)
    return Section(text("What each would need to change"), "needed", blocks)


def _together(comparison: Comparison) -> Abreast:
    """What it takes to overturn each reading, all numbers together."""
    rows = tuple(
        (text(label), *(text("tied") if one.posterior.tied else told(one) for one in comparison.readings.values()))
        for label, told in ROWS.items()
    )
    columns = heads("What it takes", *map(reading, comparison.panel.names))
    return Abreast(text("Everything at once: what puts another hypothesis in the lead"), columns, rows)


def _radius(analysis: Analysis) -> Text:
    radius = cell(analysis.robust, "everything", "radius_db")
    return text("no distance") if math.isinf(radius) else decibans(radius)


def _part(analysis: Analysis) -> Text:
    part = cell(analysis.robust, "everything", "share_of_range")
    return text("not inside them") if math.isnan(part) else text(share(part))


def _sets(analysis: Analysis) -> Text:
    """How many sets of the smallest size there are that overturn the answer."""
    counts: dict[int, int] = analysis.fewest.attrs["counts"]
    kinds = {2: ("pair", "pairs"), 3: ("triple", "triples")}
    found = [*_alone(analysis), *(counted(counts[size], *kinds[size]) for size in kinds if counts[size])]
    return listed(found) if found else text("no three numbers")


def _alone(analysis: Analysis) -> Iterator[Text]:
    """How many numbers overturn the answer alone, and whether the prior or a row does, whose members move as one."""
    table = analysis.fewest
    moved = [part.index.get_level_values("address") for _, part in table[table["size"] == 1].groupby(level="set")]
    rows = [addresses for addresses in moved if len(addresses) > 1]
    priors = sum(isinstance(parse(one[0]), PriorOf) for one in rows)
    numbers, others = table.attrs["counts"][1] - len(rows), len(rows) - priors
    if numbers:
        yield counted(numbers, "single number", "single numbers")
    if priors:
        yield text("the prior")
    if others:
        yield counted(others, "row of outcomes", "rows of outcomes")


def _worth(analysis: Analysis) -> Text:
    least = float(analysis.discounted.attrs["lead_from"])
    return filled("at least {}", share(least)) if least > 0 else text("whatever part")


ROWS: dict[str, Callable[[Analysis], Text]] = {
    "All numbers off by": _radius,
    "As part of the way to the ends of the ranges": _part,
    "Numbers that do it together, inside their ranges": _sets,
    "The lead stands if the evidence is worth": _worth,
}


def _reading(place: int, name: str, analysis: Analysis) -> Section:
    who = leads(analysis.case.names, analysis.exact, leader="{} leads.", level="{} are tied.")
    points = tuple(nearest_numbers(analysis))
    rest: Block = Listing(points, is_ordered=True) if points else Paragraph(text(NONE))
    return Section(filled("{}", reading(name)), f"needed-{place}", (Paragraph(who), rest))
