"""What a report says first: the answer, what it is, what could overturn it, and how it follows one assumption."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from attribution_bayes.arrays import Floats
from attribution_bayes.declare.assumptions import Assumption, assumptions
from attribution_bayes.engine.audit import in_words
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import CONDITIONAL, DEFAULT_SCALE, SPREAD_MASS, has_ranges
from attribution_bayes.errors import TooLargeError
from attribution_bayes.odds import foremost
from attribution_bayes.report.findings import Findings, cell
from attribution_bayes.report.render.document import (
    Aside,
    Block,
    Code,
    Grid,
    Link,
    Listing,
    Move,
    Paragraph,
    Picture,
    Said,
    Section,
    Sliders,
    Strong,
    Text,
    filled,
    heads,
    listed,
    plain,
    text,
)
from attribution_bayes.report.sections.evidence import part
from attribution_bayes.report.words import (
    about,
    behind,
    capitalised,
    catch_all,
    counted,
    decibans,
    exactly,
    factor,
    flip,
    hypothesis,
    leads,
    remainder,
    share,
    share_among,
)
from attribution_bayes.sensitivity.one_way import asserted_by

MOST_NAMED = 5
"""Assumptions that are named as those that could overturn the answer."""

type Pictures = Mapping[str, Sequence[Picture]]
"""Pictures by the section that shows them."""

READINGS = (
    "The prior is the probability before the evidence, the credence after it: one number, with all uncertain numbers "
    "averaged out. The spread says how far a credence would move if these became known (it holds {} of the "
    "possibilities); it is not an error of the credence. Words are those of the scale {}."
)

NO_RANGE = (
    "The prior is the probability before the evidence, the credence after it. No number of this case is stated as a "
    "range, so that there is no spread. That does not make the numbers certain; the bounds "
    "say what other values of them would give. Words are those of the scale {}."
)

WIDTH = (
    "It may surprise that the width of a range does not move the credence: a number that is used once counts with its "
    "mean alone (a range of ratios with its geometric midpoint), so that a wide range and a narrow one around the same "
    "mean give the same credence. The width shows in the spread and in the bounds."
)

SEVERAL_USES = (
    "The exception is a number that several reports use, such as how often their source says what serves it when it "
    "is not reliable, or how often a test is in error: its width counts too."
)

NATURE = (
    (
        "It is an exercise.",
        "Rival explanations of one event are weighed against the same evidence, with every number that goes into it in "
        "the open, so that each can be disputed and changed.",
    ),
    (
        "It is not a finding.",
        "The answer follows from the numbers that the author of the case put in. All of them are judgements; take each "
        "as illustrative unless the case says where it was measured.",
    ),
    (
        "Items are assertions.",
        "Who makes each of them stands beside it. That an item is listed does not make it true.",
    ),
    (
        "A likelihood is about the evidence.",
        "It says how likely an item would be if a hypothesis were true. It does not say how likely the hypothesis is.",
    ),
    (
        "An answer that one assumption can overturn is no answer yet.",
        "Which ones could, and how far they are from it, is told below.",
    ),
)

KNOWN = "Were the uncertain numbers known, this credence would lie from {} to {} with a probability of {}. "

LEVEL_ANSWER = (
    "How firm is that? A tie is no answer: the least change of any number that tells those who are tied apart puts one "
    "of them in the lead; see {}."
)

ONE_AT_A_TIME = (
    "One assumption is moved at a time, all others stay as they are. Distances are in decibans of odds: three are "
    "about a factor of two, ten a factor of ten. Members of a prior or of a row are moved with the others scaled in "
    "proportion."
)

NOTHING_ELSE = (
    "No other structure that is tried, and leaving out no one item, report or source, would change who leads: see {}."
)

MOVING = (
    "Choose an assumption and move it. The credences follow at once; all other numbers stay as they are. A number that "
    "was stated as a range starts at its mean (a range of ratios in its middle), and moving it supposes that it is "
    "known exactly."
)


# The answer ----------------------------------------------------------------------------------------------------------


def answer(found: Findings, pictures: Pictures) -> Section:
    """Which hypothesis leads, in words and in numbers, and what each of them has."""
    mcse, ahead = float(found.posterior.mcse.max()), found.posterior.tied or (found.leader,)
    statements = (one.statement for one in found.case.hypotheses if one.name in ahead)
    blocks: tuple[Block, ...] = (
        Paragraph(_lead(found, mcse), "lead"),
        *(Paragraph(text(Said(statement)), "quote") for statement in statements),
        Paragraph(text(remainder(found), " ", catch_all(found.case))),
        Paragraph(_firmness(found)),
        _credences(found, mcse),
        *pictures.get("answer", ()),
        Paragraph(_readings(found)),
        *_excluded(found),
    )
    return Section(text("The answer"), "answer", blocks)


def _lead(found: Findings, mcse: float) -> Text:
    """Who leads, or that nobody does, in words and in numbers."""
    words = Strong(text(str(found.summary.at[found.leader, "words"])))
    has = Strong(text(share_among(found.posterior.credence.values, found.place, mcse)))
    if not found.posterior.tied:
        lead = "{}: {} in the words of {}, {}, " + CONDITIONAL + "."
        return filled(lead, Strong(text(hypothesis(found.leader))), words, Code(DEFAULT_SCALE), has)
    level = Strong(leads(found.case.names, found.posterior.credence.values, level="{} are tied"))
    each = "Nobody leads: {}. Each is {} in the words of {}, {}, " + CONDITIONAL + "."
    return filled(each, level, words, Code(DEFAULT_SCALE), has)


def _firmness(found: Findings) -> Text:
    """How easily the answer could be another."""
    if found.posterior.tied:
        return filled(LEVEL_ANSWER, Link(text("what could overturn it"), "#overturn"))
    low, high = (cell(found.summary, found.leader, end) for end in ("spread_low", "spread_high"))
    least, greatest = (cell(found.bounds, found.leader, end) for end in ("lower", "upper"))
    mcse = float(found.posterior.mcse.max())
    known = filled(KNOWN, share(low, mcse), share(high, mcse), share(SPREAD_MASS)) if low < high else ""
    ends = "With every number anywhere in its plausible range at once, it could be anything from {} to {}. "
    near = named_flips(found)
    if not near:
        alone = text("No single number, whatever its value, would put another hypothesis in the lead.")
    else:
        alone = _nearest(found, near[0])
    return text("How firm is that? ", known, filled(ends, share(least), share(greatest)), alone, _beside_numbers(found))


def _beside_numbers(found: Findings) -> Text:
    """Whether what is no number could overturn the answer, the first of those that could for one."""
    if not found.overturning:
        return ()
    address, change, _ = found.overturning[0]
    return filled(
        " What is no number could do so too, such as {}, {}: see {}.",
        *(part(address), change),
        Link(text("what could overturn it"), "#overturn"),
    )


def _nearest(found: Findings, address: str) -> Text:
    distance = cell(found.flips, address, "distance_db")
    if np.isinf(distance):
        return text("Only a number that is stated as impossible or certain could put another hypothesis in the lead.")
    stated = next(one for one in assumptions(found.case) if one.address == address)
    is_inside = stated.lower <= cell(found.flips, address, "flip_at") <= stated.upper
    return filled(
        "The single number that could most easily put another hypothesis in the lead would have to change by a factor "
        "of {} ({}), to a value {} its plausible range: see {}.",
        *(factor(distance)[0], decibans(distance), "inside" if is_inside else "outside"),
        Link(text("what could overturn it"), "#overturn"),
    )


def _credences(found: Findings, mcse: float) -> Grid:
    credences, prior = found.posterior.credence.values, found.posterior.prior.values
    rows = []
    for place, one in enumerate(found.case.hypotheses):
        is_certain = not np.delete(credences, place).any()
        ends = [cell(found.summary, one.name, end) for end in ("spread_low", "spread_high")]
        low, high = (share(end, mcse, is_certain=is_certain) for end in ends)
        rows.append(
            (
                filled("{} {}", hypothesis(one.name), Said(one.statement)),
                text(share_among(prior, place)),
                text(Strong(text(share_among(credences, place, mcse)))),
                filled("{} to {}", low, high) if ends[0] < ends[1] else text("none"),
                text(str(found.summary.at[one.name, "words"])),
            )
        )
    columns = heads("Hypothesis", "Prior", "Credence", "Spread", "In words")
    caption = text(f"Before and after the evidence, {CONDITIONAL}")
    return Grid(caption, columns, tuple(rows), frozenset({1, 2, 3}))


def _readings(found: Findings) -> Text:
    """How the columns are to be read."""
    if has_ranges(found.case):
        several = f" {SEVERAL_USES}" if network(found.case).nodes else ""
        parts = text(filled(READINGS, share(SPREAD_MASS), Code(DEFAULT_SCALE)), f" {WIDTH}{several}")
    else:
        parts = filled(NO_RANGE, Code(DEFAULT_SCALE))
    if found.posterior.method != "pymc":
        return parts
    sampled = " The credences were sampled; their Monte-Carlo error, which is yet another thing, is at most {}."
    return text(parts, filled(sampled, share(float(found.posterior.mcse.max()))))


def _excluded(found: Findings) -> Iterator[Block]:
    if found.posterior.excluded:
        names = listed([text(hypothesis(name)) for name in found.posterior.excluded])
        yield Paragraph(filled("Excluded by assumption, whatever else is found: {}.", names), "caution")


# What it is ----------------------------------------------------------------------------------------------------------


def nature(found: Findings) -> Section:
    """What the exercise is and is not, and what a reader should be warned of."""
    points = tuple(text(Strong(text(first)), " ", rest) for first, rest in NATURE)
    return Section(text("What this is, and what it is not"), "nature", (Listing(points), *_warnings(found)))


def _warnings(found: Findings) -> Iterator[Block]:
    told = found.posterior.warnings
    if told:
        yield Paragraph(text("What a reader should know of this case:"), "caution")
        yield Listing(tuple(filled("{} ({})", Said(problem.message), Code(problem.code)) for problem in told))


# What could overturn it ----------------------------------------------------------------------------------------------


def overturn(found: Findings, pictures: Pictures) -> Section:
    """The assumptions nearest to putting another hypothesis in the lead."""
    near, stated = named_flips(found), {one.address: one for one in assumptions(found.case)}
    behind_all = asserted_by(found.case)
    points = tuple(_danger(found, stated[address], behind_all[address]) for address in near)
    blocks: list[Block] = [Paragraph(text(ONE_AT_A_TIME))]
    blocks += [Listing(points, is_ordered=True)] if points else []
    blocks += [Paragraph(_further(found, len(near))), *_otherwise(found), *pictures.get("overturn", ())]
    return Section(text("What could overturn it"), "overturn", tuple(blocks))


def named_flips(found: Findings) -> list[str]:
    """Addresses of the nearest assumptions that can put another hypothesis in the lead; of two that are one, one."""
    reachable = found.flips.index[found.flips["reachable"].to_numpy(dtype=bool)]
    seen: set[str] = set()
    chosen = []
    for address in map(str, reachable):
        block = found.slots[address].block
        is_pair = block is not None and sum(one.block == block for one in found.slots.values()) == 2
        if not (is_pair and block in seen):
            chosen.append(address)
        seen.add(block or address)
    return chosen[:MOST_NAMED]


def _danger(found: Findings, stated: Assumption, asserted: str) -> Text:
    what, written = about(found.case, stated.address), Said(in_words(found.slots[stated.address]))
    move = Move(stated.address) if stated.address in found.curves else ""
    behind_it = Aside(behind(found.case, stated.address, asserted))
    return filled("{} ({}). {} {}{}", Strong(capitalised(what)), written, flip(found, stated), move, behind_it)


def _further(found: Findings, count: int) -> Text:
    can = int(found.flips["reachable"].sum())
    if not can:
        alone = "No single number, at whatever value, would put another hypothesis in the lead; several might: see {}."
        return filled(alone, Link(text("the bounds"), "#bounds"))
    others = counted(len(found.flips) - can, "number", "numbers")
    inside = sum(one.lower <= cell(found.flips, one.address, "flip_at") <= one.upper for one in assumptions(found.case))
    return filled(
        "{} could put {} in the lead, each alone, {} of them inside a plausible range; {} could not, at any value.{} "
        "Two numbers moved together can do so sooner.",
        counted(can, "number", "numbers"),
        "one hypothesis" if found.posterior.tied else "another hypothesis",
        *(exactly(inside), others),
        " The nearest are listed." if can > count else "",
    )


def _otherwise(found: Findings) -> Iterator[Block]:
    """What is no number and puts other hypotheses in the lead: another structure, or one item or source left out."""
    where = Link(text("assumptions that are not numbers"), "#built"), Link(text("the sources"), "#sources")
    if not found.overturning:
        if not isinstance(found.varied, TooLargeError) and not isinstance(found.left_out, TooLargeError):
            yield Paragraph(filled(NOTHING_ELSE, where[0]))
        return
    more = " The first are listed." if len(found.overturning) > MOST_NAMED else ""
    yield Paragraph(
        filled("Not only numbers: each of these alone would change who leads; see {} and {}.{}", *where, more)
    )
    yield Listing(tuple(_other_structure(found, *one) for one in found.overturning[:MOST_NAMED]))


def _other_structure(found: Findings, address: str, change: str, credences: Floats) -> Text:
    then = leads(found.case.names, credences, leader="{} would lead", level="{} would be tied")
    return filled("{}, {}: {}, with {}.", part(address), change, then, share_among(credences, foremost(credences)))


# Sliders -------------------------------------------------------------------------------------------------------------


def sliders(found: Findings) -> Section:
    """Move one assumption and see what becomes of the answer."""
    return Section(text("Move an assumption"), "move", (Paragraph(text(MOVING)), Sliders(slider_data(found))))


def slider_data(found: Findings) -> dict[str, Any]:
    """What the script of a page needs: the closed forms, and what they are of."""
    stated = {one.address: one for one in assumptions(found.case)}
    return {
        "hypotheses": list(found.case.names),
        "stated": found.exact.tolist(),
        "assumptions": [_one_slider(found, stated[address], logs) for address, logs in found.curves.items()],
    }


def _one_slider(found: Findings, stated: Assumption, logs: Floats) -> dict[str, Any]:
    is_reachable = bool(found.flips.at[stated.address, "reachable"])
    return {
        "address": stated.address,
        "what": plain(about(found.case, stated.address)),
        "ratio": found.is_ratio(stated.address),
        "stated": stated.stated,
        "lower": stated.lower,
        "upper": stated.upper,
        "tied": found.is_tie(stated.address),
        "flip": cell(found.flips, stated.address, "flip_at") if is_reachable else None,
        "rival": str(found.flips.at[stated.address, "new_leader"]) if is_reachable else None,
        "curve": [[one if np.isfinite(one) else None for one in row] for row in logs.tolist()],
    }
