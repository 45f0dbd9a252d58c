"""Ways to state one probability: what each means, and what it refuses."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq, minimize
from scipy.special import betainc, betaincc, logit

from attribution_bayes.declare import distributions as family
from attribution_bayes.declare.assumptions import assumptions
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import MAX_SHAPE, MIN_SHAPE, Point
from attribution_bayes.declare.parameters import parameters
from attribution_bayes.declare.parts import Evidence, Hypothesis
from attribution_bayes.declare.probabilities import CAUTION_ODDS_FACTOR, MAX_ODDS_FACTOR
from attribution_bayes.declare.warnings import cautions
from attribution_bayes.declare.way import DEFAULT_MASS, MIN_MASS
from attribution_bayes.declare.ways import (
    Beta,
    Between,
    Certain,
    Counts,
    Impossible,
    Quantiles,
    Uniform,
    distribution,
)
from attribution_bayes.declare.written import case_tree
from attribution_bayes.engine.audit import in_words
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.errors import CaseError
from attribution_bayes.files.cases import dump_case, load_case

MASSES = (0.01, 0.5, 0.8, 0.9, 0.95, 0.999)

ALMOST_0 = (1e-300, 1e-30, 1e-12, 1e-9, 1e-6, 1e-3)

MIDDLE = (0.01, 0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95, 0.99)

BOUNDS = (*ALMOST_0, *MIDDLE, *(1 - small for small in ALMOST_0 if 1 - small < 1))


def refused(make: Callable[[], object]) -> list[tuple[str, str]]:
    """Codes and parameter names of everything that was found wrong."""
    with pytest.raises(CaseError) as caught:
        make()
    return [(problem.code, problem.path) for problem in caught.value.problems]


def reference(way: Any) -> Any:
    """The same distribution in SciPy."""
    match distribution(way):
        case family.Uniform(lower, upper):
            return stats.uniform(lower, upper - lower)
        case family.Beta(alpha, beta):
            return stats.beta(alpha, beta)


@pytest.mark.parametrize(("alpha", "beta"), list(product((0.2, 0.5, 1, 2, 17, 1e3), repeat=2)))
def test_a_beta_is_the_beta_distribution(alpha: float, beta: float) -> None:
    """Its mean and its central intervals are SciPy's."""
    meaning = distribution(Beta(alpha, beta))
    assert meaning == family.Beta(alpha, beta)
    assert meaning.mean == pytest.approx(stats.beta(alpha, beta).mean(), rel=1e-14)
    for mass in MASSES:
        assert meaning.interval(mass) == pytest.approx(stats.beta(alpha, beta).interval(mass), rel=1e-10)


@pytest.mark.parametrize(("lower", "upper"), [(0, 1), (0.2, 0.5), (0, 1e-9), (0.999, 1), (0.3, math.nextafter(0.3, 1))])
def test_a_uniform_has_no_preference_in_its_range(lower: float, upper: float) -> None:
    """Its mean is the middle, and its central intervals are SciPy's."""
    meaning = distribution(Uniform(lower, upper))
    assert meaning == family.Uniform(lower, upper)
    assert meaning.mean == (lower + upper) / 2
    for mass in MASSES:
        assert meaning.interval(mass) == pytest.approx(stats.uniform(lower, upper - lower).interval(mass), abs=1e-15)


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (0, 10), (3, 10), (10, 10), (1, 10**9)])
def test_counts_are_the_jeffreys_beta(successes: int, trials: int) -> None:
    """Half a success and half a failure are added, so that what was never seen is not impossible."""
    meaning = distribution(Counts(successes, trials))
    assert meaning == family.Beta(successes + 0.5, trials - successes + 0.5)
    assert meaning.mean == pytest.approx((successes + 0.5) / (trials + 1), rel=1e-14)


def test_zero_and_one_are_stated_with_a_reason() -> None:
    """They are the only ways to say 0 and 1."""
    assert distribution(Impossible("so")) == Point(0)
    assert distribution(Certain("so")) == Point(1)


def test_the_least_and_the_largest_are_allowed() -> None:
    """A limit is part of what it limits."""
    assert Counts(0, int(MAX_SHAPE)).trials == MAX_SHAPE
    assert Beta(MIN_SHAPE, MAX_SHAPE) == Beta(alpha=1e-280, beta=1e15)


