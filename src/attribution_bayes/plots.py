"""Pictures of a case, of its answer and of what the answer hangs on, in ArviZ's style.

Every function draws into the axes that it is given, or into a new figure; it returns the figure, saves nothing, and
leaves matplotlib's settings and pyplot's open figures alone. Colour is never the only thing that tells two marks apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch
from scipy.special import betainc, logit, ndtr

from attribution_bayes.assumption import Assumption, assumptions, range_policy, unknown_address
from attribution_bayes.canvas import (
    COLOURS,
    GREY,
    HATCHES,
    INK,
    PALE,
    ROW,
    WHOLE,
    Canvas,
    Mark,
    beside,
    broken,
    canvas,
    conditional,
    credence_axis,
    finished,
    in_log_odds,
    in_style,
    legend,
    mark,
    plain,
    points,
    rows,
    shortened,
    value_axis,
)
from attribution_bayes.case import Case, place_of
from attribution_bayes.diagram import CHARACTERS, COLUMNS, Box, Diagram, diagram, finding
from attribution_bayes.errors import CaseError, Problem, nearest, quoted, refusal
from attribution_bayes.exact import as_stated
from attribution_bayes.family import LogNormal, Point, TruncatedBeta
from attribution_bayes.influence import weight_of_evidence
from attribution_bayes.network import Floats, network
from attribution_bayes.observations import NOT_OBSERVED, observations
from attribution_bayes.parts import Evidence
from attribution_bayes.posterior import SPREAD_MASS, Posterior, percent, printed
from attribution_bayes.response import responses
from attribution_bayes.sensitivity import flip_points, in_words, one_way, response_curve
from attribution_bayes.slots import Slot, slots
from attribution_bayes.weigh import what_if

CURVE_POINTS = 201
"""Values of an assumption at which a curve is drawn."""

GRID_POINTS = 61
"""Values of each of two assumptions at which regions are drawn."""

BINS = 40
"""Bars of a histogram of draws."""

CALIBRATION_BINS = 10
"""Credences are taken together by tens of percentage points."""

CALIBRATION_MASS = 0.9
"""Probability inside the interval for the share that turned out true."""

SPREAD_NOTE = (
    f"The spread ({SPREAD_MASS:.0%}) is how far the credence would move if the uncertain inputs were known. It is no "
    "error of the credence, which is one number."
)


# The answer ----------------------------------------------------------------------------------------------------------


@in_style()
def plot_credences(posterior: Posterior | Mapping[str, Posterior], *, ax: Axes | None = None) -> Figure:
    """Draw the way from prior to credence for each hypothesis, with the spread beside it.

    Parameters
    ----------
    posterior
        A weighed case; or several by name, readings of the same evidence, which are drawn row by row.
    ax
        Axes to draw into; those of a new figure unless given.

    Returns
    -------
    Figure
        Open marks: prior; filled marks: credence; bars: spread, between ``spread_low`` and ``spread_high`` of
        `Posterior.summary`. Monte-Carlo error is not drawn: it bounds the digits that are printed.

    Raises
    ------
    CaseError
        ``E_EMPTY`` for no posterior, ``E_TYPE`` for something else.
    """
    readings = _readings(posterior)
    names = list(dict.fromkeys(name for one in readings.values() for name in one.case.names))
    lanes = [(name, reading) for name in names for reading, one in readings.items() if name in one.case.names]
    made = canvas(ax, 1.9 + (ROW + 0.14) * len(lanes))
    gap = 0.5 if len(readings) > 1 else 0.0
    places = {lane: n + gap * names.index(lane[0]) for n, lane in enumerate(lanes)}
    for n, (reading, one) in enumerate(readings.items()):
        at = {name: place for (name, of), place in places.items() if of == reading}
        _draw_reading(made, one, at, mark(n))
    labels = [name if len(readings) == 1 else shortened(reading) for name, reading in lanes]
    rows(made, list(places.values()), labels)
    if len(readings) > 1:
        _head_groups(made, {name: next(y for lane, y in places.items() if lane[0] == name) for name in names})
    credence_axis(made, 0.0, 1.0)
    made.axes.set_xlabel("probability of the hypothesis")
    first = mark(0) if len(readings) == 1 else Mark(GREY, "o", "-", "///")
    legend(made, [points("prior", first, filled=False), points("credence", first, filled=True), _spread_key(first)])
    return finished(made, "From prior to credence", _credence_notes(readings))


def _readings(posterior: object) -> dict[str, Posterior]:
    if isinstance(posterior, Posterior):
        return {"": posterior}
    if not isinstance(posterior, Mapping):
        raise refusal("E_TYPE", "posterior", f"{quoted(posterior)} is no posterior.", "Give what `weigh` returns.")
    if not posterior:
        raise refusal("E_EMPTY", "posterior", "there is no posterior to draw.", "Give at least one, by its name.")
    for name, one in posterior.items():
        if not isinstance(one, Posterior):
            hint = "Give what `weigh` returns."
            raise refusal("E_TYPE", f"posterior.{quoted(name)}", f"{quoted(one)} is no posterior.", hint)
    return {str(name): one for name, one in posterior.items()}


def _draw_reading(made: Canvas, posterior: Posterior, at: Mapping[str, float], look: Mark) -> None:
    ax, table, words = made.axes, posterior.summary(), printed(posterior)
    places = np.array([at[name] for name in table.index])
    prior, credence = table["prior"].to_numpy(), table["credence"].to_numpy()
    ax.hlines(places - 0.12, prior, credence, color=look.colour, linewidth=1.2)
    ax.plot(prior, places - 0.12, look.marker, color=look.colour, markerfacecolor="white", markersize=7, label="prior")
    ax.plot(credence, places - 0.12, look.marker, color=look.colour, markersize=8, markeredgecolor=INK, label="credence")
    width = table["spread_high"] - table["spread_low"]
    ax.barh(places + 0.22, width, 0.2, table["spread_low"], label="spread", hatch="////", **_pale(look))
    for name, place in at.items():
        beside(made, place - 0.12, 1.02, f"{words.at[name, 'prior']} → {words.at[name, 'credence']}")
        spread = "excluded" if name in posterior.excluded else words.at[name, "spread (90 %)"]
        beside(made, place + 0.24, 1.02, spread).set(color=GREY, fontsize=8)


def _pale(look: Mark) -> dict[str, str]:
    return {"facecolor": "white", "edgecolor": look.colour}


def _spread_key(look: Mark) -> Patch:
    return Patch(facecolor="white", edgecolor=look.colour, hatch="////", label=f"spread ({SPREAD_MASS:.0%})")


def _head_groups(made: Canvas, tops: Mapping[str, float]) -> None:
    for name, top in tops.items():
        transform = made.axes.get_yaxis_transform()
        made.axes.text(0.0, top - 0.62, name, transform=transform, va="center", fontsize=9, fontweight="bold")


def _credence_notes(readings: Mapping[str, Posterior]) -> list[str]:
    notes = [SPREAD_NOTE]
    without = [name for name, one in readings.items() if not one.case.has_catch_all]
    if without:
        notes[:0] = conditional(readings[without[0]].case)
    sampled = [float(one.mcse.max()) for one in readings.values() if one.method != "exact"]
    if sampled:
        notes.append(f"Sampled with PyMC: Monte-Carlo error of the credence at most {max(sampled):.2g}.")
    return notes


@in_style()
def plot_update(case: Case, *, ax: Axes | None = None) -> Figure:
    """Draw how the credences change as the items come in, one after another.

    Items come in by their date if each of them has one, and in the order of the case otherwise; the picture says which.
    Where they go in the end does not depend on the order, the way there does.

    Parameters
    ----------
    case
    ax
        Axes to draw into; those of a new figure unless given.

    Returns
    -------
    Figure
        A line for each hypothesis, from the prior in the first row down to the credence in the last.

    Raises
    ------
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    items, order = _arrival(case)
    credence = _as_items_arrive(case, [item.name for item in items])
    made = canvas(ax, 2.1 + ROW * len(credence))
    places = np.arange(len(credence))
    for k, name in enumerate(case.names):
        look, label = mark(k), f"{name}, in the end {percent(float(credence[-1, k]), WHOLE)}"
        made.axes.plot(credence[:, k], places, look.marker, linestyle=look.line, color=look.colour, label=label)
    dated = [f"{item.name} ({item.date})" if item.date else item.name for item in items]
    rows(made, places.tolist(), ["before the evidence", *dated])
    credence_axis(made, 0.0, 1.0)
    made.axes.set_xlabel("credence, given the items down to this row")
    legend(made, made.axes.get_lines())
    return finished(made, "How the credences change as items come in", [order, *conditional(case)])


