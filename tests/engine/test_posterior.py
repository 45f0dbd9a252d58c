"""The record that weighing gives: its names, its densities, what it prints, and that ArviZ takes its draws."""

from __future__ import annotations

import math
import pickle
import re
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import arviz as az
import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib import pyplot
from scipy import stats

from attribution_bayes.declare import distributions as family
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import LogNormal
from attribution_bayes.declare.parameters import parameters
from attribution_bayes.declare.parts import Evidence, Hypothesis
from attribution_bayes.declare.scales import SCALES
from attribution_bayes.declare.ways import Beta, Between, Certain, Dirichlet, Impossible, RatioBetween, Ratios, Uniform
from attribution_bayes.engine import draws as drawing
from attribution_bayes.engine.exact import evaluate
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import CONDITIONAL, DEFAULT_SCALE, Posterior, in_percent, percent
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import CaseError, ContradictionError
from crafted import item
from drawn import cases
from oracle import log_scale_of_ratios
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

FEW = Sampling(draws=100, chains=4, seed=2)

LOGARITHMS = 1e-9
"""Declared error of a logarithm L, as a part of 1 + |L|."""


def case(*evidence: Evidence, prior: Any = None, catch_all: bool = False, **fields: Any) -> Case:
    hypotheses = [
        Hypothesis(name="a", statement="it was a"),
        Hypothesis(name="b", statement="it was b"),
        Hypothesis(name="c", statement="something else", catch_all=catch_all),
    ]
    prior = {"a": 0.5, "b": 0.3, "c": 0.2} if prior is None else prior
    return Case(**{"question": "Which?", "hypotheses": hypotheses, "prior": prior, "evidence": evidence, **fields})


UNCERTAIN = item("e", {"a": Beta(4, 2), "b": Between(0.2, 0.6), "c": 0.3})
CERTAIN = item("e", {"a": 0.8, "b": 0.4, "c": 0.3})
EXCLUDING = item("f", {"a": 0.5, "b": Impossible("b was <b>abroad</b>"), "c": 0.2})


# The record ----------------------------------------------------------------------------------------------------------


def test_the_record_has_the_names_of_the_case() -> None:
    """Credence, prior and errors are by hypothesis; the exact engine has no Monte-Carlo error."""
    weighed = case(UNCERTAIN)
    posterior = weigh(weighed, sampling=FEW)
    for numbers in (posterior.credence, posterior.prior, posterior.mcse):
        assert numbers.dims == ("hypothesis",)
        assert numbers.hypothesis.values.tolist() == ["a", "b", "c"]
    assert posterior.case is weighed
    assert (posterior.method, posterior.sampling) == ("exact", FEW)
    np.testing.assert_array_equal(posterior.prior, [0.5, 0.3, 0.2])
    np.testing.assert_array_equal(posterior.mcse, [0, 0, 0])
    by_hand = np.array([0.5 * 4 / 6, 0.3 * network(weighed).inputs.mean[4], 0.2 * 0.3])
    np.testing.assert_allclose(posterior.credence, by_hand / by_hand.sum(), rtol=1e-12)
    assert posterior.log_evidence == pytest.approx(math.log(by_hand.sum()), rel=1e-12)


def test_the_leader_is_ahead_of_all_others() -> None:
    """The hypothesis of greatest credence leads; where two have it nobody does, and it is said who is tied."""
    ahead = weigh(case(item("e", {"a": 0.1, "b": 0.9, "c": 0.5})), sampling=FEW)
    assert (ahead.leader, ahead.tied) == ("b", ())
    assert "tied" not in str(ahead)
    level = weigh(case(prior={"a": 0.2, "b": 0.4, "c": 0.4}), sampling=FEW)
    assert (level.leader, level.tied) == (None, ("b", "c"))
    assert "Nobody leads: b and c are tied." in str(level)
    assert "Nobody leads: b and c are tied." in level._repr_html_()


def test_excluded_hypotheses_are_those_without_credence() -> None:
    """What the prior or an item rules out is listed, in the order of the case; what is merely tiny is not."""
    assert weigh(case(UNCERTAIN), sampling=FEW).excluded == ()
    assert weigh(case(item("e", {"a": 1e-300, "b": 0.5, "c": 1e-200})), sampling=FEW).excluded == ()
    barred = {"a": 0.5, "b": 0.5, "c": Impossible("never")}
    assert weigh(case(EXCLUDING, prior=barred), sampling=FEW).excluded == ("b", "c")


