"""One idea: the fact most worth learning is not the one that is most in dispute."""

from pathlib import Path

import attribution_bayes as ab

case = ab.load_case(Path(__file__).parent / "outage.yaml")
learned = ab.expected_information(case)

print("What each fact would tell, in bits of the hypotheses' entropy; hidden items, and the facts behind reports:\n")
print(learned[["information", "leader_changes", "probability", "leader"]].round(3).to_string())
print("\nInformation is an expectation: a single outcome may well leave more doubt than there was before.")
