"""Why two cases answer differently: against hybrids that are put together by hand, as files, and weighed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import attribution_bayes as ab
from attribution_bayes.declare.written import case_tree
from attribution_bayes.files.cases import case_from_text
from attribution_bayes.panel import shares as sharing
from attribution_bayes.panel.difference import difference
from crafted import case as crafted_case
from crafted import item as crafted_item
from drawn import cases
from repeatable import FILTERED

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


MOST_PLAYERS = 7
"""Parts of which all orders are gone through by brute force: 5040 orders."""

type Tree = dict[str, Any]


def pairs(**switches: Any) -> st.SearchStrategy[tuple[ab.Case, ab.Case]]:
    """Two cases of one question: names recur, so that they have parts in common that differ in every way."""
    one = cases(max_hypotheses=4, max_items=3, max_worlds=64, exclusions=False, common_causes=True, **switches)
    return st.tuples(one, one)


def scale(found: pd.DataFrame) -> float:
    """What rounding is measured against."""
    return max(1.0, abs(found.attrs["old_db"]), abs(found.attrs["new_db"]), float(found["share_db"].abs().sum()))


# By hand -------------------------------------------------------------------------------------------------------------

NAMES = [f"h{n}" for n in range(9)]
"""What hypotheses of generated cases are called: so a table by hypothesis is told from a way to state a number."""

RATES = ("likelihood", "reliability", "if_unreliable", "says_true_if_true", "says_true_if_false", "probability")


def tree_of(case: ab.Case) -> Tree:
    """The case as its file has it, with ratios as numbers and the means of the prior."""
    stated = {one.address: one.stated for one in ab.assumptions(case)}
    tree = {"sources": {}, "evidence": {}, "common_causes": {}, **case_tree(case)}
    tree["means"] = {name: stated[f"prior.{name}"] for name in case.names}
    for name, item in tree["evidence"].items():
        if "ratios" in item["likelihood"]:
            ratios = {one: stated[f"evidence.{name}.likelihood.{one}"] for one in item["likelihood"]["ratios"]}
            item["likelihood"] = {**item["likelihood"], "ratios": ratios}
    return tree


def hybrid(old: Tree, new: Tree, taken: frozenset[str]) -> Tree:
    """The case file that states the parts that are taken as the new one does, and the others as the old one."""
    common = old["hypotheses"].keys() & new["hypotheses"].keys()
    there = [
        name
        for name in {**old["hypotheses"], **new["hypotheses"]}
        if name in common or is_there(old, new, "hypotheses", "hypotheses", name, taken)
    ]
    weights = {}
    for name in there:
        stated = (new if "prior" in taken else old) if name in common else old if name in old["hypotheses"] else new
        weights[name] = stated["means"][name] / sum(stated["means"][one] for one in common)
    evidence, sources = {}, {}
    for name in {**old["evidence"], **new["evidence"]}:
        if is_there(old, new, "evidence", "evidence", name, taken):
            evidence[name] = item_of(old["evidence"].get(name), new["evidence"].get(name), name, taken, there)
    heard = {one["source"] for item in evidence.values() for one in item.get("reports", ())}
    for name in {**old["sources"], **new["sources"]}:
        one, other = versions(old["sources"].get(name), new["sources"].get(name), f"source.{name}" in taken)
        if other is not None or name in heard:
            sources[name] = with_rows(one, other, there)
    causes = {
        name: cause_of(old, new, name, taken, there)
        for name in {**old["common_causes"], **new["common_causes"]}
        if is_there(old, new, "common_causes", "common_cause", name, taken)
    }
    hypotheses = {name: {"statement": "-"} for name in there}
    return {
        "question": "-",
        "hypotheses": hypotheses,
        "prior": {"odds": weights},
        "sources": sources,
        "evidence": evidence,
        "common_causes": causes,
    }


def cause_of(old: Tree, new: Tree, name: str, taken: frozenset[str], there: list[str]) -> Tree:
    """A common cause; what the other version says of an item stands in it if the item has the same outcomes in both."""
    both = old["common_causes"].get(name), new["common_causes"].get(name)
    one, other = versions(*both, f"common_cause.{name}" in taken)
    rows = {}
    for item, mine in one["likelihood"].items():
        lent = ((other or {}).get("likelihood") or {}).get(item)
        outcomes = [case["evidence"].get(item, {}).get("outcomes") for case in (old, new)]
        pair = [{"likelihood": part, "outcomes": told} for part, told in zip((mine, lent), outcomes, strict=True)]
        rows[item] = with_rows(pair[0], pair[1] if lent else None, there)["likelihood"]
    plain = {key: value for key, value in one.items() if key != "likelihood"}
    return {**with_rows(plain, other, there), "likelihood": rows}


def is_there(old: Tree, new: Tree, kind: str, place: str, name: str, taken: frozenset[str]) -> bool:
    before, after = name in old[kind], name in new[kind]
    return (before and after) or after == (f"{place}.{name}" in taken)


def versions(old: Tree | None, new: Tree | None, is_new: bool) -> tuple[Tree, Tree | None]:
    """A part as it is to be, and as the other case has it; if only one has it, as that one does."""
    if old is None or new is None:
        return (old or new or {}), None
    return (new, old) if is_new else (old, new)


def item_of(old: Tree | None, new: Tree | None, name: str, taken: frozenset[str], there: list[str]) -> Tree:
    one, other = versions(old, new, f"evidence.{name}" in taken)
    made = with_rows(one, other, there)
    if old is None or new is None:
        return made
    before, after = ({report["source"]: report for report in part.get("reports", ())} for part in (old, new))
    chosen = [
        (after if f"evidence.{name}.reports.{source}" in taken else before).get(source)
        for source in {**before, **after}
    ]
    observed = one.get("observed", None if one.get("reports") else True)
    return {**made, "reports": [report for report in chosen if report is not None], "observed": observed}


def with_rows(part: Tree, other: Tree | None, there: list[str]) -> Tree:
    """A part with what is stated under the hypotheses that are there, of the other version where only that does."""
    made, other = dict(part), other or {}
    alike = all(other.get(key) == part.get(key) for key in ("given", "outcomes"))
    for field in (field for field in RATES if isinstance(part.get(field), dict)):
        mine, lent = part[field], other.get(field) if alike else None
        if "ratios" in mine:
            made[field] = ratios_of(mine, lent, there)
        elif mine.keys() & {*NAMES}:
            if isinstance(lent, dict) and not lent.keys() & {*NAMES}:
                lent = None if "ratios" in lent else dict.fromkeys(NAMES, lent)
            lent = dict.fromkeys(NAMES, lent) if isinstance(lent, float) else lent
            made[field] = {name: row for name, row in {**(lent or {}), **mine}.items() if name in there}
    return made


def ratios_of(mine: Tree, lent: Any, there: list[str]) -> Tree:
    """Ratios to the same reference, with those of the other version; to another reference if that one is gone."""
    known = {mine["reference"]: 1.0, **mine["ratios"]}
    if isinstance(lent, dict) and lent.get("reference") == mine["reference"]:
        known = {**lent["ratios"], **known}
    known = {name: ratio for name, ratio in known.items() if name in there}
    reference = mine["reference"] if mine["reference"] in known else next(iter(known))
    ratios = {name: ratio / known[reference] for name, ratio in known.items() if name != reference}
    return {"reference": reference, "ratios": ratios}


type Value = Callable[[frozenset[str]], float | None]


def by_hand(old: ab.Case, new: ab.Case, target: str, against: str | None = None) -> Value:
    """The log odds of a hybrid in decibans, None where it is not a case that can be stated."""
    trees = tree_of(old), tree_of(new)

    @cache
    def value(taken: frozenset[str]) -> float | None:
        try:
            case = case_from_text(json.dumps(hybrid(*trees, taken)))
        except ab.CaseError:
            return None
        credence = dict(zip(case.names, ab.weigh(case).credence.values.tolist(), strict=True))
        rivals = [against] if against is not None else [name for name in case.names if name != target]
        return 10 * math.log10(credence[target] / math.fsum(credence[name] for name in rivals))

    return value


def orders(
    value: Value, groups: list[frozenset[str]], taken: frozenset[str], chance: float, step: int
) -> Iterator[Moved]:
    """Every order of what is left, one step at a time: group, what it changes, and how likely the order so far is."""
    left = [one for one in groups if (one <= taken) == (step < 0)]
    after = [(one, taken ^ one) for one in left if value(taken ^ one) is not None]
    assert after or not left
    for one, then in after:
        change = step * (value(then) - value(taken))  # type: ignore[operator]
        yield one, change, chance / len(after)
        yield from orders(value, groups, then, chance / len(after), step)


type Moved = tuple[frozenset[str], float, float]


def brute_force(value: Value, groups: list[frozenset[str]]) -> dict[str, float]:
    """Mean change of each part over all orders, from the old case and from the new one; members of a group share it."""
    share = dict.fromkeys(frozenset().union(*groups), 0.0)
    everything = frozenset(share)
    for start, step in ((frozenset[str](), 1), (everything, -1)):
        for group, change, chance in orders(value, groups, start, 1.0, step):
            for address in group:
                share[address] += change * chance / 2 / len(group)
    return share


# Laws ----------------------------------------------------------------------------------------------------------------


def common_target(old: ab.Case, new: ab.Case) -> str:
    return next(name for name in old.names if name in new.names)


@settings(FILTERED, max_examples=50)
@given(pairs(), st.sampled_from(["part", "number"]), st.booleans())
def test_shares_add_up_to_the_change(pair: tuple[ab.Case, ab.Case], by: Any, is_pair: bool) -> None:
    """Whatever differs, the shares add up to the change of the log odds as `weigh` gives them, to 1e-12 of scale."""
    old, new = pair
    common = [name for name in old.names if name in new.names]
    assume(not is_pair or len(common) > 1)
    against = common[1] if is_pair else None
    found = difference(old, new, target=common[0], against=against, by=by)
    change = found.attrs["new_db"] - found.attrs["old_db"]
    assert found["share_db"].sum() == pytest.approx(change, abs=1e-12 * scale(found), rel=0)
    for name, case in (("old", old), ("new", new)):
        credence = dict(zip(case.names, ab.weigh(case).credence.values.tolist(), strict=True))
        rivals = credence[against] if against else math.fsum(credence[one] for one in case.names if one != common[0])
        assert found.attrs[f"{name}_db"] == pytest.approx(10 * math.log10(credence[common[0]] / rivals), abs=1e-9)
        assert found.attrs[f"{name}_credence"] == credence[common[0]]


@settings(FILTERED, max_examples=25)
@given(pairs())
def test_shares_are_means_over_all_orders(pair: tuple[ab.Case, ab.Case]) -> None:
    """Up to 7 parts: what brute force over all orders gives, of hybrids put together as files, if they can be read."""
    old, new = pair
    target = common_target(old, new)
    found = difference(old, new, target=target)
    assume(1 < len(groups_of(found)) <= MOST_PLAYERS)
    check_shares(found, by_hand(old, new, target))


def groups_of(found: pd.DataFrame) -> list[frozenset[str]]:
    """Parts that differ; those that can only change together are one."""
    together = [frozenset(group) for group in found.attrs["together"]]
    counting = [one for one in found.index if one != "question"]
    return [*together, *(frozenset({one}) for one in counting if not any(one in group for group in together))]


def check_shares(found: pd.DataFrame, value: Value) -> None:
    """Each share is the mean over all orders of hybrids put together by hand."""
    for address, expected in brute_force(value, groups_of(found)).items():
        assert found.at[address, "share_db"] == pytest.approx(expected, abs=1e-9 * scale(found)), address


@settings(FILTERED, max_examples=25)
@given(pairs())
def test_a_change_alone_is_the_old_case_with_it(pair: tuple[ab.Case, ab.Case]) -> None:
    """`alone_db` is what weighing the old case with this one part of the new one gives; NaN where that is no case."""
    old, new = pair
    target = common_target(old, new)
    found, value = difference(old, new, target=target), by_hand(old, new, target)
    start, grouped = value(frozenset()), {one for group in found.attrs["together"] for one in group}
    assert start is not None
    for address, alone in found["alone_db"].items():
        then = None if address in grouped else value(frozenset({str(address)}))
        if then is None:
            assert math.isnan(alone)
        else:
            assert alone == pytest.approx(then - start, abs=1e-9 * scale(found))


@settings(FILTERED, max_examples=25)
@given(pairs(), st.sampled_from(["part", "number"]))
def test_seen_from_the_other_end_every_share_changes_its_sign(pair: tuple[ab.Case, ab.Case], by: Any) -> None:
    """Old and new change places: so do their words, added is removed, and every share is negative."""
    old, new = pair
    target = common_target(old, new)
    there = difference(old, new, target=target, by=by)
    back = difference(new, old, target=target, by=by).loc[there.index]
    assume(there["mcse"].isna().all())
    np.testing.assert_allclose(back["share_db"], -there["share_db"], rtol=0, atol=1e-11 * scale(there))
    for column, other in (("old", "new"), ("new", "old")):
        assert [said(one) for one in back[column]] == [said(one) for one in there[other]]
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    assert back["change"].tolist() == [turned[one] for one in there["change"]]


def said(words: str) -> list[str]:
    """What is said of a part, whatever comes first."""
    return sorted(words.replace(", ", "; ").split("; "))


@settings(FILTERED, max_examples=25)
@given(cases(max_items=5))
def test_equal_cases_do_not_differ(case: ab.Case) -> None:
    """A case and a copy of it that was written and read: no rows, no change."""
    try:
        found = difference(case, case_from_text(json.dumps(case_tree(case))))
    except ab.ContradictionError:
        return
    assert found.empty
    assert found.attrs["change_db"] == 0 or math.isnan(found.attrs["change_db"])


@settings(FILTERED, max_examples=30)
@given(
    st.tuples(*[cases(max_hypotheses=3, max_items=5, exclusions=False, parents=False, hidden=False, reports=False)] * 2)
)
def test_between_two_rivals_each_direct_item_has_its_own_difference(pair: tuple[ab.Case, ab.Case]) -> None:
    """Of items that are simply observed the share is the weight of evidence in the new case minus that in the old."""
    old, new = pair
    target, against = "h0", "h1"
    found = difference(old, new, target=target, against=against)
    weights = [ab.weight_of_evidence(case, target, against)["weight"] for case in pair]
    expected = weights[1].sub(weights[0], fill_value=0.0)
    for item, change in expected.items():
        address = f"evidence.{item}"
        got = found.at[address, "share_db"] if address in found.index else 0.0
        assert got == pytest.approx(change, abs=1e-9 * scale(found))
    assert found["mcse"].isna().all()


@settings(FILTERED, max_examples=12)
@given(pairs(), st.integers(0, 2**32))
def test_drawn_orders_agree_with_all_of_them(pair: tuple[ab.Case, ab.Case], seed: int) -> None:
    """Drawn shares lie within 6 standard errors of the exact ones (false alarm 2e-9 for each), and add up too."""
    old, new = pair
    target = common_target(old, new)
    exact = difference(old, new, target=target)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sharing, "MAX_PLAYERS_EXACT", 0)
        drawn = difference(old, new, target=target, seed=seed).loc[exact.index]
    assert drawn["share_db"].sum() == pytest.approx(exact.attrs["change_db"], abs=1e-12 * scale(exact))
    rounding = 1e-10 * scale(exact)
    error = drawn["mcse"].fillna(0.0)
    assert ((drawn["share_db"] - exact["share_db"]).abs() <= 6 * error + rounding).all()


def test_drawn_orders_are_those_of_the_seed() -> None:
    """More than 16 parts against all others: sampled, the same for the same seed, another for another."""
    likelihoods = [{"a": 0.2 + 0.03 * n, "b": 0.91 - 0.04 * n, "c": 0.5} for n in range(18)]
    old = stated({f"e{n}": {"likelihood": one} for n, one in enumerate(likelihoods)})
    new = stated({f"e{n}": {"likelihood": {**one, "b": one["a"]}} for n, one in enumerate(likelihoods)})
    first, again, other = (difference(old, new, target="a", seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first["share_db"].equals(other["share_db"])
    assert (first["mcse"] > 0).all()
    assert first.attrs["seed"] == 1
    assert "drawn by lot" in first.attrs["method"]
    named = difference(old, new, target="a", against="b")
    assert named["mcse"].isna().all()
    for n, one in enumerate(likelihoods):
        assert named.at[f"evidence.e{n}", "share_db"] == pytest.approx(10 * math.log10(one["b"] / one["a"]))


def test_between_two_hypotheses_every_share_is_exact() -> None:
    """However many parts there are: the other one is the only rival, named or not."""
    likelihoods = [{"a": 0.2 + 0.03 * n, "b": 0.91 - 0.04 * n} for n in range(18)]
    old = stated({f"e{n}": {"likelihood": one} for n, one in enumerate(likelihoods)}, names=("a", "b"))
    new = stated(
        {f"e{n}": {"likelihood": {**one, "b": one["a"]}} for n, one in enumerate(likelihoods)}, names=("a", "b")
    )
    found = difference(old, new, target="a")
    assert found["mcse"].isna().all()
    assert found.attrs["against"] == "all others"
    for n, one in enumerate(likelihoods):
        assert found.at[f"evidence.e{n}", "share_db"] == pytest.approx(10 * math.log10(one["b"] / one["a"]), rel=1e-12)


# Cases by hand -------------------------------------------------------------------------------------------------------


def stated(evidence: Tree, **fields: Any) -> ab.Case:
    """A case of three hypotheses, as a file states it."""
    names = fields.pop("names", ("a", "b", "c"))
    tree = {
        "question": "Who did it?",
        "hypotheses": {name: {"statement": f"it was {name}"} for name in names},
        "prior": {"odds": dict.fromkeys(names, 1.0)},
        "evidence": {name: {"statement": name, **item} for name, item in evidence.items()},
    }
    return case_from_text(json.dumps(tree | fields))


PLAIN = {"likelihood": {"a": 0.8, "b": 0.2, "c": 0.5}}


def test_what_differs_is_said_in_words() -> None:
    """What differs and no more; what is added or removed as a whole, with its reports."""
    source = {"agency": {"statement": "an agency", "reliability": 0.8, "if_unreliable": 0.5}}
    old = stated({"seen": PLAIN, "gone": {**PLAIN, "observed": False}}, sources=source)
    new = stated(
        {
            "seen": {"likelihood": {"a": 0.8, "b": {"between": [0.3, 0.6]}, "c": 0.5}, "citation": "a page"},
            "told": {**PLAIN, "reports": [{"source": "agency", "says": False}]},
        },
        sources=source,
    )
    found = difference(old, new, target="a")
    assert found["change"].to_dict() == {
        "evidence.seen": "changed",
        "evidence.told": "added",
        "evidence.gone": "removed",
    }
    assert found.at["evidence.seen", "old"] == "likelihood under b 0.2"
    assert "0.3" in found.at["evidence.seen", "new"]
    assert found.at["evidence.seen", "new"].endswith("citation a page")
    assert found.at["evidence.told", "old"] == ""
    assert found.at["evidence.told", "new"].endswith("reports agency says False")
    assert "observed False" in found.at["evidence.gone", "old"]


def test_a_prior_with_the_same_means_is_said_as_it_is_stated() -> None:
    """Not twice in the same words."""
    old, new = stated({"seen": PLAIN}), stated({"seen": PLAIN}, prior={"dirichlet": {"a": 2, "b": 2, "c": 2}})
    row = difference(old, new).loc["prior"]
    assert (row["old"], row["new"]) == ("odds a 1, b 1, c 1", "Dirichlet weights a 2, b 2, c 2")


def test_words_alone_have_no_share() -> None:
    """A statement, a question and a citation that are worded differently are listed, with share 0."""
    old = stated({"seen": PLAIN})
    new = stated({"seen": {**PLAIN, "statement": "it was seen", "citation": "a page"}}, question="Who was it?")
    found = difference(old, new)
    assert sorted(found.index) == ["evidence.seen", "question"]
    assert (found["share_db"] == 0).all()
    assert (found["alone_db"] == 0).all()
    assert found.attrs["change_db"] == 0
    assert found.attrs["only_words"]


def test_a_width_counts_though_it_moves_no_credence() -> None:
    """Other numbers of the same mean differ in more than words."""
    old = stated({"seen": {**PLAIN, "likelihood": {"a": 0.8, "b": 0.2, "c": 0.5}}})
    new = stated({"seen": {**PLAIN, "likelihood": {"a": {"beta": [4, 1]}, "b": 0.2, "c": 0.5}}})
    for by in ("part", "number"):
        found = difference(old, new, by=by)
        assert found["share_db"].to_list() == pytest.approx([0], abs=1e-9)
        assert not found.attrs["only_words"]
    assert difference(old, old).attrs["only_words"]


def test_a_source_that_comes_counts_through_its_reports() -> None:
    """Its own share is 0; that of the report is all there is."""
    told = {"likelihood": {"a": 0.8, "b": 0.2, "c": 0.5}, "observed": None}
    source = {"agency": {"statement": "an agency", "reliability": 0.8, "if_unreliable": 0.5}}
    new = stated({"told": {**PLAIN, "reports": [{"source": "agency", "says": True}]}}, sources=source)
    found = difference(stated({"told": told}), new, target="a")
    assert found.at["source.agency", "share_db"] == 0
    assert found.at["source.agency", "change"] == "added"
    assert found.at["evidence.told.reports.agency", "share_db"] == pytest.approx(found.attrs["change_db"], abs=1e-12)
    assert found.attrs["change_db"] > 0


def caused(names: tuple[str, ...], probability: float, rows: tuple[float, ...]) -> ab.Case:
    """Two items, and a cause that may stand behind one of them."""
    likelihood = dict(zip(names, (0.8, 0.2, 0.5), strict=False))
    cause = {"statement": "planted", "probability": probability}
    cause["likelihood"] = {"seen": dict(zip(names, rows, strict=True))}
    items = {"seen": {"likelihood": likelihood}, "heard": {"likelihood": likelihood}}
    return stated(items, names=names, common_causes={"planted": cause})


def test_a_common_cause_that_both_cases_have_lends_its_rows() -> None:
    """Beside an added hypothesis the old version of a cause has the row of the new one, and is a change of its own."""
    old, new = caused(("h0", "h1"), 0.2, (0.9, 0.9)), caused(("h0", "h1", "h2"), 0.4, (0.9, 0.7, 0.1))
    found = difference(old, new, target="h0")
    assert {*found.index} == {"hypotheses.h2", "common_cause.planted"}
    assert found.attrs["together"] == ()
    check_shares(found, by_hand(old, new, "h0"))


def test_number_by_number_a_common_cause_counts_under_the_rivals() -> None:
    """Against one rival, what a cause states under others has no share; the rest adds up to the change."""
    old, new = (caused(("a", "b", "c"), one, rows) for one, rows in ((0.2, (0.9, 0.9, 0.9)), (0.4, (0.9, 0.6, 0.3))))
    found = difference(old, new, target="a", against="b", by="number")
    below = "common_cause.planted.likelihood.seen"
    assert {*found.index} == {"common_cause.planted.probability", f"{below}.b", f"{below}.c"}
    assert found.at[f"{below}.c", "share_db"] == 0.0
    assert found.at[f"{below}.b", "share_db"] > 0.5
    assert found["share_db"].sum() == pytest.approx(found.attrs["change_db"], abs=1e-12)


def test_number_by_number_a_common_cause_of_an_item_with_other_outcomes_stays_whole() -> None:
    """What it states of that item can only change with the item."""
    old = caused(("a", "b", "c"), 0.2, (0.9, 0.6, 0.3))
    seen = {name: {"low": 0.4, "high": 0.6} for name in "abc"}
    tree = case_tree(old)
    tree["evidence"]["seen"] |= {"outcomes": ["low", "high"], "observed": "low", "likelihood": seen}
    tree["common_causes"]["planted"]["likelihood"]["seen"] = {**seen, "a": {"low": 0.9, "high": 0.1}}
    for one, other in ((old, case_from_text(json.dumps(tree))), (case_from_text(json.dumps(tree)), old)):
        found = difference(one, other, target="a", by="number")
        assert found.attrs["together"] == (("evidence.seen", "common_cause.planted"),)
        assert found["share_db"].sum() == pytest.approx(found.attrs["change_db"], abs=1e-12)


def test_a_common_cause_comes_after_the_items_that_it_names() -> None:
    """One that is added with its item counts only beside it."""
    new = caused(("a", "b", "c"), 0.4, (0.9, 0.6, 0.3))
    old = new.model_copy(update={"evidence": new.evidence[1:], "common_causes": ()})
    found = difference(old, new, target="a")
    assert {*found.index} == {"evidence.seen", "common_cause.planted"}
    assert np.isnan(found.at["common_cause.planted", "alone_db"])
    alone = new.model_copy(update={"common_causes": ()})
    assert found.at["evidence.seen", "share_db"] == pytest.approx(
        difference(old, alone, target="a")["share_db"].iloc[0]
    )


def test_a_parent_comes_before_what_is_given_it() -> None:
    """An item that is given an added one cannot change before that: it has no number alone."""
    rows = {name: {"true": 0.9, "false": 0.3} for name in "ab"}
    new = stated({"first": PLAIN, "then": {"likelihood": {**rows, "c": {"true": 0.5, "false": 0.4}}, "given": "first"}})
    found = difference(stated({"then": PLAIN}), new, target="a")
    assert math.isnan(found.at["evidence.then", "alone_db"])
    assert found.at["evidence.first", "alone_db"] == pytest.approx(found.at["evidence.first", "share_db"])
    assert found.attrs["together"] == ()


def test_what_can_only_change_together_shares_evenly() -> None:
    """Other outcomes of a parent need other rows of its child at once."""
    rows = {name: {"true": 0.9, "false": 0.3} for name in "abc"}
    old = stated({"first": PLAIN, "then": {"likelihood": rows, "given": "first"}})
    named = {name: {"low": 0.2, "high": 0.8} for name in "abc"}
    new = stated(
        {
            "first": {"likelihood": named, "outcomes": ["low", "high"], "observed": "high"},
            "then": {"given": "first", "likelihood": {**named, "c": {"low": 0.7, "high": 0.1}}},
        }
    )
    found = difference(old, new, target="a")
    assert found.attrs["together"] == (("evidence.first", "evidence.then"),)
    assert found["share_db"].tolist() == pytest.approx([found.attrs["change_db"] / 2] * 2)
    assert found["alone_db"].isna().all()


def test_a_child_borrows_no_row_that_was_stated_beside_other_outcomes_of_its_parent() -> None:
    """Under a hypothesis that only one case has, its version of the child cannot stand beside the other parent."""
    names, rows = ("h0", "h1", "h2"), {"h0": 0.8, "h1": 0.2, "h2": 0.5}
    given = {name: {"true": 0.9, "false": row} for name, row in rows.items()}
    old = stated({"first": {"likelihood": rows}, "then": {"likelihood": given, "given": "first"}}, names=names)
    named = {"h0": {"low": 0.5, "high": 0.5}, "h1": {"low": 0.2, "high": 0.8}}
    new = stated(
        {
            "first": {"likelihood": named, "outcomes": ["low", "high"], "observed": "high"},
            "then": {"given": "first", "likelihood": {**named, "h0": {"low": {"between": [0.2, 0.6]}, "high": 0.5}}},
        },
        names=("h0", "h1"),
    )
    for one, other in ((old, new), (new, old)):
        found = difference(one, other, target="h0")
        assert {*found.index} == {"evidence.first", "evidence.then", "hypotheses.h2"}
        check_shares(found, by_hand(one, other, "h0"))


def test_a_hypothesis_comes_with_its_prior_and_all_that_is_said_of_it() -> None:
    """One that is added takes from the odds against all others what it has itself."""
    old = stated({"seen": {"likelihood": {"a": 0.8, "b": 0.2}}}, names=("a", "b"))
    new = stated({"seen": PLAIN}, prior={"a": 0.25, "b": 0.25, "c": 0.5})
    found = difference(old, new, target="a")
    assert found.index.tolist() == ["hypotheses.c"]
    assert found.at["hypotheses.c", "share_db"] == pytest.approx(10 * math.log10(0.2 / (0.2 + 2 * 0.5)))
    assert difference(old, new, target="a", against="b")["share_db"].tolist() == [0.0]


def test_numbers_have_rows_of_their_own() -> None:
    """By number: each that differs, by its address; a part that differs in more stays one row."""
    old = stated({"seen": PLAIN, "heard": PLAIN})
    new = stated(
        {"seen": {"likelihood": {"a": 0.4, "b": 0.3, "c": 0.5}}, "heard": {**PLAIN, "observed": False}},
        prior={"a": 0.5, "b": 0.25, "c": 0.25},
    )
    found = difference(old, new, target="a", against="b", by="number")
    assert found.index.name == "address"
    assert set(found.index) == {
        "prior",
        "evidence.seen.likelihood.a",
        "evidence.seen.likelihood.b",
        "evidence.heard",
    }
    assert found.at["evidence.seen.likelihood.a", "share_db"] == pytest.approx(10 * math.log10(0.4 / 0.8))
    assert found.at["evidence.seen.likelihood.b", "share_db"] == pytest.approx(10 * math.log10(0.2 / 0.3))
    assert found.at["prior", "share_db"] == pytest.approx(10 * math.log10(2))
    assert found.at["evidence.seen.likelihood.a", "old"] == "0.8"


@settings(FILTERED, max_examples=25)
@given(cases(min_hypotheses=3, max_hypotheses=3, max_items=3, exclusions=False, uncertain=False), st.data())
def test_a_number_alone_is_what_supposing_it_does(case: ab.Case, data: st.DataObject) -> None:
    """By number, `alone_db` is the log odds of the case with this one number supposed, minus those of the case."""
    single = [one.address for one in ab.assumptions(case) if one.kind == "number" and "outcomes" not in one.address]
    single = [one for one in single if not one.startswith("prior.")]
    assume(single)
    chosen = data.draw(st.lists(st.sampled_from(single), unique=True, min_size=1, max_size=4))
    changed = {address: data.draw(st.sampled_from([0.15, 0.35, 0.65])) for address in chosen}
    new = case
    for address, value in changed.items():
        new = ab.suppose(new, {address: value})
    found = difference(case, new, target="h0", by="number")
    for address in found.index.intersection(list(changed)):
        credence = ab.weigh(ab.suppose(case, {address: changed[address]})).credence.values
        odds = 10 * math.log10(credence[0] / math.fsum(credence[1:]))
        assert found.at[address, "alone_db"] == pytest.approx(odds - found.attrs["old_db"], abs=1e-9 * scale(found))


# What is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"target": "d"}, "E_UNKNOWN_NAME"),
        ({"against": "d"}, "E_UNKNOWN_NAME"),
        ({"target": "b"}, "E_UNKNOWN_NAME"),
        ({"target": "a", "against": "a"}, "E_SAME"),
        ({"by": "item"}, "E_BY"),
        ({"seed": -1}, "E_SEED"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked: dict[str, Any], code: str) -> None:
    """Hypotheses that either case does not have, and words that mean nothing here."""
    old, new = stated({"seen": PLAIN}), stated({"seen": {"likelihood": {"a": 0.5, "c": 0.5}}}, names=("a", "c"))
    with pytest.raises(ab.CaseError) as refused:
        difference(old, new, **asked)
    assert [one.code for one in refused.value.problems] == [code]


def test_cases_with_nothing_but_the_question_in_common_do_not_compare() -> None:
    """Without a hypothesis that both cases have there is nothing whose odds could have changed."""
    old = stated({}, names=("a", "b"))
    with pytest.raises(ab.CaseError, match=r"E_HYPOTHESES new: .*no hypothesis in common"):
        difference(old, stated({}, names=("c", "d")))


def test_infinite_odds_are_refused_with_what_makes_them_so() -> None:
    """The parts after whose change a hypothesis is excluded are named, or the old case."""
    never = {"likelihood": {"a": {"impossible": "it cannot"}, "b": 0.2, "c": 0.5}}
    with pytest.raises(ab.CaseError, match=r"E_EXCLUDED target: .*'evidence.seen' as in the new one"):
        difference(stated({"seen": PLAIN}), stated({"seen": never}), target="a")
    with pytest.raises(ab.CaseError, match="E_EXCLUDED target: in the old case, 'a'"):
        difference(stated({"seen": never}), stated({"seen": PLAIN}), target="a")
    nothing = {"likelihood": {name: {"impossible": "it cannot"} for name in "abc"}}
    with pytest.raises(ab.ContradictionError, match=r"^new: "):
        difference(stated({"seen": PLAIN}), stated({"seen": nothing}))
    assert difference(stated({"seen": PLAIN}), stated({"seen": never}), target="b").attrs["change_db"] > 0


def test_unless_named_the_target_leads_the_new_case_among_those_of_both() -> None:
    """A leader that the old case does not have cannot have had other odds there."""
    old = stated({"seen": {"likelihood": {"a": 0.8, "b": 0.2}}}, names=("a", "b"))
    new = stated({"seen": {"likelihood": {"a": 0.2, "b": 0.3, "c": 0.9}}})
    assert difference(old, new).attrs["target"] == "b"
    assert difference(new, old).attrs["target"] == "a"


def test_an_item_without_an_error_may_come_to_have_that_of_the_case() -> None:
    """The error of the case counts for an item that states its own in one case only: from either end, shares agree."""
    row, other = {"a": 0.01, "b": 0.9}, {"a": 0.2, "b": 0.6}
    old = crafted_case({"a": 0.4, "b": 0.6}, crafted_item("e", other, error=0.7)).model_copy(update={"error": 0.5})
    new = crafted_case({"a": 0.4, "b": 0.6}, crafted_item("e", row))
    there, back = difference(old, new, target="a"), difference(new, old, target="a")
    assert back["share_db"].loc[there.index].to_list() == pytest.approx((-there["share_db"]).to_list(), abs=1e-9)
    before, after = (0.3 * 0.2 + 0.35) / (0.3 * 0.6 + 0.35), (0.5 * 0.01 + 0.25) / (0.5 * 0.9 + 0.25)
    alone = 10 * math.log10(after / before)
    assert there.at["evidence.e", "alone_db"] == pytest.approx(alone, abs=1e-9)
