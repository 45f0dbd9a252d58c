"""Tables are mappings that nobody can change, whatever order they were written in."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from attribution_bayes.declare.table import Table
from attribution_bayes.declare.ways import Beta, frozen


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


@pytest.mark.parametrize("entries", [{}, {"a": 1}, {"a": 0.5, "b": "x"}, {"a": True}, {"a": None, "b": 0.5}])
def test_a_table_of_anything_else_is_not_packed(entries: dict[str, Any]) -> None:
    """Only floats are; a whole number, a text or True stays as it is."""
    table = Table(entries)
    assert table.numbers is None
    assert dict(table) == entries
    assert [type(value) for value in table.values()] == [type(value) for value in entries.values()]


def test_a_table_of_one_number_is_one_of_numbers() -> None:
    """The least there can be: it is packed like any other, and both its ends are the number; an empty one is not."""
    one, none = Table({"a": 0.5}), Table({})
    assert one.numbers is not None
    assert (one.numbers.tolist(), one.is_packed, one.ends) == ([0.5], True, (0.5, 0.5))
    assert (none.numbers, none.is_packed) == (None, False)
    assert Table({"a": 0.5, "b": 0.2, "c": 0.9}).ends == (0.2, 0.9)


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


def test_numbers_of_tables_inside_tables_come_as_one_array() -> None:
    """In the order of the keys asked for at each depth, which may be some of them."""
    rows = {"a": {"x": {True: 0.1, False: 0.2}, "y": {True: 0.3, False: 0.4}}}
    rows["b"] = {"x": {True: 0.5, False: 0.6}, "y": {True: 0.7, False: 0.8}}
    table = frozen(rows)
    found = table.nested(("b", "a"), ("y",), (False, True))
    np.testing.assert_array_equal(found, [[[0.8, 0.7]], [[0.4, 0.3]]])
    assert table.is_plain(3)
    assert not table.is_plain(2)
    assert table.nested(("a", "b"), ("x", "y")) is None


@pytest.mark.parametrize("row", [0.5, {True: 0.5, False: Beta(1, 2)}, {}])
def test_tables_that_hold_anything_else_give_no_array(row: Any) -> None:
    """A number beside a table, a distribution, or nothing."""
    table = frozen({"a": {True: 0.1, False: 0.2}, "b": row})
    assert not table.is_plain(2)
    assert table.nested("ab", (True, False)) is None
