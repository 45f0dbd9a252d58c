"""Axes of rows, of credences and of the values of an assumption, with ticks that tell values apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from matplotlib.transforms import ScaledTranslation
from scipy.special import expit, logit

from attribution_bayes.arrays import Floats
from attribution_bayes.engine.posterior import WHOLE, digits, percent
from attribution_bayes.plots.canvas import LABEL_SHARE, Canvas
from attribution_bayes.plots.style import BAR, GREY, INK, LETTERS, LINE, NAMES, ROW, SMALL, Look, text_width
from attribution_bayes.sensitivity.curves import Scale


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows from top to bottom: labels, middles and the height of all, in units of a row of one line.

    Attributes
    ----------
    inches, least
        The height of all as it should be, and where no room is left between labels.
    """

    labels: tuple[str, ...]
    middles: Floats
    height: float
    inches: float
    least: float


def stack_rows(canvas: Canvas, labels: Iterable[str], *, beside: int = 1, share: float = LABEL_SHARE) -> Rows:
    """Rows, each with room for its label, of a share of the width, and for so many lines beside it."""
    lines = tuple(canvas.wrap(label, share * canvas.width, NAMES) for label in labels)
    counts = np.array([max(beside, 1 + label.count("\n")) for label in lines])
    heights = np.maximum(ROW, LINE * (1 + counts)) / ROW
    inches = ROW * canvas.letters * float(heights.sum())
    return Rows(
        labels=lines,
        middles=np.cumsum(heights) - heights / 2,
        height=float(heights.sum()),
        inches=inches,
        least=inches * float((LINE * counts / (ROW * heights)).max(initial=0.0)),
    )


def draw_rows(canvas: Canvas, rows: Rows) -> None:
    """Make the y axis one of these rows."""
    ax = canvas.axes
    ax.set_yticks(rows.middles, rows.labels, fontsize=canvas.points(NAMES), parse_math=False)
    ax.tick_params(axis="y", length=0, pad=8)
    ax.set_ylim(rows.height, 0.0)


def draw_bar(canvas: Canvas, row: float, ends: tuple[float, float], name: str, look: Look) -> None:
    """A bar from one end to the other on the level of a row, with a name by which it can be found."""
    start, end = ends
    full: Look = {"height": BAR, "edgecolor": INK} | look
    for drawn in canvas.axes.barh(row, end - start, left=start, **full):
        drawn.set_label(f"_{name}")


def write_beside(canvas: Canvas, row: float, inches: float, text: str) -> Text:
    """Text to the right of the axes, on the level of a row, at a distance from them."""
    ax = canvas.axes
    shift = ScaledTranslation(inches * canvas.letters, 0, canvas.figure.dpi_scale_trans)
    place: Look = {"transform": ax.get_yaxis_transform() + shift, "va": "center", "parse_math": False}
    return ax.text(1.0, row, text, fontsize=canvas.points(NAMES), **place)


def write_headings(canvas: Canvas, heads: dict[float, str]) -> None:
    """What stands above the columns beside the axes, by their distance from them."""
    for inches, head in heads.items():
        place: Look = {"transform": canvas.shifted(inches * canvas.letters, 0.02), "va": "bottom", "color": GREY}
        canvas.axes.text(1.0, 1.0, head, fontsize=canvas.points(SMALL), **place)


type Words = Callable[[float], str]
type Which = Literal["x", "y"]

LOG_ODDS_RATIO = 50.0
"""An axis whose ends differ in odds by at least this ratio is drawn in log odds."""

MIN_SPAN = 0.02
"""Least extent of an axis of credences, so that a tiny swing does not look like a large one."""

MARGIN = 0.04
"""Margin at either end of an axis, as a share of its length."""

NEAR_THE_END = 0.02
"""A probability that is worth marking and nearer than this to 0 or 1 would not be seen on an axis from 0 to 1."""

MIN_DRAWN, MAX_DRAWN = 1e-280, 1e280
"""Limits of what is drawn: beyond them, matplotlib takes an axis for one without extent."""

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

FEW_BY_ODDS = np.concatenate([10.0 ** np.arange(-300, 0), [0.5], 1 - 10.0 ** np.arange(-1, -16, -1.0)])

BELOW_HALF = np.array([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5])

MANY_BY_ODDS = np.union1d(BELOW_HALF, 1 - BELOW_HALF)
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
    return high < MIN_SPAN or low > 1 - MIN_SPAN or high / (1 - high) * (1 - low) / low > LOG_ODDS_RATIO


