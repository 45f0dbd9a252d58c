"""Pictures of what the answer hangs on: one assumption moved, or two, and what the evidence says of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import assert_never

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy.special import betainc, ndtr

from attribution_bayes.arguments import expect, whole_number
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.address import PriorOf, parse
from attribution_bayes.declare.assumptions import Assumption, assumptions, range_policy
from attribution_bayes.declare.case import Case, place_of
from attribution_bayes.declare.distributions import Beta, LogNormal, Point, Uniform
from attribution_bayes.declare.parameters import Parameter, addresses, parameters, unknown_address
from attribution_bayes.declare.wording import in_words
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import WHOLE, Posterior, percentages
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.errors import CaseError, quoted, refusal
from attribution_bayes.odds import TIE, leading, level, tied
from attribution_bayes.plots.canvas import (
    AXIS_CHARACTERS,
    COLOURS,
    GREY,
    INK,
    LABEL_CHARACTERS,
    PALE,
    STRIPES,
    Canvas,
    Look,
    Mark,
    Rows,
    Scale,
    bar,
    beside,
    broken,
    by_odds,
    canvas,
    conditional,
    credence_axis,
    credences_up,
    draw_rows,
    evenly,
    finished,
    headings,
    in_style,
    mark,
    plain,
    points,
    stacked,
    value_axis,
)
from attribution_bayes.sensitivity.functions import responses
from attribution_bayes.sensitivity.one_way import flip_points, one_way, over_range, response_curve

CURVE_POINTS = 201
"""Values of an assumption at which a curve is drawn."""

GRID_POINTS = 61
"""Values of each of two assumptions at which regions are drawn."""

BINS = 30
"""Bars of a histogram of draws."""

NEAR_THE_END = 0.02
"""A probability that is worth marking and nearer than this to 0 or 1 would not be seen on an axis from 0 to 1."""

LEAST, GREATEST = 1e-280, 1e280
"""What is drawn of smaller and greater numbers: beyond, matplotlib takes an axis for one without extent."""

FLIP_COLUMN = 1.45
"""Inches to the right of the axes at which the flip points stand, beyond the ranges."""

LOWER_END, UPPER_END = "0.8", "white"
"""Of the two halves of a swing: hypotheses have all the colours."""

MOVED = "One assumption moved, all others as stated; the other members of a prior or row scale in proportion."


TIE_HATCH = "++"
TOUCHING = 0.999
"""Between 0 and 1: a contour there follows the points that tie, and leaves the rest of their cells to who leads."""

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
    rows = stacked(in_words(case, str(address)) for address in table.index)
    made = canvas(ax, rows.inches + 0.7)
    _draw_swings(made, rows, table, stated[0])
    flips = _draw_flips(made, rows, case, table, ahead)
    draw_rows(made, rows)
    seen = np.array([stated[0], *table["at_lower"], *table["at_upper"], *table["at_flip"].dropna()])
    credence_axis(made, float(seen.min()), float(seen.max()))
    made.axes.set_xlabel(broken(f"credence of {name}", LABEL_CHARACTERS))
    some = f"The {len(table)} of {len(swings)} assumptions with the greatest swing. "
    note = f"{some if len(table) < len(swings) else ''}{MOVED} {FLIP_NOTE}"
    return finished(made, f"What the credence of {name} hangs on", [*_ends(stated), *flips], [note, *conditional(case)])


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
            bar(made, row, (stated, end), column, {"facecolor": face, "hatch": stripes, "zorder": above})
    made.axes.axvline(stated, color=INK, linewidth=1.2, zorder=4)
    for row, lower, upper in zip(rows.middles, table["lower"], table["upper"], strict=True):
        beside(made, row, 0.1, f"{plain(lower)} to {plain(upper)}" if lower < upper else f"{plain(lower)}, no range")
    headings(made, {0.1: "range", FLIP_COLUMN: "flip"})


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
            beside(made, row, FLIP_COLUMN, "none").set_color(GREY)
            continue
        look = mark(case.names.index(leader))
        style: Look = {"marker": look.marker, "color": look.colour, "markeredgecolor": INK, "markersize": 9}
        made.axes.plot(at, row, linestyle="", zorder=5, label="_flip", **style)
        beside(made, row, FLIP_COLUMN, "tied" if leader in ahead else plain(value))
    leaders = [name for name in case.names if name in set(table["new_leader"])]
    looks = [mark(case.names.index(name)) for name in leaders]
    return [points(f"flip: {name} leads", look, face=look.colour) for name, look in zip(leaders, looks, strict=True)]


@in_style()
def plot_response(case: Case, address: str, *, ax: Axes | None = None) -> Figure:
    """Draw the credences of all hypotheses over one assumption.

    Parameters
    ----------
    case
    address
        Of an assumption.
    ax
        Axes to draw into; those of a new figure unless given.

    Returns
    -------
    Figure
        A line for each hypothesis, as of `response_curve`; the stated value, the plausible range and the nearest value
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
    flip = flip_points(case).loc[[address]].iloc[0]
    ends, scale = _view(one, [one.stated, one.lower, one.upper, float(flip["flip_at"])])
    inside = (WHOLE, 1 - WHOLE) if ends == (0.0, 1.0) else ends
    values = evenly(*inside, CURVE_POINTS, scale)
    curve = response_curve(case, address, values)
    made = canvas(ax, 3.8)
    for k, name in enumerate(case.names):
        look, every = mark(k), (7 * k % 25, 25)
        line = {"linestyle": look.line, "color": look.colour, "marker": look.marker, "markeredgecolor": INK}
        made.axes.plot(values, curve.sel(hypothesis=name), label=name, markevery=every, markeredgewidth=0.5, **line)
    keys = [*made.axes.get_lines(), *_draw_marks(made, one, flip, tied(case.names, as_stated(network(case))))]
    value_axis(made.axes, "x", ends, scale)
    credences_up(made)
    made.axes.set(xlabel=broken(in_words(case, address), AXIS_CHARACTERS), ylabel="credence")
    return finished(made, f"Credences over {address}", keys, [MOVED, *conditional(case)])


