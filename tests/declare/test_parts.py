"""The parts of a case: frozen, keyword-only, hashable, and strict about what they are given."""

from __future__ import annotations

import copy
import datetime as dt
import gc
import pickle
import sys
from typing import Any

import numpy as np
import pytest

from attribution_bayes.declare.parts import Evidence, Hypothesis, Part, Report, Source
from attribution_bayes.declare.table import Table
from attribution_bayes.declare.ways import Beta, Ratios
from attribution_bayes.errors import CaseError

HYPOTHESIS = Hypothesis(name="alone", statement="they acted alone", catch_all=True)
SOURCE = Source(name="agency", statement="an agency", reliability=Beta(3, 2), if_unreliable={"a": 0.5, "b": 0.25})
REPORT = Report(source="agency", says=False, copied_from="press", copy_probability=0.5)
EVIDENCE = Evidence(
    name="fled",
    statement="they fled",
    likelihood={"a": {True: 0.5, False: 0.25}, "b": {False: 0.125, True: Beta(1, 2)}},
    given="paid",
    reports=[REPORT],
    date="2024-03-22",
    citation="a paper",
)
PARTS = [HYPOTHESIS, SOURCE, REPORT, EVIDENCE]
every_part = pytest.mark.parametrize("part", PARTS, ids=lambda part: type(part).__name__)


def fields(part: Part) -> dict[str, Any]:
    return {name: getattr(part, name) for name in type(part).model_fields}


def faults(make: Any) -> list[tuple[str, str]]:
    with pytest.raises(CaseError) as caught:
        make()
    return [(problem.code, problem.path) for problem in caught.value.problems]


@every_part
def test_a_part_is_frozen(part: Part) -> None:
    """No field can be set or deleted, and none can be added."""
    for name in type(part).model_fields:
        with pytest.raises(AttributeError, match="frozen"):
            setattr(part, name, None)
        with pytest.raises(AttributeError, match="frozen"):
            delattr(part, name)
    with pytest.raises(AttributeError, match="frozen"):
        part.remark = "new"  # type: ignore[attr-defined]


@every_part
def test_a_part_is_keyword_only(part: Part) -> None:
    """Fields are given by name."""
    with pytest.raises(TypeError, match="by keyword"):
        type(part)(*fields(part).values())  # type: ignore[misc]


@every_part
def test_a_part_is_hashable_and_equal_to_its_like(part: Part) -> None:
    """Made again, copied or pickled it is the same."""
    again = [
        type(part)(**fields(part)),
        type(part)(**dict(reversed(fields(part).items()))),
        copy.copy(part),
        copy.deepcopy(part),
        pickle.loads(pickle.dumps(part)),
        part.model_copy(),
    ]
    for same in again:
        assert same == part
        assert hash(same) == hash(part)


@every_part
def test_a_part_of_other_fields_is_another(part: Part) -> None:
    """Every field counts."""
    others = {
        "name": "other",
        "label": "other",
        "statement": "other",
        "catch_all": False,
        "reliability": 0.125,
        "if_unreliable": 0.125,
        "says_true_if_true": 0.125,
        "says_true_if_false": 0.125,
        "instrument": True,
        "source": "other",
        "says": True,
        "serves": False,
        "copied_from": "other",
        "copy_probability": 0.125,
        "likelihood": {"a": 0.5, "b": 0.125},
        "error": 0.125,
        "observed": False,
        "outcomes": ("x", "y"),
        "given": ("other",),
        "reports": (),
        "date": dt.date(2023, 1, 1),
        "citation": "other",
    }
    for name in type(part).model_fields:
        assert part.model_copy(update={name: others[name]}) != part


def test_what_was_not_stated_of_an_interest_stays_so() -> None:
    """A copy of a report has stated what serves its source where the report has, or where the copy changes it."""
    stated = Report(source="agency", serves=True)
    assert stated == Report(source="agency")
    assert [one.states_interest for one in (REPORT, stated)] == [False, True]
    for one in (REPORT, stated):
        again = [one.model_copy(), one.model_copy(update={"says": True}), one.with_good({"copy_probability": 0.2})]
        again += [copy.deepcopy(one), pickle.loads(pickle.dumps(one))]
        assert [copied.states_interest for copied in again] == [one.states_interest] * 5
    assert REPORT.model_copy(update={"serves": True}).states_interest


def test_a_source_follows_the_facts_or_errs_anew() -> None:
    """Either it has a reliability, and one rate for when it does not follow the facts, or two error rates."""
    test = Source(name="t", statement="a test", says_true_if_true=0.9, says_true_if_false={"a": 0.1, "b": 0.2})
    assert not SOURCE.errs_anew
    assert SOURCE.rates == ("if_unreliable",)
    assert test.errs_anew
    assert test.rates == ("says_true_if_true", "says_true_if_false")
    assert Source(name="t", statement="a test", says_true_if_false=0.5).errs_anew


