"""Scheduled work."""

from __future__ import annotations

from celery import shared_task

from apps.clients import services, webhooks


@shared_task(name="clients.sweep")
def sweep() -> None:
    """Deletes expired access tokens, credentials long dead and old webhook messages."""
    services.sweep()
    webhooks.sweep()


@shared_task(name="clients.deliver_webhook")
def deliver_webhook(delivery_pk: int) -> None:
    """Sends one message."""
    webhooks.deliver(delivery_pk)


@shared_task(name="clients.deliver_webhooks")
def deliver_webhooks() -> None:
    """Sends the messages whose next attempt is due."""
    webhooks.deliver_due()
