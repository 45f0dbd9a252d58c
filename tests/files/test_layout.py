"""A result file is looked at object by object before anything is read from it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import h5py
import numpy as np
import pytest

from attribution_bayes.errors import IntegrityError
from attribution_bayes.files.layout import LAYOUT, check_layout
from attribution_bayes.files.results import _seal, load_posterior

STORED = Path(__file__).parents[1] / "data" / "result_schema_1.nc"

GIGABYTES = 2**29
"""Numbers that take 4 GiB."""


def unseal(raw: bytes) -> bytes:
    return raw[: raw.rindex(b"\nattribution_bayes sha256 ")]


ATTACKS: dict[str, tuple[Callable[[h5py.File], object], str]] = {
    "itself": (lambda f: f["posterior"].__setitem__("posterior", f["posterior"]), "another name for an object"),
    "the root": (lambda f: f["prior"].__setitem__("own", f["/"]), "another name"),
    "a second name": (
        lambda f: f["prior"].__setitem__("credence", f["posterior/credence"]),
        "another name for an object",
    ),
    "a soft link": (lambda f: f["prior"].__setitem__("credence", h5py.SoftLink("/posterior/credence")), "is a link"),
    "an external link": (lambda f: f.__setitem__("own", h5py.ExternalLink("/etc/passwd", "/")), "is a link"),
    "a group more": (lambda f: f.create_group("own"), "own/ has been added"),
    "a variable more": (lambda f: f["posterior"].__setitem__("own", 1), "posterior/own has been added"),
    "a group for a variable": (lambda f: f["prior"].create_group("credence"), "prior/credence/ has been added"),
    "a variable for a group": (lambda f: f.__setitem__("sample_stats", 1), "sample_stats has been added"),
    "zeros that pack well": (
        lambda f: f["log_prior"].create_dataset("prior", (GIGABYTES,), "f8", chunks=(2**20,), compression="gzip"),
        "log_prior/prior declares more than it holds",
    ),
    "nothing written": (lambda f: f["log_prior"].create_dataset("prior", (GIGABYTES,), "f8"), "declares more than it"),
    "text for numbers": (lambda f: f["log_prior"].__setitem__("prior", "x"), "log_prior/prior is not of the kind"),
    "many dimensions": (lambda f: f["log_prior"].__setitem__("prior", np.ones((1, 1, 1, 1))), "not of the kind"),
    "a list of texts beside": (
        lambda f: f["prior"].attrs.__setitem__("own", ["a", "b"]),
        "prior has an attribute 'own'",
    ),
}


def attacked(folder: Path, attack: Callable[[h5py.File], object]) -> Path:
    """A stored result that was changed and sealed again."""
    path = folder / "attacked.nc"
    path.write_bytes(unseal(STORED.read_bytes()))
    with h5py.File(path, "r+") as file:
        attack(file)
    body = path.read_bytes()
    path.write_bytes(body + _seal(body))
    return path


@pytest.mark.parametrize("kind", ATTACKS)
def test_what_a_result_does_not_have_is_refused_at_once(kind: str, tmp_path: Path) -> None:
    """Cycles, links, things added and things that are not there: named, within a second."""
    attack, said = ATTACKS[kind]
    path, start = attacked(tmp_path, attack), time.process_time()
    with pytest.raises(IntegrityError, match="E_INTEGRITY") as caught:
        load_posterior(path)
    assert said in str(caught.value)
    assert time.process_time() - start < 1


LIMITED = """
import resource, sys
from attribution_bayes.errors import IntegrityError
from attribution_bayes.files.results import load_posterior
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**26, used + 2**26))
try:
    load_posterior(sys.argv[1])
except IntegrityError as error:
    print(error)
"""


@pytest.mark.parametrize("kind", ["zeros that pack well", "nothing written", "itself"])
def test_refusing_takes_little_memory(kind: str, tmp_path: Path) -> None:
    """With 64 MiB more than what the imports took, what declares 4 GiB is refused for what it is."""
    attack, said = ATTACKS[kind]
    path = attacked(tmp_path, attack)
    assert path.stat().st_size < 200_000
    found = subprocess.run([sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, timeout=60)
    assert said in found.stdout, found.stderr


def test_texts_that_share_their_place_are_added_up() -> None:
    """A text that many entries name counts as often as it is named."""
    raw = unseal(STORED.read_bytes())
    with h5py.File(BytesIO(raw), "r") as file:
        check_layout(file, raw)
        offset = file["posterior/address"].id.get_offset()
    forged = bytearray(raw)
    forged[offset : offset + 4] = np.uint32(2**31).tobytes()
    with (
        h5py.File(BytesIO(bytes(forged)), "r") as file,
        pytest.raises(IntegrityError, match="posterior/address declares more than the file has bytes"),
    ):
        check_layout(file, bytes(forged))


def test_the_layout_names_groups_from_the_top_down() -> None:
    """Each group's parent is a group of the layout, too."""
    assert all(path.rpartition("/")[0] in LAYOUT for path in LAYOUT)
