"""The text of a case file as a tree with positions: what is read, what it means, where it stands."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import CommonCause, Evidence, Hypothesis, Report, Source
from attribution_bayes.errors import CaseError
from attribution_bayes.files import tree
from attribution_bayes.files.syntax import json_tree, yaml_tree
from attribution_bayes.files.tree import FREE_TEXT, address

NAMES = st.text("abcxyz_", min_size=1, max_size=6)
SCALARS = st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12)
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4))
PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=" "), max_size=12)
PLAIN_TREES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | PRINTABLE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
)


def value(text: str) -> Any:
    """What a scalar means in a YAML file."""
    return yaml_tree(f"a: {text}\n").root["a"]


def refused(text: str, *, as_json: bool = False) -> list[tuple[str, str, int | None, int | None]]:
    with pytest.raises(CaseError) as caught:
        (json_tree if as_json else yaml_tree)(text)
    return [(problem.code, problem.path, problem.line, problem.column) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "places", "hint"),
    [
        ("{a: 0,5}", [("a", "0,5")], "Write 0.5: "),
        ("{a: 0,05, b: 0,95}", [("a", "0,05"), ("b", "0,95")], "Write 0.05: "),
        ("{a: 0,5, b: 0,5}", [("a", "0,5"), ("b", "0,5")], "Write 0.5: "),
        ("{x: {a: 1,25}}", [("x.a", "1,25")], "Write 1.25: "),
    ],
)
def test_a_decimal_comma_in_brackets_is_told(text: str, places: list[tuple[str, str]], hint: str) -> None:
    """YAML ends an entry there: what looks like a name of digits without a value belongs to the number before it."""
    with pytest.raises(CaseError) as caught:
        yaml_tree(text)
    found = [(problem.code, problem.path, problem.message) for problem in caught.value.problems]
    assert found == [("E_NUMBER", path, f"{number} is not a number.") for path, number in places]
    assert caught.value.problems[0].hint.startswith(hint)


@pytest.mark.parametrize(
    "text", ["{a: 0, 5: 0.5}", "{a: x, 5}", "{5}", "{a: 0.5, 5}", "{a: 0, b}", "[0,5]", '{a: 0, 5: ""}']
)
def test_what_only_resembles_a_decimal_comma_is_read(text: str) -> None:
    """A number as a name with a value, or one after what is no whole number, is left to be judged as it stands."""
    assert yaml_tree(text).root


# Scalars of YAML 1.2 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0.0),
        ("-0", 0.0),
        ("1", 1.0),
        ("+1", 1.0),
        ("-12", -12.0),
        ("1e-3", 0.001),
        ("1E3", 1000.0),
        ("1.0E-3", 0.001),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.5e1", -5.0),
        ("0.0", 0.0),
        ("1e0010", 1e10),
        ("9" * 300, float("9" * 300)),
        ("0." + "1" * 390, 1 / 9),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("+.Inf", math.inf),
    ],
)
def test_numbers(text: str, expected: float) -> None:
    """Numbers are those of YAML 1.2, all of them floats."""
    assert value(text) == expected
    assert type(value(text)) is float


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_nan_is_a_number(text: str) -> None:
    """It is read as what it is; the case refuses it."""
    assert math.isnan(value(text))


OLD_NUMBERS = "010 0x1F 0o10 1_000 1:30 0b1 00 -01 1e e1 . + 1e5.5 1,5 50% 1/3 NaN nan inf Infinity ++1 1- 0,5 ٣"
OLD_WORDS = "NO no No yes YES on off y n tRUE nULL None 2024-03-22 2024-03-22T10:00:00Z 12:30:00 = a:b a#b <<"


@pytest.mark.parametrize("text", [*OLD_NUMBERS.split(), *OLD_WORDS.split(), "1 000", "a b"])
def test_everything_else_is_text(text: str) -> None:
    """What YAML 1.1 took for octal, sexagesimal, truth or a date is the text that it is."""
    assert value(text) == text
    assert type(value(text)) is str


@pytest.mark.parametrize("text", ["true", "True", "TRUE", "false", "False", "FALSE", "null", "Null", "NULL", "~", ""])
def test_truth_and_null(text: str) -> None:
    """Three spellings each, as in YAML 1.2."""
    assert value(text) is {"t": True, "f": False}.get(text[:1].lower())


@pytest.mark.parametrize(
    "text", ["0.5", "true", "null", "~", "", ".nan", "010", "1e-3", "<<", "# a", "*a", "&a", "!a", "{", "- a"]
)
def test_what_is_quoted_is_text(text: str) -> None:
    """Quotes, single or double, and block style keep text what it is."""
    assert value(f'"{text}"') == value(f"'{text}'") == text
    assert yaml_tree(f"a: |-\n  {text}\n").root["a"] == text


def test_block_text() -> None:
    """Lines are kept with |, and joined with >."""
    assert yaml_tree("a: |\n  one: #1\n  two\n").root["a"] == "one: #1\ntwo\n"
    assert yaml_tree("a: >-\n  one\n  two\n").root["a"] == "one two"


@pytest.mark.parametrize(
    "text", ["1" * 5_000, "1e1000", "1e-1000", "1e99999999999999999999", "0." + "0" * 500, "9" * 310]
)
def test_numbers_have_a_size(text: str) -> None:
    """What has more digits than any double, or an exponent of four digits, is refused unread, in YAML and in JSON."""
    assert refused(f"a: {text}\n") == [("E_NUMBER_SIZE", "a", 1, 4)]
    assert refused(f'{{"a": {text}}}', as_json=True) == [("E_NUMBER_SIZE", "a", 1, 7)]


def test_a_number_beyond_all_doubles_is_refused_as_it_is_written() -> None:
    """It would be infinite; the message has what stands there, in YAML and in JSON."""
    for text, as_json in (("a: 1e400\n", False), ('{"a": 1e400}', True)):
        assert refused(text, as_json=as_json) == [("E_NOT_FINITE", "a", 1, 7 if as_json else 4)]
        with pytest.raises(CaseError, match=r"'1e400' is too large a number\. The largest number"):
            (json_tree if as_json else yaml_tree)(text)


def test_a_number_that_would_be_0_is_refused() -> None:
    """It would state an impossibility; the smallest double, and a 0 however it is written, are read."""
    for text in ("1e-400", "-0.01e-400"):
        assert refused(f"a: {text}\n") == [("E_NUMBER_SIZE", "a", 1, 4)]
        with pytest.raises(CaseError, match=rf"'{text}' is too small a number\. The smallest number above 0"):
            json_tree(f'{{"a": {text}}}')
    assert yaml_tree("[5e-324, 0e-400, 0.0e5]").root == [5e-324, 0, 0]


# YAML and JSON say the same ------------------------------------------------------------------------------------------


@given(TREES)
@settings(deadline=None)
def test_json_is_read_as_what_was_written(tree: Any) -> None:
    """Numbers become floats; all else is as Python's own module reads it."""
    assert json_tree(json.dumps(tree)).root == tree
    assert json_tree(json.dumps(tree, indent=3, ensure_ascii=False)).root == tree


