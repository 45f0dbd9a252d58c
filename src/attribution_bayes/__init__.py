"""Weigh rival explanations of one event against the evidence, and show what the answer depends on."""

import difflib

import lazy_loader

_public, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

__version__ = "0.1.0"

_ELSEWHERE = {
    "from_ach": "The page docs/from_ach.md shows how a matrix of competing hypotheses is stated as a case.",
    "from_odds": "The page docs/from_odds.md shows how odds are stated as a case: `Odds`, `Ratios`.",
    "from_network": "The page docs/from_networks.md shows how a Bayesian network is stated as a case.",
    "LogRatio": "State it inside `Ratios`, as `Decibans` or as `Nats`.",
    "LikelihoodRatio": "State likelihood ratios as `Ratios`.",
    "compare": "`difference` says why two cases answer differently; `weigh_many` weighs several at once.",
    "Model": "`build_model(case)` makes the model of PyMC; `Case` declares what is in it.",
    "sample": "`weigh(case, method='pymc')` samples with PyMC.",
    "Prior": "Give a prior as {name: probability}, `Odds`, `Dirichlet` or `BaseRates`.",
}
"""Names that people have looked for here, and what there is instead."""


def __getattr__(name: str) -> object:
    if name in __all__ or name.startswith("_"):
        return _public(name)
    try:
        return _public(name)  # a module of the package
    except AttributeError:
        close = difflib.get_close_matches(name, __all__, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else "The page docs/api.md lists what there is."
        raise AttributeError(f"attribution_bayes has no {name!r}. {_ELSEWHERE.get(name, hint)}") from None
