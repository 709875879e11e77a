"""Envelopes: making, opening and destroying them. What is in them is in `contents`, who may open
them in `sharing`.

The key of an envelope's contents (data key) exists in the clear only in the memory of a request
that brought the envelope's key, or a session's id under which the session keeps it wrapped.
docs/adr/0010-envelopes.md tells what that protects from, and what not.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.clients.actors import Actor
from apps.core import batches
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import is_guid, is_token
from apps.envelopes import audit, sealing
from apps.envelopes.models import Access as Access
from apps.envelopes.models import Envelope
from apps.envelopes.selectors import access_of, known_to, live
from apps.workfiles import services as workfiles

Action = audit.Action
State = Envelope.State
_LABEL = 200


@dataclass(frozen=True, slots=True)
class Attached:
    """An envelope that was opened with its key, on behalf of an actor."""

    envelope: Envelope
    data_key: bytes = field(repr=False)
    access: Access
    actor: Actor
    subject: str = ""

    @property
    def is_owner(self) -> bool:
        """Whether the actor's client made the envelope."""
        return self.envelope.owner_id == self.actor.client_id


# --- Opening ----------------------------------------------------------------------------------


def create(
    actor: Actor, *, label: str = "", retention_days: int | None = None
) -> tuple[Attached, str]:
    """A new envelope, attached with write access, and its key: 43 characters, told this once.

    Without `retention_days` it is kept as long as the client's policy says. Raises SCOPE_MISSING,
    INPUT_INVALID for a retention beyond the client's maximum: capping it would destroy the contents
    sooner than the caller was led to believe.
    """
    actor.require("envelopes:create")
    client = actor.require_client()
    days = client.envelope_days if retention_days is None else retention_days
    most = client.envelope_maximum_days
    if not 1 <= days <= most:
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            f"Envelopes of this client are kept for 1 to {most} days.",
            at="envelope.retentionDays",
            expected={"type": "integer", "minimum": 1, "maximum": most},
        )
    if len(label) > _LABEL:
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            f"The label is longer than {_LABEL} characters.",
            at="envelope.label",
            expected={"type": "string", "maxLength": _LABEL},
        )
    secret, data_key, now = sealing.new_key(), sealing.new_key(), timezone.now()
    envelope = Envelope(
        owner=client, label=label, created_at=now, retain_until=now + timedelta(days=days)
    )
    envelope.wrapped_key = sealing.wrap(data_key, under=_wrapping_key(envelope, secret))
    with transaction.atomic():
        envelope.save()
        audit.record(actor, envelope, Action.CREATED)
    key = base64.urlsafe_b64encode(secret).rstrip(b"=").decode()
    return Attached(envelope, data_key, Access.WRITE, actor), key


def attach(actor: Actor, envelope_id: str, key: str, *, subject: str = "") -> Attached:
    """Opens an envelope with its key, for a session of the actor's client.

    `subject` is the person on whose behalf the client asks, as the client names them. Raises
    SCOPE_MISSING; ENVELOPE_NOT_FOUND alike for an id that is unknown, whose retention has ended or
    that was never granted, whatever the key: a stranger learns nothing from it; ENVELOPE_DENIED for
    a wrong key, and for access that was revoked.
    """
    actor.require("envelopes:read")
    client = actor.require_client()
    envelope_id = envelope_id.lower()
    envelope = (
        known_to(client, subject).filter(guid=envelope_id).first() if is_guid(envelope_id) else None
    )
    if envelope is None:
        raise PortalError(ErrorCode.ENVELOPE_NOT_FOUND, at="envelope.id")
    granted = access_of(client, envelope, subject)
    data_key = _open(envelope, key)
    if granted is None or data_key is None:
        with transaction.atomic():
            audit.record(actor, envelope, Action.DENIED, subject=subject)
        raise PortalError(ErrorCode.ENVELOPE_DENIED)
    access = granted if "envelopes:write" in actor.scopes else Access.READ
    with transaction.atomic():
        audit.record(actor, envelope, Action.ATTACHED, subject=subject, access=access)
    return Attached(envelope, data_key, access, actor, subject)


