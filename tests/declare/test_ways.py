"""Every way to state a probability, a ratio, a row or a prior: what it means and what it refuses."""

from __future__ import annotations

import copy
import dataclasses
import math
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from attribution_bayes.declare import distributions as family
from attribution_bayes.declare.distributions import MAX_SHAPE, MIN_SHAPE, LogNormal, Point
from attribution_bayes.declare.numbers import is_number, number_problem
from attribution_bayes.declare.ratios import MAX_RATIO, MIN_RATIO
from attribution_bayes.declare.scales import SCALES
from attribution_bayes.declare.shares import DEFAULT_PSEUDOCOUNT
from attribution_bayes.declare.table import Table
from attribution_bayes.declare.texts import text_problems
from attribution_bayes.declare.way import DEFAULT_MASS, MIN_MASS
from attribution_bayes.declare.ways import (
    MAX_DEPTH,
    BaseRates,
    Beta,
    Between,
    Certain,
    Counts,
    Dirichlet,
    Impossible,
    Odds,
    RatioBetween,
    Ratios,
    Uniform,
    Words,
    distribution,
    frozen,
    probability_problem,
    ratio_distribution,
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
    Ratios(reference="a", ratios={"b": 3, "c": RatioBetween(1, 2)}),
]
every_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{type(way).__name__}")
EVERY_TERM = [(term, scale) for scale in SCALES.values() for term in scale.terms]
every_term = pytest.mark.parametrize(("term", "scale"), EVERY_TERM, ids=[f"{s.id}-{t.name}" for t, s in EVERY_TERM])
MASSES = (0.01, 0.5, 0.8, 0.9, 0.95, 0.999)
ALMOST_0 = (1e-300, 1e-30, 1e-12, 1e-9, 1e-6, 1e-3)
MIDDLE = (0.01, 0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95, 0.99)
BOUNDS = (*ALMOST_0, *MIDDLE, *(1 - small for small in ALMOST_0 if 1 - small < 1))


def refused(make: Callable[[], object]) -> list[tuple[str, str]]:
    """Codes and parameter names of everything that was found wrong."""
    with pytest.raises(CaseError) as caught:
        make()
    return [(problem.code, problem.path) for problem in caught.value.problems]


# All ways ------------------------------------------------------------------------------------------------------------


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
    assert type(Dirichlet({"a": one, "b": 2}).alpha["a"]) is float
    assert type(Ratios(reference="a", ratios={"b": one}).ratios["b"]) is float
    assert type(BaseRates({"a": 1, "b": 2}, one).pseudocount) is float
    assert type(frozen(one)) is float
    assert distribution(frozen(one / 2)) == Point(0.5)
    assert ratio_problem(one) is None


# What a probability means --------------------------------------------------------------------------------------------


def reference(way: Any) -> Any:
    """The same distribution in SciPy."""
    match distribution(way):
        case family.Uniform(lower, upper):
            return stats.uniform(lower, upper - lower)
        case family.Beta(alpha, beta):
            return stats.beta(alpha, beta)


@pytest.mark.parametrize(("alpha", "beta"), list(product((0.2, 0.5, 1, 2, 17, 1e3), repeat=2)))
def test_a_beta_is_the_beta_distribution(alpha: float, beta: float) -> None:
    """Its mean and its central intervals are SciPy's."""
    meaning = distribution(Beta(alpha, beta))
    assert meaning == family.Beta(alpha, beta)
    assert meaning.mean == pytest.approx(stats.beta(alpha, beta).mean(), rel=1e-14)
    for mass in MASSES:
        assert meaning.interval(mass) == pytest.approx(stats.beta(alpha, beta).interval(mass), rel=1e-10)


@pytest.mark.parametrize(("lower", "upper"), [(0, 1), (0.2, 0.5), (0, 1e-9), (0.999, 1), (0.3, math.nextafter(0.3, 1))])
def test_a_uniform_has_no_preference_in_its_range(lower: float, upper: float) -> None:
    """Its mean is the middle, and its central intervals are SciPy's."""
    meaning = distribution(Uniform(lower, upper))
    assert meaning == family.Uniform(lower, upper)
    assert meaning.mean == (lower + upper) / 2
    for mass in MASSES:
        assert meaning.interval(mass) == pytest.approx(stats.uniform(lower, upper - lower).interval(mass), abs=1e-15)


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (0, 10), (3, 10), (10, 10), (1, 10**9)])
def test_counts_are_the_jeffreys_beta(successes: int, trials: int) -> None:
    """Half a success and half a failure are added, so that what was never seen is not impossible."""
    meaning = distribution(Counts(successes, trials))
    assert meaning == family.Beta(successes + 0.5, trials - successes + 0.5)
    assert meaning.mean == pytest.approx((successes + 0.5) / (trials + 1), rel=1e-14)


