"""Many rows of supposed numbers against the engine that computes each of them from the beginning."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from attribution_bayes.arrays import Floats
from attribution_bayes.declare.assumptions import covary
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis
from attribution_bayes.declare.ways import Impossible, Odds, RatioBetween, Ratios
from attribution_bayes.engine import batch
from attribution_bayes.engine.batch import credences_at
from attribution_bayes.engine.exact import as_stated, evaluate
from attribution_bayes.engine.local import members
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.plan import MAX_PLANS, plan
from attribution_bayes.errors import CaseError, ContradictionError
from crafted import CRAFTED, case, item
from drawn import cases
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

CLOSE = 1e-12


def from_the_beginning(net: Network, new: Mapping[int, Floats]) -> Floats:
    """Credences with whole rows of input values."""
    size = len(next(iter(new.values())))
    values = np.repeat(net.inputs.values[None], size, axis=0)
    known = np.zeros(values.shape[1], dtype=bool)
    for slot in new:
        block = members(net, slot)
        moved = {i: new[at] for i, at in enumerate(block.tolist()) if at in new}
        values[:, block] = covary(net.inputs.mean[block], moved) if len(block) > 1 else new[slot][:, None]
    known[list(new)] = True
    return evaluate(net, values, known)[0]


def flat(items: int, low: float, high: float, seed: int = 0) -> Case:
    """Three hypotheses and items of plain numbers."""
    rng, names = np.random.default_rng(seed), ("a", "b", "c")
    rows = np.exp(rng.uniform(np.log(low), np.log(high), (items, 3)))
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name, catch_all=name == "c") for name in names],
        prior={"a": 0.2, "b": 0.3, "c": 0.5},
        evidence=[
            Evidence(name=f"e{i}", statement="e", likelihood=dict(zip(names, row.tolist(), strict=True)))
            for i, row in enumerate(rows)
        ],
    )


@settings(REPEATABLE, max_examples=60)
@given(cases(max_hypotheses=4, max_items=6, exclusions=False), st.data())
def test_rows_are_those_of_the_engine(case: Case, data: st.DataObject) -> None:
    """Any inputs of different rows, moved together, over any values."""
    net = network(case)
    places = [slot for slot in range(len(net.inputs.mean)) if members(net, slot)[0] == slot]
    moved = data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=8, unique=True))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    new = {slot: rng.uniform(0.001, 0.999, 7) for slot in moved}
    np.testing.assert_allclose(credences_at(net, new), from_the_beginning(net, new), rtol=CLOSE)


@settings(REPEATABLE, max_examples=60)
@given(cases(max_hypotheses=4, max_items=6), st.data())
def test_one_row_few_and_many_have_the_same_bits(case: Case, data: st.DataObject) -> None:
    """A row says the same whether it is asked for alone, with six others, or in a long table; as stated or not."""
    net = network(case)
    means = np.minimum(net.inputs.mean, 0.999)
    moved = data.draw(st.lists(st.sampled_from(range(len(means))), min_size=1, max_size=8, unique=True))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    new = {slot: means[slot] * rng.uniform(0.2, 1, 7) for slot in moved if means[slot] > 0}
    assume(new)
    for slot, column in new.items():
        column[3] = net.inputs.mean[slot]
    try:
        few = credences_at(net, new)
    except (CaseError, ContradictionError):  # all members of a row are moved, or nothing is left
        reject()
    many = credences_at(net, {slot: np.tile(column, 300) for slot, column in new.items()})
    alone = [credences_at(net, {slot: column[[i]] for slot, column in new.items()})[0] for i in range(7)]
    np.testing.assert_array_equal(many, np.tile(few, (300, 1)))
    np.testing.assert_array_equal(few, alone)


@pytest.mark.parametrize("name", sorted(CRAFTED))
def test_each_way_of_moving_the_answer_has_the_same_bits_in_few_rows_and_in_many(name: str) -> None:
    """In cases written by hand, each number moved by itself and next to its neighbour."""
    net = network(CRAFTED[name])
    for slot in range(len(net.inputs.mean)):
        for moved in ([slot], [slot, (slot + 1) % len(net.inputs.mean)]):
            new = {one: np.minimum(net.inputs.mean[one], 0.99) * np.array([0.4, 0.45, 0.3]) for one in moved}
            is_whole_row = len(moved) > 1 and {*moved} >= {*members(net, slot).tolist()}  # it would have to sum to 1
            if is_whole_row or not all((column > 0).all() for column in new.values()):
                continue
            many = credences_at(net, {one: np.tile(column, 700) for one, column in new.items()})
            np.testing.assert_array_equal(credences_at(net, new), many[:3])


@pytest.mark.parametrize(("low", "high"), [(0.05, 0.95), (1e-12, 1e-9), (1e-300, 1e-290), (5e-324, 1e-310)])
@pytest.mark.parametrize("items", [1, 15, 200])
def test_nothing_underflows_however_much_is_moved(items: int, low: float, high: float) -> None:
    """Products of hundreds of numbers, the least there are among them, are as exact as those of the engine."""
    net = network(flat(items, 0.05, 0.95))
    rng = np.random.default_rng(1)
    slots = [slot for slot in range(3, len(net.inputs.mean)) if slot % 3 < 2]
    new = {slot: np.exp(rng.uniform(np.log(low), np.log(high), 5)) for slot in slots}
    for column in new.values():
        column[2] = 0.5  # an ordinary row between the others
    np.testing.assert_allclose(credences_at(net, new), from_the_beginning(net, new), rtol=1e-11, atol=0)


def test_ratios_may_be_as_far_apart_as_can_be_stated() -> None:
    """Up to 1e300 and down to 1e-300, many of them together."""
    ratios = [Ratios(reference="a", ratios={"b": RatioBetween(0.5, 4), "c": 2.0}) for _ in range(12)]
    items = [Evidence(name=f"e{i}", statement="e", likelihood=one) for i, one in enumerate(ratios)]
    net = network(flat(2, 0.1, 0.9).model_copy(update={"evidence": items}))
    slots = [slot for slot in range(3, len(net.inputs.mean)) if net.inputs.is_ratio[slot]]
    rng = np.random.default_rng(2)
    new = {slot: np.exp(rng.uniform(-690, 690, 20)) for slot in slots}
    np.testing.assert_allclose(credences_at(net, new), from_the_beginning(net, new), rtol=1e-11)


@pytest.mark.parametrize("moved", [range(3, 40), range(3, 40, 3)])
def test_parts_of_the_rows_make_no_difference(moved: range, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rows are worked on together, each has the same credences, of one hypothesis moved or of all.

    Not the same bits: where a part has numbers that are far apart they are scaled, and sums are rounded otherwise.
    """
    net = network(flat(15, 1e-40, 0.9))
    new = {slot: np.random.default_rng(slot).uniform(1e-6, 1, 500) for slot in moved}
    whole = credences_at(net, new)
    for numbers in (3, 100, 1000):
        monkeypatch.setattr(batch, "NUMBERS_AT_ONCE", numbers)
        monkeypatch.setattr(batch, "MIN_ROWS_AT_ONCE", numbers)
        np.testing.assert_allclose(credences_at(net, new), whole, rtol=CLOSE)


