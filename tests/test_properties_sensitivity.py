"""Laws of sensitivity, each the sentence that is true: what one assumption, or one item, can do to the answer."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.assumptions import Assumption, assumptions, suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis
from attribution_bayes.engine.exact import as_stated, likelihoods
from attribution_bayes.engine.network import network
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.sensitivity.curves import response_curve
from attribution_bayes.sensitivity.functions import responses
from attribution_bayes.sensitivity.influence import leave_one_out, shapley, weight_of_evidence
from attribution_bayes.sensitivity.one_way import flip_points, one_way
from attribution_bayes.testing import cases
from repeatable import FILTERED
from test_properties_coherence import said
from test_properties_structure import independent

EVERY = settings(FILTERED, max_examples=200)
ANY = st.randoms(use_true_random=False)
DECIBANS = 10 / math.log(10)
TEXT = {"a": "it was a", "b": "it was b", "c": "it was c"}


def credences(case: Case) -> np.ndarray:
    return as_stated(network(case))


def logit(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.log(x) - np.log1p(-x))


def stated(prior: dict[str, float], *evidence: Evidence) -> Case:
    hypotheses = [Hypothesis(name=name, statement=TEXT[name]) for name in prior]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, evidence=evidence)


@EVERY
@given(cases(max_items=6, exclusions=False, uncertain=False), ANY)
def test_p46_a_sweep_at_the_stated_value_is_the_answer(case: Case, rng: Any) -> None:
    """To the last bit, for a plain number."""
    one = rng.choice(assumptions(case))
    curve = response_curve(case, one.address, [one.stated])
    assert curve.values[0].tolist() == credences(case).tolist()


@EVERY
@given(cases(max_items=6, exclusions=False), ANY)
def test_p45_three_points_predict_all_others(case: Case, rng: Any) -> None:
    """An input used once gives a ratio of linear functions: equal cross-ratios of values and credences."""
    net = network(case)
    moved = responses(net)
    places = [slot for slot in np.flatnonzero(~moved.is_ratio).tolist() if slot not in moved.several]
    address = net.inputs.addresses[rng.choice(places)]
    x = np.array([0.1, 0.2, 0.4, 0.7])
    for y in response_curve(case, address, x).values.T:
        differences = [y[2] - y[0], y[3] - y[1], y[2] - y[1], y[3] - y[0]]
        if min(map(abs, differences)) > 1e-4:
            assert cross_ratio(y) == pytest.approx(cross_ratio(x), rel=1e-9)


def cross_ratio(x: np.ndarray) -> float:
    return float((x[2] - x[0]) * (x[3] - x[1]) / ((x[2] - x[1]) * (x[3] - x[0])))


@EVERY
@given(independent(exclusions=False))
def test_p47_leaving_an_independent_item_out_is_dividing_its_likelihood_out(case: Case) -> None:
    """Where items are independent given the hypothesis, and only there, both ways give the same."""
    now, table = credences(case), leave_one_out(case)
    means = {one.address: one.stated for one in assumptions(case)}
    for item in case.evidence:
        divided = now / np.array([said(item, name, means) for name in case.names])
        left = table.loc[f"evidence.{item.name}", [f"credence_{name}" for name in case.names]].to_numpy(dtype=float)
        assert left == pytest.approx(divided / divided.sum(), rel=1e-9, abs=1e-12)


@EVERY
@given(cases(max_items=6, exclusions=False, parents=False), ANY)
def test_p48_the_weight_of_a_component_is_the_slope_of_the_log_odds_in_its_power(case: Case, rng: Any) -> None:
    """Raised to 1 the component gives the answer, to 0 the answer without it; between, its weight is the slope."""
    net = network(case)
    values = net.inputs.values[None]
    log = likelihoods(net, values, np.zeros(values.shape[1], dtype=bool)).log()[0]
    one, other = rng.sample(range(len(case.names)), k=2)
    weights = weight_of_evidence(case, case.names[one], case.names[other])["weight"]
    without, prior = leave_one_out(case), net.inputs.values[net.prior]
    for place, items in enumerate(net.component_items):
        heard = [name for name in items if name in weights.index]
        at = {
            p: pair_odds(prior, np.delete(log, place, 0).sum(0) + p * log[place], one, other) for p in (0.0, 0.5, 1.0)
        }
        assert at[1.0] == pytest.approx(pair_odds(credences(case), np.zeros(len(prior)), one, other), abs=1e-8)
        assert at[1.0] - at[0.0] == pytest.approx(weights[heard].sum(), abs=1e-8)
        assert at[0.5] == pytest.approx((at[0.0] + at[1.0]) / 2, abs=1e-8)
        if len(heard) == len(items) == 1:
            left = without.loc[f"evidence.{items[0]}"]
            left = left[[f"credence_{name}" for name in case.names]].to_numpy(dtype=float)
            assert at[0.0] == pytest.approx(pair_odds(left, np.zeros(len(prior)), one, other), abs=1e-8)


def pair_odds(prior: np.ndarray, log: np.ndarray, one: int, other: int) -> float:
    """Log odds of one hypothesis against another, in decibans."""
    joint = np.log(prior) + log
    return float((joint[one] - joint[other]) * DECIBANS)


@EVERY
@given(cases(max_items=6, exclusions=False), ANY)
def test_p49_shapley_contributions_add_up_to_what_the_evidence_did(case: Case, rng: Any) -> None:
    """The log odds after all items, less those before any."""
    target = rng.choice(case.names)
    place, prior = case.names.index(target), network(case).inputs.values[network(case).prior]
    after, before = (math.log(p[place]) - math.log(np.delete(p, place).sum()) for p in (credences(case), prior))
    table = shapley(case, target)
    assert table["contribution"].sum() == pytest.approx((after - before) * DECIBANS, abs=1e-8)
    assert (table["error"] == 0).all()


@EVERY
@given(cases(max_items=6, exclusions=False), ANY, st.floats(0.02, 0.98))
def test_p50_a_tipping_point_hits_its_target_or_the_range_misses_it(case: Case, rng: Any, threshold: float) -> None:
    """The credence there is the target to 1e-10 (and what a number close to 1 can say), or no value attains it."""
    target = rng.choice(case.names)
    table, found = flip_points(case, target, threshold), responses(network(case))
    place = case.names.index(target)
    for slot, one in enumerate(assumptions(case)):
        row, response = table.loc[one.address], found[slot]
        if row["reachable"]:
            at = response.odds(np.array([row["flip_at"]]))
            coarse = 0 if response.is_ratio else 4 * math.ulp(1) / (1 - row["flip_at"])
            assert response.credences(at)[0, place] == pytest.approx(threshold, abs=1e-10 + coarse)
        else:
            assert not row["attained_low"] < threshold * (1 - 1e-9) < threshold * (1 + 1e-9) < row["attained_high"]


@EVERY
@given(cases(max_items=6, exclusions=False), ANY, st.floats(0.01, 0.99))
def test_p51_log_odds_move_no_further_than_those_of_the_assumption(case: Case, rng: Any, value: float) -> None:
    """The bound of Chan and Darwiche: at most the change of the assumption's own log odds, once for each use of it."""
    one: Assumption = rng.choice(assumptions(case))
    net = network(case)
    slot = net.inputs.addresses.index(one.address)
    moved = value * 10 if net.inputs.is_ratio[slot] else value
    before, after = what_if(case, {one.address: [one.stated, moved]}).values
    step = np.log(moved / one.stated) if net.inputs.is_ratio[slot] else logit(moved) - logit(one.stated)
    for p, q in zip(before, after, strict=True):
        if min(p, q) > 1e-12 and max(p, q) < 1 - 1e-6:  # nearer to 1 the difference from it has too few digits
            assert abs(logit(q) - logit(p)) <= net.repeated.get(slot, 1) * abs(step) + 1e-9


def test_p52_the_covariation_scheme_is_stated_and_matters() -> None:
    """Scaling the other priors in proportion gives another curve than taking from them evenly; the tables name it."""
    case = stated(
        {"a": 0.6, "b": 0.3, "c": 0.1},
        Evidence(name="seen", statement="seen", likelihood={"a": 0.5, "b": 0.2, "c": 0.9}),
    )
    for table in (one_way(case), flip_points(case)):
        assert "scales the other members in proportion" in table.attrs["method"]
    in_proportion = response_curve(case, "prior.a", [0.7]).values[0]
    evenly = credences(suppose(case, {"prior.a": 0.7, "prior.b": 0.25, "prior.c": 0.05}))
    assert in_proportion[0] != pytest.approx(evenly[0], rel=1e-3)
