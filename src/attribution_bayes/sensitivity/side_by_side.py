"""Tables of several cases of one question in one table, case beside case."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from attribution_bayes.declare.case import Case, place_of
from attribution_bayes.declare.panel import Panel, same_hypotheses
from attribution_bayes.engine.exact import as_stated
from attribution_bayes.engine.network import network
from attribution_bayes.odds import foremost


def readings(cases: Mapping[str, Case]) -> Panel:
    """Read cases by name as a panel whose cases have the same hypotheses.

    Raises
    ------
    CaseError
        As `Panel` does; ``E_HYPOTHESES`` for a case whose hypotheses are not those of the first.
    """
    panel = cases if isinstance(cases, Panel) else Panel(cases)
    same_hypotheses(panel)
    return panel


def target_of(panel: Panel, target: str | None) -> str:
    """The hypothesis that is asked about in all cases: the foremost in their linear pool unless given."""
    first = panel.members[0]
    if target is not None:
        return first.names[place_of(first, target, "target")]
    credences = [dict(zip(case.names, as_stated(network(case)).tolist(), strict=True)) for case in panel.members]
    pooled = np.array(panel.shares) @ np.array([[one[name] for name in first.names] for one in credences])
    return first.names[foremost(pooled)]


def side_by_side(tables: Mapping[str, pd.DataFrame], by: str, *, greatest: bool) -> pd.DataFrame:
    """Join tables of several cases by assumption; index (assumption, case), the cases in their order.

    The assumption that comes first is that which has the greatest (or least) number in the column `by` in any case.
    """
    table = pd.concat([tables[name] for name in tables], keys=[*tables], names=["case"]).swaplevel()
    key = -table[by] if greatest else table[by]
    foremost_key = key.groupby(level="assumption", sort=False).transform("min").to_numpy()
    case, assumption = (pd.factorize(table.index.get_level_values(level))[0] for level in ("case", "assumption"))
    return table.iloc[np.lexsort((case, assumption, foremost_key))]
