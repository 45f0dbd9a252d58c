"""From a case to arrays: the last place that knows names.

A *world* says, given one hypothesis, how every hidden item came out, which sources are reliable and which copied
reports were copied. Asserted numbers go by *slot*: their position in the vector of input values. Items whose parents
are observed stand alone (*direct*); the others, joined through hidden items and shared sources, form components with
hidden states. Either way the likelihood is made of sums of products of *chances*: inputs, or one minus an input.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from functools import cached_property
from itertools import product
from math import prod
from typing import Any, assert_never
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import DisjointSet

from attribution_bayes.declare.assumptions import origin
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import Beta, LogNormal, Meaning, Point, Uniform
from attribution_bayes.declare.parameters import Addresses, Parameter, Run, addresses
from attribution_bayes.declare.parts import ERROR_RATES, Evidence, Report, Source
from attribution_bayes.declare.ways import Ratios
from attribution_bayes.errors import TooLargeError
from attribution_bayes.memo import once_for_each

MAX_WORLDS = 2**20
"""Largest table, in entries per hypothesis, that summing out a component's hidden states may take: 8 hypotheses of it
are 64 MiB, and a second of work."""

MOST_ARRIVED = 4
"""Networks that a process keeps of those that it was sent, the oldest dropped first: few are worked on at a time."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Family(IntEnum):
    """What is known of an input."""

    FIXED = 0
    BETA = 1
    DIRICHLET = 2
    LOG_NORMAL = 3
    UNIFORM = 4


@dataclass(frozen=True, eq=False)
class Inputs:
    """Every asserted number, as arrays of shape (input,).

    Attributes
    ----------
    addresses
        Their names.
    mean, complement
        The number, or the mean of its distribution (of a ratio the geometric one); and one minus it, to the last digit
        where the mean is close to 1.
    family
        Which `Family`.
    first, second
        Parameters: alpha and beta of a Beta (1 and 1 of a uniform), the weight of a Dirichlet's member, mu and sigma of
        a log-normal.
    lower, upper
        The range of a uniform; 0 and 1 of everything else that is a probability.
    block
        The same number for inputs that sum to one, -1 for inputs that stand alone.
    is_ratio
        Which are likelihood ratios; the others are probabilities.
    """

    addresses: Sequence[str]
    mean: Floats
    complement: Floats
    family: Ints
    first: Floats
    second: Floats
    lower: Floats
    upper: Floats
    block: Ints
    is_ratio: Bools

    @property
    def uncertain(self) -> Bools:
        """Which inputs have a distribution."""
        return np.not_equal(self.family, Family.FIXED)

    @cached_property
    def values(self) -> Floats:
        """The means, with the constant 1 behind them: what the kernel takes."""
        values = np.append(self.mean, 1.0)
        values.flags.writeable = False
        return values

    @cached_property
    def drawn(self) -> Inputs:
        """Those that are uncertain, by themselves."""
        at = np.flatnonzero(self.uncertain)
        arrays = (getattr(self, name)[at] for name in ARRAYS)
        return Inputs(tuple(self.addresses[i] for i in at.tolist()), *arrays)

    def filled(self, draws: Floats) -> Floats:
        """Whole rows of values, shape (..., input + 1), from values of those that are uncertain, shape (..., drawn)."""
        values = np.empty((*draws.shape[:-1], len(self.values)))
        values[...] = self.values
        values[..., np.flatnonzero(self.uncertain)] = draws
        return values

    def blocks(self, family: Family) -> list[Ints]:
        """The members of every block of a family."""
        numbers = np.unique(self.block[(self.family == family) & (self.block >= 0)])
        return [np.flatnonzero(self.block == number) for number in numbers]


ARRAYS = tuple(field.name for field in fields(Inputs) if field.name != "addresses")


