"""What people read is called by its label everywhere: on pages, in Markdown, in pictures, sliders and the terminal."""

from __future__ import annotations

import html
import re
from functools import cache

import pytest

import attribution_bayes as ab
from attribution_bayes.report.differences import difference_document
from attribution_bayes.report.render.document import Document
from attribution_bayes.report.render.html import page
from attribution_bayes.report.render.markdown import markdown
from attribution_bayes.report.report import document, panel_document
from crafted import EVERY_PART_LABELLED

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.errors.CaseWarning")

NAME = re.compile(r"zq_\w+")
"""The names of the case, which no label and no word of the library has."""

ADDRESSES = (
    r'<code class="address">.*?</code>',
    r'(?:title|id|href|data-move|aria-labelledby)="[^"]*"',
    r'"address":"[^"]*"',
    r'<span class="aside">(?:old|new): .*?</span>',
)
"""Where a page has addresses: shown as such, for links and the script, and what two cases state inside of a part."""

WRITTEN_ADDRESSES = (
    r"`(?:prior|evidence|source|hypotheses|common_cause)\.?[^`]*`",
    r'<a id="[^"]*">',
    r"\]\(#[^)]*\)",
    r" (?:old|new): .*",
)
"""The same in Markdown."""

NAMED = r"<table>(?:(?!</table>).)*Names in addresses.*?</table>", r"\*Names in addresses\*\n\n(?:\|.*\n)+"
"""The table that says which label stands for which name."""

EARLIER = EVERY_PART_LABELLED.model_copy(update={"prior": ab.Odds({"zq_clerk": 1, "zq_ring": 1, "zq_lost": 2})})


def _single() -> Document:
    return document(ab.weigh(EVERY_PART_LABELLED, sampling=ab.Sampling(draws=100)), previous=EARLIER)


def _several() -> Document:
    return panel_document(ab.Panel({"Anna": EVERY_PART_LABELLED, "Ben": EARLIER}), previous={"Anna": EARLIER})


def _difference() -> Document:
    table = ab.difference(EARLIER, EVERY_PART_LABELLED)
    return difference_document(EARLIER, EVERY_PART_LABELLED, table, ("march", "may"))


KINDS = {"single": _single, "several": _several, "difference": _difference}


@cache
def made(kind: str) -> Document:
    return KINDS[kind]()


def bare(whole: str, *left_out: str) -> set[str]:
    """The names in a text without its addresses."""
    for pattern in left_out:
        whole = re.sub(pattern, "", whole, flags=re.DOTALL if "table" in pattern else 0)
    whole = whole.replace("<wbr>", "")
    return {whole[max(found.start() - 60, 0) : found.end()] for found in NAME.finditer(html.unescape(whole))}


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_stands_where_there_is_a_label(kind: str) -> None:
    """In sentences, tables, words for pictures, names of tables and sliders: only addresses have names."""
    told = made(kind)
    assert not bare(page(told), *ADDRESSES, NAMED[0])
    assert not bare(markdown(told), *WRITTEN_ADDRESSES, NAMED[1])


def test_what_is_printed_has_labels_with_the_names_that_tables_have() -> None:
    """The terminal shows both, as code asks for a hypothesis by its name; without labels it shows names alone."""
    posterior = ab.weigh(EVERY_PART_LABELLED, sampling=ab.Sampling(draws=100))
    for one in EVERY_PART_LABELLED.hypotheses:
        assert f"\n{one.label} ({one.name})  " in str(posterior)
    heads, *rows = str(posterior).split("\n")[2:6]
    assert len({len(heads), *map(len, rows)}) == 1
