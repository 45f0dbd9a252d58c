"""Other structures: every variation of a case is the case that somebody would declare by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Beta, Between, Certain, Dirichlet, Impossible, Ratios, Uniform
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import ContradictionError
from attribution_bayes.sensitivity.structural import double_counting, structure
from attribution_bayes.testing import probabilities
from crafted import item
from drawn import cases
from oracle import (
    Outcome,
    brute_force,
    moment,
    parents_first,
    rates_of,
    row_chance,
    row_of,
    stated_rate,
    world_bound,
)
from repeatable import FILTERED

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


CLOSE = 1e-10
"""Declared error of a credence."""

DECIBANS = 1e-7
"""Declared error of a change, in decibans."""

MOST_WORLDS = 3_000
"""Of a varied case: splitting sources multiplies them, and the oracle goes through all."""

QUICK = Sampling(draws=100)
ALWAYS, NEVER = Certain("it must be"), Impossible("it cannot be")

type Row = tuple[str, str]


def case(prior: Any, *evidence: Evidence, sources: tuple[Source, ...] = (), catch_all: str | None = None) -> Case:
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}", catch_all=name == catch_all) for name in prior]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


def source(name: str, reliability: Any, if_unreliable: Any) -> Source:
    return Source(name=name, statement=f"{name} says so", reliability=reliability, if_unreliable=if_unreliable)


def changed[P: (Source, Evidence)](parts: tuple[P, ...], name: str, **update: Any) -> tuple[P, ...]:
    return tuple(part.model_copy(update=update) if part.name == name else part for part in parts)


# The variations, from their definition -------------------------------------------------------------------------------


def varied_cases(stated: Case) -> dict[Row, Case]:
    """Every variation that is a case of its own, by address and change."""
    found: dict[Row, Case] = {}
    for speaker in stated.sources:
        place, reports = f"source.{speaker.name}", reports_of(stated, speaker.name)
        if reports:
            for change, fields in (("believed fully", at_best(speaker)), ("never believed", at_worst(stated, speaker))):
                sources = changed(stated.sources, speaker.name, **fields)
                found[place, change] = stated.model_copy(update={"sources": sources})
        if len(reports) > 1:
            change = "rates not shared" if speaker.errs_anew else "reports independent"
            found[place, change] = split(stated, speaker.name)
    for part in stated.evidence:
        for report in part.reports:
            if report.copied_from is not None:
                place = f"evidence.{part.name}.reports.{report.source}"
                found[place, "not a copy"] = originals(stated, report.source, only=part.name)
        for parent in part.given:
            found[f"evidence.{part.name}.given.{parent}", "dependence dropped"] = without_parent(stated, part, parent)
        if part.error is not None:
            sure = stated.model_copy(update={"evidence": changed(stated.evidence, part.name, error=NEVER)})
            found[f"evidence.{part.name}", "error dropped"] = sure
    for cause in stated.common_causes:
        others = [other for other in stated.common_causes if other is not cause]
        certain = changed(stated.common_causes, cause.name, probability=ALWAYS)
        for change, causes in (("dropped", others), ("certain to hold", certain)):
            found[f"common_cause.{cause.name}", change] = stated.model_copy(update={"common_causes": causes})
    if stated.error is not None:
        found["error", "error dropped"] = stated.model_copy(update={"error": None})
    return found


def at_best(speaker: Source) -> dict[str, Any]:
    """Fields of a source that never errs."""
    if speaker.reliability is not None:
        return {"reliability": ALWAYS}
    return {"says_true_if_true": ALWAYS, "says_true_if_false": NEVER}


def at_worst(stated: Case, speaker: Source) -> dict[str, Any]:
    """Fields of one that says the same whatever holds: as the source with a reliability does that it is like."""
    if speaker.reliability is not None:
        return {"reliability": NEVER}
    rates = {}
    for name in stated.names:
        a, b = (moment(stated_rate(speaker, rate, name), 1, 0) for rate in rates_of(speaker))
        rates[name] = stated_as(b / (1 - a + b) if 1 - a + b else Fraction(1, 2))
    return {"says_true_if_true": rates, "says_true_if_false": rates}


def reports_of(stated: Case, name: str) -> list[Report]:
    return [report for part in stated.evidence for report in part.reports if report.source == name]


def split(stated: Case, name: str) -> Case:
    """One source of the same numbers for each report; who copied from it copies from the new one."""
    whole = next(speaker for speaker in stated.sources if speaker.name == name)
    told = [part.name for part in stated.evidence if any(report.source == name for report in part.reports)]
    split_up = [whole.model_copy(update={"name": f"{name}_on_{told_of}"}) for told_of in told]

    def renamed(report: Report, told_of: str) -> Report:
        new = f"{name}_on_{told_of}"
        update: dict[str, Any] = {"source": new} if report.source == name else {}
        return report.model_copy(update={**update, **({"copied_from": new} if report.copied_from == name else {})})

    evidence = [
        part.model_copy(update={"reports": [renamed(report, part.name) for report in part.reports]})
        for part in stated.evidence
    ]
    others = [speaker for speaker in stated.sources if speaker.name != name]
    return stated.model_copy(update={"sources": [*others, *split_up], "evidence": evidence})


def originals(stated: Case, name: str, only: str | None = None) -> Case:
    """What the source reports, of one item or of all, is none of it copied."""

    def original(report: Report) -> Report:
        return report.model_copy(
            update={"copied_from": None, "copy_probability": None} if report.source == name else {}
        )

    evidence = [
        part.model_copy(update={"reports": [original(report) for report in part.reports]})
        if part.name == (only or part.name)
        else part
        for part in stated.evidence
    ]
    return stated.model_copy(update={"evidence": evidence})


def without_parent(stated: Case, part: Evidence, parent: str) -> Case:
    """The item's rows averaged over one parent by P(parent | hypothesis, other parents), nothing observed."""
    kept = tuple(name for name in part.given if name != parent)
    domains = {other.name: other.outcomes for other in stated.evidence}
    rows = {}
    for hypothesis in stated.names:
        joint = joint_before_evidence(stated, hypothesis, part.given)

        def averaged(others: tuple[Outcome, ...], hypothesis: str = hypothesis, joint: Any = joint) -> Any:
            chances: dict[Outcome, Fraction] = dict.fromkeys(part.outcomes, Fraction(0))
            for outcome in domains[parent]:
                places = {**dict(zip(kept, others, strict=True)), parent: outcome}
                parents = tuple(places[name] for name in part.given)
                for own in part.outcomes:
                    chances[own] += joint[parents] * row_chance(row_of(part, hypothesis, parents), own)
            total = sum(chances.values()) or None
            shares = {own: chance / total if total else Fraction(1, len(chances)) for own, chance in chances.items()}
            return (
                stated_as(shares[True]) if part.is_binary else {own: stated_as(share) for own, share in shares.items()}
            )

        rows[hypothesis] = nested([domains[name] for name in kept], averaged)
    evidence = changed(stated.evidence, part.name, given=kept, likelihood=rows)
    return stated.model_copy(update={"evidence": evidence})


