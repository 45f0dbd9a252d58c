"""The exact engine against brute force in fractions, and against a Bayesian network."""

from __future__ import annotations

import math
import tracemalloc
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from attribution_bayes.declare.assumptions import assumptions
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import (
    Beta,
    Between,
    Counts,
    Odds,
    Ratios,
    Uniform,
    Words,
)
from attribution_bayes.engine import draws, exact, scaled
from attribution_bayes.engine.exact import as_stated, evaluate
from attribution_bayes.engine.factors import MAX_WORLDS, Component, Factor
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import ContradictionError, TooLargeError
from crafted import ALWAYS, CRAFTED, NEVER, case, copy, given_root, item, reported, source
from drawn import cases
from oracle import (
    brute_force,
    parents_first,
    stated_rate,
    world_bound,
    worlds,
)
from precision import EXACT, QUADRATURE, ROUNDING, exactly, log, log_error, relative_error, whole_product
from repeatable import REPEATABLE

with warnings.catch_warnings():  # its wrappers warn while they load, and turned into an error that ends the process
    warnings.simplefilter("ignore", DeprecationWarning)
    import pyagrum

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


MOST_WORLDS = 8_000
"""Worlds that brute force goes through; a case with more is left out."""


def solved(net: Network) -> tuple[dict[str, float], float]:
    """Credences by hypothesis, and the log of P(E)."""
    values, unknown = net.inputs.values[None], np.zeros(len(net.inputs.mean) + 1, dtype=bool)
    credence, log_evidence = evaluate(net, values, unknown)
    return dict(zip(net.hypotheses, credence[0].tolist(), strict=True)), float(log_evidence[0])


WAYS = ("number", "beta", "between", "uniform", "counts", "words", "impossible", "certain")
PLACES = ("likelihood", "reliability", "if_unreliable", "copy_probability")
EXPECTED = {f"{way} as {place}" for way, place in product(WAYS, PLACES)}
EXPECTED |= {f"{way} as prior" for way in ("number", "odds", "dirichlet", "base_rates", "impossible", "certain")}
EXPECTED |= {f"{way} as ratio" for way in ("ratio", "decibans", "nats", "ratio_between", "ratio_words")} | {
    "dirichlet as likelihood"
}
EXPECTED |= {f"{count} hypotheses" for count in range(2, 9)}


def ways_and_places(case: Case, net: Network) -> Iterator[str]:
    is_ratio = dict(zip(net.inputs.addresses, net.inputs.is_ratio, strict=True))
    for assumption in assumptions(case):
        parts = assumption.address.split(".")
        place = next((part for part in parts if part in PLACES), "prior")
        yield f"{assumption.kind} as {'ratio' if is_ratio[assumption.address] else place}"
    yield f"{len(case.names)} hypotheses"


def reports_by(case: Case, name: str) -> int:
    return sum(report.source == name for item in case.evidence for report in item.reports)


def has_a_copy_of_a_copy(item: Evidence) -> bool:
    origins = {report.source: report.copied_from for report in item.reports}
    return any(origins.get(origin or "") for origin in origins.values())


def observed_parents(case: Case, item: Evidence) -> set[bool]:
    """Whether a parent was observed, for each."""
    return {other.observed is not None for other in case.evidence if other.name in item.given}


def matters(net: Network, item: Evidence) -> bool:
    return any(item.name in items for items in net.component_items)


