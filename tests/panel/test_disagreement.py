"""On what analysts disagree: by hand, against weights of evidence, and in its laws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attribution_bayes as ab
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

NAMES = ("a", "b", "c")
LAW = settings(REPEATABLE, max_examples=30)
NUMBERS = st.tuples(*[st.integers(1, 99)] * 3)


def stated(prior: Any, *rows: Any, **fields: Any) -> ab.Case:
    """A case with an item for each row of likelihoods."""
    return ab.Case(
        question="Who?",
        hypotheses=[ab.Hypothesis(name=name, statement="s") for name in prior],
        prior=prior,
        evidence=[ab.Evidence(name=f"e{n}", statement="s", likelihood=row, **fields) for n, row in enumerate(rows)],
    )


def shares(*weights: float) -> dict[str, float]:
    return {name: weight / sum(weights) for name, weight in zip(NAMES, weights, strict=False)}


def row_of(numbers: tuple[int, ...]) -> dict[str, float]:
    return {name: number / 100 for name, number in zip(NAMES, numbers, strict=True)}


@st.composite
def panels(draw: st.DrawFn) -> ab.Panel:
    """Two to four analysts with the same independent items."""
    items, analysts = draw(st.integers(0, 3)), draw(st.integers(2, 4))
    members = [stated(shares(*draw(NUMBERS)), *(row_of(draw(NUMBERS)) for _ in range(items))) for _ in range(analysts)]
    return ab.Panel({f"n{n}": case for n, case in enumerate(members)})


def log_odds(case: ab.Case, target: str, against: str) -> float:
    credence = ab.weigh(case).credence
    return float(10 * np.log10(credence.sel(hypothesis=target) / credence.sel(hypothesis=against)))


@LAW
@given(panels())
def test_against_one_rival_independent_parts_add_up_to_the_gap(panel: ab.Panel) -> None:
    """Each item closes the difference of its weights of evidence, the prior that of its odds, all together the gap."""
    table = ab.disagreement(panel, target="a", against="b")
    odds = {name: log_odds(case, "a", "b") for name, case in panel.items()}
    gap = max(odds.values()) - min(odds.values())
    assert table.attrs["gap_db"] == pytest.approx(gap, abs=1e-9)
    assert table["closes_db"].sum() == pytest.approx(gap, abs=1e-9)
    high, low = (panel[table.attrs[end]] for end in ("highest", "lowest"))
    weights = [ab.weight_of_evidence(case, "a", "b")["weight"] for case in (high, low)]
    for part, closes in table["closes_db"].items():
        if part != "prior":
            item = str(part).removeprefix("evidence.")
            assert closes == pytest.approx(weights[0][item] - weights[1][item], abs=1e-9)


@LAW
@given(panels())
def test_agreeing_is_supposing_the_mean_in_log_odds(panel: ab.Panel) -> None:
    """By brute force, of every number of an item: suppose the mean in both cases, weigh, and compare the gaps."""
    table = ab.disagreement(panel, target="a", by="number")
    high, low = (panel[table.attrs[end]] for end in ("highest", "lowest"))
    for address, row in table.iterrows():
        numbers = np.array([row[f"stated_{name}"] for name in panel])
        odds = np.log(numbers / (1 - numbers))
        assert row["distance_db"] == pytest.approx(10 / np.log(10) * (odds.max() - odds.min()))
        middle = 1 / (1 + np.exp(-odds.mean()))
        after = [ab.what_if(case, {str(address): middle}).values[0] for case in (high, low)]
        logs = [10 * np.log10(one[0] / (one[1] + one[2])) for one in after]
        assert row["closes_db"] == pytest.approx(table.attrs["gap_db"] - (logs[0] - logs[1]), abs=1e-9)


def test_the_columns_by_hand() -> None:
    """Two analysts, prior odds of 1 and 4 to 1, one item of 8:1 and 2:1, one on which they agree."""
    x, y = (
        stated(shares(1, 1), {"a": 0.8, "b": 0.1}, {"a": 0.5, "b": 0.4}),
        stated(shares(4, 1), {"a": 0.2, "b": 0.1}, {"a": 0.5, "b": 0.4}),
    )
    table = ab.disagreement(ab.Panel({"x": x, "y": y}))
    assert list(table.columns) == ["differs", "numbers", "distance_db", "rank_agreement", "closes_db", "share"]
    assert table.attrs["agreed"] == ("evidence.e1",)
    assert (table.attrs["target"], table.attrs["against"]) == ("a", "all others")
    assert table.attrs["gap_db"] == pytest.approx(0, abs=1e-9)  # 8 to 1, both
    assert table.loc["evidence.e0", "numbers"] == 1
    assert table.loc["evidence.e0", "distance_db"] == pytest.approx(10 * np.log10(16))
    assert abs(table.loc["evidence.e0", "closes_db"]) == pytest.approx(10 * np.log10(4))
    assert table["closes_db"].sum() == pytest.approx(0, abs=1e-9)
    numbers = ab.disagreement(ab.Panel({"x": x, "y": y}), by="number")
    assert set(numbers.index) == {"prior.a", "prior.b", "evidence.e0.likelihood.a"}
    assert numbers.loc["evidence.e0.likelihood.a", ["part", "stated_x", "stated_y"]].tolist() == [
        "evidence.e0",
        0.8,
        0.2,
    ]


def test_rank_agreement_is_one_for_the_same_order_and_minus_one_for_the_reverse() -> None:
    """Whatever the numbers; a third analyst brings the mean over all pairs."""
    x, y = stated(shares(1, 2, 3), row_of((10, 20, 30))), stated(shares(1, 5, 9), row_of((90, 20, 10)))
    table = ab.disagreement(ab.Panel({"x": x, "y": y}))
    assert table["rank_agreement"].to_dict() == pytest.approx({"prior": 1, "evidence.e0": -1})
    z = stated(shares(1, 2, 3), row_of((20, 30, 40)))
    of_three = ab.disagreement(ab.Panel({"x": x, "y": y, "z": z}))["rank_agreement"]
    assert of_three["evidence.e0"] == pytest.approx(-1 / 3)


def test_weights_move_what_they_would_agree_on() -> None:
    """Who counts alone is followed: the numbers of the other are no part of the mean. The gap closes all the same."""
    x, y = stated(shares(1, 1), {"a": 0.8, "b": 0.1}), stated(shares(1, 1), {"a": 0.2, "b": 0.1})
    even = ab.disagreement(ab.Panel({"x": x, "y": y}))
    one = ab.disagreement(ab.Panel({"x": x, "y": y}, weights={"x": 1, "y": 0}))
    assert even.loc["evidence.e0", "closes_db"] == pytest.approx(one.loc["evidence.e0", "closes_db"])
    assert even.loc["evidence.e0", "share"] == pytest.approx(1)


def test_what_cannot_be_agreed_on_by_a_mean_is_not_passed_over() -> None:
    """A part of one case only, another observation, an exclusion: rows at the end, NaN where nothing can be said."""
    base = {"a": 0.8, "b": 0.1}
    x = stated(shares(1, 1), base, base, base)
    y = stated(shares(1, 1), {"a": ab.Certain("r"), "b": 0.1}, base)
    table = ab.disagreement(ab.Panel({"x": x, "y": y}))
    assert table["closes_db"].isna().all()
    assert table.loc["evidence.e0", "distance_db"] == np.inf
    assert np.isnan(table.loc["evidence.e2", "distance_db"])
    assert "evidence.e1" in table.attrs["agreed"]
    reasons = {"evidence.e0": "impossible or certain in some cases only", "evidence.e2": "not stated by 'y'"}
    assert table.attrs["no_mean"] == {"evidence.e0": reasons["evidence.e0"], "evidence.e2": "not observed alike"}
    by_number = ab.disagreement(ab.Panel({"x": x, "y": y}), by="number").attrs["no_mean"]
    assert by_number["evidence.e0.likelihood.a"] == reasons["evidence.e0"]
    assert by_number["evidence.e2.likelihood.b"] == reasons["evidence.e2"]
    ratios = stated(shares(1, 1), ab.Ratios(reference="a", ratios={"b": 2.0}))
    found = ab.disagreement(ab.Panel({"x": stated(shares(1, 1), base), "y": ratios}), by="number")
    in_form = {"evidence.e0.likelihood.a": "not stated by 'y'", "evidence.e0.likelihood.b": "stated in different forms"}
    assert found.attrs["no_mean"] == in_form
    unlike = ab.Panel({"x": stated(shares(1, 1), base), "y": stated(shares(1, 1), base, observed=False)})
    found = ab.disagreement(unlike)
    assert list(found.index) == ["evidence.e0"]
    assert found.loc["evidence.e0", "numbers"] == 0
    assert np.isnan(found.loc["evidence.e0", "closes_db"])
    numbers = ab.disagreement(ab.Panel({"x": x, "y": y}), by="number")
    assert np.isnan(numbers.loc["evidence.e2.likelihood.a", "stated_y"])


@pytest.mark.parametrize("of_item", [True, False])
def test_an_error_that_one_does_not_state_is_zero_there(of_item: bool) -> None:
    """Agreeing on it is to mix half as much into the item of one, and as much into that of the other."""
    row, error = {"a": 0.9, "b": 0.05}, 0.2
    with_error = {"error": error} if of_item else {}
    x, y = stated(shares(1, 1), row, **with_error), stated(shares(1, 2), row)
    x = x if of_item else x.with_good({"error": error})
    part = "evidence.e0" if of_item else "error"
    table = ab.disagreement(ab.Panel({"x": x, "y": y}), target="a", against="b")
    weights = [10 * np.log10((0.9 * (1 - e) + e / 2) / (0.05 * (1 - e) + e / 2)) for e in (0, error)]
    assert abs(table.loc[part, "closes_db"]) == pytest.approx(weights[0] - weights[1])
    assert table.attrs["no_mean"] == {}
    number = ab.disagreement(ab.Panel({"x": x, "y": y}), by="number").loc["evidence.e0.error" if of_item else "error"]
    assert number[["stated_x", "stated_y", "distance_db"]].tolist() == [error, 0, np.inf]
    ratios = ab.Panel({"x": x, "y": stated(shares(1, 2), ab.Ratios(reference="a", ratios={"b": 0.1}))})
    assert np.isnan(ab.disagreement(ratios).loc["evidence.e0", "closes_db"])


def test_named_outcomes_ratios_sources_and_exclusions_are_agreed_on_together(rich: ab.Case) -> None:
    """In a case that has nearly all there is, agreeing on a part makes both cases state the same there."""
    changes = {
        "evidence.tool.likelihood.crew.knife": 0.4,
        "evidence.tone.likelihood.other": 4.0,
        "source.agency.reliability": 0.9,
        "evidence.paid.reports.paper.copy_probability": 0.1,
        "prior.alone": 0.7,
    }
    panel = ab.Panel({"x": rich, "y": ab.suppose(rich, changes)})
    table = ab.disagreement(panel, target="alone", against="crew")
    parts = {"evidence.tool", "evidence.tone", "source.agency", "evidence.paid.reports.paper", "prior"}
    assert set(table.index) == parts
    assert np.isfinite(table["closes_db"]).all()
    assert table.loc["evidence.tone", "distance_db"] == pytest.approx(10 * np.log10(4.0 / 1.5))
    both = stated({"a": 0.5, "b": 0.2, "c": 0.3})
    zero = [
        stated({"a": 0.6, "b": 0.4, "c": ab.Impossible("r")}),
        stated({"a": 0.2, "b": 0.8, "c": ab.Impossible("r")}),
    ]
    assert ab.disagreement(ab.Panel({"x": zero[0], "y": zero[1]})).loc["prior", "share"] == pytest.approx(1)
    assert np.isnan(ab.disagreement(ab.Panel({"x": both, "y": zero[1]})).loc["prior", "share"])


def test_analysts_who_agree_have_no_rows() -> None:
    """And no gap."""
    case = stated(shares(1, 2, 3), row_of((10, 20, 30)))
    table = ab.disagreement(ab.Panel({"x": case, "y": case}))
    assert table.empty
    assert table.attrs["gap_db"] == 0
    assert table.attrs["agreed"] == ("prior", "evidence.e0")


def test_questions_that_have_no_answer_are_refused() -> None:
    """Unknown hypotheses, one against itself, infinite log odds, an unknown level."""
    x = stated(shares(1, 2, 3))
    panel = ab.Panel({"x": x, "y": stated(shares(3, 2, 1))})
    with pytest.raises(ab.CaseError, match="E_UNKNOWN_NAME target"):
        ab.disagreement(panel, target="z")
    with pytest.raises(ab.CaseError, match="E_UNKNOWN_NAME against"):
        ab.disagreement(panel, against="z")
    with pytest.raises(ab.CaseError, match="E_SAME against"):
        ab.disagreement(panel, target="a", against="a")
    with pytest.raises(ab.CaseError, match=r"E_BY by: .*Did you mean 'part'"):
        ab.disagreement(panel, by="parts")  # type: ignore[arg-type]
    out = ab.Panel({"x": x, "y": stated({"a": ab.Impossible("r"), "b": 0.4, "c": 0.6})})
    with pytest.raises(ab.CaseError, match=r"E_EXCLUDED panel\.y"):
        ab.disagreement(out, target="a")


def test_what_was_observed_is_a_disagreement() -> None:
    """An item that is observed otherwise, or not at all, comes first, with what each says, also where numbers agree."""
    row = row_of((80, 20, 50))
    x, y = stated(shares(2, 3, 5), row, row), stated(shares(5, 3, 2), row, row)
    turned, open_ = (one.with_good({"observed": seen}) for one, seen in zip(y.evidence, (False, None), strict=True))
    panel = ab.Panel({"x": x, "y": y.with_good({"evidence": (turned, open_)})})
    table = ab.disagreement(panel)
    assert table["differs"].to_dict() == {"evidence.e0": "observed", "evidence.e1": "observed", "prior": "numbers"}
    assert list(table.index) == ["evidence.e0", "evidence.e1", "prior"]
    assert table["rank_agreement"].isna()[:2].all()
    said = {"evidence.e0": {"x": "observed True", "y": "observed False"}}
    assert table.attrs["unlike"] == said | {"evidence.e1": {"x": "observed True", "y": "not observed"}}
    fewer = ab.disagreement(ab.Panel({"x": x, "y": y.with_good({"evidence": y.evidence[:1]})}))
    assert fewer.attrs["unlike"] == {"evidence.e1": {"x": "observed True", "y": "not in this case"}}
    assert fewer.at["evidence.e1", "differs"] == "observed, numbers"
