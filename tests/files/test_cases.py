"""Case files: what is written is read back, every short form is read, and faults stand at their line and column."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.texts import text_problems
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
    Uniform,
    Words,
)
from attribution_bayes.declare.written import case_hash, case_text, case_tree
from attribution_bayes.errors import CaseError
from attribution_bayes.files.cases import case_from_text, dump_case, load_case
from attribution_bayes.files.syntax import yaml_tree
from drawn import cases

ENDINGS = (".yaml", ".yml", ".json")
every_ending = pytest.mark.parametrize("ending", ENDINGS)
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))

DESIGN = """\
schema: 1
question: Who directed the attack?
hypotheses:
  alone: {statement: they acted alone}
  other: {statement: anything else, catch_all: true}
prior: {alone: 0.7, other: 0.3}          # or {odds: {...}}, {dirichlet: {...}}, {base_rates: {...}, pseudocount: 0.5}
sources:
  agency: {statement: an agency, reliability: {between: [0.6, 0.9]}, if_unreliable: 0.8}
evidence:
  footage: {statement: a, likelihood: {alone: {between: [0.5, 0.9]}, other: {words: unlikely, scale: icd203-2015}}}
  paid: {statement: b, likelihood: {alone: 0.1, other: {beta: [3, 2]}}, reports: [{source: agency, says: true}]}
  fled: {statement: c, given: paid, likelihood: {alone: {true: 0.8, false: 0.2}, other: {true: 0.9, false: {uniform: [0.2, 0.6]}}}}
  tone: {statement: d, likelihood: {ratios: {other: 3.0}, reference: alone}}
"""  # noqa: E501

DECLARED = Case(
    question="Who directed the attack?",
    hypotheses=[
        Hypothesis(name="alone", statement="they acted alone"),
        Hypothesis(name="other", statement="anything else", catch_all=True),
    ],
    prior={"alone": 0.7, "other": 0.3},
    sources=[Source(name="agency", statement="an agency", reliability=Between(0.6, 0.9), if_unreliable=0.8)],
    evidence=[
        Evidence(
            name="footage",
            statement="a",
            likelihood={"alone": Between(0.5, 0.9), "other": Words("unlikely", "icd203-2015")},
        ),
        Evidence(
            name="paid",
            statement="b",
            likelihood={"alone": 0.1, "other": Beta(3, 2)},
            reports=[Report(source="agency", says=True)],
        ),
        Evidence(
            name="fled",
            statement="c",
            given="paid",
            likelihood={"alone": {True: 0.8, False: 0.2}, "other": {True: 0.9, False: Uniform(0.2, 0.6)}},
        ),
        Evidence(name="tone", statement="d", likelihood=Ratios(reference="alone", ratios={"other": 3.0})),
    ],
)


def loaded(text: str, ending: str = ".yaml") -> Case:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"case{ending}"
        path.write_text(text, encoding="utf-8")
        return load_case(path)


def dumped(case: Case, ending: str = ".yaml") -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"case{ending}"
        dump_case(case, path)
        assert [file.name for file in Path(folder).iterdir()] == [path.name]
        return path.read_bytes().decode("utf-8")


def found(text: str, ending: str = ".yaml") -> list[tuple[str, str, int | None, int | None]]:
    with pytest.raises(CaseError) as caught:
        loaded(text, ending)
    return [(problem.code, problem.path, problem.line, problem.column) for problem in caught.value.problems]


def changed(**updates: Any) -> Case:
    return DECLARED.model_copy(update=updates)


# Round trips ---------------------------------------------------------------------------------------------------------


@given(cases())
@settings(deadline=None, max_examples=50)
def test_what_is_written_is_read_back(case: Case) -> None:
    """Any case, in YAML and in JSON, is the same case again, with the same hash; writing it again changes no byte."""
    for ending in (".yaml", ".json"):
        text = dumped(case, ending)
        again = loaded(text, ending)
        assert again == case
        assert hash(again) == hash(case)
        assert dumped(again, ending) == text


@given(cases())
@settings(deadline=None, max_examples=20)
def test_yaml_and_json_hold_the_same_tree(case: Case) -> None:
    """What another reader finds in the two files is the same, in the same order."""
    as_yaml = YAML(typ="safe", pure=True).load(dumped(case))
    as_json = json.loads(dumped(case, ".json"))
    assert json.dumps(as_yaml, default=str) == json.dumps(as_json)


@given(cases())
@settings(deadline=None, max_examples=20)
def test_a_json_file_is_a_yaml_file(case: Case) -> None:
    """The text of a JSON file reads as YAML too, and is the same case."""
    assert loaded(dumped(case, ".json"), ".yaml") == case


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@every_ending
def test_the_examples_are_read_back(path: Path, ending: str) -> None:
    """A file written by hand, written again, is the same case."""
    case = load_case(path)
    assert loaded(dumped(case, ending), ending) == case


def test_the_file_of_the_design_is_the_case_of_the_design() -> None:
    """The forms in the description of case files mean what the Python beside them means."""
    assert loaded(DESIGN) == DECLARED
    assert dumped(loaded(DESIGN)) == dumped(DECLARED)


def test_what_is_written_is_plain() -> None:
    """Names stand plain, text in double quotes, short forms in one line; defaults are left out."""
    assert dumped(DECLARED) == (
        "schema: 1\n"
        'question: "Who directed the attack?"\n'
        "hypotheses:\n"
        "  alone:\n"
        '    statement: "they acted alone"\n'
        "  other:\n"
        '    statement: "anything else"\n'
        "    catch_all: true\n"
        "prior: {alone: 0.7, other: 0.3}\n"
        "sources:\n"
        "  agency:\n"
        '    statement: "an agency"\n'
        "    reliability:\n"
        "      between: [0.6, 0.9]\n"
        "    if_unreliable: 0.8\n"
        "evidence:\n"
        "  footage:\n"
        "    statement: a\n"
        "    likelihood:\n"
        "      alone:\n"
        "        between: [0.5, 0.9]\n"
        "      other:\n"
        "        words: unlikely\n"
        '        scale: "icd203-2015"\n'
        "  paid:\n"
        "    statement: b\n"
        "    likelihood:\n"
        "      alone: 0.1\n"
        "      other:\n"
        "        beta: [3.0, 2.0]\n"
        "    reports:\n"
        "    - {source: agency, says: true}\n"
        "  fled:\n"
        "    statement: c\n"
        "    likelihood:\n"
        "      alone: {true: 0.8, false: 0.2}\n"
        "      other:\n"
        "        true: 0.9\n"
        "        false:\n"
        "          uniform: [0.2, 0.6]\n"
        "    given: [paid]\n"
        "  tone:\n"
        "    statement: d\n"
        "    likelihood:\n"
        "      ratios: {other: 3.0}\n"
        "      reference: alone\n"
    )


def test_the_order_of_mappings_in_a_file_is_that_of_the_hypotheses() -> None:
    """Cases that are equal are written alike, however their mappings were written."""
    turned = changed(prior={"other": 0.3, "alone": 0.7}, hypotheses=DECLARED.hypotheses)
    assert dumped(turned) == dumped(DECLARED)
    last_first = changed(hypotheses=DECLARED.hypotheses[::-1])
    assert list(case_tree(last_first)["prior"]) == ["other", "alone"]
    assert list(case_tree(last_first)["evidence"]["fled"]["likelihood"]) == ["other", "alone"]


def test_a_file_is_replaced_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If writing fails, what was there before is still there."""
    path = tmp_path / "case.yaml"
    dump_case(DECLARED, path)
    before = path.read_bytes()

    def fail(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "write", fail)
        with pytest.raises(CaseError, match=r"E_PATH .*case.yaml' cannot be written: No space left"):
            dump_case(changed(question="another"), path, overwrite=True)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["case.yaml"]
    dump_case(changed(question="another"), path, overwrite=True)
    assert load_case(path).question == "another"


