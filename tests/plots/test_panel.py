"""Pictures of past answers: what they draw is what the tables say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import attribution_bayes as ab
from pictures import item, labelled, rows_of, spans, stated, texts

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


def test_calibration_is_that_of_the_record() -> None:
    """For each ten percentage points the marks are mean credence and share, with how many of how many."""
    record = [{"a": 0.92, "b": 0.08}, {"a": 0.98, "b": 0.02}, {"a": 0.5, "b": 0.3, "c": 0.2}]
    figure = ab.plot_calibration(ab.Past(record, ["a", "b", "c"]))
    (marks,) = labelled(figure, "_share")
    assert marks.get_xydata() == pytest.approx(np.array([[0.05, 0.5], [0.2, 1.0], [0.3, 0.0], [0.5, 0.0], [0.95, 0.5]]))
    assert {"1 of 2", "1 of 1", "0 of 1"} <= set(texts(figure))
    assert any(text.startswith("Cases: 3. They are few") for text in texts(figure))


def test_two_hypotheses_are_not_drawn_twice() -> None:
    """Where each case has two, the marks are those of the first alone, and the axis says whose they are."""
    pairs = [{"a": 0.92, "b": 0.08}, {"b": 0.7, "a": 0.3}]
    figure = ab.plot_calibration(ab.Past(pairs, ["a", "b"]))
    (marks,) = labelled(figure, "_share")
    assert marks.get_xydata() == pytest.approx(np.array([[0.3, 0.0], [0.92, 1.0]]))
    assert "mean credence of a" in texts(figure)
    others = ab.plot_calibration(ab.Past([pairs[0], {"x": 0.7, "y": 0.3}], ["a", "x"]))
    assert "mean credence of the first of two hypotheses" in texts(others)


def test_simulated_cases_can_be_held_against_the_truth(plain: ab.Case) -> None:
    """What `simulate` draws, weighed again, goes in as it comes: an array of credences and the hypotheses drawn."""
    sets = {name: ab.simulate(plain, name, 2, seed=1) for name in plain.names}
    found = [ab.what_if(seen(plain, row), {}) for table in sets.values() for row in table.to_dict("records")]
    credences = xr.concat(found, dim="set")
    truth = np.repeat(plain.names, 2)
    array = ab.plot_calibration(ab.Past(credences, truth))
    table = ab.plot_calibration(ab.Past(pd.DataFrame(credences.values, columns=plain.names), list(truth)))
    assert np.array_equal(labelled(array, "_share")[0].get_xydata(), labelled(table, "_share")[0].get_xydata())
    assert "share that turned out true" in texts(array)


def seen(case: ab.Case, row: dict[str, object]) -> ab.Case:
    items = [one.model_copy(update={"observed": row[one.name]}) for one in case.evidence]
    return case.model_copy(update={"evidence": items})


def test_ece_is_that_of_the_curve() -> None:
    """The lines are the columns of `ece_curve`, over the prior odds of the first hypothesis."""
    past = ab.Past.from_ratios({"same": [9, 2, 0.5], "other": [0.1, 3]})
    table, figure = ab.ece_curve(past, seed=3), ab.plot_ece(past, seed=3)
    for column, label in (
        ("ece", "as they were given"),
        ("minimum", "the best that keep their order"),
        ("neutral", "without them"),
    ):
        line = next(one for one in figure.axes[0].get_lines() if one.get_label() == label)
        assert np.array_equal(line.get_xydata(), table[column].reset_index().to_numpy())
    assert {"prior odds, same : other", "empirical cross-entropy, in bits"} <= set(texts(figure))
    with pytest.raises(ab.CaseError, match=r"E_RATIOS past: .*the priors are not known"):
        ab.plot_ece(ab.Past([{"a": 0.5, "b": 0.5}], ["a"]))


def two_dates() -> tuple[ab.Case, ab.Case]:
    """A case, and the same with another prior, another number, an item more and one worded differently."""
    before = [item("seen", 0.8, 0.2, 0.5), item("heard", 0.5, 0.5, 0.4)]
    after = [
        item("seen", 0.3, 0.6, 0.5),
        before[1].model_copy(update={"statement": "it was heard"}),
        item("new", 0.9, 0.3, 0.6),
    ]
    return stated("abc", before), stated("abc", after).model_copy(update={"prior": {"a": 0.2, "b": 0.2, "c": 0.6}})


def test_the_way_from_old_to_new_is_that_of_the_shares() -> None:
    """Each bar begins where the one above it ends, and is as long as its share; the ends are the answers."""
    table = ab.difference(*two_dates(), target="a")
    figure = ab.plot_difference(table)
    counting = table[table["share_db"] != 0]
    assert rows_of(figure)[1:-1] == ["item seen", "prior", "item new"]
    assert counting.index.tolist() == ["evidence.seen", "prior", "evidence.new"]
    level = table.attrs["old_db"]
    for name, share in counting["share_db"].items():
        ((start, end),) = spans(labelled(figure, f"_share of {name}"))
        assert (start, end) == pytest.approx((level, level + share))
        level += share
    assert level == pytest.approx(table.attrs["new_db"])
    answers = [sorted(one) for one in spans(labelled(figure, "_odds"))]
    assert answers == [pytest.approx(sorted((0.0, table.attrs[one]))) for one in ("old_db", "new_db")]


def test_rows_that_are_left_out_are_one_step() -> None:
    """Of the first rows of a table the way still ends at the new answer."""
    table = ab.difference(*two_dates(), target="a")
    figure = ab.plot_difference(table.head(1))
    (bar,) = spans(labelled(figure, "_share of all other changes"))
    assert max(bar) - min(bar) == pytest.approx(abs(table["share_db"].iloc[1:].sum()))


@pytest.mark.parametrize("table", [pd.DataFrame({"share_db": [1.0]}), pd.DataFrame()])
def test_only_the_table_of_difference_is_drawn(table: pd.DataFrame) -> None:
    """One without the answers that it leads from and to is refused."""
    with pytest.raises(ab.CaseError, match="E_SHAPE difference: the table is not what `difference` returns"):
        ab.plot_difference(table)
