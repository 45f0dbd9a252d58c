"""The exact engine against brute force in fractions, against a Bayesian network, and against its own distributions."""

from __future__ import annotations

import math
import tracemalloc
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from scipy.special import betainc, betaincc, roots_legendre
from scipy.stats import beta as beta_distribution
from scipy.stats import kstest, norm

from attribution_bayes.declare.assumptions import assumptions
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import Beta as BetaLaw
from attribution_bayes.declare.distributions import LogNormal, Point
from attribution_bayes.declare.distributions import Uniform as UniformLaw
from attribution_bayes.declare.parameters import Parameter, parameters
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import (
    BaseRates,
    Beta,
    Between,
    Certain,
    Counts,
    Dirichlet,
    Impossible,
    Odds,
    RatioBetween,
    Ratios,
    Uniform,
    Words,
    distribution,
)
from attribution_bayes.engine import draws, exact, scaled
from attribution_bayes.engine.chances import chances_at, quadrature
from attribution_bayes.engine.exact import as_stated, evaluate
from attribution_bayes.engine.factors import MAX_WORLDS, Component, Factor
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.scaled import Scaled, exact_sum
from attribution_bayes.engine.weigh import weigh, what_if
from attribution_bayes.errors import ContradictionError, TooLargeError
from attribution_bayes.testing import cases
from oracle import (
    brute_force,
    moment,
    parents_first,
    posterior_row_uses,
    posterior_uses,
    uncertain_inputs,
    world_bound,
    worlds,
)

with warnings.catch_warnings():  # its wrappers warn while they load, and turned into an error that ends the process
    warnings.simplefilter("ignore", DeprecationWarning)
    import pyagrum

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

EXACT, QUADRATURE = 1e-12, 1e-9
"""Declared relative errors: of exact arithmetic, and where an input that is used several times is summed out."""

ROUNDING = 2.0**-53
FALSE_ALARM = 1e-6
MOST_WORLDS = 20_000
"""Worlds that brute force goes through; a case with more is left out."""

REPEATABLE = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
ALWAYS, NEVER = Certain("it must be"), Impossible("it cannot be")


def case(prior: Any, *evidence: Evidence, sources: tuple[Source, ...] = ()) -> Case:
    names = getattr(prior, "weights", None) or getattr(prior, "alpha", None) or getattr(prior, "counts", None) or prior
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}") for name in names]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


def item(name: str, likelihood: Any, **fields: Any) -> Evidence:
    return Evidence(name=name, statement=f"{name} holds", likelihood=likelihood, **fields)


def given_root(*pairs: tuple[Any, Any]) -> dict[str, Any]:
    """For each hypothesis a row where the parent is true and one where it is false."""
    return {name: {True: one, False: other} for name, (one, other) in zip("abc", pairs, strict=False)}


def source(name: str, reliability: Any, if_unreliable: Any) -> Source:
    return Source(name=name, statement=f"{name} speaks", reliability=reliability, if_unreliable=if_unreliable)


def solved(net: Network) -> tuple[dict[str, float], float]:
    """Credences by hypothesis, and the log of P(E)."""
    values, unknown = net.inputs.values[None], np.zeros(len(net.inputs.mean) + 1, dtype=bool)
    credence, log_evidence = evaluate(net, values, unknown)
    return dict(zip(net.hypotheses, credence[0].tolist(), strict=True)), float(log_evidence[0])


def relative_error(found: float, true: Fraction) -> float:
    """Zero only for a zero that is true."""
    if not true:
        return 0.0 if found == 0 else math.inf
    return float(abs(Fraction(found) / true - 1))


def log(number: Fraction, exponent: int = 0) -> Decimal:
    """The natural logarithm of number * 2^exponent."""
    with localcontext() as context:
        context.prec = 60
        return (Decimal(number.numerator) / Decimal(number.denominator)).ln() + exponent * Decimal(2).ln()


def log_error(found: float, true: Decimal) -> float:
    """The relative error of a number of which the logarithm was found, beyond the rounding of the logarithm itself."""
    off = abs(Decimal(found) - true)
    return max(0.0, float(off) - 4 * ROUNDING * abs(found))


# Brute force over all worlds -----------------------------------------------------------------------------------------

WAYS = ("number", "beta", "between", "uniform", "counts", "words", "impossible", "certain")
PLACES = ("likelihood", "reliability", "if_unreliable", "copy_probability")
EXPECTED = {f"{way} as {place}" for way, place in product(WAYS, PLACES)}
EXPECTED |= {f"{way} as prior" for way in ("number", "odds", "dirichlet", "base_rates", "impossible", "certain")}
EXPECTED |= {f"{way} as ratio" for way in ("ratio", "ratio_between", "ratio_words")} | {"dirichlet as likelihood"}
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


STATEMENTS = (0.3, Beta(2, 3), Between(0.1, 0.4), Uniform(0.2, 0.9), Counts(1, 7), Words("likely", "icd203-2015"))
RARE = (FOUR_REPORTS, TEN_ITEMS, *map(alike, (*STATEMENTS, ALWAYS, NEVER)))
"""What is too rare by chance to be sure of it among two thousand cases."""


