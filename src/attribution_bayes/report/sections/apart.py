"""What separates several readings: part by part, and number by number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from attribution_bayes.declare.parameters import addresses
from attribution_bayes.report.analysis import cell
from attribution_bayes.report.comparison import Comparison
from attribution_bayes.report.render.document import (
    Abreast,
    Block,
    Folded,
    Grid,
    Listing,
    Paragraph,
    Section,
    Text,
    filled,
    heads,
    text,
)
from attribution_bayes.report.words import (
    about,
    counted,
    decibans,
    exactly,
    hypothesis,
    named_part,
    number,
    reading,
    signed,
    unanswered,
)

MAX_ROWS = 12
"""Parts, and numbers, that have a row of their own, the greatest first."""

NO_TARGET = "No hypothesis has finite odds in every reading, so no distance between them can be given in decibans."

GAP = (
    "Log odds of {} against all others together, in decibans (ten are a factor of ten). {} and {} are furthest apart, "
    "by {}."
)

SHARES = (
    "From one reading to another the parts are changed one after another. A share is the mean, over the orders of the "
    "parts, of what a part changes when its turn comes: the shares of a column add up to its last row. The direction "
    "follows the order in which the readings were stated, and says nothing of which is right."
)

AGREEING = (
    "To agree on a number is here to take the mean of what all state, in log odds. The gap is that between {} and {}. "
    "Two parts may each close the same stretch of it, so these figures need not add up."
)


ELSE = {"observed": "not observed alike", "form": "stated in different forms"}
"""What of a part can differ besides numbers."""

SAME_NUMBERS = "The numbers that the readings state are the same; what they have observed is not."

NO_MEAN = (
    "Of a part that not all readings have, that is not observed alike or is stated in different forms, or that only "
    "some state to be impossible or certain, there is nothing between what the readings state on which they could "
    "agree, so no figure is given for it here. Its share of the gap stands above."
)


def apart(comparison: Comparison) -> Section:
    """Where the readings differ, the most telling first."""
    title = text("What separates them")
    if comparison.target is None:
        return Section(title, "apart", (Paragraph(text(NO_TARGET)),))
    blocks = (*_gap(comparison), *_pairs(comparison), *_numbers(comparison), *_agreeing(comparison))
    return Section(title, "apart", blocks)


def _gap(comparison: Comparison) -> Iterator[Block]:
    first, second = map(reading, comparison.furthest)
    gap = decibans(comparison.parts.attrs["gap_db"])
    yield Paragraph(filled(GAP, hypothesis(str(comparison.target)), first, second, gap))
    yield Listing(tuple(filled("{}: {}", reading(name), signed(odds)) for name, odds in comparison.odds.items()))


def _pairs(comparison: Comparison) -> Iterator[Block]:
    """The shares of all parts in each pair, with their sum."""
    tables = {pair: one for pair, one in comparison.pairs.items() if isinstance(one, pd.DataFrame)}
    for pair, one in comparison.pairs.items():
        if not isinstance(one, pd.DataFrame):
            yield unanswered(filled("What separates {} and {}", *map(reading, pair)), one)
    if not tables:
        return
    shares = pd.DataFrame({pair: one["share_db"] for pair, one in tables.items()}).fillna(0.0)
    shares = shares.loc[shares.abs().max(axis=1).sort_values(ascending=False, kind="stable").index]
    rows = [_share_row(named_part(str(name)), row) for name, row in zip(shares.index, shares.to_numpy(), strict=False)]
    shown, rest = rows[:MAX_ROWS], shares.iloc[MAX_ROWS:]
    if len(rest):
        shown.append(_share_row(filled("{} together", counted(len(rest), "other part", "other parts")), rest.sum()))
    shown.append(_share_row(text("all together"), np.array([one.attrs["change_db"] for one in tables.values()])))
    columns = (text("Part"), *(filled("{} to {}", *map(reading, pair)) for pair in tables))
    caption = filled("Share of each part in the change of log odds of {}, decibans", hypothesis(str(comparison.target)))
    yield Abreast(caption, columns, tuple(shown))
    yield Paragraph(text(SHARES, _drawn([*tables.values()])))


def _share_row(head: Text, shares: np.ndarray | pd.Series) -> tuple[Text, ...]:
    return head, *(text(signed(float(one))) for one in shares)


def _drawn(tables: list[pd.DataFrame]) -> Text:
    """Whether orders were drawn by lot, and how far that can be off."""
    errors = [float(one["mcse"].max()) for one in tables if one["mcse"].notna().any()]
    if not errors:
        return ()
    seed = exactly(tables[0].attrs["seed"])
    return filled(
        " Orders were drawn by lot, seed {}; the standard error is at most {} decibans.", seed, number(max(errors))
    )


def _numbers(comparison: Comparison) -> Iterator[Block]:
    """The numbers whose agreement would bring the two that are furthest apart nearest, as each reading states them."""
    table, names = comparison.numbers, comparison.panel.names
    rows = tuple(
        (
            text(_about(comparison, str(address))),
            *(_stated(cell(table, address, f"stated_{name}")) for name in names),
            text(signed(cell(table, address, "closes_db"))),
        )
        for address in table.index[:MAX_ROWS]
    )
    if not rows:
        alike = not comparison.parts.attrs["unlike"]
        yield Paragraph(text("All readings state the same numbers." if alike else SAME_NUMBERS))
        return
    columns = heads("What is asked", *map(reading, names), "Agreeing on it closes")
    yield Paragraph(filled("What to ask each other about first, of {}:", counted(len(table), "number", "numbers")))
    caption = text("Numbers on which the readings differ, those that would close most of the gap first, in decibans")
    yield Abreast(caption, columns, rows)


def _about(comparison: Comparison, address: str) -> Text:
    """What a number is, in the words of the first reading that has it."""
    return about(next(case for case in comparison.panel.members if address in addresses(case)), address)


def _stated(value: float) -> Text:
    return text("not stated" if np.isnan(value) else number(value))


def _agreeing(comparison: Comparison) -> Iterator[Block]:
    """What agreeing on each whole part would do."""
    table = comparison.parts
    if table.empty:
        return
    rows = tuple(
        (
            named_part(str(name)),
            _differ(str(row["differs"]), int(row["numbers"])),
            _distance(float(row["distance_db"])),
            text(signed(float(row["closes_db"]))),
        )
        for name, row in table.iterrows()
    )
    ends = map(reading, comparison.furthest)
    columns = heads("Part", "Numbers that differ", "Furthest apart", "Agreeing closes")
    caption = text("What of the gap would close if the readings agreed on one part, in decibans, the most first")
    grid = Grid(caption, columns, rows, frozenset({1, 2, 3}))
    others = [Paragraph(text(NO_MEAN))] if table.attrs["no_mean"] else []
    blocks: tuple[Block, ...] = (Paragraph(filled(AGREEING, *ends)), *others, grid)
    yield Folded(text("If they agreed on one part"), "agreeing", blocks)


def _differ(what: str, numbers: int) -> Text:
    """How many numbers differ, and what else does."""
    also = [text(words) for word, words in ELSE.items() if word in what.split(", ")]
    return text(exactly(numbers), *(text("; ", one) for one in also))


def _distance(value: float) -> Text:
    return text("-") if np.isnan(value) else text(decibans(value)[0])
