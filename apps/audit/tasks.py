"""Scheduled work."""

from celery import shared_task

from apps.audit import requests, trail


@shared_task(name="audit.sweep")
def sweep() -> None:
    """Deletes events and requests past their retention."""
    trail.sweep()
    requests.sweep()
