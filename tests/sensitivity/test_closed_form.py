"""The closed form of every assumption: what a page computes is what supposing and weighing give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.arrays import Floats
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.engine.network import network
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.errors import CaseError, ContradictionError
from attribution_bayes.odds import never_zero
from attribution_bayes.sensitivity import closed_form
from attribution_bayes.sensitivity.closed_form import log_coefficients
from attribution_bayes.sensitivity.functions import Response, responses
from drawn import cases
from repeatable import FILTERED

PAGE = 1e-9
"""What a page may differ from `what_if` by."""

EXTREMES = (5e-324, 1e-300, 1e-12, 0.5, 1 - 1e-12, float(np.nextafter(1, 0)))
EXTREME_RATIOS = (1e-6, 1.0, 1e6)
ANY = st.randoms(use_true_random=False)


def moved(case: Case) -> dict[str, Response]:
    """The response to each assumption, by its address; none if every hypothesis is excluded."""
    net = network(case)
    try:
        return {address: responses(net)[slot] for slot, address in enumerate(net.inputs.addresses)}
    except ContradictionError:
        return {}


def log_odds(value: float, *, is_ratio: bool) -> float:
    """Natural logarithm of the odds of a probability, or of a ratio itself."""
    with np.errstate(divide="ignore"):
        return float(np.log(value) if is_ratio else np.log(value) - np.log1p(-value))


def credences_at(logs: Floats, log_odds: float) -> Floats:
    """Credences where the input has these log odds, shape (hypothesis,): the formula that the page computes."""
    terms = logs + np.arange(logs.shape[1]) * log_odds
    joint = np.exp(terms - terms.max()).sum(axis=1)
    return never_zero(joint / joint.sum(), ~np.isneginf(terms).all(axis=1))


def check(case: Case, rng: Any) -> None:
    found = moved(case)
    several = [address for address, one in found.items() if one.several is not None]
    for address in {*rng.sample(sorted(found), k=min(2, len(found))), *several}:
        logs = log_coefficients(found[address])
        assert logs is not None
        assert logs.max() == 0
        values = (*EXTREME_RATIOS, rng.uniform(0.1, 20)) if found[address].is_ratio else (*EXTREMES, rng.random())
        for value in values:
            try:
                expected = what_if(case, {address: value}).values[0]
            except (CaseError, ContradictionError):
                continue
            curve = credences_at(logs, log_odds(value, is_ratio=found[address].is_ratio))
            assert curve == pytest.approx(expected, abs=PAGE), (address, value)


@settings(FILTERED, max_examples=40)
@given(cases(max_items=7), ANY)
def test_the_closed_form_is_what_if_anywhere(case: Case, rng: Any) -> None:
    """At any value of any assumption, next to 0 and next to 1 too, used once or several times."""
    check(case, rng)


@pytest.mark.slow
@settings(FILTERED, max_examples=1500)
@given(cases(), ANY)
def test_the_closed_form_is_what_if_in_many_cases(case: Case, rng: Any) -> None:
    """The same for 1500 random cases of full size."""
    check(case, rng)


def told_often(reports: int) -> Case:
    """A source that says contradictory things of many items, one of them seen by nobody else."""
    likely = [{"a": 0.9 - 0.1 * n, "b": 0.2 + 0.1 * n} for n in range(reports)]
    says = [Report(source="s", says=n % 2 == 0) for n in range(reports)]
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)],
        prior={"a": 0.5, "b": 0.5},
        sources=[Source(name="s", statement="s", reliability=0.3, if_unreliable=0.4)],
        evidence=[
            Evidence(name=f"e{n}", statement="e", likelihood=likely[n], reports=[says[n]]) for n in range(reports)
        ],
    )


def test_an_input_of_many_reports_has_a_coefficient_more_than_reports() -> None:
    """Four reports by one source give polynomials of degree four, none of whose coefficients is negative or lost."""
    logs = log_coefficients(moved(told_often(4))["source.s.if_unreliable"])
    assert logs is not None
    assert logs.shape == (2, 5)
    assert not np.isnan(logs).any()


def test_an_input_of_a_large_component_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where polynomials would not fit there is no closed form; an input that is used once has one all the same."""
    found = moved(told_often(4))
    monkeypatch.setattr(closed_form, "MAX_CELLS", 10)
    assert log_coefficients(found["source.s.if_unreliable"]) is None
    assert log_coefficients(found["source.s.reliability"]) is not None
