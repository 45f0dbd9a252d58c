"""The least and greatest credence of each hypothesis, with every assumption anywhere in its plausible range.

The joint probability of a hypothesis and all observations is linear in each input that is used once, and the credence
a ratio of such: its extremes lie at corners of the box of ranges (for a prior or a row, of the part of the box that
sums to one). Inputs that matter under one hypothesis only can be settled for each hypothesis by itself; those that all
hypotheses share (reliabilities, copy probabilities) are gone through in all combinations. Where these are too many, or
where an input is used several times and its extreme need not lie at an end, the bounds are searched for: then they are
attained, but there may be wider ones, and the table says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from attribution_bayes.arguments import expect
from attribution_bayes.assumption import Assumption, assumptions
from attribution_bayes.case import Case
from attribution_bayes.exact import as_stated, excluded
from attribution_bayes.local import Local, Moves, local_components
from attribution_bayes.network import Floats, Ints, Network, network
from attribution_bayes.odds import never_zero

MOST_CORNERS = 2**13
"""Corners of one component's box, and combinations of shared inputs, that are gone through one by one."""

MOST_MEMBERS = 8
"""Members of a prior or row up to which all corners of its part of the box are found: at most 1024."""

POINTS = 5
"""Values of an input used several times that the search tries, from one end of its range to the other."""

SAME = 1e-12
"""Difference below which two corners of a prior or row are one."""

RANDOM_STARTS = 4
SEED = 0

type Score = Callable[[Local, Sequence[Moves]], Floats]
"""How far rows of moves of a component bring the credence in the wanted direction."""


@dataclass(frozen=True, eq=False)
class Coordinate:
    """One input, or the members of one row together, and what they can be moved to.

    `owner` is the hypothesis under which they matter, None if they matter under several.
    """

    options: tuple[Moves, ...]
    owner: int | None
    is_exact: bool


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
        each assumption with which the bound is attained: `suppose` takes it as it is.

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
    priors, all_priors = _corners_of_block(stated, net.prior)
    rows, attained = {}, {}
    all_corners = all_priors and all(box.is_exact for box in boxes) and _combinations(boxes) <= MOST_CORNERS
    for place, name in enumerate(net.hypotheses):
        found: dict[str, tuple[float, Moves]]
        if out[place] or np.delete(out, place).all():  # by what has no range: so it is everywhere
            found, exact = dict.fromkeys(("lower", "upper"), (float(not out[place]), {})), True
        else:
            found = {bound: _extreme(net, boxes, priors, place, sign) for bound, sign in (("lower", -1), ("upper", 1))}
            exact = all_corners
        rows[name] = {bound: credence for bound, (credence, _) in found.items()} | {"exact": exact}
        attained[name] = {bound: _named(net, moves) for bound, (_, moves) in found.items()}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("hypothesis")
    table.attrs = {"attained_at": attained, "method": "corners of the plausible ranges"}
    return table


def _named(net: Network, moves: Moves) -> dict[str, float]:
    return {net.inputs.addresses[slot]: value for slot, (value, _) in sorted(moves.items())}


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
        options, is_exact = _options(net, stated, members)
        users = {k for member in members.tolist() for k in owners.get(member, ())}
        if len(options) > 1:
            yield Coordinate(tuple(options), users.pop() if len(users) == 1 else None, is_exact)


def _options(net: Network, stated: Sequence[Assumption], members: Ints) -> tuple[list[Moves], bool]:
    if len(members) > 1:
        return _corners_of_block(stated, members)
    slot = int(members[0])
    low, high = _range(stated[slot])
    count, is_exact = (POINTS, False) if slot in net.repeated else (2, True)
    values = np.unique(np.linspace(low, high, count)).tolist()
    return [{slot: (value, 1 - value)} for value in values], is_exact or len(values) == 1


def _range(one: Assumption) -> tuple[float, float]:
    """The plausible range, and the stated value if a very skewed distribution has it outside."""
    return min(one.lower, one.stated), max(one.upper, one.stated)