def test_the_log_evidence_is_no_number_exactly_with_ratios() -> None:
    """With an item stated as ratios there is no P(E); without one there is, to the engine's last bit."""

    @settings(REPEATABLE, max_examples=60)
    @given(cases(max_items=5, exclusions=False))
    def holds(case: Case) -> None:
        has_ratios = any(isinstance(part.likelihood, Ratios) for part in case.evidence)
        posterior = weigh(case, sampling=FEW)
        assert math.isnan(posterior.log_evidence) is has_ratios
        if not has_ratios:
            net = network(case)
            values = net.inputs.values[None]
            _, log_evidence = evaluate(net, values, np.zeros(values.shape[1], dtype=bool))
            assert posterior.log_evidence == log_evidence[0] <= 1e-9
        seen.add(has_ratios)

    seen: set[bool] = set()
    holds()
    assert seen == {True, False}


# Draws ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["exact", "pymc"])
def of_each_engine(request: pytest.FixtureRequest) -> Posterior:
    """The rich case, weighed by either engine."""
    return request.getfixturevalue("weighed_rich" if request.param == "exact" else "sampled_rich")


def test_the_draws_have_the_layout_of_arviz(of_each_engine: Posterior) -> None:
    """The same groups, variables, dimensions and coordinates from either engine, and what NUTS says from PyMC."""
    posterior = of_each_engine
    net = network(posterior.case)
    draws, pymc = posterior.draws, posterior.method == "pymc"
    inputs = {"prior": ("chain", "draw", "hypothesis"), "assumption": ("chain", "draw", "address")}
    figures = ("diverging", "energy", "tree_depth", "n_steps", "step_size")
    expected = {
        "posterior": {**inputs, "credence": ("chain", "draw", "hypothesis"), "drawn_hypothesis": ("chain", "draw")},
        "prior": inputs,
        "log_prior": {
            "prior": ("chain", "draw"),
            "assumption": ("chain", "draw", "statement"),
            "drawn_hypothesis": ("chain", "draw"),
        },
        "log_likelihood": {"evidence": ("chain", "draw", "component")},
        **({"sample_stats": dict.fromkeys(figures, ("chain", "draw"))} if pymc else {}),
    }
    found = {group: {str(name): part.dims for name, part in draws[group].data_vars.items()} for group in draws.children}
    assert found == expected
    size = (posterior.sampling.chains, posterior.sampling.draws)
    for group in draws.children.values():
        assert (group.sizes["chain"], group.sizes["draw"]) == size
        for dim, count in zip(("chain", "draw"), size, strict=True):
            np.testing.assert_array_equal(group[dim], np.arange(count))
    addresses = [net.inputs.addresses[i] for i in net.free]
    for group in ("posterior", "prior"):
        assert draws[group].address.values.tolist() == addresses
        assert draws[group].hypothesis.values.tolist() == list(posterior.case.names)
    rows = ["evidence.tool.likelihood.alone", "evidence.tool.likelihood.other"]
    alone = [address for address in addresses if not address.startswith("evidence.tool.")]
    assert draws["log_prior"].statement.values.tolist() == alone + rows
    assert draws["log_likelihood"].component.values.tolist() == list(net.component_names)


@pytest.mark.parametrize("weighed", [case(CERTAIN), case(), case(prior=Dirichlet({"a": 1, "b": 2, "c": 3}))])
def test_what_a_case_does_not_have_is_not_in_its_draws(weighed: Case) -> None:
    """There are no assumptions without uncertain inputs, no log prior of numbers, no component without items."""
    draws = weigh(weighed, sampling=FEW).draws
    uncertain = isinstance(weighed.prior, Dirichlet)
    assert set(draws["posterior"].data_vars) == {"credence", "prior", "drawn_hypothesis"}
    assert set(draws["prior"].data_vars) == {"prior"}
    assert set(draws["log_prior"].data_vars) == {"drawn_hypothesis", *(["prior"] if uncertain else [])}
    assert draws["log_likelihood"]["evidence"].shape == (4, 100, len(weighed.evidence))


