"""Sobol indices: against another library, against closed forms, and what they are of."""

from __future__ import annotations

import math
from typing import Any

import dask
import dask.array as da
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from SALib.analyze import sobol as salib_sobol
from SALib.sample import sobol as salib_sample
from scipy.special import expit
from scipy.stats import beta, uniform

from attribution_bayes.declare.assumptions import assumptions
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Beta, Dirichlet, Impossible, RatioBetween, Ratios, Uniform, distribution
from attribution_bayes.engine.network import network
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.errors import CaseError, ContradictionError
from attribution_bayes.sensitivity import sobol as variance
from attribution_bayes.sensitivity.sobol import sobol, sobol_from_samples
from crafted import item
from drawn import cases
from repeatable import FILTERED

N = 4096


def stated(prior: Any, *evidence: Evidence, sources: tuple[Source, ...] = ()) -> Case:
    names = prior.alpha if isinstance(prior, Dirichlet) else prior
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}") for name in names]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


INDEPENDENT = stated(
    {"a": 0.5, "b": 0.3, "c": 0.2},
    item("one", {"a": Beta(4, 3), "b": Uniform(0.1, 0.6), "c": 0.4}),
    item("two", {"a": 0.5, "b": Beta(2, 5), "c": Beta(3, 3)}, observed=False),
)
REPORTED = stated(
    {"a": 0.6, "b": 0.4},
    item("one", {"a": Beta(4, 2), "b": Beta(2, 4)}, reports=[Report(source="agency"), Report(source="paper")]),
    item("two", {"a": Uniform(0.3, 0.6), "b": 0.7}, reports=[Report(source="agency", says=False)]),
    sources=(
        Source(name="agency", statement="A.", reliability=Beta(5, 2), if_unreliable=Uniform(0.4, 0.9)),
        Source(name="paper", statement="P.", reliability=Uniform(0.5, 0.9), if_unreliable=0.7),
    ),
)
HIDDEN = stated(
    {"a": 0.5, "b": 0.5},
    item("cause", {"a": Beta(2, 2), "b": Beta(2, 6)}, observed=None),
    item("one", {name: {True: Beta(8, 2), False: Uniform(0.1, 0.3)} for name in "ab"}, given="cause"),
    item("two", {name: {True: 0.7, False: Beta(2, 8)} for name in "ab"}, given="cause"),
)


def quantiles(case: Case, address: str, share: np.ndarray) -> np.ndarray:
    """Values of one assumption at these cumulative probabilities, worked out here from what was stated."""
    one = next(a for a in assumptions(case) if a.address == address)
    written = lookup(case, address)
    if isinstance(written, float):
        low, high = (math.log(x / (1 - x)) for x in (one.lower, one.upper))
        return np.asarray(expit(low + (high - low) * share))
    if isinstance(written, Uniform):
        return np.asarray(uniform.ppf(share, written.lower, written.upper - written.lower))
    meaning = distribution(written)
    return np.asarray(beta.ppf(share, meaning.alpha, meaning.beta))


def lookup(case: Case, address: str) -> Any:
    kind, name, *path = address.split(".")
    if kind == "prior":
        return case.prior[name]
    if kind == "source":
        return getattr(next(s for s in case.sources if s.name == name), path[0])
    found: Any = next(e for e in case.evidence if e.name == name).likelihood[path[1]]
    return found if len(path) == 2 else found[path[2] == "True"]