def test_every_credence_is_that_of_brute_force() -> None:
    """In 2,000 random cases of every kind, credences and P(E) agree with fractions over all worlds."""
    agree_with_brute_force(2_000)


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


# A Bayesian network --------------------------------------------------------------------------------------------------


def plain_case(rng: np.random.Generator) -> Case:
    """A case of plain numbers that makes a network of 20 to 40 nodes."""
    names = [f"h{k}" for k in range(rng.integers(2, 6))]
    sources = [f"s{i}" for i in range(rng.integers(1, 5))]
    number = partial(rng.uniform, 0.02, 0.98)
    evidence: list[Evidence] = []
    target = rng.integers(20, 37)
    while (nodes := 1 + len(sources) + sum(map(node_count, evidence))) < target:
        evidence.append(plain_item(f"e{len(evidence)}", names, sources[: 39 - nodes], evidence[-4:], rng))
    prior = rng.dirichlet(np.ones(len(names)))
    return Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in names],
        prior=Odds(dict(zip(names, prior.tolist(), strict=True))),
        sources=[
            source(n, number(), number() if rng.random() < 0.5 else {h: number() for h in names}) for n in sources
        ],
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
        add_node(net, part.name, (True, False), {}, lambda s=part: [s.reliability, 1 - s.reliability])
    for part in parents_first(case):
        above = {"H": case.names} | {parent: items[parent].outcomes for parent in part.given}
        add_node(net, part.name, part.outcomes, above, partial(likelihood_row, part))
        for report in part.reports:  # made originals first
            add_report(net, case, part, report)
    observed = {part.name: str(part.observed) for part in case.evidence if part.observed is not None}
    said = {f"{part.name}_{report.source}": str(report.says) for part in case.evidence for report in part.reports}
    return net, observed | said


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
    """In 200 random cases of plain numbers, lazy propagation in networks of 20 to 40 nodes gives the same credences."""
    sizes = set()
    for seed in range(200):
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


# Draws ---------------------------------------------------------------------------------------------------------------


def reported(name: str, likelihood: Any, *reports: Report, **fields: Any) -> Evidence:
    return item(name, likelihood, reports=reports, **fields)


def several(count: int, *likelihoods: float) -> list[Evidence]:
    """Items that one source reports, every third of them as False."""
    rows = dict(zip("abc", likelihoods, strict=False))
    return [reported(f"said{i}", rows, Report(source="s", says=i % 3 != 2)) for i in range(count)]


def copy(source: str, origin: str, probability: Any, says: bool = True) -> Report:
    return Report(source=source, says=says, copied_from=origin, copy_probability=probability)


CRAFTED = {
    "betas, found True and False": case(
        {"a": 0.3, "b": 0.7},
        item("e0", {"a": Beta(2, 3), "b": Between(0.1, 0.4)}),
        item("e1", {"a": Counts(1, 7), "b": Beta(0.5, 0.5)}, observed=False),
        item("e2", {"a": {True: Beta(3, 1), False: 0.5}, "b": {True: Beta(1, 4), False: 0.2}}, given="e1"),
    ),
    "ranges": case(
        Odds({"a": 1, "b": 2, "c": 2}),
        item("e0", {"a": Uniform(0.2, 0.9), "b": Words("likely", "icd203-2015"), "c": 0.5}),
        item("e1", {"a": Uniform(0, 0.3), "b": Uniform(0.6, 1), "c": Uniform(0, 1)}, observed=False),
        *several(3, 0.7, 0.4, 0.5),
        sources=(source("s", Uniform(0.5, 0.9), Uniform(0.3, 0.8)),),
    ),
    "weights": case(
        Dirichlet({"a": 2, "b": 1.5, "c": 0.7}),
        item(
            "root",
            {
                "a": Dirichlet({"x": 1, "y": 2, "z": 0.5}),
                "b": {"x": 0.2, "y": 0.3, "z": 0.5},
                "c": Dirichlet({"x": 4, "y": 1, "z": 1}),
            },
            outcomes=("x", "y", "z"),
            observed=None,
        ),
        item(
            "leaf",
            {h: {o: Dirichlet({"u": 1 + k, "v": 3 - k}) for k, o in enumerate("xyz")} for h in "abc"},
            outcomes=("u", "v"),
            observed="v",
            given="root",
        ),
        item("barren", {"a": Beta(2, 2), "b": 0.5, "c": 0.5}, observed=None),
    ),
    "a source with five reports": case(
        {"a": 0.5, "b": 0.5}, *several(5, 0.8, 0.3), sources=(source("s", Beta(3, 2), Beta(2, 1.5)),)
    ),
    "a source that is unlike under each hypothesis": case(
        {"a": 0.5, "b": 0.3, "c": 0.2},
        *several(4, 0.8, 0.3, 0.5),
        sources=(source("s", Between(0.3, 0.8), {"a": Uniform(0.1, 0.6), "b": Beta(4, 2), "c": 0.5}),),
    ),
    "copies": case(
        {"a": 0.5, "b": 0.5},
        reported(
            "e0", {"a": Beta(4, 2), "b": 0.3}, Report(source="s"), copy("t", "s", Beta(2, 2)), copy("u", "t", 0.5)
        ),
        reported("e1", {"a": 0.6, "b": Beta(1, 2)}, Report(source="s", says=False), copy("t", "s", Uniform(0.2, 0.9))),
        reported("e2", {"a": 0.6, "b": 0.2}, copy("s", "t", Between(0.2, 0.7)), Report(source="t", says=False)),
        sources=(
            source("s", Beta(2, 1), Beta(2, 2)),
            source("t", 0.6, Uniform(0.4, 0.9)),
            source("u", Beta(1, 1), 0.7),
        ),
    ),
    "ratios": case(
        BaseRates({"a": 3, "b": 1, "c": 0}),
        item("e0", Ratios(reference="b", ratios={"a": RatioBetween(0.5, 4), "c": 3.0})),
        item("e1", Ratios(reference="a", ratios={"b": RatioBetween(1, 3), "c": RatioBetween(0.2, 2)})),
        item("e2", {"a": Beta(2, 3), "b": 0.5, "c": 0.4}),
    ),
    "a hidden item with two children": case(
        {"a": 0.4, "b": 0.6},
        item("root", {"a": Beta(2, 1), "b": Beta(1, 2)}, observed=None),
        item("e0", given_root(*[(Beta(3, 1), Beta(1, 3))] * 2), given="root"),
        reported("e1", given_root(*[(0.9, Uniform(0, 0.4))] * 2), Report(source="s"), given="root"),
        sources=(source("s", Beta(5, 2), 0.5),),
    ),
    "nothing but ratios": case(
        {"a": 0.4, "b": 0.6},
        item("e0", Ratios(reference="b", ratios={"a": RatioBetween(0.5, 4)})),
    ),
    "an excluded hypothesis": case(
        {"a": 0.4, "b": 0.3, "c": 0.3},
        item("e0", {"a": Beta(2, 1), "b": NEVER, "c": 0.5}),
        item("e1", {"a": Beta(2, 1), "b": Beta(1, 2), "c": Beta(3, 1)}),
    ),
}
SAMPLING = Sampling(draws=5_000, seed=1)
UNCERTAIN = {
    name: [one for one in parameters(case) if not isinstance(one.meaning, Point)] for name, case in CRAFTED.items()
}
DRAW_TESTS = sum(len(case.names) for case in CRAFTED.values()) + 2 * sum(len(found) for found in UNCERTAIN.values())
"""Statistical tests of draws: the mean credence of each hypothesis, each uncertain input before and after."""


