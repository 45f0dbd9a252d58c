"""Results on disk: one netCDF file with the case, the answer and the draws, which is accepted only if unchanged.

The draws are stored as ArviZ expects them; a group ``attribution_bayes`` holds the rest: the case as text, the numbers,
the figures of the gate, and a record with settings, versions, warnings and a SHA-256 of every variable, so that a
difference can be named. The netCDF is followed by a seal, the SHA-256 of all bytes before it: a damaged file never
reaches the library that reads netCDF, and a file that another program has rewritten has lost its seal.

None of this is a signature. It reveals damage and edits; to detect forgery, compare the hash of the whole file with one
from its author.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from io import BytesIO
from typing import Any

import h5py
import numpy as np
import xarray as xr

from attribution_bayes.arguments import RESULT_ENDING, expect
from attribution_bayes.declare.table import Table
from attribution_bayes.declare.written import case_hash, case_text
from attribution_bayes.engine.coherence import assert_coherent, label_violations
from attribution_bayes.engine.diagnostics import figure_failures
from attribution_bayes.engine.exact import evaluate
from attribution_bayes.engine.network import Network, network
from attribution_bayes.engine.posterior import Posterior, Sampled
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.tree import StoredDraws
from attribution_bayes.errors import CaseError, IntegrityError, Problem, quoted
from attribution_bayes.files.atomic import ending_of, write_whole
from attribution_bayes.files.cases import case_from_text
from attribution_bayes.files.layout import check_layout
from attribution_bayes.files.raw import read_bytes, regular_file

SCHEMA = 1
"""Version of the result file that this library writes."""

type Stored = Mapping[str, Any]
"""The parts of a result as its file holds them."""

GROUP = "attribution_bayes"
FIGURES = "diagnostics"

SCHEMA_MARK, RECORD_MARK = "attribution_bayes_schema", "attribution_bayes_record_sha256"
"""Attributes of the file. They are short, because HDF5 limits attributes to 64 KiB."""

HDF5 = b"\x89HDF\r\n\x1a\n"
SEAL = b"\nattribution_bayes sha256 "
SEAL_LENGTH = len(SEAL) + 64 + 1

REPEATED = 1e-9
"""How far a credence may be off when it is computed again, by this or a later version: the error of quadrature."""

MEAN_ROUNDING = 1e-12
"""How far a mean may be off when it is computed again: NumPy decides the order of summation."""


def save_posterior(posterior: Posterior, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Write a result to a netCDF file, with its case, its draws and everything needed to check it.

    The file is written whole or not at all, whatever interrupts the writing. ``arviz.from_netcdf`` can open it.

    Parameters
    ----------
    posterior
    path
        A file with the ending ``.nc``, by which the command line recognises a result.
    overwrite
        Whether an existing file may be replaced.

    Raises
    ------
    CaseError
        ``E_EXISTS`` if the file exists and `overwrite` is False, ``E_PATH`` for another ending or if the file cannot be
        written; both before anything is computed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import attribution_bayes as ab
    >>> case = ab.Case(
    ...     question="Which?",
    ...     hypotheses=[
    ...         ab.Hypothesis(name="a", statement="it was a"),
    ...         ab.Hypothesis(name="b", statement="it was not", catch_all=True),
    ...     ],
    ...     prior={"a": 0.5, "b": 0.5},
    ...     evidence=[ab.Evidence(name="e", statement="e holds", likelihood={"a": 0.8, "b": 0.2})],
    ... )
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     ab.save_posterior(ab.weigh(case), Path(directory) / "result.nc")
    ...     ab.load_posterior(Path(directory) / "result.nc").leader
    'a'
    """
    expect(posterior, Posterior, "posterior", before=path)
    ending_of(path, (RESULT_ENDING,))
    write_whole(path, lambda: result_bytes(posterior), overwrite=overwrite)


def result_bytes(posterior: Posterior) -> bytes:
    """The bytes of a result file, the same for the same result in one environment."""
    return _sealed(_tree(posterior))


