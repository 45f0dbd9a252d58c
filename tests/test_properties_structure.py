"""What the form of a case may and may not do to the answer: order, names, files, items that say nothing, copies.

One law to a test, 200 random cases to a law. P01 to P15 are the numbers by which reviews refer to the laws.

Most cases come from `entangled`: whatever `cases` makes, joined to a cause that nobody observed, to what it left
behind and to two sources that report on it, one of them perhaps copying the other. So every law that is general is put
to hidden items, declared parents, shared sources, inputs that are used several times and copies in each example.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from attribution_bayes import (
    Beta,
    Case,
    CaseError,
    CaseWarning,
    Certain,
    ContradictionError,
    Evidence,
    Hypothesis,
    Impossible,
    Posterior,
    Ratios,
    Report,
    Sampling,
    Source,
    Uniform,
    assumptions,
    dump_case,
    load_case,
    weigh,
)
from attribution_bayes.declare.parts import Part
from attribution_bayes.engine.exact import evaluate
from attribution_bayes.engine.network import network
from attribution_bayes.testing import cases
from digests import number_bytes
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

ROUNDING = 2.0**-53
T1 = 1e-12
"""Relative error allowed between two ways to calculate one number exactly."""

LEAST = 1e-300
"""Credences below it have fewer digits than T1 asks for; none of the cases here has one."""

FEW = Sampling(draws=100)
ALWAYS, NEVER = Certain("it must be"), Impossible("it cannot be")

EVERY = settings(REPEATABLE, max_examples=80)


# Weighing without draws ----------------------------------------------------------------------------------------------


class Weighed(NamedTuple):
    """What `weigh` gives, to the last bit (see P01), without its draws."""

    credence: dict[str, float]
    log_evidence: float


def solved(case: Case) -> Weighed:
    net = network(case)
    values = net.inputs.values[None]
    credence, log_evidence = evaluate(net, values, np.zeros(values.shape[1], dtype=bool))
    return Weighed(dict(zip(net.hypotheses, credence[0].tolist(), strict=True)), float(np.ravel(log_evidence)[0]))


def solved_or_refused(case: Case) -> Weighed | dict[str, frozenset[str]]:
    """The answer, or for a contradiction what it names: by hypothesis whatever excludes it."""
    try:
        return solved(case)
    except ContradictionError as contradiction:
        return {name: frozenset(items) for name, items in contradiction.excluded_by.items()}


def assert_close(found: float, expected: float, tolerance: float = T1) -> None:
    """To a relative error; zero is zero only."""
    assert expected == 0 or expected >= LEAST
    assert abs(found - expected) <= tolerance * expected


def assert_same(found: Weighed | dict[str, Any], expected: Weighed | dict[str, Any], shift: float = 0.0) -> None:
    """Two answers, or two contradictions; the log of P(E) may be asked to differ by `shift`."""
    if not isinstance(found, Weighed) or not isinstance(expected, Weighed):
        assert found == expected
        return
    assert found.credence.keys() == expected.credence.keys()
    for name, credence in expected.credence.items():
        assert_close(found.credence[name], credence)
    off = abs(found.log_evidence - expected.log_evidence - shift)
    assert off <= T1 + 4 * ROUNDING * abs(expected.log_evidence)


# Cases ---------------------------------------------------------------------------------------------------------------


def item(name: str, likelihood: Any, **declared: Any) -> Evidence:
    return Evidence(name=name, statement=f"{name} holds", likelihood=likelihood, **declared)


def sure(name: str, likelihood: Any, **declared: Any) -> Evidence:
    """An item that cannot have been misunderstood, whatever the error of the case: its likelihoods are what counts."""
    return item(name, likelihood, error=None if isinstance(likelihood, Ratios) else NEVER, **declared)


def source(name: str, reliability: Any, if_unreliable: Any) -> Source:
    return Source(name=name, statement=f"{name} may know", reliability=reliability, if_unreliable=if_unreliable)


def with_more(case: Case, *items: Evidence, sources: Sequence[Source] = ()) -> Case:
    return case.model_copy(update={"evidence": [*case.evidence, *items], "sources": [*case.sources, *sources]})


def with_items(case: Case, items: Mapping[str, Evidence]) -> Case:
    """The case with other items in the places of those of the same names."""
    return case.model_copy(update={"evidence": [items.get(old.name, old) for old in case.evidence]})


ANY = st.randoms(use_true_random=True)
"""Numbers that matter only by being arbitrary: one choice for Hypothesis, however many are drawn."""

UNSURE = (Beta(2, 3), Beta(0.5, 0.5), Beta(20, 5), Uniform(0.2, 0.6), Uniform(0, 1))


def chance(rng: Random) -> float:
    return rng.uniform(0.02, 0.98)


def row(rng: Random, case: Case) -> dict[str, float]:
    """A number for each hypothesis."""
    return {name: chance(rng) for name in case.names}


def rows(rng: Random, case: Case) -> dict[str, dict[bool, float]]:
    """Two numbers for each hypothesis: one for each outcome of a parent."""
    return {name: {True: chance(rng), False: chance(rng)} for name in case.names}


def binary(case: Case) -> list[Evidence]:
    """Items that another can be given, two-outcome ones."""
    return [old for old in case.evidence if old.is_binary and not isinstance(old.likelihood, Ratios)]


@st.composite
def entangled(draw: st.DrawFn, *, uncertain: bool = True, max_hypotheses: int = 4, **switches: Any) -> Case:
    """A random case with common causes, a hidden cause, two traces of it and two sources that report on both."""
    case = draw(cases(uncertain=uncertain, max_hypotheses=max_hypotheses, max_items=4, **switches))
    rng = draw(ANY)
    likely = draw(st.sampled_from((0.0, 0.3, 0.8))) if uncertain else 0.0

    def stated() -> Any:
        return rng.choice(UNSURE) if rng.random() < likely else chance(rng)

    def table(depth: int) -> Any:
        return {True: table(depth - 1), False: table(depth - 1)} if depth else stated()

    linked = [rng.choice(binary(case)).name] if binary(case) and draw(st.booleans()) else []
    copied = {"copied_from": "agency", "copy_probability": stated()} if draw(st.booleans()) else {}
    paid = [Report(source="paper", says=rng.random() < 0.5, **copied), Report(source="agency", says=rng.random() < 0.5)]
    return with_more(
        case,
        item("seen", {name: table(1) for name in case.names}, given="cause", observed=rng.random() < 0.5),
        item("cause", {name: stated() for name in case.names}, observed=None),
        item("paid", {name: table(1 + len(linked)) for name in case.names}, given=("cause", *linked), reports=paid),
        item(
            "fled", {name: stated() for name in case.names}, reports=[Report(source="agency", says=rng.random() < 0.5)]
        ),
        sources=[source(name, stated(), stated()) for name in ("agency", "paper")],
    )


def independent(**switches: Any) -> st.SearchStrategy[Case]:
    """Cases whose items are independent given the hypothesis and share no input and no source."""
    apart = {"parents": False, "hidden": False, "reports": False, "common_causes": False}
    return cases(max_hypotheses=5, max_items=8, **apart, **switches).map(with_own_errors)


def with_own_errors(case: Case) -> Case:
    """The case in which each item states by itself how likely it is to have been misunderstood."""
    own = {
        old.name: old.model_copy(update={"error": case.error})
        for old in case.evidence
        if old.error is None and not isinstance(old.likelihood, Ratios)
    }
    return with_items(case.model_copy(update={"error": None}), own)


# The answer is a distribution ----------------------------------------------------------------------------------------


@EVERY
@given(entangled(exclusions=False))
def test_p01_credences_are_probabilities_that_sum_to_one(case: Case) -> None:
    """Credences lie in [0, 1], are finite and sum to 1 within 4 K 2^-53; without draws they are the same bits."""
    posterior = weigh(case, sampling=FEW)
    credence = posterior.credence.values
    assert np.isfinite(credence).all()
    assert ((credence >= 0) & (credence <= 1)).all()
    assert abs(math.fsum(credence) - 1) <= 4 * len(case.names) * ROUNDING
    without_draws = solved(case)
    assert without_draws.credence == dict(zip(case.names, credence.tolist(), strict=True))
    has_ratios = any(isinstance(old.likelihood, Ratios) for old in case.evidence)
    assert math.isnan(posterior.log_evidence) if has_ratios else posterior.log_evidence == without_draws.log_evidence


@EVERY
@given(cases(max_items=1))
def test_p02_without_evidence_the_credence_is_the_prior(case: Case) -> None:
    """Weighed without its items, a case gives back its prior to the last bit."""
    posterior = weigh(case.model_copy(update={"evidence": (), "common_causes": ()}), sampling=FEW)
    assert posterior.credence.values.tolist() == posterior.prior.values.tolist()


def test_p02_a_prior_that_sums_to_one_is_given_back_as_it_was_stated() -> None:
    """The numbers of a prior come back to the last bit."""
    prior = {"a": 0.7, "b": 0.2, "c": 0.1}
    hypotheses = [Hypothesis(name=name, statement=name) for name in prior]
    assert solved(Case(question="Which?", hypotheses=hypotheses, prior=prior)).credence == prior


@EVERY
@given(entangled() | cases(max_hypotheses=4, max_items=6))
def test_p03_what_is_excluded_has_no_credence_is_listed_and_draws_a_warning(case: Case) -> None:
    """A prior or likelihood of 0 gives credence 0 and nothing else does; it is listed, and `W_CROMWELL` warns."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            posterior = weigh(case, sampling=FEW)
        except ContradictionError:
            return
    prior = stated_prior(case)
    ruled_out = [name for name in case.names if prior[name] == 0 or is_impossible(case, name)]
    credence = posterior.credence.values
    assert [name for name, value in zip(case.names, credence, strict=True) if value == 0] == ruled_out
    assert posterior.excluded == tuple(ruled_out)
    codes = {warning.message.problem.code for warning in caught if isinstance(warning.message, CaseWarning)}
    assert not ruled_out or "W_CROMWELL" in codes


