"""The PyMC model against the exact engine: its graph at given inputs, and what NUTS makes of it."""

from __future__ import annotations

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from arviz_stats.base import array_stats
from hypothesis import given, settings
from hypothesis import strategies as st
from pytensor.compile.mode import Mode
from scipy.special import softmax
from scipy.stats import betabinom, binom

from attribution_bayes.declare.assumptions import assumptions, suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import (
    Beta,
    Between,
    Counts,
    Dirichlet,
    Impossible,
    Odds,
    RatioBetween,
    Ratios,
    Uniform,
)
from attribution_bayes.engine.draws import Sample, log_likelihoods
from attribution_bayes.engine.exact import credences, likelihoods
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.engine.pymc import model
from attribution_bayes.engine.pymc.model import build_model
from attribution_bayes.engine.pymc.variables import groups, stated
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.tree import log_prior
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import CaseError, TooLargeError
from attribution_bayes.sensitivity.one_way import one_way
from attribution_bayes.testing import assert_coherent
from crafted import CRAFTED, item, source
from drawn import cases
from oracle import log_scale_of_ratios, posterior_means
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

SEEDS = st.integers(0, 2**32 - 1)

LOGARITHMS = 1e-9
"""Declared error of a log probability L, as a part of 1 + |L|."""

STEP = 1e-4
"""Of finite differences on the unconstrained scale."""

SLOPE_ERROR = 1e-6
"""Of a derivative D by finite differences, as a part of 1 + |D|: STEP^2 times the third derivative."""

AS_IT_STANDS = Mode(linker="py", optimizer=None)
"""Evaluates a graph operation by operation, with no rewriting and no compiler."""

MONTE_CARLO_ERRORS = 5.0
"""Standard errors that a credence may be off: exceeded by chance in one of 1.7 million."""

MOST_MONTE_CARLO_ERROR = 0.005

MONTE_CARLO_ERRORS_OF_INPUTS = 6.0
"""Standard errors that the mean of an input may be off: exceeded by chance in one of 500 million."""

SAMPLING = Sampling(draws=2500, tune=1000, seed=7, progress=False)
FEW = Sampling(draws=100, tune=100, seed=3, progress=False)


def case(prior: Any, *evidence: Evidence, sources: tuple[Source, ...] = ()) -> Case:
    names = getattr(prior, "weights", None) or getattr(prior, "alpha", None) or prior
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}") for name in names]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


# The graph -----------------------------------------------------------------------------------------------------------

Point = Mapping[str, np.ndarray]


def random_point(built: pm.Model, rng: np.random.Generator) -> Point:
    """Values of the random variables on their unconstrained scales."""
    return {variable.name: rng.normal(0, 1.5, variable.type.shape) for variable in built.value_vars}


def evaluated(built: pm.Model, outputs: list[Any]) -> Callable[[Point], list[np.ndarray]]:
    with pytensor.config.change_flags(cxx=""):
        function = built.compile_fn(
            built.replace_rvs_by_values(outputs),
            inputs=built.value_vars,
            mode=AS_IT_STANDS,
            point_fn=False,
            on_unused_input="ignore",
        )
    return lambda point: function(*(point[variable.name] for variable in built.value_vars))


def log_probability(built: pm.Model, point: Point) -> float:
    return float(evaluated(built, [built.logp(jacobian=False)])(point)[0])


def input_values(net: Network, random: Mapping[str, np.ndarray]) -> np.ndarray:
    """The vector of inputs that the engine takes, from the values of the random variables."""
    values = net.inputs.values.copy()
    for name, positions in groups(net).items():
        values[positions.ravel()] = random[name].ravel()
    return values


