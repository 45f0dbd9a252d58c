"""The same work with pgmpy's variable elimination: the network is built once, and a row of one table changed."""

from __future__ import annotations

import warnings

import numpy as np
from nodes import Change, Node

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # pgmpy imports names of its own that it has deprecated
    from pgmpy.factors.discrete import TabularCPD
    from pgmpy.inference import VariableElimination
    from pgmpy.models import DiscreteBayesianNetwork


class Kept:
    """One model and one elimination that are kept; tables are changed in place, which the elimination sees."""

    def __init__(self, made: list[Node], evidence: dict[str, str]) -> None:
        self.states = {node.name: node.states for node in made}
        self.tables = {node.name: _table(node, self.states) for node in made}
        self.parents = {node.name: node.parents for node in made}
        model = DiscreteBayesianNetwork([(parent, node.name) for node in made for parent in node.parents])
        model.add_cpds(*self.tables.values())
        self.elimination, self.evidence = VariableElimination(model), evidence

    def credence(self, change: Change) -> np.ndarray:
        places = [self.states[name].index(change.at[name]) for name in self.parents[change.node]]
        self.tables[change.node].values[(slice(None), *places)] = change.row
        found = self.elimination.query(["H"], evidence=self.evidence, show_progress=False)
        return np.asarray(found.values)


def _table(node: Node, states: dict[str, tuple[str, ...]]) -> TabularCPD:
    values = np.moveaxis(node.table, -1, 0).reshape(len(node.states), -1)
    return TabularCPD(
        node.name,
        len(node.states),
        values,
        evidence=list(node.parents),
        evidence_card=[len(states[parent]) for parent in node.parents],
        state_names={name: list(states[name]) for name in (node.name, *node.parents)},
    )
