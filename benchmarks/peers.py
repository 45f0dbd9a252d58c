"""What users would take instead, timed side by side with ours; writes docs/benchmarks.md.

`uv run --group bench benchmarks/peers.py` measures everything. With names of rows (`weighing`, `sobol`, ...) it
measures those only and prints what it would write. Every kind of row is measured in a process of its own.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import timing
from comparison import Comparison, Row, asked_in_words, in_words, verdict
from page import DOCS, machine, seconds, slope, table, versions

PAGE = DOCS / "benchmarks.md"
EXACT = ("weighing", "scenarios", "likelihoods", "one_way", "sobol", "networks")
PROCESSES = ("sampling", "first_credence", "start_up")
KINDS = (*EXACT[:3], "sampling", *EXACT[3:], "first_credence", "start_up")
PACKAGES = ("pyagrum", "pgmpy", "SALib", "pymc", "nutpie", "numba", "arviz", "xarray")


def measured_here(kind: str) -> list[dict[str, Any]]:
    """In this process, as plain data."""
    warnings.simplefilter("ignore")
    if kind in EXACT:
        import exact_rows as module
    else:
        import process_rows as module
    measure: Callable[[], list[Row]] = getattr(module, kind)
    return [asdict(row) for row in measure()]


def grown_here() -> dict[str, Any]:
    import exact_rows

    grown = exact_rows.grown()
    what = {name: told for name, (told, _) in exact_rows.GROWTH.items()}
    asked = {**dict.fromkeys(exact_rows.makers(), 1.0), **exact_rows.ASKED_SECONDS}
    return {
        name: {"what": what.get(name, TABLES), "points": points, "asked": asked.get(name)}
        for name, points in grown.items()
    }


TABLES = "the table, 4 x 15, 20 x 200 and 2 x 3,000, by how many numbers are stated"


def in_a_process(kind: str) -> Any:
    started = time.perf_counter()
    print(f"{kind}: measuring", file=sys.stderr, flush=True)
    printed = timing.output([sys.executable, str(Path(__file__)), "--here", kind])
    print(f"{kind}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    return json.loads(printed.splitlines()[-1])


def rows(kind: str) -> list[Row]:
    found = in_a_process(kind)
    return [Row(**row | {"comparisons": [Comparison(**one) for one in row["comparisons"]]}) for row in found]


def line(one: Comparison) -> list[str]:
    """Medians, the ratio with its range over the rounds, what was asked, and whether that is met."""
    least, greatest = min(one.ratios), max(one.ratios)
    between = f" ({in_words(least)} to {in_words(greatest)})" if len(one.ratios) > 1 else " (measured once)"
    times = (seconds(timing.median(took)) for took in (one.ours_seconds, one.peer_seconds))
    return [one.ours, one.peer, *times, in_words(one.ratio) + between, asked_in_words(one.asked), verdict(one)]


HEAD = ("ours", "against", "ours", "theirs", "ours is (least to greatest)", "asked", "")


def section(row: Row) -> str:
    lost = [one for one in row.comparisons if one.why and (one.ratio < 1 or not one.is_met)]
    reasons = dict.fromkeys(f"Why {one.peer} is {_standing(one)}: {one.why}" for one in lost)
    parts = [f"## {row.work}", row.timed, table(HEAD, [line(one) for one in row.comparisons], words=2)]
    return "\n\n".join([*parts, *row.facts, *reasons])


def _standing(one: Comparison) -> str:
    return "faster" if one.ratio < 1 else "not as far behind as was asked"


def overview(found: list[Row]) -> str:
    """Every comparison of which something was asked, in one table."""
    head = ("work", "ours", "against", "asked", "ours is", "")
    lines = [
        [row.work, one.ours, one.peer, asked_in_words(one.asked), in_words(one.ratio), verdict(one)]
        for row in found
        for one in row.comparisons
        if one.asked is not None
    ]
    return table(head, lines, words=3)


def growth_section(grown: dict[str, Any]) -> str:
    parts = ["## How time grows", f"Slopes in log-log over the sizes; 1 is linear. {GROWTH_WHY}"]
    lines = []
    for name, curve in grown.items():
        sizes, took, spreads = zip(*curve["points"], strict=True)
        told = ", ".join(f"{size:,}: {seconds(s)}" for size, s in zip(sizes, took, strict=True))
        lines.append([name, curve["what"], told, f"{max(spreads):.0%}", f"{slope(sizes, took):.2f}", _most(curve)])
    head = ("in", "what", "medians", "widest spread, +-", "slope", "asked at most")
    return "\n\n".join([*parts, table(head, lines, words=3)])


GROWTH_WHY = (
    "What weighing costs is in costs.md. What is asked at most is asked of each size. A million items, or ten thousand "
    "cases, are that many objects of Python: making them, and going through them some twenty times for their names, "
    "texts and numbers, takes what is more than was asked; the arithmetic is a fraction of it."
)


def _most(curve: dict[str, Any]) -> str:
    """What was asked at most of any size, and whether it is so."""
    if curve["asked"] is None:
        return ""
    is_met = max(took for _, took, _ in curve["points"]) <= curve["asked"]
    return f"{seconds(curve['asked'])}: {'met' if is_met else '**not met**'}"


HEADER = """# Side by side with what a user would pick instead

Made by `uv run --group bench benchmarks/peers.py`: {machine}; {versions}.

Subjects of one comparison take turns, with other numbers at each call, in {rounds} rounds unless fewer are stated; one
call before the first round is not counted. Times are medians over the rounds. A ratio is the median of the ratios of
the rounds, and its least and greatest stand beside it: that is the noise, which on a machine that does other things too
is not small. Seeds are fixed. Peers are written as somebody who knows them would write them for speed, and their
answers are checked against ours before they are timed. What was lost stands here like the rest, with the reason.
"""


def page(found: list[Row], grown: dict[str, Any], took: float) -> str:
    head = HEADER.format(machine=machine(), versions=versions(*PACKAGES), rounds=timing.ROUNDS)
    end = f"The whole run took {took / 60:.0f} minutes."
    return "\n\n".join([head.strip(), overview(found), *map(section, found), growth_section(grown), end]) + "\n"


def main(kinds: list[str]) -> None:
    started = time.perf_counter()
    found = []
    for kind in kinds or KINDS:
        measured = rows(kind)
        print("\n\n".join(map(section, measured)), end="\n\n", flush=True)
        found += measured
    if kinds:
        return
    PAGE.write_text(page(found, in_a_process("growth"), time.perf_counter() - started), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        print(json.dumps(grown_here() if sys.argv[2] == "growth" else measured_here(sys.argv[2])))
    else:
        main(sys.argv[1:])
