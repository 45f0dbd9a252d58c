"""The numbers of a case as a table: what is written is read back, and what is changed is changed."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

from attribution_bayes.declare.assumptions import assumptions
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.ways import Between, Odds
from attribution_bayes.errors import CaseError, CaseWarning
from attribution_bayes.files.cases import load_case
from attribution_bayes.files.numbers import case_from_table, table_from_case
from crafted import case as made
from crafted import item
from drawn import cases

EXAMPLE = Path(__file__).parents[2] / "examples" / "crocus_city_hall.yaml"
SMALL = made(Odds({"a": 3, "b": 1}), item("x", {"a": Between(0.2, 0.6), "b": 0.3}))


def codes(table: Any, case: Case = SMALL) -> dict[str, str]:
    with pytest.raises(CaseError) as caught:
        case_from_table(table, case)
    return {problem.path: problem.code for problem in caught.value.problems}


@settings(max_examples=60)
@given(cases())
def test_round_trip(case: Case) -> None:
    """Reading the table of a case changes nothing."""
    assert case_from_table(table_from_case(case), case) == case


def test_through_files(tmp_path: Path) -> None:
    """So it is through CSV and a workbook, for the worked example."""
    case = load_case(EXAMPLE)
    table = table_from_case(case)
    table.to_csv(tmp_path / "numbers.csv")
    table.to_excel(tmp_path / "numbers.xlsx")
    for name in ("numbers.csv", "numbers.xlsx"):
        assert case_from_table(tmp_path / name, case) == case


def test_statements_are_no_formulas(tmp_path: Path) -> None:
    """A statement that a spreadsheet would work out is written as text, and read as it was."""
    case = made(
        Odds({"a": 3, "b": 1}), item("x", {"a": 0.2, "b": 0.3}).model_copy(update={"statement": "=HYPERLINK(1)"})
    )
    table_from_case(case).to_csv(tmp_path / "numbers.csv")
    assert ",=" not in (tmp_path / "numbers.csv").read_text()
    assert case_from_table(tmp_path / "numbers.csv", case) == case


@settings(max_examples=60)
@given(cases())
def test_addresses(case: Case) -> None:
    """Every address of an assumption has a row, its own or that of the numbers with which it was stated."""
    rows = {*table_from_case(case).index}
    for assumption in assumptions(case):
        steps = assumption.address.split(".")
        assert any(".".join(steps[:length]) in rows for length in range(1, len(steps) + 1)), assumption.address


def test_errors() -> None:
    """That of the case has a row, and so has that of an item; a changed cell changes the one that it is of."""
    case = made(Odds({"a": 3, "b": 1}), item("x", {"a": 0.2, "b": 0.3}, error=0.1)).model_copy(update={"error": 0.05})
    table = table_from_case(case).astype(object)
    assert table.loc[["error", "evidence.x.error"], "number"].to_list() == ["0.05", "0.1"]
    table.loc["evidence.x.error", "number"] = 0.2
    changed = case_from_table(table, case)
    assert (changed.error, changed.evidence[0].error) == (0.05, 0.2)


def test_changed_number() -> None:
    """A changed cell changes that number alone, and numbers of a DataFrame may be numbers."""
    table = table_from_case(SMALL).astype(object)
    table.loc["evidence.x.likelihood.a", "number"] = 0.7
    changed = case_from_table(table, SMALL)
    assert changed.evidence[0].likelihood == {"a": 0.7, "b": 0.3}
    assert changed.prior == SMALL.prior


def test_what_is_not_read_is_told() -> None:
    """A statement in other words and a column of remarks are named; an untouched or emptied column is not."""
    table = table_from_case(SMALL)
    table["statement"] = ["", " ".join(table["statement"].iloc[1:2]) + "  ", ""]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert case_from_table(table.assign(why=""), SMALL) == SMALL
    for changed, named in (
        (table.assign(statement=["", "reworded", ""]), "statement"),
        (table.assign(why=["", "a remark", ""], statement="reworded"), "statement, why"),
    ):
        with pytest.warns(CaseWarning, match=f"W_TABLE {named}: only numbers are read"):
            assert case_from_table(changed, SMALL) == SMALL


def test_faults() -> None:
    """What is missing, unknown, there twice, empty or not a number is named, all at once."""
    table = table_from_case(SMALL)
    assert codes(table.drop(index="prior")) == {"prior": "E_MISSING"}
    assert codes(table.rename(index={"prior": "prio"})) == {"prior": "E_MISSING", "prio": "E_UNKNOWN_NAME"}
    assert codes(pd.concat([table, table.iloc[:1]])) == {"A5": "E_DUP_NAME"}
    assert codes(table.drop(columns="number")) == {"A1": "E_TABLE"}
    changed = table.copy()
    changed["number"] = ["", "{between: [0.2", "0,3"]
    assert codes(changed) == {"B2": "E_CELL", "B3": "E_SYNTAX", "evidence.x.likelihood.b": "E_NUMBER"}
    changed["number"] = ["{odds: {a: 3, b: 1}}", "{between: [0.6, 0.2]}", "1.2"]
    assert codes(changed) == {"evidence.x.likelihood.a.lower": "E_INTERVAL", "evidence.x.likelihood.b": "E_RANGE"}


def test_rows_that_cannot_be_read_hide_no_others() -> None:
    """Beside a row that is empty, misspelt, missing or there twice, the numbers of other rows are judged, and theirs
    alone: nothing is said of a number that is not there, or of a sum that it belongs to."""
    case = made({"a": 0.75, "b": 0.25}, item("x", {"a": Between(0.2, 0.6), "b": 0.3}), item("y", {"a": 0.4, "b": 0.5}))
    table = table_from_case(case).astype(object)
    table.loc["prior.b", "number"] = 0.6
    table.loc["evidence.x.likelihood.a", "number"] = "{between: [0.6, 0.2]}"
    table.loc["evidence.x.likelihood.b", "number"] = 1.2
    bad = {"evidence.x.likelihood.a.lower": "E_INTERVAL", "evidence.x.likelihood.b": "E_RANGE"}
    assert codes(table, case) == {"prior": "E_PRIOR_SUM", **bad}
    for cell, code in (("", "E_CELL"), ("{between: [0.2", "E_SYNTAX")):
        faulty = table.copy()
        faulty.loc["prior.a", "number"] = cell
        assert codes(faulty, case) == {"B2": code, **bad}
    assert codes(table.drop(index="prior.a"), case) == {"prior.a": "E_MISSING", **bad}
    good = table_from_case(case).astype(object)
    good.loc["prior.b", "number"] = 0.6
    assert codes(good.drop(index="prior.a"), case) == {"prior.a": "E_MISSING"}
    assert codes(pd.concat([table, table.iloc[:1]]), case) == {"A8": "E_DUP_NAME", "prior": "E_PRIOR_SUM", **bad}
