"""The same case as a PyMC model, and its sampling.

The hypothesis and all hidden states are summed out inside the graph, in logarithms. The uncertain inputs are one vector
random variable for each family, so that the graph does not grow with their number. All numbers of the case enter as
`pm.Data`; what is left is the case's *structure*, and cases of one structure share one compiled graph.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from attribution_bayes.arguments import expect
from attribution_bayes.case import Case
from attribution_bayes.errors import refusal
from attribution_bayes.exact import Sample, draw_prior_values, pick
from attribution_bayes.network import Family, Floats, Ints, Network, network
from attribution_bayes.sampling import Sampling

try:
    import nutpie
    import pymc as pm
    import pytensor
    import pytensor.tensor as pt
    from pytensor.gradient import disconnected_type
    from pytensor.graph.basic import Apply
    from pytensor.graph.op import Op
    from pytensor.link.numba.dispatch.basic import register_funcify_default_op_cache_key
    from pytensor.tensor.type import TensorType

    from attribution_bayes import circuit
    from attribution_bayes.circuit import record
except (OSError, RuntimeError, ValueError) as error:  # PyTensor and numba look for their directories when imported
    raise refusal(
        "E_CACHE",
        "",
        f"PyMC keeps what it compiles on disk, and finds no place there: {error}.",
        "Name a directory that may be written to in the environment, PYTENSOR_FLAGS=base_compiledir=DIRECTORY and "
        "NUMBA_CACHE_DIR=DIRECTORY, or use method='exact', which needs none.",
    ) from error

Tensor = Any

SMALLEST = 1e-300
"""Numbers below it, and differences of 1 from them, are lost to the graph's double precision."""


def build_model(case: Case) -> pm.Model:
    """Turn a case into a PyMC model, to sample or to extend.

    Random variables are the uncertain inputs, in one vector for each family. Deterministics: ``credence`` and ``prior``
    (dims hypothesis), ``log_likelihood`` (dims component, hypothesis; nats) and, if there are uncertain inputs besides
    the prior, ``assumption`` (dims address). The potential ``evidence`` is log P(all observations | inputs).

    Parameters
    ----------
    case

    Returns
    -------
    pymc.Model

    Raises
    ------
    TooLargeError
        If a component has too many joint hidden states.
    CaseError
        ``E_UNDERFLOW`` for numbers too small for double precision, which `method="exact"` can weigh.

    Notes
    -----
    Evidence of one's own whose likelihood depends on the hypothesis, ``own`` in nats with dims hypothesis, is added by
    ``pm.Potential("own", pm.math.logsumexp(pm.math.log(model["credence"]) + own))``, and the credence given both is the
    softmax of the same sum. Data that bear on an input go to ``model["assumption"]`` directly.
    """
    expect(case, Case, "case")
    net = network(case)
    return graph(net)


def graph(net: Network) -> pm.Model:
    """The model of a network, with the names of its case as coordinates."""
    _check_underflow(net)
    coords = {
        "hypothesis": net.hypotheses,
        "component": net.component_names,
        "address": tuple(net.inputs.addresses[i] for i in net.free),
    }
    with pm.Model(coords={name: labels for name, labels in coords.items() if labels}) as model:
        values = _values(net)
        prior = _prior(net, values, model)
        program = record(net)
        chances = pt.concatenate([values, 1 - values])
        parts = (program.terms, program.factors, program.positions, program.roots)
        log_likelihood = _log_likelihood(chances, *parts) + _of_ratios(net, model)
        joint = pt.log(prior) + log_likelihood.sum(axis=0)
        evidence = pt.logsumexp(joint)
        if "address" in model.coords:
            pm.Deterministic("assumption", values[net.free], dims="address")
        pm.Deterministic("credence", pt.exp(joint - evidence), dims="hypothesis")
        if "component" in model.coords:
            pm.Deterministic("log_likelihood", log_likelihood, dims=("component", "hypothesis"))
        pm.Potential("evidence", evidence)
    return model


