"""Jobs, sessions and webhooks as programs see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apps.clients.hooks import WebhookDelivery, WebhookEndpoint
from apps.conversion import services as conversion
from apps.conversion.ledger import Rendition
from apps.core.errors import ErrorCode, PortalError
from apps.dialects.native.errors import STATUS
from apps.document_sessions.ledger import DocumentSession

Json = dict[str, Any]


def job(job: Rendition) -> Json:
    """A conversion job."""
    return {
        "id": str(job.pk),
        "state": job.state,
        "kind": job.kind,
        "format": job.extension,
        "lane": job.get_lane_display().lower(),
        "attempts": job.attempts,
        "error": _fault(conversion.failure(job)) if job.error_code else None,
        "requested_at": moment(job.requested_at),
        "started_at": moment(job.started_at),
        "finished_at": moment(job.finished_at),
        "correlation_id": job.correlation_id,
    }


def session(session: DocumentSession) -> Json:
    """A session; never the id that opens it."""
    return {
        "id": str(session.pk),
        "kind": session.kind,
        "dialect": session.dialect,
        "state": session.current_state,
        "external_id": session.external_id,
        "created_at": moment(session.created_at),
        "used_at": moment(session.touched_at),
        "expires_at": moment(session.expires_at),
        "stopped_at": moment(session.stopped_at),
        "stop_message": session.stop_message,
    }


def webhook(endpoint: WebhookEndpoint, secret: str = "") -> Json:
    """A webhook; with its signing secret where that was made just now."""
    return {
        "id": str(endpoint.pk),
        "url": endpoint.url,
        "active": endpoint.is_active,
        "created_at": moment(endpoint.created_at),
    } | ({"secret": secret} if secret else {})


def delivery(message: WebhookDelivery) -> Json:
    """A message of a webhook's log."""
    waits = message.state == message.State.PENDING
    return {
        "id": str(message.pk),
        "message_id": message.message_id,
        "event": message.event,
        "state": message.state,
        "attempts": message.attempts,
        "status": message.status,
        "error": message.error,
        "created_at": moment(message.created_at),
        "delivered_at": moment(message.delivered_at),
        "next_attempt_at": moment(message.due_at) if waits else None,
    }


def _fault(error: PortalError) -> Json:
    return {
        "code": error.code,
        "title": error.explanation.title,
        "detail": error.detail,
        "remedy": error.remedy,
    }


def moment(at: datetime | None) -> str | None:
    """A point of time in ISO 8601."""
    return at.isoformat() if at else None


def text(body: Json, name: str, *, longest: int, default: str | None = None) -> str:
    """A string of a body. Raises INPUT_MISSING, INPUT_INVALID."""
    value = body.get(name, default)
    if value is None:
        raise PortalError(ErrorCode.INPUT_MISSING, f"`{name}` is missing.", at=name)
    if not isinstance(value, str) or len(value) > longest:
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            f"`{name}` must be a string of at most {longest} characters.",
            at=name,
            expected={"type": "string", "maxLength": longest},
        )
    return value


def flag(body: Json, name: str) -> bool:
    """A boolean of a body. Raises INPUT_MISSING, INPUT_INVALID."""
    if name not in body:
        raise PortalError(ErrorCode.INPUT_MISSING, f"`{name}` is missing.", at=name)
    if not isinstance(body[name], bool):
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            f"`{name}` must be true or false.",
            at=name,
            expected={"type": "boolean"},
        )
    return bool(body[name])


CODES = tuple(STATUS)
