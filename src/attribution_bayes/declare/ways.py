"""Ways to state a probability, a ratio, a row of outcomes or a prior.

Each way is a frozen value that checks its own parameters when it is made. What all of them mean is one closed family:
a `Point`, a `Beta`, a `Uniform`, a `LogNormal` or, for several outcomes at once, Dirichlet weights. `distribution` and
`ratio_distribution` say which.

>>> lower, upper = distribution(Between(0.6, 0.9)).interval(0.9)
>>> print(f"{lower:.6f} {upper:.6f}")
0.600000 0.900000
>>> distribution(Counts(3, 10))
Beta(alpha=3.5, beta=7.5)
"""

from __future__ import annotations

import math
import unicodedata
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from numbers import Real
from typing import Any, Literal, TypeVar, assert_never

import numpy as np
from scipy.special import ndtri

from attribution_bayes.declare import distributions as family
from attribution_bayes.declare.distributions import MAX_SHAPE, MIN_SHAPE, LogNormal, Point, beta_with_quantiles
from attribution_bayes.declare.scales import SCALES, Scale, ScaleId, Term
from attribution_bayes.errors import CaseError, Problem, nearest, quoted, refusal, step

DEFAULT_MASS = 0.9
"""Probability that a stated range (`Between`, `RatioBetween`) holds unless it says otherwise: 5 % outside each end."""

DEFAULT_PSEUDOCOUNT = 0.5
"""Added to every count of `BaseRates`: the Jeffreys prior, so that a case never seen does not get probability zero."""

MIN_MASS = 1e-6
"""Least probability inside a stated range, and outside it: nobody can tell less from none."""

MIN_RATIO, MAX_RATIO = 1e-300, 1e300
"""Ratios outside cannot be multiplied without overflow, and no evidence has ever supported one."""

MOST_SIGMAS = 8.0
"""Standard deviations from its mean at which a normal draw is not seen: one in 10^15."""

MAX_DEPTH = 32
"""Mappings inside one another: a row for each outcome of thirty parents could not be stated anyway."""

DEPTH_HINT = "A row has one level for each parent of its item: declare fewer, or close a bracket."

MAX_TEXT = 20_000
"""Characters in one text field; longer text belongs in the document that the citation names."""

YES_OR_NO = frozenset({"yes", "no", "on", "off", "true", "false"})
"""Texts that other readers of YAML take for True and False."""

LARGEST_HINT = "Numbers up to 1e308 can be told apart."
DECIMAL_HINT = "Write a decimal such as 0.25."
COUNT_HINT = "Give a whole number, 0 or more."
CASES_HINT = "Give how many cases there were, 0 or more."
WAY_HINT = "Write a decimal such as 0.25; what is not known so well is stated as a range, such as Between(0.2, 0.6)."

