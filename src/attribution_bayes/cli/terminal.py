"""What a terminal shows in place of plain lines: tables that fit its width, bars, bold type and colours.

rich, which draws them, leaves colours out where NO_COLOR is set. Nothing is told by a colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from rich.bar import Bar
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

BAR = 24
"""Characters of a bar from 0 to 100 %: one is 4 percentage points."""

type Cell = Text | Bar


def styled(words: str, style: str, out: TextIO) -> None:
    """Print words in a style, such as ``bold``."""
    _console(out).print(Text(words, style))


def table(heads: Sequence[str], rows: Sequence[Sequence[Cell]], out: TextIO) -> None:
    """Print a table; what is too wide for the terminal is broken."""
    made = Table(box=SIMPLE_HEAD, header_style="dim", pad_edge=False)
    for head in heads:
        made.add_column(Text(head), overflow="fold")
    for row in rows:
        made.add_row(*row)
    _console(out).print(made)


def number(words: str, style: str = "") -> Text:
    """A cell that stands at the right."""
    return Text(words, style, justify="right")


def bar(share: float) -> Bar:
    """A cell with a bar from 0 to a share of 1."""
    return Bar(1, 0, share, width=BAR)


def _console(out: TextIO) -> Console:
    return Console(file=out, highlight=False, markup=False, emoji=False)
