"""What a notebook shows of a case, a panel or an answer: a question, tables and notes.

They have no colours of their own, so that they can be read in light and in dark notebooks. All text is escaped.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from attribution_bayes.declare.parts import NamedPart

MAX_ROWS = 60
"""Most rows of a table; pandas stops there too."""

LEFT = "text-align: left; white-space: pre-line; padding: .2em .6em"
RIGHT = "text-align: right; padding: .2em .6em"
"""Jupyter puts all cells to the right unless a cell says where it belongs; marimo leaves no space between them."""


def said(words: str) -> str:
    """Text of somebody else, in its own direction."""
    return f"<bdi>{html.escape(words)}</bdi>"


def called(part: NamedPart) -> str:
    """The label of a part, if it has one, and the name that addresses use."""
    name = f"<code>{html.escape(part.name)}</code>"
    return f"{said(part.label)} {name}" if part.label else name


def page(question: str, *blocks: str) -> str:
    """A question, and what stands under it."""
    return f"<p><strong>{said(question)}</strong></p>{''.join(blocks)}"


def listing(sentences: Iterable[str]) -> str:
    """Sentences, each on a line of its own."""
    return f"<ul>{''.join(f'<li>{said(one)}</li>' for one in sentences)}</ul>"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, numeric: Sequence[str] = ()) -> str:
    """A table of cells that are HTML already; the first of each row is its head.

    Parameters
    ----------
    heads, rows
    numeric
        Heads of the columns of numbers.
    """
    sides = [RIGHT if head in numeric else LEFT for head in heads]
    titles = "".join(_cell("th", 'scope="col" ', side, head) for side, head in zip(sides, heads, strict=True))
    body = "".join(f"<tr>{_row(row, sides)}</tr>" for row in rows[:MAX_ROWS])
    more = f"<p>and {len(rows) - MAX_ROWS:,} more</p>" if len(rows) > MAX_ROWS else ""
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>{more}"


def _row(row: Sequence[str], sides: Sequence[str]) -> str:
    cells = zip(row, sides, strict=True)
    return "".join(
        _cell("td" if i else "th", "" if i else 'scope="row" ', side, cell) for i, (cell, side) in enumerate(cells)
    )


def _cell(tag: str, scope: str, side: str, inner: str) -> str:
    return f'<{tag} {scope}style="{side}">{inner}</{tag}>'
