"""Answers and draws with the names of the case, draws in ArviZ's layout."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, partial
from typing import Any

import numpy as np

from attribution_bayes.arrays import Floats
from attribution_bayes.deferred import special, xr
from attribution_bayes.engine.draws import Rows, Sample, log_predictive, sample
from attribution_bayes.engine.inputs import Family, Inputs
from attribution_bayes.engine.network import Network
from attribution_bayes.engine.sampling import Sampling

MAX_BLANKS = 64
"""Most shapes of answers whose labels are kept."""


def by_hypothesis(hypotheses: tuple[str, ...], numbers: Floats, name: str | None = None) -> xr.DataArray:
    """Numbers of shape (hypothesis,) or (scenario, hypothesis), with their names."""
    return _blank(hypotheses, numbers.shape, name).copy(deep=False, data=numbers)


@lru_cache(MAX_BLANKS)
def _blank(hypotheses: tuple[str, ...], shape: tuple[int, ...], name: str | None) -> xr.DataArray:
    """An empty answer to copy: labels take longer to make than most answers."""
    dims = ("scenario", "hypothesis")[-len(shape) :]
    return xr.DataArray(np.broadcast_to(0.0, shape), dims=dims, coords={"hypothesis": list(hypotheses)}, name=name)


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws of either engine, arranged when that is first asked for.

    Attributes
    ----------
    network, sampling
    sampled
        Those of PyMC; None for the exact engine, which draws when something of its draws is first asked for.
    """

    network: Network
    sampling: Sampling
    sampled: Sample | None = None

    @cached_property
    def sample(self) -> Sample:
        return sample(self.network, self.sampling) if self.sampled is None else self.sampled

    @property
    def credence(self) -> Floats:
        """Credences in each draw, shape (chain, draw, hypothesis)."""
        return self.sample.credence

    @cached_property
    def tree(self) -> xr.DataTree:
        return draws_tree(self.sample)


@dataclass(frozen=True, eq=False)
class StoredDraws:
    """Draws that are arranged already: read from a file, or with what they predict."""

    tree: xr.DataTree

    @property
    def credence(self) -> Floats:
        """Credences in each draw, shape (chain, draw, hypothesis)."""
        return np.asarray(self.tree["posterior"]["credence"].values)


def draws_tree(sample: Sample) -> xr.DataTree:
    """Arrange draws in ArviZ's layout, with the names of the case.

    What is drawn before the evidence, log densities and log likelihoods are made when somebody looks at them.
    """
    net, shape = sample.network, sample.values.shape
    groups = {
        "posterior": _input_variables(net, sample.values) | {"credence": _drawn_by_hypothesis(net, sample.credence)},
        "prior": _made_later(partial(_input_variables, net), lambda: sample.prior_values, shape),
        "log_prior": _made_later(partial(log_prior, net.inputs.drawn), lambda: sample.values, shape),
        "log_likelihood": {"evidence": _by_component(net, sample.log_likelihood)},
    }
    hypothesis = xr.DataArray(sample.hypothesis, dims=("chain", "draw"))
    before = groups["posterior"]["prior"].isel(hypothesis=hypothesis).drop_vars("hypothesis")
    groups["posterior"]["drawn_hypothesis"] = hypothesis
    groups["log_prior"]["drawn_hypothesis"] = before.copy(data=np.log(before.values))
    if sample.stats:
        groups["sample_stats"] = {name: xr.DataArray(s, dims=("chain", "draw")) for name, s in sample.stats.items()}
    return xr.DataTree.from_dict({name: _numbered(variables) for name, variables in groups.items()})


type _Variables = dict[str, xr.DataArray]

type _Part = Callable[[tuple[Any, ...]], np.ndarray]
"""Makes what stands at some positions and slices, one for each dimension."""


def _made_later(
    make: Callable[[Floats], _Variables], values: Callable[[], Floats], shape: tuple[int, ...]
) -> _Variables:
    """The variables that `make` makes of values of a shape, (chain, draw, drawn), each made when it is looked at."""

    def part(name: str, at: tuple[Any, ...]) -> np.ndarray:
        return np.asarray(make(values())[name].values[at])

    outlines = make(np.empty((0, 0, shape[-1])))
    return {name: _later(shape[:2], one, partial(part, name)) for name, one in outlines.items()}


def _later(size: tuple[int, ...], outline: xr.DataArray, part: _Part) -> xr.DataArray:
    """A variable of this many chains and draws, and otherwise as an outline without any."""
    indexing: Any = xr.core.indexing
    lazy = indexing.LazilyIndexedArray(_unmade()((*size, *outline.shape[2:]), part))
    data = indexing.MemoryCachedArray(indexing.CopyOnWriteArray(lazy))  # as xarray wraps what it reads from files
    return xr.DataArray(xr.Variable(outline.dims, data), coords=outline.coords)


@cache
def _unmade() -> type[Any]:
    """The class of arrays that xarray asks for parts of. Made here, as xarray is imported when it is first needed."""
    indexing: Any = xr.core.indexing

    class Unmade(xr.backends.BackendArray):
        def __init__(self, shape: tuple[int, ...], part: _Part) -> None:
            self.shape, self.dtype, self.part = shape, np.dtype(float), part

        def __getitem__(self, at: Any) -> Any:
            return indexing.explicit_indexing_adapter(at, self.shape, indexing.IndexingSupport.BASIC, self.part)

        def __reduce__(self) -> tuple[Any, ...]:
            return indexing.as_indexable, (self.get_duck_array(),)  # sent with its numbers, without the case

    return Unmade


