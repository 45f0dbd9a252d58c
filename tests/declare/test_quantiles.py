"""A Beta from its quantiles: found in numbers of Python, or with SciPy where the range is no ordinary one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betainc, betaincc

from attribution_bayes.declare import quantiles
from attribution_bayes.declare.quantiles import beta_with_quantiles

fitted = beta_with_quantiles.__wrapped__
"""Without what is remembered of earlier ranges."""

ENDS = (0.001, 0.03, 0.2, 0.47, 0.62, 0.9, 0.995)
ORDINARY = [(low, high, mass) for low in ENDS for high in ENDS if low < high for mass in (0.5, 0.9, 0.98)]
ORDINARY += [(1e-6, 1e-4, 0.9), (1e-9, 0.2, 0.9), (0.207, 0.21, 0.9), (1 - 1e-4, 1 - 1e-6, 0.8), (0.3, 0.4, 0.1)]


def refuse(*_: object) -> tuple[float, float]:
    raise ArithmeticError


@pytest.mark.parametrize(("lower", "upper", "mass"), ORDINARY)
def test_an_ordinary_range_means_the_beta_that_scipy_finds(
    lower: float, upper: float, mass: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To 1e-12, without SciPy's search, and both tails are what was stated, to 1e-11."""
    monkeypatch.setattr(quantiles, "_tail_residuals", None)  # so that a search would fail
    found = fitted(lower, upper, mass)
    monkeypatch.undo()
    monkeypatch.setattr(quantiles, "_ordinary", refuse)
    np.testing.assert_allclose(found, fitted(lower, upper, mass), rtol=1e-12)
    missed = np.array([betainc(*found, lower), betaincc(*found, upper)]) / ((1 - mass) / 2) - 1
    assert abs(missed).max() < 1e-11


@pytest.mark.parametrize(
    ("lower", "upper", "mass"),
    [
        (0.2, 0.4, 0.01),
        (0.2, 0.4, 0.999),
        (0.3, 0.3001, 0.9),
        (1e-200, 0.5, 0.9),
        (1e-38, 0.99, 0.98),
        (5e-324, 1 - 1e-16, 0.9),
    ],
)
def test_any_other_range_is_left_to_scipy(lower: float, upper: float, mass: float) -> None:
    """One that holds little or nearly all, is narrow or reaches far: its quantiles are those stated."""
    with pytest.raises((ArithmeticError, ValueError)):
        quantiles._ordinary(lower, upper, mass)
    found = fitted(lower, upper, mass)
    missed = np.array([betainc(*found, lower), betaincc(*found, upper)]) / ((1 - mass) / 2) - 1
    assert abs(missed).max() < 1e-8