def _check_underflow(net: Network) -> None:
    mean = net.inputs.mean
    small = np.flatnonzero((mean > 0) & (mean < SMALLEST))
    if len(small):
        address = net.inputs.addresses[small[0]]
        message = f"{mean[small[0]]:g} is too small for PyMC's double precision."
        raise refusal("E_UNDERFLOW", address, message, "method='exact' keeps every digit of it.")


def groups(net: Network) -> dict[str, Ints]:
    """Positions of the uncertain inputs by the random variable that draws them; rows of one length together."""
    inputs = net.inputs
    singles = {"beta": Family.BETA, "uniform": Family.UNIFORM, "ratio": Family.LOG_NORMAL}
    found = {name: np.flatnonzero(inputs.family == family) for name, family in singles.items()}
    for members in inputs.blocks(Family.DIRICHLET):
        name = "prior" if members[0] in net.prior else f"row_of_{len(members)}"
        rows = found.get(name)
        found[name] = members[None] if rows is None else np.concatenate([rows, members[None]])
    return {name: positions for name, positions in found.items() if len(positions)}


def numbers(net: Network) -> dict[str, Floats]:
    """All numbers of the case, by the name of the `pm.Data` that holds them."""
    inputs, data = net.inputs, {"stated": net.inputs.values}
    for name, positions in groups(net).items():
        match name:
            case "beta":
                data |= {"beta_alpha": inputs.first[positions], "beta_beta": inputs.second[positions]}
            case "uniform":
                data |= {"uniform_lower": inputs.lower[positions], "uniform_upper": inputs.upper[positions]}
            case "ratio":
                data |= {"ratio_mu": inputs.first[positions], "ratio_sigma": inputs.second[positions]}
            case "prior":
                data["prior_alpha"] = inputs.first[positions[0]]
            case _:
                data[f"{name}_alpha"] = inputs.first[positions]
    return data


def _values(net: Network) -> Tensor:
    """The vector of input values, shape (input + 1,): random where uncertain, as stated elsewhere."""
    data = {name: pm.Data(name, array, shape=array.shape) for name, array in numbers(net).items()}
    pieces, order = [data["stated"]], np.arange(len(net.inputs.values))
    size = len(order)
    for name, positions in groups(net).items():
        variable = _random(name, data, positions.shape)
        pieces.append(variable.flatten())
        order[positions.ravel()] = size + np.arange(positions.size)
        size += positions.size
    return pt.concatenate(pieces)[order]


def _random(name: str, data: Mapping[str, Tensor], shape: tuple[int, ...]) -> Tensor:
    match name:
        case "beta":
            return pm.Beta("beta", data["beta_alpha"], data["beta_beta"], shape=shape)
        case "uniform":
            return pm.Uniform("uniform", data["uniform_lower"], data["uniform_upper"], shape=shape)
        case "ratio":
            return pm.LogNormal("ratio", data["ratio_mu"], data["ratio_sigma"], shape=shape)
        case "prior":
            return pm.Dirichlet("prior", data["prior_alpha"], dims="hypothesis")
        case _:
            return pm.Dirichlet(name, data[f"{name}_alpha"], shape=shape)


def _prior(net: Network, values: Tensor, model: pm.Model) -> Tensor:
    if "prior" in model.named_vars:
        return model["prior"]
    stated = values[net.prior]
    return pm.Deterministic("prior", stated / stated.sum(), dims="hypothesis")


def _of_ratios(net: Network, model: pm.Model) -> Tensor:
    """What uncertain ratios bring to the log likelihood of their items under all hypotheses, shape (component, 1).

    As in `exact.log_likelihoods`.
    """
    common = pt.zeros(len(net.component_names))
    if "ratio" in model.named_vars:
        mu, sigma = model["ratio_mu"], model["ratio_sigma"]
        common = common[net.ratios[1]].inc((mu - pt.log(model["ratio"])) / 2 - sigma**2 / 8)
    return common[:, None]


