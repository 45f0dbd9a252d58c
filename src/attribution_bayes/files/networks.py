"""Bayesian networks of other tools as cases.

The node that is asked about becomes the hypothesis. A case has it at the root, so where it has parents its arcs are
turned round one after the other, which changes no joint probability (Shachter 1986, doi:10.1287/opre.34.6.871).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from attribution_bayes.arguments import expect
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis
from attribution_bayes.declare.ways import Certain, Impossible, Number, Row, Same
from attribution_bayes.errors import CaseError, Problem, nearest, quoted, refusal
from attribution_bayes.files.bif import MAX_ENTRIES, Network, Node, in_order, read_bif
from attribution_bayes.files.names import is_name
from attribution_bayes.files.raw import bounded_file, decode, read_bytes

MAX_BYTES = 20_000_000
"""Largest network file that is read."""

TRUTH = {"true": True, "false": False}
"""States that become the outcomes True and False; others keep their names."""


def case_from_bif(
    path: str | os.PathLike[str],
    *,
    hypothesis: str,
    question: str,
    evidence: Mapping[str, str] | None = None,
    catch_all: str | None = None,
) -> Case:
    """Read a discrete Bayesian network as a case about one of its nodes.

    Every other node becomes an item, `given` its parents; its likelihood is the `Same` row under every hypothesis
    unless that is a parent. Numbers are plain numbers: `dump_case` writes a file in which to give them ranges. A
    probability of 0 or 1 becomes `Impossible` or `Certain` because the network says so.

    Parameters
    ----------
    path
        A file in the Bayesian Interchange Format (``.bif``).
    hypothesis
        The node whose states are the rival answers. If it has parents, its arcs are reversed: they become items that
        depend on it, and on each other, with numbers that follow from the file.
    question
    evidence
        The state that was observed of each node that was; all others are hidden. If None, what the notes of `dump_bif`
        in the file say.
    catch_all
        The state that stands for anything else, if one does.

    Raises
    ------
    CaseError
        With every fault, each with its line; see `read_bif`. ``E_UNKNOWN_NAME`` for a node that is not in the network;
        ``E_OUTCOME`` for a state that its node does not have, and for what was observed of the node that is asked
        about; ``E_NAME`` for a name that cannot be kept.
    """
    expect(hypothesis, str, "hypothesis")
    expect({} if evidence is None else evidence, Mapping, "evidence")
    expect("" if catch_all is None else catch_all, str, "catch_all")
    file = bounded_file(path, {".bif": MAX_BYTES})
    network = read_bif(decode(read_bytes(file)))
    problems = [*_question_problems(network, hypothesis, evidence or {}, catch_all), *_name_problems(network)]
    if evidence is None:
        evidence = {node.name: node.observed for node in network.values() if node.observed is not None}
        problems += _note_problems(network, hypothesis)
    if problems:
        raise CaseError(problems)
    rooted = with_root(network, hypothesis)
    names = _hypothesis_names(rooted[hypothesis])
    hypotheses = [
        Hypothesis(name=name, statement=f"{hypothesis} is {state}", catch_all=state == catch_all)
        for state, name in names.items()
    ]
    prior = {
        name: _number(float(number), file.name)
        for name, number in zip(names.values(), rooted[hypothesis].table, strict=True)
    }
    items = [
        _item(rooted, node, names, hypothesis, evidence.get(node.name), file.name)
        for node in rooted.values()
        if node.name != hypothesis
    ]
    return Case(question=question, hypotheses=hypotheses, prior=prior, evidence=items)


def _question_problems(
    network: Network, hypothesis: str, evidence: Mapping[Any, Any], catch_all: object
) -> Iterator[Problem]:
    """Nodes and states that the network does not have."""
    for field, name in [("hypothesis", hypothesis), *((f"evidence.{name}", name) for name in evidence)]:
        if name not in network:
            message = f"the network has no node {quoted(name)}."
            yield Problem(code="E_UNKNOWN_NAME", path=field, message=message, hint=nearest(name, network))
    if hypothesis in evidence:
        message = "it was observed, and is what is asked about."
        yield Problem(code="E_OUTCOME", path=f"evidence.{hypothesis}", message=message, hint="Leave it out.")
    stated = [(f"evidence.{name}", name, state) for name, state in evidence.items()]
    stated += [("catch_all", hypothesis, catch_all)] if catch_all is not None else []
    for field, name, state in stated:
        if name in network and state not in network[name].states:
            message = f"{quoted(name)} has no state {quoted(state)}."
            yield Problem(code="E_OUTCOME", path=field, message=message, hint=nearest(state, network[name].states))


def _note_problems(network: Network, hypothesis: str) -> Iterator[Problem]:
    """Notes that say what cannot have been observed."""
    for node in network.values():
        if node.observed is None:
            continue
        note = f"a note says that {quoted(node.name)} was observed to be {quoted(node.observed)}"
        if node.name == hypothesis:
            path, message = "hypothesis", f"{note}, and it is what is asked about."
            hint = "Ask about another node, give what was observed as `evidence`, or take out the note."
        elif node.observed not in node.states:
            path, message = node.name, f"{note}, which is none of its states."
            hint = nearest(node.observed, node.states)
        else:
            continue
        yield Problem(code="E_OUTCOME", path=path, message=message, hint=hint, line=node.line, column=1)


def _name_problems(network: Network) -> Iterator[Problem]:
    for node in network.values():
        for name in (node.name, *(state for state in node.states if state.casefold() not in TRUTH)):
            if not is_name(name):
                hint = "Letters, digits and underscores, a letter first, at most 64; not true, false or null."
                message = f"{quoted(name)} cannot be kept as a name."
                yield Problem(code="E_NAME", path=node.name, message=message, hint=hint, line=node.line, column=1)


def _hypothesis_names(node: Node) -> dict[str, str]:
    """A name for each state; true and false say of what."""
    truth = {"true": node.name, "false": f"not_{node.name}"}
    return {state: truth.get(state.casefold(), state) for state in node.states}


def _outcome(state: str) -> bool | str:
    return TRUTH.get(state.casefold(), state)


def _is_truth(node: Node) -> bool:
    return sorted(map(str.casefold, node.states)) == sorted(TRUTH)


def _item(
    network: Network, node: Node, names: Mapping[str, str], hypothesis: str, observed: str | None, file: str
) -> Evidence:
    parents = [parent for parent in node.parents if parent != hypothesis]
    order = [node.parents.index(parent) for parent in (hypothesis, *parents) if parent in node.parents]
    table = np.transpose(node.table, (*order, len(node.parents)))
    above = [tuple(map(_outcome, network[parent].states)) for parent in parents]
    rows: Mapping[str, Row] | Same
    if hypothesis in node.parents:
        rows = {name: _rows(one, above, node, file) for name, one in zip(names.values(), table, strict=True)}
    else:
        rows = Same(_rows(table, above, node, file))
    outcomes = (True, False) if _is_truth(node) else tuple(map(_outcome, node.states))
    return Evidence(
        name=node.name,
        statement=node.name,
        likelihood=rows,
        outcomes=outcomes,
        given=tuple(parents),
        observed=None if observed is None else _outcome(observed),
    )


def _rows(table: Floats, above: Sequence[tuple[Any, ...]], node: Node, file: str) -> Row:
    """The row of a node, nested by the outcomes of its parents."""
    if above:
        return {outcome: _rows(one, above[1:], node, file) for outcome, one in zip(above[0], table, strict=True)}
    states = dict(zip(map(_outcome, node.states), map(float, table), strict=True))
    if _is_truth(node):
        return _number(states[True], file)
    return {outcome: _number(number, file) for outcome, number in states.items()}


def _number(number: float, file: str) -> Number:
    if number in (0.0, 1.0):
        return (Impossible, Certain)[int(number)](f"{number:g} in {file}")
    return number


# Arcs reversed --------------------------------------------------------------------------------------------------------


def with_root(network: Network, name: str) -> Network:
    """The same joint distribution with this node at the root, parents before children."""
    nodes = dict(network)
    while nodes[name].parents:
        nearest_above = max(nodes[name].parents, key=lambda parent: list(nodes).index(parent))
        nodes = _reversed(nodes, nearest_above, name)
    return nodes


def _reversed(nodes: dict[str, Node], upper: str, lower: str) -> dict[str, Node]:
    """Turn round the arc from one node to another, between which there is no other path.

    With U all other parents of either, P(lower | U) = sum over upper of P(upper | U) P(lower | upper, U), and
    P(upper | lower, U) is what Bayes' theorem says. Where lower cannot be, it does not matter what is said of upper,
    which keeps its own row.
    """
    first, second = nodes[upper], nodes[lower]
    shared = tuple(dict.fromkeys(one for one in (*first.parents, *second.parents) if one != upper))
    if np.prod([len(nodes[one].states) for one in (*shared, upper, lower)], dtype=float) > MAX_ENTRIES:
        message = f"turning round the arc from {quoted(upper)} makes a table of more than {MAX_ENTRIES:,} entries."
        raise refusal("E_TOO_LARGE", lower, message, "Ask about a node that has fewer ancestors.")
    over = (*shared, upper, lower)
    joint = _over(nodes, first, over) * _over(nodes, second, over)
    marginal = joint.sum(axis=-2)
    kept = np.broadcast_to(_over(nodes, first, over), joint.shape)
    below = np.broadcast_to(marginal[..., None, :], joint.shape)
    given = np.moveaxis(np.where(below > 0, np.divide(joint, below, where=below > 0, out=kept.copy()), kept), -1, -2)
    made = {lower: replace(second, parents=shared, table=marginal)}
    made[upper] = replace(first, parents=(*shared, lower), table=given)
    return dict(in_order({**nodes, **made}))


def _over(nodes: Mapping[str, Node], node: Node, over: Sequence[str]) -> Floats:
    """The table of a node with an axis for each of these nodes."""
    own = (*node.parents, node.name)
    arranged = np.transpose(node.table, [own.index(name) for name in over if name in own])
    return arranged.reshape([len(nodes[name].states) if name in own else 1 for name in over])
