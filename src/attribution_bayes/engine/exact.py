"""The exact engine: credences to rounding error, and independent draws from the exact posterior of every input.

Let l_h = P(all observations | h, inputs). Every input but the rates at which a source errs is used at most once in a
world, so l_h is linear in it and its mean may be put in; a rate that several reports use is replaced by the Gauss
quadrature of its distribution, which is exact for the polynomials that arise. Then

    credence_h = E[prior_h] E[l_h] / sum_j E[prior_j] E[l_j].

Uncertain likelihood ratios rho_j of an item have a factor prod_j rho_j^(-1/2) in common under all hypotheses (see
`Ratios`). It makes their geometric means what E[l_h] takes, cancels at given inputs, and weighs draws of the inputs.

Products are kept as mantissa and exponent (`Scaled`), so that 1000 items cost no precision and nothing underflows. The
few factors of a component mostly need none of that: then they are plain numbers, and the result is the same to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.linalg import eigh_tridiagonal

from attribution_bayes.declare.distributions import tilted_uniforms
from attribution_bayes.engine.kernel import Summation, eliminate, tabulated
from attribution_bayes.engine.network import Bools, Component, Factor, Family, Floats, Inputs, Ints, Network
from attribution_bayes.errors import ContradictionError
from attribution_bayes.memo import once_for_each
from attribution_bayes.odds import never_zero

CELLS_AT_ONCE = 2**22
"""Table entries that one batch may hold: 32 MiB of doubles, whatever the number of scenarios."""

MANTISSAS_AT_ONCE = 512
"""Mantissas in [1/2, 1) that are multiplied before the exponent is taken out again: 2^-512 is far from underflow."""

MOST_SUMMED_TOGETHER = 100
"""Hypotheses beyond which credences are summed row by row, which then is the quicker way to the same accuracy."""

FEW = 64
"""Numbers up to which that is the quicker way too."""

ROOM = 1000
"""Binary digits that plain numbers may be away from 1: doubles have 1022."""

OF_ZERO = np.iinfo(np.int32).min
"""Exponent of zeros where numbers are brought to a common one."""

LEAST_SHIFT = np.iinfo(np.int16).min
"""Binary digits by which a number is made smaller at most: after so many it is 0."""


# Scaled numbers ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Scaled:
    """Non-negative numbers mantissa * 2^exponent: the range of logarithms with the precision of products."""

    mantissa: Floats
    exponent: Ints

    @classmethod
    def of(cls, numbers: Floats) -> Scaled:
        mantissa, exponent = np.frexp(numbers)
        return cls(mantissa, exponent.astype(np.int64))

    def normalised(self) -> Scaled:
        """With mantissas in [1/2, 1)."""
        mantissa, shift = np.frexp(self.mantissa)
        return Scaled(mantissa, self.exponent + shift)

    def __mul__(self, other: Scaled) -> Scaled:
        return Scaled(self.mantissa * other.mantissa, self.exponent + other.exponent).normalised()

    def __getitem__(self, index: Any) -> Scaled:
        return Scaled(self.mantissa[index], self.exponent[index])

    def reshape(self, *shape: int) -> Scaled:
        return Scaled(self.mantissa.reshape(shape), self.exponent.reshape(shape))

    def aligned(self, axis: int) -> tuple[Floats, Ints]:
        """Plain numbers in proportion along an axis, and the common exponent that was taken out."""
        exponent = np.where(self.mantissa > 0, self.exponent, OF_ZERO)
        common = exponent.max(axis=axis, keepdims=True)
        shift = np.maximum(exponent - common, LEAST_SHIFT)
        return np.ldexp(self.mantissa, shift.astype(np.int32)), common

    def sum(self, axis: int) -> Scaled:
        numbers, common = self.aligned(axis)
        return Scaled(numbers.sum(axis=axis), common.squeeze(axis)).normalised()

    def prod(self, axis: int) -> Scaled:
        """The product along an axis, a bounded number of mantissas at a time."""
        along = (slice(None),) * axis
        product = Scaled(np.ones(()), self.exponent.sum(axis=axis))
        for start in range(0, max(1, self.mantissa.shape[axis]), MANTISSAS_AT_ONCE):
            part = self.mantissa[(*along, slice(start, start + MANTISSAS_AT_ONCE))].prod(axis=axis)
            product = Scaled(product.mantissa * part, product.exponent).normalised()
        return product

    def log(self) -> Floats:
        """Natural logarithms; minus infinity for zero."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.mantissa) + self.exponent * np.log(2))

    def log_shares(self) -> Floats:
        """The same up to a constant of each row, along the last axis: that of the greatest is near 0.

        So the log odds of numbers that are all tiny have as many digits as of numbers that are not.
        """
        exponent = np.where(self.mantissa > 0, self.exponent, OF_ZERO)
        return Scaled(self.mantissa, exponent - exponent.max(axis=-1, keepdims=True)).log()


