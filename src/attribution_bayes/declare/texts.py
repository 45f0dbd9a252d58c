"""Checks that a text can be shown to a reader as it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from attribution_bayes.errors import Problem

MAX_TEXT = 20_000
"""Most characters of a text field; longer text belongs in the document that the citation names."""

JOINERS = "\u200c\u200d"
"""Invisible characters that the spelling of Persian, Hindi and other languages needs."""


def text_problems(text: str, path: str) -> Iterator[Problem]:
    """Why a text cannot be shown to a reader as it is."""
    if all(map(is_blank, text)):
        yield Problem(code="E_MISSING", path=path, message="the text is empty.", hint="Say it in a sentence.")
    if len(text) > MAX_TEXT:
        hint = "Longer text belongs in the document that the citation names."
        message = f"{len(text):,} characters; at most {MAX_TEXT:,} are allowed."
        yield Problem(code="E_LIMIT", path=path, message=message, hint=hint)
        return
    at = None if text.isprintable() else next((at for at, sign in enumerate(text) if _is_control(sign)), None)
    if at is not None:
        message = f"the text holds the control character U+{ord(text[at]):04X} at position {at}."
        yield Problem(code="E_TEXT_CONTROL", path=path, message=message, hint="Remove it: a reader cannot see it.")


def are_ordinary(texts: Sequence[str]) -> bool:
    """Whether texts can be shown, as a glance tells: of letters, digits and signs of ASCII, and none too long."""
    together = "".join(texts)
    can_be_read = together.isascii() and together.isprintable() and max(map(len, texts), default=0) <= MAX_TEXT
    return can_be_read and all(texts) and not any(map(str.isspace, texts))


BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that show nothing: Hangul fillers and the blank Braille pattern."""


def is_blank(sign: str) -> bool:
    """Whether a text of only such characters shows nothing: spaces, joiners, marks without a letter, fillers."""
    return sign.isspace() or sign in BLANKS or sign in JOINERS or unicodedata.category(sign).startswith("M")


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs") and sign not in "\n\t" and sign not in JOINERS
