"""What holds of every picture: it changes nothing, cuts nothing off, and says no more than it knows."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Wedge

import attribution_bayes as ab
from attribution_bayes.engine.posterior import CONDITIONAL
from attribution_bayes.plots.style import shorten
from payloads import ALLOWED
from pictures import PICTURES, assert_readable, labelled_case, rows_of, saved, texts

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

FEW = ab.Sampling(draws=100, seed=3)


def strained() -> ab.Case:
    """Twelve hypotheses, names of 64 characters, likelihoods from 1e-300 up, one excluded."""
    names = [*(f"hypothesis_{n:02}" for n in range(10)), "the_quick_brown_fox_" * 3 + "runs", "M" * 64]
    row = dict(zip(names, [1e-300, 0.999999, *np.linspace(0.01, 0.9, 8).tolist(), 0.3, 1e-9], strict=True))
    return ab.Case(
        question="Which?",
        hypotheses=[ab.Hypothesis(name=name, statement="s", catch_all=name == names[-1]) for name in names],
        prior=ab.Dirichlet({name: 1.0 + n for n, name in enumerate(names)}),
        sources=[ab.Source(name="S" * 64, statement="s", reliability=ab.Between(0.1, 0.9), if_unreliable=0.3)],
        evidence=[
            ab.Evidence(name="an_item_" * 8, statement="s", likelihood=row, reports=[ab.Report(source="S" * 64)]),
            ab.Evidence(name="short", statement="s", likelihood={**row, names[2]: ab.Impossible("r")}),
        ],
    )


@pytest.fixture(scope="module")
def weighed_strained() -> ab.Posterior:
    return ab.weigh(strained(), sampling=FEW)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_leaves_everything_as_it_was(name: str, weighed_outage: ab.Posterior) -> None:
    """No setting of matplotlib is another afterwards, and the figure is none of pyplot's."""
    before = dict(matplotlib.rcParams)
    figure = PICTURES[name](weighed_outage)
    assert dict(matplotlib.rcParams) == before
    assert not hasattr(figure.canvas, "manager") or figure.canvas.manager is None
    assert not figure.findobj(Wedge)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_the_same_whatever_the_settings(name: str, weighed_outage: ab.Posterior) -> None:
    """Drawn twice, the second time among somebody's settings with TeX, a picture has the same bytes."""
    first = saved(PICTURES[name](weighed_outage))
    with matplotlib.rc_context({"axes.facecolor": "black", "font.size": 20, "text.usetex": True, "axes.grid": True}):
        figure = PICTURES[name](weighed_outage)
    assert saved(figure) == first


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_goes_into_axes_that_are_given(name: str, weighed_outage: ab.Posterior) -> None:
    """Given axes, also of a part of a figure, are drawn into; what comes back is their whole figure."""
    figure = Figure(figsize=(16, 8), layout="constrained")
    ax = figure.subfigures(1, 2)[0].add_subplot()
    assert PICTURES[name](weighed_outage, ax=ax) is figure
    assert figure.axes == [ax]
    assert ax.get_title(loc="left")
    assert ax.get_legend() is not None
    saved(figure)


@pytest.mark.parametrize("name", PICTURES)
def test_title_and_legend_are_as_asked(name: str, weighed_outage: ab.Posterior) -> None:
    """A title stands in place of the usual one, as it is written; without a legend none is drawn."""
    (ax,) = PICTURES[name](weighed_outage, title="The $first$ case", legend=False).axes
    assert (ax.get_title(loc="left"), ax.get_legend()) == ("The $first$ case", None)
    assert not ax._left_title.get_parse_math()