@every_term
def test_words_are_the_range_that_the_scale_gives_them(term: Any, scale: Any) -> None:
    """A term means any value of its range, whichever of its names is used."""
    for name in (term.name, *term.synonyms):
        words = Words(name, scale.id)
        assert words.range is term
        assert words.is_ratio is (scale.kind == "ratio")
        if scale.kind == "probability":
            assert distribution(words) == family.Uniform(term.lower, term.upper)
        elif term.upper is not None:
            assert ratio_distribution(words) == ratio_distribution(RatioBetween(term.lower, term.upper, DEFAULT_MASS))


def test_zero_and_one_are_stated_with_a_reason() -> None:
    """They are the only ways to say 0 and 1."""
    assert distribution(Impossible("so")) == Point(0)
    assert distribution(Certain("so")) == Point(1)


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


# Between -------------------------------------------------------------------------------------------------------------


def tails(way: Between) -> tuple[float, float]:
    """Probability below the lower and above the upper bound, by SciPy."""
    beta = reference(way)
    return beta.cdf(way.lower), beta.sf(way.upper)


@pytest.mark.parametrize("mass", [0.5, 0.8, 0.9, 0.95, 0.99])
@pytest.mark.parametrize(("lower", "upper"), [pair for pair in product(MIDDLE, repeat=2) if pair[0] < pair[1]])
def test_between_hits_both_quantiles(lower: float, upper: float, mass: float) -> None:
    """As much lies below as above, to 1e-9 of the probability, over a grid of bounds and masses."""
    assert tails(Between(lower, upper, mass)) == pytest.approx([(1 - mass) / 2] * 2, abs=1e-9)


@pytest.mark.parametrize("factor", [1.01, 2, 10, 100])
@pytest.mark.parametrize("lower", [1e-9, 1e-6, 1e-4, 1e-3])
def test_between_hits_both_quantiles_of_tiny_bounds(lower: float, factor: float) -> None:
    """Bounds near 0 and near 1 are as exact as middling ones, the range being narrow or wide."""
    assert tails(Between(lower, lower * factor)) == pytest.approx([0.05, 0.05], abs=1e-9)
    assert tails(Between(1 - lower * factor, 1 - lower)) == pytest.approx([0.05, 0.05], abs=1e-9)


@pytest.mark.parametrize("lower", [1e-12, 1e-9, 1e-3, 0.3])
@pytest.mark.parametrize("upper", [0.5, 0.9, 1 - 1e-3, 1 - 1e-9])
def test_between_hits_both_quantiles_of_ranges_that_say_little(lower: float, upper: float) -> None:
    """A range from next to nothing to next to all has its Beta too: most of it lies near 0 and 1."""
    for mass in (0.5, 0.9, 0.99):
        assert tails(Between(lower, upper, mass)) == pytest.approx([(1 - mass) / 2] * 2, abs=1e-9)


@pytest.mark.parametrize("width", [1e-3, 1e-4, 1e-5])
def test_between_hits_both_quantiles_of_ranges_that_say_much(width: float) -> None:
    """A range a hundred-thousandth wide has its Beta too."""
    for lower in (0.1, 0.3, 0.5160434798402053, 0.9):
        assert tails(Between(lower, lower + width)) == pytest.approx([0.05, 0.05], abs=1e-9)


