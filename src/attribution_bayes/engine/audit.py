"""Everything that a sceptic needs to add up an answer by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from attribution_bayes.arguments import expect
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.address import ItemPart, ReportPart, field_of
from attribution_bayes.declare.assumptions import assumptions, range_policy
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import Parameter, parameters
from attribution_bayes.declare.scales import SCALES
from attribution_bayes.declare.shares import Shares
from attribution_bayes.declare.way import Way
from attribution_bayes.declare.ways import (
    Ratios,
    Words,
)
from attribution_bayes.declare.written import case_hash
from attribution_bayes.engine.exact import credences, stated_likelihoods
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.posterior import DEFAULT_SCALE, FROM_TRACE, SPREAD_MASS, Posterior
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.scaled import Scaled
from attribution_bayes.odds import FAINT

PRINTED_INPUTS = 40
"""Inputs that the printed form lists; the tables hold all of them."""


SAMPLING = {
    "draws": "draws kept of each chain",
    "tune": "steps of each chain before its draws, in which the sampler adapts",
    "chains": "sequences of draws, each from a start of its own",
    "seed": "where the random numbers start: the same seed gives the same draws",
    "nuts_sampler": "who runs NUTS",
    "target_accept": "acceptance that NUTS aims at while it adapts",
}
"""The settings that an audit lists, and what each is."""

OF_NUTS = ("tune", "nuts_sampler", "target_accept")
"""Settings that an exact result does not have."""

PRINTED_DIGITS = 12
"""Significant digits of a printed number: later digits are rounding error of the sum."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Audit:
    """The sum behind a posterior, and what went into it.

    For every hypothesis: prior x product of the likelihoods = joint; joint / sum of the joints = credence. All tables
    are those of the exact engine; for a sampled posterior the sampled figures stand beside them. Of a posterior that
    `posterior_from_trace` made, the tables are those of its restated case, some numbers of which are fitted to draws.

    Attributes
    ----------
    question, method, case_sha256
    sums
        Index: hypothesis. Columns: ``prior``, ``log10_prior``, ``log10_likelihood`` (the product of all components),
        ``log10_joint``, ``credence``; ``reported`` and ``mcse``, as they stand in the posterior.
    likelihoods
        P(observations of a component | hypothesis), uncertain inputs integrated out; index: component, columns:
        hypotheses. Where the component is *relative* (see `components`), its likelihood relative to a reference
        hypothesis; products of these are not probabilities.
    log10_likelihoods
        The same as decimal logarithms, finite even where the number is too small for a double (0 in `likelihoods`).
    components
        Index: component. Columns: ``items`` that go together, ``sources`` that join them, and ``relative``.
    evidence, log10_evidence
        P(all observations): the sum of the joints, and its logarithm; NaN if some component is relative.
    inputs
        Index: address. Columns: ``written`` (in words), ``kind``, ``used`` (the number that enters the sum: the mean of
        a distribution, the geometric midpoint of a range of ratios), ``enters`` (how), ``lower``, ``upper`` (the
        plausible range) and ``range``, where the range comes from.
    defaults
        Values that nobody stated and defaults supplied; index: address or subject. Columns: ``default``, ``meaning``.
    warnings
        Columns: ``code``, ``path``, ``message``, ``hint``.
    sampling
        How draws were made.
    versions
        The software that computed the posterior.
    """

    question: str
    method: str
    case_sha256: str
    sums: pd.DataFrame
    likelihoods: pd.DataFrame
    log10_likelihoods: pd.DataFrame
    components: pd.DataFrame
    evidence: float
    log10_evidence: float
    inputs: pd.DataFrame
    defaults: pd.DataFrame
    warnings: pd.DataFrame
    sampling: Sampling
    versions: Mapping[str, str]

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def __repr__(self) -> str:
        return str(self)


