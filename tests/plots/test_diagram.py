"""Where the parts of a case stand in the picture of its network."""

from __future__ import annotations

from itertools import pairwise

import pytest
from matplotlib.figure import Figure

import attribution_bayes as ab
from attribution_bayes.plots.canvas import canvas
from attribution_bayes.plots.diagram import COLUMNS, Box, Diagram, diagram, draw
from pictures import labelled, stated, texts


@pytest.fixture(scope="module")
def placed(rich: ab.Case) -> Diagram:
    return diagram(rich)


@pytest.mark.parametrize("kind", COLUMNS)
def test_boxes_of_a_column_do_not_overlap(placed: Diagram, kind: str) -> None:
    """Boxes stand one under the other inside the height of the diagram, each high enough for its lines."""
    boxes = list(placed.boxes[kind].values())
    for above, below in pairwise(boxes):
        assert above.bottom < below.top
    assert boxes[0].top >= 0
    assert boxes[-1].bottom <= placed.height
    assert all(box.bottom - box.top > 0.15 * (1 + box.text.count("\n")) for box in boxes)


def test_columns_do_not_overlap() -> None:
    """Hypotheses stand left of the items, these left of the sources, with room for lines between them."""
    edges = [edge for ends in COLUMNS.values() for edge in ends]
    assert edges == sorted(edges)
    assert all(right - left > 0.5 for left, right in zip(edges[1::2], edges[2::2], strict=False))


def test_items_keep_the_order_of_the_case(placed: Diagram, rich: ab.Case) -> None:
    """Items and hypotheses stand in the order of the case."""
    assert list(placed.boxes["item"]) == [one.name for one in rich.evidence]
    assert list(placed.boxes["hypothesis"]) == list(rich.names)


def test_sources_stand_by_what_they_report() -> None:
    """Sources stand in the order of the middles of what they report, those that report nothing last."""
    sources = [ab.Source(name=name, statement=name, reliability=0.5, if_unreliable=0.5) for name in "pqrs"]
    told = {"x": "r", "y": "qr", "z": "p"}
    evidence = [
        ab.Evidence(
            name=name,
            statement=name,
            likelihood={"a": 0.5, "b": 0.4},
            reports=[ab.Report(source=source) for source in of],
        )
        for name, of in told.items()
    ]
    hypotheses = [ab.Hypothesis(name=name, statement=name) for name in "ab"]
    case = ab.Case(
        question="?", hypotheses=hypotheses, prior=ab.Odds({"a": 1, "b": 1}), sources=sources, evidence=evidence
    )
    boxes = diagram(case).boxes
    assert list(boxes["source"]) == ["r", "q", "p", "s"]
    assert list(boxes["item"]["y"].joints) == ["r", "q"]


def test_lines_end_at_places_of_their_own(placed: Diagram) -> None:
    """Lines from two sources to one item, or from one to two, end at different heights inside the box."""
    for box in (*placed.boxes["item"].values(), *placed.boxes["source"].values()):
        heights = list(box.joints.values())
        assert heights == sorted(set(heights))
        assert all(box.top < height < box.bottom for height in heights)


def test_lines_are_drawn_between_their_joints(placed: Diagram, rich: ab.Case) -> None:
    """Each report is a line between the two places that were kept for it."""
    ax = Figure().add_subplot()
    draw(canvas(ax), rich, placed)
    drawn = [(tuple(line.get_xdata()), tuple(line.get_ydata())) for line in ax.lines]
    for item in rich.evidence:
        for report in item.reports:
            ends = (
                joint(placed.boxes["source"][report.source], item.name),
                joint(placed.boxes["item"][item.name], report.source),
            )
            assert ((COLUMNS["source"][0], COLUMNS["item"][1]), ends) in drawn


def joint(box: Box, other: str) -> float:
    return box.joints[other]


def test_the_network_has_every_part(rich: ab.Case) -> None:
    """Each hypothesis, item and source has a box, each item and report a line, each parent an arrow."""
    figure = ab.plot_case(rich)
    boxes = {patch.get_label() for patch in figure.axes[0].patches if patch.get_label().startswith("_")}
    parts = {"hypothesis": rich.hypotheses, "item": rich.evidence, "source": rich.sources}
    assert boxes >= {f"_{kind} {part.name}" for kind, of in parts.items() for part in of}
    assert len(labelled(figure, "_every item")) == len(rich.evidence)
    said = {line.get_label(): line for line in figure.axes[0].lines}
    for one in rich.evidence:
        for report in one.reports:
            assert (said[f"_{report.source} {one.name}"].get_marker() == "o") is report.says
    arrows = [text for text in figure.axes[0].texts if getattr(text, "arrow_patch", None) is not None]
    assert len(arrows) == sum(len(one.given) for one in rich.evidence)
    dashed = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert len(dashed) == sum(report.copied_from is not None for one in rich.evidence for report in one.reports)


def test_what_nobody_has_observed_is_told_apart(rich: ab.Case) -> None:
    """Only hidden items have a dashed box; each item says what is known of it."""
    figure = ab.plot_case(rich)
    dashed = {patch.get_label() for patch in figure.axes[0].patches if patch.get_linestyle() == "--"}
    assert dashed == {"_item quarrel"}
    assert {"quarrel not observed", "calls observed: True", "paid reported", "tool observed: gun"} <= set(texts(figure))


def test_a_legend_explains_what_is_there() -> None:
    """A case without evidence has nothing to explain, and what it has, it says."""
    assert set(texts(ab.plot_case(stated("ab", [])))) == {"a", "b", "hypotheses", "What the case consists of"}


def test_boxes_and_legends_show_labels(rich: ab.Case) -> None:
    """Each box of a part with a label says the label, and so do the legends of a labelled case."""
    kinds = ("hypotheses", "sources", "evidence")
    parts = {kind: [one.model_copy(update={"label": one.name[::-1]}) for one in getattr(rich, kind)] for kind in kinds}
    case = rich.model_copy(update=parts)
    for boxes in diagram(case).boxes.values():
        for name, box in boxes.items():
            assert box.text.replace("\n", "").startswith(name[::-1])
    for figure in (ab.plot_update(case), ab.plot_response(case, ab.assumptions(case)[-1].address)):
        (legend,) = [*figure.legends, *(ax.get_legend() for ax in figure.axes if ax.get_legend())]
        told = [text.get_text() for text in legend.get_texts()]
        assert [one.split(",")[0] for one in told[: len(rich.names)]] == [name[::-1] for name in rich.names]
