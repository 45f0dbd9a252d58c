"""The Markdown form: hostile text is inert in it, as GitHub would read it."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from attribution_bayes.report.render.document import (
    Aside,
    Code,
    Document,
    Figure,
    Grid,
    Link,
    Listing,
    Move,
    Name,
    Paragraph,
    Picture,
    Said,
    Section,
    Sliders,
    Strong,
    Terms,
    heads,
    text,
)
from attribution_bayes.report.render.markdown import markdown
from payloads import ALLOWED, Page


def everywhere(words: str) -> Document:
    """A report with a text wherever text of the case can stand."""
    said = Said(words)
    blocks = (
        Paragraph(text(said), "quote"),
        Paragraph(text("a ", Strong(text(said)), " b ", Aside(text(said)))),
        Listing((text(said), text(said)), is_ordered=True),
        Listing((text(Name("n", "item", words)), text("a ", Strong(text(Name("n", "item", words))), " b"))),
        Grid(text("c"), heads("d"), ((text(Name("n", "source", words)),),)),
        Grid(text(said), heads(said, "b"), ((text(said), text(said)),), frozenset({1})),
        Terms((("word", text(said)),)),
    )
    return Document(words, blocks, (Section(text(said), "a", blocks),))


def tokens(source: str) -> list[Token]:
    """All tokens, the inner ones too; raw HTML as it would be passed on."""
    found = MarkdownIt("commonmark").enable("table").parse(source)
    return [token for outer in found for token in (outer, *(outer.children or ()))]


def kinds(source: str) -> list[str]:
    return [token.type for token in tokens(source) if token.type not in ("text", "text_special", "softbreak")]


PLAIN = kinds(markdown(everywhere("plain")))


@pytest.mark.parametrize("words", ALLOWED, ids=range(len(ALLOWED)))
def test_a_hostile_text_is_text(words: str) -> None:
    """It makes no link, picture, code, heading, list, table or HTML, and a reader sees it as it is, but on one line."""
    source = markdown(everywhere(words))
    assert kinds(source) == PLAIN
    shown = "".join(Page(MarkdownIt("commonmark").enable("table").render(source)).shown)
    assert " ".join(words.split()) in shown


def test_the_forms_of_every_part() -> None:
    """Names as code, figures as text, what carries the sentence in bold; a button is left out."""
    parts = text("a_b ", Figure("<1 %", 0.001), " ", Name("x_y", "item"), Code("v 1"), Move("prior.a"))
    told = Document("q", (Paragraph(text(*parts, " ", Strong(text("so")), Link(text("x"), "#y"))),), ())
    assert markdown(told) == "# q\n\na\\_b \\<1 % `x_y``v 1` **so**[x](#y)\n"


@pytest.mark.parametrize(
    "words",
    ["the bill's", "0.5", "counts (Jeffreys)", "90 % of 40%", 'said "so", a/b; yes!', "at 10:30, here - and = there"],
)
def test_what_means_nothing_is_left_as_it_is(words: str) -> None:
    """Only signs that Markdown would read as more than signs stand behind a backslash: the rest is kept for diffs."""
    assert markdown(Document(words, (), ())) == f"# {words}\n"


@pytest.mark.parametrize("words", ["- a", "+ a", "1. a", "12) a", "1.", "---", "===", "a {% x %} b", "www.example.org"])
def test_what_means_something_in_its_place_is_escaped_there(words: str) -> None:
    """Signs of a list at the start, template tags, and what would become a link, are text."""
    source = markdown(everywhere(words))
    assert kinds(source) == PLAIN
    assert not re.search(r"{%|%}|www\.", source)


def test_a_table_keeps_its_columns() -> None:
    """Numbers are flush right; a bar in a cell is no border."""
    grid = Grid(text("c"), heads("a", "b"), ((text(Said("x|y")), text("1")),), frozenset({1}))
    assert markdown(Document("q", (grid,), ())) == "# q\n\n*c*\n\n| a | b |\n| :-- | --: |\n| x\\|y | 1 |\n"


def test_a_section_of_sliders_is_left_out() -> None:
    """What only a page can have is not promised; a picture is told of in words."""
    sections = (
        Section(text("Move"), "move", (Paragraph(text("Choose.")), Sliders({}))),
        Section(text("See"), "see", (Picture(b"<svg/>", "what is shown", text("caption")),)),
    )
    told = markdown(Document("q", (), sections))
    assert "Choose" not in told
    assert told == '# q\n\n<a id="see"></a>\n\n## See\n\n*Picture: what is shown*\n'


def test_headings_go_no_deeper_than_six() -> None:
    """Sections inside of sections have headings one level down, as far as there are any."""
    inner = Section(text("deep"), "deep", ())
    for _ in range(7):
        inner = Section(text("x"), "x", (inner,))
    levels = [len(found) for found in re.findall(r"^(#+) ", markdown(Document("q", (), (inner,))), re.MULTILINE)]
    assert levels == [1, 2, 3, 4, 5, 6, 6, 6, 6]
