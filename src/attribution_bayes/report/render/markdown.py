"""A document as Markdown (GitHub's), for version control: the same words, without sliders and pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import assert_never

from attribution_bayes.report.render.document import (
    Aside,
    Block,
    Code,
    Document,
    Figure,
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
)

SPECIAL = re.compile(
    r"[\\`*_{}\[\]<>#|~&$^@]|(?<=[{}])%|%(?=[{}])|:(?=/|[\w+-]+:)|(?<=www)\.|^[+=-]|(?<=^\d)[.)](?=\s|$)", re.IGNORECASE
)
"""Signs that Markdown, or what often comes after it (templates, formulas, mentions, links made of addresses), reads as
more than a sign. Some do so in some places only: signs of a list at the start, a colon before an address."""

NUMBERED = re.compile(r"^(\d{2,9})([.)])(?=\s|$)")
"""The start of a list whose first number has several digits."""

WORDS = re.compile(r"[\\`*_\[\]<>#|~&$]")
"""The same for words of this library, which hold nothing that is hostile."""


def markdown(document: Document) -> str:
    """The Markdown of a report, the same bytes for the same document."""
    lines = [f"# {_said(document.question)}", *_blocks(document.opening, 2), *_blocks(document.sections, 2)]
    return "\n\n".join(lines) + "\n"


def _blocks(blocks: Iterable[Block], level: int) -> Iterator[str]:
    for block in blocks:
        yield from _block(block, level)


def _block(block: Block, level: int) -> Iterator[str]:
    match block:
        case Paragraph(words, tone):
            yield f"> {_inline(words)}" if tone in ("quote", "lead") else _inline(words)
        case Listing(points, is_ordered):
            yield "\n".join(f"{f'{i}.' if is_ordered else '-'} {_inline(p)}" for i, p in enumerate(points, start=1))
        case Grid():
            yield from _grid(block)
        case Terms(entries):
            yield "\n".join(f"- **{word}**: {_inline(meaning)}" for word, meaning in entries)
        case Section(title, anchor, inner):
            if not any(isinstance(one, Sliders) for one in inner):
                yield f'<a id="{anchor}"></a>\n\n{"#" * min(level, 6)} {_inline(title)}'
                yield from _blocks(inner, level + 1)
        case Picture(shows=shows):
            yield f"*Picture: {_inline(shows)}*"
        case Sliders():
            return
        case _:
            assert_never(block)


def table(grid: Grid) -> str:
    """The Markdown of a table alone, with its caption above it, if it has one."""
    return "\n\n".join(_grid(grid)) + "\n"


def _grid(grid: Grid) -> Iterator[str]:
    if grid.caption:
        yield f"*{_inline(grid.caption)}*"
    rule = " | ".join("--:" if i in grid.numeric else ":--" for i in range(len(grid.columns)))
    heads = " | ".join(map(_inline, grid.columns))
    rows = (" | ".join(map(_inline, row)) for row in grid.rows)
    yield "\n".join(f"| {line} |" for line in (heads, rule, *rows))


def _inline(parts: Text) -> str:
    return "".join(map(_part, parts))


def _part(part: Inline) -> str:
    match part:
        case str():
            return _escaped(part, WORDS)
        case Said(words):
            return _said(words)
        case Figure(words, _):
            return _escaped(words, WORDS)
        case Name(words, _, label):
            return _said(label) if label else f"`{words}`"
        case Code(words):
            return f"`{words}`"
        case Strong(inner):
            return f"**{_inline(inner)}**"
        case Shade(parts=inner) | Aside(parts=inner):
            return _inline(inner)
        case Link(inner, target):
            return f"[{_inline(inner)}]({target})"
        case Move():
            return ""
        case _:
            assert_never(part)


def _said(words: str) -> str:
    """Text from the case on one line, each sign as it is."""
    return NUMBERED.sub(r"\1\\\2", _escaped(" ".join(words.split()), SPECIAL))


def _escaped(words: str, signs: re.Pattern[str]) -> str:
    return signs.sub(lambda sign: f"\\{sign[0]}", words)
