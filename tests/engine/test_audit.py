"""The audit: the answer can be added up again by hand from its tables alone."""

from __future__ import annotations

import dataclasses
import math
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from attribution_bayes.declare.assumptions import assumptions
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import Point
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
)
from attribution_bayes.declare.written import case_hash, case_text, case_tree
from attribution_bayes.engine.audit import Audit, audit, in_words
from attribution_bayes.engine.posterior import NOTHING_SAMPLED, Posterior, notes
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.versions import versions
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import ContradictionError
from attribution_bayes.files.cases import case_from_text
from drawn import cases
from repeatable import FILTERED

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

FEW = Sampling(draws=100, tune=100, seed=3, progress=False)
HYPOTHESES = [Hypothesis(name=name, statement=f"it was {name}") for name in "ab"]


def case(*evidence: Evidence, prior: Any = None, **fields: Any) -> Case:
    prior = {"a": 0.5, "b": 0.5} if prior is None else prior
    return Case(question="Which?", hypotheses=HYPOTHESES, prior=prior, evidence=evidence, **fields)


def item(name: str, a: Any, b: Any, **fields: Any) -> Evidence:
    return Evidence(name=name, statement=f"{name} holds", likelihood={"a": a, "b": b}, **fields)


def shares(joints: dict[str, Any]) -> dict[str, float]:
    total = sum(joints.values())
    return {name: float(joint / total) for name, joint in joints.items()}


def added_up(found: Audit) -> tuple[dict[str, float], float]:
    """Credences, and the decimal logarithm of P(E), from the logarithms in the tables, with 50 digits."""
    with localcontext() as context:
        context.prec, context.Emin = 50, -(10**9)
        joints = {}
        for name in found.sums.index:
            joint = Decimal(float(found.sums.at[name, "prior"]))
            for power in found.log10_likelihoods[name]:
                joint *= Decimal(10) ** Decimal(power) if power > -math.inf else 0
            joints[str(name)] = joint
        return shares(joints), float(sum(joints.values()).log10())


def multiplied(found: Audit) -> dict[str, float]:
    """Credences from the plain numbers in the tables, as fractions."""
    joints = {
        str(name): Fraction(found.sums.at[name, "prior"]) * math.prod(map(Fraction, found.likelihoods[name]))
        for name in found.sums.index
    }
    return shares(joints)


@pytest.mark.parametrize("number", [150, pytest.param(2000, marks=pytest.mark.slow)])
def test_any_answer_can_be_added_up_again(number: int) -> None:
    """Prior times likelihoods, divided by their sum, is the credence; the sum is P(E): in many random cases."""
    seen = {"relative": 0, "joined": 0}

    @settings(FILTERED, max_examples=number)
    @given(cases(max_items=6))
    def holds(case: Case) -> None:
        try:
            posterior = weigh(case, sampling=FEW)
        except ContradictionError:
            return
        found = audit(posterior)
        credence, log10_evidence = added_up(found)
        expected = dict(zip(case.names, posterior.credence.values, strict=True))
        assert credence == pytest.approx(expected, rel=1e-11, abs=0)
        assert multiplied(found) == pytest.approx(expected, rel=1e-11, abs=0)
        assert found.sums["credence"].tolist() == found.sums["reported"].tolist() == list(expected.values())
        has_ratios = any(isinstance(item.likelihood, Ratios) for item in case.evidence)
        assert found.components["relative"].any() == has_ratios
        assert math.isnan(found.evidence) is math.isnan(found.log10_evidence) is has_ratios
        if not has_ratios:
            assert found.log10_evidence == pytest.approx(log10_evidence, abs=1e-11)
            assert found.evidence == pytest.approx(math.exp(posterior.log_evidence), rel=1e-11)
        seen["relative"] += has_ratios
        seen["joined"] += any(", " in items for items in found.components["items"])
        assert case.question in str(found)

    holds()
    assert min(seen["relative"], seen["joined"]) >= 8


def test_what_is_too_small_for_a_number_can_be_added_up_too() -> None:
    """Likelihoods whose product underflows are there as logarithms, and P(E) as well."""
    tiny = case(*(item(f"e{i}", 1e-200, 2e-200) for i in range(5)), item("f", 1e-300, Uniform(0, 1)))
    found = audit(weigh(tiny, sampling=FEW))
    credence, log10_evidence = added_up(found)
    reported = found.sums["reported"].to_dict()
    assert found.evidence == 0
    assert 0 < reported["a"] < 1e-300
    assert credence == pytest.approx(reported, rel=1e-11, abs=0)
    assert found.log10_evidence == pytest.approx(log10_evidence, rel=1e-15) == pytest.approx(-998.9 + 0.3, abs=0.5)
    assert multiplied(found) == pytest.approx(reported, rel=1e-11, abs=0)
    assert f"e{math.floor(found.log10_evidence)} = P(all observations)" in str(found)


