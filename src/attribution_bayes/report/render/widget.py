"""The sliders of a page as a widget of notebooks, with the script and the style of the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

import anywidget
import traitlets

from attribution_bayes.arguments import one_of, shown
from attribution_bayes.declare.numbers import is_number
from attribution_bayes.errors import CaseError, Problem, nearest, quoted
from attribution_bayes.report.render.html import asset

DARK = "@media (prefers-color-scheme: dark) {\n  :root"
"""Where the palette of a dark page begins."""


def _style() -> str:
    """The style of the page, of the widget only; its script says whether the notebook is dark."""
    palette = asset("palette.css").replace(DARK, "@media all {\n  .sliders.dark").replace(":root", ".sliders")
    return palette + asset("sliders.css") + asset("widget.css")


class Explorer(anywidget.AnyWidget):
    """The assumptions of a case, or of several readings, to be moved in a notebook. `explore` makes it.

    Attributes
    ----------
    question
        The question of the case.
    readings
        For each reading its name, and the closed forms of its assumptions.
    reading
        The name of the reading on view. Setting it shows that reading, with nothing moved.
    moved
        What is moved, by address: `suppose` takes it. Setting it moves the sliders.

    Raises
    ------
    CaseError
        When `reading` or `moved` is set: ``E_UNKNOWN_NAME`` for a name or an address that the widget does not have,
        ``E_RANGE`` for a value that cannot be supposed, ``E_TOGETHER`` for two numbers that cannot be moved together
        here.
    """

    _esm = asset("sliders.js") + asset("widget.js")
    _css = _style()

    question = traitlets.Unicode().tag(sync=True)
    readings: Any = traitlets.List().tag(sync=True)
    reading = traitlets.Unicode().tag(sync=True)
    moved = traitlets.Dict().tag(sync=True)

    def __init__(self, question: str, readings: Mapping[str, Mapping[str, Any]]) -> None:
        named = [[name, dict(data)] for name, data in readings.items()]
        super().__init__(question=question, readings=named, reading=next(iter(readings)))

    def __repr__(self) -> str:
        """What stands in a notebook that does not run: the same in each run."""
        moved = f"{len(self.moved)} of" if self.moved else "none of"
        count = len(dict(self.readings)[self.reading]["assumptions"])
        return f"<Explorer: {quoted(self.question)}, {moved} {count} assumptions moved>"

    @traitlets.validate("reading")
    def _checked_reading(self, proposal: Any) -> str:
        asked: str = proposal["value"]
        one_of(asked, dict(self.readings), "reading", "E_UNKNOWN_NAME")
        if asked != self.reading:
            self.moved = {}
        return asked

    @traitlets.validate("moved")
    def _checked_moved(self, proposal: Any) -> dict[str, float]:
        asked: dict[str, float] = proposal["value"]
        offered = {one["address"]: one for one in dict(self.readings)[self.reading]["assumptions"]}
        problems = [*_wrong_values(asked, offered)] or [*_not_together([offered[address] for address in asked])]
        if problems:
            raise CaseError([one.under("moved") for one in problems])
        return asked


def _wrong_values(asked: Mapping[str, Any], offered: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    for address, value in asked.items():
        if address not in offered:
            message, hint = f"{quoted(address)} cannot be moved here.", nearest(address, offered)
            yield Problem(code="E_UNKNOWN_NAME", path=str(address), message=message, hint=hint)
        elif not is_number(value) or not (value > 0 and (isfinite(value) if offered[address]["ratio"] else value < 1)):
            hint = "Give a number above 0" + ("." if offered[address]["ratio"] else " and below 1.")
            yield Problem(code="E_RANGE", path=address, message=f"{shown(value)} cannot be supposed.", hint=hint)


def _not_together(asked: list[Mapping[str, Any]]) -> Iterator[Problem]:
    """Numbers that bear on the same observations as one before them have no closed form together with it."""
    for place, one in enumerate(asked):
        for other in asked[:place]:
            if None in (one["together"], other["together"]) or one["together"] == other["together"]:
                message = f"it cannot be moved together with {other['address']}."
                hint = "Move one of the two, or use `what_if`."
                yield Problem(code="E_TOGETHER", path=one["address"], message=message, hint=hint)
