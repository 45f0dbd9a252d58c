"""Moving one assumption: every closed form against supposing it and weighing again."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.assumptions import assumptions, suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import (
    Beta,
    Between,
    Certain,
    Dirichlet,
    Impossible,
    RatioBetween,
    Ratios,
    Uniform,
)
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.errors import CaseError, ContradictionError
from attribution_bayes.sensitivity.curves import response_curve
from attribution_bayes.sensitivity.discount import discount
from attribution_bayes.sensitivity.fewest import fewest
from attribution_bayes.sensitivity.functions import responses
from attribution_bayes.sensitivity.one_way import column_by_column, flip_points, from_blocks, one_way, sensitivity_table
from attribution_bayes.sensitivity.robustness import robustness
from attribution_bayes.sensitivity.sobol import sobol
from crafted import item
from drawn import cases
from repeatable import FILTERED

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")
BRUTE = 1e-9
"""Declared error of a closed form against supposing and weighing."""
ANY = st.randoms(use_true_random=False)


def credences(case: Case) -> np.ndarray:
    return as_stated(network(case))


def is_contradictory(case: Case) -> bool:
    try:
        credences(case)
    except ContradictionError:
        return True
    return False


def supposed(case: Case, address: str, value: float) -> np.ndarray | None:
    """Credences with one number changed; None if the library refuses the number or nothing is left."""
    try:
        return credences(suppose(case, {address: value}))
    except (CaseError, ContradictionError):
        return None


# One way -------------------------------------------------------------------------------------------------------------


def test_an_input_that_excludes_everything_at_both_ends_has_its_rows() -> None:
    """What an unreliable source said both ways can be neither sure to be said nor sure not to be."""
    likelihood = {"a": 0.8, "b": 0.3}
    said = [
        Evidence(name=f"e{i}", statement="e", likelihood=likelihood, reports=[Report(source="s", says=bool(i))])
        for i in range(2)
    ]
    never = Impossible("it made them up")
    case = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in ("a", "b")],
        prior={"a": 0.5, "b": 0.5},
        sources=[Source(name="s", statement="s", reliability=never, if_unreliable=Beta(2, 2))],
        evidence=said,
    )
    address = "source.s.if_unreliable"
    flips, swings = flip_points(case), one_way(case)
    assert 0 <= flips.loc[address, "attained_low"] <= swings.loc[address, "at_lower"]
    assert swings.loc[address, ["at_lower", "at_upper", "derivative"]].notna().all()
    moved = [supposed(case, address, float(swings.loc[address, end])) for end in ("lower", "upper")]
    expected = [one[case.names.index(swings.attrs["target"])] for one in moved if one is not None]
    assert swings.loc[address, ["at_lower", "at_upper"]].tolist() == pytest.approx(expected, rel=BRUTE)


@settings(FILTERED, max_examples=250)
@given(cases(max_items=7), ANY)
def test_one_way_is_supposing_and_weighing(case: Case, rng: Any) -> None:
    """At both ends of the range of any assumption the target's credence and the leader are those of that case."""
    if is_contradictory(case):
        return
    target = rng.choice(case.names)
    table = one_way(case, target)
    assert list(table.index.sort_values()) == sorted(one.address for one in assumptions(case))
    assert table["swing"].is_monotonic_decreasing
    assert not table.drop(columns=["leader_at_lower", "leader_at_upper"]).isna().any(axis=None)
    place = case.names.index(target)
    for address in rng.sample(list(table.index), k=min(2, len(table))):
        row = table.loc[address]
        assert row["swing"] == pytest.approx(abs(row["at_upper"] - row["at_lower"]), abs=4 * 2**-53)
        for end in ("lower", "upper"):
            found = supposed(case, address, row[end])
            if found is not None:
                assert row[f"at_{end}"] == pytest.approx(found[place], abs=BRUTE, rel=BRUTE)
                second, first = np.sort(found)[-2:]
                leader = case.names[int(found.argmax())] if second < first * (1 - 1e-9) else None
                assert row[f"leader_at_{end}"] == leader


