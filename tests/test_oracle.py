"""The oracle against answers worked out by hand and a Bayesian network, and the exact engine against the oracle."""

from __future__ import annotations

import math
import random
import warnings
from fractions import Fraction
from functools import partial
from itertools import pairwise, product
from math import sqrt
from typing import Any

import pytest
from hypothesis import given, settings

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import CommonCause, Evidence, Report
from attribution_bayes.declare.ways import (
    BaseRates,
    Beta,
    Between,
    Certain,
    Counts,
    Dirichlet,
    Impossible,
    Odds,
    RatioBetween,
    Ratios,
    Same,
    Uniform,
    Words,
)
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import ContradictionError
from crafted import case, item, source
from drawn import cases
from oracle import (
    Verdict,
    brute_force,
    mean_prior,
    moment,
    parents_first,
    posterior_means,
    posterior_row_uses,
    posterior_uses,
    row_chance,
    stated_rate,
    world_bound,
    worlds,
)
from repeatable import FILTERED

with warnings.catch_warnings():  # its wrappers warn while they load, and turned into an error that ends the process
    warnings.simplefilter("ignore", DeprecationWarning)
    import pyagrum

EQUAL = Odds({"h1": 1, "h2": 1})
ALWAYS, NEVER = Certain("given"), Impossible("given")


def weighs(verdict: Verdict, hypothesis: str, value: Fraction | float, tolerance: float = 1e-15) -> bool:
    return abs(verdict.credence[hypothesis] - Fraction(value)) <= tolerance


# Known answers -------------------------------------------------------------------------------------------------------


def test_taxi():
    """15 cabs in 100 are blue, and the witness is right 8 times in 10: blue has 12/29 (Tversky and Kahneman)."""
    verdict = brute_force(case({"blue": 0.15, "green": 0.85}, item("witness", {"blue": 0.8, "green": 0.2})))
    assert weighs(verdict, "blue", Fraction(12, 29))
    assert abs(verdict.evidence - Fraction(29, 100)) < 1e-16


def test_screening():
    """Of 103,040 positive tests in 1,000,000 persons 8,000 have the disease, which is 25/322."""
    verdict = brute_force(case({"ill": 0.01, "well": 0.99}, item("positive", {"ill": 0.8, "well": 0.096})))
    assert weighs(verdict, "ill", Fraction(25, 322))


def test_monty_hall():
    """You chose door 1 and the host, who knows, opens 3: the car is behind 2 with exactly 2/3."""
    opened = item("opens_3", {"door1": 0.5, "door2": ALWAYS, "door3": NEVER})
    verdict = brute_force(case(Odds({"door1": 1, "door2": 1, "door3": 1}), opened))
    assert verdict.credence == {"door1": Fraction(1, 3), "door2": Fraction(2, 3), "door3": 0}


@pytest.mark.parametrize(("correlation", "credence"), [(-0.3, 0.929764), (0.0, 0.947368), (0.3, 0.957917)])
def test_correlated_clues(correlation: float, credence: float):
    """The second of two correlated clues counts with its probability given the first."""
    both = 0.75 * 0.30 + correlation * sqrt(0.75 * 0.25 * 0.30 * 0.70)
    second = {"h1": {True: both / 0.75, False: (0.30 - both) / 0.25}, "h2": {True: 0.05, False: 0.05}}
    clues = item("first", {"h1": 0.75, "h2": 0.25}), item("second", second, given="first")
    assert weighs(brute_force(case(EQUAL, *clues)), "h1", credence, 5e-7)


def test_one_source_with_five_reports():
    """A source that is right in 4 of 5 cases and otherwise affirms everything shifts the odds by 3.361826, not 383."""
    said = [item(f"e{i}", {"h1": 0.9, "h2": 0.1}, reports=[Report(source="s")]) for i in range(5)]
    verdict = brute_force(case(EQUAL, *said, sources=(source("s", 0.8, ALWAYS),)))
    by_hand = Fraction(8 * 9**5 + 2 * 10**5, 8 * 1**5 + 2 * 10**5)
    assert abs(verdict.likelihood["h1"] / verdict.likelihood["h2"] - by_hand) < 1e-14
    assert round(float(by_hand), 6) == 3.361826


def test_an_unknown_rate_used_ten_times():
    """Ten times the same unknown rate is 1/11, ten times one half is 1/1024: the odds are exactly 1024/11."""
    verdict = brute_force(unknown_rate_used_ten_times({"h1": Uniform(0, 1), "h2": 0.5}))
    assert verdict.likelihood == {"h1": Fraction(1, 11), "h2": Fraction(1, 1024)}
    assert verdict.credence["h1"] == Fraction(1024, 1035)


def unknown_rate_used_ten_times(rate: Any) -> Case:
    said = [item(f"e{i}", {"h1": 0.7, "h2": 0.4}, reports=[Report(source="s")]) for i in range(10)]
    return case(EQUAL, *said, sources=(source("s", NEVER, rate),))


@pytest.mark.parametrize(
    ("stated", "number"),
    [(Beta(3, 5), 0.375), (Uniform(0.25, 0.5), 0.375), (Counts(5, 15), 0.34375), (Beta(3e6, 5e6), 0.375)],
)
def test_an_uncertain_likelihood_used_once_counts_as_its_mean(stated: Any, number: float):
    """The width of an input that is used once changes nothing."""
    prior = {"h1": 0.3, "h2": 0.7}
    uncertain, known = (case(prior, item("e", {"h1": way, "h2": 0.5})) for way in (stated, number))
    assert brute_force(uncertain) == brute_force(known)


