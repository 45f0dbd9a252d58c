"""How wrong everything may be at once: against corners and grids gone through by brute force, and published answers."""

from __future__ import annotations

import math
import time
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from attribution_bayes.declare.assumptions import assumptions, suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import (
    RATIO_KINDS,
    BaseRates,
    Between,
    Certain,
    Dirichlet,
    Impossible,
    Odds,
    Ratios,
    Uniform,
)
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.errors import CaseError
from attribution_bayes.odds import leading
from attribution_bayes.sensitivity.one_way import flip_points
from attribution_bayes.sensitivity.robustness import reach, robustness, worst_leads
from crafted import item

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


def stated(prior: Any, *evidence: Evidence, sources: tuple[Source, ...] = (), names: str = "ab") -> Case:
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}") for name in names]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


def three_ratios() -> Case:
    """Prior odds of 4 and three ratios: odds of 12 together."""
    ratios = {"one": 3.0, "two": 2.0, "three": 0.5}
    return stated({"a": 0.8, "b": 0.2}, *(item(n, Ratios(reference="b", ratios={"a": x})) for n, x in ratios.items()))


# Known answers -------------------------------------------------------------------------------------------------------


def test_odds_of_twelve_are_overturned_by_four_numbers_off_by_a_quarter_of_them_each() -> None:
    """12:1 is 10.7918 db; prior and three ratios off by 2.69795 db each are level; each alone has all of it to go."""
    table = robustness(three_ratios())
    assert table.loc["everything", "radius_db"] == pytest.approx(10.7918124604762 / 4, abs=1e-9)
    assert table.loc["likelihoods", "radius_db"] == pytest.approx(10.7918124604762 / 3, abs=1e-9)
    assert table.loc[["prior", "component.one"], "radius_db"].tolist() == pytest.approx(
        [10.7918124604762] * 2, abs=1e-9
    )
    assert table.loc["sources", "radius_db"] == math.inf
    assert table["exact"].all()
    assert table.loc["everything", "chan_darwiche_db"] == pytest.approx(10.7918124604762 / 4)


# Brute force ---------------------------------------------------------------------------------------------------------


def probability(rng: np.random.Generator) -> float:
    return float(rng.uniform(0.05, 0.95))


def random_case(rng: np.random.Generator) -> Case:
    """Up to 8 numbers: two or three hypotheses, items seen or not seen, ratios, named outcomes, or a report."""
    names = "ab" if rng.random() < 0.6 else "abc"
    prior = dict(zip(names, rng.dirichlet([2.0] * len(names)).tolist(), strict=True))
    sources: tuple[Source, ...] = ()
    if rng.random() < 0.3:
        reported = item("x", {n: probability(rng) for n in names}, reports=[Report(source="s")])
        sources = (Source(name="s", statement="s", reliability=probability(rng), if_unreliable=probability(rng)),)
        return stated(prior, reported, sources=sources, names=names)
    if len(names) == 2 and rng.random() < 0.2:
        outcomes = ("u", "v", "w")
        rows = {n: dict(zip(outcomes, rng.dirichlet([2.0] * 3).tolist(), strict=True)) for n in names}
        return stated(prior, item("x", rows, outcomes=outcomes, observed="v"), names=names)
    if rng.random() < 0.3:
        ratios = {n: float(rng.uniform(0.2, 5)) for n in names[1:]}
        more = item("y", {n: probability(rng) for n in names})
        return stated(prior, item("x", Ratios(reference="a", ratios=ratios)), more, names=names)
    count = int(rng.integers(1, 4 if len(names) == 2 else 2))
    likelihoods = ({n: probability(rng) for n in names} for _ in range(count))
    seen = (bool(rng.random() < 0.7) for _ in range(count))
    items = [item(f"x{i}", row, observed=s) for i, (row, s) in enumerate(zip(likelihoods, seen, strict=True))]
    return stated(prior, *items, names=names)


def blocks(case: Case) -> list[list[int]]:
    """Positions of the numbers that sum to one together, the others by themselves."""
    found: dict[Any, list[int]] = {}
    for slot, block in enumerate(network(case).inputs.block.tolist()):
        found.setdefault(block if block >= 0 else f"slot {slot}", []).append(slot)
    return list(found.values())


