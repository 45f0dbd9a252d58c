"""Cautions of a supposed case, of which only what changed is looked at again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from attribution_bayes.declare.assumptions import assumptions, suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import CommonCause, Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.warnings import cautions
from attribution_bayes.declare.ways import (
    Beta,
    Certain,
    Dirichlet,
    Impossible,
    Odds,
    Quantiles,
    RatioBetween,
    Ratios,
    Uniform,
)
from attribution_bayes.errors import CaseError, Problem
from drawn import cases
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

FLED, LEVEL, RATIO = (
    f"evidence.{where}" for where in ("fled.likelihood.a", "level.likelihood.a", "ratio.likelihood.b")
)


def case() -> Case:
    """One item of each kind that draws a caution, and a citation that counts twice."""
    likelihoods = {
        "plain": {"a": 0.2, "b": 0.6},
        "fled": {"a": Impossible("she was seen elsewhere"), "b": 0.5},
        "level": {"a": 0.5, "b": 0.5},
        "ratio": Ratios(reference="a", ratios={"b": 1e7}),
    }
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "ab"],
        prior={"a": 0.5, "b": 0.5},
        evidence=[
            Evidence(name=name, statement=name, likelihood=likelihood, citation="p. 1" if name != "ratio" else None)
            for name, likelihood in likelihoods.items()
        ],
    )


def codes(found: tuple[Problem, ...]) -> list[str]:
    return [problem.code for problem in found]


ALL = ["W_NO_CATCH_ALL", "W_CROMWELL", "W_VACUOUS_ITEM", "W_EXTREME_RATIO", *["W_DOUBLE_COUNT"] * 2]


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"evidence.plain.likelihood.a": 0.3}, None),
        ({FLED: 0.01}, "W_CROMWELL"),
        ({LEVEL: 0.4}, "W_VACUOUS_ITEM"),
        ({RATIO: 10.0}, "W_EXTREME_RATIO"),
    ],
)
def test_supposing_takes_back_what_no_longer_holds(changes: dict[str, float], gone: str | None) -> None:
    """A caution goes with the number that drew it, and the others stay, in their order."""
    assert codes(cautions(case())) == ALL
    assert codes(cautions(suppose(case(), changes))) == [code for code in ALL if code != gone]


def test_supposing_draws_new_cautions() -> None:
    """A number that makes an item say nothing is told of, where it stands, also after another supposition."""
    twice = suppose(suppose(case(), {LEVEL: 0.4}), {"evidence.plain.likelihood.a": 0.6})
    assert [p.path for p in cautions(twice) if p.code == "W_VACUOUS_ITEM"] == ["evidence.plain"]
    back = suppose(twice, {LEVEL: 0.5})
    assert [p.path for p in cautions(back) if p.code == "W_VACUOUS_ITEM"] == ["evidence.plain", "evidence.level"]


# Equal statements draw equal cautions --------------------------------------------------------------------------------


def of(*evidence: Evidence, names: str = "ab", sources: tuple[Source, ...] = ()) -> Case:
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name, catch_all=name == "a") for name in names],
        prior=Odds(dict.fromkeys(names, 1)),
        sources=sources,
        evidence=evidence,
    )


def item(likelihood: Any, name: str = "e", **fields: Any) -> Evidence:
    return Evidence(name=name, statement=name, likelihood=likelihood, **fields)


NAMED = {"a": {"x": 0.5, "y": 0.5}, "b": {"x": 2e-9, "y": 1 - 2e-9}}
PARENT = item({"a": 0.4, "b": 0.6}, "parent")
EXTREME = {
    "a ratio": of(item(Ratios(reference="b", ratios={"a": 2e8}))),
    "the ratio to the other": of(item(Ratios(reference="a", ratios={"b": 5e-9}))),
    "a range of ratios": of(item(Ratios(reference="b", ratios={"a": RatioBetween(2e7, 2e9)}))),
    "ratios to a third": of(item(Ratios(reference="c", ratios={"a": 2e4, "b": 1e-4})), names="abc"),
    "likelihoods": of(item({"a": 0.9, "b": 0.9 / 2e8})),
    "means": of(item({"a": 0.9, "b": Uniform(0, 9e-9)})),
    "of not being so": of(item({"a": 1e-9, "b": 1 - 1e-9}, observed=False)),
    "a named outcome": of(item(NAMED, outcomes=("x", "y"), observed="x")),
    "given what was observed": of(
        PARENT, item({"a": {True: 0.9, False: 0.5}, "b": {True: 4.5e-9, False: 0.5}}, given="parent")
    ),
    "whatever was not observed": of(
        PARENT.model_copy(update={"observed": None}),
        item({"a": {True: 0.9, False: 0.5}, "b": {True: 1e-9, False: 2e-9}}, given="parent"),
    ),
    "beside what cannot be": of(item({"a": 0.9, "b": 4.5e-9, "c": Impossible("so")}), names="abc"),
}


@pytest.mark.parametrize("name", EXTREME)
def test_items_of_too_great_weight_draw_a_caution_in_any_form(name: str) -> None:
    """A ratio above a million between two hypotheses, stated as ratios to anybody, as likelihoods or as rows."""
    (found,) = [problem for problem in cautions(EXTREME[name]) if problem.code != "W_CROMWELL"]
    assert (found.code, found.path) == ("W_EXTREME_RATIO", "evidence.e")
    assert "times as likely under 'a' as under 'b'" in found.message


def test_weights_that_are_borne_draw_none() -> None:
    """A ratio of a million, rows that were not observed, and reports, whose source may err, draw no such caution."""
    reports = [Report(source="s")]
    source = Source(name="s", statement="s", reliability=0.9, if_unreliable=0.5)
    for stated in (
        of(item({"a": 0.5, "b": 5e-7})),
        of(item(Ratios(reference="c", ratios={"a": 1e3, "b": 1e-3})), names="abc"),
        of(item({"a": 0.9, "b": 1e-9}, observed=False)),
        of(PARENT, item({"a": {True: 0.6, False: 0.5}, "b": {True: 0.3, False: 1e-9}}, given="parent")),
        of(item({"a": 0.9, "b": 1e-9}, reports=reports), sources=(source,)),
    ):
        assert cautions(stated) == ()


@pytest.mark.parametrize(
    ("row", "share"),
    [
        (Uniform(0, 1), "one half"),
        (Beta(1, 1), "one half"),
        (Beta(2, 1), None),
        (Dirichlet({"x": 1, "y": 1, "z": 1}), "1/3"),
        (Dirichlet({"x": 1, "y": 1, "z": 2}), None),
    ],
)
def test_a_flat_density_says_nothing_in_any_form(row: Any, share: str | None) -> None:
    """Uniform on all there is, whether it is called a `Uniform`, a `Beta` or a `Dirichlet`."""
    fields = {"outcomes": ("x", "y", "z"), "observed": "x"} if isinstance(row, Dirichlet) else {}
    other: Any = {"x": 0.25, "y": 0.25, "z": 0.5} if fields else 0.25
    told = [p.message for p in cautions(of(item({"a": row, "b": other}, **fields))) if p.code == "W_VACUOUS"]
    assert told == ([] if share is None else [f"anything from 0 to 1, none of it likelier, counts as {share}."])


@pytest.mark.parametrize(("observed", "codes_of"), [(True, []), (False, ["W_CROMWELL"]), (None, [])])
def test_only_a_row_that_is_used_excludes(observed: Any, codes_of: list[str]) -> None:
    """A zero under an outcome of the parent that was not observed, or that need not hold, excludes nobody."""
    rows = {"a": {True: 0.6, False: Impossible("so")}, "b": {True: 0.3, False: 0.2}}
    stated = of(PARENT.model_copy(update={"observed": observed}), item(rows, given="parent"))
    assert codes(cautions(stated)) == codes_of


@pytest.mark.parametrize("observed", [True, False])
@pytest.mark.parametrize("excluded", ["", "a", "ab"])
def test_an_item_that_is_true_by_definition_excludes_nobody(observed: bool, excluded: str) -> None:
    """One of two hidden items holds, or neither does; a hypothesis under which that cannot be draws a caution."""
    holds, not_so = Certain("it is one of the two"), Impossible("it is one of the two")
    either = {True: {True: holds, False: holds}, False: {True: holds, False: not_so}}
    never: Any = Impossible("so") if observed else Certain("so")
    rows = {name: {one: dict.fromkeys((True, False), never) for one in either} for name in excluded}
    stated = of(
        item({"a": 0.3, "b": 0.1}, "first", observed=None),
        item({"a": 0.2, "b": 0.4}, "second", observed=None),
        item({"a": either, "b": either} | rows, given=("first", "second"), observed=observed),
    )
    found = {problem.path.split(".")[3] for problem in cautions(stated) if problem.code == "W_CROMWELL"}
    assert found == {*excluded}


def test_items_that_nobody_has_found_are_no_evidence() -> None:
    """A case of hidden items rests on its prior as one without items does."""
    assert (
        codes(cautions(of())) == codes(cautions(of(PARENT.model_copy(update={"observed": None})))) == ["W_NO_EVIDENCE"]
    )
    assert cautions(of(PARENT)) == ()


def test_one_citation_may_be_behind_items_that_depend_on_each_other() -> None:
    """Directly, through other items, or through one that both depend on; unless nothing joins them."""
    row = {name: {True: number, False: 0.5} for name, number in (("a", 0.4), ("b", 0.6))}
    first, last = (
        item(row, "first", given="parent", citation="p. 1"),
        item(row, "last", given="middle", citation="p. 1"),
    )
    middle = item(row, "middle", given="first")
    assert cautions(of(PARENT, first, middle, last)) == ()
    assert cautions(of(PARENT, first, last.model_copy(update={"given": ("parent",)}))) == ()
    alone = item({"a": 0.4, "b": 0.6}, "alone", citation="p. 1")
    assert codes(cautions(of(PARENT, first, alone))) == ["W_DOUBLE_COUNT"]


def test_one_citation_may_be_behind_items_of_one_common_cause() -> None:
    """What stands behind both is declared; without it they count one document twice."""
    row = {"a": 0.4, "b": 0.6}
    stated = of(item(row, "first", citation="p. 1"), item(row, "last", citation="p. 1"))
    assert codes(cautions(stated)) == ["W_DOUBLE_COUNT"]
    cause = CommonCause(name="c", statement="c", probability=0.3, likelihood={"first": row, "last": row})
    assert codes(cautions(stated.model_copy(update={"common_causes": (cause,)}))) == []


def test_what_a_report_cites_counts_as_what_an_item_does() -> None:
    """Two items whose reports, by sources of their own, cite one page; or one in a report that the prior rests on."""
    row = {"a": 0.4, "b": 0.6}
    sources = [Source(name=name, statement="s", reliability=0.9, if_unreliable=0.5) for name in ("s", "t")]
    items = [
        item(row, f"by_{name}", reports=[Report(source=name, citation="p. 1")], observed=None) for name in ("s", "t")
    ]
    stated = of(*items, sources=tuple(sources))
    assert [(one.code, one.path) for one in cautions(stated)] == [
        ("W_DOUBLE_COUNT", "evidence.by_t.reports.t.citation")
    ]
    used = stated.model_copy(update={"prior_basis": "p. 1", "evidence": stated.evidence[:1]})
    assert [(one.code, one.path) for one in cautions(used)] == [("W_DOUBLE_USE", "evidence.by_s.reports.s.citation")]


@settings(REPEATABLE, max_examples=60)
@given(cases(max_hypotheses=3, max_items=5))
def test_a_supposed_case_has_the_cautions_of_its_like(stated: Case) -> None:
    """Whatever is supposed, and again after that: the cautions are those of the same case declared anew."""
    supposed = stated
    for one in assumptions(stated)[::3]:
        try:
            supposed = suppose(supposed, {one.address: 0.5})
        except CaseError:
            continue
        anew = Case(**{name: getattr(supposed, name) for name in type(supposed).model_fields})
        assert cautions(supposed) == cautions(anew)


@pytest.mark.parametrize("error", [1e-8, 0.5, 1 - 1e-13])
def test_supposing_an_error_of_all_items_looks_at_all_of_them_again(error: float) -> None:
    """A small error lets an extreme ratio stand, a large one hides it, and one of nearly 1 says nothing."""
    stated = of(item({"a": 0.9, "b": 1e-8})).model_copy(update={"error": 0.1})
    assert not cautions(stated)
    anew = of(item({"a": 0.9, "b": 1e-8})).model_copy(update={"error": error})
    assert cautions(suppose(stated, {"error": error})) == cautions(anew)
    assert codes(cautions(anew)) == {1e-8: ["W_EXTREME_RATIO"], 0.5: []}.get(error, ["W_VACUOUS_ITEM"])


OFF = Quantiles({0.25: 0.2, 0.5: 0.27, 0.75: 0.5})
"""Quantiles that the nearest Beta misses by enough to be told of."""


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"error": OFF}, "error"),
        ({"evidence": [item({"a": 0.2, "b": 0.6}, error=OFF)]}, "evidence.e.error"),
        ({"evidence": [item({"a": 0.2, "b": OFF})]}, "evidence.e.likelihood.b"),
        ({"sources": [Source(name="s", statement="s", reliability=OFF, if_unreliable=0.5)]}, "source.s.reliability"),
        (
            {
                "evidence": [item({"a": 0.2, "b": 0.6})],
                "common_causes": [
                    CommonCause(name="c", statement="c", probability=OFF, likelihood={"e": {"a": 0.5, "b": 0.4}})
                ],
            },
            "common_cause.c.probability",
        ),
    ],
)
def test_a_number_that_is_not_as_stated_is_told_of_wherever_it_stands(fields: dict[str, Any], path: str) -> None:
    """Beside an item of plain numbers, which need no look, too."""
    stated = {"evidence": [item({"a": 0.3, "b": 0.5})]} | fields
    found = cautions(of().model_copy(update=stated))
    assert [problem.path for problem in found if problem.code == "W_MISFIT"] == [path]
