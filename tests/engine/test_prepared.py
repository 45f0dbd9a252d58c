"""A prepared question against `what_if`, and its derivatives against those in closed form and against differences."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import dask.array as da
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad, minimize

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Hypothesis, Report
from attribution_bayes.declare.ways import Beta, Between, Certain, Dirichlet, Impossible, RatioBetween, Ratios
from attribution_bayes.engine import prepared as module
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.local import members
from attribution_bayes.engine.network import network
from attribution_bayes.engine.prepared import Prepared, prepare
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.errors import CaseError, ContradictionError
from attribution_bayes.sensitivity.one_way import one_way
from attribution_bayes.testing import cases
from crafted import CRAFTED, case, item, reported, source
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

CLOSE = 1e-12

FEATURES = {"same": True, "errors": True, "common_causes": True}

COLOURS = {"a": {"red": 0.2, "blue": 0.3, "green": 0.5}, "b": Dirichlet({"red": 2, "blue": 5, "green": 1})}

MIXED = case(
    {"a": 0.3, "b": 0.7},
    item("flat", {"a": 0.3, "b": Between(0.2, 0.6)}, observed=False),
    item("colour", COLOURS, observed="red", outcomes=("red", "blue", "green")),
    item("ratio", Ratios(reference="a", ratios={"b": RatioBetween(0.5, 4)})),
    reported("told", {"a": 0.8, "b": 0.1}, Report(source="s"), Report(source="t")),
    reported("told_too", {"a": 0.6, "b": 0.3}, Report(source="t", says=False)),
    sources=(source("s", 0.7, 0.4), source("t", Between(0.5, 0.9), Beta(2, 3))),
)
"""Each way of moving the answer: the prior, an item, a row of three outcomes, a ratio, two sources."""


def some_of(declared: Case, data: st.DataObject, most: int = 8) -> list[str]:
    """Addresses in any order; of each prior or row all but one member at most, so that there is room."""
    net = network(declared)
    last = {int(members(net, slot)[-1]) for slot in range(len(net.inputs.mean)) if net.inputs.block[slot] >= 0}
    places = [slot for slot in range(len(net.inputs.mean)) if slot not in last]
    moved = data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=most, unique=True))
    return [net.inputs.addresses[slot] for slot in moved]


def some_rows(question: Prepared, rows: int, seed: int) -> np.ndarray:
    """Values that leave room in every row of a few outcomes."""
    return np.random.default_rng(seed).uniform(0.02, 0.98, (rows, len(question.addresses))) / 4


def supposing(declared: Case, addresses: Sequence[str], rows: np.ndarray) -> np.ndarray:
    return np.asarray(what_if(declared, dict(zip(addresses, rows.T, strict=True))).values)


def refusal_of(ask: Callable[[], object]) -> tuple[type, str] | None:
    """The error that a question gets, if it gets one."""
    try:
        ask()
    except (CaseError, ContradictionError) as error:
        return type(error), str(error)
    return None


# Credences -----------------------------------------------------------------------------------------------------------


@settings(REPEATABLE, max_examples=60)
@given(cases(max_hypotheses=4, max_items=6, max_worlds=256, exclusions=False, **FEATURES), st.data())
def test_a_prepared_question_has_the_credences_of_what_if(declared: Case, data: st.DataObject) -> None:
    """Any numbers, moved together: many rows, one row and rows one by one have the same bits."""
    addresses = some_of(declared, data)
    question = prepare(declared, addresses)
    rows = some_rows(question, 5, data.draw(st.integers(0, 1000)))
    expected = supposing(declared, addresses, rows)
    np.testing.assert_array_equal(question(rows), expected)
    np.testing.assert_array_equal([question(row) for row in rows], expected)
    assert question.hypotheses == declared.names
    assert question.addresses == tuple(addresses)


@settings(REPEATABLE, max_examples=30)
@given(cases(max_hypotheses=3, max_items=5, max_worlds=64, **FEATURES), st.data())
def test_with_exclusions_too(declared: Case, data: st.DataObject) -> None:
    """Where something is impossible or certain, and where everything is: the same credences, or the same error."""
    addresses = some_of(declared, data, most=4)
    question = prepare(declared, addresses)
    for row in some_rows(question, 3, data.draw(st.integers(0, 1000))):
        refused = refusal_of(lambda row=row: supposing(declared, addresses, row[None]))
        assert refusal_of(lambda row=row: question(row)) == refused
        if refused is None:
            expected = supposing(declared, addresses, row[None])[0]
            np.testing.assert_allclose(question(row), expected, rtol=CLOSE, atol=0)


def test_each_way_of_moving_the_answer() -> None:
    """In a case that has them all: the bits of `what_if` in a row, in rows in either order, and in a list."""
    addresses = [
        *("source.t.if_unreliable", "evidence.ratio.likelihood.b", "prior.b", "evidence.colour.likelihood.b.red"),
        *("evidence.colour.likelihood.a.blue", "evidence.flat.likelihood.a", "evidence.told.likelihood.b"),
    ]
    question = prepare(MIXED, addresses)
    rows = some_rows(question, 2000, 0)
    expected = supposing(MIXED, addresses, rows)
    np.testing.assert_array_equal(question(rows), expected)
    np.testing.assert_array_equal(question(np.asfortranarray(rows)), expected)
    np.testing.assert_array_equal(question(rows[7].tolist()), expected[7])
    np.testing.assert_array_equal(question(rows[:3].tolist()), expected[:3])
    assert question(rows[:0]).shape == (0, 2)


def test_rows_are_turned_into_columns_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are turned at a time."""
    question = prepare(MIXED, ["prior.a", "evidence.flat.likelihood.b"])
    rows = some_rows(question, 50, 0)
    expected = question(rows)
    monkeypatch.setattr(module, "ROWS_TURNED", 4)
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 9)
    np.testing.assert_array_equal(question(rows), expected)


