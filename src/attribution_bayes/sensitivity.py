"""What each assumption contributes: what the answer would be if one number, or two, were other than stated.

Moving a member of a prior, or of a row of named outcomes, scales the other members in proportion (S. Renooij 2014,
doi:10.1016/j.ijar.2013.11.001): another scheme gives other curves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from attribution_bayes.assumption import Assumption, assumptions, range_policy, unknown_address
from attribution_bayes.case import Case, place_of
from attribution_bayes.elicit import Ratios
from attribution_bayes.errors import CaseError, quoted, refusal
from attribution_bayes.exact import as_stated
from attribution_bayes.network import Floats, network
from attribution_bayes.response import BRACKETS, Response, responses
from attribution_bayes.slots import slots
from attribution_bayes.variance import sobol
from attribution_bayes.weigh import what_if

DECIBANS_PER_NAT = 10 / np.log(10)

CURVE_POINTS = 41
"""Values of each assumption that `two_way` takes unless told otherwise, evenly spread in log odds over its range."""

TIE = 1e-9
"""Relative difference below which two hypotheses count as level where one overtakes the other."""

THE_CASE = "the author of the case"

COVARIATION = "moving one member of a prior or of a row scales the other members in proportion"


def one_way(case: Case, target: str | None = None) -> pd.DataFrame:
    """Move each assumption over its plausible range, the others as stated, and say what becomes of one credence.

    Parameters
    ----------
    case
    target
        A hypothesis; the one of greatest credence unless given.

    Returns
    -------
    DataFrame
        Index: address of the assumption, most swing first. Columns: ``stated``; ``lower``, ``upper`` and ``range``, its
        plausible range and where that comes from; ``at_lower``, ``at_upper``, the target's credence there; ``swing``,
        the distance between these two; ``derivative`` of the target's credence by the assumption where it is stated;
        ``leader_at_lower``, ``leader_at_upper``. The target and the method stand in ``attrs``.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a target that the case does not have.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.

    References
    ----------
    E. Castillo, J. M. Gutierrez, A. S. Hadi (1997), doi:10.1109/3468.594909
    """
    net = network(case)
    place = _place(case, target, as_stated(net))
    stated, moved = assumptions(case), responses(net)
    rows = [_one_way_row(case.names, one, moved[slot], place) for slot, one in enumerate(stated)]
    table = _by_address(rows, stated).sort_values("swing", ascending=False, kind="stable")
    table.attrs = {"target": case.names[place], "method": f"one assumption moved, the others held; {COVARIATION}"}
    return table


def _one_way_row(names: Sequence[str], stated: Assumption, response: Response, place: int) -> dict[str, Any]:
    ends = response.credences(response.odds(np.array([stated.lower, stated.upper])))
    low, high = ends[:, place].tolist()
    leaders = [names[k] for k in ends.argmax(axis=1)]
    return {
        "stated": stated.stated,
        "lower": stated.lower,
        "upper": stated.upper,
        "range": range_policy(stated.kind),
        "at_lower": low,
        "at_upper": high,
        "swing": abs(high - low),
        "derivative": float(response.derivative()[place]),
        "leader_at_lower": leaders[0],
        "leader_at_upper": leaders[1],
    }


def flip_points(case: Case, target: str | None = None, threshold: float | None = None) -> pd.DataFrame:
    """Find, for each assumption, the nearest value at which the answer would be another.

    Without a target: the nearest value at which another hypothesis leads. With one: at which it takes or loses the
    lead. With a threshold: at which the credence of the target (the leader, unless given) crosses it.

    Parameters
    ----------
    case
    target
        A hypothesis.
    threshold
        A credence strictly between 0 and 1.

    Returns
    -------
    DataFrame
        Index: address of the assumption, nearest first. Columns: ``stated``; ``flip_at``, the value (NaN if no value
        will do); ``distance_db``, how far that is in decibans of the assumption's odds (of the ratio itself for a
        likelihood ratio); ``new_leader``; ``reachable``; ``attained_low``, ``attained_high``, the least and greatest
        credence of the target that any value of the assumption attains or comes near.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a target that the case does not have, ``E_RANGE`` for a threshold that is no credence.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    if threshold is not None and not (isinstance(threshold, float | int) and 0 < threshold < 1):
        raise refusal("E_RANGE", "threshold", f"{quoted(threshold)} is not between 0 and 1.", "Give a credence.")
    net = network(case)
    credence = as_stated(net)
    place = _place(case, target, credence)
    stated, moved = assumptions(case), responses(net)
    rows = [_flip_row(case.names, moved[slot], place, threshold, credence) for slot in range(len(stated))]
    table = _by_address([{"stated": a.stated} | row for a, row in zip(stated, rows, strict=True)], stated)
    event = "leads or not" if threshold is None else f"crosses {threshold:g}"
    table["new_leader"] = table["new_leader"].astype(object).where(table["reachable"], None)
    table = table.sort_values("distance_db", kind="stable")
    table.attrs = {"target": case.names[place], "event": event, "method": f"others held; {COVARIATION}"}
    return table


