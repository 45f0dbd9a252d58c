"""Log odds, decibans, entropy, who leads and who ties: each said once, for everything above.

Log odds are found from joint probabilities, whose logarithms never run out, and not from credences, which do: a double
ends at 1e-323, and one minus a credence near 1 has few digits left. Sums over hypotheses are taken in the order of
their size, so that the order in which hypotheses are listed changes no bit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]

DECIBANS_PER_NAT = 10 / np.log(10)

TIE = 1e-9
"""Relative difference of the two greatest joint probabilities below which nobody leads: no stated number bears more."""

NOBODY = -1
"""The place of the leader where hypotheses tie, or where every hypothesis is excluded."""

LEAST = 5e-324
"""The least positive double. A credence that is smaller is this one: 0 says that a hypothesis is excluded."""

FAINT = 1e-290
"""Credences below it may have lost digits, or be the least double: joint probabilities then say what they are."""


# One hypothesis against the rest -------------------------------------------------------------------------------------


def log_odds(log_joint: Floats, place: int, against: int | None = None) -> Floats:
    """Log odds of one hypothesis against all others together, or against one of them, in decibans.

    Parameters
    ----------
    log_joint
        Natural logarithms of the joint probabilities up to a constant of each row, shape (..., hypothesis). The
        constant should keep them small, as `Scaled.log_shares` does, so that no digits are lost.
    place, against
        Positions of hypotheses.

    Returns
    -------
    array
        Shape (...). Infinite where one side is excluded, NaN where both are.

    >>> float(log_odds(np.log([0.2, 0.01, 0.01]), 0).round(12))
    10.0
    """
    theirs = log_sum(_others(log_joint, place)) if against is None else log_joint[..., against]
    with np.errstate(invalid="ignore"):
        return np.asarray((log_joint[..., place] - theirs) * DECIBANS_PER_NAT)


def log_sum(logs: Floats) -> Floats:
    """Logarithms of sums over the last axis of numbers given by their natural logarithms."""
    top = logs.max(axis=-1, keepdims=True)
    shares = np.exp(logs - np.where(top > -np.inf, top, 0.0))
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(in_order(shares)) + top[..., 0])


def shares_of(logs: Floats) -> Floats:
    """Numbers in proportion to those given by their natural logarithms, with sum 1 over the last axis.

    A number is 0 only where its logarithm is minus infinity; all are NaN where every one is.
    """
    with np.errstate(invalid="ignore"):
        return never_zero(np.exp(logs - log_sum(logs)[..., None]), ~np.isneginf(logs))


def rest(shares: Floats, place: int) -> Floats:
    """What all others have together: their sum, and not one minus the share, which has no digits near 1."""
    return in_order(_others(shares, place))


def _others(numbers: Floats, place: int) -> Floats:
    """What `numpy.delete` leaves, in a fifth of its time."""
    return np.concatenate([numbers[..., :place], numbers[..., place + 1 :]], axis=-1)


def in_order(numbers: Floats) -> Floats:
    """Sums over the last axis from the least to the greatest."""
    return np.asarray(np.sort(numbers, axis=-1).sum(axis=-1))


def change(before: Floats, after: Floats, place: int) -> Floats:
    """By how much the credence of one hypothesis grows, to as many digits near 1 as near 0.

    With p the credence and q that of all others together, p' - p = p' q - p q' since p + q = 1.

    Parameters
    ----------
    before, after
        Credences, shape (..., hypothesis).

    >>> float(change(np.array([1.0, 2**-60]), np.array([1.0, 3 * 2**-60]), 0)) == -(2**-59)
    True
    """
    return np.asarray(after[..., place] * rest(before, place) - before[..., place] * rest(after, place))


def entropy(credences: Floats) -> Floats:
    """Entropy of the hypotheses over the last axis, in bits; right also where one credence is nearly 1.

    >>> float(entropy(np.array([0.5, 0.25, 0.25])))
    1.5
    """
    ascending = np.sort(credences, axis=-1)
    greatest, others = ascending[..., -1], ascending[..., :-1]
    left = in_order(others)
    positive = np.where(others > 0, others, 1.0)
    near = np.where(left < greatest, np.log1p(-np.minimum(left, 0.5)), np.log(greatest))
    return np.asarray(-(in_order(positive * np.log2(positive)) + greatest * near / np.log(2)))


# Who leads -----------------------------------------------------------------------------------------------------------


def level(shares: Floats) -> Bools:
    """Which hypotheses nobody is ahead of, by more than rounding; none where every hypothesis is excluded.

    Parameters
    ----------
    shares
        Credences, or joint probabilities in proportion, shape (..., hypothesis); NaN or 0 where all are excluded.
    """
    greatest = shares.max(axis=-1, keepdims=True)
    return np.asarray((shares >= greatest * (1 - TIE)) & (greatest > 0))


def leading(shares: Floats) -> Ints:
    """Position of the hypothesis that leads, shape (...): `NOBODY` where the two greatest tie, or all are excluded.

    >>> leading(np.array([[0.6, 0.4, 0.0], [0.417, 0.417, 0.166]])).tolist()
    [0, -1]
    """
    ahead = level(shares)
    return np.where(ahead.sum(axis=-1) == 1, ahead.argmax(axis=-1), NOBODY)


def leaders(names: Sequence[str], shares: Floats) -> NDArray[np.object_]:
    """The names of those that lead, shape (...): None where nobody does."""
    return np.asarray(np.array([*names, None], dtype=object)[leading(shares)], dtype=object)


def tied(names: Sequence[str], shares: Floats) -> tuple[str, ...]:
    """Those that share the greatest credence, in the order of the case; empty where one leads."""
    ahead = level(shares)
    return tuple(name for name, is_level in zip(names, ahead, strict=True) if is_level) if ahead.sum() > 1 else ()


def foremost(shares: Floats) -> int:
    """Position of the hypothesis that leads; of several that tie, of the first in the case."""
    return int(level(shares).argmax())


# What runs out -------------------------------------------------------------------------------------------------------


def never_zero(shares: Floats, possible: Bools) -> Floats:
    """The same, where what is possible but too small for a double is the least double."""
    if shares.all():
        return shares
    return np.asarray(np.where(possible & (shares == 0), LEAST, shares))
