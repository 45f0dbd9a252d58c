"""Derivatives of credences by inputs that are moved together.

Let J_h be the joint probability of a hypothesis and all observations, and s_h its logarithmic derivative by an input.
Then, with the credences P_h = J_h / sum_j J_j,

    dP_h/dx = P_h (s_h - sum_j P_j s_j).

A number x that multiplies J_h gives s_h = 1/x; where one minus it does, -1/(1 - x). In a component with hidden states
these count as often as the worlds use them, on average, given the hypothesis and everything observed: one elimination
read backwards tells that for all inputs.

A. Darwiche (2003), A differential approach to inference in Bayesian networks, doi:10.1145/765568.765570
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from attribution_bayes.arrays import Floats, Ints
from attribution_bayes.engine.local import FIRST_NODE, Corners, Local
from attribution_bayes.engine.marginals import uses
from attribution_bayes.engine.plan import Plan

_ALL = slice(None)


@dataclass(frozen=True, eq=False)
class Slopes:
    """What turns moved inputs and credences into derivatives.

    Attributes
    ----------
    moved
        The inputs, as in the plan.
    hypothesis, slot, flip
        The direct uses of inputs: by which hypothesis, of which input, and whether of one minus it; shape (use,).
    blocks
        For each prior or row of which members are moved the positions of these among `moved`, the other members, and
        their shares of what the moved ones leave.
    components
        Components with hidden states that move, as in the plan.
    """

    moved: tuple[int, ...]
    hypothesis: Ints
    slot: Ints
    flip: Ints
    blocks: tuple[tuple[Ints, Ints, Floats], ...]
    components: tuple[Local | Corners, ...]

    @classmethod
    def from_plan(cls, plan: Plan) -> Slopes:
        direct = [(k, slot, flip) for k, pairs in enumerate(plan.uses) for slot, flip in pairs]
        hypothesis, slot, flip = np.array(direct, dtype=np.int64).reshape(-1, 3).T
        moved = np.array(plan.moved)
        blocks = []
        for block in plan.blocks:
            others = np.setdiff1d(block, moved)
            means = plan.inputs.mean[others]
            blocks.append((np.flatnonzero(np.isin(moved, block)), others, means / (means.sum() or 1.0)))
        return cls(plan.moved, hypothesis, slot, flip, tuple(blocks), plan.components)

    def derivatives(self, columns: Mapping[int, Floats], credence: Floats) -> Floats:
        """The derivative of each credence by each moved input, shape (row, hypothesis, input).

        Parameters
        ----------
        columns
            The values of the moved inputs and of the other members of their rows, shape (row,).
        credence
            The credences there, shape (row, hypothesis).
        """
        slopes = self._logarithmic(columns, credence.shape)
        foremost = credence.argmax(axis=1)[:, None, None]  # against it no digit of a credence near 1 is lost
        apart = slopes - np.take_along_axis(slopes, foremost, axis=1)
        mean = np.einsum("rh,rhi->ri", credence, apart)
        return np.asarray(credence[..., None] * (apart - mean[:, None]))

    def _logarithmic(self, columns: Mapping[int, Floats], shape: tuple[int, ...]) -> Floats:
        """Derivatives of the logarithms of the joint probabilities, shape (row, hypothesis, moved input)."""
        at = {slot: place for place, slot in enumerate([*self.moved, *columns.keys() - {*self.moved}])}
        numbers, found = np.stack([columns[slot] for slot in at], axis=-1), np.zeros((*shape, len(at)))

        def add(slots: Sequence[int], each: Floats, hypothesis: Any = _ALL) -> None:
            places: Any = (_ALL, hypothesis, np.array([at[slot] for slot in slots], dtype=np.int64))
            np.add.at(found, places, each)  # an input may be used several times

        direct = [at[slot] for slot in self.slot.tolist()]
        add(self.slot.tolist(), _one_over(numbers[:, direct] - self.flip), self.hypothesis)
        for local in (one for one in self.components if isinstance(one, Local)):
            chances = local.at_columns(columns, len(numbers))
            moving = [i for i, slot in enumerate(local.slots.tolist()) if slot in at and local.flips[i] < FIRST_NODE]
            each = uses(local.component, chances)[..., moving] * _one_over(chances[:, None, moving])
            add(local.slots[moving].tolist(), np.where(local.flips[moving] == 0, each, -each))
        for inside, others, shares in self.blocks:
            left = found[..., [at[slot] for slot in others.tolist()]] @ shares
            found[..., inside] -= left[..., None]
        for few in (one for one in self.components if isinstance(one, Corners)):
            add(few.slots, few.slopes(columns))  # the others of their rows follow already
        return found[..., : len(self.moved)]


def _one_over(numbers: Floats) -> Floats:
    """Reciprocals; 0 of 0: a member of a row that is excluded stays so."""
    return np.divide(1.0, numbers, out=np.zeros_like(numbers), where=numbers != 0)
