"""The same work with pyAgrum's lazy propagation: the network is built once, and a row of one table changed."""

from __future__ import annotations

import numpy as np
import pyagrum
from nodes import Change, Node


def built(made: list[Node]) -> pyagrum.BayesNet:
    net = pyagrum.BayesNet()
    for node in made:
        net.add(pyagrum.LabelizedVariable(node.name, "", list(node.states)))
        for parent in reversed(node.parents):  # the table's first parent is then the slowest, as in C order
            net.addArc(parent, node.name)
        net.cpt(node.name).fillWith(node.table.ravel().tolist())
    return net


class Anew:
    """A new inference for each question, as the tutorials do it."""

    def __init__(self, made: list[Node], evidence: dict[str, str]) -> None:
        self.net, self.evidence = built(made), evidence

    def credence(self, change: Change) -> np.ndarray:
        set_row(self.net, change)
        return np.array(inference(self.net, self.evidence).posterior("H").tolist())


class Kept:
    """One inference that is kept.

    It does not see that a table was changed, but looks again when evidence is entered. Where the table is of an
    observed node, that node's evidence is enough, and it does the rest once again for that node only.
    """

    def __init__(self, made: list[Node], evidence: dict[str, str]) -> None:
        self.net, self.evidence = built(made), evidence
        self.states = {node.name: node.states for node in made}
        self.inference = inference(self.net, evidence)

    def credence(self, change: Change) -> np.ndarray:
        set_row(self.net, change)
        seen = self.evidence.get(change.node)
        if seen is None:
            self.inference.eraseAllEvidence()
            self.inference.setEvidence(self.evidence)
        else:
            self.inference.chgEvidence(change.node, next(one for one in self.states[change.node] if one != seen))
            self.inference.chgEvidence(change.node, seen)
        self.inference.makeInference()
        return np.array(self.inference.posterior("H").tolist())


def inference(net: pyagrum.BayesNet, evidence: dict[str, str]) -> pyagrum.LazyPropagation:
    """With one thread, and the hypothesis as the only target: both are faster on networks of this size."""
    propagation = pyagrum.LazyPropagation(net)
    propagation.setNumberOfThreads(1)
    propagation.setTargets({"H"})
    propagation.setEvidence(evidence)
    propagation.makeInference()
    return propagation


def set_row(net: pyagrum.BayesNet, change: Change) -> None:
    table = net.cpt(change.node)
    if change.at:
        table[change.at] = change.row
    else:
        table.fillWith(change.row)
