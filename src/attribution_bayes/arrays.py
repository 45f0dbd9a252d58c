"""Types of arrays, and tests for lazy arrays of dask, which this library never imports."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from attribution_bayes.deferred import xr

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def is_lazy(given: Any) -> bool:
    """Whether dask holds the numbers, so that reading them would compute them."""
    return hasattr(given, "__dask_graph__") and given.__dask_graph__() is not None


def as_array(given: Any) -> Any:
    """What was given as an array: of dask if it is lazy, otherwise of NumPy."""
    array = given.data if isinstance(given, xr.DataArray) else given
    return array if is_lazy(array) else np.asarray(array)
