"""Pictures of several answers: how often hypotheses turned out true, by the credence that they had."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from attribution_bayes.engine.posterior import in_percent
from attribution_bayes.panel.calibration import INTERVAL_MASS, Record, calibration_table
from attribution_bayes.plots.axes import (
    set_credence_axis,
    set_credence_axis_up,
)
from attribution_bayes.plots.style import (
    COLOURS,
    GREY,
    INK,
    SMALL,
    Look,
    Mark,
    canvas,
    finish,
    in_style,
    points,
)


@in_style()
def plot_calibration(credences: Record, outcomes: Sequence[str], *, ax: Axes | None = None) -> Figure:
    """Draw how often hypotheses turned out true, by the credence that they had.

    Parameters
    ----------
    credences
        Past cases, or simulated ones: a DataFrame with a row for each case and a column for each hypothesis (empty
        where the case had no such hypothesis); a DataArray with the dimension hypothesis and one other; or a list with
        the posterior, or ``{hypothesis: credence}``, of each case.
    outcomes
        For each case the name of the hypothesis that turned out true.
    ax
        Axes to draw into; those of a new figure unless given.

    Returns
    -------
    Figure
        For each ten percentage points the mean credence of the hypotheses that had one there, and the share of these
        that turned out true, with a central 90 % interval for that share (Jeffreys).

    Raises
    ------
    CaseError
        ``E_EMPTY`` for no case, ``E_SHAPE`` for credences and outcomes of different numbers, ``E_TYPE`` or ``E_RANGE``
        for a credence that is none, ``E_UNKNOWN_NAME`` for an outcome that is no hypothesis of its case.
    """
    table = calibration_table(credences, outcomes)
    made, look = canvas(ax, 4.2), Mark(COLOURS[0], "o", "-", "")
    ax = made.axes
    level = ax.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="as often as the credence says", zorder=1)
    ax.vlines(table["credence"], table["low"], table["high"], color=look.colour, linewidth=2.5, zorder=2)
    dots: Look = {"linestyle": "", "marker": "o", "color": look.colour, "markeredgecolor": INK, "clip_on": False}
    ax.plot(table["credence"], table["share"], markersize=8, label="_share", **dots)
    for at, share, true, count in table[["credence", "share", "true", "count"]].to_numpy():
        away: Look = {"xytext": (-6, 5), "ha": "right"} if share > at else {"xytext": (6, -10), "ha": "left"}
        ax.annotate(f"{true:.0f} of {count:.0f}", (at, share), textcoords="offset points", fontsize=SMALL, **away)
    set_credence_axis(made, 0.0, 1.0)
    set_credence_axis_up(made)
    ax.set(xlabel="mean credence", ylabel="share that turned out true")
    interval = f"central {in_percent(INTERVAL_MASS)} for that share"
    keys = [points("share that turned out true", look, face=look.colour), *level]
    keys.append(Line2D([], [], color=look.colour, linewidth=2.5, label=interval))
    cases = table.attrs["cases"]
    note = (
        f"Cases: {cases:,}; credences taken together by tens of percentage points. Those of one case depend on each "
        "other: one hypothesis of each is true."
    )
    return finish(made, "Credences, and how often they came true", keys, [note])
