"""Tables as they go into a paper: labels in place of names, two digits, units in the heads."""

from __future__ import annotations

import math
import re
from typing import Any, Literal

import numpy as np
import pandas as pd

from attribution_bayes.arguments import expect
from attribution_bayes.declare.address import ItemPart, parse_part
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import addresses
from attribution_bayes.declare.wording import Labels, Named, in_words, part_labels, part_sentence, plain
from attribution_bayes.engine.posterior import JUST_BELOW_ONE, in_percent
from attribution_bayes.errors import quoted, refusal
from attribution_bayes.odds import LEAST
from attribution_bayes.report.render import markdown
from attribution_bayes.report.render.document import Code, Figure, Grid, Said, Text, text
from attribution_bayes.report.render.latex import latex
from attribution_bayes.report.words import LEVEL, points, signed

CREDENCES = re.compile(r"credence(_(?!per_doubling)\w+)?|spread_(low|high)|at_(lower|upper|flip)")
SHARES = re.compile(r"prior|probability|share_of_range|attained_(low|high)|(first|total)(_low|_high)?")
"""Columns of credences, and of other shares: both are printed as percentages."""

SPREAD = ("spread_low", "spread_high")
"""Columns of the ends of a spread."""

SIGNED = re.compile(
    r"weight(_against)?|contribution|(old|new|change|share|alone|prior|posterior|moved|mistake)_db|db_per_doubling_\w+"
)
DECIBANS = re.compile(r"\w+_db")
"""Columns of decibans for or against, and of distances, which have no sign."""

LEADERS = re.compile(r"(new_)?leader|leader_at_(lower|upper)")
"""Columns of names of hypotheses."""

OF_ONE = re.compile(r"(credence|credence_per_doubling|db_per_doubling|mcse)_(?!per_doubling)(\w+)")
"""Columns of one hypothesis, or of one reading."""

ABOUT: dict[str, Literal["hypothesis", "item", "source"]] = {
    "hypothesis": "hypothesis",
    "against": "hypothesis",
    "item": "item",
    "source": "source",
}
ADDRESSES = frozenset({"assumption", "address", "part", "without"})
COMPONENTS = frozenset({"may_be_off", "name"})
"""What rows are about, by the name of a level of the index: a part, a number or part by its address, a component."""

HEADS = {
    "weight": "weight, decibans",
    "weight_against": "weight against, decibans",
    "contribution": "contribution, decibans",
    "information": "information, bits",
    "chan_darwiche_db": "bound of Chan and Darwiche, decibans",
    "db_per_doubling": "decibans per doubling",
    "swing": "swing, points",
    "spread_low": "spread from",
    "spread_high": "spread to",
    "words": "in words",
    "behind": "behind the item or prior",
    "mcse": "Monte-Carlo error",
}
"""What stands over a column where its name is not enough."""

DIGITS = 2
"""Digits of a number in a paper."""

NEAR_ONE = 0.99
"""Above this a number below 1 has two digits of its distance from 1: it is never printed as 1."""

PLAIN = 1e-4, 1e6
"""Numbers below the first or from the second on are printed with a power of ten."""

ROUNDING = 1e-12
"""Monte-Carlo errors below it are those of sums that are exact."""

NOTHING = "–"

MORE = re.compile(r"(\d+)_more")
"""How many items have no name in that of a component."""

LABEL = re.compile(r"[A-Za-z0-9:._/-]*")
"""What TeX takes for a label as it stands."""