def test_averaging_the_wrong_way():
    """Two items of unknown likelihood against .05 each give 100/101; averaging over prior draws gives less."""
    items = [item(name, {"h1": Beta(1, 1), "h2": 0.05}) for name in ("e1", "e2")]
    verdict = brute_force(case(EQUAL, *items))
    assert weighs(verdict, "h1", Fraction(100, 101))
    grid = [(i + 0.5) / 100 for i in range(100)]
    assert sum(x * y / (x * y + 0.05**2) for x, y in product(grid, grid)) / 100**2 < 0.97 < verdict.credence["h1"]


# What a stated number means ------------------------------------------------------------------------------------------


def test_the_prior_is_the_mean_of_what_is_stated():
    """Odds and Dirichlet weights are shares; base rates count the pseudocount too; numbers stay as they are."""
    assert mean_prior(case(Odds({"h1": 3, "h2": 1}))) == {"h1": Fraction(3, 4), "h2": Fraction(1, 4)}
    assert mean_prior(case(Dirichlet({"h1": 0.5, "h2": 1.5}))) == {"h1": Fraction(1, 4), "h2": Fraction(3, 4)}
    assert mean_prior(case(BaseRates({"h1": 0, "h2": 3}))) == {"h1": Fraction(1, 8), "h2": Fraction(7, 8)}
    assert mean_prior(case({"h1": 0.1, "h2": 0.9})) == {"h1": Fraction(0.1), "h2": Fraction(0.9)}
    assert mean_prior(case({"h1": ALWAYS, "h2": NEVER})) == {"h1": 1, "h2": 0}


def test_moments_worked_by_hand():
    """E[x^m (1-x)^n] is a ratio of rising factorials for a Beta and an integral of a polynomial for a Uniform."""
    assert moment(Beta(2, 3), 2, 1) == Fraction(2 * 3 * 3, 5 * 6 * 7)
    assert moment(Counts(1, 2), 1, 1) == Fraction(3, 2) * Fraction(3, 2) / (3 * 4)
    assert moment(Uniform(0, 0.5), 1, 1) == (Fraction(1, 8) - Fraction(1, 24)) * 2
    assert moment(Words("likely", "icd203-2015"), 1, 0) == (Fraction(0.55) + Fraction(0.8)) / 2
    assert (
        moment(0.25, 1, 2) == moment(Between(0.25, 0.25), 1, 2) == moment(Uniform(0.25, 0.25), 1, 2) == Fraction(9, 64)
    )
    assert [moment(NEVER, 0, 3), moment(NEVER, 1, 0), moment(ALWAYS, 3, 0), moment(ALWAYS, 0, 1)] == [1, 0, 1, 0]


@pytest.mark.parametrize("stated", [Beta(0.3, 4.7), Uniform(0.2, 0.9), Counts(0, 4), Between(0.6, 0.9), 0.3])
def test_moments_add_up(stated: Any):
    """Either x or 1-x comes next: E[x^m (1-x)^n] is the sum of the two that follow it, exactly."""
    for m, n in product(range(4), range(4)):
        assert moment(stated, m, n) == moment(stated, m + 1, n) + moment(stated, m, n + 1)


def test_between_has_the_mean_of_the_beta_with_its_quantiles():
    """A symmetric range has mean one half."""
    assert abs(moment(Between(0.3, 0.7), 1, 0) - Fraction(1, 2)) < 1e-12


def test_rows_worked_by_hand():
    """A row is a probability of True, one number for each outcome, or Dirichlet weights."""
    assert row_chance(0.25, True) == Fraction(1, 4)
    assert row_chance(0.25, False) == Fraction(3, 4)
    assert row_chance({"gun": 0.25, "knife": 0.75}, "knife") == Fraction(3, 4)
    assert row_chance({"gun": ALWAYS, "knife": NEVER}, "knife") == 0
    assert row_chance(Dirichlet({"gun": 1, "knife": 2.5, "rope": 0.5}), "knife") == Fraction(5, 8)


def test_ratios_are_likelihoods_up_to_a_factor():
    """The reference counts 1, a number counts itself, and a range its geometric midpoint, however many there are."""
    band = RatioBetween(2, 8)
    stated = Ratios(reference="h2", ratios={"h1": 3, "h3": band, "h4": RatioBetween(0.01, 1)})
    likelihood = brute_force(case(Odds(dict.fromkeys(("h1", "h2", "h3", "h4"), 1)), item("e", stated))).likelihood
    assert likelihood == {"h1": 3, "h2": 1, "h3": pytest.approx(4, rel=1e-15), "h4": pytest.approx(0.1, rel=1e-15)}


# Items ---------------------------------------------------------------------------------------------------------------


def test_observed_false_uses_the_complement():
    """An item of probability 1/4 that did not happen counts 3/4."""
    verdict = brute_force(case(EQUAL, item("e", {"h1": 0.25, "h2": 0.5}, observed=False)))
    assert verdict.likelihood == {"h1": Fraction(3, 4), "h2": Fraction(1, 2)}


