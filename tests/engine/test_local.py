"""One component by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Beta
from attribution_bayes.engine import local as local_module
from attribution_bayes.engine.batch import with_their_blocks
from attribution_bayes.engine.exact import likelihoods
from attribution_bayes.engine.local import Corners, Local, local_components, members, movers
from attribution_bayes.engine.network import network
from attribution_bayes.engine.plan import plan
from attribution_bayes.engine.scaled import Scaled
from drawn import cases
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


@settings(REPEATABLE, max_examples=30)
@given(cases(max_hypotheses=3, max_items=5))
def test_components_by_themselves_have_the_likelihoods_of_the_network(case: Case) -> None:
    """As stated, with nothing moved, and where all inputs are known."""
    net = network(case)
    values = net.inputs.values[None]
    for known in (np.zeros(values.shape[1], dtype=bool), np.ones(values.shape[1], dtype=bool)):
        together = likelihoods(net, values, known)[0]
        for place, local in enumerate(local_components(net)):
            alone = local.at(values) if known.all() else local.supposed({}, 1)
            np.testing.assert_allclose(alone.log()[0], together[place].log(), rtol=1e-12, atol=1e-12)


@settings(REPEATABLE, max_examples=30)
@given(cases(max_hypotheses=3, max_items=5))
def test_columns_and_rows_move_inputs_alike(case: Case) -> None:
    """What is moved column by column is what is moved row by row."""
    for local in local_components(network(case)):
        for slot in {slot for slot in local.slots.tolist() if slot < len(local.slots)}:
            values = np.array([0.25, 0.5, 0.9])
            rows = local.likelihood([{slot: (x, 1 - x)} for x in values.tolist()])
            columns = local.supposed({slot: values}, 3)
            np.testing.assert_array_equal(columns.mantissa, rows.mantissa)
            np.testing.assert_array_equal(columns.exponent, rows.exponent)


@settings(REPEATABLE, max_examples=30)
@given(cases(max_hypotheses=3, max_items=5))
def test_what_is_moved_one_after_another_is_moved_together(case: Case) -> None:
    """A component of which some inputs were moved before has the bits of one of which all are moved at once."""
    for local in local_components(network(case)):
        slots = sorted({slot for slot in local.slots.tolist() if slot < len(local.slots)})
        first = dict.fromkeys(slots[::2], (0.25, 0.75))
        then = dict.fromkeys(slots[1:], (0.9, 0.1))
        together, apart = local.likelihood([{**first, **then}]), local.moved(first).likelihood([then])
        np.testing.assert_array_equal(together.mantissa, apart.mantissa)
        np.testing.assert_array_equal(together.exponent, apart.exponent)


@settings(REPEATABLE, max_examples=30)
@given(cases(max_hypotheses=3, max_items=5))
def test_a_row_moves_as_a_whole(case: Case) -> None:
    """Whoever shares a row with an input that a component uses changes the component when moved."""
    net = network(case)
    for local in local_components(net):
        moved = movers(net, local)
        assert moved == sorted({m for slot in moved for m in members(net, slot).tolist()})


def reported() -> Case:
    """Two items that nobody observed, reported by two sources; the second source is used twice."""
    names = ("a", "b", "c")
    likely = {name: 0.2 + 0.3 * i for i, name in enumerate(names)}
    colours = {name: {"red": 0.2 + 0.2 * i, "blue": 0.3, "green": 0.5 - 0.2 * i} for i, name in enumerate(names)}
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name, catch_all=name == "c") for name in names],
        prior=dict.fromkeys(names, 1 / 3),
        sources=[
            Source(name=name, statement="s", reliability=0.7, if_unreliable=Beta(2, 3) if name == "t" else 0.4)
            for name in ("s", "t")
        ],
        evidence=[
            Evidence(name="e", statement="e", likelihood=likely, reports=[Report(source="s"), Report(source="t")]),
            Evidence(name="f", statement="f", likelihood=colours, outcomes=("red", "blue", "green"), observed=None),
            Evidence(
                name="g",
                statement="g",
                likelihood={name: {"red": 0.1, "blue": 0.5, "green": 0.9} for name in names},
                given=("f",),
                reports=[Report(source="t")],
            ),
        ],
    )


def corners(*addresses: str) -> tuple[Local, Corners | None, list[int]]:
    """The component that uses the first of these inputs, between their ends."""
    net = network(reported())
    slots = [net.inputs.addresses.index(address) for address in addresses]
    local = next(local for local in local_components(net) if slots[0] in movers(net, local))
    return local, Corners.from_local(net, local, slots), slots


@pytest.mark.parametrize(
    "addresses",
    [
        ("source.s.reliability",),
        ("evidence.f.likelihood.a.red",),  # the others of its row are scaled
        ("source.s.reliability", "evidence.e.likelihood.b"),
        ("evidence.e.likelihood.a", "source.t.reliability", "evidence.g.likelihood.b.red"),
    ],
)
def test_between_the_ends_is_what_elimination_finds(addresses: tuple[str, ...]) -> None:
    """One, two or three inputs moved, to any values that can be stated, next to 0 and 1 too."""
    local, found, slots = corners(*addresses)
    assert found is not None
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.random((20, len(slots))), [[5e-324] * len(slots), [1 - 2**-53] * len(slots)]])
    columns = dict(zip(slots, values.T, strict=True))
    expected = local.supposed(with_their_blocks(plan(network(reported()), tuple(slots)), columns), 22)
    between = found.supposed(columns, 22)
    np.testing.assert_allclose(between.log(), expected.log(), rtol=1e-13, atol=1e-13)


def test_between_the_ends_no_other_row_changes_a_bit() -> None:
    """With a row of which products leave the range of doubles, the others are what they are without it."""
    _, found, slots = corners("evidence.e.likelihood.a", "source.t.reliability", "evidence.g.likelihood.b.red")
    assert found is not None
    values = np.random.default_rng(0).random((3, 50))
    plain = found.supposed(dict(zip(slots, values, strict=True)), 50)
    extreme = np.concatenate([values, [[1e-150], [1e-300], [5e-324]]], axis=1)
    scaled = found.supposed(dict(zip(slots, extreme, strict=True)), 51)
    np.testing.assert_array_equal(plain.mantissa, scaled.mantissa[:50])
    np.testing.assert_array_equal(plain.exponent, scaled.exponent[:50])


ODD = 1 + 2.0**-40 + 2.0**-52


@pytest.mark.parametrize(
    ("numbers", "values"),
    [
        ([0.0, ODD], [5e-323]),
        ([[0.0, 0.0], [0.0, ODD]], [2.0**-600 * ODD, 2.0**-500 * ODD]),
        ([[0.0, 0.0], [ODD, 0.0]], [2.0**-980 * ODD, 1 - 2.0**-53]),
        ([[0.0, 0.0], [1.0, 2.0**-53 * ODD]], [2.0**-990, 0.5]),  # the last digit hangs on one that a double has not
        ([0.0, 0.0], [0.5]),
    ],
)
def test_between_the_ends_no_bit_is_lost_where_doubles_end(numbers: Any, values: list[float]) -> None:
    """Where plain numbers would lose digits they are scaled."""
    found = Corners(tuple(range(len(values))), Scaled.from_floats(np.array(numbers)[..., None]))
    columns = {slot: np.array([value]) for slot, value in enumerate(values)}
    likelihood = found.supposed(columns, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_module, "ROOM", 0)
        scaled = found.supposed(columns, 1)
    assert likelihood.mantissa.tolist() == scaled.mantissa.tolist()
    assert likelihood.exponent.tolist() == scaled.exponent.tolist()


@pytest.mark.parametrize(
    "addresses",
    [
        ("source.t.if_unreliable",),  # two reports use it: a polynomial
        ("evidence.f.likelihood.a.red", "evidence.f.likelihood.a.blue"),  # of one row
        (
            "source.s.reliability",
            "evidence.e.likelihood.a",
            "evidence.e.likelihood.b",
            "evidence.e.likelihood.c",
        ),  # too many
    ],
)
def test_what_is_no_line_is_not_taken_for_one(addresses: tuple[str, ...]) -> None:
    """Elimination answers instead."""
    assert corners(*addresses)[1] is None


def test_rows_that_are_too_many_at_once_are_gone_through_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for one table at a time each row has the bits that it has together with the others."""
    source = Source(name="s", statement="s", reliability=0.7, if_unreliable=0.4)
    items = [
        Evidence(name=name, statement=name, likelihood={"a": 0.7, "b": 0.2}, reports=[Report(source="s")])
        for name in ("one", "two")
    ]
    hypotheses = [Hypothesis(name=name, statement=name) for name in "ab"]
    case = Case(question="?", hypotheses=hypotheses, prior={"a": 0.5, "b": 0.5}, sources=[source], evidence=items)
    (local,) = local_components(network(case))
    slot = movers(network(case), local)[0]
    rows = [{slot: (value, 1 - value)} for value in np.linspace(0.1, 0.9, 7).tolist()]
    together = local.likelihood(rows)
    monkeypatch.setattr(local_module, "CELLS_AT_ONCE", 1)
    apart = local.likelihood(rows)
    assert apart.mantissa.tolist() == together.mantissa.tolist()
    assert apart.exponent.tolist() == together.exponent.tolist()
