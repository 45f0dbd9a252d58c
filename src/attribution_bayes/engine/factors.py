"""Items, common causes, sources and reports as factors: tables whose entries are sums of products of chances.

A *world* says, given one hypothesis, how every hidden item came out, which sources are reliable, which common causes
hold and which copied reports were copied. Its probability is a product of chances: inputs, or one minus an input. A
`Reader` says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from math import prod
from typing import Any

import numpy as np

from attribution_bayes.arrays import Bools, Ints
from attribution_bayes.declare.address import (
    CausedLikelihoodOf,
    CauseProbabilityOf,
    CopyProbabilityOf,
    ErrorOf,
    ErrorRateOf,
    Rate,
    ReliabilityOf,
)
from attribution_bayes.declare.case import Case, bare, not_bare, observations
from attribution_bayes.declare.parameters import Addresses, RowAddress, error_address, row_address
from attribution_bayes.declare.parts import ERROR_RATES, CommonCause, Evidence, Report, Source
from attribution_bayes.declare.ways import Ratios, Same
from attribution_bayes.errors import TooLargeError

MAX_WORLDS = 2**20
"""Largest table, in entries per hypothesis, for summing out a component's hidden states: with 8 hypotheses, 64 MiB and
a second of work."""


@dataclass(frozen=True, eq=False)
class Factor:
    """A table over hidden variables, each entry a sum of products of chances.

    Attributes
    ----------
    scope
        The variables, sorted.
    terms
        For each term of the sum, the chances that it multiplies: positions, shape (hypothesis, *states of the scope).
    """

    scope: tuple[int, ...]
    terms: tuple[tuple[Ints, ...], ...]


@dataclass(frozen=True, eq=False)
class Component:
    """Items joined through hidden items, common causes or sources, and the order in which to sum hidden states out.

    Attributes
    ----------
    items, sources
        What it joins: observed, reported and hidden items; sources.
    states
        How many states each hidden variable has: items first, then sources, then common causes. State 0 of a source
        with a reliability is "reliable"; the states of one that errs anew are the nodes of its error rates. State 0 of
        a common cause is that it holds.
    factors
        Factors whose product, summed over all states, is the likelihood.
    order
        Elimination order of the variables.
    largest
        Entries of the largest table of the elimination, for each hypothesis.
    """

    items: tuple[str, ...]
    sources: tuple[str, ...]
    states: tuple[int, ...]
    factors: tuple[Factor, ...]
    order: tuple[int, ...]
    largest: int

    @cached_property
    def multiplied(self) -> int:
        """The most chances that are multiplied in a world."""
        return sum(max(map(len, factor.terms), default=0) for factor in self.factors)

    @cached_property
    def doublings(self) -> int:
        """The most powers of two by which the sum over all states and terms exceeds its greatest summand."""
        summed = (*self.states, *(len(factor.terms) for factor in self.factors))
        return sum(max(count - 1, 0).bit_length() for count in summed)


@dataclass(frozen=True, eq=False)
class Nodes:
    """Positions of the quadrature nodes of an input that is used several times, among the chances.

    Attributes
    ----------
    slot
        The input.
    count
        How many nodes.
    start
        Position of the first node; the nodes are followed by one minus the nodes and by the weights.
    """

    slot: int
    count: int
    start: int

    @property
    def value(self) -> Ints:
        return self.start + np.arange(self.count)

    @property
    def complement(self) -> Ints:
        return self.value + self.count

    @property
    def weight(self) -> Ints:
        return self.complement + self.count


@dataclass(frozen=True)
class Reader:
    """A reader of positions of the chances of a case; `nodes` are the inputs to replace by their quadrature."""

    case: Case
    addresses: Addresses
    nodes: Mapping[int, Nodes]

    @property
    def size(self) -> int:
        return len(self.addresses) + 1

    @cached_property
    def items(self) -> Mapping[str, Evidence]:
        return {item.name: item for item in self.case.evidence}

    @cached_property
    def causes(self) -> Mapping[str, CommonCause]:
        return self.case.causes

    @cached_property
    def speakers(self) -> Mapping[str, Source]:
        return {source.name: source for source in self.case.sources}

    def one(self, is_one: bool = True) -> int:
        """Position of the constant 1, or of 0."""
        return self.size - 1 if is_one else 2 * self.size - 1

    def chance(self, position: int, as_is: bool) -> int:
        """Position of an input's value, or of one minus it."""
        return position if as_is else position + self.size

    def entry(self, item: Evidence, hypothesis: str, above: Iterable[Any], outcome: Any) -> int:
        """Position of P(outcome | hypothesis, outcomes above)."""
        if isinstance(item.likelihood, Ratios) and hypothesis == item.likelihood.reference:
            return self.one()
        return self._in_row(item, row_address(item, hypothesis, above), outcome)

    def _in_row(self, item: Evidence, row: RowAddress | CausedLikelihoodOf, outcome: Any) -> int:
        if item.is_binary:
            return self.chance(self.addresses.position(row), outcome is True)
        return self.addresses.position(row.member(outcome))

    def entries(self, item: Evidence) -> Ints:
        """Positions of all P(outcome | hypothesis, outcomes of the parents), shape (hypothesis, *parents, outcome).

        A row that is the same under every hypothesis stands once.
        """
        above = [self.items[parent].outcomes for parent in item.given]
        stated_under = 1 if isinstance(item.likelihood, Same) else len(self.case.names)
        first = row_address(item, self.case.names[0], [outcomes[0] for outcomes in above])
        return self._from(item, first, (stated_under, *map(len, above)))

    def caused_entries(self, item: Evidence) -> Ints:
        """The same where the item's common cause holds, for any outcomes of its parents."""
        first = CausedLikelihoodOf(self.causes[item.name].name, item.name, self.case.names[0])
        return self._from(item, first, (len(self.case.names), *(1 for _ in item.given)))

    def _from(self, item: Evidence, first: RowAddress | CausedLikelihoodOf, shape: tuple[int, ...]) -> Ints:
        """Rows of this shape, whose numbers lie one after another; first is the first row."""
        at = self._in_row(item, first, item.outcomes[0])
        if item.is_binary:
            is_true = at + np.arange(prod(shape)).reshape(shape)
            return np.stack([is_true, self.size + is_true], axis=-1)
        shape = (*shape, len(item.outcomes))
        return at + np.arange(prod(shape)).reshape(shape)

    def direct(self, is_direct: Bools) -> Ints:
        """Positions of what was observed of items whose parents are all observed, shape (item, hypothesis)."""
        is_bare, firsts = np.array(bare(self.case), dtype=bool), np.zeros(len(is_direct), dtype=np.int64)
        firsts[is_bare] = self.addresses.bare_firsts
        start = firsts + np.where(observations(self.case)[1], 0, self.size)
        rows = start[is_direct, None] + np.arange(len(self.case.names))
        others = compress(self.case.evidence, (is_direct & ~is_bare).tolist())
        for place, item in zip(np.flatnonzero(~is_bare[is_direct]).tolist(), others, strict=True):
            above = [self.items[parent].observed for parent in item.given]
            rows[place] = [self.entry(item, name, above, item.observed) for name in self.case.names]
        return rows

    @cached_property
    def evenly(self) -> Mapping[int, int]:
        """By how many outcomes an item has, the position of the chance of each where it has been misunderstood."""
        return {count: 2 * self.size + i for i, count in enumerate(misread_counts(self.case))}

    def shared_error(self, group: Iterable[Evidence]) -> Nodes | None:
        """The nodes of how likely items are to be misunderstood, if it is not known and some of these share it."""
        if ErrorOf() not in {error_address(self.case, item) for item in group}:
            return None
        return self.nodes.get(self.addresses.position(ErrorOf()))

    def component(self, group: Sequence[Evidence], hidden: set[str]) -> Component:
        items = [item for item in group if item.name in hidden]
        heard = {report.source for item in group for report in item.reports}
        speakers = tuple(source.name for source in self.case.sources if source.name in heard)
        variable = {item.name: position for position, item in enumerate(items)}
        states = [len(item.outcomes) for item in items] + [self.state_count(name) for name in speakers]
        causes = {cause.name: len(states) + i for i, cause in enumerate(self.causes_of(group))}
        states += [2] * len(causes)
        error, at_error = self.shared_error(group), len(states)
        states += [] if error is None else [error.count]
        factors = [
            *(self.item(item, variable, causes, at_error) for item in group),
            *(self.source(name, len(items) + i) for i, name in enumerate(speakers)),
            *(self.report(item, report, variable, speakers) for item in items for report in item.reports),
            *(self.cause(cause, causes[cause.name]) for cause in self.causes_of(group)),
            *([] if error is None else [self.error(error, at_error)]),
        ]
        order, largest = elimination_order(states, [factor.scope for factor in factors], group, speakers)
        names = tuple(item.name for item in group)
        return Component(names, speakers, tuple(states), tuple(factors), order, largest)

    def rate(self, source: str, rate: Rate) -> list[int]:
        """Slots of a rate at which a source errs, one for each hypothesis."""
        return rates_of(self.case, self.speakers[source], rate, self.addresses)

    def _node_count(self, source: str, rate: Rate) -> int:
        """How many numbers a rate has: one, or one for each node."""
        counts = [self.nodes[at].count for at in self.rate(source, rate) if at in self.nodes]
        return max(counts, default=1)

    def state_count(self, source: str) -> int:
        """States of a source: reliable, and unreliable at each node; or, if it errs anew, all nodes of both rates."""
        counts = [self._node_count(source, rate) for rate in self.speakers[source].rates]
        return prod(counts) if self.speakers[source].errs_anew else 1 + prod(counts)

    def source(self, name: str, variable: int) -> Factor:
        """P(state): reliable, or unreliable at one of the nodes; only the first if the number is known."""
        weights = [self._over_nodes(name, rate, self.weights(name, rate)) for rate in self.speakers[name].rates]
        if self.speakers[name].errs_anew:
            return Factor((variable,), (tuple(weights),))
        at = np.array(reliabilities_of(self.case, self.speakers[name], self.addresses))
        reliability = np.repeat(at[:, None] + self.size, self.state_count(name), axis=1)
        reliability[:, 0] = at
        return Factor((variable,), ((reliability, np.insert(weights[0], 0, self.one(), axis=1)),))

    def weights(self, source: str, rate: Rate) -> list[list[int]]:
        """The weights of the nodes of a rate under each hypothesis; all on the first where the number is known."""
        known = [self.one()] + [self.one(False)] * (self._node_count(source, rate) - 1)
        return [list(self.nodes[at].weight) if at in self.nodes else known for at in self.rate(source, rate)]

    def _over_nodes(self, source: str, rate: Rate, of_rate: list[list[int]]) -> Ints:
        """Spread positions for the nodes of one rate over the nodes of all rates; shape (hypothesis, node)."""
        rates = self.speakers[source].rates
        counts = [self._node_count(source, one) for one in rates]
        shape = [len(of_rate), *(count if one == rate else 1 for one, count in zip(rates, counts, strict=True))]
        spread = np.broadcast_to(np.array(of_rate).reshape(shape), (len(of_rate), *counts))
        return spread.reshape(len(of_rate), -1)

    def report(self, item: Evidence, report: Report, variable: Mapping[str, int], speakers: Sequence[str]) -> Factor:
        """P(what the report says | item, state): a copy repeats another report, an original does not."""
        scope = (variable[item.name], len(variable) + speakers.index(report.source))
        original = np.stack([self.says(report, report.says, fact) for fact in (True, False)], axis=1)
        if report.copied_from is None:
            return Factor(scope, ((original,),))
        address = CopyProbabilityOf(item.name, report.source)
        origin = next(other for other in item.reports if other.source == report.copied_from)
        copied = np.full(original.shape, self.addresses.position(address))
        repeats = np.full(original.shape, self.one(origin.says is report.says))
        return Factor(scope, ((copied, repeats), (copied + self.size, original)))

    def says(self, report: Report, says: bool, fact: bool) -> Ints:
        """The chance that an original report says this, given the fact: shape (hypothesis, state of the source).

        A reliable source states the fact; an unreliable one says what serves it, or the opposite. A source that errs
        anew says True at the rate for the fact; where False serves it, True and False change places.
        """
        if self.speakers[report.source].errs_anew:
            return self._at_rate(report.source, ERROR_RATES[fact is not report.serves], says is report.serves)
        unreliable = self._at_rate(report.source, "if_unreliable", says is report.serves)
        return np.insert(unreliable, 0, self.one(says is fact), axis=1)

    def _at_rate(self, source: str, rate: Rate, as_is: bool) -> Ints:
        """The chances of a rate, or of one minus it: for each hypothesis, at each node."""
        rows = [self._at_position(source, rate, as_is, position) for position in self.rate(source, rate)]
        return self._over_nodes(source, rate, rows)

    def _at_position(self, source: str, rate: Rate, as_is: bool, position: int) -> list[int]:
        if position in self.nodes:
            nodes = self.nodes[position]
            return list(nodes.value if as_is else nodes.complement)
        return [self.chance(position, as_is)] * self._node_count(source, rate)

    def causes_of(self, group: Iterable[Evidence]) -> list[CommonCause]:
        """The common causes of some items, in the order of the case."""
        names = {self.causes[item.name].name for item in group if item.name in self.causes}
        return [cause for cause in self.case.common_causes if cause.name in names]

    def cause(self, cause: CommonCause, variable: int) -> Factor:
        """P(the cause holds, or does not | hypothesis)."""
        names = _under(self.case, cause.probability)
        holds = np.array([self.addresses.position(CauseProbabilityOf(cause.name, name)) for name in names])
        return Factor((variable,), ((np.stack([holds, holds + self.size], axis=1),),))

    def error(self, nodes: Nodes, variable: int) -> Factor:
        """P(node) of how likely items are to be misunderstood."""
        return Factor((variable,), ((np.tile(nodes.weight, (len(self.case.names), 1)),),))

    def item(
        self, item: Evidence, variable: Mapping[str, int], causes: Mapping[str, int], error: int | None = None
    ) -> Factor:
        """P(item | hypothesis, parents, common cause), misunderstood or not; `error` is the variable of its nodes."""
        factor, at = self.understood(item, variable, causes), error_address(self.case, item)
        if at is None:
            return factor
        ((table,),) = factor.terms
        slot, scope = self.addresses.position(at), factor.scope
        if slot in self.nodes and error is not None:
            nodes, scope = self.nodes[slot], (*scope, error)
            table = np.repeat(table[..., None], nodes.count, axis=-1)
            is_so, is_not = (np.broadcast_to(one, table.shape) for one in (nodes.value, nodes.complement))
        else:
            is_so, is_not = np.full(table.shape, slot), np.full(table.shape, slot + self.size)
        evenly = np.full(table.shape, self.evenly[len(item.outcomes)])
        return Factor(scope, ((is_not, table), (is_so, evenly)))

    def understood(self, item: Evidence, variable: Mapping[str, int], causes: Mapping[str, int]) -> Factor:
        """P(item | hypothesis, parents, common cause), with an axis for the item and each of them that is hidden."""
        axes = sorted((n for n in (*item.given, item.name) if n in variable), key=lambda name: variable[name])
        scope, own = tuple(variable[name] for name in axes), self.table(item, axes, self.entries(item))
        if item.name not in self.causes:
            return Factor(scope, ((own,),))
        either = np.stack([self.table(item, axes, self.caused_entries(item)), own], axis=-1)
        return Factor((*scope, causes[self.causes[item.name].name]), ((either,),))

    def table(self, item: Evidence, axes: Sequence[str], entries: Ints) -> Ints:
        """Entries of an item for all states of these items, in their order; its other parents are observed."""
        given = [self.items[name] for name in (*item.given, item.name)]
        states: list[Any] = [slice(None) if one.name in axes else _observed_state(one) for one in given]
        kept = [one.name for one in given if one.name in axes]
        shape = (len(self.case.names), *(len(one.outcomes) for one in given))
        found = np.broadcast_to(entries, shape)[:, *states]
        return np.ascontiguousarray(found.transpose(0, *(1 + kept.index(name) for name in axes)))