@pytest.mark.parametrize("name", PICTURES)
def test_without_a_catch_all_every_picture_says_so(name: str, weighed_outage: ab.Posterior) -> None:
    """Where no hypothesis stands for everything else the condition is in the picture, elsewhere not."""
    case = weighed_outage.case
    listed = [one.model_copy(update={"catch_all": False}) for one in case.hypotheses]
    without = replace(weighed_outage, case=case.model_copy(update={"hypotheses": listed}))
    assert any(CONDITIONAL in text for text in texts(PICTURES[name](without))) is (name not in ("calibration", "ece"))
    assert not any(CONDITIONAL in text for text in texts(PICTURES[name](weighed_outage)))


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_is_cut_off(name: str, weighed_strained: ab.Posterior) -> None:
    """With a dozen hypotheses and names of 64 characters all lies inside the figure, side by side; no name is cut."""
    figure = PICTURES[name](weighed_strained)
    figure._repr_png_()  # lays it out
    box = figure.get_tightbbox(FigureCanvasAgg(figure).get_renderer())
    width, height = figure.get_size_inches()
    assert box.x0 > -0.03
    assert box.y0 > -0.03
    assert box.x1 < width + 0.03
    assert box.y1 < height + 0.03
    assert not any("…" in text for text in texts(figure))
    assert_readable(figure)


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_between_is_certain(name: str, weighed_outage: ab.Posterior) -> None:
    """Where nothing is excluded 0 % and 100 % stand on axes only; nothing has a plus-minus."""
    said = texts(PICTURES[name](weighed_outage))
    assert not any(re.search(r"(^|[^\d.])(0|100) %", text) for text in said)
    assert not any("±" in text for text in said)


def test_b61_hostile_names_of_readings_are_text(weighed_outage: ab.Posterior) -> None:
    """B61: as names of readings hostile texts are shown as they are, and read by neither mathtext nor TeX nor SVG."""
    ax = Figure(figsize=(9, 400)).add_subplot()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph|Matplotlib currently", UserWarning)  # signs that no font here has
        figure = ab.plot_credences(dict.fromkeys(ALLOWED, weighed_outage), ax=ax)
        page = saved(figure)
    assert not any(text.get_parse_math() or text.get_usetex() for text in ax.get_yticklabels())
    labels = ["".join(row.split()) for row in rows_of(figure)]
    shown = ["".join(shorten(text).split()) for text in ALLOWED]
    assert labels == [one for name in weighed_outage.case.names for one in (name, *shown)]
    tags = {node.tag.rpartition("}")[2] for node in ElementTree.fromstring(page).iter()}
    assert not tags & {"script", "foreignObject", "image", "a", "iframe", "animate"}


def test_b61_no_text_of_a_case_gets_into_a_picture(weighed_outage: ab.Posterior) -> None:
    """B61: of a case, pictures show names and numbers only: no statement, question, citation or reason."""
    case, mathtext = weighed_outage.case, r"$\frac{}$"
    parts = {
        "question": mathtext,
        "prior_basis": (mathtext,),
        "hypotheses": [one.model_copy(update={"statement": mathtext}) for one in case.hypotheses],
        "sources": [one.model_copy(update={"statement": mathtext}) for one in case.sources],
        "evidence": [
            one.model_copy(update={"statement": mathtext, "citation": f"{mathtext} {one.name}"})
            for one in case.evidence
        ],
    }
    posterior = replace(weighed_outage, case=case.model_copy(update=parts))
    for make in PICTURES.values():
        figure = make(posterior)
        assert not any("$" in text for text in (*texts(figure), *rows_of(figure)))


@pytest.fixture(scope="module")
def weighed_labelled() -> ab.Posterior:
    return ab.weigh(labelled_case(), sampling=FEW)


def of_record(posterior: ab.Posterior, **given: object) -> Figure:
    """An ECE picture of a case: the others are of ratios alone, which have no labels."""
    return ab.plot_ece(ab.Past([posterior, posterior], [*posterior.case.names]), **given)


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_show_labels_in_place_of_names(name: str, weighed_labelled: ab.Posterior) -> None:
    """Where a part has a label, its name stands nowhere but in an address; the labels of what is drawn do."""
    figure = (PICTURES | {"ece": of_record})[name](weighed_labelled)
    said = "\n".join([*texts(figure), *rows_of(figure)])
    case = weighed_labelled.case
    parts = [*case.hypotheses, *case.sources, *case.evidence, *case.common_causes]
    for part in parts:
        assert not re.search(rf"(?<![\w.]){part.name}(?![\w.])", said), part.name
    assert any(str(part.label) in said for part in parts)