def test_as_many_rows_go_together_as_fit() -> None:
    """Numbers for all hypotheses stay within their bound, as long as there are rows enough to be worth a call."""
    for hypotheses, expected in ((40, [3276, 1724]), (200, [2048, 2048, 904])):
        names = [f"h{k}" for k in range(hypotheses)]
        case = Case(
            question="Which?",
            hypotheses=[Hypothesis(name=name, statement="h") for name in names],
            prior=Odds(dict.fromkeys(names, 1)),
            evidence=[Evidence(name="e", statement="e", likelihood=dict.fromkeys(names, 0.5))],
        )
        parts = list(batch._parts(plan(network(case), (hypotheses,)), 5000))
        assert [part.stop - part.start for part in parts] == expected
        assert [part.start for part in parts[1:]] == [part.stop for part in parts[:-1]]


@settings(REPEATABLE, max_examples=100)
@given(
    st.integers(0, 10_000), st.sampled_from([(0.05, 0.95), (1e-12, 0.9)]), st.sampled_from([(1,), (0, 2), (0, 1, 2)])
)
def test_plain_numbers_and_scaled_ones_agree(seed: int, ends: tuple[float, float], moved: tuple[int, ...]) -> None:
    """Where doubles can bear it the quick way gives what scaled numbers give, whichever hypotheses are moved."""
    rng = np.random.default_rng(seed)
    net = network(flat(int(rng.integers(1, 6)), 10.0 ** -rng.integers(1, 40), 0.9, seed))
    new = {slot: np.exp(rng.uniform(*np.log(ends), 20)) for slot in range(3, len(net.inputs.mean)) if slot % 3 in moved}
    found, plain, scaled = plan(net, tuple(new)), np.empty((3, 20)), np.empty((3, 20))
    assert batch._fill_plain(found, new.__getitem__, plain).all()
    assert batch._fill_scaled(batch._scaled_joints(found, new), scaled).all()
    np.testing.assert_allclose(plain, scaled, rtol=CLOSE)
    np.testing.assert_allclose(plain.T, from_the_beginning(net, new), rtol=CLOSE)


