"""One idea: the draws of a posterior are in ArviZ's layout, so that ArviZ's own plots work on them."""

import sys
import tempfile
from pathlib import Path

import arviz as az
import matplotlib

import attribution_bayes as ab

matplotlib.use("Agg")  # no window: the pictures go to a folder, the one given or a temporary one
folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
draws = ab.weigh(ab.load_case(Path(__file__).parent / "outage.yaml")).draws
print("Groups and variables of the draws:\n")
for name, group in draws.children.items():
    print(f"  {name:<15}{', '.join(group.data_vars)}")

# How far each credence would move if the uncertain inputs were known: the spread.
spread = az.plot_forest(draws, var_names=["credence"], combined=True, backend="matplotlib")
spread.savefig(folder / "spread.png")

# What was stated about three inputs, and what the evidence makes of them.
asked = [f"source.{name}.reliability" for name in ("provider", "on_call", "chat")]
learned = az.plot_prior_posterior(draws, var_names=["assumption"], coords={"address": asked}, backend="matplotlib")
learned.savefig(folder / "learned.png")

# Which input the credence of one hypothesis goes with, draw by draw.
both = draws["posterior"].to_dataset().sel(hypothesis="deploy", address=asked)
together = az.plot_pair_focus(
    both, var_names=["assumption"], focus_var="credence", visuals={"divergence": False}, backend="matplotlib"
)
together.savefig(folder / "together.png")

print(f"\nThree of ArviZ's plots of them: {', '.join(sorted(path.name for path in folder.glob('*.png')))}")
