"""ArviZ's pictures, opened on a result of either engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import arviz as az
import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from matplotlib import pyplot

from attribution_bayes.declare.case import Case
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.sensitivity.predictive import predict

pytestmark = [
    pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning"),
    # the case has two observations
    pytest.mark.filterwarnings("ignore:Found chain dimension to be longer than draw:UserWarning"),
]

ALL_CREDENCES: dict[str, Any] = {"var_names": ["credence"]}
CREDENCE: dict[str, Any] = {**ALL_CREDENCES, "coords": {"hypothesis": ["alone"]}}
INPUTS: dict[str, Any] = {"var_names": ["assumption"]}
OF_DRAWS = {
    **dict.fromkeys(("dist", "ridge", "forest", "dgof", "dgof_dist", "psense_dist", "psense_quantities"), CREDENCE),
    **dict.fromkeys(("trace", "trace_dist", "rank", "rank_dist", "autocorr", "convergence_dist"), CREDENCE),
    **dict.fromkeys(("ess", "ess_evolution", "mcse"), CREDENCE),
    "pair": ALL_CREDENCES,
    "parallel": ALL_CREDENCES,
    "pair_focus": {**INPUTS, "focus_var": "credence", "focus_var_coords": {"hypothesis": "alone"}},
    "prior_posterior": INPUTS,
    "bf": {"var_names": "assumption", "ref_val": 0.5},
    "ppc_pava": {},
    "ppc_pava_residuals": {"x_var": np.arange(2.0)},
    "ppc_interval": {},
}
BINARY = ("ppc_pit", "ppc_rootogram", "ppc_tstat")


@pytest.fixture(scope="module")
def draws(plain: Case, sampled_plain: Posterior) -> dict[str, xr.DataTree]:
    """A hundred draws of each chain, with what they predict."""
    found = {"exact": predict(weigh(plain, sampling=Sampling(draws=100, seed=2))), "pymc": predict(sampled_plain)}
    along = ("posterior", "prior", "log_prior", "log_likelihood", "sample_stats", "posterior_predictive")
    trees = {}
    for engine, posterior in found.items():
        groups = {name: group.to_dataset() for name, group in posterior.draws.children.items()}
        first = {name: group.isel(draw=slice(100)) for name, group in groups.items() if name in along}
        trees[engine] = xr.DataTree.from_dict({**groups, **first})
    return trees


@pytest.fixture(autouse=True)
def without_a_window() -> Iterator[None]:
    with mpl.rc_context():
        pyplot.switch_backend("agg")
        yield
        pyplot.close("all")


def assert_shows_something() -> None:
    assert any(axes.has_data() for number in pyplot.get_fignums() for axes in pyplot.figure(number).axes)


@pytest.mark.parametrize("plot", OF_DRAWS)
@pytest.mark.parametrize("engine", ["exact", "pymc"])
def test_a_picture_of_draws_opens(draws: dict[str, xr.DataTree], engine: str, plot: str) -> None:
    """Without a warning, and it is not empty."""
    getattr(az, f"plot_{plot}")(draws[engine], backend="matplotlib", **OF_DRAWS[plot])
    assert_shows_something()


@pytest.mark.parametrize("engine", ["exact", "pymc"])
def test_the_picture_of_loo_opens(draws: dict[str, xr.DataTree], engine: str) -> None:
    """Pareto k of the log likelihood of each component."""
    az.plot_khat(az.loo(draws[engine], var_name="evidence", pointwise=True), backend="matplotlib")
    assert_shows_something()


def test_the_picture_of_what_nuts_says_opens(draws: dict[str, xr.DataTree]) -> None:
    """The energy of NUTS, which independent draws do not have."""
    az.plot_energy(draws["pymc"], backend="matplotlib")
    assert_shows_something()


@pytest.mark.parametrize("plot", BINARY)
def test_other_predictive_checks_say_that_they_do_not_suit_binary_data(
    draws: dict[str, xr.DataTree], plot: str
) -> None:
    """ArviZ names the one that does."""
    with pytest.warns(UserWarning, match="look binary. For binary outcomes, plot_ppc_pava may be more appropriate"):
        getattr(az, f"plot_{plot}")(draws["exact"], backend="none")
