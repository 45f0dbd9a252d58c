"""Every number that somebody asserted, with its address and what was written there."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from typing import Any, assert_never, overload

import numpy as np

from attribution_bayes.declare import distributions as family
from attribution_bayes.declare.case import Case, Levels, levels
from attribution_bayes.declare.distributions import Meaning, Point
from attribution_bayes.declare.parts import Evidence, Source
from attribution_bayes.declare.rows import stated_number
from attribution_bayes.declare.table import Table
from attribution_bayes.declare.way import Way
from attribution_bayes.declare.ways import (
    BaseRates,
    Dirichlet,
    Odds,
    Ratios,
    Stated,
    distribution,
    ratio_distribution,
)
from attribution_bayes.memo import once_for_each


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One asserted number with what was written there, before names are left behind.

    Parameters with the same `block` sum to one; `weight` is their Dirichlet weight, or None if the block is of numbers.
    `together` are the names, in the order of the case, of all that is `written` in one.
    """

    address: str
    written: Stated
    meaning: Meaning
    kind: str
    block: str | None = None
    weight: float | None = None
    together: tuple[Any, ...] = ()

    @property
    def is_ratio(self) -> bool:
        """Whether the number is a likelihood ratio; the others are probabilities."""
        return self.kind.startswith("ratio")


@dataclass(frozen=True, slots=True)
class Run:
    """Plain numbers of an item, one for each hypothesis, that are not taken apart before one of them is asked for.

    Attributes
    ----------
    address
        What their addresses have in common; the name of a hypothesis follows.
    names
        The hypotheses.
    row
        Their numbers.
    """

    address: str
    names: tuple[str, ...]
    row: Table[str, float]

    @property
    def numbers(self) -> np.ndarray:
        """In the order of the hypotheses."""
        return self.row.arranged(self.names)

    def parameter(self, name: str) -> Parameter:
        """The number of one hypothesis."""
        number = self.row[name]
        return Parameter(address=f"{self.address}.{name}", written=number, meaning=Point(number), kind="number")

    def parameters(self) -> Iterator[Parameter]:
        return map(self.parameter, self.names)


class Addresses(Sequence[str]):
    """The addresses of all numbers of a case, in its order; those of a run are spelt out when they are asked for."""

    def __init__(self, stated: Iterable[Parameter | Run]) -> None:
        self.stated = tuple(stated)
        sizes = (len(one.names) if isinstance(one, Run) else 1 for one in self.stated)
        self.starts = list(accumulate(sizes, initial=0))
        self._place = {one.address: place for place, one in enumerate(self.stated)}

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
        return f"{one.address}.{one.names[position - self.starts[place]]}" if isinstance(one, Run) else one.address

    def __iter__(self) -> Iterator[str]:
        for one in self.stated:
            if isinstance(one, Run):
                yield from (f"{one.address}.{name}" for name in one.names)
            else:
                yield one.address

    def __contains__(self, address: object) -> bool:
        return isinstance(address, str) and self._position(address) is not None

    def index(self, address: str, *_: int) -> int:
        position = self._position(address)
        if position is None:
            raise ValueError(f"there is no number at {address!r}")
        return position

    def parameter(self, address: str) -> Parameter:
        """The number at an address with what was written there; KeyError if there is none."""
        one = self.stated[self._place[address if address in self._place else address.rpartition(".")[0]]]
        return one if isinstance(one, Parameter) else one.parameter(address.rpartition(".")[2])

    def first_of(self, run: str) -> int:
        """Position of the first number of the run with this address."""
        return self.starts[self._place[run]]

    def _position(self, address: str) -> int | None:
        place = self._place.get(address)
        if place is None:
            above, _, name = address.rpartition(".")
            place = self._place.get(above)
            run = None if place is None else self.stated[place]
            found = _places(run.names).get(name) if isinstance(run, Run) else None
            return None if place is None or found is None else self.starts[place] + found
        return None if isinstance(self.stated[place], Run) else self.starts[place]


@lru_cache(8)
def _places(names: tuple[str, ...]) -> Mapping[str, int]:
    return {name: place for place, name in enumerate(names)}


@once_for_each
def addresses(case: Case) -> Addresses:
    """Every asserted number of the case by its address."""
    return Addresses(stated(case))


