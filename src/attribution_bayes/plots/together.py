"""Pictures of everything at once: the lead as numbers are off, and the credences as the evidence is worth less."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from attribution_bayes.arguments import expect
from attribution_bayes.declare.case import Case
from attribution_bayes.engine.posterior import WHOLE, percent
from attribution_bayes.plots.axes import set_credence_axis, set_credence_axis_up
from attribution_bayes.plots.canvas import Canvas, canvas, finish
from attribution_bayes.plots.style import INK, Look, conditional, drawn_names, in_style, mark
from attribution_bayes.sensitivity.discount import discount
from attribution_bayes.sensitivity.robustness import GROUPS, robustness, worst_leads

DISTANCES = 17
"""How far off numbers are drawn to be."""

FURTHEST_DB, FURTHEST = 20.0, 10.0
"""Where the axis ends at most, in decibans and as a multiple of the radius of everything."""


@in_style()
def plot_robustness(case: Case, *, ax: Axes | None = None, title: str | None = None, legend: bool = True) -> Figure:
    """Draw the lead that is left at the worst place over how far numbers are off.

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
        A line for everything, the prior, the likelihoods and the sources: the log odds, in decibans, of the hypothesis
        that leads against its nearest rival, where numbers are off by at most so many decibans in the worst direction.
        The radius of `robustness` is marked where a line is at 0.

    Raises
    ------
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    expect(case, Case, "case")
    radii = robustness(case).loc[["everything", *GROUPS], ["radius_db", "exact"]]
    end = _end(radii["radius_db"])
    leads = worst_leads(case, np.linspace(0.0, end, DISTANCES))
    made = canvas(ax, title, legend)
    keys = [
        _draw_lead(made, place, leads[group], radius)
        for place, (group, radius) in enumerate(zip(radii.index, radii["radius_db"].tolist(), strict=True))
    ]
    made.axes.axhline(0, color=INK, linewidth=1)
    now = float(leads["everything"].to_numpy()[0])
    made.axes.set_xlim(0, end)
    if np.isfinite(now):
        made.axes.set_ylim(-0.5 * now - 0.5, 1.1 * now + 0.5)
    made.axes.set_xlabel("how far numbers may be off, in decibans of odds")
    made.axes.set_ylabel("lead left, in decibans")
    found = (
        []
        if radii["exact"].all()
        else ["Found by search where rates are used by several reports: the lead may be less."]
    )
    name = drawn_names(case.hypotheses)[leads.attrs["target"]]
    return finish(
        made, f"The lead of {name} if numbers are off in the worst direction", keys, [*found, *conditional(case)]
    )


def _end(radii: pd.Series) -> float:
    """Where the axis of distances ends: all radii are on it that are not far beyond that of everything."""
    finite = radii[np.isfinite(radii)]
    if not len(finite) or not finite.max() > 0:
        return FURTHEST_DB
    return float(min(1.1 * finite.max(), FURTHEST * finite.min(), max(FURTHEST_DB, 1.1 * finite.min())))


def _draw_lead(canvas: Canvas, place: int, leads: pd.Series, radius: float) -> Line2D:
    look, shown = mark(place), leads.replace([np.inf, -np.inf], np.nan)
    words = "not overturned" if np.isinf(radius) else f"radius {radius:.2f}"
    line: Look = {"color": look.colour, "linestyle": look.line, "linewidth": 2, "label": f"{leads.name}: {words}"}
    canvas.axes.plot(shown.index, shown, **line)
    if np.isfinite(radius):
        canvas.axes.plot([radius], [0.0], linestyle="", marker=look.marker, color=INK, markerfacecolor=look.colour)
    return Line2D([], [], marker=look.marker if np.isfinite(radius) else "", markeredgecolor=INK, **line)


@in_style()
def plot_discount(case: Case, *, ax: Axes | None = None, title: str | None = None, legend: bool = True) -> Figure:
    """Draw the credences over how much of its stated weight the evidence is worth.

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
        A line for each hypothesis, as in `discount` of all evidence: the prior at the left, the credence at the right,
        and where another hypothesis takes the lead.

    Raises
    ------
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    expect(case, Case, "case")
    table, made, called = discount(case), canvas(ax, title, legend), drawn_names(case.hypotheses)
    dashes: Look = {"color": INK, "linewidth": 1.5, "linestyle": (0, (4, 2))}
    keys = []
    for k, name in enumerate(case.names):
        look = mark(k)
        line: Look = {"color": look.colour, "linestyle": look.line, "linewidth": 2, "marker": look.marker}
        made.axes.plot(table.index, table[name], markevery=(7 * k % 20, 20), label=f"_{name}", **line)
        keys.append(Line2D([], [], label=called[name], **line))
    for factor, name in table.attrs["leads"][1:]:
        who = "hypotheses tie" if name is None else f"{called[name]} leads"
        made.axes.axvline(factor, **dashes)
        keys.append(Line2D([], [], label=f"{who} from {percent(factor, WHOLE)}", **dashes))
    set_credence_axis(made, 0.0, 1.0)
    set_credence_axis_up(made)
    made.axes.set_xlabel("what the evidence is worth, as a share of the stated weight")
    made.axes.set_ylabel("credence")
    return finish(made, "The credences if the evidence is worth less than stated", keys, conditional(case))
