"""The smallest sets of numbers that overturn: against all subsets at all corners of their ranges, by brute force."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from attribution_bayes.declare.assumptions import assumptions, suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Report, Source
from attribution_bayes.declare.ways import Certain, Impossible
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.odds import leading
from attribution_bayes.sensitivity import fewest as fewest_module
from attribution_bayes.sensitivity.fewest import fewest
from crafted import case as stated
from crafted import item

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


def random_case(rng: np.random.Generator) -> Case:
    """Up to 8 numbers that move by themselves, two hypotheses; half of the cases with a report."""
    lead = float(rng.uniform(0.5, 0.8))
    prior = {"a": lead, "b": 1 - lead}
    rows = [{"a": float(rng.uniform(0.3, 0.9)), "b": float(rng.uniform(0.1, 0.6))} for _ in range(3)]
    if rng.random() < 0.5:
        return stated(prior, *(item(f"x{i}", row) for i, row in enumerate(rows)))
    source = Source(name="s", statement="s", reliability=0.7, if_unreliable=float(rng.uniform(0.2, 0.8)))
    reported = item("r", rows[1], reports=[Report(source="s")])
    return stated(prior, item("x", rows[0]), reported, sources=(source,))


def overturns(case: Case, addresses: tuple[str, ...]) -> bool:
    """Whether another hypothesis leads, or ties, at some corner of the ranges of these numbers, the prior as one."""
    known = {one.address: one for one in assumptions(case)}
    choices = [
        [[(a, x), ("prior.b", 1 - x)] if a == "prior.a" else [(a, x)] for x in (known[a].lower, known[a].upper)]
        for a in addresses
    ]
    points = [dict(pair for part in corner for pair in part) for corner in product(*choices)]
    columns = {address: np.array([point[address] for point in points]) for address in points[0]}
    return bool((leading(what_if(case, columns).values) != 0).any())


@pytest.mark.parametrize("seed", range(40))
def test_the_minimal_sets_are_those_of_all_subsets(seed: int) -> None:
    """Every subset of up to three numbers at every corner: those that overturn and of which no part does."""
    case = random_case(np.random.default_rng(seed))
    if leading(as_stated(network(case))) != 0:
        case = case.model_copy(update={"prior": {"a": 0.97, "b": 0.03}})
    units = [one.address for one in assumptions(case) if one.address != "prior.b"]
    minimal: list[frozenset[str]] = []
    for size in (1, 2, 3):
        for subset in combinations(units, size):
            if not any(one <= {*subset} for one in minimal) and overturns(case, subset):
                minimal.append(frozenset(subset))
    table = fewest(case)
    found = [frozenset(part.index.get_level_values("address")) - {"prior.b"} for _, part in table.groupby("set")]
    assert table.attrs["complete"]
    assert sorted(map(sorted, found)) == sorted(map(sorted, minimal))
    assert table.attrs["counts"] == {size: sum(len(one) == size for one in minimal) for size in (1, 2, 3)}


@pytest.mark.parametrize("seed", range(10))
def test_the_values_of_a_set_overturn_and_lie_inside_their_ranges(seed: int) -> None:
    """Supposed together, the values of each set make another hypothesis lead."""
    case = random_case(np.random.default_rng(seed))
    table, known = fewest(case), {one.address: one for one in assumptions(case)}
    leader = int(leading(as_stated(network(case))))
    for _, part in table.groupby("set"):
        values = part["value"].droplevel("set").to_dict()
        assert int(leading(as_stated(network(suppose(case, values))))) != leader
        for address, value in values.items():
            assert known[address].lower - 1e-12 <= value <= known[address].upper + 1e-12
        assert (part["share_of_range"] <= 1).all()
        assert part["exact"].all()


def test_what_cannot_be_overturned_has_no_sets() -> None:
    """An excluded rival: no numbers at all."""
    case = stated({"a": 0.5, "b": 0.5}, item("x", {"a": Certain("so"), "b": Impossible("so")}))
    table = fewest(case)
    assert table.empty
    assert table.attrs["counts"] == {1: 0, 2: 0, 3: 0}


def test_more_sets_than_are_listed_are_counted() -> None:
    """Eighteen numbers of which any two overturn, and the prior alone: 20 pairs listed, all 153 counted."""
    case = stated(
        {"a": 0.5, "b": 0.5}, *(item(f"x{i}", {"a": 0.5, "b": 0.5}) for i in range(8)), item("y", {"a": 0.5, "b": 0.3})
    )
    table = fewest(case)
    assert table.attrs["counts"] == {1: 1, 2: 153, 3: 0}
    assert table.index.get_level_values("set").nunique() == 1 + 20


def test_what_is_only_searched_for_is_not_called_complete() -> None:
    """A rate of two reports has five places tried; of one that a single report uses, both ends are all it takes."""
    source = Source(name="s", statement="s", reliability=0.6, if_unreliable=0.5)
    reports = [Report(source="s")]
    row = {"a": 0.7, "b": 0.4}
    one = stated({"a": 0.6, "b": 0.4}, item("x", row, reports=reports), item("y", row), sources=(source,))
    two = stated(
        {"a": 0.6, "b": 0.4}, item("x", row, reports=reports), item("y", row, reports=reports), sources=(source,)
    )
    assert fewest(one).attrs["complete"]
    assert not fewest(two).attrs["complete"]
    marked = fewest(two)["exact"]
    assert not marked[marked.index.get_level_values("address") == "source.s.if_unreliable"].any()


def test_of_more_numbers_than_are_tried_together_it_is_not_called_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two of a component that move the log odds most are tried, the others are not, and that is said."""
    case = stated(
        {"a": 0.6, "b": 0.4},
        item("r", {"a": 0.7, "b": 0.4}, reports=[Report(source="s")]),
        sources=(Source(name="s", statement="s", reliability=0.6, if_unreliable=0.5),),
    )
    everything = fewest(case)
    monkeypatch.setattr(fewest_module, "MAX_TOGETHER", 2)
    fewer = fewest(case)
    assert everything.attrs["complete"]
    assert not fewer.attrs["complete"]
    assert fewer.attrs["counts"][2] < everything.attrs["counts"][2]


def test_what_is_impossible_stays_so() -> None:
    """A prior that moves as a whole leaves what is excluded at 0, and that is no distance."""
    table = fewest(stated({"a": 0.5, "b": 0.5, "c": Impossible("it cannot be")}))
    assert table.loc[(1, "prior.c"), ["stated", "value", "moved_db"]].tolist() == [0.0, 0.0, 0.0]
