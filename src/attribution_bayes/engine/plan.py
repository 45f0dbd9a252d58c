"""What stays the same in all rows in which the same inputs are moved: one number for each hypothesis, computed once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

from attribution_bayes.arrays import Floats, Ints
from attribution_bayes.engine.chances import stated_chances
from attribution_bayes.engine.exact import likelihoods_at
from attribution_bayes.engine.inputs import Inputs
from attribution_bayes.engine.local import Corners, Local, members
from attribution_bayes.engine.network import Network
from attribution_bayes.engine.scaled import Scaled
from attribution_bayes.memo import Memo

MAX_PLANS = 16
"""Most plans kept for each network; the oldest are dropped first."""


@dataclass(frozen=True, eq=False)
class Plan:
    """What stays the same in all rows in which the same inputs are moved.

    Attributes
    ----------
    moved
        The inputs, sorted.
    held
        The product of all factors of the joint probabilities that do not move, shape (hypothesis,).
    uses
        For each hypothesis, the numbers that multiply `held`: a moved input, and whether as one minus it.
    components
        Components with hidden states that move.
    blocks
        The priors and rows of which members are moved: the inputs of each.
    inputs
        All inputs as stated.
    """

    moved: tuple[int, ...]
    held: Scaled
    uses: tuple[tuple[tuple[int, bool], ...], ...]
    components: tuple[Local | Corners, ...]
    blocks: tuple[Ints, ...]
    inputs: Inputs

    @cached_property
    def plain(self) -> Floats:
        """The numbers held in proportion, the greatest of them in [1/2, 1)."""
        return self.held.aligned(0)[0]

    @cached_property
    def digits_apart(self) -> int:
        """Binary digits between the least and the greatest of the numbers held that are not 0."""
        return int(np.ptp(self.held.exponent[self.held.mantissa > 0])) if self.held.mantissa.any() else 0

    @cached_property
    def ratios(self) -> tuple[int, ...]:
        """The moved inputs that are likelihood ratios; the others are probabilities."""
        return tuple(slot for slot in self.moved if self.inputs.is_ratio[slot])

    @cached_property
    def stated(self) -> Floats:
        """The moved inputs as stated, shape (moved input,); NaN, which no number equals, for distributions."""
        moved = [*self.moved]
        return np.where(self.inputs.uncertain[moved], np.nan, self.inputs.mean[moved])

    @cached_property
    def multipliers(self) -> frozenset[int]:
        """The inputs of which one that is 0 makes the joint probability of a possible hypothesis 0."""
        uses = (uses for held, uses in zip(self.plain.tolist(), self.uses, strict=True) if held)
        return frozenset(slot for slot, flip in chain.from_iterable(uses) if not flip)

    @cached_property
    def sum_of_others(self) -> float:
        """The sum over the hypotheses that do not move, rounded once."""
        return math.fsum(number for number, uses in zip(self.plain.tolist(), self.uses, strict=True) if not uses)

    def factors(self, columns: Mapping[int, Floats]) -> list[list[Floats]]:
        """For each hypothesis, the numbers that multiply `held`, shape (row,) each."""
        return [[1 - columns[slot] if flip else columns[slot] for slot, flip in uses] for uses in self.uses]


_plans: Memo[Network, dict[tuple[int, ...], Plan]] = Memo()


def plan(network: Network, moved: tuple[int, ...]) -> Plan:
    """The plan for moving these inputs, made once for each network."""
    kept = _plans.get(network)
    kept = _plans.keep(network, {}) if kept is None else kept
    found = kept.get(moved)
    if found is None:
        found = _plan(network, moved)
        if len(kept) >= MAX_PLANS:
            kept.pop(next(iter(kept)), None)  # another thread may have dropped it
        kept[moved] = found
    return found


def _plan(network: Network, moved: tuple[int, ...]) -> Plan:
    touched = np.zeros(len(network.inputs.values), dtype=bool)
    touched[[member for slot in moved for member in members(network, slot)]] = True
    chances = stated_chances(network)
    locals_ = {
        place: local
        for place, component in zip(network.components_at.tolist(), network.integrated, strict=True)
        if touched[(local := Local.from_component(network, component, chances[0])).slots].any()
    }
    factors = np.concatenate([network.prior[None], network.direct])
    is_moved = touched[factors % len(touched)]
    stated = likelihoods_at(network, network.integrated, chances)[0]
    prior = Scaled.from_floats(network.inputs.mean[None, network.prior])
    mantissa = np.concatenate([prior.mantissa, stated.mantissa])
    exponent = np.concatenate([prior.exponent, stated.exponent])
    at = np.concatenate([[0], 1 + network.direct_at])
    mantissa[at], exponent[at] = np.where(is_moved, 1.0, mantissa[at]), np.where(is_moved, 0, exponent[at])
    for place in locals_:
        mantissa[1 + place], exponent[1 + place] = 1.0, 0
    return Plan(
        moved=moved,
        held=Scaled(mantissa, exponent).prod(axis=0),
        uses=tuple(
            tuple((position % len(touched), position >= len(touched)) for position in factors[row, k].tolist())
            for k, row in enumerate(is_moved.T)
        ),
        components=tuple(Corners.from_local(network, local, moved) or local for local in locals_.values()),
        blocks=_blocks(network, moved),
        inputs=network.inputs,
    )


def _blocks(network: Network, moved: Sequence[int]) -> tuple[Ints, ...]:
    moved_in = {int(network.inputs.block[slot]): slot for slot in moved}
    return tuple(members(network, slot) for block, slot in moved_in.items() if block >= 0)
