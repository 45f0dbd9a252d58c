"""How a report puts numbers and results into words.

A likelihood ratio is always about the evidence given the hypotheses. No sentence here turns that round, and none says
of a probability strictly between 0 and 1 that it is 0 or 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple

import numpy as np

from attribution_bayes.arrays import Floats
from attribution_bayes.declare.address import (
    CausedLikelihoodOf,
    CauseProbabilityOf,
    CommonCausePart,
    ErrorRateOf,
    HypothesisPart,
    ItemPart,
    LikelihoodOf,
    Outcome,
    PartAddress,
    PriorOf,
    ReliabilityOf,
    SameLikelihoodOf,
    SourcePart,
    parse_part,
)
from attribution_bayes.declare.assumptions import Assumption
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import Parameter, addresses
from attribution_bayes.declare.parts import CommonCause, Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.shares import Shares
from attribution_bayes.declare.wording import Named, Sentence, outcome_word, part_labels, part_sentence, sentence
from attribution_bayes.engine.audit import in_words
from attribution_bayes.engine.posterior import JUST_BELOW_ONE, MIN_REST, digits, in_percent
from attribution_bayes.errors import CaseError, TooLargeError
from attribution_bayes.odds import LEAST, foremost, in_order, level, tied
from attribution_bayes.report.analysis import Analysis, cell, credences_of
from attribution_bayes.report.render.document import (
    Figure,
    Inline,
    Kind,
    Labels,
    Name,
    Paragraph,
    Said,
    Strong,
    Text,
    filled,
    listed,
    plain,
    text,
)

LEVEL = 0.05
"""Decibans below which nothing is said of a direction: they would be printed as 0.0."""

LEVEL_FACTOR = 1.05
"""Factors below it would be printed as 1.0 times."""

MAX_FACTOR = 1e6
"""Factors beyond it are not spelt out: nobody can state numbers that would bear them."""


# Numbers -------------------------------------------------------------------------------------------------------------


def share(number: float, mcse: float = 0.0, *, is_certain: bool = False) -> Figure:
    """A probability as a percentage: a whole one, unless it is near 0 or 1 and more digits are borne out.

    >>> share(0.6737).text, share(0.0042).text, share(1.0).text, share(1.0, is_certain=True).text
    ('67 %', '0.42 %', '>99.99 %', '100 %')
    """
    shown = number if is_certain else min(number, JUST_BELOW_ONE)
    return Figure(in_percent(shown, mcse), number)


def share_among(credences: Floats | Sequence[float], place: int, mcse: float = 0.0) -> Figure:
    """One credence among those of all hypotheses: 100 % only where all others are excluded."""
    others = np.delete(np.asarray(credences), place)
    return share(float(credences[place]), mcse, is_certain=not others.any())


def points(value: float) -> Figure:
    """A difference of probabilities as percentage points: two digits of it, however small it is.

    >>> points(0.1234).text, points(0.0042).text, points(1.54e-18).text, points(0.0).text
    ('12', '0.42', '1.5e-16', '0')
    """
    size = 100 * value
    if value == LEAST:
        return Figure("<1e-99", size)
    if size == 0 or size >= 10:
        return Figure(f"{size:.0f}", size)
    if size < 100 * MIN_REST:
        return Figure(f"{size:.1e}", size)
    return Figure(f"{size:.{1 - math.floor(math.log10(size))}f}", size)


def shares(credences: Floats | Sequence[float]) -> tuple[Text, ...]:
    """The credences of all hypotheses, one cell each."""
    return tuple(text(share_among(credences, place)) for place in range(len(credences)))


def number(value: float) -> Figure:
    """The value of an assumption, as everywhere (see `digits`)."""
    return Figure(digits(value), value)


def exactly(value: float) -> Figure:
    """A number with all its digits."""
    return Figure(repr(value), float(value))


def calculable(value: float) -> Figure:
    """A number with as many digits as adding up by hand takes.

    >>> calculable(0.19802085272327863).text, calculable(1 - 1e-12).text
    ('0.1980209', '0.999999999999')
    """
    shown = f"{value:.7g}"
    return Figure(repr(value) if shown == "1" and value < 1 else shown, value)


def power(log10: float) -> Figure:
    """A number by its decimal logarithm, however small, with the digits that adding up again takes.

    >>> power(-2.5).text, power(-4000.25).text, power(float("-inf")).text
    ('0.003162278', '5.623413e-4001', '0')
    """
    if log10 == -math.inf:
        return Figure("0", log10)
    if abs(log10) < 6:
        return Figure(f"{10**log10:.7g}", log10)
    whole = math.floor(log10)
    return Figure(f"{10 ** (log10 - whole):.6f}e{whole:+d}", log10)


def decibans(value: float) -> Text:
    """A weight or a distance without its sign, with its unit."""
    size = abs(value)
    shown = "less than 0.1" if 0 < size < LEVEL else "infinitely many" if math.isinf(size) else f"{size:,.1f}"
    return text(Figure(shown, value), " decibans")


def signed(value: float) -> Figure:
    """A weight in decibans with its sign, for a table.

    >>> signed(2.22).text, signed(-0.01).text, signed(float("-inf")).text
    ('+2.2', '0.0', 'excluded')
    """
    if math.isnan(value):
        return Figure("-", value)
    if math.isinf(value):
        return Figure("all others excluded" if value > 0 else "excluded", value)
    return Figure(f"{value:+,.1f}" if abs(value) >= LEVEL else "0.0", value)


def bits(value: float) -> Figure:
    """Information."""
    return Figure("less than 0.001" if 0 < value < 5e-4 else f"{value:.3f}", value)


def factor(value: float) -> Text:
    """How many times, from decibans."""
    times = 10 ** (min(abs(value), 400) / 10)
    if times > MAX_FACTOR:
        return ("more than a million times",)
    digits = 1 if times < 10 else 0
    rounded = times if times < 100 else float(f"{times:.2g}")
    return text(Figure(f"{rounded:,.{digits}f}", times), " times")


def is_level(decibans: float) -> bool:
    """Whether a factor of so many decibans would be printed as 1.0."""
    return 10 ** (min(abs(decibans), 1.0) / 10) < LEVEL_FACTOR


def between(low: Figure, high: Figure) -> Text:
    """From one number to another; one number where both are printed alike.

    >>> between(Figure("<1 %", 0.001), Figure("<1 %", 0.002))
    (Figure(text='<1 %', value=0.001),)
    """
    return text(low) if low.text == high.text else filled("{} to {}", low, high)


def counted(count: int, one: str, many: str) -> Text:
    """A number of things.

    >>> counted(1, "item", "items")
    (Figure(text='1', value=1.0), ' item')
    """
    return text(Figure(f"{count:,}", float(count)), f" {one if count == 1 else many}")


def written(parameter: Parameter) -> Text:
    """How a number was stated, in words; what was stated of several hypotheses together, by their names."""
    way = parameter.written
    if not (isinstance(way, Shares) and isinstance(parameter.address, PriorOf)):
        return text(Said(in_words(parameter)))
    order = parameter.together
    first, *others = way.words(order, dict.fromkeys(order, "{}")).split("{}")
    reason = text(": ", Said(way.reason)) if way.reason else ()
    named = [text(" ", hypothesis(name), " ", Said(one.strip())) for name, one in zip(order, others, strict=True)]
    return text(Said(first.strip()), *named, reason)


def ended(told: str) -> Said:
    """What somebody wrote, without the full stop that the sentence around it has."""
    return Said(told.removesuffix("."))


# Names ---------------------------------------------------------------------------------------------------------------


def hypothesis(name: str) -> Name:
    return Name(name, "hypothesis")


def item(name: str) -> Name:
    return Name(name, "item")


def source(name: str) -> Name:
    return Name(name, "source")


def common_cause(name: str) -> Name:
    return Name(name, "common_cause")


def reading(name: str) -> Name:
    """One of several cases of a question."""
    return Name(name, "reading")


def named_part(address: str) -> Text:
    """A part of a case by the names in its address."""
    part = parse_part(address)
    if part is None:
        return text(Name(address, "address"))
    return text(hypothesis(part.hypothesis)) if isinstance(part, HypothesisPart) else said(part_sentence(part))


KINDS: dict[type, Kind] = {
    HypothesisPart: "hypothesis",
    ItemPart: "item",
    SourcePart: "source",
    CommonCausePart: "common_cause",
}
"""What the parts are that can have a label."""


def labels_of(*cases: Case) -> Labels:
    """What is read in place of the names of a case, or of several: see `part_labels`."""
    parts = [(parse_part(address), label) for address, label in part_labels(*cases).items()]
    return {(KINDS[type(part)], _own_name(part)): label for part, label in parts}


def _own_name(part: PartAddress | None) -> str:
    assert isinstance(part, HypothesisPart | ItemPart | SourcePart | CommonCausePart)
    (name,) = astuple(part)
    return str(name)


def outcome(value: object) -> Inline:
    """An outcome of an item: true, false, or one with a name."""
    return str(value).lower() if isinstance(value, bool) else Name(str(value), "outcome")


def outcome_named(outcome: Outcome) -> Inline:
    """An outcome as it stands in an address."""
    return _marked(outcome_word(outcome))


def _marked(word: str | Named) -> Inline:
    """A part of a sentence, with its name marked as what it names."""
    return word if isinstance(word, str) else Name(word.name, word.of)


def about(case: Case, address: str) -> Text:
    """What the number at an address is."""
    return said(sentence(case, addresses(case).at(address).address))


def said(words: Sentence) -> Text:
    """A sentence with its names marked as what they name."""
    return tuple(map(_marked, words))


def _item(case: Case, name: str) -> Evidence:
    return next(one for one in case.evidence if one.name == name)


def capitalised(parts: Text) -> Text:
    """The same at the start of a sentence."""
    first, *rest = parts
    return (first[0].upper() + first[1:], *rest) if isinstance(first, str) else parts


# The answer ----------------------------------------------------------------------------------------------------------


def leads(names: Sequence[str], credences: Floats, *, leader: str = "{}", level: str = "{}, tied") -> Text:
    """Who leads, or who is tied, each in its own words."""
    ahead = tied(names, credences)
    if ahead:
        return filled(level, listed([text(hypothesis(name)) for name in ahead]))
    return filled(leader, hypothesis(names[foremost(credences)]))


def spread_of(analysis: Analysis, name: str) -> Text:
    """How far a credence would move, with the digits that the errors of both ends bear; empty where it would not."""
    ends = [cell(analysis.summary, name, end) for end in ("spread_low", "spread_high")]
    if ends[0] >= ends[1]:
        return ()
    errors = analysis.summary.attrs["spread_mcse"][name]
    return between(*(share(end, error) for end, error in zip(ends, errors, strict=True)))


def term_of(analysis: Analysis, name: str) -> str:
    """What the summary says of a credence in words."""
    return str(analysis.summary.at[name, "words"])


def remainder(analysis: Analysis) -> Text:
    """What the leader's credence, or those that are tied, leave for the others."""
    credences, together = analysis.posterior.credence.values, analysis.posterior.tied or (analysis.leader,)
    others = credences[[name not in together for name in analysis.case.names]]
    if not others.size:
        return text("There is no other.")
    if not others.any():
        return text("All others are excluded by assumption.")
    left = share(float(in_order(others)), float(analysis.posterior.mcse.max()))
    if len(together) == 1 and credences[analysis.place] < 0.5:
        return filled("It leads, but it is less probable than the others together, which have {}.", left)
    return filled("That leaves {} for the others together.", left)


