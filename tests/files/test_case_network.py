"""Cases as networks: pyAgrum opens the file, and answers what the exact engine answers."""

from __future__ import annotations

import warnings
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Report
from attribution_bayes.declare.ways import Between, RatioBetween, Ratios
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.errors import CaseError
from attribution_bayes.files.bif import read_bif
from attribution_bayes.files.case_network import dump_bif
from attribution_bayes.files.networks import case_from_bif
from crafted import case as made
from crafted import copy, item, reported, source
from drawn import cases

with warnings.catch_warnings():  # its SWIG types warn when they are made
    warnings.simplefilter("ignore")
    import pyagrum

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


def by_pyagrum(path: Path, observed: dict[str, str]) -> dict[str, float]:
    """The answer of pyAgrum, which reads numbers of a file in single precision, so that they are put in again."""
    network = pyagrum.loadBN(str(path))
    nodes = read_bif(path.read_text())
    for node in nodes.values():
        if not node.parents:
            network.cpt(node.name).fillWith(node.table.tolist())
        for place in product(*(range(size) for size in node.table.shape[:-1])) if node.parents else ():
            above = {parent: nodes[parent].states[k] for parent, k in zip(node.parents, place, strict=True)}
            network.cpt(node.name)[above] = node.table[place].tolist()
    inference = pyagrum.LazyPropagation(network)
    inference.setEvidence(observed)
    inference.makeInference()
    return dict(zip(nodes["hypothesis"].states, inference.posterior("hypothesis").tolist(), strict=True))


@settings(max_examples=60, deadline=None)
@given(cases(uncertain=False, exclusions=False, common_causes=True, same=True, errors=True))
def test_pyagrum(tmp_path_factory: pytest.TempPathFactory, case: Case) -> None:
    """Its credences are those of the exact engine, whatever the case is made of."""
    path = tmp_path_factory.mktemp("network") / "case.bif"
    expected = dict(zip(case.names, what_if(case, {}).values.tolist(), strict=True))
    assert by_pyagrum(path, dump_bif(case, path)) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(cases(exclusions=False, reports=False, common_causes=True, same=True))
def test_uncertain_numbers(tmp_path_factory: pytest.TempPathFactory, case: Case) -> None:
    """So they are where every uncertain number is used once, by its mean."""
    path = tmp_path_factory.mktemp("network") / "case.bif"
    expected = dict(zip(case.names, what_if(case, {}).values.tolist(), strict=True))
    assert by_pyagrum(path, dump_bif(case, path)) == pytest.approx(expected, abs=1e-9)


def test_states_and_notes(tmp_path: Path) -> None:
    """What was observed is returned, and stands as a remark at its node."""
    case = made(
        {"a": 0.5, "b": 0.5},
        item("x", {"a": 0.2, "b": 0.6}, observed=False),
        reported("y", {"a": 0.2, "b": 0.6}, Report(source="s"), copy("t", "s", 0.3, says=False)),
        sources=(source("s", 0.8, 0.5), source("t", 0.7, 0.5)),
    )
    observed = dump_bif(case, tmp_path / "case.bif")
    assert observed == {"x": "False", "report_y_s": "True", "report_y_t": "False"}
    text = (tmp_path / "case.bif").read_text()
    assert all(f"property note = observed: {state}" in text for state in observed.values())
    assert set(read_bif(text)["report_y_t"].parents) == {"y", "source_t", "report_y_s"}
    back = case_from_bif(tmp_path / "case.bif", hypothesis="hypothesis", question="Which?")
    assert what_if(back, {}).values == pytest.approx(what_if(case, {}).values, abs=1e-12)
    hidden = case_from_bif(tmp_path / "case.bif", hypothesis="hypothesis", question="Which?", evidence={})
    assert what_if(hidden, {}).values == pytest.approx([0.5, 0.5], abs=1e-12)


def test_ratios(tmp_path: Path) -> None:
    """Likelihood ratios keep their proportion, a range its geometric midpoint."""
    ratios = Ratios(reference="b", ratios={"a": 8.0, "c": RatioBetween(0.1, 10)})
    case = made({"a": 0.2, "b": 0.5, "c": 0.3}, item("x", ratios))
    dump_bif(case, tmp_path / "case.bif")
    table = read_bif((tmp_path / "case.bif").read_text())["x"].table[:, 0]
    assert table / table[1] == pytest.approx([8, 1, 1])
    assert table.max() == 0.5


def test_shared_uncertain_numbers(tmp_path: Path) -> None:
    """A range that two reports share is refused at its address; for one report, or as a number, it is not."""
    rows = {"a": 0.2, "b": 0.6}
    items = [reported(name, rows, Report(source="s")) for name in "xy"]
    shared = made({"a": 0.5, "b": 0.5}, *items, sources=(source("s", 0.8, Between(0.2, 0.6)),))
    with pytest.raises(CaseError, match=r"E_NETWORK source\.s\.if_unreliable"):
        dump_bif(shared, tmp_path / "case.bif")
    assert not [*tmp_path.iterdir()]
    dump_bif(shared.model_copy(update={"evidence": items[:1]}), tmp_path / "case.bif")
    dump_bif(shared.model_copy(update={"sources": [source("s", 0.8, 0.4)]}), tmp_path / "other.bif")


def test_names_that_collide(tmp_path: Path) -> None:
    """An item that is called like another node is named."""
    case = made({"a": 0.5, "b": 0.5}, item("hypothesis", {"a": 0.2, "b": 0.6}))
    with pytest.raises(CaseError, match=r"E_NETWORK evidence\.hypothesis"):
        dump_bif(case, tmp_path / "case.bif")


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that would be too large is refused."""
    monkeypatch.setattr("attribution_bayes.files.case_network.MAX_ENTRIES", 3)
    with pytest.raises(CaseError, match="E_TOO_LARGE x"):
        dump_bif(made({"a": 0.5, "b": 0.5}, item("x", {"a": 0.2, "b": 0.6})), tmp_path / "case.bif")
