"""Read-only tables, which stated mappings are turned into."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

import numpy as np

from attribution_bayes.errors import step

Key = TypeVar("Key")
Value = TypeVar("Value")


class Table(Mapping[Key, Value]):
    """A read-only mapping that can be hashed; the order in which it was written does not matter.

    True comes before False; other keys are in alphabetical order. Tables with the same names share them, and a table
    that holds only floats is packed, so that a number takes eight bytes.
    """

    __slots__ = ("_inside", "_places", "_values")

    def __init__(self, entries: Mapping[Key, Value]) -> None:
        self._places = _places(entries)
        values: list[Any] = [entries[key] for key in self._places]
        are_floats = bool(values) and set(map(type, values)) <= PACKED
        self._values: Sequence[Any] = array("d", values) if are_floats else tuple(values)

    @staticmethod
    def from_rows(keys: Sequence[str], rows: np.ndarray) -> Iterator[Table[str, float]]:
        """Tables with the same names, one for each row of an array of floats, shape (row, key)."""
        places = _places(dict.fromkeys(keys))
        packed, width = array("d", rows[:, [keys.index(key) for key in places]].tobytes()), len(places)
        for start in range(0, len(packed), width):
            table: Table[str, float] = object.__new__(Table)
            table._places, table._values = places, packed[start : start + width]
            yield table

    @property
    def is_packed(self) -> bool:
        """Whether it holds only floats."""
        return type(self._values) is array

    @property
    def ends(self) -> tuple[Value, Value]:
        """The least and the greatest of its values."""
        return min(self._values), max(self._values)

    @property
    def numbers(self) -> np.ndarray | None:
        """The values in the order of the table, if all of them are floats."""
        return np.frombuffer(self._values) if self.is_packed else None  # type: ignore[call-overload]

    def order(self, keys: tuple[Key, ...]) -> np.ndarray:
        """Where the values of these keys, which must be all keys, lie."""
        return self._places.arrangement(keys)

    def arranged(self, keys: tuple[Key, ...]) -> np.ndarray:
        """The numbers in the order of `keys`, which must be all keys."""
        numbers = self.numbers
        assert numbers is not None
        return np.asarray(numbers[self.order(keys)])

    def is_plain(self, depth: int) -> bool:
        """Whether this table, or the tables so deep inside it, hold only floats."""
        return self._flat(depth) is not None

    def _flat(self, depth: int) -> np.ndarray | None:
        """The numbers of all tables at a depth, one after another, or None if some are not packed.

        Of tables inside tables they are kept: there may be a hundred thousand, which every caution asks for.
        """
        if depth == 1:
            return np.frombuffer(self._values.tobytes()) if self.is_packed else None  # type: ignore[attr-defined]
        kept: tuple[int, np.ndarray | None] | None = getattr(self, "_inside", None)
        if kept is None or kept[0] != depth:
            packed = self._innermost(depth)
            kept = self._inside = depth, None if packed is None else np.frombuffer(b"".join(packed))
        return kept[1]

    def _innermost(self, depth: int) -> list[Any] | None:
        """The packed numbers of each table at a depth."""
        found: list[Any] = [self._values]
        for _ in range(depth - 1):
            tables = [inside for values in found for inside in values]
            if set(map(type, tables)) != {Table}:
                return None
            found = [table._values for table in tables]
        return found if set(map(type, found)) == {array} else None

    def nested(self, *levels: Sequence[Any]) -> np.ndarray | None:
        """The numbers of this table, or of tables inside tables, for the keys asked for at each depth.

        Returns
        -------
        array
            Shape (key of the first level, ..., key of the last); None unless all numbers are floats.
        """
        numbers = self._flat(len(levels))
        if numbers is None:
            return None
        one: Any = self
        for axis, keys in enumerate(levels):
            places, count = [one._places[key] for key in keys], len(one)
            numbers = numbers.reshape(*(len(level) for level in levels[:axis]), count, -1)
            numbers = numbers if places == [*range(count)] else numbers.take(places, axis)
            one = one._values[0]
        return numbers[..., 0]

    def __getitem__(self, key: Key) -> Value:
        value: Value = self._values[self._places[key]]
        return value

    def __iter__(self) -> Iterator[Key]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __hash__(self) -> int:
        return hash(frozenset(self.items()))

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> tuple[object, ...]:
        return Table, (dict(self),)


PACKED = {float, np.float64}
MAX_SHARED_NAMES = 64
"""Sets of names that are kept for further tables; a case has few: its hypotheses and outcomes."""


def packed_alike(tables: Sequence[Any], like: Table[Any, Any]) -> bytes | None:
    """The numbers of packed tables as they lie in them; None unless all have the same names as this one."""
    return b"".join(map(_VALUES, tables)) if [*map(_PLACES, tables)] == [like._places] * len(tables) else None


_PLACES, _VALUES = attrgetter("_places"), attrgetter("_values")


class _Places(dict[Any, int]):
    """The position of each key; remembers the arrangement that was asked for last."""

    __slots__ = ("_asked",)

    def arrangement(self, keys: tuple[Any, ...]) -> np.ndarray:
        asked: tuple[tuple[Any, ...], np.ndarray] | None = getattr(self, "_asked", None)
        if asked is None or asked[0] is not keys:
            asked = self._asked = keys, np.array([self[key] for key in keys])
        return asked[1]


def _places(entries: Mapping[Any, Any]) -> _Places:
    keys = tuple(entries)
    if set(map(type, keys)) == {str}:  # 1 and True are equal, so that only sets of texts can be told apart
        return _shared_places(frozenset(keys))
    in_order = sorted(keys, key=lambda key: (key is False, step(key)))
    return _Places((key, place) for place, key in enumerate(in_order))


@lru_cache(MAX_SHARED_NAMES)
def _shared_places(keys: frozenset[str]) -> _Places:
    return _Places((key, place) for place, key in enumerate(sorted(keys)))
