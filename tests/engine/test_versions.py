"""Which software computed a result: looked up when somebody asks."""

from __future__ import annotations

import pickle

import pytest

from attribution_bayes.declare.table import Table
from attribution_bayes.engine import versions as module
from attribution_bayes.engine.versions import versions


def test_versions_are_looked_up_once_and_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """To weigh a case looks none up; each name stands for the package of that name."""
    asked: list[str] = []
    monkeypatch.setattr(module, "version", lambda name: asked.append(name) or f"{len(name)}.0")
    found = versions.__wrapped__("exact")
    assert not asked
    assert found["ruamel.yaml"] == "11.0"
    assert found["attribution_bayes"] == "17.0"
    assert len(found) == len([*found]) == len(asked) + 1
    assert asked == [*module.ENGINE]


def test_versions_that_are_sent_elsewhere_stay_those_of_here() -> None:
    """They are shown and pickled as what they are, and equal any mapping with the same names and numbers."""
    here = versions("exact")
    sent = pickle.loads(pickle.dumps(here))
    assert isinstance(sent, Table)
    assert sent == here
    assert repr(sent) == repr(here) == repr(dict(here))
