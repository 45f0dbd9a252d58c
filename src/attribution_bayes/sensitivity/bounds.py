"""The least and greatest credence of each hypothesis, with every assumption anywhere in its plausible range.

The joint probability of a hypothesis and all observations is linear in each input that is used once, and the credence
a ratio of such: its extremes lie at corners of the box of ranges (for a prior or a row, of the part of the box that
sums to one). Inputs that matter under one hypothesis only can be settled for each hypothesis by itself; those that all
hypotheses share (reliabilities, copy probabilities) are gone through in all combinations. Where these are too many, or
where an input is used several times and its extreme need not lie at an end, the bounds are searched for: from several
starts, one input or row after the other is moved to its best place until none helps. Then they are attained, but there
may be wider ones, and the table says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd

from attribution_bayes.arguments import expect
from attribution_bayes.arrays import Floats, Ints
from attribution_bayes.declare.assumptions import Assumption, assumptions, at_end
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.ways import Certain, Impossible
from attribution_bayes.engine.exact import as_stated, excluded
from attribution_bayes.engine.local import Local, Moves, local_components
from attribution_bayes.engine.network import Network, network
from attribution_bayes.odds import log_odds, never_zero

MOST_CORNERS = 2**13
"""Corners of one component's box, and combinations of shared inputs, that are gone through one by one."""

MOST_MEMBERS = 8
"""Members of a row up to which all corners of its part of the box are found: at most 1024. Those that a component does
not use count as one."""

POINTS = 5
"""Values of an input used several times that the search tries, from one end of its range to the other."""

SAME = 1e-12
"""Difference below which two corners of a prior or row are one."""

END_OF_RANGE = "the end of its plausible range"

LEAST_GAIN = 1e-10
"""In decibans: where a round of the search brings no more, it ends."""

ZOOMS, FINER = 4, 33
"""How often the grid of an input used several times is made finer, and its values: 16 times as fine each time."""

RANDOM_STARTS = 6
SEED = 0


@dataclass(frozen=True, eq=False)
class Coordinate:
    """One input, or the members of one row together, and what they can be moved to.

    `owner` is the hypothesis under which they matter, None if they matter under several: never of a row, which states
    probabilities under one hypothesis. `ranges` are those of the members, in the order of the options.
    """

    options: tuple[Moves, ...]
    ranges: Floats
    owner: int | None
    is_exact: bool

    @property
    def slots(self) -> tuple[int, ...]:
        return tuple(self.options[0])


@dataclass(frozen=True, eq=False)
class Corners:
    """Log likelihoods of a component where its inputs are at some corners of their box.

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


def credence_bounds(case: Case) -> pd.DataFrame:
    """Find the least and the greatest credence of each hypothesis over all plausible ranges together.

    Parameters
    ----------
    case

    Returns
    -------
    DataFrame
        Index: hypothesis. Columns: ``lower``, ``upper``; ``exact``, whether these are the least and the greatest, or
        only the least and greatest found. ``attrs["attained_at"]`` gives, for each hypothesis and bound, a value for
        each assumption with which the bound is attained: `suppose` takes it as it is. Where a range ends at 0 or 1,
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
    stated, out = assumptions(case), excluded(net)
    boxes = [_Box.of(net, local, stated) for local in local_components(net)]
    prior = np.array([_range(stated[slot]) for slot in net.prior])
    rows, attained = {}, {}
    all_corners = _are_all_corners(boxes)
    for place, name in enumerate(net.hypotheses):
        found: dict[str, tuple[float, Moves]]
        if out[place] or np.delete(out, place).all():  # by what has no range: so it is everywhere
            found, exact = dict.fromkeys(("lower", "upper"), (float(not out[place]), {})), True
        else:
            found = {bound: _extreme(net, boxes, prior, place, sign) for bound, sign in (("lower", -1), ("upper", 1))}
            exact = all_corners
        rows[name] = {bound: credence for bound, (credence, _) in found.items()} | {"exact": exact}
        attained[name] = {bound: _named(net, moves) for bound, (_, moves) in found.items()}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("hypothesis")
    table.attrs = {"attained_at": attained, "method": "corners of the plausible ranges"}
    return table


def _named(net: Network, moves: Moves) -> dict[str, float | Impossible | Certain]:
    return {net.inputs.addresses[slot]: _stated(net, slot, value) for slot, (value, _) in sorted(moves.items())}


def _stated(net: Network, slot: int, value: float) -> float | Impossible | Certain:
    """The value as a case can state it: a probability of 0 or 1 comes with its reason."""
    return value if net.inputs.is_ratio[slot] or 0 < value < 1 else at_end(value, END_OF_RANGE)


