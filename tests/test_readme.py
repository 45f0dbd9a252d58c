"""The README: its code runs, and prints what it says."""

import re
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_the_case_of_the_readme_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    """The first block of Python prints the block of text that follows it."""
    code, output = re.search(r"```python\n(.*?)```.*?```text\n(.*?)```", README, re.DOTALL).groups()
    exec(code, {})
    assert capsys.readouterr().out.strip() == output.strip()


def test_the_questions_of_the_readme_have_answers() -> None:
    """The second block of Python runs after the first."""
    first, second, *_ = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(first + second, {})


def test_the_result_of_the_readme_is_saved_and_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The block that audits, saves and loads runs after the first."""
    monkeypatch.chdir(tmp_path)
    first, *others = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(first + next(block for block in others if "save_posterior" in block), {})
    assert (tmp_path / "outage.nc").exists()


def test_the_two_commands_are_there() -> None:
    """The README names the two commands that set up and run the project."""
    assert "pip install uv && uv run examples/crocus_city_hall.py" in README
    assert "pip install uv && uv run pytest" in README
