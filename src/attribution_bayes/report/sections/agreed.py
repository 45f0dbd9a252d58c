"""Where several readings agree: numbers that are the same, and items that count the same way in all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from attribution_bayes.declare.parameters import addresses
from attribution_bayes.report.analysis import cell
from attribution_bayes.report.comparison import Comparison
from attribution_bayes.report.render.document import (
    Abreast,
    Block,
    Paragraph,
    Said,
    Section,
    Shade,
    Text,
    filled,
    heads,
    listed,
    text,
)
from attribution_bayes.report.words import (
    LEVEL,
    exactly,
    hypothesis,
    item,
    named_part,
    reading,
    signed,
    unanswered,
)

WEIGHTS = (
    "A weight says how many times likelier what was observed is under {} than under the others, given the items above "
    "it, in decibans; below zero it is likelier under the others. What rounds to nothing counts neither way."
)


def agreed(comparison: Comparison) -> Section:
    """What the readings have in common."""
    title = text("Where they agree")
    if comparison.target is None:
        return Section(title, "agreed", ())
    return Section(title, "agreed", (Paragraph(_numbers(comparison)), *_items(comparison)))


def _numbers(comparison: Comparison) -> Text:
    """How many numbers are the same, and which parts are so throughout."""
    common = set.intersection(*({*addresses(case)} for case in comparison.panel.members))
    same = len(common - {*map(str, comparison.numbers.index)})
    parts = [named_part(name) for name in comparison.parts.attrs["agreed"]]
    counted = filled(
        "Of {} numbers that all readings state, {} are the same in all.", exactly(len(common)), exactly(same)
    )
    if not parts:
        return text(counted, " There is no part on which they agree throughout.")
    return text(counted, filled(" They agree throughout on: {}.", listed(parts)))


def _items(comparison: Comparison) -> Iterator[Block]:
    """The weight of each item in each reading, and which of them count the same way in all."""
    table, target = comparison.weights, hypothesis(str(comparison.target))
    if not isinstance(table, pd.DataFrame):
        yield unanswered(text("The weights of the items"), table)
        return
    if table.empty:
        return
    yield from (Paragraph(one) for one in _sides(table, str(comparison.target)))
    statements: dict[str, dict[str, None]] = {}
    for one in (one for case in comparison.panel.members for one in case.evidence):
        statements.setdefault(one.name, {})[one.statement] = None
    rows = tuple(
        (
            filled("{} {}", item(str(name)), _stated(statements[str(name)])),
            *(_weight(cell(table, name, one)) for one in comparison.panel.names),
        )
        for name in table.index
    )
    caption = filled("Weight of each item for {} against all others together, decibans", target)
    columns = heads("Item", *map(reading, comparison.panel.names))
    yield Abreast(caption, columns, rows)
    yield Paragraph(filled(WEIGHTS, target))


def _stated(statements: Iterable[str]) -> Text:
    """The statement of an item, or all that the readings have of it."""
    return text(Said(" / ".join(statements)))


def _weight(size: float) -> Text:
    return text("-") if np.isnan(size) else text(Shade(text(signed(size)), size))


def _sides(table: pd.DataFrame, target: str) -> Iterator[Text]:
    """Items that count for the target in all readings, and those that count against it in all."""
    for word, counts in (("for", table > LEVEL), ("against", table < -LEVEL)):
        names = [text(item(str(name))) for name in table.index[counts.all(axis=1)]]
        if names:
            yield filled(f"All readings count {{}} {word} {{}}.", listed(names), hypothesis(target))
        else:
            yield filled(f"There is no item that all readings count {word} {{}}.", hypothesis(target))
