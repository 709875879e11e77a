"""Where bytes lie: the one module that speaks to the storage backend (settings.STORAGES)."""

from __future__ import annotations

import errno
import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages

from apps.core.errors import ErrorCode, PortalError

CHUNK_BYTES = 256 * 1024
SHARES = 256  # locations begin with one of so many folders


class _FileOnDisk(File):  # type: ignore[type-arg]
    """A file that a local backend may move instead of copying."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        super().__init__(stream, name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


def put(path: Path) -> str:
    """Stores a file at a random location and returns that. The local file may be gone after it."""
    name = secrets.token_hex(20)
    with path.open("rb") as stream:
        return storages["blobs"].save(f"{name[:2]}/{name[2:]}", _FileOnDisk(path, stream))


def open_stored(location: str) -> BinaryIO:
    """The stored file, seekable. Raises FileNotFoundError."""
    return cast(BinaryIO, storages["blobs"].open(location, "rb"))


def read(location: str, start: int, length: int) -> Iterator[bytes]:
    """`length` bytes from `start` on, in chunks. Raises FileNotFoundError."""
    if settings.STORAGE_URL:
        # Not before it is needed: boto3 takes a fifth of a second and 30 MiB.
        from apps.workfiles import bucket

        yield from bucket.read(storages["blobs"], location, start, length, CHUNK_BYTES)
        return
    with open_stored(location) as stream:
        stream.seek(start)
        while length > 0 and (chunk := stream.read(min(CHUNK_BYTES, length))):
            length -= len(chunk)
            yield chunk


def copy_to(location: str, size: int, path: Path) -> None:
    """Writes a stored file of `size` bytes to a new one. Raises FileNotFoundError."""
    if not settings.STORAGE_URL:
        shutil.copyfile(storages["blobs"].path(location), path)  # by the kernel
        return
    with path.open("xb") as target:
        for chunk in read(location, 0, size):
            target.write(chunk)


def signed_address(location: str, *, media_type: str, disposition: str) -> str:
    """Where whoever knows it gets the file for STORAGE_SIGNED_SECONDS; blank for nowhere."""
    if not settings.STORAGE_URL or not settings.STORAGE_SIGNED_SECONDS:
        return ""
    headers = {"ResponseContentType": media_type, "ResponseContentDisposition": disposition}
    backend: Any = storages["blobs"]
    return str(backend.url(location, parameters=headers, expire=settings.STORAGE_SIGNED_SECONDS))


def outage(error: Exception) -> str:
    """Why nothing can be stored or read at the moment; blank where an error tells of no outage."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The server's disk is full."
    if settings.STORAGE_URL:
        from apps.workfiles import bucket

        if bucket.is_away(error):
            return "The storage of documents does not answer."
    return ""


def failure(error: Exception) -> PortalError:
    """An exception as an error of the catalogue: our own as it is, an outage, or INTERNAL."""
    if isinstance(error, PortalError):
        return error
    if said := outage(error):
        return PortalError(ErrorCode.STORAGE_UNAVAILABLE, said)
    return PortalError(ErrorCode.INTERNAL)


def delete(location: str) -> None:
    """Removes a stored file; one that is gone already is no error."""
    storages["blobs"].delete(location)


def size(location: str) -> int:
    """Bytes of a stored file; 0 for one that is gone."""
    try:
        return storages["blobs"].size(location)
    except FileNotFoundError:
        return 0


def older_than(moment: datetime, share: int) -> Iterator[str]:
    """Locations in one share of the storage of files written before a moment."""
    folder = f"{share:02x}"
    try:
        names = storages["blobs"].listdir(folder)[1]
    except FileNotFoundError:
        return
    for name in names:
        location = f"{folder}/{name}"
        if storages["blobs"].get_modified_time(location) < moment:
            yield location
