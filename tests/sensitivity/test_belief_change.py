"""The bound of Chan and Darwiche: against the numbers of the paper."""

from __future__ import annotations

import math

import pytest

from attribution_bayes.odds import DECIBANS_PER_NAT
from attribution_bayes.sensitivity.belief_change import guaranteed


def test_the_bound_of_chan_and_darwiche_is_that_of_the_paper() -> None:
    """A parameter from .3 to .5 is .847298 away; a query at .8 stays in [.63158, .90323]."""
    distance = abs(math.log(0.3 / 0.7) - math.log(0.5 / 0.5))
    assert distance == pytest.approx(0.847298, abs=1e-6)
    assert guaranteed(0.8, distance * DECIBANS_PER_NAT) == pytest.approx((0.63158, 0.90323), abs=1e-5)
