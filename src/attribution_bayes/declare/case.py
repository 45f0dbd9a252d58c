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

import datetime
import html
import math
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import islice
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, InstanceOf, StrictStr

from attribution_bayes.arguments import expect
from attribution_bayes.declare.numbers import is_number
from attribution_bayes.declare.parts import (
    ERROR_RATES,
    MAX_KEY,
    MAX_NAME,
    NAME,
    RESERVED_NAMES,
    Anything,
    Evidence,
    Hypothesis,
    Ordered,
    Part,
    Report,
    Source,
    Texts,
)
from attribution_bayes.declare.shares import Shares
from attribution_bayes.declare.texts import text_problems
from attribution_bayes.declare.ways import (
    UNCERTAIN,
    Certain,
    Dirichlet,
    Impossible,
    Number,
    Prior,
    Ratios,
    probability_problem,
    ratio_problem,
)
from attribution_bayes.errors import MAX_NAMED, MAX_PROBLEMS, CaseError, Problem, named, nearest, quoted, refusal, step
from attribution_bayes.odds import Floats, foremost

SUM_TOLERANCE = 1e-9
"""How far from 1 probabilities that must sum to 1 may be: rounding of decimals, nothing more."""


NAME_HINT = (
    f"A name starts with a letter and has letters a-z, digits and underscores, at most {MAX_NAME}, and is not true, "
    "false or null; free text goes to `statement`."
)

NOT_A_COPY = "No other source does: leave `copied_from` and `copy_probability` out."


def _none_as_empty(value: Any) -> Any:
    return () if value is None else value


