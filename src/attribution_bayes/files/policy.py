"""Policies: what the marks of a matrix, or the grades of its sources, stand for as probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from attribution_bayes.declare.table import Table
from attribution_bayes.declare.texts import text_problems
from attribution_bayes.declare.way import RANGE_MASS, Single
from attribution_bayes.declare.ways import Point, Probability, distribution, frozen, probability_problem
from attribution_bayes.errors import CaseError, Problem, named, quoted

CANNOT_BE_JUDGED = ("F", "6")
"""The grades that say that nobody can tell; they are no worse than the others, only less certain."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What the marks of a matrix, or the grades of its sources, stand for.

    No publication says which probability a mark is. Whoever reads a matrix decides it, gives the decision a name and,
    if it is written down somewhere, a citation; every number of the case then names the policy as its reason.

    Attributes
    ----------
    name
        A short name with a version, such as ``plant-2026-1``.
    ranges
        For each mark or grade, how the probability is stated: a number, a `Between`, a `Beta`, ...
    citation
        Where the policy is explained.

    Raises
    ------
    CaseError
        ``E_POLICY`` for a policy that states nothing, or in which a grade that says that nobody can tell (F or 6) is
        narrower than another of its kind; the code of the fault for what is not a probability.

    Examples
    --------
    >>> from attribution_bayes.declare.ways import Between
    >>> Policy(name="plant-2026-1", ranges={"C": Between(0.3, 0.8), "I": Between(0.05, 0.3)}).name
    'plant-2026-1'
    """

    name: str
    ranges: Mapping[str, Probability]
    citation: str | None = None

    def __post_init__(self) -> None:
        problems = [*self._text_problems(), *self._range_problems()]
        if problems:
            raise CaseError([problem.under("policy") for problem in problems])
        object.__setattr__(self, "ranges", Table({mark: frozen(way) for mark, way in self.ranges.items()}))
        narrow = [*_narrow_problems(self.ranges)]
        if narrow:
            raise CaseError([problem.under("policy") for problem in narrow])

    def _text_problems(self) -> Iterator[Problem]:
        for field in ("name", "citation"):
            value = getattr(self, field)
            if isinstance(value, str):
                yield from text_problems(value, field)
            elif field == "name" or value is not None:
                yield Problem(
                    code="E_TYPE", path=field, message=f"{quoted(value)} is not text.", hint="Put it in quotes."
                )

    def _range_problems(self) -> Iterator[Problem]:
        if not isinstance(self.ranges, Mapping) or not self.ranges:
            message = f"{quoted(self.ranges)} states no range."
            yield Problem(code="E_POLICY", path="ranges", message=message, hint="Write {MARK: RANGE}.")
            return
        for mark, way in self.ranges.items():
            if not isinstance(mark, str) or not mark.strip():
                hint = "Marks and grades are text, such as 'CC' or 'B'."
                yield Problem(code="E_TYPE", path="ranges", message=f"{quoted(mark)} is not a mark.", hint=hint)
            elif (problem := probability_problem(frozen(way))) is not None:
                yield problem.under(f"ranges.{mark}")

    def meaning(self, mark: str) -> Probability:
        """The probability that a mark stands for, with the mark and the policy as its reason."""
        way = self.ranges[mark]
        said = f"{mark} in the policy {self.name}"
        if not isinstance(way, Single):
            return Point(float(way), reason=said)
        return replace(way, reason=f"{said}: {way.reason}" if way.reason else said)

    def mark_of(self, way: object) -> str | None:
        """The mark that a probability was read from, or None."""
        return next((mark for mark in self.ranges if self.meaning(mark) == way), None)

    def same_number(self, way: object) -> str | None:
        """A mark that stands for the same number, whatever the reasons; None if there is none."""
        meant = distribution(way) if isinstance(way, Single | float) else None  # type: ignore[arg-type]
        return next((mark for mark, one in self.ranges.items() if meant == distribution(one)), None)


def _narrow_problems(ranges: Mapping[str, Probability]) -> Iterator[Problem]:
    """Grades that say that nobody can tell, and are narrower than another."""
    for unknown, others in zip(CANNOT_BE_JUDGED, ("ABCDE", "12345"), strict=True):
        widths = {grade: _width(ranges[grade]) for grade in (*others, unknown) if grade in ranges}
        wider = [grade for grade in widths if unknown in widths and widths[grade] > widths[unknown]]
        if wider:
            message = f"it cannot be judged, and has a narrower range than {named(wider)}."
            hint = "What cannot be judged is the least certain, not the worst: give it the widest range."
            yield Problem(code="E_POLICY", path=f"ranges.{unknown}", message=message, hint=hint)


def _width(way: Probability) -> float:
    lower, upper = distribution(way).interval(RANGE_MASS)
    return upper - lower


def expect_policies(marks: object, grades: object) -> None:
    problems = [
        Problem(
            code="E_POLICY",
            path=field,
            message=f"{quoted(given) if given is not None else 'nothing'} stands where a Policy belongs.",
            hint="Nothing fixes what a mark means: name your policy with ab.Policy(name=..., ranges={...}).",
        )
        for field, given in (("marks", marks), ("grades", grades))
        if not isinstance(given, Policy) and not (field == "grades" and given is None)
    ]
    if problems:
        raise CaseError(problems)