# The box of one component --------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Box:
    local: Local
    coordinates: tuple[Coordinate, ...]
    hypotheses: int

    @classmethod
    def of(cls, net: Network, local: Local, stated: Sequence[Assumption]) -> _Box:
        return cls(local, tuple(_coordinates(net, local, stated)), len(net.hypotheses))

    @property
    def shared(self) -> list[Coordinate]:
        return [one for one in self.coordinates if one.owner is None]

    @property
    def shared_count(self) -> int:
        return math.prod(len(one.options) for one in self.shared)

    @property
    def own_count(self) -> int:
        return max(math.prod(len(one.options) for one in self._owned(k)) for k in range(self.hypotheses))

    @property
    def is_enumerable(self) -> bool:
        return self.shared_count * self.own_count <= MOST_CORNERS

    @property
    def is_exact(self) -> bool:
        return self.is_enumerable and all(one.is_exact for one in self.coordinates)

    def _owned(self, hypothesis: int) -> list[Coordinate]:
        return [one for one in self.coordinates if one.owner == hypothesis]

    @cached_property
    def corners(self) -> Corners:
        """All of them; corners of inputs that one hypothesis owns are gone through for all hypotheses at once."""
        shared = _products(self.shared)
        own = [_products(self._owned(k)) for k in range(self.hypotheses)]
        count = self.own_count
        together = [_merged(corners[i % len(corners)] for corners in own) for i in range(count)]
        log = self.local.likelihood([{**one, **other} for one in shared for other in together]).log()
        return Corners(log.reshape(len(shared), count, -1), shared, own)


def _products(coordinates: Sequence[Coordinate]) -> list[Moves]:
    return [_merged(options) for options in product(*(one.options for one in coordinates))]


def _merged(moves: Iterable[Moves]) -> Moves:
    return {slot: pair for some in moves for slot, pair in some.items()}


def _coordinates(net: Network, local: Local, stated: Sequence[Assumption]) -> Iterator[Coordinate]:
    """The inputs of a component that have a range, rows of named outcomes together."""
    owners = {slot: users for slot, users in local.owners().items() if slot < len(stated)}
    done: set[int] = set()
    for slot in sorted(owners):
        if slot in done:
            continue
        block = net.inputs.block[slot]
        members = np.flatnonzero(net.inputs.block == block) if block >= 0 else np.array([slot])
        done |= set(members.tolist())
        used = np.array([member for member in members.tolist() if member in owners])
        options, is_exact = _options(net, stated, members, used)
        users = {k for member in members.tolist() for k in owners.get(member, ())}
        if len(options) > 1 or not is_exact:
            ranges = np.array([_range(stated[member]) for member in options[0]])
            yield Coordinate(tuple(options), ranges, users.pop() if len(users) == 1 else None, is_exact)


def _options(net: Network, stated: Sequence[Assumption], members: Ints, used: Ints) -> tuple[list[Moves], bool]:
    if len(members) > 1:
        return _corners_of_row(stated, members, used)
    slot = int(members[0])
    low, high = _range(stated[slot])
    count, is_exact = (POINTS, False) if slot in net.repeated else (2, True)
    values = np.unique(np.linspace(low, high, count)).tolist()
    return [{slot: (value, 1 - value)} for value in values], is_exact or len(values) == 1


def _range(one: Assumption) -> tuple[float, float]:
    """The plausible range, and the stated value if a very skewed distribution has it outside."""
    return min(one.lower, one.stated), max(one.upper, one.stated)


def _corners_of_row(stated: Sequence[Assumption], members: Ints, used: Ints) -> tuple[list[Moves], bool]:
    """Where the members that matter can be, the others together being one more: only their sum is what is left.

    Of more than `MOST_MEMBERS`, only where each in turn is greatest and least: not all corners, but starts of a search.
    """
    rest = np.setdiff1d(members, used)
    ranges = np.array([_range(stated[slot]) for slot in used])
    of_rest = np.array([_range(stated[slot]) for slot in rest.tolist()]).reshape(-1, 2)
    together = np.vstack([ranges, of_rest.sum(axis=0)]) if len(rest) else ranges
    is_exact = len(together) <= MOST_MEMBERS
    corners = _corners(together) if is_exact else _some_corners(together)
    corners = corners or [tuple(stated[slot].stated for slot in members.tolist())]
    found = []
    for corner in corners:
        values = np.array([*corner[: len(used)], *_filled(of_rest, corner[len(used)])]) if len(rest) else corner
        slots = [*used.tolist(), *rest.tolist()]
        found.append({slot: (float(x), 1 - float(x)) for slot, x in zip(slots, values, strict=True)})
    return found, is_exact


