"""Everything behind a published answer in one file, from which others compute it again."""

from __future__ import annotations

import csv
import datetime
import json
import math
import os
from collections.abc import Iterator, Mapping
from io import StringIO

import numpy as np
import pandas as pd

from attribution_bayes.arguments import expect
from attribution_bayes.declare.texts import text_problems
from attribution_bayes.engine.exact import evaluate
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import CaseError, IntegrityError, TooLargeError
from attribution_bayes.files.atomic import ending_of, write_whole
from attribution_bayes.files.cases import file_text
from attribution_bayes.files.packed import pack, unpack
from attribution_bayes.files.results import REPEATED, disagreements, result_bytes, result_from_bytes
from attribution_bayes.files.sheet import inert
from attribution_bayes.files.stix import day_of
from attribution_bayes.report.analysis import Analysis
from attribution_bayes.report.citations import USED, cite
from attribution_bayes.report.crate import METADATA, Terms, check_crate, crate, environment
from attribution_bayes.report.render.html import page
from attribution_bayes.report.render.pictures import illustrations
from attribution_bayes.report.report import document_of

ENDING = ".zip"
CASE, RESULT, PAGE, CITATIONS, ENVIRONMENT = (
    "case.yaml",
    "result.nc",
    "report.html",
    "citations.bib",
    "environment.json",
)

JOINT_ERRORS = 5
"""Monte-Carlo errors by which a sampled credence may be off the exact one."""

SAME_BYTES, SAME_NUMBERS, DIFFERS = "same bytes", "same numbers", "differs"
OTHER_BYTES = "its bytes are not those that are made now"


def archive(
    posterior: Posterior,
    path: str | os.PathLike[str],
    *,
    published: datetime.date | None = None,
    license: str | None = None,
    overwrite: bool = False,
) -> None:
    """Write everything behind an answer into one file, so that others can compute it again with `verify`.

    It holds the case, the result with its draws, the tables as CSV, the pictures as SVG, the page, what to cite, and
    the versions, the seed and the system, described as an RO-Crate 1.1. The same posterior gives the same bytes in the
    same environment.

    Parameters
    ----------
    posterior
    path
        A file that ends in ``.zip``.
    published
        The day that the archive bears; that of the case by default.
    license
        Under which licence it may be used: a web address such as ``"https://creativecommons.org/licenses/by/4.0/"``, or
        words. Unless given, the archive says that none is stated, and to ask the author.
    overwrite
        Whether an existing file may be replaced.

    Raises
    ------
    CaseError
        ``E_DATE`` if neither the case nor `published` states a day; ``E_MISSING`` and other codes of texts for a
        `license` that is empty or cannot be shown; ``E_EXISTS`` and ``E_PATH`` as in `dump_case`.
    IntegrityError
        If the parts of the posterior contradict one another.

    Examples
    --------
    >>> import datetime, tempfile
    >>> from pathlib import Path
    >>> import attribution_bayes as ab
    >>> case = ab.Case(
    ...     question="Which?",
    ...     date=datetime.date(2026, 1, 15),
    ...     hypotheses=[
    ...         ab.Hypothesis(name="a", statement="it was a"),
    ...         ab.Hypothesis(name="b", statement="it was not", catch_all=True),
    ...     ],
    ...     prior={"a": 0.5, "b": 0.5},
    ...     evidence=[ab.Evidence(name="e", statement="e holds", likelihood={"a": 0.8, "b": 0.2})],
    ... )
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     ab.archive(ab.weigh(case), Path(directory) / "answer.zip")
    ...     set(ab.verify(Path(directory) / "answer.zip")["found"])
    {'same bytes'}
    """
    expect(posterior, Posterior, "posterior", before=path)
    ending_of(path, (ENDING,))
    expect(license, (str, type(None)), "license")
    if license is not None and (problems := [*text_problems(license, "license")]):
        raise CaseError(problems)
    terms = Terms(day_of(posterior.case, published), license)
    write_whole(path, lambda: pack(_described(posterior, terms)), overwrite=overwrite)


def _described(posterior: Posterior, terms: Terms) -> dict[str, bytes]:
    members = _contents(posterior)
    return {**members, METADATA: crate(posterior.case, terms, members)}


def _contents(posterior: Posterior) -> dict[str, bytes]:
    """Everything but the description."""
    differences = list(disagreements(posterior))
    if differences:
        raise IntegrityError(differences)
    analysis = Analysis(posterior)
    pictures = illustrations(analysis)
    drawn = [(f"{section}_{at}", one.svg) for section, some in pictures.items() for at, one in enumerate(some, start=1)]
    tables = _tables(analysis)
    used = [name for name in (*tables, "weight_of_evidence") if name in USED]
    citations = "\n\n".join(cite(posterior, functions=used)["bibtex"]) + "\n"
    return {
        CASE: file_text(posterior.case, ".yaml").encode(),
        RESULT: result_bytes(posterior),
        PAGE: page(document_of(analysis, lambda: pictures)).encode(),
        CITATIONS: citations.encode(),
        ENVIRONMENT: environment(posterior),
        **{f"tables/{name}.csv": inert(table).to_csv(lineterminator="\n").encode() for name, table in tables.items()},
        **{f"figures/{name}.svg": svg for name, svg in drawn},
    }