def test_the_log_probability_is_that_of_the_engine() -> None:
    """In 120 random cases the model's log probability is the log density of the inputs plus log P(E | inputs).

    At the same random inputs its credence, prior, log likelihood and assumptions are those of the engine too, and those
    that draws are given.
    """
    seen: Counter[str] = Counter()
    worst: dict[str, float] = {"log probability": 0.0, "credence": 0.0, "log likelihood": 0.0}

    @settings(REPEATABLE, max_examples=140)
    @given(st.one_of(cases(), cases(errors=True, same=True, common_causes=True, max_items=5)), SEEDS)
    def agree(case: Case, seed: int) -> None:
        net = network(case)
        built = build_model(case)
        names = [name for name in ("credence", "prior", "log_likelihood", "assumption") if name in built.named_vars]
        random = [variable.name for variable in built.free_RVs]
        outputs = [built.logp(jacobian=False), *(built[name] for name in (*names, *random))]
        found, *rest = evaluated(built, outputs)(random_point(built, np.random.default_rng(seed)))
        graph = dict(zip((*names, *random), rest, strict=True))

        values = input_values(net, graph)[None]
        likelihood = likelihoods(net, values, np.ones(values.shape[1], dtype=bool))
        credence, log_evidence = credences(values[:, net.prior], likelihood)
        if np.isneginf(log_evidence[0]):
            seen["contradictions"] += 1
            return
        densities = log_prior(net.inputs.drawn, values[:, net.inputs.uncertain.nonzero()[0]][None])
        expected = log_evidence[0] + sum(float(density.sum()) for density in densities.values())
        by_address = dict(zip(net.inputs.addresses, values[0], strict=False))
        expected += log_scale_of_ratios(case, by_address)
        logs = log_likelihoods(net, values, likelihood)[0]
        possible = np.isfinite(logs)
        in_graph = graph.get("log_likelihood", np.empty(logs.shape))
        drawn_logs, drawn_credence = model._at(net, values)
        np.testing.assert_allclose(drawn_logs[0], in_graph, rtol=LOGARITHMS, atol=LOGARITHMS)
        np.testing.assert_allclose(drawn_credence[0], graph["credence"], rtol=0, atol=LOGARITHMS)
        np.testing.assert_array_equal(np.isneginf(in_graph), ~possible)
        errors = {
            "log probability": abs(float(found) - expected) / (1 + abs(expected)),
            "credence": np.abs(graph["credence"] - credence[0]).max(),
            "log likelihood": np.max(
                np.abs(in_graph[possible] - logs[possible]) / (1 + np.abs(logs[possible])), initial=0.0
            ),
        }
        for what, error in errors.items():
            worst[what] = np.maximum(worst[what], error)
            assert error <= LOGARITHMS, what
        np.testing.assert_allclose(graph["prior"], values[0, net.prior], rtol=LOGARITHMS)
        np.testing.assert_array_equal(graph.get("assumption", np.empty(0)), values[0, net.free])
        seen.update(random or ["nothing random"])
        seen["error"] += any(".error" in f".{address}" for address in net.inputs.addresses)
        seen["cases"] += 1

    with pytensor.config.change_flags(traceback__limit=0):  # nobody asks where a node of a graph was written
        agree()
    print(dict(seen), {what: f"{float(error):.2g}" for what, error in worst.items()})
    assert seen["cases"] >= 120
    assert {"beta", "uniform", "ratio", "prior", "row_of_2", "row_of_3", "nothing random"} <= set(seen)
    assert seen["error"] >= 10


def test_names_and_dimensions_are_those_of_the_case(rich: Case) -> None:
    """Random variables are one for each family; deterministics have the names of the case as coordinates."""
    built = build_model(rich)
    assert {variable.name for variable in built.free_RVs} == {"beta", "uniform", "ratio", "prior", "row_of_3"}
    assert {variable.name for variable in built.deterministics} == {"assumption", "credence", "log_likelihood"}
    assert [potential.name for potential in built.potentials] == ["evidence"]
    row = ("row_of_3_address", "row_of_3_outcome")
    assert built.named_vars_to_dims == {
        "prior": ("hypothesis",),
        "credence": ("hypothesis",),
        "log_likelihood": ("component", "hypothesis"),
        "assumption": ("address",),
        **{name: (f"{name}_address",) for name in ("beta", "uniform", "ratio", "stated")},
        "row_of_3": row,
        **{f"beta_{parameter}": ("beta_address",) for parameter in ("alpha", "beta")},
        **{f"uniform_{parameter}": ("uniform_address",) for parameter in ("lower", "upper")},
        **{f"ratio_{parameter}": ("ratio_address",) for parameter in ("mu", "sigma")},
        "prior_alpha": ("hypothesis",),
        "row_of_3_alpha": row,
    }
    assert built.coords["hypothesis"] == rich.names
    assert built.coords["component"] == ("quarrel+calls", "paid+fled", "tool", "tone")
    stated = {
        assumption.address: assumption.kind for assumption in assumptions(rich) if "prior" not in assumption.address
    }
    uncertain = tuple(address for address, kind in stated.items() if kind not in ("number", "ratio"))
    assert built.coords["address"] == uncertain
    assert len(uncertain) == 19
    assert built.coords["stated_address"] == tuple(address for address in stated if address not in uncertain)


def test_each_variable_holds_what_its_labels_say(rich: Case) -> None:
    """A family's variable is, label by label, what stands at those addresses among the assumptions."""
    built = build_model(rich)
    random = [variable.name for variable in built.free_RVs if variable.name != "prior"]
    outputs = evaluated(built, [built[name] for name in ("assumption", *random)])
    values, *found = outputs(random_point(built, np.random.default_rng(3)))
    by_address = dict(zip(built.coords["address"], values.tolist(), strict=True))
    outcomes = {item.name: item.outcomes for item in rich.evidence}
    seen = 0
    for name, array in zip(random, found, strict=True):
        for at, value in np.ndenumerate(array):
            address = built.coords[f"{name}_address"][at[0]]
            if len(at) == 2:
                address += f".{outcomes[address.split('.')[1]][built.coords[f'{name}_outcome'][at[1]]]}"
            assert by_address[address] == value
            seen += 1
    assert seen == len(by_address)


