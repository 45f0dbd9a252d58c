"""Which software a result was computed with."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version

from attribution_bayes.declare.table import Table

ENGINE = ("attribution-bayes", "numpy", "pandas", "pydantic", "ruamel.yaml", "scipy", "xarray")
"""What computes an exact result, reads its case and arranges its draws."""

SAMPLER = ("arviz-stats", "numba", "nutpie", "pymc", "pytensor")
"""What a sampled result depends on besides."""


@cache
def versions(method: str) -> Mapping[str, str]:
    """Versions of Python and of the packages that results of a method depend on; looked up once."""
    packages = ENGINE + (SAMPLER if method == "pymc" else ())
    found = {name.replace("-", "_"): version(name) for name in packages}
    return Table({"python": platform.python_version(), **found})
