"""Every bad input gets its code at its address, the same from YAML, JSON and Python, and nothing else escapes.

The rows are numbered as in the contract for bad inputs.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import math
import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import CommonCause, Evidence, Hypothesis, Part, Report, Source
from attribution_bayes.declare.warnings import cautions
from attribution_bayes.declare.ways import (
    BaseRates,
    Beta,
    Between,
    Certain,
    Counts,
    Decibans,
    Dirichlet,
    Impossible,
    Nats,
    Odds,
    RatioBetween,
    Ratios,
    Same,
    Uniform,
    Words,
)
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import CaseError, ContradictionError
from attribution_bayes.files import cases as casefile
from attribution_bayes.files.cases import dump_case, load_case
from attribution_bayes.files.results import load_posterior

TREE: dict[str, Any] = {
    "question": "Who directed the attack?",
    "hypotheses": {
        "alone": {"statement": "they acted alone"},
        "other": {"statement": "anything else", "catch_all": True},
    },
    "prior": {"alone": 0.7, "other": 0.3},
    "sources": {
        "agency": {"statement": "an agency", "reliability": {"between": [0.6, 0.9]}, "if_unreliable": 0.8},
        "press": {"statement": "the press", "reliability": 0.9, "if_unreliable": {"alone": 0.5, "other": 0.4}},
    },
    "evidence": {
        "footage": {"statement": "there is footage", "likelihood": {"alone": {"beta": [3, 2]}, "other": 0.2}},
        "paid": {
            "statement": "they were paid",
            "likelihood": {"alone": 0.1, "other": 0.6},
            "reports": [
                {"source": "agency", "says": True},
                {"source": "press", "says": False, "copied_from": "agency", "copy_probability": 0.3},
            ],
        },
        "fled": {
            "statement": "they fled",
            "given": "paid",
            "likelihood": {"alone": {"true": 0.8, "false": 0.2}, "other": {"true": 0.9, "false": 0.4}},
        },
        "weapon": {
            "statement": "the weapon",
            "outcomes": ["knife", "gun", "none"],
            "observed": "gun",
            "likelihood": {
                "alone": {"knife": 0.2, "gun": 0.5, "none": 0.3},
                "other": {"dirichlet": {"knife": 2, "gun": 3, "none": 5}},
            },
        },
        "tone": {"statement": "the tone", "likelihood": {"ratios": {"other": 3.0}, "reference": "alone"}},
    },
}
"""A valid case; every row changes something in it."""

CAUSES = {
    "planted": {
        "statement": "it was planted",
        "probability": {"alone": 0.1, "other": {"beta": [1, 9]}},
        "likelihood": {
            "footage": {"alone": 0.9, "other": {"between": [0.5, 0.9]}},
            "weapon": {
                "alone": {"knife": 0.1, "gun": 0.8, "none": 0.1},
                "other": {"dirichlet": {"knife": 1, "gun": 8, "none": 1}},
            },
        },
    },
}
"""A common cause of some of its items, for the rows about causes."""

REMOVED = object()


class Plain(str):
    """Text that stands in the YAML file as it is, without quotes; JSON and Python have nothing like it."""

    __slots__ = ()


def changed(changes: Mapping[str, Any]) -> Any:
    """The valid tree with other values at some dotted paths."""
    tree = copy.deepcopy(TREE)
    for path, value in changes.items():
        *steps, last = path.split(".") if path else [""]
        node: Any = tree
        for step in steps:
            node = node[int(step) if isinstance(node, list) else step]
        if value is REMOVED:
            del node[int(last) if isinstance(node, list) else last]
        else:
            node[int(last) if isinstance(node, list) else last] = copy.deepcopy(value)
    return tree


# The same tree as YAML, JSON and Python ------------------------------------------------------------------------------


def yaml_text(tree: Any, indent: int = 0) -> str:
    """Mappings in block style, lists in flow style, text in double quotes."""
    if not isinstance(tree, dict) or not tree:
        return flow(tree)
    lines = [f"{' ' * indent}{flow(key)}: {yaml_text(value, indent + 2)}" for key, value in tree.items()]
    return ("\n" if indent else "") + "\n".join(lines)


def flow(value: Any) -> str:
    match value:
        case Plain():
            return value
        case bool() | None:
            return json.dumps(value)
        case float() if not math.isfinite(value):
            return f".{value}" if value > 0 or math.isnan(value) else "-.inf"
        case str():
            return "".join(['"', *(escaped(sign) for sign in value), '"'])
        case dict():
            return "{" + ", ".join(f"{flow(key)}: {flow(entry)}" for key, entry in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(flow, value)) + "]"
        case _:
            return repr(value)


def escaped(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    return f"\\U{ord(sign):08x}" if unicodedata.category(sign)[0] in "CZ" and sign != " " else sign


WAYS: dict[str, Callable[..., Any]] = {
    "beta": Beta,
    "between": Between,
    "uniform": Uniform,
    "counts": Counts,
    "decibans": Decibans,
    "nats": Nats,
    "ratio_between": RatioBetween,
    "words": Words,
    "impossible": Impossible,
    "certain": Certain,
    "dirichlet": Dirichlet,
    "odds": Odds,
    "base_rates": BaseRates,
    "same": Same,
    "ratios": lambda ratios, reference: Ratios(ratios=ratios, reference=reference),
}
OUTCOMES = {"true": True, "false": False}


def stated(tree: Any) -> Any:
    """What a part of the tree is in Python."""
    if not isinstance(tree, dict):
        return tree
    name = next((key for key in tree if key in WAYS), None)
    if name is None:
        return {OUTCOMES.get(key, key): stated(entry) for key, entry in tree.items()}
    beside = {key: entry for key, entry in tree.items() if key != name}
    given = tree[name]
    return WAYS[name](*given, **beside) if isinstance(given, list) else WAYS[name](stated(given), **beside)


def parts(kind: Callable[..., Any], tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    return [
        kind(name=name, **{key: field(key, entry) for key, entry in fields.items()})
        if isinstance(fields, dict)
        else fields
        for name, fields in tree.items()
    ]


def field(key: str, tree: Any) -> Any:
    if key == "reports" and isinstance(tree, list):
        return [Report(**dict(zip(each, map(stated, each.values()), strict=True))) for each in tree]
    return stated(tree)


def declared(tree: Mapping[str, Any]) -> Case:
    """The case that the tree states, declared in Python."""
    kinds = {"hypotheses": Hypothesis, "sources": Source, "evidence": Evidence, "common_causes": CommonCause}
    return Case(**{key: parts(kinds[key], entry) if key in kinds else stated(entry) for key, entry in tree.items()})


def loaded(text: str | bytes, path: Path) -> Case:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_case(path)


def from_yaml(tree: Any, folder: Path) -> Case:
    return loaded(yaml_text(tree), folder / "case.yaml")


def from_json(tree: Any, folder: Path) -> Case:
    return loaded(json.dumps(tree), folder / "case.json")


def from_python(tree: Any, folder: Path) -> Case:
    return declared(tree)


ROUTES = {"yaml": from_yaml, "json": from_json, "python": from_python}


def faults(make: Callable[[], object]) -> list[tuple[str, str]]:
    """Codes and addresses of everything that was found wrong."""
    with pytest.raises(CaseError) as caught:
        make()
    return shown(caught.value)


def test_the_tree_is_a_valid_case_from_every_route(tmp_path: Path) -> None:
    """What the rows change is fine before: YAML, JSON and Python declare the same case."""
    for tree in (TREE, changed({"common_causes": CAUSES})):
        from_file = [route(tree, tmp_path) for route in ROUTES.values()]
        assert from_file[0] == from_file[1] == from_file[2]
        assert cautions(from_file[0]) == ()


# A change of the valid tree and what is found wrong ------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Row:
    """A change of the valid tree and what must be found wrong.

    Attributes
    ----------
    found
        Codes and addresses, all of them.
    python
        The addresses in Python where they differ: a value that is refused when it is made does not know its place.
    routes
        The routes on which the row can be written at all.
    """

    id: str
    changes: Mapping[str, Any]
    found: list[tuple[str, str]]
    python: list[str] | None = None
    routes: tuple[str, ...] = ("yaml", "json", "python")

    def expected(self, route: str) -> list[tuple[str, str]]:
        if route != "python" or self.python is None:
            return sorted(self.found)
        return sorted((code, path) for (code, _), path in zip(self.found, self.python, strict=True))


YAML = ("yaml",)
PYTHON = ("python",)


def case(id: str, changes: Mapping[str, Any], *found: tuple[str, str], **more: Any) -> Row:
    return Row(id=id, changes=changes, found=list(found), **more)


def item(id: str, changes: Mapping[str, Any], *found: tuple[str, str], **more: Any) -> Row:
    """A row about an item, its fields and addresses counted from `evidence`."""
    inside = [(code, f"evidence.{path}") for code, path in found]
    return Row(id=id, changes={f"evidence.{path}": value for path, value in changes.items()}, found=inside, **more)


def cause(id: str, changes: Mapping[str, Any], *found: tuple[str, str], **more: Any) -> Row:
    """A row about the common cause, its fields and addresses counted from it."""
    inside = [(code, f"common_cause.planted.{path}") for code, path in found]
    changes = {"common_causes": CAUSES} | {f"common_causes.planted.{path}": new for path, new in changes.items()}
    return Row(id=f"B48 cause, {id}", changes=changes, found=inside, **more)


def number(id: str, value: Any, code: str, **more: Any) -> Row:
    """A row about a number where a likelihood belongs."""
    return item(id, {"footage.likelihood.other": value}, (code, "footage.likelihood.other"), **more)


def plain(id: str, text: str, code: str) -> Row:
    """A row about what stands in a YAML file without quotes where a likelihood belongs."""
    return number(id, Plain(text), code, routes=YAML)


def way(id: str, value: Any, code: str, *parameters: str) -> Row:
    """A row about parameters of a way to state a probability."""
    found = [(code, f"footage.likelihood.alone.{parameter}") for parameter in parameters]
    return item(id, {"footage.likelihood.alone": value}, *found, python=list(parameters))


def ratio(id: str, value: Any, code: str, parameter: str = "") -> Row:
    found = (code, f"tone.likelihood.other.{parameter}".rstrip("."))
    return item(id, {"tone.likelihood.ratios.other": value}, found, python=[parameter] if parameter else None)


def prior(id: str, value: Any, *found: tuple[str, str]) -> Row:
    return case(id, {"prior": value}, *found)


def named(id: str, name: str, code: str = "E_NAME", **more: Any) -> Row:
    """A row about the name of an item."""
    stated = {"statement": "it happened", "likelihood": {"alone": 0.5, "other": 0.4}}
    return case(id, {"evidence": {name: stated}}, (code, f"evidence.{name}"), **more)


def table(id: str, likelihood: Any, *rows: str) -> Row:
    """A row about the likelihood table of an item given another."""
    return item(
        id, {"fled.likelihood.alone": likelihood}, *(("E_TABLE", f"fled.likelihood.alone{row}") for row in rows)
    )


def verbal(id: str, value: Any, parameter: str) -> Row:
    return way(id, value, "E_VERBAL", parameter)


FLED = TREE["evidence"]["fled"]["likelihood"]

NUMBERS = [
    plain("B14 digits", "1" * 5_001, "E_NUMBER_SIZE"),
    number("B14 digits in Python", 10**5_000, "E_NUMBER_SIZE", routes=PYTHON),
    number("B14 too large for a double", 10**309, "E_NUMBER_SIZE"),
    plain("B14 exponent", "1e10000", "E_NUMBER_SIZE"),
    plain("B14 small exponent", "1e-10000", "E_NUMBER_SIZE"),
    plain("B19", "1:30", "E_NUMBER"),
    number("B19 quoted", "1:30", "E_NUMBER"),
    plain("B20 octal", "010", "E_NUMBER"),
    plain("B20 hexadecimal", "0x1F", "E_NUMBER"),
    plain("B20 underscore", "1_000", "E_NUMBER"),
    plain("B20 new octal", "0o10", "E_NUMBER"),
    number("B20 quoted", "0x1F", "E_NUMBER"),
    plain("B21 comma", "0,5", "E_NUMBER"),
    number("B21 comma, quoted", "0,5", "E_NUMBER"),
    plain("B21 percent", "50%", "E_NUMBER"),
    number("B21 percent, quoted", "50%", "E_NUMBER"),
    plain("B21 fraction", "1/3", "E_NUMBER"),
    number("B21 quoted", "0.5", "E_NUMBER"),
    number("B22 nan", math.nan, "E_NOT_FINITE"),
    number("B22 inf", math.inf, "E_NOT_FINITE"),
    number("B22 -inf", -math.inf, "E_NOT_FINITE"),
    number("B22 quoted nan", "nan", "E_NOT_FINITE"),
    number("B22 quoted Infinity", "Infinity", "E_NOT_FINITE"),
    plain("B22 nan without a point", "nan", "E_NOT_FINITE"),
    plain("B22 1e400", "1e400", "E_NOT_FINITE"),
    number("B22 NumPy's nan", np.float32("nan"), "E_NOT_FINITE", routes=PYTHON),
    prior("B22 prior", {"alone": math.nan, "other": 0.3}, ("E_NOT_FINITE", "prior.alone")),
    ratio("B22 ratio", math.nan, "E_NOT_FINITE"),
    case("B22 reliability", {"sources.press.reliability": math.nan}, ("E_NOT_FINITE", "source.press.reliability")),
    number("B23 true", True, "E_TYPE"),
    number("B23 false", False, "E_TYPE"),
    plain("B23 yes", "yes", "E_TYPE"),
    plain("B23 no", "no", "E_TYPE"),
    plain("B23 off", "off", "E_TYPE"),
    number("B23 quoted yes", "yes", "E_TYPE"),
    number("B23 NumPy's True", np.True_, "E_TYPE", routes=PYTHON),
    prior("B23 prior", {"alone": True, "other": 0.3}, ("E_TYPE", "prior.alone")),
    ratio("B23 ratio", False, "E_TYPE"),
    number("B23 null", None, "E_TYPE"),
    number("B23 list", [0.5], "E_TYPE"),
    number("B23 array", np.array([0.5, 0.6]), "E_TYPE", routes=PYTHON),
    number("B25 negative", -0.1, "E_RANGE"),
    number("B25 just above 1", 1.0000001, "E_RANGE"),
    number("B25 percent", 50, "E_RANGE"),
    prior("B25 prior", {"alone": 1.2, "other": -0.2}, ("E_RANGE", "prior.alone"), ("E_RANGE", "prior.other")),
    prior("B27 0.9", {"alone": 0.6, "other": 0.3}, ("E_PRIOR_SUM", "prior")),
    prior("B27 1.1", {"alone": 0.6, "other": 0.5}, ("E_PRIOR_SUM", "prior")),
    prior("B27 0.999999", {"alone": 0.5, "other": 0.499999}, ("E_PRIOR_SUM", "prior")),
    prior("B27 excluded", {"alone": 0.9, "other": {"impossible": "so"}}, ("E_PRIOR_SUM", "prior")),
    prior(
        "B27 percent",
        {"alone": 60, "other": 39.9},
        ("E_RANGE", "prior.alone"),
        ("E_RANGE", "prior.other"),
        ("E_PRIOR_SUM", "prior"),
    ),
    case(
        "B28",
        {
            "hypotheses.third": {"statement": "a third"},
            "prior": {"alone": 0.333, "other": 0.333, "third": 0.333},
            "evidence": {},
            "sources": {},
        },
        ("E_PRIOR_SUM", "prior"),
    ),
    prior(
        "B29 all 0",
        {"alone": 0, "other": 0},
        ("E_PRIOR_DEGENERATE", "prior.alone"),
        ("E_PRIOR_DEGENERATE", "prior.other"),
    ),
    prior(
        "B29 one 1",
        {"alone": 1, "other": 0.0},
        ("E_PRIOR_DEGENERATE", "prior.alone"),
        ("E_PRIOR_DEGENERATE", "prior.other"),
    ),
    prior("B29 uncertain number", {"alone": {"beta": [1, 2]}, "other": 0.5}, ("E_TYPE", "prior.alone")),
    prior("B29 list", [0.7, 0.3], ("E_TYPE", "prior")),
    way("B30 Beta(0, 1)", {"beta": [0, 1]}, "E_PARAM", "alpha"),
    way("B30 Beta(0, 0)", {"beta": [0, 0]}, "E_PARAM", "alpha", "beta"),
    way("B30 Beta(-1, 2)", {"beta": [-1, 2]}, "E_PARAM", "alpha"),
    way("B30 Beta(1e308, 1)", {"beta": [1e308, 1]}, "E_PARAM", "alpha"),
    way("B30 Beta(0, -1)", {"beta": [0, -1]}, "E_PARAM", "alpha", "beta"),
    way("B30 Beta(nan, 1)", {"beta": [math.nan, 1]}, "E_NOT_FINITE", "alpha"),
    way("B30 text", {"beta": [1, "two"]}, "E_NUMBER", "beta"),
    way("B30 mass", {"between": [0.1, 0.2], "mass": 1}, "E_PARAM", "mass"),
    way("B30 successes", {"counts": [4, 3]}, "E_PARAM", "successes"),
    way("B30 half a trial", {"counts": [1, 2.5]}, "E_PARAM", "trials"),
    item(
        "B30 Dirichlet of other outcomes",
        {"weapon.likelihood.other": {"dirichlet": {"knife": 2, "gun": 3}}},
        ("E_PARAM", "weapon.likelihood.other"),
    ),
    item(
        "B30 alpha 0",
        {"weapon.likelihood.other.dirichlet.gun": 0},
        ("E_PARAM", "weapon.likelihood.other.gun"),
        python=["gun"],
    ),
    Row(
        id="B30 odds 0",
        changes={"prior": {"odds": {"alone": 0, "other": 1}}},
        found=[("E_PARAM", "prior.alone")],
        python=["alone"],
    ),
    Row(
        id="B30 pseudocount",
        changes={"prior": {"base_rates": {"alone": -1, "other": 1}, "pseudocount": 0}},
        found=[("E_PARAM", "prior.alone"), ("E_PARAM", "prior.pseudocount")],
        python=["alone", "pseudocount"],
    ),
    way("B31 swapped", {"between": [0.9, 0.6]}, "E_INTERVAL", "lower"),
    way("B31 uniform swapped", {"uniform": [0.9, 0.6]}, "E_INTERVAL", "lower"),
    way("B31 up to 1", {"between": [0.5, 1]}, "E_INTERVAL", "upper"),
    way("B31 from 0", {"between": [0, 0.5]}, "E_INTERVAL", "lower"),
    way("B31 from 0 to 1", {"between": [0, 1]}, "E_INTERVAL", "lower"),
    way("B31 beyond 1", {"uniform": [0.5, 1.5]}, "E_INTERVAL", "upper"),
    ratio("B32 0", 0, "E_RANGE"),
    ratio("B32 negative", -2, "E_RANGE"),
    ratio("B32 inf", math.inf, "E_RANGE"),
    ratio("B32 -inf", -math.inf, "E_RANGE"),
    ratio("B32 1e308", 1e308, "E_RANGE"),
    ratio("B32 decibans", {"decibans": 3001}, "E_RANGE", "number"),
    ratio("B32 nats", {"nats": -700}, "E_RANGE", "number"),
    ratio("B22 decibans", {"decibans": math.nan}, "E_NOT_FINITE", "number"),
    ratio("B23 nats", {"nats": True}, "E_TYPE", "number"),
    ratio("B32 range from 0", {"ratio_between": [0, 2]}, "E_RANGE", "lower"),
    ratio("B32 range to inf", {"ratio_between": [2, math.inf]}, "E_RANGE", "upper"),
    ratio("B32 range without a mean", {"ratio_between": [1e-300, 1e300]}, "E_INTERVAL", "upper"),
    number("B33 0", 0, "E_ZERO_LIKELIHOOD"),
    number("B33 0.0", 0.0, "E_ZERO_LIKELIHOOD"),
    number("B33 1", 1, "E_ONE_LIKELIHOOD"),
    way("B33 no reason", {"impossible": " "}, "E_REASON", "reason"),
    way("B33 a number as reason", {"certain": 1}, "E_REASON", "reason"),
    item("B35", {"weapon.likelihood.alone.gun": 0.6}, ("E_OUTCOMES_SUM", "weapon.likelihood.alone")),
]

STRUCTURE = [
    case("B36 none", {"hypotheses": {}}, ("E_TOO_FEW", "hypotheses")),
    case("B36 null", {"hypotheses": None}, ("E_TOO_FEW", "hypotheses")),
    case(
        "B36 one",
        {"hypotheses.alone": REMOVED, "prior": {"other": {"certain": "alone left"}}, "evidence": {}, "sources": {}},
        ("E_TOO_FEW", "hypotheses"),
    ),
    case("B36 no field", {"hypotheses": REMOVED}, ("E_MISSING", "hypotheses")),
    case("B36 a list of names", {"hypotheses": "alone"}, ("E_TYPE", "hypotheses")),
    case(
        "B37 case", {"prior": REMOVED, "prioir": TREE["prior"]}, ("E_MISSING", "prior"), ("E_UNKNOWN_FIELD", "prioir")
    ),
    case("B37 hypothesis", {"hypotheses.alone.catchall": True}, ("E_UNKNOWN_FIELD", "hypotheses.alone.catchall")),
    case("B37 source", {"sources.press.trust": 1}, ("E_UNKNOWN_FIELD", "source.press.trust")),
    item("B37 item", {"footage.self": 1}, ("E_UNKNOWN_FIELD", "footage.self")),
    item("B37 half a sign", {"footage.citatio\ud800n": "a"}, ("E_UNKNOWN_FIELD", "footage.citatio\ud800n")),
    case(
        "B37 half a sign in the case, and another fault",
        {"\udfff": 1, "question": 5},
        ("E_TYPE", "question"),
        ("E_UNKNOWN_FIELD", "\udfff"),
    ),
    item(
        "B37 report",
        {"paid.reports.0.sais": True},
        ("E_UNKNOWN_FIELD", "paid.reports.agency.sais"),
        python=["reports.agency.sais"],
    ),
    case("B38 no question", {"question": REMOVED}, ("E_MISSING", "question")),
    case("B38 empty statement", {"hypotheses.alone.statement": ""}, ("E_MISSING", "hypotheses.alone.statement")),
    case("B38 null statement", {"hypotheses.alone.statement": None}, ("E_MISSING", "hypotheses.alone.statement")),
    case("B38 no statement", {"sources.press.statement": REMOVED}, ("E_MISSING", "source.press.statement")),
    item("B38 no likelihood", {"footage.likelihood": REMOVED}, ("E_MISSING", "footage.likelihood")),
    item("B38 missing", {"footage.likelihood.other": REMOVED}, ("E_MISSING", "footage.likelihood.other")),
    item("B38 unknown", {"footage.likelihood.othr": 0.5}, ("E_UNKNOWN_NAME", "footage.likelihood.othr")),
    prior("B38 prior", {"alone": 0.7, "othr": 0.3}, ("E_MISSING", "prior.other"), ("E_UNKNOWN_NAME", "prior.othr")),
    prior(
        "B38 odds",
        {"odds": {"alone": 0.7, "othr": 0.3}},
        ("E_MISSING", "prior.other"),
        ("E_UNKNOWN_NAME", "prior.othr"),
    ),
    case(
        "B38 source", {"sources.press.if_unreliable.other": REMOVED}, ("E_MISSING", "source.press.if_unreliable.other")
    ),
    item(
        "B38 ratio",
        {"tone.likelihood.ratios": {"othr": 2}},
        ("E_MISSING", "tone.likelihood.other"),
        ("E_UNKNOWN_NAME", "tone.likelihood.othr"),
    ),
    item("B38 reference", {"tone.likelihood.reference": "alon"}, ("E_UNKNOWN_NAME", "tone.likelihood.reference")),
    item("B38 a list", {"footage.likelihood": [0.5, 0.2]}, ("E_TYPE", "footage.likelihood")),
    case(
        "B39 capital letters",
        {"evidence.Footage": TREE["evidence"]["footage"]},
        ("E_CONFUSABLE_NAME", "evidence.Footage"),
    ),
    case(
        "B39 hypothesis",
        {
            "hypotheses.Alone": {"statement": "they acted alone"},
            "prior.Alone": 0.1,
            "prior.alone": 0.6,
            "evidence": {},
            "sources": {},
        },
        ("E_CONFUSABLE_NAME", "hypotheses.Alone"),
    ),
    named("B40 Cyrillic", "fоotage"),
    named("B40 zero width", "foot\u200bage"),
    named("B40 bidi", "foot\u202eage"),
    named("B40 surrogate", "foot\ud800age"),
    case(
        "B40 hypothesis",
        {
            "hypotheses.élan": {"statement": "élan"},
            "prior": {"odds": {"alone": 1, "other": 2, "élan": 1}},
            "evidence": {},
            "sources": {},
        },
        ("E_NAME", "hypotheses.élan"),
    ),
    case("B40 source", {"sources.éclair": TREE["sources"]["agency"]}, ("E_NAME", "source.éclair")),
    item("B40 outcome", {"weapon.outcomes.2": "nöne"}, ("E_NAME", "weapon.outcomes")),
    case("B40 escape sequence", {"question": "who\x1b[31m?"}, ("E_TEXT_CONTROL", "question")),
    case(
        "B40 bidi in a text", {"hypotheses.alone.statement": "\u202e"}, ("E_TEXT_CONTROL", "hypotheses.alone.statement")
    ),
    case(
        "B40 surrogate in a text", {"sources.press.statement": "\udfff"}, ("E_TEXT_CONTROL", "source.press.statement")
    ),
    item("B40 bell in a citation", {"footage.citation": "\x07"}, ("E_TEXT_CONTROL", "footage.citation")),
    case("B40 carriage return", {"prior_basis": ["a", "b\rc"]}, ("E_TEXT_CONTROL", "prior_basis.1")),
    way("B40 NUL in a reason", {"impossible": "so\x00"}, "E_TEXT_CONTROL", "reason"),
    named("B41 null", Plain("null"), routes=YAML),
    named("B41 1", Plain("1"), routes=YAML),
    named("B41 date", Plain("2026-01-01"), routes=YAML),
    named("B41 true", Plain("true"), routes=YAML),
    named("B41 quoted", "null"),
    named("B42 dunder", "__class__"),
    named("B42 parent folder", "../x"),
    named("B42 slash", "a/b"),
    named("B42 dot", "a.b"),
    named("B42 300 characters", "a" * 300),
    named("B42 65 characters", "a" * 65),
    named("B42 emoji", "fire🔥"),
    named("B42 nothing", ""),
    named("B15 key of 1 MB", "a" * 1_000_000, "E_LIMIT", routes=("json", "python")),
    case("B15 text", {"question": "who? " * 5_000}, ("E_LIMIT", "question")),
    item("B15 statement of 100 kB", {"footage.statement": "a" * 100_000}, ("E_LIMIT", "footage.statement")),
    item("B45 itself", {"fled.given": "fled"}, ("E_GIVEN", "fled.given")),
    item("B45 unknown", {"fled.given": "payed"}, ("E_GIVEN", "fled.given")),
    item("B45 twice", {"fled.given": ["paid", "paid"]}, ("E_GIVEN", "fled.given")),
    item(
        "B45 circle",
        {"paid.given": "fled", "paid.likelihood": FLED},
        ("E_GIVEN", "paid.given"),
    ),
    item("B45 null", {"fled.given": [None]}, ("E_MISSING", "fled.given.0")),
    case("B38 null citation", {"prior_basis": ["a", None]}, ("E_MISSING", "prior_basis.1")),
    item("B45 number", {"fled.given": [1]}, ("E_TYPE", "fled.given.0")),
    table("B46 missing outcome", {"true": 0.8}, ".False"),
    table("B46 extra outcome", {"true": 0.8, "false": 0.2, "maybe": 0.1}, ".maybe"),
    table("B46 too shallow", 0.8, ""),
    table("B46 too deep", {"true": {"true": 0.1, "false": 0.2}, "false": 0.2}, ".True"),
    item(
        "B46 without parents",
        {"footage.likelihood.alone": {"true": 0.1, "false": 0.9}},
        ("E_TABLE", "footage.likelihood.alone"),
    ),
    item(
        "B46 named outcomes",
        {"weapon.likelihood.alone": {"knife": 0.5, "gun": 0.5}},
        ("E_TABLE", "weapon.likelihood.alone"),
    ),
    item("B46 named outcomes, too shallow", {"weapon.likelihood.alone": 0.5}, ("E_TABLE", "weapon.likelihood.alone")),
    item(
        "B46 named outcomes, too deep",
        {"weapon.likelihood.alone.gun": {"knife": 0.5, "gun": 0.2, "none": 0.3}},
        ("E_TABLE", "weapon.likelihood.alone.gun"),
    ),
    item(
        "B46 an uncertain number for one outcome",
        {"weapon.likelihood.alone.gun": {"uniform": [0.4, 0.6]}},
        ("E_TYPE", "weapon.likelihood.alone.gun"),
    ),
    item("B47 itself", {"paid.reports.1.copied_from": "press"}, ("E_COPY", "paid.reports.press.copied_from")),
    item("B47 not a reporter", {"paid.reports.1.copied_from": "radio"}, ("E_COPY", "paid.reports.press.copied_from")),
    item(
        "B47 circle",
        {"paid.reports.0": {"source": "agency", "copied_from": "press", "copy_probability": 0.1}},
        ("E_COPY", "paid.reports.agency.copied_from"),
    ),
    item(
        "B47 no probability",
        {"paid.reports.1.copy_probability": REMOVED},
        ("E_COPY", "paid.reports.press.copy_probability"),
    ),
    item(
        "B47 probability of nothing",
        {"paid.reports.1.copied_from": REMOVED},
        ("E_COPY", "paid.reports.press.copy_probability"),
    ),
    item(
        "B48 no such source",
        {"paid.reports.0": {"source": "radio"}, "paid.reports.1.copied_from": "radio"},
        ("E_SOURCE", "paid.reports.radio"),
    ),
    item("B48 no source", {"paid.reports": [{"says": True}]}, ("E_SOURCE", "paid.reports.0.source"), python=["source"]),
    item("B48 twice", {"paid.reports.1": {"source": "agency"}}, ("E_DUP_NAME", "paid.reports.agency")),
    case("B48 no reliability", {"sources.press.reliability": REMOVED}, ("E_SOURCE", "source.press.reliability")),
    case("B48 reliability 1.2", {"sources.press.reliability": 1.2}, ("E_SOURCE", "source.press.reliability")),
    case("B48 reliability 1", {"sources.press.reliability": 1}, ("E_SOURCE", "source.press.reliability")),
    case("B48 reliability 0", {"sources.press.reliability": 0}, ("E_SOURCE", "source.press.reliability")),
    case(
        "B48 both",
        {"sources.press.says_true_if_true": 0.9, "sources.press.says_true_if_false": 0.1},
        ("E_SOURCE", "source.press.reliability"),
        ("E_SOURCE", "source.press.if_unreliable"),
    ),
    case(
        "B48 half",
        {"sources.press": {"statement": "s", "says_true_if_true": 1.2}},
        ("E_SOURCE", "source.press.says_true_if_true"),
        ("E_SOURCE", "source.press.says_true_if_false"),
    ),
    case(
        "B48 rate of one",
        {"sources.press": {"statement": "s", "says_true_if_true": {"alone": 0.9}, "says_true_if_false": 0.1}},
        ("E_MISSING", "source.press.says_true_if_true.other"),
    ),
    cause("no such item", {"likelihood.fotage": {"alone": 0.9, "other": 0.8}}, ("E_CAUSE", "likelihood.fotage")),
    cause("ratios", {"likelihood.tone": {"alone": 0.9, "other": 0.8}}, ("E_RATIOS", "likelihood.tone")),
    cause(
        "all at once",
        {"likelihood.tone": {"alone": 0.9, "other": 0.8}, "likelihood.x": {}, "likelihood.footage": {"alone": 0.9}},
        ("E_RATIOS", "likelihood.tone"),
        ("E_CAUSE", "likelihood.x"),
        ("E_MISSING", "likelihood.footage.other"),
    ),
    cause("no item", {"likelihood": {}}, ("E_CAUSE", "likelihood")),
    cause("a number", {"likelihood": 0.5}, ("E_CAUSE", "likelihood")),
    cause("a number for an item", {"likelihood.footage": 0.5}, ("E_TYPE", "likelihood.footage")),
    cause("no probability", {"probability": REMOVED}, ("E_MISSING", "probability")),
    cause("no likelihood", {"likelihood": REMOVED}, ("E_MISSING", "likelihood")),
    cause("probability of one", {"probability": {"alone": 0.1}}, ("E_MISSING", "probability.other")),
    cause("probability 0", {"probability": 0}, ("E_ZERO_LIKELIHOOD", "probability")),
    cause("probability 1.5", {"probability.alone": 1.5}, ("E_RANGE", "probability.alone")),
    cause("unknown field", {"reliability": 0.5}, ("E_UNKNOWN_FIELD", "reliability")),
    cause(
        "a row of a parent",
        {"likelihood.fled": FLED},
        *(("E_TABLE", f"likelihood.fled.{name}") for name in ("alone", "other")),
    ),
    cause(
        "a missing outcome",
        {"likelihood.weapon.alone": {"knife": 0.5, "gun": 0.5}},
        ("E_TABLE", "likelihood.weapon.alone"),
    ),
    cause(
        "a name",
        {"likelihood.footage.alone": {"beta": [0, 1]}},
        ("E_PARAM", "likelihood.footage.alone.alpha"),
        python=["alpha"],
    ),
    case(
        "B48 two causes of an item",
        {
            "common_causes": CAUSES,
            "common_causes.forged": {
                "statement": "s",
                "probability": 0.1,
                "likelihood": {"footage": {"alone": 0.5, "other": 0.5}},
            },
        },
        ("E_CAUSE", "common_cause.forged.likelihood.footage"),
    ),
    # Rows that are the same under every hypothesis, and the floor of error
    item("same, above 1", {"footage.likelihood": {"same": 1.5}}, ("E_RANGE", "footage.likelihood")),
    item("same, 0", {"footage.likelihood": {"same": 0}}, ("E_ZERO_LIKELIHOOD", "footage.likelihood")),
    item("same, 1", {"footage.likelihood": {"same": 1}}, ("E_ONE_LIKELIHOOD", "footage.likelihood")),
    item(
        "same for one hypothesis",
        {"footage.likelihood.other": {"same": 0.2}},
        ("E_TABLE", "footage.likelihood.other"),
    ),
    item(
        "same, by hypothesis",
        {"footage.likelihood": {"same": {"alone": 0.5, "other": 0.2}}},
        ("E_TABLE", "footage.likelihood"),
    ),
    item(
        "same, without a parent's outcome",
        {"fled.likelihood": {"same": {"true": 0.8}}},
        ("E_TABLE", "fled.likelihood.False"),
    ),
    item(
        "same, outcomes that sum to .9",
        {"weapon.likelihood": {"same": {"knife": 0.2, "gun": 0.4, "none": 0.3}}},
        ("E_OUTCOMES_SUM", "weapon.likelihood"),
    ),
    cause("same", {"likelihood.footage": {"same": 0.2}}, ("E_TABLE", "likelihood.footage")),
    item("error above 1", {"footage.error": 1.5}, ("E_RANGE", "footage.error")),
    item("error 0", {"footage.error": 0}, ("E_ZERO_LIKELIHOOD", "footage.error")),
    item("error 1", {"footage.error": 1}, ("E_ONE_LIKELIHOOD", "footage.error")),
    item("error in words", {"footage.error": "rarely"}, ("E_NUMBER", "footage.error")),
    item("error of a ratio", {"tone.error": 0.1}, ("E_RATIOS", "tone.error")),
    case("error of all above 1", {"error": 1.5}, ("E_RANGE", "error")),
    case("error of all 0", {"error": 0}, ("E_ZERO_LIKELIHOOD", "error")),
    case("error of all, a list", {"error": [0.1]}, ("E_TYPE", "error")),
    case("B48 causes in a list", {"common_causes": [0.5]}, ("E_TYPE", "common_causes"), routes=("yaml", "json")),
    case(
        "B48 a cause without fields",
        {"common_causes": {"planted": 0.5}},
        ("E_TYPE", "common_cause.planted"),
        routes=("yaml", "json"),
    ),
    case("B48 instrument", {"sources.press.instrument": True}, ("E_SOURCE", "source.press.instrument")),
    case("B48 no if_unreliable", {"sources.press.if_unreliable": REMOVED}, ("E_SOURCE", "source.press.if_unreliable")),
    case(
        "B48 if_unreliable null",
        {"sources.press.if_unreliable.other": None},
        ("E_SOURCE", "source.press.if_unreliable.other"),
    ),
    item("B49 reports", {"tone.reports": [{"source": "press"}]}, ("E_RATIOS", "tone.likelihood")),
    item("B49 given", {"tone.given": "paid"}, ("E_RATIOS", "tone.likelihood")),
    item("B49 observed False", {"tone.observed": False}, ("E_RATIOS", "tone.likelihood")),
    item("B49 not observed", {"tone.observed": None}, ("E_RATIOS", "tone.likelihood")),
    item("B49 children", {"fled.given": "tone"}, ("E_RATIOS", "fled.given")),
    item(
        "B50",
        {"weapon.observed": REMOVED, "weapon.reports": [{"source": "press"}]},
        ("E_REPORT_OUTCOMES", "weapon.reports"),
    ),
    verbal("B51 unknown", {"words": "liklely", "scale": "icd203-2015"}, "term"),
    verbal("B51 language", {"words": "wahrscheinlich", "scale": "icd203-2015"}, "term"),
    verbal("B51 capital letters", {"words": "Likely", "scale": "icd203-2015"}, "term"),
    verbal("B51 another scale's", {"words": "realistic possibility", "scale": "icd203-2015"}, "term"),
    verbal("B51 number", {"words": 5, "scale": "icd203-2015"}, "term"),
    verbal("B51 no version", {"words": "likely", "scale": "icd203"}, "scale"),
    verbal("B51 no scale", {"words": "likely"}, "scale"),
    verbal("B51 a list of scales", {"words": "likely", "scale": ["icd203-2015"]}, "scale"),
    item(
        "B52 support as a probability",
        {"footage.likelihood.alone": {"words": "strong support", "scale": "enfsi-2015"}},
        ("E_VERBAL_KIND", "footage.likelihood.alone"),
    ),
    item(
        "B52 probability as a ratio",
        {"tone.likelihood.ratios.other": {"words": "likely", "scale": "icd203-2015"}},
        ("E_VERBAL_KIND", "tone.likelihood.other"),
    ),
    item(
        "B52 no upper end",
        {"tone.likelihood.ratios.other": {"words": "extremely strong support", "scale": "enfsi-2015"}},
        ("E_VERBAL", "tone.likelihood.other"),
    ),
    case("B53 two", {"hypotheses.alone.catch_all": True}, ("E_CATCH_ALL", "hypotheses")),
    case("B53 yes", {"hypotheses.other.catch_all": "yes"}, ("E_TYPE", "hypotheses.other.catch_all")),
    item("B56 named", {"weapon.observed": "bomb"}, ("E_OUTCOME", "weapon.observed")),
    item("B56 True of named", {"weapon.observed": True}, ("E_OUTCOME", "weapon.observed")),
    item("B56 left out", {"weapon.observed": REMOVED}, ("E_OUTCOME", "weapon.observed")),
    item("B56 1", {"footage.observed": 1}, ("E_OUTCOME", "footage.observed")),
    item("B56 yes", {"footage.observed": "yes"}, ("E_OUTCOME", "footage.observed")),
    item("B56 list", {"footage.observed": [True]}, ("E_OUTCOME", "footage.observed")),
    item("B56 with reports", {"paid.observed": True}, ("E_OUTCOME", "paid.observed")),
    item("B56 one outcome", {"weapon.outcomes": ["gun"]}, ("E_OUTCOME", "weapon.outcomes")),
    item("B56 the same outcome twice", {"weapon.outcomes": ["gun", "knife", "Gun"]}, ("E_OUTCOME", "weapon.outcomes")),
    item("B56 text for outcomes", {"weapon.outcomes": "gun"}, ("E_TYPE", "weapon.outcomes")),
    item("B57 empty", {"footage.observed": ""}, ("E_OUTCOME", "footage.observed")),
    item("B58 30 February", {"footage.date": "2024-02-30"}, ("E_DATE", "footage.date")),
    item("B58 time", {"footage.date": "2024-03-22T10:00:00"}, ("E_DATE", "footage.date")),
    item(
        "B58 a time in Python",
        {"footage.date": dt.datetime(2024, 3, 22, 10)},
        ("E_DATE", "footage.date"),
        routes=PYTHON,
    ),
    item("B58 year", {"footage.date": 2024}, ("E_DATE", "footage.date")),
    item("B58 another order", {"footage.date": "22.03.2024"}, ("E_DATE", "footage.date")),
]


@pytest.mark.parametrize(
    ("row", "route"),
    [pytest.param(row, route, id=f"{row.id}-{route}") for row in (*NUMBERS, *STRUCTURE) for route in row.routes],
)
def test_the_same_fault_has_the_same_code_from_every_route(row: Row, route: str, tmp_path: Path) -> None:
    """Exactly the faults that were put in are found, each at its address."""
    assert faults(lambda: ROUTES[route](changed(row.changes), tmp_path)) == row.expected(route)


# Files that cannot be read at all ------------------------------------------------------------------------------------


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


TEXTS = [
    ("B01 nothing", ".yaml", "", "E_EMPTY", "", (1, 1)),
    ("B01 comments", ".yaml", "# nothing\n\n# here\n", "E_EMPTY", "", (1, 1)),
    ("B01 null", ".yaml", "null\n", "E_EMPTY", "", (1, 1)),
    ("B01 a document of nothing", ".yaml", "---\n", "E_EMPTY", "", None),
    ("B01 nothing in JSON", ".json", "", "E_EMPTY", "", (1, 1)),
    ("B01 spaces in JSON", ".json", " \n", "E_EMPTY", "", (1, 1)),
    ("B01 null in JSON", ".json", "null", "E_EMPTY", "", (1, 1)),
    ("B01 list", ".yaml", "- question\n", "E_TYPE", "", (1, 1)),
    ("B01 list in JSON", ".json", "[]", "E_TYPE", "", (1, 1)),
    ("B02 UTF-16", ".yaml", "question: a".encode("utf-16"), "E_ENCODING", "", None),
    ("B02 UTF-16 without a mark", ".json", "{}".encode("utf-16-be"), "E_ENCODING", "", None),
    ("B02 Latin-1", ".yaml", "question: é".encode("latin-1"), "E_ENCODING", "", None),
    ("B02 NUL", ".yaml", b"question: a\0b", "E_ENCODING", "", None),
    ("B03 two marks", ".yaml", "\ufeff\ufeffquestion: a", "E_ENCODING", "", None),
    ("B03 two marks in JSON", ".json", "\ufeff\ufeff{}", "E_ENCODING", "", None),
    ("B05", ".yaml", "question: a\n---\nquestion: b\n", "E_MULTIDOC", "", (2, 1)),
    ("B05 with an end", ".yaml", "---\nquestion: a\n...\n---\nquestion: b\n", "E_MULTIDOC", "", (4, 1)),
    ("B06", ".yaml", "question: a\nprior:\n\talone: 1\n", "E_SYNTAX", "", (3, 1)),
    ("B07 truncated", ".json", '{"question": "a"', "E_SYNTAX", "", (1, 17)),
    ("B07 trailing garbage", ".json", '{"question": "a"}\n x', "E_SYNTAX", "", (2, 2)),
    ("B07 trailing comma", ".json", '{"question": "a",\n}', "E_SYNTAX", "", None),
    ("B07 comment", ".json", '{} // "a"', "E_SYNTAX", "", (1, 4)),
    ("B07 single quotes", ".json", "{'question': 'a'}", "E_SYNTAX", "", (1, 2)),
    ("B07 octal", ".json", '{"schema": 010}', "E_SYNTAX", "", (1, 13)),
    ("B07 another YAML", ".yaml", "%YAML 1.1\n---\nquestion: yes\n", "E_SYNTAX", "", (2, 1)),
    ("B07 a YAML that does not exist", ".yaml", "%YAML 1.3\n---\nquestion: a\n", "E_SYNTAX", "", (2, 1)),
    ("B07 truncated YAML", ".yaml", "prior: {alone: 1", "E_SYNTAX", "", (1, 17)),
    ("B07 control character", ".yaml", "question: a\nprior: \x1b\n", "E_SYNTAX", "", (2, 8)),
    ("B07 control character in JSON", ".json", '{"question": "\x1b"}', "E_SYNTAX", "", (1, 15)),
    ("B07 no such character", ".yaml", 'schema: 1\nquestion: "a \\UFFFFFFFF"\n', "E_SYNTAX", "", (2, 14)),
    ("B07 a list as a key", ".yaml", "? [a, b]\n: 1\n", "E_SYNTAX", "", (1, 3)),
    ("B08 python", ".yaml", "question: !!python/object/apply:os.system [id]\n", "E_TAG", "question", (1, 11)),
    ("B08 binary", ".yaml", "question: !!binary aGk=\n", "E_TAG", "question", (1, 11)),
    ("B08 set", ".yaml", "prior: !!set {alone}\n", "E_TAG", "prior", (1, 8)),
    ("B08 float", ".yaml", 'prior:\n  alone: !!float "nan"\n', "E_TAG", "prior.alone", (2, 10)),
    ("B08 str", ".yaml", "question: !!str 1\n", "E_TAG", "question", (1, 11)),
    ("B08 own", ".yaml", "question: !mine 1\n", "E_TAG", "question", (1, 11)),
    ("B08 none in particular", ".yaml", "question: ! 1\n", "E_TAG", "question", (1, 11)),
    ("B09 anchor", ".yaml", "prior: &x {alone: 1}\n", "E_ALIAS", "prior", (1, 8)),
    ("B09 alias of nothing", ".yaml", "prior: *x\n", "E_ALIAS", "prior", (1, 8)),
    ("B11", ".yaml", "prior:\n  alone: 1\n  <<: {alone: 2}\n", "E_MERGE", "prior.<<", (3, 3)),
    ("B12", ".yaml", "question: a\nprior: {}\nquestion: b\n", "E_DUPKEY", "question", (3, 1)),
    (
        "B12 deep",
        ".yaml",
        "sources:\n  press:\n    statement: a\n    statement: b\n",
        "E_DUPKEY",
        "source.press.statement",
        (4, 5),
    ),
    ("B12 flow", ".yaml", "prior: {a: 1, a: 2}\n", "E_DUPKEY", "prior.a", (1, 15)),
    (
        "B12 JSON",
        ".json",
        '{"question": "a",\n "prior": {"a": {"b": 1}, "a": {"b": 2}}}',
        "E_DUPKEY",
        "prior.a",
        (2, 27),
    ),
    ("B12 escaped", ".json", '{"a": 1, "\\u0061": 2}', "E_DUPKEY", "a", (1, 10)),
    ("B13 33", ".yaml", f"question: {nested(32)}", "E_DEPTH", "question" + ".0" * 31, (1, 42)),
    ("B13 33 in JSON", ".json", f'{{"question": {nested(32)}}}', "E_DEPTH", "question" + ".0" * 31, (1, 45)),
    ("B13 1000", ".yaml", nested(1_000), "E_DEPTH", ".".join("0" * 32), (1, 33)),
    ("B13 1000 in JSON", ".json", nested(1_000), "E_DEPTH", ".".join("0" * 32), (1, 33)),
    ("B13 100 000", ".yaml", nested(100_000), "E_DEPTH", ".".join("0" * 32), (1, 33)),
    ("B13 100 000 in JSON", ".json", nested(100_000), "E_DEPTH", ".".join("0" * 32), (1, 33)),
    ("B13 mappings", ".yaml", "{a: " * 100_000, "E_DEPTH", ".".join("a" * 32), (1, 129)),
    ("B13 mappings in JSON", ".json", '{"a": ' * 100_000, "E_DEPTH", ".".join("a" * 32), (1, 193)),
    ("B13 block", ".yaml", "- " * 1_000 + "a", "E_DEPTH", ".".join("0" * 32), (1, 65)),
    ("B14 in JSON", ".json", '{"prior": {\n "alone": ' + "1" * 5_001 + "}}", "E_NUMBER_SIZE", "prior.alone", (2, 11)),
    ("B14 exponent in JSON", ".json", '{"prior": [1, 1e10000]}', "E_NUMBER_SIZE", "prior.1", (1, 15)),
    ("B20 hexadecimal in JSON", ".json", '{"prior": {"alone": 0x1F}}', "E_SYNTAX", "", (1, 22)),
    ("B20 underscore in JSON", ".json", '{"prior": {"alone": 1_000}}', "E_SYNTAX", "", (1, 22)),
    ("B21 percent in JSON", ".json", '{"prior": {"alone": 50%}}', "E_SYNTAX", "", (1, 23)),
    ("B22 1e400", ".yaml", "prior:\n  alone: 1e400\n", "E_NOT_FINITE", "prior.alone", (2, 10)),
    ("B22 1e400 in JSON", ".json", '{"prior": {\n "alone": -1e400}}', "E_NOT_FINITE", "prior.alone", (2, 11)),
    (
        "B15 1e5 keys",
        ".yaml",
        "sources:\n" + "".join(f" a{i}: 1\n" for i in range(100_000)),
        "E_LIMIT",
        "sources",
        (10_002, 2),
    ),
    (
        "B15 1e5 keys in JSON",
        ".json",
        json.dumps({"sources": dict.fromkeys(map(str, range(100_000)))}),
        "E_LIMIT",
        "sources",
        None,
    ),
    ("B15 1e5 entries", ".yaml", "prior_basis: [" + "a," * 100_000 + "]", "E_LIMIT", "prior_basis", (1, 20_015)),
    (
        "B15 1e5 entries in JSON",
        ".json",
        json.dumps({"prior_basis": ["a"] * 100_000}),
        "E_LIMIT",
        "prior_basis",
        None,
    ),
    ("B15 key of 1 MB", ".yaml", "evidence:\n  " + "a" * 1_000_000 + ": 1\n", "E_LIMIT", "", (2, 3)),
    ("B15 key of 1001", ".yaml", "evidence:\n  " + "a" * 1_001 + ": 1\n", "E_LIMIT", "evidence." + "a" * 1_001, (2, 3)),
    ("B17 zip", ".yaml", b"PK\x03\x04rest", "E_ENCODING", "", None),
    ("B17 gzip", ".json", b"\x1f\x8brest", "E_ENCODING", "", None),
    ("B17 bzip2", ".yaml", b"BZh9rest", "E_ENCODING", "", None),
    ("B17 xz", ".json", b"\xfd7zXZ\x00rest", "E_ENCODING", "", None),
    ("B17 zstd", ".yaml", b"\x28\xb5\x2f\xfdrest", "E_ENCODING", "", None),
    ("B65 newer", ".yaml", "question: a\nschema: 2\n", "E_SCHEMA_NEWER", "schema", (2, 1)),
    ("B65 newer in JSON", ".json", '{"schema": 2}', "E_SCHEMA_NEWER", "schema", (1, 2)),
    ("B65 older", ".yaml", "schema: 0\n", "E_TYPE", "schema", (1, 1)),
    ("B65 text", ".yaml", 'schema: "1"\n', "E_TYPE", "schema", (1, 1)),
    ("B65 true", ".json", '{"schema": true}', "E_TYPE", "schema", (1, 2)),
]


@pytest.mark.parametrize(
    ("ending", "content", "code", "address", "place"), [pytest.param(*row[1:], id=row[0]) for row in TEXTS]
)
def test_a_text_that_cannot_be_read_is_refused_where_it_goes_wrong(
    ending: str, content: str | bytes, code: str, address: str, place: tuple[int, int] | None, tmp_path: Path
) -> None:
    """There is one problem, with its code, its address, its line and its column."""
    with pytest.raises(CaseError) as caught:
        loaded(content, tmp_path / f"case{ending}")
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == (code, address)
    assert place is None or (problem.line, problem.column) == place


def test_b01_the_position_of_an_offset_is_named(tmp_path: Path) -> None:
    """B02: what is not UTF-8 is refused with the byte at which it stops being so."""
    with pytest.raises(CaseError, match="byte 11"):
        loaded("question: aé".encode("latin-1"), tmp_path / "case.yaml")
    with pytest.raises(CaseError, match="NUL at byte 11"):
        loaded(b"question: a\0b", tmp_path / "case.yaml")


@pytest.mark.parametrize("ending", [".yaml", ".yml", ".json"])
def test_b03_one_byte_order_mark_is_read_over(ending: str, tmp_path: Path) -> None:
    """B03: a file that begins with one byte order mark states the same case."""
    text = json.dumps(TREE) if ending == ".json" else yaml_text(TREE)
    assert loaded("\ufeff" + text, tmp_path / f"case{ending}") == declared(TREE)


@pytest.mark.parametrize("ending", [".yaml", ".yml", ".json"])
def test_b04_a_file_that_is_too_large_is_not_read(ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """B04: the size is looked at before the file is opened."""
    path = tmp_path / f"case{ending}"
    path.write_bytes(b"x" * 101)
    monkeypatch.setitem(casefile.MAX_BYTES, ending, 100)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("the file was read"))
    assert faults(lambda: load_case(path)) == [("E_TOO_LARGE", "")]
    with pytest.raises(CaseError, match="has 101 bytes; at most 100 are read"):
        load_case(path)


def test_b04_the_limits_are_generous() -> None:
    """B04: YAML may have 20 MB and JSON 200 MB."""
    assert casefile.MAX_BYTES == {".yaml": 20_000_000, ".yml": 20_000_000, ".json": 200_000_000}


@pytest.mark.parametrize("route", ["yaml", "json"])
def test_faults_of_a_file_are_listed_up_to_a_hundred_and_counted(route: str, tmp_path: Path) -> None:
    """Each of the hundred that are listed begins with its own line and column, in the order of the file."""
    tree = changed({f"evidence.e{i}": {"statement": "s", "likelihood": {"alone": 2, "other": 0.5}} for i in range(250)})
    text = yaml_text(tree) if route == "yaml" else json.dumps(tree, indent=1)
    with pytest.raises(CaseError) as caught:
        loaded(text, tmp_path / f"case.{route}")
    first, *listed, last = str(caught.value).splitlines()
    assert (first, len(listed), last) == ("250 problems:", 100, "  and 150 more")
    places = [
        re.match(r"  line (\d+), column (\d+): E_RANGE evidence\.e\d+\.likelihood\.alone: 2 is", line)
        for line in listed
    ]
    assert all(places)
    lines = [int(place[1]) for place in places if place]
    assert lines == sorted(set(lines))
    assert all('"alone"' in text.splitlines()[line - 1] for line in lines)


def test_b05_b12_both_lines_are_named(tmp_path: Path) -> None:
    """B05, B12: a second document, and a key that stands twice, are refused with both lines."""
    with pytest.raises(CaseError, match="at lines 1 and 3"):
        loaded("---\nquestion: a\n---\nquestion: b\n", tmp_path / "case.yaml")
    with pytest.raises(CaseError, match="'prior' stands twice, at lines 2 and 4"):
        loaded("question: a\nprior:\n  a: 1\nprior:\n  a: 1\n", tmp_path / "case.yaml")
    with pytest.raises(CaseError, match="'prior' stands twice, at lines 1 and 2"):
        loaded('{"prior": 1,\n"prior": 2}', tmp_path / "case.json")


def test_b09_billion_laughs_are_refused_before_anything_is_built(tmp_path: Path) -> None:
    """B09: nine lists of nine aliases each are 81 small faults, not a billion entries."""
    lines = ['a0: &a0 ["lol"]']
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    found = faults(lambda: loaded("\n".join(lines), tmp_path / "case.yaml"))
    assert {code for code, _ in found} == {"E_ALIAS"}
    assert len(found) == 10 + 81


def test_b10_a_list_in_itself_is_refused(tmp_path: Path) -> None:
    """B10: both the anchor and the alias to it are refused."""
    found = faults(lambda: loaded("prior_basis: &x [*x]\n", tmp_path / "case.yaml"))
    assert found == [("E_ALIAS", "prior_basis"), ("E_ALIAS", "prior_basis.0")]


@pytest.mark.parametrize("route", ["yaml", "json"])
@pytest.mark.parametrize("key", ["True", "TRUE"])
def test_b12_one_outcome_has_one_row(key: str, route: str, tmp_path: Path) -> None:
    """B12: `true` and `True` are the same outcome, so a row for each is one too many."""
    tree = changed({f"evidence.fled.likelihood.alone.{key}": 0.3})
    assert faults(lambda: ROUTES[route](tree, tmp_path)) == [("E_DUPKEY", "evidence.fled.likelihood.alone.True")]
    tree = changed({"evidence.weapon.likelihood.other.dirichlet": {"true": 1, key: 2, "gun": 3}})
    assert faults(lambda: ROUTES[route](tree, tmp_path)) == [("E_DUPKEY", "evidence.weapon.likelihood.other")]


@pytest.mark.parametrize("depth", [33, 1_000, 100_000])
def test_b13_mappings_are_counted_in_python_too(depth: int) -> None:
    """B13: a likelihood nested without end is refused where it stands, without recursion."""
    nest: Any = 0.5
    for _ in range(depth):
        nest = {"a": nest}
    found = faults(lambda: Evidence(name="e", statement="s", likelihood=nest))
    assert found == [("E_DEPTH", "evidence.e.likelihood")]


def test_b13_thirty_two_are_not_too_many(tmp_path: Path) -> None:
    """B13: what is nested 32 deep is read."""
    for ending in (".yaml", ".json"):
        found = faults(lambda ending=ending: loaded(nested(32), tmp_path / f"case{ending}"))
        assert found == [("E_TYPE", "")]


def test_b15_a_text_of_100_mb_is_counted_and_not_looked_through() -> None:
    """B15: the limit is named with the field."""
    with pytest.raises(CaseError, match=r"E_LIMIT question: 100,000,000 characters; at most 20,000 are allowed\."):
        declared(changed({"question": "x" * 100_000_000}))


@pytest.mark.parametrize(
    "path",
    [
        "https://example.org/case.yaml",
        "file:///case.yaml",
        "missing.yaml",
        "",
        "\0.yaml",
        "/dev/null",
        ".",
    ],
)
def test_b16_what_is_no_file_is_refused(path: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """B16: a URL, a device, a directory, nothing at all: E_PATH, whatever it is."""
    monkeypatch.chdir(tmp_path)
    assert faults(lambda: load_case(path)) == [("E_PATH", "")]


@pytest.mark.parametrize("path", [5, b"\xff", None, {}, declared(TREE)])
def test_b16_what_is_no_path_is_refused_as_such(path: Any) -> None:
    """B16: E_TYPE for anything but a text or a path, whatever is to be read or written there."""
    case = declared(TREE)
    for verb in (lambda: load_case(path), lambda: load_posterior(path), lambda: dump_case(case, path)):
        assert faults(verb) == [("E_TYPE", "path")]


def test_b16_a_fifo_does_not_hang(tmp_path: Path) -> None:
    """B16: a FIFO that nobody writes to is refused at once."""
    os.mkfifo(tmp_path / "case.yaml")
    assert faults(lambda: load_case(tmp_path / "case.yaml")) == [("E_PATH", "")]


@pytest.mark.parametrize("name", ["case.txt", "case", "case.YAML", "case.yaml.gz"])
def test_b16_the_ending_says_how_a_file_is_read(name: str, tmp_path: Path) -> None:
    """B16: a file of another ending is neither read nor written."""
    (tmp_path / name).write_text(yaml_text(TREE))
    assert faults(lambda: load_case(tmp_path / name)) == [("E_PATH", "")]
    assert faults(lambda: dump_case(declared(TREE), tmp_path / name)) == [("E_PATH", "")]


def test_b16_a_file_that_goes_away_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """B16: what the system refuses while the file is read is E_PATH too."""

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "case.yaml").touch()
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(CaseError, match=r"E_PATH .*case\.yaml' cannot be read: Permission denied\."):
        load_case(tmp_path / "case.yaml")


@pytest.mark.parametrize("written", ["1e-3", "1.0E-3", "1.0e-03", ".001", "+0.001", "1000E-6"])
def test_b18_numbers_are_those_of_yaml_1_2(written: str, tmp_path: Path) -> None:
    """B18: an exponent needs no point and no sign."""
    text = yaml_text(changed({"evidence.footage.likelihood.other": Plain(written)}))
    assert loaded(text, tmp_path / "case.yaml").evidence[0].likelihood["other"] == 0.001


@pytest.mark.parametrize("written", ["1e-3", "1.0E-3", "1.0e-03", "1000E-6", "0.001"])
def test_b18_numbers_are_those_of_json_too(written: str, tmp_path: Path) -> None:
    """B18: JSON has exponents in all spellings."""
    text = json.dumps(changed({"evidence.footage.likelihood.other": 0.125})).replace("0.125", written)
    assert loaded(text, tmp_path / "case.json").evidence[0].likelihood["other"] == 0.001


@pytest.mark.parametrize("value", [5e-324, 1e-310, 1e-300])
def test_b26_the_smallest_numbers_are_kept(value: float, tmp_path: Path) -> None:
    """B26: a subnormal likelihood is declared, written and read as it is."""
    for route in ROUTES.values():
        case = route(changed({"evidence.footage.likelihood.other": value}), tmp_path)
        assert case.evidence[0].likelihood["other"] == value


def hint(changes: Mapping[str, Any]) -> str:
    """The hint of the last thing that is wrong."""
    with pytest.raises(CaseError) as caught:
        declared(changed(changes))
    return caught.value.problems[-1].hint


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1:30", "Write 0.03333333333, or use odds if this is a prior."),
        ("0,5", "Write 0.5."),
        ("50%", "Write 0.5."),
        ("12,5 %", "Write 0.125."),
        ("1/3", "Write 0.3333333333."),
        (" 0.5", "Write 0.5."),
        ("0,125", "Write 0.125."),
        ("1,000", "Write a decimal such as 0.25."),
        ("1/0", "Write a decimal such as 0.25."),
        ("1/2/3", "Write a decimal such as 0.25."),
        ("1e999", "Write a decimal such as 0.25."),
        ("0.5", "Write 0.5 without quotes."),
        ("010", "Write a decimal such as 0.25."),
        ("00.5", "Write a decimal such as 0.25."),
        ("likely", "Write a decimal such as 0.25."),
        (50, "Write 0.5 if percent was meant."),
        (2.5, "Write 0.025 if percent was meant."),
        (1.2, "It lies between 0 and 1."),
        (100, "It lies between 0 and 1."),
        (-3, "It lies between 0 and 1."),
    ],
)
def test_b19_b21_the_hint_shows_the_decimal(written: Any, expected: str) -> None:
    """B19, B21, B25: a number that is not written as a decimal is answered with the decimal, if there is only one."""
    assert hint({"evidence.footage.likelihood.other": written}) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (0, "A ratio is positive; what cannot be is stated as a likelihood, with `Impossible(reason)`."),
        (-2, "It must be positive, from 1e-300 to 1e+300."),
    ],
)
def test_b32_nothing_is_no_ratio(given: float, expected: str) -> None:
    """B32: a ratio of 0 is answered with the way to exclude a hypothesis."""
    assert hint({"evidence.tone.likelihood.ratios.other": given}) == expected


def test_b27_b28_odds_are_offered() -> None:
    """B27, B28: the sum is named, and the way to state proportions, simplest where they are equal."""
    with pytest.raises(CaseError, match=r"sums to 0\.9, not 1\. Write Odds\(\{'alone': 0\.6, 'other': 0\.3\}\)"):
        declared(changed({"prior": {"alone": 0.6, "other": 0.3}}))
    thirds = changed({"hypotheses.a_third": {"statement": "c"}, "evidence": {}, "sources": {},
                      "prior": {"alone": 0.333, "other": 0.333, "a_third": 0.333}})  # fmt: skip
    with pytest.raises(CaseError, match=r"not 1\. Write Odds\(\{'alone': 1, 'other': 1, 'a_third': 1\}\)"):
        declared(thirds)
    assert hint({"prior": {"alone": 0.9, "other": {"impossible": "so"}}}).startswith("Scale what is not excluded")


FILE_HINTS = [
    ({"prior": {"alone": 0.6, "other": 0.3}}, "Write {odds: {alone: 0.6, other: 0.3}} if only the proportions"),
    ({"prior": REMOVED}, "Give {name: probability}, `odds`, `dirichlet` or `base_rates`."),
    ({"prior.alone": 0}, "Write {impossible: reason} or {certain: reason}: no evidence can ever move it again."),
    ({"evidence.footage.likelihood.other": 0}, "Write {impossible: reason}, or a small number"),
    ({"evidence.footage.likelihood.other": 1}, "Write {certain: reason}, or"),
    ({"evidence.footage.likelihood.other": [0.2, 0.6]}, "Write a decimal such as 0.25; what is not known so well is "
     "stated as a range, such as {between: [0.2, 0.6]}."),
    ({"evidence.footage.likelihood.other": {"dirichlet": {"true": 1, "false": 2}}}, "Write {beta: [alpha of true, "),
    ({"evidence.footage.likelihood": 0.5}, "Give {hypothesis: probability}, `same` or `ratios`."),
    ({"evidence.footage.observed": "yes"}, "Say which of true, false was observed, or null if nobody has."),
    ({"evidence.fled.likelihood.alone": 0.5}, "Give one row for each outcome of 'paid': true, false."),
    ({"evidence.tone.observed": False}, "State likelihoods where there are reports, parents, named outcomes, or an "
     "item not observed or false."),
    ({"evidence.footage.colour": "red"}, "Allowed: label, statement, likelihood, error, observed, outcomes, given, "
     "reports, "
     "date, citation."),
    ({"evidence.footage.likelihood.other": {"between": [50, 60]}}, "Write {between: [0.5, 0.6]} if percent was meant."),
    ({"evidence.footage.likelihood.other": {"quantiles": {"0.1": 0.2, "0.9": 0.4}}}, "Two are a `between`."),
    ({"evidence.tone.likelihood.ratios.other": {"words": "extremely strong support", "scale": "enfsi-2015"}},
     "State a `ratio_between` with both ends."),
    ({"sources.press.reliability": REMOVED}, "State how likely it is; a wide range such as {between: [0.2, 0.8]} is"),
]  # fmt: skip


@pytest.mark.parametrize("route", ["yaml", "json"])
@pytest.mark.parametrize(("changes", "expected"), FILE_HINTS)
def test_a_hint_about_a_file_is_in_terms_of_the_file(
    changes: Mapping[str, Any], expected: str, route: str, tmp_path: Path
) -> None:
    """What to write is shown as it is written there, not as it is in Python."""
    with pytest.raises(CaseError) as caught:
        ROUTES[route](changed(changes), tmp_path)
    assert caught.value.problems[0].hint.startswith(expected)


FILE_MESSAGES = [
    ({"evidence.footage.likelihood.other": None}, "null stands where a number belongs."),
    ({"evidence.footage.likelihood.other": True}, "true stands where a number belongs."),
    ({"evidence.footage.likelihood.other": "no"}, "'no' stands where a number belongs."),
    ({"evidence.footage.likelihood.other": [0.5]}, "[0.5] stands where a number belongs."),
    ({"evidence.footage.likelihood.other": 50}, "50 is not a probability."),
    ({"evidence.footage.likelihood.other": 50.5}, "50.5 is not a probability."),
    ({"evidence.footage.date": 2024}, "2024 is not a date."),
    ({"evidence.weapon.observed": True}, "true is not an outcome."),
    ({"evidence.weapon.observed": "True"}, "'True' is not an outcome."),
]


@pytest.mark.parametrize("route", ["yaml", "json"])
@pytest.mark.parametrize(("changes", "expected"), FILE_MESSAGES)
def test_a_message_about_a_file_has_what_stands_there(
    changes: Mapping[str, Any], expected: str, route: str, tmp_path: Path
) -> None:
    """What was given is repeated as it is written in a file, not as Python has it."""
    with pytest.raises(CaseError) as caught:
        ROUTES[route](changed(changes), tmp_path)
    assert caught.value.problems[0].message == expected


@pytest.mark.parametrize("row", [row for row in (*NUMBERS, *STRUCTURE) if "yaml" in row.routes], ids=lambda row: row.id)
def test_every_fault_comes_with_what_to_do(row: Row, tmp_path: Path) -> None:
    """No row is without a hint, and what a file is told names nothing that only Python has."""
    with pytest.raises(CaseError) as caught:
        from_yaml(changed(row.changes), tmp_path)
    for problem in caught.value.problems:
        assert problem.hint
        assert not re.search(r"\b(Odds|Between|Impossible|Certain|Beta|Ratios|Dirichlet|None|True)\b", problem.hint)


def test_b40_the_sign_that_is_hard_to_see_is_named() -> None:
    """B40, B42: a look-alike, an invisible sign and a length are named."""
    odd = {
        "f\u043eo": "it has a U+043E, CYRILLIC SMALL LETTER O.",
        "a\u200b": "it has a U+200B, ZERO WIDTH SPACE.",
        "a" * 65: "it has 65 characters.",
    }
    for name, why in odd.items():
        with pytest.raises(CaseError) as caught:
            Case(question="q", hypotheses=[Hypothesis(name=name, statement="s")], prior={})
        assert any(problem.message.endswith(why) for problem in caught.value.problems)


def test_b51_the_scale_that_has_the_term_is_named() -> None:
    """B51: a term of another scale is answered with that scale."""
    assert faults(lambda: Words("realistic possibility", "icd203-2015")) == [("E_VERBAL", "term")]
    with pytest.raises(CaseError, match=r"has no term 'realistic possibility'\. It is a term of phia-2018\."):
        Words("realistic possibility", "icd203-2015")


def test_b56_what_was_left_out_is_not_said_to_have_been_given() -> None:
    """B56: an item with named outcomes and nothing observed is told that it is not stated."""
    with pytest.raises(CaseError, match=r"observed: it is not stated, and True is not an outcome\."):
        declared(changed({"evidence.weapon.observed": REMOVED}))


SYNTAX_HINTS = [
    (".yaml", "a:\n\tb: 1\n", "Write spaces in place of tabs."),
    (".yaml", "prior:\t\n  a: 1\n", "Write spaces in place of tabs."),
    (".yaml", "question: who: me\n", "Put text that holds a colon in double quotes."),
    (".yaml", "question: @me\n", "Leave it out, or put text that begins with this character in double quotes."),
    (".yaml", "question: 'a\n", "A bracket or a quotation mark is not closed."),
    (".yaml", "prior: {a: 1\n", "A bracket or a quotation mark is not closed."),
    (".yaml", "a: 1\n b: 2\n", "Put text that holds a colon in double quotes."),
    (".yaml", "a: 'b' c\n", "What belongs together begins in the same column; text with special characters"),
    (".yaml", "a: 1\nb\nc: 1\n", "Write `name: value`; long text needs double quotes."),
    (".yaml", 'question: "\\UFFFFFFFF"\n', "The last is \\U0010FFFF."),
    (".json", '{"a": 1} # b', "Nothing may follow the last bracket; JSON has no comments."),
    (".json", "{'a': 1}", "Names need double quotes, and no comma follows the last entry."),
    (".json", '{"a": 1 "b": 2}', "A comma, a bracket or a quotation mark is missing before this place."),
    (".json", '{"a" 1}', 'Write "name": value.'),
    (".json", '{"a": yes}', "Write a number, a text in double quotes, true, false, null, a list or a mapping."),
    (".json", '{"a": 010}', "Write a decimal such as 0.25."),
    (".json", '{"a": 1_000}', "Write 1000."),
    (".json", '{"a": [.5]}', "Write 0.5."),
    (".json", '{"a": 50%}', "Write 0.5."),
    (".json", '{"a": 1/4}', "Write 0.25."),
    (".json", "[" + " " * 1_000 + "+1]", "Write 1."),
    (".json", '{"a": -}', "Write a decimal such as 0.25."),
    (".json", '{"a": 0.5', "A comma, a bracket or a quotation mark is missing before this place."),
    (".json", '{"a": "b}', "A quotation mark is missing."),
    (".json", '{"a": "\n"}', "Write it as an escape such as \\n, or leave it out."),
    (".json", '{"a": "\\x"}', "Write a backslash as \\\\."),
]


@pytest.mark.parametrize(("ending", "text", "expected"), SYNTAX_HINTS)
def test_b06_b07_what_the_parser_says_comes_with_what_to_do(
    ending: str, text: str, expected: str, tmp_path: Path
) -> None:
    """B06, B07: the usual mistakes of form are answered with what mends them."""
    with pytest.raises(CaseError) as caught:
        loaded(text, tmp_path / f"case{ending}")
    assert caught.value.problems[-1].code == "E_SYNTAX"
    assert caught.value.problems[-1].hint.startswith(expected)


def test_b29_b33_certainty_is_offered_with_a_reason() -> None:
    """B29, B33: a bare 0 or 1 is answered with the way to state it."""
    assert "Impossible(reason)" in hint({"evidence.footage.likelihood.other": 0})
    assert "Certain(reason)" in hint({"evidence.footage.likelihood.other": 1})
    assert "Certain(reason)" in hint({"prior": {"alone": 0, "other": 1}})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"prioir": 1}, "Did you mean 'prior'?"),
        ({"evidence.footage.observd": True}, "Did you mean 'observed'?"),
        ({"evidence.footage.likelihood.othr": 0.5}, "Did you mean 'other'?"),
        ({"evidence.fled.given": "payed"}, "Did you mean 'paid'?"),
        ({"evidence.paid.reports.1.copied_from": "agenci"}, "Did you mean 'agency'?"),
        ({"evidence.paid.reports.1.copied_from": "press"}, "Allowed: agency."),
        ({"evidence.paid.reports.0.source": "agenzy"}, "Did you mean 'agency'?"),
        ({"evidence.footage.likelihood.alone": {"words": "liklely", "scale": "icd203-2015"}}, "Did you mean 'likely'?"),
        ({"evidence.footage.likelihood.alone": {"words": "likely", "scale": "icd203"}}, "Did you mean 'icd203-2015'?"),
        ({"evidence.footage.likelihood.alone": {"words": "likely"}}, "Name one of icd203-2015, phia-2018,"),
    ],
)
def test_b37_b38_b51_the_nearest_name_is_offered(changes: Mapping[str, Any], expected: str) -> None:
    """B37, B38, B47, B51: a name that does not exist is answered with the nearest that does, never with itself."""
    with pytest.raises(CaseError) as caught:
        declared(changed(changes))
    assert any(problem.hint.startswith(expected) for problem in caught.value.problems)


@pytest.mark.parametrize("route", ROUTES)
def test_b34_a_case_that_contradicts_itself_names_the_items(route: str, tmp_path: Path) -> None:
    """B34: every hypothesis excluded by items that were observed: which item excludes which."""
    changes = {
        "evidence.footage.likelihood.alone": {"impossible": "so"},
        "evidence.weapon.likelihood.other": {"knife": 0.5, "gun": {"impossible": "so"}, "none": 0.5},
    }
    case = ROUTES[route](changed(changes), tmp_path)
    assert [problem.code for problem in cautions(case)] == ["W_CROMWELL", "W_CROMWELL"]
    with pytest.raises(ContradictionError) as caught:
        weigh(case)
    assert caught.value.excluded_by == {"alone": ("footage",), "other": ("weapon",)}
    assert "'alone' by footage; 'other' by weapon" in str(caught.value)


def test_b39_a_name_stands_for_one_thing(tmp_path: Path) -> None:
    """B39: two parts of one name are refused, as E_DUP_NAME in Python and as a key that stands twice in a file."""
    twice = [Hypothesis(name=name, statement="s") for name in ("a", "b", "a")]
    found = faults(lambda: Case(question="q", hypotheses=twice, prior={"a": 0.5, "b": 0.5}))
    assert found == [("E_DUP_NAME", "hypotheses.a")]
    case = declared(TREE)
    found = faults(lambda: case.model_copy(update={"evidence": [*case.evidence, case.evidence[0]]}))
    assert found == [("E_DUP_NAME", "evidence.footage")]
    found = faults(lambda: case.model_copy(update={"sources": [*case.sources, case.sources[1]]}))
    assert found == [("E_DUP_NAME", "source.press")]
    found = faults(lambda: loaded("hypotheses:\n  a: {}\n  b: {}\n  a: {}\n", tmp_path / "case.yaml"))
    assert found == [("E_DUPKEY", "hypotheses.a")]


@pytest.mark.parametrize("name", ["NO", "yes", "no", "on", "off", "y", "NULLS", "e1", "inf", "nan", "T1e3"])
def test_b41_words_that_yaml_1_1_took_for_something_else_are_names(name: str, tmp_path: Path) -> None:
    """B41: `NO` is a hypothesis, an item, a source and an outcome like any other."""
    word = Plain(name)
    rows = {key: {word: 0.4, "else": 0.6} for key in (word, "other")}
    item = {"statement": "e", "outcomes": [word, "else"], "observed": word, "likelihood": rows}
    said = {"statement": "e", "likelihood": {word: 0.5, "other": 0.6}, "reports": [{"source": word}]}
    tree = {
        "question": "q",
        "hypotheses": {word: {"statement": "a"}, "other": {"statement": "b"}},
        "prior": {word: 0.5, "other": 0.5},
        "sources": {word: {"statement": "s", "reliability": 0.9, "if_unreliable": {word: 0.5, "other": 0.5}}},
        "evidence": {word: item, "said": said},
    }
    case = from_yaml(tree, tmp_path)
    assert case.names == (name, "other")
    assert case.evidence[0].observed == case.sources[0].name == case.evidence[1].reports[0].source == name
    dump_case(case, tmp_path / "again.yaml")
    assert load_case(tmp_path / "again.yaml") == case


def test_b45_b47_every_circle_is_named() -> None:
    """B45, B47: items given each other, and reports copied from each other, are named all the way round."""
    row = {True: 0.5, False: 0.4}
    items = [
        Evidence(name=name, statement="s", given=parent, likelihood={"a": row, "b": row})
        for name, parent in zip("uvwxyz", "vwuyzx", strict=True)
    ]
    hypotheses = [Hypothesis(name=name, statement="s") for name in "ab"]
    with pytest.raises(CaseError) as caught:
        Case(question="q", hypotheses=hypotheses, prior={"a": 0.5, "b": 0.5}, evidence=items)
    assert [problem.message.rpartition(": ")[2] for problem in caught.value.problems] == [
        "'u' -> 'w' -> 'v' -> 'u'.",
        "'x' -> 'z' -> 'y' -> 'x'.",
    ]


def test_b45_five_hundred_circles_are_named_too() -> None:
    """B45: as many circles as there are pairs of items, without recursion."""
    rows = {name: {True: 0.5, False: 0.4} for name in "ab"}
    items = [Evidence(name=f"e{i}", statement="s", given=f"e{i ^ 1}", likelihood=rows) for i in range(1_000)]
    hypotheses = [Hypothesis(name=name, statement="s") for name in "ab"]
    found = faults(lambda: Case(question="q", hypotheses=hypotheses, prior={"a": 0.5, "b": 0.5}, evidence=items))
    assert {code for code, _ in found} == {"E_GIVEN"}
    assert len(found) == 500


def test_b57_an_item_may_be_open(tmp_path: Path) -> None:
    """B57: `observed: null` is an item that nobody has observed."""
    for route in ROUTES.values():
        assert route(changed({"evidence.footage.observed": None}), tmp_path).evidence[0].observed is None


@pytest.mark.parametrize("seed", [-1, 1.0, 2**63, True, "1", math.nan, np.float32("nan"), None])
def test_b59_seeds_are_whole_numbers_below_2_to_the_63(seed: Any) -> None:
    """B59: a negative, fractional or larger seed is refused."""
    assert faults(lambda: Sampling(seed=seed)) == [("E_SEED", "sampling.seed")]


@pytest.mark.parametrize("seed", [0, 2**63 - 1, np.int64(5)])
def test_b59_other_seeds_are_taken(seed: Any) -> None:
    """B59: the smallest, the largest and NumPy's seeds are taken."""
    assert Sampling(seed=seed).seed == seed


