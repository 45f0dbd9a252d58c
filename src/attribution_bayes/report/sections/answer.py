"""The answer: who leads, in words and in numbers, and how firm that is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from attribution_bayes.declare.scales import SCALES
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import CONDITIONAL, DEFAULT_SCALE, SPREAD_MASS, has_ranges
from attribution_bayes.report.analysis import Analysis, cell
from attribution_bayes.report.render.document import (
    Block,
    Code,
    Folded,
    Grid,
    Link,
    Paragraph,
    Pictures,
    Said,
    Section,
    Strong,
    Text,
    filled,
    heads,
    listed,
    text,
)
from attribution_bayes.report.sections.brief import brief
from attribution_bayes.report.sections.links import part
from attribution_bayes.report.words import (
    about,
    catch_all,
    cited,
    counted,
    decibans,
    factor,
    hypothesis,
    is_level,
    leads,
    number,
    remainder,
    share,
    share_among,
    spread_of,
    term_of,
)

OF_SCALE = " in the words of {}"
BEYOND_SCALE = " ({} has no word for it)"

READINGS = (
    "The prior is the probability before the evidence, the credence after it: one number, with all uncertain numbers "
    "averaged out. The spread says how far a credence would move if these became known (it holds {} of the "
    "possibilities); it is not an error of the credence. Words are those of the scale {}."
)

NO_RANGE = (
    "The prior is the probability before the evidence, the credence after it. No number of this case is stated as a "
    "range, so there is no spread. That does not make the numbers certain; the bounds say what other values of them "
    "would give. Words are those of the scale {}."
)

WIDTH = (
    "It may come as a surprise that the width of a range does not move the credence: a number that is used once "
    "counts with its mean alone (a range of ratios with its geometric midpoint), so a wide range and a narrow one "
    "around the same mean give the same credence. The width shows in the spread and in the bounds."
)

SEVERAL_USES = (
    "The exception is a number that several reports use, such as how often their source says what serves it when it "
    "is not reliable, or how often a test is in error: its width counts too."
)

KNOWN = "Were the uncertain numbers known, this credence would be {} with a probability of {}. "

LEVEL_ANSWER = (
    "How firm is that? A tie is no answer: the least change of any number that tells those who are tied apart puts one "
    "of them in the lead; see {}."
)


def answer(analysis: Analysis, pictures: Pictures) -> Section:
    """Which hypothesis leads, in words and in numbers, and what each of them has."""
    mcse, ahead = float(analysis.posterior.mcse.max()), analysis.posterior.tied or (analysis.leader,)
    statements = (one.statement for one in analysis.case.hypotheses if one.name in ahead)
    blocks: tuple[Block, ...] = (
        Paragraph(_lead(analysis, mcse), "lead"),
        *(Paragraph(text(Said(statement)), "quote") for statement in statements),
        Paragraph(text(remainder(analysis), " ", catch_all(analysis.case))),
        Paragraph(_firmness(analysis)),
        *_excluded(analysis),
        _credences(analysis, mcse),
        *brief(analysis),
        Folded(
            text("How to read the answer"), "reading", (Paragraph(_readings(analysis)), *pictures.get("answer", ()))
        ),
    )
    return Section(text("The answer"), "answer", blocks)


def _lead(analysis: Analysis, mcse: float) -> Text:
    """Who leads, or that nobody does, in words and in numbers."""
    term = str(analysis.summary.at[analysis.leader, "words"])
    words, scale = Strong(text(term)), OF_SCALE if SCALES[DEFAULT_SCALE].find(term) else BEYOND_SCALE
    has = Strong(text(share_among(analysis.posterior.credence.values, analysis.place, mcse)))
    if not analysis.posterior.tied:
        lead = "{}: {}" + scale + ", {}, " + CONDITIONAL + "."
        return filled(lead, Strong(text(hypothesis(analysis.leader))), words, Code(DEFAULT_SCALE), has)
    level = Strong(leads(analysis.case.names, analysis.posterior.credence.values, level="{} are tied"))
    each = "Nobody leads: {}. Each is {}" + scale + ", {}, " + CONDITIONAL + "."
    return filled(each, level, words, Code(DEFAULT_SCALE), has)


def _firmness(analysis: Analysis) -> Text:
    """How easily the answer could be another."""
    if analysis.posterior.tied:
        return filled(LEVEL_ANSWER, Link(text("what could overturn it"), "#overturn"))
    radius = cell(analysis.robust, "everything", "radius_db")
    spread = spread_of(analysis, analysis.leader)
    known = filled(KNOWN, spread, share(SPREAD_MASS)) if spread else ""
    everything = (
        "Were all numbers off by {} at once, each in the worst direction, another hypothesis would lead: see {}. "
    )
    where = Link(text("everything at once"), "#bounds")
    near = analysis.near
    if not near:
        alone = text("No single number, whatever its value, would put another hypothesis in the lead.")
    else:
        alone = _nearest(analysis, near[0])
    could = filled(everything, decibans(radius), where) if np.isfinite(radius) else ()
    return text("How firm is that? ", known, could, alone, _beside_numbers(analysis))


def _beside_numbers(analysis: Analysis) -> Text:
    """Whether what is not a number could overturn the answer, the first of those that could for one."""
    if not analysis.overturning:
        return ()
    address, change, _ = analysis.overturning[0]
    return filled(
        " Something that is not a number could do so too, such as {}, {}: see {}.",
        *(part(address), change),
        Link(text("what could overturn it"), "#overturn"),
    )


def _nearest(analysis: Analysis, address: str) -> Text:
    distance = cell(analysis.flips, address, "distance_db")
    if np.isinf(distance):
        return text("Only a number that is stated as impossible or certain could put another hypothesis in the lead.")
    is_inside = address in analysis.inside
    by = text("hardly at all") if is_level(distance) else filled("by a factor of {}", factor(distance)[0])
    return filled(
        "The single number that could most easily put another hypothesis in the lead would have to change {} ({}), to "
        "a value {} its plausible range{}: see {}.",
        *(by, decibans(distance), "inside" if is_inside else "outside", () if is_inside else _within(analysis)),
        Link(text("what could overturn it"), "#overturn"),
    )


def _within(analysis: Analysis) -> Text:
    """How many numbers could do so without leaving their plausible ranges, and the nearest of these."""
    count = len(analysis.inside)
    if not count:
        return text("; no number could do so inside its range")
    first = analysis.inside[0]
    at, stated = (number(cell(analysis.flips, first, column)) for column in ("flip_at", "stated"))
    return filled(
        ". Inside {} {} could do so, {}{}, at {} instead of {}",
        *("its plausible range" if count == 1 else "their plausible ranges", counted(count, "number", "numbers")),
        *("" if count == 1 else "the nearest of them ", about(analysis.case, first), Strong(text(at)), stated),
    )


def _credences(analysis: Analysis, mcse: float) -> Grid:
    credences, prior = analysis.posterior.credence.values, analysis.posterior.prior.values
    rows = []
    for place, one in enumerate(analysis.case.hypotheses):
        spread = spread_of(analysis, one.name)
        rows.append(
            (
                filled("{} {}{}", hypothesis(one.name), Said(one.statement), cited(one)),
                text(share_among(prior, place)),
                text(Strong(text(share_among(credences, place, mcse)))),
                spread or text("none"),
                text(term_of(analysis, one.name)),
            )
        )
    columns = heads("Hypothesis", "Prior", "Credence", "Spread", "In words")
    caption = text(f"Before and after the evidence, {CONDITIONAL}")
    return Grid(caption, columns, tuple(rows), frozenset({1, 2, 3}))


def _readings(analysis: Analysis) -> Text:
    """How the columns are to be read."""
    if has_ranges(analysis.case):
        several = f" {SEVERAL_USES}" if network(analysis.case).nodes else ""
        parts = text(filled(READINGS, share(SPREAD_MASS), Code(DEFAULT_SCALE)), f" {WIDTH}{several}")
    else:
        parts = filled(NO_RANGE, Code(DEFAULT_SCALE))
    if analysis.posterior.method != "pymc":
        return parts
    sampled = " The credences were sampled; their Monte-Carlo error, which is yet another thing, is at most {}."
    return text(parts, filled(sampled, share(float(analysis.posterior.mcse.max()))))


def _excluded(analysis: Analysis) -> Iterator[Block]:
    if analysis.posterior.excluded:
        names = listed([text(hypothesis(name)) for name in analysis.posterior.excluded])
        yield Paragraph(filled("Excluded by assumption, whatever else is found: {}.", names), "caution")
