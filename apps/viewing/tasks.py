"""Work of viewing sessions."""

from celery import shared_task

from apps.viewing import services


@shared_task(name="viewing.fetch")
def fetch(session_pk: int) -> None:
    """Fetches the document a session names by URL."""
    services.fetch(session_pk)
