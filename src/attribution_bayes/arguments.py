"""Checks of what public functions are given, made before anything is computed.

A function that takes a case says ``expect(case, Case, "case")`` first. `tests/test_arguments.py` gives every public
function arguments of the wrong kind, so that no check is forgotten.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from numbers import Integral, Number
from typing import Any

from attribution_bayes.errors import CaseError, Problem, nearest, quoted, refusal

MAX_WHOLE = 2**63 - 1
"""The largest seed, and the largest count: the largest integer of NumPy."""

SHOWN = (str, bytes, Number, os.PathLike, type(None))
"""Kinds whose value a message repeats. Of other objects it names the type: they may be long, or costly to print."""

CASE_ENDINGS, RESULT_ENDING = (".yaml", ".yml", ".json"), ".nc"
"""Endings of the files that hold a case, and of those that hold a result."""

PATH = (os.PathLike, str)

FROM: dict[str, dict[str, str]] = {
    "Case": {
        "Posterior": "Give its case: `posterior.case`.",
        "result file": "Read the file first: `ab.load_posterior(path).case`.",
        "path": "Read the file first: `ab.load_case(path)`.",
        "list": "Give one case, such as `cases[0]`.",
        "": "Make one with `ab.Case(...)`, or read one with `ab.load_case(path)`.",
    },
    "Posterior": {
        "Case": "Weigh it first: `ab.weigh(case)`.",
        "case file": "Read and weigh the case first: `ab.weigh(ab.load_case(path))`.",
        "path": "Read the file first: `ab.load_posterior(path)`.",
        "list": "Give one posterior, as `ab.weigh(case)` returns it.",
        "": "`ab.weigh(case)` makes one, `ab.load_posterior(path)` reads one.",
    },
    "Panel": {
        "Case": "A panel has two cases or more: `ab.Panel({NAME: case, OTHER: other})`.",
        "list": "Name them: `ab.Panel({NAME: case, OTHER: other})`.",
        "": "Make one with `ab.Panel({NAME: case, OTHER: other})`.",
    },
    "Past": {"": "Make one with `ab.Past(credences, outcomes)`."},
    "DataTree": {"": "Give what `pymc.sample` returned."},
    "Sampling": {"": "Write `ab.Sampling(draws=1000, seed=0)`."},
    "Mapping": {"": "Write {ADDRESS: VALUE}; `ab.assumptions(case)` lists the addresses."},
    "Iterable": {
        "Case": "Give a list: `[case]`.",
        "path": "Read the files first: `[ab.load_case(path) for path in paths]`.",
        "": "Give a list of cases.",
    },
    "DataFrame": {"": "Give the table as the function that makes it returns it."},
    "Dataset": {"": "Make an `xarray.Dataset` whose variables are addresses."},
    "Axes": {"Figure": "Give one of its axes: `figure.axes[0]`.", "": "Make them with `matplotlib.pyplot.subplots()`."},
    "PathLike": {
        "Case": "It is a case already: `ab.weigh(case)` weighs it, `ab.dump_case(case, path)` writes it.",
        "Posterior": "It is a posterior already: `ab.report(posterior, path)` reports it, "
        "`ab.save_posterior(posterior, path)` writes it.",
        "Mapping": "Declare a case in Python with `ab.Case(...)`.",
        "": "Write the name of a file in quotes, or a `pathlib.Path`.",
    },
    "str": {"": "Put the name in quotes."},
    "bool": {"": "Write True or False."},
    "date": {"": "Write datetime.date(2024, 3, 22)."},
}
"""What to write instead: by the kind that is wanted, then by the kind that was given."""


NAMED = {
    "Iterable": "a list of cases",
    "Mapping": "a mapping by address",
    "Axes": "an Axes of matplotlib",
    "PathLike": "a path",
    "str": "a text",
    "bool": "True or False",
}
"""What a message calls a kind that is not one of ours."""


def expect(
    given: object, kind: type | tuple[type, ...], field: str, *, several: str = "", before: object = None
) -> None:
    """Refuse an argument of a kind that the function does not take.

    Parameters
    ----------
    given, kind, field
    several
        A hint that names the function that takes a list of such arguments, if there is one.
    before
        The path that comes after this argument, if one does: people often swap the two.

    Raises
    ------
    CaseError
        ``E_TYPE``: what was given, what is wanted, and the call that makes it.
    """
    if isinstance(given, PATH) and isinstance(kind, type) and isinstance(before, kind):
        message = f"{shown(given)} stands where a {kind.__name__} belongs."
        raise refusal("E_TYPE", field, message, f"Swap the two, as in `({field}, path)`: the path comes second.")
    if not isinstance(given, kind):
        raise wrong_kind(given, kind if isinstance(kind, type) else kind[0], field, several=several)


def wrong_kind(given: object, kind: type, field: str, *, several: str = "") -> CaseError:
    """The error for an argument of a kind that the function does not take."""
    hints = FROM[kind.__name__]
    name = next((name for name in _kinds(given) if name in hints), "")
    hint = " ".join(filter(None, (hints[name], several if name == "list" else "")))
    wanted = NAMED.get(kind.__name__, f"a {kind.__name__}")
    return refusal("E_TYPE", field, f"{shown(given)} stands where {wanted} belongs.", hint)


def _kinds(given: object) -> list[str]:
    """Names for the kind of what was given, the most specific first."""
    names = [one.__name__ for one in type(given).__mro__]
    if isinstance(given, PATH):
        ending = os.path.splitext(os.fsdecode(given))[1].lower()
        names += ["case file"] * (ending in CASE_ENDINGS) + ["result file"] * (ending == RESULT_ENDING) + ["path"]
    return names + ["Mapping"] * isinstance(given, Mapping) + ["list"] * isinstance(given, Collection)


def shown(given: object) -> str:
    """How a message shows an argument: its value, or its type."""
    return quoted(given) if isinstance(given, SHOWN) else f"an object of the type {type(given).__name__}"


def _is_whole(given: object) -> bool:
    """Whether it is a whole number of Python or NumPy; True and False are not."""
    return isinstance(given, Integral) and not isinstance(given, bool)


def whole_number(given: Any, field: str, *, least: int, code: str = "E_RANGE") -> int:
    """Read a count as a Python integer.

    Raises
    ------
    CaseError
        With the given code, for anything else and for less than `least`.
    """
    if not _is_whole(given) or not least <= given <= MAX_WHOLE:
        hint = f"Give a whole number from {least:,} on."
        raise refusal(code, field, f"{shown(given)} is not allowed.", hint)
    return int(given)


def seed_number(given: Any, field: str = "seed") -> int:
    """Read a seed as a Python integer: with anything else a result could not be repeated.

    Raises
    ------
    CaseError
        ``E_SEED``.
    """
    if not _is_whole(given) or not 0 <= given <= MAX_WHOLE:
        hint = "Give a whole number from 0 to 2**63 - 1."
        raise refusal("E_SEED", field, f"{shown(given)} is not allowed.", hint)
    return int(given)


def one_of(given: object, allowed: Collection[str], field: str, code: str) -> None:
    """Refuse a word that is not one of those allowed.

    Raises
    ------
    CaseError
        With the given code and the nearest word; ``E_TYPE`` for anything but text.
    """
    expect(given, str, field)
    if given not in allowed:
        raise refusal(code, field, f"there is no {field.rpartition('.')[2]} {quoted(given)}.", nearest(given, allowed))


def no_others(unknown: Mapping[str, object], kind: type, allowed: Collection[str], path: str) -> None:
    """Refuse keywords that a constructor does not have.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_FIELD`` for each, with the nearest name.
    """
    if unknown:
        message = f"{kind.__name__} has no {{}}."
        raise CaseError(
            [
                Problem(
                    code="E_UNKNOWN_FIELD",
                    path=f"{path}.{name}",
                    message=message.format(quoted(name)),
                    hint=nearest(name, allowed),
                )
                for name in unknown
            ]
        )


def listed(given: object, field: str) -> list[str]:
    """Read several names as a list.

    Raises
    ------
    CaseError
        ``E_TYPE`` for anything but a list of texts, and for a single text.
    """
    is_single = isinstance(given, str | bytes | Mapping) or getattr(given, "ndim", 1) == 0
    if isinstance(given, Iterable) and not is_single:
        names = [*given]
        if all(issubclass(kind, str) for kind in {*map(type, names)}):
            return names
    raise refusal("E_TYPE", field, f"{shown(given)} stands where a list of names belongs.", 'Write `["NAME"]`.')
