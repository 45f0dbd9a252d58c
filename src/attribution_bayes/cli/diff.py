"""`diff`: why two cases answer differently, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import click
import numpy as np
import pandas as pd

import attribution_bayes as ab
from attribution_bayes.cli.given import PATH, case_of, check_endings
from attribution_bayes.cli.usage import examples
from attribution_bayes.declare.address import (
    DependencePart,
    HypothesisPart,
    ItemPart,
    OutcomePart,
    ReportPart,
    parse,
    parse_part,
)
from attribution_bayes.declare.panel import reworded
from attribution_bayes.declare.parts import shown_name
from attribution_bayes.declare.wording import part_labels
from attribution_bayes.engine.posterior import percentages
from attribution_bayes.files.atomic import check_target, ending_of
from attribution_bayes.odds import level
from attribution_bayes.panel.difference import LEVELS
from attribution_bayes.report.render.document import ENDINGS

SAME, OTHER_LEADER, SAME_LEADER = 0, 1, 3
"""Exit codes."""

ROUNDING = 1e-9
"""Credences, or decibans, that differ by less count as equal."""

OF_THE_CASE = ("author", "date", "marking", "exercise")
"""What a case says of itself, on which no answer depends."""

WIDTH = 100
"""Characters of a line that says what changed."""

INDENT = " " * 18
"""Before what is new, where it has a line of its own."""

EXIT_CODES = (
    "Exit codes: 0 nothing that counts differs, 1 another hypothesis leads, 2 the command could not be carried out "
    "or a case is at fault, 3 numbers, how uncertain they are, the catch-all, the question or a statement differ and "
    "the same hypothesis leads."
)


@click.command(
    "diff",
    epilog=f"{EXIT_CODES}\n\n"
    + examples(
        "diff old.yaml new.yaml",
        "diff old.yaml new.yaml --by number --target insider",
        "diff old.yaml new.yaml --page new.html",
    ),
)
@click.argument("old", type=PATH)
@click.argument("new", type=PATH)
@click.option("--target", help="The hypothesis whose log odds are compared (default: the leader of new).")
@click.option("--against", help="The rival (default: all others together).")
@click.option("--by", type=click.Choice(LEVELS), default="part", help="One line for each part, or for each number.")
@click.option("--seed", type=int, default=0, help="Seed for sampled orders (default: 0).")
@click.option("--page", type=PATH, help="Also write a page (.html or .md).")
@click.option("--overwrite", is_flag=True, help="Replace a page that is there already.")
def command(
    old: Path,
    new: Path,
    target: str | None,
    against: str | None,
    by: Literal["part", "number"],
    seed: int,
    page: Path | None,
    overwrite: bool,
) -> int:
    """Say why two cases answer differently.

    First the answers of both, then what each change did, the greatest first, in decibans.
    """
    check_endings(old, new)
    if page:
        ending_of(page, ENDINGS)
        check_target(page, overwrite=overwrite)
    first, second = case_of(old), case_of(new)
    table = ab.difference(first, second, target=target, against=against, by=by, seed=seed)
    before, after = (ab.what_if(case, {}).values for case in (first, second))
    print(_visible(f"old: {_answer(first, before)}"))
    print(_visible(f"new: {_answer(second, after)}"))
    _print_changes(first, second, table)
    if page:
        from attribution_bayes.report.differences import write_difference

        names = _visible(old.name), _visible(new.name)
        write_difference(first, second, table, page, names=names, overwrite=overwrite)
        print(page)
    return _verdict(table, first, second, before, after)


def _print_changes(old: ab.Case, new: ab.Case, table: pd.DataFrame) -> None:
    for what, before, after in _reworded(old, new):
        print(_visible(f"not the same words: {what}: {before} -> {after}"))
    odds = "log odds of {target} against {against}: {old_db:+.1f} to {new_db:+.1f} decibans ({change_db:+.1f})"
    labels = table.attrs["labels"]
    meant = {one: labels.get(str(HypothesisPart(table.attrs[one])), table.attrs[one]) for one in ("target", "against")}
    figures = {name: _rounded(table.attrs[name]) for name in ("old_db", "new_db", "change_db")}
    print(_visible(odds.format_map({**figures, **meant})))
    called = [part_labels(case) for case in (old, new)]
    relabelled = []
    for address, row in table.iterrows():
        sides = tuple(f"label {one[str(address)]}" if one.get(str(address)) else "" for one in called)
        if any(sides) and sides == (row["old"], row["new"]):
            relabelled.append(str(address))
            continue
        what, share = _with_label(str(address), labels), _rounded(row["share_db"])
        print(_told(f"{share:+8.1f}  {row['change']:<8}{what}:", row["old"], row["new"]))
    if relabelled:
        print(_visible(f"labels changed: {', '.join(relabelled)}"))
    for field in OF_THE_CASE:
        before, after = (_of_the_case(getattr(case, field)) for case in (old, new))
        if before != after:
            print(_visible(f"not counted: {field}: {before} -> {after}"))


def _rounded(decibans: float) -> float:
    """To the digit that is printed; nothing is no negative number."""
    return round(decibans, 1) + 0.0


def _reworded(old: ab.Case, new: ab.Case) -> list[tuple[str, str, str]]:
    """The question, and the parts, that the two do not put in the same words, with what each says."""
    parts = reworded({"old": old, "new": new}).items()
    asked = [("question", old.question, new.question)] if old.question != new.question else []
    return [*asked, *((f"{address}.statement", each["old"], each["new"]) for address, each in parts)]


def _of_the_case(stated: object) -> str:
    if isinstance(stated, bool):
        return "yes" if stated else "no"
    return "not stated" if stated is None else str(stated)


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


def _told(what: str, old: str, new: str) -> str:
    """What changed, on one line, or on two that are cut by themselves: what is new is always seen."""
    whole = _visible(f"{what} {old} -> {new}")
    return whole if len(whole) <= WIDTH else f"{_line(f'{what} {old}')}\n{_line(f'{INDENT}-> {new}')}"


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
    counts = not table.attrs["only_words"] or old.has_catch_all != new.has_catch_all
    return SAME if same and not counts and not _reworded(old, new) else SAME_LEADER
