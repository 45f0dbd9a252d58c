"""One idea: how much of the doubt each assumption brings when all of them vary together."""

from pathlib import Path

import attribution_bayes as ab

case = ab.load_case(Path(__file__).parent / "outage.yaml")

# First index: what would go if this one were known. Total index: what would stay if only this one were unknown.
shares = ab.sobol(case, "deploy", n=2048, seed=1)
print(f"Shares of the variance of the log odds of 'deploy' ({shares.attrs['variance']:.1f} square decibans):\n")
print(shares.head(8).round(3).to_string())

# Another question: how fast the answer moves as the prior, or one component of the evidence, counts for more.
scaled = ab.power_scaling(ab.weigh(case))
print("\nPower-scaling: decibans that 'deploy' gains per doubling of a power, as a slope, and its credence:\n")
print(scaled[["db_per_doubling_deploy", "credence_per_doubling_deploy"]].round(3).to_string())