def load_posterior(path: str | os.PathLike[str]) -> Posterior:
    """Read a result that `save_posterior` wrote, if it is unchanged and agrees with its case.

    The case is the one that was weighed, whatever has happened to its file since. Exact results are computed again; for
    sampled ones, the mean of the draws is computed again and the figures of the gate must pass.

    Raises
    ------
    IntegrityError
        If the file is damaged, edited or of another kind, with what differs; ``E_SCHEMA_NEWER`` if a later version of
        this library wrote it.
    CaseError
        ``E_PATH`` if there is no such file.
    """
    file, _ = regular_file(path)
    return result_from_bytes(read_bytes(file))


def result_from_bytes(raw: bytes) -> Posterior:
    """Read a result from the bytes of its file.

    Raises
    ------
    IntegrityError
        See `load_posterior`.
    """
    try:
        return _checked(raw)
    except IntegrityError:
        raise
    except CaseError as error:
        newer = error.problems[0].code == "E_SCHEMA_NEWER"
        told = [f"the case in the file is refused: {problem}".rstrip(".") for problem in error.problems]
        raise IntegrityError(told, code="E_SCHEMA_NEWER" if newer else "E_INTEGRITY") from None
    except Exception as error:  # whatever a damaged or foreign file makes other libraries raise
        raise IntegrityError([f"the file cannot be read: {type(error).__name__}: {quoted(str(error))}"]) from None


def _checked(raw: bytes) -> Posterior:
    tree = _open(raw)
    differences = list(_differences(tree))
    if not differences and not _is_sealed(raw):
        differences = ["its seal is missing: something was added, or another program has rewritten the file"]
    if differences:
        raise IntegrityError(differences)
    stored = _stored(tree)
    posterior = _posterior(stored)
    differences = list(_case_differences(stored, posterior)) or list(disagreements(posterior))
    if differences:
        raise IntegrityError(differences)
    return posterior


# Posterior to bytes --------------------------------------------------------------------------------------------------


def _tree(posterior: Posterior) -> xr.DataTree:
    """The draws, and beside them the group with the result."""
    tree = posterior.draws.copy(deep=False)
    numbers = xr.Dataset(
        {
            "credence": posterior.credence,
            "prior": posterior.prior,
            "mcse": posterior.mcse,
            "log_evidence": posterior.log_evidence,
            "case": case_text(posterior.case),
        }
    )
    tree[GROUP] = xr.DataTree(numbers, children={FIGURES: xr.DataTree(posterior.diagnostics)})
    record = json.dumps({**_settings(posterior), "digests": _digests(tree)}, ensure_ascii=False)
    tree[GROUP] = xr.DataTree(numbers.assign(record=record), children={FIGURES: xr.DataTree(posterior.diagnostics)})
    tree.attrs = {**tree.attrs, SCHEMA_MARK: SCHEMA, RECORD_MARK: sha256(record.encode()).hexdigest()}
    return tree


def _settings(posterior: Posterior) -> dict[str, Any]:
    """Everything in a result but the numbers."""
    return {
        "method": posterior.method,
        "sampling": asdict(posterior.sampling),
        "versions": dict(posterior.versions),
        "warnings": [asdict(problem) for problem in posterior.warnings],
        "case_sha256": case_hash(posterior.case),
    }


def _sealed(tree: xr.DataTree) -> bytes:
    body = bytes(tree.to_netcdf(engine="h5netcdf", write_inherited_coords=False))
    return body + _seal(body)


def _seal(body: bytes) -> bytes:
    return SEAL + sha256(body).hexdigest().encode() + b"\n"


def _is_sealed(raw: bytes) -> bool:
    return raw[-SEAL_LENGTH:].startswith(SEAL)


def _digests(tree: xr.DataTree) -> dict[str, str]:
    """A SHA-256 of every variable but the record, and of the attributes of every group, by path."""
    found = {}
    for node in tree.subtree:
        path = node.path.strip("/")
        dataset = node.to_dataset(inherit=False)
        if path:
            found[f"{path}/"] = _sha256_of(_attributes(dataset.attrs))
        found |= {f"{path}/{name}": _digest(variable) for name, variable in dataset.variables.items()}
    return {path: digest for path, digest in sorted(found.items()) if path != f"{GROUP}/record"}


