"""Several cases of one question, by name."""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from typing import Any

import pytest

import attribution_bayes as ab
from attribution_bayes.declare.panel import Panel, reworded, same_hypotheses
from attribution_bayes.errors import CaseError


def case(*names: str, question: str = "Who?") -> ab.Case:
    prior = dict.fromkeys(names, 1.0)
    hypotheses = [ab.Hypothesis(name=name, statement="s") for name in names]
    return ab.Case(question=question, hypotheses=hypotheses, prior=ab.Odds(prior))


ONE, OTHER = case("a", "b"), case("b", "a")


def test_a_panel_is_a_mapping_in_the_order_in_which_it_was_stated() -> None:
    """Names come as they were stated, each with its case; weights are equal unless stated."""
    panel = ab.Panel({"zoe": ONE, "anna": OTHER})
    assert isinstance(panel, Mapping)
    assert list(panel.items()) == [("zoe", ONE), ("anna", OTHER)]
    assert panel.weights == {"zoe": 0.5, "anna": 0.5}
    assert len(panel) == 2
    assert "ben" not in panel
    assert repr(panel) == "Panel('Who?': 'zoe', 'anna')"
    assert ab.Panel({"zoe": ONE, "anna": OTHER}, weights={"anna": 1, "zoe": 0}).shares == (0.0, 1.0)


def test_a_notebook_shows_the_cases_of_a_panel_side_by_side() -> None:
    """A row for each with its priors, an empty cell where it lacks a hypothesis, and what may be passed on how."""
    named = [one.model_copy(update={"label": f"<{one.name.upper()}>"}) for one in ONE.hypotheses]
    labelled = ONE.model_copy(update={"hypotheses": named, "marking": "TLP:<RED>"})
    panel = ab.Panel({"<zoe>": labelled, "anna": case("c", "b")}, weights={"<zoe>": 0.25, "anna": 0.75})
    shown = re.sub(r"</?(bdi|code)>", "", panel._repr_html_())
    rows = [re.findall(r"<t[dh].*?>(.*?)</t[dh]>", row) for row in re.findall(r"<tr>(.*?)</tr>", shown)]
    priors = [f"prior of {one} (probability)" for one in ("&lt;A&gt; a", "&lt;B&gt; b", "c")]
    assert rows == [
        ["reading", *priors, "items", "sources", "weight in a pool"],
        ["&lt;zoe&gt;", "0.5", "0.5", "", "0", "0", "0.25"],
        ["anna", "", "0.5", "0.5", "0", "0", "0.75"],
    ]
    assert "<p>&lt;zoe&gt;: <strong>TLP:&lt;RED&gt;</strong></p>" in shown
    assert shown.startswith("<p><strong>Who?</strong></p>")


def test_a_panel_is_a_value() -> None:
    """It is equal to one of the same statements, can be hashed and pickled, and does not change."""
    panel = ab.Panel({"zoe": ONE, "anna": OTHER})
    assert panel == ab.Panel({"zoe": ONE, "anna": OTHER})
    assert panel != ab.Panel({"zoe": ONE, "anna": OTHER}, weights={"zoe": 0.25, "anna": 0.75})
    assert hash(panel) == hash(pickle.loads(pickle.dumps(panel)))
    with pytest.raises(AttributeError):
        panel.names = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("cases", "weights", "found"),
    [
        ({"x": ONE}, None, [("E_TOO_FEW", "cases")]),
        ({"x": ONE, "y": 3}, None, [("E_TYPE", "cases.y")]),
        ({"x": ONE, "": ONE, 7: ONE}, None, [("E_MISSING", "cases."), ("E_TYPE", "cases.7")]),
        ({"week 2": ONE, "Week  2 ": ONE}, None, [("E_CONFUSABLE_NAME", "cases.Week  2 ")]),
        (
            {"x": ONE, "X": 3, "x\uff11": ONE, "x1": ONE},
            None,
            [("E_TYPE", "cases.X"), *(("E_CONFUSABLE_NAME", f"cases.{name}") for name in ("X", "x1"))],
        ),
        ({"x": ONE, "y": case("a", "b", question="How?")}, None, [("E_HYPOTHESES", "cases.y.question")]),
        ({"x": ONE, "y": case("c", "d")}, None, [("E_HYPOTHESES", "cases.y.hypotheses")]),
        ({"x": ONE, "y": ONE}, 3, [("E_TYPE", "weights")]),
        ({"x": ONE, "y": ONE}, {"x": 0.5, "z": 0.5}, [("E_WEIGHTS", "weights.z"), ("E_WEIGHTS", "weights.y")]),
        ({"x": ONE, "y": ONE}, {"x": -1, "y": "2"}, [("E_WEIGHTS", "weights.x"), ("E_NUMBER", "weights.y")]),
        ({"x": ONE, "y": ONE}, {"x": 0.5, "y": 0.6}, [("E_WEIGHTS", "weights")]),
    ],
    ids=range(11),
)
def test_every_fault_of_a_panel_is_told(cases: Any, weights: Any, found: list[tuple[str, str]]) -> None:
    """Each has its code and its place."""
    with pytest.raises(ab.CaseError) as caught:
        ab.Panel(cases, weights=weights)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == found


