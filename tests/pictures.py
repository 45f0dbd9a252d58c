"""What is drawn in a figure, for tests that look at data and not at dots."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

import attribution_bayes as ab

PICTURES: dict[str, Callable[..., Figure]] = {
    "credences": lambda posterior, **given: ab.plot_credences(posterior, **given),
    "readings": lambda posterior, **given: ab.plot_credences({"one": posterior, "other": posterior}, **given),
    "update": lambda posterior, **given: ab.plot_update(posterior.case, **given),
    "weights": lambda posterior, **given: ab.plot_weights(posterior.case, **given),
    "case": lambda posterior, **given: ab.plot_case(posterior.case, **given),
    "calibration": lambda posterior, **given: ab.plot_calibration(ab.Past([posterior], [posterior.leader]), **given),
    "difference": lambda posterior, **given: ab.plot_difference(two_dates(posterior), **given),
    "ece": lambda _, **given: ab.plot_ece(ab.Past.from_ratios({"same": [9, 2, 0.5], "other": [0.1, 3]}), **given),
    "tornado": lambda posterior, **given: ab.plot_tornado(posterior.case, most=4, **given),
    "tornado_of_several": lambda posterior, **given: ab.plot_tornado(
        {"one": posterior.case, "other": posterior.case}, most=2, **given
    ),
    "response": lambda posterior, **given: ab.plot_response(posterior.case, moved(posterior)[0], **given),
    "two_way": lambda posterior, **given: ab.plot_two_way(posterior.case, *moved(posterior), **given),
    "robustness": lambda posterior, **given: ab.plot_robustness(posterior.case, **given),
    "discount": lambda posterior, **given: ab.plot_discount(posterior.case, **given),
    "assumption": lambda posterior, **given: ab.plot_assumption(posterior, uncertain(posterior), **given),
}
"""Every picture, of one posterior."""


def two_dates(posterior: ab.Posterior) -> pd.DataFrame:
    """What the last item of a case changed."""
    case = posterior.case
    return ab.difference(case.model_copy(update={"evidence": case.evidence[:-1]}), case)


def moved(posterior: ab.Posterior) -> tuple[str, str]:
    """Two addresses of different parts of a case."""
    addresses = [one.address for one in ab.assumptions(posterior.case)]
    return addresses[0], next(address for address in addresses if not address.startswith("prior."))


def uncertain(posterior: ab.Posterior) -> str:
    """An address at which there is a distribution."""
    return str(posterior.draws["posterior"]["assumption"].address.values[0])


def texts(figure: Figure) -> list[str]:
    """All that can be read but for the axes' ticks; lines joined."""
    axes = [axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)]
    ticks = {label for axis in axes for tick in axis.get_major_ticks() for label in (tick.label1, tick.label2)}
    found = [text for text in figure.findobj(Text) if text not in ticks]
    return [" ".join(text.get_text().split()) for text in found if text.get_text()]


def rows_of(figure: Figure) -> list[str]:
    """Labels of the rows, lines joined."""
    return [label.get_text().replace("\n", " ") for label in figure.axes[0].get_yticklabels()]


def labelled(figure: Figure, label: str) -> list[Any]:
    """Artists with this label, in the order in which they were drawn."""

    def matches(artist: Artist) -> bool:
        return artist.get_label() == label

    return list(figure.axes[0].findobj(matches))


def spans(bars: list[Any]) -> np.ndarray:
    """Where bars begin and end; shape (bar, 2)."""
    return np.array([[bar.get_x(), bar.get_x() + bar.get_width()] for bar in bars])


def saved(figure: Figure) -> bytes:
    """The figure as SVG, its ids made of what is drawn."""
    found = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "salt"}):
        figure.savefig(found, format="svg", metadata={"Date": None})
    return found.getvalue()


def stated(names: str, evidence: list[ab.Evidence], *, catch_all: bool = True, **fields: object) -> ab.Case:
    """A case of hypotheses of one letter."""
    hypotheses = [ab.Hypothesis(name=name, statement=name, catch_all=catch_all and name == names[-1]) for name in names]
    prior = ab.Odds(dict.fromkeys(names, 1.0))
    return ab.Case(question="Which?", hypotheses=hypotheses, prior=prior, evidence=evidence, **fields)


def item(name: str, *likelihood: object, **fields: object) -> ab.Evidence:
    return ab.Evidence(name=name, statement=name, likelihood=dict(zip("abcdefgh", likelihood, strict=False)), **fields)