REFUSED = [
    (lambda: Beta(0, 1), [("E_PARAM", "alpha")]),
    (lambda: Beta(1, -1), [("E_PARAM", "beta")]),
    (lambda: Beta(0, 0), [("E_PARAM", "alpha"), ("E_PARAM", "beta")]),
    (lambda: Beta(MIN_SHAPE / 2, MAX_SHAPE * 2), [("E_PARAM", "alpha"), ("E_PARAM", "beta")]),
    (lambda: Beta(math.nan, "1"), [("E_NOT_FINITE", "alpha"), ("E_NUMBER", "beta")]),
    (lambda: Beta(True, None), [("E_TYPE", "alpha"), ("E_TYPE", "beta")]),
    (lambda: Beta(10**400, 1), [("E_NUMBER_SIZE", "alpha")]),
    (lambda: Between(0.5, 0.4), [("E_INTERVAL", "lower")]),
    (lambda: Between(0, 0.4), [("E_INTERVAL", "lower")]),
    (lambda: Between(0.4, 1), [("E_INTERVAL", "upper")]),
    (lambda: Between(0, 1), [("E_INTERVAL", "lower")]),
    (lambda: Between(-0.1, 0.4), [("E_INTERVAL", "lower")]),
    (lambda: Between(0.5, math.nextafter(0.5, 1)), [("E_INTERVAL", "lower")]),
    (lambda: Between(0.1, 0.2, 0), [("E_PARAM", "mass")]),
    (lambda: Between(0.1, 0.2, 1), [("E_PARAM", "mass")]),
    (lambda: Between(0.1, 0.2, MIN_MASS / 2), [("E_PARAM", "mass")]),
    (lambda: Between(0.1, 0.2, 1 - MIN_MASS / 2), [("E_PARAM", "mass")]),
    (lambda: Between("a", math.inf, []), [("E_NUMBER", "lower"), ("E_NOT_FINITE", "upper"), ("E_TYPE", "mass")]),
    (lambda: Uniform(0.5, 0.4), [("E_INTERVAL", "lower")]),
    (lambda: Uniform(-0.1, 0.4), [("E_INTERVAL", "lower")]),
    (lambda: Uniform(0.1, 1.1), [("E_INTERVAL", "upper")]),
    (lambda: Uniform(0, 0), [("E_INTERVAL", "upper")]),
    (lambda: Uniform(1, 1), [("E_INTERVAL", "upper")]),
    (lambda: Counts(4, 3), [("E_PARAM", "successes")]),
    (lambda: Counts(-1, 3), [("E_PARAM", "successes")]),
    (lambda: Counts(0.5, 2.5), [("E_PARAM", "successes"), ("E_PARAM", "trials")]),
    (lambda: Counts(1, 1e16), [("E_PARAM", "trials")]),
    (lambda: Counts(True, 2), [("E_TYPE", "successes")]),
    (lambda: Impossible(""), [("E_REASON", "reason")]),
    (lambda: Certain(None), [("E_REASON", "reason")]),  # type: ignore[arg-type]
    (lambda: Certain("\x1b[31m"), [("E_TEXT_CONTROL", "reason")]),
    (lambda: Certain("so " * 10_000), [("E_LIMIT", "reason")]),
]


@pytest.mark.parametrize(("make", "expected"), REFUSED, ids=range(len(REFUSED)))
def test_what_makes_no_sense_is_refused(make: Callable[[], object], expected: list[tuple[str, str]]) -> None:
    """Every parameter that is wrong is named, all at once."""
    assert refused(make) == expected


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Between(0.9, 0.6), r"lower bound 0\.9 is above the upper bound 0\.6\. Write \[0\.6, 0\.9\] if"),
        (lambda: Between(0, 0.6), r"\[0, 0\.6\] leaves no room for the 0\.1 outside it\..*`Uniform` takes 0 and 1"),
        (lambda: Between(0.5, 0.5 + 1e-15), r"no Beta distribution .*has 0\.9 of its probability in .*Widen the range"),
        (lambda: Beta(-1, 1), r"alpha: -1 is not allowed\. It must be positive, from 1e-280 to 1e\+15\."),
        (lambda: Counts(4, 3), r"successes: 4 successes in 3 trials\."),
        (lambda: Counts("a few", 3), r"successes: 'a few' is text, not a number\. Give a whole number, 0 or more\."),  # type: ignore[arg-type]
        (lambda: Counts(1, "3"), r"trials: '3' is text, not a number\. Write 3 without quotes\."),  # type: ignore[arg-type]
        (lambda: Counts(1, None), r"trials: None \(NoneType\) stands .*\. Give a whole number, 0 or more\."),  # type: ignore[arg-type]
        (lambda: Counts(1.5, 3), r"1\.5 is not a count\. Give a whole number, 0 or more\."),
        (lambda: Impossible(" "), r"' ' is not a reason\. Say in a sentence why it must be so\."),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(make: Callable[[], object], message: str) -> None:
    """The message names the parameter, what was given and what is allowed."""
    with pytest.raises(CaseError, match=message):
        make()


