"""Scheduled work."""

from celery import shared_task

from apps.tallies import store


@shared_task(name="tallies.sweep")
def sweep() -> None:
    """Forgets the hours of long ago."""
    store.sweep()
