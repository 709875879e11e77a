"""Which envelopes there are for whom."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.clients.models import ApiClient
from apps.envelopes.models import Access, Envelope, EnvelopeGrant


def live() -> QuerySet[Envelope]:
    """Envelopes that were not deleted and whose retention has not ended, swept or not."""
    return Envelope.objects.filter(state=Envelope.State.LIVE, retain_until__gt=timezone.now())


def known_to(client: ApiClient, subject: str = "") -> QuerySet[Envelope]:
    """Live envelopes that the client made, or that it has or had access to."""
    granted = _grants(client, subject).filter(envelope=OuterRef("pk"))
    return live().filter(Q(owner=client) | Exists(granted))


def access_of(client: ApiClient, envelope: Envelope, subject: str = "") -> Access | None:
    """How far the client may go now, on behalf of the subject; None for not at all."""
    if envelope.owner_id == client.pk:
        return Access.WRITE
    grants = _grants(client, subject).filter(envelope=envelope, revoked_at=None)
    found = set(grants.values_list("access", flat=True))
    if not found:
        return None
    return Access.WRITE if Access.WRITE in found else Access.READ


def _grants(client: ApiClient, subject: str) -> QuerySet[EnvelopeGrant]:
    """Grants to the client as a whole, and to the subject."""
    return EnvelopeGrant.objects.filter(client=client, subject__in={"", subject})
