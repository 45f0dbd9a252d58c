"""Every input inside its own range: what the inputs of one component can do together, corner by corner.

The joint probability of a hypothesis and all observations is linear in each input that is used once, and odds are
ratios of two such functions: their extremes lie at corners of the box of ranges (for a prior or a row, of the part of
the box in which they sum to one). Inputs that matter under one hypothesis only are settled for each hypothesis by
itself; those that several hypotheses share (reliabilities, copy probabilities, rows stated once for all) are tried in
all combinations.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.assumptions import Ranges
from attribution_bayes.engine.local import Local, Moves, local_components
from attribution_bayes.engine.network import Network
from attribution_bayes.memo import once_for_each
from attribution_bayes.odds import DECIBANS_PER_NAT

MAX_CORNERS = 2**13
"""Most corners of one component's box, and most combinations of shared inputs, that are enumerated."""

MAX_MEMBERS = 8
"""Most members of a row of which all corners are found: 1024 corners at most."""

POINTS = 5
"""Values of an input used several times that a search tries, from one end of its range to the other."""

SAME = 1e-12
"""Difference below which two corners of a prior or row are the same."""


# The box -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Box:
    """The least and the greatest value of each input.

    Attributes
    ----------
    low, high
        Shape (input, 2): the value, and one minus it to the last digit.
    """

    low: Floats
    high: Floats

    @classmethod
    def from_ranges(cls, stated: Ranges) -> Box:
        """All plausible ranges.

        A skewed distribution may have its mean outside its central range: then the range reaches to the mean.
        """
        low, high = np.minimum(stated.lower, stated.stated), np.maximum(stated.upper, stated.stated)
        return cls(np.stack([low, 1 - low], axis=1), np.stack([high, 1 - high], axis=1))

    def part(self, network: Network, free: Bools, share: float | Floats) -> Box:
        """Take this share of the way from each stated number to the ends of the box, where inputs are free."""
        share = np.where(free, share, 0.0)[:, None]
        as_stated = (1 - share) * _values(network)
        return Box(as_stated + share * self.low, as_stated + share * self.high)

    @classmethod
    def from_distance(cls, network: Network, free: Bools, distance_db: float | Floats) -> Box:
        """Keep odds (a ratio: itself) at most so many decibans from what is stated, for the inputs that are free."""
        values = _values(network)
        factor = np.exp(np.where(free, distance_db, 0.0) / DECIBANS_PER_NAT)
        return cls(_moved(network, values, 1 / factor), _moved(network, values, factor))

    def ends(self, slot: int) -> list[tuple[float, float]]:
        """The least and the greatest value with one minus each, or one of them if they are the same."""
        both = [(float(x), float(y)) for x, y in (self.low[slot], self.high[slot])]
        return both[:1] if both[0] == both[1] else both

    def values(self, slots: Ints | Sequence[int]) -> Floats:
        """The ranges of some inputs, shape (input, 2): least and greatest."""
        return np.stack([self.low[slots, 0], self.high[slots, 0]], axis=1)


@once_for_each
def _values(network: Network) -> Floats:
    """Each stated number, and one minus it; shape (input, 2)."""
    return np.stack([network.inputs.mean, network.inputs.complement], axis=1)


def _moved(network: Network, values: Floats, factor: Floats) -> Floats:
    """Odds multiplied by factors, shape (input,)."""
    value, complement = values.T
    up, away = value * factor, np.where(network.inputs.is_ratio, 1.0, value * factor + complement)
    moved = np.stack([up, complement], axis=1) / away[:, None]
    return np.where((factor == 1)[:, None], values, moved)


# The inputs of one component -----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Coordinate:
    """One input, or the members of one row together, and the values that they can be moved to.

    `owner` is the hypothesis under which they matter, or None if they matter under several. `ranges` are those of the
    members, in the order of the options; `uses` as in `Group`.
    """

    options: tuple[Moves, ...]
    ranges: Floats
    owner: int | None
    uses: int
    is_exact: bool

    @property
    def slots(self) -> tuple[int, ...]:
        return tuple(self.options[0])


