"""How wrong everything may be at once: the greatest distance within which no combination of numbers changes the answer.

Between independent components likelihoods multiply, and the joint probability of a hypothesis is linear in each number
that is used once. So the worst place of a box is a corner of it, found component by component, and the greatest box
without another answer is found by bracketing. Where a number is used several times, or there are too many corners, the
worst place is searched for; the distance that is proven is then smaller, and stands beside the one found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, assert_never

import numpy as np
import pandas as pd

from attribution_bayes.arguments import expect, listed
from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.address import (
    CausedLikelihoodOf,
    CauseProbabilityOf,
    CopyProbabilityOf,
    ErrorOf,
    ErrorRateOf,
    LikelihoodOf,
    PriorOf,
    ReliabilityOf,
    SameLikelihoodOf,
)
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import Addresses, Run, addresses, unknown_address
from attribution_bayes.engine.local import Moves
from attribution_bayes.errors import CaseError
from attribution_bayes.memo import once_for_each
from attribution_bayes.progress import progress
from attribution_bayes.sensitivity.belief_change import guaranteed_distances
from attribution_bayes.sensitivity.bounds import supposed
from attribution_bayes.sensitivity.extremes import Contest
from attribution_bayes.sensitivity.question import MAX_DB, TIE_DB, Question, crossing, question
from attribution_bayes.sensitivity.worst_case import Field, Inside, field, free_of, picked

JUST_BEYOND = 1e-6
"""How far beyond the radius, as a share and in decibans, another answer is shown."""

MAX_ROUNDS = 8
"""Most times that a search starts anew because it went further."""

HALVINGS = 55
"""Halvings that take 159 decibans to less than rounding."""


# What may move -------------------------------------------------------------------------------------------------------

GROUPS = ("prior", "likelihoods", "sources")


@once_for_each
def _groups_of(known: Addresses) -> Ints:
    """The group of each number, shape (input,)."""
    found = np.ones(len(known), dtype=np.int64)
    for one, start in zip(known.stated, known.starts, strict=False):
        if not isinstance(one, Run):
            match one.address:
                case PriorOf():
                    found[start] = 0
                case ReliabilityOf() | ErrorRateOf() | CopyProbabilityOf():
                    found[start] = 2
                case ErrorOf() | LikelihoodOf() | SameLikelihoodOf() | CauseProbabilityOf() | CausedLikelihoodOf():
                    pass
                case _:
                    assert_never(one.address)
    return found


def _free_inputs(case: Case, only: Iterable[str] | None) -> Bools:
    """Which numbers may move, shape (input,).

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for addresses that the case does not have.
    """
    known = addresses(case)
    if only is None:
        return np.ones(len(known), dtype=bool)
    named = listed(only, "only")
    if problems := [unknown_address(address, known) for address in named if address not in known]:
        raise CaseError(problems)
    return free_of([known.index(address) for address in named], len(known))


# The table -----------------------------------------------------------------------------------------------------------


def robustness(
    case: Case,
    target: str | None = None,
    *,
    against: str | None = None,
    threshold: float | None = None,
    only: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Find how far off all numbers may be together before the answer changes.

    Each number may be anywhere within a distance of what was stated, in decibans of its odds (of the ratio itself for
    a likelihood ratio); the mean of a distribution counts as what was stated. Members of a prior or of a row move
    within it together and go on summing to one. The greatest such distance without another leader is the radius.

    Parameters
    ----------
    case
    target
        The hypothesis whose lead is asked about; the one that leads unless given.
    against
        Another hypothesis: then only these two count, and the target need not lead.
    threshold
        A credence strictly between 0 and 1: then the answer changes where the credence of the target crosses it.
    only
        Addresses of the numbers that may be off; all unless given. Name all members of a prior or a row.

    Returns
    -------
    DataFrame
        Index: what may be off, the rest being as stated: ``everything``, ``prior``, ``likelihoods``, ``sources``, and
        each component, as ``component.NAME``. Columns: ``radius_db``, infinite where no numbers within 159 decibans
        change the answer; ``share_of_range``, how far everything may go from what was stated towards either end of its
        plausible range, NaN where the answer stands throughout the ranges; ``new_leader`` just beyond the radius (None
        with a threshold, or without one); ``exact``, True if the radius is certainly the greatest, False if a search
        found nothing nearer; ``proven_db``, a distance within which the answer certainly stands, from interval
        arithmetic where ``exact`` is False; ``chan_darwiche_db``, what their bound guarantees, NaN where an uncertain
        number is used several times. ``attrs["overturned_at"]`` holds numbers just beyond the radius of everything,
        which `suppose` takes as they are; it is empty where the radius is infinite.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for names or addresses that the case does not have, ``E_SAME``, ``E_RANGE``, and
        ``E_NOT_LEADING`` for a target that does not lead, if neither a rival nor a threshold is given.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.

    Notes
    -----
    H. Chan and A. Darwiche (2005) bound the log odds of any event given any evidence by the distance
    D = max log P'(w)/P(w) - min log P'(w)/P(w) of two distributions over worlds w, which is that of the log odds where
    one probability moves. Moves of several numbers add up at most. The bound does not look at what was observed, so it
    promises less than the radius.

    References
    ----------
    H. Chan, A. Darwiche (2005), A distance measure for bounding probabilistic belief change,
    doi:10.1016/j.ijar.2004.07.001

    Examples
    --------
    >>> import attribution_bayes as ab
    >>> case = ab.Case(
    ...     question="Which?",
    ...     hypotheses=[
    ...         ab.Hypothesis(name="a", statement="it was a"),
    ...         ab.Hypothesis(name="b", statement="it was not", catch_all=True),
    ...     ],
    ...     prior={"a": 0.8, "b": 0.2},
    ...     evidence=[
    ...         ab.Evidence(name=name, statement="e", likelihood=ab.Ratios(reference="b", ratios={"a": ratio}))
    ...         for name, ratio in {"one": 3, "two": 2, "three": 0.5}.items()
    ...     ],
    ... )
    >>> ab.robustness(case).loc["everything", "radius_db"].round(5)
    np.float64(2.69795)
    """
    expect(case, Case, "case")
    asked, found, free = question(case, target, against, threshold), field(case), _free_inputs(case, only)
    groups = progress([*_groups(case, found, free)], "robustness")
    rows = {name: _row(found, asked, group) for name, group in groups}
    rows |= _of_alone(found, asked, free)
    names = found.network.component_names
    order = ["everything", *GROUPS, *(f"component.{name}" for name in names)]
    table = pd.DataFrame.from_dict({name: rows[name] for name in order}, orient="index").rename_axis("may_be_off")
    table["new_leader"] = table["new_leader"].astype(object).where(table["new_leader"].notna(), None)
    table.attrs = {
        "target": case.names[asked.place],
        "overturned_at": _overturned(found, asked, free, rows["everything"]),
        "method": "corners of the box where exact, a search elsewhere",
    }
    return table


