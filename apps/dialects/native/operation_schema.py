"""What the API reference says of operation_views.py: one decorator for each method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema

from apps.clients import hooks
from apps.clients.schema import REQUIRED_SCOPES
from apps.conversion import ledger as jobs
from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.native.schema import COMPONENTS, problems
from apps.document_sessions import ledger as sessions

Json = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Any])

_TEXT: Json = {"type": "string"}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_MOMENT_OR_NULL: Json = {"type": ["string", "null"], "format": "date-time"}


def _one_of(*words: str) -> Json:
    return {"type": "string", "enum": list(words)}


_SHAPES: dict[str, Json] = {
    "Job": api.shape(
        {
            "id": _TEXT,
            "state": _one_of(*jobs.STATES),
            "kind": {"type": "string", "description": "What is made: `pdf`, `raster`, `text` ..."},
            "format": {"type": "string", "description": "Of what: the document's format."},
            "lane": _one_of("interactive", "bulk", "huge"),
            "attempts": {"type": "integer"},
            "error": {
                "anyOf": [
                    api.shape({n: _TEXT for n in ("code", "title", "detail", "remedy")}),
                    {"type": "null"},
                ]
            },
            "requested_at": _MOMENT,
            "started_at": _MOMENT_OR_NULL,
            "finished_at": _MOMENT_OR_NULL,
            "correlation_id": _TEXT,
        }
    ),
    "Session": api.shape(
        {
            "id": {"type": "string", "description": "Its number; not the id that opens it."},
            "kind": _one_of(*sessions.KINDS),
            "dialect": _TEXT,
            "state": _one_of(*sessions.STATES),
            "external_id": _TEXT,
            "created_at": _MOMENT,
            "used_at": _MOMENT,
            "expires_at": _MOMENT,
            "stopped_at": _MOMENT_OR_NULL,
            "stop_message": _TEXT,
        }
    ),
    "Webhook": api.shape(
        {
            "id": _TEXT,
            "url": _TEXT,
            "active": {"type": "boolean"},
            "created_at": _MOMENT,
            "secret": {"type": "string", "description": "Only where it was made just now."},
        },
        ["id", "url", "active", "created_at"],
    ),
    "WebhookDelivery": api.shape(
        {
            "id": _TEXT,
            "message_id": _TEXT,
            "event": _TEXT,
            "state": _one_of(*hooks.STATES),
            "attempts": {"type": "integer"},
            "status": {"type": ["integer", "null"], "description": "The last answer's."},
            "error": _TEXT,
            "created_at": _MOMENT,
            "delivered_at": _MOMENT_OR_NULL,
            "next_attempt_at": _MOMENT_OR_NULL,
        }
    ),
}
_AT = "2026-11-22T12:20:00+00:00"
_JOB: Json = {
    "id": "4711",
    "state": "failed",
    "kind": "pdf",
    "format": "docx",
    "lane": "interactive",
    "attempts": 1,
    "error": {
        "code": "document_corrupt",
        "title": "The document is damaged",
        "detail": "Its structure is broken or incomplete.",
        "remedy": "Open it in its own program, repair and save it, and send it again.",
    },
    "requested_at": _AT,
    "started_at": _AT,
    "finished_at": _AT,
    "correlation_id": "5f2c9a7be10d4c33",
}
_SESSION: Json = {
    "id": "815",
    "kind": "view",
    "dialect": "prizmdoc",
    "state": "active",
    "external_id": "contract-7",
    "created_at": _AT,
    "used_at": _AT,
    "expires_at": _AT,
    "stopped_at": None,
    "stop_message": "",
}
_WEBHOOK: Json = {"id": "3", "url": "https://example.com/hook", "active": True, "created_at": _AT}
_SECRET = _WEBHOOK | {"secret": "whsec_..."}
_DELIVERY: Json = {
    "id": "99",
    "message_id": "msg_2qKfn0",
    "event": "connect.completed",
    "state": "failed",
    "attempts": 10,
    "status": 500,
    "error": "The receiver answered 500.",
    "created_at": _AT,
    "delivered_at": None,
    "next_attempt_at": None,
}


class _Schema(api.OperationSchema):
    prefix = "/api/v1/"
    components = COMPONENTS | _SHAPES


described = api.describing(_Schema)
_CALLER = (
    ErrorCode.NOT_AUTHENTICATED,
    ErrorCode.SCOPE_MISSING,
    ErrorCode.QUOTA_EXCEEDED,
    ErrorCode.INTERNAL,
)
_REPEATED = (ErrorCode.IDEMPOTENCY_KEY_REUSED, ErrorCode.INPUT_INVALID)
_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255},
    OpenApiParameter.HEADER,
    description="A repeated request with the same key is answered as the first was, for a day.",
)
_PATH = {
    "job": "The job's `id`.",
    "session": "The session's number, or the id that opens it.",
    "webhook": "The webhook's `id`.",
    "delivery": "The message's `id`.",
}


def _call(
    id: str,
    tag: str,
    scopes: list[str],
    answer: api.Answers,
    *codes: ErrorCode,
    path: tuple[str, ...] = (),
    query: tuple[OpenApiParameter, ...] = (),
    request: Any = None,
    repeats: bool = False,
) -> Callable[[Method], Method]:
    in_path = [
        OpenApiParameter(name, str, OpenApiParameter.PATH, description=_PATH[name]) for name in path
    ]
    known = (*_CALLER, *codes, *(_REPEATED if repeats else ()))
    decorator: Callable[[Method], Method] = extend_schema(
        operation_id=id,
        tags=[f"Native: {tag}"],
        request=request,
        responses=answer | problems(*known),
        parameters=[*in_path, *query, *([_KEY] if repeats else [])],
        extensions={REQUIRED_SCOPES: scopes},
    )
    return decorator


def _filter(name: str, schema: Any, description: str = "") -> OpenApiParameter:
    return OpenApiParameter(name, schema, description=description)


_PAGING = (
    _filter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
    _filter("cursor", str, "`next` of the page before."),
)


def _list(name: str, example: Json) -> api.Answers:
    shape = api.shape({"items": api.array(api.ref(name)), "next": {"type": ["string", "null"]}})
    return {200: api.answers("A page of them.", shape, {"items": [example], "next": None})}


def _one(name: str, example: Json, status: int = 200) -> api.Answers:
    return {status: api.answers("As it is now.", api.ref(name), example)}


_JOBS, _NOT_A_JOB = ["jobs:read"], (ErrorCode.JOB_NOT_FOUND, ErrorCode.NOT_ROUTED)
list_jobs = _call(
    "listJobs",
    "jobs",
    _JOBS,
    _list("Job", _JOB),
    ErrorCode.INPUT_INVALID,
    query=(
        _filter("state", _one_of(*jobs.STATES)),
        _filter("format", str, "The document's, such as `docx`."),
        _filter("code", _one_of(*ErrorCode), "Why it failed."),
        *_PAGING,
    ),
)
get_job = _call("getJob", "jobs", _JOBS, _one("Job", _JOB), *_NOT_A_JOB, path=("job",))
retry_job = _call(
    "retryJob",
    "jobs",
    [*_JOBS, "jobs:write"],
    _one("Job", _JOB | {"state": "queued", "attempts": 0, "error": None, "finished_at": None}),
    *_NOT_A_JOB,
    path=("job",),
    repeats=True,
)
_SESSIONS = ["sessions:read"]
list_sessions = _call(
    "listSessions",
    "sessions",
    _SESSIONS,
    _list("Session", _SESSION),
    ErrorCode.INPUT_INVALID,
    query=(
        _filter("state", _one_of(*sessions.STATES)),
        _filter("kind", _one_of(*sessions.KINDS)),
        _filter("external_id", str, "What the calling system named it."),
        *_PAGING,
    ),
)
get_session = _call(
    "getAnySession",
    "sessions",
    _SESSIONS,
    _one("Session", _SESSION),
    ErrorCode.SESSION_NOT_FOUND,
    path=("session",),
)
stop_session = _call(
    "stopAnySession",
    "sessions",
    [*_SESSIONS, "sessions:write"],
    _one("Session", _SESSION | {"state": "stopped", "stopped_at": _AT, "stop_message": "Moved."}),
    ErrorCode.SESSION_NOT_FOUND,
    ErrorCode.MALFORMED_BODY,
    ErrorCode.INPUT_INVALID,
    path=("session",),
    request=api.sends_json(
        api.shape({"message": {"type": "string", "maxLength": 500}}, []), {"message": "Moved."}
    ),
    repeats=True,
)
_READ, _WRITE = ["webhooks:read"], ["webhooks:read", "webhooks:write"]
_ITEMS = api.shape({"items": api.array(api.ref("Webhook"))})
list_webhooks = _call(
    "listWebhooks",
    "webhooks",
    _READ,
    {200: api.answers("All of them.", _ITEMS, {"items": [_WEBHOOK]})},
)
add_webhook = _call(
    "addWebhook",
    "webhooks",
    ["webhooks:write"],
    _one("Webhook", _SECRET, 201),
    ErrorCode.MALFORMED_BODY,
    ErrorCode.INPUT_MISSING,
    request=api.sends_json(
        api.shape({"url": {"type": "string", "maxLength": 500}}), {"url": _WEBHOOK["url"]}
    ),
    repeats=True,
)
get_webhook = _call(
    "getWebhook",
    "webhooks",
    _READ,
    _one("Webhook", _WEBHOOK),
    ErrorCode.NOT_ROUTED,
    path=("webhook",),
)
change_webhook = _call(
    "changeWebhook",
    "webhooks",
    _WRITE,
    _one("Webhook", _WEBHOOK | {"active": False}),
    ErrorCode.NOT_ROUTED,
    ErrorCode.MALFORMED_BODY,
    ErrorCode.INPUT_MISSING,
    ErrorCode.INPUT_INVALID,
    path=("webhook",),
    request=api.sends_json(api.shape({"active": {"type": "boolean"}}), {"active": False}),
)
remove_webhook = _call(
    "removeWebhook",
    "webhooks",
    _WRITE,
    {204: api.answers_nothing("It is gone.")},
    ErrorCode.NOT_ROUTED,
    path=("webhook",),
)
rotate_secret = _call(
    "rotateWebhookSecret",
    "webhooks",
    _WRITE,
    _one("Webhook", _SECRET),
    ErrorCode.NOT_ROUTED,
    path=("webhook",),
    repeats=True,
)
list_deliveries = _call(
    "listWebhookDeliveries",
    "webhooks",
    _READ,
    _list("WebhookDelivery", _DELIVERY),
    ErrorCode.NOT_ROUTED,
    ErrorCode.INPUT_INVALID,
    path=("webhook",),
    query=(_filter("state", _one_of(*hooks.STATES)), *_PAGING),
)
redeliver = _call(
    "redeliverWebhookMessage",
    "webhooks",
    _WRITE,
    _one("WebhookDelivery", _DELIVERY | {"state": "pending", "attempts": 0}),
    ErrorCode.NOT_ROUTED,
    path=("webhook", "delivery"),
    repeats=True,
)