@given(PLAIN_TREES, st.sampled_from((None, 1)))
@settings(deadline=None)
def test_json_is_yaml(tree: Any, indent: int | None) -> None:
    """One text read as JSON and as YAML is the same tree, with every key and every entry at the same place."""
    text = json.dumps(tree, indent=indent, ensure_ascii=False)
    as_json, as_yaml = json_tree(text), yaml_tree(text)
    assert as_json.root == as_yaml.root == tree
    assert dict(as_json.positions) == dict(as_yaml.positions)


def test_positions_are_those_of_keys_and_entries() -> None:
    """Line and column count from 1."""
    text = "a:\n  b: 1\n  c: [1, {d: 2}]\nf:\n- g\n"
    assert yaml_tree(text).positions == {
        (): (1, 1),
        ("a",): (1, 1),
        ("a", "b"): (2, 3),
        ("a", "c"): (3, 3),
        ("a", "c", "0"): (3, 7),
        ("a", "c", "1"): (3, 10),
        ("a", "c", "1", "d"): (3, 11),
        ("f",): (4, 1),
        ("f", "0"): (5, 3),
    }
    text = '{"a": {"b": 1,\n "c": [1, {"d": 2}]}, "x\\"y": {}, "z": [[]]}'
    assert json_tree(text).positions == {
        (): (1, 1),
        ("a",): (1, 2),
        ("a", "b"): (1, 8),
        ("a", "c"): (2, 2),
        ("a", "c", "0"): (2, 8),
        ("a", "c", "1"): (2, 11),
        ("a", "c", "1", "d"): (2, 12),
        ('x"y',): (2, 23),
        ("z",): (2, 35),
        ("z", "0"): (2, 41),
    }


