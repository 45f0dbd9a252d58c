"""Results on disk: what was saved comes back, and nothing else does."""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import random
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import arviz as az
import h5py
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Evidence, Hypothesis, Report, Source
from attribution_bayes.declare.ways import Beta, Between
from attribution_bayes.declare.written import case_text, case_tree
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.tree import StoredDraws
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import CaseError, ContradictionError, IntegrityError
from attribution_bayes.files import results as resultfile
from attribution_bayes.files.cases import dump_case, load_case
from attribution_bayes.files.results import GROUP, RECORD_MARK, SCHEMA_MARK, SEAL_LENGTH, load_posterior, save_posterior
from drawn import cases
from repeatable import FILTERED

pytestmark = pytest.mark.filterwarnings("ignore::attribution_bayes.CaseWarning")

STORED = Path(__file__).parents[1] / "data" / "result_schema_1.nc"
FEW = Sampling(draws=100, tune=100, seed=3, progress=False)
CASE = Case(
    question="What took the service down?\nIn short: why? é",
    hypotheses=[
        Hypothesis(name="deploy", statement="the release of 14:02"),
        Hypothesis(name="network", statement="a fault of the provider's network"),
    ],
    prior={"deploy": 0.6, "network": 0.4},
    sources=[Source(name="provider", statement="its status page", reliability=Between(0.6, 0.9), if_unreliable=0.1)],
    evidence=[
        Evidence(name="rollback", statement="it helped", likelihood={"deploy": Beta(5, 2), "network": 0.1}),
        Evidence(
            name="loss",
            statement="there was packet loss",
            likelihood={"deploy": 0.05, "network": 0.9},
            reports=[Report(source="provider", says=False)],
        ),
    ],
)


def same(one: Posterior, other: Posterior) -> None:
    """Assert that two posteriors are equal, to the last bit."""
    fields = {field.name for field in dataclasses.fields(Posterior)} - {"drawn", "sampled"}
    for name in fields | {"credence", "draws", "prior", "mcse", "diagnostics"}:
        ours, theirs = getattr(one, name), getattr(other, name)
        if isinstance(ours, xr.DataArray | xr.Dataset | xr.DataTree):
            assert ours.identical(theirs), name
        elif isinstance(ours, float | np.ndarray):
            np.testing.assert_array_equal(ours, theirs)
        else:
            assert ours == theirs, name
    assert list(one.draws.children) == list(other.draws.children)
    for node in one.draws.subtree:
        for name, variable in node.variables.items():
            again = other.draws[node.path].variables[name]
            assert (variable.dtype, variable.values.tobytes()) == (again.dtype, again.values.tobytes()), name
    assert str(one) == str(other)


@pytest.fixture(scope="module")
def weighed() -> Posterior:
    return weigh(CASE, sampling=FEW)


