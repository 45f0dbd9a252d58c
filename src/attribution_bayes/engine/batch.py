"""Credences at many rows of supposed numbers, computing only what the suppositions change.

Everything that no supposition touches is one number for each hypothesis, computed once: a `Plan`. It is multiplied by
the supposed numbers in blocks of rows that fit the processor's cache, so that a million rows take little longer than
reading their numbers from memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache, reduce
from itertools import batched

import numpy as np

from attribution_bayes.arrays import Floats, Ints
from attribution_bayes.declare.assumptions import covary, room_problem
from attribution_bayes.declare.numbers import number_problem
from attribution_bayes.declare.ways import probability_problem, ratio_problem
from attribution_bayes.engine.exact import CELLS_AT_ONCE, as_stated, evaluate
from attribution_bayes.engine.few_rows import FewRows, are_ratios, few_rows
from attribution_bayes.engine.network import Network
from attribution_bayes.engine.one_row import one_row
from attribution_bayes.engine.plan import Plan, plan
from attribution_bayes.engine.scaled import ROOM, Scaled, sums_in_any_order
from attribution_bayes.errors import CaseError, Problem
from attribution_bayes.odds import never_zero

NUMBERS_AT_ONCE = 2**17
"""Joint probabilities in one block: 1 MiB, about the size of a processor's second-level cache."""

ONE_AS_WHOLE_NUMBER = np.float64(1).view(np.uint64)

MIN_ROWS_AT_ONCE = 2**11
"""Fewest rows in a block: with fewer, the calls would take longer than the arithmetic."""


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
    return credences_planned(network, plan(network, tuple(sorted(new))), new)


def credences_planned(network: Network, found: Plan, new: Mapping[int, Floats]) -> Floats:
    """The same with the plan at hand."""
    columns = {slot: _as_floats(network, slot, new) for slot in found.moved}
    size = len(next(iter(columns.values())))
    if size == 1 and (row := one_row(found).credences([column.item() for column in columns.values()])) is not None:
        return np.array([row])
    if 1 < size <= MIN_ROWS_AT_ONCE:
        few = credences_of_few(network, few_rows(found), np.stack([*columns.values()]))
        if few is not None:
            return few
    if problems := list(_room_problems(found, columns)):
        raise CaseError(list(_value_problems(network, new)) or problems)
    credence = np.empty((len(network.hypotheses), size))
    unmoved = _unmoved(found, columns)
    for part in _parts(found, size):
        moved = {slot: column[part] for slot, column in columns.items()}
        _fill(network, found, moved, credence[:, part], new)
    if len(unmoved):
        credence[:, unmoved] = as_stated(network)[:, None]
    return credence.T


def credences_of_few(network: Network, found: FewRows, numbers: Floats) -> Floats | None:
    """Credences, shape (row, hypothesis), at values of shape (moved input, row), in the order of `found`.

    None where this is not the way.
    """
    credence = found.credences(numbers)
    if credence is None:
        return None
    unmoved = (numbers == found.stated[:, None]).all(axis=0)
    if unmoved.any():
        credence[:, unmoved] = as_stated(network)[:, None]
    return credence.T


def _unmoved(found: Plan, columns: Mapping[int, Floats]) -> Ints:
    """Rows that repeat the stated plain numbers."""
    (number, column), *others = zip(found.stated.tolist(), columns.values(), strict=True)
    rows = np.flatnonzero(column == number)
    for number, column in others if len(rows) else ():  # nearly always none: the others need not be read
        rows = rows[column[rows] == number]
    return rows


def joints_at(network: Network, new: Mapping[int, Floats]) -> Scaled:
    """P(hypothesis and all observations) in the rows of `credences_at`, shape (row, hypothesis), without underflow.

    The values must have been checked.
    """
    found, size = plan(network, tuple(sorted(new))), len(next(iter(new.values())))
    parts = []
    for part in _parts(found, size):
        columns = with_their_blocks(found, {slot: column[part] for slot, column in new.items()})
        parts.append(_scaled_joints(found, columns))
    mantissa, exponent = ([getattr(one, name).T for one in parts] for name in ("mantissa", "exponent"))
    return Scaled(np.concatenate(mantissa), np.concatenate(exponent))


