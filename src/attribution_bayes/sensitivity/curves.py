"""The credences along values of one assumption, or of two together."""

from __future__ import annotations

from typing import Any, Literal, assert_never

import numpy as np
import xarray as xr

from attribution_bayes.arguments import expect
from attribution_bayes.arrays import Floats, as_array, is_lazy
from attribution_bayes.declare.assumptions import Assumption, assumptions
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import unknown_address
from attribution_bayes.declare.ways import RATIO_KINDS
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.errors import CaseError, quoted, refusal

type Scale = Literal["linear", "log", "log odds"]

CURVE_POINTS = 41
"""Default number of values of each assumption in `two_way`, evenly spread in log odds over its range."""


def response_curve(case: Case, address: str, values: Any) -> xr.DataArray:
    """Weigh the case at many values of one assumption.

    Parameters
    ----------
    case
    address
    values
        One-dimensional, dask-backed or not.

    Returns
    -------
    DataArray
        Credences, dims (the address, hypothesis), with the values as coordinates; lazy as in `two_way`.

    Raises
    ------
    CaseError, ContradictionError
        See `what_if`.
    """
    expect(case, Case, "case")
    expect(address, str, "address")
    return _curves(case, {address: values})


def two_way(case: Case, a: str, b: str, *, a_values: Any = None, b_values: Any = None) -> xr.DataArray:
    """Weigh the case at many values of two assumptions together, of any kind.

    Parameters
    ----------
    case
    a, b
        Addresses of two assumptions.
    a_values, b_values
        One-dimensional, dask-backed or not; unless given, 41 values evenly spread in log odds over the plausible range
        (evenly in themselves, ends left out, if it ends at 0 or 1).

    Returns
    -------
    DataArray
        Credences, dims (address a, address b, hypothesis), with the values as coordinates. Lazy, in the chunks of the
        values, if any of these are lazy: they are then checked when they are computed, and are a coordinate without an
        index, because an index would compute them.

    Raises
    ------
    CaseError
        ``E_SAME`` if both addresses are the same; ``E_INTERVAL`` for an assumption without a range and without values;
        otherwise as in `what_if`, and where two members of one prior or row sum to more than one.
    ContradictionError
        If every hypothesis is excluded somewhere.
    """
    expect(case, Case, "case")
    expect(a, str, "a")
    expect(b, str, "b")
    if a == b:
        raise refusal("E_SAME", "b", f"{quoted(b)} cannot be moved against itself.", "Name another assumption.")
    known = {one.address: one for one in assumptions(case)}
    if problems := [unknown_address(address, known) for address in (a, b) if address not in known]:
        raise CaseError(problems)
    given = {a: a_values, b: b_values}
    over = {x: over_range(known[x]) if values is None else values for x, values in given.items()}
    return _curves(case, over)


def over_range(stated: Assumption, count: int = CURVE_POINTS) -> Floats:
    """Values evenly spread in log odds (in the logarithm of a ratio) over the plausible range.

    A range that ends at 0 or 1, which no value may be, is cut into equal parts, and the values are their middles.

    Raises
    ------
    CaseError
        ``E_INTERVAL`` if there is no range.
    """
    low, high = stated.lower, stated.upper
    if not low < high:
        message = f"it is stated as {stated.stated:g} without a plausible range to move it over."
        raise refusal("E_INTERVAL", stated.address, message, "Name another assumption, or give values to `two_way`.")
    if stated.kind in RATIO_KINDS:
        return spread_values(low, high, count, "log")
    if not (low > 0 and high < 1):
        return low + (high - low) * (np.arange(count) + 0.5) / count
    return spread_values(low, high, count, "log odds")


def spread_values(low: float, high: float, count: int, scale: Scale) -> Floats:
    """Values from one end to the other, evenly spread on this scale."""
    match scale:
        case "linear":
            return np.linspace(low, high, count)
        case "log":
            return np.geomspace(low, high, count)
        case "log odds":
            odds = np.geomspace(low / (1 - low), high / (1 - high), count)
            return np.asarray(odds / (1 + odds))
        case _:
            assert_never(scale)


def _curves(case: Case, values: dict[str, Any]) -> xr.DataArray:
    arrays = {address: as_array(given, address) for address, given in values.items()}
    for address, array in arrays.items():
        if array.ndim != 1 or not array.shape[0] > 0:  # a length that dask does not know is not greater
            raise refusal("E_SHAPE", address, f"values of shape {array.shape} are not a list of numbers.")
    dims = {f"value_{i}": address for i, address in enumerate(arrays)}  # no dimension may be named as a variable is
    credence = what_if(case, xr.Dataset({x: (dim, arrays[x]) for dim, x in dims.items()}))
    lazy = {x: xr.Variable(x, array) for x, array in arrays.items() if is_lazy(array)}
    eager = {x: array for x, array in arrays.items() if x not in lazy}
    return credence.rename(dims).assign_coords(eager).assign_coords(xr.Coordinates(lazy, indexes={}))
