"""The two verbs: weigh a case, and ask what it would give under many suppositions."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np

from attribution_bayes.arguments import expect, one_of
from attribution_bayes.arrays import Bools, Floats, as_array, is_lazy
from attribution_bayes.declare.address import HypothesisPart, LikelihoodOf, PriorOf
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import addresses, unknown_address
from attribution_bayes.declare.warnings import cautions
from attribution_bayes.deferred import pd, xr
from attribution_bayes.engine.batch import credences_at
from attribution_bayes.engine.exact import as_stated, excluded, solve
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.posterior import Posterior, Sampled
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.tree import Draws, by_hypothesis
from attribution_bayes.engine.versions import versions
from attribution_bayes.errors import CaseError, CaseWarning, Problem, refusal

type Method = Literal["auto", "exact", "pymc"]
METHODS: tuple[Method, ...] = ("auto", "exact", "pymc")

DEFAULT_SAMPLING = Sampling()
"""The default size and seed of the draws, made and checked once."""


def weigh(case: Case, *, method: Method = "auto", sampling: Sampling | None = None) -> Posterior:
    """Weigh the hypotheses of a case against its evidence.

    Parameters
    ----------
    case
    method
        ``"exact"``: computed to rounding error, with independent draws. ``"pymc"``: sampled with NUTS, behind a
        convergence gate. ``"auto"`` is exact, or says that the case is too large.
    sampling
        Number of draws, chains and seed, such as ``Sampling(draws=500, seed=1)``, and for PyMC which sampler of NUTS;
        `Sampling()` unless given.

    Returns
    -------
    Posterior

    Raises
    ------
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states; raised before memory is taken.
    ConvergenceError
        If draws of PyMC fail the gate.
    CaseError
        ``E_METHOD`` for an unknown method; ``E_UNDERFLOW`` for numbers that PyMC's logarithms cannot hold; ``E_CACHE``
        if PyMC finds no directory for compiled code; ``E_SAMPLER`` for a sampler that is not installed.

    Warns
    -----
    CaseWarning
        For every caution of the case.

    Notes
    -----
    credence_h = E[prior_h] E[l_h] / sum_j E[prior_j] E[l_j], with l_h = P(all observations | h, inputs). It is not the
    mean of P(h | E, inputs) over the stated distributions: inputs that fit the evidence count for more.
    """
    expect(case, Case, "case", several="`ab.weigh_many(cases)` weighs many.")
    one_of(method, METHODS, "method", "E_METHOD")
    sampling = DEFAULT_SAMPLING if sampling is None else sampling
    expect(sampling, Sampling, "sampling")
    net = network(case)
    credence, log_evidence = solve(net)
    told = cautions(case)
    if (out := excluded(net)).any():
        told += tuple(exclusions(case, out, told))
    for problem in told:
        warnings.warn(CaseWarning(problem), stacklevel=2)
    sampled, drawn = None, Draws(net, sampling)
    if method == "pymc":
        credence, sampled, drawn = _fit(net, sampling)
    engine: Literal["exact", "pymc"] = "pymc" if method == "pymc" else "exact"
    return Posterior(
        case=case,
        method=engine,
        credences=credence.copy(),
        log_evidence=float("nan") if case.has_ratios else log_evidence,
        drawn=drawn,
        sampling=sampling,
        warnings=told,
        versions=versions(engine, sampling.nuts_sampler),
        sampled=sampled,
    )


def exclusions(case: Case, is_out: Bools, told: Iterable[Problem]) -> Iterator[Problem]:
    """Hypotheses that the evidence excludes as a whole, where no single statement was cautioned against."""
    stated = (addresses(case).read(problem.path) for problem in told if problem.code == "W_CROMWELL")
    cautioned = {one.hypothesis for one in stated if isinstance(one, PriorOf | LikelihoodOf)}
    for name in np.array(case.names)[is_out]:
        if name not in cautioned:
            yield Problem(
                code="W_CROMWELL",
                path=str(HypothesisPart(name)),
                message=f"{str(name)!r} is excluded by what is stated as impossible or certain, taken together.",
                hint="Nothing that is found later can bring it back: state small probabilities where there is doubt.",
            )


def _fit(net: Network, sampling: Sampling) -> tuple[Floats, Sampled, Draws]:
    """The credence from draws of PyMC that pass the gate, its error and figures, and the draws."""
    # the one border to PyMC and ArviZ, which take seconds to import
    from attribution_bayes.engine.pymc import gate, model

    drawn = model.sample(net, sampling)
    credence, mcse, diagnostics = gate.gated_credence(net, drawn)
    return credence, Sampled(mcse=mcse, diagnostics=diagnostics), Draws(net, sampling, drawn)


# Many suppositions at once -------------------------------------------------------------------------------------------


def what_if(case: Case, suppositions: Mapping[str, Any] | xr.Dataset) -> xr.DataArray:
    """Weigh a case under many suppositions at once: the credences that `suppose` and `weigh` give for each.

    Parameters
    ----------
    case
    suppositions
        For each address a number or a one-dimensional array, all arrays of one length (dim scenario); or an
        `xarray.Dataset` whose variables are addresses, with dimensions of its own. Arrays may be dask-backed.

    Returns
    -------
    DataArray
        Credences, dims (scenario, hypothesis), or the dataset's dims and hypothesis. Without any supposition the only
        dim is hypothesis. Lazy, in the chunks of the suppositions, if any of these is lazy: values are then checked
        when they are computed.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for an unknown address, ``E_RANGE`` and the like for a value that could not be stated,
        ``E_SHAPE`` for arrays of different lengths.
    ContradictionError
        If every hypothesis is excluded in some scenario.
    """
    expect(case, Case, "case")
    expect(suppositions, (Mapping, pd.DataFrame), "suppositions")
    net = network(case)
    known = net.inputs.addresses
    unknown = [str(address) for address in suppositions if address not in known]
    if unknown:
        raise CaseError([unknown_address(address, known) for address in unknown])
    moved = [known.index(str(address)) for address in suppositions]
    if isinstance(suppositions, xr.Dataset) and "hypothesis" in suppositions.dims:
        raise refusal("E_SHAPE", "hypothesis", "the dimension hypothesis is the answer's.", "Give yours another name.")
    if not moved:
        return by_hypothesis(net.hypotheses, as_stated(net).copy(), "credence")
    if not isinstance(suppositions, xr.Dataset):
        columns = _columns(suppositions)
        if not any(map(is_lazy, columns)):
            found = credences_at(net, dict(zip(moved, columns, strict=True)))
            return by_hypothesis(net.hypotheses, found, "credence")
        suppositions = xr.Dataset(
            {net.inputs.addresses[i]: ("scenario", c) for i, c in zip(moved, columns, strict=True)}
        )
    return _over_dataset(net, moved, suppositions)


def _over_dataset(net: Network, moved: Sequence[int], values: xr.Dataset) -> xr.DataArray:
    """Credences where the inputs have the values of the dataset's variables, in their order; lazy if these are."""
    answer: xr.DataArray = xr.apply_ufunc(
        partial(_credences_at, net, moved),
        *values.data_vars.values(),
        output_core_dims=[["hypothesis"]],
        dask="parallelized",
        output_dtypes=[float],
        dask_gufunc_kwargs={"output_sizes": {"hypothesis": len(net.hypotheses)}},
    )
    return answer.assign_coords(hypothesis=list(net.hypotheses)).rename("credence")


def _columns(suppositions: Mapping[str, Any]) -> list[Floats]:
    """One array for each supposition, all of one length."""
    arrays = {address: np.atleast_1d(as_array(value, address)) for address, value in suppositions.items()}
    lengths = {len(array) for array in arrays.values() if array.ndim == 1 and len(array) != 1}
    problems = [
        Problem(code="E_SHAPE", path=address, message=f"an array of shape {array.shape} does not go with the others.")
        for address, array in arrays.items()
        if array.ndim != 1 or len(lengths) > 1
    ]
    if problems:
        raise CaseError(problems)
    size = lengths.pop() if lengths else 1
    return [array if len(array) == size else np.broadcast_to(array, (size,)) for array in arrays.values()]


def _credences_at(net: Network, moved: Sequence[int], *arrays: Floats) -> Floats:
    """Credences with some inputs set to arrays; shape (*broadcast, hypothesis)."""
    shape = np.broadcast_shapes(*(np.shape(array) for array in arrays))
    columns = [np.broadcast_to(array, shape).reshape(-1) for array in arrays]
    return credences_at(net, dict(zip(moved, columns, strict=True))).reshape(*shape, len(net.hypotheses))
