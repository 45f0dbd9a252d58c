"""Three readings of the evidence on one contested attack, weighed by both engines and printed side by side."""

import time
import warnings
from pathlib import Path

import numpy as np

import attribution_bayes as ab
from attribution_bayes.engine.posterior import in_percent

SHOWN = 8
"""Rows of each sensitivity table: the rest are printed by `ab.sensitivity_table`."""

READINGS = {
    "agnostic": "crocus_city_hall.yaml",
    "mainstream": "crocus_city_hall_mainstream.yaml",
    "article": "crocus_city_hall_article.yaml",
}

PREAMBLE = """\
Crocus City Hall, Krasnogorsk, 22 March 2024: three readings of the same evidence

This is an exercise in weighing rival explanations with every assumption in the open. It is not a finding: all
numbers are illustrative, each stands in the case files with its reason, and every item is somebody's assertion.
About 145 people were killed. The attack was claimed by Islamic State. US and European officials and most
independent analysts attribute it to ISIS-K. Russian officials assert Ukrainian involvement, which Ukraine and its
partners deny and for which no public evidence has been independently confirmed.

  agnostic    wide ranges everywhere, low reliability for every interested party
  mainstream  group claims with attacker footage are rarely false; prior operations and a dated warning fit ISIS-K;
              coerced statements carry little
  article     (A. Crooke) the manner of the attack does not fit ISIS volunteers; money and flight fit hired men;
              early Western certainty is itself evidence
"""

CAVEATS = """\
How not to read this
  - The credences follow from the numbers put in. Whoever disputes a number should change it and run this again.
  - "Spread" is how far a credence would move if the uncertain inputs became known, not an error of the credence.
  - A weight says how much likelier the item is under one hypothesis than under the others, given the items above it;
    it does not say how likely a hypothesis is. Only the likelihoods decide it, not how striking the item sounds.
  - Earlier operations of the group (Kabul 2022, Kerman 2024) are in the prior. They are not items: that would count
    them twice.
  - Statements of suspects under interrogation go through a source that may say what interrogators want to hear,
    whatever holds; where officials repeat them, the repetition may be a copy.
  - Nobody has yet observed an independent confirmation. It is listed to show what would be worth learning.
"""


def main() -> None:
    started = time.perf_counter()
    folder = Path(__file__).parent
    cases = {name: ab.load_case(folder / file) for name, file in READINGS.items()}
    print(PREAMBLE)
    exact = {name: ab.weigh(case) for name, case in cases.items()}
    sampled = {name: ab.weigh(case, method="pymc") for name, case in cases.items()}
    print_credences(cases, exact)
    print_agreement(exact, sampled)
    print_weights(cases)
    print_sources(cases)
    for name, case in cases.items():
        print_sensitivity(name, case)
    print(CAVEATS)
    print(f"({time.perf_counter() - started:.0f} s, attribution_bayes {ab.__version__}, seed 0)")


def print_credences(cases: dict[str, ab.Case], exact: dict[str, ab.Posterior]) -> None:
    question = next(iter(cases.values())).question
    print(f"{question}\nFrom prior to credence, and the spread (90 %), under each reading; words of icd203-2015:\n")
    summaries = {name: posterior.summary() for name, posterior in exact.items()}
    print_row("", *summaries)
    for hypothesis in next(iter(cases.values())).hypotheses:
        rows = [summary.loc[hypothesis.name] for summary in summaries.values()]
        print_row(hypothesis.label, *(f"{in_percent(row.prior)} -> {in_percent(row.credence)}" for row in rows))
        print_row("", *(f"{in_percent(row.spread_low)} to {in_percent(row.spread_high)}" for row in rows))
        print_row("", *(row.words for row in rows))
    print()


def print_row(label: str, *cells: str) -> None:
    print(f"  {label or '':<30}" + "".join(f"{cell:>28}" for cell in cells))


def print_agreement(exact: dict[str, ab.Posterior], sampled: dict[str, ab.Posterior]) -> None:
    print("Agreement of the engines: largest difference between exact and sampled (PyMC) credence\n")
    for name, posterior in exact.items():
        difference = abs(posterior.credence - sampled[name].credence)
        worst = int(np.argmax(difference.values))
        error = float(sampled[name].mcse[worst])
        print(
            f"  {name:<12} {float(difference[worst]):.5f}, that is {float(difference[worst]) / error:.1f} "
            f"Monte-Carlo standard errors ({error:.5f})"
        )
    print()


def print_weights(cases: dict[str, ab.Case]) -> None:
    tables = {name: ab.weight_of_evidence(case, for_="isis_k_alone") for name, case in cases.items()}
    print("Weight of each item for ISIS-K alone against the other hypotheses together, in decibans (10 = ten times")
    print("likelier), given the items above it. Items with the same mark depend on one another.\n")
    labels = {item.name: item.label for item in next(iter(cases.values())).evidence}
    first = next(iter(tables.values()))
    joint = [together for together, items in first.groupby("dependent_items", sort=False) if len(items) > 1]
    marks = {together: "*" * (i + 1) for i, together in enumerate(joint)}
    print_row("", *tables)
    for item in first.index:
        mark = marks.get(first.dependent_items[item], "")
        print_row(f"{labels[item]}{mark}", *(f"{round(table.weight[item], 1) + 0.0:+.1f}" for table in tables.values()))
    print_row("all items together", *(f"{table.weight.sum():+.1f}" for table in tables.values()))
    print()


def print_sensitivity(name: str, case: ab.Case) -> None:
    table = ab.sensitivity_table(case)
    leads = next(one.label for one in case.hypotheses if one.name == table.attrs["target"])
    print(f"What the {name} reading hangs on: the eight most dangerous of its {len(table)} assumptions for the lead of")
    print(f"{leads}. Swing: how far its credence moves over the range. Flip: how many decibans of odds the")
    print(
        "assumption is from where another hypothesis leads, all else as stated (for a member of the prior, the others"
    )
    print("scaled in proportion). Share: of the variance of the log odds, all varying together.\n")
    print(f"  {'how likely ...':<84}{'range':>12}{'swing':>7}{'flip':>6}{'share':>7}")
    for row in table.head(SHOWN).itertuples():
        flip = f"{row.distance_db:.1f}" if row.reachable else "none"
        limits, what = f"{row.lower:.2f}-{row.upper:.2f}", row.what.removeprefix("how likely ")
        print(f"  {what:<84}{limits:>12}{row.swing:>7.2f}{flip:>6}{row.total:>7.0%}")
    print()


def print_sources(cases: dict[str, ab.Case]) -> None:
    print("How reliable each source is taken to be (90 % range; illustrative):\n")
    stated = {name: {number.address: number for number in ab.assumptions(case)} for name, case in cases.items()}
    print_row("", *cases)
    for source in next(iter(cases.values())).sources:
        ranges = [numbers[f"source.{source.name}.reliability"] for numbers in stated.values()]
        print_row(source.label, *(f"{number.lower:.2f} to {number.upper:.2f}" for number in ranges))
    print()


if __name__ == "__main__":
    warnings.simplefilter("default")
    main()
