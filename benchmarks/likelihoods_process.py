"""A process that answers many scenarios of all 60 likelihoods once, in one of three ways, and prints its peak memory.

The arguments name the way and the number of scenarios. What is printed is the MiB on top of the scenarios themselves.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import made
import numpy as np
import timing

import attribution_bayes as ab

K, ITEMS = 4, 15


class Scenarios:
    """Values of all likelihoods of a case, one contiguous column for each, shape (item, hypothesis, scenario)."""

    def __init__(self, size: int) -> None:
        self.case = made.flat(K, ITEMS)
        self.columns = np.empty((ITEMS, K, size))
        np.random.default_rng(3).random(out=self.columns)
        self.columns *= 0.8
        self.columns += 0.1
        self.prior = np.array([self.case.prior[name] for name in self.case.names])
        self.supposed = {
            f"evidence.{item.name}.likelihood.{name}": self.columns[i, j]
            for i, item in enumerate(self.case.evidence)
            for j, name in enumerate(self.case.names)
        }

    def ours(self) -> np.ndarray:
        """Shape (scenario, hypothesis)."""
        return np.asarray(ab.what_if(self.case, self.supposed).values)

    def numpy(self) -> np.ndarray:
        """Shape (hypothesis, scenario)."""
        joint = self.columns.prod(axis=0) * self.prior[:, None]
        return np.asarray(joint / joint.sum(axis=0))


WAYS: dict[str, Callable[[Scenarios], np.ndarray]] = {"ours": Scenarios.ours, "numpy": Scenarios.numpy}


def main(way: str, size: int) -> None:
    WAYS[way](Scenarios(10))
    scenarios = Scenarios(size)
    before = timing.peak_memory()
    answer = WAYS[way](scenarios)
    print(timing.peak_memory() - before - answer.nbytes / 2**20)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
