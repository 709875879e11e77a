"""Scheduled work of form sessions."""

from celery import shared_task

from apps.connect import services


@shared_task(name="connect.sweep")
def sweep() -> None:
    """Removes ended sessions with what they made."""
    services.sweep()