def test_mappings_inside_are_tables() -> None:
    """What is nested can no more be changed than the part itself, whatever it was made of."""
    given = {"a": {True: 0.5, False: 0.25}, "b": {True: 0.5, False: 0.5}}
    item = Evidence(name="e", statement="s", likelihood=given)
    given["a"][True] = 0.75
    assert item.likelihood == {"a": {True: 0.5, False: 0.25}, "b": {True: 0.5, False: 0.5}}
    assert isinstance(item.likelihood, Table)
    assert isinstance(item.likelihood["a"], Table)
    assert isinstance(SOURCE.if_unreliable, Table)


def test_the_order_of_mappings_does_not_matter() -> None:
    """A likelihood written in another order is the same."""
    other = {"b": {True: Beta(1, 2), False: 0.125}, "a": {False: 0.25, True: 0.5}}
    assert EVIDENCE.model_copy(update={"likelihood": other}) == EVIDENCE
    assert hash(EVIDENCE.model_copy(update={"likelihood": other})) == hash(EVIDENCE)


@pytest.mark.parametrize("number", [np.float32(0.5), np.float64(0.5), np.array([0.5])[0], 0.5])
def test_numpy_numbers_are_numbers(number: Any) -> None:
    """They are held as Python's, at every depth."""
    item = Evidence(name="e", statement="s", likelihood={"a": number, "b": {True: number, False: 0.25}})
    assert item.likelihood == {"a": 0.5, "b": {True: 0.5, False: 0.25}}
    assert type(item.likelihood["a"]) is type(item.likelihood["b"][True]) is float
    assert type(Source(name="s", statement="s", reliability=number).reliability) is float


def test_numpy_truth_is_truth() -> None:
    """NumPy's True is the outcome True."""
    item = Evidence(name="e", statement="s", likelihood={}, observed=np.True_, outcomes=(np.True_, np.False_))
    assert item.observed is True
    assert item.is_binary
    assert Report(source="s", says=np.False_).says is False
    assert Hypothesis(name="a", statement="s", catch_all=np.True_).catch_all is True


def test_one_name_stands_for_a_list_of_one() -> None:
    """A single parent need not be put in brackets."""
    assert EVIDENCE.given == ("paid",)
    assert EVIDENCE.model_copy(update={"given": ["paid"]}) == EVIDENCE


def test_dates_may_be_text() -> None:
    """A date is taken from text of the form 2024-03-22; anything else is left to the case to refuse."""
    assert EVIDENCE.date == dt.date(2024, 3, 22)
    assert EVIDENCE.model_copy(update={"date": dt.date(2024, 3, 22)}) == EVIDENCE
    for text in ("2024-02-30", "2024-3-22", "22.03.2024", "2024-03-22T00:00", "٢٠٢٤-٠٣-٢٢"):
        assert EVIDENCE.model_copy(update={"date": text}).date == text


def test_an_item_is_observed_unless_it_has_reports() -> None:
    """Observed True is the default, and None with reports."""
    plain = Evidence(name="e", statement="s", likelihood={})
    assert plain.observed is True
    assert EVIDENCE.observed is None
    assert Evidence(name="e", statement="s", likelihood={}, observed=None).observed is None


def test_a_copy_keeps_what_is_not_changed() -> None:
    """An item without its reports is not observed: nobody said that it was."""
    assert EVIDENCE.model_copy(update={"reports": ()}).observed is None
    explicit = Evidence(**{**fields(EVIDENCE), "observed": None})
    assert explicit == EVIDENCE
    assert explicit.model_copy(update={"reports": ()}) == EVIDENCE.model_copy(update={"reports": ()})


@pytest.mark.parametrize(
    ("outcomes", "binary"),
    [
        ((True, False), True),
        ([True, False], True),
        ((False, True), False),
        ((1, 0), False),
        (("True", "False"), False),
        ((True, False, True), False),
        ((True,), False),
        (("yes", "no"), False),
    ],
)
def test_only_true_and_false_are_binary(outcomes: Any, binary: bool) -> None:
    """Neither 1 and 0 nor names for them are True and False."""
    item = Evidence(name="e", statement="s", likelihood={"a": 0.5}, outcomes=outcomes)
    assert (item.is_binary, item.is_bare) == (binary, binary)


