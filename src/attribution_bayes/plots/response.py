"""Pictures of the credences as one assumption moves, or of who leads as two do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from attribution_bayes.arguments import expect
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.assumptions import Assumption, assumptions, range_policy
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import parameters, unknown_address
from attribution_bayes.declare.ways import RATIO_KINDS
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import WHOLE
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.errors import CaseError, quoted, refusal
from attribution_bayes.odds import TIE, leading, level, tied
from attribution_bayes.plots.assumptions import MOVED
from attribution_bayes.plots.axes import (
    MAX_DRAWN,
    MIN_DRAWN,
    NEAR_THE_END,
    by_odds,
    plain,
    set_credence_axis_up,
    set_value_axis,
)
from attribution_bayes.plots.canvas import Canvas, canvas, finish
from attribution_bayes.plots.style import INK, PALE, Look, Mark, conditional, drawn_names, drawn_words, in_style, mark
from attribution_bayes.sensitivity.curves import Scale, over_range, response_curve, spread_values
from attribution_bayes.sensitivity.one_way import flip_points

CURVE_POINTS = 201
"""Values of an assumption at which a curve is drawn."""

GRID_POINTS = 61
"""Values of each of two assumptions at which regions are drawn."""

TIE_HATCH = "++"

TOUCHING = 0.999
"""Between 0 and 1: a contour there follows the points that tie, and leaves the rest of their cells to who leads."""


def plot_response(
    case: Case, address: str, *, ax: Axes | None = None, title: str | None = None, legend: bool = True
) -> Figure:
    """Draw the credences of all hypotheses over one assumption.

    Parameters
    ----------
    case
    address
        Of an assumption.
    ax
        Axes to draw into, in a figure with ``layout="constrained"``; those of a new figure unless given.
    title
        In place of the usual one; none if empty.
    legend
        Whether the picture has one.

    Returns
    -------
    Figure
        A line for each hypothesis, as in `response_curve`; the stated value, the plausible range and the nearest value
        at which another hypothesis leads. Probabilities near 0 or 1 stand by their log odds, ratios by their logarithm.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for an address that the case does not have.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    expect(case, Case, "case")
    expect(address, str, "address")
    one = _assumption(case, address)
    return draw_response(canvas(ax, title, legend), case, one, flip_points(case).loc[[address]].iloc[0])


@in_style()
def draw_response(made: Canvas, case: Case, one: Assumption, flip: pd.Series) -> Figure:
    """Draw the credences over one assumption of which the flip point, a row of `flip_points`, is known."""
    address = one.address
    ends, scale = _view(one, [one.stated, one.lower, one.upper, float(flip["flip_at"])])
    inside = (WHOLE, 1 - WHOLE) if ends == (0.0, 1.0) else ends
    values = spread_values(*inside, CURVE_POINTS, scale)
    curve = response_curve(case, address, values)
    called = drawn_names(case.hypotheses)
    for k, name in enumerate(case.names):
        look, every = mark(k), (7 * k % 25, 25)
        line = {
            "label": called[name],
            "linestyle": look.line,
            "color": look.colour,
            "marker": look.marker,
            "markeredgecolor": INK,
        }
        made.axes.plot(values, curve.sel(hypothesis=name), markevery=every, markeredgewidth=0.5, **line)
    keys = [*made.axes.get_lines(), *_draw_marks(made, one, flip, tied(case.names, as_stated(network(case))), called)]
    set_value_axis(made, "x", ends, scale)
    set_credence_axis_up(made)
    made.axes.set(xlabel=drawn_words(case, address), ylabel="credence")
    return finish(made, f"Credences over {address}", keys, [MOVED, *conditional(case)])


def _assumption(case: Case, address: str) -> Assumption:
    known = {one.address: one for one in assumptions(case)}
    if address not in known:
        raise CaseError([unknown_address(address, known)])
    return known[address]


def _view(one: Assumption, marks: Sequence[float]) -> tuple[tuple[float, float], Scale]:
    """Ends and scale of an axis that shows all marks."""
    if one.kind in RATIO_KINDS:
        shown = [min(max(value, 2 * MIN_DRAWN), MAX_DRAWN / 2) for value in marks if value > 0]
        return (min(shown) / 2, max(shown) * 2), "log"
    shown = [value for value in marks if 2 * MIN_DRAWN < value < 1]
    if not shown or (min(shown) >= NEAR_THE_END and max(shown) <= 1 - NEAR_THE_END):
        return (0.0, 1.0), "linear"
    low, high = min(shown) / 2, 1 - (1 - max(shown)) / 2
    return (low, high if high < 1 else max(shown)), "log odds"


def _draw_marks(
    made: Canvas, one: Assumption, flip: pd.Series, ahead: tuple[str, ...], called: dict[str, str]
) -> list[Line2D | Patch]:
    ax, place = made.axes, float(flip["flip_at"])
    keys: list[Line2D | Patch] = [ax.axvline(one.stated, color=INK, linewidth=1.4)]
    keys[0].set_label(f"stated: {plain(one.stated)}")
    if one.lower < one.upper:
        label = f"range: {plain(one.lower)} to {plain(one.upper)} ({range_policy(one.kind)})"
        keys.append(ax.axvspan(one.lower, one.upper, facecolor=PALE, zorder=0, label=label))
    if flip["reachable"]:
        leads = f"flip: {called[flip['new_leader']]} leads from {plain(place)}"
        level = f"tied at {plain(place)}: {' and '.join(called[name] for name in ahead)}"
        label = level if flip["new_leader"] in ahead else leads
        keys.append(ax.axvline(place, color=INK, linewidth=1.4, linestyle="--", label=label))
    else:
        keys.append(Line2D([], [], linestyle="", label="no flip: no value changes who leads"))
    return keys


