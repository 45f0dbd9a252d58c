"""The page about two cases: their answers, and what each change between them did."""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np
import pandas as pd

from attribution_bayes.declare.address import (
    CommonCausePart,
    HypothesisPart,
    ItemPart,
    ReportPart,
    SourcePart,
    parse,
    parse_part,
)
from attribution_bayes.declare.case import Case
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import CONDITIONAL
from attribution_bayes.engine.versions import versions
from attribution_bayes.files.atomic import ending_of, write_whole
from attribution_bayes.plots.panel import plot_difference
from attribution_bayes.report.render.document import (
    Aside,
    Code,
    Document,
    Grid,
    Listing,
    Name,
    Paragraph,
    Picture,
    Said,
    Section,
    Text,
    filled,
    heads,
    labelled,
    text,
)
from attribution_bayes.report.render.pictures import svg
from attribution_bayes.report.report import FORMS
from attribution_bayes.report.words import (
    common_cause,
    hypothesis,
    item,
    labels_of,
    leads,
    share_among,
    signed,
    source,
)

MAX_DRAWN = 30
"""Changes that the picture shows one by one; the others are one step in it, and all are in the table."""

SHARES = (
    "The parts are changed one after another until the old case has become the new one. A share is the mean, over the "
    "orders of the parts, of what a part changes when its turn comes; the shares add up to the whole change. Alone is "
    "what this change alone would make of the old case, where it can be made alone."
)

NOT_WHO_IS_RIGHT = "None of this says which of the two is right. It says which numbers to ask about first."


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
    kind = filled("Two cases compared with {}. An exercise with every assumption in the open, not a finding.", release)
    asked = [filled("The old case asks: {}", Said(old.question))] if old.question != new.question else []
    called = filled("The old case is {}, the new one is {}.", *map(Said, names))
    sections = (_answers({"old": old, "new": new}, table), _changes(table))
    told = Document(new.question, tuple(map(Paragraph, (kind, called, *asked))), sections)
    made: Document = labelled(told, labels_of(old, new))
    return made


def _answers(cases: Mapping[str, Case], table: pd.DataFrame) -> Section:
    credences = {which: as_stated(network(case)) for which, case in cases.items()}
    lead = [
        filled(
            f"In the {which} case {{}}. ", leads(case.names, credences[which], leader="{} leads", level="{} are tied")
        )
        for which, case in cases.items()
    ]
    rows = tuple(
        (text(hypothesis(name)), *(_credence(case, name, credences[which]) for which, case in cases.items()))
        for name in dict.fromkeys(name for case in cases.values() for name in case.names)
    )
    grid = Grid(text(f"Credences, {CONDITIONAL}."), heads("hypothesis", "old", "new"), rows, frozenset({1, 2}))
    attrs = table.attrs
    rival = "all others together" if attrs["against"] == "all others" else hypothesis(attrs["against"])
    odds = filled(
        "Log odds of {} against {}: {} decibans in the old case, {} in the new one, a change of {}.",
        *(hypothesis(attrs["target"]), rival, *(signed(attrs[one]) for one in ("old_db", "new_db", "change_db"))),
    )
    return Section(text("Then and now"), "answers", (Paragraph(text(*lead), "lead"), grid, Paragraph(odds)))


def _credence(case: Case, name: str, credences: np.ndarray) -> Text:
    return text(share_among(credences, case.names.index(name)) if name in case.names else "not listed")


def _changes(table: pd.DataFrame) -> Section:
    if table.empty:
        return Section(text("What changed"), "changes", (Paragraph(text("Nothing differs.")),))
    drawn = filled("From the old answer to the new one, for {}, in decibans.", hypothesis(table.attrs["target"]))
    picture = Picture(svg(plot_difference(table.head(MAX_DRAWN))), _in_words(table.head(MAX_DRAWN)), drawn)
    rows = tuple(
        (
            _part(str(address)),
            text(row["change"]),
            text(signed(row["share_db"])),
            text(signed(row["alone_db"])),
        )
        for address, row in table.iterrows()
    )
    columns = heads("part", "change", "share", "alone")
    caption = text("Every change, the greatest share first, in decibans.")
    grid = Grid(caption, columns, rows, frozenset({2, 3}))
    words = Listing(tuple(_stated(str(address), row["old"], row["new"]) for address, row in table.iterrows()))
    sampled = table["mcse"].max()
    method = f"The shares are those of {table.attrs['method']}."
    if sampled > 0:
        method = f"The orders were drawn (seed {table.attrs['seed']}): standard error at most {sampled:.2g} decibans."
    last = tuple(Paragraph(text(one)) for one in (SHARES, method, NOT_WHO_IS_RIGHT))
    return Section(text("What changed"), "changes", (picture, grid, *last, words))


def _part(address: str) -> Text:
    """An address and, behind it, what the part is called that it belongs to."""
    stands = Name(address, "address")
    number = parse(address)
    match parse_part(address) if number is None else number.part:
        case HypothesisPart(name):
            return text(stands, Aside(text(hypothesis(name))))
        case ItemPart(name) | ReportPart(name, _):
            return text(stands, Aside(text(item(name))))
        case SourcePart(name):
            return text(stands, Aside(text(source(name))))
        case CommonCausePart(name):
            return text(stands, Aside(text(common_cause(name))))
        case _:
            return text(stands)


def _stated(address: str, old: str, new: str) -> Text:
    """What the two cases state of a part."""
    sides = (Aside(text(f"{which}: ", Said(words))) for which, words in (("old", old), ("new", new)) if words)
    return text(Name(address, "address"), *sides)


def _in_words(table: pd.DataFrame) -> Text:
    """What the picture shows."""
    each = [filled("{} {}; ", Name(str(name), "address"), signed(one)) for name, one in table["share_db"].items()]
    return text("Shares in decibans: ", *each)