def _digest(variable: xr.Variable) -> str:
    """SHA-256 of dimensions, shape, type, attributes and values, the same on every machine."""
    values = np.asarray(variable.values)
    if values.dtype.kind in "OU":
        kind, content = "text", json.dumps(values.tolist()).encode()
    else:
        canonical = values.astype(values.dtype.newbyteorder("<"), order="C", copy=False)
        kind, content = canonical.dtype.str, canonical.tobytes()
    return _sha256_of([*map(str, variable.dims)], values.shape, kind, _attributes(variable.attrs), content=content)


def _attributes(attrs: Mapping[Any, Any]) -> list[tuple[str, list[Any]]]:
    """Attributes as netCDF returns them: a list of one entry becomes the entry."""
    return sorted((str(name), np.ravel(value).tolist()) for name, value in attrs.items())


def _sha256_of(*description: Any, content: bytes = b"") -> str:
    return sha256(json.dumps(description).encode() + b"\0" + content).hexdigest()


# Bytes to a tree that is what was saved ------------------------------------------------------------------------------


def _open(raw: bytes) -> xr.DataTree:
    """Open the file as a tree, after checking its seal and its layout."""
    if not raw.startswith(HDF5):
        raise IntegrityError(["the file is not a netCDF file (HDF5)"])
    body = raw[:-SEAL_LENGTH] if _is_sealed(raw) else raw
    if _is_sealed(raw) and raw != body + _seal(body):
        raise IntegrityError(["the bytes of the file are not those that were saved: their SHA-256 differs"])
    with h5py.File(BytesIO(body), "r") as file:
        _check_kind(file)
        check_layout(file, body)
    with xr.open_datatree(BytesIO(body), engine="h5netcdf", decode_times=False) as tree:
        return xr.DataTree.from_dict({node.path: node.to_dataset(inherit=False).load() for node in tree.subtree})


def _check_kind(file: h5py.File) -> None:
    """Refuse a file that is not a result of this library, or is of a version that cannot be read."""
    schema = np.ravel(file.attrs.get(SCHEMA_MARK, ()))
    if schema.shape != (1,) or schema.dtype.kind not in "iu" or schema[0] < 1 or GROUP not in file:
        raise IntegrityError(["the file is not a result of attribution_bayes"])
    if schema[0] > SCHEMA:
        message = f"the file has result schema {schema[0]}; this library reads schema {SCHEMA}"
        raise IntegrityError([f"{message}: install a newer attribution_bayes"], code="E_SCHEMA_NEWER")


def _differences(tree: xr.DataTree) -> Iterator[str]:
    """How the tree differs from what was saved."""
    record = str(tree[GROUP].dataset["record"].values) if "record" in tree[GROUP].dataset else ""
    if sha256(record.encode()).hexdigest() != tree.attrs.get(RECORD_MARK):
        yield f"{GROUP}/record is not what was saved" if record else f"{GROUP}/record is missing"
        return
    saved, found = json.loads(record)["digests"], _digests(tree)
    yield from unlike_digests(saved, found, "is not what was saved")


def unlike_digests(saved: Mapping[str, str], found: Mapping[str, str], changed: str) -> Iterator[str]:
    """Which entries are missing, have been added or have another digest, which `changed` says."""
    for name in sorted({*saved, *found}):
        if name not in found:
            yield f"{name} is missing"
        elif name not in saved:
            yield f"{name} has been added"
        elif saved[name] != found[name]:
            yield f"{name} {changed}"


def _stored(tree: xr.DataTree) -> Stored:
    """The parts of a file: the draws, and separately everything else that was saved."""
    own = tree.children[GROUP]
    numbers, figures = own.to_dataset(inherit=False), own.children[FIGURES].to_dataset(inherit=False)
    draws = tree.copy(deep=False)
    del draws[GROUP]
    draws.attrs = {name: value for name, value in draws.attrs.items() if name not in (SCHEMA_MARK, RECORD_MARK)}
    parts = {"case": str(numbers["case"].values), "numbers": numbers, FIGURES: figures, "draws": draws}
    return {**json.loads(str(numbers["record"].values)), **parts}