@settings(FILTERED, max_examples=200)
@given(cases(max_items=6, exclusions=False), ANY)
def test_the_derivative_is_that_of_the_curve(case: Case, rng: Any) -> None:
    """The slope where the assumption is stated is the limit of differences over a shrinking step."""
    table = one_way(case)
    for address in rng.sample(list(table.index), k=min(2, len(table))):
        stated, step = table.loc[address, "stated"], 1e-5 * min(table.loc[address, "stated"], 1)
        step = step if ".ratio" in address else min(step, 1e-5 * (1 - min(stated, 1)) or step)
        try:
            curve = response_curve(case, address, [stated - step, stated + step])
        except CaseError:
            continue
        values = curve.sel(hypothesis=table.attrs["target"]).values
        slope = (values[1] - values[0]) / (2 * step)
        assert table.loc[address, "derivative"] == pytest.approx(slope, rel=1e-4, abs=1e-5 + 1e-15 / step)


def test_what_cannot_move_has_a_swing_of_exactly_0() -> None:
    """Swing and derivative of an excluded hypothesis's prior, and of what nobody observed, are 0 and not rounding."""
    names = ("a", "b", "out")
    hypotheses = [Hypothesis(name=name, statement=name, catch_all=name == "b") for name in names]
    seen = {"a": 0.37, "b": 0.21, "out": Impossible("it was elsewhere")}
    evidence = [
        Evidence(name="seen", statement="s", likelihood=seen),
        Evidence(name="open", statement="o", likelihood={"a": 0.3, "b": 0.7, "out": 0.6}, observed=None),
    ]
    prior = {"a": 0.31, "b": 0.36, "out": 0.33}
    table = one_way(Case(question="Which?", hypotheses=hypotheses, prior=prior, evidence=evidence), "a")
    still = ["prior.out", *(f"evidence.open.likelihood.{name}" for name in names)]
    assert (table.loc[still, ["swing", "derivative"]].to_numpy() == 0).all()
    assert (table.loc[["prior.a", "evidence.seen.likelihood.a"], ["swing", "derivative"]].to_numpy() != 0).all()


def test_the_default_target_is_the_leader() -> None:
    """Of several equal ones, the first."""
    assert one_way(SIMPLE).attrs["target"] == "a"
    assert one_way(SIMPLE, "b").attrs["target"] == "b"


def test_every_row_says_where_its_range_comes_from() -> None:
    """The policy for numbers, distributions and ranges is named row by row."""
    table = one_way(KINDS)
    assert table["range"].to_dict() == {
        "prior.a": "odds times and over 2",
        "prior.b": "odds times and over 2",
        "evidence.plain.likelihood.a": "odds times and over 2",
        "evidence.plain.likelihood.b": "central 90%",
        "evidence.flat.likelihood.a": "all of it",
        "evidence.flat.likelihood.b": "none",
        "evidence.ratio.likelihood.a": "times and over 2",
    } | {"evidence.wide.likelihood.a": "central 90%"}


# Flip points ---------------------------------------------------------------------------------------------------------


@settings(FILTERED, max_examples=250)
@given(cases(max_items=7), ANY)
def test_a_flip_point_is_where_the_lead_changes_first(case: Case, rng: Any) -> None:
    """Just short of it the leader still leads, just beyond it the new one does; nothing nearer changes the lead.

    Where no value will do, none of 400 spread over all log odds does.
    """
    if is_contradictory(case):
        return
    baseline, table = credences(case), flip_points(case)
    assert table["distance_db"].is_monotonic_increasing
    leader = int(np.argmax(baseline))
    if np.sort(baseline)[-2] > baseline[leader] * (1 - 1e-6):
        return  # level as stated: whichever way is up
    for address in rng.sample(list(table.index), k=min(2, len(table))):
        check_flip(case, address, table.loc[address], lambda c: c[leader] - np.delete(c, leader).max())


