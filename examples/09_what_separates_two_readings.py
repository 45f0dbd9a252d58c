"""One idea: readings of the same evidence differ in many numbers, and disagree because of few."""

from itertools import combinations
from pathlib import Path

import pandas as pd

import attribution_bayes as ab

READINGS = {
    "mainstream": "crocus_city_hall_mainstream.yaml",
    "agnostic": "crocus_city_hall.yaml",
    "article": "crocus_city_hall_article.yaml",
}
HYPOTHESIS = "isis_k_alone"


def separating(one: ab.Case, other: ab.Case, by: str = "number") -> pd.Series:
    """The share of each number, or part, in the change of log odds from one reading to the other, in decibans."""
    return ab.difference(one, other, target=HYPOTHESIS, by=by)["share_db"].rename("decibans")


def pairs(cases: dict[str, ab.Case]) -> pd.DataFrame:
    """The shares of the parts, by their labels, for each pair of readings, with their sums in the last row."""
    found = {f"{one} to {other}": separating(cases[one], cases[other], "part") for one, other in combinations(cases, 2)}
    table = pd.DataFrame(found).fillna(0.0)
    first = table.abs().max(axis=1).sort_values(ascending=False, kind="stable").index
    labels = called(next(iter(cases.values())))
    return pd.concat([table.loc[first].rename(index=labels), table.sum().to_frame("sum of all").T])


def called(case: ab.Case) -> dict[str, str]:
    """What people call the items and the sources, by their addresses."""
    items = {f"evidence.{one.name}": str(one.label) for one in case.evidence}
    return items | {f"source.{one.name}": str(one.label) for one in case.sources}


def main() -> None:
    cases = {name: ab.load_case(Path(__file__).parent / file) for name, file in READINGS.items()}
    print("Three readings, all illustrative; log odds of ISIS-K alone against the others together, in decibans.\n")
    print("What separates each pair, part by part, the greatest first:\n")
    table = pairs(cases)
    print(pd.concat([table.head(8), table.tail(1)]).round(1).to_string())
    print("\nThe numbers that separate mainstream and article most:\n")
    print(separating(cases["mainstream"], cases["article"]).head(8).round(1).to_string())
    print("\nNone of this says which reading is right: it says which numbers to ask about first.")


if __name__ == "__main__":
    main()