def plot_two_way(
    case: Case, a: str, b: str, *, ax: Axes | None = None, title: str | None = None, legend: bool = True
) -> Figure:
    """Draw which hypothesis leads at which values of two assumptions.

    Parameters
    ----------
    case
    a, b
        Addresses of two assumptions, along and up; each over its plausible range.
    ax
        Axes to draw into, in a figure with ``layout="constrained"``; those of a new figure unless given.
    title
        In place of the usual one; none if empty.
    legend
        Whether the picture has one.

    Returns
    -------
    Figure
        A region for each hypothesis that leads somewhere, with a hatch of its own, one where nobody does because
        hypotheses tie, and the values as stated. Blank where two members of a prior or row would leave nothing for the
        others.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for an address that the case does not have; ``E_INTERVAL`` for one without a plausible range;
        ``E_SAME`` if the two are one, or one is what the other leaves.
    ContradictionError
        If every hypothesis is excluded somewhere.
    TooLargeError
        If a component has too many joint hidden states.
    """
    expect(case, Case, "case")
    expect(a, str, "a")
    expect(b, str, "b")
    if a == b:
        raise refusal("E_SAME", "b", f"{quoted(b)} cannot be moved against itself.", "Name another assumption.")
    made = canvas(ax, title, legend)
    return draw_two_way(made, case, (_assumption(case, a), _assumption(case, b)), surface(case, a, b))


@in_style()
def draw_two_way(made: Canvas, case: Case, moved: tuple[Assumption, Assumption], found: Floats) -> Figure:
    """Draw who leads over two assumptions, along and up, of which the `surface` is known."""
    along, up = moved
    xs, ys = over_range(along, GRID_POINTS), over_range(up, GRID_POINTS)
    regions = [_draw_region(made, mark(k), (xs, ys), found, k) for k in range(len(case.names))]
    ties = [_tie_key()] if _draw_ties(made, (xs, ys), found) else []
    look: Look = {
        "marker": "*",
        "color": INK,
        "markersize": made.points(13),
        "markeredgecolor": "white",
        "linestyle": "",
    }
    stated = made.axes.plot(along.stated, up.stated, label="as stated", clip_on=False, **look)
    set_value_axis(made, "x", (float(xs[0]), float(xs[-1])), _scale(along, xs))
    set_value_axis(made, "y", (float(ys[0]), float(ys[-1])), _scale(up, ys))
    made.axes.set(xlabel=drawn_words(case, along.address), ylabel=drawn_words(case, up.address))
    keys = [_region_key(name, mark(k)) for k, name in enumerate(drawn_names(case.hypotheses).values()) if regions[k]]
    note = "Both assumptions over their plausible ranges, all others as stated."
    told: list[Line2D | Patch] = [*keys, *ties, *stated]
    return finish(made, "Which hypothesis leads", told, [note, *conditional(case)], height=4.4)


def _scale(one: Assumption, values: Floats) -> Scale:
    """Of the axis that these values stand on."""
    if one.kind in RATIO_KINDS:
        return "log"
    low, high = float(values[0]), float(values[-1])
    return "log odds" if by_odds(low, high) and (low < NEAR_THE_END or high > 1 - NEAR_THE_END) else "linear"


def surface(case: Case, a: str, b: str) -> Floats:
    """Credences over the plausible ranges of two assumptions, shape (up, along, hypothesis).

    NaN where two members of a block leave nothing for the others.
    """
    along, up = _assumption(case, a), _assumption(case, b)
    xs, ys = over_range(along, GRID_POINTS), over_range(up, GRID_POINTS)
    block = {str(one.address): one.block for one in parameters(case)}
    x, y = np.meshgrid(xs, ys)
    fits = np.ones(x.shape, dtype=bool)
    if block[along.address] is not None and block[along.address] == block[up.address]:
        others = {address for address, name in block.items() if name == block[up.address]} - {along.address, up.address}
        if not any(one.stated for one in assumptions(case) if one.address in others):
            message = f"it is what {quoted(along.address)} leaves: the two are one assumption."
            raise refusal("E_SAME", "b", message, "Name another.")
        fits = x + y < 1
    credence = np.full((*x.shape, len(case.names)), np.nan)
    credence[fits] = what_if(case, {along.address: x[fits], up.address: y[fits]}).values
    return credence


def _draw_region(made: Canvas, look: Mark, at: tuple[Floats, Floats], surface: Floats, k: int) -> bool:
    """Fill where one hypothesis is ahead of all others; whether it is so anywhere."""
    margin = np.ma.masked_invalid(surface[..., k] - np.delete(surface, k, axis=-1).max(axis=-1))
    if not (leading(surface) == k).any():
        return False
    made.axes.contourf(*at, margin, levels=[TIE, 1.1], colors=[look.colour], alpha=0.5, hatches=[look.hatch])
    return True


def _draw_ties(made: Canvas, at: tuple[Floats, Floats], surface: Floats) -> bool:
    """Fill where nobody leads, if that is more than a line between regions; whether it is."""
    nobody = level(surface).sum(axis=-1) > 1
    if not (nobody[1:, 1:] & nobody[1:, :-1] & nobody[:-1, 1:] & nobody[:-1, :-1]).any():
        return False
    made.axes.contourf(*at, nobody.astype(float), levels=[TOUCHING, 1.1], colors=[PALE], hatches=[TIE_HATCH])
    return True


def _tie_key() -> Patch:
    return Patch(facecolor=PALE, hatch=TIE_HATCH, label="tied: nobody leads")


def _region_key(name: str, look: Mark) -> Patch:
    return Patch(facecolor=look.colour, alpha=0.5, hatch=look.hatch, label=f"{name} leads")