@pytest.fixture(scope="module")
def raw(weighed: Posterior, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a small result."""
    path = tmp_path_factory.mktemp("results") / "result.nc"
    save_posterior(weighed, path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def sampled_raw(sampled_plain: Posterior, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a result of PyMC."""
    path = tmp_path_factory.mktemp("results") / "sampled.nc"
    save_posterior(sampled_plain, path)
    return path.read_bytes()


# There and back ------------------------------------------------------------------------------------------------------


def test_what_was_saved_comes_back(weighed: Posterior, weighed_rich: Posterior, tmp_path: Path) -> None:
    """Every field is equal to the last bit, the case included."""
    for number, posterior in enumerate((weighed, weighed_rich)):
        save_posterior(posterior, tmp_path / f"{number}.nc")
        same(load_posterior(str(tmp_path / f"{number}.nc")), posterior)


def test_what_pymc_sampled_comes_back(
    sampled_plain: Posterior, sampled_rich: Posterior, tmp_path: Path, sampled_raw: bytes
) -> None:
    """So do sampled results, with the figures of the gate."""
    for number, posterior in enumerate((sampled_plain, sampled_rich)):
        save_posterior(posterior, tmp_path / f"{number}.nc")
        again = load_posterior(tmp_path / f"{number}.nc")
        same(again, posterior)
        assert (again.diagnostics["r_hat"] <= 1.01).all()
    assert (tmp_path / "0.nc").read_bytes() == sampled_raw


@settings(FILTERED, max_examples=12)
@given(case=cases(max_items=4))
def test_any_result_comes_back(tmp_path: Path, case: Case) -> None:
    """So do results of random cases."""
    try:
        posterior = weigh(case, sampling=FEW)
    except ContradictionError:
        return
    save_posterior(posterior, tmp_path / "result.nc", overwrite=True)
    same(load_posterior(tmp_path / "result.nc"), posterior)


@pytest.mark.parametrize(
    "evidence", [[], [Evidence(name="e", statement="e", likelihood={"deploy": 0.8, "network": 0.1})]]
)
def test_a_result_without_anything_uncertain_comes_back(evidence: list[Evidence], tmp_path: Path) -> None:
    """Without evidence there is no component, without uncertainty no assumption: from either engine."""
    case = Case(question="?", hypotheses=CASE.hypotheses, prior=CASE.prior, evidence=evidence)
    for method in ("exact", "pymc"):
        posterior = weigh(case, method=method, sampling=FEW)
        save_posterior(posterior, tmp_path / f"{method}.nc")
        same(load_posterior(tmp_path / f"{method}.nc"), posterior)


def test_arviz_opens_the_file_as_it_stands(weighed: Posterior, raw: bytes, tmp_path: Path) -> None:
    """ArviZ finds its groups in the file and summarises the draws."""
    (tmp_path / "result.nc").write_bytes(raw)
    with az.from_netcdf(tmp_path / "result.nc") as tree:
        for name, group in weighed.draws.children.items():
            assert tree[name].to_dataset().identical(group.to_dataset())
        summary = az.summary(tree, var_names=["credence"])
    assert list(summary.index) == ["credence[deploy]", "credence[network]"]


def test_a_result_has_the_ending_by_which_it_is_known(weighed: Posterior, tmp_path: Path) -> None:
    """Another is refused before anything is written: the command line would take the file for a case."""
    for name in ("y.txt", "y", "y.NC", "y.nc.gz"):
        with pytest.raises(CaseError, match=rf"E_PATH .*{name}' does not end in \.nc\."):
            save_posterior(weighed, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_one_result_has_one_sequence_of_bytes(weighed: Posterior, raw: bytes, tmp_path: Path) -> None:
    """Saved again, or weighed and saved again, it is the same file."""
    for name, posterior in (("again.nc", weighed), ("weighed again.nc", weigh(CASE, sampling=FEW))):
        save_posterior(posterior, tmp_path / name)
        assert (tmp_path / name).read_bytes() == raw


def test_the_case_is_the_one_that_was_weighed(weighed: Posterior, tmp_path: Path) -> None:
    """B66: a case file that is edited afterwards changes nothing in the result."""
    dump_case(CASE, tmp_path / "case.yaml")
    save_posterior(weigh(load_case(tmp_path / "case.yaml"), sampling=FEW), tmp_path / "result.nc")
    dump_case(
        CASE.model_copy(update={"prior": {"deploy": 0.1, "network": 0.9}}), tmp_path / "case.yaml", overwrite=True
    )
    assert load_posterior(tmp_path / "result.nc").case == CASE


def test_a_large_case_fits(tmp_path: Path) -> None:
    """A case whose text is longer than an attribute may be comes back."""
    statement = "x" * 19_000
    items = [Evidence(name=f"e{i}", statement=statement, likelihood={"deploy": 0.5, "network": 0.4}) for i in range(10)]
    case = Case(question="?", hypotheses=CASE.hypotheses, prior=CASE.prior, evidence=items)
    save_posterior(weigh(case, sampling=FEW), tmp_path / "result.nc")
    assert load_posterior(tmp_path / "result.nc").case == case


def test_a_result_that_is_there_is_kept(weighed: Posterior, raw: bytes, tmp_path: Path) -> None:
    """It is replaced only when that is said; no path, no file, and nothing is computed first."""
    path = tmp_path / "result.nc"
    save_posterior(weighed, path)
    unfit = object.__new__(Posterior)  # whatever is asked of it fails
    for place, code in ((path, "E_EXISTS"), (tmp_path / "missing" / "result.nc", "E_PATH"), (tmp_path, "E_PATH")):
        with pytest.raises(CaseError, match=code):
            save_posterior(unfit, place)
    with pytest.raises(AttributeError):
        save_posterior(unfit, path, overwrite=True)
    assert path.read_bytes() == raw
    save_posterior(weigh(CASE, sampling=dataclasses.replace(FEW, seed=4)), path, overwrite=True)
    assert load_posterior(path).sampling.seed == 4
    assert [file.name for file in tmp_path.iterdir()] == ["result.nc"]


def test_a_result_that_version_1_wrote_still_loads() -> None:
    """A file of version 1 gives the case and the figures that it had."""
    posterior = load_posterior(STORED)
    assert posterior.case == CASE
    assert posterior.sampling == FEW
    assert posterior.versions["attribution_bayes"] == "0.1.0"
    again = weigh(CASE, sampling=FEW)
    np.testing.assert_allclose(posterior.credence, again.credence, rtol=1e-12)
    assert posterior.log_evidence == pytest.approx(again.log_evidence, rel=1e-12)
    assert [problem.code for problem in posterior.warnings] == ["W_NO_CATCH_ALL"]
    assert float(posterior.draws["posterior"]["assumption"].mean()) == pytest.approx(DRAWN_MEAN, rel=1e-12)


DRAWN_MEAN = 0.7624926255491967
"""Mean of all drawn inputs in that file."""


# What is not believed ------------------------------------------------------------------------------------------------


def loaded(content: bytes, tmp_path: Path) -> Posterior:
    path = tmp_path / "given.nc"
    path.write_bytes(content)
    return load_posterior(path)


def refused(content: bytes, tmp_path: Path, *said: str, code: str = "E_INTEGRITY") -> tuple[str, ...]:
    """Assert that a file with these bytes is refused and that these words are said; what differs."""
    with pytest.raises(IntegrityError) as caught:
        loaded(content, tmp_path)
    assert str(caught.value).startswith(f"{code}: ")
    assert caught.value.differences
    for words in said:
        assert words in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    return caught.value.differences


def edited(content: bytes, tmp_path: Path, edit: Callable[[h5py.File], object]) -> bytes:
    """The file after somebody has changed it with a program for HDF5."""
    path = tmp_path / "edited.nc"
    path.write_bytes(content)
    with h5py.File(path, "r+") as file:
        edit(file)
    return path.read_bytes()


def put(path: str, index: Any, value: Any) -> Callable[[h5py.File], None]:
    def edit(file: h5py.File) -> None:
        file[path][index] = value

    return edit


def test_files_of_other_kinds_are_refused(tmp_path: Path, weighed: Posterior) -> None:
    """B63: a pickle, arrays of objects, another netCDF file, text, nothing: refused without running anything of it."""

    class Runs:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "ran"),)

    arrays, plain = BytesIO(), BytesIO()
    np.savez(arrays, allow_pickle=True, a=np.array([Runs()], dtype=object))
    other = bytes(xr.Dataset({"credence": ("hypothesis", [0.5, 0.5])}).to_netcdf(engine="h5netcdf"))
    draws = bytes(weighed.draws.to_netcdf(engine="h5netcdf"))
    with h5py.File(plain, "w") as file:
        file["a"] = 1
    for content in (
        pickle.dumps(Runs()),
        arrays.getvalue(),
        b"",
        b"text",
        other[:8],
        b"\x89HDF\r\n\x1a\n" + b"\0" * 500,
    ):
        refused(content, tmp_path)
    for content in (other, draws, plain.getvalue()):
        refused(content, tmp_path, "not a result of attribution_bayes")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("kind", ["missing", "directory", "pipe", "nul"])
