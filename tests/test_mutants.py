"""The list of changes that no test notices is about the code as it is, and gives a reason for each."""

from __future__ import annotations

import importlib
import inspect
from collections import Counter
from functools import reduce

import pytest

from living import FILE, Change, listed, page, reasons

EVERY = reasons(FILE.read_text(encoding="utf-8"))


def test_a_reason_holds_for_the_changes_below_it() -> None:
    """Until the next one; it may take several lines."""
    text = "# One, in\n# two lines.\n\na.f\n-x\n+y\n\nb.C.g\n-    x\n-    z\n+    y\n\n# Two.\n\na.f\n-x\n+z\n"
    assert reasons(text) == [
        (Change("a.f", "-x\n+y"), "One, in two lines."),
        (Change("b.C.g", "-    x\n-    z\n+    y"), "One, in two lines."),
        (Change("a.f", "-x\n+z"), "Two."),
    ]


def test_the_page_tells_scores_and_reasons() -> None:
    """A row for each module and all together; each reason once, with how many live for it and one of them."""
    (change, why), *_ = EVERY
    made = {"command": "this", "versions": "that", "seconds": 5}
    text = page({"errors": (7, 1, 0), "exact": (2, 1, 1)}, [change, change], **made)
    assert "| errors | 8 | 7 | 1 | 0 |\n| exact | 4 | 2 | 1 | 1 |\n| together | 12 | 9 | 2 | 1 |\n" in text
    assert f"**2** live: {why} Such as, in `{change.function}`:\n\n```diff\n{change.lines}\n```\n" in text
    assert text.startswith("# Small changes of the code, and who notices\n\nMade by `this`: that.")


def test_every_change_is_listed_once_and_has_a_reason() -> None:
    """Two reasons would be one too many."""
    assert [change for change, count in Counter(change for change, _ in EVERY).items() if count > 1] == []
    assert all(why.endswith(".") for why in listed().values())


@pytest.mark.parametrize("function", sorted({change.function for change, _ in EVERY}))
def test_what_is_listed_is_there(function: str) -> None:
    """The function exists, and has the lines that are said to be changed."""
    module, *path = function.split(".")
    found = reduce(inspect.getattr_static, path, importlib.import_module(f"attribution_bayes.{module}"))
    for inside in ("fget", "func", "__func__", "__wrapped__"):
        found = getattr(found, inside, found)
    there = {line.strip() for line in inspect.getsource(found).splitlines()}
    changed = [line for change, _ in EVERY if change.function == function for line in change.lines.splitlines()]
    assert [line for line in changed if line.startswith("-") and line[1:].strip() not in there] == []
