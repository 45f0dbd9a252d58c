"""The look of all pictures, their text and their axes."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from scipy.special import logit

from attribution_bayes.plots import canvas as cv
from payloads import PAYLOADS, unseen

REPEATABLE = settings(deadline=None, derandomize=True, database=None)
COLOURED = {"axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color"}


def arviz_style() -> matplotlib.RcParams:
    """ArviZ's style as it is installed."""
    (folder,) = importlib.util.find_spec("arviz_plots").submodule_search_locations
    path = Path(folder) / "styles" / "arviz-variat.mplstyle"
    return matplotlib.rc_params_from_file(path, use_default_template=False)


# Style ---------------------------------------------------------------------------------------------------------------


def test_the_colours_are_arviz() -> None:
    """The cycle of colours is that of the style that ArviZ installs."""
    assert tuple(arviz_style()["axes.prop_cycle"].by_key()["color"]) == cv.COLOURS


def test_the_style_is_arviz_but_for_the_size_of_letters() -> None:
    """Every setting that ArviZ has too is the same, but for two sizes."""
    theirs, ours = arviz_style(), matplotlib.RcParams(cv.STYLE)
    shared = {key for key in ours if key in theirs}
    assert shared >= {"axes.edgecolor", "axes.spines.top", "axes.spines.right", "text.color"}
    same = {
        key for key in shared if ours[key] == theirs[key] or (key in COLOURED and same_color(ours[key], theirs[key]))
    }
    assert shared - same == {"font.size", "legend.fontsize"}


def test_marks_differ_without_colour() -> None:
    """The first 80 lines differ in marker or stroke, the first 16 regions in their hatch."""
    assert len({(cv.mark(n).marker, str(cv.mark(n).line)) for n in range(80)}) == 80
    assert len({cv.mark(n).hatch for n in range(16)}) == 16


def test_the_style_holds_inside_and_leaves_nothing_behind() -> None:
    """Inside, TeX and mathtext are off whatever the settings are; afterwards the settings are what they were."""
    with matplotlib.rc_context({"text.usetex": True, "axes.facecolor": "black", "font.size": 30}):
        before = dict(matplotlib.rcParams)
        with cv.in_style():
            assert not matplotlib.rcParams["text.usetex"]
            assert not matplotlib.rcParams["text.parse_math"]
            assert matplotlib.rcParams["axes.facecolor"] == "white"
            assert matplotlib.rcParams["font.size"] == 10
        assert dict(matplotlib.rcParams) == before


# Figures -------------------------------------------------------------------------------------------------------------


def test_a_figure_of_its_own_shows_itself() -> None:
    """A new figure is a picture that gives its PNG to a notebook, and is as high as its parts need."""
    with cv.in_style():
        made = cv.canvas(None, 2.0)
        low = cv.finished(made, "title", [cv.points("a", cv.mark(0), face="white")], []).get_figheight()
        high = cv.finished(made, "title", [cv.points("a", cv.mark(0), face="white")], ["a note", "another"])
    assert made.is_own
    assert isinstance(high, cv.Picture)
    assert high._repr_png_().startswith(b"\x89PNG")
    assert high.get_figheight() > low > 2.0


def test_given_axes_keep_their_figure() -> None:
    """Given axes are drawn into, title and notes included, and their figure is neither replaced nor resized."""
    figure = Figure(figsize=(3, 3))
    ax = figure.add_subplot()
    with cv.in_style():
        made = cv.canvas(ax, 9.0)
        ax.set_xlabel("credence")
        assert cv.finished(made, "title", [cv.points("a", cv.mark(0), face="white")], ["a note"]) is figure
    assert (ax.get_title(loc="left"), ax.get_xlabel()) == ("title", "credence\na note")
    assert tuple(figure.get_size_inches()) == (3, 3)


@REPEATABLE
@given(st.lists(st.integers(1, 130), min_size=1, max_size=20))
def test_a_legend_has_as_many_columns_as_fit(lengths: list[int]) -> None:
    """Columns are as many as fit the width, and one where even two do not."""
    columns = cv._columns(lengths)
    assert 1 <= columns <= len(lengths)
    widest = [max(part) for part in np.array_split(np.array(lengths), columns)]
    assert columns == 1 or sum(widest) + cv.KEY_CHARACTERS * columns <= cv.LEGEND_CHARACTERS


# Text ----------------------------------------------------------------------------------------------------------------

SEEN = [text for text in PAYLOADS if text.strip()]
WORDS = st.text("abcXYZ012_. ", max_size=300)


@REPEATABLE
@given(WORDS, st.integers(1, 80))
def test_breaking_cuts_nothing_and_fits(text: str, width: int) -> None:
    """Broken text has every sign but spaces, on lines that are not longer than asked for."""
    lines = cv.broken(text, width).split("\n")
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cv.extent(line) <= width or len(line) == 1 for line in lines)


