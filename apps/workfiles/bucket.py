"""An S3 bucket: uploads in little memory, and parts of objects, not only whole ones."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

_ABSENT = {"404", "NoSuchKey"}
# What an upload holds in memory: so many parts of 8 MiB, boto3's own length.
_AT_ONCE = 2
# Connections that a process keeps open: its threads, and the parts of their uploads.
_CONNECTIONS = 50


class Bucket(S3Storage):  # type: ignore[misc]  # the base class has no types
    """django-storages' S3 with one client for all threads, and fewer parts of a file at once."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._connecting = threading.Lock()
        self._connected: Any = None

    @property
    def connection(self) -> Any:
        """A boto3 resource; threads share its client, each of their own would hold 8 MiB more."""
        with self._connecting:
            if self._connected is None:
                self._connected = super().connection
        return self._connected

    def get_default_settings(self) -> dict[str, Any]:
        """As django-storages; transfer and client are ours."""
        told: dict[str, Any] = super().get_default_settings()
        transfer = TransferConfig(max_concurrency=_AT_ONCE)
        transfer.max_in_memory_upload_chunks = _AT_ONCE
        client = Config(signature_version="s3v4", max_pool_connections=_CONNECTIONS)
        return told | {"transfer_config": transfer, "client_config": client}


def is_away(error: Exception) -> bool:
    """Whether the bucket could not be asked, or could not answer."""
    if isinstance(error, ClientError):
        code: int = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return code >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(error, BotoCoreError)


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
