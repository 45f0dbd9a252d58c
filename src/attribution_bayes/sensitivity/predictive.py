"""Evidence that could have turned up: draws under a hypothesis, and how unusual the actual evidence is."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np
import pandas as pd

from attribution_bayes.arguments import expect, seed_number, whole_number
from attribution_bayes.arrays import Floats, Ints
from attribution_bayes.declare.address import ItemPart, field_of
from attribution_bayes.declare.case import Case, place_of
from attribution_bayes.deferred import xr
from attribution_bayes.engine.draws import pick
from attribution_bayes.engine.evidence import NOT_OBSERVED, Observable, Observations, observations
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.engine.tree import StoredDraws, input_values
from attribution_bayes.errors import CaseError, Problem

MAX_SETS_EXACT = 2**14
"""Most evidence sets that `surprise` enumerates; if there are more, it draws."""

UNLISTED_CREDENCE = 0.05
"""The credence below which an unlisted hypothesis has to stay."""

SAME = 1e-9
"""Relative difference up to which two likelihoods count as equal."""


def simulate(case: Case, hypothesis: str, n: int, seed: int) -> pd.DataFrame:
    """Draw whole evidence sets as they would turn out if one hypothesis were true.

    For each set, every uncertain input is drawn from its stated distribution, then every item, source and report. Only
    what the case has observed is returned: observed items, and what each source reports of each item.

    Parameters
    ----------
    case
    hypothesis
    n
        How many sets.
    seed

    Returns
    -------
    DataFrame
        One row for each set; columns: ``E`` for an observed item, ``E.S`` for what source S reports of item E.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a hypothesis that the case does not have; ``E_RATIOS`` for items of which only ratios of
        likelihoods are known, which do not say how often they occur; ``E_RANGE`` for an n below 1.
    TooLargeError
        If a component has too many joint hidden states.
    """
    expect(case, Case, "case")
    n, seed = whole_number(n, "n", least=1), seed_number(seed)
    place = place_of(case, hypothesis, "hypothesis")
    opened = observations(case)
    _refuse_ratios(opened)
    rng = np.random.default_rng(seed)
    drawn = opened.draw(np.full(n, place), rng)
    seen = np.flatnonzero(opened.observed != NOT_OBSERVED)
    columns = {
        opened.observables[at].label: np.array(opened.observables[at].outcomes, dtype=object)[drawn[:, at]]
        for at in seen
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(n, name="set")).infer_objects()


def predict(posterior: Posterior) -> Posterior:
    """Add to the draws the evidence that each of them predicts, for ArviZ's predictive checks.

    For each draw of the inputs and a hypothesis, hidden states and then every observed item and report are drawn anew,
    as of another event of the same kind: with the hypothesis and inputs of the posterior draw, or with those of the
    prior draw and a hypothesis drawn from its prior.

    Parameters
    ----------
    posterior

    Returns
    -------
    Posterior
        The same, with three more groups in `draws`: ``prior_predictive``, ``posterior_predictive`` and
        ``observed_data``. Their variable ``outcome`` (dims chain, draw, observation; observed: observation) is 1 for
        True, 0 for False, and the position among the outcomes of an item with named ones. Labels of observations: ``E``
        for an item, ``E.S`` for what source S reports of it. The same seed gives the same draws, before and after a
        file; files keep these groups.

    Raises
    ------
    CaseError
        ``E_RATIOS`` for items of which only ratios of likelihoods are known.
    TooLargeError
        If a component has too many joint hidden states.

    Notes
    -----
    Of ArviZ's predictive checks, ``plot_ppc_pava`` is made for outcomes that are True or False, and
    ``plot_ppc_pava_residuals`` and ``plot_ppc_interval`` take them; those that compare distributions of data
    (``plot_ppc_dist``, ``plot_ppc_pit``, ``plot_ppc_rootogram``, ``plot_ppc_tstat``) warn that they do not suit them.
    With fewer than four observations `plot_ppc_pava` warns that chains are longer than draws, which does no harm. The
    few observations of one event show little in such a picture; `surprise` says it in numbers.

    Examples
    --------
    >>> import attribution_bayes as ab
    >>> a, b = ab.Hypothesis(name="a", statement="a"), ab.Hypothesis(name="b", statement="b", catch_all=True)
    >>> item = ab.Evidence(name="e", statement="e", likelihood={"a": 0.8, "b": 0.2})
    >>> case = ab.Case(question="?", hypotheses=[a, b], prior={"a": 0.5, "b": 0.5}, evidence=[item])
    >>> draws = ab.predict(ab.weigh(case)).draws
    >>> round(float(draws["prior_predictive"]["outcome"].mean()), 1), draws["observed_data"]["outcome"].values
    (0.5, array([1]))
    """
    expect(posterior, Posterior, "posterior")
    opened = observations(posterior.case)
    _refuse_ratios(opened)
    return replace(posterior, drawn=StoredDraws(_with_predictions(posterior, opened)))


def _with_predictions(posterior: Posterior, opened: Observations) -> xr.DataTree:
    """The draws with all that they predict."""
    tree = posterior.draws.copy(deep=False)
    # the first three streams of the seed make the draws
    before, after, hypotheses = map(np.random.default_rng, np.random.SeedSequence(posterior.sampling.seed).spawn(6)[3:])
    groups = {name: tree.children[name].to_dataset() for name in ("prior", "posterior")}
    shares = groups["prior"]["prior"].values.reshape(-1, len(posterior.case.names))
    drawn = groups["posterior"]["drawn_hypothesis"].values.reshape(-1)
    seen = np.flatnonzero(opened.observed != NOT_OBSERVED)
    for name, hypothesis, rng in (("prior", pick(shares, hypotheses), before), ("posterior", drawn, after)):
        group, dims = groups[name], ("chain", "draw", "observation")
        rows = opened.draw(hypothesis, rng, input_values(opened.network, group))
        outcomes = _codes(opened, seen, rows).reshape(*group["prior"].shape[:2], len(seen))
        predicted = _labelled(opened, seen, dims, outcomes)
        tree[f"{name}_predictive"] = xr.DataTree(predicted.assign_coords({dim: group[dim] for dim in dims[:2]}))
    observed = _codes(opened, seen, opened.observed[None])[0]
    tree["observed_data"] = xr.DataTree(_labelled(opened, seen, ("observation",), observed))
    return tree


def _labelled(opened: Observations, seen: Ints, dims: tuple[str, ...], outcomes: Ints) -> xr.Dataset:
    labels = np.array([opened.observables[at].label for at in seen.tolist()], dtype=str)
    return xr.Dataset({"outcome": (dims, outcomes)}, coords={"observation": labels})


def _codes(opened: Observations, seen: Ints, rows: Ints) -> Ints:
    """Outcomes as numbers, shape (row, observation), from their positions among the outcomes of each."""
    columns = [_code(opened.observables[at])[rows[:, at]] for at in seen.tolist()]
    return np.stack(columns, axis=1) if columns else np.empty((len(rows), 0), dtype=np.int64)


def _code(observable: Observable) -> Ints:
    numbers = [int(one) if isinstance(one, bool) else place for place, one in enumerate(observable.outcomes)]
    return np.array(numbers, dtype=np.int64)


def surprise(case: Case, *, n: int = 10_000, seed: int = 0) -> pd.DataFrame:
    """Compute how unusual the evidence as a whole is under each hypothesis.

    A hypothesis may lead and yet predict the evidence badly, if all others predict it worse: then the list of
    hypotheses, or a likelihood, may be wrong.

    Parameters
    ----------
    case
    n
        Evidence sets drawn under each hypothesis, where there are more than 16 384 possible ones.
    seed

    Returns
    -------
    DataFrame
        Index: hypothesis. Columns: ``log_evidence``, the natural logarithm of P(all observations | hypothesis);
        ``expected``, its mean over evidence sets drawn under the hypothesis; ``tail``, the probability of an evidence
        set at most as likely under the hypothesis as this one; ``error``, its Monte-Carlo standard error, zero where
        all sets were enumerated. ``attrs["unlisted_prior"]``: the greatest prior at which an unlisted hypothesis that
        predicts all this with certainty has a credence below 5 %; ``attrs["unlisted_prior_as_best"]``: the same for one
        that predicts it as well as the best of those listed.

    Raises
    ------
    CaseError
        ``E_RATIOS`` for items of which only ratios of likelihoods are known.
    ContradictionError
        If every hypothesis is excluded.
    TooLargeError
        If a component has too many joint hidden states.

    References
    ----------
    G. E. P. Box (1980), Sampling and Bayes' inference in scientific modelling, doi:10.2307/2982063
    """
    expect(case, Case, "case")
    n, seed = whole_number(n, "n", least=1), seed_number(seed)
    opened = observations(case)
    _refuse_ratios(opened)
    as_stated(opened.network)
    _, log_total = opened.credences(opened.observed[None])
    log = opened.likelihoods(opened.observed[None]).log()[0]
    sets, is_exact = _evidence_sets(opened)
    rng = np.random.default_rng(seed)
    rows = [
        _against_all(opened, sets, log, k) if is_exact else _against_draws(opened, log, k, n, rng)
        for k in range(len(case.names))
    ]
    table = pd.DataFrame(rows, index=pd.Index(case.names, name="hypothesis"))
    table.insert(0, "log_evidence", log)
    allowed = UNLISTED_CREDENCE / (1 - UNLISTED_CREDENCE)
    best = allowed * np.exp(log_total[0] - log.max())
    certain = allowed * np.exp(log_total[0])
    table.attrs = {
        "method": "all evidence sets" if is_exact else f"{n} evidence sets drawn, seed {seed}",
        "unlisted_prior": float(certain / (1 + certain)),
        "unlisted_prior_as_best": float(best / (1 + best)),
    }
    return table


def _refuse_ratios(opened: Observations) -> None:
    problems = [
        Problem(
            code="E_RATIOS",
            path=field_of(ItemPart(one.item), "likelihood"),
            message="only ratios are known: they do not say how often the item comes out.",
            hint="State its likelihood under every hypothesis.",
        )
        for one in opened.observables
        if one.has_ratios
    ]
    if problems:
        raise CaseError(problems)


def _evidence_sets(opened: Observations) -> tuple[Ints, bool]:
    """Every evidence set that the case could have had, shape (set, observable); None if there are too many."""
    seen = np.flatnonzero(opened.observed != NOT_OBSERVED)
    sizes = [len(opened.observables[at].outcomes) for at in seen]
    if prod(sizes) > MAX_SETS_EXACT:
        return np.empty((0, len(opened.observed)), dtype=np.int64), False
    sets = np.repeat(opened.observed[None], prod(sizes), axis=0)
    sets[:, seen] = np.stack(np.unravel_index(np.arange(prod(sizes)), sizes), axis=1) if sizes else 0
    return sets, True


def _against_all(opened: Observations, sets: Ints, log: Floats, k: int) -> dict[str, float]:
    found = opened.likelihoods(sets, [k]).log()[:, 0]
    probability = np.exp(found)
    expected = float((probability * np.where(probability > 0, found, 0.0)).sum())
    return {"expected": expected, "tail": float(min(1.0, probability[found <= log[k] + SAME].sum())), "error": 0.0}


def _against_draws(opened: Observations, log: Floats, k: int, n: int, rng: np.random.Generator) -> dict[str, float]:
    drawn = opened.draw(np.full(n, k), rng)
    rows = np.where(opened.observed == NOT_OBSERVED, NOT_OBSERVED, drawn)
    found = opened.likelihoods(rows, [k]).log()[:, 0]
    tail = float((found <= log[k] + SAME).mean())
    return {"expected": float(found.mean()), "tail": tail, "error": float(np.sqrt(tail * (1 - tail) / n))}