def _parts(found: Plan, size: int) -> Iterator[slice]:
    """Blocks of rows."""
    hypotheses = len(found.uses)
    if found.components:
        most = CELLS_AT_ONCE // (hypotheses * max(one.largest for one in found.components))
        step = max(1, min(NUMBERS_AT_ONCE // hypotheses, most))
    else:
        step = max(MIN_ROWS_AT_ONCE, NUMBERS_AT_ONCE // hypotheses)
    for start in range(0, size, step):
        yield slice(start, min(start + step, size))


def _fill(network: Network, found: Plan, moved: dict[int, Floats], credence: Floats, new: Mapping[int, Floats]) -> None:
    """Write the credences of a part of the rows, shape (hypothesis, row).

    Where no product leaves the range of doubles, which is nearly always, the numbers are multiplied as they are;
    otherwise they are scaled. The two agree to rounding error, not to the last bit.
    """
    columns = with_their_blocks(found, moved)

    def expect(can_be_stated: bool) -> None:
        if not can_be_stated:
            raise CaseError(list(_value_problems(network, new)))

    @cache
    def checked(slot: int) -> Floats:
        """An input, which is looked at once, right before it is used, while it is in the cache; 0 shows in products."""
        if slot in moved:
            check = are_ratios if network.inputs.is_ratio[slot] else _are_probabilities_or_0
            expect(check(moved[slot]))
        return columns[slot]

    total = None if found.components else _fill_plain(found, checked, credence)
    for slot in columns:
        checked(slot)
    expect(all(moved[slot].all() for slot in (moved if total is None else moved.keys() - found.multipliers)))
    if total is None:
        total = _fill_scaled(_scaled_joints(found, columns), credence)
    if not total.all():
        _contradict(network, columns, int(np.argmin(total)))


def _are_probabilities_or_0(numbers: Floats) -> bool:
    """In one pass: as whole numbers, doubles from 0 to just below 1 come before 1, and all others after it."""
    return bool(numbers.view(np.uint64).max() < ONE_AS_WHOLE_NUMBER)


def _fill_plain(found: Plan, column: Callable[[int], Floats], credence: Floats) -> Floats | None:
    """Multiply plain numbers onto those held; return the sums that divide them, shape (row,).

    None where a product leaves the range of doubles, or could have on its way: likelihood ratios multiply it up again.
    """
    up = sum(max(0, math.frexp(column(slot).max())[1]) for slot in found.ratios)
    if found.digits_apart + up >= ROOM:
        return None
    for k, uses in enumerate(found.uses):
        row, product = credence[k], found.plain[k]
        for slot, flip in uses:
            product = np.multiply(product, 1 - column(slot) if flip else column(slot), out=row)
        if uses and found.plain[k] and row.min() < 2.0 ** (up - ROOM):
            return None
    moved = [k for k, uses in enumerate(found.uses) if uses]
    total = sums_in_any_order(credence[moved]) + found.sum_of_others
    with np.errstate(invalid="ignore"):  # the caller reports sums of zero
        for k, number in enumerate(found.plain):
            np.divide(credence[k] if found.uses[k] else number, total, out=credence[k])
    return np.asarray(total)


def _fill_scaled(joint: Scaled, credence: Floats) -> Floats:
    """Divide joint probabilities of shape (hypothesis, row) by their sums, and return these in proportion."""
    numbers, _ = joint.aligned(0)
    total = sums_in_any_order(numbers)
    with np.errstate(invalid="ignore"):
        np.divide(numbers, total, out=credence)
    if not credence.all():
        credence[:] = never_zero(credence, joint.mantissa > 0)
    return total


def _powers(lowest: float, highest: float) -> tuple[int, int]:
    """The greatest powers of two by which a factor in this range can divide and multiply a product."""
    return (min(math.frexp(lowest)[1] - 1, 0), max(math.frexp(highest)[1], 0)) if lowest > 0 else (-2 * ROOM, 0)


def _scaled_joints(found: Plan, columns: Mapping[int, Floats]) -> Scaled:
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


def with_their_blocks(found: Plan, moved: Mapping[int, Floats]) -> dict[int, Floats]:
    """The moved columns, and those of the members of priors and rows that are scaled because others are moved."""
    columns = dict(moved)
    for block in found.blocks:
        if moved.keys() >= {*block.tolist()}:
            continue
        scaled = covary(found.inputs.mean[block], _inside(block, moved))
        columns |= {slot: scaled[:, i] for i, slot in enumerate(block.tolist()) if slot not in moved}
    return columns


def _inside(block: Ints, moved: Mapping[int, Floats]) -> dict[int, Floats]:
    """The moved members of a prior or row, by position."""
    return {i: moved[slot] for i, slot in enumerate(block.tolist()) if slot in moved}


# What may be supposed ------------------------------------------------------------------------------------------------


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


def _room_problems(found: Plan, new: Mapping[int, Floats]) -> Iterator[Problem]:
    for block in found.blocks:
        address = found.inputs.block_addresses[found.inputs.block[block[0]]]
        problem = room_problem(address, found.inputs.mean[block], _inside(block, new))
        if problem is not None:
            yield problem
