"""One component by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from attribution_bayes.case import Case
from attribution_bayes.exact import likelihoods
from attribution_bayes.local import local_components, members, movers
from attribution_bayes.network import network
from attribution_bayes.testing import cases
from test_weigh import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")


@settings(REPEATABLE, max_examples=30)
@given(cases(max_hypotheses=3, max_items=5))
def test_components_by_themselves_have_the_likelihoods_of_the_network(case: Case) -> None:
    """As stated, with nothing moved, and where all inputs are known."""
    net = network(case)
    values = net.inputs.values[None]
    for known in (np.zeros(values.shape[1], dtype=bool), np.ones(values.shape[1], dtype=bool)):
        together = likelihoods(net, values, known)[0]
        for place, local in enumerate(local_components(net)):
            alone = local.at(values) if known.all() else local.supposed({}, 1)
            np.testing.assert_allclose(alone.log()[0], together[place].log(), rtol=1e-12, atol=1e-12)


@settings(REPEATABLE, max_examples=30)
@given(cases(max_hypotheses=3, max_items=5))
def test_columns_and_rows_move_inputs_alike(case: Case) -> None:
    """What is moved column by column is what is moved row by row."""
    for local in local_components(network(case)):
        for slot in {slot for slot in local.slots.tolist() if slot < len(local.slots)}:
            values = np.array([0.25, 0.5, 0.9])
            rows = local.likelihood([{slot: (x, 1 - x)} for x in values.tolist()])
            columns = local.supposed({slot: values}, 3)
            np.testing.assert_array_equal(columns.mantissa, rows.mantissa)
            np.testing.assert_array_equal(columns.exponent, rows.exponent)


@settings(REPEATABLE, max_examples=30)
@given(cases(max_hypotheses=3, max_items=5))
def test_a_row_moves_as_a_whole(case: Case) -> None:
    """Whoever shares a row with an input that a component uses changes the component when moved."""
    net = network(case)
    for local in local_components(net):
        moved = movers(net, local)
        assert moved == sorted({m for slot in moved for m in members(net, slot).tolist()})
