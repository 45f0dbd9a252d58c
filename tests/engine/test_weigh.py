"""Weighing a case, and weighing it under many suppositions."""

from __future__ import annotations

import dataclasses
import math
import warnings
from fractions import Fraction
from typing import Any

import dask
import dask.array
import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.assumptions import assumptions, suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import Point
from attribution_bayes.declare.parameters import parameters
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.warnings import cautions
from attribution_bayes.declare.ways import (
    BaseRates,
    Beta,
    Between,
    Certain,
    Dirichlet,
    Impossible,
    Odds,
    RatioBetween,
    Ratios,
    Uniform,
)
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.weigh import weigh, what_if
from attribution_bayes.errors import CaseError, CaseWarning, ContradictionError, TooLargeError
from attribution_bayes.testing import assert_coherent, priors
from crafted import item
from drawn import cases
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

CLOSE = 1e-12
QUICK = Sampling(draws=100)
ALWAYS, NEVER = Certain("it must be"), Impossible("it cannot be")


def case(prior: Any, *evidence: Evidence, sources: tuple[Source, ...] = (), catch_all: str | None = None) -> Case:
    names = getattr(prior, "weights", None) or getattr(prior, "alpha", None) or getattr(prior, "counts", None) or prior
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}", catch_all=name == catch_all) for name in names]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


TAXI = case({"blue": 0.15, "green": 0.85}, item("witness", {"blue": 0.8, "green": 0.2}))
MIXED = case(
    {"a": 0.2, "b": 0.3, "c": 0.5},
    item("seen", {"a": Beta(2, 3), "b": Uniform(0.1, 0.4), "c": 0.6}),
    item("told", {"a": 0.7, "b": 0.4, "c": 0.2}, reports=[Report(source="s")]),
    item("told_too", {"a": 0.6, "b": 0.5, "c": Between(0.1, 0.3)}, reports=[Report(source="s", says=False)]),
    item(
        "colour",
        {
            "a": {"x": 0.2, "y": 0.3, "z": 0.5},
            "b": Dirichlet({"x": 1, "y": 2, "z": 3}),
            "c": {"x": NEVER, "y": 0.5, "z": 0.5},
        },
        outcomes=("x", "y", "z"),
        observed="y",
    ),
    item("tone", Ratios(reference="a", ratios={"b": 2.0, "c": RatioBetween(0.5, 3)})),
    sources=(Source(name="s", statement="s", reliability=Beta(3, 2), if_unreliable=Uniform(0.2, 0.9)),),
)


def same(one: Posterior, other: Posterior) -> bool:
    return (
        one.credence.identical(other.credence)
        and one.prior.identical(other.prior)
        and one.draws.identical(other.draws)
        and (one.log_evidence == other.log_evidence or math.isnan(one.log_evidence + other.log_evidence))
    )


# Weighing ------------------------------------------------------------------------------------------------------------


def test_the_taxi_is_blue_with_12_in_29() -> None:
    """15 cabs in 100 are blue, and the witness is right 8 times in 10 (Tversky and Kahneman)."""
    posterior = weigh(TAXI, sampling=QUICK)
    assert posterior.credence.sel(hypothesis="blue").item() == pytest.approx(12 / 29, rel=CLOSE)
    assert posterior.prior.values.tolist() == [0.15, 0.85]
    assert posterior.log_evidence == pytest.approx(math.log(0.29), rel=CLOSE)
    assert posterior.mcse.values.tolist() == [0, 0]
    assert posterior.credence.hypothesis.values.tolist() == ["blue", "green"]


def test_the_record_holds_what_was_asked_for() -> None:
    """A posterior keeps its case and its sampling; without sampling it has the default."""
    posterior = weigh(TAXI, sampling=QUICK)
    assert posterior.case is TAXI
    assert posterior.sampling is QUICK
    assert dict(posterior.draws["posterior"].sizes) == {"chain": 4, "draw": 100, "hypothesis": 2}
    assert weigh(TAXI).sampling == Sampling()


def test_auto_is_exact() -> None:
    """Unless PyMC is asked for, the method is exact, and says so."""
    auto, exact = (weigh(MIXED, method=method, sampling=QUICK) for method in ("auto", "exact"))
    assert auto.method == exact.method == "exact"
    assert same(auto, exact)


