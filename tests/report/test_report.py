"""The report: everything is in it, every number is a result, and no sentence turns a conditional round."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import Phase, given, settings

import attribution_bayes as ab
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis
from attribution_bayes.declare.written import case_hash
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import CONDITIONAL, Posterior, digits
from attribution_bayes.errors import CaseError, ContradictionError, IntegrityError, Problem, TooLargeError
from attribution_bayes.report.analysis import Analysis
from attribution_bayes.report.render.document import (
    Code,
    Document,
    Figure,
    Grid,
    Name,
    Paragraph,
    Said,
    Section,
    Sliders,
    labelled,
    plain,
)
from attribution_bayes.report.render.html import page
from attribution_bayes.report.render.markdown import markdown
from attribution_bayes.report.report import document, report
from attribution_bayes.report.sections.answer import answer
from attribution_bayes.report.sections.method import method
from attribution_bayes.report.sections.nature import nature
from attribution_bayes.report.sections.together import together
from attribution_bayes.report.words import share_among
from drawn import cases
from reading import is_among, marked, parts, pictures, results, texts
from repeatable import FILTERED

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.errors.CaseWarning")

EXAMPLES = Path(__file__).parents[2] / "examples"
FEW = ab.Sampling(draws=100)


def weighed(case: ab.Case) -> Posterior | None:
    try:
        return ab.weigh(case, sampling=FEW)
    except ContradictionError:
        return None


@pytest.fixture(scope="module")
def posterior() -> Posterior:
    return ab.weigh(ab.load_case(EXAMPLES / "outage.yaml"))


@pytest.fixture(scope="module")
def told(posterior: Posterior) -> Document:
    return document(posterior)


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures have their own tests, and take most of the time."""
    monkeypatch.setattr(sys.modules["attribution_bayes.report.report"], "illustrations", lambda _: {})


def section(told: Document, anchor: str) -> Section:
    return next(one for one in told.sections if one.anchor == anchor)


def words(told: Document) -> str:
    return "\n".join(plain(one) for one in texts(told))


# Every number, every sentence ----------------------------------------------------------------------------------------

UNNUMBERED = re.compile(r"SHA-256")
"""What has digits and is no number."""


def numbers_are_results(posterior: Posterior, told: Document) -> None:
    """No digit stands in a sentence but in a name, in what somebody wrote, or in a figure that is a result."""
    known = results(posterior)
    drawn = {*posterior.summary()[["spread_low", "spread_high"]].to_numpy().ravel().tolist()}
    for one in texts(told):
        for part in parts(one):
            if isinstance(part, str):
                assert not re.search(r"\d", UNNUMBERED.sub("", part)), plain(one)
            elif isinstance(part, Figure):
                assert is_among(part.value, known), (part, plain(one))
                in_steps = posterior.sampled is not None or part.value in drawn
                assert stands_for(part) or (in_steps and is_nearest_step(part)), (part, plain(one))


def stands_for(figure: Figure) -> bool:
    """Whether a printed number is a rounding of the value behind it."""
    printed = figure.text.replace(",", "").removeprefix("less than ")
    if printed in ("-", "excluded", "all others excluded", "infinitely many"):
        return not np.isfinite(figure.value)
    if printed.endswith("%"):
        return rounds(printed.removesuffix("%").strip(), 100 * figure.value)
    if figure.text.startswith("less than "):
        return 0 < abs(figure.value) < float(printed)
    candidates = (figure.value, abs(figure.value), 10**figure.value if figure.value < 300 else np.inf)
    if re.search(r"e[+-]?\d{3,}$", printed):  # beyond what a double can hold
        mantissa, power = printed.split("e")
        return bool(abs(np.log10(float(mantissa)) + int(power) - figure.value) < 1e-5)
    return any(rounds(printed, value) for value in candidates)


def is_nearest_step(figure: Figure) -> bool:
    """Whether a percentage is the nearest multiple of 2, 5 or 10: the steps of what has a Monte-Carlo error."""
    return any(figure.text == f"{step * round(100 * figure.value / step)} %" for step in (2, 5, 10))


def rounds(printed: str, value: float) -> bool:
    if printed[0] in "<>":
        return value < float(printed[1:]) if printed[0] == "<" else value > float(printed[1:])
    if printed.startswith("1 - "):
        return bool(np.isclose(1 - value, float(printed[4:]), rtol=0.06))
    digits, _, power = printed.lstrip("+-").partition("e")
    decimals = len(digits.partition(".")[2])
    unit = 10.0 ** (int(power or 0) - decimals)
    significant = len(digits.replace(".", "").lstrip("0").rstrip("0")) or 1
    if "." not in digits and significant <= 2 and abs(value) >= 100:
        unit = 10.0 ** (len(digits) - 2)
    return bool(abs(float(printed) - value) <= 0.5001 * unit + 1e-12 * abs(value))


H, E, S = "<hypothesis>", "<item>", "<source>"
OUTCOME = rf"(?:True|False|{E}|<outcome>)"
GIVEN = rf"(?:, given {E} {OUTCOME}(?:, {E} {OUTCOME})*)?"
ABOUT = [
    rf"[hH]ow likely {E} is(?: to be {OUTCOME})? under {H}{GIVEN}",
    rf"[hH]ow many times likelier {E} is under {H} than under {H}",
    rf"[hH]ow likely the reports of {S} are to follow the facts",
    rf"[hH]ow likely {S} is to say what serves it when its reports do not follow the facts(?: under {H})?",
    rf"[hH]ow likely {S} is to say True of what is (?:true|false)(?: under {H})?",
    rf"[hH]ow likely the report of {E} by {S} is to be a copy of that by {S}",
]
RATIO = (
    rf"What was (?:observed|reported) of {E} is (?:<figure> times|more than a million times|about) as likely "
    rf"(?:under {H} as under the others|under the others as under {H}), given the items above it"
)
TERM = r"(?:(?:above|below|between) )?[a-z ]*likely[a-z ]*"
GENERAL = [
    r"How likely it is to be true under each hypothesis",
    r"How likely each outcome is under each hypothesis",
    rf"How many times likelier it is than under {H}",
    rf"A weight says how many times likelier what was observed is under {H} than under the others",
    r"It does not say how likely (?:a|the) hypothesis is",
    r"It says how likely an item would be if a hypothesis were true",
    r"How likely the evidence would be under anything else is the hardest of all numbers to state",
    r"how likely an item is if a hypothesis is true",
    r"how many times likelier an item is under one hypothesis than under the others",
    rf"{H}: {TERM} in the words of <code>, <figure>, {CONDITIONAL}",
    rf"Nobody leads: {H}(?:, {H})* and {H} are tied\. Each is {TERM} in the words of <code>, <figure>, {CONDITIONAL}",
    rf"likelihoods?(?! of {H})",
]
ALLOWED = re.compile("|".join([*ABOUT, RATIO, *GENERAL]), re.IGNORECASE)
"""Everything that may be said with the word "likely": of evidence under a hypothesis, or of a report. The words of a
scale stand in a cell or in the answer, by themselves."""


