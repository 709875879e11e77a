"""Parts of objects in an S3 bucket: django-storages itself opens a whole object only."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage

_ABSENT = {"404", "NoSuchKey"}


def read(backend: S3Storage, location: str, start: int, length: int, chunk: int) -> Iterator[bytes]:
    """`length` bytes from `start` on. Raises FileNotFoundError."""
    if length <= 0:
        return
    key = "/".join(filter(None, (backend.location, location)))
    try:
        answer = backend.bucket.Object(key).get(Range=f"bytes={start}-{start + length - 1}")
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            raise FileNotFoundError(location) from error
        raise
    yield from answer["Body"].iter_chunks(chunk)