def test_places_are_found_whatever_the_capitals() -> None:
    """An outcome may be written True or true."""
    assert yaml_tree("A:\n  True: 1\n").places == {"": (1, 1), "a": (1, 1), "a.true": (2, 3)}


@pytest.mark.parametrize(
    ("path", "expected"),
    [([], ""), (["sources"], "sources"), (["sources", "a", "b"], "source.a.b"), (["evidence", "a"], "evidence.a")],
)
def test_addresses(path: list[str], expected: str) -> None:
    """A source goes by `source` in addresses, and the list of them by `sources`."""
    assert address(path) == expected


# What is refused -----------------------------------------------------------------------------------------------------


def test_everything_that_a_case_file_may_not_contain_is_reported_at_once() -> None:
    """Anchors, tags, merges, keys that stand twice and oversized numbers do not hide one another."""
    text = "a: &x 1\nb: !!str 2\nc:\n  <<: *x\nd: 1e99999\na: 3\nsources:\n  s: {}\n  s: {}\n"
    assert refused(text) == [
        ("E_ALIAS", "a", 1, 4),
        ("E_TAG", "b", 2, 4),
        ("E_MERGE", "c.<<", 4, 3),
        ("E_ALIAS", "c.<<", 4, 7),
        ("E_NUMBER_SIZE", "d", 5, 4),
        ("E_DUPKEY", "a", 6, 1),
        ("E_DUPKEY", "source.s", 9, 3),
    ]


def test_everything_that_a_json_file_may_not_contain_is_reported_at_once() -> None:
    """Keys that stand twice, long keys and oversized numbers do not hide one another."""
    long = "k" * 1_001
    text = f'{{"a": 1,\n "a": {{"b": 1e99999}},\n "{long}": [],\n "sources": {{"s": {{}}, "s": {{}}}}}}'
    assert refused(text, as_json=True) == [
        ("E_DUPKEY", "a", 2, 2),
        ("E_NUMBER_SIZE", "a.b", 2, 13),
        ("E_LIMIT", long, 3, 2),
        ("E_DUPKEY", "source.s", 4, 23),
    ]


def test_what_came_before_a_syntax_error_is_reported_too() -> None:
    """The parser stops at the error, but what was noted until then is kept."""
    assert refused("a: &x 1\nb: [1\n") == [("E_ALIAS", "a", 1, 4), ("E_SYNTAX", "", 3, 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("question: Is report #3 false?\n", ("question", 1, 11)),
        ("evidence:\n  x:\n    citation: Annex  #A-12\r\n", ("evidence.x.citation", 3, 15)),
        ("statement: They say that\n  report #3 is false\n", ("statement", 1, 12)),
        ("prior_basis:\n- one\n- two #2\n", ("prior_basis.1", 3, 3)),
        ("a: {impossible: Report #3\n}\n", ("a.impossible", 1, 17)),
    ],
)
def test_a_text_that_a_number_sign_ends_is_refused(text: str, expected: tuple[str, int, int]) -> None:
    """YAML drops what stands behind a space and `#`; where no space follows, it may well be the rest of the text."""
    assert refused(text) == [("E_COMMENT", *expected)]


def test_a_number_sign_in_brackets_is_named_beside_what_it_breaks() -> None:
    """The bracket that YAML takes for a part of the remark is missed further down."""
    found = refused("evidence:\n  x: {statement: Report #3}\n")
    assert found == [("E_COMMENT", "evidence.x.statement", 2, 18), ("E_SYNTAX", "", 3, 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("statement: They fled # seen by two", {"statement": "They fled"}),
        ("statement: They fled ## seen by two", {"statement": "They fled"}),
        ("statement: They fled #", {"statement": "They fled"}),
        ("statement: Report#3", {"statement": "Report#3"}),
        ("statement: 'Report #3' #todo", {"statement": "Report #3"}),
        ("statement: |-\n  Report #3", {"statement": "Report #3"}),
        ("statement: They fled\n#label: flight\n", {"statement": "They fled"}),
        ("statement: They fled\n  #label: flight\n", {"statement": "They fled"}),
        ("statement:\n  #todo\n  They fled", {"statement": "They fled"}),
        ("a: 0.5 #illustrative", {"a": 0.5}),
        ("reports: [{source: agency}] #todo", {"reports": [{"source": "agency"}]}),
        ("given: paid #or fled", {"given": "paid"}),
        ("catch_all: true #todo", {"catch_all": True}),
    ],
)
def test_other_remarks_are_read_over(text: str, expected: object) -> None:
    """A space behind the number sign begins a remark; so does anything behind numbers, names, brackets and quotes."""
    assert yaml_tree(text).root == expected


