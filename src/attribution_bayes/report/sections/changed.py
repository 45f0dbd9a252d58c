"""Two versions of a case: what each answers, what differs between them, and what each difference did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from attribution_bayes.arrays import Floats
from attribution_bayes.declare.address import HypothesisPart, parse, parse_part
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.panel import reworded
from attribution_bayes.declare.written import case_hash
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import CONDITIONAL
from attribution_bayes.errors import CaseError, TooLargeError, refusal
from attribution_bayes.odds import foremost, level
from attribution_bayes.panel.difference import difference
from attribution_bayes.report.render.document import (
    Aside,
    Block,
    Code,
    Folded,
    Grid,
    Listing,
    Name,
    Paragraph,
    Said,
    Section,
    Text,
    filled,
    heads,
    listed,
    text,
)
from attribution_bayes.report.words import (
    hypothesis,
    leads,
    named_part,
    reading,
    share_among,
    signed,
    unanswered,
)

SHARES = (
    "The parts are changed one after another until the old case has become the new one. A share is the mean, over the "
    "orders of the parts, of what a part changes when its turn comes; the shares add up to the whole change. Alone is "
    "what this change alone would make of the old case, where it can be made alone."
)

NOT_WHO_IS_RIGHT = "None of this says which of the two is right. It says which numbers to ask about first."

NOT_THE_SAME = (
    "The two cases do not say these in the same words (old / new). Everything below compares them as if they meant the "
    "same; if they do not, it means nothing."
)

SHORT_HASH = 12
"""Digits of the hash of a case by which people tell its versions apart."""


def version(case: Case) -> Code:
    """The first digits of the hash of a case."""
    return Code(case_hash(case)[:SHORT_HASH])


def before(old: Case, new: Case, credences: Floats) -> Text:
    """What an earlier version answered, and what this one does where another hypothesis leads now."""
    try:
        then = as_stated(network(old))
    except TooLargeError:
        return ()
    led, lead = foremost(then), foremost(credences)
    was, had = leads(old.names, then, leader="{} led", level="{} were tied"), share_among(then, led)
    if _ahead(old, then) == _ahead(new, credences):
        return filled("in which {} with {}", was, had)
    has = share_among(credences, lead)
    now = leads(new.names, credences, leader="{} leads", level="{} are tied")
    return filled("in which {} with {}; now {} with {}", was, had, now, has)


def since(old: Case, new: Case) -> Section:
    """What changed since an earlier version of a case.

    Raises
    ------
    CaseError
        ``E_HYPOTHESES`` if the two have no hypothesis in common, ``E_DATE`` if the earlier one is dated later.
    """
    when = Said(old.date.isoformat()) if old.date is not None else "the previous version"
    return Section(filled("What changed since {}", when), "since", tuple(_since(old, new)))


def since_by_reading(old: Mapping[str, Case], new: Mapping[str, Case]) -> Section:
    """The same of several readings, by their names.

    Raises
    ------
    CaseError
        As `since`, and ``E_UNKNOWN_NAME`` if no reading is in both.
    """
    both = [name for name in new if name in old]
    if not both:
        message = "none of its readings has the name of one of these."
        raise refusal("E_UNKNOWN_NAME", "previous", message, "Call a reading as it was called in the earlier version.")
    blocks: list[Block] = []
    for which, names in (("added", new.keys() - old.keys()), ("removed", old.keys() - new.keys())):
        if names:
            some = listed([text(reading(name)) for name in (*new, *old) if name in names])
            blocks.append(Paragraph(filled(f"Readings that were {which}: {{}}.", some)))
    blocks += [
        Section(filled("{}, then and now", reading(name)), f"since-{at}", tuple(_since(old[name], new[name])))
        for at, name in enumerate(both, start=1)
    ]
    return Section(text("What changed since the previous version"), "since", tuple(blocks))


def _since(old: Case, new: Case) -> Iterator[Block]:
    if not set(old.names) & set(new.names):
        message = "it has no hypothesis in common with the case."
        raise refusal("E_HYPOTHESES", "previous", message, "Give an earlier version of the same case.")
    if old.date is not None and new.date is not None and old.date > new.date:
        message = f"it is dated {old.date}, after the case itself ({new.date})."
        raise refusal("E_DATE", "previous", message, "Give the earlier version as `previous`.")
    by = filled(" by {}", Said(old.author)) if old.author is not None else ()
    on = filled(" on {}", Said(old.date.isoformat())) if old.date is not None else ()
    stated_so = text(", stated", by, on) if by or on else ()
    yield Paragraph(
        filled("The old case is version {}{}; the new one is version {}.", version(old), stated_so, version(new))
    )
    yield from asked_otherwise(old, new)
    try:
        table = difference(old, new)
    except (CaseError, TooLargeError) as error:
        yield unanswered(text("What each change did"), error)
        return
    yield from then_and_now({"old": old, "new": new}, table)
    yield from what_changed(table)
    if len(table):
        yield Folded(
            text("What the two state, and how the shares are meant"),
            f"stated-{case_hash(old)[:SHORT_HASH]}",
            (*how_shared(table), stated(table)),
        )


def _ahead(case: Case, credences: Floats) -> set[str]:
    return {name for name, one in zip(case.names, level(credences), strict=True) if one}


def is_of_the_same(old: Case, new: Case) -> bool:
    """Whether two versions ask the same question about the same hypotheses, by what is written of them."""
    parts = map(parse_part, reworded({"old": old, "new": new}))
    return old.question == new.question and not any(isinstance(one, HypothesisPart) for one in parts)


def asked_otherwise(old: Case, new: Case) -> Iterator[Block]:
    """What the two cases ask and state in other words, one beside the other."""
    told = [
        filled("{}: {} / {}", named_part(address), Said(each["old"]), Said(each["new"]))
        for address, each in reworded({"old": old, "new": new}).items()
    ]
    if old.question != new.question:
        told.insert(0, filled("the question: {} / {}", Said(old.question), Said(new.question)))
    if told:
        yield Paragraph(text(NOT_THE_SAME), "caution")
        yield Listing(tuple(told))


def then_and_now(cases: Mapping[str, Case], table: pd.DataFrame) -> tuple[Block, ...]:
    """The answers of the old case and of the new one."""
    credences = {which: as_stated(network(case)) for which, case in cases.items()}
    ahead = [
        leads(case.names, credences[which], leader="{} leads", level="{} are tied") for which, case in cases.items()
    ]
    same = [("both cases", ahead[0])] if ahead[0] == ahead[1] else []
    each = same or [(f"the {which} case", found) for which, found in zip(cases, ahead, strict=True)]
    lead = [filled(f"In {which} {{}}. ", found) for which, found in each]
    rows = tuple(
        (text(hypothesis(name)), *(_credence(case, name, credences[which]) for which, case in cases.items()))
        for name in dict.fromkeys(name for case in cases.values() for name in case.names)
    )
    grid = Grid(text(f"Credences, {CONDITIONAL}"), heads("Hypothesis", "Old", "New"), rows, frozenset({1, 2}))
    attrs = table.attrs
    rival = "all others together" if attrs["against"] == "all others" else hypothesis(attrs["against"])
    odds = filled(
        "Log odds of {} against {}: {} decibans in the old case, {} in the new one, a change of {}.",
        *(hypothesis(attrs["target"]), rival, *(signed(attrs[one]) for one in ("old_db", "new_db", "change_db"))),
    )
    return Paragraph(text(*lead), "lead"), grid, Paragraph(odds)


def _credence(case: Case, name: str, credences: np.ndarray) -> Text:
    return text(share_among(credences, case.names.index(name)) if name in case.names else "not listed")


def what_changed(table: pd.DataFrame) -> Iterator[Block]:
    """Every change, and what it did."""
    if table.empty:
        yield Paragraph(text("Nothing differs."))
        return
    rows = tuple(
        (
            _part(str(address)),
            text(row["change"]),
            text(signed(row["share_db"])),
            text(signed(row["alone_db"])),
        )
        for address, row in table.iterrows()
    )
    columns = heads("Part", "Change", "Share", "Alone")
    caption = text("Every change, the greatest share first, in decibans")
    yield Grid(caption, columns, rows, frozenset({2, 3}))


def how_shared(table: pd.DataFrame) -> tuple[Block, ...]:
    """How the shares are meant and were computed, and what they do not say."""
    method = f"The shares are those of {table.attrs['method']}."
    sampled = table["mcse"].max()
    if sampled > 0:
        method = f"The orders were drawn (seed {table.attrs['seed']}): standard error at most {sampled:.2g} decibans."
    return tuple(Paragraph(text(one)) for one in (SHARES, method, NOT_WHO_IS_RIGHT))


def stated(table: pd.DataFrame) -> Listing:
    """What the two cases state of each part that differs."""
    return Listing(tuple(_stated(str(address), row["old"], row["new"]) for address, row in table.iterrows()))


def _part(address: str) -> Text:
    """What stands at an address, as people call it, and behind it the address."""
    number, stands = parse(address), Name(address, "address")
    if number is not None:
        return text(stands, " ", Aside(named_part(str(number.part))))
    called = named_part(address)
    return called if called in (text(address), text(stands)) else text(called, " ", Aside(text(stands)))


def _stated(address: str, old: str, new: str) -> Text:
    """What the two cases state of a part."""
    sides = (text(" ", Aside(text(f"{which}: ", Said(said)))) for which, said in (("old", old), ("new", new)) if said)
    return text(Name(address, "address") if parse(address) else named_part(address), *sides)
