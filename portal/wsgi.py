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
    if environ.get("wsgi.input_terminated") and not environ.get("CONTENT_LENGTH"):
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
            return _with_spooled_body(environ, start_response)
    return _django(environ, start_response)


def _with_spooled_body(
    environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    from django.conf import settings

    body = tempfile.SpooledTemporaryFile(max_size=1024**2, dir=settings.SCRATCH_DIR)
    length = 0
    while chunk := environ["wsgi.input"].read(1024**2):
        length += len(chunk)
        # One byte over the limit is enough: the service refuses it by the same rule as any upload.
        if length > settings.MAX_UPLOAD_BYTES:
            break
        body.write(chunk)
    body.seek(0)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = body, str(length)
    return _django(environ, start_response)
