"""What is left out, shared out or still to be learned, against sums over all worlds in fractions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import permutations, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Beta, Impossible, Ratios, Uniform
from attribution_bayes.errors import CaseError, ContradictionError
from attribution_bayes.sensitivity.influence import leave_one_out, shapley
from attribution_bayes.sensitivity.learning import expected_information
from crafted import item
from drawn import cases
from oracle import Outcome, brute_force, mean_prior, row_chance, world_bound, worlds
from repeatable import REPEATABLE

CREDENCE = 1e-10
"""Declared error of a credence in a table."""

DECIBANS = 1e-8
"""Declared error of a contribution or change, in decibans."""

TIE = Fraction(1, 10**12)
"""Credences this close to the greatest may lead just as well: rounding decides."""

MOST_WORLDS = 400
"""Cases with more worlds would take too long to add up, once for each thing that is left out."""

type Credence = dict[str, Fraction]


def a_case(prior: dict[str, Any], *evidence: Evidence, sources: tuple[Source, ...] = ()) -> Case:
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}") for name in prior]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


def speaker(name: str, reliability: Any, if_unreliable: Any) -> Source:
    return Source(name=name, statement=f"{name} may know", reliability=reliability, if_unreliable=if_unreliable)


# Fractions -----------------------------------------------------------------------------------------------------------


def joint(versions: Iterable[Case]) -> dict[str, Fraction]:
    """P(hypothesis and any one of these sets of observations), for versions that differ in what was said alone."""
    total: dict[str, Fraction] = {}
    for version in versions:
        prior = mean_prior(version)
        for name, chance in brute_likelihood(version).items():
            total[name] = total.get(name, Fraction(0)) + prior[name] * chance
    return total


def brute_likelihood(case: Case) -> dict[str, Fraction]:
    """P(all observations | hypothesis), in a contradictory case too."""
    found = {name: worlds(case, name) for name in case.names}
    return {name: Fraction(sum(world.weight for world in some), whole) for name, (some, whole) in found.items()}


def shares(chances: dict[str, Fraction]) -> Credence:
    total = sum(chances.values())
    return {name: chance / total for name, chance in chances.items()}


def can_be_weighed(case: Case) -> bool:
    """Small enough to be added up, and not contradicted under every hypothesis."""
    return world_bound(case) <= MOST_WORLDS and any(joint([case]).values())


def log_odds(credence: Credence, target: str) -> float:
    """In decibans, of the target against all others together."""
    others = sum(chance for name, chance in credence.items() if name != target)
    if not others:
        return math.inf
    return 10 * math.log10(credence[target] / others) if credence[target] else -math.inf


def support(case: Case, target: str) -> float:
    """What all the evidence adds to the target's log odds, in decibans; defined for a prior of zero too."""
    prior, likelihood = mean_prior(case), brute_likelihood(case)
    others = [name for name in case.names if name != target]
    before, after = sum(prior[name] for name in others), sum(prior[name] * likelihood[name] for name in others)
    if not after:
        return math.inf
    return 10 * math.log10(likelihood[target] * before / after) if likelihood[target] else -math.inf


def leaders(credence: Credence) -> set[str]:
    """Who leads; more than one where rounding decides between them."""
    return {name for name, chance in credence.items() if chance >= max(credence.values()) - TIE}


def assert_leader(found: str | None, credence: Credence) -> None:
    """The one that is ahead leads; nobody does where the two greatest differ by less than 1e-9 of the greatest."""
    first, second = sorted(credence.values())[-1], sorted(credence.values())[-2]
    if abs(first - second - first / 10**9) < TIE:
        return  # rounding decides
    assert found == (None if first - second < first / 10**9 else max(credence, key=credence.__getitem__))


def heard(case: Case) -> list[str]:
    return [part.name for part in case.evidence if part.observed is not None or part.reports]


def as_if_heard(case: Case, names: Iterable[str]) -> Case:
    """The case as it would be had only these items been observed or reported."""
    names = set(names)
    silent = {"observed": None, "reports": ()}
    evidence = [
        part if part.name in names else part.model_copy(update=silent)
        for part in case.evidence
        if part.name in names or not isinstance(part.likelihood, Ratios)
    ]
    return case.model_copy(update={"evidence": evidence})


