"""Two cases that PyMC samples once, for all tests of what comes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Beta, Between, Counts, Dirichlet, RatioBetween, Ratios, Uniform
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.files.cases import load_case

collect_ignore = ["notebooks.py"]
"""A script that needs a group of dependencies of its own, and holds no tests."""

SAMPLED = ("sampled_plain", "sampled_rich", "of_each_engine", "random_orders")
GROUPS = {**dict.fromkeys(SAMPLED, "sampled"), "many": "many cases"}
"""Fixtures that take long to make, with the tests that go to one worker for them."""

SAMPLING = Sampling(draws=2500, tune=1000, seed=1, progress=False)
HYPOTHESES = (
    Hypothesis(name="alone", statement="One person did it."),
    Hypothesis(name="crew", statement="Several people did it."),
    Hypothesis(name="other", statement="Something else happened.", catch_all=True),
)
NAMES = tuple(hypothesis.name for hypothesis in HYPOTHESES)


@pytest.hookimpl(tryfirst=True)  # xdist looks at the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker gets every test of a sampled case, so that each case is sampled once; and so for slow fixtures."""
    for item in items:
        group = next((GROUPS[name] for name in getattr(item, "fixturenames", ()) if name in GROUPS), None)
        if group is not None:
            item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def plain() -> Case:
    """Items that are independent given the hypothesis, with inputs of two kinds."""
    return Case(
        question="Who did it?",
        hypotheses=HYPOTHESES,
        prior={"alone": 0.3, "crew": 0.5, "other": 0.2},
        evidence=[
            Evidence(
                name="footage",
                statement="A camera shows one person.",
                likelihood={"alone": Beta(5, 2), "crew": Between(0.2, 0.6), "other": 0.3},
            ),
            Evidence(
                name="car",
                statement="A car was hired beforehand.",
                likelihood={"alone": Uniform(0.1, 0.5), "crew": Counts(6, 10), "other": 0.4},
                observed=False,
            ),
        ],
    )


@pytest.fixture(scope="session")
def rich() -> Case:
    """Nearly all that a case can have: every family of inputs, a hidden parent, conflicting and copied reports."""
    return Case(
        question="Who did it?",
        hypotheses=HYPOTHESES,
        prior=Dirichlet({"alone": 4, "crew": 3, "other": 2}),
        sources=[
            Source(name="agency", statement="An agency.", reliability=Beta(6, 3), if_unreliable=Uniform(0.3, 0.8)),
            Source(
                name="paper",
                statement="A newspaper.",
                reliability={"alone": Between(0.4, 0.8), "crew": Beta(3, 2), "other": 0.5},
                if_unreliable={"alone": 0.5, "crew": Beta(3, 2), "other": 0.6},
            ),
        ],
        evidence=[
            Evidence(
                name="quarrel",
                statement="They had quarrelled.",
                likelihood={"alone": Between(0.3, 0.7), "crew": 0.5, "other": Uniform(0.1, 0.4)},
                observed=None,
            ),
            Evidence(
                name="calls",
                statement="There were many calls.",
                given="quarrel",
                likelihood={
                    "alone": {True: Beta(4, 2), False: 0.2},
                    "crew": {True: 0.8, False: Beta(3, 3)},
                    "other": {True: 0.4, False: 0.3},
                },
            ),
            Evidence(
                name="paid",
                statement="Somebody was paid.",
                likelihood={"alone": 0.2, "crew": Beta(6, 2), "other": 0.4},
                reports=[
                    Report(source="agency"),
                    Report(source="paper", copied_from="agency", copy_probability=Beta(2, 2)),
                ],
            ),
            Evidence(
                name="fled",
                statement="They fled abroad.",
                given="paid",
                likelihood={
                    "alone": {True: 0.7, False: Uniform(0.2, 0.5)},
                    "crew": {True: 0.8, False: 0.4},
                    "other": {True: 0.3, False: 0.2},
                },
                reports=[Report(source="agency", says=False), Report(source="paper", says=True)],
            ),
            Evidence(
                name="tool",
                statement="What was used.",
                outcomes=("knife", "gun", "none"),
                observed="gun",
                likelihood={
                    "alone": Dirichlet({"knife": 3, "gun": 2, "none": 4}),
                    "crew": {"knife": 0.2, "gun": 0.5, "none": 0.3},
                    "other": Dirichlet({"knife": 2, "gun": 1, "none": 2}),
                },
            ),
            Evidence(
                name="tone",
                statement="The letter's tone.",
                likelihood=Ratios(reference="alone", ratios={"crew": RatioBetween(0.5, 2), "other": 1.5}),
            ),
        ],
    )


@pytest.fixture(scope="session")
def sampled_plain(plain: Case) -> Posterior:
    return weigh(plain, method="pymc", sampling=SAMPLING)


@pytest.fixture(scope="session")
def sampled_rich(rich: Case) -> Posterior:
    return weigh(rich, method="pymc", sampling=SAMPLING)


@pytest.fixture(scope="session")
def weighed_rich(rich: Case) -> Posterior:
    return weigh(rich, method="exact", sampling=SAMPLING)


@pytest.fixture(scope="session")
def outage() -> Case:
    """The case of the numbered examples."""
    return load_case(Path(__file__).parents[1] / "examples" / "outage.yaml")


@pytest.fixture(scope="session")
def weighed_outage(outage: Case) -> Posterior:
    return weigh(outage, sampling=Sampling(draws=500, seed=1))