def test_what_a_case_does_not_have_is_not_in_its_model() -> None:
    """Without uncertain inputs nothing is random; without evidence there are no components."""
    certain = build_model(case({"a": 0.3, "b": 0.7}, item("e", {"a": 0.2, "b": 0.6})))
    assert certain.free_RVs == []
    assert set(certain.coords) == {"hypothesis", "component", "stated_address"}
    assert log_probability(certain, {}) == pytest.approx(math.log(0.3 * 0.2 + 0.7 * 0.6), abs=1e-14)
    bare = build_model(case(Dirichlet({"a": 2, "b": 3})))
    assert set(bare.coords) == {"hypothesis"}
    assert set(bare.named_vars) >= {"prior", "credence"}
    assert set(bare.named_vars).isdisjoint({"log_likelihood", "assumption"})


def test_the_gradients_are_those_of_finite_differences() -> None:
    """In 12 random cases the gradients of the log probability and of a credence are those of central differences."""
    worst, count = 0.0, 0

    @settings(REPEATABLE, max_examples=20)
    @given(cases(max_items=6, exclusions=False), SEEDS)
    def agree(case: Case, seed: int) -> None:
        nonlocal worst, count
        rng = np.random.default_rng(seed)
        built = build_model(case)
        if not built.free_RVs:
            return
        point = random_point(built, rng)
        scalars = built.replace_rvs_by_values([built.logp(), built["credence"][rng.integers(len(case.names))]])
        slopes = [pt.grad(scalar, built.value_vars, disconnected_inputs="ignore") for scalar in scalars]
        both = evaluated(built, [*scalars, *(part for parts in slopes for part in parts)])
        gradients = np.split(np.concatenate([part.ravel() for part in both(point)[2:]]), 2)
        direction = {name: rng.normal(size=at.shape) for name, at in point.items()}
        towards = np.concatenate([direction[variable.name].ravel() for variable in built.value_vars])
        ends = [both({name: at + step * direction[name] for name, at in point.items()})[:2] for step in (STEP, -STEP)]
        for gradient, above, below in zip(gradients, *ends, strict=True):
            found, expected = float(gradient @ towards), float(above - below) / (2 * STEP)
            error = abs(found - expected) / (1 + abs(expected))
            worst, count = np.maximum(worst, error), count + (abs(expected) > 1e-3)
            assert error <= SLOPE_ERROR

    agree()
    print(f"{count} slopes, worst error {worst:.2g}")
    assert count >= 20


def test_the_gradient_by_an_input_is_the_derivative_of_its_one_way_curve() -> None:
    """In 25 random cases PyTensor's gradient of a credence by each input that stands alone is what `one_way` says."""
    compared, tried = 0, 0

    @settings(REPEATABLE, max_examples=40)
    @given(cases(max_items=5, exclusions=False), SEEDS)
    def agree(case: Case, seed: int) -> None:
        nonlocal compared, tried
        rng, built = np.random.default_rng(seed), build_model(case)
        if "assumption" not in built.named_vars:
            return
        place, point = int(rng.integers(len(case.names))), random_point(built, rng)
        (credence,) = built.replace_rvs_by_values([built["credence"][place]])
        gradients = [pt.grad(credence, variable, disconnected_inputs="ignore") for variable in built.value_vars]
        outputs = evaluated(built, [built["assumption"], built["prior"], *gradients])
        numbers, prior, *slopes = outputs(point)
        addresses = [str(name) for name in built.coords["address"]]
        stated = dict(zip(addresses, numbers.tolist(), strict=True))
        if any("prior" in variable.name for variable in built.value_vars):
            stated |= {f"prior.{name}": float(share) for name, share in zip(case.names, prior, strict=True)}
        table, tried = one_way(suppose(case, stated), case.names[place]), tried + 1
        for variable, slope in zip(built.value_vars, slopes, strict=True):
            for at in np.ndindex(slope.shape):
                ends = [
                    outputs({**point, variable.name: nudged(point[variable.name], at, s)})[0] for s in (1e-5, -1e-5)
                ]
                moved = (ends[0] - ends[1]) / 2e-5
                (places,) = np.nonzero(moved)
                if len(places) == 1:  # no member of a row
                    expected = table.loc[addresses[places[0]], "derivative"] * moved[places[0]]
                    assert slope[at] == pytest.approx(expected, rel=1e-6, abs=1e-10)
                    compared += 1

    agree()
    assert tried >= 25
    assert compared >= 100


