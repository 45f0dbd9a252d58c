"""Every number that somebody asserted, with its address and what was written there."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache, reduce
from itertools import accumulate, chain, groupby, product
from operator import getitem
from typing import Any, NamedTuple, assert_never, overload

import numpy as np

from attribution_bayes.arrays import Floats, Ints
from attribution_bayes.declare import distributions as family
from attribution_bayes.declare.address import (
    Address,
    Block,
    CausedLikelihoodOf,
    CauseProbabilityOf,
    CopyProbabilityOf,
    ErrorOf,
    ErrorRateOf,
    LikelihoodOf,
    Outcome,
    PriorPart,
    ReliabilityOf,
    SameLikelihoodOf,
    as_same,
    parse,
    spelt_likelihoods,
)
from attribution_bayes.declare.case import Case, Caused, Levels, bare, bare_numbers, caused, item_names, levels
from attribution_bayes.declare.distributions import Meaning
from attribution_bayes.declare.parts import CommonCause, Evidence, Source
from attribution_bayes.declare.rows import stated_number
from attribution_bayes.declare.table import Table
from attribution_bayes.declare.way import Way
from attribution_bayes.declare.ways import (
    RATIO_KINDS,
    BaseRates,
    Dirichlet,
    Odds,
    Point,
    Prior,
    Probability,
    Ratios,
    Same,
    Stated,
    distribution,
    ratio_distribution,
)
from attribution_bayes.errors import CaseError, Problem, nearest, quoted, step
from attribution_bayes.memo import once_for_each

# What is stated, in the order of the case: the one walk over all numbers ----------------------------------------------


class Single(NamedTuple):
    """A single probability; its address is made on demand."""

    form: Callable[..., Address]
    steps: tuple[Any, ...]
    written: Any

    @property
    def address(self) -> Address:
        return self.form(*self.steps)


class Compared(NamedTuple):
    """How many times likelier an item is under a hypothesis than under the reference."""

    address: LikelihoodOf
    written: Any


class Together(NamedTuple):
    """Numbers that sum to one, in the order of the case: the prior, or a row of named outcomes."""

    block: Block
    members: tuple[str, ...]
    written: Prior


class Run(NamedTuple):
    """Plain numbers of items, one after another, kept together until one of them is needed.

    For each item, one for each hypothesis and outcomes of the parents: these are `levels`. What states them is the
    table of a single item, or an array of the numbers of bare ones, shape (item, hypothesis).
    """

    items: Sequence[str]
    levels: Levels
    written: Table[str, Any] | Floats

    @property
    def are_bare(self) -> bool:
        """Whether these are bare items, several or one."""
        return isinstance(self.written, np.ndarray)

    @property
    def size(self) -> int:
        return len(self.items) * self.each

    @property
    def each(self) -> int:
        """How many numbers an item has."""
        return math.prod(map(len, self.levels))

    @property
    def numbers(self) -> np.ndarray:
        """In the order of the items, for each of the hypotheses, then of the outcomes of each parent."""
        if isinstance(self.written, np.ndarray):
            return self.written.reshape(-1)
        if len(self.levels) == 1:
            return self.written.arranged(self.levels[0])
        numbers = self.written.nested(*self.levels)
        assert numbers is not None
        return numbers.reshape(-1)

    def place(self, address: LikelihoodOf) -> int | None:
        """Position of a number among those of its item, if it is there."""
        keys, found = (address.hypothesis, *address.outcomes), 0
        if len(keys) != len(self.levels):
            return None
        for level, key in zip(self.levels, keys, strict=True):
            at = _places(level).get(key)
            if at is None:
                return None
            found = found * len(level) + at
        return found

    def parameter(self, place: int) -> Parameter:
        """The number at a position in the run."""
        item, place = divmod(place, self.each)
        keys, rest = [], place
        for level in reversed(self.levels):
            rest, at = divmod(rest, len(level))
            keys.append(level[at])
        return self._parameter(item, place, tuple(reversed(keys)))

    def parameters(self) -> Iterator[Parameter]:
        for item in range(len(self.items)):
            for place, key in enumerate(product(*self.levels)):
                yield self._parameter(item, place, key)

    def _parameter(self, item: int, place: int, key: tuple[Any, ...]) -> Parameter:
        """A plain number of an item, by its position among these and by the names that lead to it."""
        written: Any = self.written
        number = float(written[item, place]) if self.are_bare else reduce(getitem, key, written)
        address = LikelihoodOf(self.items[item], key[0], key[1:])
        return Parameter(address=address, written=number, meaning=family.Point(number), kind="number")

    def addresses(self) -> Iterator[str]:
        """Spelt out, in order."""
        return chain.from_iterable(spelt_likelihoods(item, self.levels) for item in self.items)


type Statement = Single | Compared | Together | Run


def statements(case: Case) -> Iterator[Statement]:
    """Everything that states a number, in the order prior, sources, evidence, common causes."""
    yield prior_statement(case)
    yield from error_statements(case)
    for source in case.sources:
        yield from source_statements(source, case.names)
    numbers, start, seen = bare_numbers(case), 0, 0
    assert numbers is not None
    for is_bare, alike in groupby(bare(case)):
        part = slice(start, start := start + sum(1 for _ in alike))
        if is_bare:
            names = item_names(case)[part]
            yield Run(names, (case.names,), numbers[seen : (seen := seen + len(names))])
        else:
            yield from chain.from_iterable(item_statements(item, levels(case, item)) for item in case.evidence[part])
    for cause in case.common_causes:
        yield from cause_statements(cause, case.names, caused(case, cause))


def prior_statement(case: Case) -> Together:
    return Together(PriorPart(), case.names, case.prior)


def error_statements(part: Case | Evidence) -> list[Single]:
    """How likely items, or the item, are to have been misunderstood, if that is stated."""
    if part.error is None:
        return []
    return [Single(ErrorOf, (part.name,) if isinstance(part, Evidence) else (), part.error)]


def stated_error(case: Case, item: Evidence) -> Probability | None:
    """How likely an item is to have been misunderstood: its own error, or that of the case; None where it has none."""
    if item.error is not None or case.error is None:
        return item.error
    return None if isinstance(item.likelihood, Ratios) else case.error


def error_address(case: Case, item: Evidence) -> ErrorOf | None:
    """Where it is stated how likely an item is to have been misunderstood; None if it cannot have been."""
    if stated_error(case, item) is None:
        return None
    return ErrorOf(None if item.error is None else item.name)


def source_statements(source: Source, hypotheses: Iterable[str]) -> list[Single]:
    """The numbers of a source."""
    where = (source.name,)
    told = [] if source.errs_anew else _one_or_each(ReliabilityOf, where, source.reliability, hypotheses)
    for rate in source.rates:
        told += _one_or_each(ErrorRateOf, (*where, rate), getattr(source, rate), hypotheses)
    return told


def _one_or_each(
    address: Callable[..., Address], where: tuple[str, ...], written: Any, hypotheses: Iterable[str]
) -> list[Single]:
    """One number for all hypotheses, or one for each."""
    if isinstance(written, Mapping):
        return [Single(address, (*where, name), written[name]) for name in hypotheses]
    return [Single(address, where, written)]


def item_statements(item: Evidence, order: Levels) -> list[Statement]:
    """The numbers of an item: its likelihood, its error, then those of its reports."""
    return [*_likelihood_statements(item, order), *error_statements(item), *report_statements(item)]


def _likelihood_statements(item: Evidence, order: Levels) -> Iterable[Statement]:
    names = order[0]
    match item.likelihood:
        case Table() as row if item.is_binary and row.is_plain(1 + len(item.given)):
            return [Run((item.name,), order[:-1], row)]
        case Ratios(ratios=ratios):
            return [Compared(LikelihoodOf(item.name, name), ratios[name]) for name in names if name in ratios]
        case Mapping() | Same():
            return _row_statements(item, order)
        case _:
            assert_never(item.likelihood)


def _row_statements(item: Evidence, order: Levels) -> Iterator[Single | Together]:
    """A number, or a row of named outcomes, for each hypothesis and outcomes of the parents."""
    stated_under = order[0][:1] if isinstance(item.likelihood, Same) else order[0]
    for name, above in product(stated_under, [*product(*order[1:-1])]):
        row, (form, steps) = reduce(getitem, above, item.row(name)), _row_at(item, name, above)
        if item.is_binary:
            yield Single(form, steps, row)
        else:
            yield Together(form(*steps), order[-1], row)


def report_statements(item: Evidence) -> list[Single]:
    """The numbers of the reports of an item."""
    return [
        Single(CopyProbabilityOf, (item.name, report.source), report.copy_probability)
        for report in item.reports
        if report.copied_from is not None
    ]


type RowAddress = LikelihoodOf | SameLikelihoodOf
"""Where a row of an item stands, or its one number."""


def row_address(item: Evidence, hypothesis: str, above: Iterable[Outcome]) -> RowAddress:
    """Where the likelihood of an item stands, given a hypothesis and the outcomes of its parents."""
    form, steps = _row_at(item, hypothesis, tuple(above))
    return form(*steps)


def _row_at(item: Evidence, hypothesis: str, above: tuple[Outcome, ...]) -> tuple[type[RowAddress], tuple[Any, ...]]:
    if isinstance(item.likelihood, Same):
        return SameLikelihoodOf, (item.name, above)
    return LikelihoodOf, (item.name, hypothesis, above)


def cause_statements(cause: CommonCause, hypotheses: tuple[str, ...], items: Caused) -> Iterator[Single | Together]:
    """The numbers of a common cause: its probability, then the likelihoods of the items where it holds."""
    yield from _one_or_each(CauseProbabilityOf, (cause.name,), cause.probability, hypotheses)
    for (item, outcomes), name in product(items, hypotheses):
        row: Any = cause.likelihood[item][name]
        if outcomes[0] is True:
            yield Single(CausedLikelihoodOf, (cause.name, item, name), row)
        else:
            yield Together(CausedLikelihoodOf(cause.name, item, name), outcomes, row)


# Each number by itself -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One asserted number with its address and what was written there.

    Parameters with the same `block` sum to one; `weight` is their Dirichlet weight, or None if the block holds numbers.
    `together` has, in the order of the case, the names of all parameters that were `written` as one.
    """

    address: Address
    written: Stated
    meaning: Meaning
    kind: str
    block: Block | None = None
    weight: float | None = None
    together: tuple[Any, ...] = ()

    @property
    def reason(self) -> str:
        """Why it is this number, if somebody said so."""
        return self.written.reason if isinstance(self.written, Way) else ""

    @property
    def is_ratio(self) -> bool:
        """Whether the number is a likelihood ratio; the others are probabilities."""
        return self.kind in RATIO_KINDS


