"""A program's own webhooks and their log, to look at. What changes them is in `webhooks`."""

from __future__ import annotations

from django.db.models import QuerySet

from apps.clients.actors import Actor
from apps.clients.models import WebhookDelivery as WebhookDelivery
from apps.clients.models import WebhookEndpoint as WebhookEndpoint
from apps.core.errors import ErrorCode, PortalError

STATES = tuple(WebhookDelivery.State.values)
_REMEDY = "Compare the id with the list of webhooks, or of a webhook's messages."


def endpoints(actor: Actor) -> list[WebhookEndpoint]:
    """The client's endpoints. Raises SCOPE_MISSING."""
    return list(_own(actor).order_by("pk"))


def endpoint(actor: Actor, identity: int) -> WebhookEndpoint:
    """One of them. Raises SCOPE_MISSING, NOT_ROUTED."""
    found = _own(actor).filter(pk=identity).select_related("client").first()
    if found is None:
        raise PortalError(ErrorCode.NOT_ROUTED, "There is no such webhook.", remedy=_REMEDY)
    return found


def deliveries(
    actor: Actor, of: WebhookEndpoint, *, state: str = "", before: int | None = None, limit: int
) -> list[WebhookDelivery]:
    """An endpoint's messages, newest first: those with an id below `before`."""
    rows = of.deliveries.all()
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def delivery(actor: Actor, of: WebhookEndpoint, identity: int) -> WebhookDelivery:
    """One message. Raises NOT_ROUTED."""
    found = of.deliveries.filter(pk=identity).select_related("endpoint__client").first()
    if found is None:
        raise PortalError(ErrorCode.NOT_ROUTED, "There is no such message.", remedy=_REMEDY)
    return found


def _own(actor: Actor) -> QuerySet[WebhookEndpoint]:
    actor.require("webhooks:read")
    return WebhookEndpoint.objects.filter(client=actor.require_client())
