"""The audit trail: who did what to an envelope, and when. Nothing of what is in it."""

from __future__ import annotations

import uuid

from django.db.models import F, Q, QuerySet

from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.core.correlation import correlation_id
from apps.envelopes.models import Envelope, EnvelopeEvent, EnvelopeGrant

Action = EnvelopeEvent.Action


def record(
    actor: Actor,
    envelope: Envelope,
    action: Action,
    *,
    subject: str = "",
    grant: EnvelopeGrant | None = None,
    item: uuid.UUID | None = None,
    access: str = "",
) -> EnvelopeEvent:
    """Writes the next line of the trail. To be called in the transaction of what it tells of.

    The number comes from the envelope's row, which so stays locked until that transaction ends.
    """
    row = Envelope.objects.filter(pk=envelope.pk)
    row.update(events_counted=F("events_counted") + 1)
    return EnvelopeEvent.objects.create(
        envelope=envelope,
        number=row.values_list("events_counted", flat=True).get(),
        action=action,
        actor_kind=actor.kind,
        actor=actor.client.client_id if actor.client else "",
        actor_subject=subject,
        grantee=grant.client.client_id if grant else "",
        grantee_subject=grant.subject if grant else "",
        access=grant.access if grant else access,
        item=item,
        correlation_id=correlation_id.get()[:64],
    )


def visible_to(client: ApiClient, envelope: Envelope) -> QuerySet[EnvelopeEvent]:
    """What a client may read of the trail, newest first: the owner all, others what concerns them.

    Other clients' names are nobody's business but the owner's.
    """
    events = envelope.events.all()
    if envelope.owner_id == client.pk:
        return events
    return events.filter(Q(actor=client.client_id) | Q(grantee=client.client_id))
