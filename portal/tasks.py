"""Scheduled work."""

from celery import shared_task

from portal import measuring


@shared_task(name="portal.measure")
def measure() -> None:
    """Notes what is cheap to measure."""
    measuring.measure(measuring.OFTEN)


@shared_task(name="portal.measure_storage")
def measure_storage() -> None:
    """Notes what large tables are summed for."""
    measuring.measure(measuring.SELDOM)
