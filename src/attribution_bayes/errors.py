"""What can go wrong, and what each error carries.

::

    Exception
    └── AttributionBayesError
        ├── CaseError            (also a ValueError) the case is not valid; carries every problem found
        ├── ContradictionError   every hypothesis is excluded by what was observed
        ├── TooLargeError        a component is too large; raised before memory is allocated
        ├── ConvergenceError     the sampler's draws did not pass the gate; carries the draws
        └── IntegrityError       a result file is not what it says it is
    UserWarning
    └── CaseWarning              the case can be weighed, but a reader should know this

A *problem* is one fault or one caution: a stable code, the address it stands at, what is wrong and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import xarray

MAX_LISTED_PROBLEMS = 100
"""Problems that the text of an error lists; it counts the others. `CaseError.problems` holds them all."""

MAX_PROBLEMS = 10_000
"""Problems that are collected for one case: there can be millions of missing rows, one per hypothesis and item."""

MAX_NAMED = 12
"""Names that a message or a hint lists; it counts the others."""

MAX_COMPARED = 1_000
"""Names among which the nearest is sought: as many as the largest case that anybody could state has items."""

MAX_QUOTED_CHARACTERS = 80
"""Characters of an offending text that a message repeats."""

MAX_SHOWN_PATH = 400
"""Characters of a path that a message shows: room for six of the longest names and the words between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault (code `E_...`) or caution (code `W_...`) of a case.

    Attributes
    ----------
    code
        Stable name of the kind of problem, the same from Python, YAML and JSON.
    path
        Address of the offending part, such as ``evidence.fled.likelihood.other``; empty for the whole case.
    message
        What is wrong and what was given.
    hint
        What to write instead; may be empty.
    line, column
        Place in the case file, counted from 1; None for a case declared in Python.
    meant
        A name that does not exist and those that do, from which `CaseError` makes a hint. Comparing them takes time, so
        it is done only for the problems that are listed.
    """

    code: str
    path: str = ""
    message: str
    hint: str = ""
    line: int | None = None
    column: int | None = None
    meant: tuple[object, Sequence[str]] | None = None

    def under(self, prefix: object) -> Problem:
        """Put `prefix`, a name or an address, in front of the path."""
        return replace(self, path=".".join(part for part in (str(prefix), self.path) if part))

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}: " if self.line is not None else ""
        where = f"{quoted(self.path, MAX_SHOWN_PATH)[1:-1]}: " if self.path else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{place}{self.code} {where}{self.message}{hint}"


class Text(str):
    """A text with two readings: itself in terms of Python, and `in_file` in terms of a case file."""

    in_file: str

    def __new__(cls, python: str, in_file: str | None = None) -> Self:
        made = super().__new__(cls, python)
        made.in_file = python if in_file is None else in_file
        return made


def in_file(text: str) -> str:
    """Read a text in terms of a case file."""
    return text.in_file if isinstance(text, Text) else text


def text(*parts: str) -> str:
    """Join parts of a text, any of which may read differently in terms of a case file."""
    return Text("".join(parts), "".join(map(in_file, parts)))


def quoted(given: object, limit: int = MAX_QUOTED_CHARACTERS) -> str:
    """What was given, escaped and short enough for a message."""
    try:
        shown = ascii(given[:limit] if isinstance(given, str) else given)
    except Exception:  # a foreign repr, an integer of 5000 digits, endlessly nested lists
        shown = f"<{type(given).__name__}>"
    shown = shown if len(shown) <= limit else shown[: limit - 3] + "..."
    match given:
        case None:
            return Text(shown, "null")
        case bool():
            return Text(shown, shown.lower())
        case float():  # all numbers of a file are read as floats
            return Text(shown, shown.removesuffix(".0"))
        case _:
            return Text(shown)


def step(key: object) -> str:
    """A key of a mapping as one step of a path."""
    return key if isinstance(key, str) else quoted(key)


def closest(name: object, allowed: Sequence[str]) -> str | None:
    """The allowed name that `name` seems to mean; None if it is like none of them."""
    given = step(name)[:MAX_QUOTED_CHARACTERS]
    close = difflib.get_close_matches(given, allowed, n=1) or [one for one in allowed if given.endswith(f"_{one}")]
    return close[0] if close else None


def did_you_mean(name: str) -> str:
    """A hint that names what was meant."""
    return f"Did you mean {quoted(name)}?"


def nearest(name: object, allowed: Iterable[str]) -> str:
    """A hint that names the allowed name closest to `name`, or all of them when they are few."""
    names = list(islice(allowed, MAX_COMPARED))
    if (close := closest(name, names)) is not None:
        return did_you_mean(close)
    return f"Allowed: {', '.join(quoted(name)[1:-1] for name in names)}." if 0 < len(names) <= MAX_NAMED else ""


def named(names: Iterable[object]) -> str:
    """Names in a sentence; of many, the first."""
    listed = list(names)
    rest = len(listed) - MAX_NAMED
    shown = [part for name in listed[:MAX_NAMED] for part in (", ", quoted(name))]
    return text(*shown[1:], f" and {rest:,} more" if rest > 0 else "")


class AttributionBayesError(Exception):
    """Base of all errors that this library raises on purpose."""


class CaseError(AttributionBayesError, ValueError):
    """The case is not valid. No part of it was accepted.

    Attributes
    ----------
    problems : tuple of Problem
        Every fault found, in the order of the case.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        if not problems:
            raise ValueError("a CaseError says at least one problem")
        others = (replace(problem, meant=None) for problem in problems[MAX_LISTED_PROBLEMS:])
        self.problems = (*map(_add_hint, problems[:MAX_LISTED_PROBLEMS]), *others)
        super().__init__(self.problems)

    def __str__(self) -> str:
        listed = [f"  {problem}" for problem in self.problems[:MAX_LISTED_PROBLEMS]]
        rest = len(self.problems) - len(listed)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        return "\n".join([f"{count}:", *listed, *([f"  and {rest} more"] if rest else [])])