@pytest.fixture(scope="module")
def weighed() -> dict[str, Posterior]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {name: weigh(crafted, sampling=SAMPLING) for name, crafted in CRAFTED.items()}


def drawn_inputs(posterior: Posterior, group: str) -> dict[str, np.ndarray]:
    """Draws of every uncertain input by address, chains joined."""
    variables = posterior.draws[group]
    prior = {f"prior.{name}": variables["prior"].sel(hypothesis=name) for name in posterior.case.names}
    inputs = variables.get("assumption")
    others = {} if inputs is None else {str(address): inputs.sel(address=address) for address in inputs.address.values}
    return {address: draws.values.reshape(-1) for address, draws in (prior | others).items()}


@pytest.mark.parametrize("name", CRAFTED)
def test_the_credence_draws_average_to_the_credence(name: str, weighed: dict[str, Posterior]) -> None:
    """Their mean is within the standard error of independent draws; the chance of a false alarm is 1e-6 in all."""
    posterior = weighed[name]
    draws = posterior.draws["posterior"]["credence"].values.reshape(-1, len(CRAFTED[name].names))
    error = draws.std(axis=0, ddof=1) / math.sqrt(len(draws))
    bound = norm.isf(FALSE_ALARM / DRAW_TESTS / 2)
    assert np.all(np.abs(draws.mean(axis=0) - posterior.credence.values) <= bound * error + 1e-15)
    assert np.all((error > 0) == ((posterior.credence.values > 0) & (posterior.credence.values < 1)))


def interval_mass(alpha: float, beta: float, lower: Any, upper: Any) -> Any:
    """Probability of [lower, upper] under a Beta, from the tail in which it is the more precise."""
    if alpha / (alpha + beta) < 0.5:
        return betaincc(alpha, beta, lower) - betaincc(alpha, beta, upper)
    return betainc(alpha, beta, upper) - betainc(alpha, beta, lower)


def tilted_cdf(stated: BetaLaw | UniformLaw, m: int, n: int, x: np.ndarray) -> np.ndarray:
    """Distribution function of what was stated after m uses as x and n uses as 1 - x."""
    alpha, beta, lower, upper = shapes_of(stated)
    alpha, beta = alpha + m, beta + n
    return interval_mass(alpha, beta, lower, x) / interval_mass(alpha, beta, lower, upper)


def shapes_of(stated: BetaLaw | UniformLaw) -> tuple[float, float, float, float]:
    """Alpha, beta, and the ends of the range."""
    match stated:
        case BetaLaw(alpha, beta):
            return alpha, beta, 0.0, 1.0
        case UniformLaw(lower, upper):
            return 1.0, 1.0, lower, upper


