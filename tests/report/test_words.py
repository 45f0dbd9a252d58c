"""Numbers and sentences: what is printed is borne out, and no conditional is turned round."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.assumptions import assumptions
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Report
from attribution_bayes.declare.wording import in_words
from attribution_bayes.errors import CaseError
from attribution_bayes.plots.axes import plain as beside
from attribution_bayes.report.render.document import plain as words
from attribution_bayes.report.words import (
    about,
    bits,
    calculable,
    decibans,
    factor,
    number,
    power,
    share,
    share_among,
    signed,
    weight,
)
from drawn import cases
from repeatable import REPEATABLE

CHANCE = st.floats(0, 1) | st.floats(1e-300, 1e-3) | st.floats(1e-16, 1e-3).map(lambda x: 1 - x)


def read(printed: str) -> float:
    """The number that a printed percentage stands for; what is beyond a bound, half way to the end."""
    digits = float(re.sub(r"[<>% ]", "", printed))
    return (digits / 2 if printed[0] == "<" else (digits + 100) / 2 if printed[0] == ">" else digits) / 100


@settings(REPEATABLE, max_examples=500)
@given(CHANCE, CHANCE, st.sampled_from([0.0, 1e-4, 1e-3, 0.01, 0.1]))
def test_the_order_of_printed_shares_is_that_of_the_values(one: float, other: float, mcse: float) -> None:
    """However small the difference and whatever the error of both, the smaller one is not printed as the greater."""
    low, high = sorted((one, other))
    assert read(share(low, mcse).text) <= read(share(high, mcse).text)


@settings(REPEATABLE, max_examples=500)
@given(CHANCE, st.sampled_from([0.0, 1e-4, 1e-3, 0.01]))
def test_no_share_inside_is_printed_as_an_end(value: float, mcse: float) -> None:
    """Strictly between 0 and 1 it is neither 0 % nor 100 %, and the printed digits are those of the value."""
    printed = share(value, mcse).text
    if 0 < value < 1:
        assert printed not in ("0 %", "100 %", "0.00 %", "100.00 %")
    bound = float(re.sub(r"[<>% ]", "", printed)) / 100
    unit = 0.1 if mcse > 0.0025 else 0.01
    assert value < bound if "<" in printed else value > bound if ">" in printed else abs(bound - value) <= 0.51 * unit


def test_a_hundred_per_cent_takes_all_others_to_be_excluded() -> None:
    """A credence that only rounds to 1 is not printed as certain."""
    assert share_among([1.0, 0.0], 0).text == "100 %"
    assert share_among([1.0, 1e-300], 0).text == ">99.99 %"
    assert share_among([1.0, 0.0], 1).text == "0 %"


@settings(REPEATABLE, max_examples=500)
@given(CHANCE.filter(lambda x: 0 < x < 1))
def test_no_number_inside_is_printed_as_an_end(value: float) -> None:
    """The value of an assumption shows what tells it from 0 and from 1, to two digits at least."""
    printed = number(value).text
    found = 1 - float(printed.removeprefix("1 - ")) if printed.startswith("1 - ") else float(printed)
    rest = min(value, 1 - value)
    assert abs(found - value) <= 0.051 * rest + 2**-53
    assert (0 < found < 1) or rest < 1e-15


@settings(REPEATABLE, max_examples=300)
@given(st.integers(1, 999_999), st.integers(0, 4))
def test_a_number_is_shown_as_it_was_written(digits: int, places: int) -> None:
    """Up to six digits, in the text, the tables and the pictures."""
    written = digits / 10**places
    assert float(number(written).text) == written == float(beside(written))


@settings(REPEATABLE, max_examples=300)
@given(CHANCE | st.floats(1e-9, 1e9))
def test_text_and_pictures_show_a_number_the_same(value: float) -> None:
    """A flip or an end of a range has the same digits in a sentence and beside a bar, but for the typographic minus."""
    assert beside(value).replace("\u2212", "-") == number(value).text


def test_numbers_for_adding_up() -> None:
    """Seven digits, more where fewer would round to one; powers of ten where doubles end."""
    assert calculable(2 / 3).text == "0.6666667"
    assert calculable(float(np.nextafter(1, 0))).text == "0.9999999999999999"
    assert power(math.log10(2) - 400).text == "2.000000e-400"
    assert power(math.log10(2 / 3)).text == "0.6666667"


def test_weights_and_distances() -> None:
    """Signs, units, and words where a number would say nothing."""
    assert [signed(value).text for value in (0.0, 0.049, -0.06, 1234.5, math.inf, -math.inf, math.nan)] == [
        "0.0", "0.0", "-0.1", "+1,234.5", "all others excluded", "excluded", "-",
    ]  # fmt: skip
    assert [words(decibans(value)) for value in (0.0, 0.01, -5.26)] == [
        "0.0 decibans", "less than 0.1 decibans", "5.3 decibans",
    ]  # fmt: skip
    assert [words(factor(value)) for value in (0.0, 3.0, -10, 23, 59, 61, math.inf)] == [
        "1.0 times", "2.0 times", "10 times", "200 times", "790,000 times",
        "more than a million times", "more than a million times",
    ]  # fmt: skip
    assert [bits(value).text for value in (0.0, 1e-5, 0.25)] == ["0.000", "less than 0.001", "0.250"]


ITEM = Evidence(name="e", statement="s", likelihood={"a": 0.5, "b": 0.2})
REPORTED = ITEM.model_copy(update={"reports": [Report(source="s")], "observed": None})

LIKELIHOOD_RATIO = re.compile(
    r"What was (?:observed|reported) of e "
    r"(?:is (?:[\d.,]+ times|more than a million times|about) as likely "
    r"(?:under a as under the others|under the others as under a), given the items above it "
    r"\((?:less than )?[\d.,]+ decibans(?: (?:for|against) a)?\)\."
    r"|could not be (?:under a|under the others), given the items above it, as they are stated\."
    r"|comes after everything that is compared was excluded\.)"
)
"""Every sentence about a likelihood ratio: of the evidence, under the hypotheses."""


@settings(REPEATABLE, max_examples=200)
@given(st.floats(-1e4, 1e4) | st.sampled_from([0.0, 0.01, -0.01, math.inf, -math.inf, math.nan]), st.booleans())
def test_a_likelihood_ratio_is_about_the_evidence(value: float, is_reported: bool) -> None:
    """Whatever the weight, the sentence says how likely the evidence is under the hypotheses."""
    sentence = words(weight(REPORTED if is_reported else ITEM, value, "a"))
    assert LIKELIHOOD_RATIO.fullmatch(sentence), sentence
    if 0.22 <= abs(value) < math.inf:  # nearer to 0 the factor is 1.0 times, and it is said to be about as likely
        assert ("likely under a as" in sentence) is (value > 0) is ("decibans for a" in sentence)


@settings(REPEATABLE, max_examples=60)
@given(cases(max_items=6))
def test_an_assumption_is_called_the_same_everywhere(case: Case) -> None:
    """The words for an address are those of the sensitivity table, with every name marked as one."""
    for one in assumptions(case):
        assert words(about(case, one.address)) == in_words(case, one.address)


def test_an_unknown_address_has_no_words(plain: Case) -> None:
    """No words are made up for an address that no case can have."""
    with pytest.raises((AssertionError, CaseError)):
        about(plain, "hypotheses.alone")
