"""DataWollet's errors: the seed's statuses, and RFC 9457 problem details that hold the `code`.

Source: seed 003, "Responses"; the vendor's page of `POST /documents/append` for documents.
"""

from __future__ import annotations

from django.http import HttpResponse

from apps.core.errors import ErrorCode, PortalError
from apps.dialects import problems

# What is wrong with a payload is 400 here, also where a document is of the wrong type or too large.
STATUS: dict[ErrorCode, int] = problems.STATUS | {
    code: 400
    for code in (
        ErrorCode.INPUT_MISSING,
        ErrorCode.INPUT_INVALID,
        ErrorCode.INPUT_CONFLICTS,
        ErrorCode.MEDIA_TYPE_UNSUPPORTED,
        ErrorCode.DOCUMENT_EMPTY,
        ErrorCode.DOCUMENT_TOO_LARGE,
        ErrorCode.FORMAT_UNRECOGNIZED,
        ErrorCode.FORMAT_UNSUPPORTED,
        ErrorCode.FORMAT_MISMATCH,
        ErrorCode.SESSION_NOT_FOUND,
        ErrorCode.SESSION_EXPIRED,
        ErrorCode.SESSION_STOPPED,
    )
}


def members(error: PortalError) -> dict[str, object]:
    """An error as a JSON object, as it also stands beside a failed request."""
    if error.code == ErrorCode.SESSION_STOPPED:
        # Whoever stopped it, for the caller the session id is no good any more.
        error = PortalError(error.code, error.detail)
    found = problems.problem(error, STATUS)
    if "request_id" in error.data:
        found["requestId"] = error.data["request_id"]
    return found


def render(error: PortalError) -> HttpResponse:
    """An error as an endpoint sends it."""
    return problems.response(members(error))
