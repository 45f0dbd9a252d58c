"""Which texts can be shown to a reader as they are."""

from __future__ import annotations

import pytest

from attribution_bayes.declare.texts import text_problems


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
