"""One idea: the evidence also says how far to believe each source, and what is only reported."""

from pathlib import Path

import attribution_bayes as ab

case = ab.load_case(Path(__file__).parent / "outage.yaml")
believed = ab.beliefs(case, groups={"not the provider": ["deploy", "other"]})

print("How probable each of these was before the evidence, and is given all of it:\n")
print(believed.round(3).to_string())

lost = (believed["probability"] - believed["prior"]).idxmin()
print(f"\nHardest hit is {lost}: whoever still trusts it should look again at the numbers behind it.")
