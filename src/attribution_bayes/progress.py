"""How far a long computation has come, for those who watch it: the only place that knows whether somebody does.

The bars are those of tqdm. They are there in a terminal and in a Jupyter notebook, after a second, and gone when the
computation is done; the environment variable ``TQDM_DISABLE=1`` switches them off everywhere.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable
from typing import Any

DELAY = 1.0
"""Seconds before a bar is shown: whoever waits for less needs none."""


def progress[T](steps: Iterable[T], what: str, total: int | None = None) -> Iterable[T]:
    """The same steps, with a bar that follows them if somebody watches.

    Parameters
    ----------
    steps
    what
        What is computed, as the bar says it.
    total
        How many steps there are, where they cannot be counted.
    """
    return _bar(steps, what, total) if is_watched() else steps


def is_watched() -> bool:
    """Whether standard error is a terminal, or this runs in a Jupyter notebook, and bars are not switched off."""
    return not os.environ.get("TQDM_DISABLE") and (_is_terminal(sys.stderr) or _is_kernel())


def _is_terminal(stream: Any) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _is_kernel() -> bool:
    interactive = sys.modules.get("IPython")
    return interactive is not None and getattr(interactive.get_ipython(), "kernel", None) is not None


def _bar[T](steps: Iterable[T], what: str, total: int | None) -> Iterable[T]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a notebook lacks ipywidgets, and has a bar of text
        from tqdm.auto import tqdm
    found: Iterable[T] = tqdm(steps, desc=what, total=total, delay=DELAY, leave=False)
    return found
