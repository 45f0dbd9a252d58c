"""What a user reads when a case is refused: the whole text, word by word.

`test_bad_inputs` holds codes and addresses; here the sentences stand as they are printed, so that no name in them, no
number and no advice can change unseen.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from attribution_bayes.declare import case as declared
from attribution_bayes.declare import rows
from attribution_bayes.declare.case import Case, place_of
from attribution_bayes.declare.naming import NAME_HINT
from attribution_bayes.declare.numbers import DECIMAL_HINT, LARGEST_HINT, number_problem
from attribution_bayes.declare.parts import CommonCause, Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.way import COUNT_HINT
from attribution_bayes.declare.ways import (
    DEPTH_HINT,
    MAX_DEPTH,
    WAY_HINT,
    Beta,
    Between,
    Certain,
    Counts,
    Decibans,
    Dirichlet,
    Impossible,
    Nats,
    Odds,
    RatioBetween,
    Ratios,
    Same,
    Uniform,
    Words,
)
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import CaseError
from attribution_bayes.files.cases import load_case

ROW = {"a": 0.5, "b": 0.4}
XY = {name: {"x": 0.5, "y": 0.5} for name in "ab"}
OUTCOMES = "Give one row for each outcome of 'p': True, False."


def made(*evidence: Evidence, **changes: Any) -> Case:
    """A case of two hypotheses, sound but for what is given."""
    hypotheses = [Hypothesis(name=name, statement="s") for name in "ab"]
    fields = {"question": "Who?", "hypotheses": hypotheses, "prior": {"a": 0.75, "b": 0.25}, "evidence": evidence}
    return Case(**{**fields, **changes})


def item(likelihood: Any = None, name: str = "e", **fields: Any) -> Evidence:
    likelihood = {"a": 0.5, "b": 0.4} if likelihood is None else likelihood
    return Evidence(name=name, statement="s", likelihood=likelihood, **fields)


def named(name: str) -> Case:
    return made(item(name=name))


def likely(a: Any, b: Any = 0.5) -> Case:
    return made(item({"a": a, "b": b}))


def ratio(b: Any, reference: Any = "a", **fields: Any) -> Case:
    return made(item(Ratios(reference=reference, ratios=b), **fields))


def below(row: Any) -> Case:
    """An item given another, with this row under the first hypothesis."""
    return made(item(name="p", observed=None), item({"a": row, "b": {True: 0.5, False: 0.4}}, given="p"))


def outcomes(row: Any) -> Case:
    """An item with the outcomes x and y, with this row under the first hypothesis."""
    return made(item({"a": row, "b": {"x": 0.5, "y": 0.5}}, outcomes=("x", "y"), observed="x"))


def reported(*reports: Report, sources: str = "", **fields: Any) -> Case:
    return made(item(reports=reports, **fields), sources=[source(name=name) for name in sources.split()])


def source(**fields: Any) -> Source:
    return Source(**{"name": "s", "statement": "s", "reliability": 0.9, "if_unreliable": 0.5, **fields})


def copy(speaker: str, origin: str) -> Report:
    return Report(source=speaker, copied_from=origin, copy_probability=0.5)


def caused(likelihood: Any, *others: CommonCause, evidence: Any = None, probability: Any = 0.5) -> Case:
    """An item with a common cause, and others."""
    cause = CommonCause(name="c", statement="s", probability=probability, likelihood=likelihood)
    return made(evidence or item(), common_causes=[cause, *others])


def nested(depth: int) -> Any:
    """Mappings inside one another, so many."""
    return {"x": nested(depth - 1)} if depth else 0.5


class NoNumber(Fraction):
    """It counts as a real number and is none."""

    def __float__(self) -> float:
        raise ValueError("no number")


NAMES = [
    (
        lambda: made(item(name="e"), item(name="E")),
        "E_CONFUSABLE_NAME evidence.E: 'E' and 'e' differ only in capital letters. Choose names that cannot be mixed "
        "up.",
    ),
    (
        lambda: made(item(), item(), item()),
        "E_DUP_NAME evidence.e: 3 parts have the name 'e'. Give each a name of its own.",
    ),
    (
        lambda: named("n" * 1_001),
        f"E_LIMIT evidence.{'n' * 387}..: a name of 1,001 characters; at most 1,000 are read. {NAME_HINT}",
    ),
    (
        lambda: named("n" * 1_000),
        f"E_NAME evidence.{'n' * 387}..: '{'n' * 76}... is not allowed as a name: it has 1000 characters. {NAME_HINT}",
    ),
    (
        lambda: named(f"1{'n' * 64}"),
        f"E_NAME evidence.1{'n' * 64}: '1{'n' * 64}' is not allowed as a name: it has 65 characters. {NAME_HINT}",
    ),
    (
        lambda: named(f"1{'n' * 63}"),
        f"E_NAME evidence.1{'n' * 63}: '1{'n' * 63}' is not allowed as a name. {NAME_HINT}",
    ),
    (
        lambda: named("a\x01"),
        rf"E_NAME evidence.a\x01: 'a\x01' is not allowed as a name: it has a U+0001. {NAME_HINT}",
    ),
    (
        lambda: named("\u0430b"),
        rf"E_NAME evidence.\u0430b: '\u0430b' is not allowed as a name: it has a U+0430, CYRILLIC SMALL LETTER A. "
        f"{NAME_HINT}",
    ),
    (
        lambda: place_of(made(), "c", "target"),
        "E_UNKNOWN_NAME target: there is no hypothesis 'c'. Allowed: a, b.",
    ),
    (
        lambda: made(prior=Odds({"a": 1, "bb": 2})),
        "E_MISSING prior.b: no prior under 'b'; it covers 'a', 'bb'. State it for 'b' too.",
        "E_UNKNOWN_NAME prior.bb: there is no hypothesis 'bb'. Did you mean 'b'?",
    ),
    (
        lambda: made(prior={"a": 0.75}),
        "E_MISSING prior.b: no prior under 'b'; it covers 'a'. State it for 'b' too.",
    ),
    (
        lambda: made(hypotheses=[], prior={"a": 0.5}),
        "E_TOO_FEW hypotheses: 0 stated, at least 2 needed. Add the rival explanations, or a `catch_all` for anything "
        "else.",
    ),
    (
        lambda: made(hypotheses=[], prior={}),
        "E_TOO_FEW hypotheses: 0 stated, at least 2 needed. Add the rival explanations, or a `catch_all` for anything "
        "else.",
    ),
    (
        lambda: made(prior={"a": 0.75, "b": 0.25, "c": 0.5}),
        "E_UNKNOWN_NAME prior.c: there is no hypothesis 'c'. Allowed: a, b.",
    ),
]

SOURCES = [
    (
        lambda: made(sources=[source(if_unreliable={"a": 0.5})]),
        "E_MISSING source.s.if_unreliable.b: no `if_unreliable` under 'b'; it covers 'a'. State it for 'b' too.",
    ),
    (
        lambda: reported(Report(source="s"), sources="s", observed=True),
        "E_OUTCOME evidence.e.observed: observed is True, but an item with reports is not observed itself. Leave "
        "`observed` out, or the reports.",
    ),
    (
        lambda: reported(Report(source="s"), Report(source="s"), sources="s"),
        "E_DUP_NAME evidence.e.reports.s: the source reports this item more than once. One report says what the source "
        "holds; drop the others.",
    ),
    (
        lambda: reported(Report(source="s")),
        "E_SOURCE evidence.e.reports.s: there is no source 's'. Declare it among the sources.",
    ),
    (
        lambda: reported(Report(source="s"), sources="st"),
        "E_SOURCE evidence.e.reports.s: there is no source 's'. Did you mean 'st'?",
    ),
    (
        lambda: reported(copy("s", "t"), sources="s"),
        "E_COPY evidence.e.reports.s.copied_from: 't' is not another source that reports this item. No other source "
        "does: leave `copied_from` and `copy_probability` out.",
    ),
    (
        lambda: reported(copy("s", "t"), copy("t", "s"), sources="s t"),
        "E_COPY evidence.e.reports.s.copied_from: the reports copy each other in a circle: 's' -> 't' -> 's'. Leave "
        "`copied_from` and `copy_probability` of one of them out: somebody said it first.",
    ),
    (
        lambda: made(sources=[Source(name="s", statement="s", reliability=0.9, says_true_if_true=0.9)]),
        "E_SOURCE source.s.reliability: `reliability` does not go with 'says_true_if_true', 'says_true_if_false'. "
        "Leave it out, or state `reliability` and `if_unreliable` alone.",
        "E_SOURCE source.s.says_true_if_false: it is not stated. State how likely it is; a wide range such as "
        "Between(0.2, 0.8) is an answer.",
    ),
    (
        lambda: made(sources=[source(instrument=True)]),
        "E_SOURCE source.s.instrument: a source with a `reliability` follows the facts in all its reports or in none. "
        "Leave `instrument` out, or state 'says_true_if_true', 'says_true_if_false' in place of the reliability.",
    ),
    (
        lambda: reported(Report(source="s"), sources="s", outcomes=("x", "y"), observed=None, likelihood=XY),
        "E_REPORT_OUTCOMES evidence.e.reports: reports are about items that are true or false. Leave them out here and "
        "state None as `observed`; for each outcome that is reported, add a true-or-false item `given` this one, "
        "`Certain(reason)` in the row of that outcome and `Impossible(reason)` in the others, with the reports of it.",
    ),
    (
        lambda: made(item(reports=[Report(source="s")]), sources=5),
        "E_TYPE sources: 5 is not a list. Write it in brackets.",
    ),
]

CAUSES = [
    (
        lambda: caused({}),
        "E_CAUSE common_cause.c.likelihood: {} names no item. Give {item: {hypothesis: probability}} for each item "
        "that it may stand behind.",
    ),
    (
        lambda: caused({"ee": ROW}),
        "E_CAUSE common_cause.c.likelihood.ee: there is no item 'ee'. Did you mean 'e'?",
    ),
    (
        lambda: caused({"e": ROW}, evidence=item(Ratios(reference="a", ratios={"b": 2.0}))),
        "E_RATIOS common_cause.c.likelihood.e: 'e' is stated as ratios, which do not say how often it occurs without "
        "the cause. State likelihoods for 'e'.",
    ),
    (
        lambda: caused({"e": ROW}, CommonCause(name="d", statement="s", probability=0.5, likelihood={"e": ROW})),
        "E_CAUSE common_cause.d.likelihood.e: 'e' has a common cause already, 'c'. Name it in one of them; where both "
        "may stand behind it, state it `given` hidden items.",
    ),
    (
        lambda: caused({"e": 0.5}),
        "E_TYPE common_cause.c.likelihood.e: 0.5 is not a likelihood. Give {hypothesis: probability}.",
    ),
    (
        lambda: caused({"e": Same(0.5)}),
        "E_TABLE common_cause.c.likelihood.e: `Same` is for the likelihood of an item; a common cause has a number for "
        "each hypothesis. Repeat the row under each hypothesis.",
    ),
    (
        lambda: caused({"e": {"a": 0.5, "b": Same(0.5)}}),
        "E_TABLE common_cause.c.likelihood.e.b: `Same` is for the likelihood of an item; a common cause has a number "
        "for each hypothesis. Repeat the row under each hypothesis.",
    ),
    (
        lambda: caused({"e": {"a": 0.5, "b": {True: 0.5, False: 0.4}}}),
        "E_TABLE common_cause.c.likelihood.e.b: {True: 0.5, False: 0.4} stands where one probability belongs: that the "
        "item is true. Where the cause holds, the likelihood is the same whatever came of other items.",
    ),
    (
        lambda: caused({"e": ROW}, probability={"a": 0.5}),
        "E_MISSING common_cause.c.probability.b: no `probability` under 'b'; it covers 'a'. State it for 'b' too.",
    ),
    (
        lambda: CommonCause(name="c", statement="s", likelihood={"e": ROW}),
        "E_MISSING common_cause.c.probability: CommonCause needs 'probability'. Say how likely it is to hold; one "
        "number, or one for each hypothesis.",
    ),
]

ITEMS = [
    (
        lambda: made(item(date=dt.datetime(2024, 3, 22))),
        "E_DATE evidence.e.date: datetime.datetime(2024, 3, 22, 0, 0) is not a date. Write a day that exists, without "
        "a time, in the form 2024-03-22.",
    ),
    (
        lambda: made(item(outcomes=("x", "X"), observed="x")),
        "E_OUTCOME evidence.e.outcomes: ('x', 'X') does not name two or more different outcomes. Capital letters make "
        "no difference. Name two or more, or leave `outcomes` out: an item is then true or false.",
    ),
    (
        lambda: made(item(Ratios(reference="a", ratios={"b": 2.0}), name="r"), item(given="r")),
        "E_RATIOS evidence.e.given: 'r' is stated as ratios, which do not say how often it occurs. State likelihoods "
        "for 'r'.",
    ),
    (
        lambda: made(item(name="p"), item(given=["p", "p"])),
        "E_GIVEN evidence.e.given: ('p', 'p') names a parent twice. Name each once, with one level of the table for "
        "it.",
    ),
    (
        lambda: made(item(5)),
        "E_TYPE evidence.e.likelihood: 5.0 is not a likelihood. Give {hypothesis: probability}, `Same` or `Ratios`.",
    ),
    (
        lambda: likely(0.0),
        "E_ZERO_LIKELIHOOD evidence.e.likelihood.a: a probability of 0 needs a reason. Write `Impossible(reason)`, or "
        "a small number: what cannot happen can never be learned to be true.",
    ),
    (
        lambda: likely(1.0),
        "E_ONE_LIKELIHOOD evidence.e.likelihood.a: a probability of 1 needs a reason. Write `Certain(reason)`, or a "
        "number just below 1.",
    ),
    (
        lambda: likely(1.5, 2.0),
        "E_RANGE evidence.e.likelihood.a: 1.5 is not a probability. It lies between 0 and 1.",
        "E_RANGE evidence.e.likelihood.b: 2.0 is not a probability. Write 0.02 if percent was meant.",
    ),
    (
        lambda: likely(1.5),
        "E_RANGE evidence.e.likelihood.a: 1.5 is not a probability. It lies between 0 and 1.",
    ),
    (
        lambda: likely(math.nan, 10**400),
        f"E_NOT_FINITE evidence.e.likelihood.a: nan is not a finite number. {WAY_HINT}",
        f"E_NUMBER_SIZE evidence.e.likelihood.b: 1{'0' * 76}... is too large a number. {LARGEST_HINT}",
    ),
    (
        lambda: likely(True, "0,5"),
        f"E_TYPE evidence.e.likelihood.a: True (bool) stands where a number belongs. {WAY_HINT}",
        "E_NUMBER evidence.e.likelihood.b: '0,5' is text, not a number. Write 0.5.",
    ),
    (
        lambda: likely("-.inf", "Xnan"),
        f"E_NOT_FINITE evidence.e.likelihood.a: '-.inf' is not a finite number. {WAY_HINT}",
        f"E_NUMBER evidence.e.likelihood.b: 'Xnan' is text, not a number. {DECIMAL_HINT}",
    ),
    (
        lambda: likely({"decibans": 3}, {"Between": [0.1, 0.3]}),
        "E_TABLE evidence.e.likelihood.a: {'decibans': 3.0} does not state a probability. It states a likelihood "
        "ratio, which belongs in `Ratios`.",
        "E_TABLE evidence.e.likelihood.b: {'Between': [0.1, 0.3]} does not state a probability. Did you mean "
        "'between'?",
    ),
    (
        lambda: likely({"same": 0.3}, {}),
        "E_TABLE evidence.e.likelihood.a: {'same': 0.3} does not state a probability. `Same` takes the place of the "
        "whole likelihood, not of one row.",
        "E_TABLE evidence.e.likelihood.b: {} is nested deeper than `given` asks for. Without `given`, a true-or-false "
        "item takes one probability: that it is true.",
    ),
    (
        lambda: ratio({"a": 1.0, "b": 2.0}),
        "E_UNKNOWN_NAME evidence.e.likelihood.a: it is the reference, with which the others are compared. Leave "
        "it out: its ratio is 1.",
    ),
    (
        lambda: likely({"x": 0.5, "y": 0.5}, Dirichlet({True: 1, False: 2})),
        "E_TABLE evidence.e.likelihood.a: {'x': 0.5, 'y': 0.5} is nested deeper than `given` asks for. Without "
        "`given`, a true-or-false item takes one probability: that it is true.",
        "E_TYPE evidence.e.likelihood.b: a Dirichlet is for named outcomes. Write Beta(alpha of true, alpha of false).",
    ),
    (
        lambda: item({"a": NoNumber(1, 2)}),
        "E_TYPE evidence.e.likelihood: {'a': NoNumber(1, 2)} is not allowed here: Value error, no number.",
    ),
    (
        lambda: item({"a": nested(MAX_DEPTH)}),
        f"E_DEPTH evidence.e.likelihood: nested deeper than 32. {DEPTH_HINT}",
    ),
]

RATIOS = [
    (
        lambda: ratio({"b": 2.0}, observed=False),
        "E_RATIOS evidence.e.likelihood: ratios do not say how often the item occurs, so they go with "
        "`observed=True` alone. State likelihoods where there are reports, parents, named outcomes, or an item not "
        "observed or false.",
    ),
    (
        lambda: ratio({"b": 2.0}, reference="aa"),
        "E_UNKNOWN_NAME evidence.e.likelihood.reference: there is no hypothesis 'aa' to compare with. Did you mean "
        "'a'?",
    ),
    (
        lambda: ratio({"b": 2.0}, reference=None),
        "E_MISSING evidence.e.likelihood.reference: `reference` is not stated: the hypothesis that the others are "
        "compared with. Allowed: a, b.",
    ),
    (
        lambda: ratio(5),
        "E_TYPE evidence.e.likelihood.ratios: 5.0 is not a mapping by hypothesis. Give {hypothesis: ratio}.",
    ),
    (
        lambda: ratio({}),
        "E_MISSING evidence.e.likelihood.b: no ratio under 'b'; it covers nothing. State it for 'b' too.",
    ),
    (
        lambda: ratio({"b": -2}),
        "E_RANGE evidence.e.likelihood.b: -2.0 is not a likelihood ratio. It must be positive, from 1e-300 to 1e+300.",
    ),
    (
        lambda: Ratios(reference="a", ratios=nested(MAX_DEPTH + 1)),
        f"E_DEPTH nested deeper than 32. {DEPTH_HINT}",
    ),
]

ROWS = [
    (
        lambda: below(0.5),
        f"E_TABLE evidence.e.likelihood.a: 0.5 stands where the rows for 'p' belong. {OUTCOMES}",
    ),
    (
        lambda: below({True: 0.5}),
        f"E_TABLE evidence.e.likelihood.a.False: no row for 'p' being False. {OUTCOMES}",
    ),
    (
        lambda: below({True: 0.5, False: 0.5, "x": 0.1}),
        f"E_TABLE evidence.e.likelihood.a.x: 'x' is not an outcome of 'p'. {OUTCOMES}",
    ),
    (
        lambda: below({True: {True: 0.5, False: 0.5}, False: 0.4}),
        "E_TABLE evidence.e.likelihood.a.True: {True: 0.5, False: 0.5} is nested deeper than `given` asks for. After "
        "the outcomes of its parents, a true-or-false item takes one probability: that it is true.",
    ),
    (
        lambda: outcomes(0.5),
        "E_TABLE evidence.e.likelihood.a: 0.5 is not a row of outcomes. Give a number for each of 'x', 'y', or a "
        "`Dirichlet`.",
    ),
    (
        lambda: outcomes(Dirichlet({"x": 1, "z": 2})),
        "E_PARAM evidence.e.likelihood.a: alpha is for 'x', 'z'; the outcomes are 'x', 'y'. Add 'y'. Leave out 'z'.",
    ),
    (
        lambda: outcomes({}),
        "E_TABLE evidence.e.likelihood.a: the row is for nothing; the outcomes are 'x', 'y'. Add 'x', 'y'.",
    ),
    (
        lambda: outcomes({"x": 0.2, "y": 0.8, "z": 0.1}),
        "E_TABLE evidence.e.likelihood.a: the row is for 'x', 'y', 'z'; the outcomes are 'x', 'y'. Leave out 'z'.",
    ),
    (
        lambda: outcomes({"x": 0.2, "y": 0.7}),
        "E_OUTCOMES_SUM evidence.e.likelihood.a: the outcomes sum to 0.9, not 1. Something must be the case: change a "
        "number, or add an outcome for what is left.",
    ),
    (
        lambda: outcomes({"x": 1.5, "y": -0.5}),
        "E_RANGE evidence.e.likelihood.a.x: 1.5 is not a probability. It lies between 0 and 1.",
        "E_RANGE evidence.e.likelihood.a.y: -0.5 is not a probability. It lies between 0 and 1.",
    ),
    (
        lambda: outcomes({"x": {"y": 1}, "y": 0.5}),
        "E_TABLE evidence.e.likelihood.a.x: {'y': 1.0} is nested deeper than `given` asks for. State one number for "
        "each outcome.",
    ),
    (
        lambda: outcomes({"x": Beta(1, 2), "y": 0.5}),
        "E_TYPE evidence.e.likelihood.a.x: Beta(alpha=1.0, beta=2.0) cannot stand for one of several outcomes. State "
        "numbers for all outcomes, or one `Dirichlet` for the row.",
    ),
]

WAYS = [
    (
        lambda: Decibans(1e4),
        "E_RANGE number: 10000 decibans is not a likelihood ratio. The ratio must lie from 1e-300 to 1e+300.",
    ),
    (lambda: Nats("2,5"), "E_NUMBER number: '2,5' is text, not a number. Write 2.5."),
    (lambda: RatioBetween(1, 2, mass=1), "E_PARAM mass: 1 is not allowed. It must be from 1e-06 to 0.999999."),
    (
        lambda: Words("likely", "icd"),
        "E_VERBAL scale: there is no scale 'icd'. Allowed: icd203-2015, phia-2018, enfsi-2015, admiralty-stix-2.1.",
    ),
    (
        lambda: Words("likely", "enfsi-2015"),
        "E_VERBAL term: scale 'enfsi-2015' has no term 'likely'. It is a term of icd203-2015, phia-2018.",
    ),
    (
        lambda: Dirichlet({"a": 1}),
        "E_PARAM alpha: {'a': 1} does not name two or more with a number each. Give {name: number}, one for each.",
    ),
    (lambda: Uniform("0.1", 0.5), "E_NUMBER lower: '0.1' is text, not a number. Write 0.1 without quotes."),
    (lambda: Between("inf", 0.5), f"E_NOT_FINITE lower: 'inf' is not a finite number. {DECIMAL_HINT}"),
    (lambda: Counts(1, [2]), f"E_TYPE trials: [2] (list) stands where a number belongs. {COUNT_HINT}"),
    (
        lambda: Beta(10**400, math.inf),
        f"E_NUMBER_SIZE alpha: 1{'0' * 76}... is too large a number. {LARGEST_HINT}",
        f"E_NOT_FINITE beta: inf is not a finite number. {DECIMAL_HINT}",
    ),
    (
        lambda: RatioBetween(-1, 2),
        "E_RANGE lower: -1 is not a likelihood ratio. It must be positive, from 1e-300 to 1e+300.",
    ),
]

EVERY = [*NAMES, *SOURCES, *CAUSES, *ITEMS, *RATIOS, *ROWS, *WAYS]


@pytest.mark.parametrize(("make", "expected"), [(make, list(texts)) for make, *texts in EVERY], ids=range(len(EVERY)))
def test_a_refusal_reads_so(make: Callable[[], object], expected: list[str]) -> None:
    """Every problem of the case, where it is, what was given, what is allowed and what to do."""
    with pytest.raises(CaseError) as caught:
        make()
    assert [str(problem) for problem in caught.value.problems] == expected


def test_a_prior_of_twelve_is_written_out_as_odds() -> None:
    """Of more hypotheses than a message lists, the advice is given without the numbers."""
    for count, advice in ((12, "Write Odds({'h00': 1, 'h01': 1, "), (13, "Scale what is not excluded so that it")):
        names = [f"h{i:02}" for i in range(count)]
        hypotheses = [Hypothesis(name=name, statement="s") for name in names]
        with pytest.raises(CaseError, match=f"the prior sums to {count / 2:g}, not 1") as caught:
            made(hypotheses=hypotheses, prior=dict.fromkeys(names, 0.5))
        assert caught.value.problems[0].hint.startswith(advice)


def test_a_case_that_is_dated_is_sound() -> None:
    """A day is a date, however it is given."""
    days = [item(name=f"e{i}", date=day).date for i, day in enumerate((dt.date(2024, 3, 22), "2024-03-22"))]
    assert days == [dt.date(2024, 3, 22)] * 2
    assert made(item(date=days[0])).evidence[0].date == days[0]


def test_the_last_problem_says_that_no_further_ones_were_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit the checks stop, and the whole case has one problem more."""
    monkeypatch.setattr(declared, "MAX_PROBLEMS", 2)
    with pytest.raises(CaseError) as caught:
        made(*(item({"a": 2.0, "b": 0.5}, name=f"e{i}") for i in range(3)))
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [
        ("E_RANGE", "evidence.e0.likelihood.a"),
        ("E_RANGE", "evidence.e1.likelihood.a"),
        ("E_LIMIT", ""),
    ]
    last = "E_LIMIT there are 2 problems or more; no others were looked for. Fix these first."
    assert str(caught.value.problems[-1]) == last