def test_only_what_is_looked_at_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Posterior draws need no prior draws; those are made at the first look, once, and are the same whoever looks."""
    made = Mock(wraps=drawing.draw_prior_values)
    monkeypatch.setattr(drawing, "draw_prior_values", made)
    draws = weigh(case(UNCERTAIN, prior=Dirichlet({"a": 1, "b": 2, "c": 3})), sampling=FEW).draws
    assert np.isfinite(draws["posterior"].to_dataset().load()["assumption"]).all()
    assert np.isfinite(draws["log_prior"].to_dataset().load()["assumption"]).all()
    assert not made.called
    other = draws.copy(deep=True)
    np.testing.assert_array_equal(other["prior"]["assumption"], draws["prior"]["assumption"])
    assert draws["prior"]["prior"].values.std() > 0
    assert made.call_count == 1


def test_what_is_made_later_can_be_changed_and_sent() -> None:
    """Draws that are copied, changed or sent to another process before anybody looked are draws like any other."""
    weighed = case(UNCERTAIN, prior=Dirichlet({"a": 1, "b": 2, "c": 3}))
    looked_at, draws, changed = (weigh(weighed, sampling=FEW).draws for _ in range(3))
    looked_at.load()
    assert pickle.loads(pickle.dumps(draws)).identical(looked_at)
    other = draws.copy(deep=True)
    other["prior"]["assumption"].values[:] = 0
    other["log_likelihood"]["evidence"].values[:] = -2
    assert draws.identical(looked_at)
    assert not other["prior"].identical(looked_at["prior"])
    changed["log_prior"]["prior"][0, 0] = -1
    assert changed["log_prior"]["prior"][0, 0] == -1
    np.testing.assert_array_equal(changed["log_prior"]["prior"][1], looked_at["log_prior"]["prior"][1])


def test_what_is_certain_is_not_repeated_in_memory() -> None:
    """Draws of plain numbers take less than a tenth of the memory of their log likelihoods, each of which is log
    P(component | hypothesis drawn) when it is looked at."""
    likelihoods = np.random.default_rng(1).uniform(0.1, 0.9, (200, 3))
    items = [item(f"e{i}", dict(zip("abc", row, strict=True))) for i, row in enumerate(likelihoods.tolist())]
    posterior = weigh(case(*items), sampling=Sampling(draws=5_000))
    tracemalloc.start()
    draws = posterior.draws
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    logs, hypothesis = draws["log_likelihood"]["evidence"], draws["posterior"]["drawn_hypothesis"]
    assert peak < logs.nbytes / 10
    for chosen in ({"component": 7}, {"chain": [3, 1], "component": [5, 2]}, {"draw": slice(0, 9, 4)}):
        some = logs.isel(chosen)
        given_it = hypothesis.isel({dim: at for dim, at in chosen.items() if dim != "component"}).values
        expected = np.log(likelihoods.T)[given_it][..., chosen.get("component", slice(None))]
        np.testing.assert_allclose(some, expected, rtol=1e-12)


def test_the_prior_draws_know_nothing_of_the_evidence(weighed_rich: Posterior) -> None:
    """Inputs drawn before the evidence have the means that were stated, ratios in their logarithms.

    All 21 means of 10,000 independent draws within six standard errors: by chance not so in one of 20 million.
    """
    net, draws = network(weighed_rich.case), weighed_rich.draws["prior"]
    stated = np.concatenate([net.inputs.mean[net.prior], net.inputs.mean[net.free]])
    drawn = np.concatenate([draws["prior"].values, draws["assumption"].values], axis=-1).reshape(-1, len(stated))
    ratio = net.inputs.is_ratio[np.concatenate([net.prior, net.free])]
    stated[ratio], drawn[:, ratio] = np.log(stated[ratio]), np.log(drawn[:, ratio])
    errors = drawn.std(axis=0) / math.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - stated) <= 6 * errors).all()


# Densities -----------------------------------------------------------------------------------------------------------


def inputs_of_draws(posterior: Posterior, group: str = "posterior") -> np.ndarray:
    """The vector of inputs of every draw, from the variables by their names."""
    net, draws = network(posterior.case), posterior.draws[group]
    values = np.tile(net.inputs.values, (draws.sizes["chain"], draws.sizes["draw"], 1))
    if net.inputs.uncertain[net.prior].any():
        values[..., net.prior] = draws["prior"].values
    if len(net.free):
        values[..., net.free] = draws["assumption"].values
    return values


def densities(posterior: Posterior) -> dict[str, np.ndarray]:
    """Log densities by what was stated: SciPy's, of the distributions that were declared."""
    values = dict(
        zip(network(posterior.case).inputs.addresses, np.moveaxis(inputs_of_draws(posterior), -1, 0), strict=False)
    )
    found, rows = {}, {}
    for parameter in parameters(posterior.case):
        address = str(parameter.address)
        if parameter.weight is not None:
            rows.setdefault(parameter.block, []).append((parameter.weight, values[address]))
            continue
        match parameter.meaning:
            case family.Uniform(lower, upper):
                found[address] = stats.uniform(lower, upper - lower).logpdf(values[address])
            case family.Beta(alpha, beta):
                found[address] = stats.beta(alpha, beta).logpdf(values[address])
            case LogNormal(mu, sigma):
                found[address] = stats.lognorm(s=sigma, scale=math.exp(mu)).logpdf(values[address])
    for block, members in rows.items():
        weights, numbers = (np.array(column) for column in zip(*members, strict=True))
        found[str(block)] = stats.dirichlet.logpdf(numbers.reshape(len(weights), -1), weights).reshape(
            numbers.shape[1:]
        )
    return found


def assert_log_prior_is_scipys(posterior: Posterior) -> set[str]:
    expected = densities(posterior)
    group = posterior.draws["log_prior"]
    found = {"prior": group["prior"].values} if "prior" in group.data_vars else {}
    assert "drawn_hypothesis" in group.data_vars
    if "assumption" in group.data_vars:
        found |= {str(name): group["assumption"].sel(statement=name).values for name in group.statement.values}
    assert found.keys() == expected.keys()
    for statement, density in expected.items():
        np.testing.assert_allclose(found[statement], density, rtol=LOGARITHMS, atol=LOGARITHMS, err_msg=statement)
    return set(expected)


