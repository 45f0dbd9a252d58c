"""Many cases at once: the credences of `weigh`, what is shared among them, and that no caution or fault is lost."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betainc

from attribution_bayes.declare import quantiles as family
from attribution_bayes.declare.assumptions import assumptions, suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.quantiles import beta_with_quantiles, betas_with_quantiles
from attribution_bayes.declare.ways import (
    BaseRates,
    Beta,
    Between,
    Certain,
    Counts,
    Dirichlet,
    Impossible,
    Odds,
    Ratios,
    Uniform,
)
from attribution_bayes.engine import form, many
from attribution_bayes.engine.many import weigh_many
from attribution_bayes.engine.network import network
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import CaseError, CaseWarning, ContradictionError, TooLargeError
from drawn import cases
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

CLOSE = 1e-12


def one_by_one(some: Sequence[Case], names: Sequence[str]) -> np.ndarray:
    return np.array([weigh(case).credence.sel(hypothesis=list(names)).values for case in some])


def same_as_one_by_one(some: Sequence[Case]) -> xr.DataArray:
    found = weigh_many(some)
    assert found.dims == ("case", "hypothesis")
    np.testing.assert_allclose(found.values, one_by_one(some, some[0].names), rtol=CLOSE)
    return found


def with_other_numbers(case: Case, rng: np.random.Generator) -> Case:
    """The case with another number, or range, at every address where one stands alone."""
    changes: dict[str, Any] = {}
    for one in assumptions(case):
        x = float(rng.uniform(0.05, 0.9))
        match one.kind:
            case "number" if not one.address.startswith("prior.") and one.address.count(".True") + 1:
                changes[one.address] = x
            case "between":
                changes[one.address] = Between(x, x + float(rng.uniform(0.02, 0.09)), float(rng.uniform(0.5, 0.95)))
            case "uniform":
                changes[one.address] = Uniform(x, x + 0.05)
            case "beta":
                changes[one.address] = Beta(10 * x, 3.0)
            case "counts":
                changes[one.address] = Counts(int(10 * x), 12)
            case "ratio":
                changes[one.address] = 3 * x
    named = {item.name for item in case.evidence if not item.is_binary}
    alone = {a: x for a, x in changes.items() if not (a.startswith("evidence.") and a.split(".")[1] in named)}
    return suppose(case, alone)


# The credences -------------------------------------------------------------------------------------------------------


@settings(REPEATABLE, max_examples=60)
@given(cases(max_hypotheses=4, max_items=6, exclusions=False), st.randoms(use_true_random=False))
def test_many_cases_are_weighed_as_each_of_them(case: Case, random: Any) -> None:
    """Random cases with other numbers, with items left out, and with their hypotheses in another order."""
    stated = [one for one in assumptions(case) if one.address.split(".")[0] != "prior"]
    moved = [suppose(case, {a.address: 0.3}) for a in random.sample(stated, min(3, len(stated))) if _alone(case, a)]
    turned = case.model_copy(update={"hypotheses": case.hypotheses[::-1]})
    bare = case.model_copy(update={"evidence": (), "sources": (), "common_causes": ()})
    some = [case, turned, *moved, bare, case]
    same_as_one_by_one(some[random.randrange(2) :])


def _alone(case: Case, one: Any) -> bool:
    return bool(network(case).inputs.block[network(case).inputs.addresses.index(one.address)] < 0)


@pytest.mark.parametrize("name", ["plain", "rich", "outage"])
def test_cases_of_one_structure_with_other_numbers(name: str, request: pytest.FixtureRequest) -> None:
    """All numbers and ranges are different in each; credences differ, and are those of `weigh`."""
    case, rng = request.getfixturevalue(name), np.random.default_rng(1)
    found = same_as_one_by_one([with_other_numbers(case, rng) for _ in range(40)])
    assert len({*found.values[:, 0].tolist()}) == 40
    assert found.hypothesis.values.tolist() == list(case.names)
    assert found.name == "credence"


def test_priors_of_every_kind(outage: Case) -> None:
    """Numbers, odds, weights and base rates."""
    names = outage.names
    weights = [dict(zip(names, row, strict=True)) for row in ([3.0, 2.0, 1.0], [0.1, 5.0, 2.5])]
    priors = [{name: w / sum(row.values()) for name, w in row.items()} for row in weights]
    priors += [way(row) for way in (Odds, Dirichlet, BaseRates) for row in weights]  # type: ignore[misc]
    same_as_one_by_one([outage.model_copy(update={"prior": prior}) for prior in priors])


def test_plain_numbers_have_the_same_bits() -> None:
    """Where nothing has to be solved for, not even rounding differs."""
    some = [flat(p) for p in np.linspace(0.1, 0.9, 50).tolist()]
    np.testing.assert_array_equal(weigh_many(some).values, one_by_one(some, ("a", "b")))


def flat(p: float, **fields: Any) -> Case:
    """Two hypotheses and an item."""
    item = Evidence(name="e", statement="e", likelihood={"a": p, "b": 0.5 * p}, **fields)
    return stated(item)


def stated(*evidence: Evidence, prior: Any = None, names: Sequence[str] = ("a", "b")) -> Case:
    hypotheses = [Hypothesis(name=name, statement=name, catch_all=name == "b") for name in names]
    return Case(question="q", hypotheses=hypotheses, prior=prior or dict.fromkeys(names, 0.5), evidence=evidence)


# Ranges --------------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_many_ranges_mean_what_each_of_them_means(seed: int) -> None:
    """The first moments of ranges from narrow to wide, near 0 and near 1, and those of one minus them, to 1e-12."""
    rng = np.random.default_rng(seed)
    middle, wide = rng.uniform(-7, 7, 30), np.exp(rng.uniform(-5, 1.5, 30))
    lower, upper = (1 / (1 + np.exp(-(middle + sign * wide))) for sign in (-1, 1))
    mass = rng.uniform(0.3, 0.98, 30)
    rows = np.column_stack([lower, upper, mass]).tolist()
    expected, found = np.array([beta_with_quantiles(*row) for row in rows]).T, betas_with_quantiles(lower, upper, mass)
    for (alpha, beta), (ours, others) in ((expected, found), (expected[::-1], found[::-1])):
        for n in range(4):
            moments = ((a + n) / (a + b + n) for a, b in ((ours, others), (alpha, beta)))
            np.testing.assert_allclose(*moments, rtol=CLOSE)


def test_ordinary_ranges_are_solved_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a few steps for all, and none of them by itself."""
    steps: list[int] = []
    step = family._newton_step

    def counted(logs: np.ndarray, *ranges: np.ndarray) -> np.ndarray:
        steps.append(logs.shape[1])
        return step(logs, *ranges)

    monkeypatch.setattr(family, "beta_with_quantiles", None)
    monkeypatch.setattr(family, "_newton_step", counted)
    rng = np.random.default_rng(7)
    middle, wide = rng.uniform(-3, 3, 200), rng.uniform(0.05, 1.5, 200)
    lower, upper = (1 / (1 + np.exp(-(middle + sign * wide))) for sign in (-1, 1))
    alpha, beta = betas_with_quantiles(lower, upper, np.full(200, 0.9))
    np.testing.assert_allclose(
        betainc(alpha, beta, [lower, upper]), np.repeat([[0.05], [0.95]], 200, axis=1), rtol=1e-8
    )
    assert len(steps) <= 8
    assert steps[-1] < 200


