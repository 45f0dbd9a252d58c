"""Networks as cases: whichever node is asked about, the answer is that of the joint distribution."""

from __future__ import annotations

import re
import warnings
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.ways import Certain, Impossible
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.errors import CaseError, ContradictionError
from attribution_bayes.files.networks import case_from_bif

with warnings.catch_warnings():  # its SWIG types warn when they are made
    warnings.simplefilter("ignore")
    import pyagrum

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

FOLDER = Path(__file__).parents[1] / "data" / "networks"
FILES = sorted(FOLDER.glob("*.bif"))
ASIA, CANCER, EARTHQUAKE = FILES


def tables(path: Path) -> tuple[dict[str, list[str]], dict[str, tuple[list[str], dict[tuple[str, ...], list[float]]]]]:
    """The states of each node, and for each its parents and rows, read by patterns."""
    text = path.read_text()
    states = {name: re.findall(r"\w+", inside) for name, inside in re.findall(r"variable (\w+) \{[^{]*\{(.*?)\}", text)}
    read = {}
    for child, parents, rows in re.findall(r"probability \( (\w+)(?: \| ([\w, ]+))? \) \{(.*?)\}", text, re.DOTALL):
        found = re.findall(r"(?:\((.*?)\)|table) (.*?);", rows)
        read[child] = (
            re.findall(r"\w+", parents),
            {tuple(re.findall(r"\w+", above)): [float(one) for one in row.split(",")] for above, row in found},
        )
    return states, read


def by_brute_force(path: Path, asked: str, observed: dict[str, str]) -> dict[str, float]:
    """P(asked | observed), summed over all states of all nodes."""
    states, read = tables(path)
    joint = dict.fromkeys(states[asked], 0.0)
    for world in (dict(zip(states, one, strict=True)) for one in product(*states.values())):
        if all(world[name] == state for name, state in observed.items()):
            joint[world[asked]] += np.prod(
                [
                    rows[tuple(world[parent] for parent in parents)][states[name].index(world[name])]
                    for name, (parents, rows) in read.items()
                ]
            )
    total = sum(joint.values())
    return {state: value / total for state, value in joint.items()} if total else {}


def credences(path: Path, asked: str, observed: dict[str, str]) -> dict[str, float]:
    """The credences of the case, by the states of the node."""
    case = case_from_bif(path, hypothesis=asked, question="Which?", evidence=observed)
    return dict(zip(tables(path)[0][asked], what_if(case, {}).values.tolist(), strict=True))


@st.composite
def questions(draw: st.DrawFn) -> tuple[Path, str, dict[str, str]]:
    path = draw(st.sampled_from(FILES))
    states, _ = tables(path)
    asked = draw(st.sampled_from(sorted(states)))
    seen = draw(st.lists(st.sampled_from(sorted({*states} - {asked})), max_size=3, unique=True))
    return path, asked, {name: draw(st.sampled_from(states[name])) for name in seen}


@settings(max_examples=60, deadline=None)
@given(questions())
def test_joint_distribution(question: tuple[Path, str, dict[str, str]]) -> None:
    """The credences are the conditional probabilities of the network, also of a node whose arcs are reversed."""
    expected = by_brute_force(*question)
    if not expected:
        with pytest.raises(ContradictionError):
            credences(*question)
        return
    assert credences(*question) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_pyagrum(path: Path) -> None:
    """pyAgrum opens the file and answers the same; it reads numbers in single precision, so they are put in again."""
    network = pyagrum.loadBN(str(path))
    states, read = tables(path)
    for name, (parents, rows) in read.items():
        for above, row in rows.items():
            network.cpt(name)[dict(zip(parents, above, strict=True))] = row
        network.cpt(name).fillWith(rows[()]) if not parents else None
    leaf, *asked = reversed(states)
    for name in asked:
        inference = pyagrum.LazyPropagation(network)
        inference.setEvidence({leaf: states[leaf][0]})
        inference.makeInference()
        expected = dict(zip(states[name], inference.posterior(name).tolist(), strict=True))
        assert credences(path, name, {leaf: states[leaf][0]}) == pytest.approx(expected, abs=1e-9)


def test_published() -> None:
    """A smoker who has been to Asia and is short of breath: the published answers for three illnesses."""
    ill = {"asia": "yes", "dysp": "yes"}
    assert [round(credences(ASIA, name, ill)["yes"], 4) for name in ("tub", "lung", "bronc")] == [
        0.0878,
        0.0995,
        0.8114,
    ]