class Case(Part):
    """One question with its hypotheses, prior, sources and evidence.

    Attributes
    ----------
    prior
        ``{name: probability}`` summing to 1, or `Odds`, `Dirichlet` or `BaseRates`.
    prior_basis
        Citations that the prior rests on. They must not come back as items.

    Raises
    ------
    CaseError
        With every fault of the case, each with its address.
    """

    question: StrictStr
    hypotheses: Annotated[Ordered[InstanceOf[Hypothesis]], BeforeValidator(_none_as_empty)]
    prior: Anything[Prior]
    prior_basis: Texts = ()
    sources: Ordered[InstanceOf[Source]] = ()
    evidence: Ordered[InstanceOf[Evidence]] = ()

    def __init__(self, /, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except CaseError as error:
            raise CaseError([*error.problems, *_other_problems(fields, error.problems)]) from None
        problems = _counted(_problems(self))
        if problems:
            raise CaseError(problems)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the hypotheses, in order."""
        return tuple(hypothesis.name for hypothesis in self.hypotheses)

    def __repr__(self) -> str:
        counts = f"{len(self.hypotheses):,} hypotheses, {_number_of(self.evidence, 'item')}"
        return f"Case({quoted(self.question)}: {counts}, {_number_of(self.sources, 'source')})"

    def __str__(self) -> str:
        """The question, the first hypotheses and items, and how many more there are of each."""
        prior = _shown_priors(self.prior)
        hypotheses = [f"  {one.name} (prior {prior[one.name]}): {one.statement}" for one in self.hypotheses]
        items = [f"  {one.name} ({_shown_state(one)}): {one.statement}" for one in self.evidence]
        counts = f"{_number_of(self.evidence, 'item')}, {_number_of(self.sources, 'source')}"
        return "\n".join([self.question, *_first(hypotheses), counts, *_first(items)]).expandtabs()

    def _repr_html_(self) -> str:
        """The question, hypotheses with their prior, items with who reports them, sources: for notebooks."""
        prior = _shown_priors(self.prior)
        whole = "" if isinstance(self.prior, Mapping) else f"<p>prior: {html.escape(repr(self.prior))}</p>"
        hypotheses = [(one.name, one.statement, prior[one.name]) for one in self.hypotheses]
        items = [(one.name, one.statement, _shown_state(one), _shown_sources(one)) for one in self.evidence]
        sources = [(one.name, one.statement) for one in self.sources]
        return (
            f"<p><strong>{html.escape(self.question)}</strong></p>{whole}"
            + _table(("hypothesis", "statement", "prior"), hypotheses)
            + _table(("item", "statement", "observed", "sources"), items)
            + (_table(("source", "statement"), sources) if sources else "")
        )

    @property
    def has_catch_all(self) -> bool:
        return any(hypothesis.catch_all for hypothesis in self.hypotheses)


def _number_of(parts: Sequence[Part], what: str) -> str:
    return f"{len(parts):,} {what}{'' if len(parts) == 1 else 's'}"


def _first(lines: Sequence[str]) -> list[str]:
    rest = len(lines) - MAX_NAMED
    return [*lines[:MAX_NAMED], *([f"  and {rest:,} more"] if rest > 0 else [])]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    cells = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows)
    titles = "".join(f"<th>{title}</th>" for title in head)
    return f"<table><tr>{titles}</tr>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def _shown_priors(prior: Prior) -> dict[str, str]:
    """What each hypothesis has before the evidence; of proportions, weights and counts its share."""
    if isinstance(prior, Mapping):
        return {name: f"{one:g}" if isinstance(one, float) else repr(one) for name, one in prior.items()}
    weights = {name: prior.weight(name) for name in prior.numbers}
    most = max(weights.values())  # scaled first: a sum of the largest numbers is none
    total = math.fsum(weight / most for weight in weights.values())
    return {name: f"{weight / most / total:.4g}" for name, weight in weights.items()}


def _shown_state(item: Evidence) -> str:
    """What is known of an item itself."""
    if item.observed is None:
        return "reported" if item.reports else "not observed"
    return f"observed: {item.observed}"


def _shown_sources(item: Evidence) -> str:
    return ", ".join(report.source for report in item.reports) or item.citation or ""


def place_of(case: Case, hypothesis: str, field: str) -> int:
    """Position of a hypothesis of the case, or a refusal that names the field in which it was asked for."""
    expect(hypothesis, str, field)
    if hypothesis not in case.names:
        message, hint = f"there is no hypothesis {quoted(hypothesis)}.", nearest(hypothesis, case.names)
        raise refusal("E_UNKNOWN_NAME", field, message, hint)
    return case.names.index(hypothesis)


def place_or_foremost(case: Case, hypothesis: str | None, field: str, credences: Floats) -> int:
    """The same; unless one is named, of the hypothesis that leads, or of the first of those that tie."""
    return foremost(credences) if hypothesis is None else place_of(case, hypothesis, field)


# Faults --------------------------------------------------------------------------------------------------------------


type Levels = tuple[tuple[Any, ...], ...]
"""Keys of mappings in mappings, at each depth, in the order of the case."""


def levels(case: Case, item: Evidence) -> Levels:
    """Keys of the likelihood of an item: hypotheses, the outcomes of each parent, its own outcomes."""
    outcomes = {one.name: one.outcomes for one in case.evidence if one.name in item.given} if item.given else {}
    return case.names, *(outcomes[parent] for parent in item.given), item.outcomes


def _other_problems(fields: Mapping[str, Any], found: Iterable[Problem]) -> list[Problem]:
    """What else is wrong with a case of which some fields could not even be read."""
    faulty = {problem.path.partition(".")[0] for problem in found}
    if faulty & {"hypotheses", "sources"}:
        return []  # nothing that names one of them can be judged
    readable = {name: fields[name] for name in fields if name in Case.model_fields and name not in faulty}
    try:
        Case(**{"question": "-", "prior": None, **readable})
    except CaseError as error:
        return [problem for problem in error.problems if problem.path not in faulty]
    return []


def _counted(problems: Iterator[Problem]) -> list[Problem]:
    found = list(islice(problems, MAX_PROBLEMS))
    if len(found) == MAX_PROBLEMS:
        message = f"there are {MAX_PROBLEMS:,} problems or more; the others were not looked for."
        found.append(Problem(code="E_LIMIT", message=message, hint="Mend these first."))
    return found


def _problems(case: Case) -> Iterator[Problem]:
    yield from text_problems(case.question, "question")
    for index, citation in enumerate(case.prior_basis):
        yield from text_problems(citation, f"prior_basis.{index}")
    yield from _hypothesis_problems(case.hypotheses)
    yield from _prior_problems(case)
    yield from _source_problems(case)
    yield from _name_problems(case.evidence, "evidence")
    items = {item.name: item for item in case.evidence}
    for item in case.evidence:
        yield from (problem.under(f"evidence.{item.name}") for problem in _item_problems(item, case, items))
    yield from _circle_problems(case)


def _name_problems(parts: Sequence[Hypothesis | Source | Evidence], where: str) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for part in parts:
        name, path = part.name, f"{where}.{part.name}"
        yield from _bad_name(name, path)
        yield from text_problems(part.statement, f"{path}.statement")
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            message = f"{quoted(name)} and {quoted(other)} differ only in capital letters."
            yield Problem(
                code="E_CONFUSABLE_NAME", path=path, message=message, hint="Choose names that cannot be mixed up."
            )
    for name, number in Counter(part.name for part in parts).items():
        if number == 1:
            continue
        message = f"{number} parts have the name {quoted(name)}."
        yield Problem(code="E_DUP_NAME", path=f"{where}.{name}", message=message, hint="Give each a name of its own.")


def _bad_name(name: object, path: str) -> Iterator[Problem]:
    if isinstance(name, str) and len(name) > MAX_KEY:
        message = f"a name of {len(name):,} characters; at most {MAX_KEY:,} are read."
        yield Problem(code="E_LIMIT", path=path, message=message, hint=NAME_HINT)
    elif not isinstance(name, str) or not NAME.fullmatch(name) or name.casefold() in RESERVED_NAMES:
        message = f"{quoted(name)} is not allowed as a name{_why(name)}."
        yield Problem(code="E_NAME", path=path, message=message, hint=NAME_HINT)


def _why(name: object) -> str:
    """What is wrong with a name, where it is one thing that may be hard to see."""
    odd = next((sign for sign in name if not NAME.fullmatch(f"a{sign}")), "") if isinstance(name, str) else ""
    if odd:
        called = unicodedata.name(odd, "")
        return f": it has a U+{ord(odd):04X}{f', {called}' if called else ''}"
    return f": it has {len(name)} characters" if isinstance(name, str) and len(name) > MAX_NAME else ""


def _hypothesis_problems(hypotheses: tuple[Hypothesis, ...]) -> Iterator[Problem]:
    yield from _name_problems(hypotheses, "hypotheses")
    if len(hypotheses) < 2:
        hint = "Add the rival explanations, or a `catch_all` for anything else."
        yield Problem(
            code="E_TOO_FEW", path="hypotheses", message=f"{len(hypotheses)} stated, at least 2 needed.", hint=hint
        )
    catch_alls = [hypothesis.name for hypothesis in hypotheses if hypothesis.catch_all]
    if len(catch_alls) > 1:
        message = f"{named(catch_alls)} are all marked `catch_all`."
        hint = "Only one hypothesis can stand for everything else: keep the mark on that one."
        yield Problem(code="E_CATCH_ALL", path="hypotheses", message=message, hint=hint)


def _key_problems(given: Iterable[Any], expected: Sequence[str], what: str) -> Iterator[Problem]:
    """Names that are missing from, or unknown to, a mapping by hypothesis."""
    keys, wanted = set(given), set(expected)
    if keys == wanted:
        return
    covered = named(given) or "nothing"
    for name in expected:
        if name not in keys:
            message = f"no {what} under {quoted(name)}; it covers {covered}."
            yield Problem(code="E_MISSING", path=name, message=message, hint=f"State it for {quoted(name)} too.")
    for key in given if expected else ():  # without any hypothesis, their absence is the fault
        if key not in wanted:
            message = f"there is no hypothesis {quoted(key)}."
            yield Problem(code="E_UNKNOWN_NAME", path=step(key), message=message, meant=(key, expected))


def _prior_problems(case: Case) -> Iterator[Problem]:
    match case.prior:
        case Shares(numbers=entries):
            yield from (problem.under("prior") for problem in _key_problems(entries, case.names, "prior"))
        case Mapping() as entries:
            problems = [*_key_problems(entries, case.names, "prior"), *_prior_value_problems(entries)]
            yield from (problem.under("prior") for problem in problems)
            if case.names and all(problem.code == "E_RANGE" for problem in problems):
                yield from _sum_problems({name: entries[name] for name in case.names})
        case given:
            hint = "Give {name: probability}, `Odds`, `Dirichlet` or `BaseRates`."
            yield Problem(code="E_TYPE", path="prior", message=f"{quoted(given)} is not a prior.", hint=hint)


def _prior_value_problems(prior: Mapping[Any, Any]) -> Iterator[Problem]:
    for name, value in prior.items():
        problem = _uncertain_prior_problem(value) if isinstance(value, UNCERTAIN) else probability_problem(value)
        if problem is not None and problem.code in ("E_ZERO_LIKELIHOOD", "E_ONE_LIKELIHOOD"):
            hint = "Write `Impossible(reason)` or `Certain(reason)`: no evidence can ever move it again."
            message = f"a prior of {value:g} needs a reason."
            problem = Problem(code="E_PRIOR_DEGENERATE", message=message, hint=hint)
        if problem is not None:
            yield problem.under(step(name))


def _uncertain_prior_problem(value: object) -> Problem:
    hint = "Give numbers, or a `Dirichlet` or `BaseRates` of all hypotheses for a prior that is uncertain."
    return Problem(code="E_TYPE", message=f"{quoted(value)} stands where a number belongs.", hint=hint)


def stated_number(value: Number) -> float:
    """The number that an entry of a prior or of a row of numbers states."""
    match value:
        case Impossible():
            return 0.0
        case Certain():
            return 1.0
        case _:
            return value


def _sum_problems(prior: Mapping[str, Number]) -> Iterator[Problem]:
    numbers = {name: stated_number(value) for name, value in prior.items()}
    total = math.fsum(numbers.values())
    if abs(total - 1) > SUM_TOLERANCE and min(numbers.values()) >= 0:
        message = f"the prior sums to {total:.12g}, not 1."
        hint = _single_hint(prior.values()) or _odds_hint(numbers)
        yield Problem(code="E_PRIOR_SUM", path="prior", message=message, hint=hint)


def _single_hint(stated: Iterable[Number]) -> str:
    """What to do where the numbers sum to one but for the rounding of single precision; empty elsewhere."""
    numbers = np.array([stated_number(value) for value in stated])
    are_single = (numbers == numbers.astype(np.float32)).all() and not (numbers == np.round(numbers, 6)).all()
    if not are_single or abs(math.fsum(numbers) - 1) > len(numbers) * float(np.finfo(np.float32).eps):
        return ""
    return "Numbers of single precision do not sum to 1 here: x = x.astype(float) and x / x.sum() do."


def _odds_hint(numbers: Mapping[str, float]) -> str:
    if not all(numbers.values()) or len(numbers) > MAX_NAMED:
        return "Scale what is not excluded so that it sums to 1."
    weights = dict.fromkeys(numbers, 1.0) if len(set(numbers.values())) == 1 else numbers
    written = ", ".join(f"{quoted(name)}: {weight:.12g}" for name, weight in weights.items())
    return f"Write Odds({{{written}}}) if only the proportions are meant."


def _source_problems(case: Case) -> Iterator[Problem]:
    yield from _name_problems(case.sources, "source")
    for source in case.sources:
        problems = [*_mixture_problems(source)]
        if not source.errs_anew:
            problems += (problem.under("reliability") for problem in _source_number(source.reliability))
        for rate in source.rates:
            problems += (problem.under(rate) for problem in _rate_problems(source, rate, case))
        yield from (problem.under(f"source.{source.name}") for problem in problems)


def _mixture_problems(source: Source) -> Iterator[Problem]:
    """A source follows the facts in all its reports or in none, or it errs anew in each: not both."""
    for field in ("reliability", "if_unreliable"):
        if source.errs_anew and getattr(source, field) is not None:
            message = f"`{field}` does not go with {named(ERROR_RATES)}."
            hint = "Leave it out, or state `reliability` and `if_unreliable` alone."
            yield Problem(code="E_SOURCE", path=field, message=message, hint=hint)
    if source.instrument and not source.errs_anew:
        message = "a source with a `reliability` follows the facts in all its reports or in none."
        hint = f"Leave `instrument` out, or state {named(ERROR_RATES)} in place of the reliability."
        yield Problem(code="E_SOURCE", path="instrument", message=message, hint=hint)


def _rate_problems(source: Source, rate: str, case: Case) -> Iterator[Problem]:
    stated = getattr(source, rate)
    if not isinstance(stated, Mapping):
        yield from _source_number(stated)
        return
    yield from _key_problems(stated, case.names, f"`{rate}`")
    for name, value in stated.items():
        yield from (problem.under(step(name)) for problem in _source_number(value))


def _source_number(value: object) -> Iterator[Problem]:
    if value is None:
        hint = "State how likely it is; a wide range such as Between(0.2, 0.8) is an answer."
        yield Problem(code="E_SOURCE", message="it is not stated.", hint=hint)
        return
    problem = probability_problem(value)
    if problem is not None:
        in_range = ("E_RANGE", "E_ZERO_LIKELIHOOD", "E_ONE_LIKELIHOOD")
        code = "E_SOURCE" if problem.code in in_range else problem.code
        yield Problem(code=code, message=problem.message, hint=problem.hint)


def _item_problems(item: Evidence, case: Case, items: Mapping[str, Evidence]) -> Iterator[Problem]:
    if item.citation is not None:
        yield from text_problems(item.citation, "citation")
    if item.date is not None and type(item.date) is not datetime.date:
        hint = "Write a day that exists, without a time, in the form 2024-03-22."
        yield Problem(code="E_DATE", path="date", message=f"{quoted(item.date)} is not a date.", hint=hint)
    yield from _outcome_problems(item)
    given_problems = list(_given_problems(item, items))
    yield from (*_observed_problems(item), *given_problems, *_report_problems(item, case))
    tables = [item, *(items[name] for name in item.given if name in items)]
    if not given_problems and not any(problem for table in tables for problem in _outcome_problems(table)):
        yield from (problem.under("likelihood") for problem in _likelihood_problems(item, case.names, tables[1:]))


def _outcome_problems(item: Evidence) -> Iterator[Problem]:
    if not item.is_binary:
        for outcome in item.outcomes:
            yield from _bad_name(outcome, "outcomes")
        if len({str(outcome).casefold() for outcome in item.outcomes}) < max(2, len(item.outcomes)):
            message = f"{quoted(item.outcomes)} does not name two or more different outcomes."
            names = {str(outcome) for outcome in item.outcomes}
            differ = "Capital letters make no difference. " if len(names) == len(item.outcomes) > 1 else ""
            hint = f"{differ}Name two or more, or leave `outcomes` out: an item is then True or False."
            yield Problem(code="E_OUTCOME", path="outcomes", message=message, hint=hint)


def _observed_problems(item: Evidence) -> Iterator[Problem]:
    if item.observed is None or (item.reports and item.is_binary):
        return
    names = [outcome for outcome in item.outcomes if isinstance(outcome, str)]
    if not (
        item.observed in names if isinstance(item.observed, str) else any(item.observed is o for o in item.outcomes)
    ):
        hint = f"Say which of {named(item.outcomes)} was observed, or None if nobody has."
        message = f"{quoted(item.observed)} is not an outcome."
        if not item.states("observed"):
            message = "it is not stated, and True is not an outcome."
        yield Problem(code="E_OUTCOME", path="observed", message=message, hint=hint)


def _given_problems(item: Evidence, items: Mapping[str, Evidence]) -> Iterator[Problem]:
    others = [name for name in items if name != item.name] if not set(item.given) <= items.keys() else []
    for parent in dict.fromkeys(item.given):
        if parent not in items:
            message = f"there is no item {quoted(parent)}."
            yield Problem(code="E_GIVEN", path="given", message=message, meant=(parent, others))
        elif isinstance(items[parent].likelihood, Ratios):
            message = f"{quoted(parent)} is stated as ratios, which do not say how often it occurs."
            hint = f"State likelihoods for {quoted(parent)}."
            yield Problem(code="E_RATIOS", path="given", message=message, hint=hint)
    if len(set(item.given)) < len(item.given):
        message = f"{quoted(item.given)} names a parent twice."
        hint = "Name each once, with one level of the table for it."
        yield Problem(code="E_GIVEN", path="given", message=message, hint=hint)


def _report_problems(item: Evidence, case: Case) -> Iterator[Problem]:
    if not item.reports:
        return
    if not item.is_binary:
        hint = (
            "Leave them out here and state None as `observed`; for each outcome that is reported, add a True-or-False "
            "item `given` this one, `Certain(reason)` in the row of that outcome and `Impossible(reason)` in the "
            "others, with the reports of it."
        )
        yield Problem(
            code="E_REPORT_OUTCOMES", path="reports", message="reports are about True and False only.", hint=hint
        )
    if item.observed is not None:
        message = f"observed is {quoted(item.observed)}, but an item with reports is not observed itself."
        yield Problem(code="E_OUTCOME", path="observed", message=message, hint="Leave `observed` out, or the reports.")
    speakers = [report.source for report in item.reports]
    sources = {source.name: None for source in case.sources}
    for index, report in enumerate(item.reports):
        for problem in (*_twice_problems(report, speakers[:index]), *_one_report_problems(report, speakers, sources)):
            yield problem.under(f"reports.{report.source}")


def _twice_problems(report: Report, before: Sequence[str]) -> Iterator[Problem]:
    if report.source in before:
        hint = "One report says what the source holds; drop the others."
        yield Problem(code="E_DUP_NAME", message="the source reports this item more than once.", hint=hint)


def _one_report_problems(report: Report, speakers: Sequence[str], sources: Collection[str]) -> Iterator[Problem]:
    if report.source not in sources:
        message, hint = f"there is no source {quoted(report.source)}.", "Declare it among the sources."
        yield Problem(code="E_SOURCE", message=message, hint=hint, meant=(report.source, [*sources]))
    if report.copied_from is None:
        if report.copy_probability is not None:
            hint = "Say in `copied_from` which report it may repeat, or leave it out."
            message = "there is no `copied_from` to go with it."
            yield Problem(code="E_COPY", path="copy_probability", message=message, hint=hint)
        return
    others = [name for name in speakers if name != report.source]
    if report.copied_from not in others:
        message = f"{quoted(report.copied_from)} is not another source that reports this item."
        meant = (report.copied_from, others)
        yield Problem(code="E_COPY", path="copied_from", message=message, hint=NOT_A_COPY, meant=meant)
    if report.copy_probability is None:
        hint = "Say how likely it is that the report repeats the other one."
        yield Problem(code="E_COPY", path="copy_probability", message="it is not stated.", hint=hint)
    elif (problem := probability_problem(report.copy_probability)) is not None:
        yield problem.under("copy_probability")


def _likelihood_problems(item: Evidence, names: Sequence[str], parents: Sequence[Evidence]) -> Iterator[Problem]:
    if isinstance(item.likelihood, Ratios):
        yield from _ratio_problems(item, item.likelihood, names)
    elif not isinstance(item.likelihood, Mapping):
        hint = "Give {hypothesis: probability}, or `Ratios`."
        yield Problem(code="E_TYPE", message=f"{quoted(item.likelihood)} is not a likelihood.", hint=hint)
    else:
        yield from _key_problems(item.likelihood, names, "likelihood")
        if item.is_plain and _inside_unit(item.likelihood):
            return
        for name, row in item.likelihood.items():
            yield from (problem.under(step(name)) for problem in _row_problems(row, item, parents))


def _inside_unit(row: Any) -> bool:
    """Whether nothing is wrong with the numbers of a plain row: looked at together."""
    numbers = row.numbers
    return bool(numbers.min() > 0 and numbers.max() < 1)


def _ratio_problems(item: Evidence, stated: Ratios, names: Sequence[str]) -> Iterator[Problem]:
    if item.reports or item.given or item.observed is not True or not item.is_binary:
        message = "ratios say nothing of how often the item occurs, so they go with `observed=True` alone."
        hint = "State likelihoods where there are reports, parents, named outcomes, or an item not observed or False."
        yield Problem(code="E_RATIOS", message=message, hint=hint)
    if names and stated.reference not in names:
        code = "E_MISSING" if stated.reference is None else "E_UNKNOWN_NAME"
        message = f"there is no hypothesis {quoted(stated.reference)} to compare with."
        if stated.reference is None:
            message = "`reference` is not stated: the hypothesis that the others are compared with."
        yield Problem(code=code, path="reference", message=message, hint=nearest(stated.reference, names))
    if not isinstance(stated.ratios, Mapping):
        message, hint = f"{quoted(stated.ratios)} is not a mapping by hypothesis.", "Give {hypothesis: ratio}."
        yield Problem(code="E_TYPE", path="ratios", message=message, hint=hint)
        return
    if stated.reference in names:
        yield from _key_problems(stated.ratios, [name for name in names if name != stated.reference], "ratio")
    for name, ratio in stated.ratios.items():
        problem = ratio_problem(ratio)
        if problem is not None:
            yield problem.under(step(name))


def _row_problems(row: Any, item: Evidence, parents: Sequence[Evidence]) -> Iterator[Problem]:
    """Faults of one row: nested once for each parent, then a probability or one for each named outcome."""
    if parents:
        yield from _nested_row_problems(row, item, parents)
    elif item.is_binary:
        yield from _binary_row_problems(row, item)
    else:
        yield from _named_row_problems(row, item)


def _nested_row_problems(row: Any, item: Evidence, parents: Sequence[Evidence]) -> Iterator[Problem]:
    parent, *further = parents
    hint = f"Give one row for each outcome of {quoted(parent.name)}: {named(parent.outcomes)}."
    if not isinstance(row, Mapping):
        message = f"{quoted(row)} stands where the rows for {quoted(parent.name)} belong."
        yield Problem(code="E_TABLE", message=message, hint=hint)
        return
    for key in row:
        if key not in parent.outcomes or isinstance(key, bool) is not parent.is_binary:
            message = f"{quoted(key)} is not an outcome of {quoted(parent.name)}."
            yield Problem(code="E_TABLE", path=step(key), message=message, hint=hint)
    for outcome in parent.outcomes:
        if outcome not in row:
            message = f"no row for {quoted(parent.name)} being {quoted(outcome)}."
            yield Problem(code="E_TABLE", path=step(outcome), message=message, hint=hint)
        else:
            yield from (problem.under(step(outcome)) for problem in _row_problems(row[outcome], item, further))


def _binary_row_problems(row: Any, item: Evidence) -> Iterator[Problem]:
    if isinstance(row, Mapping):
        where = "After the outcomes of its parents" if item.given else "Without `given`"
        hint = f"{where}, a True-or-False item takes one probability: that it is True."
        yield Problem(code="E_TABLE", message=f"{quoted(row)} is nested deeper than `given` asks for.", hint=hint)
    elif isinstance(row, Dirichlet):
        hint = "Write Beta(alpha of True, alpha of False)."
        yield Problem(code="E_TYPE", message="a Dirichlet is for named outcomes.", hint=hint)
    elif (problem := probability_problem(row)) is not None:
        yield problem


def _named_row_problems(row: Any, item: Evidence) -> Iterator[Problem]:
    entries = row.alpha if isinstance(row, Dirichlet) else row
    if not isinstance(entries, Mapping):
        hint = f"Give a number for each of {named(item.outcomes)}, or a Dirichlet."
        yield Problem(code="E_TABLE", message=f"{quoted(row)} is not a row of outcomes.", hint=hint)
    elif set(entries) != set(item.outcomes):
        code, what = ("E_PARAM", "alpha") if isinstance(row, Dirichlet) else ("E_TABLE", "the row")
        message = f"{what} is for {named(entries) or 'nothing'}; the outcomes are {named(item.outcomes)}."
        missing, unknown = (
            [k for k in a if k not in b] for a, b in ((item.outcomes, entries), (entries, item.outcomes))
        )
        hint = " ".join([f"Add {named(missing)}."] * bool(missing) + [f"Leave out {named(unknown)}."] * bool(unknown))
        yield Problem(code=code, message=message, hint=hint)
    elif not isinstance(row, Dirichlet):
        problems = list(_entry_problems(entries))
        yield from problems
        total = 1.0 if problems else math.fsum(stated_number(value) for value in entries.values())
        if abs(total - 1) > SUM_TOLERANCE:
            hint = "Something must be the case: change a number, or add an outcome for what is left."
            hint = _single_hint(entries.values()) or hint
            yield Problem(code="E_OUTCOMES_SUM", message=f"the outcomes sum to {total:.12g}, not 1.", hint=hint)


def _entry_problems(entries: Mapping[Any, Any]) -> Iterator[Problem]:
    for outcome, value in entries.items():
        problem = probability_problem(value)
        if isinstance(value, Mapping):
            message = f"{quoted(value)} is nested deeper than `given` asks for."
            problem = Problem(code="E_TABLE", message=message, hint="State one number for each outcome.")
        elif problem is None and not (isinstance(value, Impossible | Certain) or is_number(value)):
            hint = "State numbers for all outcomes, or one Dirichlet for the row."
            message = f"{quoted(value)} cannot stand for one of several outcomes."
            problem = Problem(code="E_TYPE", message=message, hint=hint)
        if problem is not None:
            yield problem.under(step(outcome))


def _circle_problems(case: Case) -> Iterator[Problem]:
    for circle in _circles({item.name: item.given for item in case.evidence}):
        message = f"the items are given each other in a circle: {' -> '.join(map(quoted, circle))}."
        hint = "Leave one out of a `given`, and its level of the table: the earlier event is not given the later."
        yield Problem(code="E_GIVEN", path=f"evidence.{circle[0]}.given", message=message, hint=hint)
    for item in case.evidence:
        origins = {r.source: [r.copied_from] for r in item.reports if r.copied_from not in (None, r.source)}
        for circle in _circles(origins):
            path = f"evidence.{item.name}.reports.{circle[0]}.copied_from"
            message = f"the reports copy each other in a circle: {' -> '.join(map(quoted, circle))}."
            hint = "Leave `copied_from` and `copy_probability` of one of them out: somebody said it first."
            yield Problem(code="E_COPY", path=path, message=message, hint=hint)


def _circles(edges: Mapping[str, Iterable[Any]]) -> Iterator[list[str]]:
    """One circle after the other, each from a name back to itself."""
    left = dict(edges)
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            circle = error.args[1]
            yield circle
            left = {name: origins for name, origins in left.items() if name not in circle}
        else:
            return
