"""A bar for those who wait, and nothing for anybody else."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import xarray as xr

import attribution_bayes as ab
from attribution_bayes import progress as bars
from attribution_bayes.progress import is_watched, progress

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

EXAMPLES = Path(__file__).parents[1] / "examples"


class Terminal(io.StringIO):
    """Standard error of somebody who watches."""

    def isatty(self) -> bool:
        return True


def watched(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal on which bars come at once; not a fixture, because pytest puts its own in place after fixtures."""
    found = Terminal()
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr(sys, "stderr", found)
    monkeypatch.setattr(bars, "DELAY", 0.0)
    return found


def test_where_nobody_watches_the_steps_are_those_that_were_given() -> None:
    """Not even wrapped, so that they cost what they cost without a bar."""
    steps = [1, 2, 3]
    assert not is_watched()
    assert progress(steps, "x") is steps


def test_a_terminal_shows_what_is_computed_and_how_much_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps are the same; of steps that cannot be counted the bar says how many there are if it is told."""
    terminal = watched(monkeypatch)
    assert [*progress([1, 2, 3], "counted")] == [1, 2, 3]
    assert [*progress(iter("ab"), "told", 2)] == ["a", "b"]
    assert "counted:   0%" in terminal.getvalue()
    assert "0/3" in terminal.getvalue()
    assert "0/2" in terminal.getvalue()


def test_a_bar_is_gone_when_all_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is blank at the end, and that of an error too."""
    terminal = watched(monkeypatch)
    assert not [one for one in progress([1], "done") if one > 1]
    assert terminal.getvalue().rsplit("\r", 2)[-2].strip() == ""


def test_what_takes_no_time_shows_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar comes only after a while."""
    terminal = watched(monkeypatch)
    monkeypatch.setattr(bars, "DELAY", 1e9)
    assert [*progress([1, 2, 3], "x")] == [1, 2, 3]
    assert terminal.getvalue() == ""


def test_bars_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the variable that tqdm has for it, in a terminal and in a notebook."""
    terminal = watched(monkeypatch)
    assert is_watched()
    monkeypatch.setenv("TQDM_DISABLE", "1")
    assert not is_watched()
    assert progress([1], "x") == [1]
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("stream", [None, io.StringIO()])
def test_there_is_no_bar_without_a_terminal(stream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where standard error is a file, or there is none, as in a program with windows only."""
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setitem(sys.modules, "IPython", None)
    assert not is_watched()
    closed = Terminal()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    assert not is_watched()


@pytest.mark.parametrize(("shell", "shows"), [(SimpleNamespace(kernel=object()), True), (SimpleNamespace(), False)])
def test_a_notebook_shows_bars(shell: Any, shows: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What IPython runs has a kernel in a notebook, and none in a script that imports it."""
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert is_watched() is shows


def of_items(count: int, names: str = "ab") -> ab.Case:
    likelihood = {name: 0.6 - 0.2 * k for k, name in enumerate(names)}
    items = [ab.Evidence(name=f"e{n}", statement="s", likelihood=likelihood) for n in range(count)]
    hypotheses = [ab.Hypothesis(name=name, statement=name, catch_all=name == "b") for name in names]
    prior = ab.Odds(dict.fromkeys(names, 1.0))
    return ab.Case(question="Which?", hypotheses=hypotheses, prior=prior, evidence=items)


FEW, MANY = of_items(3), of_items(17)
MANY_OF_THREE = of_items(17, "abc")
"""Against two rivals together all parts interact: orders are drawn."""


def other(case: ab.Case) -> ab.Case:
    return ab.suppose(case, {one.address: 0.9 * one.stated for one in ab.assumptions(case)[len(case.hypotheses) :]})


LONG: dict[str, Callable[[], Any]] = {
    "sobol": lambda: ab.sobol(FEW, n=8),
    "shapley": lambda: ab.shapley(MANY),
    "credence_bounds": lambda: ab.credence_bounds(FEW),
    "robustness": lambda: ab.robustness(FEW),
    "fewest": lambda: ab.fewest(FEW),
    "dependence": lambda: ab.dependence(FEW),
    "difference": lambda: ab.difference(MANY_OF_THREE, other(MANY_OF_THREE)),
    "scores": lambda: ab.scores(ab.Past.from_ratios({"a": [3.0, 0.5], "b": [0.2, 2.0]})),
    "weigh_many": lambda: ab.weigh_many([FEW, FEW]),
}
"""What can take more than a second, beside `report`."""


@pytest.mark.parametrize("name", LONG)
def test_whatever_can_take_long_has_a_bar_and_the_same_result(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of the function stands before its bar; what it returns does not depend on who watches."""
    terminal = watched(monkeypatch)
    found = LONG[name]()
    assert f"{name}:" in terminal.getvalue()
    sys.stderr = io.StringIO()
    unwatched = LONG[name]()
    if isinstance(found, xr.DataArray):
        xr.testing.assert_identical(found, unwatched)
    else:
        pd.testing.assert_frame_equal(found, unwatched, check_exact=True)
        assert repr(found.attrs) == repr(unwatched.attrs)


def test_a_report_has_a_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One step for each section, of a case and of a panel."""
    terminal = watched(monkeypatch)
    monkeypatch.setattr(import_module("attribution_bayes.report.report"), "illustrations", lambda _: {})
    ab.report(ab.weigh(FEW, sampling=ab.Sampling(draws=100)), tmp_path / "a.md")
    assert "report:" in terminal.getvalue()
    before = len(terminal.getvalue())
    ab.report(ab.Panel({"one": FEW, "other": other(FEW)}), tmp_path / "b.md")
    assert "report:" in terminal.getvalue()[before:]


def test_tqdm_is_imported_only_for_those_who_watch() -> None:
    """A program whose standard error is a file never loads it."""
    code = f"""
import sys, attribution_bayes as ab
case = ab.load_case({str(EXAMPLES / "outage.yaml")!r})
ab.weigh_many([case, case]), ab.credence_bounds(case)
assert "tqdm" not in sys.modules
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, check=True)
