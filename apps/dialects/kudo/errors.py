"""Kudo's errors: every refusal is 403 with one body, whatever was wrong.

The seed prints `{ Wrong token }`, which is no JSON; ours holds the same words (CONTRACT section 4).
What is wrong with the parameters stands beside it by name. A key or token that is unknown,
expired or revoked is told apart in nothing.
"""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse

from apps.core.errors import ErrorCode, PortalError

# A fault of ours is no refusal.
_FAULTS = {
    ErrorCode.INTERNAL: 500,
    ErrorCode.STORAGE_FAILED: 503,
    ErrorCode.STORAGE_UNAVAILABLE: 503,
    ErrorCode.ENGINE_UNAVAILABLE: 503,
}
STATUS: dict[ErrorCode, int] = {code: _FAULTS.get(code, 403) for code in ErrorCode}
_ALIKE = {ErrorCode.NOT_AUTHENTICATED, ErrorCode.LAUNCH_TOKEN_WRONG, ErrorCode.LAUNCH_TOKEN_USED}


def render(error: PortalError) -> HttpResponse:
    """An error as Kudo's endpoints send it."""
    status = STATUS[error.code]
    members: dict[str, object] = {"error": "forbidden", "message": "Wrong token"}
    if status != 403:
        members = {"error": str(error.code), "message": error.explanation.title}
    elif error.code not in _ALIKE:
        rows = error.data.get("errors")
        members["details"] = rows or [
            {"path": error.at, "code": str(error.code), "message": error.detail}
        ]
    return JsonResponse(members, status=status)
