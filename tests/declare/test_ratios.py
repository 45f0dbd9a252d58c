"""Ways to state a likelihood ratio, and words of scales: what they mean, and what they refuse."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from scipy import stats

from attribution_bayes.declare import distributions as family
from attribution_bayes.declare.distributions import LogNormal, Point
from attribution_bayes.declare.ratios import MAX_RATIO, MIN_RATIO
from attribution_bayes.declare.scales import SCALES
from attribution_bayes.declare.way import DEFAULT_MASS, MIN_MASS
from attribution_bayes.declare.ways import (
    Decibans,
    Nats,
    RatioBetween,
    Words,
    distribution,
    ratio_distribution,
)
from attribution_bayes.errors import CaseError
from precision import EXACT

MASSES = (0.01, 0.5, 0.8, 0.9, 0.95, 0.999)

EVERY_TERM = [(term, scale) for scale in SCALES.values() for term in scale.terms]

every_term = pytest.mark.parametrize(("term", "scale"), EVERY_TERM, ids=[f"{s.id}-{t.name}" for t, s in EVERY_TERM])


def refused(make: Callable[[], object]) -> list[tuple[str, str]]:
    """Codes and parameter names of everything that was found wrong."""
    with pytest.raises(CaseError) as caught:
        make()
    return [(problem.code, problem.path) for problem in caught.value.problems]


@every_term
def test_words_are_the_range_that_the_scale_gives_them(term: Any, scale: Any) -> None:
    """A term means any value of its range, whichever of its names is used."""
    for name in (term.name, *term.synonyms):
        words = Words(name, scale.id)
        assert words.range is term
        assert words.is_ratio is (scale.kind == "ratio")
        if scale.kind == "probability":
            assert distribution(words) == family.Uniform(term.lower, term.upper)
        elif term.upper is not None:
            assert ratio_distribution(words) == ratio_distribution(RatioBetween(term.lower, term.upper, DEFAULT_MASS))


@pytest.mark.parametrize("mass", MASSES)
@pytest.mark.parametrize(("lower", "upper"), [(0.5, 2), (2, 10), (1e-3, 1e-2), (1e5, 2e5)])
def test_a_ratio_between_is_log_normal(lower: float, upper: float, mass: float) -> None:
    """As much lies below as above, and the middle is the geometric mean of the ends."""
    if mass < 0.5:
        upper = lower * 1.01
    meaning = ratio_distribution(RatioBetween(lower, upper, mass))
    assert isinstance(meaning, LogNormal)
    same = stats.lognorm(meaning.sigma, scale=math.exp(meaning.mu))
    assert (same.cdf(lower), same.sf(upper)) == pytest.approx([(1 - mass) / 2] * 2, abs=1e-9)
    assert meaning.mean == pytest.approx(same.median(), rel=1e-12)
    assert meaning.interval(0.7) == pytest.approx(same.interval(0.7), rel=1e-9)
    assert math.exp(meaning.mu) == pytest.approx(math.sqrt(lower * upper), rel=1e-12)


def test_a_ratio_turned_round_is_the_inverse() -> None:
    """[1/upper, 1/lower] is the same range seen from the other hypothesis."""
    there, back = ratio_distribution(RatioBetween(2, 10)), ratio_distribution(RatioBetween(0.1, 0.5))
    assert (back.mu, back.sigma) == pytest.approx((-there.mu, there.sigma), rel=1e-12)
    assert back.mean * there.mean == pytest.approx(1, rel=1e-12)
    assert ratio_distribution(RatioBetween(0.01, 100)).mean == 1


def test_a_ratio_between_equal_bounds_is_the_number() -> None:
    """A range of one point is that point."""
    assert ratio_distribution(RatioBetween(3, 3)) == Point(3)


def test_a_range_has_nine_tenths_inside_unless_it_says_otherwise() -> None:
    """The default is 0.9; the least mass and the greatest are allowed."""
    assert RatioBetween(2, 4) == RatioBetween(2, 4, 0.9)
    assert RatioBetween(2, 2, MIN_MASS).mass == MIN_MASS
    assert RatioBetween(2, 2, 1 - MIN_MASS).mass == 1 - MIN_MASS


@pytest.mark.parametrize("ratio", [1e-300, 1e-6, 0.3, 1.0, 2.0, 400.0, 1e300])
def test_a_ratio_may_be_stated_by_its_logarithm(ratio: float) -> None:
    """Ten times the decimal logarithm in decibans, the natural logarithm in nats: they mean the ratio."""
    for way in (Decibans(10 * math.log10(ratio)), Nats(math.log(ratio) * (1 - 1e-15))):
        assert isinstance(ratio_distribution(way), Point)
        assert ratio_distribution(way).mean == pytest.approx(ratio, rel=EXACT)
        assert way.plausible_range() == pytest.approx((ratio / 2, ratio * 2), rel=EXACT)


def test_whole_tens_of_decibans_are_powers_of_ten() -> None:
    """To the last bit, so that 20 decibans and 100 are one number."""
    assert [Decibans(10 * power).ratio for power in range(-6, 7)] == [float(f"1e{power}") for power in range(-6, 7)]
    assert Nats(0).ratio == Decibans(0).ratio == 1


@pytest.mark.parametrize("way", [Decibans, Nats])
@pytest.mark.parametrize("given", [3001, -3001, 1e9, -1e9])
def test_a_logarithm_of_no_ratio_is_refused(way: Any, given: float) -> None:
    """With the number, its unit, and the ratios that there are."""
    said = (
        rf"E_RANGE number: {given:.0f} {way.form} is not a likelihood ratio\. The ratio must lie from 1e-300 to 1e\+300"
    )
    with pytest.raises(CaseError, match=said):
        way(given)


@pytest.mark.parametrize("middle", [1e-100, 1.0, 1e100])
def test_a_ratio_between_is_as_wide_as_its_draws_are_ratios(middle: float) -> None:
    """Eight sigma beside what evidence shifts the draws to, by half the variance either way, is a ratio still."""
    far = abs(math.log(middle))
    sigma = math.sqrt(64 + 2 * (math.log(MAX_RATIO) - far)) - 8  # far + sigma^2 / 2 + 8 sigma = log(MAX_RATIO)
    half = sigma * float(stats.norm.isf(0.05))
    for width, fits in ((half - 0.01, True), (half + 0.01, False)):
        ends = middle * math.exp(-width), middle * math.exp(width)
        assert fits or refused(lambda ends=ends: RatioBetween(*ends)) == [("E_INTERVAL", "upper")]
        assert not fits or RatioBetween(*ends).upper == ends[1]


@pytest.mark.parametrize(
    ("way", "words", "taken"),
    [
        (Decibans(10), "10 decibans (10 times as likely)", []),
        (Decibans(-2.5), "-2.5 decibans (0.5623 times as likely)", []),
        (Nats(2.302585), "2.302585 nats (10 times as likely)", []),
        (RatioBetween(2, 5), "between 2.0 and 5.0, with probability 0.9", ["mass=0.9"]),
        (RatioBetween(2, 5, 0.5), "between 2.0 and 5.0, with probability 0.5", []),
        (Words("moderate support", "enfsi-2015"), "'moderate support' of enfsi-2015", ["mass=0.9"]),
        (Words("likely", "icd203-2015"), "'likely' of icd203-2015", ["uniform"]),
    ],
)
def test_it_says_what_was_stated_and_what_was_taken(way: Any, words: str, taken: list[str]) -> None:
    """In words that need no Python; what was stated is not among what was taken without being said."""
    assert way.words() == words
    assert [name for name, _ in way.defaults()] == taken


REFUSED = [
    (lambda: Words("likely", "icd203"), [("E_VERBAL", "scale")]),
    (lambda: Words("likely"), [("E_VERBAL", "scale")]),
    (lambda: Words("likely", []), [("E_VERBAL", "scale")]),  # type: ignore[arg-type]
    (lambda: Words("Likely", "icd203-2015"), [("E_VERBAL", "term")]),
    (lambda: Words(["likely"], "icd203-2015"), [("E_VERBAL", "term")]),  # type: ignore[arg-type]
    (lambda: Decibans(math.inf), [("E_NOT_FINITE", "number")]),
    (lambda: Nats(math.nan), [("E_NOT_FINITE", "number")]),
    (lambda: Decibans(True), [("E_TYPE", "number")]),
    (lambda: Nats("2.3"), [("E_NUMBER", "number")]),  # type: ignore[arg-type]
    (lambda: Decibans(RatioBetween(1, 2), reason=3), [("E_REASON", "reason"), ("E_TYPE", "number")]),  # type: ignore[arg-type]
    (lambda: RatioBetween(2, 1), [("E_INTERVAL", "lower")]),
    (lambda: RatioBetween(0, -1), [("E_RANGE", "lower"), ("E_RANGE", "upper")]),
    (lambda: RatioBetween(MIN_RATIO / 2, math.inf), [("E_RANGE", "lower"), ("E_RANGE", "upper")]),
    (lambda: RatioBetween(math.nan, RatioBetween(1, 2)), [("E_NOT_FINITE", "lower"), ("E_TYPE", "upper")]),
    (lambda: RatioBetween(1, 2, 1), [("E_PARAM", "mass")]),
    (lambda: RatioBetween(1e-200, 1e200), [("E_INTERVAL", "upper")]),
    (lambda: RatioBetween(1, 1e9, 0.01), [("E_INTERVAL", "upper")]),
]


@pytest.mark.parametrize(("make", "expected"), REFUSED, ids=range(len(REFUSED)))
def test_what_makes_no_sense_is_refused(make: Callable[[], object], expected: list[tuple[str, str]]) -> None:
    """Every parameter that is wrong is named, all at once."""
    assert refused(make) == expected


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Words("likely"), r"scale: the term 'likely' comes without a scale\. Name one of icd203-2015, "),
        (lambda: Words("liklely", "phia-2018"), r"scale 'phia-2018' has no term 'liklely'\. Did you mean 'likely'\?"),
        (
            lambda: Words("wahrscheinlich", "icd203-2015"),
            r"no term 'wahrscheinlich'\. Its terms: almost no chance, very",
        ),
        (lambda: RatioBetween(1, 1e9, 0.01), r"is so wide that its ratios go beyond 1e\+300 or one over it\. Narrow"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(make: Callable[[], object], message: str) -> None:
    """The message names the parameter, what was given and what is allowed."""
    with pytest.raises(CaseError, match=message):
        make()