def whatever_they_said(case: Case, is_left_out: Callable[[str, Report], bool]) -> list[Case]:
    """One version of the case for each way in which the reports that are left out can have turned out."""
    unknown = [
        (part.name, report.source)
        for part in case.evidence
        for report in part.reports
        if is_left_out(part.name, report)
    ]
    return [
        _with_said(case, dict(zip(unknown, said, strict=True))) for said in product((True, False), repeat=len(unknown))
    ]


def _with_said(case: Case, said: dict[tuple[str, str], bool]) -> Case:
    evidence = [
        part.model_copy(
            update={
                "reports": [
                    report.model_copy(update={"says": said.get((part.name, report.source), report.says)})
                    for report in part.reports
                ]
            }
        )
        if part.reports
        else part
        for part in case.evidence
    ]
    return case.model_copy(update={"evidence": evidence})


def left_out(case: Case) -> dict[str, tuple[str, list[Case]]]:
    """By what is left out: its kind, and the cases whose joint chances add up to that of all the rest."""
    found: dict[str, tuple[str, list[Case]]] = {}
    known = heard(case)
    for part in case.evidence:
        if part.name in known:
            found[f"evidence.{part.name}"] = "item", [as_if_heard(case, set(known) - {part.name})]
        for report in part.reports:
            one = part.name, report.source
            versions = whatever_they_said(case, lambda name, other, one=one: (name, other.source) == one)
            found[f"evidence.{part.name}.reports.{report.source}"] = "report", versions
    for source in case.sources:
        versions = whatever_they_said(case, lambda _, report, name=source.name: report.source == name)
        if len(versions) > 1:
            found[f"source.{source.name}"] = "source", versions
    for cause in case.common_causes:
        others = [one for one in case.common_causes if one != cause]
        found[f"common_cause.{cause.name}"] = "common cause", [case.model_copy(update={"common_causes": others})]
    return found


def with_outcomes(case: Case) -> dict[str, dict[Outcome, dict[str, Fraction]]]:
    """By item not observed and by its outcome: P(hypothesis, outcome, all observations), up to one common factor."""
    unknown = [part for part in case.evidence if part.observed is None]
    chances = {
        part.name: {outcome: dict.fromkeys(case.names, Fraction(0)) for outcome in part.outcomes} for part in unknown
    }
    prior = mean_prior(case)
    for name in case.names:
        found, denominator = worlds(case, name)
        for world in found:
            for part in unknown:
                share = prior[name] * Fraction(world.weight, denominator)
                chances[part.name][world.outcomes[part.name]][name] += share
    return chances


def mutual_information(chances: dict[Outcome, dict[str, Fraction]]) -> float:
    """Of the hypotheses and an outcome, in bits, from their joint chances up to a common factor."""
    total = sum(chance for row in chances.values() for chance in row.values())
    bits = 0.0
    for row in chances.values():
        for name, chance in row.items():
            if chance:
                apart = sum(row.values()) * sum(other[name] for other in chances.values())
                bits += float(chance / total) * math.log2(chance * total / apart)
    return bits


def records(table: pd.DataFrame) -> dict[Any, dict[str, Any]]:
    """Rows by index; a table in which one occurs twice is not one."""
    assert table.index.is_unique
    return dict(zip(table.index, table.to_dict("records"), strict=True))


def assert_credences(row: dict[str, Any], expected: Credence) -> None:
    found = {name: row[f"credence_{name}"] for name in expected}
    assert found == pytest.approx({name: float(chance) for name, chance in expected.items()}, abs=CREDENCE, rel=0)


# Leaving out ---------------------------------------------------------------------------------------------------------