def to_latex(table: pd.DataFrame, labels: Case | None = None, *, caption: str = "", label: str = "") -> str:
    r"""Write a table as LaTeX, with the rules of booktabs.

    Parameters
    ----------
    table
        What a function of this library returns, such as `Posterior.summary`, `weight_of_evidence`, `one_way`,
        `flip_points`, `sensitivity_table`, `difference`, `scores`, `pool` or `robustness`; or columns of it, as in
        ``table[["prior", "credence"]]``.
    labels
        The case whose labels stand in place of names, and whose numbers are named in words in place of their addresses;
        those that the table holds unless given.
    caption, label
        Of the LaTeX table; none if empty.

    Returns
    -------
    str
        The environment ``table``. The preamble needs ``\usepackage{array, booktabs}`` and
        ``\usepackage[T1]{fontenc}``; with letters of other scripts, such as Cyrillic, compile it with LuaLaTeX and a
        font that has them. Probabilities are percentages, weights and distances decibans, swings percentage points;
        other numbers have two digits; Monte-Carlo errors are left out where nothing was sampled. What lies strictly
        between 0 and 1 is never printed as 0 or 1. In a table that is wider than a column of 3.4 in, texts share what
        numbers leave of the line, and are broken; one of more than four columns has small letters. So
        `Posterior.summary` of the exact engine fits a column of 3.4 in, and `weight_of_evidence` the line of an
        article. For more columns than a line has room for, give some of them, or turn the page.

    Raises
    ------
    CaseError
        ``E_TYPE`` for what is no table, ``E_NAME`` for a label with other signs than letters, digits and ``:._/-``.

    Examples
    --------
    >>> import attribution_bayes as ab
    >>> past = ab.Past.from_ratios({"a": [3.0, 0.5], "b": [0.2]})
    >>> print(ab.to_latex(ab.scores(past).loc[["cllr"], ["value"]], label="tab:cllr"))
    \begin{table}
    \centering
    \label{tab:cllr}
    \begin{tabular}{@{}lr@{}}
    \toprule
    score & value \\
    \midrule
    cllr & 0.63 \\
    \bottomrule
    \end{tabular}
    \end{table}
    <BLANKLINE>
    """
    expect(label, str, "label")
    if not LABEL.fullmatch(label):
        hint = "Write letters, digits and the signs : . _ / - only."
        raise refusal("E_NAME", "label", f"{quoted(label)} cannot be a label of LaTeX.", hint)
    return latex(_grid(table, labels, caption), label)


def to_markdown(table: pd.DataFrame, labels: Case | None = None, *, caption: str = "") -> str:
    """Write a table as Markdown, as `to_latex` writes it as LaTeX.

    Parameters
    ----------
    table, labels, caption
        See `to_latex`.

    Raises
    ------
    CaseError
        ``E_TYPE`` for what is no table.
    """
    return markdown.table(_grid(table, labels, caption))


def _grid(table: pd.DataFrame, labels: Case | None, caption: str) -> Grid:
    expect(table, pd.DataFrame, "table")
    expect(labels, (Case, type(None)), "labels")
    expect(caption, str, "caption")
    called = table.attrs.get("labels", {}) if labels is None else part_labels(labels)
    table = _credences_named(table)
    levels = [str(name) for name in table.index.names]
    exact = {"mcse"} if "mcse" in table and (table["mcse"] < ROUNDING).all() else set()
    shown = [column for column in map(str, table.columns) if column not in {"what", *exact}]
    table = _never_certain(table)
    kinds = [_kind(table[column]) for column in shown]
    rows = [
        (
            *(_head(level, part, called, labels) for level, part in zip(levels, _parts(key), strict=True)),
            *(_cell(column, table[column].iloc[n], _error(table, key, column), called, labels) for column in shown),
        )
        for n, key in enumerate(table.index)
    ]
    numeric = frozenset(len(levels) + n for n, kind in enumerate(kinds) if kind == "number")
    columns = tuple(text(_title(name, called)) for name in (*levels, *shown))
    return Grid(text(Said(caption)) if caption else (), columns, tuple(rows), numeric)


def _error(table: pd.DataFrame, row: Any, column: str) -> float:
    """Monte-Carlo standard error of a credence, which bounds its digits: that of an end of a spread is its own."""
    if column in SPREAD and row in table.attrs.get("spread_mcse", {}):
        return float(table.attrs["spread_mcse"][row][SPREAD.index(column)])
    return float(table["mcse"].max()) if "mcse" in table and table["mcse"].notna().any() else 0.0


def _credences_named(table: pd.DataFrame) -> pd.DataFrame:
    """The table in which a column of credences is called one: `discount` calls it by its hypothesis."""
    if table.index.name == "factor":
        return table.add_prefix("credence_")
    bounds = {"lower": "credence_lower", "upper": "credence_upper"} if "attained_at" in table.attrs else {}
    return table.rename(columns=bounds)


def _never_certain(table: pd.DataFrame) -> pd.DataFrame:
    """The table in which no credence that doubles rounded to 0 or 1 is either; those of excluded hypotheses stay 0."""
    stated = table.attrs.get("credence", {})
    of_all = table["credence"] if "credence" in table and table.index.name == "hypothesis" else pd.Series(stated)
    left = int((pd.to_numeric(of_all, errors="coerce").fillna(1.0) > 0).sum())
    if left == 1:
        return table
    shown = table.copy()
    greatest = next((table[one] for one in ("credence", "credence_upper") if one in table), None)
    out = np.zeros(len(table), dtype=bool) if greatest is None else (greatest == 0).to_numpy()
    for column in filter(CREDENCES.fullmatch, map(str, table.columns)):
        values = table[column].to_numpy(dtype=np.float64)
        shown[column] = np.where(out, values, np.clip(values, LEAST, JUST_BELOW_ONE))
    return shown


