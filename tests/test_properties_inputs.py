"""Uncertain and garbled inputs: what their spread does, what it does not do, and what a source takes away.

One law to a test, 200 random cases to a law. P35 to P43 are the numbers by which reviews refer to the laws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import permutations, product
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit, roots_jacobi, spence
from scipy.stats import kstest, norm

from attribution_bayes import (
    Beta,
    Case,
    Counts,
    Decibans,
    Dirichlet,
    Evidence,
    Hypothesis,
    Nats,
    Odds,
    RatioBetween,
    Ratios,
    Report,
    Same,
    Sampling,
    Source,
    Uniform,
    assumptions,
    credence_bounds,
    flip_points,
    one_way,
    suppose,
    weigh,
    what_if,
)
from attribution_bayes.declare import distributions as family
from attribution_bayes.declare.ways import distribution
from attribution_bayes.engine.inputs import ARRAYS
from attribution_bayes.engine.network import network
from attribution_bayes.testing import cases
from test_properties_coherence import QUADRATURE, Floats, entropy, expected_entropy, findings, joints, log_likelihoods
from test_properties_structure import (
    ALWAYS,
    ANY,
    EVERY,
    FEW,
    NEVER,
    ROUNDING,
    T1,
    assert_close,
    assert_same,
    chance,
    entangled,
    independent,
    item,
    rows,
    solved,
    solved_or_refused,
    source,
    sure,
    with_more,
)

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

NAMES = ("a", "b", "c")


def case_of(names: Sequence[str], *items: Evidence, prior: Any = None, sources: Sequence[Source] = ()) -> Case:
    """A case with an even prior unless another is given."""
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=f"it was {name}") for name in names],
        prior=prior or Odds(dict.fromkeys(names, 1)),
        sources=sources,
        evidence=items,
    )


def arbitrary(names: Sequence[str], rng: Random) -> dict[str, float]:
    """A number for each hypothesis."""
    return {name: chance(rng) for name in names}


def assert_all_close(found: Mapping[str, float], expected: Mapping[str, float], tolerance: float = T1) -> None:
    for name, credence in expected.items():
        assert_close(found[name], credence, tolerance)


# What is known of an input -------------------------------------------------------------------------------------------


@EVERY
@given(entangled(exclusions=False), ANY)
def test_p35_the_credence_is_the_mean_over_an_input_weighted_by_what_it_makes_of_the_evidence(
    case: Case, rng: Random
) -> None:
    """Whatever is uncertain, sum w p(h | E, x) / sum w over its values x, with w = p(x) P(E | x), is the credence.

    The values and their p(x) are Gauss nodes, exact for up to five uses of an input. With equal weights instead the
    number is another one: see the next test.
    """
    extra = source("late", Uniform(0.1, 0.9), Beta(2, 3))
    heard = with_more(
        case,
        item("met", rows(rng, case), given="cause", reports=[Report(source="late", says=rng.random() < 0.5)]),
        item("called", rows(rng, case), given="cause", reports=[Report(source="late", says=rng.random() < 0.5)]),
        item("known", {name: Beta(0.5, 2) for name in case.names}),
        sources=[extra],
    )
    addresses = {
        "source.late.reliability": extra.reliability,
        "source.late.if_unreliable": extra.if_unreliable,
        f"evidence.known.likelihood.{rng.choice(case.names)}": Beta(0.5, 2),
    }
    address = rng.choice(sorted(addresses))
    expected = solved(heard)
    total = np.zeros(len(case.names))
    for value, weight in zip(*nodes(addresses[address], 3), strict=True):
        at = solved(suppose(heard, {address: float(value)}))
        shift = math.exp(at.log_evidence - expected.log_evidence)
        total += weight * shift * np.array([*at.credence.values()])
    for name, found in zip(case.names, (total / total.sum()).tolist(), strict=True):
        assert_close(found, expected.credence[name], tolerance=QUADRATURE)


def nodes(stated: Any, count: int) -> tuple[Floats, Floats]:
    """Values of an input and their probabilities, exact for polynomials of degree up to 2 count - 1."""
    match distribution(stated):
        case family.Beta(alpha, beta):
            lower, upper = 0.0, 1.0
        case family.Uniform(lower, upper):
            alpha = beta = 1.0
    points, weights = roots_jacobi(count, beta - 1, alpha - 1)
    return lower + (upper - lower) * (points + 1) / 2, weights / weights.sum()


def test_p35_the_mean_over_posterior_draws_is_the_credence_and_over_prior_draws_is_not() -> None:
    """With Beta(1, 1) twice against 0.05 the credence is 100/101; draws from what was stated average to 0.951.

    Each mean is held against its value to five standard errors, which chance exceeds in one of 1.7 million; the two
    values are more than 30 apart.
    """
    row = {"a": Beta(1, 1), "b": 0.05}
    case = case_of(("a", "b"), item("first", row), item("second", row))
    assert_close(solved(case).credence["a"], 100 / 101)
    draws = weigh(case, sampling=Sampling(draws=2_500)).draws
    posterior = draws["posterior"]["credence"].sel(hypothesis="a").values.ravel()
    inputs = draws["prior"]["assumption"].stack(scenario=("chain", "draw"))
    stated = {str(address): inputs.sel(address=address).values for address in inputs["address"].values}
    prior = what_if(case, stated).sel(hypothesis="a").values
    over_prior = 1 + 0.05**2 * spence(1 + 1 / 0.05**2)  # E[uv / (uv + c)] = 1 + c Li2(-1 / c), spence(1 - z) = Li2(z)
    for drawn, mean in ((posterior, 100 / 101), (prior, over_prior)):
        assert abs(drawn.mean() - mean) <= 5 * drawn.std() / math.sqrt(drawn.size)
    assert 100 / 101 - over_prior > 30 * prior.std() / math.sqrt(prior.size)


@EVERY
@given(independent(exclusions=False))
def test_p36_an_input_that_is_used_once_counts_by_its_mean_alone(case: Case) -> None:
    """Among independent items the credence is that of the means: every width taken away, nothing moves."""
    means = {old.address: old.stated for old in assumptions(case)}
    prior = {name: means[f"prior.{name}"] for name in case.names}
    items = [
        old.model_copy(update={"likelihood": by_means(old, means), "error": means.get(f"evidence.{old.name}.error")})
        for old in case.evidence
    ]
    certain = case.model_copy(update={"prior": Odds(prior), "evidence": items})
    assert {old.kind for old in assumptions(certain)} <= {"odds", "number", "ratio"}
    assert_all_close(solved(certain).credence, solved(case).credence)


def by_means(old: Evidence, means: Mapping[str, float]) -> Any:
    """The item's likelihood with a plain number wherever a distribution was stated."""
    address = f"evidence.{old.name}.likelihood"
    if isinstance(old.likelihood, Ratios):
        ratios = {name: means[f"{address}.{name}"] for name in old.likelihood.ratios}
        return Ratios(reference=old.likelihood.reference, ratios=ratios)

    def number_or_row(at: str) -> Any:
        return means[at] if old.is_binary else {outcome: means[f"{at}.{outcome}"] for outcome in old.outcomes}

    if isinstance(old.likelihood, Same):
        return Same(number_or_row(address))
    return {name: number_or_row(f"{address}.{name}") for name in old.likelihood}


