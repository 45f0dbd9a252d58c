"""How many draws, in how many chains, from which seed, by which sampler."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Literal, Never, get_args

import numpy as np

from attribution_bayes.arguments import expect, no_others, one_of, seed_number, shown, whole_number
from attribution_bayes.errors import CaseError, Problem, refusal

type NutsSampler = Literal["nutpie", "pymc", "numpyro", "blackjax"]
NUTS_SAMPLERS: tuple[str, ...] = get_args(NutsSampler.__value__)

MIN_DRAWS, MIN_CHAINS = 100, 4
"""Fewer draws cannot show their own error; fewer chains cannot show that they disagree."""

TARGET_ACCEPT = 0.9
"""Acceptance that NUTS aims at: smaller steps than the usual 0.8, because one divergence refuses the result."""

MINIMUM = {"draws": MIN_DRAWS, "tune": MIN_DRAWS, "chains": MIN_CHAINS}


@dataclass(frozen=True, slots=True, kw_only=True, init=False)
class Sampling:
    """Size and seed of the draws, and how NUTS makes them.

    Attributes
    ----------
    draws
        Kept draws of each chain, at least 100.
    tune
        Earlier steps of each chain, in which NUTS adapts; the exact engine has none.
    chains
        At least 4.
    seed
        From 0 to 2^63 - 1. The same seed gives the same draws.
    progress
        Whether sampling with PyMC shows its progress.
    nuts_sampler
        Who runs NUTS for ``method="pymc"``, as in ``pymc.sample``: ``"nutpie"``, ``"pymc"``, ``"numpyro"`` or
        ``"blackjax"``; the last two need JAX. The exact engine has none.
    target_accept
        Acceptance that NUTS aims at while it adapts, strictly between 0 and 1: nearer to 1, it takes smaller steps,
        which is slower and diverges less.

    Raises
    ------
    CaseError
        ``E_SAMPLER`` or ``E_SEED``, naming the field; ``E_UNKNOWN_FIELD`` for an unknown keyword.
    """

    draws: int
    tune: int
    chains: int
    seed: int
    progress: bool
    nuts_sampler: NutsSampler
    target_accept: float

    def __init__(
        self,
        *,
        draws: int = 1000,
        tune: int = 1000,
        chains: int = 4,
        seed: int = 0,
        progress: bool = True,
        nuts_sampler: NutsSampler = "nutpie",
        target_accept: float = TARGET_ACCEPT,
        **unknown: Never,
    ) -> None:
        no_others(unknown, Sampling, [field.name for field in fields(Sampling)], "sampling")
        given: dict[str, Any] = {"draws": draws, "tune": tune, "chains": chains, "seed": seed, "progress": progress}
        given |= {"nuts_sampler": nuts_sampler, "target_accept": target_accept}
        problems = [problem for name, value in given.items() for problem in self._set(name, value)]
        if problems:
            raise CaseError(problems)

    def _set(self, name: str, value: Any) -> Iterator[Problem]:
        """Keep a field as a Python number, which every file can hold."""
        path = f"sampling.{name}"
        try:
            if name in MINIMUM:
                value = whole_number(value, path, least=MINIMUM[name], code="E_SAMPLER")
            elif name == "seed":
                value = seed_number(value, path)
            elif name == "nuts_sampler":
                one_of(value, NUTS_SAMPLERS, path, "E_SAMPLER")
            elif name == "target_accept":
                value = _acceptance(value, path)
            else:
                expect(value, bool, path)
        except CaseError as error:
            yield from error.problems
        object.__setattr__(self, name, value)


def _acceptance(given: Any, path: str) -> float:
    """Read a rate of acceptance as a Python number; steps that are always or never accepted have no size."""
    is_number = isinstance(given, int | float | np.number) and not isinstance(given, bool)
    if not is_number or not 0 < given < 1:
        hint = f"Give a number between 0 and 1, such as {TARGET_ACCEPT}."
        raise refusal("E_SAMPLER", path, f"{shown(given)} is not allowed.", hint)
    return float(given)
