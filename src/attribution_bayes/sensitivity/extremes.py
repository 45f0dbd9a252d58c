"""The least and the greatest odds of one hypothesis over a box of inputs, and where they are.

Between components, likelihoods multiply. Against one rival every component can therefore be settled by itself; against
several, those in which hypotheses share no input can, and the shared inputs of the others are gone through in all
combinations. Where these are too many, or where an input is used several times and its extreme need not lie at an end,
the extreme is searched for: from several starts, one input or row after the other is moved to its best place until none
helps. What is found so is attained, but there may be more, and `is_exact` says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.engine.local import Local, Moves
from attribution_bayes.engine.network import Network
from attribution_bayes.odds import log_odds
from attribution_bayes.sensitivity.boxes import MOST_CORNERS, Confined, Coordinate, Corners, fullest, merged

LEAST_GAIN = 1e-10
"""In decibans: where a round of the search brings no more, it ends."""

ZOOMS, FINER = 4, 33
"""How often the grid of an input used several times is made finer, and its values: 16 times as fine each time."""

RANDOM_STARTS = 6
SEED = 0


@dataclass(frozen=True, eq=False)
class Contest:
    """Whose odds are asked for, against whom, and which way.

    Attributes
    ----------
    place
        The hypothesis.
    rivals
        Which hypotheses it is held against, shape (hypothesis,).
    sign
        1 for its greatest odds, -1 for its least.
    """

    place: int
    rivals: Bools
    sign: int

    @classmethod
    def against_all(cls, place: int, hypotheses: int, sign: int) -> Contest:
        return cls(place, np.arange(hypotheses) != place, sign)

    @classmethod
    def against_one(cls, place: int, rival: int, hypotheses: int, sign: int) -> Contest:
        return cls(place, np.arange(hypotheses) == rival, sign)

    @property
    def is_pair(self) -> bool:
        return int(np.count_nonzero(self.rivals)) == 1

    def log_odds(self, log_joint: Floats) -> Floats:
        """Of the hypothesis against its rivals, in decibans, from joint probabilities of shape (..., hypothesis)."""
        here = np.where(self.rivals | (np.arange(len(self.rivals)) == self.place), log_joint, -np.inf)
        return log_odds(here, self.place)

    def score(self, log_joint: Floats) -> Floats:
        """The log odds in the wanted direction; minus infinity where both sides are excluded."""
        odds = self.sign * self.log_odds(log_joint)
        return np.asarray(np.where(np.isnan(odds), -np.inf, odds))

    def with_best_prior(self, log_likelihood: Floats, ranges: Floats) -> tuple[Floats, Floats]:
        """Log joint probabilities at likelihoods of shape (..., hypothesis), and the prior that makes the odds extreme.

        Whatever the hypothesis is given, the others share what is left so that those of the least likelihood (of the
        greatest, downwards) have most, and those that are no rivals before all: then the more it has itself, the
        greater its odds.
        """
        flat = log_likelihood.reshape(-1, log_likelihood.shape[-1])
        rank = np.nan_to_num(self.sign * np.where(self.rivals, flat, -np.inf))  # none ties with its own place
        rank[:, self.place] = -np.inf if self.sign > 0 else np.inf
        priors = fullest(ranges, np.argsort(rank, axis=1, kind="stable")).reshape(log_likelihood.shape)
        with np.errstate(divide="ignore"):
            return log_likelihood + np.log(priors), priors


@dataclass(frozen=True, eq=False)
class Extreme:
    """An extreme of the odds.

    Attributes
    ----------
    log_joint
        Of every hypothesis there, in nats.
    moves
        What is moved.
    """

    log_joint: Floats
    moves: Moves


def is_exact(contest: Contest, boxes: Sequence[Confined]) -> bool:
    """Whether the extreme lies at a corner and all of these are gone through."""
    combined = 1 if contest.is_pair else math.prod(box.shared_count for box in boxes)
    return all(box.is_exact for box in boxes) and combined <= MOST_CORNERS


def extreme(
    contest: Contest,
    network: Network,
    boxes: Sequence[Confined],
    prior: Floats,
    settled: Floats,
    starts: Sequence[Moves] | None = None,
) -> Extreme:
    """The extreme odds over a box.

    Parameters
    ----------
    contest, network
    boxes
        Components inside the box.
    prior
        Ranges of the prior, shape (hypothesis, 2).
    settled
        Log likelihoods of all other components, settled already; shape (hypothesis,).
    starts
        Where a search starts, if there is to be one; inputs outside their ranges are brought to the nearer end. As
        stated and from corners at random unless given.
    """
    moves: Moves = {}
    together = []
    for box in boxes:
        if contest.is_pair or (box.is_exact and box.shared_count == 1):  # whatever all others do
            log, moved = _best_alone(contest, network, box, starts)
            settled, moves = settled + log, {**moves, **moved}
        else:
            together.append(box)
    log, moved = _best_together(contest, network, together, prior, settled, starts)
    joint, priors = contest.with_best_prior(log, prior)
    return Extreme(joint, {**moves, **moved, **_at_prior(network, priors)})


def _at_prior(network: Network, prior: Floats) -> Moves:
    return {int(slot): (x, 1 - x) for slot, x in zip(network.prior, prior.tolist(), strict=True)}


def _best_alone(
    contest: Contest, network: Network, box: Confined, starts: Sequence[Moves] | None
) -> tuple[Floats, Moves]:
    if not box.is_exact:
        start = np.zeros(len(network.hypotheses))
        stays = np.tile(1 / len(start), (len(start), 2))
        return _searched(contest, network, [box], stays, start, starts)
    log, moves = _best_own(contest, box.corners)
    best = int(np.argmax(contest.score(log)))
    return log[best], moves[best]


def _best_together(
    contest: Contest,
    network: Network,
    boxes: Sequence[Confined],
    prior: Floats,
    settled: Floats,
    starts: Sequence[Moves] | None,
) -> tuple[Floats, Moves]:
    """Log likelihoods where the odds are extreme, and what is moved."""
    if not boxes:
        return settled, {}
    if not is_exact(contest, boxes):
        return _searched(contest, network, boxes, prior, settled, starts)
    logs, moves = settled[None], [merged([])]
    for box in boxes:
        log, chosen = _best_own(contest, box.corners)
        logs = (logs[:, None] + log[None]).reshape(-1, len(settled))
        moves = [{**one, **other} for one in moves for other in chosen]
    best = int(np.argmax(contest.score(contest.with_best_prior(logs, prior)[0])))
    return logs[best], moves[best]


def _best_own(contest: Contest, corners: Corners) -> tuple[Floats, list[Moves]]:
    """At each shared corner: the hypothesis at its likeliest and the others at their least likely, or the reverse."""
    direction = np.full(corners.log_likelihood.shape[2], -contest.sign)
    direction[contest.place] = contest.sign
    at = np.argmax(corners.log_likelihood * direction, axis=1)
    log = np.take_along_axis(corners.log_likelihood, at[:, None], axis=1)[:, 0]
    chosen = [
        merged([shared, *(own[i % len(own)] for own, i in zip(corners.own, row, strict=True))])
        for shared, row in zip(corners.shared, at.tolist(), strict=True)
    ]
    return log, chosen


# The search where these are not all corners --------------------------------------------------------------------------


def _searched(
    contest: Contest,
    network: Network,
    boxes: Sequence[Confined],
    prior: Floats,
    settled: Floats,
    starts: Sequence[Moves] | None,
) -> tuple[Floats, Moves]:
    search = _Search(contest, boxes, network.prior, prior, settled)
    given = _starts(boxes) if starts is None else (_brought_inside(boxes, start) for start in starts)
    found = [search.from_start(start) for start in given]
    scores = contest.score(contest.with_best_prior(np.array([log for log, _ in found]), prior)[0])
    return found[int(np.argmax(scores))]


def _starts(boxes: Sequence[Confined]) -> Iterator[Moves]:
    """Everything as stated, and some corners at random."""
    yield {}
    rng = np.random.default_rng(SEED)
    for _ in range(RANDOM_STARTS):
        yield merged(one.options[int(rng.integers(len(one.options)))] for box in boxes for one in box.coordinates)


def _brought_inside(boxes: Sequence[Confined], moves: Moves) -> Moves:
    """Inputs by themselves at the nearer end of their ranges, if they are outside; rows as stated."""
    ends = [one.options for box in boxes for one in box.coordinates if len(one.slots) == 1 and one.slots[0] in moves]
    return merged(
        {slot: min(max(moves[slot], low[slot]), high[slot])}
        for low, *_, high in (options if len(options) > 1 else options * 2 for options in ends)
        for slot in low
    )


@dataclass(frozen=True, eq=False)
class _Search:
    """Moves inputs to where the odds are greatest (least), all boxes in turn, until no move helps.

    The odds are monotone in an input that is used once, so that its ends are enough; of one that is used several
    times, a grid over its range is made finer around its best value. A row has its best place while all else stays.
    `settled` are the log likelihoods of components that are at their best whatever the others do.
    """

    contest: Contest
    boxes: Sequence[Confined]
    slots: Ints
    prior: Floats
    settled: Floats

    def from_start(self, moves: Moves) -> tuple[Floats, Moves]:
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
                return above, moves

    def _improved(self, box: Confined, moves: Moves, rest: Floats) -> tuple[Moves, float]:
        """Each coordinate of one box moved to its best place: those that have few, all together."""
        moves, reached = self._at_corners(box, moves, rest)
        for one in box.coordinates:
            if not one.is_exact:
                local = box.local.moved(moves)
                tried, scores = self._tried(local, one, rest)
                if scores.max() > reached:
                    moves, reached = {**moves, **tried[int(np.argmax(scores))]}, float(scores.max())
        return moves, reached

    def _at_corners(self, box: Confined, moves: Moves, rest: Floats) -> tuple[Moves, float]:
        """All coordinates moved to their best corners at once if that helps, else the one that helps most."""
        reached = float(self._scores(box.local, [moves], rest)[0])
        choices = [one.options for one in box.coordinates if one.is_exact]
        starts = np.cumsum([0, *map(len, choices)])[:-1]
        while choices:
            rows = [{**moves, **option} for options in choices for option in options]
            scores = self._scores(box.local, rows, rest)
            best = [int(i) + int(np.argmax(part)) for i, part in zip(starts, np.split(scores, starts[1:]), strict=True)]
            better = [i for i in best if scores[i] > reached]
            together = merged(
                [moves, *({s: rows[i][s] for s in rows[i] if rows[i][s] != moves.get(s)} for i in better)]
            )
            both = [together, rows[int(np.argmax(scores))]]
            of_both = self._scores(box.local, both, rest)
            if not of_both.max() > reached:
                break
            moves, reached = both[int(np.argmax(of_both))], float(of_both.max())
        return moves, reached

    def _tried(self, local: Local, one: Coordinate, rest: Floats) -> tuple[Sequence[Moves], Floats]:
        """Places of one coordinate, its best among them or near them, and their scores."""
        tried: Sequence[Moves] = one.options if len(one.slots) == 1 else [self._best_row(local, one)]
        scores = self._scores(local, tried, rest)
        for _ in range(ZOOMS if len(one.slots) == 1 else 0):
            tried = _finer(tried, int(np.argmax(scores)))
            scores = self._scores(local, tried, rest)
        return tried, scores

    def _best_row(self, local: Local, row: Coordinate) -> Moves:
        """Where the likelihood of the hypothesis that owns the row is greatest, or least: it is linear in the members.

        So each member's coefficient is the likelihood where that member is 1 and the others are 0.
        """
        units = [{slot: (float(slot == one), float(slot != one)) for slot in row.slots} for one in row.slots]
        up = (row.owner == self.contest.place) == (self.contest.sign > 0)
        rank = local.likelihood(units).log()[:, row.owner] * (-1 if up else 1)
        values = fullest(row.ranges, np.argsort(rank, kind="stable")[None])[0].tolist()
        return {slot: (x, 1 - x) for slot, x in zip(row.slots, values, strict=True)}

    def _scores(self, local: Local, rows: Sequence[Moves], rest: Floats) -> Floats:
        """Log odds in the wanted direction, in decibans: a credence near 1 would not show which way leads on."""
        log = local.likelihood(rows).log() + rest
        return self.contest.score(self.contest.with_best_prior(log, self.prior)[0])


def _finer(tried: Sequence[Moves], best: int) -> list[Moves]:
    """Values of one input between the neighbours of the best that was tried."""
    (slot,) = tried[0]
    values = [moves[slot][0] for moves in tried]
    low, high = values[max(best - 1, 0)], values[min(best + 1, len(values) - 1)]
    return [{slot: (x, 1 - x)} for x in np.linspace(low, high, FINER).tolist()]