def _observed_state(item: Evidence) -> int:
    assert item.observed is not None
    return item.outcomes.index(item.observed)


def rates_of(case: Case, source: Source, rate: Rate, addresses: Addresses) -> list[int]:
    """Slots of a rate at which a source errs, one for each hypothesis."""
    return [addresses.position(ErrorRateOf(source.name, rate, name)) for name in _under(case, getattr(source, rate))]


def reliabilities_of(case: Case, source: Source, addresses: Addresses) -> list[int]:
    """Slots of the reliability of a source, one for each hypothesis."""
    return [addresses.position(ReliabilityOf(source.name, name)) for name in _under(case, source.reliability)]


def _under(case: Case, stated: object) -> Sequence[str | None]:
    """The hypotheses, each of which has a number of its own; None for each where one number stands for all."""
    return case.names if isinstance(stated, Mapping) else [None] * len(case.names)


def misread_counts(case: Case) -> tuple[int, ...]:
    """How many outcomes items have that may have been misunderstood."""
    items = not_bare(case) if case.error is None else case.evidence
    return tuple(sorted({len(item.outcomes) for item in items if error_address(case, item) is not None}))


def elimination_order(
    states: Sequence[int], scopes: Iterable[Sequence[int]], group: Sequence[Evidence], speakers: tuple[str, ...]
) -> tuple[tuple[int, ...], int]:
    """Find an order that always sums out the variable with the smallest table (min-weight), and its largest table."""
    neighbours: dict[int, set[int]] = {variable: set() for variable in range(len(states))}
    for scope in scopes:
        for variable in scope:
            neighbours[variable] |= set(scope) - {variable}
    sizes = {v: states[v] * prod(states[n] for n in near) for v, near in neighbours.items()}
    order, largest = [], 1
    while neighbours:
        chosen = min(neighbours, key=lambda v: (sizes[v], v))
        if sizes[chosen] > MAX_WORLDS:
            names = tuple(item.name for item in group)
            raise TooLargeError(
                component=label(names), items=names, sources=speakers, worlds=sizes[chosen], limit=MAX_WORLDS
            )
        largest = max(largest, sizes[chosen])
        near = neighbours.pop(chosen)
        for v in near:
            neighbours[v] = (neighbours[v] | near) - {v, chosen}
            sizes[v] = states[v] * prod(states[n] for n in neighbours[v])
        order.append(chosen)
    return tuple(order), largest


def label(items: Sequence[str]) -> str:
    """One name for several items."""
    shown = "+".join(items[:4])
    return shown if len(items) <= 4 else f"{shown}+{len(items) - 4}_more"
