"""A document as one HTML file that needs no network and no script or style but its own.

The Content-Security-Policy names the script and the style by their SHA-256 and forbids everything else, so that text
from a case could not run even if it were not escaped. Pictures are data inside the file.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import assert_never
from urllib.parse import urlsplit

from attribution_bayes.report.render.document import (
    Abreast,
    Aside,
    Block,
    Code,
    Document,
    Figure,
    Folded,
    Grid,
    Inline,
    Link,
    Listing,
    Move,
    Name,
    Paragraph,
    Picture,
    Said,
    Section,
    Shade,
    Sliders,
    Strong,
    Terms,
    Text,
    plain,
)

ADDRESS = re.compile(r"https?://[^\s<>\"'`\\{}|^\u2028\u2029]+")
"""What in a text from a case is made a link: an address of the web and nothing else."""

TRAILING = ".,;:!?)]"
"""Signs that belong to the sentence around an address."""

DEEPEST = 6
SHADES = (1.0, 3.0, 10.0)
"""Decibans from which on a weight has a stronger ground: a quarter likelier, twice, ten times."""

UNBROKEN = 12
"""Characters of a name that stay together."""


def page(document: Document) -> str:
    """The HTML of a report, the same bytes for the same document."""
    script = asset("sliders.js") + asset("page.js")
    own = asset("palette.css") + asset("page.css") + asset("sliders.css")
    styles = [own, *_on_each_sheet(document.markings)]
    allowed = " ".join(f"'{_digest(style)}'" for style in styles)
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src {allowed}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    contents = "".join(f'<li><a href="#{one.anchor}">{_inline(one.title)}</a></li>' for one in document.sections)
    body = [
        f"<header><h1>{_said(document.question)}</h1>{_blocks(document.opening, 2)}</header>",
        f'<nav aria-label="Contents"><ul>{contents}</ul></nav>',
        f"<main>{_blocks(document.sections, 2)}</main>",
    ]
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{_escaped(' '.join(document.question.split()))}</title>",
            *(f"<style>{style}</style>" for style in styles),
            "</head>",
            "<body>",
            *body,
            f"<script>{script}</script>",
            "</body>",
            "</html>",
            "",
        ]
    )


@cache
def asset(name: str) -> str:
    """A script or a style of this folder."""
    return files("attribution_bayes.report.render").joinpath(name).read_text(encoding="utf-8")


def _on_each_sheet(markings: Sequence[str]) -> Iterator[str]:
    """The style that prints the markings at the head of each sheet, every sign of them as its number."""
    if markings:
        signs = "".join(f"\\{ord(sign):06x}" for sign in "; ".join(markings))
        yield f'@page {{ @top-center {{ content: "{signs}"; }} }}'


def _digest(content: str) -> str:
    return f"sha256-{base64.b64encode(sha256(content.encode()).digest()).decode()}"


# Text ----------------------------------------------------------------------------------------------------------------


def _escaped(words: str) -> str:
    return html.escape(words, quote=True)


def _inline(parts: Text) -> str:
    return "".join(map(_part, parts))


def _part(part: Inline) -> str:
    match part:
        case str():
            return _escaped(part)
        case Said(words):
            return _said(words)
        case Figure(words, value):
            return f'<data value="{value!r}">{_escaped(words)}</data>'
        case Name(words, of, label):
            shown = f'<bdi class="{of}" title="{_escaped(words)}">{_escaped(label)}</bdi>'
            return shown if label else f'<code class="{of}">{_breakable(words)}</code>'
        case Code(words):
            return f"<code>{_escaped(words)}</code>"
        case Strong(inner):
            return f"<strong>{_inline(inner)}</strong>"
        case Shade(inner, decibans):
            return f'<span class="weight {_shade(decibans)}">{_inline(inner)}</span>'
        case Aside(inner):
            return f'<span class="aside">{_inline(inner)}</span>'
        case Link(inner, target):
            return f'<a href="{_escaped(target)}">{_inline(inner)}</a>' if _is_safe(target) else _inline(inner)
        case Move(address):
            return f'<button type="button" class="try" data-move="{_escaped(address)}" hidden>Move it</button>'
        case _:
            assert_never(part)


def _shade(decibans: float) -> str:
    """The class of a weight: on which side it is, and how far from 0."""
    steps = sum(abs(decibans) >= step for step in SHADES)
    return f"{'for' if decibans > 0 else 'against'}{steps}" if steps else "level"


def _breakable(name: str) -> str:
    """A name that may go on in the next line where its words end, if it is a long one."""
    if len(name) <= UNBROKEN:
        return _escaped(name)
    return re.sub(r"([_.])(?=[^_.])", r"\1<wbr>", _escaped(name))


def _said(words: str) -> str:
    """Text from the case, in its own direction, with the web addresses in it as links."""
    parts, end = [], 0
    for match in ADDRESS.finditer(words):
        target = match[0].rstrip(TRAILING)
        if _is_safe(target):
            parts += [_escaped(words[end : match.start()]), _outward(target)]
            end = match.start() + len(target)
    return f'<bdi class="said">{"".join(parts)}{_escaped(words[end:])}</bdi>'


def _outward(target: str) -> str:
    return f'<a href="{_escaped(target)}" rel="noopener noreferrer nofollow">{_escaped(target)}</a>'


def _is_safe(target: str) -> bool:
    """Whether a link leads into the page or to an address of the web that looks like what it is."""
    if target.startswith("#"):
        return True
    try:
        split = urlsplit(target)
        return split.scheme in ("http", "https") and bool(split.hostname) and split.username is None and split.port != 0
    except ValueError:  # brackets that are not an address, a port that is not a number
        return False


# Blocks --------------------------------------------------------------------------------------------------------------


def _blocks(blocks: Iterable[Block], level: int) -> str:
    return "".join(_block(block, level) for block in blocks)


def _block(block: Block, level: int) -> str:
    match block:
        case Paragraph(words, tone):
            return f'<p class="{tone}">{_inline(words)}</p>' if tone != "plain" else f"<p>{_inline(words)}</p>"
        case Listing(points, is_ordered):
            tag = "ol" if is_ordered else "ul"
            return f"<{tag}>{''.join(f'<li>{_inline(point)}</li>' for point in points)}</{tag}>"
        case Abreast():
            return _abreast(block)
        case Grid():
            return _grid(block)
        case Terms(entries):
            inner = "".join(f"<dt>{_escaped(word)}</dt><dd>{_inline(meaning)}</dd>" for word, meaning in entries)
            return f"<dl>{inner}</dl>"
        case Picture():
            return _picture(block)
        case Sliders():
            return _sliders(block)
        case Folded(title, anchor, inner):
            tag = f"h{min(level, DEEPEST)}"
            head = f'<summary><{tag} id="{anchor}-title">{_inline(title)}</{tag}></summary>'
            return f'<details id="{anchor}">{head}{_blocks(inner, level + 1)}</details>'
        case Section(title, anchor, inner):
            tag = f"h{min(level, DEEPEST)}"
            head = f'<{tag} id="{anchor}-title">{_inline(title)}</{tag}>'
            return (
                f'<section id="{anchor}" aria-labelledby="{anchor}-title">{head}{_blocks(inner, level + 1)}</section>'
            )
        case _:
            assert_never(block)


def _grid(grid: Grid) -> str:
    heads = "".join(
        f'<th scope="col"{_class(i in grid.numeric)}>{_inline(head)}</th>' for i, head in enumerate(grid.columns)
    )
    rows = "".join(_row(row, grid.numeric) for row in grid.rows)
    label = _escaped(plain(grid.caption))
    caption = f"<caption><span>{_inline(grid.caption)}</span></caption>"
    table = f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="wide" role="group" aria-label="{label}" tabindex="0">{table}</div>'


def _abreast(grid: Grid) -> str:
    """A table with the head of each row above its cells."""
    heads = "".join(f'<th scope="col">{_inline(head)}</th>' for head in grid.columns[1:])
    rows = "".join(
        f'<tbody><tr><th scope="rowgroup" colspan="{len(cells)}">{_inline(head)}</th></tr>'
        f"<tr>{''.join(f'<td>{_inline(cell)}</td>' for cell in cells)}</tr></tbody>"
        for head, *cells in grid.rows
    )
    caption = f"<caption>{_inline(grid.caption)}</caption>"
    return f'<table class="abreast">{caption}<thead><tr>{heads}</tr></thead>{rows}</table>'


def _row(row: tuple[Text, ...], numeric: frozenset[int]) -> str:
    head, *cells = row
    inner = "".join(f"<td{_class(i in numeric)}>{_inline(cell)}</td>" for i, cell in enumerate(cells, start=1))
    return f'<tr><th scope="row">{_inline(head)}</th>{inner}</tr>'


def _class(is_number: bool) -> str:
    return ' class="number"' if is_number else ""


def _picture(picture: Picture) -> str:
    content = base64.b64encode(picture.svg).decode()
    image = f'<img src="data:image/svg+xml;base64,{content}" alt="{_escaped(plain(picture.shows))}">'
    return f"<figure>{_wide(picture.caption, image)}<figcaption>{_inline(picture.caption)}</figcaption></figure>"


def _wide(label: Text, inner: str) -> str:
    """A box of its own for what may be wider than a phone; it can be scrolled with the keyboard."""
    return f'<div class="wide" role="group" aria-label="{_escaped(plain(label))}" tabindex="0">{inner}</div>'


def _sliders(sliders: Sliders) -> str:
    """Where the script puts the controls, and what it computes with; without a script, a sentence."""
    data = json.dumps(sliders.data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    return (
        '<div id="sliders" class="sliders">'
        "<p>This part needs a browser that runs scripts. The rest of the page does not.</p></div>"
        f'<script type="application/json" id="slider-data">{data}</script>'
    )
