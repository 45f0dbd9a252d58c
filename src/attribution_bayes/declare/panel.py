"""Several cases of one question: analysts, readings or dates, side by side."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from attribution_bayes.arguments import expect, wrong_kind
from attribution_bayes.declare.address import CommonCausePart, HypothesisPart, ItemPart, ReportPart, SourcePart
from attribution_bayes.declare.case import Case, shown_priors
from attribution_bayes.declare.naming import as_read
from attribution_bayes.declare.notebook import called, page, said, table
from attribution_bayes.declare.numbers import number_problem
from attribution_bayes.declare.parts import Hypothesis
from attribution_bayes.declare.rows import SUM_TOLERANCE
from attribution_bayes.declare.texts import text_problems
from attribution_bayes.errors import CaseError, CaseWarning, Problem, named, nearest, quoted, refusal, step


@dataclass(frozen=True, init=False, repr=False)
class Panel(Mapping[str, Case]):
    """Several analysts, readings or dates of one question.

    A panel is a mapping: ``panel["anna"]`` is her case, and ``panel.items()`` keeps the order in which the cases were
    stated.

    Parameters
    ----------
    cases
        The cases by name. Names are free text, such as ``week 2``; columns and pictures show them.
    weights
        How much each counts when they are pooled: not negative, and summing to 1. Equal by default.

    Attributes
    ----------
    names, members, shares
        Names, cases and weights, in order.

    Raises
    ------
    CaseError
        ``E_TYPE`` for anything but cases by name; ``E_CONFUSABLE_NAME`` for names that a reader could not tell apart;
        ``E_TOO_FEW`` for fewer than two cases; ``E_HYPOTHESES`` for cases of different questions, with no hypothesis
        in common, or with other statements of the same hypothesis; ``E_WEIGHTS`` for weights that are negative, have
        unknown names, or do not sum to 1.

    Warns
    -----
    CaseWarning
        ``W_STATEMENT`` for an item, a source or a common cause that the cases put in other words. Two coders may do so
        in good faith, but only a reader can tell whether both mean the same.

    Examples
    --------
    >>> from attribution_bayes.declare.parts import Hypothesis
    >>> hypotheses = [Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)]
    >>> anna = Case(question="Which?", hypotheses=hypotheses, prior={"a": 0.2, "b": 0.8})
    >>> Panel({"anna": anna, "ben": anna.model_copy(update={"prior": {"a": 0.6, "b": 0.4}})})
    Panel('Which?': 'anna', 'ben')
    """

    names: tuple[str, ...]
    members: tuple[Case, ...]
    shares: tuple[float, ...]

    def __init__(self, cases: Mapping[str, Case], *, weights: Mapping[str, float] | None = None) -> None:
        if not isinstance(cases, Mapping):
            raise wrong_kind(cases, Panel, "cases")
        problems = [*_case_problems(cases), *_weight_problems(weights, cases)]
        if problems:
            raise CaseError(problems)
        for caution in (_caution(path, told) for path, told in reworded(cases).items()):
            warnings.warn(CaseWarning(caution), stacklevel=2)
        names = tuple(cases)
        shares = {name: 1 / len(names) for name in names} if weights is None else weights
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "members", tuple(cases[name] for name in names))
        object.__setattr__(self, "shares", tuple(float(shares[name]) for name in names))

    @property
    def weights(self) -> dict[str, float]:
        """How much each counts when they are pooled."""
        return dict(zip(self.names, self.shares, strict=True))

    def __getitem__(self, name: str) -> Case:
        if name not in self.names:
            raise KeyError(name)
        return self.members[self.names.index(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        return f"Panel({quoted(self.members[0].question)}: {named(self.names)})"

    def _repr_html_(self) -> str:
        """The question, and the cases one under the other: their priors, how much each states, their weights."""
        hypotheses: dict[str, Hypothesis] = {}
        for one in (one for case in self.members for one in case.hypotheses):
            hypotheses.setdefault(one.name, one)
        heads = ["reading", *(f"prior of {called(one)} (probability)" for one in hypotheses.values()), *COUNTED]
        rows = [_row(*one, hypotheses) for one in zip(self.names, self.members, self.shares, strict=True)]
        marked = (f"<p>{said(n)}: <strong>{said(c.marking)}</strong></p>" for n, c in self.items() if c.marking)
        return page(self.members[0].question, *marked, table(heads, rows, numeric=heads[1:]))


MAX_STATEMENT = 400
"""Characters of a statement that a message repeats: two that differ are to be told apart."""

COUNTED = ("items", "sources", "weight in a pool")
"""Heads of what else a panel shows of its cases."""


def _row(name: str, case: Case, share: float, hypotheses: Iterable[str]) -> list[str]:
    """A case of a panel as cells; a hypothesis that it does not have stays empty."""
    prior = shown_priors(case.prior)
    priors = [said(prior.get(one, "")) for one in hypotheses]
    return [said(name), *priors, f"{len(case.evidence):,}", f"{len(case.sources):,}", f"{share:.3g}"]


def _case_problems(cases: Mapping[Any, Any]) -> Iterator[Problem]:
    for name, case in cases.items():
        yield from name_problems(name)
        if not isinstance(case, Case):
            yield from wrong_kind(case, Case, f"cases.{step(name)}").problems
    yield from _confusable([name for name in cases if isinstance(name, str)])
    if len(cases) < 2:
        hint = "Name two or more cases of one question; `weigh` weighs a single one."
        yield Problem(code="E_TOO_FEW", path="cases", message=f"{len(cases)} stated, at least 2 needed.", hint=hint)
    elif all(isinstance(case, Case) for case in cases.values()):
        yield from _question_problems(cases)


def name_problems(name: object) -> Iterator[Problem]:
    """What is wrong with the name of a case."""
    path = f"cases.{step(name)}"
    if isinstance(name, str):
        hint = "Give each case a name that people can read."
        yield from (replace(one, hint=hint) if one.code == "E_MISSING" else one for one in text_problems(name, path))
    else:
        yield Problem(code="E_TYPE", path=path, message=f"{quoted(name)} is not a name.")


def _confusable(names: Iterable[str]) -> Iterator[Problem]:
    """Names that one seen before equals for a reader."""
    seen: dict[str, str] = {}
    for name in names:
        if (other := seen.setdefault(as_read(name), name)) != name:
            message = f"{quoted(name)} and {quoted(other)} differ only in capital letters, spaces or forms of letters."
            hint = "Choose names that cannot be mixed up."
            yield Problem(code="E_CONFUSABLE_NAME", path=f"cases.{name}", message=message, hint=hint)


def _question_problems(cases: Mapping[str, Case]) -> Iterator[Problem]:
    """Cases that do not answer the question of the first case."""
    (first, case), *others = cases.items()
    for name, other in others:
        if other.question != case.question:
            message = f"it asks {quoted(other.question)}; {quoted(first)} asks {quoted(case.question)}."
            hint = "A panel has one question, in the same words."
            yield Problem(code="E_HYPOTHESES", path=f"cases.{name}.question", message=message, hint=hint)
        if not {*other.names} & {*case.names}:
            message = f"its hypotheses are {named(other.names)}; those of {quoted(first)} are {named(case.names)}."
            hint = " ".join(nearest(one, case.names) for one in other.names[:1])
            yield Problem(code="E_HYPOTHESES", path=f"cases.{name}.hypotheses", message=message, hint=hint)
    yield from _statement_problems(cases)


def _statement_problems(cases: Mapping[str, Case]) -> Iterator[Problem]:
    """Hypotheses that have one name and mean different things."""
    first: dict[str, tuple[str, str]] = {}
    for name, one in ((name, one) for name, case in cases.items() for one in case.hypotheses):
        owner, statement = first.setdefault(one.name, (name, one.statement))
        if one.statement != statement:
            message = f"it states {_words(one.statement)}; {quoted(owner)} states {_words(statement)}."
            hint = "Put a hypothesis in the same words in all cases, or give another one another name."
            path = f"cases.{name}.{HypothesisPart(one.name)}.statement"
            yield Problem(code="E_HYPOTHESES", path=path, message=message, hint=hint)


def _words(statement: str) -> str:
    return quoted(statement, MAX_STATEMENT)


def reworded(cases: Mapping[str, Case]) -> dict[str, dict[str, str]]:
    """Parts that have one name and other words: address to statement in each case.

    A `Panel` has none that are hypotheses; two versions of a case may.
    """
    told: dict[str, dict[str, str]] = {}
    for name, case in cases.items():
        kinds = (
            (HypothesisPart, case.hypotheses),
            (ItemPart, case.evidence),
            (SourcePart, case.sources),
            (CommonCausePart, case.common_causes),
        )
        for at, one in ((at, one) for at, parts in kinds for one in parts):
            told.setdefault(str(at(one.name)), {})[name] = one.statement
    return {address: each for address, each in told.items() if len({*each.values()}) > 1}


ABSENT = "not in this case"
"""What stands for a part that a case does not have."""


def observed_unlike(cases: Mapping[str, Case]) -> dict[str, dict[str, str]]:
    """Items and reports that the cases do not have, or do not observe, alike: address to what each says, in words.

    Reports are told of items that all cases have.
    """
    told: dict[str, dict[str, str]] = {}
    for name, case in cases.items():
        for item in case.evidence:
            seen = "not observed" if item.observed is None else f"observed {item.observed}"
            told.setdefault(str(ItemPart(item.name)), {})[name] = seen
    shared = {address for address, each in told.items() if len(each) == len(cases)}
    for name, case in cases.items():
        for item in (item for item in case.evidence if str(ItemPart(item.name)) in shared):
            for report in item.reports:
                told.setdefault(str(ReportPart(item.name, report.source)), {})[name] = f"says {report.says}"
    each_says = {address: {name: each.get(name, ABSENT) for name in cases} for address, each in told.items()}
    return {address: each for address, each in each_says.items() if len({*each.values()}) > 1}


def _caution(address: str, told: Mapping[str, str]) -> Problem:
    each = "; ".join(f"{quoted(name)} states {_words(statement)}" for name, statement in told.items())
    hint = "If they mean the same, put it in the same words in all cases; if not, give each its own name."
    return Problem(code="W_STATEMENT", path=f"{address}.statement", message=f"{each}.", hint=hint)


def _weight_problems(weights: object, cases: Mapping[str, Case]) -> Iterator[Problem]:
    if weights is None:
        return
    if not isinstance(weights, Mapping):
        message, hint = f"{quoted(weights)} does not give a weight by name.", "Write {NAME: WEIGHT}."
        yield Problem(code="E_TYPE", path="weights", message=message, hint=hint)
        return
    problems = [*_name_problems(weights, cases), *_number_problems(weights)]
    yield from problems
    total = math.fsum(weights.values()) if not problems else 1.0
    if abs(total - 1) > SUM_TOLERANCE:
        message = f"the weights sum to {total:.12g}, not to 1."
        yield Problem(code="E_WEIGHTS", path="weights", message=message, hint="Divide each by their sum.")


def _name_problems(weights: Mapping[Any, object], cases: Mapping[str, Case]) -> Iterator[Problem]:
    for name in weights.keys() - cases.keys():
        message, hint = f"no case is named {quoted(name)}.", nearest(name, map(str, cases))
        yield Problem(code="E_WEIGHTS", path=f"weights.{step(name)}", message=message, hint=hint)
    for name in [name for name in cases if name not in weights]:
        message, hint = f"no weight for {quoted(name)}.", "Give one for each case; 0 leaves it out of a pool."
        yield Problem(code="E_WEIGHTS", path=f"weights.{step(name)}", message=message, hint=hint)


def _number_problems(weights: Mapping[Any, Any]) -> Iterator[Problem]:
    for name, weight in weights.items():
        problem = number_problem(weight)
        if problem is None and weight < 0:
            problem = Problem(code="E_WEIGHTS", message=f"{weight:g} is negative.", hint="Give 0 or more.")
        if problem is not None:
            yield problem.under(f"weights.{step(name)}")


def same_hypotheses(panel: Panel) -> None:
    """Refuse anything but a panel whose cases all have the same hypotheses.

    Raises
    ------
    CaseError
        ``E_TYPE`` for anything else, ``E_HYPOTHESES`` for a case whose hypotheses are not those of the first.
    """
    expect(panel, Panel, "panel")
    first, names = panel.names[0], panel.members[0].names
    for name, case in panel.items():
        if {*case.names} != {*names}:
            message = f"its hypotheses are {named(case.names)}; those of {quoted(first)} are {named(names)}."
            hint = "State the same hypotheses in all cases; give one that somebody had not thought of a small prior."
            raise refusal("E_HYPOTHESES", f"panel.{name}.hypotheses", message, hint)
