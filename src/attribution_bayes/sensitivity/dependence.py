"""Dependence that nobody declared: how much of it the answer survives.

Items are taken to be independent given the hypothesis. If two of them are not, P(both | h) is p1 p2 + rho sqrt(p1 q1 p2
q2), with rho their correlation given h, which the margins allow between the bounds of Frechet. For more than two, one
hidden state behind all of them, equally likely either way, moves each probability by sqrt(rho p q): every two of them
then have the correlation rho. For two that is the same formula.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from attribution_bayes.arguments import expect, listed, shown
from attribution_bayes.arrays import Bools, Floats
from attribution_bayes.declare.case import Case, place_of, place_or_foremost
from attribution_bayes.declare.parameters import error_address
from attribution_bayes.declare.parts import Evidence
from attribution_bayes.declare.ways import Ratios
from attribution_bayes.engine.exact import as_stated, joints, stated_likelihoods
from attribution_bayes.engine.network import network
from attribution_bayes.errors import nearest, refusal
from attribution_bayes.odds import TIE, foremost, shares_of
from attribution_bayes.progress import progress

MAX_PAIRS = 20_000
"""Most pairs in one table; with more items, the ones meant have to be named."""

GRID = 65
"""Correlations between which a change of the lead is bracketed, where no linear equation gives it."""


def dependence(
    case: Case,
    target: str | None = None,
    *,
    items: Iterable[str] | None = None,
    under: Iterable[str] | None = None,
    at: Iterable[float] = (),
) -> pd.DataFrame:
    """Compute the answer if items that were declared independent were correlated.

    Each pair of directly observed items with two outcomes that do not depend on one another is given a correlation,
    given the hypothesis; last, all these items together are.

    Parameters
    ----------
    case
    target
        The hypothesis whose credence is asked about; the one that leads unless given.
    items
        Names of items: pairs of these, and these together; all unless given.
    under
        Hypotheses under which the items are correlated; all unless given. Under a hypothesis that makes an item certain
        or impossible, nothing can be correlated with it.
    at
        Correlations at which the credence is computed.

    Returns
    -------
    DataFrame
        Index: ``items``, the most dangerous first: those that change the lead at the least correlation, then those that
        move the credence most. Columns: ``size``, how many items; ``rho_lower``, ``rho_upper``, the correlations that
        the margins allow under every hypothesis (for more than two items, from 0); ``credence_lower``,
        ``credence_upper``, the credence of the target there; ``flip_at``, the correlation nearest to 0 at which another
        hypothesis takes the lead, NaN if no allowed one does; ``new_leader`` beyond it, None if there is none;
        ``credence_at_R`` for each correlation R asked for, NaN where the margins do not allow it. ``attrs["left_out"]``
        says which items are left out, and why: for an item that is only reported, its reports would be correlated, to
        an extent that depends on the source.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for names that the case does not have or that cannot be asked about, ``E_RANGE`` for a
        correlation outside -1 to 1, ``E_TOO_MANY`` for more pairs than 20,000.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.

    Notes
    -----
    For x and y the items being true, P(x and y | h) = p1 p2 + rho sqrt(p1 q1 p2 q2): a positive correlation makes it
    likelier that both turn out alike. Uncertain likelihoods enter by their means.

    References
    ----------
    M. Frechet (1951), Sur les tableaux de correlation dont les marges sont donnees, Annales de l'Universite de Lyon A
    14, 53-77

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
    ...     evidence=[ab.Evidence(name=n, statement=n, likelihood={"a": 0.8, "b": 0.2}) for n in ("one", "two")],
    ... )
    >>> ab.dependence(case, at=[0.3, 0.6]).loc["one + two", ["credence_at_0.3", "credence_at_0.6"]].round(5).tolist()
    [0.8866, 0.84404]
    """
    expect(case, Case, "case")
    found = _Direct.from_case(case)
    place = place_or_foremost(case, target, "target", found.credence)
    correlated = _correlated(case, under)
    asked, wanted = _correlations(at), found.chosen(items)
    groups = [*found.pairs(wanted)] + [wanted] * (len(wanted) > 2)
    rows = {
        _label(found, group): _row(found, group, correlated, place, asked) for group in progress(groups, "dependence")
    }
    columns = ["size", "rho_lower", "rho_upper", "credence_lower", "credence_upper", "flip_at", "new_leader"]
    columns += [f"credence_at_{rho:g}" for rho in asked]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("items")
    table["new_leader"] = table["new_leader"].astype(object).where(table["new_leader"].notna(), None)
    danger = table["flip_at"].abs().fillna(math.inf)
    move = (table[["credence_lower", "credence_upper"]].sub(found.credence[place]).abs()).max(axis=1)
    table = table.iloc[np.lexsort([-move.to_numpy(), danger.to_numpy()])]
    table.attrs = {"target": case.names[place], "left_out": found.left_out}
    return table


@dataclass(frozen=True, eq=False)
class _Direct:
    """The items that can be correlated.

    Attributes
    ----------
    names
    observed
        P(what was observed of the item | hypothesis), shape (item, hypothesis).
    is_true
        Whether it was observed to be true, shape (item,).
    given
        The items that each item depends on.
    log_joint
        Of the hypotheses and all observations, as declared.
    left_out
        Why the others cannot be correlated.
    """

    case: Case
    names: tuple[str, ...]
    observed: Floats
    is_true: Bools
    given: tuple[frozenset[str], ...]
    log_joint: Floats
    credence: Floats
    left_out: dict[str, str]

    @classmethod
    def from_case(cls, case: Case) -> _Direct:
        net = network(case)
        credence, components = as_stated(net), {net.component_items[at][0]: at for at in net.direct_at.tolist()}
        reasons = {
            item.name: _why_not(item, item.name in components, error_address(case, item) is not None)
            for item in case.evidence
        }
        items = [item for item in case.evidence if not reasons[item.name]]
        likelihood = stated_likelihoods(net)[0]
        log = likelihood.log()[[components[item.name] for item in items]].reshape(len(items), len(case.names))
        return cls(
            case=case,
            names=tuple(item.name for item in items),
            observed=np.exp(log),
            is_true=np.array([item.observed is True for item in items], dtype=bool),
            given=tuple(frozenset(item.given) for item in items),
            log_joint=joints(net).log_shares(),
            credence=credence,
            left_out={name: reason for name, reason in reasons.items() if reason},
        )

    def chosen(self, items: Iterable[str] | None) -> tuple[int, ...]:
        """Positions of the items named, in the order of the case."""
        if items is None:
            return tuple(range(len(self.names)))
        named = listed(items, "items")
        for name in named:
            if name not in self.names:
                reason = self.left_out.get(name, "the case has no item of this name")
                raise refusal("E_UNKNOWN_NAME", "items", f"{name!r}: {reason}.", nearest(name, self.names))
        return tuple(i for i, name in enumerate(self.names) if name in named)

    def pairs(self, wanted: Sequence[int]) -> Iterator[tuple[int, ...]]:
        """Pairs of which neither item is declared to depend on the other."""
        if math.comb(len(wanted), 2) > MAX_PAIRS:
            message = f"{len(wanted)} items make {math.comb(len(wanted), 2):,} pairs, more than {MAX_PAIRS:,}."
            raise refusal("E_TOO_MANY", "items", message, "Name the items that are meant.")
        for i, j in combinations(wanted, 2):
            if self.names[i] not in self.given[j] and self.names[j] not in self.given[i]:
                yield i, j

    def log_joint_at(self, group: Sequence[int], correlated: Bools, rho: Floats) -> Floats:
        """Log joint probabilities with these items correlated, shape (correlation, hypothesis)."""
        observed, sign = self.observed[list(group)], np.where(self.is_true[list(group)], 1.0, -1.0)[:, None]
        spread = np.sqrt(observed * (1 - observed)) * correlated
        with np.errstate(divide="ignore", invalid="ignore"):
            if len(group) == 2:
                together = observed.prod(axis=0) + rho[:, None] * sign.prod() * spread.prod(axis=0)
            else:
                moved = np.sqrt(np.maximum(rho, 0.0))[:, None, None] * sign * spread
                together = ((observed + moved).prod(axis=1) + (observed - moved).prod(axis=1)) / 2
            ratio = np.log(np.maximum(together, 0.0)) - np.log(observed.prod(axis=0))
            return np.asarray(self.log_joint + np.where(np.isneginf(self.log_joint), 0.0, ratio))

    def allowed(self, group: Sequence[int], correlated: Bools) -> tuple[float, float]:
        """The least and the greatest correlation that the margins allow under every hypothesis."""
        sign = self.is_true[list(group)][:, None]
        true = np.where(sign, self.observed[list(group)], 1 - self.observed[list(group)])
        inside = correlated & ((true > 0) & (true < 1)).all(axis=0)
        true = true[:, inside]
        if not inside.any():
            return 0.0, 0.0
        if len(group) > 2:
            odds = true / (1 - true)
            return 0.0, float(np.minimum(odds, 1 / odds).min())
        one, other = np.sqrt(true / (1 - true))  # equal margins allow 1, which sums of products would miss by rounding
        both, between = one * other, one / other
        return -float(np.minimum(both, 1 / both).min()), float(np.minimum(between, 1 / between).min())


def _why_not(item: Evidence, is_direct: bool, has_error: bool) -> str:
    if isinstance(item.likelihood, Ratios):
        return "only ratios of its likelihoods are stated"
    if not item.is_binary:
        return "it has more than two outcomes"
    if item.reports:
        return "it is only reported"
    if item.observed is None:
        return "nobody has observed it"
    if has_error:
        return "it may have been misunderstood"
    return "" if is_direct else "it depends on something that is hidden"


def _label(found: _Direct, group: Sequence[int]) -> str:
    names = [found.names[i] for i in group]
    return " + ".join(names) if len(names) <= 4 else f"all {len(names)} items"


def _row(found: _Direct, group: Sequence[int], correlated: Bools, place: int, asked: Floats) -> list[object]:
    low, high = found.allowed(group, correlated)
    ends = shares_of(found.log_joint_at(group, correlated, np.array([low, high])))[:, place]
    flip, leader = _flip(found, group, correlated, (low, high))
    there = shares_of(found.log_joint_at(group, correlated, asked))[:, place]
    there = np.where((low - TIE <= asked) & (asked <= high + TIE), there, np.nan)
    return [len(group), low, high, *ends.tolist(), flip, leader, *there.tolist()]


def _flip(
    found: _Direct, group: Sequence[int], correlated: Bools, ends: tuple[float, float]
) -> tuple[float, str | None]:
    """The correlation nearest to 0 at which another hypothesis takes the lead, and that hypothesis."""
    leader = foremost(found.credence)
    best: tuple[float, str | None] = math.nan, None
    for rival in range(len(found.credence)):
        if rival == leader or np.isneginf(found.log_joint[rival]):
            continue
        for end in ends:
            at = _crossing(found, group, correlated, (leader, rival), end)
            if not math.isnan(at) and not abs(at) >= abs(best[0]):
                best = at, found.case.names[rival]
    return best


def _crossing(found: _Direct, group: Sequence[int], correlated: Bools, pair: tuple[int, int], end: float) -> float:
    """The correlation nearest to 0, on the way to an end, at which two hypotheses are level."""
    leader, rival = pair

    def lead(rho: Floats) -> Floats:
        log = found.log_joint_at(group, correlated, rho)
        with np.errstate(invalid="ignore"):
            return np.clip(np.nan_to_num(log[:, leader] - log[:, rival], nan=0.0), -1e6, 1e6)

    grid = np.linspace(0.0, end, 2 if len(group) == 2 else GRID)
    leads = lead(grid)
    behind = np.flatnonzero(leads < 0)
    if not len(behind) or end == 0:
        return math.nan
    if behind[0] == 0:
        return 0.0
    low, high = grid[behind[0] - 1], grid[behind[0]]
    return float(brentq(lambda rho: float(lead(np.array([rho]))[0]), low, high, xtol=1e-14, rtol=1e-15))


def _correlated(case: Case, under: Iterable[str] | None) -> Bools:
    """Under which hypotheses the items are correlated, shape (hypothesis,)."""
    if under is None:
        return np.ones(len(case.names), dtype=bool)
    named = {place_of(case, name, "under") for name in listed(under, "under")}
    return np.isin(np.arange(len(case.names)), [*named])


def _correlations(at: Iterable[float]) -> Floats:
    try:
        found = np.array([*at], dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        found = np.empty((0, 0))
    if isinstance(at, Mapping | str) or found.ndim != 1:
        raise refusal("E_TYPE", "at", f"{shown(at)} is not a list of numbers.", "Write `at=[0.3, 0.6]`.")
    if not (abs(found) <= 1).all():
        raise refusal("E_RANGE", "at", "a correlation lies between -1 and 1.", "Write `at=[0.3, 0.6]`.")
    return found
