"""`archive`: everything behind an answer in one file."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

import attribution_bayes as ab
from attribution_bayes.cli.given import METHOD, PATH, check_endings, posterior_of, refuse_if_weighed
from attribution_bayes.cli.usage import examples, of_the_command
from attribution_bayes.engine.weigh import Method
from attribution_bayes.files.atomic import check_target, ending_of


@click.command(
    "archive",
    epilog=examples(
        "archive case.yaml answer.zip",
        "archive result.nc answer.zip --date 2026-03-01 --license https://creativecommons.org/licenses/by/4.0/",
    ),
)
@click.argument("case", type=PATH)
@click.argument("output", type=PATH)
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), help="The day that the archive bears (default: the case's).")
@click.option(
    "--license", help="The licence, by its web address or in words (default: the archive says that none is stated)."
)
@click.option("--overwrite", is_flag=True, help="Replace an archive that is there already.")
@click.option("--method", type=METHOD, help="How to weigh (default: auto).")
@click.option("--seed", type=int, help="Seed of the draws (default: 0).")
def command(
    case: Path,
    output: Path,
    date: datetime.datetime | None,
    license: str | None,
    overwrite: bool,
    method: Method | None,
    seed: int | None,
) -> int:
    """Write everything behind an answer into one file.

    A zip that is an RO-Crate: case, result, tables, pictures, page, what to cite, versions and seed. `verify` computes
    it again.
    """
    refuse_if_weighed(case, method, seed)
    check_endings(case)
    ending_of(output, (".zip",))
    check_target(output, overwrite=overwrite)
    posterior = posterior_of(case, method, seed)
    with of_the_command("license"):
        ab.archive(posterior, output, published=date and date.date(), license=license, overwrite=overwrite)
    print(output)
    return 0