def test_ratios_are_held() -> None:
    """A likelihood may be `Ratios`."""
    ratios = Ratios(reference="a", ratios={"b": 3})
    assert Evidence(name="e", statement="s", likelihood=ratios).likelihood is ratios


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: Hypothesis(), [("E_MISSING", "name"), ("E_MISSING", "statement")]),
        (lambda: Hypothesis(name="a"), [("E_MISSING", "hypotheses.a.statement")]),
        (lambda: Hypothesis(name=1, statement="s"), [("E_NAME", "name")]),
        (lambda: Hypothesis(name="a", statement=None), [("E_MISSING", "hypotheses.a.statement")]),
        (lambda: Hypothesis(name="a", statement=b"s"), [("E_TYPE", "hypotheses.a.statement")]),
        (lambda: Hypothesis(name="a", statement="s", catch_all=1), [("E_TYPE", "hypotheses.a.catch_all")]),
        (lambda: Hypothesis(name="a", statement="s", cath_all=True), [("E_UNKNOWN_FIELD", "hypotheses.a.cath_all")]),
        (lambda: Source(name="s"), [("E_MISSING", "source.s.statement")]),
        (lambda: Report(), [("E_SOURCE", "source")]),
        (lambda: Report(source=None), [("E_SOURCE", "source")]),
        (lambda: Report(source="s", says="yes"), [("E_TYPE", "reports.s.says")]),
        (lambda: Report(source="s", serves=1), [("E_TYPE", "reports.s.serves")]),
        (lambda: Report(source="s", copied_from=1), [("E_TYPE", "reports.s.copied_from")]),
        (lambda: Evidence(name="e", statement="s"), [("E_MISSING", "evidence.e.likelihood")]),
        (
            lambda: Evidence(name="e", likelihood={}, given=[1], outcomes="ab", citation=5, self=1),
            [
                ("E_MISSING", "evidence.e.statement"),
                ("E_TYPE", "evidence.e.outcomes"),
                ("E_TYPE", "evidence.e.given.0"),
                ("E_TYPE", "evidence.e.citation"),
                ("E_UNKNOWN_FIELD", "evidence.e.self"),
            ],
        ),
        (lambda: EVIDENCE.model_copy(update={"reports": {"source": "s"}}), [("E_TYPE", "evidence.fled.reports")]),
        (lambda: EVIDENCE.model_copy(update={"reports": [{"source": "s"}]}), [("E_TYPE", "evidence.fled.reports.0")]),
        (lambda: EVIDENCE.model_copy(update={"reports": REPORT}), [("E_TYPE", "evidence.fled.reports")]),
        (lambda: EVIDENCE.model_copy(update={"given": {"a", "b"}}), [("E_TYPE", "evidence.fled.given")]),
        (lambda: EVIDENCE.model_copy(update={"given": iter("ab")}), [("E_TYPE", "evidence.fled.given")]),
        (lambda: EVIDENCE.model_copy(update={"outcomes": {"a", "b"}}), [("E_TYPE", "evidence.fled.outcomes")]),
    ],
)
def test_what_is_not_a_part_is_refused(make: Any, expected: list[tuple[str, str]]) -> None:
    """Missing, unknown and mistyped fields are refused when the part is made, all of them, with its name."""
    assert faults(make) == expected


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Hypothesis(name="a"), r"E_MISSING hypotheses\.a\.statement: Hypothesis needs 'statement'\."),
        (lambda: Hypothesis(name="a", statement=5), r"5 is not text\. Put it in quotes\."),
        (lambda: Report(source="s", says="yes"), r"'yes' is neither true nor false\. Write true or false\."),
        (lambda: Hypothesis(nam="a", statement="s"), r"Hypothesis has no 'nam'\. Did you mean 'name'\?"),
        (
            lambda: Report(source="s", zzz=1),
            r"has no 'zzz'\. Allowed: source, says, serves, copied_from, copy_probability, date, "
            r"citation\.",
        ),
        (lambda: EVIDENCE.model_copy(update={"outcomes": 5}), r"5 is not a list\. Write it in brackets\."),
        (
            lambda: EVIDENCE.model_copy(update={"given": {"a"}}),
            r"\{'a'\} is not a list\. Give a list: the order counts",
        ),
        (
            lambda: EVIDENCE.model_copy(update={"reports": [5]}),
            r"reports\.0: 5 is not made with `Report\(\.\.\.\)`\. Write one for each entry of the list\.",
        ),
        (
            lambda: EVIDENCE.model_copy(update={"given": ["a", None]}),
            r"E_MISSING evidence\.fled\.given\.1: this entry of the list is empty\. Leave it out\.",
        ),
    ],
)
def test_what_is_wrong_is_said(make: Any, message: str) -> None:
    """The message names what was given and what is wanted."""
    with pytest.raises(CaseError, match=message):
        make()


def test_fields_are_given_by_keyword() -> None:
    """Python's own message would name a class that nobody wrote."""
    with pytest.raises(TypeError, match=r"Hypothesis takes its fields by keyword: Hypothesis\(name=\.\.\., statement="):
        Hypothesis("a", "b")  # type: ignore[call-arg]