def test_the_inputs_are_the_numbers_that_went_in() -> None:
    """Every asserted number stands there with its address, in words, and as it was used."""
    prior = BaseRates({"a": 3, "b": 1})
    source = Source(name="s", statement="s", reliability=Between(0.6, 0.8), if_unreliable=Beta(2, 3))
    told = [item(name, 0.7, Counts(3, 10), reports=[Report(source="s")]) for name in ("e", "f")]
    stated = case(*told, item("g", 0.2, Words("unlikely", "icd203-2015")), prior=prior, sources=[source])
    found = audit(weigh(stated, sampling=FEW))
    known = assumptions(stated)
    assert found.inputs.index.tolist() == [assumption.address for assumption in known]
    assert found.inputs["used"].tolist() == [assumption.stated for assumption in known]
    assert found.inputs["lower"].tolist() == [assumption.lower for assumption in known]
    assert found.inputs["kind"].tolist() == [assumption.kind for assumption in known]
    assert found.inputs.at["prior.a", "written"] == "counts a 3, b 1, each plus 0.5"
    assert found.inputs.at["source.s.reliability", "written"] == "between 0.6 and 0.8, with probability 0.9"
    assert found.inputs.at["source.s.reliability", "enters"] == "as its mean"
    assert found.inputs.at["source.s.if_unreliable", "enters"] == "integrated at 2 points: several reports use it"
    assert found.inputs.at["evidence.g.likelihood.a", "enters"] == "as it is"
    assert found.inputs.at["evidence.g.likelihood.b", "written"] == "'unlikely' of icd203-2015"
    assert found.likelihoods.loc["g"].tolist() == pytest.approx([0.2, 0.325], rel=1e-15)
    assert found.components.loc["e+f"].tolist() == ["e, f", "s", False]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (0.25, "0.25"),
        (Beta(2, 3.5), "Beta with alpha 2 and beta 3.5"),
        (Between(0.1, 0.2, mass=0.5), "between 0.1 and 0.2, with probability 0.5"),
        (RatioBetween(2, 5), "between 2.0 and 5.0, with probability 0.9"),
        (Uniform(0, 0.3), "anywhere from 0.0 to 0.3"),
        (Counts(3, 10), "3 of 10 comparable cases"),
        (Impossible("dead"), "impossible: dead"),
        (Certain("seen"), "certain: seen"),
        (Odds({"a": 1, "b": 2}), "odds a 1, b 2"),
        (Dirichlet({"a": 1, "b": 2}), "Dirichlet weights a 1, b 2"),
    ],
)
def test_every_way_to_state_a_number_has_words(written: Any, words: str) -> None:
    """What was written can be read by somebody who knows no Python."""
    parameter = Parameter(address="a", written=written, meaning=Point(0.5), kind="any", together=("a", "b"))
    assert in_words(parameter) == words


@pytest.mark.parametrize("prior", [Odds({"a": 1, "b": 2}), Dirichlet({"a": 1, "b": 2}), BaseRates({"a": 1, "b": 2})])
def test_what_is_stated_together_is_told_in_the_order_of_the_case(prior: Any) -> None:
    """Weights of hypotheses, of outcomes and of outcomes given a parent stand as these were declared."""
    colours = ["red", "green", "blue"]
    row = Dirichlet({colour: weight for weight, colour in enumerate(sorted(colours), 1)})
    even = {colour: dict.fromkeys(colours, 0.25) | {"red": 0.5} for colour in colours}
    case = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=name) for name in "ba"],
        prior=prior,
        evidence=[
            Evidence(name="e", statement="e", outcomes=colours, observed="red", likelihood=dict.fromkeys("ab", row)),
            Evidence(
                name="f",
                statement="f",
                given="e",
                outcomes=colours,
                observed="red",
                likelihood=dict.fromkeys("ab", even),
            ),
        ],
    )
    words = {str(parameter.address): in_words(parameter) for parameter in parameters(case)}
    assert "b 2, a 1" in words["prior.a"]
    assert words["evidence.e.likelihood.a.red"] == "Dirichlet weights red 3, green 2, blue 1"
    given_e = [address.split(".")[-2] for address in words if address.startswith("evidence.f.likelihood.a")]
    assert list(dict.fromkeys(given_e)) == colours
    tree = case_tree(case)["evidence"]
    assert list(tree["e"]["likelihood"]["a"]["dirichlet"]) == colours
    assert list(tree["f"]["likelihood"]["a"]) == list(tree["f"]["likelihood"]["a"]["blue"]) == colours


