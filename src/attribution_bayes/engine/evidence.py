"""The same case with every observation left open: the credences if other things, or nothing, had been observed.

Here every item and every report is a variable, whose observation can be changed or taken back. Taking an observation
back means weighing again without it, never dividing its factor out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from attribution_bayes.arrays import Floats, Ints
from attribution_bayes.declare.address import CopyProbabilityOf
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import addresses
from attribution_bayes.declare.parts import Evidence, Report
from attribution_bayes.declare.ways import Ratios
from attribution_bayes.engine.chances import chances_at, stated_chances
from attribution_bayes.engine.draws import draw_states
from attribution_bayes.engine.exact import CELLS_AT_ONCE, normalise, sum_out
from attribution_bayes.engine.factors import Component, Factor, Reader, elimination_order
from attribution_bayes.engine.kernel import entries
from attribution_bayes.engine.network import Network, linked_items, network
from attribution_bayes.engine.scaled import MANTISSAS_AT_ONCE, Scaled, binary_digits

NOT_OBSERVED = -1
"""In place of an outcome, for what nobody has observed."""


@dataclass(frozen=True, slots=True)
class Observable:
    """What can be observed: the outcome of an item, or what a source reports of it.

    Attributes
    ----------
    item, source
        The source is None for the item itself.
    outcomes
        The outcomes that it can have.
    observed
        Position of the observed outcome, or `NOT_OBSERVED`.
    has_ratios
        Whether only the ratios of its likelihoods are known.
    """

    item: str
    source: str | None
    outcomes: tuple[bool | str, ...]
    observed: int
    has_ratios: bool = False

    @property
    def label(self) -> str:
        return self.item if self.source is None else f"{self.item}.{self.source}"


@dataclass(frozen=True, eq=False)
class Observations:
    """A case as a network in which nothing has been observed yet.

    Attributes
    ----------
    network
        The case as it stands: inputs, prior, nodes.
    observables
        Items in the order of the case, each followed by its reports.
    components
        Their variables are observables first, then sources, then common causes.
    members
        For each component the observables that are its first variables.
    """

    network: Network
    observables: tuple[Observable, ...]
    components: tuple[Component, ...]
    members: tuple[Ints, ...]

    @property
    def observed(self) -> Ints:
        """What was observed, shape (observable,)."""
        return np.array([one.observed for one in self.observables], dtype=np.int64)

    @property
    def prior(self) -> Floats:
        """Shape (hypothesis,)."""
        return self.network.inputs.values[self.network.prior]

    def likelihoods(self, observed: Ints, hypotheses: Sequence[int] | None = None) -> Scaled:
        """P(observations | hypothesis), shape (row, hypothesis), for rows of outcomes, shape (row, observable).

        Each component is solved once for each distinct row of its outcomes. `hypotheses` are the positions of the
        hypotheses asked for, all unless given.
        """
        wanted = np.arange(len(self.network.hypotheses)) if hypotheses is None else np.array(hypotheses)
        product = Scaled(np.ones((len(observed), len(wanted))), np.zeros((len(observed), len(wanted)), dtype=np.int64))
        chances = stated_chances(self.network)
        for place, (component, members) in enumerate(zip(self.components, self.members, strict=True), start=1):
            rows, where = _different(observed[:, members], component.states[: len(members)])
            solved = self._solved(component, members, rows, chances)[:, wanted]
            np.multiply(product.mantissa, solved.mantissa[where], out=product.mantissa)
            np.add(product.exponent, solved.exponent[where], out=product.exponent)
            if place % MANTISSAS_AT_ONCE == 0:
                product = product.normalised()
        return product.normalised()

    def joints(self, observed: Ints) -> Scaled:
        """P(hypothesis and observations), shape (row, hypothesis)."""
        return Scaled.from_floats(self.prior) * self.likelihoods(observed)

    def credences(self, observed: Ints) -> tuple[Floats, Floats]:
        """Credences and log evidence (nats) for rows of outcomes; shapes (row, hypothesis) and (row,).

        Where every hypothesis is excluded, the credences are NaN and the log evidence is minus infinity.
        """
        return normalise(self.joints(observed))

    def _solved(self, component: Component, members: Ints, rows: Ints, chances: Floats) -> Scaled:
        step = max(1, CELLS_AT_ONCE // (component.largest * len(self.network.hypotheses)))
        parts = [self._at(component, members, rows[i : i + step], chances) for i in range(0, len(rows), step)]
        return Scaled(np.concatenate([p.mantissa for p in parts]), np.concatenate([p.exponent for p in parts]))

    def _at(self, component: Component, members: Ints, rows: Ints, chances: Floats) -> Scaled:
        return sum_out(*self.observed_in(component, members, rows, chances), binary_digits(chances))

    def observed_in(
        self, component: Component, members: Ints, rows: Ints, chances: Floats
    ) -> tuple[Component, Callable[[Factor], Floats]]:
        """A component with what was observed of its members, shape (row, member), and the tables of its factors."""

        def tabulate(factor: Factor) -> Floats:
            if factor.terms:
                return np.asarray(entries(factor, chances))
            (variable,) = factor.scope
            return _indicator(self.observables[members[variable]])[rows[:, variable], None]

        indicators = tuple(Factor((variable,), ()) for variable in range(len(members)))
        return replace(component, factors=(*component.factors, *indicators)), tabulate

    def draw(self, hypothesis: Ints, rng: np.random.Generator, values: Floats | None = None) -> Ints:
        """One set of outcomes of everything for each hypothesis given; shape (draw, observable).

        Inputs have the given values, shape (draw, input + 1), or are drawn anew for each set, as they were stated.
        """
        drawn = np.empty((len(hypothesis), len(self.observables)), dtype=np.int64)
        for component, members in zip(self.components, self.members, strict=True):
            for part in self._parts(component, len(hypothesis), values is None):
                at = stated_chances(self.network) if values is None else self._known(values[part])
                states = draw_states(component, at, hypothesis[part], rng)
                for variable, place in enumerate(members):
                    drawn[part, place] = states[variable]
        return drawn

    def _parts(self, component: Component, size: int, at_once: bool) -> Iterator[slice]:
        """Rows that are drawn together: all, or as many as fit where each has a table of its own."""
        step = size if at_once else max(1, CELLS_AT_ONCE // (component.largest * len(self.network.hypotheses)))
        yield from (slice(start, start + step) for start in range(0, size, step))

    def _known(self, values: Floats) -> Floats:
        return chances_at(self.network, values, np.ones(values.shape[1], dtype=bool))


def _different(rows: Ints, states: Sequence[int]) -> tuple[Ints, Ints]:
    """The distinct rows of outcomes, and the position of each row among them."""
    if math.prod(1 + count for count in states) < 2**62:  # one number encodes a row, which is many times faster
        key = np.ravel_multi_index(tuple(rows.T + 1), tuple(1 + count for count in states))
        _, first, where = np.unique(key, return_index=True, return_inverse=True)
        return rows[first], where
    found, where = np.unique(rows, axis=0, return_inverse=True)
    return found, where.reshape(-1)


def _indicator(observable: Observable) -> Floats:
    """Which outcomes agree with each outcome, by position, and with `NOT_OBSERVED`, which is last."""
    if observable.has_ratios:
        return np.eye(2)
    size = len(observable.outcomes)
    return np.concatenate([np.eye(size), np.ones((1, size))])


def observations(case: Case) -> Observations:
    """Open every observation of a case.

    Raises
    ------
    TooLargeError
        If summing out some component takes too large a table.
    """
    net = network(case)
    reader = Reader(case, addresses(case), {nodes.slot: nodes for nodes in net.nodes})
    observables = tuple(one for item in case.evidence for one in _observables(item))
    groups = linked_items(case, case.evidence, {item.name for item in case.evidence})
    return Observations(
        network=net,
        observables=observables,
        components=tuple(_component(reader, group) for group in groups),
        members=tuple(_members(observables, {item.name for item in group}) for group in groups),
    )


def _members(observables: Sequence[Observable], items: set[str]) -> Ints:
    return np.array([place for place, one in enumerate(observables) if one.item in items], dtype=np.int64)


def _observables(item: Evidence) -> Iterable[Observable]:
    found = NOT_OBSERVED if item.observed is None else item.outcomes.index(item.observed)
    yield Observable(item.name, None, item.outcomes, found, isinstance(item.likelihood, Ratios))
    for report in item.reports:
        yield Observable(item.name, report.source, (True, False), 0 if report.says else 1)


def _component(reader: Reader, group: Sequence[Evidence]) -> Component:
    observables = [one for item in group for one in _observables(item)]
    variable = {(one.item, one.source): place for place, one in enumerate(observables)}
    heard = {one.source for one in observables}
    speakers = tuple(source.name for source in reader.case.sources if source.name in heard)
    states = [len(one.outcomes) for one in observables] + [reader.state_count(name) for name in speakers]
    speaker = {name: len(observables) + place for place, name in enumerate(speakers)}
    causes = {cause.name: len(states) + place for place, cause in enumerate(reader.causes_of(group))}
    states += [2] * len(causes)
    error, at_error = reader.shared_error(group), len(states)
    states += [] if error is None else [error.count]
    factors = [
        *(_item(reader, item, variable, causes, at_error) for item in group),
        *(reader.source(name, place) for name, place in speaker.items()),
        *(_report(reader, item, report, variable, speaker) for item in group for report in item.reports),
        *(reader.cause(cause, causes[cause.name]) for cause in reader.causes_of(group)),
        *([] if error is None else [reader.error(error, at_error)]),
    ]
    order, largest = elimination_order(states, [factor.scope for factor in factors], group, speakers)
    return Component(tuple(item.name for item in group), speakers, tuple(states), tuple(factors), order, largest)


def _item(
    reader: Reader,
    item: Evidence,
    variable: Mapping[tuple[str, str | None], int],
    causes: Mapping[str, int],
    error: int,
) -> Factor:
    if isinstance(item.likelihood, Ratios):  # a ratio has entries only for observed and not observed, none for False
        rows = [[reader.entry(item, name, (), True), reader.one()] for name in reader.case.names]
        return Factor((variable[item.name, None],), ((np.array(rows),),))
    items = {name: place for (name, source), place in variable.items() if source is None}
    return reader.item(item, items, causes, error)


def _report(
    reader: Reader,
    item: Evidence,
    report: Report,
    variable: Mapping[tuple[str, str | None], int],
    speaker: Mapping[str, int],
) -> Factor:
    """P(report | item, state of its source, report that it may copy)."""
    said = {(says, fact): reader.says(report, says, fact) for says, fact in product((True, False), repeat=2)}
    names = {"fact": variable[item.name, None], "report": variable[item.name, report.source]}
    if report.copied_from is not None:
        names["origin"] = variable[item.name, report.copied_from]
    names["state"] = speaker[report.source]
    axes = sorted(names, key=lambda name: names[name])
    shape = tuple(2 if name != "state" else reader.state_count(report.source) for name in axes)
    original = np.empty((len(reader.case.names), *shape), dtype=np.int64)
    repeats = np.empty(original.shape, dtype=np.int64)
    for at in product(*(range(size) for size in shape)):
        came = dict(zip(axes, at, strict=True))
        everywhere: tuple[Any, ...] = (slice(None), *at)
        original[everywhere] = said[came["report"] == 0, came["fact"] == 0][:, came["state"]]
        repeats[everywhere] = reader.one(came.get("origin") == came["report"])
    scope = tuple(names[name] for name in axes)
    if report.copied_from is None:
        return Factor(scope, ((original,),))
    copied = np.full(original.shape, reader.addresses.position(CopyProbabilityOf(item.name, report.source)))
    return Factor(scope, ((copied, repeats), (copied + reader.size, original)))