def stated_as(chance: Fraction) -> float | Certain | Impossible:
    return ALWAYS if chance == 1 else float(chance) if chance else NEVER


def nested(domains: list[tuple[Outcome, ...]], row: Callable[[tuple[Outcome, ...]], Any]) -> Any:
    """A row for each combination of outcomes, one mapping for each parent."""
    if not domains:
        return row(())
    return {outcome: nested(domains[1:], lambda rest, o=outcome: row((o, *rest))) for outcome in domains[0]}


def joint_before_evidence(stated: Case, hypothesis: str, names: tuple[str, ...]) -> dict[tuple[Outcome, ...], Fraction]:
    """P(outcomes of these items | hypothesis), from the rows of these and of all they depend on."""
    needed = set(names)
    order = parents_first(stated)
    for part in reversed(order):
        if part.name in needed:
            needed |= set(part.given)
    order = [part for part in order if part.name in needed]
    joint = dict.fromkeys(product(*(next(p for p in order if p.name == n).outcomes for n in names)), Fraction(0))

    def go_on(settled: dict[str, Outcome], chance: Fraction) -> None:
        if len(settled) == len(order):
            joint[tuple(settled[name] for name in names)] += chance
            return
        part = order[len(settled)]
        row = row_of(part, hypothesis, tuple(settled[name] for name in part.given))
        for outcome in part.outcomes:
            go_on({**settled, part.name: outcome}, chance * row_chance(row, outcome))

    go_on({}, Fraction(1))
    return joint


