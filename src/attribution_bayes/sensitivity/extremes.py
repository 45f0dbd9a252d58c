"""The least and the greatest odds of one hypothesis over a box of inputs, and where they are.

Between components, likelihoods multiply. So against one rival every component is settled by itself. Against several
rivals, components in which hypotheses share no input are; the shared inputs of the others are tried in all
combinations. Where there are too many combinations, or where an input is used several times and its extreme need not
lie at an end, the extreme is searched for: from several starts, one input or row after another is moved to its best
place until no move helps. Such an extreme is attained, but a greater one may exist; `is_exact` tells.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial.chebyshev import chebvander

from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.engine.local import Local, Moves
from attribution_bayes.engine.network import Network
from attribution_bayes.engine.scaled import Scaled
from attribution_bayes.odds import log_odds
from attribution_bayes.sensitivity.boxes import MAX_CORNERS, Confined, Coordinate, Corners, fullest, merged

MIN_GAIN = 1e-10
"""In decibans: a round of the search that gains less is the last."""

ZOOMS, FINER = 5, 33
"""Number of grids on which an input used several times is tried, each 16 times as fine as the last; values of each."""

STEPS = 5
"""Steps to the best place of a row that several hypotheses share; each doubles the digits, at least."""

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
        Which hypotheses it is compared with, shape (hypothesis,).
    sign
        1 for its greatest odds, -1 for its least.
    """

    place: int
    rivals: Bools
    sign: int

    @classmethod
    def from_all_rivals(cls, place: int, hypotheses: int, sign: int) -> Contest:
        return cls(place, np.arange(hypotheses) != place, sign)

    @classmethod
    def from_one_rival(cls, place: int, rival: int, hypotheses: int, sign: int) -> Contest:
        return cls(place, np.arange(hypotheses) == rival, sign)

    @cached_property
    def only_rival(self) -> int | None:
        """The rival, if it is a single one: log odds against it are plain differences."""
        at = np.flatnonzero(self.rivals)
        return int(at[0]) if len(at) == 1 else None

    @property
    def is_pair(self) -> bool:
        return self.only_rival is not None

    def log_odds(self, log_joint: Floats) -> Floats:
        """Log odds of the hypothesis against its rivals, in decibans; of logarithms of shape (..., hypothesis)."""
        if self.only_rival is not None:
            return log_odds(log_joint, self.place, self.only_rival)
        here = np.where(self.rivals | (np.arange(len(self.rivals)) == self.place), log_joint, -np.inf)
        return log_odds(here, self.place)

    def score(self, log_joint: Floats) -> Floats:
        """The log odds, negated if the least are asked for; minus infinity where both sides are excluded."""
        odds = self.sign * self.log_odds(log_joint)
        return np.asarray(np.where(np.isnan(odds), -np.inf, odds))


