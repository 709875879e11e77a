"""Scheduled work on envelopes."""

from celery import shared_task

from apps.envelopes import services


@shared_task(name="envelopes.sweep")
def sweep() -> None:
    """Destroys envelopes whose retention has ended."""
    services.sweep()
