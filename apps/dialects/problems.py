"""Errors as RFC 9457 problem details: what the native API and some dialects answer with."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse, JsonResponse

from apps.core.correlation import correlation_id
from apps.core.errors import ErrorCode, PortalError

STATUS: dict[ErrorCode, int] = {
    ErrorCode.NOT_AUTHENTICATED: 401,
    ErrorCode.ORIGIN_UNKNOWN: 401,
    ErrorCode.SCOPE_MISSING: 403,
    ErrorCode.QUOTA_EXCEEDED: 429,
    ErrorCode.MALFORMED_BODY: 400,
    ErrorCode.INPUT_MISSING: 422,
    ErrorCode.INPUT_INVALID: 422,
    ErrorCode.INPUT_CONFLICTS: 422,
    ErrorCode.RANGE_NOT_SATISFIABLE: 416,
    ErrorCode.NOT_ROUTED: 404,
    ErrorCode.METHOD_NOT_ALLOWED: 405,
    ErrorCode.PRECONDITION_FAILED: 412,
    ErrorCode.MEDIA_TYPE_UNSUPPORTED: 415,
    ErrorCode.SESSION_NOT_FOUND: 404,
    ErrorCode.SESSION_EXPIRED: 404,
    ErrorCode.SESSION_STOPPED: 403,
    ErrorCode.SESSION_NOT_DELETABLE: 409,
    ErrorCode.SESSION_KEY_WRONG: 403,
    ErrorCode.WORK_FILE_NOT_FOUND: 404,
    ErrorCode.PACKAGE_NOT_FOUND: 404,
    ErrorCode.PACKAGE_NOT_COMPLETE: 409,
    ErrorCode.PACKAGE_ID_TAKEN: 409,
    ErrorCode.DOCUMENT_MISSING: 409,
    ErrorCode.DOCUMENT_ALREADY_ASSIGNED: 409,
    ErrorCode.DOCUMENT_EMPTY: 422,
    ErrorCode.DOCUMENT_TOO_LARGE: 413,
    ErrorCode.FORMAT_UNRECOGNIZED: 415,
    ErrorCode.FORMAT_UNSUPPORTED: 415,
    ErrorCode.FORMAT_MISMATCH: 422,
    ErrorCode.FORMAT_NOT_COMPARABLE: 415,
    ErrorCode.DOCUMENT_CORRUPT: 422,
    ErrorCode.PASSWORD_REQUIRED: 422,
    ErrorCode.PASSWORD_WRONG: 422,
    ErrorCode.DOWNLOAD_REFUSED: 403,
    ErrorCode.REMOTE_REFUSED: 422,
    ErrorCode.REMOTE_FAILED: 502,
    ErrorCode.DATASOURCE_NOT_FOUND: 404,
    ErrorCode.TEMPLATE_NOT_FOUND: 422,
    ErrorCode.TEMPLATE_AMBIGUOUS: 422,
    ErrorCode.TEMPLATE_GONE: 409,
    ErrorCode.FORM_INVALID: 422,
    ErrorCode.FORM_FINISHED: 409,
    ErrorCode.FORM_NOT_FINISHED: 409,
    ErrorCode.DRAFT_OUTDATED: 409,
    ErrorCode.EXTRACTION_DOCUMENT_NOT_FOUND: 404,
    ErrorCode.REQUEST_NOT_FOUND: 404,
    ErrorCode.EXPECTATION_FAILED: 412,
    ErrorCode.IDEMPOTENCY_KEY_REUSED: 422,
    ErrorCode.RESULT_OUTDATED: 409,
    ErrorCode.ENVELOPE_NOT_FOUND: 412,
    ErrorCode.ENVELOPE_MISSING: 412,
    ErrorCode.ENVELOPE_DENIED: 403,
    ErrorCode.ENVELOPE_ON_RESUME: 400,
    ErrorCode.ENVELOPE_ITEM_NOT_FOUND: 404,
    ErrorCode.GRANT_NOT_FOUND: 404,
    ErrorCode.GRANT_EXISTS: 409,
    ErrorCode.GRANT_INVALID: 422,
    ErrorCode.LAUNCH_TOKEN_WRONG: 403,
    ErrorCode.LAUNCH_TOKEN_USED: 403,
    ErrorCode.EDIT_VIEW_ONLY: 403,
    ErrorCode.AUTOSAVE_DISABLED: 403,
    ErrorCode.REVISION_NOT_FOUND: 404,
    ErrorCode.REVISION_CONFLICT: 409,
    ErrorCode.EDIT_SESSION_OVER: 410,
    ErrorCode.DOCUMENT_LOCKED: 423,
    ErrorCode.STORAGE_FAILED: 503,
    ErrorCode.PAGE_NOT_FOUND: 404,
    ErrorCode.NOT_READY: 202,
    ErrorCode.LIMIT_EXCEEDED: 422,
    ErrorCode.TIMEOUT: 422,
    ErrorCode.OUT_OF_MEMORY: 422,
    ErrorCode.ENGINE_CRASHED: 422,
    ErrorCode.ENGINE_UNAVAILABLE: 503,
    ErrorCode.JOB_NOT_FOUND: 404,
    ErrorCode.STORAGE_UNAVAILABLE: 503,
    ErrorCode.INTERNAL: 500,
}


def problem(error: PortalError, statuses: Mapping[ErrorCode, int] = STATUS) -> dict[str, object]:
    """The members of a problem details object (RFC 9457 section 3), with ours beside them."""
    code, status = error.code, statuses[error.code]
    if code == ErrorCode.SESSION_EXPIRED:
        # From outside, expired looks like unknown.
        error = PortalError(ErrorCode.SESSION_NOT_FOUND)
        code = error.code
    if code == ErrorCode.SESSION_STOPPED:
        status = int(str(error.data.get("status") or status))
    members: dict[str, object] = {
        "type": f"/api/docs/errors#{code}",
        "title": error.data.get("message") or error.explanation.title,
        "status": status,
        "code": code,
        "detail": error.detail,
        "remedy": error.remedy,
        "correlation_id": correlation_id.get(),
    }
    if error.at:
        members["at"] = error.at
    for key in ("expected", "scope", "limit", "line", "errors", "draft", "current", "kept"):
        if key in error.data:
            members[key] = error.data[key]
    return members


def response(members: Mapping[str, object]) -> HttpResponse:
    """A problem as an answer."""
    return JsonResponse(
        dict(members), status=int(str(members["status"])), content_type="application/problem+json"
    )
