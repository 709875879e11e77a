"""What the API reference says of envelope_views.py: one decorator for each method."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter

from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.datawollet.envelope_wire import DEFAULT_LIMIT, MOST
from apps.dialects.datawollet.schema import CALLER, OF_SESSION, SESSION, call, path, problems
from apps.dialects.datawollet.schema import described as described
from apps.dialects.datawollet.schema_parts import COUNT, GUID, MOMENT, OBJECT, TEXT, or_null

Json = dict[str, Any]

_ENVELOPE = "5d0bd14c-86ae-4a4a-8f23-6b6d7b7f1f0a"
_ITEM = "c7f0a3a8-1b52-4b11-9f6e-2d7b9c1e4f55"
_OWNER, _OTHER = "iTBnXbPdwEM0NyFLbG5m", "p2gR7bGmXkq8Zr4tYw1c"
_MORNING = "2026-11-22T09:00:00.000Z"
_READ, _WRITE = ("sessions:write", "envelopes:read"), ("sessions:write", "envelopes:write")
_OPENING = (
    *CALLER,
    *SESSION,
    ErrorCode.ENVELOPE_MISSING,
    ErrorCode.ENVELOPE_NOT_FOUND,
    ErrorCode.ENVELOPE_DENIED,
)
_ACCESS: Json = {"type": "string", "enum": ["read", "write"]}
_ENTRY = api.shape(
    {
        "clientId": TEXT,
        "subject": or_null({"type": "string", "description": "One of the client's people."}),
        "access": _ACCESS,
        "grantType": {"type": "string", "enum": ["owner", "direct"]},
        "grantedAt": MOMENT,
    }
)
_GRANTED: Json = {
    "clientId": _OTHER,
    "subject": None,
    "access": "read",
    "grantType": "direct",
    "grantedAt": _MORNING,
}
_PAGE = (
    OpenApiParameter("cursor", str, description="`next` of the page before."),
    OpenApiParameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}
    ),
)
_NEXT = or_null({"type": "string", "description": "The cursor of the next page."})
_NOTHING = {204: api.answers_nothing("Done.")}
_OF_ITEM = path("item_id", "The item's id.")
_OF_CLIENT = path("client_id", "The client's id.")

get_envelope = call(
    "getEnvelope",
    {
        200: api.answers(
            "The envelope.",
            api.shape(
                {
                    "id": GUID,
                    "label": TEXT,
                    "status": {"const": "live"},
                    "ownerClientId": TEXT,
                    "access": _ACCESS,
                    "createdAt": MOMENT,
                    "retainUntil": MOMENT,
                }
            ),
            {
                "id": _ENVELOPE,
                "label": "Loan 12",
                "status": "live",
                "ownerClientId": _OWNER,
                "access": "write",
                "createdAt": _MORNING,
                "retainUntil": "2027-02-20T09:00:00.000Z",
            },
        )
    }
    | problems(*_OPENING),
    OF_SESSION,
    scopes=_READ,
)
delete_envelope = call("deleteEnvelope", _NOTHING | problems(*_OPENING), OF_SESSION, scopes=_WRITE)
list_items = call(
    "listEnvelopeItems",
    {
        200: api.answers(
            "A page of them.",
            api.shape(
                {
                    "items": api.array(
                        api.shape(
                            {
                                "id": GUID,
                                "kind": {"type": "string", "enum": ["document", "data"]},
                                "name": TEXT,
                                "mediaType": TEXT,
                                "size": COUNT,
                                "meta": OBJECT,
                                "createdAt": MOMENT,
                            }
                        )
                    ),
                    "next": _NEXT,
                }
            ),
            {
                "items": [
                    {
                        "id": _ITEM,
                        "kind": "document",
                        "name": "invoice.pdf",
                        "mediaType": "application/pdf",
                        "size": 48213,
                        "meta": {},
                        "createdAt": _MORNING,
                    }
                ],
                "next": None,
            },
        )
    }
    | problems(*_OPENING, ErrorCode.INPUT_INVALID),
    OF_SESSION,
    *_PAGE,
    scopes=_READ,
)
get_item = call(
    "getEnvelopeItem",
    {(200, "application/octet-stream"): api.answers_bytes("The content, by its own media type.")}
    | problems(*_OPENING, ErrorCode.ENVELOPE_ITEM_NOT_FOUND),
    OF_SESSION,
    _OF_ITEM,
    scopes=_READ,
)
delete_item = call(
    "deleteEnvelopeItem",
    _NOTHING | problems(*_OPENING, ErrorCode.ENVELOPE_ITEM_NOT_FOUND),
    OF_SESSION,
    _OF_ITEM,
    scopes=_WRITE,
)
get_acl = call(
    "getEnvelopeAccess",
    {
        200: api.answers(
            "The owner, and every grant that lives.",
            api.shape({"entries": api.array(_ENTRY)}),
            {
                "entries": [
                    _GRANTED | {"clientId": _OWNER, "access": "write", "grantType": "owner"},
                    _GRANTED,
                ]
            },
        )
    }
    | problems(*_OPENING),
    OF_SESSION,
    scopes=_READ,
)
grant = call(
    "grantEnvelopeAccess",
    {200: api.answers("The new grant.", _ENTRY, _GRANTED)}
    | problems(
        *_OPENING,
        ErrorCode.MALFORMED_BODY,
        ErrorCode.INPUT_INVALID,
        ErrorCode.GRANT_INVALID,
        ErrorCode.GRANT_EXISTS,
    ),
    OF_SESSION,
    request=api.sends_json(
        api.shape(
            {
                "clientId": TEXT,
                "access": _ACCESS | {"default": "read"},
                "subject": {
                    "type": "string",
                    "maxLength": 255,
                    "description": "Only this one of the client's people, as the client names them "
                    "when it attaches the envelope.",
                },
            },
            ["clientId"],
        ),
        {"clientId": _OTHER, "access": "read"},
    ),
    scopes=_WRITE,
)
_REVOKED = _NOTHING | problems(*_OPENING, ErrorCode.GRANT_NOT_FOUND)
revoke_client = call("revokeEnvelopeAccess", _REVOKED, OF_SESSION, _OF_CLIENT, scopes=_WRITE)
revoke_subject = call(
    "revokeEnvelopeSubjectAccess",
    _REVOKED,
    OF_SESSION,
    _OF_CLIENT,
    path("subject", "The person."),
    scopes=_WRITE,
)
get_audit = call(
    "getEnvelopeAudit",
    {
        200: api.answers(
            "A page of events, newest first. Numbers have no gaps for the owner.",
            api.shape(
                {
                    "events": api.array(
                        api.shape(
                            {
                                "number": COUNT,
                                "action": TEXT,
                                "at": MOMENT,
                                "by": api.shape(
                                    {
                                        "kind": {
                                            "type": "string",
                                            "enum": ["client", "admin", "system"],
                                        },
                                        "clientId": or_null(TEXT),
                                        "subject": or_null(TEXT),
                                    }
                                ),
                                "correlationId": TEXT,
                                "access": _ACCESS,
                                "itemId": GUID,
                                "grant": api.shape(
                                    {
                                        "clientId": TEXT,
                                        "subject": or_null(TEXT),
                                        "access": _ACCESS,
                                    }
                                ),
                            },
                            ["number", "action", "at", "by", "correlationId"],
                        )
                    ),
                    "next": _NEXT,
                }
            ),
            {
                "events": [
                    {
                        "number": 2,
                        "action": "granted",
                        "at": _MORNING,
                        "by": {"kind": "client", "clientId": _OWNER, "subject": None},
                        "correlationId": "5f2c9a7be10d4c33",
                        "grant": {"clientId": _OTHER, "subject": None, "access": "read"},
                    }
                ],
                "next": "2",
            },
        )
    }
    | problems(*_OPENING, ErrorCode.INPUT_INVALID),
    OF_SESSION,
    *_PAGE,
    scopes=_READ,
)
