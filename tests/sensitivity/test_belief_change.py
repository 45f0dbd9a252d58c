"""The bound of Chan and Darwiche: against the numbers of the paper."""

from __future__ import annotations

import math

import pytest

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis
from attribution_bayes.odds import DECIBANS_PER_NAT
from attribution_bayes.sensitivity.robustness import robustness


@pytest.mark.parametrize("threshold", [0.63158, 0.90323])
def test_the_bound_of_chan_and_darwiche_is_that_of_the_paper(threshold: float) -> None:
    """A parameter from .3 to .5 is .847298 away; a query at .8 stays in [.63158, .90323] within that distance."""
    distance = abs(math.log(0.3 / 0.7) - math.log(0.5 / 0.5))
    assert distance == pytest.approx(0.847298, abs=1e-6)
    case = Case(
        question="Which?",
        hypotheses=[Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)],
        prior={"a": 0.5, "b": 0.5},
        evidence=[Evidence(name="e", statement="e", likelihood={"a": 0.4, "b": 0.1})],
    )
    last_digit = 0.5e-5 / (threshold * (1 - threshold))  # in nats, as the paper rounds the query
    found = robustness(case, "a", threshold=threshold, only=["evidence.e.likelihood.a"])
    assert found.loc["everything", "chan_darwiche_db"] == pytest.approx(
        distance * DECIBANS_PER_NAT, abs=last_digit * DECIBANS_PER_NAT
    )
