"""The pictures of a report, each with what it shows in words."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from attribution_bayes.declare.assumptions import Assumption, assumptions
from attribution_bayes.engine.posterior import CONDITIONAL, has_ranges
from attribution_bayes.errors import TooLargeError
from attribution_bayes.odds import leading
from attribution_bayes.plots.answer import plot_credences, plot_update
from attribution_bayes.plots.assumptions import plot_tornado, with_flips
from attribution_bayes.plots.canvas import canvas
from attribution_bayes.plots.diagram import plot_case
from attribution_bayes.plots.evidence import plot_weights
from attribution_bayes.plots.learned import plot_assumption
from attribution_bayes.plots.response import draw_response, draw_two_way, surface
from attribution_bayes.report.analysis import MAX_NAMED, Analysis, cell
from attribution_bayes.report.comparison import Comparison
from attribution_bayes.report.render.document import Picture, Text, filled, listed, text
from attribution_bayes.report.words import about, hypothesis, item, number, points, reading, share_among, signed

MAX_DRAWN = 60
"""Items or hypotheses beyond which the pictures that have a row for each are left out: the tables have all of them."""

SETTINGS: Any = {"svg.hashsalt": "attribution_bayes", "svg.fonttype": "path"}
"""Letters as outlines, so that they look the same everywhere; ids that are the same in every run."""

NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


def illustrations(analysis: Analysis) -> Mapping[str, Sequence[Picture]]:
    """The pictures by the section that shows them."""
    if len(analysis.case.names) > MAX_DRAWN:
        return {}
    return {
        "answer": (_credences(analysis),),
        "overturn": tuple(_overturn(analysis)),
        "evidence": tuple(_evidence(analysis)) if 0 < len(analysis.case.evidence) <= MAX_DRAWN else (),
    }


def side_by_side(comparison: Comparison) -> Mapping[str, Sequence[Picture]]:
    """The pictures of several readings."""
    readings = comparison.readings
    if len(comparison.case.names) * len(readings) > MAX_DRAWN:
        return {}
    each = [filled("{}: {}", reading(name), listed(_ways(one))) for name, one in readings.items()]
    shows = filled("From prior to credence in each reading. {}.", listed(each, "; "))
    caption = text("The way of each hypothesis from prior to credence in each reading, in the order of the readings.")
    drawn = plot_credences({name: one.posterior for name, one in readings.items()})
    return {"readings": (Picture(svg(drawn), shows, caption),)}


def svg(figure: Figure) -> bytes:
    """A figure as SVG, the same bytes in every run."""
    content = io.BytesIO()
    with matplotlib.rc_context(SETTINGS):
        figure.savefig(content, format="svg", metadata=NO_METADATA)
    return content.getvalue()


def _credences(analysis: Analysis) -> Picture:
    shows = filled("From prior to credence, {}: {}.", CONDITIONAL, listed(_ways(analysis)))
    spread = ", with the spread of the credence" if has_ranges(analysis.case) else ""
    caption = text(f"The way of each hypothesis from prior to credence{spread}.")
    return Picture(svg(plot_credences(analysis.posterior)), shows, caption)


def _ways(analysis: Analysis) -> list[Text]:
    """The way of each hypothesis from prior to credence."""
    credences, prior = analysis.posterior.credence.values, analysis.posterior.prior.values
    mcse = float(analysis.posterior.mcse.max())
    return [
        filled("{} from {} to {}", hypothesis(name), share_among(prior, place), share_among(credences, place, mcse))
        for place, name in enumerate(analysis.case.names)
    ]


def _overturn(analysis: Analysis) -> Iterator[Picture]:
    swings = analysis.swings.index[:3]
    moved = (points(cell(analysis.swings, one, "swing")) for one in swings)
    most = [
        filled("{} ({} points)", about(analysis.case, str(one)), far) for one, far in zip(swings, moved, strict=True)
    ]
    shows = filled("The assumptions that move the credence of {} most: {}.", hypothesis(analysis.leader), listed(most))
    caption = filled(
        "How far the credence of {} follows as each assumption moves over its plausible range, all others held.",
        hypothesis(analysis.leader),
    )
    yield Picture(svg(plot_tornado(with_flips(analysis.case, analysis.swings, analysis.flips))), shows, caption)
    near = analysis.near[:MAX_NAMED]
    if near:
        yield _response(analysis, near[0])
    if near and near[0] in _drawn(analysis):
        shows = filled("The distribution of the {}, before and after the evidence.", about(analysis.case, near[0]))
        caption = text("What was stated about this number, and what the evidence makes of it.")
        yield Picture(svg(plot_assumption(analysis.posterior, near[0])), shows, caption)
    ranges = {one.address: one for one in assumptions(analysis.case)}
    blocks = {a: analysis.parameters[a].block or a for a in near if ranges[a].lower < ranges[a].upper}
    first = next(iter(blocks), None)
    other = next((address for address in blocks if blocks[address] != blocks[first]), None) if first else None
    if first is not None and other is not None:
        yield from _lead_map(analysis, (ranges[first], ranges[other]))


def _lead_map(analysis: Analysis, moved: tuple[Assumption, Assumption]) -> Iterator[Picture]:
    """Left out where one hypothesis leads everywhere: a picture of one colour shows nothing."""
    case, (along, up) = analysis.case, moved
    found = surface(case, along.address, up.address)
    if len(np.unique(leading(found[~np.isnan(found).any(axis=-1)]))) > 1:
        both = listed([about(case, along.address), about(case, up.address)])
        caption = text("Which hypothesis leads where two assumptions are moved together, over their plausible ranges.")
        yield Picture(svg(draw_two_way(canvas(), case, moved, found)), filled("Regions by {}.", both), caption)


def _drawn(analysis: Analysis) -> list[str]:
    posterior = analysis.posterior.draws["posterior"]
    return posterior["assumption"].address.values.tolist() if "assumption" in posterior.data_vars else []


SIDES = "Credences as one number moves, {}: {} leads on the stated side of {}, {} on the other."
TIE_SIDES = "Credences as one number moves, {}: {} leads on one side of {}, where it stands, and {} on the other."


def _response(analysis: Analysis, address: str) -> Picture:
    shows = filled(
        TIE_SIDES if analysis.is_tie(address) else SIDES,
        about(analysis.case, address),
        hypothesis(analysis.leader),
        number(cell(analysis.flips, address, "flip_at")),
        hypothesis(str(analysis.flips.at[address, "new_leader"])),
    )
    caption = text("All credences over the assumption that is nearest to changing which hypothesis leads.")
    one = next(one for one in assumptions(analysis.case) if one.address == address)
    flip = analysis.flips.loc[[address]].iloc[0]
    return Picture(svg(draw_response(canvas(), analysis.case, one, flip)), shows, caption)


def _evidence(analysis: Analysis) -> Iterator[Picture]:
    weights = analysis.weights
    if not isinstance(weights, TooLargeError):
        yield Picture(svg(plot_weights(weights)), *_weights_in_words(analysis, weights))
    last = share_among(analysis.exact, analysis.place)
    shows = filled("Credences as the items come in, ending with {} at {}.", hypothesis(analysis.leader), last)
    yield from _if_it_fits(lambda: plot_update(analysis.case), shows, text("The credences as the items come in."))
    shows = filled(
        "The network of the case: hypotheses, the items {}, and the sources that report them.",
        listed([text(item(one.name)) for one in analysis.case.evidence]),
    )
    yield from _if_it_fits(lambda: plot_case(analysis.case), shows, text("What depends on what, and who reports it."))


def _weights_in_words(analysis: Analysis, weights: pd.DataFrame) -> tuple[Text, Text]:
    adds = "What each item adds to the odds of {}, given those above it, from prior odds to posterior odds."
    caption = filled(adds, hypothesis(analysis.leader))
    heavy = weights["weight"].abs().sort_values(ascending=False, kind="stable").index[:3]
    most = [filled("{} {}", item(str(name)), signed(cell(weights, name, "weight"))) for name in heavy]
    shows = filled("Decibans for {}, item by item; the heaviest: {}.", hypothesis(analysis.leader), listed(most))
    return shows, caption


def _if_it_fits(draw: Callable[[], Figure], shows: Text, caption: Text) -> Iterator[Picture]:
    try:
        figure = draw()
    except TooLargeError:
        return
    yield Picture(svg(figure), shows, caption)
