"""The JSON of DataWollet's envelopes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request

from apps.core.errors import ErrorCode, PortalError
from apps.dialects.base import json_body
from apps.dialects.datawollet.wire import moment
from apps.envelopes import sharing
from apps.envelopes.contents import Item
from apps.envelopes.services import Attached
from apps.workfiles import services as workfiles

Json = dict[str, Any]
DEFAULT_LIMIT, MOST = 50, 200
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
_OCTETS = "application/octet-stream"


# --- What is sent -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grant:
    """The body of POST /envelope/acl."""

    client_id: str
    access: str
    subject: str


def grant(request: Request | HttpRequest) -> Grant:
    """Who is to be let in; for reading, unless it says otherwise.

    Raises MALFORMED_BODY, INPUT_MISSING, INPUT_INVALID. What `access` may be, the service says.
    """
    body = json_body(request)
    known = ("clientId", "access", "subject")
    for name in body:
        if name not in known:
            raise _invalid(name[:80], f"is none of {', '.join(known)}", {"enum": list(known)})
    for name, value in body.items():
        if value is not None and (not isinstance(value, str) or "\0" in value):
            raise _invalid(name, "must be a string", {"type": "string"})
    client_id = body.get("clientId") or ""
    if not client_id:
        raise PortalError(ErrorCode.INPUT_MISSING, "`clientId` is required.", at="clientId")
    return Grant(client_id, body.get("access") or "read", body.get("subject") or "")


def paging(query: Mapping[str, str]) -> tuple[int, int]:
    """How many are wanted, and the number that stands in the cursor, 0 for none.

    Raises INPUT_INVALID.
    """
    limit, cursor = query.get("limit", str(DEFAULT_LIMIT)), query.get("cursor", "")
    if not _is_count(limit) or not 1 <= int(limit) <= MOST:
        expected = {"type": "integer", "minimum": 1, "maximum": MOST}
        raise _invalid("limit", f"must be a whole number from 1 to {MOST}", expected)
    if cursor and not _is_count(cursor):
        raise _invalid("cursor", "must be the `next` of a page before", {"type": "string"})
    return int(limit), int(cursor or 0)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _invalid(at: str, fault: str, expected: Json) -> PortalError:
    return PortalError(ErrorCode.INPUT_INVALID, f"`{at}` {fault}.", at=at, expected=expected)


# --- What is answered -------------------------------------------------------------------------


def envelope(attached: Attached) -> Json:
    """An envelope, as it is to who has it attached."""
    row = attached.envelope
    return {
        "id": str(row.guid),
        "label": row.label,
        "status": row.state,
        "ownerClientId": row.owner.client_id,
        "access": attached.access,
        "createdAt": moment(row.created_at),
        "retainUntil": moment(row.retain_until),
    }


def items(found: Sequence[Item], limit: int) -> Json:
    """A page of items, of which one more than that was asked for."""
    shown = [_item(one) for one in found[:limit]]
    return {"items": shown, "next": str(found[limit - 1].number) if len(found) > limit else None}


def _item(one: Item) -> Json:
    return {
        "id": str(one.id),
        "kind": one.kind,
        "name": one.name,
        "mediaType": one.media_type,
        "size": one.size,
        "meta": dict(one.meta),
        "createdAt": moment(one.created_at),
    }


def media_type(one: Item) -> str:
    """The media type for a header."""
    return one.media_type if _MEDIA_TYPE.fullmatch(one.media_type) else _OCTETS


def file_name(one: Item) -> str:
    """The file name for a download."""
    return workfiles.clean_name(one.name) or str(one.id)


def acl(entries: Sequence[sharing.Entry]) -> Json:
    """Who may open the envelope."""
    return {"entries": [entry(one) for one in entries]}


def entry(one: sharing.Entry) -> Json:
    """One line of that."""
    return {
        "clientId": one.client_id,
        "subject": one.subject or None,
        "access": one.access,
        "grantType": one.grant_type,
        "grantedAt": moment(one.granted_at),
    }


def audit(found: Sequence[sharing.EnvelopeEvent], limit: int) -> Json:
    """A page of the audit trail, of which one more than that was asked for."""
    shown = [_event(one) for one in found[:limit]]
    return {"events": shown, "next": str(found[limit - 1].number) if len(found) > limit else None}


def _event(one: sharing.EnvelopeEvent) -> Json:
    members: Json = {
        "number": one.number,
        "action": one.action,
        "at": moment(one.at),
        "by": {
            "kind": one.actor_kind,
            "clientId": one.actor or None,
            "subject": one.actor_subject or None,
        },
        "correlationId": one.correlation_id,
    }
    if one.grantee:
        members["grant"] = {
            "clientId": one.grantee,
            "subject": one.grantee_subject or None,
            "access": one.access,
        }
    elif one.access:
        members["access"] = one.access
    if one.item:
        members["itemId"] = str(one.item)
    return members
