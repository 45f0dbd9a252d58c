"""Versions of what is stored, and the steps that bring an older one to the form that is read today."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attribution_bayes.errors import quoted

type Stored = Mapping[str, Any]
"""What was read from a file, with its version under ``schema``."""

type Migration = Callable[[Stored], Stored]
"""A pure function from the form of one version to that of the next; the entry ``schema`` is not its business."""


def newest(migrations: Sequence[Migration]) -> int:
    """The version that a sequence of migrations leads to: the first leads from 1 to 2, and so on."""
    return 1 + len(migrations)


def migrated(tree: Stored, migrations: Sequence[Migration]) -> dict[str, Any]:
    """Bring a stored tree to the newest version, step by step; what was given is left as it was.

    Raises
    ------
    ValueError
        If the tree's version is no whole number from 1 to the newest.

    Examples
    --------
    >>> migrated({"schema": 1, "who": "a"}, [lambda tree: {"schema": 1, "by": tree["who"]}])
    {'schema': 2, 'by': 'a'}
    """
    version = tree["schema"]
    if isinstance(version, bool) or version not in range(1, newest(migrations) + 1):
        raise ValueError(f"no version from 1 to {newest(migrations)}: {quoted(version)}")
    first = int(version)
    for reached, step in enumerate(migrations[first - 1 :], start=first + 1):
        tree = {**step(tree), "schema": reached}
    return dict(tree)
