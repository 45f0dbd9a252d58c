"""P61: to put an item as its negation changes nothing. And the two ways to state how a source errs, where both fit.

The negation of an item has complemented rows and the opposite outcomes; reports of it say the opposite, which serves
their sources as what they said did; tables of what is `given` it have their rows exchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from attribution_bayes import (
    Beta,
    Between,
    Case,
    Certain,
    CommonCause,
    Counts,
    Evidence,
    Hypothesis,
    Impossible,
    Point,
    Quantiles,
    Ratios,
    Report,
    Same,
    Sampling,
    Source,
    Uniform,
    Words,
    assumptions,
    credence_bounds,
    flip_points,
    weigh,
    what_if,
)
from attribution_bayes.declare.ways import RATIO_KINDS, distribution
from attribution_bayes.testing import cases
from oracle import brute_force, world_bound
from repeatable import FILTERED
from test_properties_structure import EVERY, T1, solved, solved_or_refused

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

COMPLEMENTS = 1e-9
"""One minus a number of 1e-6 is off by up to 5e-11 of it, and the `Between` with mirrored ends is solved for anew."""


# The negation of an item ---------------------------------------------------------------------------------------------


def complemented(stated: Any) -> Any:
    """The probability of the opposite, stated in the same way; words have no opposite, but a range has."""
    match stated:
        case Beta(alpha, beta):
            return Beta(beta, alpha)
        case Counts(successes, trials):
            return Counts(trials - successes, trials)
        case Between(lower, upper, mass):
            return Between(1 - upper, 1 - lower, mass=mass)
        case Uniform(lower, upper):
            return Uniform(1 - upper, 1 - lower)
        case Quantiles():
            fitted = distribution(stated)
            return Beta(fitted.beta, fitted.alpha)
        case Words():
            return Uniform(1 - stated.range.upper, 1 - stated.range.lower)
        case Point(number=number, reason=reason):
            return Point(1 - number, reason=reason)
        case Impossible(reason):
            return Certain(reason)
        case Certain(reason):
            return Impossible(reason)
        case _:
            return 1 - stated


def can_be_negated(item: Evidence) -> bool:
    return item.is_binary and not isinstance(item.likelihood, Ratios)


def negated(case: Case, names: set[str]) -> Case:
    """The same case with these items put as their negations."""
    causes = [cause.model_copy(update={"likelihood": _caused(cause, names)}) for cause in case.common_causes]
    return case.model_copy(update={"evidence": [_of(item, names) for item in case.evidence], "common_causes": causes})


def _caused(cause: CommonCause, names: set[str]) -> dict[str, Any]:
    return {
        item: {name: complemented(row) if item in names else row for name, row in rows.items()}
        for item, rows in cause.likelihood.items()
    }


def _of(item: Evidence, names: set[str]) -> Evidence:
    if isinstance(item.likelihood, Ratios):
        return item
    update: dict[str, Any] = {"likelihood": _rows(item, names)}
    if item.name in names:
        turned = [r.model_copy(update={"says": not r.says, "serves": not r.serves}) for r in item.reports]
        update |= {"reports": turned, "observed": None if item.observed is None else not item.observed}
    return item.model_copy(update=update)


def _rows(item: Evidence, names: set[str]) -> Any:
    if isinstance(item.likelihood, Same):
        return Same(_row(item.likelihood.row, item, names, 0))
    return {name: _row(row, item, names, 0) for name, row in item.likelihood.items()}


def _row(row: Any, item: Evidence, names: set[str], depth: int) -> Any:
    if depth == len(item.given):
        return complemented(row) if item.name in names else row
    turned = item.given[depth] in names
    return {(not key if turned else key): _row(entry, item, names, depth + 1) for key, entry in row.items()}


def some_items(case: Case, rng: Random) -> set[str]:
    return {item.name for item in case.evidence if can_be_negated(item) and rng.random() < 0.6}


WITH_REPORTS = settings(FILTERED, max_examples=100)
"""Few cases have reports: those that have none do not count among the examples."""


@EVERY
@given(cases(), st.randoms(use_true_random=False))
def test_p61_an_item_may_be_put_as_its_negation(case: Case, rng: Random) -> None:
    """Whatever items are negated, no credence moves."""
    found, expected = solved_or_refused(negated(case, some_items(case, rng))), solved_or_refused(case)
    if isinstance(expected, dict):
        assert found == expected
    else:
        assert not isinstance(found, dict)
        assert found.credence == pytest.approx(expected.credence, rel=COMPLEMENTS, abs=0)


@EVERY
@given(cases(max_hypotheses=3, max_items=4, exclusions=False), st.randoms(use_true_random=False))
def test_p61_the_answer_hangs_on_the_negation_as_on_the_item(case: Case, rng: Random) -> None:
    """Any other numbers give what their complements give in the negation: so no curve and no spread moves."""
    names = some_items(case, rng)
    other = negated(case, names)
    there = dict(_addresses(case, names))
    free = [one for one in assumptions(case) if one.kind not in RATIO_KINDS]
    free = [one for one in free if one.address in there]
    rows = np.array([[one.lower + rng.uniform(0.01, 0.99) * (one.upper - one.lower) for one in free] for _ in range(4)])
    if not free:
        return
    ours = {one.address: rows[:, i] for i, one in enumerate(free)}
    theirs = {}
    for i, one in enumerate(free):
        address, flips = there[one.address]
        theirs[address] = 1 - rows[:, i] if flips else rows[:, i]
    np.testing.assert_allclose(what_if(other, theirs), what_if(case, ours), rtol=COMPLEMENTS)


def _addresses(case: Case, names: set[str]) -> list[tuple[str, tuple[str, bool]]]:
    """Where each number that stands alone stands in the negation, and whether as its complement."""
    items = {item.name: item for item in case.evidence}
    found = []
    for one in assumptions(case):
        match one.address.split("."):
            case ["prior", *_]:
                continue
            case ["evidence", name, "likelihood", *path]:
                if not items[name].is_binary:
                    continue
                under = [] if isinstance(items[name].likelihood, Same) else path[:1]
                above = zip(items[name].given, path[len(under) :], strict=True)
                turned = [str(word != "True") if parent in names else word for parent, word in above]
                address = ".".join(("evidence", name, "likelihood", *under, *turned))
                found.append((one.address, (address, name in names)))
            case ["common_cause", _, "likelihood", name, *_]:
                if items[name].is_binary:
                    found.append((one.address, (one.address, name in names)))
            case _:
                found.append((one.address, (one.address, False)))
    return found


@settings(EVERY, max_examples=40)
@given(cases(max_hypotheses=3, max_items=4, exclusions=False), st.randoms(use_true_random=False))
def test_p61_flip_points_and_bounds_are_as_far(case: Case, rng: Random) -> None:
    """Every flip distance of the case is one of its negation, and what bounds are exact are the same."""
    other = negated(case, some_items(case, rng))
    ours, theirs = (np.sort(flip_points(one)["distance_db"].fillna(np.inf)) for one in (case, other))
    np.testing.assert_allclose(theirs, ours, rtol=1e-6, atol=1e-6)
    ours, theirs = credence_bounds(case), credence_bounds(other)
    sure = (ours["exact"] & theirs["exact"]).to_numpy()
    ends = ["lower", "upper"]
    np.testing.assert_allclose(theirs[ends][sure], ours[ends][sure], rtol=COMPLEMENTS)


# The example that showed it ------------------------------------------------------------------------------------------


def interested(*, reworded: bool, states_interest: bool = True) -> Case:
    """A source asserts what serves it and denies what harms it; the denial may be reworded as an assertion."""
    harms: dict[str, Any] = {"says": False, "serves": False} if states_interest else {"says": False}
    second = Report(source="party") if reworded else Report(source="party", **harms)
    rows = {"a": 0.8, "b": 0.3} if reworded else {"a": 0.2, "b": 0.7}
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)],
        prior={"a": 0.5, "b": 0.5},
        sources=[Source(name="party", statement="a party to it", reliability=0.4, if_unreliable=0.95)],
        evidence=[
            Evidence(name="e", statement="e", likelihood={"a": 0.9, "b": 0.2}, reports=[Report(source="party")]),
            Evidence(name="f", statement="f", likelihood=rows, reports=[second]),
        ],
    )


def test_a_denial_may_be_reworded_as_an_assertion() -> None:
    """By hand: (.4 p p' + .6 .95 .95) under each; without a word on what serves it, .6 .95 .05 stands there instead."""
    a, b = 0.4 * 0.9 * 0.8 + 0.6 * 0.95**2, 0.4 * 0.2 * 0.3 + 0.6 * 0.95**2
    for reworded in (False, True):
        assert solved(interested(reworded=reworded)).credence["a"] == pytest.approx(a / (a + b), rel=T1)
    a, b = (0.4 * p + 0.6 * 0.95 * 0.05 for p in (0.72, 0.06))
    unsaid = interested(reworded=False, states_interest=False)
    assert solved(unsaid).credence["a"] == pytest.approx(a / (a + b), rel=T1)


def test_the_spread_of_a_negation_is_the_same() -> None:
    """Draws of the credence, by Kolmogorov and Smirnov: one false alarm in a million."""
    case = interested(reworded=False)
    wide = case.sources[0].model_copy(update={"reliability": Beta(2, 3), "if_unreliable": Uniform(0.6, 0.99)})
    rows = {"a": Between(0.1, 0.4), "b": Uniform(0.5, 0.9)}
    evidence = [case.evidence[0], case.evidence[1].model_copy(update={"likelihood": rows})]
    case = case.model_copy(update={"sources": [wide], "evidence": evidence})
    drawn = [
        weigh(one, sampling=Sampling(draws=2_000, seed=seed)).draws["posterior"]["credence"].values[..., 0].ravel()
        for seed, one in enumerate((case, negated(case, {"f"})))
    ]
    assert ks_2samp(*drawn).pvalue > 1e-6
    assert ks_2samp(drawn[0], drawn[1] + 0.03).pvalue < 1e-6


# Mixed interests and quadrature --------------------------------------------------------------------------------------


@EVERY
@given(
    st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=7),
    st.tuples(st.sampled_from([0.5, 1.0, 2.0, 7.0]), st.sampled_from([0.5, 1.0, 3.0])),
)
def test_a_rate_enters_by_what_was_said_against_what_serves(
    said: list[tuple[bool, bool]], shapes: tuple[float, float]
) -> None:
    """Of a source that never follows the facts, E[q^m (1-q)^n]: m reports say what serves it, n do not."""
    alpha, beta = map(Fraction, shapes)
    serving = sum(says == serves for says, serves in said)
    others = len(said) - serving
    moment = Fraction(1)
    for k, (start, times) in enumerate(((alpha, serving), (beta, others))):
        for step in range(times):
            moment *= (start + step) / (alpha + beta + step + (serving if k else 0))
    case = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "ab"],
        prior={"a": 0.5, "b": 0.5},
        sources=[
            Source(
                name="s",
                statement="s",
                reliability=Impossible("it follows its interest"),
                if_unreliable={"a": Beta(*shapes), "b": 0.5},
            )
        ],
        evidence=[
            Evidence(
                name=f"e{i}",
                statement="e",
                likelihood={"a": 0.5, "b": 0.5},
                reports=[Report(source="s", says=says, serves=serves)],
            )
            for i, (says, serves) in enumerate(said)
        ],
    )
    expected = moment / (moment + Fraction(1, 2) ** len(said))
    assert solved(case).credence["a"] == pytest.approx(float(expected), rel=1e-9)