@pytest.mark.parametrize("case", [INDEPENDENT, REPORTED, HIDDEN], ids=["independent", "reported", "hidden"])
def test_the_indices_are_those_of_another_library(case: Case) -> None:
    """SALib on the log odds of the same inputs agrees within twice both 95 % intervals (false alarm under 1e-6)."""
    ours = sobol(case, "a", n=N)
    names = [one.address for one in assumptions(case)]
    groups = ["prior" if name.startswith("prior.") else name for name in names]
    problem = {"num_vars": len(names), "names": names, "groups": groups, "bounds": [[0, 1]] * len(names)}
    share = salib_sample.sample(problem, 2048, calc_second_order=False, seed=1)
    values = {name: quantiles(case, name, share[:, i]) for i, name in enumerate(names)}
    total = sum(values[f"prior.{name}"] for name in case.names)
    values |= {f"prior.{name}": values[f"prior.{name}"] / total for name in case.names}
    credence = what_if(case, values)
    odds = np.log(credence.sel(hypothesis="a") / credence.drop_sel(hypothesis="a").sum("hypothesis")).values
    theirs = salib_sobol.analyze(problem, odds, calc_second_order=False, seed=1)
    for i, name in enumerate(dict.fromkeys(groups)):
        for index, key in (("first", "S1"), ("total", "ST")):
            half = (ours.loc[name, f"{index}_high"] - ours.loc[name, f"{index}_low"]) / 2
            assert abs(ours.loc[name, index] - theirs[key][i]) <= 2 * (half + theirs[f"{key}_conf"][i]) + 1e-3


def test_a_sum_of_independent_terms_shares_its_variance() -> None:
    """Log odds of two log-normal ratios: variances sigma_i^2, first and total index the same."""
    case = stated(
        Dirichlet({"a": 1e9, "b": 1e9}),
        item("one", Ratios(reference="b", ratios={"a": RatioBetween(1, 10)})),
        item("two", Ratios(reference="b", ratios={"a": RatioBetween(1, 3)})),
    )
    table = sobol(case, n=N)
    sigma = np.array([math.log(10), math.log(3)])
    share = dict(zip(["one", "two"], sigma**2 / (sigma**2).sum(), strict=True))
    for name, expected in share.items():
        row = table.loc[f"evidence.{name}.likelihood.a"]
        width = row["total_high"] - row["total_low"]
        assert row["total"] == pytest.approx(expected, abs=2 * width)
        assert row["first"] == pytest.approx(expected, abs=2 * (row["first_high"] - row["first_low"]))
    assert table.attrs["variance"] == pytest.approx(
        (sigma**2).sum() / (2 * 1.6449) ** 2 * (10 / math.log(10)) ** 2, rel=0.1
    )


def test_members_of_a_prior_and_of_a_row_are_one_group() -> None:
    """One row of the table for each group, named after what they are members of."""
    case = stated(
        Dirichlet({"a": 2, "b": 3}),
        item("tool", {n: Dirichlet({"x": 2, "y": 1, "z": 1}) for n in "ab"}, outcomes=("x", "y", "z"), observed="x"),
    )
    assert sorted(sobol(case, n=64).index) == ["evidence.tool.likelihood.a", "evidence.tool.likelihood.b", "prior"]


@settings(FILTERED, max_examples=40)
@given(cases(max_items=6))
def test_the_indices_are_shares_in_random_cases(case: Case) -> None:
    """Total indices are not negative, hold their intervals, come most first, and are the same for the same seed."""
    try:
        table = sobol(case, n=64)
    except (CaseError, ContradictionError):
        return
    assert (table["total"] >= 0).all()
    assert (table["total_low"] <= table["total_high"]).all()
    assert table["total"].is_monotonic_decreasing
    assert np.isfinite(table.to_numpy()).all()
    assert sobol(case, n=64).equals(table)


def test_nothing_uncertain_has_no_shares() -> None:
    """What is certain does not vary, and a hypothesis that is excluded has no log odds."""
    case = stated({"a": 0.5, "b": 0.5}, item("one", {"a": 0.5, "b": Impossible("never")}))
    with pytest.raises(CaseError, match="E_EXCLUDED target: 'b' is excluded"):
        sobol(case, "b")
    with pytest.raises(CaseError, match="E_RANGE n"):
        sobol(INDEPENDENT, n=1)