STRUCTURES: dict[str, Callable[[Case, Network], bool]] = {
    "no evidence": lambda case, net: not case.evidence,
    "ten items": lambda case, net: len(case.evidence) >= 10,
    "an item observed to be False": lambda case, net: any(i.observed is False for i in case.evidence),
    "a named outcome observed": lambda case, net: any(isinstance(i.observed, str) for i in case.evidence),
    "an observed item given an observed one": lambda case, net: any(
        i.observed is not None and observed_parents(case, i) == {True} for i in case.evidence
    ),
    "an item given an observed and a hidden one": lambda case, net: any(
        observed_parents(case, i) == {True, False} for i in case.evidence
    ),
    "a reported item given another": lambda case, net: any(i.reports and i.given for i in case.evidence),
    "a hidden item that matters": lambda case, net: any(
        i.observed is None and not i.reports and matters(net, i) for i in case.evidence
    ),
    "a hidden item with named outcomes that matters": lambda case, net: any(
        i.observed is None and not i.is_binary and matters(net, i) for i in case.evidence
    ),
    "a barren item": lambda case, net: any(not matters(net, i) for i in case.evidence),
    "a source with several reports": lambda case, net: any(reports_by(case, s.name) > 1 for s in case.sources),
    "a source with four reports": lambda case, net: any(reports_by(case, s.name) >= 4 for s in case.sources),
    "a source with no report": lambda case, net: any(not reports_by(case, s.name) for s in case.sources),
    "sources in conflict": lambda case, net: any(len({r.says for r in i.reports}) == 2 for i in case.evidence),
    "a copy": lambda case, net: any(r.copied_from for i in case.evidence for r in i.reports),
    "a copy of a copy": lambda case, net: any(has_a_copy_of_a_copy(i) for i in case.evidence),
    "if_unreliable summed out": lambda case, net: len(net.nodes) > 0,
    "if_unreliable summed out with three nodes": lambda case, net: any(nodes.count >= 3 for nodes in net.nodes),
    "if_unreliable of each hypothesis summed out": lambda case, net: any(
        ".if_unreliable." in net.inputs.addresses[nodes.slot] for nodes in net.nodes
    ),
    "a component of four items": lambda case, net: any(len(component.items) >= 4 for component in net.components),
    "an item by itself": lambda case, net: len(net.direct) > 0,
}
SIZES = [{}] * 4 + [{"min_hypotheses": 5, "max_items": 6}] + [{"max_hypotheses": 4, "max_items": 6}] * 5
OUTCOMES = {"a contradiction", "an excluded hypothesis", "exact arithmetic", "quadrature"}
FOUR_REPORTS = Case(
    question="Which?",
    hypotheses=[Hypothesis(name=name, statement=name) for name in ("a", "b")],
    prior={"a": 0.4, "b": 0.6},
    sources=[Source(name="s", statement="s", reliability=0.7, if_unreliable={"a": Beta(2, 3), "b": Uniform(0.2, 0.9)})],
    evidence=[
        Evidence(
            name=f"e{i}",
            statement="e",
            likelihood={"a": 0.8, "b": Beta(1, 2)},
            reports=[Report(source="s", says=i % 2 == 0)],
        )
        for i in range(4)
    ],
)
"""One source with four reports and an uncertain `if_unreliable`, which takes three nodes to sum out."""
TEN_ITEMS = FOUR_REPORTS.model_copy(
    update={
        "sources": [],
        "evidence": [
            Evidence(name=f"e{i}", statement="e", likelihood={"a": 0.05 + 0.09 * i, "b": Beta(1 + i, 3)})
            for i in range(10)
        ],
    }
)


def alike(statement: Any) -> Case:
    """Every number that can be stated in any way is stated in the same one."""
    original, repeated = Report(source="s"), Report(source="t", copied_from="s", copy_probability=statement)
    likelihood = {"a": statement, "b": 0.4}
    return FOUR_REPORTS.model_copy(
        update={
            "sources": [source(name, statement, statement) for name in "st"],
            "evidence": [Evidence(name="e", statement="e", likelihood=likelihood, reports=[original, repeated])],
        }
    )


COPIES = FOUR_REPORTS.model_copy(
    update={
        "sources": [source(name, 0.7, 0.4) for name in "stu"],
        "evidence": [
            Evidence(
                name="e",
                statement="e",
                likelihood={"a": 0.8, "b": 0.3},
                reports=[
                    Report(source="s"),
                    Report(source="t", copied_from="s", copy_probability=0.5),
                    Report(source="u", copied_from="t", copy_probability=0.9),
                ],
            )
        ],
    }
)


def many(names: str) -> Case:
    """A hypothesis for each letter, told apart by one item."""
    return FOUR_REPORTS.model_copy(
        update={
            "hypotheses": [Hypothesis(name=name, statement=name) for name in names],
            "prior": Odds({name: 1 + i for i, name in enumerate(names)}),
            "sources": [],
            "evidence": [
                Evidence(name="e", statement="e", likelihood={name: Beta(1 + i, 3) for i, name in enumerate(names)})
            ],
        }
    )


STATEMENTS = (0.3, Beta(2, 3), Between(0.1, 0.4), Uniform(0.2, 0.9), Counts(1, 7), Words("likely", "icd203-2015"))
RARE = (
    FOUR_REPORTS,
    TEN_ITEMS,
    COPIES,
    *map(alike, (*STATEMENTS, ALWAYS, NEVER)),
    *map(many, ("abcdef", "abcdefg", "abcdefgh")),
)
"""What is too rare by chance to be sure of it among a thousand cases."""


def test_every_credence_is_that_of_brute_force() -> None:
    """In 1,000 random cases of every kind, credences and P(E) agree with fractions over all worlds."""
    agree_with_brute_force(1_000)


@pytest.mark.slow
def test_every_credence_is_that_of_brute_force_in_many_cases() -> None:
    """In 20,000 random cases of every kind, credences and P(E) agree with fractions over all worlds."""
    agree_with_brute_force(20_000)


