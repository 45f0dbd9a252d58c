"""Move the assumptions of a case in a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attribution_bayes.arguments import expect
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.panel import Panel
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.report.analysis import Analysis
from attribution_bayes.report.sections.sliders import slider_data

if TYPE_CHECKING:
    from attribution_bayes.report.render.widget import Explorer


def explore(case: Case | Mapping[str, Case]) -> Explorer:
    """Move assumptions in a notebook, and see the credences follow.

    The widget has the sliders of a report's page, with the same script: several assumptions at once, exactly, computed
    in the notebook's page without Python. It runs in Jupyter, marimo and wherever else anywidget does.

    Parameters
    ----------
    case
        A case; or several readings of one question, as a `Panel` or a mapping by name, each with a button.

    Returns
    -------
    Explorer
        A widget. ``moved`` holds the values on view by address, so that ``suppose(case, widget.moved)`` is the case on
        view; with several readings, ``suppose(cases[widget.reading], widget.moved)``. Both can be set, too.

    Raises
    ------
    CaseError
        ``E_TYPE`` for anything else, and what `Panel` refuses of a mapping.
    ContradictionError
        If every hypothesis is excluded in a case.
    TooLargeError
        If a case is too large to be weighed exactly.
    ImportError
        If anywidget is not installed: ``pip install attribution_bayes[widgets]``.

    Examples
    --------
    >>> import attribution_bayes as ab
    >>> case = ab.Case(
    ...     question="Which?",
    ...     hypotheses=[
    ...         ab.Hypothesis(name="a", statement="it was a"),
    ...         ab.Hypothesis(name="b", statement="it was not", catch_all=True),
    ...     ],
    ...     prior={"a": 0.5, "b": 0.5},
    ...     evidence=[ab.Evidence(name="e", statement="e holds", likelihood={"a": 0.8, "b": 0.2})],
    ... )
    >>> widget = ab.explore(case)
    >>> widget.moved = {"prior.a": 0.2}  # or by a slider
    >>> ab.weigh(ab.suppose(case, widget.moved)).credence.sel(hypothesis="a").item()
    0.5
    """
    expect(case, (Case, Mapping), "case")
    try:
        from attribution_bayes.report.render.widget import Explorer
    except ModuleNotFoundError as missing:
        message = f"`explore` needs {missing.name}, which is not installed: pip install attribution_bayes[widgets]"
        raise ModuleNotFoundError(message, name=missing.name) from None
    if isinstance(case, Case):
        readings = {"": case}
    else:
        readings = dict(case if isinstance(case, Panel) else Panel(case))
    data = {name: slider_data(Analysis(weigh(one))) for name, one in readings.items()}
    return Explorer(next(iter(readings.values())).question, data)
