"""The answer to any case by exact rational arithmetic, one world at a time.

A world says of everything that is hidden how it is: the outcome of every item, whether it has been misunderstood,
whether every common cause holds, whether every source is reliable, and whether every report that may be a copy is one.
Given a hypothesis its weight is the chance of all that together with everything that was observed, and the likelihood
of the hypothesis is the sum of the weights of all worlds.

Written from the definition of the model alone. It shares nothing with the engines but the declaration of a case, and
`distribution` and `ratio_distribution` for the parameters of `Between` and of ratios, which have no rational form.

What follows from the definition and is used here:

- One world uses an input at most once, except the rates at which sources err and an error that items share: its mean
  may be put in. A rate that is used m times as x and n times as 1-x enters as E[x^m (1-x)^n].
- Given the world, a posterior is the prior of the input tilted by x^m (1-x)^n; so the posterior of an input is a
  mixture of such tilted priors, weighted by `posterior_uses`. Two mixtures can be one distribution: an input of a
  hidden item that nothing hangs on is counted as used here, as x or as 1-x, which together change nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from graphlib import TopologicalSorter
from itertools import product
from math import comb, lcm, prod
from typing import Any, NamedTuple

import numpy as np

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import LogNormal
from attribution_bayes.declare.parts import CommonCause, Evidence, Report, Source
from attribution_bayes.declare.ways import (
    BaseRates,
    Beta,
    Between,
    Certain,
    Counts,
    Decibans,
    Dirichlet,
    Impossible,
    Nats,
    Odds,
    Point,
    Quantiles,
    RatioBetween,
    Ratios,
    Same,
    Uniform,
    Words,
    distribution,
    ratio_distribution,
)

type Outcome = bool | str
type Uses = tuple[int, int]
type Settled = tuple[bool, tuple[Outcome, ...], Outcome]  # whether its cause holds, outcomes of its parents, its own


# What a stated number means ------------------------------------------------------------------------------------------


def moment(stated: Any, m: int, n: int) -> Fraction:
    """E[x^m (1-x)^n] of a stated probability x."""
    match stated:
        case Impossible():
            return _point_moment(Fraction(0), m, n)
        case Certain():
            return _point_moment(Fraction(1), m, n)
        case Point(number=number):
            return _point_moment(Fraction(number), m, n)
        case Beta(alpha, beta):
            return _beta_moment(Fraction(alpha), Fraction(beta), m, n)
        case Counts(successes, trials):
            half = Fraction(1, 2)
            return _beta_moment(successes + half, trials - successes + half, m, n)
        case Quantiles():
            beta = distribution(stated)
            return _beta_moment(Fraction(beta.alpha), Fraction(beta.beta), m, n)
        case Between() if stated.lower < stated.upper:
            beta = distribution(stated)
            return _beta_moment(Fraction(beta.alpha), Fraction(beta.beta), m, n)
        case Uniform(lower, upper) if lower < upper:
            return _uniform_moment(Fraction(lower), Fraction(upper), m, n)
        case Words() if stated.range.lower < stated.range.upper:
            return _uniform_moment(Fraction(stated.range.lower), Fraction(stated.range.upper), m, n)
        case Words():
            return _point_moment(Fraction(stated.range.lower), m, n)
        case Between() | Uniform():
            return _point_moment(Fraction(stated.lower), m, n)
        case _:
            return _point_moment(Fraction(stated), m, n)


def _point_moment(x: Fraction, m: int, n: int) -> Fraction:
    return x**m * (1 - x) ** n


def _beta_moment(alpha: Fraction, beta: Fraction, m: int, n: int) -> Fraction:
    return _rising(alpha, m) * _rising(beta, n) / _rising(alpha + beta, m + n)


def _rising(x: Fraction, times: int) -> Fraction:
    """x (x+1) (x+2) ..., so many factors."""
    return prod((x + step for step in range(times)), start=Fraction(1))


def _uniform_moment(lower: Fraction, upper: Fraction, m: int, n: int) -> Fraction:
    """The integral of x^m (1-x)^n, term by term of the binomial, over the width."""
    terms = (
        (-1) ** k * comb(n, k) * (upper ** (m + k + 1) - lower ** (m + k + 1)) / Fraction(m + k + 1)
        for k in range(n + 1)
    )
    return sum(terms, start=Fraction(0)) / (upper - lower)


def is_uncertain(stated: Any) -> bool:
    """Whether a stated probability of two outcomes is a distribution rather than a number."""
    match stated:
        case Beta() | Counts() | Quantiles():
            return True
        case Between() | Uniform():
            return stated.lower < stated.upper
        case Words():
            return stated.range.lower < stated.range.upper
        case _:
            return False


def mean_prior(case: Case) -> dict[str, Fraction]:
    """E[prior] of every hypothesis, as stated: numbers that do not sum to exactly 1 stay as they are."""
    match case.prior:
        case Odds(weights=weights) | Dirichlet(alpha=weights):
            return _shares({name: Fraction(weights[name]) for name in case.names})
        case BaseRates(counts, pseudocount):
            return _shares({name: Fraction(counts[name]) + Fraction(pseudocount) for name in case.names})
        case numbers:
            return {name: moment(numbers[name], 1, 0) for name in case.names}


def _shares(weights: Mapping[Any, Fraction]) -> dict[Any, Fraction]:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def row_chance(row: Any, outcome: Outcome) -> Fraction:
    """E[probability of the outcome], by a row: one probability, one number for each outcome, or a Dirichlet."""
    match row:
        case Dirichlet(alpha):
            return _shares({name: Fraction(weight) for name, weight in alpha.items()})[outcome]
        case Mapping():
            return moment(row[outcome], 1, 0)
        case _:
            return moment(row, 1, 0) if outcome else moment(row, 0, 1)


def ratio_chance(stated: Ratios, hypothesis: str) -> Fraction:
    """What stands for the likelihood of an item stated as ratios, 1 under the reference.

    It is E[rho_h prod_j rho_j^(-1/2)] over the uncertain ratios rho_j, as a share of the same under the reference.
    """
    known = {name: number for name, number in stated.ratios.items() if not isinstance(number, RatioBetween | Words)}
    if hypothesis in known:
        number = known[hypothesis]
        return ratio_of(number)
    powers = {name: Fraction(-1, 2) + (name == hypothesis) for name in stated.ratios if name not in known}
    under_reference = dict.fromkeys(powers, Fraction(-1, 2))
    return Fraction(math.exp(_log_mean(stated, powers) - _log_mean(stated, under_reference)))


def ratio_of(stated: Any) -> Fraction:
    """A ratio stated as one number: itself, or by its logarithm."""
    match stated:
        case Decibans(number=number):
            return Fraction(math.exp(number * math.log(10) / 10))
        case Nats(number=number):
            return Fraction(math.exp(number))
        case Point(number=number):
            return Fraction(number)
        case _:
            return Fraction(stated)


def _log_mean(stated: Ratios, powers: Mapping[str, Fraction]) -> Fraction:
    """log E[prod_j rho_j^t_j], which of a log-normal is t mu + t^2 sigma^2 / 2."""
    meanings = {name: _log_parameters(stated.ratios[name]) for name in powers}
    return sum((t * meanings[name][0] + t**2 * meanings[name][1] ** 2 / 2 for name, t in powers.items()), Fraction(0))


def _log_parameters(ratio: Any) -> tuple[Fraction, Fraction]:
    """Mean and standard deviation of the logarithm; no width for a range of one point."""
    meaning = ratio_distribution(ratio)
    if isinstance(meaning, LogNormal):
        return Fraction(meaning.mu), Fraction(meaning.sigma)
    return Fraction(math.log(meaning.value)), Fraction(0)


def log_scale_of_ratios(case: Case, values: Mapping[str, Any]) -> Any:
    """Log of what the likelihoods of all hypotheses have in common at given uncertain ratios, by address.

    Scaled so that its mean over what was stated is 1: prod_j rho_j^(-1/2) / E[rho_j^(-1/2)].
    """
    total = 0.0
    for item in case.evidence:
        for name, ratio in item.likelihood.ratios.items() if isinstance(item.likelihood, Ratios) else ():
            meaning = ratio_distribution(ratio)
            if isinstance(meaning, LogNormal):
                rho = values[f"evidence.{item.name}.likelihood.{name}"]
                total = total - np.log(rho) / 2 + meaning.mu / 2 - meaning.sigma**2 / 8
    return total


# Worlds --------------------------------------------------------------------------------------------------------------


class World(NamedTuple):
    """One way in which everything hidden can be, under one hypothesis.

    `weight` is the chance of it all and of all observations, in units of one over the worlds' common denominator.
    """

    hypothesis: str
    weight: int
    reliable: dict[str, bool]  # source with a reliability -> whether its reports follow the facts
    holds: dict[str, bool]  # common cause -> whether it holds
    outcomes: dict[str, Outcome]  # item -> its outcome
    misunderstood: dict[str, bool]  # item with an error, its own or that of the case -> whether it happened
    copied: dict[tuple[str, str], bool]  # (item, source) -> whether that report is a copy
    inventions: tuple[tuple[str, str, bool], ...]  # (source, rate, as x) for reports that chance made


@dataclass(frozen=True)
class Chances:
    """Every chance that a world under one hypothesis can hang on, as a whole number of shares.

    A world uses one chance out of each table. All chances of a table have one denominator, so all worlds have one too.
    """

    reliable: dict[str, dict[bool, int]]
    holds: dict[str, dict[bool, int]]
    outcome: dict[str, dict[Settled | None, int]]  # None: it has been misunderstood
    misunderstood: dict[str, dict[bool, int]]  # only items with an error of their own
    error: dict[Uses, int]  # by how many of the items that share the error of the case were misunderstood, and were not
    copied: dict[tuple[str, str], dict[bool, int]]
    invented: dict[tuple[str, str], dict[Uses, int]]
    denominator: int


def chances(case: Case, hypothesis: str) -> Chances:
    denominators = []

    def whole[Key](table: dict[Key, Fraction]) -> dict[Key, int]:
        denominators.append(lcm(*(chance.denominator for chance in table.values())))
        return {key: int(chance * denominators[-1]) for key, chance in table.items()}

    return Chances(
        reliable={
            source.name: whole(_yes_and_no(stated_rate(source, "reliability", hypothesis)))
            for source in case.sources
            if _is_mood(source)
        },
        holds={
            cause.name: whole(_yes_and_no(_of_hypothesis(cause.probability, hypothesis)))
            for cause in case.common_causes
        },
        outcome={item.name: whole(_outcome_chances(case, item, hypothesis)) for item in case.evidence},
        misunderstood={item.name: whole(_yes_and_no(item.error)) for item in case.evidence if item.error is not None},
        error=whole(_shared_error_chances(case)),
        copied={
            (item.name, report.source): whole(_yes_and_no(report.copy_probability))
            for item in case.evidence
            for report in item.reports
            if report.copied_from is not None
        },
        invented={
            (source.name, rate): whole(_invention_chances(case, source, rate, hypothesis))
            for source in case.sources
            for rate in rates_of(source)
        },
        denominator=prod(denominators),
    )


def _yes_and_no(stated: Any) -> dict[bool, Fraction]:
    return {True: moment(stated, 1, 0), False: moment(stated, 0, 1)}


def error_of(case: Case, item: Evidence) -> Any:
    """The probability that the item has been misunderstood, as stated; None if it cannot be."""
    if isinstance(item.likelihood, Ratios):
        return None
    return case.error if item.error is None else item.error


def shares_error(case: Case) -> list[str]:
    """Items whose error is that of the case, one and the same number for all."""
    return [item.name for item in case.evidence if item.error is None and error_of(case, item) is not None]


def _shared_error_chances(case: Case) -> dict[Uses, Fraction]:
    count = len(shares_error(case))
    return {(m, count - m): moment(case.error, m, count - m) if count else Fraction(1) for m in range(count + 1)}


def _outcome_chances(case: Case, item: Evidence, hypothesis: str) -> dict[Settled | None, Fraction]:
    """By whether the item's cause holds, by the parents' outcomes, and by the item's own; or if it is misunderstood."""
    if isinstance(item.likelihood, Ratios):
        return {(False, (), True): ratio_chance(item.likelihood, hypothesis)}
    items, cause = {other.name: other for other in case.evidence}, cause_of(case, item)
    found: dict[Settled | None, Fraction] = {None: Fraction(1, len(item.outcomes))}
    for parents in product(*(possible_outcomes(items[parent]) for parent in item.given)):
        for outcome in possible_outcomes(item):
            found[False, parents, outcome] = row_chance(row_of(item, hypothesis, parents), outcome)
            if cause is not None:  # its row takes the place of the item's own, whatever came of the parents
                found[True, parents, outcome] = row_chance(cause.likelihood[item.name][hypothesis], outcome)
    return found