def agree_with_brute_force(examples: int) -> None:
    """Large cases take most of the time to make: half have at most 4 hypotheses and 6 items, a tenth more than 5."""
    seen: Counter[str] = Counter()
    worst = {"credence": 0.0, "P(E)": 0.0, "credence, quadrature": 0.0, "P(E), quadrature": 0.0}

    @settings(REPEATABLE, max_examples=examples)
    @given(st.sampled_from(SIZES).flatmap(lambda bounds: cases(**bounds)))
    def agree(case: Case) -> None:
        seen["drawn"] += 1
        if world_bound(case) > MOST_WORLDS:
            seen["left out"] += 1
            return
        net = network(case)
        seen.update(set(ways_and_places(case, net)))
        seen.update(name for name, holds in STRUCTURES.items() if holds(case, net))
        try:
            verdict = brute_force(case)
        except ZeroDivisionError:
            seen["a contradiction"] += 1
            assert_contradiction_is_named(case, net)
            return
        credence, log_evidence = solved(net)
        errors = {
            "credence": max(relative_error(credence[name], verdict.credence[name]) for name in case.names),
            "P(E)": log_error(log_evidence, log(verdict.evidence)),
        }
        seen["an excluded hypothesis"] += 0 in verdict.credence.values()
        seen["quadrature" if net.nodes else "exact arithmetic"] += 1
        for what, error in errors.items():
            label = f"{what}, quadrature" if net.nodes else what
            worst[label] = max(worst[label], error)
            assert error <= (QUADRATURE if net.nodes else EXACT), what

    for rare in RARE:
        agree = example(rare)(agree)
    agree()
    print(*sorted(f"{count:6d} {feature}" for feature, count in seen.items()), sep="\n")
    print(worst)
    assert seen["drawn"] >= examples
    assert seen["left out"] <= examples / 100
    assert {*EXPECTED, *STRUCTURES, *OUTCOMES} <= {feature for feature, count in seen.items() if count}


def assert_contradiction_is_named(case: Case, net: Network) -> None:
    """The error names, for each hypothesis, exactly the components that it makes impossible, and a prior of zero."""
    with pytest.raises(ContradictionError) as caught:
        solved(net)
    assert list(caught.value.excluded_by) == list(case.names)
    for name, reasons in caught.value.excluded_by.items():
        zero = [items for items in net.component_items if is_impossible(case, items, name)]
        excluded = isinstance(case.prior, Mapping) and case.prior[name] == NEVER
        assert reasons == (*(("prior",) if excluded else ()), *(name for items in zero for name in items))
        assert reasons


def is_impossible(case: Case, items: tuple[str, ...], hypothesis: str) -> bool:
    """Whether no world under the hypothesis agrees with what was observed of a component, its other parents given."""
    found, _ = worlds(alone(case, items), hypothesis)
    return next(found, None) is None


def alone(case: Case, names: tuple[str, ...]) -> Case:
    """A case with some items only; their other parents are sure to come out as they were observed."""
    kept = [part for part in case.evidence if part.name in names]
    above = {parent for part in kept for parent in part.given} - set(names)
    given = [settled(part, case.names) for part in case.evidence if part.name in above]
    return case.model_copy(update={"evidence": [*given, *kept]})


def settled(part: Evidence, names: tuple[str, ...]) -> Evidence:
    row: Any = {outcome: ALWAYS if outcome == part.observed else NEVER for outcome in part.outcomes}
    row = row[True] if part.is_binary else row
    return item(part.name, dict.fromkeys(names, row), observed=part.observed, outcomes=part.outcomes)


def test_two_cases_side_by_side_multiply() -> None:
    """The evidence of two cases about the same hypotheses, put into one, has the product of their likelihoods."""
    seen: Counter[str] = Counter()

    @settings(REPEATABLE, max_examples=250)
    @given(*[cases(min_hypotheses=3, max_hypotheses=3, max_items=5, exclusions=False)] * 2)
    def multiply(one: Case, other: Case) -> None:
        both = side_by_side(one, other)
        net = network(both)
        seen["several components"] += len(net.components) > 1
        seen["several inputs summed out"] += len(net.nodes) > 1
        first, second = brute_force(one).likelihood, brute_force(other).likelihood
        joint = {name: Fraction(both.prior[name]) * first[name] * second[name] for name in both.names}
        total, tolerance = sum(joint.values()), QUADRATURE if net.nodes else EXACT
        credence, log_evidence = solved(net)
        assert max(relative_error(credence[name], joint[name] / total) for name in joint) <= tolerance
        assert log_error(log_evidence, log(total)) <= tolerance

    multiply()
    assert seen["several components"] >= 2
    assert seen["several inputs summed out"] >= 1


def side_by_side(one: Case, other: Case) -> Case:
    """The items and sources of both, those of the other with an x before their names."""
    sources = [part.model_copy(update={"name": f"x{part.name}"}) for part in other.sources]
    evidence = [
        part.model_copy(
            update={
                "name": f"x{part.name}",
                "given": tuple(f"x{parent}" for parent in part.given),
                "reports": tuple(renamed(report) for report in part.reports),
            }
        )
        for part in other.evidence
    ]
    prior = dict(zip(one.names, (0.25, 0.25, 0.5), strict=True))
    parts = {"prior": prior, "sources": [*one.sources, *sources], "evidence": [*one.evidence, *evidence]}
    return one.model_copy(update=parts)


