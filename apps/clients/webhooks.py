"""Telling clients what happened: signed messages, sent until they are taken.

Source: Standard Webhooks 1.0 (headers webhook-id, webhook-timestamp, webhook-signature; the
signature is HMAC-SHA-256 over `id.timestamp.body`). The row of a delivery is the queue: whatever
the broker loses, the schedule finds again. One worker at a time speaks to an endpoint.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from apps.clients.actors import Actor
from apps.clients.models import ApiClient, WebhookDelivery, WebhookEndpoint
from apps.core import batches, remote
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import new_token, seal, unseal
from apps.core.queue import enqueue
from apps.tallies.figures import WEBHOOKS

logger = logging.getLogger(__name__)
State = WebhookDelivery.State

PREFIX = "whsec_"
# After each failed attempt; a message that fails after the last is given up, after some 3 days.
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
# Longer than a request may take.
_TURN = timedelta(minutes=1)
_OVERLAP = timedelta(hours=24)
_KEPT = timedelta(days=30)
_OUTCOMES = {State.DELIVERED: "delivered", State.PENDING: "retried", State.FAILED: "given_up"}


# --- Endpoints --------------------------------------------------------------------------------


def register(
    actor: Actor, client: ApiClient, url: str, *, allow_private: bool = False
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint and its signing secret (`whsec_` and base64).

    A client adds its own; on a private network only administrators do. Raises SCOPE_MISSING, and
    INPUT_INVALID for the address.
    """
    _require(actor, client)
    if allow_private:
        _require_administrator(actor)
    endpoint = WebhookEndpoint(client=client, url=url, allow_private=allow_private)
    secret = give_secret(endpoint)
    try:
        endpoint.full_clean()
    except ValidationError as error:
        raise PortalError(ErrorCode.INPUT_INVALID, " ".join(error.messages), at="url") from error
    endpoint.save()
    actor.note("webhook added", endpoint)
    return endpoint, secret


def give_secret(endpoint: WebhookEndpoint) -> str:
    """Sets a first secret on an endpoint that is not saved yet; returns it."""
    secret = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    endpoint.secret = seal(secret)
    return secret


def rotate_secret(actor: Actor, endpoint: WebhookEndpoint) -> str:
    """A new secret. For a day messages carry the old one's signature beside the new one's."""
    _require(actor, endpoint.client)
    endpoint.previous_secret, endpoint.previous_until = endpoint.secret, timezone.now() + _OVERLAP
    secret = give_secret(endpoint)
    endpoint.save(update_fields=["secret", "previous_secret", "previous_until"])
    actor.note("webhook secret rotated", endpoint)
    return secret


def secret_of(actor: Actor, endpoint: WebhookEndpoint) -> str:
    """The signing secret, for administrators who set up the receiver."""
    _require_administrator(actor)
    return unseal(endpoint.secret)


def switch(actor: Actor, endpoint: WebhookEndpoint, *, active: bool) -> None:
    """Lets messages go to an endpoint, or not; those that wait then are given up."""
    _require(actor, endpoint.client)
    endpoint.is_active = active
    endpoint.save(update_fields=["is_active"])
    actor.note("webhook switched on" if active else "webhook switched off", endpoint)


def remove(actor: Actor, endpoint: WebhookEndpoint) -> None:
    """Deletes an endpoint with its log of messages."""
    _require(actor, endpoint.client)
    actor.note("webhook removed", endpoint)
    endpoint.delete()


def _require(actor: Actor, client: ApiClient) -> None:
    actor.require("webhooks:write")
    if not actor.is_administrator and actor.client_id != client.pk:
        raise PortalError(ErrorCode.SCOPE_MISSING, "Webhooks belong to their clients.")


def _require_administrator(actor: Actor) -> None:
    if not actor.is_administrator:
        raise PortalError(ErrorCode.SCOPE_MISSING, "Only administrators manage webhooks.")


# --- Messages ---------------------------------------------------------------------------------


def send(client: ApiClient, event: str, payload: Mapping[str, object]) -> int:
    """Queues a message to each active endpoint of the client; returns how many.

    `event` is dotted, such as `connect.completed`; `payload` is what JSON can hold. Part of the
    caller's transaction: sent after commit, and never if that does not come.
    """
    message_id = f"msg_{new_token()}"
    body = json.dumps(
        {"type": event, "timestamp": timezone.now().isoformat(), "data": payload},
        separators=(",", ":"),
    )
    endpoints = client.webhooks.filter(is_active=True)
    deliveries = WebhookDelivery.objects.bulk_create(
        WebhookDelivery(endpoint=endpoint, message_id=message_id, event=event, body=seal(body))
        for endpoint in endpoints
    )
    for delivery in deliveries:
        enqueue("clients.deliver", delivery.endpoint_id)
    return len(deliveries)