# Samples that are given ----------------------------------------------------------------------------------------------


def samples_of(case: Case, n: int = 6000, seed: int = 0) -> xr.Dataset:
    """Those that `sobol` draws for itself, as a Dataset."""
    net, rngs = network(case), [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(3)]
    both = np.stack([variance._drawn(net, assumptions(case), n, rng) for rng in rngs[:2]])
    return xr.Dataset({address: (("matrix", "draw"), both[..., i]) for i, address in enumerate(net.inputs.addresses)})


@pytest.mark.parametrize("case", [INDEPENDENT, HIDDEN], ids=["independent", "hidden"])
def test_samples_give_what_they_give_when_they_are_drawn(case: Case) -> None:
    """The same indices to rounding error, and intervals that differ by the resampling alone."""
    drawn, given = sobol(case, "a", n=6000), sobol_from_samples(case, samples_of(case), "a")
    found = given.to_dataframe().loc[drawn.index]
    np.testing.assert_allclose(found[["first", "total"]], drawn[["first", "total"]], atol=1e-12)
    np.testing.assert_allclose(given.variance, drawn.attrs["variance"], rtol=1e-11)
    assert given.attrs == {key: drawn.attrs[key] for key in ("target", "n", "seed")}
    for index in ("first", "total"):
        width, theirs = (one[f"{index}_high"] - one[f"{index}_low"] for one in (found, drawn))
        np.testing.assert_allclose(width, theirs, rtol=0.35, atol=1e-3)  # each end of 400 resamples is good to a tenth
        assert (found[f"{index}_low"] <= found[index] + 1e-9).all()
        assert (found[index] <= found[f"{index}_high"] + 1e-9).all()


@pytest.mark.parametrize("chunks", [{"draw": 1000}, {"draw": 4097, "matrix": 1}, {"draw": 6000}, {}])
def test_chunks_of_samples_make_no_difference(chunks: dict[str, int]) -> None:
    """The answer is lazy, and all of its numbers are those of samples in memory."""
    samples = samples_of(REPORTED)
    lazy = sobol_from_samples(REPORTED, samples.chunk(chunks), seed=3)
    assert all(isinstance(one.data, da.Array) for one in lazy.values())
    with dask.config.set(scheduler="synchronous"):
        xr.testing.assert_allclose(lazy.compute(), sobol_from_samples(REPORTED, samples, seed=3), rtol=1e-9, atol=1e-12)


def test_no_sample_is_computed_before_it_is_asked_for() -> None:
    """Nor looked at."""

    def computed(block: np.ndarray) -> np.ndarray:
        raise AssertionError("this was computed")

    never = da.from_array(np.full((2, 50), 0.3), chunks=(2, 10)).map_blocks(
        computed, dtype=float, meta=np.empty((0, 0))
    )
    lazy = sobol_from_samples(INDEPENDENT, xr.Dataset({"evidence.one.likelihood.a": (("matrix", "draw"), never)}))
    with dask.config.set(scheduler="synchronous"), pytest.raises(AssertionError, match="this was computed"):
        lazy.compute()


def test_what_is_not_sampled_stays_as_it_was_stated() -> None:
    """One that varies alone brings all of the variance, whatever else is uncertain; a seed moves the intervals."""
    values = np.random.default_rng(1).uniform(0.1, 0.9, (2, 3000))
    samples = xr.Dataset({"source.agency.reliability": (("matrix", "draw"), values)})
    found, other = (sobol_from_samples(REPORTED, samples, "a", seed=seed) for seed in (0, 1))
    credence = what_if(REPORTED, {"source.agency.reliability": values.reshape(-1)}).sel(hypothesis="a")
    np.testing.assert_allclose(found.variance, (10 * np.log10(credence / (1 - credence))).var(), rtol=1e-9)
    assert found.assumption.values.tolist() == ["source.agency.reliability"]
    assert found.total.item() == pytest.approx(1, abs=0.1)
    assert found["first"].item() == other["first"].item()
    assert found["first_low"].item() != other["first_low"].item()