@pytest.mark.parametrize("way", [Beta(2, 6), Counts(0, 1), Uniform(0.1, 0.4)])
def test_p36_the_width_of_an_input_shows_in_the_spread(way: Any) -> None:
    """A range of mean 1/4 and the number 1/4 give one credence, but only the range leaves it a spread."""
    case = case_of(("a", "b"), item("found", {"a": way, "b": 0.5}))
    number = suppose(case, {"evidence.found.likelihood.a": 0.25})
    wide, narrow = weigh(case, sampling=FEW), weigh(number, sampling=FEW)
    np.testing.assert_allclose(wide.credence, narrow.credence, rtol=T1, atol=0)
    spread = {
        name: tables["spread_high"] - tables["spread_low"]
        for name, tables in (("wide", wide.summary()), ("narrow", narrow.summary()))
    }
    assert (spread["wide"] > 0.05).all()
    assert (spread["narrow"] == 0).all()


# Likelihood ratios ---------------------------------------------------------------------------------------------------


def some_ratio(rng: Random) -> float | RatioBetween:
    lower = 10 ** rng.uniform(-3, 3)
    return lower if rng.random() < 0.3 else RatioBetween(lower, lower * 10 ** rng.uniform(0, 3), rng.choice((0.5, 0.9)))


def some_ratios(rng: Random, names: Sequence[str]) -> Ratios:
    reference = rng.choice(names)
    return Ratios(reference=reference, ratios={name: some_ratio(rng) for name in names if name != reference})