def no_conditional_is_transposed(told: Document) -> None:
    """What is called likely, or likelier, is the evidence under the hypotheses, or the words of a scale."""
    for one in texts(told):
        sentence = marked(one)
        assert "likel" not in ALLOWED.sub("", sentence).lower() or re.fullmatch(TERM, sentence), sentence


def everything_is_there(posterior: Posterior, told: Document) -> None:
    """Every hypothesis, item, source, address, exclusion and dependence, with what was stated of it."""
    said = {part.text for one in texts(told) for part in parts(one) if isinstance(part, Said)}
    named = {(part.of, part.text) for one in texts(told) for part in parts(one) if isinstance(part, Name)}
    case = posterior.case
    assert {one.statement for one in (*case.hypotheses, *case.sources, *case.evidence)} <= said
    assert {("hypothesis", name) for name in case.names} <= named
    assert {("item", one.name) for one in case.evidence} <= named
    assert {("source", one.name) for one in case.sources} <= named
    assert {("address", one.address) for one in ab.assumptions(case)} <= named
    assert {one.citation for one in case.evidence if one.citation} <= said
    assert {one.message.removesuffix(".") for one in posterior.warnings} <= said  # those in the same words, once
    all_words = words(told)
    assert all_words.count(CONDITIONAL) >= 3
    for one in case.evidence:
        for parent in one.given:
            assert re.search(rf"\b{one.name} depends on [^\n]*\b{parent}\b", all_words)
        for copy in one.reports:
            if copy.copied_from is not None:
                assert f"The report of {one.name} by {copy.source} may be a copy of that by" in all_words
    for address, row in ab.audit(posterior).inputs.iterrows():
        if row["kind"] in ("impossible", "certain"):
            assert row["written"].split(": ", 1)[1] in said, address


@pytest.mark.usefixtures("without_pictures")
@settings(FILTERED, max_examples=15)
@given(cases(max_items=5, max_hypotheses=4, max_worlds=64))
def test_a_report_says_what_is_found_and_all_of_it(case: ab.Case) -> None:
    """Its numbers are results and nothing else, no conditional is transposed, and nothing of the case is missing."""
    found = weighed(case)
    if found is not None:
        told = document(found)
        numbers_are_results(found, told)
        no_conditional_is_transposed(told)
        everything_is_there(found, told)


@pytest.mark.slow
@settings(FILTERED, max_examples=200)
@given(cases(max_hypotheses=5))
def test_200_reports_say_what_is_found_and_all_of_it(case: ab.Case) -> None:
    """The same for 200 random cases of any kind, with their pictures."""
    found = weighed(case)
    if found is not None:
        told = document(found)
        numbers_are_results(found, told)
        no_conditional_is_transposed(told)
        everything_is_there(found, told)
        assert all(one.shows and one.svg.startswith(b"<?xml") for one in pictures(told.sections))


def test_the_examples_say_what_is_found_and_all_of_it(posterior: Posterior, told: Document) -> None:
    """The same for a case with reports, copies and open facts."""
    numbers_are_results(posterior, told)
    no_conditional_is_transposed(told)
    everything_is_there(posterior, told)


@pytest.mark.parametrize(
    "sentence",
    [
        ("How likely ", Name("h", "hypothesis"), " is, given ", Name("e", "item")),
        (Name("h", "hypothesis"), " is ", Figure("2.0", 2.0), " times as likely, given ", Name("e", "item")),
        ("What was observed of ", Name("e", "item"), " makes ", Name("h", "hypothesis"), " likelier"),
        ("It is 3 times as likely that it was ", Name("h", "hypothesis")),
    ],
)
def test_the_grammar_finds_a_transposed_conditional(sentence: Any, told: Document) -> None:
    """A sentence that says of a hypothesis what is true of the evidence does not pass."""
    wrong = replace(told, opening=(Paragraph(sentence),))
    with pytest.raises(AssertionError):
        no_conditional_is_transposed(wrong)


# What stands where ---------------------------------------------------------------------------------------------------


def grids(told: Document, anchor: str) -> list[Grid]:
    return [block for block in section(told, anchor).blocks if isinstance(block, Grid)]


def column(grid: Grid, head: str) -> dict[str, str]:
    """One column of a table, by the head of the row."""
    place = [plain(one) for one in grid.columns].index(head)
    return {plain(row[0]): plain(row[place]) for row in grid.rows}


def test_the_table_of_items_says_what_was_observed() -> None:
    """Under each item its statement, the end of a long one left out, and that it was observed to be false."""
    case = two_items(0.6, 0.6)
    first, second = case.evidence
    odd = first.model_copy(update={"statement": "The door was locked", "observed": False})
    long = second.model_copy(update={"statement": "word " * 50})
    told = grids(document(ab.weigh(case.model_copy(update={"evidence": [odd, long]}), sampling=FEW)), "evidence")[0]
    said = [plain(row[0]) for row in told.rows]
    assert said[0] == "oneObserved to be false: The door was locked"
    assert said[1] == "two" + "word " * 24 + "…"


def test_a_scale_is_not_made_to_say_more_than_its_terms() -> None:
    """Beyond the last term of a scale, the answer says that the scale has no word."""
    beyond = {"a": 0.99, "b": 0.01}
    case = two_items(0.6, 0.6).model_copy(update={"prior": beyond, "evidence": []})
    near = case.model_copy(update={"prior": {"a": 0.999, "b": 0.001}})
    for one, said in (
        (case, "almost certain in the words of icd203-2015"),
        (near, "more than almost certain (icd203-2015 has no word for it)"),
    ):
        first = plain(section(document(ab.weigh(one)), "answer").blocks[0].text)  # type: ignore[union-attr]
        assert said in first