def audit(posterior: Posterior) -> Audit:
    """Set out the sum that gives a posterior's credence, with every number, default and warning that went into it.

    Parameters
    ----------
    posterior

    Returns
    -------
    Audit

    Examples
    --------
    >>> import attribution_bayes as ab
    >>> case = ab.Case(
    ...     question="Which?",
    ...     hypotheses=[
    ...         ab.Hypothesis(name="a", statement="it was a"),
    ...         ab.Hypothesis(name="b", statement="it was not", catch_all=True),
    ...     ],
    ...     prior={"a": 0.25, "b": 0.75},
    ...     evidence=[ab.Evidence(name="e", statement="e holds", likelihood={"a": 0.75, "b": 0.25})],
    ... )
    >>> found = audit(ab.weigh(case))
    >>> joint = found.sums.prior * found.likelihoods.prod()
    >>> (joint / joint.sum()).to_dict(), joint.sum()
    ({'a': 0.5, 'b': 0.5}, np.float64(0.375))
    """
    expect(posterior, Posterior, "posterior")
    case, net = posterior.case, network(posterior.case)
    likelihood, prior = stated_likelihoods(net), net.inputs.mean[None, net.prior]
    credence, log_evidence = credences(prior, likelihood)
    components = _components(case, net)
    has_evidence = not components["relative"].any()
    return Audit(
        question=case.question,
        method=posterior.method,
        case_sha256=case_hash(case),
        sums=_sums(posterior, prior[0], likelihood.prod(axis=1)[0], credence[0]),
        likelihoods=_by_component(net, likelihood.to_floats()[0]),
        log10_likelihoods=_by_component(net, likelihood.log10()[0]),
        components=components,
        evidence=math.exp(log_evidence[0]) if has_evidence else math.nan,
        log10_evidence=float(log_evidence[0]) / math.log(10) if has_evidence else math.nan,
        inputs=_inputs(case, net),
        defaults=pd.DataFrame(_defaults(posterior), columns=pd.Index(["address", "default", "meaning"])).set_index(
            "address"
        ),
        warnings=pd.DataFrame(
            [(problem.code, problem.path, problem.message, problem.hint) for problem in posterior.warnings],
            columns=pd.Index(["code", "path", "message", "hint"]),
        ),
        sampling=posterior.sampling,
        versions=posterior.versions,
    )


# The sum -------------------------------------------------------------------------------------------------------------


def _sums(posterior: Posterior, prior: Floats, likelihood: Scaled, credence: Floats) -> pd.DataFrame:
    stated = Scaled.from_floats(prior)
    return pd.DataFrame(
        {
            "prior": prior,
            "log10_prior": stated.log10(),
            "log10_likelihood": likelihood.log10(),
            "log10_joint": (stated * likelihood).log10(),
            "credence": credence,
            "reported": posterior.credence.values,
            "mcse": posterior.mcse.values,
        },
        index=pd.Index(posterior.case.names, name="hypothesis"),
    )


def _by_component(net: Network, numbers: Floats) -> pd.DataFrame:
    index = pd.Index(net.component_names, name="component", dtype=object)
    return pd.DataFrame(numbers, index=index, columns=pd.Index(net.hypotheses, name="hypothesis"))


def _components(case: Case, net: Network) -> pd.DataFrame:
    relative = {item.name for item in case.evidence if isinstance(item.likelihood, Ratios)}
    rows = [
        (", ".join(component.items), ", ".join(component.sources), not relative.isdisjoint(component.items))
        for component in net.all_components
    ]
    index = pd.Index(net.component_names, name="component", dtype=object)
    table = pd.DataFrame(rows, index=index, columns=pd.Index(["items", "sources", "relative"]))
    return table.astype({"relative": bool})


# What went in --------------------------------------------------------------------------------------------------------