def check_flip(case: Case, address: str, row: pd.Series, margin: Any) -> None:
    """Whether a margin between credences changes sign at the flip point and nowhere nearer."""
    one = responses(network(case))[assumption_slot(case, address)]
    stated_odds, log = one.stated_odds, np.log(one.stated_odds) if 0 < one.stated_odds < np.inf else None
    if log is None:
        return
    before = math.copysign(1, margin(credences(case)))
    reach = abs(np.log(one.odds(np.array([row["flip_at"]]))[0]) - log) if row["reachable"] else 1400
    grid = log + np.linspace(-reach, reach, 401) * (1 - 1e-7)
    values = one.value(np.exp(np.clip(grid, -690, 36 if not one.is_ratio else 690)))
    allowed = values[(values > 0) & (values < (1e300 if one.is_ratio else 1))]
    if one.several is None:
        nearer = what_if_where_allowed(case, address, allowed)
        assert all(margin(c) * before > -1e-9 for c in nearer)
    if row["reachable"]:
        coarse = (
            0 if one.is_ratio else 2 * math.ulp(1) / (1 - row["flip_at"])
        )  # how well a number near 1 knows its odds
        assert row["distance_db"] == pytest.approx(reach * 10 / math.log(10), abs=1e-9 + 10 * coarse)
        way = 1 if one.odds(np.array([row["flip_at"]]))[0] > stated_odds else -1
        at = np.log(one.odds(np.array([row["flip_at"]]))[0])
        beyond, short = (one.value(np.exp(np.array([at + way * d])))[0] for d in (1e-6, -1e-6))
        past, yet = supposed(case, address, float(beyond)), supposed(case, address, float(short))
        if past is not None and yet is not None:
            assert margin(yet) * before >= -BRUTE - 4 * coarse
            assert margin(past) * before <= BRUTE + 4 * coarse
            exact = supposed(case, address, float(row["flip_at"]))
            assert exact is not None
            assert abs(margin(exact)) <= BRUTE + 4 * coarse


def what_if_where_allowed(case: Case, address: str, values: np.ndarray) -> np.ndarray:
    try:
        return what_if(case, {address: values}).values
    except (CaseError, ContradictionError):
        return np.array([c for v in values[::20] if (c := supposed(case, address, float(v))) is not None])


def assumption_slot(case: Case, address: str) -> int:
    return [one.address for one in assumptions(case)].index(address)


def told_apart(flip: float) -> float:
    """How far one step of a double next to the flip point can move a credence.

    Near 1 the doubles are far apart for what is left to 1: a credence moves by at most a quarter of the log odds.
    """
    return float(np.spacing(flip)) / (1 - flip) / 4 if flip < 1 else 0.0


@settings(FILTERED, max_examples=200)
@given(cases(max_items=6, exclusions=False), ANY, st.floats(0.05, 0.95))
def test_a_threshold_is_crossed_where_the_credence_equals_it(case: Case, rng: Any, threshold: float) -> None:
    """At the flip point the target's credence is the threshold; else its whole range lies on one side of it."""
    target = rng.choice(case.names)
    place = case.names.index(target)
    table = flip_points(case, target, threshold)
    for address in rng.sample(list(table.index), k=min(2, len(table))):
        row = table.loc[address]
        if row["reachable"]:
            found = supposed(case, address, float(row["flip_at"]))
            assert found is None or found[place] == pytest.approx(threshold, abs=BRUTE + told_apart(row["flip_at"]))
        else:
            low, high = row["attained_low"], row["attained_high"]
            assert high <= threshold * (1 + BRUTE) or low >= threshold * (1 - BRUTE)