@pytest.mark.parametrize("way", [Between, Uniform])
def test_a_range_in_percent_is_offered_as_one_of_probabilities(way: type[Between | Uniform]) -> None:
    """Only where both bounds seem to be percentages; else the hint says where bounds lie."""
    with pytest.raises(CaseError, match=rf"E_INTERVAL .*Write {way.__name__}\(0\.1, 0\.9\) if percent was meant"):
        way(10, 90)
    for bounds in ((0.5, 90), (1, 1.5), (10, 900)):
        with pytest.raises(CaseError, match=r"E_INTERVAL .*Bounds lie "):
            way(*bounds)


# Between -------------------------------------------------------------------------------------------------------------


def tails(way: Between) -> tuple[float, float]:
    """Probability below the lower and above the upper bound, by SciPy."""
    beta = reference(way)
    return beta.cdf(way.lower), beta.sf(way.upper)


@pytest.mark.parametrize("mass", [0.5, 0.8, 0.9, 0.95, 0.99])
@pytest.mark.parametrize(("lower", "upper"), [pair for pair in product(MIDDLE, repeat=2) if pair[0] < pair[1]])
def test_between_hits_both_quantiles(lower: float, upper: float, mass: float) -> None:
    """As much lies below as above, to 1e-9 of the probability, over a grid of bounds and masses."""
    assert tails(Between(lower, upper, mass)) == pytest.approx([(1 - mass) / 2] * 2, abs=1e-9)


@pytest.mark.parametrize("factor", [1.01, 2, 10, 100])
@pytest.mark.parametrize("lower", [1e-9, 1e-6, 1e-4, 1e-3])
def test_between_hits_both_quantiles_of_tiny_bounds(lower: float, factor: float) -> None:
    """Bounds near 0 and near 1 are as exact as middling ones, the range being narrow or wide."""
    assert tails(Between(lower, lower * factor)) == pytest.approx([0.05, 0.05], abs=1e-9)
    assert tails(Between(1 - lower * factor, 1 - lower)) == pytest.approx([0.05, 0.05], abs=1e-9)


@pytest.mark.parametrize("lower", [1e-12, 1e-9, 1e-3, 0.3])
@pytest.mark.parametrize("upper", [0.5, 0.9, 1 - 1e-3, 1 - 1e-9])
def test_between_hits_both_quantiles_of_ranges_that_say_little(lower: float, upper: float) -> None:
    """A range from next to nothing to next to all has its Beta too: most of it lies near 0 and 1."""
    for mass in (0.5, 0.9, 0.99):
        assert tails(Between(lower, upper, mass)) == pytest.approx([(1 - mass) / 2] * 2, abs=1e-9)


@pytest.mark.parametrize("width", [1e-3, 1e-4, 1e-5])
def test_between_hits_both_quantiles_of_ranges_that_say_much(width: float) -> None:
    """A range a hundred-thousandth wide has its Beta too."""
    for lower in (0.1, 0.3, 0.5160434798402053, 0.9):
        assert tails(Between(lower, lower + width)) == pytest.approx([0.05, 0.05], abs=1e-9)


