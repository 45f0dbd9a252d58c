"""The bounds of a credence: against all corners, against points inside, and where they say they are attained."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize
from scipy.special import expit

from attribution_bayes.declare.assumptions import Assumption, assumptions, suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Beta, Between, Certain, Counts, Dirichlet, Impossible, Uniform
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.errors import ContradictionError
from attribution_bayes.sensitivity.bounds import credence_bounds
from crafted import item
from drawn import cases
from repeatable import FILTERED

EXACT = 1e-9
NEAR_THE_END = 1e-12
"""What is left of a credence where a corner at 0 or 1 is only come near, by 1e-16 in a probability."""
MOST = 20_000
"""Corners of a case that are worth going through."""
SMALL = cases(max_hypotheses=3, max_items=3, exclusions=False)


def stated(prior: Any, *evidence: Evidence, sources: tuple[Source, ...] = ()) -> Case:
    names = prior.alpha if isinstance(prior, Dirichlet) else prior
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}") for name in names]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


def blocks(case: Case) -> list[list[Assumption]]:
    """Assumptions that sum to one together, the others by themselves."""
    net = network(case)
    found: dict[Any, list[Assumption]] = {}
    for slot, one in enumerate(assumptions(case)):
        block = int(net.inputs.block[slot])
        found.setdefault(block if block >= 0 else one.address, []).append(one)
    return list(found.values())


def ends(one: Assumption) -> tuple[float, float]:
    """The range, open where it ends at 0 or 1: only `Impossible` and `Certain` state these."""
    low, high = min(one.lower, one.stated), max(one.upper, one.stated)
    return (low, high) if low == high else (max(low, 5e-324), min(high, 1 - 2**-53) if high <= 1 else high)


def corners(members: list[Assumption]) -> list[tuple[float, ...]]:
    """Where as many members as possible are at an end of their ranges and all of them sum to one."""
    if len(members) == 1:
        return [(end,) for end in sorted(set(ends(members[0])))]
    found = {}
    for free in range(len(members)):
        fixed = [ends(one) if i != free else (None, None) for i, one in enumerate(members)]
        for point in product(*(sorted(set(pair)) if pair[0] is not None else [None] for pair in fixed)):
            left = math.fsum([1, *(-x for x in point if x is not None)])
            low, high = ends(members[free])
            if low - 1e-12 <= left <= high + 1e-12:
                corner = tuple(left if x is None else x for x in point)
                found[tuple(round(x, 11) for x in corner)] = corner
    return sorted(found.values())


def all_corners(case: Case) -> dict[str, np.ndarray] | None:
    """For each address the values at every corner of the box of ranges, or None if there are too many."""
    groups = blocks(case)
    choices = [corners(members) for members in groups]
    if np.prod([float(len(choice)) for choice in choices]) > MOST:
        return None
    points = [[x for part in point for x in part] for point in product(*choices)]
    addresses = [one.address for members in groups for one in members]
    return dict(zip(addresses, np.array(points).T, strict=True))


def test_the_bounds_are_the_extremes_over_all_corners() -> None:
    """In random small cases without inputs used several times: no corner lies outside, and one lies on each bound."""
    compared = 0

    @settings(FILTERED, max_examples=300)
    @given(SMALL)
    def agree(case: Case) -> None:
        nonlocal compared
        at = all_corners(case)
        if at is None or network(case).repeated:
            return
        credence, table = what_if(case, at), credence_bounds(case)
        assert table["exact"].all()
        assert table["lower"].to_numpy() == pytest.approx(credence.min("scenario").values, rel=EXACT, abs=NEAR_THE_END)
        assert table["upper"].to_numpy() == pytest.approx(credence.max("scenario").values, rel=EXACT, abs=1e-14)
        compared += 1

    agree()
    assert compared >= 60


@settings(FILTERED, max_examples=60)
@given(cases(max_hypotheses=4, max_items=5, exclusions=False), st.integers(0, 2**32 - 1))
def test_no_point_inside_the_ranges_lies_outside_exact_bounds(case: Case, seed: int) -> None:
    """Random points of the ranges have credences between the bounds, where the bounds are said to be exact."""
    table = credence_bounds(case)
    assert (table["lower"] <= table["upper"]).all()
    now = as_stated(network(case))
    assert (table["lower"] <= now * (1 + EXACT)).all()
    assert (table["upper"] >= now * (1 - EXACT)).all()
    if table["exact"].all():
        rng = np.random.default_rng(seed)
        inside = what_if(case, {a: v for members in blocks(case) for a, v in random_points(members, rng).items()})
        assert (inside.min("scenario").values >= table["lower"].to_numpy() * (1 - EXACT)).all()
        assert (inside.max("scenario").values <= table["upper"].to_numpy() * (1 + EXACT)).all()


@dataclass(frozen=True)
class Ranges:
    """The box of all ranges of a case as numbers from 0 to 1; of a prior or row, weights of its corners."""

    case: Case
    groups: list[tuple[list[Assumption], np.ndarray]]

    @classmethod
    def of(cls, case: Case) -> Ranges:
        return cls(case, [(members, np.array(at)) for members in blocks(case) if len(at := corners(members)) > 1])

    @property
    def sizes(self) -> list[int]:
        return [1 if len(members) == 1 else len(at) for members, at in self.groups]

    def log_odds(self, points: np.ndarray, place: int) -> np.ndarray:
        """Of one hypothesis, at points of shape (point, coordinate)."""
        values = {}
        parts = np.split(points, np.cumsum(self.sizes)[:-1], axis=1)
        for (members, at), part in zip(self.groups, parts, strict=True):
            weights = np.hstack([1 - part, part]) if len(members) == 1 else part + 1e-300
            found = np.clip((weights / weights.sum(axis=1, keepdims=True)) @ at, at.min(axis=0), at.max(axis=0))
            values |= {one.address: column for one, column in zip(members, found.T, strict=True)}
        credence = what_if(self.case, values).values
        return np.log(credence[:, place] / np.delete(credence, place, axis=1).sum(axis=1))


STEP = 1e-6
"""For differences."""


def climbed(ranges: Ranges, place: int, sign: int, start: np.ndarray) -> float:
    """The log odds that L-BFGS-B reaches from a start, and at the corner nearest to there, if these are greater."""

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        step = np.where(at + STEP > 1, -STEP, STEP)
        found = -sign * ranges.log_odds(np.vstack([at, at + np.diag(step)]), place)
        return float(found[0]), (found[1:] - found[0]) / step

    end = minimize(loss, start, jac=True, bounds=[(0, 1)] * len(start), method="L-BFGS-B", options={"maxiter": 60}).x
    snapped = np.where(end < 1e-4, 0, np.where(end > 1 - 1e-4, 1, end))
    return float((sign * ranges.log_odds(np.vstack([end, snapped]), place)).max())


def gain(table: pd.DataFrame, place: int, sign: int, reached: float) -> float:
    """By how much log odds that a search has reached are beyond a bound, in credence."""
    return sign * (float(expit(sign * reached)) - table.iloc[place]["upper" if sign > 0 else "lower"])


LARGER = cases(max_hypotheses=4, max_items=5, exclusions=False)


@pytest.mark.parametrize("names", ["abc", "cba"])
def test_the_prior_of_a_rival_that_may_be_impossible_goes_after_that_of_the_hypothesis(names: str) -> None:
    """With c as likely as its prior lets it be and b impossible, c / (c + a): what is left goes to b."""
    ways = {"a": 0.8, "b": Uniform(0, 0.3), "c": 0.7}
    case = stated(Dirichlet(dict.fromkeys(names, 5.0)), item("one", {name: ways[name] for name in names}))
    table, known = credence_bounds(case), {one.address: one for one in assumptions(case)}
    (least, _), (_, most) = ends(known["prior.a"]), ends(known["prior.c"])
    up = most * known["evidence.one.likelihood.c"].upper
    down = least * known["evidence.one.likelihood.a"].lower
    assert table.loc["c", "upper"] == pytest.approx(up / (up + down), rel=EXACT)


@settings(FILTERED, max_examples=25)
@given(LARGER, st.integers(0, 2**32 - 1))
def test_p68_no_search_beats_exact_bounds(case: Case, seed: int) -> None:
    """P68: L-BFGS-B over all ranges together, from random points inside, gets to no credence beyond exact bounds."""
    table, ranges = credence_bounds(case), Ranges.of(case)
    if not table["exact"].all() or not ranges.groups:
        return
    rng = np.random.default_rng(seed)
    place, sign = int(rng.integers(len(case.names))), int(rng.choice([-1, 1]))
    reached = climbed(ranges, place, sign, rng.uniform(size=sum(ranges.sizes)))
    assert gain(table, place, sign, reached) <= EXACT


SECONDS = 10.0
"""Of processor time that the independent search has for one case."""


@pytest.mark.slow
def test_few_found_bounds_are_beaten_by_another_search() -> None:
    """Two or three sources, bounds searched for: L-BFGS-B from random points beats fewer than 1 in 100."""
    found: list[Case] = []

    @settings(FILTERED, max_examples=1500, phases=[Phase.generate])
    @given(LARGER)
    def gather(case: Case) -> None:
        if len(case.sources) in (2, 3) and network(case).repeated and len(found) < 40:
            found.append(case)

    gather()
    gains = [one for i, case in enumerate(found) for one in gains_of_search(case, np.random.default_rng(i))]
    assert len(found) >= 30
    assert np.count_nonzero(np.array(gains) > 1e-7) < len(gains) / 100


def gains_of_search(case: Case, rng: np.random.Generator) -> list[float]:
    table, ranges = credence_bounds(case), Ranges.of(case)
    sides, gains = list(product(range(len(case.names)), (-1, 1))), []
    for place, sign in sides:
        end, reached = time.process_time() + SECONDS / len(sides), -math.inf
        while time.process_time() < end:
            reached = max(reached, climbed(ranges, place, sign, rng.uniform(size=sum(ranges.sizes))))
        gains.append(gain(table, place, sign, reached))
    return gains


def random_points(members: list[Assumption], rng: np.random.Generator, size: int = 50) -> dict[str, np.ndarray]:
    """Points of the ranges: mixtures of corners, which sum to one where corners do."""
    at = np.array(corners(members))
    values = rng.dirichlet(np.full(len(at), 0.3), size=size) @ at
    return {one.address: column for one, column in zip(members, values.T, strict=True)}


@settings(FILTERED, max_examples=60)
@given(cases(max_hypotheses=4, max_items=5))
def test_the_bounds_are_attained_where_it_says(case: Case) -> None:
    """Supposing the values that are given for a bound makes the credence that bound, exact or searched for."""
    try:
        table = credence_bounds(case)
    except ContradictionError:
        return
    held(case, table)


def held(case: Case, table: pd.DataFrame) -> None:
    """P67: what is said to attain each bound can be supposed, and attains it."""
    for name, bounds in table.attrs["attained_at"].items():
        for bound, values in bounds.items():
            found = as_stated(network(suppose(case, values)))[case.names.index(name)]
            assert found == pytest.approx(table.loc[name, bound], rel=EXACT, abs=1e-15)


@pytest.mark.parametrize("way", [Uniform(0.2, 1), Uniform(0, 0.3), Beta(1e-3, 1e-3), Counts(0, 0)])
def test_an_end_at_0_or_1_can_be_supposed(way: Any) -> None:
    """P67: where a range ends at 0 or 1, what attains a bound is an `Impossible` or a `Certain` with its reason."""
    case = stated(Dirichlet({"a": 1e-3, "b": 2e-3, "c": 1.0}), item("one", {"a": way, "b": 0.5, "c": way}))
    held(case, credence_bounds(case))


def test_p40_independent_intervals_have_the_closed_form() -> None:
    """One hypothesis at its likeliest and the others at their least likely, item by item; the prior at its own ends."""
    case = stated(
        {"a": 0.5, "b": 0.5},
        item("one", {"a": Uniform(0.2, 0.6), "b": Uniform(0.3, 0.9)}),
        item("two", {"a": Uniform(0.5, 0.7), "b": Uniform(0.1, 0.4)}, observed=False),
    )
    table = credence_bounds(case)
    up, down = 2 / 3 * 0.6 * 0.5, 1 / 3 * 0.3 * 0.6
    assert table.loc["a", "upper"] == pytest.approx(up / (up + down))
    low, high = 1 / 3 * 0.2 * 0.3, 2 / 3 * 0.9 * 0.9
    assert table.loc["a", "lower"] == pytest.approx(low / (low + high))
    assert table.loc["b", "lower"] == pytest.approx(1 - table.loc["a", "upper"])
    assert table.loc["b", "upper"] == pytest.approx(1 - table.loc["a", "lower"])


def test_what_cannot_move_has_its_credence_for_bounds() -> None:
    """With nothing but certainties, lower and upper are the credence."""
    case = stated(
        {"a": Certain("so"), "b": Impossible("so")}, item("one", {"a": Certain("so"), "b": Impossible("never")})
    )
    table = credence_bounds(case)
    assert table["lower"].tolist() == table["upper"].tolist() == [1.0, 0.0]
    assert table["exact"].all()


@settings(FILTERED, max_examples=60)
@given(cases(max_hypotheses=3, max_items=4))
def test_what_is_excluded_has_bounds_too(case: Case) -> None:
    """Bounds hold the credence, whatever is impossible or certain; the excluded and the only one left do not move."""
    try:
        credence = as_stated(network(case))
    except ContradictionError:
        return
    table = credence_bounds(case)
    assert (table["lower"] <= credence + EXACT).all()
    assert (credence <= table["upper"] + EXACT).all()
    assert (table.loc[credence == 0, ["lower", "upper"]] == 0).all(axis=None)
    if np.count_nonzero(credence) == 1:
        assert (table.loc[credence == 1, ["lower", "upper"]] == 1).all(axis=None)


@pytest.mark.parametrize("place", ["a", "b"])
def test_what_an_item_excludes_stays_excluded_where_another_excludes_all_others(place: str) -> None:
    """A likelihood whose range ends at 0 does not leave the credence of an excluded hypothesis undefined."""
    other = "b" if place == "a" else "a"
    case = stated(
        {"a": 0.5, "b": 0.5},
        item("one", {place: Impossible("never"), other: 0.5}),
        item("two", {place: 0.5, other: Uniform(0.0, 0.3)}),
    )
    table = credence_bounds(case)
    assert table.loc[place, ["lower", "upper"]].tolist() == [0.0, 0.0]
    assert table.loc[other, ["lower", "upper"]].tolist() == [1.0, 1.0]
    assert table["exact"].all()


def test_inputs_used_several_times_are_searched_and_said_to_be() -> None:
    """Two reports of one source whose inventions are uncertain: the bounds found hold the whole grid's extremes."""
    case = stated(
        {"a": 0.5, "b": 0.5},
        item("one", {"a": 0.6, "b": 0.3}, reports=[Report(source="agency")]),
        item("two", {"a": 0.5, "b": 0.4}, reports=[Report(source="agency", says=False)]),
        sources=(Source(name="agency", statement="A.", reliability=Beta(2, 2), if_unreliable=Between(0.3, 0.8)),),
    )
    table = credence_bounds(case)
    assert not table["exact"].any()
    stays = {one.address: (one.lower, one.upper) for one in assumptions(case)}
    grid = np.linspace(*stays["source.agency.if_unreliable"], 41)
    extremes = [
        what_if(case, {"source.agency.if_unreliable": grid, **dict(zip(others, ends, strict=True))})
        for others in [[a for a in stays if a not in ("source.agency.if_unreliable", "prior.b")]]
        for ends in product(*(stays[a] for a in others))
    ]
    assert table.loc["a", "upper"] >= max(float(e.sel(hypothesis="a").max()) for e in extremes) - 1e-3
    assert table.loc["a", "lower"] <= min(float(e.sel(hypothesis="a").min()) for e in extremes) + 1e-3


