"""Why two cases answer differently: the change in log odds, shared among the parts that differ."""

from __future__ import annotations

from collections.abc import Hashable, Set
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from attribution_bayes.arguments import expect, one_of, seed_number
from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.address import CommonCausePart, HypothesisPart, ItemPart, Place
from attribution_bayes.declare.case import Case, place_against, place_of
from attribution_bayes.declare.ways import Same
from attribution_bayes.declare.wording import part_labels
from attribution_bayes.engine.exact import as_stated, stated_log_odds
from attribution_bayes.engine.network import network
from attribution_bayes.errors import ContradictionError, named, quoted, refusal
from attribution_bayes.odds import foremost, log_odds
from attribution_bayes.panel.changes import By, Change, Changed, changes
from attribution_bayes.panel.hybrids import NEW, Hybrids
from attribution_bayes.panel.precedence import needs
from attribution_bayes.panel.shares import ORDERS, shares

LEVELS = ("part", "number")

INFINITE = (
    "Ask about another hypothesis, name one as `against`, or state small probabilities for `Impossible` and `Certain`."
)


def difference(
    old: Case, new: Case, *, target: str | None = None, against: str | None = None, by: By = "part", seed: int = 0
) -> pd.DataFrame:
    """Explain why two cases answer differently: what each part that differs does to the log odds of a hypothesis.

    The cases are those of two analysts or of two dates. Their items, sources and hypotheses may differ.

    Parts are changed one after another until the old case has become the new one, and the share of a part is what it
    changes when its turn comes, averaged over the orders (Shapley). The shares add up to the whole change. The cases
    between the two consist only of what the two state:

    - ``evidence.E`` brings the item as a whole; an item that is added or removed comes and goes with its reports.
      ``evidence.E.reports.S`` is a report on an item that both cases have.
    - ``source.S`` brings what is stated about a source. A source that only one case has counts through its reports; its
      own share is 0.
    - ``common_cause.C`` brings the cause with what it states of each item.
    - ``hypotheses.H``, added or removed, brings whatever is stated under H in parts that both cases have, and its prior
      odds against all hypotheses that both cases have.
    - ``prior`` brings the proportions of the hypotheses that both cases have.

    Where a part can only be stated beside another (an item that is `given` an added item, a report that copies an added
    one, a removed item that says nothing about an added hypothesis), only possible orders count: each part is drawn by
    lot among those that can be next, and half of the orders are drawn from the end. Parts that can only change together
    share their effect evenly; ``attrs["together"]`` lists them.

    Parameters
    ----------
    old, new
    target
        A hypothesis that both cases have; by default the one of these with the greatest credence in `new`, of several
        that tie the first.
    against
        Another such hypothesis; unless given, all others of each case together.
    by
        ``"part"``, or ``"number"`` for a row for each number that differs. Members of a prior, members of a row of
        named outcomes, and parts that differ in more than their numbers stay one row.
    seed
        For drawing orders.

    Returns
    -------
    DataFrame
        Index: part (or address), the greatest share first. Columns: ``change`` (added, removed or changed); ``old`` and
        ``new``, what differs, in words and with labels; ``share_db``, the share of the change in log odds, in decibans,
        0 for a difference of words only; ``alone_db``, the effect of this change alone on `old`, NaN where it cannot be
        made alone; ``mcse`` of the share, NaN where it is exact. ``attrs``: ``target``, ``against``; ``old_db``,
        ``new_db`` and ``change_db``, the log odds of the cases and new minus old; ``old_credence``, ``new_credence`` of
        the target; ``together``; ``only_words``, whether nothing differs but words; ``method``; ``seed``.

    Raises
    ------
    CaseError
        ``E_HYPOTHESES`` if the cases have no hypothesis in common, ``E_UNKNOWN_NAME`` for one that either case does not
        have, ``E_SAME`` if `target` and `against` are the same, ``E_BY`` for another `by`; ``E_EXCLUDED`` if log odds
        are infinite, in either case or between them.
    ContradictionError
        If every hypothesis of a case is excluded; ``where`` names the case.
    TooLargeError
        If a component of either case, or of one between them, has too many joint hidden states.

    Notes
    -----
    Log odds against one rival, or between two hypotheses, are sums over the components of the evidence, so only parts
    of one component interact.
    For up to 16 parts that interact every subset is weighed; for more, 512 orders are drawn. Against all others
    together every part interacts with every other.

    References
    ----------
    L. S. Shapley (1953), A value for n-person games, doi:10.1515/9781400881970-018

    Examples
    --------
    >>> from attribution_bayes.declare.parts import Evidence, Hypothesis
    >>> def reading(paid):
    ...     return Case(
    ...         question="Who did it?",
    ...         hypotheses=[Hypothesis(name=name, statement=name) for name in ("alone", "hired")],
    ...         prior={"alone": 0.5, "hired": 0.5},
    ...         evidence=[Evidence(name="paid", statement="money came", likelihood={"alone": 0.1, "hired": paid})],
    ...     )
    >>> found = difference(reading(0.1), reading(0.8))
    >>> found[["old", "new"]].to_dict("index")
    {'evidence.paid': {'old': 'likelihood under hired 0.1', 'new': 'likelihood under hired 0.8'}}
    >>> found["share_db"].round(1).to_dict()
    {'evidence.paid': 9.0}
    """
    expect(old, Case, "old")
    expect(new, Case, "new")
    one_of(by, LEVELS, "by", "E_BY")
    seed = seed_number(seed)
    credences = [_credences(case, where) for case, where in ((old, "old"), (new, "new"))]
    first, second = _pair(old, new, target, against, credences[NEW])
    found = changes(old, new, by)
    rival = second or _only_rival(old, new, first)
    game = _game(Hybrids((old, new), _players(old, found, first, rival)), first, rival)
    share, mcse = game.shared(np.random.default_rng(seed))
    table = pd.DataFrame(
        {
            "change": [one.change for one in found],
            "old": [one.old for one in found],
            "new": [one.new for one in found],
            "share_db": _by_row(found, game, share, 0.0),
            "alone_db": _by_row(found, game, game.alone(), 0.0),
            "mcse": _by_row(found, game, mcse, np.nan),
        },
        index=pd.Index([one.address for one in found], name="part" if by == "part" else "address", dtype=object),
    )
    table = table.iloc[np.argsort(-table["share_db"].abs().to_numpy(), kind="stable")]
    table.attrs = _meaning((old, new), credences, first, second) | {"together": game.together}
    table.attrs |= {"only_words": not any(one.counts for one in found), "method": _method(mcse), "seed": seed}
    return table


