"""The page about two cases: their answers, and what each change between them did."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pandas as pd

from attribution_bayes.declare.case import Case
from attribution_bayes.engine.versions import versions
from attribution_bayes.files.atomic import ending_of, write_whole
from attribution_bayes.plots.panel import plot_difference
from attribution_bayes.report.render.document import (
    Block,
    Code,
    Document,
    Folded,
    Name,
    Paragraph,
    Picture,
    Said,
    Section,
    Text,
    filled,
    labelled,
    text,
)
from attribution_bayes.report.render.pictures import svg
from attribution_bayes.report.report import FORMS, NO_FINDING, heads_of, markings
from attribution_bayes.report.sections.changed import asked_otherwise, how_shared, stated, then_and_now, what_changed
from attribution_bayes.report.words import hypothesis, labels_of, signed

MAX_DRAWN = 30
"""Changes that the picture shows one by one; the others are one step in it, and all are in the table."""


def write_difference(
    old: Case,
    new: Case,
    table: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    names: tuple[str, str],
    overwrite: bool = False,
) -> None:
    """Write the page of what `difference` returns of two cases, whole or not at all.

    Parameters
    ----------
    names
        What people call the old case and the new one, such as the names of their files.

    Raises
    ------
    CaseError
        As in `report`.
    """
    ending = ending_of(path, FORMS)
    write_whole(path, lambda: FORMS[ending](difference_document(old, new, table, names)).encode(), overwrite=overwrite)


def difference_document(old: Case, new: Case, table: pd.DataFrame, names: tuple[str, str]) -> Document:
    """What a reader of two cases is told, whatever its form."""
    release = Code(f"attribution_bayes {versions('exact')['attribution_bayes']}")
    kind = filled("Two cases compared with {}.{}", release, NO_FINDING if old.exercise or new.exercise else "")
    called = filled("The old case is {}, the new one is {}.", *map(Said, names))
    marked, heads = heads_of([("Old", old), ("New", new)])
    opening = (*marked, Paragraph(kind), Paragraph(called), *heads, *asked_otherwise(old, new))
    sections = (
        Section(text("Then and now"), "then", then_and_now({"old": old, "new": new}, table)),
        Section(text("What changed"), "changes", tuple(_changes(table))),
    )
    told = Document(new.question, opening, sections, markings(old, new))
    made: Document = labelled(told, labels_of(old, new))
    return made


def _changes(table: pd.DataFrame) -> Iterator[Block]:
    if not table.empty:
        drawn = filled("From the old answer to the new one, for {}, in decibans.", hypothesis(table.attrs["target"]))
        yield Picture(svg(plot_difference(table.head(MAX_DRAWN))), _in_words(table.head(MAX_DRAWN)), drawn)
    yield from what_changed(table)
    if not table.empty:
        yield from how_shared(table)
        yield Folded(text("What the two state"), "stated", (stated(table),))


def _in_words(table: pd.DataFrame) -> Text:
    """What the picture shows."""
    each = [filled("{} {}; ", Name(str(name), "address"), signed(one)) for name, one in table["share_db"].items()]
    return text("Shares in decibans: ", *each)
