"""Tables for papers: their numbers in two digits, texts as they are read, nothing between 0 and 1 as either."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import get_font
from matplotlib.ft2font import LoadFlags

import attribution_bayes as ab
from attribution_bayes.report.render.latex import SIGNS, escaped
from attribution_bayes.report.tables import two_digits
from payloads import PAYLOADS
from pictures import labelled_case
from repeatable import REPEATABLE

CASE = labelled_case()
OTHER = ab.suppose(CASE, {"prior.h_first": 0.5})

TABLES: dict[str, Callable[[], pd.DataFrame]] = {
    "summary": lambda: ab.weigh(CASE, sampling=ab.Sampling(draws=100)).summary(),
    "weight_of_evidence": lambda: ab.weight_of_evidence(CASE),
    "one_way": lambda: ab.one_way(CASE),
    "flip_points": lambda: ab.flip_points(CASE),
    "difference": lambda: ab.difference(CASE, OTHER),
    "pool": lambda: ab.pool(ab.Panel({"one": CASE, "other": OTHER}), "linear"),
    "robustness": lambda: ab.robustness(CASE),
    "sensitivity_table": lambda: ab.sensitivity_table(CASE, n=8),
    "power_scaling": lambda: ab.power_scaling(ab.weigh(CASE, sampling=ab.Sampling(draws=100))),
    "discount": lambda: ab.discount(CASE),
    "credence_bounds": lambda: ab.credence_bounds(CASE),
    "fewest": lambda: ab.fewest(CASE),
    "leave_one_out": lambda: ab.leave_one_out(CASE),
    "expected_information": lambda: ab.expected_information(CASE),
    "scores": lambda: ab.scores(ab.Past.from_ratios({"a": [3.0, 0.5], "b": [0.2]})),
}
"""Those that go into a paper most."""


@cache
def made(name: str) -> pd.DataFrame:
    """One of the tables, computed once."""
    return TABLES[name]()


def cells(written: str) -> list[list[str]]:
    """The cells of each row of a LaTeX table, as they are read."""
    body = written.split("\\midrule\n")[1].split("\\bottomrule")[0]
    return [[read(cell) for cell in line.removesuffix(" \\\\").split(" & ")] for line in body.splitlines()]


def read(words: str) -> str:
    """What TeX makes of this."""
    for plain, written in (
        ("", "\\allowbreak{}"),
        ("", "\\kern0pt{}"),
        ("%", "\\,\\%"),
        ("-", "\\ensuremath{-}"),
        *SIGNS.items(),
    ):
        words = words.replace(written, plain)
    return words


COMMANDS = {"\\texttt", "\\kern", "\\ensuremath", "\\times", "\\infty", "\\allowbreak"}
"""What a cell may hold beside the signs of `SIGNS`; numbers have powers of ten."""


def is_cell(words: str) -> bool:
    """Whether TeX reads a cell to its end as text: groups that close, and no sign that means something to it."""
    for written in sorted(SIGNS.values(), key=len, reverse=True):
        words = words.replace(written, "")
    left = re.sub(r"\\times 10\^\{-?\d+\}", r"\\times", words.replace("\\,", ""))
    depths = np.cumsum([(sign == "{") - (sign == "}") for sign in left] or [0])
    commands = re.findall(r"\\(?:[A-Za-z]+|.|$)", left)
    return depths.min() >= 0 and depths[-1] == 0 and {*commands} <= COMMANDS and not set(left) & set("%$#_^~&\n\r")


SET_IN_LINES = (
    r">\{\\ragged(?:righ|lef)t\\arraybackslash\}"
    r"p\{([.\d]+)(em|\\dimexpr\\linewidth-([.\d]+)em-(\d+)\\tabcolsep\\relax)\}"
)
"""A column whose texts are broken: its width, or its part of what others leave of the line."""


def assert_tabular(written: str) -> None:
    """The environment has a column for each cell of each row, all of which TeX can read; nobody has to have it."""
    lines = written.splitlines()
    begin = next(line for line in lines if line.startswith("\\begin{tabular}"))
    columns = re.sub(SET_IN_LINES, "l", begin.split("}", 1)[1]).replace("@{}", "")
    assert re.fullmatch(r"\{[lr]+\}", columns)
    rows = [line.removesuffix(" \\\\").split(" & ") for line in lines if line.endswith(" \\\\")]
    assert len(rows) == lines.index("\\bottomrule") - lines.index("\\toprule") - 2
    assert all(len(row) == len(columns) - 2 and all(map(is_cell, row)) for row in rows)


@pytest.mark.parametrize("name", TABLES)
def test_every_row_is_there_with_its_numbers(name: str) -> None:
    """Numbers are those of the table to two digits, or to half a point; a row has as many cells as there are heads."""
    table = made(name)
    for written in (ab.to_latex(table), ab.to_latex(table, CASE)):
        assert_tabular(written)
    rows, levels = cells(ab.to_latex(table, CASE)), table.index.nlevels
    shown = [column for column in table if column != "what" and not (column == "mcse" and (table[column] == 0).all())]
    assert [len(row) for row in rows] == [levels + len(shown)] * len(table)
    for row, (_, values) in zip(rows, table[shown].iterrows(), strict=True):
        for written, (column, value) in zip(row[levels:], values.items(), strict=True):
            if isinstance(value, float) and np.isfinite(value) and (number := re.fullmatch(r"([-+.\d]+)(%?)", written)):
                scale = 100 if number[2] or column == "swing" else 1
                decibans = re.search("_db|^db_|^weight$", str(column))
                near = {"abs": 0.051} if decibans else {"abs": 0.51} if number[2] else {"rel": 0.051}
                assert float(number[1]) == pytest.approx(scale * value, **near), column


@pytest.mark.parametrize("name", TABLES)
def test_both_forms_say_the_same(name: str) -> None:
    """Markdown has the same rows, and both have labels where the case has them."""
    table = made(name)
    latex, markdown = ab.to_latex(table, CASE, caption="c"), ab.to_markdown(table, CASE, caption="c")
    assert len(cells(latex)) == len(markdown.splitlines()) - 4 == len(table)
    assert markdown.startswith("*c*\n\n| ")
    assert not any(name in latex.replace("\\_", "_") for name in ("h_first", "h_second", "h_rest", "e_seen"))


def test_labels_are_those_of_the_table_or_of_the_case() -> None:
    """A table that holds labels shows them; without a case others show names, and addresses as code."""
    assert "The footage & true & The footage + The payment &" in ab.to_latex(made("weight_of_evidence"))
    assert "h\\_first &" in ab.to_latex(made("summary"))
    assert "The insider &" in ab.to_latex(made("summary"), CASE)
    assert "\\texttt{prior.\\allowbreak{}h\\_\\allowbreak{}first} &" in ab.to_latex(made("flip_points"))
    assert "prior of The insider &" in ab.to_latex(made("flip_points"), CASE)


@cache
def worked_example() -> ab.Case:
    return ab.load_case("examples/crocus_city_hall.yaml")


def test_the_summary_fits_the_column_of_a_journal() -> None:
    """In letters of TeX of the size that the table states, its columns take less than 3.4 inches, and no word more."""
    written = ab.to_latex(ab.weigh(worked_example()).summary(), worked_example())
    assert "\\footnotesize\n\\setlength{\\tabcolsep}{3pt}\n\\begin{tabular}{@{}" in written
    assert_fits(written, 3.4 * 72.27)


@pytest.mark.parametrize("find", [ab.weight_of_evidence, ab.flip_points, ab.robustness, ab.fewest])
def test_a_table_with_long_texts_fits_the_line_of_an_article(find: Callable[[ab.Case], pd.DataFrame]) -> None:
    """Its texts are broken to what its numbers leave, also of a line that is longer; no word sticks out."""
    written = ab.to_latex(find(worked_example()), worked_example())
    assert "\\_more" not in written
    assert "\\raggedright" in written
    for line in (345, 390, 469):
        assert_fits(written, line)


def test_a_table_that_no_line_has_room_for_is_as_narrow_as_its_words() -> None:
    """Of each column of texts one word is the longest."""
    table = pd.DataFrame(
        {str(n): ["a word", "and another"] for n in range(30)}, index=pd.Index(["x", "y"], name="item")
    )
    assert ab.to_latex(table).count("p{3.8em}") == 30
    assert "dimexpr" not in ab.to_latex(table)


def assert_fits(written: str, line: float) -> None:
    """The columns take no more than a line of so many points, and what stands in them no more than they have."""
    size, gap = (8, 6) if "\\footnotesize" in written else (10, 12)
    rows = [row.removesuffix(" \\\\").split(" & ") for row in written.splitlines() if row.endswith(" \\\\")]
    begin = next(row for row in written.splitlines() if row.startswith("\\begin{tabular}"))
    columns = list(
        re.finditer(rf"{SET_IN_LINES}|[lr]", begin.removeprefix("\\begin{tabular}{@{}").removesuffix("@{}}"))
    )
    total = gap * (len(rows[0]) - 1)
    for column, *cells in zip(columns, *rows, strict=True):
        told = [as_set(cell) for cell in cells]
        if column[1] is None:
            total += max(width(cell, size) for cell in told)
            continue
        share, of_the_line = float(column[1]), column[3] is not None
        left = line - float(column[3]) * size - int(column[4]) * gap / 2 if of_the_line else size
        assert max(width(word, size) for cell in told for word in re.split(r"(?<=-)| ", cell)) <= share * left
        total += share * left
    assert total <= line


def as_set(cell: str) -> str:
    """A cell as it is read, powers of ten on one line."""
    return read(re.sub(r"\\ensuremath\{(\S+) \\times 10\^\{(\S+)\}\}", r"\1x10\2", cell))


def width(words: str, size: float) -> float:
    """Points of a text in the letters of TeX; what these lack is about as wide as another of them."""
    font = get_font(f"{matplotlib.get_data_path()}/fonts/ttf/cmr10.ttf")
    signs = [
        font.load_char(ord(sign), flags=LoadFlags.NO_SCALE).horiAdvance
        for sign in words.translate({0x2013: "n", 0x221E: "M"})
    ]
    return sum(signs) / font.units_per_EM * size


def test_what_is_nearly_certain_is_never_certain() -> None:
    """Credences that doubles round to 0 or 1 stand below and above two decimals; an excluded hypothesis has 0 %."""
    index = pd.Index(["a", "b", "c"], name="hypothesis")
    table = pd.DataFrame({"credence": [1.0, 1e-300, 0.0], "spread_low": [0.0, 0.0, 0.0]}, index=index)
    assert cells(ab.to_latex(table)) == [["a", ">99.99%", "<0.01%"], ["b", "<0.01%", "<0.01%"], ["c", "0%", "0%"]]
    assert cells(ab.to_latex(table.iloc[[0, 2]]))[0] == ["a", "100%", "0%"]


@REPEATABLE
@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_number_between_is_never_0_or_1(value: float) -> None:
    """Two digits bring every number back to 5 % of itself, and none that lies between 0 and 1 to either."""
    shown = two_digits(value)
    back = eval(shown)
    assert 0 < back < 1 or shown.startswith("1 - ")
    assert back == pytest.approx(value, rel=0.0501) or value < 1e-300


def test_numbers_are_set_as_numbers() -> None:
    """Minus, powers of ten, infinity and what is not known have their signs; yes and no are words."""
    table = pd.DataFrame(
        {"weight": [-3.0, np.inf], "radius_db": [0.01, 2.0], "value": [1.5e-9, np.nan], "exact": [True, False]},
        index=pd.Index(["a", "b"], name="item"),
    )
    first, second = ab.to_latex(table).split("\\midrule\n")[1].splitlines()[:2]
    assert first == r"a & \ensuremath{-}3.0 & \textless{}0.05 & \ensuremath{1.5 \times 10^{-9}} & yes \\"
    assert second == r"b & \ensuremath{\infty} & 2.0 & \textendash{} & no \\"
    near = ab.to_latex(pd.DataFrame({"value": [1 - 1.5e-9]}, index=pd.Index(["a"], name="item")))
    assert r"a & 1 \ensuremath{-} \ensuremath{1.5 \times 10^{-9}} \\" in near


@pytest.mark.parametrize("hostile", PAYLOADS, ids=range(len(PAYLOADS)))
def test_texts_are_no_commands(hostile: str) -> None:
    """No text starts a command, a formula, a comment, a group, a dash or a cell: such signs are this library's."""
    left = escaped(hostile).replace("\\kern0pt{}", "")
    for written in sorted(SIGNS.values(), key=len, reverse=True):
        left = left.replace(written, "")
    assert not set(left) & set("\\%$#_{}^~&\n\r")
    assert "--" not in escaped(hostile)


