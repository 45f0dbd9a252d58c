"""Pictures of the assumptions together: how far a credence follows each of them, and where the lead would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from attribution_bayes.arguments import expect, whole_number
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.wording import Named
from attribution_bayes.declare.wording import plain as plain_words
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import percentages
from attribution_bayes.odds import tied
from attribution_bayes.plots.axes import (
    Rows,
    draw_bar,
    draw_rows,
    plain,
    set_credence_axis,
    stack_rows,
    write_beside,
    write_headings,
)
from attribution_bayes.plots.canvas import LABEL_SHARE, Canvas, canvas, finish
from attribution_bayes.plots.style import (
    GREY,
    INK,
    LINE,
    NAMES,
    ROW,
    STRIPES,
    WIDTH,
    Look,
    checked,
    conditional,
    drawn_labels,
    drawn_words,
    in_style,
    mark,
    points,
    shorten,
    text_width,
)
from attribution_bayes.sensitivity.functions import responses
from attribution_bayes.sensitivity.one_way import flip_points, one_way
from attribution_bayes.sensitivity.side_by_side import readings, side_by_side, target_of

RANGES, GUTTER = 0.1, 0.15
"""Inches between the axes and the ranges beside them, and between these and the flip points."""

NARROW = 5.0
"""Inches; in narrower pictures the flip points stand under the ranges, so that room is left for bars."""

HALF_A_LINE = LINE / ROW / 2
"""How far above and below the middle of a row two lines beside it stand, in units of a row."""

LABELS = 0.26
"""How much of a width below the usual one labels may take: with what stands beside, nearly half is left for bars."""

LOWER_END, UPPER_END = "0.8", "white"
"""Hatches that tell the two halves of a swing apart: the colours belong to the hypotheses."""

MOVED = "One assumption moved, all others as stated; the other members of a prior or row scale in proportion."

FLIP_NOTE = "Flip: the nearest value at which another hypothesis leads. This says what if, not what will be."


@in_style()
def plot_tornado(
    table: pd.DataFrame | Case | Mapping[str, Case],
    target: str | None = None,
    *,
    most: int = 15,
    ax: Axes | None = None,
    title: str | None = None,
    legend: bool = True,
) -> Figure:
    """Draw how far one credence follows as each assumption moves over its range, and where the lead would change.

    Parameters
    ----------
    table
        What `one_way` returns, or rows of it; or a case, or several by name, such as a `Panel`, from which the table is
        made, with flip points.
    target
        For cases only: a hypothesis; the one of greatest credence unless given, as in `one_way`.
    most
        The greatest number of assumptions to draw: the first in the table, which has those of greatest swing first.
    ax
        Axes to draw into, in a figure with ``layout="constrained"``; those of a new figure unless given.
    title
        In place of the usual one; none if empty.
    legend
        Whether the picture has one.

    Returns
    -------
    Figure
        A row for each assumption: bars from the credence as stated to the credence at either end of the range. With
        flip points, which may lie outside the range, also the credence there, on the same axis. Of several cases each
        assumption has a row for each, all alike, in their order.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a target that the case does not have, ``E_RANGE`` for `most` below 1, ``E_SHAPE`` for
        another table, ``E_CONFLICT`` for a target beside a table, which has one; for several cases as in `one_way`.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    expect(table, (Case, pd.DataFrame, Mapping), "table")
    most = whole_number(most, "most", least=1)
    tornado = Tornado.of(_swings(table, target), most)
    made = canvas(ax, title, legend)
    beside, share = 2 if _is_stacked(made, tornado) else 1, LABELS if made.width < WIDTH else LABEL_SHARE
    rows = stack_rows(made, [lane.label for lane in tornado.lanes], beside=beside, share=share)
    _draw_swings(made, tornado, rows)
    flips = _draw_flips(made, tornado, rows) if tornado.has_flips else []
    draw_rows(made, rows)
    for label, lane in zip(made.axes.get_yticklabels(), tornado.lanes, strict=True):
        label.set_fontweight("bold" if lane.case is None else "normal")
    set_credence_axis(made, *tornado.ends)
    called = tornado.called(tornado.target)
    made.axes.set_xlabel(f"credence of {called}")
    keys, notes = [*_ends(tornado), *flips], [*_notes(tornado), *conditional(tornado.table)]
    said = f"What the credence of {called} hangs on"
    return finish(made, said, keys, notes, height=rows.inches, least=rows.least)


