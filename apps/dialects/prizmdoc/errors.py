"""How PrizmDoc spells errors: custom status codes, reason phrases and status headers.

Source: seeds 001 and 002, "Error Responses" of each URL. JSON errors carry `errorCode` and
`errorDetails`; others speak through the reason phrase and the `Accusoft-Status-Message` header.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from django.http import HttpResponse, JsonResponse

from apps.core.correlation import correlation_id
from apps.core.errors import ErrorCode, PortalError


class Spelling(NamedTuple):
    """Status code, `errorCode` ("" for an answer without JSON body), `Accusoft-Status-Number`."""

    status: int
    name: str
    number: int | None = None


_V1: dict[ErrorCode, Spelling] = {
    ErrorCode.NOT_AUTHENTICATED: Spelling(401, "Unauthorized"),
    ErrorCode.ORIGIN_UNKNOWN: Spelling(401, "Unauthorized"),
    ErrorCode.SCOPE_MISSING: Spelling(403, "Forbidden"),
    ErrorCode.QUOTA_EXCEEDED: Spelling(429, "QuotaExceeded"),
    ErrorCode.MALFORMED_BODY: Spelling(500, ""),
    ErrorCode.INPUT_MISSING: Spelling(480, "MissingInput"),
    ErrorCode.INPUT_INVALID: Spelling(480, "InvalidInput"),
    ErrorCode.INPUT_CONFLICTS: Spelling(480, "IncorrectUsage"),
    ErrorCode.RANGE_NOT_SATISFIABLE: Spelling(416, ""),
    ErrorCode.NOT_ROUTED: Spelling(404, "ResourceNotFound"),
    ErrorCode.METHOD_NOT_ALLOWED: Spelling(405, "MethodNotAllowed"),
    ErrorCode.PRECONDITION_FAILED: Spelling(480, "IncorrectUsage"),
    ErrorCode.MEDIA_TYPE_UNSUPPORTED: Spelling(415, "UnsupportedMediaType"),
    ErrorCode.SESSION_NOT_FOUND: Spelling(500, ""),
    ErrorCode.SESSION_EXPIRED: Spelling(403, ""),
    ErrorCode.SESSION_STOPPED: Spelling(403, "", 580),
    ErrorCode.SESSION_NOT_DELETABLE: Spelling(580, "CannotDeleteCachedViewingSession"),
    ErrorCode.SESSION_KEY_WRONG: Spelling(403, "Forbidden"),
    ErrorCode.WORK_FILE_NOT_FOUND: Spelling(480, "NotFound"),
    ErrorCode.PACKAGE_NOT_FOUND: Spelling(404, "ResourceNotFound"),
    ErrorCode.PACKAGE_NOT_COMPLETE: Spelling(480, "ViewingPackageIsNotComplete"),
    ErrorCode.PACKAGE_ID_TAKEN: Spelling(480, "ViewingPackageAlreadyExists"),
    ErrorCode.DOCUMENT_MISSING: Spelling(480, "DocumentNotProvidedYet"),
    ErrorCode.DOCUMENT_ALREADY_ASSIGNED: Spelling(480, "CannotChangeDocument"),
    ErrorCode.DOCUMENT_EMPTY: Spelling(480, "InvalidInput"),
    ErrorCode.DOCUMENT_TOO_LARGE: Spelling(413, "InputTooLarge"),
    ErrorCode.FORMAT_UNRECOGNIZED: Spelling(580, "", 580),
    ErrorCode.FORMAT_UNSUPPORTED: Spelling(580, "UnsupportedFileFormat", 580),
    ErrorCode.FORMAT_MISMATCH: Spelling(580, "FormatMismatch", 580),
    ErrorCode.FORMAT_NOT_COMPARABLE: Spelling(480, "UnsupportedFormatForComparison"),
    ErrorCode.DOCUMENT_CORRUPT: Spelling(580, "DocumentCorrupt", 580),
    ErrorCode.PASSWORD_REQUIRED: Spelling(480, "PasswordRequired", 4001),
    ErrorCode.PASSWORD_WRONG: Spelling(480, "PasswordInvalid", 4001),
    ErrorCode.DOWNLOAD_REFUSED: Spelling(403, "DownloadRefused"),
    ErrorCode.REMOTE_REFUSED: Spelling(480, "InvalidInput"),
    ErrorCode.REMOTE_FAILED: Spelling(580, "CouldNotGetSourceDocument", 580),
    ErrorCode.DATASOURCE_NOT_FOUND: Spelling(404, "ResourceNotFound"),
    ErrorCode.TEMPLATE_NOT_FOUND: Spelling(404, "ResourceNotFound"),
    ErrorCode.TEMPLATE_AMBIGUOUS: Spelling(480, "InvalidInput"),
    ErrorCode.TEMPLATE_GONE: Spelling(480, "IncorrectUsage"),
    ErrorCode.FORM_INVALID: Spelling(480, "InvalidInput"),
    ErrorCode.FORM_FINISHED: Spelling(480, "IncorrectUsage"),
    ErrorCode.FORM_NOT_FINISHED: Spelling(480, "IncorrectUsage"),
    ErrorCode.DRAFT_OUTDATED: Spelling(480, "IncorrectUsage"),
    ErrorCode.EXTRACTION_DOCUMENT_NOT_FOUND: Spelling(404, "ResourceNotFound"),
    ErrorCode.REQUEST_NOT_FOUND: Spelling(404, "ResourceNotFound"),
    ErrorCode.EXPECTATION_FAILED: Spelling(480, "IncorrectUsage"),
    ErrorCode.IDEMPOTENCY_KEY_REUSED: Spelling(480, "IncorrectUsage"),
    ErrorCode.RESULT_OUTDATED: Spelling(480, "IncorrectUsage"),
    ErrorCode.ENVELOPE_NOT_FOUND: Spelling(404, "ResourceNotFound"),
    ErrorCode.ENVELOPE_MISSING: Spelling(480, "IncorrectUsage"),
    ErrorCode.ENVELOPE_DENIED: Spelling(403, "Forbidden"),
    ErrorCode.ENVELOPE_ON_RESUME: Spelling(480, "IncorrectUsage"),
    ErrorCode.ENVELOPE_ITEM_NOT_FOUND: Spelling(404, "ResourceNotFound"),
    ErrorCode.GRANT_NOT_FOUND: Spelling(404, "ResourceNotFound"),
    ErrorCode.GRANT_EXISTS: Spelling(480, "IncorrectUsage"),
    ErrorCode.GRANT_INVALID: Spelling(480, "InvalidInput"),
    ErrorCode.LAUNCH_TOKEN_WRONG: Spelling(403, "Forbidden"),
    ErrorCode.LAUNCH_TOKEN_USED: Spelling(403, "Forbidden"),
    ErrorCode.EDIT_VIEW_ONLY: Spelling(403, "Forbidden"),
    ErrorCode.AUTOSAVE_DISABLED: Spelling(403, "Forbidden"),
    ErrorCode.REVISION_NOT_FOUND: Spelling(404, "ResourceNotFound"),
    ErrorCode.REVISION_CONFLICT: Spelling(480, "IncorrectUsage"),
    ErrorCode.DOCUMENT_LOCKED: Spelling(480, "IncorrectUsage"),
    ErrorCode.EDIT_SESSION_OVER: Spelling(480, "IncorrectUsage"),
    ErrorCode.STORAGE_FAILED: Spelling(580, "InternalError", 580),
    ErrorCode.PAGE_NOT_FOUND: Spelling(404, "PageNotFound"),
    ErrorCode.NOT_READY: Spelling(504, "NotReady"),
    ErrorCode.LIMIT_EXCEEDED: Spelling(580, "LimitExceeded", 580),
    ErrorCode.TIMEOUT: Spelling(580, "ConversionTimeout", 580),
    ErrorCode.OUT_OF_MEMORY: Spelling(580, "ConversionOutOfMemory", 580),
    ErrorCode.ENGINE_CRASHED: Spelling(580, "ConversionFailed", 580),
    ErrorCode.ENGINE_UNAVAILABLE: Spelling(503, "ServiceUnavailable"),
    ErrorCode.JOB_NOT_FOUND: Spelling(404, "ResourceNotFound"),
    ErrorCode.STORAGE_UNAVAILABLE: Spelling(503, "ServiceUnavailable"),
    ErrorCode.INTERNAL: Spelling(500, "InternalError"),
}
# The table is closed: a code without a spelling is found by the system check in checks.py.
SPELLINGS: dict[ErrorCode, Spelling] = _V1
# V2 and v3 differ in these: what is not there is 404, and a body that is no JSON is an input like
# any other.
V2_SPELLINGS: dict[ErrorCode, Spelling] = _V1 | {
    ErrorCode.MALFORMED_BODY: Spelling(480, "InvalidInput"),
    ErrorCode.SESSION_NOT_FOUND: Spelling(404, "ResourceNotFound"),
    ErrorCode.SESSION_EXPIRED: Spelling(404, "ResourceNotFound"),
    ErrorCode.PAGE_NOT_FOUND: Spelling(404, "ResourceNotFound"),
}
# DELETE ViewingSession knows a 404 where the other calls of V1 have 500.
DELETE_SPELLINGS: dict[ErrorCode, Spelling] = _V1 | {
    ErrorCode.SESSION_NOT_FOUND: Spelling(404, ""),
}
Spellings = Mapping[ErrorCode, Spelling]


def spelling_of(error: PortalError, spellings: Spellings) -> Spelling:
    """The error's spelling. What a body names and is not there is 480, what a path names 404."""
    spelling = spellings[error.code]
    named_in_body = spelling.status == 404 and error.at.startswith(("input.", "source."))
    return spelling._replace(status=480) if named_in_body else spelling


