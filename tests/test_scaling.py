"""Power scaling: ArviZ's diagnostic for each statement and component, from the draws of either engine."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from arviz_stats import psense
from arviz_stats.base import array_stats
from hypothesis import HealthCheck, Phase, assume, given, settings

from attribution_bayes.case import Case
from attribution_bayes.elicit import BaseRates, Beta, Dirichlet, Impossible, RatioBetween, Ratios, Uniform, Words
from attribution_bayes.errors import ContradictionError
from attribution_bayes.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.posterior import Posterior
from attribution_bayes.sampling import Sampling
from attribution_bayes.scaling import power_scaling
from attribution_bayes.testing import cases
from attribution_bayes.weigh import weigh
from oracle import dirichlet_rows, uncertain_inputs

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

REPEATABLE = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
        HealthCheck.filter_too_much,
    ],
)

CLOSE = 1e-12
"""The same draws through the same function: nothing but rounding."""

FLAT = 1e-9
"""Difference of logarithms below which they are one number, in nats."""

ROUNDING = 1e-5
"""What rounding errors of logarithms that are one number may make of a sensitivity of 0."""

RELIABLE = 0.7
"""Largest Pareto k of weights that can be trusted."""

QUICK = Sampling(draws=100)
SIZE = (Sampling().chains, Sampling().draws)

type Row = tuple[str, str]


def case(prior: Any, *evidence: Evidence, sources: tuple[Source, ...] = ()) -> Case:
    names = getattr(prior, "alpha", prior)
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}") for name in names]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


def item(name: str, likelihood: Any, **fields: Any) -> Evidence:
    return Evidence(name=name, statement=f"{name} holds", likelihood=likelihood, **fields)


# The table, from ArviZ -----------------------------------------------------------------------------------------------


def subset(row: Row) -> dict[str, Any]:
    """What of a group is scaled, in ArviZ's words."""
    match row:
        case "prior", "prior":
            return {"group_var_names": "prior"}
        case "prior", name:
            return {"group_var_names": "assumption", "group_coords": {"statement": [name]}}
        case _, name:
            return {"group_var_names": "evidence", "group_coords": {"component": [name]}}


def log_weights(posterior: Posterior, row: Row) -> np.ndarray:
    """What the power multiplies."""
    scaled = subset(row)
    logs = posterior.draws[f"log_{row[0]}"][scaled["group_var_names"]].sel(scaled.get("group_coords", {}))
    return logs.values.ravel()


def sensitivities(posterior: Posterior, row: Row) -> dict[str, float]:
    """ArviZ's, which looks for the tails of what is weighed: where that is the same in all draws, they are 0."""
    if np.ptp(log_weights(posterior, row)) < FLAT:
        return dict.fromkeys(posterior.case.names, 0.0)
    found = psense(posterior.draws, var_names=["credence"], group=row[0], **subset(row)).credence
    return {name: found.sel(hypothesis=name).item() for name in posterior.case.names}


def pareto_k(posterior: Posterior, row: Row) -> float:
    """The worse one of the weights at powers 0.99 and 1.01."""
    logs = log_weights(posterior, row)
    return max(float(array_stats.psislw(sign * 0.01 * logs)[1]) for sign in (1, -1))


def rows_of(posterior: Posterior) -> set[Row]:
    """An uncertain statement each, the prior if it is uncertain, and each component of the draws."""
    stated = posterior.case
    ratios = {
        f"evidence.{part.name}.likelihood.{name}"
        for part in stated.evidence
        if isinstance(part.likelihood, Ratios)
        for name, ratio in part.likelihood.ratios.items()
        if (isinstance(ratio, RatioBetween) and ratio.lower < ratio.upper) or isinstance(ratio, Words)
    }
    statements = {*uncertain_inputs(stated), *dirichlet_rows(stated), *ratios}
    if isinstance(stated.prior, Dirichlet | BaseRates):
        statements.add("prior")
    if not statements:
        return set()
    components = posterior.draws["log_likelihood"].component.values if "log_likelihood" in posterior.draws else ()
    return {*(("prior", name) for name in statements), *(("likelihood", str(name)) for name in components)}


def assert_is_arviz(table: pd.DataFrame, posterior: Posterior) -> None:
    """Every row has ArviZ's numbers for what it names, and all rows are there."""
    assert table.index.is_unique
    assert set(table.index) == rows_of(posterior)
    for row, found in table.iterrows():
        close = ROUNDING if np.ptp(log_weights(posterior, row)) < FLAT else CLOSE
        for name, sensitivity in sensitivities(posterior, row).items():
            assert found[f"sensitivity_{name}"] == pytest.approx(sensitivity, abs=close)
    each = table[[f"sensitivity_{name}" for name in posterior.case.names]]
    assert list(table["sensitivity"]) == list(each.max(axis=1))
    assert list(table["sensitivity"]) == sorted(table["sensitivity"], reverse=True)
    assert list(table["reliable"]) == list(table["pareto_k"] <= RELIABLE)


