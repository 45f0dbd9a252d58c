"""What the number at an address is, in words: the one place for tables, pictures and pages.

A sentence keeps names apart from words, so that a page can mark them and say what they name. As plain text it shows
the labels of the parts that have one; addresses keep the names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, assert_never

from attribution_bayes.declare.address import (
    Address,
    CausedLikelihoodOf,
    CauseProbabilityOf,
    CommonCausePart,
    CopyProbabilityOf,
    DependencePart,
    ErrorOf,
    ErrorPart,
    ErrorRateOf,
    HypothesisPart,
    ItemPart,
    LikelihoodOf,
    Outcome,
    OutcomePart,
    PartAddress,
    PriorOf,
    PriorPart,
    ReliabilityOf,
    ReportPart,
    SameLikelihoodOf,
    SourcePart,
)
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import addresses
from attribution_bayes.declare.parts import Evidence, NamedPart
from attribution_bayes.declare.ways import Ratios
from attribution_bayes.memo import once_for_each


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a sentence, and what it names."""

    name: str
    of: Literal["hypothesis", "item", "source", "common_cause", "outcome"]

    @property
    def part(self) -> PartAddress | None:
        """The part that it names; an outcome is none."""
        match self.of:
            case "hypothesis":
                return HypothesisPart(self.name)
            case "item":
                return ItemPart(self.name)
            case "source":
                return SourcePart(self.name)
            case "common_cause":
                return CommonCausePart(self.name)
            case "outcome":
                return None
            case _:
                assert_never(self.of)


type Sentence = tuple[str | Named, ...]

type Labels = Mapping[str, str]
"""What is read in place of the names of parts, by the addresses of those that have a label."""


def part_labels(*cases: Case) -> dict[str, str]:
    """The labels of all parts, as the last of several cases has them; none for two parts that would be called alike."""
    named = {one: part.label for case in cases for one, part in _named(case) if part.label}
    uses = Counter((one.of, label) for one, label in named.items())
    return {str(one.part): label for one, label in named.items() if uses[one.of, label] == 1}


def _named(case: Case) -> Iterator[tuple[Named, NamedPart]]:
    yield from ((Named(part.name, "hypothesis"), part) for part in case.hypotheses)
    yield from ((Named(part.name, "item"), part) for part in case.evidence)
    yield from ((Named(part.name, "source"), part) for part in case.sources)
    yield from ((Named(part.name, "common_cause"), part) for part in case.common_causes)


def in_words(case: Case, address: str, labels: Labels | None = None) -> str:
    """Say in words what the number at an address is, with the labels of the case unless others are given."""
    return plain(sentence(case, addresses(case).at(address).address), part_labels(case) if labels is None else labels)


def plain(words: Sentence, labels: Labels) -> str:
    """The sentence as plain text."""
    return "".join(one if isinstance(one, str) else labels.get(str(one.part), one.name) for one in words)


def sentence(case: Case, address: Address) -> Sentence:
    """Say what the number at an address is, with its names marked."""
    match address:
        case PriorOf(name):
            return "prior of ", Named(name, "hypothesis")
        case ReliabilityOf(source, hypothesis):
            follow = " are to follow the facts"
            return "how likely the reports of ", Named(source, "source"), follow, *_under(hypothesis)
        case ErrorRateOf(source, "if_unreliable", hypothesis):
            does = " is to say what serves it when its reports do not follow the facts"
            return "how likely ", Named(source, "source"), does, *_under(hypothesis)
        case ErrorRateOf(source, rate, hypothesis):
            fact = "true" if rate == "says_true_if_true" else "false"
            return "how likely ", Named(source, "source"), f" is to say True of what is {fact}", *_under(hypothesis)
        case CopyProbabilityOf(item, source):
            return *_report(item, source), " is to be a copy of that by ", Named(_copied(case, item, source), "source")
        case LikelihoodOf(hypothesis=name):
            return _likelihood(_items(case)[address.item], address.outcomes, name)
        case SameLikelihoodOf():
            return _likelihood(_items(case)[address.item], address.outcomes, None)
        case ErrorOf(item):
            if item is None:
                return ("how likely each item is to have been misunderstood",)
            return "how likely ", Named(item, "item"), " is to have been misunderstood"
        case CauseProbabilityOf(cause, hypothesis):
            return "how likely ", Named(cause, "common_cause"), " is to hold", *_under(hypothesis)
        case CausedLikelihoodOf(cause, item, hypothesis, own):
            if_so = " under ", Named(hypothesis, "hypothesis"), " where ", Named(cause, "common_cause"), " holds"
            return "how likely ", Named(item, "item"), " is", *_turns_out(own), *if_so
        case _:
            assert_never(address)


def part_sentence(part: PartAddress) -> Sentence:
    """Say which part of a case it is."""
    match part:
        case PriorPart():
            return ("prior",)
        case ErrorPart():
            return ("error",)
        case HypothesisPart(name):
            return "hypothesis ", Named(name, "hypothesis")
        case SourcePart(name):
            return "source ", Named(name, "source")
        case ItemPart(name):
            return "item ", Named(name, "item")
        case OutcomePart(name, came_out):
            return "item ", Named(name, "item"), " as ", outcome_word(came_out)
        case ReportPart(name, speaker):
            return "report of ", Named(name, "item"), " by ", Named(speaker, "source")
        case DependencePart(name, parent):
            return Named(name, "item"), " given ", Named(parent, "item")
        case CommonCausePart(name):
            return "common cause ", Named(name, "common_cause")
        case _:
            assert_never(part)


def _under(hypothesis: str | None) -> Sentence:
    return () if hypothesis is None else (" under ", Named(hypothesis, "hypothesis"))


def _report(item: str, source: str) -> Sentence:
    return "how likely the report of ", Named(item, "item"), " by ", Named(source, "source")


def _copied(case: Case, item: str, source: str) -> str:
    """The source whose report a report may repeat."""
    return str(next(report.copied_from for report in _items(case)[item].reports if report.source == source))


def _likelihood(item: Evidence, outcomes: tuple[Outcome, ...], hypothesis: str | None) -> Sentence:
    name, under = Named(item.name, "item"), _under(hypothesis) or (" under every hypothesis",)
    if isinstance(item.likelihood, Ratios):
        reference = Named(str(item.likelihood.reference), "hypothesis")
        return "how many times likelier ", name, " is", *under, " than under ", reference
    return "how likely ", name, " is", *_turns_out(outcomes[len(item.given) :]), *under, *_given(item, outcomes)


def _turns_out(own: tuple[Outcome, ...]) -> Sentence:
    """As what an item that has named outcomes is to come out."""
    return (" to be ", outcome_word(own[0])) if own else ()


def _given(item: Evidence, outcomes: tuple[Outcome, ...]) -> Iterator[str | Named]:
    """The outcomes of the parents."""
    for place, (parent, outcome) in enumerate(zip(item.given, outcomes, strict=False)):
        yield from (", " if place else ", given ", Named(parent, "item"), " ", outcome_word(outcome))


def outcome_word(outcome: Outcome) -> str | Named:
    """An outcome in a sentence: a name, or True or False."""
    return Named(outcome, "outcome") if isinstance(outcome, str) else str(outcome)


def observed_word(item: Evidence) -> str:
    """What is known of an item that is observed or reported: "true", "false", a named outcome, or "reported"."""
    if item.observed is None:
        return "reported"
    return item.observed if isinstance(item.observed, str) else str(item.observed).lower()


@once_for_each
def _items(case: Case) -> Mapping[str, Evidence]:
    return {item.name: item for item in case.evidence}
