"""`what-if`: the credences as stated, and with other numbers."""

from __future__ import annotations

from pathlib import Path

import click

import attribution_bayes as ab
from attribution_bayes.cli.given import PATH, case_of, check_endings, pairs
from attribution_bayes.cli.usage import examples, of_the_command
from attribution_bayes.declare.parts import shown_name
from attribution_bayes.engine.posterior import percentages
from attribution_bayes.files.policies import numbers_from_texts
from attribution_bayes.odds import leaders

NOBODY = "nobody"


@click.command(
    "what-if",
    epilog=examples(
        "what-if case.yaml source.witness.reliability=0.5",
        "what-if case.yaml prior.insider=0.2 evidence.no_break_in.likelihood.insider=0.6",
    ),
)
@click.argument("case", type=PATH)
@click.argument("numbers", metavar="ADDRESS=VALUE...", nargs=-1, required=True, callback=pairs)
def command(case: Path, numbers: dict[str, str]) -> int:
    """Print the credences before and after numbers are changed.

    An ADDRESS is where the number stands in the case; `convert case.yaml numbers.csv` lists all of them. Several
    numbers are changed together. Of a prior, the others are scaled in proportion.
    """
    with of_the_command():
        supposed = numbers_from_texts(numbers)
    check_endings(case)
    stated = case_of(case)
    before = ab.what_if(stated, {}).values
    with of_the_command():
        after = ab.what_if(stated, {address: [number] for address, number in supposed.items()}).values[0]
    columns = [["before", *percentages(before)], ["after", *percentages(after)]]
    names = ["", *map(shown_name, stated.hypotheses)]
    width, wide = max(map(len, names)), [max(map(len, column)) for column in columns]
    for name, *cells in zip(names, *columns, strict=True):
        print(name.ljust(width), *(cell.rjust(size) for cell, size in zip(cells, wide, strict=True)), sep="  ")
    was, now = (leaders(names[1:], one).item() or NOBODY for one in (before, after))
    print(f"\n{was} leads before and after" if was == now else f"\n{was} leads before, {now} after")
    return 0
