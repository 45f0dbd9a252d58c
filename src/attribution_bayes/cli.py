"""The command line: weigh a case file and write its report, say what is wrong with it, or why two answer differently.

Results go to standard output, everything else to standard error. Exit codes: 0, done; 1, the case or the result is at
fault; 2, the command could not be carried out, for example because of a wrong option, a missing file or a full disk;
130, interrupted. `diff` has exit codes like those of the Unix command: 0, nothing that counts differs; 1, another
hypothesis leads; 2, it could not be carried out, or a case is at fault; 3, numbers differ, and the same leads.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd

import attribution_bayes as ab
from attribution_bayes.arguments import CASE_ENDINGS, RESULT_ENDING
from attribution_bayes.declare.address import (
    DependencePart,
    HypothesisPart,
    ItemPart,
    OutcomePart,
    ReportPart,
    parse,
    parse_part,
)
from attribution_bayes.declare.parts import shown_name
from attribution_bayes.engine.posterior import percentages
from attribution_bayes.engine.weigh import METHODS
from attribution_bayes.files.atomic import check_target, ending_of
from attribution_bayes.files.raw import decode, read_bytes, regular_file
from attribution_bayes.odds import level
from attribution_bayes.panel.difference import LEVELS
from attribution_bayes.report.render.document import ENDINGS

DONE, AT_FAULT, NOT_CARRIED_OUT, INTERRUPTED = 0, 1, 2, 130
OTHER_LEADER, SAME_LEADER = 1, 3

ROUNDING = 1e-9
"""Credences, or decibans, that differ by less count as equal."""

WIDTH = 100
"""Characters of a line that says what changed."""

OF_THE_COMMAND = frozenset({"E_PATH", "E_EXISTS", "E_SEED"})
"""Codes of problems that are not about the case."""

CHECK_DRAWS = 100
"""Draws that `check` takes; it shows nothing of them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command, and return its exit code.

    Parameters
    ----------
    arguments
        Those of the process if None.
    """
    try:
        asked = _parse(arguments)
        code = _carry_out(asked, sys.stdout if asked.command == "check" else sys.stderr)
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
    """Send further output nowhere: Python flushes standard output once more as it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _carry_out(asked: argparse.Namespace, words: TextIO) -> int:
    commands = {"report": _report, "check": _check, "diff": _diff}
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ab.CaseWarning)
            for file in _files(asked):
                ending_of(file, (*CASE_ENDINGS, RESULT_ENDING))
            code = commands[asked.command](asked)
        for warning in caught:
            print(f"caution: {warning.message}", file=words)
    except ab.AttributionBayesError as error:
        told = _print_error(error, words)
        return NOT_CARRIED_OUT if asked.command == "diff" else told
    return code


def _files(asked: argparse.Namespace) -> Sequence[Path]:
    if asked.command == "report":
        return [path for _, path in asked.cases]
    return (asked.old, asked.new) if asked.command == "diff" else (asked.case,)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command, and refuse options that would change nothing."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.command == "report":
        _check_report(asked, parser)
    return asked


