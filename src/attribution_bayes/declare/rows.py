"""What is wrong with a likelihood: rows by hypothesis, then by outcome of each parent, then by outcome of the item."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from attribution_bayes.declare.numbers import is_number
from attribution_bayes.declare.parts import Evidence
from attribution_bayes.declare.ways import (
    PROBABILITIES,
    RATIOS,
    Beta,
    Certain,
    Dirichlet,
    Impossible,
    Number,
    Point,
    Ratios,
    Same,
    probability_problem,
    ratio_problem,
)
from attribution_bayes.errors import Problem, Text, closest, did_you_mean, named, nearest, quoted, step, text

SUM_TOLERANCE = 1e-9
"""How far from 1 the sum of probabilities may be: the rounding of decimals, no more."""


def likelihood_problems(item: Evidence, names: Sequence[str], parents: Sequence[Evidence]) -> Iterator[Problem]:
    if isinstance(item.likelihood, Ratios):
        yield from _ratio_problems(item, item.likelihood, names)
    elif isinstance(item.likelihood, Same):
        yield from _row_problems(item.likelihood.row, item, parents)
    elif not isinstance(item.likelihood, Mapping):
        hint = text("Give {hypothesis: probability}, ", Same.named(), " or ", Ratios.named(), ".")
        yield Problem(code="E_TYPE", message=text(quoted(item.likelihood), " is not a likelihood."), hint=hint)
    else:
        yield from key_problems(item.likelihood, names, "likelihood")
        if item.is_plain and _inside_unit(item.likelihood):
            return
        for name, row in item.likelihood.items():
            yield from (problem.under(step(name)) for problem in _row_problems(row, item, parents))


def caused_problems(stated: Any, item: Evidence, names: Sequence[str]) -> Iterator[Problem]:
    """Faults of what an item has in place of its own likelihood where a common cause holds."""
    if isinstance(stated, Same):
        yield _same_in_cause()
        return
    if not isinstance(stated, Mapping):
        message = text(quoted(stated), " is not a likelihood.")
        yield Problem(code="E_TYPE", message=message, hint="Give {hypothesis: probability}.")
        return
    yield from key_problems(stated, names, "likelihood")
    for name, row in stated.items():
        if isinstance(row, Same):
            yield _same_in_cause().under(step(name))
        elif item.is_binary and isinstance(row, Mapping):
            message = text(quoted(row), " stands where one probability belongs: that the item is true.")
            hint = "Where the cause holds, the likelihood is the same whatever came of other items."
            yield Problem(code="E_TABLE", path=step(name), message=message, hint=hint)
        else:
            yield from (problem.under(step(name)) for problem in _row_problems(row, item, ()))


def _same_in_cause() -> Problem:
    message = text(Same.named(), " is for the likelihood of an item; a common cause has a number for each hypothesis.")
    return Problem(code="E_TABLE", message=message, hint="Repeat the row under each hypothesis.")


def _inside_unit(row: Any) -> bool:
    """Whether all numbers of a plain row are strictly between 0 and 1."""
    numbers = row.numbers
    return bool(numbers.min() > 0 and numbers.max() < 1)


def _ratio_problems(item: Evidence, stated: Ratios, names: Sequence[str]) -> Iterator[Problem]:
    if item.reports or item.given or item.observed is not True or not item.is_binary:
        only = Text("`observed=True`", "`observed: true`")
        message = text("ratios do not say how often the item occurs, so they go with ", only, " alone.")
        hint = "State likelihoods where there are reports, parents, named outcomes, or an item not observed or false."
        yield Problem(code="E_RATIOS", message=message, hint=hint)
    if names and stated.reference not in names:
        code = "E_MISSING" if stated.reference is None else "E_UNKNOWN_NAME"
        message = f"there is no hypothesis {quoted(stated.reference)} to compare with."
        if stated.reference is None:
            message = "`reference` is not stated: the hypothesis that the others are compared with."
        yield Problem(code=code, path="reference", message=message, hint=nearest(stated.reference, names))
    if not isinstance(stated.ratios, Mapping):
        message, hint = text(quoted(stated.ratios), " is not a mapping by hypothesis."), "Give {hypothesis: ratio}."
        yield Problem(code="E_TYPE", path="ratios", message=message, hint=hint)
        return
    if stated.reference in names and stated.reference in stated.ratios:
        message = "it is the reference, with which the others are compared."
        hint = "Leave it out: its ratio is 1."
        yield Problem(code="E_UNKNOWN_NAME", path=stated.reference, message=message, hint=hint)
    if stated.reference in names:
        others = [name for name in stated.ratios if name != stated.reference]
        yield from key_problems(others, [name for name in names if name != stated.reference], "ratio")
    for name, ratio in stated.ratios.items():
        problem = ratio_problem(ratio)
        if problem is not None:
            yield problem.under(step(name))


def _row_problems(row: Any, item: Evidence, parents: Sequence[Evidence]) -> Iterator[Problem]:
    """Faults of one row: nested once for each parent, then one probability or one for each named outcome."""
    if isinstance(row, Same):
        message = text(Same.named(), " takes the place of the whole likelihood, not of one row.")
        whole = Text("`likelihood=Same(0.9)`", "`likelihood: {same: 0.9}`")
        hint = text("Write ", whole, "; where the hypotheses differ, state a row for each.")
        yield Problem(code="E_TABLE", message=message, hint=hint)
    elif parents:
        yield from _nested_row_problems(row, item, parents)
    elif item.is_binary:
        yield from _binary_row_problems(row, item)
    else:
        yield from _named_row_problems(row, item)


def _nested_row_problems(row: Any, item: Evidence, parents: Sequence[Evidence]) -> Iterator[Problem]:
    parent, *further = parents
    hint = text(f"Give one row for each outcome of {quoted(parent.name)}: ", named(parent.outcomes), ".")
    if not isinstance(row, Mapping):
        message = text(quoted(row), f" stands where the rows for {quoted(parent.name)} belong.")
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
    if isinstance(row, Mapping) and (hint := _form_hint(row)):
        yield Problem(code="E_TABLE", message=f"{quoted(row)} does not state a probability.", hint=hint)
    elif isinstance(row, Mapping):
        where = "After the outcomes of its parents" if item.given else "Without `given`"
        hint = f"{where}, a true-or-false item takes one probability: that it is true."
        yield Problem(code="E_TABLE", message=f"{quoted(row)} is nested deeper than `given` asks for.", hint=hint)
    elif isinstance(row, Dirichlet):
        hint = text("Write ", Beta.written("alpha of true", "alpha of false"), ".")
        yield Problem(code="E_TYPE", message="a Dirichlet is for named outcomes.", hint=hint)
    elif (problem := probability_problem(row)) is not None:
        yield problem


def _form_hint(row: Mapping[Any, Any]) -> str:
    """What was meant by a mapping that looks like a way to state a number, or nothing."""
    key = step(next(iter(row), ""))
    if key in {way.form for way in RATIOS} - {way.form for way in PROBABILITIES}:
        return text("It states a likelihood ratio, which belongs in ", Ratios.named(), ".")
    if key == "same":
        return text(Same.named(), " takes the place of the whole likelihood, not of one row.")
    close = closest(key.casefold(), [way.form for way in PROBABILITIES])
    return "" if close is None else did_you_mean(close)


def _named_row_problems(row: Any, item: Evidence) -> Iterator[Problem]:
    entries = row.alpha if isinstance(row, Dirichlet) else row
    if not isinstance(entries, Mapping):
        hint = text("Give a number for each of ", named(item.outcomes), ", or a ", Dirichlet.named(), ".")
        yield Problem(code="E_TABLE", message=text(quoted(row), " is not a row of outcomes."), hint=hint)
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
            hint = single_hint(entries.values()) or hint
            yield Problem(code="E_OUTCOMES_SUM", message=f"the outcomes sum to {total:.12g}, not 1.", hint=hint)


def _entry_problems(entries: Mapping[Any, Any]) -> Iterator[Problem]:
    for outcome, value in entries.items():
        problem = probability_problem(value)
        if isinstance(value, Mapping):
            message = f"{quoted(value)} is nested deeper than `given` asks for."
            problem = Problem(code="E_TABLE", message=message, hint="State one number for each outcome.")
        elif problem is None and not (isinstance(value, Point | Impossible | Certain) or is_number(value)):
            hint = text("State numbers for all outcomes, or one ", Dirichlet.named(), " for the row.")
            message = f"{quoted(value)} cannot stand for one of several outcomes."
            problem = Problem(code="E_TYPE", message=message, hint=hint)
        if problem is not None:
            yield problem.under(step(outcome))


def key_problems(given: Iterable[Any], expected: Sequence[str], what: str) -> Iterator[Problem]:
    """Names that are missing from, or unknown to, a mapping by hypothesis."""
    keys, wanted = set(given), set(expected)
    if keys == wanted:
        return
    covered = named(given) or "nothing"
    for name in expected:
        if name not in keys:
            message = f"no {what} under {quoted(name)}; it covers {covered}."
            yield Problem(code="E_MISSING", path=name, message=message, hint=f"State it for {quoted(name)} too.")
    for key in given if expected else ():  # without hypotheses, their absence is the fault
        if key not in wanted:
            message = f"there is no hypothesis {quoted(key)}."
            yield Problem(code="E_UNKNOWN_NAME", path=step(key), message=message, meant=(key, expected))


def stated_number(value: Number) -> float:
    """The number that an entry of a prior or of a row of numbers states."""
    match value:
        case Impossible():
            return 0.0
        case Certain():
            return 1.0
        case Point(number=number):
            return number
        case _:
            return value


def single_hint(stated: Iterable[Number]) -> str:
    """A hint for numbers that miss a sum of one only by the rounding of single precision; otherwise empty."""
    numbers = np.array([stated_number(value) for value in stated])
    with np.errstate(over="ignore"):  # what is too large for single precision is not of it
        in_single = numbers.astype(np.float32)
    are_single = (numbers == in_single).all() and not (numbers == np.round(numbers, 6)).all()
    if not are_single or abs(math.fsum(numbers) - 1) > len(numbers) * float(np.finfo(np.float32).eps):
        return ""
    return "Numbers of single precision do not sum to 1 here: x = x.astype(float) and x / x.sum() do."