def credences(stated: Case) -> dict[str, Fraction] | None:
    """By brute force; None if every hypothesis is excluded."""
    try:
        return brute_force(stated).credence
    except ZeroDivisionError:
        return None


def without_catch_all(stated: Case, credence: dict[str, Fraction]) -> dict[str, Fraction] | None:
    dropped = {part.name for part in stated.hypotheses if part.catch_all}
    rest = sum(credence[name] for name in stated.names if name not in dropped)
    return {name: credence[name] / rest * (name not in dropped) for name in stated.names} if rest else None


def log_odds(chance: Fraction) -> float:
    """In decibans."""
    if chance in (0, 1):
        return math.copysign(math.inf, chance - Fraction(1, 2))
    return 10 * math.log10(chance / (1 - chance))


def assert_row(found: Any, change: float, expected: dict[str, Fraction] | None, before: dict[str, Fraction]) -> None:
    """The row has these credences, their leader, and the change in log odds of who led before."""
    if expected is None:
        assert pd.isna(found["leader"])
        assert math.isnan(change)
        assert all(math.isnan(found[f"credence_{name}"]) for name in before)
        return
    for name, credence in expected.items():
        assert found[f"credence_{name}"] == pytest.approx(float(credence), abs=CLOSE)
    first, second = sorted(map(float, expected.values()))[-1:-3:-1]
    is_tie = first - second < 1e-9 * first
    assert found["leader"] == (None if is_tie else max(expected, key=expected.__getitem__))
    stood = [name for name in before if float(max(before.values()) - before[name]) < CLOSE]
    changes = [log_odds(expected[name]) - log_odds(before[name]) for name in stood]
    assert any(change == pytest.approx(possible, abs=DECIBANS) for possible in changes)


def split_and_original(stated: Case, *names: str) -> Case:
    """All reports of these sources made by sources of their own, none copied."""
    for name in names:
        stated = split(originals(stated, name), name)
    return stated


def test_a_source_of_one_report_has_the_same_rows_however_it_is_stated() -> None:
    """With a reliability, or with the two error rates that come to the same."""
    found = []
    for fields in (
        {"reliability": 0.6, "if_unreliable": 0.75},
        {"says_true_if_true": 0.9, "says_true_if_false": 0.3},
    ):
        speaker = Source(name="s", statement="s", **fields)
        evidence = item("e", {"a": 0.9, "b": 0.2}, reports=[Report(source="s", serves=False)])
        found.append(structure(case({"a": 0.5, "b": 0.5}, evidence, sources=(speaker,))).sort_index())
    assert [*found[0].index] == [("source.s", "believed fully"), ("source.s", "never believed")]
    columns = ["change_db", "credence_a", "credence_b"]
    np.testing.assert_allclose(found[1][columns], found[0][columns], rtol=1e-12)
    certain = Source(name="s", statement="s", says_true_if_true=ALWAYS, says_true_if_false=NEVER)
    evidence = item("e", {"a": 0.9, "b": 0.2}, reports=[Report(source="s")])
    table = structure(case({"a": 0.5, "b": 0.5}, evidence, sources=(certain,)))
    assert table.loc["source.s", "credence_a"].to_dict() == {
        "believed fully": pytest.approx(0.9 / 1.1),
        "never believed": pytest.approx(0.5),
    }


@st.composite
def reported_cases(draw: st.DrawFn) -> Case:
    """Cases of two or three items that two sources report over and over, at times from each other."""
    names = ("h0", "h1", "h2")[: draw(st.integers(2, 3))]
    numbers = probabilities(smallest=0.01)

    def by_hypothesis() -> dict[str, Any]:
        return {name: draw(numbers) for name in names}

    sources = tuple(
        source(name, draw(numbers), draw(numbers) if draw(st.booleans()) else by_hypothesis()) for name in "st"
    )
    evidence = []
    for n in range(draw(st.integers(2, 3))):
        reports = [Report(source="s", says=draw(st.booleans()))]
        if draw(st.booleans()):
            copy = {"copied_from": "s", "copy_probability": draw(numbers)} if draw(st.booleans()) else {}
            reports.append(Report(source="t", says=draw(st.booleans()), **copy))
        if draw(st.booleans()) or n == 0:
            evidence.append(item(f"e{n}", by_hypothesis(), reports=reports))
        else:
            rows = {name: {True: draw(numbers), False: draw(numbers)} for name in names}
            evidence.append(item(f"e{n}", rows, given="e0", reports=reports))
    prior = dict(zip(names, (0.5, 0.3, 0.2) if len(names) == 3 else (0.6, 0.4), strict=True))
    return case(prior, *evidence, sources=sources, catch_all=draw(st.sampled_from((*names, None))))


