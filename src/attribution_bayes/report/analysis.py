"""Everything that a report says of a weighed case, computed once, when it is first asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from attribution_bayes.arrays import Floats
from attribution_bayes.declare.address import Block
from attribution_bayes.declare.assumptions import assumptions
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import Parameter, addresses, parameters
from attribution_bayes.engine.audit import Audit, audit
from attribution_bayes.engine.beliefs import beliefs
from attribution_bayes.engine.exact import stated_log_odds
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.errors import TooLargeError
from attribution_bayes.odds import level, log_odds
from attribution_bayes.sensitivity.bounds import credence_bounds
from attribution_bayes.sensitivity.closed_form import log_coefficients
from attribution_bayes.sensitivity.discount import discount
from attribution_bayes.sensitivity.fewest import fewest
from attribution_bayes.sensitivity.functions import responses
from attribution_bayes.sensitivity.influence import leave_one_out, weight_of_evidence
from attribution_bayes.sensitivity.learning import expected_information
from attribution_bayes.sensitivity.one_way import flip_points, one_way
from attribution_bayes.sensitivity.robustness import robustness
from attribution_bayes.sensitivity.structural import structure

MAX_CURVES = 1000
"""Assumptions that can be moved in a page, those nearest to a flip first: more, nobody looks for in a list."""

MAX_NAMED = 5
"""Assumptions that are named as those that could overturn the answer."""

LEFT_OUT = "left out"
"""What a row of `leave_one_out` supposes, beside the changes of `structure`."""

type Found = pd.DataFrame | TooLargeError
"""A table, or why there is none: an item or a source more is sometimes one too many."""


@dataclass(frozen=True, eq=False)
class Analysis:
    """A posterior with all that is asked about it, each question when it is first asked, and once.

    The tables are about the hypothesis that leads in the posterior. The exact engine makes all of them.

    Attributes
    ----------
    posterior
        The answer.
    """

    posterior: Posterior

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The table of the answer."""
        return self.posterior.summary()

    @cached_property
    def audit(self) -> Audit:
        """The sum behind the answer."""
        return audit(self.posterior)

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """Every asserted number with what was written, by address."""
        return {str(one.address): one for one in parameters(self.case)}

    @cached_property
    def swings(self) -> pd.DataFrame:
        """See `one_way`."""
        return one_way(self.case, self.leader)

    @cached_property
    def flips(self) -> pd.DataFrame:
        """See `flip_points`."""
        return flip_points(self.case, self.leader)

    @cached_property
    def bounds(self) -> pd.DataFrame:
        """See `credence_bounds`."""
        return credence_bounds(self.case)

    @cached_property
    def robust(self) -> pd.DataFrame:
        """See `robustness`."""
        return robustness(self.case)

    @cached_property
    def fewest(self) -> pd.DataFrame:
        """See `fewest`."""
        return fewest(self.case)

    @cached_property
    def discounted(self) -> pd.DataFrame:
        """See `discount`."""
        return discount(self.case)

    @cached_property
    def varied(self) -> Found:
        """See `structure`."""
        return _if_it_fits(structure, self.case)

    @cached_property
    def left_out(self) -> Found:
        """See `leave_one_out`."""
        return _if_it_fits(leave_one_out, self.case)

    @cached_property
    def information(self) -> Found:
        """See `expected_information`."""
        return _if_it_fits(expected_information, self.case)

    @cached_property
    def believed(self) -> Found:
        """See `beliefs`."""
        return _if_it_fits(beliefs, self.case)

    @cached_property
    def weights(self) -> Found:
        """See `weight_of_evidence`."""
        found = self._all_weights
        return found if isinstance(found, TooLargeError) else found[self.leader]

    @cached_property
    def matrix(self) -> Found:
        """The weights for each hypothesis against all others: a row for each item, a column for each hypothesis."""
        found = self._all_weights
        return found if isinstance(found, TooLargeError) else _matrix(found)

    @cached_property
    def _all_weights(self) -> dict[str, pd.DataFrame] | TooLargeError:
        return _if_it_fits(_weights, self.case)

    @cached_property
    def exact(self) -> Floats:
        """Credences of the exact engine, from which every table about assumptions starts; shape (hypothesis,)."""
        return self.audit.sums["credence"].to_numpy()

    @cached_property
    def curves(self) -> dict[str, Floats]:
        """The closed form of each number that can be moved in a page (see `log_coefficients`), nearest flip first."""
        return _curves(self.case, self.flips)

    @property
    def case(self) -> Case:
        return self.posterior.case

    def is_ratio(self, address: str) -> bool:
        """Whether the number at an address is a likelihood ratio."""
        return self.parameters[address].is_ratio

    def is_tie(self, address: str) -> bool:
        """Whether a number's flip point parts hypotheses that are tied as things stand."""
        return self.flips.at[address, "new_leader"] in self.posterior.tied

    @property
    def overturning(self) -> list[tuple[str, str, Floats]]:
        """Address and change of what is not a number and puts others in the lead, with the credences then."""
        rows: list[tuple[str, str, Any]] = []
        if not isinstance(self.varied, TooLargeError):
            rows += [(address, change, self.varied.loc[address, change]) for address, change in self.varied.index]
        if not isinstance(self.left_out, TooLargeError):
            left = self.left_out[self.left_out["left_out"] != "common cause"]  # `structure` has these as dropped
            rows += [(str(address), LEFT_OUT, left.loc[address]) for address in left.index]
        found = [(address, change, credences_of(self, row)) for address, change, row in rows]
        return [one for one in found if not np.isnan(one[2]).any() and (level(one[2]) != level(self.exact)).any()]

    @cached_property
    def near(self) -> list[str]:
        """Addresses of all numbers that can change who leads, the nearest first; of a pair that is one number, one."""
        reachable = self.flips.index[self.flips["reachable"].to_numpy(dtype=bool)]
        members = Counter(one.block for one in self.parameters.values())
        seen: set[Block | None] = set()
        chosen = []
        for address in map(str, reachable):
            block = self.parameters[address].block
            if not (block is not None and members[block] == 2 and block in seen):
                chosen.append(address)
            seen.add(block)
        return chosen

    @cached_property
    def inside(self) -> list[str]:
        """Those that can do so inside their plausible ranges, the nearest first."""
        ranges = {one.address: (one.lower, one.upper) for one in assumptions(self.case)}
        at = self.flips["flip_at"]
        return [one for one in self.near if ranges[one][0] <= at[one] <= ranges[one][1]]

    @property
    def nearest_flips(self) -> list[str]:
        """Those that a reader is told of: inside their plausible ranges first, then by distance."""
        within = set(self.inside)
        return [*self.inside, *(one for one in self.near if one not in within)][:MAX_NAMED]

    @property
    def leader(self) -> str:
        """Whom the tables are about: the hypothesis that leads, or the first of those that tie."""
        return self.posterior.leader or self.posterior.tied[0]

    @property
    def place(self) -> int:
        """Position of the leader among the hypotheses."""
        return self.case.names.index(self.leader)

    @property
    def prior_db(self) -> float:
        """Prior log odds of that hypothesis against all others together, in decibans."""
        with np.errstate(divide="ignore"):
            return float(log_odds(np.log(self.posterior.prior.values), self.place))

    @property
    def posterior_db(self) -> float:
        """The same after the evidence, however small a credence is."""
        return stated_log_odds(network(self.case), self.place)