def cause_of(case: Case, item: Evidence) -> CommonCause | None:
    return next((cause for cause in case.common_causes if item.name in cause.likelihood), None)


def _of_hypothesis(stated: Any, hypothesis: str) -> Any:
    return stated[hypothesis] if isinstance(stated, Mapping) else stated


def row_of(item: Evidence, hypothesis: str, parents: tuple[Outcome, ...]) -> Any:
    row = item.likelihood.row if isinstance(item.likelihood, Same) else item.likelihood[hypothesis]
    for outcome in parents:
        row = row[outcome]
    return row


def possible_outcomes(item: Evidence) -> tuple[Outcome, ...]:
    return item.outcomes if item.observed is None else (item.observed,)


def _is_mood(source: Source) -> bool:
    """Whether one state decides all its reports, rather than chance each of them."""
    return source.reliability is not None


def rates_of(source: Source) -> tuple[str, ...]:
    return ("if_unreliable",) if _is_mood(source) else ("says_true_if_true", "says_true_if_false")


def _invention_chances(case: Case, source: Source, rate: str, hypothesis: str) -> dict[Uses, Fraction]:
    """By how many statements the rate speaks for that the source has made, and how many it speaks against."""
    stated = stated_rate(source, rate, hypothesis)
    made = [report for item in case.evidence for report in item.reports if report.source == source.name]
    serving = [report.says == report.serves for report in made]
    return {
        (m, n): moment(stated, m, n) for m in range(serving.count(True) + 1) for n in range(serving.count(False) + 1)
    }


