"""Made-up cases of any size: the numbers mean nothing."""

from __future__ import annotations

import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import xarray as xr

import attribution_bayes as ab

OUTAGE = Path(__file__).parents[1] / "examples" / "outage.yaml"
LIKELIHOOD, RELIABILITY = "evidence.rollback_helped.likelihood.network", "source.on_call.reliability"

type Generator = np.random.Generator


def names(k: int) -> list[str]:
    return [f"h{i}" for i in range(k)]


def hypotheses(k: int) -> list[ab.Hypothesis]:
    return [ab.Hypothesis(name=name, statement=name, catch_all=name == "h0") for name in names(k)]


def row(rng: Generator, k: int, low: float = 0.1, high: float = 0.9) -> dict[str, float]:
    return dict(zip(names(k), rng.uniform(low, high, k).tolist(), strict=True))


def case(k: int, evidence: list[ab.Evidence], sources: list[ab.Source] | None = None, seed: int = 1) -> ab.Case:
    prior = np.random.default_rng(seed).dirichlet(np.full(k, 5.0)).tolist()
    return ab.Case(
        question="q",
        hypotheses=hypotheses(k),
        prior=dict(zip(names(k), prior, strict=True)),
        sources=sources or [],
        evidence=evidence,
    )


def flat(k: int, items: int, seed: int = 1) -> ab.Case:
    """Observed items of plain numbers."""
    rng = np.random.default_rng(seed)
    return case(k, [ab.Evidence(name=f"e{i}", statement="s", likelihood=row(rng, k)) for i in range(items)])


def from_array(numbers: np.ndarray) -> ab.Case:
    """The same from an array of shape (item, hypothesis)."""
    called = [f"e{i}" for i in range(len(numbers))]
    k = numbers.shape[1]
    return case(k, [*ab.Evidence.from_arrays(numbers, hypotheses=names(k), names=called, statements=called)])


def betas(k: int, items: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Parameters of uncertain likelihoods, shape (item, hypothesis)."""
    rng = np.random.default_rng(seed)
    mean, size = rng.uniform(0.1, 0.9, (items, k)), rng.uniform(5, 40, (items, k))
    return mean * size, (1 - mean) * size


def uncertain(k: int, alpha: np.ndarray, beta: np.ndarray) -> ab.Case:
    """Observed items whose likelihoods are Beta distributions; parameters of shape (item, hypothesis)."""
    evidence = []
    for i, (first, second) in enumerate(zip(alpha.tolist(), beta.tolist(), strict=True)):
        row_of_betas = {name: ab.Beta(*pair) for name, *pair in zip(names(k), first, second, strict=True)}
        evidence.append(ab.Evidence(name=f"e{i}", statement="s", likelihood=row_of_betas))
    return case(k, evidence)


def reported(k: int, items: int, sources: int, seed: int = 1) -> ab.Case:
    """Items that nobody has observed, each reported by every source: all of them hang together."""
    rng = np.random.default_rng(seed)
    speakers = [
        ab.Source(name=f"s{j}", statement="s", reliability=float(rng.uniform(0.5, 0.9)), if_unreliable=row(rng, k))
        for j in range(sources)
    ]
    evidence = [
        ab.Evidence(
            name=f"e{i}",
            statement=f"e{i}",
            likelihood=row(rng, k),
            reports=[ab.Report(source=s.name, says=bool((i + j) % 3), serves=True) for j, s in enumerate(speakers)],
        )
        for i in range(items)
    ]
    return case(k, evidence, speakers)


def chain(k: int, hidden: int, seed: int = 1) -> ab.Case:
    """Hidden items, each the parent of the next and of one observed item."""
    rng = np.random.default_rng(seed)
    evidence = [ab.Evidence(name="e0", statement="s", likelihood=row(rng, k), observed=None)]
    steps = pairwise(f"e{i}" for i in range(hidden))
    evidence += [_child(rng, k, name, [parent], observed=None) for parent, name in steps]
    return case(k, [*evidence, *(_child(rng, k, f"o{i}", [f"e{i}"], observed=bool(i % 3)) for i in range(hidden))])


def wide(k: int, parents: int, seed: int = 1) -> ab.Case:
    """One observed item given many hidden ones: its table has 2^parents numbers for each hypothesis."""
    rng = np.random.default_rng(seed)
    above = [ab.Evidence(name=f"e{i}", statement="s", likelihood=row(rng, k), observed=None) for i in range(parents)]
    return case(k, [*above, _child(rng, k, "child", [item.name for item in above], observed=True)])


def _child(rng: Generator, k: int, name: str, parents: list[str], *, observed: bool | None) -> ab.Evidence:
    likelihood = {h: _table(rng, len(parents)) for h in names(k)}
    return ab.Evidence(name=name, statement="s", given=parents, likelihood=likelihood, observed=observed)


def _table(rng: Generator, depth: int) -> dict[bool, object] | float:
    if not depth:
        return float(rng.uniform(0.1, 0.9))
    return {True: _table(rng, depth - 1), False: _table(rng, depth - 1)}


def values(rows: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.1, 0.8, rows)


def supposed(count: int) -> list[ab.Case]:
    """Cases that differ from that of the examples in two numbers; the ranges are those of the file."""
    case = ab.load_case(OUTAGE)
    pairs = zip(values(count).tolist(), values(count, 2).tolist(), strict=True)
    return [ab.suppose(case, {LIKELIHOOD: one, RELIABILITY: other}) for one, other in pairs]


def weighed(count: int) -> xr.DataArray:
    """What a worker does that makes its own cases."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ab.weigh_many(supposed(count))


def counted(to: int) -> int:
    """Work that needs a processor and nothing else."""
    total = 0
    for i in range(to):
        total += i
    return total