# The likelihood in the graph -----------------------------------------------------------------------------------------


class _LogLikelihood(Op):
    """A recorded program as one operation: chances to log likelihoods, shape (component, hypothesis)."""

    __props__ = ()

    def make_node(self, chances: Tensor, *program: Tensor) -> Apply:
        inputs = [pt.as_tensor_variable(variable) for variable in (chances, *program)]
        return Apply(self, inputs, [TensorType("float64", shape=inputs[-1].type.shape)()])

    def perform(self, _node: Apply, inputs: list[Any], outputs: list[list[Any]]) -> None:
        outputs[0][0] = circuit.log_likelihood(*inputs)

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[True], *([[False]] * (len(node.inputs) - 1))]

    def pullback(self, inputs: list[Tensor], _outputs: list[Tensor], weights: list[Tensor]) -> list[Tensor]:
        return [_slope(*inputs, weights[0]), *(disconnected_type() for _ in inputs[1:])]


class _Slope(Op):
    """The derivative of a weighted sum of those log likelihoods by every chance."""

    __props__ = ()

    def make_node(self, chances: Tensor, *others: Tensor) -> Apply:
        inputs = [pt.as_tensor_variable(variable) for variable in (chances, *others)]
        return Apply(self, inputs, [TensorType("float64", shape=inputs[0].type.shape)()])

    def perform(self, _node: Apply, inputs: list[Any], outputs: list[list[Any]]) -> None:
        outputs[0][0] = circuit.log_likelihood_slope(*inputs)


_log_likelihood, _slope = _LogLikelihood(), _Slope()

COMPILED_FORM = int(sha256(Path(circuit.__file__).read_bytes()).hexdigest()[:12], 16)
"""Changes with the source of the compiled operations, so that a cache on disk never serves an older one."""


@register_funcify_default_op_cache_key(_LogLikelihood)
def _compiled_log_likelihood(_op: Op, **_: Any) -> tuple[Any, int]:
    return circuit.log_likelihood, COMPILED_FORM


@register_funcify_default_op_cache_key(_Slope)
def _compiled_slope(_op: Op, **_: Any) -> tuple[Any, int]:
    return circuit.log_likelihood_slope, COMPILED_FORM


# Sampling ------------------------------------------------------------------------------------------------------------

MAX_COMPILED = 8
"""Structures whose compiled graphs are kept, the least recently used dropped first: tens of MiB each."""

TARGET_ACCEPT = 0.9
"""Acceptance that NUTS aims at: smaller steps than the usual 0.8, as one divergence refuses the result."""

STRICT = {"numba__fastmath": False}
"""Flags under which graphs are compiled. With PyTensor's default, which lets the compiler reorder sums, draws from code
compiled afresh and from code loaded from disk differed in their last bits; without it they are the same."""

STATS = {
    "diverging": "diverging",
    "energy": "energy",
    "depth": "tree_depth",
    "n_steps": "n_steps",
    "step_size": "step_size",
}
"""The sampler's figures that are kept, and ArviZ's names for them."""

_compiled: OrderedDict[tuple[Any, ...], tuple[pm.Model, Any]] = OrderedDict()
_compiling = Lock()


