"""What many scenarios and many cases cost, and what they would cost on a cluster; writes docs/scale.md and planning.md.

`uv run benchmarks/scale.py` measures everything. Every point is measured in a process of its own; what weighing a
single case costs is in costs.py.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from itertools import count as count_from
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import made
import numpy as np
import planning
import timing
import xarray as xr
from page import DOCS, figures, machine, seconds, slope, table, versions

import attribution_bayes as ab
from attribution_bayes.engine import plan as plans
from attribution_bayes.engine.network import network

PAGE = DOCS / "scale.md"
REPEATS = 5
LIKELIHOOD, RELIABILITY, OUTAGE = made.LIKELIHOOD, made.RELIABILITY, made.OUTAGE
CASES = 10_000
SENT = 20_000
"""Cases that two workers share."""

KEPT = {"MALLOC_TRIM_THRESHOLD_": str(2**28), "MALLOC_MMAP_THRESHOLD_": str(2**28)}
"""What makes the allocator of Linux keep memory that was freed; dask sets the first so low that it is given back."""

LOOPED = 300
"""Cases that are weighed one by one: enough to know the time of each."""

type Job = tuple[ab.Case, dict[str, np.ndarray]]


def _items(n: int) -> Job:
    return made.flat(4, n), {f"evidence.e{i}.likelihood.h1": made.values(10_000, i) for i in range(n)}


def outage(address: str, rows: int) -> Job:
    return ab.load_case(OUTAGE), {address: made.values(rows)}


CURVES: dict[str, tuple[str, Callable[[int], Job], list[int]]] = {
    "scenarios": (
        "one likelihood of 4 hypotheses x 15 items, n scenarios",
        lambda n: (made.flat(4, 15), {"evidence.e0.likelihood.h1": made.values(n)}),
        [10_000, 100_000, 1_000_000, 10_000_000],
    ),
    "scenarios, sources": (
        "the reliability of a source in the made-up case of the examples, n scenarios",
        lambda n: outage(RELIABILITY, n),
        [10_000, 100_000, 1_000_000, 10_000_000],
    ),
    "items": ("4 hypotheses, one likelihood of each of n items, 10,000 scenarios", _items, [10, 100, 1_000]),
    "hypotheses": (
        "n hypotheses x 15 items, one likelihood, 10,000 scenarios",
        lambda n: (made.flat(n, 15), {"evidence.e0.likelihood.h1": made.values(10_000)}),
        [10, 100, 1_000],
    ),
}
CHUNKS = [10_000, 100_000, 1_000_000, 10_000_000]


def timed(call: Callable[[], object], repeats: int = REPEATS) -> float:
    """Median seconds; the first call, which may prepare something, is not counted."""
    call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return timing.median(times)


# What is measured in a process of its own ----------------------------------------------------------------------------


def curve(name: str, n: int) -> list[float]:
    case, suppositions = CURVES[name][1](n)
    return [timed(lambda: ab.what_if(case, suppositions))]


def chunk(name: str, n: int) -> list[float]:
    """MiB that one call takes on top of the numbers that it is given, and of those that it returns."""
    case, suppositions = CURVES[name][1](n)
    ab.what_if(case, {address: column[:10] for address, column in suppositions.items()})
    before = timing.peak_memory()
    found = ab.what_if(case, suppositions)
    return [timing.peak_memory() - before, found.nbytes / 2**20, sum(x.nbytes for x in suppositions.values()) / 2**20]


def plain(count: int) -> list[ab.Case]:
    """Cases declared one by one: 4 hypotheses x 15 items, no number alike."""
    return [made.flat(4, 15, seed) for seed in range(count)]


def ranges(count: int) -> list[ab.Case]:
    """Cases in which every range of the file is another."""
    case, rng = ab.load_case(OUTAGE), np.random.default_rng(3)
    stated = [one for one in ab.assumptions(case) if one.kind == "between"]

    def moved(one: ab.Assumption) -> ab.Between:
        lower, upper = one.lower * rng.uniform(0.9, 1.0), one.upper + (1 - one.upper) * rng.uniform(0.0, 0.1)
        return ab.Between(lower, upper)

    return [ab.suppose(case, {one.address: moved(one) for one in stated}) for _ in range(count)]


MANY: dict[str, tuple[str, Callable[[int], list[ab.Case]]]] = {
    "supposed": ("the made-up case of the examples with two other numbers", made.supposed),
    "plain": ("4 hypotheses x 15 items of plain numbers, all of them other numbers", plain),
    "ranges": ("the made-up case with other ranges in every place", ranges),
}


def many(name: str, count: int) -> list[float]:
    """Seconds for each case: all at once, and one by one; and bytes of a case that is sent."""
    cases = MANY[name][1](count)
    ab.weigh_many(cases[:10])
    ab.weigh(cases[0])
    start = time.perf_counter()
    found = ab.weigh_many(cases)
    together = (time.perf_counter() - start) / count
    start = time.perf_counter()
    looped = [ab.weigh(case).credence.values for case in cases[1 : 1 + LOOPED]]
    alone = (time.perf_counter() - start) / LOOPED
    np.testing.assert_allclose(found.values[1 : 1 + LOOPED], looped, rtol=1e-12)
    return [together, alone, len(pickle.dumps(cases[: CASES // 10])) / (CASES // 10)]


def workers(name: str, count: int) -> list[float]:
    """Seconds of the same work on so many worker processes of one thread each, and what these take of processors."""
    from distributed import Client, LocalCluster

    case, cases, seeds = ab.load_case(OUTAGE), made.supposed(SENT), count_from(1)

    def averaged() -> Any:
        draws = da.random.default_rng(next(seeds)).uniform(0.1, 0.8, 10_000_000, chunks=250_000)
        return ab.what_if(case, xr.Dataset({RELIABILITY: ("scenario", draws)})).mean("scenario")

    works: dict[str, Callable[[], Any]] = {  # made anew for each call, so that no answer is one that is still there
        "loop": lambda: [dask.delayed(made.counted, pure=False)(3_000_000) for _ in range(40)],
        "what_if": averaged,
        "kept": averaged,
        "weigh_many": lambda: [dask.delayed(made.weighed, pure=False)(SENT // 40) for _ in range(40)],
        "sent": lambda: [
            dask.delayed(ab.weigh_many, pure=False)(cases[i : i + SENT // 40]) for i in range(0, SENT, SENT // 40)
        ],
    }
    environ = dask.config.get("distributed.nanny.pre-spawn-environ") | (KEPT if name == "kept" else {})
    with (
        dask.config.set({"distributed.nanny.pre-spawn-environ": environ}),
        LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        Client(cluster) as client,
    ):
        client.run(made.weighed, 2)  # every worker, so that none has to import anything while it is timed
        before = sum(client.run(time.process_time).values())
        took = timed(lambda: client.gather(client.compute(works[name]())))
        return [took, (sum(client.run(time.process_time).values()) - before) / (1 + REPEATS)]


def sent(_name: str, _n: int) -> list[float]:
    """Bytes of a network, and seconds to make one, to make its plan, and to find it again where it arrived before."""
    case = ab.load_case(OUTAGE)
    ab.what_if(case, {LIKELIHOOD: 0.3})
    bytes_sent = pickle.dumps(network(case))
    pickle.loads(bytes_sent)
    net, slots = network(case), (network(case).inputs.addresses.index(RELIABILITY),)
    making = timed(lambda: plans._plan(net, slots), 50)
    return [float(len(bytes_sent)), timed(lambda: pickle.loads(bytes_sent), 50), making]


MEASURES = {"curve": curve, "chunk": chunk, "many": many, "workers": workers, "sent": sent}


def measured(kind: str, name: str, n: int) -> list[float]:
    print(f"{kind} {name} {n:,}", file=sys.stderr, flush=True)
    printed = timing.output([sys.executable, str(Path(__file__)), kind, name, str(n)])
    return [float(part) for part in json.loads(printed.splitlines()[-1])]


# The page ------------------------------------------------------------------------------------------------------------

HEAD = """# What scale costs

