"""What is drawn does not depend on which modules are loaded, and so not on which tests ran before."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repeatable import REPEATABLE

RARE = 813_527
"""A number that nothing but the module of the test holds."""


def drawn() -> list[int]:
    values: list[int] = []

    @settings(REPEATABLE, max_examples=1_000)
    @given(st.integers(0, 1_000_000))
    def draw(value: int) -> None:
        values.append(value)

    draw()
    return values


def test_a_module_loaded_between_changes_nothing_that_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = drawn()
    path = tmp_path / "loaded_between.py"
    path.write_text(f"NUMBER = {RARE}\n", encoding="utf-8")
    spec = spec_from_file_location("loaded_between", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "loaded_between", module)
    assert drawn() == before
    assert RARE not in before
