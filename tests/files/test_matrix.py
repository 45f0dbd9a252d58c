"""Matrices of competing hypotheses: every cell becomes the number that the policy says, and nothing is guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Beta, Between, Certain, Odds, Point, Ratios
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.errors import CaseError
from attribution_bayes.files.case_matrix import matrix_from_case
from attribution_bayes.files.matrix import case_from_matrix
from attribution_bayes.files.policy import Policy

HEUER = Path(__file__).parents[1] / "data" / "matrices" / "heuer_1999_figure_15.csv"

MARKS = Policy(
    name="made-up-1",
    ranges={"CC": Between(0.6, 0.95), "C": Between(0.3, 0.8), "I": Beta(2, 10), "II": 0.03, "NA": Between(0.02, 0.98)},
)
GRADES = Policy(
    name="letters-1",
    ranges={
        "A": Between(0.9, 0.99),
        "B": Between(0.7, 0.95),
        "F": Between(0.2, 0.95),
        "1": 0.01,
        "2": Between(0.02, 0.1),
        "6": Between(0.01, 0.5),
    },
)
UNKNOWN = Between(0.05, 0.6)
EVEN = Odds({"insider": 1, "outside": 1, "other": 1})


def read(table: pd.DataFrame | Path, **changes: Any) -> Case:
    stated = {"question": "Who did it?", "marks": MARKS, "prior": EVEN, "catch_all": {"other": UNKNOWN}}
    return case_from_matrix(table, **{**stated, **changes})


def matrix(*rows: tuple[str, ...], headings: tuple[str, ...] = ("insider", "outside")) -> pd.DataFrame:
    names = [row[0] for row in rows]
    return pd.DataFrame([row[1:] for row in rows], columns=headings, index=pd.Index(names, name="evidence"))


def codes(table: pd.DataFrame, **changes: Any) -> dict[str, str]:
    """The code of each problem by its place."""
    with pytest.raises(CaseError) as caught:
        read(table, **changes)
    return {problem.path: problem.code for problem in caught.value.problems}


def test_marks_and_decimals() -> None:
    """A mark is the range of the policy, with the mark as its reason; a decimal is itself."""
    case = read(matrix(("wiped", "CC", "II"), ("audited", "0.25", "I")))
    assert case.evidence[0].likelihood == {
        "insider": Between(0.6, 0.95, reason="CC in the policy made-up-1"),
        "outside": Point(0.03, reason="II in the policy made-up-1"),
        "other": UNKNOWN,
    }
    assert case.evidence[1].likelihood["insider"] == 0.25
    assert [one.catch_all for one in case.hypotheses] == [False, False, True]


def test_by_hand() -> None:
    """The case weighs as the same case declared by hand."""
    case = read(matrix(("wiped", "CC", "I"), ("audited", "C", "NA")))
    by_hand = Case(
        question="Who did it?",
        hypotheses=[*(Hypothesis(name=n, statement=n) for n in ("insider", "outside")), case.hypotheses[2]],
        prior=EVEN,
        evidence=[
            Evidence(name="wiped", statement="w", likelihood={"insider": Between(0.6, 0.95), "outside": Beta(2, 10),
                     "other": UNKNOWN}),
            Evidence(name="audited", statement="a", likelihood={"insider": Between(0.3, 0.8),
                     "outside": Between(0.02, 0.98), "other": UNKNOWN}),
        ],
    )  # fmt: skip
    assert what_if(case, {}).values == pytest.approx(what_if(by_hand, {}).values, rel=1e-15)


def test_heuer() -> None:
    """With equal ranges for equal marks, the published matrix ranks its hypotheses by their inconsistencies."""
    policy = Policy(name="made-up-2", ranges={"+": 0.6, "-": 0.2})
    prior = Odds(dict.fromkeys(("no_retaliation", "minor_attacks", "major_attack"), 1))
    case = read(HEUER, marks=policy, prior=prior, catch_all=None)
    assert case.hypotheses[0].statement == "Iraq will not retaliate"
    inconsistent = [3, 0, 2]
    shares = [3.0**-count for count in inconsistent]
    assert what_if(case, {}).values == pytest.approx([one / sum(shares) for one in shares], rel=1e-12)


def test_names_of_free_text() -> None:
    """Free text gets a name, and stays as label and statement; both may be stated."""
    case = read(
        matrix(
            ("Logs were wiped!", "C", "I"), ("2nd visit", "C", "I"), headings=("insider: an insider", "Från outside")
        ),
        prior=Odds({"insider": 1, "fran_outside": 1, "other": 1}),
    )
    assert [(one.name, one.label, one.statement) for one in case.hypotheses[:2]] == [
        ("insider", None, "an insider"),
        ("fran_outside", "Från outside", "Från outside"),
    ]
    assert [(one.name, one.label) for one in case.evidence] == [
        ("logs_were_wiped", "Logs were wiped!"),
        ("n_2nd_visit", "2nd visit"),
    ]


def test_sources() -> None:
    """An item with a source is reported by it, and the letter says how reliable the source is."""
    table = matrix(
        ("wiped", "C", "I", "the agency", "B", "2024-03-22"),
        ("paid", "C", "I", "the agency", "B", ""),
        ("seen", "C", "I", "", "", ""),
        headings=("insider", "outside", "source", "grade", "date"),
    )
    case = read(table, grades=GRADES, if_unreliable=0.5)
    assert case.sources == (
        Source(
            name="the_agency",
            statement="the agency",
            reliability=Between(0.7, 0.95, reason="B in the policy letters-1"),
            if_unreliable=0.5,
        ),
    )
    assert [one.reports for one in case.evidence] == [(Report(source="the_agency"),)] * 2 + [()]
    assert [one.observed for one in case.evidence] == [None, None, True]
    assert str(case.evidence[0].date) == "2024-03-22"


def test_observed() -> None:
    """A column says what was seen, what was not there and where nobody has looked, in the words of a spreadsheet."""
    words = {"yes": True, "TRUE": True, "no": False, "False": False, "": None, "Unknown": None}
    table = matrix(*((f"row {word}", word, "C", "I") for word in words), headings=("Observed", "insider", "outside"))
    assert [one.observed for one in read(table).evidence] == [*words.values()]
    frame = table.assign(Observed=[True, True, False, False, None, float("nan")])
    assert [one.observed for one in read(frame).evidence] == [*words.values()]
    assert codes(table.replace("Unknown", "maybe")) == {"B7": "E_OUTCOME"}


def test_observed_by_a_source() -> None:
    """Beside a source the column is what the source says of the item; it has to say something."""
    rows = [("wiped", "yes", "C", "I", "s", "B"), ("paid", "no", "C", "I", "s", "B")]
    headings = ("observed", "insider", "outside", "source", "grade")
    stated = {"grades": GRADES, "if_unreliable": 0.5}
    case = read(matrix(*rows, headings=headings), **stated)
    assert [[report.says for report in one.reports] for one in case.evidence] == [[True], [False]]
    assert [one.observed for one in case.evidence] == [None, None]
    assert codes(matrix(*rows, headings=headings).replace("no", ""), **stated) == {"B3": "E_OUTCOME"}
    assert codes(matrix(*rows, headings=headings).replace("no", "not"), **stated) == {"B3": "E_OUTCOME"}


def test_several_sources_in_a_cell() -> None:
    """They are not one source with a long name: a cell that separates names is refused."""
    for called in ("Morning Post; Evening Post", "Morning Post\nEvening Post"):
        table = matrix(("wiped", "C", "I", called, "B"), headings=("insider", "outside", "source", "grade"))
        assert codes(table, grades=GRADES, if_unreliable=0.5) == {"D2": "E_SOURCE"}


def test_columns_twice() -> None:
    """A column about the item that is there twice is refused, whatever its letters."""
    assert codes(matrix(("wiped", "C", "I", "", ""), headings=("insider", "outside", "date", "Date"))) == {
        "E1": "E_DUP_NAME"
    }


def test_credibility() -> None:
    """The figure of a grade says how likely the item is to be misunderstood, with a source or without."""
    table = matrix(
        ("wiped", "C", "I", "the agency", "B2"),
        ("paid", "C", "I", "the agency", "B"),
        ("seen", "C", "I", "", "6"),
        headings=("insider", "outside", "source", "grade"),
    )
    case = read(table, grades=GRADES, if_unreliable=0.5)
    assert [one.error for one in case.evidence] == [
        Between(0.02, 0.1, reason="2 in the policy letters-1"),
        None,
        Between(0.01, 0.5, reason="6 in the policy letters-1"),
    ]
    assert codes(table.replace("6", "5"), grades=GRADES, if_unreliable=0.5) == {"E4": "E_GRADE"}
    assert codes(table.replace("6", "A"), grades=GRADES, if_unreliable=0.5) == {"E4": "E_GRADE"}
    assert codes(table.replace("6", "7"), grades=GRADES, if_unreliable=0.5) == {"E4": "E_GRADE"}
    assert codes(table[["insider", "outside", "grade"]].tail(1)) == {"D2": "E_POLICY"}


def test_each_cell_that_is_wrong() -> None:
    """All faults are reported at once, each at its cell."""
    table = matrix(
        ("wiped", "X", "", "s", "G", "2024-02-30"),
        ("Wiped", "C", "C", "", "", ""),
        ("seen", "0,3", "=B2", "", "", ""),
        ("", "C", "C", "", "", ""),
        ("paid", "1.0", "C", "s", "", ""),
        headings=("insider", "outside", "source", "grade", "date"),
    )
    assert codes(table.replace("=B2", "C"), grades=GRADES, if_unreliable=0.5) == {
        "B2": "E_MARK", "C2": "E_CELL", "E2": "E_GRADE", "A3": "E_DUP_NAME", "B4": "E_NUMBER",
        "A5": "E_CELL", "B6": "E_ONE_LIKELIHOOD", "E6": "E_GRADE",
    }  # fmt: skip
    assert codes(table) == {"C4": "E_CELL"}


def test_numbers_that_are_no_probabilities() -> None:
    """A number above 1 is one, only no probability: a percentage is written as a decimal."""
    for cell, said in (
        ("70", "70 is not a probability. Write 0.7 if percent was meant."),
        ("12.5", "12.5 is not a probability. Write 0.125 if percent was meant."),
        ("-1", "-1 is not a probability. It lies between 0 and 1."),
        ("70%", "'70%' is text, not a number. Write 0.7."),
    ):
        with pytest.raises(CaseError) as caught:
            read(matrix(("wiped", cell, "I")))
        assert [str(one).partition(" B2: ")[2] for one in caught.value.problems] == [said]


def test_cells_of_faults_of_the_case() -> None:
    """What only the whole case shows has its cell too, and what the table does not hold keeps its address."""
    table = matrix(("wiped", "C", "C", "2024-02-30"), headings=("insider", "true", "date"))
    assert codes(table, prior={"insider": 0.5, "n_true": 0.4, "other": 0.2}) == {
         "D2": "E_DATE", "prior": "E_PRIOR_SUM",
    }  # fmt: skip


def test_headings_twice() -> None:
    """Two columns whose names differ in case only are refused."""
    assert codes(matrix(("wiped", "C", "C"), headings=("insider", "Insider"))) == {"C1": "E_DUP_NAME"}


def test_policies_are_required() -> None:
    """Marks need a policy, and so do grades; a source needs to say what it says when it is unreliable."""
    table = matrix(("wiped", "C", "I", "s", "B"), headings=("insider", "outside", "source", "grade"))
    assert codes(table, marks={"C": 0.5}) == {"marks": "E_POLICY"}
    assert codes(table, marks=None) == {"marks": "E_POLICY"}
    assert codes(table) == {"E2": "E_POLICY", "if_unreliable": "E_SOURCE"}
    assert codes(table, grades=GRADES) == {"if_unreliable": "E_SOURCE"}
    assert codes(table[["insider", "outside"]], if_unreliable=0.5) == {"if_unreliable": "E_SOURCE"}
    assert codes(table.replace("B", "C"), grades=GRADES, if_unreliable=0.5) == {"E2": "E_GRADE"}


def test_source_with_two_grades() -> None:
    """A source that has two letters is refused, and so is one without a column of grades."""
    rows = [("wiped", "C", "I", "s", "B"), ("paid", "C", "I", "s", "A")]
    table = matrix(*rows, headings=("insider", "outside", "source", "grade"))
    assert codes(table, grades=GRADES, if_unreliable=0.5) == {"E3": "E_GRADE"}
    assert codes(table.drop(columns="grade"), grades=GRADES, if_unreliable=0.5) == {"D2": "E_GRADE", "D3": "E_GRADE"}


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"name": " "}, "policy.name", "E_MISSING"),
        ({"name": 3}, "policy.name", "E_TYPE"),
        ({"citation": 3}, "policy.citation", "E_TYPE"),
        ({"ranges": {}}, "policy.ranges", "E_POLICY"),
        ({"ranges": {1: 0.5}}, "policy.ranges", "E_TYPE"),
        ({"ranges": {"C": "likely"}}, "policy.ranges.C", "E_NUMBER"),
        ({"ranges": {"A": Between(0.5, 0.99), "F": Between(0.01, 0.3)}}, "policy.ranges.F", "E_POLICY"),
        ({"ranges": {"5": Between(0.3, 0.9), "6": 0.9}}, "policy.ranges.6", "E_POLICY"),
    ],
)
def test_policy_problems(changes: dict[str, Any], path: str, code: str) -> None:
    """What cannot be judged has the widest range; a policy has a name, and states probabilities."""
    with pytest.raises(CaseError) as caught:
        Policy(**{"name": "p", "ranges": {"C": 0.5}, **changes})
    assert [(problem.path, problem.code) for problem in caught.value.problems] == [(path, code)]


def test_reason_of_the_policy() -> None:
    """A reason that the policy gives is kept beside the mark."""
    policy = Policy(name="p", ranges={"C": Between(0.3, 0.8, reason="as agreed")})
    assert policy.meaning("C").reason == "C in the policy p: as agreed"  # type: ignore[union-attr]


cell = st.sampled_from([*MARKS.ranges, "0.25"])
text = st.sampled_from(["", "a text, with signs", "'=1+cmd", "''@A1"])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            cell,
            cell,
            st.sampled_from(["", "the agency", "s: a source"]),
            text,
            st.sampled_from(["", "1", "6"]),
            st.sampled_from(["yes", "no", "unknown"]),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]) -> None:
    """A case written as a matrix, saved as CSV and read again is the same case."""
    letters = {"": "", "the agency": "B", "s: a source": "F"}
    table = matrix(
        *(
            (f"item {k}", *marks, who, letters[who] + figure, said, "yes" if who and seen == "unknown" else seen)
            for k, (*marks, who, said, figure, seen) in enumerate(rows)
        ),
        headings=("insider: an insider did it", "outside", "source", "grade", "statement", "observed"),
    )
    options = {"grades": GRADES, "if_unreliable": 0.5 if any(row[2] for row in rows) else None}
    case = read(table, **options)
    written = tmp_path_factory.mktemp("matrix") / "matrix.csv"
    matrix_from_case(case, marks=MARKS, grades=GRADES).to_csv(written)
    assert read(written, **options) == case


def test_what_a_matrix_cannot_hold() -> None:
    """Each part that would be lost is named, and no table is made."""
    even = {"insider": 0.5, "outside": 0.5, "other": 0.5}
    named = {name: {"x": 0.5, "y": 0.5} for name in even}
    ratios = {"insider": 2, "outside": 3}
    after = {name: {True: 0.5, False: 0.4} for name in even}
    case = read(matrix(("wiped", "C", "I")))
    items = [
        Evidence(name="named", statement="n", outcomes=["x", "y"], observed="x", likelihood=named),
        Evidence(name="child", statement="c", given="wiped", likelihood=after),
        Evidence(name="rated", statement="r", likelihood=Ratios(reference="other", ratios=ratios)),
        Evidence(name="denied", statement="d", likelihood=even, reports=[Report(source="s", serves=False)]),
    ]  # fmt: skip
    source = Source(name="s", statement="s; and t", reliability=0.5, if_unreliable=0.5)
    with pytest.raises(CaseError) as caught:
        matrix_from_case(
            case.model_copy(update={"evidence": (*case.evidence, *items), "sources": [source]}), marks=MARKS
        )
    assert {problem.path for problem in caught.value.problems} == {
        "evidence.named.outcomes", "evidence.child.given", "evidence.rated.likelihood", "evidence.denied.reports",
        "source.s.statement",
    }  # fmt: skip


def test_sources_that_a_matrix_cannot_hold() -> None:
    """What all sources say when unreliable is given when the matrix is read: what one number cannot say is refused."""
    headings = ("insider", "outside", "source", "grade")
    rows = [("wiped", "C", "I", "s: Src s", "B"), ("paid", "C", "I", "t", "B")]
    uneven = dict.fromkeys(("insider", "outside", "other"), 0.5)
    for if_unreliable, found in (
        ((0.5, 0.5), set()),
        ((Between(0.3, 0.6), Between(0.3, 0.6)), set()),
        ((0.5, 0.9), {"source.t.if_unreliable"}),
        ((0.5, Between(0.3, 0.6)), {"source.t.if_unreliable"}),
        ((uneven, uneven), {"source.s.if_unreliable", "source.t.if_unreliable"}),
    ):
        case = read(matrix(*rows, headings=headings), grades=GRADES, if_unreliable=0.5)
        stated = zip(case.sources, if_unreliable, strict=True)
        case = case.model_copy(update={"sources": [one.model_copy(update={"if_unreliable": p}) for one, p in stated]})
        assert unwritten(case) == found
    silent = Source(name="u", statement="u", reliability=0.5, if_unreliable=0.5)
    case = read(matrix(*rows, headings=headings), grades=GRADES, if_unreliable=0.5)
    assert unwritten(case.model_copy(update={"sources": (*case.sources, silent), "marking": "TLP:RED"})) == {
        "source.u", "marking",
    }  # fmt: skip


def unwritten(case: Case) -> set[str]:
    """What keeps a case from becoming a matrix."""
    try:
        matrix_from_case(case, marks=MARKS, grades=GRADES)
    except CaseError as error:
        return {problem.path for problem in error.problems if problem.code == "E_MATRIX"}
    return set()


def test_a_source_is_what_its_text_says() -> None:
    """A name before a text is not part of it, and neither is lost on the way to a matrix and back."""
    headings = ("insider", "outside", "source", "grade")
    options = {"grades": GRADES, "if_unreliable": 0.5}
    case = read(matrix(("wiped", "C", "I", "s: Src s", "B"), headings=headings), **options)
    for statement in ("Src s", "s: Src s", "s", "S: or not"):
        one = case.sources[0].model_copy(update={"statement": statement})
        case = case.model_copy(update={"sources": [one]})
        table = matrix_from_case(case, marks=MARKS, grades=GRADES)
        assert read(table, **options).sources[0].statement == statement


def test_numbers_without_a_mark() -> None:
    """A range that is not one of the policy's, and a reliability without a policy, cannot be written."""
    table = matrix(("wiped", "C", "I", "s", "B"), headings=("insider", "outside", "source", "grade"))
    case = read(table, grades=GRADES, if_unreliable=0.5)
    with pytest.raises(CaseError) as caught:
        matrix_from_case(case, marks=Policy(name="other", ranges={"C": 0.5}))
    assert {problem.path for problem in caught.value.problems} == {
        "evidence.wiped.likelihood.insider", "evidence.wiped.likelihood.outside", "source.s.reliability",
    }  # fmt: skip


