"""Tails of Beta distributions in numbers of Python, against SciPy's."""

from __future__ import annotations

import pytest
from scipy.special import betainc, betaincc, betaincinv

from attribution_bayes.declare.tails import tails


@pytest.mark.parametrize("alpha", [0.003, 0.7, 1.0, 4.5, 60.0, 3e5])
@pytest.mark.parametrize("beta", [0.02, 1.0, 2.5, 900.0, 1e5])
def test_both_tails_are_those_of_scipy(alpha: float, beta: float) -> None:
    """To 1e-12, on either side of the mean, from the middle out to a tail of 1 %."""
    for share in (0.01, 0.2, 0.5, 0.8, 0.99):
        at = float(betaincinv(alpha, beta, share))
        if 0 < at < 1:
            found, expected = tails(alpha, beta, at, at), (betainc(alpha, beta, at), betaincc(alpha, beta, at))
            assert found == pytest.approx(expected, rel=1e-12)


def test_a_tail_that_does_not_settle_is_not_made_up() -> None:
    """Where terms without end would be needed there is no number at all."""
    with pytest.raises(ArithmeticError):
        tails(1e9, 1e9, 0.5, 0.5)
