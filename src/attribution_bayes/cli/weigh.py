"""`weigh`: the credence of each hypothesis, on the terminal or in a result file."""

from __future__ import annotations

from pathlib import Path

import click

import attribution_bayes as ab
from attribution_bayes.arguments import RESULT_ENDING
from attribution_bayes.cli.given import METHOD, PATH, check_endings, posterior_of, refuse_if_weighed
from attribution_bayes.cli.usage import examples
from attribution_bayes.engine.weigh import Method
from attribution_bayes.files.atomic import check_target, ending_of


@click.command("weigh", epilog=examples("weigh case.yaml", "weigh case.yaml --seed 7 -o result.nc", "weigh result.nc"))
@click.argument("case", type=PATH)
@click.option("-o", "--output", type=PATH, help="Also save the result (.nc).")
@click.option("--overwrite", is_flag=True, help="Replace a result that is there already.")
@click.option("--method", type=METHOD, help="How to weigh (default: auto).")
@click.option("--seed", type=int, help="Seed of the draws (default: 0).")
def command(case: Path, output: Path | None, overwrite: bool, method: Method | None, seed: int | None) -> int:
    """Weigh a case, and print the credence of each hypothesis.

    The table is the one that print(posterior) shows: prior, credence, spread, and the credence in words.
    """
    refuse_if_weighed(case, method, seed)
    check_endings(case)
    if output is not None:
        ending_of(output, (RESULT_ENDING,))
        check_target(output, overwrite=overwrite)
    posterior = posterior_of(case, method, seed)
    print(posterior)
    if output is not None:
        ab.save_posterior(posterior, output, overwrite=overwrite)
        print(f"\n{output}")
    return 0
