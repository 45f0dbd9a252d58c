"""The weight of the evidence multiplied: against a power of the likelihood written by hand."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import pymc as pm
import pytest
from pytensor import shared
from pytensor.tensor import as_tensor

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Report, Source
from attribution_bayes.declare.ways import Between, Impossible, Ratios
from attribution_bayes.engine.reference import likelihood
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import CaseError
from attribution_bayes.panel.past import Past
from attribution_bayes.panel.scores import scores
from attribution_bayes.sensitivity.discount import discount
from crafted import case as stated
from crafted import item

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


def reported() -> Case:
    """Two items heard from one source, one of them also from another, and one seen; three hypotheses."""
    agency = Source(name="agency", statement="A.", reliability=Between(0.5, 0.9), if_unreliable=0.6)
    press = Source(name="press", statement="P.", reliability=0.7, if_unreliable=0.5)
    both = [Report(source="agency"), Report(source="press", says=False)]
    return stated(
        {"a": 0.5, "b": 0.3, "c": 0.2},
        item("one", {"a": 0.7, "b": 0.2, "c": 0.4}, reports=both),
        item("two", {"a": 0.3, "b": 0.6, "c": 0.5}, reports=[Report(source="agency")]),
        item("three", {"a": 0.4, "b": 0.9, "c": 0.3}),
        sources=(agency, press),
    )


def without(case: Case, *left_out: tuple[str, str]) -> Case:
    """The case without these reports; an item of which none is left is not observed."""
    evidence = []
    for one in case.evidence:
        kept = [r for r in one.reports if (one.name, r.source) not in left_out]
        seen = None if one.reports or (one.name, "") in left_out else one.observed
        evidence.append(one.model_copy(update={"reports": kept, "observed": seen}))
    return case.model_copy(update={"evidence": evidence})


@cache
def likelihoods(case: Case) -> list[float]:
    """P(all | h) for each hypothesis."""
    return [likelihood(case, name) for name in case.names]


def by_hand(case: Case, rest: Case, factor: float) -> np.ndarray:
    """Prior times P(rest | h) times (P(all | h) / P(rest | h)) ** factor, over all worlds by brute force."""
    joint = [
        case.prior[name] * left * (both / left) ** factor
        for name, both, left in zip(case.names, likelihoods(case), likelihoods(rest), strict=True)
    ]
    return np.array(joint) / math.fsum(joint)


PARTS = {
    None: (("one", "agency"), ("one", "press"), ("two", "agency"), ("three", "")),
    "source.agency": (("one", "agency"), ("two", "agency")),
    "source.press": (("one", "press"),),
    "evidence.three": (("three", ""),),
    "evidence.one": (("one", "agency"), ("one", "press")),
    "component.one+two": (("one", "agency"), ("one", "press"), ("two", "agency")),
}


@pytest.mark.parametrize("by", PARTS)
def test_each_factor_is_a_power_of_the_likelihood_written_by_hand(by: str | None) -> None:
    """All evidence, a source, an item, a component: what it adds to the rest, to the power of the factor."""
    case = reported()
    table, rest = discount(case, by), without(case, *PARTS[by])
    for factor in (0.0, 0.25, 0.5, 1.0):
        assert table.loc[factor].to_numpy() == pytest.approx(by_hand(case, rest, factor), rel=1e-9)


def test_at_1_it_is_the_credence_and_at_0_the_prior() -> None:
    """As stated at one end, without any evidence at the other."""
    case = reported()
    table = discount(case)
    assert table.loc[1.0].to_numpy() == pytest.approx(weigh(case).credence.values, rel=1e-12)
    assert table.loc[0.0].to_numpy() == pytest.approx([0.5, 0.3, 0.2], rel=1e-12)


def test_several_parts_are_discounted_together() -> None:
    """All items named are all of the evidence."""
    case = reported()
    table = discount(case, [f"evidence.{one.name}" for one in case.evidence])
    assert table.to_numpy() == pytest.approx(discount(case).to_numpy(), rel=1e-12)


def test_the_lead_changes_where_the_power_says() -> None:
    """16:1 against prior odds of 1:4 is level at a power of 1/2; a third rival leads in between where it does."""
    case = stated({"a": 0.2, "b": 0.8}, item("e", {"a": 0.8, "b": 0.05}))
    assert discount(case).attrs["leads"] == [(0.0, "b"), (pytest.approx(0.5, abs=1e-12), "a")]
    assert discount(case).attrs["lead_from"] == pytest.approx(0.5, abs=1e-12)
    three = stated({"a": 0.1, "b": 0.5, "c": 0.4}, item("e", {"a": 0.9, "b": 0.1, "c": 0.3}))
    table = discount(three)
    crossings = [math.log(0.5 / 0.4) / math.log(3), math.log(0.4 / 0.1) / math.log(3)]
    assert [name for _, name in table.attrs["leads"]] == ["b", "c"]
    assert table.attrs["leads"][1][0] == pytest.approx(crossings[0], abs=1e-12)
    assert crossings[1] > 1
    assert table.attrs["lead_from"] == table.attrs["leads"][1][0]
    assert math.isnan(discount(three, target="a").attrs["lead_from"])


@pytest.mark.parametrize("threshold", [0.5, 0.55, 0.6])
def test_the_threshold_is_where_the_credence_is_at_it(threshold: float) -> None:
    """The credence by hand at the factor found; of two such factors the greater."""
    case = stated(
        {"a": 0.3, "b": 0.3, "c": 0.4},
        item("e", {"a": 0.9, "b": 0.3, "c": 0.2}),
        item("f", {"a": 0.5, "b": 0.4, "c": 0.1}),
    )
    found = discount(case, threshold=threshold).attrs["threshold_at"]
    rest = case.model_copy(update={"evidence": []})
    assert by_hand(case, rest, found)[0] == pytest.approx(threshold, abs=1e-12)
    for factor in np.linspace(found, 1, 21)[1:]:
        assert by_hand(case, rest, float(factor))[0] > threshold


def test_a_threshold_passed_twice_has_its_greater_factor() -> None:
    """A hypothesis between two others is likeliest at some discount: on either side its credence falls."""
    case = stated(
        {"a": 0.7, "b": 0.25, "c": 0.05},
        item("e", {"a": 0.02, "b": 0.2, "c": 0.9}),
        item("f", {"a": 0.1, "b": 0.5, "c": 0.9}),
    )
    table = discount(case, target="b", threshold=0.4)
    peak = table["b"].idxmax()
    assert 0 < peak < 1
    assert table.attrs["threshold_at"] > peak
    assert math.isnan(discount(case, target="b", threshold=0.9).attrs["threshold_at"])


def test_what_excludes_a_hypothesis_does_so_with_any_weight() -> None:
    """With a factor of 0 nothing is left of it; with any other the hypothesis is excluded."""
    case = stated({"a": 0.5, "b": 0.5}, item("e", {"a": 0.2, "b": Impossible("so")}))
    table = discount(case, threshold=0.5)
    assert table.loc[0.0].tolist() == [0.5, 0.5]
    assert (table.loc[0.01:, "b"] == 0).all()
    assert table.attrs["leads"] == [(0.0, "a")]


def test_ratios_are_discounted_as_any_likelihood() -> None:
    """A ratio to the power of the factor."""
    case = stated({"a": 0.5, "b": 0.5}, item("e", Ratios(reference="b", ratios={"a": 9.0})))
    assert discount(case).loc[0.5, "a"] == pytest.approx(0.75)


@pytest.mark.parametrize("by", ["evidence.zero", "source.nobody", "one", "component.one"])
def test_a_part_that_there_is_not_is_refused(by: str) -> None:
    """With the nearest one that there is."""
    with pytest.raises(CaseError, match="the case has no part") as caught:
        discount(reported(), by)
    assert caught.value.problems[0].code == "E_UNKNOWN_NAME"


# A discount that was fitted to a record -----------------------------------------------------------------------------


def fit(value: float, lower: float, upper: float) -> pd.DataFrame:
    """The row of `scores` that counts here."""
    table = pd.DataFrame({"value": value, "lower": lower, "upper": upper}, index=["discount"])
    table.attrs = {"cases": 12}
    return table


@pytest.mark.parametrize(
    ("value", "lower", "upper"), [(0.5, 0.2, 0.9), (0.0, 0.0, 0.7), (1.4, 0.6, 3.0), (0.7, 0.7, 0.7)]
)
def test_a_fitted_discount_is_the_power_of_the_likelihood(value: float, lower: float, upper: float) -> None:
    """The credences at the factor are those by hand; least and greatest are those of a fine grid of the interval."""
    case = reported()
    rest = without(case, *PARTS[None])
    found = discount(case, fitted=fit(value, lower, upper)).attrs["fitted"]
    assert [found[one] for one in ("factor", "lower", "upper", "cases")] == [value, lower, upper, 12]
    assert [*found["credence"].values()] == pytest.approx(by_hand(case, rest, value))
    grid = np.stack([by_hand(case, rest, factor) for factor in np.linspace(lower, upper, 401)])
    assert [*found["least"].values()] == pytest.approx(grid.min(axis=0), abs=1e-12)
    assert [*found["greatest"].values()] == pytest.approx(grid.max(axis=0), abs=1e-6)


def test_a_credence_may_be_greatest_inside_the_interval() -> None:
    """A hypothesis between two others stands best at a factor between the ends, higher than at either."""
    case = stated({"a": 0.5, "b": 0.4, "c": 0.1}, item("e", {"a": 0.1, "b": 0.3, "c": 0.9}))
    found = discount(case, fitted=fit(1.0, 0.0, 5.0)).attrs["fitted"]
    ends = discount(case, fitted=fit(5.0, 0.0, 0.0)).attrs["fitted"]
    assert found["greatest"]["b"] > max(ends["credence"]["b"], ends["least"]["b"]) + 0.01


def test_without_end_the_evidence_decides_alone() -> None:
    """At an infinite factor all is with the hypotheses for which it speaks most, by their priors."""
    case = stated({"a": 0.5, "b": 0.3, "c": 0.2}, item("e", {"a": 0.2, "b": 0.6, "c": 0.6}))
    found = discount(case, fitted=fit(math.inf, 1.0, math.inf)).attrs["fitted"]
    assert [*found["credence"].values()] == pytest.approx([0.0, 0.6, 0.4])
    assert found["greatest"]["c"] == pytest.approx(0.4)
    assert found["least"]["a"] == 0


def test_a_record_fits_and_is_handed_on() -> None:
    """The discount and its interval are those of `scores`."""
    said, true = [{"a": 0.9, "b": 0.1}] * 6 + [{"b": 0.9, "a": 0.1}] * 6, [*"aaaababbabba"]
    table = scores(Past(said, true, priors=[{"a": 0.5, "b": 0.5}] * 12))
    found = discount(reported(), fitted=table).attrs["fitted"]
    assert [found[one] for one in ("factor", "lower", "upper")] == table.loc["discount"].tolist()
    assert found["cases"] == 12


def test_a_record_without_a_discount_is_refused_with_the_reason() -> None:
    """Priors that are not known, evidence that says nothing, and a prior that excluded the truth, which none mends."""
    even, excluded = [{"a": 0.5, "b": 0.5}], [{"a": 0.0, "b": 1.0}]
    shut_out = Past([{"a": 0.9, "b": 0.1}, *excluded], ["a", "a"], priors=[*even, *excluded])
    for past, why in (
        (Past(even, ["a"]), "the priors are not known"),
        (Past(even, ["a"], priors=even), "the evidence of no case told its hypotheses apart"),
        (shut_out, "the prior of case 1 excluded"),
    ):
        assert np.isnan(scores(past).loc["discount"]).all()
        assert scores(past).attrs["no_discount"].startswith(why)
        with pytest.raises(CaseError, match=f"E_RANGE fitted: no discount fits the record: {why}"):
            discount(reported(), fitted=scores(past))
    for other in (scores(Past(even, ["a"])).head(2), discount(reported())):
        with pytest.raises(CaseError, match=r"E_SHAPE fitted: .*Give `scores\(past\)`"):
            discount(reported(), fitted=other)


def test_what_the_evidence_excluded_has_a_discount_of_nothing() -> None:
    """Where the evidence and not the prior excluded the truth, only a factor of 0 brings it back: the prior."""
    past = Past([{"a": 0.0, "b": 1.0}] * 2, ["a", "b"], priors=[{"a": 0.5, "b": 0.5}] * 2)
    found = discount(reported(), fitted=scores(past)).attrs["fitted"]
    assert found["factor"] == 0
    assert found["credence"] == pytest.approx(dict(reported().prior))


def test_it_is_a_power_of_the_likelihood_in_pymc() -> None:
    """A model of PyMC written by hand, its likelihood to the power of the factor, at each hypothesis in turn."""
    prior, reliability, says = np.array([0.5, 0.3, 0.2]), 0.7, 0.6
    rows = {"one": [0.7, 0.2, 0.4], "two": [0.3, 0.6, 0.5], "seen": [0.4, 0.9, 0.3]}
    agency = Source(name="agency", statement="A.", reliability=reliability, if_unreliable=says)
    reports = {"one": [Report(source="agency")], "two": [Report(source="agency")], "seen": []}
    items = (item(name, dict(zip("abc", row, strict=True)), reports=reports[name]) for name, row in rows.items())
    table = discount(stated(dict(zip("abc", prior.tolist(), strict=True)), *items, sources=(agency,)))
    factor = shared(1.0)
    with pm.Model() as model:
        hypothesis = pm.Categorical("hypothesis", prior)
        log = pm.logp(pm.Bernoulli.dist(as_tensor(rows["seen"])[hypothesis]), 1)
        worlds = []
        for follows in (0, 1):
            world = pm.logp(pm.Bernoulli.dist(reliability), follows)
            for name in ("one", "two"):
                holds = pm.Bernoulli.dist(as_tensor(rows[name])[hypothesis])
                said = [pm.logp(pm.Bernoulli.dist(x if follows else says), 1) + pm.logp(holds, x) for x in (0, 1)]
                world += pm.math.logaddexp(*said)
            worlds.append(world)
        pm.Potential("weakened", factor * (log + pm.math.logaddexp(*worlds)))
    log_joint = model.compile_logp()
    for by in (0.0, 0.25, 0.5, 1.0):
        factor.set_value(by)
        joint = np.exp([float(log_joint({"hypothesis": k})) for k in range(3)])
        np.testing.assert_allclose(table.loc[by], joint / joint.sum(), rtol=1e-12)
