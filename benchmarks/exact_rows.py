"""Rows that ask the exact engine: one weighing, many scenarios, curves, indices, networks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import made
import nodes
import numpy as np
import pandas as pd
import timing
import with_pgmpy
import with_pyagrum
import with_salib
from comparison import Comparison, Row, spread
from likelihoods_process import Scenarios
from page import figures, seconds

import attribution_bayes as ab

type Subject = Callable[[float], object]

HERE = Path(__file__).parent
ADDRESS = "evidence.e3.likelihood.h1"
TOLERANCE = 1e-9

KEPT_WHY = (
    "It reuses what it worked out for the question before; the line of a new inference shows how much that saves. "
    "pyAgrum is compiled, and checks nothing of what it is given."
)
PARTS_WHY = "Its parts are measured above: checking, cautions and labels, which the peers leave to their user."
MEMORY_WHY = "The pass over the memory computes nothing."


def agree(ours: np.ndarray, theirs: np.ndarray) -> None:
    """A comparison of speed is of no use if the answers differ."""
    np.testing.assert_allclose(theirs, ours, rtol=TOLERANCE, atol=0)


def weigh_supposed(case: ab.Case, address: str) -> Callable[[float], np.ndarray]:
    return lambda x: np.asarray(ab.weigh(ab.suppose(case, {address: x})).credence.values)


def what_if_one(case: ab.Case, address: str) -> Callable[[float], np.ndarray]:
    return lambda x: np.asarray(ab.what_if(case, {address: [x]}).values[0])


def prepared_one(case: ab.Case, address: str) -> Callable[[float], np.ndarray]:
    question = ab.prepare(case, [address])
    return lambda x: question(np.array([x]))


def by_peer(
    kind: type[with_pyagrum.Anew | with_pyagrum.Kept | with_pgmpy.Kept], case: ab.Case, address: str
) -> Callable[[float], np.ndarray]:
    described = nodes.nodes(case)
    peer = kind(described, nodes.evidence(case))
    return lambda x: peer.credence(nodes.change(described, address, x))


SUPPOSE, AGAIN = "`suppose` alone", "`weigh` of a case weighed before"
LABELS = "putting xarray's labels on an answer"
ONE_WEIGHING, ONE_ROW = "`weigh(suppose(case, {address: x})).credence`", "`what_if(case, {address: [x]})`"
PREPARED = "`prepare(case, [address])`, asked for `[x]`"
ANEW, KEPT, PGMPY = "pyAgrum, a new inference each time", "pyAgrum, one inference kept", "pgmpy, one elimination kept"


def one_case(case: ab.Case, address: str, peers: dict[str, type]) -> timing.Times:
    """One weighing and one row of `what_if` against peers, checked to give the same numbers first."""
    answers = {
        ONE_WEIGHING: weigh_supposed(case, address),
        ONE_ROW: what_if_one(case, address),
        PREPARED: prepared_one(case, address),
        **{name: by_peer(kind, case, address) for name, kind in peers.items()},
    }
    expected = answers[ONE_WEIGHING](timing.VALUES[0])
    for answer in answers.values():
        answer(timing.VALUES[1])  # so that an answer that is only kept is found out
        agree(expected, answer(timing.VALUES[0]))
    labelled = ab.what_if(case, {address: [0.5]})
    parts: dict[str, Subject] = {
        LABELS: lambda _: labelled.copy(deep=False, data=labelled.values),
        SUPPOSE: lambda x: ab.suppose(case, {address: x}),
        AGAIN: lambda _: ab.weigh(case).credence,
    }
    return timing.interleaved({**answers, **parts})


def _parts(times: timing.Times) -> str:
    told = ", ".join(
        f"{name} {seconds(timing.median(times[name]))}"
        for name in (ONE_WEIGHING, SUPPOSE, AGAIN, ONE_ROW, LABELS, PREPARED)
    )
    return f"Where the time goes: {told}."


TWO: dict[str, type] = {ANEW: with_pyagrum.Anew, KEPT: with_pyagrum.Kept}
THREE: dict[str, type] = TWO | {PGMPY: with_pgmpy.Kept}


AS_ARRAYS = {ANEW: 15.0, KEPT: 10.0, PGMPY: 50.0}


def weighing() -> list[Row]:
    times = one_case(made.flat(4, 15), ADDRESS, THREE)

    def against(ours: str, by_pyagrum: float, by_pgmpy: float, why: str) -> list[Comparison]:
        asked = {ANEW: by_pyagrum, KEPT: by_pyagrum, PGMPY: by_pgmpy}
        whys = {KEPT: f"{KEPT_WHY} {why}".strip()}
        return [Comparison(ours, p, times[ours], times[p], least, whys.get(p, why)) for p, least in asked.items()]

    checked = "Peers build their network once, overwrite one row of one table, and give our numbers to 1e-9."
    return [
        Row(
            "One exact weighing of a loaded case, 4 x 15",
            f"From a loaded case and a new value of one likelihood to the credences of all hypotheses. {checked}",
            against(ONE_WEIGHING, 3, 10, PARTS_WHY),
            [_parts(times)],
        ),
        Row(
            "The same, asked many times of one case",
            f"One row of `what_if`, which returns a DataArray with names, on a case that is prepared once. {checked}",
            against(ONE_ROW, 10, 50, PARTS_WHY),
            [_parts(times)],
        ),
        Row(
            "The same, as a question prepared once",
            f"From an array of one number to an array of credences, checked as by `what_if`. {checked}",
            [Comparison(PREPARED, peer, times[PREPARED], times[peer], least) for peer, least in AS_ARRAYS.items()],
        ),
    ]


# Many scenarios ------------------------------------------------------------------------------------------------------

SCENARIOS = 100_000


def scenarios() -> list[Row]:
    return [_scenarios(4, 15, asked_questions=400), _scenarios(20, 200, asked_questions=40)]


def _scenarios(k: int, items: int, asked_questions: int) -> Row:
    case = made.flat(k, items)
    peer, supposed = by_peer(with_pyagrum.Kept, case, ADDRESS), np.random.default_rng(4).uniform(0.1, 0.9, SCENARIOS)
    asked = supposed[:asked_questions]
    answer = ab.what_if(case, {ADDRESS: supposed}).values
    agree(answer[:asked_questions], np.array([peer(x) for x in asked.tolist()]))
    given, written = np.empty_like(supposed), np.empty_like(answer)

    def memory(_: float) -> None:
        np.copyto(given, supposed)
        written.fill(1.0)

    times = timing.interleaved(
        {
            "ours": lambda _: ab.what_if(case, {ADDRESS: supposed}),
            "peer": lambda _: [peer(x) for x in asked.tolist()],
            "memory": memory,
            "fresh": lambda _: (supposed.copy(), np.full_like(answer, 1.0)),
        },
        rounds=5,
    )
    times["peer"] = [took / asked_questions * SCENARIOS for took in times["peer"]]
    ours = f"`what_if`, {SCENARIOS:,} rows"
    comparisons = [
        Comparison(ours, f"{KEPT}, in a loop", times["ours"], times["peer"], 1_000),
        Comparison(ours, "one pass over the memory", times["ours"], times["memory"], 1 / 10, MEMORY_WHY),
        Comparison(ours, "the same pass over memory newly taken", times["ours"], times["fresh"]),
    ]
    timed = (
        f"All credences of {k} hypotheses given {items} items for {SCENARIOS:,} values of one likelihood. The loop of "
        f"the peer asks {asked_questions} of them and is scaled up. The pass copies the {SCENARIOS:,} inputs and "
        "writes as many numbers as there are credences."
    )
    each = {name: seconds(timing.median(times[name]) / SCENARIOS) for name in ("ours", "peer")}
    facts = [f"Each scenario: ours {each['ours']}, pyAgrum {each['peer']}."]
    return Row(f"{SCENARIOS:,} scenarios of one assumption, {k} x {items}", timed, comparisons, facts)


LARGE = 1_000_000


def likelihoods() -> list[Row]:
    large = Scenarios(LARGE)
    agree(large.ours(), large.numpy().T)
    question, rows = ab.prepare(large.case, [*large.supposed]), large.columns.reshape(len(large.supposed), LARGE).T
    agree(question(rows), large.ours())
    by_row = np.ascontiguousarray(np.moveaxis(large.columns, -1, 0))
    read, written = np.empty_like(large.columns), np.empty((LARGE, 4))

    def numpy_by_row(_: float) -> np.ndarray:
        joint = by_row.prod(axis=1) * large.prior
        return np.asarray(joint / joint.sum(axis=1, keepdims=True))

    def memory(_: float) -> None:
        np.copyto(read, large.columns)
        written.fill(1.0)

    subjects: dict[str, Subject] = {
        "ours": lambda _: large.ours(),
        "prepared": lambda _: question(rows),
        "columns": lambda _: large.numpy(),
        "rows": numpy_by_row,
        "memory": memory,
    }
    times = timing.interleaved(subjects, rounds=5)
    ours = f"`what_if`, {LARGE:,} rows of 60 arrays"
    comparisons = [
        Comparison(ours, "NumPy `prod` over columns", times["ours"], times["columns"], 2, _columns_why(times)),
        Comparison(ours, "NumPy `prod` over rows", times["ours"], times["rows"], 2, NUMPY_WHY),
        Comparison(ours, "one pass over the memory", times["ours"], times["memory"], 1 / 8, MEMORY_WHY),
        Comparison(ASKED_ROWS, "one pass over the memory", times["prepared"], times["memory"], 1 / 2, MEMORY_WHY),
    ]
    timed = (
        f"{LARGE:,} scenarios in which all 60 likelihoods of a 4 x 15 case vary. NumPy multiplies an array that lies "
        "ready, by columns (item, hypothesis, scenario), as ours is given it, or by rows (scenario, item, hypothesis); "
        "it checks nothing, and 1 000 items would underflow. The pass copies all inputs, so that it writes as much as "
        "it reads, and writes the output."
    )
    return [Row(f"{LARGE:,} scenarios that vary all 60 likelihoods", timed, comparisons, _memory_facts(times))]


def _columns_why(times: timing.Times) -> str:
    share = timing.median(times["columns"]) / timing.median(times["memory"])
    return f"{NUMPY_WHY} Over columns it takes {share:.1f} times as long as the pass that only copies the inputs."


ASKED_ROWS = f"a prepared question, {LARGE:,} rows of 60 numbers, by columns"
NUMPY_WHY = "A bare product checks no value and keeps no exponent."


def _memory_facts(times: timing.Times) -> list[str]:
    each = {name: seconds(timing.median(took) / LARGE) for name, took in times.items()}
    facts = [f"Each scenario: ours {each['ours']}, NumPy {each['columns']} and {each['rows']}, pass {each['memory']}."]
    for way in ("ours", "numpy"):
        sizes = [LARGE // 4, LARGE]
        script = str(HERE / "likelihoods_process.py")
        peaks = [float(timing.output([sys.executable, script, way, str(size)])) for size in sizes]
        told = " and ".join(f"{figures(peak)} MiB for {size:,}" for peak, size in zip(peaks, sizes, strict=True))
        facts.append(f"Peak memory on top of inputs and answer, {way}: {told} scenarios.")
    return facts


# Curves and indices --------------------------------------------------------------------------------------------------


def one_way() -> list[Row]:
    case = made.flat(4, 15)
    table = ab.one_way(case)
    points = [
        (address, x)
        for address, row in table.iterrows()
        for x in (float(row["lower"]), float(row["stated"]), float(row["upper"]))
    ]
    described, observed = nodes.nodes(case), nodes.evidence(case)
    target = int(np.argmax(ab.what_if(case, {}).values))

    def forced(kind: type[with_pyagrum.Kept | with_pgmpy.Kept]) -> Callable[[float], np.ndarray]:
        peer = kind(described, observed)

        def curves(_: float) -> np.ndarray:
            found = []
            for start in range(0, len(points), 3):
                low, stated, high = (nodes.change(described, *point) for point in points[start : start + 3])
                found.append([peer.credence(moved)[target] for moved in (low, high, stated)])  # ends as stated
            return np.array(found)

        return curves

    peers = {KEPT: forced(with_pyagrum.Kept), PGMPY: forced(with_pgmpy.Kept)}
    for subject in peers.values():
        agree(table[["at_lower", "at_upper"]].to_numpy(), subject(0)[:, :2])

    def tables(x: float) -> object:
        supposed = ab.suppose(case, {ADDRESS: x})  # another case in each round: nothing of it is known yet
        return ab.one_way(supposed), ab.flip_points(supposed)

    def labels(_: float) -> object:
        return [
            pd.DataFrame({name: found[name].to_numpy() for name in found}, index=[*found.index]) for found in made_up
        ]

    made_up = ab.one_way(case), ab.flip_points(case)
    question = ab.prepare(case, table.index)
    rows, at = _rows_of(question, points), question.addresses.index(ADDRESS)
    others = np.flatnonzero([address != ADDRESS for address, _ in points])
    agree(table[["at_lower", "at_upper"]].to_numpy(), question(rows)[:, target].reshape(-1, 3)[:, [0, 2]])

    def prepared(x: float) -> object:
        rows[others, at] = x
        return question(rows)

    times = timing.interleaved({"ours": tables, "prepared": prepared, "labels": labels, **peers}, rounds=5)
    ours = "`one_way(case)` and `flip_points(case)`"
    timed = (
        f"All {len(table)} assumptions of a 4 x 15 case: the credence at both ends of the range, derivative, leaders "
        "and the nearest flip point. The peers find the credence at three points of each assumption, by changing a "
        "table and asking, and know neither derivative nor flip point. They agree at the ends to 1e-9. A prepared "
        f"question answers in arrays: the same {len(points)} points in one call, of which each row gives all numbers."
    )
    compared = ((ours, "ours", 60, TABLES_WHY), (ASKED_POINTS, "prepared", 200, POINTS_WHY))
    asked = [
        Comparison(one, f"{name}, 3 points each", times[key], times[name], factor, why)
        for one, key, factor, why in compared
        for name in peers
    ]
    parts = (
        f"`pandas.DataFrame` takes {seconds(timing.median(times['labels']))} to make two such tables of finished "
        "columns; ours hands over together the columns of one type."
    )
    return [Row("All one-way curves and flip points, 4 x 15", timed, asked, [parts])]


def _rows_of(question: ab.Prepared, points: list[tuple[str, float]]) -> np.ndarray:
    """All numbers with one of them moved, a row for each point; the others of the prior in proportion."""
    rows = np.tile(question.stated, (len(points), 1))
    prior = [i for i, address in enumerate(question.addresses) if address.startswith("prior.")]
    for row, (address, value) in zip(rows, points, strict=True):
        place = question.addresses.index(address)
        if place in prior:
            row[prior] *= (1 - value) / (1 - row[place])
        row[place] = value
    return rows


ASKED_POINTS = "a prepared question, 3 rows each"
TABLES_WHY = (
    "What it answers is an array of numbers; ours, two tables with names. A fifth of our time is pandas, most of that "
    "to put the addresses in order as text; the rest is hundreds of calls of NumPy with a few hundred numbers each, "
    "which take longer than the arithmetic."
)
POINTS_WHY = "Each of the numbers of a row may have moved: all are checked, and multiplied anew."


N, ASKED = 4096, 300


def sobol() -> list[Row]:
    case = made.flat(4, 15)
    problem = with_salib.Problem(case, N)
    rows = problem.rows(0)
    agree(problem.at_once(rows[:10]), problem.one_at_a_time(rows[:10]))
    found: dict[str, np.ndarray] = {}

    def around(_: float) -> None:
        """All of SALib's part, with the model at all rows in one call."""
        found["salib"] = problem.indices(problem.at_once(problem.rows(0)), 0)[1]

    subjects: dict[str, Subject] = {
        "ours": lambda _: ab.sobol(case, n=N),
        "together": around,
        "rows": lambda _: problem.at_once(rows),
        "calls": lambda _: problem.one_at_a_time(rows[:ASKED]),
    }
    times = timing.interleaved(subjects, rounds=3)
    loop = [
        whole - batch + took * len(rows) / ASKED
        for whole, batch, took in zip(times["together"], times["rows"], times["calls"], strict=True)
    ]
    totals = ab.sobol(case, n=N)["total"]
    groups = list(dict.fromkeys(problem.stated["groups"]))
    apart = float(np.abs(found["salib"] - totals.reindex(groups).to_numpy()).max())
    ours = f"`sobol(case, n={N})`"
    comparisons = [
        Comparison(ours, "SALib, one call for each row", times["ours"], loop, 100),
        Comparison(ours, "SALib, one `what_if` for all rows", times["ours"], times["together"], why=SALIB_WHY),
    ]
    timed = (
        f"Sobol indices of the log odds for {len(problem.addresses)} assumptions, the prior one group: {len(rows):,} "
        f"rows. SALib samples and analyses; its model is our exact `what_if`, called for one row at a time as SALib's "
        f"users do with a model that takes one row: {ASKED} calls are timed and scaled up. Given all rows in one call "
        "of `what_if`, which is our batch and not SALib's, it takes what the second line says."
    )
    facts = [f"The total indices of the two differ by at most {apart:.2g}."]
    return [Row(f"`sobol` with n = {N}, {len(problem.addresses)} assumptions", timed, comparisons, facts)]


