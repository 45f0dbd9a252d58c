"""The sources: what each one says, how reliable it is taken to be, and the answer without it."""

from __future__ import annotations

from collections.abc import Iterator

from attribution_bayes.declare.address import SourcePart
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import Parameter
from attribution_bayes.declare.parts import Source
from attribution_bayes.engine.audit import in_words
from attribution_bayes.errors import TooLargeError
from attribution_bayes.report.analysis import Analysis, cell, credences_of
from attribution_bayes.report.render.document import (
    Block,
    Folded,
    Grid,
    Paragraph,
    Said,
    Section,
    Text,
    filled,
    heads,
    text,
)
from attribution_bayes.report.sections.links import source_link
from attribution_bayes.report.words import (
    cited,
    hypothesis,
    missing,
    number,
    reports_of,
    shares,
    signed,
    source,
    without,
)

ONE_STATE = (
    "A source is reliable or not, once for all its reports: five reports by one source are not five witnesses. If it "
    "is not reliable, it says what serves it, or the opposite, whatever holds. What serves it is that an item is true, "
    "unless it is told otherwise beside the report."
)

ERRING_ANEW = "A source with two error rates errs anew in each report, as a test does."

WHAT_IS_STATED = {
    "reliability": "its reports follow the facts",
    "if_unreliable": "it says what serves it when they do not",
    "says_true_if_true": "it says True of what is true",
    "says_true_if_false": "it says True of what is false",
}


def sources(analysis: Analysis) -> Section:
    """Every source: what it is, what it says, how reliable it is taken to be, and the answer without it."""
    title = text("The sources")
    if not analysis.case.sources:
        nothing = text("No source is named: every item is taken as observed, or is open.")
        return Section(title, "sources", (Paragraph(nothing),))
    parts = (_source_section(analysis, one) for one in analysis.case.sources)
    told = text(_how_sources_err(analysis.case))
    return Section(title, "sources", (Paragraph(told), *_without_sources(analysis), *parts))


def _how_sources_err(case: Case) -> str:
    kinds = {one.errs_anew for one in case.sources}
    return " ".join([ONE_STATE] * (False in kinds) + [ERRING_ANEW] * (True in kinds))


def _without_sources(analysis: Analysis) -> Iterator[Block]:
    table = analysis.left_out
    if isinstance(table, TooLargeError):
        yield missing("The answer without each source", table)
        return
    rows = [(text("nothing"), *shares(analysis.exact), text("-"))]
    for one in analysis.case.sources:
        if (address := str(SourcePart(one.name))) in table.index:
            changed = text(signed(cell(table, address, "change_db")))
            rows.append((text(source_link(one.name)), *shares(credences_of(analysis, table.loc[address])), changed))
    columns = heads("Left out", *map(hypothesis, analysis.case.names), "Change, decibans")
    caption = filled("The credences without each source; decibans for {}", hypothesis(table.attrs["for"]))
    yield Grid(caption, columns, tuple(rows), frozenset(range(1, len(columns))))


def _source_section(analysis: Analysis, one: Source) -> Folded:
    stated = [other for other in analysis.parameters.values() if other.address.part == SourcePart(one.name)]
    rows = tuple(map(_source_row, stated))
    grid = Grid(text("How reliable it is taken to be"), heads("What", "As stated", "Counts as"), rows, frozenset({2}))
    told = text(reports_of(analysis.case, one), without(analysis, SourcePart(one.name)), cited(one))
    blocks = (Paragraph(text(Said(one.statement)), "quote"), Paragraph(told), grid)
    return Folded(text(source(one.name)), f"source-{one.name}", blocks)


def _source_row(parameter: Parameter) -> tuple[Text, ...]:
    _, field, under = parameter.address.place
    head = text(WHAT_IS_STATED[field], *(filled(", under {}", hypothesis(str(name))) for name in under))
    return head, text(Said(in_words(parameter))), text(number(parameter.meaning.mean))
