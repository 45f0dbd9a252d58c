"""The case that says in its own numbers what an extension of its model adds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from attribution_bayes.arguments import shown
from attribution_bayes.arrays import Bools, Floats
from attribution_bayes.declare.address import ItemPart
from attribution_bayes.declare.assumptions import suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import unknown_address
from attribution_bayes.declare.parts import Evidence
from attribution_bayes.declare.ways import Beta, Point, Ratios
from attribution_bayes.engine.diagnostics import MIN_ESS
from attribution_bayes.engine.exact import evaluate, excluded
from attribution_bayes.engine.inputs import Family
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.posterior import FROM_TRACE
from attribution_bayes.engine.pymc.gate import monte_carlo_error
from attribution_bayes.errors import CaseError, Problem, nearest, quoted, refusal

MODEL_CREDENCE = "credence"
"""The variable of every model: the credence given the evidence of the case."""

ROUNDING = 1e-9
FITTED_DIGITS = 4
ERROR_DIGITS = 2
"""Digits of a Monte-Carlo error that are told, and down to which a fitted ratio is stated."""

OWN = ("name", "statement", "label", "date", "citation")
"""Fields that own evidence may have."""

FITTED = "fitted to draws of an extended model"
DEPENDENCE = 0.2
"""Correlation of two inputs from which on own data are said to tie them together: 4 errors of 400 draws."""


def refused_trace(path: str, message: str, hint: str = "") -> CaseError:
    return refusal("E_TRACE", path, message, hint)


def flattened(values: Floats) -> Floats:
    """Draws of all chains one after the other."""
    return values.reshape(values.shape[0] * values.shape[1], -1)


def fields_of(own: Mapping[str, Any] | None, credence: str) -> dict[str, Any]:
    """What the item of own evidence is to say of itself."""
    if own is None:
        return {"name": credence, "statement": f"what was added to the model of the case: {credence}"}
    hint = 'Write {"name": NAME, "statement": TEXT}.'
    if not isinstance(own, Mapping):
        raise refusal("E_TYPE", "own", f"{shown(own)} stands where fields of an item belong.", hint)
    if credence == MODEL_CREDENCE:
        raise refused_trace(
            "own", "there is no own evidence to name.", "Name the variable given all of it in `credence`."
        )
    if unknown := [name for name in own if name not in OWN]:
        hint = nearest(unknown[0], OWN) if unknown[0] != "likelihood" else "Its likelihood follows from the draws."
        raise refusal("E_UNKNOWN_FIELD", "own", f"own evidence takes no {quoted(unknown[0])}.", hint)
    return dict(own)


def with_own_evidence(
    case: Case, credence: str, fields: dict[str, Any], given_all: Floats, before: Floats, told: list[Problem]
) -> tuple[Case, float]:
    """The case with an item for what own evidence adds to the credences of the model, and the error of its ratios."""
    possible = np.flatnonzero(~excluded(network(case)))
    hypotheses = [case.names[k] for k in possible.tolist()]
    ratios, error = _ratios(credence, hypotheses, given_all[..., possible], before[..., possible])
    known = f", with a Monte-Carlo error of up to {100 * error:.{ERROR_DIGITS}g}%" if error > ROUNDING else ""
    stated = {
        one: Point(_rounded(ratios.get(one, 1.0), error), reason=FITTED + known)
        for one in case.names
        if one != hypotheses[-1]
    }
    own = Evidence(**fields, likelihood=Ratios(reference=hypotheses[-1], ratios=stated))
    if own.name in {item.name for item in case.evidence}:
        raise refused_trace("own.name", f"the case has an item {own.name!r}.", "Give own evidence another name.")
    message = f"{own.name!r} is what was added to the model: an item stated by its ratios, {FITTED}{known}."
    told.append(_added(str(ItemPart(own.name)), message))
    return case.model_copy(update={"evidence": (*case.evidence, own)}), error


def _ratios(name: str, hypotheses: list[str], given_all: Floats, before: Floats) -> tuple[dict[str, float], float]:
    """How likely own evidence is, as ratios to the last hypothesis, and their greatest relative Monte-Carlo error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = given_all / before
        effective = [_effective(along) for along in flattened(weight).T]
        few = [one for one, size in zip(hypotheses, effective, strict=True) if not size >= MIN_ESS]
    if few:
        message = f"fewer than {MIN_ESS} draws show how likely your evidence is if {few[0]!r} is true."
        hint = "Draw more, or integrate out under each hypothesis what it depends on, and state its ratios."
        raise refused_trace(f"trace.{name}", message, hint)
    mean = weight.mean(axis=(0, 1))
    error = monte_carlo_error(weight / mean - weight[..., [-1]] / mean[-1]).max()
    return dict(zip(hypotheses, (mean / mean[-1]).tolist(), strict=True)), float(error)