def parameters(case: Case) -> Iterator[Parameter]:
    """Every number of the case with its address, in the order prior, sources, evidence, common causes."""
    for one in stated(case):
        if isinstance(one, Run):
            yield from one.parameters()
        else:
            yield one


def stated(case: Case) -> Iterator[Parameter | Run]:
    """Every number of the case, with the plain numbers of an item kept together."""
    for statement in statements(case):
        match statement:
            case Run():
                yield statement
            case Single(written=written):
                meaning = distribution(written)
                yield Parameter(address=statement.address, written=written, meaning=meaning, kind=_kind(written))
            case Compared(address, ratio):
                factor = ratio_distribution(ratio)
                yield Parameter(address=address, written=ratio, meaning=factor, kind=_kind(ratio, "ratio"))
            case Together():
                yield from _members(statement)
            case _:
                assert_never(statement)


def _kind(written: Any, plain: str = "number") -> str:
    return written.kind if isinstance(written, Way) and not isinstance(written, Point) else plain


def _members(statement: Together) -> Iterator[Parameter]:
    block, names, written = statement
    match written:
        case Dirichlet() | BaseRates():
            yield from _weighted(block, names, written)
        case Odds(weights=weights):
            total = math.fsum(weights.values())
            for name in names:
                yield Parameter(
                    address=block.member(name),
                    written=written,
                    meaning=family.Point(weights[name] / total),
                    kind=written.kind,
                    block=block,
                    together=names,
                )
        case Mapping() as numbers:
            for name in names:
                yield Parameter(
                    address=block.member(name),
                    written=numbers[name],
                    meaning=family.Point(stated_number(numbers[name])),
                    kind=_kind(numbers[name]),
                    block=block,
                )
        case _:
            assert_never(written)