def renamed(report: Report) -> Report:
    origin = report.copied_from and f"x{report.copied_from}"
    return report.model_copy(update={"source": f"x{report.source}", "copied_from": origin})


def test_a_contradiction_names_what_excludes_each_hypothesis() -> None:
    """One hypothesis falls to its prior, one to an observed item, one to a component of two."""
    seen = item("seen", {"a": 0.5, "b": NEVER, "c": 0.5})
    root = item("root", {"a": 0.5, "b": 0.5, "c": 0.3}, observed=None)
    leaf = item("leaf", given_root((0.5, 0.5), (0.5, 0.5), (NEVER, NEVER)), given="root")
    with pytest.raises(ContradictionError) as caught:
        solved(network(case({"a": NEVER, "b": 0.5, "c": 0.5}, leaf, seen, root)))
    assert caught.value.excluded_by == {"a": ("prior",), "b": ("seen",), "c": ("leaf", "root")}


def test_the_credence_of_the_case_as_it_stands_is_that_of_weighing() -> None:
    """To the last bit, without draws; a case that contradicts itself has none."""
    stated = case({"a": 0.5, "b": 0.5}, item("e", {"a": Beta(2, 1), "b": 0.25}))
    assert as_stated(network(stated)).tolist() == weigh(stated).credence.values.tolist()
    with pytest.raises(ContradictionError):
        as_stated(network(case({"a": 0.5, "b": 0.5}, item("e", {"a": NEVER, "b": NEVER}))))


def test_a_contradiction_in_one_row_of_a_batch_is_found() -> None:
    """Among many rows of input values, one in which every hypothesis is excluded raises the error of that row."""
    net = network(case({"a": 0.5, "b": 0.5}, item("e", {"a": 0.5, "b": NEVER})))
    values = np.repeat(net.inputs.values[None], 5, axis=0)
    values[3, net.inputs.addresses.index("prior.a")] = 0.0
    with pytest.raises(ContradictionError) as caught:
        evaluate(net, values, np.ones(values.shape[1], dtype=bool))
    assert caught.value.excluded_by == {"a": ("prior",), "b": ("e",)}


@pytest.mark.parametrize("stated", [Beta(1e6, 1), Beta(1e12, 0.01), Counts(10**9, 10**9)])
def test_what_a_nearly_certain_likelihood_leaves_over_is_exact(stated: Any) -> None:
    """Observed False, an item uses the mean of 1 - x, which keeps its precision when x is nearly always 1."""
    near = case({"a": 0.5, "b": 0.5}, item("e", {"a": stated, "b": 1e-6}, observed=False))
    credence, log_evidence = solved(network(near))
    verdict = brute_force(near)
    assert relative_error(credence["a"], verdict.credence["a"]) <= EXACT
    assert log_error(log_evidence, log(verdict.evidence)) <= EXACT


def test_a_probability_that_rounds_to_one_excludes_nothing() -> None:
    """Only `Impossible` and `Certain` can exclude: a mean that rounds to 1 leaves room for False."""
    stated = Beta(1e15, 0.01)
    credence, _ = solved(network(case({"a": 0.5, "b": 0.5}, item("e", {"a": stated, "b": stated}, observed=False))))
    assert credence == {"a": 0.5, "b": 0.5}


def plain_case(rng: np.random.Generator) -> Case:
    """A case of plain numbers that makes a network of 20 to 40 nodes."""
    names = [f"h{k}" for k in range(rng.integers(2, 6))]
    sources = [f"s{i}" for i in range(rng.integers(1, 5))]
    number = partial(rng.uniform, 0.02, 0.98)

    def rate() -> Any:
        return number() if rng.random() < 0.5 else {name: number() for name in names}

    evidence: list[Evidence] = []
    target = rng.integers(20, 37)
    while (nodes := 1 + len(sources) + sum(map(node_count, evidence))) < target:
        evidence.append(plain_item(f"e{len(evidence)}", names, sources[: 39 - nodes], evidence[-4:], rng))
    prior = rng.dirichlet(np.ones(len(names)))
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in names],
        prior=Odds(dict(zip(names, prior.tolist(), strict=True))),
        sources=[source(name, rate(), rate()) for name in sources],
        evidence=[evidence[i] for i in rng.permutation(len(evidence))],
    )


def node_count(part: Evidence) -> int:
    return 1 + len(part.reports) + sum(report.copied_from is not None for report in part.reports)


def plain_item(
    name: str, names: list[str], sources: list[str], earlier: list[Evidence], rng: np.random.Generator
) -> Evidence:
    kind = rng.choice(["observed", "hidden", "reported"], p=[0.4, 0.3, 0.3])
    outcomes = (True, False) if kind == "reported" or rng.random() < 0.6 else ("o0", "o1", "o2")
    parents = [earlier[i] for i in rng.permutation(len(earlier))[: rng.integers(0, 3)]]

    def table(left: list[Evidence]) -> Any:
        if left:
            return {outcome: table(left[1:]) for outcome in left[0].outcomes}
        if len(outcomes) == 2:
            return float(rng.uniform(0.02, 0.98))
        return dict(zip(outcomes, rng.dirichlet(np.ones(3)).tolist(), strict=True))

    finding: dict[str, Any] = {"observed": None if kind == "hidden" else outcomes[rng.integers(len(outcomes))]}
    if kind == "reported":
        finding = {"reports": plain_reports([sources[i] for i in rng.permutation(len(sources))[:3]], rng)}
    likelihood = {h: table(parents) for h in names}
    return item(name, likelihood, outcomes=outcomes, given=tuple(parent.name for parent in parents), **finding)


