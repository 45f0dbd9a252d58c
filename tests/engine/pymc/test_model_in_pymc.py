"""What users of PyMC do with a model, and models of the same cases that are written by hand.

The engines share the network and the elimination, so neither can find a mistake there in the other. Models written by
hand share nothing with either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import Any

import arviz
import numpy as np
import pymc as pm
import pytensor
import pytest
import xarray as xr
from pymc.model.transform.conditioning import remove_value_transforms
from pytensor.compile.mode import Mode

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Beta, Dirichlet, RatioBetween, Ratios, Uniform
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.engine.pymc import model as model_of_a_case
from attribution_bayes.engine.pymc.model import build_model
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.versions import NUTS
from attribution_bayes.engine.weigh import weigh, what_if
from attribution_bayes.errors import CaseError
from attribution_bayes.files.results import result_bytes, result_from_bytes
from crafted import item

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

MONTE_CARLO_ERRORS = 5.0
"""Standard errors that a credence may be off: exceeded by chance in one of 1.7 million."""

INTERPRETED = Mode(linker="py", optimizer="fast_compile")
"""Runs a graph operation by operation, with no compiler."""


@pytest.fixture
def interpreted() -> Iterator[None]:
    """Nothing is compiled, whatever PyMC makes of the model."""
    with pytensor.config.change_flags(mode=INTERPRETED, cxx=""):
        yield


def case(prior: Any, *evidence: Evidence, sources: tuple[Source, ...] = ()) -> Case:
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}", catch_all=name == "b") for name in "ab"]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


SMALL = case(
    {"a": 0.4, "b": 0.6},
    item("e", {"a": Beta(4, 2), "b": Uniform(0.1, 0.5)}),
    item("f", {"a": 0.7, "b": 0.2}, reports=[Report(source="s")]),
    sources=(Source(name="s", statement="s speaks", reliability=Beta(3, 2), if_unreliable=0.5),),
)


@pytest.fixture(scope="module")
def exact() -> Posterior:
    return weigh(SMALL, method="exact", sampling=Sampling(draws=500, seed=1))


# What PyMC's users call ----------------------------------------------------------------------------------------------


def sampled(model: pm.Model, draws: int = 120, tune: int = 120, **options: Any) -> xr.DataTree:
    """Few draws, of which nobody asks whether they converged."""
    return pm.sample(
        draws=draws,
        tune=tune,
        chains=2,
        cores=1,
        random_seed=1,
        model=model,
        progressbar=False,
        compute_convergence_checks=False,
        **options,
    )


@cache
def smc() -> xr.DataTree:
    """Sampled once for what comes out and for what it says of the evidence."""
    return pm.sample_smc(draws=250, chains=2, cores=1, model=build_model(SMALL), random_seed=1, progressbar=False)


ON_ONE_DEVICE = {"chain_method": "vectorized"}
"""JAX counts its devices once in a process: chains on devices of their own depend on which test came first."""

SAMPLERS: dict[str, Callable[[pm.Model], xr.DataTree]] = {
    "pm.sample, pymc": lambda model: sampled(model, nuts_sampler="pymc"),
    "pm.sample, nutpie": lambda model: sampled(model, nuts_sampler="nutpie"),
    "pm.sample, nutpie in JAX": lambda model: sampled(model, nuts_sampler="nutpie", backend="jax"),
    "pm.sample, numpyro": lambda model: sampled(model, nuts_sampler="numpyro", nuts=ON_ONE_DEVICE),
    "pm.sample, blackjax": lambda model: sampled(model, nuts_sampler="blackjax", nuts=ON_ONE_DEVICE),
    "pm.sample, Metropolis": lambda model: sampled(model, draws=600, tune=200, step=pm.Metropolis(model=model)),
    "pm.sample, Slice": lambda model: sampled(model, draws=100, tune=50, step=pm.Slice(model=model)),
    "pm.sample_smc": lambda _model: smc(),
}
COMPILED = {"pm.sample, nutpie", "pm.sample, nutpie in JAX", "pm.sample, numpyro", "pm.sample, blackjax"}
"""These bring their own compiler; the others run with nothing compiled."""


def assert_sampled(drawn: xr.DataTree, exact: Posterior) -> None:
    credence = drawn["posterior"]["credence"]
    assert credence.dims == ("chain", "draw", "hypothesis")
    assert credence["hypothesis"].values.tolist() == ["a", "b"]
    off = np.abs(credence.mean(("chain", "draw")) - exact.credence)
    assert (off <= MONTE_CARLO_ERRORS * arviz.mcse(credence.to_dataset())["credence"]).all()
    assert drawn["posterior"]["assumption"]["address"].values.tolist() == [
        "source.s.reliability",
        "evidence.e.likelihood.a",
        "evidence.e.likelihood.b",
    ]


@pytest.mark.parametrize("name", [name for name in SAMPLERS if name not in COMPILED])
def test_pymc_samples_a_model_with(name: str, exact: Posterior, interpreted: None) -> None:
    """The mean of the credences is the exact credence, by every way of PyMC to draw from a posterior."""
    assert_sampled(SAMPLERS[name](build_model(SMALL)), exact)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if "numpyro" in name else pytest.mark.slow) for name in sorted(COMPILED)]
)
def test_pymc_samples_a_model_compiled_with(name: str, exact: Posterior) -> None:
    """So it is with samplers in numba and in JAX."""
    assert_sampled(SAMPLERS[name](build_model(SMALL)), exact)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pymc", "numpyro", "blackjax"])
def test_weigh_takes_the_samplers_of_pymc(name: Any, exact: Posterior) -> None:
    """Each gives the credence within its error."""
    settings = Sampling(draws=500, tune=500, seed=2, progress=False, nuts_sampler=name, target_accept=0.85)
    assert_weighed(weigh(SMALL, method="pymc", sampling=settings), exact, settings)


def drawn_as_by_pymc(exact: Posterior) -> xr.DataTree:
    """Independent draws as if PyMC had made them, with the types that its statistics have."""
    posterior = exact.draws["posterior"]
    inputs = posterior["assumption"].values.reshape(-1, 3)
    size = (posterior.sizes["chain"], posterior.sizes["draw"])
    dims = ("chain", "draw")
    variables = {
        "beta": ((*dims, "beta_address"), inputs[:, :2].reshape(*size, 2)),
        "uniform": ((*dims, "uniform_address"), inputs[:, 2:].reshape(*size, 1)),
    }
    energy = np.random.default_rng(0).normal(size=size)
    stats = {"diverging": energy > 9, "energy": energy, "n_steps": np.full(size, 7.0), "tree_depth": np.full(size, 3)}
    both = {
        "posterior": xr.Dataset(variables),
        "sample_stats": xr.Dataset({name: (dims, s) for name, s in stats.items()}),
    }
    return xr.DataTree.from_dict(both)


def test_draws_of_pymc_become_a_result(exact: Posterior, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sampled, draws, statistics, settings and versions have the form that files hold."""
    monkeypatch.setattr(pm, "sample", lambda **_: drawn_as_by_pymc(exact))
    settings = Sampling(draws=500, tune=400, seed=2, progress=False, nuts_sampler="numpyro", target_accept=0.85)
    found = weigh(SMALL, method="pymc", sampling=settings)
    assert_weighed(found, exact, settings)
    drawn, expected = found.draws["posterior"], exact.draws["posterior"]
    np.testing.assert_array_equal(drawn["assumption"], expected["assumption"])
    np.testing.assert_allclose(drawn["credence"], expected["credence"], rtol=1e-12)
    assert {*found.draws["sample_stats"].data_vars} == {"diverging", "energy", "n_steps", "tree_depth"}