def test_the_answer_stands_first_in_words_and_numbers(posterior: Posterior, told: Document) -> None:
    """The leader, the word of a named scale, its number and the condition, in one sentence."""
    first = plain(section(told, "answer").blocks[0].text)  # type: ignore[union-attr]
    assert first == f"deploy: likely in the words of icd203-2015, 62 %, {CONDITIONAL}."
    credence = column(grids(told, "answer")[0], "Credence")
    assert list(credence.values()) == ["62 %", "22 %", "15 %"]


def test_the_sections_come_in_their_order(told: Document) -> None:
    """The answer, what it is and what could overturn it, evidence and sources, bounds, what to learn, the method."""
    assert told.question == "What took the service down?"
    order = "answer nature overturn move evidence sources implied built bounds learn method numbers words"
    assert [one.anchor for one in told.sections] == order.split()


def test_the_five_nearest_flips_are_told_of(posterior: Posterior, told: Document) -> None:
    """Their values, distances and new leaders are those of `flip_points`; inside or outside is told, inside first."""
    points = section(told, "overturn").blocks[1].points  # type: ignore[union-attr]
    flips = ab.flip_points(posterior.case)
    ranges = {one.address: (one.lower, one.upper) for one in ab.assumptions(posterior.case)}
    assert len(points) == 5
    within = {one: low <= flips.at[one, "flip_at"] <= high for one, (low, high) in ranges.items()}
    flips = flips.loc[sorted(flips.index, key=lambda one: not within[one])]
    assert list(flips.index[:3]) == ["source.on_call.reliability", "source.on_call.if_unreliable", "prior.deploy"]
    for point, (address, row) in zip(points, flips.iterrows(), strict=False):
        values = [part.value for part in parts(point) if isinstance(part, Figure)]
        assert {row["flip_at"], row["stated"], row["distance_db"]} <= set(values)
        assert f"{'inside' if within[address] else 'outside'} its plausible range" in plain(point)
        assert f"{row['new_leader']} would lead" in plain(point)


def test_what_would_change_the_answer_is_told_without_distributions(told: Document) -> None:
    """On the first page each number is named, and then at once where the answer changes."""
    (changed,) = [one for one in section(told, "answer").blocks if isinstance(one, Section) and one.anchor == "changes"]
    points = [plain(point) for point in changed.blocks[0].points]  # type: ignore[union-attr]
    assert len(points) == 3
    assert all(re.match(r"[^.(]+\. At [\d.]+ instead of [\d.]+, ", point) for point in points), points


def test_the_first_page_tells_of_the_flip_inside_a_range(told: Document) -> None:
    """The number that is nearest is outside its range; the only one inside is named beside it and listed first."""
    first = section(told, "answer")
    (firm,) = [plain(one) for one in texts((first,)) if plain(one).startswith("How firm")]
    assert "by a factor of 2.6 (4.1 decibans), to a value outside its plausible range. " in firm
    number = "how likely the reports of on_call are to follow the facts, at 0.9457 instead of 0.844"
    assert f"Inside its plausible range 1 number could do so, {number}" in firm
    (changed,) = [one for one in first.blocks if isinstance(one, Section) and one.anchor == "changes"]
    inside = ["inside its plausible range" in plain(point) for point in changed.blocks[0].points]  # type: ignore[union-attr]
    assert inside == [True, False, False]
    assert "1 of them inside a plausible range" in words(told)


@pytest.mark.parametrize(
    ("under_a", "told"),
    [
        (0.9, "to a value outside its plausible range; no number could do so inside its range: see"),
        (
            ab.Between(0.1, 0.9),
            "outside its plausible range. Inside their plausible ranges 2 numbers could do so, the nearest of them how "
            "likely one is under a, at 0.105 instead of 0.5: see",
        ),
    ],
)
def test_flips_inside_ranges_are_counted_on_the_first_page(under_a: object, told: str, without_pictures: None) -> None:
    """Beside a nearest number that has to leave its range, none, or how many need not and the nearest of them."""
    row = {"a": under_a, "b": 0.1 if under_a == 0.9 else ab.Between(0.05, 0.6)}
    names = [ab.Hypothesis(name="a", statement="a"), ab.Hypothesis(name="b", statement="b", catch_all=True)]
    items = [ab.Evidence(name=name, statement=name, likelihood=row) for name in ("one", "two")]
    case = ab.Case(question="Which?", hypotheses=names, prior={"a": 0.6, "b": 0.4}, evidence=items)
    assert told in " ".join(plain(one) for one in texts(answer(Analysis(ab.weigh(case, sampling=FEW)), {}).blocks))


def test_members_of_a_pair_are_one_assumption() -> None:
    """With two hypotheses the prior of one is that of the other: it is told of once."""
    case = ab.Case(
        question="Which?",
        hypotheses=[ab.Hypothesis(name="a", statement="a"), ab.Hypothesis(name="b", statement="b", catch_all=True)],
        prior={"a": 0.6, "b": 0.4},
    )
    points = section(document(ab.weigh(case)), "overturn").blocks[1].points  # type: ignore[union-attr]
    assert [plain(point).split(" (")[0] for point in points] == ["Prior of a"]


def test_what_cannot_be_overturned_is_said_to_be_so(without_pictures: None) -> None:
    """Where no single number puts another hypothesis in the lead, the report says so and lists none."""
    never = ab.Impossible("it cannot be")
    case = ab.Case(
        question="Which?",
        hypotheses=[ab.Hypothesis(name="a", statement="a"), ab.Hypothesis(name="b", statement="b", catch_all=True)],
        prior={"a": ab.Certain("it must be"), "b": never},
    )
    told = document(ab.weigh(case))
    assert "Only a number that is stated as impossible or certain could put another hypothesis in the lead." in words(
        told
    )
    assert "a is stated as impossible" not in words(told)
    assert "Excluded by assumption, whatever else is found: b." in words(told)
    assert column(grids(told, "answer")[0], "In words")["b b"] == "excluded by assumption"
    assert "100 %" in plain(section(told, "answer").blocks[0].text)  # type: ignore[union-attr]


def test_the_sum_can_be_added_up(posterior: Posterior, told: Document) -> None:
    """Prior times the printed likelihoods, over the sum of these, is the printed credence, to its digits."""
    grid = grids(told, "method")[0]
    table = {plain(row[0]): [float(plain(cell)) for cell in row[1:]] for row in grid.rows}
    credence, joint = np.array(table.pop("credence")), np.array(table.pop("joint"))
    product = np.prod(list(table.values()), axis=0)
    assert product == pytest.approx(joint, rel=1e-5)
    assert product / product.sum() == pytest.approx(credence, rel=1e-5)