def mixture(parts: list[tuple[Fraction, Callable[[np.ndarray], np.ndarray]]]) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: sum(float(weight) * part(x) for weight, part in parts)


def posterior_cdfs(case: Case) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """The exact distribution function of every uncertain input given all observations."""
    stated, used, rows = uncertain_inputs(case), posterior_uses(case), posterior_row_uses(case)
    credence = brute_force(case).credence
    cdfs = {}
    for one in parameters(case):
        block, _, member = str(one.address).rpartition(".")
        if one.weight is not None:
            drawn = credence if block == "prior" else {str(outcome): p for outcome, p in rows[block].items()}
            cdfs[str(one.address)] = mixture([(p, member_cdf(one, drew, member)) for drew, p in drawn.items()])
        elif isinstance(one.meaning, LogNormal):
            half = one.meaning.sigma**2 / 2
            shares = [(credence[member], half), (1 - credence[member], -half)]
            cdfs[str(one.address)] = mixture([(p, log_normal_cdf(one.meaning, shift)) for p, shift in shares])
        elif str(one.address) in stated:
            meaning, uses = distribution(stated[str(one.address)]), used[str(one.address)]
            cdfs[str(one.address)] = mixture([(p, partial(tilted_cdf, meaning, m, n)) for (m, n), p in uses.items()])
    return cdfs


def member_cdf(one: Parameter, drew: str, member: str) -> Callable[[np.ndarray], np.ndarray]:
    """One of several probabilities that sum to one, after one of them (or none) was used."""
    alpha, beta = one.meaning.alpha + (drew == member), one.meaning.beta + (drew not in (member, "None"))
    return beta_distribution(alpha, beta).cdf


