"""Small cases whose answers are in the literature, or can be worked out on a page, through the exact engine."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.special import spence

from attribution_bayes import (
    Beta,
    Case,
    Certain,
    CommonCause,
    Evidence,
    Hypothesis,
    Impossible,
    Odds,
    Posterior,
    Report,
    Same,
    Sampling,
    Source,
    Uniform,
    beliefs,
    expected_information,
    suppose,
    weigh,
    what_if,
)
from attribution_bayes.declare.warnings import cautions

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

EXACT = 1e-12
EVEN = {"yes": 0.5, "no": 0.5}
TENTHS = {"yes": Fraction(9, 10), "no": Fraction(1, 10)}


def case(prior: Any, *evidence: Evidence, sources: tuple[Source, ...] = ()) -> Case:
    names = prior if isinstance(prior, Mapping) else prior.weights
    hypotheses = [Hypothesis(name=name, statement=f"it is {name}") for name in names]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


def item(name: str, likelihood: Any, **declared: Any) -> Evidence:
    return Evidence(name=name, statement=f"{name} holds", likelihood=likelihood, **declared)


def exactly(declared: Case) -> Posterior:
    return weigh(declared, method="exact", sampling=Sampling(draws=100))


def credence(declared: Case, name: str) -> float:
    return float(exactly(declared).credence.sel(hypothesis=name))


def odds(declared: Case) -> float:
    found = exactly(declared).credence
    return float(found.sel(hypothesis="yes") / found.sel(hypothesis="no"))


def near(expected: Fraction) -> Any:
    return pytest.approx(float(expected), rel=EXACT, abs=0)


def test_taxi() -> None:
    """The cab was blue with probability 12/29 (Tversky and Kahneman)."""
    witness = item("witness", {"blue": 0.8, "green": 0.2})
    found = credence(case({"blue": 0.15, "green": 0.85}, witness), "blue")
    assert found == near(Fraction(12, 29))
    assert found == pytest.approx(0.413793103448, abs=5e-13)


def test_screening() -> None:
    """One in a hundred ill, the test positive for 80 % of the ill and 9.6 % of the others: 25/322 of those are ill."""
    positive = item("positive", {"ill": 0.8, "well": 0.096})
    found = credence(case({"ill": 0.01, "well": 0.99}, positive), "ill")
    assert found == near(Fraction(25, 322))
    assert found == pytest.approx(0.077639751553, abs=5e-13)


def test_monty_hall() -> None:
    """You chose door 1 and the host opens door 3: switching to door 2 wins in two of three cases."""
    opens = {"door_1": 0.5, "door_2": Certain("the host shows no car"), "door_3": Impossible("the host shows no car")}
    doors = case(Odds({"door_1": 1, "door_2": 1, "door_3": 1}), item("opens_3", opens))
    found = exactly(doors)
    assert found.credence.values.tolist() == [near(Fraction(1, 3)), near(Fraction(2, 3)), 0.0]
    assert found.excluded == ("door_3",)


@pytest.mark.parametrize(("correlation", "expected"), [(-0.3, 0.929764), (0.0, 0.947368), (0.3, 0.957917)])
def test_correlated_clues(correlation: float, expected: float) -> None:
    """Two clues that go together under the hypothesis say more when both are found (DeclareDesign, process tracing)."""
    both = 0.75 * 0.3 + correlation * math.sqrt(0.75 * 0.25 * 0.3 * 0.7)
    first = item("first", {"yes": 0.75, "no": 0.25})
    second_if = {"yes": {True: both / 0.75, False: (0.3 - both) / 0.25}, "no": {True: 0.05, False: 0.05}}
    found = credence(case(EVEN, first, item("second", second_if, given="first")), "yes")
    assert found == pytest.approx(expected, abs=5e-7)
    assert found == pytest.approx(both / (both + 0.25 * 0.05), rel=EXACT)


def test_uncorrelated_clues_are_worth_18_to_19() -> None:
    """Without correlation the answer is 18/19, whether or not the second clue is declared to depend on the first."""
    first, row = item("first", {"yes": 0.75, "no": 0.25}), {"yes": 0.3, "no": 0.05}
    dependent = item("second", {name: {True: p, False: p} for name, p in row.items()}, given="first")
    for second in (item("second", row), dependent):
        assert credence(case(EVEN, first, second), "yes") == near(Fraction(18, 19))


def one_source(reports: int, **declared: Any) -> Case:
    source = Source(name="agency", statement="it may know", **declared)
    items = [item(f"e{n}", {"yes": 0.9, "no": 0.1}, reports=[Report(source="agency")]) for n in range(reports)]
    return case(EVEN, *items, sources=(source,))


def test_one_source_with_five_reports() -> None:
    """Five reports of a source that says True whatever holds if it is unreliable speak 3.36 to 1."""
    found = odds(one_source(5, reliability=0.8, if_unreliable=Certain("it always affirms")))
    reliable, not_reliable = Fraction(8, 10), Fraction(2, 10)
    true, false = Fraction(9, 10), Fraction(1, 10)
    assert found == near((reliable * true**5 + not_reliable) / (reliable * false**5 + not_reliable))
    assert found == pytest.approx(3.361826, abs=5e-7)


def test_five_sources_with_a_report_each() -> None:
    """The same five reports from five such sources, independent of one another, would speak 383 to 1."""
    affirms = Certain("it always affirms")
    names = [f"s{n}" for n in range(5)]
    sources = [Source(name=n, statement="it may know", reliability=0.8, if_unreliable=affirms) for n in names]
    items = [item(f"e_{n}", {"yes": 0.9, "no": 0.1}, reports=[Report(source=n)]) for n in names]
    found = odds(case(EVEN, *items, sources=tuple(sources)))
    assert found == near(Fraction(92, 28) ** 5)
    assert round(found) == 383


def test_an_unknown_rate_used_ten_times() -> None:
    """Ten times True at a rate of which nothing is known is 1024/11 times likelier than at one half."""
    ten = one_source(10, reliability=Impossible("it invents"), if_unreliable={"yes": Uniform(0, 1), "no": 0.5})
    assert odds(ten) == near(Fraction(1024, 11))
    assert odds(suppose(ten, {"source.agency.if_unreliable.yes": 0.5})) == near(Fraction(1))


@pytest.mark.parametrize(("alpha", "beta"), [(1, 1), (2, 3), (0.5, 0.5), (30, 10), (0.25, 4)])
def test_an_uncertain_likelihood_used_once(alpha: float, beta: float) -> None:
    """The credence is the same as with the number alpha / (alpha + beta)."""
    mean = Fraction(alpha) / (Fraction(alpha) + Fraction(beta))
    prior = {"yes": 0.25, "no": 0.75}
    uncertain = case(prior, item("found", {"yes": Beta(alpha, beta), "no": 0.125}))
    number = case(prior, item("found", {"yes": float(mean), "no": 0.125}))
    expected = mean / 4 / (mean / 4 + Fraction(3, 32))
    assert credence(uncertain, "yes") == near(expected)
    assert credence(number, "yes") == near(expected)


def test_averaging_the_wrong_way() -> None:
    """The credence is 100/101; its mean over draws from what was stated is smaller, over posterior draws it is not.

    Over u and v uniform on [0, 1] the mean of uv / (uv + c), c = 0.05^2, is 1 + c Li2(-1 / c) = 0.951. The mean over
    posterior draws is off by more than five standard errors by chance in one of 1.7 million runs.
    """
    row = {"yes": Beta(1, 1), "no": 0.05}
    twice = case(EVEN, item("first", row), item("second", row))
    assert credence(twice, "yes") == near(Fraction(100, 101))

    nodes, weights = np.polynomial.legendre.leggauss(60)
    levels, weights = ((nodes + 1) / 2) ** 4, 2 * weights * ((nodes + 1) / 2) ** 3  # crowded near zero, where it bends
    first, second = (grid.ravel() for grid in np.meshgrid(levels, levels))
    addresses = [f"evidence.{name}.likelihood.yes" for name in ("first", "second")]
    at_each = what_if(twice, dict(zip(addresses, (first, second), strict=True))).sel(hypothesis="yes").values
    over_prior = float(np.outer(weights, weights).ravel() @ at_each)
    assert over_prior == pytest.approx(1 + 0.0025 * spence(401), rel=EXACT)  # spence(1 - z) is Li2(z)
    assert over_prior < 0.952 < 100 / 101

    draws = weigh(twice, sampling=Sampling(draws=10_000)).draws["posterior"]["credence"].sel(hypothesis="yes").values
    assert abs(draws.mean() - 100 / 101) <= 5 * draws.std() / math.sqrt(draws.size)


# Published networks --------------------------------------------------------------------------------------------------


def given(names: str, row: Any) -> dict[str, Any]:
    """The same row under every hypothesis: what an item hangs on is its parents alone."""
    return dict.fromkeys(names.split(), row)


def warned(declared: Case) -> set[str]:
    return {problem.code for problem in cautions(declared)}


def test_burglary() -> None:
    """Both neighbours having called, it was a burglary with probability .284 (Russell and Norvig; Pearl)."""
    calls = {"john": {True: 0.90, False: 0.05}, "mary": {True: 0.70, False: 0.01}}
    alarm = {"burglary": {True: 0.95, False: 0.94}, "none": {True: 0.29, False: 0.001}}
    declared = case(
        {"burglary": 0.001, "none": 0.999},
        item("earthquake", Same(0.002), observed=None),
        item("alarm", alarm, given="earthquake", observed=None),
        *(item(name, Same(row), given="alarm") for name, row in calls.items()),
    )
    found = credence(declared, "burglary")
    assert found == pytest.approx(0.284, abs=5e-4)
    assert found == pytest.approx(0.2841718353643929, rel=EXACT)
    believed = beliefs(declared)["probability"]
    assert believed.round(4).to_dict() == {"evidence.earthquake": 0.1761, "evidence.alarm": 0.7607}
    assert warned(declared) == {"W_NO_CATCH_ALL"}


TUBERCULOSIS = {
    True: {True: Certain("or"), False: Certain("or")},
    False: {True: Certain("or"), False: Impossible("or")},
}
X_RAY = {True: 0.98, False: 0.05}
DYSPNOEA = {True: {True: 0.9, False: 0.7}, False: {True: 0.8, False: 0.1}}
"""By tuberculosis or cancer, then by bronchitis."""


def asia(disease: str, smoker: tuple[float, float], other: Evidence, either: Evidence, dyspnoea: Evidence) -> Case:
    """Asia of a visitor with dyspnoea, of whom it is asked whether they have one disease; nobody knows if they smoke.

    The disease is the root here, so that smoking is given the disease, by Bayes' theorem.
    """
    names = f"{disease} none"
    return case(
        {
            disease: {"cancer": 0.055, "bronchitis": 0.45}[disease],
            "none": {"cancer": 0.945, "bronchitis": 0.55}[disease],
        },
        item("visit", Same(0.01)),
        item("smokes", dict(zip(names.split(), smoker, strict=True)), observed=None),
        item("tuberculosis", Same({True: 0.05, False: 0.01}), given="visit", observed=None),
        other,
        either,
        item("x_ray", Same(X_RAY), given="either", observed=None),
        dyspnoea,
    )


def test_asia_cancer() -> None:
    """Of a visitor with dyspnoea it is lung cancer with probability .09952515 (Lauritzen and Spiegelhalter)."""
    either = {
        "cancer": {True: Certain("or"), False: Certain("or")},
        "none": {True: Certain("or"), False: Impossible("or")},
    }
    declared = asia(
        "cancer",
        (10 / 11, 10 / 21),
        item("bronchitis", Same({True: 0.6, False: 0.3}), given="smokes", observed=None),
        item("either", either, given="tuberculosis", observed=None),
        item("dyspnoea", Same(DYSPNOEA), given=("either", "bronchitis")),
    )
    assert credence(declared, "cancer") == pytest.approx(0.09952515, abs=5e-9)
    believed = beliefs(declared)["probability"]
    assert believed["evidence.bronchitis"] == pytest.approx(0.8114021, abs=5e-8)
    assert believed["evidence.tuberculosis"] == pytest.approx(0.0878, abs=5e-5)
    assert "W_VACUOUS_ITEM" not in warned(declared)


def test_asia_bronchitis() -> None:
    """And bronchitis with probability .8114021."""
    dyspnoea = {"bronchitis": {True: 0.9, False: 0.8}, "none": {True: 0.7, False: 0.1}}
    declared = asia(
        "bronchitis",
        (2 / 3, 4 / 11),
        item("cancer", Same({True: 0.1, False: 0.01}), given="smokes", observed=None),
        item("either", Same(TUBERCULOSIS), given=("tuberculosis", "cancer"), observed=None),
        item("dyspnoea", dyspnoea, given="either"),
    )
    assert credence(declared, "bronchitis") == pytest.approx(0.8114021, abs=5e-8)
    assert "W_VACUOUS_ITEM" not in warned(declared)


def test_the_x_ray_of_asia_bears_on_cancer() -> None:
    """Its likelihoods are the same under both hypotheses, given tuberculosis or cancer; it is no vacuous item."""
    either = {
        "cancer": {True: Certain("or"), False: Certain("or")},
        "none": {True: Certain("or"), False: Impossible("or")},
    }
    declared = case(
        {"cancer": 0.055, "none": 0.945},
        item("tuberculosis", Same(0.0104), observed=None),
        item("either", either, given="tuberculosis", observed=None),
        item("x_ray", Same(X_RAY), given="either"),
    )
    assert credence(declared, "cancer") == pytest.approx(0.4887114013196729, rel=EXACT)  # all worlds of Asia added up
    assert "W_VACUOUS_ITEM" not in warned(declared)


def test_the_oil_wildcatter() -> None:
    """Drilling is worth 20 untested and 32.5 tested, less the test's 10; the test tells .1604 bits (Raiffa; HUGIN)."""
    names, echoes = ("dry", "wet", "soaking"), ("closed", "open", "diffuse")
    rows = ((0.1, 0.3, 0.6), (0.3, 0.4, 0.3), (0.5, 0.4, 0.1))
    likelihood = {name: dict(zip(echoes, row, strict=True)) for name, row in zip(names, rows, strict=True)}
    prior = dict(zip(names, (0.5, 0.3, 0.2), strict=True))
    declared = case(prior, item("seismic", likelihood, outcomes=echoes, observed=None))
    worth = {"drill": dict(zip(names, (-70, 50, 200), strict=True)), "leave": dict.fromkeys(names, 0)}
    table = expected_information(declared, cost={"seismic": 10}, utility=worth)
    assert table["probability"].tolist() == pytest.approx([0.24, 0.35, 0.41], rel=EXACT)
    assert table["best_act"].tolist() == ["drill", "drill", "leave"]
    assert table["value"].tolist() == pytest.approx([12.5] * 3, rel=EXACT)
    assert table["net_value"].tolist() == pytest.approx([2.5] * 3, rel=EXACT)
    assert table.attrs["best_act"] == "drill"
    assert table.attrs["expected_utility"] == pytest.approx(20, rel=EXACT)
    assert table.attrs["perfect_information"] == pytest.approx(35, rel=EXACT)
    assert table["information"].tolist() == pytest.approx([0.160410902] * 3, abs=5e-10)
    assert table["information_per_cost"].tolist() == pytest.approx([0.0160410902] * 3, abs=5e-11)


