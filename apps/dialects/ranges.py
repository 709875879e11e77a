"""Answers to requests for a part of a stored file: single ranges of bytes.

Source: RFC 9110, sections 13.1.5, 14 and 15.5.17.
"""

from __future__ import annotations

import re

from django.http import HttpResponse, HttpResponseBase
from rest_framework.request import Request

from apps.core.errors import ErrorCode, PortalError
from apps.dialects.base import disposition, file_response
from apps.workfiles import services as workfiles

_SINGLE = re.compile(r"bytes=\s*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))\s*", re.IGNORECASE)


def wanted(header: str, size: int) -> range | None:
    """The bytes a `Range` header asks for; None means all of them.

    Other units, several ranges and what is no range at all are ignored, as the RFC allows. Raises
    RANGE_NOT_SATISFIABLE for a range that begins past the end, is reversed, or is empty.
    """
    match = _SINGLE.fullmatch(header)
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        found = range(max(0, size - int(suffix)), size)
    else:
        found = range(int(first), min(int(last), size - 1) + 1 if last else size)
    if not found:
        raise PortalError(
            ErrorCode.RANGE_NOT_SATISFIABLE,
            f"The range {header!r} is not within the {size} bytes.",
            size=size,
        )
    return found


def ranged_response(
    request: Request, blob: workfiles.Blob, media_type: str, *, cache_control: str, name: str = ""
) -> HttpResponseBase:
    """Stored content, or the part of it that is asked for; HEAD knows no ranges (RFC 9110 14.2).

    With a name it is a download. There are no validators here, so a range with `If-Range` gets the
    whole.
    """
    headers = {"Accept-Ranges": "bytes", "Cache-Control": cache_control}
    if name:
        headers["Content-Disposition"] = disposition(name)
    if request.method == "HEAD":
        headers["Content-Length"] = str(blob.size)
        return HttpResponse(content_type=media_type, headers=headers)
    asked = "" if "If-Range" in request.headers else request.headers.get("Range", "")
    single = wanted(asked, blob.size)
    span = range(blob.size) if single is None else single
    chunks = workfiles.read(blob, span.start, len(span))
    response = file_response(chunks, size=len(span), media_type=media_type)
    for name, value in headers.items():
        response[name] = value
    if single is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{blob.size}"
    return response
