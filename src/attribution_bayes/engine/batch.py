"""Credences at many rows of supposed numbers, computing only what the suppositions change.

Everything that no supposition touches is one number for each hypothesis, computed once: a `_Plan`. It is multiplied by
the supposed numbers in blocks of rows that fit the processor's cache, so that a million rows take little longer than
reading their numbers from memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import batched

import numpy as np

from attribution_bayes.arrays import Floats, Ints
from attribution_bayes.declare.assumptions import covary, room_problem
from attribution_bayes.declare.numbers import number_problem
from attribution_bayes.declare.ratios import MAX_RATIO, MIN_RATIO
from attribution_bayes.declare.ways import probability_problem, ratio_problem
from attribution_bayes.engine.chances import stated_chances
from attribution_bayes.engine.exact import CELLS_AT_ONCE, as_stated, evaluate, likelihoods_at
from attribution_bayes.engine.local import Corners, Local, members
from attribution_bayes.engine.network import Network
from attribution_bayes.engine.scaled import ROOM, Scaled
from attribution_bayes.errors import CaseError, Problem
from attribution_bayes.memo import Memo
from attribution_bayes.odds import never_zero

NUMBERS_AT_ONCE = 2**17
"""Joint probabilities in one block: 1 MiB, about the size of a processor's second-level cache."""

MIN_ROWS_AT_ONCE = 2**11
"""Fewest rows in a block: with fewer, the calls would take longer than the arithmetic."""

MAX_PLANS = 16
"""Most plans kept for each network; the oldest are dropped first."""

COARSE, FINE = 1.5 * 2.0**25, 1.5 * 2.0**-2
"""Adding and subtracting the first rounds a number up to 1 to a multiple of 2^-27; the second, the rest to 2^-54."""


