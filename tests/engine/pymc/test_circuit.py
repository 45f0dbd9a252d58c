"""The recorded likelihood against the engine that it was recorded from, and its slope against finite differences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.assumptions import suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import parameters
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Beta, Dirichlet, Impossible, Odds
from attribution_bayes.engine.draws import draw_prior_values
from attribution_bayes.engine.exact import likelihoods
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.pymc import circuit
from attribution_bayes.engine.pymc.circuit import MAX_RECORDED, Program, record
from attribution_bayes.errors import TooLargeError
from crafted import item, source
from drawn import cases
from repeatable import REPEATABLE

SEEDS = st.integers(0, 2**32 - 1)

ROUNDING = 1e-12
"""Error of a logarithm L as a part of 1 + |L|: some tens of roundings of numbers as large as L."""

STEP = 1e-4
"""Of finite differences, in the log-odds of an input: the error of a central difference is about STEP^2 / 60."""

SLOPE_ERROR = 1e-8
"""Of a derivative by the log-odds of an input, for each root: STEP^2 / 60, and the rounding of L over STEP."""


SECOND_ERROR = 1e-7
"""Of derivatives along a direction in which chances move in proportion, against the largest: some STEP^2."""


def case(names: str, *evidence: Evidence, sources: tuple[Source, ...] = ()) -> Case:
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}") for name in names]
    prior = Odds(dict.fromkeys(names, 1))
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


def reports(*names: str) -> tuple[Report, ...]:
    return tuple(Report(source=name) for name in names)


def arrays(program: Program) -> tuple[np.ndarray, ...]:
    return program.terms, program.factors, program.positions, program.roots


def chances(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values, 1 - values])


def logs(program: Program, values: np.ndarray) -> np.ndarray:
    return circuit.log_likelihood(chances(values), *arrays(program))


def engine_logs(net: Network, values: np.ndarray) -> np.ndarray:
    return likelihoods(net, values[None], np.ones(len(values), dtype=bool)).log()[0]


def nodes(program: Program) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Every node as the sum of products that it is."""
    for first, last in zip(program.terms[:-1], program.terms[1:], strict=True):
        ends = zip(program.factors[first:last], program.factors[first + 1 : last + 1], strict=True)
        yield tuple(tuple(program.positions[start:end].tolist()) for start, end in ends)


# Values --------------------------------------------------------------------------------------------------------------


def test_the_recorded_likelihood_is_that_of_the_engine() -> None:
    """In 150 random cases at random inputs the program's logarithms are the engine's, minus infinity for zero."""
    seen: Counter[str] = Counter()
    worst = 0.0

    @settings(REPEATABLE, max_examples=150)
    @given(cases(), SEEDS)
    def agree(case: Case, seed: int) -> None:
        nonlocal worst
        net = network(case)
        program = record(net)
        for values in net.inputs.filled(draw_prior_values(net, 2, np.random.default_rng(seed))):
            found, true = logs(program, values), engine_logs(net, values)
            assert found.shape == true.shape == (len(net.component_names), len(net.hypotheses))
            np.testing.assert_array_equal(np.isneginf(found), np.isneginf(true))
            possible = np.isfinite(true)
            error = (np.abs(found[possible] - true[possible]) / (1 + np.abs(true[possible]))).max(initial=0.0)
            worst = np.maximum(worst, error)
            assert error <= ROUNDING
        seen.update(possible=int(possible.sum()), impossible=int((~possible).sum()), joined=len(net.components))
        seen.update(without_items=not net.component_names, with_sources=any(c.sources for c in net.components))

    agree()
    print(dict(seen), f"worst error {worst:.2g}")
    assert min(seen[what] for what in ("possible", "impossible", "joined", "without_items", "with_sources")) > 0


