"""What a report says last: what is no number, the bounds, the sum, every number, policies, versions and words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from attribution_bayes.declare.assumptions import PLAIN_NUMBER_ODDS_FACTOR, Assumption, assumptions
from attribution_bayes.declare.scales import SCALES
from attribution_bayes.declare.ways import Certain, Impossible
from attribution_bayes.engine.audit import log10_total
from attribution_bayes.engine.posterior import CONDITIONAL, DEFAULT_SCALE, has_ranges
from attribution_bayes.errors import TooLargeError
from attribution_bayes.odds import FAINT
from attribution_bayes.report.findings import Findings, cell, credences_of
from attribution_bayes.report.render.document import (
    Aside,
    Block,
    Code,
    Figure,
    Grid,
    Listing,
    Name,
    Paragraph,
    Said,
    Section,
    Terms,
    Text,
    filled,
    heads,
    listed,
    text,
)
from attribution_bayes.report.sections.evidence import item_link, missing, part, source_link
from attribution_bayes.report.words import (
    about,
    calculable,
    counted,
    decibans,
    exactly,
    hypothesis,
    leads,
    number,
    points,
    power,
    share,
    share_among,
    signed,
)

MOST_LISTED = 6
"""Addresses that share a default and are spelt out; the others are counted."""

INDEPENDENCE = (
    "Given the hypothesis, items are taken to be independent of one another, but for what the case declares. An item "
    "that is not independent and is not declared so counts too much."
)

WORST_CASES = (
    "With every number anywhere in its plausible range, all at once, the credence of each hypothesis lies between "
    "these bounds. They are the worst cases: an end is reached only where all numbers lean the same way. They are "
    "not a spread, and not an error."
)

THE_SUM = (
    "The sum behind the answer: for each hypothesis the prior times the likelihood of each group of items that speak "
    "together gives the joint probability; each joint over the sum of all joints is a credence."
)

EVERY_NUMBER = (
    "Every number that somebody asserted, by its address. The plausible range of a plain number is a policy: its odds "
    "times and over {}. The swing is how far the credence of {} moves over the range, in percentage points; the flip "
    "is where another hypothesis would lead."
)

GLOSSARY = (
    ("prior", "the probability of a hypothesis before the evidence in this case"),
    ("likelihood", "how likely an item is if a hypothesis is true"),
    ("credence", "the probability of a hypothesis given all the evidence, uncertain numbers averaged out"),
    ("spread", "how far a credence would move if the uncertain numbers became known"),
    ("bounds", "the least and greatest credence with every number anywhere in its plausible range"),
    (
        "plausible range",
        "where a number may be: the central part of what its author stated, or a policy if that was one plain number",
    ),
    ("odds", "a probability over what it leaves to certainty: two thirds are odds of two to one"),
    ("decibans", "odds or ratios on a scale on which steps add up: ten are a factor of ten, three about two"),
    (
        "weight",
        "how many times likelier an item is under one hypothesis than under the others, given the items above it, in "
        "decibans",
    ),
    ("flip", "the nearest value of a number at which another hypothesis would lead, all others held"),
    ("bits", "doubt: one bit is the doubt between two explanations that are equally probable"),
)


# Assumptions that are no numbers -------------------------------------------------------------------------------------


def built(found: Findings) -> Section:
    """What depends on what by declaration, and the answer if that were otherwise."""
    blocks = (Paragraph(text(INDEPENDENCE)), *_dependences(found), *_exclusions(found), *_varied(found))
    return Section(text("Assumptions that are not numbers"), "built", blocks)


def _dependences(found: Findings) -> Iterator[Block]:
    """What the case declares of how its parts hang together."""
    points = []
    for one in found.case.evidence:
        if one.given:
            parents = listed([text(item_link(name)) for name in one.given])
            points.append(filled("{} depends on {}.", item_link(one.name), parents))
        for report in one.reports:
            if report.copied_from is not None:
                speaker, origin = source_link(report.source), source_link(report.copied_from)
                copy = "The report of {} by {} may be a copy of that by {}."
                points.append(filled(copy, item_link(one.name), speaker, origin))
    errs_anew = {one.name: one.errs_anew for one in found.case.sources}
    for name in errs_anew:
        told = [entry.name for entry in found.case.evidence if any(r.source == name for r in entry.reports)]
        if len(told) > 1 and not errs_anew[name]:
            items = listed([text(item_link(one)) for one in told])
            points.append(filled("What {} says of {} stands or falls together.", source_link(name), items))
    if points:
        yield Listing(tuple(points))


def _exclusions(found: Findings) -> Iterator[Block]:
    """Everything that is stated as impossible or certain."""
    points = []
    for slot in found.slots.values():
        if isinstance(slot.written, Impossible | Certain):
            what, reason = about(found.case, slot.address), Said(slot.written.reason)
            points.append(filled("{}: {}, {}", what, slot.kind, reason))
    if points:
        yield Paragraph(text("Stated as impossible or as certain, beyond any evidence:"), "caution")
        yield Listing(tuple(points))


def _varied(found: Findings) -> Iterator[Block]:
    table = found.varied
    if isinstance(table, TooLargeError):
        yield missing("What other structures would give", table)
    elif len(table):
        leader = str(table.attrs["for"])
        rows = tuple(_varied_row(found, leader, key, table.loc[key]) for key in table.index)
        columns = heads("Assumption", "If instead", "Leads then", "Credence then", "Change, decibans")
        caption = filled("Other structures, the greatest change first; credences of {}", hypothesis(leader))
        yield Grid(caption, columns, rows, frozenset({3, 4}))


def _varied_row(found: Findings, leader: str, key: Any, row: Any) -> tuple[Text, ...]:
    address, change = key
    credences = credences_of(found, row)
    if np.isnan(credences).any():
        return part(address), text(change), text("every hypothesis is excluded"), text("-"), text("-")
    then = share_among(credences, found.case.names.index(leader))
    changed = text(signed(float(row["change_db"])))
    return part(address), text(change), leads(found.case.names, credences), text(then), changed


# Bounds --------------------------------------------------------------------------------------------------------------


def bounds(found: Findings) -> Section:
    """The least and greatest credences over all plausible ranges together."""
    table = found.bounds
    decided = len(found.posterior.excluded) == len(table) - 1
    rows = tuple(
        (
            text(hypothesis(name)),
            *(text(share(cell(table, name, end), is_certain=decided)) for end in ("lower", "upper")),
        )
        for name in map(str, table.index)
    )
    ends = (
        "the least and the greatest there are" if table["exact"].all() else "the least and the greatest found by search"
    )
    caption = text(f"Bounds of the credences, {CONDITIONAL}: {ends}")
    grid = Grid(caption, heads("Hypothesis", "Least", "Greatest"), rows, frozenset({1, 2}))
    return Section(text("Everything at once: the bounds"), "bounds", (Paragraph(text(WORST_CASES)), grid))


# How it was computed -------------------------------------------------------------------------------------------------


def method(found: Findings) -> Section:
    """The engine, the sum to be added up again, the policies and the versions."""
    blocks = (Paragraph(_engine(found)), *_sum(found), _policies(found), Terms(_provenance(found)))
    return Section(text("How it was computed"), "method", blocks)


def _engine(found: Findings) -> Text:
    sampling = found.posterior.sampling
    chains, draws = counted(sampling.chains, "chain", "chains"), counted(sampling.draws, "draw", "draws")
    if found.posterior.method == "exact":
        computed = "Computed exactly, by summing over everything that is not known."
        spread = filled(" The spread comes from {} of {}, seed {}.", chains, draws, exactly(sampling.seed))
        return text(computed, spread) if has_ranges(found.case) else text(computed)
    how = (
        "Sampled with PyMC (NUTS): {} of {} after {} of tuning, seed {}. The draws passed all checks of convergence. "
        "Tables about assumptions, items and sources are computed exactly."
    )
    return filled(how, chains, draws, counted(sampling.tune, "step", "steps"), exactly(sampling.seed))


def _sum(found: Findings) -> Iterator[Block]:
    """Prior times likelihoods, to be done again by hand."""
    sums, factors, names = found.audit.sums, found.audit.log10_likelihoods, found.case.names
    rows = [(text("prior"), *(text(calculable(cell(sums, name, "prior"))) for name in names))]
    for component in map(str, factors.index):
        relative = " (relative)" if found.audit.components.at[component, "relative"] else ""
        likelihoods = (text(power(cell(factors, component, name))) for name in names)
        rows.append((text(Name(component, "component"), relative), *likelihoods))
    rows.append((text("joint"), *(text(power(cell(sums, name, "log10_joint"))) for name in names)))
    rows.append((text("credence"), *(text(_computed(found, name)) for name in names)))
    caption = text("Prior x likelihoods = joint; joint / sum of the joints = credence")
    yield Paragraph(text(THE_SUM))
    yield Grid(caption, heads("Factor", *map(hypothesis, names)), tuple(rows), frozenset(range(1, len(names) + 1)))
    yield Paragraph(_total(found))


def _computed(found: Findings, name: str) -> Figure:
    """A credence with the digits that adding up takes, also where it is too small for a double."""
    credence = cell(found.audit.sums, name, "credence")
    if credence > FAINT or credence == 0:
        return calculable(credence)
    return Figure(power(cell(found.audit.sums, name, "log10_joint") - log10_total(found.audit)).text, credence)


def _total(found: Findings) -> Text:
    if np.isnan(found.audit.log10_evidence):
        return text(
            "Where a factor is relative, it is a likelihood ratio to a reference hypothesis, and the sum of the joints "
            "is no probability."
        )
    total = power(found.audit.log10_evidence)
    return filled("The sum of the joints is the probability of all that was observed: {}.", total)


def _policies(found: Findings) -> Grid:
    """What nobody said and was taken all the same; what is the same, together."""
    together: dict[tuple[str, str], list[str]] = {}
    for address, default, meaning in found.audit.defaults.itertuples(name=None):
        together.setdefault((str(default), str(meaning)), []).append(str(address))
    rows = tuple(
        (text(Code(default)), text(Said(meaning)), _places(addresses))
        for (default, meaning), addresses in together.items()
    )
    return Grid(
        text("Policies and defaults: what was taken without being said"), heads("Taken", "Meaning", "Where"), rows
    )


def _places(addresses: list[str]) -> Text:
    shown = listed([text(Name(address, "address")) for address in addresses[:MOST_LISTED]], ", ")
    rest = len(addresses) - MOST_LISTED
    return filled("{} and {}", shown, counted(rest, "more", "more")) if rest > 0 else shown


def _provenance(found: Findings) -> tuple[tuple[str, Text], ...]:
    packages = listed([text(Code(f"{name} {version}")) for name, version in found.posterior.versions.items()], ", ")
    scale = SCALES[DEFAULT_SCALE]
    return (
        ("Scale of words", filled("{}: {} {}", Code(scale.id), Said(scale.citation), Said(scale.checked))),
        ("SHA-256 of the case", text(Code(found.audit.case_sha256))),
        ("Computed with", packages),
    )


# Every number --------------------------------------------------------------------------------------------------------


def numbers(found: Findings) -> Section:
    """Every assumption with what was written, its plausible range, and what moving it does."""
    intro = filled(EVERY_NUMBER, exactly(PLAIN_NUMBER_ODDS_FACTOR), hypothesis(found.leader))
    rows = tuple(_number_row(found, one) for one in assumptions(found.case))
    columns = heads("Address", "As stated", "Counts as", "Plausible range", "Swing, points", "Flip", "Decibans away")
    grid = Grid(text("All numbers, in the order of the case"), columns, rows, frozenset({2, 3, 4, 5, 6}))
    return Section(text("Every number"), "numbers", (Paragraph(intro), grid))


def _number_row(found: Findings, one: Assumption) -> tuple[Text, ...]:
    inputs = found.audit.inputs
    ends = (number(end) for end in (one.lower, one.upper))
    reach = text("none"), text("-")
    if found.flips.at[one.address, "reachable"]:
        at, distance = (cell(found.flips, one.address, column) for column in ("flip_at", "distance_db"))
        reach = text(number(at)), decibans(distance)[:1]
    return (
        text(Name(one.address, "address")),
        text(Said(str(inputs.at[one.address, "written"]))),
        text(number(cell(inputs, one.address, "used"))),
        filled("{} to {} {}", *ends, Aside(text(Said(str(inputs.at[one.address, "range"]))))),
        text(points(cell(found.swings, one.address, "swing"))),
        *reach,
    )


# Words ---------------------------------------------------------------------------------------------------------------


def words() -> Section:
    """What the words of the report mean."""
    return Section(text("Words used here"), "words", (Terms(tuple((word, text(said)) for word, said in GLOSSARY)),))
