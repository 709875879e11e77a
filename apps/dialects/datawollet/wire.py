"""DataWollet's bodies and answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from apps.core.errors import ErrorCode, PortalError
from apps.dialects.base import json_body
from apps.dialects.datawollet import errors
from apps.extraction import documents
from apps.extraction.documents import ExtractedDocument, ExtractionRequest
from apps.extraction.services import (
    AttachEnvelope,
    CreateEnvelope,
    Extraction,
    Started,
    Wanted,
)
from apps.workfiles import services as workfiles

Json = dict[str, Any]
_LONGEST = 1000  # characters of a partitioning key
_SECONDS = 10 * 365 * 24 * 3600


# --- Bodies -------------------------------------------------------------------------------------


def wanted(request: HttpRequest, keys: Mapping[str, str]) -> Wanted:
    """The body of start and resume. Raises MALFORMED_BODY, INPUT_INVALID, INPUT_CONFLICTS."""
    body = _body(request)
    _only(body, "", "partitionKey", "sessionId", "timeout", "envelope")
    return Wanted(
        partition=_text(body, "partitionKey", most=_LONGEST),
        identity=_text(body, "sessionId", most=_LONGEST, kept=False),
        timeout=_whole(body, "timeout", most=_SECONDS),
        envelope=_envelope(body.get("envelope")),
        keys=keys,
    )


def ended(request: HttpRequest, named: str) -> str:
    """The session to end: `sessionId` of the body, else the one in the header.

    Raises INPUT_MISSING, INPUT_INVALID.
    """
    body = _body(request)
    _only(body, "", "sessionId")
    identity = _text(body, "sessionId", most=_LONGEST, kept=False) or named
    if not identity:
        raise PortalError(
            ErrorCode.INPUT_MISSING, "`sessionId` names the session to end.", at="sessionId"
        )
    return identity


def reviewer(request: HttpRequest) -> str:
    """Who a review link is made for; blank when it is not said. Raises INPUT_INVALID."""
    body = _body(request)
    _only(body, "", "reviewer")
    return _text(body, "reviewer", most=200)


def _body(request: HttpRequest) -> Json:
    """A JSON object, or none at all."""
    empty = request.META.get("CONTENT_LENGTH") in ("", "0", None)
    return {} if empty and not request.META.get("HTTP_TRANSFER_ENCODING") else json_body(request)


def _envelope(value: Any) -> CreateEnvelope | AttachEnvelope | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _invalid("envelope", "object")
    create = value.get("create")
    if create is not None and not isinstance(create, bool):
        raise _invalid("envelope.create", "boolean")
    if create:
        if "id" in value or "key" in value:
            raise PortalError(
                ErrorCode.INPUT_CONFLICTS,
                "An envelope is created, or one is attached by `id` and `key`; not both.",
                at="envelope",
            )
        _only(value, "envelope.", "create", "retentionDays", "label")
        return CreateEnvelope(
            label=_text(value, "label", "envelope.", most=_LONGEST),
            retention_days=_whole(value, "retentionDays", "envelope.", most=_SECONDS),
        )
    _only(value, "envelope.", "create", "id", "key", "subject")
    identity = _text(value, "id", "envelope.", most=_LONGEST)
    key = _text(value, "key", "envelope.", most=_LONGEST)
    for name, given in (("id", identity), ("key", key)):
        if not given:
            raise PortalError(
                ErrorCode.INPUT_MISSING,
                f"`envelope.{name}` is needed: as it was told when the envelope was created.",
                at=f"envelope.{name}",
            )
    return AttachEnvelope(identity, key, _text(value, "subject", "envelope.", most=255))


def _only(body: Mapping[str, Any], prefix: str, *known: str) -> None:
    """A name that is not known is refused: `partitionkey` ignored would open every partition."""
    for name in body:
        if name not in known:
            raise PortalError(
                ErrorCode.INPUT_INVALID,
                f"`{prefix}{name[:80]}` is not known here; known: {', '.join(known)}.",
                at=f"{prefix}{name[:80]}",
                expected=list(known),
            )


def _text(
    body: Mapping[str, Any], name: str, prefix: str = "", *, most: int, kept: bool = True
) -> str:
    """A text, blank when it is not there. One that is `kept` holds no NUL: PostgreSQL has none."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or (kept and "\0" in value):
        raise _invalid(prefix + name, "string")
    if len(value) > most:
        raise _invalid(prefix + name, "string", maxLength=most)
    return value


