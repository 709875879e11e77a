"""The WSGI application.

WSGI and not ASGI: the PrizmDoc dialect needs custom reason phrases, which ASGI drops.
"""

from __future__ import annotations

import os
from typing import Any, BinaryIO, cast

import django
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


class _Request(WSGIRequest):
    """A request whose body is read when a view asks for it, and not a byte before.

    A chunked body has no Content-Length, which Django takes for no body at all (RFC 9112 section
    7.1; `wsgi.input_terminated` says that the server ends it).
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        body = environ["wsgi.input"]
        if length := environ.get("CONTENT_LENGTH"):
            environ["wsgi.input"] = _Whole(body, int(length))
        super().__init__(environ)
        chunked = environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
        if chunked and environ.get("wsgi.input_terminated"):
            self._stream = cast(BinaryIO, _Chunked(body))


class _Whole:
    """A body of known length, which a lost connection does not end but break.

    Without this, half a document would pass for the whole one.
    """

    def __init__(self, stream: Any, length: int) -> None:
        self._stream, self._missing = stream, length

    def read(self, size: int) -> bytes:
        return self._counted(self._stream.read(size), size)

    def readline(self, size: int) -> bytes:
        return self._counted(self._stream.readline(size), size)

    def _counted(self, data: bytes, size: int) -> bytes:
        self._missing -= len(data)
        if not data and size and self._missing > 0:
            raise ConnectionResetError(f"The body ended {self._missing} bytes early.")
        return data


class _Chunked:
    """A body of unknown length. Who wants it at once gets no more than fits into memory."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        try:
            data: bytes = self._stream.read(limit + 1 if size < 0 else size)
        except Exception as error:  # the server's own, of chunks that are none
            raise ConnectionResetError(f"The chunked body is broken: {error!r}.") from error
        if size < 0 and len(data) > limit:
            raise RequestDataTooBig(f"The chunked body is larger than {limit} bytes.")
        return data


class _Handler(WSGIHandler):
    request_class = _Request


django.setup(set_prefix=False)
application = _Handler()
