"""A case taken apart: its form, which is everything but the numbers, and the numbers as a row.

Cases of one form have the same hypotheses, sources, items, observations and reports, and at each address the same kind
of distribution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, assert_never

import numpy as np

from attribution_bayes.arrays import Floats, Ints
from attribution_bayes.declare.case import Case, Levels, bare_numbers, caused, item_names, levels, seen
from attribution_bayes.declare.distributions import Beta, Point, Uniform
from attribution_bayes.declare.parameters import (
    Compared,
    Run,
    Single,
    Statement,
    Together,
    cause_statements,
    error_statements,
    item_statements,
    prior_statement,
    report_statements,
    source_statements,
)
from attribution_bayes.declare.parts import DENIED, FOUND, UNKNOWN, CommonCause, Evidence, Source
from attribution_bayes.declare.repeats import misdated
from attribution_bayes.declare.rows import stated_number
from attribution_bayes.declare.table import Table, packed_alike
from attribution_bayes.declare.ways import Between, Prior, Ratios, distribution, ratio_distribution

POINT, WEIGHT, RANGE, BETA = "pwrb"
"""How an input is stated: a number, a share of weights, two quantiles of a Beta, a Beta or a uniform distribution."""

WIDTH = {POINT: 1, WEIGHT: 1, RANGE: 3, BETA: 4}
"""How many numbers state an input of each kind."""

type Form = tuple[object, ...]
"""Everything in a case, or in a part of it, but the numbers."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Cases of one form.

    Attributes
    ----------
    places
        Their positions.
    numbers
        The numbers that state their inputs, shape (case, number).
    alike
        Sets of these cases, by position among them, that differ in plain numbers only and cite nothing.
    """

    places: Ints
    numbers: Floats
    alike: Sequence[Ints]


def group_by_form(cases: Sequence[Case]) -> dict[Form, Rows]:
    """Take cases apart and group those of one form.

    The last entry of a form is a text that says how each input is stated.
    """
    readers: dict[tuple[str, ...], _Reader] = {}
    parts: dict[Form, list[_Plain | _Other]] = {}
    plain: _Plain | None = None
    for place, case in enumerate(cases):
        if plain is not None and plain.takes(case, place):
            continue
        reader = readers.setdefault(case.names, _Reader(case.names))
        form, numbers = reader.case(case)
        plain = _Plain.from_case(case)
        if plain is not None and not plain.takes(case, place):
            plain = None
        parts.setdefault(form, []).append(_Other(place, numbers) if plain is None else plain)
    return {form: _together(of_form) for form, of_form in parts.items()}


def _together(parts: Sequence[_Plain | _Other]) -> Rows:
    """In the order of the cases."""
    places = np.concatenate([np.array(part.places, dtype=np.int64) for part in parts])
    order = np.argsort(places)
    alike = [np.searchsorted(places[order], part.places) for part in parts if isinstance(part, _Plain)]
    return Rows(places[order], np.concatenate([part.rows() for part in parts])[order], alike)


@dataclass(frozen=True)
class _Other:
    """A single case."""

    place: int
    numbers: list[float]

    @property
    def places(self) -> list[int]:
        return [self.place]

    def rows(self) -> Floats:
        return np.array([self.numbers])


OF_HYPOTHESIS = itemgetter("catch_all", "statement")


@dataclass(frozen=True, eq=False)
class _Plain:
    """Cases of bare items that cite nothing and differ in their numbers only, which are taken as they lie together.

    What was seen of the items when a case was declared, and their names and numbers, are not looked for again.
    """

    names: tuple[str, ...]
    hypotheses: list[tuple[Any, ...]]
    items: tuple[str, ...]
    seen: tuple[int, ...]
    prior: Table[str, float]
    places: list[int] = field(default_factory=list)
    priors: list[Table[str, float]] = field(default_factory=list)
    numbers: list[Floats] = field(default_factory=list)

    @classmethod
    def from_case(cls, case: Case) -> _Plain | None:
        """What cases have to be like to go together with this one, if it is of bare items and cites nothing."""
        prior, at_a_glance = case.prior, seen(case)
        are_plain = {*at_a_glance} <= {UNKNOWN, DENIED, FOUND}
        if not (are_plain and isinstance(prior, Table) and prior.is_packed):
            return None
        return cls(case.names, [*map(OF_HYPOTHESIS, map(vars, case.hypotheses))], item_names(case), at_a_glance, prior)

    def takes(self, case: Case, place: int) -> bool:
        """Take the numbers of a case, if it goes together with the others."""
        if case.names != self.names or case.sources or case.common_causes or case.error is not None:
            return False
        if seen(case) != self.seen or item_names(case) != self.items or (case.date is not None and misdated(case)):
            return False
        if [*map(OF_HYPOTHESIS, map(vars, case.hypotheses))] != self.hypotheses:
            return False
        prior, numbers = case.prior, bare_numbers(case)
        if numbers is None or not (isinstance(prior, Table) and prior.is_packed):
            return False
        self.places.append(place)
        self.priors.append(prior)
        self.numbers.append(numbers)
        return True

    def rows(self) -> Floats:
        packed = packed_alike(self.priors, self.prior)
        assert packed is not None
        priors = np.frombuffer(packed).reshape(-1, len(self.names))[:, self.prior.order(self.names)]
        numbers = np.concatenate(self.numbers).reshape(len(priors), len(self.items) * len(self.names))
        return np.concatenate([priors, numbers], axis=1)


class _Reader:
    """A reader of cases with these hypotheses. It reuses a part that the previous case had at the same place."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._last: list[_Read] = []

    def case(self, case: Case) -> tuple[Form, list[float]]:
        """The form of a case, which ends in how each input is stated, and the numbers that state the inputs."""
        form: list[object] = [self.names]
        numbers: list[float] = []
        kinds = _append(prior_statement(case), numbers)
        kinds += "".join([_append(one, numbers) for one in error_statements(case)])
        form.append(case.error is not None)
        parts: tuple[_Part, ...] = (*case.sources, *case.evidence, *case.common_causes)
        before = self._last if len(self._last) == len(parts) else [None] * len(parts)
        self._last = []
        for part, last in zip(parts, before, strict=True):
            order = _order(case, part)
            read = last if last is not None and last[0] is part and last[1] == order else _read(part, order)
            self._last.append(read)
            form.append(read[2])
            numbers += read[3]
            kinds += read[4]
        return (*form, kinds), numbers