def midpoint(ratio: float | RatioBetween) -> float:
    return math.sqrt(ratio.lower * ratio.upper) if isinstance(ratio, RatioBetween) else ratio


def divided(ratio: float | RatioBetween, by: float) -> float | RatioBetween:
    if isinstance(ratio, RatioBetween):
        return RatioBetween(ratio.lower / by, ratio.upper / by, ratio.mass)
    return ratio / by


def inverse(ratio: float | RatioBetween) -> float | RatioBetween:
    if isinstance(ratio, RatioBetween):
        return RatioBetween(1 / ratio.upper, 1 / ratio.lower, ratio.mass)
    return 1 / ratio


def against(old: Ratios, reference: str) -> Ratios:
    """The same ratios with another reference: all midpoints divided by that of the new one."""
    if reference == old.reference:
        return old
    by = midpoint(old.ratios[reference])
    others = {name: divided(ratio, by) for name, ratio in old.ratios.items() if name != reference}
    return Ratios(reference=reference, ratios=others | {old.reference: inverse(old.ratios[reference])})


@EVERY
@given(entangled(), ANY)
def test_p62_no_credence_hangs_on_the_reference_of_ratios(case: Case, rng: Random) -> None:
    """Among any number of hypotheses and beside any evidence, every reference gives the same credences."""
    stated = some_ratios(rng, case.names)
    expected = solved_or_refused(with_more(case, item("extra", stated)))
    for reference in case.names:
        by = 1.0 if reference == stated.reference else midpoint(stated.ratios[reference])
        found = solved_or_refused(with_more(case, item("extra", against(stated, reference))))
        assert_same(found, expected, shift=-math.log(by))


@EVERY
@given(entangled(), ANY, st.sampled_from(("decibans", "nats")))
def test_p62_no_credence_hangs_on_the_unit_of_a_ratio(case: Case, rng: Random, unit: str) -> None:
    """Beside any evidence, r and 10 log10 r decibans, or ln r nats, give the same credences."""
    reference, *others = case.names
    plain = {name: 10 ** rng.uniform(-6, 6) for name in others}
    logs = {
        name: Decibans(10 * math.log10(ratio)) if unit == "decibans" else Nats(math.log(ratio))
        for name, ratio in plain.items()
    }
    expected = solved_or_refused(with_more(case, item("extra", Ratios(reference=reference, ratios=plain))))
    assert_same(solved_or_refused(with_more(case, item("extra", Ratios(reference=reference, ratios=logs)))), expected)


