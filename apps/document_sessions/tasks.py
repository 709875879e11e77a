"""Scheduled work on sessions."""

from celery import shared_task

from apps.document_sessions import services


@shared_task(name="document_sessions.sweep")
def sweep() -> None:
    """Deletes sessions that ended long ago."""
    services.sweep()