def stated_rate(source: Source, rate: str, hypothesis: str) -> Any:
    return _of_hypothesis(getattr(source, rate), hypothesis)


def worlds(case: Case, hypothesis: str) -> tuple[Iterator[World], int]:
    """All worlds under a hypothesis whose weight is not zero, and the denominator of their weights."""
    table = chances(case, hypothesis)
    return _worlds(case, hypothesis, table), table.denominator


def _worlds(case: Case, hypothesis: str, table: Chances) -> Iterator[World]:
    items = parents_first(case)
    behind = {item.name: cause.name for item in items if (cause := cause_of(case, item)) is not None}
    shared, has_error = shares_error(case), {item.name for item in items if error_of(case, item) is not None}
    moods = assignments([source.name for source in case.sources if _is_mood(source)])
    for reliable, holds in product(moods, [*assignments([cause.name for cause in case.common_causes])]):
        weight = prod(table.reliable[source][state] for source, state in reliable.items())
        weight *= prod(table.holds[cause][state] for cause, state in holds.items())
        started = World(hypothesis, weight, reliable, holds, outcomes={}, misunderstood={}, copied={}, inventions=())
        for world in _with_items(started, items, behind, has_error, table):
            weight = world.weight * prod(shares[_uses(world, *rate)] for rate, shares in table.invented.items())
            weight *= table.error[_error_uses(world, shared)]
            if weight:
                yield world._replace(weight=weight)


