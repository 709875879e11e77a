"""What an engine made, opened so that it cannot change its mind, unpacked so that it cannot burst.

A child that a document took over still holds its job's out/ while the portal looks: a name may
become a link to a file of the portal's, and a file may change after it was checked. So each is
opened once, through no link, and whoever needs it longer copies what was opened.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from isal import isal_zlib

from apps.core.errors import ErrorCode, PortalError

# What a part may be called where it is served. An engine's word alone would do for a web page.
MEDIA_TYPES = frozenset(
    {
        "application/gzip",
        "application/json",
        "application/octet-stream",
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "image/jpeg",
        "image/png",
        "image/svg+xml",
        "image/tiff",
        "image/webp",
        "text/plain; charset=utf-8",
    }
)
_UNPACKED_BYTES = 128 * 1024**2
_GZIP = 31  # zlib's word for: with gzip's header
_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe would keep us waiting


@contextmanager
def opened(directory: Path, name: str) -> Iterator[BinaryIO]:
    """The file out/LEAF of a job directory, for reading.

    Raises ENGINE_CRASHED for a link, for a file of two names, and for whatever is no plain file.
    """
    try:
        descriptor = _open(directory, name)
    except (OSError, ValueError) as error:
        raise PortalError(
            ErrorCode.ENGINE_CRASHED, "The engine named a file it did not make."
        ) from error
    with os.fdopen(descriptor, "rb") as stream:
        yield stream


def copy(directory: Path, name: str, target: Path) -> None:
    """Writes the file out/LEAF to a new file. Raises as `opened` does."""
    with opened(directory, name) as stream, target.open("xb") as copied:
        shutil.copyfileobj(stream, copied)


def unpacked(content: bytes) -> bytes:
    """Content that is gzip-compressed, as it was; any other as it is. Raises ENGINE_CRASHED.

    No more than 128 MiB: a few kilobytes that a document made up may stand for gigabytes.
    """
    if not content.startswith(b"\x1f\x8b"):
        return content
    inflater = isal_zlib.decompressobj(_GZIP)
    try:
        plain = inflater.decompress(content, _UNPACKED_BYTES)
    except isal_zlib.IsalError as error:  # type: ignore[misc]  # its stub names an instance
        raise PortalError(ErrorCode.ENGINE_CRASHED, "The engine's content is damaged.") from error
    if not inflater.eof:
        raise PortalError(
            ErrorCode.ENGINE_CRASHED, f"The engine's content is over {_UNPACKED_BYTES} bytes long."
        )
    return plain


def _open(directory: Path, name: str) -> int:
    room, _, leaf = name.partition("/")
    if room != "out" or "/" in leaf:
        raise ValueError(name)
    descriptor = os.open(directory.parent, _FOLDER)
    for part, kind in ((directory.name, _FOLDER), (room, _FOLDER), (leaf, _FILE)):
        above = descriptor
        try:
            descriptor = os.open(part, kind | os.O_NOFOLLOW, dir_fd=above)
        finally:
            os.close(above)
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        os.close(descriptor)
        raise ValueError(name)
    return descriptor
