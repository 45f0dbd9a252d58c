"""One idea: how wrong everything may be at once, or how overstated, before another hypothesis leads."""

from pathlib import Path

import pandas as pd

import attribution_bayes as ab

READINGS = {
    "mainstream": "crocus_city_hall_mainstream.yaml",
    "agnostic": "crocus_city_hall.yaml",
    "article": "crocus_city_hall_article.yaml",
}


def at_once(case: ab.Case) -> pd.Series:
    """What it takes to put another hypothesis in the lead, all numbers together."""
    radius, sets = ab.robustness(case), ab.fewest(case)
    return pd.Series(
        {
            "leads": next(one.label for one in case.hypotheses if one.name == radius.attrs["target"]),
            # Every number off by so many decibans, all of them in the worst direction, and another hypothesis leads.
            "radius in decibans": round(radius.at["everything", "radius_db"], 2),
            # The same as a part of the way from what is stated to the ends of the plausible ranges.
            "share of the ranges": f"{radius.at['everything', 'share_of_range']:.0%}",
            # How many single numbers, pairs and triples overturn the answer without leaving their plausible ranges.
            "sets of one, two, three": ", ".join(map(str, sets.attrs["counts"].values())),
            # The answer stands if the evidence is worth at least this part of its stated weight.
            "evidence worth at least": f"{ab.discount(case).attrs['lead_from']:.0%}",
        }
    )


def main() -> None:
    cases = {name: ab.load_case(Path(__file__).parent / file) for name, file in READINGS.items()}
    print(
        "Three readings, all illustrative; what it takes to put another hypothesis in the lead, all numbers together:\n"
    )
    print(pd.DataFrame({name: at_once(case) for name, case in cases.items()}).T.to_string())


if __name__ == "__main__":
    main()
