"""The same case as a PyMC model, and its sampling.

The hypothesis and all hidden states are summed out inside the graph, in logarithms. The uncertain inputs are one vector
random variable for each family, so that the graph does not grow with their number. All numbers of the case enter as
`pm.Data`; the rest is the *structure* of the case, and cases of one structure share a compiled graph.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from threading import Lock
from typing import Any

import numpy as np

from attribution_bayes.arguments import expect
from attribution_bayes.arrays import Floats, Ints
from attribution_bayes.declare.case import Case
from attribution_bayes.engine.draws import Sample, pick
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.pymc.variables import coords, dims, groups, numbers, owner, sampler_stats, stated
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.versions import NUTS, is_installed
from attribution_bayes.errors import refusal

try:
    import nutpie
    import pymc as pm
    import pytensor
    import pytensor.tensor as pt

    from attribution_bayes.engine.pymc import circuit, op
    from attribution_bayes.engine.pymc.circuit import record
except (OSError, RuntimeError, ValueError) as error:  # PyTensor and numba look for their directories on import
    raise refusal(
        "E_CACHE",
        "",
        f"PyMC keeps what it compiles on disk, and finds no place there: {error}.",
        "Name a directory that may be written to in the environment, PYTENSOR_FLAGS=base_compiledir=DIRECTORY and "
        "NUMBA_CACHE_DIR=DIRECTORY, or use method='exact', which needs none.",
    ) from error

Tensor = Any

MIN_NUMBER = 1e-300
"""Numbers below it, and differences of 1 from them, are lost to the graph's double precision."""


def build_model(case: Case) -> pm.Model:
    r"""Turn a case into a PyMC model, to sample or to extend.

    Random variables are the uncertain inputs, in one vector for each family, with their addresses as labels: ``beta``,
    ``uniform``, ``ratio`` (dims ``beta_address`` and so on), ``row_of_3`` for Dirichlet rows of three outcomes (dims
    ``row_of_3_address``, ``row_of_3_outcome``), and ``prior`` (dims hypothesis) if it is uncertain. Deterministics:
    ``assumption`` (dims address), all of these but the prior in the order of the case; ``log_likelihood`` (dims
    component, hypothesis; nats); ``credence`` and ``prior`` (dims hypothesis). Plain numbers are the data ``stated``
    (dims ``stated_address``) and ``prior_stated``. A model has only the variables that its case needs.

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
    With inputs :math:`\phi`, prior :math:`\pi` and the likelihood :math:`\ell_{ch}` of component c under hypothesis h,
    its hidden states summed out, the log density of the model is that of the inputs, as they were stated, and the
    logarithm of the marginalised likelihood, which is the potential ``evidence``:

    .. math::

        \log p(\phi) + \log p(\pi) + \log \sum_h \pi_h \prod_c \ell_{ch}(\phi)

    The hypothesis is summed out as well, and its probability given the inputs follows from them:

    .. math::

        \mathrm{credence}_h(\phi, \pi) =
            \frac{\pi_h \prod_c \ell_{ch}(\phi)}{\sum_j \pi_j \prod_c \ell_{cj}(\phi)}

    The credence of the case is its mean over draws from the posterior of :math:`\phi` and :math:`\pi`.

    ``pm.do`` on ``assumption``, ``prior``, ``stated``, ``log_likelihood`` or a family's variable replaces what the
    likelihood reads; ``pm.observe`` conditions on a family's variable.

    Your own evidence whose likelihood depends on the hypothesis, ``own`` in nats with dims hypothesis, is added by
    ``pm.Potential("own", pm.math.logsumexp(pm.math.log(model["credence"]) + own))``, and the credence given both is the
    softmax of the same sum. Data that bear on an input go to ``model["assumption"]`` directly.

    Examples
    --------
    >>> import attribution_bayes as ab
    >>> a, b = ab.Hypothesis(name="a", statement="a"), ab.Hypothesis(name="b", statement="b", catch_all=True)
    >>> item = ab.Evidence(name="e", statement="e", likelihood={"a": ab.Beta(4, 2), "b": 0.1})
    >>> model = ab.build_model(ab.Case(question="?", hypotheses=[a, b], prior={"a": 0.5, "b": 0.5}, evidence=[item]))
    >>> model.coords["address"], model.coords["stated_address"]
    (('evidence.e.likelihood.a',), ('evidence.e.likelihood.b',))
    """
    expect(case, Case, "case")
    net = network(case)
    return _graph(net)


def _graph(net: Network) -> pm.Model:
    """The model of a network, with the names of its case as coordinates.

    Everything reads a named variable by its name, so that `pm.do` has the effect that the name promises.
    """
    _check_underflow(net)
    with pm.Model(coords=coords(net)) as model:
        for name, array in numbers(net).items():
            pm.Data(name, array, dims=dims(owner(name)), shape=array.shape)
        for name, positions in groups(net).items():
            _random(name, model, positions.shape)
        prior = _prior(model)
        log_likelihood = _log_likelihood(net, _chances(net, model), model)
        joint = pt.log(prior) + op.total(log_likelihood)
        evidence = pt.logsumexp(joint)
        pm.Deterministic("credence", pt.exp(joint - evidence), dims="hypothesis")
        pm.Potential("evidence", evidence)
    return model


