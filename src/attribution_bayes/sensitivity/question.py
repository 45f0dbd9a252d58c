"""What counts as another answer when numbers move, and at what distance it is reached."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from attribution_bayes.arrays import Floats
from attribution_bayes.declare.case import Case, asked_credence, place_against, place_or_foremost
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.errors import refusal
from attribution_bayes.odds import DECIBANS_PER_NAT, TIE, foremost
from attribution_bayes.sensitivity.extremes import Contest
from attribution_bayes.sensitivity.functions import MAX_LOG_ODDS
from attribution_bayes.sensitivity.worst_case import field

MAX_DB = MAX_LOG_ODDS * DECIBANS_PER_NAT
"""The greatest distance asked about, 159 decibans: from even odds, it leads to the last double below 1."""

TIE_DB = TIE * DECIBANS_PER_NAT
"""Leads below it are ties."""

TOLERANCE = 1e-10
"""Of a distance in decibans, and of a share of the ranges."""


@dataclass(frozen=True, eq=False)
class Question:
    """What counts as another answer: a rival level with the target, or the target's credence at a threshold.

    Attributes
    ----------
    place
        The target.
    contests
        One for each rival; with a threshold, one against all others together.
    level_db
        Log odds of the target at which the answer is another.
    leaders
        Who leads after each contest is lost; None for a threshold.
    """

    place: int
    contests: tuple[Contest, ...]
    level_db: float
    leaders: tuple[int | None, ...]

    def left(self, contest: Contest, log_joint: Floats) -> Floats:
        """How far the log odds are from another answer, in decibans; infinite where both sides are excluded."""
        return np.asarray(contest.sign * self.level_db - contest.score(log_joint))

    def leader(self, names: tuple[str, ...], contest: Contest | None) -> str | None:
        """Who leads once this contest is lost."""
        place = None if contest is None else self.leaders[self.contests.index(contest)]
        return None if place is None else names[place]


def question(case: Case, target: str | None, against: str | None, threshold: float | None) -> Question:
    """Read a question about a case.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for hypotheses that the case does not have, ``E_SAME`` for a target against itself,
        ``E_RANGE`` for a threshold that is not a credence, ``E_NOT_LEADING`` for a target that does not lead, if
        neither a rival nor a threshold is given.
    """
    found, level = field(case), 0.0 if threshold is None else log_odds_of(threshold)
    credence, count = as_stated(found.network), len(case.names)
    place = place_or_foremost(case, target, "target", credence)
    rival = place_against(case, place, against)
    rivals = [k for k in range(count) if k != place and not found.out[k] and rival in (None, k)]
    if threshold is not None:
        is_rival = np.isin(np.arange(count), rivals)
        now = Contest(place, is_rival, 1).log_odds(found.log_joint)
        contest = Contest(place, is_rival, -1 if now >= level else 1)
        return Question(place, (contest,), level, (None,))
    if place != foremost(credence) and len(rivals) > 1:
        hint = "Leave the target out, name the hypothesis that it is `against`, or give a threshold."
        raise refusal("E_NOT_LEADING", "target", f"{case.names[place]!r} has no lead that could be lost.", hint)
    contests = [Contest.from_one_rival(place, k, count, 1) for k in rivals]
    signs = [-1 if one.log_odds(found.log_joint) >= -TIE_DB else 1 for one in contests]
    turned = tuple(Contest(place, one.rivals, sign) for one, sign in zip(contests, signs, strict=True))
    return Question(place, turned, 0.0, tuple(k if s < 0 else place for k, s in zip(rivals, signs, strict=True)))


def log_odds_of(threshold: float) -> float:
    """Log odds of a credence that is asked about, in decibans.

    Raises
    ------
    CaseError
        ``E_RANGE`` for anything but a credence strictly between 0 and 1.
    """
    threshold = asked_credence(threshold)
    return float(DECIBANS_PER_NAT * (math.log(threshold) - math.log1p(-threshold)))


def crossing(left: Callable[[float], float], end: float) -> float:
    """The distance at which nothing is left, given that something is left at 0 and nothing at the end."""
    return float(brentq(left, 0.0, end, xtol=TOLERANCE, rtol=1e-15))
