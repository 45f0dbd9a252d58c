"""A Beta fitted to three or more stated quantiles: it is the nearest, and says how near it is."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import betainc, betaincc, betaincinv, logit

from attribution_bayes.declare.assumptions import assumptions
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import parameters
from attribution_bayes.declare.parts import Evidence, Hypothesis
from attribution_bayes.declare.probabilities import CAUTION_ODDS_FACTOR, MAX_ODDS_FACTOR
from attribution_bayes.declare.warnings import cautions
from attribution_bayes.declare.ways import Beta, Quantiles
from attribution_bayes.declare.written import case_tree
from attribution_bayes.engine.audit import in_words
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.errors import CaseError
from attribution_bayes.files.cases import dump_case, load_case

SHARES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
STATED = {0.05: 0.1, 0.5: 0.3, 0.95: 0.6}
OFF = {0.25: 0.2, 0.5: 0.27, 0.75: 0.5}
"""The log odds of its middle are off by a factor between the one that is told and the one that is refused."""


def stated(way: Any) -> Case:
    hypotheses = [Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)]
    item = Evidence(name="e", statement="e", likelihood={"a": way, "b": 0.5})
    return Case(question="?", hypotheses=hypotheses, prior={"a": 0.5, "b": 0.5}, evidence=[item])


def loss(alpha: float, beta: float, quantiles: dict[float, float]) -> float:
    """What is made least, written down once more."""
    values = list(quantiles.values())
    odds = np.log(betainc(alpha, beta, values)) - np.log(betaincc(alpha, beta, values))
    return float(((odds - logit(list(quantiles))) ** 2).sum())


@given(
    st.floats(0.5, 500),
    st.floats(0.5, 500),
    st.lists(st.sampled_from(SHARES), min_size=3, max_size=7, unique=True),
)
@settings(deadline=None, max_examples=60)
def test_the_quantiles_of_a_beta_are_its_own(alpha: float, beta: float, shares: list[float]) -> None:
    """What is a Beta comes back, in any order of its quantiles, to 1e-9."""
    values = {share: float(betaincinv(alpha, beta, share)) for share in shares}
    found = Quantiles(values)
    meaning = found.distribution()
    again = betaincinv(meaning.alpha, meaning.beta, shares)
    assert np.abs(again - list(values.values())).max() < 1e-9
    assert max(abs(share - below) for share, below in found.fitted.items()) < 1e-9


@pytest.mark.parametrize("quantiles", [STATED, OFF, {0.1: 0.2, 0.3: 0.35, 0.6: 0.5, 0.9: 0.8}])
def test_no_other_beta_is_nearer(quantiles: dict[float, float]) -> None:
    """Another search over both shapes, without slopes, from another start, ends in the same Beta."""
    meaning = Quantiles(quantiles).distribution()
    options = {"xatol": 1e-9, "fatol": 1e-14, "maxiter": 2000}
    other = minimize(lambda logs: loss(*np.exp(logs), quantiles), [0.0, 0.0], method="Nelder-Mead", options=options)
    assert (meaning.alpha, meaning.beta) == pytest.approx(np.exp(other.x), rel=1e-5)
    assert loss(meaning.alpha, meaning.beta, quantiles) <= other.fun + 1e-12


def test_the_misfit_is_said() -> None:
    """For each share what the fitted Beta has below the value; the words of tables and the audit give it."""
    found = Quantiles(STATED)
    meaning = found.distribution()
    assert found.fitted == pytest.approx({q: betainc(meaning.alpha, meaning.beta, x) for q, x in STATED.items()})
    words = in_words(next(one for one in parameters(stated(found)) if str(one.address) == "evidence.e.likelihood.a"))
    assert words == (
        "Beta with alpha 2.716 and beta 5.69, fitted: 0.0515 below 0.1 (0.05 stated), 0.479 below 0.3 (0.5 stated), "
        "0.951 below 0.6 (0.95 stated)"
    )


def test_turned_round_it_means_the_same() -> None:
    """Quantiles of one minus the probability give the Beta with its shapes exchanged."""
    meaning = Quantiles(OFF).distribution()
    other = Quantiles({1 - share: 1 - value for share, value in OFF.items()}).distribution()
    assert (other.beta, other.alpha) == pytest.approx((meaning.alpha, meaning.beta), rel=1e-6)


def off_by(quantiles: dict[float, float]) -> float:
    """The greatest factor by which the odds of a share are off."""
    fitted = Quantiles(quantiles).fitted
    return math.exp(max(abs(logit(below) - logit(share)) for share, below in fitted.items()))


def test_a_large_misfit_draws_a_caution() -> None:
    """It names the number and gives the misfit; a small one draws none."""
    assert CAUTION_ODDS_FACTOR < off_by(OFF) < MAX_ODDS_FACTOR
    assert off_by(STATED) < CAUTION_ODDS_FACTOR
    found = [problem for problem in cautions(stated(Quantiles(OFF))) if problem.code == "W_MISFIT"]
    assert [problem.path for problem in found] == ["evidence.e.likelihood.a"]
    assert "below 0.27 (0.5 stated)" in found[0].message
    assert not [problem for problem in cautions(stated(Quantiles(STATED))) if problem.code == "W_MISFIT"]


def test_it_counts_as_its_beta() -> None:
    """Credence and plausible range are those of the fitted Beta."""
    way = Quantiles(STATED)
    meaning = way.distribution()
    beta = Beta(meaning.alpha, meaning.beta)
    assert (as_stated(network(stated(way))) == as_stated(network(stated(beta)))).all()
    assert way.plausible_range() == beta.plausible_range()
    assert assumptions(stated(way))[2].kind == "quantiles"


@pytest.mark.parametrize("ending", ["yaml", "json"])
def test_it_stands_in_a_file(ending: str, tmp_path: Path) -> None:
    """By share, in their order; what is read is what was written."""
    case, path = stated(Quantiles(dict(reversed(STATED.items())), reason="asked twice")), tmp_path / f"case.{ending}"
    form = {"quantiles": STATED, "reason": "asked twice"}
    assert json.dumps(case_tree(case)["evidence"]["e"]["likelihood"]["a"]) == json.dumps(form)
    dump_case(case, path)
    assert load_case(path) == case


BAD: dict[str, tuple[Any, str]] = {
    "two": ({0.1: 0.2, 0.9: 0.4}, "E_PARAM quantiles: .*three quantiles or more. Two are a `Between`"),
    "no mapping": ([0.1, 0.2, 0.3], "E_PARAM quantiles"),
    "falling": ({0.1: 0.4, 0.5: 0.3, 0.9: 0.6}, "E_INTERVAL quantiles: the value for 0.5, 0.3, is not above"),
    "equal": ({0.1: 0.3, 0.5: 0.3, 0.9: 0.6}, "E_INTERVAL quantiles: the value for 0.5, 0.3, is not above"),
    "a value of 0": ({0.1: 0, 0.5: 0.3, 0.9: 0.6}, r"E_RANGE quantiles\.0\.1: the value 0 is not strictly"),
    "a value of 1": ({0.1: 0.1, 0.5: 0.3, 0.9: 1}, "the value 1 is not strictly between"),
    "percent": ({5: 0.1, 50: 0.3, 95: 0.6}, "the share 5 is not strictly between 0 and 1. Write 0.05 if percent"),
    "a share of 1": ({0.1: 0.1, 0.5: 0.3, 1: 0.6}, "the share 1 is not strictly between"),
    "text": ({0.1: "x", 0.5: 0.3, 0.9: 0.6}, "E_NUMBER quantiles.*'x' is text"),
    "not finite": ({0.1: math.nan, 0.5: 0.3, 0.9: 0.6}, "E_NOT_FINITE"),
    "true": ({True: 0.1, 0.5: 0.3, 0.9: 0.6}, "E_TYPE"),
    "no Beta": ({0.1: 0.5, 0.5: 0.501, 0.9: 0.99}, "E_INTERVAL quantiles: no Beta comes near: 0.249 below 0.5"),
    "too narrow": ({0.1: 0.5, 0.5: 0.5 + 1e-15, 0.9: 0.9}, "E_INTERVAL quantiles: no Beta comes near"),
}


@pytest.mark.parametrize(("quantiles", "said"), BAD.values(), ids=BAD)
def test_what_is_refused(quantiles: Any, said: str) -> None:
    """With what is wrong and where."""
    with pytest.raises(CaseError, match=said):
        Quantiles(quantiles)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ([0.1, 0.3, 0.6], "E_TYPE .*Write {quantiles: {0.05: 0.1"),
        ({"low": 0.1, "0.5": 0.3, "0.9": 0.6}, "E_NUMBER .*'low' is text"),
        ({"0.5": 0.1, "0.50": 0.3, "0.9": 0.6}, "E_DUPKEY .*names a share twice"),
    ],
)
def test_what_is_refused_in_a_file(form: Any, said: str, tmp_path: Path) -> None:
    """Its place is named."""
    tree = case_tree(stated(0.3))
    tree["evidence"]["e"]["likelihood"]["a"] = {"quantiles": form}
    path = tmp_path / "case.json"
    path.write_text(json.dumps(tree, indent=1))
    with pytest.raises(CaseError, match=said) as caught:
        load_case(path)
    assert caught.value.problems[0].path.startswith("evidence.e.likelihood.a")