def _numbered(variables: Mapping[str, xr.DataArray]) -> xr.Dataset:
    dataset = xr.Dataset(variables)
    return dataset.assign_coords(
        {dim: np.arange(dataset.sizes[dim]) for dim in ("chain", "draw") if dim in dataset.dims}
    )


def _drawn_by_hypothesis(net: Network, numbers: Floats) -> xr.DataArray:
    return xr.DataArray(numbers, dims=("chain", "draw", "hypothesis"), coords={"hypothesis": list(net.hypotheses)})


def _input_variables(net: Network, drawn: Floats) -> dict[str, xr.DataArray]:
    inputs, is_prior = net.inputs.drawn, np.isin(np.flatnonzero(net.inputs.uncertain), net.prior)
    prior = drawn[..., is_prior] if is_prior.any() else net.inputs.mean[net.prior]
    shape = (*drawn.shape[:-1], len(net.hypotheses))
    shares = np.broadcast_to(prior / prior.sum(axis=-1, keepdims=True), shape)
    variables = {"prior": _drawn_by_hypothesis(net, shares)}
    if not is_prior.all():
        addresses = [inputs.addresses[i] for i in np.flatnonzero(~is_prior).tolist()]
        dims, coords = ("chain", "draw", "address"), {"address": addresses}
        variables["assumption"] = xr.DataArray(drawn[..., ~is_prior], dims=dims, coords=coords)
    return variables


def input_values(net: Network, group: xr.Dataset) -> Floats:
    """Whole rows of input values, shape (draw, input + 1), of a group of draws, its chains one after the other."""
    size = group.sizes["chain"] * group.sizes["draw"]
    values = np.tile(net.inputs.values, (size, 1))
    if "assumption" in group.data_vars:
        values[:, net.free] = group["assumption"].values.reshape(size, -1)
    values[:, net.prior] = group["prior"].values.reshape(size, -1)
    return values


def _by_component(net: Network, logs: Floats | Rows) -> xr.DataArray:
    names = np.array(net.component_names, dtype=str)  # text, even if empty
    coords = {"component": names, "log_predictive": ("component", log_predictive(net))}
    labelled = partial(xr.DataArray, dims=("chain", "draw", "component"), coords=coords)
    if isinstance(logs, Rows):
        return _later(logs.shape[:2], labelled(np.empty((0, 0, len(names)))), logs.__getitem__)
    return labelled(logs)


def log_prior(inputs: Inputs, values: Floats) -> dict[str, xr.DataArray]:
    """Normalised log densities of uncertain inputs, in nats.

    ``assumption`` has one entry for each input and one for each Dirichlet row (dim statement); ``prior`` is there if
    the prior is uncertain.
    """
    singles, densities = _single_log_densities(inputs, values)
    names = [inputs.addresses[i] for i in singles]
    variables = {}
    for members in inputs.blocks(Family.DIRICHLET):
        density = _dirichlet_log_density(values[..., members], inputs.first[members])
        block = inputs.group(int(members[0]))
        if block == "prior":
            variables["prior"] = xr.DataArray(density, dims=("chain", "draw"))
        else:
            names.append(block)
            densities = np.concatenate([densities, density[..., None]], axis=-1)
    if names:
        dims, coords = ("chain", "draw", "statement"), {"statement": names}
        variables["assumption"] = xr.DataArray(densities, dims=dims, coords=coords)
    return variables


def _single_log_densities(inputs: Inputs, values: Floats) -> tuple[np.ndarray, Floats]:
    """Positions of the uncertain inputs that stand alone, and their log densities."""
    singles = np.flatnonzero(np.isin(inputs.family, (Family.BETA, Family.UNIFORM, Family.LOG_NORMAL)))
    x, is_ratio = values[..., singles], inputs.family[singles] == Family.LOG_NORMAL
    first, second = inputs.first[singles], inputs.second[singles]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):  # each density applies to its own family only
        beta = _beta_log_density(x, first, second, inputs.lower[singles], inputs.upper[singles])
        log_normal = -(((np.log(x) - first) / second) ** 2) / 2 - np.log(x * second * math.sqrt(2 * math.pi))
    return singles, np.where(is_ratio, log_normal, beta)


def _beta_log_density(x: Floats, alpha: Floats, beta: Floats, lower: Floats, upper: Floats) -> Floats:
    """Log density of a Beta on [0, 1], or of a uniform distribution, with alpha and beta 1, on [lower, upper]."""
    return np.asarray(
        special.xlogy(alpha - 1, x)
        + special.xlog1py(beta - 1, -x)
        - special.betaln(alpha, beta)
        - np.log(upper - lower)
    )


def _dirichlet_log_density(x: Floats, alpha: Floats) -> Floats:
    """Log density of a Dirichlet over the last axis."""
    return np.asarray(
        special.xlogy(alpha - 1, x).sum(axis=-1) + special.gammaln(alpha.sum()) - special.gammaln(alpha).sum()
    )
