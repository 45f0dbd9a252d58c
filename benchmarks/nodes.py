"""A case of plain numbers as the nodes of a Bayesian network, as somebody would write it down for another library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import attribution_bayes as ab

BINARY = ("True", "False")


@dataclass(frozen=True, eq=False)
class Node:
    """One variable: the table has an axis for each parent, in their order, and one for its own states."""

    name: str
    states: tuple[str, ...]
    parents: tuple[str, ...]
    table: np.ndarray


def nodes(case: ab.Case) -> list[Node]:
    """H, the sources, the items and their reports, parents before children."""
    k = len(case.names)
    prior = np.array([case.prior[name] for name in case.names])
    made = [Node("H", case.names, (), prior / prior.sum())]
    for source in case.sources:
        made.append(Node(source.name, BINARY, (), _both(np.array(source.reliability))))
    for item in case.evidence:
        table = np.array([_numbers(item.likelihood[name]) for name in case.names])
        made.append(Node(item.name, BINARY, ("H", *item.given), _both(table.reshape(k, *[2] * len(item.given)))))
        for report in item.reports:
            made.append(_report(case, item, report))
    return made


def evidence(case: ab.Case) -> dict[str, str]:
    """What was observed, and what was said."""
    found = {item.name: str(item.observed) for item in case.evidence if item.observed is not None}
    said = {f"{item.name}_{r.source}": str(r.says) for item in case.evidence for r in item.reports}
    return found | said


@dataclass(frozen=True)
class Change:
    """A row of one node's table, and what it is set to."""

    node: str
    at: dict[str, str]
    row: list[float]


def change(made: list[Node], address: str, value: float) -> Change:
    """The row that an assumption stands in, with another value; of the prior the others in proportion."""
    match address.split("."):
        case ["prior", name]:
            states, prior = made[0].states, made[0].table
            place = states.index(name)
            others = np.delete(prior, place).sum()
            return Change("H", {}, [value if i == place else p * (1 - value) / others for i, p in enumerate(prior)])
        case ["source", name, "reliability"]:
            return Change(name, {}, [value, 1 - value])
        case ["evidence", name, "likelihood", hypothesis, *path]:
            parents = next(node.parents for node in made if node.name == name)
            return Change(name, dict(zip(parents, [hypothesis, *path], strict=True)), [value, 1 - value])
    raise ValueError(address)


def _both(chance: np.ndarray) -> np.ndarray:
    return np.stack([chance, 1 - chance], axis=-1)


def _numbers(entry: Any) -> Any:
    return [_numbers(entry[state]) for state in (True, False)] if isinstance(entry, Mapping) else float(entry)


def _report(case: ab.Case, item: ab.Evidence, report: ab.Report) -> Node:
    """Axes: hypothesis, whether the item holds, whether the source is reliable, what it says."""
    source = next(one for one in case.sources if one.name == report.source)
    invented = source.if_unreliable
    stated = [invented[name] if isinstance(invented, Mapping) else invented for name in case.names]
    says_true = np.empty((len(case.names), 2, 2))
    says_true[:, :, 0] = [1.0, 0.0]
    says_true[:, :, 1] = np.array(stated)[:, None]
    return Node(f"{item.name}_{source.name}", BINARY, ("H", item.name, source.name), _both(says_true))