def _arrival(case: Case) -> tuple[list[Evidence], str]:
    """Items that say something, in the order in which they come in, and what order that is."""
    heard = [item for item in case.evidence if item.observed is not None or item.reports]
    undated = [item.name for item in heard if item.date is None]
    if not heard:
        return heard, "Nothing has been observed or reported yet."
    if not undated:
        return sorted(heard, key=lambda item: str(item.date)), "Items by date; of one day, in the order of the case."
    if len(undated) == len(heard):
        return heard, "Items in the order of the case: none has a date."
    return heard, f"Items in the order of the case: {len(undated)} of {len(heard)} have no date."


def _as_items_arrive(case: Case, order: Sequence[str]) -> Floats:
    """Credences before any item and after each; shape (items + 1, hypothesis)."""
    opened = observations(case)
    as_stated(opened.network)  # raises, with what excludes them, if every hypothesis is excluded
    rank = {name: n for n, name in enumerate(order)}
    place = np.array([rank.get(one.item, 0) for one in opened.observables], dtype=np.int64)
    known = place < np.arange(len(order) + 1)[:, None]
    credence, _ = opened.credences(np.where(known, opened.findings, NOT_OBSERVED))
    return credence


# The evidence --------------------------------------------------------------------------------------------------------


@in_style()
def plot_weights(
    case: Case, for_: str | None = None, against: str | None = None, *, ax: Axes | None = None
) -> Figure:
    """Draw the weight of each item, from the prior odds to the posterior odds.

    Items that depend on one another follow each other, with a line beside them. Each weight is that of
    `weight_of_evidence` with the items in the order of the picture: given those above it.

    Parameters
    ----------
    case
    for_, against
        As of `weight_of_evidence`.
    ax
        Axes to draw into; those of a new figure unless given.

    Returns
    -------
    Figure
        Bars, in decibans. A weight that is infinite, because a hypothesis is excluded, is written and not drawn.

    Raises
    ------
    CaseError, TooLargeError
        As of `weight_of_evidence`.
    """
    groups = _components(case)
    order = {name: n for n, name in enumerate(name for group in groups for name in group)}
    arranged = case.model_copy(update={"evidence": sorted(case.evidence, key=lambda item: order[item.name])})
    table = weight_of_evidence(arranged, for_, against)
    prior = _prior_decibans(case, table.attrs["for"], table.attrs["against"])
    levels = np.cumsum([prior, *table["weight"]])
    made = canvas(ax, 2.2 + ROW * (len(table) + 2))
    _draw_steps(made, table["weight"].to_numpy(), levels)
    rows(made, list(range(len(table) + 2)), ["prior odds", *table.index, "posterior odds"])
    _mark_components(made, list(table.index), groups)
    _deciban_axis(made, levels[np.isfinite(levels)], table.attrs["for"], table.attrs["against"])
    legend(made, _weight_keys(groups, table.attrs["for"]))
    title = f"Weight of each item for {table.attrs['for']} against {_rival(table.attrs['against'])}"
    return finished(made, title, [_weight_note(table), *conditional(case)])


