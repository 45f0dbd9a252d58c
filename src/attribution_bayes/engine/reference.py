"""The model as brute force over all worlds, with which every faster way has to agree. Read this first.

Given a hypothesis, a *world* says how every item came out, which common causes hold, which sources follow the facts,
and which of the reports that may be copies are copies. The probability of a world together with all observations is a
product of asserted numbers, each as it is or as one minus it. An uncertain number is the same number wherever a world
uses it: x^m (1 - x)^n enters by its mean. Summed over all worlds that is the likelihood, and Bayes' theorem does the
rest.

Time grows with the number of worlds, so this is for small cases. It shares only the declaration of a case and its
addresses with the exact engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import comb, fsum, prod
from typing import Any, assert_never

from attribution_bayes.declare.address import (
    Address,
    CausedLikelihoodOf,
    CauseProbabilityOf,
    CommonCausePart,
    CopyProbabilityOf,
    ErrorRateOf,
    ItemPart,
    PartAddress,
    Place,
    PriorOf,
    Rate,
    ReliabilityOf,
    ReportPart,
    SourcePart,
)
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import Beta, LogNormal, Meaning, Point, Uniform
from attribution_bayes.declare.parameters import RowAddress, addresses, error_address, row_address
from attribution_bayes.declare.parts import ERROR_RATES, CommonCause, Evidence, Report, Source
from attribution_bayes.declare.ways import Ratios

type World = Mapping[PartAddress | Place, Any]
"""The outcome of an item, whether a common cause holds, a source follows the facts, a report is a copy."""

type Use = tuple[Address, bool] | float
"""The address of a number, and whether it enters as it is or as one minus it; or a number that nobody stated."""


def credences(case: Case) -> dict[str, float]:
    """P(hypothesis | all observations): prior times likelihood, over their sum; ZeroDivisionError if this is 0."""
    prior = {name: addresses(case).parameter(PriorOf(name)).meaning.mean for name in case.names}
    joint = {name: prior[name] * likelihood(case, name) for name in case.names}
    return {name: value / fsum(joint.values()) for name, value in joint.items()}


def likelihood(case: Case, hypothesis: str) -> float:
    """P(all observations | hypothesis); with `Ratios`, only in proportion."""
    return fsum(probability(case, [*uses(case, hypothesis, world)]) for world in worlds(case))


def worlds(case: Case) -> Iterator[World]:
    """Every world in which the directly observed items came out as observed."""
    ways: dict[PartAddress | Place, Sequence[Any]] = {}
    for item in case.evidence:
        ways[ItemPart(item.name)] = item.outcomes if item.observed is None else [item.observed]
        if error_address(case, item) is not None:
            ways[misread(item)] = [True, False]
        copies = [ReportPart(item.name, one.source) for one in item.reports if one.copied_from is not None]
        ways |= {copy: [True, False] for copy in copies}
    ways |= {SourcePart(source.name): [True, False] for source in case.sources if not source.errs_anew}
    ways |= {CommonCausePart(cause.name): [True, False] for cause in case.common_causes}
    return (dict(zip(ways, states, strict=True)) for states in product(*ways.values()))


def probability(case: Case, used: Sequence[Use | None]) -> float:
    """The mean of the product of all numbers used; 0 for an impossible world."""
    if None in used:
        return 0.0
    times = Counter(use for use in used if isinstance(use, tuple))
    known = prod(use for use in used if isinstance(use, float))
    numbers = {address: addresses(case).parameter(address).meaning for address, _ in times}
    return known * prod(moment(number, times[at, True], times[at, False]) for at, number in numbers.items())


def moment(number: Meaning, as_is: int, complement: int) -> float:
    """The mean of x^as_is (1 - x)^complement."""
    match number:
        case Point(x):
            return float(x**as_is * (1 - x) ** complement)
        case Beta(alpha, beta):
            shapes = [alpha + i for i in range(as_is)] + [beta + i for i in range(complement)]
            return prod(shape / (alpha + beta + i) for i, shape in enumerate(shapes))
        case Uniform(lower, upper):
            powers = [(as_is + k + 1, (-1) ** k * comb(complement, k)) for k in range(complement + 1)]
            ends = Fraction(lower), Fraction(upper)
            integral = sum(sign * (ends[1] ** n - ends[0] ** n) / n for n, sign in powers)
            return float(integral / (ends[1] - ends[0]))
        case LogNormal():  # a ratio is used once, and as it is
            return number.mean
        case _:
            assert_never(number)


def uses(case: Case, hypothesis: str, world: World) -> Iterator[Use | None]:
    """The numbers whose product is the probability of a world with all observations; None if that is impossible."""
    sources = {source.name: source for source in case.sources}
    for source in case.sources:
        if not source.errs_anew:
            yield ReliabilityOf(source.name, under(source.reliability, hypothesis)), world[SourcePart(source.name)]
    for cause in case.common_causes:
        yield CauseProbabilityOf(cause.name, under(cause.probability, hypothesis)), world[CommonCausePart(cause.name)]
    for item in case.evidence:
        error = error_address(case, item)
        if error is not None:
            yield error, world[misread(item)]
        if error is not None and world[misread(item)]:  # no outcome is likelier than another, whatever holds
            yield 1 / len(item.outcomes)
        elif not (isinstance(item.likelihood, Ratios) and hypothesis == item.likelihood.reference):
            yield of_item(item, case.causes.get(item.name), hypothesis, world)
        for report in item.reports:
            yield from of_report(item, report, sources[report.source], hypothesis, world)


def misread(item: Evidence) -> Place:
    """Stands for whether an item has been misunderstood."""
    return Place(ItemPart(item.name), "error")


def of_item(item: Evidence, cause: CommonCause | None, hypothesis: str, world: World) -> Use:
    """P(outcome of the item | hypothesis, outcomes of parents), or what its common cause states where that holds."""
    row: RowAddress | CausedLikelihoodOf
    if cause is not None and world[CommonCausePart(cause.name)]:
        row = CausedLikelihoodOf(cause.name, item.name, hypothesis)
    else:
        row = row_address(item, hypothesis, [world[ItemPart(parent)] for parent in item.given])
    outcome = world[ItemPart(item.name)]
    return (row, outcome) if item.is_binary else (row.member(outcome), True)


def of_report(item: Evidence, report: Report, source: Source, hypothesis: str, world: World) -> Iterator[Use | None]:
    """P(what the report says | item, source): it is a copy, or follows the facts, or does not."""
    if report.copied_from is not None:
        is_copy = world[ReportPart(item.name, source.name)]
        yield CopyProbabilityOf(item.name, source.name), is_copy
        if is_copy:
            original = next(other for other in item.reports if other.source == report.copied_from)
            yield from [] if original.says is report.says else [None]
            return
    fact = world[ItemPart(item.name)]
    if not source.errs_anew and world[SourcePart(source.name)]:
        yield from [] if report.says is fact else [None]
        return
    rate: Rate = ERROR_RATES[fact is not report.serves] if source.errs_anew else "if_unreliable"
    yield ErrorRateOf(source.name, rate, under(getattr(source, rate), hypothesis)), report.says is report.serves


def under(stated: Any, hypothesis: str) -> str | None:
    """The hypothesis that names a number where there is one for each; None where one stands for all."""
    return hypothesis if isinstance(stated, Mapping) else None
