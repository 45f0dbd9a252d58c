"""What is said of the figures of draws: nothing of good ones, and a sentence for each that does not hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from attribution_bayes.engine.diagnostics import MAX_RHAT, MIN_BFMI, MIN_ESS, figure_failures

QUANTITIES = ["evidence.e.likelihood.a", "credence.a", "credence.b"]


def figures(chains: int = 4, **changed: Any) -> xr.Dataset:
    """Figures that pass, three quantities, but for what is changed; None leaves a figure out."""
    good = {
        "not_finite": 0,
        "r_hat": ("quantity", [1.0, 1.001, MAX_RHAT]),
        "ess_bulk": ("quantity", [4000.0, 900.0, MIN_ESS]),
        "ess_tail": ("quantity", [MIN_ESS, 4000.0, 900.0]),
        "still": ("quantity", [False, False, False]),
        "divergences": ("chain", [0] * chains),
        "bfmi": ("chain", [MIN_BFMI, *[1.0] * (chains - 1)]),
    }
    kept = {name: figure for name, figure in {**good, **changed}.items() if figure is not None}
    return xr.Dataset(kept, coords={"chain": np.arange(chains), "quantity": QUANTITIES})


def test_figures_on_the_threshold_pass() -> None:
    """At most 1.01, at least 400, at least 0.3: these figures themselves are good enough."""
    assert figure_failures(figures()) == []


def test_what_the_sampler_does_not_say_is_not_asked() -> None:
    """Independent draws have neither divergences nor energies, and what nothing moves has no figures at all."""
    assert figure_failures(figures(divergences=None, bfmi=None)) == []
    assert figure_failures(figures(r_hat=None, ess_bulk=None, ess_tail=None, still=None)) == []


NAN = float("nan")
SENTENCES = {
    "7 draws are not finite": {"not_finite": 7},
    "3 chains, at least 4 are needed": {"chains": 3},
    "some chain stands still for credence.a": {"still": ("quantity", [False, True, False])},
    "r-hat is not at most 1.01 for credence.a (1.02)": {"r_hat": ("quantity", [1.0, 1.02, 1.0])},
    "r-hat is not at most 1.01 for credence.a (1.0104)": {"r_hat": ("quantity", [1.0, 1.0104, 1.0])},
    "r-hat is not at most 1.01 for credence.a (1.010000000000001)": {
        "r_hat": ("quantity", [1.0, 1.010000000000001, 1.0])
    },
    "r-hat is not at most 1.01 for credence.a (1.0100000000000002)": {
        "r_hat": ("quantity", [1.0, np.nextafter(MAX_RHAT, 2), 1.0])
    },
    "r-hat is not at most 1.01 for evidence.e.likelihood.a (nan) and 2 more": {"r_hat": ("quantity", [NAN] * 3)},
    "bulk ESS is not at least 400 for credence.b (399.9)": {"ess_bulk": ("quantity", [900.0, 900.0, 399.9])},
    "bulk ESS is not at least 400 for credence.b (399.96)": {"ess_bulk": ("quantity", [900.0, 900.0, 399.96])},
    "bulk ESS is not at least 400 for credence.a (nan) and 1 more": {"ess_bulk": ("quantity", [900.0, NAN, 2.0])},
    "tail ESS is not at least 400 for credence.b (12)": {"ess_tail": ("quantity", [900.0, 900.0, 12.0])},
    "3 divergences": {"divergences": ("chain", [1, 0, 2, 0])},
    "E-BFMI is not at least 0.3 (0.29)": {"bfmi": ("chain", [1.0, 0.29, 1.0, 1.0])},
    "E-BFMI is not at least 0.3 (0.29996)": {"bfmi": ("chain", [1.0, 0.29996, 1.0, 1.0])},
    "E-BFMI is not at least 0.3 (nan)": {"bfmi": ("chain", [1.0, NAN, 1.0, 1.0])},
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_does_not_hold_is_said_with_its_figure(sentence: str) -> None:
    """One figure out of bounds, or no number, is one sentence that names the first quantity and counts the others."""
    assert figure_failures(figures(**SENTENCES[sentence])) == [sentence]


def test_draws_that_are_not_finite_are_not_judged_further() -> None:
    """Of them no other figure means anything."""
    assert figure_failures(figures(not_finite=1, divergences=("chain", [5] * 4))) == ["1 draws are not finite"]