def test_p62_no_table_hangs_on_the_unit_of_a_ratio() -> None:
    """Curves, flips, bounds and the inputs that both engines get are those of the plain number."""
    plain, logs = (
        case_of(
            ("a", "b", "c"),
            item("e", Ratios(reference="a", ratios=ratios)),
            item("f", {"a": 0.2, "b": 0.5, "c": Beta(2, 3)}),
        )
        for ratios in ({"b": 100.0, "c": 0.1}, {"b": Decibans(20), "c": Nats(math.log(0.1))})
    )
    for find in (one_way, flip_points, credence_bounds):
        pd.testing.assert_frame_equal(find(logs), find(plain), rtol=1e-9, atol=1e-12)
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(network(logs).inputs, name), getattr(network(plain).inputs, name), rtol=T1)
    address = "evidence.e.likelihood.b"
    supposed = [what_if(case, {address: [3.0, 100.0, 1e4]}).values for case in (logs, plain)]
    np.testing.assert_allclose(*supposed, rtol=T1, atol=0)


@EVERY
@given(cases(max_hypotheses=2, max_items=4, exclusions=False), ANY)
def test_p62_with_two_hypotheses_no_flip_swing_or_bound_hangs_on_it(case: Case, rng: Random) -> None:
    """What moves the answer is as far away and moves it as far, whichever of the two the ratio refers to."""
    stated = some_ratios(rng, case.names)
    (other,) = stated.ratios
    one, turned = (with_more(case, item("extra", ratios)) for ratios in (stated, against(stated, other)))
    here, there = "evidence.extra.likelihood." + other, "evidence.extra.likelihood." + stated.reference
    for find, columns in ((one_way, ["swing"]), (flip_points, ["distance_db", "attained_low", "attained_high"])):
        expected, found = find(one, case.names[0]), find(turned, case.names[0]).rename(index={there: here})
        pd.testing.assert_frame_equal(found[columns], expected[columns], check_like=True, rtol=1e-9, atol=1e-9)
    expected, found = flip_points(one).loc[here, "flip_at"], flip_points(turned).loc[there, "flip_at"]
    assert found == pytest.approx(1 / expected, rel=1e-9, nan_ok=True)
    pd.testing.assert_frame_equal(credence_bounds(turned), credence_bounds(one), rtol=1e-9)


DRAWN = Sampling(draws=5_000, seed=3)


@pytest.mark.parametrize("prior", [0.5, 0.1])
def test_p62_with_two_hypotheses_draws_do_not_hang_on_it(prior: float) -> None:
    """Draws of the ratio, and of the credence, are distributed alike; a false alarm is likely 1e-6 for each test.

    Given a, the logarithm of the ratio is Normal(m + s^2/2, s), given b Normal(m - s^2/2, s).
    """
    stated = RatioBetween(0.1, 40)
    other = item("other", {"a": Beta(2, 1), "b": 0.5})
    for reference, sign in (("b", 1), ("a", -1)):
        ratios = against(Ratios(reference="b", ratios={"a": stated}), reference)
        case = case_of(("a", "b"), item("extra", ratios), other, prior={"a": prior, "b": 1 - prior})
        weighed = weigh(case, sampling=DRAWN)
        drawn = weighed.draws["posterior"]
        (name,) = ratios.ratios
        log = sign * np.log(drawn["assumption"].sel(address=f"evidence.extra.likelihood.{name}").values.ravel())
        mu, sigma = (math.log(0.1) + math.log(40)) / 2, math.log(400) / 2 / norm.isf(0.05)
        assert_close(weighed.credence.values[0], expit(logit(prior) + mu + math.log(4 / 3)))
        shares = [(weighed.credence.values[0], mu + sigma**2 / 2), (weighed.credence.values[1], mu - sigma**2 / 2)]
        mixed = partial(_mixture, shares, sigma)
        assert kstest(log, mixed).pvalue >= 1e-6
        mean = drawn["credence"].sel(hypothesis="a").values.ravel()
        assert abs(mean.mean() - weighed.credence.values[0]) <= 5 * mean.std() / math.sqrt(mean.size)


def _mixture(shares: Sequence[tuple[float, float]], sigma: float, x: Floats) -> Floats:
    return np.asarray(sum(share * norm.cdf(x, loc=mu, scale=sigma) for share, mu in shares))