@settings(REPEATABLE, max_examples=120)
@given(cases(max_hypotheses=4, max_items=9, max_worlds=64, common_causes=True))
def test_without_each_part_the_case_weighs_what_the_rest_of_it_says(case: Case) -> None:
    """Every row of the table has the credences of all worlds in which what is left out may be either way."""
    if not can_be_weighed(case):
        return
    table = leave_one_out(case)
    found, expected = records(table), left_out(case)
    assert list(found) == list(expected)
    assert list(table.columns) == ["left_out", "leader", "change_db", *(f"credence_{name}" for name in case.names)]
    as_things_stand = brute_force(case).credence
    for address, (kind, versions) in expected.items():
        chances, row = joint(versions), found[address]
        assert row["left_out"] == kind
        if not any(chances.values()):  # the common cause alone kept anything possible
            assert kind == "common cause"
            assert row["leader"] is None
            assert all(math.isnan(row[f"credence_{name}"]) for name in case.names)
            continue
        without = shares(chances)
        assert_credences(row, without)
        assert_leader(row["leader"], without)
        leader = table.attrs["for"]
        assert leader in leaders(as_things_stand)
        change = log_odds(without, leader) - log_odds(as_things_stand, leader)
        np.testing.assert_allclose(row["change_db"], change, rtol=0, atol=DECIBANS)


@settings(REPEATABLE, max_examples=150)
@given(
    cases(
        max_hypotheses=3,
        max_items=9,
        max_worlds=128,
        exclusions=False,
        named_outcomes=False,
        ratios=False,
        common_causes=True,
    )
)
def test_what_is_all_that_another_says_weighs_as_much_as_it(case: Case) -> None:
    """An item with one report changes what that report changes, and so does a source that made one report."""
    found = records(leave_one_out(case))
    for part in case.evidence:
        for report in part.reports:
            row = found[f"evidence.{part.name}.reports.{report.source}"]
            credence = {name: Fraction(row[f"credence_{name}"]) for name in case.names}
            if len(part.reports) == 1:
                assert_credences(found[f"evidence.{part.name}"], credence)
            if sum(other.source == report.source for one in case.evidence for other in one.reports) == 1:
                assert_credences(found[f"source.{report.source}"], credence)


TALE = a_case(
    {"a": 0.4, "b": 0.6},
    item(
        "met",
        {"a": 0.9, "b": 0.2},
        reports=[
            Report(source="guard", says=False),
            Report(source="paper", copied_from="guard", copy_probability=0.75),
            Report(source="blog", says=True, copied_from="paper", copy_probability=0.5),
        ],
    ),
    sources=(speaker("guard", 0.8, 0.1), speaker("paper", 0.5, {"a": 0.5, "b": 0.25}), speaker("blog", 0.6, 0.5)),
)


def test_a_copy_outlives_its_original() -> None:
    """With the original report left out, the copy repeats a statement that nobody knows, True or False."""

    def said(original: bool) -> dict[str, Fraction]:
        """P(paper and blog say True, guard says this | hypothesis), by the definition of a report."""
        chances = {}
        for name, holds, unreliable in (("a", "0.9", "0.5"), ("b", "0.2", "0.25")):
            chance = Fraction(0)
            for fact in (True, False):
                of_fact = Fraction(holds) if fact else 1 - Fraction(holds)
                guard = _states(original, fact, "0.8", "0.1")
                paper = Fraction(3, 4) * original + Fraction(1, 4) * _states(True, fact, "0.5", unreliable)
                blog = Fraction(1, 2) + Fraction(1, 2) * _states(True, fact, "0.6", "0.5")
                chance += of_fact * guard * paper * blog
            chances[name] = chance
        return chances

    true, false = said(True), said(False)
    expected = shares(
        {name: Fraction(prior) * (true[name] + false[name]) for name, prior in (("a", "0.4"), ("b", "0.6"))}
    )
    row = records(leave_one_out(TALE))["evidence.met.reports.guard"]
    assert_credences(row, expected)
    dropped = [Report(source="paper"), *TALE.evidence[0].reports[2:]]
    as_if_original = TALE.model_copy(update={"evidence": [TALE.evidence[0].model_copy(update={"reports": dropped})]})
    assert abs(brute_force(as_if_original).credence["a"] - expected["a"]) > Fraction(1, 100)


