"""How the answer was computed: the engine, the sum, the policies and the versions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from attribution_bayes.declare.scales import SCALES
from attribution_bayes.engine.audit import log10_total
from attribution_bayes.engine.posterior import (
    DEFAULT_SCALE,
    FROM_TRACE,
    NOTHING_SAMPLED,
    has_nothing_sampled,
    has_ranges,
)
from attribution_bayes.odds import FAINT
from attribution_bayes.report.analysis import Analysis, cell
from attribution_bayes.report.render.document import (
    Block,
    Code,
    Figure,
    Folded,
    Grid,
    Name,
    Paragraph,
    Said,
    Terms,
    Text,
    filled,
    heads,
    listed,
    text,
)
from attribution_bayes.report.words import (
    calculable,
    counted,
    exactly,
    hypothesis,
    item,
    power,
)

MAX_LISTED = 6
"""Addresses that share a default and are spelt out; the others are counted."""

OF_TRACE = (
    "The draws are those of a model that was extended; the credences are theirs, with their Monte-Carlo errors. Some "
    "numbers of this case are fitted to the draws, as its cautions say. The sum, and tables about assumptions, items "
    "and sources, are computed from these numbers, and are no more exact than they are."
)

THE_SUM = (
    "The sum behind the answer: for each hypothesis the prior times the likelihood of each group of items that speak "
    "together gives the joint probability; each joint over the sum of all joints is a credence."
)


def method(analysis: Analysis) -> Folded:
    """The engine, the sum to be added up again, the policies and the versions."""
    blocks = (Paragraph(_engine(analysis)), *_sum(analysis), _policies(analysis), Terms(_provenance(analysis)))
    return Folded(text("How it was computed"), "method", blocks)


def _engine(analysis: Analysis) -> Text:
    sampling = analysis.posterior.sampling
    chains, draws = counted(sampling.chains, "chain", "chains"), counted(sampling.draws, "draw", "draws")
    if analysis.posterior.method == "exact":
        computed = "Computed exactly, by summing over everything that is not known."
        spread = filled(" The spread comes from {} of {}, seed {}.", chains, draws, exactly(sampling.seed))
        return text(computed, spread) if has_ranges(analysis.case) else text(computed)
    if has_nothing_sampled(analysis.posterior):
        return text(NOTHING_SAMPLED)
    how = (
        "Sampled with PyMC (NUTS by {}, target acceptance {}): {} of {} after {} of tuning, seed {}. "
        "The draws passed all checks of convergence. "
    )
    if any(problem.code == FROM_TRACE for problem in analysis.posterior.warnings):
        how += OF_TRACE
    else:
        how += "Tables about assumptions, items and sources are computed exactly."
    sampler = (text(sampling.nuts_sampler), exactly(sampling.target_accept))
    return filled(how, *sampler, chains, draws, counted(sampling.tune, "step", "steps"), exactly(sampling.seed))


def _sum(analysis: Analysis) -> Iterator[Block]:
    """Prior times likelihoods, to be done again by hand."""
    sums, factors, names = analysis.audit.sums, analysis.audit.log10_likelihoods, analysis.case.names
    rows = [(text("prior"), *(text(calculable(cell(sums, name, "prior"))) for name in names))]
    for component in map(str, factors.index):
        relative = " (relative)" if analysis.audit.components.at[component, "relative"] else ""
        likelihoods = (text(power(cell(factors, component, name))) for name in names)
        rows.append((text(_items_of(analysis, component), relative), *likelihoods))
    rows.append((text("joint"), *(text(power(cell(sums, name, "log10_joint"))) for name in names)))
    rows.append((text("credence"), *(text(_computed(analysis, name)) for name in names)))
    caption = text("Prior x likelihoods = joint; joint / sum of the joints = credence")
    yield Paragraph(text(THE_SUM))
    yield Grid(caption, heads("Factor", *map(hypothesis, names)), tuple(rows), frozenset(range(1, len(names) + 1)))
    yield Paragraph(_total(analysis))


def _items_of(analysis: Analysis, component: str) -> Text:
    """The items that speak together: the first of many, and how many more."""
    items = {one.name for one in analysis.case.evidence}
    return listed([text(item(one)) if one in items else _more(one) for one in component.split("+")])


def _more(counted_as: str) -> Text:
    """How many items have no name in that of a component, such as ``3_more``."""
    return counted(int(counted_as.partition("_")[0]), "more", "more")


def _computed(analysis: Analysis, name: str) -> Figure:
    """A credence with the digits that adding up takes, also where it is too small for a double."""
    credence = cell(analysis.audit.sums, name, "credence")
    if credence > FAINT or credence == 0:
        return calculable(credence)
    return Figure(power(cell(analysis.audit.sums, name, "log10_joint") - log10_total(analysis.audit)).text, credence)


def _total(analysis: Analysis) -> Text:
    if np.isnan(analysis.audit.log10_evidence):
        return text(
            "Where a factor is relative, it is a likelihood ratio to a reference hypothesis, and the sum of the joints "
            "is not a probability."
        )
    total = power(analysis.audit.log10_evidence)
    return filled("The sum of the joints is the probability of all that was observed: {}.", total)


def _policies(analysis: Analysis) -> Grid:
    """What nobody said and was taken all the same; what is the same, together."""
    together: dict[tuple[str, str], list[str]] = {}
    for address, default, meaning in analysis.audit.defaults.itertuples(name=None):
        together.setdefault((str(default), str(meaning)), []).append(str(address))
    rows = tuple(
        (text(Code(default)), text(Said(meaning)), _places(addresses))
        for (default, meaning), addresses in together.items()
    )
    return Grid(
        text("Policies and defaults: what was taken without being said"), heads("Taken", "Meaning", "Where"), rows
    )


def _places(addresses: list[str]) -> Text:
    shown = listed([text(Name(address, "address")) for address in addresses[:MAX_LISTED]], ", ")
    rest = len(addresses) - MAX_LISTED
    return filled("{} and {}", shown, counted(rest, "more", "more")) if rest > 0 else shown


def _provenance(analysis: Analysis) -> tuple[tuple[str, Text], ...]:
    packages = listed([text(Code(f"{name} {version}")) for name, version in analysis.posterior.versions.items()], ", ")
    scale = SCALES[DEFAULT_SCALE]
    return (
        ("Scale of words", filled("{}: {} {}", Code(scale.id), Said(scale.citation), Said(scale.checked))),
        ("SHA-256 of the case", text(Code(analysis.audit.case_sha256))),
        ("Computed with", packages),
    )
