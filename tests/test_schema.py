"""The JSON Schema of case files takes what `load_case` takes, and tells editors what a file may look like."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import CommonCause, Evidence, Hypothesis, Part, Report, Source
from attribution_bayes.declare.scales import SCALES
from attribution_bayes.declare.way import Way
from attribution_bayes.declare.written import SCHEMA, case_tree
from attribution_bayes.errors import CaseError
from attribution_bayes.files.forms import PRIOR_FORMS, PROBABILITY_FORMS, RATIO_FORMS
from attribution_bayes.files.syntax import yaml_tree
from drawn import cases
from test_bad_inputs import PLACES, TREE, TREES, changed, from_json, with_junk

ROOT = Path(__file__).parents[1]
DESCRIBED = json.loads((ROOT / "docs" / "case.schema.json").read_text())
FORMAT = Draft202012Validator(DESCRIBED)
DEFINED = DESCRIBED["$defs"]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


def taken(tree: Any) -> Case | None:
    """The case of a tree, or None if `load_case` refuses it."""
    with TemporaryDirectory() as folder:
        try:
            return from_json(tree, Path(folder))
        except CaseError:
            return None


def test_it_is_a_schema() -> None:
    """It follows the draft that it names, and describes the version that is written."""
    Draft202012Validator.check_schema(DESCRIBED)
    assert DESCRIBED["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert DESCRIBED["properties"]["schema"]["const"] == SCHEMA


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for entry in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(entry)


def test_everything_in_it_is_explained() -> None:
    """Every definition has a title and a description, and every field a description."""
    for definition in DEFINED.values():
        assert definition["title"]
        assert definition["description"].endswith(".")
    for node in (DESCRIBED, *DEFINED.values()):
        for field in node.get("properties", {}).values():
            described = DEFINED[field["$ref"].rpartition("/")[2]] if list(field) == ["$ref"] else field
            assert described["description"].endswith(".")


def test_every_reference_leads_somewhere_and_every_definition_is_used() -> None:
    """Nothing is left over."""
    used = {node["$ref"] for node in nodes(DESCRIBED) if "$ref" in node}
    assert used == {f"#/$defs/{name}" for name in DEFINED}


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (Hypothesis, "hypothesis"),
        (Source, "source"),
        (Report, "report"),
        (Evidence, "item"),
        (CommonCause, "common_cause"),
    ],
)
def test_the_fields_are_those_of_the_parts(part: type[Part], name: str) -> None:
    """A field that is added to a part is added here; names are the keys."""
    assert set(DEFINED[name]["properties"]) == set(part.model_fields) - {"name"}


def test_the_fields_of_a_case_are_those_of_a_case() -> None:
    """The version of the form is the only field that is not the case's."""
    assert set(DESCRIBED["properties"]) == {*Case.model_fields, "schema"}
    required = {name for name, field in Case.model_fields.items() if field.is_required()}
    assert set(DESCRIBED["required"]) == required


@pytest.mark.parametrize(
    ("forms", "name"),
    [(PROBABILITY_FORMS, "row"), (RATIO_FORMS, "ratio"), (PRIOR_FORMS, "prior")],
    ids=["row", "ratio", "prior"],
)
def test_the_short_forms_are_those_that_are_read(forms: dict[str, type[Way]], name: str) -> None:
    """Each has a definition with what may stand beside it, and there are no others."""
    found: dict[str, set[str]] = {}
    pending = [option["$ref"] for option in DEFINED[name]["anyOf"] if "$ref" in option]
    while pending:
        definition = DEFINED[pending.pop().rpartition("/")[2]]
        pending += [option["$ref"] for option in definition.get("anyOf", ())]
        if definition.get("required"):
            found[definition["required"][0]] = set(definition["properties"])
    assert found == {form: {form, *forms[form].beside()} for form in forms}


@pytest.mark.parametrize(("kind", "name"), [("probability", "words"), ("ratio", "ratio_words")])
def test_the_words_are_those_of_the_scales(kind: str, name: str) -> None:
    """Every term that a case can use is listed under its scale."""
    listed = {
        option["properties"]["scale"]["const"]: option["properties"]["words"]["enum"]
        for option in DEFINED[name]["oneOf"]
    }
    assert listed == {
        scale.id: [
            word for term in scale.terms if kind == "probability" or term.upper for word in (term.name, *term.synonyms)
        ]
        for scale in SCALES.values()
        if scale.kind == kind
    }
    assert DEFINED[name]["properties"]["scale"]["enum"] == list(listed)


# What is valid -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_valid(path: Path) -> None:
    """Files written by hand."""
    FORMAT.validate(yaml_tree(path.read_text()).root)


@given(cases())
@settings(deadline=None, max_examples=50)
def test_what_is_written_is_valid(case: Case) -> None:
    """Any case, as it stands in a file."""
    FORMAT.validate(json.loads(json.dumps(case_tree(case))))