def _swings(table: pd.DataFrame | Case | Mapping[str, Case], target: str | None) -> pd.DataFrame:
    if isinstance(table, Case):
        return with_flips(table, one_way(table, target), flip_points(table, target))
    if isinstance(table, pd.DataFrame):
        return checked(table, one_way, {"target": target})
    panel = readings(table)
    asked = target_of(panel, target)
    each = {name: with_flips(case, one_way(case, asked), flip_points(case, target)) for name, case in panel.items()}
    found = side_by_side(each, "swing", greatest=True)
    found.attrs = one_way(panel, asked).attrs
    return found


def with_flips(case: Case, swings: pd.DataFrame, flips: pd.DataFrame) -> pd.DataFrame:
    """The table of `one_way` with what each assumption is, its flip point and the target's credence there."""
    table = swings.join(flips[["flip_at", "new_leader", "reachable"]])
    table["what"] = [drawn_words(case, str(address)) for address in table.index]
    table["at_flip"] = _credence_at_flips(case, str(swings.attrs["target"]), table)
    table.attrs = swings.attrs
    return table


def _credence_at_flips(case: Case, target: str, table: pd.DataFrame) -> list[float]:
    """The target's credence where the lead changes, NaN where it does not."""
    net, place = network(case), case.names.index(target)
    moved, found = responses(net), []
    for address, row in table.iterrows():
        if row["reachable"]:
            response = moved[net.inputs.addresses.index(str(address))]
            found.append(float(response.credences(response.odds(np.array([row["flip_at"]])))[0, place]))
        else:
            found.append(float("nan"))
    return found


# What is drawn -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Lane:
    """A row of the picture: an assumption, or, of several cases, the assumption and under it each case."""

    label: str
    case: str | None = ""  # none for an assumption that stands above its cases
    stated: float = np.nan  # the credence as stated
    row: pd.Series | None = None  # of the table; none in a case that does not state the number


