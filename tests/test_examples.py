"""The examples: what they declare and what they say."""

from pathlib import Path

import pytest

import attribution_bayes as ab
from attribution_bayes.cautions import cautions

EXAMPLES = Path(__file__).parents[1] / "examples"
READINGS = ["crocus_city_hall.yaml", "crocus_city_hall_mainstream.yaml", "crocus_city_hall_article.yaml"]


@pytest.fixture(scope="module")
def cases() -> list[ab.Case]:
    return [ab.load_case(EXAMPLES / name) for name in READINGS]


def test_the_readings_differ_in_numbers_only(cases: list[ab.Case]) -> None:
    """The three readings have the same hypotheses, sources, items and kinds of statement at every address."""
    stated = [[(number.address, number.kind) for number in ab.assumptions(case)] for case in cases]
    assert stated[0] == stated[1] == stated[2]
    wording = [[part.statement for part in (*c.hypotheses, *c.sources, *c.evidence)] for c in cases]
    assert wording[0] == wording[1] == wording[2]


def test_every_number_is_a_range(cases: list[ab.Case]) -> None:
    """No likelihood, reliability or copy probability is a bare number."""
    for case in cases:
        assert {number.kind for number in ab.assumptions(case)} == {"dirichlet", "between"}


@pytest.mark.parametrize("name", READINGS)
def test_every_number_has_a_reason(name: str) -> None:
    """As many numbers as are asserted have an illustrative reason beside them, and every range is one of these."""
    lines = (EXAMPLES / name).read_text().splitlines()
    reasons = [line for line in lines if "# illustrative: " in line]
    assert len(reasons) == len(ab.assumptions(ab.load_case(EXAMPLES / name)))
    assert all(line in reasons for line in lines if "between: [" in line)


@pytest.mark.parametrize("name", READINGS)
def test_the_caveats_stand_at_the_top(name: str) -> None:
    """Each file says what it is, who claimed the attack, who attributes it to whom, and what is not confirmed."""
    head = " ".join((EXAMPLES / name).read_text().split("schema: 1")[0].replace("#", " ").split())
    for said in (
        "not: a finding",
        "claimed by Islamic State",
        "independent analysts attribute it to ISIS-K",
        "no public evidence has been independently confirmed",
        "illustrative",
    ):
        assert said in head


def test_the_readings_draw_no_caution(cases: list[ab.Case]) -> None:
    """None of the readings counts a citation twice, lacks a catch-all or rules anything out by assumption."""
    assert [cautions(case) for case in cases] == [(), (), ()]


def test_earlier_operations_are_in_the_prior_only(cases: list[ab.Case]) -> None:
    """What the prior rests on does not come back as an item."""
    for case in cases:
        assert case.prior_basis
        assert not {item.citation for item in case.evidence} & {*case.prior_basis}


def test_the_hidden_item_changes_nothing(cases: list[ab.Case]) -> None:
    """The item that nobody has observed leaves every credence as it is."""
    for case in cases:
        without = [item for item in case.evidence if item.name != "independent_confirmation"]
        shorter = case.model_copy(update={"evidence": without})
        assert (ab.weigh(shorter).credence == ab.weigh(case).credence).all()
