"""What to cite: only what was used, each work once, and every work that a docstring names."""

from __future__ import annotations

import datetime
import inspect
import re
from dataclasses import replace

import pytest

import attribution_bayes as ab
from attribution_bayes.report.citations import USED, WORKS

REFERENCES, YEAR = re.compile(r"References\n-+\n(.*?)(?:\n\n|\Z)", re.DOTALL), re.compile(r"\((\d{4})\)")
DOI = re.compile(r"doi:(10\.\S+?)[,;.]?(?=\s|$)")

HYPOTHESES = [ab.Hypothesis(name="a", statement="a"), ab.Hypothesis(name="b", statement="b", catch_all=True)]
ITEM = ab.Evidence(name="e", statement="e", likelihood={"a": ab.Between(0.2, 0.6), "b": 0.1})
CASE = ab.Case(question="Who?", hypotheses=HYPOTHESES, prior={"a": 0.5, "b": 0.5}, evidence=[ITEM])


@pytest.mark.parametrize("function", [name for name in ab.__all__ if inspect.isfunction(getattr(ab, name))])
def test_what_a_docstring_names_is_cited(function: str) -> None:
    """Every work in the docstring of a public function, with a DOI or without, is among those that it uses."""
    said, works = inspect.getdoc(getattr(ab, function)) or "", [WORKS[key] for key in USED.get(function, ())]
    assert set(DOI.findall(said)) <= {work.doi for work in works}
    assert set(YEAR.findall("".join(REFERENCES.findall(said)))) <= {str(work.year) for work in works}


def test_the_table_has_no_work_that_is_never_used() -> None:
    """Nor any twice; functions in it are public."""
    weighing = {"dechter1999", "golub1969", "jeffreys1946", "darwiche2003", "hoffman2014", "vehtari2021"}
    assert {*WORKS} == weighing | {key for keys in USED.values() for key in keys}
    assert len({work.text for work in WORKS.values()}) == len(WORKS)
    assert all(bool(work.doi) is not bool(work.journal) for work in WORKS.values())
    assert {*USED} <= {*ab.__all__}


def test_only_what_was_used_is_cited() -> None:
    """The case, the library and the elimination always; counts and samplers where there are any."""
    assert [*ab.cite(CASE).index] == ["case", "attribution_bayes", "dechter1999"]
    counted = ab.Evidence(name="e", statement="e", likelihood={"a": ab.Counts(3, 10), "b": 0.1})
    case = ab.Case(question="Who?", hypotheses=HYPOTHESES, prior={"a": 0.5, "b": 0.5}, evidence=[counted])
    assert "jeffreys1946" in ab.cite(case).index
    posterior = ab.weigh(CASE, sampling=ab.Sampling(draws=100))
    assert [*ab.cite(posterior).index] == [*ab.cite(CASE).index]
    assert {"vehtari2021", "darwiche2003", "hoffman2014"} < {*ab.cite(replace(posterior, method="pymc")).index}


def test_a_rate_that_several_reports_share_is_integrated_by_quadrature() -> None:
    """With one report it is not."""
    items = [
        ab.Evidence(name=name, statement=name, likelihood={"a": 0.5, "b": 0.1}, reports=[ab.Report(source="s")])
        for name in ("e", "f")
    ]
    source = ab.Source(name="s", statement="s", reliability=0.7, if_unreliable=ab.Between(0.2, 0.6))
    for most, cited in ((1, False), (2, True)):
        stated = {"question": "Who?", "hypotheses": HYPOTHESES, "prior": {"a": 0.5, "b": 0.5}, "sources": [source]}
        assert ("golub1969" in ab.cite(ab.Case(**stated, evidence=items[:most])).index) is cited


def test_functions_that_are_published_too_are_cited() -> None:
    """A work that two of them use stands once, with both."""
    table = ab.cite(CASE, functions=["sobol", "one_way", "flip_points"])
    assert table["used_for"]["castillo1997"] == "one_way, flip_points"
    assert table.index.is_unique
    with pytest.raises(ab.CaseError, match="Did you mean 'sobol'"):
        ab.cite(CASE, functions=["sobool"])


def test_scales_and_decibans_are_cited_where_they_are_stated() -> None:
    """A scale once, however many of its terms a case uses, with what its entry names as its source."""
    words = ab.Words("likely", "icd203-2015")
    likelihoods = [
        {"a": words, "b": ab.Words("unlikely", "icd203-2015")},
        ab.Ratios(reference="b", ratios={"a": ab.Words("moderate support", "enfsi-2015")}),
        ab.Ratios(reference="b", ratios={"a": ab.Decibans(10)}),
    ]
    items = [ab.Evidence(name=f"e{i}", statement="e", likelihood=one) for i, one in enumerate(likelihoods)]
    table = ab.cite(CASE.model_copy(update={"evidence": items}))
    assert [*table.index] == ["case", "attribution_bayes", "dechter1999", "good1979", "enfsi-2015", "icd203-2015"]
    assert table["used_for"]["good1979"] == "decibans"
    scale = ab.scales.SCALES["enfsi-2015"]
    assert table["text"]["enfsi-2015"] == f"{scale.citation} {scale.url}"
    assert table["bibtex"]["enfsi-2015"].startswith("@misc{enfsi-2015,\n  title = {{ENFSI verbal equivalents")


def test_a_work_without_a_doi_has_its_journal() -> None:
    """In the list and in BibTeX."""
    found = ab.cite(CASE, functions=["dependence"]).loc["frechet1951"]
    assert found["text"].endswith("données. Annales de l'Université de Lyon, Section A, 14, 53-77.")
    assert "note = {Annales de l'Université de Lyon, Section A, 14, 53-77}" in found["bibtex"]
    assert "doi" not in found["bibtex"]


def test_text_of_the_case_is_safe_in_bibtex() -> None:
    """Signs that mean something to LaTeX are escaped, and braces are balanced."""
    asked = r"50 % of {R&D} _x_ \input{y}?"
    case = CASE.model_copy(update={"question": asked, "author": "B & C", "date": datetime.date(2026, 1, 15)})
    entry = ab.cite(case)["bibtex"]["case"]
    assert r"title = {{50 \% of \{R\&D\} \_x\_ \textbackslash{}input\{y\}?}}" in entry
    assert "year = {2026}" in entry
    for one in ab.cite(case, functions=[*USED])["bibtex"]:
        bare = re.sub(r"\\[{}]", "", one)
        assert bare.count("{") == bare.count("}")
    assert "https://doi.org/10.1016/S0004-3702(99)00059-4" in ab.cite(case)["text"]["dechter1999"]
