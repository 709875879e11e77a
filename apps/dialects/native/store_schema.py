"""What the API reference says of store_views.py: one decorator for each method."""

from __future__ import annotations

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
from apps.document_templates import library as templates
from apps.envelopes import ledger as envelopes
from apps.envelopes.ledger import EnvelopeEvent

_COUNT: Json = {"type": "integer"}
_TEXTS: Json = api.array(TEXT)
_BRIEF: dict[str, Json] = {
    "number": _COUNT,
    "state": one_of(*templates.STATES),
    "file_name": TEXT,
    "created_at": MOMENT,
    "published_at": MOMENT_OR_NULL,
}
_SHAPES: dict[str, Json] = {
    "WorkFile": api.shape(
        {
            "id": {"type": "string", "description": "Any call that takes a work file takes it."},
            "name": TEXT,
            "format": TEXT,
            "size": {"type": "integer", "description": "Bytes."},
            "created_at": MOMENT,
            "expires_at": MOMENT,
        }
    ),
    "KeptEnvelope": api.shape(
        {
            "id": TEXT,
            "label": TEXT,
            "state": one_of(*envelopes.STATES),
            "items": _COUNT,
            "size": {"type": "integer", "description": "Bytes, before encryption."},
            "created_at": MOMENT,
            "retain_until": MOMENT,
            "ended_at": MOMENT_OR_NULL,
        }
    ),
    "KeptEnvelopeEvent": api.shape(
        {
            "number": _COUNT,
            "action": one_of(*EnvelopeEvent.Action.values),
            "at": MOMENT,
            "actor": api.shape({"kind": TEXT, "client": TEXT, "subject": TEXT}),
            "grantee": api.shape({"client": TEXT, "subject": TEXT}),
            "access": TEXT,
            "item": {"type": ["string", "null"]},
            "correlation_id": TEXT,
        }
    ),
    "Datasource": api.shape(
        {"id": TEXT, "name": TEXT, "languages": _TEXTS, "default_language": TEXT}
    ),
    "Template": api.shape(
        {
            "id": TEXT,
            "datasource": {"type": "string", "description": "The `id` of its library."},
            "name": TEXT,
            "active": {"type": "boolean"},
            "tags": _TEXTS,
            "languages": _TEXTS,
            "versions": api.array(api.shape(_BRIEF)),
            "created_at": MOMENT,
        }
    ),
    "TemplateVersion": api.shape(
        _BRIEF
        | {
            "fields": {
                **api.array({"type": "object", "additionalProperties": True}),
                "description": "The form, as a tree.",
            },
            "findings": {
                **api.array({"type": "object", "additionalProperties": True}),
                "description": "What the doctor found; one of severity `error` bars publishing.",
            },
        }
    ),
}
_FILE: Json = {
    "id": "1OGayKFk2dGtC8jhOtSknw0Zb7yXq3vUe5LrTn2Wd9c",
    "name": "Offer.docx",
    "format": "docx",
    "size": 18240,
    "created_at": AT,
    "expires_at": "2026-11-23T12:20:00+00:00",
}
_ENVELOPE: Json = {
    "id": "6f0d3c2e-6a0b-4b43-9d39-8f5c1f0a7e11",
    "label": "case-17",
    "state": "live",
    "items": 2,
    "size": 48211,
    "created_at": AT,
    "retain_until": "2036-11-22T12:20:00+00:00",
    "ended_at": None,
}
_EVENT: Json = {
    "number": 4,
    "action": "item_added",
    "at": AT,
    "actor": {"kind": "client", "client": "case-files", "subject": "j.doe"},
    "grantee": {"client": "", "subject": ""},
    "access": "",
    "item": "b1b6b5a4-0f6e-4f0c-9a25-2a8d3c0c7c55",
    "correlation_id": "5f2c9a7be10d4c33",
}
_DATASOURCE: Json = {
    "id": "0d9c1a52-9f39-4a0e-8a52-5d0f2f6a7b10",
    "name": "Letters",
    "languages": ["en", "de-CH"],
    "default_language": "en",
}
_VERSION: Json = {
    "number": 2,
    "state": "published",
    "file_name": "Letter.docx",
    "created_at": AT,
    "published_at": AT,
}
_TEMPLATE: Json = {
    "id": "9a1fd1c2-5a55-4d0f-b1c3-0a3f0d1e2f44",
    "datasource": _DATASOURCE["id"],
    "name": "Letter",
    "active": True,
    "tags": ["Letters"],
    "languages": [],
    "versions": [_VERSION],
    "created_at": AT,
}
_WHOLE: Json = _VERSION | {
    "fields": [{"key": "Recipient", "kind": "text", "label": "Recipient", "required": True}],
    "findings": [],
}