def test_what_is_no_file_is_refused_as_a_path(kind: str, tmp_path: Path) -> None:
    """A path at which no file can be read is a fault of the path, not of a result."""
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CaseError, match="E_PATH"):
        load_posterior(tmp_path / {"nul": "a\0b"}.get(kind, kind))


EDITS: dict[str, tuple[Callable[[h5py.File], object], str]] = {
    "a credence": (put(f"{GROUP}/credence", 0, 0.999), f"{GROUP}/credence is not what was saved"),
    "a prior": (put(f"{GROUP}/prior", 0, 0.5), f"{GROUP}/prior is not what was saved"),
    "P(E)": (put(f"{GROUP}/log_evidence", (), 0.0), f"{GROUP}/log_evidence is not what was saved"),
    "a draw": (put("posterior/credence", (0, 3, 1), 0.5), "posterior/credence is not what was saved"),
    "the last bit of a draw": (
        lambda file: put("prior/assumption", (0, 0, 0), np.nextafter(file["prior/assumption"][0, 0, 0], 1))(file),
        "prior/assumption is not what was saved",
    ),
    "a label": (put("posterior/hypothesis", 0, "other"), "posterior/hypothesis is not what was saved"),
    "the case": (
        lambda file: put(f"{GROUP}/case", (), file[f"{GROUP}/case"][()].replace(b"0.6", b"0.5"))(file),
        f"{GROUP}/case is not what was saved",
    ),
    "the record": (
        lambda file: put(f"{GROUP}/record", (), file[f"{GROUP}/record"][()].replace(b"exact", b"pymc"))(file),
        f"{GROUP}/record is not what was saved",
    ),
    "a group less": (lambda file: file.__delitem__("log_prior"), "log_prior/ is missing"),
    "a variable less": (lambda file: file.__delitem__("posterior/assumption"), "posterior/assumption is missing"),
    "the record less": (lambda file: file.__delitem__(f"{GROUP}/record"), f"{GROUP}/record is missing"),
    "a group more": (lambda file: file.create_group("own"), "own/ has been added"),
    "an attribute more": (
        lambda file: file["posterior"].attrs.__setitem__("by", "me"),
        "posterior/ is not what was saved",
    ),
    "nothing at all": (lambda file: None, "its seal is missing"),
    "no schema": (lambda file: file.attrs.__delitem__(SCHEMA_MARK), "not a result of attribution_bayes"),
}


