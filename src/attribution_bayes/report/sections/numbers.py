"""Every number that somebody asserted."""

from __future__ import annotations

from collections.abc import Iterator

from attribution_bayes.declare.assumptions import Assumption, assumptions
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.way import PLAIN_NUMBER_ODDS_FACTOR
from attribution_bayes.report.analysis import Analysis, cell
from attribution_bayes.report.render.document import (
    Aside,
    Folded,
    Grid,
    Name,
    Paragraph,
    Said,
    Text,
    filled,
    heads,
    text,
)
from attribution_bayes.report.words import (
    decibans,
    exactly,
    hypothesis,
    labels_of,
    number,
    points,
    written,
)

EVERY_NUMBER = (
    "Every number that somebody asserted, by its address. The plausible range of a plain number is a policy: its odds "
    "times and over {}. The swing is how far the credence of {} moves over the range, in percentage points; the flip "
    "is where another hypothesis would lead."
)


def numbers(analysis: Analysis) -> Folded:
    """Every assumption with what was written, its plausible range, and what moving it does."""
    intro = filled(EVERY_NUMBER, exactly(PLAIN_NUMBER_ODDS_FACTOR), hypothesis(analysis.leader))
    rows = tuple(_number_row(analysis, one) for one in assumptions(analysis.case))
    columns = heads("Address", "As stated", "Counts as", "Plausible range", "Swing, points", "Flip", "Decibans away")
    grid = Grid(text("All numbers, in the order of the case"), columns, rows, frozenset({2, 3, 4, 5, 6}))
    return Folded(text("Every number"), "numbers", (Paragraph(intro), *_labels(analysis.case), grid))


def _labels(case: Case) -> Iterator[Grid]:
    """Which label stands for which name, where there are labels: addresses have the names."""
    rows = [(text(Name(name, "address")), text(kind), text(Name(name, kind))) for kind, name in labels_of(case)]
    if rows:
        yield Grid(text("Names in addresses"), heads("Name", "Of", "Called here"), tuple(rows))


def _number_row(analysis: Analysis, one: Assumption) -> tuple[Text, ...]:
    inputs = analysis.audit.inputs
    ends = (number(end) for end in (one.lower, one.upper))
    reach = text("none"), text("-")
    if analysis.flips.at[one.address, "reachable"]:
        at, distance = (cell(analysis.flips, one.address, column) for column in ("flip_at", "distance_db"))
        reach = text(number(at)), decibans(distance)[:1]
    return (
        text(Name(one.address, "address")),
        written(analysis.parameters[one.address]),
        text(number(cell(inputs, one.address, "used"))),
        filled("{} to {} {}", *ends, Aside(text(Said(str(inputs.at[one.address, "range"]))))),
        text(points(cell(analysis.swings, one.address, "swing"))),
        *reach,
    )
