"""What two cases state differently: part by part or number by number, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from attribution_bayes.declare.address import (
    CommonCausePart,
    ErrorPart,
    HypothesisPart,
    ItemPart,
    Outcome,
    PartAddress,
    Place,
    PriorOf,
    PriorPart,
    ReportPart,
    SourcePart,
)
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import addresses
from attribution_bayes.declare.parts import (
    ERROR_RATES,
    CommonCause,
    Evidence,
    Hypothesis,
    NamedPart,
    Part,
    Report,
    Source,
)
from attribution_bayes.declare.shares import Shares
from attribution_bayes.declare.way import Single
from attribution_bayes.declare.ways import Ratios, Same
from attribution_bayes.declare.wording import Labels, Named, Sentence, part_labels, plain

type Facts = dict[Place, Any]
"""What a part states, by field, and within a field by hypothesis and outcomes of parents."""

type Changed = PartAddress | Place
"""What two cases can state differently: a part, or a number in it."""

NUMBERS = frozenset(
    {"likelihood", "error", "reliability", "if_unreliable", *ERROR_RATES, "copy_probability", "probability"}
)
"""Fields that hold numbers."""

REFERENCE = "likelihood.reference"
"""The hypothesis that ratios are stated against; with another one, the ratios mean something else."""

SAME = "stated once for"
"""Whether a likelihood is stated once for all hypotheses: to change it is to state other numbers."""

STRUCTURE = frozenset({"observed", "outcomes", "given", "says", "serves", "copied_from", REFERENCE, SAME})
"""Fields that move a credence without being numbers."""

WORDS = frozenset({"statement", "label", "citation", "date", "catch_all", "instrument"})
"""Fields that move no credence. Each field of a part is named in one of these sets."""

SAME_PROPORTION = 1e-12
"""Difference of two priors that rounding explains."""

IDENTITY = frozenset({"name", "source", "reports"})
"""Fields that identify a part, or that are parts themselves."""

ALWAYS = frozenset({"observed", "says"})
"""Fields that are shown even where they have their defaults."""

type By = Literal["part", "number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A part, or a number, that two cases state differently.

    Attributes
    ----------
    at
        The part, or the number; None for the question.
    change
        Added, removed or changed.
    old, new
        What differs, in words; empty for what is not there.
    counts
        Whether anything differs that can move a credence, rather than words alone.
    """

    at: Changed | None
    change: Literal["added", "removed", "changed"]
    old: str
    new: str
    counts: bool

    @property
    def address(self) -> str:
        """As text: ``evidence.E``, or ``evidence.E.likelihood.H`` for a number."""
        return "question" if self.at is None else str(self.at)


def changes(old: Case, new: Case, by: By = "part") -> list[Change]:
    """Everything that differs: the prior, hypotheses, sources, items and their reports, common causes."""
    common, labels = tuple(name for name in old.names if name in new.names), part_labels(old, new)
    found = [*_prior(old, new, common, labels), *_error(old, new), *_question(old, new)]
    unlike = {name for name, both in sides(old.evidence, new.evidence).items() if not have_same_outcomes(*both)}
    for part, one, other in _parts(old, new):
        is_whole = isinstance(one, CommonCause) and not unlike.isdisjoint(one.likelihood)
        found += _compared(part, one, other, common, labels, "part" if is_whole else by)
    return found


def have_same_outcomes(old: Evidence | None, new: Evidence | None) -> bool:
    """Whether what a common cause or a child says of an item can stand beside either version of it."""
    return old is not None and new is not None and old.outcomes == new.outcomes


def _parts(old: Case, new: Case) -> Iterator[tuple[PartAddress, Part | None, Part | None]]:
    """Parts of either case in both versions, by address; reports separately if both cases have their item."""
    for name, hypotheses in sides(old.hypotheses, new.hypotheses).items():
        yield HypothesisPart(name), *hypotheses
    for name, sources in sides(old.sources, new.sources).items():
        yield SourcePart(name), *sources
    for name, (one, other) in sides(old.evidence, new.evidence).items():
        yield ItemPart(name), one, other
        if one is not None and other is not None:
            for source, reports in sides(one.reports, other.reports).items():
                yield ReportPart(name, source), *reports
    for name, causes in sides(old.common_causes, new.common_causes).items():
        yield CommonCausePart(name), *causes