def corners(ranges: list[tuple[float, float]]) -> list[tuple[float, ...]]:
    """Where all members but one are at an end and the last is what is left; of one by itself its ends."""
    if len(ranges) == 1:
        return [(end,) for end in ranges[0]]
    found = []
    for free, (low, high) in enumerate(ranges):
        for ends in product(*(pair for i, pair in enumerate(ranges) if i != free)):
            left = 1 - math.fsum(ends)
            if low - 1e-12 <= left <= high + 1e-12:
                found.append((*ends[:free], left, *ends[free:]))
    return found


def ranges_within(case: Case, distance: float) -> list[tuple[float, float]]:
    found = []
    for one in assumptions(case):
        factor = 10 ** (distance / 10)
        ends = (one.stated / factor, one.stated * factor)
        if one.kind not in RATIO_KINDS:
            odds = one.stated / (1 - one.stated)
            ends = tuple(o / (1 + o) for o in (odds / factor, odds * factor))
        found.append(ends)
    return found


def ranges_share(case: Case, share: float) -> list[tuple[float, float]]:
    return [tuple(x.stated + share * (end - x.stated) for end in (x.lower, x.upper)) for x in assumptions(case)]


def credences_at_corners(case: Case, ranges: list[tuple[float, float]]) -> np.ndarray:
    """Credences at all corners of the box, shape (corner, hypothesis)."""
    groups = blocks(case)
    choices = [corners([ranges[slot] for slot in members]) for members in groups]
    points = np.array([[x for part in point for x in part] for point in product(*choices)])
    names = [assumptions(case)[slot].address for members in groups for slot in members]
    return what_if(case, dict(zip(names, points.T, strict=True))).values


def least_lead(credence: np.ndarray, leader: int) -> float:
    """How far the leader is ahead of all others wherever it is least so: a tie within rounding counts as such."""
    return float((credence[:, leader] - np.delete(credence, leader, axis=1).max(axis=1)).min())


def leaders_at_corners(case: Case, ranges: list[tuple[float, float]]) -> set[int]:
    """Who leads at any corner of the box."""
    return {*leading(credences_at_corners(case, ranges)).tolist()}


def leaders_inside(case: Case, ranges: list[tuple[float, float]], rng: np.random.Generator) -> set[int]:
    """Who leads at random points of the box: mixtures of corners, which sum to one where corners do."""
    values = {}
    for members in blocks(case):
        at = np.array(corners([ranges[slot] for slot in members]))
        mixed = rng.dirichlet(np.full(len(at), 0.3), size=100) @ at
        values |= {assumptions(case)[slot].address: mixed[:, i] for i, slot in enumerate(members)}
    return {*leading(what_if(case, values).values).tolist()}


WITHIN = 1 - 1e-6
"""Of a radius: above 0.001 db, what is left out is ten times what the radius is found to, 1e-10 db."""


def agrees_with_brute_force(seed: int) -> bool:
    rng = np.random.default_rng(seed)
    case = random_case(rng)
    leader = int(leading(as_stated(network(case))))
    table = robustness(case)
    assert table["exact"].all(), seed
    radius, share = table.loc["everything", ["radius_db", "share_of_range"]]
    assert math.isfinite(radius), seed
    assert least_lead(credences_at_corners(case, ranges_within(case, radius * WITHIN)), leader) > 0, seed
    assert leaders_inside(case, ranges_within(case, radius * 0.999), rng) == {leader}, seed
    beyond = leaders_at_corners(case, ranges_within(case, radius * 1.001))
    assert case.names.index(table.loc["everything", "new_leader"]) in beyond, seed
    ranges = ranges_share(case, WITHIN * (share if share <= 1 else 1))
    assert least_lead(credences_at_corners(case, ranges), leader) > 0, seed
    if share <= 0.999:  # 1.001 of it is inside the ranges
        assert leaders_at_corners(case, ranges_share(case, share * 1.001)) != {leader}, seed
    found = as_stated(network(suppose(case, table.attrs["overturned_at"])))
    assert case.names[int(leading(found))] == table.loc["everything", "new_leader"], seed
    assert (table["chan_darwiche_db"] <= table["radius_db"] * (1 + 1e-9)).all(), seed
    return share <= 1


