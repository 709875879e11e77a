"""An S3 bucket: uploads in little memory, and parts of objects, not only whole ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage

_ABSENT = {"404", "NoSuchKey"}
# What an upload holds in memory: so many parts of 8 MiB, boto3's own length.
_AT_ONCE = 2


class Bucket(S3Storage):  # type: ignore[misc]  # the base class has no types
    """django-storages' S3, with fewer parts of a file under way at once."""

    def get_default_settings(self) -> dict[str, Any]:
        """As django-storages; the transfer is ours."""
        told: dict[str, Any] = super().get_default_settings()
        transfer = TransferConfig(max_concurrency=_AT_ONCE)
        transfer.max_in_memory_upload_chunks = _AT_ONCE
        return told | {"transfer_config": transfer}


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
