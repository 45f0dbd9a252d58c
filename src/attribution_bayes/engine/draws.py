"""Independent draws from the exact posterior: the hypothesis, then the hidden states, then every input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.distributions import tilted_uniforms
from attribution_bayes.engine.chances import stated_chances
from attribution_bayes.engine.exact import as_stated, batches, credences, likelihoods, stated_likelihoods
from attribution_bayes.engine.factors import Component
from attribution_bayes.engine.inputs import Family, Inputs
from attribution_bayes.engine.kernel import Summation, eliminate, entries
from attribution_bayes.engine.network import Network
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.scaled import Scaled, products_of_others


@dataclass(frozen=True, eq=False)
class Rows:
    """One row of a table for each draw, spelt out only where it is asked for: a million components fit in memory.

    Attributes
    ----------
    table
        Shape (row, component).
    picked
        The row of each draw, shape (chain, draw).
    """

    table: Floats
    picked: Ints

    @property
    def shape(self) -> tuple[int, ...]:
        return (*self.picked.shape, self.table.shape[1])

    def __getitem__(self, at: tuple[Any, ...]) -> Floats:
        """Some chains, draws and components, each as a position or a slice."""
        *draws, component = at
        return np.asarray(self.table[:, component][self.picked[tuple(draws)]])


@dataclass(frozen=True, eq=False)
class Sample:
    """Posterior draws from either engine, by chain.

    Attributes
    ----------
    network
        The case that they are of.
    values
        Uncertain inputs, drawn from the posterior; shape (chain, draw, drawn).
    prior_values
        The same drawn from their stated distributions, when they are first asked for.
    prior_seed
        The seed of `prior_values`, which share no stream with the others.
    credence
        P(hypothesis | all observations, inputs), shape (chain, draw, hypothesis).
    hypothesis
        Position of the hypothesis drawn, shape (chain, draw).
    log_likelihood
        Log P(component | hypothesis drawn, inputs), in nats; shape (chain, draw, component).
    stats
        Statistics from the sampler, shape (chain, draw) each; empty for independent draws.
    """

    network: Network
    values: Floats
    prior_seed: np.random.SeedSequence
    credence: Floats
    hypothesis: Ints
    log_likelihood: Floats | Rows
    stats: Mapping[str, np.ndarray] = field(default_factory=dict)

    @cached_property
    def prior_values(self) -> Floats:
        rng = np.random.default_rng(self.prior_seed)
        return draw_prior_values(self.network, self.hypothesis.size, rng).reshape(self.values.shape)


def sample(network: Network, sampling: Sampling) -> Sample:
    """Draw from the exact posterior, and weigh the case at every draw."""
    return _sample(network, sampling) if network.inputs.uncertain.any() else _certain(network, sampling)


def _sample(network: Network, sampling: Sampling) -> Sample:
    """Independent draws, and the credence at each of them."""
    posterior_seed, prior_seed = np.random.SeedSequence(sampling.seed).spawn(2)
    posterior_rng = np.random.default_rng(posterior_seed)
    size = sampling.chains * sampling.draws
    hypothesis = draw_hypotheses(network, size, posterior_rng)
    drawn = draw_values(network, hypothesis, posterior_rng)
    credence, log_likelihood = np.empty((size, len(network.hypotheses))), np.empty((size, len(network.component_names)))
    known = np.ones(len(network.inputs.mean) + 1, dtype=bool)
    for part in batches(network, size):
        values = network.inputs.filled(drawn[part])
        likelihood, prior = likelihoods(network, values, known), values[:, network.prior]
        credence[part], _ = credences(prior, likelihood)
        picked = hypothesis[part]
        log_likelihood[part] = log_likelihoods(network, values, likelihood)[np.arange(len(picked)), :, picked]
    by_chain = (sampling.chains, sampling.draws, -1)
    return Sample(
        network=network,
        values=drawn.reshape(by_chain),
        prior_seed=prior_seed,
        credence=credence.reshape(by_chain),
        hypothesis=hypothesis.reshape(by_chain[:2]),
        log_likelihood=log_likelihood.reshape(by_chain),
    )


def _certain(network: Network, sampling: Sampling) -> Sample:
    """Draws of a case in which only the hypothesis is uncertain: all credences are the same, and are kept once."""
    by_chain = (sampling.chains, sampling.draws)
    posterior_seed, prior_seed = np.random.SeedSequence(sampling.seed).spawn(2)
    hypothesis = draw_hypotheses(network, sampling.chains * sampling.draws, np.random.default_rng(posterior_seed))
    picked = hypothesis.reshape(by_chain)
    return Sample(
        network=network,
        values=np.empty((*by_chain, 0)),
        prior_seed=prior_seed,
        credence=np.broadcast_to(as_stated(network), (*by_chain, len(network.hypotheses))),
        hypothesis=picked,
        log_likelihood=Rows(stated_likelihoods(network)[0].log().T, picked),
    )


@dataclass(frozen=True, eq=False)
class _Uses:
    """How often each uncertain input was used in each drawn world: as it is, and as one minus it.

    Shape (draw, drawn + 1); the last column takes all uses of inputs that are not drawn. A ratio has half uses too.
    """

    as_is: Floats
    flipped: Floats

    @classmethod
    def from_sizes(cls, draws: int, inputs: Inputs) -> _Uses:
        shape = (draws, len(inputs.drawn.mean) + 1)
        return cls(np.zeros(shape), np.zeros(shape))

    def record(self, columns: Ints, flips: Bools, where: Bools | bool = True) -> None:
        """Count one use in each draw."""
        draws = np.arange(len(self.as_is))
        self.as_is[draws, columns] += ~flips & where
        self.flipped[draws, columns] += flips & where


def draw_hypotheses(network: Network, draws: int, rng: np.random.Generator) -> Ints:
    """Independent draws of the hypothesis given all observations, by position; shape (draw,)."""
    below = np.cumsum(as_stated(network))
    return np.asarray(np.searchsorted(below, rng.random(draws) * below[-1], side="right"))


def draw_values(network: Network, hypothesis: Ints, rng: np.random.Generator) -> Floats:
    """A draw of every uncertain input from its exact posterior given each hypothesis, shape (draw, drawn).

    Draw the hidden states given the hypothesis, then each input from its own family, tilted by its uses in the drawn
    world: x^m (1 - x)^n times a Beta density is another Beta density, and likewise for the other families.
    """
    chances = stated_chances(network)
    uses = _Uses.from_sizes(len(hypothesis), network.inputs)
    slots, flips = network.users
    columns = np.full(len(network.inputs.values), uses.as_is.shape[1] - 1)
    columns[np.flatnonzero(network.inputs.uncertain)] = np.arange(uses.as_is.shape[1] - 1)
    used = columns[slots]
    uses.as_is[:, columns[network.ratios[0]]] -= 1 / 2  # its item uses it under every hypothesis
    for positions in (network.prior[None], network.direct):
        for position in positions[(used[positions] < columns[-1]).any(axis=1)]:
            uses.record(used[position[hypothesis]], flips[position[hypothesis]])
    for component in network.integrated:
        for position, where in _draw_world(component, chances, hypothesis, rng):
            uses.record(used[position], flips[position], where)
    return _draw_inputs(network.inputs.drawn, uses, rng)


def draw_prior_values(network: Network, draws: int, rng: np.random.Generator) -> Floats:
    """Independent draws of every uncertain input as stated, before any evidence; shape (draw, drawn)."""
    return _draw_inputs(network.inputs.drawn, _Uses.from_sizes(draws, network.inputs), rng)


def pick(weights: Floats, rng: np.random.Generator) -> Ints:
    """One position for each row, with probability in proportion to the row's weights."""
    below = np.cumsum(weights, axis=1)
    return np.argmax(rng.random(len(weights))[:, None] * below[:, -1:] < below, axis=1)