def test_a_file_that_is_there_stays_unless_it_may_be_replaced(tmp_path: Path) -> None:
    """As with every other writer: it is refused before anything is written."""
    path = tmp_path / "case.yaml"
    path.write_text("mine")
    with pytest.raises(CaseError, match=r"E_EXISTS .*is there already.*overwrite=True"):
        dump_case(DECLARED, path)
    assert path.read_text() == "mine"
    dump_case(DECLARED, path, overwrite=True)
    assert load_case(path) == DECLARED


def test_nothing_is_written_where_nothing_can_be(tmp_path: Path) -> None:
    """A directory that is not there, or a directory in place of the file, is refused and stays as it is."""
    with pytest.raises(CaseError, match=r"E_PATH .*No such file or directory.*Give a path in a directory"):
        dump_case(DECLARED, tmp_path / "missing" / "case.yaml")
    (tmp_path / "case.yaml").mkdir()
    with pytest.raises(CaseError, match=r"E_PATH .*is not a regular file"):
        dump_case(DECLARED, tmp_path / "case.yaml")


# Text and hash -------------------------------------------------------------------------------------------------------


def test_equal_cases_have_one_text() -> None:
    """A case read back from its text is equal and has the same text, whatever the order of its mappings."""
    text = case_text(DECLARED)
    assert case_from_text(text) == DECLARED
    assert "\n" not in text
    assert case_hash(DECLARED) == hashlib.sha256(text.encode()).hexdigest()
    prior = {"other": DECLARED.prior["other"], "alone": DECLARED.prior["alone"]}
    assert case_text(changed(prior=prior)) == text
    assert case_hash(changed(question="another")) != case_hash(DECLARED)


def test_the_text_of_any_case_gives_the_case_back() -> None:
    """So it is for random cases; hashes of different cases differ."""
    hashes: dict[str, Case] = {}

    @settings(max_examples=100, deadline=None, derandomize=True, database=None)
    @given(cases(max_items=4))
    def holds(case: Case) -> None:
        again = case_from_text(case_text(case))
        assert again == case
        assert case_text(again) == case_text(case)
        assert hashes.setdefault(case_hash(case), case) == case

    holds()


