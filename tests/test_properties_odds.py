"""Laws of exclusion, order and ties: a stated zero excludes, nothing depends on order, and nobody leads a tie."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from attribution_bayes import (
    Beta,
    Case,
    Evidence,
    Hypothesis,
    Impossible,
    Posterior,
    Report,
    Sampling,
    Source,
    expected_information,
    flip_points,
    leave_one_out,
    one_way,
    shapley,
    sobol,
    structure,
    suppose,
    weigh,
    weight_of_evidence,
    what_if,
)
from attribution_bayes.engine.batch import joints_at
from attribution_bayes.engine.exact import joints
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import printed
from attribution_bayes.odds import log_odds
from attribution_bayes.report.words import points
from attribution_bayes.sensitivity.bounds import credence_bounds
from attribution_bayes.testing import assert_coherent, cases
from oracle import brute_force
from test_properties_coherence import recast
from test_properties_structure import EVERY, stated_prior

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

ANY = st.randoms(use_true_random=False)
FEW = Sampling(draws=100, chains=4)
TIE = Fraction(1, 10**9)
ROUNDING = Fraction(1, 10**12)


def weighed(case: Case) -> Posterior | None:
    """The posterior, unless the case contradicts itself."""
    try:
        brute_force(case)
    except ZeroDivisionError:
        return None
    return weigh(case, sampling=FEW)


def with_faint(case: Case, rng: Random) -> Case:
    """The case and some items that make some of its hypotheses as unlikely as numbers can."""
    chances = [0.9, 0.1, 1e-100, 1e-300, 5e-324]
    added = [
        Evidence(name=f"faint{n}", statement="faint", likelihood={name: rng.choice(chances) for name in case.names})
        for n in range(rng.choice([0, 1, 2, 5]))
    ]
    return case.model_copy(update={"evidence": [*case.evidence, *added]})


def decibans(ratio: Fraction) -> float:
    """Of a ratio of any size."""
    return 10 * (math.log10(ratio.numerator) - math.log10(ratio.denominator))


# Exclusion (P64) -----------------------------------------------------------------------------------------------------


@EVERY
@given(cases(max_hypotheses=5, max_items=6, max_worlds=128), ANY)
def test_p64_a_hypothesis_is_excluded_by_stated_zeros_alone(case: Case, rng: Random) -> None:
    """Excluded are those of which all worlds have weight 0 in rational arithmetic, however small the others are.

    The credence is 0 and is printed as 0 % there and nowhere else, and the caution is drawn there and nowhere else.
    """
    faint = with_faint(case, rng)
    posterior = weighed(faint)
    if posterior is None:
        return
    credence = brute_force(faint).credence
    out = tuple(name for name in faint.names if credence[name] == 0)
    assert posterior.excluded == out
    assert tuple(np.array(faint.names)[posterior.credence.values == 0]) == out
    shown = printed(posterior)
    for name in faint.names:
        is_certain = credence[name] in (0, 1)
        assert (shown["credence"][name] in ("0 %", "100 %")) == is_certain
        spread = shown["spread (90 %)"][name]
        if spread != "none":
            assert (not {"0 %", "100 %"}.isdisjoint(spread.split(" to "))) == is_certain
    told = {problem.path for problem in posterior.warnings if problem.code == "W_CROMWELL"}
    assert {path.removeprefix("hypotheses.") for path in told if path.startswith("hypotheses.")} <= {*out}
    assert bool(out) <= bool(told)
    assert_coherent(posterior)


@EVERY
@given(cases(max_hypotheses=5, max_items=6, max_worlds=128, exclusions=False), ANY)
def test_p64_log_odds_are_finite_and_right_however_small_a_credence_is(case: Case, rng: Random) -> None:
    """To 1e-12 of rational arithmetic: of the joint probabilities, and of the weights of the items added up."""
    faint = with_faint(case, rng)
    verdict = brute_force(faint)
    place = rng.randrange(len(faint.names))
    name = faint.names[place]
    mine, others = verdict.credence[name], 1 - verdict.credence[name]
    expected = decibans(mine / others)
    found = float(log_odds(joints(network(faint)).log_shares(), place))
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-11)
    prior = {one: Fraction(p) for one, p in stated_prior(faint).items()}
    before = decibans(prior[name] / (sum(prior.values()) - prior[name]))
    weights = weight_of_evidence(faint, name)["weight"]
    assert np.isfinite(weights).all()
    assert math.fsum([before, *weights]) == pytest.approx(expected, rel=1e-11, abs=1e-9)


def even(*evidence: Evidence) -> Case:
    hypotheses = [Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)]
    return Case(question="Which?", hypotheses=hypotheses, prior={"a": 0.5, "b": 0.5}, evidence=evidence)


def repeated(count: int, a: float, b: float) -> Case:
    return even(*(Evidence(name=f"e{n}", statement="e", likelihood={"a": a, "b": b}) for n in range(count)))


@pytest.mark.parametrize(("count", "a", "b"), [(345, 0.9, 0.1), (2, 0.5, 1e-200), (400, 0.9, 0.8)])
def test_many_items_exclude_nobody(count: int, a: float, b: float) -> None:
    """Every verb goes on where a double would have run out, and says that b has next to nothing, not nothing."""
    case = repeated(count, a, b)
    posterior = weigh(case, sampling=FEW)
    total = count * decibans(Fraction(a) / Fraction(b))
    assert posterior.excluded == ()
    assert not [problem for problem in posterior.warnings if problem.code == "W_CROMWELL"]
    assert [*printed(posterior)["credence"].values()] == [">99.99 %", "<0.01 %"]
    assert " 0 %" not in str(posterior)
    assert weight_of_evidence(case)["weight"].sum() == pytest.approx(total, rel=1e-12)
    assert shapley(case)["contribution"].sum() == pytest.approx(total, rel=1e-10)
    assert leave_one_out(case)["change_db"].to_numpy() == pytest.approx(-total / count, abs=1e-8)
    assert np.isfinite(sobol(case, n=16).to_numpy()).all()
    assert sobol(case, n=16).attrs["variance"] > 0
    assert (one_way(case, "b")[["at_lower", "at_upper"]] > 0).all(axis=None)
    assert (credence_bounds(case)[["lower", "upper"]] > 0).all(axis=None)


def test_other_structures_of_what_is_nearly_certain_have_finite_log_odds() -> None:
    """With a credence that no double holds, what a source changes is still a number."""
    heard = Evidence(name="r", statement="r", likelihood={"a": 0.8, "b": 0.4}, reports=[Report(source="s")])
    speaker = Source(name="s", statement="s", reliability=0.7, if_unreliable=0.5)
    case = repeated(345, 0.9, 0.1).model_copy(update={"sources": [speaker]})
    case = case.model_copy(update={"evidence": [*case.evidence, heard]})
    change = structure(case)["change_db"]
    said = {q: [0.7 * p + 0.3 * 0.5 if q is None else q * p + (1 - q) * 0.5 for p in (0.8, 0.4)] for q in (None, 1, 0)}
    weight = {q: 10 * math.log10(a / b) for q, (a, b) in said.items()}
    assert change["source.s", "believed fully"] == pytest.approx(weight[1] - weight[None], abs=1e-9)
    assert change["source.s", "never believed"] == pytest.approx(weight[0] - weight[None], abs=1e-9)


def test_suppositions_leave_what_is_possible_above_zero() -> None:
    """Whatever is supposed: one hypothesis moved or all, by itself, with a source, or through its several reports."""
    heard = [
        Evidence(name=f"r{n}", statement="r", likelihood={"a": 0.8, "b": 0.4}, reports=[Report(source="s")])
        for n in range(3)
    ]
    speaker = Source(name="s", statement="s", reliability=0.7, if_unreliable=Beta(2, 2))
    case = repeated(345, 0.9, 0.1)
    case = case.model_copy(update={"sources": [speaker], "evidence": [*case.evidence, *heard]})
    net = network(case)
    for address in ("prior.a", "evidence.e0.likelihood.a", "source.s.reliability", "source.s.if_unreliable"):
        values = np.array([0.3, 0.6])
        assert (what_if(case, {address: values}).values > 0).all()
        joint = joints_at(net, {net.inputs.addresses.index(address): values})
        expected = [joints(network(suppose(case, {address: value}))).log() for value in values.tolist()]
        np.testing.assert_allclose(joint.log(), expected, rtol=1e-12)
        assert (one_way(case, "b").loc[address, ["at_lower", "at_upper"]] > 0).all()


# Small differences ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "a", "b"), [(3, 0.999999, 1e-6), (400, 0.9, 0.8), (30, 0.9, 0.1)])
def test_the_swing_of_a_leader_near_one_is_that_of_its_rival(count: int, a: float, b: float) -> None:
    """As large as the rival's swing, which no subtraction near 1 has spoilt, and as rational arithmetic has it."""
    case = repeated(count, a, b)
    mine, rival = one_way(case, "a"), one_way(case, "b")
    rest = (Fraction(b) / Fraction(a)) ** count
    x = [Fraction(mine.at["prior.a", end]) for end in ("lower", "upper")]
    low, high = ((1 - p) * rest / (p + (1 - p) * rest) for p in x)
    assert mine.at["prior.a", "swing"] == pytest.approx(float(low - high), rel=1e-9)
    np.testing.assert_allclose(mine["swing"], rival.loc[mine.index, "swing"], rtol=1e-12)
    np.testing.assert_allclose(mine["derivative"], -rival.loc[mine.index, "derivative"], rtol=1e-12)
    assert (mine["swing"] > 0).all()
    assert mine.index[0].startswith("prior")