JOINERS = "\u200c\u200d"
"""Invisible, but the spelling of Persian, Hindi and others needs them."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class Table(Mapping[Key, Value]):
    """A read-only mapping that can be hashed; the order in which it was written does not matter.

    True comes before False, other keys in alphabetical order. Tables of the same names share them, and a table of
    nothing but floats is packed, so that a number takes eight bytes.
    """

    __slots__ = ("_places", "_values")

    def __init__(self, entries: Mapping[Key, Value]) -> None:
        self._places = _places(entries)
        values: list[Any] = [entries[key] for key in self._places]
        self._values: Sequence[Any] = array("d", values) if set(map(type, values)) <= PACKED else tuple(values)

    @property
    def is_packed(self) -> bool:
        """Whether it holds floats and nothing else."""
        return isinstance(self._values, array) and len(self._values) > 0

    @property
    def ends(self) -> tuple[Value, Value]:
        """The least and the greatest of its values."""
        return min(self._values), max(self._values)

    @property
    def numbers(self) -> np.ndarray | None:
        """The values in the order of the table, if all of them are floats."""
        return np.frombuffer(self._values) if self.is_packed else None  # type: ignore[call-overload]

    def arranged(self, keys: tuple[Key, ...]) -> np.ndarray:
        """The numbers in the order of `keys`, which are all there is."""
        numbers = self.numbers
        assert numbers is not None
        return np.asarray(numbers[self._places.arrangement(keys)])

    def __getitem__(self, key: Key) -> Value:
        value: Value = self._values[self._places[key]]
        return value

    def __iter__(self) -> Iterator[Key]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __hash__(self) -> int:
        return hash(frozenset(self.items()))

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> tuple[object, ...]:
        return Table, (dict(self),)


PACKED = {float, np.float64}
MAX_SHARED_NAMES = 64
"""Different sets of names that are kept for further tables: a case has few, its hypotheses and outcomes."""


class _Places(dict[Any, int]):
    """Where the value of each key stands; remembers the order that was asked for last."""

    __slots__ = ("_asked",)

    def arrangement(self, keys: tuple[Any, ...]) -> np.ndarray:
        asked: tuple[tuple[Any, ...], np.ndarray] | None = getattr(self, "_asked", None)
        if asked is None or asked[0] is not keys:
            asked = self._asked = keys, np.array([self[key] for key in keys])
        return asked[1]


def _places(entries: Mapping[Any, Any]) -> _Places:
    keys = tuple(entries)
    if set(map(type, keys)) == {str}:  # 1 and True are equal, so that only texts tell one set of keys from another
        return _shared_places(frozenset(keys))
    in_order = sorted(keys, key=lambda key: (key is False, step(key)))
    return _Places((key, place) for place, key in enumerate(in_order))


@lru_cache(MAX_SHARED_NAMES)
def _shared_places(keys: frozenset[str]) -> _Places:
    return _Places((key, place) for place, key in enumerate(sorted(keys)))


def is_number(value: object) -> bool:
    """Whether `value` is one real number of Python, NumPy or `decimal`, or an array of no dimensions that holds one.

    True and False are not.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return is_number(value.item())
    return isinstance(value, Real | Decimal) and not isinstance(value, bool | np.bool_)


def frozen(value: Any, room: int = MAX_DEPTH) -> Any:
    """Mappings become tables at every depth, numbers floats; anything else stays for `Case` to judge."""
    if isinstance(value, Mapping):
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
            return math.nan  # a signalling one
    return _from_scipy(value) if hasattr(value, "dist") else value


def _from_scipy(value: Any) -> Any:
    """A frozen `scipy.stats.beta` or `scipy.stats.uniform` as what it is here."""
    match getattr(value.dist, "name", None):
        case "uniform":
            return Uniform(*value.support())
        case "beta" if value.support() == (0, 1):
            shapes = dict(zip(("a", "b"), value.args, strict=False)) | value.kwds
            return Beta(shapes["a"], shapes["b"])
        case _:
            return value


def number_problem(value: object) -> Problem | None:
    """Why `value` cannot be read as a finite number, or None if it can."""
    if isinstance(value, str) and value.strip().casefold() not in YES_OR_NO:
        return _number_text_problem(value)
    if not is_number(value):
        kind = type(value).__name__
        message = f"{quoted(value)} ({kind}) stands where a number belongs."
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
    """How the number that `text` seems to mean is written."""
    written = f"{meant_number(text):.10g}"
    if written in ("nan", "inf", "-inf") or (written == "0" and text != written):
        return DECIMAL_HINT
    also = ", or use odds if this is a prior" if ":" in text else " without quotes" if text == written else ""
    return f"Write {written}{also}."


def meant_number(text: str) -> float:
    """The number that a text seems to mean; NaN where it seems to mean none."""
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
    """The number with its decimal comma read as a point; 1,000 could be one or a thousand, so it is none."""
    whole, comma, digits = text.strip().partition(",")
    if whole[:1] == "0" and whole[1:2].isdigit():
        return math.nan  # octal to some readers
    return math.nan if comma and len(digits) == 3 and whole != "0" else float(f"{whole}.{digits}" if comma else whole)


def text_problems(text: str, path: str) -> Iterator[Problem]:
    """Why a text cannot be shown to a reader as it is."""
    if all(map(_is_blank, text)):
        yield Problem(code="E_MISSING", path=path, message="the text is empty.", hint="Say it in a sentence.")
    if len(text) > MAX_TEXT:
        hint = "Longer text belongs in the document that the citation names."
        message = f"{len(text):,} characters; at most {MAX_TEXT:,} are allowed."
        yield Problem(code="E_LIMIT", path=path, message=message, hint=hint)
        return
    at = next((at for at, sign in enumerate(text) if _is_control(sign)), None)
    if at is not None:
        message = f"the text holds the control character U+{ord(text[at]):04X} at position {at}."
        yield Problem(code="E_TEXT_CONTROL", path=path, message=message, hint="Remove it: a reader cannot see it.")


BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that show nothing: fillers of Hangul, and the empty pattern of Braille."""


def _is_blank(sign: str) -> bool:
    """Whether a text of such signs alone shows nothing: spaces, joiners, marks without a letter, fillers."""
    return sign.isspace() or sign in BLANKS or sign in JOINERS or unicodedata.category(sign).startswith("M")


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs") and sign not in "\n\t" and sign not in JOINERS


def _number(value: object, parameter: str) -> float:
    problem = number_problem(value)
    if problem is not None:
        raise CaseError([problem.under(parameter)])
    return float(value)  # type: ignore[arg-type]


def _shape(value: object, parameter: str) -> float:
    number = _number(value, parameter)
    if not MIN_SHAPE <= number <= MAX_SHAPE:
        hint = f"It must be positive, from {MIN_SHAPE:g} to {MAX_SHAPE:g}."
        raise refusal("E_PARAM", parameter, f"{number:g} is not allowed.", hint)
    return number


def _mass(value: object, parameter: str) -> float:
    mass = _number(value, parameter)
    if not MIN_MASS <= mass <= 1 - MIN_MASS:
        hint = f"It must lie from {MIN_MASS:g} to {1 - MIN_MASS:g}."
        raise refusal("E_PARAM", parameter, f"{mass:g} is not allowed.", hint)
    return mass


def _count(value: object, parameter: str) -> int:
    count = _number_of(value, parameter, COUNT_HINT)
    if not 0 <= count <= MAX_SHAPE or count != int(count):
        raise refusal("E_PARAM", parameter, f"{count:g} is not a count.", COUNT_HINT)
    return int(count)


def _cases(value: object, parameter: str) -> float:
    """How often something was the case; a fraction where cases are weighed."""
    count = _number_of(value, parameter, CASES_HINT)
    if not 0 <= count <= MAX_SHAPE:
        raise refusal("E_PARAM", parameter, f"{count:g} is not a count.", CASES_HINT)
    return count


def _number_of(value: object, parameter: str, hint: str) -> float:
    """A number of something, or a refusal that says of what."""
    problem = number_problem(value)
    if problem is not None:
        meant = math.nan if not isinstance(value, str) else meant_number(value)
        raise CaseError([(problem if meant >= 1 else replace(problem, hint=hint)).under(parameter)])
    return float(value)  # type: ignore[arg-type]


def _ratio_number(value: object, parameter: str) -> float:
    problem = _ratio_number_problem(value)
    if problem is not None:
        raise CaseError([problem.under(parameter)])
    return float(value)  # type: ignore[arg-type]


def _reason(reason: object, parameter: str) -> object:
    if not isinstance(reason, str) or all(map(_is_blank, reason)):
        raise refusal("E_REASON", parameter, f"{quoted(reason)} is no reason.", "Say in a sentence why it must be so.")
    problems = list(text_problems(reason, parameter))
    if problems:
        raise CaseError(problems)
    return reason


def _read(way: object, **readers: Callable[[object, str], object]) -> None:
    """Put in place of each parameter what its reader makes of it, or report what is wrong with all of them."""
    problems: list[Problem] = []
    for name, reader in readers.items():
        try:
            object.__setattr__(way, name, reader(getattr(way, name), name))
        except CaseError as error:
            problems.extend(error.problems)
    if problems:
        raise CaseError(problems)


# Ways to state a probability -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beta:
    """A probability with density proportional to x^(alpha-1) (1-x)^(beta-1).

    Raises
    ------
    CaseError
        ``E_PARAM`` if alpha or beta is not above 0.
    """

    alpha: float
    beta: float

    def __post_init__(self) -> None:
        _read(self, alpha=_shape, beta=_shape)


def _ordered(way: Between | Uniform | RatioBetween) -> None:
    if way.lower > way.upper:
        raise refusal(
            "E_INTERVAL",
            "lower",
            f"the lower bound {way.lower:g} is above the upper bound {way.upper:g}.",
            f"Write [{way.upper:g}, {way.lower:g}] if they were swapped.",
        )


def _percent_hint(way: Between | Uniform) -> str:
    """The range in probabilities, where both bounds seem to be percentages."""
    if not (way.lower >= 1 and 2 <= way.upper < 100):
        return ""
    return f"Write {type(way).__name__}({way.lower / 100:.10g}, {way.upper / 100:.10g}) if percent was meant."


@dataclass(frozen=True, slots=True)
class Between:
    """A probability that lies in [lower, upper] with probability `mass`, and as likely below as above.

    It means the Beta distribution with those two quantiles; equal bounds mean the number.

    Raises
    ------
    CaseError
        ``E_INTERVAL`` if the bounds are swapped, or not strictly between 0 and 1; ``E_PARAM`` for the mass.
    """

    lower: float
    upper: float
    mass: float = DEFAULT_MASS

    def __post_init__(self) -> None:
        _read(self, lower=_number, upper=_number, mass=_mass)
        _ordered(self)
        if not (self.lower > 0 and self.upper < 1):
            raise refusal(
                "E_INTERVAL",
                "lower" if self.lower <= 0 else "upper",
                f"[{self.lower:g}, {self.upper:g}] leaves no room for the {1 - self.mass:.3g} outside it.",
                _percent_hint(self) or "Bounds lie strictly between 0 and 1; `Uniform` takes 0 and 1 as bounds.",
            )
        distribution(self)


@dataclass(frozen=True, slots=True)
class Uniform:
    """A probability that lies in [lower, upper] for certain, no part of it more likely than another.

    Raises
    ------
    CaseError
        ``E_INTERVAL`` if the bounds are swapped or outside [0, 1].
    """

    lower: float
    upper: float

    def __post_init__(self) -> None:
        _read(self, lower=_number, upper=_number)
        _ordered(self)
        if not (self.lower >= 0 and self.upper <= 1) or self.lower == self.upper in (0.0, 1.0):
            raise refusal(
                "E_INTERVAL", "lower" if self.lower < 0 else "upper", f"[{self.lower:g}, {self.upper:g}] is no range "
                "of probabilities.", _percent_hint(self) or "Bounds lie between 0 and 1."
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counts:
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

    def __post_init__(self) -> None:
        _read(self, successes=_count, trials=_count)
        if self.successes > self.trials:
            hint = "Successes come first, and are among the trials."
            raise refusal("E_PARAM", "successes", f"{self.successes} successes in {self.trials} trials.", hint)


@dataclass(frozen=True, slots=True)
class Words:
    """A term of a verbal scale: any value in the range that the scale gives it, none more likely than another.

    Raises
    ------
    CaseError
        ``E_VERBAL`` if the scale or the term is unknown. Terms are matched exactly, never to the nearest.
    """

    term: str
    scale: ScaleId | Literal[""] = ""

    def __post_init__(self) -> None:
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
        """What the scale's terms are about: ``"probability"`` or ``"ratio"``."""
        return self._scale.kind

    @property
    def range(self) -> Term:
        """The term as the scale defines it."""
        term = self._scale.find(self.term)
        assert term is not None  # held by __post_init__
        return term

    @property
    def _scale(self) -> Scale:
        return SCALES[self.scale]


