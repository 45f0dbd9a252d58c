"""How the answer depends on one input, all others held: the closed forms behind everything that moves one assumption.

Let J_h = P(h) P(all observations | h), o = x / (1 - x) the odds of a probability x, and o = x for a likelihood ratio.
An input that a world uses at most once enters linearly, so that, up to a factor that all hypotheses share,

    J_h(o) = at_zero_h + o * at_infinity_h

and two evaluations of the one component that uses it give the whole curve, its derivative and every crossing. Members
of a prior or of a row of named outcomes are linear too, the other members scaled in proportion. Only a source's
`if_unreliable` that n of its reports use enters as a polynomial of degree n: that one is evaluated wherever it is
asked for, and its crossings are found by bracketing.

E. Castillo, J. M. Gutierrez, A. S. Hadi (1997), Sensitivity analysis in discrete Bayesian networks,
doi:10.1109/3468.594909; the proportional scaling as in S. Renooij (2014), doi:10.1016/j.ijar.2013.11.001
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.polynomial import Chebyshev
from scipy.optimize import brentq

from attribution_bayes.assumption import covary
from attribution_bayes.elicit import MAX_RATIO, MIN_RATIO
from attribution_bayes.exact import Scaled, as_stated, likelihoods
from attribution_bayes.local import Local, Moves, local_components, members, movers
from attribution_bayes.network import Floats, Network

GREATEST_LOG_ODDS = 36.7
"""Log odds in nats of the greatest double below one; beyond it no probability can be stated."""

LEAST_LOG_ODDS = -740.0
"""Log odds of nearly the least double above zero."""

BRACKETS = np.concatenate([[LEAST_LOG_ODDS], np.linspace(-36.0, 36.0, 129), [GREATEST_LOG_ODDS]])
"""Log odds at which a polynomial's sign is looked at, besides the points where it turns."""


