"""What could overturn the answer: the numbers nearest to a flip, and what is not a number."""

from __future__ import annotations

from collections.abc import Iterator

from attribution_bayes.arrays import Floats
from attribution_bayes.declare.assumptions import Assumption, assumptions
from attribution_bayes.errors import TooLargeError
from attribution_bayes.odds import foremost
from attribution_bayes.report.analysis import MAX_NAMED, Analysis
from attribution_bayes.report.render.document import (
    Aside,
    Block,
    Folded,
    Link,
    Listing,
    Move,
    Paragraph,
    Pictures,
    Section,
    Strong,
    Text,
    filled,
    text,
)
from attribution_bayes.report.sections.links import part
from attribution_bayes.report.words import (
    about,
    behind,
    capitalised,
    counted,
    exactly,
    flip,
    leads,
    share_among,
    written,
)
from attribution_bayes.sensitivity import one_way

ONE_AT_A_TIME = (
    "One assumption is moved at a time, all others stay as they are. Distances are in decibans of odds: three are "
    "about a factor of two, ten a factor of ten. Members of a prior or of a row are moved with the others scaled in "
    "proportion."
)

NOTHING_ELSE = (
    "No other structure that is tried, and leaving out no one item, report or source, would change who leads: see {}."
)


def overturn(analysis: Analysis, pictures: Pictures) -> Section:
    """The assumptions nearest to putting another hypothesis in the lead."""
    near, stated = analysis.nearest_flips, {one.address: one for one in assumptions(analysis.case)}
    behind_all = one_way.behind(analysis.case)
    points = tuple(_danger(analysis, stated[address], behind_all[address]) for address in near)
    blocks: list[Block] = [Paragraph(text(ONE_AT_A_TIME))]
    blocks += [Listing(points, is_ordered=True)] if points else []
    blocks += [Paragraph(_further(analysis, len(near))), *_otherwise(analysis)]
    shown = pictures.get("overturn", ())
    blocks += [*shown[:1]]
    if shown[1:]:
        blocks.append(Folded(text("More pictures of what could overturn it"), "overturn-pictures", tuple(shown[1:])))
    return Section(text("What could overturn it"), "overturn", tuple(blocks))


def _danger(analysis: Analysis, stated: Assumption, told: str) -> Text:
    what, given = about(analysis.case, stated.address), written(analysis.parameters[stated.address])
    move = Move(stated.address) if stated.address in analysis.curves else ""
    behind_it = Aside(behind(analysis.case, stated.address, told))
    return filled("{} ({}). {} {}{}", Strong(capitalised(what)), given, flip(analysis, stated), move, behind_it)


def _further(analysis: Analysis, count: int) -> Text:
    can, reachable = len(analysis.near), int(analysis.flips["reachable"].sum())
    if not can:
        alone = "No single number, at whatever value, would put another hypothesis in the lead; several might: see {}."
        return filled(alone, Link(text("the bounds"), "#bounds"))
    others = counted(len(analysis.flips) - reachable, "number", "numbers")
    return filled(
        "{} could put {} in the lead, each alone, {} of them inside a plausible range; {} could not, at any value.{} "
        "Two numbers moved together can do so sooner.",
        counted(can, "number", "numbers"),
        "one hypothesis" if analysis.posterior.tied else "another hypothesis",
        *(exactly(len(analysis.inside)), others),
        " Those are listed first that can do so inside their ranges, then the nearest." if can > count else "",
    )


def _otherwise(analysis: Analysis) -> Iterator[Block]:
    """What is not a number and puts other hypotheses in the lead: another structure, or one item or source left out."""
    where = Link(text("assumptions that are not numbers"), "#built"), Link(text("the sources"), "#sources")
    if not analysis.overturning:
        if not isinstance(analysis.varied, TooLargeError) and not isinstance(analysis.left_out, TooLargeError):
            yield Paragraph(filled(NOTHING_ELSE, where[0]))
        return
    more = " The first are listed." if len(analysis.overturning) > MAX_NAMED else ""
    yield Paragraph(
        filled("Not only numbers: each of these alone would change who leads; see {} and {}.{}", *where, more)
    )
    yield Listing(tuple(_other_structure(analysis, *one) for one in analysis.overturning[:MAX_NAMED]))


def _other_structure(analysis: Analysis, address: str, change: str, credences: Floats) -> Text:
    then = leads(analysis.case.names, credences, leader="{} would lead", level="{} would be tied")
    return filled("{}, {}: {}, with {}.", part(address), change, then, share_among(credences, foremost(credences)))
