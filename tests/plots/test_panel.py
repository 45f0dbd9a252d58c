"""Pictures of several answers: what they draw is the record."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import attribution_bayes as ab
from pictures import labelled, texts

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

FEW = ab.Sampling(draws=100, seed=3)


def test_calibration_is_that_of_the_record() -> None:
    """For each ten percentage points the marks are mean credence and share, with how many of how many."""
    record = [{"a": 0.92, "b": 0.08}, {"a": 0.98, "b": 0.02}, {"a": 0.5, "b": 0.3, "c": 0.2}]
    figure = ab.plot_calibration(record, ["a", "b", "c"])
    (marks,) = labelled(figure, "_share")
    assert marks.get_xydata() == pytest.approx(np.array([[0.05, 0.5], [0.2, 1.0], [0.3, 0.0], [0.5, 0.0], [0.95, 0.5]]))
    assert {"1 of 2", "1 of 1", "0 of 1"} <= set(texts(figure))
    assert any(text.startswith("Cases: 3;") for text in texts(figure))


def test_simulated_cases_can_be_held_against_the_truth(plain: ab.Case) -> None:
    """What `simulate` draws, weighed again, goes in as it comes: an array of credences and the hypotheses drawn."""
    sets = {name: ab.simulate(plain, name, 2, seed=1) for name in plain.names}
    found = [ab.what_if(seen(plain, row), {}) for table in sets.values() for row in table.to_dict("records")]
    credences = xr.concat(found, dim="set")
    truth = np.repeat(plain.names, 2)
    array = ab.plot_calibration(credences, truth)
    table = ab.plot_calibration(pd.DataFrame(credences.values, columns=plain.names), list(truth))
    assert np.array_equal(labelled(array, "_share")[0].get_xydata(), labelled(table, "_share")[0].get_xydata())
    assert "share that turned out true" in texts(array)


def seen(case: ab.Case, row: dict[str, object]) -> ab.Case:
    items = [one.model_copy(update={"observed": row[one.name]}) for one in case.evidence]
    return case.model_copy(update={"evidence": items})