# Older versions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [2, 0, 1.5, True, None, "1"])
def test_another_version_is_refused(version: object, tmp_path: Path) -> None:
    """A file of a version that this library does not read names both, and is not guessed at."""
    path = tmp_path / "case.json"
    path.write_text(json.dumps({**case_tree(DECLARED), "schema": version}))
    shown = re.escape(repr(version))
    with pytest.raises(
        CaseError, match=rf"schema: the file has schema {shown}; this library reads schema 1\."
    ) as caught:
        load_case(path)
    assert caught.value.problems[0].code == ("E_SCHEMA_NEWER" if version in (2, 1.5) else "E_TYPE")


STORED = Path(__file__).parents[1] / "data"


def test_a_file_of_version_1_still_loads() -> None:
    """A case file that version 1 wrote is read as the case that it was."""
    again = load_case(STORED / "case_schema_1.yaml")
    assert again == DECLARED
    assert case_hash(again) == "276f387ebcb2069b9761418eeac816c9a01a5e80fbecec7b3dd58c1b252228c6"


def test_reading_changes_nothing(tmp_path: Path) -> None:
    """The input file stays as it is, whether it is taken or refused."""
    for text in (DESIGN, DESIGN.replace("0.7", "7")):
        path = tmp_path / "case.yaml"
        path.write_text(text)
        os.chmod(path, 0o444)
        with suppress(CaseError):
            load_case(path)
        assert path.read_text() == text
        path.unlink()


@every_ending
def test_paths_may_be_text(ending: str, tmp_path: Path) -> None:
    """A path is given as text or as a `Path`."""
    dump_case(DECLARED, str(tmp_path / f"case{ending}"))
    assert load_case(str(tmp_path / f"case{ending}")) == load_case(tmp_path / f"case{ending}") == DECLARED


# Text ----------------------------------------------------------------------------------------------------------------

SIGNS = (
    "it's \"quoted\" # [a {a &a *a !a | > %a @a `a ? a\\b ' \" '' \\ \\n \\u0041 a: a#b --- ... << = $x^2$ {{7*7}} <a>"
)
WORDS = "010 1e3 1_000 1:30 0x1F .inf .nan -1 +1 null ~ true yes NO 2024-03-22 Ünïcødé 中文 עברית می‌خواهم 👩‍🚒"
AWKWARD = [
    *(*SIGNS.split(), *WORDS.split()),
    *(
        "a: b",
        "a #b",
        "# a",
        "- a",
        "--- a",
        " leading",
        "trailing ",
        "\ttab",
        "two\nlines",
        "line\n",
        "\n\nlines",
        "a\n b",
    ),
    *("\u2028", "a\u2029b", "a\u00a0b", "\ufffd", "\U0010ffff", "\ue000", "a" * 300, "word " * 60, "a  b"),
]


def with_text(text: str) -> Case:
    """A case that says the text wherever text can stand."""
    texts: dict[str, Any] = {"statement": text}
    return changed(
        question=text,
        hypotheses=[part.model_copy(update=texts) for part in DECLARED.hypotheses],
        prior={"alone": Impossible(text), "other": Certain(text)},
        prior_basis=[text, "other"],
        sources=[part.model_copy(update=texts) for part in DECLARED.sources],
        evidence=[part.model_copy(update={**texts, "citation": text}) for part in DECLARED.evidence],
    )


@pytest.mark.parametrize("ending", [".yaml", ".json"])
@pytest.mark.parametrize("text", [text for text in AWKWARD if not list(text_problems(text, ""))])
def test_awkward_texts_survive(text: str, ending: str) -> None:
    """A text is never taken for anything else, nor folded, trimmed or normalised."""
    case = with_text(text)
    written = dumped(case, ending)
    assert loaded(written, ending) == case
    assert dumped(loaded(written, ending), ending) == written


@given(st.text(min_size=1).filter(lambda text: not list(text_problems(text, ""))))
@settings(deadline=None, max_examples=60)
def test_any_text_survives(text: str) -> None:
    """Whatever a text field may hold comes back to the letter, from YAML and from JSON."""
    case = with_text(text)
    for ending in (".yaml", ".json"):
        assert loaded(dumped(case, ending), ending) == case


@pytest.mark.parametrize("text", ["010", "1e3", "null", "true", "2024-03-22", "~", ".5"])
def test_a_text_that_is_not_quoted_is_no_text(text: str) -> None:
    """What YAML takes for a number, truth or null is not made into text in silence; the rest is text."""
    is_text = text in ("010", "2024-03-22")
    written = DESIGN.replace("statement: they acted alone", f"statement: {text}")
    if is_text:
        assert loaded(written).hypotheses[0].statement == text
    else:
        assert [(code, path) for code, path, *_ in found(written)] in (
            [("E_TYPE", "hypotheses.alone.statement")],
            [("E_MISSING", "hypotheses.alone.statement")],
        )


def test_strings_of_numpy_can_be_written() -> None:
    """Names and statements out of an array are text like any other."""
    names = np.array(["alone", "other"])
    hypotheses = [Hypothesis(name=name, statement=name) for name in names]
    words = Words(np.str_("likely"), np.str_("icd203-2015"))
    item = Evidence(name="e", statement="s", likelihood=dict.fromkeys(names, words))
    ratios = Evidence(name="r", statement="s", likelihood=Ratios(reference=names[0], ratios={names[1]: np.float32(2)}))
    case = Case(question="q", hypotheses=hypotheses, prior=Odds(dict.fromkeys(names, 1)), evidence=[item, ratios])
    for ending in ENDINGS:
        assert loaded(dumped(case, ending), ending) == case