def with_log_prior(posterior: Posterior, statement: str, logs: np.ndarray) -> Posterior:
    """The posterior with other log densities of one statement."""
    density = posterior.draws["log_prior"].to_dataset()["assumption"].copy(deep=True)
    density.loc[{"statement": statement}] = logs
    groups = {name: group.to_dataset() for name, group in posterior.draws.children.items()}
    groups["log_prior"] = groups["log_prior"].assign(assumption=density)
    return dataclasses.replace(posterior, draw=lambda: xr.DataTree.from_dict(groups))


MIXED = case(
    Dirichlet({"a": 3, "b": 2, "c": 2}),
    item("told", {"a": Beta(5, 2), "b": 0.3, "c": Uniform(0.2, 0.6)}, reports=[Report(source="s")]),
    item("told_too", {"a": 0.4, "b": 0.7, "c": 0.5}, reports=[Report(source="s", says=False)]),
    item("seen", {"a": 0.6, "b": Beta(2, 3), "c": Beta(3, 9)}),
    item(
        "tool",
        {"a": Dirichlet({"knife": 3, "gun": 4}), "b": {"knife": 0.4, "gun": 0.6}, "c": {"knife": 0.5, "gun": 0.5}},
        outcomes=("knife", "gun"),
        observed="gun",
    ),
    item("tone", Ratios(reference="a", ratios={"b": RatioBetween(0.5, 3), "c": 1.5})),
    sources=(Source(name="s", statement="s says so", reliability=Beta(6, 3), if_unreliable=Beta(3, 2)),),
)
MIXED_ROWS = {
    ("prior", "prior"),
    ("prior", "source.s.reliability"),
    ("prior", "source.s.if_unreliable"),
    ("prior", "evidence.told.likelihood.a"),
    ("prior", "evidence.told.likelihood.c"),
    ("prior", "evidence.seen.likelihood.b"),
    ("prior", "evidence.seen.likelihood.c"),
    ("prior", "evidence.tool.likelihood.a"),
    ("prior", "evidence.tone.likelihood.b"),
    ("likelihood", "told+told_too"),
    ("likelihood", "seen"),
    ("likelihood", "tool"),
    ("likelihood", "tone"),
}


# Tests ---------------------------------------------------------------------------------------------------------------


def test_a_statement_and_a_component_are_as_arviz_has_them() -> None:
    """Every row is ArviZ's `psense` of it, with the Pareto k of the weights, and there is one for all that counts."""
    posterior = weigh(MIXED)
    table = power_scaling(posterior)
    assert set(table.index) == MIXED_ROWS == rows_of(posterior)
    assert list(table.index.names) == ["group", "name"]
    assert list(table.columns) == [
        "sensitivity",
        "pareto_k",
        "reliable",
        "sensitivity_a",
        "sensitivity_b",
        "sensitivity_c",
    ]
    assert_is_arviz(table, posterior)
    assert table["sensitivity"].iloc[0] > 0.05
    for row in table.index[table["sensitivity"] > 0]:
        assert table.loc[row, "pareto_k"] == pytest.approx(pareto_k(posterior, row), abs=CLOSE)


@settings(REPEATABLE, max_examples=12)
@given(cases(max_hypotheses=4, max_items=4, max_worlds=32, exclusions=False))
def test_draws_of_any_case_can_be_scaled(stated: Case) -> None:
    """In random cases in which every credence hangs on some input, the rows are ArviZ's."""
    posterior = weigh(stated, sampling=QUICK)
    assume(not rows_of(posterior) or all_move(posterior))
    assert_is_arviz(power_scaling(posterior), posterior)


def all_move(posterior: Posterior) -> bool:
    """Whether no credence is the same in all draws."""
    credence = posterior.draws["posterior"]["credence"]
    return bool((credence.max(("chain", "draw")) > credence.min(("chain", "draw"))).all())


@settings(REPEATABLE, max_examples=12)
@given(cases(max_hypotheses=3, max_items=4, max_worlds=32))
def test_every_sensitivity_is_a_number(stated: Case) -> None:
    """In random cases, also with excluded hypotheses and inputs that nothing hangs on, none is missing or negative."""
    try:
        posterior = weigh(stated, sampling=QUICK)
    except ContradictionError:
        return
    table = power_scaling(posterior)
    assert set(table.index) == rows_of(posterior)
    numbers = table.drop(columns=["pareto_k", "reliable"]).to_numpy(dtype=float)
    assert np.isfinite(numbers).all()
    assert (numbers >= 0).all()


def test_an_excluded_hypothesis_hides_no_sensitivity() -> None:
    """A credence of 0 in all draws does not move; the others move as they do, and the largest of theirs counts."""
    excluding = case(
        {"a": 0.5, "b": 0.3, "c": 0.2},
        item("seen", {"a": Beta(2, 3), "b": 0.3, "c": 0.5}),
        item("not_c", {"a": 0.5, "b": 0.4, "c": Impossible("c cannot do it")}),
    )
    row = power_scaling(weigh(excluding)).loc[("prior", "evidence.seen.likelihood.a")]
    assert row["sensitivity_a"] > 0.01
    assert row["sensitivity"] == max(row["sensitivity_a"], row["sensitivity_b"])
    assert row["sensitivity_c"] == 0


