"""Rows that are about whole processes: sampling with its compiling, the first credence, what an import takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from operator import itemgetter
from pathlib import Path
from typing import Any

import made
import numpy as np
import timing
from comparison import Comparison, Row
from page import figures, seconds

import attribution_bayes as ab

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "crocus_city_hall.yaml"
ROUNDS, PROCESS_ROUNDS = 3, 5
WAYS = ("exact", "ours", "pymc", "nutpie")
BY_HAND = {"pymc": "a PyMC model by hand, PyMC's NUTS", "nutpie": "a PyMC model by hand, nutpie's NUTS"}
MONTE_CARLO = 0.02
"""How far credences of 4 000 draws of NUTS may lie from exact ones: five times their error and more."""


def sampling() -> list[Row]:
    """Each process has the cached files of its own kind only; the first of a kind finds none."""
    with tempfile.TemporaryDirectory() as folder:
        cold = {way: _sampled(way, folder) for way in WAYS}
        warm: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
        for turn in range(ROUNDS):
            for way in (*WAYS[turn:], *WAYS[:turn]):
                warm[way].append(_sampled(way, folder))
    for way in WAYS:
        assert np.abs(np.subtract(cold[way]["credence"], cold["exact"]["credence"])).max() < MONTE_CARLO, way
    return [_posterior_row(cold, warm), _pymc_row(cold, warm)]


def _sampled(way: str, folder: str) -> dict[str, Any]:
    """What one process says of itself, with caches on disk below the folder."""
    kept = Path(folder) / way
    flags = {"PYTENSOR_FLAGS": f"base_compiledir={kept / 'pytensor'}", "NUMBA_CACHE_DIR": str(kept / "numba")}
    printed = timing.output([sys.executable, str(HERE / "sampling_process.py"), way], environment=os.environ | flags)
    said: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return said


type Said = dict[str, dict[str, Any]]


def _first(said: dict[str, Any]) -> float:
    """Seconds of the first case for each effective draw."""
    return float(said["seconds"][0] / said["ess"][0])


def _later(said: dict[str, Any]) -> float:
    """Seconds of a later case for each effective draw; of NUTS only those in which it ran, compiling not counted."""
    nuts = said["nuts"][1]
    return float((_again(said) if nuts is None else nuts) / said["ess"][1])


def _again(said: dict[str, Any]) -> float:
    """Seconds of a case of which the structure was drawn from before."""
    return timing.median(said["seconds"][2:])


def _posterior_row(cold: Said, warm: dict[str, list[dict[str, Any]]]) -> Row:
    ours = "`weigh(case).draws`, 4 x 1 000"
    comparisons = []
    for way, peer in BY_HAND.items():
        first, later, never = (
            [[of(said) for said in runs[one]] for one in ("exact", way)]
            for of, runs in ((_first, warm), (_later, warm), (_first, {one: [cold[one]] for one in WAYS}))
        )
        comparisons += [
            Comparison(ours, f"{peer}, compiling counted, kept on disk", *first, 500),
            Comparison(ours, f"{peer}, compiling counted, for the first time ever", *never, 500),
            Comparison(ours, f"{peer}, compiling not counted", *later, 100),
        ]
    timed = (
        "Seconds for each effective draw of the full posterior over 60 uncertain likelihoods, 4 x 15: the least bulk "
        "ESS (ArviZ) among all inputs and credences. Ours are independent draws. The model by hand sums the hypothesis "
        "out and has all likelihoods in one vector of Betas; 4 chains of 1 000 + 1 000 steps. Compiling counted: the "
        "first case in a new process, imports not counted. Not counted: only the seconds in which NUTS ran."
    )
    names = {"exact": "ours", **BY_HAND}
    betas, later = (timing.median([of(said) for said in warm["exact"]]) for of in (itemgetter("betas"), _again))
    facts = [f"Effective draws per second, {name}: {_rates(warm[way])}." for way, name in names.items()]
    facts.append(
        f"Of the {seconds(later)} that a later case takes us, NumPy alone takes {seconds(betas)} to draw as many "
        "numbers from Beta distributions. No generator that is well kept is faster by a third (two gamma variables, "
        "SciPy, numba)."
    )
    return Row("4 x 1 000 draws of the full posterior over 60 uncertain inputs", timed, comparisons, facts)


def _rates(runs: list[dict[str, Any]]) -> str:
    first, later = (figures(1 / np.median([of(said) for said in runs])) for of in (_first, _later))
    least = figures(float(np.median([min(said["ess"]) for said in runs])))
    return f"{first} for the first case in a new process, {later} after; the least ESS of 4 000 draws is {least}"


def _pymc_row(cold: Said, warm: dict[str, list[dict[str, Any]]]) -> Row:
    first = {way: [said["seconds"][0] for said in warm[way]] for way in WAYS}
    second = [said["seconds"][1] for said in warm["ours"]]
    ours = '`weigh(case, method="pymc")`'
    comparisons = [
        Comparison(f"{ours}, compile and sample", peer, first["ours"], first[way], 1 / 1.1, SAMPLER_WHY)
        for way, peer in BY_HAND.items()
    ]
    comparisons += [
        Comparison(
            f"{ours}, compile and sample, nothing on disk",
            peer,
            [cold["ours"]["seconds"][0]],
            [cold[way]["seconds"][0]],
            1 / 1.1,
            GRAPH_WHY,
        )
        for way, peer in BY_HAND.items()
    ]
    comparisons.append(Comparison(f"{ours}, second case", "our first case", second, first["ours"], 3))
    again = {way: timing.median([said["seconds"][1] for said in warm[way]]) for way in ("ours", *BY_HAND)}
    facts = [
        f"The second case of the same structure: ours {seconds(again['ours'])}, "
        + ", ".join(f"{peer} {seconds(again[way])}" for way, peer in BY_HAND.items())
        + "."
    ]
    timed = (
        "From a case of 60 uncertain likelihoods to its draws in a new process, imports not counted, with what was "
        "compiled before on disk, and without. Ours also checks the draws, works out each log likelihood, and samples "
        "with a target acceptance of 0.9."
    )
    return Row('`weigh(method="pymc")`', timed, comparisons, facts)


SAMPLER_WHY = (
    "Ours samples with nutpie, which compiles what it calls anew in every process, whatever is on disk: by hand it "
    "takes as long with nutpie."
)
GRAPH_WHY = (
    "Ours compiles a graph for any structure of hidden items, sources and copies, with all numbers as data; the model "
    "by hand can do one kind of case, and compiles anew for the next. Nearly all of it is numba compiling the density "
    "and its gradient: with the numbers as data it normalises each density, where the model by hand has constants, and "
    "the likelihood is a program with a slope of its own. A graph of logarithms alone, for cases of plain items, would "
    "take a twentieth less."
)

# Start-up ------------------------------------------------------------------------------------------------------------

NO_DASK = "import sys; sys.modules['dask'] = None; "
"""Makes a process as it is without dask, which is an extra: xarray imports it wherever it finds it."""

TWICE = 1 / 2
"""Asked of a first answer: at most twice as long as by hand."""

SHOWN = "`weigh`, loaded and printed"
ON_THE_COMMAND_LINE = "`attribution-bayes weigh case.yaml`"


def first_credence() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.yaml"
        ab.dump_case(made.flat(4, 15), path)
        scripts = {"ours": "ours.py", "pyAgrum by hand": "by_pyagrum.py", "pgmpy by hand": "by_pgmpy.py"}
        commands = {name: [sys.executable, str(HERE / "fresh" / script), str(path)] for name, script in scripts.items()}
        answers = [json.loads(timing.output(command).splitlines()[-1]) for command in commands.values()]
        for answer in answers:
            np.testing.assert_allclose(answer, answers[0], rtol=1e-9)
        commands |= {SHOWN: _shown(path), ON_THE_COMMAND_LINE: _by_command(path), "xarray": _importing("xarray")}
        times = timing.processes(commands, rounds=PROCESS_ROUNDS)
        facts = [f"{name} imports {_import_shares(commands[name])}." for name in (SHOWN, ON_THE_COMMAND_LINE)]
    asked = {"pyAgrum by hand": TWICE, "pgmpy by hand": 1.0, "xarray": 1.0}
    comparisons = [
        Comparison(ours, "`import xarray`" if name == "xarray" else name, times[way], times[name], least, IMPORT_WHY)
        for ours, way in (("`weigh(load_case(path)).credences`", "ours"), *((one, one) for one in COMPLETE))
        for name, least in asked.items()
    ]
    timed = (
        "Processor time of a fresh process that reads a YAML case, 4 x 15, weighs it and prints its credences, or all "
        "that `print` shows of it. The peers' scripts read the same file with PyYAML's C loader, check nothing, and "
        "build the network by hand. All modules are compiled before."
    )
    return [Row("From a fresh process to the first credence of a YAML case", timed, comparisons, facts)]


COMPLETE = (SHOWN, ON_THE_COMMAND_LINE)


def _shown(path: Path) -> list[str]:
    code = (
        f"{NO_DASK}import attribution_bayes as ab\nposterior = ab.weigh(ab.load_case({str(path)!r}))\nprint(posterior)"
    )
    return [sys.executable, "-c", code]


def _by_command(path: Path) -> list[str]:
    return [sys.executable, "-m", "attribution_bayes", "weigh", str(path)]


def _importing(*packages: str) -> list[str]:
    return [sys.executable, "-c", f"{NO_DASK}import {', '.join(packages)}"]


def _import_shares(command: list[str]) -> str:
    """The packages that take longest to import in a fresh process, each with its modules alone, and how many there are.

    It runs twice: the first time to compile them.
    """
    timed = [command[0], "-X", "importtime", *command[1:]]
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            done = subprocess.run(timed, capture_output=True, text=True, check=True, env=timing.with_bytecode(folder))
    took: Counter[str] = Counter()
    lines = [
        line for line in done.stderr.splitlines() if line.startswith("import time:") and line[13:].lstrip()[0].isdigit()
    ]
    for line in lines:
        own, _, module = line.removeprefix("import time:").split("|")
        took[module.strip().partition(".")[0]] += int(own)
    longest = ", ".join(f"{name} {seconds(own / 1e6)}" for name, own in took.most_common(MOST_IMPORTED))
    return f"{len(lines)} modules in {seconds(sum(took.values()) / 1e6)} (`python -X importtime`): {longest}"


MOST_IMPORTED = 8
"""Packages that are named, those that take longest first."""

IMPORT_WHY = "Ours checks the case with pydantic, whose import takes about as long as NumPy's."


def start_up() -> list[Row]:
    run = [sys.executable, "-c"]
    times = timing.processes(
        {
            "ours": [*run, "import attribution_bayes"],
            "pymc": [*run, "import pymc"],
            "example": _shown(EXAMPLE),
            "command": _by_command(EXAMPLE),
            "xarray": _importing("xarray"),
            "python": [*run, "pass"],
            **{name: _importing(*packages) for name, packages in NEEDED.items()},
        },
        rounds=PROCESS_ROUNDS,
    )
    comparisons = [
        Comparison("`import attribution_bayes`", "`import pymc`", times["ours"], times["pymc"], 3),
        *(
            Comparison(f"the worked example, {how}", "`import xarray`", times[way], times["xarray"], 1, EXAMPLE_WHY)
            for how, way in (("printed", "example"), (f"by {ON_THE_COMMAND_LINE}", "command"))
        ),
    ]
    told = ", ".join(f"{name} {seconds(timing.median(times[name]))}" for name in NEEDED)
    facts = [
        f"Python alone takes {seconds(timing.median(times['python']))}. What stands in the way, in processes that "
        f"import this and nothing else: {told}. SciPy, xarray and pandas are imported when something needs them: SciPy "
        "for a range that is no ordinary one, the others for labels and tables.",
        f"The worked example imports {_import_shares(_shown(EXAMPLE))}.",
    ]
    return [Row("Start-up", STARTED, comparisons, facts)]


NEEDED = {
    "numpy": ("numpy",),
    "and pydantic": ("numpy", "pydantic.main"),
    "and ruamel.yaml": ("numpy", "pydantic.main", "ruamel.yaml"),
}
"""What the worked example cannot do without, each with all before it."""

STARTED = (
    "Processor time of fresh processes, from start to end, with all modules compiled before. The package imports what "
    "a name needs when it is first used, not before."
)
EXAMPLE_WHY = "It needs NumPy, pydantic and the parser, and draws the spread that it prints."
