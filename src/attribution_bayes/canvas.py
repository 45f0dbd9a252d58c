"""What all pictures share: ArviZ's look without touching anybody's settings, marks that need no colour, honest axes.

Free text is drawn as it is: neither mathtext nor TeX reads it.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from attribution_bayes.case import Case
from attribution_bayes.posterior import CONDITIONAL, percent

COLOURS = ("#36acc6", "#f66d7f", "#fac364", "#7c2695", "#228306", "#a252f4", "#63f0ea", "#a77e4f")
"""The cycle of ArviZ's style `arviz-variat`, made to be told apart by people who see fewer colours."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*", "p")
LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
HATCHES = ("", "///", "...", "\\\\\\", "xxx", "ooo", "+++", "---", "|||", "***", "OO")
"""Cycles of other lengths than that of the colours, so that no two of the first 88 hypotheses look the same."""

INK, GREY, PALE = "0.15", "0.45", "0.88"

STYLE: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": "0.33",
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.dpi": 100.0,
    "font.size": 10.0,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 9.0,
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

ROW = 0.36
"""Inches that a row with a line of text takes."""

MOST_HEIGHT = 600.0
"""Inches; beyond 2^16 dots no picture of dots can be made."""

SMALL = 8.5
NOTE_CHARACTERS = 112
LABEL_CHARACTERS = 40
FREE_TEXT_CHARACTERS = 60

WHOLE = 1e-3
"""The error that whole percentages bear out."""


class Picture(Figure):
    """A figure that shows itself in a notebook without pyplot, so that none stays open."""

    def _repr_png_(self) -> bytes:
        found = io.BytesIO()
        FigureCanvasAgg(self).print_png(found)
        return found.getvalue()


@dataclass(frozen=True, eq=False)
class Canvas:
    """Where one picture is drawn: axes of its own figure, or axes that were given."""

    axes: Axes
    is_own: bool


@contextmanager
def in_style() -> Iterator[None]:
    """Draw in ArviZ's style, whatever the settings are, and leave these as they were."""
    with style.context(["default", STYLE]):
        yield


def canvas(ax: Axes | None, height: float) -> Canvas:
    """The axes that were given, or those of a new figure of this height, in inches."""
    if ax is not None:
        return Canvas(ax, is_own=False)
    figure = Picture(figsize=(WIDTH, min(height, MOST_HEIGHT)), layout="constrained")
    return Canvas(figure.add_subplot(), is_own=True)


def finished(canvas: Canvas, title: str, notes: Iterable[str]) -> Figure:
    """The figure, with its title above and what must be read with it below."""
    ax, note = canvas.axes, "\n".join(textwrap.fill(one, NOTE_CHARACTERS) for one in notes)
    figure = cast(Figure, ax.get_figure(root=True))
    if canvas.is_own:
        figure.suptitle(textwrap.fill(title, 80), x=0.01, ha="left", fontsize=12, fontweight="bold")
        if note:
            figure.supxlabel(note, x=0.01, ha="left", fontsize=SMALL, color=GREY)
    else:
        ax.set_title(textwrap.fill(title, 80), loc="left", fontsize=12, fontweight="bold")
        ax.set_xlabel("\n".join(part for part in (ax.get_xlabel(), note) if part))
    for text in (*ax.get_xticklabels(), *ax.get_yticklabels()):  # made now, while the style holds
        text.set_parse_math(False)
    return figure


def conditional(case: Case) -> list[str]:
    """The note without which credences of a case that lists no catch-all must not be read."""
    return [] if case.has_catch_all else [f"All this holds {CONDITIONAL}."]


# Marks ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """How one of several things is told from the others, with or without colour."""

    colour: str
    marker: str
    line: Any
    hatch: str


def mark(place: int) -> Mark:
    cycles = (COLOURS, MARKERS, LINES, HATCHES)
    return Mark(*(cycle[place % len(cycle)] for cycle in cycles))


def points(name: str, look: Mark, *, filled: bool) -> Line2D:
    """An entry of a legend: a mark without a line."""
    face = look.colour if filled else "white"
    return Line2D([], [], linestyle="", marker=look.marker, color=look.colour, markerfacecolor=face, label=name)


def legend(canvas: Canvas, handles: Sequence[Any]) -> None:
    """Above the axes, in as many columns as fit; inside axes that were given."""
    longest = max(len(str(handle.get_label())) for handle in handles)
    columns = min(len(handles), max(1, 84 // (longest + 6)))
    place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1.0)} if canvas.is_own else {"loc": "best"}
    made = canvas.axes.legend(handles=list(handles), ncols=columns, borderaxespad=0.2, **place)
    for text in made.get_texts():
        text.set_parse_math(False)


# Text ----------------------------------------------------------------------------------------------------------------


def shortened(text: str) -> str:
    """Free text on one line, cut where it would not fit."""
    line = " ".join(text.split())
    return line if len(line) <= FREE_TEXT_CHARACTERS else f"{line[: FREE_TEXT_CHARACTERS - 1]}…"


