"""The lead that is left at the worst place of a box: every question about all numbers together comes down to it.

Items that stand alone are settled in one table, however many they are; only components with hidden states, or in which
hypotheses share numbers, are tried corner by corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.assumptions import Ranges, ranges
from attribution_bayes.declare.case import Case
from attribution_bayes.engine.chances import stated_chances
from attribution_bayes.engine.exact import excluded, joints, stated_likelihoods
from attribution_bayes.engine.local import Local, Moves
from attribution_bayes.engine.network import Network, network
from attribution_bayes.memo import once_for_each
from attribution_bayes.sensitivity.boxes import Box, Confined, Joint, joint_of
from attribution_bayes.sensitivity.extremes import Contest, Extreme, extreme, is_exact


@dataclass(frozen=True, eq=False)
class Alone:
    """Items with no hidden state and a number of its own for each hypothesis: their extremes, all in one table.

    Attributes
    ----------
    chances
        Positions of P(what was observed of the item | hypothesis), shape (item, hypothesis), as in `Network.direct`.
    at
        Their places among the components.
    block
        The row of each input, -1 for those by themselves, as in `Inputs.block`.
    """

    chances: Ints
    at: Ints
    block: Ints

    @classmethod
    def from_network(cls, net: Network) -> Alone:
        size = len(net.inputs.values)
        slots = net.direct % size
        often = np.bincount(slots.reshape(-1), minlength=size) > 1
        often[-1] = False  # the constant 1
        alone = ~often[slots].any(axis=1)
        return cls(net.direct[alone], net.direct_at[alone], net.inputs.block)

    @cached_property
    def slots(self) -> Ints:
        return np.asarray(self.chances % (len(self.block) + 1))

    def logs(self, box: Box) -> tuple[Floats, Floats]:
        """The least and the greatest log likelihood, shape (item, hypothesis) each."""
        box = self._feasible(box)
        low = np.concatenate([box.low[:, 0], [1.0], box.high[:, 1], [0.0]])
        high = np.concatenate([box.high[:, 0], [1.0], box.low[:, 1], [0.0]])
        with np.errstate(divide="ignore"):
            return np.log(low[self.chances]), np.log(high[self.chances])

    def _feasible(self, box: Box) -> Box:
        """Members of a row, no further out than the rest of the row can compensate."""
        of_row = np.flatnonzero(self.block >= 0)
        block, (low, high) = self.block[of_row], box.values(of_row).T
        least, greatest = np.bincount(block, low), np.bincount(block, high)
        lower = np.minimum(np.maximum(low, 1 - (greatest[block] - high)), high)
        upper = np.maximum(np.minimum(high, 1 - (least[block] - low)), low)
        found = Box(box.low.copy(), box.high.copy())
        for end, value, before in ((found.low, lower, low), (found.high, upper, high)):
            moved = value != before
            end[of_row[moved]] = np.stack([value, 1 - value], axis=1)[moved]
        return found

    def moves(self, box: Box, contest: Contest) -> Moves:
        """What is moved where the odds are extreme; the members of a row move together."""
        feasible, size, found = self._feasible(box), len(self.block) + 1, {}
        for k in np.flatnonzero(contest.rivals | (np.arange(self.chances.shape[1]) == contest.place)).tolist():
            up = (contest.sign > 0) == (k == contest.place)
            for chance in self.chances[:, k].tolist():
                slot, is_high = chance % size, up == (chance < size)
                if slot == size - 1:
                    continue
                value, complement = (feasible.high if is_high else feasible.low)[slot].tolist()
                found[slot] = value, complement
                found |= self._others(box, slot, value)
        return found

    def _others(self, box: Box, slot: int, value: float) -> Moves:
        """The other members of its row, each the same share of the way up its range."""
        if self.block[slot] < 0:
            return {}
        others = np.setdiff1d(np.flatnonzero(self.block == self.block[slot]), [slot])
        low, high = box.values(others).T
        room = (high - low).sum()
        share = (1 - value - low.sum()) / room if room > 0 else 0.0
        shares = (low + min(max(share, 0.0), 1.0) * (high - low)).tolist()
        return {int(other): (x, 1 - x) for other, x in zip(others, shares, strict=True)}


@dataclass(frozen=True, eq=False)
class Field:
    """A case prepared for questions about all its numbers, within a distance or within a share of their ranges."""

    network: Network
    stated: Ranges
    alone: Alone
    joints: tuple[Joint, ...]
    joints_at: Ints
    log_alone: Floats
    log_joint: Floats
    out: Bools

    @property
    def everything(self) -> Bools:
        """All inputs free, shape (input,)."""
        return np.ones(len(self.network.inputs.mean), dtype=bool)

    @cached_property
    def _ranges(self) -> Box:
        return Box.from_ranges(self.stated)

    def within(self, free: Bools, distance_db: float | Floats) -> Inside:
        return Inside(self, Box.from_distance(self.network, free, distance_db))

    def plausible(self, free: Bools, share: float | Floats) -> Inside:
        return Inside(self, self._ranges.part(self.network, free, share))


@dataclass(frozen=True, eq=False)
class Inside:
    """The case with its inputs inside a box."""

    field: Field
    box: Box

    @cached_property
    def confined(self) -> list[Confined]:
        """The components that are not settled in one table."""
        return [joint.inside(self.box) for joint in self.field.joints]

    @cached_property
    def logs(self) -> tuple[Floats, Floats]:
        """Of the items that stand alone: see `Alone.logs`."""
        return self.field.alone.logs(self.box)

    def worst(self, contest: Contest, starts: Sequence[Moves] | None = None) -> Extreme:
        """Where the odds are extreme, and the moves of all but the items that stand alone."""
        net, settled = self.field.network, picked(contest, *self.logs).sum(axis=0)
        return extreme(contest, net, self.confined, self.box.values(net.prior), settled, starts)

    def proven(self, contest: Contest) -> Floats:
        """Log joint probabilities at least as extreme, found without a search; shape (hypothesis,)."""
        net, settled = self.field.network, picked(contest, *self.logs).sum(axis=0)
        exact = []
        for joint, confined in zip(self.field.joints, self.confined, strict=True):
            if is_exact(contest, [confined]) and (contest.is_pair or confined.shared_count == 1):
                exact.append(confined)
            else:
                settled = settled + picked(contest, *_enclosed(joint, confined, self.box))
        return extreme(contest, net, exact, self.box.values(net.prior), settled).log_joint

    def is_exact(self, contest: Contest) -> bool:
        """Whether the worst place is computed, and not searched for."""
        return is_exact(contest, self.confined)

    def moves(self, contest: Contest) -> Moves:
        """All that is moved at the worst place."""
        moves = {**self.field.alone.moves(self.box, contest), **self.worst(contest).moves}
        mean, block = self.field.network.inputs.mean, self.field.network.inputs.block
        blocks = {block[slot] for slot, (x, _) in moves.items() if x != mean[slot]} - {-1}
        return {slot: pair for slot, pair in moves.items() if pair[0] != mean[slot] or block[slot] in blocks}


def picked(contest: Contest, least: Floats, greatest: Floats) -> Floats:
    """The hypothesis at its greatest and its rivals at their least, or the reverse; shape (..., hypothesis)."""
    up = (np.arange(least.shape[-1]) == contest.place) == (contest.sign > 0)
    return np.where(up, greatest, least)


def _enclosed(joint: Joint, confined: Confined, box: Box) -> tuple[Floats, Floats]:
    """Lower and upper limits of the log likelihoods in the box: every chance at its least, and at its greatest.

    A likelihood is a sum of products of chances without a minus sign, so it grows with each chance (R. E. Moore, 1966,
    Interval analysis). The case as stated is included: there, an uncertain input used several times is integrated out.
    """
    stated = joint.local.likelihood([{}]).log()[0]
    slots = {slot for one in confined.coordinates for slot in one.slots}
    low, high = ({s: _ends_at(box, s, end) for s in slots} for end in (0, 1))
    found = joint.local.likelihood([low, high]).log()
    return np.minimum(found[0], stated), np.maximum(found[1], stated)


def _ends_at(box: Box, slot: int, end: int) -> tuple[float, float]:
    """A value and one minus it, both at their least or both at their greatest."""
    value, complement = ((box.low[slot, 0], box.high[slot, 1]), (box.high[slot, 0], box.low[slot, 1]))[end]
    return float(value), float(complement)


@once_for_each
def field(case: Case) -> Field:
    """Prepare a case for questions about all its numbers."""
    net = network(case)
    alone, looked_up = Alone.from_network(net), stated_chances(net)[0]
    at = np.setdiff1d(np.arange(len(net.component_names)), alone.at)
    components = net.all_components if len(at) else ()
    return Field(
        network=net,
        stated=ranges(case),
        alone=alone,
        joints=tuple(joint_of(net, Local.from_component(net, components[place], looked_up)) for place in at.tolist()),
        joints_at=at,
        log_alone=stated_likelihoods(net)[0].log()[alone.at],
        log_joint=joints(net).log_shares(),
        out=excluded(net),
    )


def free_of(slots: Ints | Sequence[int], size: int) -> Bools:
    """Which inputs are free, shape (input,)."""
    found = np.zeros(size, dtype=bool)
    found[slots] = True
    return found
