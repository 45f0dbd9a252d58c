"""Every asserted number and its address, one by one and together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from attribution_bayes.declare import table
from attribution_bayes.declare.address import PriorOf, SourcePart
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import Point
from attribution_bayes.declare.parameters import Addresses, Run, parameters, stated
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.warnings import cautions
from attribution_bayes.declare.ways import Beta, Dirichlet, Odds, RatioBetween, Ratios
from attribution_bayes.errors import CaseError
from drawn import cases

ROW = {"b": 0.2, "a": 0.1}
CASE = Case(
    question="Which?",
    hypotheses=[Hypothesis(name=name, statement=name) for name in "ba"],
    prior={"a": 0.25, "b": 0.75},
    sources=[Source(name=name, statement="s", reliability=0.9, if_unreliable=0.5) for name in ("s", "t")],
    evidence=[
        Evidence(name="plain", statement="e", likelihood=ROW),
        Evidence(name="uncertain", statement="e", likelihood={"a": 0.3, "b": Beta(1, 2)}),
        Evidence(
            name="reported",
            statement="e",
            likelihood=ROW,
            reports=[Report(source="s"), Report(source="t", copied_from="s", copy_probability=0.4)],
        ),
    ],
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(cases())
def test_an_address_has_the_place_of_its_number(case: Case) -> None:
    """Looked up by place or by name, with runs of numbers or without, the addresses are those of the numbers."""
    addresses, expected = Addresses(stated(case)), [str(parameter.address) for parameter in parameters(case)]
    assert list(addresses) == expected
    assert [addresses[i] for i in range(len(addresses))] == expected
    assert [addresses.index(address) for address in expected] == list(range(len(expected)))
    assert all(address in addresses for address in expected)
    values = [parameter.address for parameter in parameters(case)]
    assert [addresses.position(value) for value in values] == list(range(len(values)))
    assert [addresses.parameter(value).address for value in values] == values


def test_plain_numbers_go_together() -> None:
    """A run has the numbers of an item in the order of the hypotheses; what is uncertain stands alone."""
    runs = [one for one in stated(CASE) if isinstance(one, Run)]
    assert [run.items for run in runs] == [("plain",), ("reported",)]
    np.testing.assert_array_equal(runs[0].numbers, [0.2, 0.1])
    assert [runs[0].parameter(place).meaning.mean for place in (0, 1)] == [0.2, 0.1]
    assert [str(parameter.address) for parameter in parameters(CASE)][-3:] == [
        "evidence.reported.likelihood.b",
        "evidence.reported.likelihood.a",
        "evidence.reported.reports.t.copy_probability",
    ]


@pytest.mark.parametrize("shared", [True, False])
def test_items_of_plain_numbers_go_together(monkeypatch: pytest.MonkeyPatch, shared: bool) -> None:
    """Those that stand one after another make one run, in their order, whether or not their rows share the names."""
    if not shared:  # as in a process that has seen many sets of names
        monkeypatch.setattr(table, "_shared_places", table._shared_places.__wrapped__)
    rows = {"one": {"a": 0.3, "b": 0.4}, "two": {"b": 0.2, "a": 0.1}, "same": {"a": 0.6, "b": 0.6}}
    items = [Evidence(name=name, statement="e", likelihood=row, observed=name != "two") for name, row in rows.items()]
    uncertain = Evidence(name="uncertain", statement="e", likelihood={"a": 0.3, "b": Beta(1, 2)})
    case = CASE.model_copy(update={"evidence": [*items, uncertain, CASE.evidence[0]]})
    runs = [one for one in stated(case) if isinstance(one, Run)]
    assert [run.items for run in runs] == [("one", "two", "same"), ("plain",)]
    numbers = np.concatenate([run.numbers for run in runs])
    np.testing.assert_array_equal(numbers, [0.4, 0.3, 0.2, 0.1, 0.6, 0.6, 0.2, 0.1])
    known = Addresses(stated(case))
    expected = [f"evidence.{name}.likelihood.{of}" for name in rows for of in "ba"]
    assert list(known)[6:12] == [known[place] for place in range(6, 12)] == expected
    assert [known.at(address).meaning.mean for address in expected] == [0.4, 0.3, 0.2, 0.1, 0.6, 0.6]
    assert known.bare_firsts.tolist() == [6, 8, 10, 14]
    assert "W_VACUOUS_ITEM evidence.same" in [f"{one.code} {one.path}" for one in cautions(case)]
    assert not {"evidence.one", "evidence.two", "evidence.plain"} & {one.path for one in cautions(case)}


def test_a_copy_has_the_addresses_of_its_own_items() -> None:
    """What was found of the items of a case is not taken for that of a copy with other items."""
    uncertain = CASE.evidence[0].with_good({"likelihood": CASE.evidence[1].likelihood})
    assert "plain" in [name for one in stated(CASE) if isinstance(one, Run) for name in one.items]
    changed = CASE.with_good({"evidence": (uncertain, *CASE.evidence[1:])})
    assert [name for one in stated(changed) if isinstance(one, Run) for name in one.items] == ["reported"]
    assert [*Addresses(stated(changed))] == [*Addresses(stated(CASE))]


def test_plain_numbers_over_parents_go_together() -> None:
    """By hypothesis, then by the outcomes of each parent; what is not stated has no position among them."""
    parents = [
        Evidence(name="p", statement="e", likelihood=ROW, observed=None),
        Evidence(
            name="q",
            statement="e",
            outcomes=["yellow", "blue"],
            likelihood={name: {"blue": 0.5, "yellow": 0.5} for name in "ab"},
            observed="blue",
        ),
    ]
    numbers = iter(range(1, 9))
    table = {h: {q: {p: next(numbers) / 10 for p in (True, False)} for q in ("yellow", "blue")} for h in "ba"}
    child = Evidence(name="child", statement="e", given=["q", "p"], likelihood=table)
    case = CASE.model_copy(update={"evidence": [*parents, child]})
    run = [*stated(case)][-1]
    assert isinstance(run, Run)
    np.testing.assert_array_equal(run.numbers, np.arange(1, 9) / 10)
    known = Addresses(stated(case))
    spelt = [f"evidence.child.likelihood.{h}.{q}.{p}" for h in "ba" for q in ("yellow", "blue") for p in (True, False)]
    assert [*known][-8:] == [known[i] for i in range(-8, 0)] == spelt
    assert [known.index(text) - len(known) for text in spelt] == [*range(-8, 0)]
    assert [known.at(text).written for text in spelt] == run.numbers.tolist()
    for text in ("likelihood.a", "likelihood.a.blue", "likelihood.a.blue.Maybe", "likelihood.a.blue.True.True"):
        assert f"evidence.child.{text}" not in known


def test_a_source_that_errs_anew_has_two_rates() -> None:
    """Each with an address of its own, one number for all hypotheses or one for each, and no reliability."""
    test = Source(name="t", statement="a test", says_true_if_true=0.9, says_true_if_false={"a": Beta(1, 9), "b": 0.2})
    case = CASE.model_copy(update={"sources": [CASE.sources[0], test]})
    assert {str(one.address): one.written for one in parameters(case) if isinstance(one.address.part, SourcePart)} == {
        "source.s.reliability": 0.9,
        "source.s.if_unreliable": 0.5,
        "source.t.says_true_if_true": 0.9,
        "source.t.says_true_if_false.b": 0.2,
        "source.t.says_true_if_false.a": Beta(1, 9),
    }


def test_what_is_no_address_is_not_found() -> None:
    """Neither a part of an address, nor more than one, nor a number where a text belongs."""
    addresses = Addresses(stated(CASE))
    for wrong in ("evidence.plain.likelihood", "evidence.plain.likelihood.c", "prior.a.b", "prior", "", 3):
        assert wrong not in addresses
        assert addresses.read(wrong) is None
    with pytest.raises(ValueError, match="no number has the address 'prior'"):
        addresses.index("prior")
    with pytest.raises(CaseError, match=r"E_UNKNOWN_NAME prior\.d: .* Did you mean"):
        addresses.at("prior.d")
    with pytest.raises(KeyError, match=r"prior\.c"):
        addresses.position(PriorOf("c"))


def test_addresses_are_a_sequence() -> None:
    """Places count from the end too, parts are tuples, and beyond the end there is nothing."""
    addresses = Addresses(stated(CASE))
    assert addresses[-1] == "evidence.reported.reports.t.copy_probability"
    assert addresses[:2] == ("prior.b", "prior.a")
    assert addresses[6:8] == ("evidence.plain.likelihood.b", "evidence.plain.likelihood.a")
    assert addresses[-len(addresses)] == addresses[0] == "prior.b"
    for place in (len(addresses), -len(addresses) - 1):
        with pytest.raises(IndexError, match=f"^{place}$"):
            addresses[place]


def test_a_parameter_holds_what_was_written() -> None:
    """A number, odds as a whole, the ratio of a hypothesis."""
    odds, ratios = Odds({"a": 1, "b": 3}), Ratios(reference="a", ratios={"b": RatioBetween(2, 4)})
    item = Evidence(name="ratio", statement="e", likelihood=ratios)
    case = CASE.model_copy(update={"prior": odds, "evidence": [*CASE.evidence, item]})
    written = {str(parameter.address): parameter.written for parameter in parameters(case)}
    assert written["prior.a"] == written["prior.b"] == odds
    assert written["evidence.ratio.likelihood.b"] == RatioBetween(2, 4)
    assert written["evidence.plain.likelihood.b"] == 0.2
    assert written["evidence.uncertain.likelihood.b"] == Beta(1, 2)
    plain = Addresses(stated(case)).at("evidence.plain.likelihood.b")
    assert (plain.written, plain.meaning, plain.kind) == (0.2, Point(0.2), "number")


def test_the_rest_of_a_dirichlet_is_exact() -> None:
    """Where one weight is nearly all, what is left for the others is still known to the last digit."""
    prior = Dirichlet({"a": 1e6, "b": 1e-6})
    first = next(iter(parameters(CASE.model_copy(update={"prior": prior}))))
    others = [
        one.meaning for one in parameters(CASE.model_copy(update={"prior": prior})) if one.address == PriorOf("a")
    ]
    assert first.address == PriorOf("b")
    assert others[0].beta == 1e-6  # type: ignore[union-attr]