@given(st.sampled_from(PLACES), TREES)
@settings(deadline=None, max_examples=100)
def test_what_is_read_is_valid(place: tuple[Any, ...], junk: Any) -> None:
    """Whatever stands in a file that `load_case` takes, the schema takes."""
    tree = with_junk(place, junk)
    assert FORMAT.is_valid(tree) or taken(tree) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": 1},
        {"prior_basis": "a book"},
        {"prior": {"alone": {"impossible": "so"}, "other": {"certain": "so"}}},
        {"prior": {"odds": {"alone": 3, "other": 1}}},
        {"prior": {"base_rates": {"alone": 3, "other": 0}, "pseudocount": 1}},
        {"evidence.footage.likelihood.alone": {"between": [0.1, 0.2], "mass": 0.5}},
        {"evidence.footage.likelihood.alone": {"words": "probable", "scale": "icd203-2015"}},
        {"evidence.footage.likelihood.alone": {"counts": [0, 3]}},
        {"evidence.footage.likelihood.alone": {"uniform": [0, 1]}},
        {"evidence.footage.observed": None, "evidence.footage.citation": "a book"},
        {"evidence.footage.date": "2024-03-22"},
        {"evidence.footage.outcomes": [True, False]},
        {"evidence.fled.given": ["paid"]},
        {"evidence.fled.likelihood.alone": {"True": 0.5, "FALSE": {"beta": [1, 2]}}},
        {"evidence.fled.likelihood.alone": {"tRUE": 0.5, "false": 0.4}},
        {"evidence.tone.likelihood.ratios.other": {"ratio_between": [2, 10], "mass": 0.5}},
        {"evidence.tone.likelihood.ratios.other": {"decibans": -3000}},
        {"evidence.tone.likelihood.ratios.other": {"nats": 2.3, "reason": "so"}},
        {"evidence.tone.likelihood.ratios.other": {"words": "weak support", "scale": "enfsi-2015"}},
        {"evidence.paid.observed": None},
        {"evidence.paid.reports.0.serves": False},
        {"sources.press": {"statement": "s", "says_true_if_true": 0.9, "says_true_if_false": 0.1}},
        {"sources.press": {"statement": "s", "says_true_if_true": {"alone": 0.9, "other": {"beta": [9, 1]}},
                           "says_true_if_false": {"uniform": [0.1, 0.2]}, "instrument": True}},
    ],
    ids=str,
)  # fmt: skip
def test_every_short_form_is_valid(changes: dict[str, Any]) -> None:
    """Forms that both the schema and `load_case` take."""
    FORMAT.validate(changed(changes))
    assert taken(changed(changes)) is not None


# What is not valid ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": 2},
        {"prioir": {}},
        {"question": ""},
        {"question": 5},
        {"hypotheses": {"alone": {"statement": "s"}}},
        {"hypotheses": [{"name": "alone", "statement": "s"}]},
        {"hypotheses.a b": {"statement": "s"}},
        {"hypotheses.alone.statement": None},
        {"hypotheses.alone.catch_all": "yes"},
        {"prior": 0.5},
        {"prior": {"alone": 0, "other": 1}},
        {"prior": {"alone": "0.7", "other": 0.3}},
        {"prior": {"alone": {"beta": [1, 2]}, "other": 0.3}},
        {"prior": {"odds": {"alone": 0, "other": 1}}},
        {"prior": {"odds": {"alone": 1, "other": 1}, "pseudocount": 1}},
        {"sources.press": {"statement": "s", "reliability": 0.5}},
        {"sources.press": {"statement": "s", "says_true_if_true": 0.5}},
        {"sources.press.says_true_if_true": 0.9},
        {"sources.press.says_true_if_true": 0.9, "sources.press.says_true_if_false": 0.1},
        {"sources.press": {"statement": "s", "says_true_if_true": 0.9, "says_true_if_false": 0.1, "instrument": "yes"}},
        {"evidence.paid.reports.0.serves": "it"},
        {"sources.press.reliability": 1},
        {"sources.press.reliability": {"dirichlet": {"a": 1, "b": 2}}},
        {"evidence.footage.likelihood": [0.1, 0.2]},
        {"evidence.footage.likelihood.alone": 50},
        {"evidence.footage.likelihood.alone": None},
        {"evidence.footage.likelihood.alone": {"between": [0.1]}},
        {"evidence.footage.likelihood.alone": {"between": [0.1, 1]}},
        {"evidence.footage.likelihood.alone": {"between": [0.1, 0.2], "mas": 0.5}},
        {"evidence.footage.likelihood.alone": {"beta": [1, 2, 3]}},
        {"evidence.footage.likelihood.alone": {"counts": [1.5, 3]}},
        {"evidence.footage.likelihood.alone": {"words": "likely"}},
        {"evidence.footage.likelihood.alone": {"words": "Likely", "scale": "icd203-2015"}},
        {"evidence.footage.likelihood.alone": {"words": "strong support", "scale": "enfsi-2015"}},
        {"evidence.footage.likelihood.alone": {"impossible": ""}},
        {"evidence.footage.date": "22.03.2024"},
        {"evidence.footage.observed": 1},
        {"evidence.footage.given": 5},
        {"evidence.fled.likelihood.alone": {"true": 0.5, "": 0.5}},
        {"evidence.weapon.outcomes": ["gun"]},
        {"evidence.paid.observed": True},
        {"evidence.paid.reports": {"agency": True}},
        {"evidence.paid.reports.1.copy_probability": 1.5},
        {"evidence.paid.reports.0.copied_from": "press"},
        {"evidence.tone.likelihood": {"ratios": {"other": 3}}},
        {"evidence.tone.likelihood.ratios.other": 0},
        {"evidence.tone.likelihood.ratios.other": {"beta": [1, 2]}},
    ],
    ids=str,
)
def test_what_is_malformed_is_not_valid(changes: dict[str, Any]) -> None:
    """Forms that neither the schema nor `load_case` takes."""
    tree = changed(changes)
    assert not FORMAT.is_valid(tree)
    assert taken(tree) is None


def test_the_tree_that_is_changed_is_valid() -> None:
    """The forms above are refused for what was changed in them."""
    tree = copy.deepcopy(TREE)
    FORMAT.validate(tree)
    del tree["prior"]
    assert not FORMAT.is_valid(tree)
