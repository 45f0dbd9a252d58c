"""The loader takes or refuses whatever it is given, at once and in little memory.

One part runs with the fast suite; all of it with `-m slow`, and with `-n 0 -s` it says how much was run and accepted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from fuzzing import LARGEST, Account, fuzz, hostile, seeds

MOST_SECONDS = 1.0
MOST_MB = 512

SLOW = [("json", 25_000, seed) for seed in range(4)] + [("yaml", 5_000, seed) for seed in range(2)]
"""100 000 JSON files and 10 000 YAML files, in parts that workers can share."""


def in_a_process_of_its_own(ending: str, count: int, seed: int) -> dict[str, Any]:
    """The account of a run; its memory is the peak resident set of the process, libraries and test code included."""
    script, benchmarks = Path(__file__).with_name("fuzzing.py"), Path(__file__).parents[1] / "benchmarks"
    command = [sys.executable, str(script), ending, str(count), str(seed)]
    environment = {**os.environ, "PYTHONPATH": str(benchmarks)}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.slow
@pytest.mark.parametrize(("ending", "count", "seed"), SLOW)
def test_nothing_but_a_case_error_escapes(ending: str, count: int, seed: int) -> None:
    """No input is loaded for a second or takes 512 MB; what is accepted is read back as it was written, and weighs."""
    account = in_a_process_of_its_own(ending, count, seed)
    print(f"\n{ending} {seed}:", {key: value for key, value in account.items() if key != "faults"})
    assert account["faults"] == []
    assert account["run"] == count
    assert account["accepted"] > count // 10
    assert account["weighed"] >= account["accepted"] // 20
    assert account["slowest"] < MOST_SECONDS
    assert account["peak_mb"] < MOST_MB


@pytest.mark.parametrize(("ending", "count"), [("json", 150), ("yaml", 30)])
def test_a_few_inputs_are_taken_or_refused(ending: str, count: int) -> None:
    """A few of them in the fast suite, without the clock: a worker with many tests behind it has garbage to collect."""
    with warnings.catch_warnings():
        account = fuzz(ending, count, seed=5)
    assert account.faults == []
    assert account.accepted > count // 10


@pytest.mark.parametrize("ending", ["json", "yaml"])
def test_inputs_are_those_of_the_seed(ending: str) -> None:
    """One seed gives the same inputs again, another seed others, none of them larger than was said."""
    from random import Random

    one, again, other = ([hostile(random, ending) for _ in range(20)] for random in map(Random, (1, 1, 2)))
    assert one == again != other
    assert max(map(len, one)) <= LARGEST


@pytest.mark.parametrize("ending", ["json", "yaml"])
def test_the_corpus_holds_the_rows_of_the_bad_inputs(ending: str) -> None:
    """What is changed begins with valid cases and every row that a file can state."""
    assert len(seeds(ending)) > 190
    assert len(set(seeds(ending))) > 190


def test_an_account_tells_faults() -> None:
    """What escapes is counted and shown with its input, so that a run that finds nothing has looked."""
    account = Account()
    account.fault("it is not read back", b"question: a")
    assert account.faults == ["it is not read back: b'question: a'"]
