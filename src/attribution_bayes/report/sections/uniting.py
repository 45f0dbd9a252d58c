"""What to learn next that would bring several readings closer together."""

from __future__ import annotations

from typing import Any

import pandas as pd

from attribution_bayes.report.comparison import Comparison
from attribution_bayes.report.render.document import Grid, Paragraph, Section, Text, filled, heads, text
from attribution_bayes.report.words import bits, item, outcome, share, unanswered

DISAGREEMENT = (
    "The readings are {} bits apart: the doubt about a reading drawn by lot, less the mean doubt within each "
    "(Jensen-Shannon divergence). It is nothing where all have the same credences. The table says how much nearer each "
    "other they can expect to be once a fact is known that none of them has observed; below zero, learning it would "
    "set them further apart."
)


def uniting(comparison: Comparison) -> Section:
    """Which open facts would bring the readings nearer each other, if they became known."""
    table, title = comparison.learning, text("What to learn next that would bring them closer together")
    if not isinstance(table, pd.DataFrame):
        return Section(title, "learn", (unanswered(text("What each open fact would do"), table),))
    if table.empty:
        nothing = text("There is no fact that all readings leave open.")
        return Section(title, "learn", (Paragraph(nothing),))
    intro = Paragraph(filled(DISAGREEMENT, bits(table.attrs["disagreement"])))
    rows = tuple(_row(key, table.loc[key]) for key in table.index)
    columns = heads("If it were learned that", "Chance of that", "Bits apart then", "Bits nearer, expected")
    caption = text("Facts that no reading has observed, those that unite most first; a chance is the mean of theirs")
    return Section(title, "learn", (intro, Grid(caption, columns, rows, frozenset({1, 2, 3}))))


def _row(key: Any, row: Any) -> tuple[Text, ...]:
    name, came_out = key
    chance, after, gain = (float(row[one]) for one in ("probability", "disagreement", "reduction"))
    return (
        filled("{} is {}", item(name), outcome(came_out)),
        text(share(chance)),
        _bits(after),
        _bits(gain),
    )


def _bits(value: float) -> Text:
    return text("-") if pd.isna(value) else text(bits(value))
