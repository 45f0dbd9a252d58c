"""Arrays of dask: what comes out is lazy, has the numbers of arrays in memory, and is checked when it is computed."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from typing import Any

import dask
import dask.array as da
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution_bayes.arrays import as_array, is_lazy
from attribution_bayes.declare.assumptions import assumptions
from attribution_bayes.declare.case import Case
from attribution_bayes.engine import plan as plans
from attribution_bayes.engine.network import MAX_ARRIVED, Network, network
from attribution_bayes.engine.prepared import prepare
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.errors import CaseError
from attribution_bayes.sensitivity.curves import response_curve, two_way
from drawn import cases
from repeatable import REPEATABLE

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

PRIOR, LIKELIHOOD = "prior.deploy", "evidence.rollback_helped.likelihood.network"
COARSE, FINE = np.linspace(0.1, 0.8, 10), np.linspace(0.05, 0.5, 7)


@pytest.fixture(autouse=True)
def synchronous() -> Iterator[None]:
    """No test depends on threads."""
    with dask.config.set(scheduler="synchronous"):
        yield


def never_computed(values: np.ndarray, chunks: int = 3) -> da.Array:
    """A dask array that raises what shows that it was computed."""

    def computed(block: np.ndarray) -> np.ndarray:
        raise AssertionError("this was computed")

    return da.from_array(values, chunks=chunks).map_blocks(computed, dtype=float, meta=np.empty(0))


# What is lazy --------------------------------------------------------------------------------------------------------


def test_what_dask_holds_is_lazy_and_nothing_else() -> None:
    """Arrays of dask, bare or inside xarray; not arrays in memory, lists or numbers."""
    lazy = da.from_array(FINE)
    assert [is_lazy(one) for one in (lazy, xr.DataArray(lazy))] == [True, True]
    assert [is_lazy(one) for one in (FINE, xr.DataArray(FINE), [0.1], 0.1)] == [False] * 4
    assert as_array(xr.DataArray(lazy), "x") is lazy
    assert isinstance(as_array(xr.DataArray(FINE), "x"), np.ndarray)
    assert as_array([0.1, 0.2], "x").tolist() == [0.1, 0.2]


RAGGED, MASKED = [0.5, [0.2, 0.3]], np.ma.masked_array([0.5, 0.2], mask=[False, True])


@pytest.mark.parametrize(("values", "code"), [(RAGGED, "E_SHAPE"), (MASKED, "E_TYPE")], ids=["ragged", "masked"])
def test_what_is_no_whole_array_is_refused(values: Any, code: str, outage: Case) -> None:
    """Rows of different lengths, and numbers that are masked, which would be used as if they were not."""
    question = prepare(outage, [LIKELIHOOD])
    asked: list[tuple[Callable[[Any], Any], str]] = [
        (lambda values: what_if(outage, {LIKELIHOOD: values}), LIKELIHOOD),
        (lambda values: response_curve(outage, LIKELIHOOD, values), LIKELIHOOD),
        (question, "values"),
        (question.value_and_grad, "values"),
    ]
    for ask, path in asked:
        with pytest.raises(CaseError) as caught:
            ask(values)
        assert [(one.code, one.path) for one in caught.value.problems] == [(code, path)]
    assert what_if(outage, {LIKELIHOOD: np.ma.masked_array([0.5, 0.2])}).shape == (2, len(outage.names))


ASKED: dict[str, Callable[[Case, Any], xr.DataArray]] = {
    "what_if": lambda case, values: what_if(case, {LIKELIHOOD: values}),
    "what_if with another array": lambda case, values: what_if(case, {LIKELIHOOD: values, PRIOR: COARSE[:7]}),
    "what_if with a number": lambda case, values: what_if(case, {PRIOR: 0.3, LIKELIHOOD: values}),
    "what_if of a Dataset": lambda case, values: what_if(case, xr.Dataset({LIKELIHOOD: ("x", as_array(values, "x"))})),
    "response_curve": lambda case, values: response_curve(case, LIKELIHOOD, values),
    "two_way down": lambda case, values: two_way(case, LIKELIHOOD, PRIOR, a_values=values),
    "two_way across": lambda case, values: two_way(case, PRIOR, LIKELIHOOD, a_values=COARSE, b_values=values),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_nothing_is_computed_before_it_is_asked_for(asked: Callable[..., Any], outage: Case) -> None:
    """The answer is an array of dask in the chunks of what was given."""
    found = asked(outage, never_computed(FINE))
    assert isinstance(found.data, da.Array)
    assert (3, 3, 1) in found.chunks
    with pytest.raises(AssertionError, match="this was computed"):
        found.compute()


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: xr.DataArray(x, dims="x")], ids=["bare", "in xarray"])
def test_lazy_and_in_memory_are_the_same_numbers(asked: Callable[..., Any], wrap: Any, outage: Case) -> None:
    """To the last bit, with the same dimensions and coordinates."""
    lazy, eager = (asked(outage, wrap(values)) for values in (da.from_array(FINE, chunks=3), FINE))
    bare = [found.drop_indexes(list(found.indexes)) for found in (lazy.compute(), eager)]
    xr.testing.assert_identical(*bare)


def test_both_values_may_be_lazy(outage: Case) -> None:
    """Chunks go with each of them, and the coordinates can be made indexes once they are computed."""
    a_values, b_values = da.from_array(COARSE, chunks=4), da.from_array(FINE, chunks=5)
    lazy = two_way(outage, PRIOR, LIKELIHOOD, a_values=a_values, b_values=b_values)
    assert lazy.chunks == ((4, 4, 2), (5, 2), (3,))
    assert set(lazy.indexes) == {"hypothesis"}
    found = lazy.compute().set_xindex(PRIOR).set_xindex(LIKELIHOOD)
    xr.testing.assert_identical(found, two_way(outage, PRIOR, LIKELIHOOD, a_values=COARSE, b_values=FINE))


@settings(REPEATABLE, max_examples=30)
@given(cases(max_hypotheses=3, max_items=4, exclusions=False), st.data())
def test_chunks_make_no_difference_in_any_case(case: Case, data: st.DataObject) -> None:
    """Any two numbers of random cases that may move together, in chunks of any length."""
    addresses = [one.address for one in assumptions(case)]
    a = data.draw(st.sampled_from(addresses))
    block = a.rpartition(".")[0]
    b = data.draw(st.sampled_from([x for x in addresses if x != a and x.rpartition(".")[0] != block] or [a]))
    values, chunks = np.linspace(0.05, 0.95, 8), data.draw(st.integers(1, 8))
    lazy = da.from_array(values, chunks=chunks)
    curve = response_curve(case, a, lazy)
    np.testing.assert_array_equal(curve.values, response_curve(case, a, values).values)
    if a != b:
        surface = two_way(case, a, b, a_values=lazy, b_values=values)
        np.testing.assert_array_equal(surface.values, two_way(case, a, b, a_values=values, b_values=values).values)


# Faults --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("bad", [1.5, 0.0, np.nan])
def test_a_bad_value_is_refused_when_it_is_computed(asked: Callable[..., Any], bad: float, outage: Case) -> None:
    """With its address, from whatever chunk it is in."""
    values = FINE.copy()
    values[5] = bad
    found = asked(outage, da.from_array(values, chunks=2))
    with pytest.raises(CaseError, match=r"evidence\.rollback_helped\.likelihood\.network") as caught:
        found.compute()
    assert {problem.path for problem in caught.value.problems} == {LIKELIHOOD}


@pytest.mark.parametrize(
    "values", [da.ones((2, 2)) / 2, da.from_array(np.array([])), da.from_array(FINE)[da.from_array(FINE) > 0.1]]
)
def test_the_shape_is_checked_at_once(values: da.Array, outage: Case) -> None:
    """Two dimensions, no value, or a length that dask does not know before it computes."""
    for refused in (
        lambda: response_curve(outage, PRIOR, values),
        lambda: two_way(outage, PRIOR, LIKELIHOOD, b_values=values),
    ):
        with pytest.raises(CaseError, match="E_SHAPE"):
            refused()


def test_lazy_columns_have_one_length(outage: Case) -> None:
    """As those in memory."""
    with pytest.raises(CaseError, match="E_SHAPE"):
        what_if(outage, {PRIOR: never_computed(COARSE), LIKELIHOOD: FINE})


# What travels --------------------------------------------------------------------------------------------------------


def test_a_network_arrives_once(outage: Case) -> None:
    """A process that is sent it again has the one that it was sent before, however often it went to and fro."""
    sent = pickle.dumps(network(outage))
    there = pickle.loads(sent)
    assert there is not network(outage)
    assert pickle.loads(sent) is there
    assert pickle.loads(pickle.dumps(there)) is there
    assert dask.base.tokenize(there) == dask.base.tokenize(network(outage))
    np.testing.assert_array_equal(there.inputs.mean, network(outage).inputs.mean)


def test_networks_of_different_cases_are_not_mistaken(outage: Case) -> None:
    """Two cases, or one case declared twice, arrive as two networks."""
    copies = [network(case) for case in (outage, outage.model_copy())]
    assert len({id(pickle.loads(pickle.dumps(one))) for one in copies}) == 2
    assert len({dask.base.tokenize(one) for one in copies}) == 2


def test_few_arrivals_are_kept(outage: Case) -> None:
    """The oldest is dropped, and arrives anew when it is sent again."""
    sent = pickle.dumps(network(outage.model_copy()))
    first = pickle.loads(sent)
    for _ in range(MAX_ARRIVED):
        pickle.loads(pickle.dumps(network(outage.model_copy())))
    assert pickle.loads(sent) is not first


def test_a_plan_is_made_once_for_all_chunks(outage: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the network is sent again with each of them."""
    made: list[Network] = []
    really = plans._plan
    monkeypatch.setattr(plans, "_plan", lambda net, moved: made.append(net) or really(net, moved))
    sent, moved = pickle.dumps(network(outage.model_copy())), (3, 4)
    for _ in range(5):
        plans.plan(pickle.loads(sent), moved)
    assert len(made) == 1
