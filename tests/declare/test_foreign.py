"""Distributions of SciPy and PreliZ are read as what they are here, wherever a number may be stated."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from attribution_bayes.declare.assumptions import assumptions, suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import LogNormal
from attribution_bayes.declare.foreign import from_foreign
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import (
    Beta,
    Ratios,
    Uniform,
    distribution,
    frozen,
    probability_problem,
    ratio_distribution,
)
from attribution_bayes.errors import CaseError

HYPOTHESES = [Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)]


def preliz(name: str, **fields: Any) -> Any:
    """What PreliZ makes of a distribution: its parameters by name, once they are known, and all of them as `params`."""
    made = type(name, (), {"__module__": f"preliz.distributions.{name.lower()}"})()
    for field, value in fields.items():
        setattr(made, field, value)
    return made


MEANT = {
    "beta": (stats.beta(2, 3), Beta(2, 3)),
    "beta by name": (stats.beta(b=3, a=2), Beta(2, 3)),
    "a uniform beta elsewhere": (stats.beta(1, 1, loc=0.2, scale=0.4), Uniform(0.2, 0.2 + 0.4)),
    "uniform": (stats.uniform(), Uniform(0, 1)),
    "uniform elsewhere": (stats.uniform(0.1, 0.3), Uniform(0.1, 0.4)),
    "Beta of PreliZ": (preliz("Beta", alpha=np.float64(2), beta=3.0, params=(2.0, 3.0)), Beta(2, 3)),
    "Uniform of PreliZ": (preliz("Uniform", lower=0.1, upper=0.4, params=(0.1, 0.4)), Uniform(0.1, 0.4)),
}


@pytest.mark.parametrize(("given", "meant"), MEANT.values(), ids=MEANT)
def test_what_means_the_same_is_taken_at_declaration(given: Any, meant: Any) -> None:
    """A likelihood, a reliability, a rate, a copy and a supposition hold the way of this library."""
    sources = [
        Source(name=name, statement="s", reliability=given, if_unreliable={"a": given, "b": 0.1}) for name in "st"
    ]
    reports = [Report(source="s"), Report(source="t", copied_from="s", copy_probability=given)]
    item = Evidence(name="e", statement="e", likelihood={"a": given, "b": 0.2}, reports=reports)
    case = Case(question="?", hypotheses=HYPOTHESES, prior={"a": 0.5, "b": 0.5}, sources=sources, evidence=[item])
    assert case.evidence[0].likelihood["a"] == meant
    assert case.sources[0].reliability == meant
    assert case.sources[0].if_unreliable["a"] == meant
    assert case.evidence[0].reports[1].copy_probability == meant
    address = "evidence.e.likelihood.b"
    assert suppose(case, {address: given}) == suppose(case, {address: meant})
    assert {one.kind for one in assumptions(case)} == {"number", meant.kind}


@pytest.mark.parametrize(
    "given", [stats.lognorm(s=1.2, scale=3), preliz("LogNormal", mu=math.log(3), sigma=1.2, params=(1,))]
)
def test_a_log_normal_is_a_ratio(given: Any) -> None:
    """Its logarithm has the mean and the standard deviation that were given."""
    meaning = ratio_distribution(Ratios(reference="a", ratios={"b": given}).ratios["b"])
    assert isinstance(meaning, LogNormal)
    assert (meaning.mu, meaning.sigma) == (pytest.approx(math.log(3), abs=1e-14), pytest.approx(1.2, rel=1e-14))


def test_the_quantiles_are_those_of_scipy() -> None:
    """What was taken has the quantiles of what was given."""
    for given, _ in list(MEANT.values())[:5]:
        assert distribution(from_foreign(given)).interval(0.8) == pytest.approx(given.interval(0.8), abs=1e-14)


REFUSED = {
    "gamma": stats.gamma(2),
    "a beta elsewhere": stats.beta(2, 3, loc=0.1, scale=0.5),
    "many at once": stats.beta([1, 2], 3),
    "not frozen": stats.beta,
    "of several": stats.dirichlet([1, 2]),
    "of the new kind": stats.Uniform(a=0.1, b=0.4),
    "cut off": preliz("Truncated", lower=0.1, upper=0.9, params=(2.0, 3.0, 0.1, 0.9)),
    "without parameters": preliz("Beta", alpha=None, beta=None),
}


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED)
def test_anything_else_is_refused_with_what_can_be_stated(given: Any) -> None:
    """As a likelihood and as a ratio; the place is named."""
    with pytest.raises(CaseError, match="State a beta on") as caught:
        stated({"a": given, "b": 0.2})
    assert caught.value.problems[0].path == "evidence.e.likelihood.a"
    with pytest.raises(CaseError, match="is not a distribution that can be stated here"):
        stated(Ratios(reference="a", ratios={"b": given}))


def test_a_log_normal_with_a_shift_is_refused() -> None:
    """So is one that stands where a probability belongs."""
    with pytest.raises(CaseError, match="lognorm of SciPy"):
        stated(Ratios(reference="a", ratios={"b": stats.lognorm(1, loc=1)}))
    with pytest.raises(CaseError, match="stands where a number belongs"):
        stated({"a": stats.lognorm(1), "b": 0.2})


def stated(likelihood: Any) -> Case:
    item = Evidence(name="e", statement="e", likelihood=likelihood)
    return Case(question="?", hypotheses=HYPOTHESES, prior={"a": 0.5, "b": 0.5}, evidence=[item])


def test_frozen_scipy_distributions_are_read() -> None:
    """A SciPy Beta on 0..1 is a `Beta` and a SciPy uniform a `Uniform`, however their parameters were given."""
    assert frozen(stats.beta(2, 3)) == frozen(stats.beta(b=3, a=2)) == frozen(stats.beta(2, b=3, loc=0)) == Beta(2, 3)
    assert frozen(stats.uniform(0.2, 0.3)) == frozen(stats.uniform(scale=0.3, loc=0.2)) == Uniform(0.2, 0.5)
    assert frozen({"a": stats.beta(2, 3)}) == {"a": Beta(2, 3)}


@pytest.mark.parametrize("other", [stats.norm(0.5, 0.1), stats.beta(2, 3, loc=0.1), stats.beta(-1, 3)])
def test_other_scipy_distributions_are_not_probabilities(other: Any) -> None:
    """They stay what they are, which is refused."""
    assert frozen(other) is other
    problem = probability_problem(other)
    assert problem is not None
    assert problem.code == "E_TYPE"
    with pytest.raises(CaseError, match="E_INTERVAL upper"):
        frozen(stats.uniform(0.5, 0.7))
    nameless = SimpleNamespace(dist=None)
    assert frozen(nameless) is nameless