def assert_log_likelihood_adds_up(posterior: Posterior) -> None:
    """Log prior of the hypothesis drawn and likelihoods given it make its joint probability: P(h | E, inputs) P(E)."""
    net, values, draws = network(posterior.case), inputs_of_draws(posterior), posterior.draws
    rows = values.reshape(-1, values.shape[-1])
    credence, log_evidence = evaluate(net, rows, np.ones(rows.shape[1], dtype=bool))
    hypothesis = draws["posterior"]["drawn_hypothesis"].values.ravel()
    with np.errstate(divide="ignore"):
        expected = np.log(credence[np.arange(len(rows)), hypothesis]) + log_evidence
    expected = expected + log_scale_of_ratios(posterior.case, dict(zip(net.inputs.addresses, rows.T, strict=False)))
    found = draws["log_likelihood"]["evidence"].sum("component") + draws["log_prior"]["drawn_hypothesis"]
    np.testing.assert_allclose(found.values.ravel(), expected, rtol=LOGARITHMS, atol=LOGARITHMS)


def test_the_densities_of_random_cases() -> None:
    """In 60 random cases the log priors are SciPy's, and the log likelihoods add up to log P(E | inputs)."""
    seen: set[str] = set()

    @settings(REPEATABLE, max_examples=60)
    @given(cases(max_items=6))
    @example(case(UNCERTAIN, item("g", Ratios(reference="a", ratios={"b": RatioBetween(0.5, 4), "c": 2}))))
    def hold(case: Case) -> None:
        try:
            posterior = weigh(case, sampling=FEW)
        except ContradictionError:
            return
        assert_log_prior_is_scipys(posterior)
        assert_log_likelihood_adds_up(posterior)
        seen.update(type(parameter.meaning).__name__ for parameter in parameters(case))

    hold()
    assert seen == {"Point", "Beta", "Uniform", "LogNormal", "_Member"}


@pytest.mark.parametrize("shape", [1e-280, 1e15])
def test_the_density_of_one_family_is_not_disturbed_by_another(shape: float) -> None:
    """Shapes of a Beta that would be absurd for a log-normal draw no warning of NumPy."""
    ratios = item("f", Ratios(reference="a", ratios={"b": RatioBetween(1, 1 + 1e-12), "c": 2}))
    posterior = weigh(case(item("e", {"a": Beta(1, shape), "b": 0.5, "c": 0.5}), ratios), sampling=FEW)
    assert posterior.draws["log_prior"]["assumption"].sizes["statement"] == 2


def test_the_densities_of_each_engine(of_each_engine: Posterior) -> None:
    """The draws of either engine carry SciPy's log priors, and log likelihoods that add up to log P(E | inputs)."""
    statements = assert_log_prior_is_scipys(of_each_engine)
    assert {"prior", "evidence.tool.likelihood.alone", "evidence.tone.likelihood.crew"} <= statements
    assert_log_likelihood_adds_up(of_each_engine)


def test_each_hypothesis_is_drawn_as_often_as_it_is_credible(of_each_engine: Posterior) -> None:
    """Shares of the draws are the credences: within six standard errors, by chance not so in one of 500 million.

    Draws of NUTS depend on one another, but not the choice among the hypotheses given them.
    """
    drawn = of_each_engine.draws["posterior"]
    one = drawn["drawn_hypothesis"].values == np.arange(len(of_each_engine.case.names))[:, None, None]
    excess = one - np.moveaxis(drawn["credence"].values, -1, 0)
    error = excess.reshape(len(excess), -1).std(axis=1) / math.sqrt(excess[0].size)
    assert (np.abs(excess.mean(axis=(1, 2))) < 6 * error).all()
    assert drawn["drawn_hypothesis"].dtype == np.int64


UNSURE = [
    item(name, {"a": Beta(a, 4), "b": Beta(b, 5), "c": Beta(c, 3)})
    for name, a, b, c in (("x", 9, 4, 3), ("y", 3, 6, 4), ("z", 5, 5, 7))
]


def test_leaving_one_component_out_depends_on_no_order_of_the_items() -> None:
    """PSIS of ArviZ gives the exact log predictive of each component, whichever comes first."""
    for evidence in (UNSURE, UNSURE[::-1]):
        draws = weigh(case(*evidence), sampling=Sampling(draws=5_000, seed=3)).draws
        found = az.loo(draws, pointwise=True)
        assert (found.pareto_k < 0.7).all()
        exact = draws["log_likelihood"]["log_predictive"]
        assert exact.component.values.tolist() == [part.name for part in evidence]
        np.testing.assert_allclose(found.elpd_i.values, exact.values, atol=0.03)
        for part, number in zip(evidence, exact.values, strict=True):
            rest = weigh(case(*(other for other in evidence if other is not part)), sampling=FEW)
            assert number == pytest.approx(weigh(case(*evidence)).log_evidence - rest.log_evidence, abs=1e-12)


