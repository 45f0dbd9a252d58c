"""Short forms such as ``{between: [0.1, 0.4]}``: a list of all, and a test of whether a mapping is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attribution_bayes.declare.way import Way
from attribution_bayes.declare.ways import PROBABILITIES, RATIOS, SHARES, Dirichlet

PROBABILITY_FORMS: dict[str, type[Way]] = {way.form: way for way in PROBABILITIES} | {Dirichlet.form: Dirichlet}
RATIO_FORMS = {way.form: way for way in RATIOS}
PRIOR_FORMS = {way.form: way for way in SHARES}

SHORT_FORMS = (*PROBABILITY_FORMS, *RATIO_FORMS, *PRIOR_FORMS, "ratios", "same")
PLACES_IN_LIST = {
    name: str(place)
    for way in (*PROBABILITIES, *RATIOS)
    for place, name in enumerate(way.inside)
    if len(way.inside) > 1
}
"""The position of each field of a way to state a number in its list."""


def form_name(tree: Mapping[str, Any], forms: Mapping[str, type[Way]]) -> str | None:
    return next((key for key in tree if key in forms), None)


def is_short(tree: Mapping[str, Any], forms: Mapping[str, type[Way]]) -> bool:
    """Whether a mapping is a short form, and not one by hypothesis or outcome in which a name happens to look like it.

    A mapping by hypothesis or outcome has at least two entries, none of which is a list or a text.
    """
    name = form_name(tree, forms)
    if name is None or len(tree) == 1 or any(isinstance(entry, list | str) for entry in tree.values()):
        return name is not None
    if not (isinstance(tree[name], dict) and forms[name].holds_names):
        return False
    others = [key for key in tree if key != name]
    goes_together = set(others) <= {*forms[name].beside()} - {"reason"} or not is_short(tree[name], PROBABILITY_FORMS)
    return goes_together and not any(isinstance(tree[key], dict) for key in others)


def is_same(tree: Mapping[str, Any]) -> bool:
    """Whether a mapping states a row that is the same under every hypothesis; rows by hypothesis are two or more."""
    return {*tree} == {"same"}


def is_ratios(tree: Mapping[str, Any]) -> bool:
    """Whether a mapping states ratios, and not rows by hypothesis, one of which happens to be called ``ratios``."""
    return "ratios" in tree and (len(tree) == 1 or any(isinstance(entry, str) for entry in tree.values()))
