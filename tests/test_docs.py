"""The pages of the documentation: their code runs and prints what they show, and they leave no public name out."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import pytest

import attribution_bayes as ab
from attribution_bayes import testing
from attribution_bayes.cli import main
from pages import PICTURES, SHOWN, beside, commands, comparable, printed, refreshed, steps

with (
    warnings.catch_warnings()
):  # its SWIG types warn when they are made, and a warning that is an error ends the process
    warnings.simplefilter("ignore")
    import pyagrum  # noqa: F401 (for the page that comes from it)

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.glob("*.md") if any(steps(path.read_text())))

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_prints_what_it_shows(path: Path) -> None:
    """Blocks of Python run in order, print the text that follows them and save the pictures; commands can follow."""
    names: dict[str, Any] = {}
    with beside(ROOT / "examples"):
        for step in steps(path.read_text()):
            assert comparable(printed(step, names)) == comparable(step.shown or ""), step.code
        assert sorted(SHOWN.findall(path.read_text())) == sorted(found.name for found in Path().glob("*.png"))
        assert not any(main(command) for command in commands(path.read_text()))


@pytest.mark.parametrize("path", [*PAGES, ROOT / "README.md"], ids=lambda path: path.stem)
def test_the_pictures_of_a_page_are_there(path: Path) -> None:
    """Each picture that is shown with words for those who cannot see it was drawn, and no picture has no words."""
    text = path.read_text()
    shown = SHOWN.findall(text)
    assert len(shown) == text.count("![")
    for name in shown:
        assert (PICTURES / name).read_bytes().startswith(b"\x89PNG")


def test_every_picture_is_shown() -> None:
    """None is left over."""
    text = "".join(path.read_text() for path in [*DOCS.glob("*.md"), ROOT / "README.md"])
    assert {path.name for path in PICTURES.iterdir()} == {*SHOWN.findall(text)}


def test_every_way_of_writing_a_block_is_one_that_is_run() -> None:
    """No page has Python in a block that would not be run."""
    for path in DOCS.glob("*.md"):
        text = path.read_text()
        assert len(re.findall(r"^\s*(?:```|~~~|:::).*[Pp]y", text, re.MULTILINE)) == len(list(steps(text))), path.name
        assert not re.search(r"^>>> ", text, re.MULTILINE), path.name


def test_a_page_is_refreshed_by_what_is_printed() -> None:
    """A block of text is replaced; what stands around it stays."""
    page = "Before.\n\n```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n\nAfter.\n"
    assert refreshed(page) == page.replace("3", "2")


def test_a_file_of_a_page_can_be_read_by_its_code() -> None:
    """A block of YAML that begins with a name is a file of that name, for the next block of Python."""
    code = "from pathlib import Path\nprint(Path('a.yaml').read_text(), end='')\n"
    page = f"```yaml\n# a.yaml\nb: 1\n```\n\n```python\n{code}```\n"
    (step,) = steps(page)
    with beside(ROOT / "examples"):
        assert printed(step, {}) == "# a.yaml\nb: 1\n"
        assert not (ROOT / "a.yaml").exists()


def test_a_table_of_a_page_can_be_read_by_its_code() -> None:
    """A block of text after the name of a CSV file is that file, and not what the code before it prints."""
    page = "```python\npass\n```\n\nSaved as `a.csv`:\n\n```text\na,b\n```\n\n```python\npass\n```\n"
    first, second = steps(page)
    assert (first.shown, second.files) == (None, {"a.csv": "a,b\n"})


def test_a_command_of_a_page_can_take_several_lines() -> None:
    """Its arguments are those that a shell would make of it."""
    assert [*commands("uv run attribution-bayes new \\\n    'a b'\nuv run attribution-bayes new c\n")] == [
        ["new", "a b"],
        ["new", "c"],
    ]


# Public names --------------------------------------------------------------------------------------------------------


def listed(page: str) -> list[str]:
    """The names in the lists from which the pages of the single names are made."""
    lists = re.findall(r"\.\. autosummary::\n(?:   :.*\n)*\n((?:   \w+\n)+)", page)
    return [name for names in lists for name in names.split()]


def test_every_public_name_is_in_the_documentation() -> None:
    """Names of the package, and of what it offers for tests: each once, and no others."""
    assert sorted(listed((DOCS / "api.md").read_text())) == sorted([*ab.__all__, *testing.__all__])


# Claims --------------------------------------------------------------------------------------------------------------


def test_every_page_can_be_found() -> None:
    """Every page is in a table of contents, but for the first."""
    contents = "\n".join(path.read_text() for path in DOCS.glob("*.md"))
    lists = "\n".join(re.findall(r"^```\{toctree\}\n(.*?)^```", contents, re.MULTILINE | re.DOTALL)).split()
    assert {path.stem for path in DOCS.glob("*.md")} - {"index"} <= {*lists}


def test_a_doi_is_written_in_full_and_links_to_itself() -> None:
    """The text of a link to a DOI is the DOI."""
    for path in DOCS.glob("*.md"):
        text = path.read_text()
        for shown, followed in re.findall(r"\[doi:(\S+?)\]\(https://doi\.org/(\S+)\)", text):
            assert followed.startswith(shown), (path.name, shown)
        prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)  # what is printed is no link
        assert prose.count("https://doi.org/") == len(re.findall(r"\[doi:", prose)), path.name