@pytest.mark.parametrize("kind", EDITS)
def test_edits_are_named(kind: str, raw: bytes, tmp_path: Path) -> None:
    """B64: a file that another program has changed is refused, and the refusal says what it changed."""
    edit, said = EDITS[kind]
    refused(edited(raw, tmp_path, edit), tmp_path, said)


def test_edits_of_sampled_results_are_named(sampled_raw: bytes, tmp_path: Path) -> None:
    """B64: so are the figures of the gate."""
    figures = f"{GROUP}/diagnostics"
    worse = edited(sampled_raw, tmp_path, put(f"{figures}/r_hat", 0, 1.2))
    refused(worse, tmp_path, f"{figures}/r_hat is not what was saved")
    none = edited(sampled_raw, tmp_path, lambda file: file.__delitem__(figures))
    refused(none, tmp_path, f"{figures}/r_hat is missing", f"{figures}/divergences is missing")


def test_a_truncated_file_is_refused(raw: bytes, tmp_path: Path) -> None:
    """Cut off anywhere, it is refused."""
    for length in (*range(0, len(raw), len(raw) // 25), len(raw) - SEAL_LENGTH, len(raw) - 1):
        refused(raw[:length], tmp_path)
    refused(raw[: len(raw) // 2], tmp_path, "cannot be read", "truncated")
    refused(raw + b"more", tmp_path)


def damaged(raw: bytes, rng: random.Random) -> bytes:
    """The bytes with some flipped, and at times some cut off."""
    content = bytearray(raw)
    for _ in range(rng.choice((1, 1, 2, 10))):
        content[rng.randrange(len(content))] ^= rng.randrange(1, 256)
    return bytes(content[: rng.randrange(len(content))] if rng.random() < 0.2 else content)


def test_damage_anywhere_is_seen(raw: bytes, tmp_path: Path) -> None:
    """With bytes flipped at 300 random places, or cut off, the file is refused; never is anything else raised."""
    rng = random.Random(7)
    for _ in range(300):
        refused(damaged(raw, rng), tmp_path)


def test_damage_in_the_first_and_last_bytes_is_seen(raw: bytes, tmp_path: Path) -> None:
    """So where the file says what it is, and in its seal."""
    for place in (*range(12), *range(len(raw) - SEAL_LENGTH, len(raw), 5), len(raw) - 1):
        content = bytearray(raw)
        content[place] ^= 0x20
        refused(bytes(content), tmp_path)


# Edits with every hash put right -------------------------------------------------------------------------------------


def forged(posterior: Posterior, edit: Callable[[xr.DataTree], object] = lambda _: None, **fields: Any) -> bytes:
    """The file of a posterior that was changed before all its hashes were taken."""
    wrong = dataclasses.replace(posterior)
    vars(wrong).update(fields)
    tree = resultfile._tree(wrong)
    edit(tree)
    return resultfile._sealed(tree)


def reworded(posterior: Posterior, **entries: Any) -> bytes:
    """The file with other entries in its record, and the record's hash put right."""

    def edit(tree: xr.DataTree) -> None:
        record = json.dumps(json.loads(str(tree[GROUP]["record"].values)) | entries)
        tree[GROUP] = tree[GROUP].assign(record=xr.DataArray(record))
        tree.attrs[RECORD_MARK] = sha256(record.encode()).hexdigest()

    return forged(posterior, edit)


def test_a_credence_that_does_not_follow_is_refused(weighed: Posterior, tmp_path: Path) -> None:
    """An exact result is computed again: credence, prior and P(E) must come out; the case must be that of its hash."""
    refused(forged(weighed, credence=weighed.credence * 0 + 0.5), tmp_path, "credence is [0.5, 0.5]; computed again")
    refused(forged(weighed, prior=weighed.prior * 0 + 0.5), tmp_path, "prior is [0.5, 0.5]; computed again, it is [0.6")
    refused(forged(weighed, log_evidence=-1.0), tmp_path, "log_evidence is [-1.0]; computed again, it is")
    refused(forged(weighed, mcse=weighed.mcse + 0.1), tmp_path, "mcse")
    other = CASE.model_copy(update={"prior": {"deploy": 0.5, "network": 0.5}})
    refused(forged(weighed, case=other), tmp_path, "log_evidence is")
    refused(forged(weighed, case=other, prior=weighed.prior), tmp_path, "prior is")
    refused(reworded(weighed, case_sha256="0" * 64), tmp_path, "not the one whose hash is in the file")
    refused(forged(weighed, sampling=dataclasses.replace(FEW, draws=200)), tmp_path, "of the sampling settings")
    names = weighed.credence.hypothesis.values[::-1]
    turned = {name: getattr(weighed, name).assign_coords(hypothesis=names) for name in ("credence", "prior", "mcse")}
    refused(forged(weighed, **turned), tmp_path, *(f"{name} is about ('network', 'deploy')" for name in turned))
    refused(forged(weighed, credence=weighed.credence[:1]), tmp_path)
    refused(forged(weighed, method="guess"), tmp_path, "guess")
    refused(forged(weighed, drawn=StoredDraws(xr.DataTree())), tmp_path)


def test_a_record_that_says_nothing_is_refused(weighed: Posterior, tmp_path: Path) -> None:
    """Whatever the record lacks or has in the wrong place is an error of the file."""
    for entries in (
        {"digests": 3},
        {"method": None},
        {"sampling": {"draws": 1}},
        {"sampling": None},
        {"warnings": [1]},
    ):
        refused(reworded(weighed, **entries), tmp_path)


def test_a_sampled_result_must_pass_the_gate_again(sampled_plain: Posterior, tmp_path: Path) -> None:
    """B64: figures that do not pass, are missing, of something else or not those of the draws are refused."""
    figures = sampled_plain.diagnostics
    bad = figures.copy(deep=True)
    bad["r_hat"][1] = 1.2
    refused(forged(sampled_plain, diagnostics=bad), tmp_path, "do not pass the gate: r-hat is not at most 1.01", "1.2")
    low = figures.assign(ess_tail=figures["ess_tail"] * 0 + 10)
    refused(forged(sampled_plain, diagnostics=low), tmp_path, "tail ESS is not at least 400")
    refused(forged(sampled_plain, diagnostics=figures.drop_vars("r_hat")), tmp_path, "figures are missing: r_hat")
    refused(forged(sampled_plain, diagnostics=xr.Dataset()), tmp_path, "figures are missing: bfmi, divergences")
    fewer = figures.isel(quantity=slice(1, None))
    refused(forged(sampled_plain, diagnostics=fewer), tmp_path, "not those of the quantities of this case")
    draws = sampled_plain.draws.copy(deep=True)
    draws["sample_stats"]["diverging"][0, 0] = True
    refused(forged(sampled_plain, drawn=StoredDraws(draws)), tmp_path, "divergences is [0, 0, 0, 0]; computed again")
    moved = sampled_plain.credence + np.array([1e-6, -1e-6, 0])
    refused(forged(sampled_plain, credence=moved), tmp_path, "credence is")


def test_an_older_file_has_the_sampler_that_there_was(weighed: Posterior, tmp_path: Path) -> None:
    """Before the sampler could be chosen, it was nutpie at an acceptance of 0.9."""
    older = {
        name: value for name, value in dataclasses.asdict(FEW).items() if name not in ("nuts_sampler", "target_accept")
    }
    path = tmp_path / "older.nc"
    path.write_bytes(reworded(weighed, sampling=older))
    sampling = load_posterior(path).sampling
    assert (sampling.nuts_sampler, sampling.target_accept) == ("nutpie", 0.9)


def test_a_newer_file_names_both_versions(weighed: Posterior, tmp_path: Path) -> None:
    """B65: a file of a later version, or with a case of one, is refused as such."""
    newer = forged(weighed, lambda tree: tree.attrs.__setitem__(SCHEMA_MARK, 7))
    refused(newer, tmp_path, "result schema 7; this library reads schema 1", code="E_SCHEMA_NEWER")
    text = json.dumps({**case_tree(CASE), "schema": 9})

    def edit(tree: xr.DataTree) -> None:
        tree[GROUP] = tree[GROUP].assign(case=xr.DataArray(text))
        record = json.loads(str(tree[GROUP]["record"].values))
        record["digests"] = resultfile._digests(tree)
        tree[GROUP] = tree[GROUP].assign(record=xr.DataArray(json.dumps(record)))
        tree.attrs[RECORD_MARK] = sha256(json.dumps(record).encode()).hexdigest()

    said = "schema 9; this library reads schema 1"
    refused(forged(weighed, edit), tmp_path, said, code="E_SCHEMA_NEWER")
    assert case_text(CASE) != text