# Cases declared by hand ----------------------------------------------------------------------------------------------

PRIOR = {"a": 0.5, "b": 0.3, "rest": 0.2}
LIKELIHOOD = {"a": Beta(4, 1), "b": 0.3, "rest": Uniform(0.2, 0.6)}
AGENCY = source("agency", Beta(6, 3), Uniform(0.3, 0.8))
PAPER = source("paper", 0.6, {"a": 0.5, "b": Beta(2, 3), "rest": 0.7})
COPY: dict[str, Any] = {"copied_from": "agency", "copy_probability": Between(0.2, 0.6)}


def told(*, agency: Source = AGENCY, paper: Source = PAPER, copy: dict[str, Any] = COPY, apart: bool = False) -> Case:
    """The agency reports two items; the paper reports the first, perhaps copied from the agency."""
    again = "agency_again" if apart else "agency"
    more = (agency.model_copy(update={"name": again}),) if apart else ()
    return case(
        PRIOR,
        item("paid", LIKELIHOOD, reports=[Report(source="agency"), Report(source="paper", **copy)]),
        item("fled", {"a": 0.4, "b": 0.8, "rest": 0.5}, reports=[Report(source=again, says=False)]),
        item("seen", {"a": 0.7, "b": 0.4, "rest": Beta(2, 2)}),
        sources=(agency, paper, *more),
        catch_all="rest",
    )


REPORTED = {
    ("source.agency", "believed fully"): told(agency=source("agency", ALWAYS, Uniform(0.3, 0.8))),
    ("source.agency", "never believed"): told(agency=source("agency", NEVER, Uniform(0.3, 0.8))),
    ("source.agency", "reports independent"): told(apart=True),
    ("source.paper", "believed fully"): told(paper=source("paper", ALWAYS, PAPER.if_unreliable)),
    ("source.paper", "never believed"): told(paper=source("paper", NEVER, PAPER.if_unreliable)),
    ("evidence.paid.reports.paper", "not a copy"): told(copy={}),
}


def rows_of(first: Any, second: Any, third: Any) -> dict[str, Any]:
    return {"a": first, "b": second, "rest": third}


ONE_PARENT = {"a": {True: 0.8, False: 0.3}, "b": {True: Beta(1, 3), False: 0.6}, "rest": {True: 0.5, False: 0.4}}


LETTER = {"a": {True: 0.9, False: 0.2}, "b": {True: 0.7, False: 0.5}, "rest": {True: 0.1, False: Uniform(0.2, 0.6)}}


def dependent(
    *,
    child: dict[str, Any] | None = None,
    grandchild: dict[str, Any] | None = None,
    letter: dict[str, Any] | None = None,
) -> Case:
    """An observed item, a hidden one that depends on it, and items that depend on one of them or on both."""
    tool = rows_of(
        {True: {True: (0.2, 0.5, 0.3), False: (0.1, 0.1, 0.8)}, False: {True: (0.6, 0.2, 0.2), False: (0.3, 0.3, 0.4)}},
        {True: {True: (0.4, 0.4, 0.2), False: (0.7, 0.2, 0.1)}, False: {True: (0.3, 0.1, 0.6), False: (0.2, 0.2, 0.6)}},
        {True: {True: (0.1, 0.6, 0.3), False: (0.5, 0.4, 0.1)}, False: {True: (0.2, 0.7, 0.1), False: (0.4, 0.1, 0.5)}},
    )
    both = {
        name: {seen: {hid: named(*shares) for hid, shares in row.items()} for seen, row in rows.items()}
        for name, rows in tool.items()
    }
    return case(
        PRIOR,
        item("seen", rows_of(0.6, 0.2, Beta(1, 1)), observed=False),
        item("hidden", **(child or {"likelihood": ONE_PARENT, "given": "seen"}), observed=None),
        item(
            "tool",
            **(grandchild or {"likelihood": both, "given": ("seen", "hidden")}),
            outcomes=("knife", "gun", "none"),
            observed="gun",
        ),
        item("letter", **(letter or {"likelihood": LETTER, "given": "hidden"})),
        catch_all="rest",
    )