def _assumption(case: Case, address: str) -> Assumption:
    known = {one.address: one for one in assumptions(case)}
    if address not in known:
        raise CaseError([unknown_address(address, known)])
    return known[address]


def _view(one: Assumption, marks: Sequence[float]) -> tuple[tuple[float, float], Scale]:
    """Ends and scale of an axis that shows all marks."""
    if one.kind.startswith("ratio"):
        shown = [min(max(value, 2 * LEAST), GREATEST / 2) for value in marks if value > 0]
        return (min(shown) / 2, max(shown) * 2), "log"
    shown = [value for value in marks if 2 * LEAST < value < 1]
    if not shown or (min(shown) >= NEAR_THE_END and max(shown) <= 1 - NEAR_THE_END):
        return (0.0, 1.0), "linear"
    low, high = min(shown) / 2, 1 - (1 - max(shown)) / 2
    return (low, high if high < 1 else max(shown)), "log odds"


def _draw_marks(made: Canvas, one: Assumption, flip: pd.Series, ahead: tuple[str, ...]) -> list[Line2D | Patch]:
    ax, place = made.axes, float(flip["flip_at"])
    keys: list[Line2D | Patch] = [ax.axvline(one.stated, color=INK, linewidth=1.4)]
    keys[0].set_label(f"stated: {plain(one.stated)}")
    if one.lower < one.upper:
        label = f"range: {plain(one.lower)} to {plain(one.upper)} ({range_policy(one.kind)})"
        keys.append(ax.axvspan(one.lower, one.upper, facecolor=PALE, zorder=0, label=label))
    if flip["reachable"]:
        leads = f"flip: {flip['new_leader']} leads from {plain(place)}"
        label = f"tied at {plain(place)}: {' and '.join(ahead)}" if flip["new_leader"] in ahead else leads
        keys.append(ax.axvline(place, color=INK, linewidth=1.4, linestyle="--", label=label))
    else:
        keys.append(Line2D([], [], linestyle="", label="no flip: no value changes who leads"))
    return keys


