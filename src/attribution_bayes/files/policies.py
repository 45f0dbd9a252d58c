"""Policies as files, and numbers of a case as single texts: read as strictly as case files are."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from attribution_bayes.declare.numbers import number_problem
from attribution_bayes.errors import CaseError, Problem, in_file, nearest, refusal
from attribution_bayes.files.cases import MAX_BYTES, Reader
from attribution_bayes.files.places import place
from attribution_bayes.files.policy import Policy
from attribution_bayes.files.raw import bounded_file, decode, read_bytes
from attribution_bayes.files.syntax import json_tree, yaml_tree
from attribution_bayes.files.tree import plain_value

FIELDS = ("name", "ranges", "citation")


def load_policy(path: str | os.PathLike[str]) -> Policy:
    """Read what marks or grades stand for.

    Parameters
    ----------
    path
        A file (``.yaml``, ``.yml``, ``.json``) such as ``{name: plant-2026-1, ranges: {C: {between: [0.3, 0.8]}}}``.
        Marks that begin with a sign, such as ``"-"``, stand in quotes.

    Raises
    ------
    CaseError
        With every fault, each with its line, as from `load_case` and `Policy`.
    """
    file = bounded_file(path, MAX_BYTES, "A policy has a line for each mark.")
    text = decode(read_bytes(file))
    tree = json_tree(text) if file.suffix == ".json" else yaml_tree(text)
    try:
        return _policy(tree.root)
    except CaseError as error:
        raise CaseError([_in_policy(place(_inside(problem), tree)) for problem in error.problems]) from None


def _inside(problem: Problem) -> Problem:
    return replace(problem, path=problem.path.removeprefix("policy."))


def _in_policy(problem: Problem) -> Problem:
    return problem.under("policy")


def _policy(root: Any) -> Policy:
    if not isinstance(root, dict):
        raise refusal("E_TYPE", "", "the file is not a mapping.", "Write `name:` and `ranges:`.")
    unknown = [
        Problem(code="E_UNKNOWN_FIELD", path=key, message="a policy has no such field.", hint=nearest(key, FIELDS))
        for key in root
        if key not in FIELDS
    ]
    if unknown:
        raise CaseError(unknown)
    reader, ranges = Reader(), root.get("ranges")
    if isinstance(ranges, dict):
        ranges = {mark: reader.probability(f"ranges.{mark}", way) for mark, way in ranges.items()}
    if reader.problems:
        raise CaseError(reader.problems)
    return Policy(name=root.get("name"), ranges=ranges, citation=root.get("citation"))  # type: ignore[arg-type]


# Texts of a command ---------------------------------------------------------------------------------------------------


def prior_from_text(text: str) -> Any:
    """Read a prior such as ``{insider: 0.6, other: 0.4}`` or ``{odds: {insider: 3, other: 2}}``.

    Raises
    ------
    CaseError
        With every fault of the text; whether it is a prior of a case, `Case` says.
    """
    return _read(text, lambda reader, tree: reader.prior(tree))


def probability_from_text(text: str) -> Any:
    """Read a probability such as ``0.3`` or ``{between: [0.1, 0.4]}``.

    Raises
    ------
    CaseError
        With every fault of the text.
    """
    return _read(text, lambda reader, tree: reader.probability("", tree))


def probabilities_from_text(text: str) -> Mapping[str, Any]:
    """Read probabilities by name, such as ``{other: {uniform: [0.05, 0.6]}}``.

    Raises
    ------
    CaseError
        With every fault of the text; ``E_TYPE`` for anything but a mapping.
    """
    found = _read(text, lambda reader, tree: reader.row("", tree) if isinstance(tree, dict) else tree)
    if not isinstance(found, dict):
        raise refusal("E_TYPE", "", f"{text} names no hypothesis.", "Write {NAME: RANGE}.")
    return found


def numbers_from_texts(texts: Mapping[str, str]) -> dict[str, float]:
    """Read plain numbers such as ``0.3``, by where each belongs.

    Raises
    ------
    CaseError
        With every fault of all texts.
    """
    found: dict[str, float] = {}
    problems: list[Problem] = []
    for where, text in texts.items():
        try:
            found[where] = _plain_number(text)
        except CaseError as error:
            problems += [problem.under(where) for problem in error.problems]
    if problems:
        raise CaseError(problems)
    return found


def _plain_number(text: str) -> float:
    value = plain_value(text.strip())
    problem = number_problem(value if isinstance(value, float) else text)
    if problem is not None:
        raise CaseError([replace(problem, message=in_file(problem.message))])
    return float(value)


def _read(text: str, read: Callable[[Reader, Any], Any]) -> Any:
    reader = Reader()
    found = read(reader, yaml_tree(text).root)
    if reader.problems:
        raise CaseError(reader.problems)
    return found
