"""The page of several readings: the same of each, every number a result, and what cannot be told is said."""

from __future__ import annotations

import re
import sys
from itertools import combinations
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

import attribution_bayes as ab
from attribution_bayes.declare.case import Case
from attribution_bayes.engine.network import network
from attribution_bayes.errors import CaseError
from attribution_bayes.odds import log_odds
from attribution_bayes.report.analysis import Analysis
from attribution_bayes.report.comparison import Comparison
from attribution_bayes.report.render.document import Abreast, Document, Figure, Grid, Name, Section, plain
from attribution_bayes.report.render.html import page
from attribution_bayes.report.report import panel_document, report
from attribution_bayes.report.sections.needed import _sets
from attribution_bayes.report.sections.readings import readings
from payloads import HTML
from reading import is_among, parts, texts

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.errors.CaseWarning")


def item(name: str, deploy: float, network: float, other: float) -> ab.Evidence:
    likelihood = {"deploy": deploy, "network": network, "other": other}
    return ab.Evidence(name=name, statement=f"{name} was seen", likelihood=likelihood)


def reading(prior: float, log: float = 0.8, **changes: object) -> Case:
    """A case of two items that somebody has observed and one that nobody has."""
    return ab.Case(
        question="Which of them?",
        hypotheses=[
            ab.Hypothesis(name="deploy", statement="the release"),
            ab.Hypothesis(name="network", statement="the network"),
            ab.Hypothesis(name="other", statement="anything else", catch_all=True),
        ],
        prior={"deploy": prior, "network": 0.8 - prior, "other": 0.2},
        evidence=[
            item("log", log, 0.3, 0.4),
            item("loss", 0.2, 0.6, 0.5),
            item("trace", 0.9, 0.1, 0.5).model_copy(update={"observed": None}),
        ],
        **changes,
    )


@pytest.fixture(scope="module")
def panel() -> ab.Panel:
    return ab.Panel({"zoe": reading(0.3), "anna": reading(0.6, 0.9), "mo": reading(0.7, 0.3)})


@pytest.fixture(autouse=True)
def without_pictures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "drawn" not in request.node.name:
        monkeypatch.setattr(sys.modules["attribution_bayes.report.report"], "side_by_side", lambda _: {})


def section(told: Document, anchor: str) -> Section:
    return next(one for one in told.sections if one.anchor == anchor)


def grids(blocks: tuple[object, ...]) -> list[Grid]:
    inner = [grid for one in blocks if isinstance(one, Section) for grid in grids(one.blocks)]
    return [one for one in blocks if isinstance(one, Grid)] + inner


def said(told: Document | Section) -> str:
    return "\n".join(plain(one) for one in texts(told if isinstance(told, Document) else (told,)))


def results(panel: ab.Panel) -> np.ndarray:
    """Every number that the library says of the panel and of each reading, sorted."""
    apart, numbers, open_ = ab.disagreement(panel), ab.disagreement(panel, by="number"), ab.expected_agreement(panel)
    target = apart.attrs["target"]
    posteriors = [ab.weigh(case) for case in panel.values()]
    flips = [ab.flip_points(case) for case in panel.values()]
    pairs = [ab.difference(one, other, target=target) for one, other in combinations(panel.values(), 2)]
    tables = [apart, numbers, open_, *flips, *pairs, *(one.summary() for one in posteriors)]
    tables += [ab.weight_of_evidence(case, target) for case in panel.values()]
    found = [table.select_dtypes("number").to_numpy().ravel() for table in tables]
    found += [10 ** (one["distance_db"].to_numpy() / 10) for one in flips]
    found += [[one.lower, one.upper] for case in panel.values() for one in ab.assumptions(case)]
    found += [[one.attrs["change_db"], one.attrs["old_db"], one.attrs["new_db"]] for one in pairs]
    for case in panel.values():
        found += [
            ab.robustness(case).select_dtypes("number").to_numpy().ravel(),
            [*ab.fewest(case).attrs["counts"].values()],
        ]
        found += [[ab.discount(case).attrs["lead_from"]]]
    found += [[apart.attrs["gap_db"], open_.attrs["disagreement"], 0.9], np.arange(20.0)]
    return np.unique(np.concatenate([np.asarray(one, dtype=float) for one in found]))