def _rival(against: str) -> str:
    return f"{against} together" if against == "all others" else against


def _weight_note(table: pd.DataFrame) -> str:
    return (
        f"A weight says how many times likelier the item is under {table.attrs['for']} than under "
        f"{table.attrs['against']}, given the items above it: 3 decibans are 2 to 1, 10 are 10 to 1."
    )


def _components(case: Case) -> list[list[str]]:
    """Items that depend on one another, together; each group where its first item stands."""
    return [list(component.items) for component in observations(case).components]


def _prior_decibans(case: Case, for_: str, against: str) -> float:
    prior = dict(zip(case.names, observations(case).prior.tolist(), strict=True))
    rivals = [name for name in case.names if name != for_] if against == "all others" else [against]
    with np.errstate(divide="ignore"):
        return float(10 * (np.log10(prior[for_]) - np.log10(sum(prior[name] for name in rivals))))


def _draw_steps(made: Canvas, weights: Floats, levels: Floats) -> None:
    ax, last = made.axes, len(weights) + 1
    for row, (weight, before) in enumerate(zip(weights, levels[:-1], strict=True), start=1):
        if np.isfinite(weight) and np.isfinite(before):
            look = {"facecolor": COLOURS[0]} if weight >= 0 else {"facecolor": COLOURS[1], "hatch": "////"}
            ax.barh(row, weight, 0.6, before, edgecolor=INK, linewidth=0.8, **look)
        _say(made, row, weight)
    for row, level in ((0, levels[0]), (last, levels[-1])):
        if np.isfinite(level):
            ax.barh(row, level, 0.6, 0.0, facecolor=GREY, edgecolor=INK, linewidth=0.8)
        _say(made, row, level)
    for row, level in enumerate(levels):
        if np.isfinite(level):
            ax.vlines(level, row - 0.3, row + 1.3, color=GREY, linewidth=0.8, linestyle=":")
    ax.axvline(0.0, color=INK, linewidth=0.8)
    for x, head in ((1.02, "decibans"), (1.16, "ratio")):
        beside(made, -0.75, x, head).set(color=GREY, fontsize=8)


def _say(made: Canvas, row: int, decibans: float) -> None:
    """A number of decibans and the ratio that it is, in their columns."""
    if np.isnan(decibans):
        said = ("-", "both excluded")
    elif np.isinf(decibans):
        said = ("∞" if decibans > 0 else "−∞", "excluded")
    else:
        ratio = 10 ** (abs(decibans) / 10)
        said = (f"{decibans:+.1f}".replace("-", "−"), f"{ratio:,.3g} : 1" if decibans >= 0 else f"1 : {ratio:,.3g}")
    beside(made, row, 1.02, said[0])
    beside(made, row, 1.16, said[1])


def _mark_components(made: Canvas, items: Sequence[str], groups: Sequence[Sequence[str]]) -> None:
    for group in groups:
        places = [1 + n for n, name in enumerate(items) if name in group]
        if len(places) > 1:
            made.axes.axhspan(min(places) - 0.45, max(places) + 0.45, facecolor=PALE, zorder=0)


def _weight_keys(groups: Sequence[Sequence[str]], for_: str) -> list[Patch]:
    keys = [
        Patch(facecolor=COLOURS[0], edgecolor=INK, label=f"for {for_}"),
        Patch(facecolor=COLOURS[1], edgecolor=INK, hatch="////", label="against it"),
    ]
    joint = Patch(facecolor=PALE, label="items that depend on one another")
    return [*keys, joint] if any(len(group) > 1 for group in groups) else keys


