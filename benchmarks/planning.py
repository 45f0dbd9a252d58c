"""What a cluster would take for many scenarios and many cases, worked out from what one machine takes."""

from __future__ import annotations

from dataclasses import dataclass

from page import DOCS, figures, seconds, table

PAGE = DOCS / "planning.md"

SCENARIOS, CASES = 10**9, 10**6
CHUNK = 10**6
"""Scenarios of a chunk: the largest of which the peak was measured for both kinds."""

PART = 1_000
"""Cases of a part: some tenths of a second of work, beside which a task costs nothing."""

HYPOTHESES = 4, 3
"""Of the two cases that scenarios were measured on."""

TASK = 1e-3
"""Seconds that dask's scheduler takes for a task, by its own documentation: about one thousandth."""

GIB, MIB = 2**30, 2**20


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was measured.

    Attributes
    ----------
    scenario, heavy_scenario
        Seconds of a scenario, of one likelihood and of the reliability of a source.
    per_item, per_hypothesis
        Slopes of the time in the moved items and in the hypotheses.
    chunk_peak, heavy_chunk_peak
        MiB that a chunk takes on top of its numbers.
    case, plain_case, range_case
        Seconds of a case: with two other numbers, all plain, with new ranges.
    case_bytes, network_bytes
        What is sent.
    speed_up
        Of two worker processes on one machine, the lesser of two kinds of work.
    control
        The same of work that needs nothing but a processor.
    given_back
        Processor time of `what_if` in a worker that gives memory back, over that in one that keeps it.
    sent_case
        Seconds of a case that a client sends to the only worker, weighing counted.
    """

    scenario: float
    heavy_scenario: float
    per_item: float
    per_hypothesis: float
    chunk_peak: float
    heavy_chunk_peak: float
    case: float
    plain_case: float
    range_case: float
    case_bytes: float
    network_bytes: float
    speed_up: float
    control: float
    given_back: float
    sent_case: float


HEAD = """# Planning past one machine

Made by `uv run benchmarks/scale.py` from the figures in [what scale costs](scale.md): measured on one machine of two
cores, multiplied up. Nothing on this page was run on a cluster of many machines.

`what_if`, `two_way`, `response_curve` and `sobol_from_samples` leave arrays of dask lazy, and `weigh_many` weighs what
it is given: so a cluster runs them as it runs anything.

```python
import dask
import dask.array as da
import xarray as xr

import attribution_bayes as ab

case = ab.load_case("examples/outage.yaml")
address = "evidence.rollback_helped.likelihood.network"

# Scenarios: drawn, weighed and averaged where they are; nothing but the mean comes back.
drawn = da.random.default_rng(1).uniform(0.05, 0.5, size=400_000, chunks=100_000)
credence = ab.what_if(case, xr.Dataset({address: ("scenario", drawn)}))
print(credence.mean("scenario").compute().round(2).to_series().to_dict())

# Cases: in parts, which are joined again; each keeps its cautions.
cases = [ab.suppose(case, {address: p}) for p in (0.1, 0.2, 0.3, 0.4)]
parts = [dask.delayed(ab.weigh_many)(cases[i : i + 2]) for i in range(0, 4, 2)]
print(xr.concat(dask.compute(*parts), "case").sizes["case"])
```

```text
{'deploy': 0.55, 'network': 0.32, 'other': 0.13}
4
```

With `client = distributed.Client(...)` the same lines run on its workers. A bag does too:
`dask.bag.from_sequence(cases).map_partitions(ab.weigh_many).to_delayed()` gives the parts; take these, and not the
bag's own `compute`, which would take the answers apart row by row.
"""

LIMITS = """## What this leaves out

- The speed-up of two processes was {speed_up:.2f} here, where work that needs nothing but a processor had
  {control:.2f}: the scheduler, the client and the memory are shared. Core hours are those of work on one core; divide
  them by the cores that you have, and count on losing some. Nothing beyond two processes was measured.