def assert_weighed(found: Posterior, exact: Posterior, settings: Sampling) -> None:
    """Also that a file holds all of it: statistics of other samplers have other types."""
    assert found.sampling == settings
    assert {*NUTS[settings.nuts_sampler]} <= {*found.versions}
    assert (np.abs(found.credence - exact.credence) <= MONTE_CARLO_ERRORS * found.mcse).all()
    again = result_from_bytes(result_bytes(found))
    assert again.sampling == settings
    np.testing.assert_array_equal(again.draws["posterior"]["credence"], found.draws["posterior"]["credence"])


class Asked(Exception):
    """Carries what PyMC was asked for."""


@pytest.mark.parametrize(
    ("name", "on_one_device"), [("pymc", {}), ("numpyro", ON_ONE_DEVICE), ("blackjax", ON_ONE_DEVICE)]
)
def test_pymc_is_asked_for_what_was_set(
    name: Any, on_one_device: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sampler, acceptance, sizes, seed and progress."""

    def ask(**options: Any) -> None:
        raise Asked(options)

    monkeypatch.setattr(pm, "sample", ask)
    settings = Sampling(draws=150, tune=160, chains=5, seed=9, progress=False, nuts_sampler=name, target_accept=0.7)
    with pytest.raises(Asked) as caught:
        weigh(SMALL, method="pymc", sampling=settings)
    asked = caught.value.args[0]
    assert asked["nuts"] == {"target_accept": 0.7, **on_one_device}
    names = ("nuts_sampler", "draws", "tune", "chains", "random_seed", "progressbar", "quiet")
    assert [asked[one] for one in names] == [name, 150, 160, 5, 9, False, True]
    assert asked["var_names"] == ["beta", "uniform"]


def test_a_sampler_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what it needs, and what to install."""
    monkeypatch.setattr(model_of_a_case, "is_installed", lambda package: package != "jax")
    settings = Sampling(nuts_sampler="numpyro", progress=False)
    with pytest.raises(
        CaseError, match=r"E_SAMPLER sampling\.nuts_sampler: 'numpyro' needs jax, .*pip install"
    ) as caught:
        weigh(SMALL, method="pymc", sampling=settings)
    assert "'attribution-bayes[jax]'" in caught.value.problems[0].hint


def test_an_interrupt_while_pymc_samples_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyMC returns what it has drawn so far, which is less than was asked for."""
    few = xr.DataTree.from_dict({"posterior": xr.Dataset(coords={"chain": range(4), "draw": range(99)})})
    monkeypatch.setattr(pm, "sample", lambda **_: few)
    with pytest.raises(KeyboardInterrupt):
        weigh(SMALL, method="pymc", sampling=Sampling(draws=100, nuts_sampler="pymc", progress=False))


def variational(model: pm.Model, exact: Posterior) -> None:
    """A normal distribution that is fitted to the inputs comes near."""
    fitted = pm.fit(2000, method="advi", model=model, random_seed=1, progressbar=False)
    credence = fitted.sample(500, random_seed=1)["posterior"]["credence"].mean(("chain", "draw"))
    assert (np.abs(credence - exact.credence) < 0.05).all()


def mode(model: pm.Model, exact: Posterior) -> None:
    """The likeliest inputs are found, with the credence at them, which is not the credence."""
    found = pm.find_MAP(
        model=model,
        progressbar=False,
        jitter=True,
        random_seed=1,
        return_inferencedata=True,
        idata_kwargs={"include_transformed": True},
    )
    at = found["posterior"].isel(chain=0, draw=0)
    supposed = {str(address): float(at["assumption"].sel(address=address)) for address in at["address"].values}
    np.testing.assert_allclose(at["credence"], what_if(exact.case, supposed).squeeze(), rtol=1e-9)
    value_at = {variable.name: at[variable.name].values for variable in model.value_vars}
    slopes = model.compile_dlogp(jacobian=False)(value_at)
    steep = model.compile_dlogp(jacobian=False)(model.initial_point())
    assert np.abs(slopes).max() < 1e-3 * np.abs(steep).max()


def prior_predictive(model: pm.Model, exact: Posterior) -> None:
    """Inputs are drawn from what was stated, and each draw has the credence at it; the evidence does not weigh them."""
    with pytest.warns(UserWarning, match="Potentials"):
        drawn = pm.sample_prior_predictive(1500, model=model, random_seed=1)["prior"].isel(chain=0)
    reliability = drawn["assumption"].sel(address="source.s.reliability")
    assert float(reliability.mean()) == pytest.approx(3 / 5, abs=5 * 0.2 / 1500**0.5)  # Beta(3, 2) has deviation 0.2
    supposed = {str(address): drawn["assumption"].sel(address=address).values for address in drawn["address"].values}
    np.testing.assert_allclose(drawn["credence"], what_if(exact.case, supposed), rtol=1e-12)


def hessian(model: pm.Model, _exact: Posterior) -> None:
    """Second derivatives of the log probability are the differences of its first."""
    point, step = model.initial_point(), 1e-5
    found, slope = model.compile_d2logp(negate_output=False)(point), model.compile_dlogp()
    sizes = [(name, at) for name, array in point.items() for at in np.ndindex(array.shape)]
    for row, (name, at) in enumerate(sizes):
        ends = []
        for move in (step, -step):
            moved = {key: array.copy() for key, array in point.items()}
            moved[name][at] += move
            ends.append(slope(moved))
        np.testing.assert_allclose(found[row], (ends[0] - ends[1]) / (2 * step), atol=1e-8)


def by_family(model: pm.Model, inputs: xr.DataArray) -> xr.Dataset:
    """Draws of the assumptions as draws of the variables that make them up."""
    families = {name: f"{name}_address" for name in ("beta", "uniform")}
    return xr.Dataset(
        {name: inputs.sel(address=list(model.coords[dim])).rename(address=dim) for name, dim in families.items()}
    )


def deterministics(model: pm.Model, exact: Posterior) -> None:
    """From draws of the inputs, wherever they are from, come the credences at them."""
    inputs = exact.draws["posterior"]["assumption"].isel(chain=[0], draw=slice(20))
    drawn = by_family(model, inputs)
    found = pm.compute_deterministics(drawn, model=model, progressbar=False)
    expected = exact.draws["posterior"]["credence"].isel(chain=[0], draw=slice(20))
    np.testing.assert_allclose(found["credence"], expected, rtol=1e-12)


def log_evidence(_model: pm.Model, exact: Posterior) -> None:
    """The marginal likelihood that sequential Monte Carlo estimates is P(E)."""
    found = smc()["sample_stats"]["log_marginal_likelihood"].values
    ends = [float(np.asarray(chain).ravel()[-1]) for chain in found]
    assert ends == pytest.approx([exact.log_evidence] * 2, abs=0.1)


def drawing(model: pm.Model, _exact: Posterior) -> None:
    """The graph of the model can be written down."""
    written = pm.model_to_mermaid(model)
    assert "beta --> assumption" in written
    assert "assumption --> log_likelihood" in written
    assert "log_likelihood --> evidence" in written


VERBS = {
    "pm.fit": variational,
    "pm.find_MAP": mode,
    "pm.sample_prior_predictive": prior_predictive,
    "compile_d2logp": hessian,
    "pm.compute_deterministics": deterministics,
    "log marginal likelihood": log_evidence,
    "pm.model_to_mermaid": drawing,
}


@pytest.mark.parametrize("name", VERBS)
def test_pymc_can(name: str, exact: Posterior, interpreted: None) -> None:
    """What else users of PyMC call, does on a model what it says; each function tells what that is."""
    VERBS[name](build_model(SMALL), exact)


def test_no_data_are_taken_apart_or_drawn(exact: Posterior, interpreted: None) -> None:
    """The likelihood is a potential: PyMC finds nothing to predict and no pointwise log likelihood, and warns."""
    model = build_model(SMALL)
    drawn = exact.draws["posterior"]["assumption"].isel(chain=[0], draw=slice(5))
    drawn = by_family(model, drawn)
    with pytest.warns(UserWarning, match="Potentials"):
        predicted = pm.sample_posterior_predictive(drawn, model=model, progressbar=False, random_seed=1)
    assert not predicted.children
    both = pm.compute_log_likelihood(xr.DataTree.from_dict({"posterior": drawn}), model=model, progressbar=False)
    assert not both["log_likelihood"].data_vars


FAMILIES = {
    "one source with several reports": SMALL.model_copy(
        update={
            "evidence": (
                item("e", {"a": 0.8, "b": Beta(2, 3)}, reports=[Report(source="s")]),
                item("f", {"a": Beta(4, 2), "b": 0.2}, reports=[Report(source="s")]),
            ),
            "sources": (Source(name="s", statement="s", reliability=Beta(3, 2), if_unreliable=Uniform(0.3, 0.9)),),
        }
    ),
    "ratios": case(
        {"a": 0.5, "b": 0.5},
        item("e", Ratios(reference="a", ratios={"b": RatioBetween(1, 6)})),
        item("f", Ratios(reference="b", ratios={"a": RatioBetween(0.5, 3)})),
    ),
    "Dirichlet prior and hidden parent": case(
        Dirichlet({"a": 4, "b": 2}),
        item("x", {"a": Beta(3, 2), "b": Uniform(0.2, 0.8)}, observed=None),
        item("y", {name: {True: Beta(6, 2), False: 0.2} for name in "ab"}, given="x"),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_numpyro_agrees_with_the_exact_engine(family: str) -> None:
    """In JAX as in numba: credences within five Monte-Carlo errors of the exact ones, all of them at most 0.005."""
    exact = weigh(FAMILIES[family], method="exact", sampling=Sampling(draws=100, seed=1))
    drawn = pm.sample(
        draws=1500,
        tune=500,
        chains=4,
        random_seed=1,
        model=build_model(FAMILIES[family]),
        nuts_sampler="numpyro",
        nuts={"chain_method": "vectorized", "target_accept": 0.9},
        progressbar=False,
        compute_convergence_checks=False,
    )["posterior"]["credence"]
    error = arviz.mcse(drawn.to_dataset())["credence"]
    off = np.abs(drawn.mean(("chain", "draw")) - exact.credence) / error
    print(f"{family}: in errors {off.values}, errors {error.values}")
    assert (error <= 0.005).all()
    assert (off <= MONTE_CARLO_ERRORS).all()


# Written by hand -----------------------------------------------------------------------------------------------------

NODES = 24
"""Gauss-Legendre nodes for each input: exact for polynomials to degree 47, which densities and likelihoods are here."""


def on_grid(model: pm.Model, ends: dict[str, tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """P(E) and the credence of a model with scalar variables on these intervals, by integrating over a grid."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    axes = [low + (high - low) * (nodes + 1) / 2 for low, high in ends.values()]
    scale = np.prod([(high - low) / 2 for low, high in ends.values()])
    natural = remove_value_transforms(model)
    outputs = natural.replace_rvs_by_values([natural.logp(), natural["credence"]])
    function = natural.compile_fn(outputs, inputs=natural.value_vars, point_fn=False)
    order = [list(ends).index(variable.name) for variable in natural.value_vars]
    total, credence = 0.0, np.zeros(2)
    for at in product(range(NODES), repeat=len(axes)):
        log_density, credences = function(*(np.array(axes[axis][at[axis]]) for axis in order))
        mass = scale * weights[list(at)].prod() * np.exp(log_density)
        total, credence = total + mass, credence + mass * credences
    return np.array(total), credence / total


def doubles(*numbers: float) -> list[np.float64]:
    """Parameters in double precision: PyTensor takes the log gamma of a small whole number in single."""
    return [np.float64(number) for number in numbers]


def independent_items() -> pm.Model:
    """e holds with x under a and y under b; f does not hold, which has 1 - z under a and 0.3 under b."""
    with pm.Model() as model:
        x, y, z = pm.Beta("x", *doubles(4, 2)), pm.Uniform("y", 0.1, 0.5), pm.Beta("z", *doubles(2, 3))
        joint = pm.math.stack([0.4 * x * (1 - z), 0.6 * y * 0.3])
        pm.Potential("evidence", pm.math.log(joint.sum()))
        pm.Deterministic("credence", joint / joint.sum())
    return model


def one_witness() -> pm.Model:
    """A witness, reliable with probability r, asserts e and f; otherwise says so with probability q each time.

    Reliable: both hold, 0.8 * 0.6 under a and y * 0.3 under b. Unreliable: q squared, whatever holds.
    """
    with pm.Model() as model:
        r, q, y = pm.Beta("r", *doubles(3, 2)), pm.Uniform("q", 0.3, 0.9), pm.Beta("y", *doubles(2, 3))
        joint = pm.math.stack([0.4 * (r * 0.8 * 0.6 + (1 - r) * q**2), 0.6 * (r * y * 0.3 + (1 - r) * q**2)])
        pm.Potential("evidence", pm.math.log(joint.sum()))
        pm.Deterministic("credence", joint / joint.sum())
    return model


BY_HAND = {
    "independent items": (
        independent_items,
        {"x": (0, 1), "y": (0.1, 0.5), "z": (0, 1)},
        {"x": "evidence.e.likelihood.a", "y": "evidence.e.likelihood.b", "z": "evidence.f.likelihood.a"},
        case(
            {"a": 0.4, "b": 0.6},
            item("e", {"a": Beta(4, 2), "b": Uniform(0.1, 0.5)}),
            item("f", {"a": Beta(2, 3), "b": 0.7}, observed=False),
        ),
    ),
    "a witness of two items": (
        one_witness,
        {"r": (0, 1), "q": (0.3, 0.9), "y": (0, 1)},
        {"r": "source.s.reliability", "q": "source.s.if_unreliable", "y": "evidence.e.likelihood.b"},
        case(
            {"a": 0.4, "b": 0.6},
            item("e", {"a": 0.8, "b": Beta(2, 3)}, reports=[Report(source="s")]),
            item("f", {"a": 0.6, "b": 0.3}, reports=[Report(source="s")]),
            sources=(Source(name="s", statement="s", reliability=Beta(3, 2), if_unreliable=Uniform(0.3, 0.9)),),
        ),
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_model_written_by_hand_says_the_same(name: str, interpreted: None) -> None:
    """PyMC code that uses nothing of the library has the log density and the credence of the case's own model."""
    write, ends, addresses, stated = BY_HAND[name]
    ours, theirs = remove_value_transforms(build_model(stated)), remove_value_transforms(write())
    functions = [
        model.compile_fn(model.replace_rvs_by_values([model.logp(), model["credence"]]), inputs=model.value_vars)
        for model in (ours, theirs)
    ]
    rng = np.random.default_rng(1)
    for _ in range(20):
        values = {symbol: rng.uniform(*ends[symbol]) for symbol in ends}
        by_address = {addresses[symbol]: value for symbol, value in values.items()}
        point = {
            variable.name: np.array([by_address[label] for label in ours.coords[f"{variable.name}_address"]])
            for variable in ours.free_RVs
        }
        found, expected = functions[0](point), functions[1](values)
        np.testing.assert_allclose(found[0], expected[0], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(found[1], expected[1], rtol=1e-12)


@pytest.mark.parametrize("name", BY_HAND)
def test_the_exact_engine_integrates_a_model_written_by_hand(name: str, interpreted: None) -> None:
    """Integrated over its inputs, such a model has the P(E) and the credence of the exact engine."""
    write, ends, _, stated = BY_HAND[name]
    exact = weigh(stated, method="exact", sampling=Sampling(draws=100, seed=1))
    total, credence = on_grid(write(), ends)
    assert float(np.log(total)) == pytest.approx(exact.log_evidence, abs=1e-10)
    np.testing.assert_allclose(credence, exact.credence, rtol=1e-10)