def _with_items(
    world: World, items: list[Evidence], behind: Mapping[str, str], has_error: set[str], table: Chances
) -> Iterator[World]:
    """Every way to go on from a world in which none of these items is settled, but all others are."""
    if not world.weight:
        return
    if not items:
        yield world
        return
    item, *later = items
    parents, caused = tuple(world.outcomes[parent] for parent in item.given), _is_caused(world, behind.get(item.name))
    for misread, outcome in product((False, True)[: 1 + (item.name in has_error)], possible_outcomes(item)):
        weight = world.weight * table.outcome[item.name][None if misread else (caused, parents, outcome)]
        weight *= table.misunderstood[item.name][misread] if item.name in table.misunderstood else 1
        settled = world._replace(weight=weight, outcomes={**world.outcomes, item.name: outcome})
        if item.name in has_error:
            settled = settled._replace(misunderstood={**world.misunderstood, item.name: misread})
        for reported in _with_reports(settled, item, table):
            yield from _with_items(reported, later, behind, has_error, table)


def _is_caused(world: World, cause: str | None) -> bool:
    return cause is not None and world.holds[cause]


def _with_reports(world: World, item: Evidence, table: Chances) -> Iterator[World]:
    """Every way in which the reports of an item can have come about, now that its outcome is settled."""
    said = {report.source: report.says for report in item.reports}
    for copied in assignments([report.source for report in item.reports if report.copied_from is not None]):
        made = [report for report in item.reports if not copied.get(report.source, False)]
        if all(_agrees(report, said, copied) for report in item.reports) and all(
            report.says == world.outcomes[item.name] for report in made if world.reliable.get(report.source, False)
        ):
            switches = {(item.name, source): switch for source, switch in copied.items()}
            yield world._replace(
                weight=world.weight * prod(table.copied[report][switch] for report, switch in switches.items()),
                copied={**world.copied, **switches},
                inventions=world.inventions
                + tuple(_invention(world, item, report) for report in made if not world.reliable.get(report.source)),
            )