def _states(says: bool, fact: bool, reliability: str, if_unreliable: str) -> Fraction:
    """P(a source makes this statement of its own | the fact)."""
    invented = Fraction(if_unreliable) if says else 1 - Fraction(if_unreliable)
    return Fraction(reliability) * (says == fact) + (1 - Fraction(reliability)) * invented


@settings(REPEATABLE, max_examples=60)
@given(cases(max_hypotheses=4, max_items=9, parents=False, reports=False, exclusions=False, common_causes=False))
def test_among_independent_items_leaving_out_is_dividing_out(case: Case) -> None:
    """Where nothing depends on the item, the credences without it are those with it over its likelihoods."""
    verdict, table = brute_force(case), records(leave_one_out(case))
    for part in case.evidence:
        if part.name in heard(case):
            alone = brute_force(case.model_copy(update={"evidence": [part]})).likelihood
            divided = shares({name: verdict.credence[name] / alone[name] for name in case.names})
            assert_credences(table[f"evidence.{part.name}"], divided)


def test_an_item_that_others_depend_on_is_summed_out() -> None:
    """Without the parent its child is weighed over both things that the parent may be, not as if it were known."""
    rows = {"a": {True: 0.9, False: 0.1}, "b": {True: 0.2, False: 0.6}}
    case = a_case({"a": 0.5, "b": 0.5}, item("parent", {"a": 0.3, "b": 0.6}), item("child", rows, given="parent"))
    row = records(leave_one_out(case))["evidence.parent"]
    summed_out = {"a": 0.3 * 0.9 + 0.7 * 0.1, "b": 0.6 * 0.2 + 0.4 * 0.6}
    assert row["credence_a"] == pytest.approx(summed_out["a"] / sum(summed_out.values()), abs=1e-12)
    divided_out = 0.9 / (0.9 + 0.2)
    assert abs(row["credence_a"] - divided_out) > 0.3
    assert row["leader"] == "b"
    assert row["change_db"] == pytest.approx(10 * math.log10(0.34 / 0.36 * 0.6 * 0.2 / (0.3 * 0.9)), abs=DECIBANS)


SURE = a_case(
    {"a": 0.5, "b": 0.3, "c": 0.2},
    *(item(f"sure{n}", {"a": 0.9, "b": 1e-12, "c": 3e-13}) for n in range(3)),
    item("doubt", {"a": 0.5, "b": 0.25, "c": 0.5}),
    item("unknown", {"a": 1e-9, "b": 0.7, "c": 0.2}, observed=None),
)


def test_what_one_item_changes_shows_however_sure_the_others_make() -> None:
    """With the leader at all but 1e-36, the change is still that of the odds and not lost in the rounding of one."""
    change = leave_one_out(SURE)["change_db"]
    weights = shapley(SURE)["contribution"]
    with_all = log_odds(brute_force(SURE).credence, "a")
    for name in heard(SURE):
        without = as_if_heard(SURE, set(heard(SURE)) - {name})
        expected = log_odds(brute_force(without).credence, "a") - with_all
        assert change[f"evidence.{name}"] == pytest.approx(expected, abs=DECIBANS)
    assert weights.sum() == pytest.approx(with_all, abs=DECIBANS)


def test_certainty_that_stays_has_no_change() -> None:
    """Odds that are infinite without an item just as with it do not differ by a number."""
    never = Impossible("b cannot do it")
    case = a_case(
        {"a": 0.5, "b": 0.5},
        item("e", {"a": 0.5, "b": never}),
        item("f", {"a": 0.2, "b": 0.4}),
    )
    change = leave_one_out(case)["change_db"]
    assert change["evidence.e"] == -math.inf
    assert math.isnan(change["evidence.f"])


# Sharing out ---------------------------------------------------------------------------------------------------------


