"""What all pictures share: ArviZ's look without touching anybody's settings, and marks that need no colour.

Text is drawn as it is: neither mathtext nor TeX reads it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
from matplotlib import style
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.lines import Line2D

from attribution_bayes.arguments import shown
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import NamedPart
from attribution_bayes.declare.wording import Labels, in_words, part_labels
from attribution_bayes.engine.posterior import CONDITIONAL
from attribution_bayes.errors import refusal

COLOURS = ("#36acc6", "#f66d7f", "#fac364", "#7c2695", "#228306", "#a252f4", "#63f0ea", "#a77e4f")
"""The cycle of ArviZ's style `arviz-variat`, made to be told apart by people who see fewer colours."""

MARKERS = (*"os^DvPX<>*phd", (4, 1, 0), (6, 1, 0), (3, 1, 0))

LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))

HATCHES = ("", *(3 * sign for sign in "/.\\xo+-|*O"), *(2 * sign + "." for sign in "/\\|-x"))
"""What tells the first 16 hypotheses apart without colour; lines, by marker and stroke, the first 80."""

INK, GREY, PALE = "0.15", "0.4", "0.88"
"""Colours of all but the hypotheses: lines and letters, notes, bands."""

STRIPES = "////"
"""The hatch of whatever comes second, where there are two."""

STYLE: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": "0.33",
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "patch.linewidth": 0.8,
    "figure.dpi": 100.0,
    "font.size": 10.0,
    "hatch.linewidth": 0.6,
    "legend.fontsize": 9.0,
    "legend.frameon": False,
    "lines.solid_capstyle": "round",
    "text.color": INK,
    "text.parse_math": False,
    "text.usetex": False,
    "xtick.color": INK,
    "ytick.color": INK,
}
"""ArviZ's style `arviz-variat`, with letters small enough for names of 64 characters."""

WIDTH = 7.5
"""Inches; the letters are meant for pictures of this width."""

BAR = 0.6
"""How much of a row a bar takes."""

ROW, LINE = 0.36, 0.155
"""Inches of a row, and of each line of its label."""

LETTERS, NAMES, SMALL, TITLE = 10.0, 9.0, 8.5, 12.0
"""Points of axes, of rows and legends, of notes, and of the title."""

ROUNDED = 1.1
"""How much wider than in its font text may be on screens of 100 dots an inch, where a letter takes whole dots."""

FREE_CHARACTERS = 60
"""Free text is cut after as many; names never are."""


@contextmanager
def in_style() -> Iterator[None]:
    """Draw in ArviZ's style, whatever the settings are, and leave these as they were."""
    with style.context(["default", STYLE]):
        yield


def conditional(of: Case | pd.DataFrame) -> list[str]:
    """The note without which credences of a case that lists no catch-all, or a table of them, must not be read."""
    has_catch_all = of.attrs["has_catch_all"] if isinstance(of, pd.DataFrame) else of.has_catch_all
    return [] if has_catch_all else [f"All this holds {CONDITIONAL}."]


def checked(table: pd.DataFrame, verb: Callable[..., pd.DataFrame], given: Mapping[str, str | None]) -> pd.DataFrame:
    """A table, if it is what this verb returns, or rows of it. What the table has was given when it was made."""
    name = verb.__name__
    if "has_catch_all" not in table.attrs or (table.empty and name == "one_way"):
        message = f"the table is not what `{name}` returns, or has lost its `attrs`."
        raise refusal("E_SHAPE", "table", message, f"Give `{name}(case)`, or rows of it such as `.head(5)`.")
    for field, value in given.items():
        if value is not None:
            message = f"{shown(value)} is given beside a table, which was made for {table.attrs}."
            raise refusal("E_CONFLICT", field, message, f"Give it to `{name}`.")
    return table


type Look = dict[str, Any]
"""How matplotlib is told to draw something."""


@dataclass(frozen=True)
class Mark:
    """How one of several things is told from the others, with or without colour."""

    colour: str
    marker: Any
    line: Any
    hatch: str


