"""Pictures of past answers: how often credences came true, and what likelihood ratios were worth."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from attribution_bayes.arguments import expect
from attribution_bayes.declare.address import parse_part
from attribution_bayes.declare.wording import Labels, Named, part_sentence, plain
from attribution_bayes.engine.posterior import JUST_BELOW_ONE, in_percent
from attribution_bayes.errors import refusal
from attribution_bayes.odds import LEAST
from attribution_bayes.panel.calibration import INTERVAL_MASS, calibration_table
from attribution_bayes.panel.past import Past
from attribution_bayes.panel.scores import RESAMPLES, ece_curve
from attribution_bayes.plots.axes import (
    draw_bar,
    draw_rows,
    set_credence_axis,
    set_credence_axis_up,
    set_deciban_axis,
    set_ticks,
    stack_rows,
    write_beside,
    write_headings,
)
from attribution_bayes.plots.canvas import Canvas, canvas, finish
from attribution_bayes.plots.evidence import decibans_said
from attribution_bayes.plots.style import (
    COLOURS,
    GREY,
    INK,
    SMALL,
    STRIPES,
    Look,
    Mark,
    conditional,
    drawn_labels,
    in_style,
    points,
)

FEW_CASES = 30
"""Below so many cases a picture says that they are few."""

NEAR = 0.2
"""A share nearer than this to 0 or 1 has no room for words on that side of it."""

ROUNDING = 1e-9
"""Decibans that rounding explains."""

ODDS = {-30: "1 : 1000", -20: "1 : 100", -10: "1 : 10", 0: "1 : 1", 10: "10 : 1", 20: "100 : 1", 30: "1000 : 1"}
"""Marks of an axis of prior odds, in decibans."""

WORSE = "Where the solid line is above the dotted one, readers with such prior odds were better off without the ratios."

LINES: tuple[tuple[str, str, Look], ...] = (
    ("ece", "as they were given", {"color": COLOURS[0], "linewidth": 2.2}),
    ("minimum", "the best that keep their order", {"color": INK, "linestyle": "--"}),
    ("neutral", "without them", {"color": GREY, "linestyle": ":"}),
)
"""Column, words and look of what an ECE picture shows."""


@in_style()
def plot_calibration(past: Past, *, ax: Axes | None = None, title: str | None = None, legend: bool = True) -> Figure:
    """Draw how often hypotheses turned out true, by the credence that they had.

    Parameters
    ----------
    past
        Where every case has two hypotheses, the first of each is drawn: the other would be its mirror image.
    ax
        Axes to draw into, in a figure with ``layout="constrained"``; those of a new figure unless given.
    title
        In place of the usual one; none if empty.
    legend
        Whether the picture has one.

    Returns
    -------
    Figure
        For each ten percentage points the mean credence of the hypotheses that had one there, and the share of these
        that turned out true, with a central 90 % interval for that share (Jeffreys), as in `calibration_table`.

    Raises
    ------
    CaseError
        ``E_TYPE`` for something else than a `Past`.
    """
    table = calibration_table(past)
    made, look = canvas(ax, title, legend), Mark(COLOURS[0], "o", "-", "")
    ax = made.axes
    level = ax.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="as often as the credence says", zorder=1)
    ax.vlines(table["credence"], table["lower"], table["upper"], color=look.colour, linewidth=2.5, zorder=2)
    dots: Look = {"linestyle": "", "marker": "o", "color": look.colour, "markeredgecolor": INK, "clip_on": False}
    ax.plot(table["credence"], table["share"], markersize=made.points(8), label="_share", **dots)
    for place, (at, share, true, count) in enumerate(table[["credence", "share", "true", "count"]].to_numpy()):
        above = share < NEAR or (share <= 1 - NEAR and place % 2 == 1)
        _write_count(made, (at, share), f"{true:.0f} of {count:.0f}", above=bool(above))
    set_credence_axis(made, 0.0, 1.0)
    set_credence_axis_up(made)
    whose, dependence = _whose(past)
    ax.set(xlabel=f"mean credence{whose}", ylabel="share that turned out true")
    interval = f"central {in_percent(INTERVAL_MASS)} for that share"
    keys = [points("share that turned out true", look, face=look.colour), *level]
    keys.append(Line2D([], [], color=look.colour, linewidth=2.5, label=interval))
    note = f"{_cases(past)} Credences are taken together by tens of percentage points. {dependence}"
    return finish(made, "Credences, and how often they came true", keys, [note], height=4.2)


def _write_count(made: Canvas, at: tuple[float, float], words: str, *, above: bool) -> None:
    """How many cases a dot stands for: neighbours in turn above and below it, upright where there is no room."""
    upright = made.letters < 1
    side = "left" if at[0] < 0.8 else "right"
    shift = (5 if side == "left" else -5) if upright else (7 if side == "left" else -7)
    look: Look = {"ha": side, "va": "bottom" if above else "top", "rotation": 90 if upright else 0}
    place = (shift, 3 if above else -3)
    made.axes.annotate(words, at, place, textcoords="offset points", fontsize=made.points(SMALL), **look)


def _whose(past: Past) -> tuple[str, str]:
    """Of which hypothesis the credences are that are drawn, and how those of one case hang together."""
    if not past.is_pairs:
        return "", "Those of one case depend on each other: one hypothesis of each is true."
    same = len(set(past.names)) == 1
    whose = f" of {_called(past, past.names[0][0])}" if same else " of the first of two hypotheses"
    return whose, "The other hypothesis of each case has the rest, and is not drawn."


def _called(past: Past, name: str) -> str:
    return plain((Named(name, "hypothesis"),), drawn_labels(past.labels))


def _cases(past: Past) -> str:
    few = " They are few: the intervals are the message." if len(past) < FEW_CASES else ""
    return f"Cases: {len(past):,}.{few}"


@in_style()
def plot_ece(
    past: Past, *, seed: int = 0, ax: Axes | None = None, title: str | None = None, legend: bool = True
) -> Figure:
    """Draw what likelihood ratios were worth to readers of any prior odds.

    Parameters
    ----------
    past, seed
        See `ece_curve`.
    ax
        Axes to draw into, in a figure with ``layout="constrained"``; those of a new figure unless given.
    title
        In place of the usual one; none if empty.
    legend
        Whether the picture has one.

    Returns
    -------
    Figure
        Bits that are missing on average to know the truth, over the prior odds: with the ratios as they were given and
        their 90 % interval, with the best ratios that keep their order, and without any. At odds of 1 : 1 the first is
        ``cllr`` of `scores`, the second ``cllr_min``.

    Raises
    ------
    CaseError
        See `ece_curve`.
    """
    table = ece_curve(past, seed=seed)
    made = canvas(ax, title, legend)
    keys: list[Line2D | Patch] = [_line(made.axes, table, *line) for line in LINES]
    band: Look = {"facecolor": COLOURS[0], "alpha": 0.25, "linewidth": 0}
    label = f"central {in_percent(INTERVAL_MASS)} of {RESAMPLES:,} records drawn from this one"
    made.axes.fill_between(table.index, table["lower"], table["upper"], label="_interval", **band)
    keys.append(Patch(label=label, **band))
    set_ticks(made, "x", list(ODDS), lambda decibans: ODDS[round(decibans)])
    made.axes.set_xlim(table.index[0], table.index[-1])
    made.axes.set_ylim(bottom=0)
    first, second = (_called(past, name) for name in past.names[0])
    made.axes.set_xlabel(f"prior odds, {first} : {second}")
    made.axes.set_ylabel("empirical cross-entropy, in bits")
    return finish(made, "What the likelihood ratios were worth", keys, [f"{_cases(past)} {WORSE}"])


def _line(ax: Axes, table: pd.DataFrame, column: str, label: str, look: Look) -> Line2D:
    return ax.plot(table.index, table[column], label=label, **look)[0]


@in_style()
def plot_difference(
    difference: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None, legend: bool = True
) -> Figure:
    """Draw the way from the old answer to the new one, change by change, the greatest first.

    Parameters
    ----------
    difference
        What `difference` returns, or its first rows: what is left out is drawn as one step.
    ax
        Axes to draw into, in a figure with ``layout="constrained"``; those of a new figure unless given.
    title
        In place of the usual one; none if empty.
    legend
        Whether the picture has one.

    Returns
    -------
    Figure
        Bars, in decibans: the share of each change in the log odds, each beginning where the one above it ends. Changes
        of words alone are not drawn.

    Raises
    ------
    CaseError
        ``E_SHAPE`` for another table.
    """
    expect(difference, pd.DataFrame, "difference")
    if "change_db" not in difference.attrs:
        message = "the table is not what `difference` returns, or has lost its `attrs`."
        raise refusal(
            "E_SHAPE", "difference", message, "Give `difference(old, new)`, or rows of it such as `.head(5)`."
        )
    return _draw_difference(difference, canvas(ax, title, legend))


def _draw_difference(table: pd.DataFrame, made: Canvas) -> Figure:
    start, end = table.attrs["old_db"], table.attrs["new_db"]
    steps, called = _steps(table), drawn_labels(table.attrs["labels"])
    target = plain((Named(table.attrs["target"], "hypothesis"),), called)
    rival = plain((Named(table.attrs["against"], "hypothesis"),), called)
    levels = start + np.cumsum([0.0, *steps.values()])
    rows = stack_rows(
        made,
        [
            f"old ({_share(table, 'old')})",
            *(_step_said(step, called) for step in steps),
            f"new ({_share(table, 'new')})",
        ],
    )
    set_deciban_axis(made, [0.0, start, end, *levels.tolist()], f"odds of {target}, in decibans")
    for row, level in ((rows.middles[0], start), (rows.middles[-1], end)):
        draw_bar(made, row, (0.0, level), "odds", {"facecolor": GREY})
        write_beside(made, row, 0.6, decibans_said(level)[0]).set_horizontalalignment("right")
    for row, level, (name, length) in zip(rows.middles[1:-1], levels, steps.items(), strict=False):
        look: Look = {"facecolor": COLOURS[0]} if length > 0 else {"facecolor": COLOURS[1], "hatch": STRIPES}
        draw_bar(made, row, (level, level + length), f"share of {name}", look)
        write_beside(made, row, 0.6, decibans_said(length)[0]).set_horizontalalignment("right")
    made.axes.vlines(levels, rows.middles[:-1] + 0.3, rows.middles[1:] - 0.3, color=INK, linewidth=0.8)
    made.axes.axvline(0.0, color=INK, linewidth=0.8)
    write_headings(made, {0.05: "decibans"})
    draw_rows(made, rows)
    keys = [
        Patch(facecolor=COLOURS[0], edgecolor=INK, label=f"for {target}"),
        Patch(facecolor=COLOURS[1], edgecolor=INK, hatch=STRIPES, label="against it"),
    ]
    against = "the others together" if table.attrs["against"] == "all others" else rival
    notes = ["Each share is the mean over the orders of the changes; the shares add up.", *conditional(table)]
    said = f"What changed for {target} against {against}"
    return finish(made, said, keys, notes, height=rows.inches, least=rows.least)


def _step_said(step: str, called: Labels) -> str:
    """The part in words; a single number by its address."""
    part = parse_part(step)
    return step if part is None else plain(part_sentence(part), called)


def _steps(table: pd.DataFrame) -> dict[str, float]:
    """The changes that count, and what the rows that are not there come to."""
    shares = {str(name): float(share) for name, share in table["share_db"].items() if share != 0}
    others = table.attrs["change_db"] - sum(shares.values())
    return shares | ({"all other changes": others} if abs(others) > ROUNDING else {})


def _share(table: pd.DataFrame, which: str) -> str:
    return in_percent(min(max(table.attrs[f"{which}_credence"], LEAST), JUST_BELOW_ONE))
