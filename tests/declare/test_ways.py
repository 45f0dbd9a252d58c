"""Every way to state a number: what all of them have in common, what may stand where, and what they mean."""

from __future__ import annotations

import copy
import dataclasses
import math
import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.distributions import Point
from attribution_bayes.declare.ratios import MAX_RATIO, MIN_RATIO
from attribution_bayes.declare.table import Table
from attribution_bayes.declare.ways import (
    MAX_DEPTH,
    BaseRates,
    Beta,
    Between,
    Certain,
    Counts,
    Decibans,
    Dirichlet,
    Impossible,
    Nats,
    Odds,
    RatioBetween,
    Ratios,
    Uniform,
    Words,
    distribution,
    frozen,
    probability_problem,
    ratio_problem,
)
from attribution_bayes.errors import CaseError
from attribution_bayes.testing import probabilities

WAYS = [
    Beta(2, 3),
    Between(0.6, 0.9),
    Between(0.6, 0.9, mass=0.5),
    Uniform(0.2, 0.5),
    Counts(3, 10),
    Words("likely", "icd203-2015"),
    Impossible("it was closed"),
    Certain("it is on film"),
    Dirichlet({"a": 1, "b": 2}),
    Odds({"a": 1, "b": 2}),
    BaseRates({"a": 1, "b": 2}),
    RatioBetween(2, 10),
    Decibans(-7.5),
    Nats(2, reason="the coefficient of a logistic regression"),
    Ratios(reference="a", ratios={"b": 3, "c": RatioBetween(1, 2)}),
]

MASSES = (0.01, 0.5, 0.8, 0.9, 0.95, 0.999)
every_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{type(way).__name__}")


def refused(make: Callable[[], object]) -> list[tuple[str, str]]:
    """Codes and parameter names of everything that was found wrong."""
    with pytest.raises(CaseError) as caught:
        make()
    return [(problem.code, problem.path) for problem in caught.value.problems]


@every_way
def test_a_way_is_frozen(way: Any) -> None:
    """No parameter can be changed after it has been checked."""
    for parameter in dataclasses.fields(way):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(way, parameter.name, 0.5)


@every_way
def test_a_way_is_hashable_and_survives_pickling_and_copying(way: Any) -> None:
    """Copies are equal and have the same hash."""
    for same in (pickle.loads(pickle.dumps(way)), copy.copy(way), copy.deepcopy(way), dataclasses.replace(way)):
        assert same == way
        assert hash(same) == hash(way)
    assert len({*WAYS, *WAYS}) == len(WAYS)


@every_way
def test_a_way_can_be_read_back_from_what_it_prints(way: Any) -> None:
    """The printed form is the Python that makes it."""
    assert eval(repr(way)) == way


@every_way
def test_slots_hold_what_was_declared(way: Any) -> None:
    """A misspelt attribute is not taken in silence."""
    with pytest.raises((AttributeError, TypeError)):
        way.alhpa = 1


@pytest.mark.parametrize("one", [1, 1.0, np.int64(1), np.float32(1), np.float64(1), Fraction(1)])
def test_numbers_of_every_kind_are_the_same_number(one: Any) -> None:
    """Python's, NumPy's and exact numbers state the same, and are held as Python's."""
    assert Beta(one, 2) == Beta(1, 2)
    assert type(Beta(one, 2).alpha) is float
    assert type(Uniform(0, one).upper) is float
    assert type(Between(one / 4, 0.5).lower) is float
    assert type(Counts(one, 2).successes) is int
    assert type(RatioBetween(one, 2).lower) is float
    assert type(Decibans(one).number) is type(Nats(one).number) is float
    assert type(Dirichlet({"a": one, "b": 2}).alpha["a"]) is float
    assert type(Ratios(reference="a", ratios={"b": one}).ratios["b"]) is float
    assert type(BaseRates({"a": 1, "b": 2}, one).pseudocount) is float
    assert type(frozen(one)) is float
    assert distribution(frozen(one / 2)) == Point(0.5)
    assert ratio_problem(one) is None


@given(st.floats(0, 1, exclude_min=True, exclude_max=True), st.sampled_from(MASSES))
def test_a_number_is_that_number(number: float, mass: float) -> None:
    """It has no spread."""
    meaning = distribution(number)
    assert (meaning.mean, *meaning.interval(mass)) == (number, number, number)


@given(probabilities(exclusions=False), st.sampled_from(MASSES))
@settings(deadline=None)
def test_every_way_means_a_probability(way: Any, mass: float) -> None:
    """Means and interval ends lie in 0..1, in order, and wider masses have wider intervals."""
    meaning = distribution(way)
    lower, upper = meaning.interval(mass)
    wider_lower, wider_upper = meaning.interval((1 + mass) / 2)
    assert 0 < meaning.mean < 1
    assert 0 <= wider_lower <= lower <= upper <= wider_upper <= 1


