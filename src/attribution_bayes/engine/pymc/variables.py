"""What the PyMC model of a network has, random variables by family, data and labels, and what its samplers report."""

from __future__ import annotations

from typing import Any

import numpy as np

from attribution_bayes.arrays import Floats, Ints
from attribution_bayes.engine.inputs import Family
from attribution_bayes.engine.network import Network


def groups(net: Network) -> dict[str, Ints]:
    """Positions of the uncertain inputs by the random variable that draws them; rows of one length together."""
    inputs = net.inputs
    singles = {"beta": Family.BETA, "uniform": Family.UNIFORM, "ratio": Family.LOG_NORMAL}
    found = {name: np.flatnonzero(inputs.family == family) for name, family in singles.items()}
    for members in inputs.blocks(Family.DIRICHLET):
        name = "prior" if members[0] in net.prior else f"row_of_{len(members)}"
        rows = found.get(name)
        found[name] = members[None] if rows is None else np.concatenate([rows, members[None]])
    return {name: positions for name, positions in found.items() if len(positions)}


def numbers(net: Network) -> dict[str, Floats]:
    """All numbers of the case, by the name of the `pm.Data` that holds them."""
    inputs = net.inputs
    data = {"stated": inputs.mean[stated(net)], "prior_stated": inputs.mean[net.prior]}
    for name, positions in groups(net).items():
        match name:
            case "beta":
                data |= {"beta_alpha": inputs.first[positions], "beta_beta": inputs.second[positions]}
            case "uniform":
                data |= {"uniform_lower": inputs.lower[positions], "uniform_upper": inputs.upper[positions]}
            case "ratio":
                data |= {"ratio_mu": inputs.first[positions], "ratio_sigma": inputs.second[positions]}
            case "prior":
                del data["prior_stated"]
                data["prior_alpha"] = inputs.first[positions[0]]
            case _:
                data[f"{name}_alpha"] = inputs.first[positions]
    return {name: array for name, array in data.items() if array.size}


def stated(net: Network) -> Ints:
    """Positions of the inputs outside the prior that are plain numbers."""
    return np.setdiff1d(np.flatnonzero(~net.inputs.uncertain), net.prior)


def owner(data: str) -> str:
    """The subject of a `pm.Data`: a random variable, or the stated numbers themselves."""
    return data.rpartition("_")[0] or data


def dims(name: str) -> tuple[str, ...]:
    """The dimensions of a random variable and of its parameters."""
    match name:
        case "prior":
            return ("hypothesis",)
        case "beta" | "uniform" | "ratio" | "stated":
            return (f"{name}_address",)
        case _:
            return f"{name}_address", f"{name}_outcome"


def coords(net: Network) -> dict[str, tuple[Any, ...]]:
    """Labels along every dimension; outcomes are numbered, because each row has its own."""
    addresses = net.inputs.addresses
    labels: dict[str, tuple[Any, ...]] = {
        "hypothesis": net.hypotheses,
        "component": net.component_names,
        "address": tuple(addresses[i] for i in net.free.tolist()),
        "stated_address": tuple(addresses[i] for i in stated(net).tolist()),
    }
    for name, positions in groups(net).items():
        match dims(name):
            case (dim,) if name != "prior":
                labels[dim] = tuple(addresses[i] for i in positions.tolist())
            case (dim, outcome):
                labels[dim] = tuple(net.inputs.group(first) for first in positions[:, 0].tolist())
                labels[outcome] = tuple(range(positions.shape[1]))
    return {dim: along for dim, along in labels.items() if along}


STATS = {"diverging": bool, "energy": float, "tree_depth": np.uint64, "n_steps": np.uint64, "step_size": float}
RENAMED = {"depth": "tree_depth"}
"""The statistics that are kept, as far as a sampler has them, by ArviZ's names, and what nutpie calls otherwise."""


def sampler_stats(drawn: Any) -> dict[str, Any]:
    """Statistics of the sampler, by ArviZ's names."""
    found = {RENAMED.get(str(name), str(name)): np.asarray(one.values) for name, one in drawn.data_vars.items()}
    return {name: found[name].astype(kind, copy=False) for name, kind in STATS.items() if name in found}