def render(error: PortalError, spellings: Spellings = SPELLINGS) -> HttpResponse:
    """An error as PrizmDoc sends it, by default as its V1 does."""
    spelling = spelling_of(error, spellings)
    if error.code == ErrorCode.SESSION_STOPPED:
        return _stopped(error)
    message = error.detail
    if error.code == ErrorCode.FORMAT_UNRECOGNIZED:
        message = error.explanation.title  # the exact words that clients compare with
    name = str(error.data.get("error_code", spelling.name))
    response: HttpResponse
    if name:
        response = JsonResponse(_body(name, error), status=spelling.status)
    else:
        response = HttpResponse(status=spelling.status)
    if spelling.status >= 480 and name:
        response.reason_phrase = name
    elif error.code == ErrorCode.FORMAT_UNRECOGNIZED:
        response.reason_phrase = message
    elif error.code == ErrorCode.SESSION_EXPIRED and not name:
        response.reason_phrase = "The session is invalid or has expired"
    if "size" in error.data:
        response["Content-Range"] = f"bytes */{error.data['size']}"
    response["Accusoft-Status-Message"] = header_text(message)
    if spelling.number is not None:
        response["Accusoft-Status-Number"] = str(spelling.number)
    return response


def _body(name: str, error: PortalError) -> dict[str, object]:
    body: dict[str, object] = {"errorCode": name}
    if error.at:
        place = "query" if error.at == "FileExtension" else "body"
        details: dict[str, object] = {"in": place, "at": error.at}
        for key in ("in", "expected", "actual"):
            if key in error.data:
                details[key] = error.data[key]
        body["errorDetails"] = details
    body["message"] = error.detail
    body["remedy"] = error.remedy
    body["correlationId"] = correlation_id.get()
    return body


def _stopped(error: PortalError) -> HttpResponse:
    """The caller's own status and reason phrase (seed 001, SessionStopped)."""
    message = header_text(str(error.data.get("message") or error.detail))
    response = HttpResponse(status=int(str(error.data.get("status") or 403)), reason=message)
    response["Accusoft-Status-Message"] = message
    response["Accusoft-Status-Number"] = "580"
    return response


@contextmanager
def named_at(path: str, *codes: ErrorCode) -> Iterator[None]:
    """Errors of these codes are about what stands at this path of the body."""
    try:
        yield
    except PortalError as error:
        if error.code in codes:
            error.at = path
        raise


def header_text(text: str) -> str:
    """Text as it may stand in a status line or header: one line of Latin-1."""
    line = " ".join(text.split())
    return (
        "".join(c for c in line if c.isprintable()).encode("latin-1", "replace").decode("latin-1")
    )