@settings(FILTERED, max_examples=20)
@given(SMALL)
def test_wider_ranges_have_wider_bounds(case: Case) -> None:
    """Nested inputs give nested outputs: a case in which one number is known lies inside."""
    wide = credence_bounds(case)
    one = assumptions(case)[-1]
    narrow = credence_bounds(suppose(case, {one.address: one.stated}))
    if (
        wide["exact"].all()
        and narrow["exact"].all()
        and one.kind not in ("number", "odds", "ratio", "decibans", "nats")
    ):
        known = what_if(case, {one.address: one.stated})
        assert (known.values[0] >= wide["lower"].to_numpy() * (1 - EXACT)).all()
        assert (known.values[0] <= wide["upper"].to_numpy() * (1 + EXACT)).all()


def test_a_hidden_item_with_named_outcomes_has_its_rows_moved_as_wholes() -> None:
    """The members of one row, all of which its component uses, are one choice: the bounds are those of the corners."""
    weapon = {
        "a": Dirichlet({"knife": 3, "gun": 2, "none": 4}),
        "b": {"knife": 0.2, "gun": 0.5, "none": 0.3},
    }
    heard = {name: {"knife": 0.1, "gun": 0.8, "none": 0.2} for name in "ab"}
    case = stated(
        {"a": 0.4, "b": 0.6},
        item("weapon", weapon, outcomes=("knife", "gun", "none"), observed=None),
        item("shot", heard, given="weapon"),
    )
    at, table = all_corners(case), credence_bounds(case)
    assert at is not None
    credence = what_if(case, at)
    assert table["exact"].all()
    assert table["lower"].to_numpy() == pytest.approx(credence.min("scenario").values, rel=EXACT)
    assert table["upper"].to_numpy() == pytest.approx(credence.max("scenario").values, rel=EXACT)


