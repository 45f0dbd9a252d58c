"""What the diagnostics of sampled draws must be for a credence to be given.

ArviZ computes the figures once, in `gate`, and the result keeps them. The limits are stated here, without a heavy
import, so that stored results are checked against them too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from attribution_bayes.deferred import xr
from attribution_bayes.engine.sampling import MIN_CHAINS

MAX_RHAT = 1.01
MIN_ESS = 400
TAILS = (0.05, 0.95)
"""Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), Rank-normalization, folding, and localization: an improved
R-hat for assessing convergence of MCMC, doi:10.1214/20-BA1221; tails as in ArviZ."""

MIN_BFMI = 0.3
"""Betancourt (2016), Diagnosing suboptimal cotangent disintegrations in Hamiltonian Monte Carlo, arXiv:1604.00695."""

MIN_DIGITS, MAX_DIGITS = 4, 17
"""Digits printed of a refused figure: 17 distinguish any two doubles."""


def figure_failures(figures: xr.Dataset) -> list[str]:
    """What is wrong with the figures of some draws, one sentence for each failed check; empty if nothing is.

    Parameters
    ----------
    figures
        As `gate.diagnostics` gives them.
    """
    broken = int(figures["not_finite"])
    if broken:
        return [f"{broken} draws are not finite"]
    chains = figures.sizes["chain"]
    failures = [] if chains >= MIN_CHAINS else [f"{chains} chains, at least {MIN_CHAINS} are needed"]
    return [*failures, *_mixing_failures(figures), *_sampler_failures(figures)]


def _mixing_failures(figures: xr.Dataset) -> Iterator[str]:
    """Chains that stand still or disagree, and draws that depend too much on one another."""
    if "r_hat" not in figures:  # a single chain, or nothing that moves
        return
    rhat, bulk, tail = (figures[name] for name in ("r_hat", "ess_bulk", "ess_tail"))
    yield from _counted("some chain stands still", figures["still"])
    yield from _counted(f"r-hat is not at most {MAX_RHAT}", ~(rhat <= MAX_RHAT), rhat, MAX_RHAT)
    yield from _counted(f"bulk ESS is not at least {MIN_ESS}", ~(bulk >= MIN_ESS), bulk, MIN_ESS)
    yield from _counted(f"tail ESS is not at least {MIN_ESS}", ~(tail >= MIN_ESS), tail, MIN_ESS)


def _counted(what: str, bad: xr.DataArray, figures: xr.DataArray | None = None, limit: float = np.nan) -> Iterator[str]:
    """One sentence on a check that failed for some quantities, with the figure of the first."""
    found = np.flatnonzero(bad.values)
    if len(found):
        figure = "" if figures is None else f" ({_beyond(limit, figures.values[found[0]])})"
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        yield f"{what} for {bad.quantity.values[found[0]]}{figure}{more}"


def _sampler_failures(figures: xr.Dataset) -> Iterator[str]:
    """Failures that NUTS itself reports."""
    if "divergences" in figures and figures["divergences"].any():
        yield f"{int(figures['divergences'].sum())} divergences"
    if "bfmi" in figures and not (figures["bfmi"] >= MIN_BFMI).all():
        yield f"E-BFMI is not at least {MIN_BFMI} ({_beyond(MIN_BFMI, figures['bfmi'].values.min())})"


def _beyond(limit: float, figure: float) -> str:
    """A refused figure, with as many digits as it takes to tell it from the limit."""
    texts = (f"{figure:.{digits}g}" for digits in range(MIN_DIGITS, MAX_DIGITS))
    return next((text for text in texts if float(text) != limit), repr(float(figure)))
