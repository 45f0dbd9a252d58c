"""Addresses as values: where a number of a case stands, and where a part of it. The only place that knows their dots.

A new form is a class that says how it is written and to which part it belongs, its place in the union, and its line in
`parse`.

>>> str(LikelihoodOf("fled", "other", (True,)))
'evidence.fled.likelihood.other.True'
>>> parse("source.agency.reliability")
ReliabilityOf(source='agency', hypothesis=None)
>>> parse("source.agency.reliability").part
SourcePart(source='agency')
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

type Outcome = bool | str
"""True and False, or a name."""

type Rate = Literal["if_unreliable", "says_true_if_true", "says_true_if_false"]
"""The fields of a source that state how it errs."""


# Parts of a case -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PriorPart:
    """The prior as a whole."""

    def __str__(self) -> str:
        return "prior"


@dataclass(frozen=True, slots=True)
class HypothesisPart:
    """A hypothesis."""

    hypothesis: str

    def __str__(self) -> str:
        return f"hypotheses.{self.hypothesis}"


@dataclass(frozen=True, slots=True)
class SourcePart:
    """A source with all its numbers."""

    source: str

    def __str__(self) -> str:
        return f"source.{self.source}"


@dataclass(frozen=True, slots=True)
class ItemPart:
    """An item of evidence."""

    item: str

    def __str__(self) -> str:
        return f"evidence.{self.item}"


@dataclass(frozen=True, slots=True)
class ReportPart:
    """What a source says of an item."""

    item: str
    source: str

    def __str__(self) -> str:
        return f"evidence.{self.item}.reports.{self.source}"


@dataclass(frozen=True, slots=True)
class DependencePart:
    """That an item depends on another one, its parent."""

    item: str
    parent: str

    def __str__(self) -> str:
        return f"evidence.{self.item}.given.{self.parent}"


@dataclass(frozen=True, slots=True)
class CommonCausePart:
    """What stands behind several items."""

    cause: str

    def __str__(self) -> str:
        return f"common_cause.{self.cause}"


type PartAddress = PriorPart | HypothesisPart | SourcePart | ItemPart | ReportPart | DependencePart | CommonCausePart


def parse_part(text: str) -> PartAddress | None:
    """The part whose address is written so, or None if none can be."""
    match text.split("."):
        case ["prior"]:
            return PriorPart()
        case ["hypotheses", name]:
            return HypothesisPart(name)
        case ["source", name]:
            return SourcePart(name)
        case ["evidence", name]:
            return ItemPart(name)
        case ["evidence", name, "reports", source]:
            return ReportPart(name, source)
        case ["evidence", name, "given", parent]:
            return DependencePart(name, parent)
        case ["common_cause", name]:
            return CommonCausePart(name)
        case _:
            return None


# Numbers -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PriorOf:
    """The prior of one hypothesis."""

    hypothesis: str

    def __str__(self) -> str:
        return f"prior.{self.hypothesis}"

    @property
    def part(self) -> PriorPart:
        return PriorPart()


@dataclass(frozen=True, slots=True)
class ReliabilityOf:
    """How likely the reports of a source are to follow the facts, whatever the hypothesis or under one."""

    source: str
    hypothesis: str | None = None

    def __str__(self) -> str:
        return f"source.{self.source}.reliability{_under(self.hypothesis)}"

    @property
    def part(self) -> SourcePart:
        return SourcePart(self.source)


@dataclass(frozen=True, slots=True)
class ErrorRateOf:
    """A rate at which a source errs, whatever the hypothesis or under one."""

    source: str
    rate: Rate
    hypothesis: str | None = None

    def __str__(self) -> str:
        return f"source.{self.source}.{self.rate}{_under(self.hypothesis)}"

    @property
    def part(self) -> SourcePart:
        return SourcePart(self.source)


@dataclass(frozen=True, slots=True)
class LikelihoodOf:
    """A number of an item under a hypothesis: `outcomes` are those of its parents; then, where it has names, its own.

    Without its own outcome it is the address of a whole row of them.
    """

    item: str
    hypothesis: str
    outcomes: tuple[Outcome, ...] = ()

    def __str__(self) -> str:
        return ".".join(("evidence", self.item, "likelihood", self.hypothesis, *map(str, self.outcomes)))

    @property
    def part(self) -> ItemPart:
        return ItemPart(self.item)


@dataclass(frozen=True, slots=True)
class CopyProbabilityOf:
    """How likely the report of a source on an item is to be a copy of another one."""

    item: str
    source: str

    def __str__(self) -> str:
        return f"evidence.{self.item}.reports.{self.source}.copy_probability"

    @property
    def part(self) -> ReportPart:
        return ReportPart(self.item, self.source)


type Address = PriorOf | ReliabilityOf | ErrorRateOf | LikelihoodOf | CopyProbabilityOf

type Block = PriorPart | LikelihoodOf
"""Numbers that sum to one: the prior, or a row of named outcomes."""


def parse(text: str) -> Address | None:
    """The number whose address is written so, or None if none can be."""
    match text.split("."):
        case ["prior", name]:
            return PriorOf(name)
        case ["source", name, "reliability", *under] if len(under) < 2:
            return ReliabilityOf(name, *under)
        case ["source", name, "if_unreliable" | "says_true_if_true" | "says_true_if_false" as rate, *under] if (
            len(under) < 2
        ):
            return ErrorRateOf(name, rate, *under)
        case ["evidence", name, "likelihood", hypothesis, *outcomes]:
            return LikelihoodOf(name, hypothesis, tuple(map(_outcome, outcomes)))
        case ["evidence", name, "reports", source, "copy_probability"]:
            return CopyProbabilityOf(name, source)
        case _:
            return None


def spelt_likelihoods(item: str, hypotheses: Iterable[str]) -> Iterator[str]:
    """The same as the `str` of each `LikelihoodOf`, without millions of objects that nobody keeps."""
    above = f"{ItemPart(item)}.likelihood."
    return (above + name for name in hypotheses)


def _outcome(word: str) -> Outcome:
    """An outcome as it stands in an address; no name of an outcome is ``True`` or ``False``."""
    return {"True": True, "False": False}.get(word, word)


def _under(hypothesis: str | None) -> str:
    return "" if hypothesis is None else f".{hypothesis}"