def nudged(values: np.ndarray, at: tuple[int, ...], step: float) -> np.ndarray:
    new = values.copy()
    new[at] += step
    return new


def test_no_gradient_is_lost_to_a_hypothesis_that_is_excluded() -> None:
    """Where a hypothesis is impossible the gradient is finite, and none of it is the excluded's."""
    likelihood = {"a": Beta(2, 3), "b": Beta(2, 3), "c": Beta(2, 3)}
    never = {"a": 0.5, "b": 0.4, "c": Impossible("it cannot be")}
    built = build_model(case({"a": 0.3, "b": 0.3, "c": 0.4}, item("e", likelihood), item("never", never)))
    gradient = pt.grad(built.replace_rvs_by_values([built["evidence"]])[0], built.value_vars)
    (slope,) = evaluated(built, gradient)({"beta_logodds__": np.array([0.3, -0.2, 0.1])})
    assert np.isfinite(slope).all()
    assert (slope[:2] > 0).all()
    assert slope[2] == 0


# Extending it --------------------------------------------------------------------------------------------------------


def test_evidence_of_ones_own_counts_like_an_item(rich: Case) -> None:
    """A potential added as the notes of `build_model` say is the same as an item of the case, at any inputs."""
    likelihood = {"alone": 0.7, "crew": 0.2, "other": 0.45}
    extended, own = build_model(rich), np.log(list(likelihood.values()))
    with extended:
        pm.Potential("own", pm.math.logsumexp(pm.math.log(extended["credence"]) + own))
    stated = build_model(rich.model_copy(update={"evidence": (*rich.evidence, item("own", likelihood))}))
    outputs = [[built.logp(jacobian=False), built["credence"]] for built in (extended, stated)]
    functions = [evaluated(built, output) for built, output in zip((extended, stated), outputs, strict=True)]
    rng = np.random.default_rng(1)
    for point in (random_point(extended, rng) for _ in range(5)):
        (by_potential, without), (by_item, given_both) = (function(point) for function in functions)
        assert by_potential == pytest.approx(by_item, rel=1e-12)
        np.testing.assert_allclose(softmax(np.log(without) + own), given_both, rtol=1e-12)


def test_data_on_an_input_update_it(rich: Case) -> None:
    """A record of 7 in 10 on a reliability adds its binomial log probability, as the conjugate Beta has it."""
    address, hits, trials = "source.agency.reliability", 7, 10
    base, extended = build_model(rich), build_model(rich)
    at = extended.coords["address"].index(address)
    with extended:
        pm.Binomial("record", n=trials, p=extended["assumption"][at], observed=hits)
    updated = build_model(suppose(rich, {address: Beta(6 + hits, 3 + trials - hits)}))
    outputs = [[built.logp(jacobian=False), built["assumption"][at]] for built in (base, extended, updated)]
    functions = [evaluated(built, output) for built, output in zip((base, extended, updated), outputs, strict=True)]
    rng = np.random.default_rng(1)
    for point in (random_point(base, rng) for _ in range(5)):
        (without, reliability), (given_record, _), (conjugate, _) = (function(point) for function in functions)
        assert given_record - without == pytest.approx(binom.logpmf(hits, trials, reliability), abs=1e-9)
        assert given_record - conjugate == pytest.approx(betabinom.logpmf(hits, trials, 6, 3), abs=1e-9)


# Names mean what they say ---------------------------------------------------------------------------------------------


def new_values(built: pm.Model, name: str, rng: np.random.Generator) -> np.ndarray:
    """Other values for a variable, those of a row or a prior summing to one."""
    found = rng.uniform(0.2, 0.8, tuple(len(built.coords[dim]) for dim in built.named_vars_to_dims[name]))
    return found / found.sum(axis=-1, keepdims=True) if name == "prior" or name.startswith("row") else found


@pytest.mark.parametrize("name", ["assumption", "prior", "stated", "beta", "uniform", "ratio", "row_of_3"])
def test_the_credence_is_that_at_what_was_done(rich: Case, name: str) -> None:
    """After `pm.do` on any name the model has the value there, and the credence and P(E) that the engine has at it."""
    rng, built, net = np.random.default_rng(2), build_model(rich), network(rich)
    done = pm.do(built, {name: (value := new_values(built, name, rng))})
    names = (name, "assumption", "prior", "stated", "credence", "evidence")
    function = evaluated(done, [done[one] for one in names])
    there, assumed, prior, plain, credence, evidence = function(random_point(done, rng))
    np.testing.assert_array_equal(there, value)
    values = net.inputs.values.copy()
    values[net.free], values[stated(net)], values[net.prior] = assumed, plain, prior
    likelihood = likelihoods(net, values[None], np.ones(len(values), dtype=bool))
    (expected,), (log_evidence,) = credences(values[None, net.prior], likelihood)
    np.testing.assert_allclose(credence, expected, rtol=1e-12)
    scale = log_scale_of_ratios(rich, dict(zip(net.inputs.addresses, values.tolist(), strict=False)))
    assert float(evidence) == pytest.approx(log_evidence + scale, rel=1e-12)
    if name in groups(net):
        np.testing.assert_array_equal(values[groups(net)[name]].reshape(value.shape), value)