def test_a_prior_of_many_hypotheses_has_exact_bounds() -> None:
    """Nine hypotheses: the bounds are what a linear program finds over all priors inside their ranges."""
    names = "abcdefghi"
    likelihood = dict(zip(names, np.linspace(0.1, 0.9, 9).tolist(), strict=True))
    case = stated(Dirichlet(dict.fromkeys(names, 2)), item("one", {n: Uniform(x, x) for n, x in likelihood.items()}))
    table, known = credence_bounds(case), {one.address: one for one in assumptions(case)}
    weights = np.array([*likelihood.values()])
    ranges = np.array([ends(known[f"prior.{name}"]) for name in names])
    assert table["exact"].all()
    for k, name in enumerate(names):  # linear-fractional: in y = p t, with weights @ y = 1, it is linear
        box = [row for i, (low, high) in enumerate(ranges) for row in (np.eye(9)[i] - high, low - np.eye(9)[i])]
        for bound, sign in (("upper", -1), ("lower", 1)):
            solved = linprog(sign * weights * np.eye(9)[k], A_ub=box, b_ub=np.zeros(18), A_eq=[weights], b_eq=[1])
            assert table.loc[name, bound] == pytest.approx(sign * solved.fun, rel=EXACT)


@pytest.mark.parametrize("count", [3, 9, 12])
def test_a_row_of_many_members_has_exact_bounds(count: int) -> None:
    """The observed outcome's probability is as great and as small as its range and those of the others let it be."""
    outcomes = tuple(f"o{i}" for i in range(count))
    rows = {
        "a": dict(zip(outcomes, [0.2] + [0.8 / (count - 1)] * (count - 1), strict=True)),
        "b": dict.fromkeys(outcomes, 1 / count),
    }
    case = stated({"a": 0.5, "b": 0.5}, item("one", rows, outcomes=outcomes, observed="o0"))
    known = {one.address: one for one in assumptions(case)}

    def extremes(name: str) -> tuple[float, float]:
        first, *others = (ends(known[f"evidence.one.likelihood.{name}.{outcome}"]) for outcome in outcomes)
        return max(first[0], 1 - sum(high for _, high in others)), min(first[1], 1 - sum(low for low, _ in others))

    (a_low, a_high), (b_low, b_high) = extremes("a"), extremes("b")
    table = credence_bounds(case)
    assert table["exact"].all()
    assert table.loc["a", "upper"] == pytest.approx(2 * a_high / (2 * a_high + b_low))
    assert table.loc["a", "lower"] == pytest.approx(a_low / (a_low + 2 * b_high))


