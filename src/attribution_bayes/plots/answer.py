"""Pictures of a case, of its evidence and of the answer, in ArviZ's style.

Every function draws into the axes that it is given, or into a new figure; it returns the figure, saves nothing, and
leaves matplotlib's settings and pyplot's open figures alone. Colour is never the only thing that tells two marks apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import ascii_uppercase

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch

from attribution_bayes.arguments import expect, wrong_kind
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.case import Case
from attribution_bayes.engine.evidence import NOT_OBSERVED, observations
from attribution_bayes.engine.exact import as_stated, joints
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import SPREAD_MASS, Posterior, in_percent, percentages, printed
from attribution_bayes.errors import quoted, refusal
from attribution_bayes.odds import log_odds
from attribution_bayes.plots.canvas import (
    AXIS_CHARACTERS,
    COLOURS,
    GREY,
    INK,
    PALE,
    ROW,
    SMALL,
    STRIPES,
    Canvas,
    Look,
    Mark,
    Rows,
    bar,
    beside,
    broken,
    canvas,
    conditional,
    credence_axis,
    draw_rows,
    finished,
    headings,
    in_style,
    mark,
    points,
    shortened,
    stacked,
)
from attribution_bayes.plots.diagram import diagram, draw
from attribution_bayes.sensitivity.influence import weight_of_evidence

SPREAD = f"spread ({in_percent(SPREAD_MASS)})"

SPREAD_NOTE = (
    "The spread is how far the credence would move if the uncertain inputs were known. It is no error of the credence, "
    "which is one number."
)

BESIDE = 0.12
"""Inches by which a row is higher in which the spread stands under the credence."""

EXCLUDED = "∞, an arrow to the edge: what is stated as impossible or certain excludes one side."

LEVEL = 0.05
"""Decibans below which a weight has no sign: it is printed as 0.0."""

ARROW = 14
"""Size of the head of an arrow, in points."""

DECIBAN_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)


# The answer ----------------------------------------------------------------------------------------------------------


@in_style()
def plot_credences(posterior: Posterior | Mapping[str, Posterior], *, ax: Axes | None = None) -> Figure:
    """Draw the way from prior to credence for each hypothesis, with the spread beside it.

    Parameters
    ----------
    posterior
        A weighed case; or several by name, readings of the same evidence, which stand side by side.
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
    several = None not in readings
    lanes = [lane for name in names for lane in _lanes(name, readings)]
    rows = stacked([name if reading is None else shortened(reading) for name, reading in lanes], ROW + BESIDE)
    made = canvas(ax, rows.inches + 0.6)
    for n, (reading, one) in enumerate(readings.items()):
        at = {lane[0]: float(place) for lane, place in zip(lanes, rows.middles, strict=True) if lane[1] == reading}
        _draw_reading(made, one, at, mark(n))
    draw_rows(made, rows)
    headings(made, {0.1: "prior → credence"})
    for label, (_, reading) in zip(made.axes.get_yticklabels(), lanes, strict=True):
        label.set_fontweight("bold" if several and reading is None else "normal")
    credence_axis(made, 0.0, 1.0)
    made.axes.set_xlabel("probability of the hypothesis")
    look = Mark(GREY, "o", "-", STRIPES) if several else mark(0)
    keys: list[Line2D | Patch] = [points("prior", look, face="white"), points("credence", look, face=look.colour)]
    keys += [_spread_key(look)] if _has_spread(readings) else []
    return finished(made, "From prior to credence", keys, _credence_notes(readings))


def _lanes(name: str, readings: Mapping[str | None, Posterior]) -> list[tuple[str, str | None]]:
    """Rows of one hypothesis: itself, and under it each reading, if they have names."""
    if None in readings:
        return [(name, None)]
    return [(name, None), *((name, reading) for reading, one in readings.items() if name in one.case.names)]