@pytest.mark.parametrize("tiny", [1e-6, 1e-200])
def test_a_chain_of_two_hundred_hidden_items_does_not_underflow(tiny: float) -> None:
    """With 200 tiny likelihoods in one component the program agrees with the engine, 10^40,000 times below 1."""
    rng = np.random.default_rng(1)
    evidence = []
    for i in range(200):
        moves, shows = rng.uniform(0.1, 0.9, (2, 2)), tiny * rng.uniform(0.1, 0.9, (2, 2))
        rows = {h: {True: moves[k, 0], False: moves[k, 1]} if i else moves[k, 0] for k, h in enumerate("ab")}
        shown = {h: {True: shows[k, 0], False: shows[k, 1]} for k, h in enumerate("ab")}
        evidence.append(item(f"x{i}", rows, observed=None, given=f"x{i - 1}" if i else ()))
        evidence.append(item(f"y{i}", shown, given=f"x{i}"))
    net = network(case("ab", *evidence))
    found, true = logs(record(net), net.inputs.values), engine_logs(net, net.inputs.values)
    assert found.shape == (1, 2)
    assert (true < 200 * np.log(tiny)).all()
    np.testing.assert_allclose(found, true, rtol=ROUNDING)


# Slopes --------------------------------------------------------------------------------------------------------------


def moved(values: np.ndarray, at: int, step: float, is_ratio: bool) -> np.ndarray:
    """Input values with one of them moved by a step in its log-odds, a ratio in its logarithm."""
    new = values.copy()
    odds = values[at] * np.exp(step) / (1 if is_ratio else 1 - values[at])
    new[at] = odds if is_ratio else odds / (1 + odds)
    return new


def test_the_slope_is_that_of_finite_differences() -> None:
    """The derivative by an input is the slope by its chance less the slope by one minus it, as finite differences say.

    In 100 random cases at random inputs, for random weights of all likelihoods that are not zero, and for six inputs.
    """
    worst, count = 0.0, 0

    @settings(REPEATABLE, max_examples=100)
    @given(cases(), SEEDS)
    def agree(case: Case, seed: int) -> None:
        nonlocal worst, count
        rng = np.random.default_rng(seed)
        net = network(case)
        program = record(net)
        values = net.inputs.filled(draw_prior_values(net, 1, rng))[0]
        possible = np.isfinite(logs(program, values))
        weights = np.where(possible, rng.uniform(-1, 1, possible.shape), 0.0)
        slope = circuit.log_likelihood_slope(chances(values), *arrays(program), weights)
        assert np.isfinite(slope).all()
        inside = np.flatnonzero((values > 0) & ((values < 1) | np.append(net.inputs.is_ratio, False)))
        used = np.setdiff1d(inside[inside < len(values) - 1], net.prior)
        for at in rng.permutation(used)[:6]:
            is_ratio = bool(net.inputs.is_ratio[at])
            ends = [logs(program, moved(values, at, step, is_ratio)) for step in (STEP, -STEP)]
            changes = np.subtract(*ends, where=possible, out=np.zeros(possible.shape))
            per_input = slope[at] - slope[len(values) + at]
            found = per_input * values[at] * (1 if is_ratio else 1 - values[at])
            error = abs(found - (weights * changes).sum() / (2 * STEP)) / max(1, possible.sum())
            worst, count = max(worst, error), count + (found != 0)
            assert error <= SLOPE_ERROR

    agree()
    print(f"{count} slopes that are not zero, worst error {worst:.2g}")
    assert count > 150


def test_the_second_derivatives_are_those_of_finite_differences() -> None:
    """Along a direction of all chances that are not 0, the logarithms and their slope move as differences say.

    In 60 random cases at random chances, for random weights of all likelihoods that are not zero.
    """
    worst, count = {"along": 0.0, "bend": 0.0}, 0

    @settings(REPEATABLE, max_examples=60)
    @given(cases(), SEEDS)
    def agree(case: Case, seed: int) -> None:
        nonlocal count
        rng = np.random.default_rng(seed)
        net = network(case)
        program = arrays(record(net))
        at = chances(net.inputs.filled(draw_prior_values(net, 1, rng))[0])
        possible = np.isfinite(circuit.log_likelihood(at, *program))
        weights = np.where(possible, rng.uniform(-1, 1, possible.shape), 0.0)
        direction = at * rng.uniform(-1, 1, at.shape)  # in proportion, so that no step is large against a chance
        ends = [at + step * direction for step in (STEP, -STEP)]
        with np.errstate(invalid="ignore"):
            along = np.subtract(*(circuit.log_likelihood(end, *program) for end in ends)) / (2 * STEP)
        bend = np.subtract(*(circuit.log_likelihood_slope(end, *program, weights) for end in ends)) / (2 * STEP)
        found = {
            "along": (circuit.log_likelihood_along(at, *program, direction), np.where(possible, along, 0.0)),
            "bend": (at * circuit.log_likelihood_bend(at, *program, weights, direction), at * bend),
        }
        for what, (ours, expected) in found.items():
            scale = 1 + np.abs(expected).max(initial=0.0)
            worst[what] = max(worst[what], np.abs(ours - expected).max(initial=0.0) / scale)
            assert worst[what] <= SECOND_ERROR, what
        count += int((found["bend"][0] != 0).sum())

    agree()
    print(f"{count} entries that are not zero, worst errors {worst}")
    assert count > 500


