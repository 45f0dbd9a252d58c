"""Cautions of a supposed case, of which only what changed is looked at again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from attribution_bayes.assumption import assumptions, suppose
from attribution_bayes.case import Case
from attribution_bayes.cautions import cautions
from attribution_bayes.elicit import Impossible, Ratios
from attribution_bayes.errors import CaseError, Problem
from attribution_bayes.parts import Evidence, Hypothesis
from attribution_bayes.testing import cases
from test_weigh import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

FLED, LEVEL, RATIO = (
    f"evidence.{where}" for where in ("fled.likelihood.a", "level.likelihood.a", "ratio.likelihood.b")
)


def case() -> Case:
    """One item of each kind that draws a caution, and a citation that counts twice."""
    likelihoods = {
        "plain": {"a": 0.2, "b": 0.6},
        "fled": {"a": Impossible("she was seen elsewhere"), "b": 0.5},
        "level": {"a": 0.5, "b": 0.5},
        "ratio": Ratios(reference="a", ratios={"b": 1e7}),
    }
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "ab"],
        prior={"a": 0.5, "b": 0.5},
        evidence=[
            Evidence(name=name, statement=name, likelihood=likelihood, citation="p. 1" if name != "ratio" else None)
            for name, likelihood in likelihoods.items()
        ],
    )


def codes(found: tuple[Problem, ...]) -> list[str]:
    return [problem.code for problem in found]


ALL = ["W_NO_CATCH_ALL", "W_CROMWELL", "W_VACUOUS_ITEM", "W_EXTREME_RATIO", *["W_DOUBLE_COUNT"] * 2]


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"evidence.plain.likelihood.a": 0.3}, None),
        ({FLED: 0.01}, "W_CROMWELL"),
        ({LEVEL: 0.4}, "W_VACUOUS_ITEM"),
        ({RATIO: 10.0}, "W_EXTREME_RATIO"),
    ],
)
def test_supposing_takes_back_what_no_longer_holds(changes: dict[str, float], gone: str | None) -> None:
    """A caution goes with the number that drew it, and the others stay, in their order."""
    assert codes(cautions(case())) == ALL
    assert codes(cautions(suppose(case(), changes))) == [code for code in ALL if code != gone]


def test_supposing_draws_new_cautions() -> None:
    """A number that makes an item say nothing is told of, where it stands, also after another supposition."""
    twice = suppose(suppose(case(), {LEVEL: 0.4}), {"evidence.plain.likelihood.a": 0.6})
    assert [p.path for p in cautions(twice) if p.code == "W_VACUOUS_ITEM"] == ["evidence.plain"]
    back = suppose(twice, {LEVEL: 0.5})
    assert [p.path for p in cautions(back) if p.code == "W_VACUOUS_ITEM"] == ["evidence.plain", "evidence.level"]


@settings(REPEATABLE, max_examples=60)
@given(cases(max_hypotheses=3, max_items=5))
def test_a_supposed_case_has_the_cautions_of_its_like(stated: Case) -> None:
    """Whatever is supposed, and again after that: the cautions are those of the same case declared anew."""
    supposed = stated
    for one in assumptions(stated)[::3]:
        try:
            supposed = suppose(supposed, {one.address: 0.5})
        except CaseError:
            continue
        anew = Case(**{name: getattr(supposed, name) for name in type(supposed).model_fields})
        assert cautions(supposed) == cautions(anew)
