"""A case: checked as a whole, with every fault at once, and equal to its like whatever order it was written in."""

from __future__ import annotations

import copy
import datetime as dt
import html
import pickle
import re
import subprocess
import sys
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.case import Case, asked_credence, place_against, place_of
from attribution_bayes.declare.notebook import LEFT, RIGHT, listing
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source, shown_name
from attribution_bayes.declare.rows import stated_number
from attribution_bayes.declare.table import Table
from attribution_bayes.declare.warnings import cautions
from attribution_bayes.declare.ways import BaseRates, Beta, Certain, Dirichlet, Impossible, Odds, Ratios, Uniform
from attribution_bayes.errors import MAX_PROBLEMS, CaseError, CaseWarning, Problem, named, nearest, quoted
from drawn import cases

CASE = Case(
    question="Who directed the attack?",
    hypotheses=[
        Hypothesis(name="alone", statement="they acted alone"),
        Hypothesis(name="other", statement="anything else", catch_all=True),
    ],
    prior={"alone": 0.75, "other": 0.25},
    sources=[Source(name="agency", statement="an agency", reliability=Beta(3, 2), if_unreliable=0.5)],
    evidence=[
        Evidence(name="paid", statement="they were paid", likelihood={"alone": 0.1, "other": 0.6},
                 reports=[Report(source="agency")]),
        Evidence(name="fled", statement="they fled", given="paid",
                 likelihood={"alone": {True: 0.8, False: 0.2}, "other": {True: 0.9, False: 0.4}}),
    ],
)  # fmt: skip


def problems(make: Any) -> tuple[Problem, ...]:
    with pytest.raises(CaseError) as caught:
        make()
    return caught.value.problems


def reordered(value: Any) -> Any:
    """The same with every mapping written the other way round."""
    if isinstance(value, Ratios):
        return Ratios(reference=value.reference, ratios=reordered(value.ratios))
    if isinstance(value, Dirichlet):
        return Dirichlet(reordered(value.alpha))
    if isinstance(value, Odds):
        return Odds(reordered(value.weights))
    if isinstance(value, Mapping):
        return {key: reordered(value[key]) for key in reversed(list(value))}
    return value


def fields(part: Any) -> dict[str, Any]:
    return {name: getattr(part, name) for name in type(part).model_fields}


def rewritten(case: Case) -> Case:
    return Case(
        **{
            **fields(case),
            "prior": reordered(case.prior),
            "sources": [Source(**{name: reordered(value) for name, value in fields(s).items()}) for s in case.sources],
            "evidence": [Evidence(**{n: reordered(value) for n, value in fields(e).items()}) for e in case.evidence],
        }
    )


# Values --------------------------------------------------------------------------------------------------------------


def test_a_case_is_frozen() -> None:
    """No field can be set, deleted or added."""
    for name in Case.model_fields:
        with pytest.raises(AttributeError, match="frozen"):
            setattr(CASE, name, ())
        with pytest.raises(AttributeError, match="frozen"):
            delattr(CASE, name)
    with pytest.raises(AttributeError, match="frozen"):
        CASE.remark = "new"  # type: ignore[attr-defined]


def test_a_case_is_keyword_only() -> None:
    """Fields are given by name."""
    with pytest.raises(TypeError, match="by keyword"):
        Case("Who?", [], {})  # type: ignore[call-arg, misc]


@given(cases())
@settings(deadline=None, max_examples=60)
def test_a_case_is_equal_to_its_like(case: Case) -> None:
    """Made again, copied or pickled, with its mappings in another order: it is equal and has the same hash."""
    again = [
        rewritten(case),
        case.model_copy(),
        Case(**fields(case)),
        copy.copy(case),
        copy.deepcopy(case),
        pickle.loads(pickle.dumps(case)),
    ]
    for same in again:
        assert same == case
        assert hash(same) == hash(case)
    assert len({case, *again}) == 1


@given(cases())
@settings(deadline=None, max_examples=60)
def test_equal_cases_print_alike(one: Case) -> None:
    """However the same is written."""
    assert rewritten(one) == one
    assert str(rewritten(one)) == str(one)
    assert repr(rewritten(one)) == repr(one)


def test_what_is_listed_has_an_order() -> None:
    """Cases that list hypotheses or items in another order are not the same."""
    for name in ("hypotheses", "evidence"):
        assert CASE.model_copy(update={name: getattr(CASE, name)[::-1]}) != CASE


