"""How a case is laid out as arrays: what is grouped with what, and where each factor looks up its chances."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from attribution_bayes.declare.assumptions import assumptions, suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import parameters
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.rows import stated_number
from attribution_bayes.declare.ways import (
    BaseRates,
    Beta,
    Between,
    Certain,
    Counts,
    Dirichlet,
    Impossible,
    RatioBetween,
    Ratios,
    Uniform,
    Words,
    distribution,
)
from attribution_bayes.engine.chances import chances_at, quadrature
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.factors import MAX_WORLDS, Component, Factor, label
from attribution_bayes.engine.inputs import ARRAYS, Family
from attribution_bayes.engine.kernel import eliminate, entries
from attribution_bayes.engine.network import Network, network
from attribution_bayes.errors import ContradictionError, TooLargeError
from drawn import cases
from repeatable import REPEATABLE

BY_H = {"a": 0.3, "b": 0.6}


def case(*evidence: Evidence, prior: Any = None, sources: tuple[Source, ...] = ()) -> Case:
    names = getattr(prior, "alpha", None) or getattr(prior, "counts", None) or prior or BY_H
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}") for name in names]
    prior = {"a": 0.25, "b": 0.75} if prior is None else prior
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


def item(name: str, likelihood: Any = None, **fields: Any) -> Evidence:
    return Evidence(
        name=name, statement=f"{name} holds", likelihood=BY_H if likelihood is None else likelihood, **fields
    )


def child(name: str, *parents: str, **fields: Any) -> Evidence:
    """An item given others that are true or false."""
    row: Any = 0.4
    for _ in parents:
        row = {True: row, False: row}
    return item(name, {"a": row, "b": row}, given=parents, **fields)


def said(name: str, *speakers: str, **fields: Any) -> Evidence:
    return item(name, reports=[Report(source=speaker) for speaker in speakers], **fields)


def source(name: str, reliability: Any = 0.8, if_unreliable: Any = 0.3) -> Source:
    return Source(name=name, statement=f"{name} speaks", reliability=reliability, if_unreliable=if_unreliable)


def looked_up(net: Network, known: bool = False) -> np.ndarray:
    """All chances at the means, those of inputs used several times integrated out or taken as known."""
    return chances_at(net, net.inputs.values[None], np.full(len(net.inputs.values), known))


def table(net: Network, factor: Factor, known: bool = False) -> Any:
    return entries(factor, looked_up(net, known))[0].tolist()


def factors_over(component: Component, *scope: int) -> list[Factor]:
    return [factor for factor in component.factors if factor.scope == scope]


# What is grouped with what -------------------------------------------------------------------------------------------


def test_an_observed_item_stands_alone() -> None:
    """Items whose parents were observed are no component, whatever the parents' number."""
    net = network(case(item("x"), child("y", "x"), child("z", "y", "x", observed=False)))
    assert net.components == net.integrated == ()
    assert net.component_items == (("x",), ("y",), ("z",))
    assert net.direct.shape == (3, 2)


def test_hidden_items_matter_if_something_observed_depends_on_them() -> None:
    """Summed out are the hidden ancestors of what was observed or reported; all other hidden items are left out."""
    net = network(
        case(
            item("root", observed=None),
            child("middle", "root", observed=None),
            child("seen", "middle"),
            child("barren", "middle", observed=None),
            child("barren_below", "barren", observed=None),
            item("barren_alone", observed=None),
            child("reported", reports=[Report(source="s")]),
            item("above_reported", observed=None),
            child("reported_too", "above_reported", reports=[Report(source="t")]),
            child("barren_below_seen", "seen", observed=None),
            sources=(source("s"), source("t")),
        )
    )
    assert net.component_items == (("root", "middle", "seen"), ("reported",), ("above_reported", "reported_too"))
    assert [len(component.states) for component in net.components] == [2, 2, 3]


