"""What is found once for each object."""

from __future__ import annotations

import gc

from attribution_bayes.memo import Memo, once_for_each


class Thing:
    """Equal to every other thing, and hashed like it."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Thing)

    def __hash__(self) -> int:
        return 0


def test_an_object_is_asked_about_once() -> None:
    """The second question is answered from memory, also where the objects cannot be told apart by `==`."""
    asked: list[Thing] = []

    @once_for_each
    def number(thing: Thing) -> int:
        asked.append(thing)
        return len(asked)

    one, other = Thing(), Thing()
    assert [number(one), number(other), number(one), number(other)] == [1, 2, 1, 2]
    assert len(asked) == 2


def test_what_is_known_of_an_object_is_forgotten_with_it() -> None:
    """A memo keeps nothing alive and does not grow with the objects that have gone."""
    memo: Memo[Thing, list[int]] = Memo()
    one, other = Thing(), Thing()
    memo.keep(one, [1])
    memo.keep(other, [2])
    assert len(memo) == 2
    del one
    gc.collect()
    assert len(memo) == 1
    assert memo.get(other) == [2]
    assert memo.get(Thing()) is None
    memo.keep(other, [3])
    assert memo.get(other) == [3]
