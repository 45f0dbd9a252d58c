"""The picture of the evidence: the weight of each item, from prior odds to posterior odds."""

from __future__ import annotations

from string import ascii_uppercase

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Patch

from attribution_bayes.arguments import expect
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.wording import Labels, Named, plain
from attribution_bayes.plots.axes import (
    Rows,
    draw_bar,
    draw_rows,
    set_deciban_axis,
    stack_rows,
    write_beside,
    write_headings,
)
from attribution_bayes.plots.canvas import Canvas, canvas, finish
from attribution_bayes.plots.style import (
    COLOURS,
    GREY,
    INK,
    PALE,
    SMALL,
    STRIPES,
    Look,
    as_observed,
    checked,
    conditional,
    drawn_labels,
    in_style,
)
from attribution_bayes.sensitivity.influence import weight_of_evidence

EXCLUDED = "∞, an arrow to the edge: what is stated as impossible or certain excludes one side."

LEVEL = 0.05
"""Decibans below which a weight has no sign: it is printed as 0.0."""

ARROW = 14
"""Size of the head of an arrow, in points."""


@in_style()
def plot_weights(
    table: pd.DataFrame | Case,
    for_: str | None = None,
    against: str | None = None,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    legend: bool = True,
) -> Figure:
    """Draw the weight of each item, from the prior odds to the posterior odds.

    Items that depend on one another stand in a band and bear the same letter. What was observed of an item stands
    behind it where that is not that it is true.

    Parameters
    ----------
    table
        What `weight_of_evidence` returns; or a case, from which the table is made.
    for_, against
        For a case only: see `weight_of_evidence`.
    ax
        Axes to draw into, in a figure with ``layout="constrained"``; those of a new figure unless given.
    title
        In place of the usual one; none if empty.
    legend
        Whether the picture has one.

    Returns
    -------
    Figure
        Bars, in decibans, in the order of the case: each weight is given the items above it. A weight or odds that are
        infinite, because a hypothesis is excluded, are an arrow to the edge.

    Raises
    ------
    CaseError
        ``E_SHAPE`` for another table, ``E_CONFLICT`` for hypotheses beside a table, which has them; otherwise as in
        `weight_of_evidence`.
    TooLargeError
        See `weight_of_evidence`.
    """
    expect(table, (Case, pd.DataFrame), "table")
    if isinstance(table, Case):
        weights = weight_of_evidence(table, for_, against)
    else:
        weights = checked(table, weight_of_evidence, {"for_": for_, "against": against})
    return _draw_weights(weights, canvas(ax, title, legend))


def _draw_weights(table: pd.DataFrame, made: Canvas) -> Figure:
    levels = np.cumsum([table.attrs["prior_db"], *table["weight"]])
    letters = _letters(table)
    called = drawn_labels(table.attrs["labels"])
    shown = {name: plain((Named(name, "item"),), called) for name in map(str, table.index)}
    noted = {name: as_observed(said, str(table["observed"][name])) for name, said in shown.items()}
    items = [f"{said} [{letters[name]}]" if name in letters else said for name, said in noted.items()]
    target, against = (_side(str(table.attrs[which]), called) for which in ("for", "against"))
    rows = stack_rows(made, ["prior odds", *items, "posterior odds"])
    for name, middle in zip(table.index, rows.middles[1:-1], strict=True):
        if name in letters:
            made.axes.axhspan(middle - 0.45, middle + 0.45, facecolor=PALE, zorder=0)
    # where something is excluded the weights do not add up to the odds in the end
    posterior = float(levels[-1]) if np.isfinite(levels[-1]) else table.attrs["posterior_db"]
    set_deciban_axis(made, [0.0, *levels[np.isfinite(levels)].tolist()], f"odds of {target}, in decibans")
    rivals = "the others" if table.attrs["against"] == "all others" else "the other"
    _draw_steps(made, rows, table["weight"].to_numpy(), levels, posterior, rivals)
    draw_rows(made, rows)
    keys = [
        Patch(facecolor=COLOURS[0], edgecolor=INK, label=f"for {target}"),
        Patch(facecolor=COLOURS[1], edgecolor=INK, hatch=STRIPES, label="against it"),
        *([Patch(facecolor=PALE, label="items of one letter depend on one another")] if letters else []),
    ]
    said = f"Weight of each item for {target} against {against}"
    excluded = [EXCLUDED] if np.isinf([*levels, posterior]).any() else []
    notes = [_weight_note(target, against), *excluded, *conditional(table)]
    return finish(made, said, keys, notes, height=rows.inches, least=rows.least)


def _letters(table: pd.DataFrame) -> dict[str, str]:
    """A letter for each item of the table that depends on another one there, the same for all that hang together."""
    together = [group.index.tolist() for _, group in table.groupby("dependent_items", sort=False)]
    joint = [group for group in together if len(group) > 1]
    return {str(name): _letter(place) for place, group in enumerate(joint) for name in group}


def _letter(place: int) -> str:
    """A to Z, then A2 to Z2 and so on."""
    round_, at = divmod(place, len(ascii_uppercase))
    return ascii_uppercase[at] + (str(round_ + 1) if round_ else "")


def _side(name: str, called: Labels) -> str:
    return "all others together" if name == "all others" else plain((Named(name, "hypothesis"),), called)


def _weight_note(target: str, against: str) -> str:
    return (
        f"A weight says how many times likelier an item is under {target} than under {against}, "
        "given the items above it: 3 decibans are about 2 : 1, 10 are 10 : 1."
    )


def _draw_steps(made: Canvas, rows: Rows, weights: Floats, levels: Floats, posterior: float, rivals: str) -> None:
    ax = made.axes
    starts, lengths = [0.0, *levels[:-1], 0.0], [levels[0], *weights, posterior]
    for row, start, length in zip(rows.middles, starts, lengths, strict=True):
        is_odds = row in (rows.middles[0], rows.middles[-1])
        if np.isfinite(start + length):
            against = {"facecolor": COLOURS[1], "hatch": STRIPES}
            look = {"facecolor": GREY} if is_odds else against if length < 0 else {"facecolor": COLOURS[0]}
            draw_bar(made, row, (start, start + length), "odds" if is_odds else "weight", look)
        elif np.isinf(length):
            _draw_arrow(made, row, start if np.isfinite(start) else 0.0, length, _excluding(length, rivals, is_odds))
        decibans, ratio = decibans_said(length)
        write_beside(made, row, 0.6, decibans).set_horizontalalignment("right")
        write_beside(made, row, 0.75, ratio)
    follows = np.isfinite(levels) & np.isfinite([*levels[1:], levels[-1]])
    ends = rows.middles[:-1][follows] + 0.3, rows.middles[1:][follows] - 0.3
    ax.vlines(levels[follows], *ends, color=INK, linewidth=0.8)
    ax.axvline(0.0, color=INK, linewidth=0.8)
    write_headings(made, {0.05: "decibans", 0.75: "ratio"})


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
    made.axes.text(
        edge, row - 0.12, words, fontsize=made.points(SMALL), color=INK, ha=side, va="bottom", parse_math=False
    )


def decibans_said(decibans: float) -> tuple[str, str]:
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
