"""Scheduled work: what people left unsaved is saved, and what is over is told of and removed."""

from __future__ import annotations

import logging

from django.db.models import Q
from django.utils import timezone

from apps.core import batches
from apps.core.errors import PortalError
from apps.document_sessions.lifecycle import State
from apps.document_sessions.models import DocumentSession
from apps.editing import events, saving, tokens
from apps.editing.models import EditDetail, EditedDocument, PendingSave

logger = logging.getLogger(__name__)


def sweep() -> int:
    """Does all of it; returns how many versions were saved."""
    saved = save_pending() + save_drafts()
    tell()
    tokens.sweep()
    remove()
    return saved


def save_pending() -> int:
    """Stores what arrived while storage was down; returns how much of it could be."""
    # A few at a time: each holds a document.
    waiting = batches.in_turn(PendingSave.objects.select_related("document__client"), size=20)
    return sum(_save_pending(pending) for batch in waiting for pending in batch)


def _save_pending(pending: PendingSave) -> bool:
    try:
        saving.save_pending(pending)
    except PortalError as error:
        # No later attempt would do better; the content stays for the administrator.
        logger.warning("%s cannot be stored: %s", pending, error)
        return False
    except Exception:
        logger.exception("%s could not be stored; it is tried again", pending)
        return False
    return True


def save_drafts() -> int:
    """Saves the drafts of sessions that are over; returns how many."""
    left = EditDetail.objects.filter(_over(), draft__isnull=False)
    return sum(
        _save_draft(detail)
        for batch in batches.in_turn(left.select_related("document__client"))
        for detail in batch
    )


def _save_draft(detail: EditDetail) -> bool:
    """One that fails is tried again; those behind it do not wait for it."""
    try:
        return saving.save_draft(detail) is not None
    except Exception:
        logger.exception("The draft of %s could not be saved; it is tried again", detail)
        return False


def tell() -> int:
    """Tells clients of sessions that ended without being closed; returns how many."""
    ended = EditDetail.objects.filter(_over(), notified_at=None, draft=None)
    count = 0
    for batch in batches.in_turn(ended.select_related("session", "document__client")):
        for detail in batch:
            stopped = detail.session.state == State.STOPPED
            count += events.closed(detail, "stopped" if stopped else "expired")
    return count


def remove() -> int:
    """Removes documents nobody has used for their client's keeping time; returns how many.

    Their files follow when they expire (`workfiles.sweep`).
    """
    old = EditedDocument.objects.filter(kept_until__lte=timezone.now(), pending=None)
    idle = old.exclude(sessions__session__in=DocumentSession.objects.exclude(_ended()))
    return batches.delete(idle.exclude(sessions__draft__isnull=False).order_by("kept_until"))


def _ended() -> Q:
    return Q(expires_at__lte=timezone.now()) | Q(state=DocumentSession.Stored.STOPPED)


def _over() -> Q:
    now = timezone.now()
    return Q(session__expires_at__lte=now) | Q(session__state=DocumentSession.Stored.STOPPED)
