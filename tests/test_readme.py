"""The README: its code runs, and prints what it says."""

from pathlib import Path
from typing import Any

import pytest

from attribution_bayes.cli import main
from pages import PICTURES, SHOWN, Step, beside, commands, comparable, printed, steps

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
STEPS = list(steps(README))


def a_step(marker: str) -> Step:
    """The block of Python in which something stands."""
    return next(step for step in STEPS if marker in step.code)


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the first block defines, in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    defined: dict[str, Any] = {}
    printed(STEPS[0], defined)
    return defined


def test_the_case_of_the_readme_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first block of Python loads the file that is shown, and prints the block of text that follows it."""
    monkeypatch.chdir(tmp_path)
    assert STEPS[0].shown is not None
    assert comparable(printed(STEPS[0], {})) == comparable(STEPS[0].shown)


def test_the_pictures_of_the_readme_are_drawn() -> None:
    """The blocks that draw save the pictures that are shown, which are in the repository."""
    with beside(ROOT / "examples"):
        defined: dict[str, Any] = {}
        for step in (STEPS[0], a_step("plot_tornado"), a_step("plot_credences")):
            printed(step, defined)
        assert sorted(SHOWN.findall(README)) == sorted(path.name for path in Path().glob("*.png"))
    assert all((PICTURES / name).exists() for name in SHOWN.findall(README))


def test_the_questions_about_several_readings_have_answers() -> None:
    """The block of what separates the readings runs after those before it."""
    with beside(ROOT / "examples"):
        defined: dict[str, Any] = {}
        for step in (STEPS[0], a_step("plot_credences"), a_step("disagreement")):
            printed(step, defined)
        assert {"panel", "case"} <= defined.keys()


def test_the_questions_of_the_readme_have_answers(names: dict[str, Any]) -> None:
    """The block of questions runs after the first."""
    printed(a_step("sensitivity_table"), names)


def test_the_result_of_the_readme_is_saved_and_loaded(names: dict[str, Any]) -> None:
    """The block that audits, saves and loads runs after the first."""
    printed(a_step("save_posterior"), names)
    assert Path("service.nc").exists()


def test_the_commands_of_the_readme_can_be_carried_out(names: dict[str, Any]) -> None:
    """The commands on the case file of the README: one finds no problem, one writes a page."""
    told = [*commands(README)]
    assert [name for name, *_ in told] == ["check", "report"]
    assert [main(command) for command in told] == [0, 0]
    assert Path("service.html").exists()


def test_the_two_commands_are_there() -> None:
    """The README names the two commands that set up and run the project."""
    assert "pip install uv && uv run examples/crocus_city_hall.py" in README
    assert "pip install uv && uv run pytest" in README