# Short forms ---------------------------------------------------------------------------------------------------------

PROBABILITIES = [
    ("0.25", 0.25),
    ("1e-3", 0.001),
    ("{beta: [3, 2]}", Beta(3, 2)),
    ("{between: [0.5, 0.9]}", Between(0.5, 0.9)),
    ("{between: [0.5, 0.9], mass: 0.8}", Between(0.5, 0.9, 0.8)),
    ("{mass: 0.8, between: [0.5, 0.9]}", Between(0.5, 0.9, 0.8)),
    ("{uniform: [0, 0.5]}", Uniform(0, 0.5)),
    ("{counts: [3, 10]}", Counts(3, 10)),
    ("{words: likely, scale: icd203-2015}", Words("likely", "icd203-2015")),
    ("{scale: icd203-2015, words: probable}", Words("probable", "icd203-2015")),
    ('{words: "2", scale: admiralty-stix-2.1}', Words("2", "admiralty-stix-2.1")),
    ("{impossible: it was closed}", Impossible("it was closed")),
    ("{certain: it is on film}", Certain("it is on film")),
]


@pytest.mark.parametrize(("text", "expected"), PROBABILITIES)
def test_ways_to_state_a_probability(text: str, expected: Any) -> None:
    """Each short form stands for its way, in likelihoods, tables, sources and reports."""
    written = DESIGN.replace("alone: {between: [0.5, 0.9]}", f"alone: {text}")
    assert loaded(written).evidence[0].likelihood["alone"] == expected
    written = DESIGN.replace("false: {uniform: [0.2, 0.6]}", f"false: {text}")
    assert loaded(written).evidence[2].likelihood["other"][False] == expected
    written = DESIGN.replace("reliability: {between: [0.6, 0.9]}", f"reliability: {text}")
    assert loaded(written).sources[0].reliability == expected
    written = DESIGN.replace("if_unreliable: 0.8", f"if_unreliable: {{alone: {text}, other: 0.5}}")
    assert loaded(written).sources[0].if_unreliable == {"alone": expected, "other": 0.5}
    copied = "[{source: agency}, {source: press, copied_from: agency, copy_probability: " + text + "}]"
    written = DESIGN.replace("[{source: agency, says: true}]", copied)
    written = written.replace("sources:\n", "sources:\n  press: {statement: p, reliability: 0.9, if_unreliable: 0.5}\n")
    assert loaded(written).evidence[1].reports[1].copy_probability == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{alone: 0.75, other: 0.25}", {"alone": 0.75, "other": 0.25}),
        ("{alone: {impossible: so}, other: {certain: so}}", {"alone": Impossible("so"), "other": Certain("so")}),
        ("{odds: {alone: 3, other: 1}}", Odds({"alone": 3, "other": 1})),
        ("{dirichlet: {alone: 3, other: 0.5}}", Dirichlet({"alone": 3, "other": 0.5})),
        ("{base_rates: {alone: 3, other: 0}}", BaseRates({"alone": 3, "other": 0})),
        ("{base_rates: {alone: 3, other: 0}, pseudocount: 1}", BaseRates({"alone": 3, "other": 0}, 1)),
        ("{pseudocount: 1, base_rates: {alone: 3, other: 0}}", BaseRates({"alone": 3, "other": 0}, 1)),
    ],
)
def test_ways_to_state_a_prior(text: str, expected: Any) -> None:
    """Numbers, odds, Dirichlet weights and base rates."""
    assert loaded(DESIGN.replace("prior: {alone: 0.7, other: 0.3}", f"prior: {text}")).prior == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", 3.0),
        ("{decibans: 10}", Decibans(10)),
        ("{nats: -2.3, reason: so}", Nats(-2.3, reason="so")),
        ("{ratio_between: [2, 10]}", RatioBetween(2, 10)),
        ("{ratio_between: [2, 10], mass: 0.5}", RatioBetween(2, 10, 0.5)),
        ("{words: strong support, scale: enfsi-2015}", Words("strong support", "enfsi-2015")),
    ],
)
def test_ways_to_state_a_ratio(text: str, expected: Any) -> None:
    """A number, its logarithm, a range, words."""
    written = DESIGN.replace("{other: 3.0}", f"{{other: {text}}}")
    assert loaded(written).evidence[3].likelihood == Ratios(reference="alone", ratios={"other": expected})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{knife: 0.5, gun: 0.25, none: 0.25}", {"knife": 0.5, "gun": 0.25, "none": 0.25}),
        ("{dirichlet: {knife: 1, gun: 2, none: 3}}", Dirichlet({"knife": 1, "gun": 2, "none": 3})),
        ("{knife: {impossible: so}, gun: 0.5, none: 0.5}", {"knife": Impossible("so"), "gun": 0.5, "none": 0.5}),
    ],
)
def test_ways_to_state_a_row_of_outcomes(text: str, expected: Any) -> None:
    """Numbers for all, or one Dirichlet; under a parent, one for each of its outcomes."""
    item = "  weapon: {statement: w, outcomes: [knife, gun, none], observed: gun, likelihood: {alone: %s, other: %s}}\n"
    assert loaded(DESIGN + item % (text, text)).evidence[4].likelihood == {"alone": expected, "other": expected}
    nested = f"{{true: {text}, false: {text}}}"
    given_paid = (item % (nested, nested)).replace("observed: gun", "observed: null, given: [paid]")
    assert loaded(DESIGN + given_paid).evidence[4].likelihood["alone"] == {True: expected, False: expected}


