"""The same case and seed give the same bits, in whatever process: the worked examples, to the last digit printed.

`test_properties_structure` says the same of the draws of random cases.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from attribution_bayes.declare.case import Case
from attribution_bayes.files.cases import dump_case, load_case
from test_properties_structure import shuffled

EXAMPLES = Path(__file__).parents[1] / "examples"
CASES = ("crocus_city_hall", "outage", "rich")
FORMS = ("yaml", "json", "shuffled.json")

DRAWS = {"exact": "100", "pymc": "1000"}
"""Of each chain; fewer from NUTS may fail the gate."""

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "PYTHON_CPU_COUNT")
"""The last is what the sampler takes for the number of cores, from Python 3.13 on."""


def write_cases(folder: Path, rich: Case) -> None:
    """Every case in every form that a file can have."""
    for name in CASES:
        case = rich if name == "rich" else load_case(EXAMPLES / f"{name}.yaml")
        dump_case(case, folder / f"{name}.yaml")
        dump_case(case, folder / f"{name}.json")
        tree = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        (folder / f"{name}.shuffled.json").write_text(json.dumps(shuffled(tree, Random(8))), encoding="utf-8")


ELSEWHERE = """
import json, sys, warnings
warnings.simplefilter("ignore")
from attribution_bayes import Sampling, load_case, weigh
from digests import digest
method, draws, *files = sys.argv[1:]
sampling = Sampling(draws=int(draws), tune=1000, seed=5, progress=False)
print(json.dumps([digest(weigh(load_case(file), method=method, sampling=sampling)) for file in files]))
"""


def digests_elsewhere(
    method: str, files: list[Path], hash_seed: int, threads: int, more: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The digests of the weighed cases, by name, as another process finds them."""
    path = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": path, **(more or {})}
    environment |= dict.fromkeys(THREADS, str(threads))
    command = [sys.executable, "-c", ELSEWHERE, method, DRAWS[method], *map(str, files)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(zip([file.stem.partition(".")[0] for file in files], json.loads(done.stdout), strict=True))


@pytest.mark.slow
def test_the_exact_engine_gives_the_same_bits_everywhere(tmp_path: Path, rich: Case) -> None:
    """Whatever the hash seed, one or two threads, YAML, JSON or JSON in another order: one result for each case."""
    write_cases(tmp_path, rich)
    found = []
    for seed in range(8):
        files = [tmp_path / f"{name}.{FORMS[seed % 3]}" for name in CASES]
        found.append(digests_elsewhere("exact", files, seed, threads=1 + seed % 2))
    assert_all_the_same(found)


@pytest.mark.slow
def test_pymc_gives_the_same_bits_everywhere(tmp_path: Path, rich: Case) -> None:
    """One result of sampling for each case, whether the graph is compiled afresh or loaded from what others compiled.

    The first process finds empty caches; those after it have other hash seeds, threads, cores and forms of the files.
    """
    write_cases(tmp_path, rich)
    caches = {"PYTENSOR_FLAGS": f"base_compiledir={tmp_path / 'pytensor'}", "NUMBA_CACHE_DIR": str(tmp_path / "numba")}
    found = [
        digests_elsewhere("pymc", [tmp_path / f"{name}.{form}" for name in CASES], hash_seed, threads, caches)
        for hash_seed, threads, form in ((0, 1, "yaml"), (1, 2, "json"), (2, 1, "shuffled.json"), (3, 2, "yaml"))
    ]
    assert_all_the_same(found)


def assert_all_the_same(found: list[dict[str, str]]) -> None:
    assert len(set(found[0].values())) == len(CASES)
    assert all(digests == found[0] for digests in found)
