"""The smallest sets of numbers that overturn the answer together, each inside its plausible range.

What numbers of different components do to the log odds adds up, so only those of one component are tried together. The
members of a prior or of a row move as one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from attribution_bayes.arguments import expect
from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.case import Case
from attribution_bayes.odds import DECIBANS_PER_NAT
from attribution_bayes.sensitivity.robustness import TIE_DB, Question, question, reach
from attribution_bayes.sensitivity.worst_case import Field, field, free_of

LARGEST = 3
"""Numbers in a set, at most."""

MOST_UNITS = 120
"""Numbers, of those that move the log odds most, of which all sets are gone through: 280,840 of three."""

MOST_TOGETHER = 10
"""Numbers of one component, those that move the log odds most: sets of them have to be tried together, one by one."""

MOST_LISTED = 50
"""Sets of each size that are listed, those that overturn by most; the others are counted."""

JUST_BEYOND = 1e-6
"""How far beyond the place where hypotheses are level the values are given, as a share."""

type Set = tuple[int, ...]


def fewest(case: Case, target: str | None = None, *, against: str | None = None) -> pd.DataFrame:
    """Find the smallest sets of numbers that take the lead away together, each inside its plausible range.

    Parameters
    ----------
    case
    target, against
        As of `robustness`.

    Returns
    -------
    DataFrame
        Index: (set, address), sets of one number first, then of two and of three; none of which a smaller set is part.
        The members of a prior or of a row count as one number. Columns: ``size``; ``stated``, ``value``, with which,
        all of a set together, the answer is another, and ``moved_db``, how far that is in decibans of odds;
        ``share_of_range``, the least share of the way to the ends of their ranges that the numbers of the set need;
        ``new_leader``; ``exact``, whether the worst place was gone to or searched for. ``attrs["counts"]`` says how
        many such sets there are of each size, of which at most 50 are listed; ``attrs["complete"]``, whether all sets
        were gone through: of more than 120 numbers, or 10 of one component, only those that move the log odds most.

    Raises
    ------
    CaseError, ContradictionError, TooLargeError
        As of `robustness`.

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
    sets, is_complete = _minimal(found, asked)
    rows: dict[tuple[int, str], dict[str, object]] = {}
    listed = [one for size in sets for one in sets[size][:MOST_LISTED]]
    for number, slots in enumerate(listed, start=1):
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
    """For each number of a set what it takes to overturn the answer with the others."""
    net = found.network
    exact = all(found.is_exact(contest, free) for contest in asked.contests)
    share, contest = reach(found, asked, lambda part: found.plausible(free, part), 1.0, exact)
    if contest is None:  # by rounding not beyond the ends of the ranges
        share, contest = 1.0, asked.contests[0]
    box = found.plausible(free, min(share * (1 + JUST_BEYOND) + TIE_DB, 1.0))
    moves = {slot: pair for slot, pair in found.moves(contest, box).items() if free[slot]}
    for slot, (value, complement) in sorted(moves.items()):
        stated, away = float(net.inputs.mean[slot]), float(net.inputs.complement[slot])
        with np.errstate(divide="ignore"):
            moved = np.log(np.float64(value)) - np.log(stated)
            moved -= 0.0 if net.inputs.is_ratio[slot] else np.log(np.float64(complement)) - np.log(away)
        yield (
            net.inputs.addresses[slot],
            {
                "size": len(_units_of(found, free)),
                "stated": stated,
                "value": value,
                "moved_db": float(moved * DECIBANS_PER_NAT),
                "share_of_range": share,
                "new_leader": asked.leader(net.hypotheses, contest),
                "exact": exact,
            },
        )


def _units_of(found: Field, free: Bools) -> list[Ints]:
    """Inputs that move as one: each by itself, the members of a prior or a row together."""
    block = found.network.inputs.block
    singles = [np.array([slot]) for slot in np.flatnonzero(free & (block < 0)).tolist()]
    return [*(np.flatnonzero(block == one) for one in np.unique(block[free & (block >= 0)])), *singles]


