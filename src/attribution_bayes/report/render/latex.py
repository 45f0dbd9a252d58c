"""A table as LaTeX with the rules of booktabs: every sign of a text as it is read, whatever it means to TeX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import assert_never

import numpy as np

from attribution_bayes.report.render.document import (
    Aside,
    Code,
    Figure,
    Grid,
    Inline,
    Link,
    Move,
    Name,
    Said,
    Shade,
    Strong,
    Text,
    plain,
)

SIGNS = {
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "[": "{[}",  # after the end of a row TeX would take it for an option
    "]": "{]}",
    "−": r"\ensuremath{-}",
    "≥": r"\ensuremath{\geq}",
    "≤": r"\ensuremath{\leq}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "∞": r"\ensuremath{\infty}",
    "→": r"\ensuremath{\to}",
}
"""What TeX reads as more than a sign, or cannot read in its first encoding."""

JOINED = re.compile(r"-(?=-)|,(?=,)")
APART = r"\g<0>\\kern0pt{}"
"""Two hyphens would become a dash, two commas a quotation mark, whatever groups they are in."""

LINES = (246.0, 345.0)
"""Points of a line in a journal, whose columns have 3.4 in, and in an article."""

FEW = 4
"""Most columns of a table in letters of the usual size; with smaller ones, a summary fits a line of a journal."""

SMALL = [r"\footnotesize", r"\setlength{\tabcolsep}{3pt}"]

LETTERS, GAPS = (10, 8), (12, 6)
"""Points of a letter, and between two columns: as they usually are, and small."""

EM_OF_A_SIGN, EM_OF_A_COLUMN = 0.5, 0.3
"""About how wide a sign is, and what a column takes beyond its signs, in units of the size of letters."""

BREAKABLE = re.compile(r"\.|\\_")
BREAK = r"\g<0>\\allowbreak{}"
"""Where an address may go on in the next line: behind its dots and underscores."""

BREAKS, CODE_BREAKS = re.compile(r"(?<=-)| "), re.compile(r"(?<=[-._])| ")
POWER = re.compile(r"(\d(?:\.\d+)?)e(-?\d+)")
AS_WIDE = r"\1 x 10\2"
"""A power of ten as text of about its width."""

UNSEEN = re.compile(r"[^\S ]|[\x00-\x1f\x7f]")


def latex(grid: Grid, label: str) -> str:
    """The environment ``table`` of a grid; texts are to the left, in lines where not all fits, numbers to the right."""
    is_small = len(grid.columns) > FEW
    columns, small = "".join(_columns(grid, is_small)), SMALL if is_small else []
    caption = [rf"\caption{{{_inline(grid.caption)}}}"] if grid.caption else []
    lines = [
        r"\begin{table}",
        r"\centering",
        *caption,
        *([rf"\label{{{label}}}"] if label else []),
        *small,
        rf"\begin{{tabular}}{{@{{}}{columns}@{{}}}}",
        r"\toprule",
        _row(grid.columns),
        r"\midrule",
        *map(_row, grid.rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _columns(grid: Grid, is_small: bool) -> list[str]:
    """How each column is set: texts that have to be broken in lines, all else as wide as it is."""
    broken = _broken(grid, is_small)
    return [
        rf">{{\raggedright\arraybackslash}}p{{{broken[n]}}}" if n in broken else _natural(grid, n)
        for n in range(len(grid.columns))
    ]


def _natural(grid: Grid, n: int) -> str:
    """A column as wide as its cells; a head that is longer than its numbers is set in lines."""
    if n not in grid.numeric:
        return "l"
    width = _least(grid, n)
    is_short = width < _em(len(plain(grid.columns[n])))
    return rf">{{\raggedleft\arraybackslash}}p{{{width:.1f}em}}" if is_short else "r"


def _broken(grid: Grid, is_small: bool) -> dict[int, str]:
    """The widths of columns of texts that share what the others leave of the line; none if all fits without.

    Each has room for its longest word, and of the rest the more, the longer its texts are. Where no line has room for
    all words, it has room for its own.
    """
    letter, each = LETTERS[is_small], range(len(grid.columns))
    whole, least = (np.array([width(grid, n) for n in each]) for width in (_whole, _least))
    gaps, can = GAPS[is_small] / letter * (len(each) - 1), np.flatnonzero(whole > least)
    if whole.sum() + gaps <= LINES[0] / letter or not can.size:
        return {}
    fixed = np.delete(whole, can).sum()
    line = next((one / letter for one in LINES if fixed + gaps + least[can].sum() <= one / letter), None)
    if line is None:
        return {n: f"{least[n]:.1f}em" for n in can.tolist()}
    left, more = line - fixed - gaps, whole[can] - least[can]
    share = (least[can] + (left - least[can].sum()) * more / more.sum()) / left
    rest = rf"\dimexpr\linewidth-{fixed:.1f}em-{2 * (len(each) - 1)}\tabcolsep\relax"
    return {n: f"{one:.3f}{rest}" for n, one in zip(can.tolist(), share.tolist(), strict=True)}


def _whole(grid: Grid, n: int) -> float:
    """Width of a column in which no text is broken, in units of the size of letters."""
    if n in grid.numeric:
        return _least(grid, n)
    return _em(max(len(plain(cell)) for cell in (grid.columns[n], *(row[n] for row in grid.rows))))


def _least(grid: Grid, n: int) -> float:
    """Width of a column out of which no word, and no number, sticks."""
    cells = [row[n] for row in grid.rows]
    words = [POWER.sub(AS_WIDE, plain(cell)) for cell in cells] if n in grid.numeric else [*chain(*map(_words, cells))]
    return _em(max(map(len, [*words, *_words(grid.columns[n])])))


def _em(signs: int) -> float:
    return EM_OF_A_SIGN * signs + EM_OF_A_COLUMN


def _words(cell: Text) -> Iterator[str]:
    """What stays together where a text is broken."""
    for part in cell:
        yield from (CODE_BREAKS if isinstance(part, Code) else BREAKS).split(plain((part,)))


def _row(cells: tuple[Text, ...]) -> str:
    return " & ".join(map(_inline, cells)) + r" \\"


def _inline(parts: Text) -> str:
    return "".join(map(_part, parts))


def _part(part: Inline) -> str:
    match part:
        case str():
            return escaped(part)
        case Said(words):
            return escaped(words)
        case Figure(words, _):
            return _number(words)
        case Name(words, _, label):
            return escaped(label or words)
        case Code(words):
            return rf"\texttt{{{BREAKABLE.sub(BREAK, escaped(words))}}}"
        case Strong(inner):
            return rf"\textbf{{{_inline(inner)}}}"
        case Shade(parts=inner) | Aside(parts=inner) | Link(parts=inner):
            return _inline(inner)
        case Move():
            return ""
        case _:
            assert_never(part)


def _number(words: str) -> str:
    """A number with its minus, its power of ten and its unit as TeX sets them."""
    shown = re.sub(r"(?<![\de])-(?=[\d∞ ])", "−", words)
    pieces = POWER.split(shown)
    powers = [rf"\ensuremath{{{a} \times 10^{{{b}}}}}" for a, b in zip(pieces[1::3], pieces[2::3], strict=True)]
    texts = [escaped(piece).replace(r" \%", r"\,\%") for piece in pieces[::3]]
    return "".join(piece for pair in zip(texts, [*powers, ""], strict=True) for piece in pair)


def escaped(words: str) -> str:
    """Text on one line, each sign as it is read."""
    return JOINED.sub(APART, "".join(SIGNS.get(sign, sign) for sign in UNSEEN.sub(" ", words)))