def test_items_are_joined_through_hidden_items_and_sources() -> None:
    """Common hidden parents and common sources join items; observed parents and hypotheses do not."""
    net = network(
        case(
            item("left", observed=None),
            item("seen"),
            child("one", "left", "seen"),
            child("two", "left"),
            child("three", "seen"),
            said("four", "s"),
            said("five", "s", "t"),
            said("six", "t"),
            said("seven", "u"),
            sources=(source("s"), source("t"), source("u"), source("silent")),
        )
    )
    assert net.component_items == (
        ("left", "one", "two"),
        ("seen",),
        ("three",),
        ("four", "five", "six"),
        ("seven",),
    )
    assert [component.sources for component in net.components] == [(), ("s", "t"), ("u",)]


def test_all_components_hold_direct_items_without_hidden_states() -> None:
    """One for each name in their order: a direct item has one factor, what was observed of it."""
    net = network(case(item("x"), said("fact", "s"), item("y", observed=False), sources=(source("s"),)))
    first, second, third = net.all_components
    assert second is net.integrated[0]
    for component, name, row in ((first, "x", [0.3, 0.6]), (third, "y", [0.7, 0.4])):
        assert (component.items, component.sources, component.states, component.order) == ((name,), (), (), ())
        assert component.largest == 1
        (factor,) = component.factors
        assert factor.scope == ()
        assert table(net, factor) == pytest.approx(row, rel=1e-15)


def test_a_reported_item_joins_what_depends_on_it() -> None:
    """What was only reported is hidden, so its children and its source belong together."""
    net = network(case(said("fact", "s"), child("trace", "fact"), said("other", "s"), sources=(source("s"),)))
    assert net.component_items == (("fact", "trace", "other"),)
    assert net.components[0].states == (2, 2, 2)  # the two reported items, then the source


def test_components_have_the_order_of_the_case() -> None:
    """A component stands where its first item stands, direct items in between, whatever the parents' places."""
    root, leaf = item("root", observed=None), child("leaf", "root")
    net = network(case(leaf, item("x"), said("fact", "s"), root, item("y"), sources=(source("s"),)))
    assert net.component_names == ("leaf+root", "x", "fact", "y")
    assert net.component_items == (("leaf", "root"), ("x",), ("fact",), ("y",))
    assert net.direct_at.tolist() == [1, 3]
    assert net.components_at.tolist() == [0, 2]
    assert [component.items for component in net.components] == [("leaf", "root"), ("fact",)]


def test_the_name_of_a_large_component_is_short() -> None:
    """It lists four items and counts the others."""
    net = network(case(*(said(f"e{i}", "s") for i in range(4)), sources=(source("s"),)))
    assert net.component_names == ("e0+e1+e2+e3",)
    net = network(case(*(said(f"e{i}", "s") for i in range(7)), sources=(source("s"),)))
    assert net.component_names == ("e0+e1+e2+e3+3_more",)
    assert label("abcd") == "a+b+c+d"
    assert label("abcde") == "a+b+c+d+1_more"


@settings(REPEATABLE, max_examples=150)
@given(cases())
def test_every_item_that_matters_is_in_one_component(case: Case) -> None:
    """Components and direct items share no item, hold all that was observed or reported, and have places in order."""
    net = network(case)
    members = [name for items in net.component_items for name in items]
    assert len(set(members)) == len(members)
    assert {part.name for part in case.evidence if part.observed is not None or part.reports} <= set(members)
    assert sorted([*net.direct_at, *net.components_at]) == list(range(len(net.component_names)))
    places = [part.name for part in case.evidence]
    firsts = [min(places.index(name) for name in items) for items in net.component_items]
    assert firsts == sorted(firsts)


# Elimination ---------------------------------------------------------------------------------------------------------


@settings(REPEATABLE, max_examples=150)
@given(cases())
def test_the_largest_table_is_known_beforehand(case: Case) -> None:
    """Each variable is eliminated once, and `largest` is the size of the largest table on the way."""
    net = network(case)
    numbers = looked_up(net)
    for component in net.integrated:
        assert sorted(component.order) == list(range(len(component.states)))
        _, summations = eliminate(component, lambda factor: entries(factor, numbers))
        sizes = [np.prod([component.states[v] for v in step.product.scope]) for step in summations]
        assert component.largest == max(sizes, default=1) <= MAX_WORLDS


