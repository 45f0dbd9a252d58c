"""From the path of a fault to its line and column in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from attribution_bayes.errors import Problem, in_file
from attribution_bayes.files.forms import PLACES_IN_LIST, SHORT_FORMS
from attribution_bayes.files.tree import Tree


def place(problem: Problem, tree: Tree) -> Problem:
    """Add line and column to a problem, and put it in terms of the file."""
    line, column = tree.places.get(_nearest_place(_path_in_file(problem.path, tree.root), tree.places), (1, 1))
    message, hint = in_file(problem.message), in_file(problem.hint)
    return replace(problem, message=message, hint=hint, line=line, column=column)


def _nearest_place(path: str, places: Mapping[str, Any]) -> str:
    """Follow a path in the file as far as it leads, through the short forms that contain numbers."""
    here: tuple[str, ...] = ()
    for step in path.casefold().split("."):
        inside = ((*here, form, one) for form in SHORT_FORMS for one in (step, PLACES_IN_LIST.get(step, step)))
        found = next((one for one in ((*here, step), *inside) if ".".join(one) in places), None)
        if found is None:
            break
        here = found
    return ".".join(here)


def _path_in_file(path: str, root: Any) -> str:
    """Sources and common causes stand under the plural; reports are a list, and go by their source in addresses."""
    match path.split("."):
        case ["source", *rest]:
            return ".".join(["sources", *rest])
        case ["common_cause", *rest]:
            return ".".join(["common_causes", *rest])
        case ["evidence", name, "reports", source, *rest]:
            try:
                reports = root["evidence"][name]["reports"]
                index = max(i for i, report in enumerate(reports) if report.get("source") == source)
            except (KeyError, TypeError, AttributeError, ValueError):
                return path
            return ".".join(["evidence", name, "reports", str(index), *rest])
        case _:
            return path
