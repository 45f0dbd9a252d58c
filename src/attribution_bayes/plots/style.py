"""What all pictures share: ArviZ's look without touching anybody's settings, and marks that need no colour.

Text is drawn as it is: neither mathtext nor TeX reads it.
"""

from __future__ import annotations

import io
import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from attribution_bayes.arguments import expect, shown
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

ROW, LINE, NOTE_LINE = 0.36, 0.155, 0.14
"""Inches of a row, of each line of its label, and of each line of a note."""

MAX_HEIGHT = 600.0
"""Inches; beyond 2^16 dots no picture of dots can be made."""

SMALL, TITLE = 8.5, 12
"""Points of notes and of the title."""

TITLE_CHARACTERS, NOTE_CHARACTERS, LEGEND_CHARACTERS, LABEL_CHARACTERS, FREE_CHARACTERS = 72, 112, 108, 34, 60

AXIS_CHARACTERS = 68
"""Characters on a line of each; free text is cut after as many, names never are."""

KEY_CHARACTERS = 8
"""Characters that would stand where the mark of a legend's entry does, with the space around it."""


class Picture(Figure):
    """A figure that shows itself in a notebook without pyplot, so that none stays open."""

    def _repr_png_(self) -> bytes:
        found = io.BytesIO()
        self.savefig(found, format="png")
        return found.getvalue()


@dataclass(frozen=True, eq=False)
class Canvas:
    """Where one picture is drawn: axes of a figure of its own, or axes that were given."""

    axes: Axes
    is_own: bool
    height: float

    @property
    def figure(self) -> Figure:
        return cast(Figure, self.axes.get_figure(root=True))


@contextmanager
def in_style() -> Iterator[None]:
    """Draw in ArviZ's style, whatever the settings are, and leave these as they were."""
    with style.context(["default", STYLE]):
        yield


def canvas(ax: Axes | None, height: float) -> Canvas:
    """The axes that were given, or those of a new figure; the height, in inches, is without title, legend and notes."""
    if ax is not None:
        expect(ax, Axes, "ax")
        return Canvas(ax, is_own=False, height=height)
    figure = Picture(figsize=(WIDTH, height), layout="constrained")
    return Canvas(figure.add_subplot(), is_own=True, height=height)


def finish(canvas: Canvas, title: str, keys: Sequence[Line2D | Patch], notes: Iterable[str]) -> Figure:
    """The figure, with title and legend above and what must be read with it below."""
    ax, figure = canvas.axes, canvas.figure
    title = break_lines(title, TITLE_CHARACTERS)
    note = "\n".join(textwrap.fill(one, NOTE_CHARACTERS) for one in notes)
    columns = _columns([extent(str(key.get_label())) for key in keys])
    if canvas.is_own:
        bold = {"size": TITLE, "weight": "bold"}
        place: Look = {"loc": "outside upper left", "title": title, "title_fontproperties": bold, "alignment": "left"}
        made = figure.legend(handles=list(keys), ncols=columns, borderpad=0.1, **place)
        if note:
            figure.supxlabel(note, x=0.01, ha="left", fontsize=SMALL, color=GREY)
        above = 0.22 * (2 + title.count("\n") + int(np.ceil(len(keys) / columns)))
        below = NOTE_LINE * (1 + note.count("\n")) + 0.55
        width = max(WIDTH, made.get_window_extent().width / figure.dpi + 0.1)
        figure.set_size_inches(width, min(MAX_HEIGHT, canvas.height + above + below))
    else:
        ax.set_title(title, loc="left", fontsize=TITLE, fontweight="bold")
        made = ax.legend(handles=list(keys), loc="best")
        ax.set_xlabel("\n".join(part for part in (ax.get_xlabel(), note) if part))
    for text in (*made.get_texts(), *ax.get_xticklabels(), *ax.get_yticklabels()):  # made while the style holds
        text.set_parse_math(False)
    return figure


def _columns(lengths: Sequence[float]) -> int:
    """As many columns as fit, where entries of these lengths fill one column after another."""

    def width(columns: int) -> float:
        parts = np.array_split(np.array(lengths), columns)
        return sum(KEY_CHARACTERS + float(part.max()) for part in parts)

    return next((n for n in range(len(lengths), 1, -1) if width(n) <= LEGEND_CHARACTERS), 1)


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


def break_lines(text: str, width: int = LABEL_CHARACTERS) -> str:
    """Words on several lines, nothing cut; a name that is too long for one is broken after an underscore or point."""
    lines = [""]
    for word in text.split():
        joint = " " if lines[-1] else ""
        if extent(lines[-1] + joint + word) <= width:
            lines[-1] += joint + word
        else:
            lines += [""] if lines[-1] else []
            for piece in _pieces(word, width):
                if lines[-1] and extent(lines[-1] + piece) > width:
                    lines.append("")
                lines[-1] += piece
    return "\n".join(lines)


def _pieces(word: str, width: int) -> Iterator[str]:
    """Parts of a word at whose ends it may be broken: single letters where a part is too long."""
    for part in re.findall(r"[^_.]*[_.]+|[^_.]+", word):
        yield from [part] if extent(part) <= width else part


def extent(text: str) -> float:
    """How many letters of ordinary width would take as much room."""
    return sum(1.5 if sign in "MWmw%" else 1.2 if sign.isupper() else 1.0 if sign.isascii() else 1.7 for sign in text)


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


def drawn_names(parts: Iterable[NamedPart]) -> dict[str, str]:
    """What a picture calls each part, by its name."""
    return {part.name: drawn_name(part) for part in parts}
