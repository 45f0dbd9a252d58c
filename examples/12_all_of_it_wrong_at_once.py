"""One idea: how wrong everything may be at once, or how overstated, before another hypothesis leads."""

from pathlib import Path

import attribution_bayes as ab

case = ab.load_case(Path(__file__).parent / "outage.yaml")

# Every number off by so many decibans, all of them in the worst direction, and another hypothesis leads.
radius = ab.robustness(case)
print(radius[["radius_db", "new_leader", "exact"]].round(3).to_string())

# The fewest numbers that overturn the answer together, each inside its plausible range.
print(ab.fewest(case).attrs["counts"])

# The answer stands if the evidence is worth at least this part of what was stated.
print(round(ab.discount(case).attrs["lead_from"], 3))
