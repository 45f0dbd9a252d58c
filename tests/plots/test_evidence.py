"""The picture of the evidence: what it draws is what the table says."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

import attribution_bayes as ab
from attribution_bayes.plots import evidence as plots
from pictures import item, labelled, rows_of, spans, stated, texts

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

FEW = ab.Sampling(draws=100, seed=3)


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


def test_what_was_observed_stands_behind_an_item() -> None:
    """False, or a named outcome, in both pictures of items; of what is true or only reported nothing is said."""
    named = {name: {"x": 0.2, "y": 0.8} for name in "ab"}
    kind = ab.Evidence(name="kind", statement="kind", likelihood=named, outcomes=("x", "y"), observed="y")
    items = [item("seen", 0.4, 0.2), item("trace", 0.4, 0.2, observed=False, date="2024-03-09"), kind]
    case = stated("ab", items)
    assert rows_of(ab.plot_weights(case))[1:-1] == ["seen", "trace (observed: false)", "kind (observed: y)"]
    assert rows_of(ab.plot_update(case))[1:] == ["seen", "trace (observed: false, 2024-03-09)", "kind (observed: y)"]


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


def test_weights_can_be_drawn_of_the_table(outage: ab.Case) -> None:
    """The picture of a table is that of its case; what the table was made for cannot be asked for again."""
    table = ab.weight_of_evidence(outage, "network", "other")
    assert np.array_equal(waterfall(ab.plot_weights(table)), waterfall(ab.plot_weights(outage, "network", "other")))
    assert texts(ab.plot_weights(table)) == texts(ab.plot_weights(outage, "network", "other"))
    with pytest.raises(ab.CaseError, match=r"E_CONFLICT against: .*Give it to `weight_of_evidence`"):
        ab.plot_weights(table, against="deploy")
    with pytest.raises(ab.CaseError, match=r"E_SHAPE table: .*Give `weight_of_evidence\(case\)`"):
        ab.plot_weights(ab.shapley(outage))


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
    assert plots.decibans_said(number) == said