def broken(text: str, width: int = LABEL_CHARACTERS) -> str:
    """Words and long names on several lines, nothing cut; a name is broken after an underscore or a point."""
    lines = [""]
    for part in re.findall(r"\s*[^\s_.]*[_.]*", text):
        for piece in (part[i : i + width] for i in range(0, len(part), width)):
            if lines[-1] and len(lines[-1]) + len(piece) > width:
                lines.append("")
            lines[-1] += piece if lines[-1] else piece.lstrip()
    return "\n".join(lines)


def beside(canvas: Canvas, row: float, x: float, text: str) -> Text:
    """Text to the right of the axes, on the level of a row."""
    ax = canvas.axes
    return ax.text(x, row, text, transform=ax.get_yaxis_transform(), va="center", fontsize=9, parse_math=False)


# Axes ----------------------------------------------------------------------------------------------------------------


def rows(canvas: Canvas, places: Sequence[float], labels: Sequence[str]) -> None:
    """Rows from top to bottom, with their labels."""
    ax = canvas.axes
    ax.set_yticks(list(places), [broken(label) for label in labels], fontsize=9)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(max(places, default=0.0) + 0.6, min(places, default=0.0) - 0.6)


type Words = Callable[[float], str]


def chance(value: float) -> str:
    """A credence on an axis in log odds: whole percentages, or one in so many."""
    rest = min(value, 1 - value)
    if rest >= 0.0099 or rest == 0:
        return percent(value, WHOLE)
    if rest >= 0.000099:
        return f"{100 * value:.{2 if rest < 0.00099 else 1}f} %"
    few = f"1 in {1 / rest:,.0f}" if rest > 1e-9 else f"1 in {1 / rest:.0e}"
    return few if value < 0.5 else f"all but {few}"


def plain(value: float) -> str:
    """The value of an assumption, on an axis or beside it."""
    return f"1 - {1 - value:.1g}" if 0.9995 < value < 1 else f"{value:.3g}"


LOG_ODDS_TICKS = np.concatenate([10.0 ** np.arange(-300, -1), [0.1, 0.5, 0.9], 1 - 10.0 ** np.arange(-2, -16, -1.0)])

LEAST_SPAN = 0.02
"""Least difference of the credences at the ends of an axis: nobody should take a hair for a swing."""


def credence_axis(canvas: Canvas, low: float, high: float) -> None:
    """Make the x axis one of credences from `low` to `high`: in log odds where they are all near 0 or 1."""
    ax = canvas.axes
    if 0 < low and high < 1 and (high < LEAST_SPAN or low > 1 - LEAST_SPAN):
        _log_odds(ax, "x", (low, high), chance)
    else:
        wanting = max(0.0, LEAST_SPAN - (high - low)) / 2
        low, high = max(0.0, low - wanting), min(1.0, high + wanting)
        digits = WHOLE if high - low > 0.03 else WHOLE / 10
        _linear(ax, "x", (low, high), lambda value: percent(value, digits))


def value_axis(ax: Axes, which: str, low: float, high: float, *, is_ratio: bool) -> None:
    """Make one axis that of an assumption: of ratios by their logarithm, of probabilities near 0 or 1 in log odds."""
    if is_ratio:
        exponents = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        within = [1, 2, 5] if len(exponents) < 5 else [1]
        _scaled(ax, which, "log", (low, high))
        _ticks(ax, which, np.ravel(10.0 ** exponents[:, None] * within), (low, high), plain)
    elif in_log_odds(low, high):
        _log_odds(ax, which, (low, high), plain)
    else:
        _linear(ax, which, (low, high), plain)


def in_log_odds(low: float, high: float) -> bool:
    """Whether probabilities from `low` to `high` are better told apart by their odds."""
    if not 0 < low < high < 1:
        return False
    return high < LEAST_SPAN or low > 1 - LEAST_SPAN or high / (1 - high) * (1 - low) / low > 1e4


def _linear(ax: Axes, which: str, ends: tuple[float, float], words: Words) -> None:
    low, high = ends
    step = 10.0 ** np.floor(np.log10((high - low) / 3))
    step *= next(times for times in (1, 2, 5, 10) if (high - low) / (step * times) <= 6)
    _scaled(ax, which, "linear", ends)
    _ticks(ax, which, np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1) * step, ends, words)


def _log_odds(ax: Axes, which: str, ends: tuple[float, float], words: Words) -> None:
    inside = LOG_ODDS_TICKS[(LOG_ODDS_TICKS >= ends[0]) & (LOG_ODDS_TICKS <= ends[1])]
    _scaled(ax, which, "logit", ends)
    _ticks(ax, which, inside[:: 1 + len(inside) // 7] if len(inside) > 1 else ends, ends, words)


def _scaled(ax: Axes, which: str, scale: str, ends: tuple[float, float]) -> None:
    if which == "x":
        ax.set_xscale(scale)
        ax.set_xlim(*ends)
    else:
        ax.set_yscale(scale)
        ax.set_ylim(*ends)


def _ticks(ax: Axes, which: str, ticks: Iterable[float], ends: tuple[float, float], words: Words) -> None:
    axis = ax.xaxis if which == "x" else ax.yaxis
    slack = 1e-9 * (ends[1] - ends[0])
    inside = [float(tick) for tick in ticks if ends[0] - slack <= tick <= ends[1] + slack]
    axis.set_major_locator(FixedLocator(inside))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: words(float(f"{value:.12g}"))))
