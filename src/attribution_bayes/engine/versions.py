"""Versions of the software that computed a result."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version

from attribution_bayes.declare.table import Table

ENGINE = ("attribution-bayes", "numpy", "pandas", "pydantic", "ruamel.yaml", "scipy", "xarray")
"""Packages that compute an exact result, read its case and arrange its draws."""

SAMPLER = ("arviz-stats", "numba", "pymc", "pytensor")
"""Further packages that a sampled result depends on."""


NUTS: Mapping[str, tuple[str, ...]] = {
    "nutpie": ("nutpie",),
    "pymc": (),
    "numpyro": ("jax", "numpyro"),
    "blackjax": ("blackjax", "jax"),
}
"""Packages that each sampler takes besides; those of the last two come with an extra of this library."""


@cache
def versions(method: str, nuts_sampler: str = "nutpie") -> Mapping[str, str]:
    """Versions of Python and of the packages that results of a method depend on."""
    return _Versions(ENGINE + (tuple(sorted(SAMPLER + NUTS[nuts_sampler])) if method == "pymc" else ()))


class _Versions(Mapping[str, str]):
    """Looked up once, when the first is asked for: a credence that is only printed does not wait for them."""

    def __init__(self, packages: tuple[str, ...]) -> None:
        self._packages = packages

    @cached_property
    def _found(self) -> Table[str, str]:
        found = {name.replace("-", "_"): version(name) for name in self._packages}
        return Table({"python": platform.python_version(), **found})

    def __getitem__(self, name: str) -> str:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        return repr(self._found)

    def __reduce__(self) -> tuple[object, ...]:
        """What is sent elsewhere are the versions that are here."""
        return Table, (dict(self),)


def is_installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True
