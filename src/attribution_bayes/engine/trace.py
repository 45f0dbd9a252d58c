"""A result from draws of a model that somebody extended, and the case that says the same in its own numbers."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import xarray as xr

from attribution_bayes.arguments import expect, listed
from attribution_bayes.arrays import Bools, Floats
from attribution_bayes.declare.address import ItemPart
from attribution_bayes.declare.assumptions import suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import unknown_address
from attribution_bayes.declare.parts import Evidence
from attribution_bayes.declare.warnings import cautions
from attribution_bayes.declare.ways import Beta, Ratios
from attribution_bayes.engine import draws
from attribution_bayes.engine.diagnostics import MIN_ESS
from attribution_bayes.engine.draws import Sample, draw_prior_values, log_likelihoods, pick
from attribution_bayes.engine.exact import batches, evaluate, excluded, likelihoods, solve
from attribution_bayes.engine.inputs import Family
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.posterior import Posterior, Sampled
from attribution_bayes.engine.pymc.gate import gated_credence, monte_carlo_error
from attribution_bayes.engine.pymc.variables import sampler_stats
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.tree import Draws
from attribution_bayes.engine.versions import versions
from attribution_bayes.errors import CaseError, CaseWarning, Problem, refusal

MODEL_CREDENCE = "credence"
"""The variable of every model: the credence given the evidence of the case."""

JOINT_ERRORS = 5.0
"""Monte-Carlo errors that draws may lie from the restated case: exceeded by chance in one of 1.7 million figures."""

ROUNDING = 1e-9
FITTED_DIGITS = 4
FITTED = "fitted to draws of an extended model"


def posterior_from_trace(
    case: Case,
    trace: xr.DataTree,
    *,
    sampling: Sampling,
    informed: Iterable[str] = (),
    credence: str = MODEL_CREDENCE,
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
        How the trace was drawn, as the result is to record it: `draws` and `chains` must be those of the trace. From
        the seed the hypothesis of each draw and the draws from the stated distributions are made.
    informed
        Addresses of the uncertain inputs that own data bear on, directly or by a regression. They must be stated as one
        probability each.
    credence
        The variable with the credence given the case and own evidence about the hypotheses (dims chain, draw,
        hypothesis). That evidence may depend on parameters of its own, not on inputs of the case.

    Returns
    -------
    Posterior
        Its `log_evidence` is that of the restated case: NaN with own evidence about the hypotheses.

    Raises
    ------
    ConvergenceError
        If the draws do not pass the gate.
    CaseError
        ``E_TRACE`` for a trace of another case or size, for an extension that the numbers of a case cannot express, for
        inputs that moved and are not named, and where too few draws show what own data or evidence say;
        ``E_UNKNOWN_NAME`` for an address that the case does not have.
    ContradictionError
        If every hypothesis is excluded.

    Warns
    -----
    CaseWarning
        ``W_TRACE`` for everything that was fitted or added, and every caution of the restated case.

    Notes
    -----
    If own data D bear on inputs x and not on the evidence E otherwise, p(x | D, E) is in proportion to
    p(x | D) P(E | x). Draws of x weighted by 1 / P(E | x), all other inputs integrated out exactly, therefore follow
    p(x | D). The Beta has their mean and variance: a credence depends on an input that is used once by its mean alone.
    A dependence between inputs that only own data make is lost, and refused where it matters.

    With own evidence F that depends on parameters apart from the inputs, the likelihood of F under h, the parameters
    integrated out, is in proportion to the mean over the draws of (credence given E and F) / (credence given E) of h:
    of its own likelihood, divided by the mean over the hypotheses that weighs each draw.
    """
    expect(case, Case, "case")
    expect(trace, xr.DataTree, "trace")
    expect(sampling, Sampling, "sampling")
    expect(credence, str, "credence")
    names, net = listed(informed, "informed"), network(case)
    values, given_all, stats = _read(net, trace, sampling, credence)
    found, mcse, figures = gated_credence(net, _sample(net, values, given_all, stats, sampling))
    told: list[Problem] = []
    restated, error = case, 0.0
    if credence != MODEL_CREDENCE:
        before = _variable(trace, MODEL_CREDENCE, "hypothesis").values
        restated, error = _with_own_evidence(case, credence, given_all, before, told)
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
    if (size := given_all.shape[:2]) != (sampling.chains, sampling.draws):
        message = (
            f"the trace has {size[0]} chains of {size[1]} draws, `sampling` {sampling.chains} of {sampling.draws}."
        )
        raise _refused("sampling", message, "Give the settings with which the trace was drawn.")
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


OF_CASE = "Give the case that `build_model` was given."


def _variable(trace: xr.DataTree, name: str, dim: str) -> xr.DataArray:
    """A variable of the draws, with labels along its last dimension."""
    group = trace.children.get("posterior")
    if group is None or name not in group.data_vars:
        raise _refused(f"trace.{name}", f"the trace has no variable {name!r} in a group 'posterior'.", OF_CASE)
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


def _with_own_evidence(
    case: Case, name: str, given_all: Floats, before: Floats, told: list[Problem]
) -> tuple[Case, float]:
    """The case with an item for what own evidence adds to the credences of the model, and the error of its ratios."""
    if name in {item.name for item in case.evidence}:
        raise _refused("credence", f"the case has an item {name!r}.", "Give the variable another name.")
    possible = np.flatnonzero(~excluded(network(case)))
    hypotheses = [case.names[k] for k in possible.tolist()]
    ratios, error = _ratios(name, hypotheses, given_all[..., possible], before[..., possible])
    stated = {one: ratios.get(one, 1.0) for one in case.names if one != hypotheses[-1]}
    likelihood = Ratios(reference=hypotheses[-1], ratios=stated)
    own = Evidence(name=name, statement=f"what was added to the model of the case: {name}", likelihood=likelihood)
    known = f", with a Monte-Carlo error of up to {error:.1%}" if error > ROUNDING else ""
    message = f"own evidence of an extended model is an item stated by its ratios{known}."
    told.append(_added(str(ItemPart(name)), message))
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


def _effective(weight: Floats) -> float:
    """How many draws of equal weight are worth as much: Kish (1965), Survey Sampling."""
    return float(weight.sum() ** 2 / (weight**2).sum())


def _added(path: str, message: str) -> Problem:
    return Problem(code="W_TRACE", path=path, message=message, hint="Say in your text where it comes from.")


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
        told.append(_added(address, f"Beta({alpha!r}, {beta!r}) is {FITTED}, by mean and variance."))
    return suppose(case, fitted)


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