def test_everything_that_nobody_said_is_listed() -> None:
    """Defaults stand under the address they apply to; what was said otherwise is not among them."""
    source = Source(name="s", statement="s", reliability=0.8, if_unreliable=Between(0.2, 0.4, mass=0.8))
    support = Words("weak support", "enfsi-2015")
    stated = case(
        item("e", Between(0.2, 0.4), Counts(1, 4)),
        item("f", 0.2, Words("likely", "icd203-2015"), observed=False),
        item("g", 0.2, 0.3, reports=[Report(source="s", says=False)]),
        item("h", 0.2, 0.3, reports=[Report(source="s")]),
        Evidence(name="i", statement="i", likelihood=Ratios(reference="a", ratios={"b": support})),
        prior=BaseRates({"a": 3, "b": 1}),
        sources=[source],
    )
    found = audit(weigh(stated, sampling=Sampling(draws=100, seed=0)))
    assert found.defaults["default"].to_dict() == {
        "prior.a": "pseudocount=0.5",
        "prior.b": "pseudocount=0.5",
        "evidence.e.likelihood.a": "mass=0.9",
        "evidence.e.likelihood.b": "1/2 and 1/2",
        "evidence.f.likelihood.b": "uniform",
        "evidence.i.likelihood.b": "mass=0.9",
        "evidence.e.observed": "True",
        "evidence.g.reports.s.serves": "True",
        "evidence.h.reports.s.says": "True",
        "evidence.h.reports.s.serves": "True",
        "evidence.i.observed": "True",
        "sampling.chains": "4",
        "sampling.seed": "0",
        "range of kind base_rates": "central 90%",
        "range of kind number": "odds times and over 2",
        "range of kind between": "central 90%",
        "range of kind counts": "central 90%",
        "range of kind words": "all of it",
        "range of kind ratio_words": "central 90%",
        "scale icd203-2015": found.defaults.at["scale icd203-2015", "default"],
        "scale enfsi-2015": found.defaults.at["scale enfsi-2015", "default"],
        "words of the summary": "icd203-2015",
        "spread": "0.9",
    }
    assert found.defaults.at["scale enfsi-2015", "default"].startswith("S. Willis et al.")
    assert found.components.at["i", "relative"]
    entered = found.inputs.loc["evidence.i.likelihood.b"]
    middle = math.sqrt(support.range.lower * support.range.upper)
    assert (entered["enters"], entered["used"]) == ("as its geometric midpoint", pytest.approx(middle, rel=1e-12))


def test_the_warnings_are_those_of_weighing() -> None:
    """Each warning stands in the audit, with the hash of the case and the software."""
    posterior = weigh(case(item("e", 0.5, 0.5)), sampling=FEW)
    found = audit(posterior)
    assert found.warnings["code"].tolist() == ["W_NO_CATCH_ALL", "W_VACUOUS_ITEM"]
    assert found.warnings["path"].tolist() == [problem.path for problem in posterior.warnings]
    assert found.case_sha256 == case_hash(posterior.case)
    assert found.versions == posterior.versions
    assert found.method == "exact"


def test_a_sampled_answer_stands_beside_the_sum(sampled_plain: Posterior, plain: Case) -> None:
    """Of a sampled posterior the audit gives the exact sum, and beside it what was sampled."""
    found = audit(sampled_plain)
    exact = weigh(plain, sampling=FEW)
    assert found.sums["credence"].tolist() == exact.credence.values.tolist()
    assert found.sums["reported"].tolist() == sampled_plain.credence.values.tolist()
    assert (found.sums["mcse"] > 0).all()
    off = np.abs(found.sums["credence"] - found.sums["reported"])
    assert (off < 5 * found.sums["mcse"]).all()
    assert "As sampled with PyMC:\n  alone: 0." in str(found)
    how = sampled_plain.sampling
    assert found.sampling == how
    assert f"tuning, seed {how.seed}, target acceptance {how.target_accept}" in str(found)
    assert "nutpie" in found.versions
    assert "nutpie" not in versions("pymc", "pymc")


def test_with_nothing_uncertain_nothing_was_sampled() -> None:
    """PyMC's answer to a case of plain numbers has no error, and does not say that it was sampled."""
    exact = weigh(case(item("e", 0.8, 0.2)), sampling=FEW)
    told = notes(dataclasses.replace(exact, method="pymc"))
    assert NOTHING_SAMPLED in told
    assert not any("Sampled" in note for note in told)