def _inputs(case: Case, net: Network) -> pd.DataFrame:
    nodes = {node.slot: node.count for node in net.nodes}
    rows = [
        {
            "address": str(parameter.address),
            "written": in_words(parameter),
            "kind": parameter.kind,
            "used": parameter.meaning.mean,
            "enters": _enters(parameter, bool(net.inputs.uncertain[place]), nodes.get(place)),
            "lower": assumption.lower,
            "upper": assumption.upper,
            "range": range_policy(parameter.kind),
        }
        for place, (parameter, assumption) in enumerate(zip(parameters(case), assumptions(case), strict=True))
    ]
    return pd.DataFrame(rows).set_index("address")


def _enters(parameter: Parameter, uncertain: bool, nodes: int | None) -> str:
    if nodes is not None:
        return f"integrated at {nodes} points: several reports use it"
    if uncertain:
        return "as its geometric midpoint" if parameter.is_ratio else "as its mean"
    return "as it is"


def in_words(parameter: Parameter) -> str:
    """How a number was stated, in words; numbers that were stated together, in the order of the case."""
    written = parameter.written
    if not isinstance(written, Way):
        return repr(written)
    stated = written.words(parameter.together) if isinstance(written, Shares) else written.words()
    return f"{stated}: {written.reason}" if written.reason else stated


# What nobody said ----------------------------------------------------------------------------------------------------


def _defaults(posterior: Posterior) -> Iterator[tuple[str, str, str]]:
    case = posterior.case
    erring_anew = {source.name for source in case.sources if source.errs_anew}  # nothing serves an instrument
    for parameter in parameters(case):
        if isinstance(parameter.written, Way):
            yield from ((str(parameter.address), *taken) for taken in parameter.written.defaults())
    for item in case.evidence:
        if item.observed is True and not item.states("observed"):
            yield field_of(ItemPart(item.name), "observed"), "True", "taken as observed to be true"
        for report in item.reports:
            part = ReportPart(item.name, report.source)
            if not report.states("says"):
                yield field_of(part, "says"), "True", "taken as asserting that it is true"
            if not report.states_interest and report.source not in erring_anew:
                yield field_of(part, "serves"), "True", "taken as what serves the source, whatever holds"
    yield from _policies(posterior)


def _policies(posterior: Posterior) -> Iterator[tuple[str, str, str]]:
    case, usual = posterior.case, Sampling()
    for name, meaning in SAMPLING.items():
        is_default = getattr(posterior.sampling, name) == getattr(usual, name)
        if is_default and (name not in OF_NUTS or posterior.method == "pymc"):
            yield f"sampling.{name}", str(getattr(usual, name)), meaning
    kinds = dict.fromkeys(parameter.kind for parameter in parameters(case))
    for kind in kinds:
        yield f"range of kind {kind}", range_policy(kind), "the plausible range, for tables about assumptions"
    used = dict.fromkeys(one.written.scale for one in parameters(case) if isinstance(one.written, Words))
    for scale in used:
        yield f"scale {scale}", SCALES[scale].citation, "what its words mean"
    yield "words of the summary", DEFAULT_SCALE, "the scale by which a credence is put in words"
    yield "spread", f"{SPREAD_MASS!r}", "share of the credence draws between its ends"


# For a reader --------------------------------------------------------------------------------------------------------


def _lines(found: Audit) -> Iterator[str]:
    yield from (found.question, f"case {found.case_sha256}", "")
    yield "prior x product of the likelihoods = joint; joint / sum of the joints = credence"
    for place, name in enumerate(found.sums.index):
        yield from _sum_lines(found, place, str(name))
    yield from ("", f"sum of the joints: {_power(log10_total(found))}{_evidence_note(found)}")
    if found.method == "pymc":
        yield from _sampled_lines(found)
    yield from _input_lines(found.inputs)
    yield from ("", "defaults")
    yield from (f"  {name}: {row.default} ({row.meaning})" for name, row in _rows(found.defaults))
    yield from ("", "warnings" if len(found.warnings) else "no warnings")
    yield from (f"  {row.code} {row.path}: {row.message}" for _, row in _rows(found.warnings))
    yield from ("", "computed with " + ", ".join(f"{name} {number}" for name, number in found.versions.items()))