UNKNOWN_METHODS = [
    ("exakt", "Did you mean 'exact'"),
    ("nuts", "Allowed: auto, exact, pymc"),
    ("", "Allowed"),
    (None, "None stands where a text belongs"),
]


@pytest.mark.parametrize(("method", "hint"), UNKNOWN_METHODS)
def test_an_unknown_method_is_refused(method: Any, hint: str) -> None:
    """The error lists the methods, or names the nearest."""
    with pytest.raises(CaseError, match=hint) as caught:
        weigh(TAXI, method=method)
    code = "E_METHOD" if isinstance(method, str) else "E_TYPE"
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [(code, "method")]


@settings(REPEATABLE, max_examples=40)
@given(cases(max_hypotheses=4, max_items=6))
def test_every_posterior_is_coherent(case: Case) -> None:
    """Random cases have posteriors that hold what every posterior must, or are contradictory."""
    try:
        posterior = weigh(case, sampling=QUICK)
    except ContradictionError:
        return
    assert_coherent(posterior)


@settings(REPEATABLE, max_examples=80)
@given(st.integers(2, 6).flatmap(lambda size: priors([f"h{i}" for i in range(size)], exclusions=False)))
def test_without_evidence_the_credence_is_the_prior(prior: Any) -> None:
    """They are equal to the last bit."""
    posterior = weigh(case(prior), sampling=QUICK)
    assert posterior.credence.values.tolist() == posterior.prior.values.tolist()
    assert posterior.log_evidence == pytest.approx(0, abs=1e-15)


@settings(REPEATABLE, max_examples=100)
@given(st.lists(st.integers(1, 20), min_size=2, max_size=8))
@example([3, 6, 1])
def test_a_prior_that_sums_to_one_is_kept_to_the_last_bit(weights: list[int]) -> None:
    """Without evidence, prior and credence are what was stated, in whatever order it is added up."""
    stated = [weight / sum(weights) for weight in weights]
    assume(math.fsum(stated) == 1)
    posterior = weigh(case({f"h{k}": share for k, share in enumerate(stated)}), sampling=QUICK)
    assert posterior.prior.values.tolist() == stated
    assert posterior.credence.values.tolist() == stated


def test_a_certain_hypothesis_stays_certain() -> None:
    """A prior of 0 and 1 is what it is."""
    posterior = weigh(case({"a": ALWAYS, "b": NEVER}, item("e", {"a": 1e-9, "b": 0.5})), sampling=QUICK)
    assert posterior.prior.values.tolist() == posterior.credence.values.tolist() == [1, 0]


@pytest.mark.parametrize("prior", [Odds({"a": 1, "b": 3}), Dirichlet({"a": 2, "b": 6}), BaseRates({"a": 1, "b": 4})])
def test_the_prior_is_the_mean_of_what_was_stated(prior: Any) -> None:
    """Odds and weights are shares of their sum."""
    assert weigh(case(prior), sampling=QUICK).prior.values.tolist() == [0.25, 0.75]


def test_ratios_leave_no_probability_of_the_evidence() -> None:
    """With an item stated as ratios P(E) is not known, and NaN; the credences are."""
    ratios = item("e", Ratios(reference="b", ratios={"a": 3.0}))
    posterior = weigh(case({"a": 0.5, "b": 0.5}, ratios), sampling=QUICK)
    assert math.isnan(posterior.log_evidence)
    assert posterior.credence.values.tolist() == [0.75, 0.25]


def test_a_contradiction_is_refused_by_name() -> None:
    """If every hypothesis is excluded there is no credence."""
    contradictory = case({"a": 0.5, "b": 0.5}, item("e0", {"a": NEVER, "b": 0.5}), item("e1", {"a": 0.5, "b": NEVER}))
    with pytest.raises(ContradictionError, match="'a' by e0; 'b' by e1"):
        weigh(contradictory)


def test_an_excluded_hypothesis_has_no_credence() -> None:
    """The others share it all, in every draw too."""
    posterior = weigh(case({"a": 0.5, "b": 0.5}, item("e", {"a": Beta(1, 2), "b": NEVER})), sampling=QUICK)
    assert posterior.credence.values.tolist() == [1, 0]
    assert np.all(posterior.draws["posterior"]["credence"].values == [1, 0])


