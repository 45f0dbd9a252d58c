"""Ways to state one probability.

>>> lower, upper = Between(0.6, 0.9).distribution().interval(0.9)
>>> print(f"{lower:.6f} {upper:.6f}")
0.600000 0.900000
>>> Counts(3, 10).distribution()
Beta(alpha=3.5, beta=7.5)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np

from attribution_bayes.declare import distributions as family
from attribution_bayes.declare.quantiles import beta_nearest_quantiles, beta_with_quantiles, share_log_odds
from attribution_bayes.declare.table import Table
from attribution_bayes.declare.way import (
    DEFAULT_MASS,
    Single,
    as_count,
    as_mass,
    as_needed_reason,
    as_number,
    as_shape,
    check_order,
    read_fields,
)
from attribution_bayes.deferred import special
from attribution_bayes.errors import CaseError, Problem, Text, in_file, quoted, refusal, step, text


@dataclass(frozen=True, slots=True, repr=False)
class Point(Single):
    """A number taken as known, with the reason for it; without a reason, state the number itself.

    It may be used wherever a number may: for a probability, for one of several that sum to one, or for a ratio.

    Raises
    ------
    CaseError
        ``E_REASON`` if no reason is given.
    """

    number: float

    form: ClassVar[str] = "number"
    inside: ClassVar[tuple[str, ...]] = ("number",)

    def __post_init__(self) -> None:
        read_fields(self, {"number": as_number, "reason": _as_reason_of_number})

    def distribution(self) -> family.Point:
        return family.Point(self.number)

    def words(self) -> str:
        return repr(self.number)


def _as_reason_of_number(reason: object, parameter: str) -> object:
    return as_needed_reason(reason, parameter, "Say why it is this number, or state the number by itself.")


@dataclass(frozen=True, slots=True, repr=False)
class Beta(Single):
    """A probability with density proportional to x^(alpha-1) (1-x)^(beta-1).

    Raises
    ------
    CaseError
        ``E_PARAM`` if alpha or beta is not above 0.
    """

    alpha: float
    beta: float

    form: ClassVar[str] = "beta"
    inside: ClassVar[tuple[str, ...]] = ("alpha", "beta")

    def __post_init__(self) -> None:
        read_fields(self, {"alpha": as_shape, "beta": as_shape})

    def distribution(self) -> family.Beta:
        return family.Beta(self.alpha, self.beta)

    def words(self) -> str:
        return f"Beta with alpha {self.alpha:g} and beta {self.beta:g}"


@dataclass(frozen=True, slots=True, repr=False)
class Between(Single):
    """A probability that lies in [lower, upper] with probability `mass`, and is as likely to lie below as above.

    It means the Beta distribution with those two quantiles; equal bounds mean the number.

    Raises
    ------
    CaseError
        ``E_INTERVAL`` if the bounds are swapped, or not strictly between 0 and 1; ``E_PARAM`` for the mass.
    """

    lower: float
    upper: float
    mass: float = DEFAULT_MASS

    form: ClassVar[str] = "between"
    inside: ClassVar[tuple[str, ...]] = ("lower", "upper")

    def __post_init__(self) -> None:
        read_fields(self, {"lower": as_number, "upper": as_number, "mass": as_mass})
        check_order(self.lower, self.upper)
        if not (self.lower > 0 and self.upper < 1):
            raise refusal(
                "E_INTERVAL",
                "lower" if self.lower <= 0 else "upper",
                f"[{self.lower:g}, {self.upper:g}] leaves no room for the {1 - self.mass:.3g} outside it.",
                _percent_hint(self)
                or text("Bounds lie strictly between 0 and 1; ", Uniform.named(), " takes 0 and 1 as bounds."),
            )
        self.distribution()

    def distribution(self) -> family.Point | family.Beta:
        if self.lower == self.upper:
            return family.Point(self.lower)
        return family.Beta(*beta_with_quantiles(self.lower, self.upper, self.mass))

    def words(self) -> str:
        return f"between {self.lower!r} and {self.upper!r}, with probability {self.mass!r}"

    def defaults(self) -> Iterator[tuple[str, str]]:
        yield from mass_taken(self.mass)


def mass_taken(mass: float) -> Iterator[tuple[str, str]]:
    """Say that a range has the default probability."""
    if mass == DEFAULT_MASS:
        yield f"mass={mass!r}", "the range holds this much probability, with equal tails outside"


MIN_QUANTILES = 3
"""Two quantiles have a Beta of their own: `Between`."""

CAUTION_ODDS_FACTOR = 1.25
"""A fitted Beta draws a caution if its odds of lying below a stated quantile are off by more than this factor."""

MAX_ODDS_FACTOR = 2.0
"""A fit that is off by more is refused: a plain number is taken to be off by no more than this."""


@dataclass(frozen=True, slots=True, repr=False)
class Quantiles(Single):
    """A probability by three or more of its quantiles, such as ``Quantiles({0.05: 0.1, 0.5: 0.3, 0.95: 0.6})``.

    It means the Beta distribution that comes nearest to all of them: with the least sum of squares of what the log odds
    of lying below each value are off. `fitted` says how near that is.

    Raises
    ------
    CaseError
        ``E_PARAM`` if there are fewer than three; ``E_RANGE`` if a share or a value is not strictly between 0 and 1;
        ``E_INTERVAL`` if the values do not rise with their shares, or no Beta comes near them.
    """

    quantiles: Mapping[float, float]

    form: ClassVar[str] = "quantiles"
    inside: ClassVar[tuple[str, ...]] = ("quantiles",)

    def __post_init__(self) -> None:
        read_fields(self, {"quantiles": _as_quantiles})
        if self._worst > math.log(MAX_ODDS_FACTOR):
            hint = text(
                "State the range that matters with ",
                Between.named(),
                ", or make what causes the misfit an item of its own.",
            )
            raise refusal("E_INTERVAL", "quantiles", f"no Beta comes near: {self._fit_in_words()}.", hint)

    @classmethod
    def from_file(cls, given: Any, beside: Mapping[str, Any]) -> Self:
        if not isinstance(given, dict):
            hint = "Write {quantiles: {0.05: 0.1, 0.5: 0.3, 0.95: 0.6}}."
            raise refusal("E_TYPE", "", text(quoted(given), " is not a mapping."), hint)
        shares = {_number_of_key(key): value for key, value in given.items()}
        if len(shares) < len(given):
            raise refusal("E_DUPKEY", "", f"{quoted(given)} names a share twice.", "Keep one of them.")
        return cls(shares, **beside)

    @property
    def fitted(self) -> Mapping[float, float]:
        """What the fitted Beta has below each stated value, by stated share; the difference is the misfit."""
        meaning = self.distribution()
        odds = share_log_odds(meaning.alpha, meaning.beta, np.array(self._values))
        return dict(zip(self._shares, special.expit(odds).tolist(), strict=True))

    def distribution(self) -> family.Beta:
        return family.Beta(*beta_nearest_quantiles(self._shares, self._values))

    def words(self) -> str:
        meaning = self.distribution()
        return f"Beta with alpha {meaning.alpha:.4g} and beta {meaning.beta:.4g}, fitted: {self._fit_in_words()}"

    def cautions(self) -> Iterator[Problem]:
        if self._worst > math.log(CAUTION_ODDS_FACTOR):
            hint = text("State the quantiles again, or a ", Between.named(), " of the two that matter most.")
            message = f"the Beta fitted to the stated quantiles misses them: {self._fit_in_words()}."
            yield Problem(code="W_MISFIT", message=message, hint=hint)

    def _argument(self, _order: Sequence[Any]) -> dict[float, float]:
        return dict(zip(self._shares, self._values, strict=True))

    def _fit_in_words(self) -> str:
        fitted = self.fitted
        return ", ".join(f"{fitted[share]:.3g} below {self.quantiles[share]:g} ({share:g} stated)" for share in fitted)

    @property
    def _worst(self) -> float:
        """The largest error in the log odds of a share."""
        fitted = self.fitted
        return float(np.abs(special.logit(list(fitted.values())) - special.logit(list(fitted))).max())

    @property
    def _shares(self) -> tuple[float, ...]:
        return tuple(sorted(self.quantiles))

    @property
    def _values(self) -> tuple[float, ...]:
        return tuple(self.quantiles[share] for share in self._shares)


def _number_of_key(key: Any) -> Any:
    """Read a key of a file as a number; leave anything else to be refused later."""
    try:
        return float(key)
    except ValueError:
        return key


def _as_quantiles(given: object, parameter: str) -> Table[float, float]:
    if not isinstance(given, Mapping) or len(given) < MIN_QUANTILES:
        message = text(quoted(given), " does not state three quantiles or more.")
        hint = text("Two are a ", Between.named(), ".")
        raise refusal("E_PARAM", parameter, message, hint)
    problems: list[Problem] = []
    quantiles: dict[float, float] = {}
    for share, value in given.items():
        try:
            quantiles[_inside_unit(share, f"{parameter}.{step(share)}", "share")] = _inside_unit(
                value, f"{parameter}.{step(share)}", "value"
            )
        except CaseError as error:
            problems.extend(error.problems)
    if problems:
        raise CaseError(problems)
    in_order = sorted(quantiles)
    for low, high in pairwise(in_order):
        if not quantiles[low] < quantiles[high]:
            message = f"the value for {high:g}, {quantiles[high]:g}, is not above that for {low:g}, {quantiles[low]:g}."
            hint = (
                "State for each value how likely it is that the probability lies below it; that rises with the value."
            )
            raise refusal("E_INTERVAL", parameter, message, hint)
    return Table(quantiles)


def _inside_unit(given: object, path: str, what: str) -> float:
    number = as_number(given, path)
    if not 0 < number < 1:
        percent = f"Write {number / 100:.10g} if percent was meant." if 2 <= number < 100 else ""
        raise refusal("E_RANGE", path, f"the {what} {number:g} is not strictly between 0 and 1.", percent)
    return number


@dataclass(frozen=True, slots=True, repr=False)
class Uniform(Single):
    """A probability that certainly lies in [lower, upper], no part of which is more likely than another.

    Raises
    ------
    CaseError
        ``E_INTERVAL`` if the bounds are swapped or outside [0, 1].
    """

    lower: float
    upper: float

    form: ClassVar[str] = "uniform"
    inside: ClassVar[tuple[str, ...]] = ("lower", "upper")
    range_policy: ClassVar[str] = "all of it"

    def __post_init__(self) -> None:
        read_fields(self, {"lower": as_number, "upper": as_number})
        check_order(self.lower, self.upper)
        if not (self.lower >= 0 and self.upper <= 1) or self.lower == self.upper in (0.0, 1.0):
            raise refusal(
                "E_INTERVAL", "lower" if self.lower < 0 else "upper", f"[{self.lower:g}, {self.upper:g}] is not a "
                "range of probabilities.", _percent_hint(self) or "Bounds lie between 0 and 1."
            )  # fmt: skip

    def distribution(self) -> family.Point | family.Uniform:
        return anywhere(self.lower, self.upper)

    def plausible_range(self) -> tuple[float, float]:
        return self.lower, self.upper

    def words(self) -> str:
        return f"anywhere from {self.lower!r} to {self.upper!r}"


def anywhere(lower: float, upper: float) -> family.Point | family.Uniform:
    """A range without preference, or the number if its bounds are equal."""
    return family.Point(lower) if lower == upper else family.Uniform(lower, upper)


def _percent_hint(way: Between | Uniform) -> str:
    """A hint with the range in probabilities, if both bounds seem to be percentages."""
    if not (way.lower >= 1 and 2 <= way.upper < 100):
        return ""
    in_unit = (f"{bound / 100:.10g}" for bound in (way.lower, way.upper))
    return text("Write ", way.written(*in_unit), " if percent was meant.")


@dataclass(frozen=True, slots=True, repr=False)
class Counts(Single):
    """A probability known from `successes` in `trials` comparable cases: the Beta(successes + 1/2, failures + 1/2).

    Raises
    ------
    CaseError
        ``E_PARAM`` if a count is negative or not whole, or successes exceed trials.

    References
    ----------
    H. Jeffreys (1946), An invariant form for the prior probability in estimation problems, doi:10.1098/rspa.1946.0056
    """

    successes: int
    trials: int

    form: ClassVar[str] = "counts"
    inside: ClassVar[tuple[str, ...]] = ("successes", "trials")

    def __post_init__(self) -> None:
        read_fields(self, {"successes": as_count, "trials": as_count})
        if self.successes > self.trials:
            hint = "Successes come first, and are among the trials."
            raise refusal("E_PARAM", "successes", f"{self.successes} successes in {self.trials} trials.", hint)

    def distribution(self) -> family.Beta:
        return family.Beta(self.successes + 0.5, self.trials - self.successes + 0.5)

    def words(self) -> str:
        return f"{self.successes} of {self.trials} comparable cases"

    def defaults(self) -> Iterator[tuple[str, str]]:
        yield "1/2 and 1/2", "added to successes and failures (Jeffreys)"


@dataclass(frozen=True, slots=True, repr=False)
class Impossible(Single):
    """Probability 0, for a stated reason. A hypothesis that contradicts it is excluded whatever else is found."""

    reason: str = field(kw_only=False)

    form: ClassVar[str] = "impossible"
    inside: ClassVar[tuple[str, ...]] = ("reason",)
    range_policy: ClassVar[str] = "none"

    def __post_init__(self) -> None:
        read_fields(self, {"reason": as_needed_reason})

    def distribution(self) -> family.Point:
        return family.Point(0.0)

    def words(self) -> str:
        return "impossible"


@dataclass(frozen=True, slots=True, repr=False)
class Certain(Single):
    """Probability 1, for a stated reason. A hypothesis that contradicts it is excluded whatever else is found."""

    reason: str = field(kw_only=False)

    form: ClassVar[str] = "certain"
    inside: ClassVar[tuple[str, ...]] = ("reason",)
    range_policy: ClassVar[str] = "none"

    def __post_init__(self) -> None:
        read_fields(self, {"reason": as_needed_reason})

    def distribution(self) -> family.Point:
        return family.Point(1.0)

    def words(self) -> str:
        return "certain"


NEEDS_REASON = {
    value: Text(f"`{way.written('reason')}`", in_file(way.written("reason")))
    for value, way in ((0, Impossible), (1, Certain))
}
"""What to write for a probability of 0, and for one of 1."""
