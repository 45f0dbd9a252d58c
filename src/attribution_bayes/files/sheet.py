"""Tables that people keep in spreadsheets: cells with places such as B3, read from CSV, XLSX or a DataFrame.

Nothing is guessed: a formula, a merged cell, a row that is longer than the headings or another separator is refused, at
its place.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import pandas as pd

from attribution_bayes.arguments import PATH, expect, wrong_kind
from attribution_bayes.errors import CaseError, Problem, named, nearest, quoted, refusal
from attribution_bayes.files.raw import bounded_file, decode, read_bytes

MAX_BYTES = 20_000_000
"""Largest table that is read; no person fills in one this large."""

MAX_UNPACKED = 10 * MAX_BYTES
"""Largest workbook after it is unpacked."""

ENDINGS = (".csv", ".xlsx")

SIGNS_OR_NUMBER = r"[+-]*[0-9.]*(?:[eE][+-]?[0-9]+)?\Z"
"""Marks such as + and --, and numbers: they start with a sign, and nothing comes of them."""

FORMULA = re.compile(rf"'*(?:[\t\r\n]|\s*(?!{SIGNS_OR_NUMBER})[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Texts that a spreadsheet would work out (OWASP, *CSV Injection*), also behind apostrophes."""

NO_TABLE = "Give the path of a table in CSV or XLSX, or a pandas.DataFrame."


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of a table as texts; the first row holds the headings, and all rows are as long as it is.

    Attributes
    ----------
    rows
    numbers
        The number of each row in the file, counted from 1.
    """

    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """The cells of the first row."""
        return self.rows[0]

    def place(self, row: int, column: int) -> str:
        """The name of a cell, such as B3."""
        return place(self.numbers[row], column)


def place(number: int, column: int) -> str:
    """The name of a cell in a row of this number, and in a column counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{number}"


def read_sheet(table: object, sheet: str | None = None, *, field: str) -> Sheet:
    """Read the cells of a table.

    Parameters
    ----------
    table
        The path of a file (``.csv``, ``.xlsx``), or a DataFrame, whose index is the first column.
    sheet
        Which sheet of a workbook that has several.
    field
        The argument that holds the table, for messages.

    Raises
    ------
    CaseError
        ``E_TYPE`` for anything else; ``E_PATH``, ``E_ENCODING`` or ``E_TOO_LARGE`` for a file that cannot be read;
        ``E_CELL`` for each cell that is not a plain value, with its place; ``E_TABLE`` for rows of different lengths.
    """
    if sheet is not None:
        expect(sheet, str, "sheet")
    if isinstance(table, pd.DataFrame):
        return _checked(_frame_rows(table))
    if not isinstance(table, PATH):
        error = wrong_kind(table, pd.DataFrame, field)
        raise refusal("E_TYPE", field, error.problems[0].message, NO_TABLE)
    file = bounded_file(table, dict.fromkeys(ENDINGS, MAX_BYTES), "Keep in it the matrix alone.")
    return _checked(_workbook_rows(file, sheet) if file.suffix == ".xlsx" else _csv_rows(file))


type _Rows = list[tuple[int, list[str]]]
"""The number of each row, and its cells."""


def _checked(rows: _Rows) -> Sheet:
    """Refuse a table without headings or rows, with formulas, or with rows of different lengths."""
    rows = [(number, cells) for number, cells in rows if any(cells)]
    if len(rows) < 2:
        raise refusal("E_EMPTY", "table", "the table has no rows.", "Give headings, and a row for each item.")
    width = len(rows[0][1])
    problems = [problem for number, cells in rows for problem in _row_problems(number, cells, width)]
    if problems:
        raise CaseError(problems)
    return Sheet(tuple(tuple(map(_meant, cells)) for _, cells in rows), tuple(number for number, _ in rows))


def inert(table: pd.DataFrame) -> pd.DataFrame:
    """A table in which no text is a formula: an apostrophe stands before it, which `read_sheet` takes away."""
    return table.map(_inert).rename(index=_inert, columns=_inert)


