"""What weighing costs, in time and memory, against the size of a case; writes docs/costs.md.

Every point is measured in a process of its own, which first weighs a small case, so that imports are paid.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np

PAGE = Path(__file__).parents[1] / "docs" / "costs.md"
REPEATS = 3

CURVES = {
    "hypotheses": ("1 000 items of plain numbers", [10, 100, 1_000, 10_000]),
    "items": ("10 hypotheses, plain numbers", [10, 100, 1_000, 10_000, 100_000]),
    "uncertain": ("4 hypotheses, items of `Between`, 4 x 1 000 draws", [10, 100, 1_000]),
    "hidden": ("2 hypotheses, one source that reports n items, each joined to the next", [2, 4, 8, 16, 32, 64]),
    "width": ("2 hypotheses, one observed item given n hidden ones: the largest table has 2^n entries", [4, 8, 12, 16]),
}

MEASURED = """
import json, resource, sys, time, warnings
import numpy as np
import attribution_bayes as ab
warnings.simplefilter("ignore")
curve, n = sys.argv[1], int(sys.argv[2])
rng = np.random.default_rng(1)

def hypotheses(k):
    return [ab.Hypothesis(name=f"h{i}", statement="s", catch_all=i == 0) for i in range(k)]

def rows(k, low=0.01, high=0.99):
    return {f"h{i}": value for i, value in enumerate(rng.uniform(low, high, k).tolist())}

def flat(k, items):
    evidence = [ab.Evidence(name=f"e{i}", statement="s", likelihood=rows(k)) for i in range(items)]
    return ab.Case(question="q", hypotheses=hypotheses(k), prior=ab.Odds(dict.fromkeys(rows(k), 1)), evidence=evidence)

def uncertain(items):
    evidence = [
        ab.Evidence(name=f"e{i}", statement="s",
                    likelihood={f"h{j}": ab.Between(0.2 + j / 20, 0.5 + j / 20) for j in range(4)})
        for i in range(items)
    ]
    return ab.Case(question="q", hypotheses=hypotheses(4), prior=ab.Odds(dict.fromkeys(rows(4), 1)), evidence=evidence)

def hidden(n):
    source = ab.Source(name="s", statement="s", reliability=0.8, if_unreliable=0.5)
    both = {"h0": {True: 0.7, False: 0.2}, "h1": {True: 0.6, False: 0.3}}
    evidence = [
        ab.Evidence(name=f"e{i}", statement="s", likelihood=both if i else rows(2), given=[f"e{i - 1}"] if i else [],
                    reports=[ab.Report(source="s", says=bool(i % 3))])
        for i in range(n)
    ]
    return ab.Case(question="q", hypotheses=hypotheses(2), prior={"h0": 0.5, "h1": 0.5}, sources=[source],
                   evidence=evidence)

def width(n):
    parents = [ab.Evidence(name=f"e{i}", statement="s", likelihood=rows(2), observed=None) for i in range(n)]
    def table(depth):
        return {True: table(depth - 1), False: table(depth - 1)} if depth else float(rng.uniform(0.1, 0.9))
    child = ab.Evidence(name="child", statement="s", given=[item.name for item in parents],
                        likelihood={"h0": table(n), "h1": table(n)})
    return ab.Case(question="q", hypotheses=hypotheses(2), prior={"h0": 0.5, "h1": 0.5}, evidence=[*parents, child])

MAKE = {"hypotheses": lambda n: flat(n, 1_000), "items": lambda n: flat(10, n), "uncertain": uncertain,
        "hidden": hidden, "width": width}

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

ab.weigh(uncertain(2))
before = peak()
start = time.perf_counter()
case = MAKE[curve](n)
declared = time.perf_counter()
times = []
for _ in range(REPEATS):
    begin = time.perf_counter()
    ab.weigh(case)
    times.append(time.perf_counter() - begin)
print(json.dumps([declared - start, sorted(times)[len(times) // 2], max(times) - min(times), peak() - before]))
"""


def measured(curve: str, n: int) -> list[float]:
    """Seconds to declare, median seconds to weigh and their range, and MiB on top of what a small case takes."""
    code = MEASURED.replace("REPEATS", str(REPEATS))
    done = subprocess.run([sys.executable, "-c", code, curve, str(n)], capture_output=True, text=True, check=True)
    return [float(part) for part in done.stdout.strip("[]\n ").split(",")]


def slope(sizes: list[int], values: list[float]) -> float:
    """Of the last three points in log-log: 1 is linear."""
    return float(np.polyfit(np.log(sizes[-3:]), np.log(np.maximum(values[-3:], 1e-6)), 1)[0])


def section(curve: str) -> str:
    what, sizes = CURVES[curve]
    rows = [measured(curve, n) for n in sizes]
    declaring, weighing = (slope(sizes, [row[place] for row in rows]) for place in (0, 1))
    head = ["n", "declaring, s", "weighing, s", "spread of the times, s", "memory, MiB"]
    table = [head, ["---:"] * len(head)]
    for n, (declared, weighed, spread, memory) in zip(sizes, rows, strict=True):
        table.append([f"{n:,}", f"{declared:.3g}", f"{weighed:.3g}", f"{spread:.2g}", f"{memory:,.0f}"])
    end = f"Slope of the last three points in log-log: declaring {declaring:.2f}, weighing {weighing:.2f}."
    lines = [f"## {curve.capitalize()}", "", f"{what}.", "", *(f"| {' | '.join(row)} |" for row in table), "", end, ""]
    return "\n".join(lines)


def main() -> None:
    machine = (
        f"Python {platform.python_version()}, NumPy {np.__version__}, {os.cpu_count()} cores, {platform.machine()}"
    )
    head = f"""# What weighing costs

Made by `uv run benchmarks/costs.py`: {machine}.
Each figure is the median of {REPEATS} runs in a process of its own; memory is the peak on top of what the imports and a
small case take. Declaring includes all checks. Times on another machine differ; what carries over is how they grow:
linearly in hypotheses, items, uncertain inputs, and hidden states that hang together in a chain; and with the largest
table, whose limit `TooLargeError` names, where many hidden items have one child.

"""
    PAGE.write_text(head + "\n".join(section(curve) for curve in CURVES), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
