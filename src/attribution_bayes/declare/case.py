"""A case: one question, its hypotheses, prior, sources and evidence, declared and checked as a whole.

The parts hold what they are given; `Case` checks all of them together and raises one `CaseError` with every fault.

>>> case = Case(
...     question="Was the cab blue?",
...     hypotheses=[Hypothesis(name=name, statement=f"it was {name}") for name in ("blue", "green")],
...     prior={"blue": 0.15, "green": 0.85},
...     evidence=[Evidence(name="witness", statement="a witness says blue", likelihood={"blue": 0.8, "green": 0.2})],
... )
>>> case.evidence[0].likelihood["blue"]
0.8
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import compress, islice
from operator import not_
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, InstanceOf, StrictStr

from attribution_bayes.arguments import expect, shown
from attribution_bayes.arrays import Bools, Floats
from attribution_bayes.declare.address import ItemPart
from attribution_bayes.declare.checks import (
    cause_problems,
    error_problems,
    hypothesis_problems,
    item_problems,
    prior_problems,
    source_problems,
)
from attribution_bayes.declare.naming import field_problems, name_problems, standing_problems
from attribution_bayes.declare.notebook import called, page, said, table
from attribution_bayes.declare.numbers import is_number
from attribution_bayes.declare.parts import (
    CITED,
    FOUND,
    NOT_BARE,
    UNKNOWN,
    Anything,
    CommonCause,
    Day,
    Evidence,
    Flag,
    Hypothesis,
    Ordered,
    Part,
    Source,
    Texts,
    glance,
)
from attribution_bayes.declare.rows import stated_number
from attribution_bayes.declare.table import packed_alike
from attribution_bayes.declare.texts import text_problems
from attribution_bayes.declare.ways import Certain, Impossible, Number, Prior, Probability, Ratios, frozen
from attribution_bayes.errors import MAX_NAMED, MAX_PROBLEMS, CaseError, Problem, nearest, quoted, refusal
from attribution_bayes.memo import once_for_each
from attribution_bayes.odds import foremost

PRIOR = "prior (probability)"
"""The head of a column of priors."""


def _none_as_empty(value: Any) -> Any:
    return () if value is None else value


class Case(Part):
    """One question with its hypotheses, prior, sources, evidence and common causes.

    Attributes
    ----------
    author, date, marking
        Who states the case, when, and how it may be passed on, such as ``TLP:AMBER``. They stand at the head of its
        pages, in one line each. The marking is shown but not enforced.
    exercise
        Whether the numbers are illustrative. If not, pages call it an assessment, behind which its author stands: it
        needs an `author` and a `date`.
    prior
        ``{name: probability}`` summing to 1, or `Odds`, `Dirichlet` or `BaseRates`.
    prior_basis
        Citations that the prior rests on. They must not be used again as items.
    error
        How likely each item is to have been misunderstood, each by itself, where it states no `error` of its own; see
        `Evidence`. Nothing is unless stated. Items stated as `Ratios` have none. It holds of hidden items too, also
        of those that nobody has reported.
    common_causes
        What may be behind several items; each item is named by at most one of them.

    Raises
    ------
    CaseError
        With every fault of the case, each with its address.
    """

    question: StrictStr
    author: StrictStr | None = None
    date: Day = None
    marking: StrictStr | None = None
    exercise: Flag = True
    hypotheses: Annotated[Ordered[InstanceOf[Hypothesis]], BeforeValidator(_none_as_empty)]
    prior: Anything[Prior]
    prior_basis: Texts = ()
    error: Anything[Probability | None] = None
    sources: Ordered[InstanceOf[Source]] = ()
    evidence: Ordered[InstanceOf[Evidence]] = ()
    common_causes: Ordered[InstanceOf[CommonCause]] = ()

    def __init__(self, /, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except CaseError as error:
            raise CaseError([*error.problems, *_other_problems(fields, error.problems)]) from None
        problems = _limit(_problems(self))
        if problems:
            raise CaseError(problems)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the hypotheses, in order."""
        return tuple(hypothesis.name for hypothesis in self.hypotheses)

    @property
    def causes(self) -> Mapping[str, CommonCause]:
        """By item, the common cause that names it; other items have none."""
        return {item: cause for cause in self.common_causes for item in cause.likelihood}

    def __repr__(self) -> str:
        counts = f"{len(self.hypotheses):,} hypotheses, {_number_of(self.evidence, 'item')}"
        return f"Case({quoted(self.question)}: {counts}, {_number_of(self.sources, 'source')})"

    def __str__(self) -> str:
        """The question, the first hypotheses and items, and how many more there are of each."""
        prior = shown_priors(self.prior)
        hypotheses = [f"  {one.name} (prior {prior[one.name]}): {one.statement}" for one in self.hypotheses]
        items = [f"  {one.name} ({_shown_state(one)}): {one.statement}" for one in self.evidence]
        counts = f"{_number_of(self.evidence, 'item')}, {_number_of(self.sources, 'source')}"
        return "\n".join([self.question, *_first(hypotheses), counts, *_first(items)]).expandtabs()

    def _repr_html_(self) -> str:
        """The question, hypotheses with their prior, items with who reports them, sources: for notebooks."""
        prior = shown_priors(self.prior)
        hypotheses = [(called(one), said(one.statement), said(prior[one.name])) for one in self.hypotheses]
        sources = [(called(one), said(one.statement)) for one in self.sources]
        return page(
            self.question,
            *_head(self),
            table(("hypothesis", "statement", PRIOR), hypotheses, numeric=(PRIOR,)),
            table(("item", "statement", "observed", "sources"), _item_rows(self)),
            table(("source", "statement"), sources) if sources else "",
        )

    @property
    def has_ratios(self) -> bool:
        """Whether some item is stated as ratios, so that the probability of the evidence is not known."""
        return any(isinstance(item.likelihood, Ratios) for item in not_bare(self))

    @property
    def has_catch_all(self) -> bool:
        return any(hypothesis.catch_all for hypothesis in self.hypotheses)