def test_nothing_flips_within_the_radius_and_something_does_just_beyond() -> None:
    """100 random cases of up to 8 numbers: at no corner and no point inside another leader, at one 1.001 beyond."""
    reached = [agrees_with_brute_force(seed) for seed in range(100)]
    assert 20 < sum(reached) < 100


@pytest.mark.slow
def test_nothing_flips_within_the_radius_of_500_cases() -> None:
    """The same of 500 others."""
    for seed in range(1000, 1500):
        agrees_with_brute_force(seed)


# Laws ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(15))
def test_a_number_by_itself_has_its_flip_distance_for_radius(seed: int) -> None:
    """Where a single number may be off, the radius is the distance of its flip point."""
    case = random_case(np.random.default_rng(seed))
    flips = flip_points(case)["distance_db"]
    for one in assumptions(case):
        if network(case).inputs.block[network(case).inputs.addresses.index(one.address)] < 0:
            radius = robustness(case, only=[one.address]).loc["everything", "radius_db"]
            expected = flips[one.address] if flips[one.address] < 159 else math.inf
            assert radius == pytest.approx(expected, abs=1e-7), one.address


@pytest.mark.parametrize("seed", range(15))
def test_more_numbers_off_have_a_smaller_radius(seed: int) -> None:
    """Monotone in the set of numbers: whatever is free beside them, the radius does not grow."""
    case = random_case(np.random.default_rng(seed))
    table = robustness(case)
    assert (table.loc["everything", "radius_db"] <= table["radius_db"] + 1e-9).all()
    free: list[str] = []
    last = math.inf
    for one in assumptions(case):
        free.append(one.address)
        radius = robustness(case, only=free).loc["everything", "radius_db"]
        assert radius <= last + 1e-9
        last = radius


@pytest.mark.parametrize("seed", range(10))
def test_putting_an_item_as_its_negation_changes_no_radius(seed: int) -> None:
    """Likelihoods complemented and the observation turned round: the same table."""
    rng = np.random.default_rng(seed)
    row, prior = {n: probability(rng) for n in "abc"}, dict(zip("abc", rng.dirichlet([2] * 3).tolist(), strict=True))
    other = item("y", {n: probability(rng) for n in "abc"})
    one = stated(prior, item("x", row), other, names="abc")
    turned = stated(prior, item("x", {n: 1 - p for n, p in row.items()}, observed=False), other, names="abc")
    pd.testing.assert_frame_equal(robustness(one), robustness(turned), rtol=1e-8)


@pytest.mark.parametrize("ratio", [0.2, 3.0, 40.0])
def test_the_reference_of_a_ratio_changes_no_radius(ratio: float) -> None:
    """A ratio of two hypotheses and its inverse under the other reference: the same table."""
    prior = {"a": 0.3, "b": 0.7}
    one = stated(prior, item("x", Ratios(reference="b", ratios={"a": ratio})))
    turned = stated(prior, item("x", Ratios(reference="a", ratios={"b": 1 / ratio})))
    columns = ["radius_db", "new_leader", "exact", "proven_db", "chan_darwiche_db"]
    pd.testing.assert_frame_equal(robustness(one)[columns], robustness(turned)[columns], rtol=1e-9)


# Priors, rows, thresholds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "prior",
    [
        {"a": 0.5, "b": 0.3, "c": 0.2},
        Odds({"a": 5, "b": 3, "c": 2}),
        Dirichlet({"a": 5, "b": 3, "c": 2}),
        BaseRates({"a": 4.5, "b": 2.5, "c": 1.5}),
    ],
)
def test_a_prior_moves_as_a_distribution_however_it_is_stated(prior: Any) -> None:
    """a down and b up by the same distance in odds; the third gives or takes what is left, and so binds nobody here."""
    case = stated(prior, names="abc")
    table = robustness(case)
    factor = math.sqrt((0.5 / 0.5) / (0.3 / 0.7))  # odds of a and b level in the middle
    assert table.loc["prior", "radius_db"] == pytest.approx(10 * math.log10(factor), abs=1e-8)
    moved = table.attrs["overturned_at"]
    assert math.fsum(moved.values()) == pytest.approx(1, abs=1e-12)
    assert case.names[int(leading(as_stated(network(suppose(case, moved)))))] == "b"


