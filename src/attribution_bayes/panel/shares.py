"""Shares of a change among its parts: Shapley values where some parts can only change after others."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from attribution_bayes.arrays import Bools, Floats
from attribution_bayes.progress import progress

MAX_PLAYERS_EXACT = 16
"""Most players of which every subset is weighed: 65 536 subsets."""

ORDERS = 512
"""Orders that are drawn for more players, each with one drawn backwards."""

FLAGS_AT_ONCE = 2**24
"""Flags, one for each player that has moved, that are held at a time: 16 MiB."""

type Value = Callable[[Bools], Floats]
"""The value that is shared, for rows of which players have moved: from shape (row, player) to shape (row,)."""


@dataclass(frozen=True, eq=False)
class Shares:
    """The share of each player and its Monte-Carlo standard error, NaN where it is exact; shape (player,) each."""

    share: Floats
    mcse: Floats


def shares(value: Value, needs: Bools, rng: np.random.Generator) -> Shares:
    """Share a change among the players.

    The players move one after another. At each step one is drawn by lot from those that can move, which are those whose
    needs have all moved. A share is the mean of what a player changes when it moves, over such orders from the first
    player to the last and over orders drawn backwards from the end, half and half. So both ends are treated alike, and
    where no player needs another, the share is the Shapley value.

    Parameters
    ----------
    value
    needs
        Whom each player needs, without circles; shape (player, player).
    rng
        For the orders, where there are too many players for all sets of them.

    References
    ----------
    L. S. Shapley (1953), A value for n-person games, doi:10.1515/9781400881970-018
    """
    if len(needs) <= MAX_PLAYERS_EXACT:
        return Shares(_over_all_sets(value, needs), np.full(len(needs), np.nan))
    each = _over_drawn_orders(value, needs, rng)
    return Shares(each.mean(axis=0), each.std(axis=0, ddof=1) / math.sqrt(len(each)))


def _can_move(members: Bools, needs: Bools) -> Bools:
    """Which players can move next, shape (row, player), after the members have."""
    if not needs.any():
        return ~members
    return np.asarray(~members & (members.astype(float) @ needs.T.astype(float) == needs.sum(axis=1)))


def _over_all_sets(value: Value, needs: Bools) -> Floats:
    count = len(needs)
    sets = np.arange(2**count)
    members = (sets[:, None] >> np.arange(count) & 1).astype(bool)
    next_, last = _can_move(members, needs), _can_move(~members, needs.T)
    is_met = ~(members[:, :, None] & needs & ~members[:, None, :]).any(axis=(1, 2))
    found = np.full(len(sets), np.nan)
    found[is_met] = value(members[is_met])
    forwards, backwards = _passed(sets, members, next_, is_met), _passed(sets, ~members, last, is_met)
    share = np.zeros(count)
    for player in range(count):
        before = sets[is_met & next_[:, player]]
        after = before | (1 << player)
        weight = forwards[before] / next_[before].sum(axis=1) + backwards[after] / last[after].sum(axis=1)
        share[player] = (weight * (found[after] - found[before])).sum() / 2
    return share


def _passed(sets: np.ndarray, members: Bools, next_: Bools, is_met: Bools) -> Floats:
    """The probability that, at some time, each set of players is the set that has moved."""
    probability, size = np.where(~members.any(axis=1), 1.0, 0.0), members.sum(axis=1)
    choices = next_.sum(axis=1)
    for step in range(len(members[0])):
        here = sets[(size == step) & is_met]
        for player in range(len(members[0])):
            moving = here[next_[here, player]]
            probability[moving ^ (1 << player)] += probability[moving] / choices[moving]
    return probability


def _over_drawn_orders(value: Value, needs: Bools, rng: np.random.Generator) -> Floats:
    """The mean of what each player changes in an order and in one drawn backwards, shape (order, player)."""
    lots, step = rng.random((ORDERS, len(needs))), max(1, FLAGS_AT_ONCE // len(needs) ** 2)
    parts = [lots[start : start + step] for start in range(0, ORDERS, step)]
    return np.concatenate([_both_ways(value, needs, part) for part in progress(parts, "difference")])


def _both_ways(value: Value, needs: Bools, lots: Floats) -> Floats:
    forwards, backwards = _drawn(needs, lots), ~_drawn(needs.T, lots)[:, ::-1]
    return (_changes(value, forwards) + _changes(value, backwards)) / 2


def _drawn(needs: Bools, lots: Floats) -> Bools:
    """Who has moved after each step, shape (order, step + 1, player). The same lots make the reverse, backwards."""
    orders, count = lots.shape
    members = np.zeros((orders, count + 1, count), dtype=bool)
    for step in range(count):
        possible = _can_move(members[:, step], needs)
        nth = np.floor(lots[:, step] * possible.sum(axis=1)).astype(np.int64)
        moving = np.argmax(np.cumsum(possible, axis=1) > nth[:, None], axis=1)
        members[:, step + 1] = members[:, step]
        members[np.arange(orders), step + 1, moving] = True
    return members


def _changes(value: Value, members: Bools) -> Floats:
    """What each player changes in each order, shape (order, player)."""
    orders, _, count = members.shape
    found = value(members.reshape(-1, count)).reshape(orders, -1)
    changed = np.zeros((orders, count))
    np.put_along_axis(changed, np.diff(members, axis=1).argmax(axis=2), np.diff(found, axis=1), axis=1)
    return changed
