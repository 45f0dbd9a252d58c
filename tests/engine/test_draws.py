"""Independent draws against the exact posterior of every input."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.special import betainc, betaincc, roots_legendre
from scipy.stats import beta as beta_distribution
from scipy.stats import kstest, norm

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import Beta as BetaLaw
from attribution_bayes.declare.distributions import LogNormal, Point
from attribution_bayes.declare.distributions import Uniform as UniformLaw
from attribution_bayes.declare.parameters import Parameter, parameters
from attribution_bayes.declare.parts import Report
from attribution_bayes.declare.ways import (
    Beta,
    Dirichlet,
    Odds,
    Ratios,
    Uniform,
    distribution,
)
from attribution_bayes.engine import draws, exact
from attribution_bayes.engine.chances import chances_at
from attribution_bayes.engine.exact import evaluate
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.scaled import Scaled
from attribution_bayes.engine.weigh import weigh, what_if
from crafted import ALWAYS, CRAFTED, NEVER, case, copy, item, reported, shapes_of, source
from oracle import (
    brute_force,
    posterior_row_uses,
    posterior_uses,
    uncertain_inputs,
)
from precision import EXACT

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


FALSE_ALARM = 1e-6
SAMPLING = Sampling(draws=5_000, seed=1)
UNCERTAIN = {
    name: [one for one in parameters(case) if not isinstance(one.meaning, Point)] for name, case in CRAFTED.items()
}
DRAW_TESTS = sum(len(case.names) for case in CRAFTED.values()) + 2 * sum(len(found) for found in UNCERTAIN.values())
"""Statistical tests of draws: the mean credence of each hypothesis, each uncertain input before and after."""


@pytest.fixture(scope="module")
def weighed() -> dict[str, Posterior]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {name: weigh(crafted, sampling=SAMPLING) for name, crafted in CRAFTED.items()}


def drawn_inputs(posterior: Posterior, group: str) -> dict[str, np.ndarray]:
    """Draws of every uncertain input by address, chains joined."""
    variables = posterior.draws[group]
    prior = {f"prior.{name}": variables["prior"].sel(hypothesis=name) for name in posterior.case.names}
    inputs = variables.get("assumption")
    others = {} if inputs is None else {str(address): inputs.sel(address=address) for address in inputs.address.values}
    return {address: draws.values.reshape(-1) for address, draws in (prior | others).items()}


@pytest.mark.parametrize("name", CRAFTED)
def test_the_credence_draws_average_to_the_credence(name: str, weighed: dict[str, Posterior]) -> None:
    """Their mean is within the standard error of independent draws; the chance of a false alarm is 1e-6 in all."""
    posterior = weighed[name]
    draws = posterior.draws["posterior"]["credence"].values.reshape(-1, len(CRAFTED[name].names))
    error = draws.std(axis=0, ddof=1) / math.sqrt(len(draws))
    bound = norm.isf(FALSE_ALARM / DRAW_TESTS / 2)
    assert np.all(np.abs(draws.mean(axis=0) - posterior.credence.values) <= bound * error + 1e-15)
    assert np.all((error > 0) == ((posterior.credence.values > 0) & (posterior.credence.values < 1)))


def interval_mass(alpha: float, beta: float, lower: Any, upper: Any) -> Any:
    """Probability of [lower, upper] under a Beta, from the tail in which it is the more precise."""
    if alpha / (alpha + beta) < 0.5:
        return betaincc(alpha, beta, lower) - betaincc(alpha, beta, upper)
    return betainc(alpha, beta, upper) - betainc(alpha, beta, lower)


def tilted_cdf(stated: BetaLaw | UniformLaw, m: int, n: int, x: np.ndarray) -> np.ndarray:
    """Distribution function of what was stated after m uses as x and n uses as 1 - x."""
    alpha, beta, lower, upper = shapes_of(stated)
    alpha, beta = alpha + m, beta + n
    return interval_mass(alpha, beta, lower, x) / interval_mass(alpha, beta, lower, upper)


def mixture(parts: list[tuple[Fraction, Callable[[np.ndarray], np.ndarray]]]) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: sum(float(weight) * part(x) for weight, part in parts)


def posterior_cdfs(case: Case) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """The exact distribution function of every uncertain input given all observations."""
    stated, used, rows = uncertain_inputs(case), posterior_uses(case), posterior_row_uses(case)
    credence = brute_force(case).credence
    cdfs = {}
    for one in parameters(case):
        block, _, member = str(one.address).rpartition(".")
        if one.weight is not None:
            drawn = credence if block == "prior" else {str(outcome): p for outcome, p in rows[block].items()}
            cdfs[str(one.address)] = mixture([(p, member_cdf(one, drew, member)) for drew, p in drawn.items()])
        elif isinstance(one.meaning, LogNormal):
            half = one.meaning.sigma**2 / 2
            shares = [(credence[member], half), (1 - credence[member], -half)]
            cdfs[str(one.address)] = mixture([(p, log_normal_cdf(one.meaning, shift)) for p, shift in shares])
        elif str(one.address) in stated:
            meaning, uses = distribution(stated[str(one.address)]), used[str(one.address)]
            cdfs[str(one.address)] = mixture([(p, partial(tilted_cdf, meaning, m, n)) for (m, n), p in uses.items()])
    return cdfs


def member_cdf(one: Parameter, drew: str, member: str) -> Callable[[np.ndarray], np.ndarray]:
    """One of several probabilities that sum to one, after one of them (or none) was used."""
    alpha, beta = one.meaning.alpha + (drew == member), one.meaning.beta + (drew not in (member, "None"))
    return beta_distribution(alpha, beta).cdf


def log_normal_cdf(stated: LogNormal, shift: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: norm.cdf(np.log(x), loc=stated.mu + shift, scale=stated.sigma)


def stated_cdf(one: Parameter) -> Callable[[np.ndarray], np.ndarray]:
    if isinstance(one.meaning, LogNormal):
        return log_normal_cdf(one.meaning, 0.0)
    return partial(tilted_cdf, one.meaning, 0, 0)


@pytest.mark.parametrize("name", CRAFTED)
def test_each_input_is_drawn_from_its_exact_posterior(name: str, weighed: dict[str, Posterior]) -> None:
    """Kolmogorov and Smirnov find no difference; the chance of a false alarm is 1e-6 in all."""
    drawn, cdfs = drawn_inputs(weighed[name], "posterior"), posterior_cdfs(CRAFTED[name])
    assert set(cdfs) == {str(one.address) for one in UNCERTAIN[name]}
    for address, cdf in cdfs.items():
        assert kstest(drawn[address], cdf).pvalue >= FALSE_ALARM / DRAW_TESTS, address


@pytest.mark.parametrize("name", CRAFTED)
def test_each_input_is_drawn_from_what_was_stated(name: str, weighed: dict[str, Posterior]) -> None:
    """The prior draws follow the distributions as stated; the chance of a false alarm is 1e-6 in all."""
    drawn = drawn_inputs(weighed[name], "prior")
    for one in UNCERTAIN[name]:
        assert kstest(drawn[str(one.address)], stated_cdf(one)).pvalue >= FALSE_ALARM / DRAW_TESTS, str(one.address)


@pytest.mark.parametrize("name", CRAFTED)
def test_the_credence_of_a_draw_is_that_of_its_inputs(name: str, weighed: dict[str, Posterior]) -> None:
    """Supposing the drawn inputs gives the credence of the draw."""
    posterior = weighed[name]
    drawn = {str(one.address): drawn_inputs(posterior, "posterior")[str(one.address)][:200] for one in UNCERTAIN[name]}
    expected = posterior.draws["posterior"]["credence"].isel(chain=0, draw=slice(200)).values
    np.testing.assert_allclose(what_if(CRAFTED[name], drawn).values, expected, rtol=EXACT)


def drawn_values(net: Network, count: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    return draws.draw_values(net, draws.draw_hypotheses(net, count, rng), rng)


UNKNOWN = Uniform(0, 1)
JOINT = {
    ("source.s.reliability", "source.s.if_unreliable"): case(
        {"a": 0.5, "b": 0.5},
        *(reported(f"e{i}", {"a": 0.5, "b": 0.4}, Report(source="s")) for i in range(3)),
        sources=(source("s", UNKNOWN, UNKNOWN),),
    ),
    ("source.t.reliability", "evidence.e.reports.t.copy_probability"): case(
        {"a": 0.5, "b": 0.5},
        reported("e", {"a": 0.5, "b": 0.4}, Report(source="s"), copy("t", "s", UNKNOWN)),
        sources=(source("s", 0.9, 0.5), source("t", UNKNOWN, 0.01)),
    ),
}


@pytest.mark.parametrize("addresses", JOINT)
def test_inputs_are_drawn_together(addresses: tuple[str, str]) -> None:
    """Draws of two inputs have the mean product that integration on a grid gives; false alarms at most 1e-6 each."""
    net = network(JOINT[addresses])
    at = [net.inputs.addresses.index(address) for address in addresses]
    points, weights = roots_legendre(20)
    pairs = np.array(list(product((points + 1) / 2, repeat=2)))
    values = np.repeat(net.inputs.values[None], len(pairs), axis=0)
    values[:, at] = pairs
    _, log_evidence = evaluate(net, values, np.ones(values.shape[1], dtype=bool))
    mass = np.exp(log_evidence) * np.outer(weights, weights).reshape(-1)
    mass /= mass.sum()
    expected = mass @ pairs.prod(axis=1)
    products = net.inputs.filled(drawn_values(net, 100_000))[:, at].prod(axis=1)
    bound = norm.isf(FALSE_ALARM / 2) * products.std(ddof=1) / math.sqrt(len(products))
    assert abs(products.mean() - expected) <= bound
    assert abs(np.prod(mass @ pairs) - expected) > 2 * bound  # drawn one by one, they would have another mean


@pytest.mark.parametrize(
    ("stated", "says"), [(Uniform(0.9, 0.95), False), (Uniform(0.99, 1), False), (Uniform(0.05, 0.1), True)]
)
def test_a_range_is_drawn_well_where_it_is_far_from_what_was_said(stated: Uniform, says: bool) -> None:
    """A source that nearly always would say the opposite says the same of 16 items; false alarms at most 1e-6 each."""
    against = [reported(f"e{i}", {"a": 0.2, "b": 0.3}, Report(source="s", says=says)) for i in range(16)]
    net = network(case({"a": 0.5, "b": 0.5}, *against, sources=(source("s", NEVER, stated),)))
    at = net.inputs.addresses.index("source.s.if_unreliable")
    draws = net.inputs.filled(drawn_values(net, 20_000))[:, at]
    cdf = partial(tilted_cdf, distribution(stated), 16 * says, 16 * (not says))
    assert kstest(draws, cdf).pvalue >= FALSE_ALARM


class Least:
    """Random numbers of the least value there is."""

    def random(self, size: int) -> np.ndarray:
        return np.zeros(size)


def test_what_has_no_weight_is_never_picked() -> None:
    """Not even by the least random number."""
    weights = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 1.0]])
    assert draws.pick(weights, Least()).tolist() == [1, 2, 0]  # type: ignore[arg-type]


class Always(np.random.Generator):
    """Uniform numbers that are always the same; everything else is random."""

    same: float

    def random(self, size: Any = None, *_: Any, **__: Any) -> Any:
        return np.full(size, self.same)


class Lowest(Always):
    same = 0.0


class Highest(Always):
    same = math.nextafter(1, 0)


def test_an_excluded_hypothesis_is_never_drawn() -> None:
    """Not even by the least random number: the inputs are drawn as under the hypotheses that are left."""
    net = network(case({"a": NEVER, "b": ALWAYS}, item("e", {"a": 0.5, "b": Beta(1, 1)})))
    rng = Lowest(np.random.PCG64(1))
    hypotheses = draws.draw_hypotheses(net, 9_000, rng)
    assert (hypotheses == 1).all()
    drawn = draws.draw_values(net, hypotheses, rng)
    assert abs(drawn.mean() - 2 / 3) < 4.9 * math.sqrt(1 / 18 / 9_000)  # a false alarm: 1e-6


def test_no_hypothesis_beyond_the_last_is_drawn() -> None:
    """Not even by the greatest random number, where the credences add up to a little less than one."""
    names = [f"h{i}" for i in range(6)]
    likelihood = {**dict.fromkeys(names, 0.5), "h5": Beta(1, 1)}
    net = network(case(Odds({name: i + 1 for i, name in enumerate(names)}), item("e", likelihood)))
    assert np.cumsum(exact.as_stated(net))[-1] < 1
    rng = Highest(np.random.PCG64(1))
    hypotheses = draws.draw_hypotheses(net, 9_000, rng)
    assert (hypotheses == 5).all()
    drawn = draws.draw_values(net, hypotheses, rng)
    assert abs(drawn.mean() - 2 / 3) < 4.9 * math.sqrt(1 / 18 / 9_000)  # a false alarm: 1e-6


TINY = {
    "one range": ("s", {"a": Uniform(0, 1e-9), "b": 1e-9 * (2 / 37) ** (1 / 36)}),
    "mirrored": ("s", {"a": Uniform(1 - 2**-30, 1), "b": 1 - 2**-30 * (2 / 37) ** (1 / 36)}),
}


@pytest.mark.parametrize("name", TINY)
def test_the_draws_are_right_where_no_double_holds_the_likelihood(name: str) -> None:
    """Of 36 reports that only a liar makes, a range and a number that is as likely twice: .333, and so do the draws.

    The likelihood is 1e-324 or so; their mean is within five standard errors, by chance not so in one of 1.7 million.
    """
    _, if_unreliable = TINY[name]
    told = [reported(f"e{i}", {"a": 0.5, "b": 0.5}, Report(source="s", says=name == "one range")) for i in range(36)]
    lied = case({"a": 0.5, "b": 0.5}, *told, sources=(source("s", NEVER, if_unreliable),))
    posterior = weigh(lied, sampling=SAMPLING)
    assert posterior.credence.sel(hypothesis="a").item() == pytest.approx(1 / 3, rel=1e-6)
    draws = posterior.draws["posterior"]["credence"].sel(hypothesis="a").values
    error = draws.std() / math.sqrt(draws.size)
    assert 0 < error < 0.01
    assert abs(draws.mean() - 1 / 3) < 5 * error


@pytest.mark.parametrize("weight", [1e-280, 1e-3, 0.1, 2.0])
def test_a_row_of_tiny_weights_is_drawn_as_it_was_stated(weight: float) -> None:
    """Each member has its mean, however small the weights: below, all is on one of them; false alarms 1e-6 each."""
    row = Dirichlet({"x": weight, "y": 2 * weight, "z": 5 * weight})
    fixed = {"x": 0.2, "y": 0.3, "z": 0.5}
    net = network(case({"a": 0.5, "b": 0.5}, item("e", {"a": row, "b": fixed}, outcomes=("x", "y", "z"), observed="x")))
    drawn = draws.draw_prior_values(net, 9_000, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.sum(axis=1), 1, rtol=1e-12)
    error = drawn.std(axis=0) / math.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - [1 / 8, 2 / 8, 5 / 8]) <= 5.1 * error).all()
    assert drawn.std(axis=0) == pytest.approx(np.sqrt(np.array([7, 12, 15]) / 64 / (8 * weight + 1)), rel=0.05)


def test_worlds_of_tiny_chances_are_drawn_in_proportion() -> None:
    """Products of two chances of 1e-200 and of two of 3e-200 stand as one to nine, though no double holds them."""
    states = [
        Scaled.from_floats(np.full((3, 2), 1e-200)).prod(axis=1),
        Scaled.from_floats(np.full((3, 2), 3e-200)).prod(axis=1),
    ]
    weights = draws._in_proportion(states)[0]
    assert weights[1] / weights[0] == pytest.approx(9, rel=1e-15)


@pytest.mark.parametrize("stated", [Beta(1, 1e-3), Beta(1e-3, 1)])
def test_a_draw_lies_inside_its_range(stated: Beta) -> None:
    """One that rounds to 0 or 1, where the density is infinite, is moved to the next number inside."""
    net = network(case({"a": 0.5, "b": 0.5}, item("e", {"a": stated, "b": 0.5})))
    drawn = draws.draw_prior_values(net, 1_000, np.random.default_rng(1))
    ends = math.nextafter(0, 1), math.nextafter(1, 0)
    assert ends[0] <= drawn.min() <= drawn.max() <= ends[1]
    assert np.mean((drawn == ends[0]) | (drawn == ends[1])) > 0.1


def test_hidden_states_are_drawn_whatever_the_likelihoods_of_other_hypotheses() -> None:
    """Under a hypothesis by which the evidence is 1e-400 times as likely as by another, they follow its own odds."""
    seen = [
        item(f"e{i}", {"a": {True: 0.5, False: 0.5}, "b": {True: 1e-200, False: 3e-200}}, given="fact")
        for i in range(2)
    ]
    net = network(case(Odds({"a": 1, "b": 1}), item("fact", {"a": 0.5, "b": 0.5}, observed=None), *seen))
    values, at = net.inputs.values[None], np.ones(9000, dtype=np.int64)
    looked_up = chances_at(net, values, np.ones(values.shape[1], dtype=bool))
    states = draws.draw_states(net.components[0], looked_up, at, np.random.default_rng(1))
    assert abs(np.mean(states[0] == 0) - 0.1) < 4.9 * math.sqrt(0.09 / 9000)  # a false alarm: 1e-6


@pytest.mark.parametrize("name", CRAFTED)
def test_each_component_is_predicted_by_all_others(name: str) -> None:
    """Its log predictive is what its likelihoods add to those of all others; of ratios there is none."""
    net = network(CRAFTED[name])
    prior, likelihood = net.inputs.mean[net.prior], np.exp(exact.stated_likelihoods(net)[0].log())
    ratios = {part.name for part in CRAFTED[name].evidence if isinstance(part.likelihood, Ratios)}
    found = draws.log_predictive(net)
    assert found.shape == (len(net.component_names),)
    for place, items in enumerate(net.component_items):
        if ratios & set(items):
            assert math.isnan(found[place])
        else:
            others = prior @ np.delete(likelihood, place, axis=0).prod(axis=0)
            assert found[place] == pytest.approx(math.log(prior @ likelihood.prod(axis=0) / others), abs=1e-12)


def test_where_no_input_is_uncertain_only_the_hypothesis_is_drawn() -> None:
    """The credence of every draw is that of the case, and hypotheses come up as often; a false alarm: 1e-6."""
    drawn = draws.sample(network(case({"a": 0.3, "b": 0.7}, item("e", {"a": 0.5, "b": 0.25}))), SAMPLING)
    assert drawn.values.shape == drawn.prior_values.shape == (4, 5_000, 0)
    credence = 0.3 * 0.5 / (0.3 * 0.5 + 0.7 * 0.25)
    np.testing.assert_allclose(drawn.credence[..., 0], credence, rtol=1e-12)
    bound = 4.9 * math.sqrt(credence * (1 - credence) / 20_000)
    assert abs(np.mean(drawn.hypothesis == 0) - credence) < bound
    assert drawn.log_likelihood.shape == (4, 5_000, 1)
    logs = drawn.log_likelihood[slice(None), slice(None), 0]
    np.testing.assert_array_equal(logs, np.log([0.5, 0.25])[drawn.hypothesis])