@dataclass(frozen=True, eq=False)
class _Plan:
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
    """

    moved: tuple[int, ...]
    held: Scaled
    uses: tuple[tuple[tuple[int, bool], ...], ...]
    components: tuple[Local | Corners, ...]

    @cached_property
    def plain(self) -> Floats:
        """The numbers held in proportion, the greatest of them in [1/2, 1)."""
        return self.held.aligned(0)[0]

    @cached_property
    def digits_apart(self) -> int:
        """Binary digits between the least and the greatest of the numbers held that are not 0."""
        return int(np.ptp(self.held.exponent[self.held.mantissa > 0])) if self.held.mantissa.any() else 0

    @cached_property
    def sum_of_others(self) -> float:
        """The sum over the hypotheses that do not move, rounded once."""
        return math.fsum(number for number, uses in zip(self.plain.tolist(), self.uses, strict=True) if not uses)

    def factors(self, columns: Mapping[int, Floats]) -> list[list[Floats]]:
        """For each hypothesis, the numbers that multiply `held`, shape (row,) each."""
        return [[1 - columns[slot] if flip else columns[slot] for slot, flip in uses] for uses in self.uses]


_plans: Memo[Network, dict[tuple[int, ...], _Plan]] = Memo()


def plan(network: Network, moved: tuple[int, ...]) -> _Plan:
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


def _plan(network: Network, moved: tuple[int, ...]) -> _Plan:
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
    return _Plan(
        moved=moved,
        held=Scaled(mantissa, exponent).prod(axis=0),
        uses=tuple(
            tuple((position % len(touched), position >= len(touched)) for position in factors[row, k].tolist())
            for k, row in enumerate(is_moved.T)
        ),
        components=tuple(Corners.from_local(network, local, moved) or local for local in locals_.values()),
    )


# Rows ----------------------------------------------------------------------------------------------------------------


def credences_at(network: Network, new: Mapping[int, Floats]) -> Floats:
    """Credences in rows in which some inputs are moved, shape (row, hypothesis).

    In rows that repeat the stated plain numbers, they are those of the case to the last bit.

    Parameters
    ----------
    new
        For each moved input its values, shape (row,).

    Raises
    ------
    CaseError
        If a value could not be stated at its address.
    ContradictionError
        If every hypothesis is excluded in some row.
    """
    found = plan(network, tuple(sorted(new)))
    columns = {slot: _as_floats(network, slot, new) for slot in found.moved}
    if problems := list(_room_problems(network, columns)):
        raise CaseError(list(_value_problems(network, new)) or problems)
    size = len(next(iter(columns.values())))
    credence = np.empty((len(network.hypotheses), size))
    for part in _parts(found, size):
        _fill(network, found, {slot: column[part] for slot, column in columns.items()}, credence[:, part], new)
    if len(unmoved := _unmoved(network, columns)):
        credence[:, unmoved] = as_stated(network)[:, None]
    return credence.T


def _unmoved(network: Network, columns: Mapping[int, Floats]) -> Ints:
    """Rows that repeat the stated plain numbers."""
    (first, column), *others = columns.items()
    rows = np.flatnonzero(column == network.inputs.mean[first])  # nearly always none: the others need not be read
    for slot, column in others:
        rows = rows[column[rows] == network.inputs.mean[slot]] if len(rows) else rows
    return rows[:0] if len(rows) and network.inputs.uncertain[[*columns]].any() else rows


def joints_at(network: Network, new: Mapping[int, Floats]) -> Scaled:
    """P(hypothesis and all observations) in the rows of `credences_at`, shape (row, hypothesis), without underflow.

    The values must have been checked.
    """
    found, size = plan(network, tuple(sorted(new))), len(next(iter(new.values())))
    parts = []
    for part in _parts(found, size):
        columns = _with_their_blocks(network, {slot: column[part] for slot, column in new.items()})
        parts.append(_scaled_joints(found, columns))
    mantissa, exponent = ([getattr(one, name).T for one in parts] for name in ("mantissa", "exponent"))
    return Scaled(np.concatenate(mantissa), np.concatenate(exponent))


def _parts(found: _Plan, size: int) -> Iterator[slice]:
    """Blocks of rows."""
    hypotheses = len(found.uses)
    if found.components:
        most = CELLS_AT_ONCE // (hypotheses * max(one.largest for one in found.components))
        step = max(1, min(NUMBERS_AT_ONCE // hypotheses, most))
    else:
        step = max(MIN_ROWS_AT_ONCE, NUMBERS_AT_ONCE // hypotheses)
    for start in range(0, size, step):
        yield slice(start, min(start + step, size))


def _fill(
    network: Network, found: _Plan, moved: dict[int, Floats], credence: Floats, new: Mapping[int, Floats]
) -> None:
    """Write the credences of a part of the rows, shape (hypothesis, row).

    Where no product can leave the range of doubles, which is nearly always, the numbers are multiplied as they are;
    otherwise they are scaled. The two agree to rounding error, not to the last bit.
    """
    columns, powers = _with_their_blocks(network, moved), {}
    for slot, column in columns.items():
        lower, upper = _range(network, slot)
        lowest, highest = float(np.minimum.reduce(column)), float(np.maximum.reduce(column))
        if slot in moved and not lower <= lowest <= highest <= upper:
            raise CaseError(list(_value_problems(network, new)))
        powers[slot] = _powers(lowest, highest), _powers(1 - highest, 1 - lowest)
    down = min(sum(powers[slot][flip][0] for slot, flip in uses) for uses in found.uses)
    up = max(sum(powers[slot][flip][1] for slot, flip in uses) for uses in found.uses)
    if found.components or found.digits_apart + up - down >= ROOM:
        total = _fill_scaled(_scaled_joints(found, columns), credence)
    else:
        total = _fill_plain(found, columns, credence)
    if not total.all():
        _contradict(network, columns, int(np.argmin(total)))


def _powers(lowest: float, highest: float) -> tuple[int, int]:
    """The greatest powers of two by which a factor in this range can divide and multiply a product."""
    return (min(math.frexp(lowest)[1] - 1, 0), max(math.frexp(highest)[1], 0)) if lowest > 0 else (-2 * ROOM, 0)


def _fill_plain(found: _Plan, columns: Mapping[int, Floats], credence: Floats) -> Floats:
    """Multiply plain numbers onto those held; return the sums that divide them, shape (row,)."""
    factors = found.factors(columns)
    moved = [k for k, numbers in enumerate(factors) if numbers]
    for k in moved:
        row = credence[k]
        np.multiply(factors[k][0], found.plain[k], out=row)
        for numbers in factors[k][1:]:
            np.multiply(row, numbers, out=row)
    total = _total(credence[moved]) + found.sum_of_others
    with np.errstate(invalid="ignore"):  # the caller reports sums of zero
        for k, number in enumerate(found.plain):
            np.divide(credence[k] if k in moved else number, total, out=credence[k])
    return np.asarray(total)


def _fill_scaled(joint: Scaled, credence: Floats) -> Floats:
    """Divide joint probabilities of shape (hypothesis, row) by their sums, and return these in proportion."""
    numbers, _ = joint.aligned(0)
    total = _total(numbers)
    with np.errstate(invalid="ignore"):
        np.divide(numbers, total, out=credence)
    if not credence.all():
        credence[:] = never_zero(credence, joint.mantissa > 0)
    return total


def _total(numbers: Floats) -> Floats:
    """Sums over the hypotheses, the same to the last bit in any order; shape (row,).

    Three numbers or more are each cut into a multiple of 2^-27 and one of 2^-54 of the greatest in their row. Sums of
    such multiples need no rounding, so their order does not matter; what is cut off is too small to matter.
    """
    if len(numbers) < 3:
        return np.asarray(np.add.reduce(numbers, axis=0))
    _, exponent = np.frexp(np.maximum.reduce(numbers, axis=0))
    shares = numbers * np.ldexp(1.0, -exponent)
    coarse = (shares + COARSE) - COARSE
    fine = ((shares - coarse) + FINE) - FINE
    return np.asarray(np.ldexp(np.add.reduce(coarse, axis=0) + np.add.reduce(fine, axis=0), exponent))


def _scaled_joints(found: _Plan, columns: Mapping[int, Floats]) -> Scaled:
    """P(hypothesis and all observations), however far inputs are moved; shape (hypothesis, row)."""
    size, factors = len(next(iter(columns.values()))), found.factors(columns)
    powers = (_powers(float(column.min()), float(column.max())) for numbers in factors for column in numbers)
    at_once = ROOM // max((up - down for down, up in powers), default=1)  # products of so many do not underflow
    held = found.held.reshape(-1, 1)
    joint = Scaled(np.repeat(held.mantissa, size, axis=1), np.repeat(held.exponent, size, axis=1))
    for k, numbers in enumerate(factors):
        for some in batched(numbers, max(1, at_once)):
            row = joint[k] * Scaled.from_floats(reduce(np.multiply, some))
            joint.mantissa[k], joint.exponent[k] = row.mantissa, row.exponent
    for component in found.components:
        one = component.supposed(columns, size)
        joint = joint * Scaled(one.mantissa.T, one.exponent.T)
    return joint


def _contradict(network: Network, columns: Mapping[int, Floats], row: int) -> None:
    """Raise the error that says what excludes every hypothesis in a row."""
    values, known = network.inputs.values[None].copy(), np.zeros(len(network.inputs.values), dtype=bool)
    for slot, column in columns.items():
        values[0, slot], known[slot] = column[row], True
    evaluate(network, values, known)


def _with_their_blocks(network: Network, moved: Mapping[int, Floats]) -> dict[int, Floats]:
    """The moved columns, and those of the members of priors and rows that are scaled because others are moved."""
    columns = dict(moved)
    for block, inside in _blocks(network, moved):
        scaled = covary(network.inputs.mean[block], inside)
        columns |= {slot: scaled[:, i] for i, slot in enumerate(block.tolist()) if slot not in moved}
    return columns


# What may be supposed ------------------------------------------------------------------------------------------------


def _range(network: Network, slot: int) -> tuple[float, float]:
    """The least and the greatest number that can be stated for an input."""
    return (MIN_RATIO, MAX_RATIO) if network.inputs.is_ratio[slot] else (5e-324, 1 - 2**-53)


def _as_floats(network: Network, slot: int, new: Mapping[int, Floats]) -> Floats:
    column = new[slot]
    if column.dtype == np.float64:
        return column
    if not np.issubdtype(column.dtype, np.integer) and not np.issubdtype(column.dtype, np.floating):
        if problems := list(_value_problems(network, new)):
            raise CaseError(problems)
        return np.array([float(value) for value in column.tolist()])  # pandas turns mixed columns into objects
    return column.astype(np.float64)


def _value_problems(network: Network, new: Mapping[int, Floats]) -> Iterator[Problem]:
    """The first value of each column that could not be stated at its address."""
    for slot, column in new.items():
        check = ratio_problem if network.inputs.is_ratio[slot] else probability_problem
        problems = (number_problem(value) or check(value) for value in column.tolist())
        problem = next((problem for problem in problems if problem is not None), None)
        if problem is not None:
            yield problem.under(network.inputs.addresses[slot])


def _blocks(network: Network, new: Mapping[int, Floats]) -> Sequence[tuple[Ints, dict[int, Floats]]]:
    """The priors and rows of which members are moved, with the moved members by position."""
    moved = {int(network.inputs.block[slot]): slot for slot in new}
    blocks = [members(network, slot) for block, slot in moved.items() if block >= 0]
    return [(block, {i: new[slot] for i, slot in enumerate(block.tolist()) if slot in new}) for block in blocks]


def _room_problems(network: Network, new: Mapping[int, Floats]) -> Iterator[Problem]:
    for block, inside in _blocks(network, new):
        address = network.inputs.block_addresses[network.inputs.block[block[0]]]
        problem = room_problem(address, network.inputs.mean[block], inside)
        if problem is not None:
            yield problem