def _check_underflow(net: Network) -> None:
    mean = net.inputs.mean
    small = np.flatnonzero((mean > 0) & (mean < MIN_NUMBER))
    if len(small):
        address = net.inputs.addresses[small[0]]
        message = f"{mean[small[0]]:g} is too small for PyMC's double precision."
        raise refusal("E_UNDERFLOW", address, message, "method='exact' keeps every digit of it.")


def _random(name: str, model: pm.Model, shape: tuple[int, ...]) -> Tensor:
    along = dims(name)
    match name:
        case "beta":
            return pm.Beta("beta", model["beta_alpha"], model["beta_beta"], dims=along, shape=shape)
        case "uniform":
            return pm.Uniform("uniform", model["uniform_lower"], model["uniform_upper"], dims=along, shape=shape)
        case "ratio":
            return pm.LogNormal("ratio", model["ratio_mu"], model["ratio_sigma"], dims=along, shape=shape)
        case "prior":
            return pm.Dirichlet("prior", model["prior_alpha"], dims=along)
        case _:
            return pm.Dirichlet(name, model[f"{name}_alpha"], dims=along, shape=shape)


def _prior(model: pm.Model) -> Tensor:
    if "prior" in model.named_vars:
        return model["prior"]
    shares = model["prior_stated"]
    return pm.Deterministic("prior", shares / shares.sum(), dims="hypothesis")


def _chances(net: Network, model: pm.Model) -> Tensor:
    """All chances, from the named variables of the model: the inputs with the constant 1 last, and one minus each."""
    members = {name: positions.ravel() for name, positions in groups(net).items() if name != "prior"}
    drawn = given = np.empty(0)
    if members:
        vector = _sorted(pt.concatenate([model[name].flatten() for name in members]), [*members.values()])
        drawn = pm.Deterministic("assumption", vector, dims="address")
    if "stated" in model.named_vars:
        given = model["stated"]
    return op.chances(model["prior"], drawn, given, net.prior, net.free, stated(net), np.array(net.evenly))


def _sorted(vector: Tensor, places: list[Ints]) -> Tensor:
    """The vector by places; as it is where they ascend, because indexing and its gradient take long to compile."""
    order = np.argsort(np.concatenate(places))
    return vector if (np.diff(order) == 1).all() else vector[order]


def _of_ratios(net: Network, chances: Tensor, model: pm.Model) -> Tensor:
    """The contribution of uncertain ratios to the log likelihood of their items under all hypotheses, shape (component,
    1).

    As in `exact.log_likelihoods`.
    """
    slots, place = net.ratios
    common = pt.zeros(len(net.component_names))
    if len(slots):
        mu, sigma = model["ratio_mu"], model["ratio_sigma"]
        common = common[place].inc((mu - pt.log(chances[slots])) / 2 - sigma**2 / 8)
    return common[:, None]


def _log_likelihood(net: Network, chances: Tensor, model: pm.Model) -> Tensor:
    program = record(net)
    found = op.log_likelihood(chances, program.terms, program.factors, program.positions, program.roots)
    if not net.component_names:
        return found
    return pm.Deterministic("log_likelihood", found + _of_ratios(net, chances, model), dims=("component", "hypothesis"))


# Sampling ------------------------------------------------------------------------------------------------------------

MAX_COMPILED = 8
"""Most compiled graphs kept, the least recently used dropped first: tens of MiB each."""

STRICT = {"numba__fastmath": False}
"""Flags under which graphs are compiled. With PyTensor's default, which lets the compiler reorder sums, draws from code
compiled afresh and from code loaded from disk differed in their last bits; without it they are the same."""

ON_ONE_DEVICE = {"chain_method": "vectorized"}
"""For samplers in JAX, which otherwise want a device for each chain."""

_compiled: OrderedDict[tuple[Any, ...], tuple[pm.Model, Any]] = OrderedDict()
_compiling = Lock()


def sample(net: Network, sampling: Sampling) -> Sample:
    """Draw the uncertain inputs with NUTS; the hypothesis and the hidden states are summed out."""
    _, prior_seed, hypothesis_seed = np.random.SeedSequence(sampling.seed).spawn(3)
    size, draws = (sampling.chains, sampling.draws), sampling.chains * sampling.draws
    values, stats = np.empty((*size, len(net.inputs.drawn.mean))), dict[str, Any]()
    if groups(net):
        drawn = _draw(net, sampling)
        values, stats = _values_of(net, drawn["posterior"], values.shape), sampler_stats(drawn["sample_stats"])
    rows = net.inputs.filled(values.reshape(draws, values.shape[-1]))
    found = _at(net, rows if groups(net) else rows[:1])  # without uncertain inputs all draws are one
    logs, credence = (np.broadcast_to(one, (draws, *one.shape[1:])) for one in found)
    hypothesis = pick(credence, np.random.default_rng(hypothesis_seed))
    given_it = np.take_along_axis(logs, hypothesis[:, None, None], axis=-1)
    return Sample(
        network=net,
        values=values,
        prior_seed=prior_seed,
        credence=credence.reshape(*size, -1),
        hypothesis=hypothesis.reshape(size),
        log_likelihood=given_it.reshape(*size, -1),
        stats=stats,
    )


