"""The laws of probability: whatever the case, what is learned adds up, in any order and from any side.

One law to a test, 200 random cases to a law. P16 to P34 are the numbers by which reviews refer to the laws. Most hold
of any joint likelihood and are put to `entangled` cases; those that need items independent given the hypothesis say so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise, permutations, product
from math import prod
from random import Random
from statistics import NormalDist
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from attribution_bayes import (
    Beta,
    Case,
    CommonCause,
    ContradictionError,
    Evidence,
    Hypothesis,
    Impossible,
    Odds,
    Ratios,
    Report,
    Uniform,
    assumptions,
    weigh,
    weight_of_evidence,
    what_if,
)
from attribution_bayes.declare.parameters import row_address
from attribution_bayes.engine.exact import likelihoods
from attribution_bayes.engine.network import network
from attribution_bayes.testing import assert_coherent, cases
from test_properties_structure import (
    ALWAYS,
    ANY,
    EVERY,
    FEW,
    NEVER,
    ROUNDING,
    T1,
    assert_close,
    binary,
    chance,
    entangled,
    hushed,
    independent,
    item,
    renamed,
    row,
    solved,
    source,
    stated_prior,
    sure,
    taken_for_certain,
    with_items,
    with_more,
)

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

QUADRATURE = 1e-9
"""Relative error allowed where an uncertain input is used several times and summed out over nodes."""

MOST_OUTCOMES = 8
"""Outcomes of the evidence that one example goes through."""

DECIBANS = 10 / math.log(10)

Floats = NDArray[np.float64]


# Likelihoods and outcomes --------------------------------------------------------------------------------------------


def log_likelihoods(case: Case) -> dict[str, float]:
    """Log P(all observations | hypothesis), which P16 holds against log P(E) with the hypothesis certain."""
    net = network(case)
    values = net.inputs.values[None]
    found = likelihoods(net, values, np.zeros(values.shape[1], dtype=bool)).prod(axis=1).log()[0]
    return dict(zip(case.names, found.tolist(), strict=True))


def log_evidence(case: Case) -> float:
    try:
        return solved(case).log_evidence
    except ContradictionError:
        return -math.inf


def joint(case: Case) -> Floats:
    """P(hypothesis, all observations); shape (hypothesis,)."""
    try:
        credence, log_evidence = solved(case)
    except ContradictionError:
        return np.zeros(len(case.names))
    return np.array([*credence.values()]) * math.exp(log_evidence)


def findings(old: Evidence) -> list[Evidence]:
    """The item with everything that could have been found of it: each outcome, or all that its sources could say."""
    if old.reports:
        said = product((True, False), repeat=len(old.reports))
        heard = [[r.model_copy(update={"says": s}) for r, s in zip(old.reports, says, strict=True)] for says in said]
        return [old.model_copy(update={"reports": reports}) for reports in heard]
    if old.observed is None or isinstance(old.likelihood, Ratios):
        return []
    return [old.model_copy(update={"observed": outcome}) for outcome in old.outcomes]


def open_items(case: Case, rng: Random) -> dict[str, list[Evidence]]:
    """Some items in all their findings: not more than `MOST_OUTCOMES` together."""
    chosen: dict[str, list[Evidence]] = {}
    for old in rng.sample(case.evidence, k=len(case.evidence)):
        found = findings(old)
        if found and len(found) * prod(map(len, chosen.values())) <= MOST_OUTCOMES:
            chosen[old.name] = found
    return chosen


def joints(case: Case, opened: Mapping[str, list[Evidence]]) -> Floats:
    """P(hypothesis, outcome, whatever else the case has observed); shape (outcome, hypothesis)."""
    outcomes = product(*opened.values())
    return np.array([joint(with_items(case, {item.name: item for item in outcome})) for outcome in outcomes])


def outcome_table(case: Case, rng: Random) -> Floats:
    """P(hypothesis, outcome) for all outcomes of some items, the others unknown; shape (outcome, hypothesis)."""
    opened = open_items(case, rng)
    unknown = [
        hushed(old) for old in case.evidence if old.name not in opened and not isinstance(old.likelihood, Ratios)
    ]
    unheard = [old for old in case.evidence if old.name in opened]
    return joints(case.model_copy(update={"evidence": [*unheard, *unknown]}), opened)


def expected_entropy(table: Floats) -> float:
    """Of the columns once the row is known, in nats."""
    return math.fsum(float(line.sum()) * entropy(line / line.sum()) for line in table if line.any())


def entropy(chances: Floats) -> float:
    return -math.fsum(p * math.log(p) for p in chances.tolist() if p > 0)


# Any posterior -------------------------------------------------------------------------------------------------------


@EVERY
@given(entangled(exclusions=False) | cases(max_hypotheses=5, max_items=8, exclusions=False))
def test_what_weigh_returns_is_coherent(case: Case) -> None:
    """`assert_coherent` passes what the exact engine gives for 200 random cases, as its documentation says."""
    assert_coherent(weigh(case, method="exact", sampling=FEW))


@EVERY
@given(entangled())
def test_p16_odds_are_prior_odds_times_the_likelihood_ratio(case: Case) -> None:
    """For any two hypotheses p_i / p_j = (prior_i / prior_j) (l_i / l_j); l_h is P(E) in a case where h is certain."""
    prior, likelihood = stated_prior(case), {name: log_evidence(taken_for_certain(case, name)) for name in case.names}
    assert likelihood == pytest.approx(log_likelihoods(case), rel=4 * ROUNDING, abs=T1)
    if not any(prior[name] and likelihood[name] > -math.inf for name in case.names):
        with pytest.raises(ContradictionError):
            solved(case)
        return
    credence = solved(case).credence
    for one, other in permutations(case.names, 2):
        if credence[other]:
            shift = math.exp(likelihood[one] - likelihood[other])
            assert_close(credence[one] / credence[other], prior[one] / prior[other] * shift)
        else:
            assert prior[other] == 0 or likelihood[other] == -math.inf


@EVERY
@given(independent(exclusions=False))
def test_p17_log_odds_are_the_prior_log_odds_and_the_sum_of_what_each_item_says(case: Case) -> None:
    """Among independent items, log-odds can be added up by hand from the numbers that `assumptions` lists.

    To 1e-12 of the sum of the absolute logarithms, and the rounding of n + K products, 8 (n + K) 2^-53.
    """
    stated = {assumption.address: assumption.stated for assumption in assumptions(case)}
    credence = solved(case).credence
    for one, other in permutations(case.names, 2):
        logs = [math.log(stated[f"prior.{one}"] / stated[f"prior.{other}"])]
        logs += [math.log(said(old, one, stated) / said(old, other, stated)) for old in case.evidence]
        off = abs(math.log(credence[one] / credence[other]) - math.fsum(logs))
        assert off <= T1 * sum(map(abs, logs)) + 8 * (len(case.evidence) + len(case.names)) * ROUNDING


def said(old: Evidence, hypothesis: str, stated: Mapping[str, float]) -> float:
    """The likelihood of what was observed of an item that depends on no other, read off the list of assumptions."""
    if isinstance(old.likelihood, Ratios) and hypothesis == old.likelihood.reference:
        return 1.0
    address, error = row_address(old, hypothesis, ()), stated.get(f"evidence.{old.name}.error", 0.0)
    if old.is_binary:
        understood = stated[str(address)] if old.observed else 1 - stated[str(address)]
    else:
        understood = stated[f"{address}.{old.observed}"]
    return (1 - error) * understood + error / len(old.outcomes) if error else understood


@EVERY
@given(entangled(exclusions=False), ANY)
def test_p18_log_odds_are_the_prior_log_odds_and_what_each_item_says_given_those_before_it(
    case: Case, rng: Random
) -> None:
    """`weight_of_evidence` is the change of log-odds from one item to the next, and adds up to the whole change."""
    one, other = rng.sample(case.names, k=2)
    weights = weight_of_evidence(case, one, other)["weight"]
    ways = [log_odds(unheard_after(case, n), one, other) for n in range(len(weights) + 1)]
    assert ways[-1] == log_odds(case, one, other)
    allowed = T1 * (1 + weights.abs().sum())
    np.testing.assert_allclose(weights, np.diff(ways) * DECIBANS, rtol=0, atol=allowed)
    assert abs(weights.sum() - (ways[-1] - ways[0]) * DECIBANS) <= allowed


def log_odds(case: Case, one: str, other: str) -> float:
    credence = solved(case).credence
    return math.log(credence[one] / credence[other])


def unheard_after(case: Case, count: int) -> Case:
    """The case in which only the first `count` of what was observed or reported is known."""
    items, heard = [], 0
    for old in case.evidence:
        speaks = old.observed is not None or bool(old.reports)
        heard += speaks
        if not speaks or heard <= count:
            items.append(old)
        elif not isinstance(old.likelihood, Ratios):
            items.append(hushed(old))
    return case.model_copy(update={"evidence": items})


# Learning in steps ---------------------------------------------------------------------------------------------------


@EVERY
@given(independent(exclusions=False))
def test_p19a_independent_items_can_be_learned_one_by_one(case: Case) -> None:
    """Among independent items, weighing each with the credences so far as the prior ends where weighing all does."""
    prior: Any = case.prior
    for old in case.evidence:
        prior = Odds(solved(case.model_copy(update={"prior": prior, "evidence": [old]})).credence)
    in_steps = solved(case.model_copy(update={"prior": prior, "evidence": ()})).credence
    for name, credence in solved(case).credence.items():
        assert_close(in_steps[name], credence)


@EVERY
@given(entangled(exclusions=False))
def test_p19b_items_can_be_learned_one_by_one_by_their_likelihoods_given_those_before(case: Case) -> None:
    """With P(item | hypothesis, items before) as its likelihood, learning one by one ends where weighing all does."""
    heard = sum(old.observed is not None or bool(old.reports) for old in case.evidence)
    known = [log_likelihoods(unheard_after(case, n)) for n in range(heard + 1)]
    prior, alone = cast(Any, case.prior), {"sources": (), "common_causes": (), "error": None}
    for before, after in pairwise(known):
        largest = max(after[name] - before[name] for name in case.names)
        row = {name: math.exp(after[name] - before[name] - largest) / 2 for name in case.names}
        step = case.model_copy(update={**alone, "prior": prior, "evidence": [item("next", row)]})
        prior = Odds(solved(step).credence)
    in_steps = solved(case.model_copy(update={**alone, "prior": prior, "evidence": ()})).credence
    for name, credence in solved(case).credence.items():
        assert_close(in_steps[name], credence)


SHAPE = st.sampled_from((0.5, 1.0, 2.0, 3.0, 10.0, 50.0))


@EVERY
@given(st.lists(st.booleans(), min_size=1, max_size=8), st.lists(st.tuples(SHAPE, SHAPE), min_size=2, max_size=3))
def test_p19b_learning_one_by_one_carries_what_was_learned_of_a_shared_input(
    said: list[bool], shapes: list[tuple[float, float]]
) -> None:
    """A rate that is used in every report becomes Beta(a + s, b + f) on the way; then the steps end where all do."""
    rates = {f"h{place}": shape for place, shape in enumerate(shapes)}
    prior: Any = {name: 1 / len(rates) for name in rates}
    together = solved(rumours(prior, rates, said)).credence
    for says in said:
        prior = Odds(solved(rumours(prior, rates, [says])).credence)
        rates = {name: (a + says, b + (not says)) for name, (a, b) in rates.items()}
    in_steps = solved(rumours(prior, rates, [])).credence
    for name, credence in together.items():
        assert_close(in_steps[name], credence, tolerance=QUADRATURE)


def rumours(prior: Any, rates: Mapping[str, tuple[float, float]], said: Sequence[bool]) -> Case:
    """A source that never follows the facts says these things at a rate that depends on the hypothesis."""
    invents = source("rumour", Impossible("it invents"), {name: Beta(a, b) for name, (a, b) in rates.items()})
    items = [
        item(f"e{place}", dict.fromkeys(rates, 0.5), reports=[Report(source="rumour", says=says)])
        for place, says in enumerate(said)
    ]
    hypotheses = [Hypothesis(name=name, statement=name) for name in rates]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=[invents], evidence=items)


# Other sets of hypotheses --------------------------------------------------------------------------------------------


def recast(case: Case, prior: Mapping[str, float], like: Mapping[str, str]) -> Case:
    """The case with other hypotheses; to each the evidence is as likely as to the one that it is like."""
    total = math.fsum(prior.values())
    numbers = {name: weight / total or NEVER for name, weight in prior.items()}
    return case.model_copy(
        update={
            "hypotheses": [Hypothesis(name=name, statement=f"it was {name}") for name in like],
            "prior": {name: ALWAYS if number == 1.0 else number for name, number in numbers.items()},
            "sources": [
                old.model_copy(update={field: relabelled(getattr(old, field), like) for field in old.model_fields_set})
                for old in case.sources
            ],
            "evidence": [
                old.model_copy(update={"likelihood": relabelled(old.likelihood, like)}) for old in case.evidence
            ],
            "common_causes": [_cause_of_others(cause, like) for cause in case.common_causes],
        }
    )


def _cause_of_others(cause: CommonCause, like: Mapping[str, str]) -> CommonCause:
    rows = {name: relabelled(row, like) for name, row in cause.likelihood.items()}
    return cause.model_copy(update={"probability": relabelled(cause.probability, like), "likelihood": rows})


def relabelled(stated: Any, like: Mapping[str, str]) -> Any:
    match stated:
        case Ratios(reference=reference, ratios=ratios):
            absolute = {new: 1.0 if old == reference else ratios[old] for new, old in like.items()}
            chosen = next(new for new, old in like.items() if old == reference)
            return Ratios(reference=chosen, ratios={new: value for new, value in absolute.items() if new != chosen})
        case Mapping():
            return {new: stated[old] for new, old in like.items()}
        case _:
            return stated


@EVERY
@given(entangled(), ANY)
def test_p20_among_some_of_the_hypotheses_credences_keep_their_proportions(case: Case, rng: Random) -> None:
    """With some hypotheses left out and the prior scaled up, each of the others has p_h over the sum of theirs.

    Read the other way round: a further hypothesis takes the same share of credence from all that were there before.
    """
    references = {old.likelihood.reference for old in case.evidence if isinstance(old.likelihood, Ratios)}
    chosen = references | set(rng.sample(case.names, k=rng.randint(2, len(case.names))))
    kept = [name for name in case.names if name in chosen]
    before = dict(zip(case.names, joint(case).tolist(), strict=True))
    prior = {name: stated_prior(case)[name] for name in kept}
    total = math.fsum(before[name] for name in kept)
    if len(kept) < 2 or not any(prior.values()):
        return
    fewer = recast(case, prior, {name: name for name in kept})
    if not total:
        with pytest.raises(ContradictionError):
            solved(fewer)
        return
    for name, credence in solved(fewer).credence.items():
        assert_close(credence, before[name] / total)


@EVERY
@given(entangled(), ANY)
def test_p21_splitting_a_hypothesis_splits_its_credence(case: Case, rng: Random) -> None:
    """Two halves of one hypothesis, as likely to lead to the evidence, share its credence as they share its prior."""
    split, share, prior = rng.choice(case.names), rng.uniform(0.01, 0.99), stated_prior(case)
    parts = {**prior, split: share * prior[split], "twin": (1 - share) * prior[split]}
    divided = recast(case, parts, {**{name: name for name in case.names}, "twin": split})
    if not joint(case).any():
        with pytest.raises(ContradictionError):
            solved(divided)
        return
    credence, found = solved(case).credence, solved(divided).credence
    for name in case.names:
        assert_close(found[name], credence[name] * (share if name == split else 1))
    assert_close(found["twin"], credence[split] * (1 - share))
    assert_close(found[split] + found["twin"], credence[split])


@EVERY
@given(entangled(exclusions=False, min_hypotheses=3), ANY)
def test_p22_two_hypotheses_merge_by_their_joint_likelihood(case: Case, rng: Random) -> None:
    """With the prior-weighted mean of their joint likelihoods, two hypotheses in one add up their credences."""
    one, other = rng.sample(case.names, k=2)
    prior, credence, logs = stated_prior(case), solved(case).credence, log_likelihoods(case)
    largest = max(logs.values())
    joint_likelihood = {name: math.exp(log - largest) / 2 for name, log in logs.items()}
    both = prior[one] + prior[other]
    mixed = (prior[one] * joint_likelihood[one] + prior[other] * joint_likelihood[other]) / both
    rest = [name for name in case.names if name not in (one, other)]
    merged = Case(
        question=case.question,
        hypotheses=[Hypothesis(name=name, statement=name) for name in ("both", *rest)],
        prior=Odds({"both": both, **{name: prior[name] for name in rest}}),
        evidence=[item("all", {"both": mixed, **{name: joint_likelihood[name] for name in rest}})],
    )
    found = solved(merged).credence
    assert_close(found["both"], credence[one] + credence[other])
    for name in rest:
        assert_close(found[name], credence[name])


@EVERY
@given(ANY)
def test_p22x_merging_item_by_item_is_wrong(rng: Random) -> None:
    """The mean of each item's likelihoods gives the merged hypothesis too much or too little, even if independent.

    Too much if one of the two is favoured by the first item and the other by the second, else too little.
    """
    first, second = ({name: chance(rng) for name in "abc"} for _ in range(2))
    apart = three(item("first", first), item("second", second))
    by_item = [{"ab": (old["a"] + old["b"]) / 2, "c": old["c"]} for old in (first, second)]
    merged = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in ("ab", "c")],
        prior=Odds({"ab": 2, "c": 1}),
        evidence=[item("first", by_item[0]), item("second", by_item[1])],
    )
    right = solved(apart).credence["a"] + solved(apart).credence["b"]
    apart_in_both = (first["a"] - first["b"]) * (second["a"] - second["b"])
    assert (solved(merged).credence["ab"] < right) is (apart_in_both > 0)


def three(*items: Evidence) -> Case:
    hypotheses = [Hypothesis(name=name, statement=name) for name in "abc"]
    return Case(question="Which?", hypotheses=hypotheses, prior=Odds({"a": 1, "b": 1, "c": 1}), evidence=items)


# Before the evidence is known ----------------------------------------------------------------------------------------


@EVERY
@given(entangled())
def test_p23_the_evidence_is_no_likelier_than_under_the_best_hypothesis_and_no_less_than_under_the_worst(
    case: Case,
) -> None:
    """P(E) lies between the least and the greatest likelihood."""
    likelihood = log_likelihoods(case)
    least, greatest = min(likelihood.values()), max(likelihood.values())
    assert least - T1 <= log_evidence(case) <= greatest + T1 or log_evidence(case) == greatest == -math.inf


@EVERY
@given(entangled(max_hypotheses=3), ANY)
def test_p24_the_credence_that_is_expected_tomorrow_is_that_of_today(case: Case, rng: Random) -> None:
    """Over all that some items can still turn out to be, the mean credence is the one without them.

    With the other items known it is the credence by these, with none of them known it is the prior.
    """
    opened = open_items(case, rng)
    tomorrow = joints(case, opened)
    today = joint(with_items(case, {name: hushed(found[0]) for name, found in opened.items()}))
    np.testing.assert_allclose(tomorrow.sum(axis=0), today, rtol=T1, atol=0)
    prior = [*stated_prior(case).values()]
    np.testing.assert_allclose(outcome_table(case, rng).sum(axis=0), prior, rtol=T1, atol=0)


@EVERY
@given(entangled(max_hypotheses=3), ANY)
def test_p25_the_ratio_in_favour_of_a_false_hypothesis_is_one_on_average(case: Case, rng: Random) -> None:
    """Under j the mean of P(outcome | i) / P(outcome | j) is 1, or less where i allows what j excludes (Turing)."""
    likelihood, ratio = tables(case, rng)
    for i, j in permutations(range(likelihood.shape[1]), 2):
        possible = likelihood[:, j] > 0
        mean = likelihood[possible, j] @ ratio[possible, i, j]
        assert mean <= 1 + T1
        if not likelihood[~possible, i].any():
            assert mean == pytest.approx(1, abs=T1)
        else:
            assert mean == pytest.approx(likelihood[possible, i].sum(), rel=T1)


def tables(case: Case, rng: Random) -> tuple[Floats, Floats]:
    """P(outcome | hypothesis), and from credences and prior alone the ratios; the prior excludes nothing here.

    Shapes (outcome, hypothesis) and (outcome, hypothesis, hypothesis): odds over prior odds, NaN for 0 / 0.
    """
    prior = np.array([*stated_prior(case).values()])
    table = outcome_table(case, rng)[:, prior > 0]
    prior = prior[prior > 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = table[:, :, None] / table[:, None, :]
    return table / prior, odds / (prior[:, None] / prior[None, :])


@EVERY
@given(entangled(max_hypotheses=3), ANY)
def test_p26_strong_evidence_for_a_false_hypothesis_is_rare(case: Case, rng: Random) -> None:
    """Under j a ratio of at least c in favour of i turns up with probability at most 1 / c, for every c there is."""
    likelihood, ratio = tables(case, rng)
    for i, j in permutations(range(likelihood.shape[1]), 2):
        possible = likelihood[:, j] > 0
        chances, ratios = likelihood[possible, j], ratio[possible, i, j]
        for c in ratios[ratios > 0]:
            assert chances[ratios >= c].sum() <= (1 + T1) / c


@EVERY
@given(entangled(exclusions=False, max_hypotheses=3), ANY)
def test_p27_the_ratio_of_a_ratio_is_that_ratio(case: Case, rng: Random) -> None:
    """An item that says only how large the likelihood ratio was has that likelihood ratio."""
    likelihood, ratio = tables(case, rng)
    i, j = rng.sample(range(likelihood.shape[1]), k=2)
    values, group = np.unique(np.round(np.log(ratio[:, i, j]), 13), return_inverse=True)
    if len(values) < 2:
        return
    outcomes = tuple(f"v{n}" for n in range(len(values)))
    rows = {
        name: {f"v{n}": float(likelihood[group == n, k].sum()) for n in range(len(values))}
        for k, name in ((i, case.names[i]), (j, case.names[j]))
    }
    hypotheses = [Hypothesis(name=name, statement=name) for name in rows]
    for n, outcome in enumerate(outcomes):
        size = item("size", rows, outcomes=outcomes, observed=outcome)
        prior = Odds(dict.fromkeys(rows, 1))
        credence = solved(Case(question="Which?", hypotheses=hypotheses, prior=prior, evidence=[size])).credence
        found = credence[case.names[i]] / credence[case.names[j]]
        assert_close(found, float(ratio[group == n, i, j][0]))


FALSE_ALARM = 1e-6
"""Chance that a statistical test fails though all is well; seeds are fixed, so it fails always or never."""


def test_p28_among_simulated_cases_credences_are_frequencies() -> None:
    """Where worlds are simulated as the model says, a hypothesis of credence q is true in the share q of them.

    For each hypothesis and each bin of credences, the number of times that it is true is compared with the sum of the
    credences. Bins have a variance of at least 25, so the normal distribution holds; the bound is for all together.
    """
    rng = np.random.default_rng(20240322)
    worlds = 40_000
    prior = np.array([0.5, 0.3, 0.2])
    truth = rng.choice(3, size=worlds, p=prior)
    cause = rng.random(worlds) < np.array([0.7, 0.4, 0.1])[truth]
    traces = np.array([[0.9, 0.2], [0.6, 0.3]])  # by trace and cause True, False
    seen, paid = (rng.random(worlds) < np.where(cause, *traces[n]) for n in range(2))
    fled = rng.random(worlds) < rng.beta(np.array([2, 5, 1])[truth], np.array([3, 2, 1])[truth])
    honest, rate = rng.random(worlds) < rng.beta(4, 2, worlds), rng.uniform(0.2, 0.9, worlds)
    says_paid, says_fled = (np.where(honest, facts, rng.random(worlds) < rate) for facts in (paid, fled))
    copies = rng.random(worlds) < 0.4
    other_honest, other_says = rng.random(worlds) < 0.6, rng.random(worlds) < 0.5
    echo = np.where(copies, says_paid, np.where(other_honest, paid, other_says))

    credence = {
        heard: np.array([*solved(heard_case(prior, *heard)).credence.values()])
        for heard in product((True, False), repeat=4)
    }
    heard = np.stack([seen, says_paid, says_fled, echo], axis=1)
    found = np.array([credence[one] for one in map(tuple, heard.tolist())])
    scores = []
    for k in range(3):
        bins = np.digitize(found[:, k], np.linspace(0, 1, 21))
        for n in np.unique(bins):
            inside = found[bins == n, k]
            variance = (inside * (1 - inside)).sum()
            if variance >= 25:
                scores.append(((truth[bins == n] == k).sum() - inside.sum()) / math.sqrt(variance))
    assert len(scores) >= 15
    assert max(map(abs, scores)) <= NormalDist().inv_cdf(1 - FALSE_ALARM / (2 * len(scores)))


def heard_case(prior: Floats, seen: bool, says_paid: bool, says_fled: bool, echo: bool) -> Case:
    names = ("a", "b", "c")
    paid = [
        Report(source="agency", says=says_paid),
        Report(source="paper", says=echo, copied_from="agency", copy_probability=0.4),
    ]
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in names],
        prior=dict(zip(names, prior.tolist(), strict=True)),
        sources=[source("agency", Beta(4, 2), Uniform(0.2, 0.9)), source("paper", 0.6, 0.5)],
        evidence=[
            item("cause", dict(zip(names, (0.7, 0.4, 0.1), strict=True)), observed=None),
            item("seen", {name: {True: 0.9, False: 0.2} for name in names}, given="cause", observed=seen),
            item("paid", {name: {True: 0.6, False: 0.3} for name in names}, given="cause", reports=paid),
            item(
                "fled",
                {"a": Beta(2, 3), "b": Beta(5, 2), "c": Beta(1, 1)},
                reports=[Report(source="agency", says=says_fled)],
            ),
        ],
    )


@EVERY
@given(entangled(max_hypotheses=3), ANY)
def test_p29_information_is_expected_not_to_be_negative_and_is_mutual(case: Case, rng: Random) -> None:
    """Entropy is expected to fall by I(H; outcome) >= 0, which is as much as H tells of the outcome."""
    table = outcome_table(case, rng)
    fall = entropy(np.array([*stated_prior(case).values()])) - expected_entropy(table)
    assert fall >= -T1
    assert fall == pytest.approx(entropy(table.sum(axis=1)) - expected_entropy(table.T), abs=T1)
    independent_chances = np.outer(table.sum(axis=1), table.sum(axis=0))
    possible = table > 0
    divergence = math.fsum(table[possible] * np.log(table[possible] / independent_chances[possible]))
    assert fall == pytest.approx(divergence, abs=T1)


def test_p29_what_is_learned_can_raise_the_entropy() -> None:
    """A single finding may leave the question more open than it was: only on average does entropy fall."""
    surprise = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in ("a", "b")],
        prior={"a": 0.9, "b": 0.1},
        evidence=[item("seen", {"a": 0.1, "b": 0.9})],
    )
    credence = np.array([*solved(surprise).credence.values()])
    assert entropy(credence) > entropy(np.array([0.9, 0.1]))
    assert credence == pytest.approx([0.5, 0.5], rel=T1)


# Small changes -------------------------------------------------------------------------------------------------------


@EVERY
@given(entangled(), ANY)
def test_p30_an_item_true_and_an_item_false_make_up_the_item_unknown(case: Case, rng: Random) -> None:
    """Under every hypothesis P(item True, rest) + P(item False, rest) = P(rest); False counts with 1 - likelihood."""
    chosen = rng.choice(binary(case))
    unknown, true, false = (
        joint(with_items(case, {chosen.name: hushed(chosen).model_copy(update={"observed": found})}))
        for found in (None, True, False)
    )
    np.testing.assert_allclose(true + false, unknown, rtol=T1, atol=0)
    stated = row(rng, case)
    opposite = {name: 1 - value for name, value in stated.items()}
    seen_false, seen_opposite = (
        joint(with_more(case, extra)) for extra in (item("extra", stated, observed=False), item("extra", opposite))
    )
    np.testing.assert_allclose(seen_false, seen_opposite, rtol=T1, atol=0)


@EVERY
@given(entangled(exclusions=False), ANY)
def test_p31_a_credence_moves_by_p_times_1_minus_p(case: Case, rng: Random) -> None:
    """dp_h / dlog l_h = p_h (1 - p_h), dp_j / dlog l_h = -p_j p_h, and the other hypotheses keep their proportions.

    To 1e-6 by differences over logs 1e-4 apart on either side (their error is of order 1e-9); proportions to 1e-12.
    """
    moved, step = rng.choice(case.names), 1e-4
    before, less, more = (
        solved(with_more(case, sure("extra", {name: 0.5 * math.exp(by * (name == moved)) for name in case.names})))
        for by in (0, -step, step)
    )
    for name, credence in before.credence.items():
        expected = before.credence[moved] * ((name == moved) - credence)
        assert (more.credence[name] - less.credence[name]) / (2 * step) == pytest.approx(expected, abs=1e-6)
    rest = [name for name in case.names if name != moved]
    for one, other in permutations(rest, 2):
        ratio = before.credence[one] / before.credence[other]
        assert_close(more.credence[one] / more.credence[other], ratio)


@EVERY
@given(entangled(exclusions=False), ANY)
def test_p32_a_credence_rises_with_its_own_prior(case: Case, rng: Random) -> None:
    """With the rest of the prior scaled in proportion, more prior for a hypothesis is more credence for it alone."""
    moved = rng.choice(case.names)
    levels = np.sort(np.array([rng.uniform(0.001, 0.999) for _ in range(5)]))
    credence = what_if(case, {f"prior.{moved}": levels})
    own = credence.sel(hypothesis=moved).values
    others = credence.drop_sel(hypothesis=moved).values
    assert (np.diff(own) >= 0).all()
    assert (np.diff(others, axis=0) <= 0).all()
    open_ended = (own > 1e-9) & (own < 1 - 1e-9)
    assert (np.diff(own[open_ended]) > 0).all()


@EVERY
@given(entangled(exclusions=False))
def test_p33_odds_cannot_move_further_than_the_likelihoods_allow(case: Case) -> None:
    """odds(h) <= prior odds(h) l_h / min l_j, >= with the greatest l_j; for two hypotheses both are equalities."""
    prior, logs, credence = stated_prior(case), log_likelihoods(case), solved(case).credence
    for name in case.names:
        rest = [other for other in case.names if other != name]
        change = math.log(credence[name] / math.fsum(credence[other] for other in rest))
        change -= math.log(prior[name] / math.fsum(prior[other] for other in rest))
        most, least = (logs[name] - pick(logs[other] for other in rest) for pick in (min, max))
        assert least - T1 <= change <= most + T1
        if len(rest) == 1:
            assert abs(change) == pytest.approx(abs(logs[name] - logs[rest[0]]), abs=T1)


@EVERY
@given(entangled(exclusions=False, max_hypotheses=2))
def test_p34_exchanging_two_hypotheses_turns_the_ratio_over(case: Case) -> None:
    """What was said of one hypothesis said of the other, the credence is 1 - p and the likelihood ratio 1 / LR."""
    exchanged = renamed(case, {"h0": "h1", "h1": "h0"})
    before, after = solved(case).credence, solved(exchanged).credence
    assert_close(after["h0"], before["h1"])
    assert after["h0"] == pytest.approx(1 - before["h0"], abs=4 * ROUNDING)
    one, other = log_likelihoods(case), log_likelihoods(exchanged)
    assert other["h0"] - other["h1"] == pytest.approx(one["h1"] - one["h0"], abs=T1)
