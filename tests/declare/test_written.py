"""The written form of a case: each way to state something has its short form, what is implied is not written."""

from __future__ import annotations

import datetime
import json
from hashlib import sha256

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import (
    BaseRates,
    Beta,
    Between,
    Certain,
    Counts,
    Dirichlet,
    Impossible,
    Odds,
    RatioBetween,
    Ratios,
    Uniform,
    Words,
)
from attribution_bayes.declare.written import case_hash, case_text, case_tree

HYPOTHESES = [
    Hypothesis(name="b", label="Mr B", statement="b", citation="a claim"),
    Hypothesis(name="a", statement="a", catch_all=True),
]
EVERY = Case(
    question="Which?",
    author="A. Analyst",
    date="2024-04-01",
    marking="TLP:AMBER",
    exercise=False,
    hypotheses=HYPOTHESES,
    prior=BaseRates({"a": 3, "b": 1}),
    prior_basis=["a book"],
    sources=[
        Source(
            name="s",
            label="S.",
            statement="s",
            citation="a directory",
            reliability=Between(0.6, 0.9),
            if_unreliable={"a": 0.8, "b": Counts(3, 10)},
        ),
        Source(name="t", statement="t", says_true_if_true=0.9, says_true_if_false=Beta(2, 3), instrument=True),
    ],
    evidence=[
        Evidence(
            name="seen",
            label="What was seen",
            statement="seen",
            likelihood={"a": 0.5, "b": Words("unlikely", "icd203-2015")},
        ),
        Evidence(
            name="told",
            statement="told",
            likelihood={"a": Uniform(0.2, 1), "b": Between(0.1, 0.2, mass=0.5)},
            reports=[
                Report(source="s", says=False, serves=False, date="2024-03-23", citation="a letter"),
                Report(source="t", copied_from="s", copy_probability=0.5),
            ],
            date=datetime.date(2024, 3, 22),
            citation="a page",
        ),
        Evidence(
            name="given",
            statement="given",
            given="told",
            likelihood={name: {True: Certain("so"), False: Impossible("not so")} for name in "ab"},
            observed=False,
        ),
        Evidence(
            name="which",
            statement="which",
            outcomes=["z", "y"],
            likelihood={"a": Dirichlet({"y": 1, "z": 2}), "b": {"y": 0.25, "z": 0.75}},
            observed="y",
        ),
        Evidence(name="tone", statement="tone", likelihood=Ratios(reference="a", ratios={"b": RatioBetween(2, 5)})),
    ],
)
TREE = {
    "schema": 1,
    "question": "Which?",
    "author": "A. Analyst",
    "date": "2024-04-01",
    "marking": "TLP:AMBER",
    "exercise": False,
    "hypotheses": {
        "b": {"label": "Mr B", "statement": "b", "citation": "a claim"},
        "a": {"statement": "a", "catch_all": True},
    },
    "prior": {"base_rates": {"b": 1.0, "a": 3.0}, "pseudocount": 0.5},
    "prior_basis": ["a book"],
    "sources": {
        "s": {
            "label": "S.",
            "statement": "s",
            "reliability": {"between": [0.6, 0.9]},
            "if_unreliable": {"b": {"counts": [3, 10]}, "a": 0.8},
            "citation": "a directory",
        },
        "t": {
            "statement": "t",
            "says_true_if_true": 0.9,
            "says_true_if_false": {"beta": [2.0, 3.0]},
            "instrument": True,
        },
    },
    "evidence": {
        "seen": {
            "label": "What was seen",
            "statement": "seen",
            "likelihood": {"b": {"words": "unlikely", "scale": "icd203-2015"}, "a": 0.5},
        },
        "told": {
            "statement": "told",
            "likelihood": {"b": {"between": [0.1, 0.2], "mass": 0.5}, "a": {"uniform": [0.2, 1.0]}},
            "reports": [
                {"source": "s", "says": False, "serves": False, "date": "2024-03-23", "citation": "a letter"},
                {"source": "t", "copied_from": "s", "copy_probability": 0.5},
            ],
            "date": "2024-03-22",
            "citation": "a page",
        },
        "given": {
            "statement": "given",
            "likelihood": {name: {True: {"certain": "so"}, False: {"impossible": "not so"}} for name in "ba"},
            "observed": False,
            "given": ["told"],
        },
        "which": {
            "statement": "which",
            "likelihood": {"b": {"z": 0.75, "y": 0.25}, "a": {"dirichlet": {"z": 2.0, "y": 1.0}}},
            "observed": "y",
            "outcomes": ["z", "y"],
        },
        "tone": {
            "statement": "tone",
            "likelihood": {"ratios": {"b": {"ratio_between": [2.0, 5.0]}}, "reference": "a"},
        },
    },
}


def test_everything_has_its_short_form_in_the_order_of_the_case() -> None:
    """Names, outcomes and parents stand as they were declared; defaults are left out, answers stay where stated."""
    assert case_tree(EVERY) == TREE
    assert json.dumps(case_tree(EVERY)) == json.dumps(TREE)  # equal dictionaries may differ in their order


def test_what_a_case_does_not_have_is_not_written() -> None:
    """Neither sources nor evidence nor what the prior rests on."""
    prior = Odds({"a": 1, "b": 2})
    bare = Case(question="Which?", hypotheses=HYPOTHESES, prior=prior)
    assert list(case_tree(bare)) == ["schema", "question", "hypotheses", "prior"]
    assert case_tree(bare)["prior"] == {"odds": {"b": 2.0, "a": 1.0}}


def test_the_hash_is_of_the_text() -> None:
    """One line of JSON, its SHA-256 in hexadecimal; another number gives another."""
    text = case_text(EVERY)
    assert "\n" not in text
    assert json.loads(text)["question"] == "Which?"
    assert case_hash(EVERY) == sha256(text.encode()).hexdigest()
    assert case_hash(EVERY.model_copy(update={"question": "Who?"})) != case_hash(EVERY)
