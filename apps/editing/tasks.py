"""Fetching documents, and scheduled work of the editor."""

from celery import shared_task

from apps.editing import sources, upkeep


@shared_task(name="editing.fetch")
def fetch(session_pk: int) -> None:
    """Fetches the document of a session."""
    sources.fetch(session_pk)


@shared_task(name="editing.sweep")
def sweep() -> None:
    """Saves what people left unsaved, tells of ended sessions, removes what is over."""
    upkeep.sweep()