def _rounded(ratio: float, error: float) -> float:
    """A ratio down to the digits of its relative error; what has none stays as it is."""
    if error <= ROUNDING:
        return ratio
    return round(ratio, ERROR_DIGITS - 1 - math.floor(math.log10(ratio * error)))


def _effective(weight: Floats) -> float:
    """How many draws of equal weight are worth as much: Kish (1965), Survey Sampling."""
    return float(weight.sum() ** 2 / (weight**2).sum())


def _added(path: str, message: str) -> Problem:
    return Problem(code=FROM_TRACE, path=path, message=message, hint="Say in your text where it comes from.")


def with_fitted(case: Case, informed: list[str], values: Floats, told: list[Problem]) -> Case:
    """The case in which the informed inputs are Betas with the mean and variance that own data give them."""
    net = network(case)
    addresses = net.inputs.addresses
    if unknown := [address for address in informed if address not in addresses]:
        raise CaseError([unknown_address(address, addresses) for address in unknown])
    slots = np.array([addresses.index(address) for address in informed], dtype=np.int64)
    single = np.isin(net.inputs.family[slots], (Family.BETA, Family.UNIFORM))
    if not single.all():
        address = informed[int(np.flatnonzero(~single)[0])]
        message = "only an uncertain probability that is stated by itself can be fitted."
        raise refused_trace(
            f"informed.{address}", message, "State it as a range or a Beta in the case, or leave it out."
        )
    drawn = flattened(values)[:, np.searchsorted(np.flatnonzero(net.inputs.uncertain), slots)]
    weight = _weights(net, slots, drawn)
    fitted = {}
    for address, column in zip(informed, drawn.T, strict=True):
        mean = float(weight @ column)
        size = mean * (1 - mean) / float(weight @ (column - mean) ** 2) - 1
        alpha, beta = (float(f"{size * share:.{FITTED_DIGITS}g}") for share in (mean, 1 - mean))
        fitted[address] = Beta(alpha, beta, reason=FITTED)
        error = float(monte_carlo_error((weight * len(weight) * (column - mean)).reshape(*values.shape[:2], 1))[0])
        known = f"its mean {mean:.{FITTED_DIGITS}g} has a Monte-Carlo error of {error:.{ERROR_DIGITS}g}"
        fitted[address] = Beta(alpha, beta, reason=f"{FITTED}; {known}")
        told.append(
            _added(address, f"{address} as Beta({alpha!r}, {beta!r}) is {FITTED}, by mean and variance; {known}.")
        )
    told += _tied(informed, weight, drawn)
    return suppose(case, fitted)


def _tied(informed: list[str], weight: Floats, drawn: Floats) -> Iterator[Problem]:
    """Pairs of inputs that own data tie together, which a case takes as independent."""
    off = drawn - weight @ drawn
    cov = off.T @ (weight[:, None] * off)
    for one, other in combinations(range(len(informed)), 2):
        along = float(cov[one, other] / math.sqrt(cov[one, one] * cov[other, other]))
        if abs(along) > DEPENDENCE:
            message = (
                f"own data tie {informed[one]} to {informed[other]} (correlation {along:.2f}); the restated case takes "
                "them as independent, so that what is computed from it may be off."
            )
            hint = "Compare its credence with that of the draws, and say in your text that they depend on each other."
            yield Problem(code=FROM_TRACE, path=informed[one], message=message, hint=hint)


def _weights(net: Network, slots: np.ndarray, drawn: Floats) -> Floats:
    """Weights of the draws, in proportion to 1 / P(E | informed inputs), all other inputs integrated out."""
    rows = np.tile(net.inputs.values, (len(drawn), 1))
    rows[:, slots] = drawn
    known: Bools = np.zeros(rows.shape[1], dtype=bool)
    known[slots] = True
    _, log_evidence = evaluate(net, rows, known)
    weight = np.exp(log_evidence.min() - log_evidence)
    if _effective(weight) < MIN_ESS:
        message = f"the evidence moves these inputs so far that fewer than {MIN_ESS} draws show what own data say."
        raise refused_trace("informed", message, "Draw more, or state in the case what your data say of them.")
    return np.asarray(weight / weight.sum())