def set_credence_axis(canvas: Canvas, low: float, high: float) -> None:
    """Make the x axis one of credences from `low` to `high`: in log odds where these tell them apart better."""
    if by_odds(low, high):
        ends = logit([low, high]) + MARGIN * np.ptp(logit([low, high])) * np.array([-1, 1])
        _set_scale(canvas, "x", "log odds", tuple(expit(ends).tolist()), chance)
    else:
        margin = max(MIN_SPAN - (high - low), 2 * MARGIN * (high - low)) / 2
        low, high = max(0.0, low - margin), min(1.0, high + margin)
        digits = WHOLE if high - low > 3 * MIN_SPAN else WHOLE / 10
        _set_scale(canvas, "x", "linear", (low, high), lambda value: percent(value, digits))


def set_credence_axis_up(canvas: Canvas) -> None:
    """Make the y axis one of all credences."""
    _set_scale(canvas, "y", "linear", (0.0, 1.0), lambda value: percent(value, WHOLE))
    canvas.axes.set_ylim(-0.02, 1.02)


def set_value_axis(canvas: Canvas, which: Which, ends: tuple[float, float], scale: Scale) -> None:
    """Make an axis one of the values of an assumption."""
    _set_scale(canvas, which, scale, ends, plain)


def _set_scale(canvas: Canvas, which: Which, scale: Scale, ends: tuple[float, float], words: Words) -> None:
    ax = canvas.axes
    as_odds: Look = {"value": "function", "functions": (logit, expit)}
    how = as_odds if scale == "log odds" else {"value": scale}
    if which == "x":
        ax.set_xscale(**how)
        ax.set_xlim(*ends)
    else:
        ax.set_yscale(**how)
        ax.set_ylim(*ends)
    slack = 1e-9 * (ends[1] - ends[0])
    inside = [tick for tick in _ticks(*ends, scale).tolist() if ends[0] - slack <= tick <= ends[1] + slack]
    set_ticks(canvas, which, inside if len(inside) > 1 else list(ends), lambda value: words(float(f"{value:.12g}")))


def set_ticks(canvas: Canvas, which: Which, ticks: Sequence[float], words: Words) -> None:
    """Mark these values, or as many of them as find room, with words."""
    axis = canvas.axes.xaxis if which == "x" else canvas.axes.yaxis
    axis.set_major_locator(Thinned(canvas, which, ticks, words))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: words(value)))
    axis.get_major_ticks(len(ticks))  # made while the style holds, also those that find room only later


class Thinned(FixedLocator):
    """Ticks, or every second or third of them and so on, so that what is written there does not touch."""

    def __init__(self, canvas: Canvas, which: Which, ticks: Sequence[float], words: Words) -> None:
        super().__init__(ticks)
        self.canvas, self.which = canvas, which
        self.ticks, self.words = np.asarray(ticks, dtype=np.float64), words

    def __call__(self) -> Sequence[float]:
        steps = (self.ticks[::step] for step in range(1, len(self.ticks)))
        chosen: Floats = next((some for some in steps if self._fits(some)), self.ticks[:1])
        return [float(tick) for tick in chosen]

    def _fits(self, ticks: Floats) -> bool:
        """Whether what is written at these values finds room on the axis, as long as it is now."""
        ax, size = self.canvas.axes, self.canvas.points(LETTERS)
        axis, length = (ax.xaxis, ax.bbox.width) if self.which == "x" else (ax.yaxis, ax.bbox.height)
        ends, places = (axis.get_transform().transform(at) for at in (axis.get_view_interval(), ticks))
        apart = abs(np.diff(places) / (ends[1] - ends[0])) * self.canvas.inches(length)
        words = [text_width(self.words(tick), size) if self.which == "x" else size / 72 for tick in ticks.tolist()]
        return bool((apart >= (np.array(words[1:]) + words[:-1]) / 2 + size / 72 / 2).all())


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


DECIBAN_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
"""Distances of the marks of an axis of decibans."""


def set_deciban_axis(canvas: Canvas, levels: Sequence[float], label: str) -> None:
    """Make the x axis one of decibans on which all these levels find room."""
    ax, low, high = canvas.axes, min(levels), max(levels)
    margin = max(1.0, 0.05 * (high - low))
    low, high = low - margin, high + margin
    step = next((step for step in DECIBAN_STEPS if (high - low) / step <= 7), high - low)
    ticks = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step + 0.0
    ax.set_xlim(low, high)
    set_ticks(canvas, "x", ticks.tolist(), lambda tick: f"{tick:g}".replace("-", "−"))
    ax.set_xlabel(label)
