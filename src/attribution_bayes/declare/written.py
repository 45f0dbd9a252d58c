"""The canonical form of a case as plain values, which files hold and the hash of a case is computed from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any, assert_never

from attribution_bayes.declare.case import Case, Levels, caused, levels
from attribution_bayes.declare.parts import CommonCause, Evidence, Part, Report
from attribution_bayes.declare.way import Way
from attribution_bayes.declare.ways import Ratios, Same, Stated

SCHEMA = 1
"""Version of this form."""


HEAD = ("author", "date", "marking", "exercise")
"""Fields of a case that say who stated it, when, who may see it, and whether its author stands behind it."""


def case_text(case: Case) -> str:
    """The case as one line of JSON, the same for equal cases; its hash is computed from this."""
    return json.dumps(case_tree(case), separators=(",", ":"), ensure_ascii=False)


def case_hash(case: Case) -> str:
    """The SHA-256 of the text of a case, in hexadecimal."""
    return sha256(case_text(case).encode()).hexdigest()


def case_tree(case: Case) -> dict[str, Any]:
    """The case as a tree of plain values, as a file holds it."""
    tree: dict[str, Any] = {"schema": SCHEMA, "question": case.question}
    told = {name: getattr(case, name) for name in HEAD}
    tree |= {name: _written(one) for name, one in told.items() if one != Case.model_fields[name].default}
    tree["hypotheses"] = {part.name: _fields(part) for part in case.hypotheses}
    tree["prior"] = _written(case.prior, (case.names,))
    if case.prior_basis:
        tree["prior_basis"] = list(case.prior_basis)
    if case.error is not None:
        tree["error"] = _written(case.error)
    if case.sources:
        tree["sources"] = {part.name: _fields(part, (case.names,)) for part in case.sources}
    if case.evidence:
        tree["evidence"] = {part.name: _fields(part, levels(case, part)) for part in case.evidence}
    if case.common_causes:
        tree["common_causes"] = {cause.name: _of_cause(case, cause) for cause in case.common_causes}
    return tree


def _of_cause(case: Case, cause: CommonCause) -> dict[str, Any]:
    """The fields of a common cause; what each item has in place of its own likelihood is nested by hypothesis."""
    rows = {item: _written(cause.likelihood[item], (case.names, outcomes)) for item, outcomes in caused(case, cause)}
    return {**_fields(cause, (case.names,)), "likelihood": rows}


def _fields(part: Part, order: Levels = ()) -> dict[str, Any]:
    """The fields that differ from their defaults, in the order of declaration, and `answers` that were stated."""
    fields = {}
    for name, declared in type(part).model_fields.items():
        value = getattr(part, name)
        implied = isinstance(part, Evidence) and name == "observed" and bool(part.reports) and value is None
        needed = declared.is_required() or (name in part.answers and part.states(name))
        if name != "name" and not implied and (needed or value != declared.default):
            fields[name] = _written(value, order)
    return fields


type Writable = (
    Stated | Same | Ratios | Report | Mapping[Any, Writable] | tuple[Writable, ...] | bool | int | str | date | None
)
"""Everything that a field of a case can hold."""


def _written(value: Writable, order: Levels = ()) -> Any:
    """A value in its short form, with mappings in the order of the case at each depth."""
    match value:
        case Way():
            return value.to_file(order[0] if order else ())
        case Same():
            return {"same": _written(value.row, order[1:])}
        case Ratios():
            return {"ratios": _written(value.ratios, order), "reference": value.reference}
        case Report():
            return _fields(value)
        case Mapping():
            return {key: _written(value[key], order[1:]) for key in order[0] if key in value}
        case tuple():
            return [_written(entry) for entry in value]
        case bool() | float() | int() | str() | None:
            return value
        case date():
            return value.isoformat()
        case _:
            assert_never(value)
