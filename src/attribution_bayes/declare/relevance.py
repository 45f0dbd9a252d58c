"""Whether what was found of an item can bear on the hypotheses at all, as far as the numbers of the case say.

It bears on them if it is connected to a chance that differs between them, through items that nobody has observed,
through common causes or through sources. The arrows are the dependences that the numbers state, not those that `given`
names: d-separation (J. Pearl 1988, Probabilistic Reasoning in Intelligent Systems, section 3.3). Chances that differ
may still cancel by coincidence; this module does not look for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import product
from operator import getitem
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attribution_bayes.declare.address import Outcome
from attribution_bayes.declare.case import Case, not_bare
from attribution_bayes.declare.distributions import Point
from attribution_bayes.declare.parameters import stated_error
from attribution_bayes.declare.parts import CommonCause, Evidence, Source
from attribution_bayes.declare.rows import stated_number
from attribution_bayes.declare.table import Table
from attribution_bayes.declare.ways import Dirichlet, Ratios, distribution, ratio_distribution

ROUNDING = 1e-12
"""Chances that differ by less, relatively, are the same number written in two ways."""


def chances(
    item: Evidence, hypotheses: tuple[str, ...], above: Sequence[Sequence[Outcome]], outcomes: Sequence[Outcome]
) -> NDArray[np.float64]:
    """P(outcome | hypothesis, outcomes of the parents); shape (hypothesis, *outcomes of each parent, outcome).

    Ranges enter by their means. Ratios give only what is proportional to the chance of what was observed.
    """
    if isinstance(item.likelihood, Ratios):
        known = {name: ratio_distribution(ratio).mean for name, ratio in item.likelihood.ratios.items()}
        return np.array([[known.get(name, 1.0)] for name in hypotheses])
    if isinstance(item.likelihood, Table) and item.is_binary:
        is_true = item.likelihood.nested(hypotheses, *above)
        if is_true is not None:
            return np.stack([is_true if outcome is True else 1 - is_true for outcome in outcomes], axis=-1)
    rows = [reduce(getitem, path, item.row(name)) for name, path in product(hypotheses, [*product(*above)])]
    numbers = np.array([_chance(row, outcome) for row in rows for outcome in outcomes])
    return numbers.reshape(len(hypotheses), *map(len, above), len(outcomes))


def _chance(row: Any, outcome: Outcome) -> float:
    match row:
        case Dirichlet(alpha=weights):
            return weights[outcome] / sum(weights.values())
        case Mapping():
            return stated_number(row[outcome])
        case _:
            mean = distribution(row).mean
            return mean if outcome is True else 1 - mean


def vary(numbers: NDArray[np.float64], axis: int) -> bool:
    """Whether numbers that are not negative differ along an axis by more than rounding."""
    most = numbers.max(axis=axis)
    return bool((most - numbers.min(axis=axis) > ROUNDING * most).any())


@dataclass(frozen=True, eq=False)
class Relations:
    """The items of a case and what connects them.

    Attributes
    ----------
    items
        By name.
    children
        For each name the items that are `given` it.
    told_by
        The items that each source reports.
    causes
        The common cause that names each item.
    """

    case: Case
    children: Mapping[str, Sequence[Evidence]]
    told_by: Mapping[str, Sequence[Evidence]]
    causes: Mapping[str, CommonCause]

    @classmethod
    def from_case(cls, case: Case) -> Relations:
        children: dict[str, list[Evidence]] = {}
        told_by: dict[str, list[Evidence]] = {}
        for item in not_bare(case):
            for parent in item.given:
                children.setdefault(parent, []).append(item)
            for report in item.reports:
                told_by.setdefault(report.source, []).append(item)
        return cls(case, children, told_by, case.causes)

    @cached_property
    def items(self) -> Mapping[str, Evidence]:
        return {item.name: item for item in self.case.evidence}

    @cached_property
    def leading(self) -> Set[str]:
        """Items that were observed or reported, and all items that these depend on."""
        found = (item.name for item in self.case.evidence if item.observed is not None or item.reports)
        return _with_ancestors(self.items, found)

    @cached_property
    def joined(self) -> frozenset[str]:
        """Items that are connected to other items, to common causes or to sources."""
        told = {item.name for items in self.told_by.values() for item in items}
        given = {item.name for item in not_bare(self.case) if item.given}
        return frozenset({*self._misread_together, *self.children, *told, *self.causes, *given})

    @property
    def groups(self) -> Mapping[str, int]:
        """The number of the group of each item: items of different groups have nothing to do with each other."""
        found: dict[str, int] = {}
        for number, item in enumerate(self.case.evidence):
            waiting = [] if item.name in found else [item.name]
            while waiting:
                name = waiting.pop()
                if name not in found:
                    found[name] = number
                    waiting += self._linked(self.items[name])
        return found

    def _linked(self, item: Evidence) -> Iterator[str]:
        yield from item.given
        yield from (child.name for child in self.children.get(item.name, ()))
        yield from (other.name for report in item.reports for other in self.told_by[report.source])
        yield from self.causes[item.name].likelihood if item.name in self.causes else ()
        yield from self._misread_together if self._shares_error(item) else ()

    @cached_property
    def _misread_together(self) -> tuple[str, ...]:
        if self.case.error is None:
            return ()
        return tuple(item.name for item in self.case.evidence if self._shares_error(item))

    def ancestry(self, name: str) -> Set[str]:
        """The item, and every item that it depends on."""
        return _with_ancestors(self.items, [name])

    def found_chances(self, item: Evidence) -> NDArray[np.float64]:
        """Chances of what was observed of an item; see `_chances`, without the last axis."""
        return self._chances(item, set())[..., 0]

    def bears(self, item: Evidence) -> bool:
        """Whether what was or would be found of the item can bear on the hypotheses, given everything else found."""
        asked = {item.name} & self.children.keys()  # if not observed, it is hidden from items that are given it
        seen, waiting = {item.name}, [item]
        while waiting:
            one = waiting.pop()
            if vary(self._chances(one, asked), 0) or any(map(self._differs, (r.source for r in one.reports))):
                return True
            if self._is_moved(one, asked) and _differ(self.causes[one.name].probability):
                return True
            new = [other for other in self._near(one, asked) if other.name not in seen]
            seen |= {other.name for other in new}
            waiting += new
        return False

    def _outcomes(self, item: Evidence, asked: set[str]) -> Sequence[Outcome]:
        """The outcomes that the item may still have."""
        return item.outcomes if item.observed is None or item.name in asked else (item.observed,)

    def _chances(self, item: Evidence, asked: set[str]) -> NDArray[np.float64]:
        """As understood, unless it was misunderstood: then no outcome is likelier than another."""
        understood, stated = self._understood(item, asked), stated_error(self.case, item)
        if stated is None:
            return understood
        error = distribution(stated).mean
        return (1 - error) * understood + error / len(item.outcomes)

    def _understood(self, item: Evidence, asked: set[str]) -> NDArray[np.float64]:
        """See `chances`; an item with a common cause has one more axis before the last: it holds, or does not."""
        above, outcomes = (
            [self._outcomes(self.items[parent], asked) for parent in item.given],
            self._outcomes(item, asked),
        )
        own = chances(item, self.case.names, above, outcomes)
        if item.name not in self.causes:
            return own
        rows = self.causes[item.name].likelihood[item.name]
        caused = np.array([[_chance(rows[name], outcome) for outcome in outcomes] for name in self.case.names])
        caused = caused.reshape(len(caused), *(1 for _ in above), len(outcomes))
        return np.stack([np.broadcast_to(caused, own.shape), own], axis=-2)

    def _is_moved(self, item: Evidence, asked: set[str]) -> bool:
        """Whether it makes a difference to an item whether its common cause holds."""
        return item.name in self.causes and vary(self._chances(item, asked), -2)

    def _near(self, item: Evidence, asked: set[str]) -> Iterator[Evidence]:
        """Items that are connected to this one directly."""
        table = self._chances(item, asked)
        for axis, parent in enumerate(item.given, start=1):
            if vary(table, axis):  # a single outcome does not vary
                yield self.items[parent]
        for child in self.children.get(item.name, ()):
            if child.name in self.leading and vary(self._chances(child, asked), 1 + child.given.index(item.name)):
                yield child
        for report in item.reports:
            yield from self.told_by[report.source]
        if self._shares_error(item):
            yield from (
                other for other in self.case.evidence if self._shares_error(other) and other.name in self.leading
            )
        if self._is_moved(item, asked):
            together = (self.items[name] for name in self.causes[item.name].likelihood if name in self.leading)
            yield from (other for other in together if self._is_moved(other, asked))

    def _shares_error(self, item: Evidence) -> bool:
        """Whether what is learned of the item says how often items are misunderstood."""
        stated = stated_error(self.case, item) if item.error is None else None
        return stated is not None and not isinstance(distribution(stated), Point)

    def _differs(self, name: str) -> bool:
        """Whether the numbers of a source differ between hypotheses."""
        source = next(one for one in self.case.sources if one.name == name)
        return any(_differ(getattr(source, field)) for field in Source.model_fields)


def _differ(stated: Any) -> bool:
    """Whether what is stated differs between hypotheses."""
    return isinstance(stated, Mapping) and len({distribution(one) for one in stated.values()}) > 1


def _with_ancestors(items: Mapping[str, Evidence], names: Iterable[str]) -> Set[str]:
    waiting = [*names]
    found = {*waiting}
    while waiting:
        more = {*items[waiting.pop()].given} - found
        found |= more
        waiting += more
    return found
