"""What the API reference says of operation_views.py: one decorator for each method."""

from __future__ import annotations

from apps.clients import hooks
from apps.conversion import ledger as jobs
from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.native.program_schema import (
    AT,
    MOMENT,
    MOMENT_OR_NULL,
    PAGING,
    TEXT,
    Json,
    call,
    one,
    one_of,
    page_of,
    query,
)
from apps.dialects.native.schema import COMPONENTS
from apps.document_sessions import ledger as sessions

_SHAPES: dict[str, Json] = {
    "Job": api.shape(
        {
            "id": TEXT,
            "state": one_of(*jobs.STATES),
            "kind": {"type": "string", "description": "What is made: `pdf`, `raster`, `text` ..."},
            "format": {"type": "string", "description": "Of what: the document's format."},
            "lane": one_of("interactive", "bulk", "huge"),
            "attempts": {"type": "integer"},
            "error": {
                "anyOf": [
                    api.shape({n: TEXT for n in ("code", "title", "detail", "remedy")}),
                    {"type": "null"},
                ]
            },
            "requested_at": MOMENT,
            "started_at": MOMENT_OR_NULL,
            "finished_at": MOMENT_OR_NULL,
            "correlation_id": TEXT,
        }
    ),
    "Session": api.shape(
        {
            "id": {"type": "string", "description": "Its number; not the id that opens it."},
            "kind": one_of(*sessions.KINDS),
            "dialect": TEXT,
            "state": one_of(*sessions.STATES),
            "external_id": TEXT,
            "created_at": MOMENT,
            "used_at": MOMENT,
            "expires_at": MOMENT,
            "stopped_at": MOMENT_OR_NULL,
            "stop_message": TEXT,
        }
    ),
    "Webhook": api.shape(
        {
            "id": TEXT,
            "url": TEXT,
            "active": {"type": "boolean"},
            "created_at": MOMENT,
            "secret": {"type": "string", "description": "Only where it was made just now."},
        },
        ["id", "url", "active", "created_at"],
    ),
    "WebhookDelivery": api.shape(
        {
            "id": TEXT,
            "message_id": TEXT,
            "event": TEXT,
            "state": one_of(*hooks.STATES),
            "attempts": {"type": "integer"},
            "status": {"type": ["integer", "null"], "description": "The last answer's."},
            "error": TEXT,
            "created_at": MOMENT,
            "delivered_at": MOMENT_OR_NULL,
            "next_attempt_at": MOMENT_OR_NULL,
        }
    ),
}
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
    "requested_at": AT,
    "started_at": AT,
    "finished_at": AT,
    "correlation_id": "5f2c9a7be10d4c33",
}
_SESSION: Json = {
    "id": "815",
    "kind": "view",
    "dialect": "prizmdoc",
    "state": "active",
    "external_id": "contract-7",
    "created_at": AT,
    "used_at": AT,
    "expires_at": AT,
    "stopped_at": None,
    "stop_message": "",
}
_WEBHOOK: Json = {"id": "3", "url": "https://example.com/hook", "active": True, "created_at": AT}
_SECRET = _WEBHOOK | {"secret": "whsec_..."}
_DELIVERY: Json = {
    "id": "99",
    "message_id": "msg_2qKfn0",
    "event": "connect.completed",
    "state": "failed",
    "attempts": 10,
    "status": 500,
    "error": "The receiver answered 500.",
    "created_at": AT,
    "delivered_at": None,
    "next_attempt_at": None,
}


class _Schema(api.OperationSchema):
    prefix = "/api/v1/"
    components = COMPONENTS | _SHAPES


