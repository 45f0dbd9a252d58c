"""Assumptions that are not numbers: what the answer would be if the case were built differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import pandas as pd

from attribution_bayes.arguments import expect
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.address import (
    CommonCausePart,
    DependencePart,
    ErrorPart,
    ErrorRateOf,
    HypothesisPart,
    ItemPart,
    PartAddress,
    Rate,
    ReportPart,
    SourcePart,
)
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import Addresses, addresses, row_address
from attribution_bayes.declare.parts import ERROR_RATES, Evidence, Report, Source
from attribution_bayes.declare.ways import Certain, Impossible
from attribution_bayes.engine.evidence import NOT_OBSERVED, Observations, observations
from attribution_bayes.engine.exact import as_stated, joints, normalise, stated_log_odds
from attribution_bayes.engine.network import network
from attribution_bayes.engine.scaled import Scaled
from attribution_bayes.odds import foremost, leaders, log_odds


@dataclass(frozen=True, eq=False)
class _Variation:
    """What is changed where, and the joint probabilities after it; None if every hypothesis is excluded."""

    address: PartAddress
    change: str
    joint: Scaled | None


def structure(case: Case) -> pd.DataFrame:
    """Weigh the case under other assumptions of structure, one at a time.

    Each source is believed fully; believed never (it says the same whatever is true; if it has two error rates a and b,
    True with probability b / (1 - a + b)); and has its reports taken as independent (if it has two error rates, each
    report has rates of its own, as uncertain as stated: ``rates not shared``). Each copied report is taken as an
    original. Each item loses each item it is `given`, and its likelihood is averaged over that one. Each common cause
    is dropped, and is certain to hold. Errors with which items may have been misunderstood are dropped: that of the
    case, and that of each item. The catch-all is dropped, and the others are scaled in proportion.

    Parameters
    ----------
    case

    Returns
    -------
    DataFrame
        Index: (address, change), the largest change of the answer first. Columns: ``leader`` after the change, None
        where hypotheses tie; ``change_db``, the log odds of the hypothesis that leads as things stand (of several that
        tie the first in the case), as varied minus as stated, in decibans; ``credence_H`` for each hypothesis H. Where
        every hypothesis is excluded, the leader is None and the numbers are NaN; `change_db` is also NaN where all
        other hypotheses are excluded both as stated and as varied.

    Raises
    ------
    ContradictionError
        If every hypothesis is excluded as the case stands.
    TooLargeError
        If a component has too many joint hidden states.
    """
    expect(case, Case, "case")
    net = network(case)
    as_stated(net)  # raises, with what excludes them, if every hypothesis is excluded
    varied = [
        *_believed(case),
        *(_Variation(address, change, _tried(one)) for address, change, one in _dependence_variations(case)),
        *(_Variation(address, change, _tried(one)) for address, change, one in _cause_variations(case)),
        *(_Variation(address, "error dropped", _tried(one)) for address, one in _error_variations(case)),
        *_without_catch_all(case, joints(net)),
    ]
    index = pd.MultiIndex.from_tuples([(str(one.address), one.change) for one in varied], names=["address", "change"])
    table = _table(case, [one.joint for one in varied], index)
    return table.iloc[np.argsort(-table["change_db"].abs().fillna(np.inf).to_numpy(), kind="stable")]


def double_counting(case: Case) -> pd.DataFrame:
    """Find how far off the answer would be if reports were counted as independent.

    For each source with several reports, or with a report that may be a copy: the case with these reports made by as
    many sources of the same reliability, none of them copied; last, with all sources treated so.

    Parameters
    ----------
    case

    Returns
    -------
    DataFrame
        Index: source, and ``"all sources"``. Columns: ``reports``, how many the source makes; ``copies``, how many of
        these may be copies; ``leader`` (None where hypotheses tie) and ``credence_H``, the wrong answer;
        ``mistake_db``, the log odds of the hypothesis that leads as things stand (of several that tie the first in the
        case), counted as independent minus as stated, in decibans.

    Raises
    ------
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    expect(case, Case, "case")
    as_stated(network(case))  # raises, with what excludes them, if every hypothesis is excluded
    reports = Counter(report.source for item in case.evidence for report in item.reports)
    copies = Counter(report.source for item in case.evidence for report in item.reports if report.copied_from)
    affected = [source.name for source in case.sources if reports[source.name] > 1 or copies[source.name]]
    counted = [_tried(_independent(case, {name}, copies_too=True)) for name in affected]
    everyone = _tried(_independent(case, set(affected), copies_too=True))
    index = pd.Index([*affected, "all sources"], name="source")
    table = _table(case, [*counted, everyone], index).rename(columns={"change_db": "mistake_db"})
    table.insert(0, "reports", [*(reports[name] for name in affected), sum(reports.values())])
    table.insert(1, "copies", [*(copies[name] for name in affected), sum(copies.values())])
    return table


