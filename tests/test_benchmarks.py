"""What the pages of benchmarks rest on: turns, ratios and their verdicts, and peers that answer the same."""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path
from typing import Any

import comparison
import made
import nodes
import numpy as np
import page
import planning
import pytest
import scale
import timing
from comparison import Comparison

import attribution_bayes as ab

with warnings.catch_warnings():  # its wrappers warn while they load, and turned into an error that ends the process
    warnings.simplefilter("ignore", DeprecationWarning)
    import with_pyagrum

# Taking turns --------------------------------------------------------------------------------------------------------


def test_subjects_take_turns_and_the_first_call_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each subject has one time for each round, and what only its first call costs is in none of them."""
    monkeypatch.setattr(timing, "LEAST", 0.0)
    calls: list[str] = []

    def prepared_once(_: float) -> None:
        if "prepared" not in calls:
            time.sleep(0.05)
        calls.append("prepared")

    times = timing.interleaved({"a": prepared_once, "b": lambda _: calls.append("b")}, rounds=3)
    assert {name: len(took) for name, took in times.items()} == {"a": 3, "b": 3}
    assert max(times["a"]) < 0.05
    assert calls[2:] == ["prepared", "b", "b", "prepared", "prepared", "b"]


def test_a_subject_sees_another_value_at_each_call() -> None:
    """No subject can answer from what it was asked the call before."""
    seen: list[float] = []
    timing.interleaved({"a": seen.append}, rounds=2)
    assert len(set(timing.VALUES)) == len(timing.VALUES)
    assert len(set(seen[-len(timing.VALUES) :])) == len(timing.VALUES)


def test_a_slow_subject_has_its_turn_in_few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The quick ones go on to the last round."""
    monkeypatch.setattr(timing, "LEAST", 1e-4)
    monkeypatch.setattr(timing, "SLOW", 0.005)
    times = timing.interleaved({"slow": lambda _: time.sleep(0.01), "quick": lambda _: None}, rounds=5)
    assert [len(times[name]) for name in ("slow", "quick")] == [timing.FEW, 5]


def test_a_process_that_fails_stops_the_measuring() -> None:
    """A row is never left out because its process failed."""
    with pytest.raises(RuntimeError, match="no such row"):
        timing.output([sys.executable, "-c", "raise SystemExit('no such row')"])


def test_peak_memory_is_that_of_the_process_itself() -> None:
    """A small process started by one that holds much has held little itself; `getrusage` would count both."""
    held = np.ones(40_000_000)
    code = "import sys; sys.path.append(sys.argv[1]); import timing; print(timing.peak_memory())"
    folder = str(Path(timing.__file__).parent)
    small = float(timing.output([sys.executable, "-c", code, folder]))
    assert timing.peak_memory() > held.nbytes / 2**20 > small > 1


# Ratios and verdicts -------------------------------------------------------------------------------------------------


def compared(ours: list[float], peer: list[float], asked: float | None) -> Comparison:
    return Comparison("ours", "peer", ours, peer, asked)


def test_a_ratio_is_of_one_round() -> None:
    """A round in which the machine was busy for both leaves it as it is."""
    one = compared([1.0, 10.0, 1.0], [3.0, 30.0, 4.0, 99.0], 3)
    assert one.ratios == [3.0, 3.0, 4.0]
    assert one.ratio == 3.0


@pytest.mark.parametrize(
    ("ours", "peer", "asked", "said"),
    [
        ([1.0, 1.0], [3.0, 4.0], 3, "met"),
        ([1.0, 1.0, 1.0], [2.0, 4.0, 4.0], 3, "met, but not in each round"),
        ([1.0], [2.0], 3, "**not met**"),
        ([2.0], [1.0], 3, "**not met: the peer wins**"),
        ([5.0], [1.0], 1 / 10, "met"),
        ([20.0], [1.0], 1 / 10, "**not met**"),
        ([20.0], [1.0], None, "to know: the peer wins"),
    ],
)
def test_a_verdict_says_what_was_lost(ours: list[float], peer: list[float], asked: float | None, said: str) -> None:
    """By the median of the rounds, and it tells if not each round bears it out."""
    assert comparison.verdict(compared(ours, peer, asked)) == said


@pytest.mark.parametrize(
    ("ratio", "said"),
    [(1234.0, "1,234x faster"), (2.46, "2.5x faster"), (1.004, "as fast"), (0.5, "2x slower"), (1e-3, "1,000x slower")],
)
def test_a_ratio_in_words(ratio: float, said: str) -> None:
    """Faster and slower are told apart by a word, not by a fraction."""
    assert comparison.in_words(ratio) == said


# Pages ---------------------------------------------------------------------------------------------------------------


