"""The same numbers from a real cluster: two processes that are sent chunks, networks and cases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dask
import dask.array as da
import dask.bag
import numpy as np
import pytest
import xarray as xr

from attribution_bayes.declare.assumptions import suppose
from attribution_bayes.declare.case import Case
from attribution_bayes.engine.many import weigh_many
from attribution_bayes.engine.weigh import what_if
from attribution_bayes.errors import CaseError, ContradictionError
from attribution_bayes.sensitivity.curves import two_way
from attribution_bayes.sensitivity.sobol import sobol_from_samples

pytestmark = [
    pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning"),
    pytest.mark.xdist_group("cluster"),
]

PRIOR, LIKELIHOOD, RELIABILITY = (
    "prior.deploy",
    "evidence.rollback_helped.likelihood.network",
    "source.on_call.reliability",
)
MOVED = np.random.default_rng(1).uniform(0.1, 0.8, (3, 2, 200))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of two worker processes; ports are what is free, and nothing is left behind."""
    import distributed

    folder = tmp_path_factory.mktemp("dask")
    patient = {
        "distributed.comm.timeouts.connect": "120s",
        "distributed.scheduler.worker-ttl": None,
        "distributed.worker.daemon": True,
        "distributed.admin.tick.limit": "1h",
    }
    with (
        dask.config.set(patient),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",  # with none, the scheduler asks for a port of its own that may be taken
            scheduler_port=0,
            local_directory=str(folder),
            memory_limit=0,
            silence_logs=50,
        ) as started,
        distributed.Client(started, timeout=120) as client,
    ):
        client.wait_for_workers(2, timeout=120)
        yield client


def test_what_if_on_a_cluster(cluster: Any, outage: Case) -> None:
    """Twenty chunks; each worker has one network and made one plan, however many chunks it was sent."""
    a, b = MOVED[0].reshape(-1), MOVED[1].reshape(-1)
    case = outage.model_copy()
    lazy = what_if(case, xr.Dataset({RELIABILITY: ("x", a), LIKELIHOOD: ("x", b)}).chunk(x=20))

    def plans_kept() -> list[int]:  # sent as it is, so that workers need not import the tests
        from attribution_bayes.engine import plan

        return [len(kept) for _, kept in plan._plans._kept.values()]

    before = cluster.run(plans_kept)
    np.testing.assert_array_equal(cluster.compute(lazy).result().values, what_if(case, {RELIABILITY: a, LIKELIHOOD: b}))
    after = cluster.run(plans_kept)
    new = [after[worker][len(before[worker]) :] for worker in after]
    assert len(after) == 2
    assert any(new)
    assert all(one in ([], [1]) for one in new)


def test_two_way_on_a_cluster(cluster: Any, outage: Case) -> None:
    """Chunks along both assumptions."""
    a_values, b_values = MOVED[0, 0, :30], MOVED[1, 0, :20]
    lazy = two_way(
        outage,
        PRIOR,
        LIKELIHOOD,
        a_values=da.from_array(a_values, chunks=10),
        b_values=xr.DataArray(b_values, dims="x").chunk(x=7),
    )
    eager = two_way(outage, PRIOR, LIKELIHOOD, a_values=a_values, b_values=b_values)
    np.testing.assert_array_equal(cluster.compute(lazy).result().values, eager.values)


def test_sobol_on_a_cluster(cluster: Any, outage: Case) -> None:
    """Sums over chunks, added up."""
    addresses = (PRIOR, LIKELIHOOD, RELIABILITY)
    samples = xr.Dataset({name: (("matrix", "draw"), x) for name, x in zip(addresses, MOVED, strict=True)})
    lazy = sobol_from_samples(outage, samples.chunk(draw=30))
    found = cluster.compute(lazy).result()
    xr.testing.assert_allclose(found, sobol_from_samples(outage, samples), rtol=1e-9, atol=1e-12)


def test_weigh_many_on_a_cluster(cluster: Any, outage: Case) -> None:
    """Cases in parts, from a bag and as delayed calls; cautions come along."""
    some = [suppose(outage, {LIKELIHOOD: x, RELIABILITY: y}) for x, y in MOVED[:2, 0, :40].T.tolist()]
    here = weigh_many(some)
    parts = dask.bag.from_sequence(some, npartitions=4).map_partitions(weigh_many).to_delayed()
    for asked in (parts, [dask.delayed(weigh_many)(some[i : i + 15]) for i in range(0, 40, 15)]):
        found = xr.concat(cluster.gather(cluster.compute(asked)), "case")
        xr.testing.assert_allclose(found, here, rtol=1e-14)
        assert found.cautions.values.tolist() == here.cautions.values.tolist()


def test_faults_come_back_from_a_cluster(cluster: Any, outage: Case) -> None:
    """As the errors that they are, with their addresses and cases."""
    values = MOVED[0, 0].copy()
    values[150] = 1.5
    with pytest.raises(CaseError, match=r"E_RANGE evidence\.rollback_helped\.likelihood\.network: 1\.5"):
        cluster.compute(what_if(outage, {LIKELIHOOD: da.from_array(values, chunks=50)})).result()
    with pytest.raises(CaseError, match=r"E_TYPE cases\[1\]"):
        cluster.submit(weigh_many, [outage, 3]).result()

    def raised(error: Exception) -> None:
        raise error

    sent = ContradictionError({"a": ("e",)}).in_case("cases[2]")
    with pytest.raises(ContradictionError, match=r"^cases\[2\]: every hypothesis is excluded"):
        cluster.submit(raised, sent).result()
