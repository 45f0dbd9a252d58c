"""The credences in a few rows of supposed numbers: so few that each call of NumPy takes longer than its arithmetic.

The numbers of all hypotheses are looked at, gathered and multiplied in one call each. As in `one_row`, only what is
quick is done here: where a number might be refused, or a product come near the range of doubles, there is no answer,
and the rows go the way of many rows. The numbers are multiplied in the same order there, so that the bits are the same
as long as those rows need no scaling.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.ratios import MAX_RATIO, MIN_RATIO
from attribution_bayes.declare.rows import SUM_TOLERANCE
from attribution_bayes.engine.one_row import TINY, OneRow, Shares
from attribution_bayes.engine.plan import Plan
from attribution_bayes.engine.scaled import sums_in_any_order
from attribution_bayes.memo import once_for_each

MAX_NUMBERS = 2**17
"""Most numbers that are gathered together: 1 MiB, about the size of a processor's second-level cache."""


@dataclass(frozen=True, eq=False)
class FewRows:
    """A plan in arrays that lie ready, for rows that give its moved inputs in some order.

    Attributes
    ----------
    one
        The same plan for a single row.
    stated
        The moved inputs as stated, shape (moved input,); NaN, which no number equals, for distributions.
    is_ratio
        Which of them are likelihood ratios.
    moved
        The hypotheses of which direct items or the prior move.
    is_possible
        Which of these are not excluded, shape (hypothesis, 1).
    held
        The factors of their joint probabilities that do not move, shape (hypothesis, 1).
    used
        The positions of the numbers that multiply what is held, shape (use, hypothesis): as in `one`, and a last one,
        at which there is a 1, for the hypotheses that use fewer numbers than others.
    others
        The other hypotheses, and what is held of them, shape (hypothesis, 1).
    """

    one: OneRow
    stated: Floats
    is_ratio: Bools
    moved: Ints
    is_possible: Bools
    held: Floats
    used: Ints
    others: tuple[Ints, Floats]

    @classmethod
    def from_plan(cls, plan: Plan, moved: Sequence[int]) -> FewRows:
        one, held = OneRow.from_plan(plan, moved), plan.plain[:, None]
        place = {slot: i for i, slot in enumerate(plan.moved)}
        members = np.array([k for k, _ in one.uses], dtype=np.intp)
        others = np.setdiff1d(np.arange(len(held)), members)
        return cls(
            one=one,
            stated=plan.stated[[place[slot] for slot in moved]],
            is_ratio=plan.inputs.is_ratio[[*moved]],
            moved=members,
            is_possible=np.isin(members, one.possible)[:, None],
            held=held[members],
            used=np.array([*zip_longest(*(used for _, used in one.uses), fillvalue=-1)], dtype=np.intp),
            others=(others, held[others]),
        )

    def credences(self, numbers: Floats) -> Floats | None:
        """The credences, shape (hypothesis, row), at values of the moved inputs, shape (moved input, row).

        None where this is not the way. Rows that repeat the case are multiplied like any others.
        """
        if not self._is_quick(numbers.shape[1]) or not self._can_be_stated(numbers):
            return None
        completed = self._completed(numbers)
        return None if completed is None else self._in_proportion(completed)

    def _is_quick(self, rows: int) -> bool:
        return bool(self.one.possible) and not self.one.corners and 0 < self.used.size * rows <= MAX_NUMBERS

    def _can_be_stated(self, numbers: Floats) -> bool:
        """Whether all numbers surely can be stated, and none of them can take a product far up."""
        if not self.is_ratio.any():
            return bool(numbers.min() > 0 and numbers.max() < 1)
        ratios, others = numbers[self.is_ratio], numbers[~self.is_ratio]
        return (
            are_ratios(ratios)
            and bool((others > 0).all() and (others < 1).all())
            and math.prod(np.maximum(ratios.max(axis=1), 1.0).tolist()) < 1 / TINY
        )

    def _completed(self, numbers: Floats) -> Floats | None:
        """The numbers, followed as in `one` by the other members of their rows and by one minus some, and by a 1.

        None where the members that are moved leave no room for the others.
        """
        for shares in self.one.shares:
            if (others := _others(shares, numbers)) is None:
                return None
            numbers = np.concatenate([numbers, others]) if len(others) else numbers
        if self.one.flipped:
            numbers = np.concatenate([numbers, 1 - numbers[[*self.one.flipped]]])
        return np.concatenate([numbers, np.ones((1, numbers.shape[1]))]) if self.used.min() < 0 else numbers

    def _in_proportion(self, numbers: Floats) -> Floats | None:
        """The credences from all numbers that are used; None where a product comes near the range of doubles."""
        others, held = self.others
        factors = numbers.take(self.used, axis=0)
        factors[0] *= self.held
        joint = np.multiply.reduce(factors, axis=0)
        if joint.min(initial=1.0, where=self.is_possible) < TINY:
            return None
        total = sums_in_any_order(joint) + self.one.sum_of_others
        if not len(others):
            return np.asarray(joint / total)
        credence = np.empty((len(joint) + len(others), numbers.shape[1]))
        credence[self.moved], credence[others] = joint / total, held / total
        return credence


def are_ratios(numbers: Floats) -> bool:
    """Whether all of these can be stated as likelihood ratios."""
    return bool(numbers.min() >= MIN_RATIO and numbers.max() <= MAX_RATIO)


def _others(shares: Shares, numbers: Floats) -> Floats | None:
    """The other members of a prior or row, shape (other, row); None where the moved ones leave them no room."""
    inside, before = numbers[[*shares.moved]], math.fsum(shares.others)
    left = 1 - np.add.reduce(inside, axis=0)
    if (left <= 0 if before else abs(left) > SUM_TOLERANCE).any():
        return None
    is_stated = (inside == np.array(shares.stated)[:, None]).all(axis=0)
    factor = np.where(is_stated, 1.0, left / before) if before else np.ones(len(left))
    return np.multiply.outer(shares.others, factor)


@once_for_each
def few_rows(plan: Plan) -> FewRows:
    """The plan for rows that give its moved inputs in its own order."""
    return FewRows.from_plan(plan, plan.moved)
