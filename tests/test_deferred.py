"""Modules that are imported when something of them is first used."""

from __future__ import annotations

import copy
import sys

import pytest

from attribution_bayes.deferred import Deferred


def test_a_module_is_imported_when_something_of_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not when it is named, inspected or copied; what was used once is kept."""
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    module = Deferred("colorsys")
    assert not hasattr(copy.copy(module), "__wrapped__")
    assert "colorsys" not in sys.modules
    assert module.rgb_to_hsv(1, 1, 1) == (0.0, 0.0, 1)
    assert vars(module)["rgb_to_hsv"] is sys.modules["colorsys"].rgb_to_hsv
    with pytest.raises(AttributeError, match="colorsys"):
        _ = module.nothing