def _weights(case: Case) -> dict[str, pd.DataFrame]:
    """The weight of each item for each hypothesis against all others."""
    return {name: weight_of_evidence(case, name) for name in case.names}


def _matrix(weights: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return pd.DataFrame({name: table["weight"] for name, table in weights.items()})


def _if_it_fits[T](ask: Callable[[Case], T], case: Case) -> T | TooLargeError:
    try:
        return ask(case)
    except TooLargeError as error:
        return error


def _curves(case: Case, flips: pd.DataFrame) -> dict[str, Floats]:
    """Those of assumptions that can be moved at all: what is all of its prior or row leaves nothing for the others."""
    net = network(case)
    moved = responses(net)
    known = addresses(case)
    found = {}
    for address in map(str, flips.index[:MAX_CURVES]):
        one = known.at(address)
        is_all = one.block is not None and one.meaning.mean == 1.0
        logs = None if is_all else log_coefficients(moved[known.position(one.address)])
        if logs is not None:
            found[address] = logs
    return found


def cell(table: pd.DataFrame, row: Any, column: str) -> float:
    """One number of a table."""
    found: Any = table.at[row, column]
    return float(found)


def credences_of(analysis: Analysis, row: Any) -> Floats:
    """The credences of all hypotheses in a row of a table."""
    return np.array([row[f"credence_{name}"] for name in analysis.case.names], dtype=float)
