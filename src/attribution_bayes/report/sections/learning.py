"""What to learn next: which open facts would tell most."""

from __future__ import annotations

from typing import Any

from attribution_bayes.errors import TooLargeError
from attribution_bayes.odds import entropy
from attribution_bayes.report.analysis import Analysis, credences_of
from attribution_bayes.report.render.document import (
    Grid,
    Paragraph,
    Section,
    Text,
    filled,
    heads,
    text,
)
from attribution_bayes.report.sections.links import item_link
from attribution_bayes.report.words import (
    bits,
    hypothesis,
    leads,
    missing,
    outcome,
    share,
    share_among,
)

OPEN_FACTS = (
    "Some facts are open: nobody has observed them, or they are known from reports alone. The table says what learning "
    "each of them would be expected to bring, in bits of the {} bits of doubt that are left, and what {} would have "
    "then."
)


def learning(analysis: Analysis) -> Section:
    """Which open facts would tell most, if they became known."""
    table, title = analysis.information, text("What to learn next")
    if isinstance(table, TooLargeError):
        return Section(title, "learn", (missing("What each open fact would tell", table),))
    if table.empty:
        nothing = text("No fact of this case is open: every item is taken as observed.")
        return Section(title, "learn", (Paragraph(nothing),))
    intro = Paragraph(filled(OPEN_FACTS, bits(float(entropy(analysis.exact))), hypothesis(analysis.leader)))
    rows = tuple(_learning_row(analysis, key, table.loc[key]) for key in table.index)
    columns = heads("If it were learned that", "Chance of that", "Credence then", "Leads then", "Bits expected")
    caption = filled("Open facts, the most telling first; credences of {}", hypothesis(analysis.leader))
    return Section(title, "learn", (intro, Grid(caption, columns, rows, frozenset({1, 2, 4}))))


def _learning_row(analysis: Analysis, key: Any, row: Any) -> tuple[Text, ...]:
    name, came_out = key
    head, gain = filled("{} is {}", item_link(name), outcome(came_out)), text(bits(float(row["information"])))
    chance = text(share(float(row["probability"])))
    if not row["probability"] > 0:
        return head, chance, text("-"), text("excluded"), gain
    credences = credences_of(analysis, row)
    return head, chance, text(share_among(credences, analysis.place)), leads(analysis.case.names, credences), gain