def catch_all(case: Case) -> Text:
    """What "given that one of the listed hypotheses is true" comes to here."""
    names = [hypothesis(one.name) for one in case.hypotheses if one.catch_all]
    if not names:
        return text(
            "None of them stands for anything else: if the true explanation is not listed, nothing on this page holds."
        )
    return filled(
        "One of them, {}, stands for anything else, so that one of them is true by definition. How likely the evidence "
        "would be under anything else is the hardest of all numbers to state, and it is a judgement too.",
        names[0],
    )


# What an item says ---------------------------------------------------------------------------------------------------


def weight(found: Evidence, value: float, leader: str) -> Text:
    """How much likelier what was observed is under one hypothesis than under the others."""
    subject = filled("What was {} of {}", "reported" if found.reports else "observed", item(found.name))
    under, others = filled("under {}", hypothesis(leader)), text("under the others")
    if math.isnan(value):
        return filled("{} comes after everything that is compared was excluded.", subject)
    if math.isinf(value):
        excluded = under if value < 0 else others
        return filled("{} could not be {}, given the items above it, as they are stated.", subject, excluded)
    if is_level(value):
        level = "{} is about as likely {} as {}, given the items above it ({})."
        return filled(level, subject, under, others, decibans(value))
    first, second, which = (under, others, "for") if value > 0 else (others, under, "against")
    times = Strong(factor(value))
    likelier = "{} is {} as likely {} as {}, given the items above it ({} {} {})."
    return filled(likelier, subject, times, first, second, decibans(value), which, hypothesis(leader))