def test_a_hidden_parent_is_summed_out():
    """A hidden x with an observed child y.

    h1: P(x) = 3/4, y follows x with 1/2 and its absence with 1/4:  3/4 1/2 + 1/4 1/4 = 7/16
    h2: P(x) = 1/4, y follows x with 3/4 and its absence with 1/2:  1/4 3/4 + 3/4 1/2 = 9/16
    """
    hidden = item("x", {"h1": 0.75, "h2": 0.25}, observed=None)
    seen = item("y", {"h1": {True: 0.5, False: 0.25}, "h2": {True: 0.75, False: 0.5}}, given="x")
    verdict = brute_force(case(EQUAL, seen, hidden))
    assert verdict == Verdict(
        likelihood={"h1": Fraction(7, 16), "h2": Fraction(9, 16)},
        evidence=Fraction(1, 2),
        credence={"h1": Fraction(7, 16), "h2": Fraction(9, 16)},
    )


def test_an_observed_parent_selects_the_row():
    """With x observed False its children use the row for False."""
    parent = item("x", {"h1": 0.75, "h2": 0.25}, observed=False)
    child = item("y", {"h1": {True: 0.5, False: 0.25}, "h2": {True: 0.75, False: 0.5}}, given="x")
    assert brute_force(case(EQUAL, parent, child)).likelihood == {"h1": Fraction(1, 16), "h2": Fraction(3, 8)}


def test_rows_nest_in_the_order_of_given():
    """With `given=("x", "w")` the first step into a row is the outcome of x, the second that of w."""
    parents = item("x", {"h1": 0.5, "h2": 0.5}, observed=False), item("w", {"h1": 0.5, "h2": 0.5}, observed=True)
    row = {True: {True: 0.125, False: 0.25}, False: {True: 0.5, False: 0.75}}
    child = item("y", {"h1": row, "h2": {True: row[True], False: row[True]}}, given=("x", "w"))
    likelihood = brute_force(case(EQUAL, *parents, child)).likelihood
    assert likelihood == {"h1": Fraction(1, 2) / 4, "h2": Fraction(1, 8) / 4}


def test_a_hidden_parent_with_named_outcomes():
    """Weights 1, 1 and 2 of three ways to travel, of which one was seen with 1, 1/2 and 1/4, make 1/2."""
    way = item(
        "way",
        {"h1": Dirichlet({"car": 1, "train": 1, "foot": 2}), "h2": {"car": 0.5, "train": 0.25, "foot": 0.25}},
        outcomes=("car", "train", "foot"),
        observed=None,
    )
    row = {"car": ALWAYS, "train": 0.5, "foot": 0.25}
    seen = item("seen", {"h1": row, "h2": row}, given="way")
    assert brute_force(case(EQUAL, way, seen)).likelihood == {"h1": Fraction(1, 2), "h2": Fraction(11, 16)}


def test_what_nobody_observed_changes_nothing():
    """A hidden item without observed children, and a source without reports, leave every number as it is."""
    seen = item("e", {"h1": 0.25, "h2": 0.5})
    unseen = item("u", {"h1": 0.9, "h2": Beta(2, 1)}, observed=None)
    child = item("v", {"h1": {True: 0.3, False: 0.2}, "h2": {True: 0.8, False: ALWAYS}}, given="u", observed=None)
    silent = source("s", 0.7, Uniform(0, 1))
    assert brute_force(case(EQUAL, child, seen, unseen, sources=(silent,))) == brute_force(case(EQUAL, seen))


def test_without_evidence_the_credence_is_the_prior():
    """There is one world under each hypothesis and it weighs 1."""
    verdict = brute_force(case(Odds({"h1": 3, "h2": 1})))
    assert verdict == Verdict(
        {"h1": Fraction(1), "h2": Fraction(1)}, Fraction(1), {"h1": Fraction(3, 4), "h2": Fraction(1, 4)}
    )


def test_a_contradiction_has_no_credence():
    """If nothing that was observed can be under any hypothesis there is nothing to divide by."""
    contradicted = case(EQUAL, item("e", {"h1": NEVER, "h2": 0.5}), item("f", {"h1": 0.5, "h2": NEVER}))
    for ask in (brute_force, posterior_uses, posterior_row_uses):
        with pytest.raises(ZeroDivisionError):
            ask(contradicted)


# Sources -------------------------------------------------------------------------------------------------------------


def test_a_report_is_weaker_than_what_it_reports():
    """Reliable in 1 of 2 cases, else True in 1 of 2: True is said of a fact with 3/4 and of a falsehood with 1/4.

    h1: 3/4 3/4 + 1/4 1/4 = 10/16        h2: 1/4 3/4 + 3/4 1/4 = 6/16
    """
    verdict = brute_force(case(EQUAL, reported("x", Report(source="a")), sources=(source("a", 0.5, 0.5),)))
    assert verdict.likelihood == {"h1": Fraction(10, 16), "h2": Fraction(6, 16)}


def reported(name: str, *reports: Report) -> Evidence:
    return item(name, {"h1": 0.75, "h2": 0.25}, reports=reports)


def test_a_report_of_false():
    """What is said False with reliability 1/2, True being said in 1 of 4 cases otherwise.

    h1: of the 3/4 that x holds only the unreliable say False, 1/2 3/4; of the 1/4 that it does not, 1/2 + 1/2 3/4:
        3/4 3/8 + 1/4 7/8 = 16/32        h2: 1/4 3/8 + 3/4 7/8 = 24/32
    """
    said = reported("x", Report(source="a", says=False))
    verdict = brute_force(case(EQUAL, said, sources=(source("a", 0.5, 0.25),)))
    assert verdict.likelihood == {"h1": Fraction(16, 32), "h2": Fraction(24, 32)}