@pytest.mark.parametrize(
    ("reliability", "if_unreliable", "likelihood"),
    [(NEVER, {"a": 0.5, "b": NEVER}, {"a": 0.5, "b": 0.5}), (ALWAYS, 0.5, {"a": 0.5, "b": NEVER})],
    ids=["it would not be invented", "it would not be true"],
)
def test_p03_what_a_report_excludes_draws_a_warning(reliability: Any, if_unreliable: Any, likelihood: Any) -> None:
    """A hypothesis under which a source cannot say what it says is excluded by assumption, like any other."""
    names = ("a", "b")
    case = Case(
        question="Which?",
        hypotheses=[Hypothesis(name=name, statement=f"it was {name}") for name in names],
        prior=dict.fromkeys(names, 0.5),
        sources=[source("agency", reliability, if_unreliable)],
        evidence=[item("paid", likelihood, reports=[Report(source="agency")])],
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        posterior = weigh(case, sampling=FEW)
    assert posterior.excluded == ("b",)
    assert "W_CROMWELL" in {warning.message.problem.code for warning in caught}


def stated_prior(case: Case) -> dict[str, float]:
    stated = {assumption.address: assumption.stated for assumption in assumptions(case)}
    return {name: stated[f"prior.{name}"] for name in case.names}


def is_impossible(case: Case, hypothesis: str) -> bool:
    """Whether the observations contradict the hypothesis, taken for certain."""
    try:
        solved(taken_for_certain(case, hypothesis))
    except ContradictionError:
        return True
    return False


def taken_for_certain(case: Case, hypothesis: str) -> Case:
    prior = {name: ALWAYS if name == hypothesis else NEVER for name in case.names}
    return case.model_copy(update={"prior": prior})


@EVERY
@given(entangled())
def test_p04_a_contradiction_names_for_each_hypothesis_what_excludes_it(case: Case) -> None:
    """With one more item for each hypothesis to exclude it, there is no answer: the error names just what has zero."""
    more = {f"not_{name}": {other: NEVER if other == name else 0.5 for other in case.names} for name in case.names}
    contradictory = with_more(case, *(sure(name, row) for name, row in more.items()))
    with pytest.raises(ContradictionError) as caught:
        weigh(contradictory)
    assert list(caught.value.excluded_by) == list(case.names)
    prior = stated_prior(case)
    for name, reasons in caught.value.excluded_by.items():
        assert set(reasons) & more.keys() == {f"not_{name}"}
        assert ("prior" in reasons) is (prior[name] == 0)
        assert bool(set(reasons) - more.keys() - {"prior"}) is is_impossible(case, name)


# Order and names -----------------------------------------------------------------------------------------------------


@EVERY
@given(entangled(), ANY)
def test_p05_permuting_the_hypotheses_permutes_the_credences(case: Case, rng: Random) -> None:
    """In whatever order the hypotheses are listed, each has the same credence to the last bit."""
    permuted = case.model_copy(update={"hypotheses": rng.sample(case.hypotheses, k=len(case.hypotheses))})
    assert solved_or_refused(permuted) == solved_or_refused(case)


@EVERY
@given(entangled(), ANY)
def test_p06_permuting_the_items_and_sources_changes_nothing(case: Case, rng: Random) -> None:
    """In whatever order items, sources and common causes are listed, the answer is the same, to rounding."""
    lists = ("evidence", "sources", "common_causes")
    permuted = {name: rng.sample(getattr(case, name), k=len(getattr(case, name))) for name in lists}
    assert_same(solved_or_refused(case.model_copy(update=permuted)), solved_or_refused(case))


@EVERY
@given(entangled(exclusions=False), ANY)
def test_p07_renaming_changes_only_the_labels(case: Case, rng: Random) -> None:
    """Other names for hypotheses, items and sources leave every credence and every draw the same to the last bit."""
    old = [part.name for part in (*case.hypotheses, *case.sources, *case.evidence, *case.common_causes)]
    new = rng.sample([f"n{place}" for place in range(len(old))], k=len(old))
    named, anew = weigh(case, sampling=FEW), weigh(renamed(case, dict(zip(old, new, strict=True))), sampling=FEW)
    assert anew.case.names == tuple(new[: len(case.names)])
    assert_same_bits(anew, named)


def renamed(part: Any, names: Mapping[str, str]) -> Any:
    """Whatever is declared, with other names at every depth."""
    match part:
        case str():
            return names.get(part, part)
        case Mapping():
            return {renamed(key, names): renamed(value, names) for key, value in part.items()}
        case tuple():
            return tuple(renamed(entry, names) for entry in part)
        case Part():
            declared = {name: renamed(getattr(part, name), names) for name in part.model_fields_set}
            return type(part)(**declared)
        case _ if is_dataclass(part) and not isinstance(part, type):
            return replace(part, **{f.name: renamed(getattr(part, f.name), names) for f in fields(part)})
        case _:
            return part


def assert_same_bits(found: Posterior, expected: Posterior) -> None:
    """All numbers of two records, whatever their labels."""
    assert number_bytes(found) == number_bytes(expected)


# Files and processes -------------------------------------------------------------------------------------------------


@EVERY
@given(case=entangled(), random=ANY, ending=st.sampled_from((".json", ".yaml")))
def test_p08_a_case_gives_the_same_bits_from_python_yaml_and_json(
    case: Case, random: Random, ending: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Declared in Python with its mappings in any order, or read from YAML or JSON, a case has the same answer."""
    file = tmp_path_factory.getbasetemp() / f"case{ending}"
    dump_case(case, file, overwrite=True)
    if ending == ".json":
        tree = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps(shuffled(tree, random)), encoding="utf-8")
    expected = solved_or_refused(case)
    assert solved_or_refused(load_case(file)) == expected
    assert solved_or_refused(shuffled(case, random)) == expected


LISTED_BY_NAME = ("hypotheses", "sources", "evidence", "common_causes")
"""Mappings of a case file that stand for lists: there the order of the names is the order of the case."""


def shuffled(part: Any, random: Random, at: str = "") -> Any:
    """A case or its tree with the entries of every mapping in another order."""
    match part:
        case Mapping():
            entries = [(key, shuffled(value, random, str(key))) for key, value in part.items()]
            if at not in LISTED_BY_NAME:
                random.shuffle(entries)
            return dict(entries)
        case Part():
            return type(part)(**shuffled({name: getattr(part, name) for name in part.model_fields_set}, random))
        case tuple() | list():
            return [shuffled(entry, random) for entry in part]
        case _:
            return part


def test_p08_draws_do_not_depend_on_hash_seeds_or_threads(tmp_path: Path) -> None:
    """Twelve cases give the same bits, draws included, in processes with other hash seeds and thread counts."""
    for place, case in enumerate(sample(entangled(exclusions=False), 60)[-12:]):
        dump_case(case, tmp_path / f"{place:02}.json")
    expected = digests(tmp_path)
    assert len(expected) > 12 * 8
    for hash_seed, threads in ((0, 1), (1, 2), (4321, 4)):
        assert digests_elsewhere(tmp_path, hash_seed, threads) == expected


def sample(strategy: st.SearchStrategy[Case], size: int) -> list[Case]:
    drawn: list[Case] = []

    @settings(EVERY, max_examples=size, phases=[Phase.generate])
    @given(strategy)
    def collect(case: Case) -> None:
        drawn.append(case)

    collect()
    return drawn


def digests(folder: Path) -> dict[str, str]:
    """Of every array of numbers in the posteriors of the case files in a folder."""
    return {
        f"{file.stem} {name}": hashlib.sha256(numbers).hexdigest()
        for file in sorted(folder.glob("*.json"))
        for name, numbers in number_bytes(weigh(load_case(file), sampling=FEW))
    }


ELSEWHERE = """
import json, pathlib, sys, warnings
warnings.simplefilter("ignore")
from test_properties_structure import digests
print(json.dumps(digests(pathlib.Path(sys.argv[1]))))
"""


def digests_elsewhere(folder: Path, hash_seed: int, threads: int) -> dict[str, str]:
    """The digests as another process finds them."""
    thread_counts = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    path = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    environment = {**os.environ, **thread_counts, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": path}
    command = [sys.executable, "-c", ELSEWHERE, str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@EVERY
@given(case=cases(max_items=8) | entangled(), ending=st.sampled_from((".json", ".yaml")))
def test_p09_reading_undoes_writing(case: Case, ending: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A case that was written and read is equal to the case, and written again it is the same bytes."""
    file, again = (tmp_path_factory.getbasetemp() / f"{name}{ending}" for name in ("first", "again"))
    dump_case(case, file, overwrite=True)
    loaded = load_case(file)
    assert loaded == case
    assert hash(loaded) == hash(case)
    dump_case(loaded, again, overwrite=True)
    assert again.read_bytes() == file.read_bytes()


# What says nothing changes nothing -----------------------------------------------------------------------------------


@EVERY
@given(entangled(), ANY)
def test_p10_likelihoods_count_only_in_proportion(case: Case, rng: Random) -> None:
    """An item's likelihoods times c, under every hypothesis and parent, leave the credences and shift log P(E)."""
    factor, parent = rng.uniform(1e-3, 1), rng.choice(binary(case)).name
    stated = rows(rng, case)
    scaled = {name: {key: factor * value for key, value in row.items()} for name, row in stated.items()}
    plain, less = (with_more(case, sure("extra", table, given=parent)) for table in (stated, scaled))
    assert_same(solved_or_refused(less), solved_or_refused(plain), shift=math.log(factor))


@EVERY
@given(entangled(), ANY)
def test_p11_ratios_to_any_reference_are_as_good_as_likelihoods(case: Case, rng: Random) -> None:
    """An observed item stated by its ratios to one of the hypotheses gives the credences of its likelihoods."""
    likelihood, reference = row(rng, case), rng.choice(case.names)
    ratios = {name: value / likelihood[reference] for name, value in likelihood.items() if name != reference}
    stated = solved_or_refused(with_more(case, sure("extra", likelihood)))
    in_ratios = solved_or_refused(with_more(case, item("extra", Ratios(reference=reference, ratios=ratios))))
    assert_same(in_ratios, stated, shift=-math.log(likelihood[reference]))


RATIOS = Ratios(reference="a", ratios={"b": 3.0})
ALONE = Case(
    question="Which?",
    hypotheses=[Hypothesis(name=name, statement=f"it was {name}") for name in ("a", "b")],
    prior={"a": 0.5, "b": 0.5},
    sources=[source("agency", 0.8, 0.3)],
    evidence=[item("seen", {"a": 0.2, "b": 0.4})],
)


@pytest.mark.parametrize(
    "more",
    [
        {"reports": [Report(source="agency")]},
        {"given": "seen"},
        {"observed": False},
        {"observed": None},
        {"outcomes": ("low", "high"), "observed": "low"},
    ],
    ids=["reports", "given", "observed False", "observed None", "named outcomes"],
)
def test_p11_ratios_are_refused_where_the_absolute_likelihood_matters(more: dict[str, Any]) -> None:
    """Ratios do not say how often an item occurs, so reports, parents, other outcomes and no outcome are refused."""
    with pytest.raises(CaseError, match="E_RATIOS"):
        with_more(ALONE, item("extra", RATIOS, **more))


def test_p11_an_item_in_ratios_is_no_parent() -> None:
    """What depends on an item needs its likelihoods."""
    child = item("child", {name: {True: 0.2, False: 0.4} for name in ("a", "b")}, given="extra")
    with pytest.raises(CaseError, match="E_RATIOS"):
        with_more(ALONE, item("extra", RATIOS), child)


@EVERY
@given(independent(), ANY)
def test_p12_an_independent_item_as_likely_under_all_changes_nothing(case: Case, rng: Random) -> None:
    """Among independent items, one of equal likelihoods changes no credence; if these are a power of 2, no bit."""
    expected = solved_or_refused(case)
    for likelihood in (chance(rng), 0.25):
        found = solved_or_refused(with_more(case, item("extra", dict.fromkeys(case.names, likelihood))))
        assert_same(found, expected, shift=math.log(likelihood))
    if isinstance(found, Weighed) and isinstance(expected, Weighed):
        assert found.credence == expected.credence


def test_p12_a_dependent_item_as_likely_under_all_can_change_much() -> None:
    """An item of probability one half under both hypotheses decides between them once its parent is known."""
    first = item("first", {"a": 0.5, "b": 0.5})
    second = item("second", {"a": {True: 0.9, False: 0.1}, "b": {True: 0.1, False: 0.9}}, given="first")
    by_itself = ALONE.model_copy(update={"evidence": [hushed(first), second]})
    together = ALONE.model_copy(update={"evidence": [first, second]})
    assert_close(solved(by_itself).credence["a"], 0.5)
    assert_close(solved(together).credence["a"], 0.9)


def hushed(old: Evidence) -> Evidence:
    """The item, neither observed nor reported."""
    return old.model_copy(update={"observed": None, "reports": ()})


@EVERY
@given(entangled(), ANY)
def test_p13_an_item_as_likely_under_all_given_the_others_changes_nothing(case: Case, rng: Random) -> None:
    """A row that hangs on no hypothesis and on no hidden item, only on what was observed, changes no credence."""
    parents = rng.sample(binary(case), k=min(rng.randrange(4), len(binary(case))))
    likelihood: Any = chance(rng)
    table = likelihood
    for parent in reversed(parents):
        elsewhere = table if parent.observed is None else another(table, rng)
        table = {(parent.observed is not False): table, (parent.observed is False): elsewhere}
    extra = sure("extra", dict.fromkeys(case.names, table), given=tuple(parent.name for parent in parents))
    assert_same(solved_or_refused(with_more(case, extra)), solved_or_refused(case), shift=math.log(likelihood))


def another(table: Any, rng: Random) -> Any:
    """A table of the same shape with other numbers: what would hold had a parent come out otherwise."""
    return {key: another(entry, rng) for key, entry in table.items()} if isinstance(table, Mapping) else chance(rng)


@EVERY
@given(entangled(), ANY)
def test_p14_what_nobody_observed_changes_no_bit_unless_something_observed_hangs_on_it(case: Case, rng: Random) -> None:
    """Hidden items below any item, and below one another, leave every credence and P(E) the same to the last bit."""
    barren = [
        sure("child", rows(rng, case), given=rng.choice(binary(case)).name, observed=None),
        sure("grandchild", rows(rng, case), given="child", observed=None),
        sure("idle", row(rng, case), observed=None),
    ]
    extended = list(case.evidence)
    for extra in barren:
        extended.insert(rng.randrange(len(extended) + 1), extra)
    assert solved_or_refused(case.model_copy(update={"evidence": extended})) == solved_or_refused(case)


@EVERY
@given(entangled(exclusions=False), ANY)
def test_p14_what_nobody_observed_is_not_observed_to_be_false(case: Case, rng: Random) -> None:
    """An item not observed leaves the credences; observed to be False it moves them by 1 - its likelihoods."""
    stated, before = row(rng, case), solved(case)
    unseen, seen_false = (solved(with_more(case, sure("extra", stated, observed=found))) for found in (None, False))
    assert unseen == before
    weights = {name: before.credence[name] * (1 - stated[name]) for name in case.names}
    for name, weight in weights.items():
        assert_close(seen_false.credence[name], weight / math.fsum(weights.values()))


# Copies --------------------------------------------------------------------------------------------------------------


@EVERY
@given(entangled(), ANY)
def test_p15_a_sure_copy_adds_nothing_and_a_sure_original_counts_in_full(case: Case, rng: Random) -> None:
    """With copy probability 1 a second report leaves the answer as with one; with 0 it is like one of its own."""
    echo = rng.choice(("paper", "echo"))
    more = with_more(case, sources=[source("echo", chance(rng), chance(rng))])
    one = solved_or_refused(more)
    assert_same(solved_or_refused(echoed(more, echo, ALWAYS)), one)
    assert_same(solved_or_refused(echoed(more, echo, NEVER)), solved_or_refused(echoed(more, echo, None)))


def echoed(case: Case, echo: str, copy_probability: Any) -> Case:
    """With another report that says of `fled` what the agency says, copied from it or not (None)."""
    fled = next(old for old in case.evidence if old.name == "fled")
    copied = {"copied_from": "agency", "copy_probability": copy_probability} if copy_probability else {}
    report = Report(source=echo, says=fled.reports[0].says, **copied)
    return with_items(case, {"fled": fled.model_copy(update={"reports": [*fled.reports, report]})})


@EVERY
@given(entangled(exclusions=False), st.sampled_from((1e-1, 1e-3, 1e-6, 1e-9)))
def test_p15_as_copying_becomes_sure_the_second_report_fades(case: Case, left: float) -> None:
    """At copy probability 1 - d every credence is within the share d/(1 - d) of what it is with one report."""
    one = solved(case).credence
    for name, credence in solved(echoed(case, "paper", 1 - left)).credence.items():
        assert_close(credence, one[name], tolerance=left / (1 - left) + T1)


def test_p15_a_copy_that_says_the_opposite_contradicts() -> None:
    """A report that is surely copied and yet says the opposite cannot be, under any hypothesis."""
    opposite = Report(source="paper", says=False, copied_from="agency", copy_probability=ALWAYS)
    fled = item("fled", {"a": 0.3, "b": 0.4}, reports=[Report(source="agency", says=True), opposite])
    with pytest.raises(ContradictionError) as caught:
        solved(with_more(ALONE, fled, sources=[source("paper", 0.5, 0.5)]))
    assert caught.value.excluded_by == {"a": ("fled",), "b": ("fled",)}


@pytest.mark.parametrize(("copied", "credence"), [(NEVER, 1e5 / (1e5 + 1)), (ALWAYS, 10 / 11)])
def test_p15_five_reports_of_ratio_ten(copied: Any, credence: float) -> None:
    """Five reports that each say ten to one give 0.99999 if they are independent, and 0.909 if four are copies."""
    names = [f"s{place}" for place in range(5)]
    later = {"copied_from": "s0", "copy_probability": copied}
    reports = [Report(source=name, **({} if name == "s0" else later)) for name in names]
    sources = [source(name, 9 / 11, 0.5) for name in names]
    fled = item("fled", {"a": ALWAYS, "b": NEVER}, reports=reports)
    case = ALONE.model_copy(update={"sources": sources, "evidence": [fled]})
    assert_close(solved(case).credence["a"], credence)