def test_plain_numbers_without_a_fault_are_looked_at_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row is taken apart only if something is wrong with it: there can be a million of them."""
    monkeypatch.setattr(rows, "_row_problems", lambda *_: pytest.fail("taken apart"))
    assert likely(5e-324, math.nextafter(1, 0)).evidence[0].is_plain
    with pytest.raises(pytest.fail.Exception, match="taken apart"):
        likely(0.0)


def test_what_is_wrong_with_some_of_many_plain_items_is_said_of_each() -> None:
    """Items that are seen all at once are told apart where something is wrong, as one alone would be."""
    rows = {"one": 0.5, "two": math.nan, "three": 1.0, "four": 0.9}
    with pytest.raises(CaseError) as caught:
        made(*(item({"a": number, "b": 0.5}, name=name) for name, number in rows.items()))
    alone = []
    for name in ("two", "three"):
        with pytest.raises(CaseError) as one:
            made(item({"a": rows[name], "b": 0.5}, name=name))
        alone += one.value.problems
    assert [*caught.value.problems] == alone
    assert [problem.path for problem in alone] == ["evidence.two.likelihood.a", "evidence.three.likelihood.a"]
    numbers = [[number, 0.5] for number in rows.values()]
    with pytest.raises(CaseError) as caught:
        made(*Evidence.from_arrays(numbers, hypotheses=["a", "b"], names=[*rows], statements=["s"] * len(rows)))
    assert [*caught.value.problems] == alone
    with pytest.raises(CaseError, match=r"evidence\.one\.likelihood\.b: no likelihood under 'b'"):
        made(*(item({"a": 0.5}, name=name) for name in rows))


@pytest.mark.parametrize("text", ["nan", "-nan", "+Infinity", " inf ", ".inf", "-.INF", "+.inf"])
def test_a_text_for_what_is_not_finite_is_told_from_other_texts(text: str) -> None:
    """With signs, points and capital letters, as other formats write it."""
    problem = number_problem(text)
    assert problem is not None
    assert str(problem) == f"E_NOT_FINITE {text!r} is not a finite number. {DECIMAL_HINT}"


# Hints, followed -----------------------------------------------------------------------------------------------------


def refused(make: Callable[[], object]) -> list[str]:
    """The hints of what is refused."""
    with pytest.raises(CaseError) as caught:
        make()
    return [problem.hint for problem in caught.value.problems]


SIGNAL = {"a": {"red": 0.5, "green": 0.25, "yellow": 0.25}, "b": {"red": 0.2, "green": 0.4, "yellow": 0.4}}


def signalled(*items: Evidence) -> Case:
    speakers = [source(name=name, reliability=0.8, if_unreliable=1 / 3) for name in ("one", "two")]
    return made(*items, sources=speakers, prior={"a": 0.5, "b": 0.5})


def seen(outcome: str, speaker: str) -> Evidence:
    """Whether a hidden item has an outcome, as a source reports."""
    row = {o: Certain("it is so") if o == outcome else Impossible("it is not") for o in SIGNAL["a"]}
    return item({"a": row, "b": row}, name=outcome, given="signal", reports=[Report(source=speaker)])


@pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")
def test_reports_of_named_outcomes_are_made_as_the_hint_says() -> None:
    """Two sources assert two outcomes of one item: .549451, by hand; as two items of their own it would be .586756."""
    named_outcomes: dict[str, Any] = {"name": "signal", "outcomes": tuple(SIGNAL["a"])}
    (hint,) = refused(lambda: signalled(item(SIGNAL, reports=[Report(source="one")], **named_outcomes)))
    for said in ("observed", "given", "Certain(reason)", "Impossible(reason)"):
        assert said in hint
    followed = signalled(item(SIGNAL, observed=None, **named_outcomes), seen("red", "one"), seen("green", "two"))
    right, wrong = 0.8 + 0.2 / 3, 0.2 / 3
    joint = {
        name: right * wrong * (row["red"] + row["green"]) + wrong * wrong * row["yellow"]
        for name, row in SIGNAL.items()
    }
    credence = weigh(followed).credence.sel(hypothesis="a").item()
    assert credence == pytest.approx(joint["a"] / sum(joint.values()), rel=1e-12)
    assert f"{credence:.6f}" == "0.549451"


@pytest.mark.parametrize("text", ["0:30", "0%", "0/5", "0,0", "100%", "30:30", "150%", "3/2", "-1/4", "1e-400", "0"])
def test_a_hint_for_a_text_does_not_name_what_is_no_probability(text: str) -> None:
    """What would be refused in its turn is not advised: a reason is asked for, or the limits are named."""
    (hint,) = refused(lambda: likely(text))
    assert not re.match(r"Write -?[0-9]", hint)
    assert "reason" in hint or "between 0 and 1" in hint


@pytest.mark.parametrize("text", ["1:30", "50%", "1/3", "0,5", "0.5", " .25", "1e-3"])
def test_a_hint_for_a_text_names_a_number_that_is_taken(text: str) -> None:
    """The decimal that a text means can stand in its place."""
    (hint,) = refused(lambda: likely(text))
    number = re.match(r"Write ([0-9.e+-]+?)(?:[.,]? |[.,]$)", hint)
    assert number is not None
    likely(float(number[1]))


def test_a_file_that_says_0_30_is_told_what_can_stand_there(tmp_path: Path) -> None:
    """YAML 1.1 took it for 30 minutes; as a ratio it is 0, for which a likelihood needs a reason."""
    text = """