@pytest.mark.parametrize("mass", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("lower", [1e-300, 1e-200, 1e-100, 1e-50])
@pytest.mark.parametrize("upper", [1e-6, 0.3, 0.5, 1 - 1e-6])
def test_between_hits_both_quantiles_of_ranges_from_next_to_nothing(lower: float, upper: float, mass: float) -> None:
    """However small the lower bound, a range that has a Beta is not refused for having none."""
    assert tails(Between(lower, upper, mass)) == pytest.approx([(1 - mass) / 2] * 2, abs=1e-9)


@pytest.mark.parametrize(("lower", "upper"), [(1e-100, 1e-30), (1e-100, 2e-50), (1e-300, 1.0000001e-300)])
def test_between_is_refused_where_its_beta_would_be_too_steep(lower: float, upper: float) -> None:
    """An alpha or beta beyond the largest is not given, and nothing warns on the way."""
    assert refused(lambda: Between(lower, upper, 0.99)) == [("E_INTERVAL", "lower")]


@contextmanager
def suppress_interval() -> Iterator[None]:
    """Lets a refusal of the range pass, and no other."""
    try:
        yield
    except CaseError as error:
        if [problem.code for problem in error.problems] != ["E_INTERVAL"]:
            raise


@given(st.sampled_from(BOUNDS), st.sampled_from(BOUNDS), st.sampled_from((MIN_MASS, *MASSES, 1 - MIN_MASS)))
@settings(deadline=None, max_examples=300)
def test_between_hits_both_quantiles_or_refuses(lower: float, upper: float, mass: float) -> None:
    """There is no third: whatever the bounds, the quantiles are hit or the range is refused as one."""
    if lower > upper:
        lower, upper = upper, lower
    with suppress_interval():
        way = Between(lower, upper, mass)
        assert lower == upper or tails(way) == pytest.approx([(1 - mass) / 2] * 2, abs=1e-9)


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999), st.floats(0.05, 0.99))
@settings(deadline=None)
def test_between_is_symmetric(one: float, other: float, mass: float) -> None:
    """The Beta of [1 - upper, 1 - lower] is that of [lower, upper] turned round."""
    lower, upper = sorted((one, other))
    if upper - lower < 0.01:
        return
    there, back = distribution(Between(lower, upper, mass)), distribution(Between(1 - upper, 1 - lower, mass))
    assert isinstance(there, family.Beta)
    assert isinstance(back, family.Beta)
    assert (back.beta, back.alpha) == pytest.approx((there.alpha, there.beta), rel=1e-6)


def test_between_equal_bounds_is_the_number() -> None:
    """A range of one point is that point."""
    assert distribution(Between(0.4, 0.4)) == Point(0.4)
    assert distribution(Uniform(0.4, 0.4)) == Point(0.4)
    assert ratio_distribution(RatioBetween(3, 3)) == Point(3)


def test_between_has_nine_tenths_inside_unless_it_says_otherwise() -> None:
    """The default is 0.9, and half that outside each end."""
    assert Between(0.2, 0.4) == Between(0.2, 0.4, 0.9)
    assert RatioBetween(2, 4) == RatioBetween(2, 4, 0.9)
    assert DEFAULT_MASS == 0.9


# Ratios --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mass", MASSES)
@pytest.mark.parametrize(("lower", "upper"), [(0.5, 2), (2, 10), (1e-3, 1e-2), (1e5, 2e5)])
def test_a_ratio_between_is_log_normal(lower: float, upper: float, mass: float) -> None:
    """As much lies below as above, and the middle is the geometric mean of the ends."""
    if mass < 0.5:
        upper = lower * 1.01
    meaning = ratio_distribution(RatioBetween(lower, upper, mass))
    assert isinstance(meaning, LogNormal)
    same = stats.lognorm(meaning.sigma, scale=math.exp(meaning.mu))
    assert (same.cdf(lower), same.sf(upper)) == pytest.approx([(1 - mass) / 2] * 2, abs=1e-9)
    assert meaning.mean == pytest.approx(same.median(), rel=1e-12)
    assert meaning.interval(0.7) == pytest.approx(same.interval(0.7), rel=1e-9)
    assert math.exp(meaning.mu) == pytest.approx(math.sqrt(lower * upper), rel=1e-12)


def test_a_ratio_turned_round_is_the_inverse() -> None:
    """[1/upper, 1/lower] is the same range seen from the other hypothesis."""
    there, back = ratio_distribution(RatioBetween(2, 10)), ratio_distribution(RatioBetween(0.1, 0.5))
    assert (back.mu, back.sigma) == pytest.approx((-there.mu, there.sigma), rel=1e-12)
    assert back.mean * there.mean == pytest.approx(1, rel=1e-12)
    assert ratio_distribution(RatioBetween(0.01, 100)).mean == 1


def test_ratios_are_named() -> None:
    """Which number is the reference is never left to their order."""
    with pytest.raises(TypeError, match="positional"):
        Ratios("a", {"b": 2})  # type: ignore[misc]