def mean_over_orders(case: Case, target: str) -> dict[str, float]:
    """By item, the mean over all orders of what it adds to the target's log odds when it comes in."""
    names = heard(case)
    reached: dict[frozenset[str], float] = {}

    def value(known: frozenset[str]) -> float:
        if known not in reached:
            reached[known] = support(as_if_heard(case, known), target)
        return reached[known]

    orders = list(permutations(names))
    total = dict.fromkeys(names, 0.0)
    for order in orders:
        for place, name in enumerate(order):
            total[name] += value(frozenset(order[: place + 1])) - value(frozenset(order[:place]))
    return {name: sum_of_steps / len(orders) for name, sum_of_steps in total.items()}


@settings(REPEATABLE, max_examples=200)
@given(cases(max_hypotheses=4, max_items=9, max_worlds=32, exclusions=False, common_causes=True), st.integers(0, 3))
def test_contributions_are_means_over_all_orders(case: Case, place: int) -> None:
    """Each of up to 7 items contributes the mean, over all orders, of what it adds when it comes in."""
    if len(heard(case)) > 7 or world_bound(as_if_heard(case, ())) > MOST_WORLDS:
        return
    target = case.names[place % len(case.names)]
    table = shapley(case, target)
    assert list(table.index) == heard(case)
    assert table["contribution"].to_dict() == pytest.approx(mean_over_orders(case, target), abs=DECIBANS, rel=0)
    assert (table["error"] == 0).all()
    assert table.attrs["target"] == target


@settings(REPEATABLE, max_examples=100)
@given(cases(max_hypotheses=4, max_items=9, max_worlds=64, exclusions=False, common_causes=True))
def test_contributions_add_up_to_the_change_in_odds(case: Case) -> None:
    """Contributions to the leader's log odds sum to what all the evidence together adds to them."""
    if not can_be_weighed(case):
        return
    table, credence = shapley(case), brute_force(case).credence
    target = table.attrs["target"]
    assert target in leaders(credence)
    total = log_odds(credence, target) - log_odds(shares(mean_prior(case)), target)
    assert table["contribution"].sum() == pytest.approx(total, abs=1e-10)


@settings(REPEATABLE, max_examples=60)
@given(cases(max_hypotheses=2, max_items=8, parents=False, reports=False, exclusions=False, common_causes=False))
def test_between_two_hypotheses_an_independent_item_contributes_its_own_ratio(case: Case) -> None:
    """Items that depend on nothing contribute the decibans of their likelihood ratio, whatever else there is."""
    target, other = case.names
    table = shapley(case, target)
    for part in case.evidence:
        if part.name in heard(case):
            alone = brute_force(case.model_copy(update={"evidence": [part]})).likelihood
            weight = 10 * math.log10(alone[target] / alone[other])
            assert table.loc[part.name, "contribution"] == pytest.approx(weight, abs=DECIBANS)


@settings(REPEATABLE, max_examples=150)
@given(
    cases(max_hypotheses=3, max_items=9, max_worlds=32, common_causes=True),
    st.integers(0, 2),
    st.lists(st.sampled_from([0.4, 0.7, Impossible("it cannot be")]), min_size=3, max_size=3),
)
def test_infinite_log_odds_are_not_shared_out(case: Case, place: int, likelihood: list[Any]) -> None:
    """A target that is excluded, or left without rivals, is refused, and no other; nor a contradiction."""
    excluding = item("excluding", dict(zip(case.names, likelihood, strict=False)))
    case = case.model_copy(update={"evidence": [*case.evidence, excluding]})
    if len(heard(case)) > 4 or world_bound(as_if_heard(case, ())) > MOST_WORLDS:
        return
    target = case.names[place % len(case.names)]
    prior, joint = mean_prior(case), brute_likelihood(case)
    if not any(prior[name] * joint[name] for name in case.names):
        with pytest.raises(ContradictionError):
            shapley(case, target)
    elif 0 < prior[target] < 1 and math.isfinite(support(case, target)):
        found = shapley(case, target)["contribution"].to_dict()
        assert found == pytest.approx(mean_over_orders(case, target), abs=DECIBANS, rel=0)
    else:
        with pytest.raises(CaseError) as refusal:
            shapley(case, target)
        assert [problem.code for problem in refusal.value.problems] == ["E_EXCLUDED"]