class _Schema(api.OperationSchema):
    prefix = "/api/v1/"
    components = COMPONENTS | _SHAPES


described = api.describing(_Schema)
_BODY = (ErrorCode.MALFORMED_BODY, ErrorCode.INPUT_INVALID)
_UPLOAD = (
    ErrorCode.INPUT_INVALID,
    ErrorCode.DOCUMENT_EMPTY,
    ErrorCode.DOCUMENT_TOO_LARGE,
    ErrorCode.FORMAT_UNRECOGNIZED,
    ErrorCode.FORMAT_UNSUPPORTED,
    ErrorCode.FORMAT_MISMATCH,
)
_GONE = api.answers_nothing("It is gone.")

# --- Work files ---------------------------------------------------------------------------------

_TAG = "work files"
_READ, _WRITE = ["workfiles:read"], ["workfiles:read", "workfiles:write"]
list_work_files = call(
    "listWorkFiles",
    _TAG,
    _READ,
    page_of("WorkFile", _FILE),
    ErrorCode.INPUT_INVALID,
    filters=(query("format", str, "Such as `docx`."), *PAGING),
)
add_work_file = call(
    "addWorkFile",
    _TAG,
    ["workfiles:write"],
    one("WorkFile", _FILE, 201),
    *_UPLOAD,
    filters=(
        query("name", str, "The file's name; its ending may say the format."),
        query("format", str, "What it is, where its bytes do not say."),
        query("seconds", {"type": "integer"}, "How long to keep it; the client's policy, if none."),
    ),
    request=api.sends_bytes(),
)
get_work_file = call(
    "getOneWorkFile",
    _TAG,
    _READ,
    one("WorkFile", _FILE),
    ErrorCode.WORK_FILE_NOT_FOUND,
    path=("file",),
)
remove_work_file = call(
    "removeWorkFile",
    _TAG,
    _WRITE,
    {204: _GONE},
    ErrorCode.WORK_FILE_NOT_FOUND,
    path=("file",),
)
get_work_file_content = call(
    "getWorkFileContent",
    _TAG,
    _READ,
    {
        (200, "application/octet-stream"): api.answers_bytes("By its own media type."),
        (206, "application/octet-stream"): api.answers_bytes("The range that was asked for."),
    },
    ErrorCode.WORK_FILE_NOT_FOUND,
    ErrorCode.RANGE_NOT_SATISFIABLE,
    path=("file",),
)

# --- Envelopes ----------------------------------------------------------------------------------