def _corners_of_block(stated: Sequence[Assumption], members: Ints) -> tuple[list[Moves], bool]:
    """Where all members but one are at an end of their ranges and the last one is what is left, inside its own."""
    ranges = [_range(stated[slot]) for slot in members]
    if len(members) > MOST_MEMBERS:
        return [{int(slot): (stated[slot].stated, 1 - stated[slot].stated) for slot in members}], False
    found: dict[tuple[float, ...], tuple[float, ...]] = {}
    for free, (low, high) in enumerate(ranges):
        others = [r for i, r in enumerate(ranges) if i != free]
        for ends in product(*(sorted(set(r)) for r in others)):
            left = math.fsum([1, *(-x for x in ends)])
            if low - SAME <= left <= high + SAME:
                corner = (*ends[:free], min(max(left, low), high), *ends[free:])
                found.setdefault(tuple(round(x / SAME) for x in corner), corner)
    values = list(found.values()) or [tuple(stated[slot].stated for slot in members)]
    return [{int(s): (x, 1 - x) for s, x in zip(members, corner, strict=True)} for corner in values], True


# The extremes --------------------------------------------------------------------------------------------------------


def _combinations(boxes: Sequence[_Box]) -> int:
    return math.prod(box.shared_count for box in boxes)


def _extreme(net: Network, boxes: Sequence[_Box], priors: list[Moves], place: int, sign: int) -> tuple[float, Moves]:
    """The extreme credence of one hypothesis, upwards or downwards, and what attains it."""
    prior = np.array([[corner[int(slot)][0] for slot in net.prior] for corner in priors])
    with np.errstate(divide="ignore"):
        log_prior = np.log(prior)
    joint, moves = np.zeros((1, len(net.hypotheses))), [_merged([])]
    for box in sorted(boxes, key=lambda box: box.shared_count):
        if box.is_enumerable and len(joint) * box.shared_count <= MOST_CORNERS:
            log, chosen = _best_own(box.corners(), place, sign)
        else:
            log, chosen = _searched(box, joint, log_prior, place, sign)
        joint = (joint[:, None] + log[None]).reshape(-1, joint.shape[1])
        moves = [{**one, **other} for one in moves for other in chosen]
    credence = _credence(joint[:, None] + log_prior[None], place)
    best = int(np.nanargmax(sign * credence))
    row, corner = divmod(best, len(priors))
    return float(credence.reshape(-1)[best]), {**moves[row], **priors[corner]}


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


def _searched(box: _Box, joint: Floats, log_prior: Floats, place: int, sign: int) -> tuple[Floats, list[Moves]]:
    """One good corner: from several starts, the best single change again and again until none helps."""
    around = (joint[:, None] + log_prior[None]).reshape(-1, joint.shape[1])

    def score(local: Local, rows: Sequence[Moves]) -> Floats:
        found = _credence(local.likelihood(rows).log()[:, None] + around[None], place)
        return np.asarray(np.nan_to_num(sign * found, nan=-np.inf).max(axis=1))

    reached, best = max((_climbed(box, start, score) for start in _starts(box, score)), key=lambda pair: pair[0])
    moves = _at(box, best) if reached > -np.inf else {}  # every hypothesis is excluded there: then as stated
    return box.local.likelihood([moves]).log(), [moves]


def _at(box: _Box, corner: Sequence[int]) -> Moves:
    return _merged(one.options[i] for one, i in zip(box.coordinates, corner, strict=True))


def _starts(box: _Box, score: Score) -> Iterator[list[int]]:
    """Where each input alone helps most, and some corners at random."""
    yield [int(np.argmax(score(box.local, one.options))) for one in box.coordinates]
    rng = np.random.default_rng(SEED)
    for _ in range(RANDOM_STARTS):
        yield [int(rng.integers(len(one.options))) for one in box.coordinates]


def _climbed(box: _Box, start: list[int], score: Score) -> tuple[float, list[int]]:
    corner, reached = start, float(score(box.local, [_at(box, start)])[0])
    options = [(i, k) for i, one in enumerate(box.coordinates) for k in range(len(one.options))]
    while True:
        near = [(i, k) for i, k in options if k != corner[i]]
        scores = score(box.local.moved(_at(box, corner)), [box.coordinates[i].options[k] for i, k in near])
        if not scores.max(initial=-np.inf) > reached:
            return reached, corner
        i, k = near[int(np.argmax(scores))]
        corner, reached = [*corner[:i], k, *corner[i + 1 :]], float(scores.max())
