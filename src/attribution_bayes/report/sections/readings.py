"""The answers of several readings, side by side, in the order in which they were stated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attribution_bayes.declare.panel import ABSENT, observed_unlike, reworded
from attribution_bayes.engine.posterior import CONDITIONAL, DEFAULT_SCALE, SPREAD_MASS
from attribution_bayes.odds import level
from attribution_bayes.report.analysis import Analysis
from attribution_bayes.report.comparison import Comparison
from attribution_bayes.report.render.document import (
    Abreast,
    Aside,
    Block,
    Code,
    Listing,
    Paragraph,
    Pictures,
    Said,
    Section,
    Strong,
    Text,
    filled,
    heads,
    text,
)
from attribution_bayes.report.words import (
    hypothesis,
    leads,
    named_part,
    reading,
    share,
    share_among,
    spread_of,
    term_of,
)

SAME = "The same hypothesis leads in all readings."
SAME_TIE = "The same hypotheses are tied in all readings."
OTHERS = "The readings differ on which hypothesis leads."

UNLIKE = (
    "The readings do not weigh the same evidence. What stands here is not observed alike in all, or not in all of "
    "them, so their answers differ for more than the numbers that they state."
)

REWORDED = (
    "The readings do not put these in the same words. Everything below compares them as if they meant the same; only "
    "a reader can tell whether they do."
)

HOW_READ = (
    "Each credence follows from the numbers of its own reading; none is more correct arithmetic than another. The "
    "readings stand in the order in which they were stated. The spread says how far a credence would move if the "
    "uncertain numbers of that reading became known (it holds {} of the possibilities); it says nothing of the "
    "distance to another reading. "
    "Words are those of the scale {}."
)


def readings(comparison: Comparison, pictures: Pictures) -> Section:
    """What each reading answers."""
    weighed = comparison.readings
    first, *others = {frozenset(_ahead(one)) for one in weighed.values()}
    same = SAME if len(first) == 1 else SAME_TIE
    blocks: tuple[Block, ...] = (
        Paragraph(text(OTHERS if others else same)),
        Listing(tuple(_answer(name, one) for name, one in weighed.items())),
        *_not_alike(comparison, observed_unlike(comparison.panel), UNLIKE, "Evidence that is not the same in all"),
        *_not_alike(comparison, reworded(comparison.panel), REWORDED, "Statements that differ"),
        _credences(comparison),
        Paragraph(filled(HOW_READ, share(SPREAD_MASS), Code(DEFAULT_SCALE))),
        *pictures.get("readings", ()),
    )
    return Section(text("The answers, side by side"), "answers", blocks)


def _not_alike(
    comparison: Comparison, told: Mapping[str, Mapping[str, str]], caution: str, caption: str
) -> Iterator[Block]:
    """What each reading says of the parts of which they do not all say the same."""
    if not told:
        return
    names = comparison.panel.names
    yield Paragraph(text(caution), "caution")
    rows = tuple(
        (named_part(address), *(text(Said(each.get(name, ABSENT))) for name in names)) for address, each in told.items()
    )
    yield Abreast(text(caption), heads("Part", *map(reading, names)), rows)


def _ahead(analysis: Analysis) -> list[str]:
    return [name for name, one in zip(analysis.case.names, level(analysis.exact), strict=True) if one]


def _answer(name: str, analysis: Analysis) -> Text:
    """Who leads in a reading."""
    posterior = analysis.posterior
    who = leads(analysis.case.names, analysis.exact, leader="{} leads", level="{} are tied")
    mcse = float(posterior.mcse.max())
    return filled("{}: {}, with {}.", reading(name), who, share_among(posterior.credence.values, analysis.place, mcse))


def _credences(comparison: Comparison) -> Abreast:
    rows = tuple(
        (
            filled("{} {}", hypothesis(one.name), Said(one.statement)),
            *(_cell(analysis, one.name) for analysis in comparison.readings.values()),
        )
        for one in comparison.case.hypotheses
    )
    columns = heads("Hypothesis", *map(reading, comparison.panel.names))
    caption = text(f"Credence of each hypothesis in each reading, {CONDITIONAL}")
    return Abreast(caption, columns, rows)


def _cell(analysis: Analysis, name: str) -> Text:
    """Credence, prior, spread and words of one hypothesis in one reading."""
    posterior, place = analysis.posterior, analysis.case.names.index(name)
    mcse = float(posterior.mcse.max())
    ends = spread_of(analysis, name) or text("none")
    prior, words = share_among(posterior.prior.values, place), term_of(analysis, name)
    return text(
        Strong(text(share_among(posterior.credence.values, place, mcse))),
        *(" ", Aside(filled("{}; prior {}, spread {}", words, prior, ends))),
    )
