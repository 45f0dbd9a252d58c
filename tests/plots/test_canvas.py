"""Every picture keeps to the room that it has: in a column of a journal nothing is cut off, and nothing is covered."""

from __future__ import annotations

import re
import warnings
from functools import cache

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import attribution_bayes as ab
from attribution_bayes.plots import style
from attribution_bayes.plots.axes import Scale, set_value_axis
from attribution_bayes.plots.canvas import Picture, _columns, canvas, finish
from pictures import PICTURES, assert_readable, long_labels, texts
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

COLUMN = 3.4
"""Inches: one of two columns of a journal."""

ASKED = re.compile(r"the picture needs ([\d.]+) inches of height")
"""What a picture says where it has more rows than room."""


@cache
def weighed(which: str) -> ab.Posterior:
    case = ab.load_case("examples/crocus_city_hall.yaml") if which == "worked example" else long_labels()
    return ab.weigh(case, sampling=ab.Sampling(draws=200))


EVERY = [(name, which) for name in PICTURES for which in ("worked example", "long labels")]
DRAWN = [pair for pair in EVERY if pair != ("robustness", "worked example")]
"""Robustness of the worked example takes seconds, and draws four lines as that of any case does."""


@pytest.mark.parametrize(("name", "which"), DRAWN)
def test_in_a_column_nothing_is_cut_off_or_covered(name: str, which: str) -> None:
    """Whatever the labels, nothing meets or stands out of the figure, in the height that the picture asks for."""
    figure, asked = in_column(name, which, 2.6)
    if asked:
        figure, asked = in_column(name, which, asked)
        assert asked is None
    assert_readable(figure)


def in_column(name: str, which: str, height: float) -> tuple[Figure, float | None]:
    """The picture in a column of this height, and the height that it asks for, if it asks."""
    figure = Figure(figsize=(COLUMN, height), layout="constrained", dpi=100)
    FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        PICTURES[name](weighed(which), ax=ax)
    found = [match for one in caught if (match := ASKED.search(str(one.message)))]
    return figure, float(found[0][1]) if found else None


KEY = style.points("a", style.mark(0), face="white")


def test_a_figure_of_its_own_shows_itself() -> None:
    """A new figure is a picture that gives its PNG to a notebook, and is as high as its parts need."""
    with style.in_style():
        made = canvas()
        low = finish(made, "title", [KEY], []).get_figheight()
        high = finish(canvas(), "title", [KEY], ["a note", "another"])
    assert made.is_own
    assert isinstance(high, Picture)
    assert high._repr_png_().startswith(b"\x89PNG")
    assert high.get_figheight() > low > 2.0


@pytest.mark.parametrize("scale", ["linear", "log odds", "log"])
def test_notes_take_the_same_room_on_every_scale(scale: Scale) -> None:
    """Also where 0 has no place on the axes, as for odds and ratios: such pictures were 600 inches high."""
    heights = []
    for scales in (("linear", "linear"), (scale, scale)):
        with style.in_style():
            made = canvas()
            for axis, its in zip("xy", scales, strict=True):
                set_value_axis(made, axis, (0.01, 0.2), its)
            heights.append(finish(made, "title", [KEY], ["a note"]).get_figheight())
    assert heights[1] == pytest.approx(heights[0], abs=0.2)


def test_given_axes_keep_their_figure() -> None:
    """Given axes are drawn into, title and notes included, and their figure is neither replaced nor resized."""
    figure = Figure(figsize=(3, 3), layout="constrained")
    ax = figure.add_subplot()
    with style.in_style():
        made = canvas(ax)
        ax.set_xlabel("credence")
        assert finish(made, "title", [KEY], ["a note"]) is figure
    assert (ax.get_title(loc="left"), ax.get_xlabel(), texts(figure)[0]) == ("title", "credence", "a note")
    assert tuple(figure.get_size_inches()) == (3, 3)


def test_a_title_can_be_left_out() -> None:
    """An empty title is none, and its room is not kept; None is the usual title."""
    with style.in_style():
        usual, none = (finish(canvas(title=title), "title", [KEY], []) for title in (None, ""))
    assert [figure.axes[0].get_title(loc="left") for figure in (usual, none)] == ["title", ""]
    assert usual.get_figheight() - none.get_figheight() == pytest.approx(0.17, abs=0.03)


@pytest.mark.parametrize(("columns", "share"), [(1, 1.0), (2, 0.5), (4, 0.25)])
def test_letters_are_as_large_as_the_axes_allow(columns: int, share: float) -> None:
    """Of a grid each column has its share; letters shrink with it down to three quarters, and never grow."""
    figure = Figure(figsize=(12, 3), layout="constrained")
    made = canvas(figure.subplots(1, columns, squeeze=False)[0, -1])
    assert made.width == pytest.approx(12 * share, rel=0.2)
    assert made.points(10) == pytest.approx(10 * max(0.75, min(1.0, made.width / 7.5)))
    assert canvas(figure.add_axes((0.5, 0.1, 0.2, 0.8))).width == pytest.approx(2.4)


def test_letters_of_given_axes_are_drawn_as_they_are() -> None:
    """Whatever was set when the axes were made, neither mathtext nor TeX reads their title, names and ticks."""
    with matplotlib.rc_context({"text.parse_math": True, "text.usetex": True}):
        ax = Figure(layout="constrained").add_subplot()
    with style.in_style():
        ax.set(xlabel="$a", ylabel="b$")
        finish(canvas(ax), "$\\frac$", [KEY], [])
    read = [ax._left_title, ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels()]
    assert not any(text.get_parse_math() or text.get_usetex() for text in read)


@REPEATABLE
@given(st.lists(st.floats(0.1, 9.0), min_size=1, max_size=20))
def test_a_legend_has_as_many_columns_as_fit(widths: list[float]) -> None:
    """Columns are as many as fit the width, and one where even two do not."""
    columns = _columns(widths, 7.0)
    assert 1 <= columns <= len(widths)
    assert columns == 1 or sum(max(part) for part in np.array_split(np.array(widths), columns)) <= 7.0
    more = [sum(max(part) for part in np.array_split(np.array(widths), n)) for n in range(columns + 1, len(widths) + 1)]
    assert all(wide > 7.0 for wide in more)
