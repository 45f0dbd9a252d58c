"""A table as LaTeX with the rules of booktabs: every sign of a text as it is read, whatever it means to TeX."""

from __future__ import annotations

import re
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

LONG = 40
"""Signs of a text beyond which its column breaks lines."""

TEXTS, SHORT_TEXTS = 0.6, 0.42
"""Part of the line that all columns of long texts share; in tables of many columns also those of short texts."""

FEW = 4
"""Most columns of a table in letters of the usual size; with smaller ones, a summary fits a column of 3.4 in."""

SMALL = [r"\footnotesize", r"\setlength{\tabcolsep}{3pt}"]

EM_OF_A_SIGN, EM_OF_A_COLUMN = 0.5, 0.3
"""About how wide a sign is, and what a column takes beyond its signs, in units of the size of letters."""

BREAKABLE = re.compile(r"\.|\\_")
BREAK = r"\g<0>\\allowbreak{}"
"""Where an address may go on in the next line: behind its dots and underscores."""

HEAD_BREAKS = re.compile(r"(?<=-)| ")
POWER = re.compile(r"(\d(?:\.\d+)?)e(-?\d+)")
UNSEEN = re.compile(r"[^\S ]|[\x00-\x1f\x7f]")


def latex(grid: Grid, label: str) -> str:
    """The environment ``table`` of a grid; texts are to the left, those of long ones in lines, numbers to the right."""
    columns = "".join(map(_column, range(len(grid.columns)), _shares(grid), [grid] * len(grid.columns)))
    small = SMALL if len(grid.columns) > FEW else []
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


def _longest(grid: Grid, n: int) -> int:
    """Signs of the longest cell of a column, or of the longest word of its head."""
    cells = (len(plain(row[n])) for row in grid.rows)
    return max([*cells, *map(len, HEAD_BREAKS.split(plain(grid.columns[n])))])


def _shares(grid: Grid) -> list[float]:
    """Part of the line that each column takes whose texts are broken; 0 for the others."""
    lengths = np.array([_longest(grid, n) for n in range(len(grid.columns))])
    if (lengths > LONG).any():
        return list((lengths > LONG) * TEXTS / (lengths > LONG).sum())
    if len(grid.columns) <= FEW:
        return [0.0] * len(lengths)
    texts = np.where([n in grid.numeric for n in range(len(lengths))], 0, lengths)
    return list(SHORT_TEXTS * texts / max(texts.sum(), 1))


def _column(n: int, share: float, grid: Grid) -> str:
    """How a column is set: texts as wide as their share, numbers as wide as they are, with their head in lines."""
    if share:
        return rf">{{\raggedright\arraybackslash}}p{{{share:.2f}\linewidth}}"
    if n not in grid.numeric:
        return "l"
    width = _longest(grid, n)
    em = EM_OF_A_SIGN * width + EM_OF_A_COLUMN
    return rf">{{\raggedleft\arraybackslash}}p{{{em:.1f}em}}" if width < len(plain(grid.columns[n])) else "r"


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
