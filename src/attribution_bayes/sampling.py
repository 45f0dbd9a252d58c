"""How many draws, in how many chains, from which seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from attribution_bayes.elicit import is_number
from attribution_bayes.errors import CaseError, Problem, quoted

MIN_DRAWS, MIN_CHAINS = 100, 4
"""Fewer draws say nothing of their own error, fewer chains cannot show that they disagree (DESIGN of the gate)."""

MAX_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Size and seed of the draws.

    Attributes
    ----------
    draws
        Kept draws of each chain, at least 100.
    tune
        Steps of each chain before those, in which NUTS adapts; the exact engine has none.
    chains
        At least 4.
    seed
        From 0 to 2^63 - 1. The same seed gives the same draws.
    progress
        Whether sampling with PyMC shows how far it is.

    Raises
    ------
    CaseError
        ``E_SAMPLER`` or ``E_SEED``, naming the field.
    """

    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    seed: int = 0
    progress: bool = True

    def __post_init__(self) -> None:
        least = {"draws": MIN_DRAWS, "tune": MIN_DRAWS, "chains": MIN_CHAINS, "seed": 0}
        problems = [problem for name in least for problem in self._problems(name, least[name])]
        if problems:
            raise CaseError(problems)

    def _problems(self, name: str, least: int) -> list[Problem]:
        value, code = getattr(self, name), "E_SEED" if name == "seed" else "E_SAMPLER"
        if is_number(value) and isinstance(value, int | np.integer) and least <= value <= MAX_SEED:
            return []
        hint = f"Give a whole number from {least} on." if name != "seed" else "Give a whole number from 0 to 2**63 - 1."
        return [Problem(code=code, path=f"sampling.{name}", message=f"{quoted(value)} is not allowed.", hint=hint)]
