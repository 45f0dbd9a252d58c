"""A result from draws of a model that somebody extended, and the case that says the same in its own numbers."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import xarray as xr

from attribution_bayes.arguments import expect, listed
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.warnings import cautions
from attribution_bayes.engine import draws
from attribution_bayes.engine.draws import Sample, log_likelihoods, pick
from attribution_bayes.engine.exact import batches, likelihoods, solve
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.posterior import Posterior, Sampled
from attribution_bayes.engine.pymc.gate import gated_credence, monte_carlo_error
from attribution_bayes.engine.pymc.variables import sampler_stats
from attribution_bayes.engine.restated import (
    MODEL_CREDENCE,
    ROUNDING,
    fields_of,
    flattened,
    refused_trace,
    with_fitted,
    with_own_evidence,
)
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.tree import Draws
from attribution_bayes.engine.versions import versions
from attribution_bayes.errors import CaseError, CaseWarning, Problem, named, nearest

OF_MODEL = (MODEL_CREDENCE, "assumption", "prior")
"""Variables that `build_model` makes, so that another case is at fault where they are missing."""

JOINT_ERRORS = 5.0
"""Monte-Carlo errors that draws may lie from the restated case: exceeded by chance in one of 1.7 million figures."""


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
    fields = fields_of(own, credence)
    names, net = listed(informed, "informed"), network(case)
    values, given_all, stats = _read(net, trace, sampling, credence)
    found, mcse, figures = gated_credence(net, _sample(net, values, given_all, stats, sampling))
    told: list[Problem] = []
    restated, error = case, 0.0
    if credence != MODEL_CREDENCE:
        before = _variable(trace, MODEL_CREDENCE, "hypothesis").values
        restated, error = with_own_evidence(case, credence, fields, given_all, before, told)
    restated = with_fitted(restated, names, values, told)
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


def _read(
    net: Network, trace: xr.DataTree, sampling: Sampling, credence: str
) -> tuple[Floats, Floats, dict[str, np.ndarray]]:
    """Inputs, shape (chain, draw, drawn), credences and statistics of the sampler."""
    given_all = _variable(trace, credence, "hypothesis")
    if given_all["hypothesis"].values.tolist() != list(net.hypotheses):
        raise refused_trace(f"trace.{credence}", "its hypotheses are not those of the case, in their order.")
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
            raise refused_trace("trace.assumption", "its addresses are not the uncertain ones of the case.", OF_CASE)
        values[..., ~is_prior] = drawn.values
    stats = sampler_stats(trace["sample_stats"].to_dataset()) if "sample_stats" in trace.children else {}
    if missing := [name for name in ("diverging", "energy") if name not in stats]:
        message = f"it has no {' and no '.join(missing)}, by which draws are judged."
        raise refused_trace("trace.sample_stats", message, "Draw with `pymc.sample`, and keep its statistics.")
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
        raise refused_trace("trace", "it has no group 'posterior'.", hint)
    if name not in group.data_vars:
        there = [str(one) for one in group.data_vars]
        hint = OF_CASE if name in OF_MODEL else nearest(name, there)
        message = f"the trace has no variable {name!r}; it has {named(there)}."
        raise refused_trace(f"trace.{name}", message, hint)
    found: xr.DataArray = group.data_vars[name]
    if found.dims != ("chain", "draw", dim) or dim not in found.coords:
        message = f"its dimensions are {', '.join(map(str, found.dims))}, not chain, draw and {dim} with its labels."
        raise refused_trace(f"trace.{name}", message, f'Write `dims="{dim}"` where the model defines it.')
    return found


def _sample(net: Network, values: Floats, credence: Floats, stats: dict[str, Any], sampling: Sampling) -> Sample:
    """The draws as a sample of a network, each with a hypothesis and the log likelihoods given it."""
    prior_seed, hypothesis_seed = np.random.SeedSequence(sampling.seed).spawn(2)
    size, rows = values.shape[:2], net.inputs.filled(flattened(values))
    hypothesis = pick(credence.reshape(-1, credence.shape[-1]), np.random.default_rng(hypothesis_seed))
    logs = np.empty((len(rows), len(net.component_names)))
    known = np.ones(rows.shape[1], dtype=bool)
    for part in batches(net, len(rows)):
        found = log_likelihoods(net, rows[part], likelihoods(net, rows[part], known))
        logs[part] = np.take_along_axis(found, hypothesis[part][:, None, None], axis=-1)[..., 0]
    return Sample(
        network=net,
        values=values,
        prior_seed=prior_seed,
        credence=credence,
        hypothesis=hypothesis.reshape(size),
        log_likelihood=logs.reshape(*size, -1),
        stats=stats,
    )


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
