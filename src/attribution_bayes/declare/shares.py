"""Ways to state several numbers at once that sum to one: a prior, or the outcomes of an item.

>>> BaseRates({"a": 3, "b": 1}).weight("a")
3.5
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Self

from attribution_bayes.declare.table import Table
from attribution_bayes.declare.way import Way, as_cases, as_shape, read_fields
from attribution_bayes.errors import CaseError, Problem, quoted, refusal, step, text

DEFAULT_PSEUDOCOUNT = 0.5
"""Added to every count of `BaseRates` (Jeffreys prior), so that what was never seen does not get probability zero."""

NOTHING: Mapping[Any, str] = MappingProxyType({})
"""No name stands for another."""


@dataclass(frozen=True, slots=True, repr=False)
class Shares(Way):
    """A way to state several numbers at once, in proportion to weights."""

    holds_names: ClassVar[bool] = True

    @property
    def numbers(self) -> Mapping[Any, float]:
        """The number stated for each name."""
        numbers: Mapping[Any, float] = getattr(self, self.inside[0])
        return numbers

    def weight(self, name: Any) -> float:
        """The weight of a name, in proportion to the others."""
        return self.numbers[name]

    @abstractmethod
    def words(self, order: Sequence[Any], called: Mapping[Any, str] = NOTHING) -> str:
        """How the numbers were stated, in words, with names in this order; `called` says what stands in their place."""

    @classmethod
    def from_file(cls, given: Any, beside: Mapping[str, Any]) -> Self:
        make: Callable[..., Self] = cls
        return make(_by_outcome(cls.form, given), **beside)

    def _argument(self, order: Sequence[Any]) -> dict[Any, float]:
        return {name: self.numbers[name] for name in order if name in self.numbers}

    def _listed(self, order: Sequence[Any], called: Mapping[Any, str]) -> str:
        return ", ".join(f"{called.get(name, name)} {self.numbers[name]:g}" for name in order)


@dataclass(frozen=True, slots=True, repr=False)
class Dirichlet(Shares):
    """Probabilities of several outcomes, or of the hypotheses, with Dirichlet weights `alpha`, one for each.

    Raises
    ------
    CaseError
        ``E_PARAM`` if a weight is not above 0.
    """

    alpha: Mapping[Any, float]

    form: ClassVar[str] = "dirichlet"
    inside: ClassVar[tuple[str, ...]] = ("alpha",)

    def __post_init__(self) -> None:
        read_fields(self, {"alpha": _weights})

    def words(self, order: Sequence[Any], called: Mapping[Any, str] = NOTHING) -> str:
        return f"Dirichlet weights {self._listed(order, called)}"


@dataclass(frozen=True, slots=True, repr=False)
class Odds(Shares):
    """A prior in proportion to weights, such as ``Odds({"a": 1, "b": 1, "c": 1})``."""

    weights: Mapping[str, float]

    form: ClassVar[str] = "odds"
    inside: ClassVar[tuple[str, ...]] = ("weights",)

    def __post_init__(self) -> None:
        read_fields(self, {"weights": _weights})

    def words(self, order: Sequence[Any], called: Mapping[Any, str] = NOTHING) -> str:
        return f"odds {self._listed(order, called)}"


@dataclass(frozen=True, slots=True, repr=False)
class BaseRates(Shares):
    """A prior from how often each hypothesis was true in comparable cases: Dirichlet(count + pseudocount)."""

    counts: Mapping[str, float]
    pseudocount: float = DEFAULT_PSEUDOCOUNT

    form: ClassVar[str] = "base_rates"
    inside: ClassVar[tuple[str, ...]] = ("counts",)

    def __post_init__(self) -> None:
        read_fields(self, {"counts": _counts, "pseudocount": as_shape})

    def weight(self, name: Any) -> float:
        return self.counts[name] + self.pseudocount

    def to_file(self, order: Sequence[Any] = ()) -> dict[str, Any]:
        """The form in a file, always with the pseudocount, because it counts as cases that nobody has seen."""
        reason = {"reason": self.reason} if self.reason else {}
        return {self.form: self._argument(order), "pseudocount": self.pseudocount, **reason}

    def words(self, order: Sequence[Any], called: Mapping[Any, str] = NOTHING) -> str:
        return f"counts {self._listed(order, called)}, each plus {self.pseudocount!r}"

    def defaults(self) -> Iterator[tuple[str, str]]:
        if self.pseudocount == DEFAULT_PSEUDOCOUNT:
            yield f"pseudocount={self.pseudocount!r}", "added to every count (Jeffreys)"


# Reading weights -----------------------------------------------------------------------------------------------------


def _weights(given: object, parameter: str, read: Callable[[object, str], float] = as_shape) -> Table[Any, float]:
    if not isinstance(given, Mapping) or len(given) < 2:
        message = text(quoted(given), " does not name two or more with a number each.")
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
    return _weights(given, parameter, as_cases)


def outcome_of(key: str) -> bool | str:
    """Read a key of a file as an outcome: true and false, in any case of letters, are True and False."""
    return {"true": True, "false": False}.get(key.casefold(), key)


def _by_outcome(form: str, given: Any) -> dict[Any, Any]:
    if not isinstance(given, dict):
        raise refusal("E_TYPE", "", text(quoted(given), " is not a mapping."), f"Write {{{form}: {{a: 1, b: 2}}}}.")
    outcomes = {outcome_of(key): value for key, value in given.items()}
    if len(outcomes) < len(given):
        raise refusal("E_DUPKEY", "", f"{quoted(given)} names an outcome twice.", "Keep one of them.")
    return outcomes