@dataclass(frozen=True, eq=False)
class Group:
    """Inputs that move together: one by itself, or the members of a row, of which a component uses some.

    `uses` is the degree of the likelihood in them.
    """

    members: Ints
    used: Ints
    owner: int | None
    uses: int


@dataclass(frozen=True, eq=False)
class Joint:
    """A component with the inputs that it uses, by group: everything that does not depend on their ranges."""

    local: Local
    groups: tuple[Group, ...]
    hypotheses: int
    stated: Floats

    def inside(self, box: Box) -> Confined:
        """The component with its inputs inside a box."""
        return Confined(self, tuple(_coordinates(self, box)))

    @cached_property
    def log_stated(self) -> Floats:
        """Log likelihoods with nothing moved, shape (hypothesis,)."""
        return np.asarray(self.local.likelihood([{}]).log()[0])

    @property
    def slots(self) -> Ints:
        """All inputs that it uses, and those that share a row with them."""
        return np.concatenate([np.empty(0, dtype=np.int64), *(group.members for group in self.groups)])


def joint_components(network: Network) -> list[Joint]:
    """Every component of a case with its inputs by group."""
    return [joint_of(network, local) for local in local_components(network)]


def joint_of(network: Network, local: Local) -> Joint:
    """A component with its inputs by group, in the order of the case."""
    return Joint(local, tuple(_groups(network, local)), len(network.hypotheses), network.inputs.mean)


def _groups(network: Network, local: Local) -> Iterator[Group]:
    inputs = network.inputs
    owners = {slot: users for slot, users in local.owners().items() if slot < len(inputs.mean)}
    done: set[int] = set()
    for slot in sorted(owners):
        if slot in done:
            continue
        block = inputs.block[slot]
        members = np.flatnonzero(inputs.block == block) if block >= 0 else np.array([slot])
        done |= set(members.tolist())
        used = np.array([member for member in members.tolist() if member in owners])
        users = {k for member in members.tolist() for k in owners.get(member, ())}
        yield Group(members, used, users.pop() if len(users) == 1 else None, network.repeated.get(slot, 1))


def _coordinates(joint: Joint, box: Box) -> Iterator[Coordinate]:
    """Those inputs that can move."""
    for group in joint.groups:
        options, is_exact = _options(group, joint.stated, box)
        if len(options) > 1 or not is_exact:
            yield Coordinate(tuple(options), box.values([*options[0]]), group.owner, group.uses, is_exact)


def _options(group: Group, stated: Floats, box: Box) -> tuple[list[Moves], bool]:
    if len(group.members) > 1:
        return _corners_of_row(group, stated, box)
    slot = int(group.members[0])
    ends = box.ends(slot)
    if group.uses == 1 or len(ends) == 1:
        return [{slot: pair} for pair in ends], True
    values = np.linspace(ends[0][0], ends[1][0], POINTS).tolist()
    return [{slot: (value, 1 - value)} for value in values], False


def _corners_of_row(group: Group, stated: Floats, box: Box) -> tuple[list[Moves], bool]:
    """Where the members that matter can be; the others count as one more member, which takes the rest of the sum.

    With more than `MAX_MEMBERS`, only the points at which each in turn is greatest or least: starts of a search, not
    all corners.
    """
    used, rest = group.used, np.setdiff1d(group.members, group.used)
    ranges, of_rest = box.values(used), box.values(rest)
    together = np.vstack([ranges, of_rest.sum(axis=0)]) if len(rest) else ranges
    is_exact = len(together) <= MAX_MEMBERS
    corners = _corners(together) if is_exact else _some_corners(together)
    if not corners:  # the ranges of very skewed distributions need not hold any that sum to one
        return [{int(slot): (float(stated[slot]), float(1 - stated[slot])) for slot in group.members}], is_exact
    found = []
    for corner in corners:
        values = np.array([*corner[: len(used)], *_filled(of_rest, corner[len(used)])]) if len(rest) else corner
        slots = [*used.tolist(), *rest.tolist()]
        found.append({slot: (float(x), 1 - float(x)) for slot, x in zip(slots, values, strict=True)})
    return found, is_exact