def test_the_second_derivative_is_symmetric() -> None:
    """One direction's bend along another is the other's along the one."""
    hidden = item("x", {"a": 0.3, "b": 0.6}, observed=None)
    shown = item("y", {"a": {True: 0.2, False: 0.7}, "b": {True: 0.2, False: 0.4}}, given="x")
    net = network(case("ab", hidden, shown))
    at, program, rng = chances(net.inputs.values), arrays(record(net)), np.random.default_rng(1)
    one, other = rng.normal(size=(2, len(at)))
    bends = [circuit.log_likelihood_bend(at, *program, np.array([[2.0, -3.0]]), way) for way in (one, other)]
    assert bends[0] @ other == pytest.approx(bends[1] @ one, rel=ROUNDING)
    assert abs(bends[0] @ other) > 0.01


def test_what_was_observed_to_be_false_is_used_as_one_minus_it() -> None:
    """The logarithm of 1 - x has slope 1 / (1 - x) by the chance 1 - x and none by x; that of x the other way round."""
    likelihood = {"a": 0.3, "b": 0.6}
    net = network(case("ab", item("yes", likelihood), item("no", likelihood, observed=False)))
    program, size = record(net), len(net.inputs.values)
    weights = np.array([[2.0, 0.0], [0.0, 5.0]])
    slope = circuit.log_likelihood_slope(chances(net.inputs.values), *arrays(program), weights)
    expected = np.zeros(2 * size)
    expected[net.inputs.addresses.index("evidence.yes.likelihood.a")] = 2 / 0.3
    expected[size + net.inputs.addresses.index("evidence.no.likelihood.b")] = 5 / 0.4
    np.testing.assert_allclose(slope, expected, rtol=ROUNDING)


def test_a_number_that_several_reports_use_has_the_slope_of_its_power() -> None:
    """A source that is never reliable and affirms three items says True with x^3, whose logarithm has slope 3 / x."""
    likelihood = {"a": 0.3, "b": 0.6}
    heard = [item(f"e{i}", likelihood, reports=reports("s")) for i in range(3)]
    net = network(case("ab", *heard, sources=(source("s", Impossible("it guesses"), 0.4),)))
    program, size = record(net), len(net.inputs.values)
    slope = circuit.log_likelihood_slope(chances(net.inputs.values), *arrays(program), np.ones((1, 2)))
    at = net.inputs.addresses.index("source.s.if_unreliable")
    assert slope[at] == pytest.approx(2 * 3 / 0.4, rel=ROUNDING)
    assert slope[size + at] == 0