def _deciban_axis(made: Canvas, levels: Floats, for_: str, against: str) -> None:
    ax = made.axes
    low, high = min(0.0, *levels), max(0.0, *levels)
    margin = max(1.0, 0.05 * (high - low))
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1e9) if (high - low + 2 * margin) / step <= 8)
    ax.set_xlim(low - margin, high + margin)
    ticks = np.arange(np.ceil((low - margin) / step), np.floor((high + margin) / step) + 1) * step
    ax.set_xticks(ticks, [f"{tick:g}".replace("-", "−") for tick in ticks])
    ax.set_xlabel(f"odds of {for_} against {_rival(against)}, decibans")


@in_style()
def plot_case(case: Case, *, ax: Axes | None = None) -> Figure:
    """Draw the network of a case: hypotheses, items, sources and facts that nobody has observed.

    Parameters
    ----------
    case
    ax
        Axes to draw into; those of a new figure unless given.

    Returns
    -------
    Figure
        Hypotheses to the left, items in the order of the case, sources to the right. An arrow goes from an item to one
        that is `given` it; a line from a source to each item that it reports, dashed if the report may be a copy.
    """
    texts = {f"hypothesis {name}": broken(name, CHARACTERS["hypothesis"]) for name in case.names}
    texts |= {f"source {source.name}": broken(source.name, CHARACTERS["source"]) for source in case.sources}
    texts |= {f"item {one.name}": f"{broken(one.name, CHARACTERS['item'])}\n{finding(one)}" for one in case.evidence}
    placed = diagram(case, texts)
    made = canvas(ax, 1.6 + placed.height)
    _draw_lines(made, case, placed)
    hidden = {item.name for item in case.evidence if item.observed is None and not item.reports}
    for box in (*placed.hypotheses.values(), *placed.items.values(), *placed.sources.values()):
        _draw_box(made, box, is_hidden=box.kind == "item" and box.name in hidden)
    made.axes.set_xlim(-0.05, 7.55)
    made.axes.set_ylim(placed.height + 0.05, -0.35)
    made.axes.set_axis_off()
    for kind, head in (("hypothesis", "hypotheses"), ("item", "items"), ("source", "sources")):
        made.axes.text(np.mean(COLUMNS[kind]), -0.15, head, ha="center", fontsize=9, fontweight="bold")
    legend(made, _network_keys(case))
    return finished(made, "What the case consists of", conditional(case))


FACES = {"hypothesis": "#d9f0f5", "item": "white", "source": "#fdf0d5"}


def _draw_box(made: Canvas, box: Box, *, is_hidden: bool) -> None:
    left, right = COLUMNS[box.kind]
    style = "round,pad=0,rounding_size=0.12" if box.kind != "item" else "square,pad=0"
    patch = FancyBboxPatch(
        (left, box.top),
        right - left,
        box.bottom - box.top,
        boxstyle=style,
        facecolor=PALE if is_hidden else FACES[box.kind],
        edgecolor=INK,
        linestyle="--" if is_hidden else "-",
        label=f"_{box.kind} {box.name}",
    )
    made.axes.add_patch(patch)
    made.axes.text((left + right) / 2, box.middle, box.text, ha="center", va="center", fontsize=8.5, linespacing=1.15)


def _draw_lines(made: Canvas, case: Case, placed: Diagram) -> None:
    ax = made.axes
    for item in case.evidence:
        box = placed.items[item.name]
        ax.plot([2.3, COLUMNS["item"][0]], [placed.height / 2, box.middle], color="0.75", linewidth=0.8, zorder=0)
        for parent in item.given:
            above = placed.items[parent]
            arrow = {"arrowstyle": "-|>", "connectionstyle": "arc3,rad=0.35", "color": INK, "shrinkA": 0, "shrinkB": 0}
            x = COLUMNS["item"][0]
            ax.annotate("", (x, box.middle), (x, above.middle), arrowprops=arrow)
        for report in item.reports:
            source = placed.sources[report.source]
            ends = [COLUMNS["source"][0], COLUMNS["item"][1]], [source.middle, box.middle]
            look = "--" if report.copied_from else "-"
            ax.plot(*ends, linestyle=look, color=INK, linewidth=1.0, zorder=0, label="_report")
            ax.plot(*[end[1:] for end in ends], **_says(report.says), zorder=3)


def _says(says: bool) -> dict[str, object]:
    face = COLOURS[0] if says else "white"
    return {"marker": "o" if says else "X", "color": INK, "markerfacecolor": face, "markersize": 7, "linestyle": ""}


def _network_keys(case: Case) -> list[Line2D | Patch]:
    reports = [report for item in case.evidence for report in item.reports]
    keys: list[Line2D | Patch] = []
    if any(report.says for report in reports):
        keys.append(Line2D([], [], label="says that it is so", **_says(True)))
    if any(not report.says for report in reports):
        keys.append(Line2D([], [], label="says that it is not so", **_says(False)))
    if any(report.copied_from for report in reports):
        keys.append(Line2D([], [], linestyle="--", color=INK, label="may be a copy"))
    if any(item.given for item in case.evidence):
        keys.append(Line2D([], [], marker=">", color=INK, label="depends on"))
    keys.append(Patch(facecolor=PALE, edgecolor=INK, linestyle="--", label="nobody has observed it"))
    return keys


# The assumptions -----------------------------------------------------------------------------------------------------