def test_ratios_are_named() -> None:
    """Which number is the reference is never left to their order."""
    with pytest.raises(TypeError, match="positional"):
        Ratios("a", {"b": 2})  # type: ignore[misc]


@pytest.mark.parametrize(
    "kind", [Dirichlet, Odds, BaseRates, lambda entries: Ratios(reference="c", ratios=entries), Table]
)
def test_the_order_in_which_a_mapping_is_written_does_not_matter(kind: Callable[[Any], Any]) -> None:
    """Two orders are equal, have one hash and print alike."""
    one, other = kind({"a": 1.0, "b": 2.0}), kind({"b": 2.0, "a": 1.0})
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)


def test_what_is_held_is_no_longer_what_was_given() -> None:
    """Changing the dictionary afterwards changes nothing."""
    given = {"a": 1.0, "b": 2.0}
    held = [Dirichlet(given), Odds(given), BaseRates(given), Ratios(reference="c", ratios=given)]
    given["a"] = 5.0
    assert held[:3] == [Dirichlet({"a": 1, "b": 2}), Odds({"a": 1, "b": 2}), BaseRates({"a": 1, "b": 2})]
    assert held[3].ratios == {"a": 1.0, "b": 2.0}


def test_freezing_goes_all_the_way_down() -> None:
    """Mappings become tables and numbers floats, at every depth; the rest stays as it is."""
    kept = object()
    deep = frozen({"a": {True: np.float32(0.5), False: {"c": np.int64(2), "d": kept}}, "e": np.True_})
    assert hash(deep["a"][True]) == hash(0.5)
    assert [type(deep["a"]), type(deep["a"][False]), type(deep["a"][True])] == [Table, Table, float]
    assert type(deep["a"][False]["c"]) is float
    assert deep["a"][False]["d"] is kept
    assert deep["e"] is True


def test_freezing_has_a_depth() -> None:
    """As many mappings inside one another as a row may have; one more is refused."""
    rows: Any = 0.5
    for _ in range(MAX_DEPTH):
        rows = {"x": rows, "y": "z"}
    assert frozen(rows) == rows
    assert refused(lambda: frozen({"x": rows})) == [("E_DEPTH", "")]


def code(problem: Any) -> str | None:
    return None if problem is None else problem.code


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, None),
        (5e-324, None),
        (math.nextafter(1, 0), None),
        (np.float32(0.5), None),
        (Fraction(1, 3), None),
        (Beta(1, 2), None),
        (Impossible("so"), None),
        (Words("likely", "icd203-2015"), None),
        (Words("strong support", "enfsi-2015"), "E_VERBAL_KIND"),
        (0, "E_ZERO_LIKELIHOOD"),
        (-0.0, "E_ZERO_LIKELIHOOD"),
        (1, "E_ONE_LIKELIHOOD"),
        (1.5, "E_RANGE"),
        (-0.5, "E_RANGE"),
        (math.inf, "E_NOT_FINITE"),
        ("0.5", "E_NUMBER"),
        ("yes", "E_TYPE"),
        (True, "E_TYPE"),
        (None, "E_TYPE"),
        (0.5j, "E_TYPE"),
        (RatioBetween(1, 2), "E_TYPE"),
        (Decibans(-3), "E_TYPE"),
        (Nats(-1), "E_TYPE"),
        (Dirichlet({"a": 1, "b": 2}), "E_TYPE"),
        (Odds({"a": 1, "b": 2}), "E_TYPE"),
    ],
)
def test_what_states_a_probability(value: Any, expected: str | None) -> None:
    """A number strictly inside 0..1, or one of the ways."""
    assert code(probability_problem(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, None),
        (MIN_RATIO, None),
        (MAX_RATIO, None),
        (RatioBetween(1, 2), None),
        (Decibans(-3), None),
        (Nats(-1), None),
        (Words("strong support", "enfsi-2015"), None),
        (Words("extremely strong support", "enfsi-2015"), "E_VERBAL"),
        (Words("likely", "icd203-2015"), "E_VERBAL_KIND"),
        (0, "E_RANGE"),
        (-1, "E_RANGE"),
        (MIN_RATIO / 2, "E_RANGE"),
        (1e301, "E_RANGE"),
        (math.inf, "E_RANGE"),
        (-math.inf, "E_RANGE"),
        (math.nan, "E_NOT_FINITE"),
        ("3", "E_NUMBER"),
        (True, "E_TYPE"),
        (Beta(1, 2), "E_TYPE"),
        (Impossible("so"), "E_TYPE"),
    ],
)
def test_what_states_a_ratio(value: Any, expected: str | None) -> None:
    """A positive number, its logarithm in a named unit, a range, or a term of a ratio scale that has two ends."""
    assert code(ratio_problem(value)) == expected
