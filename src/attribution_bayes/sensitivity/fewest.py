"""The smallest sets of numbers that overturn the answer, each number inside its plausible range.

Effects of different components on the log odds add up, so only numbers of one component are tried together. The members
of a prior or of a row move as one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import batched, chain, combinations, islice, product

import numpy as np
import pandas as pd

from attribution_bayes.arguments import expect
from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.case import Case
from attribution_bayes.engine.local import Moves
from attribution_bayes.odds import DECIBANS_PER_NAT
from attribution_bayes.progress import progress
from attribution_bayes.sensitivity.boxes import Confined, merged
from attribution_bayes.sensitivity.question import TIE_DB, Question, question
from attribution_bayes.sensitivity.robustness import JUST_BEYOND, reach
from attribution_bayes.sensitivity.worst_case import Field, Inside, field, free_of, picked

LARGEST = 3
"""Most numbers in a set."""

MAX_UNITS = 120
"""Numbers of which all sets are tried, those that move the log odds most: 280,840 sets of three."""

MAX_TOGETHER = 30
"""The same for one component: 4525 sets, each with all its corners."""

TRIED_AT_ONCE = 2**15
"""Sets whose margins are computed together: for 19 rivals, 5 MiB."""

ABSENT = -1
"""Stands for a unit where a set has fewer than there are columns."""

SETS_AT_ONCE = 256
"""Sets whose corners are computed together: for three numbers with two ends each, 2048 rows."""

MAX_LISTED = 20
"""Most sets listed of each size, those that overturn by most; the others are only counted."""

type Set = tuple[int, ...]


def fewest(case: Case, target: str | None = None, *, against: str | None = None) -> pd.DataFrame:
    """Find the smallest sets of numbers that together overturn the lead, each inside its plausible range.

    Parameters
    ----------
    case
    target, against
        See `robustness`.

    Returns
    -------
    DataFrame
        Index: (set, address), sets of one number first, then of two and of three; none contains a smaller one. The
        members of a prior or of a row count as one number. Columns: ``size``; ``stated``; ``value``, at which the set
        as a whole changes the answer; ``moved_db``, the distance in decibans of odds; ``share_of_range``, the least
        share of the way to the ends of their ranges that the numbers of the set need; ``new_leader``; ``exact``,
        whether the worst place was computed, and not searched for. ``attrs["counts"]`` says how many such sets there
        are of each size, of which at most 20 are listed; ``attrs["complete"]``, whether all sets were tried: with more
        than 120 numbers, or 30 in one component, only those that move the log odds most are, and an input that several
        reports use is tried at five places in its range.

    Raises
    ------
    CaseError, ContradictionError, TooLargeError
        See `robustness`.

    Examples
    --------
    >>> import attribution_bayes as ab
    >>> case = ab.Case(
    ...     question="Which?",
    ...     hypotheses=[
    ...         ab.Hypothesis(name="a", statement="it was a"),
    ...         ab.Hypothesis(name="b", statement="it was not", catch_all=True),
    ...     ],
    ...     prior={"a": 0.5, "b": 0.5},
    ...     evidence=[ab.Evidence(name="e", statement="e holds", likelihood={"a": 0.5, "b": 0.2})],
    ... )
    >>> ab.fewest(case).attrs["counts"]
    {1: 0, 2: 3, 3: 0}
    """
    expect(case, Case, "case")
    asked, found = question(case, target, against, None), field(case)
    units, sets, is_complete = _minimal(found, asked)
    rows: dict[tuple[int, str], dict[str, object]] = {}
    shown = [one for of_size in sets.values() for one in of_size[:MAX_LISTED].tolist()]
    listed = [free_of(np.concatenate([units[unit] for unit in one]), len(found.everything)) for one in shown]
    for number, slots in enumerate(progress(listed, "fewest"), start=1):
        rows |= {(number, address): row for address, row in _rows(found, asked, slots)}
    columns = ["size", "stated", "value", "moved_db", "share_of_range", "new_leader", "exact"]
    index = pd.MultiIndex.from_tuples([*rows], names=["set", "address"])
    table = pd.DataFrame([*rows.values()], index=index, columns=columns)
    table.attrs = {
        "target": case.names[asked.place],
        "counts": {size: len(of_size) for size, of_size in sets.items()},
        "complete": is_complete,
    }
    return table


def _rows(found: Field, asked: Question, free: Bools) -> Iterator[tuple[str, dict[str, object]]]:
    """For each number of a set, the value with which the set overturns the answer."""
    net = found.network
    exact = all(found.plausible(free, 1.0).is_exact(contest) for contest in asked.contests)
    share, contest = reach(found, asked, lambda part: found.plausible(free, part), 1.0, exact)
    if contest is None:  # rounding must not take it beyond the end of its range
        share, contest = 1.0, asked.contests[0]
    there = found.plausible(free, min(share * (1 + JUST_BEYOND) + TIE_DB, 1.0))
    moves = {slot: pair for slot, pair in there.moves(contest).items() if free[slot]}
    for slot, (value, complement) in sorted(moves.items()):
        stated = float(net.inputs.mean[slot])
        moved = _moved(
            (value, complement), (stated, float(net.inputs.complement[slot])), bool(net.inputs.is_ratio[slot])
        )
        yield (
            net.inputs.addresses[slot],
            {
                "size": len(_units_of(found, free)),
                "stated": stated,
                "value": value,
                "moved_db": moved * DECIBANS_PER_NAT,
                "share_of_range": share,
                "new_leader": asked.leader(net.hypotheses, contest),
                "exact": exact,
            },
        )


def _moved(to: tuple[float, float], stated: tuple[float, float], is_ratio: bool) -> float:
    """How far a number is moved, in nats of its odds, or of itself if it is a ratio; given with its complement."""
    if to == stated:  # what is impossible stays so
        return 0.0
    (value, complement), (before, away) = to, stated
    with np.errstate(divide="ignore"):
        moved = np.log(np.float64(value)) - np.log(before)
        return float(moved if is_ratio else moved - np.log(np.float64(complement)) + np.log(away))


def _units_of(found: Field, free: Bools) -> list[Ints]:
    """Inputs that move as one: each by itself, the members of a prior or a row together."""
    block = found.network.inputs.block
    singles = [np.array([slot]) for slot in np.flatnonzero(free & (block < 0)).tolist()]
    return [*(np.flatnonzero(block == one) for one in np.unique(block[free & (block >= 0)])), *singles]


# All sets ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Gains:
    """By how much sets of numbers can reduce the lead over each rival, in decibans.

    Attributes
    ----------
    leads
        The leads as stated, shape (contest,).
    of_set
        Reductions by set of units of one component, shape (contest,) each.
    component
        Of each unit.
    """

    leads: Floats
    of_set: Mapping[Set, Floats]
    component: Sequence[int]

    def margins(self, sets: Ints) -> Floats:
        """By how much sets, shape (set, unit), overturn the lead over the rival that they help most; shape (set,).

        Negative where they do not.
        """
        component = np.array(self.component, dtype=np.int64)[sets]
        codes, reductions = self._coded
        total = np.zeros((len(sets), len(self.leads)))
        for column in range(sets.shape[1]):
            is_with = component == component[:, [column]]
            begins = ~is_with[:, :column].any(axis=1)  # the units of one component count where the first of them is
            part = _codes(np.where(is_with, sets, ABSENT)[begins])
            total[begins] += reductions[np.searchsorted(codes, part)]
        return np.asarray((total - self.leads).max(axis=1, initial=-np.inf))

    @cached_property
    def _coded(self) -> tuple[Ints, Floats]:
        """The codes of all sets of `of_set`, ascending, and their reductions, shape (set, contest)."""
        padded = [(*one, *[ABSENT] * (LARGEST - len(one))) for one in self.of_set]
        codes = _codes(np.array(padded, dtype=np.int64).reshape(len(padded), LARGEST))
        order = np.argsort(codes)
        return codes[order], np.array([*self.of_set.values()]).reshape(len(codes), len(self.leads))[order]


def _codes(sets: Ints) -> Ints:
    """A number for each set of units, with the units, in ascending order, as its digits; shape (set,)."""
    code = np.zeros(len(sets), dtype=np.int64)
    for units in sets.T:
        code = np.where(units == ABSENT, code, code * (MAX_UNITS + 1) + units + 1)
    return code


def _minimal(found: Field, asked: Question) -> tuple[list[Ints], dict[int, Ints], bool]:
    """The units, and the minimal sets of them by size, shape (set, unit), those that overturn by most first."""
    units = [unit for unit in _units_of(found, found.everything) if _can_move(found, unit)] if asked.contests else []
    chosen, is_complete = _tried(found, asked, units)
    gains = _gains(found, asked, chosen)
    sets: dict[int, Ints] = {}
    for count in range(1, LARGEST + 1):
        smaller = np.concatenate([np.empty(0, dtype=np.int64), *map(_codes, sets.values())])
        parts = [_overturning(gains, tried, smaller) for tried in _all_sets(len(chosen), count)]
        overturning, margins = (np.concatenate(part) for part in zip(*parts, strict=True))
        sets[count] = overturning[np.argsort(-margins, kind="stable")]
    return chosen, sets, is_complete


def _all_sets(units: int, count: int) -> Iterator[Ints]:
    """All sets of so many units, in parts of shape (set, unit)."""
    sets = combinations(range(units), count)
    while True:
        part = np.fromiter(chain.from_iterable(islice(sets, TRIED_AT_ONCE)), dtype=np.int64).reshape(-1, count)
        yield part
        if len(part) < TRIED_AT_ONCE:
            return


def _overturning(gains: _Gains, tried: Ints, smaller: Ints) -> tuple[Ints, Floats]:
    """Those of the sets that overturn and contain none of the smaller ones, by their codes; and by how much."""
    sizes = range(1, tried.shape[1])
    parts = [[*columns] for size in sizes for columns in combinations(range(tried.shape[1]), size)]
    holds_any = np.logical_or.reduce([np.isin(_codes(tried[:, part]), smaller) for part in parts], axis=0)
    left = tried[~np.broadcast_to(holds_any, len(tried))]
    margins = gains.margins(left)
    overturns = margins > -TIE_DB
    return left[overturns], margins[overturns]


def _can_move(found: Field, unit: Ints) -> bool:
    return bool((found.stated.lower[unit] < found.stated.upper[unit]).any())


def _tried(found: Field, asked: Question, units: Sequence[Ints]) -> tuple[list[Ints], bool]:
    """The units that move the log odds most, up to the limits for each component and in all.

    Also, whether these are all, each with its worst place computed: where it was searched for, more sets might
    overturn.
    """
    alone = _gains(found, asked, units, 1)
    order = sorted(range(len(units)), key=lambda unit: -alone.of_set[unit,].max())
    counts: Counter[int] = Counter()
    chosen = []
    for unit in order:
        counts[alone.component[unit]] += 1
        if counts[alone.component[unit]] <= MAX_TOGETHER:
            chosen.append(units[unit])
    everything = found.plausible(found.everything, 1.0)
    are_exact = all(one.is_exact for confined in everything.confined for one in confined.coordinates)
    return chosen[:MAX_UNITS], are_exact and len(chosen[:MAX_UNITS]) == len(units)


def _gains(found: Field, asked: Question, units: Sequence[Ints], largest: int = LARGEST) -> _Gains:
    """Reductions by each unit alone, and by units of one component together, up to the limits."""
    component = _components(found, units)
    everything = found.plausible(found.everything, 1.0)
    outside = [i for i, place in enumerate(component) if place < 0]
    gains = _gains_outside(found, asked, everything)
    of_set: dict[Set, Floats] = {(i,): gains[units[i]].max(axis=0) for i in outside}
    for number, confined in enumerate(progress(everything.confined, "fewest")):
        inside = {i: unit for i, unit in enumerate(units) if component[i] == number}
        of_set |= _gains_inside(asked, confined, inside, largest)
    return _Gains(np.array([asked.left(one, found.log_joint) for one in asked.contests]), of_set, component)


def _components(found: Field, units: Sequence[Ints]) -> list[int]:
    """The component of each unit; items that stand alone, and the prior, have one for each unit."""
    place = {int(slot): number for number, joint in enumerate(found.joints) for slot in joint.slots}
    return [place.get(int(unit[0]), -1 - i) for i, unit in enumerate(units)]


def _gains_outside(found: Field, asked: Question, everything: Inside) -> Floats:
    """What each number of no component with hidden states takes off the lead over each rival, shape (input, contest).

    A number of an item that stands alone is used once, under one hypothesis: what it does to that likelihood is all
    that it does to the log odds. A row has it in the member that was observed. The prior moves as one.
    """
    gains = np.zeros((len(found.network.inputs.mean) + 1, len(asked.contests)))
    of_prior = found.plausible(free_of(found.network.prior, len(gains) - 1), 1.0)
    for i, contest in enumerate(asked.contests):
        sides = [contest.place, *np.flatnonzero(contest.rivals).tolist()]
        moved = np.abs(picked(contest, *everything.logs)[:, sides] - found.log_alone[:, sides])
        gains[found.alone.slots[:, sides], i] = moved * DECIBANS_PER_NAT
        left = asked.left(contest, found.log_joint) - asked.left(contest, of_prior.worst(contest).log_joint)
        gains[found.network.prior, i] = left
    return gains[:-1]


def _gains_inside(
    asked: Question, confined: Confined, units: Mapping[int, Ints], largest: int
) -> Iterator[tuple[Set, Floats]]:
    """The same for all sets of units of one component, from their corners, many sets at a time."""
    options = {i: _options(confined, unit) for i, unit in units.items()}
    sets = (one for count in range(1, largest + 1) for one in combinations(units, count))
    stated = confined.joint.log_stated
    for some in batched(sets, SETS_AT_ONCE):
        rows = [[merged(moves) for moves in product(*(options[i] for i in one))] for one in some]
        log = confined.local.likelihood([row for of_set in rows for row in of_set]).log()
        with np.errstate(invalid="ignore"):
            moved = [asked.left(one, np.zeros(len(stated))) - asked.left(one, log - stated) for one in asked.contests]
        starts = np.cumsum([0, *map(len, rows)])[:-1]
        yield from zip(some, np.maximum.reduceat(np.array(moved), starts, axis=1).T, strict=True)


def _options(confined: Confined, unit: Ints) -> Sequence[Moves]:
    """The values that a unit of a component can take; only the stated one if its range holds no other."""
    return next((one.options for one in confined.coordinates if int(unit[0]) in one.slots), ({},))
