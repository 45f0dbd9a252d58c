"""Every asserted number of a case, as arrays: its mean, and its distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from functools import cached_property
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.address import Block
from attribution_bayes.declare.distributions import Beta, LogNormal, Meaning, Point, Uniform
from attribution_bayes.declare.parameters import Addresses, Parameter, Run


class Family(IntEnum):
    """The kinds of distribution of an input."""

    FIXED = 0
    BETA = 1
    DIRICHLET = 2
    LOG_NORMAL = 3
    UNIFORM = 4


@dataclass(frozen=True, eq=False)
class Inputs:
    """Every asserted number, as arrays of shape (input,).

    Attributes
    ----------
    addresses
        Their addresses, in order.
    mean, complement
        The number, or the mean of its distribution (for a ratio, the geometric mean); and one minus it, accurate where
        the mean is close to 1.
    family
        Which `Family`.
    first, second
        Parameters: alpha and beta of a Beta (1 and 1 of a uniform), the weight of a Dirichlet's member, mu and sigma of
        a log-normal.
    lower, upper
        The range of a uniform; 0 and 1 for all other probabilities.
    block
        The same number for inputs that sum to one, -1 for inputs that stand alone.
    is_ratio
        Which are likelihood ratios; the others are probabilities.
    block_addresses
        The address of each block.
    """

    addresses: Sequence[str]
    mean: Floats
    complement: Floats
    family: Ints
    first: Floats
    second: Floats
    lower: Floats
    upper: Floats
    block: Ints
    is_ratio: Bools
    block_addresses: tuple[Block, ...]

    @property
    def uncertain(self) -> Bools:
        """Which inputs have a distribution."""
        return np.not_equal(self.family, Family.FIXED)

    @cached_property
    def values(self) -> Floats:
        """The means, followed by the constant 1, as the kernel takes them."""
        values = np.append(self.mean, 1.0)
        values.flags.writeable = False
        return values

    @cached_property
    def drawn(self) -> Inputs:
        """The uncertain inputs alone."""
        at = np.flatnonzero(self.uncertain)
        addresses = tuple(self.addresses[i] for i in at.tolist())
        return replace(self, addresses=addresses, **{name: getattr(self, name)[at] for name in ARRAYS})

    def filled(self, draws: Floats) -> Floats:
        """Whole rows of values, shape (..., input + 1), from values of those that are uncertain, shape (..., drawn)."""
        values = np.empty((*draws.shape[:-1], len(self.values)))
        values[...] = self.values
        values[..., np.flatnonzero(self.uncertain)] = draws
        return values

    def group(self, slot: int) -> str:
        """The address of the prior or row of an input, or its own if it stands alone."""
        block = int(self.block[slot])
        return self.addresses[slot] if block < 0 else str(self.block_addresses[block])

    def blocks(self, family: Family) -> list[Ints]:
        """The members of every block of a family."""
        numbers = np.unique(self.block[(self.family == family) & (self.block >= 0)])
        return [np.flatnonzero(self.block == number) for number in numbers]


ARRAYS = tuple(field.name for field in fields(Inputs) if "address" not in field.name)


def inputs_at(addresses: Addresses) -> Inputs:
    """Read every number of a case into arrays, in the order of their addresses."""
    places = zip(addresses.stated, addresses.starts, strict=False)
    at = np.array([start for one, start in places if isinstance(one, Parameter)], dtype=np.int64)
    single = [one for one in addresses.stated if isinstance(one, Parameter)]
    mean, complement = _means(addresses, single, at)
    stated_in = (one.block for one in single if one.block is not None)
    blocks = {block: number for number, block in enumerate(dict.fromkeys(stated_in))}
    parameters = [(*_parameters(one), -1 if one.block is None else blocks[one.block]) for one in single]
    family, first, second, lower, upper, block = np.array(parameters, dtype=float).T

    def everywhere[Number: np.generic](of_single: NDArray[Number], of_a_run: float = 0.0) -> NDArray[Number]:
        # FIXED is 0, and zeros take no memory until they are written
        values = np.zeros(len(addresses), dtype=of_single.dtype)
        if of_a_run:
            values.fill(of_a_run)
        values[at] = of_single
        return values

    return Inputs(
        addresses=addresses,
        mean=mean,
        complement=complement,
        family=everywhere(family.astype(np.int64)),
        first=everywhere(first),
        second=everywhere(second),
        lower=everywhere(lower),
        upper=everywhere(upper, 1.0),
        block=everywhere(block.astype(np.int64), -1),
        is_ratio=everywhere(np.array([one.is_ratio for one in single])),
        block_addresses=tuple(blocks),
    )


def _means(addresses: Addresses, single: Sequence[Parameter], at: Ints) -> tuple[Floats, Floats]:
    """The mean of every number, and of one minus it; shape (input,) each."""
    mean = np.empty(len(addresses))
    for one, start in zip(addresses.stated, addresses.starts, strict=False):
        if isinstance(one, Run):
            mean[start : start + one.size] = one.numbers
    mean[at] = [one.meaning.mean for one in single]
    complement = 1 - mean
    complement[at] = [_complement(one.meaning) for one in single]
    return mean, complement


def _complement(meaning: Meaning) -> float:
    """The mean of one minus a probability; for a ratio, a value that is never looked up."""
    return 1 - meaning.mean if isinstance(meaning, LogNormal) else meaning.complement


def _parameters(parameter: Parameter) -> tuple[Family, float, float, float, float]:
    if parameter.weight is not None:
        return Family.DIRICHLET, parameter.weight, 0.0, 0.0, 1.0
    match parameter.meaning:
        case Point():
            return Family.FIXED, 0.0, 0.0, 0.0, 1.0
        case LogNormal(mu, sigma):
            return Family.LOG_NORMAL, mu, sigma, 0.0, np.inf
        case Beta(alpha, beta):
            return Family.BETA, alpha, beta, 0.0, 1.0
        case Uniform(lower, upper):
            return Family.UNIFORM, 1.0, 1.0, lower, upper
        case _:
            assert_never(parameter.meaning)