@in_style()
def plot_tornado(case: Case, target: str | None = None, *, most: int = 15, ax: Axes | None = None) -> Figure:
    """Draw how far one credence follows as each assumption moves over its range, and where the lead would change.

    Parameters
    ----------
    case
    target
        A hypothesis; the one of greatest credence unless given.
    most
        How many assumptions at most, those of greatest swing.
    ax
        Axes to draw into; those of a new figure unless given.

    Returns
    -------
    Figure
        A row for each assumption, as of `one_way`: a bar from the credence as stated to that at either end of the
        range. On the same axis the credence at the flip point of `flip_points`, which may lie outside the range.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a target that the case does not have, ``E_RANGE`` for `most` below 1.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise refusal("E_RANGE", "most", f"{quoted(most)} is no number of rows.", "Give a whole number above 0.")
    table = one_way(case, target)
    name, count = str(table.attrs["target"]), len(table)
    table = table.head(most).join(flip_points(case, target)[["flip_at", "new_leader", "reachable"]])
    table["at_flip"] = _credence_at_flips(case, name, table)
    stated = float(as_stated(network(case))[place_of(case, name, "target")])
    made = canvas(ax, 2.3 + (ROW + 0.06) * len(table))
    _draw_swings(made, table, stated)
    rows(made, list(range(len(table))), [in_words(case, address) for address in table.index])
    seen = np.array([stated, *table["at_lower"], *table["at_upper"], *table["at_flip"].dropna()])
    _swing_axis(made, seen, name)
    legend(made, _tornado_keys(table))
    shown = f"The {len(table)} of {count} assumptions with the greatest swing. " if len(table) < count else ""
    note = f"{shown}One assumption moved over its plausible range, all others as stated: a what-if, no forecast."
    return finished(made, f"What the credence of {name} hangs on", [note, *conditional(case)])


def _credence_at_flips(case: Case, target: str, table: pd.DataFrame) -> list[float]:
    net, place = network(case), place_of(case, target, "target")
    slot_of = {address: net.inputs.addresses.index(address) for address in table.index[table["reachable"]]}
    moved = responses(net, slot_of.values())
    found = []
    for address, value in table["flip_at"].items():
        if address in slot_of:
            response = moved[slot_of[str(address)]]
            found.append(float(response.credences(response.odds(np.array([value])))[0, place]))
        else:
            found.append(float("nan"))
    return found


def _draw_swings(made: Canvas, table: pd.DataFrame, stated: float) -> None:
    ax, places = made.axes, np.arange(len(table))
    for column, look in _ENDS.items():
        far = (table[column] - stated).abs().to_numpy()
        bars = ax.barh(places, table[column] - stated, 0.6, stated, edgecolor=INK, linewidth=0.8, label=column, **look)
        for bar, length in zip(bars, far, strict=True):
            bar.set_zorder(3 - length)  # where both ends lie on one side the shorter bar is seen
    ax.axvline(stated, color=INK, linewidth=1.0, zorder=4)
    ax.plot(table["at_flip"], places, **_FLIP, zorder=5, label="at_flip")
    for row, one in enumerate(table.itertuples()):
        beside(made, row, 1.02, f"{plain(one.lower)} to {plain(one.upper)}")
        beside(made, row, 1.24, f"{plain(one.flip_at)}: {broken(one.new_leader, 22)}" if one.reachable else "no value")
    for x, head in ((1.02, "range"), (1.24, "another leads from")):
        beside(made, -0.8, x, head).set(color=GREY, fontsize=8)


_ENDS: dict[str, dict[str, str]] = {
    "at_lower": {"facecolor": COLOURS[0]},
    "at_upper": {"facecolor": COLOURS[2], "hatch": "////"},
}
_FLIP = {"marker": "X", "linestyle": "", "color": COLOURS[3], "markeredgecolor": "white", "markersize": 9}


def _tornado_keys(table: pd.DataFrame) -> list[Line2D | Patch]:
    keys: list[Line2D | Patch] = [
        Patch(edgecolor=INK, label="at the lower end", **_ENDS["at_lower"]),
        Patch(edgecolor=INK, label="at the upper end", **_ENDS["at_upper"]),
        Line2D([], [], color=INK, label="as stated"),
    ]
    return [*keys, Line2D([], [], label="where the lead changes", **_FLIP)] if table["reachable"].any() else keys


def _swing_axis(made: Canvas, seen: Floats, name: str) -> None:
    margin = 0.05 * float(seen.max() - seen.min())
    credence_axis(made, max(0.0, float(seen.min()) - margin), min(1.0, float(seen.max()) + margin))
    made.axes.set_xlabel(f"credence of {name}")


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
        at which another hypothesis leads. Probabilities that come near 0 or 1 stand in log odds, ratios by logarithm.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for an address that the case does not have.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    one = _assumption(case, address)
    flip = flip_points(case).loc[address]
    marks = [one.stated, one.lower, one.upper, *([float(flip["flip_at"])] if flip["reachable"] else [])]
    values = _values(one, marks, CURVE_POINTS)
    curve = response_curve(case, address, values)
    made = canvas(ax, 5.2)
    for k, name in enumerate(case.names):
        look = mark(k)
        every = (7 * k % 25, 25)
        line = {"linestyle": look.line, "color": look.colour, "marker": look.marker, "markevery": every}
        made.axes.plot(values, curve.sel(hypothesis=name), label=name, **line)
    keys = [*made.axes.get_lines(), *_draw_marks(made, one, flip)]
    value_axis(made.axes, "x", float(values[0]), float(values[-1]), is_ratio=one.kind.startswith("ratio"))
    _vertical_credences(made)
    made.axes.set_xlabel(broken(in_words(case, address), 90))
    legend(made, keys)
    note = "One assumption moved, all others as stated; the other members of a prior or row scale in proportion."
    return finished(made, f"Credences over {address}", [note, *conditional(case)])


def _assumption(case: Case, address: str) -> Assumption:
    known = {one.address: one for one in assumptions(case)}
    if address not in known:
        raise CaseError([unknown_address(address, known)])
    return known[address]


def _values(one: Assumption, marks: Sequence[float], count: int) -> Floats:
    """Values from end to end of an axis that shows all marks: evenly spread as the axis is."""
    inside = [value for value in marks if value > 0 and (value < 1 or one.kind.startswith("ratio"))]
    if one.kind.startswith("ratio"):
        return np.geomspace(min(inside) / 2, max(inside) * 2, count)
    if not inside or (min(inside) >= 0.01 and max(inside) <= 0.99):
        return np.linspace(0.0, 1.0, count + 2)[1:-1]
    ends = np.clip(logit([min(inside), max(inside)]) + [-1, 1], -740, 36)
    odds = np.exp(np.linspace(*ends, count))
    return np.asarray(odds / (1 + odds))


def _draw_marks(made: Canvas, one: Assumption, flip: pd.Series) -> list[Line2D | Patch]:
    ax = made.axes
    keys: list[Line2D | Patch] = [ax.axvline(one.stated, color=INK, linewidth=1.2, label=f"stated: {plain(one.stated)}")]
    if one.lower < one.upper:
        label = f"range {plain(one.lower)} to {plain(one.upper)} ({range_policy(one.kind)})"
        keys.append(ax.axvspan(one.lower, one.upper, facecolor=PALE, zorder=0, label=label))
    if flip["reachable"]:
        label = f"{flip['new_leader']} leads from {plain(float(flip['flip_at']))}"
        keys.append(ax.axvline(float(flip["flip_at"]), color=COLOURS[3], linewidth=1.6, linestyle="--", label=label))
    else:
        keys.append(Patch(facecolor="none", label="no value changes who leads"))
    return keys


def _vertical_credences(made: Canvas) -> None:
    ticks = np.linspace(0, 1, 6)
    made.axes.set_ylim(-0.02, 1.02)
    made.axes.set_yticks(ticks, [percent(float(tick), WHOLE) for tick in ticks])
    made.axes.set_ylabel("credence")


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
        A region for each hypothesis that leads somewhere, with a hatch of its own, and the values as stated. Blank
        where two members of a prior or row would leave nothing for the others.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for an address that the case does not have, ``E_SAME`` if the two are one, ``E_PRIOR_SUM`` or
        ``E_OUTCOMES_SUM`` for two members of a prior or row that has no others.
    ContradictionError
        If every hypothesis is excluded somewhere.
    TooLargeError
        If a component has too many joint hidden states.
    """
    one, other = _assumption(case, a), _assumption(case, b)
    if a == b:
        raise refusal("E_SAME", "b", f"{quoted(b)} cannot be moved against itself.", "Name another assumption.")
    xs, ys = _over_range(one), _over_range(other)
    surface = _surface(case, one, other, xs, ys)
    made = canvas(ax, 5.6)
    keys = [_draw_region(made, name, mark(k), (xs, ys), surface[..., k], _others(surface, k)) for k, name in enumerate(case.names)]
    stated = made.axes.plot(one.stated, other.stated, "*", color=INK, markersize=15, markeredgecolor="white")
    stated[0].set_label("as stated")
    for which, of, values in (("x", one, xs), ("y", other, ys)):
        value_axis(made.axes, which, float(values[0]), float(values[-1]), is_ratio=of.kind.startswith("ratio"))
    made.axes.set_xlabel(broken(in_words(case, a), 80))
    made.axes.set_ylabel(broken(in_words(case, b), 50))
    legend(made, [*(key for key in keys if key is not None), *stated])
    note = "Both assumptions over their plausible ranges, all others as stated."
    return finished(made, "Which hypothesis leads", [note, *conditional(case)])


