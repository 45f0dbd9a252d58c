"""What holds of every picture."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib
import pytest


@pytest.fixture(autouse=True)
def nothing_is_opened() -> Iterator[None]:
    """After each test pyplot has the figures that it had before."""
    before = open_figures()
    yield
    assert open_figures() == before


def open_figures() -> list[int]:
    """Of pyplot, if anybody has imported it."""
    return matplotlib.pyplot.get_fignums() if hasattr(matplotlib, "pyplot") else []