def _check_report(asked: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    (_, first), *others = asked.cases
    why = f"{first} has been weighed already" if first.suffix == RESULT_ENDING else ""
    why = "several cases are weighed exactly, and none of their draws is shown" if others else why
    for option in ("method", "seed"):
        if why and getattr(asked, option) is not None:
            parser.error(f"--{option} changes nothing: {why}")
    names = [name for name, _ in asked.cases]
    for name in names:
        if names.count(name) > 1:
            parser.error(f"two cases are called {name}: write NAME=PATH")


def _named_case(text: str) -> tuple[str, Path]:
    """A case and what it is called: NAME=PATH, or a path, whose file name without its ending is the name."""
    name, equals, path = text.partition("=")
    return (name, Path(path)) if equals and path and not Path(text).exists() else (Path(text).stem, Path(text))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="attribution-bayes",
        description="Weigh rival explanations of one event against the evidence.",
        epilog="Exit codes: 0 done, 1 the case is at fault, 2 the command could not be carried out.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('attribution-bayes')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    _add_report(commands)
    check = commands.add_parser("check", help="say what is wrong with a case or a saved result")
    check.add_argument("case", type=Path, help="a case (.yaml, .yml, .json) or a saved result (.nc)")
    _add_diff(commands)
    return parser


def _add_report(commands: Any) -> None:
    report = commands.add_parser(
        "report",
        help="weigh a case, or several readings of one question, and write a report",
        description="Weigh a case and write a report of it. Of several cases of one question, such as those of several "
        "analysts, the report puts the readings side by side, in the order given.",
        epilog="Example: attribution-bayes report Anna=first.yaml Ben=second.yaml -o readings.html",
    )
    what = "a case (.yaml, .yml, .json) or a saved result (.nc); of several, NAME=PATH says what a reading is called"
    report.add_argument("cases", metavar="case", nargs="+", type=_named_case, help=f"{what} (default: its file name)")
    beside = "default: beside the case, of several panel.html beside the first"
    report.add_argument("-o", "--output", type=Path, help=f"the report, .html or .md ({beside})")
    report.add_argument("--overwrite", action="store_true", help="replace a report that is there already")
    report.add_argument("--preface", type=Path, help="a text file to print at the top of the report")
    report.add_argument("--method", choices=METHODS, help="how to weigh a single case (default: auto)")
    report.add_argument("--seed", type=int, help="seed of the draws of a single case (default: 0)")


def _add_diff(commands: Any) -> None:
    diff = commands.add_parser(
        "diff",
        help="say why two cases answer differently",
        description="Say why two cases answer differently: the answers, and what each change did, greatest first.",
        epilog="Exit codes: 0 nothing that counts differs, 1 another hypothesis leads, 2 the command could not be "
        "carried out or a case is at fault, 3 numbers differ and the same hypothesis leads.",
    )
    for name in ("old", "new"):
        diff.add_argument(name, type=Path, help=f"the {name} case (.yaml, .yml, .json) or saved result (.nc)")
    diff.add_argument("--target", help="the hypothesis whose log odds are compared (default: the leader of new)")
    diff.add_argument("--against", help="the rival (default: all others together)")
    diff.add_argument("--by", choices=LEVELS, default="part", help="one line for each part, or for each number")
    diff.add_argument("--seed", type=int, default=0, help="seed for sampled orders (default: 0)")
    diff.add_argument("--page", type=Path, help="also write a page (.html or .md)")
    diff.add_argument("--overwrite", action="store_true", help="replace a page that is there already")


def _report(asked: argparse.Namespace) -> int:
    (_, first), *others = asked.cases
    output = asked.output or (first.with_name("panel.html") if others else first.with_suffix(".html"))
    ending_of(output, ENDINGS)
    check_target(output, overwrite=asked.overwrite)
    preface = _text(asked.preface) if asked.preface else ""
    weighed = ab.Panel({name: _case(path) for name, path in asked.cases}) if others else _posterior(first, asked)
    ab.report(weighed, output, preface=preface, overwrite=asked.overwrite)
    print(output)
    return DONE


def _posterior(path: Path, asked: argparse.Namespace) -> ab.Posterior:
    if path.suffix == RESULT_ENDING:
        return ab.load_posterior(path)
    return ab.weigh(ab.load_case(path), method=asked.method or "auto", sampling=ab.Sampling(seed=asked.seed or 0))


def _check(asked: argparse.Namespace) -> int:
    """Load the case and weigh it with few draws: some faults show only then."""
    if asked.case.suffix == RESULT_ENDING:
        ab.load_posterior(asked.case)
    else:
        ab.weigh(ab.load_case(asked.case), method="exact", sampling=ab.Sampling(draws=CHECK_DRAWS))
    print("no problems")
    return DONE


def _diff(asked: argparse.Namespace) -> int:
    if asked.page:
        ending_of(asked.page, ENDINGS)
        check_target(asked.page, overwrite=asked.overwrite)
    old, new = (_case(path) for path in (asked.old, asked.new))
    table = ab.difference(old, new, target=asked.target, against=asked.against, by=asked.by, seed=asked.seed)
    credences = [ab.what_if(case, {}) for case in (old, new)]
    for which, case, credence in zip(("old", "new"), (old, new), credences, strict=True):
        print(_visible(f"{which}: {_answer(case, credence.values)}"))
    odds = "log odds of {target} against {against}: {old_db:+.1f} to {new_db:+.1f} decibans ({change_db:+.1f})"
    labels = table.attrs["labels"]
    meant = {one: labels.get(str(HypothesisPart(table.attrs[one])), table.attrs[one]) for one in ("target", "against")}
    print(_visible(odds.format_map({**{str(name): value for name, value in table.attrs.items()}, **meant})))
    for address, row in table.iterrows():
        what = _with_label(str(address), labels)
        print(_line(f"{row['share_db']:+8.1f}  {row['change']:<8}{what}: {row['old']} -> {row['new']}"))
    if asked.page:
        from attribution_bayes.report.differences import write_difference

        names = _visible(asked.old.name), _visible(asked.new.name)
        write_difference(old, new, table, asked.page, names=names, overwrite=asked.overwrite)
        print(asked.page)
    return _verdict(table, old, new, *(credence.values for credence in credences))


def _case(path: Path) -> ab.Case:
    return ab.load_posterior(path).case if path.suffix == RESULT_ENDING else ab.load_case(path)


def _answer(case: ab.Case, credence: np.ndarray) -> str:
    """All credences, the greatest first."""
    shown = percentages(credence)
    called = [shown_name(one) for one in case.hypotheses]
    return ", ".join(f"{called[k]} {shown[k]}" for k in np.argsort(-credence, kind="stable"))


def _with_label(address: str, labels: Mapping[str, str]) -> str:
    """An address, by which a part is found in its file, and the label of the part, if it has one."""
    number = parse(address)
    part = parse_part(address) if number is None else number.part
    of = str(ItemPart(part.item)) if isinstance(part, OutcomePart | ReportPart | DependencePart) else str(part)
    return f"{address} ({labels[of]})" if of in labels else address


def _line(words: str) -> str:
    """Free text on one line, cut where it is long."""
    line = _visible(words)
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 3]}..."