SALIB_WHY = "It draws fewer bootstrap samples (100 to our 400)."


# Networks ------------------------------------------------------------------------------------------------------------

PARENTS = 16


def networks() -> list[Row]:
    reports, chained = made.reported(4, 4, 5), made.chain(4, 20)
    return [
        _network("A network of 5 sources with 4 reports each", reports, "source.s2.reliability", THREE, SOURCES),
        _network("A network of 20 hidden parents, in a chain", chained, "evidence.e0.likelihood.h1", THREE, CHAIN),
        _network(f"One observed item given {PARENTS} hidden parents", made.wide(2, PARENTS), WIDE_ADDRESS, TWO, WIDE),
    ]


WIDE_ADDRESS = "evidence.e3.likelihood.h1"
SOURCES = "Four items that nobody observed, each reported by all of five sources; one reliability changes."
CHAIN = "Twenty hidden items, each the parent of the next and of an observed one: 2^20 worlds; the first one changes."
WIDE = f"A table of 2^{PARENTS} numbers for each of two hypotheses; the likelihood of one hidden item changes."


def _network(work: str, case: ab.Case, address: str, peers: dict[str, type], timed: str) -> Row:
    times = one_case(case, address, peers)
    asked = {ANEW: 3.0, KEPT: 3.0, PGMPY: None}
    comparisons = [
        Comparison(ours, peer, times[ours], times[peer], asked[peer], PARTS_WHY)
        for ours in (ONE_WEIGHING, ONE_ROW, PREPARED)
        for peer in peers
    ]
    return Row(work, f"{timed} All give the same numbers to 1e-9.", comparisons, [_parts(times)])