@dataclass(frozen=True, eq=False)
class Factor:
    """A table over hidden variables, each entry a sum of products of chances.

    Attributes
    ----------
    scope
        The variables, sorted.
    terms
        For each term of the sum the chances that it multiplies: positions, shape (hypothesis, *states of the scope).
    """

    scope: tuple[int, ...]
    terms: tuple[tuple[Ints, ...], ...]


@dataclass(frozen=True, eq=False)
class Component:
    """Items joined through hidden items or sources, and the order in which to sum the hidden states out.

    Attributes
    ----------
    items, sources
        What it joins: observed, reported and hidden items; sources.
    states
        How many states each hidden variable has: items first, then sources. State 0 of a source with a reliability is
        "reliable"; the states of one that errs anew are the nodes of its error rates.
    factors
        Whose product, summed over all states, is the likelihood.
    order
        Elimination order of the variables.
    largest
        Entries of the largest table on the way, for each hypothesis.
    """

    items: tuple[str, ...]
    sources: tuple[str, ...]
    states: tuple[int, ...]
    factors: tuple[Factor, ...]
    order: tuple[int, ...]
    largest: int

    @cached_property
    def multiplied(self) -> int:
        """How many chances are multiplied in a world, at most."""
        return sum(max(map(len, factor.terms), default=0) for factor in self.factors)

    @cached_property
    def doublings(self) -> int:
        """Powers of two by which the sum over all states and terms exceeds its greatest summand, at most."""
        summed = (*self.states, *(len(factor.terms) for factor in self.factors))
        return sum(max(count - 1, 0).bit_length() for count in summed)


