"""The assumptions of a case as a widget: what it is made of, what it can be set to, and what it refuses.

What it shows is looked at in `test_browser`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import attribution_bayes as ab
from attribution_bayes.errors import CaseError, ContradictionError
from attribution_bayes.report.render.html import asset
from attribution_bayes.report.render.widget import Explorer

CASE = ab.Case(
    question="Which?",
    hypotheses=[
        ab.Hypothesis(name="a", statement="a", label="Hypothesis <A>"),
        ab.Hypothesis(name="b", statement="b", catch_all=True),
    ],
    prior={"a": 0.5, "b": 0.5},
    evidence=[
        ab.Evidence(name="e", statement="e", likelihood={"a": ab.Between(0.6, 0.9), "b": 0.2}),
        ab.Evidence(name="f", statement="f", likelihood=ab.Ratios(reference="a", ratios={"b": 3.0})),
    ],
)
A, B, RATIO = "evidence.e.likelihood.a", "evidence.e.likelihood.b", "evidence.f.likelihood.b"
OTHER = CASE.model_copy(update={"prior": {"a": 0.2, "b": 0.8}})


def problem(set_: Any) -> tuple[str, str, str, str]:
    with pytest.raises(CaseError) as caught:
        set_()
    (one,) = caught.value.problems
    return one.code, one.path, one.message, one.hint


def test_a_widget_has_the_script_and_the_sliders_of_the_page() -> None:
    """One script computes in the page and in the notebook, from every number of the case."""
    widget = ab.explore(CASE)
    assert isinstance(widget, Explorer)
    assert asset("sliders.js") in widget._esm
    ((name, data),) = widget.readings
    assert (widget.question, widget.reading, name, widget.moved) == ("Which?", "", "", {})
    assert {one["address"] for one in data["assumptions"]} == {one.address for one in ab.assumptions(CASE)}
    assert data["hypotheses"] == ["Hypothesis <A>", "b"]


def test_the_style_of_a_widget_stays_inside_of_it() -> None:
    """Every rule is for what stands in the widget, so that nothing else in a notebook changes."""
    style = Explorer._css
    heads = [line.strip() for line in style.splitlines() if line.rstrip().endswith("{") or " { " in line]
    rules = [part.strip() for head in heads if not head.startswith("@media") for part in head.split("{")[0].split(",")]
    assert len(rules) > 30
    assert all(rule.startswith(".sliders") for rule in rules)
    assert "prefers-color-scheme" not in style
    assert ".sliders.dark" in style


def test_what_is_moved_is_a_supposition() -> None:
    """`suppose` takes it as it is; numbers of different parts are moved together."""
    widget = ab.explore(CASE)
    widget.moved = {A: 0.3, RATIO: 2.0, "prior.a": 0.4}
    assert ab.suppose(CASE, widget.moved) == ab.suppose(CASE, {A: 0.3, RATIO: 2.0, "prior.a": 0.4})


def test_what_a_notebook_keeps_is_one_short_line() -> None:
    """It names the question and how much is moved, and is the same for every widget of a case."""
    widget = ab.explore(CASE)
    assert repr(widget) == repr(ab.explore(CASE)) == "<Explorer: 'Which?', none of 5 assumptions moved>"
    widget.moved = {A: 0.3}
    assert repr(widget) == "<Explorer: 'Which?', 1 of 5 assumptions moved>"


def test_readings_come_from_a_panel_or_a_mapping() -> None:
    """In their order, names that look like numbers too; a reading that is chosen starts with nothing moved."""
    cases = {"2": CASE, "1": OTHER}
    for given in (cases, ab.Panel(cases)):
        widget = ab.explore(given)
        assert [name for name, _ in widget.readings] == ["2", "1"]
        assert widget.reading == "2"
        widget.moved = {A: 0.3}
        widget.reading = "1"
        assert widget.moved == {}
        assert widget.readings[1][1]["stated"] == pytest.approx(ab.weigh(OTHER).credence.values, abs=1e-12)
        widget.moved = {A: 0.3}
        widget.reading = "1"
        assert widget.moved == {A: 0.3}


@pytest.mark.parametrize(
    ("moved", "code", "path", "message", "hint"),
    [
        ({"prior.c": 0.5}, "E_UNKNOWN_NAME", "prior.c", "'prior.c' cannot be moved here.", "Did you mean 'prior."),
        ({A: 1.0}, "E_RANGE", A, "1.0 cannot be supposed.", "Give a number above 0 and below 1."),
        ({A: 0.0}, "E_RANGE", A, "0.0 cannot be supposed.", "Give a number above 0 and below 1."),
        ({A: "0.5"}, "E_RANGE", A, "'0.5' cannot be supposed.", "Give a number above 0 and below 1."),
        ({RATIO: float("inf")}, "E_RANGE", RATIO, "inf cannot be supposed.", "Give a number above 0."),
        ({A: 0.3, B: 0.4}, "E_TOGETHER", B, f"it cannot be moved together with {A}.", "Move one of the two"),
    ],
)
def test_what_cannot_be_moved_is_refused(moved: Any, code: str, path: str, message: str, hint: str) -> None:
    """Each with its address and with what to do; the widget stays as it was."""
    widget = ab.explore(CASE)
    widget.moved = {RATIO: 1.5}
    found = problem(lambda: widget.set_trait("moved", moved))
    assert found[:3] == (code, f"moved.{path}", message)
    assert found[3].startswith(hint)
    assert widget.moved == {RATIO: 1.5}


def test_a_reading_that_is_not_there_is_refused() -> None:
    """The nearest name is told; the widget stays as it was."""
    widget = ab.explore({"one": CASE, "other": OTHER})
    widget.moved = {A: 0.3}
    code, path, _, hint = problem(lambda: widget.set_trait("reading", "onee"))
    assert (code, path) == ("E_UNKNOWN_NAME", "reading")
    assert "'one'" in hint
    assert (widget.reading, widget.moved) == ("one", {A: 0.3})


def test_what_a_panel_refuses_is_refused() -> None:
    """A mapping of one case is none of readings; a case that excludes everybody has no sliders."""
    assert problem(lambda: ab.explore({"one": CASE}))[:2] == ("E_TOO_FEW", "cases")
    never = ab.Evidence(name="g", statement="g", likelihood=dict.fromkeys("ab", ab.Impossible("it cannot be")))
    with pytest.raises(ContradictionError):
        ab.explore(CASE.model_copy(update={"evidence": [never]}))


def test_without_anywidget_the_error_says_what_to_install() -> None:
    """Everything else works without it."""
    code = f"""
import sys
sys.modules["anywidget"] = None
sys.path.insert(0, {str(Path(__file__).parent)!r})
import attribution_bayes as ab
case = ab.load_case({str(Path(__file__).parents[1] / "examples" / "outage.yaml")!r})
ab.weigh(case)
try:
    ab.explore(case)
except ImportError as error:
    print(error)
"""
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    ).stdout
    told = "`explore` needs anywidget, which is not installed: pip install attribution_bayes[widgets]"
    assert said.strip() == told
