"""A program's own work files, to look at and to remove."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from apps.clients.actors import Actor
from apps.workfiles import services
from apps.workfiles.models import WorkFile as WorkFile


def work_files(
    actor: Actor, *, format: str = "", before: int | None = None, limit: int = 50
) -> list[WorkFile]:
    """The client's live work files, newest first: those with a row id below `before`.

    A blank `format` is any. Raises SCOPE_MISSING.
    """
    rows = _own(actor)
    if format:
        rows = rows.filter(extension=format)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def work_file(actor: Actor, file_id: str) -> WorkFile:
    """One of them. Raises SCOPE_MISSING, WORK_FILE_NOT_FOUND."""
    actor.require("workfiles:read")
    return services.get(actor, file_id)


def remove(actor: Actor, file: WorkFile) -> None:
    """Ends a work file's life; sessions that show it go on. Raises SCOPE_MISSING."""
    actor.require("workfiles:write")
    if _own(actor).filter(pk=file.pk).update(expires_at=timezone.now()):
        actor.note("work file removed", file)


def _own(actor: Actor) -> QuerySet[WorkFile]:
    actor.require("workfiles:read")
    client = actor.require_client()
    rows = WorkFile.objects.filter(client=client, expires_at__gt=timezone.now())
    return rows.select_related("blob")