def test_a_prior_of_plain_numbers_can_be_done(plain: Case) -> None:
    """`pm.do` on a prior of plain numbers weighs the same evidence with another prior."""
    built, rng = build_model(plain), np.random.default_rng(4)
    point = random_point(built, rng)
    outputs = [evaluated(one, [one["credence"]]) for one in (built, pm.do(built, {"prior": [0.6, 0.3, 0.1]}))]
    before, after = (function(point)[0] for function in outputs)
    expected = before * np.array([0.6, 0.3, 0.1]) / np.array([0.3, 0.5, 0.2])
    np.testing.assert_allclose(after, expected / expected.sum(), rtol=1e-12)


def test_doing_the_log_likelihood_decides_the_credence(plain: Case) -> None:
    """What is done to the components' log likelihoods is what the prior is weighed by."""
    built = build_model(plain)
    done = pm.do(built, {"log_likelihood": (logs := np.array([[-1.0, -2.0, -3.0], [-0.5, -0.1, -0.2]]))})
    (credence,) = evaluated(done, [done["credence"]])(random_point(done, np.random.default_rng(1)))
    np.testing.assert_allclose(credence, softmax(np.log([0.3, 0.5, 0.2]) + logs.sum(axis=0)), rtol=1e-12)


def test_one_address_is_done_by_its_place(rich: Case) -> None:
    """With one entry of `assumption` replaced the credence is that of the case supposed so, the others as drawn."""
    address = "source.agency.reliability"
    built, supposed = build_model(rich), build_model(suppose(rich, {address: 0.35}))
    at = built.coords["address"].index(address)
    with pytest.warns(UserWarning, match="given the name: do_assumption"):
        done = pm.do(built, {"assumption": pt.set_subtensor(built["assumption"][at], 0.35)})
    point = random_point(built, np.random.default_rng(6))
    place = built.coords["beta_address"].index(address)
    without = {**point, "beta_logodds__": np.delete(point["beta_logodds__"], place)}
    found = evaluated(done, [done["credence"]])(point)[0]
    np.testing.assert_allclose(found, evaluated(supposed, [supposed["credence"]])(without)[0], rtol=1e-12)


def test_a_family_can_be_observed_by_its_labels(rich: Case) -> None:
    """`pm.observe` on a family's variable conditions on it: the log probability is that of the model at its values."""
    built, rng = build_model(rich), np.random.default_rng(7)
    value = new_values(built, "beta", rng)
    observed = pm.observe(built, {"beta": value})
    assert [variable.name for variable in observed.observed_RVs] == ["beta"]
    rest = random_point(observed, rng)
    whole = {**rest, "beta_logodds__": np.log(value / (1 - value))}
    assert log_probability(observed, rest) == pytest.approx(log_probability(built, whole), rel=1e-12)


def test_what_has_no_density_is_not_observed(rich: Case) -> None:
    """All assumptions together have no density that PyMC knows: to observe them is refused, never taken for nothing."""
    built = build_model(rich)
    observed = pm.observe(built, {"assumption": new_values(built, "assumption", np.random.default_rng(8))})
    with pytest.raises(RuntimeError, match="could not be derived"):
        observed.logp()


# Refusals ------------------------------------------------------------------------------------------------------------


def test_numbers_below_double_precision_are_refused() -> None:
    """B26: a likelihood of 1e-310 is refused by its address; the exact engine weighs it."""
    tiny = case({"a": 0.5, "b": 0.5}, item("e", {"a": 1e-310, "b": Beta(2, 3)}), item("f", {"a": 0.5, "b": 1e-307}))
    with pytest.raises(CaseError, match=r"E_UNDERFLOW evidence\.e\.likelihood\.a: 1e-310 is too small .*'exact'"):
        build_model(tiny)
    with pytest.raises(CaseError, match="E_UNDERFLOW"):
        weigh(tiny, method="pymc", sampling=FEW)
    odds = weigh(tiny, method="exact").credence.values
    assert odds[0] / odds[1] == pytest.approx(1e-310 * 0.5 / (0.4 * 1e-307), rel=1e-9)