def _sampled_lines(found: Audit) -> Iterator[str]:
    """The credences of the draws, and what the sum above them is."""
    if FROM_TRACE in set(found.warnings["code"]):
        yield (
            "This sum is only as exact as its numbers: those under 'warnings' with W_TRACE are fitted to draws of an "
            "extended model. The credences of the result are those of the draws, with their Monte-Carlo errors:"
        )
    else:
        yield "The credences above are computed exactly. As sampled with PyMC:"
    yield from (
        f"  {name}: {_sampled(row.reported, row.mcse)}, Monte-Carlo error {row.mcse:.2g}"
        for name, row in _rows(found.sums)
    )
    how = found.sampling
    yield (
        f"sampled by {how.nuts_sampler}: {how.chains} chains of {how.draws} draws after {how.tune} steps of tuning, "
        f"seed {how.seed}, target acceptance {how.target_accept}"
    )


def _sum_lines(found: Audit, place: int, name: str) -> Iterator[str]:
    prior, joint, credence = found.sums[["prior", "log10_joint", "credence"]].to_numpy()[place].tolist()
    plain, powers = found.likelihoods[name].to_list(), found.log10_likelihoods[name].to_list()
    yield f"\n{name}"
    yield f"    {_printed(prior):<24} prior"
    for component, value, power in zip(found.components.itertuples(), plain, powers, strict=True):
        yield f"  x {_number(value, power):<24} {component.Index}{' (relative)' if component.relative else ''}"
    yield f"  = {_power(joint):<24} joint"
    yield f"    {_number(credence if credence > FAINT else 0.0, joint - log10_total(found)):<24} credence"


def _number(value: float, power: float) -> str:
    return _printed(value) if value > 0 or power == -math.inf else _power(power)


def _printed(value: float) -> str:
    """A number without the rounding error of sums; only 1 is printed as 1."""
    rounded = float(f"{value:.{PRINTED_DIGITS}g}")
    return repr(float(value) if rounded == 1 else rounded)


def _sampled(value: float, mcse: float) -> str:
    """A sampled number to the first digit of its error; none that is neither 0 nor 1 is printed as either.

    >>> _sampled(0.62140437, 0.0031), _sampled(0.0004, 0.0031), _sampled(0.25, 0.0)
    ('0.621', '0.0004', '0.25')
    """
    shown = f"{value:.{max(0, -math.floor(math.log10(mcse)))}f}" if mcse > 10.0**-PRINTED_DIGITS else _printed(value)
    return shown if 0 < float(shown) < 1 else _printed(float(f"{value:.1g}") if value < 0.5 else value)


def _power(log10: float) -> str:
    """A number, however small, from its decimal logarithm."""
    if log10 == -math.inf:
        return "0.0"
    if abs(log10) < 15:
        return f"{10**log10:.15g}"
    whole = math.floor(log10)
    return f"{10 ** (log10 - whole):.12g}e{whole:+d}"


def log10_total(found: Audit) -> float:
    """Decimal logarithm of the sum of the joint probabilities."""
    most = float(found.sums["log10_joint"].max())
    return most + math.log10(math.fsum(10 ** (found.sums["log10_joint"] - most)))


def _evidence_note(found: Audit) -> str:
    relative = ", ".join(map(str, found.components.index[found.components["relative"]]))
    return f"; no probability, as {relative} is relative" if relative else " = P(all observations)"


def _input_lines(inputs: pd.DataFrame) -> Iterator[str]:
    yield from ("", "inputs")
    for name, row in _rows(inputs.head(PRINTED_INPUTS)):
        yield f"  {name}: {row.written}; {row.enters}, {_printed(row.used)}"
    if len(inputs) > PRINTED_INPUTS:
        yield f"  and {len(inputs) - PRINTED_INPUTS} more, in the table `inputs`"


def _rows(table: pd.DataFrame) -> Iterator[tuple[Any, Any]]:
    for row in table.itertuples():
        yield row.Index, row
