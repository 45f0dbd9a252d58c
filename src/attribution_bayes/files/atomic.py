"""Write files atomically: a file is there whole or not at all, whatever interrupts the writing.

The bytes are written to a file beside the target and flushed to disk; then that file takes the name of the target in
one step.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Collection
from pathlib import Path

from attribution_bayes.arguments import PATH, expect
from attribution_bayes.errors import CaseError, quoted, refusal

MAX_QUOTED_PATH = 300
"""Characters of a path that a message repeats: more than of other texts, since its end identifies the file."""

NEW_FILE_MODE = 0o666
"""Permissions of a new file, before the umask is applied."""

BYTES_AT_ONCE = 2**20
"""Bytes that one call writes: an interrupt is handled between two calls."""

NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})
"""Errors of a file system without hard links."""

NO_DIRECTORY_SYNC = frozenset({errno.EINVAL, errno.EACCES, errno.EOPNOTSUPP, errno.ENOTSUP})
"""Errors of a system on which a directory cannot be opened or flushed."""


def ending_of(path: str | os.PathLike[str], allowed: Collection[str]) -> str:
    """Return the ending of a path, which says the format of the file.

    Raises
    ------
    CaseError
        ``E_PATH`` for another ending, ``E_TYPE`` for anything but a path.
    """
    expect(path, PATH, "path")
    ending = os.path.splitext(os.fsdecode(path))[1]
    if ending not in allowed:
        message = f"{quoted(os.fsdecode(path), MAX_QUOTED_PATH)} does not end in {', '.join(allowed)}."
        raise refusal("E_PATH", "", message, "The ending says the format of the file.")
    return ending


def check_target(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Refuse a path that `write_whole` would refuse, before the content is computed.

    Raises
    ------
    CaseError
        See `write_whole`.
    """
    target, part, mode = _prepare(path, overwrite)
    try:
        os.close(_open(part, mode))
    except OSError as error:
        raise _unwritable(target, error) from None
    finally:
        part.unlink(missing_ok=True)


def write_whole(path: str | os.PathLike[str], content: Callable[[], bytes], *, overwrite: bool) -> None:
    """Write a file so that at every moment either the old file or the new one is there.

    Parameters
    ----------
    path
    content
        Returns the bytes. It is called only once it is clear that they can be written.
    overwrite
        Whether an existing file may be replaced. If not, not even a file that appears in the meantime is replaced.

    Raises
    ------
    CaseError
        ``E_EXISTS`` if the file exists and may not be replaced; ``E_PATH`` for whatever the system refuses: no such
        directory, no permission, no space; ``E_TYPE`` for anything but a path.
    """
    target, part, mode = _prepare(path, overwrite)
    try:
        _fill(part, mode, content)
        _put_in_place(part, target, overwrite)
    except FileExistsError:
        raise _exists(target) from None
    except OSError as error:
        raise _unwritable(target, error) from None
    finally:
        part.unlink(missing_ok=True)


def _prepare(path: str | os.PathLike[str], overwrite: bool) -> tuple[Path, Path, int]:
    """The target, the file beside it that is filled first, and its permissions."""
    expect(path, PATH, "path")
    expect(overwrite, bool, "overwrite")
    try:
        target = Path(path)
        return target, target.with_name(f".{secrets.token_hex(8)}.part"), _mode(target, overwrite)
    except CaseError:
        raise
    except (OSError, ValueError, TypeError) as error:
        raise _unwritable(path, error) from None


def _open(part: Path, mode: int) -> int:
    return os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)


def _mode(target: Path, overwrite: bool) -> int:
    """Permissions of the new file: those of the file it replaces, so that nothing private becomes public."""
    try:
        found = os.lstat(target).st_mode
    except FileNotFoundError:
        return NEW_FILE_MODE
    if not stat.S_ISREG(found) and not stat.S_ISLNK(found):
        message = f"{quoted(str(target), MAX_QUOTED_PATH)} is there and is not a regular file."
        raise refusal("E_PATH", "", message, "Give the path of a file.")
    if not overwrite:
        raise _exists(target)
    return stat.S_IMODE(found) if stat.S_ISREG(found) else NEW_FILE_MODE


def _fill(part: Path, mode: int, content: Callable[[], bytes]) -> None:
    descriptor = _open(part, mode)
    try:
        raw = memoryview(content())
        while raw:
            raw = raw[os.write(descriptor, raw[:BYTES_AT_ONCE]) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put_in_place(part: Path, target: Path, overwrite: bool) -> None:
    if overwrite:
        os.replace(part, target)
    else:
        _link(part, target)
    _sync_directory(target.parent)


def _link(part: Path, target: Path) -> None:
    """Link the part to the name of the target unless that exists: one step, unlike looking first and then renaming."""
    try:
        os.link(part, target)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        if os.path.lexists(target):  # a file that appears after this line is lost: there is no better way
            raise FileExistsError from None
        os.rename(part, target)


def _sync_directory(directory: Path) -> None:
    """Flush the new name to disk, if the system can do that."""
    try:
        descriptor = os.open(directory, os.O_RDONLY)
    except OSError as error:
        if error.errno in NO_DIRECTORY_SYNC:
            return
        raise
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in NO_DIRECTORY_SYNC:
            raise
    finally:
        os.close(descriptor)


def _exists(target: Path) -> CaseError:
    message = f"{quoted(str(target), MAX_QUOTED_PATH)} is there already."
    return refusal("E_EXISTS", "", message, "Give another path, or say overwrite=True.")


def _unwritable(path: object, error: Exception) -> CaseError:
    given = quoted(str(path) if isinstance(path, os.PathLike) else path, MAX_QUOTED_PATH)
    message = f"{given} cannot be written: {getattr(error, 'strerror', None) or error}."
    return refusal("E_PATH", "", message, "Give a path in a directory that exists and may be written to.")