def crowd(items: int, speakers: int, if_unreliable: Any = 0.3) -> Case:
    """Every source reports every item."""
    names = [f"s{i}" for i in range(speakers)]
    sources = tuple(source(name, 0.8, if_unreliable) for name in names)
    return case(*(said(f"e{i}", *names) for i in range(items)), sources=sources)


def test_the_limit_is_reached_before_a_case_is_refused() -> None:
    """With as many items as sources, all in touch, n of each take 2^(n+1) entries: 19 fit, 20 do not."""
    assert network(crowd(19, 19)).components[0].largest == MAX_WORLDS == 2**20
    with pytest.raises(TooLargeError) as caught:
        network(crowd(20, 20))
    assert caught.value.worlds == 2**21
    assert caught.value.limit == MAX_WORLDS
    assert caught.value.items == tuple(f"e{i}" for i in range(20))
    assert caught.value.sources == tuple(f"s{i}" for i in range(20))
    assert caught.value.component == "e0+e1+e2+e3+16_more"


def test_nodes_count_as_states() -> None:
    """A source whose uncertain number is summed out has more states, so fewer of them fit."""
    assert network(crowd(16, 16, Uniform(0.1, 0.9))).integrated[0].largest == (1 + 9) * 2**16
    assert network(crowd(18, 18)).integrated[0].largest == 2**19
    with pytest.raises(TooLargeError) as caught:
        network(crowd(18, 18, Uniform(0.1, 0.9)))
    assert caught.value.worlds == (1 + 10) * 2**18


@pytest.mark.parametrize(("items", "speakers"), [(1, 60), (60, 1), (3, 40), (40, 3)])
def test_a_case_that_is_large_in_one_way_only_fits(items: int, speakers: int) -> None:
    """Many sources for few items, or many items for few sources, never take a large table."""
    assert network(crowd(items, speakers)).components[0].largest <= 2 ** (min(items, speakers) + 1)


# Inputs --------------------------------------------------------------------------------------------------------------


def test_inputs_are_the_assumptions_of_the_case() -> None:
    """Each asserted number is an input, with the family and parameters of what was stated."""
    stated = case(
        item("e0", {"a": Beta(2, 3), "b": Between(0.2, 0.4), "c": Counts(3, 10)}),
        item("e1", {"a": Uniform(0.1, 0.4), "b": Words("likely", "icd203-2015"), "c": Certain("it must be")}),
        item(
            "e2",
            {
                "a": Dirichlet({"x": 2, "y": 1, "z": 4}),
                "b": {"x": 0.5, "y": 0.25, "z": 0.25},
                "c": {"x": Certain("x"), "y": Impossible("y"), "z": Impossible("z")},
            },
            outcomes=("x", "y", "z"),
            observed="y",
        ),
        item("e3", Ratios(reference="b", ratios={"a": RatioBetween(2, 8), "c": 3.0})),
        item("e4", {"a": 0.2, "b": 0.3, "c": 0.4}),
        prior=BaseRates({"a": 1, "b": 2, "c": 0}),
    )
    inputs = network(stated).inputs
    assert tuple(inputs.addresses) == tuple(assumption.address for assumption in assumptions(stated))
    np.testing.assert_array_equal(inputs.mean, [assumption.stated for assumption in assumptions(stated)])

    def of(address: str) -> tuple[Any, ...]:
        at = inputs.addresses.index(address)
        columns = (inputs.family, inputs.first, inputs.second, inputs.lower, inputs.upper)
        return tuple(column[at].item() for column in columns)

    between, ndtri_95 = distribution(Between(0.2, 0.4)), float(ndtri(0.95))
    assert of("prior.b") == (Family.DIRICHLET, 2.5, 0, 0, 1)
    assert of("evidence.e0.likelihood.a") == (Family.BETA, 2, 3, 0, 1)
    assert of("evidence.e0.likelihood.b") == (Family.BETA, between.alpha, between.beta, 0, 1)
    assert of("evidence.e0.likelihood.c") == (Family.BETA, 3.5, 7.5, 0, 1)
    assert of("evidence.e1.likelihood.a") == (Family.UNIFORM, 1, 1, 0.1, 0.4)
    assert of("evidence.e1.likelihood.b") == (Family.UNIFORM, 1, 1, 0.55, 0.8)
    assert of("evidence.e2.likelihood.a.z") == (Family.DIRICHLET, 4, 0, 0, 1)
    for known in ("e1.likelihood.c", "e2.likelihood.b.x", "e3.likelihood.c", "e4.likelihood.b"):
        assert of(f"evidence.{known}") == (Family.FIXED, 0, 0, 0, 1)
    family, mu, sigma, *ends = of("evidence.e3.likelihood.a")
    assert ends == [0, np.inf]
    assert family == Family.LOG_NORMAL
    assert mu == pytest.approx(log(4))
    assert sigma == pytest.approx(log(2) / ndtri_95)
    ratios = {address for address, is_ratio in zip(inputs.addresses, inputs.is_ratio, strict=True) if is_ratio}
    assert ratios == {"evidence.e3.likelihood.a", "evidence.e3.likelihood.c"}


