"""What has to be the same for two results to be the same: their numbers, what they print, and tables made of them.

A module of its own, so that other processes need not import the tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import numpy as np
import pandas as pd

from attribution_bayes.declare.assumptions import assumptions
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.sensitivity.bounds import credence_bounds
from attribution_bayes.sensitivity.influence import leave_one_out, shapley
from attribution_bayes.sensitivity.one_way import sensitivity_table

MANY = 40
"""Asserted numbers from which on the bounds, which take seconds, are left out."""


def number_bytes(posterior: Posterior) -> list[tuple[str, bytes]]:
    """Every number of a record, under the names of groups and variables."""
    single = {"credence": posterior.credence, "prior": posterior.prior, "mcse": posterior.mcse}
    drawn = {
        f"{g}.{v}": values for g, group in posterior.draws.children.items() for v, values in group.data_vars.items()
    }
    numbers = {"log_evidence": np.float64(posterior.log_evidence)}
    numbers |= {name: np.ascontiguousarray(values.values) for name, values in {**single, **drawn}.items()}
    return [(name, values.tobytes()) for name, values in sorted(numbers.items())]


def digest(posterior: Posterior) -> str:
    """Of all numbers of a record, what it prints, and what is computed from it and its case."""
    hashed = sha256()
    for name, numbers in number_bytes(posterior):
        hashed.update(name.encode() + numbers)
    hashed.update(f"{posterior}{posterior._repr_html_()}".encode())
    for table in tables(posterior):
        hashed.update(f"{table.to_csv()}{table.attrs}".encode())  # of a number as many digits as tell it from others
    return hashed.hexdigest()


def tables(posterior: Posterior) -> Iterator[pd.DataFrame]:
    case = posterior.case
    yield posterior.summary()
    if posterior.method == "exact":
        yield from (sensitivity_table(case, n=16), leave_one_out(case), shapley(case))
        if len(assumptions(case)) < MANY:
            yield credence_bounds(case)
