"""What two cases state differently."""

from __future__ import annotations

import pytest

import attribution_bayes as ab
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import CommonCause, Evidence, Hypothesis, Part, Report, Source
from attribution_bayes.declare.ways import Same
from attribution_bayes.panel.changes import IDENTITY, NUMBERS, REFERENCE, SAME, STRUCTURE, WORDS, changes
from pictures import labelled_case

PARTS = [Hypothesis, Source, Report, Evidence, CommonCause]


def test_these_are_all_parts() -> None:
    """No part of a case is missing here but the case itself."""
    assert {part.__name__ for part in Part.__subclasses__()} == {"Case", *(part.__name__ for part in PARTS)}


@pytest.mark.parametrize("part", PARTS)
def test_every_field_is_a_number_structure_words_or_identity(part: type[Part]) -> None:
    """Each field of a part is of one kind and no more: a new one cannot pass for words in silence."""
    kinds = (NUMBERS, STRUCTURE, WORDS, IDENTITY)
    assert {field: sum(field in kind for kind in kinds) for field in part.model_fields} == dict.fromkeys(
        part.model_fields, 1
    )


def test_no_kind_names_a_field_that_is_gone() -> None:
    """What is called a number, structure or words is a field of some part."""
    fields = {field for part in PARTS for field in part.model_fields}
    assert fields | {REFERENCE, SAME} == NUMBERS | STRUCTURE | WORDS | IDENTITY


def test_a_likelihood_stated_once_for_every_hypothesis_is_said_to_be() -> None:
    """An item that was added says in words that its likelihood is the same under every hypothesis."""
    hypotheses = [Hypothesis(name=name, statement=name) for name in ("a", "b")]
    case = Case(question="q", hypotheses=hypotheses, prior={"a": 0.5, "b": 0.5}, evidence=())
    item = Evidence(name="e", statement="e", likelihood=Same(0.4))
    added = Case(question="q", hypotheses=hypotheses, prior=case.prior, evidence=[item])
    (change,) = changes(case, added)
    assert change.new == "statement e; stated once for every hypothesis; likelihood 0.4; observed True"


def test_what_differs_is_said_with_labels() -> None:
    """What stands under a hypothesis or an outcome is said so, and every part that has a label is called by it."""
    case = labelled_case()
    bare = case.model_copy(update={"sources": (), "evidence": (), "common_causes": ()})
    said = {one.address: one.new for one in changes(bare, case)}
    assert said["evidence.e_told"] == (
        "label The payment; statement s; likelihood under The insider given False 0.3; "
        "likelihood under The insider given True 0.8; likelihood under Anybody else given False 0.2; "
        "likelihood under Anybody else given True 0.4; observed None; given The footage; "
        "reports The agency says True, The paper says True"
    )
    assert "probability under The insider 0.05" in said["common_cause.c_staged"]
    assert "likelihood of The footage under The insider 0.9" in said["common_cause.c_staged"]
    last = ab.suppose(case, {"prior.h_first": 0.4})
    assert [one.old for one in changes(case, last)] == ["The insider 0.3; Anybody else 0.7"]