def _over_range(one: Assumption) -> Floats:
    if one.lower == one.upper:  # stated as certain or impossible: there is no range, so all values are shown
        return np.linspace(0.0, 1.0, GRID_POINTS + 2)[1:-1]
    if one.kind.startswith("ratio"):
        return np.geomspace(one.lower, one.upper, GRID_POINTS)
    low, high = np.clip([one.lower, one.upper], np.finfo(float).eps, 1 - np.finfo(float).eps).tolist()
    if in_log_odds(low, high):
        odds = np.geomspace(low / (1 - low), high / (1 - high), GRID_POINTS)
        return np.asarray(odds / (1 + odds))
    return np.linspace(low, high, GRID_POINTS)


def _surface(case: Case, one: Assumption, other: Assumption, xs: Floats, ys: Floats) -> Floats:
    """Credences, shape (b, a, hypothesis); NaN where two members of one block leave nothing for the others."""
    blocks = {slot.address: slot.block for slot in slots(case)}
    across, up = np.meshgrid(xs, ys)
    fits = np.ones(across.shape, dtype=bool)
    if blocks[one.address] is not None and blocks[one.address] == blocks[other.address]:
        fits = across + up < 1
    credence = np.full((*across.shape, len(case.names)), np.nan)
    credence[fits] = what_if(case, {one.address: across[fits], other.address: up[fits]}).values
    return credence