def _corners(ranges: Floats) -> list[tuple[float, ...]]:
    """Where all members but one are at an end of their ranges and the last one is what is left, inside its own."""
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
    """Where each member in turn is at its greatest, and at its least."""
    orders = (np.roll(np.arange(len(ranges)), -first)[::way] for first in range(len(ranges)) for way in (1, -1))
    return [tuple(_fullest(ranges, order[None])[0].tolist()) for order in orders]


def _filled(ranges: Floats, total: float) -> Floats:
    """Members of this sum, each as far up its range as the others."""
    low, high = ranges.sum(axis=0)
    share = (total - low) / (high - low) if high > low else 0.0
    return np.asarray(ranges[:, 0] + share * (ranges[:, 1] - ranges[:, 0]))


def _fullest(ranges: Floats, order: Ints) -> Floats:
    """Members that sum to one, as much as there is room for given to the first in order, then to the next.

    Shapes (member, 2) and (row, member).
    """
    low, room = ranges[order, 0], np.diff(ranges)[order, 0]
    before = np.cumsum(room, axis=1) - room
    given = low + np.minimum(np.maximum(1 - ranges[:, 0].sum() - before, 0), room)
    found = np.empty_like(given)
    np.put_along_axis(found, order, given, axis=1)
    return np.asarray(found)


# The extremes --------------------------------------------------------------------------------------------------------


def _are_all_corners(boxes: Sequence[_Box]) -> bool:
    """Whether the extremes lie at corners and all of these are gone through."""
    return all(box.is_exact for box in boxes) and math.prod(box.shared_count for box in boxes) <= MOST_CORNERS


def _extreme(net: Network, boxes: Sequence[_Box], prior: Floats, place: int, sign: int) -> tuple[float, Moves]:
    """The extreme credence of one hypothesis, upwards or downwards, and what attains it."""
    if not _are_all_corners(boxes):
        alone = [box for box in boxes if box.is_exact and box.shared_count == 1]
        best_alone = [_best_own(box.corners, place, sign) for box in alone]  # whatever all others do
        settled = np.sum([log[0] for log, _ in best_alone], axis=0) + np.zeros(len(net.hypotheses))
        search = _Search([box for box in boxes if box not in alone], net.prior, prior, settled, place, sign)
        reached, moved = max(map(search.from_start, _starts(boxes)), key=lambda pair: sign * pair[0])
        return reached, {**moved, **_merged(own for _, (own,) in best_alone)}
    joint, moves = np.zeros((1, len(net.hypotheses))), [_merged([])]
    for box in boxes:
        log, chosen = _best_own(box.corners, place, sign)
        joint = (joint[:, None] + log[None]).reshape(-1, joint.shape[1])
        moves = [{**one, **other} for one in moves for other in chosen]
    credence, priors = _with_best_prior(joint, prior, place, sign)
    best = int(np.nanargmax(sign * credence))
    return float(credence[best]), {**moves[best], **_at_prior(net.prior, priors[best])}


def _at_prior(slots: Ints, prior: Floats) -> Moves:
    return {int(slot): (x, 1 - x) for slot, x in zip(slots, prior.tolist(), strict=True)}


def _with_best_prior(log_likelihood: Floats, ranges: Floats, place: int, sign: int) -> tuple[Floats, Floats]:
    """The extreme credence at likelihoods of shape (..., hypothesis), and the prior that attains it.

    Whatever the hypothesis is given, the others share what is left so that those of the least likelihood (of the
    greatest, downwards) have most: then the more it has itself, the greater its credence.
    """
    rank = np.nan_to_num(sign * log_likelihood.reshape(-1, log_likelihood.shape[-1]))  # none ties with its own place
    rank[:, place] = -np.inf if sign > 0 else np.inf
    priors = _fullest(ranges, np.argsort(rank, axis=1, kind="stable")).reshape(log_likelihood.shape)
    with np.errstate(divide="ignore"):
        return _credence(log_likelihood + np.log(priors), place), priors


def _credence(log_joint: Floats, place: int) -> Floats:
    """Of one hypothesis; NaN where all are excluded."""
    with np.errstate(invalid="ignore"):
        joint = np.exp(log_joint - log_joint.max(axis=-1, keepdims=True))
        share = np.asarray(joint[..., place] / joint.sum(axis=-1))
    return never_zero(share, ~np.isneginf(log_joint[..., place]))


def _best_own(corners: Corners, place: int, sign: int) -> tuple[Floats, list[Moves]]:
    """At each shared corner: the hypothesis at its likeliest and the others at their least likely, or the reverse."""
    direction = np.full(corners.log_likelihood.shape[2], -sign)
    direction[place] = sign
    at = np.argmax(corners.log_likelihood * direction, axis=1)
    log = np.take_along_axis(corners.log_likelihood, at[:, None], axis=1)[:, 0]
    chosen = [
        _merged([shared, *(own[i % len(own)] for own, i in zip(corners.own, row, strict=True))])
        for shared, row in zip(corners.shared, at.tolist(), strict=True)
    ]
    return log, chosen