# Rows and priors -----------------------------------------------------------------------------------------------------


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


def test_base_rates_add_half_a_case() -> None:
    """A hypothesis that was never true before is not impossible."""
    assert BaseRates({"a": 0, "b": 7}).pseudocount == DEFAULT_PSEUDOCOUNT == 0.5


def test_the_least_and_the_largest_are_allowed() -> None:
    """A limit is part of what it limits."""
    assert RatioBetween(2, 2, MIN_MASS).mass == MIN_MASS
    assert RatioBetween(2, 2, 1 - MIN_MASS).mass == 1 - MIN_MASS
    assert Counts(0, int(MAX_SHAPE)).trials == MAX_SHAPE
    assert Beta(MIN_SHAPE, MAX_SHAPE) == Beta(alpha=1e-280, beta=1e15)


@pytest.mark.parametrize("middle", [1e-100, 1.0, 1e100])
def test_a_ratio_between_is_as_wide_as_its_draws_are_ratios(middle: float) -> None:
    """Eight sigma beside what evidence shifts the draws to, by half the variance either way, is a ratio still."""
    far = abs(math.log(middle))
    sigma = math.sqrt(64 + 2 * (math.log(MAX_RATIO) - far)) - 8  # far + sigma^2 / 2 + 8 sigma = log(MAX_RATIO)
    half = sigma * float(stats.norm.isf(0.05))
    for width, fits in ((half - 0.01, True), (half + 0.01, False)):
        ends = middle * math.exp(-width), middle * math.exp(width)
        assert fits or refused(lambda ends=ends: RatioBetween(*ends)) == [("E_INTERVAL", "upper")]
        assert not fits or RatioBetween(*ends).upper == ends[1]


# Tables --------------------------------------------------------------------------------------------------------------


def test_a_table_cannot_be_changed() -> None:
    """There is no way to set or delete an entry."""
    table = Table({"a": 1})
    with pytest.raises(TypeError):
        table["a"] = 2  # type: ignore[index]
    with pytest.raises(TypeError):
        del table["a"]  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        table.other = 2  # type: ignore[attr-defined]


def test_a_table_lists_true_first() -> None:
    """True, False, then names in alphabetical order, however it was written."""
    assert list(Table({False: 1, True: 2})) == [True, False]
    assert list(Table({"b": 1, "a": 2, "B": 3})) == ["B", "a", "b"]
    assert list(Table({"b": 1, 3: 2, "a": 4, 2: 5})) == [2, 3, "a", "b"]


def test_a_table_is_a_mapping() -> None:
    """It equals the dictionary that it was made of, survives pickling and can be a key."""
    table = Table({"a": Table({True: 0.5, False: 0.2}), "b": 1.0})
    assert table == {"a": {True: 0.5, False: 0.2}, "b": 1.0}
    assert len(table) == 2
    same = pickle.loads(pickle.dumps(table))
    assert {table: "found"}[same] == "found"
    assert hash(Table({1: 0.1, 0: 0.2})) == hash(Table({True: 0.1, False: 0.2}))
    assert len({hash(Table({"a": number})) for number in (0.1, 0.2, 0.3)}) == 3


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


def test_a_table_of_numbers_is_packed_and_reads_as_before() -> None:
    """Floats go eight bytes each; what comes out are the same floats under the same names."""
    entries = {f"h{i}": i / 7 for i in range(1000)}
    table = Table(entries)
    assert dict(table) == entries
    assert type(table["h3"]) is float
    assert table.numbers is not None
    assert table.numbers.nbytes == 8000
    np.testing.assert_array_equal(table.arranged(tuple(entries)), list(entries.values()))
    assert pickle.loads(pickle.dumps(table)) == table == entries


def test_tables_of_the_same_names_share_them() -> None:
    """Whatever order they were written in; and no number is taken for another table's."""
    one, other = Table({"b": 0.1, "a": 0.2}), Table({"a": 0.3, "b": 0.4})
    assert one._places is other._places
    assert (one["a"], one["b"], other["a"], other["b"]) == (0.2, 0.1, 0.3, 0.4)