def test_a_case_prints_the_same_in_every_process() -> None:
    """Hash seeds change nothing: neither what a case prints nor what is found wrong with it."""
    program = (
        "from attribution_bayes.declare.case import Case\n"
        "from attribution_bayes.errors import CaseError\n"
        "from attribution_bayes.declare.parts import Hypothesis\n"
        "hypotheses = [Hypothesis(name=name, statement='s') for name in 'abcdef']\n"
        "print(Case(question='q', hypotheses=hypotheses, prior=dict.fromkeys('fdebac', 1 / 6)))\n"
        "try:\n    Case(question='q', hypotheses=hypotheses, prior=dict.fromkeys('uvwxyz', 0.5))\n"
        "except CaseError as error:\n    print(error)\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(printed) == 1
    assert len(printed.pop().splitlines()) == (1 + 6 + 1) + 1 + 12


def test_what_was_given_may_change_afterwards() -> None:
    """A case holds what it was given, not the lists and dictionaries it was given in."""
    prior, evidence = {"alone": 0.75, "other": 0.25}, list(CASE.evidence)
    case = CASE.model_copy(update={"prior": prior, "evidence": evidence})
    prior["alone"] = 0.5
    evidence.clear()
    assert case == CASE
    assert isinstance(case.prior, Table)
    assert isinstance(case.evidence, tuple)


def test_names_and_catch_all() -> None:
    """The names are in order, and a catch-all is known to be there."""
    assert CASE.names == ("alone", "other")
    assert CASE.has_catch_all
    turned = [hypothesis.model_copy(update={"catch_all": False}) for hypothesis in CASE.hypotheses[::-1]]
    assert CASE.model_copy(update={"hypotheses": turned}).names == ("other", "alone")
    assert not CASE.model_copy(update={"hypotheses": turned}).has_catch_all


@pytest.mark.parametrize("basis", ["a paper", ["a paper"], ("a paper",)])
def test_one_citation_stands_for_a_list_of_one(basis: Any) -> None:
    """What the prior rests on need not be put in brackets."""
    assert CASE.model_copy(update={"prior_basis": basis}).prior_basis == ("a paper",)


@pytest.mark.parametrize(
    "prior",
    [
        {"alone": np.float64(0.75), "other": np.float32(0.25)},
        {"other": 0.25, "alone": 0.75},
        Table({"alone": 0.75, "other": 0.25}),
    ],
)
def test_a_prior_may_be_any_mapping_of_numbers(prior: Any) -> None:
    """NumPy's numbers, another order, a read-only mapping: the same case."""
    assert CASE.model_copy(update={"prior": prior}) == CASE


@pytest.mark.parametrize(
    ("numbers", "hint"),
    [
        (np.array([0.1, 0.2, 0.7], dtype=np.float32), "Numbers of single precision do not sum to 1 here: "),
        (np.array([0.1, 0.2, 0.8], dtype=np.float32), "Write Odds("),
        (np.array([0.5, 0.25, 0.5]), "Write Odds("),
    ],
)
def test_rounding_of_single_precision_is_called_so(numbers: Any, hint: str) -> None:
    """Numbers that sum to 1 but for it say so, in a prior and in a row of outcomes; others do not."""
    names = ("a", "b", "c")
    row = dict(zip(names, numbers, strict=True))
    (of_prior,) = problems(lambda: Case(question="?", hypotheses=[stated(name) for name in names], prior=row))
    assert of_prior.code == "E_PRIOR_SUM"
    assert of_prior.hint.startswith(hint)
    likelihood = dict.fromkeys(CASE.names, row)
    item = Evidence(name="e", statement="e", outcomes=names, observed="a", likelihood=likelihood)
    of_rows = problems(lambda: CASE.model_copy(update={"evidence": [item]}))
    assert {problem.code for problem in of_rows} == {"E_OUTCOMES_SUM"}
    assert all(problem.hint.startswith(hint) is hint.startswith("Numbers") for problem in of_rows)


def stated(name: str) -> Hypothesis:
    return Hypothesis(name=name, statement=name)


def test_stated_numbers() -> None:
    """An excluded hypothesis has 0, and one that is certain 1."""
    assert [stated_number(value) for value in (0.3, Impossible("so"), Certain("so"))] == [0.3, 0.0, 1.0]


# Copies are checked --------------------------------------------------------------------------------------------------


def test_a_copy_is_checked_like_any_other() -> None:
    """`model_copy` refuses what the case itself would refuse, and leaves the case as it was."""
    before = repr(CASE)
    assert [(p.code, p.path) for p in problems(lambda: CASE.model_copy(update={"prior": {"alone": 1}}))] == [
        ("E_MISSING", "prior.other"),
        ("E_PRIOR_DEGENERATE", "prior.alone"),
    ]
    assert [(p.code, p.path) for p in problems(lambda: CASE.model_copy(update={"prioir": {}}))] == [
        ("E_UNKNOWN_FIELD", "prioir")
    ]
    assert [(p.code, p.path) for p in problems(lambda: CASE.model_copy(update={"sources": ()}))] == [
        ("E_SOURCE", "evidence.paid.reports.agency")
    ]
    assert repr(CASE) == before


def test_a_deep_copy_is_checked_too() -> None:
    """Whatever else pydantic's method can do, it cannot get round the checks."""
    assert CASE.model_copy(deep=True) == CASE
    assert problems(lambda: CASE.model_copy(update={"hypotheses": ()}, deep=True))


# All faults at once --------------------------------------------------------------------------------------------------


def labelled(*labels: str | None, kind: str = "hypotheses") -> Case:
    """A case of which the first parts of a kind have these labels."""
    parts = [part.model_copy(update={"label": label}) for part, label in zip(getattr(CASE, kind), labels, strict=False)]
    return CASE.model_copy(update={kind: (*parts, *getattr(CASE, kind)[len(parts) :])})


@pytest.mark.parametrize(
    "labels", [("One", "One"), ("One", " oNE"), ("One", "\uff2fne"), ("B", None), (None, "a"), ("Mr  X", "mr x")]
)
def test_no_two_parts_of_a_kind_are_shown_alike(labels: tuple[str | None, ...]) -> None:
    """Labels are told apart as a reader would, also from the names of parts that have none."""
    case = CASE.model_copy(
        update={
            "hypotheses": [Hypothesis(name=name, statement="s") for name in "ab"],
            "prior": {"a": 0.5, "b": 0.5},
            "evidence": (),
        }
    )
    parts = [part.model_copy(update={"label": label}) for part, label in zip(case.hypotheses, labels, strict=True)]
    (problem,) = problems(lambda: case.model_copy(update={"hypotheses": parts}))
    assert problem.code == "E_DUP_LABEL"
    assert problem.path == f"hypotheses.{'b' if labels[1] else 'a'}.label"
    assert problem.message.startswith("'a' and 'b' are both shown as ")


def test_a_label_may_be_that_of_another_kind() -> None:
    """A hypothesis, a source and an item may have one label; a part may be labelled with its own name."""
    kinds = [kind for kind in ("hypotheses", "sources", "evidence") if getattr(CASE, kind)]
    for kind in kinds:
        assert getattr(labelled("Mr X", kind=kind), kind)[0].label == "Mr X"
        assert labelled(getattr(CASE, kind)[0].name, kind=kind) != CASE
    both = CASE
    for kind in kinds:
        first, *others = getattr(both, kind)
        both = both.model_copy(update={kind: (first.model_copy(update={"label": "Mr X"}), *others)})
    assert shown_name(both.hypotheses[0]) == "Mr X"
    assert shown_name(both.hypotheses[1]) == both.hypotheses[1].name


@pytest.mark.parametrize(
    ("field", "given", "problem"),
    [
        ("author", 5, "E_TYPE author: 5 is not text. Put it in quotes."),
        ("author", "a\nb", "E_TEXT_CONTROL author: it has more than one line, or a tab. Replace line breaks and"),
        ("marking", "a\tb", "E_TEXT_CONTROL marking: it has more than one line, or a tab."),
        ("marking", "a\x07b", "E_TEXT_CONTROL marking: the text holds the control character U+0007 at position 1."),
        ("marking", " ", "E_MISSING marking: the text is empty. Leave `marking` out, or write it."),
        (
            "marking",
            "m" * 201,
            "E_LIMIT marking: 201 characters; at most 200 are allowed. Shorten it to one",
        ),
        ("date", "2024-02-30", "E_DATE date: '2024-02-30' is not a date. Write a day that exists"),
    ],
)
def test_the_head_of_a_case_is_checked(field: str, given: object, problem: str) -> None:
    """An author and a marking are texts of one line, a date is a day."""
    (found,) = problems(lambda: CASE.model_copy(update={field: given}))
    assert str(found).startswith(problem)


def test_the_head_of_a_case_is_kept() -> None:
    """The longest marking, and a day however it is given."""
    head = {"author": "A. Analyst", "date": "2024-03-22", "marking": "m" * 200}
    case = CASE.model_copy(update=head)
    assert (case.author, case.date, case.marking) == ("A. Analyst", dt.date(2024, 3, 22), "m" * 200)
    assert case != CASE


@pytest.mark.parametrize("missing", ["author", "date"])
def test_somebody_stands_behind_what_is_no_exercise(missing: str) -> None:
    """A case is an exercise unless it says otherwise, and then it says who states it, and when."""
    assert CASE.exercise
    head = {"author": "A. Analyst", "date": "2024-03-22", "exercise": False}
    assert not CASE.model_copy(update=head).exercise
    (found,) = problems(lambda: CASE.model_copy(update={**head, missing: None}))
    said = (
        f"E_MISSING {missing}: nobody stands behind an assessment that does not state it. Write `{missing}`, or leave"
    )
    assert str(found).startswith(said)
    (found,) = problems(lambda: CASE.model_copy(update={"exercise": 0}))
    assert str(found).startswith("E_TYPE exercise: 0")


def broken() -> Case:
    """Faults in every part."""
    row = {True: 0.5, False: 2.0}
    return Case(
        question=" ",
        hypotheses=[Hypothesis(name=name, statement="s", catch_all=True) for name in ("a", "A", "a b")],
        prior={"a": 0.5, "A": 0, "c": "half"},
        prior_basis=["fine", "\x00"],
        sources=[Source(name="s", statement="", reliability=1.5), Source(name="s", statement="s", reliability=0.5)],
        evidence=[
            Evidence(name="e", statement="s", likelihood={"a": 1.5, "A": None}, date="never", observed="maybe"),
            Evidence(name="f", statement="s", likelihood={"a": row, "A": row, "a b": 0.5}, given=["g", "g"]),
            Evidence(name="g", statement="s", likelihood=[0.5], reports=[Report(source="t", copied_from="t")]),
            Evidence(name="h", statement="s", likelihood=Ratios(reference="z", ratios={"a": -1}), observed=False),
        ],
    )


def test_every_fault_is_reported_at_once() -> None:
    """Faults of the question, of hypotheses, prior, sources and items come in one error, in the order of the case."""
    assert [(problem.code, problem.path) for problem in problems(broken)] == [
        ("E_MISSING", "question"),
        ("E_TEXT_CONTROL", "prior_basis.1"),
        ("E_CONFUSABLE_NAME", "hypotheses.A"),
        ("E_NAME", "hypotheses.a b"),
        ("E_CATCH_ALL", "hypotheses"),
        ("E_MISSING", "prior.a b"),
        ("E_UNKNOWN_NAME", "prior.c"),
        ("E_PRIOR_DEGENERATE", "prior.A"),
        ("E_NUMBER", "prior.c"),
        ("E_MISSING", "source.s.statement"),
        ("E_DUP_NAME", "source.s"),
        ("E_SOURCE", "source.s.reliability"),
        ("E_SOURCE", "source.s.if_unreliable"),
        ("E_SOURCE", "source.s.if_unreliable"),
        ("E_DATE", "evidence.e.date"),
        ("E_OUTCOME", "evidence.e.observed"),
        ("E_MISSING", "evidence.e.likelihood.a b"),
        ("E_TYPE", "evidence.e.likelihood.A"),
        ("E_RANGE", "evidence.e.likelihood.a"),
        ("E_GIVEN", "evidence.f.given"),
        ("E_SOURCE", "evidence.g.reports.t"),
        ("E_COPY", "evidence.g.reports.t.copied_from"),
        ("E_COPY", "evidence.g.reports.t.copy_probability"),
        ("E_TYPE", "evidence.g.likelihood"),
        ("E_RATIOS", "evidence.h.likelihood"),
        ("E_UNKNOWN_NAME", "evidence.h.likelihood.reference"),
        ("E_RANGE", "evidence.h.likelihood.a"),
    ]


def test_what_cannot_be_read_does_not_hide_the_rest() -> None:
    """A field of another type, or missing, or unknown, is reported with whatever else is wrong."""
    item = CASE.evidence[0].model_copy(update={"likelihood": {"alone": 2}})
    stated = {"hypotheses": CASE.hypotheses, "sources": CASE.sources, "evidence": [item]}
    found = problems(lambda: Case(question=5, prioir={}, **stated))
    assert [(problem.code, problem.path) for problem in found] == [
        ("E_TYPE", "question"),
        ("E_MISSING", "prior"),
        ("E_UNKNOWN_FIELD", "prioir"),
        ("E_MISSING", "evidence.paid.likelihood.other"),
        ("E_RANGE", "evidence.paid.likelihood.alone"),
    ]


@pytest.mark.parametrize("given", [["alone", "other"], CASE.hypotheses[0], {"alone": "s"}, {*CASE.hypotheses}, 5, "ab"])
def test_what_are_no_parts_are_refused(given: Any) -> None:
    """Hypotheses are a list of `Hypothesis`, and nothing that looks like one."""
    found = problems(lambda: CASE.model_copy(update={"hypotheses": given}))
    assert {problem.code for problem in found} == {"E_TYPE"}
    assert {problem.path.split(".")[0] for problem in found} == {"hypotheses"}


def test_parts_are_of_their_kind() -> None:
    """A source is no item."""
    found = problems(lambda: CASE.model_copy(update={"evidence": [CASE.sources[0], CASE.evidence[1]]}))
    assert [(problem.code, problem.path) for problem in found] == [("E_TYPE", "evidence.0")]
    assert "is not made with `Evidence(...)`" in found[0].message


def test_keys_that_are_no_names_are_refused() -> None:
    """Numbers, None and whatever else can be a key are unknown names, and outcomes that are not there."""
    item = CASE.evidence[1].model_copy(update={"likelihood": {"alone": {1: 0.8, 0: 0.2}, None: 0.5, (1, 2): 0.5}})
    found = problems(
        lambda: CASE.model_copy(update={"prior": {1: 0.5, None: 0.5}, "evidence": [CASE.evidence[0], item]})
    )
    assert {(problem.code, problem.path) for problem in found} >= {
        ("E_UNKNOWN_NAME", "prior.1"),
        ("E_UNKNOWN_NAME", "prior.None"),
        ("E_UNKNOWN_NAME", "evidence.fled.likelihood.(1, 2)"),
        ("E_TABLE", "evidence.fled.likelihood.alone.1"),
        ("E_TABLE", "evidence.fled.likelihood.alone.0"),
    }


def test_bad_outcomes_are_not_held_against_the_children() -> None:
    """What is wrong with an item's outcomes is said once, there; its own table and its children's are not judged."""
    row = {"alone": 0.5, "other": 0.4}
    parent = Evidence(name="paid", statement="s", outcomes=("yes", 1), observed="yes", likelihood=row)
    child = CASE.evidence[1]
    found = problems(lambda: CASE.model_copy(update={"evidence": [parent, child]}))
    assert [(problem.code, problem.path) for problem in found] == [("E_NAME", "evidence.paid.outcomes")]


def test_a_wrong_observation_does_not_hide_a_wrong_table() -> None:
    """Both are reported."""
    item = CASE.evidence[0].model_copy(
        update={"observed": "maybe", "reports": (), "likelihood": {"alone": 2, "other": 0.5}}
    )
    found = problems(lambda: CASE.model_copy(update={"evidence": [item]}))
    assert [(problem.code, problem.path) for problem in found] == [
        ("E_OUTCOME", "evidence.paid.observed"),
        ("E_RANGE", "evidence.paid.likelihood.alone"),
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"evidence": [Evidence(name="log_gap", statement="s", likelihood={"alone": 0.5})]},
         r"evidence\.log_gap\.likelihood\.other: no likelihood under 'other'; it covers 'alone'\. State it"),
        ({"evidence": [Evidence(name="e", statement="s", likelihood={})]}, r"under 'other'; it covers nothing\."),
        ({"prior": {"alone": 0.5, "other": Uniform(0, 1)}}, r"prior\.other: Uniform.* stands where a number belongs\."),
        ({"prior": "even"}, r"E_TYPE prior: 'even' is not a prior\. Give \{name: probability\}, `Odds`,"),
        ({"evidence": [CASE.evidence[1]]}, r"evidence\.fled\.given: there is no item 'paid'\.$"),
        ({"hypotheses": CASE.hypotheses[:1]}, r"1 stated, at least 2 needed\. Add the rival explanations, or a"),
        ({"sources": [Source(name="agency", statement="s", if_unreliable=0.5)]},
         r"source\.agency\.reliability: it is not stated\. State how likely it is; a wide range such as"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_to_do(changes: Any, message: str) -> None:
    """Each message names the address, what was given and what to write instead."""
    with pytest.raises(CaseError, match=message):
        CASE.model_copy(update=changes)


# Errors --------------------------------------------------------------------------------------------------------------


def test_a_case_error_is_a_value_error_that_survives_pickling() -> None:
    """It keeps all its problems."""
    with pytest.raises(ValueError, match="27 problems:") as caught:
        broken()
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.problems == caught.value.problems
    assert str(again) == str(caught.value)


def test_a_hundred_problems_are_listed_and_the_others_counted() -> None:
    """The error's text stays readable; its `problems` hold them all."""
    items = [Evidence(name=f"e{i}", statement="s", likelihood={"alone": 2, "other": 0.5}) for i in range(250)]
    with pytest.raises(CaseError) as caught:
        CASE.model_copy(update={"evidence": items})
    lines = str(caught.value).splitlines()
    assert len(caught.value.problems) == 250
    assert (lines[0], len(lines), lines[-1]) == ("250 problems:", 102, "  and 150 more")


def test_a_problem_prints_its_place() -> None:
    """Line, column, code, address, message and hint, as far as they are known."""
    problem = Problem(code="E_X", path="a.b", message="wrong.", hint="Mend it.")
    assert str(problem) == "E_X a.b: wrong. Mend it."
    assert str(Problem(code="E_X", path="", message="wrong.", line=2, column=3)) == "line 2, column 3: E_X wrong."
    assert problem.under("top").path == "top.a.b"
    assert Problem(code="E_X", path="", message="m").under("top").path == "top"
    assert str(CaseWarning(problem)) == str(problem)
    assert pickle.loads(pickle.dumps(CaseWarning(problem))).problem == problem


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a", "'a'"),
        ("é\ud800\x1b", r"'\xe9\ud800\x1b'"),
        (None, "None"),
        (0.1, "0.1"),
    ],
)
def test_what_was_given_is_quoted_in_ascii(given: Any, shown: str) -> None:
    """Whatever was given can be shown."""
    assert quoted(given) == shown