def test_the_messages_say_what_to_do() -> None:
    """The sum of weights, both lists of hypotheses, the nearest name."""
    with pytest.raises(ab.CaseError, match=r"the weights sum to 1\.1, not to 1\. Divide each by their sum"):
        ab.Panel({"x": ONE, "y": ONE}, weights={"x": 0.5, "y": 0.6})
    with pytest.raises(
        ab.CaseError, match=r"its hypotheses are 'ab', 'd'; those of 'x' are 'a', 'b'\. Did you mean '[ab]'"
    ):
        ab.Panel({"x": ONE, "y": case("ab", "d")})
    with pytest.raises(ab.CaseError, match=r"no case is named 'anne'\. Did you mean 'anna'"):
        ab.Panel({"anna": ONE, "ben": ONE}, weights={"anne": 0.5, "ben": 0.5})
    with pytest.raises(KeyError):
        ab.Panel({"anna": ONE, "ben": ONE})["anne"]


def test_other_hypotheses_are_refused_where_they_must_be_the_same() -> None:
    """A panel may have some in common; what compares credences wants all, in whatever order."""
    same_hypotheses(ab.Panel({"x": ONE, "y": OTHER}))
    with pytest.raises(ab.CaseError, match=r"E_HYPOTHESES panel\.y\.hypotheses: its hypotheses are 'a', 'b', 'c'"):
        same_hypotheses(ab.Panel({"x": ONE, "y": case("a", "b", "c")}))
    with pytest.raises(ab.CaseError, match=r"E_TYPE panel: .*`ab\.Panel"):
        same_hypotheses([ONE, OTHER])  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [None, 3, "week 1.yaml"])
def test_what_is_no_mapping_of_cases_gets_the_call_that_is_needed(wrong: object) -> None:
    """The hint is about cases by name, and an empty name is called a name."""
    with pytest.raises(CaseError, match=r"ab\.Panel\(\{NAME: case, OTHER: other\}\)"):
        Panel(wrong)  # type: ignore[arg-type]


def test_a_notebook_shows_the_prior_of_each_reading_and_what_it_states() -> None:
    """A row for each case; text of the cases is escaped, and a hypothesis that a case does not have stays empty."""
    marked = ONE.model_copy(update={"question": "<b>Who?", "marking": "TLP:RED"})
    shown = Panel(
        {"<i>ada": marked, "bo": case("a", "c", question="<b>Who?")}, weights={"<i>ada": 0.25, "bo": 0.75}
    )._repr_html_()
    shown = re.sub("</?bdi>", "", shown)
    assert "<p><strong>&lt;b&gt;Who?</strong></p><p>&lt;i&gt;ada: <strong>TLP:RED</strong></p>" in shown
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in re.findall(r"<tr>(.*?)</tr>", shown)]
    assert cells[0][0] == "reading"
    assert [row[0] for row in cells[1:]] == ["&lt;i&gt;ada", "bo"]
    assert [row[2:] for row in cells[1:]] == [["0.5", "", "0", "0", "0.25"], ["", "0.5", "0", "0", "0.75"]]


def meaning(hypothesis: str = "it was a", item: str = "e was found", **changes: Any) -> ab.Case:
    """A case whose words are given."""
    return ab.Case(
        question="Who?",
        hypotheses=[ab.Hypothesis(name="a", statement=hypothesis), ab.Hypothesis(name="b", statement="it was b")],
        prior={"a": 0.5, "b": 0.5},
        evidence=[ab.Evidence(name="e", statement=item, likelihood={"a": 0.8, "b": 0.2}, **changes)],
    )


def test_one_name_for_two_hypotheses_is_refused() -> None:
    """The error names the hypothesis, both readings and both statements; the order of the readings does not matter."""
    told = (
        r"E_HYPOTHESES cases\.ben\.hypotheses\.a\.statement: it states 'it was NOT a'; 'anna' states 'it was a'\. Put"
    )
    with pytest.raises(CaseError, match=told):
        Panel({"anna": meaning(), "ben": meaning("it was NOT a")})
    long = "x" * 300
    with pytest.raises(CaseError, match=r"xy'; 'ben' states 'x+z'"):
        Panel({"ben": meaning(f"{long}z"), "anna": meaning(f"{long}y")})


def test_other_words_for_an_item_are_a_caution() -> None:
    """Two coders may mean the same in other words: the panel is made, and says whose words are which."""
    with pytest.warns(
        ab.CaseWarning, match=r"W_STATEMENT evidence\.e\.statement: 'x' states 'e was .*; 'y' states 'NO e'"
    ):
        panel = Panel({"x": meaning(), "y": meaning(item="NO e")})
    assert reworded(panel) == {"evidence.e": {"x": "e was found", "y": "NO e"}}
    assert reworded({"x": meaning(), "y": meaning()}) == {}
