"""What all pictures share: ArviZ's look without touching anybody's settings, marks that need no colour, honest axes.

Text is drawn as it is: neither mathtext nor TeX reads it.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from matplotlib.transforms import ScaledTranslation
from scipy.special import expit, logit

from attribution_bayes.arguments import expect
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.case import Case
from attribution_bayes.engine.posterior import CONDITIONAL, WHOLE, digits, percent

COLOURS = ("#36acc6", "#f66d7f", "#fac364", "#7c2695", "#228306", "#a252f4", "#63f0ea", "#a77e4f")
"""The cycle of ArviZ's style `arviz-variat`, made to be told apart by people who see fewer colours."""

MARKERS = (*"os^DvPX<>*phd", (4, 1, 0), (6, 1, 0), (3, 1, 0))
LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
HATCHES = ("", *(3 * sign for sign in "/.\\xo+-|*O"), *(2 * sign + "." for sign in "/\\|-x"))
"""What tells the first 16 hypotheses apart without colour; lines, by marker and stroke, the first 80."""

INK, GREY, PALE = "0.15", "0.4", "0.88"
"""Of what is no hypothesis: lines and letters, notes, bands."""

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

MOST_HEIGHT = 600.0
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


def finished(canvas: Canvas, title: str, keys: Sequence[Line2D | Patch], notes: Iterable[str]) -> Figure:
    """The figure, with title and legend above and what must be read with it below."""
    ax, figure = canvas.axes, canvas.figure
    title = broken(title, TITLE_CHARACTERS)
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
        figure.set_size_inches(width, min(MOST_HEIGHT, canvas.height + above + below))
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


def conditional(case: Case) -> list[str]:
    """The note without which credences of a case that lists no catch-all must not be read."""
    return [] if case.has_catch_all else [f"All this holds {CONDITIONAL}."]


# Marks ---------------------------------------------------------------------------------------------------------------


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


# Text ----------------------------------------------------------------------------------------------------------------


def shortened(text: str) -> str:
    """Free text on one line, cut where it would not fit; what cannot be seen becomes a sign that can."""
    line = "".join(sign if sign.isprintable() else "\ufffd" for sign in " ".join(text.split()))
    return line if len(line) <= FREE_CHARACTERS else f"{line[: FREE_CHARACTERS - 1]}…"


def broken(text: str, width: int = LABEL_CHARACTERS) -> str:
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


def bar(canvas: Canvas, row: float, ends: tuple[float, float], name: str, look: Look) -> None:
    """A bar from one end to the other on the level of a row, with a name by which it can be found."""
    start, end = ends
    full: Look = {"height": BAR, "edgecolor": INK} | look
    for drawn in canvas.axes.barh(row, end - start, left=start, **full):
        drawn.set_label(f"_{name}")


def beside(canvas: Canvas, row: float, inches: float, text: str) -> Text:
    """Text to the right of the axes, on the level of a row, at a distance from them."""
    ax = canvas.axes
    at = ax.get_yaxis_transform() + ScaledTranslation(inches, 0, canvas.figure.dpi_scale_trans)
    return ax.text(1.0, row, text, transform=at, va="center", fontsize=9, parse_math=False)


def headings(canvas: Canvas, heads: dict[float, str]) -> None:
    """What stands in the columns beside the axes, by their distance from them."""
    for inches, head in heads.items():
        beside(canvas, -0.35, inches, head).set(color=GREY, fontsize=SMALL)


# Axes ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows from top to bottom: labels, middles and the height of all, in units of a row of one line."""

    labels: tuple[str, ...]
    middles: Floats
    height: float

    @property
    def inches(self) -> float:
        return self.height * ROW


def stacked(labels: Iterable[str], least: float = ROW) -> Rows:
    """Rows of at least this height, in inches, each with room for its label."""
    lines = tuple(broken(label) for label in labels)
    heights = np.array([max(least, LINE * (2 + label.count("\n"))) / ROW for label in lines])
    return Rows(lines, np.cumsum(heights) - heights / 2, float(heights.sum()))


def draw_rows(canvas: Canvas, rows: Rows) -> None:
    """Make the y axis one of these rows."""
    ax = canvas.axes
    ax.set_yticks(rows.middles, rows.labels, fontsize=9, parse_math=False)
    ax.tick_params(axis="y", length=0, pad=8)
    ax.set_ylim(rows.height, 0.0)


type Words = Callable[[float], str]

type Scale = Literal["linear", "log", "log odds"]

LOG_ODDS_RATIO = 50.0
"""Ratio of the odds at the ends of an axis from which on values are told apart by their log odds."""

LEAST_SPAN = 0.02
"""Least difference of the credences at the ends of an axis: nobody should take a hair for a swing."""

MARGIN = 0.04
"""What is left free at either end of an axis, as a share of it."""

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