def mark(place: int) -> Mark:
    """The mark of a hypothesis, or of a reading, by its place."""
    cycles = (COLOURS, MARKERS, LINES, HATCHES)
    colour, marker, line, hatch = (cycle[place % len(cycle)] for cycle in cycles)
    return Mark(str(colour), marker, line, str(hatch))


def points(name: str, look: Mark, *, face: str) -> Line2D:
    """An entry of a legend: a marker without a line."""
    edge = look.colour if face == "white" else INK
    return Line2D([], [], linestyle="", marker=look.marker, color=edge, markerfacecolor=face, markersize=8, label=name)


def shorten(text: str) -> str:
    """Free text on one line, cut where it would not fit; what cannot be seen becomes a sign that can."""
    line = "".join(sign if sign.isprintable() else "\ufffd" for sign in " ".join(text.split()))
    return line if len(line) <= FREE_CHARACTERS else f"{line[: FREE_CHARACTERS - 1]}…"


def break_lines(text: str, inches: float, points: float, weight: str = "normal") -> str:
    """Words on lines of at most this length, nothing cut; a longer name is broken after an underscore or point."""

    def fits(line: str) -> bool:
        return text_width(line, points, weight) <= inches

    lines = [""]
    for word in text.split():
        joint = " " if lines[-1] else ""
        if fits(lines[-1] + joint + word):
            lines[-1] += joint + word
        else:
            lines += [""] if lines[-1] else []
            for piece in _pieces(word, fits):
                if lines[-1] and not fits(lines[-1] + piece):
                    lines.append("")
                lines[-1] += piece
    return "\n".join(lines)


def _pieces(word: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """Parts of a word at whose ends it may be broken: single letters where a part is too long."""
    for part in re.findall(r"[^_.]*[_.]+|[^_.]+", word):
        yield from [part] if fits(part) else part


def text_width(text: str, points: float, weight: str = "normal") -> float:
    """Inches that the longest line of a text takes at most, in letters of this size."""
    path = findfont(FontProperties(weight=weight))
    return ROUNDED * max(sum(_advance(path, sign) for sign in line) for line in text.split("\n")) * points / 72


@lru_cache(maxsize=4096)
def _advance(path: Any, sign: str) -> float:
    """How wide a sign is, in the size of its font; one without a glyph stands as wide as the widest."""
    font = get_font(path)
    if not font.get_char_index(ord(sign)):
        return 1.0
    return float(font.load_char(ord(sign), flags=LoadFlags.NO_SCALE).horiAdvance / font.units_per_EM)


def drawn_name(part: NamedPart) -> str:
    """What a picture calls a part: its label, or its name where matplotlib would not draw the label as it is read."""
    return " ".join(part.label.split()) if part.label and _is_drawn(part.label) else part.name


def drawn_labels(labels: Labels) -> dict[str, str]:
    """The labels that matplotlib draws as they are read: names stand for the others."""
    return {address: " ".join(label.split()) for address, label in labels.items() if _is_drawn(label)}


def drawn_words(case: Case, address: str) -> str:
    """What a picture says of the number at an address."""
    return in_words(case, address, drawn_labels(part_labels(case)))


def _is_drawn(label: str) -> bool:
    return label[0] != "_" and "$" not in label and all(map(_has_sign, label))


def _has_sign(sign: str) -> bool:
    """Whether the font has it, and it is read from left to right: matplotlib draws everything so."""
    font = get_font(findfont(FontProperties()))
    return bool(font.get_char_index(ord(sign))) and unicodedata.bidirectional(sign) not in ("R", "AL")


def as_observed(name: str, observed: str, *more: str) -> str:
    """An item with what was observed of it, if not that it is true or what sources say, and more that is known."""
    noted = [*([] if observed in ("true", "reported") else [f"observed: {observed}"]), *more]
    return f"{name} ({', '.join(noted)})" if noted else name


def drawn_names(parts: Iterable[NamedPart]) -> dict[str, str]:
    """What a picture calls each part, by its name."""
    return {part.name: drawn_name(part) for part in parts}
