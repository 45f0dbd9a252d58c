"""The style: ArviZ's, without touching anybody's settings; marks that need no colour; text that is not cut."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import same_color
from matplotlib.figure import Figure

from attribution_bayes.declare.parts import Hypothesis
from attribution_bayes.plots import style
from payloads import PAYLOADS, unseen
from repeatable import REPEATABLE

COLOURED = {"axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color"}


def arviz_style() -> matplotlib.RcParams:
    """ArviZ's style as it is installed."""
    (folder,) = importlib.util.find_spec("arviz_plots").submodule_search_locations
    path = Path(folder) / "styles" / "arviz-variat.mplstyle"
    return matplotlib.rc_params_from_file(path, use_default_template=False)


def test_the_colours_are_arviz() -> None:
    """The cycle of colours is that of the style that ArviZ installs."""
    assert tuple(arviz_style()["axes.prop_cycle"].by_key()["color"]) == style.COLOURS


def test_the_style_is_arviz_but_for_the_size_of_letters() -> None:
    """Every setting that ArviZ has too is the same, but for two sizes."""
    theirs, ours = arviz_style(), matplotlib.RcParams(style.STYLE)
    shared = {key for key in ours if key in theirs}
    assert shared >= {"axes.edgecolor", "axes.spines.top", "axes.spines.right", "text.color"}
    same = {
        key for key in shared if ours[key] == theirs[key] or (key in COLOURED and same_color(ours[key], theirs[key]))
    }
    assert shared - same == {"font.size", "legend.fontsize"}


def test_marks_differ_without_colour() -> None:
    """The first 80 lines differ in marker or stroke, the first 16 regions in their hatch."""
    assert len({(style.mark(n).marker, str(style.mark(n).line)) for n in range(80)}) == 80
    assert len({style.mark(n).hatch for n in range(16)}) == 16


def test_the_style_holds_inside_and_leaves_nothing_behind() -> None:
    """Inside, TeX and mathtext are off whatever the settings are; afterwards the settings are what they were."""
    with matplotlib.rc_context({"text.usetex": True, "axes.facecolor": "black", "font.size": 30}):
        before = dict(matplotlib.rcParams)
        with style.in_style():
            assert not matplotlib.rcParams["text.usetex"]
            assert not matplotlib.rcParams["text.parse_math"]
            assert matplotlib.rcParams["axes.facecolor"] == "white"
            assert matplotlib.rcParams["font.size"] == 10
        assert dict(matplotlib.rcParams) == before


def test_a_figure_of_its_own_shows_itself() -> None:
    """A new figure is a picture that gives its PNG to a notebook, and is as high as its parts need."""
    with style.in_style():
        made = style.canvas(None, 2.0)
        low = style.finish(made, "title", [style.points("a", style.mark(0), face="white")], []).get_figheight()
        high = style.finish(made, "title", [style.points("a", style.mark(0), face="white")], ["a note", "another"])
    assert made.is_own
    assert isinstance(high, style.Picture)
    assert high._repr_png_().startswith(b"\x89PNG")
    assert high.get_figheight() > low > 2.0


def test_given_axes_keep_their_figure() -> None:
    """Given axes are drawn into, title and notes included, and their figure is neither replaced nor resized."""
    figure = Figure(figsize=(3, 3))
    ax = figure.add_subplot()
    with style.in_style():
        made = style.canvas(ax, 9.0)
        ax.set_xlabel("credence")
        assert style.finish(made, "title", [style.points("a", style.mark(0), face="white")], ["a note"]) is figure
    assert (ax.get_title(loc="left"), ax.get_xlabel()) == ("title", "credence\na note")
    assert tuple(figure.get_size_inches()) == (3, 3)


@REPEATABLE
@given(st.lists(st.integers(1, 130), min_size=1, max_size=20))
def test_a_legend_has_as_many_columns_as_fit(lengths: list[int]) -> None:
    """Columns are as many as fit the width, and one where even two do not."""
    columns = style._columns(lengths)
    assert 1 <= columns <= len(lengths)
    widest = [max(part) for part in np.array_split(np.array(lengths), columns)]
    assert columns == 1 or sum(widest) + style.KEY_CHARACTERS * columns <= style.LEGEND_CHARACTERS


SEEN = [text for text in PAYLOADS if text.strip()]

WORDS = st.text("abcXYZ012_. ", max_size=300)


@REPEATABLE
@given(WORDS, st.integers(1, 80))
def test_breaking_cuts_nothing_and_fits(text: str, width: int) -> None:
    """Broken text has every sign but spaces, on lines that are not longer than asked for."""
    lines = style.break_lines(text, width).split("\n")
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(style.extent(line) <= width or len(line) == 1 for line in lines)


def test_a_name_is_broken_only_where_it_must_be() -> None:
    """A name that fits on a line stays whole; a longer one is broken after an underscore or a point."""
    assert style.break_lines("how likely it is under isis_k_alone", 30) == "how likely it is under\nisis_k_alone"
    assert style.break_lines("suspects_under_interrogation", 22) == "suspects_under_\ninterrogation"
    assert style.break_lines("a" * 10, 4) == "aaaa\naaaa\naa"


@pytest.mark.parametrize(
    "text", [text for text in PAYLOADS if text.strip()], ids=range(sum(map(bool, map(str.strip, PAYLOADS))))
)
def test_free_text_becomes_one_line_that_can_be_seen(text: str) -> None:
    """Whatever somebody wrote is on one line, short, and has no sign that cannot be seen."""
    shown = style.shorten(text)
    assert shown.isprintable()
    assert not unseen(shown)
    assert len(shown) <= style.FREE_CHARACTERS


@pytest.mark.parametrize(
    ("label", "drawn"),
    [
        ("Mr  X", "Mr X"),
        ("Группа Икс", "Группа Икс"),
        ("costs $5 or $6", "a"),
        ("_hidden", "a"),
        ("\u05de\u05d9", "a"),
        ("\u8c01", "a"),
        (None, "a"),
    ],
)
def test_a_picture_shows_a_label_only_as_it_is_read(label: str | None, drawn: str) -> None:
    """A formula, what a legend leaves out, text from right to left and signs without a glyph: the name stands there."""
    part = Hypothesis(name="a", label=label, statement="s")
    assert style.drawn_name(part) == drawn
    assert style.drawn_names([part]) == {"a": drawn}
