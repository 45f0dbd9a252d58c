"""Ways to state several numbers that sum to one: what they weigh, say and refuse, and how they stand in files."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from attribution_bayes.declare.shares import DEFAULT_PSEUDOCOUNT
from attribution_bayes.declare.ways import (
    BaseRates,
    Dirichlet,
    Odds,
)
from attribution_bayes.errors import CaseError


def refused(make: Callable[[], object]) -> list[tuple[str, str]]:
    """Codes and parameter names of everything that was found wrong."""
    with pytest.raises(CaseError) as caught:
        make()
    return [(problem.code, problem.path) for problem in caught.value.problems]


def test_base_rates_add_half_a_case() -> None:
    """A hypothesis that was never true before is not impossible."""
    assert BaseRates({"a": 0, "b": 7}).pseudocount == DEFAULT_PSEUDOCOUNT == 0.5


@pytest.mark.parametrize(
    ("way", "weights", "words"),
    [
        (Dirichlet({"a": 1, "b": 2.5}), (1, 2.5), "Dirichlet weights b 2.5, a 1"),
        (Odds({"a": 1, "b": 2}), (1, 2), "odds b 2, a 1"),
        (BaseRates({"a": 0, "b": 7}), (0.5, 7.5), "counts b 7, a 0, each plus 0.5"),
        (BaseRates({"a": 0, "b": 7}, 1), (1, 8), "counts b 7, a 0, each plus 1.0"),
    ],
)
def test_weights_are_said_in_the_order_that_is_asked_for(way: Any, weights: tuple[float, float], words: str) -> None:
    """The pseudocount is in the weights, and said beside the counts."""
    assert (way.weight("a"), way.weight("b")) == weights
    assert way.words(["b", "a"]) == words


def test_only_the_usual_pseudocount_was_taken_without_being_said() -> None:
    """Another one was stated, and the other ways take nothing; a file says it always."""
    assert [*BaseRates({"a": 1, "b": 2}).defaults()] == [("pseudocount=0.5", "added to every count (Jeffreys)")]
    for way in (BaseRates({"a": 1, "b": 2}, 1), Odds({"a": 1, "b": 2}), Dirichlet({"a": 1, "b": 2})):
        assert [*way.defaults()] == []
    assert BaseRates({"a": 1, "b": 2}).to_file("ba") == {"base_rates": {"b": 2, "a": 1}, "pseudocount": 0.5}


@pytest.mark.parametrize("kind", [Dirichlet, Odds, BaseRates])
def test_what_a_file_states_comes_back(kind: Any) -> None:
    """With its reason, and keys that say true or false as True and False."""
    way = kind({True: 3, False: 1}, reason="so")
    (form, stated), *beside = way.to_file((True, False)).items()
    assert kind.from_file({str(name).lower(): number for name, number in stated.items()}, dict(beside)) == way
    assert form == kind.form


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([1, 2], r"E_TYPE \[1, 2\] is not a mapping\. Write {odds: {a: 1, b: 2}}"),
        ({"true": 1, "True": 2}, "E_DUPKEY .* names an outcome twice"),
    ],
)
def test_what_a_file_cannot_state(given: Any, message: str) -> None:
    """Weights stand by name, each name once."""
    with pytest.raises(CaseError, match=message):
        Odds.from_file(given, {})


REFUSED = [
    (lambda: Dirichlet({"a": 0, "b": -1, "c": 1}), [("E_PARAM", "a"), ("E_PARAM", "b")]),
    (lambda: Dirichlet({"a": 1}), [("E_PARAM", "alpha")]),
    (lambda: Dirichlet([1, 2]), [("E_PARAM", "alpha")]),  # type: ignore[arg-type]
    (lambda: Dirichlet({1: "x", None: 0}), [("E_NUMBER", "1"), ("E_PARAM", "None")]),
    (lambda: Odds({}), [("E_PARAM", "weights")]),
    (lambda: Odds({"a": 0, "b": math.inf}), [("E_PARAM", "a"), ("E_NOT_FINITE", "b")]),
    (lambda: BaseRates({"a": -1, "b": "2"}, -1), [("E_PARAM", "a"), ("E_NUMBER", "b"), ("E_PARAM", "pseudocount")]),
    (lambda: BaseRates({"a": 0, "b": 2}, 0), [("E_PARAM", "pseudocount")]),
    (lambda: BaseRates(3), [("E_PARAM", "counts")]),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("make", "expected"), REFUSED, ids=range(len(REFUSED)))
def test_what_makes_no_sense_is_refused(make: Callable[[], object], expected: list[tuple[str, str]]) -> None:
    """Every parameter that is wrong is named, all at once."""
    assert refused(make) == expected


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: BaseRates({"a": 1, "b": math.nan}), r"b: nan is not a .*\. Give how many cases there were, 0 or more"),
        (lambda: BaseRates({"a": -1, "b": 1}), r"a: -1 is not a count\. Give how many cases there were, 0 or more\."),
        (lambda: Dirichlet(5), r"alpha: 5 does not name two or more with a number each\."),  # type: ignore[arg-type]
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(make: Callable[[], object], message: str) -> None:
    """The message names the parameter, what was given and what is allowed."""
    with pytest.raises(CaseError, match=message):
        make()
