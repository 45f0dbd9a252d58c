"""A result from draws of a model that somebody extended, and the case that says the same in its own numbers."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import xarray as xr

from attribution_bayes.arguments import expect, listed, shown
from attribution_bayes.arrays import Bools, Floats
from attribution_bayes.declare.address import ItemPart
from attribution_bayes.declare.assumptions import suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import unknown_address
from attribution_bayes.declare.parts import Evidence
from attribution_bayes.declare.warnings import cautions
from attribution_bayes.declare.ways import Beta, Point, Ratios
from attribution_bayes.engine import draws
from attribution_bayes.engine.diagnostics import MIN_ESS
from attribution_bayes.engine.draws import Sample, draw_prior_values, log_likelihoods, pick
from attribution_bayes.engine.exact import batches, evaluate, excluded, likelihoods, solve
from attribution_bayes.engine.inputs import Family
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.posterior import FROM_TRACE, Posterior, Sampled
from attribution_bayes.engine.pymc.gate import gated_credence, monte_carlo_error
from attribution_bayes.engine.pymc.variables import sampler_stats
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.tree import Draws
from attribution_bayes.engine.versions import versions
from attribution_bayes.errors import CaseError, CaseWarning, Problem, named, nearest, quoted, refusal

MODEL_CREDENCE = "credence"
"""The variable of every model: the credence given the evidence of the case."""

OF_MODEL = (MODEL_CREDENCE, "assumption", "prior")
"""Variables that `build_model` makes, so that another case is at fault where they are missing."""

JOINT_ERRORS = 5.0
"""Monte-Carlo errors that draws may lie from the restated case: exceeded by chance in one of 1.7 million figures."""

ROUNDING = 1e-9
FITTED_DIGITS = 4
ERROR_DIGITS = 2
"""Digits of a Monte-Carlo error that are told, and down to which a fitted ratio is stated."""

OWN = ("name", "statement", "label", "date", "citation")
"""Fields that own evidence may have."""

FITTED = "fitted to draws of an extended model"
DEPENDENCE = 0.2
"""Correlation of two inputs from which on own data are said to tie them together: 4 errors of 400 draws."""


def posterior_from_trace(
    case: Case,
    trace: xr.DataTree,
    *,
    sampling: Sampling,
    informed: Iterable[str] = (),
    credence: str = MODEL_CREDENCE,
    own: Mapping[str, Any] | None = None,
) -> Posterior:
    """Make a posterior of draws from an extended `build_model`, whose case says what the extension adds.

    The credence, its error and the draws are those of the trace, behind the gate of ``weigh(method="pymc")``. What is
    exact (reports, sensitivity, most pictures) is computed from a case, which knows no trace. The posterior therefore
    has a case of its own, in which each input that own data bear on is a Beta fitted to the draws, and evidence of
    one's own is an item stated by likelihood ratios. Draws and restated case are compared; where they disagree by more
    than five Monte-Carlo errors, nothing is returned.

    Parameters
    ----------
    case
        The case that `build_model` was given.
    trace
        What ``pymc.sample`` returned, with ``assumption`` (dims chain, draw, address), ``prior`` where it is uncertain,
        ``credence``, and ``sample_stats``.
    sampling
        How the trace was drawn, as the result is to record it. Draws and chains must be those of the trace; so must
        the sampler, its tuning and its target acceptance, as far as the trace records them (of samplers, only nutpie
        records the last). No trace records its seed: give the one that you sampled with. From it the hypothesis of
        each draw and the draws from the stated distributions are made.
    informed
        Addresses of the uncertain inputs that own data bear on, directly or by a regression. They must be stated as one
        probability each.
    credence
        The variable with the credence given the case and own evidence about the hypotheses (dims chain, draw,
        hypothesis). That evidence may depend on parameters of its own, not on inputs of the case.
    own
        What the item of own evidence is called and says, by fields of `Evidence`: name, statement, label, date and
        citation, such as ``{"name": "delay", "statement": "the delay was 36 ms"}``. Unless given, the item is called
        as the variable.

    Returns
    -------
    Posterior
        Its `log_evidence` is that of the restated case: NaN with own evidence about the hypotheses. Its ``prior``
        draws are those of the restated case, from the fitted Beta; what was stated is in the case that you gave. Its
        spread counts parameters of your own, so that ``weigh(posterior.case)`` has another spread, with the same
        credence within the error.

    Raises
    ------
    ConvergenceError
        If the draws do not pass the gate.
    CaseError
        ``E_TRACE`` for a trace of another case, size or sampler, for an extension that the numbers of a case cannot
        express, for inputs that moved and are not named, and where too few draws show what own data or evidence say;
        ``E_UNKNOWN_NAME`` for an address that the case does not have; what `Evidence` refuses in `own`.
    ContradictionError
        If every hypothesis is excluded.

    Warns
    -----
    CaseWarning
        ``W_TRACE`` for everything that was fitted or added, with its Monte-Carlo error, for inputs that own data tie
        together, and every caution of the restated case.

    Notes
    -----
    If own data D bear on inputs x and not on the evidence E otherwise, p(x | D, E) is in proportion to
    p(x | D) P(E | x). Draws of x weighted by 1 / P(E | x), all other inputs integrated out exactly, therefore follow
    p(x | D). The Beta has their mean and variance: a credence depends on an input that is used once by its mean alone.
    A dependence between inputs that only own data make is lost: the credence is compared and refused where that
    matters to it; what else follows from the restated case takes the inputs as independent.

    Of own evidence only ratios are known, not how often it occurs. `predict` and `replicate` therefore refuse the
    restated case (``E_RATIOS``).

    With own evidence F that depends on parameters apart from the inputs, the likelihood of F under h, the parameters
    integrated out, is in proportion to the mean over the draws of (credence given E and F) / (credence given E) of h:
    of its own likelihood, divided by the mean over the hypotheses that weighs each draw.
    """
    expect(case, Case, "case")
    expect(trace, xr.DataTree, "trace")
    expect(sampling, Sampling, "sampling")
    expect(credence, str, "credence")
    fields = _fields_of(own, credence)
    names, net = listed(informed, "informed"), network(case)
    values, given_all, stats = _read(net, trace, sampling, credence)
    found, mcse, figures = gated_credence(net, _sample(net, values, given_all, stats, sampling))
    told: list[Problem] = []
    restated, error = case, 0.0
    if credence != MODEL_CREDENCE:
        before = _variable(trace, MODEL_CREDENCE, "hypothesis").values
        restated, error = _with_own_evidence(case, credence, fields, given_all, before, told)
    restated = _with_fitted(restated, names, values, told)
    net = network(restated)
    exact, log_evidence = solve(net)
    drawn = _sample(net, values, given_all, stats, sampling)
    allowed = np.hypot(mcse, exact * (1 - exact) * error)
    if problems := [*_unlike_credence(exact, found, allowed), *_moved(net, values, sampling)]:
        raise CaseError(problems)
    told = [*cautions(restated), *told]
    for problem in told:
        warnings.warn(CaseWarning(problem), stacklevel=2)
    return Posterior(
        case=restated,
        method="pymc",
        credences=found,
        log_evidence=float("nan") if restated.has_ratios else log_evidence,
        drawn=Draws(net, sampling, drawn),
        sampling=sampling,
        warnings=tuple(told),
        versions=versions("pymc", sampling.nuts_sampler),
        sampled=Sampled(mcse=mcse, diagnostics=figures),
    )


# The trace -----------------------------------------------------------------------------------------------------------


def _refused(path: str, message: str, hint: str = "") -> CaseError:
    return refusal("E_TRACE", path, message, hint)


def _read(
    net: Network, trace: xr.DataTree, sampling: Sampling, credence: str
) -> tuple[Floats, Floats, dict[str, np.ndarray]]:
    """Inputs, shape (chain, draw, drawn), credences and statistics of the sampler."""
    given_all = _variable(trace, credence, "hypothesis")
    if given_all["hypothesis"].values.tolist() != list(net.hypotheses):
        raise _refused(f"trace.{credence}", "its hypotheses are not those of the case, in their order.")
    size = given_all.shape[:2]
    if unlike := [*_unlike_sampling(trace, size, sampling)]:
        raise CaseError(unlike)
    values = np.empty((*size, int(net.inputs.uncertain.sum())))
    is_prior = np.isin(np.flatnonzero(net.inputs.uncertain), net.prior)
    if is_prior.any():
        values[..., is_prior] = _variable(trace, "prior", "hypothesis").values
    if not is_prior.all():
        drawn = _variable(trace, "assumption", "address")
        if drawn["address"].values.tolist() != [net.inputs.addresses[i] for i in net.free.tolist()]:
            raise _refused("trace.assumption", "its addresses are not the uncertain ones of the case.", OF_CASE)
        values[..., ~is_prior] = drawn.values
    stats = sampler_stats(trace["sample_stats"].to_dataset()) if "sample_stats" in trace.children else {}
    if missing := [name for name in ("diverging", "energy") if name not in stats]:
        message = f"it has no {' and no '.join(missing)}, by which draws are judged."
        raise _refused("trace.sample_stats", message, "Draw with `pymc.sample`, and keep its statistics.")
    return values, given_all.values, stats


def _unlike_sampling(trace: xr.DataTree, size: tuple[int, ...], sampling: Sampling) -> Iterator[Problem]:
    """Settings that the trace records otherwise."""
    known: dict[str, Any] = {"chains": size[0], "draws": size[1]}
    for group in ("posterior", "sample_stats"):
        attrs = trace[group].attrs if group in trace.children else {}
        known |= {mine: attrs[theirs] for theirs, mine in RECORDED.items() if theirs in attrs}
        if SETTINGS in attrs:
            known["target_accept"] = _target_accept(attrs[SETTINGS])
    for name, there in known.items():
        if there is not None and there != (here := getattr(sampling, name)):
            message = f"the trace has {there!s}, `sampling` {here!s}."
            yield Problem(code="E_TRACE", path=f"sampling.{name}", message=message, hint=AS_DRAWN)


RECORDED = {"inference_library": "nuts_sampler", "tuning_steps": "tune"}
"""What ``pymc.sample`` writes into the attributes of a trace, and which setting it is."""

SETTINGS = "inference_library_settings"
AS_DRAWN = "Give the settings with which the trace was drawn."


def _target_accept(settings: str) -> float | None:
    """What nutpie aimed at, from the settings that it records as JSON."""
    found: Any = json.loads(settings)
    for name in ("settings", "adapt_options", "step_size_settings", "target_accept"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, float) else None


OF_CASE = "Give the case that `build_model` was given."


def _variable(trace: xr.DataTree, name: str, dim: str) -> xr.DataArray:
    """A variable of the draws, with labels along its last dimension."""
    group = trace.children.get("posterior")
    if group is None:
        hint = "Give all that `pymc.sample` returned, `trace` and not `trace.posterior`."
        raise _refused("trace", "it has no group 'posterior'.", hint)
    if name not in group.data_vars:
        there = [str(one) for one in group.data_vars]
        hint = OF_CASE if name in OF_MODEL else nearest(name, there)
        message = f"the trace has no variable {name!r}; it has {named(there)}."
        raise _refused(f"trace.{name}", message, hint)
    found: xr.DataArray = group.data_vars[name]
    if found.dims != ("chain", "draw", dim) or dim not in found.coords:
        message = f"its dimensions are {', '.join(map(str, found.dims))}, not chain, draw and {dim} with its labels."
        raise _refused(f"trace.{name}", message, f'Write `dims="{dim}"` where the model defines it.')
    return found


def _rows(values: Floats) -> Floats:
    """Draws of all chains one after the other."""
    return values.reshape(values.shape[0] * values.shape[1], -1)


def _sample(net: Network, values: Floats, credence: Floats, stats: dict[str, Any], sampling: Sampling) -> Sample:
    """The draws as a sample of a network, each with a hypothesis and the log likelihoods given it."""
    prior_rng, hypothesis_rng = map(np.random.default_rng, np.random.SeedSequence(sampling.seed).spawn(2))
    size, rows = values.shape[:2], net.inputs.filled(_rows(values))
    hypothesis = pick(credence.reshape(-1, credence.shape[-1]), hypothesis_rng)
    logs = np.empty((len(rows), len(net.component_names)))
    known = np.ones(rows.shape[1], dtype=bool)
    for part in batches(net, len(rows)):
        found = log_likelihoods(net, rows[part], likelihoods(net, rows[part], known))
        logs[part] = np.take_along_axis(found, hypothesis[part][:, None, None], axis=-1)[..., 0]
    return Sample(
        values=values,
        prior_values=draw_prior_values(net, len(rows), prior_rng).reshape(values.shape),
        credence=credence,
        hypothesis=hypothesis.reshape(size),
        log_likelihood=logs.reshape(*size, -1),
        stats=stats,
    )


# The restated case ---------------------------------------------------------------------------------------------------


def _fields_of(own: Mapping[str, Any] | None, credence: str) -> dict[str, Any]:
    """What the item of own evidence is to say of itself."""
    if own is None:
        return {"name": credence, "statement": f"what was added to the model of the case: {credence}"}
    hint = 'Write {"name": NAME, "statement": TEXT}.'
    if not isinstance(own, Mapping):
        raise refusal("E_TYPE", "own", f"{shown(own)} stands where fields of an item belong.", hint)
    if credence == MODEL_CREDENCE:
        raise _refused("own", "there is no own evidence to name.", "Name the variable given all of it in `credence`.")
    if unknown := [name for name in own if name not in OWN]:
        hint = nearest(unknown[0], OWN) if unknown[0] != "likelihood" else "Its likelihood follows from the draws."
        raise refusal("E_UNKNOWN_FIELD", "own", f"own evidence takes no {quoted(unknown[0])}.", hint)
    return dict(own)


def _with_own_evidence(
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
        raise _refused("own.name", f"the case has an item {own.name!r}.", "Give own evidence another name.")
    message = f"{own.name!r} is what was added to the model: an item stated by its ratios, {FITTED}{known}."
    told.append(_added(str(ItemPart(own.name)), message))
    return case.model_copy(update={"evidence": (*case.evidence, own)}), error


def _ratios(name: str, hypotheses: list[str], given_all: Floats, before: Floats) -> tuple[dict[str, float], float]:
    """How likely own evidence is, as ratios to the last hypothesis, and their greatest relative Monte-Carlo error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = given_all / before
        few = [one for one, along in zip(hypotheses, _rows(weight).T, strict=True) if not _effective(along) >= MIN_ESS]
    if few:
        message = f"fewer than {MIN_ESS} draws show how likely your evidence is if {few[0]!r} is true."
        hint = "Draw more, or integrate out under each hypothesis what it depends on, and state its ratios."
        raise _refused(f"trace.{name}", message, hint)
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


