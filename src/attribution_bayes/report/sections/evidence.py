"""The evidence: every item, who asserts it, and its weight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from attribution_bayes.declare.address import ItemPart, LikelihoodOf, SameLikelihoodOf
from attribution_bayes.declare.parameters import Parameter, error_address
from attribution_bayes.declare.parts import Evidence
from attribution_bayes.declare.ways import Ratios
from attribution_bayes.engine.audit import in_words
from attribution_bayes.errors import TooLargeError
from attribution_bayes.report.analysis import Analysis, cell
from attribution_bayes.report.render.document import (
    Aside,
    Block,
    Folded,
    Grid,
    Listing,
    Paragraph,
    Pictures,
    Said,
    Section,
    Shade,
    Strong,
    Text,
    filled,
    heads,
    listed,
    text,
)
from attribution_bayes.report.sections.links import cause_link, item_link, source_link
from attribution_bayes.report.words import (
    ended,
    hypothesis,
    item,
    missing,
    number,
    outcome,
    outcome_named,
    says,
    signed,
    weight,
    without,
)

HOW_WEIGHTS_READ = (
    "A weight says how many times likelier what was observed is under {} than under the others, in decibans: plus for, "
    "minus against. It does not say how likely a hypothesis is. Items are taken in the order of the case, each given "
    "those above it; where items share a source or depend on one another, only their sum has a meaning of its own. "
    "Prior odds and weights add up to the posterior odds."
)


HOW_MATRIX_READS = (
    "Plus: what was observed speaks for this hypothesis, against the others together; minus: against. Three decibans "
    "are about a factor of two, ten a factor of ten. Each item is weighed given those above it."
)

MAX_JOINED = 2
"""Items beyond which those that speak together with one are not listed, if they are all the others."""

MAX_STATEMENT = 120
"""Letters of a statement that stand in a row of the table of items by hypotheses."""

MAX_COLUMNS = 8
"""Hypotheses beyond which a table of items by hypotheses has no room on a page."""


def evidence(analysis: Analysis, pictures: Pictures) -> Section:
    """Every item, with who asserts it, its likelihoods as stated, and its weight."""
    title = text("The evidence")
    if not analysis.case.evidence:
        return Section(title, "evidence", (Paragraph(text("There is no evidence: the credences are the prior.")),))
    intro = Paragraph(filled(HOW_WEIGHTS_READ, hypothesis(analysis.leader)))
    items = (_item_section(analysis, one) for one in analysis.case.evidence)
    blocks = (intro, *_weights(analysis), *pictures.get("evidence", ()))
    added = Folded(text("How the weights add up"), "weights", blocks)
    return Section(title, "evidence", (*_matrix(analysis), added, *items))


def _matrix(analysis: Analysis) -> Iterator[Block]:
    """Items by hypotheses: the weight of each item for each hypothesis, and who says so."""
    table, names = analysis.matrix, analysis.case.names
    if isinstance(table, TooLargeError) or len(names) > MAX_COLUMNS:
        return
    yield Paragraph(text(HOW_MATRIX_READS))
    rows = tuple(_matrix_row(table, one, names) for one in analysis.case.evidence)
    columns = heads("Item", *map(hypothesis, names), "Who says so")
    caption = text("Decibans for each hypothesis against all others together")
    yield Grid(caption, columns, rows, frozenset(range(1, len(names) + 1)))


def _matrix_row(table: pd.DataFrame, one: Evidence, names: Sequence[str]) -> tuple[Text, ...]:
    if one.name not in table.index:
        return _said(one), *(text("-") for _ in names), text("open")
    weights = (cell(table, one.name, name) for name in names)
    said = listed([text(source_link(report.source)) for report in one.reports], ", ") or text("taken as observed")
    return _said(one), *(text(Shade(text(signed(size)), size)) for size in weights), said


def _said(one: Evidence) -> Text:
    """The item with its statement, and how it came out where that is not as stated."""
    seen = () if one.observed in (True, None) else filled("Observed to be {}: ", outcome(one.observed))
    return text(item_link(one.name), Aside(text(seen, Said(_first(one.statement)))))


def _first(statement: str) -> str:
    """The beginning of a statement, all of which stands with its item below."""
    line = " ".join(statement.split())
    begun = line[:MAX_STATEMENT]
    return line if line == begun else f"{begun.rpartition(' ')[0] or begun} …"


def _weights(analysis: Analysis) -> Iterator[Block]:
    table = analysis.weights
    if isinstance(table, TooLargeError):
        yield missing("Weights of the items", table)
        return
    rows = [(text("prior odds"), text("-"), text(signed(analysis.prior_db)))]
    for name in map(str, table.index):
        others = table.index[(table["dependent_items"] == table.at[name, "dependent_items"]) & (table.index != name)]
        joined = listed([text(item_link(str(other))) for other in others], ", ") if len(others) else text("-")
        if len(others) == len(table) - 1 > MAX_JOINED:
            joined = text("all the others")
        rows.append((text(item_link(name)), joined, text(signed(cell(table, name, "weight")))))
    rows.append((text("posterior odds"), text("-"), text(signed(analysis.posterior_db))))
    caption = filled("Decibans for {} against all others together", hypothesis(analysis.leader))
    columns = heads("Item", "Speaks together with", "Weight, given the items above")
    yield Grid(caption, columns, tuple(rows), frozenset({2}))


def _item_section(analysis: Analysis, one: Evidence) -> Folded:
    blocks: list[Block] = [Paragraph(text(Said(one.statement)), "quote"), Paragraph(_standing(analysis, one))]
    blocks += [Listing(tuple(says(report) for report in one.reports))] if one.reports else []
    blocks += [_likelihoods(analysis, one)]
    if not isinstance(analysis.weights, TooLargeError) and one.name in analysis.weights.index:
        heavy = weight(one, cell(analysis.weights, one.name, "weight"), analysis.leader)
        blocks.append(Paragraph(text(heavy, without(analysis, ItemPart(one.name)))))
    return Folded(text(item(one.name)), f"item-{one.name}", tuple(blocks))


def _standing(analysis: Analysis, one: Evidence) -> Text:
    """How the item enters: observed, reported or open; when, from where, and on what it depends."""
    parts = [filled("Dated {}. ", Said(one.date.isoformat()))] if one.date is not None else []
    parts.append(filled("Citation: {}. ", ended(one.citation)) if one.citation else text("No citation is given. "))
    if one.given:
        parts.append(filled("Its likelihood depends on {}. ", listed([text(item_link(name)) for name in one.given])))
    if error_address(analysis.case, one) is not None:
        parts.append(text("It may have been misunderstood: then it says nothing. "))
    if (cause := analysis.case.causes.get(one.name)) is not None:
        parts.append(filled("A common cause may stand behind it: {}. ", cause_link(cause.name)))
    return text(*parts, _observed(analysis, one))


def _observed(analysis: Analysis, one: Evidence) -> Text:
    if one.reports:
        return text("It is not taken as observed. What is said of it:")
    if one.observed is not None:
        return filled("Taken as observed: {}.", Strong(text(outcome(one.observed))))
    children = [text(item_link(other.name)) for other in analysis.case.evidence if one.name in other.given]
    if children:
        through = "Nobody has observed it: each way it may have been is weighed. It matters through {}."
        return filled(through, listed(children))
    return text("Nobody has observed it: it changes nothing, and is listed for what could be learned.")


def _likelihoods(analysis: Analysis, one: Evidence) -> Grid:
    stated = ((parameter, parameter.address) for parameter in analysis.parameters.values())
    rows = [
        _stated_row(parameter, address, one)
        for parameter, address in stated
        if isinstance(address, LikelihoodOf | SameLikelihoodOf) and address.item == one.name
    ]
    if isinstance(one.likelihood, Ratios):
        caption = filled("How many times likelier it is than under {}", hypothesis(str(one.likelihood.reference)))
    else:
        caption = text(
            "How likely it is to be true" if one.is_binary else "How likely each outcome is", " under each hypothesis"
        )
    return Grid(caption, heads("Under", "As stated", "Counts as"), tuple(rows), frozenset({2}))


def _stated_row(parameter: Parameter, address: LikelihoodOf | SameLikelihoodOf, one: Evidence) -> tuple[Text, ...]:
    under = text(hypothesis(address.hypothesis) if isinstance(address, LikelihoodOf) else "every hypothesis")
    outcomes = address.outcomes
    above = [
        filled(", {} {}", item(parent), outcome_named(word)) for parent, word in zip(one.given, outcomes, strict=False)
    ]
    turns_out = [filled(": {}", outcome_named(outcomes[-1]))] if len(outcomes) > len(one.given) else []
    counts_as = number(parameter.meaning.mean)
    return text(under, *above, *turns_out), text(Said(in_words(parameter))), text(counts_as)
