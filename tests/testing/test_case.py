"""The strategies make every kind of valid case and nothing else; `assert_coherent` refuses what no posterior can be."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from attribution_bayes import testing
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import LogNormal
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report
from attribution_bayes.declare.ways import (
    PROBABILITIES,
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
    RatioBetween,
    Ratios,
    Same,
    Uniform,
    Words,
    distribution,
    probability_problem,
    ratio_distribution,
)
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.testing import assert_coherent, cases, priors, probabilities
from attribution_bayes.testing.case import MAX_WORLDS
from attribution_bayes.testing.parts import MAX_EXTRA_ROWS
from repeatable import REPEATABLE

GENERATING = settings(REPEATABLE, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])


def sample[T](strategy: st.SearchStrategy[T], size: int) -> list[T]:
    """The same examples each time."""
    drawn: list[T] = []

    @settings(GENERATING, max_examples=size)
    @given(strategy)
    def collect(example: T) -> None:
        drawn.append(example)

    collect()
    return drawn


# What a case can have ------------------------------------------------------------------------------------------------


def by_name(case: Case) -> dict[str, Evidence]:
    return {item.name: item for item in case.evidence}


def is_hidden(item: Evidence) -> bool:
    return item.observed is None and not item.reports


def children(case: Case, item: Evidence) -> list[Evidence]:
    return [other for other in case.evidence if item.name in other.given]


def bears_on_something(case: Case, item: Evidence) -> bool:
    """Whether an item or one that descends from it was observed or reported."""
    return not is_hidden(item) or any(bears_on_something(case, child) for child in children(case, item))


def parents(case: Case) -> list[Evidence]:
    return [by_name(case)[name] for item in case.evidence for name in item.given]


def leaves(stated: Any) -> Iterator[Any]:
    """Everything that is stated in a likelihood, a prior or a source, at any depth."""
    match stated:
        case Same(row):
            yield from leaves(row)
        case Ratios(ratios=entries) | (Mapping() as entries):
            for entry in entries.values():
                yield from leaves(entry)
        case _:
            yield stated


def stated(case: Case) -> list[Any]:
    """Every number or distribution that a case states, ratios and the prior among them."""
    reports = [report for item in case.evidence for report in item.reports if report.copied_from is not None]
    return [
        *leaves(case.prior),
        *(leaf for item in case.evidence for leaf in leaves(item.likelihood)),
        *errors(case),
        *(
            leaf
            for one in case.common_causes
            for stated in (one.probability, one.likelihood)
            for leaf in leaves(stated)
        ),
        *(leaf for source in case.sources if not source.errs_anew for leaf in leaves(source.reliability)),
        *(leaf for source in case.sources for rate in source.rates for leaf in leaves(getattr(source, rate))),
        *(report.copy_probability for report in reports),
    ]


def errors(case: Case) -> list[Any]:
    """What is stated of how likely items are to have been misunderstood."""
    return [part.error for part in (case, *case.evidence) if part.error is not None]


def states(*ways: type) -> Callable[[Case], bool]:
    return lambda case: any(isinstance(leaf, ways) for leaf in stated(case))


def ratios_with(way: type) -> Callable[[Case], bool]:
    return lambda case: any(
        isinstance(ratio, way)
        for item in case.evidence
        if isinstance(item.likelihood, Ratios)
        for ratio in item.likelihood.ratios.values()
    )


def uncertain_ratios(stated: Ratios) -> int:
    return sum(isinstance(ratio_distribution(ratio), LogNormal) for ratio in stated.ratios.values())


def origins(item: Evidence) -> dict[str, str | None]:
    return {report.source: report.copied_from for report in item.reports}


def reported_items(case: Case, source: str) -> list[Evidence]:
    return [item for item in case.evidence if source in origins(item)]


def is_listed_before_a_parent(case: Case, item: Evidence) -> bool:
    names = [other.name for other in case.evidence]
    return any(names.index(parent) > names.index(item.name) for parent in item.given)


def excluded(case: Case) -> set[str]:
    """Hypotheses that the prior or one observed item without parents rules out."""
    gone = {
        name
        for name in case.names
        if isinstance(case.prior, Mapping) and case.prior[name] == Impossible("it cannot be")
    }
    for item in case.evidence:
        if item.is_binary and item.observed is not None and not item.given and not isinstance(item.likelihood, Ratios):
            other = Impossible if item.observed else Certain
            gone |= {name for name in case.names if isinstance(item.row(name), other)}
    return gone


def some_item(holds: Callable[[Evidence], bool]) -> Callable[[Case], bool]:
    return lambda case: any(holds(item) for item in case.evidence)


def some_item_of(holds: Callable[[Case, Evidence], bool]) -> Callable[[Case], bool]:
    return lambda case: any(holds(case, item) for item in case.evidence)


def rates_of_sources(for_each: bool, *, errs_anew: bool) -> Callable[[Case], bool]:
    return lambda case: any(
        isinstance(getattr(source, rate), Mapping) is for_each
        for source in case.sources
        if source.errs_anew is errs_anew
        for rate in source.rates
    )


def some_report(holds: Callable[[Report], bool]) -> Callable[[Case], bool]:
    return lambda case: any(holds(report) for item in case.evidence for report in item.reports)


PARTS: dict[str, Callable[[Case], bool]] = {
    "a reliability for each hypothesis": lambda case: any(isinstance(one.reliability, Mapping) for one in case.sources),
    "no evidence": lambda case: not case.evidence,
    "six hypotheses": lambda case: len(case.names) == 6,
    "two hypotheses": lambda case: len(case.names) == 2,
    "eight items or more": lambda case: len(case.evidence) >= 8,
    "an observed True": some_item(lambda item: item.observed is True),
    "an observed False": some_item(lambda item: item.observed is False),
    "a second named outcome observed": some_item(lambda item: item.observed == "o1"),
    "two named outcomes": some_item(lambda item: item.outcomes == ("o0", "o1")),
    "three named outcomes": some_item(lambda item: len(item.outcomes) == 3),
    "four named outcomes": some_item(lambda item: len(item.outcomes) == 4),
    "one parent": some_item(lambda item: len(item.given) == 1),
    "three parents": some_item(lambda item: len(item.given) == 3),
    "an observed parent": lambda case: any(parent.observed is not None for parent in parents(case)),
    "a hidden parent": lambda case: any(is_hidden(parent) for parent in parents(case)),
    "a reported parent": lambda case: any(parent.reports for parent in parents(case)),
    "a reported child": some_item(lambda item: bool(item.given and item.reports)),
    "a parent with named outcomes": lambda case: any(not parent.is_binary for parent in parents(case)),
    "a grandparent": lambda case: any(parent.given for parent in parents(case)),
    "parents that are not in order": some_item(lambda item: list(item.given) != sorted(item.given)),
    "a child listed before its parent": some_item_of(is_listed_before_a_parent),
    "a hidden item with observed descendants": some_item_of(lambda c, i: is_hidden(i) and bears_on_something(c, i)),
    "a hidden item without observed descendants": some_item_of(lambda c, i: not bears_on_something(c, i)),
    "a hidden item with named outcomes": some_item(lambda item: is_hidden(item) and not item.is_binary),
    "one report": some_item(lambda item: len(item.reports) == 1),
    "three sources on one item": some_item(lambda item: len(item.reports) == 3),
    "sources in conflict": some_item(lambda item: len({report.says for report in item.reports}) == 2),
    "a source with several items": lambda case: any(len(reported_items(case, s.name)) > 1 for s in case.sources),
    "a source without items": lambda case: any(not reported_items(case, s.name) for s in case.sources),
    "one if_unreliable": rates_of_sources(False, errs_anew=False),
    "if_unreliable for each": rates_of_sources(True, errs_anew=False),
    "one error rate": rates_of_sources(False, errs_anew=True),
    "an error rate for each": rates_of_sources(True, errs_anew=True),
    "an instrument with several reports": lambda case: any(
        s.instrument and len(reported_items(case, s.name)) > 1 for s in case.sources
    ),
    "what serves a source is not stated": some_report(lambda report: not report.states_interest),
    "what serves a source, stated as it is taken": some_report(lambda r: r.states_interest and r.serves),
    "a denial that serves": some_report(lambda report: not report.says and not report.serves),
    "an assertion that does not serve": some_report(lambda report: report.says and not report.serves),
    "a copy": some_item(lambda item: any(origins(item).values())),
    "a copy of a copy": some_item(lambda item: any(origins(item).get(o or "") for o in origins(item).values())),
    "a copy listed before its original": some_item(
        lambda item: any(origin in list(origins(item))[place:] for place, origin in enumerate(origins(item).values()))
    ),
    "ratios as numbers": ratios_with(float),
    "ratios in decibans": ratios_with(Decibans),
    "ratios in nats": ratios_with(Nats),
    "ratios as ranges": ratios_with(RatioBetween),
    "ratios as words": ratios_with(Words),
    "several ranges of ratios": some_item(
        lambda item: isinstance(item.likelihood, Ratios) and uncertain_ratios(item.likelihood) > 1
    ),
    "ratios to a hypothesis that is not the first": some_item(
        lambda item: isinstance(item.likelihood, Ratios) and item.likelihood.reference != "h0"
    ),
    "numbers": states(float),
    "Beta": states(Beta),
    "Between": states(Between),
    "Uniform": states(Uniform),
    "Counts": states(Counts),
    "Words": states(Words),
    "a Dirichlet row": lambda case: any(
        isinstance(leaf, Dirichlet) for item in case.evidence for leaf in leaves(item.likelihood)
    ),
    "a Dirichlet row with parents": some_item(
        lambda item: bool(item.given) and any(isinstance(leaf, Dirichlet) for leaf in leaves(item.likelihood))
    ),
    "Impossible": states(Impossible),
    "Certain": states(Certain),
    "an impossible named outcome": some_item(
        lambda item: not item.is_binary and any(isinstance(leaf, Impossible) for leaf in leaves(item.likelihood))
    ),
    "a prior of numbers": lambda case: isinstance(case.prior, Mapping),
    "a prior with an exclusion": lambda case: any(isinstance(leaf, Impossible) for leaf in leaves(case.prior)),
    "prior odds": lambda case: isinstance(case.prior, Odds),
    "a Dirichlet prior": lambda case: isinstance(case.prior, Dirichlet),
    "a prior of base rates": lambda case: isinstance(case.prior, BaseRates),
    "the same row under all": some_item(lambda item: isinstance(item.likelihood, Same)),
    "the same table under all": some_item(lambda item: isinstance(item.likelihood, Same) and bool(item.given)),
    "an error of the case": lambda case: case.error is not None,
    "an error of an item": some_item(lambda item: item.error is not None),
    "a common cause of several items": lambda case: any(len(cause.likelihood) > 1 for cause in case.common_causes),
    "two common causes": lambda case: len(case.common_causes) == 2,
    "a cause with one probability": lambda case: any(
        not isinstance(c.probability, Mapping) for c in case.common_causes
    ),
    "a cause with one for each": lambda case: any(isinstance(c.probability, Mapping) for c in case.common_causes),
    "a catch-all": lambda case: case.has_catch_all,
    "no catch-all": lambda case: not case.has_catch_all,
    "a basis of the prior": lambda case: bool(case.prior_basis),
    "a citation": some_item(lambda item: item.citation is not None),
    "a date": some_item(lambda item: item.date is not None),
}

SWITCHES: dict[str, Callable[[Case], bool]] = {
    "uncertain": states(Beta, Between, Uniform, Counts, Words, Dirichlet, BaseRates, RatioBetween),
    "exclusions": states(Impossible, Certain),
    "named_outcomes": some_item(lambda item: not item.is_binary),
    "parents": some_item(lambda item: bool(item.given)),
    "hidden": some_item(is_hidden),
    "reports": lambda case: bool(case.sources) or any(item.reports for item in case.evidence),
    "copies": PARTS["a copy"],
    "ratios": some_item(lambda item: isinstance(item.likelihood, Ratios)),
    "same": PARTS["the same row under all"],
    "errors": lambda case: bool(errors(case)),
    "common_causes": lambda case: bool(case.common_causes),
    "catch_all": PARTS["a catch-all"],
}


def worlds(case: Case) -> int:
    """Joint states of everything that nobody observed, of common causes, and of who is reliable and who copied."""
    latent = [len(item.outcomes) for item in case.evidence if item.observed is None]
    copies = [origin for item in case.evidence for origin in origins(item).values() if origin is not None]
    return math.prod(latent) * 2 ** (len(case.sources) + len(copies) + len(case.common_causes))


def extra_rows(case: Case) -> int:
    """Rows of all tables, beyond one for each item and hypothesis."""
    tables = [math.prod(len(by_name(case)[name].outcomes) for name in item.given) for item in case.evidence]
    return len(case.names) * (sum(tables) - len(tables))


@pytest.fixture(scope="module")
def many() -> list[Case]:
    """Cases of every kind, and small ones in which sources have much to say."""
    sources = cases(max_hypotheses=3, max_items=4, named_outcomes=False, hidden=False, ratios=False, uncertain=False)
    return [*sample(cases(), 300), *sample(sources, 800)]


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_cases_is_reached(part: str, many: list[Case]) -> None:
    """Among 1100 cases, which are valid because `Case` took them, some have the part and some do not."""
    having = sum(PARTS[part](case) for case in many)
    assert 0 < having < len(many)


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_switch_removes_its_part(switch: str, many: list[Case]) -> None:
    """With a switch off no case has the part; with it on some do."""
    assert any(SWITCHES[switch](case) for case in many)
    without = sample(cases(**{switch: False}, max_hypotheses=3, max_items=5), 40)
    assert not any(SWITCHES[switch](case) for case in without)


def test_all_switches_off_leave_plain_numbers() -> None:
    """Without optional parts, a case has a prior in numbers or odds, and observed items with a number each."""
    off = dict.fromkeys(SWITCHES, False)
    for case in sample(cases(**off, max_items=4), 50):
        assert isinstance(case.prior, Mapping | Odds)
        assert all(isinstance(leaf, float) for leaf in stated(case) if leaf is not case.prior)


def test_a_catch_all_can_be_asked_for() -> None:
    """With `catch_all=True` exactly one hypothesis of every case is the catch-all, and not always the same."""
    marked = [
        [h.name for h in case.hypotheses if h.catch_all] for case in sample(cases(catch_all=True, max_items=1), 60)
    ]
    assert all(len(names) == 1 for names in marked)
    assert len({names[0] for names in marked}) > 1


def test_the_hidden_worlds_are_bounded(many: list[Case]) -> None:
    """No case has more joint hidden states than asked for, and some come near it."""
    assert 256 <= max(worlds(case) for case in many) <= MAX_WORLDS == 512
    assert 3 <= max(worlds(case) for case in sample(cases(max_worlds=5, max_hypotheses=3, max_items=4), 100)) <= 5


def test_one_world_leaves_nothing_hidden() -> None:
    """With one world, no item is hidden or reported, and there are no sources."""
    for case in sample(cases(max_worlds=1, max_hypotheses=3), 50):
        assert not case.sources
        assert all(item.observed is not None for item in case.evidence)


def test_the_size_is_within_what_was_asked_for() -> None:
    """The numbers of hypotheses and items keep to their limits and reach them."""
    made = sample(cases(min_hypotheses=3, max_hypotheses=5, max_items=3, parents=False, reports=False), 200)
    sizes = [(len(case.names), len(case.evidence)) for case in made]
    assert {hypotheses for hypotheses, _ in sizes} == {3, 4, 5}
    assert {items for _, items in sizes} == {0, 1, 2, 3}


def test_large_cases_have_small_tables() -> None:
    """However many hypotheses and items there are, parents add no more rows than Hypothesis can choose."""
    off = dict.fromkeys(("uncertain", "exclusions", "named_outcomes", "hidden", "reports", "ratios"), False)
    made = sample(cases(**off, min_hypotheses=12, max_hypotheses=12, max_items=30), 40)
    assert 200 < max(extra_rows(case) for case in made) <= MAX_EXTRA_ROWS == 400


def test_names_are_in_no_particular_order(many: list[Case]) -> None:
    """Neither the order of listing nor of names says which item is the parent."""
    pairs = [(parent, item.name) for case in many for item in case.evidence for parent in item.given]
    assert {parent < child for parent, child in pairs} == {True, False}


@pytest.mark.parametrize(("hypotheses", "worlds"), [(1, 512), (2, 0)])
def test_impossible_sizes_are_refused(hypotheses: int, worlds: int) -> None:
    """A case with one hypothesis, or without a world, is refused when the strategy is made."""
    with pytest.raises(InvalidArgument, match="at least 2 hypotheses and 1 world"):
        cases(min_hypotheses=hypotheses, max_worlds=worlds)


def test_a_case_may_be_contradictory() -> None:
    """With exclusions, a case may rule out every hypothesis."""
    off = dict.fromkeys(("uncertain", "parents", "reports", "hidden", "errors", "common_causes"), False)
    plain = cases(**off, max_hypotheses=2, max_items=8)
    patient = settings(GENERATING, max_examples=3000)
    found = find(plain, lambda case: excluded(case) == set(case.names), settings=patient)
    assert found.names == ("h0", "h1")


def test_failing_cases_shrink() -> None:
    """The simplest case with a copied report has two even hypotheses, one item, two sources and plain halves."""
    found = find(
        cases(max_hypotheses=2, max_items=2),
        PARTS["a copy"],
        settings=settings(REPEATABLE, max_examples=1000),
    )
    assert found.names == ("h0", "h1")
    assert [item.name for item in found.evidence] == ["e0"]
    assert [source.name for source in found.sources] == list(origins(found.evidence[0]))
    assert {value for value in stated(found) if isinstance(value, float)} == {0.5}


def test_cases_are_values(many: list[Case]) -> None:
    """A case that was pickled, or declared again, is equal to the first and has its hash."""
    for case in many[::7]:
        again = Case(**{name: getattr(case, name) for name in Case.model_fields})
        assert pickle.loads(pickle.dumps(case)) == again == case
        assert hash(pickle.loads(pickle.dumps(case))) == hash(again) == hash(case)


def test_different_cases_differ(many: list[Case]) -> None:
    """A case whose first statement is reworded is another case."""
    for case in many[::7]:
        first, *rest = case.hypotheses
        other = first.model_copy(update={"statement": "something else"})
        assert case.model_copy(update={"hypotheses": (other, *rest)}) != case


# Probabilities and priors --------------------------------------------------------------------------------------------


WAYS = {float, *PROBABILITIES}
"""A way that has no strategy fails here."""


@pytest.mark.parametrize(
    ("switches", "absent"),
    [
        ({}, set()),
        ({"uncertain": False}, WAYS - {float, Impossible, Certain}),
        ({"exclusions": False}, {Impossible, Certain}),
        ({"uncertain": False, "exclusions": False}, WAYS - {float}),
    ],
)
def test_probabilities_are_stated_in_every_way(switches: dict[str, bool], absent: set[type]) -> None:
    """`probabilities` makes all the ways that its switches leave, each of them valid, and no other."""
    drawn = sample(probabilities(**switches), 300)
    assert {type(value) for value in drawn} == WAYS - absent
    assert not any(probability_problem(value) for value in drawn)


@pytest.mark.parametrize("smallest", [1e-6, 1e-300, 0.2])
def test_numbers_reach_down_to_the_smallest(smallest: float) -> None:
    """Plain numbers lie strictly inside (0, 1), not nearer to its ends than `smallest`, which is one of them."""
    numbers = sample(probabilities(uncertain=False, exclusions=False, smallest=smallest), 300)
    assert min(numbers) == smallest
    assert max(numbers) <= 1 - smallest
    assert max(numbers) < 1


@pytest.mark.parametrize("smallest", [0.0, 0.6, math.nan])
def test_a_smallest_number_that_leaves_none_is_refused(smallest: float) -> None:
    """The smallest number is above 0 and at most one half."""
    with pytest.raises(InvalidArgument, match="above 0 and at most 1/2"):
        probabilities(smallest=smallest)


def test_ranges_are_solved() -> None:
    """Every `Between` that is made means a distribution with those quantiles."""
    ranges = [way for way in sample(probabilities(exclusions=False), 400) if isinstance(way, Between)]
    assert len(ranges) > 20
    for way in ranges:
        assert distribution(way).interval(way.mass) == pytest.approx((way.lower, way.upper), rel=1e-8)


@pytest.mark.parametrize("size", [2, 5])
@pytest.mark.parametrize("uncertain", [True, False])
def test_priors_are_stated_in_every_way(size: int, uncertain: bool) -> None:
    """`priors` makes numbers, `Odds` and, if uncertain, `Dirichlet` and `BaseRates`; a case takes each of them."""
    names = [f"h{place}" for place in range(size)]
    hypotheses = [Hypothesis(name=name, statement=name) for name in names]
    kinds = set()
    for prior in sample(priors(names, uncertain=uncertain), 150):
        kept = Case(question="?", hypotheses=hypotheses, prior=prior).prior
        kinds.add("numbers" if isinstance(kept, Mapping) else type(kept).__name__)
    assert kinds == {"numbers", "Odds"} | ({"Dirichlet", "BaseRates"} if uncertain else set())


def test_priors_can_do_without_exclusions() -> None:
    """Without exclusions the prior numbers are above 0 and sum to 1 but for rounding; with them some are excluded."""
    drawn = [prior for prior in sample(priors("abc", exclusions=False), 150) if isinstance(prior, Mapping)]
    assert all(min(prior.values()) > 0 and abs(math.fsum(prior.values()) - 1) < 1e-15 for prior in drawn)
    excluding = [prior for prior in sample(priors("abc"), 150) if isinstance(prior, Mapping)]
    assert {Impossible, Certain, float} <= {type(value) for prior in excluding for value in prior.values()}


# Coherence -----------------------------------------------------------------------------------------------------------

NAMES = ("h0", "h1")
CASE = Case(
    question="?",
    hypotheses=[Hypothesis(name=name, statement=name) for name in NAMES],
    prior={"h0": 0.25, "h1": 0.75},
    evidence=[Evidence(name="e0", statement="e0", likelihood={"h0": Uniform(0.2, 0.4), "h1": 0.1})],
)
BARRED = CASE.model_copy(update={"prior": {"h0": Impossible("it cannot be"), "h1": Certain("it must be")}})
IDLE = CASE.model_copy(update={"evidence": ()})
UNSEEN = CASE.model_copy(update={"evidence": (CASE.evidence[0].model_copy(update={"observed": None}),)})
WITH_RATIOS = CASE.model_copy(
    update={
        "evidence": (
            Evidence(name="e0", statement="e0", likelihood=Ratios(reference="h0", ratios={"h1": RatioBetween(1, 9)})),
        )
    }
)
ADDRESS = "evidence.e0.likelihood.h0"
RATIO_ADDRESS = "evidence.e0.likelihood.h1"


@dataclass(frozen=True)
class Stated:
    """What a stand-in for a posterior says; by default what holds of `CASE`."""

    case: Case = CASE
    method: str = "exact"
    names: tuple[str, ...] = NAMES
    dim: str = "hypothesis"
    credence: tuple[float, ...] = (0.5, 0.5)
    prior: tuple[float, ...] = (0.25, 0.75)
    mcse: tuple[float, ...] = (0.0, 0.0)
    log_evidence: float = math.log(0.15)
    credence_draw: tuple[float, ...] = (0.4, 0.6)
    prior_draw: tuple[float, ...] = (0.25, 0.75)
    draw_names: tuple[str, ...] = NAMES
    draw_dims: tuple[str, ...] = ("chain", "draw", "hypothesis")
    hypothesis: int | None = 0
    group: str = "posterior"
    address: str = ADDRESS
    assumption: float | None = 0.3
    assumption_dims: tuple[str, ...] = ("chain", "draw", "address")

    def posterior(self) -> Any:
        made = object.__new__(Posterior)  # as no engine makes it
        vars(made).update(
            case=self.case,
            method=self.method,
            credence=self.by_hypothesis(self.credence),
            prior=self.by_hypothesis(self.prior),
            mcse=self.by_hypothesis(self.mcse),
            log_evidence=self.log_evidence,
            draws=self.draws(),
        )
        return made

    def by_hypothesis(self, numbers: tuple[float, ...]) -> xr.DataArray:
        return xr.DataArray(np.array(numbers), dims=self.dim, coords={self.dim: list(self.names)})

    def draws(self) -> xr.DataTree:
        """Two chains of three draws; the last draw of the last chain is as stated, the others are in order."""
        variables = {
            "credence": self.drawn((0.4, 0.6), self.credence_draw),
            "prior": self.drawn((0.25, 0.75), self.prior_draw),
        }
        if self.hypothesis is not None:
            hypotheses = np.array([[0, 1, 0], [1, 0, self.hypothesis]])
            variables["drawn_hypothesis"] = xr.DataArray(hypotheses, dims=("chain", "draw"))
        if self.assumption is not None:
            numbers = np.full((2, 3, 1), 0.3)
            numbers[-1, -1, -1] = self.assumption
            coords = {"address": [self.address]} if "address" in self.assumption_dims else {}
            variables["assumption"] = xr.DataArray(numbers, dims=self.assumption_dims, coords=coords)
        return xr.DataTree.from_dict({self.group: xr.Dataset(variables)})

    def drawn(self, usual: tuple[float, ...], last: tuple[float, ...]) -> xr.DataArray:
        numbers = np.tile(np.array(usual), (2, 3, 1))
        numbers[-1, -1] = last
        coords = {self.draw_dims[-1]: list(self.draw_names)}
        return xr.DataArray(numbers, dims=self.draw_dims, coords=coords)


COHERENT = {
    "exact": Stated(),
    "sampled": Stated(method="pymc", credence=(0.5 + 1e-10, 0.5), mcse=(0.01, 0.01)),
    "sampled, with rounding": Stated(method="pymc", credence=(1 + 1e-10, 5e-324), credence_draw=(1 + 1e-10, -1e-10)),
    "without uncertain inputs": Stated(assumption=None),
    "excluded by the prior": Stated(case=BARRED, prior=(0.0, 1.0), credence=(0.0, 1.0)),
    "nothing observed": Stated(case=IDLE, credence=(0.25, 0.75), log_evidence=0.0),
    "nothing observed, sampled": Stated(
        case=UNSEEN, method="pymc", credence=(0.26, 0.74), mcse=(0.004, 0.004), log_evidence=0.0
    ),
    "nothing observed, prior rounded": Stated(
        case=IDLE, prior=(0.25, 0.75 + 5e-10), credence=(0.25 / (1 + 5e-10), 1 - 0.25 / (1 + 5e-10)), log_evidence=0.0
    ),
    "ratios": Stated(case=WITH_RATIOS, log_evidence=math.nan, address=RATIO_ADDRESS, assumption=7.5),
}

INCOHERENT = {
    "unknown method": (Stated(method="guess"), r"method is 'guess'"),
    "other dimension": (Stated(dim="name"), r"credence has the dimensions \('name',\)"),
    "other labels": (Stated(names=("h1", "h0")), r"prior is about \('h1', 'h0'\)"),
    "labels of draws": (Stated(draw_names=("h1", "h0")), r"credence of the draws is about \('h1', 'h0'\)"),
    "dimensions of draws": (
        Stated(draw_dims=("chain", "step", "hypothesis"), assumption=None),
        r"prior of the draws has the dimensions \('chain', 'step', 'hypothesis'\)",
    ),
    "no posterior draws": (Stated(group="prior"), r"the draws have no 'credence' in a group 'posterior'"),
    "unlabelled assumption": (
        Stated(assumption_dims=("chain", "draw", "what")),
        r"assumption of the draws has the dimensions .*'what'",
    ),
    "credence not finite": (Stated(credence=(math.nan, 0.5)), r"credence is not finite: nan at hypothesis h0"),
    "prior not finite": (Stated(prior=(0.5, math.inf)), r"prior is not finite: inf at hypothesis h1"),
    "mcse not finite": (Stated(method="pymc", mcse=(0.1, math.nan)), r"mcse is not finite: nan at hypothesis h1"),
    "credence below 0": (Stated(credence=(-0.5, 1.5)), r"credence is outside \[0, 1\]: -0.5 at hypothesis h0"),
    "credence just above 1": (Stated(credence=(0.0, 1 + 2**-52)), r"credence is outside \[0, 1\]: 1.0000000000000002"),
    "prior above 1": (Stated(prior=(1.5, -0.5)), r"prior is outside \[0, 1\]: 1.5 at hypothesis h0"),
    "credence sum": (Stated(credence=(0.5, 0.4)), r"credence sums to 0.9, not 1"),
    "credence sum, exact": (Stated(credence=(0.5, 0.5 + 2e-15)), r"credence sums to 1.00000000000000.*, not 1 within"),
    "credence sum, sampled": (Stated(method="pymc", credence=(0.5, 0.5 + 1e-8)), r"credence sums to 1.00000001"),
    "prior sum": (Stated(prior=(0.25, 0.75 + 1e-8)), r"prior sums to 1.00000001"),
    "credence without prior": (
        Stated(case=BARRED, prior=(0.0, 1.0)),
        r"what is excluded has no credence, but it is 0.5 at hypothesis h0",
    ),
    "excluded by nothing": (
        Stated(credence=(0.0, 1.0)),
        r"what is not excluded keeps some credence, but it is 0.0 at hypothesis h0",
    ),
    "moved by nothing": (
        Stated(case=IDLE, credence=(0.25 + 2**-54, 0.75), log_evidence=0.0),
        r"nothing was observed, but the credence is not the prior: 0.25000000000000006 at hypothesis h0",
    ),
    "moved by the unseen": (
        Stated(case=UNSEEN, log_evidence=0.0),
        r"nothing was observed, but .* 0.5 at hypothesis h0",
    ),
    "moved by nothing, sampled": (
        Stated(case=IDLE, method="pymc", credence=(0.3, 0.7), mcse=(0.004, 0.004), log_evidence=0.0),
        r"nothing was observed, but the credence is not the prior: 0.3 .* where the prior is 0.25",
    ),
    "negative mcse": (Stated(method="pymc", mcse=(-0.1, 0.1)), r"mcse is outside \[0, inf\]: -0.1"),
    "mcse of the exact engine": (Stated(mcse=(0.1, 0.1)), r"mcse is outside \[0, 0\]: 0.1"),
    "evidence above 1": (Stated(log_evidence=1e-6), r"log_evidence is 1e-06, not the logarithm of a probability"),
    "evidence of 0": (Stated(log_evidence=-math.inf), r"log_evidence is -inf, not the logarithm"),
    "evidence missing": (Stated(log_evidence=math.nan), r"log_evidence is nan, not the logarithm"),
    "evidence of ratios": (Stated(case=WITH_RATIOS, log_evidence=-1.0), r"with Ratios there is no P\(E\)"),
    "draw not finite": (
        Stated(credence_draw=(math.nan, 1.0)),
        r"credence of the draws is not finite: nan at chain 1, draw 2, hypothesis h0",
    ),
    "draw outside": (Stated(credence_draw=(-0.5, 1.5)), r"credence of the draws is outside .*-0.5 at chain 1, draw 2"),
    "draw sum": (Stated(credence_draw=(0.5, 0.4)), r"credence of the draws does not sum to 1: 0.9 at chain 1, draw 2"),
    "prior draw outside": (Stated(prior_draw=(1.5, -0.5)), r"prior of the draws is outside"),
    "prior draw sum": (Stated(prior_draw=(0.5, 0.4)), r"prior of the draws does not sum to 1: 0.9 at chain 1, draw 2"),
    "no hypothesis drawn": (Stated(hypothesis=None), r"the draws have no 'drawn_hypothesis' of whole numbers"),
    "a hypothesis beyond the last": (
        Stated(hypothesis=2),
        r"drawn_hypothesis is no position among 2 hypotheses: 2.0 at chain 1, draw 2",
    ),
    "an excluded hypothesis drawn": (
        Stated(hypothesis=1, credence_draw=(1.0, 0.0)),
        r"drawn_hypothesis has no credence in its draw: 1.0 at chain 1, draw 2",
    ),
    "assumed probability": (
        Stated(assumption=1.5),
        rf"an assumed probability is outside \[.*: 1.5 at chain 1, draw 2, address {ADDRESS}",
    ),
    "assumption not finite": (Stated(assumption=math.nan), r"an assumed probability is not finite"),
    "assumed ratio": (
        Stated(case=WITH_RATIOS, log_evidence=math.nan, address=RATIO_ADDRESS, assumption=0.0),
        rf"an assumed ratio is outside .*: 0.0 at chain 1, draw 2, address {RATIO_ADDRESS}",
    ),
}


@pytest.mark.parametrize("kind", COHERENT)
def test_coherent_posteriors_pass(kind: str) -> None:
    """A posterior in which everything fits is accepted, from either engine."""
    assert_coherent(COHERENT[kind].posterior())


@pytest.mark.parametrize("kind", INCOHERENT)
def test_incoherent_posteriors_are_refused(kind: str) -> None:
    """One thing that cannot be is enough, and the message names it and its place."""
    stated, message = INCOHERENT[kind]
    with pytest.raises(AssertionError, match=message):
        assert_coherent(stated.posterior())


def test_every_violation_is_named() -> None:
    """The message lists all that is wrong, not only the first."""
    wrong = replace(Stated(), credence=(0.5, 0.4), log_evidence=1.0)
    with pytest.raises(AssertionError, match=r"credence sums to 0.9.*; log_evidence is 1.0"):
        assert_coherent(wrong.posterior())


def test_the_public_names_are_these() -> None:
    """What the module offers is three strategies and one check."""
    assert testing.__all__ == ["assert_coherent", "cases", "priors", "probabilities"]


IN_A_FRESH_PROCESS = """
import sys
from hypothesis import given, settings
from attribution_bayes.testing import cases

before = {*sys.modules}
settings(max_examples=100, database=None, derandomize=True)(given(cases())(lambda case: None))()
print(*sorted({name.split(".")[0] for name in sys.modules.keys() - before}))
"""


def test_drawing_imports_no_library() -> None:
    """Whoever draws first waits for no import, which Hypothesis would take for a strategy that is too slow."""
    done = subprocess.run([sys.executable, "-c", IN_A_FRESH_PROCESS], capture_output=True, text=True, check=True)
    assert {*done.stdout.split()} <= {"hypothesis"}
