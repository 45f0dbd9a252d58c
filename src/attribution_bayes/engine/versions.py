"""Versions of the software that computed a result."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from attribution_bayes.declare.table import Table

ENGINE = ("attribution-bayes", "numpy", "pandas", "pydantic", "ruamel.yaml", "scipy", "xarray")
"""Packages that compute an exact result, read its case and arrange its draws."""

SAMPLER = ("arviz-stats", "numba", "nutpie", "pymc", "pytensor")
"""Further packages that a sampled result depends on."""


NUTS: Mapping[str, tuple[str, ...]] = {
    "nutpie": (),
    "pymc": (),
    "numpyro": ("jax", "numpyro"),
    "blackjax": ("blackjax", "jax"),
}
"""Packages that each sampler takes besides: those of an extra of this library."""


@cache
def versions(method: str, nuts_sampler: str = "nutpie") -> Mapping[str, str]:
    """Versions of Python and of the packages that results of a method depend on; looked up once."""
    packages = ENGINE + (SAMPLER + NUTS[nuts_sampler] if method == "pymc" else ())
    found = {name.replace("-", "_"): version(name) for name in packages}
    return Table({"python": platform.python_version(), **found})


def is_installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True