# Two error rates -----------------------------------------------------------------------------------------------------

RATES = st.floats(0.02, 0.98)


def one_report(source: Mapping[str, Any], says: bool, serves: bool) -> Case:
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "abc"],
        prior={"a": 0.5, "b": 0.3, "c": 0.2},
        sources=[Source(name="s", statement="s", **source)],
        evidence=[
            Evidence(
                name="e",
                statement="e",
                likelihood={"a": 0.9, "b": Beta(1, 3), "c": 0.01},
                reports=[Report(source="s", says=says, serves=serves)],
            ),
            Evidence(name="f", statement="f", likelihood={"a": {True: 0.7, False: 0.1}, "b": {True: 0.2, False: 0.6},
                     "c": {True: 0.5, False: 0.5}}, given="e"),
        ],
    )  # fmt: skip


@EVERY
@given(RATES, RATES, st.booleans(), st.booleans())
def test_with_one_report_two_error_rates_are_a_reliability(r: float, q: float, says: bool, serves: bool) -> None:
    """The source of reliability a - b that says what serves it with b / (1 - a + b) is the one of rates a and b."""
    a, b = r + (1 - r) * q, (1 - r) * q
    assert (a - b, b / (1 - a + b)) == pytest.approx((r, q), rel=1e-9)
    state = solved(one_report({"reliability": r, "if_unreliable": q}, says, serves))
    rates = solved(one_report({"says_true_if_true": a, "says_true_if_false": b}, says, serves))
    assert rates.credence == pytest.approx(state.credence, rel=T1)
    assert rates.log_evidence == pytest.approx(state.log_evidence, rel=T1)


