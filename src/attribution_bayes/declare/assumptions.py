"""Every number that somebody asserted, its address, and what the case would be with another number there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from attribution_bayes.arguments import expect
from attribution_bayes.declare import distributions as family
from attribution_bayes.declare.address import (
    Address,
    Block,
    CommonCausePart,
    ErrorOf,
    ItemPart,
    Outcome,
    PartAddress,
    PriorPart,
    ReportPart,
    SourcePart,
)
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import MIN_SHAPE
from attribution_bayes.declare.numbers import is_number, number_problem
from attribution_bayes.declare.parameters import Parameter, addresses, parameters, unknown_address
from attribution_bayes.declare.parts import Report
from attribution_bayes.declare.rows import SUM_TOLERANCE, stated_number
from attribution_bayes.declare.table import Table
from attribution_bayes.declare.way import (
    CENTRAL,
    PLAIN_NUMBER_ODDS_FACTOR,
    PLAIN_RATIO_RANGE,
    RANGE_MASS,
    Single,
    around,
)
from attribution_bayes.declare.ways import (
    RANGE_POLICIES,
    Certain,
    Dirichlet,
    Impossible,
    Point,
    Ratios,
    Same,
    frozen,
    probability_problem,
    ratio_problem,
)
from attribution_bayes.errors import CaseError, Problem
from attribution_bayes.memo import Memo, once_for_each

PLAIN = ("number", "odds")
"""Kinds of probabilities that have no range of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One asserted number.

    Attributes
    ----------
    address
        Where it stands, such as ``evidence.fled.likelihood.other``.
    stated
        The number, or the mean of the distribution that was stated; the geometric midpoint of a range of ratios.
    lower, upper
        Its plausible range: the central 90 % of its distribution, all of it for a range without preference (`Uniform`,
        `Words`), and for a plain number its odds, or the ratio itself, times and over 2.
    kind
        How it was stated: ``number``, ``ratio``, ``between``, ``words``, ... as in a case file.
    reason
        Why it is this number, if somebody said so.
    """

    address: str
    stated: float
    lower: float
    upper: float
    kind: str
    reason: str = ""


def assumptions(case: Case) -> tuple[Assumption, ...]:
    """List every number that the case rests on, in its order: prior, sources, evidence, common causes.

    Examples
    --------
    >>> from attribution_bayes.declare.case import Case
    >>> from attribution_bayes.declare.parts import Hypothesis
    >>> case = Case(
    ...     question="Which?",
    ...     hypotheses=[Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)],
    ...     prior={"a": 0.5, "b": 0.5},
    ... )
    >>> first = assumptions(case)[0]
    >>> first.address, first.stated, first.upper, first.kind
    ('prior.a', 0.5, 0.6666666666666666, 'number')
    """
    expect(case, Case, "case")
    known = ranges(case)
    columns = (known.addresses, known.stated.tolist(), known.lower.tolist(), known.upper.tolist(), known.kinds)
    return tuple(
        Assumption(address=address, stated=stated, lower=lower, upper=upper, kind=kind, reason=known.reasons.get(i, ""))
        for i, (address, stated, lower, upper, kind) in enumerate(zip(*columns, strict=True))
    )


class Ranges(NamedTuple):
    """All assumptions of a case, in columns: their addresses, and for each what an `Assumption` holds."""

    addresses: Sequence[str]
    stated: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    kinds: Sequence[str]
    reasons: Mapping[int, str]


def ranges(case: Case) -> Ranges:
    """Every number that the case rests on with its plausible range, without an object for each."""
    supposed = origin(case)
    return (None if supposed is None else _renumbered(*supposed)) or _ranges(case)


def _renumbered(first: Case, changes: Mapping[Address, Any]) -> Ranges | None:
    """The ranges with other plain numbers; None where anything else changes."""
    before, known = _ranges_of_origin(first), addresses(first)
    slots = [known.position(address) for address in changes]
    is_plain = all(before.kinds[slot] == "number" and slot not in before.reasons for slot in slots)
    if not is_plain or not all(isinstance(value, float) for value in changes.values()):
        return None
    stated, lower, upper = before.stated.copy(), before.lower.copy(), before.upper.copy()
    stated[slots] = [*changes.values()]
    lower[slots], upper[slots] = _times_and_over(stated[slots])
    return before._replace(stated=stated, lower=lower, upper=upper)


def _ranges(case: Case) -> Ranges:
    known = addresses(case)
    stated, kinds, singles = np.empty(len(known)), ["number"] * len(known), []
    reasons: dict[int, str] = {}
    for one, start in zip(known.stated, known.starts, strict=False):
        if isinstance(one, Parameter):
            stated[start], kinds[start] = one.meaning.mean, one.kind
            singles += [] if one.kind in PLAIN else [(start, one)]
            reasons |= {start: one.reason} if one.reason else {}
        else:
            stated[start : start + one.size] = one.numbers
    lower, upper, is_plain = np.empty_like(stated), np.empty_like(stated), np.ones(len(stated), dtype=bool)
    for place, one in singles:
        lower[place], upper[place], is_plain[place] = *_plausible_range(one), False
    lower[is_plain], upper[is_plain] = _times_and_over(stated[is_plain])
    return Ranges(known, stated, lower, upper, kinds, reasons)


_ranges_of_origin = once_for_each(_ranges)


def _times_and_over(stated: np.ndarray) -> np.ndarray:
    """The plausible range of plain numbers, lower and upper ends."""
    odds = stated / (1 - stated) * np.array([[1 / PLAIN_NUMBER_ODDS_FACTOR], [PLAIN_NUMBER_ODDS_FACTOR]])
    return np.asarray(odds / (1 + odds))


def range_policy(kind: str) -> str:
    """Where the plausible range of an assumption of this kind comes from, in words."""
    match kind:
        case _ if kind in PLAIN:
            return f"odds times and over {PLAIN_NUMBER_ODDS_FACTOR:g}"
        case "ratio":
            return PLAIN_RATIO_RANGE
        case _:
            return RANGE_POLICIES.get(kind, CENTRAL)


def _plausible_range(parameter: Parameter) -> tuple[float, float]:
    """The plausible range of anything but a plain probability."""
    meaning, written = parameter.meaning, parameter.written
    if parameter.kind == "ratio":
        return around(meaning.mean)
    return written.plausible_range() if isinstance(written, Single) else meaning.interval(RANGE_MASS)


# Supposing -----------------------------------------------------------------------------------------------------------


def suppose(case: Case, changes: Mapping[str, Any]) -> Case:
    """Make the case that differs in the named numbers, checked like any other.

    A number takes the place of whatever was stated: ``suppose(case, {a: 0.3})`` supposes that `a` *is* 0.3. The other
    members of a prior, or of a row of named outcomes, are scaled in proportion; a Dirichlet keeps the sum of its
    weights as long as these can be stated. Where a single probability stands, another way to state one may be given in
    place of a number; where one of several stands, `Impossible` or `Certain` may.

    Parameters
    ----------
    case
    changes
        For each address (see `assumptions`) the new value.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for an address that the case does not have, ``E_TYPE`` for several values at one, and
        whatever the new case is refused for.

    References
    ----------
    S. Renooij (2014), Co-variation for sensitivity analysis in Bayesian networks, doi:10.1016/j.ijar.2013.11.001
    """
    expect(case, Case, "case")
    expect(changes, Mapping, "changes")
    known = addresses(case)
    read = {text: known.read(text) for text in changes}
    if unknown := [text for text, address in read.items() if address is None]:
        raise CaseError([unknown_address(text, known) for text in unknown])
    if problems := [_several_problem(address) for address, value in changes.items() if _holds_several(value)]:
        raise CaseError(problems)
    supposed = {address: frozen(changes[text]) for text, address in read.items() if address is not None}
    old = {address: known.parameter(address) for address in supposed}
    changed = {address: value for address, value in supposed.items() if not _says_the_same(old[address], value)}
    if all(old[address].block is None and _is_good(old[address], value) for address, value in changed.items()):
        return _supposed(case, changed) if changed else case
    rewritten: dict[Address | Block, Any] = {a: value for a, value in changed.items() if old[a].block is None}
    problems = []
    for block in dict.fromkeys(block for address in changed if (block := old[address].block) is not None):
        members = [one for one in parameters(case) if one.block == block]
        moved = {i: supposed[one.address] for i, one in enumerate(members) if one.address in supposed}
        problems += (found := list(_block_problems(block, members, moved)))
        if not found:
            rewritten[block] = _rewritten_block(members, moved)
    if problems:
        raise CaseError(problems)
    return case.model_copy(update=_edited(case, rewritten))


def _holds_several(value: Any) -> bool:
    if type(value) is float:
        return False
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping) and not is_number(value)


def _several_problem(address: str) -> Problem:
    hint = "Give one number; `what_if` takes many at once."
    return Problem(code="E_TYPE", path=address, message="several values stand where one number belongs.", hint=hint)


def _is_good(parameter: Parameter, value: Any) -> bool:
    """Whether the value can be stated here, whatever else the case says."""
    return (ratio_problem if parameter.is_ratio else probability_problem)(value) is None


_origins: Memo[Case, tuple[Case, Mapping[Address, Any]]] = Memo()


def origin(case: Case) -> tuple[Case, Mapping[Address, Any]] | None:
    """The case from which `suppose` made this one and what differs, if only single statements do."""
    return _origins.get(case)


def _supposed(case: Case, changed: Mapping[Address, Any]) -> Case:
    """The case with good values in place of single statements: nothing else has to be checked again."""
    supposed = case.with_good(_edited(case, changed))
    first, before = origin(case) or (case, {})
    _origins.keep(supposed, (first, {**before, **changed}))
    return supposed


def _says_the_same(one: Parameter, value: Any) -> bool:
    """Whether `value` is what is written already; the mean of a range is not the range."""
    fixed = isinstance(one.meaning, family.Point) or one.weight is not None
    return bool(value == one.written or (fixed and not isinstance(value, bool) and value == one.meaning.mean))


def _block_problems(block: Block, members: list[Parameter], moved: Mapping[int, Any]) -> Iterator[Problem]:
    """Why some members of a prior or of a row cannot be moved to these values."""
    bad = False
    for i, value in moved.items():
        problem = None if _says_the_same(members[i], value) else _member_problem(value)
        if problem is not None:
            bad = True
            yield problem.under(members[i].address)
    if not bad:
        shares = {i: _share(members[i], value) for i, value in moved.items()}
        problem = room_problem(block, np.array([one.meaning.mean for one in members]), shares)
        if problem is not None:
            yield problem


def _member_problem(value: Any) -> Problem | None:
    """Why one of several numbers that sum to one cannot have this value."""
    if isinstance(value, Impossible | Certain):
        return None
    value = value.number if isinstance(value, Point) else value
    problem = number_problem(value) or probability_problem(value)
    if problem is not None and problem.code == "E_ONE_LIKELIHOOD":
        hint = "Write `Certain(reason)`, and `Impossible(reason)` for each of the others; or a number just below 1."
        return replace(problem, hint=hint)
    return problem


def _share(member: Parameter, value: Any) -> np.ndarray:
    return np.asarray(member.meaning.mean if _says_the_same(member, value) else stated_number(value))


def room_problem(block: Block, means: np.ndarray, moved: Mapping[int, np.ndarray]) -> Problem | None:
    """Why moved members, or arrays of them, do not go with the others, or None if they do.

    Members that are not moved must have something left to share, in proportion to what they had.
    """
    total = np.asarray(sum(moved.values(), start=np.zeros(())))
    others = means[[i for i in range(len(means)) if i not in moved]]
    bad = total >= 1 if others.any() else abs(total - 1) > SUM_TOLERANCE
    if not bad.any():
        return None
    worst = float(total.reshape(-1)[int(np.argmax(bad.reshape(-1)))])
    what, hint = "is not 1", "Change one of them."
    if others.any():
        what = "leaves nothing for the others"
        hint = "Suppose less; or suppose the others too, as `Impossible(reason)` where nothing is to be left for them."
    code = "E_PRIOR_SUM" if isinstance(block, PriorPart) else "E_OUTCOMES_SUM"
    return Problem(code=code, path=str(block), message=f"the sum of what is supposed, {worst:.12g}, {what}.", hint=hint)


def _rewritten_block(members: list[Parameter], moved: Mapping[int, Any]) -> Any:
    """A row or prior with some members moved and the others scaled in proportion."""
    shares = covary(
        np.array([parameter.meaning.mean for parameter in members]),
        {i: _share(members[i], value) for i, value in moved.items()},
    )
    names = [_name_in_block(one.address) for one in members]
    total = math.fsum(parameter.weight for parameter in members if parameter.weight is not None)
    if total and (shares * total >= MIN_SHAPE).all():
        return Dirichlet({name: float(share * total) for name, share in zip(names, shares, strict=True)})
    given = [moved.get(i, parameter.written) for i, parameter in enumerate(members)]
    row = zip(names, members, given, shares, strict=True)
    return {name: _member(parameter, value, float(share)) for name, parameter, value, share in row}


def _name_in_block(address: Address) -> Outcome:
    """The name of a number among those that it sums to one with."""
    _, field, keys = address.place
    return keys[-1] if keys else field


def _member(parameter: Parameter, given: Any, share: float) -> Any:
    """What to write for one of several numbers, with its reason if it is 0 or 1."""
    if isinstance(given, Point | Impossible | Certain) and stated_number(given) == share:
        return given
    if _keeps(parameter, share):
        return parameter.written
    return at_end(share, "what the other numbers leave") if share in (0, 1) else share


def at_end(value: float, reason: str) -> Impossible | Certain:
    """A probability of 0 or 1, which is stated with a reason."""
    return Impossible(reason) if value == 0 else Certain(reason)


def _keeps(parameter: Parameter, share: float) -> bool:
    """Whether a member can stay as it was written, with its reason if it is 0 or 1."""
    return isinstance(parameter.written, float | Point | Impossible | Certain) and share == parameter.meaning.mean


def covary(means: np.ndarray, moved: Mapping[int, np.ndarray]) -> np.ndarray:
    """Members of a simplex after some were moved and the others scaled in proportion; shape (..., member)."""
    others = [i for i in range(len(means)) if i not in moved]
    left = 1 - np.asarray(sum(moved.values(), start=np.zeros(())))
    before = math.fsum(means[others])
    as_stated = reduce(np.logical_and, (np.equal(value, means[i]) for i, value in moved.items()), np.True_)
    factor = np.where(as_stated, 1.0, left / before) if before else np.ones(())
    parts = [moved[i] if i in moved else means[i] * factor for i in range(len(means))]
    return np.stack(np.broadcast_arrays(*parts), axis=-1)


def _edited(case: Case, rewritten: Mapping[Any, Any]) -> dict[str, Any]:
    """The fields of the case with new statements at the given addresses (of a block: of the block)."""
    fields: dict[str, Any] = {}
    edits: dict[tuple[str, int], dict[str, Any]] = {}
    for address, value in rewritten.items():
        if address in (PriorPart(), ErrorOf()):  # fields of the case itself
            fields[str(address)] = value
            continue
        part, field, keys = address.place
        listed, at = _places_of_parts(case)[ItemPart(part.item) if isinstance(part, ReportPart) else part]
        edit, old = edits.setdefault((listed, at), {}), getattr(case, listed)[at]
        if isinstance(part, ReportPart):
            edit["reports"] = _with_report(edit.get("reports", old.reports), part.source, {field: value})
        else:
            edit[field] = _with_number(edit.get(field, getattr(old, field)), keys, value)
    for listed in dict.fromkeys(listed for listed, _ in edits):
        parts = enumerate(getattr(case, listed))
        fields[listed] = tuple(part.with_good(edits[listed, i]) if (listed, i) in edits else part for i, part in parts)
    return fields


@once_for_each
def _places_of_parts(case: Case) -> Mapping[PartAddress, tuple[str, int]]:
    """The list that each part with numbers is in, and its position; of a supposed case, those of its origin."""
    supposed = origin(case)
    if supposed is not None:
        return _places_of_parts(supposed[0])
    places: dict[PartAddress, tuple[str, int]] = {}
    places |= {SourcePart(source.name): ("sources", i) for i, source in enumerate(case.sources)}
    places |= {ItemPart(item.name): ("evidence", i) for i, item in enumerate(case.evidence)}
    places |= {CommonCausePart(cause.name): ("common_causes", i) for i, cause in enumerate(case.common_causes)}
    return places


def _with_number(stated: Any, keys: Sequence[Outcome], value: Any) -> Any:
    """What is stated in a field, with the number under these keys replaced."""
    if isinstance(stated, Same):
        return Same(_with_number(stated.row, keys, value))
    if isinstance(stated, Ratios):
        return Ratios(reference=stated.reference, ratios=_with_number(stated.ratios, keys, value))
    if not keys:
        return value
    key, *rest = keys
    return Table({**stated, key: _with_number(stated[key], rest, value)})


def _with_report(reports: tuple[Report, ...], source: str, changes: Mapping[str, Any]) -> tuple[Report, ...]:
    return tuple(r.with_good(changes) if r.source == source else r for r in reports)
