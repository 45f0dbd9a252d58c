"""The weight of each item: it adds up, and is the ratio that was stated where items are independent."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Report, Source
from attribution_bayes.declare.ways import Beta, Certain, Impossible, Ratios, Uniform
from attribution_bayes.engine.exact import evaluate
from attribution_bayes.engine.network import network
from attribution_bayes.errors import CaseError
from attribution_bayes.sensitivity.influence import weight_of_evidence
from crafted import case, item
from drawn import cases
from oracle import brute_force, world_bound
from repeatable import REPEATABLE

EXACT = 1e-9
"""Declared error of a weight, in decibans."""

SUM = 1e-12
"""Declared error of a sum of weights, as a share of their sizes."""


def decibans(ratio: float) -> float:
    return 10 * math.log10(ratio)


THREE = {"a": 0.5, "b": 0.3, "c": 0.2}
INDEPENDENT = case(
    THREE,
    item("seen", {"a": 0.8, "b": 0.2, "c": 0.5}),
    item("absent", {"a": 0.1, "b": Beta(2, 3), "c": 0.7}, observed=False),
    item(
        "named",
        {"a": {"x": 0.2, "y": 0.8}, "b": {"x": 0.5, "y": 0.5}, "c": {"x": 0.9, "y": 0.1}},
        outcomes=("x", "y"),
        observed="y",
    ),
    item("ratios", Ratios(reference="b", ratios={"a": 7, "c": 0.25})),
)


# The sum -------------------------------------------------------------------------------------------------------------


@settings(REPEATABLE, max_examples=150)
@given(cases(exclusions=False), st.randoms(use_true_random=False))
def test_weights_add_up_to_the_change_in_odds(case: Case, random: Any) -> None:
    """For a pair of hypotheses, and for one against all others, the weights sum to the change in log odds."""
    net = network(case)
    values = net.inputs.values[None]
    credence, _ = evaluate(net, values, np.zeros(values.shape[1], dtype=bool))
    after, before = credence[0], values[0, net.prior]
    one, other = random.sample(range(len(case.names)), 2)
    pair = weight_of_evidence(case, case.names[one], case.names[other])
    expected = decibans(after[one] / after[other] * before[other] / before[one])
    assert pair["weight"].sum() == pytest.approx(expected, abs=SUM * (1 + pair["weight"].abs().sum()))
    others = [k for k in range(len(case.names)) if k != one]
    all_others = weight_of_evidence(case, case.names[one])
    total = decibans(after[one] / after[others].sum() * before[others].sum() / before[one])
    assert all_others["weight"].sum() == pytest.approx(total, abs=SUM * (1 + all_others["weight"].abs().sum()))


@settings(REPEATABLE, max_examples=80)
@given(cases(max_hypotheses=4, max_items=5, max_worlds=64, exclusions=False))
def test_each_weight_is_given_the_items_before_it(case: Case) -> None:
    """In fractions: P(items so far | h) over P(items before | h), for one hypothesis over the other."""
    if world_bound(case) > 2000:
        return
    heard = [part.name for part in case.evidence if part.observed is not None or part.reports]
    likelihood = [brute_force(as_if_heard(case, set(heard[:n]))).likelihood for n in range(len(heard) + 1)]
    one, other = case.names[:2]
    table = weight_of_evidence(case, one, other)
    for n, name in enumerate(heard):
        ratio: Fraction = likelihood[n + 1][one] / likelihood[n][one] * likelihood[n][other] / likelihood[n + 1][other]
        assert table.loc[name, "weight"] == pytest.approx(decibans(ratio), abs=EXACT)


def as_if_heard(case: Case, names: set[str]) -> Case:
    """The case as it was when only these items had been observed or reported."""
    silent = {"observed": None, "reports": ()}
    evidence = [
        part if part.name in names else part.model_copy(update=silent)
        for part in case.evidence
        if part.name in names or not isinstance(part.likelihood, Ratios)
    ]
    return case.model_copy(update={"evidence": evidence})


# Single weights ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), list(permutations(THREE, 2)))
def test_independent_items_weigh_what_was_stated(one: str, other: str) -> None:
    """Ten times the decimal logarithm of the ratio of the stated likelihoods, in whatever order the items stand."""
    stated = {
        "seen": {"a": 0.8, "b": 0.2, "c": 0.5},
        "absent": {"a": 0.9, "b": 0.6, "c": 0.3},
        "named": {"a": 0.8, "b": 0.5, "c": 0.1},
        "ratios": {"a": 7, "b": 1, "c": 0.25},
    }
    backwards = INDEPENDENT.model_copy(update={"evidence": INDEPENDENT.evidence[::-1]})
    for one_order in (INDEPENDENT, backwards):
        weights = weight_of_evidence(one_order, one, other)["weight"]
        assert list(weights.index) == [part.name for part in one_order.evidence]
        for name, likelihood in stated.items():
            assert weights[name] == pytest.approx(decibans(likelihood[one] / likelihood[other]), abs=EXACT)


def test_against_all_others_an_item_weighs_by_their_credences_so_far() -> None:
    """The first item's rivals count by their priors, those of the second by their credences given the first."""
    weights = weight_of_evidence(INDEPENDENT, "a")["weight"]
    assert weights["seen"] == pytest.approx(decibans(0.8 / ((0.3 * 0.2 + 0.2 * 0.5) / 0.5)), abs=EXACT)
    so_far = {"b": 0.3 * 0.2, "c": 0.2 * 0.5}
    rivals = (so_far["b"] * 0.6 + so_far["c"] * 0.3) / sum(so_far.values())
    assert weights["absent"] == pytest.approx(decibans(0.9 / rivals), abs=EXACT)


