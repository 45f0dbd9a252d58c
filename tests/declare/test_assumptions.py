"""Every asserted number has an address and a plausible range, and another number can be supposed in its place."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from inspect import isabstract
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from attribution_bayes.declare import distributions as family
from attribution_bayes.declare import ways
from attribution_bayes.declare.assumptions import (
    Assumption,
    assumptions,
    at_end,
    covary,
    range_policy,
    suppose,
)
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import LogNormal, Point
from attribution_bayes.declare.parameters import Parameter, addresses, parameters
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.scales import SCALES
from attribution_bayes.declare.way import PLAIN_NUMBER_ODDS_FACTOR, RANGE_MASS, Way
from attribution_bayes.declare.ways import (
    PROBABILITIES,
    RANGE_POLICIES,
    RATIOS,
    SHARES,
    BaseRates,
    Beta,
    Between,
    Certain,
    Counts,
    Decibans,
    Dirichlet,
    Impossible,
    Nats,
    Odds,
    RatioBetween,
    Ratios,
    Uniform,
    Words,
    distribution,
)
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.errors import CaseError
from crafted import case, item
from drawn import cases
from repeatable import FILTERED

LAW = settings(FILTERED, max_examples=100)
CLOSE = 1e-12
ALWAYS, NEVER = Certain("it must be"), Impossible("it cannot be")


EVERYTHING = case(
    {"a": 0.2, "b": 0.3, "c": 0.5},
    item("plain", {"a": 0.1, "b": Beta(2, 3), "c": Between(0.2, 0.4, mass=0.8)}),
    item("more", {"a": Uniform(0.1, 0.6), "b": Counts(3, 10), "c": Words("likely", "icd203-2015")}),
    item("sure", {"a": ALWAYS, "b": NEVER, "c": 0.5}, observed=False),
    item(
        "below",
        {name: {True: {"x": 0.1, "y": 0.2}, False: {"x": Beta(1, 2), "y": 0.4}} for name in "abc"},
        given=("plain", "colour"),
    ),
    item(
        "colour",
        {"a": {"x": 0.25, "y": 0.75}, "b": Dirichlet({"x": 2, "y": 6}), "c": {"x": NEVER, "y": ALWAYS}},
        outcomes=("x", "y"),
        observed="y",
    ),
    item("tone", Ratios(reference="b", ratios={"c": 4.0, "a": RatioBetween(2, 8)})),
    item(
        "told",
        {"a": 0.3, "b": 0.6, "c": 0.9},
        reports=[Report(source="s"), Report(source="t", copied_from="s", copy_probability=Beta(1, 1))],
    ),
    sources=(
        Source(name="s", statement="s", reliability=0.8, if_unreliable=Uniform(0, 1)),
        Source(name="t", statement="t", reliability=Counts(8, 9), if_unreliable={"c": 0.3, "a": 0.1, "b": NEVER}),
    ),
)


def at(case: Case, address: str) -> Assumption:
    return next(assumption for assumption in assumptions(case) if assumption.address == address)


def stated(case: Case) -> dict[str, float]:
    return {assumption.address: assumption.stated for assumption in assumptions(case)}


def only(written: Any) -> Assumption:
    """The assumption of a likelihood that is stated so."""
    return at(case({"a": 0.5, "b": 0.5}, item("e", {"a": written, "b": 0.5})), "evidence.e.likelihood.a")


# Addresses -----------------------------------------------------------------------------------------------------------


def test_every_number_of_a_case_has_its_address() -> None:
    """They are listed in the order prior, sources, evidence; rows in the order of hypotheses and outcomes."""
    assert [(a.address, a.kind) for a in assumptions(EVERYTHING)] == [
        ("prior.a", "number"),
        ("prior.b", "number"),
        ("prior.c", "number"),
        ("source.s.reliability", "number"),
        ("source.s.if_unreliable", "uniform"),
        ("source.t.reliability", "counts"),
        ("source.t.if_unreliable.a", "number"),
        ("source.t.if_unreliable.b", "impossible"),
        ("source.t.if_unreliable.c", "number"),
        ("evidence.plain.likelihood.a", "number"),
        ("evidence.plain.likelihood.b", "beta"),
        ("evidence.plain.likelihood.c", "between"),
        ("evidence.more.likelihood.a", "uniform"),
        ("evidence.more.likelihood.b", "counts"),
        ("evidence.more.likelihood.c", "words"),
        ("evidence.sure.likelihood.a", "certain"),
        ("evidence.sure.likelihood.b", "impossible"),
        ("evidence.sure.likelihood.c", "number"),
        *(
            (f"evidence.below.likelihood.{name}.{truth}.{colour}", kind)
            for name in "abc"
            for truth, colour, kind in (
                ("True", "x", "number"),
                ("True", "y", "number"),
                ("False", "x", "beta"),
                ("False", "y", "number"),
            )
        ),
        ("evidence.colour.likelihood.a.x", "number"),
        ("evidence.colour.likelihood.a.y", "number"),
        ("evidence.colour.likelihood.b.x", "dirichlet"),
        ("evidence.colour.likelihood.b.y", "dirichlet"),
        ("evidence.colour.likelihood.c.x", "impossible"),
        ("evidence.colour.likelihood.c.y", "certain"),
        ("evidence.tone.likelihood.a", "ratio_between"),
        ("evidence.tone.likelihood.c", "ratio"),
        ("evidence.told.likelihood.a", "number"),
        ("evidence.told.likelihood.b", "number"),
        ("evidence.told.likelihood.c", "number"),
        ("evidence.told.reports.t.copy_probability", "beta"),
    ]


@pytest.mark.parametrize(
    ("prior", "kind", "shares"),
    [
        ({"b": 0.75, "a": 0.25}, "number", (0.25, 0.75)),
        (Odds({"a": 1, "b": 3}), "odds", (0.25, 0.75)),
        (Dirichlet({"a": 1.5, "b": 0.5}), "dirichlet", (0.75, 0.25)),
        (BaseRates({"a": 0, "b": 3}), "base_rates", (0.125, 0.875)),
        ({"a": ALWAYS, "b": NEVER}, ("certain", "impossible"), (1.0, 0.0)),
    ],
)
def test_a_prior_has_one_number_for_each_hypothesis(prior: Any, kind: Any, shares: tuple[float, float]) -> None:
    """However it was stated, its numbers are the probabilities, in the order of the hypotheses."""
    hypotheses = [Hypothesis(name=name, statement=name) for name in "ab"]
    found = assumptions(Case(question="Which?", hypotheses=hypotheses, prior=prior))
    kinds = (kind, kind) if isinstance(kind, str) else kind
    expected = list(zip(("prior.a", "prior.b"), kinds, shares, strict=True))
    assert [(a.address, a.kind, a.stated) for a in found] == expected


DECLARE = "attribution_bayes.declare."


def _below(way: type[Way]) -> Iterator[type[Way]]:
    """All classes derived from it."""
    for one in way.__subclasses__():
        yield one
        yield from _below(one)


def test_the_kinds_are_the_words_of_a_case_file() -> None:
    """Each way to state a number has a kind of its own; a number with a reason is a number."""
    declared = {(way.__module__, way.__name__) for way in _below(Way) if not isabstract(way)}
    stated = {(way.__module__, way.__name__) for way in (*PROBABILITIES, *RATIOS, *SHARES)}
    assert stated == {(module, name) for module, name in declared if module.startswith(DECLARE)}
    assert len(RANGE_POLICIES) == len(stated)
    assert {"number", "ratio"} & RANGE_POLICIES.keys() == {"number"}


@LAW
@given(cases())
def test_addresses_are_all_different(case: Case) -> None:
    """No two numbers of a case share an address; each has a range, and a plain number lies inside it."""
    found = assumptions(case)
    assert len({assumption.address for assumption in found}) == len(found)
    for assumption in found:
        assert assumption.lower <= assumption.upper
        if assumption.kind in ("number", "odds", "ratio", "decibans", "nats"):
            assert assumption.lower < assumption.stated < assumption.upper


# Ranges --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0.001, 0.2, 0.5, 0.75, 0.999])
def test_a_plain_number_may_be_off_by_twice_its_odds(number: float) -> None:
    """Its range is from half to twice the odds."""
    found = only(number)
    odds = number / (1 - number)
    assert found.lower / (1 - found.lower) == pytest.approx(odds / 2, rel=CLOSE)
    assert found.upper / (1 - found.upper) == pytest.approx(odds * 2, rel=CLOSE)
    assert PLAIN_NUMBER_ODDS_FACTOR == 2


def test_a_plain_ratio_may_be_off_by_a_factor_of_two() -> None:
    """Its range is from half of it to twice it."""
    tone = at(EVERYTHING, "evidence.tone.likelihood.c")
    assert (tone.stated, tone.lower, tone.upper) == (4, 2, 8)


@pytest.mark.parametrize(("way", "kind"), [(Decibans(-10), "decibans"), (Nats(-math.log(10)), "nats")])
def test_a_ratio_by_its_logarithm_may_be_off_like_the_ratio(way: Any, kind: str) -> None:
    """It is a ratio, with the range of the plain number that it means, under the name it was stated by."""
    tone = "evidence.tone.likelihood.c"
    found = at(suppose(EVERYTHING, {tone: way}), tone)
    assert (found.stated, found.lower, found.upper) == pytest.approx((0.1, 0.05, 0.2), rel=CLOSE)
    assert found.kind == kind
    assert addresses(suppose(EVERYTHING, {tone: way})).at(tone).is_ratio


def test_supposing_what_decibans_mean_changes_nothing() -> None:
    """The number that they mean leaves the case as it was; decibans in place of the number are another statement."""
    tone = "evidence.tone.likelihood.c"
    stated = suppose(EVERYTHING, {tone: Decibans(10)})
    assert suppose(stated, {tone: 10.0}) is stated
    assert suppose(stated, {tone: 9.0}) == suppose(EVERYTHING, {tone: 9.0})
    assert suppose(suppose(EVERYTHING, {tone: 10.0}), {tone: Decibans(10)}) == stated


def test_odds_may_be_off_like_plain_numbers() -> None:
    """The share of a hypothesis is a plain number, whichever way it was written."""
    as_odds, as_numbers = case(Odds({"a": 1, "b": 3})), case({"a": 0.25, "b": 0.75})
    pairs = zip(assumptions(as_odds), assumptions(as_numbers), strict=True)
    assert all((one.stated, one.lower, one.upper) == (two.stated, two.lower, two.upper) for one, two in pairs)


@pytest.mark.parametrize(
    ("written", "ends"),
    [(Uniform(0.2, 0.7), (0.2, 0.7)), (Uniform(0, 1), (0, 1)), (Words("likely", "icd203-2015"), (0.55, 0.8))],
)
def test_a_range_without_preference_is_plausible_in_full(written: Any, ends: tuple[float, float]) -> None:
    """The range of a `Uniform`, or of words, is all of it, and the number stated is its middle."""
    found = only(written)
    assert (found.lower, found.upper) == ends
    assert found.stated == pytest.approx(sum(ends) / 2, rel=CLOSE)


@pytest.mark.parametrize("written", [Beta(2, 3), Beta(0.5, 0.5), Beta(50, 1), Between(0.3, 0.5, 0.5), Counts(0, 4)])
def test_a_distribution_is_plausible_in_its_central_nine_tenths(written: Any) -> None:
    """One in twenty lies below the range and one in twenty above; the number stated is the mean."""
    found, meaning = only(written), distribution(written)
    known = beta(meaning.alpha, meaning.beta)
    assert known.cdf(found.lower) == pytest.approx(0.05, rel=1e-9)
    assert known.sf(found.upper) == pytest.approx(0.05, rel=1e-9)
    assert found.stated == pytest.approx(known.mean(), rel=CLOSE)
    assert RANGE_MASS == 0.9


def test_a_range_of_nine_tenths_is_its_own_plausible_range() -> None:
    """`Between(0.6, 0.9)` holds the central nine tenths by itself."""
    found = only(Between(0.6, 0.9))
    assert (found.lower, found.upper) == (pytest.approx(0.6, rel=1e-9), pytest.approx(0.9, rel=1e-9))


def test_a_member_of_a_dirichlet_has_the_range_of_its_beta() -> None:
    """By itself a member with weight w of W is a Beta(w, W - w)."""
    found, known = at(EVERYTHING, "evidence.colour.likelihood.b.x"), beta(2, 6)
    assert found.stated == 0.25
    assert (found.lower, found.upper) == (pytest.approx(known.ppf(0.05)), pytest.approx(known.ppf(0.95)))


def test_a_range_of_ratios_has_the_range_of_its_log_normal() -> None:
    """The central nine tenths of the log-normal are the range that was written; the number stated is its middle."""
    found = at(EVERYTHING, "evidence.tone.likelihood.a")
    assert (found.lower, found.upper) == (pytest.approx(2, rel=CLOSE), pytest.approx(8, rel=CLOSE))
    assert found.stated == pytest.approx(4, rel=CLOSE)


@pytest.mark.parametrize(("written", "number"), [(ALWAYS, 1.0), (NEVER, 0.0)])
def test_what_is_sure_has_no_range(written: Any, number: float) -> None:
    """`Certain` and `Impossible` are not moved."""
    found = only(written)
    assert (found.stated, found.lower, found.upper) == (number, number, number)


def test_a_range_of_one_point_is_that_number() -> None:
    """Equal ends mean a number that is known, and is not moved."""
    for written in (Between(0.3, 0.3), Uniform(0.3, 0.3)):
        found = only(written)
        assert (found.stated, found.lower, found.upper) == (0.3, 0.3, 0.3)


# Supposing -----------------------------------------------------------------------------------------------------------


@settings(LAW, max_examples=50)
@given(cases())
def test_supposing_what_is_written_changes_nothing(case: Case) -> None:
    """What stands at an address may be supposed there, and the case stays equal."""
    for parameter in parameters(case):
        assert suppose(case, {str(parameter.address): parameter.written}) == case
    assert suppose(case, {str(parameter.address): parameter.written for parameter in parameters(case)}) == case
    assert suppose(case, {}) == case


@settings(LAW, max_examples=50)
@given(cases())
def test_supposing_the_number_that_is_stated_changes_nothing(case: Case) -> None:
    """Where a number stands, or one of several weights, supposing that number leaves the case equal."""
    fixed = [one for one in parameters(case) if isinstance(one.meaning, Point) or one.weight is not None]
    for parameter in fixed:
        assert suppose(case, {str(parameter.address): parameter.meaning.mean}) == case
    assert suppose(case, {str(parameter.address): parameter.meaning.mean for parameter in fixed}) == case


def beside(case: Case, parameter: Parameter) -> list[Parameter]:
    """The other numbers that a number sums to one with."""
    if parameter.block is None:
        return []
    return [one for one in parameters(case) if one.block == parameter.block and one.address != parameter.address]


def movable(case: Case) -> list[Parameter]:
    """Those of a prior or row that is settled by `Certain` cannot move."""
    found = [one for one in parameters(case) if one.block is None or any(o.meaning.mean for o in beside(case, one))]
    assume(found)
    return found


@LAW
@given(cases(), st.floats(0.01, 0.99), st.data())
def test_a_number_takes_the_place_of_what_was_stated(case: Case, value: float, data: st.DataObject) -> None:
    """At the address stands the number; every other number stays, but for those that it sums to one with."""
    parameter = data.draw(st.sampled_from(movable(case)))
    assume(value != parameter.meaning.mean)
    scaled = {other.address for other in beside(case, parameter)}
    scale = (1 - value) / (sum(other.meaning.mean for other in beside(case, parameter)) or 1)
    supposed = suppose(case, {str(parameter.address): value})
    for old, new in zip(parameters(case), parameters(supposed), strict=True):
        assert new.address == old.address
        if old.address == parameter.address:
            assert new.meaning.mean == pytest.approx(value, rel=CLOSE)
        elif old.address in scaled:
            assert new.meaning.mean == pytest.approx(old.meaning.mean * scale, rel=CLOSE)
            assert (new.written == NEVER) == (old.written == NEVER)
        else:
            assert (new.written, new.meaning, new.kind) == (old.written, old.meaning, old.kind)


@pytest.mark.parametrize("prior", [{"a": 0.2, "b": 0.3, "c": 0.5}, Odds({"a": 2, "b": 3, "c": 5})])
def test_a_prior_is_scaled_in_proportion(prior: Any) -> None:
    """The hypotheses that are not named keep their proportions, and all sum to one."""
    found = stated(suppose(case(prior), {"prior.a": 0.6}))
    assert list(found.values()) == pytest.approx([0.6, 0.15, 0.25], rel=CLOSE)


@pytest.mark.parametrize(
    ("prior", "total"), [(Dirichlet({"a": 2, "b": 3, "c": 5}), 10), (BaseRates({"a": 1, "b": 2, "c": 4}), 8.5)]
)
def test_a_dirichlet_keeps_the_sum_of_its_weights(prior: Any, total: float) -> None:
    """As many cases as before are taken to be known; only their shares move."""
    found = suppose(case(prior), {"prior.a": 0.6}).prior
    assert isinstance(found, Dirichlet)
    assert sum(found.alpha.values()) == pytest.approx(total, rel=CLOSE)
    before = stated(case(prior))
    assert found.alpha["a"] == pytest.approx(0.6 * total, rel=CLOSE)
    assert found.alpha["b"] / found.alpha["c"] == pytest.approx(before["prior.b"] / before["prior.c"], rel=CLOSE)


def test_one_supposition_after_another_is_both_together() -> None:
    """Of a source, an item and a copy, in either order: a supposed case is supposed upon like any other."""
    speakers = tuple(Source(name=name, statement="s", reliability=0.8, if_unreliable=0.4) for name in ("s", "t"))
    reports = [Report(source="s"), Report(source="t", copied_from="s", copy_probability=0.3)]
    stated = case({"a": 0.5, "b": 0.5}, item("e", {"a": 0.2, "b": 0.6}, reports=reports), sources=speakers)
    changes = {
        "source.t.reliability": 0.7,
        "evidence.e.likelihood.b": 0.9,
        "evidence.e.reports.t.copy_probability": 0.1,
        "source.s.if_unreliable": 0.2,
    }
    for order in (list(changes), list(changes)[::-1]):
        supposed = stated
        for address in order:
            supposed = suppose(supposed, {address: changes[address]})
        assert supposed == suppose(stated, changes)


def test_a_row_of_named_outcomes_is_scaled_in_proportion() -> None:
    """Rows under other hypotheses stay as they are."""
    row = {"x": 0.2, "y": 0.3, "z": 0.5}
    named = case({"a": 0.5, "b": 0.5}, item("e", {"a": row, "b": row}, outcomes=("x", "y", "z"), observed="x"))
    found = suppose(named, {"evidence.e.likelihood.a.y": 0.65}).evidence[0].likelihood
    assert found["a"] == {name: pytest.approx(share) for name, share in (("x", 0.1), ("y", 0.65), ("z", 0.25))}
    assert found["b"] == row


def test_what_cannot_be_stays_impossible() -> None:
    """An excluded hypothesis, or outcome, takes no share, unless it is the one that is supposed."""
    excluding = case({"a": NEVER, "b": 0.25, "c": 0.75})
    assert suppose(excluding, {"prior.b": 0.5}).prior == {"a": NEVER, "b": 0.5, "c": 0.5}
    assert list(stated(suppose(excluding, {"prior.a": 0.2})).values()) == pytest.approx([0.2, 0.2, 0.6], rel=CLOSE)


def test_several_numbers_are_supposed_at_once() -> None:
    """Addresses in different places, in one item, and in one row go together, in any order."""
    changes = {
        "prior.a": 0.4,
        "prior.b": 0.2,
        "source.s.reliability": 0.7,
        "source.t.if_unreliable.a": 0.3,
        "source.t.if_unreliable.b": 0.4,
        "evidence.plain.likelihood.a": 0.5,
        "evidence.plain.likelihood.b": 0.6,
        "evidence.below.likelihood.a.True.x": 0.9,
        "evidence.below.likelihood.a.False.x": 0.8,
        "evidence.colour.likelihood.a.x": 0.1,
        "evidence.tone.likelihood.a": 5.0,
        "evidence.tone.likelihood.c": 6.0,
        "evidence.told.likelihood.b": 0.2,
        "evidence.told.reports.t.copy_probability": 0.25,
    }
    together = suppose(EVERYTHING, changes)
    implied = {"prior.c": 0.4, "evidence.colour.likelihood.a.y": 0.9}
    expected = stated(EVERYTHING) | changes | implied
    assert stated(together) == {address: pytest.approx(value, rel=CLOSE) for address, value in expected.items()}
    assert suppose(EVERYTHING, dict(reversed(changes.items()))) == together


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"prior.a": 0.4, "prior.b": 0.3}, [0.4, 0.3, 0.3]),
        ({"prior.a": 0.4, "prior.b": 0.3, "prior.c": 0.3}, [0.4, 0.3, 0.3]),
        ({"prior.b": 0.3, "prior.c": 0.1}, [0.6, 0.3, 0.1]),
    ],
)
def test_a_number_that_is_supposed_to_stay_stays(changes: dict[str, float], expected: list[float]) -> None:
    """A member of a prior that is named with the number that it has is held; only those not named are scaled."""
    found = stated(suppose(case({"a": 0.2, "b": 0.3, "c": 0.5}), changes))
    assert list(found.values()) == pytest.approx(expected, rel=CLOSE)


def test_a_member_of_a_dirichlet_that_is_supposed_to_stay_stays() -> None:
    """The same holds of weights."""
    found = suppose(case(Dirichlet({"a": 2, "b": 3, "c": 5})), {"prior.a": 0.4, "prior.b": 0.3}).prior
    assert found.alpha == {name: pytest.approx(weight) for name, weight in (("a", 4), ("b", 3), ("c", 3))}


@pytest.mark.parametrize("way", [Beta(2, 3), Between(0.2, 0.4), Uniform(0, 0.5), Counts(1, 3), NEVER, ALWAYS])
def test_another_way_to_state_a_probability_can_be_supposed(way: Any) -> None:
    """Where one probability stands, whatever states one may take its place."""
    addresses = ("evidence.plain.likelihood.a", "source.s.reliability", "evidence.told.reports.t.copy_probability")
    for address in (*addresses, "source.s.if_unreliable", "evidence.below.likelihood.a.True.x"):
        one = next(one for one in parameters(suppose(EVERYTHING, {address: way})) if str(one.address) == address)
        assert one.written == way
        assert one.meaning == distribution(way)


def test_a_ratio_can_become_a_range() -> None:
    """Where a ratio stands, a `RatioBetween` may take its place."""
    found = suppose(EVERYTHING, {"evidence.tone.likelihood.c": RatioBetween(1, 3)})
    assert found.evidence[5].likelihood.ratios["c"] == RatioBetween(1, 3)
    changed = next(one for one in parameters(found) if str(one.address) == "evidence.tone.likelihood.c")
    assert isinstance(changed.meaning, LogNormal)


def test_the_mean_of_a_range_is_not_the_range() -> None:
    """Supposing a `Beta` at its mean makes it known."""
    found = suppose(EVERYTHING, {"evidence.plain.likelihood.b": 0.4})
    assert found != EVERYTHING
    assert at(found, "evidence.plain.likelihood.b").kind == "number"
    assert isinstance(next(parameters(EVERYTHING)).meaning, Point)
    assert isinstance(distribution(Beta(2, 3)), family.Beta)


def test_what_is_supposed_has_the_range_that_it_has_when_stated() -> None:
    """The ranges of a supposed case, which are not all found anew, are those of a copy, of which nothing is known."""
    alone = [str(one.address) for one in parameters(EVERYTHING) if one.block is None]
    plain = [one.address for one in assumptions(EVERYTHING) if one.kind == "number" and one.address in alone]
    with_reason = suppose(EVERYTHING, {plain[0]: ways.Point(0.2, reason="a count")}).with_good({})
    for first, chosen in product((EVERYTHING, with_reason), (alone[:1], plain[:1], plain[:2], [plain[0], alone[-1]])):
        supposed = suppose(first, dict.fromkeys(chosen, 0.37))
        assert assumptions(supposed) == assumptions(supposed.with_good({}))
        assert assumptions(supposed) != assumptions(first)


def test_the_case_itself_is_not_touched() -> None:
    """Supposing makes a new case."""
    before = stated(EVERYTHING)
    suppose(EVERYTHING, {"prior.a": 0.6, "evidence.plain.likelihood.a": 0.9})
    assert stated(EVERYTHING) == before


# What cannot be supposed ---------------------------------------------------------------------------------------------


def refused(changes: dict[str, Any], case: Case = EVERYTHING) -> dict[str, str]:
    """Code by path of the problems that a supposition is refused for."""
    with pytest.raises(CaseError) as caught:
        suppose(case, changes)
    return {problem.path: problem.code for problem in caught.value.problems}


def test_an_unknown_address_has_a_hint() -> None:
    """The nearest address of the case is named; all unknown ones are reported at once."""
    with pytest.raises(CaseError, match=r"Did you mean 'evidence\.plain\.likelihood\.a'") as caught:
        suppose(EVERYTHING, {"evidence.plian.likelihood.a": 0.5, "nothing": 0.5, "prior.a": 0.4})
    codes = [(problem.code, problem.path) for problem in caught.value.problems]
    assert codes == [("E_UNKNOWN_NAME", "evidence.plian.likelihood.a"), ("E_UNKNOWN_NAME", "nothing")]


@pytest.mark.parametrize(("given", "shown"), [(1, "1"), (None, "None"), ("", "''"), (("prior", "a"), "('prior', 'a')")])
def test_what_is_no_address_is_named(given: Any, shown: str) -> None:
    """An error says at which key of what was supposed it is, whatever that is."""
    with pytest.raises(CaseError) as caught:
        suppose(EVERYTHING, {given: 0.5})
    assert str(caught.value.problems[0]).startswith(f"E_UNKNOWN_NAME {shown}: the case has no number at this address.")


SINGLE = [
    "source.s.reliability",
    "source.s.if_unreliable",
    "source.t.if_unreliable.a",
    "evidence.plain.likelihood.a",
    "evidence.below.likelihood.a.True.x",
    "evidence.told.reports.t.copy_probability",
]
IN_A_BLOCK = ["prior.a", "evidence.colour.likelihood.a.x", "evidence.colour.likelihood.b.x"]


@pytest.mark.parametrize("address", SINGLE + IN_A_BLOCK)
@pytest.mark.parametrize("value", [0, 1, 1.5, -0.1, math.nan, math.inf, "0.5", None, [0.5], True])
def test_what_is_no_probability_is_refused_by_its_address(address: str, value: Any) -> None:
    """Numbers outside (0, 1), texts and the like are refused, and the error says where."""
    assert address in refused({address: value})


@pytest.mark.parametrize("address", IN_A_BLOCK)
@pytest.mark.parametrize("value", [Beta(1, 2), Uniform(0.1, 0.2), Dirichlet({"x": 1, "y": 1})])
def test_one_of_several_that_sum_to_one_takes_a_number_only(address: str, value: Any) -> None:
    """A distribution cannot stand for one member of a prior or of a row."""
    assert address in refused({address: value})


@pytest.mark.parametrize("value", [0, -2, 1e301, 1e-301, math.nan, Beta(1, 2), "3"])
def test_what_is_no_ratio_is_refused_by_its_address(value: Any) -> None:
    """Ratios are positive and finite."""
    assert "evidence.tone.likelihood.c" in refused({"evidence.tone.likelihood.c": value})


@pytest.mark.parametrize(
    "changes",
    [
        {"prior.a": 0.7, "prior.b": 0.7},
        {"prior.a": 0.7, "prior.b": 0.3},
        {"prior.a": 0.3, "prior.b": 0.3, "prior.c": 0.3},
    ],
)
def test_members_that_cannot_sum_to_one_are_refused(changes: dict[str, float]) -> None:
    """Members supposed together must leave room for the others, or sum to one themselves."""
    assert any(path.startswith("prior") for path in refused(changes))


def test_a_member_beside_excluded_ones_cannot_move() -> None:
    """If all others are impossible, nothing can take the share that is left over."""
    assert any(path.startswith("prior") for path in refused({"prior.a": 0.5}, case({"a": ALWAYS, "b": NEVER})))


# Scaling -------------------------------------------------------------------------------------------------------------


def test_members_are_scaled_for_each_of_many_numbers() -> None:
    """Arrays of numbers give an array of rows, each summing to one, the rest in proportion."""
    means, moved = np.array([0.2, 0.3, 0.5]), np.array([0.1, 0.6])
    np.testing.assert_allclose(covary(means, {0: moved}), [[0.1, 0.3375, 0.5625], [0.6, 0.15, 0.25]], rtol=CLOSE)
    both = covary(means, {0: moved, 2: np.array(0.2)})
    np.testing.assert_allclose(both, [[0.1, 0.7, 0.2], [0.6, 0.2, 0.2]], rtol=CLOSE)


RANGES = {
    "number": "odds times and over 2",
    "odds": "odds times and over 2",
    "ratio": "times and over 2",
    "decibans": "times and over 2",
    "nats": "times and over 2",
    "uniform": "all of it",
    "words": "all of it",
    "impossible": "none",
    "certain": "none",
}


@pytest.mark.parametrize("kind", sorted({*RANGES, *RANGE_POLICIES}))
def test_where_a_range_comes_from_is_said(kind: str) -> None:
    """Every kind of assumption has words for its range; what is a distribution has its central 90 %."""
    assert range_policy(kind) == RANGES.get(kind, "central 90%")


def test_words_for_a_ratio_have_the_range_of_ratios() -> None:
    """Words of a ratio scale mean a log-normal, and their plausible range is its middle."""
    term = next(term for term in SCALES["enfsi-2015"].terms if term.upper is not None and term.upper > term.lower)
    stated = Ratios(reference="a", ratios={"b": Words(term.name, "enfsi-2015")})
    case = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "ab"],
        prior={"a": 0.5, "b": 0.5},
        evidence=[Evidence(name="e", statement="e", likelihood=stated)],
    )
    one = assumptions(case)[-1]
    assert (one.kind, range_policy(one.kind)) == ("ratio_words", "central 90%")
    assert (one.lower, one.upper) == pytest.approx((term.lower, term.upper), rel=1e-9)
    assert addresses(case).at(one.address).is_ratio
    assert not addresses(case).at("prior.a").is_ratio


@pytest.mark.parametrize("way", [np.array([0.1, 0.2]), [0.1], (0.1,), pd.Series([0.1])])
def test_several_values_are_no_supposition(way: object) -> None:
    """Arrays, lists and Series are refused at their address, with a pointer to `what_if`."""
    case = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "ab"],
        prior={"a": Decimal("0.25"), "b": np.array(0.75)},
    )
    with pytest.raises(CaseError, match=r"E_TYPE prior\.a: several values .*`what_if`"):
        suppose(case, {"prior.a": way})
    for quarter in (Decimal("0.25"), Fraction(1, 4), np.array(0.25), np.float32(0.25)):
        assert suppose(case, {"prior.a": quarter}) == case
    with pytest.raises(CaseError, match="E_NOT_FINITE"):
        suppose(case, {"prior.a": Decimal("sNaN")})


def test_the_way_to_a_certain_member_can_be_followed() -> None:
    """From 1.0 to `Certain`, from there to all members: each hint says the next step, and the last one is taken."""
    case = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "abc"],
        prior={"a": 0.25, "b": 0.25, "c": 0.5},
    )
    with pytest.raises(CaseError, match=r"`Certain\(reason\)`, and `Impossible\(reason\)` for each of the others"):
        suppose(case, {"prior.a": 1.0})
    with pytest.raises(CaseError, match=r"E_PRIOR_SUM .*suppose the others too, as `Impossible\(reason\)`"):
        suppose(case, {"prior.a": Certain("seen")})
    with pytest.raises(CaseError, match=r"E_PRIOR_SUM .*is not 1\. Change one of them"):
        suppose(case, {"prior.a": 0.5, "prior.b": 0.5, "prior.c": 0.5})
    certain = {"a": Certain("seen"), "b": Impossible("a was seen"), "c": Impossible("a was seen")}
    assert suppose(case, {f"prior.{name}": value for name, value in certain.items()}).prior == certain


def test_columns_of_objects_are_numbers() -> None:
    """What pandas makes of many columns has the result of the array of floats."""
    case = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "ab"],
        prior={"a": 0.25, "b": 0.75},
    )
    objects = np.array([0.1, Decimal("0.2"), Fraction(3, 10)], dtype=object)
    assert what_if(case, {"prior.a": objects}).equals(what_if(case, {"prior.a": [0.1, 0.2, 0.3]}))


def test_an_end_of_a_range_is_stated_with_its_reason() -> None:
    """0 is impossible, 1 is certain."""
    assert at_end(0.0, "so") == Impossible("so")
    assert at_end(1.0, "so") == Certain("so")