def test_hostile_names_are_cells_like_any_other() -> None:
    """A table whose rows, words and caption are such texts has its columns and rows, and each of them as it is read."""
    hostile = [text for text, refused in PAYLOADS.items() if not refused and len(text) < 500]
    table = pd.DataFrame(
        {"words": pd.Series(hostile, dtype=object).to_numpy()}, index=pd.Index(hostile, name="item", dtype=object)
    )
    written = ab.to_latex(table, caption=" ".join(hostile))
    assert_tabular(written)
    caption = next(line for line in written.splitlines() if line.startswith("\\caption{"))
    assert is_cell(caption.removeprefix("\\caption{").removesuffix("}"))


def test_columns_of_one_hypothesis_and_addresses_are_in_words() -> None:
    """Heads name the hypothesis by its label; numbers and parts at addresses are said in words, slopes keep signs."""
    assert "decibans per doubling, The insider" in ab.to_markdown(made("power_scaling"), CASE)
    assert any("-" in cell for row in cells(ab.to_latex(made("power_scaling"), CASE)) for cell in row[2:4])
    assert "credence, The insider" in ab.to_markdown(made("discount"), CASE)
    assert "| item The footage |" in ab.to_markdown(made("leave_one_out"), CASE)


def test_caption_and_label_are_in_their_places() -> None:
    """A label is what LaTeX takes as it is; anything else is refused."""
    written = ab.to_latex(made("summary"), caption="50 % & more", label="tab:first")
    assert "\\caption{50 \\% \\& more}\n\\label{tab:first}\n" in written
    with pytest.raises(ab.CaseError, match="E_NAME label"):
        ab.to_latex(made("summary"), label="a}b")
