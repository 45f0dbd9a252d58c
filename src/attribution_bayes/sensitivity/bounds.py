"""The least and greatest credence of each hypothesis, with every assumption anywhere in its plausible range."""

from __future__ import annotations

import numpy as np
import pandas as pd

from attribution_bayes.arguments import expect
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.assumptions import at_end, ranges
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.ways import Certain, Impossible
from attribution_bayes.engine.exact import as_stated, excluded
from attribution_bayes.engine.local import Moves
from attribution_bayes.engine.network import Network, network
from attribution_bayes.odds import never_zero
from attribution_bayes.progress import progress
from attribution_bayes.sensitivity.boxes import Box, joint_components
from attribution_bayes.sensitivity.extremes import Contest, extreme, is_exact

END_OF_RANGE = "the end of its plausible range"


def credence_bounds(case: Case) -> pd.DataFrame:
    """Find the least and the greatest credence of each hypothesis over all plausible ranges together.

    Parameters
    ----------
    case

    Returns
    -------
    DataFrame
        Index: hypothesis. Columns: ``lower``, ``upper``; ``exact``, whether these are certainly the least and the
        greatest, or only those that a search found. ``attrs["attained_at"]`` gives, for each hypothesis and bound, the
        values of the assumptions at which the bound is attained, as `suppose` takes them. Where a range ends at 0 or 1,
        that value is an `Impossible` or a `Certain`.

    Raises
    ------
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.

    References
    ----------
    B. Tessem (1992), Interval probability propagation, doi:10.1016/0888-613X(92)90006-L
    """
    expect(case, Case, "case")
    net = network(case)
    as_stated(net)
    out, box = excluded(net), Box.from_ranges(ranges(case))
    boxes, prior = [one.inside(box) for one in joint_components(net)], box.values(net.prior)
    rows, attained = {}, {}
    for place, name in enumerate(progress(net.hypotheses, "credence_bounds")):
        found: dict[str, tuple[float, Moves]] = {}
        exact = True
        for bound, sign in (("lower", -1), ("upper", 1)):
            contest = Contest.from_all_rivals(place, len(net.hypotheses), sign)
            if out[place] or np.delete(out, place).all():  # by what has no range: so it is everywhere
                found[bound] = float(not out[place]), {}
            else:
                reached = extreme(contest, net, boxes, prior, np.zeros(len(net.hypotheses)))
                found[bound] = _credence(reached.log_joint, place), reached.moves
                exact = is_exact(contest, boxes)
        rows[name] = {bound: credence for bound, (credence, _) in found.items()} | {"exact": exact}
        attained[name] = {bound: supposed(net, moves) for bound, (_, moves) in found.items()}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("hypothesis")
    table.attrs = {"attained_at": attained, "method": "corners of the plausible ranges"}
    return table


def _credence(log_joint: Floats, place: int) -> float:
    joint = np.exp(log_joint - log_joint.max())
    return float(never_zero(joint / joint.sum(), ~np.isneginf(log_joint))[place])


def supposed(net: Network, moves: Moves) -> dict[str, float | Impossible | Certain]:
    """The suppositions that move these inputs, by address, as `suppose` takes them."""
    return {net.inputs.addresses[slot]: _stated(net, slot, value) for slot, (value, _) in sorted(moves.items())}


def _stated(net: Network, slot: int, value: float) -> float | Impossible | Certain:
    """The value as a case can state it: a probability of 0 or 1 comes with its reason."""
    return value if net.inputs.is_ratio[slot] or 0 < value < 1 else at_end(value, END_OF_RANGE)