@given(st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.integers()))
def test_quoted_is_short_and_plain(given: Any) -> None:
    """At most 80 characters, all of them ASCII that can be seen."""
    assert len(quoted(given)) <= 80
    assert quoted(given).isascii()
    assert quoted(given).isprintable()


def test_quoting_needs_no_time_and_no_depth() -> None:
    """A text of 100 MB is cut before it is escaped, and what cannot be printed is named by its type."""

    class Strange:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert quoted("x" * 10**8) == "'" + "x" * 76 + "..."
    assert quoted(Strange()) == "<Strange>"
    assert quoted(10**5_000) == "<int>"
    assert quoted(deep) == "<list>"


def test_the_nearest_name_is_offered() -> None:
    """The nearest, or all if none is near and they are few."""
    assert nearest("aloen", CASE.names) == "Did you mean 'alone'?"
    assert nearest("zzz", CASE.names) == "Allowed: alone, other."
    assert nearest("zzz", [f"n{i}" for i in range(13)]) == ""
    assert nearest(None, []) == ""


def unlike(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{i}" for i in range(count)]


def large(**fields: Any) -> Case:
    """A case of two thousand hypotheses with some fields that have something wrong with them."""
    names = unlike("h", 2_000)
    hypotheses = [Hypothesis(name=name, statement="s") for name in names]
    return Case(**{"question": "q", "hypotheses": hypotheses, "prior": Odds(dict.fromkeys(names, 1)), **fields})


FAULTY = [
    ("names that do not exist", lambda: {"prior": Odds(dict.fromkeys(unlike("g", 2_000), 1))}),
    ("rows that are missing", lambda: {"evidence": [items(i, {}) for i in range(500)]}),
    ("parents that do not exist",
     lambda: {"evidence": [items(i, {}, given=unlike("f", 20)) for i in range(1_000)]}),
    ("sources that do not exist",
     lambda: {"evidence": [items(0, {}, reports=[Report(source=name) for name in unlike("s", 2_000)])]}),
    ("outcomes without rows",
     lambda: {"evidence": [items(0, dict.fromkeys(unlike("h", 2_000), 0.5), outcomes=unlike("o", 2_000))]}),
]  # fmt: skip


def items(index: int, likelihood: Any, **fields: Any) -> Evidence:
    return Evidence(name=f"e{index}", statement="s", likelihood=likelihood, **fields)


@pytest.mark.parametrize("fields", [fields for _, fields in FAULTY], ids=[name for name, _ in FAULTY])
def test_a_large_case_with_many_faults_is_refused(fields: Any) -> None:
    """As many faults as there are pairs of names: neither all names are listed nor all faults kept."""
    found = problems(lambda: large(**fields()))
    assert len(found) <= MAX_PROBLEMS + 1
    assert max(len(problem.message) for problem in found) < 500


def test_what_is_beyond_the_limit_is_not_looked_for() -> None:
    """A million faults are ten thousand and one that says so; the hints are for those that are listed."""
    found = problems(lambda: large(evidence=[items(i, {}) for i in range(500)]))
    assert [problem.code for problem in found] == ["E_MISSING"] * MAX_PROBLEMS + ["E_LIMIT"]
    assert found[-1].message == "there are 10,000 problems or more; no others were looked for."
    found = problems(lambda: CASE.model_copy(update={"prior": dict.fromkeys(unlike("othe", 250), 0.5)}))
    hints = [problem.hint for problem in found if problem.code == "E_UNKNOWN_NAME"]
    assert hints == ["Did you mean 'other'?"] * 98 + [""] * 152


def test_of_many_names_the_first_are_listed() -> None:
    """Twelve, and how many more there are."""
    assert named(["a", "b"]) == "'a', 'b'"
    assert named(unlike("a", 2_000)).endswith("'a11' and 1,988 more")


def test_a_large_case_is_checked_in_no_time() -> None:
    """A thousand items with parents and reports are no reason to wait: their checks do not look at all pairs."""
    row = {"alone": {True: 0.8, False: 0.2}, "other": {True: 0.9, False: 0.4}}
    items = [CASE.evidence[0].model_copy(update={"name": "e0"})]
    items += [Evidence(name=f"e{i}", statement="s", given=f"e{i - 1}", likelihood=row) for i in range(1, 5_000)]
    case = CASE.model_copy(update={"evidence": items})
    assert len(case.evidence) == 5_000
    assert cautions(case) == ()


def test_a_hypothesis_has_its_place_in_the_order_of_the_case() -> None:
    """One that does not exist is refused under the field in which it was asked for, with the nearest that does."""
    assert [place_of(CASE, name, "target") for name in ("alone", "other")] == [0, 1]
    (problem,) = problems(lambda: place_of(CASE, "othr", "against"))
    assert (problem.code, problem.path, problem.hint) == ("E_UNKNOWN_NAME", "against", "Did you mean 'other'?")


def a_case(question: str = "Which?") -> Case:
    return Case(
        question=question,
        hypotheses=[Hypothesis(name="a", statement="<b>a</b>"), Hypothesis(name="b", statement="b", catch_all=True)],
        prior={"a": 0.25, "b": 0.75},
        evidence=[Evidence(name="e", statement="e", likelihood={"a": 0.8, "b": 0.2}, citation="a record")],
    )


def test_the_short_form_of_a_case_is_one_line() -> None:
    """It says the question and what there is of everything."""
    assert repr(a_case()) == "Case('Which?': 2 hypotheses, 1 item, 0 sources)"
    assert len(repr(a_case("x" * 5000))) < 160


def cells(page: str) -> list[list[str]]:
    """The rows of the tables of a page, each cell without the tags of its own."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.S)
    return [
        [re.sub(r"</?(bdi|code)>", "", cell) for cell in re.findall(r"<t[dh].*?>(.*?)</t[dh]>", row)] for row in rows
    ]


def test_a_notebook_shows_the_case_as_tables() -> None:
    """Question, hypotheses with their prior, items with their sources; every text is escaped."""
    shown = a_case("<script>?")._repr_html_()
    assert "<strong><bdi>&lt;script&gt;?</bdi></strong>" in shown
    assert ["a", "&lt;b&gt;a&lt;/b&gt;", "0.25"] in cells(shown)
    assert ["e", "e", "observed: True", "a record"] in cells(shown)
    assert ["hypothesis", "statement", "prior (probability)"] in cells(shown)
    assert "source</th>" not in shown


def test_a_notebook_shows_labels_beside_names() -> None:
    """People read the label; the name, which addresses use, stands beside it as code."""
    named = [one.model_copy(update={"label": f"<{one.name.upper()}>"}) for one in a_case().hypotheses]
    source = Source(name="s", statement="who", label="The <s>", reliability=0.8, if_unreliable=0.5)
    item = Evidence(name="f", statement="f", label="<F>", likelihood={"a": 0.8, "b": 0.2}, reports=[Report(source="s")])
    stated = a_case().model_copy(update={"hypotheses": named, "sources": [source], "evidence": [item]})
    shown = stated._repr_html_()
    assert "<bdi>&lt;A&gt;</bdi> <code>a</code>" in shown
    assert ["&lt;F&gt; f", "f", "reported", "The &lt;s&gt; s"] in cells(shown)
    assert ["The &lt;s&gt; s", "who"] in cells(shown)


def test_a_notebook_says_who_states_a_case_and_who_may_have_it() -> None:
    """The marking stands before everything else; what nobody stated is not there."""
    update = {"marking": "TLP:<AMBER>", "author": "A & B", "date": dt.date(2024, 3, 22)}
    shown = a_case().model_copy(update=update)._repr_html_()
    assert "<strong><bdi>TLP:&lt;AMBER&gt;</bdi></strong>" in shown
    assert "<p>stated by: <bdi>A &amp; B</bdi></p><p>stated on: 2024-03-22</p>" in shown
    assert shown.index("TLP") < shown.index("stated by") < shown.index("<table")
    assert "stated" not in a_case()._repr_html_()


def test_a_notebook_stops_after_sixty_rows() -> None:
    """And says how many more there are."""
    item = a_case().evidence[0]
    many = [item.model_copy(update={"name": f"e{n}"}) for n in range(1100)]
    shown = a_case().model_copy(update={"evidence": many})._repr_html_()
    assert "<code>e59</code>" in shown
    assert "<code>e60</code>" not in shown
    assert "<p>and 1,040 more</p>" in shown
    fits = a_case().model_copy(update={"evidence": many[:60]})._repr_html_()
    assert "<code>e59</code>" in fits
    assert "more</p>" not in fits


def test_a_notebook_has_no_colours_of_its_own() -> None:
    """Text and ground are those of the notebook, in light and in dark."""
    styles = set(re.findall(r'style="(.*?)"', a_case()._repr_html_()))
    assert styles == {LEFT, RIGHT}
    assert "color" not in LEFT + RIGHT
    assert "background" not in LEFT + RIGHT


@pytest.mark.parametrize(
    "prior", [BaseRates({"a": 3, "b": 1}), Odds({"a": 3.5, "b": 1.5}), Dirichlet({"a": 7, "b": 3})]
)
def test_a_prior_of_several_is_shown_in_shares(prior: BaseRates | Odds | Dirichlet) -> None:
    """Beside what was stated: of counts with what is added to each."""
    stated = a_case().model_copy(update={"prior": prior})
    shown = stated._repr_html_()
    assert ["a", "&lt;b&gt;a&lt;/b&gt;", "0.7"] in cells(shown)
    assert ["b", "b", "0.3"] in cells(shown)
    assert html.escape(repr(prior)) in shown
    assert "  a (prior 0.7): <b>a</b>\n" in str(stated)


def test_a_notebook_shows_sources_and_what_nobody_observed() -> None:
    """Who they are, which items are known from them alone, and which from nobody."""
    source = Source(name="s", statement="<i>who</i>", reliability=0.8, if_unreliable=0.5)
    items = [
        Evidence(name="f", statement="f", likelihood={"a": 0.8, "b": 0.2}, reports=[Report(source="s")]),
        Evidence(name="g", statement="g", likelihood={"a": 0.8, "b": 0.2}, observed=None),
    ]
    stated = a_case().model_copy(update={"sources": [source], "evidence": items})
    shown = cells(stated._repr_html_())
    assert ["s", "&lt;i&gt;who&lt;/i&gt;"] in shown
    assert ["f", "f", "reported", "s"] in shown
    assert ["g", "g", "not observed", ""] in shown
    assert str(stated).splitlines()[3:] == ["2 items, 1 source", "  f (reported): f", "  g (not observed): g"]


def test_a_printed_case_is_short() -> None:
    """A line for each hypothesis and item, the first of them where there are many."""
    item = a_case().evidence[0]
    many = a_case().model_copy(update={"evidence": [item.model_copy(update={"name": f"e{n}"}) for n in range(30)]})
    lines = str(many).splitlines()
    assert lines[:4] == ["Which?", "  a (prior 0.25): <b>a</b>", "  b (prior 0.75): b", "30 items, 0 sources"]
    assert lines[4] == "  e0 (observed: True): e"
    assert lines[-1] == "  and 18 more"
    assert len(lines) == 4 + 12 + 1


def test_completion_offers_a_cases_own_names() -> None:
    """Fields and methods, none of pydantic's old ones."""
    names = {name for name in dir(a_case()) if not name.startswith("_")}
    assert {*Case.model_fields, "names", "has_catch_all", "model_copy"} <= names
    assert not names & {"copy", "dict", "json", "parse_obj", "construct", "model_dump", "schema"}


@pytest.mark.parametrize("text", ["\u3164", "\u2800 \u2800", "\u200c\u034f", "\u0301"])
def test_a_text_that_shows_nothing_is_no_statement(text: str) -> None:
    """Fillers, joiners and marks without a letter are as good as nothing."""
    with pytest.raises(CaseError, match="E_MISSING question: the text is empty"):
        a_case(text)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"observed": 1}, "1 is not an outcome"),
        ({"outcomes": [1, 2]}, r"\(1, 2\)|1 is not allowed as a name"),
        ({"outcomes": ["x"], "observed": "x"}, "more different outcomes. Name two or more"),
        ({"outcomes": ["x", "X"], "observed": "x"}, "Capital letters make no difference"),
    ],
)
def test_outcomes_are_quoted_as_they_were_written(fields: dict[str, Any], said: str) -> None:
    """And the hint is that of the mistake."""
    item = Evidence(name="e", statement="e", likelihood={"a": 0.8, "b": 0.2}, **fields)
    with pytest.raises(CaseError, match=said):
        a_case().model_copy(update={"evidence": [item]})