@pytest.mark.parametrize(
    ("found", "printed"),
    [({"dyspnoea": True}, 0.025), ({"smokes": True}, 0.032), ({"dyspnoea": True, "smokes": True}, 0.067)],
)
def test_cancer(found: Mapping[str, bool], printed: float) -> None:
    """Lung cancer by what is known of the patient (Korb and Nicholson, Bayesian Artificial Intelligence)."""
    chances = {
        (high, smokes): (0.1 if high else 0.9) * (0.3 if smokes else 0.7) for high in (1, 0) for smokes in (1, 0)
    }
    ill = {(1, 1): 0.05, (1, 0): 0.02, (0, 1): 0.03, (0, 0): 0.001}
    prior = sum(chances[at] * ill[at] for at in chances)

    def posterior(under: Mapping[tuple[int, int], float], of: tuple[tuple[int, int], ...]) -> float:
        return sum(chances[at] * under[at] for at in of) / sum(chances[at] * under[at] for at in chances)

    well = {at: 1 - number for at, number in ill.items()}
    smoker = {name: posterior(under, ((1, 1), (0, 1))) for name, under in (("cancer", ill), ("none", well))}
    declared = case(
        {"cancer": prior, "none": 1 - prior},
        item("smokes", smoker, observed=found.get("smokes")),
        item("x_ray", {"cancer": 0.9, "none": 0.2}, observed=None),
        item("dyspnoea", {"cancer": 0.65, "none": 0.3}, observed=found.get("dyspnoea")),
    )
    assert credence(declared, "cancer") == pytest.approx(printed, abs=5e-4)