@pytest.mark.parametrize("mass", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("lower", [1e-300, 1e-200, 1e-100, 1e-50])
@pytest.mark.parametrize("upper", [1e-6, 0.3, 0.5, 1 - 1e-6])
def test_between_hits_both_quantiles_of_ranges_from_next_to_nothing(lower: float, upper: float, mass: float) -> None:
    """However small the lower bound, a range that has a Beta is not refused for having none."""
    assert tails(Between(lower, upper, mass)) == pytest.approx([(1 - mass) / 2] * 2, abs=1e-9)


@pytest.mark.parametrize(("lower", "upper"), [(1e-100, 1e-30), (1e-100, 2e-50), (1e-300, 1.0000001e-300)])
def test_between_is_refused_where_its_beta_would_be_too_steep(lower: float, upper: float) -> None:
    """An alpha or beta beyond the largest is not given, and nothing warns on the way."""
    assert refused(lambda: Between(lower, upper, 0.99)) == [("E_INTERVAL", "lower")]


@contextmanager
def suppress_interval() -> Iterator[None]:
    """Lets a refusal of the range pass, and no other."""
    try:
        yield
    except CaseError as error:
        if [problem.code for problem in error.problems] != ["E_INTERVAL"]:
            raise


@given(st.sampled_from(BOUNDS), st.sampled_from(BOUNDS), st.sampled_from((MIN_MASS, *MASSES, 1 - MIN_MASS)))
@settings(deadline=None, max_examples=300)
def test_between_hits_both_quantiles_or_refuses(lower: float, upper: float, mass: float) -> None:
    """There is no third: whatever the bounds, the quantiles are hit or the range is refused as one."""
    if lower > upper:
        lower, upper = upper, lower
    with suppress_interval():
        way = Between(lower, upper, mass)
        assert lower == upper or tails(way) == pytest.approx([(1 - mass) / 2] * 2, abs=1e-9)


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999), st.floats(0.05, 0.99))
@settings(deadline=None)
def test_between_is_symmetric(one: float, other: float, mass: float) -> None:
    """The Beta of [1 - upper, 1 - lower] is that of [lower, upper] turned round."""
    lower, upper = sorted((one, other))
    if upper - lower < 0.01:
        return
    there, back = distribution(Between(lower, upper, mass)), distribution(Between(1 - upper, 1 - lower, mass))
    assert isinstance(there, family.Beta)
    assert isinstance(back, family.Beta)
    assert (back.beta, back.alpha) == pytest.approx((there.alpha, there.beta), rel=1e-6)


def test_between_equal_bounds_is_the_number() -> None:
    """A range of one point is that point."""
    assert distribution(Between(0.4, 0.4)) == Point(0.4)
    assert distribution(Uniform(0.4, 0.4)) == Point(0.4)


def test_what_was_taken_without_being_said_is_named() -> None:
    """The mass of a range unless it was stated, and the half that is added to counts."""
    assert [name for name, _ in Between(0.2, 0.4).defaults()] == ["mass=0.9"]
    assert [*Between(0.2, 0.4, 0.5).defaults()] == [*Beta(1, 2).defaults()] == []
    assert [what for _, what in Counts(1, 2).defaults()] == ["added to successes and failures (Jeffreys)"]


@pytest.mark.parametrize("given", [0.2, [0.2], [0.1, 0.2, 0.3], {"a": 0.1, "b": 0.2}])
def test_two_numbers_stand_in_a_list_of_two(given: Any) -> None:
    """Nothing else in a file states a range."""
    with pytest.raises(CaseError, match=r"E_TYPE .* is not a list of two numbers\. Write {between: \[a, b\]}"):
        Between.from_file(given, {})


def test_between_has_nine_tenths_inside_unless_it_says_otherwise() -> None:
    """The default is 0.9, and half that outside each end."""
    assert Between(0.2, 0.4) == Between(0.2, 0.4, 0.9)
    assert DEFAULT_MASS == 0.9


# Quantiles -----------------------------------------------------------------------------------------------------------

SHARES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
STATED = {0.05: 0.1, 0.5: 0.3, 0.95: 0.6}
OFF = {0.25: 0.2, 0.5: 0.27, 0.75: 0.5}
"""The log odds of its middle are off by a factor between the one that is told and the one that is refused."""


def stated(way: Any) -> Case:
    hypotheses = [Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)]
    item = Evidence(name="e", statement="e", likelihood={"a": way, "b": 0.5})
    return Case(question="?", hypotheses=hypotheses, prior={"a": 0.5, "b": 0.5}, evidence=[item])


