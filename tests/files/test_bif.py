"""The text of networks: tables are read as they stand, and every fault has its line."""

from __future__ import annotations

import numpy as np
import pytest

from attribution_bayes.errors import CaseError
from attribution_bayes.files import bif
from attribution_bayes.files.bif import bif_text, read_bif

GOOD = """\
// a comment
network "of two" {
  property what = "ever";
}
variable a {
  type discrete [ 2 ] { yes, no };
  property position = (1, 2) ;
}
variable b {
  type discrete[3]{x,y,z};
}
/* another
   comment */
probability ( b | a ) {
  (no) 0.2, 0.3, 0.5;
  (yes) 1.0, 0.0, 0e0;
}
probability ( a ) {
  table 0.25, 0.75;
}
"""


def faults(text: str) -> list[tuple[str, str, int | None]]:
    """The code, the node and the line of each problem."""
    with pytest.raises(CaseError) as caught:
        read_bif(text)
    return [(problem.code, problem.path, problem.line) for problem in caught.value.problems]


def test_tables() -> None:
    """Rows go to the states that they name, in whatever order they stand; parents come before children."""
    network = read_bif(GOOD)
    assert [*network] == ["a", "b"]
    assert network["b"].parents == ("a",)
    assert network["b"].states == ("x", "y", "z")
    assert np.array_equal(network["b"].table, [[1, 0, 0], [0.2, 0.3, 0.5]])
    assert np.array_equal(network["a"].table, [0.25, 0.75])
    assert network["b"].line == 9


def test_round_trip() -> None:
    """What is written is read back, to the last digit."""
    network = read_bif(GOOD)
    again = read_bif(bif_text(network, "again", {"a": "yes"}))
    assert {name: node.observed for name, node in again.items()} == {"a": "yes", "b": None}
    assert {name: (node.states, node.parents) for name, node in again.items()} == {
        name: (node.states, node.parents) for name, node in network.items()
    }
    assert all(np.array_equal(again[name].table, network[name].table) for name in network)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("0.2, 0.3, 0.5", "0.2, 0.3, 0.499", [("E_OUTCOMES_SUM", "b", 15)]),
        ("0.2, 0.3, 0.5", "0.2, 0.8", [("E_TABLE", "b", 15)]),
        ("0.2, 0.3, 0.5", "0.2, 0,3, 0.5", [("E_RANGE", "b", 15), ("E_TABLE", "b", 15)]),
        ("0.2, 0.3, 0.5", "0.2, 30%, 0.5", [("E_NUMBER", "b", 15), ("E_TABLE", "b", 15)]),
        ("0.25, 0.75", "nan, 0.75", [("E_RANGE", "a", 19)]),
        ("  (no) 0.2, 0.3, 0.5;\n", "", [("E_TABLE", "b", 14)]),
        ("(no)", "(yes)", [("E_TABLE", "b", 14), ("E_TABLE", "b", 16)]),
        ("0.2, 0.3, 0.5;", "0.2, 0.3, 0.5; (no) 0.5, 0.3, 0.2;", [("E_TABLE", "b", 15)]),
        ("(no)", "(never)", [("E_TABLE", "b", 14), ("E_TABLE", "b", 15)]),
        ("(no) 0.2, 0.3, 0.5", "table 1, 0, 0, 0.2, 0.3, 0.5", [("E_TABLE", "b", 15)]),
        ("( b | a )", "( b | c )", [("E_UNKNOWN_NAME", "b", 14)]),
        ("( b | a )", "( b | a, a )", [("E_GIVEN", "b", 14)]),
        ("( b | a )", "( b | b )", [("E_GIVEN", "b", 14)]),
        ("( a )", "( b )", [("E_MISSING", "a", 5), ("E_DUP_NAME", "b", 18), ("E_TABLE", "b", 19)]),
        ("variable b", "variable a", [("E_DUP_NAME", "a", 9), ("E_UNKNOWN_NAME", "b", 14), ("E_TABLE", "a", 19)]),
        ("discrete [ 2 ]", "discrete [ 3 ]", [("E_TYPE", "a", 5)]),
        ("discrete [ 2 ]", "continuous", [("E_TYPE", "a", 5)]),
        ("{ yes, no }", "{ yes, yes }", [("E_OUTCOME", "a", 5), ("E_TABLE", "b", 15)]),
        ("probability ( a )", "probability ( | a )", [("E_SYNTAX", "", 18)]),
        ("table 0.25", "default 0.25", [("E_SYNTAX", "", 19)]),
        ("variable b {", "variable b", [("E_SYNTAX", "", 10)]),
        ("// a comment", "a comment", [("E_SYNTAX", "", 1)]),
        ("  table 0.25, 0.75;\n}\n", "  table 0.25", [("E_SYNTAX", "", 19)]),
    ],
)  # fmt: skip
def test_faults(old: str, new: str, found: list[tuple[str, str, int]]) -> None:
    """Each fault stands at its line, nothing is rescaled, and the order of an ambiguous table is not guessed."""
    assert GOOD.count(old) == 1
    assert faults(GOOD.replace(old, new)) == found


def test_empty() -> None:
    """An empty file has no node, and a file of one word is not a network."""
    assert dict(read_bif("")) == {}
    assert faults("network") == [("E_SYNTAX", "", 1)]


def test_cycle() -> None:
    """Nodes in a circle are named."""
    arcs = {"a": "b", "b": "a"}
    text = "".join(f"variable {name} {{ type discrete [ 2 ] {{ x, y }}; }}\n" for name in arcs)
    text += "".join(
        f"probability ( {name} | {other} ) {{ (x) 0.5, 0.5; (y) 0.5, 0.5; }}\n" for name, other in arcs.items()
    )
    assert faults(text) == [("E_GIVEN", "a", 1)]


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that would be too large is refused before it is made."""
    monkeypatch.setattr(bif, "MAX_ENTRIES", 5)
    assert faults(GOOD) == [("E_TOO_LARGE", "b", 14)]
