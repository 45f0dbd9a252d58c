"""What the number at an address is, in words: the one place for tables, pictures and pages.

A sentence keeps names apart from words, so that a page can mark them and say what they name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, assert_never

from attribution_bayes.declare.address import (
    Address,
    CausedLikelihoodOf,
    CauseProbabilityOf,
    CopyProbabilityOf,
    ErrorRateOf,
    LikelihoodOf,
    Outcome,
    PriorOf,
    ReliabilityOf,
)
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import addresses
from attribution_bayes.declare.parts import Evidence
from attribution_bayes.declare.ways import Ratios
from attribution_bayes.memo import once_for_each


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a sentence, and what it names."""

    name: str
    of: Literal["hypothesis", "item", "source", "common_cause", "outcome"]


type Sentence = tuple[str | Named, ...]


def in_words(case: Case, address: str) -> str:
    """Say in words what the number at an address of the case is."""
    return plain(sentence(case, addresses(case).at(address).address))


def plain(words: Sentence) -> str:
    """The sentence as plain text."""
    return "".join(one if isinstance(one, str) else one.name for one in words)


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
        case LikelihoodOf():
            return _likelihood(_items(case)[address.item], address)
        case CauseProbabilityOf(cause, hypothesis):
            return "how likely ", Named(cause, "common_cause"), " is to hold", *_under(hypothesis)
        case CausedLikelihoodOf(cause, item, hypothesis, own):
            if_so = " under ", Named(hypothesis, "hypothesis"), " where ", Named(cause, "common_cause"), " holds"
            return "how likely ", Named(item, "item"), " is", *_turns_out(own), *if_so
        case _:
            assert_never(address)


def _under(hypothesis: str | None) -> Sentence:
    return () if hypothesis is None else (" under ", Named(hypothesis, "hypothesis"))


def _report(item: str, source: str) -> Sentence:
    return "how likely the report of ", Named(item, "item"), " by ", Named(source, "source")


def _copied(case: Case, item: str, source: str) -> str:
    """The source whose report a report may repeat."""
    return str(next(report.copied_from for report in _items(case)[item].reports if report.source == source))


def _likelihood(item: Evidence, address: LikelihoodOf) -> Sentence:
    name, hypothesis = Named(item.name, "item"), Named(address.hypothesis, "hypothesis")
    if isinstance(item.likelihood, Ratios):
        reference = Named(str(item.likelihood.reference), "hypothesis")
        return "how many times likelier ", name, " is under ", hypothesis, " than under ", reference
    turns_out = _turns_out(address.outcomes[len(item.given) :])
    return "how likely ", name, " is", *turns_out, " under ", hypothesis, *_given(item, address.outcomes)


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


@once_for_each
def _items(case: Case) -> Mapping[str, Evidence]:
    return {item.name: item for item in case.evidence}
