"""Pictures of the assumptions together: how far a credence follows each of them, and where the lead would change."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from attribution_bayes.arguments import expect, whole_number
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.wording import in_words
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
    checked,
    conditional,
    finish,
    in_style,
    mark,
    points,
)
from attribution_bayes.sensitivity.functions import responses
from attribution_bayes.sensitivity.one_way import flip_points, one_way

FLIP_COLUMN = 1.45
"""Inches to the right of the axes at which the flip points stand, beyond the ranges."""

LOWER_END, UPPER_END = "0.8", "white"
"""Of the two halves of a swing: hypotheses have all the colours."""

MOVED = "One assumption moved, all others as stated; the other members of a prior or row scale in proportion."

FLIP_NOTE = "Flip: the nearest value at which another hypothesis leads. This says what if, not what will be."


@in_style()
def plot_tornado(
    table: pd.DataFrame | Case, target: str | None = None, *, most: int = 15, ax: Axes | None = None
) -> Figure:
    """Draw how far one credence follows as each assumption moves over its range, and where the lead would change.

    Parameters
    ----------
    table
        What `one_way` returns, or rows of it; or a case, from which the table is made, with flip points.
    target
        For a case only: a hypothesis; the one of greatest credence unless given, of several that tie the first in the
        case.
    most
        The greatest number of assumptions to draw: the first in the table, which has those of greatest swing first.
    ax
        Axes to draw into; those of a new figure unless given.

    Returns
    -------
    Figure
        A row for each assumption: bars from the credence as stated to the credence at either end of the range. With
        flip points, which may lie outside the range, also the credence there, on the same axis.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a target that the case does not have, ``E_RANGE`` for `most` below 1, ``E_SHAPE`` for
        another table, ``E_CONFLICT`` for a target beside a table, which has one.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    expect(table, (Case, pd.DataFrame), "table")
    most = whole_number(most, "most", least=1)
    swings = _of_case(table, target) if isinstance(table, Case) else checked(table, one_way, {"target": target})
    credence, name = swings.attrs["credence"], str(swings.attrs["target"])
    printed = percentages(np.array([*credence.values()]))[[*credence].index(name)]
    shown, stated = swings.head(most), (credence[name], printed)
    rows = stack_rows(map(str, shown.get("what", shown.index)))
    made = canvas(ax, rows.inches + 0.7)
    _draw_swings(made, rows, shown, stated[0])
    flips = _draw_flips(made, rows, shown) if "at_flip" in shown else []
    draw_rows(made, rows)
    seen = [stated[0], *shown["at_lower"], *shown["at_upper"], *(shown["at_flip"].dropna() if flips else ())]
    set_credence_axis(made, float(min(seen)), float(max(seen)))
    made.axes.set_xlabel(break_lines(f"credence of {name}", LABEL_CHARACTERS))
    title = f"What the credence of {name} hangs on"
    return finish(made, title, [*_ends(stated), *flips], [_tornado_note(shown, len(swings)), *conditional(swings)])


def _tornado_note(shown: pd.DataFrame, count: int) -> str:
    some = f"The {len(shown)} of {count} assumptions with the greatest swing. " if len(shown) < count else ""
    return f"{some}{MOVED}{f' {FLIP_NOTE}' if 'at_flip' in shown else ''}"


def _of_case(case: Case, target: str | None) -> pd.DataFrame:
    return with_flips(case, one_way(case, target), flip_points(case, target))


def with_flips(case: Case, swings: pd.DataFrame, flips: pd.DataFrame) -> pd.DataFrame:
    """The table of `one_way` with what each assumption is, its flip point and the target's credence there."""
    table = swings.join(flips[["flip_at", "new_leader", "reachable"]])
    table["what"] = [in_words(case, str(address)) for address in table.index]
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
    write_headings(made, {0.1: "range"})


def _ends(stated: tuple[float, str]) -> list[Line2D | Patch]:
    return [
        Patch(facecolor=LOWER_END, edgecolor=INK, label="at the lower end of its range"),
        Patch(facecolor=UPPER_END, edgecolor=INK, hatch=STRIPES, label="at the upper end"),
        Line2D([], [], color=INK, label=f"as stated: {stated[1]}"),
    ]


def _draw_flips(made: Canvas, rows: Rows, table: pd.DataFrame) -> list[Line2D]:
    """A mark where the lead changes, that of the hypothesis that takes it; what the legend must explain."""
    names = [*table.attrs["credence"]]
    ahead = tied(names, np.array([*table.attrs["credence"].values()]))
    flips = table[["flip_at", "at_flip", "new_leader"]].to_numpy().tolist()
    write_headings(made, {FLIP_COLUMN: "flip"})
    for row, (value, at, leader) in zip(rows.middles, flips, strict=True):
        if leader is None:
            write_beside(made, row, FLIP_COLUMN, "none").set_color(GREY)
            continue
        look = mark(names.index(leader))
        style: Look = {"marker": look.marker, "color": look.colour, "markeredgecolor": INK, "markersize": 9}
        made.axes.plot(at, row, linestyle="", zorder=5, label="_flip", **style)
        write_beside(made, row, FLIP_COLUMN, "tied" if leader in ahead else plain(value))
    leaders = [name for name in names if name in set(table["new_leader"])]
    looks = [mark(names.index(name)) for name in leaders]
    return [points(f"flip: {name} leads", look, face=look.colour) for name, look in zip(leaders, looks, strict=True)]
