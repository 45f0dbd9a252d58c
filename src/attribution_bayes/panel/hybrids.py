"""Cases between two cases, with some parts or numbers as one states them and the rest as the other does.

A *player* is something that the two cases state differently and that can be taken from either. The players taken from
the new case determine a hybrid. Hypotheses, items and reports that only one case has are present or absent; what is
said about a hypothesis comes with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.address import (
    CommonCausePart,
    ErrorPart,
    HypothesisPart,
    ItemPart,
    PartAddress,
    Place,
    PriorPart,
    ReportPart,
    SourcePart,
)
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import CommonCause, Evidence, Hypothesis, Part, Report, Source
from attribution_bayes.declare.table import Table
from attribution_bayes.declare.ways import Odds, Ratios, Same
from attribution_bayes.engine.exact import stated_likelihoods
from attribution_bayes.engine.many import log_joints
from attribution_bayes.engine.network import Linked, network
from attribution_bayes.panel.changes import NUMBERS, Changed, Sides, have_same_outcomes, priors, proportions, sides

OLD, NEW = 0, 1

CASES_AT_ONCE = 2**12
"""Most hybrids that are held as cases at a time."""

PRODUCTS_AT_ONCE = 2**18
"""Products that are summed at a time: few enough to stay in the cache, and for BLAS to start no threads."""


type Own = frozenset[Changed]
"""What is taken for one item or source."""

type Taken = Mapping[PartAddress, Sequence[Changed]]
"""What is taken for each item and source."""


@dataclass(frozen=True, eq=False)
class Block:
    """Items that may depend on one another in either case, their causes, and the positions of the players for both."""

    items: tuple[str, ...]
    causes: tuple[str, ...]
    players: Ints


@dataclass(frozen=True, eq=False)
class Hybrids:
    """All hybrids of two cases.

    Attributes
    ----------
    cases
        The old and the new one.
    players
        What is taken from either.
    """

    cases: Sides[Case]
    players: tuple[Changed, ...]
    _made: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All hypotheses; those of the new case alone come last."""
        old, new = self.cases
        return (*old.names, *(name for name in new.names if name not in old.names))

    @cached_property
    def common(self) -> tuple[str, ...]:
        """Hypotheses that both cases have."""
        return tuple(name for name in self.cases[OLD].names if name in self.cases[NEW].names)

    def alone(self, side: int) -> tuple[str, ...]:
        """Hypotheses that only one of the cases has."""
        return tuple(name for name in self.cases[side].names if name not in self.common)

    def log_joints(self, members: Bools) -> Floats:
        """Log P(hypothesis and all observations) up to a constant of each row, shape (row, hypothesis).

        Parameters
        ----------
        members
            Which players are taken from the new case, shape (row, player).

        Returns
        -------
        array
            Minus infinity for a hypothesis that is excluded or absent.
        """
        settled, players, change = self._additive
        log = self._log_prior(members) + settled
        step = max(1, PRODUCTS_AT_ONCE // max(1, change.size))
        for start in range(0, len(members), step):
            part = slice(start, start + step)
            log[part] += np.take(members[part], players, axis=1).astype(float) @ change
        for block, ends in zip(self.blocks, self._ends, strict=True):
            if not _is_additive(block, ends):
                rows, where = _distinct(members[:, block.players])
                log += self._log_likelihoods(block, rows)[where]
        return log

    @cached_property
    def _additive(self) -> tuple[Floats, Ints, Floats]:
        """What blocks that one player changes at most say together in the old case, shape (hypothesis,).

        Also these players, and what each of them changes, shape (player, hypothesis).
        """
        found = [
            (block, ends) for block, ends in zip(self.blocks, self._ends, strict=True) if _is_additive(block, ends)
        ]
        old, new = np.array([ends for _, ends in found]).reshape(len(found), 2, len(self.names)).swapaxes(0, 1)
        moved = np.array([len(block.players) for block, _ in found], dtype=bool)
        players = np.concatenate([np.empty(0, dtype=np.int64), *(block.players for block, _ in found)])
        return old.sum(axis=0), players, (new - old)[moved]

    def _log_prior(self, members: Bools) -> Floats:
        """Proportions of the common hypotheses; each other brings its odds against all of these together."""
        weights = np.empty((2, len(self.names)))
        for side, case in enumerate(self.cases):
            shares = dict(zip(case.names, priors(case), strict=True))
            together = sum(shares[name] for name in self.common)
            with np.errstate(divide="ignore", invalid="ignore"):
                others = [shares.get(name, 0.0) / together for name in self.names]
            weights[side] = others
            weights[side, [self.names.index(name) for name in self.common]] = proportions(case, self.common)
        taken = np.zeros((len(members), len(self.names)), dtype=bool)
        for k, name in enumerate(self.names):
            player = PriorPart() if name in self.common else HypothesisPart(name)
            if player in self.players:
                taken[:, k] = members[:, self.players.index(player)]
        with np.errstate(divide="ignore"):
            log = np.log(weights)
        return np.asarray(np.where(taken, log[NEW], log[OLD]))

    # Blocks of items -------------------------------------------------------------------------------------------------

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Blocks that depend on some player, and one of all items that depend on none."""
        sets = self._linked
        players: dict[Any, list[int]] = {}
        for player, owner in enumerate(self.owners):
            players.setdefault(sets.group(owner), []).append(player)
        parts: dict[Any, tuple[list[str], list[str]]] = {}
        for name in self.items:
            top = sets.group(ItemPart(name))
            parts.setdefault(top if top in players else None, ([], []))[0].append(name)
        for name in self.causes:
            top = sets.group(CommonCausePart(name))
            parts[top if top in players else None][1].append(name)
        return tuple(
            Block(tuple(items), tuple(causes), np.array(players.get(top, []), dtype=int))
            for top, (items, causes) in parts.items()
        )

    @cached_property
    def _linked(self) -> Linked[PartAddress]:
        """Items with their parents, sources, common causes and the error that they may share, in either case."""
        sets: Linked[PartAddress] = Linked()
        for part, other in self._links():
            sets.link(part, other)
        return sets

    def _links(self) -> Iterator[tuple[ItemPart, PartAddress]]:
        for case in self.cases:
            for item in case.evidence:
                others: list[PartAddress] = [*map(ItemPart, item.given)]
                others += [SourcePart(report.source) for report in item.reports]
                yield from ((ItemPart(item.name), other) for other in others)
            silent = [one for one in case.evidence if one.error is None and not isinstance(one.likelihood, Ratios)]
            if any(one.error is not None for one in self.cases):  # it may stand beside either version of an item
                yield from ((ItemPart(item.name), ErrorPart()) for item in silent)
            yield from ((ItemPart(item), CommonCausePart(cause.name)) for item, cause in case.causes.items())

    @cached_property
    def _ends(self) -> Floats:
        """Log P(observations of each block | hypothesis) in both cases, shape (block, case, hypothesis).

        Up to a constant. NaN where a case lacks a hypothesis: what a hybrid says of it is not what the case says.
        """
        ends = np.full((len(self.blocks), 2, len(self.names)), np.nan)
        if {*self.cases[OLD].names} != {*self.cases[NEW].names}:
            return ends
        ends[:] = 0
        block_of = {item: i for i, block in enumerate(self.blocks) for item in block.items}
        for side, case in enumerate(self.cases):
            net = network(case)
            places = [block_of[items[0]] for items in net.component_items]
            logs = stated_likelihoods(net)[0].log_shares()[:, [case.names.index(name) for name in self.names]]
            np.add.at(ends[:, side], places, logs)
        return ends

    def _log_likelihoods(self, block: Block, rows: Bools) -> Floats:
        """Log P(observations of a block | hypothesis) up to a constant of each row, shape (row, hypothesis)."""
        parts = [rows[start : start + CASES_AT_ONCE] for start in range(0, len(rows), CASES_AT_ONCE)]
        return np.concatenate([log_joints([self._hybrid(block, row) for row in part]) for part in parts])

    def _hybrid(self, block: Block, row: Bools) -> Case:
        taken: dict[PartAddress, list[Changed]] = {}
        for player in block.players[row].tolist():
            taken.setdefault(self.owners[player], []).append(self.players[player])
        items = [item for name in block.items if (item := self._item(name, taken)) is not None]
        speakers = {report.source for item in items for report in item.reports}
        sources = [self._source(name, taken) for name in self.sources if name in speakers]
        causes = [cause for name in block.causes if (cause := self._cause(name, taken)) is not None]
        parts: dict[str, Any] = {
            "sources": tuple(sources),
            "evidence": tuple(items),
            "common_causes": tuple(causes),
            "error": self.cases[NEW if ErrorPart() in taken else OLD].error,
        }
        return self._template.with_good(parts)

    @cached_property
    def _template(self) -> Case:
        """All hypotheses, equally probable: only the ratios of their likelihoods are needed."""
        hypotheses = [Hypothesis(name=name, statement="-") for name in self.names]
        return Case(question="-", hypotheses=hypotheses, prior=Odds(dict.fromkeys(self.names, 1.0)))

    # Parts of a hybrid -----------------------------------------------------------------------------------------------

    @cached_property
    def owners(self) -> tuple[PartAddress, ...]:
        """The item or source that each player belongs to."""
        return tuple(map(_owner, self.players))

    @cached_property
    def items(self) -> dict[str, Sides[Evidence | None]]:
        return sides(self.cases[OLD].evidence, self.cases[NEW].evidence)

    @cached_property
    def sources(self) -> dict[str, Sides[Source | None]]:
        return sides(self.cases[OLD].sources, self.cases[NEW].sources)

    @cached_property
    def causes(self) -> dict[str, Sides[CommonCause | None]]:
        return sides(self.cases[OLD].common_causes, self.cases[NEW].common_causes)

    def have_same_outcomes(self, item: str) -> bool:
        return have_same_outcomes(*self.items[item])

    def lends(self, one: Part, other: Part) -> bool:
        """Whether a number that one version does not state can stand in it at the place where the other states it."""
        if not isinstance(one, Evidence) or not isinstance(other, Evidence):
            return True
        mine, theirs = (
            (type(part.likelihood), part.likelihood.reference if isinstance(part.likelihood, Ratios) else None)
            for part in (one, other)
        )
        is_alike = (one.given, one.outcomes, mine) == (other.given, other.outcomes, theirs)
        return is_alike and all(map(self.have_same_outcomes, one.given))

    def _once[P](self, part: PartAddress, own: Own, make: Callable[[], P]) -> P:
        """The same object for the same part with the same players taken."""
        if (part, own) not in self._made:
            self._made[part, own] = make()
        made: P = self._made[part, own]
        return made

    def _item(self, name: str, taken: Taken) -> Evidence | None:
        """An item as a hybrid has it, or None where it is absent."""
        part = ItemPart(name)
        own = frozenset(taken.get(part, ()))
        return self._once(part, own, lambda: self._new_item(part, self.items[name], own))

    def _new_item(self, part: ItemPart, versions: Sides[Evidence | None], own: Own) -> Evidence | None:
        item = self._part(part, versions, own)
        old, new = versions
        if item is None or old is None or new is None:
            return item
        both = sides(old.reports, new.reports)
        said = (self._part(ReportPart(part.item, source), one, own) for source, one in both.items())
        return item.with_good({"reports": tuple(report for report in said if report is not None)})

    def _source(self, name: str, taken: Taken) -> Source:
        """A source as a hybrid has it. A source that only one case has is in every hybrid: only its reports count."""
        part, versions = SourcePart(name), self.sources[name]
        own = frozenset(taken.get(part, ()))
        if None in versions:
            own = frozenset({part} if versions[OLD] is None else ())
        made = self._once(part, own, lambda: self._part(part, versions, own))
        assert made is not None  # one of the versions is there, and it is the one that is taken
        return made

    def _cause(self, name: str, taken: Taken) -> CommonCause | None:
        part = CommonCausePart(name)
        own = frozenset(taken.get(part, ()))
        return self._once(part, own, lambda: self._part(part, self.causes[name], own))

    def _part[P: (Evidence, Source, Report, CommonCause)](
        self, part: PartAddress, versions: Sides[P | None], own: Own
    ) -> P | None:
        """One part, with the numbers of the other version that are taken, and a row for every hypothesis."""
        base, other = versions[::-1] if part in own else versions
        if base is None:
            return None
        update = {}
        for name in NUMBERS & type(base).model_fields.keys():
            if (value := getattr(base, name)) is not None:
                theirs = getattr(other, name) if other is not None and self.lends(base, other) else None
                at = Place(part, name)
                if isinstance(base, CommonCause) and name == "likelihood":
                    update[name] = self._caused(value, theirs or {}, at, own)
                else:
                    update[name] = _mixed(value, theirs, self.names, at, own)
        return base.with_good(update)

    def _caused(self, mine: Mapping[str, Any], theirs: Mapping[str, Any], at: Place, own: Own) -> Table[str, Any]:
        """What a common cause states of each item."""
        lent = {item: rows for item, rows in theirs.items() if self.have_same_outcomes(item)}
        return Table(
            {item: _mixed(rows, lent.get(item), self.names, at.under(item), own) for item, rows in mine.items()}
        )


def _is_additive(block: Block, ends: Floats) -> bool:
    return len(block.players) <= 1 and bool(np.isfinite(ends).all())


def _distinct(rows: Bools) -> tuple[Bools, Ints]:
    """The distinct rows, and for each row which of them it is."""
    packed = np.packbits(rows, axis=1)
    packed = packed[:, 0] if packed.shape[1] == 1 else packed  # numbers are sorted faster than rows
    _, first, where = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    return rows[first], where.reshape(-1)


def _owner(player: Changed) -> PartAddress:
    part = player.part if isinstance(player, Place) else player
    return ItemPart(part.item) if isinstance(part, ReportPart) else part


def _mixed(mine: Any, theirs: Any, names: Sequence[str], at: Place, own: Own) -> Any:
    """A number, or a table by hypothesis, with what is taken of the other version and a row for every hypothesis."""
    if isinstance(mine, Same):
        return Same(_replaced(mine.row, theirs.row if isinstance(theirs, Same) else None, at, own))
    if isinstance(mine, Ratios):
        lent = theirs.ratios if isinstance(theirs, Ratios) else {}
        rest = [name for name in names if name != mine.reference]
        return Ratios(reference=mine.reference, ratios=_mixed(mine.ratios, lent, rest, at, own))
    if not isinstance(mine, Mapping):
        return theirs if at in own else mine
    lent = theirs if isinstance(theirs, Mapping) else {} if theirs is None else dict.fromkeys(names, theirs)
    filler = next(iter(mine.values()), 1.0)  # for hypotheses that no hybrid has beside this version
    rows = {}
    for name in names:
        known = mine[name] if name in mine else lent.get(name, filler)
        rows[name] = _replaced(known, lent.get(name), at.under(name), own)
    return Table(rows)


def _replaced(mine: Any, theirs: Any, at: Place, own: Own) -> Any:
    """A row with the numbers of the other version that are taken."""
    if at in own:
        return theirs
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping) and mine.keys() == theirs.keys():
        return Table({key: _replaced(mine[key], theirs[key], at.under(key), own) for key in mine})
    return mine