def test_plain_numbers_are_left_before_they_lose_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypotheses are moved as far apart as doubles can be, and a little farther: only there are they scaled."""
    net, scaled = network(flat(1, 0.4, 0.6)), []
    joints = batch._scaled_joints
    monkeypatch.setattr(batch, "_scaled_joints", lambda *given: scaled.append(1) or joints(*given))
    for exponent, expected in ((-900, 0), (-990, 0), (-1020, 1), (-1060, 2)):
        new = {3: np.array([0.5, 2.0**exponent])}
        np.testing.assert_allclose(credences_at(net, new), from_the_beginning(net, new), rtol=CLOSE)
        assert len(scaled) == expected


def test_digits_lost_on_the_way_are_not_hidden_by_a_large_ratio() -> None:
    """A product that falls below the least of doubles is exact although a ratio multiplies it up again."""
    rows = [{"a": 0.5, "b": 0.5, "c": 0.5}] * 2
    ratios = Ratios(reference="a", ratios={"b": 2.0, "c": 2.0})
    items = [Evidence(name=f"e{i}", statement="e", likelihood=one) for i, one in enumerate([*rows, ratios])]
    net = network(flat(1, 0.4, 0.6).model_copy(update={"evidence": items}))
    at = net.inputs.addresses.index
    tiny = {at(f"evidence.e{i}.likelihood.b"): np.array([0.3, 1e-160 / 3]) for i in range(2)}
    new = tiny | {at("evidence.e2.likelihood.b"): np.array([3.0, 1e250])}
    np.testing.assert_allclose(credences_at(net, new), from_the_beginning(net, new), rtol=CLOSE)


@pytest.mark.parametrize("size", [3, 5_000])
def test_rows_that_repeat_the_case_have_its_bits(size: int) -> None:
    """Few rows and many: where all numbers are those of the case, so are the credences; one that differs is another."""
    net = network(flat(7, 0.01, 0.9))
    new = {slot: np.full(size, net.inputs.mean[slot]) for slot in range(3, 24)}
    new[23][1] = new[3][2] = 0.5
    found = credences_at(net, new)
    assert (found[[0, *range(3, size)]] == as_stated(net)).all()
    assert (found[[1, 2]] != as_stated(net)).all()


USED_EACH_IN_ITS_WAY = case(
    {"a": 0.3, "b": 0.3, "c": 0.4},
    item("found", {"a": 0.5, "b": 0.4, "c": 0.7}),
    item("missing", {"a": 0.5, "b": 0.4, "c": 0.7}, observed=False),
    item("unseen", {"a": 0.5, "b": 0.4, "c": 0.7}, observed=None),
    item("never", {"a": 0.5, "b": Impossible("it cannot be"), "c": 0.5}),
    item("ratio", Ratios(reference="b", ratios={"a": 2.0, "c": 1.0})),
)


@pytest.mark.parametrize("size", [3, 5_000])
@pytest.mark.parametrize("number", [0.0, -0.0, 1.0, -0.2, 1.5, np.nan, np.inf, 5e-324])
@pytest.mark.parametrize(
    "address",
    ["prior.a", *(f"evidence.{name}.likelihood.{h}" for name in ("found", "missing", "unseen") for h in "ab")],
)
def test_a_number_that_cannot_be_stated_is_refused_in_few_rows_and_in_many(
    size: int, number: float, address: str
) -> None:
    """Wherever it stands, however it is used, of whichever hypothesis, it is named; the least number can be stated."""
    net = network(USED_EACH_IN_ITS_WAY)
    slot, other = map(net.inputs.addresses.index, (address, "evidence.found.likelihood.c"))
    new = {slot: np.full(size, 0.5), other: np.full(size, 0.6)}
    new[slot][-1] = number
    if number == 5e-324:
        assert np.isfinite(credences_at(net, new)).all()
        return
    with pytest.raises(CaseError, match=re.escape(address)):
        credences_at(net, new)


@pytest.mark.parametrize("size", [3, 5_000])
@pytest.mark.parametrize("number", [0.0, -1.0, np.nan, np.inf])
def test_a_ratio_that_cannot_be_stated_is_refused_in_few_rows_and_in_many(size: int, number: float) -> None:
    net = network(USED_EACH_IN_ITS_WAY)
    address = "evidence.ratio.likelihood.a"
    new = {net.inputs.addresses.index(address): np.array([number, *[2.0] * size])}
    with pytest.raises(CaseError, match=re.escape(address)):
        credences_at(net, new)


@pytest.mark.parametrize("size", [1, 2, 3_000])
@pytest.mark.parametrize("numbers", [(1e-170, 1e-170), (1e-161, 3.3e-162), (0.2, 0.3)])
def test_what_was_impossible_is_possible_once_it_is_moved(size: int, numbers: tuple[float, float]) -> None:
    """A member of a prior that is stated as impossible keeps all digits and never becomes 0, however small it is."""
    declared = case({"a": 0.5, "b": 0.5, "z": Impossible("it cannot be")}, item("e", {"a": 0.9, "b": 0.3, "z": 1e-200}))
    net = network(declared)
    moved = {
        net.inputs.addresses.index(name): x
        for name, x in zip(("prior.z", "evidence.e.likelihood.z"), numbers, strict=True)
    }
    new = {slot: np.full(size, number) for slot, number in moved.items()}
    found = credences_at(net, new)
    assert (found > 0).all()
    np.testing.assert_allclose(found, from_the_beginning(net, new), rtol=CLOSE)


def test_extreme_rows_change_no_others() -> None:
    """A row has the same credences whether or not a number next to 0 in another row asks for scaled numbers."""
    net = network(flat(3, 0.05, 0.95))
    new = {slot: np.random.default_rng(slot).uniform(0.001, 1, 50) for slot in (4, 7)}
    alone = credences_at(net, new)
    with_extreme = {slot: np.append(column, 5e-324) for slot, column in new.items()}
    np.testing.assert_allclose(credences_at(net, with_extreme)[:50], alone, rtol=CLOSE)
    np.testing.assert_allclose(credences_at(net, with_extreme), from_the_beginning(net, with_extreme), rtol=CLOSE)


def test_the_order_of_the_hypotheses_changes_no_bit() -> None:
    """Credences go with their hypotheses when these are listed in another order."""
    case = flat(15, 0.01, 0.9)
    turned = case.model_copy(update={"hypotheses": case.hypotheses[::-1]})
    new = {f"evidence.e{i}.likelihood.b": np.random.default_rng(i).uniform(0.001, 1, 300) for i in range(15)}
    one, other = (
        credences_at(net, {net.inputs.addresses.index(address): column for address, column in new.items()})
        for net in (network(case), network(turned))
    )
    np.testing.assert_array_equal(one, other[:, ::-1])


def test_where_everything_is_as_stated_the_credence_is_that_of_the_case() -> None:
    """In whatever row, to rounding error: `weigh` multiplies the same numbers in another order."""
    net = network(flat(15, 0.01, 0.9))
    slots = range(3, 20)
    new = {slot: np.array([0.4, net.inputs.mean[slot], 0.6]) for slot in slots}
    found = credences_at(net, new)
    np.testing.assert_allclose(found[1], as_stated(net), rtol=CLOSE)
    assert (np.abs(found[[0, 2]] / as_stated(net) - 1) > 1e-3).all()


def test_an_excluded_hypothesis_stays_excluded() -> None:
    """What an item excludes has credence 0 whatever is supposed elsewhere, and no other number suffers from it."""
    never = Evidence(
        name="never", statement="e", likelihood={"a": Impossible("it cannot be"), "b": 1e-300, "c": 1e-200}
    )
    case = flat(3, 0.1, 0.9)
    net = network(case.model_copy(update={"evidence": [*case.evidence, never]}))
    new = {slot: np.linspace(0.1, 0.9, 9) for slot in range(3, 8)}
    found = credences_at(net, new)
    assert (found[:, 0] == 0).all()
    np.testing.assert_allclose(found, from_the_beginning(net, new), rtol=CLOSE)


def test_plans_are_kept_and_bounded() -> None:
    """The same inputs find the plan that is there; the oldest of too many are dropped."""
    net = network(flat(30, 0.1, 0.9))
    first = plan(net, (3,))
    assert plan(net, (3,)) is first
    for slot in range(4, 4 + MAX_PLANS):
        plan(net, (slot,))
    assert plan(net, (3,)) is not first


def test_one_row_leaves_no_trace_in_the_next() -> None:
    """A single row of the least numbers that can be stated changes nothing of what is kept for the rows after it."""
    net = network(flat(2, 0.1, 0.9))
    ordinary = {3: np.array([0.4]), 4: np.array([0.7])}
    before = credences_at(net, ordinary)
    credences_at(net, {3: np.array([5e-324]), 4: np.array([1e-320])})
    np.testing.assert_array_equal(credences_at(net, ordinary), before)