def test_a_trace_of_a_hidden_cause() -> None:
    """A trace is left by a cause that is likelier under one hypothesis: (.9 .8 + .1 .1) to (.1 .8 + .9 .1), or .811."""
    declared = case(
        EVEN,
        item("cause", {"yes": 0.9, "no": 0.1}, observed=None),
        item("trace", given("yes no", {True: 0.8, False: 0.1}), given="cause"),
    )
    assert credence(declared, "yes") == near(Fraction(73, 90))
    assert credence(declared, "yes") == pytest.approx(0.811, abs=5e-4)
    assert warned(declared) == {"W_NO_CATCH_ALL"}


def test_a_search_that_found_nothing() -> None:
    """What exists with .8 or .2 and is found half of the time was not found: (.2 + .8 .5) to (.8 + .2 .5), or 2/3."""
    declared = case(
        EVEN,
        item("order", {"yes": 0.8, "no": 0.2}, observed=None),
        item("found", Same({True: 0.5, False: Impossible("there is none")}), given="order", observed=False),
    )
    assert odds(declared) == near(Fraction(2, 3))


def test_a_report_that_nobody_here_has_heard() -> None:
    """Hearsay is a fact about what was said, reported: each rate of error is passed through once."""
    declared = case(
        EVEN,
        item("happened", {"yes": 0.9, "no": 0.1}, observed=None),
        item("said", Same({True: 0.85, False: 0.15}), given="happened", reports=[Report(source="newspaper")]),
        sources=(Source(name="newspaper", statement="a newspaper", reliability=0.9, if_unreliable=0.5),),
    )
    said = {name: p * Fraction(85, 100) + (1 - p) * Fraction(15, 100) for name, p in TENTHS.items()}
    heard = {name: Fraction(9, 10) * p + Fraction(1, 20) for name, p in said.items()}
    assert odds(declared) == near(heard["yes"] / heard["no"])


