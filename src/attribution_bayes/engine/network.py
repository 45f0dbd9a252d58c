"""From a case to arrays: the last place that knows names.

A *world* says, given one hypothesis, how every hidden item came out, which sources are reliable, which common causes
hold and which copied reports were copied. Asserted numbers go by *slot*: their position in the vector of input values.
Items whose parents are observed and that have no common cause stand alone (*direct*); the others, joined through hidden
items, common causes and shared sources, form components with hidden states. Either way the likelihood is made of sums
of products of *chances*: inputs, or one minus an input.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import compress
from typing import Any
from uuid import uuid4

import numpy as np

from attribution_bayes.arrays import Bools, Ints
from attribution_bayes.declare.address import (
    CommonCausePart,
    ErrorOf,
    ErrorPart,
    ItemPart,
    PartAddress,
    PriorOf,
    SourcePart,
)
from attribution_bayes.declare.assumptions import origin
from attribution_bayes.declare.case import Case, bare, item_names, not_bare, observations
from attribution_bayes.declare.parameters import Addresses, addresses, error_address
from attribution_bayes.declare.parts import CommonCause, Evidence
from attribution_bayes.engine.factors import Component, Factor, Nodes, Reader, label, misread_counts, rates_of
from attribution_bayes.engine.inputs import Family, Inputs, inputs_at
from attribution_bayes.memo import once_for_each

MAX_ARRIVED = 4
"""Most networks from other processes that a process keeps, the oldest dropped first: it works on few at a time."""


@dataclass(frozen=True, eq=False)
class Network:
    """A case as arrays.

    All factors look up *chances*: a vector of the input values (the constant 1 last), of one minus each of them, and of
    the quadrature nodes.

    Attributes
    ----------
    hypotheses
    inputs
    prior
        Slots, shape (hypothesis,).
    direct
        Positions of P(what was observed | hypothesis) of the direct items, shape (item, hypothesis).
    components
        The other items, at given input values: inputs that several reports use are plain numbers.
    integrated
        The same, with uncertain inputs that are used several times replaced by their nodes.
    nodes
        Those inputs.
    evenly
        Chances that no input moves: one over how many outcomes an item has that may have been misunderstood.
    repeated
        Inputs that several reports use, uncertain or not, and the number of these reports.
    component_names
        Names of the factors of the likelihood, in the order of the case.
    direct_at, components_at
        Positions of the direct items and of the components among those names.
    """

    hypotheses: tuple[str, ...]
    inputs: Inputs
    prior: Ints
    direct: Ints
    components: tuple[Component, ...]
    integrated: tuple[Component, ...]
    nodes: tuple[Nodes, ...]
    evenly: tuple[float, ...]
    repeated: Mapping[int, int]
    component_names: tuple[str, ...]
    direct_at: Ints
    components_at: Ints

    @property
    def free(self) -> Ints:
        """Positions of the uncertain inputs outside the prior."""
        return np.setdiff1d(np.flatnonzero(self.inputs.uncertain), self.prior)

    @cached_property
    def component_items(self) -> tuple[tuple[str, ...], ...]:
        """The items that each factor is about."""
        joined = {place: one.items for place, one in zip(self.components_at.tolist(), self.components, strict=True)}
        return tuple([joined.get(place, (name,)) for place, name in enumerate(self.component_names)])

    @property
    def all_components(self) -> tuple[Component, ...]:
        """A component for each name; direct items are components without hidden states."""
        found: dict[int, Component] = dict(zip(self.components_at.tolist(), self.integrated, strict=True))
        for place, positions in zip(self.direct_at.tolist(), self.direct, strict=True):
            factor = Factor((), ((positions,),))
            found[place] = Component(self.component_items[place], (), (), (factor,), (), 1)
        return tuple(found[place] for place in range(len(found)))

    @property
    def users(self) -> tuple[Ints, Bools]:
        """For each chance, the slot that it uses (the constant 1 for weights), and whether as one minus it."""
        size = len(self.inputs.values)
        constants = len(self.evenly)
        slots = [np.arange(size), np.arange(size), np.full(constants, size - 1)]
        flips = [np.zeros(size, dtype=bool), np.ones(size, dtype=bool), np.zeros(constants, dtype=bool)]
        for nodes in self.nodes:
            slots += [np.repeat([nodes.slot, nodes.slot, size - 1], nodes.count)]
            flips += [np.repeat([False, True, False], nodes.count)]
        return np.concatenate(slots), np.concatenate(flips)

    @cached_property
    def ratios(self) -> tuple[Ints, Ints]:
        """Uncertain likelihood ratios: their slots, and the component of each, which is an item by itself."""
        item, hypothesis = np.nonzero(np.isin(self.direct, np.flatnonzero(self.inputs.family == Family.LOG_NORMAL)))
        return self.direct[item, hypothesis], self.direct_at[item]

    @cached_property
    def token(self) -> str:
        """The name of this network in every process that it is sent to."""
        return uuid4().hex

    def __reduce__(self) -> tuple[object, ...]:
        return _arrived, (self.token, *(getattr(self, field.name) for field in fields(self)))

    def __dask_tokenize__(self) -> str:
        return self.token


_arrivals: dict[str, Network] = {}


def _arrived(token: str, *parts: Any) -> Network:
    """The network of this name that the process received before, with everything already computed for it.

    dask sends a network with every chunk.
    """
    found = _arrivals.get(token)
    if found is None:
        found = Network(*parts)
        vars(found)["token"] = token
        if len(_arrivals) >= MAX_ARRIVED:
            _arrivals.pop(next(iter(_arrivals)), None)
    return _arrivals.setdefault(token, found)


@once_for_each
def network(case: Case) -> Network:
    """Turn a case into arrays.

    Raises
    ------
    TooLargeError
        If summing out some component's hidden states takes a table of more than `MAX_WORLDS` entries.
    """
    supposed = origin(case)
    if supposed is None:
        return _built(case)
    first, changes = supposed
    known = addresses(first)
    moved = {known.position(address): value for address, value in changes.items()}
    return _renumbered(network(first), moved) or _built(case)


def _renumbered(net: Network, changes: Mapping[int, Any]) -> Network | None:
    """The network with other plain numbers; None where anything else changes."""
    inputs, slots = net.inputs, [*changes]
    if inputs.uncertain[slots].any() or not all(isinstance(value, float) for value in changes.values()):
        return None
    mean, complement = inputs.mean.copy(), inputs.complement.copy()
    mean[slots] = list(changes.values())
    complement[slots] = 1 - mean[slots]
    return replace(net, inputs=replace(inputs, mean=mean, complement=complement))


def _built(case: Case) -> Network:
    known = addresses(case)
    inputs = inputs_at(known)
    repeated = _repeated(case, known)
    evenly = tuple(1 / count for count in misread_counts(case))
    nodes = _nodes(inputs, repeated, 2 * len(inputs.values) + len(evenly))
    reader, integrating = Reader(case, known, {}), Reader(case, known, {node.slot: node for node in nodes})
    hidden = _hidden_that_matter(case)
    is_direct, joined = _parted(case, hidden)
    groups = linked_items(case, joined, hidden)
    components = tuple(reader.component(group, hidden) for group in groups)
    integrated = tuple(integrating.component(group, hidden) for group in groups) if nodes else components
    names, places = _in_order(case, is_direct, groups)
    size = len(places) - len(groups)
    return Network(
        hypotheses=case.names,
        inputs=inputs,
        prior=np.array([known.position(PriorOf(name)) for name in case.names]),
        direct=reader.direct(is_direct),
        components=components,
        integrated=integrated,
        nodes=nodes,
        evenly=evenly,
        repeated=repeated,
        component_names=names,
        direct_at=places[:size],
        components_at=places[size:],
    )


def _in_order(case: Case, is_direct: Bools, groups: Sequence[Sequence[Evidence]]) -> tuple[tuple[str, ...], Ints]:
    """Names of the direct items and of the groups, in the order of the case, and the place of each among them.

    The direct items and the groups are in that order already, each for themselves.
    """
    names = [*compress(item_names(case), is_direct.tolist())]
    if not groups:
        return tuple(names), np.arange(len(names))
    position = {name: place for place, name in enumerate(item_names(case))}
    first = [*np.flatnonzero(is_direct).tolist(), *(position[group[0].name] for group in groups)]
    names += [label([item.name for item in group]) for group in groups]
    order = np.argsort(first)
    places = np.empty(len(names), dtype=np.int64)
    places[order] = np.arange(len(names))
    return tuple([names[place] for place in order.tolist()]), places


def _hidden_that_matter(case: Case) -> set[str]:
    """Hidden and reported items that an observation depends on; other hidden items change nothing."""
    hidden = {item.name for item in not_bare(case) if item.observed is None and item.reports}
    reached = [item for item in not_bare(case) if item.given and (item.observed is not None or item.reports)]
    items = {item.name: item for item in case.evidence} if reached else {}
    while reached:
        parents = {name for item in reached for name in item.given if items[name].observed is None} - hidden
        hidden |= parents
        reached = [items[name] for name in parents]
    return hidden


def _is_joined(case: Case, item: Evidence, causes: Mapping[str, CommonCause], hidden: set[str]) -> bool:
    """Whether an observed item depends on something hidden, or may have been misunderstood."""
    is_mixed = item.name in causes or error_address(case, item) is not None
    return is_mixed or not hidden.isdisjoint(item.given)


class Linked[Thing: Hashable]:
    """Things in groups, which grow together as links are added; a thing without links is a group by itself."""

    def __init__(self) -> None:
        self._above: dict[Thing, Thing] = {}

    def group(self, thing: Thing) -> Thing:
        """The one that stands for the group of a thing."""
        top = thing
        while top in self._above:
            top = self._above[top]
        while thing != top:  # so that the next search is short
            above, self._above[thing] = self._above[thing], top
            thing = above
        return top

    def link(self, one: Thing, other: Thing) -> None:
        one, other = self.group(one), self.group(other)
        if one != other:
            self._above[one] = other


def _parted(case: Case, hidden: set[str]) -> tuple[Bools, list[Evidence]]:
    """Which items are observed and depend on nothing hidden, shape (item,); and all others that matter, in order."""
    causes, joined = case.causes, list[Evidence]()
    is_direct = observations(case)[0].copy()
    is_mixed = bool(causes) or case.error is not None
    alone = is_direct & (not is_mixed) & np.array(bare(case), dtype=bool)
    for place in np.flatnonzero(~alone).tolist():
        item = case.evidence[place]
        if item.observed is None:
            joined += [item] if item.name in hidden else []
        elif _is_joined(case, item, causes, hidden):
            is_direct[place] = False
            joined.append(item)
    return is_direct, joined


def linked_items(case: Case, items: Sequence[Evidence], parents: Collection[str]) -> list[list[Evidence]]:
    """Items that share a source, a common cause or the error of the case, or are `given` one of these parents."""
    sets: Linked[PartAddress] = Linked()
    causes = case.causes
    for item in items:
        others: list[PartAddress] = [ItemPart(name) for name in item.given if name in parents]
        others += [SourcePart(report.source) for report in item.reports]
        others += [ErrorPart()] if error_address(case, item) == ErrorOf() else []
        others += [CommonCausePart(causes[item.name].name)] if item.name in causes else []
        for other in others:
            sets.link(ItemPart(item.name), other)
    groups: dict[PartAddress, list[Evidence]] = {}
    for item in items:
        groups.setdefault(sets.group(ItemPart(item.name)), []).append(item)
    return list(groups.values())


def _repeated(case: Case, addresses: Addresses) -> dict[int, int]:
    """How many reports use each error rate of a source, or items the error that they share, where several do."""
    counts = Counter(report.source for item in not_bare(case) for report in item.reports)
    several = [source for source in case.sources if counts[source.name] > 1]
    used = {
        source.name: sorted({at for rate in source.rates for at in rates_of(case, source, rate, addresses)})
        for source in several
    }
    found = {position: counts[name] for name, positions in used.items() for position in positions}
    misread = 0 if case.error is None else sum(error_address(case, item) == ErrorOf() for item in case.evidence)
    return found | ({addresses.position(ErrorOf()): misread} if misread > 1 else {})


def _nodes(inputs: Inputs, repeated: Mapping[int, int], start: int) -> tuple[Nodes, ...]:
    """An uncertain rate that n reports use enters as a polynomial of degree n: it takes n // 2 + 1 nodes."""
    found: list[Nodes] = []
    for position, uses in repeated.items():
        if inputs.uncertain[position]:
            found.append(Nodes(position, uses // 2 + 1, start))
            start += 3 * found[-1].count
    return tuple(found)
