"""How many draws, in how many chains, from which seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Never

from attribution_bayes.arguments import expect, no_others, seed_number, whole_number
from attribution_bayes.errors import CaseError, Problem

MIN_DRAWS, MIN_CHAINS = 100, 4
"""Fewer draws cannot show their own error; fewer chains cannot show that they disagree."""

MINIMUM = {"draws": MIN_DRAWS, "tune": MIN_DRAWS, "chains": MIN_CHAINS}


@dataclass(frozen=True, slots=True, kw_only=True, init=False)
class Sampling:
    """Size and seed of the draws.

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

    def __init__(
        self,
        *,
        draws: int = 1000,
        tune: int = 1000,
        chains: int = 4,
        seed: int = 0,
        progress: bool = True,
        **unknown: Never,
    ) -> None:
        no_others(unknown, Sampling, [field.name for field in fields(Sampling)], "sampling")
        given = {"draws": draws, "tune": tune, "chains": chains, "seed": seed, "progress": progress}
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
            else:
                expect(value, bool, path)
        except CaseError as error:
            yield from error.problems
        object.__setattr__(self, name, value)
