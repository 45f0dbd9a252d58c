"""The result of weighing a case: one record for both engines."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from attribution_bayes.arguments import one_of
from attribution_bayes.arrays import Bools, Floats
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.notebook import called, listing, page, said, table
from attribution_bayes.declare.scales import SCALES, ProbabilityScale, Scale
from attribution_bayes.deferred import pd, xr
from attribution_bayes.engine.exact import excluded
from attribution_bayes.engine.network import network
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.scaled import exact_sum
from attribution_bayes.engine.tree import Draws, StoredDraws, by_hypothesis
from attribution_bayes.errors import Problem, refusal
from attribution_bayes.odds import LEAST, leaders, tied

SPREAD_MASS = 0.9
"""Share of the credence draws between `spread_low` and `spread_high`: the same share as a plausible range."""

DEFAULT_SCALE: ProbabilityScale = "icd203-2015"
"""Verbal scale of the summary unless another is asked for."""

COARSEST = 10.0
UNITS = {0.01: 2, 0.1: 1, 1.0: 0, 2.0: 0, 5.0: 0, COARSEST: 0}
"""Percentage points that a printed probability may be rounded to, and the decimals that they take: two at most, as
nobody can state inputs more precisely."""

WRITTEN_DIGITS, ROUNDED_DIGITS = 6, 3
"""A number with at most the first many digits is printed as written; any other is rounded to the second many."""

MIN_REST, MAX_PLAIN = 1e-6, 1e6
"""Numbers nearer to 0 or 1 than the first, or beyond the second, are printed with a power of ten."""

JUST_BELOW_ONE = float(np.nextafter(1.0, 0.0))

WHOLE = 1e-3
"""The error behind whole percentages: stated ranges justify no more digits."""

NORMAL_95 = 1.96
"""A printed digit is justified if 95 % of the Monte-Carlo error stays within half its unit."""

TEXT_WIDTH = 100

MAX_IN_LINE = 6
"""Most hypotheses in the short form, those of greatest credence."""

OUT = "excluded by assumption"
"""What is said of an excluded hypothesis in place of a word of the scale: no scale has one for it."""

CONDITIONAL = "given that one of the listed hypotheses is true"


@dataclass(frozen=True, eq=False, kw_only=True)
class Sampled:
    """What only a sampled answer has.

    Attributes
    ----------
    mcse
        Monte-Carlo standard errors of the credences, shape (hypothesis,).
    diagnostics
        The figures by which the draws passed the gate.
    """

    mcse: Floats
    diagnostics: xr.Dataset


@dataclass(frozen=True, eq=False, kw_only=True)
class Posterior:
    """The weighed case: a record of arrays, which get their labels when they are looked at.

    Attributes
    ----------
    case
        The case that was weighed.
    method
        ``"exact"`` or ``"pymc"``.
    credences
        The numbers of `credence`, shape (hypothesis,), in the order of the case.
    credence
        P(hypothesis | all evidence), uncertain inputs integrated out; dim hypothesis. 0 only where a hypothesis is
        excluded: a credence too small for a double is the least double, 5e-324.
    prior
        P(hypothesis) before the evidence; dim hypothesis.
    mcse
        Monte-Carlo standard error of the credence; 0 for the exact engine; dim hypothesis.
    log_evidence
        Natural logarithm of P(all observations), in nats; NaN if any item is stated as `Ratios`.
    sampled
        The source of `mcse` and `diagnostics`; None for the exact engine.
    drawn
        What `draws` are made of.
    draws
        Joint posterior draws of the inputs, in ArviZ's layout, made when they are first asked for. Groups ``posterior``
        and ``prior`` (variables ``prior`` and, where inputs are uncertain, ``assumption``), ``log_prior``,
        ``log_likelihood`` and, from PyMC, ``sample_stats``. The posterior also has ``credence``, P(hypothesis | E,
        inputs), and ``drawn_hypothesis``, the position of the hypothesis drawn along the dimension hypothesis. What was
        stated is drawn, and log densities are computed, when somebody looks at them.
        ``evidence`` in ``log_likelihood`` is log P(component | hypothesis drawn, inputs), in nats, so that
        ``arviz.loo`` does not depend on the order of the items. Its coordinate ``log_predictive`` holds what that
        estimates: the exact log P(component | all others), NaN for ratios of likelihoods. Items that are `given` one of
        the component stay conditioned on it. ArviZ refuses components with only plain numbers.
    sampling
        Size and seed of the draws.
    warnings
        All warnings that weighing gave.
    versions
        Versions of Python and of the packages that computed this.
    diagnostics
        The figures by which sampled draws passed the gate: ``r_hat``, ``ess_bulk``, ``ess_tail``, ``still`` (dim
        quantity: addresses, and ``credence.H``), ``divergences`` and ``bfmi`` (dim chain), ``not_finite``. Empty for
        the exact engine.
    """

    case: Case
    method: Literal["exact", "pymc"]
    credences: Floats
    log_evidence: float
    drawn: Draws | StoredDraws
    sampling: Sampling
    warnings: tuple[Problem, ...]
    versions: Mapping[str, str]
    sampled: Sampled | None = None

    @cached_property
    def credence(self) -> xr.DataArray:
        return by_hypothesis(self.case.names, self.credences)

    @cached_property
    def prior(self) -> xr.DataArray:
        return by_hypothesis(self.case.names, _prior(self.case))

    @cached_property
    def mcse(self) -> xr.DataArray:
        return by_hypothesis(
            self.case.names, np.zeros(len(self.credences)) if self.sampled is None else self.sampled.mcse
        )

    @cached_property
    def diagnostics(self) -> xr.Dataset:
        return xr.Dataset() if self.sampled is None else self.sampled.diagnostics

    @cached_property
    def draws(self) -> xr.DataTree:
        return self.drawn.tree

    @property
    def excluded(self) -> tuple[str, ...]:
        """Hypotheses of probability zero by assumption, never by underflow."""
        return tuple(name for name, is_out in zip(self.case.names, excluded(network(self.case)), strict=True) if is_out)

    @property
    def leader(self) -> str | None:
        """The hypothesis of greatest credence; None where nobody leads, because two differ by less than 1e-9 of it."""
        found: str | None = leaders(self.case.names, self.credences).item()
        return found

    @property
    def tied(self) -> tuple[str, ...]:
        """The hypotheses that share the greatest credence; empty where one leads."""
        return tied(self.case.names, self.credences)

    def summary(self, *, scale: ProbabilityScale = DEFAULT_SCALE) -> pd.DataFrame:
        """One row for each hypothesis.

        Parameters
        ----------
        scale
            Id of the verbal scale for the column ``words``.

        Returns
        -------
        DataFrame
            Index: hypothesis. Columns: ``prior``, ``credence``, ``mcse``; ``spread_low`` and ``spread_high``: with
            probability 0.9 the credence would lie between them if the uncertain inputs became known; ``words``, or that
            a hypothesis is excluded, for which no scale has a word.
            ``attrs["spread_mcse"]``: by hypothesis, the Monte-Carlo standard errors of both ends of the spread.

        Raises
        ------
        CaseError
            ``E_VERBAL`` for an unknown scale, ``E_VERBAL_KIND`` for one that is not about probabilities.
        """
        verbal = _probability_scale(scale)
        low, high = _spread(self)
        table = pd.DataFrame(
            {
                "prior": self.prior.values,
                "credence": self.credences,
                "mcse": self.mcse.values,
                "spread_low": low,
                "spread_high": high,
                "words": _in_words(self, verbal),
            },
            index=pd.Index(self.credence.hypothesis.values, name="hypothesis"),
        )
        table.attrs = {"scale": scale, "spread_mass": SPREAD_MASS, "method": self.method, "seed": self.sampling.seed}
        errors = map(tuple, _spread_errors(self).T.tolist())
        table.attrs["spread_mcse"] = dict(zip(self.case.names, errors, strict=True))
        return table

    def __str__(self) -> str:
        table = printed(self)
        width = {column: max(map(len, (column, *cells.values()))) for column, cells in table.items()}
        shown = {one.name: f"{one.label} ({one.name})" if one.label else one.name for one in self.case.hypotheses}
        names = max(map(len, ("hypothesis", *shown.values())))
        lines = [" " * names + "  " + "  ".join(f"{column:>{width[column]}}" for column in table)]
        for name, one in shown.items():
            row = (cells[name].rjust(width[column]) for column, cells in table.items())
            lines.append(f"{one:<{names}}  " + "  ".join(row))
        told = [textwrap.fill(note, TEXT_WIDTH, subsequent_indent="  ") for note in notes(self)]
        return "\n".join([self.case.question.expandtabs(), "", *lines, "", *told])

    def __repr__(self) -> str:
        """The credences in one line, without draws. `print` also shows the spread."""
        order = np.argsort(-self.credences, kind="stable")[:MAX_IN_LINE]
        worst = _worst_error(self)
        shown = (f"{self.case.names[k]} {percent(float(self.credences[k]), worst)}" for k in order)
        more = len(self.credences) - len(order)
        left_out = f", and {more} more" if more else ""
        return f"<Posterior, {self.method}: {', '.join(shown)}{left_out}>"

    def _repr_html_(self) -> str:
        columns = printed(self)
        rows = [(called(one), *(said(cells[one.name]) for cells in columns.values())) for one in self.case.hypotheses]
        heads = ("hypothesis", *columns)
        return page(self.case.question, table(heads, rows, numeric=heads[1:-1]), listing(notes(self)))


def _prior(case: Case) -> Floats:
    """P(hypothesis) before the evidence, shape (hypothesis,)."""
    net = network(case)
    stated = net.inputs.mean[net.prior]
    return np.asarray(stated / exact_sum(stated))


def _worst_error(posterior: Posterior) -> float:
    """The greatest Monte-Carlo standard error among the credences."""
    return 0.0 if posterior.sampled is None else float(posterior.sampled.mcse.max())


def _spread(posterior: Posterior) -> Floats:
    """The ends of the spread of each credence, shape (2, hypothesis)."""
    if not has_ranges(posterior.case):
        return np.stack([posterior.credences] * 2)
    tails = [(1 - SPREAD_MASS) / 2, (1 + SPREAD_MASS) / 2]
    return np.asarray(np.quantile(posterior.drawn.credence, tails, axis=(0, 1)))


def _spread_errors(posterior: Posterior) -> Floats:
    """Monte-Carlo standard errors of the ends of the spread, shape (2, hypothesis).

    Half of what lies between the quantiles whose probabilities are one standard error less and greater. Vehtari et al.
    (2021), Rank-normalization, folding, and localization, doi:10.1214/20-BA1221
    """
    if not has_ranges(posterior.case):
        return np.zeros((2, len(posterior.credences)))
    draws, tails = posterior.drawn.credence, np.array([(1 - SPREAD_MASS) / 2, (1 + SPREAD_MASS) / 2])
    away = np.sqrt(tails * (1 - tails) / _independent(posterior, draws[..., 0].size))
    below, above = np.quantile(draws, [tails - away, tails + away], axis=(0, 1))
    return np.asarray((above - below) / 2)


def _independent(posterior: Posterior, size: int) -> float:
    """How many independent draws the tails of the credences are worth; draws of the exact engine are independent."""
    if posterior.sampled is None or "ess_tail" not in posterior.diagnostics:
        return size
    tails = posterior.diagnostics["ess_tail"].to_series()
    worth = tails[tails.index.str.startswith("credence.")].min()
    return float(np.fmin(worth, size))


def _in_words(posterior: Posterior, scale: Scale) -> list[str]:
    """What the scale calls each credence, unless it is that of an excluded hypothesis."""
    of_each = zip(excluded(network(posterior.case)).tolist(), posterior.credences.tolist(), strict=True)
    return [OUT if is_out else scale.describe(value) for is_out, value in of_each]


def _probability_scale(scale: str) -> Scale:
    one_of(scale, SCALES, "scale", "E_VERBAL")
    if SCALES[scale].kind != "probability":
        raise refusal("E_VERBAL_KIND", "scale", f"{scale!r} is about likelihood ratios, not probabilities.")
    return SCALES[scale]


# Words and digits ----------------------------------------------------------------------------------------------------


def percent(value: float, mcse: float = 0.0) -> str:
    """A probability as a percentage with no more digits than its Monte-Carlo error justifies.

    Probabilities strictly between 0 and 1 never become 0 % or 100 %.

    >>> percent(0.41379), percent(0.99999), percent(0.41379, mcse=0.002), percent(0.41379, mcse=0.004), percent(0.0)
    ('41.38 %', '>99.99 %', '41 %', '42 %', '0 %')
    """
    unit = _unit(mcse)
    digits = UNITS[unit]
    shown = round(100 * value, digits) if unit <= 1 else unit * round(100 * value / unit)
    if shown <= 0 < value:
        return f"<{unit:.{digits}f} %"
    if shown >= 100 > 100 * value:
        return f">{100 - unit:.{digits}f} %"
    return f"{shown:.{digits}f} %" if 0 < value < 1 else f"{shown:.0f} %"


def in_percent(value: float, mcse: float = 0.0) -> str:
    """A probability as tables, pages and pictures print it: whole percentages, and two decimals near 0 and 1.

    One rule for all numbers of a row: a greater number is never printed as a smaller one.

    >>> in_percent(0.6737), in_percent(0.0086), in_percent(0.0062), in_percent(0.9987), in_percent(0.0086, 0.002)
    ('67 %', '0.86 %', '0.62 %', '99.87 %', '1 %')
    """
    return percent(value, max(mcse, WHOLE) if 0.01 <= value <= 0.99 else mcse)


def digits(value: float) -> str:
    """A number that somebody stated, an end of its range or a flip, as tables, pages and pictures print it.

    As it is if six digits are enough, otherwise rounded to three digits of its distance from 0 or from 1.

    >>> [digits(value) for value in (0.175, 0.2, 0.2041234, 0.99934123, 400.0, 12345.678, 1 / 3e9, 4.004e-12, 1 - 1e-9)]
    ['0.175', '0.2', '0.204', '0.999341', '400', '12300', '3.33e-10', '4e-12', '1 - 1e-9']
    """
    rest = min(value, 1 - value) if value < 1 else value
    if not 0 < rest < math.inf:
        return f"{value:g}"
    if rest < MIN_REST or rest >= MAX_PLAIN:
        shown = np.format_float_scientific(rest, precision=2, trim="-", exp_digits=1).replace(".e", "e")
        return shown if rest == value else f"1 - {shown}"
    as_stated = float(f"{value:.{WRITTEN_DIGITS}g}") == value
    rounded = value if as_stated else round(value, ROUNDED_DIGITS - 1 - math.floor(math.log10(rest)))
    return np.format_float_positional(rounded, trim="-")


def _unit(mcse: float) -> float:
    """The percentage points to whose multiples a probability is rounded: half of them is no less than 1.96 errors."""
    return next((unit for unit in UNITS if NORMAL_95 * 100 * mcse <= unit / 2), COARSEST)


def _inside(credence: Floats, is_out: Bools) -> Floats:
    """Credences as printed: 0 for an excluded hypothesis, 1 if all others are excluded, otherwise strictly between.

    Parameters
    ----------
    credence, is_out
        Credences, and which hypotheses are excluded; shapes (hypothesis, ...) and (hypothesis,).
    """
    is_out = is_out.reshape(-1, *(1,) * (credence.ndim - 1))
    if is_out.sum() == len(is_out) - 1:
        return credence
    return np.where(is_out, credence, np.clip(credence, LEAST, JUST_BELOW_ONE))


def percentages(credence: Floats, mcse: float = 0.0) -> list[str]:
    """Credences of all hypotheses as percentages: 0 % only for an excluded one, 100 % only if all others are excluded.

    >>> percentages(np.array([1.0, 1e-320])), percentages(np.array([1.0, 0.0]))
    (['>99.99 %', '<0.01 %'], ['100 %', '0 %'])
    """
    return [in_percent(value, mcse) for value in _inside(credence, credence == 0).tolist()]


def printed(posterior: Posterior) -> Mapping[str, Mapping[str, str]]:
    """The summary as shown, by column and hypothesis: percentages with the digits that the error bears, and words."""
    is_out, worst = excluded(network(posterior.case)), _worst_error(posterior)
    credences, *ends = (_inside(one, is_out).tolist() for one in (posterior.credences, *_spread(posterior)))
    spreads = zip(*ends, *_spread_errors(posterior).tolist(), strict=True)
    columns = {
        "prior": percentages(_prior(posterior.case)),
        "credence": [in_percent(value, worst) for value in credences],
        "spread (90 %)": [_shown_spread(*one) for one in spreads],
        "in words": _in_words(posterior, _probability_scale(DEFAULT_SCALE)),
    }
    return {column: dict(zip(posterior.case.names, cells, strict=True)) for column, cells in columns.items()}


def _shown_spread(low: float, high: float, low_mcse: float, high_mcse: float) -> str:
    ends = dict.fromkeys((in_percent(low, low_mcse), in_percent(high, high_mcse)))  # once, where both are printed alike
    return " to ".join(ends) if low < high else "none"


FROM_TRACE = "W_TRACE"
"""The caution about what was added to a model that somebody extended, or fitted to its draws."""


def has_ranges(case: Case) -> bool:
    """Whether any number of a case is uncertain; credences have a spread only then."""
    return bool(network(case).inputs.uncertain.any())


def has_nothing_sampled(posterior: Posterior) -> bool:
    """Whether PyMC was asked and had no uncertain number to draw."""
    return posterior.method == "pymc" and not has_ranges(posterior.case) and not _worst_error(posterior)


NOTHING_SAMPLED = "Computed with PyMC, which had nothing to sample: no number is uncertain."


def notes(posterior: Posterior) -> list[str]:
    """Sentences that a reader of the numbers must see."""
    told = [] if posterior.case.has_catch_all else [f"All this holds {CONDITIONAL}."]
    sampling = posterior.sampling
    draws = f"{sampling.chains} chains of {sampling.draws} draws, seed {sampling.seed}"
    spread = has_ranges(posterior.case)
    if posterior.method == "exact":
        told.append(f"Computed exactly; the spread from {draws}." if spread else "Computed exactly.")
    elif has_nothing_sampled(posterior):
        told.append(NOTHING_SAMPLED)
    else:
        worst = _worst_error(posterior)
        told.append(f"Sampled with PyMC: {draws}; Monte-Carlo error of the credence at most {worst:.2g}.")
    reading = (
        "The spread is how far the credence would move if the uncertain inputs were known; the credence itself is one "
        "number."
    )
    known = "No number is stated as a range, so that there is no spread; that does not make the numbers certain."
    told.append(f"Words of {DEFAULT_SCALE}. {reading if spread else known}")
    if posterior.tied:
        told.append(f"Nobody leads: {' and '.join(posterior.tied)} are tied.")
    if posterior.excluded:
        told.append(f"Excluded by assumption, whatever else is found: {', '.join(posterior.excluded)}.")
    return told + [str(replace(problem, hint="", line=None)) for problem in posterior.warnings]