@pytest.mark.parametrize("least", [0.3, 1e-160, 1e-320])
def test_a_row_may_hold_the_least_numbers_there_are(least: float) -> None:
    """Where products leave the range of doubles a single row goes the way of many: no credence is 0."""
    declared = case({"a": 0.5, "b": 0.5}, *(item(f"e{i}", {"a": 0.5, "b": 0.4}) for i in range(4)))
    addresses = [f"evidence.e{i}.likelihood.{name}" for i in range(4) for name in "ab"]
    row = np.array([least, 0.9, least, 0.8, 0.1, 0.7, 0.1, 0.6])
    found = prepare(declared, addresses)(row)
    assert (found > 0).all()
    np.testing.assert_allclose(found, supposing(declared, addresses, row[None])[0], rtol=CLOSE, atol=0)


@pytest.mark.parametrize("ratios", [(1e300, 1e-300), (1e-300, 1e300), (1e290, 1e290), (3.0, 0.2)])
def test_ratios_may_be_as_far_apart_as_can_be_stated(ratios: tuple[float, float]) -> None:
    """A product that leaves the range of doubles on the way keeps its digits."""
    rows = (Ratios(reference="a", ratios={"b": 2.0}) for _ in ratios)
    declared = case({"a": 0.5, "b": 0.5}, *(item(f"e{i}", row) for i, row in enumerate(rows)))
    addresses = ["evidence.e0.likelihood.b", "prior.a", "evidence.e1.likelihood.b"]
    row = np.array([ratios[0], 1e-20, ratios[1]])
    against = (1 - Fraction(1e-20)) / Fraction(1e-20) * Fraction(ratios[0]) * Fraction(ratios[1])
    expected = max(float(1 / (1 + against)), 5e-324)  # what is not excluded has a credence
    np.testing.assert_allclose(prepare(declared, addresses)(row)[0], expected, rtol=CLOSE, atol=0)


def test_as_stated_it_is_the_credence_of_the_case() -> None:
    """To the last bit; where a range was stated, its mean is a number like others."""
    question = prepare(MIXED, ["prior.a", "evidence.flat.likelihood.a", "evidence.told.likelihood.a"])
    np.testing.assert_array_equal(question(question.stated), as_stated(network(MIXED)))
    assert not question.stated.flags.writeable
    range_ = prepare(MIXED, ["evidence.flat.likelihood.b"])
    np.testing.assert_allclose(range_(range_.stated), as_stated(network(MIXED)), rtol=CLOSE)


