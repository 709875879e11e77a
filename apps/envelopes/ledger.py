"""A program's envelopes as they look from outside: nothing here needs, or gives, a key."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet, Sum

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import is_guid
from apps.envelopes import audit, selectors, services
from apps.envelopes.models import Envelope as Envelope
from apps.envelopes.models import EnvelopeEvent as EnvelopeEvent

STATES = tuple(Envelope.State.values)


def envelopes(
    actor: Actor, *, state: str = "", before: int | None = None, limit: int = 50
) -> list[Envelope]:
    """Those the client made, also such that ended, and those it may open; newest first.

    Each with `items_count` and `items_size` (bytes). A blank `state` is any, `before` a row id.
    Raises SCOPE_MISSING.
    """
    rows = _known(actor)
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def envelope(actor: Actor, guid: str) -> Envelope:
    """One of them. Raises SCOPE_MISSING, NOT_ROUTED."""
    found = _known(actor).filter(guid=guid).first() if is_guid(guid.lower()) else None
    if found is None:
        raise PortalError(
            ErrorCode.NOT_ROUTED,
            "There is no such envelope.",
            remedy="Compare the id with the list of envelopes.",
        )
    return found


def remove(actor: Actor, envelope: Envelope) -> None:
    """Destroys its key and contents. Raises SCOPE_MISSING, ENVELOPE_DENIED but for its owner."""
    services.delete(actor, envelope)


def events(
    actor: Actor, of: Envelope, *, before: int | None = None, limit: int = 50
) -> list[EnvelopeEvent]:
    """A page of the trail, newest first: the events with a number below `before`."""
    found = audit.visible_to(actor.require_client(), of)
    if before is not None:
        found = found.filter(number__lt=before)
    return list(found[:limit])


def _known(actor: Actor) -> QuerySet[Envelope]:
    actor.require("envelopes:read")
    client = actor.require_client()
    shared = selectors.known_to(client).filter(grants__client=client, grants__revoked_at=None)
    rows = Envelope.objects.filter(Q(owner=client) | Q(pk__in=shared.values("pk")))
    return rows.annotate(items_count=Count("items"), items_size=Sum("items__size", default=0))
