"""The picture of what the evidence says of one uncertain input: the distribution before and after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import assert_never

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy.special import betainc, ndtr

from attribution_bayes.arguments import expect
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.address import PriorOf, parse
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import Beta, LogNormal, Point, Uniform
from attribution_bayes.declare.parameters import Parameter, addresses
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.errors import refusal
from attribution_bayes.plots.axes import (
    MAX_DRAWN,
    MIN_DRAWN,
    NEAR_THE_END,
    by_odds,
    plain,
    set_value_axis,
)
from attribution_bayes.plots.canvas import canvas, finish
from attribution_bayes.plots.style import COLOURS, INK, Look, conditional, drawn_words, in_style
from attribution_bayes.sensitivity.curves import Scale, spread_values

BINS = 30
"""Bars of a histogram of draws."""


@in_style()
def plot_assumption(
    posterior: Posterior, address: str, *, ax: Axes | None = None, title: str | None = None, legend: bool = True
) -> Figure:
    """Draw what was stated about one uncertain input, and what the evidence makes of it.

    Parameters
    ----------
    posterior
    address
        Of an assumption that is stated as a range or distribution.
    ax
        Axes to draw into, in a figure with ``layout="constrained"``; those of a new figure unless given.
    title
        In place of the usual one; none if empty.
    legend
        Whether the picture has one.

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
    made = canvas(ax, title, legend)
    assert not isinstance(parameter.meaning, Point)  # refused above
    prior, after = _shares(parameter.meaning, edges), np.histogram(drawn, edges)[0] / len(drawn)
    fill: Look = {"facecolor": COLOURS[0], "alpha": 0.6, "hatch": "///", "edgecolor": "white"}
    made.axes.stairs(after, edges, fill=True, label="_posterior", **fill)
    made.axes.stairs(prior, edges, color=INK, linewidth=1.8, label="_prior")
    set_value_axis(made, "x", (float(edges[0]), float(edges[-1])), scale)
    made.axes.set_yticks([])
    made.axes.set(xlabel=drawn_words(case, address), ylabel="probability of values", ylim=(0, None))
    is_ratio = isinstance(parameter.meaning, LogNormal)
    stated = _summed("as stated", parameter.meaning.mean, parameter.meaning.interval(0.9), is_ratio, plain)
    given = _summed(
        "given the evidence", _centre(drawn, is_ratio), np.quantile(drawn, [0.05, 0.95]), is_ratio, _borne_out
    )
    keys: list[Line2D | Patch] = [Line2D([], [], color=INK, linewidth=1.8, label=stated), Patch(label=given, **fill)]
    note = f"The filled bars are {len(drawn):,} draws, the outline is exact."
    return finish(made, f"Before and after the evidence: {address}", keys, [note, *conditional(case)])


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
    low, high = max(low, MIN_DRAWN), min(high, MAX_DRAWN)
    if isinstance(parameter.meaning, LogNormal):
        return spread_values(low, high, BINS + 1, "log"), "log"
    scale: Scale = "log odds" if by_odds(low, high) and parameter.meaning.interval(0.9)[0] < NEAR_THE_END else "linear"
    return spread_values(low, high, BINS + 1, scale), scale


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
