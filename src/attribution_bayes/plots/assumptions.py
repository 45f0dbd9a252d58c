"""Pictures of the assumptions together: how far a credence follows each of them, and where the lead would change."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from attribution_bayes.arguments import expect, whole_number
from attribution_bayes.declare.case import Case, place_of
from attribution_bayes.engine.exact import as_stated
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
from attribution_bayes.plots.style import (
    GREY,
    INK,
    LABEL_CHARACTERS,
    STRIPES,
    Canvas,
    Look,
    break_lines,
    canvas,
    conditional,
    finish,
    in_style,
    mark,
    points,
)
from attribution_bayes.sensitivity.functions import responses
from attribution_bayes.sensitivity.one_way import flip_points, in_words, one_way

FLIP_COLUMN = 1.45
"""Inches to the right of the axes at which the flip points stand, beyond the ranges."""

LOWER_END, UPPER_END = "0.8", "white"
"""Of the two halves of a swing: hypotheses have all the colours."""

MOVED = "One assumption moved, all others as stated; the other members of a prior or row scale in proportion."

FLIP_NOTE = "Flip: the nearest value at which another hypothesis leads. This says what if, not what will be."


@in_style()
def plot_tornado(case: Case, target: str | None = None, *, most: int = 15, ax: Axes | None = None) -> Figure:
    """Draw how far one credence follows as each assumption moves over its range, and where the lead would change.

    Parameters
    ----------
    case
    target
        A hypothesis; the one of greatest credence unless given, of several that tie the first in the case.
    most
        How many assumptions at most: those of greatest swing.
    ax
        Axes to draw into; those of a new figure unless given.

    Returns
    -------
    Figure
        A row for each assumption, as of `one_way`: bars from the credence as stated to that at either end of the range.
        On the same axis the credence at the flip point of `flip_points`, which may lie outside the range.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a target that the case does not have, ``E_RANGE`` for `most` below 1.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    expect(case, Case, "case")
    most = whole_number(most, "most", least=1)
    swings = one_way(case, target)
    name = str(swings.attrs["target"])
    table = swings.head(most).join(flip_points(case, target)[["flip_at", "new_leader", "reachable"]])
    table["at_flip"] = _credence_at_flips(case, name, table)
    stated, ahead = _stated(case, name), tied(case.names, as_stated(network(case)))
    rows = stack_rows(in_words(case, str(address)) for address in table.index)
    made = canvas(ax, rows.inches + 0.7)
    _draw_swings(made, rows, table, stated[0])
    flips = _draw_flips(made, rows, case, table, ahead)
    draw_rows(made, rows)
    seen = np.array([stated[0], *table["at_lower"], *table["at_upper"], *table["at_flip"].dropna()])
    set_credence_axis(made, float(seen.min()), float(seen.max()))
    made.axes.set_xlabel(break_lines(f"credence of {name}", LABEL_CHARACTERS))
    some = f"The {len(table)} of {len(swings)} assumptions with the greatest swing. "
    note = f"{some if len(table) < len(swings) else ''}{MOVED} {FLIP_NOTE}"
    return finish(made, f"What the credence of {name} hangs on", [*_ends(stated), *flips], [note, *conditional(case)])


def _stated(case: Case, target: str) -> tuple[float, str]:
    """The credence as stated, and as it is printed."""
    credence, place = as_stated(network(case)), place_of(case, target, "target")
    return float(credence[place]), percentages(credence)[place]


def _credence_at_flips(case: Case, target: str, table: pd.DataFrame) -> list[float]:
    """The target's credence where the lead changes, NaN where it does not."""
    net, place = network(case), place_of(case, target, "target")
    moved, found = responses(net), []
    for address, row in table.iterrows():
        if row["reachable"]:
            response = moved[net.inputs.addresses.index(str(address))]
            found.append(float(response.credences(response.odds(np.array([row["flip_at"]])))[0, place]))
        else:
            found.append(float("nan"))
    return found


def _draw_swings(made: Canvas, rows: Rows, table: pd.DataFrame, stated: float) -> None:
    for column, face, stripes in (("at_lower", LOWER_END, None), ("at_upper", UPPER_END, STRIPES)):
        for row, end in zip(rows.middles, table[column], strict=True):
            above = 3 - abs(end - stated)  # where both lie on one side the shorter one is seen
            draw_bar(made, row, (stated, end), column, {"facecolor": face, "hatch": stripes, "zorder": above})
    made.axes.axvline(stated, color=INK, linewidth=1.2, zorder=4)
    for row, lower, upper in zip(rows.middles, table["lower"], table["upper"], strict=True):
        write_beside(
            made, row, 0.1, f"{plain(lower)} to {plain(upper)}" if lower < upper else f"{plain(lower)}, no range"
        )
    write_headings(made, {0.1: "range", FLIP_COLUMN: "flip"})


def _ends(stated: tuple[float, str]) -> list[Line2D | Patch]:
    return [
        Patch(facecolor=LOWER_END, edgecolor=INK, label="at the lower end of its range"),
        Patch(facecolor=UPPER_END, edgecolor=INK, hatch=STRIPES, label="at the upper end"),
        Line2D([], [], color=INK, label=f"as stated: {stated[1]}"),
    ]


def _draw_flips(made: Canvas, rows: Rows, case: Case, table: pd.DataFrame, ahead: tuple[str, ...]) -> list[Line2D]:
    """A mark where the lead changes, that of the hypothesis that takes it; what the legend must explain."""
    flips = table[["flip_at", "at_flip", "new_leader"]].to_numpy().tolist()
    for row, (value, at, leader) in zip(rows.middles, flips, strict=True):
        if leader is None:
            write_beside(made, row, FLIP_COLUMN, "none").set_color(GREY)
            continue
        look = mark(case.names.index(leader))
        style: Look = {"marker": look.marker, "color": look.colour, "markeredgecolor": INK, "markersize": 9}
        made.axes.plot(at, row, linestyle="", zorder=5, label="_flip", **style)
        write_beside(made, row, FLIP_COLUMN, "tied" if leader in ahead else plain(value))
    leaders = [name for name in case.names if name in set(table["new_leader"])]
    looks = [mark(case.names.index(name)) for name in leaders]
    return [points(f"flip: {name} leads", look, face=look.colour) for name, look in zip(leaders, looks, strict=True)]