@dataclass(frozen=True, eq=False)
class Tornado:
    """A table of `one_way` as rows of a picture."""

    table: pd.DataFrame
    lanes: tuple[Lane, ...]
    shown: int

    @classmethod
    def of(cls, table: pd.DataFrame, most: int) -> Self:
        """The first assumptions of the table."""
        several = table.index.nlevels > 1
        chosen = table.index.get_level_values(0).unique()[:most]
        lanes = [lane for address in chosen for lane in (_abreast if several else _alone)(table, str(address))]
        return cls(table, tuple(lanes), len(chosen))

    @property
    def target(self) -> str:
        return str(self.table.attrs["target"])

    @property
    def credences(self) -> dict[str, dict[str, float]]:
        """All credences as stated, by case; of one case alone, by no name."""
        credence = self.table.attrs["credence"]
        return credence if self.table.index.nlevels > 1 else {"": credence}

    @property
    def has_flips(self) -> bool:
        return "at_flip" in self.table

    @property
    def count(self) -> int:
        """How many assumptions the table has."""
        return len(self.table.index.get_level_values(0).unique())

    def drawn(self, rows: Rows) -> list[tuple[float, Lane, pd.Series]]:
        """The rows with bars, by their middles."""
        places = zip(rows.middles.tolist(), self.lanes, strict=True)
        return [(at, lane, lane.row) for at, lane in places if lane.row is not None]

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest credence that is drawn."""
        columns = ["at_lower", "at_upper", *(["at_flip"] if self.has_flips else [])]
        drawn = [(lane.stated, lane.row) for lane in self.lanes if lane.row is not None]
        seen = [float(row[column]) for _, row in drawn for column in columns]
        seen += [stated for stated, _ in drawn]
        return float(np.nanmin(seen)), float(np.nanmax(seen))

    def ahead(self, lane: Lane) -> tuple[str, ...]:
        """The hypotheses that tie in the case of a row."""
        credence = self.credences[lane.case or ""]
        return tied([*credence], np.array([*credence.values()]))

    def called(self, hypothesis: str) -> str:
        return plain_words((Named(hypothesis, "hypothesis"),), drawn_labels(self.table.attrs["labels"]))


def _alone(table: pd.DataFrame, address: str) -> Iterator[Lane]:
    row = table.loc[[address]].iloc[0]
    yield Lane(str(row.get("what", address)), "", table.attrs["credence"][table.attrs["target"]], row)


def _abreast(table: pd.DataFrame, address: str) -> Iterator[Lane]:
    """An assumption, and under it every case, each with the same space, also where it does not state the number."""
    rows = {str(name): row for name, row in table.xs(address, level=0).iterrows()}
    yield Lane(str(next(iter(rows.values())).get("what", address)), None)
    for name, credence in table.attrs["credence"].items():
        yield Lane(shorten(name), name, credence[table.attrs["target"]], rows.get(name))


def _notes(tornado: Tornado) -> list[str]:
    some = f"The {tornado.shown} of {tornado.count} assumptions with the greatest swing. "
    moved = f"{some if tornado.shown < tornado.count else ''}{MOVED}{f' {FLIP_NOTE}' if tornado.has_flips else ''}"
    if "" in tornado.credences:
        return [moved]
    said = (f"{shorten(name)} {_printed(of, tornado.target)}" for name, of in tornado.credences.items())
    return [f"As stated: {', '.join(said)}.", moved]


def _printed(credence: Mapping[str, float], target: str) -> str:
    return percentages(np.array([*credence.values()]))[[*credence].index(target)]


def _is_stacked(made: Canvas, tornado: Tornado) -> bool:
    """Whether flip points stand under the ranges."""
    return tornado.has_flips and made.width < NARROW


def _range(row: pd.Series) -> str:
    low, high = row["lower"], row["upper"]
    return f"{plain(low)} to {plain(high)}" if low < high else f"{plain(low)}, no range"


def _draw_swings(made: Canvas, tornado: Tornado, rows: Rows) -> None:
    up = HALF_A_LINE if _is_stacked(made, tornado) else 0.0
    for at, lane, row in tornado.drawn(rows):
        for column, face, stripes in (("at_lower", LOWER_END, None), ("at_upper", UPPER_END, STRIPES)):
            above = 3 - abs(row[column] - lane.stated)  # where both lie on one side the shorter one is seen
            look: Look = {"facecolor": face, "hatch": stripes, "zorder": above}
            draw_bar(made, at, (lane.stated, row[column]), column, look)
        write_beside(made, at - up, RANGES, _range(row))
    if "" in tornado.credences:
        made.axes.axvline(tornado.lanes[0].stated, color=INK, linewidth=1.2, zorder=4)
    for at, lane in zip(rows.middles.tolist(), tornado.lanes, strict=True):
        if lane.case:
            made.axes.vlines(lane.stated, at - 0.45, at + 0.45, color=INK, linewidth=1.6, zorder=4, label="_stated")
            if lane.row is None:
                write_beside(made, at, 0.1, "not stated").set_color(GREY)
    write_headings(made, {RANGES: "range, flip" if _is_stacked(made, tornado) else "range"})


def _ends(tornado: Tornado) -> list[Line2D | Patch]:
    of_one = tornado.credences.get("")
    stated = "as stated" if of_one is None else f"as stated: {_printed(of_one, tornado.target)}"
    return [
        Patch(facecolor=LOWER_END, edgecolor=INK, label="at the lower end of its range"),
        Patch(facecolor=UPPER_END, edgecolor=INK, hatch=STRIPES, label="at the upper end"),
        Line2D([], [], color=INK, label=stated),
    ]


def _draw_flips(made: Canvas, tornado: Tornado, rows: Rows) -> list[Line2D]:
    """A mark where the lead changes, that of the hypothesis that takes it; what the legend must explain."""
    names, drawn, stacked = [*next(iter(tornado.credences.values()))], tornado.drawn(rows), _is_stacked(made, tornado)
    ranges = max((text_width(_range(row), NAMES) for _, _, row in drawn), default=0.0)
    down, column = (HALF_A_LINE, RANGES) if stacked else (0.0, RANGES + ranges + GUTTER)
    prefix = "flip " if stacked else ""
    if not stacked:
        write_headings(made, {column: "flip"})
    found = set()
    for at, lane, row in drawn:
        value, leader = row["flip_at"], row["new_leader"]
        if leader is None:
            write_beside(made, at + down, column, "no flip" if stacked else "none").set_color(GREY)
            continue
        found.add(leader)
        look = mark(names.index(leader))
        style: Look = {
            "marker": look.marker,
            "color": look.colour,
            "markeredgecolor": INK,
            "markersize": made.points(9),
        }
        made.axes.plot(row["at_flip"], at, linestyle="", zorder=5, clip_on=False, label="_flip", **style)
        said = "tied" if leader in tornado.ahead(lane) else f"{prefix}{plain(value)}"
        write_beside(made, at + down, column, said)
    looks = [(tornado.called(name), mark(place)) for place, name in enumerate(names) if name in found]
    return [points(f"flip: {name} leads", look, face=look.colour) for name, look in looks]