# ArviZ ---------------------------------------------------------------------------------------------------------------


def test_arviz_takes_the_draws_as_they_stand(of_each_engine: Posterior) -> None:
    """Summary, pictures and power scaling of ArviZ run on the draws, without a warning and without a NaN."""
    draws, rows = of_each_engine.draws, 3 + 19 + 3 + 1
    summary = az.summary(draws, round_to="none")
    assert len(summary) == rows
    assert np.isfinite(summary.to_numpy(dtype=float)).all()
    name = str(of_each_engine.leader)
    mean = float(draws["posterior"]["credence"].sel(hypothesis=name).mean())
    assert summary.loc[f"credence[{name}]", "mean"] == pytest.approx(mean)
    scaled = az.psense_summary(draws)
    assert len(scaled) == rows
    assert np.isfinite(scaled[["prior", "likelihood"]].to_numpy()).all()
    assert (scaled.loc["credence[alone]", ["prior", "likelihood"]] > 0).all()
    az.plot_dist(draws, backend="none")
    with mpl.rc_context():
        pyplot.switch_backend("agg")
        az.plot_dist(draws, var_names=["credence"])
        pyplot.close("all")


def test_arviz_takes_a_case_with_a_prior_of_numbers(plain: Case) -> None:
    """Where the prior is numbers, ArviZ takes what there is to draw."""
    draws = weigh(plain, sampling=FEW).draws
    moving = ["credence", "assumption"]
    assert np.isfinite(az.summary(draws, var_names=moving, round_to="none").to_numpy(dtype=float)).all()
    az.plot_dist(draws, var_names=moving, backend="none")
    assert np.isfinite(az.psense_summary(draws, var_names=moving)[["prior", "likelihood"]].to_numpy()).all()


# The summary ---------------------------------------------------------------------------------------------------------


def test_the_summary_has_a_row_for_each_hypothesis(of_each_engine: Posterior) -> None:
    """Prior, credence and error as in the record; the spread between the 5 % and 95 % quantiles of the draws; words."""
    posterior = of_each_engine
    table = posterior.summary()
    assert list(table.columns) == ["prior", "credence", "mcse", "spread_low", "spread_high", "words"]
    assert table.index.name == "hypothesis"
    assert tuple(table.index) == posterior.case.names
    for column in ("prior", "credence", "mcse"):
        np.testing.assert_array_equal(table[column], getattr(posterior, column))
    pooled = posterior.draws["posterior"]["credence"].values.reshape(-1, 3)
    np.testing.assert_allclose(table[["spread_low", "spread_high"]], np.quantile(pooled, [0.05, 0.95], axis=0).T)
    assert list(table["words"]) == [SCALES["icd203-2015"].describe(float(value)) for value in posterior.credence]
    assert table.attrs == {
        "scale": DEFAULT_SCALE,
        "spread_mass": 0.9,
        "method": posterior.method,
        "seed": posterior.sampling.seed,
        "spread_mcse": table.attrs["spread_mcse"],
    }


def test_the_error_of_the_spread_is_how_far_other_draws_would_take_it() -> None:
    """Over 50 sets of draws their mean is the deviation between the ends, up to 5 errors; false alarms: 6e-7 each."""
    posterior, found = weigh(case(UNCERTAIN), sampling=Sampling(draws=6250)), []
    for draws in posterior.drawn.credence.reshape(50, 4, 125, -1):
        table = replace(posterior, drawn=SimpleNamespace(credence=draws)).summary()
        errors = np.array([*table.attrs["spread_mcse"].values()])
        found.append([table[["spread_low", "spread_high"]].to_numpy(), errors])
    ends, errors = np.array(found).swapaxes(0, 1)
    np.testing.assert_allclose(errors.mean(axis=0), ends.std(axis=0, ddof=1), rtol=5 / np.sqrt(2 * 50))


@pytest.mark.parametrize("scale", [name for name, scale in SCALES.items() if scale.kind == "probability"])
def test_the_words_are_those_of_the_scale(scale: str) -> None:
    """The words are what the chosen scale calls the credence, of what is certain too; no scale has one for what is
    excluded, which is called so, while a credence that is only too small to print keeps its word."""
    for weighed in (
        case(CERTAIN),
        case(EXCLUDING),
        case(*(item(f"e{k}", {"a": 0.9, "b": 0.1, "c": 0.1}) for k in range(345))),
        case(EXCLUDING, item("g", {"a": 0.5, "b": 0.5, "c": Certain("so")}, observed=False)),
    ):
        posterior = weigh(weighed, sampling=FEW)
        table = posterior.summary(scale=scale)
        assert table.attrs["scale"] == scale
        for name, credence, words in zip(table.index, table["credence"], table["words"], strict=True):
            is_out = name in posterior.excluded
            assert words == ("excluded by assumption" if is_out else SCALES[scale].describe(credence))
    assert list(table["credence"]) == [1, 0, 0]


