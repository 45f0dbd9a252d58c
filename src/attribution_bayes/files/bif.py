"""Bayesian networks in the Interchange Format (BIF): from text to tables and back.

    network NAME { }
    variable NAME { type discrete [ 2 ] { yes, no }; }
    probability ( CHILD | PARENT, ... ) { (yes) 0.1, 0.9; (no) 0.4, 0.6; }

A table is taken as it stands: a row that is missing, is there twice or does not sum to 1 is refused at its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import fsum, prod
from typing import NoReturn

import numpy as np

from attribution_bayes.arrays import Floats
from attribution_bayes.declare.rows import SUM_TOLERANCE
from attribution_bayes.errors import CaseError, Problem, named, nearest, quoted, refusal

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"[^"\n]*"|[{}()\[\],;|]|[^\s{}()\[\],;|"]+|\S', re.DOTALL)

OBSERVED = "note = observed:"
"""How a property says which state of a node was observed; the format has no other place for it."""

MAX_ENTRIES = 2**20
"""Largest table of a node that is read."""


@dataclass(frozen=True, eq=False)
class Node:
    """A variable of a network.

    Attributes
    ----------
    states
    parents
        Names of other nodes.
    table
        P(state | states of the parents), shape (states of the first parent, ..., states).
    line
        Where it stands in the file, counted from 1.
    observed
        The state that a note of `dump_bif` says was observed; None if there is none.
    """

    name: str
    states: tuple[str, ...]
    parents: tuple[str, ...]
    table: Floats
    line: int = 1
    observed: str | None = None


type Network = Mapping[str, Node]
"""Nodes by name, parents before children."""


# Text to network ------------------------------------------------------------------------------------------------------


def read_bif(text: str) -> Network:
    """Read the nodes of a network.

    Raises
    ------
    CaseError
        ``E_SYNTAX`` where the text is not BIF; otherwise every fault, each with its line: ``E_OUTCOMES_SUM`` for a row
        that does not sum to 1, ``E_TABLE`` for a missing or superfluous one, ``E_DUP_NAME``, ``E_UNKNOWN_NAME``,
        ``E_NUMBER``, ``E_RANGE``, and ``E_GIVEN`` for a cycle.
    """
    reader = _Reader(list(_tokens(text)))
    reader.file()
    reader.check()
    if reader.problems:
        raise CaseError(sorted(reader.problems, key=lambda problem: problem.line or 0))
    return in_order(reader.nodes())


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """The tokens that count, each with its line."""
    line, last = 1, 0
    for found in TOKEN.finditer(text):
        line += text.count("\n", last, found.start())
        last = found.start()
        if not found[0].startswith(("//", "/*")):
            yield found[0].strip('"'), line


@dataclass
class _Block:
    """What stands under ``probability``: the names, and the rows as they are written."""

    child: str
    parents: tuple[str, ...]
    rows: list[tuple[tuple[str, ...] | None, list[float], int]]
    line: int


class _Reader:
    """Reads one token after the other, and collects everything that is wrong with what they say."""

    def __init__(self, tokens: list[tuple[str, int]]) -> None:
        self.tokens, self.at = tokens, 0
        self.states: dict[str, tuple[str, ...]] = {}
        self.lines: dict[str, int] = {}
        self.observed: dict[str, str] = {}
        self.blocks: dict[str, _Block] = {}
        self.problems: list[Problem] = []

    # Tokens

    @property
    def line(self) -> int:
        return self.tokens[min(self.at, len(self.tokens) - 1)][1] if self.tokens else 1

    def next(self) -> str:
        if self.at == len(self.tokens):
            self.fail("the file ends too early.")
        self.at += 1
        return self.tokens[self.at - 1][0]

    def peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def expect(self, wanted: str) -> None:
        line = self.line
        if (found := self.next()) != wanted:
            self.fail(f"{quoted(found)} stands where {quoted(wanted)} belongs.", line)

    def until(self, end: str) -> list[str]:
        """All tokens before this one, which is passed."""
        found: list[str] = []
        while (token := self.next()) != end:
            found.append(token)
        return found

    def fail(self, message: str, line: int | None = None) -> NoReturn:
        raise refusal("E_SYNTAX", "", message, "Save the network as BIF once more.", (line or self.line, 1))

    def note(self, code: str, path: str, message: str, line: int, hint: str = "") -> None:
        self.problems.append(Problem(code=code, path=path, message=message, hint=hint, line=line, column=1))

    # Blocks

    def file(self) -> None:
        blocks = {"network": self.network, "variable": self.variable, "probability": self.probability}
        while self.at < len(self.tokens):
            line, word = self.line, self.next()
            if word not in blocks:
                self.fail(f"{quoted(word)} is not the start of a block.", line)
            blocks[word](line)

    def network(self, _line: int) -> None:
        self.until("{")
        self.until("}")

    def variable(self, line: int) -> None:
        name = self.next()
        self.expect("{")
        states: tuple[str, ...] = ()
        while (word := self.next()) != "}":
            inside = self.until("{") if word == "type" else []
            if word == "type":
                states = _listed(self.until("}"))
                self._check_states(name, states, inside, line)
            rest = self.until(";")
            if (word, *rest[:-1]) == ("property", *OBSERVED.split()):
                self.observed[name] = rest[-1]
        if name in self.states:
            self.note("E_DUP_NAME", name, f"the variable stands in line {self.lines[name]} too.", line)
        self.states[name], self.lines[name] = states, line

    def _check_states(self, name: str, states: tuple[str, ...], inside: list[str], line: int) -> None:
        counts = [word for word in inside if word.isdigit()]
        if "discrete" not in inside or counts != [str(len(states))]:
            message = f"{len(states)} states are listed, and the type is {quoted(' '.join(inside))}."
            self.note("E_TYPE", name, message, line, "Only discrete variables are read: type discrete [ 2 ] { a, b };")
        if len({*states}) < max(2, len(states)):
            self.note("E_OUTCOME", name, f"its states are {named(states)}.", line, "Give two or more, all different.")

    def probability(self, line: int) -> None:
        self.expect("(")
        inside = self.until(")")
        split = inside.index("|") if "|" in inside else len(inside)
        if split == 0:
            self.fail("the block names no variable.", line)
        block = _Block(inside[0], _listed(inside[split + 1 :]), [], line)
        self.expect("{")
        while (word := self.next()) != "}":
            at = self.line
            if word == "(":
                states: tuple[str, ...] | None = _listed(self.until(")"))
                block.rows.append((states, self.numbers(block.child), at))
            elif word == "table":
                block.rows.append((None, self.numbers(block.child), at))
            elif word == "property":
                self.until(";")
            else:
                self.fail(f"{quoted(word)} is not a row of a table.", at)
        if block.child in self.blocks:
            before = self.blocks[block.child].line
            self.note("E_DUP_NAME", block.child, f"its probabilities stand in line {before} too.", line)
        self.blocks[block.child] = block

    def numbers(self, name: str) -> list[float]:
        line, found = self.line, []
        for word in self.until(";"):
            if word == ",":
                continue
            try:
                found.append(float(word))
            except ValueError:
                self.note("E_NUMBER", name, f"{quoted(word)} is not a number.", line, "Write a decimal such as 0.25.")
        for number in found:
            if not 0 <= number <= 1:  # NaN too
                self.note("E_RANGE", name, f"{number:g} is not a probability.", line, "It lies between 0 and 1.")
        return found

    # Tables

    def check(self) -> None:
        """Note what is wrong with the tables, once all variables are known."""
        for name, line in self.lines.items():
            if name not in self.blocks:
                self.note("E_MISSING", name, "the variable has no probabilities.", line)
        for block in self.blocks.values():
            unknown = [name for name in (block.child, *block.parents) if name not in self.states]
            for name in unknown:
                message, hint = f"there is no variable {quoted(name)}.", nearest(name, self.states)
                self.note("E_UNKNOWN_NAME", block.child, message, block.line, hint)
            if len({*block.parents, block.child}) <= len(block.parents):
                message = f"it depends on {named(block.parents)}."
                self.note("E_GIVEN", block.child, message, block.line, "Name each parent once, and not itself.")
            elif not unknown:
                self._check_rows(block)

    def _check_rows(self, block: _Block) -> None:
        if prod(len(self.states[name]) for name in (block.child, *block.parents)) > MAX_ENTRIES:
            self.note("E_TOO_LARGE", block.child, f"its table has more than {MAX_ENTRIES:,} entries.", block.line)
            return
        wanted = set(product(*(self.states[parent] for parent in block.parents)))
        seen: dict[tuple[str, ...], int] = {}
        for states, numbers, line in block.rows:
            if states is None and block.parents:
                hint = "Write one row for each combination of states: (a, b) 0.1, 0.9;"
                message = "a table without the states of the parents can be read in two orders."
                self.note("E_TABLE", block.child, message, line, hint)
                return
            self._check_row(block, states or (), numbers, line, wanted, seen)
        for states in sorted(wanted - seen.keys()):
            message = f"there is no row for ({', '.join(states)})."
            self.note("E_TABLE", block.child, message, block.line)

    def _check_row(
        self,
        block: _Block,
        states: tuple[str, ...],
        numbers: Sequence[float],
        line: int,
        wanted: set[tuple[str, ...]],
        seen: dict[tuple[str, ...], int],
    ) -> None:
        shown, size = f"({', '.join(states)})", len(self.states[block.child])
        if states not in wanted:
            self.note("E_TABLE", block.child, f"{shown} are not states of its parents.", line)
        elif states in seen:
            self.note("E_TABLE", block.child, f"the row {shown} stands in line {seen[states]} too.", line)
        seen.setdefault(states, line)
        if len(numbers) != size:
            self.note("E_TABLE", block.child, f"{len(numbers)} numbers are given for {size} states.", line)
        elif abs(fsum(numbers) - 1) > SUM_TOLERANCE:
            message = f"the numbers sum to {fsum(numbers):.12g}, not to 1."
            self.note("E_OUTCOMES_SUM", block.child, message, line, "Write all digits of each; nothing is rescaled.")

    def nodes(self) -> dict[str, Node]:
        return {name: self._node(name, states) for name, states in self.states.items()}

    def _node(self, name: str, states: tuple[str, ...]) -> Node:
        block = self.blocks[name]
        above = [self.states[parent] for parent in block.parents]
        rows = {states or (): numbers for states, numbers, _ in block.rows}
        table = np.array([rows[combination] for combination in product(*above)])
        table = table.reshape(*map(len, above), len(states))
        return Node(name, states, block.parents, table, self.lines[name], self.observed.get(name))


def _listed(tokens: Sequence[str]) -> tuple[str, ...]:
    return tuple(token for token in tokens if token != ",")


def in_order(nodes: Mapping[str, Node]) -> Network:
    """Parents before children; refuse a cycle."""
    left, ordered = dict(nodes), dict[str, Node]()
    while left:
        ready = [name for name, node in left.items() if ordered.keys() >= {*node.parents}]
        if not ready:
            hint = "A network has no circle of arcs; turn one of them round."
            node = next(iter(left.values()))
            raise refusal("E_GIVEN", node.name, f"{named(left)} depend on each other.", hint, (node.line, 1))
        ordered |= {name: left.pop(name) for name in ready}
    return ordered


# Network to text ------------------------------------------------------------------------------------------------------


def bif_text(network: Network, name: str, observed: Mapping[str, str]) -> str:
    """Write a network, with every number in all its digits.

    Parameters
    ----------
    network
    name
        Of the network.
    observed
        The states that were observed, which become remarks.
    """
    blocks = [f"network {name} {{\n}}\n"]
    for node in network.values():
        remark = f"  property {OBSERVED} {observed[node.name]} ;\n" if node.name in observed else ""
        states = ", ".join(node.states)
        blocks.append(f"variable {node.name} {{\n  type discrete [ {len(node.states)} ] {{ {states} }};\n{remark}}}\n")
    blocks += [_table_text(network, node) for node in network.values()]
    return "".join(blocks)


def _table_text(network: Network, node: Node) -> str:
    if not node.parents:
        return f"probability ( {node.name} ) {{\n  table {_numbers(node.table)};\n}}\n"
    above = product(*(list(enumerate(network[parent].states)) for parent in node.parents))
    rows = [
        f"  ({', '.join(state for _, state in one)}) {_numbers(node.table[tuple(k for k, _ in one)])};\n"
        for one in above
    ]
    return f"probability ( {node.name} | {', '.join(node.parents)} ) {{\n{''.join(rows)}}}\n"


def _numbers(row: Floats) -> str:
    return ", ".join(repr(number) for number in row.tolist())
