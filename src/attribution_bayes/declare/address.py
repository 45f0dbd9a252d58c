"""Addresses as values: where a number of a case stands, and where a part of it. The only place that knows their dots.

A new form is a class that says in which part, field and keys the number stands, named in the union, and a line of
`parse`. Adding it changes nothing else here.

>>> str(LikelihoodOf("fled", "other", (True,)))
'evidence.fled.likelihood.other.True'
>>> parse("source.agency.reliability")
ReliabilityOf(source='agency', hypothesis=None)
>>> parse("source.agency.reliability").part
SourcePart(source='agency')
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, Literal, NamedTuple

MAX_READ = 4096
"""Parsed addresses that are kept: those of numbers that are moved are parsed again and again."""

type Outcome = bool | str
"""True, False, or a name."""

type Rate = Literal["if_unreliable", "says_true_if_true", "says_true_if_false"]
"""The fields of a source that state how it errs."""


# Parts of a case -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PriorPart:
    """The prior as a whole."""

    def __str__(self) -> str:
        return "prior"

    def member(self, hypothesis: str) -> PriorOf:
        """The address of one of the numbers, which sum to one."""
        return PriorOf(hypothesis)


@dataclass(frozen=True, slots=True)
class ErrorPart:
    """How likely each item is to have been misunderstood, where it does not say so itself."""

    def __str__(self) -> str:
        return "error"


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
class OutcomePart:
    """That an item whose outcomes have names came out in one of them."""

    item: str
    outcome: str

    def __str__(self) -> str:
        return f"evidence.{self.item}.outcomes.{self.outcome}"


@dataclass(frozen=True, slots=True)
class DependencePart:
    """The dependence of an item on another one, its parent."""

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


type PartAddress = (
    PriorPart
    | ErrorPart
    | HypothesisPart
    | SourcePart
    | ItemPart
    | OutcomePart
    | ReportPart
    | DependencePart
    | CommonCausePart
)


def parse_part(text: str) -> PartAddress | None:
    """The part with this address, or None if no part can have it."""
    match text.split("."):
        case ["prior"]:
            return PriorPart()
        case ["error"]:
            return ErrorPart()
        case ["hypotheses", name]:
            return HypothesisPart(name)
        case ["source", name]:
            return SourcePart(name)
        case ["evidence", name]:
            return ItemPart(name)
        case ["evidence", name, "reports", source]:
            return ReportPart(name, source)
        case ["evidence", name, "outcomes", outcome]:
            return OutcomePart(name, outcome)
        case ["evidence", name, "given", parent]:
            return DependencePart(name, parent)
        case ["common_cause", name]:
            return CommonCausePart(name)
        case _:
            return None


# Numbers -------------------------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """Where a number is stated: in which part, in which field of it, and under which keys of what stands there."""

    part: PartAddress
    field: str
    keys: tuple[Outcome, ...] = ()

    def __str__(self) -> str:
        return ".".join(map(str, (self.part, self.field, *self.keys)))

    def under(self, key: Outcome) -> Place:
        """One step further in."""
        return self._replace(keys=(*self.keys, key))


class _Number(ABC):
    """What all addresses of numbers have in common."""

    __slots__ = ()

    @property
    @abstractmethod
    def place(self) -> Place:
        """Where it is stated."""

    @property
    def part(self) -> PartAddress:
        """The part that the number belongs to."""
        return self.place.part

    def __str__(self) -> str:
        return str(self.place)


@dataclass(frozen=True, slots=True)
class PriorOf(_Number):
    """The prior of one hypothesis."""

    hypothesis: str

    @property
    def place(self) -> Place:
        return Place(PriorPart(), self.hypothesis)


@dataclass(frozen=True, slots=True)
class ReliabilityOf(_Number):
    """How likely the reports of a source are to follow the facts, whatever the hypothesis or under one."""

    source: str
    hypothesis: str | None = None

    @property
    def place(self) -> Place:
        return Place(SourcePart(self.source), "reliability", _under(self.hypothesis))


@dataclass(frozen=True, slots=True)
class ErrorRateOf(_Number):
    """A rate at which a source errs, whatever the hypothesis or under one."""

    source: str
    rate: Rate
    hypothesis: str | None = None

    @property
    def place(self) -> Place:
        return Place(SourcePart(self.source), self.rate, _under(self.hypothesis))


@dataclass(frozen=True, slots=True)
class LikelihoodOf(_Number):
    """A number of an item under a hypothesis: `outcomes` are those of its parents; then, where it has names, its own.

    Without an outcome of its own it is the address of the whole row.
    """

    item: str
    hypothesis: str
    outcomes: tuple[Outcome, ...] = ()

    @property
    def place(self) -> Place:
        return Place(ItemPart(self.item), "likelihood", (self.hypothesis, *self.outcomes))

    def __str__(self) -> str:  # as in `_Number`, but quicker: nearly all addresses are of this form
        above = f"evidence.{self.item}.likelihood.{self.hypothesis}"
        return ".".join((above, *map(str, self.outcomes))) if self.outcomes else above

    def member(self, outcome: Outcome) -> LikelihoodOf:
        """The address of one of the numbers of a row, which sum to one."""
        return LikelihoodOf(self.item, self.hypothesis, (*self.outcomes, outcome))


@dataclass(frozen=True, slots=True)
class SameLikelihoodOf(_Number):
    """A number of an item whatever the hypothesis: `outcomes` are those of its parents; then, with names, its own.

    Without an outcome of its own it is the address of the whole row. Written out, the first outcome stands where other
    items have a hypothesis: which one is meant depends on the case.
    """

    item: str
    outcomes: tuple[Outcome, ...] = ()

    @property
    def place(self) -> Place:
        return Place(ItemPart(self.item), "likelihood", self.outcomes)

    def member(self, outcome: Outcome) -> SameLikelihoodOf:
        """The address of one of the numbers of a row, which sum to one."""
        return SameLikelihoodOf(self.item, (*self.outcomes, outcome))


@dataclass(frozen=True, slots=True)
class ErrorOf(_Number):
    """How likely an item is to have been misunderstood, or each item that does not say so itself."""

    item: str | None = None

    @property
    def place(self) -> Place:
        return Place(ErrorPart() if self.item is None else ItemPart(self.item), "error")

    def __str__(self) -> str:
        return "error" if self.item is None else str(self.place)


@dataclass(frozen=True, slots=True)
class CopyProbabilityOf(_Number):
    """How likely the report of a source on an item is to be a copy of another report."""

    item: str
    source: str

    @property
    def place(self) -> Place:
        return Place(ReportPart(self.item, self.source), "copy_probability")


@dataclass(frozen=True, slots=True)
class CauseProbabilityOf(_Number):
    """How likely a common cause is to hold, whatever the hypothesis or under one."""

    cause: str
    hypothesis: str | None = None

    @property
    def place(self) -> Place:
        return Place(CommonCausePart(self.cause), "probability", _under(self.hypothesis))


@dataclass(frozen=True, slots=True)
class CausedLikelihoodOf(_Number):
    """A number of an item under a hypothesis where a common cause holds; `outcomes` is its own, where it has names.

    Without its own outcome it is the address of a whole row of them.
    """

    cause: str
    item: str
    hypothesis: str
    outcomes: tuple[Outcome, ...] = ()

    @property
    def place(self) -> Place:
        return Place(CommonCausePart(self.cause), "likelihood", (self.item, self.hypothesis, *self.outcomes))

    def member(self, outcome: Outcome) -> CausedLikelihoodOf:
        """One of the numbers of a row, which sum to one."""
        return CausedLikelihoodOf(self.cause, self.item, self.hypothesis, (*self.outcomes, outcome))


type Address = (
    PriorOf
    | ReliabilityOf
    | ErrorRateOf
    | LikelihoodOf
    | SameLikelihoodOf
    | ErrorOf
    | CopyProbabilityOf
    | CauseProbabilityOf
    | CausedLikelihoodOf
)

type Block = PriorPart | LikelihoodOf | SameLikelihoodOf | CausedLikelihoodOf
"""Where numbers sum to one: the prior, or a row of named outcomes."""


@lru_cache(MAX_READ)
def parse(text: str) -> Address | None:
    """The address of a number that is written like this, or None if no number can have it."""
    match text.split("."):
        case ["prior", name]:
            return PriorOf(name)
        case ["error"]:
            return ErrorOf()
        case ["evidence", name, "error"]:
            return ErrorOf(name)
        case ["source", name, "reliability", *under] if len(under) < 2:
            return ReliabilityOf(name, *under)
        case ["source", name, "if_unreliable" | "says_true_if_true" | "says_true_if_false" as rate, *under] if (
            len(under) < 2
        ):
            return ErrorRateOf(name, rate, *under)
        case ["evidence", name, "likelihood"]:
            return SameLikelihoodOf(name)
        case ["evidence", name, "likelihood", "True" | "False" as first, *outcomes]:  # no hypothesis has such a name
            return SameLikelihoodOf(name, tuple(map(_outcome, (first, *outcomes))))
        case ["evidence", name, "likelihood", hypothesis, *outcomes]:
            return LikelihoodOf(name, hypothesis, tuple(map(_outcome, outcomes)))
        case ["evidence", name, "reports", source, "copy_probability"]:
            return CopyProbabilityOf(name, source)
        case ["common_cause", name, "probability", *under] if len(under) < 2:
            return CauseProbabilityOf(name, *under)
        case ["common_cause", name, "likelihood", item, hypothesis, *outcomes]:
            return CausedLikelihoodOf(name, item, hypothesis, tuple(map(_outcome, outcomes)))
        case _:
            return None


def as_same(address: Address) -> SameLikelihoodOf | None:
    """What an address of a likelihood means in a case in which its item has the same row under every hypothesis."""
    if not isinstance(address, LikelihoodOf):
        return None
    return SameLikelihoodOf(address.item, (_outcome(address.hypothesis), *address.outcomes))


def field_of(part: PartAddress, field: str) -> str:
    """The path of a field of a part that states no number, such as ``evidence.fled.observed``."""
    return f"{part}.{field}"


def spelt_likelihoods(item: str, levels: Sequence[Sequence[Any]]) -> Iterator[str]:
    """The `str` of the `LikelihoodOf` for all keys of these levels, without making millions of objects."""
    above = f"{ItemPart(item)}.likelihood."
    if len(levels) == 1:
        return (above + name for name in levels[0])
    return (above + ".".join(map(str, keys)) for keys in product(*levels))


def _outcome(word: str) -> Outcome:
    """The outcome that an address names; no named outcome is called ``True`` or ``False``."""
    return {"True": True, "False": False}.get(word, word)


def _under(hypothesis: str | None) -> tuple[str, ...]:
    return () if hypothesis is None else (hypothesis,)