@pytest.mark.parametrize(
    ("scale", "message"),
    [
        ("icd203-2051", r"E_VERBAL scale: there is no scale 'icd203-2051'\. Did you mean 'icd203-2015'\?"),
        ("enfsi-2015", r"E_VERBAL_KIND scale: 'enfsi-2015' is about likelihood ratios, not probabilities\."),
    ],
)
def test_scales_that_do_not_fit_are_refused(scale: str, message: str) -> None:
    """An unknown scale and one of likelihood ratios are refused by name."""
    with pytest.raises(CaseError, match=message):
        weigh(case(CERTAIN), sampling=FEW).summary(scale=scale)


# Digits --------------------------------------------------------------------------------------------------------------

SHOWN = re.compile(r"([<>]?)(\d+)(\.\d+)? %")
GATE_LETS_PASS = 0.025
"""The largest error of a credence that passes the gate: a standard deviation of 1/2 over the root of 400."""

PROBABILITIES = st.floats(0, 1) | st.floats(0, 1e-3) | st.floats(0, 1e-3).map(lambda small: 1 - small)
INSIDE = PROBABILITIES.filter(lambda value: 0 < value < 1)
ERRORS = (
    st.just(0.0) | st.floats(1e-12, GATE_LETS_PASS) | st.floats(-12, math.log10(GATE_LETS_PASS)).map(lambda e: 10**e)
)


def read(text: str) -> tuple[str, float, int]:
    """The sign, the number and how many decimals it has."""
    sign, whole, decimals = SHOWN.fullmatch(text).groups()
    return sign, float(whole + (decimals or "")), len(decimals or ".") - 1


def unit_of(text: str, mcse: float) -> float:
    """What the number is a multiple of; if whole percentages say too much, the least of 2, 5 and 10 that will do."""
    _, _, decimals = read(text)
    if 1.96 * 100 * mcse > 0.5:
        return min(one for one in (2.0, 5.0, 10.0) if 1.96 * 100 * mcse <= one / 2)
    return 10.0**-decimals


@settings(REPEATABLE, max_examples=600)
@given(INSIDE, ERRORS)
@example(5e-324, 0.0)
@example(1 - 2**-53, 0.0)
@example(1 - 2**-53, GATE_LETS_PASS)
@example(0.05, 0.02)
def test_what_is_possible_never_prints_as_zero_or_all(value: float, mcse: float) -> None:
    """Strictly between 0 and 1 nothing prints as 0 % or 100 %: it is less than, or more than, what can be told."""
    sign, number, _ = read(percent(value, mcse))
    assert 0 < number < 100
    if sign:
        assert (100 * value < number) if sign == "<" else (100 * value > number)


@settings(REPEATABLE, max_examples=600)
@given(INSIDE, INSIDE, ERRORS)
def test_the_order_of_what_is_printed_is_the_order_of_the_values(one: float, other: float, mcse: float) -> None:
    """For a common error the smaller value never prints as the larger number."""

    def place(value: float) -> tuple[float, int]:
        sign, number, _ = read(percent(value, mcse))
        return number, {"<": -1, "": 0, ">": 1}[sign]

    assert place(min(one, other)) <= place(max(one, other))


@settings(REPEATABLE, max_examples=600)
@given(INSIDE, ERRORS)
@example(0.41379, 0.5 / 196)
@example(0.41379, 0.05 / 196)
@example(0.6211, 0.0027)
def test_every_digit_is_borne_out_by_the_error(value: float, mcse: float) -> None:
    """1.96 errors are within half a unit of the last digit, the value rounds to it, and no digit is held back."""
    text = percent(value, mcse)
    sign, number, decimals = read(text)
    last = unit_of(text, mcse)
    assert 1.96 * 100 * mcse <= last / 2 * (1 + 1e-9)
    assert number % last == pytest.approx(0, abs=1e-9) or number % last == pytest.approx(last)
    if not sign:
        assert abs(number - 100 * value) <= last / 2 * (1 + 1e-9)
    assert decimals == 2 or 1.96 * 100 * mcse > last / 20 * (1 - 1e-9)


@pytest.mark.parametrize("mcse", [0.0, 1e-6, 0.004, GATE_LETS_PASS])
def test_what_is_certain_prints_as_such(mcse: float) -> None:
    """Exactly 0 and exactly 1 are 0 % and 100 %, whatever the error of the others."""
    assert (percent(0.0, mcse), percent(1.0, mcse)) == ("0 %", "100 %")