def test_a_row_all_of_whose_many_members_matter_is_searched_and_said_to_be() -> None:
    """A hidden item with nine outcomes: the bounds are wider than the credence, and nobody says that they are exact."""
    outcomes = tuple(f"o{i}" for i in range(9))
    rows = {name: dict.fromkeys(outcomes, 1 / 9) for name in "ab"}
    heard = {name: dict(zip(outcomes, np.linspace(0.1, 0.9, 9).tolist(), strict=True)) for name in "ab"}
    case = stated(
        {"a": 0.4, "b": 0.6},
        item("hidden", rows, outcomes=outcomes, observed=None),
        item("heard", heard, given="hidden"),
    )
    table = credence_bounds(case)
    assert not table["exact"].any()
    assert table.loc["a", "lower"] < 0.4 < table.loc["a", "upper"]
    held(case, table)


def test_a_row_all_of_whose_many_members_matter_goes_where_a_linear_program_puts_it() -> None:
    """A hidden item with nine outcomes that another hangs on: no bound of 40 random cases is beaten by what is optimal.

    The likelihood is the sum over outcomes of two numbers' product, greatest where the second ones are at their ends.
    """
    for seed in range(40):
        case = hidden_and_heard(np.random.default_rng(seed))
        table, optimal = credence_bounds(case), optimal_likelihoods(case)
        assert not table["exact"].any()
        for name, rival in (("a", "b"), ("b", "a")):
            prior = assumptions(case)[[one.address for one in assumptions(case)].index(f"prior.{name}")]
            for bound, side in (("lower", 0), ("upper", 1)):
                share = ends(prior)[side]
                joint = share * optimal[name][side], (1 - share) * optimal[rival][1 - side]
                assert table.loc[name, bound] == pytest.approx(joint[0] / sum(joint), abs=1e-9), (seed, name, bound)


