"""`report`: the page about one case, or about several readings of one question."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

import attribution_bayes as ab
from attribution_bayes.cli.given import METHOD, PATH, case_of, check_endings, posterior_of, refuse_if_weighed
from attribution_bayes.cli.usage import examples, refuse_ignored
from attribution_bayes.declare.naming import as_read
from attribution_bayes.engine.weigh import Method
from attribution_bayes.files.atomic import check_target, ending_of
from attribution_bayes.files.raw import decode, read_bytes, regular_file
from attribution_bayes.report.render.document import ENDINGS


def _named_cases(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> list[tuple[str, Path]]:
    """Cases and what they are called: NAME=PATH, or a path, whose file name without its ending is the name."""
    found = []
    for one in given:
        name, equals, path = one.partition("=")
        is_named = equals and path and not Path(one).exists()
        file = Path(path if is_named else one)
        found.append((name if is_named else file.stem, file))
    return found


@click.command(
    "report",
    epilog=examples(
        "report case.yaml",
        "report may.yaml --previous march.yaml",
        "report result.nc -o result.md",
        "report Anna=first.yaml Ben=second.yaml -o readings.html",
    ),
)
@click.argument("cases", metavar="[NAME=]CASE...", nargs=-1, required=True, callback=_named_cases)
@click.option(
    "-o",
    "--output",
    type=PATH,
    help="The report, .html or .md (default: beside the case, of several panel.html beside the first).",
)
@click.option("--overwrite", is_flag=True, help="Replace a report that is there already.")
@click.option(
    "--previous",
    metavar="[NAME=]CASE",
    multiple=True,
    callback=_named_cases,
    help="An earlier version of the case, or of the reading NAME: the report says what changed since.",
)
@click.option("--preface", type=PATH, help="A text file to print at the top of the report.")
@click.option("--method", type=METHOD, help="How to weigh a single case (default: auto).")
@click.option("--seed", type=int, help="Seed of the draws of a single case (default: 0).")
def command(
    cases: Sequence[tuple[str, Path]],
    output: Path | None,
    overwrite: bool,
    previous: Sequence[tuple[str, Path]],
    preface: Path | None,
    method: Method | None,
    seed: int | None,
) -> int:
    """Weigh a case, or several readings of one question, and write a report.

    A case is a file (.yaml, .yml, .json) or a saved result (.nc). Of several cases of one question, such as those of
    several analysts, the report puts the readings side by side, in the order given; NAME= says what a reading is
    called (default: its file name).
    """
    (_, first), *others = cases
    refuse_if_weighed(first, method, seed)
    if others:
        why = "several cases are weighed exactly, and none of their draws is shown"
        refuse_ignored({"method": method, "seed": seed}, why)
    for given in (cases, previous):
        _refuse_equal_names([name for name, _ in given])
        check_endings(*(path for _, path in given))
    if len(previous) > 1 and not others:
        raise click.UsageError("a single case has one earlier version: give --previous once")
    if previous and not others and previous[0][0] not in (cases[0][0], previous[0][1].stem):
        raise click.UsageError(f"no reading is called {previous[0][0]}, of which --previous has an earlier version")
    output = output or (first.with_name("panel.html") if others else first.with_suffix(".html"))
    ending_of(output, ENDINGS)
    check_target(output, overwrite=overwrite)
    said = _text(preface) if preface else ""
    earlier = {name: case_of(path) for name, path in previous}
    if others:
        panel = ab.Panel({name: case_of(path) for name, path in cases})
        ab.report(panel, output, previous=earlier or None, preface=said, overwrite=overwrite)
    else:
        weighed, old = posterior_of(first, method, seed), next(iter(earlier.values()), None)
        ab.report(weighed, output, previous=old, preface=said, overwrite=overwrite)
    print(output)
    return 0


def _refuse_equal_names(names: Sequence[str]) -> None:
    read = [*map(as_read, names)]
    for name in names:
        if read.count(as_read(name)) > 1:
            raise click.UsageError(f"two cases are called {name}: write NAME=PATH")


def _text(path: Path) -> str:
    file, _ = regular_file(path)
    return decode(read_bytes(file))
