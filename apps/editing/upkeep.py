"""Scheduled work: what people left unsaved is saved, and what is over is told of and removed."""

from __future__ import annotations

import logging

from django.db.models import Q
from django.utils import timezone

from apps.core.errors import PortalError
from apps.document_sessions.lifecycle import State
from apps.document_sessions.models import DocumentSession
from apps.editing import events, saving, tokens
from apps.editing.models import EditDetail, EditedDocument, PendingSave

logger = logging.getLogger(__name__)


def sweep(batch: int = 200) -> int:
    """Does all of it; returns how many versions were saved."""
    saved = save_pending(batch) + save_drafts(batch)
    tell(batch)
    tokens.sweep()
    remove(batch)
    return saved


def save_pending(batch: int) -> int:
    """Stores what arrived while storage was down; returns how much of it could be."""
    saved = 0
    for pending in PendingSave.objects.select_related("document__client")[:batch]:
        try:
            saving.save_pending(pending)
            saved += 1
        except PortalError as error:
            # No later attempt would do better; the content stays for the administrator.
            logger.warning("%s cannot be stored: %s", pending, error)
        except Exception:
            logger.exception("%s could not be stored; it is tried again", pending)
    return saved


def save_drafts(batch: int) -> int:
    """Saves the drafts of sessions that are over; returns how many."""
    left = EditDetail.objects.filter(_over(), draft__isnull=False)
    return sum(
        saving.save_draft(detail) is not None
        for detail in left.select_related("document__client")[:batch]
    )


def tell(batch: int) -> int:
    """Tells clients of sessions that ended without being closed; returns how many."""
    ended = EditDetail.objects.filter(_over(), notified_at=None, draft=None)
    count = 0
    for detail in ended.select_related("session", "document__client")[:batch]:
        stopped = detail.session.state == State.STOPPED
        count += events.closed(detail, "stopped" if stopped else "expired")
    return count


def remove(batch: int) -> int:
    """Removes documents nobody has used for their client's keeping time; returns how many.

    Their files follow when they expire (`workfiles.sweep`).
    """
    old = EditedDocument.objects.filter(kept_until__lte=timezone.now(), pending=None)
    idle = old.exclude(sessions__session__in=DocumentSession.objects.exclude(_ended()))
    chosen = list(idle.exclude(sessions__draft__isnull=False).values_list("pk", flat=True)[:batch])
    if chosen:
        EditedDocument.objects.filter(pk__in=chosen, kept_until__lte=timezone.now()).delete()
    return len(chosen)


def _ended() -> Q:
    return Q(expires_at__lte=timezone.now()) | Q(state=DocumentSession.Stored.STOPPED)


def _over() -> Q:
    now = timezone.now()
    return Q(session__expires_at__lte=now) | Q(session__state=DocumentSession.Stored.STOPPED)
