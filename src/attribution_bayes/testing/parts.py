"""Strategies for the parts of a case, drawn before it is decided which of them stay in it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

from attribution_bayes.declare.parts import ERROR_RATES, Evidence, Report
from attribution_bayes.declare.ways import Ratio, Ratios, Row, Same
from attribution_bayes.testing.ways import BINARY, RARELY, exactly, probabilities, ratios_of, rows_of

MAX_SOURCES = 3
"""Three sources suffice for a chain of copies."""

LARGE = (6, 9)
"""Large numbers of outcomes, drawn about one time in thirteen: a row of nine has too many corners to visit them all."""

MAX_CAUSES = 2
MAX_PARENTS = 3
MAX_ROWS = 8
"""Most rows of the table of an item under each hypothesis: three binary parents, or one binary and one of four."""

MAX_EXTRA_ROWS = 400
"""Most rows that parents add to all tables of a case: Hypothesis gives up on examples of more than 8192 bytes."""

_MOSTLY = st.sampled_from((False, True, True))
KEEP = st.sampled_from((False,) + (True,) * 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Which parts a generated case may have."""

    uncertain: bool
    exclusions: bool
    named_outcomes: bool
    parents: bool
    hidden: bool
    reports: bool
    copies: bool
    ratios: bool
    same: bool
    errors: bool
    common_causes: bool


_SAID = st.sampled_from(
    [{"says": says, **serves} for serves in ({}, {}, {"serves": False}, {"serves": True}) for says in BINARY]
)
"""What a report says, and sometimes what serves its source."""

_PAPERS = st.sampled_from(
    (
        dict[str, Any](),
        {"citation": "document 0"},
        {"date": datetime.date(2024, 3, 22)},
        {"citation": "document 1", "date": datetime.date(2023, 12, 31)},
    )
)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Draft:
    """An item before it is decided which hypotheses and which of its parents stay in the case.

    Attributes
    ----------
    rows
        For each hypothesis drawn, a row nested once for each parent, or a ratio; of one row that is the same under all,
        this alone.
    reference
        Position of the reference of the ratios, modulo the number of hypotheses; None if the rows are likelihoods.
    finding
        What was observed or reported.
    cause
        Place of its common cause; None if it has none.
    caused
        For each hypothesis drawn, the row in place of its own where the cause holds.
    """

    outcomes: tuple[Any, ...]
    parents: Sequence[Draft]
    rows: Sequence[Any]
    reference: int | None
    finding: Mapping[str, Any]
    papers: Mapping[str, Any]
    cause: int | None = None
    error: Any = None
    caused: Sequence[Any] = ()

    def evidence(self, names: Mapping[Draft, str], places: Sequence[int]) -> Evidence:
        """The item, with the items named in `names` and the hypotheses at `places`."""
        return Evidence(
            name=names[self],
            statement=f"{names[self]} holds",
            likelihood=self.likelihood(names, places),
            outcomes=self.outcomes,
            error=self.error,
            given=tuple(names[parent] for parent in self.parents if parent in names),
            **self.finding,
            **self.papers,
        )

    def likelihood(self, names: Mapping[Draft, str], places: Sequence[int]) -> Any:
        """What is stated of the hypotheses at `places`."""
        if len(self.rows) == 1:
            return Same(_row_given(names, self.parents, self.rows[0]))
        rows = {f"h{new}": _row_given(names, self.parents, self.rows[old]) for new, old in enumerate(places)}
        return rows if self.reference is None else _ratios_to(f"h{self.reference % len(rows)}", rows)


def _row_given(names: Mapping[Draft, str], parents: Sequence[Draft], row: Any) -> Any:
    """A nested row without the parents that have no name; for these it keeps the entry of the first outcome."""
    if not parents:
        return row
    entries = {outcome: _row_given(names, parents[1:], entry) for outcome, entry in row.items()}
    return entries if parents[0] in names else next(iter(entries.values()))


def _ratios_to(reference: str, ratios: Mapping[str, Ratio]) -> Ratios:
    others = {name: ratio for name, ratio in ratios.items() if name != reference}
    return Ratios(reference=reference, ratios=others)


@cache
def _some_places(count: int, most: int, least: int = 0) -> st.SearchStrategy[list[int]]:
    return st.lists(st.sampled_from(range(count)), min_size=least, max_size=most, unique=True)