def loss(alpha: float, beta: float, quantiles: dict[float, float]) -> float:
    """What is made least, written down once more."""
    values = list(quantiles.values())
    odds = np.log(betainc(alpha, beta, values)) - np.log(betaincc(alpha, beta, values))
    return float(((odds - logit(list(quantiles))) ** 2).sum())


def value_below(alpha: float, beta: float, share: float) -> float:
    """A quantile of a Beta; `betaincinv` of SciPy is off by 1e-8 at the median of Beta(1.1875, 1.1875)."""
    return float(brentq(lambda value: betainc(alpha, beta, value) - share, 0.0, 1.0, xtol=1e-15, rtol=1e-14))


@example(1.1875, 1.1875, [0.05, 0.25, 0.5])
@given(
    st.floats(0.5, 500),
    st.floats(0.5, 500),
    st.lists(st.sampled_from(SHARES), min_size=3, max_size=7, unique=True),
)
@settings(deadline=None, max_examples=60)
def test_the_quantiles_of_a_beta_are_its_own(alpha: float, beta: float, shares: list[float]) -> None:
    """What is a Beta comes back, in any order of its quantiles, to 1e-9."""
    values = {share: value_below(alpha, beta, share) for share in shares}
    found = Quantiles(values)
    meaning = found.distribution()
    again = [value_below(meaning.alpha, meaning.beta, share) for share in shares]
    assert np.abs(np.subtract(again, list(values.values()))).max() < 1e-9
    assert max(abs(share - below) for share, below in found.fitted.items()) < 1e-9


@pytest.mark.parametrize("quantiles", [STATED, OFF, {0.1: 0.2, 0.3: 0.35, 0.6: 0.5, 0.9: 0.8}])
def test_no_other_beta_is_nearer(quantiles: dict[float, float]) -> None:
    """Another search over both shapes, without slopes, from another start, ends in the same Beta."""
    meaning = Quantiles(quantiles).distribution()
    options = {"xatol": 1e-9, "fatol": 1e-14, "maxiter": 2000}
    other = minimize(lambda logs: loss(*np.exp(logs), quantiles), [0.0, 0.0], method="Nelder-Mead", options=options)
    assert (meaning.alpha, meaning.beta) == pytest.approx(np.exp(other.x), rel=1e-5)
    assert loss(meaning.alpha, meaning.beta, quantiles) <= other.fun + 1e-12


def test_the_misfit_is_said() -> None:
    """For each share what the fitted Beta has below the value; the words of tables and the audit give it."""
    found = Quantiles(STATED)
    meaning = found.distribution()
    assert found.fitted == pytest.approx({q: betainc(meaning.alpha, meaning.beta, x) for q, x in STATED.items()})
    words = in_words(next(one for one in parameters(stated(found)) if str(one.address) == "evidence.e.likelihood.a"))
    assert words == (
        "Beta with alpha 2.716 and beta 5.69, fitted: 0.0515 below 0.1 (0.05 stated), 0.479 below 0.3 (0.5 stated), "
        "0.951 below 0.6 (0.95 stated)"
    )


def test_turned_round_it_means_the_same() -> None:
    """Quantiles of one minus the probability give the Beta with its shapes exchanged."""
    meaning = Quantiles(OFF).distribution()
    other = Quantiles({1 - share: 1 - value for share, value in OFF.items()}).distribution()
    assert (other.beta, other.alpha) == pytest.approx((meaning.alpha, meaning.beta), rel=1e-6)


def off_by(quantiles: dict[float, float]) -> float:
    """The greatest factor by which the odds of a share are off."""
    fitted = Quantiles(quantiles).fitted
    return math.exp(max(abs(logit(below) - logit(share)) for share, below in fitted.items()))


def test_a_large_misfit_draws_a_caution() -> None:
    """It names the number and gives the misfit; a small one draws none."""
    assert CAUTION_ODDS_FACTOR < off_by(OFF) < MAX_ODDS_FACTOR
    assert off_by(STATED) < CAUTION_ODDS_FACTOR
    found = [problem for problem in cautions(stated(Quantiles(OFF))) if problem.code == "W_MISFIT"]
    assert [problem.path for problem in found] == ["evidence.e.likelihood.a"]
    assert "below 0.27 (0.5 stated)" in found[0].message
    assert not [problem for problem in cautions(stated(Quantiles(STATED))) if problem.code == "W_MISFIT"]