def parameters(case: Case) -> Iterator[Parameter]:
    """Every number of the case with its address, in the order prior, sources, evidence."""
    for one in stated(case):
        if isinstance(one, Run):
            yield from one.parameters()
        else:
            yield one


def stated(case: Case) -> Iterator[Parameter | Run]:
    """The same with the plain numbers of an item together."""
    yield from _prior_parameters(case)
    for source in case.sources:
        yield from _source_parameters(source, case.names)
    for item in case.evidence:
        yield from _likelihood_parameters(item, f"evidence.{item.name}.likelihood", levels(case, item))
        for report in item.reports:
            if report.copied_from is not None:
                address = f"evidence.{item.name}.reports.{report.source}.copy_probability"
                yield _single(address, report.copy_probability)


def _prior_parameters(case: Case) -> Iterator[Parameter]:
    match case.prior:
        case Dirichlet() | BaseRates():
            yield from _weighted("prior", case.names, case.prior)
        case Odds(weights=weights):
            total = math.fsum(weights.values())
            for name in case.names:
                yield Parameter(
                    address=f"prior.{name}",
                    written=case.prior,
                    meaning=Point(weights[name] / total),
                    kind=case.prior.kind,
                    block="prior",
                    together=case.names,
                )
        case Mapping() as numbers:
            yield from _numbered("prior", {name: numbers[name] for name in case.names})
        case _:
            assert_never(case.prior)


def _weighted(block: str, names: tuple[Any, ...], written: Dirichlet | BaseRates) -> Iterator[Parameter]:
    """The members of a Dirichlet; each by itself is Beta(weight, total - weight)."""
    weights = {name: written.weight(name) for name in names}
    total = sum(map(Fraction, weights.values()))
    for name, weight in weights.items():
        others = float(total - Fraction(weight))  # where one weight is nearly all, rounding the total would lose it
        yield Parameter(
            address=f"{block}.{name}",
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


def _numbered(block: str, numbers: Mapping[Any, Any]) -> Iterator[Parameter]:
    for name, written in numbers.items():
        number = Point(stated_number(written))
        kind = _kind(written)
        yield Parameter(address=f"{block}.{name}", written=written, meaning=number, kind=kind, block=block)


def _single(address: str, written: Any) -> Parameter:
    return Parameter(address=address, written=written, meaning=distribution(written), kind=_kind(written))


def _kind(written: Any, plain: str = "number") -> str:
    return written.kind if isinstance(written, Way) else plain


def _source_parameters(source: Source, hypotheses: Iterable[str]) -> Iterator[Parameter]:
    address = f"source.{source.name}"
    if not source.errs_anew:
        yield _single(f"{address}.reliability", source.reliability)
    for rate in source.rates:
        stated = getattr(source, rate)
        if isinstance(stated, Mapping):
            yield from (_single(f"{address}.{rate}.{name}", stated[name]) for name in hypotheses)
        else:
            yield _single(f"{address}.{rate}", stated)


def _likelihood_parameters(item: Evidence, address: str, order: Levels) -> Iterator[Parameter | Run]:
    names = order[0]
    match item.likelihood:
        case Table() as row if item.is_plain:
            yield Run(address, names, row)
        case Ratios(ratios=ratios):
            for name in (name for name in names if name in ratios):
                kind, meaning = _kind(ratios[name], "ratio"), ratio_distribution(ratios[name])
                yield Parameter(address=f"{address}.{name}", written=ratios[name], meaning=meaning, kind=kind)
        case Mapping() as rows:
            for name in names:
                yield from _row_parameters(f"{address}.{name}", rows[name], order[1:])
        case _:
            assert_never(item.likelihood)


def _row_parameters(address: str, row: Any, order: Levels) -> Iterator[Parameter]:
    outcomes, *own = order
    if own:
        for outcome in outcomes:
            yield from _row_parameters(f"{address}.{outcome}", row[outcome], order[1:])
    elif isinstance(row, Dirichlet):
        yield from _weighted(address, outcomes, row)
    elif isinstance(row, Mapping):
        yield from _numbered(address, {outcome: row[outcome] for outcome in outcomes})
    else:
        yield _single(address, row)