def test_sources_stand_with_the_answer_without_them(posterior: Posterior, told: Document) -> None:
    """As of `leave_one_out`."""
    table, grid = ab.leave_one_out(posterior.case), grids(told, "sources")[0]
    for name in ("provider", "on_call", "chat"):
        row = next(row for row in grid.rows if plain(row[0]) == name)
        values = [part.value for cell in row for part in parts(cell) if isinstance(part, Figure)]
        expected = table.loc[f"source.{name}"]
        assert values == [*(expected[f"credence_{h}"] for h in posterior.case.names), expected["change_db"]]


def test_what_is_implied_about_the_sources_is_told(posterior: Posterior, told: Document) -> None:
    """As of `beliefs`: a row for each source, copy and item that was only reported, before and after the evidence."""
    table, (grid,) = ab.beliefs(posterior.case), grids(told, "implied")
    values = [[part.value for cell in row for part in parts(cell) if isinstance(part, Figure)] for row in grid.rows]
    assert values == table.to_numpy().tolist()
    said = [plain(row[0]) for row in grid.rows]
    assert said[0] == "provider is reliable"
    assert {"packet_loss is true", "what chat says of packet_loss is a copy"} < {*said}


def test_every_kind_of_belief_has_its_words(without_pictures: None) -> None:
    """Named outcomes and common causes too; where nothing is hidden, the section says so."""
    colour = {name: {"red": 0.3, "blue": 0.7} for name in "ab"}
    caused = {"seen": {"a": 0.5, "b": 0.5}}
    case = ab.Case(
        question="Which?",
        hypotheses=[ab.Hypothesis(name="a", statement="a"), ab.Hypothesis(name="b", statement="b")],
        prior={"a": 0.6, "b": 0.4},
        evidence=[
            ab.Evidence(name="colour", statement="c", likelihood=colour, outcomes=("red", "blue"), observed=None),
            ab.Evidence(name="seen", statement="s", likelihood={"a": 0.4, "b": 0.3}),
        ],
        common_causes=[ab.CommonCause(name="flag", statement="f", probability=0.2, likelihood=caused)],
    )
    (grid,) = grids(document(ab.weigh(case)), "implied")
    assert [plain(row[0]) for row in grid.rows] == ["colour is red", "colour is blue", "flag holds"]
    plainly = case.model_copy(update={"evidence": case.evidence[1:], "common_causes": ()})
    assert "every item is taken as observed" in words(document(ab.weigh(plainly)))


def test_the_provenance_is_there(posterior: Posterior, told: Document) -> None:
    """Method, seed, versions, hash, the scale of the words, and every policy."""
    codes = {part.text for one in texts(told) for part in parts(one) if isinstance(part, Code)}
    assert ab.audit(posterior).case_sha256 in codes
    assert {f"{name} {version}" for name, version in posterior.versions.items()} <= codes
    assert {"icd203-2015", *map(str, ab.audit(posterior).defaults["default"])} <= codes
    assert "4 chains of 1,000 draws, seed 0" in words(told)


def test_the_width_that_moves_nothing_is_told_of(told: Document) -> None:
    """The surprising fact is said where ranges are stated, and not where there are none."""
    assert "the width of a range does not move the credence" in words(told)
    case = ab.Case(
        question="Which?",
        hypotheses=[ab.Hypothesis(name="a", statement="a"), ab.Hypothesis(name="b", statement="b")],
        prior={"a": 0.6, "b": 0.4},
    )
    short = words(document(ab.weigh(case)))
    assert "the width of a range" not in short
    assert "if the true explanation is not listed, nothing on this page holds" in short


def test_the_sliders_have_every_assumption(posterior: Posterior, told: Document) -> None:
    """Each with its closed form, stated value, range and flip point, the nearest flip first."""
    data = next(block for block in section(told, "move").blocks if isinstance(block, Sliders)).data
    flips = ab.flip_points(posterior.case)
    assert [one["address"] for one in data["assumptions"]] == list(flips.index)
    assert data["stated"] == as_stated(network(posterior.case)).tolist()
    for one in data["assumptions"]:
        assert one["flip"] == (flips.at[one["address"], "flip_at"] if one["rival"] else None)


@pytest.mark.usefixtures("without_pictures")
def test_a_sampled_result_says_what_its_error_is(sampled_plain: Posterior) -> None:
    """The Monte-Carlo error stands by itself, and the printed digits are those that it bears."""
    told = document(sampled_plain)
    numbers_are_results(sampled_plain, told)
    assert "their Monte-Carlo error, which is yet another thing, is at most" in words(told)
    assert "Sampled with PyMC (NUTS by nutpie, target acceptance 0.9)" in words(told)
    fitted = Problem(code="W_TRACE", path="prior", message="prior is fitted to draws", hint="")
    (engine, *_) = method(Analysis(replace(sampled_plain, warnings=(fitted,)))).blocks
    assert "no more exact than they are" in plain(engine.text)


def test_each_caution_says_what_it_is_about() -> None:
    """Cautions stand in one line only where they say the same; the line names every part that it is about."""
    rows = {
        "e": {"a": ab.Impossible("never"), "b": 0.5, "c": 0.2},
        "f": {"a": 0.5, "b": ab.Impossible("always"), "c": 0.2},
        "v": {"a": 0.5, "b": 0.5, "c": 0.5},
        "w": {"a": 0.5, "b": 0.5, "c": 0.5},
        "g": {"a": 0.5, "b": 0.5, "c": 5e-8},
        "h": {"a": 0.05, "b": 0.5, "c": 1e-9},
    }
    case = ab.Case(
        question="Which?",
        hypotheses=[ab.Hypothesis(name=name, statement=name, catch_all=name == "c") for name in "abc"],
        prior={"a": 0.3, "b": 0.3, "c": 0.4},
        evidence=[ab.Evidence(name=name, statement=name, likelihood=row) for name, row in rows.items()],
    )
    head, *lines = [plain(one) for one in texts(nature(Analysis(ab.weigh(case, sampling=FEW))).blocks[1:])]
    assert head == "What a reader should know of this case:"
    times, bear = (
        "what was observed is {} times as likely under '{}' as under 'c'",
        "more than a single item of evidence",
    )
    assert lines == [
        "evidence.e.likelihood.a: 'a' can be excluded by this assumption alone: never (W_CROMWELL).",
        "evidence.f.likelihood.b: 'b' can be excluded by this assumption alone: always (W_CROMWELL).",
        "item v and item w: it is equally likely under every hypothesis, whatever else was found, so it does not tell "
        "them apart (W_VACUOUS_ITEM).",
        f"item g: {times.format('1e+07', 'a')}: {bear} can bear (W_EXTREME_RATIO).",
        f"item h: {times.format('5e+08', 'b')}: {bear} can bear (W_EXTREME_RATIO).",
    ]