def test_digits_by_example() -> None:
    """Two decimals at most, and fewer as the error grows."""
    shown = [percent(0.41379, mcse) for mcse in (0.0, 1e-5, 1e-4, 1e-3, 2e-3, 5e-3)]
    assert shown == ["41.38 %", "41.38 %", "41.4 %", "41 %", "41 %", "42 %"]


# What it prints ------------------------------------------------------------------------------------------------------


def text_of(posterior: Posterior) -> str:
    """What is printed, whatever the line breaks."""
    return " ".join(str(posterior).split())


@pytest.mark.parametrize("catch_all", [True, False])
def test_the_condition_is_said_where_it_holds(catch_all: bool) -> None:
    """Without a catch-all, and only then, every result says on what condition it stands."""
    posterior = weigh(case(CERTAIN, catch_all=catch_all), sampling=FEW)
    assert (CONDITIONAL in text_of(posterior)) is not catch_all
    assert (CONDITIONAL in unescape(posterior._repr_html_())) is not catch_all


def test_without_ranges_no_spread_is_spoken_of() -> None:
    """Where every number is plain the column says none, and the notes say why."""
    posterior = weigh(case(item("e", {"a": 0.1, "b": 0.9, "c": 0.5})), sampling=FEW)
    assert [row[3] for row in cells(posterior)] == ["none"] * 3
    assert "No number is stated as a range, so that there is no spread" in text_of(posterior)
    assert "the spread from" not in text_of(posterior)


def test_what_is_printed_says_what_it_rests_on() -> None:
    """The question, the method, the scale, the exclusions and every caution, with what it is about, are printed."""
    posterior = weigh(case(UNCERTAIN, EXCLUDING), sampling=FEW)
    printed = text_of(posterior)
    assert printed.startswith("Which?")
    assert "Computed exactly; the spread from 4 chains of 100 draws, seed 2." in printed
    assert "Words of icd203-2015." in printed
    assert "Excluded by assumption, whatever else is found: b." in printed
    by_itself = "'b' can be excluded by this assumption alone: b was <b>abroad</b>"
    assert f"W_CROMWELL evidence.f.likelihood.b: {by_itself}" in printed
    assert "W_NO_CATCH_ALL hypotheses: no hypothesis" in printed
    assert re.search(r"^b .* 0 % +none +excluded by assumption$", str(posterior), re.MULTILINE)
    quiet = text_of(weigh(case(CERTAIN, catch_all=True), sampling=FEW))
    assert "Excluded" not in quiet
    assert "W_" not in quiet


