"""How a command says how it is used: examples in its help, and options that would change nothing."""

from __future__ import annotations

from collections.abc import Mapping

import click


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
