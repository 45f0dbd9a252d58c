"""The changes of the library that no test can tell from the right code, and why: `mutants_that_live.txt`, read.

A line with `#` gives a reason; what follows it are changes for which it holds, each the name of a function and the
lines that differ, as `mutants.py` prints them. A module of its own, because `mutants.py` needs mutmut; so is the page
about them, `docs/mutation.md`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("mutants_that_live.txt")


@dataclass(frozen=True)
class Change:
    """A function, such as `family._shapes`, and what differs in it: its lines with a minus and with a plus."""

    function: str
    lines: str


def reasons(text: str) -> list[tuple[Change, str]]:
    """Every change on the list with the reason that it stands under."""
    found: list[tuple[Change, str]] = []
    why = ""
    for block in text.strip().split("\n\n"):
        if block.startswith("# "):
            why = " ".join(line.removeprefix("# ") for line in block.splitlines())
        else:
            function, _, lines = block.partition("\n")
            found.append((Change(function, lines), why))
    return found


def listed() -> dict[Change, str]:
    return dict(reasons(FILE.read_text(encoding="utf-8")))


PAGE = """# Small changes of the code, and who notices

Made by `{command}`: {versions}. The figures are those of that run and version.

Coverage says which lines the tests pass through, not whether they would notice if a line were wrong. So the modules
up to the exact engine are changed in every small way that mutmut knows, one at a time: a number by one, `<` for `<=`,
`and` for `or`, an argument left out or None, another word. Each of these *mutants* meets the tests that pass through
the changed lines, the quickest first, {seconds:g} seconds of them at most, until one fails. Left out are sentences
for people, and a few long tests, which could notice more than is counted here.

A mutant that no test notices shows a test that is missing, code that is needless, or a change that makes no difference.
Where it was one of the first two, there is now a test or less code. The others are listed with their reasons in
`tests/mutants_that_live.txt`, and the command fails if any other lives, or if the list names one that does not.

| module | mutants | noticed | listed | unexplained |
| --- | ---: | ---: | ---: | ---: |
{scores}

## What lives, and why

{reasons}
"""


def page(scores: Mapping[str, Sequence[int]], lived: Sequence[Change], **made: object) -> str:
    """What a run found: mutants noticed, listed and unexplained in each module, and why those listed live."""
    together = [sum(column) for column in zip(*scores.values(), strict=True)]
    rows = [(name, sum(counts), *counts) for name, counts in {**scores, "together": together}.items()]
    why = listed()
    examples: dict[str, Change] = {}
    for change in lived:
        examples.setdefault(why[change], change)
    parts = [
        f"**{count}** live: {reason} Such as, in `{examples[reason].function}`:\n\n"
        f"```diff\n{examples[reason].lines}\n```"
        for reason, count in Counter(why[change] for change in lived).most_common()
    ]
    table = "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)
    return PAGE.format(scores=table, reasons="\n\n".join(parts), **made)