# All sets ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Gains:
    """What sets of numbers can take off the lead over each rival, in decibans.

    Attributes
    ----------
    leads
        What there is to take, shape (contest,).
    of_set
        By set of units of one component, shape (contest,) each.
    component
        Of each unit.
    """

    leads: Floats
    of_set: Mapping[Set, Floats]
    component: Sequence[int]

    def margin(self, units: Set) -> float:
        """By how much they overturn, over the rival that they do most for; negative where they do not."""
        parts: dict[int, Set] = {}
        for unit in units:
            parts[self.component[unit]] = (*parts.get(self.component[unit], ()), unit)
        total = sum((self.of_set[part] for part in parts.values()), start=np.zeros(len(self.leads)))
        return float((total - self.leads).max())


def _minimal(found: Field, asked: Question) -> tuple[dict[int, list[Bools]], bool]:
    """The minimal sets by size, as masks of inputs, those that overturn by most first."""
    size = len(found.network.inputs.mean)
    units = [unit for unit in _units_of(found, found.everything) if _can_move(found, unit)]
    alone = np.array([_gain(found, asked, free_of(unit, size)) for unit in units]).reshape(len(units), -1)
    order = np.argsort(-alone.max(axis=1, initial=0.0), kind="stable").tolist()
    chosen = _tried(found, [units[i] for i in order]) if asked.contests else []
    gains = _gains(found, asked, chosen)
    sets: dict[int, list[Set]] = {}
    for count in range(1, LARGEST + 1):
        smaller = {frozenset(one) for of_size in sets.values() for one in of_size}
        tried = (one for one in combinations(range(len(chosen)), count) if not _holds_any(one, smaller))
        margins = {one: margin for one in tried if (margin := gains.margin(one)) > -TIE_DB}
        sets[count] = sorted(margins, key=lambda one: -margins[one])
    masks = {
        count: [free_of(np.concatenate([chosen[unit] for unit in one]), size) for one in of_size]
        for count, of_size in sets.items()
    }
    return masks, len(chosen) == len(units) or not asked.contests


def _tried(found: Field, units: Sequence[Ints]) -> list[Ints]:
    """The first of these that there is time for, of each component and in all."""
    tried: list[Ints] = []
    counts: Counter[int] = Counter()
    for unit, component in zip(units, _components(found, units), strict=True):
        counts[component] += 1
        if counts[component] <= MOST_TOGETHER:
            tried.append(unit)
    return tried[:MOST_UNITS]


def _components(found: Field, units: Sequence[Ints]) -> list[int]:
    """The component of each unit; items that stand alone, and the prior, have one for each unit."""
    place = {int(slot): number for number, joint in enumerate(found.joints) for slot in joint.slots}
    return [place.get(int(unit[0]), -1 - i) for i, unit in enumerate(units)]


def _holds_any(units: Set, smaller: set[frozenset[int]]) -> bool:
    return any(frozenset(part) in smaller for count in range(1, len(units)) for part in combinations(units, count))


def _can_move(found: Field, unit: Ints) -> bool:
    return bool((found.stated.lower[unit] < found.stated.upper[unit]).any())


def _gain(found: Field, asked: Question, free: Bools) -> Floats:
    """What these inputs take off the lead over each rival, shape (contest,)."""
    box = found.plausible(free, 1.0)
    left = [float(asked.left(one, found.worst(one, box, [{}]).log_joint)) for one in asked.contests]
    leads = [float(asked.left(one, found.log_joint)) for one in asked.contests]
    return np.subtract(leads, left, dtype=np.float64)


def _gains(found: Field, asked: Question, units: Sequence[Ints]) -> _Gains:
    """Of each unit by itself, and of those of one component in twos and threes."""
    size = len(found.network.inputs.mean)
    component = _components(found, units)
    together = [
        one
        for number in {*component}
        for count in range(1, LARGEST + 1)
        for one in combinations([i for i, c in enumerate(component) if c == number], count)
    ]
    of_set = {one: _gain(found, asked, free_of(np.concatenate([units[i] for i in one]), size)) for one in together}
    leads = np.array([float(asked.left(one, found.log_joint)) for one in asked.contests])
    return _Gains(leads, of_set, component)
