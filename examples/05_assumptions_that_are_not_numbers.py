"""One idea: which sources are believed, and what depends on what, are assumptions too."""

from pathlib import Path

import attribution_bayes as ab

case = ab.load_case(Path(__file__).parent / "outage.yaml")

varied = ab.structure(case)
print(f"One assumption of structure changed at a time (decibans for {varied.attrs['for']!r}):\n")
print(varied[["leader", "change_db"]].round(2).to_string())

# What it would cost to count reports as if they were independent witnesses.
counted = ab.double_counting(case)
print("\nThe mistake that counting every report as independent would make:\n")
print(counted[["reports", "copies", "mistake_db", "leader"]].round(2).to_string())