def test_a_rate_that_many_reports_use_attains_what_lies_between_the_ends_of_its_curve() -> None:
    """Seven reports of true and three of false: the credence turns between, and no value of a sweep exceeds that."""
    source = Source(
        name="s",
        statement="s",
        instrument=True,
        says_true_if_true={"a": 0.8, "b": 0.6},
        says_true_if_false={"a": 0.9, "b": 0.4},
    )
    items = [
        Evidence(
            name=f"e{i}", statement="e", likelihood={"a": 0.01, "b": 0.5}, reports=[Report(source="s", says=i < 7)]
        )
        for i in range(10)
    ]
    told = SIMPLE.model_copy(update={"prior": {"a": 0.5, "b": 0.5}, "sources": [source], "evidence": items})
    address = "source.s.says_true_if_false.a"
    sweep = what_if(told, {address: np.linspace(0.5, 0.9, 4001)}).sel(hypothesis="a").values
    attained = flip_points(told, "a", 0.5).loc[address, "attained_high"]
    assert sweep.max() <= attained <= sweep.max() + 1e-6


def test_a_target_that_does_not_lead_flips_where_it_takes_the_lead() -> None:
    """With 3 to 1 against it, b leads once its likelihood is three times that of a."""
    row = flip_points(SIMPLE, "b").loc["evidence.seen.likelihood.b"]
    assert row["flip_at"] == pytest.approx(0.6)
    assert row["new_leader"] == "b"
    assert row["distance_db"] == pytest.approx(10 * math.log10((0.6 / 0.4) / (0.1 / 0.9)))


def test_the_lead_is_taken_from_the_third_and_not_from_the_second() -> None:
    """Where b draws level with c while a leads, nothing flips: it flips where b draws level with a."""
    case = stated({"a": 0.5, "b": 0.1, "c": 0.4}, item("seen", {"a": 0.5, "b": 0.1, "c": 0.5}))
    row = flip_points(case, "b").loc["prior.b"]
    assert row["flip_at"] == pytest.approx(25 / 34)
    assert flip_points(case).loc["prior.c", "new_leader"] == "c"


def test_what_no_value_reaches_is_unreachable_with_its_range() -> None:
    """A likelihood of a that speaks at worst 0.9 to 0.1 for it cannot overturn a prior of 20 to 1."""
    case = stated({"a": 20 / 21, "b": 1 / 21}, item("seen", {"a": 0.5, "b": 0.4}))
    row = flip_points(case).loc["evidence.seen.likelihood.b"]
    assert not row["reachable"]
    assert math.isnan(row["flip_at"])
    assert row["distance_db"] == math.inf
    assert (row["attained_low"], row["attained_high"]) == (pytest.approx(10 / 11), pytest.approx(1))


def test_a_repeated_input_flips_where_its_polynomial_does() -> None:
    """Two reports of one source that invents with probability x: the root of a quadratic, twice crossed."""
    table = flip_points(TWICE)
    row = table.loc["source.agency.if_unreliable.a"]
    assert row["reachable"]
    found = supposed(TWICE, "source.agency.if_unreliable.a", row["flip_at"])
    assert found is not None
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_where_every_hypothesis_vanishes_the_limit_counts() -> None:
    """A source that never follows the facts and says True twice: at x = 0 nothing is left, close to it the ratio is."""
    never = Source(
        name="agency", statement="A.", reliability=Impossible("it never does"), if_unreliable={"a": 0.4, "b": 0.2}
    )
    both = Source(name="paper", statement="P.", reliability=Impossible("it never does"), if_unreliable=0.3)
    told = [Report(source="agency"), Report(source="paper")]
    case = stated(
        {"a": 0.5, "b": 0.5},
        item("one", {"a": 0.5, "b": 0.5}, reports=told),
        item("two", {"a": 0.5, "b": 0.5}, reports=told),
        sources=(never, both),
    )
    row = flip_points(case).loc["source.paper.if_unreliable"]
    assert (row["attained_low"], row["attained_high"]) == (pytest.approx(0.8), pytest.approx(0.8))
    flip = flip_points(case).loc["source.agency.if_unreliable.a"]
    assert flip["flip_at"] == pytest.approx(0.2)
    assert flip["attained_low"] == pytest.approx(0, abs=1e-300)


