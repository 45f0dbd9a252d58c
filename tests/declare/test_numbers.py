"""What is one finite number, and what a text that is not one seems to mean."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from attribution_bayes.declare.numbers import is_number, number_problem
from attribution_bayes.declare.ways import (
    frozen,
)


@pytest.mark.parametrize("value", [True, False, np.True_, "1", None, 1j, [1], object()])
def test_what_merely_counts_as_a_number_is_none(value: Any) -> None:
    """True and False are not 1 and 0."""
    assert not is_number(value)
    assert number_problem(value) is not None


class NoNumber(Fraction):
    """It counts as a real number and is none."""

    def __float__(self) -> float:
        raise ValueError("no number")


def test_what_cannot_be_a_float_says_why() -> None:
    """A signalling NaN is no finite number; what fails to be one at all raises its own error."""
    problem = number_problem(Decimal("sNaN"))
    assert problem is not None
    assert problem.code == "E_NOT_FINITE"
    assert math.isnan(frozen(Decimal("sNaN")))
    with pytest.raises(ValueError, match="no number"):
        frozen(NoNumber(1, 2))
