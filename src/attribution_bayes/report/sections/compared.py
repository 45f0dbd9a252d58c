"""How several readings were weighed and compared: the engine, the versions, and which case each of them is."""

from __future__ import annotations

from attribution_bayes.declare.written import case_hash
from attribution_bayes.report.comparison import Comparison
from attribution_bayes.report.render.document import Code, Folded, Grid, Paragraph, Terms, heads, listed, text
from attribution_bayes.report.words import reading

HOW = (
    "Each reading was weighed by itself, exactly, by summing over everything that is not known. Its own report has its "
    "sources, its likelihoods as stated, its bounds and the sum behind its answer."
)


def compared(comparison: Comparison) -> Folded:
    """The engine, the versions, and the hash of each case."""
    rows = tuple((text(reading(name)), text(Code(case_hash(case)))) for name, case in comparison.panel.items())
    grid = Grid(text("Which case each reading is"), heads("Reading", "SHA-256 of the case"), rows)
    versions = next(iter(comparison.readings.values())).posterior.versions
    packages = listed([text(Code(f"{name} {version}")) for name, version in versions.items()], ", ")
    blocks = (Paragraph(text(HOW)), grid, Terms((("Computed with", packages),)))
    return Folded(text("How it was computed"), "method", blocks)