@WITH_REPORTS
@given(cases(max_hypotheses=3, max_items=4, uncertain=False, exclusions=False, max_worlds=64), st.randoms())
def test_a_source_that_errs_anew_is_as_many_sources(case: Case, rng: Random) -> None:
    """With numbers for its rates, each of its reports may be made by a source of its own."""
    assume(case.sources and any(item.reports for item in case.evidence))
    a, b = rng.uniform(0.05, 0.95), rng.uniform(0.05, 0.95)
    shared = {
        s.name: Source(name=s.name, statement="s", says_true_if_true=a, says_true_if_false=b) for s in case.sources
    }
    together = case.model_copy(update={"sources": [*shared.values()]})
    own, evidence = [], []
    for item in case.evidence:
        names = {report.source: f"{report.source}_{item.name}" for report in item.reports}
        own += [shared[old].model_copy(update={"name": new}) for old, new in names.items()]
        reports = [
            r.model_copy(update={"source": names[r.source], "copied_from": names.get(r.copied_from)})
            for r in item.reports
        ]
        evidence.append(item.model_copy(update={"reports": reports}))
    apart = case.model_copy(update={"sources": own, "evidence": evidence})
    assert solved(apart).credence == pytest.approx(solved(together).credence, rel=T1)


def instrument(rates: Mapping[str, Any], said: list[bool]) -> Case:
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "ab"],
        prior={"a": 0.5, "b": 0.5},
        sources=[Source(name="test", statement="a test", instrument=True, **rates)],
        evidence=[
            Evidence(name=f"e{i}", statement="e", likelihood={"a": 0.9, "b": 0.3},
                     reports=[Report(source="test", says=says)])
            for i, says in enumerate(said)
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    "rates",
    [
        {"says_true_if_true": Uniform(0.5, 0.9), "says_true_if_false": Beta(1, 3)},
        {"says_true_if_true": {"a": Uniform(0.5, 0.9), "b": 0.7}, "says_true_if_false": 0.1},
        {"says_true_if_true": 0.2, "says_true_if_false": {"a": Beta(2, 2), "b": Uniform(0.1, 0.4)}},
        {"says_true_if_true": 0.1, "says_true_if_false": 0.9},
    ],
    ids=["both uncertain", "one, under one hypothesis", "a liar", "a liar in numbers"],
)
@pytest.mark.parametrize("said", [[True], [True, True], [True, False, True, True], [False] * 5])
def test_an_instrument_whose_rates_are_not_known_is_summed_out_exactly(
    rates: Mapping[str, Any], said: list[bool]
) -> None:
    """All worlds in rational arithmetic give the same answer: its rates are the same in each of its reports."""
    case = instrument(rates, said)
    exact = {name: float(credence) for name, credence in brute_force(case).credence.items()}
    assert solved(case).credence == pytest.approx(exact, rel=1e-11)