type _Part = Source | Evidence | CommonCause
type _Read = tuple[_Part, Levels, Form, list[float], str]


def _order(case: Case, part: _Part) -> Levels:
    """What determines the order of a part's numbers, besides the part: the hypotheses, and the outcomes of items."""
    match part:
        case Source():
            return (case.names,)
        case Evidence():
            return levels(case, part)
        case CommonCause():
            return case.names, caused(case, part)
        case _:
            assert_never(part)


def _read(part: _Part, order: Levels) -> _Read:
    """The form of a part, the numbers that state its inputs, and how they state them."""
    form, told = _take_apart(part, order)
    numbers: list[float] = []
    kinds = "".join([_append(one, numbers) for one in told])
    return part, order, (*form, kinds), numbers, kinds


def _take_apart(part: _Part, order: Levels) -> tuple[Form, Sequence[Statement]]:
    """What a part is besides its numbers, and the statements of these."""
    match part:
        case Source():
            told = source_statements(part, order[0])
            return tuple([(one.form, one.steps) for one in told]), told
        case Evidence():
            return _item_form(part), item_statements(part, order)
        case CommonCause():
            stated = [*cause_statements(part, order[0], order[1])]
            return (part.name, len(stated), order[1]), stated
        case _:
            assert_never(part)


def _item_form(item: Evidence) -> Form:
    """What an item is besides its numbers; how many there are tells a row stated once from rows by hypothesis."""
    reference = item.likelihood.reference if isinstance(item.likelihood, Ratios) else None
    form = (item.name, item.observed, item.outcomes, item.given, reference, item.error is not None)
    if not item.reports:
        return form
    reported = tuple((report.source, report.says, report.serves, report.copied_from) for report in item.reports)
    return *form, reported, tuple((one.form, one.steps) for one in report_statements(item))


def _append(statement: Statement, numbers: list[float]) -> str:
    """Append the numbers of a statement, and return how they state each input."""
    match statement:
        case Run():
            numbers += statement.numbers.tolist()
            return POINT * statement.size
        case Single(written=written):
            return _append_single(written, numbers)
        case Compared(written=ratio):
            numbers.append(ratio_distribution(ratio).mean)
            return POINT
        case Together(members=names, written=written):
            return _append_together(names, written, numbers)
        case _:
            assert_never(statement)


def _append_together(names: tuple[str, ...], written: Prior, numbers: list[float]) -> str:
    if isinstance(written, Mapping):
        numbers += (stated_number(written[name]) for name in names)
        return POINT * len(names)
    numbers += map(written.weight, names)
    return WEIGHT * len(names)


def _append_single(written: Any, numbers: list[float]) -> str:
    if type(written) is float:
        numbers.append(written)
        return POINT
    if isinstance(written, Between) and written.lower < written.upper:
        numbers += (written.lower, written.upper, written.mass)
        return RANGE
    meaning = distribution(written)
    match meaning:
        case Point(value):
            numbers.append(value)
            return POINT
        case Beta(alpha, beta):
            numbers += (alpha, beta, 0.0, 1.0)
            return BETA
        case Uniform(lower, upper):
            numbers += (1.0, 1.0, lower, upper)
            return BETA
        case _:
            assert_never(meaning)
