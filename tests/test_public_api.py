"""The public names are exactly these."""

import importlib
import pickle
import re
from pathlib import Path

import pytest

import attribution_bayes as ab

PUBLIC = [
    "Assumption",
    "AttributionBayesError",
    "Audit",
    "BaseRates",
    "Beta",
    "Between",
    "Case",
    "CaseError",
    "CaseWarning",
    "Certain",
    "CommonCause",
    "ContradictionError",
    "ConvergenceError",
    "Counts",
    "Decibans",
    "Dirichlet",
    "Evidence",
    "Hypothesis",
    "Impossible",
    "IntegrityError",
    "Nats",
    "Odds",
    "Panel",
    "Past",
    "Point",
    "Policy",
    "Posterior",
    "Prepared",
    "Quantiles",
    "RatioBetween",
    "Ratios",
    "Report",
    "Same",
    "Sampling",
    "Source",
    "TooLargeError",
    "Uniform",
    "Words",
    "archive",
    "assumptions",
    "audit",
    "beliefs",
    "build_model",
    "calibration_table",
    "case_from_bif",
    "case_from_matrix",
    "case_from_table",
    "cite",
    "credence_bounds",
    "dependence",
    "difference",
    "disagreement",
    "discount",
    "double_counting",
    "dump_bif",
    "dump_case",
    "dump_stix",
    "ece_curve",
    "expected_agreement",
    "expected_discrimination",
    "expected_information",
    "explore",
    "fewest",
    "flip_points",
    "leave_one_out",
    "load_case",
    "load_posterior",
    "matrix_from_case",
    "one_way",
    "plot_assumption",
    "plot_calibration",
    "plot_case",
    "plot_credences",
    "plot_difference",
    "plot_discount",
    "plot_ece",
    "plot_response",
    "plot_robustness",
    "plot_tornado",
    "plot_two_way",
    "plot_update",
    "plot_weights",
    "pool",
    "posterior_from_trace",
    "power_scaling",
    "predict",
    "prepare",
    "report",
    "response_curve",
    "robustness",
    "save_posterior",
    "scales",
    "scores",
    "sensitivity_table",
    "shapley",
    "simulate",
    "sobol",
    "sobol_from_samples",
    "structure",
    "suppose",
    "surprise",
    "table_from_case",
    "to_latex",
    "to_markdown",
    "two_way",
    "verify",
    "weigh",
    "weigh_many",
    "weight_of_evidence",
    "what_if",
]


def test_the_public_names_are_exactly_these() -> None:
    """The package offers these names and no others."""
    assert sorted(ab.__all__) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    """Every public name can be imported and says what it is."""
    assert getattr(ab, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A name that is not public is refused as Python does it."""
    with pytest.raises(AttributeError, match="wiegh"):
        ab.wiegh  # noqa: B018


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wiegh", "Did you mean 'weigh'"),
        ("tornado_plot", "docs/api.md|Did you mean"),
        ("from_ach", r"docs/from_ach\.md"),
        ("LogRatio", "`Decibans` or as `Nats`"),
        ("compare", "`difference`"),
        ("zzz", r"docs/api\.md"),
    ],
)
def test_a_name_that_does_not_exist_says_what_there_is(name: str, said: str) -> None:
    """The nearest public name, or where to look for what was meant."""
    with pytest.raises(AttributeError, match=said):
        getattr(ab, name)
    assert not hasattr(ab, "_ipython_display_")


@pytest.mark.parametrize("name", ab._ELSEWHERE)
def test_a_pointer_points_to_what_there_is(name: str) -> None:
    """The names in a pointer are public, its pages exist, and what it stands for is not there."""
    told = ab._ELSEWHERE[name]
    assert name not in ab.__all__
    assert all((Path(__file__).parents[1] / page).exists() for page in re.findall(r"docs/\w+\.md", told))
    named = [re.match(r"\w+", code)[0] for code in re.findall("`([^`]+)`", told)]  # type: ignore[index]
    assert all(one in ab.__all__ for one in named)


def test_there_is_a_version() -> None:
    """The version of the package is that of its metadata."""
    assert ab.__version__ == importlib.metadata.version("attribution-bayes")


@pytest.mark.parametrize(
    "error",
    [
        ab.ContradictionError({"a": ("e",)}),
        ab.ContradictionError({"a": ("e",)}).in_case("cases[3]"),
        ab.TooLargeError(component="e", items=("e",), sources=("s",), worlds=10, limit=5),
        ab.TooLargeError(component="e", items=("e",), sources=("s",), worlds=10, limit=5).in_case("cases[3]"),
        ab.IntegrityError(["a is not b"], code="E_SCHEMA_NEWER"),
        ab.CaseError([ab.errors.Problem(code="E_X", path="p", message="m")]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_a_process_boundary(error: Exception) -> None:
    """An error says the same after pickling."""
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
