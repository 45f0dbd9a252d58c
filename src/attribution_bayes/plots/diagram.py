"""The network of a case as a drawing: hypotheses to the left, items in rows, sources to the right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch

from attribution_bayes.arguments import expect
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, NamedPart
from attribution_bayes.plots.canvas import Canvas, canvas, finish
from attribution_bayes.plots.style import (
    COLOURS,
    INK,
    NAMES,
    PALE,
    WIDTH,
    break_lines,
    conditional,
    drawn_name,
    in_style,
)

LINE, PADDING, GAP = 0.155, 0.16, 0.14
"""Inches: a line of text, what a box has around its text, what lies between two boxes."""

COLUMNS = {"hypothesis": (0.08, 2.05), "item": (2.8, 4.9), "source": (5.7, 7.5)}
"""Inches from the left at which the boxes of a column begin and end."""

COLUMN_OF = {"hypothesis": "hypothesis", "item": "item", "source": "source", "cause": "source"}
"""Common causes stand below the sources."""

MARGIN, LETTERS = 0.12, 8.2
"""Inches of a box to the left and right of its text, taken together, and points of its text."""

HEADS = {"hypothesis": "hypotheses", "item": "items", "source": "sources", "cause": "common causes"}

FACES = {"hypothesis": "#d9f0f5", "item": "white", "source": "#fdf0d5", "cause": "#f1e3f3"}

HEAD = 0.3
"""Inches for the head of the common causes, which stand below the sources."""

HEADED = 0.45
"""Inches for the heads of all columns, above and below them."""

ROUND, SQUARE = "round,pad=0,rounding_size=0.12", "square,pad=0"


@dataclass(frozen=True)
class Box:
    """One part: its text, and its edges in inches from the top left.

    `joints` are the heights at which lines to the other parts named end.
    """

    kind: str
    name: str
    text: str
    top: float
    bottom: float
    joints: Mapping[str, float] = field(default_factory=dict)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Diagram:
    """The boxes of each kind by name, and the height of all, in inches."""

    boxes: Mapping[str, Mapping[str, Box]]
    height: float


def diagram(case: Case, broad: float = 1.0) -> Diagram:
    """Arrange the parts of a case; sources so that the lines from them cross little, common causes below them.

    Columns are as broad as usual, or this share of it; heights are in inches where letters have their usual size.
    """
    rows = {item.name: n for n, item in enumerate(case.evidence)}
    heard = {s.name: [i.name for i in case.evidence if s.name in _reporters(i)] for s in case.sources}
    order = sorted(heard, key=lambda name: np.mean([rows[item] for item in heard[name]]) if heard[name] else len(rows))
    ranks = {name: n for n, name in enumerate(order)}
    others: dict[str, dict[str, list[str]]] = {
        "hypothesis": {name: [] for name in case.names},
        "item": {item.name: _right_of(case, item, ranks) for item in case.evidence},
        "source": {name: heard[name] for name in order},
        "cause": {one.name: sorted(one.likelihood, key=lambda name: rows[name]) for one in case.common_causes},
    }
    texts = {kind: {name: _text(case, kind, name, broad) for name in found} for kind, found in others.items()}
    heights = {kind: sum(_height(text) + GAP for text in of.values()) for kind, of in texts.items()}
    below = HEAD + heights["cause"] if case.common_causes else 0.0
    highest = max(heights["hypothesis"], heights["item"], heights["source"] + below)
    tops = {kind: (highest - heights[kind] - (below if kind == "source" else 0)) / 2 for kind in others}
    tops["cause"] = tops["source"] + heights["source"] + HEAD
    boxes = {kind: dict(_stacked(kind, texts[kind], others[kind], tops[kind])) for kind in others}
    return Diagram(boxes, highest)


def _right_of(case: Case, item: Evidence, ranks: Mapping[str, int]) -> list[str]:
    """From what to its right lines come to an item: its sources, and its common cause, told apart by a space."""
    causes = [f" {case.causes[item.name].name}"] if item.name in case.causes else []
    return sorted(_reporters(item), key=lambda name: ranks[name]) + causes


def _reporters(item: Evidence) -> list[str]:
    return [report.source for report in item.reports]


def _text(case: Case, kind: str, name: str, broad: float) -> str:
    parts: dict[str, tuple[NamedPart, ...]] = {
        "hypothesis": case.hypotheses,
        "item": case.evidence,
        "source": case.sources,
        "cause": case.common_causes,
    }
    left, right = COLUMNS[COLUMN_OF[kind]]
    inches = (right - left) * broad - MARGIN
    text = break_lines(next(drawn_name(one) for one in parts[kind] if one.name == name), inches, LETTERS)
    if kind != "item":
        return text
    (item,) = (one for one in case.evidence if one.name == name)
    if item.reports:
        return f"{text}\nreported"
    observed = "not observed" if item.observed is None else f"observed: {item.observed}"
    return f"{text}\n{break_lines(observed, inches, LETTERS)}"


def _height(text: str) -> float:
    return PADDING + LINE * (1 + text.count("\n"))


def _stacked(
    kind: str, texts: Mapping[str, str], others: Mapping[str, list[str]], top: float
) -> Iterable[tuple[str, Box]]:
    for name, text in texts.items():
        ends = np.linspace(top, top + _height(text), len(others[name]) + 2)[1:-1]
        joints = dict(zip(others[name], ends.tolist(), strict=True))
        yield name, Box(kind, name, text, top, top + _height(text), joints)
        top += _height(text) + GAP


def draw(made: Canvas, case: Case, placed: Diagram) -> list[Line2D | Patch]:
    """Draw the diagram; give back what the legend must explain."""
    ax = made.axes
    hidden = {item.name for item in case.evidence if item.observed is None and not item.reports}
    _draw_prior(ax, placed)
    for item in case.evidence:
        _draw_links(ax, item, placed)
    for cause in placed.boxes["cause"].values():
        _draw_cause(ax, cause, placed)
    for kind, boxes in placed.boxes.items():
        for box in boxes.values():
            _draw_box(made, box, is_hidden=kind == "item" and box.name in hidden)
        if boxes:
            top = min(box.top for box in boxes.values()) - (0.3 if kind == "hypothesis" else 0.18)
            middle = float(np.mean(COLUMNS[COLUMN_OF[kind]]))
            ax.text(middle, top, HEADS[kind], ha="center", fontsize=made.points(NAMES), fontweight="bold")
    ax.set_xlim(-0.05, 7.55)
    ax.set_ylim(placed.height + 0.05, 0.05 - HEADED)
    ax.set_axis_off()
    return list(_keys(case, has_hidden=bool(hidden)))


def _draw_box(made: Canvas, box: Box, *, is_hidden: bool) -> None:
    left, right = COLUMNS[COLUMN_OF[box.kind]]
    patch = FancyBboxPatch(
        (left, box.top),
        right - left,
        box.bottom - box.top,
        boxstyle=SQUARE if box.kind == "item" else ROUND,
        facecolor=PALE if is_hidden else FACES[box.kind],
        edgecolor=INK,
        linestyle="--" if is_hidden else "-",
        label=f"_{box.kind} {box.name}",
    )
    made.axes.add_patch(patch)
    size = made.points(LETTERS)
    made.axes.text((left + right) / 2, box.middle, box.text, ha="center", va="center", fontsize=size, linespacing=1.15)


def _draw_prior(ax: Axes, placed: Diagram) -> None:
    """A frame around the hypotheses, of which one is true, and a line from it to every item."""
    left, right = COLUMNS["hypothesis"]
    boxes = list(placed.boxes["hypothesis"].values())
    top, bottom = boxes[0].top - 0.1, boxes[-1].bottom + 0.1
    frame = FancyBboxPatch((left - 0.1, top), right - left + 0.2, bottom - top, boxstyle=ROUND, facecolor="none")
    frame.set(edgecolor="0.6", linewidth=0.8)
    ax.add_patch(frame)
    for box in placed.boxes["item"].values():
        ends = [right + 0.1, COLUMNS["item"][0]], [(top + bottom) / 2, box.middle]
        ax.plot(*ends, color="0.75", linewidth=0.8, zorder=0, label="_every item")


def _draw_links(ax: Axes, item: Evidence, placed: Diagram) -> None:
    box, (left, right) = placed.boxes["item"][item.name], COLUMNS["item"]
    for parent in item.given:
        above = placed.boxes["item"][parent]
        bend = 0.35 if above.middle < box.middle else -0.35
        arrow = {"arrowstyle": "-|>", "connectionstyle": f"arc3,rad={bend}", "color": INK, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (left, box.middle), (left, above.middle), arrowprops=arrow)
    for report in item.reports:
        source = placed.boxes["source"][report.source]
        ends = [COLUMNS["source"][0], right], [source.joints[item.name], box.joints[report.source]]
        ax.plot(*ends, linestyle="--" if report.copied_from else "-", color=INK, linewidth=1.0, zorder=0)
        ax.add_line(_says([ends[0][1]], [ends[1][1]], f"_{report.source} {item.name}", says=report.says))


def _draw_cause(ax: Axes, cause: Box, placed: Diagram) -> None:
    """A dotted line from a common cause to each item that it may stand behind."""
    for item, height in cause.joints.items():
        ends = [COLUMNS["source"][0], COLUMNS["item"][1]], [height, placed.boxes["item"][item].joints[f" {cause.name}"]]
        ax.plot(*ends, linestyle=":", color=INK, linewidth=1.2, zorder=0, label=f"_cause {cause.name} {item}")


def _says(x: list[float], y: list[float], label: str, *, says: bool) -> Line2D:
    face, marker = (COLOURS[0], "o") if says else ("white", "X")
    look = Line2D(x, y, linestyle="", marker=marker, color=INK, markerfacecolor=face, markersize=7, label=label)
    look.set_zorder(3)
    return look


def _keys(case: Case, *, has_hidden: bool) -> Iterable[Line2D | Patch]:
    reports = [report for item in case.evidence for report in item.reports]
    if any(report.says for report in reports):
        yield _says([], [], "says it is true", says=True)
    if not all(report.says for report in reports):
        yield _says([], [], "says it is false", says=False)
    if any(report.copied_from for report in reports):
        yield Line2D([], [], linestyle="--", color=INK, label="may be a copy")
    if any(item.given for item in case.evidence):
        yield Line2D([], [], marker=">", markevery=[1], color=INK, label="depends on that item too")
    if case.common_causes:
        yield Line2D([], [], linestyle=":", color=INK, label="may stand behind it")
    if has_hidden:
        yield Patch(facecolor=PALE, edgecolor=INK, linestyle="--", label="nobody has observed it")
    if case.evidence:
        yield Line2D([], [], color="0.75", label="depends on the hypothesis")


@in_style()
def plot_case(case: Case, *, ax: Axes | None = None, title: str | None = None, legend: bool = True) -> Figure:
    """Draw the network of a case: hypotheses, items, sources and facts that nobody has observed.

    Parameters
    ----------
    case
    ax
        Axes to draw into, in a figure with ``layout="constrained"``; those of a new figure unless given.
    title
        In place of the usual one; none if empty.
    legend
        Whether the picture has one.

    Returns
    -------
    Figure
        Hypotheses to the left, items in the order of the case, sources to the right. An arrow goes from an item to one
        that is `given` it; a line from a source to each item that it reports, dashed if the report may be a copy; a
        dotted line from a common cause to each item that it may stand behind.
    """
    expect(case, Case, "case")
    made = canvas(ax, title, legend)
    placed = diagram(case, made.width / WIDTH / made.letters)
    keys = draw(made, case, placed)
    height = (placed.height + HEADED) * made.letters
    return finish(made, "What the case consists of", keys, conditional(case), height=height, least=height)