def test_an_answer_that_rests_on_one_prior_says_so() -> None:
    """Where an item is as likely under both, only the prior can overturn the answer, at one half."""
    case = stated({"a": 0.75, "b": 0.25}, item("seen", {"a": 0.5, "b": 0.5}))
    table = flip_points(case)
    assert table.index[0] in ("prior.a", "prior.b")
    assert table.loc["prior.a", "flip_at"] == pytest.approx(0.5)
    assert table.loc["prior.a", "distance_db"] == pytest.approx(10 * math.log10(3))


@settings(FILTERED, max_examples=60)
@given(cases(max_hypotheses=4, max_items=4))
def test_where_the_answer_flips_can_be_supposed(case: Case) -> None:
    """P67: with the value at which another hypothesis takes the lead, it is level with the leader."""
    try:
        flips = flip_points(case)
    except ContradictionError:
        return
    for address, row in flips[flips["reachable"]].iterrows():
        found = credences(suppose(case, {address: row["flip_at"]}))
        new, old = found[case.names.index(row["new_leader"])], found[case.names.index(flips.attrs["target"])]
        assert new == pytest.approx(old, rel=1e-9)


def test_what_is_all_of_a_row_or_of_the_prior_moves_nothing() -> None:
    """The others, which are 0, have no proportion in which to share: `suppose` refuses to move it, nothing flips."""
    sure = {"red": Certain("it must be"), "blue": Impossible("it cannot be")}
    colour = item("colour", {"a": sure, "b": {"red": 0.3, "blue": 0.7}}, outcomes=("red", "blue"), observed="red")
    hidden = item("hidden", {"a": sure, "b": sure}, outcomes=("red", "blue"), observed=None)
    leaf = item("leaf", {"a": {"red": 0.9, "blue": 0.1}, "b": {"red": 0.2, "blue": 0.8}}, given="hidden")
    declared = stated({"a": 0.6, "b": 0.4}, colour, hidden, leaf)
    flips, moved = flip_points(declared), one_way(declared)
    for address in ("evidence.colour.likelihood.a.red", "evidence.hidden.likelihood.a.red"):
        assert not flips.loc[address, "reachable"]
        assert flips.loc[address, "attained_low"] == flips.loc[address, "attained_high"]
        assert moved.loc[address, "derivative"] == moved.loc[address, "swing"] == 0
        with pytest.raises(CaseError, match=r"the sum of what is supposed, 0\.5, is not 1"):
            suppose(declared, {address: 0.5})
    only = stated({"a": Certain("it must be"), "b": Impossible("it cannot be")}, item("seen", {"a": 0.5, "b": 0.2}))
    assert not flip_points(only).loc["prior.a", "reachable"]
    assert one_way(only).loc["prior.a", "derivative"] == 0
    other = flips.loc["evidence.hidden.likelihood.a.blue"]
    assert other["attained_low"] < other["attained_high"]


# Against others ------------------------------------------------------------------------------------------------------


def test_the_fire_alarm_flips_where_it_was_published_to() -> None:
    """Report but no smoke: tampering .50; .65 takes a prior of .036 for .02, or false reports at .0047 for .01.

    H. Chan, A. Darwiche (2002), When do numbers really matter?, doi:10.1613/jair.967; D. Poole's network.
    """
    alarm = {
        "tampering": {True: {True: 0.5, False: 0.85}, False: {True: 0.5, False: 0.5}},
        "none": {True: {True: 0.99, False: 0.0001}, False: {True: 0.5, False: 0.5}},
    }
    rung = {name: rows[True] for name, rows in alarm.items()}
    both = lambda row: dict.fromkeys(("tampering", "none"), row)  # noqa: E731
    case = stated(
        {"tampering": 0.02, "none": 0.98},
        item("fire", both(0.01), observed=None),
        item("smoke", both({True: 0.9, False: 0.01}), given="fire", observed=False),
        item("alarm", rung, given="fire", observed=None),
        item("leaving", both({True: 0.88, False: 0.001}), given="alarm", observed=None),
        item("report", both({True: 0.75, False: 0.01}), given="leaving"),
    )
    assert credences(case)[0] == pytest.approx(0.50, abs=0.005)
    flip = flip_points(case, "tampering", 0.65).loc["prior.tampering"]
    assert flip["flip_at"] == pytest.approx(0.036, abs=0.0005)
    false_reports = {f"evidence.report.likelihood.{name}.False": np.array([0.0047, 0.0048]) for name in case.names}
    above, below = what_if(case, false_reports).sel(hypothesis="tampering").values
    assert above > 0.65 > below


