"""What the bound of Chan and Darwiche guarantees: how far any numbers may be off before the answer can change.

H. Chan, A. Darwiche (2005), A distance measure for bounding probabilistic belief change, doi:10.1016/j.ijar.2004.07.001
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from attribution_bayes.arrays import Bools, Ints
from attribution_bayes.odds import DECIBANS_PER_NAT
from attribution_bayes.sensitivity.boxes import Box
from attribution_bayes.sensitivity.extremes import Contest
from attribution_bayes.sensitivity.question import MAX_DB, TIE_DB, Question, crossing
from attribution_bayes.sensitivity.worst_case import Field, free_of


def guaranteed_distances(found: Field, asked: Question, groups: Iterable[Bools]) -> list[float]:
    """For each group of inputs, the distance up to which the bound of Chan and Darwiche says that the answer stands.

    exp(-D) <= O'/O <= exp(D) for the odds O of anything given anything: theorem 2.1.
    """
    at_stake = [(one, float(asked.left(one, found.log_joint)), _matters(found, one)) for one in asked.contests]
    return [
        math.nan  # the case as stated is a mixture there, infinitely far from any single number
        if any(free[nodes.slot] for nodes in found.network.nodes)
        else min(
            (_guaranteed_in(found, contest, gap, free, free & used) for contest, gap, used in at_stake),
            default=math.inf,
        )
        for free in groups
    ]


def _guaranteed_in(found: Field, contest: Contest, gap: float, free: Bools, matters: Bools) -> float:
    """The same in one contest, of whose lead this gap is left; `matters` are the free inputs that it uses."""
    net = found.network
    uses = sum(net.repeated.get(slot, 1) for slot in np.flatnonzero(matters & (net.inputs.block < 0)).tolist())
    rows = [np.flatnonzero(net.inputs.block == one) for one in np.unique(net.inputs.block[matters]) if one >= 0]

    def left(distance: float) -> float:
        box = found.within(free, distance).box
        return gap - uses * distance - sum(_distance_of_row(found, contest, box, members) for members in rows)

    if not gap > TIE_DB:
        return 0.0
    if not rows:
        return gap / uses if uses else math.inf
    return crossing(left, MAX_DB) if left(MAX_DB) < 0 else math.inf


def _matters(found: Field, contest: Contest) -> Bools:
    """Which inputs the two sides of a contest use, shape (input,)."""
    net, sides = found.network, [*np.flatnonzero(contest.rivals).tolist(), contest.place]
    used = [found.alone.slots[:, sides].reshape(-1), net.prior]
    groups = (group for joint in found.joints for group in joint.groups)
    used += [group.used for group in groups if group.owner is None or group.owner in sides]
    return free_of(np.concatenate(used), len(net.inputs.mean) + 1)[:-1]


def _distance_of_row(found: Field, contest: Contest, box: Box, members: Ints) -> float:
    """The greatest distance, in decibans, of a row inside a box from the stated one; of a prior, between the sides."""
    net = found.network
    low, high = box.values(members).T
    mean = net.inputs.mean[members]
    least, greatest = np.maximum(low, 1 - (high.sum() - high)), np.minimum(high, 1 - (low.sum() - low))
    counts = mean > 0
    if members[0] == net.prior[0]:
        counts &= contest.rivals | (np.arange(len(members)) == contest.place)
    with np.errstate(divide="ignore", invalid="ignore"):
        up, down = np.log(greatest / mean)[counts], np.log(least / mean)[counts]
    apart = up[:, None] - down[None]
    np.fill_diagonal(apart, 0.0)
    return float(apart.max(initial=0.0) * DECIBANS_PER_NAT)