def plain_reports(speakers: list[str], rng: np.random.Generator) -> list[Report]:
    reports = []
    for place, speaker in enumerate(speakers):
        copied: dict[str, Any] = {}
        if place and rng.random() < 0.6:
            copied = {"copied_from": speakers[rng.integers(place)], "copy_probability": float(rng.uniform(0.02, 0.98))}
        reports.append(Report(source=speaker, says=bool(rng.random() < 0.6), **copied))
    return reports


def bayesian_network(case: Case) -> tuple[pyagrum.BayesNet, dict[str, str]]:
    """The network of a case, a node for each switch between copy and original, and what was observed in it."""
    net, items = pyagrum.BayesNet(), {part.name: part for part in case.evidence}
    total = sum(case.prior.weights.values())
    add_node(net, "H", case.names, {}, lambda: [case.prior.weights[name] / total for name in case.names])
    for part in case.sources:
        add_node(net, part.name, (True, False), {"H": case.names}, partial(reliable_row, part))
    for part in parents_first(case):
        above = {"H": case.names} | {parent: items[parent].outcomes for parent in part.given}
        add_node(net, part.name, part.outcomes, above, partial(likelihood_row, part))
        for report in part.reports:  # made originals first
            add_report(net, case, part, report)
    observed = {part.name: str(part.observed) for part in case.evidence if part.observed is not None}
    said = {f"{part.name}_{report.source}": str(report.says) for part in case.evidence for report in part.reports}
    return net, observed | said


def reliable_row(source: Source, hypothesis: str) -> list[float]:
    reliability = stated_rate(source, "reliability", hypothesis)
    return [reliability, 1 - reliability]


def add_node(
    net: pyagrum.BayesNet, name: str, outcomes: Any, above: Mapping[str, Any], row: Callable[..., Any]
) -> None:
    net.add(pyagrum.LabelizedVariable(name, "", [str(outcome) for outcome in outcomes]))
    for parent in above:
        net.addArc(parent, name)
    for path in product(*above.values()):
        net.cpt(name)[dict(zip(above, map(str, path), strict=True))] = row(*path)


def likelihood_row(part: Evidence, *path: Any) -> list[float]:
    row: Any = part.likelihood
    for step in path:
        row = row[step]
    return [row, 1 - row] if part.is_binary else [row[outcome] for outcome in part.outcomes]


def add_report(net: pyagrum.BayesNet, case: Case, part: Evidence, report: Report) -> None:
    speaker = next(other for other in case.sources if other.name == report.source)
    above: dict[str, Any] = {"H": case.names, part.name: (True, False), report.source: (True, False)}
    if report.copied_from is not None:
        switch, copied = f"{part.name}_{report.source}_copies", report.copy_probability
        add_node(net, switch, (True, False), {}, lambda: [copied, 1 - copied])
        above |= {switch: (True, False), f"{part.name}_{report.copied_from}": (True, False)}

    def row(hypothesis: str, holds: bool, reliable: bool, copies: bool = False, original: bool = False) -> list[float]:
        invented = speaker.if_unreliable
        invented = invented[hypothesis] if isinstance(invented, Mapping) else invented
        says_true = float(original) if copies else float(holds) if reliable else invented
        return [says_true, 1 - says_true]

    add_node(net, f"{part.name}_{report.source}", (True, False), above, row)


def test_every_credence_is_that_of_a_bayesian_network() -> None:
    """In 100 random cases of plain numbers, lazy propagation in networks of 20 to 40 nodes gives the same credences."""
    sizes = set()
    for seed in range(100):
        drawn = plain_case(np.random.default_rng(seed))
        net, observed = bayesian_network(drawn)
        inference = pyagrum.LazyPropagation(net)
        inference.setNumberOfThreads(1)
        inference.setEvidence(observed)
        credence, log_evidence = solved(network(drawn))
        sizes.add(net.size())
        assert list(credence.values()) == pytest.approx(inference.posterior("H").tolist(), rel=1e-10), seed
        assert log_evidence == pytest.approx(math.log(inference.evidenceProbability()), rel=0, abs=1e-10), seed
    assert min(sizes) >= 20
    assert max(sizes) <= 40
    assert len(sizes) >= 15


