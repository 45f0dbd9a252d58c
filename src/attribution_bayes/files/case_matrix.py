"""Cases written as matrices of competing hypotheses, from which `matrix` reads them back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from attribution_bayes.arguments import expect
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Source
from attribution_bayes.declare.ways import Ratios, Same
from attribution_bayes.errors import CaseError, Problem, quoted
from attribution_bayes.files.matrix import COLUMNS, SEVERAL
from attribution_bayes.files.names import read_name
from attribution_bayes.files.policy import Policy, expect_policies
from attribution_bayes.files.sheet import inert

WRITTEN = {True: "yes", False: "no", None: "unknown"}
"""How the column ``observed`` says what is known of an item."""

OTHER_POLICY = "Give the policy that the case was read with, or write the case with `dump_case`."


def matrix_from_case(case: Case, *, marks: Policy, grades: Policy | None = None) -> pd.DataFrame:
    """Write a case as a matrix, from which `case_from_matrix` reads the same numbers.

    What that function is given beside the matrix is not in it: the question, the prior, the probabilities under an
    added catch-all, and `if_unreliable`, which all sources must have in common. Nor are author, date, ``exercise`` and
    the basis of the prior; labels and citations of hypotheses and sources; dates and citations of reports.

    Parameters
    ----------
    case
    marks, grades
        The policies that it was read with.

    Returns
    -------
    pandas.DataFrame
        Indexed by item; a column for each hypothesis but an added catch-all, then those of ``observed``,
        ``statement``, ``label``, ``source``, ``grade``, ``citation`` and ``date`` that hold something; ``observed``
        only if it is not ``yes`` everywhere. A text that a spreadsheet would take for a formula has an apostrophe
        before it, which is taken away when it is read.

    Raises
    ------
    CaseError
        ``E_MATRIX`` for each part that a matrix cannot hold: `given`, outcomes other than True and False,
        ratios, several reports of an item, `serves`, common causes, an error of all items, a marking, a source whose
        text holds a semicolon, that reports nothing, or whose `if_unreliable` differs from that of the others or with
        the hypothesis; and for a number that no mark stands for.
    """
    expect(case, Case, "case")
    expect_policies(marks, grades)
    problems = [*_beyond_a_matrix(case)]
    if problems:
        raise CaseError(problems)
    writer = _Writer(case, marks, grades)
    rows = [writer.row(item) for item in case.evidence]
    if writer.problems:
        raise CaseError(writer.problems)
    frame = pd.DataFrame(rows, index=pd.Index([item.name for item in case.evidence], name="evidence"))
    usual = dict.fromkeys(COLUMNS, "") | {"observed": WRITTEN[True]}
    return inert(frame)[[name for name in frame if name not in COLUMNS or (frame[name] != usual[name]).any()]]


def _beyond_a_matrix(case: Case) -> Iterator[Problem]:
    """What a matrix cannot hold."""
    if case.marking is not None:
        yield _beyond("marking", "a marking, and who reads it would not know who may see it")
    if case.error is not None:
        yield _beyond("error", "an error of all items")
    for cause in case.common_causes:
        yield _beyond(f"common_cause.{cause.name}", "a common cause")
    for item in case.evidence:
        path = f"evidence.{item.name}"
        if item.given:
            yield _beyond(f"{path}.given", "an item that depends on another")
        if not item.is_binary:
            yield _beyond(f"{path}.outcomes", "named outcomes")
        if isinstance(item.likelihood, Same):
            yield _beyond(f"{path}.likelihood", "a row that is stated once for all hypotheses")
        if isinstance(item.likelihood, Ratios):
            yield _beyond(f"{path}.likelihood", "likelihood ratios")
        if len(item.reports) > 1 or any(not report.serves or report.copied_from for report in item.reports):
            yield _beyond(f"{path}.reports", "anything but one report, which is no copy and serves as True does")
    yield from _sources_beyond(case)


def _sources_beyond(case: Case) -> Iterator[Problem]:
    reporting = {report.source for item in case.evidence for report in item.reports}
    common = next((one.if_unreliable for one in case.sources if one.if_unreliable is not None), None)
    for source in case.sources:
        path = f"source.{source.name}"
        if SEVERAL.search(source.statement):
            yield _beyond(f"{path}.statement", "a source whose text holds a semicolon or a line break")
        if source.name not in reporting:
            yield _beyond(path, "a source that reports nothing")
        if isinstance(source.if_unreliable, Mapping):
            yield _beyond(f"{path}.if_unreliable", "a number for each hypothesis")
        elif source.if_unreliable not in (common, None):
            yield _beyond(f"{path}.if_unreliable", "sources that differ in it")


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
            "observed": WRITTEN[item.reports[0].says if item.reports else item.observed],  # type: ignore[index]
            "statement": item.statement if item.statement != item.name else "",
            "label": item.label or "",
            "source": _heading(source) if source else "",
            "grade": (self._letter(source) if source else "") + self._figure(item),
            "citation": item.citation or "",
            "date": str(item.date or ""),
        }

    def _mark(self, item: Evidence, hypothesis: str) -> str:
        assert isinstance(item.likelihood, Mapping)
        return self._cell(item.likelihood[hypothesis], self.marks, f"evidence.{item.name}.likelihood.{hypothesis}")

    def _letter(self, source: Source) -> str:
        return self._grade(source.reliability, f"source.{source.name}.reliability")

    def _figure(self, item: Evidence) -> str:
        return "" if item.error is None else self._grade(item.error, f"evidence.{item.name}.error")

    def _grade(self, way: object, where: str) -> str:
        return self._cell(way, self.grades, where) if self.grades else self._nothing(where, "no policy")

    def _cell(self, way: object, policy: Policy, where: str) -> str:
        mark = policy.mark_of(way)
        if mark is not None:
            return mark
        if isinstance(way, float) and policy is self.marks:
            return repr(way)
        what, same = f"no mark of the policy {quoted(policy.name)}", policy.same_number(way)
        if same is None:
            return self._nothing(where, what)
        reason = policy.meaning(same).reason  # type: ignore[union-attr]
        return self._nothing(where, f"{what} with this reason", f"For {quoted(same)} give the reason {quoted(reason)}.")

    def _nothing(self, where: str, what: str, hint: str = OTHER_POLICY) -> str:
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
    found = read_name(part.statement)
    if (found.name, found.statement) == (part.name, part.statement):
        return part.statement
    return f"{part.name}: {part.statement}"