def test_what_is_excluded_stays_excluded() -> None:
    """In the prior and in an item, whatever else is moved."""
    prior = {"a": 0.6, "b": 0.4, "c": Impossible("c was elsewhere")}
    declared = case(
        prior, item("e", {"a": Impossible("a cannot"), "b": 0.5, "c": 0.5}), item("f", dict.fromkeys("abc", 0.5))
    )
    for addresses in (["prior.a"], ["evidence.f.likelihood.b"]):
        question = prepare(declared, addresses)
        assert question([0.2]).tolist() == [0, 1, 0]
        assert question.value_and_grad([0.2])[1].tolist() == [[0], [0], [0]]


# What is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0, 1, 1.5, -0.1, np.nan, np.inf, True, "often", None, 1j])
@pytest.mark.parametrize(
    "address", ["prior.a", "evidence.ratio.likelihood.b", "source.t.if_unreliable", "source.s.reliability"]
)
def test_what_cannot_be_stated_is_refused_as_by_what_if(address: str, value: Any) -> None:
    """With the same words, which name the address; for a ratio 1 and 1.5 are numbers like others."""
    question = prepare(MIXED, [address])
    refused = refusal_of(lambda: what_if(MIXED, {address: [value]}))
    for ask in (lambda: question([value]), lambda: question([[value]]), lambda: question.value_and_grad([value])):
        assert refusal_of(ask) == refused
    if refused is None:
        np.testing.assert_array_equal(question([value]), what_if(MIXED, {address: [value]}).values[0])
    else:
        assert address in refused[1]


def test_members_of_a_row_must_leave_room() -> None:
    """For the others, or sum to one where all of them are given."""
    colours = prepare(MIXED, [f"evidence.colour.likelihood.a.{name}" for name in ("green", "red", "blue")])
    assert colours([0.2, 0.3, 0.5]).sum() == pytest.approx(1)
    for question, values, problem in (
        (colours, [0.2, 0.3, 0.6], "1.1, is not 1"),
        (prepare(MIXED, ["prior.a"]), [1.0 - 2**-60], "a probability of 1"),
        (
            prepare(MIXED, ["evidence.colour.likelihood.a.red", "evidence.colour.likelihood.a.blue"]),
            [0.5, 0.5],
            "leaves nothing",
        ),
    ):
        with pytest.raises(CaseError, match=problem):
            question(values)


def test_a_number_that_nothing_uses_is_checked_too() -> None:
    """What nobody has observed moves nothing, and still takes no number that cannot be stated."""
    declared = case(
        {"a": 0.5, "b": 0.5}, item("e", {"a": 0.5, "b": 0.4}), item("h", {"a": 0.5, "b": 0.5}, observed=None)
    )
    question = prepare(declared, ["evidence.e.likelihood.a", "evidence.h.likelihood.a"])
    assert question([0.4, 0.9]).tolist() == [0.5, 0.5]
    with pytest.raises(CaseError, match=r"evidence\.h\.likelihood\.a"):
        question(np.array([0.4, np.nan]))


def test_a_contradiction_is_one() -> None:
    """If every hypothesis is excluded in a row, as by `what_if`."""
    declared = case(
        {"a": Certain("sure"), "b": Impossible("never")},
        item("e", {"a": Impossible("no"), "b": 0.5}),
        item("f", {"a": 0.5, "b": 0.5}),
    )
    with pytest.raises(ContradictionError, match="every hypothesis"):
        prepare(declared, ["evidence.f.likelihood.a"])([0.4])


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 2, 2), (0,)])
def test_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    """What was given, and what to give."""
    question = prepare(MIXED, ["prior.a", "evidence.flat.likelihood.a"])
    for asked in (question, question.value_and_grad):
        with pytest.raises(CaseError, match=r"E_SHAPE.*\n?.*\(2,\), or \(rows, 2\)"):
            asked(np.full(shape, 0.5))