def in_order(tosses: list[bool]) -> list[Evidence]:
    """Tosses of a coin whose rate nobody knows, each with the rule of succession for what came before it."""
    before = [tosses[:n] for n in range(len(tosses))]
    rates = [Beta(1 + sum(seen), 1 + len(seen) - sum(seen)) for seen in before]
    pairs = enumerate(zip(rates, tosses, strict=True))
    return [item(f"toss_{n}", {"yes": rate, "no": 0.5}, observed=toss) for n, (rate, toss) in pairs]


def by_one_source(tosses: list[bool]) -> Case:
    """The same coin as a source that says what it says whatever holds, at one rate for all tosses."""
    coin = Source(
        name="coin",
        statement="a coin",
        reliability=Impossible("it follows no facts"),
        if_unreliable={"yes": Uniform(0, 1), "no": 0.5},
    )
    said = [[Report(source="coin", says=toss, serves=True)] for toss in tosses]
    items = [item(f"toss_{n}", Same(0.5), reports=reports) for n, reports in enumerate(said)]
    return case(EVEN, *items, sources=(coin,))


def biased(heads: int, tails: int) -> Fraction:
    """How many times likelier tosses are if any rate is as likely as any other than if the coin is fair."""
    return Fraction(2 ** (heads + tails), (heads + tails + 1) * math.comb(heads + tails, heads))


