"""How much of the doubt about the log odds comes from each assumption, with all varying together."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import expit, logit

from attribution_bayes.arguments import expect, seed_number, whole_number
from attribution_bayes.arrays import Floats, Ints, is_lazy
from attribution_bayes.declare.assumptions import Assumption, assumptions
from attribution_bayes.declare.case import Case, place_or_foremost
from attribution_bayes.declare.parameters import unknown_address
from attribution_bayes.engine.batch import credences_at, joints_at
from attribution_bayes.engine.draws import draw_prior_values
from attribution_bayes.engine.exact import CELLS_AT_ONCE, as_stated, excluded, stated_log_odds
from attribution_bayes.engine.local import Local, local_components, movers
from attribution_bayes.engine.network import Network, network
from attribution_bayes.errors import CaseError, refusal
from attribution_bayes.odds import FAINT, log_odds
from attribution_bayes.progress import progress

CONFIDENCE = 0.95
MIN_ROWS = 2
"""Fewer rows have no variance."""

RESAMPLES = 400
"""Bootstrap resamples behind each interval: enough for its ends to be good to a tenth of its width."""

ROWS_AT_ONCE = 4096
"""Rows of given samples that are resampled together: their counts in all resamples take 13 MiB."""

ROUNDING = 1e-13
"""Share of a mean square below which a variance is rounding error: nothing moved."""

MATRIX, DRAW = "matrix", "draw"
"""Dimensions of given samples."""


@dataclass(frozen=True, eq=False)
class _Model:
    """Log joint probabilities as a function of rows of input values, one factor at a time: the prior, each component.

    `users` says which factors an input moves.
    """

    prior: Ints
    locals: Sequence[Local]
    users: Mapping[int, list[int]]

    @classmethod
    def from_network(cls, net: Network) -> _Model:
        users: dict[int, list[int]] = {slot: [0] for slot in net.prior.tolist()}
        found = local_components(net)
        for place, local in enumerate(found):
            for slot in movers(net, local):
                users.setdefault(slot, []).append(1 + place)
        return cls(net.prior, found, users)

    def joint(self, values: Floats) -> Floats:
        """Log prior and log likelihoods, shape (factor, row, hypothesis)."""
        return np.stack([self.factor(place, values) for place in range(1 + len(self.locals))])

    def factor(self, place: int, values: Floats) -> Floats:
        """Shape (row, hypothesis)."""
        if place == 0:
            with np.errstate(divide="ignore"):
                return np.log(values[:, self.prior])
        local = self.locals[place - 1]
        step = max(1, CELLS_AT_ONCE // (local.component.largest * len(self.prior)))
        return np.concatenate([local.at(values[i : i + step]).log() for i in range(0, len(values), step)])


def sobol(case: Case, target: str | None = None, *, n: int = 2048, seed: int = 0) -> pd.DataFrame:
    """Share the variance of the target's log odds among the assumptions, all of them varying over what was stated.

    Uncertain numbers are drawn from their distributions, plain numbers evenly in log odds over their plausible range
    (plain ratios evenly in their logarithm); members of a prior or row are then scaled to sum to one. Members of one
    prior or row form one group.

    Parameters
    ----------
    case
    target
        A hypothesis; the one of greatest credence unless given, of several that tie the first in the case.
    n
        Rows of each of the two sample matrices; the log odds are computed at n (groups + 2) points.
    seed

    Returns
    -------
    DataFrame
        Index: address of the assumption (for a group, ``prior`` or the address of the row), the greatest total effect
        first. Columns: ``first``, the share of the variance that it brings by itself, and ``total``, the share that it
        takes part in, each with a 95 % bootstrap interval (``first_low``, ``first_high``, ``total_low``,
        ``total_high``). All zero if nothing moves the log odds. ``attrs`` hold the variance (decibans squared), `n` and
        `seed`.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a target that the case does not have; ``E_EXCLUDED`` if it, or every other hypothesis,
        is excluded, so that its log odds are infinite; ``E_RANGE`` for fewer than 2 rows.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.

    References
    ----------
    A. Saltelli et al. (2010), Variance based sensitivity analysis of model output, doi:10.1016/j.cpc.2009.09.018;
    M. J. W. Jansen (1999), doi:10.1016/S0010-4655(98)00154-4
    """
    expect(case, Case, "case")
    n, seed = whole_number(n, "n", least=MIN_ROWS), seed_number(seed)
    net = network(case)
    place = _target(case, net, target)
    stated = assumptions(case)
    every = range(len(stated))
    groups = {address: slots for address, slots in _groups(net, every).items() if _has_range(stated, slots)}
    rngs = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(3)]
    one, other = (_drawn(net, stated, n, rng) for rng in rngs[:2])
    indices, variance = _indices(net, groups, one, other, place, rngs[2])
    table = pd.DataFrame(indices, index=pd.Index(list(groups), name="assumption"), columns=list(COLUMNS))
    table = table.sort_values("total", ascending=False, kind="stable")
    table.attrs = {"target": case.names[place], "variance": variance, "n": n, "seed": seed}
    return table


COLUMNS = ("first", "first_low", "first_high", "total", "total_low", "total_high")


def _target(case: Case, net: Network, target: str | None) -> int:
    place, is_out = place_or_foremost(case, target, "target", as_stated(net)), excluded(net)
    if is_out[place] or np.delete(is_out, place).all():
        what = f"{case.names[place]!r} is excluded, or every other is: its log odds are infinite"
        raise refusal("E_EXCLUDED", "target", f"{what}.", "Ask about another hypothesis.")
    return place


def _groups(net: Network, slots: Sequence[int]) -> dict[str, Ints]:
    """Positions of the inputs that vary together, by the address of the input or of its prior or row."""
    found: dict[str, list[int]] = {}
    for place, slot in enumerate(slots):
        found.setdefault(net.inputs.group(slot), []).append(place)
    return {address: np.array(places) for address, places in found.items()}


def _has_range(stated: tuple[Assumption, ...], slots: Ints) -> bool:
    return any(stated[slot].lower < stated[slot].upper for slot in slots)


def _drawn(net: Network, stated: tuple[Assumption, ...], n: int, rng: np.random.Generator) -> Floats:
    """Rows of input values, each independent of the others; shape (row, input + 1)."""
    values = net.inputs.filled(draw_prior_values(net, n, rng))
    lower, upper = (np.array([getattr(one, end) for one in stated]) for end in ("lower", "upper"))
    plain = np.flatnonzero(~net.inputs.uncertain & (lower < upper))
    share = rng.random((n, len(plain)))
    ratio = net.inputs.is_ratio[plain]
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.where(ratio, np.log([lower[plain], upper[plain]]), logit([lower[plain], upper[plain]]))
        along = ends[0] + (ends[1] - ends[0]) * share
        values[:, plain] = np.where(ratio, np.exp(along), expit(along))
    for slots in _groups(net, range(len(stated))).values():
        if len(slots) > 1 and not net.inputs.uncertain[slots].any():
            values[:, slots] /= values[:, slots].sum(axis=1, keepdims=True)
    return values


def _indices(
    net: Network, groups: dict[str, Ints], one: Floats, other: Floats, place: int, rng: np.random.Generator
) -> tuple[Floats, float]:
    """First and total index of each group with their intervals, shape (group, column); and the variance."""
    model = _Model.from_network(net)
    joint_one, joint_other = model.joint(one), model.joint(other)
    log_one = joint_one.sum(axis=0)
    f_one, f_other = log_odds(log_one, place), log_odds(joint_other.sum(axis=0), place)
    middle = np.concatenate([f_one, f_other]).mean()
    f_one, f_other = f_one - middle, f_other - middle
    counts = np.vstack([np.ones(len(one)), rng.multinomial(len(one), np.full(len(one), 1 / len(one)), size=RESAMPLES)])
    sums, mixed = [counts @ _statistics(f_one, f_other)], one.copy()
    for slots in progress(groups.values(), "sobol"):
        log_mixed, mixed[:, slots] = log_one.copy(), other[:, slots]
        for factor in sorted({factor for slot in slots.tolist() for factor in model.users.get(slot, ())}):
            with np.errstate(invalid="ignore"):  # an excluded hypothesis stays excluded
                change = model.factor(factor, mixed) - joint_one[factor]
            log_mixed += np.where(np.isneginf(log_one), 0.0, change)
        mixed[:, slots] = one[:, slots]
        sums.append(counts @ _statistics_of_group(f_other, log_odds(log_mixed, place) - middle - f_one))
    indices = _from_sums(np.concatenate(sums, axis=1))
    return indices[:, : len(COLUMNS)], float(np.concatenate([f_one, f_other]).var())


def _statistics(one: Floats, other: Floats) -> Floats:
    """Statistics of the log odds at the rows of both matrices, to be summed; shape (row, 4)."""
    return np.stack([np.ones(len(one)), one, other, one**2 + other**2], axis=1)


def _statistics_of_group(other: Floats, change: Floats) -> Floats:
    """Statistics of the change when a group takes its inputs from the other matrix; shape (row, 3)."""
    return np.stack([other * change, change, change**2], axis=1)


def _from_sums(sums: Floats) -> Floats:
    """Saltelli's first and Jansen's total index with intervals, as in `COLUMNS`, and the variance; shape (group, 7).

    From sums of shape (resample, statistic), of which the first is over all rows: the statistics of both matrices, then
    those of each group.
    """
    sums = sums[sums[:, 0] > 0]  # of few rows a resample may draw none: it estimates nothing
    total, one, other, squares = sums[:, :4].T[..., None]
    product, change, square = (sums[:, 4 + i :: 3] for i in range(3))
    mean, square_mean = (one + other) / (2 * total), squares / (2 * total)
    variance = square_mean - mean**2
    variance[variance < ROUNDING * square_mean] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(variance > 0, (product - mean[0] * change) / total / variance, 0.0)
        whole = np.where(variance > 0, square / (2 * total) / variance, 0.0)
    indices = [*_with_interval(first), *_with_interval(whole), np.full(first.shape[1], variance[0])]
    return np.stack(indices, axis=1)


def _with_interval(estimates: Floats) -> Iterator[Floats]:
    """The estimate from all rows, then the ends of its interval; from estimates of shape (resample, group)."""
    yield estimates[0]
    yield from np.quantile(estimates[1:], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)


# Samples that are given ----------------------------------------------------------------------------------------------


def sobol_from_samples(case: Case, samples: xr.Dataset, target: str | None = None, *, seed: int = 0) -> xr.Dataset:
    """Share the variance of the target's log odds among assumptions that vary as in given samples.

    Parameters
    ----------
    case
    samples
        Dask-backed or not. Variables: addresses, as in `what_if`; dims (matrix, draw) with two matrices, all rows
        independent. Other assumptions stay as stated; members of a prior or row that are not in the samples are scaled
        in proportion.
    target
        A hypothesis; the one of greatest credence unless given, of several that tie the first in the case.
    seed
        For the bootstrap.

    Returns
    -------
    Dataset
        Dim assumption, in the order of the samples; variables ``first``, ``first_low``, ``first_high``, ``total``,
        ``total_low`` and ``total_high`` as in `sobol`, and ``variance`` (decibans squared). Lazy if the samples are:
        they are then evaluated and checked chunk by chunk of draw. Chunks change the result by rounding alone.

    Raises
    ------
    CaseError
        ``E_SHAPE`` for other dims, ``E_TYPE`` for samples that are not numbers; otherwise as in `sobol` and `what_if`.
    ContradictionError, TooLargeError
        See `sobol`.

    Examples
    --------
    >>> import numpy as np
    >>> import xarray as xr
    >>> import attribution_bayes as ab
    >>> hypotheses = [ab.Hypothesis(name=name, statement=name, catch_all=name == "b") for name in "ab"]
    >>> item = ab.Evidence(name="e", statement="e holds", likelihood={"a": 0.8, "b": 0.2})
    >>> case = ab.Case(question="Which?", hypotheses=hypotheses, prior={"a": 0.5, "b": 0.5}, evidence=[item])
    >>> values = np.random.default_rng(0).uniform(0.6, 0.9, (2, 1000))
    >>> samples = xr.Dataset({"evidence.e.likelihood.a": (("matrix", "draw"), values)})
    >>> ab.sobol_from_samples(case, samples)["total"].round(1).item()
    1.0
    """
    expect(case, Case, "case")
    expect(samples, xr.Dataset, "samples")
    net, seed = network(case), seed_number(seed)
    place = _target(case, net, target)
    found = _of_samples(net, place, samples, seed)
    return found.assign_attrs(target=case.names[place], n=samples.sizes[DRAW], seed=seed)


def _of_samples(net: Network, place: int, samples: xr.Dataset, seed: int) -> xr.Dataset:
    known = net.inputs.addresses
    if unknown := [str(address) for address in samples if address not in known]:
        raise CaseError([unknown_address(address, known) for address in unknown])
    _check_samples(samples)
    slots = [known.index(str(address)) for address in samples]
    groups = _groups(net, slots)
    sums = _Sums(net, place, tuple(slots), tuple(groups.values()), seed)
    array = samples.to_dataarray("address").transpose(DRAW, MATRIX, "address")
    parts = xr.DataArray(_by_chunk(array, sums), dims=("chunk", "resample", "statistic")).sum("chunk")
    indices: xr.DataArray = xr.apply_ufunc(
        _from_sums,
        parts,
        input_core_dims=[["resample", "statistic"]],
        output_core_dims=[["assumption", "index"]],
        dask="parallelized",
        output_dtypes=[float],
        dask_gufunc_kwargs={"output_sizes": {"assumption": len(groups), "index": 1 + len(COLUMNS)}},
    )
    found = {name: indices.isel(index=i) for i, name in enumerate(COLUMNS)}
    found["variance"] = indices.isel(index=-1, assumption=0)
    return xr.Dataset(found).assign_coords(assumption=list(groups))


def _check_samples(samples: xr.Dataset) -> None:
    if not len(samples.data_vars):
        raise refusal(
            "E_SHAPE", "samples", "there is no variable among them.", "Give one for each address that varies."
        )
    for address, values in samples.items():
        if {*values.dims} != {MATRIX, DRAW} or values.sizes[MATRIX] != 2 or values.sizes[DRAW] < 2:
            sizes: Mapping[Hashable, int] = values.sizes
            message = f"samples of sizes {dict(sizes)} are not two matrices of two draws or more."
            raise refusal("E_SHAPE", str(address), message, "Give them the dims (matrix, draw), two of the first.")
        if not (np.issubdtype(values.dtype, np.integer) or np.issubdtype(values.dtype, np.floating)):
            raise refusal("E_TYPE", str(address), f"samples of type {values.dtype} are not numbers.")


def _by_chunk(array: xr.DataArray, sums: _Sums) -> Any:
    """Sums over the rows of each chunk, shape (chunk, resample, statistic)."""
    if not is_lazy(array):
        return sums.of(array.values, 0)[None]
    data = array.chunk({MATRIX: -1, "address": -1}).data
    chunks = ((1,) * data.numblocks[0], (1 + RESAMPLES,), (sums.size,))
    return data.map_blocks(partial(_block_sums, sums), dtype=float, chunks=chunks, meta=np.empty((0, 0, 0)))


def _block_sums(sums: _Sums, block: Floats, block_info: Any = None) -> Floats:
    return sums.of(block, block_info[0]["array-location"][0][0])[None]


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums over rows of samples of the statistics that make the indices, for all rows and for resamples of them.

    How often a row is in a resample is a Poisson number of mean 1 that depends only on the seed and the position of the
    row: so the sums over chunks add up to the same, however the rows are cut.
    """

    net: Network
    place: int
    slots: tuple[int, ...]
    groups: tuple[Ints, ...]
    seed: int
    centre: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "centre", stated_log_odds(self.net, self.place))

    @property
    def size(self) -> int:
        return 4 + 3 * len(self.groups)

    def of(self, values: Floats, first: int) -> Floats:
        """Sums for samples of shape (row, 2, input) that start at row `first`; shape (resample, statistic)."""
        total = np.zeros((1 + RESAMPLES, self.size))
        for piece, part in _pieces(first, len(values)):
            rows = np.arange(first + part.start, first + part.stop) % ROWS_AT_ONCE
            counts = np.random.default_rng([self.seed, piece]).poisson(1.0, (RESAMPLES, ROWS_AT_ONCE))[:, rows]
            statistics = self._statistics(values[part])
            total[0] += statistics.sum(axis=0)
            total[1:] += counts @ statistics
        return total

    def _statistics(self, values: Floats) -> Floats:
        """Shape (row, statistic)."""
        one, other = (self._log_odds(values[:, i]) for i in range(2))
        found = [_statistics(one, other)]
        for group in self.groups:
            mixed = values[:, 0].copy()
            mixed[:, group] = values[:, 1][:, group]
            found.append(_statistics_of_group(other, self._log_odds(mixed) - one))
        return np.concatenate(found, axis=1)

    def _log_odds(self, rows: Floats) -> Floats:
        """Log odds less those as stated, in decibans; shape (row,)."""
        moved = {slot: rows[:, i] for i, slot in enumerate(self.slots)}
        credence = credences_at(self.net, moved)
        with np.errstate(divide="ignore"):
            odds = log_odds(np.log(credence), self.place)
        if (faint := (credence < FAINT).any(axis=1)).any():
            at = joints_at(self.net, {slot: column[faint] for slot, column in moved.items()})
            odds[faint] = log_odds(at.log_shares(), self.place)
        return odds - self.centre


def _pieces(first: int, size: int) -> Iterator[tuple[int, slice]]:
    """Each piece of the rows, with its number; pieces do not depend on the position of the first row."""
    start = 0
    while start < size:
        piece, within = divmod(first + start, ROWS_AT_ONCE)
        stop = min(size, start + ROWS_AT_ONCE - within)
        yield piece, slice(start, stop)
        start = stop
