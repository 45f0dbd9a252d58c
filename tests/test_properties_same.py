"""What a row that is the same under every hypothesis is: those rows, but each of its numbers one assumption."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings

from attribution_bayes import (
    Beta,
    Between,
    Case,
    CaseError,
    CommonCause,
    ContradictionError,
    Dirichlet,
    Evidence,
    Impossible,
    Posterior,
    Same,
    Uniform,
    assumptions,
    beliefs,
    difference,
    dump_case,
    fewest,
    flip_points,
    load_case,
    one_way,
    report,
    robustness,
    suppose,
    weigh,
    weigh_many,
    what_if,
)
from attribution_bayes.arrays import Floats
from attribution_bayes.declare.address import SameLikelihoodOf
from attribution_bayes.declare.parameters import addresses
from attribution_bayes.declare.warnings import cautions
from attribution_bayes.engine.reference import credences
from attribution_bayes.files.numbers import case_from_table, table_from_case
from attribution_bayes.odds import shares_of
from attribution_bayes.sensitivity.boxes import _corners
from attribution_bayes.sensitivity.extremes import Contest
from attribution_bayes.sensitivity.worst_case import field
from crafted import case, item
from drawn import cases
from oracle import brute_force
from precision import QUADRATURE
from repeatable import FILTERED

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

T1 = 1e-12
"""Relative error allowed between two ways to calculate one number exactly."""

LAW = settings(FILTERED, max_examples=40)


def has_same(declared: Case) -> bool:
    return any(isinstance(one.likelihood, Same) for one in declared.evidence)


EVERYTHING = cases(same=True, common_causes=True, max_hypotheses=4, max_items=6, max_worlds=32).filter(has_same)


def repeated(declared: Case) -> Case:
    """The same with each row written out under every hypothesis."""

    def spelt(one: Evidence) -> Evidence:
        if not isinstance(one.likelihood, Same):
            return one
        return one.model_copy(update={"likelihood": dict.fromkeys(declared.names, one.likelihood.row)})

    return declared.model_copy(update={"evidence": [*map(spelt, declared.evidence)]})


def weighed(declared: Case) -> Posterior:
    """The posterior, if the case does not exclude everything."""
    try:
        return weigh(declared)
    except ContradictionError:
        assume(False)
        raise


# What it is ----------------------------------------------------------------------------------------------------------


@LAW
@given(EVERYTHING)
def test_it_weighs_as_the_row_written_out_under_every_hypothesis(declared: Case) -> None:
    """Given a hypothesis each number is used as before, so that its mean may be put in; P(E) is the same too."""
    once, often = weighed(declared), weigh(repeated(declared))
    np.testing.assert_allclose(once.credence.values, often.credence.values, rtol=T1, atol=1e-300)
    assert declared.has_ratios or math.isclose(once.log_evidence, often.log_evidence, rel_tol=T1, abs_tol=T1)
    assert len(assumptions(declared)) < len(assumptions(repeated(declared)))


@LAW
@given(EVERYTHING)
def test_the_definition_and_rational_arithmetic_say_the_same(declared: Case) -> None:
    """With every construct switched on."""
    found = dict(zip(declared.names, weighed(declared).credence.values.tolist(), strict=True))
    for exact in (credences(declared), brute_force(declared).credence):
        assert found == pytest.approx({name: float(one) for name, one in exact.items()}, rel=QUADRATURE, abs=1e-300)


@LAW
@given(EVERYTHING)
def test_files_and_tables_keep_it(tmp_path_factory: pytest.TempPathFactory, declared: Case) -> None:
    """A case that is written and read again is equal, and so is one made of its table of numbers."""
    path = tmp_path_factory.mktemp("same") / "case.yaml"
    dump_case(declared, path)
    assert load_case(path) == declared
    assert case_from_table(table_from_case(declared), declared) == declared


@LAW
@given(EVERYTHING)
def test_each_address_can_be_supposed(declared: Case) -> None:
    """Many numbers at once and one number by itself give the same credences."""
    weighed(declared)
    known = addresses(declared)
    shared = [one for one in known if isinstance(known.at(one).address, SameLikelihoodOf)]
    for address in shared[:3]:
        before = next(one.stated for one in assumptions(declared) if one.address == address)
        if 0 < before < 1:
            expected = weigh(suppose(declared, {address: before / 2})).credence.values
            np.testing.assert_allclose(what_if(declared, {address: [before / 2]}).values[0], expected, rtol=1e-10)


def test_named_outcomes_and_hypotheses_of_the_same_name_are_told_apart() -> None:
    """An outcome of a parent stands where other items have a hypothesis: the case says which is meant."""
    root = item("root", {"a": {"a": 0.2, "b": 0.8}, "b": {"a": 0.6, "b": 0.4}}, outcomes=("a", "b"), observed=None)
    shared = case({"a": 0.5, "b": 0.5}, root, item("leaf", Same({"a": 0.9, "b": 0.3}), given="root"))
    own = case({"a": 0.5, "b": 0.5}, root, item("leaf", {"a": 0.9, "b": 0.3}))
    found = weigh_many([shared, own, shared]).values
    assert found[0].tolist() == found[2].tolist() == weigh(shared).credence.values.tolist()
    assert found[1].tolist() == weigh(own).credence.values.tolist()
    moved = suppose(shared, {"evidence.leaf.likelihood.a": 0.4})
    assert moved.evidence[1].likelihood == Same({"a": 0.4, "b": 0.3})


def bounds(declared: Case, moved: Sequence[str]) -> Floats:
    """The least and the greatest credence with only these numbers inside their ranges; shape (hypothesis, 2)."""
    found, known = field(declared), addresses(declared)
    free = np.isin(np.arange(len(known)), [known.index(one) for one in moved])
    size = len(declared.names)
    contests = [[Contest.from_all_rivals(place, size, sign) for sign in (-1, 1)] for place in range(size)]
    return np.array(
        [[shares_of(found.plausible(free, 1.0).worst(one).log_joint)[one.place] for one in ends] for ends in contests]
    )


# Moved once ----------------------------------------------------------------------------------------------------------


def burglary(shared: bool) -> Case:
    """Both neighbours have called (Russell and Norvig); `idle` is as likely under both hypotheses."""

    def row(stated: Any) -> Any:
        return Same(stated) if shared else dict.fromkeys(("burglary", "none"), stated)

    alarm = {"burglary": {True: 0.95, False: 0.94}, "none": {True: 0.29, False: 0.001}}
    return case(
        {"burglary": 0.001, "none": 0.999},
        item("earthquake", row(0.002), observed=None),
        item("alarm", alarm, given="earthquake", observed=None),
        item("john", row({True: 0.9, False: 0.05}), given="alarm"),
        item("mary", row({True: 0.7, False: 0.01}), given="alarm"),
        item("idle", row(Between(0.2, 0.8))),
    )


def test_a_number_that_was_published_once_moves_as_one() -> None:
    """Half of it would overturn the answer at .066; all of it, there, makes the burglary less likely: .086."""
    apart, once = flip_points(burglary(shared=False)), flip_points(burglary(shared=True))
    at = apart.loc["evidence.mary.likelihood.none.True", "flip_at"]
    assert at == pytest.approx(0.0659, abs=5e-5)
    assert once.loc["evidence.mary.likelihood.True", "flip_at"] != once.loc["evidence.mary.likelihood.True", "flip_at"]
    found = what_if(burglary(shared=True), {"evidence.mary.likelihood.True": [at]})
    assert float(found.sel(hypothesis="burglary")[0]) == pytest.approx(0.0861, abs=5e-5)
    believed = beliefs(burglary(shared=True))["probability"]
    assert believed.round(4).to_dict() == {"evidence.earthquake": 0.1761, "evidence.alarm": 0.7607}


def test_an_item_that_carries_nothing_moves_nothing() -> None:
    """Written out, it seemed to open the credence from .11 to .89; as one number its bounds are a point."""
    shared = case({"a": 0.6, "b": 0.4}, item("idle", Same(Between(0.2, 0.8))))
    numbers = [[one.address for one in assumptions(way) if "idle" in one.address] for way in (shared, repeated(shared))]
    np.testing.assert_allclose(bounds(shared, numbers[0]), [[0.6, 0.6], [0.4, 0.4]], rtol=T1)
    assert np.ptp(bounds(repeated(shared), numbers[1]), axis=1).min() > 0.2
    assert one_way(shared).loc["evidence.idle.likelihood", "swing"] == 0
    assert math.isinf(robustness(shared).loc["component.idle", "radius_db"])
    assert "W_VACUOUS_ITEM" in {problem.code for problem in cautions(shared)}
    assert fewest(burglary(shared=True)).index.get_level_values("address").str.contains("idle").sum() == 0


def test_bounds_are_the_extremes_over_all_corners() -> None:
    """Numbers that all hypotheses share have one value for all of them at every corner."""
    declared = case(
        {"a": 0.5, "b": 0.3, "c": 0.2},
        item("hidden", {"a": 0.7, "b": Between(0.2, 0.5), "c": 0.1}, observed=None),
        item("seen", Same({True: Uniform(0.6, 0.9), False: Between(0.1, 0.3)}), given="hidden"),
        item("idle", Same(Beta(2, 3))),
    )
    moved = [one for one in assumptions(declared) if not one.address.startswith("prior")]
    corners = np.array([*product(*((one.lower, one.upper) for one in moved))])
    found = what_if(declared, {one.address: corners[:, i] for i, one in enumerate(moved)}).values
    ends = np.stack([found.min(axis=0), found.max(axis=0)], axis=1)
    np.testing.assert_allclose(bounds(declared, [one.address for one in moved]), ends, rtol=1e-9)


def test_a_shared_row_of_many_outcomes_is_moved_to_its_best_corner() -> None:
    """Of nine outcomes not all corners are visited; what the search finds is as far as the furthest of all."""
    outcomes = tuple(f"o{i}" for i in range(9))
    rng = np.random.default_rng(0)
    leaf = {name: dict(zip(outcomes, rng.uniform(0.1, 0.9, 9).tolist(), strict=True)) for name in "ab"}
    declared = case(
        {"a": 0.5, "b": 0.5},
        item("root", Same(Dirichlet(dict.fromkeys(outcomes, 2.0))), outcomes=outcomes, observed=None),
        item("leaf", leaf, given="root"),
    )
    row = [f"evidence.root.likelihood.{one}" for one in outcomes]
    corners = np.array(
        _corners(np.array([[one.lower, one.upper] for one in assumptions(declared) if one.address in row]))
    )
    likelihoods = [corners @ np.array([leaf[name][one] for one in outcomes]) for name in "ab"]
    credence = likelihoods[0] / (likelihoods[0] + likelihoods[1])
    np.testing.assert_allclose(bounds(declared, row)[0], [credence.min(), credence.max()], rtol=1e-9)


# Beside other things -------------------------------------------------------------------------------------------------


def test_what_separates_two_cases_is_one_number() -> None:
    """Two versions of one row differ in one number, and the shares add up; to write it out is to change the item."""
    old = burglary(shared=True)
    new = suppose(old, {"evidence.john.likelihood.False": 0.2})
    found = difference(old, new, by="number")
    assert [*found.index] == ["evidence.john.likelihood.False"]
    before, after = (weigh(one).credence.values for one in (old, new))
    change = 10 * math.log10(after[1] / after[0]) - 10 * math.log10(before[1] / before[0])
    assert abs(found["share_db"].sum()) == pytest.approx(abs(change), rel=1e-9)
    rival = difference(old, new, by="number", target=old.names[1], against=old.names[0])
    assert rival["share_db"].item() == pytest.approx(change, rel=1e-9)
    spelt = difference(old, repeated(old), by="number")
    assert "evidence.john" in spelt.index
    assert abs(spelt["share_db"]).max() < 1e-9


def test_an_item_may_exclude_every_hypothesis() -> None:
    """What was observed cannot be, given what was observed of the parent: the caution is about no one hypothesis."""
    seen = item("seen", Same({True: Impossible("never then"), False: 0.3}), given="parent")

    def told(observed: bool | None) -> dict[str, str]:
        declared = case({"a": 0.5, "b": 0.5}, item("parent", {"a": 0.7, "b": 0.2}, observed=observed), seen)
        return {problem.path: problem.message for problem in cautions(declared) if problem.code == "W_CROMWELL"}

    assert told(None) == told(False) == {}
    assert told(True) == {
        "evidence.seen.likelihood.True": "every hypothesis can be excluded by this assumption alone: never then"
    }


@pytest.mark.parametrize(
    ("likelihood", "said"),
    [
        ({"a": Same(0.9), "b": 0.1}, "E_TABLE evidence.e.likelihood.a: `Same` takes the place of the whole likelihood"),
        (Same({"a": 0.9, "b": 0.1}), "E_TABLE evidence.e.likelihood: .* is nested deeper"),
        (Same(1.5), "E_RANGE evidence.e.likelihood: 1.5 is not a probability"),
    ],
)
def test_what_is_not_a_row_is_refused(likelihood: Any, said: str) -> None:
    """The error says where, what was given and what to do."""
    with pytest.raises(CaseError, match=said):
        case({"a": 0.5, "b": 0.5}, item("e", likelihood))


def test_a_page_says_that_it_is_the_same_under_every_hypothesis(tmp_path: Path) -> None:
    """In the table of the item, and in what each assumption is."""
    declared = burglary(shared=True)
    report(weigh(declared), tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text()
    assert "every hypothesis" in page
    assert "evidence.mary.likelihood.True" in page


@pytest.mark.parametrize(("stated", "at"), [(Same(0.3), ""), ({"a": Same(0.3), "b": 0.2}, ".a")])
def test_a_common_cause_takes_no_row_stated_once(stated: Any, at: str) -> None:
    """As a whole, or under one hypothesis: the error names the place, and says what to repeat."""
    cause = CommonCause(name="c", statement="c", probability=0.1, likelihood={"x": stated})
    with pytest.raises(CaseError) as caught:
        case({"a": 0.5, "b": 0.5}, item("x", {"a": 0.5, "b": 0.4})).model_copy(update={"common_causes": (cause,)})
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("E_TABLE", f"common_cause.c.likelihood.x{at}")
