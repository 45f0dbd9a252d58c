"""What a result file may hold: every object is checked before anything is read.

HDF5 can claim much in few bytes: a group that contains itself, a link to another file, gigabytes that are declared and
never written. So each object may be reached by one link only; its place and kind must be those of `LAYOUT`; and
everything declared must be there, byte for byte, so that what is read is no larger than the file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import h5py
import numpy as np

from attribution_bayes.errors import MAX_LISTED_PROBLEMS, IntegrityError, quoted

TEXT, FLOAT, WHOLE = "text", "f", "iu"
"""Kinds of values: text of any length, and kinds of numbers by NumPy's letters. Truth values are whole numbers."""

_DRAWS = {"chain": WHOLE, "draw": WHOLE}
_INPUTS = {**_DRAWS, "address": TEXT, "hypothesis": TEXT, "prior": FLOAT, "assumption": FLOAT}

LAYOUT: Mapping[str, Mapping[str, str]] = {
    "": {},
    "posterior": {**_INPUTS, "credence": FLOAT, "drawn_hypothesis": WHOLE},
    "prior": _INPUTS,
    "log_prior": {**_DRAWS, "statement": TEXT, "prior": FLOAT, "assumption": FLOAT, "drawn_hypothesis": FLOAT},
    "log_likelihood": {**_DRAWS, "component": TEXT, "evidence": FLOAT, "log_predictive": FLOAT},
    "sample_stats": {
        **_DRAWS,
        "diverging": WHOLE,
        "energy": FLOAT,
        "tree_depth": WHOLE,
        "n_steps": WHOLE,
        "step_size": FLOAT,
    },
    "prior_predictive": {**_DRAWS, "observation": TEXT, "outcome": WHOLE},
    "posterior_predictive": {**_DRAWS, "observation": TEXT, "outcome": WHOLE},
    "observed_data": {"observation": TEXT, "outcome": WHOLE},
    "attribution_bayes": {
        "hypothesis": TEXT,
        "credence": FLOAT,
        "prior": FLOAT,
        "mcse": FLOAT,
        "log_evidence": FLOAT,
        "case": TEXT,
        "record": TEXT,
    },
    "attribution_bayes/diagnostics": {
        "chain": WHOLE,
        "quantity": TEXT,
        "not_finite": WHOLE,
        "r_hat": FLOAT,
        "ess_bulk": FLOAT,
        "ess_tail": FLOAT,
        "still": WHOLE,
        "divergences": WHOLE,
        "bfmi": FLOAT,
    },
}
"""Every group, with the variables it may have and the kind of their values. A new variable is one entry here."""

DESCRIPTOR = np.dtype([("length", "<u4"), ("address", "<u8"), ("index", "<u4")])
"""How HDF5 stores a text: where it is, and its length. Many may point to one place, so the lengths are added up."""

MAX_DIMENSIONS = 3
"""Dimensions of the largest variables: chain, draw, and what is drawn."""


def check_layout(file: h5py.File, raw: bytes) -> None:
    """Refuse a file that holds anything that a saved result does not.

    Parameters
    ----------
    file
        As opened by h5py.
    raw
        Its bytes.

    Raises
    ------
    IntegrityError
        With everything that does not belong there.
    """
    found = list(islice(_Walk(raw).group(file, ""), MAX_LISTED_PROBLEMS))
    if found:
        raise IntegrityError(found)


@dataclass
class _Walk:
    """A walk over the objects of a file that records what it met and how many bytes were declared."""

    raw: bytes
    met: set[int] = field(default_factory=set)
    declared: int = 0

    def group(self, group: h5py.Group, path: str) -> Iterator[str]:
        self.met.add(h5py.h5o.get_info(group.id).addr)
        yield from self.attributes(group, path)
        for name in group:
            below = f"{path}/{name}" if path else str(name)
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                yield f"{_shown(below)} is a link to something else"
            elif h5py.h5o.get_info(group.id, name.encode()).addr in self.met:
                yield f"{_shown(below)} is another name for an object that is already there"
            else:
                yield from self.member(group[name], path, below)

    def member(self, member: Any, path: str, below: str) -> Iterator[str]:
        kind = LAYOUT[path].get(below.rpartition("/")[2])
        if isinstance(member, h5py.Group) and below in LAYOUT:
            yield from self.group(member, below)
        elif isinstance(member, h5py.Dataset) and kind is not None:
            self.met.add(h5py.h5o.get_info(member.id).addr)
            yield from self.attributes(member, below)
            yield from self.dataset(member, below, kind)
        else:
            yield f"{_shown(below)}{'/' if isinstance(member, h5py.Group) else ''} has been added"

    def dataset(self, dataset: h5py.Dataset, path: str, kind: str) -> Iterator[str]:
        is_text = dataset.dtype.kind == "O" and h5py.check_string_dtype(dataset.dtype) is not None
        is_kind = is_text if kind == TEXT else dataset.dtype.kind in kind
        if not (is_kind or not dataset.size) or dataset.ndim > MAX_DIMENSIONS:  # empty labels have no kind
            yield f"{path} is not of the kind that was saved"
        elif not _is_whole(dataset):
            yield f"{path} declares more than it holds"
        else:
            size = math.prod(dataset.shape)
            texts = self.lengths(dataset, size) if is_text and size else 0
            yield from self.count(path, _size(dataset) + texts)

    def lengths(self, dataset: h5py.Dataset, size: int) -> int:
        """Total length of all texts of a dataset, found without reading them."""
        stored = np.frombuffer(self.raw, DESCRIPTOR, size, dataset.id.get_offset())
        return int(stored["length"].sum(dtype=np.int64))

    def attributes(self, owner: h5py.Group | h5py.Dataset, path: str) -> Iterator[str]:
        for name in owner.attrs:
            attribute = owner.attrs.get_id(name)
            size = math.prod(attribute.shape)
            if h5py.check_string_dtype(attribute.dtype) is None or attribute.dtype.kind != "O":
                yield from self.count(path, size * attribute.get_type().get_size())
            elif size > 1:
                yield f"{path or 'the file'} has an attribute {quoted(name)} that is not of the kind that was saved"
            else:
                yield from self.count(path, len(owner.attrs[name]))

    def count(self, path: str, size: int) -> Iterator[str]:
        self.declared += size
        if self.declared - size <= len(self.raw) < self.declared:
            yield f"{path or 'the file'} declares more than the file has bytes"


def _is_whole(dataset: h5py.Dataset) -> bool:
    """Whether everything that is declared is in the file, in one piece and uncompressed."""
    size = _size(dataset)
    made = dataset.id.get_create_plist()
    in_one_piece = made.get_layout() == h5py.h5d.CONTIGUOUS and not made.get_external_count()
    return size == 0 or (in_one_piece and dataset.id.get_storage_size() == size)


def _size(dataset: h5py.Dataset) -> int:
    """Bytes that a dataset takes in the file, without its texts."""
    one = DESCRIPTOR.itemsize if dataset.dtype.kind == "O" else dataset.dtype.itemsize
    return int(math.prod(dataset.shape) * one)


def _shown(path: str) -> str:
    return quoted(path)[1:-1]