def alternating(low: float, high: float) -> list[Evidence]:
    """A thousand items of which every other speaks for the other hypothesis, the ratios not quite the same."""
    rng = np.random.default_rng(1)
    pairs = [(low * a, high * b) for a, b in rng.uniform(1, 2, (1000, 2))]
    return [item(f"e{i}", dict(zip("ab" if i % 2 else "ba", pair, strict=True))) for i, pair in enumerate(pairs)]


@pytest.mark.parametrize(("low", "high"), [(1e-300, 1e-300), (1e-300, 1e-3), (5e-324, 1e-310), (5e-324, 0.4)])
def test_a_thousand_tiny_likelihoods_lose_nothing(low: float, high: float) -> None:
    """Likelihoods down to the smallest number there is give the credence and P(E) of exact fractions."""
    tiny = case({"a": 0.4, "b": 0.6}, *alternating(low, high))
    products = {name: whole_product(part.likelihood[name] for part in tiny.evidence) for name in "ab"}
    least = min(exponent for _, exponent in products.values())
    joint = {
        name: Fraction(tiny.prior[name]) * number * 2 ** (exponent - least)
        for name, (number, exponent) in products.items()
    }
    total = sum(joint.values())
    credence, log_evidence = solved(network(tiny))
    assert all(relative_error(credence[name], joint[name] / total) <= EXACT for name in "ab")
    assert log_error(log_evidence, log(total, least)) <= EXACT


def test_tiny_numbers_inside_a_component_lose_nothing() -> None:
    """Hidden items, sources and copies of chance 1e-300 are summed out as exactly as any."""
    tiny = {"a": {True: 1e-300, False: 3e-300}, "b": {True: 2e-300, False: 5e-300}}
    chain = [
        item("root", {"a": 1e-300, "b": 2e-300}, observed=None),
        *(item(f"e{i}", tiny, given="root") for i in range(5)),
        reported("said", {"a": 1e-300, "b": 3e-300}, Report(source="s"), copy("t", "s", 1e-300)),
    ]
    extreme = case({"a": 0.4, "b": 0.6}, *chain, sources=(source("s", 1e-300, 2e-300), source("t", 1e-300, 1e-299)))
    credence, log_evidence = solved(network(extreme))
    verdict = brute_force(extreme)
    assert max(relative_error(credence[name], verdict.credence[name]) for name in "ab") <= EXACT
    assert log_error(log_evidence, log(verdict.evidence)) <= EXACT


@settings(REPEATABLE, max_examples=50)
@given(cases(max_hypotheses=3, max_items=6))
def test_no_bit_depends_on_whether_numbers_are_scaled(case: Case) -> None:
    """Components are summed out to the same digits in plain numbers as where these would not do."""
    net = network(case)
    values = np.repeat(net.inputs.values[None], 3, axis=0)
    values[1:, net.free] **= 2  # any numbers between 0 and 1
    unknown = np.zeros(values.shape[1], dtype=bool)
    plain = exact.likelihoods(net, values, unknown)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "ROOM", 0)
        scaled = exact.likelihoods(net, values, unknown)
    np.testing.assert_array_equal(plain.mantissa, scaled.mantissa)
    positive = plain.mantissa > 0  # zeros have any exponent
    np.testing.assert_array_equal(plain.exponent[positive], scaled.exponent[positive])


def one_world(chances: int) -> Component:
    """A component without hidden states that multiplies so many chances, three at a time."""
    positions = np.arange(chances)[:, None]
    factors = tuple(Factor((), (tuple(positions[start : start + 3]),)) for start in range(0, chances, 3))
    return Component((), (), (), factors, (), 1)


@pytest.mark.parametrize("count", [19, 20, 21])
def test_plain_numbers_are_left_before_they_lose_digits(count: int) -> None:
    """Twenty chances of fifty binary digits are as many as doubles hold with all of theirs."""
    looked_up = np.random.default_rng(1).uniform(1, 2, (1, count)) * 2.0**-50
    component = one_world(count)
    found = exact.component_likelihood(component, looked_up, scaled.binary_digits(looked_up))
    true = math.prod(map(Fraction, looked_up[0].tolist()))
    assert abs(exactly(found)[0] / true - 1) <= (count + 1) * ROUNDING


def many_states(count: int) -> Component:
    """Independent variables of two states, which all have one chance: the sum doubles with each."""
    factors = tuple(Factor((v,), ((np.zeros((1, 2), dtype=int),),)) for v in range(count))
    return Component((), (), (2,) * count, factors, tuple(range(count)), 2)


def many_terms(count: int) -> Component:
    """Factors that add one chance to itself: the sum doubles with each."""
    at = np.zeros(1, dtype=int)
    return Component((), (), (), (Factor((), ((at,), (at,))),) * count, (), 1)


@pytest.mark.parametrize("made", [many_states, many_terms])
@pytest.mark.parametrize("count", [48, 49, 50])
def test_plain_numbers_are_left_before_sums_overflow(made: Callable[[int], Component], count: int) -> None:
    """Chances above 1, as ratios are, and sums over so many states or terms that they weigh too."""
    largest = np.nextafter(2.0**20, 0)
    looked_up = np.array([[largest]])
    found = exact.component_likelihood(made(count), looked_up, scaled.binary_digits(looked_up))
    assert abs(exactly(found)[0] / (2 * Fraction(largest)) ** count - 1) <= 2 * count * ROUNDING