def test_the_order_that_was_asked_for_last_is_remembered() -> None:
    """Where the values stand is found once for all tables of the same names, and anew for another order."""
    places, order = Table({"b": 0.1, "a": 0.2})._places, ("b", "a")
    assert places.arrangement(order) is places.arrangement(order)
    assert places.arrangement(order).tolist() == [1, 0]
    assert places.arrangement(("a", "b")).tolist() == [0, 1]


def test_true_and_1_are_different_names() -> None:
    """Keys that Python takes for equal stay what they were written as."""
    assert [type(key) for key in Table({True: 0.1, False: 0.2})] == [bool, bool]
    assert [type(key) for key in Table({1: 0.1, 0: 0.2})] == [int, int]
    assert list(Table({False: 0.2, True: 0.1})) == [True, False]


@pytest.mark.parametrize("entries", [{}, {"a": 1}, {"a": 0.5, "b": "x"}, {"a": True}, {"a": None, "b": 0.5}])
def test_a_table_of_anything_else_is_not_packed(entries: dict[str, Any]) -> None:
    """Only floats are; a whole number, a text or True stays as it is."""
    table = Table(entries)
    assert table.numbers is None
    assert dict(table) == entries
    assert [type(value) for value in table.values()] == [type(value) for value in entries.values()]


# What is refused -----------------------------------------------------------------------------------------------------

REFUSED = [
    (lambda: Beta(0, 1), [("E_PARAM", "alpha")]),
    (lambda: Beta(1, -1), [("E_PARAM", "beta")]),
    (lambda: Beta(0, 0), [("E_PARAM", "alpha"), ("E_PARAM", "beta")]),
    (lambda: Beta(MIN_SHAPE / 2, MAX_SHAPE * 2), [("E_PARAM", "alpha"), ("E_PARAM", "beta")]),
    (lambda: Beta(math.nan, "1"), [("E_NOT_FINITE", "alpha"), ("E_NUMBER", "beta")]),
    (lambda: Beta(True, None), [("E_TYPE", "alpha"), ("E_TYPE", "beta")]),
    (lambda: Beta(10**400, 1), [("E_NUMBER_SIZE", "alpha")]),
    (lambda: Between(0.5, 0.4), [("E_INTERVAL", "lower")]),
    (lambda: Between(0, 0.4), [("E_INTERVAL", "lower")]),
    (lambda: Between(0.4, 1), [("E_INTERVAL", "upper")]),
    (lambda: Between(0, 1), [("E_INTERVAL", "lower")]),
    (lambda: Between(-0.1, 0.4), [("E_INTERVAL", "lower")]),
    (lambda: Between(0.5, math.nextafter(0.5, 1)), [("E_INTERVAL", "lower")]),
    (lambda: Between(0.1, 0.2, 0), [("E_PARAM", "mass")]),
    (lambda: Between(0.1, 0.2, 1), [("E_PARAM", "mass")]),
    (lambda: Between(0.1, 0.2, MIN_MASS / 2), [("E_PARAM", "mass")]),
    (lambda: Between(0.1, 0.2, 1 - MIN_MASS / 2), [("E_PARAM", "mass")]),
    (lambda: Between("a", math.inf, []), [("E_NUMBER", "lower"), ("E_NOT_FINITE", "upper"), ("E_TYPE", "mass")]),
    (lambda: Uniform(0.5, 0.4), [("E_INTERVAL", "lower")]),
    (lambda: Uniform(-0.1, 0.4), [("E_INTERVAL", "lower")]),
    (lambda: Uniform(0.1, 1.1), [("E_INTERVAL", "upper")]),
    (lambda: Uniform(0, 0), [("E_INTERVAL", "upper")]),
    (lambda: Uniform(1, 1), [("E_INTERVAL", "upper")]),
    (lambda: Counts(4, 3), [("E_PARAM", "successes")]),
    (lambda: Counts(-1, 3), [("E_PARAM", "successes")]),
    (lambda: Counts(0.5, 2.5), [("E_PARAM", "successes"), ("E_PARAM", "trials")]),
    (lambda: Counts(1, 1e16), [("E_PARAM", "trials")]),
    (lambda: Counts(True, 2), [("E_TYPE", "successes")]),
    (lambda: Words("likely", "icd203"), [("E_VERBAL", "scale")]),
    (lambda: Words("likely"), [("E_VERBAL", "scale")]),
    (lambda: Words("likely", []), [("E_VERBAL", "scale")]),  # type: ignore[arg-type]
    (lambda: Words("Likely", "icd203-2015"), [("E_VERBAL", "term")]),
    (lambda: Words(["likely"], "icd203-2015"), [("E_VERBAL", "term")]),  # type: ignore[arg-type]
    (lambda: Impossible(""), [("E_REASON", "reason")]),
    (lambda: Certain(None), [("E_REASON", "reason")]),  # type: ignore[arg-type]
    (lambda: Certain("\x1b[31m"), [("E_TEXT_CONTROL", "reason")]),
    (lambda: Certain("so " * 10_000), [("E_LIMIT", "reason")]),
    (lambda: Dirichlet({"a": 0, "b": -1, "c": 1}), [("E_PARAM", "a"), ("E_PARAM", "b")]),
    (lambda: Dirichlet({"a": 1}), [("E_PARAM", "alpha")]),
    (lambda: Dirichlet([1, 2]), [("E_PARAM", "alpha")]),  # type: ignore[arg-type]
    (lambda: Dirichlet({1: "x", None: 0}), [("E_NUMBER", "1"), ("E_PARAM", "None")]),
    (lambda: Odds({}), [("E_PARAM", "weights")]),
    (lambda: Odds({"a": 0, "b": math.inf}), [("E_PARAM", "a"), ("E_NOT_FINITE", "b")]),
    (lambda: BaseRates({"a": -1, "b": "2"}, -1), [("E_PARAM", "a"), ("E_NUMBER", "b"), ("E_PARAM", "pseudocount")]),
    (lambda: BaseRates({"a": 0, "b": 2}, 0), [("E_PARAM", "pseudocount")]),
    (lambda: BaseRates(3), [("E_PARAM", "counts")]),  # type: ignore[arg-type]
    (lambda: RatioBetween(2, 1), [("E_INTERVAL", "lower")]),
    (lambda: RatioBetween(0, -1), [("E_RANGE", "lower"), ("E_RANGE", "upper")]),
    (lambda: RatioBetween(MIN_RATIO / 2, math.inf), [("E_RANGE", "lower"), ("E_RANGE", "upper")]),
    (lambda: RatioBetween(math.nan, RatioBetween(1, 2)), [("E_NOT_FINITE", "lower"), ("E_TYPE", "upper")]),
    (lambda: RatioBetween(1, 2, 1), [("E_PARAM", "mass")]),
    (lambda: RatioBetween(1e-200, 1e200), [("E_INTERVAL", "upper")]),
    (lambda: RatioBetween(1, 1e9, 0.01), [("E_INTERVAL", "upper")]),
]


