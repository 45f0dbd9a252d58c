"""What is wrong with the parts of a case, each seen beside the parts that it names."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from attribution_bayes.declare.address import (
    CommonCausePart,
    HypothesisPart,
    ItemPart,
    ReportPart,
    SourcePart,
    field_of,
)
from attribution_bayes.declare.naming import bad_name, field_problems, name_problems
from attribution_bayes.declare.parts import (
    ERROR_RATES,
    CommonCause,
    Evidence,
    Hypothesis,
    Report,
    Source,
)
from attribution_bayes.declare.probabilities import NEEDS_REASON
from attribution_bayes.declare.rows import (
    SUM_TOLERANCE,
    caused_problems,
    key_problems,
    likelihood_problems,
    single_hint,
    stated_number,
)
from attribution_bayes.declare.shares import Shares
from attribution_bayes.declare.ways import (
    PRIOR_HINT,
    UNCERTAIN,
    BaseRates,
    Between,
    Dirichlet,
    Number,
    Odds,
    Ratios,
    probability_problem,
)
from attribution_bayes.errors import MAX_NAMED, Problem, Text, named, quoted, step, text

NOT_A_COPY = "No other source does: leave `copied_from` and `copy_probability` out."


def hypothesis_problems(hypotheses: Sequence[Hypothesis], names: Sequence[str]) -> Iterator[Problem]:
    yield from name_problems(hypotheses, names, HypothesisPart)
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


def prior_problems(prior: object, names: Sequence[str]) -> Iterator[Problem]:
    match prior:
        case Shares(numbers=entries):
            yield from (problem.under("prior") for problem in key_problems(entries, names, "prior"))
        case Mapping() as entries:
            problems = [*key_problems(entries, names, "prior"), *_prior_value_problems(entries)]
            yield from (problem.under("prior") for problem in problems)
            if names and all(problem.code == "E_RANGE" for problem in problems):
                yield from _sum_problems({name: entries[name] for name in names})
        case given:
            yield Problem(code="E_TYPE", path="prior", message=text(quoted(given), " is not a prior."), hint=PRIOR_HINT)


def _prior_value_problems(prior: Mapping[Any, Any]) -> Iterator[Problem]:
    for name, value in prior.items():
        problem = _uncertain_prior_problem(value) if isinstance(value, UNCERTAIN) else probability_problem(value)
        if problem is not None and problem.code in ("E_ZERO_LIKELIHOOD", "E_ONE_LIKELIHOOD"):
            hint = text("Write ", NEEDS_REASON[0], " or ", NEEDS_REASON[1], ": no evidence can ever move it again.")
            message = f"a prior of {stated_number(value):g} needs a reason."
            problem = Problem(code="E_PRIOR_DEGENERATE", message=message, hint=hint)
        if problem is not None:
            yield problem.under(step(name))


def _uncertain_prior_problem(value: object) -> Problem:
    whole = text(Dirichlet.named(), " or ", BaseRates.named())
    hint = text("Give numbers, or a ", whole, " of all hypotheses for a prior that is uncertain.")
    return Problem(code="E_TYPE", message=f"{quoted(value)} stands where a number belongs.", hint=hint)


def _sum_problems(prior: Mapping[str, Number]) -> Iterator[Problem]:
    numbers = {name: stated_number(value) for name, value in prior.items()}
    total = math.fsum(numbers.values())
    if abs(total - 1) > SUM_TOLERANCE and min(numbers.values()) >= 0:
        message = f"the prior sums to {total:.12g}, not 1."
        hint = single_hint(prior.values()) or _odds_hint(numbers)
        yield Problem(code="E_PRIOR_SUM", path="prior", message=message, hint=hint)


def _odds_hint(numbers: Mapping[str, float]) -> str:
    if not all(numbers.values()) or len(numbers) > MAX_NAMED:
        return "Scale what is not excluded so that it sums to 1."
    weights = dict.fromkeys(numbers, 1.0) if len(set(numbers.values())) == 1 else numbers
    entries = [part for name, weight in weights.items() for part in (", ", _name(name), f": {weight:.12g}")]
    return text("Write ", Odds.written(text("{", *entries[1:], "}")), " if only the proportions are meant.")


def _name(name: str) -> Text:
    """A name as a key of a mapping."""
    return Text(quoted(name), quoted(name)[1:-1])


def source_problems(sources: Sequence[Source], names: Sequence[str]) -> Iterator[Problem]:
    yield from name_problems(sources, [source.name for source in sources], SourcePart)
    for source in sources:
        problems = [*_mixture_problems(source)]
        for rate in source.rates if source.errs_anew else ("reliability", *source.rates):
            problems += (problem.under(rate) for problem in _rate_problems(source, rate, names))
        yield from (problem.under(SourcePart(source.name)) for problem in problems)


def _mixture_problems(source: Source) -> Iterator[Problem]:
    """A source either follows the facts in all its reports or in none, or errs anew in each."""
    for field in ("reliability", "if_unreliable"):
        if source.errs_anew and getattr(source, field) is not None:
            message = f"`{field}` does not go with {named(ERROR_RATES)}."
            hint = "Leave it out, or state `reliability` and `if_unreliable` alone."
            yield Problem(code="E_SOURCE", path=field, message=message, hint=hint)
    if source.instrument and not source.errs_anew:
        message = "a source with a `reliability` follows the facts in all its reports or in none."
        hint = f"Leave `instrument` out, or state {named(ERROR_RATES)} in place of the reliability."
        yield Problem(code="E_SOURCE", path="instrument", message=message, hint=hint)


def _rate_problems(source: Source, rate: str, names: Sequence[str]) -> Iterator[Problem]:
    stated = getattr(source, rate)
    if not isinstance(stated, Mapping):
        yield from _source_number(stated)
        return
    yield from key_problems(stated, names, f"`{rate}`")
    for name, value in stated.items():
        yield from (problem.under(step(name)) for problem in _source_number(value))


def _source_number(value: object) -> Iterator[Problem]:
    if value is None:
        hint = text("State how likely it is; a wide range such as ", Between.written("0.2", "0.8"), " is an answer.")
        yield Problem(code="E_SOURCE", message="it is not stated.", hint=hint)
        return
    problem = probability_problem(value)
    if problem is not None:
        in_range = ("E_RANGE", "E_ZERO_LIKELIHOOD", "E_ONE_LIKELIHOOD")
        code = "E_SOURCE" if problem.code in in_range else problem.code
        yield Problem(code=code, message=problem.message, hint=problem.hint)


def error_problems(stated: object) -> Iterator[Problem]:
    """Why a probability of being misunderstood, which may be left out, cannot be stated so."""
    problem = None if stated is None else probability_problem(stated)
    if problem is not None:
        yield problem.under("error")


def item_problems(
    evidence: Sequence[Evidence], in_question: Sequence[Evidence], names: Sequence[str], sources: Sequence[Source]
) -> Iterator[Problem]:
    """Faults of the items of a case with these hypotheses and sources, but those of their names.

    Those in question are looked at one by one; the others state plain numbers alone, with which nothing is wrong.
    """
    items = {item.name: item for item in evidence} if in_question else {}
    speakers = [source.name for source in sources]
    for item in in_question:
        yield from (problem.under(ItemPart(item.name)) for problem in _item_problems(item, names, speakers, items))
    yield from _circle_problems(evidence, in_question)


def _item_problems(
    item: Evidence, names: Sequence[str], sources: Sequence[str], items: Mapping[str, Evidence]
) -> Iterator[Problem]:
    yield from _outcome_problems(item)
    given_problems = list(_given_problems(item, items))
    yield from (*_observed_problems(item), *given_problems, *_report_problems(item, sources))
    yield from error_problems(item.error)
    if item.error is not None and isinstance(item.likelihood, Ratios):
        message = "ratios do not say how often the item occurs, so that no error can be mixed in."
        yield Problem(code="E_RATIOS", path="error", message=message, hint="Leave it out, or state likelihoods.")
    tables = [item, *(items[name] for name in item.given if name in items)]
    if not given_problems and not any(problem for table in tables for problem in _outcome_problems(table)):
        yield from (problem.under("likelihood") for problem in likelihood_problems(item, names, tables[1:]))


def _outcome_problems(item: Evidence) -> Iterator[Problem]:
    if not item.is_binary:
        for outcome in item.outcomes:
            yield from bad_name(outcome, "outcomes")
        if len({str(outcome).casefold() for outcome in item.outcomes}) < max(2, len(item.outcomes)):
            message = f"{quoted(item.outcomes)} does not name two or more different outcomes."
            names = {str(outcome) for outcome in item.outcomes}
            differ = "Capital letters make no difference. " if len(names) == len(item.outcomes) > 1 else ""
            hint = f"{differ}Name two or more, or leave `outcomes` out: an item is then true or false."
            yield Problem(code="E_OUTCOME", path="outcomes", message=message, hint=hint)


def _observed_problems(item: Evidence) -> Iterator[Problem]:
    if item.observed is None or (item.reports and item.is_binary):
        return
    names = [outcome for outcome in item.outcomes if isinstance(outcome, str)]
    if not (
        item.observed in names if isinstance(item.observed, str) else any(item.observed is o for o in item.outcomes)
    ):
        hint = text("Say which of ", named(item.outcomes), " was observed, or ", quoted(None), " if nobody has.")
        message = text(quoted(item.observed), " is not an outcome.")
        if not item.states("observed"):
            message = text("it is not stated, and ", quoted(True), " is not an outcome.")
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


def _report_problems(item: Evidence, sources: Sequence[str]) -> Iterator[Problem]:
    if not item.reports:
        return
    if not item.is_binary:
        hint = text(
            *(
                "Leave them out here and state ",
                quoted(None),
                " as `observed`; for each outcome that is reported, add ",
            ),
            *("a true-or-false item `given` this one, ", NEEDS_REASON[1], " in the row of that outcome and "),
            *(NEEDS_REASON[0], " in the others, with the reports of it."),
        )
        message = "reports are about items that are true or false."
        yield Problem(code="E_REPORT_OUTCOMES", path="reports", message=message, hint=hint)
    if item.observed is not None:
        message = text("observed is ", quoted(item.observed), ", but an item with reports is not observed itself.")
        yield Problem(code="E_OUTCOME", path="observed", message=message, hint="Leave `observed` out, or the reports.")
    speakers = [report.source for report in item.reports]
    for index, report in enumerate(item.reports):
        yield from (
            problem.under(report.source).under("reports") for problem in _twice_problems(report, speakers[:index])
        )
        for problem in (*_one_report_problems(report, speakers, sources), *field_problems(report)):
            yield problem.under(report.source).under("reports")


def _twice_problems(report: Report, before: Sequence[str]) -> Iterator[Problem]:
    if report.source in before:
        hint = "One report says what the source holds; drop the others."
        yield Problem(code="E_DUP_NAME", message="the source reports this item more than once.", hint=hint)


def _one_report_problems(report: Report, speakers: Sequence[str], sources: Sequence[str]) -> Iterator[Problem]:
    if report.source not in sources:
        message, hint = f"there is no source {quoted(report.source)}.", "Declare it among the sources."
        yield Problem(code="E_SOURCE", message=message, hint=hint, meant=(report.source, sources))
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


def _circle_problems(evidence: Sequence[Evidence], items: Sequence[Evidence]) -> Iterator[Problem]:
    """Items that depend on themselves, and reports that copy each other; `items` are those that name other parts."""
    parents = {name for item in items for name in item.given}
    linked = {one.name: one.given for one in evidence if one.given or one.name in parents} if parents else {}
    for circle in _circles(linked):
        message = f"the items are given each other in a circle: {' -> '.join(map(quoted, circle))}."
        hint = "Leave one out of a `given`, and its level of the table: the earlier event is not given the later."
        yield Problem(code="E_GIVEN", path=field_of(ItemPart(circle[0]), "given"), message=message, hint=hint)
    for item in (one for one in items if one.reports):
        origins = {r.source: [r.copied_from] for r in item.reports if r.copied_from not in (None, r.source)}
        for circle in _circles(origins):
            path = field_of(ReportPart(item.name, circle[0]), "copied_from")
            message = f"the reports copy each other in a circle: {' -> '.join(map(quoted, circle))}."
            hint = "Leave `copied_from` and `copy_probability` of one of them out: somebody said it first."
            yield Problem(code="E_COPY", path=path, message=message, hint=hint)


def _circles(edges: Mapping[str, Iterable[Any]]) -> Iterator[list[str]]:
    """Find the circles one by one, each from a name back to itself."""
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


def cause_problems(
    causes: Sequence[CommonCause], names: Sequence[str], evidence: Sequence[Evidence]
) -> Iterator[Problem]:
    """Faults of the common causes of a case whose hypotheses have these names."""
    yield from name_problems(causes, [cause.name for cause in causes], CommonCausePart)
    items, taken = {item.name: item for item in evidence} if causes else {}, dict[Any, str]()
    for cause in causes:
        problems = [
            *(problem.under("probability") for problem in _cause_number_problems(cause.probability, names)),
            *(problem.under("likelihood") for problem in _caused_items_problems(cause, names, items, taken)),
        ]
        yield from (problem.under(CommonCausePart(cause.name)) for problem in problems)


def _cause_number_problems(stated: object, names: Sequence[str]) -> Iterator[Problem]:
    if isinstance(stated, Mapping):
        yield from key_problems(stated, names, "`probability`")
    by_path = {step(name): value for name, value in stated.items()} if isinstance(stated, Mapping) else {"": stated}
    for path, value in by_path.items():
        if (problem := probability_problem(value)) is not None:
            yield problem.under(path)


def _caused_items_problems(
    cause: CommonCause, names: Sequence[str], items: Mapping[str, Evidence], taken: dict[Any, str]
) -> Iterator[Problem]:
    """Faults of what a common cause states of the items; `taken` are those that causes before it have named."""
    if not isinstance(cause.likelihood, Mapping) or not cause.likelihood:
        message = text(quoted(cause.likelihood), " names no item.")
        hint = "Give {item: {hypothesis: probability}} for each item that it may stand behind."
        yield Problem(code="E_CAUSE", message=message, hint=hint)
        return
    for name, rows in cause.likelihood.items():
        found = [*_named_item_problems(name, items, taken.setdefault(name, cause.name), cause.name)]
        if not found and not any(_outcome_problems(items[name])):
            found = [*caused_problems(rows, items[name], names)]
        yield from (problem.under(step(name)) for problem in found)


def _named_item_problems(name: Any, items: Mapping[str, Evidence], first: str, cause: str) -> Iterator[Problem]:
    if name not in items:
        message = text("there is no item ", quoted(name), ".")
        yield Problem(code="E_CAUSE", message=message, meant=(name, [*items]))
    elif isinstance(items[name].likelihood, Ratios):
        message = text(quoted(name), " is stated as ratios, which do not say how often it occurs without the cause.")
        yield Problem(code="E_RATIOS", message=message, hint=text("State likelihoods for ", quoted(name), "."))
    elif first != cause:
        message = text(quoted(name), " has a common cause already, ", quoted(first), ".")
        hint = "Name it in one of them; where both may stand behind it, state it `given` hidden items."
        yield Problem(code="E_CAUSE", message=message, hint=hint)
