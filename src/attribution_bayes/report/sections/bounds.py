"""Every number at once: the least and the greatest credence of each hypothesis."""

from __future__ import annotations

from attribution_bayes.engine.posterior import CONDITIONAL
from attribution_bayes.report.analysis import Analysis, cell
from attribution_bayes.report.render.document import (
    Grid,
    Paragraph,
    Section,
    heads,
    text,
)
from attribution_bayes.report.words import (
    hypothesis,
    share,
)

WORST_CASES = (
    "With every number anywhere in its plausible range, all at once, the credence of each hypothesis lies between "
    "these bounds. They are the worst cases: an end is reached only where all numbers lean the same way. They are "
    "not a spread, and not an error."
)


def bounds(analysis: Analysis) -> Section:
    """The least and greatest credences over all plausible ranges together."""
    table = analysis.bounds
    decided = len(analysis.posterior.excluded) == len(table) - 1
    rows = tuple(
        (
            text(hypothesis(name)),
            *(text(share(cell(table, name, end), is_certain=decided)) for end in ("lower", "upper")),
        )
        for name in map(str, table.index)
    )
    ends = (
        "the least and the greatest there are" if table["exact"].all() else "the least and the greatest found by search"
    )
    caption = text(f"Bounds of the credences, {CONDITIONAL}: {ends}")
    grid = Grid(caption, heads("Hypothesis", "Least", "Greatest"), rows, frozenset({1, 2}))
    return Section(text("Everything at once: the bounds"), "bounds", (Paragraph(text(WORST_CASES)), grid))