def _groups(case: Case, found: Field, free: Bools) -> Iterator[tuple[str, Bools]]:
    """The rows of numbers that may be off together, without the items that stand alone."""
    of_group = _groups_of(addresses(case))
    yield "everything", free
    yield from ((name, free & (of_group == place)) for place, name in enumerate(GROUPS))
    for joint, place in zip(found.joints, found.joints_at.tolist(), strict=True):
        yield f"component.{found.network.component_names[place]}", free & free_of(joint.slots, len(free))


def _row(found: Field, asked: Question, free: Bools) -> dict[str, Any]:
    exact = all(found.within(free, 1.0).is_exact(contest) for contest in asked.contests)
    radius, contest = reach(found, asked, lambda distance: found.within(free, distance), MAX_DB, exact)
    share, _ = reach(found, asked, lambda part: found.plausible(free, part), 1.0, exact)
    return {
        "radius_db": radius,
        "share_of_range": share if math.isfinite(share) else math.nan,
        "new_leader": asked.leader(found.network.hypotheses, contest),
        "exact": exact,
        "proven_db": radius if exact else _proven(found, asked, free),
        "chan_darwiche_db": guaranteed_distances(found, asked, [free])[0],
    }


def reach(
    found: Field, asked: Question, inside: Callable[[float], Inside], most: float, exact: bool
) -> tuple[float, Contest | None]:
    """Find the greatest distance up to which the answer stands, and the contest that is lost there."""
    reach, lost = math.inf, None
    for contest in asked.contests:
        if float(asked.left(contest, found.log_joint)) <= TIE_DB:
            return 0.0, contest
        for _ in range(1 if exact else MAX_ROUNDS):  # until no start finds anything nearer
            end = most if lost is None else reach if exact else reach * (1 - JUST_BEYOND)
            there = inside(end).worst(contest)
            if not asked.left(contest, there.log_joint) < -TIE_DB:  # a tie is no other answer
                break
            starts = [there.moves]

            def left(distance: float, contest: Contest = contest, starts: list[Moves] = starts) -> float:
                return _finite(asked.left(contest, inside(distance).worst(contest, starts).log_joint))

            reach, lost = crossing(left, end), contest
    return reach, lost


def _finite(left: Floats) -> float:
    """The lead as a finite number: beyond any other where one side is excluded."""
    return float(np.clip(left, -1e6, 1e6))


def _proven(found: Field, asked: Question, free: Bools) -> float:
    """A distance within which the answer certainly stands, found without a search."""

    def left(distance: float) -> float:
        there = found.within(free, distance)
        return min(_finite(asked.left(contest, there.proven(contest))) for contest in asked.contests)

    if not left(0.0) > TIE_DB:
        return 0.0
    return math.inf if left(MAX_DB) > 0 else crossing(left, MAX_DB)