def says(one: Report) -> Text:
    """Who says what of an item."""
    said = filled("{} says that it is {}", source(one.source), Strong(text("true" if one.says else "false")))
    if one.states_interest or not one.serves:
        said = filled("{}; {} would serve it", said, "true" if one.serves else "false")
    if one.copied_from is None:
        return text(said, _when(one))
    return text(filled("{}, and may only repeat what {} says", said, source(one.copied_from)), _when(one))


def _when(one: Report) -> Text:
    """Date and citation of a report, where it has them."""
    told = [Said(one.date.isoformat())] if one.date is not None else []
    told += [Said(one.citation)] if one.citation is not None else []
    return filled(" ({})", listed([text(part) for part in told], ", ")) if told else ()


def cited(one: Hypothesis | Source | CommonCause) -> Text:
    """Where a hypothesis was put forward, or who a source is can be read."""
    return filled(" Citation: {}.", ended(one.citation)) if one.citation else ()


def reports_of(case: Case, one: Source) -> Text:
    """What a source says, item by item."""
    found = [(entry.name, r.says) for entry in case.evidence for r in entry.reports if r.source == one.name]
    if not found:
        return text("It reports nothing here.")
    said = [filled("{} is {}", item(name), "true" if is_true else "false") for name, is_true in found]
    return filled("It says that {}.", listed(said))