@pytest.mark.parametrize(
    ("ratios", "code", "path"),
    [
        (Ratios(reference=None, ratios={"a": 2.0}), "E_MISSING", "reference"),  # type: ignore[arg-type]
        (Ratios(reference="c", ratios={"a": 2.0}), "E_UNKNOWN_NAME", "reference"),
        (Ratios(reference="b", ratios={"a": 2.0, "b": 1.0}), "E_UNKNOWN_NAME", "b"),
        (Ratios(reference="b", ratios=5), "E_TYPE", "ratios"),  # type: ignore[arg-type]
    ],
)
def test_what_ratios_leave_out_is_named(ratios: Ratios, code: str, path: str) -> None:
    """The reference that is missing, unknown or among the ratios, and ratios that are no mapping."""
    item = Evidence(name="e", statement="e", likelihood=ratios)
    with pytest.raises(CaseError) as caught:
        a_case().model_copy(update={"evidence": [item]})
    assert (code, f"evidence.e.likelihood.{path}") in {(one.code, one.path) for one in caught.value.problems}


def test_a_likelihood_ratio_is_no_likelihood() -> None:
    """Where a probability belongs, the hint says where a ratio does."""
    item = Evidence(name="e", statement="e", likelihood={"a": {"decibans": 3}, "b": 0.2})  # type: ignore[dict-item]
    with pytest.raises(CaseError, match="a likelihood ratio, which belongs in `Ratios`"):
        a_case().model_copy(update={"evidence": [item]})