def test_names_and_numbers() -> None:
    """True and false of the hypothesis say of what; 0 and 1 say that the file says so."""
    case = case_from_bif(CANCER, hypothesis="Cancer", question="Which?")
    assert case.names == ("Cancer", "not_Cancer")
    smoker = next(item for item in case.evidence if item.name == "Smoker")
    assert (smoker.is_binary, smoker.observed) == (True, None)
    case = case_from_bif(ASIA, hypothesis="smoke", question="Which?", catch_all="no")
    assert [one.catch_all for one in case.hypotheses] == [False, True]
    either: Any = next(item for item in case.evidence if item.name == "either").likelihood
    assert either.row["no"]["no"] == {"yes": Impossible("0 in asia.bif"), "no": Certain("1 in asia.bif")}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"hypothesis": "lungs"}, {"hypothesis": "E_UNKNOWN_NAME"}),
        ({"evidence": {"lungs": "yes"}}, {"evidence.lungs": "E_UNKNOWN_NAME"}),
        (
            {"evidence": {"dysp": "maybe", "smoke": "yes"}},
            {"evidence.dysp": "E_OUTCOME", "evidence.smoke": "E_OUTCOME"},
        ),
        ({"catch_all": "other"}, {"catch_all": "E_OUTCOME"}),
        ({"hypothesis": 3}, {"hypothesis": "E_TYPE"}),
        ({"evidence": ["dysp"]}, {"evidence": "E_TYPE"}),
    ],
)
def test_questions_that_the_network_does_not_answer(changes: dict[str, Any], found: dict[str, str]) -> None:
    """Nodes and states that it does not have are named, with the nearest that it has."""
    with pytest.raises(CaseError) as caught:
        case_from_bif(ASIA, **{"hypothesis": "smoke", "question": "Which?", **changes})
    assert {problem.path: problem.code for problem in caught.value.problems} == found


def test_notes_of_what_cannot_have_been_observed(tmp_path: Path) -> None:
    """The note and its node are named, with the line: one about what is asked, and one of a state that is none."""
    path, about = tmp_path / "a.bif", {"hypothesis": "Burglary", "question": "Which?"}
    text = EARTHQUAKE.read_text()
    for node, state in (("Burglary", "True"), ("Alarm", "Loud"), ("MaryCalls", "False")):
        text = text.replace(f"variable {node} {{", f"variable {node} {{ property note = observed: {state} ;")
    path.write_text(text)
    with pytest.raises(CaseError) as caught:
        case_from_bif(path, **about)
    about_asked, about_state = caught.value.problems
    assert (about_asked.code, about_asked.path, about_asked.line) == ("E_OUTCOME", "hypothesis", 4)
    assert about_asked.message.startswith("a note says that 'Burglary' was observed to be 'True', and")
    assert (about_state.code, about_state.path, about_state.line) == ("E_OUTCOME", "Alarm", 10)
    assert about_state.message.startswith("a note says that 'Alarm' was observed to be 'Loud', which is none")
    case = case_from_bif(path, **about, evidence={"MaryCalls": "False"})
    assert {item.name: item.observed for item in case.evidence if item.observed is not None} == {"MaryCalls": False}


def test_names_that_cannot_be_kept(tmp_path: Path) -> None:
    """A node called true, and one with a hyphen, are refused at their lines."""
    text = EARTHQUAKE.read_text().replace("Alarm", "true").replace("JohnCalls", "John-Calls")
    (tmp_path / "a.bif").write_text(text)
    with pytest.raises(CaseError) as caught:
        case_from_bif(tmp_path / "a.bif", hypothesis="Burglary", question="Which?")
    assert [(problem.code, problem.line) for problem in caught.value.problems] == [("E_NAME", 10), ("E_NAME", 13)]


def test_other_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another ending and a file that is too large are refused."""
    (tmp_path / "a.xml").write_text("")
    with pytest.raises(CaseError, match="E_PATH"):
        case_from_bif(tmp_path / "a.xml", hypothesis="a", question="Which?")
    monkeypatch.setattr("attribution_bayes.files.networks.MAX_BYTES", 10)
    with pytest.raises(CaseError, match="E_TOO_LARGE"):
        case_from_bif(ASIA, hypothesis="smoke", question="Which?")


def test_reversal_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reversed table that would be too large is refused, with the arc."""
    monkeypatch.setattr("attribution_bayes.files.networks.MAX_ENTRIES", 7)
    with pytest.raises(CaseError, match="E_TOO_LARGE either: turning round"):
        case_from_bif(ASIA, hypothesis="either", question="Which?")