@pytest.fixture
def without_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exact engine makes no draws."""

    def never(*_: Any) -> None:
        raise AssertionError("draws were made")

    monkeypatch.setattr("attribution_bayes.engine.tree.sample", never)


def test_plain_numbers_are_printed_without_draws(without_draws: None) -> None:
    """Where no number is a range, no credence has a spread; with one, the spread is that of the draws."""
    certain = weigh(case(CERTAIN), sampling=FEW)
    assert [row[3] for row in cells(certain)] == ["none"] * 3
    table = certain.summary()
    assert table["spread_low"].tolist() == table["spread_high"].tolist() == certain.credence.values.tolist()
    with pytest.raises(AssertionError, match="draws were made"):
        str(weigh(case(UNCERTAIN), sampling=FEW))


def test_the_short_form_makes_no_draws(without_draws: None) -> None:
    """It names the hypotheses by credence, the greatest first, and how many more there are."""
    posterior = weigh(case(UNCERTAIN), sampling=FEW)
    assert repr(posterior).startswith("<Posterior, exact: ")
    shown = re.findall(r"(\w) ([\d.]+) %", repr(posterior))
    assert [name for name, _ in shown] == list(posterior.credence.to_series().sort_values(ascending=False).index)
    names = [f"h{i}" for i in range(9)]
    many = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in names],
        prior=dict.fromkeys(names, 1 / 9),
    )
    assert repr(weigh(many)).endswith("h5 11.11 %, and 3 more>")


def cells(posterior: Posterior) -> Iterator[list[str]]:
    """The cells of every row of the printed table, the hypothesis first."""
    for line in str(posterior).splitlines():
        row = re.split(r"\s{2,}", line.strip())
        name = row[0].rpartition("(")[2].removesuffix(")")  # in parentheses behind a label
        if name in posterior.case.names:
            yield [name, *row[1:]]


def test_the_printed_table_has_the_digits_that_the_error_bears(of_each_engine: Posterior) -> None:
    """Prior, credence, spread and words of each hypothesis, the credence to the digits of the largest error."""
    table, worst = of_each_engine.summary(), float(of_each_engine.mcse.max())
    rows = list(cells(of_each_engine))
    assert [row[0] for row in rows] == list(table.index)
    for name, prior, credence, spread, words in rows:
        stated = table.loc[name]
        assert (prior, credence) == (in_percent(stated["prior"]), in_percent(stated["credence"], worst))
        low, high = table.attrs["spread_mcse"][name]
        assert spread == f"{in_percent(stated['spread_low'], low)} to {in_percent(stated['spread_high'], high)}"
        assert words == stated["words"]
    assert {read(row[2])[2] for row in rows} == {0}


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.02))
@example(0.0086, 0.0149, 0.0)
@example(0.0086, 0.0062, 0.0)
@example(0.9899, 0.9901, 0.0)
def test_digits_of_a_row_agree(one: float, other: float, mcse: float) -> None:
    """Of two probabilities in a row the greater is never printed as less, near 0 and 1 or not."""
    low, high = (read(in_percent(value, mcse))[1] for value in sorted([one, other]))
    assert low <= high


def test_a_small_credence_is_printed_inside_its_spread() -> None:
    """A credence below one in a hundred has a spread with as many digits, not "1 % to 1 %"."""
    posterior = weigh(case(item("e", {"a": Between(0.003, 0.005), "b": 0.5, "c": 0.5})), sampling=FEW)
    credence, spread = next((row[2], row[3]) for row in cells(posterior) if row[0] == "a")
    low, middle, high = (read(shown)[1] for shown in (spread.split(" to ")[0], credence, spread.split(" to ")[1]))
    assert posterior.credence.values[0] < 0.01
    assert low < middle < high


def test_a_sampled_record_says_its_error(sampled_rich: Posterior) -> None:
    """A record from PyMC says how it was sampled and how far off its credences may be."""
    assert (
        "Sampled with PyMC: 4 chains of 2500 draws, seed 1; Monte-Carlo error of the credence at most "
        f"{float(sampled_rich.mcse.max()):.2g}." in text_of(sampled_rich)
    )


def test_a_credence_that_rounds_to_one_is_not_printed_as_certain() -> None:
    """As long as no hypothesis is excluded none is printed as 0 % or 100 %, however strong the evidence."""
    strong = item("e", {"a": Uniform(0.2, 0.4), "b": 1e-30, "c": 1e-40})
    posterior = weigh(case(strong), sampling=FEW)
    assert posterior.excluded == ()
    shown = [text for row in cells(posterior) for text in re.findall(r"[<>]?[\d.]+ %", " ".join(row))]
    assert not {"0 %", "100 %"} & set(shown)


class Tags(HTMLParser):
    """Collects the tags of a page, and what it shows."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.shown = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(attrs)

    def handle_data(self, data: str) -> None:
        self.shown += data


def test_hostile_text_is_shown_and_not_run() -> None:
    """Whatever a question or a reason contains is shown as it is; the page has only the table's tags."""
    hostile = "<script>alert('x')</script> & \"quotes\" <img src=x onerror=alert(1)> &lt;b&gt;"
    never = {"a": 0.5, "b": Impossible(hostile), "c": 0.2}
    posterior = weigh(case(item("f", never), question=hostile), sampling=FEW)
    page = Tags(posterior._repr_html_())
    assert page.tags == {"p", "strong", "bdi", "code", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"}
    assert {name for name, _ in page.attributes} == {"scope", "style"}
    assert page.shown.count(hostile) == 2
    for row in cells(posterior):
        assert all(cell in page.shown for cell in row)


def test_a_notebook_shows_labels_and_the_unit_of_every_number() -> None:
    """A row for each hypothesis: its label with its name, and percentages; the heads say what they are."""
    stated = case(item("f", {"a": Uniform(0.2, 0.4), "b": 0.5, "c": 0.2}))
    first, *others = stated.hypotheses
    labelled = stated.model_copy(update={"hypotheses": [first.model_copy(update={"label": "The <first>"}), *others]})
    posterior = weigh(labelled, sampling=FEW)
    rows = re.findall(r"<tr>(.*?)</tr>", posterior._repr_html_())
    cells_of = [re.findall(r"<t[dh].*?>(.*?)</t[dh]>", re.sub(r"</?bdi>", "", row)) for row in rows]
    assert cells_of[0] == ["hypothesis", "prior", "credence", "spread (90 %)", "in words"]
    assert [row[0] for row in cells_of[1:]] == ["The &lt;first&gt; <code>a</code>", "<code>b</code>", "<code>c</code>"]
    assert [row[1:] for row in cells_of[1:]] == [row[1:] for row in cells(posterior)]
    assert all(one.endswith(" %") for row in cells_of[1:] for one in row[1:3])


def test_ratios_are_weighed_without_log_evidence() -> None:
    """A case of ratios prints like any other."""
    ratios = item("e", Ratios(reference="a", ratios={"b": RatioBetween(1, 4), "c": 2}))
    posterior = weigh(case(ratios), sampling=FEW)
    assert math.isnan(posterior.log_evidence)
    assert "nan" not in text_of(posterior).lower()