def _visible(words: str) -> str:
    """The same on one line, with a sign that can be seen for each that cannot."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in words)


def _verdict(table: pd.DataFrame, old: ab.Case, new: ab.Case, before: np.ndarray, after: np.ndarray) -> int:
    ahead = [
        {name for name, is_level in zip(case.names, level(one), strict=True) if is_level}
        for case, one in ((old, before), (new, after))
    ]
    if ahead[0] != ahead[1]:
        return OTHER_LEADER
    was, now = (dict(zip(case.names, one, strict=True)) for case, one in ((old, before), (new, after)))
    same = was.keys() == now.keys() and all(abs(was[name] - now[name]) < ROUNDING for name in was)
    moved = (table[["share_db", "alone_db"]].fillna(1.0).abs() > ROUNDING).any(axis=None)
    return DONE if same and not moved else SAME_LEADER


def _text(path: Path) -> str:
    file, _ = regular_file(path)
    return decode(read_bytes(file))


def _print_error(error: ab.AttributionBayesError, where: TextIO) -> int:
    """Print what is wrong, and return the exit code that says whose fault it is."""
    problems: tuple[Any, ...] = getattr(error, "problems", ())
    print(str(error).replace("say overwrite=True", "add --overwrite"), file=where)
    return NOT_CARRIED_OUT if problems and {one.code for one in problems} <= OF_THE_COMMAND else AT_FAULT
