"""One idea: the least and greatest credence if every number may be anywhere in its range. Bounds are not a spread."""

from pathlib import Path

import attribution_bayes as ab

case = ab.load_case(Path(__file__).parent / "outage.yaml")
posterior = ab.weigh(case)
bounds = ab.credence_bounds(case)

# The spread lets the inputs vary as likely as stated; the bounds let them all conspire.
both = posterior.summary()[["credence", "spread_low", "spread_high"]].join(bounds)
print(both.round(4).to_string())
found = "exact: no choice inside the ranges goes beyond" if bounds["exact"].all() else "the widest that a search found"
print(f"\nThe bounds are {found}.")

# The numbers that attain a bound can be put in, and weighed, like any others.
worst = bounds.attrs["attained_at"]["deploy"]["lower"]
print("\n'deploy' is least likely with, among others:")
for address in list(worst)[:5]:
    print(f"  {address} = {worst[address]:.3g}")
again = ab.what_if(case, worst).sel(hypothesis="deploy").item()
print(f"which gives {again:.4f}, the lower bound.")