def test_samples_of_a_prior_are_one_group() -> None:
    """Some of its members may be given: the others are scaled in proportion, as in `what_if`."""
    rng = np.random.default_rng(1)
    moved = rng.uniform(0.2, 0.4, (3, 2, 500))
    addresses = ("prior.a", "evidence.one.likelihood.a", "prior.b")
    samples = xr.Dataset({name: (("matrix", "draw"), x) for name, x in zip(addresses, moved, strict=True)})
    found = sobol_from_samples(INDEPENDENT, samples)
    assert found.assumption.values.tolist() == ["prior", "evidence.one.likelihood.a"]


def given_sample(values: Any, dims: Any = ("matrix", "draw"), address: str = "evidence.one.likelihood.a") -> xr.Dataset:
    return xr.Dataset({address: (dims, values)})


@pytest.mark.parametrize("count", [2, 3])
def test_few_samples_have_wide_intervals(count: int) -> None:
    """Some of their resamples draw no row at all; the others make the interval."""
    found = sobol_from_samples(INDEPENDENT, given_sample(np.random.default_rng(0).uniform(0.2, 0.9, (2, count))))
    assert np.isfinite(found.to_dataarray()).all()
    assert found["total_low"].item() < found["total_high"].item()


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (xr.Dataset(), "E_SHAPE samples: there is no variable"),
        (given_sample(np.full((2, 9), 0.3), address="evidence.one.likelihood.z"), "E_UNKNOWN_NAME"),
        (given_sample(np.full((3, 9), 0.3)), "E_SHAPE evidence.one.likelihood.a: samples of sizes"),
        (given_sample(np.full((2, 1), 0.3)), "E_SHAPE"),
        (given_sample(np.full((2, 9), 0.3), ("matrix", "x")), "E_SHAPE"),
        (given_sample(np.full((2, 9), True)), "E_TYPE evidence.one.likelihood.a: samples of type bool"),
    ],
)
def test_samples_that_cannot_be_are_refused_at_once(samples: xr.Dataset, said: str) -> None:
    """Other dimensions, addresses and types, lazy or not."""
    for one in (samples, samples.chunk()):
        with pytest.raises(CaseError, match=said):
            sobol_from_samples(INDEPENDENT, one)


def test_a_bad_sample_is_refused_when_it_is_computed() -> None:
    """With its address."""
    values = np.full((2, 100), 0.3)
    values[1, 77] = 1.2
    lazy = sobol_from_samples(INDEPENDENT, given_sample(values).chunk(draw=10))
    with (
        dask.config.set(scheduler="synchronous"),
        pytest.raises(CaseError, match=r"evidence\.one\.likelihood\.a: 1\.2"),
    ):
        lazy.compute()


def test_samples_keep_their_odds_however_small_a_credence_is() -> None:
    """The log odds of credences that no double holds are finite, and their variance is that of what was given."""
    case = stated(
        {"a": 0.5, "b": 0.5},
        *(item(name, Ratios(reference="b", ratios={"a": 2.0})) for name in ("one", "two")),
    )
    decades = -200 - np.random.default_rng(1).random((2, 50))
    both = xr.Dataset({f"evidence.{name}.likelihood.a": (("matrix", "draw"), 10**decades) for name in ("one", "two")})
    found = sobol_from_samples(case, both)
    assert found["variance"].item() == pytest.approx(np.var(20 * decades, mean=20 * decades.mean()), rel=1e-9)


def test_samples_that_move_nothing_bring_nothing() -> None:
    """All zero, as where nothing varies."""
    found = sobol_from_samples(INDEPENDENT, given_sample(np.full((2, 10), 0.3)))
    assert found["variance"].item() == 0.0
    assert [found[name].item() for name in variance.COLUMNS] == [0.0] * 6
