"""Pictures of the answer: from prior to credence, and how the credences change as items come in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from attribution_bayes.arguments import expect, wrong_kind
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.panel import Panel
from attribution_bayes.declare.wording import observed_word
from attribution_bayes.engine.evidence import NOT_OBSERVED, observations
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.posterior import SPREAD_MASS, Posterior, in_percent, percentages, printed
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import quoted, refusal
from attribution_bayes.plots.axes import (
    draw_bar,
    draw_rows,
    set_credence_axis,
    stack_rows,
    write_beside,
    write_headings,
)
from attribution_bayes.plots.canvas import Canvas, canvas, finish
from attribution_bayes.plots.style import (
    GREY,
    INK,
    SMALL,
    STRIPES,
    Look,
    Mark,
    as_observed,
    conditional,
    drawn_name,
    drawn_names,
    in_style,
    mark,
    points,
    shorten,
)

SPREAD = f"spread ({in_percent(SPREAD_MASS)})"

SPREAD_NOTE = (
    "The spread is how far the credence would move if the uncertain inputs were known. It is not an error of the "
    "credence, which is one number."
)


@in_style()
def plot_credences(
    posterior: Posterior | Mapping[str, Posterior] | Panel,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    legend: bool = True,
) -> Figure:
    """Draw the way from prior to credence for each hypothesis, with the spread beside it.

    Parameters
    ----------
    posterior
        A weighed case; or several by name, readings of the same evidence, which stand side by side; or a `Panel`, whose
        cases are weighed.
    ax
        Axes to draw into, in a figure with ``layout="constrained"``; those of a new figure unless given.
    title
        In place of the usual one; none if empty.
    legend
        Whether the picture has one.

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
    called = drawn_names(part for one in readings.values() for part in one.case.hypotheses)
    made = canvas(ax, title, legend)
    rows = stack_rows(
        made, [called[name] if reading is None else shorten(reading) for name, reading in lanes], beside=2
    )
    for n, (reading, one) in enumerate(readings.items()):
        at = {lane[0]: float(place) for lane, place in zip(lanes, rows.middles, strict=True) if lane[1] == reading}
        _draw_reading(made, one, at, mark(n))
    draw_rows(made, rows)
    write_headings(made, {0.1: "prior → credence"})
    for label, (_, reading) in zip(made.axes.get_yticklabels(), lanes, strict=True):
        label.set_fontweight("bold" if several and reading is None else "normal")
    set_credence_axis(made, 0.0, 1.0)
    made.axes.set_xlabel("probability of the hypothesis")
    look = Mark(GREY, "o", "-", STRIPES) if several else mark(0)
    keys: list[Line2D | Patch] = [points("prior", look, face="white"), points("credence", look, face=look.colour)]
    keys += [_spread_key(look)] if _has_spread(readings) else []
    notes = _credence_notes(readings)
    return finish(made, "From prior to credence", keys, notes, height=rows.inches, least=rows.least)


def _lanes(name: str, readings: Mapping[str | None, Posterior]) -> list[tuple[str, str | None]]:
    """Rows of one hypothesis: itself, and under it each reading, if they have names."""
    if None in readings:
        return [(name, None)]
    return [(name, None), *((name, reading) for reading, one in readings.items() if name in one.case.names)]


def _readings(posterior: object) -> dict[str | None, Posterior]:
    """By their names; None for the only one."""
    if isinstance(posterior, Posterior):
        return {None: posterior}
    if isinstance(posterior, Panel):
        return {name: weigh(case) for name, case in posterior.items()}
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
    ax.plot(
        prior,
        upper,
        markerfacecolor="white",
        markeredgecolor=look.colour,
        markersize=made.points(7),
        label="_prior",
        **style,
    )
    ax.plot(
        credence, upper, color=look.colour, markeredgecolor=INK, markersize=made.points(8), label="_credence", **style
    )
    for name, place in zip(table.index, upper, strict=True):
        write_beside(made, place, 0.1, f"{words['prior'][name]} → {words['credence'][name]}")
        if name in posterior.excluded:
            write_beside(made, place + 0.45, 0.1, "excluded").set(color=GREY, fontsize=made.points(SMALL))
        elif width[name] > 0:
            striped = {"facecolor": "white", "edgecolor": look.colour, "hatch": STRIPES, "height": 0.26}
            draw_bar(made, place + 0.45, (table["spread_low"][name], table["spread_high"][name]), "spread", striped)
            write_beside(made, place + 0.45, 0.1, words["spread (90 %)"][name]).set(
                color=GREY, fontsize=made.points(SMALL)
            )


def _spread_key(look: Mark) -> Patch:
    return Patch(facecolor="white", edgecolor=look.colour, hatch=STRIPES, label=SPREAD)


def _has_spread(readings: Mapping[str | None, Posterior]) -> bool:
    tables = [one.summary() for one in readings.values()]
    return any((table["spread_low"] < table["spread_high"]).any() for table in tables)


def _credence_notes(readings: Mapping[str | None, Posterior]) -> list[str]:
    notes = next((conditional(one.case) for one in readings.values() if not one.case.has_catch_all), [])
    notes.append(SPREAD_NOTE if _has_spread(readings) else "No input is uncertain, so there is no spread.")
    sampled = [float(one.mcse.max()) for one in readings.values() if one.method != "exact"]
    if any(sampled):
        notes.append(f"Sampled with PyMC: Monte-Carlo error of the credence at most {max(sampled):.2g}.")
    return notes


@in_style()
def plot_update(case: Case, *, ax: Axes | None = None, title: str | None = None, legend: bool = True) -> Figure:
    """Draw how the credences change as the items come in, one after another.

    Items come in in the order of the case, as in `weight_of_evidence` and `plot_weights`. Where the credences end does
    not depend on the order, the way there does: to see it by date, state the items by date. What was observed of an
    item stands behind it where that is not that it is true.

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
    noted = [as_observed(drawn_name(one), observed_word(one), *([str(one.date)] if one.date else [])) for one in items]
    made = canvas(ax, title, legend)
    rows = stack_rows(made, ["before the evidence", *noted])
    last = percentages(credence[-1])
    for k, name in enumerate(drawn_names(case.hypotheses).values()):
        look, label = mark(k), f"{name}, in the end {last[k]}"
        line: Look = {"linestyle": look.line, "marker": look.marker, "color": look.colour, "markeredgecolor": INK}
        made.axes.plot(credence[:, k], rows.middles, label=label, markeredgewidth=0.5, clip_on=False, **line)
    draw_rows(made, rows)
    set_credence_axis(made, 0.0, 1.0)
    made.axes.set_xlabel("credence, given the items down to this row")
    order = "Items in the order of the case." if items else "Nothing has been observed or reported yet."
    notes = [order, *conditional(case)]
    said = "How the credences change as items come in"
    return finish(made, said, made.axes.get_lines(), notes, height=rows.inches, least=rows.least)


def _as_items_arrive(case: Case, order: Sequence[str]) -> Floats:
    """Credences before any item and after each; shape (items + 1, hypothesis)."""
    opened = observations(case)
    as_stated(opened.network)  # raises, with what excludes them, if every hypothesis is excluded
    rank = {name: n for n, name in enumerate(order)}
    place = np.array([rank.get(one.item, 0) for one in opened.observables], dtype=np.int64)
    known = place < np.arange(len(order) + 1)[:, None]
    credence, _ = opened.credences(np.where(known, opened.observed, NOT_OBSERVED))
    return credence
