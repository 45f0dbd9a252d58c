"""Time several ways of doing one thing, taking turns, so that whatever else the machine does falls on all of them."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path

import numpy as np

ROUNDS = 7
"""Rounds in which every subject has its turn: an odd number, so that the median is a time that was measured."""

LEAST = 0.05
"""Seconds that a turn takes at least: a subject that is faster is called several times in its turn."""

SLOW = 2.0
"""Seconds beyond which a subject has its turn in few rounds only."""

FEW = 3

VALUES = np.random.default_rng(2).uniform(0.2, 0.8, 997).tolist()
"""What an assumption is set to, call after call: another value each time, so that no answer can be kept."""

type Times = dict[str, list[float]]
"""Seconds of one call, round by round, for each subject."""


def interleaved(subjects: Mapping[str, Callable[[float], object]], *, rounds: int = ROUNDS) -> Times:
    """Call every subject with changing values, in turns; each round begins with another subject."""
    values = (VALUES[i % len(VALUES)] for i in count())
    calls = {name: _calls_in_a_turn(subject) for name, subject in subjects.items()}
    times: Times = {name: [] for name in subjects}
    for turn in range(rounds):
        for name in _rotated(list(subjects), turn):
            if calls[name] or turn < FEW:
                given = [next(values) for _ in range(calls[name] or 1)]
                times[name].append(_timed(subjects[name], given) / len(given))
    return times


def _calls_in_a_turn(subject: Callable[[float], object]) -> int:
    """None stands for one call, and in few rounds only. The first call, which may prepare something, is not counted."""
    took = _timed(subject, VALUES[:1])
    calls = 1
    while took < LEAST and calls < len(VALUES):
        calls = min(len(VALUES), max(2 * calls, int(calls * LEAST / max(took, 1e-9))))
        took = _timed(subject, VALUES[:calls])
    return calls if took < SLOW else 0


def _timed(subject: Callable[[float], object], values: Sequence[float]) -> float:
    start = time.perf_counter()
    for value in values:
        subject(value)
    return time.perf_counter() - start


def _rotated(names: list[str], turn: int) -> list[str]:
    place = turn % len(names)
    return names[place:] + names[:place]


def processes(commands: Mapping[str, Sequence[str]], *, rounds: int = ROUNDS) -> Times:
    """Processor seconds of whole processes, in turns.

    One of each runs before, so that files are in memory and modules are compiled, as they are where something has been
    installed and used: without, compiling all modules anew would be most of what is timed.
    """
    times: Times = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as folder:
        compiled = with_bytecode(folder)
        for command in commands.values():
            output(command, environment=compiled)
        for turn in range(rounds):
            for name in _rotated(list(commands), turn):
                before = _of_children()
                output(commands[name], environment=compiled)
                times[name].append(_of_children() - before)
    return times


def with_bytecode(folder: str) -> dict[str, str]:
    """The environment of this process, in which Python keeps the modules that it has compiled in a folder."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": folder}


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def output(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> str:
    """What a process prints; one that fails stops everything, with its complaint."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def peak_memory() -> float:
    """MiB that this process has held at most.

    On Linux `getrusage` counts what the process that started this one held as well; elsewhere it is all there is.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(one for one in status.read_text(encoding="utf-8").splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def median(times: Sequence[float]) -> float:
    return float(np.median(times))
