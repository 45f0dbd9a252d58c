"""Cautions about what a case says twice, or counts twice, and about dates that cannot all be right."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from itertools import compress

from attribution_bayes.declare.address import HypothesisPart, ItemPart, ReportPart, field_of
from attribution_bayes.declare.assumptions import origin
from attribution_bayes.declare.case import Case, not_bare, seen
from attribution_bayes.declare.parts import CITED, NOT_BARE, Evidence
from attribution_bayes.declare.relevance import Relations
from attribution_bayes.errors import Problem
from attribution_bayes.memo import once_for_each


def _whatever_is_supposed(find: Callable[[Case], Iterable[Problem]]) -> Callable[[Case], tuple[Problem, ...]]:
    """Look once at a case and all that are supposed from it: another number changes none of these cautions."""

    @once_for_each
    @wraps(find)
    def found(case: Case) -> tuple[Problem, ...]:
        supposed = origin(case)
        return tuple(find(case)) if supposed is None else found(supposed[0])

    return found


@_whatever_is_supposed
def repeats(case: Case) -> Iterable[Problem]:
    """What is said twice or counted twice."""
    return (*_same_hypotheses(case), *_counted_twice(case), *_said_twice(case))


def _same_hypotheses(case: Case) -> Iterator[Problem]:
    stated: dict[str, str] = {}
    for one in case.hypotheses:
        if stated.setdefault(one.statement, one.name) != one.name:
            yield Problem(
                code="W_SAME_STATEMENT",
                path=f"{HypothesisPart(one.name)}.statement",
                message=f"{stated[one.statement]!r} and {one.name!r} are stated in the same words.",
                hint="Say what would be true under one of them and not under the other.",
            )


def _counted_twice(case: Case) -> Iterator[Problem]:
    cited: dict[str, dict[str, tuple[Evidence, str]]] = {}
    for item in compress(case.evidence, [one >= CITED or one == NOT_BARE for one in seen(case)]):
        for path, citation in _citations(item):
            cited.setdefault(citation, {}).setdefault(item.name, (item, path))
    if not cited:
        return
    relations = Relations.from_case(case)
    for citation, found in cited.items():
        places = list(found.values())
        for index, (other, path) in enumerate(places):
            one = next((one for one, _ in places[:index] if not _declared_dependent(one, other, relations)), None)
            if one is not None:
                yield Problem(
                    code="W_DOUBLE_COUNT",
                    path=path,
                    message=f"{one.name!r} and {other.name!r} rest on the same citation but count as independent.",
                    hint="Report both through one source, or state one `given` the other.",
                )
        if citation in case.prior_basis:
            for item, path in places:
                yield Problem(
                    code="W_DOUBLE_USE",
                    path=path,
                    message=f"the citation of {item.name!r} is in `prior_basis` too: it counts twice.",
                    hint="Keep it in the prior or among the items, not in both.",
                )


def _citations(item: Evidence) -> Iterator[tuple[str, str]]:
    """The citations of an item and its reports, each with its address."""
    if item.citation is not None:
        yield field_of(ItemPart(item.name), "citation"), item.citation
    for report in item.reports:
        if report.citation is not None:
            yield field_of(ReportPart(item.name, report.source), "citation"), report.citation


def _declared_dependent(one: Evidence, other: Evidence, relations: Relations) -> bool:
    """Whether both rest on one item or common cause, one on the other, or both on reports of one source."""
    first, second = (relations.ancestry(item.name) for item in (one, other))
    behind = ({relations.causes[name].name for name in names & relations.causes.keys()} for names in (first, second))
    if set.intersection(*behind):
        return True
    told = ({report.source for name in names for report in relations.items[name].reports} for names in (first, second))
    return bool(first & second) or bool(set.intersection(*told))


def _said_twice(case: Case) -> Iterator[Problem]:
    """Items that state the same and rest on one source: what was said once, or twice by one voice."""
    told: dict[tuple[str, str], str] = {}
    for item in not_bare(case):
        for report in item.reports:
            first = told.setdefault((report.source, item.statement), item.name)
            if first != item.name:
                yield Problem(
                    code="W_SAME_STATEMENT",
                    path=field_of(ItemPart(item.name), "statement"),
                    message=f"{first!r} and {item.name!r} state the same, and both rest on {report.source!r}.",
                    hint="Keep one of them, or say what is stated by one and not by the other.",
                )
                break


@_whatever_is_supposed
def misdated(case: Case) -> Iterator[Problem]:
    """What is dated after the case that rests on it, and copies that are dated before what they copy."""
    if case.date is None and not case.sources:
        return
    for item in case.evidence:
        dates = {report.source: report.date for report in item.reports}
        of_reports = [(ReportPart(item.name, source), date) for source, date in dates.items()]
        parts: list[tuple[ItemPart | ReportPart, datetime.date | None]] = [
            (ItemPart(item.name), item.date),
            *of_reports,
        ]
        for part, date in parts:
            if date is not None and case.date is not None and date > case.date:
                yield _dated(part, f"{date} is after {case.date}, the date of the case that rests on it.")
        for report in item.reports:
            original = None if report.copied_from is None else dates[report.copied_from]
            if report.date is not None and original is not None and report.date < original:
                copied = f"{report.date} is before {original}, the date of the report by {report.copied_from!r}"
                yield _dated(ReportPart(item.name, report.source), f"{copied} that it may be a copy of.")


def _dated(part: ItemPart | ReportPart, message: str) -> Problem:
    return Problem(code="W_DATE", path=field_of(part, "date"), message=message, hint="Correct one of the two dates.")
