"""The directive ``scale-tables``: every verbal scale that the library knows, from `attribution_bayes.scales` itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from attribution_bayes.declare.scales import SCALES, Scale, Term

RANGES = {"probability": "probability", "ratio": "likelihood ratio"}


class ScaleTables(SphinxDirective):
    """One section for each scale: its terms with their ranges, where they come from and what was compared."""

    def run(self) -> list[nodes.Node]:
        sections = "\n".join(text(scale) for scale in SCALES.values())
        return self.parse_text_to_nodes(sections, allow_section_headings=True)


def text(scale: Scale) -> str:
    """The section of one scale in Markdown."""
    return "\n".join(lines(scale))


def lines(scale: Scale) -> Iterator[str]:
    yield from (f"## {scale.title}", "", f"Id: `{scale.id}`.", "")
    yield from table(scale)
    yield from ("", f"Source: {scale.citation} <{scale.url}>", "")
    yield from (
        scale.note,
        "",
        f"What the ranges were compared with: {scale.checked}",
        "",
    )


def table(scale: Scale) -> Iterator[str]:
    rows = [
        (term.name, ", ".join(term.synonyms), extent(term, scale))
        for term in scale.terms
    ]
    head = ("term", "other words on the same row", RANGES[scale.kind])
    shown = [0, 2] if not any(row[1] for row in rows) else [0, 1, 2]
    for row in (head, ("---",) * 3, *rows):
        yield "| " + " | ".join(row[place] for place in shown) + " |"


def extent(term: Term, scale: Scale) -> str:
    """The range of a term as a reader writes it."""
    if scale.kind == "probability":
        return f"{term.lower:.0%} to {term.upper:.0%}".replace("%", " %")
    return (
        f"{term.lower:,.0f} and more"
        if term.upper is None
        else f"{term.lower:,.0f} to {term.upper:,.0f}"
    )


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("scale-tables", ScaleTables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
