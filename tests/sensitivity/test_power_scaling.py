"""Power scaling: slopes by the power of one component or of the prior, against differences of powers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.integrate import quad
from scipy.special import betaln, roots_legendre

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Beta, Dirichlet, Impossible, RatioBetween, Ratios, Uniform
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import ContradictionError
from attribution_bayes.odds import DECIBANS_PER_NAT
from attribution_bayes.sensitivity.power_scaling import power_scaling
from crafted import item
from drawn import cases
from repeatable import FILTERED

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


STEP = 1e-3
"""By which powers are moved; with differences over twice and four times as much the error is of its fourth power."""

DIFFERENCE = 1e-8
"""How far a difference of powers may be from the slope."""

QUICK = Sampling(draws=100)

type Moment = Callable[[float], float]
"""The mean of a likelihood, as far as it depends on the power of its component."""


def case(prior: Any, *evidence: Evidence, sources: tuple[Source, ...] = ()) -> Case:
    names = getattr(prior, "alpha", prior)
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}") for name in names]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


# Moments of what was stated, by the power ----------------------------------------------------------------------------


def moment(stated: Any, says: bool = True) -> Moment:
    """E[x^power], or E[(1-x)^power], before the evidence."""
    match stated:
        case Beta(alpha, beta):
            first, second = (alpha, beta) if says else (beta, alpha)
            return lambda power: math.exp(betaln(first + power, second) - betaln(first, second))
        case Uniform(lower, upper):
            low, high = (lower, upper) if says else (1 - upper, 1 - lower)
            return lambda power: quad(lambda x: x**power, low, high, epsabs=0, epsrel=1e-13)[0] / (high - low)
        case number:
            return lambda power: (number if says else 1 - number) ** power


def credences(prior: list[Moment], rows: list[list[Moment]], part: int, power: float) -> np.ndarray:
    """Credences where the part at this place, the prior first, has another power."""
    numbers = [[one(power if place == part else 1.0) for one in row] for place, row in enumerate([prior, *rows])]
    joint = np.prod(numbers, axis=0)
    return np.asarray(joint / joint.sum())


def slope(prior: list[Moment], rows: list[list[Moment]], part: int, of: Callable[[Any], Any] = lambda p: p) -> Any:
    """By the binary logarithm of the power, from differences to both sides."""
    ends = {n: of(credences(prior, rows, part, 1 + n * STEP)) for n in (-2, -1, 1, 2)}
    return (8 * (ends[1] - ends[-1]) - (ends[2] - ends[-2])) / (12 * STEP) * math.log(2)


def decibans(p: np.ndarray) -> np.ndarray:
    return np.log(p / (1 - p)) * DECIBANS_PER_NAT


def numbers(table: Any, row: tuple[str, str], column: str, names: str) -> np.ndarray:
    return np.array([table.loc[row, f"{column}_{name}"] for name in names])


PRIOR = {"a": 0.5, "b": 0.3, "c": 0.2}
BETAS = {
    "x": {"a": Beta(9, 4), "b": Beta(4, 5), "c": Beta(3, 3)},
    "y": {"a": Beta(3, 4), "b": Beta(6, 5), "c": Beta(4, 3)},
    "z": {"a": Beta(5, 4), "b": Beta(5, 5), "c": Beta(7, 3)},
}


@pytest.mark.parametrize("order", ["xyz", "zyx", "yzx"])
def test_the_slopes_are_those_of_powers_whatever_the_order_of_the_items(order: str) -> None:
    """Three items of Betas: credences with one likelihood to a power, by closed form, a little more and less."""
    table = power_scaling(weigh(case(PRIOR, *(item(name, BETAS[name]) for name in order)), sampling=QUICK))
    prior, rows = [moment(p) for p in PRIOR.values()], [[moment(BETAS[name][h]) for h in "abc"] for name in order]
    for part, row in enumerate([("prior", "prior"), *(("likelihood", name) for name in order)]):
        expected = slope(prior, rows, part)
        np.testing.assert_allclose(numbers(table, row, "credence_per_doubling", "abc"), expected, atol=DIFFERENCE)
        in_db = slope(prior, rows, part, decibans)
        np.testing.assert_allclose(numbers(table, row, "db_per_doubling", "abc"), in_db, atol=100 * DIFFERENCE)
        assert numbers(table, row, "mcse", "abc").tolist() == [0, 0, 0]
    largest = table[[f"credence_per_doubling_{name}" for name in "abc"]].abs().max(axis=1)
    assert list(largest) == sorted(largest, reverse=True)


@pytest.mark.parametrize("says", [True, False])
def test_a_range_and_a_number_have_the_slopes_of_their_powers(says: bool) -> None:
    """Uniforms, also from 0 and up to 1 and of no width to speak of, numbers and Betas, observed True or False."""
    row = {"a": Uniform(0, 0.4), "b": Uniform(0.3, 1), "c": Uniform(0.5, 0.5 + 1e-9), "d": 0.7, "e": Beta(0.5, 3)}
    priors = dict(zip("abcde", (0.1, 0.2, 0.3, 0.15, 0.25), strict=True))
    table = power_scaling(weigh(case(priors, item("seen", row, observed=says)), sampling=QUICK))
    prior, rows = [moment(p) for p in priors.values()], [[moment(row[h], says) for h in "abcde"]]
    for part, name in enumerate([("prior", "prior"), ("likelihood", "seen")]):
        found = numbers(table, name, "credence_per_doubling", "abcde")
        np.testing.assert_allclose(found, slope(prior, rows, part), atol=DIFFERENCE)


def test_an_uncertain_prior_and_a_row_of_outcomes_have_the_slopes_of_their_powers() -> None:
    """Each member of a Dirichlet by itself is a Beta, and a world uses one of them."""
    weights, row = {"a": 3.0, "b": 2.0, "c": 1.5}, {"knife": 3.0, "gun": 4.0, "rope": 0.5}
    stated = {
        "a": Dirichlet(row),
        "b": {"knife": 0.4, "gun": 0.5, "rope": 0.1},
        "c": {"knife": 0.5, "gun": 0.2, "rope": 0.3},
    }
    tool = item("tool", stated, outcomes=("knife", "gun", "rope"), observed="gun")
    table = power_scaling(weigh(case(Dirichlet(weights), tool), sampling=QUICK))
    prior = [moment(Beta(weight, 6.5 - weight)) for weight in weights.values()]
    rows = [[moment(Beta(4, 3.5)), moment(0.5), moment(0.2)]]
    for part, name in enumerate([("prior", "prior"), ("likelihood", "tool")]):
        found = numbers(table, name, "credence_per_doubling", "abc")
        np.testing.assert_allclose(found, slope(prior, rows, part), atol=DIFFERENCE)


def test_a_component_with_hidden_states_is_scaled_by_the_draws() -> None:
    """A report by a source of uncertain reliability: within five standard errors of a power of its whole likelihood."""
    likelihood, quote = {"a": 0.9, "b": 0.2}, 0.3
    source = Source(name="s", statement="s says so", reliability=Uniform(0.1, 0.9), if_unreliable=quote)
    told = item("told", likelihood, reports=[Report(source="s")])
    other = item("other", {"a": Beta(2, 3), "b": 0.6})
    table = power_scaling(weigh(case({"a": 0.5, "b": 0.5}, told, other, sources=(source,))))
    points, weights = roots_legendre(30)

    def power_of(number: float) -> Moment:
        reliability = 0.5 + 0.4 * points
        return lambda power: float(weights @ (reliability * number + (1 - reliability) * quote) ** power / 2)

    prior = [moment(0.5), moment(0.5)]
    rows = [[power_of(number) for number in likelihood.values()], [moment(Beta(2, 3)), moment(0.6)]]
    for part, name in enumerate(["told", "other"], start=1):
        error = numbers(table, ("likelihood", name), "mcse", "ab")
        off = numbers(table, ("likelihood", name), "credence_per_doubling", "ab") - slope(prior, rows, part)
        assert ((error > 0) == (name == "told")).all()
        assert (error < 0.01).all()
        assert (np.abs(off) <= 5 * error + DIFFERENCE).all()


MIXED = case(
    Dirichlet({"a": 3, "b": 2, "c": 2}),
    item("told", {"a": Beta(5, 2), "b": 0.3, "c": Uniform(0.2, 0.6)}, reports=[Report(source="s")]),
    item("told_too", {"a": 0.4, "b": 0.7, "c": 0.5}, reports=[Report(source="s", says=False)]),
    item("seen", {"a": 0.6, "b": Beta(2, 3), "c": Beta(3, 9)}),
    item(
        "tool",
        {"a": Dirichlet({"knife": 3, "gun": 4}), "b": {"knife": 0.4, "gun": 0.6}, "c": {"knife": 0.5, "gun": 0.5}},
        outcomes=("knife", "gun"),
        observed="gun",
    ),
    item("tone", Ratios(reference="a", ratios={"b": RatioBetween(0.5, 3), "c": 1.5})),
    sources=(Source(name="s", statement="s says so", reliability=Beta(6, 3), if_unreliable=Beta(3, 2)),),
)


def test_draws_of_either_engine_give_one_table(sampled_rich: Posterior, weighed_rich: Posterior) -> None:
    """Rows and columns are the same, and the slopes within five joint standard errors."""
    one, other = power_scaling(sampled_rich), power_scaling(weighed_rich)
    other = other.loc[one.index]
    assert set(one.columns) == set(other.columns)
    for name in sampled_rich.case.names:
        error = np.hypot(one[f"mcse_{name}"], other[f"mcse_{name}"])
        apart = np.abs(one[f"credence_per_doubling_{name}"] - other[f"credence_per_doubling_{name}"])
        assert (apart <= 5 * error + DIFFERENCE).all()
        assert (error > 0).any()


def test_every_part_has_its_row() -> None:
    """The prior and each component, whatever its items and inputs; three columns for each hypothesis."""
    posterior = weigh(MIXED)
    table = power_scaling(posterior)
    components = [str(name) for name in posterior.draws["log_likelihood"].component.values]
    assert set(table.index) == {("prior", "prior"), *(("likelihood", name) for name in components)}
    assert list(table.index.names) == ["group", "name"]
    labels = ("credence_per_doubling", "db_per_doubling", "mcse")
    assert list(table.columns) == [f"{label}_{name}" for label in labels for name in "abc"]
    drawn = {name for group, name in table.index[(table["mcse_a"] > 0).to_numpy()]}
    assert drawn == {"told+told_too"}


@settings(FILTERED, max_examples=25)
@given(cases(max_hypotheses=4, max_items=4, max_worlds=32))
def test_what_one_hypothesis_gains_others_lose(stated: Case) -> None:
    """In random cases the slopes of the credences add up to nothing, and what is excluded has none."""
    try:
        posterior = weigh(stated, sampling=QUICK)
    except ContradictionError:
        return
    table = power_scaling(posterior)
    slopes = table[[f"credence_per_doubling_{name}" for name in stated.names]].to_numpy()
    np.testing.assert_allclose(slopes.sum(axis=1), 0, atol=1e-12)
    for name in posterior.excluded:
        assert (table[f"credence_per_doubling_{name}"] == 0).all()
        assert table[f"db_per_doubling_{name}"].isna().all()
    assert np.isfinite(slopes).all()


def test_a_credence_next_to_one_keeps_its_slope() -> None:
    """After 400 items of .9 against .8 a further one still gives the log of its ratio, in decibans per doubling."""
    items = [item(f"e{i}", {"a": 0.9, "b": 0.8}) for i in range(400)]
    table = power_scaling(weigh(case({"a": 0.5, "b": 0.5}, *items), sampling=QUICK))
    expected = math.log(0.9 / 0.8) * math.log(2) * DECIBANS_PER_NAT
    row = table.loc[("likelihood", "e7")]
    assert row["db_per_doubling_a"] == pytest.approx(expected, rel=1e-12)
    assert row["db_per_doubling_b"] == pytest.approx(-expected, rel=1e-12)
    assert row["credence_per_doubling_a"] == pytest.approx(-row["credence_per_doubling_b"], rel=1e-12)


def test_where_one_hypothesis_is_left_there_are_no_odds() -> None:
    """All others excluded: no credence moves, and there is no log odds to move."""
    left = case({"a": 0.5, "b": 0.5}, item("e", {"a": 0.5, "b": Impossible("b was abroad")}))
    table = power_scaling(weigh(left, sampling=QUICK))
    assert (table[["credence_per_doubling_a", "credence_per_doubling_b"]] == 0).all().all()
    assert table[["db_per_doubling_a", "db_per_doubling_b"]].isna().all().all()


def test_without_evidence_there_is_the_prior_alone() -> None:
    """A case of a prior has the row of the prior."""
    table = power_scaling(weigh(case({"a": 0.8, "b": 0.2}), sampling=QUICK))
    assert list(table.index) == [("prior", "prior")]
    assert table["db_per_doubling_a"].item() == pytest.approx(math.log(4) * math.log(2) * DECIBANS_PER_NAT)
