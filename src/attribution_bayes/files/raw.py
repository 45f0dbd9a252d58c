"""Read the bytes of a file as text; what cannot be read, or is not text, is refused here."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from attribution_bayes.arguments import PATH, expect
from attribution_bayes.errors import CaseError, quoted, refusal
from attribution_bayes.files.atomic import MAX_QUOTED_PATH, ending_of

COMPRESSED = {
    b"PK\x03\x04": "zip",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}


def regular_file(path: str | os.PathLike[str]) -> tuple[Path, int]:
    """Return a path that can be read as a file, and the size of the file in bytes.

    Raises
    ------
    CaseError
        ``E_PATH`` if nothing is there, or something that is not a regular file (reading a pipe would block);
        ``E_TYPE`` for anything but a path.
    """
    expect(path, PATH, "path")
    try:
        file = Path(path)
        status = os.stat(file)
    except (OSError, ValueError, TypeError) as error:
        raise _unreadable(path, error) from None
    if not stat.S_ISREG(status.st_mode):
        message = f"{quoted(str(file), MAX_QUOTED_PATH)} is not a regular file."
        raise refusal("E_PATH", "", message, "Give the path of a file.")
    return file, status.st_size


def bounded_file(path: str | os.PathLike[str], most: Mapping[str, int], hint: str = "") -> Path:
    """Return the path of a file that may be read: one of these endings, and no larger than its ending allows.

    Parameters
    ----------
    path
    most
        The most bytes by ending.
    hint
        What to do about a file that is larger.

    Raises
    ------
    CaseError
        ``E_PATH`` for another ending or what `regular_file` refuses; ``E_TOO_LARGE``, before anything is read.
    """
    file, size = regular_file(path)
    limit = most[ending_of(file, most)]
    if size > limit:
        message = f"the file has {size:,} bytes; at most {limit:,} are read."
        raise refusal("E_TOO_LARGE", "", message, hint)
    return file


def read_bytes(file: Path) -> bytes:
    """Return all bytes of a file.

    Raises
    ------
    CaseError
        ``E_PATH`` if it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise _unreadable(file, error) from None


def _unreadable(path: object, error: Exception) -> CaseError:
    given = quoted(str(path) if isinstance(path, os.PathLike) else path, MAX_QUOTED_PATH)
    message = f"{given} cannot be read: {getattr(error, 'strerror', None) or error}."
    return refusal("E_PATH", "", message, "Give the path of a file on this machine.")


def decode(raw: bytes) -> str:
    """Return the text of a file.

    Raises
    ------
    CaseError
        ``E_ENCODING`` if it is not UTF-8.
    """
    for magic, kind in COMPRESSED.items():
        if raw.startswith(magic):
            raise refusal("E_ENCODING", "", f"the file is compressed ({kind}).", "Unpack it first.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refusal("E_ENCODING", "", f"the file is not UTF-8: byte {error.start}.", "Save it as UTF-8.") from None
    if "\0" in text:
        raise refusal("E_ENCODING", "", f"the file holds a NUL at byte {raw.index(0)}.", "Save it as UTF-8 text.")
    text = text.removeprefix("\ufeff")
    if text.startswith("\ufeff"):
        raise refusal("E_ENCODING", "", "there is a second byte order mark at byte 3.", "Save it as UTF-8 without one.")
    return text
