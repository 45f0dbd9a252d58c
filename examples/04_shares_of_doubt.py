"""One idea: how much of the doubt each assumption brings when all of them vary together."""

from pathlib import Path

import attribution_bayes as ab

case = ab.load_case(Path(__file__).parent / "outage.yaml")

# First index: what would go if this one were known. Total index: what would stay if only this one were unknown.
shares = ab.sobol(case, "deploy", n=2048, seed=1)
print(f"Shares of the variance of the log odds of 'deploy' ({shares.attrs['variance']:.1f} square decibans):\n")
print(shares.head(8).round(3).to_string())

# The same question of the draws: would a slightly stronger or weaker prior on one input move the spread?
scaled = ab.power_scaling(ab.weigh(case))
print("\nPower-scaling: most sensitive statements and components (above 0.05 counts as sensitive):\n")
print(scaled[["sensitivity", "pareto_k", "reliable"]].head(8).round(3).to_string())