# How time grows ------------------------------------------------------------------------------------------------------


def growth(sizes: dict[int, Subject]) -> list[tuple[int, float, float]]:
    """Size, median seconds, and half the range of them as a share of the median."""
    times = timing.interleaved({str(size): subject for size, subject in sizes.items()}, rounds=3)
    return [(size, timing.median(times[str(size)]), spread(times[str(size)])) for size in sizes]


GROWTH = {
    "items": ("`weigh`, 4 hypotheses", (1_000, 10_000, 100_000)),
    "hypotheses": ("`weigh`, 100 items", (100, 1_000, 10_000)),
    "scenarios": ("`what_if`, one likelihood, 4 x 15", (10_000, 100_000, 1_000_000)),
    "declared items": ("`Evidence.from_arrays` and `Case`, 4 hypotheses", (10_000, 100_000, 1_000_000)),
    "new items": ("`weigh` for the first time, 4 hypotheses", (10_000, 100_000, 1_000_000)),
    "numbers of a new table": (
        "`weigh` of a copy, one item given hidden ones; its numbers are joined once for all copies",
        (2**9, 2**13, 2**17),
    ),
    "cases": ("`weigh_many`, 4 x 15, all numbers plain and other ones", (100, 1_000, 10_000)),
    "declared cases": ("declaring such cases, which is most of what they cost", (10, 100, 1_000)),
}

