"""Axes: ticks that tell values apart and lie inside, rows that do not overlap."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from attribution_bayes.plots import axes, style
from attribution_bayes.plots.canvas import canvas
from repeatable import REPEATABLE


@REPEATABLE
@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_no_tick_says_certain(value: float) -> None:
    """A credence strictly between 0 and 1 is never written as 0 % or 100 %, nor a value of an assumption as 0 or 1."""
    assert axes.chance(value) not in ("0 %", "100 %", "10⁰", "1 − 10⁰", "0.0 %", "100.0 %", "0.00 %", "100.00 %")
    assert axes.plain(value) not in ("0", "1", "1 − 0")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0 %"), (0.25, "25 %"), (0.01, "1 %"), (0.001, "0.1 %"), (0.0001, "0.01 %"), (1e-6, "10⁻⁶"),
     (0.99, "99 %"), (0.999, "99.9 %"), (1 - 1e-9, "1 − 10⁻⁹"), (1.0, "100 %")],
)  # fmt: skip
def test_credences_in_log_odds_are_percentages_or_powers(value: float, shown: str) -> None:
    """Down to a hundredth of a percent a tick is a percentage, beyond that a power of ten."""
    assert axes.chance(value) == shown


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
    assert axes.by_odds(low, high) is by_odds


@pytest.mark.parametrize("ends", [(0.2, 0.8), (0.4999, 0.5001), (1e-12, 1e-3), (0.3, 1 - 1e-9), (0.0, 1.0), (0.5, 0.5)])
def test_a_credence_axis_shows_its_ends(ends: tuple[float, float]) -> None:
    """Everything between the ends lies inside the axis; there are two ticks or more, no two with the same words."""
    with style.in_style():
        made = canvas()
        axes.set_credence_axis(made, *ends)
        low, high = made.axes.get_xlim()
        words = [label.get_text() for label in made.axes.get_xticklabels()]
        made.figure.savefig(io.BytesIO(), format="svg")
    assert low <= ends[0] <= ends[1] <= high
    assert 0 <= low < high <= 1
    assert high - low >= axes.MIN_SPAN - 1e-9 or ends[1] < axes.MIN_SPAN
    assert len(words) == len(set(words)) >= 2


@REPEATABLE
@given(st.floats(1e-250, 0.4), st.floats(1e-3, 0.999))
def test_ticks_lie_inside(low: float, share: float) -> None:
    """Ticks of every scale lie within the axis, few enough to be read."""
    high = low + share * (1 - low)
    for scale in ("linear", "log", "log odds"):
        ticks = axes._ticks(low, high, scale)
        inside = [tick for tick in ticks if low <= tick <= high]
        assert len(inside) <= 12
        assert np.isfinite(ticks).all()


@REPEATABLE
@given(st.lists(st.text("ab_ ", min_size=1, max_size=200), min_size=1, max_size=9), st.integers(1, 3))
def test_rows_do_not_overlap(labels: list[str], beside: int) -> None:
    """Rows stand one under the other, each at least as high as its label and as the lines beside it."""
    rows = axes.stack_rows(PAGE, labels, beside=beside)
    lines = np.array([max(beside, 1 + label.count("\n")) for label in rows.labels])
    heights = style.LINE * lines / style.ROW
    edges = np.append(rows.middles - heights / 2, rows.height)
    assert (edges[1:] >= rows.middles + heights / 2 - 1e-9).all()
    assert rows.inches == pytest.approx(rows.height * style.ROW)
    assert rows.least <= rows.inches
    assert (rows.least / rows.height * np.diff(rows.middles) >= style.LINE * (lines[1:] + lines[:-1]) / 2 - 1e-9).all()


@pytest.mark.parametrize(("inches", "shown"), [(7.0, 6), (2.6, 6), (1.6, 3), (0.7, 2)])
def test_ticks_are_as_many_as_find_room(inches: float, shown: int) -> None:
    """On a shorter axis every second tick stands, or every third and so on; none touches the next."""
    figure = Figure(figsize=(8, 3))
    made = canvas(figure.add_axes((0.05, 0.2, inches / 8, 0.7)))
    axes.set_credence_axis(made, 0.0, 1.0)
    words = [tick.label1.get_text() for tick in made.axes.xaxis._update_ticks()]
    assert len(words) == shown
    assert set(words) <= {f"{n} %" for n in range(0, 101, 20)}


PAGE = canvas()
