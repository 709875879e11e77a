"""Removing what a session leaves: its keys at once, its working copies as soon as that is safe."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.conversion import eviction
from apps.core import batches
from apps.core.errors import ErrorCode, PortalError
from apps.document_sessions.models import DocumentSession
from apps.extraction.models import (
    ExtractedDocument,
    ExtractionDetail,
    ExtractionRequest,
    ResultVersion,
    ReviewLink,
)
from apps.workfiles import services as workfiles

# Content may be shared with an upload that has claimed it and has no handle yet.
_SETTLED = timedelta(minutes=1)
# How long figures without content are kept for the administration.
_FIGURES_KEPT = timedelta(days=90)


def destroy_keys(detail: ExtractionDetail) -> None:
    """Makes a session unreadable for everybody: keys, results and review links go."""
    error = PortalError(ErrorCode.SESSION_STOPPED, "The session ended before this was done.")
    with transaction.atomic():
        ExtractionDetail.objects.filter(pk=detail.pk).update(keyring=b"", key_digest="")
        ReviewLink.objects.filter(detail=detail).delete()
        ResultVersion.objects.filter(request__detail=detail).delete()
        rows = ExtractionRequest.objects.filter(detail=detail)
        rows.filter(state__in=ExtractionRequest.UNDER_WAY).update(
            state=ExtractionRequest.State.FAILED,
            error_code=error.code,
            error_detail=error.detail,
            finished_at=timezone.now(),
            fence="",
            lease_until=None,
        )
        rows.update(job="", idempotency="")


def remove(document: ExtractedDocument) -> None:
    """Removes a document's working copy and all that was made from it, unless others have it too.

    What was stored within the last minute stays a little longer, for the sweep of work files.
    """
    blob = document.work_file.blob
    with transaction.atomic():
        work_file = document.work_file
        document.delete()
        work_file.delete()
        made = eviction.forget(blob)
    for one in (*made, blob):
        workfiles.discard(one, unclaimed_for=_SETTLED)


def sweep() -> int:
    """Clears sessions that are over; returns how many working copies went."""
    now = timezone.now()
    over = Q(session__expires_at__lte=now) | Q(session__state=DocumentSession.Stored.STOPPED)
    ended = ExtractionDetail.objects.filter(over, cleared_at=None)
    for details in batches.in_turn(ended.exclude(keyring=b"")):
        for detail in details:
            destroy_keys(detail)
    documents = ExtractedDocument.objects.filter(
        detail__in=ended, work_file__blob__claimed_at__lte=now - _SETTLED
    )
    removed = 0
    for batch in batches.in_turn(documents.select_related("work_file__blob")):
        for document in batch:
            if eviction.is_settled(document.work_file.blob, since=now - _SETTLED):
                remove(document)
                removed += 1
    for details in batches.in_turn(ended.filter(keyring=b"", documents=None)):
        pks = [detail.pk for detail in details]
        ExtractionDetail.objects.filter(pk__in=pks).update(cleared_at=now)
    figures = ExtractionRequest.objects.filter(received_at__lt=now - _FIGURES_KEPT)
    batches.delete(figures.order_by("received_at"))
    return removed
