"""The pictures of a report: the same bytes every time, words beside them, and nothing inside that could run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import attribution_bayes as ab
from attribution_bayes.errors import TooLargeError
from attribution_bayes.report.analysis import Analysis
from attribution_bayes.report.render import pictures as module
from attribution_bayes.report.render.document import plain
from attribution_bayes.report.render.pictures import illustrations
from payloads import HTML

OUTAGE = Path(__file__).parents[3] / "examples" / "outage.yaml"


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return Analysis(ab.weigh(ab.load_case(OUTAGE)))


def test_every_section_has_its_pictures(analysis: Analysis) -> None:
    """The answer, what could overturn it and the evidence have theirs, each with words for those who do not see it."""
    pictures = illustrations(analysis)
    assert {section: len(inside) for section, inside in pictures.items()} == {"answer": 1, "overturn": 3, "evidence": 3}
    for one in (one for inside in pictures.values() for one in inside):
        assert plain(one.shows).endswith(".")
        assert plain(one.caption).endswith(".")
        assert ElementTree.fromstring(one.svg).tag == "{http://www.w3.org/2000/svg}svg"


def test_the_words_of_a_picture_have_its_numbers(analysis: Analysis) -> None:
    """What the picture of the answer shows is told in words, hypothesis by hypothesis."""
    (answer,) = illustrations(analysis)["answer"]
    assert "deploy from 58 % to 62 %, network from 26 % to 22 % and other from 16 % to 15 %." in plain(answer.shows)


def test_the_pictures_are_the_same_every_time(analysis: Analysis) -> None:
    """Ids, order and metadata do not depend on the run; there is no date in them."""
    first, second = illustrations(analysis), illustrations(analysis)
    assert [one.svg for inside in first.values() for one in inside] == [
        one.svg for inside in second.values() for one in inside
    ]
    assert not re.search(rb"dc:date|Created with|<metadata", b"".join(one.svg for one in first["evidence"]))


def test_hostile_text_stays_out_of_the_pictures() -> None:
    """No element of a picture is a script, a link or foreign, whatever the statements say."""
    hostile = "".join(HTML)[:2000]
    case = ab.Case(
        question=hostile,
        hypotheses=[
            ab.Hypothesis(name="a", statement=hostile),
            ab.Hypothesis(name="b", statement=f"{hostile}!", catch_all=True),
        ],
        prior={"a": 0.5, "b": 0.5},
        evidence=[ab.Evidence(name="e", statement=hostile, likelihood={"a": 0.7, "b": 0.2}, citation=hostile)],
    )
    for inside in illustrations(Analysis(ab.weigh(case))).values():
        for one in inside:
            tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(one.svg).iter()}
            assert tags <= {"svg", "defs", "style", "g", "path", "use", "clipPath", "rect", "pattern"}
            assert b"alert" not in one.svg


def test_what_does_not_fit_is_left_out(analysis: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that would be too large is not there; of many hypotheses or items there is none with a row for each."""

    def refuse(*_: Any) -> Any:
        raise TooLargeError(component="e", items=("e",), sources=(), worlds=10, limit=5)

    monkeypatch.setattr(module, "plot_update", refuse)
    assert len(illustrations(analysis)["evidence"]) == 2
    monkeypatch.setattr(module, "MAX_DRAWN", 3)
    assert illustrations(analysis)["evidence"] == ()
    monkeypatch.setattr(module, "MAX_DRAWN", 2)
    assert illustrations(analysis) == {}


def of_two(given_a: float) -> ab.Case:
    return ab.Case(
        question="Which?",
        hypotheses=[
            ab.Hypothesis(name="a", statement="it was a"),
            ab.Hypothesis(name="b", statement="it was not", catch_all=True),
        ],
        prior={"a": 0.5, "b": 0.5},
        evidence=[ab.Evidence(name="e", statement="e holds", likelihood={"a": given_a, "b": 0.2})],
    )


def test_a_map_of_one_colour_is_left_out() -> None:
    """Where one hypothesis leads over both ranges there is no picture of who leads; where it does not, there is one."""
    maps = {
        given_a: [
            one
            for one in illustrations(Analysis(ab.weigh(of_two(given_a))))["overturn"]
            if "Regions" in plain(one.shows)
        ]
        for given_a in (0.3, 0.95)
    }
    assert {given_a: len(found) for given_a, found in maps.items()} == {0.3: 1, 0.95: 0}
