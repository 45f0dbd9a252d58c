"""Hypothesis strategies for cases, and a check that a posterior is coherent, for your own property tests.

Import this module explicitly; it needs the package ``hypothesis``. Suppose that a function of yours collects the
evidence items that nobody has observed yet. A property test can run it on any case:

>>> from hypothesis import given, settings
>>> def still_open(case):
...     return [item.name for item in case.evidence if item.observed is None and not item.reports]
>>> @settings(max_examples=20, deadline=None)
... @given(cases(hidden=False))
... def without_hidden_items_nothing_is_open(case):
...     assert still_open(case) == []
>>> without_hidden_items_nothing_is_open()

Use `assert_coherent` to test anything that makes a `Posterior` from a case; its docstring has an example.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations_with_replacement, product
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import ERROR_RATES, CommonCause, Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.scales import SCALES
from attribution_bayes.declare.ways import (
    BaseRates,
    Beta,
    Between,
    Certain,
    Counts,
    Dirichlet,
    Impossible,
    Odds,
    Point,
    Prior,
    Probability,
    Quantiles,
    Ratio,
    RatioBetween,
    Ratios,
    Row,
    Same,
    Uniform,
    Words,
)
from attribution_bayes.engine.coherence import assert_coherent

__all__ = ["assert_coherent", "cases", "priors", "probabilities"]

MAX_WORLDS = 512
"""Default limit of joint hidden states of a generated case: few enough to sum over one by one in Python."""

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

BINARY = (True, False)

# Ways to state a number ----------------------------------------------------------------------------------------------

_PLAIN = (0.5, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9, 0.01, 0.05, 0.95, 0.99, 0.001, 0.999, 1e-6, 1 - 1e-6)
_BOUNDS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.001, 0.01, 0.05, 0.4, 0.6, 0.95, 0.99, 0.999)
_RATIOS = (1.0, 2.0, 5.0, 10.0, 100.0, 1000.0, 0.5, 0.2, 0.1, 0.01, 0.001)


def _ranges(bounds: Sequence[float]) -> list[tuple[float, float]]:
    """All ranges with ends among `bounds`; those of a single point come last."""
    pairs = [(min(pair), max(pair)) for pair in combinations_with_replacement(bounds, 2)]
    return sorted(pairs, key=lambda pair: pair[0] == pair[1])


_RARELY = st.sampled_from((False,) * 4 + (True,))
_MOSTLY = st.sampled_from((False, True, True))
_KEEP = st.sampled_from((False,) + (True,) * 9)
_SHAPES = (1.0, 2.0, 3.0, 5.0, 10.0, 100.0, 0.5, 0.2)
_SHAPE = st.sampled_from(_SHAPES) | st.floats(0.25, 50.0)
_MASSES = (0.9, 0.8, 0.95)
_WEIGHT = st.integers(1, 20) | st.sampled_from((100, 1_000, 100_000))
"""Whole numbers in proportions down to one in a million; divided by their sum they sum to 1 but for rounding."""

_COUNT = st.integers(0, 20)
_UNIFORMS = [ends for ends in _ranges((*_BOUNDS, 0.0, 1.0)) if ends not in ((0.0, 0.0), (1.0, 1.0))]
_QUANTILES = [{0.05: low, 0.5: middle, 0.95: high} for low, middle, high in ((0.1, 0.3, 0.6), (0.4, 0.7, 0.9))]
_TERMS = [(term, scale.id) for scale in SCALES.values() if scale.kind == "probability" for term in scale.names()]
_UNCERTAIN: tuple[st.SearchStrategy[Probability], ...] = (
    st.sampled_from(list(product(_SHAPES, _SHAPES))).map(lambda shapes: Beta(*shapes)),
    st.builds(Beta, _SHAPE, _SHAPE),
    st.sampled_from(list(product(_MASSES, _ranges(_BOUNDS)))).map(lambda way: Between(*way[1], mass=way[0])),
    st.sampled_from(_QUANTILES).map(Quantiles),
    st.sampled_from(_UNIFORMS).map(lambda ends: Uniform(*ends)),
    st.builds(lambda successes, failures: Counts(successes, successes + failures), _COUNT, _COUNT),
    st.sampled_from(_TERMS).map(lambda term: Words(term[0], scale=term[1])),
)
_EXCLUSION: st.SearchStrategy[Probability] = st.sampled_from((Impossible("it cannot be"), Certain("it must be")))

_NAMED_RATIOS = [
    (term.name, scale.id) for scale in SCALES.values() if scale.kind == "ratio" for term in scale.terms if term.upper
]
_UNCERTAIN_RATIOS: tuple[st.SearchStrategy[Ratio], ...] = (
    st.sampled_from(list(product(_MASSES, _ranges(_RATIOS)))).map(lambda way: RatioBetween(*way[1], mass=way[0])),
    st.sampled_from(_NAMED_RATIOS).map(lambda term: Words(term[0], scale=term[1])),
)


def _numbers(smallest: float) -> tuple[st.SearchStrategy[Probability], ...]:
    if not 0 < smallest <= 0.5:
        raise InvalidArgument(f"the smallest probability must be above 0 and at most 1/2, not {smallest!r}")
    largest = min(1 - smallest, math.nextafter(1.0, 0.0))
    plain = [number for number in (*_PLAIN, smallest, largest) if smallest <= number <= largest]
    return st.sampled_from(plain), st.floats(smallest, largest)


def _reasoned(numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[Point]:
    return numbers.map(lambda number: Point(number, reason="as it was in comparable cases"))


@cache
def _ratios(uncertain: bool) -> st.SearchStrategy[Ratio]:
    numbers: st.SearchStrategy[Ratio] = st.sampled_from(_RATIOS) | st.floats(1e-3, 1e3)
    return st.one_of(numbers, _reasoned(numbers), *_UNCERTAIN_RATIOS) if uncertain else numbers


@cache
def probabilities(
    *, uncertain: bool = True, exclusions: bool = True, smallest: float = 1e-6
) -> st.SearchStrategy[Probability]:
    """Draw a probability, stated in any way.

    Parameters
    ----------
    uncertain
        Whether to draw `Beta`, `Between`, `Quantiles`, `Uniform`, `Counts`, `Words` and numbers with a reason,
        besides plain numbers. The ends of ranges are on a coarse grid, so that the Beta of each `Between` is solved
        for only once.
    exclusions
        Whether to draw `Impossible` and `Certain`, about one time in seven.
    smallest
        Plain numbers lie in [smallest, 1 - smallest], strictly inside (0, 1).

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> from attribution_bayes.declare.ways import distribution
    >>> @settings(max_examples=20, deadline=None)
    ... @given(probabilities(exclusions=False))
    ... def what_is_not_excluded_can_happen(probability):
    ...     assert 0 < distribution(probability).mean < 1
    >>> what_is_not_excluded_can_happen()
    """
    ways = _numbers(smallest) * 5 + _UNCERTAIN * 2 if uncertain else _numbers(smallest) * 11
    ways += (_reasoned(_numbers(smallest)[0]),) if uncertain else ()
    ways += (_EXCLUSION,) * 4 if exclusions else ()
    return st.sampled_from(range(len(ways))).flatmap(ways.__getitem__)


@st.composite
def _shares(draw: st.DrawFn, names: Sequence[Any], exclusions: bool) -> Mapping[Any, float | Impossible | Certain]:
    """A number for each name, summing to 1; with `exclusions`, sometimes only some of them are possible."""
    possible = names
    if exclusions and draw(_RARELY):
        possible = draw(st.lists(st.sampled_from(names), min_size=1, max_size=len(names) - 1, unique=True))
    weights = draw(_exactly(len(possible), _WEIGHT))
    shares = {name: weight / sum(weights) for name, weight in zip(possible, weights, strict=True)}
    if len(possible) == 1:
        return {name: Certain("it must be") if name in possible else Impossible("it cannot be") for name in names}
    return {name: shares.get(name, Impossible("it cannot be")) for name in names}


@cache
def _exactly(size: int, values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=size, max_size=size)


def _each(names: Sequence[Any], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[Any, Any]]:
    return _exactly(len(names), values).map(lambda drawn: dict(zip(names, drawn, strict=True)))


def priors(names: Sequence[str], *, uncertain: bool = True, exclusions: bool = True) -> st.SearchStrategy[Prior]:
    """Draw a prior of the hypotheses `names`, stated in any way.

    Parameters
    ----------
    names
        Names of two or more hypotheses.
    uncertain
        Whether to draw `Dirichlet` and `BaseRates`, besides numbers that sum to 1 and `Odds`.
    exclusions
        Whether a hypothesis is sometimes `Impossible`, or `Certain`, before any evidence.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> @settings(max_examples=20, deadline=None)
    ... @given(priors(("alone", "other"), uncertain=False, exclusions=False))
    ... def a_prior_without_uncertainty_is_numbers_or_odds(prior):
    ...     assert isinstance(prior, Odds) or abs(sum(prior.values()) - 1) < 1e-9
    >>> a_prior_without_uncertainty_is_numbers_or_odds()
    """
    return _priors(tuple(names), uncertain, exclusions)


@cache
def _priors(names: tuple[str, ...], uncertain: bool, exclusions: bool) -> st.SearchStrategy[Prior]:
    certain: tuple[st.SearchStrategy[Prior], ...] = (
        _shares(names, exclusions),
        _each(names, _WEIGHT | _SHAPE).map(Odds),
    )
    weighted: tuple[st.SearchStrategy[Prior], ...] = (
        _each(names, _SHAPE).map(Dirichlet),
        st.builds(BaseRates, _each(names, _COUNT), st.sampled_from((0.5, 1.0, 0.1))),
    )
    return st.one_of(*certain, *(weighted if uncertain else ()))


@cache
def _rows(outcomes: tuple[Any, ...], uncertain: bool, exclusions: bool) -> st.SearchStrategy[Row]:
    """Draw a likelihood row, stated in any way: what the table of an item holds for given outcomes of its parents."""
    if outcomes == BINARY:
        return probabilities(uncertain=uncertain, exclusions=exclusions)
    shares: st.SearchStrategy[Row] = _shares(outcomes, exclusions)
    return shares | _each(outcomes, _SHAPE).map(Dirichlet) if uncertain else shares


# Cases ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Allowed:
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
class _Draft:
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
    parents: Sequence[_Draft]
    rows: Sequence[Any]
    reference: int | None
    finding: Mapping[str, Any]
    papers: Mapping[str, Any]
    cause: int | None = None
    error: Any = None
    caused: Sequence[Any] = ()

    def evidence(self, names: Mapping[_Draft, str], places: Sequence[int]) -> Evidence:
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

    def likelihood(self, names: Mapping[_Draft, str], places: Sequence[int]) -> Any:
        """What is stated of the hypotheses at `places`."""
        if len(self.rows) == 1:
            return Same(_row_given(names, self.parents, self.rows[0]))
        rows = {f"h{new}": _row_given(names, self.parents, self.rows[old]) for new, old in enumerate(places)}
        return rows if self.reference is None else _ratios_to(f"h{self.reference % len(rows)}", rows)


def _row_given(names: Mapping[_Draft, str], parents: Sequence[_Draft], row: Any) -> Any:
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


class _Builder:
    """Draws the parts of one case and keeps count of its hidden worlds.

    All numbers are drawn first; names are given last, to what stays in the case. So Hypothesis can simplify a failing
    case by leaving out an item or a hypothesis without changing the meaning of any other choice.
    """

    def __init__(self, draw: st.DrawFn, allowed: _Allowed, size: int, worlds: int) -> None:
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
        each = _exactly(self.size, self.probability)
        rate, rarely_each = self.probability | each, _RARELY.flatmap(lambda it_is: each if it_is else self.probability)
        either = {"reliability": rarely_each, "if_unreliable": rate}
        both: dict[str, Any] = {**dict.fromkeys(ERROR_RATES, rate), "instrument": st.booleans()}
        of_either, of_both = st.fixed_dictionaries(either), st.fixed_dictionaries(both)
        return [self.draw(of_both if self.draw(_RARELY) else of_either) for _ in range(count)]

    def causes(self) -> list[Any]:
        """Draw the probability of each common cause, or a list with one for each hypothesis."""
        most = min(MAX_CAUSES, self.room.bit_length() - 1) if self.allowed.common_causes else 0
        count = self.draw(st.integers(0, most))
        self.room >>= count
        return [self.draw(self.probability | _exactly(self.size, self.probability)) for _ in range(count)]

    def drafts(self, count: int, speakers: Sequence[str], causes: int) -> list[_Draft]:
        """Draw items, parents first."""
        drafts: list[_Draft] = []
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

    def draft_of_ratios(self) -> _Draft:
        return _Draft(
            outcomes=BINARY,
            parents=(),
            rows=self.draw(_exactly(self.size, _ratios(self.allowed.uncertain))),
            reference=self.draw(st.integers(0, self.size - 1)),
            finding={},
            papers=self.draw(_PAPERS),
        )

    def draft(self, kind: str, earlier: Sequence[_Draft], speakers: Sequence[str], causes: int) -> _Draft:
        outcomes = self.outcomes(kind)
        parents = self.parents([draft for draft in earlier if draft.reference is None])
        row = _rows(outcomes, self.allowed.uncertain, self.allowed.exclusions)
        cause = self.draw(st.sampled_from((None, *range(causes)))) if causes else None
        rows = 1 if self.allowed.same and self.draw(_RARELY) else self.size
        return _Draft(
            outcomes=outcomes,
            parents=parents,
            rows=[self.table(row, parents) for _ in range(rows)],
            reference=None,
            finding=self.finding(kind, outcomes, speakers),
            papers=self.draw(_PAPERS),
            cause=cause,
            error=self.draw(self.probability) if self.allowed.errors and self.draw(_RARELY) else None,
            caused=() if cause is None else self.draw(_exactly(self.size, row)),
        )

    def outcomes(self, kind: str) -> tuple[Any, ...]:
        if kind == "reported" or not self.allowed.named_outcomes:
            return BINARY
        sizes = (*(0, 0, 0, 2, 3, 4) * 4, *LARGE)
        numbers = [number for number in sizes if kind == "observed" or number <= self.room]
        return tuple(f"o{place}" for place in range(self.draw(st.sampled_from(numbers)))) or BINARY

    def parents(self, possible: Sequence[_Draft]) -> list[_Draft]:
        """Draw some of the earlier items, in any order, as long as the tables stay small."""
        most_rows = min(MAX_ROWS, 1 + self.extra_rows // self.size)
        parents, rows = list[_Draft](), 1
        places = self.draw(_some_places(len(possible), MAX_PARENTS)) if possible and self.allowed.parents else []
        for draft in (possible[place] for place in places):
            if rows * len(draft.outcomes) <= most_rows:
                rows *= len(draft.outcomes)
                parents.append(draft)
        self.extra_rows -= (rows - 1) * self.size
        return parents

    def table(self, row: st.SearchStrategy[Row], parents: Sequence[_Draft]) -> Row:
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
            if self.draw(_KEEP) or not enough:
                kept.append(place)
        return kept


def cases(
    *,
    min_hypotheses: int = 2,
    max_hypotheses: int = 8,
    max_items: int = 12,
    max_worlds: int = MAX_WORLDS,
    uncertain: bool = True,
    exclusions: bool = True,
    named_outcomes: bool = True,
    parents: bool = True,
    hidden: bool = True,
    reports: bool = True,
    copies: bool = True,
    ratios: bool = True,
    same: bool = False,
    errors: bool = False,
    common_causes: bool = False,
    catch_all: bool | None = None,
) -> st.SearchStrategy[Case]:
    """Draw any valid case; each switch that is off removes one feature of cases entirely.

    Hypotheses are called h0, h1 and so on, items e0, sources s0, common causes c0, named outcomes o0. Items are listed
    in any order, so an item may come before its parents.

    Parameters
    ----------
    min_hypotheses, max_hypotheses, max_items
        Size of the case.
    max_worlds
        Most joint states of hidden items, reported items, sources (reliable or not), common causes (they hold or not)
        and copied reports (copied or not), so that a sum over all of them stays cheap.
    uncertain
        Distributions in place of numbers.
    exclusions
        `Impossible` and `Certain`. With them a case may be contradictory: `weigh` then raises `ContradictionError`.
        Without them every hypothesis keeps some credence.
    named_outcomes
        Items with two to four outcomes of their own, rarely up to nine, instead of True and False.
    parents
        Items `given` others: observed, reported or hidden ones.
    hidden
        Items that nobody has observed or reported.
    reports
        Sources, with a reliability or with two error rates, and their reports, some of them in conflict; some reports
        state what serves the source.
    copies
        Reports copied from other reports, including chains.
    ratios
        Items stated as `Ratios`.
    same
        Items with a row that is the `Same` under every hypothesis; only where asked for.
    errors
        Items that may have been misunderstood: an `error` of the case, of some items, or both; only where asked for.
    common_causes
        Common causes of some items, each with one probability or one for each hypothesis; only where asked for.
    catch_all
        Whether one hypothesis is the catch-all; None for either.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> @settings(max_examples=20, deadline=None)
    ... @given(cases(max_hypotheses=3, reports=False))
    ... def a_case_without_reports_has_no_sources(case):
    ...     assert case.sources == ()
    >>> a_case_without_reports_has_no_sources()
    """
    if min_hypotheses < 2 or max_worlds < 1:
        raise InvalidArgument(f"a case has at least 2 hypotheses and 1 world, not {min_hypotheses} and {max_worlds}")
    allowed = _Allowed(
        uncertain=uncertain,
        exclusions=exclusions,
        named_outcomes=named_outcomes,
        parents=parents,
        hidden=hidden,
        reports=reports,
        copies=copies,
        ratios=ratios,
        same=same,
        errors=errors,
        common_causes=common_causes,
    )
    marks = st.booleans() if catch_all is None else st.just(catch_all)
    return _cases(allowed, (min_hypotheses, max_hypotheses), max_items, max_worlds, marks)


@cache
def _sizes(least: int, most: int) -> st.SearchStrategy[int]:
    """Sizes above the least, small ones more often: large cases take longer and test no more combinations.

    The least size results from leaving something out of a larger case.
    """
    more = min(least + 1, most)
    return st.integers(more, most).flatmap(lambda limit: st.integers(more, limit))


@st.composite
def _cases(
    draw: st.DrawFn,
    allowed: _Allowed,
    sizes: tuple[int, int],
    max_items: int,
    max_worlds: int,
    catch_all: st.SearchStrategy[bool],
) -> Case:
    # Exclusions in every other case only; otherwise most large cases would be contradictory.
    allowed = replace(allowed, exclusions=allowed.exclusions and draw(st.booleans()))
    builder = _Builder(draw, allowed, draw(_sizes(*sizes)), max_worlds)
    sources = {f"s{place}": fields for place, fields in enumerate(builder.sources())}
    causes = builder.causes()
    drafts = builder.drafts(draw(_sizes(0, max_items)), list(sources), len(causes))

    places = builder.kept(builder.size, sizes[0])
    names = tuple(f"h{place}" for place in range(len(places)))
    marked = draw(st.sampled_from(names)) if draw(catch_all) else None
    named = _named(draw, [drafts[place] for place in builder.kept(len(drafts), 0)])
    evidence = draw(st.permutations([draft.evidence(named, places) for draft in named]))
    heard = {report.source for item in evidence for report in item.reports}
    return Case(
        question="What happened?",
        hypotheses=[Hypothesis(name=name, statement=f"it was {name}", catch_all=name == marked) for name in names],
        prior=draw(_priors(names, allowed.uncertain, allowed.exclusions)),
        prior_basis=draw(st.sampled_from(((), ("document 0",), ("document 2", "document 3")))),
        sources=[_source(name, fields, places) for name, fields in sources.items() if draw(_KEEP) or name in heard],
        evidence=evidence,
        error=draw(st.none() | builder.probability) if allowed.errors else None,
        common_causes=[*_common_causes(causes, named, places)],
    )


def _named(draw: st.DrawFn, drafts: Sequence[_Draft]) -> dict[_Draft, str]:
    """The names of the items, in any order."""
    labels = draw(st.permutations([f"e{place}" for place in range(len(drafts))]))
    return dict(zip(drafts, labels, strict=True))


def _common_causes(causes: Sequence[Any], names: Mapping[_Draft, str], places: Sequence[int]) -> Iterator[CommonCause]:
    """Those that stand behind an item that stays in the case."""
    for place, probability in enumerate(causes):
        rows = {name: _by_hypothesis(draft.caused, places) for draft, name in names.items() if draft.cause == place}
        if rows:
            yield CommonCause(
                name=f"c{place}",
                statement=f"c{place} stands behind them",
                probability=_by_hypothesis(probability, places) if isinstance(probability, list) else probability,
                likelihood=rows,
            )


def _by_hypothesis(stated: Sequence[Any], places: Sequence[int]) -> dict[str, Any]:
    """What is stated of the hypotheses at `places`, by their new names."""
    return {f"h{new}": stated[old] for new, old in enumerate(places)}


def _source(name: str, fields: Mapping[str, Any], places: Sequence[int]) -> Source:
    stated: dict[str, Any] = {
        field: _by_hypothesis(value, places) if isinstance(value, list) else value for field, value in fields.items()
    }
    return Source(name=name, statement=f"{name} may know", **stated)
