"""How the answer depends on one input, all others fixed: the closed forms behind everything that moves one assumption.

Let J_h = P(h) P(all observations | h), o = x / (1 - x) the odds of a probability x, and o = x for a likelihood ratio.
An input that a world uses at most once enters linearly, so that, up to a factor that all hypotheses share,

    J_h(o) = at_zero_h + o * at_infinity_h

and two evaluations of the one component that uses it give the whole curve, its derivative and every crossing. Members
of a prior or of a row of named outcomes are linear too, the other members scaled in proportion. Only a rate at which a
source errs in n of its reports enters as a polynomial of degree n: it is evaluated at each value asked for, and its
crossings are found by bracketing.

E. Castillo, J. M. Gutierrez, A. S. Hadi (1997), Sensitivity analysis in discrete Bayesian networks,
doi:10.1109/3468.594909; the proportional scaling as in S. Renooij (2014), doi:10.1016/j.ijar.2013.11.001
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial import Chebyshev
from scipy.optimize import brentq

from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.ratios import MAX_RATIO, MIN_RATIO
from attribution_bayes.engine.exact import as_stated, joints, stated_likelihoods
from attribution_bayes.engine.inputs import Inputs
from attribution_bayes.engine.local import Local, ends_of, ends_of_block, local_components, movers
from attribution_bayes.engine.network import Network
from attribution_bayes.engine.scaled import Scaled, products_of_others
from attribution_bayes.memo import once_for_each
from attribution_bayes.odds import in_order, never_zero, rest

MAX_LOG_ODDS = 36.7
"""Log odds, in nats, of the greatest double below one: no probability beyond it can be stated."""

MAX_ODDS = math.exp(MAX_LOG_ODDS)

MIN_LOG_ODDS = -740.0
"""Log odds, in nats, close to those of the least double above zero."""

BRACKETS = np.concatenate([[MIN_LOG_ODDS], np.linspace(-36.0, 36.0, 129), [MAX_LOG_ODDS]])
"""Log odds at which the sign of a polynomial is taken, besides its turning points."""


@dataclass(frozen=True, eq=False)
class Lines:
    """The joint probabilities of every hypothesis and all observations as one input moves, for many inputs in turn.

    Attributes
    ----------
    stated_odds
        Odds of its stated value (its mean): x / (1 - x), or x itself for a likelihood ratio; shape (input,).
    is_ratio
        Whether it is a likelihood ratio, shape (input,).
    at_zero, at_infinity
        Shape (input, hypothesis), in proportion: the joint probabilities are at_zero + odds * at_infinity.
    log_ends
        Natural logarithms of both, up to a constant of each input, shape (input, 2, hypothesis): finite even where the
        number is too small for a double, so that minus infinity means that a hypothesis is excluded.
    """

    stated_odds: Floats
    is_ratio: Bools
    at_zero: Floats
    at_infinity: Floats
    log_ends: Floats

    def joint(self, odds: Floats) -> Floats:
        """Joint probabilities, in proportion, at odds of shape (input, value); shape (input, value, hypothesis).

        Zero and infinity mean the limits there.
        """
        at_zero, at_infinity, odds = self.at_zero[..., None, :], self.at_infinity[..., None, :], odds[..., None]
        joint = at_zero / np.maximum(odds, 1.0) + np.minimum(odds, 1.0) * at_infinity  # divided by odds above 1
        vanishes = ~joint.any(axis=-1, keepdims=True)
        return np.where(vanishes, np.where(odds > 1, at_zero, at_infinity), joint) if vanishes.any() else joint

    def credences(self, odds: Floats) -> Floats:
        """Credences at odds of shape (input, value); shape (input, value, hypothesis). NaN where all are excluded."""
        joint = self.joint(odds)
        with np.errstate(invalid="ignore"):
            found = np.asarray(joint / in_order(joint)[..., None])
        return found if found.all() else never_zero(found, self.possible(odds))

    def possible(self, odds: Floats) -> Bools:
        """Which hypotheses are not excluded at odds of shape (input, value); shape (input, value, hypothesis)."""
        at_zero, at_infinity = np.moveaxis(self.log_ends[..., None, :, :] > -np.inf, -2, 0)
        return np.asarray((at_zero & ~np.isinf(odds[..., None])) | (at_infinity & (odds[..., None] > 0)))

    def derivative(self, place: int) -> Floats:
        """The derivative of one credence by the input, at its stated value; shape (input,). NaN where all are excluded.

        With T the joint probability of the hypothesis, R that of all others: (T' R - T R') / (T + R)^2, which keeps its
        digits where the credence is nearly 1.
        """
        joint, slope = self.at_stated()
        total = in_order(joint)[..., None]
        with np.errstate(invalid="ignore", divide="ignore"):
            joint, slope = joint / total, slope / total
            return np.asarray(slope[..., place] * rest(joint, place) - joint[..., place] * rest(slope, place))

    def at_stated(self) -> tuple[Floats, Floats]:
        """Joint probabilities and their slopes at the stated value, shape (input, hypothesis) each."""
        odds, is_ratio = np.asarray(self.stated_odds)[..., None], np.asarray(self.is_ratio)[..., None]
        away = np.where(is_ratio, 1.0, 1 / (1 + odds))
        with np.errstate(invalid="ignore"):
            near = np.where(np.isinf(odds), 1.0, odds * away)
        slope = np.where(is_ratio, self.at_infinity, self.at_infinity - self.at_zero)
        return away * self.at_zero + near * self.at_infinity, slope

    def value(self, odds: Floats) -> Floats:
        """The input's value at odds of shape (input, value)."""
        return np.where(np.asarray(self.is_ratio)[..., None], odds, _probability(odds))

    def odds(self, values: Floats) -> Floats:
        """The odds of values of shape (input, value)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(np.asarray(self.is_ratio)[..., None], values, values / (1 - values))

    def crossings(self, weights: Floats) -> Floats:
        """Odds at which weighted sums of the joint probabilities change sign.

        Parameters
        ----------
        weights
            Shape (sum, hypothesis).

        Returns
        -------
        array
            Shape (input, sum); NaN where no value that can be stated is a crossing.
        """
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            odds = -(self.at_zero @ weights.T) / (self.at_infinity @ weights.T)
            is_ratio = np.asarray(self.is_ratio)[..., None]
            lowest, highest = np.where(is_ratio, MIN_RATIO, 5e-324), np.where(is_ratio, MAX_RATIO, MAX_ODDS)
            return np.where((lowest <= odds) & (odds <= highest), odds, np.nan)


@dataclass(frozen=True, eq=False)
class Response(Lines):
    """The same for one input, which may be used several times; without the dimension input.

    Attributes
    ----------
    slot
        The input.
    several
        Its polynomial, if the input is used several times: `at_zero` and `at_infinity` then hold at the two ends only.
    """

    slot: int
    several: Several | None = None

    def joint(self, odds: Floats) -> Floats:
        return super().joint(odds) if self.several is None else self.several.joint(odds)

    def possible(self, odds: Floats) -> Bools:
        return super().possible(odds) if self.several is None else self.several.at(odds).mantissa > 0

    def at_stated(self) -> tuple[Floats, Floats]:
        return super().at_stated() if self.several is None else self.several.at_stated

    def all_crossings(self, weights: Floats) -> list[Floats]:
        """For each sum, all odds at which it changes sign and a value can be stated."""
        if self.several is not None:
            return [self.several.roots(row) for row in weights]
        return [odds[~np.isnan(odds)] for odds in self.crossings(weights)[:, None]]


def _probability(odds: Floats) -> Floats:
    """The probability of these odds; 1 for infinity."""
    finite = np.where(np.isinf(odds), 0.0, odds)
    return np.where(np.isinf(odds), 1.0, finite / (1 + finite))


def _odds_inside(polynomial: Chebyshev) -> Floats:
    """The odds of the probabilities at which a polynomial is 0."""
    roots = polynomial.roots()
    inside = roots.real[(abs(roots.imag) < 1e-6) & (roots.real > 0) & (roots.real < 1)]
    return np.asarray(inside / (1 - inside))


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

    def at(self, odds: Floats) -> Scaled:
        """As close to 0 and 1 as a number can be stated: at the ends themselves every hypothesis may be excluded."""
        inside = np.clip(odds, np.exp(MIN_LOG_ODDS), np.exp(MAX_LOG_ODDS))
        return self.scaled(_probability(inside), 1 / (1 + inside))

    def joint(self, odds: Floats) -> Floats:
        return self.at(odds).aligned(1)[0]

    @cached_property
    def _polynomials(self) -> list[Chebyshev]:
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
            np.array([polynomial(self.stated) for polynomial in self._polynomials]),
            np.array([polynomial.deriv()(self.stated) for polynomial in self._polynomials]),
        )

    def roots(self, weights: Floats) -> Floats:
        """Odds at which a weighted sum crosses zero: it is monotone between its turning points."""
        combined = sum((w * p for w, p in zip(weights, self._polynomials, strict=True)), start=Chebyshev([0.0], [0, 1]))
        turns = _odds_inside(combined.deriv()) if self.degree > 1 else np.empty(0)
        brackets = np.unique(np.concatenate([BRACKETS, np.log(turns)]))
        signs = np.sign(self._balance(weights, brackets))
        found = [
            brentq(lambda z: self._balance(weights, np.array([z]))[0], low, high, xtol=1e-14, rtol=1e-15)
            for low, high, one, other in zip(brackets, brackets[1:], signs, signs[1:], strict=False)
            if one * other < 0
        ]
        return np.exp([*found, *brackets[signs == 0]])

    def turns(self, place: int) -> Floats:
        """Odds at which the credence of a hypothesis turns: where T' R - T R' is 0, as in `Lines.derivative`."""
        own = self._polynomials[place]
        others = sum(self._polynomials, start=Chebyshev([0.0], [0, 1])) - own
        return _odds_inside(own.deriv() * others - own * others.deriv())

    def _balance(self, weights: Floats, log_odds: Floats) -> Floats:
        """The sum at these log odds, as a share of its positive and negative terms together."""
        terms = weights * self.joint(np.exp(log_odds))
        scale = abs(terms).sum(axis=1)
        return np.asarray(terms.sum(axis=1) / np.where(scale > 0, scale, 1.0))


@dataclass(frozen=True, eq=False)
class Responses(Lines):
    """The responses to all inputs of a case.

    Attributes
    ----------
    several
        Inputs that are used several times, whose responses are not lines.
    """

    several: Mapping[int, Several]

    def __getitem__(self, slot: int) -> Response:
        return Response(
            stated_odds=self.stated_odds[slot],
            is_ratio=self.is_ratio[slot],
            at_zero=self.at_zero[slot],
            at_infinity=self.at_infinity[slot],
            log_ends=self.log_ends[slot],
            slot=slot,
            several=self.several.get(slot),
        )


@once_for_each
def responses(network: Network) -> Responses:
    """The response to each input, from two evaluations of its own component and none of the others.

    Raises
    ------
    ContradictionError
        If every hypothesis is excluded as the case stands.
    """
    as_stated(network)
    prior, likelihood = network.inputs.mean[network.prior], stated_likelihoods(network)[0]
    rest = products_of_others(likelihood) * Scaled.from_floats(prior)
    ends = _Ends.from_joint(joints(network), len(network.inputs.mean))  # where nothing observed uses the input
    ends.put(network.prior, Scaled.from_floats(ends_of_block(prior)) * likelihood.prod(axis=0))
    alone = _items_of_their_own(network)
    ends.put_direct(network, alone, rest[network.direct_at] * likelihood[network.direct_at], rest[network.direct_at])
    several: dict[int, Several] = {}
    for place, local in _local_components(network, {*network.direct_at[alone].tolist()}):
        slots = movers(network, local)
        rows = [row for slot in slots for row in ends_of(network, slot)]
        if slots:
            ends.put(np.array(slots), (local.likelihood(rows) * rest[place]).reshape(len(slots), 2, -1))
        for slot in network.repeated.keys() & {*slots}:
            stated, degree = float(network.inputs.mean[slot]), network.repeated[slot]
            several[slot] = Several(slot, stated, degree, local, rest[place])
    return Responses(*_line(network.inputs, ends.numbers), several)


@dataclass(frozen=True, eq=False)
class _Ends:
    """The joint probabilities with each input at 0 and at 1, ratios too.

    Attributes
    ----------
    numbers
        Shape (input, 2, hypothesis).
    """

    numbers: Scaled

    @classmethod
    def from_joint(cls, joint: Scaled, size: int) -> _Ends:
        """Joint probabilities that are the same for all inputs, to begin with."""
        shape = (size, 2, len(joint.mantissa))
        return cls(Scaled(np.broadcast_to(joint.mantissa, shape).copy(), np.broadcast_to(joint.exponent, shape).copy()))

    def put(self, at: Ints | tuple[Ints, ...], numbers: Scaled) -> None:
        self.numbers.mantissa[at], self.numbers.exponent[at] = numbers.mantissa, numbers.exponent

    def put_direct(self, network: Network, alone: Bools, joint: Scaled, others: Scaled) -> None:
        """Put in the inputs that are the chance of a direct item under one hypothesis: 1 at one end, 0 at the other.

        Parameters
        ----------
        alone
            The items meant, shape (item,).
        joint, others
            Joint probabilities with and without each item, shape (item, hypothesis).
        """
        size = len(network.inputs.values)
        item, k = np.nonzero((network.direct % size != size - 1) & alone[:, None])
        slots, is_flipped = network.direct[item, k] % size, (network.direct[item, k] >= size).astype(int)
        self.put(slots, joint[item][:, None])
        self.numbers.mantissa[slots, is_flipped, k] = 0.0
        self.put((slots, 1 - is_flipped, k), others[item, k])


def _items_of_their_own(network: Network) -> Bools:
    """Direct items whose numbers move with no other number and are used by no other item; shape (item,)."""
    size = len(network.inputs.values)
    slots = network.direct % size
    often = np.bincount(slots.reshape(-1), minlength=size) > 1
    shared = often | np.append(network.inputs.block >= 0, False)
    shared[-1] = False  # the constant 1
    return np.asarray(~shared[slots].any(axis=1))


def component_of(network: Network) -> dict[int, int]:
    """The place of the component that each input moves; not of those in the prior, and that nothing observed uses."""
    alone, size = _items_of_their_own(network), len(network.inputs.values)
    direct = zip(network.direct_at[alone].tolist(), (network.direct[alone] % size).tolist(), strict=True)
    found = {slot: place for place, slots in direct for slot in slots}
    for place, local in _local_components(network, {*network.direct_at[alone].tolist()}):
        found |= dict.fromkeys(movers(network, local), place)
    return found


def _local_components(network: Network, left_out: set[int]) -> Iterator[tuple[int, Local]]:
    if len(left_out) < len(network.component_names):
        yield from ((place, local) for place, local in enumerate(local_components(network)) if place not in left_out)


def _line(inputs: Inputs, ends: Scaled) -> tuple[Floats, Bools, Floats, Floats, Floats]:
    """What `Lines` are made of, from the joint probabilities at 0 and 1, shape (input, 2, hypothesis)."""
    count, _, hypotheses = ends.mantissa.shape
    flat = ends.reshape(count, 2 * hypotheses)
    numbers, common = flat.aligned(1)
    at_zero, at_one = numbers[:, :hypotheses], numbers[:, hypotheses:]
    logs = Scaled(flat.mantissa, flat.exponent - common).log().reshape(count, 2, hypotheses)
    is_constant = (logs[:, 0] > -np.inf) & inputs.is_ratio[:, None]  # what a ratio does not multiply
    logs[:, 1][is_constant] = -np.inf
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.where(inputs.is_ratio, inputs.mean, inputs.mean / inputs.complement)
    return odds, inputs.is_ratio, at_zero, np.where(inputs.is_ratio[:, None], at_one - at_zero, at_one), logs