def test_b60_too_few_draws_are_refused() -> None:
    """B60: fewer than 100 draws or tuning steps, or fewer than 4 chains, all at once."""
    found = faults(lambda: Sampling(draws=0, tune=99, chains=1))
    assert found == [("E_SAMPLER", f"sampling.{name}") for name in ("chains", "draws", "tune")]
    assert faults(lambda: Sampling(draws=100.0)) == [("E_SAMPLER", "sampling.draws")]
    assert Sampling(draws=100, tune=100, chains=4).draws == 100


def test_b65_both_versions_are_named(tmp_path: Path) -> None:
    """B65: a newer file is refused with its version and ours, and with nothing else that is wrong."""
    with pytest.raises(CaseError, match=r"schema 2; this library reads schema 1") as caught:
        loaded("schema: 2\nno: idea\n", tmp_path / "case.yaml")
    assert len(caught.value.problems) == 1


# Cautions ------------------------------------------------------------------------------------------------------------


SURE, NEVER = {"certain": "so"}, {"impossible": "so"}
TABLE = {"true": 0.3, "false": 0.3}
TRACE = {"true": 0.3, "false": 0.1}
INSTRUMENT = {"statement": "s", "says_true_if_true": 0.9, "says_true_if_false": {"alone": 0.1, "other": 0.2}}

