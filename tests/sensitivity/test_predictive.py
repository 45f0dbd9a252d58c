"""Evidence as it would come out: drawn as often as it should be, and as surprising as it is."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import assume, given, settings
from scipy.stats import binomtest, norm

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Beta, Between, Certain, Counts, Dirichlet, Impossible, Ratios, Uniform
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import CaseError, ContradictionError
from attribution_bayes.files.results import result_bytes, result_from_bytes
from attribution_bayes.sensitivity.predictive import predict, simulate, surprise
from crafted import item
from drawn import cases
from oracle import Outcome, brute_force, mean_prior, world_bound, worlds
from repeatable import FILTERED

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


FALSE_ALARM = 1e-6
"""Of a whole test that looks at random numbers, shared among all comparisons that it makes."""

CLOSE = 1e-10
"""Declared error of what is gone through set by set."""

TIED = 1e-9
"""Relative difference below which two sets may count as equally likely; exactly equal ones must."""

MOST_WORLDS = 20_000
"""In all evidence sets of a random case together: the oracle goes through all."""

DRAWS = 20_000
QUICK = Sampling(draws=100)
ALWAYS, NEVER = Certain("it must be"), Impossible("it cannot be")

type EvidenceSet = tuple[Outcome, ...]


def case(prior: Any, *evidence: Evidence, sources: tuple[Source, ...] = (), catch_all: str | None = None) -> Case:
    names = getattr(prior, "alpha", prior)
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}", catch_all=name == catch_all) for name in names]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


def source(name: str, reliability: Any, if_unreliable: Any) -> Source:
    return Source(name=name, statement=f"{name} says so", reliability=reliability, if_unreliable=if_unreliable)


# Evidence sets, from their definition --------------------------------------------------------------------------------


def columns(stated: Case) -> dict[str, tuple[Outcome, ...]]:
    """What has been observed of the case, and how it could have come out."""
    found: dict[str, tuple[Outcome, ...]] = {}
    for part in stated.evidence:
        if part.observed is not None:
            found[part.name] = part.outcomes
        found |= {f"{part.name}.{report.source}": (True, False) for report in part.reports}
    return found


def as_it_came_out(stated: Case) -> EvidenceSet:
    observed = {part.name: part.observed for part in stated.evidence}
    said = {f"{part.name}.{report.source}": report.says for part in stated.evidence for report in part.reports}
    return tuple({**observed, **said}[column] for column in columns(stated))


def with_evidence(stated: Case, came_out: Mapping[str, Outcome]) -> Case:
    """The case as it would be, had this been observed."""
    evidence = []
    for part in stated.evidence:
        reports = [
            report.model_copy(update={"says": came_out[f"{part.name}.{report.source}"]}) for report in part.reports
        ]
        observed = None if part.observed is None else came_out[part.name]
        evidence.append(part.model_copy(update={"observed": observed, "reports": reports}))
    return stated.model_copy(update={"evidence": evidence})


def evidence_sets(stated: Case) -> Iterator[tuple[EvidenceSet, Case]]:
    domains = columns(stated)
    for values in product(*domains.values()):
        yield values, with_evidence(stated, dict(zip(domains, values, strict=True)))


def chances(stated: Case, hypothesis: str) -> dict[EvidenceSet, Fraction]:
    """P(evidence set | hypothesis) for every set that could have come out."""
    found = {}
    for values, varied in evidence_sets(stated):
        weights, denominator = worlds(varied, hypothesis)
        found[values] = Fraction(sum(world.weight for world in weights), denominator)
    assert sum(found.values()) == pytest.approx(1, abs=1e-12)  # Dirichlet shares and named numbers are rounded
    return found


def set_count(stated: Case) -> int:
    return math.prod(map(len, columns(stated).values()))


# Cases ---------------------------------------------------------------------------------------------------------------

PRIOR = {"a": 0.5, "b": 0.3, "rest": 0.2}
SHARED = case(
    Dirichlet({"a": 5, "b": 3, "rest": 2}),
    item("paid", {"a": 0.9, "b": Beta(2, 3), "rest": 0.4}, reports=[Report(source="agency")]),
    item(
        "fled",
        {name: {True: 0.7, False: low} for name, low in (("a", 0.2), ("b", 0.4), ("rest", Uniform(0.1, 0.5)))},
        given="paid",
        reports=[
            Report(source="agency", says=False),
            Report(source="paper", copied_from="agency", copy_probability=Beta(3, 2)),
        ],
    ),
    item("quarrel", {"a": 0.6, "b": 0.3, "rest": Between(0.2, 0.5)}, observed=None),
    item(
        "tool",
        {
            "a": {True: {"knife": 0.2, "gun": 0.7, "none": 0.1}, False: Dirichlet({"knife": 1, "gun": 2, "none": 3})},
            "b": {True: {"knife": 0.5, "gun": 0.5, "none": NEVER}, False: {"knife": 0.3, "gun": 0.2, "none": 0.5}},
            "rest": {
                True: Dirichlet({"knife": 3, "gun": 1, "none": 1}),
                False: {"knife": 0.1, "gun": 0.1, "none": 0.8},
            },
        },
        outcomes=("knife", "gun", "none"),
        observed="gun",
        given="quarrel",
    ),
    sources=(
        source("agency", Beta(2, 2), Beta(0.5, 0.5)),
        source("paper", 0.6, {"a": 0.5, "b": Uniform(0, 1), "rest": 0.7}),
    ),
    catch_all="rest",
)
"""Reports that hang together through their source, its uncertain habits and a copy; a hidden item; named outcomes."""

OBSERVED = case(
    PRIOR,
    item("seen", {"a": 0.8, "b": Beta(2, 3), "rest": 0.5}),
    item(
        "colour",
        {"a": {"x": 0.2, "y": 0.8}, "b": {"x": 0.6, "y": 0.4}, "rest": Dirichlet({"x": 1, "y": 2})},
        outcomes=("x", "y"),
        observed="x",
    ),
    item(
        "late",
        {"a": {"x": 0.9, "y": 0.3}, "b": {"x": Uniform(0, 0.4), "y": 0.5}, "rest": {"x": 0.5, "y": 0.6}},
        given="colour",
    ),
    item("heard", {"a": Counts(3, 5), "b": 0.2, "rest": 0.4}, observed=False),
    catch_all="rest",
)
"""Items that everybody can see, one depending on another."""

CHAIN = case(
    {"a": 0.7, "b": 0.3},
    item(
        "x",
        {"a": 0.8, "b": 0.1},
        reports=[
            Report(source="s"),
            Report(source="t", copied_from="s", copy_probability=0.6),
            Report(source="u", copied_from="t", copy_probability=Uniform(0.5, 1), says=False),
        ],
    ),
    item("y", {"a": 0.6, "b": Beta(1, 4)}, reports=[Report(source="s"), Report(source="u")]),
    sources=(source("s", 0.7, 0.9), source("t", Beta(3, 1), 0.3), source("u", 0.5, {"a": 0.5, "b": Beta(1, 2)})),
)
"""A copy of a copy."""

FEW = case(
    {"a": 0.2, "b": 0.3, "c": 0.5},
    item("x", {"a": 0.9, "b": 0.2, "c": 0.5}, reports=[Report(source="s")]),
    item("y", {"a": 0.7, "b": 0.3, "c": Uniform(0.2, 0.4)}, reports=[Report(source="s", says=False)]),
    item("z", {"a": Beta(2, 5), "b": 0.6, "c": 0.3}),
    sources=(source("s", Beta(2, 1), Uniform(0.3, 0.9)),),
)
"""Eight evidence sets, none of them excluded by any hypothesis, and one source behind two reports."""


# Draws ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stated", [SHARED, OBSERVED, CHAIN], ids=["shared", "observed", "chain"])
def test_outcomes_and_pairs_come_as_often_as_they_should(stated: Case) -> None:
    """Under every hypothesis each outcome, and each pair of outcomes, is drawn with its exact probability."""
    events = []
    for hypothesis in stated.names:
        drawn = simulate(stated, hypothesis, DRAWS, seed=1)
        joint = chances(stated, hypothesis)
        domains = columns(stated)
        for places in [*combinations(range(len(domains)), 1), *combinations(range(len(domains)), 2)]:
            exact: defaultdict[EvidenceSet, Fraction] = defaultdict(Fraction)
            for values, chance in joint.items():
                exact[tuple(values[place] for place in places)] += chance
            found = Counter(drawn.iloc[:, list(places)].itertuples(index=False, name=None))
            assert set(found) <= set(exact)
            events += [(found[values], min(float(chance), 1.0)) for values, chance in exact.items()]
    for count, chance in events:
        assert binomtest(count, DRAWS, chance).pvalue > FALSE_ALARM / len(events)


def test_reports_of_one_source_are_drawn_together() -> None:
    """Two reports by one source both say True more often than one each by two sources of the same numbers."""
    reports = ("s", "s"), ("s", "t")
    habits = Beta(0.5, 0.5)  # unknown, but the same for both reports: E[x^2] = 3/8
    for speakers, together in zip(reports, (0.5 * 0.25 + 0.5 * 0.375, 0.25), strict=True):
        stated = case(
            {"a": 0.5, "b": 0.5},
            *(item(f"e{n}", {"a": 0.5, "b": 0.5}, reports=[Report(source=name)]) for n, name in enumerate(speakers)),
            sources=(source("s", 0.5, habits), source("t", 0.5, habits)),
        )
        drawn = simulate(stated, "b", DRAWS, seed=2)
        assert binomtest(int(drawn.all(axis=1).sum()), DRAWS, together).pvalue > FALSE_ALARM / 2


def test_the_same_seed_gives_the_same_evidence() -> None:
    """Twice the same frame for one seed, another for another seed."""
    frame = simulate(SHARED, "b", 500, seed=7)
    pd.testing.assert_frame_equal(frame, simulate(SHARED, "b", 500, seed=7))
    assert not frame.equals(simulate(SHARED, "b", 500, seed=8))


@settings(FILTERED, max_examples=150)
@given(cases(max_hypotheses=3, max_items=5, max_worlds=64, ratios=False))
def test_what_is_drawn_is_what_was_observed_and_can_be(stated: Case) -> None:
    """In random cases: a column for each observation and report, none for what is hidden, and no impossible set."""
    assume(world_bound(stated) <= 500)
    for hypothesis in stated.names:
        drawn = simulate(stated, hypothesis, 20, seed=3)
        domains = columns(stated)
        assert set(drawn.columns) == set(domains)
        assert len(drawn) == 20
        for values in set(drawn[list(domains)].itertuples(index=False, name=None)):
            varied = with_evidence(stated, dict(zip(domains, values, strict=True)))
            assert any(worlds(varied, hypothesis)[0]), (hypothesis, values)


def test_no_sets_may_be_drawn() -> None:
    """Zero sets are a frame without rows, with the same columns."""
    assert list(simulate(CHAIN, "a", 1, seed=0).columns) == ["x.s", "x.t", "x.u", "y.s", "y.u"]


def test_what_cannot_be_drawn_is_refused() -> None:
    """Ratios, an unknown hypothesis and a negative number of sets, each with its code."""
    known = case({"a": 0.5, "b": 0.5}, item("e", {"a": 0.5, "b": 0.1}))
    only_ratios = case({"a": 0.5, "b": 0.5}, item("e", Ratios(reference="a", ratios={"b": 3})))
    refusals = {
        "E_RATIOS": [lambda: simulate(only_ratios, "a", 10, seed=0), lambda: surprise(only_ratios)],
        "E_UNKNOWN_NAME": [lambda: simulate(known, "c", 10, seed=0)],
        "E_RANGE": [lambda: simulate(known, "a", 0, seed=0)],
    }
    for code, refused in refusals.items():
        for call in refused:
            with pytest.raises(CaseError) as caught:
                call()
            assert [problem.code for problem in caught.value.problems] == [code]


# Calibration ---------------------------------------------------------------------------------------------------------


def test_credences_are_borne_out() -> None:
    """Of 20 000 simulated investigations, of those that end with a credence of p a share of p is right.

    Whether a hypothesis is true is, given the evidence, independent with its credence as probability, so Bernstein's
    inequality bounds how far the number of hits in a bin may be from the sum of its credences.
    """
    random = np.random.default_rng(4)
    edges = np.linspace(0, 1, 11)
    expected, variance, hits = np.zeros(10), np.zeros(10), np.zeros(10)
    for stated, sets in ((SHARED, 7_000), (OBSERVED, 7_000), (CHAIN, 6_000)):
        credences: dict[EvidenceSet, np.ndarray] = {}
        domains = columns(stated)
        prior = mean_prior(stated)
        truths = random.multinomial(sets, [float(prior[name]) for name in stated.names])
        for truth, (name, times) in enumerate(zip(stated.names, truths, strict=True)):
            drawn = simulate(stated, name, int(times), seed=100 + truth)[list(domains)]
            for values, count in Counter(drawn.itertuples(index=False, name=None)).items():
                if values not in credences:
                    varied = with_evidence(stated, dict(zip(domains, values, strict=True)))
                    credences[values] = weigh(varied, sampling=QUICK).credence.values
                for k, credence in enumerate(credences[values]):
                    bin_ = min(int(np.searchsorted(edges, credence, side="right")) - 1, 9)
                    expected[bin_] += count * credence
                    variance[bin_] += count * credence * (1 - credence)
                    hits[bin_] += count * (k == truth)
    assert (variance > 0).all(), "a bin is empty"
    surplus = np.abs(hits - expected)
    chance = 2 * np.exp(-(surplus**2) / 2 / (variance + surplus / 3))
    assert chance.min() > FALSE_ALARM / len(chance)


@pytest.mark.parametrize("stated", [FEW, SHARED, CHAIN], ids=["few", "shared", "chain"])
def test_the_credence_to_be_expected_is_the_prior(stated: Case) -> None:
    """Over all evidence sets y, the sum of P(y) times the credence given y is the prior."""
    expected, total = np.zeros(len(stated.names)), 0.0
    for _, varied in evidence_sets(stated):
        try:
            posterior = weigh(varied, sampling=QUICK)
        except ContradictionError:
            continue
        expected += math.exp(posterior.log_evidence) * posterior.credence.values
        total += math.exp(posterior.log_evidence)
    assert total == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(expected, [float(chance) for chance in mean_prior(stated).values()], atol=1e-12)


def test_a_false_hypothesis_is_not_expected_to_gain() -> None:
    """Turing: the mean of the likelihood ratio of one hypothesis to another, where the other holds, is 1."""
    for i, j in product(range(3), repeat=2):
        mean = 0.0
        exact = chances(FEW, FEW.names[j])
        for values, varied in evidence_sets(FEW):
            posterior = weigh(varied, sampling=QUICK)
            after, before = posterior.credence.values, posterior.prior.values
            mean += float(exact[values]) * (after[i] / after[j]) / (before[i] / before[j])
        assert mean == pytest.approx(1, abs=1e-12)


# Surprise ------------------------------------------------------------------------------------------------------------


def assert_surprise(found: Any, exact: dict[EvidenceSet, Fraction], came_out: EvidenceSet) -> None:
    """The row of one hypothesis is what adding up all its evidence sets gives."""
    here = exact[came_out]
    assert found["log_evidence"] == pytest.approx(math.log(here) if here else -math.inf, abs=CLOSE)
    mean = math.fsum(float(chance) * math.log(chance) for chance in exact.values() if chance)
    assert found["expected"] == pytest.approx(mean, abs=CLOSE)
    surely = sum(chance for chance in exact.values() if chance == here or chance < here * (1 - Fraction(TIED)))
    at_most = sum(chance for chance in exact.values() if chance <= here * (1 + Fraction(TIED)))
    assert float(surely) - CLOSE <= found["tail"] <= float(at_most) + CLOSE
    assert found["error"] == 0


@settings(FILTERED, max_examples=150)
@given(cases(max_hypotheses=3, max_items=4, max_worlds=64, ratios=False))
def test_few_evidence_sets_are_all_gone_through(stated: Case) -> None:
    """In random cases each column is the sum over all evidence sets, in fractions, and has no error."""
    assume(set_count(stated) * world_bound(stated) <= MOST_WORLDS)
    exact = {name: chances(stated, name) for name in stated.names}
    came_out = as_it_came_out(stated)
    prior = mean_prior(stated)
    if not any(prior[name] * exact[name][came_out] for name in stated.names):
        with pytest.raises(ContradictionError):
            surprise(stated)
        return
    table = surprise(stated)
    assert list(table.index) == list(stated.names)
    assert list(table.columns) == ["log_evidence", "expected", "tail", "error"]
    for name in stated.names:
        assert_surprise(table.loc[name], exact[name], came_out)


def test_every_set_of_a_case_can_be_the_one_that_came_out() -> None:
    """Whichever of its sets is observed, the table of a case with a shared source is the sum over all."""
    for stated in (FEW, SHARED):
        exact = {name: chances(stated, name) for name in stated.names}
        for values, varied in evidence_sets(stated):
            if any(exact[name][values] for name in stated.names):
                table = surprise(varied)
                for name in stated.names:
                    assert_surprise(table.loc[name], exact[name], values)


def test_a_set_that_is_just_as_unlikely_counts() -> None:
    """Of three items alike, one False is as unlikely whichever it is: all three sets are in the tail."""
    stated = case(
        {"a": 0.5, "b": 0.5},
        *(item(f"e{n}", {"a": 0.8, "b": 0.3}, observed=n != 1) for n in range(3)),
    )
    table = surprise(stated)
    assert table.loc["a", "tail"] == pytest.approx(1 - 0.8**3, abs=CLOSE)
    assert table.loc["b", "tail"] == pytest.approx(0.3**3 + 3 * 0.3**2 * 0.7, abs=CLOSE)


def independent(count: int) -> tuple[Case, dict[str, np.ndarray]]:
    """So many independent items, and P(item | hypothesis) of each."""
    known = {"a": np.linspace(0.3, 0.9, count), "b": np.linspace(0.45, 0.75, count), "c": np.full(count, 0.4)}
    evidence = [
        item(f"e{n}", {name: float(chance[n]) for name, chance in known.items()}, observed=n % 3 > 0)
        for n in range(count)
    ]
    return case({"a": 0.5, "b": 0.3, "c": 0.2}, *evidence), known


def logs_of_all_sets(known: np.ndarray) -> np.ndarray:
    """The logarithm of the probability of every set of outcomes of independent items."""
    logs = np.zeros(1)
    for chance in known:
        logs = np.concatenate([logs + math.log(chance), logs + math.log(1 - chance)])
    return logs


def log_as_it_came_out(known: np.ndarray) -> float:
    return math.fsum(math.log(chance if n % 3 > 0 else 1 - chance) for n, chance in enumerate(known))


def test_the_most_sets_that_are_gone_through_are_16384() -> None:
    """Of fourteen independent items all 2^14 sets are added up: no error, and the same numbers as here."""
    stated, known = independent(14)
    table = surprise(stated, n=1)
    for name, chance in known.items():
        logs, here = logs_of_all_sets(chance), log_as_it_came_out(chance)
        assert table.loc[name, "log_evidence"] == pytest.approx(here, abs=CLOSE)
        assert table.loc[name, "expected"] == pytest.approx(float(np.exp(logs) @ logs), abs=CLOSE)
        assert table.loc[name, "tail"] == pytest.approx(float(np.exp(logs)[logs <= here + TIED].sum()), abs=CLOSE)
        assert table.loc[name, "error"] == 0


@pytest.mark.parametrize("n", [2_000, 20_000])
def test_of_more_sets_some_are_drawn(n: int) -> None:
    """Of fifteen independent items the tail and the mean are estimates, and no further off than they may be."""
    stated, known = independent(15)
    table = surprise(stated, n=n, seed=5)
    pd.testing.assert_frame_equal(table, surprise(stated, n=n, seed=5))
    for name, chance in known.items():
        logs = logs_of_all_sets(chance)
        assert_estimated(table.loc[name], n, len(known), logs, np.exp(logs), log_as_it_came_out(chance))


def test_what_one_source_says_fifteen_times_is_drawn_together() -> None:
    """Its reports hang together: the tail and the mean are those of the number of times that it says True."""
    stands = {"a": 0.7, "b": 0.2}
    says = [n < 8 for n in range(15)]
    evidence = [item(f"e{n}", stands, reports=[Report(source="s", says=said)]) for n, said in enumerate(says)]
    stated = case({"a": 0.5, "b": 0.5}, *evidence, sources=(source("s", 0.6, Beta(2, 1)),))
    table = surprise(stated, n=20_000, seed=6)
    for name, chance in stands.items():
        # So many times True, in one of `ways` orders; E[x^m (1-x)^n] of the Beta(2, 1) is B(m + 2, n + 1) / B(2, 1).
        one_set = np.array(
            [
                0.6 * chance**m * (1 - chance) ** (15 - m)
                + 0.4 * math.factorial(m + 1) * math.factorial(15 - m) / math.factorial(17) * 2
                for m in range(16)
            ]
        )
        ways = np.array([math.comb(15, m) for m in range(16)])
        assert float(ways @ one_set) == pytest.approx(1)
        assert_estimated(table.loc[name], 20_000, 2, np.log(one_set), ways * one_set, float(np.log(one_set[8])))


def assert_estimated(row: Any, n: int, rows: int, logs: np.ndarray, shares: np.ndarray, here: float) -> None:
    """As far off as so many draws may be, in one of so many rows, at the declared rate of false alarms.

    Parameters
    ----------
    logs, shares
        Logarithms of the probabilities that a set can have, and how probable each is.
    here
        The logarithm for the set that came out.
    """
    each = FALSE_ALARM / (2 * rows)
    tail, mean = float(shares[logs <= here + TIED].sum()), float(shares @ logs)
    hits = round(row["tail"] * n)
    assert row["tail"] == pytest.approx(hits / n, abs=CLOSE)
    assert binomtest(hits, n, tail).pvalue > each
    assert 0 < row["error"] == pytest.approx(math.sqrt(hits / n * (1 - hits / n) / n), rel=1e-3)
    spread = math.sqrt(float(shares @ (logs - mean) ** 2) / n)
    assert 0 < abs(row["expected"] - mean) < norm.isf(each / 2) * spread
    assert row["log_evidence"] == pytest.approx(here, abs=CLOSE)


def test_an_unlisted_hypothesis_that_predicts_everything_reaches_five_percent() -> None:
    """Listed with the prior that `surprise` gives, and certain of all that was observed, its credence is 5 %."""
    told = with_unlisted(SURPRISING, surprise(SURPRISING).attrs["unlisted_prior"], ALWAYS, NEVER)
    assert float(brute_force(told).credence["unlisted"]) == pytest.approx(0.05, abs=1e-9)
    assert weigh(told, sampling=QUICK).credence.sel(hypothesis="unlisted").item() == pytest.approx(0.05, abs=1e-9)


def test_an_unlisted_hypothesis_as_good_as_the_best_reaches_five_percent() -> None:
    """Listed with the other prior, and likelihoods like those of the best that is listed, its credence is 5 %."""
    table = surprise(SURPRISING)
    best = table["log_evidence"].idxmax()
    assert best == "b" != weigh(SURPRISING, sampling=QUICK).leader  # best at predicting, though not in the lead
    told = with_unlisted(SURPRISING, table.attrs["unlisted_prior_as_best"], like=best)
    assert float(brute_force(told).credence["unlisted"]) == pytest.approx(0.05, abs=1e-9)


SURPRISING = case(
    {"a": 0.9, "b": 0.02, "rest": 0.08},
    item("x", {"a": 0.2, "b": 0.3, "rest": Beta(1, 4)}, reports=[Report(source="s"), Report(source="t")]),
    item("y", {"a": 0.1, "b": 0.4, "rest": 0.2}, reports=[Report(source="s")]),
    item("seen", {"a": 0.3, "b": 0.4, "rest": 0.2}, observed=False),
    item(
        "tool",
        {name: {"knife": 0.2, "gun": 0.1, "none": 0.7} for name in ("a", "b", "rest")},
        outcomes=("knife", "gun", "none"),
        observed="gun",
    ),
    sources=(
        source("s", 0.7, {"a": 0.2, "b": 0.3, "rest": Uniform(0.1, 0.4)}),
        source("t", Beta(2, 2), {"a": 0.4, "b": 0.4, "rest": 0.4}),
    ),
    catch_all="rest",
)
"""All that was reported is True, so that a source can be certain to say so."""


def with_unlisted(stated: Case, prior: float, yes: Any = None, no: Any = None, like: str | None = None) -> Case:
    """One hypothesis more: certain of everything that came out, or like one of those listed."""

    def predicted(part: Evidence) -> Any:
        if like is not None:
            return part.likelihood[like]
        if part.is_binary:
            return no if part.observed is False else yes
        return {outcome: yes if outcome == part.observed else no for outcome in part.outcomes}

    evidence = [
        part.model_copy(update={"likelihood": {**part.likelihood, "unlisted": predicted(part)}})
        for part in stated.evidence
    ]
    sources = [
        part.model_copy(
            update={"if_unreliable": {**part.if_unreliable, "unlisted": part.if_unreliable[like] if like else yes}}
        )
        for part in stated.sources
    ]
    more = Hypothesis(name="unlisted", statement="something that nobody thought of")
    scaled = {name: (1 - prior) * chance for name, chance in stated.prior.items()}
    return stated.model_copy(
        update={
            "hypotheses": (*stated.hypotheses, more),
            "prior": {**scaled, "unlisted": prior},
            "evidence": evidence,
            "sources": sources,
        }
    )


def test_a_contradictory_case_surprises_nobody() -> None:
    """Where every hypothesis is excluded, the table is refused; where one is, its logarithm is minus infinity."""
    with pytest.raises(ContradictionError):
        surprise(case({"a": 0.5, "b": 0.5}, item("e", {"a": NEVER, "b": NEVER})))
    table = surprise(case({"a": 0.5, "b": 0.5}, item("e", {"a": NEVER, "b": 0.25})))
    assert table.loc["a"].tolist() == [-math.inf, 0, 0, 0]
    mean = 0.25 * math.log(0.25) + 0.75 * math.log(0.75)
    assert table.loc["b"].tolist() == pytest.approx([math.log(0.25), mean, 0.25, 0], abs=CLOSE)


# Predictions of draws ------------------------------------------------------------------------------------------------

NAMED = {"a": {"x": 0.5, "y": 0.3, "z": 0.2}, "b": Dirichlet({"x": 1, "y": 2, "z": 1})}
PREDICTED = case(
    {"a": 0.4, "b": 0.6},
    item("e", {"a": Beta(2, 3), "b": Uniform(0.2, 0.9)}, observed=False),
    item("f", {"a": 0.7, "b": 0.2}, reports=[Report(source="s"), Report(source="t", says=False)]),
    item("g", NAMED, outcomes=("x", "y", "z"), observed="y"),
    item("h", {"a": 0.5, "b": 0.5}, observed=None),
    sources=(source("s", Beta(3, 2), Beta(2, 2)), source("t", 0.6, Beta(3, 1))),
)


def probabilities(group: xr.DataTree, hypothesis: np.ndarray) -> dict[str, np.ndarray]:
    """How probable each outcome is given the hypothesis and the inputs of each draw, by hand."""
    at = {name: group["assumption"].sel(address=name).values.ravel() for name in group["address"].values}
    is_a = hypothesis == 0
    f = np.where(is_a, 0.7, 0.2)
    says = {"s": at["source.s.reliability"], "t": np.full(len(f), 0.6)}
    reported = {f"f.{s}": r * f + (1 - r) * at[f"source.{s}.if_unreliable"] for s, r in says.items()}
    e = np.where(is_a, at["evidence.e.likelihood.a"], at["evidence.e.likelihood.b"])
    z = np.where(is_a, 0.2, at["evidence.g.likelihood.b.z"])
    return {"e": e, **reported, "g": z}


def test_predictions_are_as_probable_as_each_draw_makes_them() -> None:
    """Frequencies are those that the hypothesis and inputs of each draw give, in the prior and the posterior.

    The same holds weighted by the probability itself, so that no draw has the inputs of another.
    """
    draws = predict(weigh(PREDICTED, sampling=Sampling(draws=2500, seed=3))).draws
    bound, compared = norm.isf(FALSE_ALARM / 2 / 12), 0
    drawn = draws["posterior"]["drawn_hypothesis"].values.ravel()
    outcomes = draws["posterior_predictive"]["outcome"]
    for label, probability in probabilities(draws["posterior"], drawn).items():
        found = outcomes.sel(observation=label).values.ravel()
        hit = (found == 2) if label == "g" else (found == 1)
        for weight in (1.0, probability):
            error = (weight**2 * probability * (1 - probability)).sum() ** 0.5
            assert abs((weight * (hit - probability)).sum()) <= bound * error, label
            compared += 1
    prior = draws["prior"]["prior"].values.reshape(-1, 2)
    both = [probabilities(draws["prior"], np.full(len(prior), k)) for k in (0, 1)]
    outcomes = draws["prior_predictive"]["outcome"]
    for label in both[0]:
        probability = prior[:, 0] * both[0][label] + prior[:, 1] * both[1][label]
        found = outcomes.sel(observation=label).values.ravel()
        hit = (found == 2) if label == "g" else (found == 1)
        error = (probability * (1 - probability)).sum() ** 0.5
        assert abs((hit - probability).sum()) <= bound * error, label
        compared += 1
    assert compared == 12


def test_reports_of_one_draw_come_from_one_world() -> None:
    """What two reliable sources say of the same item agrees."""
    told = [Report(source="s"), Report(source="t")]
    always = tuple(source(name, ALWAYS, 0.5) for name in "st")
    sure = case({"a": 0.5, "b": 0.5}, item("e", {"a": Beta(2, 2), "b": 0.3}, reports=told), sources=always)
    outcomes = predict(weigh(sure, sampling=QUICK)).draws["posterior_predictive"]["outcome"]
    assert outcomes["observation"].values.tolist() == ["e.s", "e.t"]
    assert (outcomes.isel(observation=0) == outcomes.isel(observation=1)).all()
    assert 0 < float(outcomes.mean()) < 1


def test_what_was_observed_has_the_codes_of_the_predictions() -> None:
    """1 for True, 0 for False, positions of named outcomes; what nobody observed is not predicted."""
    draws = predict(weigh(PREDICTED, sampling=QUICK)).draws
    observed = draws["observed_data"]["outcome"]
    assert dict(zip(observed["observation"].values.tolist(), observed.values.tolist(), strict=True)) == {
        "e": 0,
        "f.s": 1,
        "f.t": 0,
        "g": 1,
    }
    for name in ("prior_predictive", "posterior_predictive"):
        assert draws[name]["outcome"].dims == ("chain", "draw", "observation")
        assert {*np.unique(draws[name]["outcome"].sel(observation="g"))} == {0, 1, 2}
    bare = predict(weigh(case({"a": 0.4, "b": 0.6}), sampling=QUICK)).draws
    assert bare["observed_data"]["outcome"].shape == (0,)


def test_predictions_repeat_and_files_keep_them() -> None:
    """The same seed gives the same bytes, from a file too; the draws that were there stay as they are."""
    weighed = weigh(PREDICTED, sampling=QUICK)
    first, kept = predict(weighed), result_from_bytes(result_bytes(predict(weighed)))
    loaded = predict(result_from_bytes(result_bytes(weighed)))
    for other in (kept, loaded, predict(first)):
        xr.testing.assert_identical(other.draws, first.draws)
    assert "observed_data" not in weighed.draws.children
    for name, group in weighed.draws.children.items():
        xr.testing.assert_identical(group.to_dataset(), first.draws[name].to_dataset())
    other = predict(weigh(PREDICTED, sampling=Sampling(draws=100, seed=1))).draws["prior_predictive"]
    assert not other.to_dataset().equals(first.draws["prior_predictive"].to_dataset())


def test_ratios_predict_nothing() -> None:
    """They do not say how often an item comes out: refused, not left out."""
    stated = case({"a": 0.4, "b": 0.6}, item("e", Ratios(reference="a", ratios={"b": 2.0})))
    with pytest.raises(CaseError, match=r"E_RATIOS evidence\.e\.likelihood"):
        predict(weigh(stated, sampling=QUICK))