@pytest.mark.parametrize("prior", [{"a": 0.5, "b": 0.5}, {"a": 1e-300, "b": 1 - 2**-53}])
def test_nothing_moves_what_a_stated_zero_has_settled(prior: dict[str, float]) -> None:
    """Where all others are excluded, every swing is 0, and is printed as 0."""
    item = Evidence(name="e", statement="e", likelihood={"a": 0.5, "b": Impossible("it cannot be")})
    case = even(item).model_copy(update={"prior": prior})
    assert one_way(case)["swing"].tolist() == [0] * 4
    assert points(0.0).text == "0"


# Order (P65) ---------------------------------------------------------------------------------------------------------


def reordered(case: Case, rng: Random) -> Case:
    """The same case, with its items, sources and hypotheses listed in another order."""
    parts = ("evidence", "sources", "hypotheses")
    return case.model_copy(update={part: rng.sample(getattr(case, part), len(getattr(case, part))) for part in parts})


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """The same rows and numbers, in whatever order."""
    assert sorted(map(str, one.index)) == sorted(map(str, other.index))
    other = other.loc[one.index, one.columns]
    numbers = one.select_dtypes("number").columns
    np.testing.assert_allclose(one[numbers], other[numbers], rtol=1e-9, atol=1e-12)
    for column in one.columns.difference(numbers):
        assert list(one[column].astype(str)) == list(other[column].astype(str))