def test_an_item_that_excludes_the_target_is_refused() -> None:
    """One impossible item is enough for a refusal, for the one that it excludes and for the one that it leaves."""
    never = Impossible("b cannot do it")
    case = a_case({"a": 0.5, "b": 0.5}, item("e", {"a": 0.5, "b": never}), item("f", {"a": 0.2, "b": 0.4}))
    for target in ("a", "b", None):
        with pytest.raises(CaseError, match="E_EXCLUDED target"):
            shapley(case, target)


THREE = {"a": 0.5, "b": 0.3, "c": 0.2}


def independent(count: int, seed: int) -> tuple[np.ndarray, Case]:
    """Likelihoods (item, hypothesis) of independent items, and the case of them."""
    likelihood = np.random.default_rng(seed).uniform(0.1, 0.9, (count, 3))
    items = [item(f"e{n}", dict(zip(THREE, map(float, row), strict=True))) for n, row in enumerate(likelihood)]
    return likelihood, a_case(THREE, *items)


def mean_over_sets(likelihood: np.ndarray) -> np.ndarray:
    """What each independent item contributes to the odds of the first hypothesis: a sum over all sets of the others."""
    count = len(likelihood)
    products = np.array([list(THREE.values())])
    sizes = np.zeros(1, dtype=int)
    for row in likelihood:  # set number s has item i if bit i of s is set
        products, sizes = np.concatenate([products, products * row]), np.concatenate([sizes, sizes + 1])
    value = 10 * np.log10(products[:, 0] / products[:, 1:].sum(axis=1))
    weight = np.array([1 / (count * math.comb(count - 1, size)) for size in range(count)])
    numbers = np.arange(2**count)
    contributions = []
    for place in range(count):
        without = numbers[numbers >> place & 1 == 0]
        contributions.append(weight[sizes[without]] @ (value[without | 1 << place] - value[without]))
    return np.array(contributions)


SEEDS = (0, 1, 2)


@pytest.fixture(scope="module")
def random_orders() -> dict[int, pd.DataFrame]:
    """Contributions of 17 items to the first of three hypotheses, by the seed of the random orders."""
    case = independent(17, seed=5)[1]
    return {seed: shapley(case, "a", seed=seed) for seed in SEEDS}


def test_sixteen_items_are_weighed_in_all_sets() -> None:
    """Up to 16 items the contributions are exact, and their errors zero."""
    likelihood, case = independent(16, seed=4)
    table = shapley(case, "a")
    np.testing.assert_allclose(table["contribution"], mean_over_sets(likelihood), rtol=0, atol=DECIBANS)
    assert (table["error"] == 0).all()
    assert table.attrs["method"] == "all sets of items"


@pytest.mark.parametrize("seed", SEEDS)
def test_more_items_are_weighed_in_random_orders(seed: int, random_orders: dict[int, pd.DataFrame]) -> None:
    """Above 16 items each contribution is within five of its errors, as all but 6 in 10 million would be by chance."""
    likelihood, _ = independent(17, seed=5)
    table, exact = random_orders[seed], mean_over_sets(likelihood)
    assert (table["error"] > 0).all()
    assert (np.abs(table["contribution"] - exact) <= 5 * table["error"] + 1e-9).all()
    assert "random orders" in table.attrs["method"]
    rise = likelihood.prod(axis=0) * list(THREE.values())
    total = 10 * math.log10(rise[0] / (rise[1] + rise[2]) * (0.3 + 0.2) / 0.5)
    assert table["contribution"].sum() == pytest.approx(total, abs=1e-9)


def test_the_errors_are_as_large_as_the_scatter(random_orders: dict[int, pd.DataFrame]) -> None:
    """Deviations over standard errors have a mean square near one: orders do differ, by as much as is said."""
    exact = mean_over_sets(independent(17, seed=5)[0])
    scores = np.array([(table["contribution"] - exact) / table["error"] for table in random_orders.values()])
    assert 0.4 < (scores**2).mean() < 2.2
    assert not np.array_equal(*(random_orders[seed]["contribution"] for seed in SEEDS[:2]))