@pytest.mark.parametrize(
    ("addresses", "problem"),
    [([], "E_EMPTY"), (["prior.a", "prior.a"], "E_DUPLICATE"), (["prior.x"], "E_UNKNOWN_NAME"), ("prior.a", "E_TYPE")],
)
def test_addresses_that_make_no_question_are_refused(addresses: Any, problem: str) -> None:
    """None at all, one twice, one that the case does not have, and a text."""
    with pytest.raises(CaseError, match=problem):
        prepare(MIXED, addresses)


def test_three_members_of_a_prior_leave_the_same_bits_in_one_row_and_in_many() -> None:
    """Python adds .1, .2 and .3 to .6, arrays to a bit more: what they leave is the same either way."""
    hypotheses = [Hypothesis(name=name, statement=name, catch_all=name == "d") for name in "abcd"]
    declared = Case(question="?", hypotheses=hypotheses, prior=dict.fromkeys("abcd", 0.25))
    question = prepare(declared, [f"prior.{name}" for name in "abc"])
    row = np.array([0.1, 0.2, 0.3])
    assert question(row).tolist() == question(np.stack([row, row]))[1].tolist()


# Derivatives ---------------------------------------------------------------------------------------------------------


def differences(question: Prepared, row: np.ndarray) -> np.ndarray:
    """Central differences, shape (hypothesis, address)."""
    steps = 1e-5 * np.eye(len(row))
    return (question(row + steps) - question(row - steps)).T / 2e-5


