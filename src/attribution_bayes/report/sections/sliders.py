"""Move an assumption and see how the answer changes."""

from __future__ import annotations

from typing import Any

import numpy as np

from attribution_bayes.arrays import Floats
from attribution_bayes.declare.assumptions import Assumption, assumptions
from attribution_bayes.declare.parts import shown_name
from attribution_bayes.report.analysis import Analysis, cell
from attribution_bayes.report.render.document import (
    Paragraph,
    Section,
    Sliders,
    labelled,
    plain,
    text,
)
from attribution_bayes.report.words import about, hypothesis, labels_of

MOVING = (
    "Choose an assumption and move it. The credences follow at once; all other numbers stay as they are. A number that "
    "was stated as a range starts at its mean (a range of ratios in its middle), and moving it supposes that it is "
    "known exactly."
)


def sliders(analysis: Analysis) -> Section:
    """Move one assumption and see how the answer changes."""
    return Section(text("Move an assumption"), "move", (Paragraph(text(MOVING)), Sliders(_slider_data(analysis))))


def _slider_data(analysis: Analysis) -> dict[str, Any]:
    """What the script of a page needs: the closed forms, and what they are of."""
    stated = {one.address: one for one in assumptions(analysis.case)}
    return {
        "hypotheses": [shown_name(one) for one in analysis.case.hypotheses],
        "stated": analysis.exact.tolist(),
        "assumptions": [_one_slider(analysis, stated[address], logs) for address, logs in analysis.curves.items()],
    }


def _one_slider(analysis: Analysis, stated: Assumption, logs: Floats) -> dict[str, Any]:
    labels, rival = labels_of(analysis.case), text(hypothesis(str(analysis.flips.at[stated.address, "new_leader"])))
    is_reachable = bool(analysis.flips.at[stated.address, "reachable"])
    return {
        "address": stated.address,
        "what": plain(labelled(about(analysis.case, stated.address), labels)),
        "ratio": analysis.is_ratio(stated.address),
        "stated": stated.stated,
        "lower": stated.lower,
        "upper": stated.upper,
        "tied": analysis.is_tie(stated.address),
        "flip": cell(analysis.flips, stated.address, "flip_at") if is_reachable else None,
        "rival": plain(labelled(rival, labels)) if is_reachable else None,
        "curve": [[one if np.isfinite(one) else None for one in row] for row in logs.tolist()],
    }
