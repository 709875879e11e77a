"""Fetching documents, and scheduled work of the editor."""

from celery import shared_task

from apps.editing import pushing, services, upkeep


@shared_task(name="editing.fetch")
def fetch(session_pk: int) -> None:
    """Fetches the document of a session."""
    services.fetch(session_pk)


@shared_task(name="editing.unlock")
def unlock(session_pk: int) -> None:
    """Gives back the lock of a session that is over."""
    services.unlock(session_pk)


@shared_task(name="editing.relock")
def relock(session_pk: int) -> None:
    """Renews the lock of a session."""
    services.relock(session_pk)


@shared_task(name="editing.push")
def push(document_pk: int) -> None:
    """Sends a document's newest version to its client's server."""
    pushing.push(document_pk)


@shared_task(name="editing.push_due")
def push_due() -> None:
    """Wakes workers for what clients' servers are to be asked."""
    pushing.upkeep()


@shared_task(name="editing.sweep")
def sweep() -> None:
    """Saves what people left unsaved, tells of ended sessions, removes what is over."""
    upkeep.sweep()