@once_for_each
def bare(case: Case) -> tuple[bool, ...]:
    """Which items state plain numbers and nothing else; there may be a million, which are then seen all at once."""
    return tuple([one != NOT_BARE for one in seen(case)])


@once_for_each
def seen(case: Case) -> tuple[int, ...]:
    """What is seen of each item at a glance."""
    return tuple(glance(case.evidence))


@once_for_each
def item_names(case: Case) -> tuple[str, ...]:
    """Names of the items, in order."""
    return tuple([item.name for item in case.evidence])


@once_for_each
def bare_numbers(case: Case) -> Floats | None:
    """The numbers of the bare items of a case; see `numbers_of`."""
    return numbers_of([*compress(case.evidence, bare(case))], case.names)


def numbers_of(items: Sequence[Evidence], names: tuple[str, ...]) -> Floats | None:
    """The numbers of bare items, shape (item, hypothesis), read-only; None where one covers other hypotheses."""
    rows: list[Any] = [item.likelihood for item in items]
    if not rows:
        return np.empty((0, len(names)))
    packed = packed_alike(rows, rows[0])
    if packed is None or {*rows[0]} != {*names}:
        return None
    numbers = np.frombuffer(packed).reshape(len(rows), -1)[:, rows[0].order(names)]
    numbers.flags.writeable = False
    return np.asarray(numbers)


@once_for_each
def not_bare(case: Case) -> tuple[Evidence, ...]:
    """The other items: few, where there are a million."""
    return tuple(compress(case.evidence, map(not_, bare(case))))


@once_for_each
def observations(case: Case) -> tuple[Bools, Bools]:
    """Which items were observed, and which were observed to be true, shape (item,) each."""
    found = np.array(seen(case), dtype=np.int64) % CITED
    are_observed, are_true = found != UNKNOWN, found == FOUND
    others = np.flatnonzero(~np.array(bare(case), dtype=bool)).tolist()
    for place, item in zip(others, not_bare(case), strict=True):
        are_observed[place], are_true[place] = item.observed is not None, item.observed is True
    return are_observed, are_true


def _number_of(parts: Sequence[Part], what: str) -> str:
    return f"{len(parts):,} {what}{'' if len(parts) == 1 else 's'}"


def _first(lines: Sequence[str]) -> list[str]:
    rest = len(lines) - MAX_NAMED
    return [*lines[:MAX_NAMED], *([f"  and {rest:,} more"] if rest > 0 else [])]


def _head(case: Case) -> Iterator[str]:
    """How the case may be passed on, who states it and when, and a prior that was stated as a whole."""
    if case.marking is not None:
        yield f"<p><strong>{said(case.marking)}</strong></p>"
    if case.author is not None:
        yield f"<p>stated by: {said(case.author)}</p>"
    if case.date is not None:
        yield f"<p>stated on: {case.date.isoformat()}</p>"
    if not isinstance(case.prior, Mapping):
        yield f"<p>prior: {said(repr(case.prior))}</p>"


def _item_rows(case: Case) -> list[tuple[str, ...]]:
    sources = {one.name: one for one in case.sources}
    return [
        (
            called(item),
            said(item.statement),
            said(_shown_state(item)),
            ", ".join(called(sources[report.source]) for report in item.reports) or said(item.citation or ""),
        )
        for item in case.evidence
    ]


def shown_priors(prior: Prior) -> dict[str, str]:
    """The prior of each hypothesis; for proportions, weights and counts, its share."""
    if isinstance(prior, Mapping):
        return {name: _shown_prior(one) for name, one in prior.items()}
    weights = {name: prior.weight(name) for name in prior.numbers}
    most = max(weights.values())  # scaled first: a sum of the largest numbers overflows
    total = math.fsum(weight / most for weight in weights.values())
    return {name: f"{weight / most / total:.4g}" for name, weight in weights.items()}