- `what_if` in a worker as dask starts it took {given_back:.1f} times the processor time that it takes in one that keeps
  memory that it freed: [what scale costs](scale.md#two-workers) says how to start those.
- Cases that one client sends took {sent_case} each on one worker, of which weighing is {case}. The rest is packing and
  unpacking, and most of that is in one process: let the workers read or make their own cases.
- Reading, declaring and checking cases is not in the time of `weigh_many`; [costs](costs.md) has it. Where cases are
  files, let each worker read its own.
- Three figures are not measured: a thousandth of a second for each task is what
  [dask's documentation](https://distributed.dask.org/en/latest/) says, and how many tasks a chunk makes and how much
  larger cases are as objects are guesses of the right size.
- The speed of the network between machines was not measured; bytes are counted, not timed.
- A scenario that moves more takes longer: twice as many moved items take {items:.1f} times, twice as many
  hypotheses {hypotheses:.1f} times, by the measured slopes. A component with many hidden states takes what its largest
  table does: measure one chunk of your own case before you multiply.
- Chunks are to be neither so small that the scheduler is what takes the time, nor so large that they do not fit: both
  columns above are for the chunks that they name.
- `sobol_from_samples` evaluates every chunk once for each group of assumptions and twice more, and resamples it
  {resamples} times.
- Draws (`weigh(case).draws`) and PyMC are not what a cluster is for here: one case fits one machine, or is refused.
"""


def core_hours(count: float, each: float) -> list[str]:
    hours = count * each / 3600
    return [f"{count:.0e} x {seconds(each)}".replace("e+0", "e"), f"{figures(hours)} core hours"]


def scenario_rows(found: Figures) -> list[list[str]]:
    rows = []
    kinds = (
        ("one likelihood", found.scenario, found.chunk_peak),
        ("a reliability", found.heavy_scenario, found.heavy_chunk_peak),
    )
    for (what, each, peak), hypotheses in zip(kinds, HYPOTHESES, strict=True):
        chunks = SCENARIOS // CHUNK
        given = CHUNK * 8 / MIB
        rows += [
            [f"work, {what}", *core_hours(SCENARIOS, each)],
            [
                f"memory of a thread, {what}",
                f"{figures(peak)} MiB at the peak + {figures(given)} MiB given",
                f"{figures(peak + given)} MiB",
            ],
            [
                f"credences, if they are kept, {what}",
                f"1e9 x {hypotheses} hypotheses x 8 bytes",
                f"{figures(SCENARIOS * hypotheses * 8 / GIB)} GiB",
            ],
        ]
    return [
        *rows,
        [
            "numbers, if they are sent and not drawn there",
            "1e9 x 8 bytes for each that is moved",
            f"{figures(SCENARIOS * 8 / GIB)} GiB",
        ],
        [
            "the case, with each chunk",
            f"{chunks:,} chunks x {figures(found.network_bytes)} bytes",
            f"{figures(chunks * found.network_bytes / MIB)} MiB",
        ],
        [
            "means, sent back by each chunk",
            f"{chunks:,} chunks x {HYPOTHESES[0]} hypotheses x 8 bytes",
            f"{figures(chunks * HYPOTHESES[0] * 8 / 1024)} KiB",
        ],
        ["the scheduler", f"{chunks:,} chunks x some 5 tasks x {seconds(TASK)}", f"{figures(chunks * 5 * TASK)} s"],
    ]


def case_rows(found: Figures) -> list[list[str]]:
    parts, there = CASES // PART, found.case_bytes * PART / MIB
    kinds = (
        ("two other numbers", found.case),
        ("all plain numbers", found.plain_case),
        ("new ranges", found.range_case),
    )
    return [
        *([f"work, {what}", *core_hours(CASES, each)] for what, each in kinds),
        [
            "cases, sent to workers",
            f"1e6 x {figures(found.case_bytes)} bytes",
            f"{figures(CASES * found.case_bytes / GIB)} GiB",
        ],
        [
            "memory of a worker for them",
            f"{PART:,} cases of a part x {figures(found.case_bytes)} bytes, some ten times that as objects",
            f"{figures(10 * there)} MiB",
        ],
        [
            "credences, sent back",
            f"1e6 x {HYPOTHESES[1]} hypotheses x 8 bytes, and the cautions",
            f"{figures(CASES * HYPOTHESES[1] * 8 / MIB)} MiB",
        ],
        ["the scheduler", f"{parts:,} parts x 2 tasks x {seconds(TASK)}", f"{figures(parts * 2 * TASK)} s"],
    ]


def page(found: Figures) -> str:
    head = ["what", "arithmetic", "comes to"]
    limits = LIMITS.format(
        speed_up=found.speed_up,
        control=found.control,
        given_back=found.given_back,
        sent_case=seconds(found.sent_case),
        case=seconds(found.case),
        items=2**found.per_item,
        hypotheses=2**found.per_hypothesis,
        resamples=400,
    )
    parts = [
        HEAD.strip(),
        "## A thousand million scenarios of one case",
        f"In chunks of {CHUNK:,} scenarios. *One likelihood*, of a case of {HYPOTHESES[0]} hypotheses x 15 items, is "
        "the least that a scenario can take. *A reliability*, in the made-up case of the examples, moves a source with "
        "two reports, one of which another source may have copied.",
        table(head, scenario_rows(found), words=3),
        "## A million cases of one structure",
        f"In parts of {PART:,} cases, of the three kinds that were measured.",
        table(head, case_rows(found), words=3),
        limits.strip(),
    ]
    return "\n\n".join(parts) + "\n"