# Learning ------------------------------------------------------------------------------------------------------------

UNKNOWN = cases(max_hypotheses=4, max_items=9, max_worlds=96, common_causes=True)


@settings(REPEATABLE, max_examples=120)
@given(UNKNOWN)
def test_after_each_outcome_the_credences_are_those_of_its_worlds(case: Case) -> None:
    """Outcomes of what nobody has observed are as probable as their worlds, and the credences after are theirs too."""
    if not can_be_weighed(case):
        return
    chances = with_outcomes(case)
    table = expected_information(case)
    found = records(table)
    assert set(found) == {(name, outcome) for name, rows in chances.items() for outcome in rows}
    assert list(table.columns) == [
        *("information", "leader_changes", "probability", "leader"),
        *(f"credence_{name}" for name in case.names),
    ]
    total = sum(joint([case]).values())
    for (name, outcome), row in found.items():
        after = chances[name][outcome]
        assert row["probability"] == pytest.approx(float(sum(after.values()) / total), abs=CREDENCE, rel=0)
        if any(after.values()):
            assert_credences(row, shares(after))
            assert_leader(row["leader"], shares(after))
        else:
            assert row["probability"] == 0
            assert all(math.isnan(row[f"credence_{name}"]) for name in case.names)
            assert pd.isna(row["leader"])


@settings(REPEATABLE, max_examples=120)
@given(UNKNOWN)
def test_expected_information_is_the_mutual_information_of_item_and_hypotheses(case: Case) -> None:
    """The information is the mutual information in bits, and the leader changes as often as another one leads."""
    if not can_be_weighed(case):
        return
    found, now = records(expected_information(case)), leaders(brute_force(case).credence)
    for name, rows in with_outcomes(case).items():
        bits = mutual_information(rows)
        total = sum(sum(after.values()) for after in rows.values())
        least = most = Fraction(0)
        for after in rows.values():
            if any(after.values()):
                then = leaders(shares(after))
                least += sum(after.values()) / total if now.isdisjoint(then) else 0
                most += sum(after.values()) / total if len(now | then) > 1 else 0
        for outcome in rows:
            row = found[name, outcome]
            assert row["information"] == pytest.approx(bits, abs=1e-12)
            assert float(least) - 1e-12 <= row["leader_changes"] <= float(most) + 1e-12


@settings(REPEATABLE, max_examples=120)
@given(UNKNOWN)
def test_what_can_be_learned_moves_no_credence_on_average(case: Case) -> None:
    """Credences after, weighted by their probabilities, average to the credences now; no information is negative."""
    if not can_be_weighed(case):
        return
    table, now = expected_information(case), brute_force(case).credence
    assert (table["information"] >= -1e-12).all()
    assert (table["information"].diff().dropna() <= 0).all()
    for name in [part.name for part in case.evidence if part.observed is None]:
        rows = [row for (one, _), row in records(table).items() if one == name]
        assert sum(row["probability"] for row in rows) == pytest.approx(1, abs=1e-12)
        possible = [row for row in rows if row["probability"] > 0]
        for hypothesis, credence in now.items():
            mean = sum(row["probability"] * row[f"credence_{hypothesis}"] for row in possible)
            assert mean == pytest.approx(float(credence), abs=1e-12)


@settings(REPEATABLE, max_examples=100)
@given(
    cases(max_hypotheses=4, max_items=9, max_worlds=64, common_causes=True),
    st.lists(st.floats(1e-6, 1 - 1e-6), min_size=4, max_size=4),
)
def test_a_barren_item_tells_what_its_likelihoods_tell(case: Case, likelihood: list[float]) -> None:
    """An item that nothing hangs on has the information of its table under the credences that stand."""
    if not can_be_weighed(case):
        return
    stated = dict(zip(case.names, likelihood, strict=False))
    barren = item("barren", stated, observed=None)
    credence = brute_force(case).credence
    chances: dict[Outcome, dict[str, Fraction]] = {
        outcome: {name: credence[name] * row_chance(stated[name], outcome) for name in case.names}
        for outcome in (True, False)
    }
    found = records(expected_information(case.model_copy(update={"evidence": [barren, *case.evidence]})))
    for outcome, after in chances.items():
        row = found["barren", outcome]
        assert row["information"] == pytest.approx(mutual_information(chances), abs=1e-12)
        assert row["probability"] == pytest.approx(float(sum(after.values())), abs=1e-12)
        assert_credences(row, shares(after))


