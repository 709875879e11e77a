"""Scheduled work."""

from celery import shared_task

from apps.audit import trail


@shared_task(name="audit.sweep")
def sweep() -> None:
    """Deletes events past their retention."""
    trail.sweep()