def _others(surface: Floats, k: int) -> Floats:
    return np.asarray(np.delete(surface, k, axis=-1).max(axis=-1))


def _draw_region(
    made: Canvas, name: str, look: Mark, at: tuple[Floats, Floats], mine: Floats, best: Floats
) -> Patch | None:
    margin = np.ma.masked_invalid(mine - best)
    if not (margin >= 0).any():
        return None
    made.axes.contourf(*at, margin, levels=[0.0, 1.1], colors=[look.colour], alpha=0.55, hatches=[look.hatch])
    return Patch(facecolor=look.colour, alpha=0.55, hatch=look.hatch, label=f"{name} leads")


@in_style()
def plot_assumption(posterior: Posterior, address: str, *, ax: Axes | None = None) -> Figure:
    """Draw what was stated about one uncertain input, and what is left of it after the evidence.

    Parameters
    ----------
    posterior
    address
        Of an assumption that was stated as a range or distribution.
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
    slot = _uncertain_slot(posterior.case, address)
    group = posterior.draws["posterior"]
    drawn = (
        group["prior"].sel(hypothesis=address.removeprefix("prior."))
        if slot.block == "prior"
        else group["assumption"].sel(address=address)
    ).values.ravel()
    edges, is_ratio = _edges(slot, drawn)
    made = canvas(ax, 4.6)
    keys = [
        made.axes.stairs(
            np.histogram(drawn, edges)[0] / len(drawn),
            edges,
            fill=True,
            facecolor=COLOURS[0],
            alpha=0.6,
            hatch="///",
            edgecolor="white",
            label=f"given the evidence: mean {drawn.mean():.2g}, {_interval(*np.quantile(drawn, [0.05, 0.95]))}",
        ),
        made.axes.stairs(
            _share_below(slot.meaning, edges),
            edges,
            color=INK,
            linewidth=1.8,
            label=f"as stated: mean {slot.meaning.mean:.2g}, {_interval(*slot.meaning.interval(0.9))}",
        ),
    ]
    value_axis(made.axes, "x", float(edges[0]), float(edges[-1]), is_ratio=is_ratio)
    made.axes.set(xlabel=broken(in_words(posterior.case, address), 90), ylabel="probability of a value", yticks=[])
    legend(made, keys)
    note = f"The filled bars are {len(drawn):,} draws; the outline is exact."
    return finished(made, f"Before and after the evidence: {address}", [note, *conditional(posterior.case)])


def _interval(low: float, high: float) -> str:
    return f"central 90 % {low:.2g} to {high:.2g}"


def _uncertain_slot(case: Case, address: str) -> Slot:
    known = {slot.address: slot for slot in slots(case)}
    if address not in known:
        raise CaseError([unknown_address(address, known)])
    if isinstance(known[address].meaning, Point):
        message = f"it is stated as a number, {known[address].meaning.mean:g}: there is nothing to compare."
        raise refusal("E_TYPE", address, message, "Name an assumption that is stated as a range or distribution.")
    return known[address]


def _edges(slot: Slot, drawn: Floats) -> tuple[Floats, bool]:
    """Ends of bars of the same width on their axis, and whether it is one of ratios."""
    low, high = slot.meaning.interval(0.998)
    low, high = min(low, float(np.quantile(drawn, 0.001))), max(high, float(np.quantile(drawn, 0.999)))
    if isinstance(slot.meaning, LogNormal):
        return np.geomspace(low, high, BINS + 1), True
    if in_log_odds(low, high):
        odds = np.geomspace(low / (1 - low), high / (1 - high), BINS + 1)
        return odds / (1 + odds), False
    return np.linspace(low, high, BINS + 1), False


def _share_below(meaning: Point | TruncatedBeta | LogNormal, edges: Floats) -> Floats:
    """Probability between the edges."""
    if isinstance(meaning, TruncatedBeta):
        ends = np.clip([*edges, meaning.lower, meaning.upper], meaning.lower, meaning.upper)
        below = betainc(meaning.alpha, meaning.beta, ends)
        return np.asarray(np.diff(below[:-2]) / (below[-1] - below[-2]))
    assert isinstance(meaning, LogNormal)
    return np.asarray(np.diff(ndtr((np.log(edges) - meaning.mu) / meaning.sigma)))


# Past cases ----------------------------------------------------------------------------------------------------------


@in_style()
def plot_calibration(
    credences: pd.DataFrame | xr.DataArray | Sequence[Posterior | Mapping[str, float]],
    outcomes: Sequence[str],
    *,
    ax: Axes | None = None,
) -> Figure:
    """Draw how often hypotheses turned out true, by the credence that they had.

    Parameters
    ----------
    credences
        Past cases, or ones that were simulated: a table with a row for each case and a column for each hypothesis; an
        array with the dimension hypothesis and one other; or for each case its posterior, or credences by name.
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
    cases = list(_past_cases(credences))
    table = _calibration(_pairs(cases, list(outcomes)))
    made = canvas(ax, 5.4)
    axes = made.axes
    (level,) = axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="as often as the credence says")
    axes.vlines(table["credence"], table["low"], table["high"], color=COLOURS[0], linewidth=2.5)
    (found,) = axes.plot(table["credence"], table["share"], "o", color=COLOURS[0], markeredgecolor=INK, markersize=8)
    found.set_label("share that turned out true")
    for one in table.itertuples():
        place = {"xytext": (7, 0), "textcoords": "offset points", "fontsize": 8.5, "va": "center"}
        axes.annotate(f"{one.true} of {one.count}", (one.credence, one.share), **place)
    credence_axis(made, 0.0, 1.0)
    _vertical_credences(made)
    axes.set(xlabel="mean credence", ylabel="share that turned out true")
    legend(made, [level, found, Line2D([], [], color=COLOURS[0], linewidth=2.5, label="central 90 % for that share")])
    note = f"{len(cases)} cases; credences taken together by tens of percentage points. The credences of a case hang together."
    return finished(made, "How often what was held likely turned out true", [note])