def _draw_world(
    component: Component, chances: Floats, hypothesis: Ints, rng: np.random.Generator
) -> Iterator[tuple[Ints, Bools]]:
    """Draw a component's hidden states and say which chances they use in which draws."""
    states = draw_states(component, chances, hypothesis, rng)
    for factor in component.factors:
        at = (hypothesis, *(states[variable] for variable in factor.scope))
        terms = [[positions[at] for positions in term] for term in factor.terms]
        drawn = np.zeros(len(hypothesis), dtype=np.int64)
        if len(terms) > 1:
            weights = [Scaled.from_floats(chances[0, np.stack(term, axis=-1)]).prod(axis=1) for term in terms]
            drawn = pick(_in_proportion(weights), rng)
        yield from ((positions, drawn == i) for i, term in enumerate(terms) for positions in term)


def _in_proportion(numbers: Sequence[Scaled]) -> Floats:
    """Stack numbers of shape (draw,), scaled in proportion so that products of tiny chances do not vanish."""
    mantissa = np.stack([one.mantissa for one in numbers], axis=1)
    return Scaled(mantissa, np.stack([one.exponent for one in numbers], axis=1)).aligned(1)[0]


def draw_states(component: Component, chances: Floats, hypothesis: Ints, rng: np.random.Generator) -> dict[int, Ints]:
    """Draw every hidden variable of a component, one world for each hypothesis: last summed out, first drawn.

    Chances have one row for all worlds, or one for each.
    """
    _, summations = eliminate(component, lambda factor: Scaled.from_floats(entries(factor, chances)))
    states: dict[int, Ints] = {}
    for summation in reversed(summations):
        states[summation.variable] = pick(_conditional(summation, hypothesis, states), rng)
    return states


