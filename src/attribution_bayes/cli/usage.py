"""How a command says how it is used: examples in its help, options that would change nothing, and wrong arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from attribution_bayes.errors import CaseError


class ArgumentsError(CaseError):
    """The command was given something wrong; the case is not at fault."""


@contextmanager
def of_the_command(*fields: str) -> Iterator[None]:
    """Lay problems to what the command was given, those at all paths or only those that begin with these fields.

    Raises
    ------
    ArgumentsError
        In place of a `CaseError` all of whose problems are of that kind.
    """
    try:
        yield
    except CaseError as error:
        if fields and not {one.path.partition(".")[0] for one in error.problems} <= {*fields}:
            raise
        raise ArgumentsError(error.problems) from None


def examples(*lines: str) -> str:
    """Commands to copy, as the last part of a help text, which click leaves as it is."""
    return "\n".join(["\b", "Examples:", *(f"  attribution-bayes {line}" for line in lines)])


def refuse_ignored(options: Mapping[str, object], why: str) -> None:
    """Refuse options that would change nothing.

    Raises
    ------
    click.UsageError
        For the first that is given.
    """
    for name, given in options.items():
        if given is not None and given is not False and given != {}:
            raise click.UsageError(f"--{name.replace('_', '-')} changes nothing: {why}")
