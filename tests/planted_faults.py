"""Plants one fault after another in a copy of the library and runs the fast tests, which must turn red each time.

    uv run tests/planted_faults.py [words of a fault's name ...]

The tests named with a fault run first, then all others, until one fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
AT_ONCE = 2

FIRST_FAILURE = """from hypothesis import settings
from hypothesis.internal.conjecture import engine

engine.MAX_SHRINKING_SECONDS = 0
settings.register_profile("planted", report_multiple_bugs=False)
settings.load_profile("planted")
"""
"""A plugin for pytest: that a test fails is all that is asked, not in which smallest case nor in how many ways."""


@dataclass(frozen=True)
class Fault:
    """What is done wrong, in which module, as a text in place of another; and which tests ought to notice first."""

    name: str
    module: str
    right: str
    wrong: str
    tests: str


FAULTS = [
    # Bayes' theorem
    Fault(
        "the prior is left out",
        "engine.exact",
        "(Scaled.from_floats(prior) * likelihood.prod(axis=1))",
        "(Scaled.from_floats(np.ones_like(prior)) * likelihood.prod(axis=1))",
        "exact",
    ),
    Fault(
        "the first item is dropped",
        "engine.exact",
        "likelihood.prod(axis=1))\n\n\ndef normalise",
        "likelihood[:, 1:].prod(axis=1))\n\n\ndef normalise",
        "exact",
    ),
    Fault(
        "the last item is dropped",
        "engine.scaled",
        "range(0, max(1, self.mantissa.shape[axis]), MANTISSAS_AT_ONCE)",
        "range(0, self.mantissa.shape[axis] - 1, MANTISSAS_AT_ONCE)",
        "scaled exact",
    ),
    Fault(
        "credences go to the next hypothesis",
        "engine.exact",
        "credence = numbers / total",
        "credence = np.roll(numbers / total, 1, axis=1)",
        "exact",
    ),
    Fault(
        "the exponent is lost in a sum",
        "engine.scaled",
        "np.ldexp(self.mantissa, shift.astype(np.int32))",
        "self.mantissa",
        "scaled exact",
    ),
    Fault(
        "P(E) is in bits, not nats",
        "engine.exact",
        "np.log(total) + common * np.log(2)",
        "np.log(total) + common",
        "exact",
    ),
    Fault(
        "1 - r where r is meant",
        "engine.chances",
        "complement[:, known] = 1 - values[:, known]",
        "complement[:, known] = values[:, known]",
        "exact weigh",
    ),
    Fault(
        "the prior is averaged instead of the posterior",
        "engine.weigh",
        "    told = cautions(case)\n",
        "    some = net.inputs.filled(draw_prior_values(net, 2000, np.random.default_rng(0)))\n"
        "    likely = likelihoods(net, some, np.ones(some.shape[1], dtype=bool))\n"
        "    credence = credences(some[:, net.prior], likely)[0].mean(axis=0, keepdims=True)\n"
        "    told = cautions(case)\n",
        "exact",
    ),
    # Inputs used several times
    Fault("E[x]^n for E[x^n]", "engine.chances", "if known[nodes.slot]:", "if True:", "chances exact"),
    Fault("one quadrature node too few", "engine.network", "uses // 2 + 1", "max(1, uses // 2)", "exact network"),
    Fault(
        "quadrature on [0, 1] whatever the range",
        "engine.chances",
        "return lower + (upper - lower) * nodes, vectors[0] ** 2",
        "return nodes, vectors[0] ** 2",
        "chances exact",
    ),
    # Draws
    Fault(
        "draws from the prior",
        "engine.draws",
        "return _draw_inputs(network.inputs.drawn, uses, rng)\n\n\ndef draw_prior",
        "return draw_prior_values(network, draws, rng)\n\n\ndef draw_prior",
        "draws",
    ),
    Fault(
        "draws tilted the wrong way",
        "engine.draws",
        "self.as_is[draws, columns] += ~flips & where",
        "self.as_is[draws, columns] += flips & where",
        "draws",
    ),
    Fault(
        "draws from the far tail",
        "declare.distributions",
        "law[left].log_density(proposed) - height",
        "law[left].log_density(proposed)",
        "distributions",
    ),
    Fault("log-normal tilted by sigma", "engine.draws", "* sigma**2, sigma))", "* sigma, sigma))", "draws"),
    Fault(
        "hidden states drawn without the hypothesis",
        "engine.draws",
        "np.moveaxis(proportion, axis, -1)[(row, hypothesis, *at)]",
        "np.moveaxis(proportion, axis, -1)[(row, 0 * hypothesis, *at)]",
        "draws",
    ),
    # Structure
    Fault(
        "an observed False uses p",
        "engine.factors",
        "np.where(observations(self.case)[1], 0, self.size)",
        "np.where(True, 0, self.size)",
        "exact network",
    ),
    Fault(
        "1 - p where p is meant",
        "engine.factors",
        "return position if as_is else position + self.size",
        "return position + self.size if as_is else position",
        "exact network",
    ),
    Fault(
        "reports of one source taken as independent",
        "engine.network",
        "others += [SourcePart(report.source) for report in item.reports]",
        "pass",
        "exact known_answers",
    ),
    Fault(
        "product in place of joint",
        "engine.kernel",
        "joint = multiply(touching)\n        summations.append(Summation(variable, joint))\n",
        "joint = multiply(touching)\n        summations.append(Summation(variable, joint))\n"
        "        for table in touching[1:]:\n"
        "            left = tuple(other for other in table.scope if other != variable)\n"
        "            pending.append(Table(left, table.numbers.sum(axis=2 + table.scope.index(variable))))\n"
        "        joint = touching[0]\n",
        "kernel exact",
    ),
    Fault(
        "parents in the wrong order",
        "engine.factors",
        "above = [self.items[parent].observed for parent in item.given]",
        "above = [self.items[parent].observed for parent in reversed(item.given)]",
        "exact",
    ),
    Fault(
        "if_unreliable of the first hypothesis for all",
        "engine.factors",
        "for name in _under(case, getattr(source, rate))]",
        "for name in [*_under(case, getattr(source, rate))][:1] * len(case.names)]",
        "exact",
    ),
    Fault(
        "a reliable source states the opposite",
        "engine.factors",
        "return np.insert(unreliable, 0, self.one(says is fact), axis=1)",
        "return np.insert(unreliable, 0, self.one(says is not fact), axis=1)",
        "exact",
    ),
    Fault(
        "reliability and unreliability swapped",
        "engine.factors",
        "np.repeat(at[:, None] + self.size, self.state_count(name), axis=1)\n        reliability[:, 0] = at\n",
        "np.repeat(at[:, None], self.state_count(name), axis=1)\n        reliability[:, 0] = at + self.size\n",
        "exact",
    ),
    Fault(
        "a copy always agrees", "engine.factors", "self.one(origin.says is report.says))", "self.one(True))", "exact"
    ),
    Fault(
        "copied and original swapped",
        "engine.factors",
        "return Factor(scope, ((copied, repeats), (copied + self.size, original)))",
        "return Factor(scope, ((copied + self.size, repeats), (copied, original)))",
        "exact",
    ),
    Fault(
        "too large a component is tried",
        "engine.factors",
        "if sizes[chosen] > MAX_WORLDS:",
        "if False:",
        "network exact",
    ),
    # What a statement means
    Fault(
        "a ratio is turned round",
        "declare.ways",
        "return family.Point(float(ratio))",
        "return family.Point(1 / float(ratio))",
        "ways exact",
    ),
    Fault(
        "counts have no half added",
        "declare.probabilities",
        "family.Beta(self.successes + 0.5, self.trials - self.successes + 0.5)",
        "family.Beta(self.successes + 1, self.trials - self.successes + 1)",
        "probabilities",
    ),
    Fault(
        "the mass of a ratio is one-sided",
        "declare.distributions",
        "(2 * NormalDist().inv_cdf((1 + mass) / 2))",
        "(2 * NormalDist().inv_cdf(mass))",
        "ratios",
    ),
    Fault(
        "the pseudocount is forgotten",
        "declare.shares",
        "self.counts[name] + self.pseudocount",
        "self.counts[name]",
        "shares exact assumptions",
    ),
    Fault(
        "alpha and beta swapped",
        "declare.probabilities",
        "return family.Beta(self.alpha, self.beta)",
        "return family.Beta(self.beta, self.alpha)",
        "probabilities",
    ),
    Fault(
        "the prior is renormalised in silence",
        "declare.checks",
        "if abs(total - 1) > SUM_TOLERANCE and min(numbers.values()) >= 0:",
        "if False:",
        "bad_inputs case",
    ),
    Fault("0 is taken for a probability", "declare.ways", "if 0 < value < 1:", "if 0 <= value < 1:", "bad_inputs ways"),
    Fault(
        "a key that stands twice: the last wins",
        "files.tree",
        'if key in self.containers[-1]:\n            self.note("E_DUPKEY"',
        'if False:\n            self.note("E_DUPKEY"',
        "bad_inputs syntax",
    ),
    # Suppositions and sensitivity
    Fault(
        "the others of a prior stay",
        "declare.assumptions",
        "else means[i] * factor for i",
        "else means[i] * np.ones(()) for i",
        "assumptions",
    ),
    Fault(
        "what_if integrates what is supposed",
        "engine.local",
        "for slot in columns.keys() & self._places.keys():",
        "for slot in ():",
        "batch weigh",
    ),
    Fault(
        "the ends of what is supposed change places",
        "engine.local",
        "ends = [(1 - columns[slot], columns[slot]) for slot in self.slots]",
        "ends = [(columns[slot], 1 - columns[slot]) for slot in self.slots]",
        "batch weigh",
    ),
    Fault(
        "a flip point beside the flip",
        "sensitivity.functions",
        "odds = -(self.at_zero @ weights.T) / (self.at_infinity @ weights.T)",
        "odds = -1.01 * (self.at_zero @ weights.T) / (self.at_infinity @ weights.T)",
        "one_way",
    ),
    Fault(
        "the derivative of the joint",
        "sensitivity.functions",
        "slope[..., place] * rest(joint, place) - joint[..., place] * rest(slope, place))",
        "slope[..., place])",
        "one_way",
    ),
    Fault(
        "leaving out by dividing",
        "sensitivity.influence",
        "row[places] = NOT_OBSERVED",
        "row[places] = np.where(opened.findings[places] > 0, 0, opened.findings[places])",
        "influence_oracle",
    ),
    Fault(
        "weight of evidence turned round",
        "sensitivity.influence",
        "np.diff(_log_ratio(total, opened.prior, first, second))",
        "-np.diff(_log_ratio(total, opened.prior, first, second))",
        "influence",
    ),
    # PyMC and its gate
    Fault("NaN passes the gate", "engine.diagnostics", "~(rhat <= MAX_RHAT)", "rhat > MAX_RHAT", "gate"),
    Fault("few draws pass the gate", "engine.diagnostics", "~(bulk >= MIN_ESS)", "bulk < 0", "gate"),
    Fault(
        "divergences pass the gate",
        "engine.diagnostics",
        'if "divergences" in figures and',
        'if "divergence" in figures and',
        "gate",
    ),
    Fault(
        "PyMC leaves the prior out",
        "engine.pymc.model",
        "joint = pt.log(prior) + op.total(log_likelihood)",
        "joint = op.total(log_likelihood)",
        "model",
    ),
    Fault(
        "PyMC gets one derivative for another",
        "engine.pymc.circuit",
        "found[leaf] = of_logs[leaf] / chances[leaf]",
        "found[leaf] = of_logs[leaf]",
        "circuit model",
    ),
    # Words and digits
    Fault(
        "nearly certain is printed as 100 %",
        "engine.posterior",
        "if shown >= 100 > 100 * value:",
        "if False:",
        "posterior",
    ),
    Fault(
        "the missing catch-all is hidden", "declare.warnings", "if not case.has_catch_all:", "if False:", "bad_inputs"
    ),
    Fault("one citation may count twice", "declare.repeats", "if one is not None:", "if False:", "bad_inputs"),
    # What serves a source, and error rates
    Fault(
        "an unreliable source asserts, whatever serves it",
        "engine.factors",
        'self._at_rate(report.source, "if_unreliable", says is report.serves)',
        'self._at_rate(report.source, "if_unreliable", says)',
        "properties_polarity exact",
    ),
    Fault(
        "the error rates of what is true and of what is false change places",
        "engine.factors",
        "ERROR_RATES[fact is not report.serves]",
        "ERROR_RATES[fact is report.serves]",
        "properties_polarity exact",
    ),
    Fault(
        "each report of an instrument has rates of its own",
        "engine.network",
        "if counts[source.name] > 1]",
        "if counts[source.name] > 1 and not source.errs_anew]",
        "properties_polarity",
    ),
    Fault(
        "a common cause holds in the states in which it does not",
        "engine.factors",
        "np.stack([holds, holds + self.size], axis=1)",
        "np.stack([holds + self.size, holds], axis=1)",
        "properties_causes",
    ),
    Fault(
        "each item has a common cause of its own",
        "engine.network",
        "others += [CommonCausePart(causes[item.name].name)] if item.name in causes else []",
        "pass",
        "properties_causes",
    ),
    Fault(
        "what a cause makes of an item and what the item is without it change places",
        "engine.factors",
        "np.stack([self.table(item, axes, self.caused_entries(item)), own], axis=-1)",
        "np.stack([own, self.table(item, axes, self.caused_entries(item))], axis=-1)",
        "properties_causes",
    ),
    Fault(
        "several hypotheses that share a row move it as if their rivals did not",
        "sensitivity.extremes",
        "np.nan_to_num(here) - np.nan_to_num(against)",
        "np.nan_to_num(here)",
        "properties_same",
    ),
    Fault(
        "what was misunderstood is certain",
        "engine.factors",
        "evenly = np.full(table.shape, self.evenly[len(item.outcomes)])",
        "evenly = np.full(table.shape, self.one())",
        "properties_errors",
    ),
    Fault(
        "items that share an error err together with nothing",
        "engine.network",
        "others += [ErrorPart()] if error_address(case, item) == ErrorOf() else []",
        "pass",
        "properties_errors",
    ),
    Fault(
        "reliability of the first hypothesis for all",
        "engine.factors",
        "for name in _under(case, source.reliability)]",
        "for name in [*_under(case, source.reliability)][:1] * len(case.names)]",
        "exact",
    ),
    Fault(
        "a search that never starts anew", "sensitivity.robustness", "MAX_ROUNDS = 8", "MAX_ROUNDS = 1", "robustness"
    ),
    Fault(
        "a lead that rounding takes away is lost",
        "sensitivity.robustness",
        "if not asked.left(contest, there.log_joint) < -TIE_DB:",
        "if not asked.left(contest, there.log_joint) < 0:",
        "robustness",
    ),
]


def is_caught(fault: Fault) -> tuple[bool, str]:
    """Whether the tests turn red, and which of them did first."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "src" / "attribution_bayes"
        shutil.copytree(ROOT / "src" / "attribution_bayes", copy)
        file = copy / (fault.module.replace(".", "/") + ".py")
        text = file.read_text(encoding="utf-8")
        if text.count(fault.right) != 1:
            return False, f"the text to change stands {text.count(fault.right)} times in {fault.module}"
        file.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
        (copy.parent / "first_failure.py").write_text(FIRST_FAILURE, encoding="utf-8")
        for tests in (
            [str(path) for name in fault.tests.split() for path in sorted((ROOT / "tests").rglob(f"test_{name}.py"))],
            ["tests"],
        ):
            failure = first_failure(copy.parent, tests)
            if failure:
                return True, failure
    return False, "all tests pass"


def first_failure(library: Path, tests: list[str]) -> str:
    """The test that failed first, or nothing."""
    plugins = ["-p", "no:cacheprovider", "-p", "first_failure", "--basetemp", f"{library}/tests"]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", *plugins, *tests]
    environment = os.environ | {"PYTHONPATH": str(library)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stdout + done.stderr)
    return next((line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))), "")


def main() -> int:
    wanted = [fault for fault in FAULTS if all(word in fault.name for word in sys.argv[1:])]
    caught = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for fault, (red, by) in zip(wanted, pool.map(is_caught, wanted), strict=True):
            caught += red
            print(f"{'caught' if red else 'MISSED'}: {fault.name} ({fault.module}): {by}", flush=True)
    print(f"{caught} of {len(wanted)} caught")
    return 0 if 0 < caught == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main())