def _flip_row(
    names: Sequence[str], response: Response, place: int, threshold: float | None, credence: Floats
) -> dict[str, Any]:
    attained = response.credences(np.concatenate([[0.0], np.exp(BRACKETS), [np.inf]]))[:, place]
    row: dict[str, Any] = {"flip_at": np.nan, "distance_db": np.inf, "new_leader": None, "reachable": False}
    leads = int(np.argmax(credence)) == place
    for odds, rival in _candidates(response, place, threshold):
        joint = response.joint(np.array([odds]))[0]
        if threshold is None and joint.max() > max(joint[rival], joint[place]) * (1 + TIE):
            continue  # a third hypothesis leads where these two are level
        value = float(response.value(np.array([odds]))[0])
        leader = int(np.argmax(joint)) if threshold is not None else rival if leads else place
        distance = _distance(odds, response.stated_odds)
        row = {"flip_at": value, "distance_db": distance, "new_leader": names[leader], "reachable": True}
        break
    return {**row, "attained_low": float(np.nanmin(attained)), "attained_high": float(np.nanmax(attained))}


def _distance(odds: float, stated: float) -> float:
    if 0 < stated < np.inf:
        return float(abs(np.log(odds) - np.log(stated)) * DECIBANS_PER_NAT)
    return float("inf")


def _candidates(response: Response, place: int, threshold: float | None) -> Iterator[tuple[float, int]]:
    """Odds at which the target is level with a rival or with the threshold, nearest first, and the rival."""
    size = len(response.at_zero)
    rivals = [k for k in range(size) if k != place]
    if threshold is None:
        weights = np.eye(size)[rivals] - np.eye(size)[place]
    else:
        weights, rivals = np.eye(size)[[place]] - threshold, [place]
    found = [(odds, k) for k, all_odds in zip(rivals, response.crossings(weights), strict=True) for odds in all_odds]
    yield from sorted(found, key=lambda pair: _distance(pair[0], response.stated_odds))


def response_curve(case: Case, address: str, values: Any) -> xr.DataArray:
    """Weigh the case at many values of one assumption.

    Parameters
    ----------
    case
    address
    values
        One-dimensional.

    Returns
    -------
    DataArray
        Credences, dims (the address, hypothesis), with the values as coordinates.

    Raises
    ------
    CaseError, ContradictionError
        As of `what_if`.
    """
    return _curves(case, {address: values})


def two_way(case: Case, a: str, b: str, *, a_values: Any = None, b_values: Any = None) -> xr.DataArray:
    """Weigh the case at many values of two assumptions together, of any kind.

    Parameters
    ----------
    case
    a, b
        Addresses of two assumptions.
    a_values, b_values
        One-dimensional; unless given, 41 values evenly spread in log odds over the plausible range.

    Returns
    -------
    DataArray
        Credences, dims (address a, address b, hypothesis), with the values as coordinates.

    Raises
    ------
    CaseError
        ``E_SAME`` if the two are one; as of `what_if` otherwise, also where two members of one prior or row sum to more
        than one.
    ContradictionError
        If every hypothesis is excluded somewhere.
    """
    if a == b:
        raise refusal("E_SAME", "b", f"{quoted(b)} cannot be moved against itself.", "Name another assumption.")
    known = {one.address: one for one in assumptions(case)}
    if problems := [unknown_address(address, known) for address in (a, b) if address not in known]:
        raise CaseError(problems)
    ratios = {slot.address for slot in slots(case) if slot.is_ratio}
    given = {a: a_values, b: b_values}
    over = {x: _over_range(known[x], x in ratios) if values is None else values for x, values in given.items()}
    return _curves(case, over)


def _over_range(stated: Assumption, is_ratio: bool) -> Floats:
    """Values evenly spread in log odds (in the logarithm of a ratio) over the plausible range."""
    if is_ratio:
        return np.geomspace(stated.lower, stated.upper, CURVE_POINTS)
    inside = np.clip([stated.lower, stated.upper], np.finfo(float).eps, 1 - np.finfo(float).eps)
    low, high = (inside / (1 - inside)).tolist()  # a range may end at 0 or 1, a value may not
    odds = np.geomspace(low, high, CURVE_POINTS)
    return np.asarray(odds / (1 + odds))


