"""Where the parts of a case stand in a picture of its network: hypotheses to the left, items in rows, sources right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from attribution_bayes.case import Case
from attribution_bayes.parts import Evidence

LINE, PADDING, GAP = 0.16, 0.16, 0.14
"""Inches: a line of text, what a box has around its text, what lies between two boxes."""

COLUMNS = {"hypothesis": (0.0, 2.05), "item": (2.75, 4.85), "source": (5.65, 7.5)}
"""Inches from the left at which the boxes of a column begin and end."""

CHARACTERS = {"hypothesis": 25, "item": 26, "source": 22}
"""Characters of a line inside them."""


@dataclass(frozen=True)
class Box:
    """One part: its text, and its edges in inches from the top left."""

    kind: str
    name: str
    text: str
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Diagram:
    """Boxes by kind and name, and the height of all, in inches."""

    hypotheses: dict[str, Box]
    items: dict[str, Box]
    sources: dict[str, Box]
    height: float


def diagram(case: Case, broken: dict[str, str]) -> Diagram:
    """Arrange a case; `broken` has the text for each kind and name, on as many lines as it needs."""
    order = sorted(case.sources, key=lambda source: _centre(case, source.name))
    columns = {
        "hypothesis": list(case.names),
        "item": [item.name for item in case.evidence],
        "source": [source.name for source in order],
    }
    heights = {kind: _height(broken[f"{kind} {name}"] for name in names) for kind, names in columns.items()}
    height = max(heights.values())
    boxes = {
        kind: _stacked(kind, {name: broken[f"{kind} {name}"] for name in names}, (height - heights[kind]) / 2)
        for kind, names in columns.items()
    }
    return Diagram(boxes["hypothesis"], boxes["item"], boxes["source"], height)


def finding(item: Evidence) -> str:
    """What is known of an item, in two or three words."""
    if item.reports:
        return "reported"
    return "not observed" if item.observed is None else f"observed: {str(item.observed)}"


def _centre(case: Case, source: str) -> float:
    """Mean position of the items that a source reports: sources in this order cross fewer lines."""
    at = [n for n, item in enumerate(case.evidence) if source in {report.source for report in item.reports}]
    return sum(at) / len(at) if at else float(len(case.evidence))


def _height(texts: Iterable[str]) -> float:
    return sum(_box_height(text) + GAP for text in texts)


def _box_height(text: str) -> float:
    return PADDING + LINE * (1 + text.count("\n"))


def _stacked(kind: str, texts: dict[str, str], top: float) -> dict[str, Box]:
    found = {}
    for name, text in texts.items():
        bottom = top + _box_height(text)
        found[name] = Box(kind, name, text, top, bottom)
        top = bottom + GAP
    return found
