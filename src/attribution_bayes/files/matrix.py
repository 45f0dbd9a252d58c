"""Matrices of competing hypotheses, read into a case and written from one.

A matrix has a row for each item of evidence and a column for each hypothesis; a cell holds a mark, such as CC or II,
for how well the two go together (Heuer 1999, *Psychology of Intelligence Analysis*, chapter 8). What a mark means as a
probability nobody has fixed: it is a `Policy` of whoever reads the matrix, has a name, and stands beside every number.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from attribution_bayes.arguments import expect
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.numbers import meant_number, number_problem
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.table import Table
from attribution_bayes.declare.texts import text_problems
from attribution_bayes.declare.way import Single
from attribution_bayes.declare.ways import (
    Point,
    Prior,
    Probability,
    Ratios,
    Same,
    distribution,
    frozen,
    probability_problem,
)
from attribution_bayes.errors import CaseError, Problem, named, nearest, quoted
from attribution_bayes.files.names import Named, read_name
from attribution_bayes.files.sheet import Sheet, read_sheet

COLUMNS = ("label", "statement", "source", "grade", "citation", "date")
"""Headings that are about the item; every other one is a hypothesis."""

GRADE = re.compile(r"([A-F])?([1-6])?")
"""A grade of the Admiralty system: the reliability of the source, then the credibility of what it says."""

CANNOT_BE_JUDGED = ("F", "6")
"""The grades that say that nobody can tell; they are no worse than the others, only less certain."""

DECIMAL = re.compile(r"[01]?\.[0-9]+([eE]-?[0-9]+)?|[01]\.?")

RANGE_MASS = 0.9
"""Probability inside the range by which the widths of grades are compared."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What the marks of a matrix, or the grades of its sources, stand for.

    No publication says which probability a mark is. Whoever reads a matrix decides it, gives the decision a name and,
    if it is written down somewhere, a citation; every number of the case then names the policy as its reason.

    Attributes
    ----------
    name
        A short name with a version, such as ``plant-2026-1``.
    ranges
        For each mark or grade, how the probability is stated: a number, a `Between`, a `Beta`, ...
    citation
        Where the policy is explained.

    Raises
    ------
    CaseError
        ``E_POLICY`` for a policy that states nothing, or in which a grade that says that nobody can tell (F or 6) is
        narrower than another of its kind; the code of the fault for what is not a probability.

    Examples
    --------
    >>> from attribution_bayes.declare.ways import Between
    >>> Policy(name="plant-2026-1", ranges={"C": Between(0.3, 0.8), "I": Between(0.05, 0.3)}).name
    'plant-2026-1'
    """

    name: str
    ranges: Mapping[str, Probability]
    citation: str | None = None

    def __post_init__(self) -> None:
        problems = [*self._text_problems(), *self._range_problems()]
        if problems:
            raise CaseError([problem.under("policy") for problem in problems])
        object.__setattr__(self, "ranges", Table({mark: frozen(way) for mark, way in self.ranges.items()}))
        narrow = [*_narrow_problems(self.ranges)]
        if narrow:
            raise CaseError([problem.under("policy") for problem in narrow])

    def _text_problems(self) -> Iterator[Problem]:
        for field in ("name", "citation"):
            value = getattr(self, field)
            if isinstance(value, str):
                yield from text_problems(value, field)
            elif field == "name" or value is not None:
                yield Problem(
                    code="E_TYPE", path=field, message=f"{quoted(value)} is not text.", hint="Put it in quotes."
                )

    def _range_problems(self) -> Iterator[Problem]:
        if not isinstance(self.ranges, Mapping) or not self.ranges:
            message = f"{quoted(self.ranges)} states no range."
            yield Problem(code="E_POLICY", path="ranges", message=message, hint="Write {MARK: RANGE}.")
            return
        for mark, way in self.ranges.items():
            if not isinstance(mark, str) or not mark.strip():
                hint = "Marks and grades are text, such as 'CC' or 'B'."
                yield Problem(code="E_TYPE", path="ranges", message=f"{quoted(mark)} is not a mark.", hint=hint)
            elif (problem := probability_problem(frozen(way))) is not None:
                yield problem.under(f"ranges.{mark}")

    def meaning(self, mark: str) -> Probability:
        """The probability that a mark stands for, with the mark and the policy as its reason."""
        way = self.ranges[mark]
        said = f"{mark} in the policy {self.name}"
        if not isinstance(way, Single):
            return Point(float(way), reason=said)
        return replace(way, reason=f"{said}: {way.reason}" if way.reason else said)

    def mark_of(self, way: object) -> str | None:
        """The mark that a probability was read from, or None."""
        return next((mark for mark in self.ranges if self.meaning(mark) == way), None)


def _narrow_problems(ranges: Mapping[str, Probability]) -> Iterator[Problem]:
    """Grades that say that nobody can tell, and are narrower than another."""
    for unknown, others in zip(CANNOT_BE_JUDGED, ("ABCDE", "12345"), strict=True):
        widths = {grade: _width(ranges[grade]) for grade in (*others, unknown) if grade in ranges}
        wider = [grade for grade in widths if unknown in widths and widths[grade] > widths[unknown]]
        if wider:
            message = f"it cannot be judged, and has a narrower range than {named(wider)}."
            hint = "What cannot be judged is the least certain, not the worst: give it the widest range."
            yield Problem(code="E_POLICY", path=f"ranges.{unknown}", message=message, hint=hint)


def _width(way: Probability) -> float:
    lower, upper = distribution(way).interval(RANGE_MASS)
    return upper - lower


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

    The first column names the items. The columns ``label``, ``statement``, ``source``, ``grade``, ``citation`` and
    ``date``, where they are there, are about the item; every other column is a hypothesis. Headings and items are names
    such as ``insider``, free text, or both, as ``insider: an insider did it``; a name is made of free text, which stays
    as the label and the statement. A cell holds a mark of the policy, or a probability as a decimal.

    Each cell is a number of its own, also where marks are equal. An item with a source is not observed itself: the
    source reports it, and its letter says how reliable it is.

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
        that is there twice, ``E_POLICY`` where no policy is given.

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
    _expect_policies(marks, grades)
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


def _expect_policies(marks: object, grades: object) -> None:
    problems = [
        Problem(
            code="E_POLICY",
            path=field,
            message=f"{quoted(given) if given is not None else 'nothing'} stands where a Policy belongs.",
            hint="Nothing fixes what a mark means: name your policy with ab.Policy(name=..., ranges={...}).",
        )
        for field, given in (("marks", marks), ("grades", grades))
        if not isinstance(given, Policy) and not (field == "grades" and given is None)
    ]
    if problems:
        raise CaseError(problems)


class _Matrix:
    """Reads a matrix, and collects everything that is wrong with it."""

    def __init__(
        self, sheet: Sheet, marks: Policy, grades: Policy | None, catch_all: Mapping[str, Probability]
    ) -> None:
        self.sheet, self.marks, self.grades, self.catch_all = sheet, marks, grades, catch_all
        self.problems: list[Problem] = []
        self.column = {heading: at for at, heading in enumerate(sheet.headings) if at and heading in COLUMNS}
        self.columns = [at for at, heading in enumerate(sheet.headings) if at and heading not in COLUMNS]
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
        if told.get("source"):
            fields["reports"] = [Report(source=read_name(told["source"]).name)]
        return Evidence(**fields)

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
        if meant_number(cell) == meant_number(cell):
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
        """For each source what the table calls it, and the letter of its grade."""
        found: dict[str, tuple[str, str]] = {}
        first: dict[str, str] = {}
        for row in self.rows if "source" in self.column else ():
            called = self._told(row, "source")
            letter = self._letter(row) if called else None
            if letter is None:
                continue
            name = read_name(called).name
            where = self.sheet.place(row, self.column["grade"])
            said, before = found.setdefault(name, (called, letter)), first.setdefault(name, where)
            if said[1] != letter:
                hint = "A source has one reliability; state two sources if it has two sides."
                self.note(
                    "E_GRADE", where, f"{quoted(called)} has the grade {letter} here and {said[1]} in {before}.", hint
                )
        return found

    def _letter(self, row: int) -> str | None:
        where = self.sheet.place(row, self.column.get("grade", self.column["source"]))
        cell = self._told(row, "grade") if "grade" in self.column else ""
        found = GRADE.fullmatch(cell)
        letter = found and found[1]
        if not letter:
            message = f"{quoted(cell)} does not say how reliable the source is." if cell else "the source has no grade."
            self.note("E_GRADE", where, message, "Write a letter from A to F; F if it cannot be judged.")
        elif self.grades is None:
            hint = "Say what the letters stand for: grades=ab.Policy(name=..., ranges={'A': ...})."
            self.note("E_POLICY", where, f"the grade {letter} needs a policy.", hint)
        elif letter not in self.grades.ranges:
            message = f"the policy {quoted(self.grades.name)} has no {letter}."
            self.note("E_GRADE", where, message, nearest(letter, self.grades.ranges))
        else:
            return letter
        return None


# A case to a matrix ---------------------------------------------------------------------------------------------------


def matrix_from_case(case: Case, *, marks: Policy, grades: Policy | None = None) -> pd.DataFrame:
    """Write a case as a matrix, from which `case_from_matrix` reads the same numbers.

    Parameters
    ----------
    case
    marks, grades
        The policies that it was read with.

    Returns
    -------
    pandas.DataFrame
        Indexed by item; a column for each hypothesis but an added catch-all, then those of ``statement``, ``label``,
        ``source``, ``grade``, ``citation`` and ``date`` that hold something.

    Raises
    ------
    CaseError
        ``E_MATRIX`` for each part that a matrix cannot hold: `given`, outcomes other than True and False, items that
        were not seen to be true, ratios, several reports, common causes.
    """
    expect(case, Case, "case")
    _expect_policies(marks, grades)
    problems = [*_beyond_a_matrix(case)]
    if problems:
        raise CaseError(problems)
    writer = _Writer(case, marks, grades)
    rows = [writer.row(item) for item in case.evidence]
    if writer.problems:
        raise CaseError(writer.problems)
    frame = pd.DataFrame(rows, index=pd.Index([item.name for item in case.evidence], name="evidence"))
    return frame[[name for name in frame if name not in COLUMNS or (frame[name] != "").any()]]


def _beyond_a_matrix(case: Case) -> Iterator[Problem]:
    """What a matrix cannot hold."""
    if case.error is not None:
        yield _beyond("error", "an error of all items")
    for cause in case.common_causes:
        yield _beyond(f"common_cause.{cause.name}", "a common cause")
    for item in case.evidence:
        path = f"evidence.{item.name}"
        if item.error is not None:
            yield _beyond(f"{path}.error", "an item that may have been misunderstood")
        if item.given:
            yield _beyond(f"{path}.given", "an item that depends on another")
        if not item.is_binary:
            yield _beyond(f"{path}.outcomes", "named outcomes")
        if isinstance(item.likelihood, Same):
            yield _beyond(f"{path}.likelihood", "a row that is stated once for all hypotheses")
        if isinstance(item.likelihood, Ratios):
            yield _beyond(f"{path}.likelihood", "likelihood ratios")
        if len(item.reports) > 1 or any(not report.says or report.copied_from for report in item.reports):
            yield _beyond(f"{path}.reports", "anything but one report that the item is true")
        if item.is_binary and not item.reports and item.observed is not True:
            yield _beyond(f"{path}.observed", "an item that was not seen to be true")


def _beyond(path: str, what: str) -> Problem:
    hint = "`dump_case` writes every case."
    return Problem(code="E_MATRIX", path=path, message=f"a matrix cannot hold {what}.", hint=hint)


class _Writer:
    """Writes the items of a case as rows, and collects the numbers that no mark stands for."""

    def __init__(self, case: Case, marks: Policy, grades: Policy | None) -> None:
        self.marks, self.grades = marks, grades
        self.sources = {source.name: source for source in case.sources}
        self.columns = {one: _heading(one) for one in case.hypotheses if not _is_added(case, one)}
        self.problems: list[Problem] = []

    def row(self, item: Evidence) -> dict[str, str]:
        cells = {heading: self._mark(item, one.name) for one, heading in self.columns.items()}
        source = self.sources[item.reports[0].source] if item.reports else None
        return cells | {
            "statement": item.statement if item.statement != item.name else "",
            "label": item.label or "",
            "source": _heading(source) if source else "",
            "grade": self._grade(source) if source else "",
            "citation": item.citation or "",
            "date": str(item.date or ""),
        }

    def _mark(self, item: Evidence, hypothesis: str) -> str:
        assert isinstance(item.likelihood, Mapping)
        return self._cell(item.likelihood[hypothesis], self.marks, f"evidence.{item.name}.likelihood.{hypothesis}")

    def _grade(self, source: Source) -> str:
        where = f"source.{source.name}.reliability"
        return self._cell(source.reliability, self.grades, where) if self.grades else self._nothing(where, "no policy")

    def _cell(self, way: object, policy: Policy, where: str) -> str:
        mark = policy.mark_of(way)
        if mark is not None:
            return mark
        if isinstance(way, float) and policy is self.marks:
            return repr(way)
        return self._nothing(where, f"no mark of the policy {quoted(policy.name)}")

    def _nothing(self, where: str, what: str) -> str:
        hint = "Give the policy that the case was read with, or write the case with `dump_case`."
        self.problems.append(Problem(code="E_MATRIX", path=where, message=f"{what} stands for this number.", hint=hint))
        return ""


def _is_added(case: Case, hypothesis: Hypothesis) -> bool:
    """Whether it is a catch-all under which all items are equally probable: a matrix has no column for it."""
    stated = [item.likelihood[hypothesis.name] for item in case.evidence if isinstance(item.likelihood, Mapping)]
    return hypothesis.catch_all and all(one == stated[0] for one in stated)


def _heading(part: Hypothesis | Source) -> str:
    """The name, or both the name and the text, so that the same part is read from it."""
    if part.statement == part.name:
        return part.name
    if read_name(part.statement).name == part.name:
        return part.statement
    return f"{part.name}: {part.statement}"