# A tree to a posterior that agrees with its case ---------------------------------------------------------------------


def _posterior(stored: Stored) -> Posterior:
    credences, mcse = (stored["numbers"][name].values for name in ("credence", "mcse"))
    return Posterior(
        case=case_from_text(stored["case"]),
        method=stored["method"],
        credences=credences,
        log_evidence=float(stored["numbers"]["log_evidence"]),
        drawn=StoredDraws(stored["draws"]),
        sampling=Sampling(**stored["sampling"]),
        warnings=tuple(Problem(**problem) for problem in stored["warnings"]),
        versions=Table(stored["versions"]),
        sampled=Sampled(mcse=mcse, diagnostics=stored[FIGURES]) if stored["method"] == "pymc" else None,
    )


def _case_differences(stored: Stored, posterior: Posterior) -> Iterator[str]:
    if sha256(stored["case"].encode()).hexdigest() != stored["case_sha256"]:
        yield "the case is not the one whose hash is in the file"
    numbers = {name: stored["numbers"][name] for name in ("credence", "prior", "mcse")}
    about = [
        what for name in numbers for what in label_violations(name, numbers[name], ("hypothesis",), posterior.case)
    ]
    yield from about
    if not about:
        for name, again in (("prior", posterior.prior), ("mcse", posterior.mcse)):
            yield from _unlike(name, numbers[name].values, again.values, REPEATED)


def disagreements(posterior: Posterior) -> Iterator[str]:
    """Where the parts of a result contradict each other, or its draws do not pass the gate."""
    try:
        assert_coherent(posterior)
    except AssertionError as error:
        yield str(error)
        return
    net = network(posterior.case)
    values, unknown = net.inputs.values[None], np.zeros(len(net.inputs.values), dtype=bool)
    credence, log_evidence = evaluate(net, values, unknown)
    if not np.isnan(posterior.log_evidence):  # NaN with ratios
        yield from _unlike("log_evidence", posterior.log_evidence, log_evidence[0], REPEATED)
    drawn = _drawn(posterior, "posterior", "credence").values
    if drawn.shape[:2] != (posterior.sampling.chains, posterior.sampling.draws):
        yield "the number of draws is not that of the sampling settings"
    if posterior.method == "exact":
        yield from _unlike("credence", posterior.credence.values, credence[0], REPEATED)
    else:
        yield from _unlike("credence", posterior.credence.values, drawn.mean(axis=(0, 1)), MEAN_ROUNDING)
        yield from _figure_disagreements(posterior, net)


def _unlike(what: str, stored: Any, again: Any, tolerance: float) -> Iterator[str]:
    if not np.allclose(stored, again, rtol=tolerance, atol=tolerance):
        yield f"{what} is {np.ravel(stored).tolist()}; computed again, it is {np.ravel(again).tolist()}"


def _figure_disagreements(posterior: Posterior, net: Network) -> Iterator[str]:
    """Figures of the gate that are missing, do not pass, or do not belong to the draws."""
    figures = posterior.diagnostics
    uncertain = list(net.inputs.drawn.addresses)
    drawn = _drawn(posterior, "posterior", "credence")
    moving = [f"credence.{name}" for name in drawn.hypothesis.values[np.ptp(drawn.values, axis=(0, 1)) > 0]]
    needed = {"not_finite"} | (
        {"r_hat", "ess_bulk", "ess_tail", "still", "divergences", "bfmi"} if uncertain else set()
    )
    missing = sorted(needed - {*map(str, figures.data_vars)})
    if missing:
        yield f"the gate's figures are missing: {', '.join(missing)}"
    elif figures.quantity.values.tolist() != [*uncertain, *moving]:
        yield "the gate's figures are not those of the quantities of this case"
    else:
        yield from (f"the draws do not pass the gate: {failure}" for failure in figure_failures(figures))
        if uncertain:
            diverging = _drawn(posterior, "sample_stats", "diverging").values.sum(axis=1)
            yield from _unlike("divergences", figures["divergences"].values, diverging, 0.0)


def _drawn(posterior: Posterior, group: str, name: str) -> xr.DataArray:
    return posterior.draws.children[group].data_vars[name]