def log_normal_cdf(stated: LogNormal, shift: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: norm.cdf(np.log(x), loc=stated.mu + shift, scale=stated.sigma)


def stated_cdf(one: Parameter) -> Callable[[np.ndarray], np.ndarray]:
    if isinstance(one.meaning, LogNormal):
        return log_normal_cdf(one.meaning, 0.0)
    return partial(tilted_cdf, one.meaning, 0, 0)


@pytest.mark.parametrize("name", CRAFTED)
def test_each_input_is_drawn_from_its_exact_posterior(name: str, weighed: dict[str, Posterior]) -> None:
    """Kolmogorov and Smirnov find no difference; the chance of a false alarm is 1e-6 in all."""
    drawn, cdfs = drawn_inputs(weighed[name], "posterior"), posterior_cdfs(CRAFTED[name])
    assert set(cdfs) == {str(one.address) for one in UNCERTAIN[name]}
    for address, cdf in cdfs.items():
        assert kstest(drawn[address], cdf).pvalue >= FALSE_ALARM / DRAW_TESTS, address


@pytest.mark.parametrize("name", CRAFTED)
def test_each_input_is_drawn_from_what_was_stated(name: str, weighed: dict[str, Posterior]) -> None:
    """The prior draws follow the distributions as stated; the chance of a false alarm is 1e-6 in all."""
    drawn = drawn_inputs(weighed[name], "prior")
    for one in UNCERTAIN[name]:
        assert kstest(drawn[str(one.address)], stated_cdf(one)).pvalue >= FALSE_ALARM / DRAW_TESTS, str(one.address)


@pytest.mark.parametrize("name", CRAFTED)
def test_the_credence_of_a_draw_is_that_of_its_inputs(name: str, weighed: dict[str, Posterior]) -> None:
    """Supposing the drawn inputs gives the credence of the draw."""
    posterior = weighed[name]
    drawn = {str(one.address): drawn_inputs(posterior, "posterior")[str(one.address)][:200] for one in UNCERTAIN[name]}
    expected = posterior.draws["posterior"]["credence"].isel(chain=0, draw=slice(200)).values
    np.testing.assert_allclose(what_if(CRAFTED[name], drawn).values, expected, rtol=EXACT)


def drawn_values(net: Network, count: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    return draws.draw_values(net, draws.draw_hypotheses(net, count, rng), rng)


UNKNOWN = Uniform(0, 1)
JOINT = {
    ("source.s.reliability", "source.s.if_unreliable"): case(
        {"a": 0.5, "b": 0.5},
        *(reported(f"e{i}", {"a": 0.5, "b": 0.4}, Report(source="s")) for i in range(3)),
        sources=(source("s", UNKNOWN, UNKNOWN),),
    ),
    ("source.t.reliability", "evidence.e.reports.t.copy_probability"): case(
        {"a": 0.5, "b": 0.5},
        reported("e", {"a": 0.5, "b": 0.4}, Report(source="s"), copy("t", "s", UNKNOWN)),
        sources=(source("s", 0.9, 0.5), source("t", UNKNOWN, 0.01)),
    ),
}


@pytest.mark.parametrize("addresses", JOINT)
def test_inputs_are_drawn_together(addresses: tuple[str, str]) -> None:
    """Draws of two inputs have the mean product that integration on a grid gives; false alarms at most 1e-6 each."""
    net = network(JOINT[addresses])
    at = [net.inputs.addresses.index(address) for address in addresses]
    points, weights = roots_legendre(20)
    pairs = np.array(list(product((points + 1) / 2, repeat=2)))
    values = np.repeat(net.inputs.values[None], len(pairs), axis=0)
    values[:, at] = pairs
    _, log_evidence = evaluate(net, values, np.ones(values.shape[1], dtype=bool))
    mass = np.exp(log_evidence) * np.outer(weights, weights).reshape(-1)
    mass /= mass.sum()
    expected = mass @ pairs.prod(axis=1)
    products = net.inputs.filled(drawn_values(net, 100_000))[:, at].prod(axis=1)
    bound = norm.isf(FALSE_ALARM / 2) * products.std(ddof=1) / math.sqrt(len(products))
    assert abs(products.mean() - expected) <= bound
    assert abs(np.prod(mass @ pairs) - expected) > 2 * bound  # drawn one by one, they would have another mean


@pytest.mark.parametrize(
    ("stated", "says"), [(Uniform(0.9, 0.95), False), (Uniform(0.99, 1), False), (Uniform(0.05, 0.1), True)]
)
def test_a_range_is_drawn_well_where_it_is_far_from_what_was_said(stated: Uniform, says: bool) -> None:
    """A source that nearly always would say the opposite says the same of 16 items; false alarms at most 1e-6 each."""
    against = [reported(f"e{i}", {"a": 0.2, "b": 0.3}, Report(source="s", says=says)) for i in range(16)]
    net = network(case({"a": 0.5, "b": 0.5}, *against, sources=(source("s", NEVER, stated),)))
    at = net.inputs.addresses.index("source.s.if_unreliable")
    draws = net.inputs.filled(drawn_values(net, 20_000))[:, at]
    cdf = partial(tilted_cdf, distribution(stated), 16 * says, 16 * (not says))
    assert kstest(draws, cdf).pvalue >= FALSE_ALARM


# Size ----------------------------------------------------------------------------------------------------------------


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


def whole_product(numbers: Iterable[float]) -> tuple[int, int]:
    """The product of doubles as a whole number and the power of two that it is to be multiplied by."""
    halves = [math.frexp(number) for number in numbers]
    return math.prod(int(mantissa * 2**53) for mantissa, _ in halves), sum(exponent - 53 for _, exponent in halves)


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


def test_the_digits_of_numbers_are_how_far_they_are_from_one() -> None:
    """On either side, whatever lies between, and not counting zeros."""
    assert scaled.binary_digits(np.array([[0.75, 0.0, 1.0]])) == 1
    assert scaled.binary_digits(np.array([[0.75, 2.0**-30, 1.0]])) == 30
    assert scaled.binary_digits(np.array([[0.75, 2.0**-30, 2.0**39 * 1.5]])) == 40
    assert scaled.binary_digits(np.array([[5e-324]])) == 1074


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


@pytest.mark.parametrize("name", CRAFTED)
def test_each_component_is_predicted_by_all_others(name: str) -> None:
    """Its log predictive is what its likelihoods add to those of all others; of ratios there is none."""
    net = network(CRAFTED[name])
    prior, likelihood = net.inputs.mean[net.prior], np.exp(exact.stated_likelihoods(net)[0].log())
    ratios = {part.name for part in CRAFTED[name].evidence if isinstance(part.likelihood, Ratios)}
    found = draws.log_predictive(net)
    assert found.shape == (len(net.component_names),)
    for place, items in enumerate(net.component_items):
        if ratios & set(items):
            assert math.isnan(found[place])
        else:
            others = prior @ np.delete(likelihood, place, axis=0).prod(axis=0)
            assert found[place] == pytest.approx(math.log(prior @ likelihood.prod(axis=0) / others), abs=1e-12)


def test_the_case_as_it_stands_is_weighed_by_the_means() -> None:
    """The credences without any supposition are those of `weigh`."""
    stated = CRAFTED["copies"]
    assert exact.as_stated(network(stated)).tolist() == weigh(stated).credence.values.tolist()


# Order ---------------------------------------------------------------------------------------------------------------


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


# Quadrature ----------------------------------------------------------------------------------------------------------

SHAPES = (0.2, 0.5, 1.0, 2.0, 7.5, 100.0)
STATED = [
    *(Beta(alpha, beta) for alpha, beta in product(SHAPES, SHAPES)),
    *(Uniform(*ends) for ends in ((0, 1), (0.2, 0.7), (0.001, 0.01), (0.99, 0.999), (0.4, 0.400001))),
]


@pytest.mark.parametrize("stated", STATED, ids=str)
@pytest.mark.parametrize("count", [1, 2, 3, 5, 10])
def test_quadrature_is_exact_to_its_degree(stated: Any, count: int) -> None:
    """With n nodes E[x^m (1-x)^k] comes out for every m + k up to 2n - 1, by positive weights that sum to one."""
    net = network(case({"a": 0.5, "b": 0.5}, item("e", {"a": stated, "b": 0.5})))
    slot = net.inputs.addresses.index("evidence.e.likelihood.a")
    nodes, weights = quadrature(net.inputs, slot, count)
    _, _, lower, upper = shapes_of(distribution(stated))
    assert nodes.shape == weights.shape == (count,)
    assert np.all(weights > 0)
    assert abs(math.fsum(weights) - 1) <= EXACT
    assert np.all((nodes > lower) & (nodes < upper))
    for degree in range(2 * count):
        for m in {0, degree // 2, degree}:
            approximate = float(np.sum(weights * nodes**m * (1 - nodes) ** (degree - m)))
            assert relative_error(approximate, moment(stated, m, degree - m)) <= QUADRATURE


# Draws of hidden states ----------------------------------------------------------------------------------------------


class Least:
    """Random numbers of the least value there is."""

    def random(self, size: int) -> np.ndarray:
        return np.zeros(size)


def test_what_has_no_weight_is_never_picked() -> None:
    """Not even by the least random number."""
    weights = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 1.0]])
    assert draws.pick(weights, Least()).tolist() == [1, 2, 0]  # type: ignore[arg-type]