@EVERY
@given(entangled(), ANY)
def test_p63_the_width_of_a_ratio_moves_no_credence(case: Case, rng: Random) -> None:
    """Each range taken for its geometric midpoint, the credences stay, beside any evidence."""
    stated = some_ratios(rng, case.names)
    midpoints = {name: midpoint(ratio) for name, ratio in stated.ratios.items()}
    narrow = Ratios(reference=stated.reference, ratios=midpoints)
    expected = solved_or_refused(with_more(case, item("extra", stated)))
    assert_same(solved_or_refused(with_more(case, item("extra", narrow))), expected)


def test_p62_a_range_around_one_speaks_for_nobody() -> None:
    """Between 1/100 and 100 times likelier, whoever is the reference: an even prior stays even."""
    for reference, name in (("a", "b"), ("b", "a")):
        ratios = Ratios(reference=reference, ratios={name: RatioBetween(0.01, 100)})
        assert solved(case_of(("a", "b"), item("e", ratios))).credence == {"a": 0.5, "b": 0.5}


# Inputs used several times -------------------------------------------------------------------------------------------


def rising(x: Fraction, times: int) -> Fraction:
    return math.prod((x + n for n in range(times)), start=Fraction(1))


SHAPE = st.sampled_from((0.5, 1.0, 2.0, 3.5, 10.0, 50.0))
SAID = st.lists(st.booleans(), min_size=2, max_size=12)


def inventions(said: Sequence[bool], if_unreliable: Mapping[str, Any], reliability: Any = NEVER) -> Case:
    """One source says these things about items that are as likely under all hypotheses."""
    items = [
        item(f"e{n}", dict.fromkeys(if_unreliable, 0.5), reports=[Report(source="rumour", says=says)])
        for n, says in enumerate(said)
    ]
    return case_of(tuple(if_unreliable), *items, sources=[source("rumour", reliability, if_unreliable)])


@EVERY
@given(SAID, SHAPE, SHAPE, st.floats(0.05, 0.95))
def test_p37_a_shared_input_counts_by_the_moments_of_its_distribution(
    said: list[bool], alpha: float, beta: float, rate: float
) -> None:
    """s reports True and f False at one rate ~ Beta(a, b) have likelihood B(a + s, b + f) / B(a, b), not mean^n."""
    s, f = said.count(True), said.count(False)
    a, b, known = Fraction(alpha), Fraction(beta), Fraction(rate)
    moment = rising(a, s) * rising(b, f) / rising(a + b, s + f)
    found = solved(inventions(said, {"a": Beta(alpha, beta), "b": rate})).credence
    assert_close(found["a"] / found["b"], float(moment / (known**s * (1 - known) ** f)))
    assert moment != (a / (a + b)) ** s * (b / (a + b)) ** f


@EVERY
@given(independent(exclusions=False), ANY)
def test_p38_a_dirichlet_row_counts_by_its_shares_and_merges_by_adding_weights(case: Case, rng: Random) -> None:
    """An outcome has likelihood alpha_o / sum of alpha, whatever becomes of the other outcomes: merged, they add up."""
    outcomes = ("low", "middle", "high")
    alpha = {name: {o: rng.uniform(0.2, 20) for o in outcomes} for name in case.names}
    shares = {name: weights["low"] / math.fsum(weights.values()) for name, weights in alpha.items()}
    merged = {name: {"low": w["low"], "other": w["middle"] + w["high"]} for name, w in alpha.items()}
    ways = (
        item("level", {name: Dirichlet(w) for name, w in alpha.items()}, outcomes=outcomes, observed="low"),
        item("level", {name: Dirichlet(w) for name, w in merged.items()}, outcomes=("low", "other"), observed="low"),
        item("level", {name: Beta(w["low"], w["other"]) for name, w in merged.items()}),
        item("level", shares),
    )
    first, *others = (solved(with_more(case, way)) for way in ways)
    for other in others:
        assert_same(other, first)