def sample(net: Network, sampling: Sampling) -> Sample:
    """Draw the uncertain inputs with NUTS; the hypothesis and the hidden states are summed out."""
    _, *seeds = np.random.SeedSequence(sampling.seed).spawn(3)
    prior_rng, hypothesis_rng = map(np.random.default_rng, seeds)
    size = (sampling.chains, sampling.draws)
    prior_values = draw_prior_values(net, sampling.chains * sampling.draws, prior_rng).reshape(*size, -1)
    if not groups(net):
        return _constant(net, prior_values, hypothesis_rng)
    drawn = _draw(net, sampling)
    uncertain = np.flatnonzero(net.inputs.uncertain)
    posterior = {name: np.asarray(variable.values) for name, variable in drawn["posterior"].data_vars.items()}
    values = np.empty(prior_values.shape)
    for name, positions in groups(net).items():
        values[..., np.searchsorted(uncertain, positions.ravel())] = posterior[name].reshape(*size, -1)
    logs = posterior.get("log_likelihood", np.empty((*size, 0, len(net.hypotheses))))
    hypothesis = pick(posterior["credence"].reshape(-1, len(net.hypotheses)), hypothesis_rng).reshape(size)
    return Sample(
        values=values,
        prior_values=prior_values,
        credence=posterior["credence"],
        hypothesis=hypothesis,
        log_likelihood=np.take_along_axis(logs, hypothesis[..., None, None], axis=-1)[..., 0],
        stats={ours: np.asarray(drawn["sample_stats"][theirs].values) for theirs, ours in STATS.items()},
    )


def _draw(net: Network, sampling: Sampling) -> Any:
    with _compiling:
        compiled = _compiled_for(net, sampling.progress)
    if sampling.progress:
        _say(f"sampling {sampling.chains} chains of {sampling.tune} + {sampling.draws} steps")
    running = nutpie.sample(
        compiled,
        draws=sampling.draws,
        tune=sampling.tune,
        chains=sampling.chains,
        seed=sampling.seed,
        save_warmup=False,
        progress_bar=sampling.progress,
        target_accept=TARGET_ACCEPT,
        blocking=False,
    )
    try:
        return running.wait()
    except BaseException:  # an interrupt above all: what has been drawn so far is not a result
        running.cancel()
        raise


def _compiled_for(net: Network, progress: bool) -> Any:
    """The compiled graph of the network's structure, with the network's numbers."""
    _check_underflow(net)
    key, data = structure(net), numbers(net)
    if key not in _compiled:
        if progress:
            _say("compiling the model; this takes seconds, once for each structure of a case")
        _compiled[key] = _compile(net)
    _compiled.move_to_end(key)
    while len(_compiled) > MAX_COMPILED:
        _compiled.popitem(last=False)
    model, compiled = _compiled[key]
    for name, array in data.items():
        model[name].set_value(array)  # the initial points are computed from these
    return compiled.with_data(**data)


def _compile(net: Network) -> tuple[pm.Model, Any]:
    model = graph(net)
    kept = [name for name in (*groups(net), "credence", "log_likelihood") if name in model.named_vars]
    with pytensor.config.change_flags(**STRICT):
        return model, nutpie.compile_pymc_model(model, backend="numba", freeze_model=False, var_names=kept)


def structure(net: Network) -> tuple[Any, ...]:
    """What two cases must share to share a compiled graph: everything but names and numbers."""
    program = record(net)
    arrays = (net.prior, program.terms, program.factors, program.positions, program.roots, *groups(net).values())
    return (*groups(net), len(net.inputs.values), *((array.shape, array.tobytes()) for array in arrays))


def _say(what: str) -> None:
    print(f"attribution_bayes: {what}", file=sys.stderr, flush=True)


def _constant(net: Network, values: Floats, rng: np.random.Generator) -> Sample:
    """Draws of a case in which only the hypothesis is uncertain."""
    program = record(net)
    chances = np.concatenate([net.inputs.values, 1 - net.inputs.values])
    logs = circuit.log_likelihood(chances, program.terms, program.factors, program.positions, program.roots)
    with np.errstate(divide="ignore"):
        joint = np.log(net.inputs.values[net.prior]) + logs.sum(axis=0)
    credence = np.exp(joint - np.logaddexp.reduce(joint))
    size = values.shape[:2]
    hypothesis = rng.choice(len(credence), size, p=credence)
    return Sample(
        values=values,
        prior_values=values,
        credence=np.broadcast_to(credence, (*size, *credence.shape)).copy(),
        hypothesis=hypothesis,
        log_likelihood=np.moveaxis(logs[:, hypothesis], 0, -1),
    )
