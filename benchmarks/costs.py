"""What weighing costs, in time and memory, against the size of a case; writes docs/costs.md.

Every point is measured in a process of its own, which first weighs a small case, so that imports are paid.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import made
import timing
from page import DOCS, figures, machine, slope, table

import attribution_bayes as ab

PAGE = DOCS / "costs.md"
REPEATS = 3

type Make = Callable[[int], ab.Case]

CURVES: dict[str, tuple[str, Make, list[int]]] = {
    "hypotheses": ("1 000 items of plain numbers", lambda n: made.flat(n, 1_000), [10, 100, 1_000, 10_000]),
    "items": ("10 hypotheses, plain numbers", lambda n: made.flat(10, n), [10, 100, 1_000, 10_000, 100_000]),
    "uncertain": (
        "4 hypotheses, items of `Beta`, 4 x 1 000 draws",
        lambda n: made.uncertain(4, *made.betas(4, n)),
        [10, 100, 1_000],
    ),
    "hidden": (
        "2 hypotheses, n hidden items, each the parent of the next and of an observed one",
        lambda n: made.chain(2, n),
        [2, 4, 8, 16, 32, 64],
    ),
    "reported": (
        "2 hypotheses, one source that reports n items",
        lambda n: made.reported(2, n, 1),
        [2, 4, 8, 16, 32, 64],
    ),
    "width": (
        "2 hypotheses, one observed item given n hidden ones: the largest table has 2^n entries",
        lambda n: made.wide(2, n),
        [4, 8, 12, 16],
    ),
}


def measured_here(curve: str, n: int) -> list[float]:
    """Seconds to declare, median seconds to weigh and draw and their range, and MiB above what a small case takes."""
    warnings.simplefilter("ignore")
    ab.weigh(made.uncertain(4, *made.betas(4, 2))).draws["posterior"].load()
    before, start = timing.peak_memory(), time.perf_counter()
    case = CURVES[curve][1](n)
    declared, times = time.perf_counter() - start, []
    for _ in range(REPEATS):
        case = case.model_copy()  # what was found of the last one is kept with that one
        begin = time.perf_counter()
        ab.weigh(case).draws["posterior"].load()
        times.append(time.perf_counter() - begin)
    return [declared, timing.median(times), max(times) - min(times), timing.peak_memory() - before]


def measured(curve: str, n: int) -> list[float]:
    printed = timing.output([sys.executable, str(Path(__file__)), curve, str(n)])
    return [float(part) for part in json.loads(printed)]


def section(curve: str) -> str:
    what, _, sizes = CURVES[curve]
    rows = [measured(curve, n) for n in sizes]
    declaring, weighing = (slope(sizes, [row[place] for row in rows]) for place in (0, 1))
    head = ["n", "declaring, s", "weighing, s", "spread of the times, s", "memory, MiB"]
    lines = [[f"{n:,}", *map(figures, row)] for n, row in zip(sizes, rows, strict=True)]
    end = f"Slope of the last three points in log-log: declaring {declaring:.2f}, weighing {weighing:.2f}."
    return "\n\n".join([f"## {curve.capitalize()}", f"{what}.", table(head, lines), end])


HEAD = """# What weighing costs

Made by `uv run benchmarks/costs.py`: {machine}.
Each figure is the median of {repeats} runs in a process of its own; memory is the peak on top of what the imports and a
small case take. Declaring includes all checks; weighing is that of a case that was never weighed before, with the
draws. Times on another machine differ; what carries over is how they grow: linearly in hypotheses, items, uncertain
inputs, and hidden states that hang together in a chain; and with the largest table, whose limit `TooLargeError` names,
where many hidden items have one child.
"""


def main() -> None:
    head = HEAD.format(machine=machine(), repeats=REPEATS).strip()
    PAGE.write_text("\n\n".join([head, *map(section, CURVES)]) + "\n", encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(measured_here(sys.argv[1], int(sys.argv[2]))))
    else:
        main()