def hidden_and_heard(rng: np.random.Generator) -> Case:
    outcomes = tuple(f"o{i}" for i in range(9))
    rows = {h: dict(zip(outcomes, map(float, rng.dirichlet([1] * 9)), strict=True)) for h in "ab"}
    hangs = {h: dict(zip(outcomes, map(float, rng.uniform(0.05, 0.95, 9)), strict=True)) for h in "ab"}
    hidden = item("z", rows, outcomes=outcomes, observed=None)
    return stated({"a": 0.5, "b": 0.5}, hidden, item("y", hangs, given=("z",)))


def optimal_likelihoods(case: Case) -> dict[str, tuple[float, float]]:
    """By a linear program over the row of the hidden item, at either end of what hangs on it."""
    found = {}
    for name in case.names:
        near = [one for one in assumptions(case) if one.address.startswith(f"evidence.y.likelihood.{name}.")]
        row = [ends(one) for one in assumptions(case) if one.address.startswith(f"evidence.z.likelihood.{name}.")]
        worst, best = (
            linprog(sign * np.array([ends(one)[i] for one in near]), A_eq=np.ones((1, 9)), b_eq=[1], bounds=row).fun
            for i, sign in ((0, 1), (1, -1))
        )
        found[name] = (worst, -best)
    return found