def test_what_is_said_when_unreliable_may_depend_on_the_hypothesis():
    """A source that never follows the facts still tells hypotheses apart by what it is inclined to say."""
    sides = source("a", NEVER, {"h1": 0.75, "h2": 0.25})
    assert brute_force(case(EQUAL, reported("x", Report(source="a")), sources=(sides,))).likelihood == {
        "h1": Fraction(3, 4),
        "h2": Fraction(1, 4),
    }


def test_two_sources_corroborate_more_than_one():
    """Two facts, each told with 5/8 under h1 and 3/8 under h2 if by different sources.

    By one source: reliable and both true, or unreliable and True said twice.
    h1: 1/2 (3/4)^2 + 1/2 (1/2)^2 = 13/32        h2: 1/2 (1/4)^2 + 1/2 (1/2)^2 = 5/32
    """
    sources = source("a", 0.5, 0.5), source("b", 0.5, 0.5)
    two = case(EQUAL, reported("x", Report(source="a")), reported("y", Report(source="b")), sources=sources)
    one = case(EQUAL, reported("x", Report(source="a")), reported("y", Report(source="a")), sources=sources[:1])
    assert brute_force(two).likelihood == {"h1": Fraction(25, 64), "h2": Fraction(9, 64)}
    assert brute_force(one).likelihood == {"h1": Fraction(13, 32), "h2": Fraction(5, 32)}


def test_what_is_said_when_unreliable_is_one_input_for_all_reports_of_a_source():
    """Said True, True, False by a source that never follows the facts: E[x^2 (1-x)], not E[x]^2 E[1-x]."""
    said = [reported(name, Report(source="a", says=says)) for name, says in (("x", True), ("y", True), ("z", False))]
    verdict = brute_force(case(EQUAL, *said, sources=(source("a", NEVER, Beta(1, 2)),)))
    assert verdict.likelihood["h1"] == verdict.likelihood["h2"] == Fraction(1 * 2 * 2, 3 * 4 * 5)


def copying(copy_probability: Any, says: bool = True) -> Case:
    """Two sources as in `test_a_report_is_weaker_than_what_it_reports`, the second of which may copy the first."""
    copied = Report(source="b", says=says, copied_from="a", copy_probability=copy_probability)
    sources = source("a", 0.5, 0.5), source("b", 0.5, 0.5)
    return case(EQUAL, reported("x", copied, Report(source="a")), sources=sources)


def test_a_report_that_may_be_a_copy():
    """Copied with 1/4, a second True comes with 1/4 + 3/4 3/4 = 13/16 if x holds and 1/4 + 3/4 1/4 = 7/16 if not.

    Both: 3/4 13/16 = 39/64 if x holds, 1/4 7/16 = 7/64 if not.
    h1: 3/4 39/64 + 1/4 7/64 = 31/64        h2: 1/4 39/64 + 3/4 7/64 = 15/64
    """
    verdict = brute_force(copying(0.25))
    assert verdict.likelihood == {"h1": Fraction(31, 64), "h2": Fraction(15, 64)}
    assert verdict.credence["h1"] == Fraction(31, 46)


def test_a_report_that_says_something_else_is_no_copy():
    """True and False of one fact: 3/4 that it is no copy, times 3/4 1/4 whether x holds or not."""
    verdict = brute_force(copying(0.25, says=False))
    assert verdict.likelihood == {"h1": Fraction(9, 64), "h2": Fraction(9, 64)}


def test_a_certain_copy_counts_nothing_and_an_impossible_copy_is_a_report():
    """Copied for certain the second report changes nothing; never copied it is a report like any other."""
    one = case(EQUAL, reported("x", Report(source="a")), sources=(source("a", 0.5, 0.5),))
    two = case(
        EQUAL, reported("x", Report(source="a"), Report(source="b")), sources=tuple(source(s, 0.5, 0.5) for s in "ab")
    )
    assert brute_force(copying(ALWAYS)) == brute_force(one)
    assert brute_force(copying(NEVER)) == brute_force(two)


def test_a_likely_copy_counts_little():
    """As the copy becomes certain the credence falls towards that of a single report, 5/8."""
    credences = [brute_force(copying(1 - 2.0**-k)).credence["h1"] for k in range(1, 40)]
    assert all(higher > lower > Fraction(5, 8) for higher, lower in pairwise(credences))
    assert credences[-1] - Fraction(5, 8) < 1e-11


@pytest.mark.parametrize(("copied", "odds"), [(ALWAYS, 7), (NEVER, 7**5)])
def test_five_copies_are_one_report(copied: Any, odds: int):
    """Five reports of ratio 7 give odds of 7 if four are copies in a chain, and of 7^5 if none is."""
    reports = [Report(source="s0")] + [
        Report(source=f"s{k}", copied_from=f"s{k - 1}", copy_probability=copied) for k in range(1, 5)
    ]
    fact = item("x", {"h1": ALWAYS, "h2": NEVER}, reports=reports)
    sources = tuple(source(f"s{k}", 0.75, 0.5) for k in range(5))
    assert brute_force(case(EQUAL, fact, sources=sources)).credence["h1"] == Fraction(odds, odds + 1)


# Rows that do not depend on the hypothesis, reliability that does, and misunderstanding ------------------------------


def test_a_row_that_is_the_same_says_nothing_by_itself():
    """Seen or not, it changes no credence; as the parent of another item it is summed out once for all hypotheses."""
    rain = item("rain", Same(0.25), observed=None)
    wet = item("wet", {"h1": {True: 0.5, False: 0.25}, "h2": {True: 0.25, False: 0.25}}, given="rain")
    verdict = brute_force(case(EQUAL, item("sun", Same(Beta(2, 1))), rain, wet))
    assert verdict.likelihood == {"h1": Fraction(2, 3) * Fraction(5, 16), "h2": Fraction(2, 3) * Fraction(1, 4)}
    assert posterior_uses(case(EQUAL, item("sun", Same(Beta(2, 1))))) == {"evidence.sun.likelihood": {(1, 0): 1}}