def test_free_text_is_each_field_of_text_that_holds_no_name() -> None:
    """A new field of text belongs to one or the other."""
    names = {"name", "source", "copied_from", "given"}
    parts = (Case, Hypothesis, Source, Report, Evidence, CommonCause)
    fields = [(name, str(field.annotation)) for part in parts for name, field in part.model_fields.items()]
    texts = {name for name, kind in fields if kind == "<class 'str'>" or "Annotated[str" in kind}
    assert texts - names == FREE_TEXT - {"reason", "impossible", "certain"}


def test_keys_of_another_mapping_are_other_keys() -> None:
    """The same key may stand in two mappings, also under keys that look alike in an address."""
    text = '{"a": {"x": 1}, "b": {"x": 1}, "a.x": 1, "c": [{"x": 1}, {"x": 1}]}'
    assert json_tree(text).root == yaml_tree(text).root


def test_the_limits_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many entries as the limit are read, and one more is refused, in mappings and lists, in YAML and JSON."""
    monkeypatch.setattr(tree, "MAX_ENTRIES", 3)
    for read in (yaml_tree, json_tree):
        assert read('{"a": [1, 2, 3], "b": {}, "c": 1}').root["a"] == [1, 2, 3]
        many = {'{"a": [1, 2, 3, 4]}': "a", '{"a": {"1": 1, "2": 1, "3": 1, "4": 1}}': "a", "[0, 0, 0, 0]": ""}
        for text, path in many.items():
            with pytest.raises(CaseError) as caught:
                read(text)
            (problem,) = caught.value.problems
            assert (problem.code, problem.path) == ("E_LIMIT", path)


@pytest.mark.parametrize("length", [1_000, 1_001])
def test_long_keys(length: int) -> None:
    """A key of a thousand characters is read, and one more is not."""
    key = "k" * length
    for text, as_json in ((f"{key}: 1\n", False), (f'{{"{key}": 1}}', True)):
        if length == 1_000:
            assert (json_tree if as_json else yaml_tree)(text).root == {key: 1}
        else:
            assert [(code, path) for code, path, *_ in refused(text, as_json=as_json)] == [("E_LIMIT", key)]


@pytest.mark.parametrize("version", ["1.1", "1.3", "1.10", "2.0", "0.9", "1." + "9" * 4_000])
def test_another_version_of_yaml_is_not_spoken(version: str) -> None:
    """A file that says of itself that it means something else by 010 and yes is refused, with what to do."""
    with pytest.raises(CaseError, match=r"Leave out the line that begins with %YAML\.") as caught:
        yaml_tree(f"%YAML {version}\n---\na: 010\nb: yes\n")
    assert [problem.code for problem in caught.value.problems] == ["E_SYNTAX"]
    assert len(str(caught.value)) < 300


def test_yaml_1_2_may_be_named() -> None:
    """The version that case files have may be written down."""
    assert yaml_tree("%YAML 1.2\n---\na: 010\nb: yes\n").root == {"a": "010", "b": "yes"}


def test_what_the_parser_fails_at_is_refused_where_it_stopped() -> None:
    """A version of 5000 digits is an error of another kind to the parser, and the same to a reader."""
    assert refused(f"a: 1\n...\n%YAML {'9' * 5_000}.1\n---\nb: 1\n") == [("E_SYNTAX", "", 2, 1)]


def test_an_empty_file_says_nothing() -> None:
    """Nothing, comments, and a null are None."""
    assert yaml_tree("").root is yaml_tree("# a\n").root is yaml_tree("~").root is json_tree("  ").root is None