type Sides[T] = tuple[T, T]
"""The same thing in the old case and in the new one."""


def sides[P: (Hypothesis, Source, Evidence, Report, CommonCause)](
    old: Iterable[P], new: Iterable[P]
) -> dict[str, Sides[P | None]]:
    """Both versions of each part by its name; those of the new case alone come last."""
    before, after = ({_name(part): part for part in parts} for parts in (old, new))
    return {name: (before.get(name), after.get(name)) for name in {**before, **after}}


def _name(part: NamedPart | Report) -> str:
    return part.source if isinstance(part, Report) else part.name


def _question(old: Case, new: Case) -> Iterator[Change]:
    if old.question != new.question:
        yield Change(at=None, change="changed", old=old.question, new=new.question, counts=False)


def _error(old: Case, new: Case) -> Iterator[Change]:
    """How likely items are to have been misunderstood that do not say so themselves."""
    if old.error != new.error:
        before, after = ("" if case.error is None else _said(case.error) for case in (old, new))
        change: Literal["added", "removed", "changed"] = (
            "added" if old.error is None else "removed" if new.error is None else "changed"
        )
        yield Change(at=ErrorPart(), change=change, old=before, new=after, counts=True)


def _prior(old: Case, new: Case, common: tuple[str, ...], labels: Labels) -> Iterator[Change]:
    """The prior differs if the proportions of the hypotheses that both cases have do, or if it is stated otherwise."""
    same_names = {*old.names} == {*new.names}
    counts = bool((np.abs(proportions(old, common) - proportions(new, common)) > SAME_PROPORTION).any())
    reworded = old.prior_basis != new.prior_basis or (same_names and old.prior != new.prior)
    if counts or reworded:
        stated = [_prior_facts(case) for case in (old, new)]
        differ = [place for place in {**stated[0], **stated[1]} if stated[0].get(place) != stated[1].get(place)]
        words = [_in_words(one, labels, differ) for one in stated]
        if not differ:  # the same means, stated otherwise
            words = [_said(case.prior) for case in (old, new)]
        yield Change(at=PriorPart(), change="changed", old=words[0], new=words[1], counts=counts or reworded)


def _prior_facts(case: Case) -> Facts:
    stated: Facts = {PriorOf(name).place: mean for name, mean in zip(case.names, priors(case).tolist(), strict=True)}
    return stated | ({Place(PriorPart(), "rests on"): case.prior_basis} if case.prior_basis else {})


def priors(case: Case) -> np.ndarray:
    """The mean of the prior of each hypothesis, shape (hypothesis,)."""
    known = addresses(case)
    return np.array([known.parameter(PriorOf(name)).meaning.mean for name in case.names])


def proportions(case: Case, names: tuple[str, ...]) -> np.ndarray:
    """The prior of these hypotheses if one of them is true, shape (name,); NaN where none of them can be."""
    shares = priors(case)[[case.names.index(name) for name in names]]
    total = shares.sum()
    return np.asarray(shares / total if total else np.full(len(names), np.nan))


# Parts ---------------------------------------------------------------------------------------------------------------


def _compared(
    at: PartAddress, old: Part | None, new: Part | None, common: tuple[str, ...], labels: Labels, by: By
) -> Iterator[Change]:
    if old is None or new is None:
        words = [
            "" if part is None else _in_words(_facts(at, part, common) | _reports(at, part, labels), labels)
            for part in (old, new)
        ]
        yield Change(at=at, change="added" if old is None else "removed", old=words[0], new=words[1], counts=True)
        return
    before, after = _facts(at, old, common), _facts(at, new, common)
    differ = [place for place in {**before, **after} if before.get(place) != after.get(place)]
    counting = [place for place in differ if place.field in NUMBERS | STRUCTURE]
    alone = by == "number" and before.keys() == after.keys() and all(place.field in NUMBERS for place in counting)
    rest = [place for place in differ if not alone or place not in counting]
    if rest:
        words = [_in_words(one, labels, rest) for one in (before, after)]
        yield Change(at=at, change="changed", old=words[0], new=words[1], counts=any(one in counting for one in rest))
    for place in counting if alone else ():
        words = [_said(one[place]) for one in (before, after)]
        yield Change(at=place, change="changed", old=words[0], new=words[1], counts=True)