class Builder:
    """Draws the parts of one case and keeps count of its hidden worlds.

    All numbers are drawn first; names are given last, to what stays in the case. So Hypothesis can simplify a failing
    case by leaving out an item or a hypothesis without changing the meaning of any other choice.
    """

    def __init__(self, draw: st.DrawFn, allowed: Allowed, size: int, worlds: int) -> None:
        self.draw = draw
        self.allowed = allowed
        self.size = size
        self.room = worlds  # the factor by which the number of worlds may still grow
        self.extra_rows = MAX_EXTRA_ROWS
        self.probability = probabilities(uncertain=allowed.uncertain, exclusions=allowed.exclusions)

    def sources(self) -> list[dict[str, Any]]:
        """Draw the fields of each source; a list has one entry for each hypothesis."""
        most = min(MAX_SOURCES, self.room.bit_length() - 1) if self.allowed.reports else 0
        count = self.draw(st.integers(0, most))
        self.room >>= count
        each = exactly(self.size, self.probability)
        rate, rarely_each = self.probability | each, RARELY.flatmap(lambda it_is: each if it_is else self.probability)
        either = {"reliability": rarely_each, "if_unreliable": rate}
        both: dict[str, Any] = {**dict.fromkeys(ERROR_RATES, rate), "instrument": st.booleans()}
        of_either, of_both = st.fixed_dictionaries(either), st.fixed_dictionaries(both)
        return [self.draw(of_both if self.draw(RARELY) else of_either) for _ in range(count)]

    def causes(self) -> list[Any]:
        """Draw the probability of each common cause, or a list with one for each hypothesis."""
        most = min(MAX_CAUSES, self.room.bit_length() - 1) if self.allowed.common_causes else 0
        count = self.draw(st.integers(0, most))
        self.room >>= count
        return [self.draw(self.probability | exactly(self.size, self.probability)) for _ in range(count)]

    def drafts(self, count: int, speakers: Sequence[str], causes: int) -> list[Draft]:
        """Draw items, parents first."""
        drafts: list[Draft] = []
        for _ in range(count):
            kind = self.draw(st.sampled_from(self.kinds(speakers)))
            drafts.append(self.draft_of_ratios() if kind == "ratios" else self.draft(kind, drafts, speakers, causes))
        return drafts

    def kinds(self, speakers: Sequence[str]) -> list[str]:
        """The kinds that an item can have; common ones are listed more than once."""
        kinds = ["observed"] * 3
        kinds += ["reported"] * 3 if speakers and self.room >= 2 else []
        kinds += ["hidden"] if self.allowed.hidden and self.room >= 2 else []
        return kinds + (["ratios"] if self.allowed.ratios else [])

    def draft_of_ratios(self) -> Draft:
        return Draft(
            outcomes=BINARY,
            parents=(),
            rows=self.draw(exactly(self.size, ratios_of(self.allowed.uncertain))),
            reference=self.draw(st.integers(0, self.size - 1)),
            finding={},
            papers=self.draw(_PAPERS),
        )

    def draft(self, kind: str, earlier: Sequence[Draft], speakers: Sequence[str], causes: int) -> Draft:
        outcomes = self.outcomes(kind)
        parents = self.parents([draft for draft in earlier if draft.reference is None])
        row = rows_of(outcomes, self.allowed.uncertain, self.allowed.exclusions)
        cause = self.draw(st.sampled_from((None, *range(causes)))) if causes else None
        rows = 1 if self.allowed.same and self.draw(RARELY) else self.size
        return Draft(
            outcomes=outcomes,
            parents=parents,
            rows=[self.table(row, parents) for _ in range(rows)],
            reference=None,
            finding=self.finding(kind, outcomes, speakers),
            papers=self.draw(_PAPERS),
            cause=cause,
            error=self.draw(self.probability) if self.allowed.errors and self.draw(RARELY) else None,
            caused=() if cause is None else self.draw(exactly(self.size, row)),
        )

    def outcomes(self, kind: str) -> tuple[Any, ...]:
        if kind == "reported" or not self.allowed.named_outcomes:
            return BINARY
        sizes = (*(0, 0, 0, 2, 3, 4) * 4, *LARGE)
        numbers = [number for number in sizes if kind == "observed" or number <= self.room]
        return tuple(f"o{place}" for place in range(self.draw(st.sampled_from(numbers)))) or BINARY

    def parents(self, possible: Sequence[Draft]) -> list[Draft]:
        """Draw some of the earlier items, in any order, as long as the tables stay small."""
        most_rows = min(MAX_ROWS, 1 + self.extra_rows // self.size)
        parents, rows = list[Draft](), 1
        places = self.draw(_some_places(len(possible), MAX_PARENTS)) if possible and self.allowed.parents else []
        for draft in (possible[place] for place in places):
            if rows * len(draft.outcomes) <= most_rows:
                rows *= len(draft.outcomes)
                parents.append(draft)
        self.extra_rows -= (rows - 1) * self.size
        return parents

    def table(self, row: st.SearchStrategy[Row], parents: Sequence[Draft]) -> Row:
        if not parents:
            return self.draw(row)
        return {outcome: self.table(row, parents[1:]) for outcome in parents[0].outcomes}

    def finding(self, kind: str, outcomes: tuple[Any, ...], speakers: Sequence[str]) -> Mapping[str, Any]:
        """Draw what was observed or reported of the item; hidden states use up room."""
        if kind == "observed":
            return {"observed": self.draw(st.sampled_from(outcomes))}
        self.room //= len(outcomes)
        return {"observed": None} if kind == "hidden" else {"reports": self.reports(speakers)}

    def reports(self, speakers: Sequence[str]) -> list[Report]:
        """Draw reports, originals before copies, and list them in any order."""
        chosen = [speakers[place] for place in self.draw(_some_places(len(speakers), len(speakers), least=1))]
        reports = [self.report(speaker, chosen[:place]) for place, speaker in enumerate(chosen)]
        return self.draw(st.permutations(reports))

    def report(self, speaker: str, earlier: Sequence[str]) -> Report:
        said: dict[str, Any] = self.draw(_SAID)
        if not (earlier and self.allowed.copies and self.room >= 2 and self.draw(_MOSTLY)):
            return Report(source=speaker, **said)
        self.room //= 2
        origin = self.draw(st.sampled_from(earlier))
        return Report(source=speaker, **said, copied_from=origin, copy_probability=self.draw(self.probability))

    def kept(self, count: int, least: int) -> list[int]:
        """Draw which of `count` things to keep: most, and at least `least`; the simplest choice drops the rest."""
        kept: list[int] = []
        for place in range(count):
            enough = len(kept) + count - place > least
            if self.draw(KEEP) or not enough:
                kept.append(place)
        return kept
