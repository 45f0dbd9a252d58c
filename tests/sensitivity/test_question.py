"""What counts as another answer: the level that a threshold stands for."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

from attribution_bayes.errors import CaseError
from attribution_bayes.sensitivity.question import crossing, log_odds_of


@pytest.mark.parametrize(("given", "odds"), [(0.5, 1.0), (0.75, 3.0), (Decimal("0.2"), 0.25)])
def test_a_threshold_is_asked_about_in_log_odds(given: Any, odds: float) -> None:
    """In decibans, whatever kind of number states it."""
    assert log_odds_of(given) == pytest.approx(10 * math.log10(odds), abs=1e-12)


@pytest.mark.parametrize("given", [0.0, 1.0, -0.1, math.nan, "0.5", True])
def test_what_is_no_credence_is_no_threshold(given: Any) -> None:
    """The ends, what lies outside, and what is not a number."""
    with pytest.raises(CaseError, match="is not between 0 and 1"):
        log_odds_of(given)


def test_the_distance_at_which_nothing_is_left_is_found() -> None:
    """Of a line the root, to the last digits."""
    assert crossing(lambda distance: 2 - distance, 159.0) == pytest.approx(2.0, abs=1e-9)
