"""Libraries that take long to import, each imported when something of it is first used.

Everything that reads and weighs a case takes them from here, so that a fresh process that only prints credences waits
for none of them:

    from attribution_bayes.deferred import special, xr
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["optimize", "pd", "special", "xr"]


class Deferred:
    """Stands for a module until something of it is used. `sys.modules` does not hold it, so that nobody else meets it.

    Threads that use it at the same time wait for one another where Python imports the module.
    """

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked of any object, as by doctest and copy: no reason to import anything
            raise AttributeError(name)
        found = vars(self)[name] = getattr(import_module(self._module), name)
        return found


if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from scipy import optimize, special
else:
    pd, xr = Deferred("pandas"), Deferred("xarray")
    optimize, special = (Deferred(f"scipy.{name}") for name in ("optimize", "special"))