def test_a_case_that_is_too_large_for_the_graph_is_refused() -> None:
    """Fourteen sources on fourteen items fit the exact engine; the model refuses them before anything is compiled."""
    speakers = [f"s{i}" for i in range(14)]
    told = [item(f"e{i}", {"a": 0.7, "b": 0.4}, reports=[Report(source=s) for s in speakers]) for i in range(14)]
    crowd = case({"a": 0.5, "b": 0.5}, *told, sources=tuple(source(name, Beta(3, 2), 0.5) for name in speakers))
    for weighing in (build_model, lambda case: weigh(case, method="pymc", sampling=FEW)):
        with pytest.raises(TooLargeError, match=r"does not fit.*the limit is 16,384"):
            weighing(crowd)


# NUTS against exact --------------------------------------------------------------------------------------------------


def assert_engines_agree(sampled: Posterior) -> None:
    """Credences within five Monte-Carlo errors, all of them at most 0.005; inputs within six."""
    exact = weigh(sampled.case, method="exact")
    assert_coherent(sampled)
    assert sampled.mcse.max() <= MOST_MONTE_CARLO_ERROR
    off = np.abs(sampled.credence - exact.credence).values
    in_errors = off / sampled.mcse.values
    assert (in_errors <= MONTE_CARLO_ERRORS).all()
    assert sampled.log_evidence == exact.log_evidence or math.isnan(exact.log_evidence)
    draws, inputs = sampled.draws["posterior"]["assumption"], 0.0
    for address, mean in posterior_means(sampled.case).items():
        one = draws.sel(address=address).values
        error = float(array_stats.mcse(one, chain_axis=0, draw_axis=1, method="mean"))
        inputs = max(inputs, abs(one.mean() - float(mean)) / error)
    assert inputs <= MONTE_CARLO_ERRORS_OF_INPUTS
    print(f"in errors: credence {in_errors.max():.2f}, inputs {inputs:.2f}; largest error {sampled.mcse.max():.2g}")


def test_nuts_agrees_with_the_exact_engine_on_a_plain_case(sampled_plain: Posterior) -> None:
    """Sampled and exact credences of independent items agree."""
    assert_engines_agree(sampled_plain)


def test_nuts_agrees_with_the_exact_engine_on_a_rich_case(sampled_rich: Posterior) -> None:
    """Sampled and exact credences agree with sources, copies, hidden and named outcomes, ratios, and a Dirichlet."""
    assert_engines_agree(sampled_rich)


THREE = {"a": 0.5, "b": 0.3, "c": 0.2}


def by_name(*values: Any) -> dict[str, Any]:
    return dict(zip(THREE, values, strict=True))


FAMILIES = {
    "independent": case(
        THREE,
        item("e", by_name(Beta(4, 2), Between(0.2, 0.6), 0.4)),
        item("f", by_name(0.5, Counts(3, 10), Uniform(0.3, 0.9)), observed=False),
        item("g", by_name(Beta(2, 5), 0.6, Between(0.1, 0.3))),
    ),
    "ratios": case(
        THREE,
        item("e", Ratios(reference="a", ratios={"b": RatioBetween(1, 6), "c": 2.0})),
        item("f", Ratios(reference="b", ratios={"a": RatioBetween(0.5, 3), "c": RatioBetween(0.2, 2)})),
    ),
    "named outcomes": case(
        THREE,
        item(
            "e",
            by_name(
                Dirichlet({"x": 2, "y": 3, "z": 4}), {"x": 0.2, "y": 0.3, "z": 0.5}, Dirichlet({"x": 1, "y": 4, "z": 2})
            ),
            outcomes=("x", "y", "z"),
            observed="y",
        ),
        item(
            "f",
            by_name({"u": 0.3, "v": 0.7}, Dirichlet({"u": 3, "v": 2}), Dirichlet({"u": 1, "v": 2})),
            outcomes=("u", "v"),
            observed="u",
        ),
    ),
    "hidden parent": case(
        THREE,
        item("x", by_name(Beta(3, 2), 0.3, Uniform(0.2, 0.8)), observed=None),
        item("y", {name: {True: Beta(6, 2), False: 0.2} for name in THREE}, given="x"),
        item("z", by_name(*({True: number, False: Between(0.2, 0.5)} for number in (0.8, 0.6, 0.3))), given="x"),
    ),
    "one source with several reports": case(
        THREE,
        *(
            item(name, by_name(*row), reports=[Report(source="s", says=says)])
            for name, row, says in (
                ("e", (0.8, Beta(2, 3), 0.3), True),
                ("f", (0.6, 0.2, 0.5), True),
                ("g", (Beta(3, 3), 0.7, 0.4), False),
                ("h", (0.7, 0.5, Uniform(0.1, 0.4)), True),
            )
        ),
        sources=(source("s", Beta(5, 3), Uniform(0.3, 0.9)),),
    ),
    "two sources in conflict": case(
        THREE,
        item("e", by_name(Beta(5, 2), 0.3, 0.5), reports=[Report(source="s"), Report(source="t", says=False)]),
        sources=(source("s", Beta(7, 3), 0.6), source("t", Between(0.3, 0.8), by_name(0.2, Beta(2, 2), 0.5))),
    ),
    "a source that is reliable unless one of them did it": case(
        THREE,
        item("e", by_name(0.7, Beta(2, 3), 0.3), reports=[Report(source="s")]),
        item("f", by_name(0.6, 0.2, 0.5), reports=[Report(source="s")]),
        sources=(source("s", by_name(Between(0.1, 0.4), Beta(8, 2), 0.9), Uniform(0.3, 0.9)),),
    ),
    "copied reports": case(
        THREE,
        item(
            "e",
            by_name(Beta(6, 2), 0.3, Between(0.2, 0.6)),
            reports=[
                Report(source="s"),
                Report(source="t", copied_from="s", copy_probability=Beta(3, 2)),
                Report(source="u", copied_from="t", copy_probability=Uniform(0.2, 0.9)),
            ],
        ),
        sources=tuple(source(name, Beta(4, 2), 0.5) for name in "stu"),
    ),
    "Dirichlet prior": case(
        Dirichlet({"a": 4, "b": 2, "c": 1}),
        item("e", by_name(Beta(2, 3), 0.6, Between(0.3, 0.8))),
        item("f", by_name(0.4, Beta(3, 3), 0.7)),
    ),
    "rows that are the same under every hypothesis, and an error that items share": CRAFTED[
        "rows that are the same under every hypothesis"
    ].model_copy(update={"error": Beta(2, 18)}),
}


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_nuts_agrees_with_the_exact_engine(family: str) -> None:
    """In each family of cases sampled and exact credences agree."""
    started = time.perf_counter()
    sampled = weigh(FAMILIES[family], method="pymc", sampling=SAMPLING)
    print(f"\n{family}: {time.perf_counter() - started:.1f} s; ", end="")
    assert_engines_agree(sampled)