def _readings(posterior: object) -> dict[str | None, Posterior]:
    """By their names; None for the only one."""
    if isinstance(posterior, Posterior):
        return {None: posterior}
    if not isinstance(posterior, Mapping):
        raise wrong_kind(posterior, Posterior, "posterior")
    if not posterior:
        raise refusal("E_EMPTY", "posterior", "there is no posterior to draw.", "Give at least one, by its name.")
    for name, one in posterior.items():
        if not isinstance(one, Posterior):
            raise wrong_kind(one, Posterior, f"posterior.{quoted(name)}")
    return {str(name): one for name, one in posterior.items()}


def _draw_reading(made: Canvas, posterior: Posterior, at: Mapping[str, float], look: Mark) -> None:
    ax, table, words = made.axes, posterior.summary(), printed(posterior)
    prior, credence, width = table["prior"], table["credence"], table["spread_high"] - table["spread_low"]
    upper = np.array([at[name] for name in table.index]) - (0.2 if width.any() else 0.0)
    ax.hlines(upper, prior, credence, color=look.colour, linewidth=1.2)
    style: Look = {"linestyle": "", "marker": look.marker, "clip_on": False, "zorder": 3}
    ax.plot(prior, upper, markerfacecolor="white", markeredgecolor=look.colour, markersize=7, label="_prior", **style)
    ax.plot(credence, upper, color=look.colour, markeredgecolor=INK, markersize=8, label="_credence", **style)
    for name, place in zip(table.index, upper, strict=True):
        beside(made, place, 0.1, f"{words['prior'][name]} → {words['credence'][name]}")
        if name in posterior.excluded:
            beside(made, place + 0.45, 0.1, "excluded").set(color=GREY, fontsize=SMALL)
        elif width[name] > 0:
            striped = {"facecolor": "white", "edgecolor": look.colour, "hatch": STRIPES, "height": 0.26}
            bar(made, place + 0.45, (table["spread_low"][name], table["spread_high"][name]), "spread", striped)
            beside(made, place + 0.45, 0.1, words["spread (90 %)"][name]).set(color=GREY, fontsize=SMALL)


def _spread_key(look: Mark) -> Patch:
    return Patch(facecolor="white", edgecolor=look.colour, hatch=STRIPES, label=SPREAD)


def _has_spread(readings: Mapping[str | None, Posterior]) -> bool:
    tables = [one.summary() for one in readings.values()]
    return any((table["spread_low"] < table["spread_high"]).any() for table in tables)


def _credence_notes(readings: Mapping[str | None, Posterior]) -> list[str]:
    notes = next((conditional(one.case) for one in readings.values() if not one.case.has_catch_all), [])
    notes.append(SPREAD_NOTE if _has_spread(readings) else "No input is uncertain, so that there is no spread.")
    sampled = [float(one.mcse.max()) for one in readings.values() if one.method != "exact"]
    if sampled:
        notes.append(f"Sampled with PyMC: Monte-Carlo error of the credence at most {max(sampled):.2g}.")
    return notes