def test_a_reliability_that_depends_on_the_hypothesis():
    """An agency says True: h1 3/4 1/2 + 1/4 1/4 = 7/16, h2 1/4 1/2 + 3/4 1/4 = 5/16, though the item says nothing."""
    said = reported("x", Report(source="s")).model_copy(update={"likelihood": Same(0.5)})
    verdict = brute_force(case(EQUAL, said, sources=(source("s", {"h1": 0.75, "h2": 0.25}, 0.25),)))
    assert verdict.likelihood == {"h1": Fraction(7, 16), "h2": Fraction(5, 16)}


@pytest.mark.parametrize(("error", "most"), [(Fraction(1, 100), 199), (Fraction(1, 1000), 1999)])
def test_an_error_caps_what_an_item_counts(error: Fraction, most: int):
    """Certain against impossible it counts 2/e - 1 to one, whether the error is its own or that of the case."""
    found = item("e", {"h1": ALWAYS, "h2": NEVER}, error=float(error))
    shared = case(EQUAL, found.model_copy(update={"error": None})).model_copy(update={"error": float(error)})
    for verdict in (brute_force(case(EQUAL, found)), brute_force(shared)):
        ratio = verdict.likelihood["h1"] / verdict.likelihood["h2"]
        assert ratio == 2 / Fraction(float(error)) - 1
        assert abs(ratio - most) < 1e-9


def test_an_error_that_two_items_share_is_one_number():
    """Its own in each, of Uniform(0, 1), is 3/4 against 1/4 twice: 9. Shared it is E[(1-e/2)^2] to E[e^2/4]: 7."""
    rows = {"h1": ALWAYS, "h2": NEVER}
    own = case(EQUAL, *(item(name, rows, error=Uniform(0, 1)) for name in ("x", "y")))
    shared = case(EQUAL, *(item(name, rows) for name in ("x", "y"))).model_copy(update={"error": Uniform(0, 1)})
    assert brute_force(own).likelihood == {"h1": Fraction(9, 16), "h2": Fraction(1, 16)}
    assert brute_force(shared).likelihood == {"h1": Fraction(7, 12), "h2": Fraction(1, 12)}
    assert posterior_uses(shared) == {"error": {(0, 2): Fraction(1, 2), (1, 1): Fraction(1, 4), (2, 0): Fraction(1, 4)}}
    by_uses = (Fraction(1, 2), Fraction(1, 4)), (Fraction(1, 4), Fraction(2, 4)), (Fraction(1, 4), Fraction(3, 4))
    assert posterior_means(shared) == {"error": sum(chance * mean for chance, mean in by_uses)}


def test_what_is_misunderstood_is_uniform_over_its_outcomes_whatever_stands_behind_it():
    """With 1/2, three outcomes have 1/3 each; otherwise the common cause, which holds with 1/2, has its row."""
    rows = {name: {"red": 0.25, "green": 0.25, "blue": 0.5} for name in ("h1", "h2")}
    seen = item("e", rows, outcomes=("red", "green", "blue"), observed="red", error=0.5)
    planted = {"h1": {"red": 0.75, "green": 0.125, "blue": 0.125}, "h2": rows["h2"]}
    cause = CommonCause(name="c", statement="-", probability=0.5, likelihood={"e": planted})
    verdict = brute_force(case(EQUAL, seen).model_copy(update={"common_causes": [cause]}))
    assert verdict.likelihood == {"h1": Fraction(1, 6) + Fraction(1, 4), "h2": Fraction(1, 6) + Fraction(1, 8)}


def test_ratios_and_items_with_an_error_of_their_own_do_not_share_that_of_the_case():
    """With nothing else, that of the case has no use."""
    ratios = item("r", Ratios(reference="h2", ratios={"h1": 3.0}))
    own = item("e", {"h1": 0.75, "h2": 0.25}, error=0.5)
    verdict = brute_force(case(EQUAL, ratios, own).model_copy(update={"error": 0.25}))
    assert verdict.likelihood == {"h1": 3 * Fraction(5, 8), "h2": Fraction(3, 8)}


@pytest.mark.parametrize(("planted", "ratio"), [(0.05, 9.7297), (0.2, 4.0909), (0.5, 1.8947)])
def test_evidence_that_may_have_been_planted(planted: float, ratio: float):
    """The framed actor plants nothing; under the other a planted trace is seen with 9/10."""
    trace = item("trace", {"h1": 0.9, "h2": 0.05})
    cause = CommonCause(
        name="c", statement="-", probability={"h1": NEVER, "h2": planted}, likelihood={"trace": {"h1": 0.9, "h2": 0.9}}
    )
    found = brute_force(case(EQUAL, trace).model_copy(update={"common_causes": [cause]})).likelihood
    assert found["h1"] / found["h2"] == pytest.approx(ratio, abs=5e-5)