def test_any_pandas_makes_the_same_table() -> None:
    """Older ones take columns one by one: types, texts that stay objects and the order of columns are the same."""
    blocks = [
        (np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([2, 0])),
        (np.array([["a", None]], dtype=object), np.array([1])),
        (np.array([[True, False]]), np.array([3])),
    ]
    index, columns = pd.Index(["x", "y"], name="assumption"), pd.Index(["swing", "leader", "stated", "reachable"])
    table = column_by_column(blocks, index, columns)
    assert [str(one) for one in table.dtypes] == ["float64", "object", "float64", "bool"]
    pd.testing.assert_frame_equal(table, from_blocks(blocks, index, columns))


# The table -----------------------------------------------------------------------------------------------------------


def test_the_table_joins_what_each_function_says() -> None:
    """One row for each assumption; the nearest flip first, then the widest swing; total indices of the groups."""
    table, flips, swings = sensitivity_table(TWICE, n=256), flip_points(TWICE), one_way(TWICE)
    shares = sobol(TWICE, n=256)
    assert sorted(table.index) == sorted(one.address for one in assumptions(TWICE))
    for address, row in table.iterrows():
        assert row["distance_db"] == flips.loc[address, "distance_db"]
        assert row["swing"] == swings.loc[address, "swing"]
        assert row["total"] == shares.loc[row["group"], "total"]
    order = list(zip(table["distance_db"].round(9), -table["swing"], strict=True))
    assert order == sorted(order)


def test_the_table_says_what_holds_of_all_numbers_together() -> None:
    """The smallest set that each number belongs to; how wrong all may be, and how much weaker the evidence."""
    table, sets, together = sensitivity_table(KINDS, n=32), fewest(KINDS), robustness(KINDS).loc["everything"]
    assert {*table["in_fewest"].dropna()} == {2.0}
    for address, size in table["in_fewest"].items():
        sizes = sets.loc[sets.index.get_level_values("address") == address, "size"]
        assert (sizes.min() == size) if len(sizes) else math.isnan(size)
    assert table.attrs["radius_db"] == together["radius_db"]
    assert table.attrs["share_of_range"] == together["share_of_range"]
    assert table.attrs["lead_from"] == discount(KINDS).attrs["lead_from"]
    assert sensitivity_table(stated({"a": 0.99, "b": 0.01}), n=32)["in_fewest"].isna().all()