@settings(REPEATABLE, max_examples=40)
@given(cases(max_hypotheses=4, max_items=6, max_worlds=256, exclusions=False, **FEATURES), st.data())
def test_derivatives_are_those_of_differences(declared: Case, data: st.DataObject) -> None:
    """Any numbers moved together: of priors, rows, ratios, sources and common causes; and they sum to 0."""
    question = prepare(declared, some_of(declared, data))
    rows = some_rows(question, 2, data.draw(st.integers(0, 1000)))
    credence, derivative = question.value_and_grad(rows)
    np.testing.assert_array_equal(credence, question(rows))
    for row, expected in zip(rows, derivative, strict=True):
        np.testing.assert_allclose(expected, differences(question, row), rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(question.value_and_grad(row)[1], expected)
    np.testing.assert_allclose(derivative.sum(axis=1), 0, atol=1e-9)


@settings(REPEATABLE, max_examples=20)
@given(cases(max_hypotheses=4, max_items=6, max_worlds=256, exclusions=False, uncertain=False, **FEATURES))
def test_derivatives_as_stated_are_those_of_one_way(declared: Case) -> None:
    """Of each number by itself, to 1e-9."""
    table = one_way(declared)
    place = declared.names.index(table.attrs["target"])
    for address, expected in table["derivative"].items():
        found = prepare(declared, [address])
        assert found.value_and_grad(found.stated)[1][place, 0] == pytest.approx(expected, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("name", CRAFTED)
def test_derivatives_of_cases_written_by_hand(name: str) -> None:
    """With quadrature nodes and copies: a number of each row moved, all of them together."""
    declared = CRAFTED[name]
    net = network(declared)
    first = [i for i in range(len(net.inputs.mean)) if members(net, i)[0] == i]
    question = prepare(declared, [net.inputs.addresses[i] for i in first])
    row = some_rows(question, 1, 0)[0]
    np.testing.assert_allclose(question.value_and_grad(row)[1], differences(question, row), rtol=1e-5, atol=1e-6)


def test_where_a_whole_row_is_given_derivatives_keep_its_sum() -> None:
    """From red to green: the difference of their derivatives."""
    question = prepare(MIXED, [f"evidence.colour.likelihood.a.{name}" for name in ("green", "red", "blue")])
    row, step = np.array([0.3, 0.3, 0.4]), 1e-5
    away = np.array([step, -step, 0])
    green, red, _ = question.value_and_grad(row)[1].T
    np.testing.assert_allclose(green - red, (question(row + away) - question(row - away)) / (2 * step), rtol=1e-7)


def test_next_to_1_derivatives_keep_their_digits() -> None:
    """A credence of 1 - 1e-30: the derivative of its complement, with the other sign."""
    declared = case({"a": 0.5, "b": 0.5}, item("e", {"a": 0.5, "b": 1e-30}), item("f", {"a": 0.5, "b": 0.5}))
    _, derivative = prepare(declared, ["evidence.f.likelihood.a"]).value_and_grad([0.25])
    np.testing.assert_allclose(derivative[:, 0], [1.6e-29, -1.6e-29], rtol=1e-12)


def test_derivatives_of_many_rows_are_found_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are worked on together."""
    question = prepare(MIXED, ["prior.a", "source.t.if_unreliable", "source.s.reliability"])
    rows = some_rows(question, 7, 0)
    expected = question.value_and_grad(rows)[1]
    monkeypatch.setattr(module, "NUMBERS_AT_ONCE", 1)
    np.testing.assert_array_equal(question.value_and_grad(rows)[1], expected)
    assert question.value_and_grad(rows[:0])[1].shape == (0, 2, 3)


# In use --------------------------------------------------------------------------------------------------------------


def test_it_can_be_sent_elsewhere() -> None:
    """A copy that was pickled gives the same bits, and is the same to dask."""
    question = prepare(MIXED, ["prior.a", "source.t.reliability", "evidence.flat.likelihood.a"])
    question.value_and_grad(question.stated)
    copy, rows = pickle.loads(pickle.dumps(question)), some_rows(question, 4, 0)
    np.testing.assert_array_equal(copy(rows), question(rows))
    np.testing.assert_array_equal(copy.value_and_grad(rows)[1], question.value_and_grad(rows)[1])
    assert copy.addresses == question.addresses
    assert copy.__dask_tokenize__() == question.__dask_tokenize__()
    assert copy.__dask_tokenize__() != prepare(MIXED, ["prior.a"]).__dask_tokenize__()
    assert repr(question) == "Prepared(3 numbers, 2 hypotheses)"


def test_threads_can_share_it() -> None:
    """Eight of them ask at once, rows and single ones, and each gets the bits that it would get alone."""
    question = prepare(MIXED, ["prior.a", "source.t.if_unreliable", "evidence.told.likelihood.a"])
    rows = some_rows(question, 400, 0)

    def ask(row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return question(row), prepare(MIXED, question.addresses).value_and_grad(row)[1]

    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(ask, rows)]
    np.testing.assert_array_equal([one for one, _ in found], question(rows))
    np.testing.assert_array_equal([one for _, one in found], question.value_and_grad(rows)[1])


def test_optimisers_of_scipy_take_it() -> None:
    """With its derivatives: the least credence inside a box is at a corner, as each number moves it one way."""
    question = prepare(MIXED, ["evidence.flat.likelihood.a", "evidence.told.likelihood.b", "source.s.reliability"])

    def credence(row: np.ndarray) -> tuple[float, np.ndarray]:
        value, derivative = question.value_and_grad(row)
        return value[0], derivative[0]

    apart = check_grad(lambda row: credence(row)[0], lambda row: credence(row)[1], np.array([0.4, 0.2, 0.6]))
    assert apart < 1e-6
    found = minimize(credence, question.stated, jac=True, bounds=[(0.1, 0.6), (0.05, 0.5), (0.6, 0.9)])
    corners = np.array(np.meshgrid([0.1, 0.6], [0.05, 0.5], [0.6, 0.9])).reshape(3, -1).T
    assert found.fun == pytest.approx(question(corners)[:, 0].min(), rel=1e-9)


def test_blocks_of_dask_arrays_pass_through_it() -> None:
    """`map_blocks` gives what it gives of the whole, whatever the chunks."""
    question = prepare(MIXED, ["prior.a", "evidence.flat.likelihood.a"])
    rows = some_rows(question, 30, 0)
    chunked = da.from_array(rows, chunks=(7, 2))
    lazy = chunked.map_blocks(question, dtype=float, chunks=(chunked.chunks[0], (2,)))
    np.testing.assert_array_equal(lazy.compute(scheduler="synchronous"), question(rows))
