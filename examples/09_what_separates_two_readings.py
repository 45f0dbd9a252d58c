"""One idea: two readings of the same evidence differ in many numbers, and disagree because of few."""

from pathlib import Path

import numpy as np
import pandas as pd

import attribution_bayes as ab

READINGS = ("crocus_city_hall_mainstream.yaml", "crocus_city_hall_article.yaml")
HYPOTHESIS = "isis_k_alone"


def log_odds(case: ab.Case) -> float:
    """Of the hypothesis against all others, in decibans."""
    credence = ab.what_if(case, {})
    return float(10 * np.log10(credence.sel(hypothesis=HYPOTHESIS) / credence.drop_sel(hypothesis=HYPOTHESIS).sum()))


def separating(one: ab.Case, other: ab.Case) -> pd.Series:
    """What each number of the other reading does when it is put into the one, and the reverse, on average."""
    start, end, moved = log_odds(one), log_odds(other), {}
    there, here = one.model_copy(update={"prior": other.prior}), other.model_copy(update={"prior": one.prior})
    moved["prior"] = (log_odds(there) - start + end - log_odds(here)) / 2
    for mine, theirs in zip(ab.assumptions(one), ab.assumptions(other), strict=True):
        if not mine.address.startswith("prior."):
            into, back = ab.suppose(one, {mine.address: theirs.stated}), ab.suppose(other, {mine.address: mine.stated})
            moved[mine.address] = (log_odds(into) - start + end - log_odds(back)) / 2
    return pd.Series(moved, name="decibans").sort_values(key=abs, ascending=False)


def main() -> None:
    mainstream, article = (ab.load_case(Path(__file__).parent / name) for name in READINGS)
    print(f"Two of the three readings, both illustrative; log odds of {HYPOTHESIS!r} against the others together:")
    print(f"mainstream {log_odds(mainstream):+.1f} decibans, article {log_odds(article):+.1f} decibans.\n")
    print("What putting the article's number into the mainstream reading does, and the reverse, on average:\n")
    print(separating(mainstream, article).head(8).round(1).to_string())
    print("\nNone of this says which reading is right: it says which numbers to ask about first.")


if __name__ == "__main__":
    main()