def test_what_serves_a_source_is_written_where_it_was_stated(tmp_path: Path) -> None:
    """As it is taken unless stated, and not then; read back, it was stated in the same reports."""
    reports = [Report(source=f"s{i}", **fields) for i, fields in enumerate(({}, {"serves": True}, {"serves": False}))]
    names = ("a", "b")
    case = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in names],
        prior={"a": 0.5, "b": 0.5},
        sources=[Source(name=f"s{i}", statement="s", reliability=0.5, if_unreliable=0.9) for i in range(3)],
        evidence=[Evidence(name="e", statement="e", likelihood={"a": 0.5, "b": 0.2}, reports=reports)],
    )
    written = case_tree(case)["evidence"]["e"]["reports"]
    assert written == [{"source": "s0"}, {"source": "s1", "serves": True}, {"source": "s2", "serves": False}]
    for ending in ("yaml", "json"):
        dump_case(case, tmp_path / f"case.{ending}")
        again = load_case(tmp_path / f"case.{ending}")
        assert again == case
        assert [report.states_interest for report in again.evidence[0].reports] == [False, True, True]
        assert case_hash(again) == case_hash(case)


def test_what_was_observed_is_written_where_it_was_stated() -> None:
    """So is what a report says: read back, the same was stated."""
    named = {"statement": "s", "likelihood": {"alone": 0.5, "other": 0.2}}
    said = [Report(source="press"), Report(source="agency", says=True)]
    evidence = [
        Evidence(name="e", **named, observed=True),
        Evidence(name="f", **named),
        Evidence(name="g", **named, reports=said[:1]),
        Evidence(name="h", **named, reports=said[1:]),
    ]
    sources = [Source(name=name, statement="s", reliability=0.5, if_unreliable=0.9) for name in ("press", "agency")]
    case = changed(evidence=evidence, sources=sources)
    tree = case_tree(case)["evidence"]
    assert ["observed" in tree[name] for name in "efgh"] == [True, False, False, False]
    assert [tree[name]["reports"] for name in "gh"] == [[{"source": "press"}], [{"source": "agency", "says": True}]]
    again = case_from_text(case_text(case))
    assert again == case
    assert [item.states("observed") for item in again.evidence] == [True, False, False, False]
    assert case_hash(again) == case_hash(case)


def test_two_error_rates_in_a_file(tmp_path: Path) -> None:
    """Each a number, a way to state one, or one for each hypothesis."""
    text = """
question: Which?
hypotheses: {a: {statement: a}, b: {statement: b}}
prior: {a: 0.5, b: 0.5}
sources:
  test:
    statement: a test
    says_true_if_true: {between: [0.8, 0.95]}
    says_true_if_false: {a: 0.1, b: {beta: [1, 9]}}
    instrument: true
"""
    path = tmp_path / "case.yaml"
    path.write_text(text)
    (source,) = load_case(path).sources
    assert source == Source(
        name="test",
        statement="a test",
        says_true_if_true=Between(0.8, 0.95),
        says_true_if_false={"a": 0.1, "b": Beta(1, 9)},
        instrument=True,
    )
    assert case_tree(load_case(path))["sources"]["test"] == yaml_tree(text).root["sources"]["test"]


def test_other_fields_of_the_parts() -> None:
    """Dates, citations, parents as one name or a list, and what the prior rests on as one citation or a list."""
    written = DESIGN.replace("{statement: d,", "{statement: d, date: 2024-03-22, citation: a paper, observed: True,")
    written = written.replace("given: paid", "given: [paid]") + "prior_basis: a book\n"
    case = loaded(written)
    assert (case.evidence[3].date, case.evidence[3].citation) == (dt.date(2024, 3, 22), "a paper")
    assert case.evidence[2].given == ("paid",)
    assert case.prior_basis == ("a book",)
    assert loaded(written.replace("a book", "[a book]")) == case
    assert loaded(written.replace("date: 2024-03-22", 'date: "2024-03-22"')) == case


@pytest.mark.parametrize("version", ["schema: 1\n", "", "schema: 1.0\n"])
def test_hand_written_files_need_no_version(version: str) -> None:
    """Version 1 is meant when none is given."""
    assert loaded(DESIGN.replace("schema: 1\n", version)) == DECLARED
    assert dumped(loaded(DESIGN)).startswith("schema: 1\n")