@pytest.mark.parametrize(("make", "expected"), REFUSED, ids=range(len(REFUSED)))
def test_what_makes_no_sense_is_refused(make: Callable[[], object], expected: list[tuple[str, str]]) -> None:
    """Every parameter that is wrong is named, all at once."""
    assert refused(make) == expected


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Between(0.9, 0.6), r"lower bound 0\.9 is above the upper bound 0\.6\. Write \[0\.6, 0\.9\] if"),
        (lambda: Between(0, 0.6), r"\[0, 0\.6\] leaves no room for the 0\.1 outside it\..*`Uniform` takes 0 and 1"),
        (lambda: Between(0.5, 0.5 + 1e-15), r"no Beta distribution .*has 0\.9 of its probability in .*Widen the range"),
        (lambda: Beta(-1, 1), r"alpha: -1 is not allowed\. It must be positive, from 1e-280 to 1e\+15\."),
        (lambda: Counts(4, 3), r"successes: 4 successes in 3 trials\."),
        (lambda: Counts("a few", 3), r"successes: 'a few' is text, not a number\. Give a whole number, 0 or more\."),  # type: ignore[arg-type]
        (lambda: Counts(1, "3"), r"trials: '3' is text, not a number\. Write 3 without quotes\."),  # type: ignore[arg-type]
        (lambda: Counts(1, None), r"trials: None \(NoneType\) stands .*\. Give a whole number, 0 or more\."),  # type: ignore[arg-type]
        (lambda: BaseRates({"a": 1, "b": math.nan}), r"b: nan is not a .*\. Give how many cases there were, 0 or more"),
        (lambda: Counts(1.5, 3), r"1\.5 is not a count\. Give a whole number, 0 or more\."),
        (lambda: Words("likely"), r"scale: the term 'likely' comes without a scale\. Name one of icd203-2015, "),
        (lambda: Words("liklely", "phia-2018"), r"scale 'phia-2018' has no term 'liklely'\. Did you mean 'likely'\?"),
        (
            lambda: Words("wahrscheinlich", "icd203-2015"),
            r"no term 'wahrscheinlich'\. Its terms: almost no chance, very",
        ),
        (lambda: BaseRates({"a": -1, "b": 1}), r"a: -1 is not a count\. Give how many cases there were, 0 or more\."),
        (lambda: Impossible(" "), r"' ' is not a reason\. Say in a sentence why it must be so\."),
        (lambda: Dirichlet(5), r"alpha: 5 does not name two or more with a number each\."),  # type: ignore[arg-type]
        (lambda: RatioBetween(1, 1e9, 0.01), r"is so wide that its ratios go beyond 1e\+300 or one over it\. Narrow"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(make: Callable[[], object], message: str) -> None:
    """The message names the parameter, what was given and what is allowed."""
    with pytest.raises(CaseError, match=message):
        make()


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
    """A positive number, a range of them, or a term of a ratio scale that has two ends."""
    assert code(ratio_problem(value)) == expected


@pytest.mark.parametrize("value", [True, False, np.True_, "1", None, 1j, [1], object()])
def test_what_merely_counts_as_a_number_is_none(value: Any) -> None:
    """True and False are not 1 and 0."""
    assert not is_number(value)
    assert number_problem(value) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a statement", None),
        ("two\nlines and a\ttab", None),
        ("«Ünïcødé», 中文, עברית", None),
        ("می‌خواهم and 👩‍🚒", None),
        ("", "E_MISSING"),
        (" \n\t", "E_MISSING"),
        ("a" * 20_000, None),
        ("a" * 20_001, "E_LIMIT"),
        ("a\rb", "E_TEXT_CONTROL"),
        ("a\x7fb", "E_TEXT_CONTROL"),
        ("a\u202eb", "E_TEXT_CONTROL"),
        ("a\u200bb", "E_TEXT_CONTROL"),
        ("a\ufeffb", "E_TEXT_CONTROL"),
        ("a\ud800b", "E_TEXT_CONTROL"),
    ],
)
def test_what_can_be_shown_to_a_reader(text: str, expected: str | None) -> None:
    """Any text that can be seen, in any script; what cannot be seen is refused with its place."""
    problems = list(text_problems(text, "question"))
    assert [problem.code for problem in problems] == ([] if expected is None else [expected])
    if expected == "E_TEXT_CONTROL":
        assert f"U+{ord(text[1]):04X} at position 1" in problems[0].message


