"""The strategy for whole cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import CommonCause, Hypothesis, Source
from attribution_bayes.testing.parts import KEEP, Allowed, Builder, Draft
from attribution_bayes.testing.ways import priors

MAX_WORLDS = 512
"""Default limit of joint hidden states of a generated case: few enough to sum over one by one in Python."""


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
    same: bool = True,
    errors: bool = True,
    common_causes: bool = True,
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
        Items with a row that is the `Same` under every hypothesis.
    errors
        Items that may have been misunderstood: an `error` of the case, of some items, or both.
    common_causes
        Common causes of some items, each with one probability or one for each hypothesis.
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
    allowed = Allowed(
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
    allowed: Allowed,
    sizes: tuple[int, int],
    max_items: int,
    max_worlds: int,
    catch_all: st.SearchStrategy[bool],
) -> Case:
    # Exclusions in every other case only; otherwise most large cases would be contradictory.
    allowed = replace(allowed, exclusions=allowed.exclusions and draw(st.booleans()))
    builder = Builder(draw, allowed, draw(_sizes(*sizes)), max_worlds)
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
        prior=draw(priors(names, uncertain=allowed.uncertain, exclusions=allowed.exclusions)),
        prior_basis=draw(st.sampled_from(((), ("document 0",), ("document 2", "document 3")))),
        sources=[_source(name, fields, places) for name, fields in sources.items() if draw(KEEP) or name in heard],
        evidence=evidence,
        error=draw(st.none() | builder.probability) if allowed.errors else None,
        common_causes=[*_common_causes(causes, named, places)],
    )


def _named(draw: st.DrawFn, drafts: Sequence[Draft]) -> dict[Draft, str]:
    """The names of the items, in any order."""
    labels = draw(st.permutations([f"e{place}" for place in range(len(drafts))]))
    return dict(zip(drafts, labels, strict=True))


def _common_causes(causes: Sequence[Any], names: Mapping[Draft, str], places: Sequence[int]) -> Iterator[CommonCause]:
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