def _with_fitted(case: Case, informed: list[str], values: Floats, told: list[Problem]) -> Case:
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
        raise _refused(f"informed.{address}", message, "State it as a range or a Beta in the case, or leave it out.")
    drawn = _rows(values)[:, np.searchsorted(np.flatnonzero(net.inputs.uncertain), slots)]
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
        raise _refused("informed", message, "Draw more, or state in the case what your data say of them.")
    return np.asarray(weight / weight.sum())


# Draws and case compared ---------------------------------------------------------------------------------------------


def _unlike_credence(exact: Floats, found: Floats, error: Floats) -> Iterator[Problem]:
    if not (np.abs(exact - found) <= JOINT_ERRORS * error + ROUNDING).all():
        shown = ["[" + ", ".join(f"{number:.4g}" for number in numbers) + "]" for numbers in (found, exact)]
        yield Problem(
            code="E_TRACE",
            path="credence",
            message=f"the draws give {shown[0]}, the case with what is named {shown[1]}.",
            hint="Name in `informed` every input that your data bear on, and in `credence` the variable given all of "
            "the evidence. If both are named, the numbers of a case cannot express what you added.",
        )


def _moved(net: Network, values: Floats, sampling: Sampling) -> Iterator[Problem]:
    """Inputs of which mean or variance in the trace is not that of the restated case."""
    exact = _moments(draws.sample(net, sampling).values)
    for moment, found in _moments(values).items():
        here, there = found.mean(axis=(0, 1)), exact[moment].mean(axis=(0, 1))
        error = np.hypot(monte_carlo_error(found), monte_carlo_error(exact[moment]))
        off = np.abs(here - there) / error
        for place in np.flatnonzero(~(off <= JOINT_ERRORS)).tolist():
            yield Problem(
                code="E_TRACE",
                path=net.inputs.drawn.addresses[place],
                message=f"its {moment} is {here[place]:.3g} in the trace, {there[place]:.3g} by the case: "
                f"{off[place]:.0f} Monte-Carlo errors apart.",
                hint="If your data bear on it, name it in `informed`.",
            )


def _moments(values: Floats) -> dict[str, Floats]:
    """Draws of which the means are the mean and the variance of each input."""
    return {"mean": values, "variance": (values - values.mean(axis=(0, 1))) ** 2}
