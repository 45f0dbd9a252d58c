"""Size and seed of the draws are whole numbers within limits; the sampler is one of four."""

from __future__ import annotations

import dataclasses
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from attribution_bayes.engine.sampling import MIN_CHAINS, MIN_DRAWS, Sampling
from attribution_bayes.engine.versions import is_installed
from attribution_bayes.errors import CaseError

LEAST = {"draws": 100, "tune": 100, "chains": 4, "seed": 0}


def test_the_defaults_are_those_of_the_documentation() -> None:
    """Four chains of 1000 draws after 1000 steps of tuning, from seed 0, by nutpie at an acceptance of 0.9."""
    sampling = Sampling()
    assert (sampling.nuts_sampler, sampling.target_accept) == ("nutpie", 0.9)
    assert (sampling.draws, sampling.tune, sampling.chains, sampling.seed) == (1000, 1000, 4, 0)


@pytest.mark.parametrize("field", LEAST)
def test_each_field_has_a_least_value(field: str) -> None:
    """The least value is taken, the one below is refused by name."""
    assert getattr(Sampling(**{field: LEAST[field]}), field) == LEAST[field]
    with pytest.raises(CaseError, match=f"sampling.{field}: {LEAST[field] - 1} is not allowed"):
        Sampling(**{field: LEAST[field] - 1})


def test_the_limits_are_named() -> None:
    """The constants are what is checked."""
    assert {"draws": MIN_DRAWS, "tune": MIN_DRAWS, "chains": MIN_CHAINS, "seed": 0} == LEAST


def test_seeds_go_up_to_63_bits() -> None:
    """The greatest seed is taken, the next refused."""
    assert Sampling(seed=2**63 - 1).seed == 2**63 - 1
    with pytest.raises(CaseError, match="from 0 to 2"):
        Sampling(seed=2**63)


NO_WHOLE_NUMBERS = [1000.0, True, np.bool_(True), None, "1000", [1000], Fraction(2001, 2), Decimal(1000)]
BEYOND_ALL_BOUNDS = [math.inf, -math.inf, math.nan, 10**400, -(10**400)]


@pytest.mark.parametrize("field", LEAST)
@pytest.mark.parametrize("value", NO_WHOLE_NUMBERS + BEYOND_ALL_BOUNDS, ids=lambda value: repr(value)[:12])
def test_what_is_no_whole_number_is_refused_by_name(field: str, value: Any) -> None:
    """Floats, truth values, texts and numbers beyond all bounds are refused, and the error names the field."""
    with pytest.raises(CaseError) as caught:
        Sampling(**{field: value})
    (problem,) = caught.value.problems
    assert (problem.path, problem.code) == (f"sampling.{field}", "E_SEED" if field == "seed" else "E_SAMPLER")


def test_integers_of_numpy_are_whole_numbers() -> None:
    """A seed or size may come out of an array."""
    sampling = Sampling(draws=np.int64(200), seed=np.uint8(7))  # type: ignore[arg-type]
    assert sampling == Sampling(draws=200, seed=7)
    assert [type(value) for value in dataclasses.astuple(sampling)] == [int, int, int, int, bool, str, float]


def test_a_keyword_that_there_is_not_gets_the_nearest() -> None:
    """It is refused with the name that was meant."""
    with pytest.raises(CaseError, match=r"E_UNKNOWN_FIELD sampling.draw: Sampling has no 'draw'. Did you mean 'draws'"):
        Sampling(draw=2000)  # type: ignore[arg-type]


def test_progress_is_true_or_false() -> None:
    """Nothing that merely counts as one."""
    with pytest.raises(CaseError, match=r"E_TYPE sampling\.progress: 1 stands where True or False belongs"):
        Sampling(progress=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [0, 1, 0.0, 1.0, -0.1, 1.5, math.nan, math.inf, True, "0.9", None, [0.9]])
def test_an_acceptance_is_strictly_between_0_and_1(given: Any) -> None:
    """The error says what was given and what to write."""
    with pytest.raises(CaseError) as caught:
        Sampling(target_accept=given)
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("E_SAMPLER", "sampling.target_accept")
    assert problem.hint == "Give a number between 0 and 1, such as 0.9."


def test_an_acceptance_may_come_out_of_an_array() -> None:
    """It is kept as a number of Python."""
    kept = Sampling(target_accept=np.float32(0.5)).target_accept  # type: ignore[arg-type]
    assert (kept, type(kept)) == (0.5, float)


def test_the_samplers_are_those_of_pymc() -> None:
    """Any other is refused with the nearest name, and what is no text as that."""
    for name in ("nutpie", "pymc", "numpyro", "blackjax"):
        assert Sampling(nuts_sampler=name).nuts_sampler == name  # type: ignore[arg-type]
    with pytest.raises(
        CaseError, match=r"E_SAMPLER sampling\.nuts_sampler: there is no nuts_sampler 'numpyr'\. Did you mean 'numpyro'"
    ):
        Sampling(nuts_sampler="numpyr")  # type: ignore[arg-type]
    with pytest.raises(CaseError, match=r"Sampling has no 'random_seed'\. Did you mean 'seed'"):
        Sampling(random_seed=1)  # type: ignore[call-arg]
    with pytest.raises(CaseError, match=r"E_TYPE sampling\.nuts_sampler"):
        Sampling(nuts_sampler=None)  # type: ignore[arg-type]


def test_all_faults_are_reported_at_once() -> None:
    """One error lists every field that is wrong."""
    with pytest.raises(CaseError) as caught:
        Sampling(draws=1, tune=1, chains=1, seed=-1, nuts_sampler="", target_accept=2)  # type: ignore[arg-type]
    fields = (*LEAST, "nuts_sampler", "target_accept")
    assert [problem.path for problem in caught.value.problems] == [f"sampling.{field}" for field in fields]


def test_a_sampling_is_a_frozen_value() -> None:
    """It can be compared, hashed and copied with a change, but not changed."""
    assert Sampling(seed=3) == Sampling(seed=3) != Sampling(seed=4)
    assert len({Sampling(seed=3), Sampling(seed=3)}) == 1
    assert dataclasses.replace(Sampling(seed=3), draws=500) == Sampling(draws=500, seed=3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Sampling().seed = 1  # type: ignore[misc]
    with pytest.raises(CaseError):
        dataclasses.replace(Sampling(), draws=1)


def test_what_is_installed_is_asked_of_python() -> None:
    """By the name under which a package is installed."""
    assert is_installed("numpy")
    assert not is_installed("no-package-of-this-name")
