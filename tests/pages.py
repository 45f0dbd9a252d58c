"""Pages whose blocks of Python run in their order and print the blocks of text that follow them.

`uv run tests/pages.py PAGE ...` puts in place of each block of text what is printed now, and draws again the pictures
that pages save: `docs/pictures/NAME.png` is what a page saves as `NAME.png`.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

BLOCK = re.compile(r"(?:`(\w+\.csv)`:\n\n)?^```(python|text|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"^!\[.+?\]\((?:docs/)?pictures/(\w+\.png)\)", re.MULTILINE | re.DOTALL)
"""A picture with its description in words."""

COMMAND = re.compile(r"^uv run attribution-bayes ((?:.+\\\n)*.+)$", re.MULTILINE)
PICTURES = Path(__file__).parents[1].resolve() / "docs" / "pictures"
NAMED = re.compile(r"# (\w+\.yaml)\n")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One block of Python, and the block of text that shows what it prints.

    Attributes
    ----------
    files
        Blocks since the last step that are files: YAML that begins with a name, and text after the name of a table.
    span
        Where the shown text stands on the page.
    """

    code: str
    files: dict[str, str]
    shown: str | None
    span: tuple[int, int]


def steps(page: str) -> Iterator[Step]:
    """The blocks of Python of a page, in order."""
    found = list(BLOCK.finditer(page))
    files: dict[str, str] = {}
    for block, after in zip_longest(found, found[1:]):
        table, language, content = block.groups()
        if language == "yaml" and (name := NAMED.match(content)):
            files[name[1]] = content
        if table and language == "text":
            files[table] = content
        if language == "python":
            shows = after is not None and after[2] == "text" and not after[1]
            yield Step(
                code=content, files=files, shown=after[3] if shows else None, span=after.span(3) if shows else (0, 0)
            )
            files = {}


def commands(page: str) -> Iterator[list[str]]:
    """The arguments of each command of a page, in order."""
    for found in COMMAND.findall(page):
        yield shlex.split(found.replace("\\\n", " "))


def printed(step: Step, names: dict[str, Any]) -> str:
    """Run a step in the working directory and in a namespace, and return what it prints."""
    for name, content in step.files.items():
        Path(name).write_text(content, encoding="utf-8")
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(step.code, "<page>", "exec"), names)
    return out.getvalue()


def comparable(text: str) -> list[str]:
    """Lines without what nobody sees at their ends."""
    return [line.rstrip() for line in text.strip("\n").splitlines()]


@contextmanager
def beside(examples: Path) -> Iterator[None]:
    """Work in a directory of one's own that has the examples in it."""
    before = Path.cwd()
    with TemporaryDirectory() as folder:
        (Path(folder) / "examples").symlink_to(examples)
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def refreshed(page: str) -> str:
    """The page with what its blocks print now."""
    names: dict[str, Any] = {}
    pieces, end = [], 0
    for step in steps(page):
        text = "\n".join(comparable(printed(step, names)))
        if step.shown is not None:
            pieces += [page[end : step.span[0]], text, "\n"]
            end = step.span[1]
        elif text:
            print(f"not shown: {text}", file=sys.stderr)
    return "".join([*pieces, page[end:]])


def main() -> None:
    for path in map(Path, sys.argv[1:]):
        page = path.read_text(encoding="utf-8")
        with beside(Path(__file__).parents[1].resolve() / "examples"):
            new = refreshed(page)
            for name in SHOWN.findall(page):
                shutil.copy(name, PICTURES / name)
        path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
