"""What happens when the machine fails: processes killed, users who interrupt, directories that cannot be written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from attribution_bayes.declare.case import Case
from attribution_bayes.engine.pymc import model
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.files.results import load_posterior

PREPARED = """
import os, random, signal, sys, time, warnings
from pathlib import Path
import attribution_bayes as ab
warnings.simplefilter("ignore")
signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background of a shell it is ignored
case = ab.Case(
    question="Which?",
    hypotheses=[ab.Hypothesis(name="a", statement="a"), ab.Hypothesis(name="b", statement="b", catch_all=True)],
    prior={"a": 0.5, "b": 0.5},
    evidence=[ab.Evidence(name="e", statement="e", likelihood={"a": ab.Between(0.2, 0.4), "b": ab.Uniform(0.1, 0.3)})],
)
"""


def started(code: str, *args: str, **environment: str) -> subprocess.Popen[str]:
    """A Python of its own that runs the code."""
    dropped = (
        ("PYTENSOR_FLAGS", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME") if "HOME" in environment else ()
    )
    inherited = {name: value for name, value in os.environ.items() if name not in dropped}
    command = [sys.executable, "-c", PREPARED + code, *args]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env={**inherited, **environment})


# Killed --------------------------------------------------------------------------------------------------------------

KILLED = """
path, rounds, overwrite = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "True"
rng = random.Random(11)
old, new = (ab.weigh(case, sampling=ab.Sampling(draws=100, seed=seed)) for seed in (1, 2))
ab.save_posterior(old, path)
before = path.read_bytes()
start = time.perf_counter()
ab.save_posterior(new, path, overwrite=True)
longest, after = time.perf_counter() - start, path.read_bytes()
seen = {"old": 0, "new": 0, "torn": 0}
for _ in range(rounds):
    path.write_bytes(before) if overwrite else path.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        ab.save_posterior(new, path, overwrite=overwrite)
        os._exit(0)
    time.sleep(rng.uniform(0, longest))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    found = path.read_bytes() if path.exists() else None
    kind = "new" if found == after else "old" if found == (before if overwrite else None) else "torn"
    seen[kind] += 1
    longest *= 1.1 if kind == "old" else 0.9  # however busy the machine, about half the kills come in time
    if found is not None:
        assert ab.load_posterior(path).sampling.seed == (2 if found == after else 1)
print(seen["old"], seen["new"], seen["torn"])
"""


@pytest.mark.parametrize("overwrite", [True, False], ids=["over a file", "for the first time"])
@pytest.mark.parametrize("rounds", [8, pytest.param(200, marks=pytest.mark.slow)])
def test_a_kill_while_saving_leaves_a_whole_result_or_none(tmp_path: Path, rounds: int, overwrite: bool) -> None:
    """Killed at random moments, the file is the old result or the new one; it loads, and says which it is."""
    saving = started(KILLED, str(tmp_path / "result.nc"), str(rounds), str(overwrite))
    printed, complaints = saving.communicate()
    assert saving.returncode == 0, complaints
    old, new, torn = map(int, printed.split())
    assert (old + new, torn) == (rounds, 0)
    if rounds > 100:
        assert min(old, new) >= 10, printed


# Interrupted ---------------------------------------------------------------------------------------------------------


def test_an_interrupt_while_sampling_cancels_it(plain: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sampler is told to stop, and what it has drawn so far is no result."""
    cancelled = []

    class Running:
        def wait(self) -> None:
            raise KeyboardInterrupt

        def cancel(self) -> None:
            cancelled.append(True)

    monkeypatch.setattr(model, "_compiled_for", lambda *_: None)
    monkeypatch.setattr(model.nutpie, "sample", lambda *_, **__: Running())
    with pytest.raises(KeyboardInterrupt):
        weigh(plain, method="pymc", sampling=Sampling(progress=False))
    assert cancelled == [True]