# The search where these are not all corners --------------------------------------------------------------------------


def _starts(boxes: Sequence[_Box]) -> Iterator[Moves]:
    """Everything as stated, and some corners at random."""
    yield {}
    rng = np.random.default_rng(SEED)
    for _ in range(RANDOM_STARTS):
        yield _merged(one.options[int(rng.integers(len(one.options)))] for box in boxes for one in box.coordinates)


@dataclass(frozen=True, eq=False)
class _Search:
    """Moves one input after the other to where the credence is greatest (least), all boxes in turn, until none helps.

    The credence is monotone in an input that is used once, so that its ends are enough; of one that is used several
    times, a grid over its range is made finer around its best value. A row has its best place while all else stays.
    `settled` are the log likelihoods of components that are at their best whatever the others do.
    """

    boxes: Sequence[_Box]
    slots: Ints
    prior: Floats
    settled: Floats
    place: int
    sign: int

    def from_start(self, moves: Moves) -> tuple[float, Moves]:
        logs = [box.local.likelihood([moves]).log()[0] for box in self.boxes]
        reached = -np.inf
        while True:
            before, above = reached, self.settled
            # sums from both ends, as a logarithm of 0 cannot be taken out of a sum again
            below = np.cumsum([np.zeros(len(above)), *logs[::-1]], axis=0)[::-1]
            for i, box in enumerate(self.boxes):
                moves, reached = self._improved(box, moves, above + below[i + 1])
                logs[i] = box.local.likelihood([moves]).log()[0]
                above = above + logs[i]
            if not reached > before + LEAST_GAIN:
                return self._with_prior(moves, above)

    def _with_prior(self, moves: Moves, log: Floats) -> tuple[float, Moves]:
        credence, prior = _with_best_prior(log[None], self.prior, self.place, self.sign)
        found = float(np.nan_to_num(credence[0], nan=-self.sign * np.inf))
        return found, {**moves, **_at_prior(self.slots, prior[0])}

    def _improved(self, box: _Box, moves: Moves, rest: Floats) -> tuple[Moves, float]:
        """Each coordinate of one box moved once."""
        reached = float(self._scores(box.local, [moves], rest)[0])
        for one in box.coordinates:
            local = box.local.moved(moves)
            tried, scores = self._tried(local, one, rest)
            if scores.max() > reached:
                moves, reached = {**moves, **tried[int(np.argmax(scores))]}, float(scores.max())
        return moves, reached

    def _tried(self, local: Local, one: Coordinate, rest: Floats) -> tuple[Sequence[Moves], Floats]:
        """Places of one coordinate, its best among them or near them, and their scores."""
        tried: Sequence[Moves] = one.options if len(one.slots) == 1 else [self._best_row(local, one)]
        scores = self._scores(local, tried, rest)
        for _ in range(0 if one.is_exact or len(one.slots) > 1 else ZOOMS):
            tried = _finer(tried, int(np.argmax(scores)))
            scores = self._scores(local, tried, rest)
        return tried, scores

    def _best_row(self, local: Local, row: Coordinate) -> Moves:
        """Where the likelihood of the hypothesis that owns the row is greatest, or least: it is linear in the members.

        So each member's coefficient is the likelihood where that member is 1 and the others are 0.
        """
        units = [{slot: (float(slot == one), float(slot != one)) for slot in row.slots} for one in row.slots]
        up = (row.owner == self.place) == (self.sign > 0)
        rank = local.likelihood(units).log()[:, row.owner] * (-1 if up else 1)
        values = _fullest(row.ranges, np.argsort(rank, kind="stable")[None])[0].tolist()
        return {slot: (x, 1 - x) for slot, x in zip(row.slots, values, strict=True)}

    def _scores(self, local: Local, rows: Sequence[Moves], rest: Floats) -> Floats:
        """Log odds in the wanted direction, in decibans: a credence near 1 would not show which way leads on."""
        log = local.likelihood(rows).log() + rest
        priors = _with_best_prior(log, self.prior, self.place, self.sign)[1]
        with np.errstate(divide="ignore"):
            odds = log_odds(log + np.log(priors), self.place)
        return np.asarray(np.where(np.isnan(odds), -np.inf, self.sign * odds))


def _finer(tried: Sequence[Moves], best: int) -> list[Moves]:
    """Values of one input between the neighbours of the best that was tried."""
    (slot,) = tried[0]
    values = [moves[slot][0] for moves in tried]
    low, high = values[max(best - 1, 0)], values[min(best + 1, len(values) - 1)]
    return [{slot: (x, 1 - x)} for x in np.linspace(low, high, FINER).tolist()]