@pytest.mark.parametrize(("correlation", "ratio"), [(0.0, 16.0), (0.3, 7.81818), (0.6, 5.41176)])
def test_two_clues_that_are_correlated_under_each_hypothesis(correlation: float, ratio: float):
    """P(11) = p1 p2 + rho sqrt(p1 q1 p2 q2); both seen."""

    def rows(p: float) -> dict[bool, float]:
        both = p * p + correlation * p * (1 - p)
        return {True: both / p, False: (p - both) / (1 - p)}

    clues = item("x", {"h1": 0.8, "h2": 0.2}), item("y", {"h1": rows(0.8), "h2": rows(0.2)}, given="x")
    found = brute_force(case(EQUAL, *clues)).likelihood
    assert found["h1"] / found["h2"] == pytest.approx(ratio, abs=5e-6)


def test_a_search_that_found_nothing():
    """What is sought exists with .8 or .2 and half of all searches find it: the ratio is 2/3."""
    exists = item("exists", {"h1": 0.8, "h2": 0.2}, observed=None)
    found = item("found", Same({True: 0.5, False: NEVER}), given="exists", observed=False)
    verdict = brute_force(case(EQUAL, exists, found))
    assert verdict.likelihood["h1"] / verdict.likelihood["h2"] == pytest.approx(2 / 3, rel=1e-15)


# What the evidence says of the inputs --------------------------------------------------------------------------------


def test_the_uses_of_a_likelihood():
    """Under h1, which has 2/3 afterwards, the item used x; under h2 it did not. Observed False it would be 1-x."""
    uncertain = {"h1": Beta(1, 1), "h2": 0.25}
    address = "evidence.e.likelihood.h1"
    seen, unseen = (case(EQUAL, item("e", uncertain, observed=observed)) for observed in (True, False))
    assert posterior_uses(seen) == {address: {(1, 0): Fraction(2, 3), (0, 0): Fraction(1, 3)}}
    assert posterior_uses(unseen) == {address: {(0, 1): Fraction(2, 5), (0, 0): Fraction(3, 5)}}
    assert posterior_means(seen) == {address: Fraction(2, 3) * Fraction(2, 3) + Fraction(1, 3) * Fraction(1, 2)}


def test_the_uses_of_what_is_said_when_unreliable():
    """Stated by hypothesis it is used ten times under its own and never under the other; stated once, always."""
    by_hypothesis = unknown_rate_used_ten_times({"h1": Uniform(0, 1), "h2": 0.5})
    shared = unknown_rate_used_ten_times(Uniform(0, 1))
    assert posterior_uses(by_hypothesis) == {
        "source.s.if_unreliable.h1": {(10, 0): Fraction(1024, 1035), (0, 0): Fraction(11, 1035)}
    }
    assert posterior_uses(shared) == {"source.s.if_unreliable": {(10, 0): 1}}
    assert posterior_means(shared) == {"source.s.if_unreliable": Fraction(11, 12)}


def test_the_uses_of_reliability_and_copying():
    """Two statements that agree, of which the second is a copy with 1/4.

    The priors make x and its absence equally likely, so weights add to 39/64 + 7/64 = 46/64.
    The second is a copy: 1/4 (3/4 + 1/4) = 16/64.
    Its source is reliable: half of that if it is a copy, 8/64; if not, x holds, 3/4 1/2 3/4 = 18/64; together 26/64.
    """
    uncertain = copying(Beta(1, 3))
    sources = (source("a", 0.5, 0.5), source("b", Beta(2, 2), 0.5))
    uses = posterior_uses(uncertain.model_copy(update={"sources": sources}))
    assert uses == {
        "source.b.reliability": {(1, 0): Fraction(26, 46), (0, 1): Fraction(20, 46)},
        "evidence.x.reports.b.copy_probability": {(1, 0): Fraction(16, 46), (0, 1): Fraction(30, 46)},
    }


def test_a_copy_says_nothing_of_its_source():
    """Who only repeats is neither praised nor blamed for it: the reliability stays what it was.

    The other says True with 1/2 if reliable, which it is with 3/4, and with 1/4 if not: 6/7 that it was.
    """
    sources = (source("a", Beta(3, 1), 0.25), source("b", Beta(2, 5), 0.9))
    means = posterior_means(copying(ALWAYS).model_copy(update={"sources": sources}))
    assert means["source.b.reliability"] == Fraction(2, 7)
    assert means["source.a.reliability"] == Fraction(6, 7) * Fraction(4, 5) + Fraction(1, 7) * Fraction(3, 5)


def test_the_uses_of_named_outcomes():
    """Of a hidden Dirichlet row the posterior of each outcome follows from what was seen; 11/19 used no such row.

    h1: car 1/4 1, train 1/4 1/2, foot 1/2 1/4, together 8/16        h2: 11/16
    """
    way = item(
        "way",
        {"h1": Dirichlet({"car": 1, "train": 1, "foot": 2}), "h2": {"car": 0.5, "train": 0.25, "foot": 0.25}},
        outcomes=("car", "train", "foot"),
        observed=None,
    )
    row = {"car": ALWAYS, "train": 0.5, "foot": 0.25}
    uses = posterior_row_uses(case(EQUAL, way, item("seen", {"h1": row, "h2": row}, given="way")))
    shares = {"car": Fraction(4, 19), "train": Fraction(2, 19), "foot": Fraction(2, 19), None: Fraction(11, 19)}
    assert uses == {"evidence.way.likelihood.h1": shares}