def _conditional(summation: Summation, hypothesis: Ints, states: Mapping[int, Ints]) -> Floats:
    """Weights of a variable's states in each drawn world, given the variables drawn already; shape (draw, state)."""
    scope, axis = summation.product.scope, 2 + summation.product.scope.index(summation.variable)
    proportion, _ = summation.product.numbers.aligned(axis)
    row = np.arange(len(hypothesis)) if len(proportion) > 1 else 0
    at = tuple(states[variable] for variable in scope if variable != summation.variable)
    return np.asarray(np.moveaxis(proportion, axis, -1)[(row, hypothesis, *at)])


def _draw_inputs(inputs: Inputs, uses: _Uses, rng: np.random.Generator) -> Floats:
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
    """Draws of a Dirichlet, shape (draw, member), from logarithms of gamma variables, because those of small shapes
    underflow.

    G. Marsaglia, W. W. Tsang (2000), A simple method for generating gamma variables, doi:10.1145/358407.358414
    """
    log = np.log(rng.standard_gamma(weights + 1)) - rng.standard_exponential(weights.shape) / weights
    shares = np.exp(log - log.max(axis=1, keepdims=True))
    return _inside(shares / shares.sum(axis=1, keepdims=True))


def _inside(drawn: Floats) -> Floats:
    """Keep draws that round to 0 or 1 strictly between them: densities at the ends are not finite."""
    return np.clip(drawn, np.nextafter(0.0, 1.0), np.nextafter(1.0, 0.0))


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


def log_predictive(network: Network) -> Floats:
    """Log P(component | all other components), uncertain inputs integrated out, in nats; shape (component,).

    Items that are `given` one of the component stay conditioned on it. NaN where only ratios of likelihoods are stated.
    """
    likelihood, prior = stated_likelihoods(network)[0], Scaled.from_floats(network.inputs.mean[network.prior])
    everything = (prior * likelihood.prod(axis=0)).sum(axis=0).log()
    found = everything - (prior * products_of_others(likelihood)).sum(axis=1).log()
    slots, _ = network.users
    is_ratio = np.append(network.inputs.is_ratio, False)[slots[network.direct]].any(axis=1)
    found[network.direct_at[is_ratio]] = np.nan
    return np.asarray(found)