def _inert(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def _meant(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and FORMULA.match(cell[1:]) else cell


def _row_problems(number: int, cells: list[str], width: int) -> Iterator[Problem]:
    if len(cells) != width:
        message = f"the row has {len(cells)} cells; the headings are {width}."
        hint = "Give each row as many cells as there are headings; put a text that holds a comma in quotes."
        yield Problem(code="E_TABLE", path=place(number, min(len(cells), width)), message=message, hint=hint)
    for column, cell in enumerate(cells):
        if cell.startswith("="):
            yield _formula(number, column, cell)


def _formula(number: int, column: int, cell: object) -> Problem:
    hint = "Copy the table and paste its values alone; write an apostrophe before what is a text."
    message = f"{quoted(cell)} is a formula, which is not worked out here."
    return Problem(code="E_CELL", path=place(number, column), message=message, hint=hint)


def _frame_rows(frame: pd.DataFrame) -> _Rows:
    if frame.index.nlevels > 1 or frame.columns.nlevels > 1:
        raise refusal("E_TABLE", "table", "the DataFrame has an index of several levels.", "Give one with plain names.")
    numbered = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    listed = frame if numbered else frame.reset_index(names=str(frame.index.name or "evidence"))
    rows = [[*map(_cell, listed.columns)], *([*map(_cell, row)] for row in listed.itertuples(index=False, name=None))]
    return list(enumerate(rows, start=1))


def _cell(value: Any) -> str:
    """A value as the text that a spreadsheet shows: nothing for what is missing, a date without its midnight."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if hasattr(value, "date"):
        return str(value.date())
    return str(value).strip()


def _csv_rows(file: Path) -> _Rows:
    text = decode(read_bytes(file))
    first = text.partition("\n")[0]
    for separator, name in ((";", "semicolons"), ("\t", "tabs")):
        if separator in first and "," not in first:
            raise refusal("E_TABLE", "A1", f"the cells are separated by {name}.", "Save it with commas between cells.")
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        return [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise refusal("E_SYNTAX", f"row {reader.line_num}", f"{error}.", "Save the table as CSV once more.") from None


def _workbook_rows(file: Path, sheet: str | None) -> _Rows:
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ModuleNotFoundError:
        raise refusal(
            "E_PATH", "", "a workbook is read with openpyxl, which is not installed.", "Install it, or save it as CSV."
        ) from None
    try:
        _check_unpacked(file)
        book = load_workbook(file)
    except (InvalidFileException, BadZipFile, OSError, KeyError, ValueError) as error:
        if isinstance(error, CaseError):
            raise
        raise refusal("E_SYNTAX", "", f"the workbook cannot be read: {error}.", "Save it as CSV.") from None
    page = _page(book, sheet)
    merged = [Problem(code="E_CELL", path=str(area), message="the cells are merged.", hint="Unmerge them, and fill in "
                      "each.") for area in page.merged_cells.ranges]  # fmt: skip
    formulas = [
        _formula(cell.row, cell.column - 1, cell.value)
        for row in page.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    if merged or formulas:
        raise CaseError([*merged, *formulas])
    return [(number, [*map(_cell, row)]) for number, row in enumerate(page.iter_rows(values_only=True), start=1)]


def _check_unpacked(file: Path) -> None:
    """Refuse a workbook that would unpack to far more than it looks like."""
    with ZipFile(file) as packed:
        unpacked = sum(entry.file_size for entry in packed.infolist())
    if unpacked > MAX_UNPACKED:
        message = f"the workbook unpacks to {unpacked:,} bytes; at most {MAX_UNPACKED:,} are read."
        raise refusal("E_TOO_LARGE", "", message, "Keep in it the matrix alone.")


def _page(book: Any, sheet: str | None) -> Any:
    names = book.sheetnames
    if sheet is None and len(names) > 1:
        message = f"the workbook has {len(names)} sheets: {named(names)}."
        raise refusal("E_TABLE", "sheet", message, "Name the one that is meant: sheet=NAME.")
    if sheet is not None and sheet not in names:
        raise refusal("E_TABLE", "sheet", f"no sheet is named {quoted(sheet)}.", nearest(sheet, names))
    return book[names[0] if sheet is None else sheet]
