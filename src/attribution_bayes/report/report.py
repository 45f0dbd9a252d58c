"""The report that a reader gets: one page, or the same in Markdown."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from attribution_bayes.arguments import expect, shown, wrong_kind
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.panel import Panel, same_hypotheses
from attribution_bayes.declare.texts import text_problems
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.errors import CaseError, IntegrityError, refusal, step
from attribution_bayes.files.atomic import ending_of, write_whole
from attribution_bayes.files.results import disagreements
from attribution_bayes.progress import progress
from attribution_bayes.report.analysis import Analysis
from attribution_bayes.report.comparison import Comparison
from attribution_bayes.report.render.document import (
    ENDINGS,
    Block,
    Code,
    Document,
    Inline,
    Labels,
    Link,
    Paragraph,
    Pictures,
    Said,
    Section,
    Strong,
    filled,
    labelled,
    listed,
    text,
)
from attribution_bayes.report.render.html import page
from attribution_bayes.report.render.markdown import markdown
from attribution_bayes.report.render.pictures import illustrations, side_by_side
from attribution_bayes.report.sections.agreed import agreed
from attribution_bayes.report.sections.answer import answer
from attribution_bayes.report.sections.apart import apart
from attribution_bayes.report.sections.changed import before, is_of_the_same, since, since_by_reading, version
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


NO_FINDING = " An exercise with every assumption in the open, not a finding."

OTHER_MEANING = (
    "The earlier version{} asks another question, or states a hypothesis otherwise. This page does not replace it, and "
    "its credences cannot be set against these, unless both mean the same: see {}."
)

type Earlier = Case | Posterior | Mapping[str, Case] | None
"""An earlier version of a case; of a panel those of its readings, by name."""


def report(
    posterior: Posterior | Panel,
    path: str | os.PathLike[str],
    *,
    previous: Case | Posterior | Mapping[str, Case] | None = None,
    preface: str = "",
    overwrite: bool = False,
) -> None:
    """Write what an analyst hands over: the answer, and everything that it hangs on.

    A page (``.html``) is one file that needs nothing else and loads nothing. In it every assumption can be moved, and
    the page computes the credences that follow. The Markdown form (``.md``) says the same without that.

    Of a `Panel` the page puts the readings side by side, in the order in which they were stated: their answers, what
    separates them, where they agree, what each would need to change, and what to learn next that would bring them
    closer together. It weighs its cases itself, and has no sliders.

    A page calls the case an exercise, unless the case says that it is none (``exercise=False``). Then it says who
    stands behind it, of which day it is, and which version. A marking stands at the head of a page and of each sheet on
    which it is printed.

    Parameters
    ----------
    posterior
        A weighed case; or a panel, whose cases have the same hypotheses.
    path
        A file whose ending says the form.
    previous
        An earlier version of the case, weighed or not; of a panel those of its readings, by name. What changed since is
        told in a section of its own, as `difference` has it.
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
        other hypotheses than the first, and for a `previous` that has no hypothesis in common with the case;
        ``E_DATE`` for a `previous` that is dated later; ``E_UNKNOWN_NAME`` if none of its readings is in the panel.
    ContradictionError
        If every hypothesis is excluded in a case of a panel, or in `previous`.
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
    make = _maker(posterior, previous, preface)
    write_whole(path, lambda: FORMS[ending](make()).encode(), overwrite=overwrite)


def _maker(posterior: Posterior | Panel, previous: Earlier, preface: str) -> Callable[[], Document]:
    """What makes the document, once its arguments are of the right kinds."""
    if isinstance(posterior, Panel):
        earlier = {} if previous is None else _readings_of(previous)
        return lambda: panel_document(posterior, preface, earlier)
    old = previous.case if isinstance(previous, Posterior) else previous
    if not isinstance(old, Case | None):
        raise wrong_kind(old, Case, "previous")
    return lambda: document(posterior, preface, old)


def _readings_of(previous: Earlier) -> Mapping[str, Case]:
    if not isinstance(previous, Mapping):
        hint = "Give the earlier cases by the names of their readings, or an earlier panel."
        raise refusal("E_TYPE", "previous", f"{shown(previous)} stands where cases by name belong.", hint)
    for name, case in previous.items():
        expect(case, Case, f"previous.{step(name)}")
    return previous


def document(posterior: Posterior, preface: str = "", previous: Case | None = None) -> Document:
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
    return document_of(analysis, partial(illustrations, analysis), preface, previous)


def document_of(
    analysis: Analysis, draw: Callable[[], Pictures], preface: str = "", previous: Case | None = None
) -> Document:
    """Everything that a report says of an analysis that agrees with itself.

    Pictures take long: `draw` is called once nothing is refused.
    """
    case, cases = analysis.case, (() if previous is None else (previous,))
    changed = [since(old, case) for old in cases]
    pictures = draw()
    parts: list[Callable[[], Section]] = [
        partial(answer, analysis, pictures),
        partial(nature, analysis),
        partial(overturn, analysis, pictures),
        partial(sliders, analysis),
        partial(evidence, analysis, pictures),
        partial(sources, analysis),
        partial(implied, analysis),
        partial(structure, analysis),
        partial(together, analysis),
        partial(learning, analysis),
        partial(method, analysis),
        partial(numbers, analysis),
        glossary,
    ]
    first, *others = (part() for part in progress(parts, "report"))
    sections = (first, *changed, *others)
    made = Document(case.question, _opening(analysis, preface, previous), sections, markings(case))
    labels = labels_of(*cases, case)
    return labelled(made, labels) if labels else made


