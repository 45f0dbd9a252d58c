"""A reliability for each hypothesis: an agency that is reliable unless its own state did it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from attribution_bayes import (
    Between,
    Case,
    CaseError,
    Certain,
    ContradictionError,
    Impossible,
    Panel,
    Report,
    Source,
    Uniform,
    assumptions,
    difference,
    disagreement,
    dump_case,
    flip_points,
    load_case,
    one_way,
    plot_case,
    report,
    structure,
    suppose,
    weigh,
    what_if,
)
from attribution_bayes.declare.warnings import cautions
from attribution_bayes.declare.wording import in_words
from attribution_bayes.engine.reference import credences
from crafted import case, reported, source
from drawn import cases
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

EXACT = 1e-12
BY_HYPOTHESIS = {"alone": 0.9, "state": 0.3}


def denied(reliability: Any = BY_HYPOTHESIS, if_unreliable: Any = 0.1) -> Case:
    """An agency denies that the state paid."""
    heard = reported("paid", {"alone": 0.2, "state": 0.8}, Report(source="agency", says=False))
    return case({"alone": 0.5, "state": 0.5}, heard, sources=(source("agency", reliability, if_unreliable),))


def spelt_out(declared: Case) -> Case:
    """The same with a number for each hypothesis where one stands for all."""

    def spelt(one: Source) -> Source:
        if one.errs_anew or isinstance(one.reliability, Mapping):
            return one
        return one.model_copy(update={"reliability": dict.fromkeys(declared.names, one.reliability)})

    return declared.model_copy(update={"sources": [*map(spelt, declared.sources)]})


def test_by_hand() -> None:
    """P(denial | alone) = .9 .8 + .1 .9 = .81; P(denial | state) = .3 .2 + .7 .9 = .69: not 9 to 1, but 27 to 23."""
    found = weigh(denied()).credence
    assert float(found.sel(hypothesis="alone")) == pytest.approx(0.81 / (0.81 + 0.69), rel=EXACT)


@settings(REPEATABLE, max_examples=150)
@given(cases(max_items=6, max_worlds=128, common_causes=True))
def test_equal_numbers_are_one_number(declared: Case) -> None:
    """Whatever was stated, also a range: each world uses the reliability once, so its mean is all that counts."""
    try:
        expected = weigh(declared, method="exact")
    except ContradictionError:
        with pytest.raises(ContradictionError):
            weigh(spelt_out(declared), method="exact")
        return
    found = weigh(spelt_out(declared), method="exact")
    assert found.credence.values == pytest.approx(expected.credence.values, rel=EXACT, abs=1e-300)
    assert found.log_evidence == pytest.approx(expected.log_evidence, rel=EXACT, abs=EXACT, nan_ok=True)


def test_only_the_number_of_the_hypothesis_counts_under_it() -> None:
    """The likelihood of the reports under one hypothesis stays when the reliability under the other is moved."""
    ratios = what_if(denied(), {"source.agency.reliability.state": [0.1, 0.3, 0.9]})
    odds = (ratios.sel(hypothesis="state") / ratios.sel(hypothesis="alone")).values
    assert odds * 0.81 == pytest.approx([0.83, 0.69, 0.27], rel=EXACT)


def test_each_number_is_an_assumption_with_its_own_address() -> None:
    """It is listed, supposed, worded, moved and flipped by `source.S.reliability.H`."""
    declared = denied({"alone": Between(0.7, 0.95), "state": Uniform(0.1, 0.5)})
    addresses = [f"source.agency.reliability.{name}" for name in ("alone", "state")]
    assert [one.address for one in assumptions(declared) if one.address in addresses] == addresses
    assert in_words(declared, addresses[1]) == "how likely the reports of agency are to follow the facts under state"
    supposed = suppose(declared, {addresses[1]: 0.25})
    assert supposed.sources[0].reliability == {"alone": Between(0.7, 0.95), "state": 0.25}
    swing = one_way(declared).loc[addresses[1]]
    ends = what_if(declared, {addresses[1]: [swing["lower"], swing["upper"]]}).sel(hypothesis="alone").values
    assert [swing["at_lower"], swing["at_upper"]] == pytest.approx(ends.tolist(), rel=EXACT)
    flips = flip_points(denied()).loc[addresses[1]]
    assert flips["reachable"]
    assert flips["flip_at"] == pytest.approx(0.09 / 0.7, rel=EXACT)  # r .2 + (1 - r) .9 = .81


def test_reference_engine_and_files_say_the_same(tmp_path: Path) -> None:
    """Brute force gives the credences; YAML and JSON bring the case back as it was."""
    declared = denied({"alone": Between(0.7, 0.95), "state": 0.3}, {"alone": Uniform(0.0, 0.5), "state": 0.2})
    found = weigh(declared).credence
    for name, value in credences(declared).items():
        assert float(found.sel(hypothesis=name)) == pytest.approx(value, rel=EXACT)
    for ending in ("yaml", "json"):
        dump_case(declared, tmp_path / f"case.{ending}")
        assert load_case(tmp_path / f"case.{ending}") == declared


def test_a_reliability_by_hypothesis_is_a_change_of_its_source() -> None:
    """One number replaced by two is a change of the source; of two versions, each number that differs."""
    table = difference(denied(0.9), denied())
    assert table.index.tolist() == ["source.agency"]
    assert table["share_db"].sum() == pytest.approx(table.attrs["change_db"])
    other = denied({"alone": 0.8, "state": 0.5})
    numbers = difference(denied(), other, by="number")
    assert set(numbers.index) == {f"source.agency.reliability.{name}" for name in ("alone", "state")}
    apart = disagreement(Panel({"one": denied(), "other": other}))
    assert "source.agency" in set(apart.index)


def test_believing_a_source_fully_or_never_takes_all_its_numbers() -> None:
    """`structure` supposes a reliability of 1, and of 0, under every hypothesis."""
    table = structure(denied())
    for change, certain in (("believed fully", Certain("always")), ("never believed", Impossible("never"))):
        expected = weigh(denied(certain)).credence
        for name in ("alone", "state"):
            found = table.loc[("source.agency", change), f"credence_{name}"]
            assert found == pytest.approx(float(expected.sel(hypothesis=name)), rel=EXACT)


def test_a_report_of_a_source_that_differs_bears_on_the_hypotheses() -> None:
    """An item as likely under both bears on them if its source is not as reliable under both, and else not."""
    for reliability, bears in ((0.6, False), ({"alone": 0.6, "state": 0.6}, False), (BY_HYPOTHESIS, True)):
        heard = reported("paid", {"alone": 0.3, "state": 0.3}, Report(source="agency"))
        declared = case({"alone": 0.5, "state": 0.5}, heard, sources=(source("agency", reliability, 0.5),))
        assert any(one.code == "W_VACUOUS_ITEM" for one in cautions(declared)) is not bears


@pytest.mark.parametrize(
    ("reliability", "path", "words"),
    [
        ({"alone": 0.9}, "source.agency.reliability.state", "it covers 'alone'"),
        ({"alone": 0.9, "state": 1.0}, "source.agency.reliability.state", "Certain"),
        ({"alone": 0.9, "state": 0.3, "sate": 0.2}, "source.agency.reliability.sate", "sate"),
    ],
)
def test_what_is_wrong_is_said_of_the_number(reliability: Any, path: str, words: str) -> None:
    """A hypothesis that is missing or unknown, and a number out of range, by its address."""
    with pytest.raises(CaseError, match=words) as caught:
        denied(reliability)
    assert [problem.path for problem in caught.value.problems] == [path]


def test_the_page_and_the_diagram_take_it(tmp_path: Path) -> None:
    """A row of the source's table for each hypothesis; the drawing is made."""
    report(weigh(denied()), tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text()
    assert "its reports follow the facts, under alone" in page.replace("`", "").replace("*", "")
    figure = plot_case(denied())
    assert np.isfinite(figure.get_size_inches()).all()
