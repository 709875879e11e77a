"""What every dialect shares: one way from a request to a service, one way out of an error.

A dialect is a folder with urls.py (paths), views.py (parse, call, render), wire.py (its
spellings) and errors.py (its table of codes and the one renderer of its errors).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any, cast

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
    UnreadablePostError,
)
from django.utils.http import content_disposition_header
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.clients.actors import Actor
from apps.core.correlation import note_error
from apps.core.errors import ErrorCode, PortalError
from apps.core.streams import begun
from apps.tallies.figures import ERRORS
from apps.workfiles import services as workfiles

logger = logging.getLogger(__name__)
_BODY_BYTES = 1024 * 1024
# Whoever meets one of these may try again after a while.
_OUTAGES = {ErrorCode.STORAGE_UNAVAILABLE, ErrorCode.STORAGE_FAILED}
_OUTAGE_SECONDS = 5


class _OneRepresentation(BaseContentNegotiation):
    """Each call has one representation: neither `Accept` nor `?format=` chooses another."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


class DialectView(APIView):
    """A view of a dialect: services raise `PortalError`, the dialect spells it."""

    parser_classes = []
    content_negotiation_class = _OneRepresentation

    def render_error(self, error: PortalError) -> HttpResponse:
        """The dialect's answer for an error."""
        raise NotImplementedError

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]
        """Every exception, as the dialect's error."""
        error = as_portal_error(exc)
        if error.code == ErrorCode.INTERNAL:
            logger.error("Unexpected error", exc_info=exc)
        elif error.code == ErrorCode.STORAGE_UNAVAILABLE:
            logger.error("%s", error.detail)
        if error.code != ErrorCode.NOT_READY:
            ERRORS.add(code=error.code)
            note_error(error.code)
        response = self.render_error(error)
        if error.code == ErrorCode.NOT_AUTHENTICATED:
            response["WWW-Authenticate"] = 'Bearer realm="recto"'
        if error.code == ErrorCode.METHOD_NOT_ALLOWED:
            response["Allow"] = ", ".join(self.allowed_methods)
        if error.code in _OUTAGES:
            response["Retry-After"] = str(_OUTAGE_SECONDS)
        if "retry_after" in error.data:
            response["Retry-After"] = str(error.data["retry_after"])
        response.exception = True  # type: ignore[attr-defined]
        return response

    @property
    def actor(self) -> Actor:
        """Who is asking, as the authentication found."""
        return cast(Actor, self.request.auth)


class PublicView(DialectView):
    """A call that the session's id itself opens: the caller is a viewer."""

    authentication_classes = []
    permission_classes = []

    @property
    def actor(self) -> Actor:
        """A viewer, whoever it is."""
        return Actor.viewer()


def as_portal_error(exc: Exception) -> PortalError:
    """Our own errors as they are; the framework's by their meaning; an outage; else INTERNAL."""
    match exc:
        case PortalError():
            return exc
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return PortalError(ErrorCode.NOT_AUTHENTICATED)
        case exceptions.MethodNotAllowed():
            return PortalError(ErrorCode.METHOD_NOT_ALLOWED)
        case UnreadablePostError():
            return PortalError(ErrorCode.MALFORMED_BODY, str(exc), at="body")
        case exceptions.ParseError() | exceptions.UnsupportedMediaType():
            return PortalError(ErrorCode.MALFORMED_BODY)
    return workfiles.failure(exc)


def json_body(request: Request | HttpRequest) -> dict[str, Any]:
    """The body as a JSON object, whatever its Content-Type says.

    Raises MALFORMED_BODY when it is none, or larger than 1 MiB.
    """
    raw = request.read(_BODY_BYTES + 1)
    if len(raw) > _BODY_BYTES:
        raise PortalError(ErrorCode.MALFORMED_BODY, f"The body exceeds {_BODY_BYTES} bytes.")
    try:
        body = json.loads(raw)
        # Half a surrogate pair, NaN and infinity cannot be stored.
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise PortalError(
            ErrorCode.MALFORMED_BODY, f"The body is not JSON: {error}.", at="body"
        ) from error
    if not isinstance(body, dict):
        raise PortalError(ErrorCode.MALFORMED_BODY, "The body is not a JSON object.", at="body")
    return body


def file_response(
    chunks: Iterator[bytes],
    *,
    size: int,
    media_type: str,
    name: str = "",
    inline: bool = False,
) -> HttpResponseBase:
    """Stored bytes as an answer; with a name they are a download (RFC 6266)."""
    # What is gone or out of reach is an error's answer, not a body that breaks off.
    response = StreamingHttpResponse(begun(chunks), content_type=media_type)
    response["Content-Length"] = str(size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if name:
        response["Content-Disposition"] = disposition(name, inline=inline)
    return response


def download(blob: workfiles.Blob, *, media_type: str, name: str) -> HttpResponseBase:
    """Stored content as a download: from here, or 307 to where the storage hands it out."""
    address = workfiles.signed_address(blob, media_type=media_type, disposition=disposition(name))
    if not address:
        return file_response(workfiles.read(blob), size=blob.size, media_type=media_type, name=name)
    response = HttpResponse(status=307)
    response["Location"] = address
    response["Cache-Control"] = "no-store"
    return response


def disposition(name: str, *, inline: bool = False) -> str:
    """A Content-Disposition header; names outside ASCII in RFC 8187's spelling."""
    return content_disposition_header(not inline, name) or "attachment"