FEW_BY_ODDS = np.concatenate([10.0 ** np.arange(-300, 0), [0.5], 1 - 10.0 ** np.arange(-1, -16, -1.0)])
MANY_BY_ODDS = np.array([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5])
MANY_BY_ODDS = np.union1d(MANY_BY_ODDS, 1 - MANY_BY_ODDS)
"""Where the ticks of an axis in log odds may stand."""


def chance(value: float) -> str:
    """A credence on an axis in log odds: a percentage, or a power of ten."""
    rest = min(value, 1 - value)
    if rest >= 0.0099 or rest == 0:
        return percent(value, WHOLE)
    if rest >= 0.000099:
        return f"{100 * value:.{2 if rest < 0.00099 else 1}f} %"
    power = f"10{str(round(np.log10(rest))).translate(SUPERSCRIPT)}"
    return power if value < 0.5 else f"1 − {power}"


def plain(value: float) -> str:
    """The value of an assumption, on an axis or beside it."""
    return digits(value).replace("1 - ", "1 − ")


def by_odds(low: float, high: float) -> bool:
    """Whether probabilities from `low` to `high` are better told apart by their log odds."""
    if not 0 < low < high < 1:
        return False
    return high < LEAST_SPAN or low > 1 - LEAST_SPAN or high / (1 - high) * (1 - low) / low > LOG_ODDS_RATIO


def evenly(low: float, high: float, count: int, scale: Scale) -> Floats:
    """Values that are evenly spread on an axis of this scale."""
    match scale:
        case "linear":
            return np.linspace(low, high, count)
        case "log":
            return np.geomspace(low, high, count)
        case "log odds":
            odds = np.geomspace(low / (1 - low), high / (1 - high), count)
            return np.asarray(odds / (1 + odds))


def credence_axis(canvas: Canvas, low: float, high: float) -> None:
    """Make the x axis one of credences from `low` to `high`: in log odds where these tell them apart better."""
    if by_odds(low, high):
        ends = logit([low, high]) + MARGIN * np.ptp(logit([low, high])) * np.array([-1, 1])
        _scaled(canvas.axes, "x", "log odds", tuple(expit(ends).tolist()), chance)
    else:
        margin = max(LEAST_SPAN - (high - low), 2 * MARGIN * (high - low)) / 2
        low, high = max(0.0, low - margin), min(1.0, high + margin)
        digits = WHOLE if high - low > 3 * LEAST_SPAN else WHOLE / 10
        _scaled(canvas.axes, "x", "linear", (low, high), lambda value: percent(value, digits))


def credences_up(canvas: Canvas) -> None:
    """Make the y axis one of all credences."""
    _scaled(canvas.axes, "y", "linear", (0.0, 1.0), lambda value: percent(value, WHOLE))
    canvas.axes.set_ylim(-0.02, 1.02)


def value_axis(ax: Axes, which: Literal["x", "y"], ends: tuple[float, float], scale: Scale) -> None:
    """Make an axis one of the values of an assumption."""
    _scaled(ax, which, scale, ends, plain)


def _scaled(ax: Axes, which: str, scale: Scale, ends: tuple[float, float], words: Words) -> None:
    as_odds: Look = {"value": "function", "functions": (logit, expit)}
    how = as_odds if scale == "log odds" else {"value": scale}
    axis: Axis
    if which == "x":
        axis = ax.xaxis
        ax.set_xscale(**how)
        ax.set_xlim(*ends)
    else:
        axis = ax.yaxis
        ax.set_yscale(**how)
        ax.set_ylim(*ends)
    slack = 1e-9 * (ends[1] - ends[0])
    inside = [tick for tick in _ticks(*ends, scale).tolist() if ends[0] - slack <= tick <= ends[1] + slack]
    axis.set_major_locator(FixedLocator(inside if len(inside) > 1 else list(ends)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: words(float(f"{value:.12g}"))))


def _ticks(low: float, high: float, scale: Scale) -> Floats:
    match scale:
        case "linear":
            step = 10.0 ** np.floor(np.log10((high - low) / 3))
            step *= next(times for times in (1, 2, 5, 10) if (high - low) / (step * times) <= 5)
            return np.asarray(np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1) * step + 0.0)
        case "log":
            powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
            return np.ravel(powers[:, None] * [1, 2, 5]) if len(powers) < 4 else powers[:: 1 + len(powers) // 7]
        case "log odds":
            many = MANY_BY_ODDS[(low <= MANY_BY_ODDS) & (high >= MANY_BY_ODDS)]
            few = FEW_BY_ODDS[(low <= FEW_BY_ODDS) & (high >= FEW_BY_ODDS)]
            return many if 2 <= len(many) <= 5 and len(few) < 4 else few[:: 1 + len(few) // 6]