def _reports(at: PartAddress, part: Part, labels: Labels) -> Facts:
    """What sources say of an item, which comes and goes with it."""
    reports = part.reports if isinstance(part, Evidence) else ()
    said = tuple(plain((Named(one.source, "source"), f" says {one.says}"), labels) for one in reports)
    return {Place(at, "reports"): said} if said else {}


def _facts(at: PartAddress, part: Part, common: tuple[str, ...]) -> Facts:
    """What a part states beyond its defaults about hypotheses that both cases have."""
    found: Facts = {}
    for field, declared in type(part).model_fields.items():
        value = getattr(part, field)
        if field not in IDENTITY and (field in ALWAYS or value != declared.default):
            found |= dict(_leaves(value, Place(at, field), _levels(part, field, common)))
    return found


type Levels = Sequence[tuple[str, ...] | None]
"""Keys of nested tables to look at, from the outside inwards; None for all."""


def _levels(part: Part, field: str, common: tuple[str, ...]) -> Levels:
    """Down to one row: by hypothesis, and of an item by the outcomes of its parents."""
    match part:
        case CommonCause() if field == "likelihood":
            return None, common
        case Evidence():
            return common, *(None for _ in part.given)
        case _:
            return (common,)


def _leaves(value: Any, at: Place, levels: Levels) -> Iterator[tuple[Place, Any]]:
    """Entries of nested tables, down to one row, except under hypotheses that only one of the cases has."""
    if isinstance(value, Ratios):
        yield at._replace(field=REFERENCE), value.reference
        value = value.ratios
    elif isinstance(value, Same):
        yield at._replace(field=SAME), "every hypothesis"
        value, levels = value.row, levels[1:]
    if not isinstance(value, Mapping) or not levels:
        yield at, value
        return
    first, *below = levels
    for key in sorted(value, key=str) if first is None else (name for name in first if name in value):
        yield from _leaves(value[key], at.under(key), below)


# Words ---------------------------------------------------------------------------------------------------------------

NAMED: dict[str, Literal["hypothesis", "item", "source"]] = {
    REFERENCE: "hypothesis",
    "given": "item",
    "copied_from": "source",
}
"""Fields that hold names, and what these name."""


def _in_words(found: Facts, labels: Labels, places: Iterable[Place] | None = None) -> str:
    """What a part states, field by field; all of it unless places are given."""
    chosen = found if places is None else [place for place in places if place in found]
    same = {place.keys for place in found if place.field == SAME}
    return "; ".join(f"{_field(place, same, labels)} {_value(place, found[place], labels)}" for place in chosen)


def _field(place: Place, same: Set[tuple[Outcome, ...]], labels: Labels) -> str:
    """What is stated, under which hypothesis and given which outcomes of parents."""
    match place:
        case Place(PriorPart(), name):
            return plain((Named(name, "hypothesis"),), labels)
        case Place(CommonCausePart(), "likelihood", (item, *keys)):
            words: Sentence = ("likelihood of ", Named(str(item), "item"))
            above: tuple[Outcome, ...] = (item,)
        case Place(_, field, keys):
            words, above = (field,), ()
    if keys and above not in same:
        words = *words, " under ", Named(str(keys[0]), "hypothesis")
        keys = keys[1:]
    return plain(words, labels) + (f" given {', '.join(map(str, keys))}" if keys else "")


def _value(place: Place, value: Any, labels: Labels) -> str:
    """What is stated there, with labels in place of names."""
    kind = NAMED.get(place.field)
    names = value if isinstance(value, tuple) else (value,)
    return _said(value) if kind is None else ", ".join(plain((Named(one, kind),), labels) for one in names)


def _said(value: Any) -> str:
    """A value as a person would say it."""
    match value:
        case float():
            return f"{value:.6g}"
        case Single():
            return f"{value.words()} ({value.reason})" if value.reason else value.words()
        case Shares():
            words = value.words(tuple(value.numbers))
            return f"{words} ({value.reason})" if value.reason else words
        case tuple():
            return ", ".join(map(_said, value))
        case Mapping():
            return ", ".join(f"{key} {_said(one)}" for key, one in value.items())
        case _:
            return str(value)