CAUTIONS = [
    case(
        "B29", {"prior": {"alone": SURE, "other": NEVER}}, ("W_CROMWELL", "prior.alone"), ("W_CROMWELL", "prior.other")
    ),
    item("B31", {"footage.likelihood.alone": {"uniform": [0, 1]}}, ("W_VACUOUS", "footage.likelihood.alone")),
    item("B31 table", {"fled.likelihood.alone.true": {"uniform": [0, 1]}}, ("W_VACUOUS", "fled.likelihood.alone.True")),
    item("B31 point", {"footage.likelihood.alone": {"between": [0.4, 0.4]}}),
    item("B32 large", {"tone.likelihood.ratios.other": 1.1e6}, ("W_EXTREME_RATIO", "tone")),
    item("B32 likelihoods", {"footage.likelihood": {"alone": 0.9, "other": 4.5e-9}}, ("W_EXTREME_RATIO", "footage")),
    item("B32 small", {"tone.likelihood.ratios.other": 0.9e-6}, ("W_EXTREME_RATIO", "tone")),
    item("B32 edge", {"tone.likelihood.ratios.other": 1e6}),
    item("B33", {"footage.likelihood.alone": NEVER}, ("W_CROMWELL", "footage.likelihood.alone")),
    item(
        "B33 observed False",
        {"footage.observed": False, "footage.likelihood.alone": SURE},
        ("W_CROMWELL", "footage.likelihood.alone"),
    ),
    item("B33 excluding nothing", {"footage.likelihood.alone": SURE}),
    item("B33 not observed", {"footage.observed": None, "footage.likelihood.alone": NEVER}),
    item(
        "B33 outcome",
        {"weapon.likelihood.alone": {"knife": 0.5, "gun": NEVER, "none": 0.5}},
        ("W_CROMWELL", "weapon.likelihood.alone.gun"),
    ),
    item("B33 another outcome", {"weapon.likelihood.alone": {"knife": NEVER, "gun": 0.5, "none": 0.5}}),
    item("B43", {"footage.citation": "paper", "tone.citation": "paper"}, ("W_DOUBLE_COUNT", "tone.citation")),
    item("B43 given", {"paid.citation": "paper", "fled.citation": "paper"}),
    item(
        "B43 shared source",
        {
            "paid.citation": "paper",
            "footage.citation": "paper",
            "footage.reports": [{"source": "press", "serves": True}],
        },
    ),
    case("polarity", {"evidence.footage.reports": [{"source": "press"}]}, ("W_POLARITY", "source.press")),
    case("polarity stated as it is taken", {"evidence.footage.reports": [{"source": "press", "serves": True}]}),
    case(
        "polarity stated", {"evidence.paid.reports.1.serves": False, "evidence.footage.reports": [{"source": "press"}]}
    ),
    case("polarity the same", {"evidence.footage.reports": [{"source": "press", "says": False}]}),
    item("serves alone", {"paid.reports.0.serves": True}, ("W_SERVES", "paid.reports.agency.serves")),
    item("serves alone, denial", {"paid.reports.0.serves": False}),
    case(
        "serves alone, even",
        {"sources.agency.if_unreliable": 0.5, "evidence.paid.reports.0.serves": False},
        ("W_SERVES", "evidence.paid.reports.agency.serves"),
    ),
    case(
        "serves alone, even under each",
        {"sources.press.if_unreliable": {"alone": 0.5, "other": 0.5}, "evidence.paid.reports.1.serves": False},
        ("W_SERVES", "evidence.paid.reports.press.serves"),
    ),
    case(
        "serves alone, always reliable",
        {"sources.agency.reliability": SURE, "evidence.paid.reports.0.serves": False},
        ("W_SERVES", "evidence.paid.reports.agency.serves"),
    ),
    case(
        "error rates",
        {"sources.press": INSTRUMENT, "evidence.footage.reports": [{"source": "press"}]},
        ("W_INSTRUMENT", "source.press"),
    ),
    case(
        "error rates of an instrument",
        {"sources.press": {**INSTRUMENT, "instrument": True}, "evidence.footage.reports": [{"source": "press"}]},
    ),
    case("error rates used once", {"sources.press": INSTRUMENT}),
    case(
        "B44",
        {"prior_basis": ["book", "paper"], "evidence.tone.citation": "paper"},
        ("W_DOUBLE_USE", "evidence.tone.citation"),
    ),
    case("B53", {"hypotheses.other.catch_all": False}, ("W_NO_CATCH_ALL", "hypotheses")),
    case("B54", {"evidence": {}}, ("W_NO_EVIDENCE", "evidence")),
    item("B55", {"footage.likelihood": {"alone": 0.3, "other": 0.3}}, ("W_VACUOUS_ITEM", "footage")),
    item("B55 table", {"fled.likelihood": {"alone": TABLE, "other": TABLE}}, ("W_VACUOUS_ITEM", "fled")),
    item("B55 given what differs", {"fled.likelihood": {"alone": TRACE, "other": TRACE}}),
    item("B55 ratio", {"tone.likelihood.ratios.other": 1}, ("W_VACUOUS_ITEM", "tone")),
]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("row", CAUTIONS, ids=[row.id for row in CAUTIONS])
def test_what_a_reader_should_know_draws_a_caution(row: Row, route: str, tmp_path: Path) -> None:
    """The case is taken, and the caution stands at its address, the same from every route."""
    found = cautions(ROUTES[route](changed(row.changes), tmp_path))
    assert [(problem.code, problem.path) for problem in found] == row.found


