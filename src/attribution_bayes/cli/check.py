"""`check`: whether a case or a saved result is sound."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import attribution_bayes as ab
from attribution_bayes.arguments import RESULT_ENDING
from attribution_bayes.cli.given import PATH, check_endings
from attribution_bayes.cli.shown import show
from attribution_bayes.cli.usage import examples

CHECK_DRAWS = 100
"""Draws that `check` takes; it shows nothing of them."""


@click.command("check", epilog=examples("check case.yaml", "check result.nc"))
@click.argument("case", type=PATH)
def command(case: Path) -> int:
    """Say what is wrong with a case or a saved result.

    Every problem has its line and what to write instead. A case is also weighed, because some faults show only then.
    """
    check_endings(case)
    if case.suffix == RESULT_ENDING:
        ab.load_posterior(case)
    else:
        ab.weigh(ab.load_case(case), method="exact", sampling=ab.Sampling(draws=CHECK_DRAWS))
    show("no problems", "green", sys.stdout)
    return 0