# What moves the answer -----------------------------------------------------------------------------------------------


def flip(analysis: Analysis, stated: Assumption) -> Text:
    """Where an assumption would have to be for another hypothesis to lead, and how far that is."""
    is_ratio = analysis.is_ratio(stated.address)
    at, distance = (cell(analysis.flips, stated.address, column) for column in ("flip_at", "distance_db"))
    new = hypothesis(str(analysis.flips.at[stated.address, "new_leader"]))
    if analysis.is_tie(stated.address):
        tie = "As it is stated, {} and {} are tied: whichever way it moves, one of them leads."
        return filled(tie, hypothesis(analysis.leader), new)
    there, here = number(at), number(stated.stated)
    size = ("smaller" if at < stated.stated else "greater") + ("" if is_ratio else " odds")
    if math.isinf(distance):
        excluded = "At {} instead of {}, {} would lead. No distance can be given, because it is stated as {}."
        return filled(excluded, Strong(text(there)), here, new, stated.kind)
    return filled(
        "At {} instead of {}, {} would lead. That is {} away, or {} " + size + ": {}.",
        *(Strong(text(there)), here, new, decibans(distance)),
        *("barely" if is_level(distance) else factor(distance), _reach(stated, at)),
    )


def _reach(stated: Assumption, at: float) -> Text:
    """Where a flip lies from what was thought plausible."""
    ends = [number(end) for end in (stated.lower, stated.upper)]
    where = "inside" if stated.lower <= at <= stated.upper else "outside"
    just = "just " if where == "outside" and number(at).text in {end.text for end in ends} else ""
    return filled("{} its plausible range of {} to {}", Strong(text(f"{just}{where}")), *ends)


