"""One idea: the fact that tells most need not be the one worth paying for; that depends on what it would change."""

from pathlib import Path

import attribution_bayes as ab

case = ab.load_case(Path(__file__).parent / "outage.yaml")
utility = {
    "roll back": {"deploy": 10, "network": -4, "other": -2},
    "call the provider": {"deploy": -5, "network": 8, "other": 0},
}
cost = {"packet_loss": 0.5, "slow_before": 0.1, "disk_full": 0.05}
table = ab.expected_information(case, cost=cost, utility=utility)

print(f"As things stand: {table.attrs['best_act']}, which is worth {table.attrs['expected_utility']:.2f}.")
print(f"To know which hypothesis is true would be worth {table.attrs['perfect_information']:.2f}.\n")
print(table[["information", "value", "net_value", "best_act"]].round(3).to_string())

print("\nWhich fact would tell each two apart best, and how loudly it would speak for either:\n")
print(ab.expected_discrimination(case).round(2).to_string())