def _values_of(net: Network, drawn: Any, shape: tuple[int, ...]) -> Floats:
    """Draws of the random variables as draws of the uncertain inputs, in the order of the case."""
    uncertain, values = np.flatnonzero(net.inputs.uncertain), np.empty(shape)
    for name, positions in groups(net).items():
        values[..., np.searchsorted(uncertain, positions.ravel())] = drawn[name].values.reshape(*shape[:2], -1)
    return values


def _at(net: Network, rows: Floats) -> tuple[Floats, Floats]:
    """Log likelihoods, shape (draw, component, hypothesis), and credences, by the operation of the graph.

    The graph has both too. Compiling it once more for them took longer than computing them here.
    """
    program, evenly = record(net), np.broadcast_to(net.evenly, (len(rows), len(net.evenly)))
    chances = np.concatenate([rows, 1 - rows, evenly], axis=1)
    logs = np.empty((len(rows), len(net.component_names), len(net.hypotheses)))
    for row, at in zip(logs, chances, strict=True):
        row[:] = circuit.log_likelihood(at, program.terms, program.factors, program.positions, program.roots)
    slots, place = net.ratios
    if len(slots):
        mu, sigma = net.inputs.first[slots], net.inputs.second[slots]
        common = np.zeros(logs.shape[1::-1])
        np.add.at(common, place, ((mu - np.log(rows[:, slots])) / 2 - sigma**2 / 8).T)
        logs += common.T[..., None]
    with np.errstate(divide="ignore"):
        joint = np.log(rows[:, net.prior]) + logs.sum(axis=1)
    return logs, np.exp(joint - np.logaddexp.reduce(joint, axis=1, keepdims=True))


def _draw(net: Network, sampling: Sampling) -> Any:
    """Draws and statistics, in the layout of the sampler."""
    if sampling.nuts_sampler != "nutpie":
        return _draw_in_pymc(net, sampling)
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
        target_accept=sampling.target_accept,
        blocking=False,
    )
    try:
        return running.wait()
    except BaseException:  # above all an interrupt: partial draws are not a result
        running.cancel()
        raise


def _draw_in_pymc(net: Network, sampling: Sampling) -> Any:
    """Draws by a sampler that PyMC runs, and compiles anew each time."""
    _check_installed(sampling.nuts_sampler)
    model, in_jax = _graph(net), bool(NUTS[sampling.nuts_sampler])
    with pytensor.config.change_flags(**STRICT):
        drawn = pm.sample(
            draws=sampling.draws,
            tune=sampling.tune,
            chains=sampling.chains,
            random_seed=sampling.seed,
            nuts_sampler=sampling.nuts_sampler,
            nuts={"target_accept": sampling.target_accept} | (ON_ONE_DEVICE if in_jax else {}),
            model=model,
            var_names=_drawn_by(model),
            progressbar=sampling.progress,
            quiet=not sampling.progress,
            compute_convergence_checks=False,  # the gate makes its own
        )
    if drawn["posterior"].sizes["draw"] < sampling.draws:  # PyMC returns what it has when it is interrupted
        raise KeyboardInterrupt
    return drawn


def _check_installed(nuts_sampler: str) -> None:
    missing = [package for package in NUTS[nuts_sampler] if not is_installed(package)]
    if missing:
        message = f"{nuts_sampler!r} needs {' and '.join(missing)}, which cannot be found."
        hint = "Install what it needs, `pip install 'attribution-bayes[jax]'`, or take 'nutpie' or 'pymc'."
        raise refusal("E_SAMPLER", "sampling.nuts_sampler", message, hint)


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
    model = _graph(net)
    with pytensor.config.change_flags(**STRICT):
        return model, nutpie.compile_pymc_model(model, backend="numba", freeze_model=False, var_names=_drawn_by(model))


def _drawn_by(model: pm.Model) -> list[str]:
    """What the sampler keeps: what it draws. All else follows from that."""
    return [variable.name for variable in model.free_RVs]


def structure(net: Network) -> tuple[Any, ...]:
    """What two cases must share to share a compiled graph: everything but names and numbers."""
    program = record(net)
    arrays = (net.prior, program.terms, program.factors, program.positions, program.roots, *groups(net).values())
    return (*groups(net), len(net.inputs.values), *((array.shape, array.tobytes()) for array in arrays))


def _say(what: str) -> None:
    print(f"attribution_bayes: {what}", file=sys.stderr, flush=True)