def _credences(case: Case, where: str) -> Floats:
    try:
        return as_stated(network(case))
    except ContradictionError as error:
        raise error.in_case(where) from None


def _pair(old: Case, new: Case, target: str | None, against: str | None, credences: Floats) -> tuple[str, str | None]:
    common = [name for name in new.names if name in old.names]
    if not common:
        message = f"{quoted(old.names)} and {quoted(new.names)} have no hypothesis in common."
        raise refusal("E_HYPOTHESES", "new", message, "Name the same hypothesis alike in both cases.")
    if target is None:
        target = common[foremost(credences[[new.names.index(name) for name in common]])]
    for case in (old, new):
        place_against(case, place_of(case, target, "target"), against)
    return target, against


def _only_rival(old: Case, new: Case, target: str) -> str | None:
    """The other one of two hypotheses: against it log odds are sums, which all others together are not."""
    others = {*old.names, *new.names} - {target}
    return others.pop() if len(others) == 1 else None


def _players(old: Case, found: list[Change], target: str, against: str | None) -> tuple[Changed, ...]:
    """Changes that can move the log odds. Against one rival, other hypotheses and what is stated under them cannot."""
    counting = [one.at for one in found if one.counts and one.at is not None]
    if against is None:
        return tuple(counting)
    stated_once = {item.name for item in old.evidence if isinstance(item.likelihood, Same)}
    return tuple(one for one in counting if _hypothesis_of(one, stated_once) in (None, target, against))


def _hypothesis_of(player: Changed, stated_once: Set[str]) -> str | None:
    """The hypothesis that a part is, or that a number is stated under, if it is one.

    `stated_once` are the items whose numbers hold whatever the hypothesis: their keys are outcomes.
    """
    match player:
        case HypothesisPart(name):
            return name
        case Place(ItemPart(item), "likelihood") if item in stated_once:
            return None
        case Place(CommonCausePart(), "likelihood", (_, name, *_)) | Place(keys=(name, *_)):
            return str(name)
        case _:
            return None


def _by_row(found: list[Change], game: Game, values: Floats, other: float) -> Floats:
    """The value of each row: that of its player, or `other` if nothing in the row counts."""
    of = dict(zip(game.hybrids.players, values.tolist(), strict=True))
    return np.array([other if one.at is None else of.get(one.at, other) for one in found], dtype=np.float64)


def _meaning(
    cases: tuple[Case, Case], credences: list[Floats], target: str, against: str | None
) -> dict[Hashable, Any]:
    """Attributes of the table: whose log odds, and what they are in both cases."""
    attrs: dict[Hashable, Any] = {"target": target, "against": "all others" if against is None else against}
    for name, case, credence in zip(("old", "new"), cases, credences, strict=True):
        place, rival = case.names.index(target), None if against is None else case.names.index(against)
        attrs[f"{name}_db"] = stated_log_odds(network(case), place, rival)
        attrs[f"{name}_credence"] = float(credence[place])
    has_catch_all = all(case.has_catch_all for case in cases)
    attrs |= {"has_catch_all": has_catch_all, "labels": part_labels(*cases)}
    return attrs | {"change_db": attrs["new_db"] - attrs["old_db"]}


