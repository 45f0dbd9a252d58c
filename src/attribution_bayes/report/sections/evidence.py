"""What a report says of the evidence: the items, who asserts them, the sources, and what has not been learned yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import Slot
from attribution_bayes.declare.parts import Evidence, Source
from attribution_bayes.declare.ways import Ratios
from attribution_bayes.engine.audit import in_words
from attribution_bayes.errors import TooLargeError
from attribution_bayes.odds import entropy
from attribution_bayes.report.findings import Findings, cell, credences_of
from attribution_bayes.report.render.document import (
    Block,
    Grid,
    Link,
    Listing,
    Paragraph,
    Picture,
    Said,
    Section,
    Strong,
    Text,
    filled,
    heads,
    listed,
    text,
)
from attribution_bayes.report.words import (
    bits,
    hypothesis,
    instead,
    item,
    leads,
    number,
    outcome,
    outcome_named,
    reports_of,
    says,
    share,
    share_among,
    shares,
    signed,
    source,
    weight,
)

type Pictures = Mapping[str, Sequence[Picture]]
"""Pictures by the section that shows them."""

HOW_WEIGHTS_READ = (
    "A weight says how many times likelier what was observed is under {} than under the others, in decibans: plus for, "
    "minus against. It does not say how likely a hypothesis is. Items are taken in the order of the case, each given "
    "those above it; where items share a source or depend on one another, only their sum has a meaning of its own. "
    "Prior odds and weights add up to the posterior odds."
)

ONE_STATE = (
    "A source is reliable or not, once for all its reports: five reports by one source are not five witnesses. If it "
    "is not reliable, it says what serves it, or the opposite, whatever holds. What serves it is that an item is true, "
    "unless it is told otherwise beside the report."
)

ERRING_ANEW = "A source with two error rates errs anew in each report, as a test does."

WHAT_IS_STATED = {
    "reliability": "its reports follow the facts",
    "if_unreliable": "it says what serves it when they do not",
    "says_true_if_true": "it says True of what is true",
    "says_true_if_false": "it says True of what is false",
}

OPEN_FACTS = (
    "Some facts are open: nobody has observed them, or they are known from reports alone. The table says what learning "
    "each of them would be expected to bring, in bits of the {} bits of doubt that are left, and what {} would have "
    "then."
)


# Items ---------------------------------------------------------------------------------------------------------------


def evidence(found: Findings, pictures: Pictures) -> Section:
    """Every item, with who asserts it, its likelihoods as stated, and its weight."""
    title = text("The evidence")
    if not found.case.evidence:
        return Section(title, "evidence", (Paragraph(text("There is no evidence: the credences are the prior.")),))
    intro = Paragraph(filled(HOW_WEIGHTS_READ, hypothesis(found.leader)))
    items = (_item_section(found, one) for one in found.case.evidence)
    return Section(title, "evidence", (intro, *_weights(found), *pictures.get("evidence", ()), *items))


def _weights(found: Findings) -> Iterator[Block]:
    table = found.weights
    if isinstance(table, TooLargeError):
        yield missing("Weights of the items", table)
        return
    rows = [(text("prior odds"), text("-"), text(signed(found.prior_db)))]
    for name in map(str, table.index):
        others = table.index[(table["dependent_items"] == table.at[name, "dependent_items"]) & (table.index != name)]
        joined = listed([text(item_link(str(other))) for other in others], ", ") if len(others) else text("-")
        rows.append((text(item_link(name)), joined, text(signed(cell(table, name, "weight")))))
    rows.append((text("posterior odds"), text("-"), text(signed(found.posterior_db))))
    caption = filled("Decibans for {} against all others together", hypothesis(found.leader))
    columns = heads("Item", "Speaks together with", "Weight, given the items above")
    yield Grid(caption, columns, tuple(rows), frozenset({2}))


def item_link(name: str) -> Link:
    """A link to where an item is told of."""
    return Link(text(item(name)), f"#item-{name}")


def missing(what: str, error: TooLargeError) -> Paragraph:
    """Why a table is not there."""
    sources = listed([text(source(name)) for name in error.sources], ", ")
    joined = filled(" It is joined by {}.", sources) if error.sources else ""
    return Paragraph(
        filled("{}: not computed, as one group of items that speak together is too large.{}", what, joined)
    )


def _item_section(found: Findings, one: Evidence) -> Section:
    blocks: list[Block] = [Paragraph(text(Said(one.statement)), "quote"), Paragraph(_standing(found, one))]
    blocks += [Listing(tuple(says(report) for report in one.reports))] if one.reports else []
    blocks += [_likelihoods(found, one)]
    if not isinstance(found.weights, TooLargeError) and one.name in found.weights.index:
        heavy = weight(one, cell(found.weights, one.name, "weight"), found.leader)
        blocks.append(Paragraph(text(heavy, _without(found, f"evidence.{one.name}"))))
    return Section(text(item(one.name)), f"item-{one.name}", tuple(blocks))


def _standing(found: Findings, one: Evidence) -> Text:
    """How the item enters: observed, reported or open; when, from where, and on what it depends."""
    parts = [filled("Dated {}. ", Said(one.date.isoformat()))] if one.date is not None else []
    parts.append(filled("Citation: {}. ", Said(one.citation)) if one.citation else text("No citation is given. "))
    if one.given:
        parts.append(filled("Its likelihood depends on {}. ", listed([text(item_link(name)) for name in one.given])))
    return text(*parts, _observed(found, one))


def _observed(found: Findings, one: Evidence) -> Text:
    if one.reports:
        return text("It is not taken as observed. What is said of it:")
    if one.observed is not None:
        return filled("Taken as observed: {}.", Strong(text(outcome(one.observed))))
    children = [text(item_link(other.name)) for other in found.case.evidence if one.name in other.given]
    if children:
        through = "Nobody has observed it: each way it may have been is weighed. It matters through {}."
        return filled(through, listed(children))
    return text("Nobody has observed it: it changes nothing, and is listed for what could be learned.")


def _without(found: Findings, address: str) -> Text:
    """What the answer would be if this were left out."""
    table = found.left_out
    if isinstance(table, TooLargeError) or address not in table.index:
        return ()
    row = table.loc[address]
    return filled(" Without it, {}.", instead(found, credences_of(found, row)))


def _likelihoods(found: Findings, one: Evidence) -> Grid:
    prefix = f"evidence.{one.name}.likelihood."
    stated = [slot for address, slot in found.slots.items() if address.startswith(prefix)]
    rows = [_stated_row(slot, slot.address.removeprefix(prefix), one) for slot in stated]
    if isinstance(one.likelihood, Ratios):
        caption = filled("How many times likelier it is than under {}", hypothesis(str(one.likelihood.reference)))
    else:
        caption = text(
            "How likely it is to be true" if one.is_binary else "How likely each outcome is", " under each hypothesis"
        )
    return Grid(caption, heads("Under", "As stated", "Counts as"), tuple(rows), frozenset({2}))


def _stated_row(slot: Slot, path: str, one: Evidence) -> tuple[Text, ...]:
    name, *outcomes = path.split(".")
    above = [
        filled(", {} {}", item(parent), outcome_named(word)) for parent, word in zip(one.given, outcomes, strict=False)
    ]
    turns_out = [filled(": {}", item(outcomes[-1]))] if len(outcomes) > len(one.given) else []
    counts_as = number(slot.meaning.mean)
    return text(hypothesis(name), *above, *turns_out), text(Said(in_words(slot))), text(counts_as)


# Sources -------------------------------------------------------------------------------------------------------------


def sources(found: Findings) -> Section:
    """Every source: what it is, what it says, how far it is believed, and the answer without it."""
    title = text("The sources")
    if not found.case.sources:
        nothing = text("No source is named: every item is taken as observed, or is open.")
        return Section(title, "sources", (Paragraph(nothing),))
    parts = (_source_section(found, one) for one in found.case.sources)
    told = text(_how_sources_err(found.case))
    return Section(title, "sources", (Paragraph(told), *_without_sources(found), *parts))


def _how_sources_err(case: Case) -> str:
    kinds = {one.errs_anew for one in case.sources}
    return " ".join([ONE_STATE] * (False in kinds) + [ERRING_ANEW] * (True in kinds))


def _without_sources(found: Findings) -> Iterator[Block]:
    table = found.left_out
    if isinstance(table, TooLargeError):
        yield missing("The answer without each source", table)
        return
    rows = [(text("nothing"), *shares(found.exact), text("-"))]
    for one in found.case.sources:
        if (address := f"source.{one.name}") in table.index:
            changed = text(signed(cell(table, address, "change_db")))
            rows.append((text(source_link(one.name)), *shares(credences_of(found, table.loc[address])), changed))
    columns = heads("Left out", *map(hypothesis, found.case.names), "Change, decibans")
    caption = filled("The credences without each source; decibans for {}", hypothesis(table.attrs["for"]))
    yield Grid(caption, columns, tuple(rows), frozenset(range(1, len(columns))))


def source_link(name: str) -> Link:
    """A link to where a source is told of."""
    return Link(text(source(name)), f"#source-{name}")


def part(address: str) -> Text:
    """What stands at an address that can be left out or be built otherwise."""
    match address.split("."):
        case ["source", name]:
            return text(source_link(name))
        case ["hypotheses", name]:
            return text(hypothesis(name))
        case ["evidence", name]:
            return text(item_link(name))
        case ["evidence", name, "given", parent]:
            return filled("{} given {}", item_link(name), item_link(parent))
        case ["evidence", name, "reports", speaker]:
            return filled("report of {} by {}", item_link(name), source_link(speaker))
        case _:
            raise AssertionError(address)


def _source_section(found: Findings, one: Source) -> Section:
    prefix = f"source.{one.name}."
    stated = [slot for address, slot in found.slots.items() if address.startswith(prefix)]
    rows = tuple(_source_row(slot, slot.address.removeprefix(prefix)) for slot in stated)
    grid = Grid(text("How far it is believed"), heads("What", "As stated", "Counts as"), rows, frozenset({2}))
    told = text(reports_of(found.case, one), _without(found, f"source.{one.name}"))
    blocks = (Paragraph(text(Said(one.statement)), "quote"), Paragraph(told), grid)
    return Section(text(source(one.name)), f"source-{one.name}", blocks)


def _source_row(slot: Slot, path: str) -> tuple[Text, ...]:
    field, *under = path.split(".")
    head = text(WHAT_IS_STATED[field], *(filled(", under {}", hypothesis(name)) for name in under))
    return head, text(Said(in_words(slot))), text(number(slot.meaning.mean))


# What to learn next --------------------------------------------------------------------------------------------------


def learning(found: Findings) -> Section:
    """Which open facts would tell most, if they became known."""
    table, title = found.information, text("What to learn next")
    if isinstance(table, TooLargeError):
        return Section(title, "learn", (missing("What each open fact would tell", table),))
    if table.empty:
        nothing = text("No fact of this case is open: every item is taken as observed.")
        return Section(title, "learn", (Paragraph(nothing),))
    intro = Paragraph(filled(OPEN_FACTS, bits(float(entropy(found.exact))), hypothesis(found.leader)))
    rows = tuple(_learning_row(found, key, table.loc[key]) for key in table.index)
    columns = heads("If it were learned that", "Chance of that", "Credence then", "Leads then", "Bits expected")
    caption = filled("Open facts, the most telling first; credences of {}", hypothesis(found.leader))
    return Section(title, "learn", (intro, Grid(caption, columns, rows, frozenset({1, 2, 4}))))


def _learning_row(found: Findings, key: Any, row: Any) -> tuple[Text, ...]:
    name, came_out = key
    head, gain = filled("{} is {}", item_link(name), outcome(came_out)), text(bits(float(row["information"])))
    chance = text(share(float(row["probability"])))
    if not row["probability"] > 0:
        return head, chance, text("-"), text("excluded"), gain
    credences = credences_of(found, row)
    return head, chance, text(share_among(credences, found.place)), leads(found.case.names, credences), gain