def test_against_the_only_other_is_against_all_others() -> None:
    """With two hypotheses the two tables are one."""
    two = case({"a": 0.2, "b": 0.8}, item("e", {"a": Uniform(0.1, 0.3), "b": 0.6}), item("f", {"a": 0.5, "b": 0.1}))
    pair, all_others = weight_of_evidence(two, "a", "b"), weight_of_evidence(two, "a")
    np.testing.assert_allclose(pair["weight"], all_others["weight"], atol=EXACT)
    np.testing.assert_allclose(weight_of_evidence(two, "b", "a")["weight"], -pair["weight"], atol=EXACT)


def test_a_second_report_of_one_source_weighs_less() -> None:
    """Of two reports by one source the second tells little; by another source it weighs as much as the first."""
    likelihood = {"a": 0.9, "b": 0.1}
    speakers = [Source(name=name, statement=name, reliability=0.6, if_unreliable=0.9) for name in "st"]

    def weights(second: str) -> list[float]:
        told = [item(f"e{i}", likelihood, reports=[Report(source=name)]) for i, name in enumerate(("s", second))]
        return list(weight_of_evidence(case({"a": 0.5, "b": 0.5}, *told, sources=tuple(speakers)), "a", "b")["weight"])

    first, again = weights("s")
    elsewhere = weights("t")
    assert 0 < again < first
    assert elsewhere == pytest.approx([first, first], abs=EXACT)


# The table -----------------------------------------------------------------------------------------------------------


def test_the_table_lists_what_was_heard() -> None:
    """Observed and reported items in the order of the case, with their components; hidden items are left out."""
    rows = {"a": {True: 0.8, False: 0.2}, "b": {True: 0.5, False: 0.4}}
    told = item("told", {"a": 0.6, "b": 0.3}, reports=[Report(source="s")])
    mixed = case(
        {"a": 0.5, "b": 0.5},
        item("child", rows, given="parent"),
        item("barren", {"a": 0.5, "b": 0.1}, observed=None),
        item("seen", {"a": 0.4, "b": 0.3}, observed=False),
        item("parent", {"a": 0.5, "b": 0.6}, observed=None),
        told,
        item("second", rows, given="parent"),
        sources=(Source(name="s", statement="s", reliability=0.7, if_unreliable=0.5),),
    )
    table = weight_of_evidence(mixed, "a", "b")
    assert list(table.columns) == ["observed", "dependent_items", "weight"]
    assert table.index.name == "item"
    assert table["dependent_items"].to_dict() == {
        "child": "child+parent+second",
        "seen": "seen",
        "told": "told",
        "second": "child+parent+second",
    }
    assert list(table.index) == ["child", "seen", "told", "second"]
    assert list(table["observed"]) == ["true", "false", "reported", "true"]
    assert (table.attrs["for"], table.attrs["against"]) == ("a", "b")


def test_the_leader_is_weighed_against_the_rest_unless_told_otherwise() -> None:
    """Without names the hypothesis of greatest credence is weighed, against all others."""
    table = weight_of_evidence(INDEPENDENT)
    assert (table.attrs["for"], table.attrs["against"]) == ("a", "all others")
    np.testing.assert_array_equal(table["weight"], weight_of_evidence(INDEPENDENT, "a")["weight"])
    assert weight_of_evidence(case(THREE, item("e", {"a": 0.01, "b": 0.5, "c": 0.5}))).attrs["for"] == "b"
    assert len(weight_of_evidence(case(THREE))) == 0


def test_an_excluded_hypothesis_weighs_without_end() -> None:
    """What excludes the rival weighs plus infinity, what excludes the hypothesis minus infinity."""
    excluding = case(
        {"a": 0.5, "b": 0.3, "c": 0.2},
        item("e", {"a": 0.8, "b": 0.2, "c": 0.5}),
        item("not_b", {"a": 0.5, "b": Impossible("b cannot do it"), "c": 0.5}),
        item("not_c", {"a": 0.5, "b": 0.5, "c": Certain("c always would")}, observed=False),
        item("f", {"a": 0.4, "b": 0.2, "c": 0.1}),
    )
    expected = {
        ("a", "b"): [decibans(4), math.inf, math.nan, math.nan],
        ("b", "a"): [decibans(1 / 4), -math.inf, math.nan, math.nan],
        ("b", "c"): [decibans(2 / 5), -math.inf, math.nan, math.nan],
        ("a", None): [decibans(0.8 / 0.32), decibans(0.5 / (0.5 * 10 / 16)), math.inf, math.nan],
    }
    for (one, other), weights in expected.items():
        found = weight_of_evidence(excluding, one, other)["weight"].to_numpy()
        np.testing.assert_allclose(found, weights, atol=EXACT)


# Refusals ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"for_": "d"}, r"E_UNKNOWN_NAME for_: there is no hypothesis 'd'\. Allowed: a, b, c"),
        ({"against": "B"}, r"E_UNKNOWN_NAME against: there is no hypothesis 'B'"),
        ({"for_": "b", "against": "b"}, r"E_SAME against: 'b' cannot be weighed against itself\. Name another"),
        ({"against": "a"}, r"E_SAME against: 'a' cannot be weighed against itself"),
    ],
)
def test_names_that_make_no_sense_are_refused(names: dict[str, str], message: str) -> None:
    """An unknown hypothesis is refused by name, and so is a hypothesis against itself."""
    with pytest.raises(CaseError, match=message):
        weight_of_evidence(INDEPENDENT, **names)