def _method(mcse: Floats) -> str:
    if np.isnan(mcse).all():
        return "all orders of the parts that interact"
    return f"{ORDERS} orders of the parts that interact, and as many from the end, drawn by lot"


# The game ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Game:
    """The change that is shared, and the players that share it.

    Attributes
    ----------
    hybrids
        The cases between the two.
    place, against
        Positions of the hypotheses whose log odds are shared.
    group
        The group of each player, which changes as one; shape (player,).
    needs
        Which groups need which others before them, shape (group, group).
    """

    hybrids: Hybrids
    place: int
    against: int | None
    group: Ints
    needs: Bools

    @property
    def together(self) -> tuple[tuple[str, ...], ...]:
        """Players that can only be changed together, by address."""
        names = np.array([str(player) for player in self.hybrids.players], dtype=object)
        found = (tuple(names[self.group == one]) for one in range(len(self.needs)))
        return tuple(one for one in found if len(one) > 1)

    def value(self, members: Bools) -> Floats:
        """Log odds where these groups are as in the new case, in decibans; from shape (row, group) to (row,)."""
        odds = log_odds(self.hybrids.log_joints(np.take(members, self.group, axis=1)), self.place, self.against)
        if not np.isfinite(odds).all():
            raise self._infinite(members[~np.isfinite(odds)])
        return odds

    def alone(self) -> Floats:
        """The effect of each change alone on the old case, NaN where it cannot be made alone; shape (player,)."""
        is_one = np.bincount(self.group, minlength=len(self.needs)) == 1
        can = np.flatnonzero(~self.needs.any(axis=1) & is_one)
        each = np.full(len(self.needs), np.nan)
        each[can] = self._each_alone(can)
        return each[self.group]

    def _each_alone(self, groups: Ints) -> Floats:
        """The effect of each of these groups alone on the old case."""
        if not len(groups):
            return np.empty(0)
        rows = np.zeros((1 + len(groups), len(self.needs)), dtype=bool)
        rows[1 + np.arange(len(groups)), groups] = True
        odds = self.value(rows)
        return np.asarray(odds[1:] - odds[0])

    def shared(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """The share of each player and its Monte-Carlo standard error, NaN where it is exact; shape (player,) each."""
        share, mcse = np.zeros(len(self.needs)), np.full(len(self.needs), np.nan)
        independent = self._independent()
        single = np.array([one[0] for one in independent if len(one) == 1], dtype=int)
        share[single] = self._each_alone(single)
        for inside in (one for one in independent if len(one) > 1):
            found = shares(partial(self._value_inside, inside), self.needs[np.ix_(inside, inside)], rng)
            share[inside], mcse[inside] = found.share, found.mcse
        size = np.bincount(self.group, minlength=len(self.needs))
        return (share / size)[self.group], (mcse / size)[self.group]

    def _value_inside(self, inside: Ints, rows: Bools) -> Floats:
        """The log odds as only these groups change."""
        if len(inside) == len(self.needs):
            return self.value(rows)
        members = np.zeros((len(rows), len(self.needs)), dtype=bool)
        members[:, inside] = rows
        return self.value(members)

    def _independent(self) -> list[Ints]:
        """Groups whose effects on the log odds add up: one for each block of items, if one rival is named."""
        if self.against is None:
            return [np.arange(len(self.needs))] if len(self.needs) else []
        which = np.arange(len(self.needs))
        for block in self.hybrids.blocks:
            if len(block.players):
                which[self.group[block.players]] = self.group[block.players].min()
        return [np.flatnonzero(which == one) for one in np.unique(which)]

    def _infinite(self, members: Bools) -> Exception:
        """The error that names the fewest changes after which the log odds are infinite."""
        fewest = members[members.sum(axis=1).argmin()]
        changed = [str(player) for player, i in zip(self.hybrids.players, self.group, strict=True) if fewest[i]]
        when = f"the old case with {named(changed)} as in the new one" if changed else "the old case"
        name = quoted(self.hybrids.names[self.place])
        message = f"in {when}, {name} or all that it is weighed against is excluded: its log odds are infinite."
        return refusal("E_EXCLUDED", "target", message, INFINITE)


def _game(hybrids: Hybrids, target: str, against: str | None) -> Game:
    """Players that need each other become one."""
    needed = needs(hybrids)
    count, group = connected_components(needed, connection="strong") if len(needed) else (0, np.zeros(0, dtype=int))
    between = np.zeros((count, count), dtype=bool)
    for later, earlier in np.argwhere(needed):
        between[group[later], group[earlier]] = group[later] != group[earlier]
    place = hybrids.names.index(target), None if against is None else hybrids.names.index(against)
    return Game(hybrids, *place, np.asarray(group, dtype=np.int64), between)
