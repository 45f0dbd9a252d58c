"""What would bring analysts together, by brute force."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import entropy

import attribution_bayes as ab

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


def stated(prior: dict[str, float], **rows: Any) -> ab.Case:
    """A case with items that nobody has observed."""
    items = [ab.Evidence(name=name, statement="s", likelihood=row, observed=None) for name, row in rows.items()]
    hypotheses = [ab.Hypothesis(name=name, statement="s") for name in prior]
    return ab.Case(question="Who?", hypotheses=hypotheses, prior=prior, evidence=items)


X = stated({"a": 0.8, "b": 0.2}, e={"a": 0.9, "b": 0.1}, f={"a": 0.3, "b": 0.4})
Y = stated({"b": 0.7, "a": 0.3}, f={"a": 0.6, "b": 0.2}, e={"a": 0.7, "b": 0.2})
PANEL = ab.Panel({"x": X, "y": Y}, weights={"x": 0.25, "y": 0.75})


def apart(credences: list[np.ndarray]) -> float:
    """Entropy of the mixture less the mean entropy, in bits."""
    mixture = 0.25 * credences[0] + 0.75 * credences[1]
    return float(entropy(mixture, base=2) - 0.25 * entropy(credences[0], base=2) - 0.75 * entropy(credences[1], base=2))


def credence(case: ab.Case) -> np.ndarray:
    return ab.weigh(case).credence.sel(hypothesis=["a", "b"]).values


def observed(case: ab.Case, item: str, outcome: bool) -> ab.Case:
    items = [one.model_copy(update={"observed": outcome}) if one.name == item else one for one in case.evidence]
    return case.model_copy(update={"evidence": items})


def test_it_is_what_observing_and_weighing_again_gives() -> None:
    """For each outcome of each item: both cases with it observed, weighed; its probability that of the mixture."""
    table = ab.expected_agreement(PANEL)
    now = apart([credence(X), credence(Y)])
    assert table.attrs["disagreement"] == pytest.approx(now)
    for item in ("e", "f"):
        expected = 0.0
        for outcome in (True, False):
            seen = [observed(case, item, outcome) for case in (X, Y)]
            chances = [np.exp(ab.weigh(case).log_evidence) for case in seen]
            probability, left = 0.25 * chances[0] + 0.75 * chances[1], apart([credence(case) for case in seen])
            assert table.loc[(item, outcome), "probability"] == pytest.approx(probability)
            assert table.loc[(item, outcome), "disagreement"] == pytest.approx(left)
            expected += probability * (now - left)
        assert table.loc[item, "reduction"].tolist() == pytest.approx([expected] * 2)
    assert table["reduction"].is_monotonic_decreasing


def test_only_facts_that_are_open_to_all_are_listed() -> None:
    """What one has observed, or states with other outcomes, cannot bring them together as a fact yet to come."""
    panel = ab.Panel({"x": X, "y": observed(Y, "e", True)})
    assert set(ab.expected_agreement(panel).index.get_level_values("item")) == {"f"}
    nothing = ab.expected_agreement(ab.Panel({"x": observed(X, "f", True), "y": observed(Y, "e", True)}))
    assert nothing.empty
    assert nothing.attrs["disagreement"] > 0


def test_analysts_who_agree_on_everything_stay_together() -> None:
    """There is no disagreement to reduce."""
    table = ab.expected_agreement(ab.Panel({"x": X, "y": X}))
    assert table.attrs["disagreement"] == pytest.approx(0, abs=1e-15)
    assert table["reduction"].to_numpy() == pytest.approx(0, abs=1e-15)


def test_learning_can_set_analysts_apart() -> None:
    """Alike now, but of opposite opinions on what the item means."""
    x = stated({"a": 0.5, "b": 0.5}, e={"a": 0.9, "b": 0.1})
    y = stated({"a": 0.5, "b": 0.5}, e={"a": 0.1, "b": 0.9})
    assert (ab.expected_agreement(ab.Panel({"x": x, "y": y}))["reduction"] < -0.1).all()


def test_an_outcome_that_one_excludes_has_no_figure() -> None:
    """He has no credences after it; the item is listed all the same, last."""
    certain = {name: ab.Certain("r") for name in ("a", "b")}
    z = stated({"a": 0.5, "b": 0.5}, e=certain, f={"a": 0.5, "b": 0.4})
    table = ab.expected_agreement(ab.Panel({"x": X, "z": z}))
    assert table.loc["e", "reduction"].isna().all()
    assert np.isnan(table.loc[("e", False), "disagreement"])
    assert table.index[-1][0] == "e"
    assert np.isfinite(table.loc["f"].to_numpy()).all()
