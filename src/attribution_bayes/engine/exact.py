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

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from attribution_bayes.arrays import Bools, Floats
from attribution_bayes.engine.chances import chances, stated_chances
from attribution_bayes.engine.factors import Component, Factor
from attribution_bayes.engine.kernel import eliminate, tabulated
from attribution_bayes.engine.network import Network
from attribution_bayes.engine.scaled import ROOM, Scaled, digits_of, exact_sum
from attribution_bayes.errors import ContradictionError
from attribution_bayes.memo import once_for_each
from attribution_bayes.odds import never_zero

CELLS_AT_ONCE = 2**22
"""Table entries that one batch may hold: 32 MiB of doubles, whatever the number of scenarios."""


def likelihoods(network: Network, values: Floats, known: Bools) -> Scaled:
    """P(observations of a component | hypothesis), shape (batch, component, hypothesis); parameters as of `chances`."""
    components = network.components if known.all() else network.integrated
    return likelihoods_at(network, components, chances(network, values, known))


def stated_likelihoods(network: Network) -> Scaled:
    """The same for the case as it stands, shape (1, component, hypothesis)."""
    return likelihoods_at(network, network.integrated, stated_chances(network))


def likelihoods_at(network: Network, components: Sequence[Component], looked_up: Floats) -> Scaled:
    """The same at rows of chances, shape (batch, chance), of which these components make use."""
    direct = Scaled.from_floats(looked_up[:, network.direct])
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


def component_likelihood(component: Component, looked_up: Floats, digits: int) -> Scaled:
    """P(observations of one component | hypothesis) at rows of chances of so many digits, shape (row, hypothesis)."""
    return summed_out(component, lambda factor: tabulated(factor, looked_up), digits)


def summed_out(component: Component, tabulate: Callable[[Factor], Floats], digits: int) -> Scaled:
    """The likelihood of a component, shape (row, hypothesis), from tables of plain numbers, as of `eliminate`.

    `digits` are those of the chances that the tables are made of. Where no product of these can leave the range of
    doubles nothing has to be scaled, which gives the same number, sooner.
    """
    if component.multiplied * digits + component.doublings < ROOM:
        return Scaled.from_floats(eliminate(component, tabulate)[0])
    likelihood: Scaled = eliminate(component, lambda factor: Scaled.from_floats(tabulate(factor)))[0]
    return likelihood


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
    return shared(Scaled.from_floats(prior) * likelihood.prod(axis=1))


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
    return Scaled.from_floats(network.inputs.mean[network.prior]) * stated_likelihoods(network)[0].prod(axis=0)


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