def _add_hint(problem: Problem) -> Problem:
    if problem.meant is None:
        return problem
    name, allowed = problem.meant
    return replace(problem, hint=nearest(name, allowed) or problem.hint, meant=None)


def refusal(
    code: str, path: str, message: str, hint: str = "", position: tuple[int | None, int | None] = (None, None)
) -> CaseError:
    """Make the error of a single problem."""
    line, column = position
    return CaseError([Problem(code=code, path=path, message=message, hint=hint, line=line, column=column)])


class ContradictionError(AttributionBayesError):
    """Every hypothesis is excluded: no credence exists.

    Attributes
    ----------
    excluded_by : dict
        For each hypothesis, the names of what gives it probability zero: items, or ``"prior"``.
    where : str
        Which case of many, such as ``cases[17]``; empty for the only one.
    """

    def __init__(self, excluded_by: dict[str, tuple[str, ...]], where: str = "") -> None:
        self.excluded_by, self.where = excluded_by, where
        super().__init__(excluded_by, where)

    def in_case(self, where: str) -> ContradictionError:
        """The same error for one case of many."""
        return ContradictionError(self.excluded_by, where)

    def __str__(self) -> str:
        reasons = "; ".join(f"{name!r} by {', '.join(items)}" for name, items in self.excluded_by.items())
        return (
            f"{_at(self.where)}every hypothesis is excluded: {reasons}. "
            "At least one `Impossible` or `Certain` here is wrong, or an explanation is missing from the hypotheses."
        )


def _at(where: str) -> str:
    return f"{where}: " if where else ""


class TooLargeError(AttributionBayesError):
    """A component has too many joint hidden states; nothing was allocated.

    Attributes
    ----------
    component : str
    items, sources : tuple of str
        What the component connects.
    worlds : int
        Entries, per hypothesis, of the smallest table found that suffices to sum out its hidden states.
    limit : int
    where : str
        Which case of many, such as ``cases[17]``; empty for the only one.
    """

    def __init__(
        self,
        *,
        component: str,
        items: tuple[str, ...],
        sources: tuple[str, ...],
        worlds: int,
        limit: int,
        where: str = "",
    ) -> None:
        self.component, self.items, self.sources = component, items, sources
        self.worlds, self.limit, self.where = worlds, limit, where
        super().__init__(component, items, sources, worlds, limit, where)

    def __reduce__(self) -> tuple[object, ...]:
        return _too_large, self.args

    def in_case(self, where: str) -> TooLargeError:
        """The same error for one case of many."""
        return _too_large(self.component, self.items, self.sources, self.worlds, self.limit, where)

    def __str__(self) -> str:
        shared = f" and the sources {', '.join(self.sources)}" if self.sources else ""
        return (
            f"{_at(self.where)}component {self.component!r} does not fit: summing out its hidden states takes a table "
            f"of {self.worlds:,} entries per hypothesis, the limit is {self.limit:,}. It connects the items "
            f"{', '.join(self.items)}{shared}. Declare fewer parents or sources per item, or observe some of them."
        )


def _too_large(
    component: str, items: tuple[str, ...], sources: tuple[str, ...], worlds: int, limit: int, where: str
) -> TooLargeError:
    return TooLargeError(component=component, items=items, sources=sources, worlds=worlds, limit=limit, where=where)


class ConvergenceError(AttributionBayesError):
    """The sampler's draws did not pass the convergence gate; no credence is given.

    Attributes
    ----------
    failures : tuple of str
        One sentence per check that failed, with its figures.
    draws : xarray.DataTree
        The draws as they are, in the layout of `Posterior.draws`, for inspection.
    """

    def __init__(self, failures: Sequence[str], draws: xarray.DataTree) -> None:
        self.failures = tuple(failures)
        self.draws = draws
        super().__init__(self.failures, draws)

    def __str__(self) -> str:
        return (
            "the draws did not pass the convergence gate, so no credence is given: "
            + "; ".join(self.failures)
            + ". The draws are in the error's `draws`. More tuning and draws may help; method='exact' needs neither."
        )


class IntegrityError(AttributionBayesError):
    """A result on disk is damaged, edited or of another kind; no part of it is returned.

    Attributes
    ----------
    differences : tuple of str
        What differs from a result as it was saved, one phrase for each.
    code : str
        ``E_INTEGRITY``, or ``E_SCHEMA_NEWER`` for a file of a version that this library does not know yet.
    """

    def __init__(self, differences: Sequence[str], code: str = "E_INTEGRITY") -> None:
        self.differences = tuple(differences)
        self.code = code
        super().__init__(self.differences, code)

    def __str__(self) -> str:
        listed = self.differences[:MAX_LISTED_PROBLEMS]
        rest = len(self.differences) - len(listed)
        return f"{self.code}: " + "; ".join([*listed, *([f"and {rest} more"] if rest else [])]) + "."


class CaseWarning(UserWarning):
    """A caution about a case that can be weighed all the same.

    Attributes
    ----------
    problem : Problem
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem)

    def __str__(self) -> str:
        return str(self.problem)
