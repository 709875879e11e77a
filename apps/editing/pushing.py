"""Sending versions to the client's server, where the document lives there.

A save is answered when it is stored here; a worker sends it on, again and again until that server
has it or says that the document was changed there. Only the newest version is sent. The row is the
queue: whatever the broker loses, the schedule finds again.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.core.queue import enqueue
from apps.editing import events, parameters, partner, sources, tokens
from apps.editing.models import EditDetail, EditedDocument, LaunchToken, Push, Revision
from apps.editing.parameters import Parameters

logger = logging.getLogger(__name__)
# After each failed attempt; from the last on it stays so.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900, 3600))
# Longer than a request and the look at what is there may take.
_TURN = timedelta(minutes=3)
_BATCH = 200
# Partners let a lock lapse after 15 minutes without a word.
_LOCK_RENEWED = timedelta(minutes=5)


def wanted(document: EditedDocument, revision: Revision, session_pk: int | None) -> None:
    """Has a new version sent on, where its document lives elsewhere; part of its transaction."""
    if document.source != EditedDocument.Source.SERVER:
        return
    sessions = EditDetail.objects.filter(document=document).order_by("-pk")
    detail = sessions.filter(pk=session_pk).first() or sessions.first()
    if detail is None:
        logger.error("Nobody is left in whose name %s of %s could be sent", revision, document)
        return
    Push.objects.update_or_create(
        document=document,
        defaults={
            "number": revision.number,
            "parameters": detail.parameters,
            "due_at": timezone.now(),
        },
    )
    enqueue("editing.push", document.pk)


def push(document_pk: int) -> None:
    """Sends what the server does not have yet, unless another worker does."""
    while _push_next(document_pk):
        pass


def _push_next(document_pk: int) -> bool:
    """One attempt; whether there is a newer version to be sent at once."""
    now = timezone.now()
    until = now + _TURN
    rows = Push.objects.filter(pk=document_pk)
    if not rows.filter(due_at__lte=now, busy_until__lte=now).update(busy_until=until):
        return False
    push = rows.select_related("document__client").get()
    versions = push.document.revisions.select_related("work_file__blob")
    version = versions.get(side=False, number=push.number)
    try:
        _send(push, version)
    except PortalError as error:
        _failed(push, version, error)
        return False
    finally:
        # Unless the turn has lapsed and another worker has begun its own.
        rows.filter(busy_until=until).update(busy_until=now)
    if rows.exists():
        return True
    _give_back(document_pk)
    return False


def _send(push: Push, version: Revision) -> None:
    """Raises REMOTE_REFUSED, REMOTE_FAILED, and what the size and format of theirs may raise."""
    document, asked = push.document, _parameters(push)
    sources.prolong(document)
    holder = EditDetail.objects.filter(document=document, locked=True).first()
    lock = str(holder.handle) if holder else ""
    sent = Push.objects.filter(pk=push.pk, number=push.number)
    try:
        etag = partner.put(document.client, asked, version.work_file, etag=document.etag, lock=lock)
    except PortalError as error:
        if error.code != ErrorCode.REVISION_CONFLICT:
            raise
        # Theirs becomes the newest version here; ours stays in the list, to be restored.
        sources.look_again(document, asked, version)
        sent.delete()
        return
    with transaction.atomic():
        EditedDocument.objects.filter(pk=document.pk).update(etag=etag[:255])
        sent.delete()


def _failed(push: Push, version: Revision, error: PortalError) -> None:
    logger.warning("A version is not at its server yet: %s", error.detail)
    pause = PAUSES[min(push.attempts, len(PAUSES) - 1)]
    with transaction.atomic():
        Push.objects.filter(pk=push.pk).update(
            attempts=push.attempts + 1,
            error=error.detail[:300],
            due_at=timezone.now() + pause,
        )
        if push.attempts == 0:
            events.not_sent(push.document, version, error.code)


def _parameters(push: Push) -> Parameters:
    return parameters.read(tokens.sent(LaunchToken(parameters=push.parameters)))


def _give_back(document_pk: int) -> None:
    """Locks of sessions that are over were kept until their versions were sent."""
    over = EditDetail.objects.filter(document=document_pk, locked=True, notified_at__isnull=False)
    for detail in over:
        enqueue("editing.unlock", detail.pk)


def waiting(document: EditedDocument) -> Push | None:
    """What its server does not have yet of a document that lives elsewhere."""
    if document.source != EditedDocument.Source.SERVER:
        return None
    return Push.objects.filter(pk=document.pk).first()


def upkeep() -> int:
    """Wakes workers for what is due: attempts, locks to be renewed or given back, and what the
    broker lost. Returns to how many documents' servers versions are sent."""
    now = timezone.now()
    locks = EditDetail.objects.filter(locked=True)
    over = locks.filter(notified_at__isnull=False, document__push=None)
    old = locks.filter(notified_at=None, locked_at__lte=now - _LOCK_RENEWED)
    for name, details in (("editing.unlock", over), ("editing.relock", old)):
        for session_pk in details.values_list("pk", flat=True)[:_BATCH]:
            enqueue(name, session_pk)
    ready = Push.objects.filter(due_at__lte=now, busy_until__lte=now)
    found = list(ready.values_list("pk", flat=True)[:_BATCH])
    for document_pk in found:
        enqueue("editing.push", document_pk)
    return len(found)


def try_now(actor: Actor, pushes: QuerySet[Push]) -> int:
    """Sends them at once, as an administrator says; returns how many. Raises SCOPE_MISSING."""
    if not actor.is_administrator:
        raise PortalError(ErrorCode.SCOPE_MISSING, "Only administrators may do this.")
    found = list(pushes.values_list("pk", flat=True))
    Push.objects.filter(pk__in=found).update(due_at=timezone.now())
    for document_pk in found:
        enqueue("editing.push", document_pk)
    return len(found)