def of_three(prior: object, *likelihoods: object) -> ab.Case:
    """A case of hypotheses a, b, c with items that have these likelihoods."""
    names = list(prior) if isinstance(prior, dict) else ["a", "b", "c"]
    evidence = [ab.Evidence(name=f"i{n}", statement="s", likelihood=row) for n, row in enumerate(likelihoods)]
    hypotheses = [ab.Hypothesis(name=name, statement=name, catch_all=name == names[-1]) for name in names]
    return ab.Case(question="Which?", hypotheses=hypotheses, prior=prior, evidence=evidence)


EVEN = {"a": 0.4, "b": 0.35, "c": 0.25}


def labelled_case() -> ab.Case:
    """A case in which every part has a label that says nothing of its name."""
    return ab.Case(
        question="Which?",
        hypotheses=[
            ab.Hypothesis(name="h_first", label="The insider", statement="s"),
            ab.Hypothesis(name="h_rest", label="Anybody else", statement="t", catch_all=True),
        ],
        prior={"h_first": 0.3, "h_rest": 0.7},
        sources=[
            ab.Source(
                name="s_one", label="The agency", statement="s", reliability=ab.Between(0.5, 0.9), if_unreliable=0.6
            ),
            ab.Source(name="s_two", label="The paper", statement="s", reliability=0.7, if_unreliable=0.5),
        ],
        evidence=[
            ab.Evidence(
                name="e_seen",
                label="The footage",
                statement="s",
                likelihood={"h_first": ab.Between(0.6, 0.9), "h_rest": 0.2},
            ),
            ab.Evidence(
                name="e_told",
                label="The payment",
                statement="s",
                given="e_seen",
                likelihood={"h_first": {True: 0.8, False: 0.3}, "h_rest": {True: 0.4, False: 0.2}},
                reports=[
                    ab.Report(source="s_one"),
                    ab.Report(source="s_two", copied_from="s_one", copy_probability=0.4),
                ],
            ),
            ab.Evidence(name="e_last", label="The route", statement="s", likelihood={"h_first": 0.5, "h_rest": 0.3}),
        ],
        common_causes=[
            ab.CommonCause(
                name="c_staged",
                label="A staged trace",
                statement="s",
                probability={"h_first": 0.05, "h_rest": 0.2},
                likelihood={"e_seen": {"h_first": 0.9, "h_rest": 0.9}},
            )
        ],
    )


def long_labels() -> ab.Case:
    """The case of labels, each with as much as a label can hold."""
    case = labelled_case()

    def longer[Part: (ab.Hypothesis, ab.Source, ab.Evidence, ab.CommonCause)](parts: tuple[Part, ...]) -> list[Part]:
        return [
            one.model_copy(update={"label": f"{one.label}, whom several of those who spoke had named"}) for one in parts
        ]

    return case.model_copy(
        update={field: longer(getattr(case, field)) for field in ("hypotheses", "sources", "evidence", "common_causes")}
    )


TOUCH = 1.5
"""Dots by which boxes of texts may meet: letters are smaller than their boxes."""


def pieces(figure: Figure) -> dict[str, Bbox]:
    """What can be read, each with its place, and every legend as one piece."""
    figure.draw_without_rendering()
    (ax,) = figure.axes
    legend = ax.get_legend()
    ticks = [tick.label1 for axis in (ax.xaxis, ax.yaxis) if ax.axison for tick in axis._update_ticks()]
    texts = [*ax.texts, ax.title, ax._left_title, *([ax.xaxis.label, ax.yaxis.label] if ax.axison else []), *ticks]
    shown = [text for text in texts if text.get_text() and text.get_visible()]
    return {f"{n} {text.get_text()}": Text.get_window_extent(text) for n, text in enumerate(shown)} | (
        {"the legend": legend.get_window_extent()} if legend else {}
    )


def meeting(found: dict[str, Bbox]) -> list[tuple[str, str]]:
    """Pairs of pieces one of which covers a part of the other."""
    boxes = {name: box.padded(-TOUCH) for name, box in found.items()}
    return [(a, b) for a, b in itertools.combinations(boxes, 2) if boxes[a].overlaps(boxes[b])]


def cut_off(figure: Figure, found: dict[str, Bbox]) -> list[str]:
    """Pieces that stand out of the figure."""
    page = figure.bbox.extents
    return [
        name
        for name, box in found.items()
        if box.x0 < page[0] - 1 or box.y0 < page[1] - 1 or box.x1 > page[2] + 1 or box.y1 > page[3] + 1
    ]


def assert_readable(figure: Figure) -> None:
    """Texts and legend lie inside the figure, none covers a part of another, and the legend none of what is drawn."""
    found = pieces(figure)
    assert cut_off(figure, found) == []
    assert meeting(found) == []
    assert not found["the legend"].overlaps(figure.axes[0].bbox)
