"""What commands are given: files of cases and of results."""

from __future__ import annotations

from pathlib import Path

import click

import attribution_bayes as ab
from attribution_bayes.arguments import CASE_ENDINGS, RESULT_ENDING
from attribution_bayes.cli.usage import refuse_ignored
from attribution_bayes.engine.weigh import METHODS, Method
from attribution_bayes.files.atomic import ending_of

PATH = click.Path(path_type=Path)
"""The path of a file; whether it is there is seen when it is read or written."""

METHOD = click.Choice(METHODS)


def check_endings(*paths: Path) -> None:
    """Refuse what is neither a case nor a saved result by its ending, before anything is read."""
    for path in paths:
        ending_of(path, (*CASE_ENDINGS, RESULT_ENDING))


def pairs(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """What is given as NAME=VALUE, each name once.

    Raises
    ------
    click.BadParameter
        For anything else.
    """
    found: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise click.BadParameter(f"{one!r} has no equals sign")
        if name in found:
            raise click.BadParameter(f"{name!r} is given twice")
        found[name] = value
    return found


def case_of(path: Path) -> ab.Case:
    """The case in a file."""
    return ab.load_posterior(path).case if path.suffix == RESULT_ENDING else ab.load_case(path)


def posterior_of(path: Path, method: Method | None, seed: int | None) -> ab.Posterior:
    """The result in a file, or that of its case."""
    if path.suffix == RESULT_ENDING:
        return ab.load_posterior(path)
    return ab.weigh(ab.load_case(path), method=method or "auto", sampling=ab.Sampling(seed=seed or 0))


def refuse_if_weighed(path: Path, method: str | None, seed: int | None) -> None:
    """Refuse a method or a seed beside a saved result."""
    if path.suffix == RESULT_ENDING:
        refuse_ignored({"method": method, "seed": seed}, f"{path} has been weighed already")
