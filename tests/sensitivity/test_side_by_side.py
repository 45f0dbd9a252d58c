"""Tables of several cases are those of each, side by side."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import attribution_bayes as ab
from pictures import of_three

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

ROW = {"a": 0.6, "b": 0.3, "c": 0.4}

CASES = {
    "zoe": of_three({"a": 0.5, "b": 0.3, "c": 0.2}, ROW),
    "anna": of_three({"a": 0.3, "b": 0.5, "c": 0.2}, ROW, {"a": ab.Between(0.05, 0.6), "b": 0.5, "c": 0.1}),
    "mo": of_three({"c": 0.2, "b": 0.2, "a": 0.6}, {"a": 0.2, "b": 0.3, "c": 0.4}),
}

VERBS: dict[str, Callable[..., pd.DataFrame]] = {
    "one_way": ab.one_way,
    "flip_points": ab.flip_points,
    "flip_points of a target": lambda case: ab.flip_points(case, "b"),
    "flip_points at a threshold": lambda case: ab.flip_points(case, "a", 0.4),
}


@pytest.mark.parametrize("name", VERBS)
def test_the_rows_of_each_case_are_its_own(name: str) -> None:
    """A mapping and a panel give the same; for each case its rows are those that it has alone, in any order."""
    verb = VERBS[name]
    table = verb(CASES)
    pd.testing.assert_frame_equal(table, verb(ab.Panel(CASES)))
    assert table.index.names == ["assumption", "case"]
    for which, case in CASES.items():
        alone = ab.one_way(case, "a") if name == "one_way" else verb(case)
        mine = table.xs(which, level="case")
        pd.testing.assert_frame_equal(mine.loc[alone.index], alone)
        assert len(mine) == len(alone)


@pytest.mark.parametrize(("name", "column", "sign"), [("one_way", "swing", -1), ("flip_points", "distance_db", 1)])
def test_assumptions_come_by_the_case_in_which_they_matter_most(name: str, column: str, sign: int) -> None:
    """Within an assumption the cases stand in the order declared, whatever their numbers."""
    table = VERBS[name](CASES)
    best = (sign * table[column]).groupby(level="assumption", sort=False).min()
    assert best.is_monotonic_increasing
    for _, rows in table.groupby(level="assumption"):
        names = rows.index.get_level_values("case").tolist()
        assert names == [one for one in CASES if one in names]
    assert len(table.index.unique("assumption")) == 9 > len(ab.assumptions(CASES["zoe"]))


def test_the_credence_asked_about_is_that_of_the_foremost_in_the_pool() -> None:
    """By the weights of the panel, also where somebody has another favourite; a name that nobody has is refused."""
    assert {case.names[0] for case in CASES.values()} == {"a", "c"}
    for weights, expected in (({"zoe": 0.4, "anna": 0.2, "mo": 0.4}, "a"), ({"zoe": 0.0, "anna": 1.0, "mo": 0.0}, "b")):
        panel = ab.Panel(CASES, weights=weights)
        assert ab.pool(panel, "linear")["credence"].idxmax() == expected
        assert ab.one_way(panel).attrs["target"] == expected
        assert ab.flip_points(panel, threshold=0.4).attrs["target"] == dict.fromkeys(CASES, expected)
    assert ab.one_way(CASES).attrs["credence"]["mo"] == ab.one_way(CASES["mo"]).attrs["credence"]
    assert ab.flip_points(CASES).attrs["target"] == {"zoe": "a", "anna": "b", "mo": "a"}
    with pytest.raises(ab.CaseError, match="E_UNKNOWN_NAME target"):
        ab.one_way(CASES, "x")


def test_cases_of_other_hypotheses_are_refused() -> None:
    """Rows of hypotheses that one case does not list could not stand beside those of the others."""
    other = ab.Case(question="Which?", hypotheses=CASES["zoe"].hypotheses[1:], prior={"b": 0.5, "c": 0.5}, evidence=())
    for verb in (ab.one_way, ab.flip_points):
        with pytest.raises(ab.CaseError, match=r"E_HYPOTHESES panel\.other\.hypotheses"):
            verb({"zoe": CASES["zoe"], "other": other})


def test_a_part_is_called_what_the_first_case_calls_it() -> None:
    """Of labels the first counts, as on the page of several readings."""
    first, *others = CASES["mo"].evidence
    named = {
        who: case.model_copy(update={"evidence": [case.evidence[0].model_copy(update={"label": f"by {who}"}), *others]})
        for who, case in CASES.items()
    }
    assert first.name == "i0"
    assert ab.one_way(named).attrs["labels"] == {"evidence.i0": "by zoe"}