_TAG = "envelopes"
_READ, _WRITE = ["envelopes:read"], ["envelopes:read", "envelopes:write"]
list_envelopes = call(
    "listKeptEnvelopes",
    _TAG,
    _READ,
    page_of("KeptEnvelope", _ENVELOPE),
    ErrorCode.INPUT_INVALID,
    filters=(query("state", one_of(*envelopes.STATES)), *PAGING),
)
get_envelope = call(
    "getKeptEnvelope",
    _TAG,
    _READ,
    one("KeptEnvelope", _ENVELOPE),
    ErrorCode.NOT_ROUTED,
    path=("envelope",),
)
remove_envelope = call(
    "removeKeptEnvelope",
    _TAG,
    _WRITE,
    {204: api.answers_nothing("Its key and contents are destroyed.")},
    ErrorCode.NOT_ROUTED,
    ErrorCode.ENVELOPE_DENIED,
    path=("envelope",),
    matches=True,
)
list_envelope_events = call(
    "listKeptEnvelopeEvents",
    _TAG,
    _READ,
    page_of("KeptEnvelopeEvent", _EVENT),
    ErrorCode.NOT_ROUTED,
    ErrorCode.INPUT_INVALID,
    path=("envelope",),
    filters=PAGING,
)

# --- Templates ----------------------------------------------------------------------------------

_TAG = "templates"
_READ, _WRITE = ["templates:read"], ["templates:read", "templates:write"]
_ITEMS = api.shape({"items": api.array(api.ref("Datasource"))})
list_datasources = call(
    "listDatasources",
    _TAG,
    _READ,
    {200: api.answers("All of them.", _ITEMS, {"items": [_DATASOURCE]})},
)
list_templates = call(
    "listTemplates",
    _TAG,
    _READ,
    page_of("Template", _TEMPLATE),
    ErrorCode.DATASOURCE_NOT_FOUND,
    ErrorCode.INPUT_INVALID,
    filters=(
        query("datasource", str, "The `id` of a library."),
        query("tag", str),
        query("q", str, "Words of the name."),
        *PAGING,
    ),
)
add_template = call(
    "addTemplate",
    _TAG,
    ["templates:write"],
    {
        201: api.answers(
            "The template, and the version the file is now.",
            api.shape({"template": api.ref("Template"), "version": api.ref("TemplateVersion")}),
            {"template": _TEMPLATE, "version": _WHOLE},
        )
    },
    ErrorCode.INPUT_MISSING,
    ErrorCode.DATASOURCE_NOT_FOUND,
    ErrorCode.DOCUMENT_CORRUPT,
    ErrorCode.ENGINE_UNAVAILABLE,
    *_UPLOAD,
    filters=(
        query("datasource", str, "The `id` of a library.", required=True),
        query("name", str, "One that is there gets its next draft.", required=True),
        query("tag", _TEXTS, "May stand several times."),
        query("publish", one_of("true", "false"), "At once, where the doctor finds no error."),
    ),
    request=api.sends_bytes(),
)
get_template = call(
    "getTemplate",
    _TAG,
    _READ,
    one("Template", _TEMPLATE),
    ErrorCode.NOT_ROUTED,
    path=("template",),
)
change_template = call(
    "changeTemplate",
    _TAG,
    _WRITE,
    one("Template", _TEMPLATE | {"active": False}),
    ErrorCode.NOT_ROUTED,
    *_BODY,
    path=("template",),
    request=api.sends_json(
        api.shape({"active": {"type": "boolean"}, "tags": _TEXTS}, []), {"active": False}
    ),
    matches=True,
)
remove_template = call(
    "removeTemplate",
    _TAG,
    _WRITE,
    {204: _GONE},
    ErrorCode.NOT_ROUTED,
    path=("template",),
    matches=True,
)
get_version = call(
    "getTemplateVersion",
    _TAG,
    _READ,
    one("TemplateVersion", _WHOLE),
    ErrorCode.NOT_ROUTED,
    path=("template", "version"),
)
get_version_file = call(
    "getTemplateVersionFile",
    _TAG,
    _READ,
    {(200, "application/octet-stream"): api.answers_bytes("The Word file.")},
    ErrorCode.NOT_ROUTED,
    path=("template", "version"),
)
publish_version = call(
    "publishTemplateVersion",
    _TAG,
    _WRITE,
    one("TemplateVersion", _WHOLE),
    ErrorCode.NOT_ROUTED,
    ErrorCode.INPUT_CONFLICTS,
    path=("template", "version"),
    repeats=True,
)
