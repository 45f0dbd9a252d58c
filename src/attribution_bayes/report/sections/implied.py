"""What the evidence as a whole implies about the sources, and about all else that nobody has observed."""

from __future__ import annotations

from typing import assert_never

import pandas as pd

from attribution_bayes.declare.address import (
    CommonCausePart,
    DependencePart,
    ErrorOf,
    ErrorPart,
    HypothesisPart,
    ItemPart,
    OutcomePart,
    PriorPart,
    ReportPart,
    SourcePart,
    parse,
    parse_part,
)
from attribution_bayes.errors import TooLargeError
from attribution_bayes.report.analysis import Analysis, cell
from attribution_bayes.report.render.document import Grid, Paragraph, Section, Text, filled, heads, text
from attribution_bayes.report.sections.links import cause_link, item_link, source_link
from attribution_bayes.report.words import missing, outcome, share

INTRO = (
    "The numbers above do not only say how far to believe each hypothesis. They also say how far to believe each "
    "source, and what is only reported or not known at all, once all the evidence is in. Whoever finds one of these "
    "hard to believe should look again at the numbers behind it."
)


def implied(analysis: Analysis) -> Section:
    """How probable the states are that nobody has observed, before the evidence and given all of it."""
    table, title = analysis.believed, text("What this implies about the sources")
    if isinstance(table, TooLargeError):
        return Section(title, "implied", (missing("What this implies about the sources", table),))
    if table.empty:
        nothing = text("Nothing: no source is named, and every item is taken as observed.")
        return Section(title, "implied", (Paragraph(nothing),))
    columns = heads("That", "Before the evidence", "Given all of it")
    caption = text("How probable it is, hypotheses and uncertain numbers summed out")
    rows = tuple(_row(table, str(address)) for address in table.index)
    return Section(title, "implied", (Paragraph(text(INTRO)), Grid(caption, columns, rows, frozenset({1, 2}))))


def _row(table: pd.DataFrame, address: str) -> tuple[Text, ...]:
    columns = ("prior", "probability")
    return _statement(address), *(text(share(cell(table, address, column))) for column in columns)


def _statement(address: str) -> Text:
    """What is believed or not."""
    match parse_part(address):
        case None:
            return _of_number(address)
        case SourcePart(name):
            return filled("{} is reliable", source_link(name))
        case ItemPart(name):
            return filled("{} is true", item_link(name))
        case OutcomePart(name, came_out):
            return filled("{} is {}", item_link(name), outcome(came_out))
        case ReportPart(name, speaker):
            return filled("what {} says of {} is a copy", source_link(speaker), item_link(name))
        case CommonCausePart(name):
            return filled("{} holds", cause_link(name))
        case PriorPart() | ErrorPart() | HypothesisPart() | DependencePart():
            raise AssertionError(address)
        case unknown:
            assert_never(unknown)


def _of_number(address: str) -> Text:
    """What is believed of an item for which an error is stated."""
    match parse(address):
        case ErrorOf(str(name)):
            return filled("{} has been misunderstood", item_link(name))
        case _:
            raise AssertionError(address)
