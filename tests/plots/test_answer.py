"""Pictures of a case, of its evidence and of the answer: what they draw is what the tables say."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Wedge

import attribution_bayes as ab
from attribution_bayes.engine.posterior import CONDITIONAL, Sampled
from attribution_bayes.plots import answer as plots
from payloads import ALLOWED
from pictures import PICTURES, labelled, rows_of, saved, spans, texts

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

FEW = ab.Sampling(draws=100, seed=3)


def stated(names: str, evidence: list[ab.Evidence], *, catch_all: bool = True, **fields: object) -> ab.Case:
    """A case of hypotheses of one letter."""
    hypotheses = [ab.Hypothesis(name=name, statement=name, catch_all=catch_all and name == names[-1]) for name in names]
    prior = ab.Odds(dict.fromkeys(names, 1.0))
    return ab.Case(question="Which?", hypotheses=hypotheses, prior=prior, evidence=evidence, **fields)


def item(name: str, *likelihood: object, **fields: object) -> ab.Evidence:
    return ab.Evidence(name=name, statement=name, likelihood=dict(zip("abcdefgh", likelihood, strict=False)), **fields)


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


# Every picture -------------------------------------------------------------------------------------------------------


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
def test_without_a_catch_all_every_picture_says_so(name: str, weighed_outage: ab.Posterior) -> None:
    """Where no hypothesis stands for everything else the condition is in the picture, elsewhere not."""
    case = weighed_outage.case
    listed = [one.model_copy(update={"catch_all": False}) for one in case.hypotheses]
    without = replace(weighed_outage, case=case.model_copy(update={"hypotheses": listed}))
    assert any(CONDITIONAL in text for text in texts(PICTURES[name](without))) is (name not in ("calibration", "ece"))
    assert not any(CONDITIONAL in text for text in texts(PICTURES[name](weighed_outage)))


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_is_cut_off(name: str, weighed_strained: ab.Posterior) -> None:
    """With a dozen hypotheses and names of 64 characters all that is drawn lies inside the figure; no name is cut."""
    figure = PICTURES[name](weighed_strained)
    figure._repr_png_()  # lays it out
    box = figure.get_tightbbox(FigureCanvasAgg(figure).get_renderer())
    width, height = figure.get_size_inches()
    assert box.x0 > -0.03
    assert box.y0 > -0.03
    assert box.x1 < width + 0.03
    assert box.y1 < height + 0.03
    assert not any("…" in text for text in texts(figure))


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_between_is_certain(name: str, weighed_outage: ab.Posterior) -> None:
    """Where nothing is excluded 0 % and 100 % stand on axes only; nothing has a plus-minus."""
    said = texts(PICTURES[name](weighed_outage))
    assert not any(re.search(r"(^|[^\d.])(0|100) %", text) for text in said)
    assert not any("±" in text for text in said)


def test_b61_hostile_names_of_readings_are_text(weighed_outage: ab.Posterior) -> None:
    """B61: as names of readings hostile texts are shown as they are, and read by neither mathtext nor TeX nor SVG."""
    ax = Figure(figsize=(9, 100)).add_subplot()
    figure = ab.plot_credences(dict.fromkeys(ALLOWED, weighed_outage), ax=ax)
    assert not any(text.get_parse_math() or text.get_usetex() for text in ax.get_yticklabels())
    labels = ["".join(row.split()) for row in rows_of(figure)]
    shown = ["".join(plots.shortened(text).split()) for text in ALLOWED]
    assert labels == [one for name in weighed_outage.case.names for one in (name, *shown)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph|Matplotlib currently", UserWarning)  # signs that no font here has
        page = saved(figure)
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


# Credences -----------------------------------------------------------------------------------------------------------


def test_credences_are_those_of_the_summary(weighed_outage: ab.Posterior) -> None:
    """Open marks are priors, filled ones credences, bars go from end to end of the spread, row by row."""
    figure, table = ab.plot_credences(weighed_outage), weighed_outage.summary()
    (prior,), (credence,) = labelled(figure, "_prior"), labelled(figure, "_credence")
    assert list(prior.get_xdata()) == list(table["prior"])
    assert list(credence.get_xdata()) == list(table["credence"])
    assert prior.get_markerfacecolor() == "white" != credence.get_markerfacecolor()
    assert spans(labelled(figure, "_spread")) == pytest.approx(table[["spread_low", "spread_high"]].to_numpy())
    assert rows_of(figure) == list(table.index)
    rows = figure.axes[0].get_yticks()
    assert (np.diff(rows) > 0).all()
    assert (abs(credence.get_ydata() - rows) < 0.5).all()
    for line in str(weighed_outage).splitlines()[3:6]:  # the numbers as they are printed
        prior_said, credence_said, low, high = re.findall(r"[<>]?[\d.]+ %", line)
        assert {f"{prior_said} → {credence_said}", f"{low} to {high}"} <= set(texts(figure))


def test_spread_and_credence_never_overlap(weighed_outage: ab.Posterior) -> None:
    """The spread stands beside the credence, in a lane of its own: it is no error bar."""
    figure = ab.plot_credences(weighed_outage)
    (credence,) = labelled(figure, "_credence")
    for y, bar in zip(credence.get_ydata(), labelled(figure, "_spread"), strict=True):
        assert bar.get_y() > y + 0.2


def test_monte_carlo_error_is_no_part_of_the_drawing(weighed_outage: ab.Posterior) -> None:
    """With Monte-Carlo error the marks and bars stay where they are; fewer digits are printed and a note says why."""
    error = Sampled(mcse=weighed_outage.mcse + 0.004, diagnostics=xr.Dataset())
    noisy = replace(weighed_outage, method="pymc", sampled=error)
    exact, sampled = ab.plot_credences(weighed_outage), ab.plot_credences(noisy)
    for label in ("_prior", "_credence"):
        assert np.array_equal(labelled(exact, label)[0].get_xydata(), labelled(sampled, label)[0].get_xydata())
    assert np.array_equal(spans(labelled(exact, "_spread")), spans(labelled(sampled, "_spread")))
    assert any("Monte-Carlo error of the credence at most 0.004" in text for text in texts(sampled))
    assert not any("Monte-Carlo" in text for text in texts(exact))
    assert "58 % → 60 %" in texts(sampled)


def test_readings_stand_side_by_side(weighed_outage: ab.Posterior) -> None:
    """Under each hypothesis there is a row for each reading that has it, each reading with marks of its own."""
    other = ab.weigh(stated("ab", [item("e", 0.5, ab.Between(0.1, 0.3))]), sampling=FEW)
    figure = ab.plot_credences({"first": weighed_outage, "second": other, "again": weighed_outage})
    labels = rows_of(figure)
    assert labels == [
        *(row for name in weighed_outage.case.names for row in (name, "first", "again")),
        *(row for name in "ab" for row in (name, "second")),
    ]
    drawn = labelled(figure, "_credence")
    assert [list(line.get_xdata()) for line in drawn] == [
        list(one.credence.values) for one in (weighed_outage, other, weighed_outage)
    ]
    assert len({line.get_marker() for line in drawn}) == 3
    headed = [label.get_text() for label in figure.axes[0].get_yticklabels() if label.get_fontweight() == "bold"]
    assert headed == [*weighed_outage.case.names, "a", "b"]


def test_what_is_excluded_or_certain_is_said() -> None:
    """An excluded hypothesis has the word in place of a spread; without uncertain inputs the picture says so."""
    uncertain = ab.weigh(stated("abc", [item("e", ab.Between(0.2, 0.4), 0.3, ab.Impossible("r"))]), sampling=FEW)
    figure = ab.plot_credences(uncertain)
    assert len(labelled(figure, "_spread")) == 2
    assert "excluded" in texts(figure)
    assert "33 % → 0 %" in texts(figure)
    certain = ab.plot_credences(ab.weigh(stated("ab", [item("e", 0.2, 0.3)]), sampling=FEW))
    assert not labelled(certain, "_spread")
    assert "No input is uncertain, so that there is no spread." in texts(certain)
    assert not any(text.startswith("spread") for text in texts(certain))


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({}, "E_EMPTY", "posterior"),
        (None, "E_TYPE", "posterior"),
        ([1], "E_TYPE", "posterior"),
        ({"a": 1}, "E_TYPE", "posterior.'a'"),
    ],
)
def test_what_is_no_posterior_is_refused(given: object, code: str, path: str) -> None:
    """Nothing to draw, or something else, is refused with its place."""
    with pytest.raises(ab.CaseError) as caught:
        ab.plot_credences(given)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [(code, path)]


# Update --------------------------------------------------------------------------------------------------------------


def lines(figure: Figure) -> np.ndarray:
    """Credences of the lines, shape (row, hypothesis)."""
    return np.array([line.get_xdata() for line in figure.axes[0].get_lines()]).T


def test_an_update_ends_where_weighing_does(rich: ab.Case) -> None:
    """Each row has the credences of the case with no more items than those above it; the first has the prior."""
    drawn = lines(ab.plot_update(rich))
    heard = [one for one in rich.evidence if one.observed is not None or one.reports]
    expected = [ab.what_if(rich.model_copy(update={"evidence": ()}), {}).values]
    for n in range(1, len(heard) + 1):
        arrived = {one.name for one in heard[:n]}
        shorter = [one if one.name in arrived else unobserved(one) for one in rich.evidence]
        expected.append(ab.what_if(rich.model_copy(update={"evidence": [one for one in shorter if one]}), {}).values)
    assert drawn == pytest.approx(np.array(expected), rel=1e-9)


def unobserved(one: ab.Evidence) -> ab.Evidence | None:
    """The item as nobody has observed it; of ratios only what was observed can be stated."""
    if isinstance(one.likelihood, ab.Ratios):
        return None
    return one.model_copy(update={"observed": None, "reports": ()})


def test_items_come_in_the_order_of_the_case() -> None:
    """Whether they have dates or not: a page has one order of its items."""
    dates = ["2024-03-09", "2024-03-07", None]
    evidence = [item(f"i{n}", 0.4, 0.2 + n / 10, date=date) for n, date in enumerate(dates)]

    def rows(items: list[ab.Evidence]) -> tuple[list[str], str]:
        figure = ab.plot_update(stated("ab", items))
        notes = [text for text in texts(figure) if text.startswith(("Items", "Nothing"))]
        return rows_of(figure), *notes

    shown = ["before the evidence", "i0 (2024-03-09)", "i1 (2024-03-07)", "i2"]
    assert rows(evidence[:2]) == (shown[:3], "Items in the order of the case.")
    assert rows(evidence) == (shown, "Items in the order of the case.")
    assert rows([]) == (["before the evidence"], "Nothing has been observed or reported yet.")
    hidden = item("hidden", 0.4, 0.2, observed=None)
    assert rows([hidden, *evidence[:1]])[0] == shown[:2]


def test_an_update_of_a_contradiction_is_refused() -> None:
    """Where every hypothesis is excluded there is no picture."""
    never = ab.Impossible("r")
    with pytest.raises(ab.ContradictionError):
        ab.plot_update(stated("ab", [item("e", never, never)]))


# Weights -------------------------------------------------------------------------------------------------------------


def waterfall(figure: Figure) -> np.ndarray:
    """Where the bars of the waterfall begin and end, in the order of the rows."""
    bars = [*labelled(figure, "_odds"), *labelled(figure, "_weight")]
    return spans(sorted(bars, key=lambda one: one.get_y()))


def decibans(case: ab.Case, name: str) -> float:
    credence = ab.what_if(case, {})
    odds = credence.sel(hypothesis=name) / credence.drop_sel(hypothesis=name).sum()
    return float(10 * np.log10(odds))


def test_weights_lead_from_prior_to_posterior_odds(outage: ab.Case) -> None:
    """Bars are the weights, each begins where the one above ends, the last is the posterior odds."""
    figure, table = ab.plot_weights(outage, "deploy"), ab.weight_of_evidence(outage, "deploy")
    bars = waterfall(figure)
    assert bars[1:-1, 1] - bars[1:-1, 0] == pytest.approx(table["weight"].to_numpy())
    assert bars[1:-1, 0] == pytest.approx(np.append(bars[0, 1], bars[1:-2, 1]))
    assert bars[[0, -1], 0] == pytest.approx(0)
    assert bars[0, 1] == pytest.approx(decibans(outage.model_copy(update={"evidence": ()}), "deploy"))
    assert bars[-1, 1] == pytest.approx(decibans(outage, "deploy"))
    assert bars[-2, 1] == pytest.approx(bars[-1, 1])
    for name, weight in table["weight"].items():
        shown = f"{weight:+.1f}".replace("-", "−") if abs(weight) >= 0.05 else "0.0"
        assert shown in texts(figure), name


def test_the_arguments_are_those_of_the_table(outage: ab.Case) -> None:
    """The picture is of the pair of hypotheses that was asked for, the leader against all others unless given."""
    pair = ab.weight_of_evidence(outage, "network", "other")
    bars = waterfall(ab.plot_weights(outage, "network", "other"))
    assert bars[1:-1, 1] - bars[1:-1, 0] == pytest.approx(pair["weight"].to_numpy())
    assert bars[0, 1] == pytest.approx(10 * np.log10(5.5 / 3.5))
    assert np.array_equal(waterfall(ab.plot_weights(outage)), waterfall(ab.plot_weights(outage, "deploy")))
    with pytest.raises(ab.CaseError, match=r"E_UNKNOWN_NAME for_: .*Did you mean 'deploy'"):
        ab.plot_weights(outage, "deplay")
    with pytest.raises(ab.CaseError, match="E_SAME"):
        ab.plot_weights(outage, "deploy", "deploy")


def test_items_that_depend_on_one_another_bear_one_letter() -> None:
    """Items are in the order of the case with the weights of the table; those of one source bear a letter."""
    sources = [ab.Source(name=name, statement=name, reliability=0.7, if_unreliable=0.6) for name in "st"]
    by_s, by_t = ([ab.Report(source=name)] for name in "st")
    evidence = [
        item("x", 0.8, 0.3, 0.2, reports=by_s),
        item("y", 0.1, 0.4, 0.5),
        item("v", 0.4, 0.1, 0.5, reports=by_t),
        item("z", 0.7, 0.2, 0.1, reports=by_s),
        item("w", 0.3, 0.4, 0.5, reports=by_t),
    ]
    case = stated("abc", evidence, sources=sources)
    figure = ab.plot_weights(case, "a")
    labels = rows_of(figure)
    assert labels == ["prior odds", "x [A]", "y", "v [B]", "z [A]", "w [B]", "posterior odds"]
    bars = waterfall(figure)
    assert bars[1:-1, 1] - bars[1:-1, 0] == pytest.approx(ab.weight_of_evidence(case, "a")["weight"].to_numpy())
    assert bars[-1, 1] == pytest.approx(decibans(case, "a"))
    bands = [patch for patch in figure.axes[0].patches if patch.get_height() > 0.7]
    inside = [
        label
        for label, y in zip(labels, figure.axes[0].get_yticks(), strict=True)
        if any(band.get_y() < y < band.get_y() + band.get_height() for band in bands)
    ]
    assert inside == ["x [A]", "v [B]", "z [A]", "w [B]"]
    assert "items of one letter depend on one another" in texts(figure)
    assert "items of one letter depend on one another" not in texts(ab.plot_weights(stated("abc", evidence[1:2])))


def test_there_are_letters_for_any_number_of_groups() -> None:
    """After Z comes A2."""
    assert [plots._letter(place) for place in (0, 25, 26, 53)] == ["A", "Z", "A2", "B3"]


def test_weight_has_a_sign_besides_its_colour(outage: ab.Case) -> None:
    """What speaks against the hypothesis is hatched, what speaks for it is not."""
    table = ab.weight_of_evidence(outage, "deploy")
    bars = labelled(ab.plot_weights(outage, "deploy"), "_weight")
    assert [bool(drawn.get_hatch()) for drawn in bars] == list(table["weight"] < 0)


def arrows(figure: Figure) -> list[tuple[float, float]]:
    """Where the arrows of a waterfall begin, and the edge to which they go."""
    found = [patch for patch in figure.axes[0].patches if patch.get_label() == "_excluded"]
    assert all(isinstance(patch, FancyArrowPatch) for patch in found)
    return [(patch._posA_posB[0][0], patch._posA_posB[1][0]) for patch in found]  # type: ignore[attr-defined]


def test_infinite_weights_are_arrows_to_the_edge() -> None:
    """An item that excludes a hypothesis is an arrow to the edge with its words; what comes after it is in words."""
    never = ab.Impossible("r")
    case = stated("abc", [item("e", 0.5, never, 0.2), item("f", never, 0.3, 0.2), item("g", 0.5, 0.3, 0.2)])
    figure = ab.plot_weights(case, "a", "b")
    assert waterfall(figure) == pytest.approx(np.zeros((1, 2)))
    assert {"∞", "1 : 0", "–", "excluded", "excludes the other"} <= set(texts(figure))
    assert any("excludes one side" in text for text in texts(figure))
    left, right = figure.axes[0].get_xlim()
    assert arrows(figure)[0] == (0.0, right)
    against = ab.plot_weights(case, "b", "c")
    assert {"−∞", "0 : 1", "excludes it", "it is excluded"} <= set(texts(against))
    assert "the other is excluded" in texts(ab.plot_weights(case, "c", "b"))
    of_all = ab.plot_weights(stated("abc", [item("e", 0.5, never, never)]), "a")
    assert {"excludes the others", "the others are excluded"} <= set(texts(of_all))
    assert arrows(against)[0] == (pytest.approx(0.0), against.axes[0].get_xlim()[0])
    assert left < 0 < right


def test_odds_may_be_infinite_from_the_start() -> None:
    """Where the prior excludes all others the odds are arrows, and the numbers say so."""
    prior = {"a": ab.Certain("r"), "b": ab.Impossible("r")}
    case = stated("ab", [item("e", 0.5, 0.2)]).model_copy(update={"prior": prior})
    figure = ab.plot_weights(case)
    assert not labelled(figure, "_odds") + labelled(figure, "_weight")
    assert arrows(figure) == [(0.0, figure.axes[0].get_xlim()[1])] * 2
    assert (
        texts(figure).count("∞") == texts(figure).count("1 : 0") == texts(figure).count("the others are excluded") == 2
    )
    assert any("excludes one side" in text for text in texts(figure))
    assert texts(figure).count("–") == 1


@pytest.mark.parametrize("evidence", [[], [item("e", 0.4, 0.2, observed=None)]])
def test_without_evidence_the_odds_stay(evidence: list[ab.Evidence]) -> None:
    """With nothing observed the posterior odds are the prior odds."""
    bars = waterfall(ab.plot_weights(stated("ab", evidence), "a"))
    assert bars == pytest.approx(np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0.0, ("0.0", "1 : 1")),
        (-10.0, ("−10.0", "1 : 10")),
        (33.0, ("+33.0", "1,995 : 1")),
        (90.0, ("+90.0", "1.0e09 : 1")),
    ],
)
def test_decibans_are_said_as_ratios_too(number: float, said: tuple[str, str]) -> None:
    """A weight is written in decibans and as the ratio that it is."""
    assert plots._said(number) == said


# The network ---------------------------------------------------------------------------------------------------------


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


@pytest.fixture(autouse=True)
def nothing_is_opened() -> Iterator[None]:
    """After each test pyplot has the figures that it had before."""
    before = open_figures()
    yield
    assert open_figures() == before


def open_figures() -> list[int]:
    """Of pyplot, if anybody has imported it."""
    return matplotlib.pyplot.get_fignums() if hasattr(matplotlib, "pyplot") else []
