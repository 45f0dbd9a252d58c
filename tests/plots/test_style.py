"""The style: ArviZ's, without touching anybody's settings; marks that need no colour; text that is not cut."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import matplotlib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
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


SEEN = [text for text in PAYLOADS if text.strip()]

WORDS = st.text("abcXYZ012_. ", max_size=300)


@REPEATABLE
@given(WORDS, st.floats(0.1, 8.0), st.sampled_from(["normal", "bold"]))
def test_breaking_cuts_nothing_and_fits(text: str, inches: float, weight: str) -> None:
    """Broken text has every sign but spaces, on lines that are not longer than asked for."""
    lines = style.break_lines(text, inches, 10, weight).split("\n")
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(style.text_width(line, 10, weight) <= inches or len(line) == 1 for line in lines)


def test_a_name_is_broken_only_where_it_must_be() -> None:
    """A name that fits on a line stays whole; a longer one is broken after an underscore or a point."""
    assert style.break_lines("how likely it is under isis_k_alone", 2.0, 9) == "how likely it is under\nisis_k_alone"
    assert style.break_lines("suspects_under_interrogation", 1.6, 9) == "suspects_under_\ninterrogation"
    assert style.break_lines("a" * 10, 0.4, 10) == "aaaa\naaaa\naa"


@pytest.mark.parametrize("dpi", [100, 150, 300])
@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_text_is_never_wider_than_was_reckoned(dpi: int, weight: str) -> None:
    """At the sizes that pictures use a line takes between four fifths and all of the room that is kept for it."""
    figure = Figure(figsize=(9, 2), dpi=dpi)
    FigureCanvasAgg(figure)
    for size in (6.375, 6.75, 7.5, 8.5, 9.0, 10.0, 12.0):
        for text in ("how likely escape_attempt is under isis_k_alone", "central 90 % from 0.2 to 0.7"):
            drawn = figure.text(0, 0, text, fontsize=size, fontweight=weight).get_window_extent().width / dpi
            assert 0.8 < drawn / style.text_width(text, size, weight) <= 1.0


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