def test_inputs_are_arrays_of_their_kind() -> None:
    """Families and blocks are whole numbers, what is a ratio is true or false; nobody can write to what they share."""
    inputs = network(case(item("plain"), item("ratio", Ratios(reference="a", ratios={"b": 2.0})))).inputs
    kinds = {name: getattr(inputs, name).dtype for name in ARRAYS}
    whole = {"family": np.dtype(np.int64), "block": np.dtype(np.int64), "is_ratio": np.dtype(bool)}
    assert kinds == {name: whole.get(name, np.dtype(float)) for name in ARRAYS}
    assert inputs.block.tolist() == [0, 0, -1, -1, -1]
    assert not inputs.values.flags.writeable


def test_a_case_without_evidence_has_places_of_none() -> None:
    """Places are whole numbers, also where there are none."""
    net = network(case())
    assert (net.component_names, net.direct.shape) == ((), (0, 2))
    assert net.direct_at.dtype == net.components_at.dtype == np.int64


def test_rows_of_values_are_filled_in_any_shape() -> None:
    """What is drawn takes its places among what is known, for each chain and draw."""
    inputs = network(case(item("e", {"a": Beta(1, 2), "b": 0.5}))).inputs
    draws = np.arange(6.0).reshape(2, 3, 1)
    filled = inputs.filled(draws)
    assert filled.shape == (2, 3, 5)
    np.testing.assert_array_equal(filled[..., 2], draws[..., 0])
    np.testing.assert_array_equal(np.delete(filled, 2, axis=-1), np.full((2, 3, 4), [0.25, 0.75, 0.5, 1.0]))


def test_inputs_that_sum_to_one_share_a_block() -> None:
    """The prior is one block, each row of named outcomes another; a probability of True stands by itself."""
    rows = {"a": {"x": 0.5, "y": 0.25, "z": 0.25}, "b": Dirichlet({"x": 2, "y": 1, "z": 4})}
    inputs = network(case(item("e0"), item("e1", rows, outcomes=("x", "y", "z"), observed="y"))).inputs
    blocks: dict[int, list[str]] = {}
    for address, block in zip(inputs.addresses, inputs.block.tolist(), strict=True):
        blocks.setdefault(block, []).append(address)
    assert blocks.pop(-1) == ["evidence.e0.likelihood.a", "evidence.e0.likelihood.b"]
    assert sorted(blocks.values()) == [
        [f"evidence.e1.likelihood.a.{outcome}" for outcome in "xyz"],
        [f"evidence.e1.likelihood.b.{outcome}" for outcome in "xyz"],
        ["prior.a", "prior.b"],
    ]
    weights = [[inputs.addresses[slot] for slot in members] for members in inputs.blocks(Family.DIRICHLET)]
    assert weights == [[f"evidence.e1.likelihood.b.{outcome}" for outcome in "xyz"]]


def test_free_inputs_are_the_uncertain_ones_but_for_the_prior() -> None:
    """A Dirichlet prior is uncertain, but has a place of its own."""
    net = network(case(item("e", {"a": Beta(1, 2), "b": 0.5}), prior=Dirichlet({"a": 1, "b": 2})))
    assert [net.inputs.addresses[slot] for slot in np.flatnonzero(net.inputs.uncertain)] == [
        "prior.a",
        "prior.b",
        "evidence.e.likelihood.a",
    ]
    assert [net.inputs.addresses[slot] for slot in net.free] == ["evidence.e.likelihood.a"]
    assert [net.inputs.addresses[slot] for slot in net.prior] == ["prior.a", "prior.b"]
    np.testing.assert_array_equal(net.inputs.values, [*net.inputs.mean, 1.0])