@in_style()
def plot_update(case: Case, *, ax: Axes | None = None) -> Figure:
    """Draw how the credences change as the items come in, one after another.

    Items come in in the order of the case, as in `weight_of_evidence` and `plot_weights`. Where the credences end does
    not depend on the order, the way there does: to see it by date, state the items by date.

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
    expect(case, Case, "case")
    items = [item for item in case.evidence if item.observed is not None or item.reports]
    credence = _as_items_arrive(case, [item.name for item in items])
    dated = [f"{item.name} ({item.date})" if item.date else item.name for item in items]
    rows = stacked(["before the evidence", *dated])
    made = canvas(ax, rows.inches + 0.5)
    last = percentages(credence[-1])
    for k, name in enumerate(case.names):
        look, label = mark(k), f"{name}, in the end {last[k]}"
        line: Look = {"linestyle": look.line, "marker": look.marker, "color": look.colour, "markeredgecolor": INK}
        made.axes.plot(credence[:, k], rows.middles, label=label, markeredgewidth=0.5, clip_on=False, **line)
    draw_rows(made, rows)
    credence_axis(made, 0.0, 1.0)
    made.axes.set_xlabel("credence, given the items down to this row")
    order = "Items in the order of the case." if items else "Nothing has been observed or reported yet."
    notes = [order, *conditional(case)]
    return finished(made, "How the credences change as items come in", made.axes.get_lines(), notes)


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
def plot_weights(case: Case, for_: str | None = None, against: str | None = None, *, ax: Axes | None = None) -> Figure:
    """Draw the weight of each item, from the prior odds to the posterior odds.

    Items are in the order of the case, and each weight is that of `weight_of_evidence`: given the items above it. Items
    that depend on one another stand in a band and bear the same letter.

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
        Bars, in decibans. A weight or odds that are infinite, because a hypothesis is excluded, are an arrow to the
        edge.

    Raises
    ------
    CaseError, TooLargeError
        As of `weight_of_evidence`.
    """
    expect(case, Case, "case")
    table = weight_of_evidence(case, for_, against)
    with np.errstate(divide="ignore"):
        prior = np.log(observations(case).prior)
    levels = np.cumsum([_decibans(case, table, prior), *table["weight"]])
    letters = _letters(case, list(map(str, table.index)))
    items = [f"{name} [{letters[name]}]" if name in letters else name for name in map(str, table.index)]
    rows = stacked(["prior odds", *items, "posterior odds"])
    made = canvas(ax, rows.inches + 0.7)
    for name, middle in zip(table.index, rows.middles[1:-1], strict=True):
        if name in letters:
            made.axes.axhspan(middle - 0.45, middle + 0.45, facecolor=PALE, zorder=0)
    posterior = float(levels[-1]) if np.isfinite(levels[-1]) else _posterior_decibans(case, table)
    _deciban_axis(made, levels[np.isfinite(levels)].tolist(), table)
    rivals = "the others" if table.attrs["against"] == "all others" else "the other"
    _draw_steps(made, rows, table["weight"].to_numpy(), levels, posterior, rivals)
    draw_rows(made, rows)
    keys = [
        Patch(facecolor=COLOURS[0], edgecolor=INK, label=f"for {table.attrs['for']}"),
        Patch(facecolor=COLOURS[1], edgecolor=INK, hatch=STRIPES, label="against it"),
        *([Patch(facecolor=PALE, label="items of one letter depend on one another")] if letters else []),
    ]
    title = f"Weight of each item for {table.attrs['for']} against {_rivals(table)}"
    notes = [_weight_note(table), *([EXCLUDED] if np.isinf([*levels, posterior]).any() else []), *conditional(case)]
    return finished(made, title, keys, notes)


def _letters(case: Case, shown: Sequence[str]) -> dict[str, str]:
    """A letter for each item of the picture that depends on another one there, the same for all that hang together."""
    groups = [[name for name in component.items if name in shown] for component in observations(case).components]
    joint = sorted((group for group in groups if len(group) > 1), key=lambda group: min(map(shown.index, group)))
    return {name: _letter(place) for place, group in enumerate(joint) for name in group}


def _letter(place: int) -> str:
    """A to Z, then A2 to Z2 and so on."""
    round_, at = divmod(place, len(ascii_uppercase))
    return ascii_uppercase[at] + (str(round_ + 1) if round_ else "")


def _rivals(table: pd.DataFrame) -> str:
    against = str(table.attrs["against"])
    return "all others together" if against == "all others" else against


def _weight_note(table: pd.DataFrame) -> str:
    return (
        f"A weight says how many times likelier an item is under {table.attrs['for']} than under {_rivals(table)}, "
        "given the items above it: 3 decibans are about 2 : 1, 10 are 10 : 1."
    )


def _posterior_decibans(case: Case, table: pd.DataFrame) -> float:
    """The odds in the end where something is excluded: the weights do not add up to them."""
    return _decibans(case, table, joints(network(case)).log_shares())


def _decibans(case: Case, table: pd.DataFrame, logs: Floats) -> float:
    """The odds that the logarithms of the hypotheses' probabilities give."""
    against = str(table.attrs["against"])
    rival = None if against == "all others" else case.names.index(against)
    return float(log_odds(logs, case.names.index(str(table.attrs["for"])), rival))


