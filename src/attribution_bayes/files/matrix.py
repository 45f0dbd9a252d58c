"""Matrices of competing hypotheses, read into a case.

A matrix has a row for each item of evidence and a column for each hypothesis; a cell holds a mark, such as CC or II,
for how well the two go together (Heuer 1999, *Psychology of Intelligence Analysis*, chapter 8). What a mark means as a
probability nobody has fixed: it is a `Policy` of whoever reads the matrix, has a name, and stands beside every number.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from attribution_bayes.arguments import expect
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.numbers import meant_number, number_problem
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import (
    Prior,
    Probability,
    probability_problem,
)
from attribution_bayes.errors import CaseError, Problem, named, nearest, quoted
from attribution_bayes.files.names import Named, read_name
from attribution_bayes.files.policy import Policy, expect_policies
from attribution_bayes.files.sheet import Sheet, read_sheet

COLUMNS = ("observed", "label", "statement", "source", "grade", "citation", "date")
"""Headings that are about the item, in small or capital letters; every other one is a hypothesis."""

OBSERVED = {"yes": True, "true": True, "no": False, "false": False, "unknown": None, "": None}
"""What may stand in the column ``observed``, in small or capital letters: spreadsheets write TRUE for true."""

SEVERAL = re.compile(r"[;\n]")
"""Signs that separate several sources in one cell, which is refused: a row holds one report."""

GRADE = re.compile(r"([A-F])?([1-6])?")
"""A grade of the Admiralty system: the reliability of the source, then the credibility of what it says."""

DECIMAL = re.compile(r"[01]?\.[0-9]+([eE]-?[0-9]+)?|[01]\.?")

OTHER_NUMBER = re.compile(r"(-[0-9]|[1-9])[0-9]{0,14}(\.[0-9]+)?")
"""A number that is no probability, such as 70 where 0.7 is meant."""

# A matrix to a case ---------------------------------------------------------------------------------------------------


def case_from_matrix(
    matrix: str | os.PathLike[str] | pd.DataFrame,
    *,
    question: str,
    marks: Policy,
    prior: Prior,
    grades: Policy | None = None,
    if_unreliable: Probability | None = None,
    catch_all: Mapping[str, Probability] | None = None,
    sheet: str | None = None,
) -> Case:
    """Read a matrix of competing hypotheses as a case.

    The first column names the items. The columns ``observed``, ``label``, ``statement``, ``source``, ``grade``,
    ``citation`` and ``date``, where they are there, are about the item; every other column is a hypothesis. Headings
    and items are names such as ``insider``, free text, or both, as ``insider: an insider did it``; a name is made of
    free text, which stays as the label and the statement. A cell holds a mark of the policy, or a probability as a
    decimal: how probable it is that the item is true, whether it was found to be so or not.

    ``observed`` holds ``yes`` (or ``true``) for what was seen, ``no`` (``false``) for what was looked for and was not
    there, and nothing or ``unknown`` where nobody has looked. **Without this column every row counts as seen.**

    Each cell is a number of its own, also where marks are equal. An item with a source is not observed itself: the
    source reports it, and its letter says how reliable it is. ``observed`` is then what the source says, yes or no. A
    cell names one source; a case file takes several reports of an item.

    Parameters
    ----------
    matrix
        A file (``.csv``, ``.xlsx``), or a DataFrame, whose index is the first column.
    question
    marks
        What each mark stands for.
    prior
        As in `Case`; a matrix has none.
    grades
        What the letters A to F stand for, as reliabilities of sources, and the figures 1 to 6, as the `error` of an
        item; needed if there are grades.
    if_unreliable
        As in `Source`; needed if there are sources.
    catch_all
        The name of a catch-all that the matrix lacks, and the probability of each item under it; or that of a column.
    sheet
        Which sheet of a workbook that has several.

    Raises
    ------
    CaseError
        With every fault, each with its cell: ``E_MARK`` and ``E_GRADE`` for what the policy does not know, ``E_CELL``
        for empty and merged cells and formulas, ``E_NUMBER`` for decimal commas, ``E_DUP_NAME`` for a row or heading
        that is there twice, ``E_OUTCOME`` for what is neither yes, no nor unknown, ``E_SOURCE`` for several sources
        in one cell, ``E_POLICY`` where no policy is given.

    Examples
    --------
    >>> import pandas as pd
    >>> from attribution_bayes.declare.ways import Between
    >>> matrix = pd.DataFrame({"insider": ["C", "I"], "intruder": ["I", "C"]}, index=["logs_wiped", "no_session"])
    >>> policy = Policy(name="made-up-1", ranges={"C": Between(0.3, 0.8), "I": Between(0.05, 0.3)})
    >>> case = case_from_matrix(
    ...     matrix, question="Who did it?", marks=policy, prior={"insider": 0.45, "intruder": 0.45, "other": 0.1},
    ...     catch_all={"other": Between(0.05, 0.6)},
    ... )
    >>> case.evidence[0].likelihood["insider"].reason
    'C in the policy made-up-1'
    """
    expect_policies(marks, grades)
    expect({} if catch_all is None else catch_all, Mapping, "catch_all")
    reader = _Matrix(read_sheet(matrix, sheet, field="matrix"), marks, grades, catch_all or {})
    hypotheses, items, letters = reader.hypotheses(), reader.items(), reader.letters()
    reader.check_sources(if_unreliable)
    if reader.problems:
        raise CaseError(reader.problems)
    assert grades is not None or not letters
    sources = [
        Source(name=name, statement=said, reliability=grades.meaning(letter), if_unreliable=if_unreliable)  # type: ignore[union-attr]
        for name, (said, letter) in letters.items()
    ]
    try:
        return Case(question=question, hypotheses=hypotheses, prior=prior, sources=sources, evidence=items)
    except CaseError as error:
        raise CaseError([reader.placed(problem) for problem in error.problems]) from None


class _Matrix:
    """Reads a matrix, and collects everything that is wrong with it."""

    def __init__(
        self, sheet: Sheet, marks: Policy, grades: Policy | None, catch_all: Mapping[str, Probability]
    ) -> None:
        self.sheet, self.marks, self.grades, self.catch_all = sheet, marks, grades, catch_all
        self.problems: list[Problem] = []
        about = [(at, heading.casefold()) for at, heading in enumerate(sheet.headings) if at]
        self.column = {heading: at for at, heading in reversed(about) if heading in COLUMNS}
        self.columns = [at for at, heading in about if heading not in COLUMNS]
        for at, heading in about:
            if (first := self.column.get(heading, at)) != at:
                message = f"the heading {quoted(sheet.headings[at])} stands in {sheet.place(0, first)} too."
                self.note("E_DUP_NAME", sheet.place(0, at), message, "Keep one of them.")
        self.named = self._read_names(((0, at) for at in self.columns), "heading")
        self.rows = self._read_names(((row, 0) for row in range(1, len(sheet.rows))), "row")

    def note(self, code: str, path: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(code=code, path=path, message=message, hint=hint))

    def _read_names(self, cells: Iterator[tuple[int, int]], kind: str) -> dict[int, Named]:
        """The names in these cells by row or column, each once."""
        found: dict[int, Named] = {}
        first: dict[str, str] = {}
        for row, column in cells:
            text, where = self.sheet.rows[row][column], self.sheet.place(row, column)
            if not text:
                self.note("E_CELL", where, f"the {kind} has no name.", "Write one, or delete the empty column or row.")
                continue
            one = read_name(text)
            if (before := first.setdefault(one.name.casefold(), where)) != where:
                self.note(
                    "E_DUP_NAME", where, f"the {kind} {quoted(text)} stands in {before} too.", "Keep one of them."
                )
                continue
            found[column if kind == "heading" else row] = one
        return found

    def hypotheses(self) -> list[Hypothesis]:
        made = [
            Hypothesis(name=one.name, label=one.label, statement=one.statement, catch_all=one.name in self.catch_all)
            for one in self.named.values()
        ]
        added = [name for name in self.catch_all if name not in {one.name for one in made}]
        return [*made, *(Hypothesis(name=name, statement="anything else", catch_all=True) for name in added)]

    def items(self) -> list[Evidence]:
        return [self._item(row, one) for row, one in self.rows.items()]

    def placed(self, problem: Problem) -> Problem:
        """A problem of the case with the cell that it is about as its path, if it is about one."""
        kind, _, rest = problem.path.partition(".")
        name, _, field = rest.partition(".")
        if kind == "hypotheses":
            cells = {one.name: self.sheet.place(0, at) for at, one in self.named.items()}
        elif kind == "evidence":
            cells = {one.name: self.sheet.place(row, self.column.get(field, 0)) for row, one in self.rows.items()}
        else:
            cells = {}
        return replace(problem, path=cells.get(name, problem.path))

    def _item(self, row: int, one: Named) -> Evidence:
        told = {name: self._told(row, name) for name in self.column}
        likelihood = {hypothesis.name: self._likelihood(row, at) for at, hypothesis in self.named.items()}
        likelihood |= {name: way for name, way in self.catch_all.items() if name not in likelihood}
        fields: dict[str, Any] = {
            "name": one.name,
            "label": told.get("label") or one.label,
            "statement": told.get("statement") or one.statement,
            "likelihood": likelihood,
            "citation": told.get("citation") or None,
            "date": told.get("date") or None,
        }
        observed = self._observed(row)
        if told.get("source"):
            fields["reports"] = [self._report(row, observed)]
        elif "observed" in self.column:
            fields["observed"] = observed
        fields["error"] = self._error(row) if told.get("grade") else None
        return Evidence(**fields)

    def _observed(self, row: int) -> bool | None:
        """What is known of the item, or said by its source: True where there is no such column."""
        if "observed" not in self.column:
            return True
        cell, where = self._told(row, "observed"), self.sheet.place(row, self.column["observed"])
        if cell.casefold() not in OBSERVED:
            hint = "Write yes, no or unknown; a column about a hypothesis needs another heading."
            self.note("E_OUTCOME", where, f"{quoted(cell)} does not say whether the item was seen.", hint)
        return OBSERVED.get(cell.casefold())

    def _report(self, row: int, says: bool | None) -> Report:
        """What the source of an item says of it."""
        called, where = self._told(row, "source"), self.sheet.place(row, self.column["source"])
        if SEVERAL.search(called):
            message = f"{quoted(called)} looks like several sources, and a row has one."
            hint = "Name one; state a report for each of the others in the case file. One alone has no semicolon."
            self.note("E_SOURCE", where, message, hint)
        if says is None and self._told(row, "observed").casefold() in OBSERVED:
            message = "a source is named, and nothing says what it says of the item."
            hint = "Write yes if it says so and no if it denies it; name no source where nobody has looked."
            self.note("E_OUTCOME", self.sheet.place(row, self.column["observed"]), message, hint)
        source = read_name(called).name
        return Report(source=source, says=says is not False) if "observed" in self.column else Report(source=source)

    def _told(self, row: int, name: str) -> str:
        return self.sheet.rows[row][self.column[name]]

    def _likelihood(self, row: int, column: int) -> Probability:
        """What a cell says; 0.5 where it cannot be read, which is noted."""
        cell, where = self.sheet.rows[row][column], self.sheet.place(row, column)
        if cell in self.marks.ranges:
            return self.marks.meaning(cell)
        problem = self._cell_problem(cell)
        if problem is None:
            return float(cell)
        self.problems.append(problem.under(where))
        return 0.5

    def _cell_problem(self, cell: str) -> Problem | None:
        if not cell:
            hint = f"Write a mark of the policy: {named(self.marks.ranges)}."
            return Problem(code="E_CELL", message="the cell is empty.", hint=hint)
        if DECIMAL.fullmatch(cell):
            return probability_problem(float(cell))
        if OTHER_NUMBER.fullmatch(cell):
            problem = probability_problem(float(cell))
            return problem and replace(problem, message=f"{cell} is not a probability.")
        if not math.isnan(meant_number(cell)):
            return number_problem(cell)
        message = f"{quoted(cell)} is not a mark of the policy {quoted(self.marks.name)}."
        return Problem(code="E_MARK", message=message, hint=nearest(cell, self.marks.ranges))

    # Sources ----------------------------------------------------------------------------------------------------------

    def check_sources(self, if_unreliable: object) -> None:
        """Note what is missing for the sources, or is stated though there are none."""
        has_sources = "source" in self.column and any(self._told(row, "source") for row in self.rows)
        if has_sources and if_unreliable is None:
            message = "there are sources, and nothing says what an unreliable one says."
            hint = "State how likely an unreliable source is to say so all the same: if_unreliable=..."
            self.note("E_SOURCE", "if_unreliable", message, hint)
        if not has_sources and if_unreliable is not None:
            self.note("E_SOURCE", "if_unreliable", "no item of the matrix has a source.", "Leave it out.")

    def letters(self) -> dict[str, tuple[str, str]]:
        """For each source what the table says it is, and the letter of its grade."""
        found: dict[str, tuple[str, str]] = {}
        first: dict[str, str] = {}
        for row in self.rows if "source" in self.column else ():
            called = self._told(row, "source")
            letter = self._letter(row) if called else None
            if letter is None:
                continue
            one, where = read_name(called), self.sheet.place(row, self.column["grade"])
            said = found.setdefault(one.name, (one.statement, letter))
            before = first.setdefault(one.name, where)
            if said[1] != letter:
                hint = "A source has one reliability; state two sources if it has two sides."
                self.note(
                    "E_GRADE", where, f"{quoted(called)} has the grade {letter} here and {said[1]} in {before}.", hint
                )
        return found

    def _error(self, row: int) -> Probability | None:
        """How likely an item is to be misunderstood, by the figure of its grade."""
        where, cell = self.sheet.place(row, self.column["grade"]), self._told(row, "grade")
        found = GRADE.fullmatch(cell)
        if found is None:
            self.note(
                "E_GRADE", where, f"{quoted(cell)} is not a grade.", "Write a letter, a figure from 1 to 6, or both."
            )
            return None
        if found[1] and not (self.column.get("source") and self._told(row, "source")):
            self.note("E_GRADE", where, f"the letter {found[1]} is about a source, and none is named.", "Name it.")
        return self.grades.meaning(found[2]) if found[2] and self._has_grade(found[2], where) else None  # type: ignore[union-attr]

    def _has_grade(self, grade: str, where: str) -> bool:
        """Whether the policy says what a grade stands for; noted if not."""
        if self.grades is None:
            hint = "Say what grades stand for: grades=ab.Policy(name=..., ranges={'A': ..., '1': ...})."
            self.note("E_POLICY", where, f"the grade {grade} needs a policy.", hint)
        elif grade not in self.grades.ranges:
            message = f"the policy {quoted(self.grades.name)} has no {grade}."
            self.note("E_GRADE", where, message, nearest(grade, self.grades.ranges))
        return self.grades is not None and grade in self.grades.ranges

    def _letter(self, row: int) -> str | None:
        where = self.sheet.place(row, self.column.get("grade", self.column["source"]))
        cell = self._told(row, "grade") if "grade" in self.column else ""
        found = GRADE.fullmatch(cell)
        if cell and found is None:
            return None  # noted as a grade of the item
        letter = found and found[1]
        if not letter:
            message = f"{quoted(cell)} does not say how reliable the source is." if cell else "the source has no grade."
            self.note("E_GRADE", where, message, "Write a letter from A to F; F if it cannot be judged.")
            return None
        return letter if self._has_grade(letter, where) else None
