"""Credences of many cases at once: what cases of one form share is computed once for all of them.

Cases have the same form if they differ only in numbers (see `form`). A case is then a row of numbers, and a batch of
rows goes through the exact engine together.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from attribution_bayes.arguments import expect, wrong_kind
from attribution_bayes.arrays import Bools, Floats, Ints
from attribution_bayes.declare.case import Case, seen
from attribution_bayes.declare.distributions import beta_means
from attribution_bayes.declare.panel import name_problems
from attribution_bayes.declare.parts import DENIED
from attribution_bayes.declare.quantiles import betas_with_quantiles
from attribution_bayes.declare.warnings import are_ordinary, cautions
from attribution_bayes.engine.chances import arrange, quadrature
from attribution_bayes.engine.exact import batches, credences, likelihoods_at, possible_credences
from attribution_bayes.engine.factors import Nodes
from attribution_bayes.engine.form import BETA, POINT, RANGE, WEIGHT, WIDTH, Form, Rows, group_by_form
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.scaled import Scaled, exact_sum
from attribution_bayes.engine.weigh import exclusions
from attribution_bayes.errors import (
    CaseError,
    CaseWarning,
    ContradictionError,
    Problem,
    TooLargeError,
    named,
    refusal,
    step,
)
from attribution_bayes.progress import progress

NUMBERS_AT_ONCE = 2**18
"""Most numbers of cases held at a time (8 MiB as objects), so that an iterator of any length takes bounded memory."""


def weigh_many(cases: Iterable[Case] | Mapping[str, Case]) -> xr.DataArray:
    """Weigh many cases with the same hypotheses: the credences that `weigh` gives for each, in one go.

    What cases of one form share is computed once, so cases that differ only in numbers are the fastest. Forms may
    alternate. Cases are read one at a time, so an iterator need not hold all of them.

    Parameters
    ----------
    cases
        Cases with the same hypotheses, in any order. A mapping by name, such as a `Panel`, keeps the names.

    Returns
    -------
    DataArray
        Credences, dims (case, hypothesis); the coordinate ``case`` holds the names, if there are any. The coordinate
        ``cautions``, dim case, holds the cautions of each case, code and address, separated by semicolons; it stays
        with the credences when they are selected, joined or sent elsewhere. ``weigh(case).warnings`` has them in full.

    Raises
    ------
    CaseError
        ``E_TOO_FEW`` if no case is given, ``E_TYPE`` for anything but a case or a name, ``E_MISSING`` for an empty
        name, ``E_HYPOTHESES`` for a case with other hypotheses than the first. The path begins with the position or
        name of the case: ``cases[17]``, or ``cases.NAME``.
    ContradictionError, TooLargeError
        See `weigh`; ``where`` names the first such case.

    Warns
    -----
    CaseWarning
        Every caution once, with the number of cases that draw it, and the first of them.

    Examples
    --------
    >>> from attribution_bayes.declare.parts import Hypothesis
    >>> hypotheses = [Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)]
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     found = weigh_many(
    ...         Case(question="Which?", hypotheses=hypotheses, prior={"a": a, "b": 1 - a}) for a in (0.2, 0.5)
    ...     )
    >>> found.sel(hypothesis="a").values.tolist()
    [0.2, 0.5]
    >>> found.cautions.values.tolist()
    ['W_NO_EVIDENCE evidence', 'W_NO_EVIDENCE evidence']
    """
    if isinstance(cases, Case | str):
        raise wrong_kind(cases, Iterable, "cases")
    expect(cases, Iterable, "cases")
    if isinstance(cases, np.ndarray | xr.DataArray) and not cases.ndim:
        raise wrong_kind(cases, Iterable, "cases")
    labels = list(cases) if isinstance(cases, Mapping) else []
    if problems := [problem for label in labels for problem in name_problems(label)]:
        raise CaseError(problems)
    many = _Many(labels=labels)
    given = cases.values() if isinstance(cases, Mapping) else cases
    count = len(given) if isinstance(given, Sized) else None
    parts = [many.weigh(part) for part in _split(progress(given, "weigh_many", count))]
    if not parts:
        raise refusal("E_TOO_FEW", "cases", "no case is given.", "Give at least one.")
    for problem in many.summed_cautions():
        warnings.warn(CaseWarning(problem), stacklevel=2)
    told = np.array([text for _, texts in parts for text in texts], dtype=object)
    return xr.DataArray(
        np.concatenate([credence for credence, _ in parts]),
        dims=("case", "hypothesis"),
        coords={"hypothesis": list(many.names), "cautions": ("case", told), **({"case": labels} if labels else {})},
        name="credence",
    )


def _split(cases: Iterable[Any]) -> Iterator[list[Any]]:
    """Split the cases into batches of about `NUMBERS_AT_ONCE` numbers and at least one case."""
    part, size = [], 0
    for case in cases:
        part.append(case)
        size += len(case.hypotheses) * (1 + len(case.evidence)) if isinstance(case, Case) else 1
        if size >= NUMBERS_AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part


@dataclass(eq=False)
class _Many:
    """What is known about the cases so far: how many there were, the network of each form, and the cautions.

    `labels` are the names of all cases, if they have any. `cautioned` holds for each caution, by code and address, the
    first problem, its case, and how many cases draw it.
    """

    labels: Sequence[str] = ()
    names: tuple[str, ...] = ()
    count: int = 0
    networks: dict[Form, Network] = field(default_factory=dict)
    cautioned: dict[tuple[str, str], tuple[Problem, int, int]] = field(default_factory=dict)

    def weigh(self, cases: Sequence[Case]) -> tuple[Floats, list[str]]:
        """Credences of the next cases, shape (case, hypothesis), and their cautions."""
        for i, case in enumerate(cases):
            self._check(case, self.count + i)
        credence = np.empty((len(cases), len(self.names)))
        known: dict[int, tuple[Problem, ...]] = {}
        for form, rows in group_by_form(cases).items():
            first = int(rows.places[0])
            net = self._network(form, cases[first], self.count + first)
            columns = [net.hypotheses.index(name) for name in self.names]
            found = _credences(net, str(form[-1]), rows.numbers, self._named(rows.places))
            credence[rows.places] = found[:, columns]
            known |= _shared_cautions(cases, rows)
        excluded = credence == 0
        any_excluded = excluded.any(axis=1).tolist()
        told = [
            self._cautions(case, self.count + i, known.get(i), excluded[i] if any_excluded[i] else None)
            for i, case in enumerate(cases)
        ]
        self.count += len(cases)
        return credence, told

    def _where(self, place: int) -> str:
        """The name of a case in errors."""
        return f"cases.{step(self.labels[place])}" if self.labels else f"cases[{place}]"

    def _named(self, places: Ints) -> Callable[[int], str]:
        """The names of the next cases at these places, made when they are asked for."""
        return lambda i: self._where(self.count + int(places[i]))

    def _check(self, case: object, place: int) -> None:
        if not isinstance(case, Case):
            raise wrong_kind(case, Case, self._where(place))
        names = case.names
        self.names = self.names or names
        if names != self.names and {*names} != {*self.names}:
            message = f"its hypotheses are {named(names)}; those of the first case are {named(self.names)}."
            raise refusal(
                "E_HYPOTHESES", self._where(place), message, "Weigh cases with other hypotheses by themselves."
            )

    def _network(self, form: Form, case: Case, place: int) -> Network:
        try:
            return self.networks.get(form) or self.networks.setdefault(form, network(case))
        except TooLargeError as error:
            raise error.in_case(self._where(place)) from None

    def _cautions(self, case: Case, place: int, told: tuple[Problem, ...] | None, excluded: Bools | None) -> str:
        told = cautions(case) if told is None else told
        if excluded is not None:
            told += tuple(exclusions(case, excluded[[self.names.index(name) for name in case.names]], told))
        for problem in told:
            key = problem.code, problem.path
            first, at, count = self.cautioned.get(key, (problem, place, 0))
            self.cautioned[key] = first, at, count + 1
        return "; ".join(f"{problem.code} {problem.path}" for problem in told)

    def summed_cautions(self) -> Iterator[Problem]:
        """Every caution once, with the number of cases that draw it."""
        for problem, place, count in self.cautioned.values():
            others = f" (true of {count:,} of the {self.count:,} cases; this is the first)" if count > 1 else ""
            yield replace(problem.under(self._where(place)), message=problem.message + others)


def _shared_cautions(cases: Sequence[Case], rows: Rows) -> dict[int, tuple[Problem, ...]]:
    """The cautions of cases that differ in plain numbers only: one answer for all whose numbers draw none."""
    found: dict[int, tuple[Problem, ...]] = {}
    for alike in rows.alike:
        case = cases[int(rows.places[alike[0]])]
        denied = np.array(seen(case), dtype=np.int64) == DENIED
        numbers = rows.numbers[alike, len(case.names) :].reshape(len(alike), -1, len(case.names))
        by_hypothesis = np.moveaxis(numbers, -1, 0)  # few long columns, which NumPy compares faster
        least, most = reduce(np.minimum, by_hypothesis), reduce(np.maximum, by_hypothesis)
        ordinary = rows.places[alike[are_ordinary(least, most, denied).all(axis=1)]].tolist()
        found |= dict.fromkeys(ordinary, cautions(cases[ordinary[0]]) if ordinary else ())
    return found


def log_joints(cases: Sequence[Case]) -> Floats:
    """Log P(hypothesis and all observations) of cases with the same hypotheses in the same order, without cautions.

    Returns
    -------
    array
        Natural logarithms up to a constant of each case, as `Scaled.log_shares` gives them; shape (case, hypothesis).
    """
    log = np.empty((len(cases), len(cases[0].names)))
    for form, rows in group_by_form(cases).items():
        net = network(cases[rows.places[0]])
        read = _Rows.from_numbers(net, str(form[-1]), rows.numbers)
        for part in batches(net, len(rows.places)):
            likelihood = likelihoods_at(net, net.integrated, read.chances(net, part))
            joint = Scaled.from_floats(read.values[part][:, net.prior]) * likelihood.prod(axis=1)
            log[rows.places[part]] = joint.log_shares()
    return log


# From rows of numbers to credences -----------------------------------------------------------------------------------


def _credences(net: Network, kinds: str, numbers: Floats, where: Callable[[int], str]) -> Floats:
    """Credences of cases of one form, shape (case, hypothesis); `where` names the cases in errors."""
    rows = _Rows.from_numbers(net, kinds, numbers)
    credence = np.empty((len(numbers), len(net.hypotheses)))
    for part in batches(net, len(numbers)):
        prior = rows.values[part][:, net.prior]
        likelihood = likelihoods_at(net, net.integrated, rows.chances(net, part))
        credence[part], log_evidence = credences(prior, likelihood)
        if len(bad := np.flatnonzero(np.isneginf(log_evidence))):
            try:
                possible_credences(net, prior[bad], likelihood[bad])
            except ContradictionError as error:
                raise error.in_case(where(part.start + int(bad[0]))) from None
    return credence


@dataclass(frozen=True, eq=False)
class _Rows:
    """The inputs of cases of one form.

    Attributes
    ----------
    values, complement
        Numbers or means, the constant 1 last, and one minus each; shape (case, input + 1).
    betas
        Alpha, beta, lower and upper of each input that is used several times, shape (case, 4).
    """

    values: Floats
    complement: Floats
    betas: Mapping[int, Floats]

    @classmethod
    def from_numbers(cls, net: Network, kinds: str, numbers: Floats) -> _Rows:
        values = np.ones((len(numbers), len(kinds) + 1))
        starts = np.cumsum([0, *(WIDTH[kind] for kind in kinds[:-1])])
        at = {kind: np.array([i for i, one in enumerate(kinds) if one == kind], dtype=np.int64) for kind in WIDTH}
        for kind in (POINT, WEIGHT):
            values[:, at[kind]] = numbers[:, starts[at[kind]]]
        for block in np.unique(net.inputs.block[at[WEIGHT]]):
            inside = np.flatnonzero(net.inputs.block == block)
            values[:, inside] /= exact_sum(values[:, inside])
        complement = 1 - values
        betas: dict[int, Floats] = {}
        for kind, meant in ((RANGE, _from_quantiles), (BETA, _as_they_are)):
            stated = numbers[:, starts[at[kind]][:, None] + np.arange(WIDTH[kind])]
            if stated.size:
                shapes = meant(stated.reshape(-1, WIDTH[kind])).reshape(*stated.shape[:2], 4)
                alpha, beta, lower, upper = np.moveaxis(shapes, -1, 0)
                values[:, at[kind]] = beta_means(alpha, beta, lower, upper)
                complement[:, at[kind]] = beta_means(beta, alpha, 1 - upper, 1 - lower)
                betas |= {slot: shapes[:, i] for i, slot in enumerate(at[kind].tolist())}
        return cls(values, complement, {nodes.slot: betas[nodes.slot] for nodes in net.nodes})

    def chances(self, net: Network, part: slice) -> Floats:
        at_nodes = [_quadrature(net, nodes, self.betas[nodes.slot][part]) for nodes in net.nodes]
        return arrange(net, self.values[part], self.complement[part], at_nodes)


def _as_they_are(stated: Floats) -> Floats:
    return stated


def _from_quantiles(stated: Floats) -> Floats:
    """Alpha, beta, lower and upper of each range, shape (range, 4)."""
    different, which = _different(stated)
    alpha, beta = betas_with_quantiles(*different.T)
    shapes = np.column_stack([alpha, beta, np.zeros(len(alpha)), np.ones(len(alpha))])
    return np.asarray(shapes[which])


def _quadrature(net: Network, nodes: Nodes, betas: Floats) -> tuple[Floats, Floats]:
    """Nodes and weights of one input in each case, shape (case, node)."""
    different, which = _different(betas)
    first, second, lower, upper = different.T
    inputs = replace(net.inputs, first=first, second=second, lower=lower, upper=upper)
    found = [quadrature(inputs, i, nodes.count) for i in range(len(different))]
    at, weights = (np.array(column) for column in zip(*found, strict=True))
    return at[which], weights[which]


def _different(rows: Floats) -> tuple[Floats, NDArray[np.integer]]:
    """The distinct rows, and for each row which of them it is."""
    table = pd.DataFrame(rows)
    which = table.groupby(list(table), sort=False).ngroup().to_numpy()
    return rows[~table.duplicated().to_numpy()], which