def _table(case: Case, varied: Sequence[Scaled | None], index: pd.Index) -> pd.DataFrame:
    net = network(case)
    place, unknown = foremost(as_stated(net)), np.full(len(case.names), np.nan)
    now = stated_log_odds(net, place)
    with np.errstate(invalid="ignore"):  # alone before and after: no change that a number could say
        change = [np.nan if one is None else float(log_odds(one.log_shares(), place) - now) for one in varied]
    found = [unknown if one is None else normalise(one[None])[0][0] for one in varied]
    credence = np.array(found).reshape(-1, len(case.names))
    table = pd.DataFrame(
        {
            "leader": pd.Series(leaders(case.names, credence), index=index, dtype=object),
            "change_db": np.array(change, dtype=np.float64),
            **{f"credence_{name}": credence[:, k] for k, name in enumerate(case.names)},
        },
        index=index,
    )
    table.attrs = {"for": case.names[place], "against": "all others"}
    return table


def _tried(varied: Case) -> Scaled | None:
    joint = joints(network(varied))
    return joint if joint.mantissa.any() else None


# Sources and copies --------------------------------------------------------------------------------------------------


def _believed(case: Case) -> Iterator[_Variation]:
    counts = Counter(report.source for item in case.evidence for report in item.reports)
    for source in case.sources:
        if not counts[source.name]:
            continue
        address = SourcePart(source.name)
        varied = (("believed fully", _always_right(source)), ("never believed", _never_right(case, source)))
        for change, fields in varied:
            changed = source.model_copy(update=fields)
            sources = [changed if one is source else one for one in case.sources]
            yield _Variation(address, change, _tried(case.model_copy(update={"sources": sources})))
        if counts[source.name] > 1:
            split = _independent(case, {source.name}, copies_too=False)
            yield _Variation(address, "rates not shared" if source.errs_anew else "reports independent", _tried(split))


def _always_right(source: Source) -> dict[str, Any]:
    if source.errs_anew:
        return {"says_true_if_true": Certain("supposed"), "says_true_if_false": Impossible("supposed")}
    return {"reliability": Certain("supposed")}


def _never_right(case: Case, source: Source) -> dict[str, Any]:
    """Fields of a source that says the same whatever is true.

    Error rates a and b of one report are those of a source of reliability a - b, which says True with probability b /
    (1 - a + b) when it does not follow the facts. Here it never follows them.
    """
    if not source.errs_anew:
        return {"reliability": Impossible("supposed")}
    known = addresses(case)

    def mean(rate: Rate, name: str) -> float:
        under = name if isinstance(getattr(source, rate), Mapping) else None
        return known.parameter(ErrorRateOf(source.name, rate, under)).meaning.mean

    whatever_holds = {}
    for name in case.names:
        a, b = (mean(rate, name) for rate in ERROR_RATES)
        whatever_holds[name] = _stated(b / (1 - a + b)) if a < 1 or b > 0 else 0.5
    return dict.fromkeys(ERROR_RATES, whatever_holds)


def _independent(case: Case, names: set[str], *, copies_too: bool) -> Case:
    """The case with each report of these sources made by a source of its own, and as an original if `copies_too`."""
    taken, sources = {source.name for source in case.sources}, {source.name: source for source in case.sources}
    added: list[Source] = []
    evidence = []
    for item in case.evidence:
        own = {r.source: _unused(r.source, taken) for r in item.reports if r.source in names}
        added += [sources[name].model_copy(update={"name": new, "label": None}) for name, new in own.items()]
        reports = [_reassigned(r, own, original=copies_too and r.source in names) for r in item.reports]
        evidence.append(item.model_copy(update={"reports": reports}) if reports else item)
    return case.model_copy(update={"sources": [*case.sources, *added], "evidence": evidence})


def _unused(name: str, taken: set[str]) -> str:
    folded = {one.casefold() for one in taken}
    new = next(new for n in count(1) if (new := f"{name[:50]}_{n}").casefold() not in folded)
    taken.add(new)
    return new


def _reassigned(report: Report, own: Mapping[str, str], *, original: bool) -> Report:
    changes: dict[str, Any] = {"source": own.get(report.source, report.source)}
    if original:
        changes |= {"copied_from": None, "copy_probability": None}
    elif report.copied_from is not None:
        changes["copied_from"] = own.get(report.copied_from, report.copied_from)
    return report.model_copy(update=changes)


