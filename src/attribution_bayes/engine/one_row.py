"""The credences in one row of supposed numbers, in numbers of Python: for a single row, calls of NumPy take far longer
than the arithmetic.

Only what is quick is done here. Where a number might be refused, or a product come near the range of doubles, there is
no answer, and the row goes the way of many rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from attribution_bayes.declare.ratios import MAX_RATIO, MIN_RATIO
from attribution_bayes.declare.rows import SUM_TOLERANCE
from attribution_bayes.engine.local import Corners
from attribution_bayes.engine.plan import Plan
from attribution_bayes.engine.scaled import Scaled, sum_in_any_order
from attribution_bayes.memo import once_for_each

TINY = 2.0**-500
"""Least joint probability, as a share of the greatest that is held, for which plain numbers keep all digits."""

MAX_HYPOTHESES = 200
"""Most hypotheses for which numbers of Python are the quicker ones."""


@dataclass(frozen=True)
class Shares:
    """A prior or row of which members are moved.

    Attributes
    ----------
    moved
        Positions of these among the values of a row.
    stated
        The moved members as stated.
    others
        The others as stated, which are scaled in proportion.
    """

    moved: tuple[int, ...]
    stated: list[float]
    others: list[float]

    def scaled(self, values: Sequence[float]) -> list[float] | None:
        """The other members; None where the moved ones leave them no room."""
        inside = [values[i] for i in self.moved]
        left, before = 1 - reduce(add, inside), math.fsum(self.others)  # `sum` would round otherwise than arrays do
        if left <= 0 if before else abs(left) > SUM_TOLERANCE:
            return None
        factor = left / before if before and inside != self.stated else 1.0
        return [number * factor for number in self.others]


@dataclass(frozen=True, eq=False)
class OneRow:
    """A plan in numbers of Python.

    Positions are those of the moved inputs; of the other members of their rows, which follow them; and of one minus any
    of these, which come last.

    Attributes
    ----------
    stated
        The moved inputs as stated; None where one of them is uncertain.
    ratios
        Positions of likelihood ratios.
    shares
        Priors and rows of which members are moved.
    flipped
        Positions of which one minus the number is used.
    held
        The factors of the joint probabilities that do not move, shape (hypothesis,).
    possible
        The hypotheses for which this is not 0.
    uses
        The hypotheses of which direct items or the prior move, and the positions of the numbers that multiply what is
        held.
    sum_of_others
        The sum of what is held for the hypotheses that do not move; 0 where a component moves all of them.
    corners
        For each component with hidden states that moves, the positions of its moved inputs, and its likelihoods with
        these at 0 and at 1, the first input turning slowest, for each hypothesis.
    """

    stated: list[float] | None
    ratios: tuple[int, ...]
    shares: tuple[Shares, ...]
    flipped: tuple[int, ...]
    held: list[float]
    possible: tuple[int, ...]
    uses: tuple[tuple[int, tuple[int, ...]], ...]
    sum_of_others: float
    corners: tuple[tuple[tuple[int, ...], list[list[float]]], ...]

    @classmethod
    def from_plan(cls, plan: Plan, moved: Sequence[int]) -> OneRow:
        """The plan for rows that give its moved inputs in this order."""
        inputs, at = plan.inputs, {slot: i for i, slot in enumerate(moved)}
        shares, never = [], set[int]()
        for block in plan.blocks:
            inside, others = [[slot for slot in block.tolist() if (slot in at) is known] for known in (True, False)]
            stated, rest = inputs.mean[inside].tolist(), inputs.mean[others].tolist()
            shares.append(Shares(tuple(at[slot] for slot in inside), stated, rest))
            at |= {slot: len(at) + i for i, slot in enumerate(others)}
            never |= {at[slot] for slot in others if not inputs.mean[slot]}  # in proportion, they stay 0
        turned = list(dict.fromkeys(slot for uses in plan.uses for slot, flip in uses if flip))
        flipped = {slot: len(at) + i for i, slot in enumerate(turned)}
        uses = [tuple((flipped if flip else at)[slot] for slot, flip in uses) for uses in plan.uses]
        held, possible = _held(plan)
        return cls(
            stated=None if inputs.uncertain[[*moved]].any() else inputs.mean[[*moved]].tolist(),
            ratios=tuple(np.flatnonzero(inputs.is_ratio[[*moved]]).tolist()),
            shares=tuple(shares),
            flipped=tuple(at[slot] for slot in turned),
            held=held,
            possible=tuple(k for k in possible if never.isdisjoint(uses[k])),
            uses=tuple((k, used) for k, used in enumerate(uses) if used),
            sum_of_others=0.0 if plan.components else plan.sum_of_others,
            corners=tuple(_ends(one, at) for one in plan.components if isinstance(one, Corners)),
        )

    def credences(self, values: list[float]) -> list[float] | None:
        """The credences at values of the moved inputs; None where this is not the way."""
        if not self.possible or values == self.stated or not self._can_be_stated(values):
            return None
        numbers = values
        if self.shares or self.flipped:
            numbers = values.copy()
            for one in self.shares:
                if (scaled := one.scaled(values)) is None:
                    return None
                numbers += scaled
            numbers += [1 - numbers[i] for i in self.flipped]
        joint = self._joint(numbers)
        if min(joint if len(self.possible) == len(joint) else [joint[k] for k in self.possible]) < TINY:
            return None
        total = sum_in_any_order(joint if self.corners else [joint[k] for k, _ in self.uses]) + self.sum_of_others
        return [one / total for one in joint]

    def _joint(self, numbers: list[float]) -> list[float]:
        """The joint probabilities, in proportion, multiplied in the order of `batch`."""
        joint = self.held.copy()
        for k, used in self.uses:
            factors = map(numbers.__getitem__, used)
            joint[k] = joint[k] * math.prod(factors) if self.corners else math.prod(factors, start=joint[k])
        for moved, ends in self.corners:
            for i in moved:
                half, up = len(ends) // 2, numbers[i]
                down = 1 - up
                pairs = zip(ends[:half], ends[half:], strict=True)
                ends = [[down * x + up * y for x, y in zip(*pair, strict=True)] for pair in pairs]
            joint = [one * likelihood for one, likelihood in zip(joint, ends[0], strict=True)]
        return joint

    def _can_be_stated(self, values: list[float]) -> bool:
        """Whether all values surely can be stated, and none of them can take a product far up."""
        if not self.ratios:  # `min` and `max` can miss what is not a number; a sum cannot
            return min(values) > 0 and max(values) < 1 and not math.isnan(sum(values))
        ratios = [values[i] for i in self.ratios]
        others = [value for i, value in enumerate(values) if i not in self.ratios]
        return (
            all(MIN_RATIO <= ratio <= MAX_RATIO for ratio in ratios)
            and all(0 < value < 1 for value in others)
            and math.prod(max(1.0, ratio) for ratio in ratios) < 1 / TINY
        )


def _held(plan: Plan) -> tuple[list[float], tuple[int, ...]]:
    """What is held, in proportion, and the hypotheses for which it is not 0: none where this is not the way."""
    mantissa, exponent = plan.held.mantissa.copy(), plan.held.exponent.copy()
    for one in plan.components:
        if not isinstance(one, Corners):
            return [], ()
        numbers, common, _ = one.in_proportion
        is_possible = numbers.reshape(-1, len(mantissa)).any(axis=0)
        mantissa, exponent = mantissa * is_possible, exponent + np.where(is_possible, common, 0)
    plain, _ = Scaled(mantissa, exponent).aligned(0)
    is_quick = len(plain) <= MAX_HYPOTHESES and (plain[mantissa > 0] >= TINY).all()
    return plain.tolist(), tuple(np.flatnonzero(mantissa).tolist()) if is_quick else ()


def _ends(one: Corners, at: Mapping[int, int]) -> tuple[tuple[int, ...], list[list[float]]]:
    numbers, _, _ = one.in_proportion
    return tuple(at[slot] for slot in one.slots), numbers.reshape(1 << len(one.slots), -1).tolist()


@once_for_each
def one_row(plan: Plan) -> OneRow:
    """The plan for rows that give its moved inputs in its own order."""
    return OneRow.from_plan(plan, plan.moved)