def test_ranges_that_do_not_settle_are_solved_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the steps come to, what is given has the quantiles that were stated."""
    monkeypatch.setattr(family, "MAX_STEPS", 0)
    rows = [(0.1, 0.3, 0.9), (1e-8, 1e-6, 0.9), (0.2, 0.7, 0.5)]
    found = np.array(betas_with_quantiles(*np.array(rows).T)).T
    np.testing.assert_array_equal(found, [beta_with_quantiles(*row) for row in rows])


# What is shared ------------------------------------------------------------------------------------------------------


def test_cases_share_cautions_only_where_these_are_of_numbers() -> None:
    """Dates and statements are no numbers: what is wrong with those of one case is said of it alone."""

    def made(prior: float, said: str = "ab", date: str | None = None) -> Case:
        hypotheses = [Hypothesis(name=n, statement=s, catch_all=n == "b") for n, s in zip("ab", said, strict=True)]
        item = Evidence(name="e", statement="s", likelihood={"a": 0.2, "b": prior}, date="2024-02-01")
        return Case(question="q", hypotheses=hypotheses, prior={"a": prior, "b": 1 - prior}, date=date, evidence=[item])

    some = [made(0.3), made(0.4, date="2024-01-01"), made(0.6, "aa"), made(0.7), made(0.8, date="2024-03-01")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = weigh_many(some).cautions.values.tolist()
    assert told == ["", "W_DATE evidence.e.date", "W_SAME_STATEMENT hypotheses.b.statement", "", ""]
    (alike,) = form.group_by_form(some[3:]).values()
    assert [one.tolist() for one in alike.alike] == [[0, 1]]


def test_one_structure_is_compiled_once(outage: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network for each structure and not for each case, also over several batches."""
    asked: list[Case] = []
    monkeypatch.setattr(many, "network", lambda case: asked.append(case) or network(case))
    monkeypatch.setattr(many, "NUMBERS_AT_ONCE", 4 * len(outage.names) * (1 + len(outage.evidence)))
    rng = np.random.default_rng(2)
    some = [with_other_numbers(outage, rng) for _ in range(15)]
    unseen = outage.model_copy(update={"evidence": outage.evidence[:2]})
    weigh_many([*some, unseen, *some])
    assert asked == [some[0], unseen]