def test_addresses_name_the_outcomes_of_the_parents():
    """A row given parents has their outcomes in its address, in the order of `given`."""
    parents = item("x", {"h1": 0.5, "h2": 0.5}, observed=False), item("w", {"h1": 0.5, "h2": 0.5}, observed=True)
    row = {True: {True: 0.125, False: 0.25}, False: {True: Beta(1, 1), False: Beta(1, 1)}}
    child = item("y", {"h1": row, "h2": {True: row[True], False: row[True]}}, given=("x", "w"))
    assert posterior_uses(case(EQUAL, *parents, child)) == {
        "evidence.y.likelihood.h1.False.True": {(1, 0): Fraction(4, 5), (0, 0): Fraction(1, 5)},
        "evidence.y.likelihood.h1.False.False": {(0, 0): 1},
    }


def test_the_posterior_mean_is_the_gain_in_evidence():
    """E[x | E] = E[x] P(E with the density of x tilted by x) / P(E), whatever x is and however often it is used."""

    def with_inputs(if_unreliable: Beta, reliability: Beta, copied: Beta, likelihood: Beta) -> Case:
        rows = {"h1": {True: likelihood, False: 0.3}, "h2": {True: 0.2, False: 0.6}}
        parent = item("p", {"h1": 0.7, "h2": 0.4}, reports=[Report(source="a", says=False), Report(source="b")])
        copy = Report(source="b", copied_from="a", copy_probability=copied)
        children = [item(f"c{k}", rows, given="p", reports=[Report(source="a"), copy]) for k in range(2)]
        sources = source("a", reliability, if_unreliable), source("b", 0.6, {"h1": 0.8, "h2": 0.5})
        return case({"h1": 0.25, "h2": 0.75}, *children, parent, sources=sources)

    stated = [Beta(2, 3), Beta(4, 2), Beta(1, 2), Beta(3, 3)]
    addresses = [
        "source.a.if_unreliable",
        "source.a.reliability",
        "evidence.c{}.reports.b.copy_probability",
        "evidence.c{}.likelihood.h1.True",
    ]
    before, means = brute_force(with_inputs(*stated)).evidence, posterior_means(with_inputs(*stated))
    for place in (0, 1):
        tilted = [Beta(x.alpha + (k == place), x.beta) for k, x in enumerate(stated)]
        gain = brute_force(with_inputs(*tilted)).evidence / before
        assert means[addresses[place]] == moment(stated[place], 1, 0) * gain
    for address in addresses[2:]:
        assert means[address.format(0)] == means[address.format(1)]


# Random cases --------------------------------------------------------------------------------------------------------


def random_case(seed: int, *, plain: bool = False) -> Case:
    """At most three hypotheses, three sources and five items; `plain` has numbers only."""
    chooser = random.Random(seed)
    names = [f"h{k}" for k in range(chooser.randint(2, 3))]

    def rate() -> Any:
        one_for_each = chooser.random() < 0.5
        return {name: number(chooser, plain) for name in names} if one_for_each else number(chooser, plain)

    sources = [source(f"s{k}", rate(), rate()) for k in range(chooser.randint(1, 3))]
    items: list[Evidence] = []
    for k in range(chooser.randint(1, 5)):
        items.append(random_item(chooser, f"e{k}", names, sources, items, plain))
    return case(Odds({name: chooser.randint(1, 9) for name in names}), *items, sources=tuple(sources))


def number(chooser: random.Random, plain: bool) -> Any:
    ways = [chooser.uniform(0.05, 0.95), Beta(chooser.uniform(0.3, 5), 2.5), Uniform(0.1, 0.75), Counts(2, 7)]
    return ways[0] if plain else chooser.choice(ways)


def random_item(chooser, name, names, sources, before, plain) -> Evidence:
    kind = chooser.choice(["observed", "hidden", "reported", "reported"])
    outcomes = (True, False) if kind == "reported" or chooser.random() < 0.7 else ("red", "green", "blue")
    parents = chooser.sample(before, chooser.randint(0, min(2, len(before))))
    fields: dict[str, Any] = {"observed": None if kind == "hidden" else chooser.choice(outcomes)}
    if kind == "reported":
        speakers = [part.name for part in chooser.sample(sources, chooser.randint(1, len(sources)))]
        fields = {"reports": [random_report(chooser, speakers, k, plain) for k in range(len(speakers))]}
    likelihood = {hypothesis: random_row(chooser, outcomes, parents, plain) for hypothesis in names}
    return item(name, likelihood, outcomes=outcomes, given=tuple(parent.name for parent in parents), **fields)


def random_report(chooser, speakers, k, plain) -> Report:
    says = chooser.random() < 0.7
    if k == 0 or chooser.random() < 0.4:
        return Report(source=speakers[k], says=says)
    origin = chooser.choice(speakers[:k])
    return Report(source=speakers[k], says=says, copied_from=origin, copy_probability=number(chooser, plain))


def random_row(chooser, outcomes, parents, plain) -> Any:
    if parents:
        return {outcome: random_row(chooser, outcomes, parents[1:], plain) for outcome in parents[0].outcomes}
    if outcomes == (True, False):
        return number(chooser, plain)
    if not plain and chooser.random() < 0.5:
        return Dirichlet({outcome: chooser.uniform(0.5, 3) for outcome in outcomes})
    first, second = sorted(chooser.sample(range(1, 64), 2))
    return dict(zip(outcomes, (first / 64, (second - first) / 64, 1 - second / 64), strict=True))


@pytest.mark.parametrize("seed", range(40))
def test_every_use_is_counted_once(seed: int):
    """Credences sum to exactly 1, and so do the posterior uses of every input."""
    drawn = random_case(seed)
    assert sum(brute_force(drawn).credence.values()) == 1
    for uses in [*posterior_uses(drawn).values(), *posterior_row_uses(drawn).values()]:
        assert sum(uses.values()) == 1
        assert min(uses.values()) > 0