@pytest.mark.parametrize(
    "names",
    [
        ("between", "mass"),
        ("words", "scale"),
        ("base_rates", "pseudocount"),
        ("ratios", "reference"),
        ("dirichlet", "odds"),
        ("impossible", "certain"),
        ("beta", "uniform"),
        ("statement", "name"),
        ("schema", "evidence"),
    ],
)
@pytest.mark.parametrize("ways", [(0.5, 0.25), (Beta(1, 2), 0.5), (0.5, Beta(1, 2)), (Impossible("so"), Certain("so"))])
def test_hypotheses_and_outcomes_may_be_called_like_short_forms(names: tuple[str, str], ways: tuple[Any, Any]) -> None:
    """What is meant is told by what stands there, not by its name alone."""
    row = dict(zip(names, ways, strict=True))
    numbers = {names[0]: 0.25, names[1]: 0.75}
    priors = [numbers, Odds(numbers), Dirichlet(numbers), BaseRates(numbers)]
    priors += [{names[0]: Impossible("so"), names[1]: Certain("so")}]
    weapon = {"outcomes": names, "observed": names[0], "statement": "s"}
    for prior in priors:
        case = Case(
            question="q",
            hypotheses=[Hypothesis(name=name, statement="s") for name in names],
            prior=prior,
            sources=[Source(name=names[0], statement="s", reliability=0.5, if_unreliable=row)],
            evidence=[
                Evidence(name=names[0], statement="s", likelihood=row, reports=[Report(source=names[0])]),
                Evidence(name=names[1], likelihood=dict.fromkeys(names, numbers), **weapon),
                Evidence(name="d", likelihood=dict.fromkeys(names, Dirichlet(numbers)), **weapon),
                Evidence(name="g", statement="s", given=names[1], likelihood=dict.fromkeys(names, row)),
                Evidence(name="r", statement="s", likelihood=Ratios(reference=names[0], ratios={names[1]: 2})),
            ],
        )
        assert loaded(dumped(case, ".json"), ".json") == case
    assert loaded(dumped(case)) == case


STATED = """\
question: Which?
hypotheses:
  a: {statement: a}
  b: {statement: b, catch_all: true}
prior:
  base_rates:
    a: 3
    b: -2
evidence:
  e:
    statement: e
    likelihood:
      a: {counts: [1, 2.5]}
      b:
        between: [0.2, 0.9]
        mass: 7
  f:
    statement: f
    likelihood:
      reference: a
      ratios:
        b: -2
"""


def test_a_number_inside_a_short_form_is_found_where_it_stands() -> None:
    """Line and column are those of the number that is wrong, in YAML, and of its entry in JSON."""
    with pytest.raises(CaseError) as caught:
        loaded(STATED)
    assert [(one.path, one.line, one.column) for one in caught.value.problems] == [
        ("prior.b", 8, 5),
        ("evidence.e.likelihood.a.trials", 13, 23),
        ("evidence.e.likelihood.b.mass", 16, 9),
        ("evidence.f.likelihood.b", 22, 9),
    ]
    with pytest.raises(CaseError) as caught:
        loaded(json.dumps(YAML(typ="safe", pure=True).load(STATED), indent=1), ".json")
    assert [(one.line, one.column) for one in caught.value.problems] == [(15, 4), (25, 7), (33, 6), (42, 6)]


# Faults --------------------------------------------------------------------------------------------------------------

FAULTY = """\
# A comment
question: Who?
hypotheses:
  alone: {statement: they acted alone, catchall: true}
  other:
    statement: 5
prior:
  alone: {between: [0.2, 0.4]}
  other: 1.5
sources:
  press: {statement: p, reliability: 1.2, if_unreliable: {alone: 0.5, other: null, 5: null}}
evidence:
  footage:
    statement: a
    likelihood:
      alone:
        between: [0.9, 0.5]
      other: {beta: [0, 1], mass: 1}
  paid:
    statement: b
    date: 2024-02-30
    likelihood: {alone: 0.1}
    reports:
      - source: press
        says: "yes"
      - source: agency
        copied_from: agency
  fled:
    given: payed
    likelihood:
      alone: {true: 0.8, "false": 1.2}
"""


def test_faults_stand_at_their_line_and_column() -> None:
    """Everything wrong in a file is found at once, in its order, each at its place or the nearest."""
    assert found(FAULTY) == [
        ("E_UNKNOWN_FIELD", "hypotheses.alone.catchall", 4, 40),
        ("E_TYPE", "hypotheses.other.statement", 6, 5),
        ("E_TYPE", "prior.alone", 8, 3),
        ("E_RANGE", "prior.other", 9, 3),
        ("E_SOURCE", "source.press.reliability", 11, 25),
        ("E_SOURCE", "source.press.if_unreliable.other", 11, 71),
        ("E_UNKNOWN_NAME", "source.press.if_unreliable.5", 11, 84),
        ("E_SOURCE", "source.press.if_unreliable.5", 11, 84),
        ("E_INTERVAL", "evidence.footage.likelihood.alone.lower", 17, 19),
        ("E_PARAM", "evidence.footage.likelihood.other.alpha", 18, 22),
        ("E_UNKNOWN_FIELD", "evidence.footage.likelihood.other.mass", 18, 29),
        ("E_DATE", "evidence.paid.date", 21, 5),
        ("E_MISSING", "evidence.paid.likelihood.other", 22, 5),
        ("E_TYPE", "evidence.paid.reports.press.says", 25, 9),
        ("E_SOURCE", "evidence.paid.reports.agency", 26, 9),
        ("E_COPY", "evidence.paid.reports.agency.copy_probability", 26, 9),
        ("E_COPY", "evidence.paid.reports.agency.copied_from", 27, 9),
        ("E_MISSING", "evidence.fled.statement", 28, 3),
        ("E_GIVEN", "evidence.fled.given", 29, 5),
    ]


