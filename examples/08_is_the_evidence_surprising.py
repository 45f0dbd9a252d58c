"""One idea: a hypothesis may lead and still predict the evidence badly; then something may be missing from the list."""

from pathlib import Path

import attribution_bayes as ab

case = ab.load_case(Path(__file__).parent / "outage.yaml")

found = ab.surprise(case)
print(f"How unusual the evidence as a whole is under each hypothesis ({found.attrs['method']}):\n")
print(found.round(3).to_string())
print("\nTail: how often evidence as unlikely as this, or more so, comes out if the hypothesis is true.")
unlisted = found.attrs["unlisted_prior_as_best"]
print(f"An unlisted explanation that fits as well as the best one stays below 5 % up to a prior of {unlisted:.3f}.")

# Evidence that might have been: five sets under one hypothesis.
print("\nFive sets of evidence as they would come out if 'network' were true:\n")
print(ab.simulate(case, "network", 5, seed=1).T.to_string())