def _invention(world: World, item: Evidence, report: Report) -> tuple[str, str, bool]:
    """Which rate decides what an original report says, and whether it speaks for that.

    The rate of an unreliable source is that of what serves it. Of a source that errs anew, the rates are of saying
    True; where False serves it they are of saying False, and what is true and what is false have changed places.
    """
    speaks_for = report.says == report.serves
    if report.source in world.reliable:
        return report.source, "if_unreliable", speaks_for
    as_it_serves = world.outcomes[item.name] == report.serves
    return report.source, "says_true_if_true" if as_it_serves else "says_true_if_false", speaks_for


def _uses(world: World, source: str, rate: str) -> Uses:
    return world.inventions.count((source, rate, True)), world.inventions.count((source, rate, False))


def _error_uses(world: World, shared: list[str]) -> Uses:
    happened = [world.misunderstood[item] for item in shared]
    return happened.count(True), happened.count(False)


def _agrees(report: Report, said: dict[str, bool], copied: dict[str, bool]) -> bool:
    """A copy says what the report says that it is copied from."""
    return not copied.get(report.source, False) or report.says == said[report.copied_from]


def parents_first(case: Case) -> list[Evidence]:
    items = {item.name: item for item in case.evidence}
    order = TopologicalSorter({name: item.given for name, item in items.items()}).static_order()
    return [items[name] for name in order]


def assignments(names: list[str]) -> Iterator[dict[str, bool]]:
    for values in product((True, False), repeat=len(names)):
        yield dict(zip(names, values, strict=True))


def world_bound(case: Case) -> int:
    """At least as many as the worlds of a case, over all hypotheses: what `brute_force` may have to go through."""
    outcomes = prod(len(possible_outcomes(item)) for item in case.evidence)
    switches = sum(report.copied_from is not None for item in case.evidence for report in item.reports)
    switches += sum(error_of(case, item) is not None for item in case.evidence)
    return len(case.names) * outcomes * 2 ** (len(case.sources) + len(case.common_causes) + switches)


