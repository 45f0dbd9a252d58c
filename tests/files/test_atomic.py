"""Files are there whole or not at all, whatever fails or interrupts."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from attribution_bayes.errors import CaseError, quoted
from attribution_bayes.files import atomic
from attribution_bayes.files.atomic import write_whole

OLD, NEW = b"old" * 100, b"new" * 2000
STEPS = ("open", "write", "fsync", "replace", "link", "rename", "close")
"""Every call to the system on the way."""

ways = pytest.mark.parametrize("overwrite", [True, False], ids=["over a file", "for the first time"])


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several writes for one file."""
    monkeypatch.setattr(atomic, "BYTES_AT_ONCE", 1024)


def never() -> bytes:
    pytest.fail("the content was asked for")


def code(path: Any, content: Callable[[], bytes] = never, *, overwrite: bool = False) -> str:
    """The code of the refusal to write."""
    with pytest.raises(CaseError) as caught:
        write_whole(path, content, overwrite=overwrite)
    assert quoted(str(path), atomic.MAX_QUOTED_PATH) in str(caught.value)
    return caught.value.problems[0].code


def names(directory: Path) -> list[str]:
    return sorted(file.name for file in directory.iterdir())


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    """The bytes are those that were given, and nothing is left beside them; an empty file is a file too."""
    for content in (OLD, NEW, b"", bytes(range(256)) * 50):
        write_whole(tmp_path / "file", lambda content=content: content, overwrite=True)
        assert (tmp_path / "file").read_bytes() == content
    write_whole(str(tmp_path / "other"), lambda: NEW, overwrite=False)
    assert names(tmp_path) == ["file", "other"]
    write_whole(tmp_path / ("n" * 255), lambda: OLD, overwrite=False)  # the longest name that there can be


def test_a_file_that_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    """Before anything is computed, and also if the file appears while it is."""
    path = tmp_path / "file"

    def meanwhile() -> bytes:
        path.write_bytes(OLD)
        return NEW

    assert code(path, meanwhile) == "E_EXISTS"
    assert path.read_bytes() == OLD
    assert code(path) == "E_EXISTS"
    (tmp_path / "to nowhere").symlink_to("nothing")
    assert code(tmp_path / "to nowhere") == "E_EXISTS"
    assert names(tmp_path) == ["file", "to nowhere"]


@ways
def test_what_cannot_be_written_is_refused_first(tmp_path: Path, overwrite: bool) -> None:
    """No such directory, a directory or a pipe in place of the file, no text: refused before anything is computed."""
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()
    for path in ("missing/file", "directory", "pipe", "file/file", "nul\0", "n" * 256):
        assert code(tmp_path / path, overwrite=overwrite) == "E_PATH"
    assert names(tmp_path) == ["directory", "file", "pipe"]
    for path in ("", "."):
        assert code(path, overwrite=overwrite) == "E_PATH"
    with pytest.raises(CaseError, match="E_TYPE path: None stands where a path belongs"):
        write_whole(None, never, overwrite=overwrite)  # type: ignore[arg-type]


def test_a_directory_that_may_not_be_written_to_is_refused_first(tmp_path: Path) -> None:
    """So too where even the administrator may create nothing."""
    assert code("/proc/file" if sys.platform == "linux" else tmp_path / "missing" / "file") == "E_PATH"


