"""Names made from what other files call things."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from attribution_bayes.declare.parts import MAX_LABEL, MAX_NAME, NAME, RESERVED_NAMES


@dataclass(frozen=True, slots=True)
class Named:
    """What a heading, a row or a node is called: a name for addresses, and what it says."""

    name: str
    statement: str
    label: str | None = None


def read_name(text: str) -> Named:
    """Read a name, free text, or both, as in ``insider: it was an insider``."""
    name, colon, said = text.partition(":")
    if is_name(name) and colon and said.strip():
        return Named(name, said.strip())
    if is_name(text):
        return Named(text, text)
    return Named(made_name(text), text, text if len(text) <= MAX_LABEL and "\n" not in text else None)


def made_name(text: str) -> str:
    """A name of the letters and digits of a text."""
    if is_name(text):
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").lower()
    return (words if is_name(words[:MAX_NAME]) else f"n_{words}")[:MAX_NAME].rstrip("_")


def is_name(text: str) -> bool:
    """Whether a part can have this name."""
    return bool(NAME.fullmatch(text)) and text.casefold() not in RESERVED_NAMES
