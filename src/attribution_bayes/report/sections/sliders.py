"""Move assumptions and see how the answer changes.

Inputs of different components, and the prior, multiply the joint probability of a hypothesis each by a factor of its
own. With J_h the joint probability as stated, and J_h(x), J_h(y) with one of them moved alone, both moved give

    J_h(x, y) = J_h(x) J_h(y) / J_h

which is exact. Two inputs of one component have no such form: the page does not move them together.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from attribution_bayes.arrays import Floats
from attribution_bayes.declare.assumptions import Assumption, assumptions
from attribution_bayes.declare.parameters import addresses
from attribution_bayes.declare.parts import shown_name
from attribution_bayes.engine.exact import joints
from attribution_bayes.engine.network import network
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
from attribution_bayes.sensitivity.functions import component_of

MOVING = (
    "Choose an assumption and move it, then another if you like. The credences follow at once; all other numbers stay "
    "as they are. A number that was stated as a range starts at its mean (a range of ratios in its middle), and moving "
    "it supposes that it is known exactly. Two numbers that bear on the same observations cannot be moved together "
    "here: moving one puts the other back."
)


def sliders(analysis: Analysis) -> Section:
    """Move assumptions and see how the answer changes."""
    return Section(text("Move assumptions"), "move", (Paragraph(text(MOVING)), Sliders(slider_data(analysis))))


def slider_data(analysis: Analysis) -> dict[str, Any]:
    """What the script of a page needs: the closed forms, and what they are of."""
    stated, together = {one.address: one for one in assumptions(analysis.case)}, _together(analysis)
    return {
        "hypotheses": [shown_name(one) for one in analysis.case.hypotheses],
        "stated": analysis.exact.tolist(),
        "logs": _finite(joints(network(analysis.case)).log_shares()),
        "assumptions": [
            {**_one_slider(analysis, stated[address], logs), "together": together[address]}
            for address, logs in analysis.curves.items()
        ],
    }


def _together(analysis: Analysis) -> dict[str, int | None]:
    """What each number is a part of: those of different parts can be moved together.

    None for a number that stands at 0 or 1 and so excludes a hypothesis: what the others would make of that hypothesis
    cannot be told from the case as stated.
    """
    net, known = network(analysis.case), addresses(analysis.case)
    excluded = np.isneginf(joints(net).log_shares())
    places, prior = component_of(net), dict.fromkeys(net.prior.tolist(), -1)
    found: dict[str, int | None] = {}
    for address, logs in analysis.curves.items():
        slot = known.position(known.at(address).address)
        revives = bool((excluded & np.isfinite(logs).any(axis=-1)).any())
        found[address] = None if revives else (prior | places).get(slot, len(net.component_names) + slot)
    return found


def _finite(logs: Floats) -> list[float | None]:
    """Logarithms as JSON has them: nothing for minus infinity."""
    return [one if np.isfinite(one) else None for one in logs.tolist()]


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
        "curve": [_finite(row) for row in logs],
    }
