"""The examples: what they declare and what they say."""

import re
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import attribution_bayes as ab
from attribution_bayes.declare.warnings import cautions

EXAMPLES = Path(__file__).parents[1] / "examples"
READINGS = ["crocus_city_hall.yaml", "crocus_city_hall_mainstream.yaml", "crocus_city_hall_article.yaml"]


NUMBERED = sorted(EXAMPLES.glob("[0-9][0-9]_*.py"))
SEPARATES = EXAMPLES.parent / "docs" / "what_separates_the_readings.md"


@pytest.fixture(scope="module")
def cases() -> list[ab.Case]:
    return [ab.load_case(EXAMPLES / name) for name in READINGS]


def test_the_readings_differ_in_numbers_only(cases: list[ab.Case]) -> None:
    """The three readings have the same hypotheses, sources, items and kinds of statement at every address."""
    stated = [[(number.address, number.kind) for number in ab.assumptions(case)] for case in cases]
    assert stated[0] == stated[1] == stated[2]
    wording = [[(part.label, part.statement) for part in (*c.hypotheses, *c.sources, *c.evidence)] for c in cases]
    assert wording[0] == wording[1] == wording[2]


def test_every_part_has_a_label(cases: list[ab.Case]) -> None:
    """Pages, pictures and tables call the parts of all readings by words for people, without underscores."""
    labels = [part.label for case in cases for part in (*case.hypotheses, *case.sources, *case.evidence)]
    assert all(label and "_" not in label for label in labels)


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


@pytest.mark.parametrize(
    ("file", "of"),
    [
        ("crocus_city_hall_preface.txt", "one reading of three, the agnostic one"),
        ("crocus_city_hall_three_preface.txt", "three readings of the same evidence side by side"),
    ],
)
def test_the_caveats_stand_before_its_report(file: str, of: str) -> None:
    """The preface to each page says the same of the readings that it is about."""
    preface = " ".join((EXAMPLES / file).read_text(encoding="utf-8").split())
    for said in (
        "It is not a finding",
        "Every number is illustrative",
        "claimed by Islamic State",
        "independent analysts attribute it to ISIS-K",
        "no public evidence has been independently confirmed",
        of,
    ):
        assert said in preface


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


# The numbered examples -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_a_numbered_example_runs_and_is_short(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each has one idea, named in its first line, under 60 lines; what it prints fits 140 columns.

    The pictures that it makes are in the folder that it is given.
    """
    monkeypatch.setattr(sys, "argv", [str(path), str(tmp_path)])
    lines = path.read_text().splitlines()
    assert lines[0].startswith('"""One idea: ')
    assert len(lines) < 60
    runpy.run_path(str(path), run_name="__main__")
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) >= 5
    assert max(map(len, printed.splitlines())) <= 140
    assert "nan" not in printed
    pictures = {picture.name for picture in tmp_path.glob("*.png")}
    assert set(re.findall(r"\w+\.png", printed)) == pictures
    assert bool(pictures) == ("picture" in lines[0] or "plots" in lines[0])


def test_there_is_an_example_for_each_idea() -> None:
    """They are numbered without a gap."""
    assert [path.name[:2] for path in NUMBERED] == [f"{n:02}" for n in range(1, len(NUMBERED) + 1)]


# What separates the readings -----------------------------------------------------------------------------------------


def test_the_account_of_the_readings_has_the_numbers_that_are_computed() -> None:
    """The page names the five assumptions that come first, with their numbers, in their order."""
    script: dict[str, Any] = runpy.run_path(str(EXAMPLES / "09_what_separates_two_readings.py"))
    separating: Callable[..., Any] = script["separating"]
    one, other = (ab.load_case(EXAMPLES / script["READINGS"][name]) for name in ("mainstream", "article"))
    found = separating(one, other)
    rows = re.findall(r"^\| .* \| `(.+)` \| (.+) \| (.+) \| (-?\d+\.\d) \|$", SEPARATES.read_text(), re.MULTILINE)
    assert [address for address, *_ in rows] == list(found.index[:5])
    for address, *numbers, decibans in rows:
        assert decibans == f"{found[address]:.1f}"
        for case, written in zip((one, other), numbers, strict=True):
            stated = [a.stated for a in ab.assumptions(case) if a.address == address or a.address.startswith(address)]
            assert written == ", ".join(f"{number:.2f}" for number in stated)


def test_the_account_of_the_readings_has_what_separates_each_pair() -> None:
    """The eight parts that come first, in their order, with their shares, and what all of them add up to."""
    script: dict[str, Any] = runpy.run_path(str(EXAMPLES / "09_what_separates_two_readings.py"))
    cases = {name: ab.load_case(EXAMPLES / file) for name, file in script["READINGS"].items()}
    table = script["pairs"](cases)
    rows = re.findall(
        r"^\| ([\w ]+) \| (-?\d+\.\d) \| (-?\d+\.\d) \| (-?\d+\.\d) \|$", SEPARATES.read_text(), re.MULTILINE
    )
    assert [name for name, *_ in rows] == [*table.index[:8], "sum of all"]
    for name, *shares in rows:
        assert [float(share) for share in shares] == table.loc[name].round(1).tolist()


def test_the_account_of_the_readings_has_what_each_can_bear() -> None:
    """Radius, share, fewest and discount of each reading, side by side, as the example prints them."""
    script: dict[str, Any] = runpy.run_path(str(EXAMPLES / "12_all_of_it_wrong_at_once.py"))
    for name, file in script["READINGS"].items():
        told = [str(one) for one in script["at_once"](ab.load_case(EXAMPLES / file))]
        assert f"| {name} | {' | '.join(told)} |" in SEPARATES.read_text()


def test_the_account_of_the_readings_has_the_caveats() -> None:
    """Who claimed the attack, who attributes it to whom, what is not confirmed, and that nothing here is a finding."""
    text = " ".join(SEPARATES.read_text().split())
    for said in (
        "no finding",
        "claimed by Islamic State",
        "independent analysts attribute it to ISIS-K",
        "no public evidence has been independently confirmed",
        "illustrative",
        "None of this says which reading is right",
    ):
        assert said in text


# Many scenarios ------------------------------------------------------------------------------------------------------


def test_many_scenarios_are_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    """Chunk by chunk they come to what all of them together come to; the numbers are said to be illustrative."""
    script: dict[str, Any] = runpy.run_path(str(EXAMPLES / "ten_million_scenarios.py"))
    script["main"](600_000)
    printed = capsys.readouterr().out
    case = ab.load_case(EXAMPLES / "outage.yaml")
    credence = ab.what_if(case, script["drawn"](case, 600_000).compute())
    for k, name in enumerate(case.names):
        share = float((credence.argmax("hypothesis") == k).mean())
        row = [
            f"{share:.2%}",
            *(f"{float(x):.4f}" for x in (credence[:, k].min(), credence[:, k].mean(), credence[:, k].max())),
        ]
        assert re.search(rf"^{name}\s+" + r"\s+".join(map(re.escape, row)) + "$", printed, re.MULTILINE)
    assert "100% Completed" in printed
    assert "made-up case, all numbers illustrative" in printed
    assert re.search(r"Peak memory [\d,]+ MiB", printed)
