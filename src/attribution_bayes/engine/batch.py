"""Credences at many rows of supposed numbers, at the cost of what is supposed and no more.

Whatever no supposition touches is one number for each hypothesis and is found once: a `Plan`. The supposed numbers are
multiplied onto it in parts of the rows that stay in the processor's cache, so that a million rows take little longer
than reading their numbers from memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.assumptions import covary, room_problem
from attribution_bayes.declare.numbers import number_problem
from attribution_bayes.declare.ratios import MAX_RATIO, MIN_RATIO
from attribution_bayes.declare.ways import probability_problem, ratio_problem
from attribution_bayes.engine.chances import stated_chances
from attribution_bayes.engine.exact import CELLS_AT_ONCE, as_stated, batches, evaluate, likelihoods, likelihoods_at
from attribution_bayes.engine.local import Corners, Local, members
from attribution_bayes.engine.network import Network
from attribution_bayes.engine.scaled import ROOM, Scaled
from attribution_bayes.errors import CaseError, Problem
from attribution_bayes.memo import Memo
from attribution_bayes.odds import never_zero

NUMBERS_AT_ONCE = 2**17
"""Joint probabilities that are worked on together: 1 MiB, about what the second cache of a processor holds."""

MIN_ROWS_AT_ONCE = 2**11
"""Rows that are worked on together where a hypothesis is filled in by itself: fewer take less than the call does."""

MAX_PLANS = 16
"""Plans that are kept for each network, the oldest dropped first."""

COARSE, FINE = 1.5 * 2.0**25, 1.5 * 2.0**-2
"""What rounds a number of at most 1 to a multiple of 2^-27, and the rest to one of 2^-54, when added and taken away."""


@dataclass(frozen=True, eq=False)
class Plan:
    """What stays the same in all rows in which the same inputs are moved.

    Attributes
    ----------
    moved
        The inputs, sorted.
    held
        The joint probabilities as far as nothing is moved, shape (hypothesis,).
    uses
        Hypothesis, input and whether one minus it is meant: the numbers to multiply onto these.
    components
        Those with hidden states that are moved.
    integrated
        Whether a moved input is integrated out as long as it is not moved: supposing its mean is another case then.
    """

    moved: tuple[int, ...]
    held: Scaled
    uses: tuple[tuple[int, int, bool], ...]
    components: tuple[Local | Corners, ...]
    integrated: bool

    @cached_property
    def alone(self) -> int | None:
        """The only hypothesis of which anything is moved, if there is only one."""
        moved = {k for k, _, _ in self.uses}
        return moved.pop() if len(moved) == 1 and not self.components else None

    @cached_property
    def apart(self) -> int:
        """Binary digits between the least and the greatest of the numbers held."""
        return int(np.ptp(self.held.exponent)) + 1

    @cached_property
    def plain(self) -> Floats:
        """The numbers held in proportion, if they are not too far apart; the greatest one not moved is in [1/2, 1)."""
        top = max(exponent for k, exponent in enumerate(self.held.exponent.tolist()) if k != self.alone)
        shift = np.clip(self.held.exponent - top, -2 * ROOM, ROOM)
        return np.asarray(np.ldexp(self.held.mantissa, shift.astype(np.int32)))

    @cached_property
    def greatest_other(self) -> int:
        """Of the hypotheses of which nothing is moved, the one of the greatest number."""
        return max((k for k in range(len(self.plain)) if k != self.alone), key=self.plain.__getitem__)

    @cached_property
    def sum_of_others(self) -> float:
        """Of all hypotheses of which nothing is moved, rounded once."""
        return math.fsum(share for k, share in enumerate(self.plain.tolist()) if k != self.alone)

    def total(self, shares: Floats) -> Floats:
        """Sums over the hypotheses of numbers of shape (hypothesis, row), in proportion; shape (row,)."""
        if self.alone is None:
            return _total(shares)
        scale = self.plain[self.greatest_other]  # a power of two apart in each row
        others = self.sum_of_others * (shares[self.greatest_other] / scale) if scale else 0.0
        return np.asarray(shares[self.alone] + others)


_plans: Memo[Network, dict[tuple[int, ...], Plan]] = Memo()


def plan(network: Network, moved: tuple[int, ...]) -> Plan:
    """What moving these inputs leaves as it is; found once for each network."""
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
        if touched[(local := Local.of(network, component, chances[0])).slots].any()
    }
    factors = np.concatenate([network.prior[None], network.direct])
    is_moved = touched[factors % len(touched)]
    found = likelihoods_at(network, network.integrated, chances)[0]
    held = Scaled(
        np.concatenate([network.inputs.mean[None, network.prior], found.mantissa]),
        np.concatenate([np.zeros_like(found.exponent, shape=(1, len(network.prior))), found.exponent]),
    )
    at = np.concatenate([[0], 1 + network.direct_at])
    held.mantissa[at] = np.where(is_moved, 1.0, held.mantissa[at])
    held.exponent[at] = np.where(is_moved, 0, held.exponent[at])
    for place in locals_:
        held.mantissa[1 + place], held.exponent[1 + place] = 1.0, 0
    return Plan(
        moved=moved,
        held=_with_low_zeros(held.prod(axis=0)),
        uses=tuple(_uses(factors, is_moved, len(touched))),
        components=tuple(Corners.of(network, local, moved) or local for local in locals_.values()),
        integrated=bool({nodes.slot for nodes in network.nodes} & {*moved}),
    )


def _with_low_zeros(product: Scaled) -> Scaled:
    """Zeros get the least exponent of all, so that no number is measured against them."""
    positive = product.mantissa > 0
    lowest = product.exponent[positive].min(initial=0)
    return replace(product, exponent=np.where(positive, product.exponent, lowest))


def _uses(factors: Ints, is_moved: np.ndarray, size: int) -> Iterator[tuple[int, int, bool]]:
    for k, row in enumerate(is_moved.T):
        for position in factors[row, k].tolist():
            yield k, position % size, position >= size


# Rows ----------------------------------------------------------------------------------------------------------------


def credences_at(network: Network, new: Mapping[int, Floats]) -> Floats:
    """Credences in rows in which some inputs are moved, shape (row, hypothesis).

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
    return credence.T


