"""The closed form of the answer as one input moves: against supposing and weighing, and what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.assumptions import suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.engine import local
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.errors import CaseError, ContradictionError
from attribution_bayes.sensitivity.functions import component_of, responses
from attribution_bayes.sensitivity.one_way import flip_points, one_way
from drawn import cases
from repeatable import FILTERED

BRUTE = 1e-9
"""Declared error of a closed form against supposing and weighing."""
ANY = st.randoms(use_true_random=False)


@settings(FILTERED, max_examples=250)
@given(cases(max_items=7), ANY)
def test_the_response_is_supposing_and_weighing_anywhere(case: Case, rng: Any) -> None:
    """The whole curve of any assumption, for all hypotheses: from two evaluations where it is used once."""
    net = network(case)
    try:
        found = responses(net)
    except ContradictionError:
        return
    for slot in rng.sample(range(len(net.inputs.addresses)), k=min(2, len(net.inputs.addresses))):
        address, one = net.inputs.addresses[slot], found[slot]
        values = np.array([rng.uniform(0.1, 20) if one.is_ratio else rng.random() for _ in range(3)])
        for value, curve in zip(values, one.credences(one.odds(values)), strict=True):
            expected = supposed(case, address, float(value))
            if expected is not None:
                assert curve == pytest.approx(expected, abs=BRUTE, rel=BRUTE)


def supposed(case: Case, address: str, value: float) -> np.ndarray | None:
    """Credences with one number changed; None if the library refuses the number or nothing is left."""
    try:
        return as_stated(network(suppose(case, {address: value})))
    except (CaseError, ContradictionError):
        return None


@pytest.mark.parametrize(("is_reported", "numbers"), [(True, 5), (False, 0)])
def test_the_number_of_evaluations_grows_with_the_assumptions(
    monkeypatch: pytest.MonkeyPatch, is_reported: bool, numbers: int
) -> None:
    """Both tables take two evaluations of one component for each assumption of it, of items that were seen none."""
    counted: list[int] = []
    evaluated = local.component_likelihood

    def count(component: Any, looked_up: np.ndarray, digits: int) -> Any:
        counted.append(len(looked_up))
        return evaluated(component, looked_up, digits)

    monkeypatch.setattr(local, "component_likelihood", count)
    for items in (10, 20, 40):
        counted.clear()
        case = independent(items, is_reported=is_reported)
        one_way(case)
        flip_points(case)
        assert sum(counted) == 2 * numbers * items


def independent(items: int, *, is_reported: bool = False) -> Case:
    """Items that have nothing in common, each reported by a source of its own or seen by everyone."""
    likely = {"a": 0.5, "b": 0.4, "c": 0.3}
    sources = [Source(name=f"s{n}", statement="It says so.", reliability=0.9, if_unreliable=0.5) for n in range(items)]
    reports = [{"reports": [Report(source=f"s{n}")]} if is_reported else {} for n in range(items)]
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=f"it was {name}") for name in likely],
        prior={"a": 0.5, "b": 0.3, "c": 0.2},
        sources=sources if is_reported else [],
        evidence=[Evidence(name=f"e{n}", statement="It holds.", likelihood=likely, **reports[n]) for n in range(items)],
    )


@settings(FILTERED, max_examples=200)
@given(cases(max_items=5), ANY)
def test_numbers_of_different_components_multiply(case: Case, rng: Any) -> None:
    """Two numbers of two components, moved together, give the product of what each gives alone over what is stated."""
    net = network(case)
    try:
        stated = as_stated(net)
    except ContradictionError:
        return
    names = net.inputs.addresses
    places = {slot: place for slot, place in component_of(net).items() if slot < len(names)}
    if len({*places.values()}) < 2 or not stated.all():
        return
    one = rng.choice(sorted(places))
    other = rng.choice([slot for slot in sorted(places) if places[slot] != places[one]])
    alone = [_supposed(case, {names[slot]: 0.3}) for slot in (one, other)]
    both = _supposed(case, {names[one]: 0.3, names[other]: 0.3})
    if both is not None and all(found is not None for found in alone):
        product = alone[0] * alone[1] / stated
        assert both == pytest.approx(product / product.sum(), abs=BRUTE)


def _supposed(case: Case, values: dict[str, float]) -> Any:
    try:
        return as_stated(network(suppose(case, values)))
    except (CaseError, ContradictionError):
        return None
