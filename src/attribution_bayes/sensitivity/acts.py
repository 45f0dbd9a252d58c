"""Acts and what each is worth under each hypothesis: the best act, and what it would be worth to know more."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from attribution_bayes.arguments import shown
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.ways import frozen
from attribution_bayes.errors import CaseError, Problem, nearest, quoted, refusal, step
from attribution_bayes.odds import TIE

type Utility = Mapping[str, Mapping[str, float]] | pd.DataFrame
"""By act and hypothesis what the act is worth if the hypothesis is true; in a DataFrame a row for each act."""

UTILITY_HINT = "Write {ACT: {HYPOTHESIS: NUMBER}}, or a DataFrame with a row for each act."


@dataclass(frozen=True, eq=False)
class Acts:
    """What can be done.

    Attributes
    ----------
    names
    utility
        Shape (act, hypothesis).
    """

    names: tuple[str, ...]
    utility: Floats

    def expected(self, credences: Floats) -> Floats:
        """Expected utility of each act, shape (..., act), for credences of shape (..., hypothesis)."""
        return np.asarray(credences @ self.utility.T)

    def best(self, credences: Floats) -> NDArray[np.object_]:
        """Name of the act of greatest expected utility, shape (...); None where several are level or all are NaN."""
        expected = self.expected(credences)
        margin = TIE * np.abs(self.utility).max()
        ahead = expected >= expected.max(axis=-1, keepdims=True) - margin
        place = np.where(ahead.sum(axis=-1) == 1, ahead.argmax(axis=-1), len(self.names))
        return np.asarray(np.array([*self.names, None], dtype=object)[place], dtype=object)

    def gain(self, now: Floats, then: Floats) -> Floats:
        """How much more than the best act of now the best act of then is expected to bring then; never below 0.

        Parameters
        ----------
        now, then
            Credences, shapes (hypothesis,) and (..., hypothesis).
        """
        expected = self.expected(then)
        return np.asarray(expected.max(axis=-1) - expected[..., int(self.expected(now).argmax())])


def acts_of(case: Case, utility: Utility) -> Acts:
    """Read a table of acts by hypotheses.

    Raises
    ------
    CaseError
        ``E_TYPE``, ``E_EMPTY``, ``E_MISSING``, ``E_UNKNOWN_NAME``, ``E_DUPLICATE`` or ``E_RANGE``, each naming the act
        and the hypothesis.
    """
    rows = _rows(utility)
    problems = [problem for act, row in rows.items() for problem in _problems(case, act, row)]
    if problems:
        raise CaseError(problems)
    if not rows:
        raise refusal("E_EMPTY", "utility", "there is no act.", UTILITY_HINT)
    numbers = [[float(frozen(row[name])) for name in case.names] for row in rows.values()]
    return Acts(tuple(rows), np.array(numbers))


def _rows(utility: Utility) -> Mapping[Any, Any]:
    if not isinstance(utility, pd.DataFrame):
        if isinstance(utility, Mapping):
            return utility
        message = f"{shown(utility)} stands where a table of acts by hypotheses belongs."
        raise refusal("E_TYPE", "utility", message, UTILITY_HINT)
    for labels in (utility.index, utility.columns):
        if labels.has_duplicates:
            twice = labels[labels.duplicated()][0]
            message = f"{quoted(twice)} stands in the table twice."
            raise refusal("E_DUPLICATE", "utility", message, "Give each act one row, each hypothesis one column.")
    return {act: row.to_dict() for act, row in utility.iterrows()}


def _problems(case: Case, act: Any, row: Any) -> Iterator[Problem]:
    path = f"utility.{step(act)}"
    if not isinstance(act, str):
        message = f"{shown(act)} stands where the name of an act belongs."
        yield Problem(code="E_TYPE", path=path, message=message, hint=UTILITY_HINT)
    if not isinstance(row, Mapping):
        message = f"{shown(row)} stands where a number for each hypothesis belongs."
        yield Problem(code="E_TYPE", path=path, message=message, hint=UTILITY_HINT)
        return
    for name in case.names:
        if name not in row:
            message = f"it is not said what {quoted(act)} is worth if {quoted(name)} is true."
            yield Problem(code="E_MISSING", path=f"{path}.{name}", message=message, hint="State a number for it too.")
    for name, value in row.items():
        if name in case.names:
            yield from amount_problems(value, f"{path}.{name}")
        else:
            message, hint = f"there is no hypothesis {quoted(name)}.", nearest(name, case.names)
            yield Problem(code="E_UNKNOWN_NAME", path=f"{path}.{step(name)}", message=message, hint=hint)


def amount_problems(value: Any, path: str, least: float = -math.inf) -> Iterator[Problem]:
    """What is wrong with an amount: a finite number that need not be a probability."""
    number = frozen(value)
    if not (isinstance(number, float) and math.isfinite(number) and number >= least):
        hint = "Give a finite number." if math.isinf(least) else f"Give a finite number from {least:g} on."
        yield Problem(code="E_RANGE", path=path, message=f"{shown(value)} is not allowed.", hint=hint)
