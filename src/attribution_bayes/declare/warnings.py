"""Cautions: what a reader of any result of a case should know, although the case can be weighed.

>>> from attribution_bayes.declare.case import Case
>>> from attribution_bayes.declare.parts import Hypothesis
>>> case = Case(
...     question="Which?",
...     hypotheses=[Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)],
...     prior={"a": 0.8, "b": 0.2},
... )
>>> print(*cautions(case))
W_NO_EVIDENCE evidence: there is no evidence: the credence is the prior.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain, compress
from typing import Any, NamedTuple

import numpy as np

from attribution_bayes.arrays import Bools, Floats
from attribution_bayes.declare import distributions as family
from attribution_bayes.declare.address import ItemPart, Place, PriorOf, ReportPart, SourcePart, field_of
from attribution_bayes.declare.assumptions import origin
from attribution_bayes.declare.case import Case, bare, bare_numbers, caused, levels, numbers_of, observations
from attribution_bayes.declare.parameters import Single as SingleStatement
from attribution_bayes.declare.parameters import (
    Statement,
    cause_statements,
    error_statements,
    item_statements,
    source_statements,
)
from attribution_bayes.declare.parts import Evidence, Report, Source
from attribution_bayes.declare.relevance import ROUNDING, Relations
from attribution_bayes.declare.repeats import misdated, repeats
from attribution_bayes.declare.table import Table
from attribution_bayes.declare.way import Single
from attribution_bayes.declare.ways import Certain, Dirichlet, Impossible, Ratios, Same, distribution
from attribution_bayes.errors import Problem
from attribution_bayes.memo import once_for_each

EXTREME_RATIO = 1e6
"""An item with a larger ratio draws a caution: such a weight of a single item is nearly always overstated."""

ANYTHING = (family.Beta(1.0, 1.0), family.Uniform(0.0, 1.0))


def cautions(case: Case) -> tuple[Problem, ...]:
    """List what a reader of any result of this case should know: problems with a code `W_...`."""
    by_item = [one for _, one in sorted(_by_item(case).items())]
    return (
        *_of_hypotheses(case),
        *(problem for one in by_item for problem in one.excluding),
        *(problem for one in by_item for problem in one.vacuous),
        *(problem for one in by_item for problem in one.extreme),
        *_of_numbers(case),
        *repeats(case),
        *_of_sources(case),
        *misdated(case),
    )


def _of_hypotheses(case: Case) -> Iterator[Problem]:
    if not case.has_catch_all:
        yield Problem(
            code="W_NO_CATCH_ALL",
            path="hypotheses",
            message="no hypothesis is a `catch_all`: every result holds only given that one of those listed is true.",
            hint="Unless that is beyond doubt, add one for everything else, with its likelihoods.",
        )
    if not any(item.observed is not None or item.reports for item in case.evidence):
        yield Problem(code="W_NO_EVIDENCE", path="evidence", message="there is no evidence: the credence is the prior.")
    if isinstance(case.prior, Mapping):
        for name, value in case.prior.items():
            if isinstance(value, Impossible | Certain):
                word = "excluded" if isinstance(value, Impossible) else "taken for certain"
                message = f"{name!r} is {word} before any evidence: {value.reason}"
                yield Problem(code="W_CROMWELL", path=str(PriorOf(name)), message=message)


@once_for_each
def _of_numbers(case: Case) -> tuple[Problem, ...]:
    """Cautions about the way in which numbers were stated, in the order of the case."""
    of_sources = (source_statements(source, case.names) for source in case.sources)
    of_causes = (cause_statements(cause, case.names, caused(case, cause)) for cause in case.common_causes)
    return (
        *_stated(error_statements(case)),
        *_stated(chain.from_iterable(of_sources)),
        *(problem for _, one in sorted(_by_item(case).items()) for problem in one.stated),
        *_stated(chain.from_iterable(of_causes)),
    )


def _stated(told: Iterable[Statement]) -> Iterator[Problem]:
    for one in told:
        if isinstance(one, SingleStatement) and isinstance(one.written, Single):
            yield from (problem.under(str(one.address)) for problem in one.written.cautions())


# Of one item ---------------------------------------------------------------------------------------------------------


class _OfItem(NamedTuple):
    """The cautions about a single item, by kind."""

    excluding: tuple[Problem, ...]
    vacuous: tuple[Problem, ...]
    extreme: tuple[Problem, ...]
    stated: tuple[Problem, ...]


@once_for_each
def _by_item(case: Case) -> Mapping[int, _OfItem]:
    """The cautions about each item that has any, by position; in a supposed case only changed items are checked."""
    supposed, relations = origin(case), Relations.from_case(case)
    found = {} if supposed is None else dict(_by_item(supposed[0]))
    places = range(len(case.evidence)) if supposed is None else _touched(case, supposed[0])
    for place in places if found else ():
        found.pop(place, None)
    for place in _not_ordinary(case, places, relations.joined):
        item = case.evidence[place]
        said = _OfItem(
            tuple(_excluding(item, relations)),
            tuple(_vacuous(item, relations)),
            tuple(_extreme(item, relations)),
            tuple(_stated(item_statements(item, levels(case, item)))),
        )
        if any(said):
            found[place] = said
    return found


def _touched(case: Case, first: Case) -> list[int]:
    """Positions of the items whose cautions may differ from those in the case that this one was made from."""
    if case.error is not first.error:
        return [*range(len(case.evidence))]
    sources = {one.name for one, before in zip(case.sources, first.sources, strict=True) if one is not before}
    causes = [one for one, before in zip(case.common_causes, first.common_causes, strict=True) if one is not before]
    changed = {
        *(one.name for one, before in zip(case.evidence, first.evidence, strict=True) if one is not before),
        *(item.name for item in case.evidence if any(report.source in sources for report in item.reports)),
        *(item for cause in causes for item in cause.likelihood),
    }
    groups = _groups(first)
    touched = {groups[name] for name in changed}
    return [place for place, item in enumerate(case.evidence) if groups[item.name] in touched]


@once_for_each
def _groups(case: Case) -> Mapping[str, int]:
    return Relations.from_case(case).groups


def _not_ordinary(case: Case, places: Sequence[int], joined: Set[str]) -> Iterator[int]:
    """Which of these items may draw a caution: those that are connected, or have other numbers than ordinary ones."""
    items: Sequence[Evidence]
    if len(places) == len(case.evidence):
        items, numbers, (are_observed, are_true) = case.evidence, bare_numbers(case), observations(case)
        passed = np.array(bare(case), dtype=bool)
        denied = (are_observed & ~are_true)[passed]
    else:
        items = [case.evidence[place] for place in places]
        passed = np.array([item.is_bare for item in items], dtype=bool)
        plain = [*compress(items, passed.tolist())]
        numbers = numbers_of(plain, case.names)
        denied = np.array([item.observed is False for item in plain], dtype=bool)
    assert numbers is not None
    passed[passed] = are_ordinary(numbers.min(axis=1), numbers.max(axis=1), denied)
    if joined:
        passed &= np.array([item.name not in joined for item in items], dtype=bool)
    return compress(places, (~passed).tolist())


def are_ordinary(least: Floats, most: Floats, denied: Bools) -> Bools:
    """Whether chances of what was observed differ, and not too much, for items with these least and greatest numbers.

    Such items draw no caution unless they are connected to others. Of one that was observed to be false the chance is
    one minus its number.
    """
    least, most = np.where(denied, 1 - most, least), np.where(denied, 1 - least, most)
    return np.asarray((ROUNDING * most < most - least) & (most <= least * EXTREME_RATIO))


def _excluding(item: Evidence, relations: Relations) -> Iterator[Problem]:
    """Observed items that rule a hypothesis out by assumption (Cromwell's rule).

    A zero does not where an outcome of an unobserved parent, a common cause or an error lets the observation happen: an
    item that is by definition true if one of two hidden ones is, and false otherwise, excludes nobody.
    """
    zeros = [(path, value) for path, value in _leaves(item) if _value_excludes(item, path, value)]
    if not zeros:
        return
    observed, names = [relations.items[parent].observed for parent in item.given], relations.case.names
    can_be = relations.found_chances(item).reshape(len(names), -1).any(axis=1)
    is_same = isinstance(item.likelihood, Same)
    for path, value in zeros:
        above, who = (path, "every hypothesis") if is_same else (path[1:], repr(path[0]))
        is_used = all(one is None or str(one) == word for one, word in zip(observed, above, strict=False))
        if is_used and not (can_be.any() if is_same else can_be[names.index(path[0])]):
            message = f"{who} can be excluded by this assumption alone: {value.reason}"
            yield Problem(code="W_CROMWELL", path=_at(item, path), message=message)


def _at(item: Evidence, path: tuple[str, ...]) -> str:
    """The address of an entry of a likelihood."""
    return str(Place(ItemPart(item.name), "likelihood", path))


def _value_excludes(item: Evidence, path: tuple[str, ...], value: Any) -> bool:
    """Whether an entry of an observed item gives probability 0 to what was observed."""
    if item.observed is None or not isinstance(value, Impossible | Certain):
        return False
    if item.is_binary:
        return isinstance(value, Certain) is (item.observed is False)
    return isinstance(value, Impossible) and path[-1] == item.observed


def _leaves(item: Evidence) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every statement in the likelihood of an item with other than plain numbers, with the names that lead to it."""
    rows: Any = item.likelihood
    if isinstance(rows, Table) and item.is_binary and rows.is_plain(1 + len(item.given)):
        return
    if isinstance(rows, Same | Ratios):
        rows = rows.row if isinstance(rows, Same) else rows.ratios
    stack: list[tuple[tuple[str, ...], Any]] = [((), rows)]
    while stack:
        path, row = stack.pop()
        if isinstance(row, Mapping):
            stack.extend(((*path, str(key)), entry) for key, entry in reversed(list(row.items())))
        else:
            yield path, row


def _vacuous(item: Evidence, relations: Relations) -> Iterator[Problem]:
    for path, value in () if isinstance(item.likelihood, Ratios) else _leaves(item):
        if _is_anything(value):
            share = f"1/{len(value.alpha)}" if isinstance(value, Dirichlet) else "one half"
            yield Problem(
                code="W_VACUOUS",
                path=_at(item, path),
                message=f"anything from 0 to 1, none of it likelier, counts as {share}.",
                hint="State a range that you would defend, or leave this item out if you know of none.",
            )
    if not relations.bears(item):
        message = (
            "it is equally likely under every hypothesis, whatever else was found, so it does not tell them apart."
        )
        yield Problem(code="W_VACUOUS_ITEM", path=str(ItemPart(item.name)), message=message)


def _is_anything(value: Any) -> bool:
    """Whether a probability, or a row, is left completely open, in whatever way: its density is flat."""
    if isinstance(value, Dirichlet):
        return {*value.alpha.values()} == {1.0}
    return distribution(value) in ANYTHING


def _extreme(item: Evidence, relations: Relations) -> Iterator[Problem]:
    """Observations that are too many times as likely under one hypothesis as under another.

    This must hold whatever the outcomes of unobserved parents. A hypothesis that an item excludes has a caution of its
    own.
    """
    if item.observed is None:
        return
    found = relations.found_chances(item).reshape(len(relations.case.names), -1)
    least, most = found.min(axis=1), found.max(axis=1)
    high, low = int(least.argmax()), int(np.where(most > 0, most, np.inf).argmin())
    if least[high] > EXTREME_RATIO * most[low]:
        ratio, (one, other) = float(least[high]) / float(most[low]), (relations.case.names[k] for k in (high, low))
        yield Problem(
            code="W_EXTREME_RATIO",
            path=str(ItemPart(item.name)),
            message=f"what was observed is {ratio:.3g} times as likely under {one!r} as under {other!r}: more than "
            "a single item of evidence can bear.",
            hint="Ask how often the item would be reported in error.",
        )


# Of the sources ------------------------------------------------------------------------------------------------------


def _of_sources(case: Case) -> Iterator[Problem]:
    if not case.sources:
        return
    made: dict[str, list[tuple[str, Report]]] = {source.name: [] for source in case.sources}
    for item in case.evidence:
        for report in item.reports:
            made[report.source].append((item.name, report))
    for source in case.sources:
        of_one = _of_an_instrument if source.errs_anew else _of_interest
        yield from of_one(source, made[source.name])


def _of_interest(source: Source, made: Sequence[tuple[str, Report]]) -> Iterator[Problem]:
    """A missing statement of what serves a source, and one that changes nothing."""
    stated = [(name, report) for name, report in made if report.states_interest]
    if not stated and len({report.says for _, report in made}) > 1:
        yield Problem(
            code="W_POLARITY",
            path=str(SourcePart(source.name)),
            message="it says True of some items and False of others, and True counts as what serves it in all of them.",
            hint="State in each of its reports what `serves` it: true or false.",
        )
    if len(made) == 1 and stated and _is_in_vain(source, stated[0][1]):
        yield Problem(
            code="W_SERVES",
            path=field_of(ReportPart(stated[0][0], source.name), "serves"),
            message="it changes nothing: this is the only report of its source.",
            hint="Leave it out, or state the other reports of the source as well.",
        )


def _is_in_vain(source: Source, only: Report) -> bool:
    """Whether the answer does not depend on what serves a source that makes one report."""
    reliabilities, rates = (
        stated.values() if isinstance(stated, Mapping) else [stated]
        for stated in (source.reliability, source.if_unreliable)
    )
    always_follows = all(isinstance(one, Certain) for one in reliabilities)
    return only.serves or always_follows or all(rate == 0.5 for rate in rates)


def _of_an_instrument(source: Source, made: Sequence[tuple[str, Report]]) -> Iterator[Problem]:
    if len(made) > 1 and not source.instrument:
        yield Problem(
            code="W_INSTRUMENT",
            path=str(SourcePart(source.name)),
            message=f"its {len(made)} reports count as if it erred anew in each of them.",
            hint="Say that it is an `instrument` if it does; state a `reliability` if it errs in all of them or none.",
        )