def test_faults_stand_at_their_line_and_column_in_json() -> None:
    """The same for JSON."""
    text = json.dumps(yaml_tree(FAULTY).root, indent=1)
    faults = found(text, ".json")
    assert sorted(fault[:2] for fault in faults) == sorted(fault[:2] for fault in found(FAULTY))
    assert [fault[2:] for fault in faults] == sorted(fault[2:] for fault in faults)
    keys = [text.splitlines()[line - 1][column - 1 :].split(":")[0] for _, _, line, column in faults if line and column]
    assert keys == [
        *('"catchall"', '"statement"', '"alone"', '"other"', '"reliability"', '"other"', '"5"', '"5"'),
        *(
            "0.9,",
            "0.0,",
            '"mass"',
            '"date"',
            '"likelihood"',
            '"says"',
            "{",
            "{",
            '"copied_from"',
            '"fled"',
            '"given"',
        ),
    ]


def test_the_text_of_an_error_begins_with_the_place() -> None:
    """An editor can jump there."""
    with pytest.raises(CaseError, match=r"^2 problems:\n  line 3, column 1: E_MISSING prior\.b: no prior under"):
        loaded("question: q\nhypotheses: {a: {statement: a}, b: {statement: b}}\nprior: {c: 0.5, a: 0.5}\n")


LIKELIHOOD, RELIABILITY = "alone: {between: [0.5, 0.9]}", "reliability: {between: [0.6, 0.9]}"
RATIOS, PRIOR = "{ratios: {other: 3.0}, reference: alone}", "{alone: 0.7, other: 0.3}"
REPORTS, STATEMENT = "[{source: agency, says: true}]", "{statement: they acted alone}"
FOOTAGE, TONE = "evidence.footage.likelihood.alone", "evidence.tone.likelihood"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [(old, new, sorted(expected)) for old, new, *expected in (
        (LIKELIHOOD, "alone: {between: [0.5, 0.9], mas: 0.8}", ("E_UNKNOWN_FIELD", f"{FOOTAGE}.mas")),
        (LIKELIHOOD, "alone: {between: 0.5}", ("E_TYPE", FOOTAGE)),
        (LIKELIHOOD, "alone: {between: [0.5]}", ("E_TYPE", FOOTAGE)),
        (LIKELIHOOD, "alone: {ratio_between: [0.5, 0.9]}", ("E_TABLE", FOOTAGE)),
        (LIKELIHOOD, "alone: {}", ("E_TABLE", FOOTAGE)),
        (RELIABILITY, "reliability: {betwen: [0.6, 0.9]}", ("E_TYPE", "source.agency.reliability")),
        (RELIABILITY, "reliability: {}", ("E_TYPE", "source.agency.reliability")),
        (RELIABILITY, "reliability: {alone: {betwen: [0.6, 0.9]}, other: 0.5}",
         ("E_TYPE", "source.agency.reliability.alone")),
        (RELIABILITY, "reliability: {alone: 0.6, othr: 0.5}",
         ("E_MISSING", "source.agency.reliability.other"), ("E_UNKNOWN_NAME", "source.agency.reliability.othr")),
        (RELIABILITY, "reliability: {dirichlet: {a: 1, b: 2}}", ("E_TYPE", "source.agency.reliability")),
        (RATIOS, "{ratios: {other: 3.0}}", ("E_MISSING", f"{TONE}.reference")),
        (RATIOS, "{ratios: 3}", ("E_MISSING", f"{TONE}.reference"), ("E_TYPE", f"{TONE}.ratios")),
        (RATIOS, "{ratios: 3, reference: alone}", ("E_TYPE", f"{TONE}.ratios")),
        (RATIOS, "{ratios: {other: 3.0}, reference: 5}",
         ("E_MISSING", f"{TONE}.alone"), ("E_MISSING", f"{TONE}.other"),
         ("E_UNKNOWN_NAME", f"{TONE}.ratios"), ("E_UNKNOWN_NAME", f"{TONE}.reference"),
         ("E_RANGE", f"{TONE}.reference"), ("E_TABLE", f"{TONE}.ratios")),
        (RATIOS, "{ratios: {other: 3.0}, referense: alone}",
         ("E_MISSING", f"{TONE}.reference"), ("E_UNKNOWN_FIELD", f"{TONE}.referense")),
        (RATIOS, "{ratios: {other: {beta: [1, 2]}}, reference: alone}", ("E_TYPE", f"{TONE}.other")),
        (PRIOR, "{odds: {alone: 1, other: 2}, pseudocount: 1}", ("E_UNKNOWN_FIELD", "prior.pseudocount")),
        (PRIOR, "{odds: 3}", ("E_TYPE", "prior")),
        (PRIOR, "{alone: {odds: 3}, other: 0.3}", ("E_TYPE", "prior.alone")),
        (REPORTS, "{agency: true}", ("E_TYPE", "evidence.paid.reports")),
        (REPORTS, "[agency]", ("E_TYPE", "evidence.paid.reports.0")),
        (STATEMENT, "they acted alone", ("E_TYPE", "hypotheses.alone")),
        (STATEMENT, "{name: lone, statement: they acted alone}", ("E_UNKNOWN_FIELD", "hypotheses.alone.name")),
        (f"prior: {PRIOR}", "prior:", ("E_TYPE", "prior")),
    )],
)  # fmt: skip
def test_what_is_no_short_form_is_refused(old: str, new: str, expected: Any) -> None:
    """Each mistake is found where it was made, and nothing that only follows from it is reported."""
    assert old in DESIGN
    assert sorted((code, path) for code, path, *_ in found(DESIGN.replace(old, new))) == expected


