"""Types of arrays, and tests for lazy arrays of dask, which this library never imports."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from attribution_bayes.deferred import xr
from attribution_bayes.errors import refusal

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def is_lazy(given: Any) -> bool:
    """Whether dask holds the numbers, so that reading them would compute them."""
    return hasattr(given, "__dask_graph__") and given.__dask_graph__() is not None


def as_array(given: Any, field: str) -> Any:
    """What was given for a field as an array: of dask if it is lazy, otherwise of NumPy."""
    array = given.data if isinstance(given, xr.DataArray) else given
    return array if is_lazy(array) else numpy_array(array, field)


def numpy_array(given: Any, field: str) -> NDArray[Any]:
    """What was given for a field as an array of NumPy.

    Raises
    ------
    CaseError
        ``E_SHAPE`` for rows of different lengths, ``E_TYPE`` for an array of which something is masked.
    """
    if hasattr(given, "filled") and np.any(given.mask):
        raise refusal("E_TYPE", field, "some of it is masked.", "Leave that out, or state it (`filled`).")
    try:
        return np.asarray(given)
    except ValueError:
        raise refusal("E_SHAPE", field, "its rows have different lengths.", "Give an array.") from None
