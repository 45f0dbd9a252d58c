"""Pictures of the assumptions together: what they draw is what the tables say."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.special import logit

import attribution_bayes as ab
from attribution_bayes.declare.wording import in_words
from attribution_bayes.engine.posterior import digits
from attribution_bayes.plots.style import mark
from pictures import labelled, of_three, rows_of, saved, spans, texts

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


def test_a_tornado_is_the_one_way_table(outage: ab.Case) -> None:
    """Bars go from the credence as stated to that at either end, in the order of the table, no more than asked for."""
    figure, table = ab.plot_tornado(outage, most=6), ab.one_way(outage).head(6)
    credence = float(ab.what_if(outage, {}).sel(hypothesis="deploy"))
    for column in ("at_lower", "at_upper"):
        bars = spans(labelled(figure, f"_{column}"))
        assert bars[:, 0] == pytest.approx(credence)
        assert bars[:, 1] == pytest.approx(table[column].to_numpy())
    assert rows_of(figure) == [in_words(outage, address) for address in table.index]
    assert {f"{digits(one.lower)} to {digits(one.upper)}" for one in table.itertuples()} <= set(texts(figure))
    assert any(f"The 6 of {len(ab.assumptions(outage))} assumptions" in text for text in texts(figure))


def test_flip_points_stand_on_the_same_axis(outage: ab.Case) -> None:
    """Where another would lead the credence there has the mark of that hypothesis; for the others it says none."""
    figure, flips = ab.plot_tornado(outage, most=12), ab.flip_points(outage)
    table = ab.one_way(outage).head(12).join(flips[["flip_at", "new_leader", "reachable"]])
    drawn, row_of = labelled(figure, "_flip"), dict(zip(figure.axes[0].get_yticks(), table.itertuples(), strict=True))
    assert len(drawn) == table["reachable"].sum() < 12
    for flip in drawn:
        ((at, y),) = flip.get_xydata()
        one = row_of[y]
        there = ab.what_if(outage, {one.Index: one.flip_at})[0]
        assert at == pytest.approx(float(there.sel(hypothesis="deploy")))
        assert float(there.sel(hypothesis=one.new_leader)) == pytest.approx(float(there.max()))
        assert flip.get_marker() == mark(outage.names.index(one.new_leader)).marker
        assert f"{digits(one.flip_at)}" in texts(figure)
    assert texts(figure).count("none") == 12 - len(drawn)
    low, high = figure.axes[0].get_xlim()
    assert all(low < flip.get_xdata()[0] < high for flip in drawn)


def test_the_target_may_be_another(outage: ab.Case) -> None:
    """The credence of any hypothesis can be asked for; an unknown one, and no rows, are refused."""
    figure = ab.plot_tornado(outage, "other", most=8)
    table = ab.one_way(outage, "other").head(8).join(ab.flip_points(outage, "other")["flip_at"])
    assert spans(labelled(figure, "_at_upper"))[:, 1] == pytest.approx(table["at_upper"].to_numpy())
    assert {text for text in texts(figure) if text.startswith("flip:")} == {"flip: other leads"}
    assert len(labelled(figure, "_flip")) == table["flip_at"].notna().sum() > 0
    with pytest.raises(ab.CaseError, match=r"E_UNKNOWN_NAME target: .*Did you mean 'network'"):
        ab.plot_tornado(outage, "netwrok")
    for most in (0, -1, 1.5, True):
        with pytest.raises(ab.CaseError, match="E_RANGE most"):
            ab.plot_tornado(outage, most=most)


def test_both_ends_are_seen_where_they_lie_on_one_side() -> None:
    """Of two bars on one side of the stated credence the shorter is drawn above the longer."""
    source = ab.Source(name="s", statement="s", reliability=0.5, if_unreliable=ab.Beta(3, 2))
    says = {"x": (True, {"a": 0.6, "b": 0.4}), "y": (False, {"a": 0.3, "b": 0.6})}
    evidence = [
        ab.Evidence(name=n, statement="s", likelihood=row, reports=[ab.Report(source="s", says=holds)])
        for n, (holds, row) in says.items()
    ]
    hypotheses = [ab.Hypothesis(name=name, statement=name) for name in "ab"]
    prior = {"a": 0.6, "b": 0.4}
    case = ab.Case(question="?", hypotheses=hypotheses, prior=prior, sources=[source], evidence=evidence)
    figure, table = ab.plot_tornado(case), ab.one_way(case)
    pairs = list(zip(labelled(figure, "_at_lower"), labelled(figure, "_at_upper"), strict=True))
    assert len(pairs) == len(table)
    one_sided = [(lower, upper) for lower, upper in pairs if lower.get_width() * upper.get_width() > 0]
    assert one_sided
    for lower, upper in one_sided:
        shorter, longer = sorted((lower, upper), key=lambda bar: abs(bar.get_width()))
        assert shorter.get_zorder() > longer.get_zorder()


def test_a_tornado_can_be_drawn_of_the_table(outage: ab.Case) -> None:
    """Rows of `one_way` are drawn as they are, by their addresses and without flip points, which they do not have."""
    table = ab.one_way(outage, "other")
    sources = table[table.index.str.startswith("source.")]
    figure, full = ab.plot_tornado(sources), ab.plot_tornado(outage, "other", most=100)
    assert rows_of(figure) == list(sources.index)
    assert spans(labelled(figure, "_at_upper"))[:, 1] == pytest.approx(sources["at_upper"].to_numpy())
    assert spans(labelled(figure, "_at_upper"))[0, 0] == spans(labelled(full, "_at_upper"))[0, 0]
    assert not labelled(figure, "_flip")
    with pytest.raises(ab.CaseError, match=r"E_CONFLICT target: .*Give it to `one_way`"):
        ab.plot_tornado(table, "deploy")
    for other in (ab.flip_points(outage), table.head(0)):
        with pytest.raises(ab.CaseError, match=r"E_SHAPE table: .*Give `one_way\(case\)`"):
            ab.plot_tornado(other)


@pytest.mark.parametrize("share", [0.5, 1e-6, 1 - 1e-6])
def test_a_tornado_tells_swings_apart_wherever_they_are(share: float) -> None:
    """Near 0 and 1 the credences stand by their log odds, so that the longest bar is a good part of the axis."""
    case = of_three({"a": share, "b": (1 - share) / 2, "c": (1 - share) / 2}, {"a": 0.5, "b": 0.5, "c": 0.4})
    figure = ab.plot_tornado(case, "a", most=2)
    ax = figure.axes[0]
    place = logit if ax.get_xscale() == "function" else np.asarray
    assert (ax.get_xscale() == "function") is (share != 0.5)
    bars = spans([*labelled(figure, "_at_lower"), *labelled(figure, "_at_upper")])
    assert abs(np.diff(place(bars))).max() > 0.03 * np.ptp(place(np.array(ax.get_xlim())))
    saved(figure)


def test_a_tornado_of_what_is_nearly_certain_does_not_say_certain() -> None:
    """A credence that rounds to 1 while another is not excluded is printed as more than 99 %."""
    likelihoods = [{"a": 0.5, "b": 1e-200, "c": 1e-200} for _ in range(2)]
    case = of_three({"a": 0.4, "b": 0.3, "c": 0.3}, *likelihoods)
    assert "as stated: >99.99 %" in texts(ab.plot_tornado(case))
    assert "a, in the end >99.99 %" in texts(ab.plot_update(case))
    assert "b, in the end <0.01 %" in texts(ab.plot_update(case))


def readings() -> dict[str, ab.Case]:
    """Three readings, of which the last has an item that the others do not have."""
    zoe, mo = (of_three({"a": 0.5, "b": 0.3, "c": 0.2}, {"a": x, "b": 0.3, "c": 0.4}) for x in (0.6, 0.2))
    row = {"a": ab.Between(0.05, 0.6), "b": 0.5, "c": 0.1}
    return {"zoe": zoe, "anna": of_three({"a": 0.2, "b": 0.5, "c": 0.3}, {"a": 0.6, "b": 0.3, "c": 0.4}, row), "mo": mo}


def test_a_tornado_of_several_cases_draws_each_alike() -> None:
    """Under each assumption every case has a row of the same height, in the order declared, also where it is silent."""
    figure, table = ab.plot_tornado(readings(), "a", most=100), ab.one_way(readings(), "a")
    ax = figure.axes[0]
    chosen = table.index.unique("assumption")
    case = readings()["anna"]
    assert rows_of(figure) == [row for at in chosen for row in (in_words(case, at), "zoe", "anna", "mo")]
    places = np.array(ax.get_yticks()).reshape(-1, 4)
    assert np.diff(places, axis=1)[:, 1:] == pytest.approx(np.diff(places, axis=1)[:, 1:].mean())
    silent = sum(4 - 1 - len(table.loc[at]) for at in chosen)
    assert texts(figure).count("not stated") == silent == 2 * 3
    bars = labelled(figure, "_at_upper")
    assert len({(round(bar.get_height(), 9), bar.get_facecolor(), bar.get_hatch()) for bar in bars}) == 1
    drawn = [(bar.get_y() + bar.get_height() / 2, *span) for bar, span in zip(bars, spans(bars), strict=True)]
    names = dict(zip(("zoe", "anna", "mo"), (1, 2, 3), strict=True))
    expected = [
        (places[list(chosen).index(at), names[name]], table.attrs["credence"][name]["a"], row["at_upper"])
        for (at, name), row in table.iterrows()
    ]
    assert sorted(drawn) == [pytest.approx(one) for one in sorted(expected)]
    alone = {name: " ".join(texts(ab.plot_tornado(one, "a"))) for name, one in readings().items()}
    said = {name: re.search(r"as stated: (\S+ %)", one) for name, one in alone.items()}
    assert f"As stated: {', '.join(f'{name} {one[1]}' for name, one in said.items() if one)}." in " ".join(
        texts(figure)
    )


def test_flip_points_of_several_cases_are_those_of_each() -> None:
    """A mark stands where another would lead in that case; a case that cannot be overturned says none."""
    figure = ab.plot_tornado(readings(), "a", most=100)
    flips = ab.flip_points(readings(), "a")
    assert len(labelled(figure, "_flip")) == flips["reachable"].sum() > 0
    assert texts(figure).count("none") == (~flips["reachable"]).sum()


def test_a_tornado_of_several_cases_can_be_drawn_of_the_table() -> None:
    """Rows of `one_way` of several cases are drawn by their addresses, without flip points."""
    table = ab.one_way(readings(), "b")
    figure = ab.plot_tornado(table, most=1)
    assert rows_of(figure) == [table.index[0][0], "zoe", "anna", "mo"]
    assert not labelled(figure, "_flip")
    for refused, code in (({}, "E_TOO_FEW cases"), ({"zoe": readings()["zoe"]}, "E_TOO_FEW cases")):
        with pytest.raises(ab.CaseError, match=code):
            ab.plot_tornado(refused)


@pytest.mark.parametrize("width", [3.4, 6.5])
def test_bars_keep_nearly_half_of_the_width(width: float, outage: ab.Case) -> None:
    """Of a column and of a page; in a column flip points stand under the ranges."""
    axes = Figure(figsize=(width, 7), layout="constrained").add_subplot()
    figure = ab.plot_tornado(outage, most=6, ax=axes)
    figure.savefig(io.BytesIO())
    assert axes.get_position().width >= 0.45
    beside = [text for text in texts(figure) if re.fullmatch(r"(flip )?\d\.\d+", text)]
    assert {text.startswith("flip") for text in beside} == {width == 3.4}