def _overturned(found: Field, asked: Question, free: Bools, row: Mapping[str, Any]) -> Mapping[str, object]:
    """Numbers just beyond the radius that change the answer."""
    radius, step, names = float(row["radius_db"]), JUST_BEYOND, found.network.hypotheses
    if not math.isfinite(radius):
        return {}
    contest = next(one for one in asked.contests if asked.leader(names, one) == row["new_leader"])
    while True:
        there = found.within(free, min(radius * (1 + step) + step, MAX_DB))
        if float(asked.left(contest, there.worst(contest).log_joint)) < -10 * TIE_DB or step > 1:
            return supposed(found.network, there.moves(contest))
        step *= 4


# Items that stand alone, all at once ---------------------------------------------------------------------------------


def _of_alone(found: Field, asked: Question, free: Bools) -> dict[str, dict[str, Any]]:
    """A row for each item that stands alone."""
    of_item = _item_of(found)
    radius, lost = _reaches(found, asked, lambda d: found.within(free, np.append(d, 0.0)[of_item]), MAX_DB)
    share, _ = _reaches(found, asked, lambda d: found.plausible(free, np.append(d, 0.0)[of_item]), 1.0)
    guaranteed = guaranteed_distances(found, asked, (free & (of_item == item) for item in range(len(radius))))
    rows = {}
    for item, place in enumerate(found.alone.at.tolist()):
        contest = asked.contests[lost[item]] if math.isfinite(radius[item]) else None
        rows[f"component.{found.network.component_names[place]}"] = {
            "radius_db": float(radius[item]),
            "share_of_range": float(share[item]) if math.isfinite(share[item]) else math.nan,
            "new_leader": asked.leader(found.network.hypotheses, contest),
            "exact": True,
            "proven_db": float(radius[item]),
            "chan_darwiche_db": guaranteed[item],
        }
    return rows


def _item_of(found: Field) -> Ints:
    """The item that stands alone and uses an input, or a member of its row; -1 for none. Shape (input,)."""
    slots, block = found.alone.slots, found.alone.block
    of_item = np.full(len(block) + 1, -1)
    of_item[slots] = np.arange(len(slots))[:, None]
    of_item = of_item[:-1]
    of_row = np.full(block.max(initial=-1) + 2, -1)
    used = (of_item >= 0) & (block >= 0)
    of_row[block[used]] = of_item[used]
    return np.where(block >= 0, of_row[block], of_item)


def _reaches(found: Field, asked: Question, inside: Callable[[Floats], Inside], most: float) -> tuple[Floats, Ints]:
    """For each item alone, the distance up to which the answer stands, and the contest lost there; shape (item,)."""

    def left(distances: Floats) -> Floats:
        logs = inside(distances).logs
        stays = np.isneginf(found.log_alone)
        moved = (np.where(stays, 0.0, picked(one, *logs) - np.where(stays, 0.0, found.log_alone)) for one in contests)
        leads = [asked.left(one, found.log_joint + by) for one, by in zip(contests, moved, strict=True)]
        return np.array(leads).reshape(len(contests), -1)

    contests, count = asked.contests, len(found.alone.at)
    if not contests or not count:
        return np.full(count, np.inf), np.zeros(count, dtype=np.int64)
    if min(float(asked.left(one, found.log_joint)) for one in contests) <= TIE_DB:
        at = int(np.argmin([float(asked.left(one, found.log_joint)) for one in contests]))
        return np.zeros(count), np.full(count, at)
    low, high = np.zeros(count), np.full(count, most)
    stands = left(high).min(axis=0) >= 0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        is_left = left(middle).min(axis=0) > 0
        low, high = np.where(is_left, middle, low), np.where(is_left, high, middle)
    return np.where(stands, np.inf, low), left(high).argmin(axis=0)


# The lead over the distance ------------------------------------------------------------------------------------------


def worst_leads(case: Case, distances: Floats, target: str | None = None, against: str | None = None) -> pd.DataFrame:
    """Find the least lead that is left when numbers are off by at most each distance.

    Parameters
    ----------
    case
    distances
        In decibans.
    target, against
        See `robustness`.

    Returns
    -------
    DataFrame
        Index: ``distance_db``. A column for ``everything`` and each group, in decibans: the log odds of the target
        against the nearest rival at the worst place; negative where another hypothesis leads.
    """
    asked, found = question(case, target, against, None), field(case)
    columns = {}
    for name, free in list(_groups(case, found, _free_inputs(case, None)))[: 1 + len(GROUPS)]:
        there = (found.within(free, float(distance)) for distance in distances)
        columns[name] = [
            min((_lead(asked, contest, inside) for contest in asked.contests), default=math.inf) for inside in there
        ]
    table = pd.DataFrame(columns, index=pd.Index(distances, name="distance_db"))
    table.attrs = {"target": case.names[asked.place]}
    return table


def _lead(asked: Question, contest: Contest, inside: Inside) -> float:
    return float(asked.left(contest, inside.worst(contest).log_joint))