def test_the_table_says_what_each_number_is_and_who_stands_behind_it() -> None:
    """In words, for each kind of address."""
    case = stated(
        {"a": 0.5, "b": 0.5},
        item("cause", {"a": 0.3, "b": 0.4}, citation="A book"),
        item(
            "paid",
            {name: {True: 0.5, False: 0.2} for name in "ab"},
            given="cause",
            reports=[
                Report(source="agency"),
                Report(source="paper", copied_from="agency", copy_probability=0.5),
            ],
        ),
        item("tool", {name: {"x": 0.5, "y": 0.5} for name in "ab"}, outcomes=("x", "y"), observed="x"),
        item("tone", Ratios(reference="b", ratios={"a": 2.0})),
        sources=(
            Source(name="agency", statement="A.", reliability=0.7, if_unreliable=0.5),
            Source(name="paper", statement="P.", reliability=0.7, if_unreliable={"a": 0.5, "b": 0.6}),
        ),
    ).model_copy(update={"prior_basis": ["A study"]})
    table = sensitivity_table(case, n=32)
    assert (
        table["what"].to_dict()
        | {
            "prior.a": "prior of a",
            "source.agency.reliability": "how likely the reports of agency are to follow the facts",
            "source.agency.if_unreliable": (
                "how likely agency is to say what serves it when its reports do not follow the facts"
            ),
            "source.paper.if_unreliable.b": (
                "how likely paper is to say what serves it when its reports do not follow the facts under b"
            ),
            "evidence.paid.likelihood.a.True": "how likely paid is under a, given cause True",
            "evidence.paid.reports.paper.copy_probability": (
                "how likely the report of paid by paper is to be a copy of that by agency"
            ),
            "evidence.tool.likelihood.b.y": "how likely tool is to be y under b",
            "evidence.tone.likelihood.a": "how many times likelier tone is under a than under b",
        }
        == table["what"].to_dict()
    )
    behind = table["behind"]
    assert behind["evidence.paid.likelihood.a.True"] == "agency, paper"
    assert behind["evidence.cause.likelihood.a"] == "A book"
    assert behind["prior.a"] == "A study"
    assert behind["source.agency.reliability"] == "the author of the case"


@pytest.mark.parametrize(
    ("ask", "code", "path"),
    [
        (lambda: one_way(SIMPLE, "zz"), "E_UNKNOWN_NAME", "target"),
        (lambda: flip_points(SIMPLE, "zz"), "E_UNKNOWN_NAME", "target"),
        (lambda: flip_points(SIMPLE, threshold=1.0), "E_RANGE", "threshold"),
        (lambda: flip_points(SIMPLE, threshold="often"), "E_RANGE", "threshold"),
    ],
)
def test_bad_questions_are_refused(ask: Any, code: str, path: str) -> None:
    """With the name of what is wrong."""
    with pytest.raises(CaseError) as caught:
        ask()
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [(code, path)]


def stated(prior: Any, *evidence: Evidence, sources: tuple[Source, ...] = ()) -> Case:
    names = prior.alpha if isinstance(prior, Dirichlet) else prior
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}") for name in names]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


SIMPLE = stated({"a": 0.75, "b": 0.25}, item("seen", {"a": 0.2, "b": 0.1}))
KINDS = stated(
    {"a": 0.5, "b": 0.5},
    item("plain", {"a": 0.4, "b": Between(0.2, 0.6)}),
    item("flat", {"a": Uniform(0.2, 0.9), "b": Certain("so")}),
    item("ratio", Ratios(reference="b", ratios={"a": 3.0})),
    item("wide", Ratios(reference="b", ratios={"a": RatioBetween(1, 5)})),
)
TWICE = stated(
    {"a": 0.5, "b": 0.5},
    item("one", {"a": 0.5, "b": 0.45}, reports=[Report(source="agency")]),
    item("two", {"a": 0.5, "b": 0.5}, reports=[Report(source="agency", says=False)]),
    sources=(
        Source(
            name="agency",
            statement="An agency.",
            reliability=Beta(2, 2),
            if_unreliable={"a": 0.4, "b": Uniform(0.1, 0.4)},
        ),
    ),
)


@pytest.mark.parametrize("threshold", [Decimal("0.7"), Fraction(7, 10), np.float64(0.7), np.array(0.7)])
def test_a_threshold_is_a_number_of_any_kind(threshold: Any) -> None:
    """It gives the table of the float."""
    case = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "ab"],
        prior={"a": 0.5, "b": 0.5},
        evidence=[Evidence(name="e", statement="e", likelihood={"a": 0.8, "b": 0.4})],
    )
    found = flip_points(case, "a", threshold=threshold)
    pd.testing.assert_frame_equal(found, flip_points(case, "a", threshold=0.7))
    assert found.attrs["event"] == "crosses 0.7"
    with pytest.raises(CaseError, match=r"E_RANGE threshold: Decimal\('sNaN'\) is not between 0 and 1"):
        flip_points(case, "a", threshold=Decimal("sNaN"))  # type: ignore[arg-type]