def test_batches_make_no_difference(outage: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many cases are held together, and if they come from an iterator."""
    rng = np.random.default_rng(3)
    some = [with_other_numbers(outage, rng) for _ in range(10)]
    whole = weigh_many(some)
    monkeypatch.setattr(many, "NUMBERS_AT_ONCE", 50)
    xr.testing.assert_allclose(weigh_many(iter(some)), whole, rtol=1e-14)


def test_an_iterator_is_taken_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more cases are made before others are weighed than are held together: five of four numbers."""
    monkeypatch.setattr(many, "NUMBERS_AT_ONCE", 20)
    weighed: list[int] = []
    really = many._Many.weigh
    monkeypatch.setattr(many._Many, "weigh", lambda self, part: weighed.append(made) or really(self, part))
    made = 0

    def some() -> Iterator[Case]:
        nonlocal made
        for i in range(12):
            made += 1
            yield flat((i + 1) / 20)

    assert weigh_many(some()).sizes["case"] == 12
    assert weighed == [5, 10, 12]


def test_parts_can_be_joined(outage: Case) -> None:
    """As the parts that a cluster weighs are: nothing is lost, cautions neither."""
    rng = np.random.default_rng(4)
    some = [with_other_numbers(outage, rng) for _ in range(6)] + [with_exclusion(outage)]
    joined = xr.concat([weigh_many(some[:3]), weigh_many(some[3:])], "case")
    xr.testing.assert_allclose(joined, weigh_many(some), rtol=1e-14)
    assert "W_CROMWELL" in joined.cautions.values[-1]


# Cautions ------------------------------------------------------------------------------------------------------------


def with_exclusion(case: Case) -> Case:
    first = case.evidence[0]
    never = {**first.likelihood, case.names[0]: Impossible("the clocks rule it out")}
    return case.model_copy(update={"evidence": (first.model_copy(update={"likelihood": never}), *case.evidence[1:])})


def warned(some: Sequence[Case]) -> tuple[xr.DataArray, list[CaseWarning]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = weigh_many(some)
    assert all(one.filename == __file__ for one in caught)
    return found, [one.message for one in caught]  # type: ignore[misc]


@settings(REPEATABLE, max_examples=40)
@given(st.lists(cases(max_hypotheses=2, max_items=4), min_size=1, max_size=3))
def test_every_case_keeps_its_cautions(some: list[Case]) -> None:
    """Those that `weigh` gives it, in their order; and each is warned of."""
    for case in some:
        try:
            told = weigh(case).warnings
        except ContradictionError:
            continue
        found, caught = warned([case])
        assert found.cautions.item() == "; ".join(f"{problem.code} {problem.path}" for problem in told)
        assert [(one.problem.code, one.problem.path) for one in caught] == [
            (problem.code, ".".join(part for part in ("cases[0]", problem.path) if part)) for problem in told
        ]


def plain_case(a: Any = 0.6, b: Any = 0.3, *, catch_all: bool = True, **fields: Any) -> Case:
    """Two items of plain numbers and an ordinary prior, unless something else is asked for."""
    names = [Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=catch_all)]
    of_case = {name: fields.pop(name) for name in ("prior", "prior_basis", "sources") if name in fields}
    rows = [Evidence(name="x", statement="x", likelihood={"b": b, "a": a}, **fields)]
    rows += [Evidence(name="y", statement="y", likelihood={"a": 0.4, "b": 0.7}, citation=fields.get("citation"))]
    return Case(question="Which?", hypotheses=names, evidence=rows, **({"prior": {"a": 0.5, "b": 0.5}} | of_case))


PLAIN: list[dict[str, Any]] = [
    {},
    {"a": 0.7},
    {"a": Impossible("so")},
    {"a": 0.3},
    {"prior": Odds({"a": 1.0, "b": 2.0})},
    {"a": 0.999, "b": 1e-9},
    {"a": 0.8},
    {"a": 0.8, "catch_all": False},
    {"a": 0.9},
    {"a": 0.8, "citation": "one page"},
    {"a": 0.8, "citation": "one page", "prior_basis": ["one page"]},
    {"sources": [Source(name="s", statement="s", reliability=0.9, if_unreliable=0.5)]},
    {"observed": False},
    {"a": 1 - 1e-9, "b": 0.1, "observed": False},
    {"a": 0.2, "observed": None},
    {"a": Impossible("so")},
    {"a": Between(0.2, 0.4)},
    {"a": 0.5, "error": 0.1},
]


def test_plain_cases_that_are_not_alike_are_told_apart() -> None:
    """In any order each is weighed and cautioned as by itself: of extreme, equal and cited items, of no catch-all."""
    some = [plain_case(**fields) for fields in (*PLAIN, *reversed(PLAIN), *PLAIN[::2])]
    found = same_as_one_by_one(some)
    alone = ["; ".join(f"{told.code} {told.path}" for told in weigh(case).warnings) for case in some]
    assert found.cautions.values.tolist() == alone
    assert len({*alone}) >= 6


def test_alike_cases_are_read_without_taking_them_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of plain cases that differ in ordinary numbers only, one is taken apart, and one is asked for its cautions."""
    taken: list[Case] = []
    asked: list[Case] = []
    read, told = form._Reader.case, many.cautions
    monkeypatch.setattr(form._Reader, "case", lambda self, case: (taken.append(case), read(self, case))[1])
    monkeypatch.setattr(many, "cautions", lambda case: (asked.append(case), told(case))[1])
    same_as_one_by_one([plain_case(a / 10) for a in (5, 6, 7, 8)])
    assert len(taken) == len(asked) == 1


def test_a_caution_of_many_cases_is_told_once(outage: Case) -> None:
    """With the first case that draws it, and how many do."""
    some = [outage, *[with_exclusion(outage)] * 4, outage]
    found, caught = warned(some)
    (one,) = caught
    assert one.problem.path == "cases[1].evidence.rollback_helped.likelihood.deploy"
    assert "(true of 4 of the 6 cases; this is the first)" in str(one)
    assert "the clocks rule it out" in str(one)
    assert [bool(told) for told in found.cautions.values.tolist()] == [False, True, True, True, True, False]


def test_a_hypothesis_that_is_excluded_by_all_together_is_cautioned_of() -> None:
    """Where no single statement draws a caution, as in `weigh`."""
    sure = Source(name="s", statement="s", reliability=Certain("it never errs"), if_unreliable=0.5)
    item = Evidence(
        name="x",
        statement="x",
        likelihood={"a": Impossible("never"), "b": 0.3},
        reports=[Report(source="s", says=True)],
    )
    case = stated().model_copy(update={"sources": [sure], "evidence": [item]})
    found, _ = warned([case])
    assert found.values[0].tolist() == [0.0, 1.0]
    assert found.cautions.item() == "W_CROMWELL hypotheses.a"
    assert [problem.path for problem in weigh(case).warnings] == ["hypotheses.a"]


# Faults --------------------------------------------------------------------------------------------------------------

ALWAYS, NEVER = Certain("so it is"), Impossible("so it is not")


@pytest.mark.parametrize(
    ("some", "said"),
    [
        (list, r"E_TOO_FEW cases: no case is given\."),
        (lambda: [flat(0.2), "case.yaml"], r"E_TYPE cases\[1\]: 'case\.yaml' stands where a Case belongs"),
        (lambda: [flat(0.2)] * 7 + [stated(names=("b", "c"))], r"E_HYPOTHESES cases\[7\]: its hypotheses are 'b', 'c'"),
    ],
)
def test_a_fault_names_the_case(some: Callable[[], list[Any]], said: str) -> None:
    """By its place among all cases."""
    with pytest.raises(CaseError, match=said):
        weigh_many(some())


@pytest.mark.parametrize(
    ("some", "said"),
    [
        (lambda: np.array(3), "E_TYPE cases: an object of the type ndarray stands where a list of cases belongs"),
        (lambda: xr.DataArray(3), "E_TYPE cases: an object of the type DataArray stands where a list of cases belongs"),
        (lambda: {None: flat(0.2)}, r"E_TYPE cases\.None: None is not a name"),
        (lambda: {"anna": flat(0.2), 1: flat(0.3)}, r"E_TYPE cases\.1: 1 is not a name"),
        (lambda: {"": flat(0.2)}, r"E_MISSING cases\.: the text is empty"),
    ],
)
def test_cases_and_their_names_are_those_of_a_panel(some: Callable[[], Any], said: str) -> None:
    """What is not a name, or holds no cases at all, is refused as a panel refuses it."""
    with pytest.raises(CaseError, match=said):
        weigh_many(some())


@pytest.mark.parametrize("at_once", [20, 1000])
def test_a_contradiction_names_the_case(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of them, and what excludes its hypotheses."""
    monkeypatch.setattr(many, "NUMBERS_AT_ONCE", at_once)
    items = [Evidence(name=name, statement="e", likelihood=row) for name, row in CONTRADICTORY.items()]
    good = [Evidence(name=name, statement="e", likelihood={"a": 0.5, "b": 0.2}) for name in CONTRADICTORY]
    some = [stated(*items[:1]), *[stated(*good)] * 4, stated(*items), stated(*items)]
    with pytest.raises(ContradictionError, match=r"^cases\[5\]: every hypothesis is excluded: 'a' by f; 'b' by e") as e:
        weigh_many(some)
    assert e.value.where == "cases[5]"


CONTRADICTORY = {"e": {"a": 0.5, "b": NEVER}, "f": {"a": NEVER, "b": 0.5}}


def test_too_large_a_case_is_named(outage: Case) -> None:
    """Before memory is taken, and with what does not fit."""
    above = [
        Evidence(name=f"x{i}", statement="x", observed=None, likelihood={"a": 0.3, "b": 0.4}, outcomes=(True, False))
        for i in range(3)
    ]
    table: Any = 0.5
    for _ in above:
        table = {True: table, False: table}
    child = Evidence(name="y", statement="y", given=[x.name for x in above], likelihood={"a": table, "b": table})
    large = stated(*above, child)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("attribution_bayes.engine.factors.MAX_WORLDS", 4)
        with pytest.raises(TooLargeError, match=r"^cases\[2\]: component 'x0\+x1\+x2\+y' does not fit"):
            weigh_many([flat(0.2), flat(0.3), large])


def test_rows_are_read_in_the_order_of_the_outcomes_of_their_parent() -> None:
    """Which need not be the alphabetical one; and the same item is read again where they change places."""
    rows = {"a": {"low": 0.2, "high": 0.8}, "b": {"low": 0.7, "high": 0.1}}
    own = {"a": {"low": 0.2, "high": 0.8}, "b": {"low": 0.7, "high": 0.3}}
    item = Evidence(name="then", statement="then", given="first", likelihood=rows)
    some = [
        Case(
            question="Which?",
            hypotheses=[Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)],
            prior={"a": 0.5, "b": 0.5},
            evidence=[
                Evidence(name="first", statement="first", likelihood=own, outcomes=outcomes, observed="high"),
                item,
            ],
        )
        for outcomes in (("low", "high"), ("high", "low"))
    ]
    expected = [weigh(case, method="exact").credence.values for case in some]
    np.testing.assert_allclose(weigh_many(some).values, expected, rtol=1e-15)