def test_two_error_rates_keep_a_rate_that_a_reliability_loses() -> None:
    """A false positive in 10^17 counts as one; as a reliability of nearly one it cannot be said."""
    case = one_report({"says_true_if_true": 0.99, "says_true_if_false": 1e-17}, True, True)
    found = solved(case.model_copy(update={"evidence": [case.evidence[0]]})).credence
    joint = {"a": 0.5 * (0.9 * 0.99 + 0.1e-17), "b": 0.3 * (0.25 * 0.99), "c": 0.2 * (0.01 * 0.99)}
    assert found["c"] == pytest.approx(joint["c"] / sum(joint.values()), rel=T1)
    rare = case.evidence[0].model_copy(update={"likelihood": {"a": 0.5, "b": 1e-12, "c": 1e-18}})
    found = solved(case.model_copy(update={"evidence": [rare]})).credence
    expected = Fraction(0.2) * (Fraction(1e-18) * Fraction(0.99) + (1 - Fraction(1e-18)) * Fraction(1e-17))
    others = [Fraction(p) * (Fraction(x) * Fraction(0.99) + (1 - Fraction(x)) * Fraction(1e-17))
              for p, x in ((0.5, 0.5), (0.3, 1e-12))]  # fmt: skip
    assert found["c"] == pytest.approx(float(expected / (expected + sum(others))), rel=T1)


@WITH_REPORTS
@given(cases(max_hypotheses=4, max_items=6, ratios=False, max_worlds=128))
def test_what_serves_and_how_sources_err_is_what_the_definition_says(case: Case) -> None:
    """Cases with interests and error rates are what all their worlds come to."""
    assume(any(item.reports for item in case.evidence) and world_bound(case) <= 20_000)
    try:
        expected = {name: float(credence) for name, credence in brute_force(case).credence.items()}
    except ZeroDivisionError:
        assume(False)
    assert solved(case).credence == pytest.approx(expected, rel=1e-9, abs=0)
