"""The notebooks: what every one of them has, and that they belong to the scripts beside them.

That their outputs are what running gives now is checked by `uv run --group notebooks tests/notebooks.py --check`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("notebook_*.py"), key=lambda path: int(path.stem.split("_")[1]))
EACH = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)

WORKED_EXAMPLE = "notebook_4_three_readings"


def cells(script: Path) -> list[dict[str, Any]]:
    """The cells of the notebook of a script."""
    return list(json.loads(script.with_suffix(".ipynb").read_text())["cells"])


def written(script: Path) -> list[tuple[str, str]]:
    """Kind and source of the cells of a script in the percent format."""
    parts = re.split(r"^# %%(.*)\n", script.read_text(), flags=re.MULTILINE)[1:]
    found = []
    for head, body in zip(parts[::2], parts[1::2], strict=True):
        is_prose = "[markdown]" in head
        source = re.sub(r"^# ?", "", body, flags=re.MULTILINE) if is_prose else body
        found.append(("markdown" if is_prose else "code", source.strip()))
    return found


def printed(cell: dict[str, Any]) -> str:
    """All text of a cell's outputs."""
    found = [{"text": output.get("text", ""), **output.get("data", {})} for output in cell.get("outputs", ())]
    kinds = ("text", "text/plain", "text/markdown")
    return "\n".join("".join(output.get(kind, "")) for output in found for kind in kinds)


def test_they_are_numbered() -> None:
    """There are ten, numbered without a gap, and each has its notebook."""
    assert [path.stem.split("_")[1] for path in SCRIPTS] == [str(n) for n in range(1, 11)]
    assert {path.stem for path in EXAMPLES.glob("*.ipynb")} == {path.stem for path in SCRIPTS}


@EACH
def test_a_notebook_is_made_of_its_script(script: Path) -> None:
    """The same cells in the same order."""
    assert [(cell["cell_type"], "".join(cell["source"]).strip()) for cell in cells(script)] == written(script)


@EACH
def test_a_notebook_was_executed_in_order(script: Path) -> None:
    """Every cell of code, once, from the top; none failed, and none says anything on stderr."""
    code = [cell for cell in cells(script) if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]


@EACH
def test_a_notebook_has_one_idea_and_says_what_could_go_wrong(script: Path) -> None:
    """It opens with its idea, and ends with a list of what could go wrong."""
    prose = [source for kind, source in written(script) if kind == "markdown"]
    assert re.match(r"# .+\n\n\*\*One idea: [^*]+\*\*", prose[0])
    assert re.search(r"^## What could go wrong\n\n- \*\*", prose[-1], re.MULTILINE)
    assert written(script)[-1][1] == prose[-1]


@EACH
def test_what_a_notebook_prints_can_be_read_and_shared(script: Path) -> None:
    """No NaN, no probability that is rounded to nothing or to certainty, and nothing of the machine it ran on."""
    text = "\n".join(map(printed, cells(script)))
    assert not re.search(r"\bnan\b", text, re.IGNORECASE)
    assert not re.search(r"(?<![\d.])(?:0|100)(?:\.0+)? ?%", text)
    assert not re.search(
        r"0x[0-9a-f]{6}|/(?:home|root|tmp|usr|work)\b|ipykernel", script.with_suffix(".ipynb").read_text()
    )


def test_the_worked_example_has_the_caveats() -> None:
    """Who claimed the attack, who attributes it to whom, what is not confirmed, and that nothing here is a finding."""
    prose = " ".join(" ".join(source for kind, source in written(EXAMPLES / f"{WORKED_EXAMPLE}.py")).split())
    for said in (
        "**What this is not.** A finding.",
        "the attack was claimed by Islamic State",
        "most independent analysts attribute it to ISIS-K",
        "no public evidence has been independently confirmed",
        "All numbers are illustrative",
        "every item is worded as somebody's assertion",
    ):
        assert said in prose


def test_the_worked_example_gives_the_readings_equal_space() -> None:
    """Every output that names one reading names all three, as often."""
    code = [cell for cell in cells(EXAMPLES / f"{WORKED_EXAMPLE}.py") if cell["cell_type"] == "code"]
    texts = [text for text in map(printed, code) if "agnostic" in text]
    assert len(texts) >= 4
    for text in texts:
        counts = [len(re.findall(rf"\b{name}\b", text)) for name in ("agnostic", "mainstream", "article")]
        assert len(set(counts)) == 1
