"""The notebooks of the examples: made of scripts, executed, and compared with what is stored.

`uv run --group notebooks tests/notebooks.py` executes every script `examples/notebook_*.py`, or those named,
and writes the notebooks beside them. With `--check` it writes nothing, and fails where the text of an output differs.
"""

from __future__ import annotations

import argparse
import difflib
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parents[1] / "examples"
os.environ["TQDM_DISABLE"] = "1"  # a bar that comes after a second is no output to compare
SECONDS = 120
"""Longest that a cell may take."""
VIEW = "application/vnd.jupyter.widget-view+json"
"""What shows a widget while its notebook runs; what is stored is its text."""
AT_ONCE = 2
"""Notebooks that are executed side by side."""


def executed(script: Path) -> tuple[Any, float]:
    """The notebook of a script without anything that differs from one run to the next, and the seconds it took."""
    started = time.perf_counter()
    notebook = jupytext.read(script)
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(EXAMPLES)}},
    )
    client.execute(stderr=subprocess.DEVNULL)  # the kernel's own remarks; what cells say on stderr is an output
    for known_again in ("language_info", "widgets"):  # the state of a widget has another name in each run
        notebook.metadata.pop(known_again, None)
    for place, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"cell-{place}", {}
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(VIEW, None)
    return notebook, time.perf_counter() - started


def texts(notebook: Any) -> list[str]:
    """Lines of source and of every output that is text; of a picture only that there is one."""
    lines = []
    for place, cell in enumerate(notebook.cells):
        lines += [f"[{place}] {line}" for line in cell.source.splitlines()]
        for output in cell.get("outputs", ()):
            lines += [f"[{place}] > {line}" for line in text(output).splitlines()]
    return lines


def text(output: Any) -> str:
    data = output.get("data", {})
    if any(kind.startswith("image/") for kind in data):
        return "a picture"
    return str(output.get("text") or data.get("text/markdown") or data.get("text/plain") or output.get("evalue"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scripts", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    scripts, changed = given.scripts or sorted(EXAMPLES.glob("notebook_*.py")), False
    with ProcessPoolExecutor(AT_ONCE) as pool:
        for script, (now, seconds) in zip(scripts, pool.map(executed, scripts), strict=True):
            path = script.with_suffix(".ipynb")
            if given.check:
                stored = nbformat.read(path, as_version=4)
                found = list(difflib.unified_diff(texts(stored), texts(now), "stored", "now", lineterm="", n=1))
                print(*found, sep="\n", end="\n" if found else "")
                changed |= bool(found)
            else:
                nbformat.write(now, path)
            print(f"{path.name}: {seconds:.0f} s")
    return int(changed)


if __name__ == "__main__":
    sys.exit(main())