def _curves(case: Case, values: dict[str, Any]) -> xr.DataArray:
    arrays = {address: np.asarray(given) for address, given in values.items()}
    for address, array in arrays.items():
        if array.ndim != 1 or not len(array):
            raise refusal("E_SHAPE", address, f"values of shape {array.shape} are not a list of numbers.")
    dims = {f"value_{i}": address for i, address in enumerate(arrays)}  # no dimension may be named as a variable is
    credence = what_if(case, xr.Dataset({x: (dim, arrays[x]) for dim, x in dims.items()}))
    return credence.rename(dims).assign_coords(arrays)


def sensitivity_table(case: Case, target: str | None = None, *, n: int = 2048, seed: int = 0) -> pd.DataFrame:
    """Put everything that is known of each assumption in one table, the most dangerous first.

    Most dangerous is what overturns the answer nearest to where it is stated; then, among those that cannot overturn
    it, what moves the target's credence most.

    Parameters
    ----------
    case
    target
        A hypothesis; the one of greatest credence unless given.
    n, seed
        As of `sobol`.

    Returns
    -------
    DataFrame
        Index: address of the assumption. Columns: ``what`` it is and ``asserted_by`` whom; ``stated``, ``lower``,
        ``upper``, ``range``, ``swing`` as of `one_way`; ``flip_at``, ``distance_db``, ``new_leader``, ``reachable`` as
        of `flip_points`; ``total``, ``total_low``, ``total_high`` as of `sobol`, for members of a prior or row those of
        the group, which ``group`` names. ``attrs`` say how each was found.

    Raises
    ------
    CaseError
        As of `sobol`.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.
    """
    swings, flips, shares = one_way(case, target), flip_points(case, target), sobol(case, target, n=n, seed=seed)
    blocks = {slot.address: slot.block or slot.address for slot in slots(case)}
    table = pd.DataFrame({"what": _what(case), "asserted_by": asserted_by(case)}).rename_axis("assumption")
    table = table.join(swings[["stated", "lower", "upper", "range", "swing"]])
    table = table.join(flips[["flip_at", "distance_db", "new_leader", "reachable"]])
    table["group"] = [blocks[address] for address in table.index]
    found = shares.reindex(table["group"])[["total", "total_low", "total_high"]].fillna(0.0)
    table = table.join(found.set_index(table.index))
    table = table.iloc[np.lexsort((-table["swing"], table["distance_db"].round(9)))]
    table.attrs = {
        "target": swings.attrs["target"],
        "swing": swings.attrs["method"],
        "distance_db": f"{flips.attrs['event']}; {flips.attrs['method']}",
        "total": f"share of the variance of the log odds, n = {n}, seed = {seed}",
    }
    return table


def _what(case: Case) -> dict[str, str]:
    """What each number is, in words."""
    return {slot.address: in_words(case, slot.address) for slot in slots(case)}


def in_words(case: Case, address: str) -> str:
    """What the number at an address is."""
    match address.split("."):
        case ["prior", name]:
            return f"prior of {name}"
        case ["source", name, "reliability"]:
            return f"how likely the reports of {name} are to follow the facts"
        case ["source", name, "if_unreliable", *under]:
            given = f" under {under[0]}" if under else ""
            return f"how likely {name} is to say True when its reports do not follow the facts{given}"
        case ["evidence", item, "reports", name, _]:
            found = next(one for one in case.evidence if one.name == item)
            origin = next(report.copied_from for report in found.reports if report.source == name)
            return f"how likely the report of {item} by {name} is to be a copy of that by {origin}"
        case ["evidence", item, "likelihood", name, *outcomes]:
            found = next(one for one in case.evidence if one.name == item)
            if isinstance(found.likelihood, Ratios):
                return f"how many times likelier {item} is under {name} than under {found.likelihood.reference}"
            above = [f"{parent} {outcome}" for parent, outcome in zip(found.given, outcomes, strict=False)]
            turns_out = f" to be {outcomes[-1]}" if len(outcomes) > len(found.given) else ""
            return f"how likely {item} is{turns_out} under {name}{', given ' + ', '.join(above) if above else ''}"
        case _:
            raise AssertionError(address)


def asserted_by(case: Case) -> dict[str, str]:
    """Who stands behind what each number is about: reporting sources, a citation, or nobody but the case itself."""
    items = {item.name: item for item in case.evidence}

    def behind(path: list[str]) -> str:
        if path[0] == "evidence":
            item = items[path[1]]
            return ", ".join(report.source for report in item.reports) or item.citation or THE_CASE
        return "; ".join(case.prior_basis) or THE_CASE if path[0] == "prior" else THE_CASE

    return {slot.address: behind(slot.address.split(".")) for slot in slots(case)}


def _place(case: Case, target: str | None, credence: Floats) -> int:
    return int(np.argmax(credence)) if target is None else place_of(case, target, "target")


def _by_address(rows: list[dict[str, Any]], stated: Sequence[Assumption]) -> pd.DataFrame:
    return pd.DataFrame(rows, index=pd.Index([one.address for one in stated], name="assumption"))