def _weighted(block: Block, names: tuple[str, ...], written: Dirichlet | BaseRates) -> Iterator[Parameter]:
    """The members of a Dirichlet; the marginal of each is Beta(weight, total - weight)."""
    weights = {name: written.weight(name) for name in names}
    total = sum(map(Fraction, weights.values()))
    for name, weight in weights.items():
        others = float(total - Fraction(weight))  # where one weight is nearly all, rounding the total would lose it
        yield Parameter(
            address=block.member(name),
            written=written,
            meaning=_Member(weight, others, share=weight / float(total)),
            kind=written.kind,
            block=block,
            weight=weight,
            together=names,
        )


@dataclass(frozen=True)
class _Member(family.Beta):
    """One of several probabilities that sum to one; its mean is its share of the weights, to the last bit."""

    share: float = 0.0

    @property
    def mean(self) -> float:
        return self.share


# By address ----------------------------------------------------------------------------------------------------------


class Addresses(Sequence[str]):
    """The addresses of all numbers of a case, in order; those of a run are spelt out on demand.

    It is a sequence of texts; `position` and `parameter` take addresses as values.
    """

    def __init__(self, stated: Iterable[Parameter | Run]) -> None:
        self.stated = tuple(stated)
        sizes = (one.size if isinstance(one, Run) else 1 for one in self.stated)
        self.starts = list(accumulate(sizes, initial=0))
        self._singles: dict[Address | None, int] = {
            one.address: place for place, one in enumerate(self.stated) if not isinstance(one, Run)
        }

    def __len__(self) -> int:
        return self.starts[-1]

    @overload
    def __getitem__(self, position: int) -> str: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[str, ...]: ...
    def __getitem__(self, position: int | slice) -> str | tuple[str, ...]:
        if isinstance(position, slice):
            return tuple(self[i] for i in range(*position.indices(len(self))))
        if not -len(self) <= position < len(self):
            raise IndexError(position)
        position = position % len(self)
        place = bisect_right(self.starts, position) - 1
        one = self.stated[place]
        if isinstance(one, Run):
            return str(one.parameter(position - self.starts[place]).address)
        return str(one.address)

    def __iter__(self) -> Iterator[str]:
        for one in self.stated:
            if isinstance(one, Run):
                yield from one.addresses()
            else:
                yield str(one.address)

    def __contains__(self, text: object) -> bool:
        return self.read(text) is not None

    def read(self, text: object) -> Address | None:
        """Parse an address; None if the case has no number there."""
        address = parse(text) if isinstance(text, str) else None
        if address is None or self._position(address) is not None:
            return address
        same = as_same(address)
        return None if self._position(same) is None else same

    def index(self, text: str, *_: int) -> int:
        """Position of the number at an address, given as text."""
        address = self.read(text)
        if address is None:
            raise ValueError(f"no number has the address {text!r}")
        return self.position(address)

    def position(self, address: Address) -> int:
        """Position of the number at an address; KeyError if there is none."""
        position = self._position(address)
        if position is None:
            raise KeyError(str(address))
        return position

    @property
    def bare_firsts(self) -> Ints:
        """Position of the first number of each bare item, in the order of the case."""
        runs = [(one, start) for one, start in zip(self.stated, self.starts, strict=False) if isinstance(one, Run)]
        firsts = [start + np.arange(0, one.size, one.each) for one, start in runs if one.are_bare]
        return np.concatenate([np.empty(0, dtype=np.int64), *firsts])

    def parameter(self, address: Address) -> Parameter:
        """The number at an address with what was written there; KeyError if there is none."""
        position = self.position(address)
        place = bisect_right(self.starts, position) - 1
        one = self.stated[place]
        return one.parameter(position - self.starts[place]) if isinstance(one, Run) else one

    def at(self, text: str) -> Parameter:
        """The number at an address, given as text; a `CaseError` if there is none."""
        address = self.read(text)
        if address is None:
            raise CaseError([unknown_address(text, self)])
        return self.parameter(address)

    @cached_property
    def _firsts(self) -> Mapping[str, int]:
        """Position of the first number of each item whose numbers are in a run: there may be a million."""
        found: dict[str, int] = {}
        for one, start in zip(self.stated, self.starts, strict=False):
            if isinstance(one, Run):
                found.update(zip(one.items, range(start, start + one.size, one.each), strict=True))
        return found

    def _position(self, address: Address | None) -> int | None:
        if isinstance(address, LikelihoodOf) and (first := self._firsts.get(address.item)) is not None:
            run = self.stated[bisect_right(self.starts, first) - 1]
            assert isinstance(run, Run)
            found = run.place(address)
            return None if found is None else first + found
        place = self._singles.get(address)
        return None if place is None else self.starts[place]


@lru_cache(8)
def _places(keys: tuple[Any, ...]) -> Mapping[Any, int]:
    return {key: place for place, key in enumerate(keys)}


@once_for_each
def addresses(case: Case) -> Addresses:
    """Every asserted number of the case by its address."""
    return Addresses(stated(case))


def unknown_address(address: object, known: Iterable[str]) -> Problem:
    """The problem of an address that the case does not have, or of what is no address."""
    path, hint = step(address) or quoted(address), nearest(address, known)
    return Problem(code="E_UNKNOWN_NAME", path=path, message="the case has no number at this address.", hint=hint)
