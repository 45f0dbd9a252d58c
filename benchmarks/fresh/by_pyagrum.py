"""Read a case file of observed items and plain numbers and print its credences, with pyAgrum and by hand."""

import sys

import pyagrum
import yaml

with open(sys.argv[1], encoding="utf-8") as file:
    case = yaml.load(file, Loader=yaml.CSafeLoader)
hypotheses = list(case["hypotheses"])
net = pyagrum.BayesNet()
net.add(pyagrum.LabelizedVariable("H", "", hypotheses))
net.cpt("H").fillWith([case["prior"][name] for name in hypotheses])
for item, said in case["evidence"].items():
    net.add(pyagrum.LabelizedVariable(item, "", ["False", "True"]))
    net.addArc("H", item)
    net.cpt(item).fillWith([p for name in hypotheses for p in (1 - said["likelihood"][name], said["likelihood"][name])])
inference = pyagrum.LazyPropagation(net)
inference.setTargets({"H"})
inference.setEvidence({item: str(said.get("observed", True)) for item, said in case["evidence"].items()})
inference.makeInference()
print(inference.posterior("H").tolist())
