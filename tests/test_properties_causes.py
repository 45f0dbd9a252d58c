"""What a common cause is: a hidden item with tables written by hand. P73 is the number by which reviews refer to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from attribution_bayes import (
    Case,
    Certain,
    CommonCause,
    ContradictionError,
    Evidence,
    Hypothesis,
    Impossible,
    Posterior,
    weigh,
)
from attribution_bayes.engine.evidence import observations
from attribution_bayes.engine.reference import credences
from attribution_bayes.testing import cases

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

T1 = 1e-12
"""Relative error allowed between two ways to calculate one number exactly."""

LAW = settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
CAUSED = cases(common_causes=True, max_hypotheses=4, max_items=6, max_worlds=64).filter(
    lambda case: bool(case.common_causes)
)
ALWAYS, NEVER = Certain("it must be"), Impossible("it cannot be")


def by_hand(case: Case) -> Case:
    """The same with every common cause as a hidden item on which the items that it names depend."""
    outcomes = {item.name: item.outcomes for item in case.evidence}
    hidden = [
        Evidence(
            name=f"{cause.name}_holds",
            statement=cause.statement,
            likelihood=cause.probability
            if isinstance(cause.probability, Mapping)
            else dict.fromkeys(case.names, cause.probability),
            observed=None,
        )
        for cause in case.common_causes
    ]

    def depending(item: Evidence) -> Evidence:
        cause = case.causes.get(item.name)
        if cause is None:
            return item
        rows = {
            name: {True: under_all(item, cause.likelihood[item.name][name]), False: item.likelihood[name]}
            for name in case.names
        }
        return item.model_copy(update={"given": (f"{cause.name}_holds", *item.given), "likelihood": rows})

    def under_all(item: Evidence, row: Any) -> Any:
        """One row whatever the outcomes of the parents."""
        return reduce(lambda row, parent: dict.fromkeys(outcomes[parent], row), reversed(item.given), row)

    return case.model_copy(update={"evidence": [*hidden, *map(depending, case.evidence)], "common_causes": ()})


def always(case: Case, probability: Certain | Impossible) -> Case:
    """The same with every cause certain to hold, or certain not to."""
    causes = [cause.model_copy(update={"probability": probability}) for cause in case.common_causes]
    return case.model_copy(update={"common_causes": causes})


def with_its_rows(case: Case) -> Case:
    """The same without causes, with the likelihoods that items have where their causes hold."""

    def changed(item: Evidence) -> Evidence:
        cause = case.causes.get(item.name)
        if cause is None:
            return item
        return item.model_copy(update={"given": (), "likelihood": cause.likelihood[item.name]})

    return case.model_copy(update={"evidence": [*map(changed, case.evidence)], "common_causes": ()})


def assert_same(one: Case, other: Case, tolerance: float = T1) -> None:
    """Both have one answer and one P(evidence), or every hypothesis contradicts the evidence in both."""
    first, second = answer(one), answer(other)
    assert (first is None) is (second is None)
    if first is not None and second is not None:
        assert first.credence.values == pytest.approx(second.credence.values, rel=tolerance, abs=1e-300)
        assert first.log_evidence == pytest.approx(second.log_evidence, rel=tolerance, abs=1e-11, nan_ok=True)


def answer(case: Case) -> Posterior | None:
    try:
        return weigh(case, method="exact")
    except ContradictionError:
        return None


@LAW
@given(CAUSED)
def test_p73_a_common_cause_is_a_hidden_item(case: Case) -> None:
    """With the tables written by hand the credences and the probability of the evidence are the same."""
    assert_same(case, by_hand(case))


@LAW
@given(CAUSED)
def test_p73_observations_are_taken_back_as_from_the_hidden_item(case: Case) -> None:
    """Whatever had been observed, or nothing at all: the same likelihoods as with the tables written by hand."""
    assume(answer(case) is not None)
    one, other = observations(case), observations(by_hand(case))
    added = len(other.observables) - len(one.observables)
    for taken_back in ([], [0], range(0, len(one.observables), 2), range(len(one.observables))):
        found, by_tables = one.observed[None], other.observed[None]
        found[0, list(taken_back)] = -1
        by_tables[0, [added + place for place in taken_back]] = -1
        expected = other.likelihoods(by_tables).log()
        assert one.likelihoods(found).log() == pytest.approx(expected, rel=T1, abs=1e-11)


@LAW
@given(CAUSED)
def test_p73_a_cause_that_cannot_hold_changes_nothing(case: Case) -> None:
    """With probability 0 the credences are those of the case without it."""
    assert_same(always(case, NEVER), case.model_copy(update={"common_causes": ()}))


@LAW
@given(CAUSED)
def test_p73_a_cause_that_must_hold_is_the_case_with_its_rows(case: Case) -> None:
    """With probability 1 the items have the likelihoods that it states, whatever came of their parents."""
    assert_same(always(case, ALWAYS), with_its_rows(case))


@LAW
@given(CAUSED, st.randoms(use_true_random=False))
def test_the_order_of_causes_and_of_what_they_name_makes_no_difference(case: Case, random: Any) -> None:
    """Causes listed otherwise, and the items of each: the same answer."""

    def shuffled(entries: Any) -> Any:
        listed = list(entries)
        random.shuffle(listed)
        return listed

    causes = [
        cause.model_copy(
            update={
                "likelihood": {
                    name: dict(shuffled(cause.likelihood[name].items())) for name in shuffled(cause.likelihood)
                }
            }
        )
        for cause in shuffled(case.common_causes)
    ]
    assert_same(case, case.model_copy(update={"common_causes": causes}))


@LAW
@given(CAUSED)
def test_the_definition_says_the_same(case: Case) -> None:
    """One world at a time, as the model is defined, gives the credences of the exact engine."""
    found = answer(case)
    if found is None:
        with pytest.raises(ZeroDivisionError):
            credences(case)
    else:
        assert found.credence.values.tolist() == pytest.approx([*credences(case).values()], rel=T1, abs=1e-300)


def test_a_cause_and_an_item_of_one_name_stay_apart() -> None:
    """By hand: P(e | a) = .9 .7 + .1 .2 = .65 and P(e | b) = .9 .1 + .1 .2 = .11."""
    case = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "ab"],
        prior={"a": 0.5, "b": 0.5},
        evidence=[Evidence(name="e", statement="seen", likelihood={"a": 0.7, "b": 0.1})],
        common_causes=[
            CommonCause(name="e", statement="planted", probability=0.1, likelihood={"e": {"a": 0.2, "b": 0.2}})
        ],
    )
    assert weigh(case).credence.values[0] == pytest.approx(0.65 / 0.76, rel=T1)
