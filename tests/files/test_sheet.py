"""Tables of spreadsheets: what the cells hold is read, and what is not a plain value is refused at its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook

from attribution_bayes.errors import CaseError
from attribution_bayes.files import sheet as module
from attribution_bayes.files.sheet import inert, place, read_sheet

CELLS = (("evidence", "a", "date"), ("x", "CC", "2024-03-22"), ("y", "", "2024-03-23"))


def problems(table: Any, **options: Any) -> dict[str, str]:
    """The code of each problem by its place."""
    with pytest.raises(CaseError) as caught:
        read_sheet(table, field="table", **options)
    return {problem.path: problem.code for problem in caught.value.problems}


def csv_file(folder: Path, text: str) -> Path:
    file = folder / "table.csv"
    file.write_bytes(text.encode())
    return file


def workbook(folder: Path, *rows: tuple[Any, ...], merged: str = "", sheets: tuple[str, ...] = ()) -> Path:
    book = Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    if merged:
        page.merge_cells(merged)
    for name in sheets:
        book.create_sheet(name)
    book.save(folder / "table.xlsx")
    return folder / "table.xlsx"


@pytest.mark.parametrize(("number", "column", "name"), [(1, 0, "A1"), (7, 25, "Z7"), (2, 26, "AA2"), (3, 701, "ZZ3")])
def test_place(number: int, column: int, name: str) -> None:
    """Cells are called what spreadsheets call them."""
    assert place(number, column) == name


def test_same_cells(tmp_path: Path) -> None:
    """The same table is read from CSV, from a workbook and from a DataFrame."""
    comma = csv_file(tmp_path, "evidence,a,date\r\nx,CC,2024-03-22\r\ny,,2024-03-23\r\n")
    book = workbook(tmp_path, CELLS[0], ("x", "CC", date(2024, 3, 22)), ("y", None, date(2024, 3, 23)))
    frame = pd.DataFrame({"a": ["CC", np.nan], "date": pd.to_datetime(["2024-03-22", "2024-03-23"])}, index=["x", "y"])
    for table in (comma, book, frame, frame.rename_axis("evidence").reset_index()):
        assert read_sheet(table, field="table").rows == CELLS


def test_places_are_those_of_the_file(tmp_path: Path) -> None:
    """An empty row is passed over, and the rows below it keep their numbers."""
    sheet = read_sheet(csv_file(tmp_path, 'evidence,a\n\n"x, and more",C\n'), field="table")
    assert sheet.rows[1] == ("x, and more", "C")
    assert sheet.place(1, 1) == "B3"


def test_rows_of_other_lengths(tmp_path: Path) -> None:
    """A decimal comma without quotes makes a row longer than the headings; both ends are named."""
    assert problems(csv_file(tmp_path, "evidence,a\nx,0,3\ny\n")) == {"C2": "E_TABLE", "B3": "E_TABLE"}


def test_formulas(tmp_path: Path) -> None:
    """A formula is not worked out, in a workbook or as text."""
    assert problems(csv_file(tmp_path, "evidence,a\nx,=B3\n")) == {"B2": "E_CELL"}
    assert problems(workbook(tmp_path, ("evidence", "a"), ("x", "=B3"))) == {"B2": "E_CELL"}


HOSTILE = (
    "=HYPERLINK(1)", "=cmd|'/c calc'!A1", "+1+cmd", "-1+cmd", "@SUM(A1)", "'=1", "''=1", "'\t=1", "\uff1d1", "\uff0bA1",
)  # fmt: skip
"""Texts that a spreadsheet would work out, and texts that look like what is written in their place."""

HARMLESS = ("+", "--", "-", "-3", "1e-3", "+.5", "'quoted'", "O'Hara", "a=b", "", "it was him")


def test_no_text_is_a_formula(tmp_path: Path) -> None:
    """Such texts are written behind an apostrophe, also as headings, and read back unchanged; no other text is."""
    frame = pd.DataFrame({"text": [*HOSTILE, *HARMLESS], "=1": 0.5}, index=[*HOSTILE, *HARMLESS[:-2], "e", "f"])
    written = inert(frame)
    assert [one for one in written["text"] if one[:1] in ("=", "@", "\uff1d", "\uff0b")] == []
    assert written["text"].to_list() == [*(f"'{one}" for one in HOSTILE), *HARMLESS]
    assert written["'=1"].to_list() == frame["=1"].to_list()
    written.to_csv(tmp_path / "table.csv")
    written.to_excel(tmp_path / "table.xlsx")
    for table in (written, tmp_path / "table.csv", tmp_path / "table.xlsx"):
        sheet = read_sheet(table, field="table")
        assert [row[1] for row in sheet.rows[1:]] == [*HOSTILE, *HARMLESS]
        assert sheet.rows[0][1:] == ("text", "=1")


def test_merged_cells(tmp_path: Path) -> None:
    """Merged cells are named: all but the first would look empty."""
    assert problems(workbook(tmp_path, *CELLS, merged="B2:B3")) == {"B2:B3": "E_CELL"}


def test_which_sheet(tmp_path: Path) -> None:
    """Of several sheets one has to be named, by a name that is there."""
    book = workbook(tmp_path, *CELLS, sheets=("notes",))
    assert problems(book) == {"sheet": "E_TABLE"}
    assert problems(book, sheet="Shet") == {"sheet": "E_TABLE"}
    assert read_sheet(book, "Sheet", field="table").rows[0] == CELLS[0]


@pytest.mark.parametrize(("text", "where"), [("evidence;a\nx;C\n", "A1"), ("evidence\ta\nx\tC\n", "A1")])
def test_other_separators(tmp_path: Path, text: str, where: str) -> None:
    """Cells that other signs separate are refused with what to do."""
    assert problems(csv_file(tmp_path, text)) == {where: "E_TABLE"}


@pytest.mark.parametrize("text", ["", "evidence,a\n", "\n\n"])
def test_empty(tmp_path: Path, text: str) -> None:
    """A table without a row is empty."""
    assert problems(csv_file(tmp_path, text)) == {"table": "E_EMPTY"}


def test_unreadable(tmp_path: Path) -> None:
    """An open quote, a file that is not a workbook, another ending and another object are refused."""
    assert problems(csv_file(tmp_path, 'evidence,a\nx,"C\n')) == {"row 2": "E_SYNTAX"}
    (tmp_path / "table.xlsx").write_bytes(b"PK\x03\x04 nothing")
    assert problems(tmp_path / "table.xlsx") == {"": "E_SYNTAX"}
    with ZipFile(tmp_path / "table.xlsx", "w") as packed:
        packed.writestr("hello.txt", "hello")
    assert problems(tmp_path / "table.xlsx") == {"": "E_SYNTAX"}
    assert problems(tmp_path / "table.ods")[""] == "E_PATH"
    assert problems([["evidence", "a"]]) == {"table": "E_TYPE"}
    assert problems(pd.DataFrame({("a", "b"): ["C"]}, index=["x"])) == {"table": "E_TABLE"}


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is too large, or that unpacks to too much, is refused before it is read."""
    with ZipFile(tmp_path / "table.xlsx", "w", ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (module.MAX_UNPACKED + 1))
    assert problems(tmp_path / "table.xlsx") == {"": "E_TOO_LARGE"}
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    assert problems(csv_file(tmp_path, "evidence,a\nx,C\n")) == {"": "E_TOO_LARGE"}
