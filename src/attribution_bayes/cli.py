"""The command line: weigh a case file and write its report, or say what is wrong with it.

Results go to the standard output, all else that is said to the errors. Exit codes: 0, done; 1, the case or the result
is at fault; 2, the command could not be carried out, as for a wrong option, a file that is not there or a full disk;
130, interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO

import attribution_bayes as ab
from attribution_bayes.arguments import CASE_ENDINGS, RESULT_ENDING
from attribution_bayes.engine.weigh import METHODS
from attribution_bayes.files.atomic import check_target, ending_of
from attribution_bayes.files.raw import decoded, regular_file, whole
from attribution_bayes.report.render.document import ENDINGS

DONE, AT_FAULT, NOT_CARRIED_OUT, INTERRUPTED = 0, 1, 2, 130

OF_THE_COMMAND = frozenset({"E_PATH", "E_EXISTS", "E_SEED"})
"""Codes of problems that are not about the case."""

FEWEST = 100
"""Draws that checking takes, of which nothing is shown."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command, and return its exit code.

    Parameters
    ----------
    arguments
        Those of the process unless given.
    """
    try:
        asked = _asked(arguments)
        code = _carried_out(asked, sys.stdout if asked.command == "check" else sys.stderr)
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


def _close_output() -> None:
    """Let nothing more be written where nothing can be: Python flushes the output once more as it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _carried_out(asked: argparse.Namespace, words: TextIO) -> int:
    commands = {"report": _report, "check": _check}
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ab.CaseWarning)
            ending_of(asked.case, (*CASE_ENDINGS, RESULT_ENDING))
            commands[asked.command](asked)
        for warning in caught:
            print(f"caution: {warning.message}", file=words)
    except ab.AttributionBayesError as error:
        return _told(error, words)
    return DONE


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command, without options that would change nothing."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.command == "report" and asked.case.suffix == RESULT_ENDING:
        for option in ("method", "seed"):
            if getattr(asked, option) is not None:
                parser.error(f"--{option} changes nothing: {asked.case} has been weighed already")
    return asked


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="attribution-bayes",
        description="Weigh rival explanations of one event against the evidence.",
        epilog="Exit codes: 0 done, 1 the case is at fault, 2 the command could not be carried out.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('attribution-bayes')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    report = commands.add_parser("report", help="weigh a case and write a report of it")
    report.add_argument("case", type=Path, help="a case (.yaml, .yml, .json) or a saved result (.nc)")
    report.add_argument("-o", "--output", type=Path, help="the report, .html or .md; beside the case unless given")
    report.add_argument("--overwrite", action="store_true", help="replace a report that is there already")
    report.add_argument("--preface", type=Path, help="a text file with what is to be read first")
    report.add_argument("--method", choices=METHODS, help="how to weigh the case; auto unless given")
    report.add_argument("--seed", type=int, help="seed of the draws; 0 unless given")
    check = commands.add_parser("check", help="say what is wrong with a case or a saved result")
    check.add_argument("case", type=Path, help="a case (.yaml, .yml, .json) or a saved result (.nc)")
    return parser


def _report(asked: argparse.Namespace) -> None:
    output = asked.output or asked.case.with_suffix(".html")
    ending_of(output, ENDINGS)
    check_target(output, overwrite=asked.overwrite)
    preface = _text(asked.preface) if asked.preface else ""
    ab.report(_posterior(asked), output, preface=preface, overwrite=asked.overwrite)
    print(output)


def _posterior(asked: argparse.Namespace) -> ab.Posterior:
    if asked.case.suffix == RESULT_ENDING:
        return ab.load_posterior(asked.case)
    return ab.weigh(ab.load_case(asked.case), method=asked.method or "auto", sampling=ab.Sampling(seed=asked.seed or 0))


def _check(asked: argparse.Namespace) -> None:
    """Load the case and weigh it with few draws: some faults show only then."""
    if asked.case.suffix == RESULT_ENDING:
        ab.load_posterior(asked.case)
    else:
        ab.weigh(ab.load_case(asked.case), method="exact", sampling=ab.Sampling(draws=FEWEST))
    print("no problems")


def _text(path: Path) -> str:
    file, _ = regular_file(path)
    return decoded(whole(file))


def _told(error: ab.AttributionBayesError, where: TextIO) -> int:
    """Print what is wrong, and return the exit code that says whose fault it is."""
    problems: tuple[Any, ...] = getattr(error, "problems", ())
    print(str(error).replace("say overwrite=True", "add --overwrite"), file=where)
    return NOT_CARRIED_OUT if problems and {one.code for one in problems} <= OF_THE_COMMAND else AT_FAULT