question: Which?
hypotheses: {a: {statement: a}, b: {statement: b, catch_all: true}}
prior: {a: 0.5, b: 0.5}
evidence: {e: {statement: e, likelihood: {a: LIKELIHOOD, b: 0.5}}}
"""
    path = tmp_path / "case.yaml"
    path.write_text(text.replace("LIKELIHOOD", "0:30"))
    (hint,) = refused(lambda: load_case(path))
    assert "{impossible: reason}" in hint
    path.write_text(text.replace("LIKELIHOOD", "{impossible: reason}"))
    assert load_case(path).evidence[0].likelihood["a"] == Impossible("reason")


def test_copies_in_a_circle_are_undone_as_the_hint_says() -> None:
    """Both fields of one of the reports go."""
    (hint,) = refused(lambda: reported(copy("s", "t"), copy("t", "s"), sources="s t"))
    assert "`copied_from` and `copy_probability`" in hint
    assert reported(copy("s", "t"), Report(source="t"), sources="s t")
    (hint,) = refused(lambda: reported(copy("s", "t"), sources="s"))
    assert "`copied_from` and `copy_probability`" in hint
    assert reported(Report(source="s"), sources="s")


def test_a_circle_of_items_is_undone_as_the_hint_says() -> None:
    """An item that is no longer given another has one level less in its table."""
    table = {name: {True: 0.5, False: 0.4} for name in "ab"}
    (hint,) = refused(lambda: made(item(table, name="p", given="q"), item(table, name="q", given="p")))
    assert "its level of the table" in hint
    assert made(item(name="p"), item(table, name="q", given="p"))
    (hint,) = refused(lambda: made(item(name="p"), item({"a": table["a"], "b": table["b"]}, given=["p", "p"])))
    assert "one level of the table" in hint
    assert made(item(name="p"), item(table, given=["p"]))


def test_words_of_support_are_used_as_the_hint_says() -> None:
    """A range stands wherever a probability does; inside `Ratios` they stand for an item that is simply observed."""
    words = Words("weak support", "enfsi-2015")
    (hint,) = refused(lambda: likely(words))
    assert hint.startswith("State a range of probabilities;")
    assert likely(Between(0.2, 0.6))
    assert ratio({"b": words})
    (hint,) = refused(lambda: made(sources=[source(reliability=words)]))
    assert hint.startswith("State a range of probabilities;")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("hypotheses: {a: 5, b: {statement: b}}", "hypotheses.a"),
        ("sources: {s: 5}", "source.s"),
        ("evidence: {e: 5}", "evidence.e"),
    ],
)
def test_a_part_of_a_file_is_written_as_the_hint_says(text: str, place: str, tmp_path: Path) -> None:
    """All that it needs is in the hint, with its values left open."""
    head = 'question: "?"\nhypotheses: {a: {statement: a}, b: {statement: b}}\nprior: {a: 0.5, b: 0.5}\n'
    head = head if "hypotheses" not in text else 'question: "?"\nprior: {a: 0.5, b: 0.5}\n'
    path = tmp_path / "case.yaml"
    path.write_text(head + text)
    with pytest.raises(CaseError) as caught:
        load_case(path)
    (problem,) = caught.value.problems
    assert problem.path == place
    written = problem.hint.removeprefix("Write ").removesuffix(".").replace("{...}", "{a: 0.5, b: 0.4}")
    path.write_text(
        head + text.replace("5", re.sub(r"\.\.\.", "0.5", written.replace("statement: ...", "statement: s")), 1)
    )
    assert load_case(path)