def test_an_interrupt_while_compiling_keeps_no_half_of_it(plain: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not compiled to its end is not among the compiled models."""

    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(model, "_compiled", model._compiled.copy())
    model._compiled.clear()
    monkeypatch.setattr(model.nutpie, "compile_pymc_model", interrupted)
    with pytest.raises(KeyboardInterrupt):
        weigh(plain, method="pymc", sampling=Sampling(progress=False))
    assert not model._compiled
    assert not model._compiling.locked()


SAMPLED = """
try:
    posterior = ab.weigh(case, method="pymc", sampling=ab.Sampling(draws=int(sys.argv[2])))
except KeyboardInterrupt:
    print("interrupted", file=sys.stderr, flush=True)
    raise
ab.save_posterior(posterior, sys.argv[1])
print(posterior)
"""


def interrupt_after(running: subprocess.Popen[str], words: str, wait: float) -> tuple[str, str, float]:
    """Interrupt a process some time after it has said these words; what it prints, and after how long it has noticed.

    The rest of its time is Python's own: to leave takes it 2 s after any use of PyMC on a busy machine.
    """
    assert running.stderr is not None
    for line in running.stderr:
        if words in line:
            break
    time.sleep(wait)
    assert running.poll() is None
    running.send_signal(signal.SIGINT)
    start = time.monotonic()
    said = ""
    for line in running.stderr:
        said += line
        if line.endswith("interrupted\n"):  # what shows the progress does not end its line
            break
    took = time.monotonic() - start
    said += running.stderr.read()  # not `communicate`, which misses what this has read ahead
    printed, _ = running.communicate(timeout=120)
    return printed, said, took


@pytest.mark.slow
def test_an_interrupt_ends_sampling_at_once(tmp_path: Path) -> None:
    """KeyboardInterrupt comes within two seconds and ends the process; nothing is printed and nothing saved."""
    path = tmp_path / "result.nc"
    running = started(SAMPLED, str(path), "1000000")
    printed, complaints, took = interrupt_after(running, "sampling", 0.5)
    assert "KeyboardInterrupt" in complaints
    assert (printed, running.returncode != 0, list(tmp_path.iterdir())) == ("", True, [])
    assert took < 2


@pytest.mark.slow
def test_an_interrupt_while_compiling_spoils_no_later_run(tmp_path: Path) -> None:
    """Interrupted at several moments of the first compilation, the next process still gets the right answer."""
    cache = {"PYTENSOR_FLAGS": f"base_compiledir={tmp_path / 'pytensor'}", "NUMBA_CACHE_DIR": str(tmp_path / "numba")}
    path = tmp_path / "result.nc"
    for wait in (1.0, 4.0, 7.0):
        running = started(SAMPLED, str(path), "1000", **cache)
        printed, complaints, _ = interrupt_after(running, "compiling", wait)
        assert "KeyboardInterrupt" in complaints
        assert (printed, path.exists()) == ("", False)
    running = started(SAMPLED, str(path), "2000", **cache)
    _, complaints = running.communicate(timeout=300)
    assert running.returncode == 0, complaints
    sampled = load_posterior(path)
    exact = weigh(sampled.case)
    assert (abs(sampled.credence - exact.credence) <= 5 * sampled.mcse).all()


# Nowhere to write ----------------------------------------------------------------------------------------------------

NOWHERE = "/proc/nowhere"
"""A directory that not even the administrator can make."""


def ended(running: subprocess.Popen[str]) -> tuple[str, str]:
    printed, complaints = running.communicate(timeout=600)
    return printed, complaints


def test_without_a_home_the_exact_engine_works(tmp_path: Path) -> None:
    """Weighing, saving and loading write nowhere but where they are told to."""
    code = "ab.save_posterior(ab.weigh(case), sys.argv[1]); print(ab.load_posterior(sys.argv[1]).leader)"
    printed, complaints = ended(started(code, str(tmp_path / "result.nc"), HOME=NOWHERE))
    assert (printed, complaints) == ("a\n", "")


WITHOUT_A_CACHE = """
for verb in (lambda: ab.weigh(case, method="pymc"), lambda: ab.build_model(case)):
    try:
        verb()
    except ab.CaseError as error:
        print(error.problems[0])
"""


def test_without_a_home_pymc_says_what_to_do() -> None:
    """PyMC keeps what it compiles; where it cannot, the error names the cause and the remedy, each time."""
    printed, complaints = ended(started(WITHOUT_A_CACHE, HOME=NOWHERE))
    assert len(printed.splitlines()) == 2, complaints
    for line in printed.splitlines():
        assert line.startswith("E_CACHE PyMC keeps what it compiles on disk, and finds no place there: ")
        assert NOWHERE in line
        assert "PYTENSOR_FLAGS=base_compiledir=DIRECTORY and NUMBA_CACHE_DIR=DIRECTORY" in line


@pytest.mark.slow
def test_without_a_home_the_remedy_works(tmp_path: Path) -> None:
    """With the two directories named, PyMC samples."""
    cache = {"PYTENSOR_FLAGS": f"base_compiledir={tmp_path / 'pytensor'}", "NUMBA_CACHE_DIR": str(tmp_path / "numba")}
    running = started(SAMPLED, str(tmp_path / "result.nc"), "2000", HOME=NOWHERE, **cache)
    _, complaints = ended(running)
    assert running.returncode == 0, complaints
    assert load_posterior(tmp_path / "result.nc").method == "pymc"
