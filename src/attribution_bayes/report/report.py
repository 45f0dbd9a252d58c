"""The report that a reader gets: one page, or the same in Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from attribution_bayes.arguments import expect
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.panel import Panel, same_hypotheses
from attribution_bayes.declare.texts import text_problems
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.errors import CaseError, IntegrityError
from attribution_bayes.files.atomic import ending_of, write_whole
from attribution_bayes.files.results import disagreements
from attribution_bayes.report.analysis import Analysis
from attribution_bayes.report.comparison import Comparison
from attribution_bayes.report.render.document import (
    ENDINGS,
    Block,
    Code,
    Document,
    Labels,
    Paragraph,
    Picture,
    Said,
    Strong,
    filled,
    labelled,
    text,
)
from attribution_bayes.report.render.html import page
from attribution_bayes.report.render.markdown import markdown
from attribution_bayes.report.render.pictures import illustrations, side_by_side
from attribution_bayes.report.sections.agreed import agreed
from attribution_bayes.report.sections.answer import answer
from attribution_bayes.report.sections.apart import apart
from attribution_bayes.report.sections.compared import compared
from attribution_bayes.report.sections.evidence import evidence
from attribution_bayes.report.sections.glossary import glossary
from attribution_bayes.report.sections.implied import implied
from attribution_bayes.report.sections.learning import learning
from attribution_bayes.report.sections.method import method
from attribution_bayes.report.sections.nature import nature, nature_of_several
from attribution_bayes.report.sections.needed import needed
from attribution_bayes.report.sections.numbers import numbers
from attribution_bayes.report.sections.overturn import overturn
from attribution_bayes.report.sections.readings import readings
from attribution_bayes.report.sections.sliders import sliders
from attribution_bayes.report.sections.sources import sources
from attribution_bayes.report.sections.structure import structure
from attribution_bayes.report.sections.together import together
from attribution_bayes.report.sections.uniting import uniting
from attribution_bayes.report.words import labels_of, reading

FORMS = dict(zip(ENDINGS, (page, page, markdown), strict=True))
"""Forms of a report by the ending of its file."""


def report(
    posterior: Posterior | Panel, path: str | os.PathLike[str], *, preface: str = "", overwrite: bool = False
) -> None:
    """Write what an analyst hands over: the answer, and everything that it hangs on.

    A page (``.html``) is one file that needs nothing else and loads nothing. In it every assumption can be moved, and
    the page computes the credences that follow. The Markdown form (``.md``) says the same without that.

    Of a `Panel` the page puts the readings side by side, in the order in which they were stated: their answers, what
    separates them, where they agree, what each would need to change, and what to learn next that would bring them
    closer together. It weighs its cases itself, and has no sliders.

    Parameters
    ----------
    posterior
        A weighed case; or a panel, whose cases have the same hypotheses.
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
        a preface that cannot be shown what a statement is refused for; ``E_HYPOTHESES`` for a panel whose cases have
        other hypotheses than the first.
    ContradictionError
        If every hypothesis is excluded in a case of a panel.
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
    if not isinstance(posterior, Panel):
        expect(posterior, Posterior, "posterior", before=path)
    expect(preface, str, "preface")
    ending = ending_of(path, FORMS)
    if preface and (problems := list(text_problems(preface, "preface"))):
        raise CaseError(problems)
    write_whole(path, lambda: FORMS[ending](_made(posterior, preface)).encode(), overwrite=overwrite)


def _made(posterior: Posterior | Panel, preface: str) -> Document:
    return panel_document(posterior, preface) if isinstance(posterior, Panel) else document(posterior, preface)


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
    return document_of(analysis, illustrations(analysis), preface)


def document_of(analysis: Analysis, pictures: Mapping[str, Sequence[Picture]], preface: str = "") -> Document:
    """Everything that a report says of an analysis that agrees with itself, with its pictures by section."""
    sections = (
        answer(analysis, pictures),
        nature(analysis),
        overturn(analysis, pictures),
        sliders(analysis),
        evidence(analysis, pictures),
        sources(analysis),
        implied(analysis),
        structure(analysis),
        together(analysis),
        learning(analysis),
        method(analysis),
        numbers(analysis),
        glossary(),
    )
    made = Document(analysis.case.question, _opening(analysis, preface), sections)
    labels = labels_of(analysis.case)
    return labelled(made, labels) if labels else made


def panel_document(panel: Panel, preface: str = "") -> Document:
    """Everything that a report of several readings says, whatever its form.

    Raises
    ------
    CaseError
        ``E_HYPOTHESES`` for cases with other hypotheses than the first.
    """
    same_hypotheses(panel)
    comparison = Comparison(panel)
    sections = (
        readings(comparison, side_by_side(comparison)),
        nature_of_several(comparison),
        apart(comparison),
        agreed(comparison),
        needed(comparison),
        uniting(comparison),
        compared(comparison),
        glossary(),
    )
    heads = [block for name, case in panel.items() for block in _head_of(name, case)]
    kind = _kind("Several readings of one question, each weighed", next(iter(comparison.readings.values())))
    made = Document(comparison.case.question, (kind, *heads, *_paragraphs(preface)), sections)
    labels: Labels = {("reading", name): name for name in panel}
    for case in panel.members:
        labels = {**labels_of(case), **labels}  # the first reading that has a label for a thing names it
    named: Document = labelled(made, labels)
    return named


def _head_of(name: str, case: Case) -> Iterator[Paragraph]:
    """The same of one of several readings."""
    for block in _head(case):
        yield Paragraph(text(reading(name), ": ", block.text))


def _opening(analysis: Analysis, preface: str) -> tuple[Block, ...]:
    kind = _kind("Rival explanations weighed", analysis)
    return (*_head(analysis.case), kind, *_paragraphs(preface))


def _kind(what: str, analysis: Analysis) -> Paragraph:
    release = Code(f"attribution_bayes {analysis.posterior.versions['attribution_bayes']}")
    rest = ". An exercise with every assumption in the open, not a finding."
    return Paragraph(text(f"{what} against the evidence with ", release, rest))


def _paragraphs(preface: str) -> tuple[Paragraph, ...]:
    return tuple(Paragraph((Said(part.strip()),)) for part in preface.split("\n\n") if part.strip())


def _head(case: Case) -> Iterator[Paragraph]:
    """How the case may be passed on, who states it, and when."""
    if case.marking is not None:
        yield Paragraph(text(Strong(text(Said(case.marking)))))
    by = filled(" by {}", Said(case.author)) if case.author is not None else ()
    on = filled(" on {}", Said(case.date.isoformat())) if case.date is not None else ()
    if by or on:
        yield Paragraph(filled("Stated{}{}.", by, on))
