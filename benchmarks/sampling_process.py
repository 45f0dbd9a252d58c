"""A process that draws from the posterior of two cases of one structure in one of four ways, and prints what it took.

The argument names the way. Imports are timed apart, dask among them, which xarray imports where it is installed when
it makes its first array; the first case pays for what is compiled, or loaded from disk.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import dask.array  # noqa: F401
import made
import numpy as np

import attribution_bayes as ab

K, ITEMS, AGAIN = 4, 15, 5


def parameters() -> list[tuple[np.ndarray, np.ndarray]]:
    """Two cases of the same structure."""
    alpha, beta = made.betas(K, ITEMS)
    return [(alpha, beta), (beta + 1, alpha)]


def exact() -> Callable[[ab.Case], Any]:
    _ = ab.weigh
    return lambda case: ab.weigh(case).draws["posterior"].load()


def ours() -> Callable[[ab.Case], Any]:
    import attribution_bayes.engine.pymc.model  # noqa: F401

    return lambda case: ab.weigh(case, method="pymc").draws["posterior"].load()


def by_hand(sampler: str) -> Callable[[ab.Case], Any]:
    import with_pymc

    def drawn(case: ab.Case) -> Any:
        numbers = [[item.likelihood[name] for name in case.names] for item in case.evidence]
        alpha, beta = (np.array([[getattr(one, of) for one in row] for row in numbers]) for of in ("alpha", "beta"))
        prior = np.array([case.prior[name] for name in case.names])
        return with_pymc.sampled(prior, alpha, beta, sampler)["posterior"]

    return drawn


WAYS: dict[str, Callable[[], Callable[[ab.Case], Any]]] = {
    "exact": exact,
    "ours": ours,
    "pymc": lambda: by_hand("pymc"),
    "nutpie": lambda: by_hand("nutpie"),
}


def main(way: str) -> None:
    warnings.simplefilter("ignore")
    cases = [made.uncertain(K, *numbers) for numbers in parameters() * (AGAIN if way == "exact" else 1)]
    started = time.perf_counter()
    draw = WAYS[way]()
    imported = time.perf_counter() - started
    took, drawn = [], []
    for case in cases:
        begin = time.perf_counter()
        drawn.append(draw(case))
        took.append(time.perf_counter() - begin)
    print(json.dumps({"imports": imported, "seconds": took, "betas": betas()} | figures(drawn[:2])))


def betas() -> float:
    """Seconds that NumPy takes for as many numbers as the exact engine draws."""
    rng, started = np.random.default_rng(0), time.perf_counter()
    rng.beta(*made.betas(K, ITEMS), size=(4000, ITEMS, K))
    return time.perf_counter() - started


def figures(drawn: list[Any]) -> dict[str, Any]:
    """Least effective sample size among the inputs and credences, the credences, and the seconds that NUTS ran."""
    from arviz import ess

    sizes = [[float(v.min()) for name, v in ess(one).data_vars.items() if name != "prior"] for one in drawn]
    return {
        "ess": [min(size) for size in sizes],
        "credence": [one["credence"].mean(("chain", "draw")).values.tolist() for one in drawn],
        "nuts": [one.attrs.get("sampling_time") for one in drawn],
    }


if __name__ == "__main__":
    main(sys.argv[1])