def panel_document(panel: Panel, preface: str = "", previous: Mapping[str, Case] | None = None) -> Document:
    """Everything that a report of several readings says, whatever its form.

    Raises
    ------
    CaseError
        ``E_HYPOTHESES`` for cases with other hypotheses than the first.
    """
    same_hypotheses(panel)
    previous = previous or {}
    changed = [since_by_reading(previous, panel)] if previous else []
    comparison = Comparison(panel)
    parts: list[Callable[[], Section]] = [
        lambda: readings(comparison, side_by_side(comparison)),
        partial(nature_of_several, comparison),
        partial(apart, comparison),
        partial(agreed, comparison),
        partial(needed, comparison),
        partial(uniting, comparison),
        partial(compared, comparison),
        glossary,
    ]
    first, *others = (part() for part in progress(parts, "report"))
    sections = (first, *changed, *others)
    marked, heads = heads_of([(reading(name), case) for name, case in panel.items()])
    kind = _kind("Several readings of one question, each weighed", next(iter(comparison.readings.values())), panel)
    opening = (*marked, kind, *heads, *_paragraphs(preface))
    made = Document(comparison.case.question, opening, sections, markings(*panel.members))
    labels: Labels = {("reading", name): name for name in (*previous, *panel)}
    for case in (*panel.members, *previous.values()):
        labels = {**labels_of(case), **labels}  # the first reading that has a label for a thing names it
    named: Document = labelled(made, labels)
    return named


def heads_of(cases: Sequence[tuple[Inline, Case]]) -> tuple[list[Paragraph], list[Paragraph]]:
    """The marking that all cases have, and of each case, by what it is called, any other marking and who states it."""
    common = {case.marking for _, case in cases}
    marked = [*_marking(cases[0][1])] if len(common) == 1 else []
    heads = [
        Paragraph(text(called, ": ", block.text))
        for called, case in cases
        for block in (*([] if marked else _marking(case)), *_stated(case))
    ]
    return marked, heads


def _opening(analysis: Analysis, preface: str, previous: Case | None) -> tuple[Block, ...]:
    kind = _kind("Rival explanations weighed", analysis, {"": analysis.case})
    replaced = () if previous is None else (_replaces(analysis, previous),)
    return (*_marking(analysis.case), *_stated(analysis.case), kind, *replaced, *_paragraphs(preface))


def _kind(what: str, analysis: Analysis, cases: Mapping[str, Case]) -> Paragraph:
    """What the page is: an exercise, unless its cases say otherwise."""
    release = Code(f"attribution_bayes {analysis.posterior.versions['attribution_bayes']}")
    exercises = [text(reading(name)) for name, case in cases.items() if case.exercise]
    if not exercises:
        rest = text(" The numbers are judgements; whoever states them stands behind them.")
    elif len(exercises) == len(cases):
        rest = text(NO_FINDING)
    else:
        rest = filled(" Not all are assessments; exercises, and no findings: {}.", listed(exercises))
    return Paragraph(text(f"{what} against the evidence with ", release, ".", rest))


def _replaces(analysis: Analysis, previous: Case) -> Paragraph:
    """Which version this one replaces, and what that answered."""
    on = filled(" of {}", Said(previous.date.isoformat())) if previous.date is not None else ()
    see = Link(text("what changed since"), "#since")
    if not is_of_the_same(previous, analysis.case):
        return Paragraph(filled(OTHER_MEANING, on, see), "caution")
    which = before(previous, analysis.case, analysis.exact)
    led = text(", " if on else " ", which) if which else ()  # without its date, what it answered says which it is
    return Paragraph(filled("It replaces {} version{}{}: see {}.", "the" if on or led else "an earlier", on, led, see))


def _paragraphs(preface: str) -> tuple[Paragraph, ...]:
    return tuple(Paragraph((Said(part.strip()),)) for part in preface.split("\n\n") if part.strip())


def markings(*cases: Case) -> tuple[str, ...]:
    """How the cases may be passed on, each marking once."""
    return tuple(dict.fromkeys(case.marking for case in cases if case.marking is not None))


def _marking(case: Case) -> Iterator[Paragraph]:
    """How the case may be passed on."""
    if case.marking is not None:
        yield Paragraph(text(Strong(text(Said(case.marking)))))


def _stated(case: Case) -> Iterator[Paragraph]:
    """Who states the case, and when; of an assessment also which version it is."""
    by = filled(" by {}", Said(case.author)) if case.author is not None else ()
    on = filled(" on {}", Said(case.date.isoformat())) if case.date is not None else ()
    if not case.exercise:
        yield Paragraph(filled("{}{}{}; version {} of the case.", Strong(text("An assessment")), by, on, version(case)))
    elif by or on:
        yield Paragraph(filled("Stated{}{}.", by, on))
