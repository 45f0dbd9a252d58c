"""Ten million scenarios of one case in bounded memory: numbers are drawn, weighed and summed up chunk by chunk.

The case is made up and every number in it is illustrative. Another number of scenarios can be given on the command
line; the memory that is needed stays the same.
"""

import resource
import sys
from pathlib import Path

import dask
import dask.array as da
import xarray as xr
from dask.diagnostics import ProgressBar

import attribution_bayes as ab

MOVED = (
    "prior.deploy",
    "evidence.rollback_helped.likelihood.deploy",
    "evidence.rollback_helped.likelihood.network",
    "evidence.rollback_helped.likelihood.other",
    "evidence.queue_backed_up.likelihood.deploy.False",
)
"""Assumptions that differ from scenario to scenario, each evenly over its plausible range; the others stay."""

CHUNK = 250_000
"""Scenarios that one thread works on together: some 50 MiB with all that it takes."""


def drawn(case: ab.Case, scenarios: int) -> xr.Dataset:
    """Numbers for all scenarios, none of which exists before it is needed."""
    rng, ranges = da.random.default_rng(1), {one.address: one for one in ab.assumptions(case)}
    columns = {a: rng.uniform(ranges[a].lower, ranges[a].upper, scenarios, chunks=CHUNK) for a in MOVED}
    return xr.Dataset({address: ("scenario", column) for address, column in columns.items()})


def main(scenarios: int) -> None:
    case = ab.load_case(Path(__file__).parent / "outage.yaml")
    credence = ab.what_if(case, drawn(case, scenarios))  # lazy, as the numbers are
    leads = credence.argmax("hypothesis")
    asked = {
        "leads in": xr.concat([(leads == k).mean() for k in range(len(case.names))], "hypothesis"),
        "least": credence.min("scenario"),
        "mean": credence.mean("scenario"),
        "greatest": credence.max("scenario"),
    }
    with ProgressBar(dt=1.0):
        found = dict(zip(asked, dask.compute(*asked.values()), strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    print(f"{scenarios:,} scenarios of a made-up case, all numbers illustrative: {case.question}\n")
    print(f"{'':<10}{'leads in':>10}{'credence: least':>18}{'mean':>8}{'greatest':>10}")
    for k, name in enumerate(case.names):
        share, least, mean, most = (float(one[k]) for one in found.values())
        print(f"{name:<10}{share:>10.2%}{least:>18.4f}{mean:>8.4f}{most:>10.4f}")
    print(f"\nPeak memory {peak:,.0f} MiB; all credences would be {credence.nbytes / 2**20:,.0f} MiB.")
    print(
        "These are shares of scenarios that were drawn evenly over ranges, not probabilities that a hypothesis leads."
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