@settings(EVERY, max_examples=100)
@given(cases(max_hypotheses=4, max_items=6, max_worlds=64), ANY)
def test_p65_no_row_depends_on_the_order_of_items_sources_or_hypotheses(case: Case, rng: Random) -> None:
    """Of tables of one hypothesis, of items left out, of other structures and of what can be learned."""
    posterior = weighed(case)
    if posterior is None or posterior.leader is None:  # a table of whoever leads takes the first of those that tie
        return
    other = reordered(case, rng)
    assert weigh(other, sampling=FEW).leader == posterior.leader
    name = rng.choice(case.names)
    same(one_way(case, name), one_way(other, name))
    same(leave_one_out(case), leave_one_out(other))
    same(structure(case), structure(other))
    same(expected_information(case), expected_information(other))
    same(flip_points(case, name)[["flip_at", "reachable"]], flip_points(other, name)[["flip_at", "reachable"]])


# Ties (P66) ----------------------------------------------------------------------------------------------------------


def expected_leader(credence: dict[str, Fraction]) -> str | None:
    """By rational arithmetic: nobody where the two greatest differ by less than 1e-9 of the greater."""
    first, second = sorted(credence.values(), reverse=True)[:2]
    assume(abs((first - second) - first * TIE) > ROUNDING)
    return None if first - second < first * TIE else max(credence, key=credence.__getitem__)


