"""The numbers of a case as a table with one row for each, to be filled in by others and read back.

What is written in a row is what a case file holds at that place, such as 0.3 or ``{between: [0.2, 0.6]}``.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pandas as pd

from attribution_bayes.arguments import expect
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import ERROR_RATES
from attribution_bayes.declare.written import case_tree
from attribution_bayes.errors import CaseError, CaseWarning, Problem, nearest, quoted
from attribution_bayes.files.cases import case_from_text, flow_text
from attribution_bayes.files.forms import PRIOR_FORMS, PROBABILITY_FORMS, is_ratios, is_same, is_short
from attribution_bayes.files.sheet import Sheet, inert, read_sheet
from attribution_bayes.files.syntax import yaml_tree

NUMBERS = frozenset(
    {"reliability", "if_unreliable", *ERROR_RATES, "likelihood", "error", "probability", "copy_probability"}
)
"""Fields of parts that hold numbers."""


UNREAD = Problem(
    code="W_TABLE",
    message="only numbers are read from the table: what else was written in it is not in the case.",
    hint="Change statements, and add reasons, in the case file.",
)


def table_from_case(case: Case) -> pd.DataFrame:
    """List everything that states a number, one row for each; `case_from_table` reads it back.

    Returns
    -------
    pandas.DataFrame
        Indexed by `address`, with the columns ``number``, as a case file states it, and ``statement``, what it is
        about. Numbers that are stated together, such as odds, share one row. A text that a spreadsheet would take for
        a formula has an apostrophe before it.

    Examples
    --------
    >>> from attribution_bayes.declare.parts import Hypothesis
    >>> from attribution_bayes.declare.ways import Odds
    >>> hypotheses = [Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)]
    >>> case = Case(question="Which?", hypotheses=hypotheses, prior=Odds({"a": 3, "b": 1}))
    >>> table_from_case(case)["number"]["prior"]
    '{odds: {a: 3.0, b: 1.0}}'
    """
    expect(case, Case, "case")
    rows = [(place, flow_text(holder[key]), said) for place, holder, key, said in _places(case_tree(case))]
    return inert(pd.DataFrame(rows, columns=["address", "number", "statement"]).set_index("address"))


def case_from_table(numbers: str | os.PathLike[str] | pd.DataFrame, case: Case) -> Case:
    """Read the numbers of a table into a case.

    Parameters
    ----------
    numbers
        A file (``.csv``, ``.xlsx``) or a DataFrame, as `table_from_case` makes it: the first column holds the
        addresses, one is called ``number``. Others are not read; a `CaseWarning` names those that hold something new.
    case
        What is not a number: the question, hypotheses, sources, evidence and what depends on what.

    Raises
    ------
    CaseError
        With every fault: ``E_MISSING`` for a number that the table lacks, ``E_UNKNOWN_NAME`` for an address that the
        case lacks, ``E_DUP_NAME`` for one that is there twice, and what `load_case` says of a number.
    """
    expect(case, Case, "case")
    sheet = read_sheet(numbers, field="numbers")
    stated, problems = _read(sheet)
    tree = deepcopy(case_tree(case))
    places = {place: (holder, key, said) for place, holder, key, said in _places(tree)}
    for place in places.keys() - stated.keys():
        problems.append(Problem(code="E_MISSING", path=place, message="the table has no row for it."))
    for place in stated.keys() - places.keys():
        message = f"the case has no {quoted(place)}."
        problems.append(Problem(code="E_UNKNOWN_NAME", path=place, message=message, hint=nearest(place, places)))
    readable = [place for place in places if stated.get(place) is not None]
    for place in readable:
        holder, key, _ = places[place]
        holder[key] = stated[place]
    try:
        changed = case_from_text(json.dumps(tree), faults=problems, stand_ins=places.keys() - readable)
    except CaseError as error:
        raise CaseError(sorted(error.problems, key=lambda problem: problem.path)) from None
    if unread := _unread(sheet, {place: said for place, (_, _, said) in places.items()}):
        warnings.warn(CaseWarning(replace(UNREAD, path=", ".join(unread))), stacklevel=2)
    return changed


def _unread(sheet: Sheet, said: Mapping[str, str]) -> list[str]:
    """Columns besides the address and the number that say something which the case does not say."""
    own = {"statement": said, "number": None}
    found = []
    for at, heading in [*enumerate(sheet.headings)][1:]:
        told = own.get(heading, {})
        cells = () if told is None else ((row[at].split(), told.get(row[0], "").split()) for row in sheet.rows[1:])
        if any(cell and cell != known for cell, known in cells):
            found.append(quoted(heading)[1:-1])
    return found


def _read(sheet: Sheet) -> tuple[dict[str, Any], list[Problem]]:
    """What the table states by address, None where that cannot be read, and what is wrong with it."""
    stated: dict[str, Any] = {}
    problems: list[Problem] = []
    if "number" not in sheet.headings:
        message, hint = "no column is called 'number'.", "Give a table as `table_from_case` makes it."
        raise CaseError([Problem(code="E_TABLE", path=sheet.place(0, 0), message=message, hint=hint)])
    column = sheet.headings.index("number")
    for row, cells in enumerate(sheet.rows[1:], start=1):
        root, faults = _number(cells[column])
        problems += [replace(fault, path=sheet.place(row, column), line=None, column=None) for fault in faults]
        if cells[0] in stated:
            problems.append(Problem(code="E_DUP_NAME", path=sheet.place(row, 0), message="the address is there twice."))
        stated.setdefault(cells[0], root)
    return stated, problems


def _number(cell: str) -> tuple[Any, Sequence[Problem]]:
    """What a cell states, and why it states nothing."""
    try:
        root = yaml_tree(cell).root
    except CaseError as error:
        return None, error.problems
    empty = Problem(code="E_CELL", message="the cell is empty.", hint="State the number.")
    return root, [empty] if root is None else []


type _Place = tuple[str, Any, Any, str]
"""Where a number stands: its address, what holds it, under which key, and what it is about."""


def _places(tree: dict[str, Any]) -> Iterator[_Place]:
    """Everything in the tree of a case that states a number."""
    yield from _below(tree, "prior", "prior", "", _is_prior)
    if "error" in tree:
        yield from _below(tree, "error", "error", "", _is_probability)
    for kind, place in (("sources", "source"), ("evidence", "evidence"), ("common_causes", "common_cause")):
        for name, fields in tree.get(kind, {}).items():
            for field in [field for field in fields if field in NUMBERS]:
                yield from _below(fields, field, f"{place}.{name}.{field}", fields["statement"], _is_probability)
            for report in fields.get("reports", ()):
                if "copy_probability" in report:
                    address = f"{place}.{name}.reports.{report['source']}.copy_probability"
                    yield address, report, "copy_probability", fields["statement"]


def _below(holder: Any, key: Any, address: str, said: str, is_stated: Callable[[Any], bool]) -> Iterator[_Place]:
    """The numbers at and below a place, down to what states one number or several together."""
    entry = holder[key]
    if is_stated(entry):
        yield address, holder, key, said
    elif is_same(entry):
        yield from _below(entry, "same", address, said, is_stated)
    elif is_ratios(entry):
        for name in entry["ratios"]:
            yield f"{address}.{name}", entry["ratios"], name, said
    else:
        for name in entry:
            yield from _below(entry, name, f"{address}.{name}", said, is_stated)


def _is_prior(entry: Any) -> bool:
    return not isinstance(entry, dict) or is_short(entry, {**PRIOR_FORMS, **PROBABILITY_FORMS})


def _is_probability(entry: Any) -> bool:
    return not isinstance(entry, dict) or is_short(entry, PROBABILITY_FORMS)