def test_a_part_does_not_change() -> None:
    """Whoever tries is told what makes another; no address of another project's pages."""
    part = Hypothesis(name="a", statement="b")
    with pytest.raises(AttributeError) as caught:
        part.statement = "c"  # type: ignore[misc]
    assert str(caught.value) == (
        "a Hypothesis is frozen: hypothesis.model_copy(update={'statement': ...}) makes another."
    )
    with pytest.raises(AttributeError, match="a Hypothesis is frozen: 'statement' stays"):
        del part.statement
    assert part.model_copy(update={"statement": "c"}).statement == "c"


# Many items ----------------------------------------------------------------------------------------------------------

NUMBERS, COLUMNS, NAMES = [[0.8, 0.1], [0.4, 0.3], [0.5, 0.7]], ["b", "a"], ["e0", "e1", "e2"]
SAID = [f"it was {name}" for name in NAMES]


@pytest.mark.parametrize("of", [list, np.array])
@pytest.mark.parametrize("observed", [True, False, None, [True, False, None], np.array([False, True, True])])
def test_items_made_from_arrays_are_those_made_one_by_one(of: Any, observed: Any) -> None:
    """Equal, with the same fields stated, no two sharing what one of them could change; and they take less memory."""
    found = Evidence.from_arrays(of(NUMBERS), hypotheses=COLUMNS, names=of(NAMES), statements=SAID, observed=observed)
    each = [observed] * 3 if observed is None or isinstance(observed, bool) else [*observed]
    for item, name, said, row, outcome in zip(found, NAMES, SAID, NUMBERS, each, strict=True):
        stated = {} if observed is True else {"observed": outcome}
        likelihood = dict(zip(COLUMNS, row, strict=True))
        alone = Evidence(name=name, statement=said, likelihood=likelihood, **stated)
        assert (item, hash(item), repr(item)) == (alone, hash(alone), repr(alone))
        assert item.model_fields_set == alone.model_fields_set
        assert (type(item.observed), type(item.name)) == (type(alone.observed), str)
        assert pickle.loads(pickle.dumps(item)) == copy.deepcopy(item) == item.model_copy(update={}) == alone
        assert item.is_bare
        assert sys.getsizeof(vars(item)) < sys.getsizeof(vars(alone))
    assert found[0].with_good({"citation": "p. 1"}).states("citation")
    assert not found[1].states("citation")


@pytest.mark.parametrize("on", [True, False])
def test_garbage_is_collected_afterwards_as_before(on: bool) -> None:
    """Making items leaves the collector as it was."""
    was_on = gc.isenabled()
    try:
        (gc.enable if on else gc.disable)()
        Evidence.from_arrays(NUMBERS, hypotheses=COLUMNS, names=NAMES, statements=SAID)
        assert gc.isenabled() is on
    finally:
        (gc.enable if was_on else gc.disable)()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"likelihood": [0.1, 0.2]}, r"E_SHAPE likelihood: an array of shape \(2,\) for 3 items under 2 hypotheses"),
        ({"likelihood": np.ones((2, 3))}, r"shape \(2, 3\) for 3 items under 2 hypotheses.*Give one of shape \(3, 2\)"),
        ({"likelihood": [[0.1], [0.2, 0.3], [0.4]]}, "E_SHAPE likelihood: its rows have different lengths"),
        ({"likelihood": [["x", "y"]] * 3}, "E_TYPE likelihood: it is no array of numbers"),
        ({"likelihood": np.ones((3, 2), dtype=bool)}, "E_TYPE likelihood: it is no array of numbers"),
        ({"hypotheses": ["a", "a"]}, r"E_DUP_NAME hypotheses: .* names one twice"),
        ({"hypotheses": "ab"}, "E_TYPE hypotheses: 'ab' stands where a list of names belongs"),
        ({"names": [1, 2, 3]}, "E_TYPE names: .* stands where a list of names belongs"),
        ({"statements": SAID[:2]}, "E_SHAPE statements: 2 statements for 3 names"),
        ({"observed": [True, False]}, r"E_SHAPE observed: an array of shape \(2,\) for 3 items"),
        ({"observed": "yes"}, "E_TYPE observed: an item was observed to be true or false"),
        ({"observed": [1, 0, 1]}, "E_TYPE observed: an item was observed to be true or false"),
    ],
)
def test_what_is_wrong_with_arrays_is_said(changes: dict[str, Any], message: str) -> None:
    """The argument, what it is, and what to give."""
    given = {"likelihood": NUMBERS, "hypotheses": COLUMNS, "names": NAMES, "statements": SAID} | changes
    with pytest.raises(CaseError, match=message):
        Evidence.from_arrays(given.pop("likelihood"), **given)