# Credences -----------------------------------------------------------------------------------------------------------


def chances(network: Network, values: Floats, known: Bools) -> Floats:
    """Everything that factors look up; shape (batch, chance).

    Parameters
    ----------
    values
        Shape (batch, input + 1): numbers, or means for inputs that are uncertain.
    known
        Shape (input + 1,): which inputs are known to have these values. The others are integrated out.
    """
    complement = np.empty(values.shape)
    complement[:, :-1], complement[:, -1] = network.inputs.complement, 0.0
    complement[:, known] = 1 - values[:, known]
    at_nodes = []
    for nodes in network.nodes:
        if known[nodes.slot]:
            at_nodes.append((np.repeat(values[:, [nodes.slot]], nodes.count, axis=1), np.eye(1, nodes.count)[0]))
        else:
            at_nodes.append(quadrature(network.inputs, nodes.slot, nodes.count))
    return laid_out(network, values, complement, at_nodes)


def stated_chances(network: Network) -> Floats:
    """The same for the case as it stands, every uncertain input integrated out; shape (1, chance)."""
    values = network.inputs.values[None]
    return chances(network, values, np.zeros(values.shape[1], dtype=bool))


def laid_out(network: Network, values: Floats, complement: Floats, at_nodes: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Chances in their places: input values and one minus each, shape (batch, input + 1); nodes with their weights."""
    size = values.shape[1]
    found = np.empty((len(values), 2 * size + 3 * sum(nodes.count for nodes in network.nodes)))
    found[:, :size], found[:, size : 2 * size] = values, complement
    for nodes, (number, weight) in zip(network.nodes, at_nodes, strict=True):
        for positions, column in ((nodes.value, number), (nodes.complement, 1 - number), (nodes.weight, weight)):
            found[:, positions] = column
    return found


def likelihoods(network: Network, values: Floats, known: Bools) -> Scaled:
    """P(observations of a component | hypothesis), shape (batch, component, hypothesis); parameters as of `chances`."""
    components = network.components if known.all() else network.integrated
    return likelihoods_at(network, components, chances(network, values, known))


def stated_likelihoods(network: Network) -> Scaled:
    """The same for the case as it stands, shape (1, component, hypothesis)."""
    return likelihoods_at(network, network.integrated, stated_chances(network))


def likelihoods_at(network: Network, components: Sequence[Component], looked_up: Floats) -> Scaled:
    """The same at rows of chances, shape (batch, chance), of which these components make use."""
    direct = Scaled.of(looked_up[:, network.direct])
    if not components:
        return direct
    shape = (len(looked_up), len(network.component_names), len(network.hypotheses))
    mantissa, exponent = np.empty(shape), np.empty(shape, dtype=np.int64)
    mantissa[:, network.direct_at], exponent[:, network.direct_at] = direct.mantissa, direct.exponent
    digits = digits_of(looked_up)
    for place, component in zip(network.components_at, components, strict=True):
        one = component_likelihood(component, looked_up, digits)
        mantissa[:, place], exponent[:, place] = one.mantissa, one.exponent
    return Scaled(mantissa, exponent)


def digits_of(looked_up: Floats) -> int:
    """Binary digits by which any chance but 0 is away from 1, at most."""
    _, exponent = np.frexp(looked_up)  # that of 0 is 0
    return max(1 - int(exponent.min()), int(exponent.max()))


def component_likelihood(component: Component, looked_up: Floats, digits: int) -> Scaled:
    """P(observations of one component | hypothesis) at rows of chances of so many digits, shape (row, hypothesis)."""
    return summed_out(component, lambda factor: tabulated(factor, looked_up), digits)


def summed_out(component: Component, tabulate: Callable[[Factor], Floats], digits: int) -> Scaled:
    """The likelihood of a component, shape (row, hypothesis), from tables of plain numbers, as of `eliminate`.

    `digits` are those of the chances that the tables are made of. Where no product of these can leave the range of
    doubles nothing has to be scaled, which gives the same number, sooner.
    """
    if component.multiplied * digits + component.doublings < ROOM:
        return Scaled.of(eliminate(component, tabulate)[0])
    likelihood: Scaled = eliminate(component, lambda factor: Scaled.of(tabulate(factor)))[0]
    return likelihood


def log_likelihoods(network: Network, values: Floats, likelihood: Scaled) -> Floats:
    """Log P(component | hypothesis, inputs), in nats, shape (batch, component, hypothesis), from `likelihoods`.

    Given uncertain ratios rho_j with log rho_j ~ Normal(m_j, s_j), an item has the factor
    prod_j exp(m_j / 2 - s_j^2 / 8) rho_j^(-1/2) under every hypothesis, the mean of which is 1.
    """
    slots, place = network.ratios
    mu, sigma = network.inputs.first[slots], network.inputs.second[slots]
    log = likelihood.log()
    common = (mu - np.log(values[:, slots])) / 2 - sigma**2 / 8
    np.add.at(log.swapaxes(0, 1), place, common.T[..., None])
    return log


def credences(prior: Floats, likelihood: Scaled) -> tuple[Floats, Floats]:
    """Bayes' theorem, hypothesis by hypothesis.

    Parameters
    ----------
    prior
        Shape (batch, hypothesis).
    likelihood
        Shape (batch, component, hypothesis).

    Returns
    -------
    credence, log_evidence
        As of `shared`.
    """
    return shared(Scaled.of(prior) * likelihood.prod(axis=1))


def shared(joint: Scaled) -> tuple[Floats, Floats]:
    """Credences from the joint probabilities of hypotheses and observations, shape (batch, hypothesis).

    Returns
    -------
    credence, log_evidence
        Shapes (batch, hypothesis) and (batch,); the second in nats. A credence is 0 where the hypothesis is excluded
        and nowhere else: one that is too small for a double is the least double. A batch entry in which every
        hypothesis is excluded has log evidence minus infinity and credences NaN.
    """
    numbers, common = joint.aligned(axis=1)
    total = exact_sum(numbers)
    with np.errstate(divide="ignore", invalid="ignore"):
        credence = numbers / total
        log_evidence = np.log(total) + common * np.log(2)
    return never_zero(credence, joint.mantissa > 0), np.where(total > 0, log_evidence, -np.inf)[:, 0]


def products_of_others(likelihood: Scaled) -> Scaled:
    """For each component the product of all others, without dividing; shape (component, hypothesis)."""
    return _products_before(likelihood) * _products_before(likelihood[::-1])[::-1]


def _products_before(numbers: Scaled) -> Scaled:
    """For each number the product of those before it along the first axis, a bounded number of mantissas at a time."""
    count, *shape = numbers.mantissa.shape
    mantissa, exponent = np.ones((count + 1, *shape)), np.zeros((count + 1, *shape), dtype=np.int64)
    np.cumsum(numbers.exponent, axis=0, out=exponent[1:])
    product = Scaled.of(np.ones(shape))
    for start in range(0, count, MANTISSAS_AT_ONCE):
        running = product.mantissa * np.cumprod(numbers.mantissa[start : start + MANTISSAS_AT_ONCE], axis=0)
        written = slice(start + 1, start + 1 + len(running))
        mantissa[written] = running
        exponent[written] += product.exponent
        product = Scaled(running[-1], product.exponent).normalised()
    return Scaled(mantissa[:-1], exponent[:-1]).normalised()


def log_predictive(network: Network) -> Floats:
    """Log P(component | all other components), uncertain inputs integrated out, in nats; shape (component,).

    Items that are `given` one of the component go on knowing it. NaN where there are only ratios of likelihoods.
    """
    likelihood, prior = stated_likelihoods(network)[0], Scaled.of(network.inputs.mean[network.prior])
    everything = (prior * likelihood.prod(axis=0)).sum(axis=0).log()
    found = everything - (prior * products_of_others(likelihood)).sum(axis=1).log()
    slots, _ = network.users
    is_ratio = np.append(network.inputs.is_ratio, False)[slots[network.direct]].any(axis=1)
    found[network.direct_at[is_ratio]] = np.nan
    return np.asarray(found)


def exact_sum(numbers: Floats) -> Floats:
    """Sums over the last axis, which is kept, as if rounded once: the order of the hypotheses changes no bit.

    T. Ogita, S. M. Rump, S. Oishi (2005), Accurate sum and dot product, doi:10.1137/030601818
    """
    if numbers.shape[-1] > MOST_SUMMED_TOGETHER or numbers.size <= FEW:
        sums = [math.fsum(row) for row in numbers.reshape(-1, numbers.shape[-1]).tolist()]
        return np.array(sums).reshape(*numbers.shape[:-1], 1)
    ascending = np.sort(numbers, axis=-1)
    total, lost = ascending[..., 0], np.zeros(ascending.shape[:-1])
    for i in range(1, ascending.shape[-1]):
        term, before = ascending[..., i], total
        total = before + term
        rounded = total - before
        lost = lost + ((before - (total - rounded)) + (term - rounded))
    return np.asarray((total + lost)[..., None])


def batches(network: Network, size: int) -> Iterator[slice]:
    """Parts of a batch that keep the largest table within bounds."""
    tables = [component.largest for component in network.integrated]
    cells = len(network.hypotheses) * max(len(network.component_names), *tables, 1)
    step = max(1, CELLS_AT_ONCE // max(cells, 2 * len(network.inputs.values)))
    for start in range(0, size, step):
        yield slice(start, min(start + step, size))


def evaluate(network: Network, values: Floats, known: Bools) -> tuple[Floats, Floats]:
    """Credences and log evidence at many rows of input values; shapes (batch, hypothesis) and (batch,).

    Raises
    ------
    ContradictionError
        If every hypothesis is excluded in some row.
    """
    credence = np.empty((len(values), len(network.hypotheses)))
    log_evidence = np.empty(len(values))
    for part in batches(network, len(values)):
        likelihood = likelihoods(network, values[part], known)
        credence[part], log_evidence[part] = possible_credences(network, values[part][:, network.prior], likelihood)
    return credence, log_evidence


def possible_credences(network: Network, prior: Floats, likelihood: Scaled) -> tuple[Floats, Floats]:
    """What `credences` gives, or the error that says what excludes every hypothesis."""
    credence, log_evidence = credences(prior, likelihood)
    impossible = np.flatnonzero(np.isneginf(log_evidence))
    if len(impossible):
        raise _contradiction(network, prior[impossible[0]], likelihood[impossible[0]])
    return credence, log_evidence


@once_for_each
def as_stated(network: Network) -> Floats:
    """Credences of the case as it stands, shape (hypothesis,); read-only.

    Raises
    ------
    ContradictionError
        If every hypothesis is excluded.
    """
    credence, log_evidence = shared(joints(network)[None])
    if np.isneginf(log_evidence[0]):
        raise _contradiction(network, network.inputs.mean[network.prior], stated_likelihoods(network)[0])
    credence.flags.writeable = False
    return np.asarray(credence[0])


@once_for_each
def joints(network: Network) -> Scaled:
    """P(hypothesis and all observations) of the case as it stands, shape (hypothesis,)."""
    return Scaled.of(network.inputs.mean[network.prior]) * stated_likelihoods(network)[0].prod(axis=0)


def excluded(network: Network) -> Bools:
    """Which hypotheses are excluded, shape (hypothesis,): those with a stated 0 in the prior or in every world.

    A product of numbers that are not 0 has no mantissa 0, however small it is: no hypothesis is excluded because a
    double ran out.
    """
    return np.asarray(joints(network).mantissa == 0)


def _contradiction(network: Network, prior: Floats, likelihood: Scaled) -> ContradictionError:
    """The error that says, for each hypothesis, what excludes it."""
    zero = likelihood.mantissa == 0
    named = {}
    for k, name in enumerate(network.hypotheses):
        items = [item for place in np.flatnonzero(zero[:, k]) for item in network.component_items[place]]
        named[name] = (*(("prior",) if prior[k] == 0 else ()), *items)
    return ContradictionError(named)


# Inputs used several times -------------------------------------------------------------------------------------------


def quadrature(inputs: Inputs, slot: int, count: int) -> tuple[Floats, Floats]:
    """Nodes and weights with sum_k w_k f(x_k) = E[f(x)] for every polynomial f of degree up to 2 count - 1.

    The distribution is a Beta on [0, 1] or uniform on [lower, upper], the two that can be stated. Golub and Welsch
    (1969), doi:10.1090/S0025-5718-69-99647-1, with the recurrence of the Jacobi polynomials moved to [0, 1].

    Nodes are exact to 1e-16 absolutely, so tiny moments of one-sided distributions lose relative accuracy: it is
    within 1e-9 up to 10 nodes (19 reports by one source), and has been seen at 2e-9 with 16 to 20.
    """
    a, b = inputs.first[slot], inputs.second[slot]
    n = np.arange(count)
    s = 2 * n + a + b
    centre = np.empty(count)
    centre[0] = a / (a + b)
    centre[1:] = (1 + (a - b) * (a + b - 2) / (s[1:] * (s[1:] - 2))) / 2
    n, s = n[1:], s[1:]
    first = n == 1
    squared = n * (n + a - 1) * (n + b - 1) / ((s - 1) * (s - 2) ** 2)
    squared *= np.where(first, 1.0, (n + a + b - 2) / np.where(first, 1.0, s - 3))
    nodes, vectors = eigh_tridiagonal(centre, np.sqrt(squared))
    lower, upper = inputs.lower[slot], inputs.upper[slot]
    return lower + (upper - lower) * nodes, vectors[0] ** 2


# Draws ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Uses:
    """How often each uncertain input was used in each drawn world: as it is, and as one minus it.

    Shape (draw, drawn + 1); the last column takes all uses of inputs that are not drawn. A ratio has half uses too.
    """

    as_is: Floats
    flipped: Floats

    @classmethod
    def none(cls, draws: int, inputs: Inputs) -> Uses:
        shape = (draws, len(inputs.drawn.mean) + 1)
        return cls(np.zeros(shape), np.zeros(shape))

    def record(self, columns: Ints, flips: Bools, where: Bools | bool = True) -> None:
        """One use for each draw."""
        draws = np.arange(len(self.as_is))
        self.as_is[draws, columns] += ~flips & where
        self.flipped[draws, columns] += flips & where


def draw_hypotheses(network: Network, draws: int, rng: np.random.Generator) -> Ints:
    """Independent draws of the hypothesis given all observations, by position; shape (draw,)."""
    below = np.cumsum(as_stated(network))
    return np.asarray(np.searchsorted(below, rng.random(draws) * below[-1], side="right"))


def draw_values(network: Network, hypothesis: Ints, rng: np.random.Generator) -> Floats:
    """A draw of every uncertain input from its exact posterior given each hypothesis, shape (draw, drawn).

    Draw the hidden states given the hypothesis, then each input from its own family, which the uses that the world
    makes of it have tilted: x^m (1 - x)^n times a Beta density is a Beta density again, and so for the others.
    """
    looked_up = stated_chances(network)
    uses = Uses.none(len(hypothesis), network.inputs)
    slots, flips = network.users
    columns = np.full(len(network.inputs.values), uses.as_is.shape[1] - 1)
    columns[np.flatnonzero(network.inputs.uncertain)] = np.arange(uses.as_is.shape[1] - 1)
    used = columns[slots]
    uses.as_is[:, columns[network.ratios[0]]] -= 1 / 2  # by its item, whatever the hypothesis
    for positions in (network.prior[None], network.direct):
        for position in positions[(used[positions] < columns[-1]).any(axis=1)]:
            uses.record(used[position[hypothesis]], flips[position[hypothesis]])
    for component in network.integrated:
        for position, where in _draw_world(component, looked_up, hypothesis, rng):
            uses.record(used[position], flips[position], where)
    return draw_inputs(network.inputs.drawn, uses, rng)


def draw_prior_values(network: Network, draws: int, rng: np.random.Generator) -> Floats:
    """Independent draws of every uncertain input from what was stated, before any evidence; shape (draw, drawn)."""
    return draw_inputs(network.inputs.drawn, Uses.none(draws, network.inputs), rng)


def pick(weights: Floats, rng: np.random.Generator) -> Ints:
    """One position for each row, with probability in proportion to the row's weights."""
    below = np.cumsum(weights, axis=1)
    return np.argmax(rng.random(len(weights))[:, None] * below[:, -1:] < below, axis=1)


def _draw_world(
    component: Component, looked_up: Floats, hypothesis: Ints, rng: np.random.Generator
) -> Iterator[tuple[Ints, Bools]]:
    """Draw a component's hidden states and say which chances they use in which draws."""
    states = draw_states(component, looked_up, hypothesis, rng)
    for factor in component.factors:
        at = (hypothesis, *(states[variable] for variable in factor.scope))
        terms = [[positions[at] for positions in term] for term in factor.terms]
        drawn = np.zeros(len(hypothesis), dtype=np.int64)
        if len(terms) > 1:
            weights = [Scaled.of(looked_up[0, np.stack(term, axis=-1)]).prod(axis=1) for term in terms]
            drawn = pick(_in_proportion(weights), rng)
        yield from ((positions, drawn == i) for i, term in enumerate(terms) for positions in term)


def _in_proportion(numbers: Sequence[Scaled]) -> Floats:
    """Numbers of shape (draw,) side by side, as plain ones in proportion: products of tiny chances do not vanish."""
    mantissa = np.stack([one.mantissa for one in numbers], axis=1)
    return Scaled(mantissa, np.stack([one.exponent for one in numbers], axis=1)).aligned(1)[0]


def draw_states(component: Component, looked_up: Floats, hypothesis: Ints, rng: np.random.Generator) -> dict[int, Ints]:
    """Draw every hidden variable of a component, one world for each hypothesis given: last summed out, first drawn."""
    _, summations = eliminate(component, lambda factor: Scaled.of(tabulated(factor, looked_up)))
    states: dict[int, Ints] = {}
    for summation in reversed(summations):
        states[summation.variable] = pick(_conditional(summation, hypothesis, states), rng)
    return states


def _conditional(summation: Summation, hypothesis: Ints, states: Mapping[int, Ints]) -> Floats:
    """Weights of a variable's states in each drawn world, given the variables drawn already; shape (draw, state)."""
    scope, axis = summation.product.scope, 1 + summation.product.scope.index(summation.variable)
    proportion, _ = summation.product.numbers[0].aligned(axis)
    at = tuple(states[variable] for variable in scope if variable != summation.variable)
    return np.asarray(np.moveaxis(proportion, axis, -1)[(hypothesis, *at)])


def draw_inputs(inputs: Inputs, uses: Uses, rng: np.random.Generator) -> Floats:
    """Draw every input from its family, tilted by its uses; shape (draw, input)."""
    values = np.empty((len(uses.as_is), len(inputs.mean)))
    betas = np.flatnonzero(inputs.family == Family.BETA)
    if len(betas):
        drawn = rng.beta(inputs.first[betas] + uses.as_is[:, betas], inputs.second[betas] + uses.flipped[:, betas])
        values[:, betas] = _inside(drawn)
    uniforms = np.flatnonzero(inputs.family == Family.UNIFORM)
    if len(uniforms):
        used = uses.as_is[:, uniforms], uses.flipped[:, uniforms]
        values[:, uniforms] = tilted_uniforms(inputs.lower[uniforms], inputs.upper[uniforms], *used, rng)
    for members in inputs.blocks(Family.DIRICHLET):
        values[:, members] = _draw_row(inputs.first[members] + uses.as_is[:, members], rng)
    ratios = np.flatnonzero(inputs.family == Family.LOG_NORMAL)
    if len(ratios):
        mu, sigma = inputs.first[ratios], inputs.second[ratios]
        values[:, ratios] = np.exp(rng.normal(mu + uses.as_is[:, ratios] * sigma**2, sigma))
    return values


def _draw_row(weights: Floats, rng: np.random.Generator) -> Floats:
    """Draws of a Dirichlet, shape (draw, member), from logarithms of gamma variables: those of small shapes underflow.

    G. Marsaglia, W. W. Tsang (2000), A simple method for generating gamma variables, doi:10.1145/358407.358414
    """
    log = np.log(rng.standard_gamma(weights + 1)) - rng.standard_exponential(weights.shape) / weights
    shares = np.exp(log - log.max(axis=1, keepdims=True))
    return _inside(shares / shares.sum(axis=1, keepdims=True))


def _inside(drawn: Floats) -> Floats:
    """Draws strictly between 0 and 1: at the ends, to which some would be rounded, densities are not finite."""
    return np.clip(drawn, np.nextafter(0.0, 1.0), np.nextafter(1.0, 0.0))


@dataclass(frozen=True, eq=False)
class Sample:
    """Posterior draws as an engine makes them, chain by chain.

    Attributes
    ----------
    values, prior_values
        Uncertain inputs, drawn from the posterior and from what was stated; shape (chain, draw, drawn).
    credence
        P(hypothesis | all observations, inputs), shape (chain, draw, hypothesis).
    hypothesis
        Position of the hypothesis drawn, shape (chain, draw).
    log_likelihood
        Log P(component | hypothesis drawn, inputs), in nats; shape (chain, draw, component).
    stats
        What the sampler says of itself, shape (chain, draw) each; empty for independent draws.
    """

    values: Floats
    prior_values: Floats
    credence: Floats
    hypothesis: Ints
    log_likelihood: Floats
    stats: Mapping[str, np.ndarray] = field(default_factory=dict)