def named(knife: float, gun: float, none: float) -> dict[str, float]:
    return {"knife": knife, "gun": gun, "none": none}


# P(hidden | h) = P(seen) 0.8 + P(not seen) 0.3, and so on; Beta(1, 3) has mean 1/4 and Beta(1, 1) mean 1/2.
HIDDEN_ALONE = rows_of(0.6 * 0.8 + 0.4 * 0.3, 0.2 * 0.25 + 0.8 * 0.6, 0.5 * 0.5 + 0.5 * 0.4)

LETTER_ALONE = {
    name: hidden * written + (1 - hidden) * otherwise
    for (name, hidden), (written, otherwise) in zip(
        HIDDEN_ALONE.items(), ((0.9, 0.2), (0.7, 0.5), (0.1, 0.4)), strict=True
    )
}

# P(gun | h, seen): over hidden by P(hidden | h, seen).
GUN_GIVEN_SEEN = rows_of(
    {True: 0.8 * 0.5 + 0.2 * 0.1, False: 0.3 * 0.2 + 0.7 * 0.3},
    {True: 0.25 * 0.4 + 0.75 * 0.2, False: 0.6 * 0.1 + 0.4 * 0.2},
    {True: 0.5 * 0.6 + 0.5 * 0.4, False: 0.4 * 0.7 + 0.6 * 0.1},
)

# P(gun | h, hidden): over seen by P(seen | h, hidden), the other way round by Bayes.
GUN_GIVEN_HIDDEN = rows_of(
    {
        True: (0.6 * 0.8 * 0.5 + 0.4 * 0.3 * 0.2) / (0.6 * 0.8 + 0.4 * 0.3),
        False: (0.6 * 0.2 * 0.1 + 0.4 * 0.7 * 0.3) / (0.6 * 0.2 + 0.4 * 0.7),
    },
    {
        True: (0.2 * 0.25 * 0.4 + 0.8 * 0.6 * 0.1) / (0.2 * 0.25 + 0.8 * 0.6),
        False: (0.2 * 0.75 * 0.2 + 0.8 * 0.4 * 0.2) / (0.2 * 0.75 + 0.8 * 0.4),
    },
    {
        True: (0.5 * 0.5 * 0.6 + 0.5 * 0.4 * 0.7) / (0.5 * 0.5 + 0.5 * 0.4),
        False: (0.5 * 0.5 * 0.4 + 0.5 * 0.6 * 0.1) / (0.5 * 0.5 + 0.5 * 0.6),
    },
)


def of_gun(rows: dict[str, dict[bool, float]], parent: str) -> dict[str, Any]:
    """The item on the tool, with these chances of a gun; what it was otherwise does not matter."""
    likelihood = {
        name: {outcome: named((1 - gun) / 2, gun, (1 - gun) / 2) for outcome, gun in row.items()}
        for name, row in rows.items()
    }
    return {"likelihood": likelihood, "given": parent}


DEPENDENT = {
    ("evidence.letter.given.hidden", "dependence dropped"): dependent(letter={"likelihood": LETTER_ALONE}),
    ("evidence.hidden.given.seen", "dependence dropped"): dependent(child={"likelihood": HIDDEN_ALONE}),
    ("evidence.tool.given.hidden", "dependence dropped"): dependent(grandchild=of_gun(GUN_GIVEN_SEEN, "seen")),
    ("evidence.tool.given.seen", "dependence dropped"): dependent(grandchild=of_gun(GUN_GIVEN_HIDDEN, "hidden")),
}


