"""Cases written by hand, as small as what they show."""

from __future__ import annotations

from typing import Any

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.distributions import Beta as BetaLaw
from attribution_bayes.declare.distributions import Uniform as UniformLaw
from attribution_bayes.declare.parts import CommonCause, Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import (
    BaseRates,
    Beta,
    Between,
    Certain,
    Counts,
    Dirichlet,
    Impossible,
    Odds,
    RatioBetween,
    Ratios,
    Same,
    Uniform,
    Words,
)

ALWAYS, NEVER = Certain("it must be"), Impossible("it cannot be")


def case(prior: Any, *evidence: Evidence, sources: tuple[Source, ...] = ()) -> Case:
    names = getattr(prior, "weights", None) or getattr(prior, "alpha", None) or getattr(prior, "counts", None) or prior
    hypotheses = [Hypothesis(name=name, statement=f"it was {name}") for name in names]
    return Case(question="Which?", hypotheses=hypotheses, prior=prior, sources=sources, evidence=evidence)


def item(name: str, likelihood: Any, **fields: Any) -> Evidence:
    return Evidence(name=name, statement=f"{name} holds", likelihood=likelihood, **fields)


def given_root(*pairs: tuple[Any, Any]) -> dict[str, Any]:
    """For each hypothesis a row where the parent is true and one where it is false."""
    return {name: {True: one, False: other} for name, (one, other) in zip("abc", pairs, strict=False)}


def source(name: str, reliability: Any, if_unreliable: Any) -> Source:
    return Source(name=name, statement=f"{name} speaks", reliability=reliability, if_unreliable=if_unreliable)


def reported(name: str, likelihood: Any, *reports: Report, **fields: Any) -> Evidence:
    return item(name, likelihood, reports=reports, **fields)


def several(count: int, *likelihoods: float) -> list[Evidence]:
    """Items that one source reports, every third of them as False."""
    rows = dict(zip("abc", likelihoods, strict=False))
    return [reported(f"said{i}", rows, Report(source="s", says=i % 3 != 2)) for i in range(count)]


def copy(source: str, origin: str, probability: Any, says: bool = True) -> Report:
    return Report(source=source, says=says, copied_from=origin, copy_probability=probability)


def shapes_of(stated: BetaLaw | UniformLaw) -> tuple[float, float, float, float]:
    """Alpha, beta, and the ends of the range."""
    match stated:
        case BetaLaw(alpha, beta):
            return alpha, beta, 0.0, 1.0
        case UniformLaw(lower, upper):
            return 1.0, 1.0, lower, upper


LEAF = {"a": (0.9, 0.4, 0.2), "b": (0.3, Beta(2, 2), 0.6), "c": (0.1, 0.2, 0.8)}

CRAFTED = {
    "betas, found True and False": case(
        {"a": 0.3, "b": 0.7},
        item("e0", {"a": Beta(2, 3), "b": Between(0.1, 0.4)}),
        item("e1", {"a": Counts(1, 7), "b": Beta(0.5, 0.5)}, observed=False),
        item("e2", {"a": {True: Beta(3, 1), False: 0.5}, "b": {True: Beta(1, 4), False: 0.2}}, given="e1"),
    ),
    "ranges": case(
        Odds({"a": 1, "b": 2, "c": 2}),
        item("e0", {"a": Uniform(0.2, 0.9), "b": Words("likely", "icd203-2015"), "c": 0.5}),
        item("e1", {"a": Uniform(0, 0.3), "b": Uniform(0.6, 1), "c": Uniform(0, 1)}, observed=False),
        *several(3, 0.7, 0.4, 0.5),
        sources=(source("s", Uniform(0.5, 0.9), Uniform(0.3, 0.8)),),
    ),
    "weights": case(
        Dirichlet({"a": 2, "b": 1.5, "c": 0.7}),
        item(
            "root",
            {
                "a": Dirichlet({"x": 1, "y": 2, "z": 0.5}),
                "b": {"x": 0.2, "y": 0.3, "z": 0.5},
                "c": Dirichlet({"x": 4, "y": 1, "z": 1}),
            },
            outcomes=("x", "y", "z"),
            observed=None,
        ),
        item(
            "leaf",
            {h: {o: Dirichlet({"u": 1 + k, "v": 3 - k}) for k, o in enumerate("xyz")} for h in "abc"},
            outcomes=("u", "v"),
            observed="v",
            given="root",
        ),
        item("barren", {"a": Beta(2, 2), "b": 0.5, "c": 0.5}, observed=None),
    ),
    "a source with five reports": case(
        {"a": 0.5, "b": 0.5}, *several(5, 0.8, 0.3), sources=(source("s", Beta(3, 2), Beta(2, 1.5)),)
    ),
    "a source that is unlike under each hypothesis": case(
        {"a": 0.5, "b": 0.3, "c": 0.2},
        *several(4, 0.8, 0.3, 0.5),
        sources=(source("s", Between(0.3, 0.8), {"a": Uniform(0.1, 0.6), "b": Beta(4, 2), "c": 0.5}),),
    ),
    "copies": case(
        {"a": 0.5, "b": 0.5},
        reported(
            "e0", {"a": Beta(4, 2), "b": 0.3}, Report(source="s"), copy("t", "s", Beta(2, 2)), copy("u", "t", 0.5)
        ),
        reported("e1", {"a": 0.6, "b": Beta(1, 2)}, Report(source="s", says=False), copy("t", "s", Uniform(0.2, 0.9))),
        reported("e2", {"a": 0.6, "b": 0.2}, copy("s", "t", Between(0.2, 0.7)), Report(source="t", says=False)),
        sources=(
            source("s", Beta(2, 1), Beta(2, 2)),
            source("t", 0.6, Uniform(0.4, 0.9)),
            source("u", Beta(1, 1), 0.7),
        ),
    ),
    "ratios": case(
        BaseRates({"a": 3, "b": 1, "c": 0}),
        item("e0", Ratios(reference="b", ratios={"a": RatioBetween(0.5, 4), "c": 3.0})),
        item("e1", Ratios(reference="a", ratios={"b": RatioBetween(1, 3), "c": RatioBetween(0.2, 2)})),
        item("e2", {"a": Beta(2, 3), "b": 0.5, "c": 0.4}),
    ),
    "a hidden item with two children": case(
        {"a": 0.4, "b": 0.6},
        item("root", {"a": Beta(2, 1), "b": Beta(1, 2)}, observed=None),
        item("e0", given_root(*[(Beta(3, 1), Beta(1, 3))] * 2), given="root"),
        reported("e1", given_root(*[(0.9, Uniform(0, 0.4))] * 2), Report(source="s"), given="root"),
        sources=(source("s", Beta(5, 2), 0.5),),
    ),
    "rows that are the same under every hypothesis": case(
        {"a": 0.3, "b": 0.4, "c": 0.3},
        item("root", Same(Dirichlet({"x": 2, "y": 1, "z": 0.5})), outcomes=("x", "y", "z"), observed=None),
        item("leaf", {h: dict(zip("xyz", row, strict=True)) for h, row in LEAF.items()}, given="root", observed=None),
        item("sign", Same({True: Beta(4, 2), False: Between(0.05, 0.3)}), given="leaf"),
        reported("said", Same({True: 0.8, False: Uniform(0.1, 0.5)}), Report(source="s"), given="leaf"),
        item("idle", Same(Beta(2, 3)), observed=False),
        sources=(source("s", Beta(3, 2), 0.6),),
    ),
    "nothing but ratios": case(
        {"a": 0.4, "b": 0.6},
        item("e0", Ratios(reference="b", ratios={"a": RatioBetween(0.5, 4)})),
    ),
    "an excluded hypothesis": case(
        {"a": 0.4, "b": 0.3, "c": 0.3},
        item("e0", {"a": Beta(2, 1), "b": NEVER, "c": 0.5}),
        item("e1", {"a": Beta(2, 1), "b": Beta(1, 2), "c": Beta(3, 1)}),
    ),
}


