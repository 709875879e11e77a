"""Scheduled work on files."""

from celery import shared_task

from apps.workfiles import services


@shared_task(name="workfiles.sweep")
def sweep() -> None:
    """Removes expired handles, unreferenced content and what a crash left behind."""
    services.sweep()
    services.sweep_orphans()
