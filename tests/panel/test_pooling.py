"""Opinion pools: their laws, and published numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attribution_bayes as ab
from attribution_bayes.panel.pooling import POOLINGS, Pooling
from drawn import cases
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

NAMES = ("a", "b", "c")
LAW = settings(REPEATABLE, max_examples=25)


def stated(prior: Mapping[str, Any], *items: Mapping[str, Any], observed: bool = True) -> ab.Case:
    """A case with this prior and an item for each row of likelihoods."""
    return ab.Case(
        question="Who?",
        hypotheses=[ab.Hypothesis(name=name, statement="s") for name in prior],
        prior=prior,
        evidence=[
            ab.Evidence(name=f"e{n}", statement="s", likelihood=row, observed=observed) for n, row in enumerate(items)
        ],
    )


def shares(*weights: float) -> dict[str, float]:
    return {name: weight / sum(weights) for name, weight in zip(NAMES, weights, strict=False)}


NUMBERS = st.tuples(*[st.integers(1, 99)] * 3)
OPINIONS = st.lists(NUMBERS, min_size=2, max_size=4)


def panel_of(opinions: list[tuple[int, ...]], *items: Mapping[str, Any], like: Any = None) -> ab.Panel:
    """Analysts with these priors, who judge the items alike, or each by a row of `like`; weights grow by name."""
    rows = [[*items, *([like[n]] if like else [])] for n in range(len(opinions))]
    members = {f"n{n}": stated(shares(*one), *rows[n]) for n, one in enumerate(opinions)}
    total = sum(range(1, len(opinions) + 1))
    return ab.Panel(members, weights={f"n{n}": (n + 1) / total for n in range(len(opinions))})


def test_published_numbers_come_out() -> None:
    """(.7, .2, .1) and (.2, .5, .3) in equal parts: linear (.45, .35, .20), logarithmic (.433263, .366174, .200562)."""
    panel = ab.Panel({"x": stated(shares(7, 2, 1)), "y": stated(shares(2, 5, 3))})
    assert ab.pool(panel, "linear")["credence"].tolist() == pytest.approx([0.45, 0.35, 0.20], abs=1e-15)
    found = ab.pool(panel, "logarithmic")["credence"].tolist()
    assert found == pytest.approx([0.433263, 0.366174, 0.200562], abs=5e-7)


def test_a_pool_shows_what_it_was_made_of() -> None:
    """Beside the pooled credence stand those of the analysts, under the names of the hypotheses, in whatever order."""
    turned = stated({"c": 0.3, "a": 0.2, "b": 0.5})
    table = ab.pool(ab.Panel({"x": stated(shares(7, 2, 1)), "week 2": turned}), "linear")
    assert list(table.index) == list(NAMES)
    assert list(table.columns) == ["credence", "credence_x", "credence_week 2"]
    assert table["credence_week 2"].tolist() == pytest.approx([0.2, 0.5, 0.3], abs=1e-15)
    assert table.attrs["method"] == "linear"
    assert table.attrs["weights"] == pytest.approx({"x": 0.5, "week 2": 0.5})


@pytest.mark.parametrize("method", POOLINGS)
@LAW
@given(case=cases(max_items=3, ratios=False))
def test_analysts_who_agree_are_pooled_to_what_they_agree_on(method: Pooling, case: ab.Case) -> None:
    """Unanimity, of every method and every weight."""
    panel = ab.Panel({"x": case, "y": case}, weights={"x": 0.2, "y": 0.8})
    try:
        expected = ab.weigh(case).credence.values
    except ab.ContradictionError:
        return
    assert ab.pool(panel, method)["credence"].to_numpy() == pytest.approx(expected, rel=1e-12)


@LAW
@given(OPINIONS, st.tuples(*[st.integers(1, 99)] * 3))
def test_the_linear_pool_does_not_mind_what_is_taken_together(
    opinions: list[tuple[int, ...]], row: tuple[int, ...]
) -> None:
    """Marginalisation: hypotheses taken together before pooling have what they have together after it."""
    fine = ab.pool(panel_of(opinions), "linear")["credence"]
    coarse = ab.pool(panel_of([(one[0], one[1] + one[2]) for one in opinions]), "linear")["credence"]
    assert coarse["b"] == pytest.approx(fine["b"] + fine["c"], rel=1e-12)


@LAW
@given(OPINIONS, NUMBERS)
def test_the_logarithmic_pool_does_not_mind_when_evidence_comes(
    opinions: list[tuple[int, ...]], row: tuple[int, ...]
) -> None:
    """External Bayesianity: evidence that all judge alike may come before pooling or after it."""
    likelihood = {name: number / 100 for name, number in zip(NAMES, row, strict=True)}
    after = ab.pool(panel_of(opinions, likelihood), "logarithmic")["credence"]
    pooled = ab.pool(panel_of(opinions), "logarithmic")["credence"]
    joint = pooled * [likelihood[name] for name in NAMES]
    assert after.to_numpy() == pytest.approx((joint / joint.sum()).to_numpy(), rel=1e-12)


def test_the_linear_pool_does_mind_when_evidence_comes() -> None:
    """So the law above is not one of every pool."""
    likelihood = {"a": 0.9, "b": 0.1, "c": 0.1}
    opinions = [(7, 2, 1), (1, 5, 3)]
    joint = ab.pool(panel_of(opinions), "linear")["credence"] * [0.9, 0.1, 0.1]
    after = ab.pool(panel_of(opinions, likelihood), "linear")["credence"]
    assert abs(after - joint / joint.sum()).max() > 0.01


def test_what_one_excludes_the_logarithmic_pool_excludes() -> None:
    """Zero preservation; an analyst of weight 0 has no veto, and the linear pool gives nobody one."""
    x, y = stated({"a": ab.Impossible("no"), "b": 0.4, "c": 0.6}), stated(shares(7, 2, 1))
    panel = ab.Panel({"x": x, "y": y})
    assert ab.pool(panel, "logarithmic").at["a", "credence"] == 0
    assert ab.pool(panel, "linear").at["a", "credence"] == pytest.approx(0.35)
    without = ab.Panel({"x": x, "y": y}, weights={"x": 0, "y": 1})
    for method in POOLINGS:
        assert ab.pool(without, method)["credence"].tolist() == pytest.approx([0.7, 0.2, 0.1])


def test_a_logarithmic_pool_of_nothing_says_who_excludes_what() -> None:
    """Where each hypothesis is excluded by somebody, no pool exists."""
    x = stated({"a": ab.Impossible("no"), "b": ab.Certain("yes")})
    y = stated({"a": ab.Certain("yes"), "b": ab.Impossible("no")})
    with pytest.raises(ab.ContradictionError) as caught:
        ab.pool(ab.Panel({"x": x, "y": y}), "logarithmic")
    assert caught.value.excluded_by == {"a": ("x",), "b": ("y",)}


@LAW
@given(OPINIONS, st.data())
def test_the_bayesian_pool_is_one_big_mixture(opinions: list[tuple[int, ...]], data: st.DataObject) -> None:
    """Hypotheses of the form "h, and analyst a's model holds", weighed at once, give the pool and the new weights."""
    rows = [data.draw(NUMBERS) for _ in opinions]
    like = [{name: number / 100 for name, number in zip(NAMES, row, strict=True)} for row in rows]
    panel = panel_of(opinions, like=like)
    prior, row = {}, {}
    for n, weight in enumerate(panel.shares):
        for name, share in shares(*opinions[n]).items():
            prior[f"{name}_{n}"], row[f"{name}_{n}"] = weight * share, like[n][name]
    mixture = ab.weigh(stated(prior, row)).credence.to_series()
    pooled = ab.pool(panel, "bayesian")
    for name in NAMES:
        assert pooled.at[name, "credence"] == pytest.approx(mixture.filter(regex=f"^{name}_").sum(), rel=1e-12)
    after = [float(mixture.filter(regex=f"_{n}$").sum()) for n in range(len(opinions))]
    assert list(pooled.attrs["weights"].values()) == pytest.approx(after, rel=1e-12)


def test_who_expected_the_evidence_gains_weight() -> None:
    """By hand: P(E) is .5 and .1, so that equal weights become 5 to 1."""
    x, y = stated({"a": 0.5, "b": 0.5}, {"a": 0.8, "b": 0.2}), stated({"a": 0.5, "b": 0.5}, {"a": 0.1, "b": 0.1})
    table = ab.pool(ab.Panel({"x": x, "y": y}), "bayesian")
    assert table.attrs["weights"] == pytest.approx({"x": 5 / 6, "y": 1 / 6})
    assert table.at["a", "credence"] == pytest.approx(5 / 6 * 0.8 + 1 / 6 * 0.5)


def test_ratios_and_other_evidence_are_no_ground_for_new_weights() -> None:
    """P(E) is not known, or is of another E: the refusal names the items."""
    ratios = stated({"a": 0.5, "b": 0.5}, ab.Ratios(reference="a", ratios={"b": 3.0}))  # type: ignore[arg-type]
    plain = stated({"a": 0.5, "b": 0.5}, {"a": 0.8, "b": 0.2})
    with pytest.raises(ab.CaseError, match=r"E_RATIOS panel\.x\.evidence\.e0\.likelihood"):
        ab.pool(ab.Panel({"x": ratios, "y": plain}), "bayesian")
    unlike = stated({"a": 0.5, "b": 0.5}, {"a": 0.8, "b": 0.2}, observed=False)
    for other in (unlike, stated({"a": 0.5, "b": 0.5})):
        panel = ab.Panel({"x": plain, "y": other})
        with pytest.raises(ab.CaseError, match=r"E_EVIDENCE panel\.y\.evidence: .* what 'x' observes of 'e0'"):
            ab.pool(panel, "bayesian")
        assert ab.pool(panel, "linear")["credence"].sum() == pytest.approx(1)


def test_credences_beyond_a_double_are_pooled() -> None:
    """What is not excluded is never 0, and log odds add up where credences have run out."""
    items = [{"a": 1e-200, "b": 0.5}] * 2
    panel = ab.Panel({"x": stated({"a": 0.5, "b": 0.5}, *items), "y": stated({"a": 0.5, "b": 0.5}, *items)})
    assert all(ab.pool(panel, method).at["a", "credence"] > 0 for method in POOLINGS)
    mirrored = [{"a": 0.5, "b": 1e-200}] * 2
    even = ab.Panel({"x": panel["x"], "y": stated({"a": 0.5, "b": 0.5}, *mirrored)})
    assert ab.pool(even, "logarithmic")["credence"].tolist() == pytest.approx([0.5, 0.5])


def test_there_is_no_method_but_these() -> None:
    """An unknown one gets the nearest; none is the default."""
    panel = ab.Panel({"x": stated(shares(7, 2, 1)), "y": stated(shares(2, 5, 3))})
    with pytest.raises(ab.CaseError, match=r"E_METHOD method: .*Did you mean 'linear'"):
        ab.pool(panel, "liner")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="method"):
        ab.pool(panel)  # type: ignore[call-arg]