def test_what_the_others_of_a_prior_cannot_make_up_for_binds() -> None:
    """Two hypotheses move in opposite directions by the same odds: 4:1 takes 6.0206 db, and not half of that."""
    case = stated({"a": 0.8, "b": 0.2})
    assert robustness(case).loc["prior", "radius_db"] == pytest.approx(10 * math.log10(4), abs=1e-9)


def seen_outcome(row: Any, other: Any, observed: str = "u") -> Case:
    """Even odds, and one item with a row of outcomes under each hypothesis."""
    outcomes = tuple(row) if isinstance(row, dict) else tuple(row.alpha)
    return stated({"a": 0.5, "b": 0.5}, item("x", {"a": row, "b": other}, outcomes=outcomes, observed=observed))


def test_a_member_falls_no_further_than_the_others_that_may_move_can_rise() -> None:
    """With v as stated, u falls from .6 to the .5 of the rival only if w rises from .1 to .2: odds times 9/4."""
    case = seen_outcome({"u": 0.6, "v": 0.3, "w": 0.1}, {"u": 0.5, "v": 0.25, "w": 0.25})
    names = [f"evidence.x.likelihood.a.{outcome}" for outcome in "uw"]
    assert robustness(case, only=names).loc["everything", "radius_db"] == pytest.approx(10 * math.log10(9 / 4))
    assert robustness(case, only=names[:1]).loc["everything", "radius_db"] == math.inf
    moved = robustness(case, only=names).attrs["overturned_at"]
    assert [moved[name] for name in names] == pytest.approx([0.5, 0.2], abs=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_what_was_not_seen_may_be_one_outcome_or_several(seed: int) -> None:
    """Where all members of a row may move, the others always make up for one: its odds alone bind, as of two outcomes.

    q / (q + (1 - q) f) is convex in q for f > 1, so that the members fall together further than their sum would.
    """
    rng = np.random.default_rng(seed)
    first, second = (dict(zip("uvwx", rng.dirichlet([2.0] * 4).tolist(), strict=True)) for _ in "ab")
    several = seen_outcome(first, second)
    one = seen_outcome(*({"u": row["u"], "rest": 1 - row["u"]} for row in (first, second)))
    leader = max("ab", key=lambda name: {"a": first, "b": second}[name]["u"])
    for table in (robustness(several, leader), robustness(one, leader)):
        assert table.loc["likelihoods", "radius_db"] == pytest.approx(
            robustness(several).loc["component.x", "radius_db"], abs=1e-9
        )


def test_a_threshold_is_reached_where_the_credence_is_at_it() -> None:
    """12:1 down to 3:1 is half of the way in decibans of what takes it from 12 to 3/4: against brute force in odds."""
    table = robustness(three_ratios(), threshold=0.75)
    assert table.loc["everything", "radius_db"] == pytest.approx(10 * math.log10(4) / 4, abs=1e-9)
    assert table["new_leader"].isna().all()
    up = robustness(three_ratios(), "b", threshold=0.5)
    assert up.loc["everything", "radius_db"] == pytest.approx(10.7918124604762 / 4, abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_a_threshold_of_three_hypotheses_is_crossed_just_beyond_and_not_within(seed: int) -> None:
    """Against all corners: the credence of the target is on the same side within, and not 1.001 beyond."""
    rng = np.random.default_rng(seed)
    reported = item("x", {n: probability(rng) for n in "abc"}, reports=[Report(source="s")])
    source = Source(name="s", statement="s", reliability=0.7, if_unreliable={n: probability(rng) for n in "abc"})
    case = stated({"a": 0.5, "b": 0.3, "c": 0.2}, reported, sources=(source,), names="abc")
    now = float(as_stated(network(case))[0])
    threshold = now * 0.8
    radius = robustness(case, "a", threshold=threshold).loc["everything", "radius_db"]
    for factor, is_below in ((0.999999, False), (1.001, True)):
        groups, ranges = blocks(case), ranges_within(case, radius * factor)
        choices = [corners([ranges[slot] for slot in members]) for members in groups]
        points = np.array([[x for part in point for x in part] for point in product(*choices)])
        names = [assumptions(case)[slot].address for members in groups for slot in members]
        least = float(what_if(case, dict(zip(names, points.T, strict=True))).values[:, 0].min())
        assert (least < threshold) == is_below


def test_a_rival_may_be_named_and_the_target_may_be_behind() -> None:
    """Against one rival the other hypotheses do not count; from behind, the target is the new leader."""
    case = stated({"a": 0.6, "b": 0.1, "c": 0.3}, names="abc")
    ahead, behind = robustness(case, against="b"), robustness(case, "b", against="a")
    assert ahead.loc["everything", "radius_db"] == pytest.approx(behind.loc["everything", "radius_db"], abs=1e-9)
    assert ahead.loc["everything", "radius_db"] > robustness(case).loc["everything", "radius_db"]
    assert ahead.loc["everything", "new_leader"] == behind.loc["everything", "new_leader"] == "b"


def test_what_is_impossible_and_what_is_level_have_the_radii_at_the_ends() -> None:
    """An excluded rival overtakes nobody, whatever moves; hypotheses that are level have no radius."""
    alone = stated({"a": 0.5, "b": 0.5}, item("x", {"a": 0.5, "b": Impossible("so")}))
    assert (robustness(alone)["radius_db"] == math.inf).all()
    assert robustness(alone)["share_of_range"].isna().all()
    assert robustness(alone).attrs["overturned_at"] == {}
    level = robustness(stated({"a": 0.5, "b": 0.5}, item("x", {"a": 0.5, "b": 0.5})))
    assert (level["radius_db"] == 0).all()
    assert (level["new_leader"] == "b").all()


# Searches ------------------------------------------------------------------------------------------------------------


def two_reports() -> Case:
    source = Source(name="s", statement="s", reliability=Between(0.5, 0.8), if_unreliable=Between(0.3, 0.8))
    return stated(
        {"a": 0.6, "b": 0.4},
        item("one", {"a": 0.6, "b": 0.3}, reports=[Report(source="s")]),
        item("two", {"a": 0.5, "b": 0.4}, reports=[Report(source="s", says=False, serves=False)]),
        sources=(source,),
    )


def test_what_is_searched_for_says_so_and_has_a_proof_inside() -> None:
    """An uncertain number used twice: within the proven distance no point of a grid flips; at the radius one does."""
    case = two_reports()
    table = robustness(case)
    row = table.loc["everything"]
    assert not row["exact"]
    assert table.loc["prior", "exact"]
    assert 0 < row["proven_db"] <= row["radius_db"]
    assert math.isnan(row["chan_darwiche_db"])
    addresses = [one.address for one in assumptions(case)]
    for distance, flips in ((row["proven_db"] * 0.999, False), (row["radius_db"] * 1.01, True)):
        ranges = ranges_within(case, distance)
        grids = [
            np.linspace(*pair, 9 if "if_unreliable" in a else 2) for a, pair in zip(addresses, ranges, strict=True)
        ]
        points = np.array([p for p in product(*grids) if abs(p[0] + p[1] - 1) < 1e-9])
        credence = what_if(case, dict(zip(addresses, points.T, strict=True))).values
        assert bool((leading(credence) == 1).any()) is flips
    overturned = as_stated(network(suppose(case, table.attrs["overturned_at"])))
    assert overturned[1] > overturned[0]


def heard_of(source: Source, prior: dict[str, float], *reported: tuple[bool, float, float]) -> Case:
    """What one source says of some items, each with its likelihood under a and under b."""
    items = (
        item(f"x{i}", {"a": a, "b": b}, reports=[Report(source="s", says=says, serves=says)])
        for i, (says, a, b) in enumerate(reported)
    )
    return stated(prior, *items, sources=(source,))


def test_the_search_starts_again_below_the_radius_it_found() -> None:
    """From the source that always lies, worst at 159 db, no single rate leads to the nearer flip; a grid finds it."""
    rates = {"says_true_if_true": 0.57, "says_true_if_false": 0.16}
    case = heard_of(
        Source(name="s", statement="s", **rates), {"a": 0.5, "b": 0.5}, (True, 0.42, 0.97), (True, 0.24, 0.05)
    )
    radius = robustness(case).loc["sources", "radius_db"]
    for distance, flips in ((radius * 0.999, False), (radius * 1.001, True)):
        names = [f"source.s.{rate}" for rate in rates]
        ends = dict(zip([x.address for x in assumptions(case)], ranges_within(case, distance), strict=True))
        grid = np.meshgrid(*(np.linspace(*ends[name], 41) for name in names))
        credence = what_if(case, {name: at.ravel() for name, at in zip(names, grid, strict=True)}).values
        assert bool((credence[:, 0] > credence[:, 1]).any()) is flips  # b leads as stated


def test_a_lead_lost_to_rounding_is_not_an_answer_lost() -> None:
    """A source that may invent makes b's lead as small as you like and never none: there is no radius, however near 0.

    P(reports | h) is r A(h) + (1 - r) u^3 with A(b) > A(a), so b leads at every r above 0.
    """
    invents = Source(name="s", statement="s", reliability=0.2, if_unreliable=0.5)
    reported = ((True, 0.22, 0.84), (True, 0.2, 0.86), (False, 0.4, 0.51))
    row = robustness(heard_of(invents, {"a": 0.5, "b": 0.5}, *reported)).loc["sources"]
    assert row["radius_db"] == math.inf
    assert row["new_leader"] is None


# Cost and refusals ---------------------------------------------------------------------------------------------------


def test_thousands_of_numbers_take_about_a_second() -> None:
    """1000 items under three hypotheses: every row, in processor time."""
    rng = np.random.default_rng(0)
    rows = [dict(zip("abc", rng.uniform(0.2, 0.8, 3).tolist(), strict=True)) for _ in range(1000)]
    case = stated({"a": 0.5, "b": 0.3, "c": 0.2}, *(item(f"x{i}", r) for i, r in enumerate(rows)), names="abc")
    as_stated(network(case))
    start = time.process_time()
    table = robustness(case)
    assert time.process_time() - start < 3
    assert len(table) == 1004


def test_the_lead_at_the_radius_is_none() -> None:
    """The least lead falls with the distance, and is 0 at the radius of each group."""
    case = random_case(np.random.default_rng(3))
    table = robustness(case)
    radius = table.loc["everything", "radius_db"]
    leads = worst_leads(case, np.array([0.0, radius / 2, radius]))
    assert (np.diff(leads["everything"]) < 0).all()
    assert leads["everything"].iloc[-1] == pytest.approx(0, abs=1e-7)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"target": "nobody"}, "E_UNKNOWN_NAME"),
        ({"against": "nobody"}, "E_UNKNOWN_NAME"),
        ({"target": "a", "against": "a"}, "E_SAME"),
        ({"threshold": 1.0}, "E_RANGE"),
        ({"target": "b"}, "E_NOT_LEADING"),
        ({"only": ["prior.z"]}, "E_UNKNOWN_NAME"),
        ({"only": "prior.a"}, "E_TYPE"),
    ],
)
def test_what_cannot_be_asked_is_refused(given: dict[str, Any], code: str) -> None:
    """Names that there are not, no credence for a threshold, no lead that could be lost."""
    with pytest.raises(CaseError) as caught:
        robustness(stated({"a": 0.5, "b": 0.3, "c": 0.2}, names="abc"), **given)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_range_that_ends_at_0_can_be_gone_to() -> None:
    """Halfway to nothing, the leader may lose: at the end of a range its likelihood is 0."""
    case = stated(
        {"a": 0.5, "b": 0.5}, item("x", {"a": Uniform(0, 0.9), "b": 0.3}), item("y", {"a": Certain("s"), "b": 0.9})
    )
    table = robustness(case)
    assert 0 < table.loc["component.x", "share_of_range"] < 1


def test_a_search_that_went_further_starts_anew() -> None:
    """Nearer than the first crossing, a fresh search may find a place that is worse than all that were followed."""
    far, near = SimpleNamespace(moves="far"), SimpleNamespace(moves="near")

    def inside(distance: float) -> Any:
        def worst(_contest: object, starts: tuple[str, ...] = ()) -> Any:
            found = (near if "near" in starts else far) if starts else (near if distance < 10 else far)
            return SimpleNamespace(log_joint={"far": 10.0, "near": 5.0}[found.moves] - distance, moves=found.moves)

        return SimpleNamespace(worst=worst)

    asked = SimpleNamespace(contests=("a",), left=lambda _contest, left: left)
    radius, lost = reach(SimpleNamespace(log_joint=10.0), asked, inside, 20.0, exact=False)  # type: ignore[arg-type]
    assert (radius, lost) == (pytest.approx(5.0, abs=1e-9), "a")