@dataclass(frozen=True, eq=False)
class Nodes:
    """Where the quadrature nodes of an input that is used several times stand among the chances.

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
        Chances of what was observed of the direct items, shape (item, hypothesis).
    components
        The others, at given input values: everything that several reports use is a number.
    integrated
        The same with the inputs that are used several times replaced by their nodes.
    nodes
        Those inputs.
    repeated
        Inputs that several reports use, uncertain or not, and by how many.
    component_names, component_items
        For each factor of the likelihood, in the order of the case, its name and the items it is about.
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
    repeated: Mapping[int, int]
    component_names: tuple[str, ...]
    component_items: tuple[tuple[str, ...], ...]
    direct_at: Ints
    components_at: Ints

    @property
    def free(self) -> Ints:
        """Positions of the uncertain inputs, those of the prior left out."""
        return np.setdiff1d(np.flatnonzero(self.inputs.uncertain), self.prior)

    @property
    def all_components(self) -> tuple[Component, ...]:
        """One for each name, the direct items as components without hidden states."""
        found: dict[int, Component] = dict(zip(self.components_at.tolist(), self.integrated, strict=True))
        for place, positions in zip(self.direct_at.tolist(), self.direct, strict=True):
            factor = Factor((), ((positions,),))
            found[place] = Component(self.component_items[place], (), (), (factor,), (), 1)
        return tuple(found[place] for place in range(len(found)))

    @property
    def users(self) -> tuple[Ints, Bools]:
        """For each chance the slot that it uses (the constant 1 for weights), and whether as one minus it."""
        size = len(self.inputs.values)
        slots, flips = [np.arange(size), np.arange(size)], [np.zeros(size, dtype=bool), np.ones(size, dtype=bool)]
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
        """Names this network in every process that it is sent to."""
        return uuid4().hex

    def __reduce__(self) -> tuple[object, ...]:
        return _arrived, (self.token, *(getattr(self, field.name) for field in fields(self)))

    def __dask_tokenize__(self) -> str:
        return self.token


_arrivals: dict[str, Network] = {}


def _arrived(token: str, *parts: Any) -> Network:
    """The network of this name that the process was sent before, so that what was found of it serves again.

    dask sends a network with every chunk.
    """
    found = _arrivals.get(token)
    if found is None:
        found = Network(*parts)
        vars(found)["token"] = token
        if len(_arrivals) >= MOST_ARRIVED:
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
    return (None if supposed is None else _renumbered(network(supposed[0]), supposed[1])) or _built(case)


def _renumbered(net: Network, changes: Mapping[str, Any]) -> Network | None:
    """The network with other numbers where numbers were stated; None where more than a number is another."""
    inputs = net.inputs
    slots = [inputs.addresses.index(address) for address in changes]
    if inputs.uncertain[slots].any() or not all(isinstance(value, float) for value in changes.values()):
        return None
    mean, complement = inputs.mean.copy(), inputs.complement.copy()
    mean[slots] = list(changes.values())
    complement[slots] = 1 - mean[slots]
    return replace(net, inputs=replace(inputs, mean=mean, complement=complement))


def _built(case: Case) -> Network:
    known = addresses(case)
    inputs = _inputs(known)
    repeated = _repeated(case, known)
    nodes = _nodes(inputs, repeated)
    reader, integrating = Reader(case, known, {}), Reader(case, known, {node.slot: node for node in nodes})
    hidden = _hidden_that_matter(case)
    groups = _groups(case, hidden)
    components = tuple(reader.component(group, hidden) for group in groups)
    integrated = tuple(integrating.component(group, hidden) for group in groups) if nodes else components
    direct = [item for item in case.evidence if item.observed is not None and not hidden & set(item.given)]
    first = {item.name: position for position, item in enumerate(case.evidence)}
    members = [(item.name,) for item in direct] + [tuple(item.name for item in group) for group in groups]
    ordered = sorted(members, key=lambda items: first[items[0]])
    rank = {items[0]: place for place, items in enumerate(ordered)}
    places = np.array([rank[items[0]] for items in members], dtype=np.int64)
    return Network(
        hypotheses=case.names,
        inputs=inputs,
        prior=np.array([known.index(f"prior.{name}") for name in case.names]),
        direct=reader.direct(direct),
        components=components,
        integrated=integrated,
        nodes=nodes,
        repeated=repeated,
        component_names=tuple(label(items) for items in ordered),
        component_items=tuple(ordered),
        direct_at=places[: len(direct)],
        components_at=places[len(direct) :],
    )


def label(items: Sequence[str]) -> str:
    """One name for items that go together."""
    shown = "+".join(items[:4])
    return shown if len(items) <= 4 else f"{shown}+{len(items) - 4}_more"


def _inputs(addresses: Addresses) -> Inputs:
    starts = list(zip(addresses.stated, addresses.starts, strict=False))
    single = [one for one, _ in starts if isinstance(one, Parameter)]
    at = np.array([start for one, start in starts if isinstance(one, Parameter)], dtype=np.int64)
    mean = np.empty(len(addresses))
    for one, start in starts:
        if isinstance(one, Run):
            mean[start : start + len(one.names)] = one.numbers
    mean[at] = [parameter.meaning.mean for parameter in single]
    complement = 1 - mean
    complement[at] = [_complement(parameter.meaning) for parameter in single]
    blocks = {name: number for number, name in enumerate(dict.fromkeys(one.block for one in single if one.block))}
    parameters = [(*_parameters(one), blocks.get(one.block or "", -1)) for one in single]
    family, first, second, lower, upper, block = np.array(parameters, dtype=float).T

    def everywhere[Number: np.generic](of_single: NDArray[Number], of_a_run: float = 0.0) -> NDArray[Number]:
        # FIXED is 0, and zeros take no memory until they are written to
        values = np.zeros(len(addresses), dtype=of_single.dtype)
        if of_a_run:
            values.fill(of_a_run)
        values[at] = of_single
        return values

    return Inputs(
        addresses=addresses,
        mean=mean,
        complement=complement,
        family=everywhere(family.astype(np.int64)),
        first=everywhere(first),
        second=everywhere(second),
        lower=everywhere(lower),
        upper=everywhere(upper, 1.0),
        block=everywhere(block.astype(np.int64), -1),
        is_ratio=everywhere(np.array([parameter.is_ratio for parameter in single])),
    )


def _complement(meaning: Meaning) -> float:
    """The mean of one minus a probability; nothing looks up that of a ratio."""
    return 1 - meaning.mean if isinstance(meaning, LogNormal) else meaning.complement


def _parameters(parameter: Parameter) -> tuple[Family, float, float, float, float]:
    if parameter.weight is not None:
        return Family.DIRICHLET, parameter.weight, 0.0, 0.0, 1.0
    match parameter.meaning:
        case Point():
            return Family.FIXED, 0.0, 0.0, 0.0, 1.0
        case LogNormal(mu, sigma):
            return Family.LOG_NORMAL, mu, sigma, 0.0, np.inf
        case Beta(alpha, beta):
            return Family.BETA, alpha, beta, 0.0, 1.0
        case Uniform(lower, upper):
            return Family.UNIFORM, 1.0, 1.0, lower, upper
        case _:
            assert_never(parameter.meaning)


def _hidden_that_matter(case: Case) -> set[str]:
    """Hidden and reported items that something observed depends on; other hidden items change nothing."""
    items = {item.name: item for item in case.evidence}
    reached = [item for item in case.evidence if item.observed is not None or item.reports]
    hidden = {item.name for item in reached if item.observed is None}
    while reached:
        parents = {name for item in reached for name in item.given if items[name].observed is None} - hidden
        hidden |= parents
        reached = [items[name] for name in parents]
    return hidden


def _groups(case: Case, hidden: set[str]) -> list[list[Evidence]]:
    """Items that share hidden variables, each group and the groups in the order of the case."""
    joined = [
        item
        for item in case.evidence
        if item.name in hidden or (item.observed is not None and hidden & set(item.given))
    ]
    sets = DisjointSet(("evidence", item.name) for item in joined)
    for item in joined:
        for parent in hidden & set(item.given):
            sets.merge(("evidence", item.name), ("evidence", parent))
        for report in item.reports:
            sets.add(("source", report.source))
            sets.merge(("evidence", item.name), ("source", report.source))
    groups: dict[tuple[str, str], list[Evidence]] = {}
    for item in joined:
        groups.setdefault(sets[("evidence", item.name)], []).append(item)
    return list(groups.values())


def _repeated(case: Case, addresses: Sequence[str]) -> dict[int, int]:
    """How many reports use each rate at which a source errs, where it is more than one."""
    counts = Counter(report.source for item in case.evidence for report in item.reports)
    several = [source for source in case.sources if counts[source.name] > 1]
    used = {
        source.name: sorted({at for rate in source.rates for at in _rate(case, source, rate, addresses)})
        for source in several
    }
    return {position: counts[name] for name, positions in used.items() for position in positions}


def _nodes(inputs: Inputs, repeated: Mapping[int, int]) -> tuple[Nodes, ...]:
    """An uncertain rate that n reports use enters as a polynomial of degree n: it takes n // 2 + 1 nodes."""
    found: list[Nodes] = []
    start = 2 * len(inputs.values)
    for position, uses in repeated.items():
        if inputs.uncertain[position]:
            found.append(Nodes(position, uses // 2 + 1, start))
            start += 3 * found[-1].count
    return tuple(found)


def _rate(case: Case, source: Source, rate: str, addresses: Sequence[str]) -> list[int]:
    """Slots of a rate at which a source errs, one for each hypothesis."""
    address = f"source.{source.name}.{rate}"
    if address in addresses:
        return [addresses.index(address)] * len(case.names)
    return [addresses.index(f"{address}.{name}") for name in case.names]


@dataclass(frozen=True)
class Reader:
    """Looks up where the chances of a case stand; `nodes` are the inputs to replace by their quadrature."""

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
    def speakers(self) -> Mapping[str, Source]:
        return {source.name: source for source in self.case.sources}

    def one(self, is_one: bool = True) -> int:
        """Position of the constant 1, or of 0."""
        return self.size - 1 if is_one else 2 * self.size - 1

    def chance(self, position: int, as_is: bool) -> int:
        """Position of an input's value, or of one minus it."""
        return position if as_is else position + self.size

    def entry(self, item: Evidence, hypothesis: str, above: Sequence[object], outcome: object) -> int:
        """Position of P(outcome | hypothesis, outcomes above)."""
        if isinstance(item.likelihood, Ratios) and hypothesis == item.likelihood.reference:
            return self.one()
        address = ".".join(("evidence", item.name, "likelihood", hypothesis, *(str(parent) for parent in above)))
        if item.is_binary:
            return self.chance(self.addresses.index(address), outcome is True)
        return self.addresses.index(f"{address}.{outcome}")

    def direct(self, items: Sequence[Evidence]) -> Ints:
        rows = np.empty((len(items), len(self.case.names)), dtype=np.int64)
        for row, item in zip(rows, items, strict=True):
            if item.is_plain:
                first = self.chance(self.addresses.first_of(f"evidence.{item.name}.likelihood"), item.observed is True)
                row[:] = np.arange(first, first + len(row))
            else:
                above = [self.items[parent].observed for parent in item.given]
                row[:] = [self.entry(item, name, above, item.observed) for name in self.case.names]
        return rows

    def component(self, group: Sequence[Evidence], hidden: set[str]) -> Component:
        items = [item for item in group if item.name in hidden]
        heard = {report.source for item in group for report in item.reports}
        speakers = tuple(source.name for source in self.case.sources if source.name in heard)
        variable = {item.name: position for position, item in enumerate(items)}
        states = [len(item.outcomes) for item in items] + [self.state_count(name) for name in speakers]
        factors = [
            *(self.item(item, variable) for item in group),
            *(self.source(name, len(items) + i) for i, name in enumerate(speakers)),
            *(self.report(item, report, variable, speakers) for item in items for report in item.reports),
        ]
        order, largest = elimination_order(states, [factor.scope for factor in factors], group, speakers)
        names = tuple(item.name for item in group)
        return Component(names, speakers, tuple(states), tuple(factors), order, largest)

    def rate(self, source: str, rate: str) -> list[int]:
        """Slots of a rate at which a source errs, one for each hypothesis."""
        return _rate(self.case, self.speakers[source], rate, self.addresses)

    def node_count(self, source: str, rate: str) -> int:
        """At how many numbers a rate is looked at: one, or one for each node."""
        counts = [self.nodes[at].count for at in self.rate(source, rate) if at in self.nodes]
        return max(counts, default=1)

    def state_count(self, source: str) -> int:
        """States of a source: reliable, and unreliable at each node; or, if it errs anew, all nodes of both rates."""
        counts = [self.node_count(source, rate) for rate in self.speakers[source].rates]
        return prod(counts) if self.speakers[source].errs_anew else 1 + prod(counts)

    def source(self, name: str, variable: int) -> Factor:
        """P(state): reliable, or unreliable at one of the nodes; only the first if the number is known."""
        weights = [self.over_nodes(name, rate, self.weights(name, rate)) for rate in self.speakers[name].rates]
        if self.speakers[name].errs_anew:
            return Factor((variable,), (tuple(weights),))
        at = self.addresses.index(f"source.{name}.reliability")
        reliability = np.full((len(self.case.names), self.state_count(name)), self.chance(at, False))
        reliability[:, 0] = at
        return Factor((variable,), ((reliability, np.insert(weights[0], 0, self.one(), axis=1)),))

    def weights(self, source: str, rate: str) -> list[list[int]]:
        """The weights of the nodes of a rate under each hypothesis; all on the first where the number is known."""
        known = [self.one()] + [self.one(False)] * (self.node_count(source, rate) - 1)
        return [list(self.nodes[at].weight) if at in self.nodes else known for at in self.rate(source, rate)]

    def over_nodes(self, source: str, rate: str, of_rate: list[list[int]]) -> Ints:
        """What is said of the nodes of one rate, over those of all rates together; shape (hypothesis, node)."""
        rates = self.speakers[source].rates
        counts = [self.node_count(source, one) for one in rates]
        shape = [len(of_rate), *(count if one == rate else 1 for one, count in zip(rates, counts, strict=True))]
        spread = np.broadcast_to(np.array(of_rate).reshape(shape), (len(of_rate), *counts))
        return spread.reshape(len(of_rate), -1)

    def report(self, item: Evidence, report: Report, variable: Mapping[str, int], speakers: Sequence[str]) -> Factor:
        """P(what the report says | item, state): a copy repeats another report, an original is true or not."""
        scope = (variable[item.name], len(variable) + speakers.index(report.source))
        original = np.stack([self.says(report, report.says, fact) for fact in (True, False)], axis=1)
        if report.copied_from is None:
            return Factor(scope, ((original,),))
        address = f"evidence.{item.name}.reports.{report.source}.copy_probability"
        origin = next(other for other in item.reports if other.source == report.copied_from)
        copied = np.full(original.shape, self.addresses.index(address))
        repeats = np.full(original.shape, self.one(origin.says is report.says))
        return Factor(scope, ((copied, repeats), (copied + self.size, original)))

    def says(self, report: Report, says: bool, fact: bool) -> Ints:
        """The chance that an original report says so, given what is the case: shape (hypothesis, state of the source).

        A reliable source says what is the case, an unreliable one what serves it, or the opposite. One that errs anew
        says True at the rate of what is the case; where False serves it, True and False change places.
        """
        if self.speakers[report.source].errs_anew:
            return self.at_rate(report.source, ERROR_RATES[fact is not report.serves], says is report.serves)
        unreliable = self.at_rate(report.source, "if_unreliable", says is report.serves)
        return np.insert(unreliable, 0, self.one(says is fact), axis=1)

    def at_rate(self, source: str, rate: str, as_is: bool) -> Ints:
        """The chances of a rate, or of one minus it: for each hypothesis, at each node."""
        rows = [self._at_rate(source, rate, as_is, position) for position in self.rate(source, rate)]
        return self.over_nodes(source, rate, rows)

    def _at_rate(self, source: str, rate: str, as_is: bool, position: int) -> list[int]:
        if position in self.nodes:
            nodes = self.nodes[position]
            return list(nodes.value if as_is else nodes.complement)
        return [self.chance(position, as_is)] * self.node_count(source, rate)

    def item(self, item: Evidence, variable: Mapping[str, int]) -> Factor:
        """P(item | hypothesis, parents), with one axis for each hidden one among itself and its parents."""
        axes = sorted((n for n in (*item.given, item.name) if n in variable), key=lambda name: variable[name])
        shape = tuple(len(self.items[name].outcomes) for name in axes)
        table = np.empty((len(self.case.names), *shape), dtype=np.int64)
        for states in product(*(range(n) for n in shape)):
            came = {name: self.items[name].outcomes[state] for name, state in zip(axes, states, strict=True)}
            above = [came.get(parent, self.items[parent].observed) for parent in item.given]
            for k, hypothesis in enumerate(self.case.names):
                table[(k, *states)] = self.entry(item, hypothesis, above, came.get(item.name, item.observed))
        return Factor(tuple(variable[name] for name in axes), ((table,),))


def elimination_order(
    states: Sequence[int], scopes: Iterable[Sequence[int]], group: Sequence[Evidence], speakers: tuple[str, ...]
) -> tuple[tuple[int, ...], int]:
    """Sum out next, again and again, the variable whose table is smallest (min-weight), and the largest table so."""
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
