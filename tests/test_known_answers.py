"""Small cases whose answers are in the literature, or can be worked out on a page, through the exact engine."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.special import spence

from attribution_bayes import (
    Beta,
    Case,
    Certain,
    Evidence,
    Hypothesis,
    Impossible,
    Odds,
    Posterior,
    Report,
    Sampling,
    Source,
    Uniform,
    suppose,
    weigh,
    what_if,
)

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

EXACT = 1e-12
EVEN = {"yes": 0.5, "no": 0.5}


def case(prior: Any, *evidence: Evidence, sources: tuple[Source, ...] = ()) -> Case:
    names = prior if isinstance(prior, Mapping) else prior.weights
    hypotheses = [Hypothesis(name=name, statement=f"it is {name}") for name in names]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


def item(name: str, likelihood: Mapping[str, Any], **declared: Any) -> Evidence:
    return Evidence(name=name, statement=f"{name} holds", likelihood=likelihood, **declared)


def exactly(declared: Case) -> Posterior:
    return weigh(declared, method="exact", sampling=Sampling(draws=100))


def credence(declared: Case, name: str) -> float:
    return float(exactly(declared).credence.sel(hypothesis=name))


def odds(declared: Case) -> float:
    found = exactly(declared).credence
    return float(found.sel(hypothesis="yes") / found.sel(hypothesis="no"))


def near(expected: Fraction) -> Any:
    return pytest.approx(float(expected), rel=EXACT, abs=0)


def test_taxi() -> None:
    """The cab was blue with probability 12/29 (Tversky and Kahneman)."""
    witness = item("witness", {"blue": 0.8, "green": 0.2})
    found = credence(case({"blue": 0.15, "green": 0.85}, witness), "blue")
    assert found == near(Fraction(12, 29))
    assert found == pytest.approx(0.413793103448, abs=5e-13)


def test_screening() -> None:
    """One in a hundred ill, the test positive for 80 % of the ill and 9.6 % of the others: 25/322 of those are ill."""
    positive = item("positive", {"ill": 0.8, "well": 0.096})
    found = credence(case({"ill": 0.01, "well": 0.99}, positive), "ill")
    assert found == near(Fraction(25, 322))
    assert found == pytest.approx(0.077639751553, abs=5e-13)


def test_monty_hall() -> None:
    """You chose door 1 and the host opens door 3: switching to door 2 wins in two of three cases."""
    opens = {"door_1": 0.5, "door_2": Certain("the host shows no car"), "door_3": Impossible("the host shows no car")}
    doors = case(Odds({"door_1": 1, "door_2": 1, "door_3": 1}), item("opens_3", opens))
    found = exactly(doors)
    assert found.credence.values.tolist() == [near(Fraction(1, 3)), near(Fraction(2, 3)), 0.0]
    assert found.excluded == ("door_3",)


@pytest.mark.parametrize(("correlation", "expected"), [(-0.3, 0.929764), (0.0, 0.947368), (0.3, 0.957917)])
def test_correlated_clues(correlation: float, expected: float) -> None:
    """Two clues that go together under the hypothesis say more when both are found (DeclareDesign, process tracing)."""
    both = 0.75 * 0.3 + correlation * math.sqrt(0.75 * 0.25 * 0.3 * 0.7)
    first = item("first", {"yes": 0.75, "no": 0.25})
    second_if = {"yes": {True: both / 0.75, False: (0.3 - both) / 0.25}, "no": {True: 0.05, False: 0.05}}
    found = credence(case(EVEN, first, item("second", second_if, given="first")), "yes")
    assert found == pytest.approx(expected, abs=5e-7)
    assert found == pytest.approx(both / (both + 0.25 * 0.05), rel=EXACT)


def test_uncorrelated_clues_are_worth_18_to_19() -> None:
    """Without correlation the answer is 18/19, whether or not the second clue is declared to depend on the first."""
    first, row = item("first", {"yes": 0.75, "no": 0.25}), {"yes": 0.3, "no": 0.05}
    dependent = item("second", {name: {True: p, False: p} for name, p in row.items()}, given="first")
    for second in (item("second", row), dependent):
        assert credence(case(EVEN, first, second), "yes") == near(Fraction(18, 19))


def one_source(reports: int, **declared: Any) -> Case:
    source = Source(name="agency", statement="it may know", **declared)
    items = [item(f"e{n}", {"yes": 0.9, "no": 0.1}, reports=[Report(source="agency")]) for n in range(reports)]
    return case(EVEN, *items, sources=(source,))


def test_one_source_with_five_reports() -> None:
    """Five reports of a source that says True whatever holds if it is unreliable speak 3.36 to 1."""
    found = odds(one_source(5, reliability=0.8, if_unreliable=Certain("it always affirms")))
    reliable, not_reliable = Fraction(8, 10), Fraction(2, 10)
    true, false = Fraction(9, 10), Fraction(1, 10)
    assert found == near((reliable * true**5 + not_reliable) / (reliable * false**5 + not_reliable))
    assert found == pytest.approx(3.361826, abs=5e-7)


def test_five_sources_with_a_report_each() -> None:
    """The same five reports from five such sources, independent of one another, would speak 383 to 1."""
    affirms = Certain("it always affirms")
    names = [f"s{n}" for n in range(5)]
    sources = [Source(name=n, statement="it may know", reliability=0.8, if_unreliable=affirms) for n in names]
    items = [item(f"e_{n}", {"yes": 0.9, "no": 0.1}, reports=[Report(source=n)]) for n in names]
    found = odds(case(EVEN, *items, sources=tuple(sources)))
    assert found == near(Fraction(92, 28) ** 5)
    assert round(found) == 383


def test_an_unknown_rate_used_ten_times() -> None:
    """Ten times True at a rate of which nothing is known is 1024/11 times likelier than at one half."""
    ten = one_source(10, reliability=Impossible("it invents"), if_unreliable={"yes": Uniform(0, 1), "no": 0.5})
    assert odds(ten) == near(Fraction(1024, 11))
    assert odds(suppose(ten, {"source.agency.if_unreliable.yes": 0.5})) == near(Fraction(1))


@pytest.mark.parametrize(("alpha", "beta"), [(1, 1), (2, 3), (0.5, 0.5), (30, 10), (0.25, 4)])
def test_an_uncertain_likelihood_used_once(alpha: float, beta: float) -> None:
    """The credence is the same as with the number alpha / (alpha + beta)."""
    mean = Fraction(alpha) / (Fraction(alpha) + Fraction(beta))
    prior = {"yes": 0.25, "no": 0.75}
    uncertain = case(prior, item("found", {"yes": Beta(alpha, beta), "no": 0.125}))
    number = case(prior, item("found", {"yes": float(mean), "no": 0.125}))
    expected = mean / 4 / (mean / 4 + Fraction(3, 32))
    assert credence(uncertain, "yes") == near(expected)
    assert credence(number, "yes") == near(expected)


def test_averaging_the_wrong_way() -> None:
    """The credence is 100/101; its mean over draws from what was stated is smaller, over posterior draws it is not.

    Over u and v uniform on [0, 1] the mean of uv / (uv + c), c = 0.05^2, is 1 + c Li2(-1 / c) = 0.951. The mean over
    posterior draws is off by more than five standard errors by chance in one of 1.7 million runs.
    """
    row = {"yes": Beta(1, 1), "no": 0.05}
    twice = case(EVEN, item("first", row), item("second", row))
    assert credence(twice, "yes") == near(Fraction(100, 101))

    nodes, weights = np.polynomial.legendre.leggauss(60)
    levels, weights = ((nodes + 1) / 2) ** 4, 2 * weights * ((nodes + 1) / 2) ** 3  # crowded near zero, where it bends
    first, second = (grid.ravel() for grid in np.meshgrid(levels, levels))
    addresses = [f"evidence.{name}.likelihood.yes" for name in ("first", "second")]
    at_each = what_if(twice, dict(zip(addresses, (first, second), strict=True))).sel(hypothesis="yes").values
    over_prior = float(np.outer(weights, weights).ravel() @ at_each)
    assert over_prior == pytest.approx(1 + 0.0025 * spence(401), rel=EXACT)  # spence(1 - z) is Li2(z)
    assert over_prior < 0.952 < 100 / 101

    draws = weigh(twice, sampling=Sampling(draws=10_000)).draws["posterior"]["credence"].sel(hypothesis="yes").values
    assert abs(draws.mean() - 100 / 101) <= 5 * draws.std() / math.sqrt(draws.size)