class Always(np.random.Generator):
    """Uniform numbers that are always the same; everything else is random."""

    same: float

    def random(self, size: Any = None, *_: Any, **__: Any) -> Any:
        return np.full(size, self.same)


class Lowest(Always):
    same = 0.0


class Highest(Always):
    same = math.nextafter(1, 0)


def test_an_excluded_hypothesis_is_never_drawn() -> None:
    """Not even by the least random number: the inputs are drawn as under the hypotheses that are left."""
    net = network(case({"a": NEVER, "b": ALWAYS}, item("e", {"a": 0.5, "b": Beta(1, 1)})))
    rng = Lowest(np.random.PCG64(1))
    hypotheses = draws.draw_hypotheses(net, 9_000, rng)
    assert (hypotheses == 1).all()
    drawn = draws.draw_values(net, hypotheses, rng)
    assert abs(drawn.mean() - 2 / 3) < 4.9 * math.sqrt(1 / 18 / 9_000)  # a false alarm: 1e-6


def test_no_hypothesis_beyond_the_last_is_drawn() -> None:
    """Not even by the greatest random number, where the credences add up to a little less than one."""
    names = [f"h{i}" for i in range(6)]
    likelihood = {**dict.fromkeys(names, 0.5), "h5": Beta(1, 1)}
    net = network(case(Odds({name: i + 1 for i, name in enumerate(names)}), item("e", likelihood)))
    assert np.cumsum(exact.as_stated(net))[-1] < 1
    rng = Highest(np.random.PCG64(1))
    hypotheses = draws.draw_hypotheses(net, 9_000, rng)
    assert (hypotheses == 5).all()
    drawn = draws.draw_values(net, hypotheses, rng)
    assert abs(drawn.mean() - 2 / 3) < 4.9 * math.sqrt(1 / 18 / 9_000)  # a false alarm: 1e-6


TINY = {
    "one range": ("s", {"a": Uniform(0, 1e-9), "b": 1e-9 * (2 / 37) ** (1 / 36)}),
    "mirrored": ("s", {"a": Uniform(1 - 2**-30, 1), "b": 1 - 2**-30 * (2 / 37) ** (1 / 36)}),
}


@pytest.mark.parametrize("name", TINY)
def test_the_draws_are_right_where_no_double_holds_the_likelihood(name: str) -> None:
    """Of 36 reports that only a liar makes, a range and a number that is as likely twice: .333, and so do the draws.

    The likelihood is 1e-324 or so; their mean is within five standard errors, by chance not so in one of 1.7 million.
    """
    _, if_unreliable = TINY[name]
    told = [reported(f"e{i}", {"a": 0.5, "b": 0.5}, Report(source="s", says=name == "one range")) for i in range(36)]
    lied = case({"a": 0.5, "b": 0.5}, *told, sources=(source("s", NEVER, if_unreliable),))
    posterior = weigh(lied, sampling=SAMPLING)
    assert posterior.credence.sel(hypothesis="a").item() == pytest.approx(1 / 3, rel=1e-6)
    draws = posterior.draws["posterior"]["credence"].sel(hypothesis="a").values
    error = draws.std() / math.sqrt(draws.size)
    assert 0 < error < 0.01
    assert abs(draws.mean() - 1 / 3) < 5 * error


@pytest.mark.parametrize("weight", [1e-280, 1e-3, 0.1, 2.0])
def test_a_row_of_tiny_weights_is_drawn_as_it_was_stated(weight: float) -> None:
    """Each member has its mean, however small the weights: below, all is on one of them; false alarms 1e-6 each."""
    row = Dirichlet({"x": weight, "y": 2 * weight, "z": 5 * weight})
    fixed = {"x": 0.2, "y": 0.3, "z": 0.5}
    net = network(case({"a": 0.5, "b": 0.5}, item("e", {"a": row, "b": fixed}, outcomes=("x", "y", "z"), observed="x")))
    drawn = draws.draw_prior_values(net, 9_000, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.sum(axis=1), 1, rtol=1e-12)
    error = drawn.std(axis=0) / math.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - [1 / 8, 2 / 8, 5 / 8]) <= 5.1 * error).all()
    assert drawn.std(axis=0) == pytest.approx(np.sqrt(np.array([7, 12, 15]) / 64 / (8 * weight + 1)), rel=0.05)


