"""What it is for an item to have been misunderstood: with probability e its row counts for nothing."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings

from attribution_bayes import (
    Beta,
    Between,
    Case,
    CaseError,
    Certain,
    CommonCause,
    ContradictionError,
    Evidence,
    Impossible,
    Posterior,
    Ratios,
    Sampling,
    Uniform,
    assumptions,
    credence_bounds,
    difference,
    dump_case,
    flip_points,
    load_case,
    one_way,
    report,
    robustness,
    structure,
    suppose,
    weigh,
    weigh_many,
    what_if,
)
from attribution_bayes.declare.parameters import addresses, error_address
from attribution_bayes.engine.evidence import observations
from attribution_bayes.engine.reference import credences
from attribution_bayes.files.numbers import case_from_table, table_from_case
from crafted import case, item
from drawn import cases
from precision import QUADRATURE
from repeatable import FILTERED

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

T1 = 1e-12
"""Relative error allowed between two ways to calculate one number exactly."""

LAW = settings(FILTERED, max_examples=40)


def has_error(declared: Case) -> bool:
    return any(error_address(declared, one) is not None for one in declared.evidence)


EVERYTHING = cases(errors=True, same=True, common_causes=True, max_hypotheses=3, max_items=4, max_worlds=16).filter(
    has_error
)


def with_error(declared: Case, error: object) -> Case:
    return declared.model_copy(update={"error": error})


def weighed(declared: Case) -> Posterior:
    """The posterior, if the case does not exclude everything."""
    try:
        return weigh(declared)
    except ContradictionError:
        assume(False)
        raise


def mixed(declared: Case) -> Case:
    """The same with every error, which must be a number, put into the rows."""

    def row(stated: object, error: float) -> object:
        if isinstance(stated, dict) or hasattr(stated, "items"):
            return {key: row(entry, error) for key, entry in stated.items()}  # type: ignore[attr-defined]
        return (1 - error) * float(stated) + error / 2  # type: ignore[arg-type]

    def changed(one: Evidence) -> Evidence:
        error = one.error if one.error is not None else declared.error
        return one.model_copy(update={"error": None, "likelihood": row(one.likelihood, float(error))})  # type: ignore[arg-type]

    return declared.model_copy(update={"evidence": [*map(changed, declared.evidence)], "error": None})


# What it is ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("error", "most"), [(0.01, 199), (0.001, 1999)])
def test_no_item_counts_more_than_its_error_lets_it(error: float, most: float) -> None:
    """An item that is certain under one hypothesis and impossible under the other counts 2 / e - 1 to one."""
    found = case({"a": 0.5, "b": 0.5}, item("e", {"a": Certain("x"), "b": Impossible("y")}, error=error))
    for declared in (
        found,
        with_error(case({"a": 0.5, "b": 0.5}, found.evidence[0].model_copy(update={"error": None})), error),
    ):
        a, b = weigh(declared).credence.values
        assert a / b == pytest.approx(most, rel=T1)


@LAW
@given(EVERYTHING)
def test_the_definition_says_the_same(declared: Case) -> None:
    """With every construct switched on; a shared error that is not known is one number for all items."""
    found = dict(zip(declared.names, weighed(declared).credence.values.tolist(), strict=True))
    assert found == pytest.approx(credences(declared), rel=QUADRATURE, abs=1e-300)


@LAW
@given(EVERYTHING)
def test_the_case_with_its_observations_open_says_the_same(declared: Case) -> None:
    """Everything that is left out or not yet seen is weighed by this."""
    expected, opened = weighed(declared).credence.values, observations(declared)
    np.testing.assert_allclose(opened.credences(opened.observed[None])[0][0], expected, rtol=QUADRATURE, atol=1e-300)


@LAW
@given(cases(max_hypotheses=4, max_items=6, common_causes=True, same=True))
def test_a_small_error_is_none(declared: Case) -> None:
    """As the error goes to 0 the credence goes to that of the case without it; at 0 it is that."""
    before = weighed(declared).credence.values
    np.testing.assert_allclose(
        weigh(with_error(declared, Impossible("none"))).credence.values, before, rtol=QUADRATURE, atol=1e-300
    )


def test_it_is_the_row_mixed_with_an_even_one() -> None:
    """(1 - e) p + e / 2, whatever came of parents; an item's own error stands in place of the case's."""
    declared = case(
        {"a": 0.4, "b": 0.6},
        item("hidden", {"a": 0.7, "b": 0.2}, observed=None),
        item("seen", {"a": {True: 0.9, False: 0.3}, "b": {True: 0.6, False: 0.1}}, given="hidden", error=0.3),
        item("plain", {"a": 0.2, "b": 0.9}, observed=False),
    )
    both = with_error(declared, 0.05)
    np.testing.assert_allclose(weigh(both).credence.values, weigh(mixed(both)).credence.values, rtol=T1)


def test_it_is_a_common_cause_of_one_item() -> None:
    """That holds with this probability, and under which everything is as likely as anything else."""
    declared = case({"a": 0.4, "b": 0.6}, item("e", {"a": Between(0.5, 0.9), "b": 0.1}, error=Beta(1, 9)))
    plain = declared.evidence[0].model_copy(update={"error": None})
    cause = CommonCause(name="misread", statement="-", probability=Beta(1, 9), likelihood={"e": {"a": 0.5, "b": 0.5}})
    other = declared.model_copy(update={"evidence": [plain], "common_causes": [cause]})
    np.testing.assert_allclose(weigh(declared).credence.values, weigh(other).credence.values, rtol=T1)


SHARED = with_error(
    case(
        {"a": 0.5, "b": 0.5},
        *(item(f"e{i}", {"a": 0.9, "b": Uniform(0.05, 0.3)}) for i in range(3)),
        item("tone", Ratios(reference="a", ratios={"b": 2.0})),
    ),
    Beta(1, 9),
)


def test_an_error_that_items_share_is_one_number() -> None:
    """Its mean put in would be another answer: learning that one was misunderstood says something of the others."""
    found = weigh(SHARED).credence.values
    at_mean = weigh(suppose(SHARED, {"error": 0.1})).credence.values
    assert abs(found - at_mean).max() > 1e-4
    assert error_address(SHARED, SHARED.evidence[3]) is None


# In the other rooms --------------------------------------------------------------------------------------------------


@LAW
@given(EVERYTHING)
def test_files_and_tables_keep_it(tmp_path_factory: pytest.TempPathFactory, declared: Case) -> None:
    """A case that is written and read again is equal, and so is one made of its table of numbers."""
    path = tmp_path_factory.mktemp("errors") / "case.yaml"
    dump_case(declared, path)
    assert load_case(path) == declared
    assert case_from_table(table_from_case(declared), declared) == declared


@LAW
@given(EVERYTHING)
def test_it_can_be_supposed(declared: Case) -> None:
    """One by one, in rows, and in many cases at once."""
    weighed(declared)
    errors = [one for one in addresses(declared) if one.rpartition(".")[2] == "error"]
    for address in errors:
        supposed = suppose(declared, {address: 0.25})
        expected = weigh(supposed).credence.values
        np.testing.assert_allclose(what_if(declared, {address: [0.25]}).values[0], expected, rtol=1e-10, atol=1e-300)
        np.testing.assert_allclose(weigh_many([supposed, declared]).values[0], expected, rtol=1e-10, atol=1e-300)


def test_it_moves_like_any_other_number() -> None:
    """One at a time, to a flip, with everything else, and dropped."""
    table = one_way(SHARED)
    ends = [weigh(suppose(SHARED, {"error": end})).credence.values for end in table.loc["error", ["lower", "upper"]]]
    assert table.loc["error", "at_lower"] == pytest.approx(ends[0][0], rel=1e-9)
    assert table.loc["error", "at_upper"] == pytest.approx(ends[1][0], rel=1e-9)
    assert "error" in flip_points(SHARED).index
    bounds = credence_bounds(SHARED).loc["a"]
    assert bounds["lower"] <= ends[1][0] <= ends[0][0] <= bounds["upper"]
    assert robustness(SHARED).loc["everything", "radius_db"] > 0
    dropped = structure(SHARED).loc[("error", "error dropped"), "credence_a"]
    assert dropped == pytest.approx(weigh(with_error(SHARED, None)).credence.values[0], rel=T1)


def test_draws_hold_it_as_often_as_it_was_used() -> None:
    """Their mean credence is the credence, and the mean of the error is what Bayes' theorem makes of it."""
    posterior = weigh(SHARED, sampling=Sampling(draws=4000, seed=1))
    drawn = posterior.draws["posterior"]["assumption"].sel(address="error").values.ravel()
    a = np.linspace(0, 1, 20001)[1:-1]
    even = np.exp(8 * np.log1p(-a))
    rows = [(1 - a) * p + a / 2 for p in (0.9, 0.175)]
    joint = [even * row**3 * scale for row, scale in zip(rows, (1.0, 2.0), strict=True)]
    expected = (a * sum(joint)).sum() / sum(joint).sum()
    assert abs(drawn.mean() - expected) < 5 * drawn.std() / math.sqrt(len(drawn))
    found = posterior.draws["posterior"]["credence"].values.reshape(-1, 2)
    assert abs(found.mean(axis=0) - posterior.credence.values).max() < 5 * found.std() / math.sqrt(len(found))


