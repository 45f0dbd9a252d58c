"""`new`: a case to start from, with a comment on everything that has to be stated."""

from __future__ import annotations

from pathlib import Path

import click

from attribution_bayes.cli.usage import examples
from attribution_bayes.files.atomic import ending_of, write_whole

START = """\
# A case to start from: replace everything by what you know, then run `attribution-bayes check` on this file.
# All numbers are made up.
schema: 1
question: "Who took the files?"
author: "Your name"
date: 2026-01-15

# Rival answers, one of which is true. The catch-all stands for what nobody has thought of.
hypotheses:
  insider: {label: "an employee", statement: "An employee copied the files"}
  intruder: {label: "an intruder", statement: "Somebody from outside broke in and copied them"}
  other: {label: "another way", statement: "Something else happened", catch_all: true}

# How probable each was before the evidence below. Also: {odds: {insider: 3, intruder: 2, other: 1}} or
# {base_rates: {insider: 12, intruder: 5, other: 3}}, as counted among similar events.
prior: {insider: 0.5, intruder: 0.4, other: 0.1}
prior_basis: ["Made up; name here what the prior rests on"]

# Who says so, and how far each can be trusted. reliability: how likely its reports are to follow the facts.
# if_unreliable: how likely it is to say what serves it when they do not.
sources:
  administrator:
    statement: "The administrator, who was on duty"
    reliability: {between: [0.6, 0.9], reason: "has been right before, and has something to lose"}
    if_unreliable: 0.7

# What was found. For each hypothesis: how probable would this be if the hypothesis were true? A range says that you do
# not know exactly: {between: [lower, upper]} holds 90 % of your belief. Also: a number, {uniform: [0.2, 0.6]},
# {counts: [3, 10]}, {words: unlikely, scale: icd203-2015}, {impossible: "why"}.
evidence:
  no_break_in:
    statement: "There is no trace of a break-in"
    likelihood: {insider: {between: [0.8, 0.98]}, intruder: {between: [0.1, 0.4]}, other: {uniform: [0.2, 0.9]}}
    citation: "Report of the examiner, page 4"
  night_access:
    statement: "The files were opened at night from a desk inside"
    likelihood:
      insider: {between: [0.4, 0.8], reason: "most employees can stay late"}
      intruder: {between: [0.05, 0.3]}
      other: {uniform: [0.05, 0.6]}
    reports:
      - {source: administrator, says: true}
      # A second source that may only repeat the first; state it under `sources` too:
      # - {source: colleague, copied_from: administrator, copy_probability: {between: [0.5, 0.9]}}
  badge_used:
    statement: "A badge was used that night; nobody has looked yet"
    likelihood: {insider: 0.7, intruder: 0.2, other: 0.3}
    observed: null
"""
"""The file that is written. It draws no caution."""


@click.command("new", epilog=examples("new case.yaml"))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace a file that is there already.")
def command(path: Path, overwrite: bool) -> int:
    """Write a commented case to start from.

    The file (.yaml) loads and can be weighed as it is; its comments say what each number means and how else it can be
    stated.
    """
    ending_of(path, (".yaml", ".yml"))
    write_whole(path, START.encode, overwrite=overwrite)
    print(path)
    return 0
