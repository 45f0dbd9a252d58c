"""Factors of what stands behind several items: a common cause takes the place of their own likelihoods."""

from __future__ import annotations

from typing import Any

import pytest

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import CommonCause, Evidence, Hypothesis
from attribution_bayes.declare.written import case_tree
from attribution_bayes.engine import reference
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network

OWN = {"a": {"x": 0.5, "y": 0.5}, "b": {"x": 0.2, "y": 0.8}}
CAUSED = {"a": {"x": 0.9, "y": 0.1}, "b": {"x": 0.7, "y": 0.3}}


def planted(probability: Any) -> Case:
    """Two items that one cause may have made, the second with named outcomes; a third that it has not."""
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "ab"],
        prior={"a": 0.4, "b": 0.6},
        evidence=[
            Evidence(name="e", statement="e", likelihood={"a": 0.3, "b": 0.1}),
            Evidence(name="f", statement="f", outcomes=["x", "y"], observed="x", likelihood=OWN),
            Evidence(name="g", statement="g", likelihood={"a": 0.6, "b": 0.5}),
        ],
        common_causes=[
            CommonCause(
                name="c",
                statement="c",
                probability=probability,
                likelihood={"e": {"a": 0.8, "b": 0.9}, "f": CAUSED},
            )
        ],
    )


@pytest.mark.parametrize(("probability", "under"), [(0.1, (0.1, 0.1)), ({"a": 0.2, "b": 0.3}, (0.2, 0.3))])
@pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")
def test_a_common_cause_is_summed_out(probability: Any, under: tuple[float, float]) -> None:
    """Where it holds the items have what it says, else their own, and the two cases are weighed by how likely it is."""
    case = planted(probability)
    a = 0.4 * 0.6 * (under[0] * 0.8 * 0.9 + (1 - under[0]) * 0.3 * 0.5)
    b = 0.6 * 0.5 * (under[1] * 0.9 * 0.7 + (1 - under[1]) * 0.1 * 0.2)
    assert as_stated(network(case)) == pytest.approx([a / (a + b), b / (a + b)], rel=1e-14)
    assert reference.credences(case) == pytest.approx({"a": a / (a + b), "b": b / (a + b)}, rel=1e-14)
    written = case_tree(case)["common_causes"]["c"]
    assert written == {
        "statement": "c",
        "probability": probability,
        "likelihood": {"e": {"a": 0.8, "b": 0.9}, "f": CAUSED},
    }