def test_a_name_is_broken_only_where_it_must_be() -> None:
    """A name that fits on a line stays whole; a longer one is broken after an underscore or a point."""
    assert cv.broken("how likely it is under isis_k_alone", 30) == "how likely it is under\nisis_k_alone"
    assert cv.broken("suspects_under_interrogation", 22) == "suspects_under_\ninterrogation"
    assert cv.broken("a" * 10, 4) == "aaaa\naaaa\naa"


@pytest.mark.parametrize(
    "text", [text for text in PAYLOADS if text.strip()], ids=range(sum(map(bool, map(str.strip, PAYLOADS))))
)
def test_free_text_becomes_one_line_that_can_be_seen(text: str) -> None:
    """Whatever somebody wrote is on one line, short, and has no sign that cannot be seen."""
    shown = cv.shortened(text)
    assert shown.isprintable()
    assert not unseen(shown)
    assert len(shown) <= cv.FREE_CHARACTERS


# Axes ----------------------------------------------------------------------------------------------------------------


@REPEATABLE
@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_no_tick_says_certain(value: float) -> None:
    """A credence strictly between 0 and 1 is never written as 0 % or 100 %, nor a value of an assumption as 0 or 1."""
    assert cv.chance(value) not in ("0 %", "100 %", "10⁰", "1 − 10⁰", "0.0 %", "100.0 %", "0.00 %", "100.00 %")
    assert cv.plain(value) not in ("0", "1", "1 − 0")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0 %"), (0.25, "25 %"), (0.01, "1 %"), (0.001, "0.1 %"), (0.0001, "0.01 %"), (1e-6, "10⁻⁶"),
     (0.99, "99 %"), (0.999, "99.9 %"), (1 - 1e-9, "1 − 10⁻⁹"), (1.0, "100 %")],
)  # fmt: skip
def test_credences_in_log_odds_are_percentages_or_powers(value: float, shown: str) -> None:
    """Down to a hundredth of a percent a tick is a percentage, beyond that a power of ten."""
    assert cv.chance(value) == shown


@pytest.mark.parametrize(
    ("low", "high", "by_odds"),
    [
        (0.2, 0.8, False),
        (0.0, 0.01, False),
        (0.01, 1.0, False),
        (1e-5, 1e-3, True),
        (0.985, 0.999, True),
        (0.05, 0.98, True),
    ],
)
def test_log_odds_where_they_serve(low: float, high: float, by_odds: bool) -> None:
    """Log odds tell values apart that are all near 0 or 1 or far from each other; they cannot show 0 and 1."""
    assert cv.by_odds(low, high) is by_odds


@pytest.mark.parametrize(("scale", "of"), [("linear", lambda x: x), ("log", np.log), ("log odds", logit)])
def test_values_are_evenly_spread_on_their_axis(scale: cv.Scale, of: object) -> None:
    """The values of a curve are as far from each other as the axis is long there."""
    values = cv.evenly(0.01, 0.9, 11, scale)
    assert values[[0, -1]] == pytest.approx([0.01, 0.9])
    assert np.diff(of(values)) == pytest.approx(np.diff(of(values)).mean())


@pytest.mark.parametrize("ends", [(0.2, 0.8), (0.4999, 0.5001), (1e-12, 1e-3), (0.3, 1 - 1e-9), (0.0, 1.0), (0.5, 0.5)])
def test_a_credence_axis_shows_its_ends(ends: tuple[float, float]) -> None:
    """Everything between the ends lies inside the axis; there are two ticks or more, no two with the same words."""
    with cv.in_style():
        made = cv.canvas(None, 2.0)
        cv.credence_axis(made, *ends)
        low, high = made.axes.get_xlim()
        words = [label.get_text() for label in made.axes.get_xticklabels()]
        made.figure.savefig(io.BytesIO(), format="svg")
    assert low <= ends[0] <= ends[1] <= high
    assert 0 <= low < high <= 1
    assert high - low >= cv.LEAST_SPAN - 1e-9 or ends[1] < cv.LEAST_SPAN
    assert len(words) == len(set(words)) >= 2


@REPEATABLE
@given(st.floats(1e-250, 0.4), st.floats(1e-3, 0.999))
def test_ticks_lie_inside(low: float, share: float) -> None:
    """Ticks of every scale lie within the axis, few enough to be read."""
    high = low + share * (1 - low)
    for scale in ("linear", "log", "log odds"):
        ticks = cv._ticks(low, high, scale)
        inside = [tick for tick in ticks if low <= tick <= high]
        assert len(inside) <= 12
        assert np.isfinite(ticks).all()


@REPEATABLE
@given(st.lists(st.text("ab_ ", min_size=1, max_size=200), min_size=1, max_size=9))
def test_rows_do_not_overlap(labels: list[str]) -> None:
    """Rows stand one under the other, each at least as high as its label."""
    rows = cv.stacked(labels)
    heights = np.array([cv.LINE * (1 + label.count("\n")) / cv.ROW for label in rows.labels])
    edges = np.append(rows.middles - heights / 2, rows.height)
    assert (edges[1:] >= rows.middles + heights / 2 - 1e-9).all()
    assert rows.inches == pytest.approx(rows.height * cv.ROW)
