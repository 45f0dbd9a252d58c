"""Pictures of the answer: what they draw is what weighing says."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

import attribution_bayes as ab
from attribution_bayes.engine.posterior import Sampled
from pictures import item, labelled, rows_of, spans, stated, texts

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

FEW = ab.Sampling(draws=100, seed=3)


def test_credences_are_those_of_the_summary(weighed_outage: ab.Posterior) -> None:
    """Open marks are priors, filled ones credences, bars go from end to end of the spread, row by row."""
    figure, table = ab.plot_credences(weighed_outage), weighed_outage.summary()
    (prior,), (credence,) = labelled(figure, "_prior"), labelled(figure, "_credence")
    assert list(prior.get_xdata()) == list(table["prior"])
    assert list(credence.get_xdata()) == list(table["credence"])
    assert prior.get_markerfacecolor() == "white" != credence.get_markerfacecolor()
    assert spans(labelled(figure, "_spread")) == pytest.approx(table[["spread_low", "spread_high"]].to_numpy())
    assert rows_of(figure) == list(table.index)
    rows = figure.axes[0].get_yticks()
    assert (np.diff(rows) > 0).all()
    assert (abs(credence.get_ydata() - rows) < 0.5).all()
    for line in str(weighed_outage).splitlines()[3:6]:  # the numbers as they are printed
        prior_said, credence_said, low, high = re.findall(r"[<>]?[\d.]+ %", line)
        assert {f"{prior_said} → {credence_said}", f"{low} to {high}"} <= set(texts(figure))


def test_spread_and_credence_never_overlap(weighed_outage: ab.Posterior) -> None:
    """The spread stands beside the credence, in a lane of its own: it is no error bar."""
    figure = ab.plot_credences(weighed_outage)
    (credence,) = labelled(figure, "_credence")
    for y, bar in zip(credence.get_ydata(), labelled(figure, "_spread"), strict=True):
        assert bar.get_y() > y + 0.2


def test_monte_carlo_error_is_no_part_of_the_drawing(weighed_outage: ab.Posterior) -> None:
    """With Monte-Carlo error the marks and bars stay where they are; fewer digits are printed and a note says why."""
    error = Sampled(mcse=weighed_outage.mcse.values + 0.004, diagnostics=xr.Dataset())
    noisy = replace(weighed_outage, method="pymc", sampled=error)
    exact, sampled = ab.plot_credences(weighed_outage), ab.plot_credences(noisy)
    for label in ("_prior", "_credence"):
        assert np.array_equal(labelled(exact, label)[0].get_xydata(), labelled(sampled, label)[0].get_xydata())
    assert np.array_equal(spans(labelled(exact, "_spread")), spans(labelled(sampled, "_spread")))
    assert any("Monte-Carlo error of the credence at most 0.004" in text for text in texts(sampled))
    assert not any("Monte-Carlo" in text for text in texts(exact))
    assert "58 % → 62 %" in texts(sampled)


def test_readings_stand_side_by_side(weighed_outage: ab.Posterior) -> None:
    """Under each hypothesis there is a row for each reading that has it, each reading with marks of its own."""
    other = ab.weigh(stated("ab", [item("e", 0.5, ab.Between(0.1, 0.3))]), sampling=FEW)
    figure = ab.plot_credences({"first": weighed_outage, "second": other, "again": weighed_outage})
    labels = rows_of(figure)
    assert labels == [
        *(row for name in weighed_outage.case.names for row in (name, "first", "again")),
        *(row for name in "ab" for row in (name, "second")),
    ]
    drawn = labelled(figure, "_credence")
    assert [list(line.get_xdata()) for line in drawn] == [
        list(one.credence.values) for one in (weighed_outage, other, weighed_outage)
    ]
    assert len({line.get_marker() for line in drawn}) == 3
    headed = [label.get_text() for label in figure.axes[0].get_yticklabels() if label.get_fontweight() == "bold"]
    assert headed == [*weighed_outage.case.names, "a", "b"]


def test_what_is_excluded_or_certain_is_said() -> None:
    """An excluded hypothesis has the word in place of a spread; without uncertain inputs the picture says so."""
    uncertain = ab.weigh(stated("abc", [item("e", ab.Between(0.2, 0.4), 0.3, ab.Impossible("r"))]), sampling=FEW)
    figure = ab.plot_credences(uncertain)
    assert len(labelled(figure, "_spread")) == 2
    assert "excluded" in texts(figure)
    assert "33 % → 0 %" in texts(figure)
    certain = ab.plot_credences(ab.weigh(stated("ab", [item("e", 0.2, 0.3)]), sampling=FEW))
    assert not labelled(certain, "_spread")
    assert "No input is uncertain, so there is no spread." in texts(certain)
    assert not any(text.startswith("spread") for text in texts(certain))


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({}, "E_EMPTY", "posterior"),
        (None, "E_TYPE", "posterior"),
        ([1], "E_TYPE", "posterior"),
        ({"a": 1}, "E_TYPE", "posterior.'a'"),
    ],
)
def test_what_is_no_posterior_is_refused(given: object, code: str, path: str) -> None:
    """Nothing to draw, or something else, is refused with its place."""
    with pytest.raises(ab.CaseError) as caught:
        ab.plot_credences(given)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [(code, path)]


def lines(figure: Figure) -> np.ndarray:
    """Credences of the lines, shape (row, hypothesis)."""
    return np.array([line.get_xdata() for line in figure.axes[0].get_lines()]).T


def test_an_update_ends_where_weighing_does(rich: ab.Case) -> None:
    """Each row has the credences of the case with no more items than those above it; the first has the prior."""
    drawn = lines(ab.plot_update(rich))
    heard = [one for one in rich.evidence if one.observed is not None or one.reports]
    expected = [ab.what_if(rich.model_copy(update={"evidence": ()}), {}).values]
    for n in range(1, len(heard) + 1):
        arrived = {one.name for one in heard[:n]}
        shorter = [one if one.name in arrived else unobserved(one) for one in rich.evidence]
        expected.append(ab.what_if(rich.model_copy(update={"evidence": [one for one in shorter if one]}), {}).values)
    assert drawn == pytest.approx(np.array(expected), rel=1e-9)


def unobserved(one: ab.Evidence) -> ab.Evidence | None:
    """The item as nobody has observed it; of ratios only what was observed can be stated."""
    if isinstance(one.likelihood, ab.Ratios):
        return None
    return one.model_copy(update={"observed": None, "reports": ()})


def test_items_come_in_the_order_of_the_case() -> None:
    """Whether they have dates or not: a page has one order of its items."""
    dates = ["2024-03-09", "2024-03-07", None]
    evidence = [item(f"i{n}", 0.4, 0.2 + n / 10, date=date) for n, date in enumerate(dates)]

    def rows(items: list[ab.Evidence]) -> tuple[list[str], str]:
        figure = ab.plot_update(stated("ab", items))
        notes = [text for text in texts(figure) if text.startswith(("Items", "Nothing"))]
        return rows_of(figure), *notes

    shown = ["before the evidence", "i0 (2024-03-09)", "i1 (2024-03-07)", "i2"]
    assert rows(evidence[:2]) == (shown[:3], "Items in the order of the case.")
    assert rows(evidence) == (shown, "Items in the order of the case.")
    assert rows([]) == (["before the evidence"], "Nothing has been observed or reported yet.")
    hidden = item("hidden", 0.4, 0.2, observed=None)
    assert rows([hidden, *evidence[:1]])[0] == shown[:2]


def test_an_update_of_a_contradiction_is_refused() -> None:
    """Where every hypothesis is excluded there is no picture."""
    never = ab.Impossible("r")
    with pytest.raises(ab.ContradictionError):
        ab.plot_update(stated("ab", [item("e", never, never)]))


def test_a_panel_is_drawn_as_its_cases_weighed(plain: ab.Case) -> None:
    """Its names are those of the readings, in their order."""
    panel = ab.Panel({"zoe": plain, "anna": ab.suppose(plain, {"prior.alone": 0.6})})
    by_hand = ab.plot_credences({name: ab.weigh(case) for name, case in panel.items()})
    assert texts(ab.plot_credences(panel)) == texts(by_hand)
    assert rows_of(by_hand)[1:3] == ["zoe", "anna"]