TABLES = ("one_way", "flip_points", "credence_bounds", "structure", "weight_of_evidence", "leave_one_out", "audit")
TABLES += ("robustness", "fewest", "discount", "beliefs")


def test_each_table_is_computed_once(posterior: Posterior, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole report, with its pictures, asks each question once: of weights, once for each hypothesis."""
    calls: dict[str, int] = {}

    def counting(name: str, verb: Any) -> Any:
        def count(*given: Any, **named: Any) -> Any:
            calls[name] = calls.get(name, 0) + 1
            return verb(*given, **named)

        return count

    for name in TABLES:
        original = getattr(ab, name)
        for module in [m for key, m in list(sys.modules.items()) if key.startswith("attribution_bayes.")]:
            if vars(module).get(name) is original:
                monkeypatch.setattr(module, name, counting(name, original))
    document(posterior)
    assert calls == dict.fromkeys(TABLES, 1) | {"weight_of_evidence": len(posterior.case.names)}


def test_what_does_not_fit_is_said_to_be_missing(
    posterior: Posterior, monkeypatch: pytest.MonkeyPatch, without_pictures: None
) -> None:
    """A table that would be too large is left out, and the report says which and why."""
    analysis = sys.modules["attribution_bayes.report.analysis"]

    def refuse(*_: Any) -> Any:
        raise TooLargeError(component="e", items=("e",), sources=("on_call",), worlds=10, limit=5)

    for name in ("structure", "weight_of_evidence", "leave_one_out", "expected_information", "beliefs"):
        monkeypatch.setattr(analysis, name, refuse)
    told = words(document(posterior))
    assert told.count("not computed, as one group of items that speak together is too large") == 5
    assert "It is joined by on_call." in told


# What is refused -----------------------------------------------------------------------------------------------------


def spoilt(posterior: Posterior) -> Mapping[str, Posterior]:
    return {
        "another credence": replace(posterior, credences=posterior.credences[::-1].copy()),
        "not a distribution": replace(posterior, credences=posterior.credences * 2),
        "other draws": replace(posterior, sampling=ab.Sampling(draws=500)),
        "another P(E)": replace(posterior, log_evidence=-1.0),
    }


@pytest.mark.parametrize("what", ["another credence", "not a distribution", "other draws", "another P(E)"])
@pytest.mark.parametrize("ending", [".html", ".md"])
def test_no_report_is_made_of_a_result_that_contradicts_itself(
    what: str, ending: str, posterior: Posterior, tmp_path: Path
) -> None:
    """B64: it is refused with what differs, and no file is written."""
    with pytest.raises(IntegrityError):
        report(spoilt(posterior)[what], tmp_path / f"report{ending}")
    assert not list(tmp_path.iterdir())


def test_no_report_is_made_of_draws_that_fail_the_gate(sampled_plain: Posterior, tmp_path: Path) -> None:
    """B64: figures of the gate that do not pass, or are missing, are named."""
    figures, sampled = sampled_plain.diagnostics, sampled_plain.sampled
    assert sampled is not None
    bad = figures.assign(r_hat=figures["r_hat"] + 1)
    with pytest.raises(IntegrityError, match="do not pass the gate"):
        report(replace(sampled_plain, sampled=replace(sampled, diagnostics=bad)), tmp_path / "report.html")
    with pytest.raises(IntegrityError, match="missing"):
        report(
            replace(sampled_plain, sampled=replace(sampled, diagnostics=figures.drop_vars("bfmi"))),
            tmp_path / "report.html",
        )


@pytest.mark.parametrize("name", ["report.pdf", "report", "report.HTML", "a" * 400])
def test_another_ending_is_refused(name: str, posterior: Posterior, tmp_path: Path) -> None:
    """The ending says the form; one without a meaning is refused before anything is computed."""
    with pytest.raises(CaseError, match="does not end in"):
        report(posterior, tmp_path / name)


def test_a_report_that_is_there_stays(posterior: Posterior, tmp_path: Path, without_pictures: None) -> None:
    """It is replaced only if that is said."""
    file = tmp_path / "report.md"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(CaseError, match="is there already"):
        report(posterior, file)
    assert file.read_text(encoding="utf-8") == "mine"
    report(posterior, file, overwrite=True)
    assert file.read_text(encoding="utf-8").startswith("# What took the service down?")


def test_the_preface_comes_first(posterior: Posterior, tmp_path: Path, without_pictures: None) -> None:
    """What the author wants to be read first stands before the answer; what cannot be shown is refused."""
    told = document(posterior, "One.\n\nTwo,\nstill two.\n\n\n")
    assert [plain(block.text) for block in told.opening[1:]] == ["One.", "Two,\nstill two."]  # type: ignore[union-attr]
    with pytest.raises(CaseError, match="control character"):
        report(posterior, tmp_path / "report.md", preface="\x1b[2J")


# The same bytes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".html", ".md"])
def test_the_same_case_gives_the_same_bytes(ending: str, plain: ab.Case, tmp_path: Path) -> None:
    """Weighed and written twice, the file is the same, and nothing in it says when or where it was made."""
    first, second = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    report(ab.weigh(plain), first)
    report(ab.weigh(plain.model_copy()), second)
    assert first.read_bytes() == second.read_bytes()
    assert str(tmp_path).encode() not in first.read_bytes()


# Ties, and what is nearly certain ------------------------------------------------------------------------------------


def listed_case(prior: dict[str, float], *evidence: Evidence) -> Case:
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}", catch_all=name == "c") for name in prior]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, evidence=evidence)


def test_nobody_leads_a_tie(without_pictures: None) -> None:
    """Two hypotheses at 41.70 % are tied in the headline and wherever another answer is told; nobody leads."""
    level = Evidence(name="e", statement="e", likelihood=dict.fromkeys("abc", 0.5))
    told = words(document(ab.weigh(listed_case({"a": 0.417, "b": 0.417, "c": 0.166}, level), sampling=FEW)))
    assert "Nobody leads: a and b are tied." in told
    assert "That leaves 17 % for the others together." in told
    assert "As it is stated, a and b are tied: whichever way it moves, one of them leads." in told
    assert "It leads" not in told
    assert "0.0 decibans, or" not in told
    assert "1.0 times" not in told
    assert "a and b, tied" in told  # without the catch-all


def test_what_is_not_excluded_keeps_some_credence_on_a_page(without_pictures: None) -> None:
    """With 345 items of 9 to 1 no cell says 0 % or 100 %, no swing is 0, and nothing is called excluded."""
    items = (Evidence(name=f"e{n}", statement="e", likelihood={"a": 0.9, "c": 0.1}) for n in range(345))
    told = document(ab.weigh(listed_case({"a": 0.5, "c": 0.5}, *items), sampling=FEW))
    assert not {"0 %", "100 %"} & {part.text for one in texts(told) for part in parts(one) if isinstance(part, Figure)}
    assert "excluded" not in words(told).lower().replace("stated as impossible", "")
    grid = next(block for block in section(told, "numbers").blocks if isinstance(block, Grid))
    assert {plain(row[4]) for row in grid.rows} == {"<1e-99"}
    assert "6.114124e-330" in words(told)  # the sum, to be added up again


def test_a_swing_near_certainty_is_printed(without_pictures: None) -> None:
    """Of three items of .999999 against .000001, in percentage points."""
    items = (Evidence(name=f"e{n}", statement="e", likelihood={"a": 0.999999, "c": 1e-6}) for n in range(3))
    told = document(ab.weigh(listed_case({"a": 0.5, "c": 0.5}, *items), sampling=FEW))
    grid = next(block for block in section(told, "numbers").blocks if isinstance(block, Grid))
    assert [plain(row[4]) for row in grid.rows][:3] == ["1.5e-16", "1.5e-16", "1.5e-22"]


# What is no number ---------------------------------------------------------------------------------------------------


def hinges_on(reliability: float) -> Case:
    """A case in which what one source says decides who leads."""
    item = Evidence(
        name="seen",
        statement="s",
        likelihood={"a": 0.9, "b": 0.3},
        reports=[ab.Report(source="witness")],
        observed=None,
    )
    other = Evidence(name="weighed", statement="w", likelihood={"a": 0.4, "b": 0.6})
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)],
        prior={"a": 0.5, "b": 0.5},
        sources=[ab.Source(name="witness", statement="w", reliability=reliability, if_unreliable=0.5)],
        evidence=[item, other],
    )


def test_what_is_no_number_and_overturns_the_answer_is_told_with_the_flips(without_pictures: None) -> None:
    """The answer and what could overturn it point to each structure and each part left out that changes who leads."""
    case = hinges_on(0.9)
    told = document(ab.weigh(case))
    varied, left_out = ab.structure(case), ab.leave_one_out(case)
    assert varied.at[("source.witness", "never believed"), "leader"] == "b"
    assert left_out.at["source.witness", "credence_b"] > 0.5
    overturn = "\n".join(plain(one) for one in texts((section(told, "overturn"),)))
    assert "Not only numbers: each of these alone would change who leads" in overturn
    assert "witness, never believed: b would lead, with 60 %." in overturn
    assert "seen, left out: b would lead, with 60 %." in overturn
    assert "believed fully" not in overturn
    assert "Something that is not a number could do so too, such as witness, never believed" in words(told)


def test_where_nothing_else_overturns_the_answer_it_is_said_to_be_so(without_pictures: None) -> None:
    """Where no structure and no part left out changes who leads, the section says that and points to no danger."""
    told = words(document(ab.weigh(listed_case({"a": 0.9, "c": 0.1}))))
    assert "No other structure that is tried, and leaving out no one item, report or source, would change" in told
    assert "Not only numbers" not in told
    assert "Something that is not a number could" not in told


def test_an_item_that_changes_next_to_nothing_is_said_to_do_so(without_pictures: None) -> None:
    """No sentence says that a credence would be 59 % instead of 59 %."""
    item = Evidence(name="e", statement="e", likelihood={"a": 0.501, "c": 0.5})
    told = words(document(ab.weigh(listed_case({"a": 0.59, "c": 0.41}, item))))
    assert "Without it, the credence of a would change by next to nothing, from 59 %." in told
    assert "59 % instead of 59 %" not in told


# Labels, and whose case it is ----------------------------------------------------------------------------------------


def with_labels(case: Case) -> Case:
    """The same case, in which every part has a label."""
    parts_of = {
        kind: [part.model_copy(update={"label": f"The {kind} {part.name}!"}) for part in getattr(case, kind)]
        for kind in ("hypotheses", "sources", "evidence")
    }
    return case.model_copy(update=parts_of)


def shown_with_labels(told: Document) -> list[str]:
    """The words of each text of a report, with labels as `with_labels` gives them put in place of names."""
    kinds = {"hypothesis": "hypotheses", "source": "sources", "item": "evidence"}
    labels = {
        (part.of, part.text): f"The {kinds[part.of]} {part.text}!"
        for one in texts(told)
        for part in parts(one)
        if isinstance(part, Name) and part.of in kinds
    }
    return [plain(labelled(one, labels)) for one in texts(told)]


@settings(FILTERED, max_examples=8, phases=[Phase.generate])
@given(cases(max_hypotheses=3, max_items=4))
@pytest.mark.usefixtures("without_pictures")
def test_labels_stand_in_place_of_names(case: Case) -> None:
    """A report of a case with labels is that of the case without them, with labels for names, and a table of both.

    Hashes differ, as the cases do.
    """
    bare, found = weighed(case), weighed(with_labels(case))
    if bare is None or found is None:
        return
    told = [plain(one) for one in texts(document(found))]
    hashes = {case_hash(bare.case), case_hash(found.case)}
    expected = [one for one in shown_with_labels(document(bare)) if one not in hashes]
    start = told.index("Names in addresses")
    extra = 4 + 3 * len([*case.hypotheses, *case.evidence, *case.sources])
    assert [one for one in (*told[:start], *told[start + extra :]) if one not in hashes] == expected


def test_pictures_and_sliders_of_a_labelled_case_say_its_labels(posterior: Posterior) -> None:
    """Their words have labels too, and no name that has one."""
    told = document(ab.weigh(with_labels(posterior.case), sampling=FEW))
    (moving,) = (block for block in section(told, "move").blocks if isinstance(block, Sliders))
    assert moving.data["hypotheses"] == [f"The hypotheses {name}!" for name in posterior.case.names]
    shown = [plain(one.shows) for one in pictures(told.sections)] + [one["what"] for one in moving.data["assumptions"]]
    kinds = (posterior.case.hypotheses, posterior.case.sources, posterior.case.evidence)
    names = {part.name for kind in kinds for part in kind} - {"other", "network"}  # which are words of the library too
    for one in shown:
        bare = re.sub(r"The (hypotheses|sources|evidence) \w+!", "", one)
        assert not [name for name in names if re.search(rf"\b{name}\b", bare)], one


def test_a_case_says_whose_it_is_at_the_head(without_pictures: None) -> None:
    """The marking first, then who stated the case and when; each may be missing."""
    head = {"author": "A. *Analyst*", "date": "2024-03-22", "marking": "TLP:AMBER"}
    case = two_items(0.5, 0.6)
    told = document(ab.weigh(case.model_copy(update=head), sampling=FEW))
    assert [plain(one) for one in texts(told)][:2] == ["TLP:AMBER", "Stated by A. *Analyst* on 2024-03-22."]
    assert "<header><h1>" in page(told)
    assert '<p><strong><bdi class="said">TLP:AMBER</bdi></strong></p><p>Stated by' in page(told)
    assert r"Stated by A. \*Analyst\* on 2024-03-22." in markdown(told)
    for field, said in (("author", "Stated by A. *Analyst*."), ("date", "Stated on 2024-03-22.")):
        one = case.model_copy(update={field: head[field]})
        assert plain(next(texts(document(ab.weigh(one, sampling=FEW))))) == said


HEAD = {"author": "A. Analyst", "date": "2024-03-22", "marking": "TLP:AMBER", "exercise": False}


def test_an_assessment_says_who_stands_behind_it(posterior: Posterior, without_pictures: None) -> None:
    """Its author, day and version; neither an exercise nor a finding is spoken of, and it is called no proof."""
    case = posterior.case.model_copy(update=HEAD)
    told = document(ab.weigh(case, sampling=FEW))
    first, second, third = [plain(one) for one in texts(told)][:3]
    assert first == "TLP:AMBER"
    assert second == f"An assessment by A. Analyst on 2024-03-22; version {case_hash(case)[:12]} of the case."
    assert third.endswith("The numbers are judgements; whoever states them stands behind them.")
    for whole in (page(told), markdown(told)):
        assert "exercise" not in whole
        assert "finding" not in whole
        assert "It is not proof." in whole
    assert told.markings == ("TLP:AMBER",)


def test_a_page_says_what_changed_since(posterior: Posterior, without_pictures: None, tmp_path: Path) -> None:
    """Before and after, each change with its share as `difference` has it, and the earlier answer at the head."""
    old = posterior.case.model_copy(update={"author": "B. Before", "date": "2024-01-31"})
    new = ab.suppose(old, {"prior.deploy": 0.9}).model_copy(update={"date": "2024-03-22"})
    weighed_new = ab.weigh(new, sampling=FEW)
    assert weighed_new.leader is not None
    told = document(weighed_new, previous=old)
    report(weighed_new, tmp_path / "one.html", previous=ab.weigh(old, sampling=FEW))
    assert (tmp_path / "one.html").read_text(encoding="utf-8") == page(told)
    head = " ".join(plain(one) for one in texts(told.opening))
    then = as_stated(network(old))
    led, had = old.names[then.argmax()], share_among(then, int(then.argmax())).text
    assert f"It replaces the version of 2024-01-31, in which {led} led with {had}" in head
    (since,) = [one for one in told.sections if one.anchor == "since"]
    said = [plain(one) for one in texts((since,))]
    assert said[0] == "What changed since 2024-01-31"
    assert f"The old case is version {case_hash(old)[:12]}, stated by B. Before on 2024-01-31" in said[1]
    table = ab.difference(old, new)
    assert list(table.index) == ["prior"]
    assert f"{table.at['prior', 'share_db']:+,.1f}" in said
    assert any("They say which" in one or "It says which numbers to ask about first" in one for one in said)


def meant(hypothesis: str, item: str, prior: float) -> Case:
    """A case of two hypotheses and one item, by its words."""
    two = [ab.Hypothesis(name="a", statement=hypothesis), ab.Hypothesis(name="b", statement="b", catch_all=True)]
    seen = ab.Evidence(name="e", statement=item, likelihood={"a": 0.5, "b": 0.4})
    return ab.Case(question="Who?", hypotheses=two, prior={"a": prior, "b": 1 - prior}, evidence=[seen])


def test_a_head_tells_who_led_and_who_leads(without_pictures: None) -> None:
    """A change of leader is told with both; of another question or hypothesis it is not said to be replaced."""
    new = ab.weigh(meant("it was a", "seen", 0.6), sampling=FEW)
    told = {
        old: " ".join(plain(one) for one in texts(document(new, previous=old).opening))
        for old in (
            meant("it was a", "seen", 0.2),
            meant("it was NOT a", "seen", 0.6),
            meant("it was a", "seen", 0.6).model_copy(update={"question": "How?"}),
        )
    }
    led, *others = told.values()
    assert "in which b led with 76 %; now a leads with 65 %: see" in led
    assert all("This page does not replace it" in one and "replaces the version" not in one for one in others)


def test_words_that_changed_since_stand_beside_each_other(without_pictures: None) -> None:
    """The statement of an item, old and new, at the top of what changed."""
    new = ab.weigh(meant("it was a", "seen", 0.6), sampling=FEW)
    told = document(new, previous=meant("it was a", "NOT seen", 0.6))
    (since,) = [one for one in told.sections if one.anchor == "since"]
    assert "item e: NOT seen / seen" in [plain(one) for one in texts((since,))]


def test_what_has_not_changed_is_said_to_be_so(posterior: Posterior, without_pictures: None) -> None:
    """The same case as its own earlier version, without a day: nothing differs."""
    told = document(posterior, previous=posterior.case)
    (since,) = [one for one in told.sections if one.anchor == "since"]
    said = [plain(one) for one in texts((since,))]
    assert said[0] == "What changed since the previous version"
    assert "Nothing differs." in said


def test_an_earlier_version_that_is_none_is_refused(
    posterior: Posterior, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One of a later day, one with other hypotheses, and what is no case; nothing is drawn, and no file is written."""
    monkeypatch.setattr(
        sys.modules["attribution_bayes.report.report"], "illustrations", Mock(side_effect=AssertionError)
    )
    case = posterior.case.model_copy(update={"date": "2024-03-22"})
    found = ab.weigh(case, sampling=FEW)
    later = case.model_copy(update={"date": "2024-03-23"})
    other = two_items(0.5, 0.6)
    wrong: list[tuple[Any, str]] = [
        (later, "E_DATE previous: it is dated 2024-03-23, after the case itself"),
        (other, "E_HYPOTHESES previous: it has no hypothesis in common with the case"),
        ({"may": case}, "E_TYPE previous: .*stands where a Case belongs"),
        ("case.yaml", "E_TYPE previous: 'case.yaml' stands where a Case belongs"),
    ]
    for previous, said in wrong:
        with pytest.raises(CaseError, match=said):
            report(found, tmp_path / "page.html", previous=previous)
    assert not list(tmp_path.iterdir())


def test_changes_that_cannot_be_computed_are_told(without_pictures: None) -> None:
    """Where odds were infinite the section says why there are no shares; a hypothesis that is new had no credence."""
    case = two_items(0.8, 0.6)
    never = {"a": 0.5, "b": ab.Impossible("it cannot be")}
    old = case.model_copy(update={"evidence": [case.evidence[0].model_copy(update={"likelihood": never})]})
    told = document(ab.weigh(case, sampling=FEW), previous=old)
    assert "What each change did: not computed." in words(told)
    assert f"The old case is version {case_hash(old)[:12]}; the new one is version " in words(told)
    names = {"a": "c"}
    hypotheses = [one.model_copy(update={"name": names.get(one.name, one.name)}) for one in case.hypotheses]
    renamed = ab.Case(question="Which?", hypotheses=hypotheses, prior={"c": 0.5, "b": 0.5})
    head = words(document(ab.weigh(case, sampling=FEW), previous=renamed))
    assert "It replaces the version in which c and b were tied with 50 %; now a leads with 98 %: see" in head


def test_what_is_cited_is_on_the_page() -> None:
    """Citations of hypotheses, sources and reports, and the date of a report."""
    row = {"a": 0.6, "b": 0.2}
    case = ab.Case(
        question="Which?",
        hypotheses=[
            Hypothesis(name="a", statement="it was a.", citation="a claim"),
            Hypothesis(name="b", statement="not so.", catch_all=True),
        ],
        prior={"a": 0.5, "b": 0.5},
        sources=[ab.Source(name="s", statement="s", reliability=0.9, if_unreliable=0.5, citation="a directory")],
        evidence=[
            Evidence(
                name="e",
                statement="e",
                likelihood=row,
                reports=[ab.Report(source="s", date="2024-03-22", citation="a letter")],
            )
        ],
    )
    told = words(document(ab.weigh(case, sampling=FEW)))
    assert "a it was a. Citation: a claim." in told
    assert " Citation: a directory." in told
    assert "s says that it is true (2024-03-22, a letter)" in told


# Everything at once --------------------------------------------------------------------------------------------------


def two_items(lead: float, likelihood: float, **fields: Any) -> ab.Case:
    """Two hypotheses, the prior of one, and two items as likely under it, a quarter as likely under the other."""
    names = [ab.Hypothesis(name="a", statement="a"), ab.Hypothesis(name="b", statement="b", catch_all=True)]
    row = {"a": likelihood, "b": likelihood / 4}
    items = [ab.Evidence(name=name, statement=name, likelihood=row, **fields) for name in ("one", "two")]
    return ab.Case(question="Which?", hypotheses=names, prior={"a": lead, "b": 1 - lead}, evidence=items)


def at_once(case: ab.Case) -> list[str]:
    """What the section says, sentence by sentence."""
    found = together(Analysis(ab.weigh(case, sampling=FEW)))
    return [plain(one) for one in texts((found,))]


def test_everything_at_once_is_told_in_three_readings() -> None:
    """The radius, the smallest sets with their values, and how much the evidence has to be worth."""
    case = two_items(0.2, 0.6)
    said, radius = at_once(case), ab.robustness(case).loc["everything"]
    assert f"each off by less than about {radius['radius_db']:.1f} decibans, puts another hypothesis" in said[1]
    assert f"all numbers are {radius['share_of_range']:.0%} of the way".replace("%", " %") in said[1]
    sets = ab.fewest(case)
    size = sets["size"].iloc[0]
    word = {2: "two", 3: "three"}[size]
    assert any(f"; {word} together can ({sets.attrs['counts'][size]} such set" in one for one in said)
    values = sets.xs(1, level="set")[["value", "stated"]].to_numpy().tolist()
    told = [f"at {digits(value)} instead of {digits(stated)}" for value, stated in values]
    assert any(all(one in sentence for one in told) for sentence in said)
    assert any("if the evidence is worth at least 50 % of what was stated" in one for one in said)


STANDS = "The answer stands whatever part of its stated weight the evidence as a whole is worth."


def test_what_nothing_overturns_is_said_to_be_so() -> None:
    """Ranges too narrow for any three numbers; a lead that the prior alone bears; an excluded rival; a tie."""
    assert any(
        "No three numbers together put another hypothesis in the lead" in one for one in at_once(two_items(0.97, 0.6))
    )
    assert STANDS in at_once(two_items(0.6, 0.6))
    even = two_items(0.6, 0.6).model_copy(update={"prior": {"a": 0.5, "b": 0.5}})
    assert f"{STANDS[:-1]}; if it is worth nothing, hypotheses are tied." in at_once(even)
    never = {"a": 0.5, "b": ab.Impossible("it cannot be")}
    case = two_items(0.5, 0.6)
    excluded = case.model_copy(update={"evidence": [case.evidence[0].model_copy(update={"likelihood": never})]})
    assert any("however far off they are, unless something is stated as impossible" in one for one in at_once(excluded))
    tied = at_once(case.model_copy(update={"evidence": []}))
    assert "The hypotheses that are tied have no lead that numbers could take away." in tied
