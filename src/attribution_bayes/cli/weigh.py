"""`weigh`: the credence of each hypothesis, on the terminal or in a result file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import attribution_bayes as ab
from attribution_bayes.arguments import RESULT_ENDING
from attribution_bayes.cli.given import METHOD, PATH, check_endings, posterior_of, refuse_if_weighed
from attribution_bayes.cli.shown import terminal
from attribution_bayes.cli.usage import examples, refuse_ignored
from attribution_bayes.declare.parts import shown_name
from attribution_bayes.deferred import pd
from attribution_bayes.engine.posterior import in_percent, notes, printed
from attribution_bayes.engine.weigh import Method
from attribution_bayes.files.atomic import check_target, ending_of


@click.command(
    "weigh", epilog=examples("weigh case.yaml", "weigh case.yaml --seed 7 -o result.nc", "weigh result.nc --beliefs")
)
@click.argument("case", type=PATH)
@click.option("-o", "--output", type=PATH, help="Also save the result (.nc).")
@click.option("--beliefs", is_flag=True, help="Also print how probable everything is that nobody has observed.")
@click.option("--overwrite", is_flag=True, help="Replace a result that is there already.")
@click.option("--method", type=METHOD, help="How to weigh (default: auto).")
@click.option("--seed", type=int, help="Seed of the draws (default: 0).")
def command(
    case: Path, output: Path | None, beliefs: bool, overwrite: bool, method: Method | None, seed: int | None
) -> int:
    """Weigh a case, and print the credence of each hypothesis.

    The table is the one that print(posterior) shows: prior, credence, spread, and the credence in words. A terminal
    shows a bar for each credence besides. --beliefs adds sources, reported and unknown facts, copies and common causes:
    how probable each was before the evidence, and is now.
    """
    refuse_if_weighed(case, method, seed)
    check_endings(case)
    if output is not None:
        ending_of(output, (RESULT_ENDING,))
        check_target(output, overwrite=overwrite)
    else:
        refuse_ignored({"overwrite": overwrite}, "nothing is written without --output")
    posterior = posterior_of(case, method, seed)
    _show(posterior)
    if beliefs:
        print()
        print(_believed(ab.beliefs(posterior.case)))
    if output is not None:
        ab.save_posterior(posterior, output, overwrite=overwrite)
        print(f"\n{output}")
    return 0


def _show(posterior: ab.Posterior) -> None:
    """Print a result, on a terminal with a bar for each credence and the leader in bold type."""
    if not sys.stdout.isatty():
        print(posterior)
        return
    draw, table, rows = terminal(), printed(posterior), []
    for hypothesis, credence in zip(posterior.case.hypotheses, posterior.credences.tolist(), strict=True):
        style = "bold" if hypothesis.name == posterior.leader else ""
        cells = [draw.number(column[hypothesis.name], style) for column in table.values()]
        rows.append([draw.Text(shown_name(hypothesis), style), draw.bar(credence), *cells])
    draw.styled(posterior.case.question.expandtabs(), "bold", sys.stdout)
    draw.table(["", "", *table], rows, sys.stdout)
    for note in notes(posterior):
        draw.styled(note, "dim", sys.stdout)


def _believed(table: pd.DataFrame) -> str:
    """The table of beliefs as lines, with percentages."""
    if table.empty:
        return "Everything in this case has been observed: there is nothing else to believe."
    shown = table.assign(**{name: [in_percent(value) for value in table[name]] for name in ("prior", "probability")})
    return shown[["prior", "probability"]].rename_axis(None).to_string()
