"""Whether a value is one finite number, which number a text that is not one seems to mean, and arrays of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike

from attribution_bayes.arrays import numpy_array
from attribution_bayes.errors import Problem, Text, quoted, refusal, text

YES_OR_NO = frozenset({"yes", "no", "on", "off", "true", "false"})
"""Texts that YAML 1.1 takes for True and False."""

LARGEST_HINT = "The largest number that can be used is about 1e308."
SMALLEST_HINT = "The smallest number above 0 that can be used is about 5e-324."
DECIMAL_HINT = "Write a decimal such as 0.25."


def is_number(value: object) -> bool:
    """Whether `value` is one real number of Python, NumPy or `decimal`, or an array of no dimensions that holds one.

    True and False are not.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return is_number(value.item())
    return isinstance(value, Real | Decimal) and not isinstance(value, bool | np.bool_)


def number_problem(value: object) -> Problem | None:
    """Why `value` cannot be read as a finite number, or None if it can."""
    if isinstance(value, str) and value.strip().casefold() not in YES_OR_NO:
        return _number_text_problem(value)
    if not is_number(value):
        kind = type(value).__name__
        message = text(quoted(value), Text(f" ({kind})", ""), " stands where a number belongs.")
        return Problem(code="E_TYPE", message=message, hint=DECIMAL_HINT)
    try:
        finite = math.isfinite(value)  # type: ignore[arg-type]
    except OverflowError:
        message = f"{quoted(value)} is too large a number."
        return Problem(code="E_NUMBER_SIZE", message=message, hint=LARGEST_HINT)
    except ValueError:  # a signalling NaN
        finite = False
    if not finite:
        return Problem(code="E_NOT_FINITE", message=f"{quoted(value)} is not a finite number.", hint=DECIMAL_HINT)
    return None


def _number_text_problem(text: str) -> Problem:
    if text.strip().lstrip("+-.").casefold() in ("nan", "inf", "infinity"):
        return Problem(code="E_NOT_FINITE", message=f"{quoted(text)} is not a finite number.", hint=DECIMAL_HINT)
    return Problem(code="E_NUMBER", message=f"{quoted(text)} is text, not a number.", hint=decimal_hint(text))


def decimal_hint(text: str) -> str:
    """How to write the number that `text` seems to mean."""
    written = f"{meant_number(text):.10g}"
    if written in ("nan", "inf", "-inf") or (written == "0" and text != written):
        return DECIMAL_HINT
    also = ", or use odds if this is a prior" if ":" in text else " without quotes" if text == written else ""
    return f"Write {written}{also}."


def meant_number(text: str) -> float:
    """The number that a text seems to mean; NaN if there is none."""
    try:
        return _meant(text.strip())
    except (ValueError, ZeroDivisionError):
        return math.nan


def _meant(text: str) -> float:
    if text.endswith("%"):
        return _with_point(text[:-1]) / 100
    for sign in (":", "/"):
        if sign in text:
            above, below = text.split(sign)
            return _with_point(above) / _with_point(below)
    return _with_point(text)


def _with_point(text: str) -> float:
    """The number with its decimal comma read as a point; 1,000 could be one or a thousand, so it is NaN."""
    whole, comma, digits = text.strip().partition(",")
    if whole[:1] == "0" and whole[1:2].isdigit():
        return math.nan  # some parsers read octal
    return math.nan if comma and len(digits) == 3 and whole != "0" else float(f"{whole}.{digits}" if comma else whole)


def rows_of(likelihood: ArrayLike, hypotheses: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """Likelihoods of items with these names as floats, shape (item, hypothesis)."""
    if len({*hypotheses}) < len(hypotheses):
        raise refusal("E_DUP_NAME", "hypotheses", f"{quoted(hypotheses)} names one twice.", "Name each once.")
    rows, shape = numpy_array(likelihood, "likelihood"), (len(names), len(hypotheses))
    if rows.dtype.kind not in "fiu":
        raise refusal("E_TYPE", "likelihood", "it is no array of numbers.", "Give an array of floats.")
    if rows.shape != shape:
        message = f"an array of shape {rows.shape} for {shape[0]:,} items under {shape[1]:,} hypotheses."
        raise refusal("E_SHAPE", "likelihood", message, f"Give one of shape {shape}: a row for each item.")
    return rows.astype(np.float64)


def each_of(observed: ArrayLike | None, size: int) -> list[bool | None]:
    """What was observed of each of so many items."""
    given = numpy_array(observed, "observed")
    if given.shape not in ((), (size,)):
        message = f"an array of shape {given.shape} for {size:,} items."
        raise refusal("E_SHAPE", "observed", message, "Give one for all items, or one for each.")
    found: list[bool | None] = given.tolist() if given.shape else [given.item()] * size
    if not {*map(type, found)} <= {bool, type(None)}:
        message = "an item was observed to be true or false, or not observed."
        raise refusal("E_TYPE", "observed", message, "Give True, False or None.")
    return found
