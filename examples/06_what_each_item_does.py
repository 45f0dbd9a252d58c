"""One idea: there are three honest answers to "how much does this item matter", and they differ."""

from pathlib import Path

import attribution_bayes as ab

case = ab.load_case(Path(__file__).parent / "outage.yaml")

# In the order of the case, each item given those before it; adds up to the whole.
in_order = ab.weight_of_evidence(case, for_="deploy")["weight"]
# The mean over all orders; adds up to the whole, too.
any_order = ab.shapley(case, "deploy")["contribution"]
# What is lost when it is taken away from all the others; adds up to nothing in particular.
without = ab.leave_one_out(case)
last = -without[without["left_out"] == "item"]["change_db"].rename(lambda address: address.removeprefix("evidence."))

print("Decibans for 'deploy' against the other hypotheses together:\n")
print(in_order.to_frame("in order").join(any_order.rename("any order")).join(last.rename("last")).round(2).to_string())
print(f"\nIn order and in any order add up to {in_order.sum():.2f} and {any_order.sum():.2f}.")

print("\nWithout single reports, and without all that one source says:\n")
print(without[without["left_out"] != "item"][["leader", "change_db"]].round(2).to_string())
