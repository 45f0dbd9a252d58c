"""What a reader of any result of a case should know: cautions, not faults.

>>> from attribution_bayes.case import Case
>>> from attribution_bayes.parts import Hypothesis
>>> case = Case(
...     question="Which?",
...     hypotheses=[Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)],
...     prior={"a": 0.8, "b": 0.2},
... )
>>> print(*cautions(case))
W_NO_EVIDENCE evidence: there is no evidence: the credence is the prior.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from attribution_bayes.assumption import origin
from attribution_bayes.case import Case
from attribution_bayes.elicit import Certain, Impossible, Ratios, Table, Uniform, ratio_distribution
from attribution_bayes.errors import Problem
from attribution_bayes.memo import once_for_each
from attribution_bayes.parts import Evidence, Report, Source

EXTREME_RATIO = 1e6
"""Ratios above it, or below one over it, draw a caution: single items of such weight are nearly always overstated."""

ANYTHING = Uniform(0, 1)


def cautions(case: Case) -> tuple[Problem, ...]:
    """List what a reader of any result of this case should know: problems with a code `W_...`."""
    by_item = [one for _, one in sorted(_by_item(case).items())]
    return (
        *_of_hypotheses(case),
        *(problem for one in by_item for problem in one.excluding),
        *(problem for one in by_item for problem in one.vacuous),
        *(problem for one in by_item for problem in one.extreme),
        *_double_counts(case),
        *_of_sources(case),
    )


def _of_hypotheses(case: Case) -> Iterator[Problem]:
    if not case.has_catch_all:
        yield Problem(
            code="W_NO_CATCH_ALL",
            path="hypotheses",
            message="no hypothesis is a `catch_all`: every result holds only given that one of those listed is true.",
            hint="Add one for anything else, with its likelihoods, if that is not beyond doubt.",
        )
    if not case.evidence:
        yield Problem(code="W_NO_EVIDENCE", path="evidence", message="there is no evidence: the credence is the prior.")
    if isinstance(case.prior, Mapping):
        for name, value in case.prior.items():
            if isinstance(value, Impossible | Certain):
                word = "excluded" if isinstance(value, Impossible) else "taken for certain"
                message = f"{name!r} is {word} before any evidence: {value.reason}"
                yield Problem(code="W_CROMWELL", path=f"prior.{name}", message=message)


# Of one item ---------------------------------------------------------------------------------------------------------


class OfItem(NamedTuple):
    """What is said of an item by itself, by kind."""

    excluding: tuple[Problem, ...]
    vacuous: tuple[Problem, ...]
    extreme: tuple[Problem, ...]


@once_for_each
def _by_item(case: Case) -> Mapping[int, OfItem]:
    """What is said of each item, by its place, where anything is; of a supposed case only changed items are asked."""
    supposed = origin(case)
    before = () if supposed is None else supposed[0].evidence
    found = {} if supposed is None else dict(_by_item(supposed[0]))
    for place, item in enumerate(case.evidence):
        if before and item is before[place]:
            continue
        found.pop(place, None)
        if item.is_plain and not _is_vacuous(item):
            continue  # numbers draw no other caution
        said = OfItem(tuple(_excluding(item)), tuple(_vacuous(item)), tuple(_extreme_ratios(item)))
        if any(said):
            found[place] = said
    return found


def _excluding(item: Evidence) -> Iterator[Problem]:
    """Where an observed item rules a hypothesis out by assumption (Cromwell's rule)."""
    for path, value in _leaves(item):
        if value_excludes(item, path, value):
            address = ".".join(("evidence", item.name, "likelihood", *path))
            message = f"{path[0]!r} can be excluded by this assumption alone: {value.reason}"
            yield Problem(code="W_CROMWELL", path=address, message=message)


def value_excludes(item: Evidence, path: tuple[str, ...], value: Any) -> bool:
    """Whether an entry of an observed item gives probability 0 to what was observed."""
    if item.observed is None or not isinstance(value, Impossible | Certain):
        return False
    if item.is_binary:
        return isinstance(value, Certain) is (item.observed is False)
    return isinstance(value, Impossible) and path[-1] == item.observed


def _leaves(item: Evidence) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every statement in an item's likelihood but plain numbers, with the names that lead to it."""
    if item.is_plain:
        return
    rows = item.likelihood.ratios if isinstance(item.likelihood, Ratios) else item.likelihood
    stack: list[tuple[tuple[str, ...], Any]] = [((str(name),), row) for name, row in reversed(list(rows.items()))]
    while stack:
        path, row = stack.pop()
        if isinstance(row, Mapping):
            stack.extend(((*path, str(key)), entry) for key, entry in reversed(list(row.items())))
        else:
            yield path, row


def _vacuous(item: Evidence) -> Iterator[Problem]:
    for path, value in _leaves(item):
        if value == ANYTHING:
            yield Problem(
                code="W_VACUOUS",
                path=".".join(("evidence", item.name, "likelihood", *path)),
                message="anything from 0 to 1, none of it likelier, counts as one half.",
                hint="State the range that you would defend, or nothing on this item if there is none.",
            )
    if _is_vacuous(item):
        message = "it is as likely under every hypothesis, so by itself it does not tell them apart."
        yield Problem(code="W_VACUOUS_ITEM", path=f"evidence.{item.name}", message=message)


def _is_vacuous(item: Evidence) -> bool:
    if item.is_plain and isinstance(item.likelihood, Table):
        return item.likelihood.is_level
    rows = item.likelihood.ratios if isinstance(item.likelihood, Ratios) else item.likelihood
    first = next(iter(rows.values()))
    if isinstance(item.likelihood, Ratios) and first != 1.0:
        return False
    return all(row == first for row in rows.values())


def _extreme_ratios(item: Evidence) -> Iterator[Problem]:
    if isinstance(item.likelihood, Ratios):
        for name, ratio in item.likelihood.ratios.items():
            mean = ratio_distribution(ratio).mean
            if not 1 / EXTREME_RATIO <= mean <= EXTREME_RATIO:
                yield Problem(
                    code="W_EXTREME_RATIO",
                    path=f"evidence.{item.name}.likelihood.{name}",
                    message=f"a likelihood ratio of {mean:g} is more than single items of evidence bear.",
                    hint="Ask how often the item would be reported in error.",
                )


# Of several items ----------------------------------------------------------------------------------------------------


@once_for_each
def _double_counts(case: Case) -> tuple[Problem, ...]:
    """What is counted twice; supposing another number changes nothing about that."""
    supposed = origin(case)
    return tuple(_counted_twice(case)) if supposed is None else _double_counts(supposed[0])


def _counted_twice(case: Case) -> Iterator[Problem]:
    cited: dict[str, list[Evidence]] = {}
    for item in case.evidence:
        if item.citation is not None:
            cited.setdefault(item.citation, []).append(item)
    for citation, items in cited.items():
        for index, other in enumerate(items):
            one = next((one for one in items[:index] if not _declared_dependent(one, other)), None)
            if one is not None:
                yield Problem(
                    code="W_DOUBLE_COUNT",
                    path=f"evidence.{other.name}.citation",
                    message=f"{one.name!r} and {other.name!r} rest on the same citation but count as independent.",
                    hint="Report both through one source, or state one `given` the other.",
                )
        if citation in case.prior_basis:
            for item in items:
                yield Problem(
                    code="W_DOUBLE_USE",
                    path=f"evidence.{item.name}.citation",
                    message=f"the citation of {item.name!r} is in `prior_basis` too: it counts twice.",
                    hint="Keep it in the prior or among the items, not in both.",
                )


def _declared_dependent(one: Evidence, other: Evidence) -> bool:
    shared = {report.source for report in one.reports} & {report.source for report in other.reports}
    return bool(shared) or one.name in other.given or other.name in one.given


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
    """What is not said of what serves a source, and what is said of it in vain."""
    stated = [(name, report) for name, report in made if report.states_interest]
    if not stated and len({report.says for _, report in made}) > 1:
        yield Problem(
            code="W_POLARITY",
            path=f"source.{source.name}",
            message="it says True of some items and False of others, and True counts as what serves it in all of them.",
            hint="State in each of its reports what `serves` it: true or false.",
        )
    if len(made) == 1 and stated and _is_in_vain(source, stated[0][1]):
        yield Problem(
            code="W_SERVES",
            path=f"evidence.{stated[0][0]}.reports.{source.name}.serves",
            message="it changes nothing: this is the only report of its source.",
            hint="Leave it out, or state the other reports of the source as well.",
        )


def _is_in_vain(source: Source, only: Report) -> bool:
    """Whether the answer would be the same without a word on what serves a source that makes one report."""
    rates = source.if_unreliable.values() if isinstance(source.if_unreliable, Mapping) else [source.if_unreliable]
    return only.serves or isinstance(source.reliability, Certain) or all(rate == 0.5 for rate in rates)


def _of_an_instrument(source: Source, made: Sequence[tuple[str, Report]]) -> Iterator[Problem]:
    if len(made) > 1 and not source.instrument:
        yield Problem(
            code="W_INSTRUMENT",
            path=f"source.{source.name}",
            message=f"its {len(made)} reports count as if it erred anew in each of them.",
            hint="Say that it is an `instrument` if it does; state a `reliability` if it errs in all of them or none.",
        )
