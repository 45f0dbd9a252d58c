"""Values that are computed once for each object, and forgotten together with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from weakref import ref


class Memo[Owner, Value]:
    """One value for each living object. Objects are compared by identity, so that none has to be hashed."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[ref[Owner], Value]] = {}

    def get(self, owner: Owner) -> Value | None:
        kept = self._kept.get(id(owner))
        return None if kept is None else kept[1]

    def keep(self, owner: Owner, value: Value) -> Value:
        key = id(owner)
        self._kept[key] = ref(owner, lambda _: self._kept.pop(key, None)), value
        return value

    def __len__(self) -> int:
        return len(self._kept)


def once_for_each[Owner, Value](find: Callable[[Owner], Value]) -> Callable[[Owner], Value]:
    """Make a function that computes its value once for each object and remembers it."""
    memo: Memo[Owner, Value] = Memo()

    @wraps(find)
    def found(owner: Owner) -> Value:
        kept = memo.get(owner)
        return memo.keep(owner, find(owner)) if kept is None else kept

    return found