# Sampling ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[pm.Model]:
    """The models that are compiled from here on; nothing is compiled yet."""
    compiled: list[pm.Model] = []
    original = nutpie.compile_pymc_model

    def counted(built: pm.Model, **options: Any) -> Any:
        compiled.append(built)
        return original(built, **options)

    monkeypatch.setattr(nutpie, "compile_pymc_model", counted)
    monkeypatch.setattr(model, "_compiled", OrderedDict())
    return compiled


def other_numbers(plain: Case) -> Case:
    """The same structure: the same addresses are uncertain in the same ways, with other names and other numbers."""
    changes = {
        "evidence.footage.likelihood.alone": Between(0.05, 0.2),
        "evidence.footage.likelihood.other": 0.01,
        "evidence.car.likelihood.alone": Uniform(0.7, 0.99),
        "evidence.car.likelihood.crew": Beta(2, 9),
        "prior.alone": 0.6,
    }
    renamed = [part.model_copy(update={"name": f"{part.name}_again"}) for part in suppose(plain, changes).evidence]
    return suppose(plain, changes).model_copy(update={"evidence": renamed})


def assert_same_bits(one: Sample, other: Sample) -> None:
    np.testing.assert_array_equal(one.values, other.values)
    np.testing.assert_array_equal(one.credence, other.credence)
    np.testing.assert_array_equal(one.hypothesis, other.hypothesis)
    np.testing.assert_array_equal(one.log_likelihood, other.log_likelihood)
    assert one.stats.keys() == other.stats.keys()
    for name in one.stats:
        np.testing.assert_array_equal(one.stats[name], other.stats[name])


