"""What the pages that benchmarks write have in common: tables, figures, the machine, and how times grow."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

DOCS = Path(__file__).parents[1] / "docs"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, words: int = 0) -> str:
    """A Markdown table; the first columns, as many as `words`, are words, and the others figures."""
    rule = ["---" if place < words else "---:" for place in range(len(head))]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *rows])


def machine() -> str:
    cores = f"{os.cpu_count()} cores of {_processor()}"
    return f"Python {platform.python_version()}, NumPy {np.__version__}, {cores}, {_memory()}, {platform.system()}"


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]} ({platform.machine()})" if names else platform.machine()


def _memory() -> str:
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{gib:.0f} GiB of memory"


def versions(*packages: str) -> str:
    return ", ".join(f"{package} {version(package)}" for package in packages)


def seconds(value: float) -> str:
    """Three figures, in the unit that suits them."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size:
            return f"{figures(value / size)} {unit}"
    return f"{figures(value / 1e-9)} ns"


def figures(value: float) -> str:
    """Three figures, or all those before the point."""
    return f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:.3g}"


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Of the last three points in log-log: 1 is linear."""
    return float(np.polyfit(np.log(sizes[-3:]), np.log(np.maximum(values[-3:], 1e-9)), 1)[0])