@pytest.mark.parametrize(("stated", "by_hand"), [(told(), REPORTED), (dependent(), DEPENDENT)], ids=["told", "given"])
def test_each_variation_is_the_case_declared_by_hand(stated: Case, by_hand: dict[Row, Case]) -> None:
    """Belief, unbelief, independent reports, no copy and a dropped dependence, against brute force and `weigh`."""
    table, before = structure(stated), brute_force(stated).credence
    assert set(table.index) == {*by_hand, ("hypotheses.rest", "dropped")}
    for row, varied in by_hand.items():
        expected = brute_force(varied).credence
        assert max(abs(expected[name] - before[name]) for name in before) > 1e-4, "the variation is put to no test"
        assert_row(table.loc[row], table.loc[row, "change_db"], expected, before)
        weighed = weigh(varied, sampling=QUICK).credence
        for name in PRIOR:
            assert table.loc[row, f"credence_{name}"] == pytest.approx(weighed.sel(hypothesis=name).item(), abs=CLOSE)


def test_without_the_catch_all_the_others_are_scaled_in_proportion() -> None:
    """The other credences keep their proportions and sum to 1; the change is that of who led before."""
    stated = case(PRIOR, item("seen", {"a": 0.1, "b": 0.2, "rest": 0.9}), catch_all="rest")
    row = structure(stated).loc[("hypotheses.rest", "dropped")]
    # 5 : 6 : 18 in all; 5 : 6 without the catch-all, which led.
    assert (row["leader"], row["change_db"], row["credence_rest"]) == ("b", -math.inf, 0)
    assert row["credence_a"] == pytest.approx(5 / 11, abs=CLOSE)
    assert row["credence_b"] == pytest.approx(6 / 11, abs=CLOSE)
    unlikely = case(PRIOR, item("seen", {"a": 0.9, "b": 0.2, "rest": 0.1}), catch_all="rest")
    row = structure(unlikely).loc[("hypotheses.rest", "dropped")]
    # 45 : 6 : 2 in all; 45 : 6 without the catch-all.
    assert row["leader"] == "a"
    assert row["credence_a"] == pytest.approx(45 / 51, abs=CLOSE)
    assert row["change_db"] == pytest.approx(10 * math.log10((45 / 6) / (45 / 8)), abs=DECIBANS)


@settings(FILTERED, max_examples=250)
@given(cases(max_hypotheses=4, max_items=4, max_worlds=32) | reported_cases())
def test_the_table_has_a_row_for_what_applies_and_nothing_else(stated: Case) -> None:
    """In random cases: the rows, their credences, leaders and changes are those of the cases varied by definition."""
    assume(world_bound(stated) <= MOST_WORLDS)
    before = credences(stated)
    if before is None:
        with pytest.raises(ContradictionError):
            structure(stated)
        return
    assume(max(before.values()) < 1)
    table = structure(stated)
    varied = varied_cases(stated)
    dropped = {(f"hypotheses.{part.name}", "dropped") for part in stated.hypotheses if part.catch_all}
    if len(stated.names) == 2:
        dropped = set()  # one hypothesis alone is no case
    assert table.index.is_unique
    assert set(table.index) == {*varied, *dropped}
    assert list(table.columns) == ["leader", "change_db", *(f"credence_{name}" for name in stated.names)]
    for row, found in table.iterrows():
        if row in dropped:
            assert_row(found, found["change_db"], without_catch_all(stated, before), before)
        elif world_bound(varied[row]) <= MOST_WORLDS:
            assert_row(found, found["change_db"], credences(varied[row]), before)
    changes = table["change_db"].abs().dropna()
    assert list(changes) == sorted(changes, reverse=True)


def test_the_largest_change_comes_first() -> None:
    """By size, whether it raises or lowers the odds."""
    changes = structure(told())["change_db"]
    assert list(changes.abs()) == sorted(changes.abs(), reverse=True)
    assert changes.min() < 0 < changes.max()
    assert list(changes) != sorted(changes, reverse=True)