Made by `uv run benchmarks/scale.py`: {machine}; {versions}.
Every point is measured in a process of its own; times are medians of {repeats} calls after one that is not counted, of
weighing many cases the one call. What weighing a single case costs, and how that grows, is in [costs](costs.md). What
these figures come to on a cluster is in [planning](planning.md).
"""


def curves_section(found: Mapping[str, Sequence[Sequence[float]]]) -> str:
    lines = []
    for name, (what, _, sizes) in CURVES.items():
        took = [row[0] for row in found[name]]
        told = ", ".join(f"{n:,}: {seconds(s)}" for n, s in zip(sizes, took, strict=True))
        lines.append([name, what, told, f"{slope(sizes, took):.2f}"])
    head = ["in", "what", "medians", "slope"]
    text = "Slopes in log-log over the last three sizes: 1 is linear, below 1 something is paid once."
    return "\n\n".join(["## How `what_if` grows", text, table(head, lines, words=3)])


def chunks_section(found: Mapping[str, Sequence[Sequence[float]]]) -> str:
    head = ["scenarios in the chunk", "what", "peak, MiB", "of which returned, MiB", "given besides, MiB"]
    lines = [
        [f"{n:,}", name, *map(figures, row)]
        for name, rows in found.items()
        for n, row in zip(CHUNKS[: len(rows)], rows, strict=True)
    ]
    text = "The peak is what one call of `what_if` takes on top of the numbers that it is given."
    return "\n\n".join(["## Memory for one chunk", text, table(head, lines)])


def many_section(found: Mapping[str, Sequence[float]]) -> str:
    head = ["cases", "`weigh_many`, each", "cases a second", "`weigh` in a loop, each", "ratio", "bytes of a case"]
    lines = [
        [
            MANY[name][0],
            seconds(row[0]),
            f"{1 / row[0]:,.0f}",
            seconds(row[1]),
            f"{row[1] / row[0]:.0f}",
            figures(row[2]),
        ]
        for name, row in found.items()
    ]
    text = (
        f"{CASES:,} cases of one structure at once, each new to the process; the loop weighs {LOOPED} of them, whose "
        "credences agree to 1e-12. Declaring the cases is not counted. A range (`Between`) that is new has to be "
        "solved for, which is most of the time in the last row: all ranges are solved together, in the loop one by one."
    )
    return "\n\n".join(["## Many cases", text, table(head, lines, words=1)])


WORKS = {
    "loop": "a loop of plain Python, 40 times: what the machine has to give",
    "what_if": "`what_if`, 10,000,000 scenarios of a reliability in 40 chunks, averaged",
    "kept": "the same, workers keep memory that was freed",
    "weigh_many": f"`weigh_many`, {SENT:,} cases in 40 parts, made by `suppose` where they are weighed",
    "sent": f"`weigh_many`, {SENT:,} cases in 40 parts, sent by the client",
}


def workers_section(found: Mapping[str, Sequence[Sequence[float]]], sent: Sequence[float]) -> str:
    head = ["work", "one worker", "two workers", "speed-up", "processors, one worker", "processors, two workers"]
    lines = [
        [WORKS[name], seconds(one[0]), seconds(two[0]), f"{one[0] / two[0]:.2f}", seconds(one[1]), seconds(two[1])]
        for name, (one, two) in found.items()
    ]
    environment = " ".join(f"{name}={value}" for name, value in KEPT.items())
    text = (
        "Worker processes of one thread on one machine of two cores, which the client, the scheduler and whatever else "
        "runs there share with them. The first line shares nothing and sends nothing: its speed-up is what other "
        "programs left free. The last columns are processor time of the workers, which others hardly lengthen: where "
        "it is the same with two workers as with one, they are not in each other's way."
    )
    costs = (
        "Cases that the client sends are packed, passed on by the scheduler and unpacked, which takes longer than "
        "weighing them. With every chunk dask sends the network of the case, "
        f"{figures(sent[0])} bytes in the made-up case: a worker that has it already sees so in {seconds(sent[1])}, "
        f"and makes the plan of what is supposed ({seconds(sent[2])}) once. dask starts workers with an allocator that "
        f"gives freed memory back at once, and `what_if` takes it again for every chunk; workers started with "
        f"`{environment}` keep it."
    )
    return "\n\n".join(["## Two workers", text, table(head, lines, words=1), costs])


def main() -> None:
    curves = {name: [measured("curve", name, n) for n in sizes] for name, (_, _, sizes) in CURVES.items()}
    chunks = {
        name: [measured("chunk", name, n) for n in CHUNKS[: 4 if name == "scenarios" else 3]]
        for name in ("scenarios", "scenarios, sources")
    }
    cases = {name: measured("many", name, CASES) for name in MANY}
    both = {name: [measured("workers", name, n) for n in (1, 2)] for name in WORKS}
    travels = measured("sent", "-", 0)
    head = HEAD.format(machine=machine(), versions=versions("dask", "distributed", "xarray"), repeats=REPEATS).strip()
    sections = [curves_section(curves), chunks_section(chunks), many_section(cases), workers_section(both, travels)]
    PAGE.write_text("\n\n".join([head, *sections]) + "\n", encoding="utf-8")
    figures_ = planning.Figures(
        scenario=curves["scenarios"][-1][0] / CURVES["scenarios"][2][-1],
        heavy_scenario=curves["scenarios, sources"][-1][0] / CURVES["scenarios, sources"][2][-1],
        per_hypothesis=slope(CURVES["hypotheses"][2], [row[0] for row in curves["hypotheses"]]),
        per_item=slope(CURVES["items"][2], [row[0] for row in curves["items"]]),
        chunk_peak=chunks["scenarios"][2][0],
        heavy_chunk_peak=chunks["scenarios, sources"][2][0],
        case=cases["supposed"][0],
        plain_case=cases["plain"][0],
        range_case=cases["ranges"][0],
        case_bytes=cases["supposed"][2],
        network_bytes=travels[0],
        speed_up=min(one[0] / two[0] for one, two in (both["kept"], both["weigh_many"])),
        control=both["loop"][0][0] / both["loop"][1][0],
        given_back=both["what_if"][0][1] / both["kept"][0][1],
        sent_case=both["sent"][0][0] / SENT,
    )
    planning.PAGE.write_text(planning.page(figures_), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"), planning.PAGE.read_text(encoding="utf-8"), sep="\n")


if __name__ == "__main__":
    if sys.argv[1:]:
        warnings.simplefilter("ignore")
        kind, name, n = sys.argv[1:]
        print(json.dumps(MEASURES[kind](name, int(n))))
    else:
        main()