def test_worlds_of_tiny_chances_are_drawn_in_proportion() -> None:
    """Products of two chances of 1e-200 and of two of 3e-200 stand as one to nine, though no double holds them."""
    states = [
        Scaled.from_floats(np.full((3, 2), 1e-200)).prod(axis=1),
        Scaled.from_floats(np.full((3, 2), 3e-200)).prod(axis=1),
    ]
    weights = draws._in_proportion(states)[0]
    assert weights[1] / weights[0] == pytest.approx(9, rel=1e-15)


@pytest.mark.parametrize("stated", [Beta(1, 1e-3), Beta(1e-3, 1)])
def test_a_draw_lies_inside_its_range(stated: Beta) -> None:
    """One that rounds to 0 or 1, where the density is infinite, is moved to the next number inside."""
    net = network(case({"a": 0.5, "b": 0.5}, item("e", {"a": stated, "b": 0.5})))
    drawn = draws.draw_prior_values(net, 1_000, np.random.default_rng(1))
    ends = math.nextafter(0, 1), math.nextafter(1, 0)
    assert ends[0] <= drawn.min() <= drawn.max() <= ends[1]
    assert np.mean((drawn == ends[0]) | (drawn == ends[1])) > 0.1


def test_hidden_states_are_drawn_whatever_the_likelihoods_of_other_hypotheses() -> None:
    """Under a hypothesis by which the evidence is 1e-400 times as likely as by another, they follow its own odds."""
    seen = [
        item(f"e{i}", {"a": {True: 0.5, False: 0.5}, "b": {True: 1e-200, False: 3e-200}}, given="fact")
        for i in range(2)
    ]
    net = network(case(Odds({"a": 1, "b": 1}), item("fact", {"a": 0.5, "b": 0.5}, observed=None), *seen))
    values, at = net.inputs.values[None], np.ones(9000, dtype=np.int64)
    looked_up = chances_at(net, values, np.ones(values.shape[1], dtype=bool))
    states = draws.draw_states(net.components[0], looked_up, at, np.random.default_rng(1))
    assert abs(np.mean(states[0] == 0) - 0.1) < 4.9 * math.sqrt(0.09 / 9000)  # a false alarm: 1e-6


# Scaled numbers ------------------------------------------------------------------------------------------------------

MANTISSA = st.floats(0.5, math.nextafter(1.0, 0.0)) | st.just(0.0)
EXPONENT = st.integers(-50, 50) | st.integers(-20_000, 20_000) | st.sampled_from((0, 1, -1, -1074, 1023))
QUICK = settings(derandomize=True, deadline=None, max_examples=200)


def scaled_arrays(*shape: int) -> st.SearchStrategy[Scaled]:
    size = math.prod(shape)
    columns = st.tuples(*(st.lists(part, min_size=size, max_size=size) for part in (MANTISSA, EXPONENT)))
    return columns.map(lambda pair: Scaled(np.reshape(pair[0], shape), np.reshape(pair[1], shape).astype(np.int64)))


def exactly(scaled: Scaled) -> list[Fraction]:
    pairs = zip(scaled.mantissa.reshape(-1).tolist(), scaled.exponent.reshape(-1).tolist(), strict=True)
    return [Fraction(mantissa) * Fraction(2) ** exponent if mantissa else Fraction(0) for mantissa, exponent in pairs]


def assert_close(found: list[Fraction], true: list[Fraction], tolerance: float) -> None:
    for one, other in zip(found, true, strict=True):
        assert abs(one - other) <= Fraction(tolerance) * other


@QUICK
@given(st.lists(st.floats(0, allow_infinity=False), min_size=1, max_size=8))
def test_scaled_numbers_hold_any_double(numbers: list[float]) -> None:
    """Numbers go in without a rounding, subnormal ones and zero among them, with mantissas in [1/2, 1)."""
    scaled = Scaled.from_floats(np.array(numbers))
    assert exactly(scaled) == [Fraction(number) for number in numbers]
    assert all(mantissa == 0 or 0.5 <= mantissa < 1 for mantissa in scaled.mantissa.tolist())


@QUICK
@given(scaled_arrays(6), scaled_arrays(6))
def test_scaled_numbers_multiply_with_one_rounding(one: Scaled, other: Scaled) -> None:
    """Products keep their precision whatever the exponents, and mantissas in [1/2, 1) for the next product."""
    true = [a * b for a, b in zip(exactly(one), exactly(other), strict=True)]
    assert_close(exactly(one * other), true, ROUNDING)
    assert all(mantissa == 0 or 0.5 <= mantissa < 1 for mantissa in (one * other).mantissa.tolist())


@QUICK
@given(scaled_arrays(4, 5), st.sampled_from((0, 1)))
def test_scaled_numbers_add_up(scaled: Scaled, axis: int) -> None:
    """Sums along an axis are those of fractions, within a rounding for each number added."""
    table = np.array(exactly(scaled), dtype=object).reshape(4, 5)
    assert_close(exactly(scaled.sum(axis=axis)), table.sum(axis=axis).tolist(), 5 * ROUNDING)