def test_two_inputs_used_several_times_are_found_together() -> None:
    """Two sources of which two reports each are heard: no point of a fine grid over both inventions does better."""
    heard = [Source(name=s, statement=s, reliability=0.4, if_unreliable=Between(0.2, 0.9)) for s in ("s", "t")]
    says = {"one": (True, False), "two": (False, True)}
    items = [
        item(name, {"a": 0.7, "b": 0.2}, reports=[Report(source="s", says=x), Report(source="t", says=y)])
        for name, (x, y) in says.items()
    ]
    case = stated({"a": 0.5, "b": 0.5}, *items, sources=tuple(heard))
    table = credence_bounds(case)
    known = {one.address: one for one in assumptions(case)}
    inventions = [address for address in known if address.endswith("if_unreliable")]
    grid = [x.ravel() for x in np.meshgrid(*(np.linspace(*ends(known[address]), 41) for address in inventions))]
    for bound, sign in (("upper", 1), ("lower", -1)):
        at = {**table.attrs["attained_at"]["a"][bound], **dict(zip(inventions, grid, strict=True))}
        found = sign * what_if(case, {x: np.broadcast_to(v, grid[0].shape) for x, v in at.items()}).sel(hypothesis="a")
        assert sign * table.loc["a", bound] >= float(found.max()) - EXACT


def test_a_search_goes_on_where_credences_are_nearly_1() -> None:
    """Where 300 items leave no digit of a credence to climb by, its lower bound is still that of the ends."""
    many = [item(f"e{i}", {"a": 0.6, "b": 0.5}) for i in range(300)]
    told = [item(f"r{i}", {"a": 0.6, "b": 0.3}, reports=[Report(source="s")]) for i in range(2)]
    heard = Source(name="s", statement="s", reliability=Between(0.5, 0.9), if_unreliable=Between(0.2, 0.8))
    table = credence_bounds(stated({"a": 0.5, "b": 0.5}, *many, *told, sources=(heard,)))
    assert not table["exact"].any()
    assert table.loc["a", "lower"] < 1e-50
    assert table.loc["b", "lower"] < 1e-100
