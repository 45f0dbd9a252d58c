"""A reason stands beside every way to state a number: in Python, in files, in tables. It moves no credence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from attribution_bayes.declare.assumptions import assumptions, suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import parameters
from attribution_bayes.declare.parts import Evidence, Hypothesis
from attribution_bayes.declare.table import Table
from attribution_bayes.declare.ways import (
    BaseRates,
    Beta,
    Between,
    Certain,
    Counts,
    Decibans,
    Dirichlet,
    Impossible,
    Nats,
    Odds,
    Point,
    RatioBetween,
    Ratios,
    Uniform,
    Words,
)
from attribution_bayes.declare.written import case_hash, case_tree
from attribution_bayes.engine.audit import in_words
from attribution_bayes.engine.many import weigh_many
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import CaseError
from attribution_bayes.files.cases import dump_case, load_case
from drawn import cases

WHY = "two of the three archives say so"
HYPOTHESES = [Hypothesis(name="a", statement="a"), Hypothesis(name="b", statement="b", catch_all=True)]
PRIOR = {"a": 0.5, "b": 0.5}

PROBABILITIES = {
    "number": (Point(0.3, reason=WHY), {"number": 0.3, "reason": WHY}, "0.3"),
    "beta": (Beta(2, 3, reason=WHY), {"beta": [2.0, 3.0], "reason": WHY}, "Beta with alpha 2 and beta 3"),
    "between": (
        Between(0.2, 0.6, mass=0.5, reason=WHY),
        {"between": [0.2, 0.6], "mass": 0.5, "reason": WHY},
        "between 0.2 and 0.6, with probability 0.5",
    ),
    "uniform": (Uniform(0, 0.4, reason=WHY), {"uniform": [0.0, 0.4], "reason": WHY}, "anywhere from 0.0 to 0.4"),
    "counts": (Counts(3, 10, reason=WHY), {"counts": [3, 10], "reason": WHY}, "3 of 10 comparable cases"),
    "words": (
        Words("likely", "icd203-2015", reason=WHY),
        {"words": "likely", "scale": "icd203-2015", "reason": WHY},
        "'likely' of icd203-2015",
    ),
    "impossible": (Impossible(WHY), {"impossible": WHY}, "impossible"),
    "certain": (Certain(WHY), {"certain": WHY}, "certain"),
}
RATIOS = {
    "number": (Point(3, reason=WHY), {"number": 3.0, "reason": WHY}),
    "decibans": (Decibans(-5, reason=WHY), {"decibans": -5.0, "reason": WHY}),
    "nats": (Nats(2.3, reason=WHY), {"nats": 2.3, "reason": WHY}),
    "ratio_between": (RatioBetween(2, 5, reason=WHY), {"ratio_between": [2.0, 5.0], "reason": WHY}),
    "words": (
        Words("moderate support", "enfsi-2015", reason=WHY),
        {"words": "moderate support", "scale": "enfsi-2015", "reason": WHY},
    ),
}
PRIORS = {
    "odds": (Odds(PRIOR, reason=WHY), {"odds": PRIOR, "reason": WHY}),
    "dirichlet": (Dirichlet(PRIOR, reason=WHY), {"dirichlet": PRIOR, "reason": WHY}),
    "base_rates": (BaseRates(PRIOR, reason=WHY), {"base_rates": PRIOR, "pseudocount": 0.5, "reason": WHY}),
    "numbers": ({"a": Point(0.4, reason=WHY), "b": 0.6}, {"a": {"number": 0.4, "reason": WHY}, "b": 0.6}),
}


def stated(likelihood: Any, prior: Any = PRIOR) -> Case:
    item = Evidence(name="e", statement="e", likelihood=likelihood)
    return Case(question="?", hypotheses=HYPOTHESES, prior=prior, evidence=[item])


@pytest.mark.parametrize(("way", "tree", "words"), PROBABILITIES.values(), ids=PROBABILITIES)
def test_a_reason_goes_with_a_probability(way: Any, tree: Any, words: str, tmp_path: Path) -> None:
    """It is in the file, comes back from it, stands in the tables, and follows the words of the audit."""
    case = stated({"a": way, "b": 0.5})
    assert case_tree(case)["evidence"]["e"]["likelihood"]["a"] == tree
    for name in ("case.yaml", "case.json"):
        dump_case(case, tmp_path / name)
        assert load_case(tmp_path / name) == case
    address = "evidence.e.likelihood.a"
    assert {one.address: one.reason for one in assumptions(case)}[address] == WHY
    assert in_words(next(one for one in parameters(case) if str(one.address) == address)) == f"{words}: {WHY}"
    assert repr(way).endswith(f"reason={WHY!r})")


@pytest.mark.parametrize(("way", "tree"), RATIOS.values(), ids=RATIOS)
def test_a_reason_goes_with_a_ratio(way: Any, tree: Any, tmp_path: Path) -> None:
    """In the file and back, and in the tables."""
    case = stated(Ratios(reference="b", ratios={"a": way}))
    assert case_tree(case)["evidence"]["e"]["likelihood"]["ratios"]["a"] == tree
    dump_case(case, tmp_path / "case.yaml")
    assert load_case(tmp_path / "case.yaml") == case
    assert assumptions(case)[-1].reason == WHY


@pytest.mark.parametrize(("prior", "tree"), PRIORS.values(), ids=PRIORS)
def test_a_reason_goes_with_a_prior(prior: Any, tree: Any, tmp_path: Path) -> None:
    """In the file and back, and in the tables, for each number that was stated with it."""
    case = stated({"a": 0.3, "b": 0.5}, prior)
    assert case_tree(case)["prior"] == tree
    dump_case(case, tmp_path / "case.yaml")
    assert load_case(tmp_path / "case.yaml") == case
    reasons = [one.reason for one in assumptions(case)[:2]]
    assert reasons == ([WHY, ""] if isinstance(prior, Mapping) else [WHY, WHY])


def with_reasons(value: Any) -> Any:
    """The same numbers, each with a reason."""
    if isinstance(value, Mapping):
        return Table({key: with_reasons(entry) for key, entry in value.items()})
    if isinstance(value, Ratios):
        return Ratios(reference=value.reference, ratios=with_reasons(value.ratios))
    return Point(value, reason=WHY) if isinstance(value, float) else value


@pytest.mark.filterwarnings("ignore::attribution_bayes.errors.CaseWarning")
@given(cases(exclusions=False))
@settings(deadline=None, max_examples=25)
def test_a_reason_moves_no_credence(case: Case) -> None:
    """Numbers with reasons give the same bits, by `weigh` and by `weigh_many`; the hash is another."""
    items = [item.model_copy(update={"likelihood": with_reasons(item.likelihood)}) for item in case.evidence]
    reasoned = case.model_copy(update={"prior": with_reasons(case.prior), "evidence": items})
    assert (weigh(reasoned).credence == weigh(case).credence).all()
    assert np.array_equal(weigh_many([reasoned]), weigh_many([case]))
    assert (case_hash(reasoned) == case_hash(case)) == (reasoned == case)


def test_another_number_does_not_keep_the_reason() -> None:
    """The reason was for the number that stood there; the same number keeps it."""
    case, address = stated({"a": Point(0.3, reason=WHY), "b": 0.5}), "evidence.e.likelihood.a"
    assert assumptions(suppose(case, {address: 0.4}))[2].reason == ""
    assert suppose(case, {address: 0.3}) is case
    moved = suppose(stated({"a": 0.3, "b": 0.5}, {"a": Point(0.4, reason=WHY), "b": 0.6}), {"prior.b": 0.7})
    assert moved.prior == {"a": pytest.approx(0.3), "b": 0.7}
    assert suppose(case, {"prior.a": Point(0.4, reason=WHY)}).prior == {"a": Point(0.4, reason=WHY), "b": 0.6}


def test_names_that_are_those_of_forms_stay_names(tmp_path: Path) -> None:
    """Hypotheses may be called `reason` and `number`; a form has a text for its reason."""
    hypotheses = [Hypothesis(name=name, statement=name) for name in ("dirichlet", "reason", "number")]
    likelihood = {"dirichlet": Between(0.2, 0.4), "reason": 0.3, "number": Point(0.2, reason=WHY)}
    item = Evidence(name="e", statement="e", likelihood=likelihood)
    prior = {"dirichlet": 0.25, "reason": Point(0.25, reason=WHY), "number": 0.5}
    case = Case(question="?", hypotheses=hypotheses, prior=prior, evidence=[item])
    dump_case(case, tmp_path / "case.yaml")
    assert load_case(tmp_path / "case.yaml") == case


BAD = {
    "a number without": (
        lambda: Point(0.3),
        "E_REASON reason: '' is not a reason. Say why it is this number, or state",
    ),
    "blank": (
        lambda: Beta(1, 2, reason="  "),
        "E_REASON reason: '  ' is not a reason. Say why it is this",
    ),
    "no text": (lambda: Between(0.1, 0.2, reason=3), "E_REASON reason: 3 is not a reason"),
    "a control": (lambda: Uniform(0.1, 0.2, reason="a\x00"), "E_TEXT_CONTROL reason"),
    "of no number": (lambda: Point("x", reason=WHY), "E_NUMBER number: 'x' is text"),
    "of 0": (lambda: stated({"a": Point(0, reason=WHY), "b": 0.1}), "E_ZERO_LIKELIHOOD .*Impossible"),
    "of a prior of 1": (
        lambda: stated({"a": 0.1, "b": 0.2}, {"a": Point(1, reason=WHY), "b": 0.5}),
        "E_PRIOR_DEGENERATE prior.a: a prior of 1 needs",
    ),
    "of a ratio of 0": (
        lambda: stated(Ratios(reference="a", ratios={"b": Point(0, reason=WHY)})),
        "E_RANGE .*is not a l",
    ),
}


@pytest.mark.parametrize(("make", "said"), BAD.values(), ids=BAD)
def test_what_is_refused(make: Any, said: str) -> None:
    """A reason is a text that can be read, and a number with one is judged like any other."""
    with pytest.raises(CaseError, match=said):
        make()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"number": 0.3}, "E_REASON"),
        ({"number": 0.3, "because": "x"}, "E_UNKNOWN_FIELD"),
        ({"beta": [1, 2], "reason": 3}, "E_REASON"),
    ],
)
def test_what_is_refused_in_a_file(form: Any, said: str, tmp_path: Path) -> None:
    """With the line."""
    tree = case_tree(stated({"a": 0.3, "b": 0.2}))
    tree["evidence"]["e"]["likelihood"]["a"] = form
    path = tmp_path / "case.json"
    path.write_text(json.dumps(tree, indent=1))
    with pytest.raises(CaseError, match=said) as caught:
        load_case(path)
    assert caught.value.problems[0].path.startswith("evidence.e.likelihood.a")
    assert caught.value.problems[0].line > 10