@dataclass(frozen=True, eq=False)
class Response:
    """The joint probabilities of every hypothesis and all observations as one input moves.

    Attributes
    ----------
    slot
        The input.
    stated_odds
        Odds of its stated value (its mean): x / (1 - x), or x itself for a likelihood ratio.
    is_ratio
        Whether it is a likelihood ratio.
    at_zero, at_infinity
        Shape (hypothesis,), in proportion: the joint probabilities are at_zero + odds * at_infinity. For an input used
        several times they are right at the two ends only.
    several
        The component and its surroundings, if the input is used several times.
    """

    slot: int
    stated_odds: float
    is_ratio: bool
    at_zero: Floats
    at_infinity: Floats
    several: Several | None = None

    def joint(self, odds: Floats) -> Floats:
        """In proportion at each of the odds, shape (value, hypothesis); zero and infinity mean the limits there."""
        if self.several is not None:
            return self.several.joint(odds)
        large = np.maximum(odds, 1.0)[:, None]
        with np.errstate(invalid="ignore"):
            share = np.where(np.isinf(large), 1.0, odds[:, None] / large)
        joint = self.at_zero / large + share * self.at_infinity
        vanishes = ~joint.any(axis=1)
        return np.where(vanishes[:, None], np.where(odds[:, None] > 1, self.at_zero, self.at_infinity), joint)

    def credences(self, odds: Floats) -> Floats:
        """Shape (value, hypothesis)."""
        joint = self.joint(odds)
        return joint / joint.sum(axis=1, keepdims=True)

    def derivative(self) -> Floats:
        """Of every credence by the input, at its stated value; shape (hypothesis,)."""
        joint, slope = self.several.at_stated if self.several is not None else self._linear_at_stated()
        total = joint.sum()
        return np.asarray((slope * total - joint * slope.sum()) / total**2)

    def _linear_at_stated(self) -> tuple[Floats, Floats]:
        if self.is_ratio:
            return self.at_zero + self.stated_odds * self.at_infinity, self.at_infinity
        away = 1 / (1 + self.stated_odds)
        near = 1.0 if np.isinf(self.stated_odds) else self.stated_odds * away
        return away * self.at_zero + near * self.at_infinity, self.at_infinity - self.at_zero

    def value(self, odds: Floats) -> Floats:
        """The input's value at these odds."""
        return odds if self.is_ratio else probability(odds)

    def odds(self, values: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return values if self.is_ratio else np.asarray(values / (1 - values))

    def crossings(self, weights: Floats) -> list[Floats]:
        """Where weighted sums of the joint probabilities change sign.

        Parameters
        ----------
        weights
            Shape (sum, hypothesis).

        Returns
        -------
        list
            For each sum the odds at which it crosses zero, only those at which a value can be stated.
        """
        if self.several is not None:
            return [self.several.roots(row) for row in weights]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            odds = -(weights @ self.at_zero) / (weights @ self.at_infinity)
        lowest, highest = (MIN_RATIO, MAX_RATIO) if self.is_ratio else (5e-324, np.exp(GREATEST_LOG_ODDS))
        return [np.array([one]) if lowest <= one <= highest else np.empty(0) for one in odds]


def probability(odds: Floats) -> Floats:
    """The probability of these odds; 1 for infinity."""
    finite = np.where(np.isinf(odds), 0.0, odds)
    return np.where(np.isinf(odds), 1.0, finite / (1 + finite))


@dataclass(frozen=True, eq=False)
class Several:
    """An input that one component uses several times: a polynomial of known degree in its value."""

    slot: int
    stated: float
    degree: int
    local: Local
    rest: Scaled

    def scaled(self, values: Floats, complements: Floats) -> Scaled:
        rows = [{self.slot: (x, y)} for x, y in zip(values.tolist(), complements.tolist(), strict=True)]
        return self.local.likelihood(rows) * self.rest

    def joint(self, odds: Floats) -> Floats:
        """As close to 0 and 1 as a number can be stated: at the ends themselves every hypothesis may be excluded."""
        inside = np.clip(odds, np.exp(LEAST_LOG_ODDS), np.exp(GREATEST_LOG_ODDS))
        return self.scaled(probability(inside), 1 / (1 + inside)).aligned(1)[0]

    @cached_property
    def polynomials(self) -> list[Chebyshev]:
        """The joint probabilities as polynomials of the value, one for each hypothesis."""
        nodes = np.polynomial.chebyshev.chebpts1(self.degree + 1) / 2 + 0.5
        flat = self.scaled(nodes, 1 - nodes)
        common = flat.exponent[flat.mantissa > 0].max(initial=-(2**31))
        numbers = np.ldexp(flat.mantissa, np.maximum(flat.exponent - common, -5000).astype(np.int32))
        fit = np.polynomial.chebyshev.chebfit(2 * nodes - 1, numbers, self.degree)
        return [Chebyshev(column, domain=[0, 1]) for column in fit.T]

    @property
    def at_stated(self) -> tuple[Floats, Floats]:
        """Joint probabilities and their slopes at the stated value."""
        return (
            np.array([polynomial(self.stated) for polynomial in self.polynomials]),
            np.array([polynomial.deriv()(self.stated) for polynomial in self.polynomials]),
        )

    def roots(self, weights: Floats) -> Floats:
        """Odds at which a weighted sum crosses zero: it is monotone between the points where it turns."""
        combined = sum((w * p for w, p in zip(weights, self.polynomials, strict=True)), start=Chebyshev([0.0], [0, 1]))
        turns = combined.deriv().roots() if self.degree > 1 else np.empty(0)
        inside = turns.real[(abs(turns.imag) < 1e-6) & (turns.real > 0) & (turns.real < 1)]
        brackets = np.unique(np.concatenate([BRACKETS, np.log(inside / (1 - inside))]))
        signs = np.sign(self._balance(weights, brackets))
        found = [
            brentq(lambda z: self._balance(weights, np.array([z]))[0], low, high, xtol=1e-14, rtol=1e-15)
            for low, high, one, other in zip(brackets, brackets[1:], signs, signs[1:], strict=False)
            if one * other < 0
        ]
        return np.exp([*found, *brackets[signs == 0]])

    def _balance(self, weights: Floats, log_odds: Floats) -> Floats:
        """The sum at these log odds, as a share of its positive and negative terms together."""
        terms = weights * self.joint(np.exp(log_odds))
        scale = abs(terms).sum(axis=1)
        return np.asarray(terms.sum(axis=1) / np.where(scale > 0, scale, 1.0))


def responses(network: Network, slots: Iterable[int] | None = None) -> dict[int, Response]:
    """The response to each input: two evaluations of its own component for each, none of the others.

    Raises
    ------
    ContradictionError
        If every hypothesis is excluded as the case stands.
    """
    values = network.inputs.values[None]
    unknown = np.zeros(values.shape[1], dtype=bool)
    as_stated(network)
    wanted = set(range(len(network.inputs.addresses)) if slots is None else slots)
    likelihood = likelihoods(network, values, unknown)[0]
    prior = Scaled.of(values[0, network.prior])
    found = dict(_of_prior(network, likelihood.prod(axis=0), wanted))
    for local, others in zip(local_components(network), _products_of_others(likelihood), strict=True):
        mine = [slot for slot in movers(network, local) if slot in wanted]
        found |= _of_component(network, local, mine, others * prior)
    joint, _ = (likelihood.prod(axis=0) * prior).aligned(0)
    for slot in sorted(wanted - set(found)):  # used by nothing that was observed
        found[slot] = Response(slot, _stated_odds(network, slot), False, joint, joint)
    return {slot: found[slot] for slot in sorted(wanted)}


def _products_of_others(likelihood: Scaled) -> Iterator[Scaled]:
    """For each component the product of all others, without dividing; shape (hypothesis,)."""
    count, hypotheses = likelihood.mantissa.shape
    after = [Scaled.of(np.ones(hypotheses))]
    for place in range(count - 1, 0, -1):
        after.append(after[-1] * likelihood[place])
    before = Scaled.of(np.ones(hypotheses))
    for place in range(count):
        yield before * after[count - 1 - place]
        before = before * likelihood[place]


def _stated_odds(network: Network, slot: int) -> float:
    mean, complement = float(network.inputs.mean[slot]), float(network.inputs.complement[slot])
    if network.inputs.is_ratio[slot]:
        return mean
    return mean / complement if complement else np.inf


def _of_prior(network: Network, likelihood: Scaled, wanted: set[int]) -> Iterator[tuple[int, Response]]:
    means = network.inputs.mean[network.prior]
    for place, slot in enumerate(network.prior.tolist()):
        if slot in wanted:
            ends = np.stack([covary(means, {place: np.array(x)}) for x in (0.0, 1.0)])
            yield slot, _linear(network, slot, Scaled.of(ends) * likelihood)


def _of_component(network: Network, local: Local, slots: list[int], rest: Scaled) -> dict[int, Response]:
    rows = [row for slot in slots for row in _ends(network, slot)]
    joint = local.likelihood(rows) * rest if rows else Scaled.of(np.empty((0, len(network.hypotheses))))
    found = {}
    for i, slot in enumerate(slots):
        response = _linear(network, slot, joint[2 * i : 2 * i + 2])
        if slot in network.repeated:
            several = Several(slot, float(network.inputs.mean[slot]), network.repeated[slot], local, rest)
            response = replace(response, several=several)
        found[slot] = response
    return found


def _ends(network: Network, slot: int) -> Iterator[Moves]:
    """What the inputs are when one is 0 and when it is 1; a ratio, 0 and 1 as well."""
    block = members(network, slot)
    place = int(np.flatnonzero(block == slot)[0])
    for end in (0.0, 1.0):
        shares = covary(network.inputs.mean[block], {place: np.array(end)}) if len(block) > 1 else np.array([end])
        yield {int(member): (float(share), 1 - float(share)) for member, share in zip(block, shares, strict=True)}


def _linear(network: Network, slot: int, ends: Scaled) -> Response:
    """From the joint probabilities at 0 and 1, shape (2, hypothesis)."""
    numbers, _ = Scaled(ends.mantissa.reshape(1, -1), ends.exponent.reshape(1, -1)).aligned(1)
    at_zero, at_one = numbers.reshape(2, -1)
    if network.inputs.is_ratio[slot]:
        at_one = at_one - at_zero
    return Response(slot, _stated_odds(network, slot), bool(network.inputs.is_ratio[slot]), at_zero, at_one)
