"""What commands print: plain lines in a file or a pipe, whatever the terminal; more on a terminal itself."""

from __future__ import annotations

from types import ModuleType
from typing import TextIO

from attribution_bayes.errors import MAX_LISTED_PROBLEMS, CaseError, Problem

AS_COMMAND = {
    "say overwrite=True": "add --overwrite",
    "grades=ab.Policy(name=..., ranges={'A': ..., '1': ...})": "--grades FILE, with the ranges of A, of 1, and so on",
    "say so all the same: if_unreliable=...": "say so all the same: --if-unreliable P",
    "Write `Impossible(reason)`, or a small number": "Give a small number, or write {impossible: WHY} in the case file",
    "Write `Certain(reason)`, or a number": "Write {certain: WHY} in the case file, or give a number",
    "Write `Certain(reason)`, and `Impossible(reason)` for each of the others; or a number": "In the case file write "
    "{certain: WHY}, and {impossible: WHY} for each of the others; or give a number",
    "as `Impossible(reason)` where nothing is to be left for them": "or write {impossible: WHY} in the case file where "
    "nothing is to be left for them",
    "give what was observed as `evidence`": "give what was observed with --observed",
    "Give published=datetime.date(...)": "Give --date YYYY-MM-DD",
}
"""What messages tell users of Python to write, and what stands for it on the command line."""


def show(words: str, style: str, out: TextIO) -> None:
    """Print words, on a terminal in a style such as ``yellow``."""
    if out.isatty():
        terminal().styled(words, style, out)
    else:
        print(words, file=out)


def show_error(error: Exception, out: TextIO) -> None:
    """Print an error, on a terminal the problems of a case as a table."""
    if isinstance(error, CaseError) and out.isatty():
        _show_problems(error, out)
    else:
        show(_as_command(str(error)), "red", out)


def terminal() -> ModuleType:
    """The module that draws on a terminal, imported only where there is one."""
    from attribution_bayes.cli import terminal

    return terminal


def _show_problems(error: CaseError, out: TextIO) -> None:
    draw = terminal()
    first, *lines = str(error).splitlines()
    listed = error.problems[:MAX_LISTED_PROBLEMS]
    rows = [
        [
            draw.Text(one.code, "red"),
            draw.Text(_place(one)),
            draw.Text(f"{one.message} {_as_command(one.hint)}".strip()),
        ]
        for one in listed
    ]
    draw.styled(first, "bold", out)
    draw.table(["", "where", "what is wrong, and what to write"], rows, out)
    for line in lines[len(listed) :]:
        draw.styled(line.strip(), "", out)


def _place(problem: Problem) -> str:
    line = f"line {problem.line}, column {problem.column}" if problem.line else ""
    return "\n".join(filter(None, [problem.path, line]))


def _as_command(words: str) -> str:
    """Words for Python in terms of the command line."""
    for python, command in AS_COMMAND.items():
        words = words.replace(python, command)
    return words
