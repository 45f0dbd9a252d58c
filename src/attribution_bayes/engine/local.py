"""One component with only the chances that it uses, so that moving an input costs only what it touches."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np

from attribution_bayes.arrays import Floats, Ints
from attribution_bayes.engine.chances import stated_chances
from attribution_bayes.engine.exact import CELLS_AT_ONCE, component_likelihood
from attribution_bayes.engine.factors import Component, Factor
from attribution_bayes.engine.network import Network
from attribution_bayes.engine.scaled import ROOM, Scaled, binary_digits

type Moves = dict[int, tuple[float, float]]
"""The new value of each moved input, and one minus it."""


@dataclass(frozen=True, eq=False)
class Local:
    """One component with only the chances that it uses, so that moving an input costs no more than that."""

    component: Component
    slots: Ints
    flips: Ints
    base: Floats

    @classmethod
    def from_component(cls, network: Network, component: Component, chances: Floats) -> Local:
        tables = [positions for factor in component.factors for term in factor.terms for positions in term]
        used = np.unique(np.concatenate([positions.reshape(-1) for positions in tables]))
        factors = tuple(
            Factor(factor.scope, tuple(tuple(np.searchsorted(used, at) for at in term) for term in factor.terms))
            for factor in component.factors
        )
        slots, flips = network.users
        node = {position: (nodes, i) for nodes in network.nodes for i, position in enumerate(nodes.weight)}
        slots, flips = slots[used].copy(), flips[used].astype(np.int64)
        known = 2 * len(network.inputs.values)
        flips[(used >= known) & (used < known + len(network.evenly))] = AS_IT_IS
        for i, position in enumerate(used.tolist()):
            if position in node:  # a weight of the input's nodes: 1 for the first once the input is known
                nodes, place = node[position]
                slots[i], flips[i] = nodes.slot, FIRST_NODE if place == 0 else OTHER_NODE
        return cls(replace(component, factors=factors), slots, flips, chances[used])

    @property
    def largest(self) -> int:
        """Entries of the largest table, for each hypothesis."""
        return self.component.largest

    def owners(self) -> dict[int, set[int]]:
        """The hypotheses under which it uses each input."""
        found: dict[int, set[int]] = {}
        for factor in self.component.factors:
            for positions in (positions for term in factor.terms for positions in term):
                for k, used in enumerate(positions.reshape(len(positions), -1)):
                    for slot in self.slots[np.unique(used)].tolist():
                        found.setdefault(slot, set()).add(k)
        return found

    def moved(self, moves: Moves) -> Local:
        """The same where some inputs are moved."""
        return replace(self, base=self.numbers([moves])[0])

    def likelihood(self, rows: Sequence[Moves]) -> Scaled:
        """The likelihood with some inputs moved; shape (row, hypothesis). Rows give values, and one minus each."""
        return self.solved(self.numbers(rows))

    def numbers(self, rows: Sequence[Moves], base: Floats | None = None) -> Floats:
        """The chances that it uses with some inputs moved, from a row of chances for each; shape (row, chance)."""
        moved = [
            (i, at, (value, complement, 1.0, 0.0)[flip])
            for i, row in enumerate(rows)
            for slot, (value, complement) in row.items()
            for at, flip in self._places.get(slot, ())
        ]
        numbers = np.repeat(self.base[None], len(rows), axis=0) if base is None else base.copy()
        if moved:
            row_of, place, new = (np.array(column) for column in zip(*moved, strict=True))
            numbers[row_of, place] = new
        return numbers

    def supposed(self, columns: Mapping[int, Floats], size: int) -> Scaled:
        """The likelihood with some inputs moved; shape (row, hypothesis). Columns give their values, shape (row,)."""
        return self.solved(self.at_columns(columns, size))

    def at_columns(self, columns: Mapping[int, Floats], size: int) -> Floats:
        """The chances that it uses with some inputs moved, shape (row, chance). Columns give values, shape (row,)."""
        numbers = np.repeat(self.base[None], size, axis=0)
        for slot in columns.keys() & self._places.keys():
            for at, flip in self._places[slot]:
                numbers[:, at] = (columns[slot], 1 - columns[slot], 1.0, 0.0)[flip]
        return numbers

    def at(self, values: Floats) -> Scaled:
        """The likelihood at rows of known input values, shape (row, input + 1); shape (row, hypothesis)."""
        picked = values[:, self.slots]
        flips = np.broadcast_to(self.flips, picked.shape)
        return self.solved(np.choose(flips, [picked, 1 - picked, 1.0, 0.0, self.base]))

    def solved(self, numbers: Floats) -> Scaled:
        """The likelihood at rows of the chances that it uses, shape (row, chance); shape (row, hypothesis)."""
        digits, step = binary_digits(numbers), max(1, CELLS_AT_ONCE // max(self.largest, 1))
        parts = [
            component_likelihood(self.component, numbers[start : start + step], digits)
            for start in range(0, max(1, len(numbers)), step)
        ]
        if len(parts) == 1:
            return parts[0]
        mantissa, exponent = (
            np.concatenate([getattr(one, name) for one in parts]) for name in ("mantissa", "exponent")
        )
        return Scaled(mantissa, exponent)

    @cached_property
    def _places(self) -> dict[int, list[tuple[int, int]]]:
        """The positions of each input among the chances, and whether as one minus it."""
        found: dict[int, list[tuple[int, int]]] = {}
        for at, (slot, flip) in enumerate(zip(self.slots.tolist(), self.flips.tolist(), strict=True)):
            found.setdefault(slot, []).append((at, flip))
        return found


FIRST_NODE, OTHER_NODE, AS_IT_IS = 2, 3, 4


def local_components(network: Network) -> list[Local]:
    """Every component of a case as it stands."""
    chances = stated_chances(network)[0]
    return [Local.from_component(network, component, chances) for component in network.all_components]


def members(network: Network, slot: int) -> Ints:
    block = network.inputs.block[slot]
    return np.flatnonzero(network.inputs.block == block) if block >= 0 else np.array([slot])


def movers(network: Network, local: Local) -> list[int]:
    """Inputs that change a component when they are moved: those that it uses and those that share a row with them."""
    used = {int(slot) for slot in local.slots if slot < len(network.inputs.addresses)}
    return sorted({int(member) for slot in used for member in members(network, slot)})


def ends_of(network: Network, slot: int) -> Iterator[Moves]:
    """The inputs when one is 0 and when it is 1, with those of its row scaled in proportion."""
    block = members(network, slot)
    place = int(np.flatnonzero(block == slot)[0])
    for shares in ends_of_block(network.inputs.mean[block])[place] if len(block) > 1 else ([0.0], [1.0]):
        yield {member: (share, 1 - share) for member, share in zip(block.tolist(), map(float, shares), strict=True)}


def ends_of_block(means: Floats) -> Floats:
    """Members of a simplex when each in turn is 0 and 1, the others in proportion; shape (moved member, 2, member).

    A member that is all of it cannot move, as the others have no proportion in which to share: it is 1 at both ends.
    """
    listed, at = means.tolist(), np.arange(len(means))
    before = np.array([math.fsum(listed[:i] + listed[i + 1 :]) for i in at.tolist()])  # what the others have together
    factors = np.ones((len(means), 2))
    np.divide(1.0, before, out=factors[:, 0], where=(before > 0) & (means > 0))
    factors[(before > 0) & (means != 1), 1] = 0.0
    ends = factors[..., None] * means
    ends[at, 0, at], ends[at, 1, at] = before == 0, 1.0
    return np.asarray(ends)


# Few inputs moved ----------------------------------------------------------------------------------------------------

MAX_INPUTS = 3
"""Most inputs of one component moved between 0 and 1: each doubles the number of corners."""


@dataclass(frozen=True, eq=False)
class Corners:
    """One component of which few inputs are moved, none of them used more than once in a world: linear in each.

    Attributes
    ----------
    slots
        The inputs that are moved.
    numbers
        The likelihoods with each of them at 0 and at 1, shape (2, ..., 2, hypothesis).
    """

    slots: tuple[int, ...]
    numbers: Scaled

    @classmethod
    def from_local(cls, network: Network, local: Local, moved: Iterable[int]) -> Corners | None:
        """None where an input enters other than linearly, where two share a row, or where there are too many."""
        used = {*movers(network, local)}
        slots = tuple(slot for slot in moved if slot in used)
        rows = network.inputs.block[list(slots)].tolist()
        apart = len({*rows} - {-1}) == len(rows) - rows.count(-1)
        is_linear = not network.inputs.is_ratio[list(slots)].any() and not {*slots} & {*network.repeated}
        if len(slots) > MAX_INPUTS or not apart or not is_linear:
            return None
        corners = [
            {slot: pair for moves in corner for slot, pair in moves.items()}
            for corner in product(*(ends_of(network, slot) for slot in slots))
        ]
        return cls(slots, local.likelihood(corners).reshape(*(2,) * len(slots), -1))

    @property
    def largest(self) -> int:
        return 1 << len(self.slots)

    @cached_property
    def in_proportion(self) -> tuple[Floats, Ints, int]:
        """The numbers as plain ones for each hypothesis, their common exponents, and their spread in binary digits.

        Shapes (2, ..., 2, hypothesis, 1) and (hypothesis,).
        """
        flat = self.numbers.reshape(1 << len(self.slots), -1)
        plain, common = flat.aligned(0)
        digits = 1 + int(np.where(flat.mantissa > 0, common - flat.exponent, 0).max())
        return plain.reshape(*self.numbers.mantissa.shape, 1), common[0], digits

    def supposed(self, columns: Mapping[int, Floats], size: int) -> Scaled:
        """The likelihood at values of shape (row,); shape (row, hypothesis)."""
        ends = [(1 - columns[slot], columns[slot]) for slot in self.slots]
        numbers, common, digits = self.in_proportion
        if digits + sum(max(binary_digits(at_zero), binary_digits(at_one)) for at_zero, at_one in ends) < ROOM:
            for at_zero, at_one in ends:
                numbers = at_zero * numbers[0] + at_one * numbers[1]
            found = Scaled.from_floats(numbers.T)
            return Scaled(found.mantissa, found.exponent + common)
        return self._between(columns, size, self.slots)

    def slopes(self, columns: Mapping[int, Floats]) -> Floats:
        """Derivatives of the logarithm of the likelihood by its inputs, the others of their rows in proportion.

        Shape (row, hypothesis, input); 0 where the hypothesis is excluded.
        """
        found = []
        for slot in self.slots:
            value = columns[slot][:, None]
            ends = self._between(columns, len(value), [other for other in self.slots if other != slot])
            weighted = _by_end(columns[slot], ends)
            shares = (weighted / weighted.sum(axis=1)[:, None]).to_floats()
            found.append(shares[:, 1] / value - shares[:, 0] / (1 - value))
        return np.stack(found, axis=-1)

    def _between(self, columns: Mapping[int, Floats], size: int, slots: Sequence[int]) -> Scaled:
        """The likelihood with some of the inputs at these values, shape (row, 2 for each other input, hypothesis)."""
        found = Scaled(
            np.broadcast_to(self.numbers.mantissa, (size, *self.numbers.mantissa.shape)), self.numbers.exponent
        )
        axis = 1
        for slot in self.slots:
            if slot in slots:
                found = _by_end(columns[slot], found, axis).sum(axis=axis)
            else:
                axis += 1
        return found


def _by_end(values: Floats, ends: Scaled, axis: int = 1) -> Scaled:
    """Likelihoods with an input at 0 and at 1, along an axis, weighted by how far it is from either."""
    shape = [len(values) if i == 0 else 2 if i == axis else 1 for i in range(ends.mantissa.ndim)]
    return Scaled.from_floats(np.stack([1 - values, values], axis=1)).reshape(*shape) * ends