def test_b43_b44_both_are_named() -> None:
    """B43, B44: a caution about counting twice names both items, or the item and the prior."""
    changes = {"prior_basis": "paper", "evidence.footage.citation": "paper", "evidence.tone.citation": "paper"}
    twice, *in_prior = cautions(declared(changed(changes)))
    assert "'footage' and 'tone'" in twice.message
    assert ["'footage'" in in_prior[0].message, "'tone'" in in_prior[1].message] == [True, True]


def test_b43_a_paper_cited_by_all_items_draws_one_caution_for_each() -> None:
    """B43: a hundred items of one citation are 99 cautions, not 4950."""
    rows = {"a": 0.5, "b": 0.4}
    items = [Evidence(name=f"e{i}", statement="s", likelihood=rows, citation="paper") for i in range(100)]
    hypotheses = [Hypothesis(name=name, statement=name, catch_all=name == "b") for name in "ab"]
    case = Case(question="q", hypotheses=hypotheses, prior={"a": 0.5, "b": 0.5}, evidence=items)
    assert [problem.code for problem in cautions(case)] == ["W_DOUBLE_COUNT"] * 99


# Nothing else escapes ------------------------------------------------------------------------------------------------

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(-3, 3),
    st.sampled_from((10**400, -0.0, 5e-324)),
    st.text(max_size=5),
    st.sampled_from(("agency", "alone", "paid", "between", "ratios", "reference", "true", "words", "self", "name")),
)
KEYS = st.sampled_from(("alone", "other", "source", "dirichlet", "mass", "self")) | st.text(max_size=3)


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    short_form = st.sampled_from(tuple(WAYS)).flatmap(lambda name: st.fixed_dictionaries({name: inner}))
    return st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3) | short_form


