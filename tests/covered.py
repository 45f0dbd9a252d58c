"""Runs the tests of the modules up to `draws` and expects them to reach every line and every branch of these.

    uv run tests/covered.py

Only examples run: what random cases reach is another thing each time.
"""

from __future__ import annotations

import subprocess
import sys

from test_architecture import ORDER, file_for

MODULES = ORDER[: ORDER.index("engine.draws") + 1]
OTHERS = [
    "bad_inputs",
    "engine.many",
    "properties_causes",
    "properties_errors",
    "properties_reliability",
    "properties_same",
]
"""Tests of several of these modules together."""

LONG = ["brute_force", "bayesian_network", "side_by_side", "not_to_bear", "in_no_time", "tqdm", "has_a_bar"]
"""Words in the names of tests that take long; they reach nothing that the others do not."""

AT_ONCE = 2


def main() -> int:
    tests = [str(path) for path in map(file_for, (*MODULES, *OTHERS)) if path.is_file()]
    chosen = ["-m", "not slow and not hypothesis", "-k", " and ".join(f"not {word}" for word in LONG)]
    pytest = [sys.executable, "-m", "pytest", "-q", "-n", str(AT_ONCE), *chosen, "--cov", "--cov-report=", *tests]
    files = ",".join(f"*/attribution_bayes/{name.replace('.', '/')}.py" for name in MODULES)
    report = [sys.executable, "-m", "coverage", "report", f"--include={files}", "--fail-under=100"]
    return subprocess.call(pytest) or subprocess.call(report)


if __name__ == "__main__":
    sys.exit(main())
