"""A table as LaTeX with the rules of booktabs: every sign of a text as it is read, whatever it means to TeX."""

from __future__ import annotations

import re
from typing import assert_never

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
    "-": "{-}",  # two of them would become a dash
    "−": r"\ensuremath{-}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "∞": r"\ensuremath{\infty}",
    "→": r"\ensuremath{\to}",
}
"""What TeX reads as more than a sign, or cannot read in its first encoding."""

POWER = re.compile(r"(\d(?:\.\d+)?)e(-?\d+)")
UNSEEN = re.compile(r"[^\S ]|[\x00-\x1f\x7f]")


def latex(grid: Grid, label: str) -> str:
    """The environment ``table`` of a grid; the first column is to the left, numbers are to the right."""
    columns = "".join("r" if n in grid.numeric else "l" for n in range(len(grid.columns)))
    caption = [rf"\caption{{{_inline(grid.caption)}}}"] if grid.caption else []
    lines = [
        r"\begin{table}",
        r"\centering",
        *caption,
        *([rf"\label{{{label}}}"] if label else []),
        rf"\begin{{tabular}}{{{columns}}}",
        r"\toprule",
        _row(grid.columns),
        r"\midrule",
        *map(_row, grid.rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


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
            return rf"\texttt{{{escaped(words)}}}"
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
    return "".join(SIGNS.get(sign, sign) for sign in UNSEEN.sub(" ", words))