def resend(actor: Actor, delivery: WebhookDelivery) -> None:
    """Queues a message once more, with all its attempts, under the same id."""
    _require(actor, delivery.endpoint.client)
    actor.note("webhook message sent again", delivery.endpoint, str(delivery))
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        state=State.PENDING, attempts=0, due_at=timezone.now(), error="", status=None
    )
    enqueue("clients.deliver", delivery.endpoint_id)


def deliver(endpoint_pk: int) -> None:
    """Sends an endpoint's due messages, oldest first, until none is left or nobody answers.

    A receiver that keeps its callers waiting so holds up its own messages only, one at a time.
    What is left here, the schedule finds again.
    """
    while _deliver_next(endpoint_pk):
        pass


def _deliver_next(endpoint_pk: int) -> bool:
    """Sends one message, if no other worker speaks to the endpoint; whether to go on."""
    now = timezone.now()
    until = now + _TURN
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_pk)
    if not endpoint.filter(busy_until__lte=now).update(busy_until=until):
        return False
    try:
        due = _due(now).filter(endpoint=endpoint_pk).select_related("endpoint__client")
        delivery = due.order_by("due_at", "pk").first()
        return delivery is not None and _attempt(delivery, now)
    finally:
        # Unless the turn has lapsed and another worker has begun its own.
        endpoint.filter(busy_until=until).update(busy_until=now)


def _attempt(delivery: WebhookDelivery, now: datetime) -> bool:
    """Sends a message and notes what came of it; whether the receiver answered."""
    endpoint, status, error = delivery.endpoint, None, ""
    delivery.attempts += 1
    if not (endpoint.is_active and endpoint.client.is_active):
        _note(delivery, State.FAILED, None, "The endpoint or its client is not active.")
        return True
    body = delivery.message.encode()
    try:
        status = remote.post(
            endpoint.url,
            body,
            headers(endpoint, delivery.message_id, now, body),
            allow_private=endpoint.allow_private,
        )
        error = "" if 200 <= status < 300 else f"The receiver answered {status}."
    except PortalError as failure:
        error = failure.detail
    if not error:
        _note(delivery, State.DELIVERED, status, "")
    elif delivery.attempts > len(PAUSES):
        _note(delivery, State.FAILED, status, error)
        logger.warning("Gave up %s to %s: %s", delivery, endpoint, error)
    else:
        _note(delivery, State.PENDING, status, error)
    if status == 410:
        # The receiver says that it is gone for good.
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(is_active=False)
    return status is not None


def headers(
    endpoint: WebhookEndpoint, message_id: str, moment: datetime, body: bytes
) -> dict[str, str]:
    """The headers of a message at one attempt."""
    keys = [unseal(endpoint.secret)]
    if endpoint.previous_until and moment < endpoint.previous_until:
        keys.append(unseal(endpoint.previous_secret))
    timestamp = str(int(moment.timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "Recto-Webhooks",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(sign(key, message_id, timestamp, body) for key in keys),
    }


def sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """One signature: `v1,` and base64. Source: Standard Webhooks, "Signature scheme"."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    content = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def deliver_due() -> int:
    """Wakes workers for what is due: retries, and what the broker lost. Returns for how many
    endpoints."""
    now = timezone.now()
    waiting = _due(now).filter(endpoint__busy_until__lte=now).order_by()
    endpoints = list(waiting.values_list("endpoint", flat=True).distinct())
    for endpoint_pk in endpoints:
        enqueue("clients.deliver", endpoint_pk)
    return len(endpoints)


def _due(now: datetime) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(state=State.PENDING, due_at__lte=now)


def sweep() -> int:
    """Forgets messages of long ago; returns how many."""
    old = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - _KEPT)
    return batches.delete(old.exclude(state=State.PENDING).order_by("created_at"))


def _note(delivery: WebhookDelivery, state: State, status: int | None, error: str) -> None:
    WEBHOOKS.add(outcome=_OUTCOMES[state])
    now = timezone.now()
    due_at = now + PAUSES[delivery.attempts - 1] if state == State.PENDING else now
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        state=state,
        attempts=delivery.attempts,
        status=status,
        error=error[:300],
        due_at=due_at,
        delivered_at=now if state == State.DELIVERED else None,
    )
