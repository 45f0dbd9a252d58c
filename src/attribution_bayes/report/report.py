"""The report that a reader gets: one page, or the same in Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterator

from attribution_bayes.arguments import expect
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.texts import text_problems
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.errors import CaseError, IntegrityError
from attribution_bayes.files.atomic import ending_of, write_whole
from attribution_bayes.files.results import disagreements
from attribution_bayes.report.analysis import Analysis
from attribution_bayes.report.render.document import (
    ENDINGS,
    Block,
    Code,
    Document,
    Paragraph,
    Said,
    Strong,
    filled,
    labelled,
    text,
)
from attribution_bayes.report.render.html import page
from attribution_bayes.report.render.markdown import markdown
from attribution_bayes.report.render.pictures import illustrations
from attribution_bayes.report.sections.answer import answer
from attribution_bayes.report.sections.evidence import evidence
from attribution_bayes.report.sections.glossary import glossary
from attribution_bayes.report.sections.learning import learning
from attribution_bayes.report.sections.method import method
from attribution_bayes.report.sections.nature import nature
from attribution_bayes.report.sections.numbers import numbers
from attribution_bayes.report.sections.overturn import overturn
from attribution_bayes.report.sections.sliders import sliders
from attribution_bayes.report.sections.sources import sources
from attribution_bayes.report.sections.structure import structure
from attribution_bayes.report.sections.together import together
from attribution_bayes.report.words import labels_of

FORMS = dict(zip(ENDINGS, (page, page, markdown), strict=True))
"""Forms of a report by the ending of its file."""


def report(posterior: Posterior, path: str | os.PathLike[str], *, preface: str = "", overwrite: bool = False) -> None:
    """Write what an analyst hands over: the answer, and everything that it hangs on.

    A page (``.html``) is one file that needs nothing else and loads nothing. In it every assumption can be moved, and
    the credences follow, computed in the page. The Markdown form (``.md``) says the same without that.

    Parameters
    ----------
    posterior
    path
        A file whose ending says the form.
    preface
        What the author of the case wants to be read first, such as what is on record and who asserts what. Paragraphs
        are separated by empty lines.
    overwrite
        Whether a file that is there already may be replaced.

    Raises
    ------
    CaseError
        ``E_PATH`` for another ending or a file that cannot be written, ``E_EXISTS`` for one that is there already; for
        a preface that cannot be shown what a statement is refused for.
    IntegrityError
        If the parts of the posterior contradict one another, or its draws do not pass the gate: of such a result no
        report is made.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import attribution_bayes as ab
    >>> case = ab.Case(
    ...     question="Which?",
    ...     hypotheses=[
    ...         ab.Hypothesis(name="a", statement="it was a"),
    ...         ab.Hypothesis(name="b", statement="it was not", catch_all=True),
    ...     ],
    ...     prior={"a": 0.5, "b": 0.5},
    ...     evidence=[ab.Evidence(name="e", statement="e holds", likelihood={"a": 0.8, "b": 0.2})],
    ... )
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     ab.report(ab.weigh(case), Path(directory) / "report.html")
    ...     (Path(directory) / "report.html").read_text(encoding="utf-8").count("<main>")
    1
    """
    expect(posterior, Posterior, "posterior", before=path)
    expect(preface, str, "preface")
    ending = ending_of(path, FORMS)
    if preface and (problems := list(text_problems(preface, "preface"))):
        raise CaseError(problems)
    write_whole(path, lambda: FORMS[ending](document(posterior, preface)).encode(), overwrite=overwrite)


def document(posterior: Posterior, preface: str = "") -> Document:
    """Everything that a report says, whatever its form.

    Raises
    ------
    IntegrityError
        If the parts of the posterior contradict one another.
    """
    differences = list(disagreements(posterior))
    if differences:
        raise IntegrityError(differences)
    analysis = Analysis(posterior)
    pictures = illustrations(analysis)
    sections = (
        answer(analysis, pictures),
        nature(analysis),
        overturn(analysis, pictures),
        sliders(analysis),
        evidence(analysis, pictures),
        sources(analysis),
        structure(analysis),
        together(analysis),
        learning(analysis),
        method(analysis),
        numbers(analysis),
        glossary(),
    )
    made = Document(posterior.case.question, _opening(analysis, preface), sections)
    labels = labels_of(posterior.case)
    return labelled(made, labels) if labels else made


def _opening(analysis: Analysis, preface: str) -> tuple[Block, ...]:
    kind = text(
        "Rival explanations weighed against the evidence with ",
        Code(f"attribution_bayes {analysis.posterior.versions['attribution_bayes']}"),
        ". An exercise with every assumption in the open, not a finding.",
    )
    paragraphs = [part.strip() for part in preface.split("\n\n") if part.strip()]
    return (*_head(analysis.case), Paragraph(kind), *(Paragraph((Said(part),)) for part in paragraphs))


def _head(case: Case) -> Iterator[Block]:
    """How the case may be passed on, who states it, and when."""
    if case.marking is not None:
        yield Paragraph(text(Strong(text(Said(case.marking)))))
    by = filled(" by {}", Said(case.author)) if case.author is not None else ()
    on = filled(" on {}", Said(case.date.isoformat())) if case.date is not None else ()
    if by or on:
        yield Paragraph(filled("Stated{}{}.", by, on))