def _corners(ranges: Floats) -> list[tuple[float, ...]]:
    """Points with all members but one at an end of their ranges; the last, inside its own, makes up the sum."""
    found: dict[tuple[float, ...], tuple[float, ...]] = {}
    for free, (low, high) in enumerate(ranges.tolist()):
        others = np.delete(ranges, free, axis=0).tolist()
        for ends in product(*(sorted(set(r)) for r in others)):
            left = math.fsum([1, *(-x for x in ends)])
            if low - SAME <= left <= high + SAME:
                corner = (*ends[:free], min(max(left, low), high), *ends[free:])
                found.setdefault(tuple(round(x / SAME) for x in corner), corner)
    return list(found.values())


def _some_corners(ranges: Floats) -> list[tuple[float, ...]]:
    """Points at which each member in turn is at its greatest, and at its least."""
    orders = (np.roll(np.arange(len(ranges)), -first)[::way] for first in range(len(ranges)) for way in (1, -1))
    return [tuple(fullest(ranges, order[None])[0].tolist()) for order in orders]


def _filled(ranges: Floats, total: float) -> Floats:
    """Members with this sum, each the same share of the way up its range."""
    low, high = ranges.sum(axis=0)
    share = (total - low) / (high - low) if high > low else 0.0
    return np.asarray(ranges[:, 0] + share * (ranges[:, 1] - ranges[:, 0]))


def fullest(ranges: Floats, order: Ints) -> Floats:
    """Members that sum to one: the first in order gets as much as its range allows, then the next.

    Shapes (member, 2) and (row, member).
    """
    low, room = ranges[order, 0], np.diff(ranges)[order, 0]
    before = np.cumsum(room, axis=1) - room
    given = low + np.minimum(np.maximum(1 - ranges[:, 0].sum() - before, 0), room)
    found = np.empty_like(given)
    np.put_along_axis(found, order, given, axis=1)
    return np.asarray(found)


# A component with its inputs inside a box ----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Corners:
    """Log likelihoods of a component at some corners of the box of its inputs.

    Attributes
    ----------
    log_likelihood
        Shape (shared corner, own corner, hypothesis), in nats.
    moves
        For each shared corner, and for each own corner, what is moved (for own corners by hypothesis).
    """

    log_likelihood: Floats
    shared: list[Moves]
    own: list[list[Moves]]


@dataclass(frozen=True, eq=False)
class Confined:
    """One component, and the values that each of its inputs can be moved to."""

    joint: Joint
    coordinates: tuple[Coordinate, ...]

    @property
    def local(self) -> Local:
        return self.joint.local

    @property
    def hypotheses(self) -> int:
        return self.joint.hypotheses

    @property
    def shared(self) -> list[Coordinate]:
        return [one for one in self.coordinates if one.owner is None]

    @property
    def shared_count(self) -> int:
        return math.prod(len(one.options) for one in self.shared)

    @property
    def _own_count(self) -> int:
        return max(math.prod(len(one.options) for one in self._owned(k)) for k in range(self.hypotheses))

    @property
    def _is_enumerable(self) -> bool:
        return self.shared_count * self._own_count <= MAX_CORNERS

    @property
    def is_exact(self) -> bool:
        return self._is_enumerable and all(one.is_exact for one in self.coordinates)

    def _owned(self, hypothesis: int) -> list[Coordinate]:
        return [one for one in self.coordinates if one.owner == hypothesis]

    @cached_property
    def corners(self) -> Corners:
        """All corners; inputs that one hypothesis owns are moved under all hypotheses at once."""
        if not self.coordinates:
            return Corners(self.joint.log_stated[None, None], [{}], [[{}] for _ in range(self.hypotheses)])
        shared = _products(self.shared)
        own = [_products(self._owned(k)) for k in range(self.hypotheses)]
        count = self._own_count
        together = [merged(corners[i % len(corners)] for corners in own) for i in range(count)]
        log = self.local.likelihood([{**one, **other} for one in shared for other in together]).log()
        return Corners(log.reshape(len(shared), count, -1), shared, own)


def _products(coordinates: Sequence[Coordinate]) -> list[Moves]:
    return [merged(options) for options in product(*(one.options for one in coordinates))]


def merged(moves: Iterable[Moves]) -> Moves:
    """Several moves of different inputs as one."""
    return {slot: pair for some in moves for slot, pair in some.items()}