@EVERY
@given(independent(exclusions=False), ANY)
def test_p38_a_dirichlet_prior_counts_by_its_shares(case: Case, rng: Random) -> None:
    """With weights alpha the credences are those with odds alpha: their size shows in the spread alone."""
    weights = {name: rng.uniform(0.2, 20) for name in case.names}
    ways = (Dirichlet(weights), Odds(weights), Dirichlet({name: 100 * weight for name, weight in weights.items()}))
    first, *others = (solved(case.model_copy(update={"prior": prior})) for prior in ways)
    for other in others:
        assert_same(other, first)


@EVERY
@given(st.integers(2, 8), st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.sampled_from((NEVER, 0.3, 0.8)))
def test_p39_as_a_distribution_narrows_the_credence_tends_to_that_of_its_mean(
    count: int, rate: float, other: float, reliability: Any
) -> None:
    """With Beta(k s, k (1 - s)) for a rate used n times the credence falls to that of s: by O(1 / k), never back.

    E[x^n] - s^n <= n (n - 1) / 2 Var(x) for x in [0, 1], and Var(x) = s (1 - s) / (k + 1).
    """
    said = [True] * count

    def likelihood(way: Any) -> float:
        return math.exp(log_likelihoods(inventions(said, {"a": way, "b": other}, reliability))["a"])

    point = likelihood(rate)
    excess = [likelihood(Beta(k * rate, k * (1 - rate))) - point for k in (1, 10, 1e2, 1e3, 1e4)]
    assert excess == sorted(excess, reverse=True)
    unreliable = 1.0 if reliability == NEVER else 1 - reliability
    for k, more in zip((1, 10, 1e2, 1e3, 1e4), excess, strict=True):
        bound = unreliable * count * (count - 1) / 2 * rate * (1 - rate) / (k + 1)
        assert 0 < more <= bound + T1


@EVERY
@given(entangled(exclusions=False), ANY)
def test_p39_a_very_narrow_distribution_is_as_good_as_a_number(case: Case, rng: Random) -> None:
    """Whatever the case, a rate known to one in ten million gives the credences of the number, to 1e-9."""
    rate = chance(rng)
    narrow, number = (said_by_agency(case, way) for way in (Beta(1e14 * rate, 1e14 * (1 - rate)), rate))
    assert_all_close(solved(narrow).credence, solved(number).credence, tolerance=QUADRATURE)


def said_by_agency(case: Case, if_unreliable: Any) -> Case:
    """The case with this said of the agency, which reports two items."""
    agency = next(old for old in case.sources if old.name == "agency").model_copy(
        update={"if_unreliable": if_unreliable}
    )
    return case.model_copy(update={"sources": [agency if old.name == "agency" else old for old in case.sources]})


# Ranges --------------------------------------------------------------------------------------------------------------