# Answers -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """Exact answers.

    Attributes
    ----------
    likelihood
        P(all observations | hypothesis), uncertain inputs integrated out. With `Ratios` known up to a common factor.
    evidence
        Sum of prior times likelihood, prior as stated.
    credence
        P(hypothesis | all observations). Sums to exactly 1.
    """

    likelihood: dict[str, Fraction]
    evidence: Fraction
    credence: dict[str, Fraction]


def brute_force(case: Case) -> Verdict:
    """Weigh a case by adding up all its worlds.

    Raises
    ------
    ZeroDivisionError
        If every hypothesis contradicts the observations, or is excluded by the prior.
    """
    prior = mean_prior(case)
    likelihood = {}
    for name in case.names:
        found, denominator = worlds(case, name)
        likelihood[name] = Fraction(sum(world.weight for world in found), denominator)
    evidence = sum((prior[name] * likelihood[name] for name in case.names), start=Fraction(0))
    return Verdict(likelihood, evidence, {name: prior[name] * likelihood[name] / evidence for name in case.names})


def posterior_uses(case: Case) -> dict[str, dict[Uses, Fraction]]:
    """By address of every uncertain probability: the posterior of having been used m times as x and n times as 1-x.

    Ratios and Dirichlet rows are not among them. The posterior of a ratio x follows from the credences: its log-normal
    tilted by x^(1/2) under its hypothesis, by x^(-1/2) otherwise. For the rows see `posterior_row_uses`.
    """
    found = _posterior_of(case, lambda world: _scalar_uses(case, world))
    return {address: _with_remainder(found[address], (0, 0)) for address in uncertain_inputs(case)}


def posterior_row_uses(case: Case) -> dict[str, dict[Outcome | None, Fraction]]:
    """By address of every Dirichlet row: the posterior of each outcome drawn from it, and of not being used (None)."""
    found = _posterior_of(case, lambda world: _row_uses(case, world))
    return {address: _with_remainder(found[address], None) for address in dirichlet_rows(case)}


def posterior_means(case: Case) -> dict[str, Fraction]:
    """By address of every uncertain probability x, E[x | all observations]."""
    inputs = uncertain_inputs(case)
    return {
        address: sum(
            (
                chance * moment(inputs[address], m + 1, n) / moment(inputs[address], m, n)
                for (m, n), chance in uses.items()
            ),
            start=Fraction(0),
        )
        for address, uses in posterior_uses(case).items()
    }


def _posterior_of[Use: Hashable](
    case: Case, used: Callable[[World], Iterator[tuple[str, Use]]]
) -> defaultdict[str, dict[Use, Fraction]]:
    """By address, the posterior of every use in the worlds that use it."""
    prior = mean_prior(case)
    evidence = Fraction(0)
    joint: defaultdict[str, defaultdict[Use, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for name in case.names:
        shares: defaultdict[tuple[str, Use], int] = defaultdict(int)
        total = 0
        found, denominator = worlds(case, name)
        for world in found:
            total += world.weight
            for address_and_use in used(world):
                shares[address_and_use] += world.weight
        evidence += prior[name] * Fraction(total, denominator)
        for (address, use), share in shares.items():
            joint[address][use] += prior[name] * Fraction(share, denominator)
    per_evidence = 1 / evidence
    return defaultdict(
        dict, {address: {use: p * per_evidence for use, p in uses.items() if p} for address, uses in joint.items()}
    )


def _with_remainder[Use](uses: dict[Use, Fraction], unused: Use) -> dict[Use, Fraction]:
    """With the worlds that do not mention the input counted as not using it."""
    rest = 1 - sum(uses.values())
    return {**uses, unused: uses.get(unused, Fraction(0)) + rest} if rest else uses


def _scalar_uses(case: Case, world: World) -> Iterator[tuple[str, Uses]]:
    for item in case.evidence:
        if item.error is not None:
            yield f"evidence.{item.name}.error", _once(world.misunderstood[item.name])
        if _is_understood(item, world) and item.is_binary and not isinstance(item.likelihood, Ratios):
            yield _row_address(case, item, world), _once(world.outcomes[item.name])
    if case.error is not None:
        yield "error", _error_uses(world, shares_error(case))
    for cause in case.common_causes:
        yield _cause_address(cause, world.hypothesis), _once(world.holds[cause.name])
    for source in case.sources:
        if _is_mood(source):
            yield _rate_address(source, "reliability", world.hypothesis), _once(world.reliable[source.name])
        for rate in rates_of(source):
            yield _rate_address(source, rate, world.hypothesis), _uses(world, source.name, rate)
    for (item_name, speaker), switch in world.copied.items():
        yield f"evidence.{item_name}.reports.{speaker}.copy_probability", _once(switch)


def _is_understood(item: Evidence, world: World) -> bool:
    return not world.misunderstood.get(item.name, False)


def _once(value: Outcome) -> Uses:
    return (1, 0) if value else (0, 1)


def _row_uses(case: Case, world: World) -> Iterator[tuple[str, Outcome]]:
    for item in case.evidence:
        if not item.is_binary and _is_understood(item, world):
            yield _row_address(case, item, world), world.outcomes[item.name]


def _row_address(case: Case, item: Evidence, world: World) -> str:
    cause = cause_of(case, item)
    if cause is not None and world.holds[cause.name]:
        return f"common_cause.{cause.name}.likelihood.{item.name}.{world.hypothesis}"
    parents = (str(world.outcomes[parent]) for parent in item.given)
    return ".".join(("evidence", item.name, "likelihood", *_under(item, world.hypothesis), *parents))


def _under(item: Evidence, hypothesis: str) -> tuple[str, ...]:
    """The hypothesis, unless all share the row of the item."""
    return () if isinstance(item.likelihood, Same) else (hypothesis,)


def _rate_address(source: Source, rate: str, hypothesis: str) -> str:
    stated = getattr(source, rate)
    return f"source.{source.name}.{rate}" + (f".{hypothesis}" if isinstance(stated, Mapping) else "")


def _cause_address(cause: CommonCause, hypothesis: str) -> str:
    under = f".{hypothesis}" if isinstance(cause.probability, Mapping) else ""
    return f"common_cause.{cause.name}.probability{under}"


def uncertain_inputs(case: Case) -> dict[str, Any]:
    """Every probability of two outcomes that is a distribution, by address."""
    stated = {address: row for address, row in _rows(case) if not isinstance(row, Dirichlet)}
    stated |= {"error": case.error} | {f"evidence.{item.name}.error": item.error for item in case.evidence}
    for source in case.sources:
        for name, rate in product(case.names, ("reliability", *rates_of(source))):
            stated[_rate_address(source, rate, name)] = stated_rate(source, rate, name)
    for item in case.evidence:
        for report in item.reports:
            stated[f"evidence.{item.name}.reports.{report.source}.copy_probability"] = report.copy_probability
    for cause, name in product(case.common_causes, case.names):
        stated[_cause_address(cause, name)] = _of_hypothesis(cause.probability, name)
    return {address: value for address, value in stated.items() if is_uncertain(value)}


def dirichlet_rows(case: Case) -> dict[str, Dirichlet]:
    """Every Dirichlet row, by address."""
    return {address: row for address, row in _rows(case) if isinstance(row, Dirichlet)}


def _rows(case: Case) -> Iterator[tuple[str, Any]]:
    items = {item.name: item for item in case.evidence}
    for item in case.evidence:
        if not isinstance(item.likelihood, Ratios):
            for name, *parents in product(case.names, *(items[parent].outcomes for parent in item.given)):
                address = ".".join(("evidence", item.name, "likelihood", *_under(item, name), *map(str, parents)))
                yield address, row_of(item, name, tuple(parents))
    for cause in case.common_causes:
        for item, name in product(cause.likelihood, case.names):
            yield f"common_cause.{cause.name}.likelihood.{item}.{name}", cause.likelihood[item][name]
