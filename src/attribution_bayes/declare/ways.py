"""All ways to state a number: which may be used where, and what they mean.

A way is one class of `probabilities`, `ratios` or `shares`, and a line here, in the union of the places where it may be
used. What it means belongs to one closed family: a `Point`, a `Beta`, a `Uniform`, a `LogNormal` or, for several
numbers at once, Dirichlet weights. `distribution` and `ratio_distribution` say which.

>>> distribution(Counts(3, 10))
Beta(alpha=3.5, beta=7.5)
>>> distribution(0.3)
Point(value=0.3)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, get_args

import numpy as np

from attribution_bayes.declare import distributions as family
from attribution_bayes.declare.distributions import LogNormal
from attribution_bayes.declare.foreign import foreign_problem, from_foreign
from attribution_bayes.declare.numbers import is_number, meant_number, number_problem
from attribution_bayes.declare.probabilities import (
    NEEDS_REASON,
    Beta,
    Between,
    Certain,
    Counts,
    Impossible,
    Point,
    Quantiles,
    Uniform,
)
from attribution_bayes.declare.ratios import Decibans, Nats, RatioBetween, Words, ratio_number_problem
from attribution_bayes.declare.shares import BaseRates, Dirichlet, Odds
from attribution_bayes.declare.table import PACKED, Table
from attribution_bayes.declare.way import Way
from attribution_bayes.errors import Problem, Text, quoted, refusal, text

__all__ = [
    "BaseRates",
    "Beta",
    "Between",
    "Certain",
    "Counts",
    "Decibans",
    "Dirichlet",
    "Impossible",
    "Nats",
    "Number",
    "Odds",
    "Point",
    "Prior",
    "Probability",
    "Quantiles",
    "Ratio",
    "RatioBetween",
    "Ratios",
    "Row",
    "Same",
    "Stated",
    "Uniform",
    "Words",
    "distribution",
    "frozen",
    "probability_problem",
    "ratio_distribution",
    "ratio_problem",
]

type Number = float | Point | Impossible | Certain
"""A probability taken as known: all that one of several numbers that sum to one can be."""

type Probability = float | Point | Beta | Between | Quantiles | Uniform | Counts | Words | Impossible | Certain
type Ratio = float | Point | Decibans | Nats | RatioBetween | Words
type Several = Odds | Dirichlet | BaseRates
type Prior = Mapping[str, Number] | Several
type Row = Probability | Dirichlet | Mapping[Any, Row]
"""A probability; a Dirichlet or a number for each named outcome; or a row for each outcome of a parent."""

type Stated = Probability | Ratio | Several
"""Everything that can state one number, or several numbers together."""


def _ways(*unions: Any) -> tuple[type[Way], ...]:
    """The classes in these unions, each once."""
    members = (member for union in unions for member in get_args(union.__value__))
    return tuple(dict.fromkeys(member for member in members if isinstance(member, type) and issubclass(member, Way)))


PROBABILITIES = _ways(Probability)
RATIOS = _ways(Ratio)
SHARES = _ways(Several)
UNCERTAIN = tuple(way for way in PROBABILITIES if way not in _ways(Number))
RATIO_KINDS = frozenset({"ratio", "ratio_words"} | {way.form for way in RATIOS if way not in PROBABILITIES})
"""How a likelihood ratio may have been stated, as tables name it: the other kinds state probabilities."""

RANGE_POLICIES = {way.form: way.range_policy for way in (*PROBABILITIES, *RATIOS, *SHARES)}

MAX_DEPTH = 32
"""Depth of nested mappings; nobody could state a row for each combination of thirty parents anyway."""

DEPTH_HINT = "A row has one level for each parent of its item: declare fewer parents, or close a bracket."
WAY_HINT = text(
    "Write a decimal such as 0.25; what is not known so well is stated as a range, such as ",
    Between.written("0.2", "0.6"),
    ".",
)
PRIOR_HINT = text("Give {name: probability}, ", Odds.named(), ", ", Dirichlet.named(), " or ", BaseRates.named(), ".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """Likelihoods known only in proportion: how many times likelier the item is under each hypothesis than `reference`.

    A credence takes a number as it is, and the geometric midpoint of a range, so that the inverse ratio against the
    other hypothesis states the same. With rho_h the ratios that are ranges (log rho_h ~ Normal(m_h, s_h)),

        P(item | h) = c rho_h prod_j rho_j^(-1/2),    E P(item | h) / E P(item | reference) = exp(m_h),

    for some c that need not be known. The width does not move the credence; it shows in the spread and the bounds.

    Attributes
    ----------
    reference
        The hypothesis that the others are compared with.
    ratios
        For every other hypothesis, a number, `Decibans` or `Nats` for its logarithm, a `RatioBetween`, or `Words` of a
        ratio scale.
    """

    reference: str
    ratios: Mapping[str, Ratio]

    def __post_init__(self) -> None:
        object.__setattr__(self, "ratios", frozen(self.ratios))

    @staticmethod
    def named() -> str:
        """The name of the class, as hints show it."""
        return Text("`Ratios`", "`ratios`")


@dataclass(frozen=True, slots=True)
class Same:
    """A likelihood that does not depend on the hypothesis: one row, and each number of it one assumption.

    Stated under every hypothesis anew, the number would be as many assumptions, which could each be wrong by itself.

    Attributes
    ----------
    row
        As under one hypothesis: the probability that the item is True; for named outcomes, a number for each outcome or
        a `Dirichlet`; with `given`, one of these for each outcome of the parents.
    """

    row: Row

    def __post_init__(self) -> None:
        object.__setattr__(self, "row", frozen(self.row))

    @staticmethod
    def named() -> str:
        """The name of the class, as hints show it."""
        return Text("`Same`", "`same`")


def frozen(value: Any, room: int = MAX_DEPTH) -> Any:
    """Turn mappings into tables, at every depth, and numbers into floats; leave the rest for `Case` to check."""
    if type(value) is float:  # nearly all of them
        return value
    if type(value) is dict or isinstance(value, Mapping):  # the first is quick to find
        if room == 0:
            raise refusal("E_DEPTH", "", f"nested deeper than {MAX_DEPTH}.", DEPTH_HINT)
        if set(map(type, value.values())) <= PACKED:
            return Table(value)
        return Table({key: frozen(entry, room - 1) for key, entry in value.items()})
    if isinstance(value, np.bool_):
        return bool(value)
    if is_number(value):
        try:
            return float(value)
        except OverflowError:
            return value
        except ValueError:
            if not isinstance(value, Decimal):
                raise
            return math.nan  # a signalling NaN
    return from_foreign(value)


# What may stand where ------------------------------------------------------------------------------------------------


def probability_problem(value: object) -> Problem | None:
    """Why `value` does not state a probability, or None if it does."""
    if type(value) is float and 0 < value < 1:
        return None
    if isinstance(value, Words) and value.is_ratio:
        return Problem(
            code="E_VERBAL_KIND",
            message=f"{value.term!r} of {value.scale!r} is about a likelihood ratio, not a probability.",
            hint=text(
                "State a range of probabilities; for an item that is simply observed, use it in ", Ratios.named(), "."
            ),
        )
    if isinstance(value, Point):
        return _outside_unit(value.number)
    if isinstance(value, PROBABILITIES):
        return None
    if (foreign := foreign_problem(value)) is not None:
        return foreign
    problem = number_problem(value)
    if problem is not None and problem.code in ("E_TYPE", "E_NOT_FINITE"):
        return replace(problem, hint=WAY_HINT)
    if problem is not None and isinstance(value, str) and math.isfinite(meant := meant_number(value)):
        refused = _outside_unit(meant)
        return problem if refused is None else replace(problem, hint=refused.hint)
    return problem or _outside_unit(float(value))  # type: ignore[arg-type]


def _outside_unit(value: float) -> Problem | None:
    if 0 < value < 1:
        return None
    if value == 0:
        cannot = "what cannot happen can never be learned to be true."
        hint = text("Write ", NEEDS_REASON[0], ", or a small number: ", cannot)
        return Problem(code="E_ZERO_LIKELIHOOD", message="a probability of 0 needs a reason.", hint=hint)
    if value == 1:
        hint = text("Write ", NEEDS_REASON[1], ", or a number just below 1.")
        return Problem(code="E_ONE_LIKELIHOOD", message="a probability of 1 needs a reason.", hint=hint)
    hint = f"Write {value / 100:.10g} if percent was meant." if 2 <= value < 100 else "It lies between 0 and 1."
    return Problem(code="E_RANGE", message=text(quoted(value), " is not a probability."), hint=hint)


def ratio_problem(value: object) -> Problem | None:
    """Why `value` does not state a likelihood ratio, or None if it does."""
    if isinstance(value, Words):
        return _verbal_ratio_problem(value)
    if isinstance(value, Decibans | Nats | RatioBetween):
        return None
    return foreign_problem(value) or ratio_number_problem(value.number if isinstance(value, Point) else value)


def _verbal_ratio_problem(value: Words) -> Problem | None:
    if not value.is_ratio:
        message = f"{value.term!r} of {value.scale!r} is about a probability, not a likelihood ratio."
        return Problem(code="E_VERBAL_KIND", message=message, hint="Use it as a likelihood.")
    if value.range.upper is None:
        message = f"{value.term!r} of {value.scale!r} has no upper end."
        return Problem(
            code="E_VERBAL", message=message, hint=text("State a ", RatioBetween.named(), " with both ends.")
        )
    return None


# What they mean ------------------------------------------------------------------------------------------------------


def distribution(probability: Probability) -> family.Point | family.Beta | family.Uniform:
    """What a stated probability means."""
    if isinstance(probability, float | int):
        return family.Point(float(probability))
    meaning = probability.distribution()
    assert not isinstance(meaning, LogNormal)  # refused by probability_problem
    return meaning


def ratio_distribution(ratio: Ratio) -> family.Point | LogNormal:
    """What a stated likelihood ratio means."""
    if isinstance(ratio, float | int):
        return family.Point(float(ratio))
    meaning = ratio.distribution()
    assert not isinstance(meaning, family.Uniform)  # refused by ratio_problem
    return meaning