def _whole(body: Mapping[str, Any], name: str, prefix: str = "", *, most: int) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise _invalid(prefix + name, "integer", minimum=1)
    return value


def _invalid(at: str, kind: str, **bounds: int) -> PortalError:
    more = "".join(f", {name} {bound}" for name, bound in bounds.items())
    return PortalError(
        ErrorCode.INPUT_INVALID,
        f"`{at}` must be of the type {kind}{more}.",
        at=at,
        expected={"type": kind} | bounds,
    )


# --- Answers ------------------------------------------------------------------------------------


def started(one: Started) -> Json:
    """A session that was started or resumed."""
    members: Json = {"sessionId": one.extraction.identity, "resumed": one.resumed}
    members |= session(one.extraction)
    if one.envelope_key:
        members["envelope"]["key"] = one.envelope_key
    return members


def session(extraction: Extraction) -> Json:
    """A session as it is now, with what was done in it."""
    row, envelope = extraction.session, extraction.detail.envelope
    members: Json = {
        "createdAt": moment(row.created_at),
        "expiresAt": moment(row.expires_at),
        "maxExpiresAt": moment(row.ends_at),
        "requests": [request(extraction, one) for one in documents.requests(extraction)],
    }
    if envelope is not None:
        members["envelope"] = {
            "id": str(envelope.guid),
            "access": extraction.detail.envelope_access,
            "retainUntil": moment(envelope.retain_until),
        }
    return members


def request(extraction: Extraction, one: ExtractionRequest) -> Json:
    """A request: its state, and its result or why it failed."""
    members: Json = {
        "requestId": _id(extraction, one),
        "type": one.type,
        "status": one.state,
        "receivedAt": moment(one.received_at),
    }
    if one.document is not None:
        members["documentId"] = str(one.document.guid)
    if one.finished_at is not None:
        members["finishedAt"] = moment(one.finished_at)
    if error := documents.failure(one):
        members["error"] = errors.members(error)
    elif one.state == documents.State.SUCCEEDED and one.document is not None:
        members["result"] = result(extraction, one)
    return members


def result(extraction: Extraction, one: ExtractionRequest) -> Json:
    """The data of a document. Raises REQUEST_NOT_FOUND where it was deleted."""
    found = documents.result(extraction, one)
    if found is None or one.document is None:
        raise PortalError(ErrorCode.REQUEST_NOT_FOUND, "The document was deleted.")
    return {
        "requestId": _id(extraction, one),
        "documentId": str(one.document.guid),
        "sha256": one.document.work_file.blob.sha256,
        **found,
        "pages": len(found["pages"]),
        "pageSizes": found["pages"],
    }


def pending(extraction: Extraction, one: ExtractionRequest) -> Json:
    """A request that is not answered yet."""
    return request(extraction, one) | {"location": location(extraction, one)}


def location(extraction: Extraction, one: ExtractionRequest) -> str:
    """Where a request is asked after."""
    return f"/requests/{_id(extraction, one)}"


def document(extraction: Extraction, one: ExtractedDocument) -> Json:
    """A document of a session."""
    asked = documents.latest_of(one)
    return {
        "documentId": str(one.guid),
        "name": documents.name_of(extraction, one) or None,
        "sha256": one.work_file.blob.sha256,
        "size": one.work_file.blob.size,
        "mediaType": workfiles.describe(one.work_file).media_type,
        "pages": one.pages,
        "receivedAt": moment(one.created_at),
        "requestId": _id(extraction, asked),
        "status": asked.state,
    }


def moment(value: datetime) -> str:
    """A moment as RFC 3339 spells it, in UTC."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _id(extraction: Extraction, one: ExtractionRequest) -> str:
    return extraction.identity if one.guid is None else str(one.guid)