def test_a_slope_is_that_of_the_last_three_points() -> None:
    """What is paid once for every size does not flatten it."""
    sizes = [1, 10, 100, 1000]
    assert page.slope(sizes, [5.0, 0.1, 1.0, 10.0]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("value", "said"), [(12.34, "12.3 s"), (0.00123, "1.23 ms"), (4.56e-5, "45.6 us"), (7.8e-8, "78 ns")]
)
def test_seconds_are_printed_in_their_unit(value: float, said: str) -> None:
    """Three figures."""
    assert page.seconds(value) == said


# Peers ---------------------------------------------------------------------------------------------------------------

CASES = {
    "flat": (made.flat(3, 4), ["prior.h1", "evidence.e2.likelihood.h1", "prior.h0"]),
    "reported": (made.reported(2, 2, 2), ["source.s1.reliability", "evidence.e1.likelihood.h0", "prior.h1"]),
    "chain": (made.chain(2, 4), ["evidence.e0.likelihood.h1", "evidence.o1.likelihood.h0.True"]),
    "wide": (made.wide(2, 3), ["evidence.e1.likelihood.h1", "evidence.child.likelihood.h1.True.False.True"]),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("kind", [with_pyagrum.Anew, with_pyagrum.Kept])
def test_the_peer_answers_the_same(name: str, kind: Any) -> None:
    """What is timed against ours is the same question, also after the one before was about another number."""
    case, addresses = CASES[name]
    described = nodes.nodes(case)
    peer = kind(described, nodes.evidence(case))
    for address in addresses:
        answer = ab.weigh(ab.suppose(case, {address: 0.37})).credence.values
        np.testing.assert_allclose(peer.credence(nodes.change(described, address, 0.37)), answer, rtol=1e-9)
        stated = next(one.stated for one in ab.assumptions(case) if one.address == address)
        peer.credence(nodes.change(described, address, stated))


# Scale ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", scale.CURVES)
def test_what_is_timed_for_a_curve_is_what_it_says(name: str) -> None:
    """Every point is a case with suppositions of one length that `what_if` takes."""
    _, make, sizes = scale.CURVES[name]
    case, suppositions = make(sizes[0])
    rows = {len(column) for column in suppositions.values()}
    found = ab.what_if(case, {address: column[:3] for address, column in suppositions.items()})
    assert (len(rows), len(found)) == (1, 3)


@pytest.mark.parametrize("name", scale.MANY)
@pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")
def test_many_cases_that_are_timed_are_different(name: str) -> None:
    """No answer can be kept from the case before."""
    credence = ab.weigh_many(scale.MANY[name][1](6))
    assert len({tuple(row) for row in credence.values.tolist()}) == 6


def test_the_plan_for_a_cluster_can_be_added_up_again() -> None:
    """Core hours, bytes and seconds of the scheduler, from round figures."""
    found = planning.Figures(
        scenario=36e-9,
        heavy_scenario=3.6e-6,
        per_item=1.0,
        per_hypothesis=2.0,
        chunk_peak=10.0,
        heavy_chunk_peak=20.0,
        case=3.6e-4,
        plain_case=3.6e-4,
        range_case=3.6e-3,
        case_bytes=2**10,
        network_bytes=2**20,
        speed_up=1.5,
        control=1.8,
        given_back=3.2,
        sent_case=1e-3,
    )
    page_ = planning.page(found)
    for said in (
        "| work, one likelihood | 1e9 x 36 ns | 0.01 core hours |",
        "| work, a reliability | 1e9 x 3.6 us | 1 core hours |",
        "| work, new ranges | 1e6 x 3.6 ms | 1 core hours |",
        "| the case, with each chunk | 1,000 chunks x 1,048,576 bytes | 1,000 MiB |",
        "| credences, if they are kept, one likelihood | 1e9 x 4 hypotheses x 8 bytes | 29.8 GiB |",
        "| cases, sent to workers | 1e6 x 1,024 bytes | 0.954 GiB |",
        "twice as many moved items take 2.0 times",
        "hypotheses 4.0 times",
        "took 1 ms each on one worker, of which weighing is 360 us",
    ):
        assert said in page_


def test_both_pages_are_written_of_what_was_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every figure that is measured has its place, and the planning page says what the figures come to."""
    told = {"curve": [0.5], "chunk": [11.0, 22.0, 33.0], "many": [1e-4, 3e-3, 250.0], "sent": [13_000.0, 1e-4, 1e-3]}
    monkeypatch.setattr(scale, "measured", lambda kind, _, n: told.get(kind) or [3.0 / n, 0.25])
    monkeypatch.setattr(scale, "PAGE", tmp_path / "scale.md")
    monkeypatch.setattr(planning, "PAGE", tmp_path / "planning.md")
    scale.main()
    measured, planned = ((tmp_path / name).read_text() for name in ("scale.md", "planning.md"))
    for said in (
        "10,000,000: 500 ms",
        "| 11 | 22 | 33 |",
        "| 100 us | 10,000 | 3 ms | 30 | 250 |",
        "| 3 s | 1.5 s | 2.00 | 250 ms | 250 ms |",
    ):
        assert said in measured
    assert "1e9 x 50 ns" in planned