PRINTED = """\
Which?
case {sha}

prior x product of the likelihoods = joint; joint / sum of the joints = credence

a
    0.25                     prior
  x 0.75                     e
  = 0.1875                   joint
    0.5                      credence

b
    0.75                     prior
  x 0.25                     e
  = 0.1875                   joint
    0.5                      credence

sum of the joints: 0.375 = P(all observations)

inputs
  prior.a: 0.25; as it is, 0.25
"""


def test_the_sum_is_printed() -> None:
    """The printed form shows the sum as it is done by hand."""
    stated = case(item("e", 0.75, 0.25), prior={"a": 0.25, "b": 0.75})
    found = audit(weigh(stated, sampling=FEW))
    assert str(found).startswith(PRINTED.format(sha=case_hash(stated)))
    assert repr(found) == str(found)
    relative = case(Evidence(name="e", statement="e", likelihood=Ratios(reference="a", ratios={"b": 3.0})))
    assert "x 3.0                      e (relative)" in str(audit(weigh(relative, sampling=FEW)))
    assert "no probability, as e is relative" in str(audit(weigh(relative, sampling=FEW)))


def test_of_many_inputs_the_first_are_printed() -> None:
    """How many more there are is said, and the table has them all."""
    found = audit(weigh(case(*(item(f"e{n}", 0.3, 0.4) for n in range(21))), sampling=FEW))
    printed = str(found)
    assert len(found.inputs) == 44
    assert "  evidence.e18.likelihood.b: 0.4; " in printed
    assert "evidence.e19.likelihood" not in printed
    assert "\n  and 4 more, in the table `inputs`" in printed


def test_what_was_written_out_is_no_default() -> None:
    """`observed=True` and `says=True` are listed only where nobody wrote them."""
    names = ("a", "b")
    case = Case(
        question="?",
        hypotheses=[Hypothesis(name=name, statement=name, catch_all=name == "b") for name in names],
        prior={"a": 0.5, "b": 0.5},
        sources=[Source(name="s", statement="s", reliability=0.7, if_unreliable=0.5)],
        evidence=[
            Evidence(name="e", statement="e", likelihood={"a": 0.8, "b": 0.2}, observed=True),
            Evidence(
                name="f",
                statement="f",
                likelihood={"a": 0.8, "b": 0.2},
                reports=[Report(source="s", says=True)],
            ),
        ],
    )
    for same in (case, case_from_text(case_text(case))):
        found = audit(weigh(same)).defaults.index
        assert [one for one in found if one.startswith("evidence.")] == ["evidence.f.reports.s.serves"]


def test_nothing_serves_an_instrument() -> None:
    """What nobody said of its interest was not taken for anything: it errs by its two rates."""
    instrument = Source(name="s", statement="s", says_true_if_true=0.9, says_true_if_false=0.1)
    stated = case(item("e", 0.8, 0.2, reports=[Report(source="s")]), sources=[instrument])
    found = audit(weigh(stated, sampling=FEW)).defaults.index
    assert [one for one in found if one.startswith("evidence.")] == ["evidence.e.reports.s.says"]


def test_each_setting_of_the_draws_has_its_own_meaning() -> None:
    """Only what was used is listed: an exact weighing has no NUTS, which is tuned and aims at an acceptance."""
    exact = weigh(case(item("e", 0.8, 0.2)), sampling=Sampling(draws=Sampling().draws))
    of_both = ["draws", "chains", "seed"]
    for posterior, expected in (
        (exact, of_both),
        (dataclasses.replace(exact, method="pymc"), ["draws", "tune", *of_both[1:], "nuts_sampler", "target_accept"]),
    ):
        found = audit(posterior).defaults
        settings = found.loc[[name for name in found.index if name.startswith("sampling.")], "meaning"]
        assert list(settings.index) == [f"sampling.{name}" for name in expected]
        assert settings.is_unique


def test_a_printed_number_has_no_rounding_of_sums() -> None:
    """Beyond twelve digits there is none; what is not 1 is not printed as 1."""
    found = audit(weigh(case(item("e", 0.8, 0.2)), sampling=FEW))
    sums = found.sums.assign(credence=[0.4999999999999999, 1 - 1e-15])
    inputs = found.inputs.assign(used=4.000000000000001)
    printed = str(dataclasses.replace(found, sums=sums, inputs=inputs))
    assert "    0.5                      credence" in printed
    assert f"    {1 - 1e-15!r:<24} credence" in printed
    assert "as it is, 4.0\n" in printed