def test_what_was_private_stays_private(tmp_path: Path) -> None:
    """The new file may be read by those who could read the old one, and no others."""
    path = tmp_path / "file"
    path.write_bytes(OLD)
    path.chmod(0o600)
    write_whole(path, lambda: NEW, overwrite=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


# Calls that fail -----------------------------------------------------------------------------------------------------


class Failing:
    """Lets one call to the system fail, the n-th of all that are made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, nth: int, error: BaseException) -> None:
        self.calls, self.nth, self.error, self.failed = 0, nth, error, ""
        for name in STEPS:
            monkeypatch.setattr(os, name, self.counted(name, getattr(os, name)))

    def counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            self.calls += 1
            if self.calls != self.nth:
                return real(*args, **named)
            self.failed = name
            if name == "close":
                real(*args, **named)
            raise self.error

        return call


def failures(path: Path, error: BaseException, overwrite: bool) -> Iterator[str]:
    """Write with one call failing, for every call; the name of each."""
    for nth in range(1, 100):
        path.unlink(missing_ok=True)
        if overwrite:
            path.write_bytes(OLD)
        with pytest.MonkeyPatch.context() as patched:
            failing = Failing(patched, nth, error)
            with suppress(CaseError if isinstance(error, OSError) else KeyboardInterrupt):
                write_whole(path, lambda: NEW, overwrite=overwrite)
        if not failing.failed:
            assert path.read_bytes() == NEW
            return
        yield failing.failed


@ways
@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "full"), OSError(errno.EIO, "broken"), OSError(errno.EINTR, "again"), KeyboardInterrupt()],
    ids=["no space", "a broken disk", "an interruption", "an interrupt by the user"],
)
def test_a_call_that_fails_leaves_the_old_or_the_new_file(
    tmp_path: Path, error: BaseException, overwrite: bool
) -> None:
    """At whichever call: the file is there whole, as it was or as it should be, and no part of it lies about."""
    seen = []
    for failed in failures(tmp_path / "file", error, overwrite):
        found = (tmp_path / "file").read_bytes() if (tmp_path / "file").exists() else None
        assert found in ((OLD, NEW) if overwrite else (None, NEW))
        assert set(names(tmp_path)) <= {"file"}
        seen.append(failed)
    moved = "replace" if overwrite else "link"
    assert seen == ["open", *["write"] * 6, "fsync", "close", moved, "open", "fsync", "close"]


def test_content_that_cannot_be_made_leaves_the_old_file(tmp_path: Path) -> None:
    """Whatever is raised while the bytes are computed is raised, and nothing is written."""
    path = tmp_path / "file"
    path.write_bytes(OLD)

    def fail() -> bytes:
        raise ZeroDivisionError("no bytes")

    with pytest.raises(ZeroDivisionError, match="no bytes"):
        write_whole(path, fail, overwrite=True)
    assert (path.read_bytes(), names(tmp_path)) == (OLD, ["file"])


def refusing(number: int) -> Callable[..., None]:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    return refuse


@pytest.mark.parametrize("number", sorted(atomic.NO_LINKS), ids=errno.errorcode.__getitem__)
def test_without_links_a_file_is_still_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """On a file system without links the file is written all the same, and one that is there is kept."""
    monkeypatch.setattr(os, "link", refusing(number))
    path = tmp_path / "file"
    write_whole(path, lambda: NEW, overwrite=False)
    assert (path.read_bytes(), names(tmp_path)) == (NEW, ["file"])
    path.unlink()
    assert code(path, lambda: (path.write_bytes(OLD), NEW)[1]) == "E_EXISTS"
    assert (path.read_bytes(), names(tmp_path)) == (OLD, ["file"])


def test_directories_that_cannot_be_flushed_are_left_to_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a system flushes no directories, the file is written all the same."""
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, flags, *mode: (
        refusing(errno.EACCES)() if flags == os.O_RDONLY else real(path, flags, *mode)
    ))  # fmt: skip
    write_whole(tmp_path / "file", lambda: NEW, overwrite=True)
    assert (tmp_path / "file").read_bytes() == NEW


@pytest.mark.parametrize("number", sorted(atomic.NO_DIRECTORY_SYNC), ids=errno.errorcode.__getitem__)
def test_directories_that_open_but_do_not_flush_are_left_to_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Where a directory can be opened and not flushed, the file itself is flushed and written all the same."""
    real, flushed = os.fsync, []

    def flush(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            refusing(number)()
        real(descriptor)
        flushed.append(descriptor)

    monkeypatch.setattr(os, "fsync", flush)
    write_whole(tmp_path / "file", lambda: NEW, overwrite=True)
    assert ((tmp_path / "file").read_bytes(), names(tmp_path), len(flushed)) == (NEW, ["file"], 1)


# Kills ---------------------------------------------------------------------------------------------------------------

KILLED = """
import os, random, signal, sys, time
from pathlib import Path
from attribution_bayes.files import atomic
path, rounds, overwrite = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "True"
rng, old, new = random.Random(5), b"o" * 300_000, b"n" * 400_000
atomic.BYTES_AT_ONCE = 4096
def write():
    atomic.write_whole(path, lambda: new, overwrite=overwrite)
path.unlink(missing_ok=True)
start = time.perf_counter(); atomic.write_whole(path, lambda: new, overwrite=True); took = time.perf_counter() - start
seen = {"old": 0, "new": 0, "torn": 0}
for _ in range(rounds):
    path.unlink(missing_ok=True)
    if overwrite:
        path.write_bytes(old)
    child = os.fork()
    if child == 0:
        write()
        os._exit(0)
    time.sleep(rng.uniform(0, took))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    found = path.read_bytes() if path.exists() else None
    before = old if overwrite else None
    kind = "new" if found == new else "old" if found == before else "torn"
    seen[kind] += 1
    took *= 1.1 if kind == "old" else 0.9  # however busy the machine, about half the kills come in time
    for part in path.parent.glob(".*.part"):
        part.unlink()
print(seen["old"], seen["new"], seen["torn"])
"""


@ways
def test_a_kill_leaves_the_old_or_the_new_file(tmp_path: Path, overwrite: bool) -> None:
    """Killed at 100 random moments, the file is what it was or what it should be."""
    command = [sys.executable, "-c", KILLED, str(tmp_path / "file"), "100", str(overwrite)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    old, new, torn = map(int, printed.split())
    assert (old + new, torn) == (100, 0)
    assert old >= 5, printed
