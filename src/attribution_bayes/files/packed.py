"""Archives as bytes: one way to write a zip, and only what was written in this way is read.

A zip can hide much: members that unpack to a thousand times their size, two of one name, paths that lead out of the
folder, links, bytes that no member accounts for. Here members are stored as they are, in order, without dates; so what
is read is no larger than the file, and packing it again must give the same bytes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from attribution_bayes.errors import IntegrityError, quoted
from attribution_bayes.files.raw import read_bytes, regular_file

MAX_BYTES = 500_000_000
"""Largest archive that is read: hundreds of times the archive of a case with ten items."""

MAX_MEMBERS = 1_000

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first date that a zip can hold, which stands for none."""

UNIX, PLAIN_FILE = 3, 0o100644 << 16

MEMBER = b"PK\x01\x02"
"""What each entry of the list of members begins with."""

NAME = re.compile(r"(?:[a-z][a-z0-9_-]*/)?[a-z0-9][a-z0-9_.-]*")
"""A member is in the archive itself or in one folder; its name is the same on every system."""


def pack(members: Mapping[str, bytes]) -> bytes:
    """The bytes of an archive with these members, which depend on nothing else."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_STORED) as packed:
        for name in sorted(members):
            info = ZipInfo(name, EARLIEST)
            info.create_system, info.external_attr = UNIX, PLAIN_FILE
            packed.writestr(info, members[name])
    return content.getvalue()


def unpack(path: str | os.PathLike[str]) -> dict[str, bytes]:
    """Read the members of an archive; nothing is written to disk.

    Raises
    ------
    CaseError
        ``E_PATH`` if there is no such file.
    IntegrityError
        For anything that `pack` does not write.
    """
    file, size = regular_file(path)
    if size > MAX_BYTES:
        raise IntegrityError([f"the file has {size:,} bytes; at most {MAX_BYTES:,} are read"])
    raw = read_bytes(file)
    if raw.count(MEMBER) > MAX_MEMBERS:
        raise IntegrityError([f"the archive has more than {MAX_MEMBERS:,} members"])
    try:
        return _unpacked(raw)
    except IntegrityError:
        raise
    except Exception as error:  # whatever a damaged or foreign file makes the library raise
        message = f"the file is not a zip that can be read: {type(error).__name__}: {quoted(str(error))}"
        raise IntegrityError([message]) from None


def _unpacked(raw: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(raw)) as packed:
        entries = packed.infolist()
        found = [said for entry in entries if (said := _fault(entry))]
        if sum(entry.file_size for entry in entries) > len(raw):
            found.append("the members are larger than the file")
        if found:
            raise IntegrityError(found)
        members = {entry.filename: packed.read(entry) for entry in entries}
    if pack(members) != raw:
        raise IntegrityError(["the archive holds more than its members, or another program has packed it"])
    return members


def _fault(entry: ZipInfo) -> str:
    """What is wrong with the description of a member, before it is read."""
    name = quoted(entry.filename)
    if not NAME.fullmatch(entry.filename):
        return f"{name} is not a name that an archive has"
    if entry.external_attr != PLAIN_FILE:
        return f"{name} is not a plain file"
    if entry.compress_type != ZIP_STORED or entry.compress_size != entry.file_size:
        return f"{name} is compressed"
    return ""