def test_a_number_whose_reason_is_not_that_of_its_mark() -> None:
    """The message names the mark that stands for the number, and the reason that the number lacks."""
    case = read(matrix(("wiped", "C", "I")))
    stated = {**case.evidence[0].likelihood, "insider": Between(0.3, 0.8)}  # type: ignore[dict-item]
    bare = case.model_copy(update={"evidence": [case.evidence[0].model_copy(update={"likelihood": stated})]})
    with pytest.raises(CaseError, match="For 'C' give the reason 'C in the policy made-up-1'"):
        matrix_from_case(bare, marks=MARKS)


def test_certain_marks() -> None:
    """A mark may stand for what cannot be otherwise."""
    policy = Policy(name="p", ranges={"!": Certain("by definition"), "C": 0.5})
    assert read(matrix(("x", "!", "C")), marks=policy).evidence[0].likelihood["insider"] == Certain(
        "! in the policy p: by definition"
    )


def test_a_column_only_where_it_says_something() -> None:
    """What was seen everywhere is written without the column `observed`; otherwise each row has its word."""
    case = read(matrix(("wiped", "C", "I"), ("paid", "C", "I")))
    assert "observed" not in matrix_from_case(case, marks=MARKS)
    hidden = case.model_copy(
        update={"evidence": [case.evidence[0], case.evidence[1].model_copy(update={"observed": None})]}
    )
    assert matrix_from_case(hidden, marks=MARKS)["observed"].to_list() == ["yes", "unknown"]
