"""Distributions of SciPy and PreliZ, read as ways to state a number that mean the same. Neither is imported here.

>>> from scipy import stats
>>> from_foreign(stats.beta(2, 3))
Beta(alpha=2.0, beta=3.0)
>>> from_foreign(stats.uniform(loc=0.25, scale=0.5))
Uniform(lower=0.25, upper=0.75)
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from attribution_bayes.declare.probabilities import Beta, Uniform
from attribution_bayes.declare.ratios import RatioBetween
from attribution_bayes.declare.way import DEFAULT_MASS
from attribution_bayes.deferred import special
from attribution_bayes.errors import Problem

LIBRARIES = {"scipy": "SciPy", "preliz": "PreliZ"}

FAMILY_HINT = (
    "State a beta on [0, 1], a uniform or, for a ratio, a log-normal without shift; for any other distribution, state "
    "`Quantiles` of it."
)


def from_foreign(value: Any) -> Any:
    """Translate a distribution of another library; leave anything else, and what has no equivalent, as it is."""
    match _library(value):
        case "scipy" if hasattr(value, "dist") and np.ndim(value.support()[0]) == 0:
            return _from_scipy(value)
        case "preliz":
            return _from_preliz(value)
        case _:
            return value


def foreign_problem(value: object) -> Problem | None:
    """Why a distribution of another library cannot be stated, or None if it is not one."""
    library = LIBRARIES.get(_library(value))
    if library is None:
        return None
    name = getattr(getattr(value, "dist", value), "name", None) or type(value).__name__
    message = f"{name} of {library} is not a distribution that can be stated here."
    return Problem(code="E_TYPE", message=message, hint=FAMILY_HINT)


def _library(value: object) -> str:
    return type(value).__module__.partition(".")[0]


def _from_scipy(frozen: Any) -> Any:
    """Recognise it by its name and support, so that it does not matter how location and scale were given."""
    names = (frozen.dist.shapes or "").split(", ")
    shapes = dict(zip(names, frozen.args, strict=False)) | frozen.kwds
    lower, upper = map(float, frozen.support())
    match frozen.dist.name:
        case "uniform":
            return Uniform(lower, upper)
        case "beta" if (lower, upper) == (0, 1):
            return Beta(shapes["a"], shapes["b"])
        case "beta" if shapes["a"] == shapes["b"] == 1:
            return Uniform(lower, upper)
        case "lognorm" if lower == 0:
            return _log_normal(math.log(frozen.median()), shapes["s"])
        case _:
            return frozen


def _from_preliz(given: Any) -> Any:
    match given:
        case _ if getattr(given, "params", None) is None or None in given.params:
            return given
        case _ if type(given).__name__ == "Beta":
            return Beta(given.alpha, given.beta)
        case _ if type(given).__name__ == "Uniform":
            return Uniform(given.lower, given.upper)
        case _ if type(given).__name__ == "LogNormal":
            return _log_normal(given.mu, given.sigma)
        case _:
            return given


def _log_normal(mu: float, sigma: float) -> RatioBetween:
    half = sigma * float(special.ndtri((1 + DEFAULT_MASS) / 2))
    return RatioBetween(math.exp(mu - half), math.exp(mu + half))