@pytest.mark.parametrize("seed", range(40))
def test_no_case_has_more_worlds_than_its_bound(seed: int):
    """`world_bound` counts what would be gone through if no world could be left out."""
    drawn = random_case(seed)
    assert 0 < sum(1 for name in drawn.names for _ in worlds(drawn, name)[0]) <= world_bound(drawn)


@pytest.mark.parametrize("seed", range(100, 140))
def test_a_bayesian_network_agrees(seed: int):
    """The same case as a Bayesian network with a node for each item, source and report has the same answer."""
    drawn = random_case(seed, plain=True)
    network, observed = bayesian_network(drawn)
    inference = pyagrum.LazyPropagation(network)
    inference.setEvidence(observed)
    credence = inference.posterior("H").tolist()
    verdict = brute_force(drawn)
    assert credence == pytest.approx([float(verdict.credence[name]) for name in drawn.names], rel=1e-12)
    if observed:
        assert inference.evidenceProbability() == pytest.approx(float(verdict.evidence), rel=1e-12)


def bayesian_network(drawn: Case) -> tuple[pyagrum.BayesNet, dict[str, str]]:
    """Nodes: H, sources, items and reports, the latter called item_source."""
    network = pyagrum.BayesNet()
    items = {part.name: part for part in drawn.evidence}
    add_node(network, "H", drawn.names, {}, lambda: [float(chance) for chance in mean_prior(drawn).values()])
    for part in drawn.sources:
        add_node(network, part.name, (True, False), {"H": drawn.names}, partial(reliable_row, part))
    for part in parents_first(drawn):
        above = {"H": drawn.names, **{parent: items[parent].outcomes for parent in part.given}}
        add_node(network, part.name, part.outcomes, above, lambda *path, e=part: stated_row(e, path))
    for part in drawn.evidence:
        waiting = list(part.reports)
        while waiting:
            report = waiting.pop(0)
            if f"{part.name}_{report.copied_from}" not in network.names() and report.copied_from:
                waiting.append(report)
                continue
            add_report(network, drawn, part, report)
    observed = {part.name: str(part.observed) for part in drawn.evidence if part.observed is not None}
    said = {f"{part.name}_{report.source}": str(report.says) for part in drawn.evidence for report in part.reports}
    return network, {**observed, **said}


def reliable_row(source, hypothesis) -> list[float]:
    reliability = stated_rate(source, "reliability", hypothesis)
    return [reliability, 1 - reliability]


def add_node(network, name, outcomes, above, row) -> None:
    network.add(pyagrum.LabelizedVariable(name, "", [str(outcome) for outcome in outcomes]))
    for parent in above:
        network.addArc(parent, name)
    for path in product(*above.values()):
        key = dict(zip(above, map(str, path), strict=True))
        network.cpt(name)[key] = row(*path)


def add_report(network, drawn, part, report) -> None:
    speaker = next(candidate for candidate in drawn.sources if candidate.name == report.source)
    above = {"H": drawn.names, part.name: (True, False), report.source: (True, False)}
    if report.copied_from:
        above[f"{part.name}_{report.copied_from}"] = (True, False)

    def row(hypothesis, holds, reliable, original=False):
        invented = speaker.if_unreliable
        invented = invented if isinstance(invented, float) else invented[hypothesis]
        says_true = float(holds) if reliable else invented
        copied = report.copy_probability or 0.0
        says_true = copied * original + (1 - copied) * says_true
        return [says_true, 1 - says_true]

    add_node(network, f"{part.name}_{report.source}", (True, False), above, row)


def stated_row(part, path) -> list[float]:
    row = part.likelihood
    for step in path:
        row = row[step]
    return [row, 1 - row] if part.is_binary else [row[outcome] for outcome in part.outcomes]


# The exact engine ----------------------------------------------------------------------------------------------------

EXACT = 1e-12
MOST_WORLDS = 3_000

FULL = cases(max_hypotheses=4, max_items=6, max_worlds=64, same=True, errors=True, common_causes=True).filter(
    lambda drawn: world_bound(drawn) <= MOST_WORLDS
)
"""Every construct is switched on; all worlds are added up in a fraction of a second."""


def examples(count: int) -> settings:
    return settings(FILTERED, max_examples=count)


def assert_engine_agrees(drawn: Case) -> None:
    try:
        expected = brute_force(drawn)
    except ZeroDivisionError:
        with pytest.raises(ContradictionError):
            weigh(drawn)
        return
    posterior = weigh(drawn)
    found = dict(zip(drawn.names, posterior.credence.values.tolist(), strict=True))
    for name in drawn.names:
        assert found[name] == pytest.approx(float(expected.credence[name]), rel=EXACT, abs=0)
    if not any(isinstance(part.likelihood, Ratios) for part in drawn.evidence):
        in_one = Fraction(math.exp(posterior.log_evidence)) * sum(mean_prior(drawn).values())
        assert float(in_one / expected.evidence) == pytest.approx(1, rel=1e-10)


@pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")
@examples(60)
@given(FULL)
def test_the_engine_agrees_with_all_worlds(drawn: Case):
    """With every construct switched on, the credences are those of adding up all worlds in rational numbers."""
    assert_engine_agrees(drawn)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")
@examples(2_000)
@given(FULL)
def test_the_engine_agrees_with_all_worlds_of_two_thousand_cases(drawn: Case):
    """The same for 2 000 cases."""
    assert_engine_agrees(drawn)