def test_a_table_of_one_number_is_one_of_numbers() -> None:
    """The least there can be: it is packed like any other, and both its ends are the number; an empty one is not."""
    one, none = Table({"a": 0.5}), Table({})
    assert one.numbers is not None
    assert (one.numbers.tolist(), one.is_packed, one.ends) == ([0.5], True, (0.5, 0.5))
    assert (none.numbers, none.is_packed) == (None, False)
    assert Table({"a": 0.5, "b": 0.2, "c": 0.9}).ends == (0.2, 0.9)


class NoNumber(Fraction):
    """It counts as a real number and is none."""

    def __float__(self) -> float:
        raise ValueError("no number")


def test_what_cannot_be_a_float_says_why() -> None:
    """A signalling NaN is no finite number; what fails to be one at all raises its own error."""
    problem = number_problem(Decimal("sNaN"))
    assert problem is not None
    assert problem.code == "E_NOT_FINITE"
    assert math.isnan(frozen(Decimal("sNaN")))
    with pytest.raises(ValueError, match="no number"):
        frozen(NoNumber(1, 2))


@pytest.mark.parametrize("way", [Between, Uniform])
def test_a_range_in_percent_is_offered_as_one_of_probabilities(way: type[Between | Uniform]) -> None:
    """Only where both bounds seem to be percentages; else the hint says where bounds lie."""
    with pytest.raises(CaseError, match=rf"E_INTERVAL .*Write {way.__name__}\(0\.1, 0\.9\) if percent was meant"):
        way(10, 90)
    for bounds in ((0.5, 90), (1, 1.5), (10, 900)):
        with pytest.raises(CaseError, match=r"E_INTERVAL .*Bounds lie "):
            way(*bounds)
