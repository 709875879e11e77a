"""WOPI's errors: a status, and headers that say what the suite may do about it.

Source: the operations' "Response codes" in Microsoft's WOPI pages; the body of a conflict is
Collabora's ("Detecting external document change").
"""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse

from apps.core.errors import ErrorCode, PortalError

_KNOWN: dict[ErrorCode, int] = {
    # A fault in the proof is 500, as Microsoft's validator wants it, and so is whatever is ours.
    ErrorCode.NOT_AUTHENTICATED: 401,
    ErrorCode.SESSION_NOT_FOUND: 401,
    ErrorCode.SESSION_EXPIRED: 401,
    ErrorCode.SESSION_STOPPED: 401,
    ErrorCode.EDIT_SESSION_OVER: 401,
    ErrorCode.WORK_FILE_NOT_FOUND: 404,
    ErrorCode.DOCUMENT_MISSING: 404,
    ErrorCode.EDIT_VIEW_ONLY: 404,
    ErrorCode.NOT_ROUTED: 404,
    ErrorCode.DOCUMENT_LOCKED: 409,
    ErrorCode.REVISION_CONFLICT: 409,
    ErrorCode.INPUT_CONFLICTS: 409,
    ErrorCode.LIMIT_EXCEEDED: 412,
    ErrorCode.DOCUMENT_TOO_LARGE: 413,
    ErrorCode.INPUT_MISSING: 400,
    ErrorCode.INPUT_INVALID: 400,
    ErrorCode.MALFORMED_BODY: 400,
    ErrorCode.DOCUMENT_EMPTY: 400,
    ErrorCode.FORMAT_MISMATCH: 400,
    ErrorCode.FORMAT_UNRECOGNIZED: 400,
    ErrorCode.FORMAT_UNSUPPORTED: 400,
    ErrorCode.METHOD_NOT_ALLOWED: 501,
}
STATUS: dict[ErrorCode, int] = {code: _KNOWN.get(code, 500) for code in ErrorCode}
_CHANGED_IN_STORAGE = 1010


def render(error: PortalError) -> HttpResponse:
    """An error as a suite gets it."""
    status = STATUS[error.code]
    members: dict[str, object] = {"error": str(error.code), "message": error.detail}
    if error.code == ErrorCode.REVISION_CONFLICT:
        members["COOLStatusCode"] = members["LOOLStatusCode"] = _CHANGED_IN_STORAGE
    response = JsonResponse(members, status=status)
    if status == 409:
        response["X-WOPI-Lock"] = str(error.data.get("lock", ""))
        response["X-WOPI-LockFailureReason"] = error.detail
    if error.code == ErrorCode.INPUT_CONFLICTS:
        free = str(error.data["free"])
        response["X-WOPI-ValidRelativeTarget"] = free.encode("utf-7").decode()
    if error.code == ErrorCode.INPUT_INVALID and error.at == "name":
        response["X-WOPI-InvalidFileNameError"] = error.detail
    return response
