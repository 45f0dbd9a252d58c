"""Versions of the software that computed a result."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version

from attribution_bayes.declare.table import Table

ENGINE = ("attribution-bayes", "numpy", "pandas", "pydantic", "ruamel.yaml", "scipy", "xarray")
"""Packages that compute an exact result, read its case and arrange its draws."""

SAMPLER = ("arviz-stats", "numba", "nutpie", "pymc", "pytensor")
"""Further packages that a sampled result depends on."""


@cache
def versions(method: str) -> Mapping[str, str]:
    """Versions of Python and of the packages that results of a method depend on; looked up once."""
    packages = ENGINE + (SAMPLER if method == "pymc" else ())
    found = {name.replace("-", "_"): version(name) for name in packages}
    return Table({"python": platform.python_version(), **found})
