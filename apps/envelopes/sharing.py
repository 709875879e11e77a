"""Who else may open an envelope. Only its owner grants and revokes, with the envelope attached.

A grant is permission, no key: the owner gives the other client the envelope's id and key itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.clients.models import ApiClient
from apps.core.errors import ErrorCode, PortalError
from apps.envelopes import audit
from apps.envelopes.models import Access, Envelope, EnvelopeGrant
from apps.envelopes.models import EnvelopeEvent as EnvelopeEvent
from apps.envelopes.services import Attached

_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the access list. `grant_type`: "owner" or "direct"."""

    client_id: str
    subject: str
    access: str
    grant_type: str
    granted_at: datetime


def acl(attached: Attached) -> list[Entry]:
    """The owner, and every grant that lives; whoever is not the owner sees the owner and itself."""
    attached.actor.require("envelopes:read")
    envelope = attached.envelope
    owner = ApiClient.objects.get(pk=envelope.owner_id)
    first = Entry(owner.client_id, "", Access.WRITE, "owner", envelope.created_at)
    grants = envelope.grants.filter(revoked_at=None).select_related("client")
    if not attached.is_owner:
        grants = grants.filter(client=attached.actor.client_id)
    return [first, *map(_entry, grants)]


def grant(attached: Attached, client_id: str, access: str, *, subject: str = "") -> Entry:
    """Lets another client open the envelope, or only one of its people.

    Raises SCOPE_MISSING, ENVELOPE_DENIED unless the owner asks, GRANT_INVALID for an unknown access
    or client, the owner itself, or a subject that nobody vouches for, GRANT_EXISTS, also where two
    ask at once, ENVELOPE_NOT_FOUND when the envelope ended meanwhile.
    """
    _require_owner(attached)
    if access not in Access.values:
        raise _invalid(
            "access",
            f"`access` must be one of {', '.join(Access.values)}.",
            expected={"type": "string", "enum": Access.values},
        )
    if len(subject) > _SUBJECT:
        raise _invalid(
            "subject",
            f"`subject` is longer than {_SUBJECT} characters.",
            expected={"type": "string", "maxLength": _SUBJECT},
        )
    client = ApiClient.objects.filter(client_id=client_id, is_active=True).first()
    if client is None:
        raise _invalid("clientId", "There is no such active client.")
    if client.pk == attached.envelope.owner_id:
        raise _invalid("clientId", "The owner has all access already.")
    if subject and client.is_public:
        raise _invalid(
            "subject", "A public client cannot prove on whose behalf it asks; leave `subject` out."
        )
    made = EnvelopeGrant(
        envelope=attached.envelope,
        client=client,
        subject=subject,
        access=access,
        granted_by=attached.actor.client,
    )
    try:
        with transaction.atomic():
            _record(attached, EnvelopeEvent.Action.GRANTED, made)
            made.save()
    except IntegrityError as error:
        raise PortalError(ErrorCode.GRANT_EXISTS) from error
    return _entry(made)


def revoke(attached: Attached, client_id: str, *, subject: str = "") -> None:
    """Ends a client's access, also that of its people; with `subject`, only that person's.

    Sessions that have the envelope attached lose it with their next request. Raises SCOPE_MISSING,
    ENVELOPE_DENIED unless the owner asks, and for the owner's own access; GRANT_NOT_FOUND.
    """
    _require_owner(attached)
    client = attached.actor.client
    if client is not None and client_id == client.client_id:
        raise PortalError(ErrorCode.ENVELOPE_DENIED, "A client cannot revoke its own access.")
    if "\0" in client_id + subject:  # PostgreSQL cannot even look for it
        raise PortalError(ErrorCode.GRANT_NOT_FOUND)
    with transaction.atomic():
        grants = attached.envelope.grants.filter(client__client_id=client_id, revoked_at=None)
        if subject:
            grants = grants.filter(subject=subject)
        ended = 0
        for one in grants.select_related("client"):
            # Zero rows: another request was quicker, and has written the event.
            rows = EnvelopeGrant.objects.filter(pk=one.pk, revoked_at=None)
            if rows.update(revoked_at=timezone.now()):
                _record(attached, EnvelopeEvent.Action.REVOKED, one)
                ended += 1
        if not ended:
            raise PortalError(ErrorCode.GRANT_NOT_FOUND)


def trail(attached: Attached, *, before: int | None = None, limit: int = 50) -> list[EnvelopeEvent]:
    """A page of the audit trail, newest first: the events with a number below `before`."""
    attached.actor.require("envelopes:read")
    events = audit.visible_to(attached.actor.require_client(), attached.envelope)
    if before is not None:
        events = events.filter(number__lt=before)
    return list(events[:limit])


def _require_owner(attached: Attached) -> None:
    attached.actor.require("envelopes:write")
    if not attached.is_owner:
        raise PortalError(ErrorCode.ENVELOPE_DENIED, "Only the owner manages who has access.")


def _record(attached: Attached, action: EnvelopeEvent.Action, one: EnvelopeGrant) -> None:
    """Writes the event, which locks the envelope's row; it must be live still."""
    audit.record(attached.actor, attached.envelope, action, subject=attached.subject, grant=one)
    if not Envelope.objects.filter(pk=attached.envelope.pk, state=Envelope.State.LIVE).exists():
        raise PortalError(ErrorCode.ENVELOPE_NOT_FOUND)


def _entry(one: EnvelopeGrant) -> Entry:
    return Entry(one.client.client_id, one.subject, one.access, "direct", one.granted_at)


def _invalid(at: str, detail: str, **data: Any) -> PortalError:
    return PortalError(ErrorCode.GRANT_INVALID, detail, at=at, **data)
