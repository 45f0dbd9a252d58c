"""Everything that a page says of several cases of one question, computed once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations

import numpy as np
import pandas as pd

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.panel import Panel
from attribution_bayes.engine.exact import stated_log_odds
from attribution_bayes.engine.network import network
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import CaseError, TooLargeError
from attribution_bayes.panel.agreement import expected_agreement
from attribution_bayes.panel.difference import difference
from attribution_bayes.panel.disagreement import disagreement
from attribution_bayes.panel.pooling import pool
from attribution_bayes.report.analysis import Analysis
from attribution_bayes.sensitivity.influence import weight_of_evidence

MAX_PAIRS = 6
"""Pairs of readings, each with a column of its own: of more readings only the two furthest apart are compared."""

type Answered = pd.DataFrame | CaseError | TooLargeError
"""A table, or why there is none."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """The readings of one question with all that is asked about them.

    Attributes
    ----------
    panel
        The readings, in the order in which they were stated.
    """

    panel: Panel

    @cached_property
    def readings(self) -> dict[str, Analysis]:
        """Each reading, weighed."""
        return {name: Analysis(weigh(case)) for name, case in self.panel.items()}

    @property
    def case(self) -> Case:
        """The case whose words are shown where all readings have the same."""
        return self.panel.members[0]

    @cached_property
    def target(self) -> str | None:
        """The foremost hypothesis in the linear pool whose odds are finite in every reading."""
        ranked = pool(self.panel, "linear")["credence"].sort_values(ascending=False, kind="stable")
        finite = (str(name) for name in ranked.index if np.isfinite(self._odds_of(str(name))).all())
        return next(finite, None)

    @cached_property
    def odds(self) -> dict[str, float]:
        """Log odds of the target against all others together in each reading, in decibans."""
        assert self.target is not None
        return dict(zip(self.panel.names, self._odds_of(self.target), strict=True))

    def _odds_of(self, name: str) -> list[float]:
        cases = self.panel.members
        return [stated_log_odds(network(case), case.names.index(name)) for case in cases]

    @cached_property
    def parts(self) -> pd.DataFrame:
        """See `disagreement`: a row for each part."""
        return disagreement(self.panel, target=self.target)

    @property
    def furthest(self) -> tuple[str, str]:
        """The two readings whose log odds are furthest apart, in the order in which they were stated."""
        ends = {self.parts.attrs["lowest"], self.parts.attrs["highest"]}
        first, second = (name for name in self.panel.names if name in ends)
        return first, second

    @cached_property
    def numbers(self) -> pd.DataFrame:
        """See `disagreement`: a row for each number."""
        return disagreement(self.panel, target=self.target, by="number")

    @cached_property
    def pairs(self) -> dict[tuple[str, str], Answered]:
        """See `difference`: for each pair of readings, from the one that was stated first to the other."""
        names = [*combinations(self.panel.names, 2)]
        if len(names) > MAX_PAIRS:
            names = [self.furthest]
        return {pair: _or_why(partial(self._difference, *pair)) for pair in names}

    def _difference(self, one: str, other: str) -> pd.DataFrame:
        return difference(self.panel[one], self.panel[other], target=self.target)

    @cached_property
    def weights(self) -> Answered:
        """The weight of each item for the target in each reading: a row for each item, a column for each reading."""
        return _or_why(lambda: pd.DataFrame({name: self._weights(case) for name, case in self.panel.items()}))

    def _weights(self, case: Case) -> pd.Series:
        return weight_of_evidence(case, self.target)["weight"]

    @cached_property
    def learning(self) -> Answered:
        """See `expected_agreement`."""
        return _or_why(lambda: expected_agreement(self.panel))


def _or_why(table: Callable[[], pd.DataFrame]) -> Answered:
    """A table; or why it has no meaning between these cases, or is too large."""
    try:
        return table()
    except (CaseError, TooLargeError) as error:
        return error
