"""One idea: move one number at a time and see how far the answer follows, and where it would turn."""

from pathlib import Path

import attribution_bayes as ab

case = ab.load_case(Path(__file__).parent / "outage.yaml")
print(ab.weigh(case), "\n")

# Each assumption at both ends of its plausible range, all others as stated. This is a what-if, not a forecast.
swings = ab.one_way(case)
print(f"Credence of {swings.attrs['target']!r} at both ends of each range, most swing first; others held,")
print("but for the other members of a prior, which scale in proportion:\n")
print(swings[["stated", "lower", "upper", "range", "at_lower", "at_upper", "swing"]].head(8).round(3).to_string())

# A small swing inside the range says little about what lies outside it: ask where the lead would change.
flips = ab.flip_points(case)
print("\nThe nearest value of each assumption at which another hypothesis leads; 10 decibans are tenfold odds:\n")
print(flips[flips["reachable"]].head(6)[["stated", "flip_at", "distance_db", "new_leader"]].round(3).to_string())
print(f"\nFor the other {(~flips['reachable']).sum()} assumptions no value whatever changes who leads.")

# Or ask when a credence would fall below what somebody has to act on.
act = ab.flip_points(case, "deploy", threshold=0.5)
print("\nNearest ways to bring 'deploy' down to one half:\n")
print(act.head(3)[["stated", "flip_at", "distance_db"]].round(3).to_string())
