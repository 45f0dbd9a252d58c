"""The case with every observation left open: as observed it is the case, and all that can be observed sums to one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Beta
from attribution_bayes.engine.evidence import NOT_OBSERVED, observations
from attribution_bayes.engine.exact import likelihoods
from attribution_bayes.engine.network import network
from attribution_bayes.errors import TooLargeError
from crafted import item
from drawn import cases
from repeatable import FILTERED

LAW = settings(FILTERED, max_examples=150)
EXACT = 1e-12


@LAW
@given(cases(max_items=8))
def test_the_findings_at_hand_have_the_likelihood_of_the_case(case: Case) -> None:
    """In any case, every hypothesis, to rounding error: the open network and the closed one are one model."""
    opened, net = observations(case), network(case)
    values = net.inputs.values[None]
    expected = likelihoods(net, values, np.zeros(values.shape[1], dtype=bool)).prod(axis=1).log()[0]
    found = opened.likelihoods(opened.observed[None]).log()[0]
    assert found == pytest.approx(expected, rel=EXACT, abs=EXACT)


@LAW
@given(cases(max_items=4, max_worlds=64, ratios=False))
def test_all_that_could_be_observed_sums_to_one(case: Case) -> None:
    """Over every outcome of every item and report, under each hypothesis."""
    opened = observations(case)
    sizes = [len(one.outcomes) for one in opened.observables]
    if math.prod(sizes) > 4000:
        return
    sets = np.stack(np.unravel_index(np.arange(math.prod(sizes)), sizes or (1,)), axis=1)[:, : len(sizes)]
    total = opened.likelihoods(sets).sum(axis=0)
    assert np.ldexp(total.mantissa, total.exponent) == pytest.approx(np.ones(len(case.names)), rel=EXACT)


@LAW
@given(cases(max_items=6, ratios=False), st.randoms(use_true_random=False))
def test_what_is_not_observed_is_summed_over(case: Case, rng: Any) -> None:
    """Any set of observed with one taken back has the likelihood of all that it might have been."""
    opened = observations(case)
    if not opened.observables:
        return
    place = rng.randrange(len(opened.observables))
    observed = np.array([rng.randrange(-1, len(one.outcomes)) for one in opened.observables])
    outcomes = np.repeat(observed[None], 1 + len(opened.observables[place].outcomes), axis=0)
    outcomes[:, place] = np.arange(NOT_OBSERVED, len(outcomes) - 1)
    joint, _ = opened.likelihoods(outcomes).aligned(0)
    assert joint[0] == pytest.approx(joint[1:].sum(axis=0), rel=1e-11)


def test_only_the_hypotheses_asked_for_are_returned() -> None:
    """In the order in which they are asked for."""
    case = two_reports(Beta(2, 2))
    opened = observations(case)
    every = opened.likelihoods(opened.observed[None]).log()
    assert opened.likelihoods(opened.observed[None], [1, 0]).log().tolist() == every[:, ::-1].tolist()


def test_many_rows_are_the_rows_one_by_one() -> None:
    """Rows that share observed of a component are solved together, and each gets its own."""
    opened = observations(two_reports(0.6))
    sets = np.stack(np.unravel_index(np.arange(2**4), (2,) * 4), axis=1) - 1
    together = opened.likelihoods(sets).log()
    assert together.tolist() == [opened.likelihoods(one[None]).log()[0].tolist() for one in sets]


def test_more_items_than_a_double_has_digits_do_not_underflow() -> None:
    """Of 1,500 items, likelihoods next to one half multiply to far less than the least double."""
    chance = np.random.default_rng(1).uniform(0.5, 0.6, (1_500, 2))
    case = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "ab"],
        prior={"a": 0.5, "b": 0.5},
        evidence=[
            Evidence(name=f"e{i}", statement="e", likelihood={"a": a, "b": b})
            for i, (a, b) in enumerate(chance.tolist())
        ],
    )
    opened = observations(case)
    found = opened.likelihoods(opened.observed[None]).log()[0]
    assert found == pytest.approx([math.fsum(map(math.log, column)) for column in chance.T], rel=1e-13)


def test_a_component_of_many_findings_has_the_same_rows() -> None:
    """A cause with 44 effects, more than one number can tell: each row of observed gets its own all the same."""
    table = {"a": {True: 0.6, False: 0.2}, "b": {True: 0.3, False: 0.5}}
    effects = [item(f"effect{n}", table, given="cause") for n in range(44)]
    case = stated(item("cause", {"a": 0.4, "b": 0.7}, observed=None), *effects)
    opened, rng = observations(case), np.random.default_rng(7)
    sets = np.concatenate([opened.observed[None], rng.integers(-1, 2, (5, 45)), opened.observed[None]])
    together = opened.likelihoods(sets).log()
    assert together.tolist() == [opened.likelihoods(one[None]).log()[0].tolist() for one in sets]
    all_true = [math.log(p * q**44 + (1 - p) * r**44) for p, q, r in ((0.4, 0.6, 0.2), (0.7, 0.3, 0.5))]
    assert together[0] == pytest.approx(all_true, rel=EXACT)


def two_reports(if_unreliable: Any) -> Case:
    items = [
        Evidence(
            name=name,
            statement=f"{name} holds",
            likelihood={"a": 0.7, "b": 0.2},
            reports=[Report(source="agency", says=says)],
        )
        for name, says in (("one", True), ("two", False))
    ]
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=f"it was {name}") for name in "ab"],
        prior={"a": 0.5, "b": 0.5},
        sources=[Source(name="agency", statement="A.", reliability=0.8, if_unreliable=if_unreliable)],
        evidence=items,
    )


def test_what_does_not_fit_is_refused() -> None:
    """Opening every observation may join more than the case does: that is refused before memory is taken."""
    causes = [item(f"cause{n}", dict.fromkeys("ab", 0.5)) for n in range(24)]
    pairs = [(i, j) for i in range(24) for j in range(i)]
    table = {True: {True: 0.6, False: 0.5}, False: {True: 0.4, False: 0.3}}
    effects = [item(f"effect{i}_{j}", dict.fromkeys("ab", table), given=(f"cause{i}", f"cause{j}")) for i, j in pairs]
    case = stated(*causes, *effects)
    network(case)
    with pytest.raises(TooLargeError, match="cause0"):
        observations(case)


def stated(*evidence: Evidence) -> Case:
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}") for name in "ab"]
    return Case(question="Which?", hypotheses=hypotheses, prior={"a": 0.5, "b": 0.5}, evidence=evidence)