def reattach(
    actor: Actor,
    envelope_pk: int,
    data_key: bytes,
    *,
    access: Literal["read", "write"],
    subject: str = "",
) -> Attached:
    """The envelope of a session at its next request: everything but the key is looked at anew.

    `access` is what the session had, and is never exceeded. A client that made the envelope needs
    no more than the scope it made it with. Raises SCOPE_MISSING, ENVELOPE_NOT_FOUND when it was
    deleted or its retention has ended, ENVELOPE_DENIED when the access was revoked.
    """
    client = actor.require_client()
    envelope = live().filter(pk=envelope_pk).first()
    if envelope is None:
        raise PortalError(ErrorCode.ENVELOPE_NOT_FOUND)
    made_it = envelope.owner_id == client.pk and "envelopes:create" in actor.scopes
    if not made_it:
        actor.require("envelopes:read")
    granted = access_of(client, envelope, subject)
    if granted is None:
        raise PortalError(ErrorCode.ENVELOPE_DENIED, "The access was revoked.")
    may_write = access == granted == Access.WRITE and (made_it or "envelopes:write" in actor.scopes)
    return Attached(envelope, data_key, Access.WRITE if may_write else Access.READ, actor, subject)


def detach(attached: Attached) -> None:
    """Notes that the session with this envelope has ended. The caller forgets the key."""
    with transaction.atomic():
        audit.record(attached.actor, attached.envelope, Action.DETACHED, subject=attached.subject)


def _wrapping_key(envelope: Envelope, secret: bytes) -> bytes:
    return sealing.derive(secret, salt=envelope.guid.bytes, purpose=b"recto envelope key 1")


def _open(envelope: Envelope, key: str) -> bytes | None:
    """The data key; None for a wrong key."""
    if not is_token(key):
        return None
    wrapping_key = _wrapping_key(envelope, base64.urlsafe_b64decode(key + "="))
    try:
        return sealing.unwrap(bytes(envelope.wrapped_key), under=wrapping_key)
    except sealing.WrongKey:
        return None


# --- The end ----------------------------------------------------------------------------------


def delete(actor: Actor, envelope: Envelope) -> None:
    """Destroys an envelope's key and contents; a tombstone with the audit trail stays.

    Its owner and administrators may. Deleting twice changes nothing. Raises SCOPE_MISSING,
    ENVELOPE_DENIED.
    """
    if not actor.is_administrator:
        actor.require("envelopes:write")
        if envelope.owner_id != actor.client_id:
            raise PortalError(ErrorCode.ENVELOPE_DENIED, "Only its owner deletes an envelope.")
    _end(actor, Envelope.objects.filter(pk=envelope.pk), State.DELETED, Action.DELETED)


def sweep(batch: int = 100) -> int:
    """Destroys envelopes whose retention has ended, oldest first; returns how many.

    Each in a transaction of its own: its files go with it.
    """
    over = Envelope.objects.filter(state=State.LIVE, retain_until__lte=timezone.now())

    def step(size: int) -> int:
        chosen = list(over.order_by("retain_until").values_list("pk", flat=True)[:size])
        rows = (over.filter(pk=pk) for pk in chosen)
        return sum(_end(Actor.system(), row, State.EXPIRED, Action.EXPIRED) for row in rows)

    return batches.until_done(step, batch)


def _end(actor: Actor, row: QuerySet[Envelope], state: Envelope.State, action: Action) -> bool:
    """Ends the one live envelope in `row`; False when there is none.

    Key, items and audit event are one transaction; the files go after it. What a crash leaves of
    those is ciphertext without a key, and the sweep of the storage takes it.
    """
    with transaction.atomic():
        ended = {"state": state, "wrapped_key": b"", "ended_at": timezone.now()}
        envelope = row.filter(state=State.LIVE).first()
        if envelope is None or not row.filter(state=State.LIVE).update(**ended):
            return False
        blobs = [item.blob for item in envelope.items.select_related("blob")]
        envelope.items.all().delete()
        for blob in blobs:
            workfiles.discard(blob)
        audit.record(actor, envelope, action)
    return True