def _dependence_variations(case: Case) -> Iterator[tuple[PartAddress, str, Case]]:
    for item in case.evidence:
        for report in item.reports:
            if report.copied_from is not None:
                original = _reassigned(report, {}, original=True)
                reports = [original if one is report else one for one in item.reports]
                changed = item.model_copy(update={"reports": reports})
                yield ReportPart(item.name, report.source), "not a copy", _with_item(case, item, changed)
    opened = observations(case)
    for item in case.evidence:
        for parent in item.given:
            changed = _without_parent(case, opened, item, parent)
            yield DependencePart(item.name, parent), "dependence dropped", _with_item(case, item, changed)


def _with_item(case: Case, item: Evidence, changed: Evidence) -> Case:
    return case.model_copy(update={"evidence": [changed if one is item else one for one in case.evidence]})


def _cause_variations(case: Case) -> Iterator[tuple[PartAddress, str, Case]]:
    for cause in case.common_causes:
        others = [one for one in case.common_causes if one is not cause]
        yield CommonCausePart(cause.name), "dropped", case.model_copy(update={"common_causes": others})
        certain = cause.model_copy(update={"probability": Certain("supposed")})
        causes = [certain if one is cause else one for one in case.common_causes]
        yield CommonCausePart(cause.name), "certain to hold", case.model_copy(update={"common_causes": causes})


def _error_variations(case: Case) -> Iterator[tuple[PartAddress, Case]]:
    """The case with nothing misunderstood where that is stated: for all items together, and for single ones."""
    if case.error is not None:
        yield ErrorPart(), case.model_copy(update={"error": None})
    for item in case.evidence:
        if item.error is not None:
            certain = item.model_copy(update={"error": Impossible("supposed")})
            yield ItemPart(item.name), _with_item(case, item, certain)


# Dependence on another item ------------------------------------------------------------------------------------------


def _without_parent(case: Case, opened: Observations, item: Evidence, parent: str) -> Evidence:
    """The item with its likelihood averaged over one parent, before any evidence, given the other parents."""
    known = addresses(case)
    others = [name for name in item.given if name != parent]
    items = {one.name: one for one in case.evidence}

    def row(name: str, above: Mapping[str, Any]) -> Any:
        if len(above) < len(others):
            other = others[len(above)]
            return {outcome: row(name, {**above, other: outcome}) for outcome in items[other].outcomes}
        weights = _parent_weights(opened, case.names.index(name), items[parent], above)
        rows = [
            _entries(known, item, name, [{**above, parent: outcome}[one] for one in item.given])
            for outcome in items[parent].outcomes
        ]
        return _as_row(item, weights @ np.array(rows))

    likelihood = {name: row(name, {}) for name in case.names}
    return item.model_copy(update={"given": others, "likelihood": likelihood})


def _parent_weights(opened: Observations, hypothesis: int, parent: Evidence, above: Mapping[str, Any]) -> Floats:
    """P(parent | hypothesis, other parents), before any evidence; shape (outcome,)."""
    observed = np.full((len(parent.outcomes), len(opened.observables)), NOT_OBSERVED)
    place = {one.item: at for at, one in enumerate(opened.observables) if one.source is None}
    observed[:, place[parent.name]] = np.arange(len(parent.outcomes))
    for name, outcome in above.items():
        observed[:, place[name]] = opened.observables[place[name]].outcomes.index(outcome)
    joint, _ = opened.likelihoods(observed).aligned(0)
    total = joint[:, hypothesis].sum()
    if not total:  # the other parents cannot be so under this hypothesis: any weights will do
        return np.full(len(parent.outcomes), 1 / len(parent.outcomes))
    return np.asarray(joint[:, hypothesis] / total)


def _entries(known: Addresses, item: Evidence, hypothesis: str, above: Sequence[Any]) -> list[float]:
    row = row_address(item, hypothesis, above)
    entries = [row] if item.is_binary else [row.member(outcome) for outcome in item.outcomes]
    return [known.parameter(entry).meaning.mean for entry in entries]


def _as_row(item: Evidence, numbers: Floats) -> Any:
    if item.is_binary:
        return _stated(float(numbers[0]))
    return {outcome: _stated(float(number)) for outcome, number in zip(item.outcomes, numbers, strict=True)}


def _stated(number: float) -> Any:
    if number <= 0:
        return Impossible("it follows from what was stated")
    return Certain("it follows from what was stated") if number >= 1 else number


# The catch-all -------------------------------------------------------------------------------------------------------


def _without_catch_all(case: Case, joint: Scaled) -> Iterator[_Variation]:
    """Dropping the catch-all leaves the ratios of the others as they are."""
    for k, hypothesis in enumerate(case.hypotheses):
        if hypothesis.catch_all and len(case.hypotheses) > 2:
            others = Scaled(np.where(np.arange(len(case.names)) == k, 0.0, joint.mantissa), joint.exponent)
            left = others if others.mantissa.any() else None
            yield _Variation(HypothesisPart(hypothesis.name), "dropped", left)
