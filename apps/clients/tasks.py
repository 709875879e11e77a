"""Scheduled work."""

from __future__ import annotations

from celery import shared_task

from apps.clients import services


@shared_task(name="clients.sweep")
def sweep() -> None:
    """Deletes expired access tokens and credentials long dead."""
    services.sweep()