ASKED_SECONDS = {"declared items": 5.0, "new items": 2.0, "cases": 0.1}
"""Seconds that were asked for at the largest size; each of the tables of a case was to take less than one."""

SIZES = ((4, 15), (20, 200), (2, 3_000))
"""Hypotheses and items of the cases whose tables are timed."""


def makers() -> dict[str, Callable[[ab.Case], object]]:
    """The tables of a case that take longest."""
    return {
        "robustness": ab.robustness,
        "fewest": ab.fewest,
        "discount": ab.discount,
        "difference": lambda case: ab.difference(case, made.flat(len(case.names), len(case.evidence), seed=2)),
    }


def tables() -> dict[str, list[tuple[int, float, float]]]:
    """Seconds of each table of a case by its count of numbers: other cases in each round, of which nothing is known."""

    def subject(make: Callable[[ab.Case], object], k: int, items: int) -> Subject:
        case = made.flat(k, items)
        return lambda x: make(ab.suppose(case, {ADDRESS: x}))

    return {
        name: growth({k * (items + 1): subject(make, k, items) for k, items in SIZES})
        for name, make in makers().items()
    }


def large() -> dict[str, list[tuple[int, float, float]]]:
    """Cases that the process has not seen: a copy of a case is one, and nothing is known of it."""

    def declare(n: int) -> Subject:
        numbers = np.random.default_rng(1).uniform(0.1, 0.9, (n, 4))
        return lambda _: made.from_array(numbers)

    def declare_all(n: int) -> Subject:
        return lambda _: [made.flat(4, 15, seed) for seed in range(n)]

    def weigh_anew(case: ab.Case) -> Subject:
        return lambda _: ab.weigh(case.with_good({}))

    def weigh_all(n: int) -> Subject:
        cases = [made.flat(4, 15, seed) for seed in range(n)]
        return lambda _: ab.weigh_many(cases)

    return {
        "declared items": growth({n: declare(n) for n in GROWTH["declared items"][1]}),
        "new items": growth({n: weigh_anew(made.flat(4, n)) for n in GROWTH["new items"][1]}),
        "numbers of a new table": growth(
            {n: weigh_anew(made.wide(2, n.bit_length() - 2)) for n in GROWTH["numbers of a new table"][1]}
        ),
        "cases": growth({n: weigh_all(n) for n in GROWTH["cases"][1]}),
        "declared cases": growth({n: declare_all(n) for n in GROWTH["declared cases"][1]}),
    }


def grown() -> dict[str, list[tuple[int, float, float]]]:
    def weigh(case: ab.Case) -> Subject:
        return lambda _: ab.weigh(case).credence

    small, values = made.flat(4, 15), np.random.default_rng(5).uniform(0.1, 0.9, 1_000_000)

    def ask(n: int) -> Subject:
        return lambda _: ab.what_if(small, {ADDRESS: values[:n]})

    return {
        "items": growth({n: weigh(made.flat(4, n)) for n in GROWTH["items"][1]}),
        "hypotheses": growth({n: weigh(made.flat(n, 100)) for n in GROWTH["hypotheses"][1]}),
        "scenarios": growth({n: ask(n) for n in GROWTH["scenarios"][1]}),
        **large(),
        **tables(),
    }
