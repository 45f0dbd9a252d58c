"""Stored trees of older versions are brought to the newest, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from attribution_bayes.files.migration import migrated, newest


def named(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"names": [tree["name"]]}


def counted(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**tree, "count": len(tree["names"])}


STEPS = (named, counted)


@pytest.mark.parametrize(
    "tree",
    [{"schema": 1, "name": "a"}, {"schema": 2, "names": ["a"]}, {"schema": 3, "names": ["a"], "count": 1}],
    ids=lambda tree: f"from version {tree['schema']}",
)
def test_every_version_becomes_the_newest(tree: dict[str, Any]) -> None:
    """From whichever version, the steps since are taken in order, and what was given stays as it was."""
    before = dict(tree)
    assert migrated(tree, STEPS) == {"schema": 3, "names": ["a"], "count": 1}
    assert tree == before


def test_the_newest_version_is_one_more_than_the_steps() -> None:
    """Without a step there is version 1."""
    assert (newest(()), newest(STEPS)) == (1, 3)
    assert migrated({"schema": 1.0, "a": 2}, ()) == {"schema": 1, "a": 2}


@pytest.mark.parametrize("version", [0, 4, 1.5, True, None, "1"])
def test_other_versions_are_refused(version: object) -> None:
    """What is no version from 1 to the newest is refused, not guessed."""
    with pytest.raises(ValueError, match="no version from 1 to 3"):
        migrated({"schema": version}, STEPS)