def _parts(key: Any) -> tuple[str, ...]:
    """What stands in each level of the index; fractions without the digits that rounding has left."""
    return tuple(
        f"{one:.6g}" if isinstance(one, float) else str(one) for one in (key if isinstance(key, tuple) else (key,))
    )


def _title(name: str, called: Labels) -> str:
    """What stands over a column; a column of one hypothesis has its label."""
    if of_one := OF_ONE.fullmatch(name):
        return f"{_title(of_one[1], called)}, {plain((Named(of_one[2], 'hypothesis'),), called)}"
    words = name.removesuffix("_db").replace("_", " ")
    return HEADS.get(name, f"{words}, decibans" if name.endswith("_db") else words)


def _kind(column: pd.Series) -> Literal["number", "words"]:
    return "number" if pd.api.types.is_numeric_dtype(column) and column.dtype != bool else "words"


def _head(level: str, name: str, called: Labels, case: Case | None) -> Text:
    """What a row is about, in words where they are known."""
    if level in ABOUT:
        return text(Said(plain((Named(name, ABOUT[level]),), called)))
    if level in COMPONENTS:
        return text(Said(_component(name, called)))
    return _at(name, called, case) if level in ADDRESSES else text(Said(name))


def _at(address: str, called: Labels, case: Case | None) -> Text:
    """What stands at an address, in words where they are known."""
    if case is not None and address in addresses(case):
        return text(Said(in_words(case, address, called)))
    part = parse_part(address)
    return text(Code(address) if part is None else Said(plain(part_sentence(part), called)))


def _component(name: str, called: Labels) -> str:
    """Items that speak together, by their labels, or what else a row is about."""
    items = name.removeprefix("component.").split("+")
    return " + ".join(called.get(str(ItemPart(one)), MORE.sub(r"\1 more", one)) for one in items)


def _cell(column: str, value: Any, mcse: float, called: Labels, case: Case | None) -> Text:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return text(NOTHING)
    if isinstance(value, (bool, np.bool_)):
        return text("yes" if value else "no")
    if column == "group":
        return _at(str(value), called, case)
    if not isinstance(value, (int, float, np.number)):
        return text(Said(_words(column, str(value), called)))
    return text(_figure(column, float(value), mcse))


def _words(column: str, value: str, called: Labels) -> str:
    """A cell that holds words, with labels in place of names."""
    if LEADERS.fullmatch(column):
        return plain((Named(value, "hypothesis"),), called)
    if column == "item":
        return plain((Named(value, "item"),), called)
    return _component(value, called) if column == "dependent_items" else value


def _figure(column: str, value: float, mcse: float) -> Figure:
    if math.isinf(value):
        return Figure("∞" if value > 0 else "-∞", value)
    if SIGNED.fullmatch(column):
        return signed(value)
    if DECIBANS.fullmatch(column):
        return Figure(f"<{LEVEL}" if 0 < value < LEVEL else f"{value:z,.1f}", value)
    if CREDENCES.fullmatch(column):
        return Figure(in_percent(value, mcse), value)
    if SHARES.fullmatch(column):
        return Figure(in_percent(value) if 0 <= value <= 1 else f"{100 * value:z.0f} %", value)
    if column == "swing":
        return points(value)
    if column == "mcse" and value < ROUNDING:
        return Figure("0", value)
    return Figure(two_digits(value), value)


def two_digits(value: float) -> str:
    """A number with two digits, of its distance from 1 where it is near to 1; whole numbers as they are.

    >>> [two_digits(value) for value in (0.0, 0.2, 0.01234, 0.9991, 3.14159, 1234.5, 1.5e-9, 1 - 1.5e-9, 12.0, -0.301)]
    ['0', '0.20', '0.012', '0.99910', '3.1', '1200', '1.5e-9', '1 - 1.5e-9', '12', '-0.30']
    """
    if value.is_integer() and abs(value) < PLAIN[1]:
        return f"{value:.0f}"
    rest = 1 - value if NEAR_ONE < value < 1 else abs(value)
    if NEAR_ONE < value < 1 and rest < PLAIN[0]:
        return f"1 - {two_digits(rest)}"
    if not PLAIN[0] <= rest < PLAIN[1]:
        return np.format_float_scientific(value, precision=DIGITS - 1, exp_digits=1, min_digits=1)
    decimals = DIGITS - 1 - math.floor(math.log10(rest))
    return f"{round(value, decimals):.{max(decimals, 0)}f}"