def test_a_variation_that_excludes_everything_has_no_leader() -> None:
    """Where the source, if believed, says what can be under no hypothesis, there is None and NaN."""
    never_so = item("told", {"a": NEVER, "b": NEVER}, reports=[Report(source="s")])
    stated = case({"a": 0.6, "b": 0.4}, never_so, item("seen", {"a": 0.5, "b": 0.2}), sources=(source("s", 0.5, 0.3),))
    table = structure(stated)
    row = table.loc[("source.s", "believed fully")]
    assert row["leader"] is None
    assert row.drop("leader").isna().all()
    assert table.loc[("source.s", "never believed"), "leader"] == "a"
    assert table.loc[("source.s", "never believed"), "change_db"] == pytest.approx(0, abs=DECIBANS)


def test_the_change_of_a_hypothesis_that_alone_is_left_needs_no_warning() -> None:
    """With all rivals excluded its credence is 1 before and after, in both tables, and nothing is warned of."""
    stated = case(
        {"a": 0.6, "b": 0.4},
        item("x", {"a": 0.5, "b": 0.2}, reports=[Report(source="s")]),
        item("y", {"a": 0.5, "b": 0.2}, reports=[Report(source="s")]),
        item("seen", {"a": 0.5, "b": NEVER}),
        sources=(source("s", 0.5, 0.3),),
    )
    for table in (structure(stated), double_counting(stated)):
        assert list(table["credence_a"]) == [1] * len(table)
        assert set(table["leader"]) == {"a"}


def test_a_contradictory_case_has_no_variations() -> None:
    """Where every hypothesis is excluded as the case stands, both tables are refused."""
    stated = case({"a": 0.6, "b": 0.4}, item("seen", {"a": NEVER, "b": NEVER}))
    for function in (structure, double_counting):
        with pytest.raises(ContradictionError):
            function(stated)


# Counting twice ------------------------------------------------------------------------------------------------------


def test_five_reports_of_one_source_are_not_five_sources() -> None:
    """Honest with 0.8 and else affirming whatever holds, they are 3.36 to 1 together, and 383 to 1 counted wrongly."""
    evidence = [item(f"e{n}", {"a": 0.9, "b": 0.1}, reports=[Report(source="s")]) for n in range(5)]
    stated = case({"a": 0.5, "b": 0.5}, *evidence, sources=(source("s", 0.8, Certain("it always affirms")),))
    table = double_counting(stated)
    right = (0.8 * 0.9**5 + 0.2) / (0.8 * 0.1**5 + 0.2)
    wrong = ((0.8 * 0.9 + 0.2) / (0.8 * 0.1 + 0.2)) ** 5
    assert (round(right, 2), round(wrong)) == (3.36, 383)
    assert list(table.index) == ["s", "all sources"]
    for row in table.index:
        assert table.loc[row, ["reports", "copies", "leader"]].tolist() == [5, 0, "a"]
        assert table.loc[row, "mistake_db"] == pytest.approx(10 * math.log10(wrong / right), abs=DECIBANS)
        assert table.loc[row, "credence_a"] == pytest.approx(wrong / (1 + wrong), abs=CLOSE)


def test_a_copy_counted_as_an_original() -> None:
    """With a copy half the time: the second report multiplies the odds by the first one's ratio only if it is none."""
    likelihood = {"a": 0.9, "b": 0.1}
    reports = [Report(source="s"), Report(source="t", copied_from="s", copy_probability=0.5)]
    stated = case(
        {"a": 0.5, "b": 0.5},
        item("x", likelihood, reports=reports),
        sources=(source("s", 0.5, 0.5), source("t", 0.5, 0.5)),
    )
    table = double_counting(stated)
    # A report that is made says True with 3/4 if x holds, with 1/4 if not.
    copied = {
        name: p * 0.75 * (0.5 + 0.5 * 0.75) + (1 - p) * 0.25 * (0.5 + 0.5 * 0.25) for name, p in likelihood.items()
    }
    made = {name: p * 0.75**2 + (1 - p) * 0.25**2 for name, p in likelihood.items()}
    mistake = 10 * math.log10(made["a"] / made["b"] * copied["b"] / copied["a"])
    assert mistake > 0.1
    assert list(table.index) == ["t", "all sources"]
    assert table["reports"].to_dict() == {"t": 1, "all sources": 2}
    assert table["copies"].to_dict() == {"t": 1, "all sources": 1}
    for row in table.index:
        assert table.loc[row, "mistake_db"] == pytest.approx(mistake, abs=DECIBANS)
        assert table.loc[row, "credence_a"] == pytest.approx(made["a"] / (made["a"] + made["b"]), abs=CLOSE)


