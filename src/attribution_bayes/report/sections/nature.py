"""What the report is, what it is not, and what a reader should be warned of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.panel import observed_unlike
from attribution_bayes.errors import Problem
from attribution_bayes.report.analysis import Analysis
from attribution_bayes.report.comparison import Comparison
from attribution_bayes.report.render.document import (
    Block,
    Code,
    Listing,
    Paragraph,
    Section,
    Strong,
    Text,
    filled,
    listed,
    text,
)
from attribution_bayes.report.words import ended, named_part, reading

OPEN = "so that each can be disputed and changed."

WEIGHED = (
    "Rival explanations of one event are weighed against the same evidence, with every number that goes into it in the "
    f"open, {OPEN}"
)

WEIGHED_IN_EACH = (
    "In each reading, rival explanations of one event are weighed against {} evidence. This page shows the numbers on "
    f"which the readings hang and differ most; the report of each has all of its numbers, {OPEN}"
)

EXERCISE = (
    ("It is an exercise.", "{}"),
    (
        "It is not a finding.",
        "The answer follows from the numbers that the author of the case put in. All of them are judgements; take each "
        "as illustrative unless the case says where it was measured.",
    ),
)

ASSESSMENT = (
    ("It is an assessment.", "{} Who states it stands behind these numbers."),
    (
        "It is not proof.",
        "The answer follows from the numbers that the author of the case put in. They are judgements, unless the case "
        "says where they were measured; computing with them has confirmed none of them.",
    ),
)

MIXED = (
    (
        "Not all readings are assessments.",
        "{} The head of this page names those that are exercises; they are no findings. Who states another stands "
        "behind its numbers.",
    ),
    ASSESSMENT[1],
)

ASSERTIONS = "Items are assertions."

NOT_TRUE = "That an item is listed does not make it true."

SPEAKERS = (ASSERTIONS, f"Who makes each of them stands beside it. {NOT_TRUE}")

SPEAKERS_OF_SEVERAL = (
    ASSERTIONS,
    f"This page does not say who makes them; the report of each reading says it where its case does. {NOT_TRUE}",
)

NATURE = (
    (
        "A likelihood is about the evidence.",
        "It says how likely an item would be if a hypothesis were true. It does not say how likely the hypothesis is.",
    ),
    (
        "An answer that one assumption can overturn is no answer yet.",
        "Which ones could, and how far they are from it, is told below.",
    ),
)

SEVERAL = (
    "No reading is the library's.",
    "Each is what its author states. They stand in the order in which they were given, and the same is asked of each. "
    "Their mean would be nobody's reading.",
)


def nature(analysis: Analysis) -> Section:
    """What the page is and is not, and what a reader should be warned of."""
    known = _warnings(text("What a reader should know of this case:"), analysis.posterior.warnings)
    points = _points((*_standing(WEIGHED, analysis.case), SPEAKERS, *NATURE))
    return Section(text("What this is, and what it is not"), "nature", (points, *known))


def _standing(weighed: str, *cases: Case) -> tuple[tuple[str, str], ...]:
    """An exercise, an assessment, or some of both."""
    kinds = {case.exercise for case in cases}
    standing = MIXED if len(kinds) > 1 else EXERCISE if kinds == {True} else ASSESSMENT
    return tuple((first, rest.replace("{}", weighed)) for first, rest in standing)


def nature_of_several(comparison: Comparison) -> Section:
    """The same of several readings, with the warnings of each."""
    known = [
        block
        for name, one in comparison.readings.items()
        for block in _warnings(filled("What a reader should know of {}:", reading(name)), one.posterior.warnings)
    ]
    weighed = WEIGHED_IN_EACH.replace("{}", "its own" if observed_unlike(comparison.panel) else "the same")
    points = _points((*_standing(weighed, *comparison.panel.members), SEVERAL, SPEAKERS_OF_SEVERAL, *NATURE))
    return Section(text("What this is, and what it is not"), "nature", (points, *known))


def _points(said: Iterable[tuple[str, str]]) -> Listing:
    return Listing(tuple(text(Strong(text(first)), " ", rest) for first, rest in said))


def _warnings(head: Text, problems: Iterable[Problem]) -> Iterator[Block]:
    alike: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        alike.setdefault((problem.code, problem.message), []).append(problem)
    if alike:
        yield Paragraph(head, "caution")
        yield Listing(tuple(map(_caution, alike.values())))


def _caution(problems: Sequence[Problem]) -> Text:
    """One line for all cautions in the same words: what they are about, then what holds of each of it."""
    first, places = problems[0], listed([named_part(one.path) for one in problems])
    return filled("{}: {} ({}).", places, ended(first.message), Code(first.code))