described = api.describing(_Schema)
_JOBS, _NOT_A_JOB = ["jobs:read"], (ErrorCode.JOB_NOT_FOUND, ErrorCode.NOT_ROUTED)
list_jobs = call(
    "listJobs",
    "jobs",
    _JOBS,
    page_of("Job", _JOB),
    ErrorCode.INPUT_INVALID,
    filters=(
        query("state", one_of(*jobs.STATES)),
        query("format", str, "The document's, such as `docx`."),
        query("code", one_of(*ErrorCode), "Why it failed."),
        *PAGING,
    ),
)
get_job = call("getJob", "jobs", _JOBS, one("Job", _JOB), *_NOT_A_JOB, path=("job",))
retry_job = call(
    "retryJob",
    "jobs",
    [*_JOBS, "jobs:write"],
    one("Job", _JOB | {"state": "queued", "attempts": 0, "error": None, "finished_at": None}),
    *_NOT_A_JOB,
    path=("job",),
    repeats=True,
)
_SESSIONS = ["sessions:read"]
list_sessions = call(
    "listSessions",
    "sessions",
    _SESSIONS,
    page_of("Session", _SESSION),
    ErrorCode.INPUT_INVALID,
    filters=(
        query("state", one_of(*sessions.STATES)),
        query("kind", one_of(*sessions.KINDS)),
        query("external_id", str, "What the calling system named it."),
        *PAGING,
    ),
)
get_session = call(
    "getAnySession",
    "sessions",
    _SESSIONS,
    one("Session", _SESSION),
    ErrorCode.SESSION_NOT_FOUND,
    path=("session",),
)
stop_session = call(
    "stopAnySession",
    "sessions",
    [*_SESSIONS, "sessions:write"],
    one("Session", _SESSION | {"state": "stopped", "stopped_at": AT, "stop_message": "Moved."}),
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
list_webhooks = call(
    "listWebhooks",
    "webhooks",
    _READ,
    {200: api.answers("All of them.", _ITEMS, {"items": [_WEBHOOK]})},
)
add_webhook = call(
    "addWebhook",
    "webhooks",
    ["webhooks:write"],
    one("Webhook", _SECRET, 201),
    ErrorCode.MALFORMED_BODY,
    ErrorCode.INPUT_MISSING,
    request=api.sends_json(
        api.shape({"url": {"type": "string", "maxLength": 500}}), {"url": _WEBHOOK["url"]}
    ),
    repeats=True,
)
get_webhook = call(
    "getWebhook",
    "webhooks",
    _READ,
    one("Webhook", _WEBHOOK),
    ErrorCode.NOT_ROUTED,
    path=("webhook",),
)
change_webhook = call(
    "changeWebhook",
    "webhooks",
    _WRITE,
    one("Webhook", _WEBHOOK | {"active": False}),
    ErrorCode.NOT_ROUTED,
    ErrorCode.MALFORMED_BODY,
    ErrorCode.INPUT_MISSING,
    ErrorCode.INPUT_INVALID,
    path=("webhook",),
    request=api.sends_json(api.shape({"active": {"type": "boolean"}}), {"active": False}),
    matches=True,
)
remove_webhook = call(
    "removeWebhook",
    "webhooks",
    _WRITE,
    {204: api.answers_nothing("It is gone.")},
    ErrorCode.NOT_ROUTED,
    path=("webhook",),
    matches=True,
)
rotate_secret = call(
    "rotateWebhookSecret",
    "webhooks",
    _WRITE,
    one("Webhook", _SECRET),
    ErrorCode.NOT_ROUTED,
    path=("webhook",),
    repeats=True,
)
list_deliveries = call(
    "listWebhookDeliveries",
    "webhooks",
    _READ,
    page_of("WebhookDelivery", _DELIVERY),
    ErrorCode.NOT_ROUTED,
    ErrorCode.INPUT_INVALID,
    path=("webhook",),
    filters=(query("state", one_of(*hooks.STATES)), *PAGING),
)
redeliver = call(
    "redeliverWebhookMessage",
    "webhooks",
    _WRITE,
    one("WebhookDelivery", _DELIVERY | {"state": "pending", "attempts": 0}),
    ErrorCode.NOT_ROUTED,
    path=("webhook", "delivery"),
    repeats=True,
)
