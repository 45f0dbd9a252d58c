"""Addresses are values that are written and read in one place."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings

import attribution_bayes as ab
from attribution_bayes.declare import address
from attribution_bayes.declare.address import (
    Address,
    CausedLikelihoodOf,
    CauseProbabilityOf,
    CommonCausePart,
    CopyProbabilityOf,
    DependencePart,
    ErrorOf,
    ErrorPart,
    ErrorRateOf,
    HypothesisPart,
    ItemPart,
    LikelihoodOf,
    OutcomePart,
    PartAddress,
    PriorOf,
    PriorPart,
    ReliabilityOf,
    ReportPart,
    SameLikelihoodOf,
    SourcePart,
    parse,
    parse_part,
    spelt_likelihoods,
)
from drawn import cases
from repeatable import REPEATABLE

NUMBERS = {
    "prior.a": PriorOf("a"),
    "source.s.reliability": ReliabilityOf("s"),
    "source.s.reliability.a": ReliabilityOf("s", "a"),
    "source.s.if_unreliable": ErrorRateOf("s", "if_unreliable"),
    "source.s.if_unreliable.a": ErrorRateOf("s", "if_unreliable", "a"),
    "source.s.says_true_if_true": ErrorRateOf("s", "says_true_if_true"),
    "source.s.says_true_if_false.a": ErrorRateOf("s", "says_true_if_false", "a"),
    "evidence.e.likelihood.a": LikelihoodOf("e", "a"),
    "evidence.e.likelihood.a.True.red": LikelihoodOf("e", "a", (True, "red")),
    "error": ErrorOf(),
    "evidence.e.error": ErrorOf("e"),
    "evidence.e.likelihood": SameLikelihoodOf("e"),
    "evidence.e.likelihood.True.red": SameLikelihoodOf("e", (True, "red")),
    "evidence.e.reports.s.copy_probability": CopyProbabilityOf("e", "s"),
    "common_cause.c.probability": CauseProbabilityOf("c"),
    "common_cause.c.probability.a": CauseProbabilityOf("c", "a"),
    "common_cause.c.likelihood.e.a": CausedLikelihoodOf("c", "e", "a"),
    "common_cause.c.likelihood.e.a.red": CausedLikelihoodOf("c", "e", "a", ("red",)),
}

PARTS = {
    "prior": PriorPart(),
    "error": ErrorPart(),
    "hypotheses.a": HypothesisPart("a"),
    "source.s": SourcePart("s"),
    "evidence.e": ItemPart("e"),
    "evidence.e.outcomes.red": OutcomePart("e", "red"),
    "evidence.e.reports.s": ReportPart("e", "s"),
    "evidence.e.given.f": DependencePart("e", "f"),
    "common_cause.c": CommonCausePart("c"),
}


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_a_number_is_read_as_it_is_written(text: str, value: Address) -> None:
    """Each form is written so, and read back as the same value, which belongs to a part that can be read too."""
    assert (str(value), parse(text)) == (text, value)
    assert parse_part(str(value.part)) == value.part
    assert text.startswith(str(value.part))


@pytest.mark.parametrize(("text", "value"), PARTS.items())
def test_a_part_is_read_as_it_is_written(text: str, value: PartAddress) -> None:
    """Each form is written so, and read back as the same value; none is a number, but for the one that is all of it."""
    number = ErrorOf() if text == "error" else None
    assert (str(value), parse_part(text), parse(text)) == (text, value, number)


def test_every_form_is_tried_here() -> None:
    """No member of the unions is left out above."""
    assert {type(one) for one in NUMBERS.values()} == {*get_args(Address.__value__)}
    assert {type(one) for one in PARTS.values()} == {*get_args(PartAddress.__value__)}


@pytest.mark.parametrize(
    "text", ["", "prior", "prior.a.b", "source.s.reliability.a.b", "source.s.says", "evidence.e.reports", "a.b.c"]
)
def test_what_is_not_the_address_of_a_number_is_none(text: str) -> None:
    """Nothing is guessed from a text that has another form."""
    assert parse(text) is None


@pytest.mark.parametrize("text", ["", "prior.a", "evidence", "evidence.e.reports", "source.s.reliability"])
def test_what_is_not_the_address_of_a_part_is_none(text: str) -> None:
    """Nothing is guessed from a text that has another form."""
    assert parse_part(text) is None


@settings(REPEATABLE)
@given(cases())
def test_every_assumption_has_an_address_that_is_read_as_it_is_written(case: ab.Case) -> None:
    """Whatever a case states, its addresses survive being written."""
    for one in ab.assumptions(case):
        assert str(parse(one.address)) == one.address


def test_likelihoods_of_an_item_are_spelt_as_each_is() -> None:
    """The quick way for many says the same."""
    assert [*spelt_likelihoods("e", ["ab"])] == [str(LikelihoodOf("e", name)) for name in "ab"]
    below = [str(LikelihoodOf("e", name, (key,))) for name in "ab" for key in (True, False)]
    assert [*spelt_likelihoods("e", ["ab", (True, False)])] == below


def test_outcomes_are_read_as_what_they_are() -> None:
    """True and False are no text."""
    assert parse("evidence.e.likelihood.a.False") == address.LikelihoodOf("e", "a", (False,))
    assert parse("evidence.e.likelihood.a.no") == address.LikelihoodOf("e", "a", ("no",))
