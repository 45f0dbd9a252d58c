"""Read a case file of observed items and plain numbers and print its credences, with pgmpy and by hand."""

import sys

import numpy as np
import yaml
from pgmpy.factors.discrete import TabularCPD
from pgmpy.inference import VariableElimination
from pgmpy.models import DiscreteBayesianNetwork

with open(sys.argv[1], encoding="utf-8") as file:
    case = yaml.load(file, Loader=yaml.CSafeLoader)
hypotheses = list(case["hypotheses"])
k = len(hypotheses)
model = DiscreteBayesianNetwork([("H", item) for item in case["evidence"]])
prior = np.array([case["prior"][name] for name in hypotheses])
model.add_cpds(TabularCPD("H", k, prior[:, None], state_names={"H": hypotheses}))
for item, said in case["evidence"].items():
    true = np.array([said["likelihood"][name] for name in hypotheses])
    states = {item: ["False", "True"], "H": hypotheses}
    model.add_cpds(TabularCPD(item, 2, [1 - true, true], evidence=["H"], evidence_card=[k], state_names=states))
observed = {item: str(said.get("observed", True)) for item, said in case["evidence"].items()}
print(VariableElimination(model).query(["H"], evidence=observed, show_progress=False).values.tolist())