def _shown_prior(stated: Number) -> str:
    return repr(stated) if isinstance(stated, Impossible | Certain) else f"{stated_number(stated):g}"


def _shown_state(item: Evidence) -> str:
    """What is known of an item itself."""
    if item.observed is None:
        return "reported" if item.reports else "not observed"
    return f"observed: {item.observed}"


def place_of(case: Case, hypothesis: str, field: str) -> int:
    """Position of a hypothesis of the case, or a refusal that names the argument that asked for it."""
    expect(hypothesis, str, field)
    if hypothesis not in case.names:
        message, hint = f"there is no hypothesis {quoted(hypothesis)}.", nearest(hypothesis, case.names)
        raise refusal("E_UNKNOWN_NAME", field, message, hint)
    return case.names.index(hypothesis)


def place_or_foremost(case: Case, hypothesis: str | None, field: str, credences: Floats) -> int:
    """Position of the hypothesis, or, if None, of the one that leads or the first of those that tie."""
    return foremost(credences) if hypothesis is None else place_of(case, hypothesis, field)


def place_against(case: Case, place: int, against: str | None) -> int | None:
    """Position of the hypothesis that another is weighed against; None for all others together."""
    rival = None if against is None else place_of(case, against, "against")
    if rival == place:
        raise refusal("E_SAME", "against", f"{against!r} cannot be weighed against itself.", "Name another hypothesis.")
    return rival


def asked_credence(threshold: float) -> float:
    """A threshold as a float, or a refusal of what is not strictly between 0 and 1."""
    given, threshold = threshold, frozen(threshold)  # a Fraction or a Decimal as a float
    if not (is_number(threshold) and 0 < threshold < 1):
        raise refusal("E_RANGE", "threshold", f"{shown(given)} is not between 0 and 1.", "Give a credence.")
    return threshold


type Levels = tuple[tuple[Any, ...], ...]
"""Keys of nested mappings at each depth, in the order of the case."""


def levels(case: Case, item: Evidence) -> Levels:
    """Keys of the likelihood of an item: hypotheses, the outcomes of each parent, its own outcomes."""
    if not item.given:
        return case.names, item.outcomes
    outcomes = {one.name: one.outcomes for one in case.evidence if one.name in item.given}
    return case.names, *(outcomes[parent] for parent in item.given), item.outcomes


type Caused = tuple[tuple[str, tuple[Any, ...]], ...]
"""Items that a common cause names, in the order of the case, each with its outcomes."""


def caused(case: Case, cause: CommonCause) -> Caused:
    return tuple((item.name, item.outcomes) for item in case.evidence if item.name in cause.likelihood)


def _other_problems(fields: Mapping[str, Any], found: Iterable[Problem]) -> list[Problem]:
    """What else is wrong with a case some of whose fields could not be read."""
    faulty = {problem.path.partition(".")[0] for problem in found}
    if faulty & {"hypotheses", "sources"}:
        return []  # nothing that refers to one of them can be checked
    faulty |= {"common_causes"} if "evidence" in faulty else set()  # nor what names items
    readable = {name: fields[name] for name in fields if name in Case.model_fields and name not in faulty}
    try:
        Case(**{"question": "-", "prior": None, **readable})
    except CaseError as error:
        return [problem for problem in error.problems if problem.path not in faulty]
    return []


def _limit(problems: Iterator[Problem]) -> list[Problem]:
    found = list(islice(problems, MAX_PROBLEMS))
    if len(found) == MAX_PROBLEMS:
        message = f"there are {MAX_PROBLEMS:,} problems or more; no others were looked for."
        found.append(Problem(code="E_LIMIT", message=message, hint="Fix these first."))
    return found


def _problems(case: Case) -> Iterator[Problem]:
    yield from (*text_problems(case.question, "question"), *field_problems(case))
    if not case.exercise:
        yield from standing_problems({"author": case.author, "date": case.date})
    for index, citation in enumerate(case.prior_basis):
        yield from text_problems(citation, f"prior_basis.{index}")
    yield from hypothesis_problems(case.hypotheses, case.names)
    yield from prior_problems(case.prior, case.names)
    yield from error_problems(case.error)
    yield from source_problems(case.sources, case.names)
    yield from name_problems(case.evidence, item_names(case), ItemPart)
    yield from item_problems(case.evidence, _in_question(case), case.names, case.sources)
    yield from cause_problems(case.common_causes, case.names, case.evidence)


def _in_question(case: Case) -> Sequence[Evidence]:
    """All items but the bare ones with which nothing is wrong: these are seen all at once."""
    numbers = bare_numbers(case)
    if numbers is None:
        return case.evidence
    is_sound = np.array(bare(case), dtype=bool)
    is_sound[is_sound] = ((numbers > 0) & (numbers < 1)).all(axis=1)
    return () if is_sound.all() else [*compress(case.evidence, (~is_sound).tolist())]