def test_a_component_knows_how_far_its_numbers_can_go() -> None:
    """Chances of a world by the longest terms, and doublings by states and by terms; findings add to neither."""
    at = np.zeros(1, dtype=int)
    factors = (Factor((0,), ((at, at), (at, at, at), (at,))), Factor((0, 1), ((at, at),)), Factor((1,), ()))
    component = Component((), (), (5, 2), factors, (0, 1), 10)
    assert component.multiplied == 3 + 2
    assert component.doublings == 3 + 1 + 2  # of five states, two states, three terms


def test_a_hidden_item_with_fifteen_hundred_children_is_solved() -> None:
    """So many tables are multiplied before anything is summed out, and nothing underflows."""
    chances = np.random.default_rng(1).uniform(0.5, 0.6, (1_500, 2, 2))
    children = [
        item(f"e{i}", given_root(*[(float(one), float(other)) for one, other in rows]), given="root")
        for i, rows in enumerate(chances)
    ]
    crowded = case({"a": 0.5, "b": 0.5}, item("root", {"a": 0.3, "b": 0.4}, observed=None), *children)
    products = {place: whole_product(chances[(slice(None), *place)].tolist()) for place in product((0, 1), (0, 1))}
    least = min(exponent for _, exponent in products.values())
    scaled = {place: Fraction(number * 2 ** (exponent - least)) for place, (number, exponent) in products.items()}
    root = Fraction(0.3), Fraction(0.4)
    joint = [(root[k] * scaled[k, 0] + (1 - root[k]) * scaled[k, 1]) / 2 for k in (0, 1)]
    credence, log_evidence = solved(network(crowded))
    assert max(relative_error(credence[h], joint[k] / sum(joint)) for k, h in enumerate("ab")) <= EXACT
    assert log_error(log_evidence, log(sum(joint), least)) <= EXACT


def test_a_chain_of_two_hundred_hidden_items_is_solved() -> None:
    """A hidden Markov model of 200 steps has the likelihoods of the forward recursion in fractions."""
    rng = np.random.default_rng(1)
    start, move, show = (rng.uniform(0.05, 0.95, shape) for shape in ((2,), (2, 200, 2), (2, 200, 2)))
    seen = rng.random(200) < 0.5
    evidence, joint = [], {}
    for i in range(200):
        moves = {h: {True: move[k, i, 0], False: move[k, i, 1]} if i else start[k] for k, h in enumerate("ab")}
        shows = {h: {True: show[k, i, 0], False: show[k, i, 1]} for k, h in enumerate("ab")}
        evidence.append(item(f"x{i}", moves, observed=None, given=f"x{i - 1}" if i else ()))
        evidence.append(item(f"y{i}", shows, observed=bool(seen[i]), given=f"x{i}"))
    for k, h in enumerate("ab"):
        forward = {True: Fraction(start[k]), False: 1 - Fraction(start[k])}
        for i in range(200):
            if i:
                to = sum(forward[s] * Fraction(move[k, i, int(not s)]) for s in (True, False))
                forward = {True: to, False: sum(forward.values()) - to}
            shown = {s: Fraction(show[k, i, int(not s)]) for s in (True, False)}
            forward = {s: forward[s] * (shown[s] if seen[i] else 1 - shown[s]) for s in (True, False)}
        joint[h] = sum(forward.values()) / 2
    total = sum(joint.values())
    net = network(case({"a": 0.5, "b": 0.5}, *(evidence[i] for i in rng.permutation(400))))
    credence, log_evidence = solved(net)
    assert max(relative_error(credence[h], joint[h] / total) for h in "ab") <= EXACT
    assert log_error(log_evidence, log(total)) <= EXACT
    assert [len(component.items) for component in net.components] == [400]
    assert net.components[0].largest == 4


def test_a_component_that_does_not_fit_is_refused_before_memory_is_taken() -> None:
    """Thirty sources that all report thirty items are refused by name, at the cost of less than 20 MB."""
    speakers = [f"s{i}" for i in range(30)]
    everyone = [Report(source=name) for name in speakers]
    crowd = case(
        {"a": 0.5, "b": 0.5},
        *(reported(f"e{i}", {"a": 0.7, "b": 0.4}, *everyone) for i in range(30)),
        sources=tuple(source(name, 0.8, 0.5) for name in speakers),
    )
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError, match=r"component 'e0\+e1\+e2\+e3\+26_more' does not fit") as caught:
            weigh(crowd)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20e6
    assert caught.value.items == tuple(f"e{i}" for i in range(30))
    assert caught.value.sources == tuple(speakers)
    assert caught.value.worlds > caught.value.limit == MAX_WORLDS


