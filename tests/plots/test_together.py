"""Pictures of everything moved at once: what they draw is what the tables say."""

from __future__ import annotations

import numpy as np
import pytest

import attribution_bayes as ab
from attribution_bayes.sensitivity.robustness import worst_leads
from pictures import saved, texts

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


def two_items(prior: float, other: object = 0.15) -> ab.Case:
    """Two hypotheses and two items that are four times as likely under the first."""
    names = [ab.Hypothesis(name="a", statement="a"), ab.Hypothesis(name="b", statement="b", catch_all=True)]
    items = [ab.Evidence(name=name, statement=name, likelihood={"a": 0.6, "b": other}) for name in ("one", "two")]
    return ab.Case(question="Which?", hypotheses=names, prior={"a": prior, "b": 1 - prior}, evidence=items)


def test_each_line_is_the_lead_that_is_left_and_crosses_0_at_the_radius() -> None:
    """The points drawn are those of `worst_leads`; each finite radius is marked on the level of no lead."""
    case = two_items(0.2)
    table, drawn = ab.robustness(case), ab.plot_robustness(case).axes[0].lines
    lines = {str(line.get_label()).partition(":")[0]: line for line in drawn if ":" in str(line.get_label())}
    assert list(lines) == ["everything", "prior", "likelihoods", "sources"]
    leads = worst_leads(case, lines["everything"].get_xdata())
    for name, line in lines.items():
        assert line.get_ydata() == pytest.approx(leads[name].to_numpy())
    marked = sorted(float(line.get_xdata()[0]) for line in drawn if len(line.get_xdata()) == 1)
    assert marked == pytest.approx(sorted(table.loc[["everything", "prior", "likelihoods"], "radius_db"]))
    assert "sources: not overturned" in texts(ab.plot_robustness(case))


def test_a_lead_that_is_none_or_cannot_be_lost_is_drawn_too() -> None:
    """A tie has its radius of 0 marked; where a rival is excluded nothing is overturned."""
    tied = ab.plot_robustness(two_items(0.5, 0.6))
    assert "everything: radius 0.00" in texts(tied)
    alone = ab.plot_robustness(two_items(0.5, ab.Impossible("it cannot be")))
    assert "everything: not overturned" in texts(alone)
    for figure in (tied, alone):
        saved(figure)


def test_the_credences_are_those_of_the_table_and_a_change_of_the_lead_is_marked() -> None:
    """16:1 against prior odds of 1:4: the first hypothesis leads from half of the weight."""
    case = two_items(0.2)
    figure, table = ab.plot_discount(case), ab.discount(case)
    lines = {str(line.get_label()): line for line in figure.axes[0].lines}
    for name in case.names:
        np.testing.assert_array_equal(lines[f"_{name}"].get_ydata(), table[name])
    assert "a leads from 50 %" in texts(figure)
    assert not any("leads from" in one for one in texts(ab.plot_discount(two_items(0.6))))
