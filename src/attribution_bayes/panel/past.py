"""Resolved cases: the credences that hypotheses had, and which of them turned out true."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
import xarray as xr

from attribution_bayes.arguments import expect, shown
from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.numbers import is_number
from attribution_bayes.declare.rows import SUM_TOLERANCE
from attribution_bayes.declare.wording import part_labels
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.errors import CaseError, Problem, named, nearest, quoted, refusal, step

type Record = pd.DataFrame | xr.DataArray | Sequence[Posterior | Mapping[str, float]]
"""Probabilities of the hypotheses of many cases, one row or member for each case."""

type Row = dict[str, float]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Past:
    """Cases for which it is now known which hypothesis was true.

    Parameters
    ----------
    credences
        The credences of each case after its evidence: a list with the posterior, or ``{hypothesis: credence}``, of
        each; a DataFrame with a row for each case and a column for each hypothesis (empty where the case had no such
        hypothesis); or a DataArray with the dimension hypothesis and one other.
    outcomes
        For each case the name of the hypothesis that turned out true.
    priors
        The probabilities before the evidence, in any of these forms; posteriors have theirs. Without them nothing can
        be said about likelihood ratios.

    Attributes
    ----------
    names
        For each case its hypotheses.
    credence, prior
        Shape (case, position of the hypothesis among its names), 0 beyond these. The prior is None unless it is known
        for every case.
    true
        For each case the place of the hypothesis that was true.
    labels
        What is read in place of names of hypotheses, by their addresses, where posteriors were given.

    Raises
    ------
    CaseError
        ``E_EMPTY`` for no case; ``E_SHAPE`` for credences, outcomes and priors of different numbers; ``E_TYPE`` or
        ``E_RANGE`` for anything but a credence; ``E_CREDENCE_SUM`` where they do not sum to 1; ``E_UNKNOWN_NAME`` for
        an outcome that is not a hypothesis of its case; ``E_HYPOTHESES`` for priors of other hypotheses.

    Examples
    --------
    >>> Past([{"leak": 0.7, "hack": 0.3}, {"leak": 0.2, "hack": 0.8}], ["leak", "leak"])
    Past(2 cases)
    """

    names: tuple[tuple[str, ...], ...]
    credence: Floats
    prior: Floats | None
    true: Ints
    labels: Mapping[str, str]

    def __init__(self, credences: Record, outcomes: Sequence[str], *, priors: Record | None = None) -> None:
        cases = list(_rows(credences, "credences"))
        _check(cases, outcomes)
        before = _priors(credences) if priors is None else list(_rows(priors, "priors"))
        if before is not None:
            _check_priors(before, cases)
        names = tuple(_arranged(tuple(one), tuple(cases[0])) for one in cases)
        true = [places.index(outcome) for places, outcome in zip(names, outcomes, strict=True)]
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "credence", _table(cases, names))
        object.__setattr__(self, "prior", None if before is None else _table(before, names))
        object.__setattr__(self, "true", np.array(true, dtype=np.int64))
        object.__setattr__(self, "labels", part_labels(*(one.case for one in _posteriors(credences))))

    @classmethod
    def from_ratios(cls, ratios: Mapping[str, Sequence[float]]) -> Self:
        """Read likelihood ratios of resolved cases, as cases with even prior odds.

        Parameters
        ----------
        ratios
            For each of two hypotheses, the ratios of the cases in which it was true: P(evidence | the first named) over
            P(evidence | the second), from 0 to infinity.

        Raises
        ------
        CaseError
            ``E_TOO_FEW`` unless there are two hypotheses with one ratio or more each, ``E_RANGE`` for anything but a
            ratio.

        Examples
        --------
        >>> Past.from_ratios({"same": [30, 4], "different": [0.1, 0.5, 2]})
        Past(5 cases)
        """
        expect(ratios, Mapping, "ratios")
        if len(ratios) != 2 or not all(_is_list(of) and len(of) for of in ratios.values()):
            hint = "Give {FIRST: ratios where it was true, SECOND: ratios where that was true}."
            raise refusal("E_TOO_FEW", "ratios", "two hypotheses with one ratio or more each are needed.", hint)
        problems = [problem for name in ratios for problem in _ratio_problems(name, ratios[name])]
        if problems:
            raise CaseError(problems)
        first, second = ratios
        given = np.array([float(ratio) for of in ratios.values() for ratio in of])
        with np.errstate(divide="ignore"):
            rows = np.stack([1 / (1 + 1 / given), 1 / (1 + given)], axis=1)
        outcomes = [name for name, of in ratios.items() for _ in of]
        priors = [{first: 0.5, second: 0.5}] * len(given)
        return cls(pd.DataFrame(rows, columns=[first, second]), outcomes, priors=priors)

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        return f"Past({len(self):,} {'case' if len(self) == 1 else 'cases'})"

    @property
    def is_pairs(self) -> bool:
        """Whether every case has two hypotheses, so that the first credence determines the second."""
        return all(len(names) == 2 for names in self.names)

    @property
    def there(self) -> Bools:
        """Which positions hold a hypothesis; shape (case, position)."""
        return np.arange(self.credence.shape[1]) < np.array([[len(names)] for names in self.names])


def _arranged(names: tuple[str, ...], first: tuple[str, ...]) -> tuple[str, ...]:
    """Names in the order of the first case, if they are the same."""
    return first if {*names} == {*first} else names


def _table(rows: Sequence[Mapping[str, float]], names: Sequence[tuple[str, ...]]) -> Floats:
    table = np.zeros((len(rows), max(map(len, names))))
    for at, (row, places) in enumerate(zip(rows, names, strict=True)):
        table[at, : len(places)] = [float(row[name]) for name in places]
    table.flags.writeable = False
    return table


# Reading -------------------------------------------------------------------------------------------------------------


def _rows(record: object, field: str) -> Iterator[Row]:
    """Probabilities by name for each case, unchecked; an empty cell of a table means that its case has no such one."""
    match record:
        case pd.DataFrame():
            for row in record.to_dict("records"):
                yield {str(name): value for name, value in row.items() if not pd.isna(value)}
        case xr.DataArray() if set(record.coords) >= {"hypothesis"} and record.ndim == 2:
            yield from _rows(record.transpose(..., "hypothesis").to_pandas(), field)
        case xr.DataArray():
            message = f"its dimensions {quoted(record.dims)} are not the hypothesis and one other."
            raise refusal("E_SHAPE", field, message)
        case Sequence() if not isinstance(record, str):
            yield from (_row(one, f"{field}.{n}") for n, one in enumerate(record))
        case _:
            hint = "Give a table, or for each case its posterior or {hypothesis: credence}."
            raise refusal("E_TYPE", field, f"{shown(record)} is not a record of cases.", hint)


def _row(one: object, path: str) -> Row:
    if isinstance(one, Posterior):
        return dict(zip(one.case.names, one.credence.values.tolist(), strict=True))
    if isinstance(one, Mapping):
        return dict(one)
    hint = "Give its posterior, or {hypothesis: credence}."
    raise refusal("E_TYPE", path, f"{shown(one)} is not a case.", hint)


def _priors(credences: object) -> list[Row] | None:
    """The priors of the posteriors, if the record consists of these."""
    known = _posteriors(credences)
    if not isinstance(credences, Sequence) or len(known) < len(credences):
        return None
    return [dict(zip(one.case.names, one.prior.values.tolist(), strict=True)) for one in known]


def _posteriors(credences: object) -> list[Posterior]:
    return [one for one in credences if isinstance(one, Posterior)] if isinstance(credences, Sequence) else []


# Faults --------------------------------------------------------------------------------------------------------------


def _check(cases: Sequence[Row], outcomes: Sequence[object]) -> None:
    if not cases:
        raise refusal("E_EMPTY", "credences", "no case is given.", "Give one or more.")
    if not _is_list(outcomes) or len(outcomes) != len(cases):
        message = f"{shown(outcomes)} does not name an outcome for each of {len(cases)} cases."
        raise refusal("E_SHAPE", "outcomes", message, "Give the hypothesis that turned out true, once for each.")
    problems = []
    for n, (one, outcome) in enumerate(zip(cases, outcomes, strict=True)):
        if not isinstance(outcome, str) or outcome not in one:
            message, hint = f"the case has no hypothesis {shown(outcome)}.", nearest(outcome, map(str, one))
            problems.append(Problem(code="E_UNKNOWN_NAME", path=f"outcomes.{n}", message=message, hint=hint))
        problems += _problems(one, f"credences.{n}")
    if problems:
        raise CaseError(problems)


def _check_priors(priors: Sequence[Row], cases: Sequence[Row]) -> None:
    if len(priors) != len(cases):
        raise refusal("E_SHAPE", "priors", f"there are {len(priors)} for {len(cases)} cases.", "Give one for each.")
    problems = []
    for n, (prior, one) in enumerate(zip(priors, cases, strict=True)):
        if {*prior} != {*one}:
            message = f"its hypotheses are {named(prior)}; those of the credences are {named(one)}."
            problems.append(Problem(code="E_HYPOTHESES", path=f"priors.{n}", message=message))
        problems += _problems(prior, f"priors.{n}")
    if problems:
        raise CaseError(problems)


def _problems(row: Mapping[str, object], path: str) -> list[Problem]:
    found = [problem for name, value in row.items() for problem in _value_problems(value, f"{path}.{step(name)}")]
    total = math.fsum(row.values()) if not found else 1.0  # type: ignore[arg-type]
    if abs(total - 1) > SUM_TOLERANCE:
        message, hint = f"the sum is {total:.12g}, not 1.", "Give every hypothesis, in as many digits as sum to 1."
        found.append(Problem(code="E_CREDENCE_SUM", path=path, message=message, hint=hint))
    return found


def _value_problems(value: object, path: str) -> Iterator[Problem]:
    if not is_number(value):
        message, hint = f"{shown(value)} is not a number.", "Give a probability."
        yield Problem(code="E_TYPE", path=path, message=message, hint=hint)
    elif not 0 <= _float(value) <= 1:
        message, hint = f"{quoted(value)} is not between 0 and 1.", "Give a probability, not a percentage."
        yield Problem(code="E_RANGE", path=path, message=message, hint=hint)


def _ratio_problems(name: object, ratios: Sequence[object]) -> Iterator[Problem]:
    for n, ratio in enumerate(ratios):
        if not _float(ratio) >= 0:
            message, hint = f"{shown(ratio)} is not a ratio.", "Give a number from 0 on, not its logarithm."
            yield Problem(code="E_RANGE", path=f"ratios.{step(name)}.{n}", message=message, hint=hint)


def _float(value: object) -> float:
    """A number as a double; NaN for anything else, and for a number that is too large."""
    try:
        return float(value) if is_number(value) else math.nan  # type: ignore[arg-type]
    except (OverflowError, ValueError):
        return math.nan


def _is_list(given: object) -> bool:
    """Whether it is an ordered collection; a set has no order, and holds equal members once."""
    is_other = isinstance(given, str | bytes | Mapping | Set)
    return isinstance(given, Collection) and not is_other and getattr(given, "ndim", 1) == 1