def test_a_batch_gives_each_row_what_it_has_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of input values do not touch each other, in however many parts they are calculated."""
    net = network(CRAFTED["copies"])
    values = net.inputs.filled(draws.draw_prior_values(net, 40, np.random.default_rng(1)))
    known = np.ones(values.shape[1], dtype=bool)
    together = evaluate(net, values, known)
    one_by_one = [evaluate(net, row[None], known) for row in values]
    monkeypatch.setattr(exact, "CELLS_AT_ONCE", 7 * 2 * net.components[0].largest)
    assert len(list(exact.batches(net, 40))) > 1
    in_parts = evaluate(net, values, known)
    for place in (0, 1):
        np.testing.assert_array_equal(together[place], np.concatenate([result[place] for result in one_by_one]))
        np.testing.assert_array_equal(together[place], in_parts[place])


def test_a_batch_falls_into_parts_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts follow one another, hold every row once, and are as long as the bound on table entries allows."""
    net = network(CRAFTED["copies"])
    largest = max(len(net.hypotheses) * net.integrated[0].largest, 2 * len(net.inputs.values))
    monkeypatch.setattr(exact, "CELLS_AT_ONCE", 7 * largest)
    assert list(exact.batches(net, 17)) == [slice(0, 7), slice(7, 14), slice(14, 17)]
    monkeypatch.setattr(exact, "CELLS_AT_ONCE", 1)
    assert list(exact.batches(net, 2)) == [slice(0, 1), slice(1, 2)]


@pytest.mark.parametrize(("hypotheses", "items", "reports"), [(2, 1, 8), (9, 40, 0), (30, 1, 0)])
def test_no_part_of_a_batch_holds_more_than_the_bound(
    hypotheses: int, items: int, reports: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever is largest: the table of a component, the likelihoods of all of them, or the chances."""
    names, speakers = [f"h{i}" for i in range(hypotheses)], [f"s{i}" for i in range(reports)]
    row = dict.fromkeys(names, 0.5)
    crossed = [reported(f"r{i}", row, *(Report(source=name) for name in speakers)) for i in range(reports)]
    plain = [item(f"e{i}", row) for i in range(items)]
    sources = tuple(source(name, 0.9, 0.5) for name in speakers)
    net = network(case(Odds(dict.fromkeys(names, 1)), *plain, *crossed, sources=sources))
    largest = max((component.largest for component in net.components), default=0)
    row_cells = max(hypotheses * largest, hypotheses * len(net.component_names), 2 * len(net.inputs.values))
    monkeypatch.setattr(exact, "CELLS_AT_ONCE", 3 * row_cells)
    assert list(exact.batches(net, 8)) == [slice(0, 3), slice(3, 6), slice(6, 8)]


def test_likelihoods_have_whole_exponents() -> None:
    """Of direct items and of components: what is shifted by them is shifted without rounding."""
    net = network(CRAFTED["copies"])
    values = net.inputs.values[None]
    assert exact.likelihoods(net, values, np.zeros(values.shape[1], dtype=bool)).exponent.dtype == np.int64


def test_what_all_results_share_cannot_be_written_to() -> None:
    """The credences of the case as it stands are found once."""
    assert not exact.as_stated(network(CRAFTED["copies"])).flags.writeable


def test_the_case_as_it_stands_is_weighed_by_the_means() -> None:
    """The credences without any supposition are those of `weigh`."""
    stated = CRAFTED["copies"]
    assert exact.as_stated(network(stated)).tolist() == weigh(stated).credence.values.tolist()


@settings(REPEATABLE, max_examples=300)
@given(cases(), st.randoms(use_true_random=False))
def test_permuting_the_hypotheses_permutes_the_credences(case: Case, random: Any) -> None:
    """No credence changes by a bit, nor does P(E), whatever the order in which hypotheses are listed."""
    shuffled = random.sample(case.hypotheses, len(case.hypotheses))
    permuted = case.model_copy(update={"hypotheses": shuffled})
    assert outcome_of(permuted) == outcome_of(case)


@settings(REPEATABLE, max_examples=100)
@given(cases(hidden=False))
def test_a_barren_item_changes_no_bit(case: Case) -> None:
    """An item that nobody has observed, or asked a source about, leaves all numbers as they are."""
    parent = next((part for part in case.evidence if not isinstance(part.likelihood, Ratios)), None)
    row: Any = {"x": 0.3, "y": 0.6, "z": 0.1}  # which add up to a little less than 1
    row = row if parent is None else dict.fromkeys(parent.outcomes, row)
    above = () if parent is None else parent.name
    rows = dict.fromkeys(case.names, row)
    barren = item("barren", rows, outcomes=("x", "y", "z"), given=above, observed=None)
    assert outcome_of(case.model_copy(update={"evidence": [barren, *case.evidence]})) == outcome_of(case)


def outcome_of(case: Case) -> Any:
    try:
        return solved(network(case))
    except ContradictionError as error:
        return error.excluded_by
