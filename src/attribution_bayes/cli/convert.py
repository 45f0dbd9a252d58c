"""`convert`: a case from a file of another kind, and a case as another file."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
import pandas as pd

import attribution_bayes as ab
from attribution_bayes.arguments import CASE_ENDINGS, RESULT_ENDING
from attribution_bayes.cli.given import PATH, case_of, check_endings, pairs, posterior_of
from attribution_bayes.cli.usage import examples, of_the_command, refuse_ignored
from attribution_bayes.errors import CaseWarning, Problem
from attribution_bayes.files.atomic import check_target, ending_of, write_whole
from attribution_bayes.files.policies import (
    load_policy,
    prior_from_text,
    probabilities_from_text,
    probability_from_text,
)

type _Options = Mapping[str, Any]

TAKEN_AS_SEEN = Problem(
    code="W_OBSERVED",
    path="evidence",
    message="the matrix has no column `observed`: every row is taken as seen, or as what its source says.",
    hint="If something was looked for and was not there, or nobody has looked, add the column: yes, no or unknown.",
)

NOT_IN_A_NETWORK = Problem(
    code="W_NETWORK",
    message="each range enters a network by its mean, and neither the marking nor which hypothesis is the catch-all is "
    "in it.",
    hint="To read it back, give --hypothesis hypothesis --catch-all NAME; what was observed stands in its notes.",
)

TABLE_ENDING, NETWORK_ENDING, STIX_ENDING = ".csv", ".bif", ".json"


@dataclass(frozen=True, slots=True)
class _Form:
    """A kind of file that a case is made of.

    Attributes
    ----------
    name
    read
        Makes the case, of the path and the options.
    needs, takes
        Options without which it cannot be read, and others that it has.
    """

    name: str
    read: Callable[[Path, _Options], ab.Case]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


def _from_matrix(path: Path, options: _Options) -> ab.Case:
    marks, grades = load_policy(options["policy"]), options["grades"] and load_policy(options["grades"])
    catch_all, if_unreliable = options["catch_all"], options["if_unreliable"]
    with of_the_command():
        prior = prior_from_text(options["prior"])
        catch_all = catch_all and probabilities_from_text(catch_all)
        if_unreliable = if_unreliable and probability_from_text(if_unreliable)
    with of_the_command("question", "prior", "catch_all", "if_unreliable", "sheet"):
        case = ab.case_from_matrix(
            path,
            question=options["question"],
            prior=prior,
            marks=marks,
            grades=grades,
            catch_all=catch_all,
            if_unreliable=if_unreliable,
            sheet=options["sheet"],
        )
    if not any(one.states("observed") or any(report.states("says") for report in one.reports) for one in case.evidence):
        warnings.warn(CaseWarning(TAKEN_AS_SEEN), stacklevel=2)
    return case


def _from_network(path: Path, options: _Options) -> ab.Case:
    with of_the_command("hypothesis", "question", "evidence", "catch_all"):
        return ab.case_from_bif(
            path,
            hypothesis=options["hypothesis"],
            question=options["question"],
            evidence=options["observed"] or None,
            catch_all=options["catch_all"],
        )


def _from_numbers(path: Path, options: _Options) -> ab.Case:
    return ab.case_from_table(path, case_of(options["numbers_of"]))


MATRIX = _Form(
    "a matrix", _from_matrix, ("question", "prior", "policy"), ("grades", "catch_all", "if_unreliable", "sheet")
)
NUMBERS = _Form("a table of numbers", _from_numbers, ("numbers_of",))
NETWORK = _Form("a network", _from_network, ("hypothesis", "question"), ("observed", "catch_all"))
CASE = _Form("a case", lambda path, _: case_of(path))
MARKED = _Form("a case that becomes a matrix", lambda path, _: case_of(path), ("policy",), ("grades",))

FORMS = {TABLE_ENDING: MATRIX, ".xlsx": MATRIX, NETWORK_ENDING: NETWORK}
FORMS |= dict.fromkeys((*CASE_ENDINGS, RESULT_ENDING), CASE)


@click.command(
    "convert",
    epilog=examples(
        "convert case.yaml case.json",
        "convert case.yaml numbers.csv",
        "convert numbers.csv other.yaml --numbers-of case.yaml",
        "convert marked.yaml matrix.csv --policy policy.yaml",
        "convert case.yaml bundle.json --stix --date 2026-03-01",
        "convert matrix.csv case.yaml --policy policy.yaml --question 'Who did it?' \\\n"
        "    --prior '{odds: {insider: 1, outside: 1}}'",
        "convert asia.bif case.yaml --hypothesis lung --question 'Is it cancer?' \\\n    --observed smoke=yes",
    ),
)
@click.argument("source", type=PATH)
@click.argument("target", type=PATH)
@click.option("--question", help="What the case asks (matrix, network).")
@click.option("--prior", metavar="PRIOR", help="As in a case file, such as '{insider: 0.6, outside: 0.4}' (matrix).")
@click.option("--policy", type=PATH, help="What the marks of a matrix stand for: name, ranges, citation in YAML.")
@click.option("--grades", type=PATH, help="The same for the grades of its sources.")
@click.option(
    "--if-unreliable", metavar="P", help="How likely an unreliable source is to say so all the same (matrix)."
)
@click.option(
    "--catch-all",
    metavar="WHICH",
    help="'{NAME: P}' for a hypothesis that the matrix lacks; of a network the state that stands for anything else.",
)
@click.option("--sheet", help="Which sheet of a workbook that has several (matrix).")
@click.option("--hypothesis", metavar="NODE", help="The node that is asked about (network).")
@click.option(
    "--observed",
    metavar="NODE=STATE",
    multiple=True,
    callback=pairs,
    help="What was seen; repeatable (network; default: what the notes say in one that `convert` wrote).",
)
@click.option("--numbers-of", type=PATH, help="The source is a table with other numbers for this case.")
@click.option("--stix", is_flag=True, help="Write the credences as a STIX 2.1 bundle (.json).")
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), help="The day that the bundle bears (default: the case's).")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there already.")
def command(
    source: Path, target: Path, stix: bool, date: datetime.datetime | None, overwrite: bool, **options: Any
) -> int:
    """Make a case of a matrix or a network, or another file of a case.

    SOURCE is a matrix of competing hypotheses (.csv, .xlsx), a Bayesian network (.bif), a case (.yaml, .yml, .json)
    or a saved result (.nc). TARGET is a case (.yaml, .yml, .json), a table with a row for each number (.csv), with
    --policy a matrix (.csv), or a network (.bif).
    """
    form = _form(source, target, stix, options)
    _check_options(form, options)
    if not stix:
        refuse_ignored({"date": date}, "only a STIX bundle bears one")
    check_endings(*filter(None, [options["numbers_of"]]))
    ending_of(target, (STIX_ENDING,) if stix else (*CASE_ENDINGS, TABLE_ENDING, NETWORK_ENDING))
    check_target(target, overwrite=overwrite)
    if stix:
        posterior = posterior_of(source, None, None) if form is CASE else ab.weigh(form.read(source, options))
        ab.dump_stix(posterior, target, published=date and date.date(), overwrite=overwrite)
    else:
        table = _as_matrix if form is MARKED else _as_numbers
        _write(form.read(source, options), target, partial(table, options), overwrite)
    print(target)
    return 0


def _form(source: Path, target: Path, stix: bool, options: _Options) -> _Form:
    form = FORMS[ending_of(source, FORMS)]
    if form is MATRIX and options["numbers_of"]:
        return NUMBERS
    becomes_matrix = options["policy"] and target.suffix == TABLE_ENDING and not stix
    return MARKED if form is CASE and becomes_matrix else form


def _as_numbers(_: _Options, case: ab.Case) -> pd.DataFrame:
    return ab.table_from_case(case)


def _as_matrix(options: _Options, case: ab.Case) -> pd.DataFrame:
    grades = options["grades"] and load_policy(options["grades"])
    return ab.matrix_from_case(case, marks=load_policy(options["policy"]), grades=grades)


def _write(case: ab.Case, target: Path, table: Callable[[ab.Case], pd.DataFrame], overwrite: bool) -> None:
    """Write a case in the form that the ending of the target says."""
    if target.suffix == TABLE_ENDING:
        text = table(case).to_csv(lineterminator="\n")
        write_whole(target, text.encode, overwrite=overwrite)
    elif target.suffix == NETWORK_ENDING:
        ab.dump_bif(case, target, overwrite=overwrite)
        warnings.warn(CaseWarning(NOT_IN_A_NETWORK), stacklevel=2)
    else:
        ab.dump_case(case, target, overwrite=overwrite)


def _check_options(form: _Form, options: _Options) -> None:
    """Refuse options that this kind of file does not have, and ask for those that it needs."""
    others = {name: given for name, given in options.items() if name not in form.needs + form.takes}
    refuse_ignored(others, f"the source is {form.name}")
    for name in form.needs:
        if options[name] is None:
            raise click.UsageError(f"{form.name} needs --{name.replace('_', '-')}")