def twins(case: Case) -> Case:
    """The case with a second hypothesis to which the evidence is as likely as to the one that leads."""
    credence = brute_force(case).credence
    leader = max(credence, key=credence.__getitem__)
    like = {**{name: name for name in case.names}, "twin": leader}
    return recast(case, {name: stated_prior(case)[old] for name, old in like.items()}, like)


@EVERY
@given(cases(max_hypotheses=5, max_items=6, max_worlds=128), ANY)
def test_p66_who_is_ahead_leads_and_nobody_leads_a_tie(case: Case, rng: Random) -> None:
    """The leader of a posterior, with and without a second hypothesis like the first."""
    posterior = weighed(case)
    if posterior is None:
        return
    credence = brute_force(case).credence
    assert posterior.leader == expected_leader(credence)
    level = {name for name, one in credence.items() if max(credence.values()) - one < max(credence.values()) * TIE}
    assert posterior.tied == (tuple(n for n in case.names if n in level) if len(level) > 1 else ())
    assert (posterior.leader is None) == ("are tied" in str(posterior))


@settings(EVERY, max_examples=100)
@given(cases(max_hypotheses=3, max_items=5, max_worlds=64, uncertain=False, exclusions=False), ANY)
def test_p66_every_table_says_that_nobody_leads_a_tie(case: Case, rng: Random) -> None:
    """With two hypotheses like each other ahead, no table of items or structures names one of them as leading.

    An assumption that tells the two apart has its flip point where it is stated.
    """
    level = twins(case)
    posterior = weigh(level, sampling=FEW)
    assert posterior.leader is None
    assert "twin" in posterior.tied
    for table in (leave_one_out(level), structure(level), expected_information(level)):
        for row in table.to_dict("records"):
            of_all = {name: row[f"credence_{name}"] for name in level.names}
            ahead = [name for name in level.names if of_all[name] > max(of_all.values()) * (1 - 1e-9)]
            assert row["leader"] == (ahead[0] if len(ahead) == 1 else None)
    moved = one_way(level, "twin")
    for end in ("lower", "upper"):
        ahead_of_both = moved[f"leader_at_{end}"].isin(["twin"])
        assert (moved.loc[ahead_of_both, f"at_{end}"] > 1 / len(level.names) - 1e-9).all()
    flips = flip_points(level, "twin")
    mine = [address for address in flips.index if address.startswith("evidence") and address.endswith(".twin")]
    near = flips.loc[mine][flips.loc[mine, "distance_db"] < 1e-6]
    assert set(near["new_leader"]) <= {*posterior.tied} - {"twin"}


def three(a: float, b: float, c: float) -> Case:
    hypotheses = [Hypothesis(name=name, statement=name, catch_all=name == "c") for name in "abc"]
    item = Evidence(name="e", statement="e", likelihood={"a": 0.5, "b": 0.5, "c": 0.5})
    return Case(question="Which?", hypotheses=hypotheses, prior={"a": a, "b": b, "c": c}, evidence=[item])


def test_hypotheses_that_are_level_are_tied_in_every_table() -> None:
    """At 41.70, 41.70 and 16.60 %: whatever parts the first two flips where it stands, the third where it overtakes."""
    case = three(0.417, 0.417, 0.166)
    moved: Any = one_way(case)[["leader_at_lower", "leader_at_upper"]].T.to_dict("list")
    assert moved["evidence.e.likelihood.a"] == ["b", "a"]
    assert moved["evidence.e.likelihood.c"] == [None, None]
    assert moved["prior.c"] == [None, None]
    assert leave_one_out(case)["leader"].tolist() == [None]
    assert structure(case)["leader"].tolist() == [None]
    flips = flip_points(case)
    assert flips.loc["prior.a", ["new_leader", "flip_at"]].tolist() == ["b", pytest.approx(0.417)]
    assert flips.loc["prior.c", ["new_leader", "flip_at"]].tolist() == ["c", pytest.approx(1 / 3)]
    assert not flips.loc["evidence.e.likelihood.c", "reachable"]