# Chances -------------------------------------------------------------------------------------------------------------


def observed_chance(row: Any, observed: bool | str) -> float:
    if isinstance(row, Mapping):
        return stated_number(row[observed])
    return stated_number(row) if observed else 1 - stated_number(row)


@settings(REPEATABLE, max_examples=150)
@given(cases(uncertain=False, hidden=False, reports=False, ratios=False, errors=False, common_causes=False))
def test_an_observed_item_looks_up_what_was_stated_of_its_outcome(case: Case) -> None:
    """That is p for True, 1 - p for False and an entry for a named outcome, in the row of the parents' outcomes."""
    net = network(case)
    observed = {part.name: part.observed for part in case.evidence}
    found = looked_up(net)[0, net.direct]
    assert [net.component_items[place] for place in net.direct_at] == [(part.name,) for part in case.evidence]
    for part, row_of_chances in zip(case.evidence, found.tolist(), strict=True):
        for name, chance in zip(case.names, row_of_chances, strict=True):
            row: Any = part.row(name)
            for parent in part.given:
                row = row[observed[parent]]
            assert chance == observed_chance(row, part.observed)


def test_ratios_look_up_one_for_the_reference() -> None:
    """Under the reference an item of ratios counts 1, under the others its ratio."""
    net = network(case(item("e", Ratios(reference="b", ratios={"a": 3.0}))))
    assert looked_up(net)[0, net.direct].tolist() == [[3.0, 1.0]]


def test_hidden_items_are_tabulated_by_outcome() -> None:
    """A hidden item has an axis of its own outcomes, and its children have it too; observed parents have none."""
    rows = {"a": {"x": 0.5, "y": 0.3, "z": 0.2}, "b": {"x": 0.1, "y": 0.2, "z": 0.7}}
    below = {h: {True: {"x": p, "y": 0.2, "z": 0.3}, False: {"x": p, "y": 0.9, "z": 0.9}} for h, p in BY_H.items()}
    net = network(
        case(
            item("seen"),
            item("leaf", below, given=("seen", "root"), observed=False),
            item("root", rows, outcomes=("x", "y", "z"), observed=None),
        )
    )
    (component,) = net.components
    leaf, root = component.factors
    assert leaf.scope == root.scope == (0,)
    assert table(net, leaf) == [[1 - 0.3, 1 - 0.2, 1 - 0.3], [1 - 0.6, 1 - 0.2, 1 - 0.3]]
    assert table(net, root) == [[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]]


def test_an_item_given_hidden_ones_has_its_axes_in_the_order_of_the_variables() -> None:
    """Whatever the order of `given`, each axis belongs to its parent."""
    rows = {h: {True: {True: 0.1, False: 0.2}, False: {True: 0.3, False: 0.4}} for h in BY_H}
    hidden = item("x", observed=None), item("y", observed=None)
    forward, backward = (
        network(case(*hidden, item("leaf", rows, given=given))).components[0] for given in (("x", "y"), ("y", "x"))
    )
    for component, expected in ((forward, [[0.1, 0.2], [0.3, 0.4]]), (backward, [[0.1, 0.3], [0.2, 0.4]])):
        (leaf,) = factors_over(component, 0, 1)
        assert table(network(case(*hidden, item("leaf", rows, given=("x", "y")))), leaf)[0] == expected


def test_a_report_is_the_truth_or_what_an_unreliable_source_says() -> None:
    """Axes are the item (True, False) and the source (reliable, unreliable)."""
    for says, expected in ((True, [[1, 0.3], [0, 0.3]]), (False, [[0, 0.7], [1, 0.7]])):
        net = network(case(item("e", reports=[Report(source="s", says=says)]), sources=(source("s"),)))
        (component,) = net.components
        (report,) = factors_over(component, 0, 1)
        assert table(net, report) == [expected, expected]
        assert table(net, factors_over(component, 1)[0])[0] == pytest.approx([0.8, 0.2])
        assert table(net, factors_over(component, 0)[0]) == [[0.3, 0.7], [0.6, 0.4]]