def test_what_no_credence_hangs_on_has_no_sensitivity() -> None:
    """An input of an item that nobody has observed changes nothing: 0, and no warning."""
    idle = case({"a": 0.6, "b": 0.4}, item("hidden", {"a": Beta(2, 3), "b": 0.3}, observed=None))
    table = power_scaling(weigh(idle))
    assert list(table.index) == [("prior", "evidence.hidden.likelihood.a")]
    assert list(table["sensitivity"]) == [0]


@pytest.mark.parametrize("likelihood", [0.1, 0.3, 0.45, 0.7])
def test_a_component_that_is_as_likely_in_all_draws_has_no_sensitivity(likelihood: float) -> None:
    """An item as likely under every hypothesis moves nothing: 0 but for rounding, and weights of 1 are reliable."""
    seen = item("seen", {"a": 0.3, "b": Beta(2, 3)})
    posterior = weigh(case({"a": 0.875, "b": 0.125}, seen, item("idle", {"a": likelihood, "b": likelihood})))
    row = power_scaling(posterior).loc[("likelihood", "idle")]
    assert row["sensitivity"] == pytest.approx(0, abs=ROUNDING)
    assert row["reliable"]


def test_a_flat_statement_has_no_sensitivity() -> None:
    """The density of a Uniform is the same everywhere, so a power of it changes nothing; that of a Beta is not."""
    flat = case(
        {"a": 0.6, "b": 0.4},
        item("seen", {"a": Uniform(0.1, 0.9), "b": 0.3}),
        item("heard", {"a": Beta(2, 5), "b": Uniform(0.2, 0.4)}),
    )
    table = power_scaling(weigh(flat)).loc["prior"]
    for name in ("evidence.seen.likelihood.a", "evidence.heard.likelihood.b"):
        assert table.loc[name, ["sensitivity", "sensitivity_a", "sensitivity_b"]].tolist() == [0, 0, 0]
        assert table.loc[name, "reliable"]
    assert table.loc["evidence.heard.likelihood.a", "sensitivity"] > 0.01


def test_without_uncertain_inputs_the_table_is_empty() -> None:
    """Where every input is a number there is no row, but all columns."""
    known = case({"a": 0.6, "b": 0.4}, item("seen", {"a": 0.5, "b": 0.3}))
    table = power_scaling(weigh(known))
    assert table.empty
    assert list(table.columns) == ["sensitivity", "pareto_k", "reliable", "sensitivity_a", "sensitivity_b"]


SKEWED = case({"a": 0.6, "b": 0.4}, item("seen", {"a": Beta(3, 2), "b": 0.3}), item("x", {"a": 0.4, "b": Beta(2, 2)}))
ADDRESS = "evidence.seen.likelihood.a"


@pytest.mark.parametrize(("scale", "reliable"), [(200, False), (20, True)])
def test_heavy_weights_are_not_reliable(scale: float, reliable: bool) -> None:
    """Log densities with exponential tails of this scale make Pareto weights, with k one hundredth of it."""
    posterior = weigh(SKEWED)
    logs = scale * np.random.default_rng(0).laplace(size=SIZE)
    heavy = with_log_prior(posterior, ADDRESS, logs)
    before, after = power_scaling(posterior), power_scaling(heavy)
    assert before["reliable"].all()
    k = after.loc[("prior", ADDRESS), "pareto_k"]
    assert k == pytest.approx(pareto_k(heavy, ("prior", ADDRESS)), abs=CLOSE)
    assert (k <= RELIABLE) == reliable
    assert after["reliable"].to_dict() == {row: reliable or row != ("prior", ADDRESS) for row in after.index}
    assert_is_arviz(after, heavy)


@pytest.mark.parametrize("side", ["above", "below", "both"])
def test_weights_that_leave_one_draw_are_not_reliable(side: str) -> None:
    """Log densities spread like a Cauchy times 200 give one draw all the weight, so far that ArviZ's k may be NaN."""
    cauchy = 200 * np.random.default_rng(0).standard_cauchy(SIZE)
    logs = {"above": np.abs(cauchy), "below": -np.abs(cauchy), "both": cauchy}[side]
    row = power_scaling(with_log_prior(weigh(SKEWED), ADDRESS, logs)).loc[("prior", ADDRESS)]
    assert not row["pareto_k"] <= RELIABLE
    assert not row["reliable"]


def test_draws_of_pymc_can_be_scaled(sampled_rich: Posterior, weighed_rich: Posterior) -> None:
    """The rows are ArviZ's, the same ones as for the exact engine's draws of the same case."""
    table = power_scaling(sampled_rich)
    assert_is_arviz(table, sampled_rich)
    assert set(table.index) == set(power_scaling(weighed_rich).index)
    assert np.isfinite(table["sensitivity"]).all()
    assert table["reliable"].all()
