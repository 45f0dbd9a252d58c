"""Policies as files, and numbers as texts: the same as in Python, and as strict as a case file."""

from __future__ import annotations

from pathlib import Path

import pytest

from attribution_bayes.declare.ways import Between, Odds, Point, Uniform
from attribution_bayes.errors import CaseError
from attribution_bayes.files.policies import (
    load_policy,
    numbers_from_texts,
    prior_from_text,
    probabilities_from_text,
    probability_from_text,
)
from attribution_bayes.files.policy import Policy

POLICY = """\
name: plant-2026-1
citation: "Handbook, page 3"
ranges:
  "++": {between: [0.6, 0.95]}
  "-": {number: 0.1, reason: rarely seen}
  6: {uniform: [0.02, 0.98]}
"""


def test_a_policy_file_is_the_policy_that_it_states(tmp_path: Path) -> None:
    """Marks in quotes, and a figure without them; in YAML and in JSON."""
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    ranges = {"++": Between(0.6, 0.95), "-": Point(0.1, reason="rarely seen"), "6": Uniform(0.02, 0.98)}
    assert load_policy(tmp_path / "policy.yaml") == Policy(
        name="plant-2026-1", ranges=ranges, citation="Handbook, page 3"
    )
    (tmp_path / "policy.json").write_text('{"name": "p", "ranges": {"C": 0.5}}', encoding="utf-8")
    assert load_policy(tmp_path / "policy.json") == Policy(name="p", ranges={"C": 0.5})


@pytest.mark.parametrize(
    ("text", "code", "path", "line"),
    [
        ("- C", "E_TYPE", "policy", 1),
        ("name: p\nranges: {C: 0.5}\nauthor: me\n", "E_UNKNOWN_FIELD", "policy.author", 3),
        ("name: p\nranges:\n  C: 0.5\n  I: {betwen: [0.1, 0.2]}\n", "E_TYPE", "policy.ranges.I", 4),
        ("name: p\nranges:\n  C: 1.5\n", "E_RANGE", "policy.ranges.C", 3),
        ("ranges: {C: 0.5}\n", "E_TYPE", "policy.name", 1),
        ("name: p\n", "E_POLICY", "policy.ranges", 1),
        ("name: p\nranges: {C: 0.5, C: 0.4}\n", "E_DUPKEY", "ranges.C", 2),
    ],
)
def test_a_fault_of_a_policy_has_its_line(text: str, code: str, path: str, line: int, tmp_path: Path) -> None:
    """What is no policy, an unknown field, a misspelt form, a number out of range, and what is missing or twice."""
    (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        load_policy(tmp_path / "policy.yaml")
    (problem,) = caught.value.problems
    assert (problem.code, problem.path, problem.line) == (code, path, line)


def test_a_policy_is_a_text_file(tmp_path: Path) -> None:
    """Another ending is refused."""
    (tmp_path / "policy.csv").write_text("C,0.5", encoding="utf-8")
    with pytest.raises(CaseError, match=r"does not end in \.yaml"):
        load_policy(tmp_path / "policy.csv")


def test_numbers_are_read_from_texts() -> None:
    """A prior, a probability, and probabilities by name, as a case file states them."""
    assert prior_from_text("{a: 0.6, b: 0.4}") == {"a": 0.6, "b": 0.4}
    assert prior_from_text("{odds: {a: 3, b: 2}}") == Odds({"a": 3, "b": 2})
    assert probability_from_text("{between: [0.1, 0.4]}") == Between(0.1, 0.4)
    assert probabilities_from_text("{other: {uniform: [0.1, 0.4]}, b: 0.5}") == {"other": Uniform(0.1, 0.4), "b": 0.5}


def test_plain_numbers_are_read_from_texts() -> None:
    """As a case file states them, whatever Python takes for a number; every fault is named, where it belongs."""
    assert numbers_from_texts({"a": " 0.25", "b": "1e-3"}) == {"a": 0.25, "b": 0.001}
    wrong = {
        "digits": "1_0",
        "tiny": "1e-400",
        "huge": "1e400",
        "bounds": "inf",
        "other": "much",
        "none": "",
        "truth": "true",
        "range": "[0.5]",
        "share": "50%",
    }
    with pytest.raises(CaseError) as caught:
        numbers_from_texts({"a": "0.25"} | wrong)
    assert {problem.path: problem.code for problem in caught.value.problems} == {
        "digits": "E_NUMBER",
        "tiny": "E_NUMBER_SIZE",
        "huge": "E_NOT_FINITE",
        "bounds": "E_NOT_FINITE",
        "other": "E_NUMBER",
        "none": "E_NUMBER",
        "truth": "E_TYPE",
        "range": "E_NUMBER",
        "share": "E_NUMBER",
    }
    assert caught.value.problems[-1].hint == "Write 0.5."


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (prior_from_text, "{a: 0.6", "E_SYNTAX"),
        (probability_from_text, "{between: [0.4, 0.1]}", "E_INTERVAL"),
        (probability_from_text, "{betwen: [0.1, 0.4]}", "E_TYPE"),
        (probabilities_from_text, "0.4", "E_TYPE"),
        (probabilities_from_text, "{uniform: [0.1, 0.4]}", "E_TYPE"),
    ],
)
def test_texts_that_state_no_number_are_refused(read: object, text: str, code: str) -> None:
    """With the code that a case file gets."""
    with pytest.raises(CaseError) as caught:
        read(text)  # type: ignore[operator]
    assert code in {problem.code for problem in caught.value.problems}