def _draw_steps(made: Canvas, rows: Rows, weights: Floats, levels: Floats, posterior: float, rivals: str) -> None:
    ax = made.axes
    starts, lengths = [0.0, *levels[:-1], 0.0], [levels[0], *weights, posterior]
    for row, start, length in zip(rows.middles, starts, lengths, strict=True):
        is_odds = row in (rows.middles[0], rows.middles[-1])
        if np.isfinite(start + length):
            against = {"facecolor": COLOURS[1], "hatch": STRIPES}
            look = {"facecolor": GREY} if is_odds else against if length < 0 else {"facecolor": COLOURS[0]}
            bar(made, row, (start, start + length), "odds" if is_odds else "weight", look)
        elif np.isinf(length):
            _draw_arrow(made, row, start if np.isfinite(start) else 0.0, length, _excluding(length, rivals, is_odds))
        decibans, ratio = _said(length)
        beside(made, row, 0.6, decibans).set_horizontalalignment("right")
        beside(made, row, 0.75, ratio)
    follows = np.isfinite(levels) & np.isfinite([*levels[1:], levels[-1]])
    ends = rows.middles[:-1][follows] + 0.3, rows.middles[1:][follows] - 0.3
    ax.vlines(levels[follows], *ends, color=INK, linewidth=0.8)
    ax.axvline(0.0, color=INK, linewidth=0.8)
    headings(made, {0.05: "decibans", 0.75: "ratio"})


def _excluding(length: float, rivals: str, is_odds: bool) -> str:
    """What an infinite weight does, or infinite odds say."""
    excluded = rivals if length > 0 else "it"
    be = "are" if excluded == "the others" else "is"
    return f"{excluded} {be} excluded" if is_odds else f"excludes {excluded}"


def _draw_arrow(made: Canvas, row: float, start: float, length: float, words: str) -> None:
    """An arrow to the edge of the axes, for what no bar is long enough for, with what it says."""
    colour = COLOURS[0] if length > 0 else COLOURS[1]
    edge = made.axes.get_xlim()[int(length > 0)]
    style: Look = {"arrowstyle": "-|>", "mutation_scale": ARROW, "color": colour, "linewidth": 2.5, "shrinkA": 0}
    drawn = FancyArrowPatch((start, row), (edge, row), **style, shrinkB=0, label="_excluded")
    made.axes.add_patch(drawn)
    side = "right" if length > 0 else "left"
    made.axes.text(edge, row - 0.12, words, fontsize=SMALL, color=INK, ha=side, va="bottom", parse_math=False)


def _said(decibans: float) -> tuple[str, str]:
    """A number of decibans, and the ratio that it is."""
    if np.isnan(decibans):
        return "–", "excluded"
    if np.isinf(decibans):
        return ("∞", "1 : 0") if decibans > 0 else ("−∞", "0 : 1")
    with np.errstate(over="ignore"):
        ratio = np.float64(10.0) ** (abs(decibans) / 10)
    many = f"{ratio:,.3g}" if ratio < 1000 else f"{ratio:,.0f}" if ratio < 1e6 else f"{ratio:.1e}".replace("+", "")
    shown = f"{decibans:+,.1f}".replace("-", "−") if abs(decibans) >= LEVEL else "0.0"
    return shown, f"{many} : 1" if decibans >= 0 else f"1 : {many}"


def _deciban_axis(made: Canvas, levels: Sequence[float], table: pd.DataFrame) -> None:
    ax = made.axes
    low, high = min([0.0, *levels]), max([0.0, *levels])
    margin = max(1.0, 0.05 * (high - low))
    low, high = low - margin, high + margin
    step = next((step for step in DECIBAN_STEPS if (high - low) / step <= 7), high - low)
    ticks = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step + 0.0
    ax.set_xlim(low, high)
    ax.set_xticks(ticks, [f"{tick:g}".replace("-", "−") for tick in ticks])
    ax.set_xlabel(broken(f"odds of {table.attrs['for']}, in decibans", AXIS_CHARACTERS))


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
    expect(case, Case, "case")
    placed = diagram(case)
    made = canvas(ax, placed.height + 0.5)
    keys = draw(made.axes, case, placed)
    return finished(made, "What the case consists of", keys, conditional(case))