def test_it_counts_as_its_beta() -> None:
    """Credence and plausible range are those of the fitted Beta."""
    way = Quantiles(STATED)
    meaning = way.distribution()
    beta = Beta(meaning.alpha, meaning.beta)
    assert (as_stated(network(stated(way))) == as_stated(network(stated(beta)))).all()
    assert way.plausible_range() == beta.plausible_range()
    assert assumptions(stated(way))[2].kind == "quantiles"


@pytest.mark.parametrize("ending", ["yaml", "json"])
def test_it_stands_in_a_file(ending: str, tmp_path: Path) -> None:
    """By share, in their order; what is read is what was written."""
    case, path = stated(Quantiles(dict(reversed(STATED.items())), reason="asked twice")), tmp_path / f"case.{ending}"
    form = {"quantiles": STATED, "reason": "asked twice"}
    assert json.dumps(case_tree(case)["evidence"]["e"]["likelihood"]["a"]) == json.dumps(form)
    dump_case(case, path)
    assert load_case(path) == case


BAD_QUANTILES: dict[str, tuple[Any, str]] = {
    "two": ({0.1: 0.2, 0.9: 0.4}, "E_PARAM quantiles: .*three quantiles or more. Two are a `Between`"),
    "no mapping": ([0.1, 0.2, 0.3], "E_PARAM quantiles"),
    "falling": ({0.1: 0.4, 0.5: 0.3, 0.9: 0.6}, "E_INTERVAL quantiles: the value for 0.5, 0.3, is not above"),
    "equal": ({0.1: 0.3, 0.5: 0.3, 0.9: 0.6}, "E_INTERVAL quantiles: the value for 0.5, 0.3, is not above"),
    "a value of 0": ({0.1: 0, 0.5: 0.3, 0.9: 0.6}, r"E_RANGE quantiles\.0\.1: the value 0 is not strictly"),
    "a value of 1": ({0.1: 0.1, 0.5: 0.3, 0.9: 1}, "the value 1 is not strictly between"),
    "percent": ({5: 0.1, 50: 0.3, 95: 0.6}, "the share 5 is not strictly between 0 and 1. Write 0.05 if percent"),
    "a share of 1": ({0.1: 0.1, 0.5: 0.3, 1: 0.6}, "the share 1 is not strictly between"),
    "text": ({0.1: "x", 0.5: 0.3, 0.9: 0.6}, "E_NUMBER quantiles.*'x' is text"),
    "not finite": ({0.1: math.nan, 0.5: 0.3, 0.9: 0.6}, "E_NOT_FINITE"),
    "true": ({True: 0.1, 0.5: 0.3, 0.9: 0.6}, "E_TYPE"),
    "no Beta": ({0.1: 0.5, 0.5: 0.501, 0.9: 0.99}, "E_INTERVAL quantiles: no Beta comes near: 0.249 below 0.5"),
    "too narrow": ({0.1: 0.5, 0.5: 0.5 + 1e-15, 0.9: 0.9}, "E_INTERVAL quantiles: no Beta comes near"),
}


@pytest.mark.parametrize(("quantiles", "said"), BAD_QUANTILES.values(), ids=BAD_QUANTILES)
def test_quantiles_are_refused(quantiles: Any, said: str) -> None:
    """With what is wrong and where."""
    with pytest.raises(CaseError, match=said):
        Quantiles(quantiles)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ([0.1, 0.3, 0.6], "E_TYPE .*Write {quantiles: {0.05: 0.1"),
        ({"low": 0.1, "0.5": 0.3, "0.9": 0.6}, "E_NUMBER .*'low' is text"),
        ({"0.5": 0.1, "0.50": 0.3, "0.9": 0.6}, "E_DUPKEY .*names a share twice"),
    ],
)
def test_quantiles_are_refused_in_a_file(form: Any, said: str, tmp_path: Path) -> None:
    """Its place is named."""
    tree = case_tree(stated(0.3))
    tree["evidence"]["e"]["likelihood"]["a"] = {"quantiles": form}
    path = tmp_path / "case.json"
    path.write_text(json.dumps(tree, indent=1))
    with pytest.raises(CaseError, match=said) as caught:
        load_case(path)
    assert caught.value.problems[0].path.startswith("evidence.e.likelihood.a")
