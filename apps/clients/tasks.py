"""Scheduled work."""

from __future__ import annotations

from celery import shared_task

from apps.clients import services, webhooks


@shared_task(name="clients.sweep")
def sweep() -> None:
    """Deletes expired access tokens, credentials long dead and old webhook messages."""
    services.sweep()
    webhooks.sweep()


@shared_task(name="clients.deliver")
def deliver(endpoint_pk: int) -> None:
    """Sends the messages of one endpoint."""
    webhooks.deliver(endpoint_pk)


@shared_task(name="clients.deliver_due")
def deliver_due() -> None:
    """Wakes workers for the messages whose next attempt is due."""
    webhooks.deliver_due()
