"""Cautions about what is said twice, and about dates that cannot all be right."""

from __future__ import annotations

from typing import Any

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.warnings import cautions


def voice(**fields: Any) -> Source:
    return Source(**{"name": "s", "statement": "s", "reliability": 0.8, "if_unreliable": 0.3, **fields})


def test_hypotheses_in_the_same_words_are_cautioned_against() -> None:
    """Nobody could say which of them is true."""

    def of(statement: str) -> list[tuple[str, str]]:
        names = [Hypothesis(name="a", statement="x"), Hypothesis(name="b", statement=statement, catch_all=True)]
        stated = Case(question="Which?", hypotheses=names, prior={"a": 0.5, "b": 0.5}, evidence=[told("e", "e")])
        return [(one.code, one.path) for one in cautions(stated)]

    assert of("x") == [("W_SAME_STATEMENT", "hypotheses.b.statement")]
    assert not of("y")


def told(name: str, statement: str, *reports: Report, **fields: Any) -> Evidence:
    likelihood = {"a": 0.2, "b": 0.6}
    return Evidence(name=name, statement=statement, likelihood=likelihood, reports=reports, **fields)


def of_reports(*items: Evidence, date: str | None = None) -> list[tuple[str, str]]:
    """The codes and paths of the cautions about these items."""
    names = [Hypothesis(name="a", statement="x"), Hypothesis(name="b", statement="y", catch_all=True)]
    sources = (voice(), voice(name="t", statement="t"))
    stated = Case(
        question="Which?", hypotheses=names, prior={"a": 0.5, "b": 0.5}, sources=sources, evidence=items, date=date
    )
    return [(one.code, one.path) for one in cautions(stated)]


def test_items_of_one_source_in_the_same_words_are_cautioned_against() -> None:
    """By two sources they may be two observations; in other words one source may have two things to say."""
    said = Report(source="s")
    assert of_reports(told("e", "x", said), told("f", "x", said)) == [("W_SAME_STATEMENT", "evidence.f.statement")]
    assert not of_reports(told("e", "x", said), told("f", "y", said))
    assert not of_reports(told("e", "x", said), told("f", "x", Report(source="t")))


def test_dates_that_cannot_be_right_are_cautioned_against() -> None:
    """A copy before its original; an item or a report after the case. The same day is right, and no date too."""
    first = Report(source="s", date="2024-03-09")

    def copied(date: str | None) -> list[tuple[str, str]]:
        copy = Report(source="t", copied_from="s", copy_probability=0.5, date=date)
        return of_reports(told("e", "x", first, copy, date="2024-03-10"), date="2024-03-10")

    assert copied("2024-03-08") == [("W_DATE", "evidence.e.reports.t.date")]
    assert copied("2024-03-11") == [("W_DATE", "evidence.e.reports.t.date")]
    assert copied("2024-03-09") == copied(None) == []
    late = told("e", "x", date="2024-03-11")
    assert of_reports(late, date="2024-03-10") == [("W_DATE", "evidence.e.date")]
    assert not of_reports(late)