@dataclass(frozen=True, slots=True)
class Impossible:
    """Probability 0, for a stated reason. A hypothesis that this contradicts is excluded whatever else is found."""

    reason: str

    def __post_init__(self) -> None:
        _read(self, reason=_reason)


@dataclass(frozen=True, slots=True)
class Certain:
    """Probability 1, for a stated reason. A hypothesis that this contradicts is excluded whatever else is found."""

    reason: str

    def __post_init__(self) -> None:
        _read(self, reason=_reason)


# Ways to state a row, a ratio, a prior -------------------------------------------------------------------------------


def _weights(given: object, parameter: str, read: Callable[[object, str], float] = _shape) -> Table[Any, float]:
    if not isinstance(given, Mapping) or len(given) < 2:
        message = f"{quoted(given)} does not name two or more with a number each."
        raise refusal("E_PARAM", parameter, message, "Give {name: number}, one for each.")
    numbers: dict[Any, float] = {}
    problems: list[Problem] = []
    for name, value in given.items():
        try:
            numbers[name] = read(value, step(name))
        except CaseError as error:
            problems.extend(error.problems)
    if problems:
        raise CaseError(problems)
    return Table(numbers)


def _counts(given: object, parameter: str) -> Table[Any, float]:
    return _weights(given, parameter, _cases)