def test_what_an_unreliable_source_says_may_hang_on_the_hypothesis() -> None:
    """Each hypothesis looks up its own `if_unreliable`."""
    net = network(case(said("e", "s"), sources=(source("s", 0.8, {"a": 0.1, "b": 0.9}),)))
    (report,) = factors_over(net.components[0], 0, 1)
    assert table(net, report) == [[[1, 0.1], [0, 0.1]], [[1, 0.9], [0, 0.9]]]


@pytest.mark.parametrize(
    ("origin_says", "expected"), [(True, [[1, 0.475], [0.25, 0.475]]), (False, [[0.75, 0.225], [0, 0.225]])]
)
def test_a_copy_repeats_its_origin_or_is_a_report_of_its_own(origin_says: bool, expected: list[list[float]]) -> None:
    """A copy that says what its origin says has the copy probability besides; one that does not was no copy."""
    reports = [Report(source="t", copied_from="s", copy_probability=0.25), Report(source="s", says=origin_says)]
    net = network(case(item("e", reports=reports), sources=(source("s"), source("t"))))
    (copy,) = factors_over(net.components[0], 0, 2)
    assert table(net, copy)[0] == [pytest.approx(row) for row in expected]


# Inputs that are used several times ----------------------------------------------------------------------------------


@pytest.mark.parametrize("uses", range(1, 10))
def test_an_uncertain_number_that_n_reports_use_takes_half_as_many_nodes(uses: int) -> None:
    """It takes n // 2 + 1 nodes, exact to degree 2 (n // 2) + 1 >= n; a single use takes none."""
    net = network(case(*(said(f"e{i}", "s") for i in range(uses)), sources=(source("s", 0.8, Beta(2, 3)),)))
    assert [nodes.count for nodes in net.nodes] == ([uses // 2 + 1] if uses > 1 else [])
    assert net.components[0].states == (*[2] * uses, 2)
    assert net.integrated[0].states == (*[2] * uses, 1 + (uses // 2 + 1 if uses > 1 else 1))


def test_only_uncertain_numbers_take_nodes() -> None:
    """Numbers do not, nor do reliabilities and likelihoods; each hypothesis that has a distribution does."""
    net = network(
        case(
            *(said(f"e{i}", "s", "t", "u") for i in range(3)),
            sources=(
                source("s", Beta(1, 2), 0.5),
                source("t", 0.8, {"a": 0.5, "b": Uniform(0.2, 0.3)}),
                source("u", 0.8, {"a": Beta(2, 2), "b": Beta(2, 2)}),
            ),
        )
    )
    assert [(net.inputs.addresses[nodes.slot], nodes.count) for nodes in net.nodes] == [
        ("source.t.if_unreliable.b", 2),
        ("source.u.if_unreliable.a", 2),
        ("source.u.if_unreliable.b", 2),
    ]
    assert net.integrated[0].states == (2, 2, 2, 2, 3, 3)
    size = 2 * len(net.inputs.values)
    assert [nodes.start for nodes in net.nodes] == [size, size + 6, size + 12]
    assert {net.inputs.addresses[at]: uses for at, uses in net.repeated.items()} == {
        "source.s.if_unreliable": 3,
        "source.t.if_unreliable.a": 3,
        "source.t.if_unreliable.b": 3,
        "source.u.if_unreliable.a": 3,
        "source.u.if_unreliable.b": 3,
    }


def test_nodes_stand_in_for_an_input() -> None:
    """A source is reliable, or unreliable at a node with its weight; its reports look up the nodes."""
    unreliable = {"a": Beta(2, 3), "b": 0.25}
    spoken = item("e0", reports=[Report(source="s")]), item("e1", reports=[Report(source="s", says=False)])
    net = network(case(*spoken, sources=(source("s", 0.75, unreliable),)))
    nodes, weights = quadrature(net.inputs, net.nodes[0].slot, 2)
    (component,) = net.integrated
    (state,) = factors_over(component, 2)
    true, false = factors_over(component, 0, 2)[0], factors_over(component, 1, 2)[0]
    assert table(net, state) == [[0.75, *(0.25 * weights)], [0.75, 0.25, 0.0]]
    assert table(net, true) == [[[1, *nodes], [0, *nodes]], [[1, 0.25, 0.25], [0, 0.25, 0.25]]]
    assert table(net, false) == [[[0, *(1 - nodes)], [1, *(1 - nodes)]], [[0, 0.75, 0.75], [1, 0.75, 0.75]]]
    assert table(net, state, known=True) == [[0.75, 0.25, 0.0], [0.75, 0.25, 0.0]]
    assert table(net, true, known=True)[0] == [[1, 0.4, 0.4], [0, 0.4, 0.4]]


def test_an_unreliable_source_says_what_serves_it() -> None:
    """Given that it is unreliable the chance is that of its rate where it says so, and one minus that where not."""
    for says, serves in ((True, True), (True, False), (False, True), (False, False)):
        reports = [Report(source="s", says=says, serves=serves)]
        net = network(case(item("e", reports=reports), sources=(source("s", 0.8, {"a": 0.3, "b": 0.9}),)))
        (report,) = factors_over(net.components[0], 0, 1)
        rates = (0.3, 0.9) if says == serves else (0.7, 0.1)
        follows = [float(says), float(not says)]
        expected = [[[follows[0], rate], [follows[1], rate]] for rate in rates]
        np.testing.assert_allclose(table(net, report), expected, rtol=1e-15)


def instrument(**rates: Any) -> Source:
    return Source(name="s", statement="a test", instrument=True, **rates)


def test_a_source_that_errs_anew_says_true_at_the_rate_of_what_is_the_case() -> None:
    """It has one state, and where False serves it the rates are those of saying False."""
    for says, serves in ((True, True), (True, False), (False, True), (False, False)):
        reports = [Report(source="s", says=says, serves=serves)]
        rates = {"says_true_if_true": 0.9, "says_true_if_false": {"a": 0.2, "b": 0.1}}
        net = network(case(item("e", reports=reports), sources=(instrument(**rates),)))
        assert net.components[0].states == (2, 1)
        (report,) = factors_over(net.components[0], 0, 1)
        as_is = [[0.9, 0.2], [0.9, 0.1]] if serves else [[0.2, 0.9], [0.1, 0.9]]
        expected = [[[x if says == serves else 1 - x] for x in row] for row in as_is]
        np.testing.assert_allclose(table(net, report), expected, rtol=1e-15)
        (state,) = factors_over(net.components[0], 1)
        assert table(net, state) == [[1.0], [1.0]]


def test_rates_that_several_reports_use_are_looked_at_at_their_nodes() -> None:
    """Both at once: as many states as pairs of nodes, with the products of their weights, which sum to one."""
    rates = {"says_true_if_true": Uniform(0.5, 0.9), "says_true_if_false": {"a": Beta(1, 3), "b": 0.1}}
    net = network(case(*(said(f"e{i}", "s") for i in range(4)), sources=(instrument(**rates),)))
    assert [(nodes.count, net.inputs.addresses[nodes.slot]) for nodes in net.nodes] == [
        (3, "source.s.says_true_if_true"),
        (3, "source.s.says_true_if_false.a"),
    ]
    assert {net.inputs.addresses[at]: count for at, count in net.repeated.items()} == dict.fromkeys(
        ("source.s.says_true_if_true", "source.s.says_true_if_false.a", "source.s.says_true_if_false.b"), 4
    )
    (component,) = net.integrated
    assert component.states[-1] == 9
    assert net.components[0].states[-1] == 1
    (state,) = factors_over(component, len(component.states) - 1)
    weights = np.array(table(net, state)).reshape(2, 3, 3)
    np.testing.assert_allclose(weights.sum(axis=(1, 2)), 1, rtol=1e-14)
    np.testing.assert_allclose(weights[0], np.outer(weights[0].sum(axis=1), weights[0].sum(axis=0)), rtol=1e-13)
    assert not weights[1][:, 1:].any()
    report = np.array(table(net, factors_over(component, 0, len(component.states) - 1)[0])).reshape(2, 2, 3, 3)
    assert np.ptp(report[0, 0], axis=1).max() == np.ptp(report[0, 1], axis=0).max() == 0
    assert report[1, 1].tolist() == [[0.1] * 3] * 3


def test_every_chance_knows_the_input_that_it_uses() -> None:
    """Values, their complements and nodes go back to their input; weights and the constant 1 to none."""
    net = network(case(said("e0", "s"), said("e1", "s"), sources=(source("s", 0.8, Beta(2, 3)),)))
    slots, flips = net.users
    size, (nodes,) = len(net.inputs.values), net.nodes
    assert len(slots) == len(flips) == looked_up(net).shape[1] == 2 * size + 3 * nodes.count
    np.testing.assert_array_equal(slots[: 2 * size], [*range(size), *range(size)])
    np.testing.assert_array_equal(flips[: 2 * size], [False] * size + [True] * size)
    for at, slot, flip in (
        (nodes.value, nodes.slot, False),
        (nodes.complement, nodes.slot, True),
        (nodes.weight, size - 1, False),
    ):
        assert set(slots[at].tolist()) == {slot}
        assert set(flips[at].tolist()) == {flip}


def test_every_name_of_a_component_has_its_component() -> None:
    """Those of items by themselves have no hidden states, and stand among the others in the order of the names."""
    net = network(case(item("one"), said("two", "s"), item("three"), sources=(source("s"),)))
    found = net.all_components
    assert [component.items for component in found] == [("one",), ("two",), ("three",)] == [*net.component_items]
    assert [len(component.states) for component in found] == [0, 2, 0]
    assert found[1] is net.integrated[0]
    looked_up = chances_at(net, net.inputs.values[None], np.zeros(len(net.inputs.mean) + 1, dtype=bool))
    (by_itself,) = found[2].factors
    assert entries(by_itself, looked_up).ravel().tolist() == [0.3, 0.6]


@settings(REPEATABLE, max_examples=60)
@given(cases(max_hypotheses=3, max_items=5), st.data())
def test_a_supposed_case_has_the_network_of_one_that_was_declared_so(case: Case, data: st.DataObject) -> None:
    """Supposing numbers one after another leaves no trace in the arrays: they are those of the case itself."""
    addresses = [str(parameter.address) for parameter in parameters(case) if parameter.block is None]
    assume(addresses)
    supposed = case
    for address in data.draw(st.lists(st.sampled_from(addresses), min_size=1, max_size=3)):
        supposed = suppose(supposed, {address: data.draw(st.floats(0.01, 0.99))})
    declared = supposed.model_copy()
    assert declared == supposed
    assert declared is not supposed
    for one in ("mean", "complement", "family", "first", "second", "lower", "upper", "block", "is_ratio"):
        ours, theirs = getattr(network(supposed).inputs, one), getattr(network(declared).inputs, one)
        np.testing.assert_array_equal(ours, theirs)
    assert [*network(supposed).inputs.addresses] == [*network(declared).inputs.addresses]
    np.testing.assert_array_equal(as_stated_or_nan(supposed), as_stated_or_nan(declared))


@pytest.mark.parametrize(
    ("stated", "number"), [(0.2, 0.7), (Beta(2, 3), 0.7), (0.2, Beta(2, 3))], ids=["number", "from Beta", "to Beta"]
)
def test_a_number_that_is_supposed_is_renumbered_and_anything_else_built_anew(stated: Any, number: Any) -> None:
    """Only one number in place of another shares its factors with the network that it was supposed in."""
    before = case(item("e", {"a": stated, "b": 0.5}))
    address = "evidence.e.likelihood.a"
    after, declared = suppose(before, {address: number}), case(item("e", {"a": number, "b": 0.5}))
    assert (network(after).direct is network(before).direct) is (stated == 0.2 and number == 0.7)
    for one in ("mean", "complement", "family", "first", "second"):
        np.testing.assert_array_equal(getattr(network(after).inputs, one), getattr(network(declared).inputs, one))


def as_stated_or_nan(case: Case) -> np.ndarray:
    """Credences; not-a-number where every hypothesis is excluded."""
    try:
        return as_stated(network(case))
    except ContradictionError:
        return np.full(len(case.names), np.nan)