def test_without_uncertain_inputs_every_draw_is_the_credence() -> None:
    """There is no spread if every number is known."""
    posterior = weigh(TAXI, sampling=QUICK)
    draws = posterior.draws["posterior"]["credence"].values
    assert np.all(draws == posterior.credence.values)


# Cautions ------------------------------------------------------------------------------------------------------------


@settings(REPEATABLE, max_examples=40)
@given(cases(max_hypotheses=4, max_items=6))
def test_every_caution_is_a_warning(case: Case) -> None:
    """Weighing warns of each caution of the case, in order, and of nothing else; it points at the caller."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            weigh(case, sampling=QUICK)
        except ContradictionError:
            assume(False)
    assert all(warning.category is CaseWarning for warning in caught)
    assert [warning.message.problem for warning in caught] == list(cautions(case))
    assert {warning.filename for warning in caught} <= {__file__}


@pytest.mark.filterwarnings("error")
def test_a_case_without_cautions_is_weighed_in_silence() -> None:
    """A catch-all and an item that tells hypotheses apart leave nothing to warn of."""
    weigh(case({"a": 0.5, "b": 0.5}, item("e", {"a": 0.1, "b": 0.2}), catch_all="b"), sampling=QUICK)


def test_a_case_without_a_catch_all_draws_a_warning() -> None:
    """The warning says that one of those listed is taken to be true."""
    with pytest.warns(CaseWarning, match="W_NO_CATCH_ALL"):
        weigh(TAXI, sampling=QUICK)


# Seeds ---------------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bits() -> None:
    """Two weighings with one seed are identical, whatever the hypotheses, items and sources are called."""
    one, other = (weigh(MIXED, sampling=dataclasses.replace(QUICK, seed=5)) for _ in range(2))
    assert same(one, other)


def test_another_seed_gives_other_draws() -> None:
    """Draws differ, credences do not."""
    one, other = (weigh(MIXED, sampling=dataclasses.replace(QUICK, seed=seed)) for seed in (0, 1))
    assert one.credence.identical(other.credence)
    for group in ("posterior", "prior"):
        first, second = (posterior.draws[group]["assumption"].values for posterior in (one, other))
        assert not np.any(first == second)


def test_chains_and_groups_are_drawn_apart() -> None:
    """No draw comes twice: neither in two chains nor before and after the evidence."""
    draws = weigh(MIXED, sampling=QUICK).draws
    both = xr.concat([draws[group]["assumption"] for group in ("posterior", "prior")], "draw")
    for address in both.address.values:
        values = both.sel(address=address).values.reshape(-1)
        assert len(set(values.tolist())) == len(values)


def test_the_draws_do_not_depend_on_names() -> None:
    """Other names give the same numbers."""
    renamed = case({"x": 0.15, "y": 0.85}, item("w", {"x": Beta(8, 2), "y": 0.2}))
    original = case({"blue": 0.15, "green": 0.85}, item("witness", {"blue": Beta(8, 2), "green": 0.2}))
    first, second = (weigh(one, sampling=QUICK).draws["posterior"] for one in (original, renamed))
    np.testing.assert_array_equal(first["assumption"].values, second["assumption"].values)
    np.testing.assert_array_equal(first["credence"].values, second["credence"].values)


# What if -------------------------------------------------------------------------------------------------------------

VALUES = np.array([0.03, 0.9])


def one_by_one(case: Case, scenarios: list[dict[str, float]]) -> list[list[float]]:
    """Credences by supposing and weighing again."""
    return [weigh(suppose(case, changes), sampling=QUICK).credence.values.tolist() for changes in scenarios]


@settings(REPEATABLE, max_examples=15)
@given(cases(max_hypotheses=3, max_items=4))
def test_what_if_is_supposing_and_weighing(case: Case) -> None:
    """For every address of random cases the credences are those of the supposed cases, or the same error is raised."""
    for address in [assumption.address for assumption in assumptions(case)]:
        try:
            expected: Any = one_by_one(case, [{address: value} for value in VALUES.tolist()])
        except (CaseError, ContradictionError) as error:
            with pytest.raises(type(error)):
                what_if(case, {address: VALUES})
            continue
        np.testing.assert_allclose(what_if(case, {address: VALUES}).values, expected, rtol=CLOSE)


@settings(REPEATABLE, max_examples=40)
@given(cases(max_hypotheses=4, max_items=6, exclusions=False), st.data())
def test_many_things_are_supposed_at_once(case: Case, data: st.DataObject) -> None:
    """Any set of addresses in different rows, moved together, gives what supposing them together gives."""
    by_block = {parameter.block or parameter.address: str(parameter.address) for parameter in parameters(case)}
    moved = data.draw(st.lists(st.sampled_from(sorted(by_block.values())), min_size=1, max_size=6, unique=True))
    values = data.draw(st.lists(st.lists(st.floats(0.01, 0.99), min_size=2, max_size=2), min_size=len(moved)))
    columns = dict(zip(moved, values, strict=False))
    scenarios = [{address: column[row] for address, column in columns.items()} for row in (0, 1)]
    found = what_if(case, {address: np.array(column) for address, column in columns.items()})
    np.testing.assert_allclose(found.values, one_by_one(case, scenarios), rtol=CLOSE)


@pytest.mark.parametrize(
    "changes",
    [
        {"prior.a": 0.5, "prior.b": 0.2},
        {"prior.a": 0.5, "prior.b": 0.3},
        {"prior.a": 0.5, "prior.b": 0.2, "prior.c": 0.3},
        {"evidence.colour.likelihood.a.x": 0.5, "evidence.colour.likelihood.a.y": 0.2},
        {"evidence.colour.likelihood.b.x": 0.5, "evidence.colour.likelihood.b.y": 1 / 3},
        {"evidence.colour.likelihood.a.x": 0.5, "evidence.colour.likelihood.a.y": 0.3},
    ],
)
def test_members_of_one_row_are_supposed_together(changes: dict[str, float]) -> None:
    """Those that are named are held, also at the number that they have; the others are scaled."""
    expected = one_by_one(MIXED, [changes])
    np.testing.assert_allclose(what_if(MIXED, changes).values, expected, rtol=CLOSE)


@pytest.mark.parametrize(
    "changes",
    [
        {"prior.a": 0.7, "prior.b": 0.7},
        {"prior.a": 0.7, "prior.b": 0.3},
        {"prior.a": 0.3, "prior.b": 0.3, "prior.c": 0.3},
        {"evidence.colour.likelihood.a.x": 0.7, "evidence.colour.likelihood.a.y": 0.7},
        {"evidence.colour.likelihood.b.x": 0.7, "evidence.colour.likelihood.b.y": 0.7},
    ],
)
def test_members_that_cannot_sum_to_one_are_refused(changes: dict[str, float]) -> None:
    """No credence comes of a negative share, nor of a prior that does not sum to one."""
    with pytest.raises(CaseError):
        what_if(MIXED, changes)


def test_a_member_beside_excluded_ones_cannot_move() -> None:
    """If all others are impossible, nothing can take the share that is left over: the supposition is at fault."""
    with pytest.raises(CaseError):
        what_if(case({"a": ALWAYS, "b": NEVER}, item("e", {"a": 0.5, "b": 0.5})), {"prior.a": [0.5]})


def test_the_stated_number_gives_the_credence_itself() -> None:
    """Supposing a plain number where it stands changes nothing but the order of multiplication, and so no digit."""
    baseline = weigh(MIXED, sampling=QUICK).credence.values
    for parameter in parameters(MIXED):
        if isinstance(parameter.meaning, Point) and parameter.written not in (ALWAYS, NEVER):
            np.testing.assert_allclose(
                what_if(MIXED, {str(parameter.address): parameter.meaning.mean}).values, [baseline], rtol=1e-12
            )


def test_what_if_has_a_row_for_each_scenario() -> None:
    """Arrays give the dims scenario and hypothesis; a single number goes with all scenarios."""
    found = what_if(MIXED, {"prior.a": [0.1, 0.2, 0.6], "evidence.seen.likelihood.c": 0.5})
    assert found.name == "credence"
    assert found.dims == ("scenario", "hypothesis")
    assert found.shape == (3, 3)
    assert found.hypothesis.values.tolist() == ["a", "b", "c"]
    np.testing.assert_allclose(found.sum("hypothesis"), 1, rtol=CLOSE)
    assert what_if(MIXED, {"prior.a": 0.5}).sizes == {"scenario": 1, "hypothesis": 3}


def test_no_scenarios_give_no_credences() -> None:
    """An empty array is an answer of no rows."""
    assert what_if(MIXED, {"prior.a": np.array([])}).shape == (0, 3)


@pytest.mark.parametrize("nothing", [{}, xr.Dataset()])
def test_supposing_nothing_gives_the_credence_itself(nothing: Any) -> None:
    """Without a supposition the credences are those of the case."""
    baseline = weigh(MIXED, sampling=QUICK).credence.values
    found = what_if(MIXED, nothing)
    assert found.dims == ("hypothesis",)
    np.testing.assert_array_equal(found.values, baseline)


def grid() -> xr.Dataset:
    return xr.Dataset(
        {
            "prior.a": ("x", [0.1, 0.3, 0.5, 0.7]),
            "evidence.seen.likelihood.c": ("y", [0.2, 0.8]),
            "source.s.if_unreliable": (("x", "y"), np.linspace(0.1, 0.8, 8).reshape(4, 2)),
        },
        coords={"x": [10, 20, 30, 40], "y": ["low", "high"]},
    )


def test_a_dataset_has_dimensions_of_its_own() -> None:
    """The credences have the dimensions and coordinates of the dataset, and hypothesis."""
    suppositions = grid()
    found = what_if(MIXED, suppositions)
    assert found.dims == ("x", "y", "hypothesis")
    assert found.x.values.tolist() == [10, 20, 30, 40]
    assert found.y.values.tolist() == ["low", "high"]
    for x in suppositions.x.values:
        for y in suppositions.y.values:
            at = suppositions.sel(x=x, y=y)
            changes = {str(address): float(at[address]) for address in suppositions}
            np.testing.assert_allclose([found.sel(x=x, y=y).values], one_by_one(MIXED, [changes]), rtol=CLOSE)


def test_a_dataset_of_numbers_gives_one_answer() -> None:
    """Without dimensions the only one is hypothesis."""
    found = what_if(MIXED, xr.Dataset({"prior.a": 0.5}))
    assert found.dims == ("hypothesis",)
    np.testing.assert_array_equal(found.values, what_if(MIXED, {"prior.a": 0.5}).values[0])


@pytest.mark.parametrize("chunks", [{"x": 1}, {"x": 3, "y": 1}, {}])
def test_a_dask_dataset_is_weighed_when_it_is_asked_for(chunks: dict[str, int]) -> None:
    """The answer is lazy, and the numbers are those of the dataset in memory."""
    lazy = what_if(MIXED, grid().chunk(chunks))
    assert isinstance(lazy.data, dask.array.Array)
    with dask.config.set(scheduler="synchronous"):
        np.testing.assert_array_equal(lazy.values, what_if(MIXED, grid()).values)


def test_a_fault_in_a_lazy_dataset_shows_when_it_is_computed() -> None:
    """Values are checked where they are first seen."""
    lazy = what_if(MIXED, xr.Dataset({"prior.a": ("x", [0.2, 1.2])}).chunk({"x": 1}))
    with dask.config.set(scheduler="synchronous"), pytest.raises(CaseError, match=r"E_RANGE prior\.a: 1\.2"):
        lazy.compute()


def test_many_scenarios_are_weighed_in_parts() -> None:
    """A hundred thousand scenarios are each what they are alone."""
    reliability = np.linspace(0.01, 0.99, 100_000)
    found = what_if(MIXED, {"source.s.reliability": reliability})
    for place in (0, 12_345, 99_999):
        alone = what_if(MIXED, {"source.s.reliability": reliability[place]})
        np.testing.assert_array_equal(found.values[place], alone.values[0])


# What cannot be supposed ---------------------------------------------------------------------------------------------


def refused(suppositions: Any) -> dict[str, str]:
    """Code by path of the problems that suppositions are refused for."""
    with pytest.raises(CaseError) as caught:
        what_if(MIXED, suppositions)
    return {problem.path: problem.code for problem in caught.value.problems}


def test_an_unknown_address_has_a_hint() -> None:
    """The nearest address is named, and all unknown ones are reported at once."""
    with pytest.raises(CaseError, match=r"Did you mean 'evidence\.seen\.likelihood\.a'"):
        what_if(MIXED, {"evidence.sen.likelihood.a": [0.5]})
    assert refused({"nothing": 0.5, "prior.d": 0.2}) == {"nothing": "E_UNKNOWN_NAME", "prior.d": "E_UNKNOWN_NAME"}
    assert refused(xr.Dataset({"prior.d": 0.2})) == {"prior.d": "E_UNKNOWN_NAME"}


ADDRESSES = [
    "prior.a",
    "source.s.reliability",
    "source.s.if_unreliable",
    "evidence.seen.likelihood.a",
    "evidence.colour.likelihood.a.x",
    "evidence.colour.likelihood.b.x",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("value", [0, 1, 1.5, -0.1, math.nan, math.inf, "0.5", None, True, Beta(1, 2)])
def test_a_value_that_is_no_probability_is_refused_by_its_address(address: str, value: Any) -> None:
    """One bad value among good ones is found; each scenario supposes numbers."""
    assert address in refused({address: [0.5, value, 0.25]})


@pytest.mark.parametrize("value", [0, -1, math.inf, 1e301, 1e-301, "3"])
def test_a_value_that_is_no_ratio_is_refused_by_its_address(value: Any) -> None:
    """Ratios are positive and finite, within the bounds that may be stated."""
    assert "evidence.tone.likelihood.b" in refused({"evidence.tone.likelihood.b": [2.0, value]})


def test_ratios_may_be_whole_numbers() -> None:
    """An array of integers is an array of ratios."""
    found = what_if(MIXED, {"evidence.tone.likelihood.b": [1, 2, 10]})
    np.testing.assert_array_equal(found, what_if(MIXED, {"evidence.tone.likelihood.b": [1.0, 2.0, 10.0]}))


def test_arrays_of_different_lengths_are_refused() -> None:
    """The error names each of them."""
    codes = refused({"prior.a": [0.1, 0.2], "evidence.seen.likelihood.a": [0.1, 0.2, 0.3]})
    assert codes == {"prior.a": "E_SHAPE", "evidence.seen.likelihood.a": "E_SHAPE"}


def test_tables_are_refused_outside_a_dataset() -> None:
    """More than one dimension needs names."""
    assert refused({"prior.a": [[0.1, 0.2]], "prior.b": 0.2}) == {"prior.a": "E_SHAPE"}


def test_a_dataset_may_not_use_the_name_hypothesis() -> None:
    """That dimension is the answer's."""
    assert set(refused(xr.Dataset({"prior.a": ("hypothesis", [0.1, 0.2])})).values()) == {"E_SHAPE"}