@dataclass(frozen=True, slots=True)
class Dirichlet:
    """Probabilities of several outcomes, or of the hypotheses, with Dirichlet weights `alpha`, one for each.

    Raises
    ------
    CaseError
        ``E_PARAM`` if a weight is not above 0.
    """

    alpha: Mapping[Any, float]

    def __post_init__(self) -> None:
        _read(self, alpha=_weights)


@dataclass(frozen=True, slots=True)
class Odds:
    """A prior in proportion to weights, such as ``Odds({"a": 1, "b": 1, "c": 1})``."""

    weights: Mapping[str, float]

    def __post_init__(self) -> None:
        _read(self, weights=_weights)


@dataclass(frozen=True, slots=True)
class BaseRates:
    """A prior from how often each hypothesis was true in comparable cases: Dirichlet(count + pseudocount)."""

    counts: Mapping[str, float]
    pseudocount: float = DEFAULT_PSEUDOCOUNT

    def __post_init__(self) -> None:
        _read(self, counts=_counts, pseudocount=_shape)


@dataclass(frozen=True, slots=True)
class RatioBetween:
    """A likelihood ratio that lies in [lower, upper] with probability `mass`, log-normal, as likely below as above.

    Raises
    ------
    CaseError
        ``E_RANGE`` if a bound is not a positive ratio, ``E_PARAM`` for the mass, ``E_INTERVAL`` if the bounds are
        swapped or so far apart that draws from the posterior would be no ratios.
    """

    lower: float
    upper: float
    mass: float = DEFAULT_MASS

    def __post_init__(self) -> None:
        _read(self, lower=_ratio_number, upper=_ratio_number, mass=_mass)
        _ordered(self)
        meaning = ratio_distribution(self)
        if isinstance(meaning, LogNormal) and _reach(meaning) > math.log(MAX_RATIO):
            message = (
                f"[{self.lower:g}, {self.upper:g}] is so wide that its ratios go beyond {MAX_RATIO:g} or one over it."
            )
            raise refusal("E_INTERVAL", "upper", message, "Narrow the range.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """Likelihoods known only in proportion: how many times likelier the item is under each than under `reference`.

    A credence takes a number as it is and the geometric midpoint of a range, so that stating the inverse against the
    other hypothesis is stating the same. With rho_h the ratios that are ranges (log rho_h ~ Normal(m_h, s_h)),

        P(item | h) = c rho_h prod_j rho_j^(-1/2),    E P(item | h) / E P(item | reference) = exp(m_h),

    for some c that nobody has to know. The width moves no credence; it shows in the spread and in the bounds.

    Attributes
    ----------
    reference
        The hypothesis that the others are compared with.
    ratios
        For every other hypothesis, a number, a `RatioBetween` or `Words` of a ratio scale.
    """

    reference: str
    ratios: Mapping[str, Ratio]

    def __post_init__(self) -> None:
        object.__setattr__(self, "ratios", frozen(self.ratios))


type Probability = float | Beta | Between | Uniform | Counts | Words | Impossible | Certain
type Ratio = float | RatioBetween | Words
type Prior = Mapping[str, float | Impossible | Certain] | Odds | Dirichlet | BaseRates
type Row = Probability | Dirichlet | Mapping[Any, Row]
"""A probability; a Dirichlet or a number for each named outcome; or a row for each outcome of a parent."""

type Stated = Probability | Ratio | Odds | Dirichlet | BaseRates
"""What one number, or several numbers together, can be stated as."""

UNCERTAIN = (Beta, Between, Uniform, Counts, Words)
PROBABILITIES = (*UNCERTAIN, Impossible, Certain)


def probability_problem(value: object) -> Problem | None:
    """Why `value` does not state a probability, or None if it does."""
    if isinstance(value, Words) and value.kind != "probability":
        return Problem(
            code="E_VERBAL_KIND",
            message=f"{value.term!r} of {value.scale!r} is about a likelihood ratio, not a probability.",
            hint="State a range of probabilities; or, of an item that is simply observed, use it inside `Ratios`.",
        )
    if isinstance(value, PROBABILITIES):
        return None
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
        hint = "Write `Impossible(reason)`, or a small number: what cannot happen can never be learned to be true."
        return Problem(code="E_ZERO_LIKELIHOOD", message="a probability of 0 needs a reason.", hint=hint)
    if value == 1:
        hint = "Write `Certain(reason)`, or a number just below 1."
        return Problem(code="E_ONE_LIKELIHOOD", message="a probability of 1 needs a reason.", hint=hint)
    hint = f"Write {value / 100:.10g} if percent was meant." if 2 <= value < 100 else "It lies between 0 and 1."
    return Problem(code="E_RANGE", message=f"{value!r} is not a probability.", hint=hint)


def ratio_problem(value: object) -> Problem | None:
    """Why `value` does not state a likelihood ratio, or None if it does."""
    if isinstance(value, Words):
        return _verbal_ratio_problem(value)
    if isinstance(value, RatioBetween):
        return None
    return _ratio_number_problem(value)


def _ratio_number_problem(value: Any) -> Problem | None:
    problem = number_problem(value)
    if is_number(value) and (abs(value) == math.inf if problem else not MIN_RATIO <= float(value) <= MAX_RATIO):
        hint = f"It must be positive, from {MIN_RATIO:g} to {MAX_RATIO:g}."
        if value == 0:
            hint = "A ratio is positive; what cannot be is stated as a likelihood, with `Impossible(reason)`."
        return Problem(code="E_RANGE", message=f"{quoted(value)} is not a likelihood ratio.", hint=hint)
    return problem


def _verbal_ratio_problem(value: Words) -> Problem | None:
    if value.kind != "ratio":
        message = f"{value.term!r} of {value.scale!r} is about a probability, not a likelihood ratio."
        return Problem(code="E_VERBAL_KIND", message=message, hint="Use it as a likelihood.")
    if value.range.upper is None:
        message = f"{value.term!r} of {value.scale!r} has no upper end."
        return Problem(code="E_VERBAL", message=message, hint="State a `RatioBetween` with both ends.")
    return None


# What they mean ------------------------------------------------------------------------------------------------------


def distribution(probability: Probability) -> Point | family.Beta | family.Uniform:
    """What a stated probability means.

    Raises
    ------
    CaseError
        ``E_INTERVAL`` if no Beta distribution has the two quantiles of a `Between`.
    """
    match probability:
        case Beta(alpha, beta):
            return family.Beta(alpha, beta)
        case Between(lower, upper, mass):
            return Point(lower) if lower == upper else family.Beta(*beta_with_quantiles(lower, upper, mass))
        case Uniform(lower, upper):
            return _uniform(lower, upper)
        case Counts(successes, trials):
            return family.Beta(successes + 0.5, trials - successes + 0.5)
        case Words():
            return _uniform(probability.range.lower, probability.range.upper or 1.0)
        case Impossible():
            return Point(0.0)
        case Certain():
            return Point(1.0)
        case float() | int():
            return Point(float(probability))
        case _:
            assert_never(probability)


def _uniform(lower: float, upper: float) -> Point | family.Uniform:
    return Point(lower) if lower == upper else family.Uniform(lower, upper)


def ratio_distribution(ratio: Ratio) -> Point | LogNormal:
    """What a stated likelihood ratio means."""
    match ratio:
        case RatioBetween(lower, upper, mass):
            return _log_normal(lower, upper, mass)
        case Words():
            assert ratio.range.upper is not None  # refused by ratio_problem
            return _log_normal(ratio.range.lower, ratio.range.upper, DEFAULT_MASS)
        case float() | int():
            return Point(float(ratio))
        case _:
            assert_never(ratio)


def _log_normal(lower: float, upper: float, mass: float) -> Point | LogNormal:
    if lower == upper:
        return Point(lower)
    midpoint = math.sqrt(lower) * math.sqrt(upper)  # exactly 1 for 1/100 to 100
    return LogNormal(math.log(midpoint), math.log1p((upper - lower) / lower) / (2 * float(ndtri((1 + mass) / 2))))


def _reach(ratio: LogNormal) -> float:
    """How far from 0 the logarithm gets in draws from the posterior, which evidence shifts by half its variance."""
    return abs(ratio.mu) + ratio.sigma**2 / 2 + MOST_SIGMAS * ratio.sigma