def test_a_structure_is_compiled_once(
    plain: Case, sampled_plain: Posterior, compilations: list[pm.Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases that differ only in names and numbers share one compiled graph, and which came first changes no bit."""
    other = network(other_numbers(plain))
    first = model.sample(other, FEW)
    assert len(compilations) == 1
    again = model.sample(network(plain), FEW)
    assert_same_bits(model.sample(other, FEW), first)
    assert len(compilations) == 1
    assert not np.array_equal(first.credence, again.credence)
    monkeypatch.undo()  # back to the graph that was compiled for the plain case
    assert_same_bits(model.sample(other, FEW), first)
    assert_same_bits(model.sample(network(plain), FEW), again)


def test_a_seed_makes_the_draws(plain: Case, sampled_plain: Posterior) -> None:
    """The same seed gives the same bits, another seed other draws of everything."""
    net = network(plain)
    first, again = model.sample(net, FEW), model.sample(net, FEW)
    assert_same_bits(first, again)
    np.testing.assert_array_equal(first.prior_values, again.prior_values)
    other = model.sample(net, Sampling(draws=100, tune=100, seed=4, progress=False))
    for ours, theirs in ((first.values, other.values), (first.prior_values, other.prior_values)):
        assert (ours != theirs).all()
    chains = np.moveaxis(first.values, 0, -1).reshape(-1, 4)
    assert all((chains[:, one] != chains[:, two]).all() for one, two in pairwise(range(4)))


class Idle:
    """Stands in for a compiled graph."""

    def with_data(self, **data: np.ndarray) -> Mapping[str, np.ndarray]:
        return data


@pytest.fixture
def idle_compilations(compilations: list[pm.Model], monkeypatch: pytest.MonkeyPatch) -> list[pm.Model]:
    """The models that would be compiled."""
    monkeypatch.setattr(nutpie, "compile_pymc_model", lambda built, **options: compilations.append(built) or Idle())
    return compilations


def test_another_structure_is_compiled_anew(plain: Case, idle_compilations: list[pm.Model]) -> None:
    """A case of another structure takes another graph; each case is sampled with its own numbers."""
    bare = case(Dirichlet({"a": 2, "b": 3}))
    for one, compiled in ((plain, 1), (other_numbers(plain), 1), (bare, 2), (plain, 2)):
        net = network(one)
        data = model._compiled_for(net, False)
        assert len(idle_compilations) == compiled
        assert data.keys() == model.numbers(net).keys()
        for name, array in model.numbers(net).items():
            np.testing.assert_array_equal(data[name], array)


def test_few_compiled_graphs_are_kept(idle_compilations: list[pm.Model]) -> None:
    """Eight compiled graphs are kept; the ninth takes the place of the one that was used longest ago."""
    nets = [network(case(Dirichlet(dict.fromkeys("abcdefghijkl"[:size], 1)))) for size in range(2, 11)]
    assert len(nets) == model.MAX_COMPILED + 1
    for place in (0, 1, 2, 3, 4, 5, 6, 7, 0, 8, 0):
        model._compiled_for(nets[place], False)
    assert len(idle_compilations) == 9
    model._compiled_for(nets[1], False)
    assert len(idle_compilations) == 10
    assert len(model._compiled) == model.MAX_COMPILED


def test_progress_is_told_only_if_asked(
    plain: Case, sampled_plain: Posterior, capfd: pytest.CaptureFixture[str]
) -> None:
    """With `progress` the sampler says on stderr what it does; without it nothing is printed."""
    capfd.readouterr()
    model.sample(network(plain), FEW)
    assert capfd.readouterr() == ("", "")
    model.sample(network(plain), Sampling(draws=100, tune=100, seed=3, progress=True))
    assert "attribution_bayes: sampling 4 chains of 100 + 100 steps" in capfd.readouterr().err


def test_a_case_without_uncertain_inputs_needs_no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """With numbers alone nothing is compiled, and the credence is the exact one without error."""
    monkeypatch.setattr(nutpie, "compile_pymc_model", None)
    sure = case(
        {"a": 0.3, "b": 0.7},
        item("x", {"a": 0.3, "b": 0.6}, reports=[Report(source="s"), Report(source="t", says=False)]),
        item("y", {"a": {True: 0.2, False: 0.9}, "b": {True: 0.4, False: 0.3}}, given="x"),
        sources=(source("s", 0.8, 0.5), source("t", 0.6, {"a": 0.2, "b": 0.9})),
    )
    exact, sampled = weigh(sure, method="exact", sampling=FEW), weigh(sure, method="pymc", sampling=FEW)
    np.testing.assert_allclose(sampled.credence, exact.credence, rtol=1e-12)
    assert sampled.method == "pymc"
    assert (sampled.mcse == 0).all()
    variables = [set(one.draws["posterior"].data_vars) for one in (sampled, exact)]
    assert variables == [{"credence", "prior", "drawn_hypothesis"}] * 2
    np.testing.assert_allclose(sampled.draws["posterior"]["credence"], exact.draws["posterior"]["credence"], rtol=1e-12)
    assert "sample_stats" not in sampled.draws.children


def test_odds_and_plain_numbers_are_one_structure() -> None:
    """How a number was stated is no part of the structure, what is uncertain is."""
    likelihood = {"a": Beta(2, 3), "b": 0.5}
    stated = case({"a": 0.25, "b": 0.75}, item("e", likelihood))
    odds = case(Odds({"a": 1, "b": 9}), item("e", {"a": Counts(1, 5), "b": 0.1}))
    uncertain = case({"a": 0.25, "b": 0.75}, item("e", {"a": Beta(2, 3), "b": Beta(2, 3)}))
    cut = case({"a": 0.25, "b": 0.75}, item("e", {"a": Uniform(0.1, 0.3), "b": 0.5}))
    false = case({"a": 0.25, "b": 0.75}, item("e", likelihood, observed=False))
    structures = [model.structure(network(one)) for one in (stated, odds, uncertain, cut, false)]
    assert structures[0] == structures[1]
    assert len(set(structures)) == 4
