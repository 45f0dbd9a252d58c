"""Archives as bytes: what is packed is unpacked, and nothing else is."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest

from attribution_bayes.errors import CaseError, IntegrityError
from attribution_bayes.files import packed
from attribution_bayes.files.packed import EARLIEST, pack, unpack

MEMBERS = {"case.yaml": b"question: Who?", "tables/a.csv": b"a,b", "empty.json": b""}


def zipped(
    *members: tuple[str, bytes], mode: int = 0o100644, compression: int = ZIP_STORED, comment: bytes = b""
) -> bytes:
    """A zip of other people, which may have what ours never have."""
    content = BytesIO()
    with ZipFile(content, "w", compression) as made:
        for name, text in members:
            info = ZipInfo(name, EARLIEST)
            info.create_system, info.external_attr, info.compress_type = 3, mode << 16, compression
            made.writestr(info, text)
        made.comment = comment
    return content.getvalue()


def test_what_is_packed_is_unpacked(tmp_path: Path) -> None:
    """In whatever order the members were given, to the same bytes."""
    turned = dict(reversed(MEMBERS.items()))
    assert pack(MEMBERS) == pack(turned)
    (tmp_path / "a.zip").write_bytes(pack(MEMBERS))
    assert unpack(tmp_path / "a.zip") == MEMBERS


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a path that leads out": (lambda: zipped(("../case.yaml", b"x")), "is not a name"),
    "a path from the root": (lambda: zipped(("/etc/case.yaml", b"x")), "is not a name"),
    "a path of another system": (lambda: zipped((r"C:\case.yaml", b"x")), "is not a name"),
    "a folder in a folder": (lambda: zipped(("a/b/case.yaml", b"x")), "is not a name"),
    "a link": (lambda: zipped(("case.yaml", b"/etc/passwd"), mode=0o120777), "is not a plain file"),
    "a program": (lambda: zipped(("case.yaml", b"x"), mode=0o100755), "is not a plain file"),
    "a bomb": (lambda: zipped(("case.yaml", bytes(100_000_000)), compression=ZIP_DEFLATED), "is compressed"),
    "another order": (lambda: zipped(("b", b"x"), ("a", b"y")), "another program has packed it"),
    "a comment": (lambda: zipped(("a", b"x"), comment=b"hidden"), "more than its members"),
    "bytes before it": (lambda: b"hidden" + pack(MEMBERS), "more than its members"),
    "half of one": (lambda: pack(MEMBERS)[:-30], "is not a zip"),
    "no zip": (lambda: b"PK\x03\x04 and so on", "is not a zip"),
    "nothing": (lambda: b"", "is not a zip"),
    "a flipped bit": (lambda: pack(MEMBERS).replace(b"Who?", b"Whom"), "BadZipFile"),
    "too many": (lambda: zipped(*((f"a{n}", b"") for n in range(1001))), "more than 1,000 members"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_archive_is_refused_at_once(kind: str, tmp_path: Path) -> None:
    """Whatever it hides, with what is wrong, in less than a second."""
    make, said = HOSTILE[kind]
    (tmp_path / "a.zip").write_bytes(make())
    start = time.process_time()
    with pytest.raises(IntegrityError, match=said):
        unpack(tmp_path / "a.zip")
    assert time.process_time() - start < 1


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """Readers of a zip disagree about which of the two counts."""
    (tmp_path / "a.zip").write_bytes(zipped(("a", b"x"), ("a", b"y")))
    with pytest.raises(IntegrityError):
        unpack(tmp_path / "a.zip")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is what is not a file."""
    (tmp_path / "a.zip").write_bytes(pack(MEMBERS))
    monkeypatch.setattr(packed, "MAX_BYTES", 10)
    with pytest.raises(IntegrityError, match="at most 10 are read"):
        unpack(tmp_path / "a.zip")
    with pytest.raises(CaseError, match="not a regular file"):
        unpack(tmp_path)
