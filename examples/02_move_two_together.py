"""One idea: two doubts together can overturn what neither could alone."""

from pathlib import Path

import attribution_bayes as ab

case = ab.load_case(Path(__file__).parent / "outage.yaml")
a, b = "prior.deploy", "evidence.rollback_helped.likelihood.network"

# Any two assumptions: here a prior, whose other members scale in proportion, and a likelihood.
surface = ab.two_way(case, a, b, a_values=[0.2, 0.3, 0.4, 0.5, 0.6, 0.7], b_values=[0.05, 0.1, 0.2, 0.3, 0.5])
leader = surface.hypothesis[surface.argmax("hypothesis")]
print(f"Who leads, by {a} (down) and {b} (across):\n")
print(leader.to_pandas().to_string())
print("\nCredence of 'deploy':\n")
print(surface.sel(hypothesis="deploy").to_pandas().round(2).to_string())

# A whole curve over one of them, for every hypothesis.
print(f"\nAll credences over {b}:\n")
print(ab.response_curve(case, b, [0.05, 0.1, 0.2, 0.4, 0.8]).to_pandas().round(3).to_string())
