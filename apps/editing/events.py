"""What clients are told of: documents saved, saves that failed, sessions that ended."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.clients import webhooks
from apps.core.queue import enqueue
from apps.editing.models import EditDetail, EditedDocument, Revision

SAVED, FAILED, CLOSED = "document.saved", "save.failed", "session.closed"
CREATED, RENAMED = "document.created", "document.renamed"
Json = dict[str, object]


def saved(document: EditedDocument, revision: Revision) -> None:
    """A new version is stored; part of the transaction that stores it."""
    webhooks.send(document.client, SAVED, _of(document, revision) | {"reason": revision.reason})


def created(document: EditedDocument, revision: Revision, detail: EditDetail) -> None:
    """An office suite saved a document under another name: `file` is a new file of the client."""
    message = _of(document, revision) | _session(detail)
    webhooks.send(document.client, CREATED, message | {"name": document.name})


def renamed(document: EditedDocument, detail: EditDetail) -> None:
    """A person gave a document another name."""
    message = _session(detail) | {"version": document.head, "name": document.name}
    webhooks.send(document.client, RENAMED, message)


def conflict(document: EditedDocument, revision: Revision, *, current: int) -> None:
    """A save came too late and was kept beside the document."""
    message = _of(document, revision) | {"reason": "revision_conflict", "current": current}
    webhooks.send(document.client, FAILED, message)


def failed(detail: EditDetail, code: str) -> None:
    """A save was not stored; told once until one works again."""
    with transaction.atomic():
        rows = EditDetail.objects.filter(pk=detail.pk, failing_since=None)
        if rows.update(failing_since=timezone.now()):
            document = detail.document
            message: Json = _session(detail) | {"version": document.head, "reason": code}
            webhooks.send(document.client, FAILED, message)


def not_sent(document: EditedDocument, revision: Revision, code: str) -> None:
    """A version is stored here and not yet on the client's own server; told once of each."""
    webhooks.send(document.client, FAILED, _of(document, revision) | {"reason": code})


def closed(detail: EditDetail, reason: str) -> bool:
    """The session has ended, told once: closed, expired or stopped."""
    with transaction.atomic():
        rows = EditDetail.objects.filter(pk=detail.pk, notified_at=None)
        if not rows.update(notified_at=timezone.now()):
            return False
        detail.refresh_from_db(fields=["saves", "locked"])
        document = EditedDocument.objects.select_related("client").get(pk=detail.document_id)
        message: Json = _session(detail) | {
            "version": document.head,
            "saves": detail.saves,
            "reason": reason,
        }
        webhooks.send(document.client, CLOSED, message)
        if detail.locked:
            enqueue("editing.unlock", detail.pk)
    return True


def _session(detail: EditDetail) -> Json:
    return {
        "session": str(detail.handle),
        "file": detail.document.file,
        "userId": detail.user,
    }


def _of(document: EditedDocument, revision: Revision) -> Json:
    return {
        "session": str(revision.session),
        "file": document.file,
        "userId": revision.author,
        "version": revision.label,
        "base": revision.base,
        "size": revision.size,
        # A work file of the client: what was saved can be fetched with it.
        "fileId": revision.work_file.file_id,
        "savedAt": revision.created_at.isoformat(),
    }