def _tables(analysis: Analysis) -> dict[str, pd.DataFrame]:
    """The tables that the page shows, by the name of the function that makes each; not those that are too large."""
    made = {
        "summary": analysis.summary,
        "audit": analysis.audit.sums,
        "likelihoods": analysis.audit.log10_likelihoods,
        "inputs": analysis.audit.inputs,
        "one_way": analysis.swings,
        "flip_points": analysis.flips,
        "credence_bounds": analysis.bounds,
        "robustness": analysis.robust,
        "fewest": analysis.fewest,
        "discount": analysis.discounted,
        "structure": analysis.varied,
        "leave_one_out": analysis.left_out,
        "expected_information": analysis.information,
        "beliefs": analysis.believed,
        "weights": analysis.matrix,
    }
    return {name: table for name, table in made.items() if not isinstance(table, TooLargeError)}


# Computed again -------------------------------------------------------------------------------------------------------


def verify(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Compute everything in an archive again, and say what differs.

    The case is weighed again with the same settings and seed, and the tables, pictures and page are made again. A
    sampled result is not sampled again: its draws must pass the gate, and its credences must be those of the exact
    engine within five Monte-Carlo errors.

    Returns
    -------
    DataFrame
        Index: member. Columns: ``found``, ``same bytes``, ``same numbers`` (within 1e-9, where another environment
        rounds otherwise) or ``differs``; and ``difference``, what differs first.

    Raises
    ------
    IntegrityError
        If the file is not an archive as `archive` writes it, if a member is missing, added or changed, or if the result
        contradicts itself.
    CaseError
        ``E_PATH`` if there is no such file.
    """
    ending_of(path, (ENDING,))
    members = unpack(path)
    terms = check_crate(members)
    if RESULT not in members:
        raise IntegrityError([f"{RESULT} is missing"])
    stored = result_from_bytes(members[RESULT])
    again = _weighed_again(stored)
    made = _contents(again)
    made[METADATA] = crate(again.case, terms, {name: one for name, one in members.items() if name != METADATA})
    if stored.method != "exact":
        made[RESULT] = members[RESULT]
    rows = {name: _compared(name, members.get(name), made.get(name)) for name in sorted({*members, *made})}
    if stored.method != "exact" and (off := _off_exact(stored)):
        rows[RESULT] = (DIFFERS, off)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["found", "difference"]).rename_axis("member")


def _weighed_again(stored: Posterior) -> Posterior:
    return weigh(stored.case, method="exact", sampling=stored.sampling) if stored.method == "exact" else stored


def _off_exact(stored: Posterior) -> str:
    """How a sampled credence differs from the exact one, if it does."""
    net = network(stored.case)
    credence, _ = evaluate(net, net.inputs.values[None], np.zeros(len(net.inputs.values), dtype=bool))
    far = np.abs(credence[0] - stored.credence.values) > JOINT_ERRORS * stored.mcse.values + REPEATED
    return f"the exact credences are {credence[0].tolist()}" if far.any() else ""


def _compared(name: str, archived: bytes | None, made: bytes | None) -> tuple[str, str]:
    """Whether a member is what is made now, and what differs."""
    if archived is None or made is None:
        return DIFFERS, "it is missing" if archived is None else "nothing like it is made now"
    if archived == made:
        return SAME_BYTES, ""
    try:
        found = _unlike(name, archived, made)
    except (ValueError, TypeError, AttributeError, RecursionError, csv.Error, IntegrityError):
        found = OTHER_BYTES  # what is archived is not a file of its kind
    return (DIFFERS, found) if found else (SAME_NUMBERS, "")


def _unlike(name: str, archived: bytes, made: bytes) -> str:
    """What differs first beyond rounding, as far as files of this kind can be read."""
    match os.path.splitext(name)[1]:
        case ".csv":
            return next(_unlike_cells(archived.decode(), made.decode()), "")
        case ".nc":
            return _unlike_results(result_from_bytes(archived), result_from_bytes(made))
        case ".json" if name == ENVIRONMENT:
            return ", ".join(_unlike_settings(json.loads(archived), json.loads(made))) or OTHER_BYTES
        case _:
            return OTHER_BYTES


def _unlike_cells(archived: str, made: str) -> Iterator[str]:
    was, now = ([*csv.reader(StringIO(text))] for text in (archived, made))
    if [*map(len, was)] != [*map(len, now)]:
        yield "it has other rows or columns"
        return
    for row, (before, after) in enumerate(zip(was, now, strict=True)):
        for heading, old, new in zip(was[0], before, after, strict=True):
            if old != new and not _is_close(old, new):
                yield f"row {row + 1} ({before[0]}), {heading}: {old} is archived, {new} is computed"


def _is_close(old: str, new: str) -> bool:
    try:
        return math.isclose(float(old), float(new), rel_tol=REPEATED, abs_tol=REPEATED)
    except ValueError:
        return False


def _unlike_results(archived: Posterior, made: Posterior) -> str:
    """What differs between two results of one case: numbers or draws; versions are compared elsewhere."""
    if not np.allclose(archived.credence, made.credence, rtol=REPEATED, atol=REPEATED):
        return f"the credences computed now are {made.credence.values.tolist()}"
    for node in made.draws.subtree:
        for name, variable in node.data_vars.items():
            stored = archived.draws[node.path].data_vars.get(name)
            if stored is None or not np.allclose(stored, variable, rtol=REPEATED, atol=REPEATED, equal_nan=True):
                return f"the draws of {node.path.strip('/')}/{name} are others"
    return ""


def _unlike_settings(archived: Mapping[str, object], made: Mapping[str, object], above: str = "") -> Iterator[str]:
    for key in sorted({*archived, *made}):
        was, now = archived.get(key), made.get(key)
        if isinstance(was, dict) and isinstance(now, dict):
            yield from _unlike_settings(was, now, f"{above}{key} ")
        elif was != now:
            yield f"{above}{key}: {was} there, {now} here"