def test_questions_about_a_case_are_checked_in_one_place() -> None:
    """A hypothesis is not weighed against itself, and a threshold is strictly between 0 and 1, of whatever type."""
    one = Case(
        question="Which?",
        hypotheses=[Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)],
        prior={"a": 0.5, "b": 0.5},
    )
    assert (place_against(one, 0, None), place_against(one, 0, "b")) == (None, 1)
    with pytest.raises(CaseError, match="E_SAME against"):
        place_against(one, 0, "a")
    assert asked_credence(Fraction(1, 4)) == 0.25  # type: ignore[arg-type]
    for wrong in (0, 1.0, "0.5", True):
        with pytest.raises(CaseError, match="E_RANGE threshold"):
            asked_credence(wrong)  # type: ignore[arg-type]


def test_sentences_under_a_table_are_escaped() -> None:
    """Each stands on a line of its own."""
    assert listing(["a < b", "c"]) == "<ul><li><bdi>a &lt; b</bdi></li><li><bdi>c</bdi></li></ul>"


def test_a_circle_is_told_from_what_depends_on_the_first_item() -> None:
    """An item that states plain numbers and nothing else is in no circle, but is where the search for it begins."""
    row, rows = {"a": 0.5, "b": 0.4}, {name: {True: 0.5, False: 0.4} for name in "ab"}
    deep = {name: {True: row, False: row} for name, row in rows.items()}
    items = [
        Evidence(name="first", statement="s", likelihood=row),
        Evidence(name="one", statement="s", given="other", likelihood=rows),
        Evidence(name="other", statement="s", given=["one", "first"], likelihood=deep),
    ]
    hypotheses = [Hypothesis(name=name, statement="s") for name in "ab"]
    with pytest.raises(CaseError, match=r"E_GIVEN evidence\.other\.given: .*'other' -> 'one' -> 'other'"):
        Case(question="q", hypotheses=hypotheses, prior={"a": 0.5, "b": 0.5}, evidence=items)