@QUICK
@given(scaled_arrays(4, 5), st.sampled_from((0, 1)))
def test_scaled_numbers_multiply_along_an_axis(scaled: Scaled, axis: int) -> None:
    """Products along an axis are those of fractions, within a rounding for each number multiplied."""
    table = np.array(exactly(scaled), dtype=object).reshape(4, 5)
    assert_close(exactly(scaled.prod(axis=axis)), table.prod(axis=axis).tolist(), 5 * ROUNDING)


@pytest.mark.parametrize("count", [0, 1, 511, 512, 513, 2000])
def test_a_long_product_does_not_underflow(count: int) -> None:
    """Products of any length, the empty one included, are those of fractions."""
    numbers = np.ldexp(np.random.default_rng(1).uniform(0.5, 0.55, (count, 2)), -900)
    product = Scaled.from_floats(numbers).prod(axis=0)
    for column, mantissa, exponent in zip(numbers.T.tolist(), product.mantissa, product.exponent.tolist(), strict=True):
        whole, power = whole_product(column)
        assert relative_error(float(mantissa), Fraction(whole) * Fraction(2) ** (power - exponent)) <= count * ROUNDING


@QUICK
@given(scaled_arrays(3, 4))
def test_aligned_numbers_are_in_proportion(scaled: Scaled) -> None:
    """With the common exponent put back each number is what it was, or too small beside the largest to be held."""
    numbers, common = scaled.aligned(axis=1)
    table = np.array(exactly(scaled), dtype=object).reshape(3, 4)
    for row, exponent, true in zip(numbers.tolist(), common.reshape(-1).tolist(), table.tolist(), strict=True):
        assert max(row) == 0 if not any(true) else 0.5 <= max(row) < 1
        for number, value in zip(row, true, strict=True):
            unit = Fraction(2) ** exponent if value else Fraction(1)
            held = abs(Fraction(number) * unit - value) <= unit * Fraction(2) ** -1074
            assert held if number < 2.0**-1022 else Fraction(number) * unit == value


@QUICK
@given(scaled_arrays(5))
def test_scaled_numbers_have_their_logarithms(scaled: Scaled) -> None:
    """Logarithms are natural, and minus infinity for zero."""
    numbers = zip(scaled.log().tolist(), scaled.mantissa.tolist(), scaled.exponent.tolist(), strict=True)
    for found, mantissa, exponent in numbers:
        if mantissa:
            assert log_error(found, log(Fraction(mantissa), exponent)) <= 2 * ROUNDING
        else:
            assert found == -math.inf


def test_scaled_numbers_are_indexed_like_arrays() -> None:
    """Axes can be inserted and parts taken, the mantissas and exponents together."""
    scaled = Scaled.from_floats(np.array([[1e-300, 0.5], [0.0, 3.0]]))
    assert exactly(scaled[:, None, 1]) == [Fraction(1, 2), Fraction(3)]
    assert scaled[:, None].mantissa.shape == scaled[:, None].exponent.shape == (2, 1, 2)
    assert exactly(scaled.reshape(4, 1)[1]) == [Fraction(1, 2)]
    assert scaled.reshape(4, 1).mantissa.shape == scaled.reshape(4, 1).exponent.shape == (4, 1)


HALF_A_UNIT = Fraction(1, 2**53)


@pytest.mark.parametrize("count", [1, 2, 100, 101, 1_000])
def test_a_sum_is_rounded_once_and_in_no_order(count: int) -> None:
    """Of few and of many hypotheses: as near to the exact sum as a double can be, and the same bits in any order."""
    rng = np.random.default_rng(count)
    numbers = rng.uniform(size=(2, 3, count)) * 10.0 ** rng.integers(-3, 4, (2, 3, count))
    sums = exact_sum(numbers)
    assert sums.shape == (2, 3, 1)
    for row, total in zip(numbers.reshape(-1, count), sums.ravel(), strict=True):
        true = sum(map(Fraction, row.tolist()), Fraction(0))
        assert abs(Fraction(float(total)) - true) <= true * HALF_A_UNIT * (1 + Fraction(1, 10**9))
    assert (exact_sum(rng.permuted(numbers, axis=-1)) == sums).all()


def test_a_sum_of_scaled_numbers_keeps_the_other_axes() -> None:
    """Only the axis that is summed goes, also where others have length one."""
    scaled = Scaled.from_floats(np.array([[[0.25, 0.5]], [[1.0, 2.0]]]))
    for axis, shape in enumerate([(1, 2), (2, 2), (2, 1)]):
        assert scaled.sum(axis=axis).mantissa.shape == scaled.sum(axis=axis).exponent.shape == shape


@pytest.mark.parametrize("count", [1, 2, 3, 100, 101])
def test_sums_are_rounded_once_in_any_order(count: int) -> None:
    """Sums over the last axis, which is kept, are those of fractions to the last bit, few numbers or many."""
    random = np.random.default_rng(1)
    numbers = np.ldexp(random.random((2, 3, count)), random.integers(-60, 0, (2, 3, count)))
    true = [[[float(sum(map(Fraction, row)))] for row in rows] for rows in numbers.tolist()]
    assert exact_sum(numbers).tolist() == true
    assert exact_sum(random.permuted(numbers, axis=-1)).tolist() == true