TREES = st.recursive(JUNK, containers, max_leaves=5)


def paths(tree: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a tree."""
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [above, *(path for key, entry in entries for path in paths(entry, (*above, key)))]


PLACES = paths(TREE)[1:]


def with_junk(place: tuple[Any, ...], junk: Any) -> Any:
    tree = copy.deepcopy(TREE)
    node = tree
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = junk
    return tree


def shown(error: CaseError) -> list[tuple[str, str]]:
    """What is wrong, after the error has been printed."""
    str(error).encode()
    assert error.problems
    return sorted((problem.code, problem.path) for problem in error.problems)


def verdict(load: Callable[[], Case]) -> list[tuple[str, str]] | Case:
    """The case, or what is wrong with it; any other exception is a failure."""
    try:
        case = load()
    except CaseError as error:
        return shown(error)
    cautions(case)
    hash(case)
    return case


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(PLACES), TREES)
def test_junk_anywhere_in_a_file_is_a_case_or_a_case_error(place: tuple[Any, ...], junk: Any) -> None:
    """Whatever stands in place of a part of the tree, YAML and JSON agree on it, and nothing else escapes."""
    tree = with_junk(place, junk)
    with TemporaryDirectory() as folder:
        assert verdict(lambda: from_yaml(tree, Path(folder))) == verdict(lambda: from_json(tree, Path(folder)))


OBJECTS = st.one_of(
    TREES,
    st.sampled_from(
        (
            object(),
            object,
            len,
            b"bytes",
            1j,
            np.array([1.0, 2.0]),
            np.float32(0.25),
            np.int64(1),
            np.bool_(True),
            np.str_("alone"),
            Fraction(1, 3),
            Decimal("0.5"),
            10**5_000,
            {1: 0.5, 2: 0.5},
            {True: 0.5, False: 0.5},
            {(1, 2): 0.5},
            {10**5_000: 1},
            {"alone", "other"},
            iter(["alone"]),
            range(2),
            [[[]]],
            dt.date(2024, 3, 22),
            Beta(1, 2),
            Dirichlet({"alone": 1, "other": 2}),
            Odds({"alone": 1, "other": 2}),
            Ratios(reference="alone", ratios={"other": 2}),
            Ratios(reference=[], ratios=[]),
            Words("strong support", "enfsi-2015"),
            Report(source="agency"),
            Hypothesis(name="alone", statement="s"),
        )
    ),
)
KINDS = {"hypotheses": Hypothesis, "sources": Source, "evidence": Evidence, "reports": Report}
FIELDS = [(kind, name) for kind in (Case, Hypothesis, Source, Evidence, Report) for name in kind.model_fields]


def example(kind: type[Part]) -> Part:
    case = declared(TREE)
    of_kind = {Case: case, Hypothesis: case.hypotheses[0], Source: case.sources[0], Evidence: case.evidence[1]}
    return of_kind.get(kind, case.evidence[1].reports[1])


EXAMPLES = {kind: example(kind) for kind, _ in FIELDS}


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(FIELDS), OBJECTS)
def test_any_object_in_any_field_is_a_part_or_a_case_error(field: tuple[type[Part], str], value: Any) -> None:
    """Whatever is given for a field in Python is taken or refused, alone and in a case."""
    kind, name = field
    case = EXAMPLES[Case]
    try:
        part = EXAMPLES[kind].model_copy(update={name: value})
    except CaseError as error:
        shown(error)
        return
    item = case.evidence[1]
    with_part = {
        Case: {},
        Hypothesis: {"hypotheses": [part, case.hypotheses[1]]},
        Source: {"sources": [part, case.sources[1]]},
        Evidence: {"evidence": [case.evidence[0], part, *case.evidence[2:]]},
    }
    if kind is Report:
        verdict(
            lambda: case.model_copy(update={"evidence": [item.model_copy(update={"reports": [item.reports[0], part]})]})
        )
    else:
        verdict(lambda: case.model_copy(update=with_part[kind]))


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet="abc:-{}[]\"'#&*!|>%@`,? \n\t\\0.~<\ufeff\x85\u2028é", max_size=40),
    st.sampled_from((".yaml", ".json")),
)
def test_any_text_is_a_case_or_a_case_error(text: str, ending: str) -> None:
    """Whatever a file says, nothing but a CaseError comes of it, and every problem has a line and a column."""
    with TemporaryDirectory() as folder, pytest.raises(CaseError) as caught:
        loaded(text, Path(folder) / f"case{ending}")
    assert all(problem.line and problem.column for problem in caught.value.problems if problem.code != "E_ENCODING")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=30), st.sampled_from((".yaml", ".json")))
def test_any_bytes_are_a_case_error(content: bytes, ending: str) -> None:
    """Whatever bytes a file has, nothing but a CaseError comes of it."""
    with TemporaryDirectory() as folder:
        faults(lambda: loaded(content, Path(folder) / f"case{ending}"))


def test_an_error_can_always_be_shown() -> None:
    """Names and texts are escaped and cut in an error's text, however long or strange they are."""
    hostile = "a\x1b[31m\ud800\u202e" + "b" * 1_000
    with pytest.raises(CaseError) as caught:
        Case(
            question=hostile,
            hypotheses=[Hypothesis(name=name, statement="s") for name in (hostile, hostile + "c")],
            prior={hostile: 0.5, hostile + "d": 0.5},
            evidence=[Evidence(name=hostile, statement=hostile, likelihood={hostile: hostile}, given=[hostile])],
        )
    text = str(caught.value)
    assert text.isascii()
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) < 1_000


WITHDRAWN = {24, 62}


def test_every_row_of_the_contract_has_a_test() -> None:
    """The number of each row, 1 to 68, stands at a test here or in a neighbour."""
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("test_*.py")]
    numbered = {int(number) for text in texts for number in re.findall(r"(?:\bB|_b)(\d\d)(?=\b|_)", text)}
    assert numbered & {*range(1, 69)} == {*range(1, 69)} - WITHDRAWN