def _with_best_prior(contest: Contest, log_likelihood: Floats, ranges: Floats) -> tuple[Floats, Floats]:
    """Find the prior that makes the odds extreme, and the log joint probabilities with it; shape (..., hypothesis).

    Whatever prior the hypothesis has, the rest goes first to hypotheses that are not rivals, then to the rivals of
    least likelihood (for the least odds, of greatest). Its odds then grow with its own prior.
    """
    flat = log_likelihood.reshape(-1, log_likelihood.shape[-1])
    rank = np.nan_to_num(contest.sign * np.where(contest.rivals, flat, -np.inf))  # none ties with its own place
    rank[:, contest.place] = -np.inf if contest.sign > 0 else np.inf
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
    """Whether the extreme lies at a corner and all corners are enumerated."""
    combined = 1 if contest.is_pair else math.prod(box.shared_count for box in boxes)
    return all(box.is_exact for box in boxes) and combined <= MAX_CORNERS


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
        Log likelihoods of all other components, which are settled; shape (hypothesis,).
    starts
        Where a search starts, if one is needed; inputs outside their ranges are moved to the nearer end. By default,
        the stated numbers and random corners.
    """
    moves: Moves = {}
    together = []
    for box in boxes:
        if contest.is_pair or (box.is_exact and box.shared_count == 1):  # whatever all others do
            log, moved = _best_alone(contest, network, box, starts)
            settled, moves = settled + log, {**moves, **moved}
        else:
            together.append(box)
    log, moved = _best_together(contest, together, prior, settled, starts)
    joint, priors = _with_best_prior(contest, log, prior)
    return Extreme(joint, {**moves, **moved, **_at_prior(network, priors)})


def _at_prior(network: Network, prior: Floats) -> Moves:
    return {int(slot): (x, 1 - x) for slot, x in zip(network.prior, prior.tolist(), strict=True)}


def _best_alone(
    contest: Contest, network: Network, box: Confined, starts: Sequence[Moves] | None
) -> tuple[Floats, Moves]:
    if not box.is_exact:
        start = np.zeros(len(network.hypotheses))
        stays = np.tile(1 / len(start), (len(start), 2))
        return _searched(contest, [box], stays, start, starts)
    log, moves = _best_own(contest, box.corners)
    best = int(np.argmax(contest.score(log)))
    return log[best], moves[best]


def _best_together(
    contest: Contest,
    boxes: Sequence[Confined],
    prior: Floats,
    settled: Floats,
    starts: Sequence[Moves] | None,
) -> tuple[Floats, Moves]:
    """Log likelihoods where the odds are extreme, and what is moved."""
    if not boxes:
        return settled, {}
    if not is_exact(contest, boxes):
        return _searched(contest, boxes, prior, settled, starts)
    logs, moves = settled[None], [merged([])]
    for box in boxes:
        log, chosen = _best_own(contest, box.corners)
        logs = (logs[:, None] + log[None]).reshape(-1, len(settled))
        moves = [{**one, **other} for one in moves for other in chosen]
    best = int(np.argmax(contest.score(_with_best_prior(contest, logs, prior)[0])))
    return logs[best], moves[best]


def _best_own(contest: Contest, corners: Corners) -> tuple[Floats, list[Moves]]:
    """At each shared corner, the hypothesis at its likeliest and the others at their least likely, or the reverse."""
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
    boxes: Sequence[Confined],
    prior: Floats,
    settled: Floats,
    starts: Sequence[Moves] | None,
) -> tuple[Floats, Moves]:
    search = _Search(contest, boxes, prior, settled)
    given = [*_starts(boxes)] if starts is None else [_brought_inside(boxes, start) for start in starts]
    logs, moves = search.from_starts(given)
    best = int(np.argmax(contest.score(_with_best_prior(contest, logs, prior)[0])))
    return logs[best], moves[best]


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
    """A search that moves inputs, box by box, to the greatest (least) odds until no move helps; all starts at once.

    The odds are monotone in an input that is used once, so its two ends are enough. For one that is used several times,
    a grid over its range is refined around the best value. A row is moved to its best place with all else fixed.
    `settled` are the log likelihoods of components that are at their best whatever the others do.
    """

    contest: Contest
    boxes: Sequence[Confined]
    prior: Floats
    settled: Floats

    def from_starts(self, moves: list[Moves]) -> tuple[Floats, list[Moves]]:
        """Log likelihoods, shape (start, hypothesis), and what is moved, once no start improves any more."""
        logs = [box.local.likelihood(moves).log() for box in self.boxes]
        reached = self._scored(self.settled + np.sum(logs, axis=0))
        while True:
            before, above = reached, np.tile(self.settled, (len(moves), 1))
            # sums from both ends, as a logarithm of 0 cannot be taken out of a sum again
            below = np.cumsum([np.zeros_like(above), *logs[::-1]], axis=0)[::-1]
            for i, box in enumerate(self.boxes):
                moves, reached = self._improved(box, moves, above + below[i + 1])
                logs[i] = box.local.likelihood(moves).log()
                above = above + logs[i]
            if not (reached > before + MIN_GAIN).any():
                return above, moves

    def _improved(self, box: Confined, moves: list[Moves], rest: Floats) -> tuple[list[Moves], Floats]:
        """Each coordinate of one box moved to its best place; those with few options, all together."""
        moves, reached = self._at_corners(box, moves, rest)
        for one in box.coordinates:
            if not one.is_exact:
                is_row = len(one.slots) > 1
                best = self._best_row if is_row else self._best_value
                tried = best(box.local, one, moves, rest)
                scores = self._scores(box.local, moves, [[row] for row in tried], rest)[:, 0]
                moves, reached = _better(moves, reached, tried, scores)
        return moves, reached

    def _at_corners(self, box: Confined, moves: list[Moves], rest: Floats) -> tuple[list[Moves], Floats]:
        """All coordinates moved to their best corners at once if that helps, else the one that helps most."""
        coordinates = [one.options for one in box.coordinates if one.is_exact]
        options = [option for some in coordinates for option in some]
        starts, reached = np.cumsum([0, *map(len, coordinates)])[:-1], np.full(len(moves), -np.inf)
        while True:
            scores = self._scores(box.local, moves, [[{}, *options]] * len(moves), rest)
            reached, scores = np.maximum(reached, scores[:, 0]), scores[:, 1:]
            if not (scores > reached[:, None]).any():
                return moves, reached
            both = [_both(options, starts, *pair) for pair in zip(scores, reached.tolist(), strict=True)]
            of_all = self._scores(box.local, moves, [[one] for one, _ in both], rest)[:, 0]
            is_all = of_all >= scores.max(axis=1)
            tried = [pair[0 if every else 1] for pair, every in zip(both, is_all.tolist(), strict=True)]
            moves, reached = _better(moves, reached, tried, np.maximum(of_all, scores.max(axis=1)))

    def _best_value(self, local: Local, one: Coordinate, moves: list[Moves], rest: Floats) -> list[Moves]:
        """Where the odds are best in an input used several times: its likelihoods are polynomials of it.

        Their values at Chebyshev nodes, one more than the degree, determine them everywhere.
        """
        (slot,), (low, high) = one.slots, one.ranges[0]
        nodes = np.cos(np.pi * (np.arange(one.uses + 1) + 0.5) / (one.uses + 1))
        values = np.clip(low + (nodes + 1) / 2 * (high - low), low, high)
        rows = [{slot: (x, 1 - x)} for x in values.tolist()]
        plain, common = self._likelihood(local, moves, [rows] * len(moves)).aligned(axis=1)
        coefficients = np.linalg.solve(chebvander(nodes, one.uses), plain)
        best, width = np.zeros(len(moves)), 1.0
        for _ in range(ZOOMS):
            grid = np.linspace(np.maximum(best - width, -1), np.minimum(best + width, 1), FINER, axis=1)
            with np.errstate(divide="ignore"):
                log = np.log(np.maximum(chebvander(grid, one.uses) @ coefficients, 0)) + common * np.log(2)
            at = np.argmax(self._scored(log + rest[:, None]), axis=1)
            best, width = np.take_along_axis(grid, at[:, None], axis=1)[:, 0], width * 2 / (FINER - 1)
        values = np.clip(low + (best + 1) / 2 * (high - low), low, high)
        return [{slot: (x, 1 - x)} for x in values.tolist()]

    def _best_row(self, local: Local, row: Coordinate, moves: list[Moves], rest: Floats) -> list[Moves]:
        """Where the odds are best in the members of a row: both sides of the odds are linear in them.

        So each member's coefficient is the likelihood with that member at 1 and the others at 0. Of a row that one
        hypothesis owns, a single step is enough. W. Dinkelbach (1967), On nonlinear fractional programming,
        doi:10.1287/mnsc.13.7.492
        """
        units = [{slot: (float(slot == one), float(slot != one)) for slot in row.slots} for one in row.slots]
        logs = self._likelihood(local, moves, [units] * len(moves)).log() + rest[:, None]
        values = fullest(row.ranges, np.tile(np.arange(len(units)), (len(moves), 1)))
        for _ in range(STEPS):
            gains = self._gains(logs, values)
            values = fullest(row.ranges, np.argsort(-self.contest.sign * gains, axis=1, kind="stable"))
        found = values.tolist()
        return [{slot: (x, 1 - x) for slot, x in zip(row.slots, of_start, strict=True)} for of_start in found]

    def _gains(self, logs: Floats, values: Floats) -> Floats:
        """What each member adds to the hypothesis, less what it adds to its rivals, as shares; shape (start, member).

        Shapes (start, member, hypothesis) and (start, member).
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            log_values = np.log(values)
            there = np.logaddexp.reduce(logs + log_values[:, :, None], axis=1)
            joint = logs + np.log(_with_best_prior(self.contest, there, self.prior)[1])[:, None]
            sides = joint[:, :, self.contest.place], np.logaddexp.reduce(joint[:, :, self.contest.rivals], axis=2)
            here, against = (np.exp(side - np.logaddexp.reduce(side + log_values, axis=1)[:, None]) for side in sides)
        return np.asarray(np.nan_to_num(here) - np.nan_to_num(against))

    def _likelihood(self, local: Local, moves: Sequence[Moves], rows: Sequence[Sequence[Moves]]) -> Scaled:
        """Likelihoods from each start, with the same number of further moves each; shape (start, row, hypothesis)."""
        base = np.repeat(local.numbers(moves), len(rows[0]), axis=0)
        moved = local.numbers([row for of_start in rows for row in of_start], base)
        return local.solved(moved).reshape(len(moves), len(rows[0]), -1)

    def _scores(self, local: Local, moves: Sequence[Moves], rows: Sequence[Sequence[Moves]], rest: Floats) -> Floats:
        """The scores of the same rows; shape (start, row)."""
        return self._scored(self._likelihood(local, moves, rows).log() + rest[:, None])

    def _scored(self, log: Floats) -> Floats:
        """Log odds in the wanted direction, in decibans: credences near 1 would not show which move is better."""
        return self.contest.score(_with_best_prior(self.contest, log, self.prior)[0])


def _both(options: Sequence[Moves], starts: Ints, scores: Floats, reached: float) -> list[Moves]:
    """All coordinates that help at the best of their options, and the one that helps most."""
    best = [int(i) + int(np.argmax(part)) for i, part in zip(starts, np.split(scores, starts[1:]), strict=True)]
    return [merged(options[i] for i in best if scores[i] > reached), options[int(np.argmax(scores))]]


def _better(
    moves: Sequence[Moves], reached: Floats, tried: Sequence[Moves], scores: Floats
) -> tuple[list[Moves], Floats]:
    """Each start moved on where that helps."""
    helps = scores > reached
    moved = [{**one, **new} if better else one for one, new, better in zip(moves, tried, helps.tolist(), strict=True)]
    return moved, np.where(helps, scores, reached)
