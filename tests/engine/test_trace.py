"""Draws of an extended model become a result: against extensions of which the answer is known exactly."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
import xarray as xr

from attribution_bayes.declare.assumptions import assumptions, suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Beta, Between, Dirichlet, RatioBetween, Ratios, Uniform
from attribution_bayes.engine.audit import audit
from attribution_bayes.engine.coherence import assert_coherent
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.trace import posterior_from_trace
from attribution_bayes.engine.weigh import weigh, what_if
from attribution_bayes.errors import CaseError, CaseWarning, ConvergenceError
from attribution_bayes.files.results import result_bytes, result_from_bytes
from attribution_bayes.sensitivity.one_way import one_way
from crafted import item

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

SAMPLING = Sampling(draws=1000, seed=5)
ADDRESS = "evidence.digging.likelihood.cable"
CASE = Case(
    question="Why did the line drop?",
    hypotheses=[
        Hypothesis(name="overload", statement="too much traffic"),
        Hypothesis(name="cable", statement="a damaged cable"),
        Hypothesis(name="other", statement="anything else", catch_all=True),
    ],
    prior={"overload": 0.5, "cable": 0.3, "other": 0.2},
    evidence=[
        Evidence(name="peak", statement="p", likelihood={"overload": Between(0.5, 0.9), "cable": 0.2, "other": 0.2}),
        Evidence(name="digging", statement="d", likelihood={"overload": 0.1, "cable": Beta(4, 4), "other": 0.1}),
    ],
)
COUNTED = suppose(CASE, {ADDRESS: Beta(4 + 14, 4 + 6)})
"""14 of 20 are counted: a Beta updated by a count is a Beta."""

MEASURED = np.array([1.9, 0.6, 1.0])
"""Of evidence outside the case, how likely it is under each hypothesis, as ratios to the last."""


def trace_of(known: Case, ratios: np.ndarray | None = None) -> xr.DataTree:
    """Independent draws from the posterior of an extended model, which the exact engine knows in another form."""
    evidence = known.evidence
    if ratios is not None:
        stated = dict(zip(known.names[:-1], ratios[:-1].tolist(), strict=True))
        evidence = (*evidence, item("measured", Ratios(reference=known.names[-1], ratios=stated)))
    drawn = weigh(known.model_copy(update={"evidence": evidence}), sampling=SAMPLING).draws["posterior"].to_dataset()
    given_all = drawn["credence"]
    if ratios is not None:
        before = given_all / ratios
        drawn = drawn.assign(credence=before / before.sum("hypothesis"), given_all=given_all)
    size = tuple(drawn.sizes[dim] for dim in ("chain", "draw"))
    energy = np.random.default_rng(0).normal(size=size)
    stats = {"energy": (("chain", "draw"), energy), "diverging": (("chain", "draw"), energy > 99)}
    return xr.DataTree.from_dict({"posterior": drawn, "sample_stats": xr.Dataset(stats)})


def assert_is_answer(found: Posterior, known: Case) -> None:
    """The credence is that of the known case within its error; so is that of the restated case; and a file holds it."""
    expected = weigh(known)
    allowed = 5 * found.mcse + 1e-12  # without ranges only rounding is left
    assert (np.abs(found.credence - expected.credence) <= allowed).all()
    assert (np.abs(weigh(found.case).credence - found.credence) <= allowed).all()
    assert_coherent(found)
    again = result_from_bytes(result_bytes(found))
    assert (again.case, again.warnings) == (found.case, found.warnings)


def test_a_count_that_bears_on_an_input_is_found_in_the_case() -> None:
    """The input is restated as the Beta that the count makes of it, and what is exact follows from that."""
    trace = trace_of(COUNTED)
    with pytest.warns(CaseWarning, match="W_TRACE.*fitted to draws of an extended model"):
        found = posterior_from_trace(CASE, trace, sampling=SAMPLING, informed=[ADDRESS])
    assert_is_answer(found, COUNTED)
    fitted = found.case.evidence[1].likelihood["cable"]
    assert re.fullmatch(
        r"fitted to draws of an extended model; its mean 0\.6\d+ has a Monte-Carlo error of 0\.00\d+", fitted.reason
    )
    assert fitted.alpha + fitted.beta == pytest.approx(28, rel=0.1)  # of 4000 draws, the size has an error of 2 %
    assert fitted.alpha / (fitted.alpha + fitted.beta) == pytest.approx(18 / 28, abs=5 * 0.09 / 4000**0.5)
    assert found.sampling == SAMPLING
    np.testing.assert_array_equal(found.draws["posterior"]["assumption"], trace["posterior"]["assumption"])
    np.testing.assert_allclose(one_way(found.case)["swing"], one_way(COUNTED)["swing"], atol=0.02)
    others = [one for one in assumptions(found.case) if one.address != ADDRESS]
    assert others == [one for one in assumptions(CASE) if one.address != ADDRESS]


def test_evidence_about_the_hypotheses_becomes_an_item() -> None:
    """Its ratios are those that the model of the user had, to the last digits."""
    trace = trace_of(CASE, MEASURED)
    found = posterior_from_trace(CASE, trace, sampling=SAMPLING, credence="given_all")
    own = found.case.evidence[-1]
    assert own.name == "given_all"
    assert stated_ratios(own) == pytest.approx({"overload": 1.9, "cable": 0.6}, rel=1e-9)
    assert np.isnan(found.log_evidence)
    stated = item("measured", Ratios(reference="other", ratios={"overload": 1.9, "cable": 0.6}))
    assert_is_answer(found, CASE.model_copy(update={"evidence": (*CASE.evidence, stated)}))


def stated_ratios(own: Evidence) -> dict[str, float]:
    return {name: one.number for name, one in own.likelihood.ratios.items()}


def regression(slope: np.ndarray) -> xr.DataTree:
    """Draws with own evidence of likelihood ``1 + slope * x`` under each hypothesis, x uniform between 0 and 1."""
    trace = trace_of(CASE, (1 + slope / 2) / (1 + slope[-1] / 2))
    drawn = trace["posterior"].to_dataset()
    steep, rng = slope[drawn["drawn_hypothesis"].values], np.random.default_rng(7)
    area = rng.uniform(size=steep.shape) * (1 + steep / 2)
    x = 2 * area / (1 + np.sqrt(1 + 2 * steep * area))  # where the area under the density is reached
    own = xr.DataArray(1 + slope * x[..., None], dims=("chain", "draw", "hypothesis"))
    joint = drawn["credence"] * own
    trace["posterior"] = xr.DataTree(drawn.assign(given_all=joint / joint.sum("hypothesis")))
    return trace


def test_own_evidence_may_depend_on_parameters_of_its_own() -> None:
    """They are integrated out by the draws, which gives the ratios within the Monte-Carlo error that is told."""
    slope = np.array([8.0, 0.0, 2.0])
    found = posterior_from_trace(CASE, regression(slope), sampling=SAMPLING, credence="given_all")
    expected = (1 + slope / 2) / 2
    ratios = stated_ratios(found.case.evidence[-1])
    (told,) = [problem.message for problem in found.warnings if problem.code == "W_TRACE"]
    error = float(re.search(r"Monte-Carlo error of up to ([\d.]+)%", told)[1]) / 100
    assert 0 < error < 0.03
    assert all(ratio == float(f"{ratio:.4g}") for ratio in ratios.values())  # two digits of its error
    assert all("Monte-Carlo error" in one.reason for one in found.case.evidence[-1].likelihood.ratios.values())
    printed = str(audit(found))
    assert "computed exactly" not in printed
    assert "The credences of the result are those of the draws" in printed
    for name, ratio in zip(CASE.names[:2], expected, strict=False):
        assert ratios[name] == pytest.approx(ratio, rel=5 * error)
    stated = item("measured", Ratios(reference="other", ratios=dict(zip(CASE.names[:2], expected[:2], strict=True))))
    known = weigh(CASE.model_copy(update={"evidence": (*CASE.evidence, stated)})).credence
    assert (np.abs(found.credence - known) <= 5 * found.mcse).all()


def test_own_evidence_may_have_a_name_and_a_statement() -> None:
    """They are those of its item, with its label and what else an item says of itself."""
    own = {"name": "delay", "statement": "the delay was 36 ms", "label": "delay of the day", "date": date(2024, 3, 1)}
    trace = trace_of(CASE, MEASURED)
    found = posterior_from_trace(CASE, trace, sampling=SAMPLING, credence="given_all", own=own)
    item = found.case.evidence[-1]
    assert {name: getattr(item, name) for name in own} == own
    assert "'delay' is what was added to the model" in str(found)


def test_inputs_that_own_data_tie_together_are_told() -> None:
    """Two inputs of one item with a strong dependence are accepted, as the credence is right, and cautioned about."""
    trace, (one, other) = trace_of(COUNTED), ("evidence.peak.likelihood.overload", ADDRESS)
    drawn = trace["posterior"].to_dataset()
    values = drawn["assumption"].copy()
    rows = values.stack(row=("chain", "draw"))
    first, second = (rows.sel(address=address).values for address in (one, other))
    order = np.random.default_rng(1).permutation(len(first))[: len(first) // 2]  # half of them are put in order
    first[np.sort(order)] = np.sort(first[order])[np.argsort(np.argsort(second[np.sort(order)]))]
    values.loc[{"address": one}] = first.reshape(4, 1000)
    trace["posterior"] = xr.DataTree(drawn.assign(assumption=values))
    told = posterior_from_trace(CASE, trace, sampling=SAMPLING, informed=[one, other]).warnings
    (tied,) = [problem.message for problem in told if problem.message.startswith("own data tie")]
    assert float(re.search(r"correlation (0\.\d+)", tied)[1]) > 0.3


def test_both_together() -> None:
    """The weights of the fit know the own evidence too."""
    trace = trace_of(COUNTED, MEASURED)
    found = posterior_from_trace(CASE, trace, sampling=SAMPLING, informed=[ADDRESS], credence="given_all")
    assert [problem.path for problem in found.warnings if problem.code == "W_TRACE"] == ["evidence.given_all", ADDRESS]
    fitted = found.case.evidence[1].likelihood["cable"]
    assert fitted.alpha / (fitted.alpha + fitted.beta) == pytest.approx(18 / 28, abs=5 * 0.09 / 4000**0.5)


def test_a_model_to_which_nothing_was_added_is_its_case(rich: Case) -> None:
    """With nothing named, the case stays as it is, whatever it has; without ranges too."""
    for case in (
        rich,
        CASE.model_copy(update={"evidence": (item("e", dict(zip(CASE.names, (0.2, 0.3, 0.4), strict=True))),)}),
    ):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            found = posterior_from_trace(case, trace_of(case), sampling=SAMPLING)
        assert found.case == case
        assert not [one for one in told if "W_TRACE" in str(one.message)]
        assert_is_answer(found, case)


def test_a_uniform_input_of_several_reports_is_fitted() -> None:
    """Own data on the rate of an unreliable source: each of its reports uses the input."""
    address = "source.s.if_unreliable"
    case = CASE.model_copy(
        update={
            "sources": (Source(name="s", statement="s", reliability=0.5, if_unreliable=Uniform(0, 1)),),
            "evidence": tuple(
                item(name, dict(zip(CASE.names, row, strict=True)), reports=[Report(source="s")])
                for name, row in (("e", (0.7, 0.2, 0.4)), ("f", (0.6, 0.3, 0.3)))
            ),
        }
    )
    known = suppose(case, {address: Beta(7, 5)})
    found = posterior_from_trace(case, trace_of(known), sampling=SAMPLING, informed=[address])
    assert_is_answer(found, known)
    assert found.case.sources[0].if_unreliable.alpha == pytest.approx(7, rel=0.2)


def test_what_moved_and_is_not_named_is_refused() -> None:
    """The error names the input, how far it is off, and what to write."""
    with pytest.raises(CaseError) as caught:
        posterior_from_trace(CASE, trace_of(COUNTED), sampling=SAMPLING)
    paths = [problem.path for problem in caught.value.problems]
    assert ADDRESS in paths
    assert "evidence.peak.likelihood.overload" not in paths
    told = next(problem for problem in caught.value.problems if problem.path == ADDRESS)
    assert told.message.startswith("its mean is 0.6")
    assert told.hint == "If your data bear on it, name it in `informed`."


def test_a_dependence_that_only_own_data_make_is_refused() -> None:
    """Two inputs that own data tie together are two Betas in a case, with another credence."""
    rows = [{"overload": Beta(1, 1), "cable": 0.4, "other": 0.5}] * 2
    case = CASE.model_copy(update={"evidence": tuple(map(item, "ef", rows))})
    addresses = ["evidence.e.likelihood.overload", "evidence.f.likelihood.overload"]
    rng = np.random.default_rng(3)
    x = rng.uniform(size=60_000)
    total = 0.5 * x**2 + 0.3 * 0.16 + 0.2 * 0.25
    x = x[rng.uniform(size=len(x)) < total / total.max()][:4000].reshape(4, 1000)
    trace = trace_of(case)
    credence = what_if(case, dict.fromkeys(addresses, x.reshape(-1))).values.reshape(4, 1000, 3)
    drawn = trace["posterior"].to_dataset()
    both = drawn["assumption"].copy(data=np.stack([x, x], axis=-1))
    trace["posterior"] = xr.DataTree(drawn.assign(assumption=both, credence=drawn["credence"].copy(data=credence)))
    with pytest.raises(CaseError, match="the numbers of a case cannot express what you added"):
        posterior_from_trace(case, trace, sampling=SAMPLING, informed=addresses)


def test_too_few_draws_of_what_own_data_say_are_refused() -> None:
    """Twelve reports move what is known of a source far from what own data say of it."""
    names = [f"e{place}" for place in range(12)]
    source = Source(name="s", statement="s", says_true_if_true=Beta(1, 1), says_true_if_false=0.1, instrument=True)
    told = [
        item(name, dict(zip(CASE.names, (0.9, 0.8, 0.9), strict=True)), reports=[Report(source="s")]) for name in names
    ]
    case = CASE.model_copy(update={"sources": (source,), "evidence": tuple(told)})
    with pytest.raises(CaseError, match="fewer than 400 draws show what own data say"):
        posterior_from_trace(case, trace_of(case), sampling=SAMPLING, informed=["source.s.says_true_if_true"])


def test_draws_must_pass_the_gate() -> None:
    """A divergence refuses the trace, as it does in `weigh`."""
    trace = trace_of(CASE)
    stats = trace["sample_stats"].to_dataset()
    stats["diverging"][2, 7] = True
    trace["sample_stats"] = xr.DataTree(stats)
    with pytest.raises(ConvergenceError, match="1 divergences"):
        posterior_from_trace(CASE, trace, sampling=SAMPLING)


def without(name: str, group: str = "posterior") -> xr.DataTree:
    trace = trace_of(CASE, MEASURED)
    trace[group] = xr.DataTree(trace[group].to_dataset().drop_vars(name))
    return trace


NUTPIE = '{"settings": {"adapt_options": {"step_size_settings": {"target_accept": 0.9}}}}'


def recorded(**attrs: object) -> xr.DataTree:
    """Draws that say how they were made."""
    known = {"inference_library": "nutpie", "tuning_steps": 1000, "inference_library_settings": NUTPIE}
    trace = trace_of(CASE)
    trace["sample_stats"].attrs |= known | attrs
    return trace


def with_own(ratios: Callable[[xr.Dataset], xr.DataArray]) -> xr.DataTree:
    """Draws with own evidence by ratios that depend on what is drawn, by resampling draws without it."""
    trace = trace_of(CASE)
    drawn = trace["posterior"].to_dataset()
    joint = drawn["credence"] * ratios(drawn)
    total = joint.sum("hypothesis")
    drawn, share = drawn.assign(given_all=joint / total), total.values.ravel() / float(total.sum())
    taken = np.random.default_rng(2).choice(len(share), len(share), p=share)
    again = drawn.map(lambda one: one.copy(data=one.values.reshape(len(share), -1)[taken].reshape(one.shape)))
    trace["posterior"] = xr.DataTree(again)
    return trace


def of_an_input() -> xr.DataTree:
    """It fits where the likelihood of an item under one hypothesis has its mean, which it narrows and does not move."""
    measured = xr.DataArray(MEASURED, dims="hypothesis")
    return with_own(lambda drawn: measured * np.exp(-30 * (drawn["assumption"].sel(address=ADDRESS) - 0.55) ** 2))


def of_few() -> xr.DataTree:
    """Two draws in a hundred have nearly all of its likelihood under one hypothesis."""
    first = xr.DataArray([1.0, 0.0, 0.0], dims="hypothesis")
    return with_own(lambda drawn: 1 + 1e4 * first * (drawn["draw"] % 50 == 0))


OTHER_ORDER = CASE.model_copy(update={"hypotheses": CASE.hypotheses[::-1]})
OTHER_ADDRESS = suppose(CASE, {ADDRESS: 0.5, "evidence.peak.likelihood.cable": Beta(2, 3)})
REFUSED: dict[str, tuple[Case, Any, dict[str, Any], str]] = {
    "no posterior": (CASE, xr.DataTree, {}, "trace: it has no group 'posterior'"),
    "no assumption": (CASE, lambda: without("assumption"), {}, r"trace\.assumption: the trace has no variable"),
    "no labels": (CASE, lambda: without("hypothesis"), {}, r"trace\.credence: its dimensions are .* with its labels"),
    "no statistics": (CASE, lambda: without("energy", "sample_stats"), {}, r"trace\.sample_stats: it has no energy"),
    "another order": (OTHER_ORDER, lambda: trace_of(CASE), {}, "its hypotheses are not those of the case"),
    "another case": (OTHER_ADDRESS, lambda: trace_of(CASE), {}, r"trace\.assumption: its addresses are not the unc"),
    "a part of the trace": (CASE, lambda: trace_of(CASE)["posterior"], {}, "not `trace.posterior`"),
    "a name of no variable": (
        CASE,
        lambda: trace_of(CASE, MEASURED),
        {"credence": "given_al"},
        r"it has .*'given_all'.*Did you mean 'given_all'",
    ),
    "another tuning": (
        CASE,
        lambda: recorded(tuning_steps=500),
        {},
        r"sampling\.tune: the trace has 500, `sampling` 1000",
    ),
    "another sampler": (
        CASE,
        lambda: recorded(inference_library="numpyro"),
        {},
        r"sampling\.nuts_sampler: the trace has numpyro, `sampling` nutpie",
    ),
    "another acceptance": (
        CASE,
        lambda: recorded(inference_library_settings=NUTPIE.replace("0.9", "0.8")),
        {},
        r"sampling\.target_accept: the trace has 0\.8, `sampling` 0\.9",
    ),
    "own evidence that there is not": (CASE, lambda: trace_of(CASE), {"own": {"name": "d"}}, "no own evidence to name"),
    "a text in place of fields": (
        CASE,
        lambda: trace_of(CASE, MEASURED),
        {"credence": "given_all", "own": "delay"},
        "E_TYPE own: 'delay' stands where fields of an item belong",
    ),
    "a likelihood of own evidence": (
        CASE,
        lambda: trace_of(CASE, MEASURED),
        {"credence": "given_all", "own": {"name": "d", "statement": "d", "likelihood": 1}},
        "takes no 'likelihood'. Its likelihood follows",
    ),
    "another size": (
        CASE,
        lambda: trace_of(CASE),
        {"sampling": replace(SAMPLING, draws=500)},
        r"sampling\.draws: the trace has 1000, `sampling` 500",
    ),
    "own evidence that depends on an input": (
        CASE,
        of_an_input,
        {"credence": "given_all"},
        rf"E_TRACE {ADDRESS}: its variance is",
    ),
    "own evidence that few draws show": (
        CASE,
        of_few,
        {"credence": "given_all"},
        r"trace\.given_all: fewer than 400 draws show how likely your evidence is if 'cable' is true",
    ),
    "a name that is taken": (
        CASE.model_copy(update={"evidence": (*CASE.evidence, item("given_all", dict.fromkeys(CASE.names, 0.5)))}),
        lambda: trace_of(CASE, MEASURED),
        {"credence": "given_all"},
        "the case has an item 'given_all'",
    ),
    "an address that there is not": (CASE, lambda: trace_of(CASE), {"informed": [ADDRESS + "x"]}, "E_UNKNOWN_NAME"),
    "a plain number": (CASE, lambda: trace_of(CASE), {"informed": ["prior.cable"]}, "only an uncertain probability"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_trace_that_does_not_belong_to_the_case_is_refused(what: str) -> None:
    """The error says what is wrong with which part of it."""
    case, trace, options, message = REFUSED[what]
    with pytest.raises(CaseError, match=message):
        posterior_from_trace(case, trace(), **{"sampling": SAMPLING, **options})


@pytest.mark.parametrize(
    ("stated", "address"),
    [(Dirichlet({"overload": 2, "cable": 2, "other": 3}), "prior.cable"), (None, "evidence.r.likelihood.cable")],
)
def test_rows_and_ratios_cannot_be_fitted(stated: Dirichlet | None, address: str) -> None:
    """Only probabilities that stand alone become Betas."""
    ratios = item("r", Ratios(reference="other", ratios={"cable": RatioBetween(1, 4), "overload": 1.0}))
    case = CASE.model_copy(update={"evidence": (ratios,)} if stated is None else {"prior": stated})
    address = next(
        one.address
        for one in assumptions(case)
        if one.address.startswith(address.rpartition(".")[0]) and "cable" in one.address
    )
    with pytest.raises(CaseError, match="only an uncertain probability that is stated by itself"):
        posterior_from_trace(case, trace_of(case), sampling=SAMPLING, informed=[address])