@EVERY
@given(st.integers(2, 3), st.integers(1, 3), ANY)
def test_p40_the_greatest_credence_lies_at_a_corner_of_the_ranges(size: int, count: int, rng: Random) -> None:
    """Among independent items, h has its most at the upper ends of its own ranges and the lower ends of the others.

    That is pi_h prod hi / (pi_h prod hi + sum_j pi_j prod lo), for the least mirrored. It is attained, every other
    corner and every inner point lies between, narrower ranges have narrower bounds, and for two hypotheses the least
    of one is 1 - the most of the other.
    """
    names = NAMES[:size]
    case = case_of(
        names, *(item(f"e{n}", arbitrary(names, rng)) for n in range(count)), prior=Odds(arbitrary(names, rng))
    )
    stated = {old.address: old.stated for old in assumptions(case) if old.address.startswith("evidence")}
    wide = {address: sorted((chance(rng), value, chance(rng)))[::2] for address, value in stated.items()}
    narrow = {a: sorted((rng.uniform(*ends), rng.uniform(*ends))) for a, ends in wide.items()}
    bounds = {name: box_bounds(case, name, wide) for name in names}
    for name in names:
        for end, of_end in zip((0, 1), bounds[name], strict=True):
            corner = {a: ends[end if belongs(a, name) else 1 - end] for a, ends in wide.items()}
            assert_close(float(what_if(case, corner).sel(hypothesis=name)[0]), of_end)
        inner = box_bounds(case, name, narrow)
        assert bounds[name][0] * (1 - T1) <= inner[0] <= inner[1] <= bounds[name][1] * (1 + T1)
    joint_corners = list(product((0, 1), repeat=size))
    picked = {
        a: [ends[corner[names.index(a.rsplit(".", 1)[1])]] for corner in joint_corners] for a, ends in wide.items()
    }
    within = {a: [rng.uniform(*ends) for _ in range(8)] for a, ends in wide.items()}
    for points in (picked, within):
        credence = what_if(case, points)
        for name in names:
            found = credence.sel(hypothesis=name)
            assert bounds[name][0] * (1 - T1) <= float(found.min())
            assert float(found.max()) <= bounds[name][1] * (1 + T1)
    if size == 2:
        assert bounds["a"][0] == pytest.approx(1 - bounds["b"][1], abs=4 * ROUNDING)
    point = box_bounds(case, "a", {address: (value, value) for address, value in stated.items()})
    assert point == (pytest.approx(solved(case).credence["a"], rel=T1),) * 2


def belongs(address: str, hypothesis: str) -> bool:
    return address.endswith(f".{hypothesis}")


def box_bounds(case: Case, hypothesis: str, ranges: Mapping[str, Sequence[float]]) -> tuple[float, float]:
    """Least and greatest credence over likelihoods in these ranges, by the formula."""
    prior = {old.address: old.stated for old in assumptions(case) if old.address.startswith("prior")}

    def weight(name: str, end: int) -> float:
        return prior[f"prior.{name}"] * math.prod(
            ends[end] for address, ends in ranges.items() if belongs(address, name)
        )

    rest = [name for name in case.names if name != hypothesis]
    least, greatest = (
        weight(hypothesis, end) / (weight(hypothesis, end) + math.fsum(weight(name, 1 - end) for name in rest))
        for end in (0, 1)
    )
    return least, greatest


# What a source takes away --------------------------------------------------------------------------------------------


@EVERY
@given(entangled(exclusions=False), ANY, st.booleans())
def test_p41_a_report_speaks_the_louder_the_more_reliable_its_source(case: Case, rng: Random, says: bool) -> None:
    """The likelihood ratio of a report rises or falls from 1 at reliability 0 to that of the item itself at 1."""
    likelihood = arbitrary(case.names, rng)
    noise = chance(rng)
    levels = [NEVER, *sorted(rng.uniform(0.01, 0.99) for _ in range(2)), ALWAYS]
    reported = sure("told", likelihood, reports=[Report(source="late", says=says)])
    found = [solved(with_more(case, reported, sources=[source("late", level, noise)])).credence for level in levels]
    assert_all_close(found[0], solved(case).credence)
    assert_all_close(found[-1], solved(with_more(case, sure("told", likelihood, observed=says))).credence)
    for one, other in permutations(case.names, 2):
        ratios = np.array([credence[one] / credence[other] for credence in found])
        if (likelihood[one] > likelihood[other]) is says:
            assert (np.diff(ratios) > 0).all()
        else:
            assert (np.diff(ratios) < 0).all()


