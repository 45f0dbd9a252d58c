"""The page: hostile text is inert in it, and the page asks nothing of anybody."""

from __future__ import annotations

import base64
import json
import re
from hashlib import sha256
from typing import Any

import pytest

from attribution_bayes.report.render.document import (
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
    filled,
    heads,
    text,
)
from attribution_bayes.report.render.html import page
from payloads import ALLOWED, Page


def everywhere(words: str) -> Document:
    """A report with a text wherever text of the case can stand."""
    said = Said(words)
    blocks = (
        Paragraph(text(said, Strong(text(said)), Code(words)), "quote"),
        Listing((text(said), text(Name("n", "item", words)))),
        Grid(text(said), heads(said), ((text(said),),)),
        Terms((("word", text(said)),)),
        Picture(b"<svg/>", text(said, Name("n", "source", words)), text(said)),
        Sliders({"assumptions": [{"what": words, words: words}]}),
    )
    return Document(words, blocks, (Section(text(said), "a", blocks),))


PLAIN = everywhere("plain")
OWN = Page(page(PLAIN))


@pytest.mark.parametrize("words", ALLOWED, ids=range(len(ALLOWED)))
def test_a_hostile_text_is_text(words: str) -> None:
    """It adds no tag, no attribute but those that hold text, and no comment, and a reader sees it as it is."""
    found = Page(page(everywhere(words)))
    assert found.tags <= OWN.tags | {"a"}
    assert found.others == OWN.others
    new = {name for name, _ in found.attributes} - {name for name, _ in OWN.attributes}
    assert new <= {"rel"}
    links = {value for name, value in found.attributes if name == "href" and value and not value.startswith("#")}
    assert all(re.match(r"https?://[^\s\"'<>@]+$", link) for link in links)
    assert "".join(found.shown).count(words) >= 8


def test_a_label_stands_in_place_of_its_name() -> None:
    """The label is what is read, in its own direction; the name is there for who points at it."""
    told = page(Document("q", (Paragraph(text(Name("n", "item", "A <b>"), " and ", Name("m", "item"))),), ()))
    assert '<p><bdi class="item" title="n">A &lt;b&gt;</bdi> and <code class="item">m</code></p>' in told


def test_only_addresses_of_the_web_become_links() -> None:
    """http and https, without a user's name before the host; what ends the sentence stays outside."""
    words = "See https://example.org/a?b=1, (http://example.org). javascript:x data:x ftp://example.org //example.org"
    found = Page(page(Document("q", (Paragraph(text(Said(words))),), ())))
    links = [value for name, value in found.attributes if name == "href"]
    assert sorted(links, key=str) == ["http://example.org", "https://example.org/a?b=1"]
    for hidden in ("https://user:word@example.org/", "https://[", "https://example.org:99999/", "https://"):
        assert not [v for n, v in Page(page(everywhere(hidden))).attributes if n == "href" and v != "#a"]


def test_a_link_of_the_library_is_checked_too() -> None:
    """What is no address is shown without a link."""
    shown = page(Document("q", (Paragraph(text(Link(text("x"), "javascript:alert(1)"))),), ()))
    assert "<p>x</p>" in shown


def policy(html: str) -> dict[str, str]:
    content = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert content is not None
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in content[1].split(";"))}


def test_the_policy_allows_the_script_and_the_style_and_nothing_else() -> None:
    """The hashes are those of the only script and the only style; pictures are data; all else is forbidden."""
    html = page(PLAIN)
    found = policy(html)
    assert found["default-src"] == found["base-uri"] == found["form-action"] == "'none'"
    assert found["img-src"] == "data:"
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digests = [base64.b64encode(sha256(one.encode()).digest()).decode() for one in inside]
        assert [found[directive]] == [f"'sha256-{digest}'" for digest in digests]


def test_a_marking_is_printed_on_each_sheet_and_is_no_style() -> None:
    """Each of its signs is written as a number, and the policy allows the style that holds them, by its hash."""
    marking = '</style>"; } \\ TLP:RED'
    html = page(Document("q", (), (), (marking, "b")))
    first, second = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    written = re.fullmatch(r'@page \{ @top-center \{ content: "((?:\\[0-9a-f]{6})+)"; \} \}', second)
    assert written is not None
    assert "".join(chr(int(one, 16)) for one in written[1].split("\\")[1:]) == f"{marking}; b"
    digests = [base64.b64encode(sha256(one.encode()).digest()).decode() for one in (first, second)]
    assert policy(html)["style-src"] == " ".join(f"'sha256-{digest}'" for digest in digests)


def test_nothing_is_loaded_and_nothing_runs_but_the_script() -> None:
    """No address of anything to load, no style and no handler in an attribute, no import in the style."""
    html = page(PLAIN)
    names = {name for name, _ in OWN.attributes}
    assert not {name for name in names if name.startswith("on")} | (names & {"style", "srcset", "action", "xlink:href"})
    assert {value.split(",")[0] for name, value in OWN.attributes if name == "src"} == {"data:image/svg+xml;base64"}
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    assert not re.search(r"url\(|@import|expression", style[1])
    script = re.search(r"<script>(.*?)</script>", html, re.DOTALL)
    assert script is not None
    assert not re.search(
        r"fetch|XMLHttp|import\(|eval|Function\(|innerHTML|document\.write|WebSocket|https?:", script[1]
    )


def test_the_data_of_the_sliders_are_json_that_ends_no_script() -> None:
    """Signs with which a script could be ended are written as numbers; what is read is what was there."""
    data: dict[str, Any] = {"what": "</script><!-- & \u2028\u2029"}
    html = page(Document("q", (Sliders(data),), ()))
    written = re.search(r'id="slider-data">(.*?)</script>', html, re.DOTALL)
    assert written is not None
    assert not re.search("[<>&\u2028\u2029]", written[1])
    assert json.loads(written[1]) == data
    with pytest.raises(ValueError, match="JSON"):
        page(Document("q", (Sliders({"x": float("nan")}),), ()))


def test_a_figure_has_its_full_value() -> None:
    """Behind the printed digits stands the number itself."""
    assert '<data value="0.123456789">12 %</data>' in page(
        Document("q", (Paragraph(text(Figure("12 %", 0.123456789))),), ())
    )


def test_long_names_may_go_on_in_the_next_line() -> None:
    """A long name has places where it may break; it is whole all the same, and a short one stays together."""
    long = "the_name_of_something_that_is_long"
    html = page(Document("q", (Paragraph(filled("{} {}", Name(long, "item"), Name("a_b", "item"))),), ()))
    assert long in "".join(Page(html).shown).replace("\u200b", "")
    assert html.count("<wbr>") == 6
    assert '<code class="item">a_b</code>' in html


def test_tables_have_heads_and_can_be_reached() -> None:
    """Heads of columns and rows are marked as such; the box of a table takes the focus and has a name."""
    grid = Grid(text("caption"), heads("a", "b"), ((text("x"), text("1")),), frozenset({1}))
    html = page(Document("q", (grid,), ()))
    assert '<th scope="col">a</th><th scope="col" class="number">b</th>' in html
    assert '<th scope="row">x</th><td class="number">1</td>' in html
    assert '<div class="wide" role="group" aria-label="caption" tabindex="0"><table>' in html


def test_a_button_waits_for_the_script() -> None:
    """Without a script there is nothing that it could move, so it is hidden."""
    html = page(Document("q", (Paragraph(text(Move("prior.a"))),), ()))
    assert '<button type="button" class="try" data-move="prior.a" hidden>' in html
