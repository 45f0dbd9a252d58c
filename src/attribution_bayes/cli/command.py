"""The command: which commands there are, and what becomes of their output, errors and exit codes.

Results go to standard output, everything else to standard error. Exit codes: 0, done; 1, the case or the result is at
fault; 2, the command could not be carried out, for example because of a wrong option, a missing file or a full disk;
130, interrupted. `diff` has exit codes like those of the Unix command: 0, nothing that counts differs; 1, another
hypothesis leads; 2, it could not be carried out, or a case is at fault; 3, numbers differ, and the same leads.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import TextIO

import click

from attribution_bayes.cli.shown import show, show_error
from attribution_bayes.cli.usage import ArgumentsError
from attribution_bayes.errors import AttributionBayesError, CaseError, CaseWarning

NAME = "attribution-bayes"

COMMANDS = {
    "new": "Write a commented case to start from.",
    "check": "Say what is wrong with a case or a saved result.",
    "weigh": "Weigh a case, and print the credence of each hypothesis.",
    "what-if": "Print the credences before and after numbers are changed.",
    "report": "Weigh a case, or several readings of one question, and write a report.",
    "diff": "Say why two cases answer differently.",
    "convert": "Make a case of a matrix or a network, or another file of a case.",
    "archive": "Write everything behind an answer into one file.",
    "verify": "Compute everything in an archive again, and say what differs.",
}
"""What each command does, known before it is imported."""

ABOUT_A_CASE = frozenset({"check", "verify"})
"""Commands whose result is what is wrong: it goes to standard output."""

DONE, AT_FAULT, NOT_CARRIED_OUT, INTERRUPTED = 0, 1, 2, 130

OF_THE_COMMAND = frozenset({"E_PATH", "E_EXISTS", "E_SEED"})
"""Codes of problems that are not about the case."""


class _Commands(click.Group):
    """Imports a command only when it is carried out: most take seconds to import, and help should take none."""

    def list_commands(self, _: click.Context) -> list[str]:
        return [*COMMANDS]

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        found: click.Command = import_module(f"attribution_bayes.cli.{name.replace('-', '_')}").command
        return found

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([*COMMANDS.items()])


@click.group(
    cls=_Commands, epilog="Exit codes: 0 done, 1 the case is at fault, 2 the command could not be carried out."
)
@click.version_option(package_name=NAME, prog_name=NAME, message="%(prog)s %(version)s")
def attribution_bayes() -> None:
    """Weigh rival explanations of one event against the evidence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command, and return its exit code.

    Parameters
    ----------
    arguments
        Those of the process if None.
    """
    _show_any_text()
    try:
        code = _carry_out(sys.argv[1:] if arguments is None else [*arguments])
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _close_output()
        return DONE
    except OSError as error:
        _close_output()
        print(f"the output cannot be written: {error.strerror}.", file=sys.stderr)
        return NOT_CARRIED_OUT
    return code


def _show_any_text() -> None:
    """Escape characters that the encoding of the output lacks."""
    for out in (sys.stdout, sys.stderr):
        if isinstance(out, io.TextIOWrapper):
            out.reconfigure(errors="backslashreplace")


def _close_output() -> None:
    """Send further output nowhere: Python flushes standard output once more as it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _carry_out(arguments: list[str]) -> int:
    """Carry out a command; click's own `main` would print more when interrupted."""
    try:
        with attribution_bayes.make_context(NAME, arguments) as context:
            return _invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as error:
        error.show()
        sys.exit(error.exit_code)


def _invoke(context: click.Context) -> int:
    """Carry out a command; cautions follow its result, errors stand in its place."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CaseWarning)
        try:
            code: int = context.command.invoke(context)
        except AttributionBayesError as error:
            show_error(error, _words(context))
            return NOT_CARRIED_OUT if context.invoked_subcommand == "diff" else _whose_fault(error)
    for warning in caught:
        show(f"caution: {warning.message}", "yellow", _words(context))
    return code


def _words(context: click.Context) -> TextIO:
    return sys.stdout if context.invoked_subcommand in ABOUT_A_CASE else sys.stderr


def _whose_fault(error: AttributionBayesError) -> int:
    if isinstance(error, ArgumentsError):
        return NOT_CARRIED_OUT
    problems = error.problems if isinstance(error, CaseError) else ()
    return NOT_CARRIED_OUT if problems and {one.code for one in problems} <= OF_THE_COMMAND else AT_FAULT