@EVERY
@given(st.integers(2, 3), ANY)
def test_p42_reports_tell_no_more_than_what_they_report(size: int, rng: Random) -> None:
    """I(H; what sources say of items) <= I(H; the items), if what they invent does not hang on the hypothesis."""
    names = NAMES[:size]
    items = [item("first", arbitrary(names, rng)), item("second", rows_if(names, rng), given="first")]
    prior = Odds(arbitrary(names, rng))
    sources = [source(name, chance(rng), rng.choice((chance(rng), Beta(2, 3)))) for name in ("late", "later")]
    copied = {"copied_from": "late", "copy_probability": chance(rng)}
    reports = [[Report(source="late"), Report(source="later", **copied)], [Report(source="late")]]
    hearsay = [
        old.model_copy(update={"observed": None, "reports": heard}) for old, heard in zip(items, reports, strict=True)
    ]
    tables = (all_outcomes(case_of(names, *parts, prior=prior, sources=sources)) for parts in (items, hearsay))
    of_items, of_reports = (entropy(table.sum(axis=0)) - expected_entropy(table) for table in tables)
    assert of_reports <= of_items + T1


def rows_if(names: Sequence[str], rng: Random) -> dict[str, dict[bool, float]]:
    return {name: {True: chance(rng), False: chance(rng)} for name in names}


def all_outcomes(case: Case) -> Floats:
    """P(hypothesis, outcome) for everything that could be observed or said; shape (outcome, hypothesis)."""
    return joints(case, {old.name: findings(old) for old in case.evidence})


@EVERY
@given(st.integers(1, 8), ANY)
def test_p43_one_source_is_reliable_or_not_in_all_its_reports(count: int, rng: Random) -> None:
    """n reports of one source have likelihood r prod l + (1 - r) prod g; it differs from what n sources would have."""
    reliability = chance(rng)
    r = Fraction(reliability)
    likelihood = [arbitrary(NAMES[:2], rng) for _ in range(count)]
    noise, says = arbitrary(NAMES[:2], rng), [rng.random() < 0.5 for _ in range(count)]
    shared = told(likelihood, says, lambda _n: "agency", [source("agency", reliability, noise)])
    apart = told(likelihood, says, lambda n: f"s{n}", [source(f"s{n}", reliability, noise) for n in range(count)])
    in_common, separately = {}, {}
    for name in NAMES[:2]:
        facts = [
            Fraction(row[name]) if yes else 1 - Fraction(row[name]) for row, yes in zip(likelihood, says, strict=True)
        ]
        inventions_ = [Fraction(noise[name]) if yes else 1 - Fraction(noise[name]) for yes in says]
        in_common[name] = r * math.prod(facts) + (1 - r) * math.prod(inventions_)
        separately[name] = math.prod(r * fact + (1 - r) * noise for fact, noise in zip(facts, inventions_, strict=True))
    for case, expected in ((shared, in_common), (apart, separately)):
        for name, credence in solved(case).credence.items():
            assert_close(credence, float(expected[name] / sum(expected.values())))
    assert (in_common == separately) is (count == 1)


def told(
    likelihood: Sequence[Mapping[str, float]], says: Sequence[bool], by: Callable[[int], str], sources: Sequence[Source]
) -> Case:
    items = [
        item(f"e{n}", row, reports=[Report(source=by(n), says=yes)])
        for n, (row, yes) in enumerate(zip(likelihood, says, strict=True))
    ]
    return case_of(NAMES[:2], *items, sources=sources)


def test_p43_five_reports_of_one_source_are_worth_three_to_one() -> None:
    """Right nine times in ten if honest (0.8), always affirming if not: 3.36 to 1, where five sources have 383 to 1."""
    reliability, affirms = 0.8, dict.fromkeys(("a", "b"), ALWAYS)
    likelihood = [{"a": 0.9, "b": 0.1}] * 5
    shared = solved(told(likelihood, [True] * 5, lambda _n: "s", [source("s", reliability, affirms)])).credence
    sources = [source(f"s{n}", reliability, affirms) for n in range(5)]
    apart = solved(told(likelihood, [True] * 5, lambda n: f"s{n}", sources)).credence
    assert round(shared["a"] / shared["b"], 2) == 3.36
    assert round(apart["a"] / apart["b"]) == 383
