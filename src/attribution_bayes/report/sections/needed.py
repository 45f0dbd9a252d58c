"""What each of several readings would need to change for another hypothesis to lead: as much of each."""

from __future__ import annotations

from attribution_bayes.report.analysis import Analysis
from attribution_bayes.report.comparison import Comparison
from attribution_bayes.report.render.document import Block, Listing, Paragraph, Section, filled, text
from attribution_bayes.report.sections.brief import nearest_numbers
from attribution_bayes.report.words import leads, reading

HOW = (
    "For each reading the numbers that could most easily put another hypothesis in the lead. One number is moved at a "
    "time, all others stay as the reading states them. Distances are in decibans of odds."
)
NONE = "No single number of this reading, whatever its value, would put another hypothesis in the lead."


def needed(comparison: Comparison) -> Section:
    """The numbers of each reading that are nearest to another answer."""
    each = (_reading(n, name, one) for n, (name, one) in enumerate(comparison.readings.items(), start=1))
    return Section(text("What each would need to change"), "needed", (Paragraph(text(HOW)), *each))


def _reading(place: int, name: str, analysis: Analysis) -> Section:
    who = leads(analysis.case.names, analysis.exact, leader="{} leads.", level="{} are tied.")
    points = tuple(nearest_numbers(analysis))
    rest: Block = Listing(points, is_ordered=True) if points else Paragraph(text(NONE))
    return Section(filled("{}", reading(name)), f"needed-{place}", (Paragraph(who), rest))
