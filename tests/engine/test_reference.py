"""The model by brute force: against the exact engine, and against the oracle in rational numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given, settings

import oracle
from attribution_bayes.declare import distributions as family
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import LogNormal, Meaning, Point
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Beta, Dirichlet, Impossible, Ratios, Uniform
from attribution_bayes.engine.reference import credences, likelihood, moment, worlds
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import ContradictionError
from drawn import cases
from repeatable import FILTERED

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

EXACT = 1e-12
MANY = settings(FILTERED, max_examples=300)


PARTS = (
    *("hidden", "named outcomes", "given", "ratios", "reports", "error rates", "serves", "copies", "Dirichlet"),
    "instrument",
    "common cause",
    "reliability by hypothesis",
)
"""Of the model: random cases have each of them."""


def parts_of(case: Case) -> set[str]:
    """What of the model a case has."""
    sources = {source.name: source for source in case.sources}
    reports = [(item, report) for item in case.evidence for report in item.reports]
    found = {
        "hidden": any(item.observed is None and not item.reports for item in case.evidence),
        "named outcomes": any(item.outcomes != (True, False) for item in case.evidence),
        "given": any(item.given for item in case.evidence),
        "ratios": any(isinstance(item.likelihood, Ratios) for item in case.evidence),
        "reports": any(not sources[report.source].errs_anew for _, report in reports),
        "error rates": any(sources[report.source].errs_anew for _, report in reports),
        "serves": any(not report.serves for _, report in reports),
        "copies": any(report.copied_from is not None for _, report in reports),
        "Dirichlet": isinstance(case.prior, Dirichlet)
        or "Dirichlet" in str([item.likelihood for item in case.evidence]),
        "instrument": any(source.instrument for source in case.sources),
        "common cause": bool(case.common_causes),
        "reliability by hypothesis": any(isinstance(source.reliability, Mapping) for source in case.sources),
    }
    return {name for name, is_there in found.items() if is_there}


def test_the_exact_engine_and_brute_force_agree() -> None:
    """On random cases of at most 64 worlds with every part of the model, credences differ by less than 1e-12."""
    seen: Counter[str] = Counter()

    @MANY
    @given(cases(max_worlds=64, max_hypotheses=4, max_items=6, common_causes=True))
    def agree(case: Case) -> None:
        try:
            exact = weigh(case, method="exact").credence
        except ContradictionError:
            with pytest.raises(ZeroDivisionError):
                credences(case)
            return
        for name, value in credences(case).items():
            assert float(exact.sel(hypothesis=name)) == pytest.approx(value, rel=EXACT, abs=5e-324)
        seen.update(parts_of(case))

    agree()
    assert min(seen[part] for part in PARTS) >= 5


@pytest.mark.parametrize("uses", [(0, 0), (1, 0), (0, 1), (3, 0), (2, 4), (5, 1)])
@pytest.mark.parametrize("stated", [0.3, Beta(0.5, 20), Uniform(0.25, 0.75), Uniform(0.3, 0.30001)])
def test_moments_are_those_of_rational_numbers(stated: float | Beta | Uniform, uses: tuple[int, int]) -> None:
    """E[x^m (1-x)^n] of a number, a Beta and a Uniform, however narrow, is that of exact arithmetic."""
    match stated:
        case Beta(alpha, beta):
            number: Meaning = family.Beta(alpha, beta)
        case Uniform(lower, upper):
            number = family.Uniform(lower, upper)
        case _:
            number = Point(stated)
    assert moment(number, *uses) == pytest.approx(float(oracle.moment(stated, *uses)), rel=1e-14)


def test_a_ratio_counts_by_its_geometric_mean() -> None:
    """A log-normal ratio enters by exp(mu), whatever its sigma."""
    assert moment(LogNormal(0.0, 3.0), 1, 0) == 1.0


def two(prior: dict[str, float], *evidence: Evidence, sources: tuple[Source, ...] = ()) -> Case:
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}") for name in prior]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


def test_an_item_and_a_source_of_one_name_stay_apart() -> None:
    """By hand: 1/2 (0.9 (0.8 + 0.2 0.5) + 0.1 0.2 0.5) against the same with 0.2 for 0.9; four worlds."""
    source = Source(name="x", statement="x says", reliability=0.8, if_unreliable=0.5)
    row = {"a": 0.9, "b": 0.2}
    heard = Evidence(name="x", statement="x holds", likelihood=row, reports=[Report(source="x")])
    case = two({"a": 0.5, "b": 0.5}, heard, sources=(source,))
    says = {name: Fraction(str(p)) * Fraction(8, 10) + Fraction(1, 10) for name, p in row.items()}
    assert len([*worlds(case)]) == 4
    assert credences(case)["a"] == pytest.approx(float(says["a"] / (says["a"] + says["b"])), rel=EXACT)


def test_a_case_with_every_part_of_the_model() -> None:
    """Ratios, a Dirichlet, what hangs on it, an instrument, copies that repeat or contradict: as `weigh`."""
    sources = (
        Source(name="agency", statement="it says", reliability=Beta(4, 2), if_unreliable={"a": 0.7, "b": 0.6}),
        Source(name="paper", statement="it says", reliability=0.7, if_unreliable=0.5),
        Source(
            name="test", statement="it shows", says_true_if_true=0.9, says_true_if_false=Beta(1, 9), instrument=True
        ),
    )
    copy = Report(source="paper", copied_from="agency", copy_probability=0.4)
    contradiction = Report(source="paper", says=False, copied_from="agency", copy_probability=0.4)
    heard = [Report(source="agency"), Report(source="test", says=False, serves=False)]
    row = {"a": Uniform(0.5, 0.9), "b": 0.2}
    evidence = [
        Evidence(name="ratio", statement="e", likelihood=Ratios(reference="b", ratios={"a": 3.0})),
        Evidence(
            name="kind",
            statement="e",
            likelihood={"a": Dirichlet({"x": 1, "y": 2}), "b": {"x": 0.3, "y": 0.7}},
            outcomes=("x", "y"),
            observed=None,
        ),
        Evidence(
            name="hangs",
            statement="e",
            likelihood={"a": {"x": 0.8, "y": 0.1}, "b": {"x": 0.4, "y": 0.5}},
            given="kind",
            reports=[Report(source="test")],
        ),
        Evidence(name="repeated", statement="e", likelihood=row, reports=[*heard, copy]),
        Evidence(name="contradicted", statement="e", likelihood=row, reports=[*heard, contradiction]),
    ]
    case = two({"a": 0.4, "b": 0.6}, *evidence, sources=sources)
    assert credences(case)["a"] == pytest.approx(float(weigh(case).credence.sel(hypothesis="a")), rel=EXACT)


def test_nothing_is_left_where_every_hypothesis_is_excluded() -> None:
    """What cannot be has likelihood 0 under each hypothesis, and the credences are 0 over 0."""
    never = Impossible("it cannot be")
    case = two({"a": 0.5, "b": 0.5}, Evidence(name="e", statement="e", likelihood={"a": never, "b": never}))
    assert [likelihood(case, name) for name in case.names] == [0, 0]
    with pytest.raises(ZeroDivisionError):
        credences(case)


def test_misunderstood_items() -> None:
    """With an error of its own and one that is shared, the credences are those of the exact engine."""
    row = {"a": 0.9, "b": 0.2}
    items = [Evidence(name=name, statement=name, likelihood=row) for name in "xy"]
    own = Evidence(name="z", statement="z", likelihood=row, error=0.1)
    case = two({"a": 0.4, "b": 0.6}, *items, own).model_copy(update={"error": Uniform(0, 0.5)})
    assert credences(case)["a"] == pytest.approx(float(weigh(case).credence.sel(hypothesis="a")), rel=EXACT)