def test_a_likelihood_of_zero_has_no_slope() -> None:
    """What is impossible under a hypothesis gives no NaN, and leaves the slopes of the others as they are."""
    rows = {"a": {True: Impossible("it cannot be"), False: Impossible("nor then")}, "b": {True: 0.2, False: 0.4}}
    hidden = item("x", {"a": 0.3, "b": 0.6}, observed=None)
    net = network(case("ab", hidden, item("y", rows, given="x")))
    program, size = record(net), len(net.inputs.values)
    np.testing.assert_array_equal(np.isneginf(logs(program, net.inputs.values)), [[True, False]])
    slope = circuit.log_likelihood_slope(chances(net.inputs.values), *arrays(program), np.ones((1, 2)))
    assert np.isfinite(slope).all()
    at = net.inputs.addresses.index("evidence.y.likelihood.b.True")
    assert slope[at] == pytest.approx(0.6 / (0.6 * 0.2 + 0.4 * 0.4), rel=ROUNDING)
    assert slope[size + at] == 0
    direction = np.zeros(2 * size)
    direction[at] = 1.0
    along = circuit.log_likelihood_along(chances(net.inputs.values), *arrays(program), direction)
    np.testing.assert_allclose(along, [[0, slope[at]]], rtol=ROUNDING)
    bend = circuit.log_likelihood_bend(chances(net.inputs.values), *arrays(program), np.ones((1, 2)), direction)
    assert np.isfinite(bend).all()
    assert bend[at] == pytest.approx(-(slope[at] ** 2), rel=ROUNDING)  # log(u + v x) has second derivative -slope^2


# Structure -----------------------------------------------------------------------------------------------------------


@settings(REPEATABLE, max_examples=100)
@given(cases())
def test_no_sum_is_recorded_twice(case: Case) -> None:
    """All nodes of a program differ, and each is made of leaves and of nodes before it."""
    program = record(network(case))
    recorded = list(nodes(program))
    assert len(set(recorded)) == len(recorded)
    for place, node in enumerate(recorded):
        assert all(position < program.leaves + place for term in node for position in term)


def test_hypotheses_share_what_does_not_depend_on_them() -> None:
    """How a copied report comes about is recorded once, however many the hypotheses."""

    def size(names: str) -> int:
        copied = Report(source="t", copied_from="s", copy_probability=0.3)
        likelihood = dict(zip(names, np.linspace(0.2, 0.8, len(names)), strict=True))
        told = item("e", likelihood, reports=(*reports("s"), copied))
        sources = (source("s", 0.7, 0.5), source("t", 0.6, 0.5))
        return len(list(nodes(record(network(case(names, told, sources=sources))))))

    own = size("abc") - size("ab")
    assert size("abcdefgh") == size("ab") + 6 * own
    assert size("ab") > 2 * own


@settings(REPEATABLE, max_examples=100)
@given(cases(), st.floats(0.01, 0.99))
def test_a_program_depends_on_structure_alone(case: Case, number: float) -> None:
    """With any other numbers, stated in any other way, and any other prior the program is the same to the last bit."""
    alone = [str(parameter.address) for parameter in parameters(case) if parameter.block is None]
    other = suppose(case, dict.fromkeys(alone, number))
    other = other.model_copy(update={"prior": Dirichlet(dict.fromkeys(case.names, 2.0))})
    same, again = record(network(case)), record(network(other))
    assert same.leaves == again.leaves
    for one, two in zip(arrays(same), arrays(again), strict=True):
        assert one.dtype == two.dtype == np.int64
        np.testing.assert_array_equal(one, two)


def test_another_structure_is_another_program() -> None:
    """An item observed to be False, or not observed, gives another program than the item observed to be True."""
    rows = {"a": {True: 0.3, False: 0.2}, "b": {True: Beta(2, 3), False: 0.4}}
    programs = []
    for seen in (True, False, None):
        above = item("x", {"a": 0.5, "b": 0.6}, observed=seen)
        program = record(network(case("ab", above, item("y", rows, given="x"))))
        programs.append(tuple(array.tobytes() for array in arrays(program)))
    assert len(set(programs)) == 3


def test_a_component_that_is_too_large_to_record_is_refused() -> None:
    """Fourteen sources that all report fourteen items fit the engine but are not written down."""
    speakers = [f"s{i}" for i in range(14)]
    told = [item(f"e{i}", {"a": 0.7, "b": 0.4}, reports=reports(*speakers)) for i in range(14)]
    crowd = case("ab", *told, sources=tuple(source(name, 0.8, 0.5) for name in speakers))
    net = network(crowd)
    with pytest.raises(TooLargeError, match=r"component 'e0\+e1\+.*does not fit.*the limit is 16,384") as caught:
        record(net)
    assert caught.value.items == tuple(f"e{i}" for i in range(14))
    assert caught.value.sources == tuple(speakers)
    assert caught.value.worlds == net.components[0].largest > caught.value.limit == MAX_RECORDED
