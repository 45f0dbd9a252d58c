"""The page about two cases, and what the terminal says of them: labels, names of the cases, hostile text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from attribution_bayes.cli import main
from attribution_bayes.declare.case import Case
from attribution_bayes.files.cases import dump_case
from attribution_bayes.panel.difference import difference
from attribution_bayes.report.differences import difference_document
from attribution_bayes.report.render.document import Paragraph, plain
from attribution_bayes.report.render.html import page
from attribution_bayes.report.render.markdown import markdown
from attribution_bayes.report.words import labels_of
from payloads import ALLOWED, Page, unseen
from test_bad_inputs import TREE, changed, declared
from test_hostile_text import everywhere

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

HARMLESS = "plain words"


def told(words: str) -> tuple[Case, Case]:
    """A case, and one with a text wherever text can stand and with other numbers."""
    numbers = {"evidence.footage.likelihood.alone": 0.31, "evidence.footage.likelihood.other": 0.4}
    return declared(TREE), declared(changed({**everywhere(words), **numbers}))


@pytest.fixture(scope="module", autouse=True)
def _one_picture() -> Iterator[None]:
    """Every page shows one picture: pictures of hostile text have tests of their own, and take half of the time."""
    module = import_module("attribution_bayes.report.differences")
    drawn = module.svg(module.plot_difference(difference(*told(HARMLESS))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "plot_difference", lambda _: None)
        patch.setattr(module, "svg", lambda _: drawn)
        yield


def pages(words: str) -> tuple[str, str]:
    old, new = told(words)
    made = difference_document(old, new, difference(old, new), (words, "new.yaml"))
    return page(made), markdown(made)


@pytest.fixture(scope="module")
def harmless() -> tuple[Page, set[str]]:
    whole, source = pages(HARMLESS)
    return Page(whole), kinds(source)


def kinds(source: str) -> set[str]:
    """What Markdown is made of."""
    tokens = MarkdownIt("commonmark").enable("table").parse(source)
    return {token.type for one in tokens for token in (one, *(one.children or ()))}


@pytest.mark.parametrize("words", ALLOWED, ids=range(len(ALLOWED)))
def test_hostile_text_is_text_on_the_page(words: str, harmless: tuple[Page, set[str]]) -> None:
    """It adds no tag, attribute or comment, only links to the web, and is read as it is, in both forms."""
    whole, source = pages(words)
    made, (plain_page, plain_kinds) = Page(whole), harmless
    assert made.tags <= plain_page.tags | {"a"}
    assert {name for name, _ in made.attributes} - {name for name, _ in plain_page.attributes} <= {"rel"}
    links = {value for name, value in made.attributes if name == "href" and value and not value.startswith("#")}
    assert all(re.match(r"https?://[^\s\"'<>@]+$", link) for link in links)
    assert made.others == plain_page.others
    assert kinds(source) <= plain_kinds
    shown = "".join(Page(MarkdownIt("commonmark").enable("table").render(source)).shown)
    assert " ".join(words.split()) in " ".join(shown.split())
    assert " ".join(words.split()) in " ".join("".join(made.shown).split())


@pytest.mark.parametrize("words", ALLOWED, ids=range(len(ALLOWED)))
def test_hostile_text_is_text_in_the_terminal(words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every change has a line, or two if it is long, in which everything can be seen."""
    for name, case in zip(("old.yaml", "new.yaml"), told(words), strict=True):
        dump_case(case, tmp_path / name)
    assert main(["diff", str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml")]) in (1, 3)
    out = capsys.readouterr().out
    assert not unseen(out.replace("\n", ""))
    assert len(out.splitlines()) == len(out.split("\n")) - 1
    assert len(re.findall("^ {3,6}[+-][0-9.]+  (?:added|removed|changed) ", out, re.M)) == len(difference(*told(words)))


def labelled(label: str, case: Case) -> Case:
    first, *others = case.hypotheses
    return case.model_copy(update={"hypotheses": [first.model_copy(update={"label": label}), *others]})


def test_the_head_says_who_states_each_case_and_how_it_may_be_passed_on() -> None:
    """On the screen too; a marking that both have stands there once."""
    stated = declared(TREE).model_copy(
        update={"author": "Ada", "date": "2024-04-01", "marking": "TLP:GREEN", "exercise": False}
    )
    newer = stated.model_copy(update={"author": "Bo", "date": "2024-04-10"})
    opening = [one.split("; version")[0] for one in head(stated, newer)]
    assert opening[0] == "TLP:GREEN"
    assert opening[3:5] == ["Old: An assessment by Ada on 2024-04-01", "New: An assessment by Bo on 2024-04-10"]
    marked = head(stated, newer.model_copy(update={"marking": "TLP:RED"}))
    assert {"Old: TLP:GREEN", "New: TLP:RED"} <= {*marked}


def head(old: Case, new: Case) -> list[str]:
    """The paragraphs at the head of the page."""
    opening = difference_document(old, new, difference(old, new), ("march.yaml", "may.yaml")).opening
    return [plain(one.text) for one in opening if isinstance(one, Paragraph)]


def test_who_leads_in_both_cases_is_said_once() -> None:
    """Where another leads, each case has its sentence."""
    old = declared(TREE)
    table = difference(old, old)
    assert "In both cases " in markdown(difference_document(old, old, table, ("a", "b")))


def test_people_read_labels_and_the_names_of_the_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On the page and in the terminal a hypothesis is called by its label; a page says which case is which file."""
    old, new = declared(TREE), labelled("Nobody Else", declared(changed({"evidence.footage.likelihood.other": 0.31})))
    made = difference_document(old, new, difference(old, new, target="alone"), ("march.yaml", "may.yaml"))
    source = markdown(made)
    assert "The old case is march.yaml, the new one is may.yaml." in source
    assert "Nobody Else" in source
    dump_case(new, tmp_path / "new.yaml")
    assert main(["diff", str(tmp_path / "new.yaml"), str(tmp_path / "new.yaml"), "--target", "alone"]) == 0
    assert "log odds of Nobody Else against all others" in capsys.readouterr().out


def test_a_change_is_found_by_its_address_and_read_by_its_label(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The terminal says of each change, of a part or of a number, where it stands, and the label of its part."""
    trees = TREE, changed({"evidence.footage.likelihood.other": 0.31})
    old, new = (with_item_label(declared(tree)) for tree in trees)
    for name, case in (("old.yaml", old), ("new.yaml", new)):
        dump_case(case, tmp_path / name)
    for by, address in (("part", "evidence.footage"), ("number", "evidence.footage.likelihood.other")):
        assert main(["diff", str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml"), "--by", by]) == 3
        (line,) = [line for line in capsys.readouterr().out.splitlines() if "changed" in line]
        assert f"{address} (The tape): " in line


def with_item_label(case: Case) -> Case:
    items = [one.model_copy(update={"label": "The tape"}) if one.name == "footage" else one for one in case.evidence]
    return case.model_copy(update={"evidence": items})


def test_a_label_of_two_names_is_not_shown() -> None:
    """Where the old case calls one hypothesis what the new one calls another, both keep their names."""
    old = labelled("X", declared(TREE))
    first, second = declared(TREE).hypotheses
    new = old.model_copy(update={"hypotheses": [first, second.model_copy(update={"label": "X"})]})
    assert ("hypothesis", old.names[0]) in labels_of(old)
    assert not {key for key in labels_of(old, new) if key[0] == "hypothesis"}