def _parts(found: Plan, size: int) -> Iterator[slice]:
    """Rows that are worked on together."""
    hypotheses = len(found.held.mantissa)
    largest = max((one.largest for one in found.components), default=0)
    least = 1 if found.alone is None else MIN_ROWS_AT_ONCE
    step = max(least, min(NUMBERS_AT_ONCE // hypotheses, CELLS_AT_ONCE // (hypotheses * largest) if largest else size))
    for start in range(0, size, step):
        yield slice(start, min(start + step, size))


def _fill(network: Network, found: Plan, moved: dict[int, Floats], credence: Floats, new: Mapping[int, Floats]) -> None:
    """Write the credences of a part of the rows."""
    columns, digits = _with_their_blocks(network, moved), {}
    for slot, column in columns.items():
        lower, upper = _range(network, slot)
        lowest, highest = float(np.minimum.reduce(column)), float(np.maximum.reduce(column))
        if slot in moved and not lower <= lowest <= highest <= upper:
            raise CaseError(list(_value_problems(network, new)))
        digits[slot] = _digits(lowest, highest), _digits(1 - highest, 1 - lowest)
    factors = [(k, 1 - columns[slot] if flip else columns[slot], digits[slot][flip]) for k, slot, flip in found.uses]
    alone, lost = found.alone, sum(digits for _, _, digits in factors)
    if alone is not None and lost + found.apart < ROOM:
        total = _fill_one(found, alone, [numbers for _, numbers, _ in factors], credence)
    else:
        total = _fill_all(found, factors, columns, credence)
    if not total.all():
        _contradict(network, columns, int(np.argmin(total)))
    if not found.integrated and len(rows := _unmoved(network, moved)):
        credence[:, rows] = as_stated(network)[:, None]


def _fill_one(found: Plan, moved: int, factors: Sequence[Floats], credence: Floats) -> Floats:
    """Where one hypothesis alone is moved: the others' sum is one number. Returns the totals, shape (row,)."""
    numbers = found.plain[moved] * factors[0]
    for factor in factors[1:]:
        np.multiply(numbers, factor, out=numbers)
    total = numbers + found.sum_of_others
    with np.errstate(invalid="ignore", divide="ignore"):  # a total of zero is told of by whoever called
        for k, share in enumerate(found.plain):
            np.divide(numbers if k == moved else share, total, out=credence[k])
    return np.asarray(total)


def _fill_all(
    found: Plan, factors: Sequence[tuple[int, Floats, int]], columns: Mapping[int, Floats], credence: Floats
) -> Floats:
    """Whatever is moved, and however far; where one hypothesis alone is moved, to the same bits."""
    size = credence.shape[1]
    joint = _Joint(np.repeat(found.held.mantissa[:, None], size, axis=1), found.held.exponent[:, None])
    for k, numbers, digits in factors:
        joint.multiply(k, numbers, digits)
    for one in found.components:
        joint.multiply_all(one.supposed(columns, size))
    shares = joint.in_proportion()
    total = found.total(shares)
    with np.errstate(invalid="ignore", divide="ignore"):
        np.divide(shares, total, out=credence)
    if not credence.all():
        credence[:] = never_zero(credence, joint.mantissa > 0)
    return np.asarray(total)


def joints_at(network: Network, new: Mapping[int, Floats]) -> Scaled:
    """P(hypothesis and all observations) in the rows of `credences_at`, shape (row, hypothesis): none runs out.

    Slower than credences; the values must have been checked.
    """
    values, known = _rows(network, _with_their_blocks(network, new))
    parts = [
        Scaled.from_floats(values[part][:, network.prior]) * likelihoods(network, values[part], known).prod(axis=1)
        for part in batches(network, len(values))
    ]
    return Scaled(*(np.concatenate([getattr(part, field) for part in parts]) for field in ("mantissa", "exponent")))


def _rows(network: Network, columns: Mapping[int, Floats]) -> tuple[Floats, Bools]:
    """Rows of input values, shape (row, input + 1), and which inputs are known to have them."""
    size = len(next(iter(columns.values())))
    values, known = np.tile(network.inputs.values, (size, 1)), np.zeros(len(network.inputs.values), dtype=bool)
    for slot, column in columns.items():
        values[:, slot], known[slot] = column, True
    return values, known


def _unmoved(network: Network, moved: Mapping[int, Floats]) -> Ints:
    """Rows in which every moved input has its stated value: their credences are those of the case, to the last bit."""
    same = np.True_
    for slot, column in moved.items():
        same = same & (column == network.inputs.mean[slot])
        if not same.any():
            break
    return np.flatnonzero(same)


def _digits(lowest: float, highest: float) -> int:
    """Binary digits by which numbers of this range can bring a product nearer to underflow or overflow."""
    return max(1 - math.frexp(lowest)[1], math.frexp(highest)[1]) if lowest > 0 else 2 * ROOM


@dataclass
class _Joint:
    """Joint probabilities of every hypothesis in every row, under way: mantissa * 2^exponent.

    Attributes
    ----------
    mantissa
        Shape (hypothesis, row).
    exponent
        Shape (hypothesis, 1), the same in all rows.
    shift
        What comes on top of it, shape (hypothesis, row), once it differs between rows.
    lost
        For each hypothesis how many binary digits the mantissas may have lost since they were in [1/2, 1).
    """

    mantissa: Floats
    exponent: Ints
    shift: Ints | None = None
    lost: dict[int, int] = field(default_factory=dict)

    def multiply(self, hypothesis: int, numbers: Floats, digits: int) -> None:
        """Multiply numbers of shape (row,) onto one hypothesis."""
        if digits > ROOM - 2:
            numbers, shift = np.frexp(numbers)
            self._shift(hypothesis, shift)
            digits = 1
        lost = self.lost.get(hypothesis, 1) + digits
        if lost > ROOM:
            self._normalise(hypothesis)
            lost = 1 + digits
        row = self.mantissa[hypothesis]
        np.multiply(row, numbers, out=row)
        self.lost[hypothesis] = lost

    def multiply_all(self, numbers: Scaled) -> None:
        """Multiply numbers of shape (row, hypothesis) onto all of them."""
        product = self._scaled() * Scaled(numbers.mantissa.T, numbers.exponent.T)
        self.mantissa, self.shift, self.lost = product.mantissa, product.exponent - self.exponent, {}

    def _scaled(self) -> Scaled:
        exponent = self.exponent if self.shift is None else self.exponent + self.shift
        return Scaled(self.mantissa, exponent).normalised()

    def _normalise(self, hypothesis: int) -> None:
        mantissa, shift = np.frexp(self.mantissa[hypothesis])
        self.mantissa[hypothesis] = mantissa
        self._shift(hypothesis, shift)

    def _shift(self, hypothesis: int, shift: Ints) -> None:
        if self.shift is None:
            self.shift = np.zeros(self.mantissa.shape, dtype=np.int64)
        self.shift[hypothesis] += shift

    def in_proportion(self) -> Floats:
        """Plain numbers in proportion in each row, the greatest of them in [1/2, 1)."""
        numbers = self._aligned()
        _, exponent = np.frexp(np.maximum.reduce(numbers, axis=0))
        return np.asarray(numbers * np.ldexp(1.0, -exponent))

    def _aligned(self) -> Floats:
        top = self.exponent.max()
        apart = int(top - self.exponent.min()) + max(self.lost.values(), default=1)
        if self.shift is not None or apart > ROOM:
            return self._scaled().aligned(0)[0]
        return np.asarray(self.mantissa * np.ldexp(1.0, (self.exponent - top).astype(np.int32)))


def _total(numbers: Floats) -> Floats:
    """Sums over the hypotheses, the same to the last bit in whatever order they come; shape (row,).

    Each number is cut into two multiples of small numbers, of which sums are exact.
    """
    coarse = (numbers + COARSE) - COARSE
    fine = ((numbers - coarse) + FINE) - FINE
    return np.asarray(np.add.reduce(coarse, axis=0) + np.add.reduce(fine, axis=0))


def _contradict(network: Network, columns: Mapping[int, Floats], row: int) -> None:
    """Raise the error that says what excludes every hypothesis in a row."""
    evaluate(network, *_rows(network, {slot: column[[row]] for slot, column in columns.items()}))


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
        return np.array([float(value) for value in column.tolist()])  # what pandas makes of many columns: objects
    return column.astype(np.float64)


def _value_problems(network: Network, new: Mapping[int, Floats]) -> Iterator[Problem]:
    """Of each column the first value that could not be stated at its address."""
    for slot, column in new.items():
        check = ratio_problem if network.inputs.is_ratio[slot] else probability_problem
        problems = (number_problem(value) or check(value) for value in column.tolist())
        problem = next((problem for problem in problems if problem is not None), None)
        if problem is not None:
            yield problem.under(network.inputs.addresses[slot])


def _blocks(network: Network, new: Mapping[int, Floats]) -> Sequence[tuple[Ints, dict[int, Floats]]]:
    """The priors and rows of which members are moved, with the moved ones by their place in it."""
    moved = {int(network.inputs.block[slot]): slot for slot in new}
    blocks = [members(network, slot) for block, slot in moved.items() if block >= 0]
    return [(block, {i: new[slot] for i, slot in enumerate(block.tolist()) if slot in new}) for block in blocks]


def _room_problems(network: Network, new: Mapping[int, Floats]) -> Iterator[Problem]:
    for block, inside in _blocks(network, new):
        address = network.inputs.addresses[int(block[0])].rpartition(".")[0]
        problem = room_problem(address, network.inputs.mean[block], inside)
        if problem is not None:
            yield problem