@in_style()
def plot_two_way(case: Case, a: str, b: str, *, ax: Axes | None = None) -> Figure:
    """Draw which hypothesis leads at which values of two assumptions.

    Parameters
    ----------
    case
    a, b
        Addresses of two assumptions, along and up; each over its plausible range.
    ax
        Axes to draw into; those of a new figure unless given.

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
    along, up = _assumption(case, a), _assumption(case, b)
    if a == b:
        raise refusal("E_SAME", "b", f"{quoted(b)} cannot be moved against itself.", "Name another assumption.")
    xs, ys = over_range(along, GRID_POINTS), over_range(up, GRID_POINTS)
    surface = _surface(case, along, up, xs, ys)
    made = canvas(ax, 4.4)
    regions = [_draw_region(made, mark(k), (xs, ys), surface, k) for k in range(len(case.names))]
    ties = [_tie_key()] if _draw_ties(made, (xs, ys), surface) else []
    look: Look = {"marker": "*", "color": INK, "markersize": 13, "markeredgecolor": "white", "linestyle": ""}
    stated = made.axes.plot(along.stated, up.stated, label="as stated", clip_on=False, **look)
    value_axis(made.axes, "x", (float(xs[0]), float(xs[-1])), _scale(along, xs))
    value_axis(made.axes, "y", (float(ys[0]), float(ys[-1])), _scale(up, ys))
    made.axes.set(xlabel=broken(in_words(case, a), AXIS_CHARACTERS), ylabel=broken(in_words(case, b), 46))
    keys = [_region_key(name, mark(k)) for k, name in enumerate(case.names) if regions[k]]
    note = "Both assumptions over their plausible ranges, all others as stated."
    return finished(made, "Which hypothesis leads", [*keys, *ties, *stated], [note, *conditional(case)])


def _scale(one: Assumption, values: Floats) -> Scale:
    """Of the axis that these values stand on."""
    if one.kind.startswith("ratio"):
        return "log"
    low, high = float(values[0]), float(values[-1])
    return "log odds" if by_odds(low, high) and (low < NEAR_THE_END or high > 1 - NEAR_THE_END) else "linear"


def _surface(case: Case, along: Assumption, up: Assumption, xs: Floats, ys: Floats) -> Floats:
    """Credences, shape (up, along, hypothesis); NaN where two members of a block leave nothing for the others."""
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


@in_style()
def plot_assumption(posterior: Posterior, address: str, *, ax: Axes | None = None) -> Figure:
    """Draw what was stated about one uncertain input, and what the evidence makes of it.

    Parameters
    ----------
    posterior
    address
        Of an assumption that is stated as a range or distribution.
    ax
        Axes to draw into; those of a new figure unless given.

    Returns
    -------
    Figure
        The outline is the stated distribution, exactly; the filled bars are shares of the posterior draws.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for an address that the case does not have, ``E_TYPE`` for a number stated without a range.
    """
    expect(posterior, Posterior, "posterior")
    expect(address, str, "address")
    case = posterior.case
    parameter, drawn = _uncertain_parameter(case, address), _draws(posterior, address)
    edges, scale = _edges(parameter, drawn)
    made = canvas(ax, 3.6)
    assert not isinstance(parameter.meaning, Point)  # refused above
    prior, after = _shares(parameter.meaning, edges), np.histogram(drawn, edges)[0] / len(drawn)
    fill: Look = {"facecolor": COLOURS[0], "alpha": 0.6, "hatch": "///", "edgecolor": "white"}
    made.axes.stairs(after, edges, fill=True, label="_posterior", **fill)
    made.axes.stairs(prior, edges, color=INK, linewidth=1.8, label="_prior")
    value_axis(made.axes, "x", (float(edges[0]), float(edges[-1])), scale)
    made.axes.set_yticks([])
    made.axes.set(
        xlabel=broken(in_words(case, address), AXIS_CHARACTERS), ylabel="probability of values", ylim=(0, None)
    )
    is_ratio = isinstance(parameter.meaning, LogNormal)
    stated = _summed("as stated", parameter.meaning.mean, parameter.meaning.interval(0.9), is_ratio, plain)
    given = _summed(
        "given the evidence", _centre(drawn, is_ratio), np.quantile(drawn, [0.05, 0.95]), is_ratio, _borne_out
    )
    keys: list[Line2D | Patch] = [Line2D([], [], color=INK, linewidth=1.8, label=stated), Patch(label=given, **fill)]
    note = f"The filled bars are {len(drawn):,} draws, the outline is exact."
    return finished(made, f"Before and after the evidence: {address}", keys, [note, *conditional(case)])


def _centre(drawn: Floats, is_ratio: bool) -> float:
    """The mean, of ratios the geometric one: that is what enters the credence."""
    return float(np.exp(np.log(drawn).mean()) if is_ratio else drawn.mean())


def _summed(
    what: str, centre: float, interval: Sequence[float] | Floats, is_ratio: bool, shown: Callable[[float], str]
) -> str:
    name, (low, high) = "geometric mean" if is_ratio else "mean", interval
    return f"{what}: {name} {shown(centre)}, central 90 % from {shown(low)} to {shown(high)}"


def _borne_out(value: float) -> str:
    """A summary of draws: their number bears out no third digit."""
    return f"{value:.2g}"


def _uncertain_parameter(case: Case, address: str) -> Parameter:
    one = addresses(case).at(address)
    if isinstance(one.meaning, Point):
        message = f"it is stated as a number, {one.meaning.mean:g}: there is nothing to compare."
        raise refusal("E_TYPE", address, message, "Name an assumption that is stated as a range or distribution.")
    return one


def _draws(posterior: Posterior, address: str) -> Floats:
    group, at = posterior.draws["posterior"], parse(address)
    if isinstance(at, PriorOf):
        found = group["prior"].sel(hypothesis=at.hypothesis)
    else:
        found = group["assumption"].sel(address=address)
    return np.asarray(found.values, dtype=np.float64).ravel()


def _edges(parameter: Parameter, drawn: Floats) -> tuple[Floats, Scale]:
    """Ends of bars of the same width on an axis, and its scale."""
    low, high = parameter.meaning.interval(0.998)
    low, high = min(low, float(np.quantile(drawn, 0.001))), max(high, float(np.quantile(drawn, 0.999)))
    low, high = max(low, LEAST), min(high, GREATEST)
    if isinstance(parameter.meaning, LogNormal):
        return evenly(low, high, BINS + 1, "log"), "log"
    scale: Scale = "log odds" if by_odds(low, high) and parameter.meaning.interval(0.9)[0] < NEAR_THE_END else "linear"
    return evenly(low, high, BINS + 1, scale), scale


def _shares(meaning: Beta | Uniform | LogNormal, edges: Floats) -> Floats:
    """Probability between each two edges, as stated."""
    match meaning:
        case Beta(alpha, beta):
            return np.asarray(np.diff(betainc(alpha, beta, np.clip(edges, 0, 1))))
        case Uniform(lower, upper):
            return np.asarray(np.diff(np.clip(edges, lower, upper)) / (upper - lower))
        case LogNormal(mu, sigma):
            return np.asarray(np.diff(ndtr((np.log(edges) - mu) / sigma)))
        case _:
            assert_never(meaning)