def behind(case: Case, address: str, told: str) -> Text:
    """Who stands behind what a number is about."""
    match addresses(case).at(address).address:
        case PriorOf() if case.prior_basis:
            return filled("The author of the case rests it on: {}.", ended(told))
        case LikelihoodOf(name) | SameLikelihoodOf(name):
            return _behind_item(_item(case, name))
        case ReliabilityOf(name) | ErrorRateOf(name):
            told = next(one.statement for one in case.sources if one.name == name)
            return filled("The source: {}. The number is the author's.", ended(told))
        case CauseProbabilityOf(name) | CausedLikelihoodOf(name):
            told = next(one.statement for one in case.common_causes if one.name == name)
            return filled("The common cause: {}. The number is the author's.", ended(told))
        case _:
            return text("Nobody stands behind it but the author of the case.")


def _behind_item(found: Evidence) -> Text:
    told = ended(found.statement)
    if found.reports:
        reporters = listed([text(source(one.source)) for one in found.reports])
        return filled("The item: {}. It is asserted or denied by {}.", told, reporters)
    if found.citation:
        return filled("The item: {}. It rests on: {}.", told, ended(found.citation))
    return filled("The item: {}. Nobody stands behind it but the author of the case.", told)


def _instead(analysis: Analysis, credences: Floats) -> Text:
    """The answer as it would be, beside the answer as it is."""
    if np.isnan(credences).any():
        return text("every hypothesis would be excluded")
    now, then = share_among(analysis.exact, analysis.place), share_among(credences, analysis.place)
    is_same = (level(credences) == level(analysis.exact)).all()
    if then.text == now.text:
        changed = filled(
            "the credence of {} would change by next to nothing, from {}", hypothesis(analysis.leader), now
        )
    else:
        changed = filled("{} would have {} instead of {}", hypothesis(analysis.leader), Strong(text(then)), now)
    if is_same:
        return changed
    then_leads = leads(analysis.case.names, credences, leader="{} would lead", level="{} would be tied")
    return filled("{}, and {}", changed, then_leads)


def without(analysis: Analysis, part: PartAddress) -> Text:
    """What the answer would be if this were left out."""
    table, address = analysis.left_out, str(part)
    if isinstance(table, TooLargeError) or address not in table.index:
        return ()
    row = table.loc[address]
    return filled(" Without it, {}.", _instead(analysis, credences_of(analysis, row)))


def missing(what: str, error: TooLargeError) -> Paragraph:
    """Why a table is not there."""
    sources = listed([text(source(name)) for name in error.sources], ", ")
    joined = filled(" It is joined by {}.", sources) if error.sources else ""
    return Paragraph(
        filled("{}: not computed, as one group of items that speak together is too large.{}", what, joined)
    )


def unanswered(what: Text, error: CaseError | TooLargeError) -> Paragraph:
    """Why a question has no answer between these cases."""
    if isinstance(error, TooLargeError):
        return missing(plain(what), error)
    said = [Said(one.message) for one in error.problems]
    return Paragraph(filled("{}: not computed. {}", what, listed([text(one) for one in said], " ")))