def test_a_contradiction_in_a_scenario_is_refused_by_name() -> None:
    """As long as what excludes a hypothesis is not moved itself, there is no credence."""
    contradictory = case({"a": ALWAYS, "b": NEVER}, item("e", {"a": NEVER, "b": 0.5}), item("f", {"a": 0.5, "b": 0.5}))
    with pytest.raises(ContradictionError, match="'a' by e; 'b' by prior"):
        what_if(contradictory, {"evidence.f.likelihood.a": [0.2, 0.4]})
    found = what_if(contradictory, {"evidence.e.likelihood.a": [0.2, 0.4]})
    assert found.values.tolist() == [[1, 0], [1, 0]]


def test_what_does_not_fit_is_refused_before_it_is_calculated() -> None:
    """Too large a component has no credence under any supposition."""
    speakers = [f"s{i}" for i in range(30)]
    told = [item(f"e{i}", {"a": 0.7, "b": 0.4}, reports=[Report(source=name) for name in speakers]) for i in range(30)]
    sources = tuple(Source(name=name, statement=name, reliability=0.8, if_unreliable=0.5) for name in speakers)
    with pytest.raises(TooLargeError):
        what_if(case({"a": 0.5, "b": 0.5}, *told, sources=sources), {"prior.a": 0.3})


def test_a_supposed_number_is_known() -> None:
    """An uncertain `if_unreliable` of two reports counts with its square where it is supposed, not with E[x^2]."""
    said = [item(f"e{i}", {"a": 0.7, "b": 0.4}, reports=[Report(source="s")]) for i in range(2)]
    invents = Source(name="s", statement="s", reliability=NEVER, if_unreliable={"a": Beta(1, 1), "b": 0.5})
    unknown = case({"a": 0.5, "b": 0.5}, *said, sources=(invents,))
    assert weigh(unknown, sampling=QUICK).credence.values[0] == pytest.approx(float(Fraction(4, 7)), rel=CLOSE)
    known = what_if(unknown, {"source.s.if_unreliable.a": [0.5, 0.25]}).sel(hypothesis="a")
    np.testing.assert_allclose(known, [0.5, 0.2], rtol=CLOSE)
