"""Curves and surfaces: against supposing the numbers and weighing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit

from attribution_bayes.declare.assumptions import assumptions, suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis
from attribution_bayes.declare.ways import Ratios, Uniform, Words
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.errors import CaseError
from attribution_bayes.sensitivity.curves import Scale, response_curve, spread_values, two_way
from crafted import item
from drawn import cases
from repeatable import REPEATABLE

CASE = Case(
    question="Which?",
    hypotheses=[Hypothesis(name=name, statement=f"it was {name}") for name in "ab"],
    prior={"a": 0.5, "b": 0.5},
    evidence=[
        item("flat", {"a": Uniform(0.2, 0.9), "b": 0.5}),
        item("ratio", Ratios(reference="b", ratios={"a": 3.0})),
    ],
)


@settings(REPEATABLE, max_examples=40)
@given(cases(max_items=5, exclusions=False).filter(lambda case: len(case.evidence)), st.randoms(use_true_random=False))
def test_two_way_is_supposing_both(case: Case, rng: Any) -> None:
    """Two assumptions of any kind, at every pair of values."""
    one, other = rng.sample([a for a in assumptions(case) if not a.address.startswith("prior")] * 2, k=2)
    if one.address.rpartition(".")[0] == other.address.rpartition(".")[0]:
        return
    values = np.array([0.3, 0.6])
    surface = two_way(case, one.address, other.address, a_values=values, b_values=values)
    assert surface.dims == (one.address, other.address, "hypothesis")
    for x in values:
        for y in values:
            expected = as_stated(network(suppose(case, {one.address: x, other.address: y})))
            assert surface.sel({one.address: x, other.address: y}).values == pytest.approx(expected, rel=1e-9)


def test_two_way_spans_the_plausible_ranges() -> None:
    """Unless told otherwise, 41 values of each, from one end to the other, evenly spread in odds or ratio."""
    surface = two_way(CASE, "prior.a", "evidence.ratio.likelihood.a")
    assert surface.shape == (41, 41, 2)
    assert surface["prior.a"].values[[0, 20, -1]] == pytest.approx([1 / 3, 0.5, 2 / 3])
    assert surface["evidence.ratio.likelihood.a"].values[[0, 20, -1]] == pytest.approx([1.5, 3, 6])


def test_two_way_stays_inside_a_range_that_ends_at_0_or_1() -> None:
    """Values are the middles of 41 equal parts: none of them is moved from the end of the range in silence."""
    address = "evidence.flat.likelihood.a"
    surface = two_way(suppose(CASE, {address: Uniform(0.2, 1)}), address, "prior.a")
    assert surface[address].values == pytest.approx(0.2 + 0.8 * (np.arange(41) + 0.5) / 41)


def test_two_way_spans_a_ratio_in_words() -> None:
    """A ratio that is stated in words is a ratio: values lie in its range above one, evenly in their logarithm."""
    case = Case(
        question="Which?",
        hypotheses=[Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)],
        prior={"a": 0.5, "b": 0.5},
        evidence=[
            Evidence(
                name="e",
                statement="e",
                likelihood=Ratios(reference="b", ratios={"a": Words("moderate support", "enfsi-2015")}),
            )
        ],
    )
    surface = two_way(case, "evidence.e.likelihood.a", "prior.a")
    values = surface["evidence.e.likelihood.a"].values
    ranges = {one.address: (one.lower, one.upper) for one in assumptions(case)}
    assert (values[0], values[-1]) == pytest.approx(ranges["evidence.e.likelihood.a"])
    assert values[-1] > 1
    assert np.diff(np.log(values)) == pytest.approx(np.log(values[1] / values[0]))


@pytest.mark.parametrize(("scale", "of"), [("linear", lambda x: x), ("log", np.log), ("log odds", logit)])
def test_values_are_evenly_spread_on_their_scale(scale: Scale, of: object) -> None:
    """The values of a curve are equally far apart on its scale."""
    values = spread_values(0.01, 0.9, 11, scale)
    assert values[[0, -1]] == pytest.approx([0.01, 0.9])
    assert np.diff(of(values)) == pytest.approx(np.diff(of(values)).mean())


@pytest.mark.parametrize(
    ("ask", "code", "path"),
    [
        (lambda: response_curve(CASE, "prior.zz", [0.1]), "E_UNKNOWN_NAME", "prior.zz"),
        (lambda: response_curve(CASE, "prior.a", [1.5]), "E_RANGE", "prior.a"),
        (lambda: response_curve(CASE, "prior.a", [[0.5]]), "E_SHAPE", "prior.a"),
        (lambda: two_way(CASE, "prior.a", "prior.a"), "E_SAME", "b"),
        (lambda: two_way(CASE, "prior.a", "prior.zz"), "E_UNKNOWN_NAME", "prior.zz"),
    ],
)
def test_bad_questions_are_refused(ask: Any, code: str, path: str) -> None:
    """With the name of what is wrong."""
    with pytest.raises(CaseError) as caught:
        ask()
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [(code, path)]