@pytest.mark.parametrize("names", ["[]", "5", "text", "null"])
@pytest.mark.parametrize("field", ["hypotheses", "sources", "evidence"])
def test_lists_where_names_belong_are_refused(field: str, names: str) -> None:
    """Hypotheses, sources and items are mappings by name; what hangs on their names is not reported with them."""
    parts = yaml_tree(DESIGN).root | {field: yaml_tree(names).root}
    code = "E_TOO_FEW" if field == "hypotheses" and names == "null" else "E_TYPE"
    assert [fault[:2] for fault in found(json.dumps(parts), ".json")] == [(code, field)]


def test_sums_over_what_cannot_be_read_are_not_judged() -> None:
    """A prior or a row of outcomes with a faulty entry is not also told that it does not sum to 1."""
    assert [fault[:2] for fault in found(DESIGN.replace("{alone: 0.7,", "{alone: {impossible: ''},"))] == [
        ("E_REASON", "prior.alone.reason")
    ]
    weapon = "  weapon: {statement: w, outcomes: [knife, gun], observed: gun, likelihood: {alone: %s, other: %s}}\n"
    rows = "{knife: {certain: ''}, gun: 0.5}", "{knife: 0.5, gun: 0.5}"
    assert [fault[:2] for fault in found(DESIGN + weapon % rows)] == [
        ("E_REASON", "evidence.weapon.likelihood.alone.knife.reason")
    ]


def test_what_hangs_on_a_part_that_cannot_be_read_is_not_judged() -> None:
    """Reports of a source whose statement is missing, and tables given an item without one, are fine by themselves."""
    text = DESIGN.replace("{statement: an agency, ", "{").replace("{statement: b, ", "{")
    assert [fault[:2] for fault in found(text)] == [
        ("E_MISSING", "source.agency.statement"),
        ("E_MISSING", "evidence.paid.statement"),
    ]


def test_nothing_in_a_file_names_another_file(tmp_path: Path) -> None:
    """There is no include mechanism: what looks like one is text, or is refused."""
    (tmp_path / "other.yaml").write_text("statement: from another file\n")
    text = DESIGN.replace("statement: they acted alone", "statement: other.yaml")
    (tmp_path / "case.yaml").write_text(text)
    assert load_case(tmp_path / "case.yaml").hypotheses[0].statement == "other.yaml"
    for include in ("!include other.yaml", '{"$ref": other.yaml}'):
        (tmp_path / "case.yaml").write_text(DESIGN.replace("{statement: they acted alone}", include))
        with pytest.raises(CaseError):
            load_case(tmp_path / "case.yaml")


def as_mapping(tree: Any) -> Mapping[str, Any]:
    assert isinstance(tree, dict)
    return tree


def test_the_tree_of_a_case_is_plain() -> None:
    """What is written is made of mappings, lists, text, numbers, True, False and None only."""
    allowed = (dict, list, str, float, int, bool, type(None))
    stack: list[Any] = [as_mapping(case_tree(with_text("text")))]
    while stack:
        node = stack.pop()
        assert type(node) in allowed
        stack += list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []


def test_a_reference_inside_the_ratios_is_sent_beside_them(tmp_path: Path) -> None:
    """It is written as in Python's `Ratios`; the message shows how a file says it, and that can be read."""
    form = """question: "Which?"
hypotheses: {{a: {{statement: a}}, other: {{statement: b}}}}
prior: {{a: 0.5, other: 0.5}}
evidence: {{e: {{statement: e, likelihood: {}}}}}
"""
    path = tmp_path / "case.yaml"
    path.write_text(form.format("{ratios: {reference: other, ratios: {a: 10}}}"), encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        load_case(path)
    (problem,) = caught.value.problems
    assert (problem.code, problem.path, problem.line) == (
        "E_UNKNOWN_FIELD",
        "evidence.e.likelihood.ratios.reference",
        4,
    )
    assert problem.hint == "Write {reference: other, ratios: {NAME: 10, ...}}."
    path.write_text(form.format("{reference: other, ratios: {a: 10}}"), encoding="utf-8")
    assert load_case(path).evidence[0].likelihood.reference == "other"  # type: ignore[union-attr]
