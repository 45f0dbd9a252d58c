"""Ways to state a likelihood ratio, and terms of verbal scales, some of which are about ratios.

>>> RatioBetween(1 / 100, 100).distribution().mean
1.0
>>> Decibans(20).distribution()
Point(value=100.0)
>>> Words("likely", "icd203-2015").distribution()
Uniform(lower=0.55, upper=0.8)
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from attribution_bayes.declare import distributions as family
from attribution_bayes.declare.distributions import LogNormal, Point, log_normal_with_quantiles
from attribution_bayes.declare.numbers import is_number, number_problem
from attribution_bayes.declare.probabilities import NEEDS_REASON, anywhere, mass_taken
from attribution_bayes.declare.scales import SCALES, Scale, ScaleId, Term
from attribution_bayes.declare.way import (
    DEFAULT_MASS,
    PLAIN_RATIO_RANGE,
    RANGE_MASS,
    Single,
    around,
    as_mass,
    as_number,
    check_order,
    read_fields,
)
from attribution_bayes.errors import CaseError, Problem, nearest, quoted, refusal, text

MIN_RATIO, MAX_RATIO = 1e-300, 1e300
"""Ratios outside these limits cannot be multiplied without overflow, and no evidence has ever supported one."""

MAX_SIGMAS = 8.0
"""Standard deviations from the mean beyond which a normal draw practically never falls: one in 10^15."""


def ratio_number_problem(value: Any) -> Problem | None:
    """Why a plain number is not a likelihood ratio, or None if it is."""
    problem = number_problem(value)
    if is_number(value) and (abs(value) == math.inf if problem else not MIN_RATIO <= float(value) <= MAX_RATIO):
        hint = f"It must be positive, from {MIN_RATIO:g} to {MAX_RATIO:g}."
        if value == 0:
            hint = text("A ratio is positive; what cannot be is stated as a likelihood, with ", NEEDS_REASON[0], ".")
        return Problem(code="E_RANGE", message=text(quoted(value), " is not a likelihood ratio."), hint=hint)
    return problem


def _as_ratio(value: object, parameter: str) -> float:
    problem = ratio_number_problem(value)
    if problem is not None:
        raise CaseError([problem.under(parameter)])
    return float(value)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, repr=False)
class LogRatio(Single):
    """A likelihood ratio taken as known, by its logarithm; its plausible range is that of a plain ratio."""

    number: float

    inside: ClassVar[tuple[str, ...]] = ("number",)
    range_policy: ClassVar[str] = PLAIN_RATIO_RANGE

    def __post_init__(self) -> None:
        read_fields(self, {"number": as_number})
        if not MIN_RATIO <= self._ratio_or_inf() <= MAX_RATIO:
            message = f"{self._stated()} is not a likelihood ratio."
            raise refusal("E_RANGE", "number", message, f"The ratio must lie from {MIN_RATIO:g} to {MAX_RATIO:g}.")

    @property
    @abstractmethod
    def ratio(self) -> float:
        """The ratio itself."""

    def distribution(self) -> Point:
        return Point(self.ratio)

    def plausible_range(self) -> tuple[float, float]:
        return around(self.ratio)

    def words(self) -> str:
        return f"{self._stated()} ({self.ratio:.4g} times as likely)"

    def _stated(self) -> str:
        return f"{repr(self.number).removesuffix('.0')} {self.form}"

    def _ratio_or_inf(self) -> float:
        try:
            return self.ratio
        except OverflowError:
            return math.inf


@dataclass(frozen=True, slots=True, repr=False)
class Decibans(LogRatio):
    """A likelihood ratio in decibans, ten times its decimal logarithm: 20 are 100 times as likely, -10 a tenth.

    Raises
    ------
    CaseError
        ``E_RANGE`` if the ratio is not from 1e-300 to 1e300.

    References
    ----------
    I. J. Good (1979), A. M. Turing's statistical work in World War II, doi:10.1093/biomet/66.2.393
    """

    form: ClassVar[str] = "decibans"

    @property
    def ratio(self) -> float:
        return math.pow(10, self.number / 10)


@dataclass(frozen=True, slots=True, repr=False)
class Nats(LogRatio):
    """A likelihood ratio in nats, its natural logarithm: 2.303 are 10 times as likely, -0.693 half as likely.

    Raises
    ------
    CaseError
        ``E_RANGE`` if the ratio is not from 1e-300 to 1e300.
    """

    form: ClassVar[str] = "nats"

    @property
    def ratio(self) -> float:
        return math.exp(self.number)


@dataclass(frozen=True, slots=True, repr=False)
class RatioBetween(Single):
    """A log-normal likelihood ratio that lies in [lower, upper] with probability `mass`, as likely below as above.

    Raises
    ------
    CaseError
        ``E_RANGE`` if a bound is not a positive ratio, ``E_PARAM`` for the mass, ``E_INTERVAL`` if the bounds are
        swapped or so far apart that draws from the posterior could overflow.
    """

    lower: float
    upper: float
    mass: float = DEFAULT_MASS

    form: ClassVar[str] = "ratio_between"
    inside: ClassVar[tuple[str, ...]] = ("lower", "upper")

    def __post_init__(self) -> None:
        read_fields(self, {"lower": _as_ratio, "upper": _as_ratio, "mass": as_mass})
        check_order(self.lower, self.upper)
        meaning = self.distribution()
        if isinstance(meaning, LogNormal) and _reach(meaning) > math.log(MAX_RATIO):
            message = (
                f"[{self.lower:g}, {self.upper:g}] is so wide that its ratios go beyond {MAX_RATIO:g} or one over it."
            )
            raise refusal("E_INTERVAL", "upper", message, "Narrow the range.")

    def distribution(self) -> Point | LogNormal:
        return log_normal_with_quantiles(self.lower, self.upper, self.mass)

    def words(self) -> str:
        return f"between {self.lower!r} and {self.upper!r}, with probability {self.mass!r}"

    def defaults(self) -> Iterator[tuple[str, str]]:
        yield from mass_taken(self.mass)


def _reach(ratio: LogNormal) -> float:
    """How far from 0 the logarithm can get in posterior draws, whose mean evidence shifts by half the variance."""
    return abs(ratio.mu) + ratio.sigma**2 / 2 + MAX_SIGMAS * ratio.sigma


@dataclass(frozen=True, slots=True, repr=False)
class Words(Single):
    """A term of a verbal scale: any value in the range that the scale gives it, none more likely than another.

    A term of a scale of evidential support is a likelihood ratio, log-normal as in `RatioBetween`.

    Raises
    ------
    CaseError
        ``E_VERBAL`` if the scale or the term is unknown. Terms are matched exactly, never to the nearest.
    """

    term: str
    scale: ScaleId | Literal[""] = ""

    form: ClassVar[str] = "words"
    inside: ClassVar[tuple[str, ...]] = ("term",)
    range_policy: ClassVar[str] = "all of it"

    def __post_init__(self) -> None:
        read_fields(self, {})
        if self.scale == "":
            hint = f"Name one of {', '.join(SCALES)}."
            raise refusal("E_VERBAL", "scale", f"the term {quoted(self.term)} comes without a scale.", hint)
        if not isinstance(self.scale, str) or self.scale not in SCALES:
            hint = nearest(self.scale, SCALES)
            raise refusal("E_VERBAL", "scale", f"there is no scale {quoted(self.scale)}.", hint)
        if SCALES[self.scale].find(self.term) is None:
            scale = SCALES[self.scale]
            others = [other.id for other in SCALES.values() if other.find(self.term)]
            hint = f"It is a term of {', '.join(others)}." if others else nearest(self.term, scale.names())
            hint = hint or f"Its terms: {', '.join(term.name for term in scale.terms)}."
            raise refusal("E_VERBAL", "term", f"scale {self.scale!r} has no term {quoted(self.term)}.", hint)

    @property
    def kind(self) -> str:
        """The name of this way in tables; terms of ratio scales have a range policy of their own."""
        return "ratio_words" if self.is_ratio else "words"

    @property
    def is_ratio(self) -> bool:
        """Whether the term is about a likelihood ratio, not a probability."""
        return self._scale.kind == "ratio"

    @property
    def range(self) -> Term:
        """The term as the scale defines it."""
        term = self._scale.find(self.term)
        assert term is not None  # held by __post_init__
        return term

    @property
    def _scale(self) -> Scale:
        return SCALES[self.scale]

    def distribution(self) -> Point | family.Uniform | LogNormal:
        if not self.is_ratio:
            return anywhere(self.range.lower, self.range.upper or 1.0)
        assert self.range.upper is not None  # refused by ratio_problem
        return log_normal_with_quantiles(self.range.lower, self.range.upper, DEFAULT_MASS)

    def plausible_range(self) -> tuple[float, float]:
        meaning = self.distribution()
        return (meaning.lower, meaning.upper) if isinstance(meaning, family.Uniform) else meaning.interval(RANGE_MASS)

    def words(self) -> str:
        return f"{self.term!r} of {self.scale}"

    def defaults(self) -> Iterator[tuple[str, str]]:
        if self.is_ratio:
            yield f"mass={DEFAULT_MASS!r}", f"log-normal with this much in the range of {self.scale}"
        else:
            yield "uniform", f"no part of the range of {self.scale} is likelier than another"