@dataclass(frozen=True)
class _Pair:
    credence: float
    is_true: bool


def _past_cases(credences: object) -> Iterator[Mapping[str, object]]:
    match credences:
        case pd.DataFrame():
            yield from ({str(name): value for name, value in row.items()} for row in credences.to_dict("records"))
        case xr.DataArray():
            if credences.ndim != 2 or "hypothesis" not in credences.coords:
                message = f"dimensions {quoted(credences.dims)} are not the hypothesis and one other."
                raise refusal("E_SHAPE", "credences", message)
            yield from _past_cases(credences.transpose(..., "hypothesis").to_pandas())
        case Sequence() if not isinstance(credences, str):
            yield from (_past_case(one, n) for n, one in enumerate(credences))
        case _:
            raise refusal("E_TYPE", "credences", f"{quoted(credences)} is no record of cases.")


def _past_case(one: object, n: int) -> Mapping[str, object]:
    if isinstance(one, Posterior):
        return dict(zip(one.case.names, one.credence.values.tolist(), strict=True))
    if isinstance(one, Mapping):
        return one
    hint = "Give its posterior, or {hypothesis: credence}."
    raise refusal("E_TYPE", f"credences.{n}", f"{quoted(one)} is no case.", hint)


def _pairs(cases: Sequence[Mapping[str, object]], outcomes: Sequence[object]) -> list[_Pair]:
    if not cases:
        raise refusal("E_EMPTY", "credences", "there is no case.", "Give one or more.")
    if len(cases) != len(outcomes):
        message = f"{len(outcomes)} outcomes do not go with {len(cases)} cases."
        raise refusal("E_SHAPE", "outcomes", message, "Give one for each case.")
    problems = [problem for n in range(len(cases)) for problem in _past_problems(n, cases[n], outcomes[n])]
    if problems:
        raise CaseError(problems)
    return [
        _Pair(float(value), name == outcome)  # type: ignore[arg-type]
        for one, outcome in zip(cases, outcomes, strict=True)
        for name, value in one.items()
    ]


def _past_problems(n: int, one: Mapping[str, object], outcome: object) -> Iterator[Problem]:
    if outcome not in one:
        message, hint = f"there is no hypothesis {quoted(outcome)}.", nearest(outcome, map(str, one))
        yield Problem(code="E_UNKNOWN_NAME", path=f"outcomes.{n}", message=message, hint=hint)
    for name, value in one.items():
        if isinstance(value, bool) or not isinstance(value, float | int | np.number):
            message = f"{quoted(value)} is no number."
            yield Problem(code="E_TYPE", path=f"credences.{n}.{name}", message=message)
        elif not 0 <= float(value) <= 1:
            message = f"{quoted(value)} is not between 0 and 1."
            yield Problem(code="E_RANGE", path=f"credences.{n}.{name}", message=message, hint="Give a probability.")


def _calibration(pairs: Sequence[_Pair]) -> pd.DataFrame:
    credence, true = np.array([one.credence for one in pairs]), np.array([one.is_true for one in pairs])
    group = np.minimum((credence * CALIBRATION_BINS + 1e-9).astype(int), CALIBRATION_BINS - 1)
    table = pd.DataFrame({"group": group, "credence": credence, "true": true}).groupby("group")
    found = table.agg(credence=("credence", "mean"), true=("true", "sum"), count=("true", "size"))
    found["share"] = found["true"] / found["count"]
    jeffreys = [TruncatedBeta(0.5 + one.true, 0.5 + one.count - one.true) for one in found.itertuples()]
    found[["low", "high"]] = [one.interval(CALIBRATION_MASS) for one in jeffreys]
    return found
