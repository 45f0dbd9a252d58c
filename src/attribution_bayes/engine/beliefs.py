"""What the evidence implies about everything that nobody has observed: items, sources, copies, common causes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from attribution_bayes.arguments import expect, listed, shown
from attribution_bayes.arrays import Floats, Ints
from attribution_bayes.declare.address import (
    CommonCausePart,
    CopyProbabilityOf,
    ErrorOf,
    ItemPart,
    OutcomePart,
    PartAddress,
    ReportPart,
    SourcePart,
)
from attribution_bayes.declare.case import Case, place_of
from attribution_bayes.declare.parameters import addresses, error_address
from attribution_bayes.declare.parts import Evidence
from attribution_bayes.engine.chances import stated_chances
from attribution_bayes.engine.evidence import NOT_OBSERVED, Observations, observations
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.factors import Component, Factor, reliabilities_of
from attribution_bayes.engine.kernel import Table, entries
from attribution_bayes.engine.marginals import marginal, marginals
from attribution_bayes.engine.scaled import Scaled, exact_sum
from attribution_bayes.errors import quoted, refusal
from attribution_bayes.odds import never_zero

type Belief = PartAddress | ErrorOf
"""What can be believed: a part, or that an item has been misunderstood."""

type Found = Mapping[Belief, Floats]
"""Probabilities of each belief, before the evidence and given everything: shape (2,)."""


def beliefs(case: Case, *, groups: Mapping[str, Sequence[str]] | None = None) -> pd.DataFrame:
    """Compute the probability of everything that nobody has observed, given all the evidence.

    Uncertain inputs and hypotheses are summed out, as for the credences.

    Parameters
    ----------
    case
    groups
        Names for several hypotheses together, such as ``{"any state": ["a", "b"]}``.

    Returns
    -------
    DataFrame
        Index: address. ``source.S``: the source is reliable; a source with two error rates has no such state.
        ``evidence.E``: the item is True, for items that are only reported or unknown; where outcomes have names, a row
        for each, ``evidence.E.outcomes.O``. ``evidence.E.error``: the item has been misunderstood, wherever an error is
        stated for it or for all items. ``evidence.E.reports.S``: the report is a copy. ``common_cause.C``: the
        cause holds. Groups are indexed by their names. Columns: ``prior``, the probability before any evidence;
        ``probability``, the one given everything, 0 only where it is impossible.

    Raises
    ------
    CaseError
        For groups: ``E_TYPE``, ``E_UNKNOWN_NAME``; ``E_EMPTY`` for a group without hypotheses, ``E_DUPLICATE`` for a
        hypothesis that a group names twice, and for a group with the name of another row.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.

    Examples
    --------
    >>> import attribution_bayes as ab
    >>> case = ab.Case(
    ...     question="Is the service down?",
    ...     hypotheses=[
    ...         ab.Hypothesis(name="down", statement="it is down"),
    ...         ab.Hypothesis(name="up", statement="it is up", catch_all=True),
    ...     ],
    ...     prior={"down": 0.1, "up": 0.9},
    ...     sources=[ab.Source(name="probe", statement="a probe", reliability=0.8, if_unreliable=0.5)],
    ...     evidence=[
    ...         ab.Evidence(
    ...             name="errors",
    ...             statement="requests fail",
    ...             likelihood={"down": 0.9, "up": 0.05},
    ...             reports=[ab.Report(source="probe")],
    ...         )
    ...     ],
    ... )
    >>> ab.beliefs(case)["probability"].round(3).to_dict()
    {'source.probe': 0.519, 'evidence.errors': 0.584}
    """
    expect(case, Case, "case")
    members = _members(case, {} if groups is None else groups)
    opened = observations(case)
    as_stated(opened.network)  # raises, with what excludes them, if every hypothesis is excluded
    rows = np.stack([np.full_like(opened.observed, NOT_OBSERVED), opened.observed])
    joint = opened.joints(rows)
    found = {**_of_silent_sources(case, opened, joint), **_of_components(case, opened, rows, joint)}
    named = {name: _shares(joint, _is_among(case, places))[:, 0] for name, places in members.items()}
    by_address = {str(part): found[part] for part in _asked(case)}
    if taken := by_address.keys() & named.keys():
        name = min(taken)
        raise refusal("E_DUPLICATE", f"groups.{name}", "a row has this name already.", "Give the group another name.")
    table = {**by_address, **named}
    values = np.array([*table.values()]).reshape(-1, len(rows))
    return pd.DataFrame(values, index=pd.Index([*table], name="address"), columns=["prior", "probability"])


def _members(case: Case, groups: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """Positions of the hypotheses of each group."""
    if not (isinstance(groups, Mapping) and all(isinstance(name, str) for name in groups)):
        message = f"{shown(groups)} stands where groups by their names belong."
        raise refusal("E_TYPE", "groups", message, 'Write {"NAME": ["HYPOTHESIS", "OTHER"]}.')
    return {name: _places(case, listed(names, f"groups.{name}"), f"groups.{name}") for name, names in groups.items()}


def _places(case: Case, names: Sequence[str], field: str) -> list[int]:
    places = [place_of(case, name, field) for name in names]
    if not places:
        raise refusal("E_EMPTY", field, "the group has no hypotheses.", "Name those that it stands for.")
    for name in names:
        if names.count(name) > 1:
            raise refusal("E_DUPLICATE", field, f"{quoted(name)} stands in it twice.", "Name it once.")
    return places


def _is_among(case: Case, places: Sequence[int]) -> Scaled:
    """Whether each hypothesis is in a group, or is not; shape (1, hypothesis, 2)."""
    inside = np.isin(np.arange(len(case.names)), places)
    return Scaled.from_floats(np.stack([inside, ~inside], axis=1)[None].astype(float))


def _asked(case: Case) -> Iterator[Belief]:
    """Everything that can be believed, in the order of the table."""
    yield from (SourcePart(source.name) for source in case.sources if not source.errs_anew)
    for item in case.evidence:
        if item.observed is None:
            yield from _outcomes(item)
        if error_address(case, item) is not None:
            yield ErrorOf(item.name)
        yield from (ReportPart(item.name, one.source) for one in item.reports if one.copied_from is not None)
    yield from (CommonCausePart(cause.name) for cause in case.common_causes)


def _outcomes(item: Evidence) -> Iterable[PartAddress]:
    """Beliefs about an item: that it is True, or each of its named outcomes."""
    return [ItemPart(item.name)] if item.is_binary else [OutcomePart(item.name, str(one)) for one in item.outcomes]


def _of_silent_sources(case: Case, opened: Observations, joint: Scaled) -> Found:
    """Beliefs about sources without reports, which depend on the hypotheses alone."""
    known, inputs = addresses(case), opened.network.inputs
    heard = {name for component in opened.components for name in component.sources}
    silent = [source for source in case.sources if not (source.errs_anew or source.name in heard)]
    found: dict[Belief, Floats] = {}
    for source in silent:
        at = reliabilities_of(case, source, known)
        states = np.stack([inputs.mean[at], inputs.complement[at]], axis=1)[None]
        found[SourcePart(source.name)] = _shares(joint, Scaled.from_floats(states))[:, 0]
    return found


def _of_components(case: Case, opened: Observations, rows: Ints, joint: Scaled) -> Found:
    """Beliefs about everything in the components."""
    chances = stated_chances(opened.network)
    found: dict[Belief, Floats] = {}
    for component, members in zip(opened.components, opened.members, strict=True):
        tables = marginals(*opened.observed_in(component, members, rows[:, members], chances))
        for variable, parts in _variables(case, component):
            shares = _shares(joint, marginal(component, tables, (variable,)))
            found |= dict(zip(parts, shares.T, strict=False))
        for part, factor in _copies(case, component):
            found[part] = _shares(joint, _switched(component, tables, factor, chances))[:, 0]
        for one, factor in _misunderstood(case, component):
            found[one] = _shares(joint, _switched(component, tables, factor, chances))[:, 1]
    return found


def _variables(case: Case, component: Component) -> Iterator[tuple[int, Iterable[PartAddress]]]:
    """Hidden variables of an open component, and what their first states mean."""
    items = {item.name: item for item in case.evidence}
    place = 0
    for name in component.items:
        if items[name].observed is None:
            yield place, _outcomes(items[name])
        place += 1 + len(items[name].reports)
    errs_anew = {source.name: source.errs_anew for source in case.sources}
    speakers = [*enumerate(component.sources, start=place)]
    yield from ((at, [SourcePart(name)]) for at, name in speakers if not errs_anew[name])
    causes = [cause.name for cause in case.common_causes if not cause.likelihood.keys().isdisjoint(component.items)]
    for at, name in enumerate(causes, start=place + len(speakers)):
        yield at, [CommonCausePart(name)]


def _copies(case: Case, component: Component) -> Iterator[tuple[ReportPart, Factor]]:
    """Reports that may be copies, each with its factor, whose first term is that of a copy."""
    known = addresses(case)
    by_first = {int(factor.terms[0][0].flat[0]): factor for factor in component.factors if len(factor.terms) > 1}
    for item in case.evidence:
        if item.name in component.items:
            for one in item.reports:
                if one.copied_from is not None:
                    position = known.position(CopyProbabilityOf(item.name, one.source))
                    yield ReportPart(item.name, one.source), by_first[position]


def _misunderstood(case: Case, component: Component) -> Iterator[tuple[ErrorOf, Factor]]:
    """Items that may have been, each with its factor, whose second term is that it has been."""
    items = {item.name: item for item in case.evidence}
    for name, factor in zip(component.items, component.factors, strict=False):  # those of items are the first
        if error_address(case, items[name]) is not None:
            yield ErrorOf(name), factor


def _switched(component: Component, tables: Mapping[int, Table], factor: Factor, chances: Floats) -> Scaled:
    """P(term of a factor | hypothesis, everything observed), shape (row, hypothesis, term)."""
    together = marginal(component, tables, factor.scope) / Scaled.from_floats(entries(factor, chances))
    alone = [Scaled.from_floats(entries(Factor(factor.scope, (term,)), chances)) for term in factor.terms]
    weights = [(together * one).reshape(*together.mantissa.shape[:2], -1).sum(axis=2) for one in alone]
    exponent = np.stack([one.exponent for one in weights], axis=2)
    return Scaled(np.stack([one.mantissa for one in weights], axis=2), exponent)


def _shares(joint: Scaled, states: Scaled) -> Floats:
    """Probabilities of states, shape (row, state), from those given each hypothesis, shape (row, hypothesis, state)."""
    together = joint[..., None] * states
    rows, hypotheses, count = together.mantissa.shape
    numbers, _ = together.reshape(rows, -1).aligned(1)
    summed = exact_sum(numbers.reshape(rows, hypotheses, count).swapaxes(1, 2))[..., 0]
    return never_zero(summed / exact_sum(summed), (together.mantissa > 0).any(axis=1))