def test_what_separates_two_cases_may_be_their_error() -> None:
    """It is a change of its own, and the shares add up."""
    other = with_error(SHARED, 0.4)
    found = difference(SHARED, other, by="number")
    assert [*found.index] == ["error"]
    before, after = (weigh(one).credence.values for one in (SHARED, other))
    change = 10 * math.log10(after[0] / after[1]) - 10 * math.log10(before[0] / before[1])
    assert abs(found["share_db"].sum()) == pytest.approx(abs(change), rel=1e-9)


def test_a_page_names_it(tmp_path: Path) -> None:
    """At the items, among the assumptions, and in what the evidence implies."""
    report(weigh(SHARED), tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text()
    assert "It may have been misunderstood" in page
    assert page.count(" has been misunderstood |") == 3  # a ratio cannot have been
    assert "how likely each item is to have been misunderstood" in page
    assert "error" in {one.address for one in assumptions(SHARED)}


# Refused -------------------------------------------------------------------------------------------------------------


def test_what_is_no_probability_is_refused() -> None:
    """For one item, for all, and beside ratios."""
    with pytest.raises(CaseError, match=r"E_RANGE evidence\.e\.error: 1\.5 is not a probability"):
        case({"a": 0.5, "b": 0.5}, item("e", {"a": 0.5, "b": 0.2}, error=1.5))
    with pytest.raises(CaseError, match=r"E_RANGE error: 2\.0 is not a probability"):
        with_error(case({"a": 0.5, "b": 0.5}), 2.0)
    with pytest.raises(CaseError, match=r"E_RATIOS evidence\.e\.error: ratios do not say"):
        case({"a": 0.5, "b": 0.5}, item("e", Ratios(reference="a", ratios={"b": 2.0}), error=0.1))
