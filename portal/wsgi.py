"""The WSGI application.

WSGI and not ASGI: the PrizmDoc dialect needs custom reason phrases, which ASGI drops.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django's application, for requests of known length.

    A chunked upload has no Content-Length, which Django reads as an empty body: such a body is
    spooled to disk first (RFC 9112 section 7.1; `wsgi.input_terminated` says the server ends it).
    """
    chunked = environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
    if chunked and environ.get("wsgi.input_terminated"):
        return _with_spooled_body(environ, start_response)
    if length := environ.get("CONTENT_LENGTH"):
        environ["wsgi.input"] = _Whole(environ["wsgi.input"], int(length))
    return _django(environ, start_response)


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


def _with_spooled_body(
    environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    from django.conf import settings

    # Closed when the server lets go of the request.
    body = tempfile.SpooledTemporaryFile(  # noqa: SIM115
        max_size=1024**2, dir=str(settings.SCRATCH_DIR)
    )
    length = 0
    while chunk := environ["wsgi.input"].read(1024**2):
        length += len(chunk)
        body.write(chunk)
        # One chunk over the limit is enough: the service refuses it as it does any upload.
        if length > settings.MAX_UPLOAD_BYTES:
            break
    body.seek(0)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = body, str(length)
    return _django(environ, start_response)