def test_the_euro_coin() -> None:
    """140 heads in 250 speak .48 to 1 for a bias (MacKay 2003, exercise 3.15), in any order."""
    declared = case(EVEN, *in_order([True] * 140 + [False] * 110))
    assert odds(declared) == near(biased(140, 110))
    assert odds(declared) == pytest.approx(0.48, abs=5e-3)
    assert odds(case(EVEN, *in_order([False] * 110 + [True] * 140))) == near(biased(140, 110))


def test_a_rate_that_tosses_share() -> None:
    """One rate of one source, summed out by quadrature, is the rule of succession for each toss in turn."""
    assert odds(by_one_source([True] * 140 + [False] * 110)) == pytest.approx(float(biased(140, 110)), rel=1e-9)


@pytest.mark.parametrize(
    ("planted", "ratio"),
    [
        (Impossible("nobody planted it"), 18),
        (0.05, Fraction(360, 37)),
        (0.2, Fraction(45, 11)),
        (0.5, Fraction(36, 19)),
        (Certain("it was planted"), 1),
    ],
)
def test_planted_evidence(planted: Any, ratio: Fraction) -> None:
    """P(E | h) = (1 - d) p + d q, with d 0 under the one who is framed: .9 over (1 - d) .05 + d .9."""
    framing = CommonCause(
        name="planted",
        statement="the other one planted it",
        probability={"yes": Impossible("he would not frame himself"), "no": planted},
        likelihood={"trace": {"yes": 0.9, "no": 0.9}},
    )
    declared = case(EVEN, item("trace", {"yes": 0.9, "no": 0.05})).model_copy(update={"common_causes": [framing]})
    assert odds(declared) == near(Fraction(ratio))


def test_two_traces_planted_together() -> None:
    """One cause of two traces is counted once: (.95 .05 .05 + .05 .9 .9) / .81, not the square of one trace."""
    framing = CommonCause(
        name="planted",
        statement="the other one planted both",
        probability={"yes": Impossible("he would not frame himself"), "no": 0.05},
        likelihood={name: {"yes": 0.9, "no": 0.9} for name in ("trace", "note")},
    )
    traces = [item(name, {"yes": 0.9, "no": 0.05}) for name in ("trace", "note")]
    declared = case(EVEN, *traces).model_copy(update={"common_causes": [framing]})
    p, d, q = Fraction(1, 20), Fraction(1, 20), Fraction(9, 10)
    assert odds(declared) == near(q**2 / ((1 - d) * p**2 + d * q**2))
