"""Every number at once: how far off all may be, the fewest that overturn, weaker evidence, and the bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from attribution_bayes.engine.posterior import CONDITIONAL
from attribution_bayes.odds import NOBODY, leading
from attribution_bayes.report.analysis import Analysis, cell
from attribution_bayes.report.render.document import (
    Block,
    Figure,
    Grid,
    Inline,
    Listing,
    Paragraph,
    Section,
    Text,
    filled,
    heads,
    listed,
    text,
)
from attribution_bayes.report.words import (
    about,
    capitalised,
    counted,
    decibans,
    hypothesis,
    number,
    share,
)
from attribution_bayes.sensitivity.fewest import LARGEST
from attribution_bayes.sensitivity.robustness import GROUPS

LEVEL = "The hypotheses that are tied have no lead that numbers could take away."

WITHIN = {
    True: "No combination of numbers, each off by less than about {}, puts another hypothesis in the lead. At that "
    "distance {} takes it.",
    False: "A search found no combination of numbers, each off by less than about {}, that puts another hypothesis in "
    "the lead. At that distance {} takes it; within {} it is proven that none does.",
}
"""How far off everything may be, by whether that is exact."""

NOWHERE = {
    True: "No combination of numbers puts another hypothesis in the lead, however far off they are, unless something "
    "is stated as impossible or certain.",
    False: "A search found no combination of numbers that puts another hypothesis in the lead, however far off they "
    "are; within {} it is proven that none does.",
}

IN_RANGES = "Measured by plausible ranges: it is enough if all numbers are {} of the way to the wrong end of theirs."

NOT_IN_RANGES = {
    True: "All numbers at the wrong ends of their plausible ranges are not enough.",
    False: "A search found no values inside the plausible ranges that are enough.",
}

NAMES = dict(zip(("everything", *GROUPS), ("Everything", "The prior", "Likelihoods", "Sources"), strict=True))

AS_ONE = " Members of a prior or of a row, which sum to one, count as one number."

MAYBE_MORE = " Not every set could be gone through: there may be more."

NO_SET = {
    True: "No three numbers together put another hypothesis in the lead without leaving their plausible ranges.",
    False: "A search found no three numbers that together put another hypothesis in the lead without leaving their "
    "plausible ranges.",
}

SETS = {
    1: dict.fromkeys(
        (True, False),
        "One number alone can put another hypothesis in the lead without leaving its plausible range ({}).",
    ),
    2: {
        True: "No single number can put another hypothesis in the lead without leaving its plausible range; two "
        "together can ({}).",
        False: "A search found no single number that can put another hypothesis in the lead without leaving its "
        "plausible range; two together can ({}).",
    },
    3: {
        True: "No two numbers can put another hypothesis in the lead without leaving their plausible ranges; three "
        "together can ({}).",
        False: "A search found no two numbers that can put another hypothesis in the lead without leaving their "
        "plausible ranges; three together can ({}).",
    },
}
"""What the smallest sets are, by their size and by whether all were gone through."""

MAX_SETS = 3
"""Sets of numbers that are listed, those that overturn by most."""

MAX_MEMBERS = 6
"""Numbers of a set whose values are told: a prior has one for each hypothesis."""

WORST_CASES = (
    "With every number anywhere in its plausible range, all at once, the credence of each hypothesis lies between "
    "these bounds. They are the worst cases: an end is reached only where all numbers lean the same way. They are "
    "not a spread, and not an error."
)


def together(analysis: Analysis) -> Section:
    """How wrong everything may be at once."""
    blocks: list[Block] = [Paragraph(text(LEVEL))]
    if not analysis.posterior.tied:
        blocks = [Paragraph(_radius(analysis.robust)), _groups(analysis.robust), *_fewest(analysis)]
        blocks += [Paragraph(_discount(analysis.discounted))]
    return Section(text("Everything at once"), "bounds", (*blocks, Paragraph(text(WORST_CASES)), _bounds(analysis)))


# How far off ---------------------------------------------------------------------------------------------------------


def _radius(table: pd.DataFrame) -> Text:
    """How far off everything may be, in decibans and by the plausible ranges."""
    row, is_exact = table.loc["everything"], bool(table.at["everything", "exact"])
    radius, part = cell(table, "everything", "radius_db"), cell(table, "everything", "share_of_range")
    proven = [] if is_exact else [decibans(cell(table, "everything", "proven_db"))]
    if math.isinf(radius):
        return filled(NOWHERE[is_exact], *proven)
    ranges = text(NOT_IN_RANGES[is_exact]) if math.isnan(part) else filled(IN_RANGES, share(part))
    within = filled(WITHIN[is_exact], decibans(radius), hypothesis(str(row["new_leader"])), *proven)
    return text(within, " ", ranges)


def _groups(table: pd.DataFrame) -> Grid:
    """The same of all numbers of one kind, the others as stated."""
    caption = text("How far off numbers may be together before another hypothesis leads, all others as stated")
    columns = heads("What is off", "By decibans of odds", "By part of the ranges", "Then leads", "How found")
    rows = tuple((text(name), *_cells(table, group)) for group, name in NAMES.items())
    return Grid(caption, columns, rows, frozenset({1, 2}))


def _cells(table: pd.DataFrame, group: str) -> Iterator[Text]:
    radius, part = cell(table, group, "radius_db"), cell(table, group, "share_of_range")
    leader = table.at[group, "new_leader"]
    yield text("no distance" if math.isinf(radius) else Figure(f"{radius:.2f}", radius))
    yield text("not inside them" if math.isnan(part) else share(part))
    yield text("nobody else" if leader is None else hypothesis(str(leader)))
    yield text("exactly" if table.at[group, "exact"] else "by search")


# The fewest numbers --------------------------------------------------------------------------------------------------


def _fewest(analysis: Analysis) -> Iterator[Block]:
    """The smallest sets of numbers that overturn, those that do so by most listed."""
    table = analysis.fewest
    counts, is_complete = table.attrs["counts"], bool(table.attrs["complete"])
    size = next((size for size in range(1, LARGEST + 1) if counts[size]), None)
    if size is None:
        yield Paragraph(text(NO_SET[is_complete], AS_ONE))
        return
    many = ("such number", "such numbers") if size == 1 else ("such set", "such sets")
    found = filled(SETS[size][is_complete], counted(int(counts[size]), *many))
    yield Paragraph(text(found, AS_ONE, "" if is_complete else MAYBE_MORE))
    sets = [part for _, part in table[table["size"] == size].groupby(level="set")]
    yield Listing(tuple(_set(analysis, part) for part in sets[:MAX_SETS]))


def _set(analysis: Analysis, part: pd.DataFrame) -> Text:
    """What the numbers of a set are, and would be."""
    addresses = part.index.get_level_values("address").map(str)
    values = zip(addresses, part["value"].tolist(), part["stated"].tolist(), strict=True)
    said = [
        filled("{} at {} instead of {}", about(analysis.case, address), number(value), number(stated))
        for address, value, stated in values
    ]
    left = len(said) - MAX_MEMBERS
    said = [*said[:MAX_MEMBERS], counted(left, "other", "others")] if left > 0 else said
    return filled("{}: {} would lead.", capitalised(listed(said)), hypothesis(str(part["new_leader"].iloc[0])))


# Weaker evidence, and the bounds -------------------------------------------------------------------------------------


def _discount(table: pd.DataFrame) -> Text:
    """Down to which part of its weight the evidence bears the answer."""
    least = float(table.attrs["lead_from"])
    if math.isnan(least):
        return text("How much the evidence is worth decides between hypotheses that are tied.")
    if least == 0:
        return text(STANDS, TIED_WITHOUT if leading(table.iloc[0].to_numpy()) == NOBODY else "", ".")
    worth = "The answer stands if the evidence is worth at least {} of what was stated, every weight in decibans "
    return filled(f"{worth}multiplied by that.", share(least))


STANDS = "The answer stands whatever part of its stated weight the evidence as a whole is worth"
TIED_WITHOUT = "; if it is worth nothing, hypotheses are tied"


def _bounds(analysis: Analysis) -> Grid:
    """The least and greatest credences over all plausible ranges together."""
    table = analysis.bounds
    decided = len(analysis.posterior.excluded) == len(table) - 1
    rows = tuple(
        (text(hypothesis(name)), *(text(_end(table, name, end, is_certain=decided)) for end in ("lower", "upper")))
        for name in map(str, table.index)
    )
    ends = (
        "the least and the greatest there are" if table["exact"].all() else "the least and the greatest found by search"
    )
    caption = text(f"Bounds of the credences, {CONDITIONAL}: {ends}")
    return Grid(caption, heads("Hypothesis", "Least", "Greatest"), rows, frozenset({1, 2}))


def _end(table: pd.DataFrame, name: str, end: str, *, is_certain: bool) -> Inline:
    return share(cell(table, name, end), is_certain=is_certain)