@pytest.mark.parametrize("likelihood", [0.2, 0.25, 0.5])
def test_what_says_nothing_does_not_change_who_leads(likelihood: float) -> None:
    """Where two hypotheses are level, an item with the same likelihood under both cannot change the leader."""
    says_nothing = item("says_nothing", {"a": likelihood, "b": likelihood}, observed=None)
    case = a_case({"a": 0.1, "b": 0.9}, item("makes_level", {"a": 0.9, "b": 0.1}), says_nothing)
    credence = brute_force(case).credence
    assert credence["a"] == credence["b"]
    table = expected_information(case)
    assert table["information"].to_list() == pytest.approx([0, 0], abs=1e-12)
    assert table["leader_changes"].to_list() == [0, 0]


def test_the_fact_behind_reports_tells_what_they_leave_open() -> None:
    """To learn a reported fact brings what is still unknown of it: nothing where its source cannot err."""
    likelihood = {"a": 0.9, "b": 0.2}

    def information(reliability: float) -> float:
        told = item("e", likelihood, reports=[Report(source="s")])
        case = a_case({"a": 0.4, "b": 0.6}, told, sources=(speaker("s", reliability, 0.5),))
        return float(expected_information(case)["information"].iloc[0])

    prior = {"a": Fraction(2, 5), "b": Fraction(3, 5)}
    hidden = {
        outcome: {name: prior[name] * row_chance(likelihood[name], outcome) for name in prior}
        for outcome in (True, False)
    }
    assert information(1e-9) == pytest.approx(mutual_information(hidden), abs=1e-8)
    assert information(1 - 1e-9) == pytest.approx(0, abs=1e-7)
    assert information(1e-9) > information(0.5) > information(1 - 1e-9)


def test_a_hidden_parent_is_partly_known_through_its_child() -> None:
    """The outcomes of a hidden parent are as probable as its observed child leaves them."""
    rows = {"a": {True: 0.9, False: 0.1}, "b": {True: Beta(1, 3), False: Uniform(0.25, 0.75)}}
    parent = item("parent", {"a": 0.3, "b": 0.6}, observed=None)
    case = a_case({"a": 0.5, "b": 0.5}, item("child", rows, given="parent"), parent)
    found = records(expected_information(case))
    true, false = {"a": 0.3 * 0.9, "b": 0.6 * 0.25}, {"a": 0.7 * 0.1, "b": 0.4 * 0.5}
    total = sum(true.values()) + sum(false.values())
    assert found["parent", True]["probability"] == pytest.approx(sum(true.values()) / total, abs=1e-12)
    assert found["parent", True]["credence_a"] == pytest.approx(true["a"] / sum(true.values()), abs=1e-12)
    assert found["parent", False]["credence_a"] == pytest.approx(false["a"] / sum(false.values()), abs=1e-12)
    assert found["parent", True]["leader"] == "a"
    assert found["parent", False]["leader"] == "b"
    assert found["parent", True]["leader_changes"] == pytest.approx(sum(true.values()) / total, abs=1e-12)


# Refusals ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ask", [leave_one_out, shapley, expected_information])
def test_a_contradiction_has_no_influence_to_tell(ask: Callable[[Case], pd.DataFrame]) -> None:
    """Where the items exclude every hypothesis between them, nothing can be said of any."""
    case = a_case(
        {"a": 0.5, "b": 0.5},
        item("e", {"a": 0.5, "b": Impossible("b cannot do it")}),
        item("f", {"a": Impossible("a cannot do it"), "b": 0.5}),
        item("g", {"a": 0.5, "b": 0.1}, observed=None),
    )
    with pytest.raises(ContradictionError, match="every hypothesis is excluded"):
        ask(case)