def test_every_number_is_a_result(panel: ab.Panel) -> None:
    """No digit stands in a sentence but in a figure, and every figure is what a public function returns."""
    known = results(panel)
    for one in texts(panel_document(panel)):
        for part in parts(one):
            if isinstance(part, str):
                assert not re.search(r"\d", part.replace("SHA-256", "")), plain(one)
            elif isinstance(part, Figure):
                assert is_among(part.value, known), (part, plain(one))


def test_readings_have_the_same_space_in_the_order_in_which_they_were_stated(panel: ab.Panel) -> None:
    """Every table with a column for each reading has them in that order, abreast; and so come the sections of each."""
    told = panel_document(panel)
    columns = [[plain(one) for one in grid.columns] for grid in grids(told.sections) if isinstance(grid, Abreast)]
    names = [[one for one in heads if one in panel] for heads in columns if not any(" to " in one for one in heads)]
    assert names == [["zoe", "anna", "mo"]] * 4
    each = [one for one in section(told, "needed").blocks if isinstance(one, Section)]
    assert [plain(one.title) for one in each] == ["zoe", "anna", "mo"]


def test_what_each_reading_can_bear_stands_side_by_side(panel: ab.Panel) -> None:
    """Radius, share of the ranges, sets and discount of each reading are those of the public functions."""
    (grid,) = [one for one in grids(section(panel_document(panel), "needed").blocks) if isinstance(one, Abreast)]
    for place, case in enumerate(panel.values(), start=1):
        radius, counts = ab.robustness(case).loc["everything"], ab.fewest(case).attrs["counts"]
        counts[1] -= counts[1] > 0  # the prior, which is no number
        wanted = [[radius["radius_db"]], [radius["share_of_range"]], [n for n in counts.values() if n]]
        wanted += [[ab.discount(case).attrs["lead_from"]]]
        told = [[part.value for part in row[place] if isinstance(part, Figure)] for row in grid.rows]
        for found, known in zip(told, wanted, strict=True):
            assert found == [one for one in known if np.isfinite(one) and one > 0]


def test_a_prior_or_a_row_that_overturns_alone_is_not_called_a_number(panel: ab.Panel) -> None:
    """Its members move as one: it is named, and single numbers are counted without it."""
    (grid,) = [one for one in grids(section(panel_document(panel), "needed").blocks) if isinstance(one, Abreast)]
    sets = ["the prior, 6 pairs and 1 triple", "4 pairs and 5 triples", "4 single numbers and the prior"]
    assert [plain(one) for one in grid.rows[2][1:]] == sets
    rows = {name: {"x": x, "y": 0.3, "z": 0.7 - x} for name, x in (("deploy", 0.4), ("network", 0.3), ("other", 0.2))}
    named = ab.Evidence(name="kind", statement="kind", likelihood=rows, outcomes=("x", "y", "z"), observed="x")
    near = Analysis(ab.weigh(reading(0.36).model_copy(update={"evidence": (named,)})))
    assert plain(_sets(near)) == "the prior and 2 rows of outcomes"


def test_a_tied_reading_has_no_lead_to_take_away() -> None:
    """It says so where the others have a figure."""
    told = panel_document(ab.Panel({"level": reading(0.4).model_copy(update={"evidence": ()}), "ahead": reading(0.6)}))
    (grid,) = [one for one in grids(section(told, "needed").blocks) if isinstance(one, Abreast)]
    assert [plain(row[1]) for row in grid.rows] == ["tied"] * 4


def test_no_reading_is_set_apart_by_size_or_colour(panel: ab.Panel) -> None:
    """On the page a reading has no class but that of a reading, and the columns of a table are equally wide."""
    told = page(panel_document(panel))
    for name in panel:
        classes = {*re.findall(rf'<(?:bdi|code) class="([^"]*)"[^>]*>{name}<', told)}
        assert classes == {"reading"}
    assert ".abreast { table-layout: fixed" in told