def test_ratios_differ_by_their_reference() -> None:
    """The same ratios to another hypothesis are another structure, not another number."""
    names = ("a", "b", "c")
    some = [
        stated(
            Evidence(
                name="e", statement="e", likelihood=Ratios(reference=name, ratios={n: 3.0 for n in names if n != name})
            ),
            names=names,
            prior={"a": 0.2, "b": 0.3, "c": 0.5},
        )
        for name in names
    ]
    same_as_one_by_one(some)


@pytest.mark.parametrize("field", [{"observed": False}, {"observed": None}, {"observed": True}])
def test_what_was_observed_is_part_of_the_structure(field: dict[str, Any]) -> None:
    """Cases that differ in it are told apart."""
    same_as_one_by_one([flat(0.2), flat(0.2, **field), flat(0.6, **field)])


def test_cases_by_name_keep_their_names() -> None:
    """Names are the coordinate of the answer, and the place at which errors and cautions stand."""
    found = weigh_many({"anna": flat(0.2), "week 2": flat(0.7)})
    assert found.case.values.tolist() == ["anna", "week 2"]
    assert found.sel(case="week 2").values.tolist() == weigh_many([flat(0.7)])[0].values.tolist()
    with pytest.raises(CaseError, match=r"E_HYPOTHESES cases\.ben: "):
        weigh_many({"anna": flat(0.2), "ben": stated(names=("b", "c"))})
    assert "case" not in weigh_many([flat(0.2)]).coords