def test_where_no_source_speaks_twice_there_is_no_mistake() -> None:
    """One original report of each source: only the last row, no mistake, and the credences as they stand."""
    stated = case(
        PRIOR,
        item("x", LIKELIHOOD, reports=[Report(source="agency"), Report(source="paper", says=False)]),
        item("seen", {"a": 0.7, "b": 0.4, "rest": 0.5}),
        sources=(AGENCY, PAPER),
        catch_all="rest",
    )
    silent = case(PRIOR, item("seen", {"a": 0.7, "b": 0.4, "rest": 0.5}), catch_all="rest")
    for alone, reports in ((stated, 2), (silent, 0)):
        table, before = double_counting(alone), brute_force(alone).credence
        assert list(table.index) == ["all sources"]
        row = table.loc["all sources"]
        assert (row["reports"], row["copies"], row["leader"]) == (reports, 0, "a")
        assert row["mistake_db"] == pytest.approx(0, abs=DECIBANS)
        for name in PRIOR:
            assert row[f"credence_{name}"] == pytest.approx(float(before[name]), abs=CLOSE)


@settings(FILTERED, max_examples=200)
@given(cases(max_hypotheses=3, max_items=4, max_worlds=64) | reported_cases())
def test_counted_twice_means_a_source_for_each_report(stated: Case) -> None:
    """In random cases every row is the case with the source's reports made by sources of their own, none copied."""
    assume(world_bound(stated) <= MOST_WORLDS)
    before = credences(stated)
    if before is None:
        with pytest.raises(ContradictionError):
            double_counting(stated)
        return
    assume(max(before.values()) < 1)
    table = double_counting(stated)
    counted = dict(repeated_or_copied(stated))
    all_reports = [report for speaker in stated.sources for report in reports_of(stated, speaker.name)]
    assert list(table.index) == [*counted, "all sources"]
    assert (table.index.name, table.loc["all sources", "reports"]) == ("source", len(all_reports))
    for name, reports in {**counted, "all sources": all_reports}.items():
        row = table.loc[name]
        assert row["copies"] == sum(report.copied_from is not None for report in reports)
        assert row["reports"] == len(reports)
        wrong = split_and_original(stated, *(counted if name == "all sources" else [name]))
        if world_bound(wrong) <= MOST_WORLDS:
            assert_row(row, row["mistake_db"], credences(wrong), before)


def repeated_or_copied(stated: Case) -> Iterator[tuple[str, list[Report]]]:
    for speaker in stated.sources:
        reports = reports_of(stated, speaker.name)
        if len(reports) > 1 or any(report.copied_from is not None for report in reports):
            yield speaker.name, reports


def test_the_tables_do_not_depend_on_the_order_of_the_parts() -> None:
    """With sources, items and reports the other way round every row says the same."""
    stated = told()
    turned = [part.model_copy(update={"reports": part.reports[::-1]}) for part in stated.evidence[::-1]]
    backwards = stated.model_copy(update={"sources": stated.sources[::-1], "evidence": turned})
    for function in (structure, double_counting):
        forth, back = function(stated), function(backwards)
        pd.testing.assert_frame_equal(forth, back.loc[forth.index], check_exact=False, rtol=1e-9, atol=1e-9)
    assert list(structure(backwards).index) == list(structure(stated).index)


def test_named_rows_and_ratios_stay_as_they_are() -> None:
    """A varied source leaves Dirichlet rows and ratios alone: they weigh as in the case varied by hand."""
    more = (
        item("tone", Ratios(reference="a", ratios={"b": 3, "rest": 0.5})),
        item(
            "colour",
            {"a": Dirichlet({"x": 1, "y": 2}), "b": {"x": 0.4, "y": 0.6}, "rest": Dirichlet({"x": 3, "y": 1})},
            outcomes=("x", "y"),
            observed="y",
        ),
    )
    stated, by_hand = (
        part.model_copy(update={"evidence": (*part.evidence, *more)}) for part in (told(), told(apart=True))
    )
    row = structure(stated).loc[("source.agency", "reports independent")]
    assert_row(row, row["change_db"], brute_force(by_hand).credence, brute_force(stated).credence)
