"""How tests read a report: every text of it, every number in it, and what the library says independently."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

import attribution_bayes as ab
from attribution_bayes.declare.parameters import parameters
from attribution_bayes.engine.network import network
from attribution_bayes.errors import TooLargeError
from attribution_bayes.report.render.document import (
    Aside,
    Block,
    Code,
    Document,
    Figure,
    Grid,
    Inline,
    Link,
    Listing,
    Move,
    Name,
    Paragraph,
    Picture,
    Said,
    Section,
    Shade,
    Sliders,
    Strong,
    Terms,
    Text,
    text,
)


def texts(blocks: tuple[Block, ...] | Document) -> Iterator[Text]:
    """Every text of a report: sentences, cells, heads, captions."""
    if isinstance(blocks, Document):
        yield from texts(blocks.opening)
        yield from texts(blocks.sections)
        return
    for block in blocks:
        match block:
            case Paragraph(words, _):
                yield words
            case Listing(points, _):
                yield from points
            case Grid(caption, columns, rows, _):
                yield caption
                yield from columns
                yield from (cell for row in rows for cell in row)
            case Terms(entries):
                for word, meaning in entries:
                    yield text(word)
                    yield meaning
            case Picture(_, _, caption):
                yield caption
            case Section(title, _, inner):
                yield title
                yield from texts(inner)
            case Sliders():
                pass


def parts(words: Text) -> Iterator[Inline]:
    """The parts of a text, those inside of others too."""
    for part in words:
        if isinstance(part, Strong | Shade | Aside | Link):
            yield from parts(part.parts)
        else:
            yield part


def marked(words: Text) -> str:
    """A text with what stands in it in place of the names and numbers."""
    return "".join(map(_mark, parts(words)))


def _mark(part: Inline) -> str:
    match part:
        case str():
            return part
        case Name(_, of):
            return f"<{of}>"
        case Figure():
            return "<figure>"
        case Said():
            return "<said>"
        case Code():
            return "<code>"
        case Move():
            return ""
        case _:
            raise AssertionError(part)


def pictures(blocks: tuple[Block, ...]) -> Iterator[Picture]:
    for block in blocks:
        if isinstance(block, Picture):
            yield block
        elif isinstance(block, Section):
            yield from pictures(block.blocks)


def results(posterior: ab.Posterior) -> np.ndarray:
    """Every number that the library gives of a posterior, sorted: what a report may print."""
    case, leader = posterior.case, foremost(posterior)
    found: list[Any] = [posterior.credence, posterior.prior, posterior.mcse, posterior.mcse.max()]
    flips, audit = ab.flip_points(case, leader), ab.audit(posterior)
    tables = [posterior.summary(), flips, ab.one_way(case, leader), ab.credence_bounds(case)]
    tables += [audit.sums, audit.log10_likelihoods, audit.inputs]
    tables += [ab.robustness(case), ab.fewest(case), *_that_fit(case)]
    found += [list(ab.fewest(case).attrs["counts"].values()), ab.discount(case).attrs["lead_from"]]
    found += [table.select_dtypes("number").to_numpy() for table in tables]
    found += [100 * ab.one_way(case, leader)["swing"]]  # in percentage points
    found += [parameter.meaning.mean for parameter in parameters(case)]
    found += [[one.lower, one.upper] for one in ab.assumptions(case)]
    found += [audit.log10_evidence, *_derived(posterior, flips, audit.sums["credence"].to_numpy())]
    return np.unique(np.concatenate([np.ravel(np.asarray(one, dtype=float)) for one in found]))


def foremost(posterior: ab.Posterior) -> str:
    """Whom the tables of a report are about."""
    return posterior.leader or posterior.tied[0]


def _that_fit(case: ab.Case) -> Iterator[pd.DataFrame]:
    for table in (
        ab.structure,
        ab.leave_one_out,
        ab.expected_information,
        ab.beliefs,
        *(partial(ab.weight_of_evidence, for_=name) for name in case.names),
    ):
        try:
            yield table(case)
        except TooLargeError:
            continue


def _derived(posterior: ab.Posterior, flips: pd.DataFrame, exact: np.ndarray) -> Iterator[Any]:
    """What follows from these: odds, doubt, factors of decibans, counts and settings."""
    case, leader = posterior.case, foremost(posterior)
    place = case.names.index(leader)
    yield sum(one for one in posterior.credence.values if one < posterior.credence.values.max() * (1 - 1e-9))
    with np.errstate(divide="ignore", invalid="ignore"):
        for credences in (posterior.credence.values, posterior.prior.values, exact):
            rest = np.delete(credences, place).sum()
            yield [rest, 10 * np.log10(credences[place]) - 10 * np.log10(rest)]
        yield -(exact[exact > 0] * np.log2(exact[exact > 0])).sum()
        yield 10 ** (np.minimum(flips["distance_db"].to_numpy(dtype=float), 400) / 10)
        try:
            weights = ab.weight_of_evidence(case, leader)["weight"].to_numpy(dtype=float)
            yield 10 ** (np.minimum(abs(weights), 400) / 10)
        except TooLargeError:
            pass
    sampling = posterior.sampling
    yield [sampling.draws, sampling.tune, sampling.chains, sampling.seed, sampling.target_accept, 0.9, 2.0]
    can = int(flips["reachable"].sum())
    ends = {one.address: (one.lower, one.upper) for one in ab.assumptions(case)}
    inside = [low <= flips.at[address, "flip_at"] <= high for address, (low, high) in ends.items()]
    yield [can, len(flips) - can, sum(inside)]
    yield np.arange(len(network(case).inputs.addresses) + 10)  # "and 12 more"


def is_among(value: float, numbers: np.ndarray) -> bool:
    """Whether a number is one of these, but for the order in which something was added up.

    A small difference of numbers near 1 has an error of their last digit.
    """
    if not np.isfinite(value):
        return bool(np.isnan(value)) or value in numbers
    at = np.searchsorted(numbers, value)
    near = numbers[max(at - 1, 0) : at + 2]
    return bool(np.isclose(near, value, rtol=1e-12, atol=1e-14).any())
