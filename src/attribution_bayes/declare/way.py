"""What all ways to state a number have in common: checks, a meaning, words, and a form in case files.

A way is a frozen value that checks its own parameters when it is made. `Way` is the base of all of them; a `Single`
states one number, and means one distribution of the closed family in `distributions`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self

from attribution_bayes.declare.distributions import MAX_SHAPE, MIN_SHAPE, Meaning
from attribution_bayes.declare.numbers import meant_number, number_problem
from attribution_bayes.declare.texts import is_blank, text_problems
from attribution_bayes.errors import CaseError, Problem, Text, in_file, quoted, refusal, text

DEFAULT_MASS = 0.9
"""Default probability inside a stated range (`Between`, `RatioBetween`): 5 % lie beyond each end."""

MIN_MASS = 1e-6
"""Least probability inside a stated range, and outside it: nobody can tell a smaller one from 0."""

RANGE_MASS = 0.9
"""Probability inside the plausible range of a number that was stated as a distribution."""

PLAIN_NUMBER_ODDS_FACTOR = 2.0
"""How far a plain number is taken to be off: its odds (a ratio: itself) times and over this. A policy, not a finding:
people who state a number without a range are rarely good to better than a factor of two in odds."""

PLAIN_RATIO_RANGE = f"times and over {PLAIN_NUMBER_ODDS_FACTOR:g}"
"""How tables describe the range of a ratio that was stated as one number."""

CENTRAL = f"central {RANGE_MASS:.0%}"
"""How tables describe that range."""

COUNT_HINT = "Give a whole number, 0 or more."
CASES_HINT = "Give how many cases there were, 0 or more."


@dataclass(frozen=True, slots=True, repr=False)
class Way(ABC):
    """A way to state a number, or several that sum to one.

    Attributes
    ----------
    reason
        Why it is this number, in a sentence; tables and reports print it beside the number. It does not change any
        credence.
    """

    reason: str = field(default="", kw_only=True)

    form: ClassVar[str]
    """Its name in case files."""

    inside: ClassVar[tuple[str, ...]]
    """The fields that are written under that name: one alone, several in a list. The others are written beside it."""

    holds_names: ClassVar[bool] = False
    """Whether what is written under that name is a mapping by name."""

    range_policy: ClassVar[str] = CENTRAL
    """Where the plausible range comes from, in words."""

    @property
    def kind(self) -> str:
        """Its name in tables."""
        return self.form

    @classmethod
    def named(cls) -> str:
        """The name of the class, as hints show it."""
        return Text(f"`{cls.__name__}`", f"`{cls.form}`")

    @classmethod
    def written(cls, *arguments: str) -> str:
        """How one with these arguments is written."""
        listed = ", ".join(map(in_file, arguments))
        stated = listed if len(cls.inside) == 1 else f"[{listed}]"
        return Text(f"{cls.__name__}({', '.join(arguments)})", f"{{{cls.form}: {stated}}}")

    @classmethod
    def beside(cls) -> tuple[str, ...]:
        """The fields that are written beside its name in a file, the reason last."""
        others = [one.name for one in fields(cls) if one.name not in cls.inside]
        return tuple(sorted(others, key=lambda name: name == "reason"))

    @classmethod
    def from_file(cls, given: Any, beside: Mapping[str, Any]) -> Self:
        """Read the form in a file: what is `given` under its name, and the fields `beside` it."""
        make: Callable[..., Self] = cls
        if len(cls.inside) == 1:
            return make(given, **beside)
        if not isinstance(given, list) or len(given) != len(cls.inside):
            message = text(quoted(given), " is not a list of two numbers.")
            raise refusal("E_TYPE", "", message, f"Write {{{cls.form}: [a, b]}}.")
        return make(*given, **beside)

    def to_file(self, order: Sequence[Any] = ()) -> dict[str, Any]:
        """Write the form in a file, with names in this order, and beside it the fields that differ from the default."""
        stated = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) != one.default}
        return {self.form: self._argument(order)} | {name: stated[name] for name in self.beside() if name in stated}

    def _argument(self, _order: Sequence[Any]) -> Any:
        held = [getattr(self, name) for name in self.inside]
        return held if len(held) > 1 else held[0]

    def defaults(self) -> Iterator[tuple[str, str]]:
        """The values that were taken by default, and what they mean."""
        yield from ()

    def __repr__(self) -> str:
        names = [one.name for one in fields(self) if one.name != "reason"] + ["reason"] * bool(self.reason)
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


@dataclass(frozen=True, slots=True, repr=False)
class Single(Way):
    """A way to state one number."""

    @abstractmethod
    def distribution(self) -> Meaning:
        """The distribution that it means."""

    @abstractmethod
    def words(self) -> str:
        """How it was stated, in words."""

    def cautions(self) -> Iterator[Problem]:
        """What a reader of any result should know about it."""
        yield from ()

    def plausible_range(self) -> tuple[float, float]:
        """The range over which tables of assumptions move it."""
        return self.distribution().interval(RANGE_MASS)


def around(ratio: float) -> tuple[float, float]:
    """The plausible range of a ratio that was stated as one number."""
    return ratio / PLAIN_NUMBER_ODDS_FACTOR, ratio * PLAIN_NUMBER_ODDS_FACTOR


# Reading parameters --------------------------------------------------------------------------------------------------


def read_fields(way: Way, readers: Mapping[str, Callable[[object, str], object]]) -> None:
    """Replace each field by what its reader makes of it, or report everything that is wrong with them."""
    problems: list[Problem] = []
    for name, reader in {"reason": _as_reason, **readers}.items():
        try:
            object.__setattr__(way, name, reader(getattr(way, name), name))
        except CaseError as error:
            problems.extend(error.problems)
    if problems:
        raise CaseError(problems)


def _as_reason(reason: object, parameter: str) -> object:
    """A readable text, or none."""
    if isinstance(reason, str) and not reason:
        return reason
    return as_needed_reason(reason, parameter, "Say why it is this number, or leave it out.")


def as_needed_reason(reason: object, parameter: str, hint: str = "Say in a sentence why it must be so.") -> object:
    """A readable text."""
    if not isinstance(reason, str) or all(map(is_blank, reason)):
        raise refusal("E_REASON", parameter, text(quoted(reason), " is not a reason."), hint)
    problems = list(text_problems(reason, parameter))
    if problems:
        raise CaseError(problems)
    return reason


def as_number(value: object, parameter: str) -> float:
    """A finite number."""
    problem = number_problem(value)
    if problem is not None:
        raise CaseError([problem.under(parameter)])
    return float(value)  # type: ignore[arg-type]


def as_shape(value: object, parameter: str) -> float:
    """A parameter of a Beta, or a weight."""
    number = as_number(value, parameter)
    if not MIN_SHAPE <= number <= MAX_SHAPE:
        hint = f"It must be positive, from {MIN_SHAPE:g} to {MAX_SHAPE:g}."
        raise refusal("E_PARAM", parameter, f"{number:g} is not allowed.", hint)
    return number


def as_mass(value: object, parameter: str) -> float:
    """The probability inside a range."""
    mass = as_number(value, parameter)
    if not MIN_MASS <= mass <= 1 - MIN_MASS:
        hint = f"It must be from {MIN_MASS:g} to {1 - MIN_MASS:g}."
        raise refusal("E_PARAM", parameter, f"{mass:g} is not allowed.", hint)
    return mass


def as_count(value: object, parameter: str) -> int:
    """A whole number of cases."""
    count = _number_of(value, parameter, COUNT_HINT)
    if not 0 <= count <= MAX_SHAPE or count != int(count):
        raise refusal("E_PARAM", parameter, f"{count:g} is not a count.", COUNT_HINT)
    return int(count)


def as_cases(value: object, parameter: str) -> float:
    """How often something was the case; fractions are allowed, because cases may be weighted."""
    count = _number_of(value, parameter, CASES_HINT)
    if not 0 <= count <= MAX_SHAPE:
        raise refusal("E_PARAM", parameter, f"{count:g} is not a count.", CASES_HINT)
    return count


def _number_of(value: object, parameter: str, hint: str) -> float:
    """A number of cases, or a refusal with this hint."""
    problem = number_problem(value)
    if problem is not None:
        meant = math.nan if not isinstance(value, str) else meant_number(value)
        raise CaseError([(problem if meant >= 1 else replace(problem, hint=hint)).under(parameter)])
    return float(value)  # type: ignore[arg-type]


def check_order(lower: float, upper: float) -> None:
    """Refuse a range whose lower bound is above its upper bound."""
    if lower > upper:
        raise refusal(
            "E_INTERVAL",
            "lower",
            f"the lower bound {lower:g} is above the upper bound {upper:g}.",
            f"Write [{upper:g}, {lower:g}] if they were swapped.",
        )
