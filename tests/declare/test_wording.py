"""What the number at an address is, in a sentence with its names marked."""

from __future__ import annotations

import re

import pytest

from attribution_bayes.declare.address import ErrorOf, ReliabilityOf, parse_part
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import addresses
from attribution_bayes.declare.parts import CommonCause, Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Ratios
from attribution_bayes.declare.wording import (
    Named,
    in_words,
    observed_word,
    part_labels,
    part_sentence,
    plain,
    sentence,
)

CASE = Case(
    question="Which?",
    hypotheses=[Hypothesis(name=name, statement=name) for name in "ab"],
    prior={"a": 0.5, "b": 0.5},
    sources=[
        Source(name="s", statement="s", reliability=0.9, if_unreliable=0.5),
        Source(name="t", statement="t", reliability=0.8, if_unreliable={"a": 0.5, "b": 0.4}),
        Source(name="u", statement="u", says_true_if_true=0.8, says_true_if_false={"a": 0.1, "b": 0.2}),
    ],
    evidence=[
        Evidence(
            name="told",
            statement="e",
            likelihood={"a": 0.2, "b": 0.3},
            reports=[
                Report(source="s"),
                Report(source="t", copied_from="s", copy_probability=0.4),
                Report(source="u"),
            ],
        ),
        Evidence(
            name="shade",
            statement="e",
            outcomes=["dark", "pale"],
            observed="dark",
            likelihood={"a": {"dark": 0.4, "pale": 0.6}, "b": {"dark": 0.5, "pale": 0.5}},
        ),
        Evidence(
            name="left",
            statement="e",
            given=["told", "shade"],
            likelihood={name: {told: {"dark": 0.4, "pale": 0.6} for told in (True, False)} for name in "ab"},
        ),
        Evidence(name="mark", statement="e", likelihood=Ratios(reference="b", ratios={"a": 3})),
    ],
    common_causes=[
        CommonCause(
            name="c",
            statement="c",
            probability={"a": 0.1, "b": 0.2},
            likelihood={
                "told": {"a": 0.9, "b": 0.8},
                "shade": {"a": {"dark": 0.9, "pale": 0.1}, "b": {"dark": 0.8, "pale": 0.2}},
            },
        ),
        CommonCause(name="d", statement="d", probability=0.1, likelihood={"left": {"a": 0.4, "b": 0.3}}),
    ],
)

SAID = {
    "prior.a": "prior of a",
    "source.t.reliability": "how likely the reports of t are to follow the facts",
    "source.s.if_unreliable": "how likely s is to say what serves it when its reports do not follow the facts",
    "source.t.if_unreliable.b": (
        "how likely t is to say what serves it when its reports do not follow the facts under b"
    ),
    "source.u.says_true_if_true": "how likely u is to say True of what is true",
    "source.u.says_true_if_false.b": "how likely u is to say True of what is false under b",
    "evidence.told.likelihood.a": "how likely told is under a",
    "evidence.told.reports.t.copy_probability": "how likely the report of told by t is to be a copy of that by s",
    "evidence.shade.likelihood.b.pale": "how likely shade is to be pale under b",
    "evidence.left.likelihood.a.True.dark": "how likely left is under a, given told True, shade dark",
    "common_cause.c.probability.b": "how likely c is to hold under b",
    "common_cause.d.probability": "how likely d is to hold",
    "common_cause.c.likelihood.told.a": "how likely told is under a where c holds",
    "common_cause.c.likelihood.shade.a.pale": "how likely shade is to be pale under a where c holds",
    "evidence.mark.likelihood.a": "how many times likelier mark is under a than under b",
}


@pytest.mark.parametrize(("address", "said"), SAID.items())
def test_every_kind_of_number_has_its_sentence(address: str, said: str) -> None:
    """It says under which hypothesis, of which outcome and given what the number was stated."""
    assert in_words(CASE, address) == said


def test_only_names_are_marked() -> None:
    """Of what they are the names is known; True and False are no names."""
    found = sentence(CASE, addresses(CASE).at("evidence.left.likelihood.a.True.dark").address)
    assert [one for one in found if isinstance(one, Named)] == [
        Named("left", "item"),
        Named("a", "hypothesis"),
        Named("told", "item"),
        Named("shade", "item"),
        Named("dark", "outcome"),
    ]
    assert plain(sentence(CASE, ReliabilityOf("t")), {}) == SAID["source.t.reliability"]


def test_errors_have_their_sentences() -> None:
    """One is about an item, the other about all that state none of their own."""
    assert plain(sentence(CASE, ErrorOf("told")), {}) == "how likely told is to have been misunderstood"
    assert plain(sentence(CASE, ErrorOf()), {}) == "how likely each item is to have been misunderstood"


PARTS: dict[str, str] = {
    "prior": "prior",
    "hypotheses.a": "hypothesis a",
    "source.s": "source s",
    "evidence.told": "item told",
    "evidence.shade.outcomes.dark": "item shade as dark",
    "evidence.told.reports.s": "report of told by s",
    "evidence.left.given.told": "left given told",
    "common_cause.c": "common cause c",
    "error": "error",
}


@pytest.mark.parametrize(("address", "said"), PARTS.items())
def test_every_kind_of_part_has_its_words(address: str, said: str) -> None:
    """They say what kind of part it is, and its names, or its labels."""
    part = parse_part(address)
    assert part is not None
    assert plain(part_sentence(part), {}) == said
    assert plain(part_sentence(part), {"evidence.told": "it", "source.s": "she"}) == re.sub(
        r"\bs\b", "she", said.replace("told", "it")
    )


def test_a_sentence_shows_labels() -> None:
    """In place of names, of whatever kind; the case without labels shows its names."""
    kinds = ("hypotheses", "sources", "evidence", "common_causes")
    parts = {kind: [one.model_copy(update={"label": f"<{one.name}>"}) for one in getattr(CASE, kind)] for kind in kinds}
    case = CASE.model_copy(update=parts)
    assert in_words(case, "evidence.told.reports.t.copy_probability") == (
        "how likely the report of <told> by <t> is to be a copy of that by <s>"
    )
    assert in_words(case, "common_cause.c.likelihood.shade.a.pale") == (
        "how likely <shade> is to be pale under <a> where <c> holds"
    )
    assert part_labels(CASE) == {}
    assert len(part_labels(case)) == sum(len(parts[kind]) for kind in kinds)


def test_what_is_known_of_an_item_is_one_word() -> None:
    """True or false, a named outcome, or that sources say so."""
    items = {one.name: one for one in CASE.evidence}
    told = items["told"]
    seen = [told.with_good({"reports": (), "observed": one}) for one in (True, False, "pale")]
    assert [observed_word(one) for one in (told, *seen)] == ["reported", "true", "false", "pale"]