def test_the_shares_of_a_pair_add_up(panel: ab.Panel) -> None:
    """Each column of parts sums to its last row, which is the difference of the log odds that are told."""
    told = section(panel_document(panel), "apart")
    grid = next(one for one in grids(told.blocks) if "Share of each part" in plain(one.caption))
    shares = np.array([[next(p.value for p in cell if isinstance(p, Figure)) for cell in row[1:]] for row in grid.rows])
    assert np.allclose(shares[:-1].sum(axis=0), shares[-1], rtol=0, atol=1e-9)
    odds = Comparison(panel).odds
    assert np.allclose(shares[-1], [odds[b] - odds[a] for a, b in combinations(panel, 2)], rtol=0, atol=1e-9)


def test_parts_beyond_the_first_are_taken_together(panel: ab.Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are more parts than rows, the rest has one row, and the columns still add up."""
    monkeypatch.setattr(sys.modules["attribution_bayes.report.sections.apart"], "MAX_ROWS", 1)
    told = section(panel_document(panel), "apart")
    assert "1 other part together" in said(told)
    grid = next(one for one in grids(told.blocks) if "Share of each part" in plain(one.caption))
    shares = np.array([[next(p.value for p in cell if isinstance(p, Figure)) for cell in row[1:]] for row in grid.rows])
    assert np.allclose(shares[:-1].sum(axis=0), shares[-1], rtol=0, atol=1e-9)


def test_of_many_readings_the_two_furthest_apart_are_compared() -> None:
    """Five readings would make ten columns: there is one, from the earlier stated of the two to the other."""
    cases = {f"r{n}": reading(prior) for n, prior in enumerate((0.3, 0.7, 0.4, 0.1, 0.5))}
    told = Comparison(ab.Panel(cases))
    assert [*told.pairs] == [("r1", "r3")] == [told.furthest]


def test_what_all_count_the_same_way_is_said(panel: ab.Panel) -> None:
    """Items with a weight of one sign in all readings are named for that side; equal numbers are counted."""
    told = said(section(panel_document(panel), "agreed"))
    target = Comparison(panel).target
    weights = [ab.weight_of_evidence(case, target)["weight"] for case in panel.values()]
    against = [name for name in weights[0].index if all(one[name] < -0.05 for one in weights)]
    assert against == ["loss"]
    assert f"All readings count loss against {target}." in told
    assert f"There is no item that all readings count for {target}." in told
    assert "Of 12 numbers that all readings state, 9 are the same in all." in told
    assert "They agree throughout on: item loss and item trace." in told


def test_equal_readings_have_nothing_that_separates_them() -> None:
    """Two analysts who state the same are told so."""
    told = said(panel_document(ab.Panel({"one": reading(0.3), "two": reading(0.3)})))
    assert "All readings state the same numbers." in told
    assert "The same hypothesis leads in all readings." in told


def test_a_tie_in_all_readings_is_no_lead() -> None:
    """Where the same hypotheses tie in all readings, nobody is said to lead."""
    tied = reading(0.4).model_copy(update={"evidence": ()})
    comparison = Comparison(ab.Panel({"one": tied, "two": tied}))
    told = said(readings(comparison, {}))
    assert told.startswith("The answers, side by side\nThe same hypotheses are tied in all readings.\n")
    assert "leads in all" not in told


def test_an_excluded_hypothesis_has_no_word_of_the_scale() -> None:
    """It is called excluded, where others have a term of the scale."""
    never = {"deploy": ab.Impossible("no release was made"), "network": 0.8, "other": 0.2}
    comparison = Comparison(ab.Panel({"one": reading(0.6), "two": reading(0.3).model_copy(update={"prior": never})}))
    told = said(readings(comparison, {}))
    assert "0 % excluded by assumption; prior 0 %" in told
    assert "almost no chance" not in told


def unlike(case: ab.Case, **update: Any) -> ab.Case:
    """The same with another version of its item `loss`."""
    return case.model_copy(
        update={"evidence": tuple(one.with_good(update) if one.name == "loss" else one for one in case.evidence)}
    )


def test_other_evidence_is_not_called_the_same() -> None:
    """What is observed otherwise, left open or absent is told by name, with what each reading says of it."""
    one = reading(0.3)
    fewer = one.model_copy(update={"evidence": one.evidence[:1]})
    for other, word in (
        (unlike(one, observed=False), "observed False"),
        (unlike(one, observed=None), "not observed"),
        (fewer, "not in this case"),
    ):
        told = panel_document(ab.Panel({"one": one, "two": other}))
        (grid,) = [one for one in grids(told.sections) if "not the same in all" in plain(one.caption)]
        assert ["item loss", "observed True", word] in [[plain(cell) for cell in row] for row in grid.rows]
        assert "do not weigh the same evidence" in said(told)
        assert "against the same evidence" not in said(told)
        assert "weighed against its own evidence" in said(told)
        assert "All readings state the same numbers." not in said(told)
    same = said(panel_document(ab.Panel({"one": one, "two": one})))
    assert "against the same evidence" in same
    assert "stands beside it" not in same
    assert "with every number that goes into it" not in same


def test_statements_that_differ_stand_beside_each_other() -> None:
    """Where readings put one item in other words, both are shown; of no reading are they taken for all."""
    with pytest.warns(ab.CaseWarning, match="W_STATEMENT"):
        panel = ab.Panel({"one": reading(0.3), "two": unlike(reading(0.6), statement="NO loss")})
    told = panel_document(panel)
    (grid,) = [one for one in grids(told.sections) if plain(one.caption) == "Statements that differ"]
    first = reading(0.3).evidence[1].statement
    assert [[plain(cell) for cell in row] for row in grid.rows] == [["item loss", first, "NO loss"]]
    assert f"loss {first} / NO loss" in said(section(told, "agreed"))


def test_what_cannot_be_told_in_decibans_is_said() -> None:
    """A hypothesis that one reading excludes is not the one asked about; where none is left, the page says why."""
    excluded = {"deploy": ab.Impossible("no release was made"), "network": 0.8, "other": 0.2}
    panel = ab.Panel({"one": reading(0.6), "two": reading(0.3).model_copy(update={"prior": excluded})})
    assert Comparison(panel).target == "network"
    two = [ab.Hypothesis(name=name, statement=name) for name in ("a", "b")]
    sure = ab.Case(question="?", hypotheses=two, prior={"a": ab.Impossible("no"), "b": ab.Certain("yes")})
    doubt = sure.model_copy(update={"prior": {"a": 0.5, "b": 0.5}})
    told = panel_document(ab.Panel({"sure": sure, "doubt": doubt}))
    assert "No hypothesis has finite odds in every reading" in said(section(told, "apart"))
    assert section(told, "agreed").blocks == ()


def test_the_odds_are_those_of_the_exact_engine(panel: ab.Panel) -> None:
    """Log odds of the target are those of the credences."""
    found = Comparison(panel)
    for name, case in panel.items():
        credence = ab.weigh(case).credence.values
        place = network(case).hypotheses.index(found.target)
        assert np.isclose(found.odds[name], log_odds(np.log(credence), place), rtol=0, atol=1e-9)


def test_labels_and_names_of_readings_are_shown(panel: ab.Panel) -> None:
    """The first reading that has a label for a thing names it on the whole page; a reading is shown by its name."""
    labelled = [
        one.model_copy(update={"label": "the log"}) if one.name == "log" else one for one in panel["mo"].evidence
    ]
    told = panel_document(ab.Panel({**panel, "mo": panel["mo"].model_copy(update={"evidence": tuple(labelled)})}))
    names = {part for one in texts(told) for part in parts(one) if isinstance(part, Name)}
    assert {one.label for one in names if one.text == "log"} == {"the log"}
    assert {one.label for one in names if one.of == "reading"} == {*panel}


def test_who_states_each_reading_stands_at_the_head(tmp_path: Path) -> None:
    """Author and marking of each reading come with its name, before the preface."""
    panel = ab.Panel({"one": reading(0.3, author="A. N."), "two": reading(0.4, marking="TLP:CLEAR")})
    report(panel, tmp_path / "page.md", preface="Read this first.")
    head = (tmp_path / "page.md").read_text(encoding="utf-8").split("## ")[0]
    assert re.search(r"one: Stated by A\. N\..*two: \*\*TLP:CLEAR\*\*.*Read this first\.", head, re.DOTALL)


ASSESSED = {"author": "A. N.", "date": "2024-03-22", "exercise": False, "marking": "TLP:RED"}


def test_readings_that_are_no_exercises_say_so() -> None:
    """Each with its author and version, the marking of all once; where one is an exercise, it is named."""
    one, two = reading(0.3, **ASSESSED), reading(0.4, **ASSESSED)
    told = panel_document(ab.Panel({"anna": one, "ben": two}))
    assert said(told).startswith("TLP:RED\nSeveral readings")
    assert "ben: An assessment by A. N. on 2024-03-22; version " in said(told)
    assert "exercise" not in said(told)
    assert told.markings == ("TLP:RED",)
    mixed = panel_document(ab.Panel({"anna": one, "ben": reading(0.4)}))
    assert "Not all are assessments; exercises, and no findings: ben." in said(mixed)
    assert "It is an exercise." not in said(mixed)
    assert "Not all readings are assessments. " in said(mixed)
    assert "The head of this page names those that are exercises; they are no findings." in said(mixed)
    assert "It is not proof." in said(mixed)
    assert "anna: TLP:RED" in said(mixed)


def test_what_changed_is_told_of_each_reading(panel: ab.Panel, tmp_path: Path) -> None:
    """Under its name, by what `difference` says of it; readings that were added or removed are named."""
    old = {"anna": reading(0.5, 0.9), "kim": reading(0.5)}
    told = section(panel_document(panel, previous=old), "since")
    assert "Readings that were added: zoe and mo." in said(told)
    assert "Readings that were removed: kim." in said(told)
    (of_anna,) = [one for one in told.blocks if isinstance(one, Section)]
    table = ab.difference(old["anna"], panel["anna"])
    assert f"{table.at['prior', 'share_db']:+,.1f}" in said(of_anna)
    report(panel, tmp_path / "page.md", previous=ab.Panel({**panel, "zoe": reading(0.31)}))
    assert "# What changed since the previous version" in (tmp_path / "page.md").read_text(encoding="utf-8")


def test_earlier_readings_are_given_by_name(panel: ab.Panel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is no mapping of cases, and readings of which none is in the panel, are refused before anything is drawn."""
    monkeypatch.setattr(
        sys.modules["attribution_bayes.report.report"], "side_by_side", Mock(side_effect=AssertionError)
    )
    wrong: list[tuple[Any, str]] = [
        (reading(0.3), "E_TYPE previous: .* stands where cases by name belong"),
        ({"anna": 3}, r"E_TYPE previous\.anna: 3 stands where a Case belongs"),
        ({"kim": reading(0.3)}, "E_UNKNOWN_NAME previous: none of its readings has the name"),
    ]
    for previous, problem in wrong:
        with pytest.raises(CaseError, match=problem):
            report(panel, tmp_path / "page.html", previous=previous)
    assert not [*tmp_path.iterdir()]


def test_other_hypotheses_are_refused(tmp_path: Path, panel: ab.Panel) -> None:
    """A panel whose readings have other hypotheses has no page, and no file is written."""
    hypotheses = [one for one in panel["zoe"].hypotheses if one.name != "network"]
    fewer = ab.Case(question="Which of them?", hypotheses=hypotheses, prior={"deploy": 0.5, "other": 0.5})
    with pytest.raises(CaseError, match="its hypotheses are 'deploy', 'other'"):
        report(ab.Panel({"one": panel["zoe"], "two": fewer}), tmp_path / "page.html")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("hostile", HTML[:6])
def test_hostile_names_of_readings_stay_text(hostile: str) -> None:
    """The name of a reading is free text: on the page it is escaped wherever it stands."""
    try:
        panel = ab.Panel({hostile: reading(0.3), "two": reading(0.6)})
    except CaseError:
        return
    assert hostile not in page(panel_document(panel)).split("<main>")[1].split("<script>")[0]


def test_the_same_panel_gives_the_same_bytes_drawn(panel: ab.Panel, tmp_path: Path) -> None:
    """Two pages with their picture, which says in words what it shows, are the same."""
    two = ab.Panel({name: panel[name] for name in ("zoe", "anna")})
    for name in ("one.html", "two.html"):
        report(two, tmp_path / name)
    one, other = ((tmp_path / name).read_bytes() for name in ("one.html", "two.html"))
    assert one == other
    assert b'alt="From prior to credence in each reading. zoe: deploy from' in one
