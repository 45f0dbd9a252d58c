"""Pictures of one assumption moved, or two: what they draw is what weighing says there."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

import attribution_bayes as ab
from attribution_bayes.engine.posterior import digits
from attribution_bayes.plots.style import mark
from pictures import EVEN, of_three, saved, texts

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

NEAREST = r"E_UNKNOWN_NAME prior\.deplay: .*Did you mean 'prior\.deploy'"


def curves(figure: Figure, case: ab.Case) -> dict[str, np.ndarray]:
    """The drawn points of each hypothesis."""
    return {line.get_label(): line.get_xydata() for line in figure.axes[0].lines if line.get_label() in case.names}


@pytest.mark.parametrize(
    "address", ["prior.network", "source.on_call.reliability", "evidence.rollback_helped.likelihood.other"]
)
def test_a_response_is_the_curve_of_every_hypothesis(outage: ab.Case, address: str) -> None:
    """Each line has the credences of `response_curve`; stated value, range and flip point are marked."""
    figure = ab.plot_response(outage, address)
    drawn = curves(figure, outage)
    assert list(drawn) == list(outage.names)
    values = drawn["deploy"][::20, 0]
    expected = ab.response_curve(outage, address, values)
    for name, points in drawn.items():
        assert points[::20, 0] == pytest.approx(values)
        assert points[::20, 1] == pytest.approx(expected.sel(hypothesis=name).values)
    (one,) = [one for one in ab.assumptions(outage) if one.address == address]
    flip = ab.flip_points(outage).loc[address]
    keys = {text.partition(":")[0]: text for text in texts(figure) if ":" in text}
    assert keys["stated"] == f"stated: {digits(one.stated)}"
    assert keys["range"].startswith(f"range: {digits(one.lower)} to {digits(one.upper)} (")
    lines = {line.get_label(): line.get_xdata()[0] for line in figure.axes[0].lines if len(line.get_xdata()) == 2}
    assert lines[keys["stated"]] == one.stated
    assert (keys.get("flip") in lines) is bool(flip["reachable"])
    if flip["reachable"]:
        assert keys["flip"] == f"flip: {flip['new_leader']} leads from {digits(flip['flip_at'])}"
        assert lines[keys["flip"]] == flip["flip_at"]
    else:
        assert "no flip: no value changes who leads" in texts(figure)


def test_ratios_stand_by_their_logarithm() -> None:
    """The axis of a likelihood ratio is logarithmic and shows its range and its flip point."""
    case = of_three(EVEN, ab.Ratios(reference="a", ratios={"b": ab.RatioBetween(0.2, 9), "c": 2.0}))
    address = "evidence.i0.likelihood.b"
    figure = ab.plot_response(case, address)
    assert figure.axes[0].get_xscale() == "log"
    low, high = figure.axes[0].get_xlim()
    assert low < 0.2 < float(ab.flip_points(case).loc[address, "flip_at"]) < 9 < high
    points = curves(figure, case)["b"]
    assert points[:, 1] == pytest.approx(ab.response_curve(case, address, points[:, 0])[:, 1].values)
    saved(figure)


@pytest.mark.parametrize("small", [1e-3, 1e-20, 1e-250])
def test_likelihoods_near_zero_stand_by_their_log_odds(small: float) -> None:
    """What lies near 0 can be told apart, and everything that is marked is on the axis."""
    case = of_three(EVEN, {"a": ab.Uniform(small, 3 * small), "b": small, "c": small})
    address = "evidence.i0.likelihood.a"
    figure = ab.plot_response(case, address)
    assert figure.axes[0].get_xscale() == "function"
    low, high = figure.axes[0].get_xlim()
    flip = float(ab.flip_points(case).loc[address, "flip_at"])
    assert low < min(small, flip) < max(3 * small, flip) < high
    saved(figure)


@pytest.mark.parametrize("way", [ab.Impossible("r"), ab.Certain("r"), 1e-300])
def test_what_is_at_the_end_can_be_looked_at(way: object) -> None:
    """Of what is stated as impossible or certain, and of the smallest numbers, there is a picture of all values."""
    case = of_three(EVEN, {"a": 0.5, "b": 0.3, "c": way})
    for figure in (ab.plot_response(case, "evidence.i0.likelihood.c"), ab.plot_tornado(case)):
        saved(figure)


def test_regions_over_the_smallest_numbers() -> None:
    """A number near 0 has its range, however small."""
    case = of_three(EVEN, {"a": 0.5, "b": 0.3, "c": 1e-300})
    saved(ab.plot_two_way(case, "evidence.i0.likelihood.a", "evidence.i0.likelihood.c"))


@pytest.mark.parametrize("way", [ab.Impossible("r"), ab.Certain("r"), ab.Between(0.3, 0.3), ab.Uniform(0.3, 0.3)])
def test_regions_over_what_has_no_range_are_refused(way: object) -> None:
    """What has no plausible range cannot be moved over it, in the picture as in the table."""
    case = of_three(EVEN, {"a": way, "b": 0.5, "c": 0.5})
    for moved_over_its_range in (ab.plot_two_way, ab.two_way):
        with pytest.raises(ab.CaseError, match=r"E_INTERVAL evidence\.i0\.likelihood\.a: .*without a plausible range"):
            moved_over_its_range(case, "evidence.i0.likelihood.a", "prior.a")


def test_lines_differ_in_more_than_colour(rich: ab.Case) -> None:
    """No two hypotheses have the same marker."""
    figure = ab.plot_response(rich, "prior.crew")
    assert len({line.get_marker() for line in figure.axes[0].lines if line.get_label() in rich.names}) == 3


def test_an_unknown_address_gets_the_nearest(outage: ab.Case, weighed_outage: ab.Posterior) -> None:
    """An address that the case does not have is refused with the one that may have been meant."""
    for make in (
        lambda: ab.plot_response(outage, "prior.deplay"),
        lambda: ab.plot_two_way(outage, "prior.deplay", "prior.other"),
        lambda: ab.plot_two_way(outage, "prior.other", "prior.deplay"),
        lambda: ab.plot_assumption(weighed_outage, "prior.deplay"),
    ):
        with pytest.raises(ab.CaseError, match=NEAREST):
            make()


def regions(figure: Figure) -> list[tuple[object, object]]:
    """Filled regions with their hatch."""
    return [(drawn.get_paths()[0], drawn.hatches[0]) for drawn in figure.axes[0].collections]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("prior.deploy", "evidence.rollback_helped.likelihood.network"),
        ("source.on_call.reliability", "source.provider.reliability"),
        ("prior.deploy", "prior.network"),
    ],
)
def test_regions_are_where_a_hypothesis_leads(outage: ab.Case, a: str, b: str) -> None:
    """Wherever two credences are not level, the region that one stands in is that of the one that leads."""
    figure, known = ab.plot_two_way(outage, a, b), {one.address: one for one in ab.assumptions(outage)}
    drawn, said = regions(figure), texts(figure)
    names = [name for name in outage.names if f"{name} leads" in said]
    assert [hatch for _, hatch in drawn] == [mark(outage.names.index(name)).hatch for name in names]
    xs, ys = (np.linspace(known[x].lower, known[x].upper, 9)[1:-1] for x in (a, b))
    for x, y in ((x, y) for x in xs for y in ys if x + y < 0.99 or (a + b).count("prior.") != 2):
        credence = ab.what_if(outage, {a: x, b: y})[0]
        first, second = np.sort(credence.values)[[-1, -2]]
        if first - second > 0.02:
            inside = [name for (path, _), name in zip(drawn, names, strict=True) if path.contains_point((x, y))]
            assert inside == [str(credence.hypothesis.values[int(credence.argmax("hypothesis"))])]
    (star,) = [line for line in figure.axes[0].lines if line.get_label() == "as stated"]
    assert star.get_xydata().tolist() == [[known[a].stated, known[b].stated]]


def test_what_leaves_nothing_is_blank(outage: ab.Case) -> None:
    """Two members of a prior that sum to more than one are nowhere."""
    figure = ab.plot_two_way(outage, "prior.deploy", "prior.network")
    assert figure.axes[0].get_xlim()[1] + figure.axes[0].get_ylim()[1] > 1.1
    assert not any(path.contains_point((0.74, 0.41)) for path, _ in regions(figure))


def test_one_assumption_is_not_two(outage: ab.Case) -> None:
    """An assumption against itself, or against all that it leaves, is refused."""
    with pytest.raises(ab.CaseError, match=r"E_SAME b: 'prior\.deploy' cannot be moved against itself"):
        ab.plot_two_way(outage, "prior.deploy", "prior.deploy")
    with pytest.raises(ab.CaseError, match=r"E_SAME b: it is what 'prior\.a' leaves"):
        ab.plot_two_way(of_three({"a": 0.5, "b": 0.5}), "prior.a", "prior.b")
    certain = {"a": 0.5, "b": 0.5, "c": ab.Impossible("r")}
    with pytest.raises(ab.CaseError, match="E_SAME"):
        ab.plot_two_way(of_three(certain), "prior.a", "prior.b")


def tied() -> ab.Case:
    return of_three({"a": 0.417, "b": 0.417, "c": 0.166}, {"a": 0.5, "b": 0.5, "c": 0.5})


def test_pictures_say_tied_where_nobody_leads() -> None:
    """A region of its own in the map of leads, "tied" beside the flip points, and where a response has its mark."""
    case = tied()
    along, up = "evidence.i0.likelihood.c", "prior.c"
    assert "tied: nobody leads" in texts(ab.plot_two_way(case, along, up))
    assert not {"a leads", "b leads"} & {*texts(ab.plot_two_way(case, along, up))}
    assert texts(ab.plot_tornado(case)).count("tied") == 4
    assert "tied at 0.417: a and b" in texts(ab.plot_response(case, "prior.a"))


def test_a_line_between_two_regions_is_no_region() -> None:
    """Where hypotheses are level along a line only, the map has their two regions and no other."""
    shown = texts(ab.plot_two_way(tied(), "evidence.i0.likelihood.a", "evidence.i0.likelihood.b"))
    assert {"a leads", "b leads"} <= {*shown}
    assert "tied: nobody leads" not in shown