def _named(kind: Any, name: str, label: str, **fields: Any) -> Any:
    return kind(name=f"zq_{name}", label=label, statement=f"{label.lower()}, in a sentence.", **fields)


def _row(clerk: Any, ring: Any, lost: Any) -> dict[str, Any]:
    return {"zq_clerk": clerk, "zq_ring": ring, "zq_lost": lost}


EVERY_PART_LABELLED = Case(
    question="Who took the ledgers?",
    author="A. Analyst",
    date="2026-01-15",
    marking="TLP:AMBER",
    exercise=False,
    hypotheses=[
        _named(Hypothesis, "clerk", "The clerk"),
        _named(Hypothesis, "ring", "The gang"),
        _named(Hypothesis, "lost", "Mislaid", catch_all=True),
    ],
    prior=Odds({"zq_clerk": 2, "zq_ring": 1, "zq_lost": 3}, reason="as in other years"),
    error=Between(0.01, 0.1),
    sources=[
        _named(Source, "cameras", "Camera crew", reliability=_row(Between(0.5, 0.8), 0.9, 0.9), if_unreliable=0.4),
        _named(Source, "dog", "Sniffer", says_true_if_true=Counts(18, 20), says_true_if_false=0.1, instrument=True),
        _named(Source, "paper", "The Courier", reliability=0.6, if_unreliable=_row(0.7, 0.6, 0.5)),
    ],
    evidence=[
        _named(Evidence, "log", "Door log", likelihood=_row(Between(0.5, 0.9), 0.3, 0.05), citation="Log, page 2."),
        _named(Evidence, "ink", "Ink", likelihood=_row(0.6, 0.2, 0.1), reports=[Report(source="zq_dog")]),
        _named(
            Evidence,
            "van",
            "A van",
            likelihood=_row(0.2, 0.7, 0.1),
            reports=[
                Report(source="zq_cameras"),
                Report(source="zq_paper", copied_from="zq_cameras", copy_probability=Between(0.3, 0.8)),
            ],
        ),
        _named(Evidence, "rain", "Rain", likelihood=Same(0.4)),
        _named(Evidence, "lent", "Badge lent", likelihood=_row(0.2, 0.5, 0.2), observed=None),
        _named(
            Evidence,
            "late",
            "Badge late",
            given="zq_lent",
            likelihood=_row({True: 0.7, False: 0.2}, {True: 0.8, False: 0.2}, {True: 0.7, False: 0.2}),
        ),
        _named(Evidence, "note", "Note", likelihood=_row(0.05, 0.4, 0.02)),
        _named(Evidence, "sign", "Sign", likelihood=_row(0.05, 0.3, 0.02), error=0.2),
    ],
    common_causes=[
        _named(
            CommonCause,
            "frame",
            "A frame-up",
            probability=_row(Between(0.02, 0.3), Impossible("nobody frames himself"), 0.01),
            likelihood={"zq_note": _row(0.9, 0.9, 0.9), "zq_sign": _row(0.8, 0.8, 0.8)},
        )
    ],
)
"""A case with all there is to state, in which no name is a word and every part has a label."""
