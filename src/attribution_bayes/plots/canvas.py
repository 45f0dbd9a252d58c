"""Where one picture is drawn, and how its title, labels, legend and notes find room there, however narrow it is.

Above the axes stand title and legend, below them the notes: all from the left edge of the labels to the right edge of
the picture, so that nothing covers what is drawn.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation
from matplotlib.transforms import ScaledTranslation, Transform

from attribution_bayes.arguments import expect
from attribution_bayes.plots.style import (
    GREY,
    LETTERS,
    NAMES,
    SMALL,
    TITLE,
    WIDTH,
    Look,
    break_lines,
    in_style,
    text_width,
)

LEAST_LETTERS = 0.75
"""How small letters become in narrow axes, as a share: nobody reads smaller ones in print."""

MAX_HEIGHT = 600.0
"""Inches; beyond 2^16 dots no picture of dots can be made."""

LABEL_SHARE = 0.315
"""How much of the width the labels of rows may take."""

LEAST_HEIGHT = 0.9
"""Inches that a picture without rows needs between its title and its labels."""

EDGE, GAP = 0.06, 0.06
"""Inches between text and the edge of the picture, and between title, legend, axes and notes."""

KEY = 4.8
"""Letters of the legend that would stand where the mark of an entry does, with the space around it."""


class Picture(Figure):
    """A figure that shows itself in a notebook without pyplot, so that none stays open."""

    def _repr_png_(self) -> bytes:
        found = io.BytesIO()
        self.savefig(found, format="png")
        return found.getvalue()


@dataclass(frozen=True, eq=False)
class Canvas:
    """Axes of a figure of its own, or axes that were given, with what was asked for above them.

    Attributes
    ----------
    width, room
        Inches along and up, labels included.
    title
        None for the usual one, empty for none.
    """

    axes: Axes
    is_own: bool
    width: float
    room: float
    title: str | None
    legend: bool

    @property
    def figure(self) -> Figure:
        return cast(Figure, self.axes.get_figure(root=True))

    @property
    def wide(self) -> float:
        """Inches that a line of text may take."""
        return self.width - 2 * EDGE

    @property
    def letters(self) -> float:
        """How large letters are, as a share of those in a picture of the usual width."""
        return max(LEAST_LETTERS, min(1.0, self.width / WIDTH))

    @cached_property
    def renderer(self) -> RendererAgg:
        """What measures texts: without dots of its own, where that of a figure has as many as the figure is high."""
        return RendererAgg(1, 1, self.figure.dpi)  # type: ignore[no-untyped-call]

    def points(self, size: float) -> float:
        """The size of letters, or of a mark, that have this size in a picture of the usual width."""
        return size * self.letters

    def wrap(self, text: str, inches: float, size: float, weight: str = "normal") -> str:
        """Text in lines of at most so many inches, in letters of this size."""
        return break_lines(text, inches, self.points(size), weight)

    def inches(self, pixels: float) -> float:
        return float(pixels / self.figure.dpi)

    def shifted(self, right: float, up: float) -> Transform:
        """Shares of the axes, moved by inches."""
        return self.axes.transAxes + ScaledTranslation(right, up, self.figure.dpi_scale_trans)


def canvas(ax: Axes | None = None, title: str | None = None, legend: bool = True) -> Canvas:
    """The axes that were given, or those of a new figure.

    Raises
    ------
    CaseError
        ``E_TYPE`` for what are no axes, a title that is no text, or a legend that is neither True nor False.
    """
    expect(title, (str, type(None)), "title")
    expect(legend, bool, "legend")
    if ax is None:
        with in_style():
            figure = Picture(figsize=(WIDTH, WIDTH), layout="constrained")
            return Canvas(figure.add_subplot(), is_own=True, width=WIDTH, room=WIDTH, title=title, legend=legend)
    expect(ax, Axes, "ax")
    width, room = _room(ax)
    made = Canvas(ax, is_own=False, width=width, room=room, title=title, legend=legend)
    ax.tick_params(labelsize=made.points(LETTERS))
    _as_written(ax)
    return made


def _as_written(ax: Axes) -> None:
    """Let neither mathtext nor TeX read names and ticks, which may have been made under other settings."""
    ticks = (tick.label1 for axis in (ax.xaxis, ax.yaxis) for tick in axis.get_major_ticks())
    for text in (ax.xaxis.label, ax.yaxis.label, *ticks):
        text.set(parse_math=False, usetex=False)


def _room(ax: Axes) -> tuple[float, float]:
    """Inches along and up that axes have with their labels: in a grid, their share of the figure."""
    parent = cast(Figure, ax.get_figure(root=False))
    spec = ax.get_subplotspec()
    at, whole = ax.get_position(original=True), None
    if spec is not None:
        at, whole = spec.get_position(parent), spec.get_topmost_subplotspec().get_gridspec()[:, :].get_position(parent)
    along, up = (at.width, at.height) if whole is None else (at.width / whole.width, at.height / whole.height)
    return float(along * parent.bbox.width / parent.dpi), float(up * parent.bbox.height / parent.dpi)


def finish(
    canvas: Canvas,
    title: str,
    keys: Sequence[Line2D | Patch],
    notes: Iterable[str],
    *,
    height: float = 3.8,
    least: float = LEAST_HEIGHT,
) -> Figure:
    """The figure, with title and legend above and what must be read with it below.

    Parameters
    ----------
    height, least
        Inches between title and labels: in a figure of its own, and at least in axes that were given.
    """
    ax, room = canvas.axes, canvas.room
    note = _note(canvas, notes)
    legend = _legend(canvas, keys) if canvas.legend and keys else None
    said = canvas.wrap(title if canvas.title is None else canvas.title, canvas.wide, TITLE, "bold")
    look: Look = {"fontsize": canvas.points(TITLE), "fontweight": "bold", "parse_math": False, "usetex": False}
    head = ax.set_title(said, loc="left", **look)
    over = _overhang(canvas)[1] + GAP
    above = over + (canvas.inches(legend.get_window_extent(canvas.renderer).height) + GAP if legend else 0.0)
    tall = above + (canvas.inches(head.get_window_extent(canvas.renderer).height) if said else 0.0)
    under = GAP + canvas.inches(note.get_window_extent(canvas.renderer).height) if note else 0.0
    _name_axes(canvas, height if canvas.is_own else max(least, room - tall - under - _labels(canvas)[1]))
    left, below = _labels(canvas)
    head.set_transform(canvas.shifted(-left, above))
    if legend:
        legend.set_bbox_to_anchor((0, 1), transform=canvas.shifted(-left, over))
    if note:
        note.xycoords = (canvas.shifted(-left, 0), ax.xaxis.label if ax.axison else "axes fraction")
    _as_written(ax)
    _settle(canvas, tall + below + under + 2 * EDGE, height, least)
    return canvas.figure


def _settle(canvas: Canvas, around: float, height: float, least: float) -> None:
    """Give a figure of its own the height that it needs; say so where axes that were given lack it."""
    if canvas.is_own:
        canvas.figure.set_size_inches(canvas.width, min(MAX_HEIGHT, height + around))
    elif canvas.room < least + around - EDGE:
        message = f"Labels may overlap: in this width the picture needs {least + around:.1f} inches of height."
        warnings.warn(
            f"{message} The axes have {canvas.room:.1f}, labels and title included.", UserWarning, stacklevel=4
        )


def _note(canvas: Canvas, notes: Iterable[str]) -> Annotation | None:
    """What must be read with the picture, below the name of the axis, wherever that will be."""
    text = "\n".join(canvas.wrap(one, canvas.wide, SMALL) for one in notes)
    if not text:
        return None
    return canvas.axes.annotate(
        text,
        (0, 0),
        xycoords="axes fraction",  # until the axis has its name: of data, 0 has no place where odds are drawn
        xytext=(0, -72 * GAP),
        textcoords="offset points",
        va="top",
        fontsize=canvas.points(SMALL),
        color=GREY,
        annotation_clip=False,
        label="_note",
    )


def _legend(canvas: Canvas, keys: Sequence[Line2D | Patch]) -> Legend:
    """In as many columns as fit, below the title."""
    key = KEY * canvas.points(NAMES) / 72
    labels = [canvas.wrap(str(one.get_label()), canvas.wide - key, NAMES) for one in keys]
    widths = [key + text_width(label, canvas.points(NAMES)) for label in labels]
    look: Look = {
        "loc": "lower left",
        "markerscale": canvas.letters,
        "borderpad": 0.1,
        "borderaxespad": 0.0,
        "frameon": False,
    }
    columns = _columns(widths, canvas.wide)
    made = canvas.axes.legend(keys, labels, ncols=columns, fontsize=canvas.points(NAMES), **look)
    for text in made.get_texts():
        text.set(parse_math=False, usetex=False)
    return made


def _columns(widths: Sequence[float], wide: float) -> int:
    """As many columns as fit, where entries of these widths fill one column after another."""

    def width(columns: int) -> float:
        return sum(float(part.max()) for part in np.array_split(np.array(widths), columns))

    return next((n for n in range(len(widths), 1, -1) if width(n) <= wide), 1)


def _overhang(canvas: Canvas) -> tuple[float, float]:
    """Inches by which texts, but for notes, stand out to the right of the axes, and above them."""
    box = canvas.axes.bbox
    seen = [text.get_window_extent(canvas.renderer) for text in canvas.axes.texts if text.get_label() != "_note"]
    right, top = max((one.x1 for one in seen), default=0.0), max((one.y1 for one in seen), default=0.0)
    return max(0.0, canvas.inches(right - box.x1)), max(0.0, canvas.inches(top - box.y1))


def _labels(canvas: Canvas) -> tuple[float, float]:
    """Inches that ticks, labels and names of axes take to the left of the axes, and below them."""
    ax, box = canvas.axes, canvas.axes.bbox
    if not ax.axison:
        return 0.0, 0.0
    along, up = ax.xaxis.get_tightbbox(canvas.renderer), ax.yaxis.get_tightbbox(canvas.renderer)
    left = canvas.inches(box.x0 - up.x0) if up else 0.0
    return max(0.0, left), max(0.0, canvas.inches(box.y0 - along.y0) if along else 0.0)


def _name_axes(canvas: Canvas, tall: float) -> None:
    """Break the names of the axes so that they end where the picture does."""
    ax, size = canvas.axes, canvas.points(LETTERS)
    ax.set_ylabel(canvas.wrap(ax.get_ylabel(), tall, LETTERS), fontsize=size)
    left, right = _labels(canvas)[0], _overhang(canvas)[0]
    ax.set_xlabel(canvas.wrap(ax.get_xlabel(), canvas.wide - abs(left - right), LETTERS), fontsize=size)
