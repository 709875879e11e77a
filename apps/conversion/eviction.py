"""Keeping the cache of renditions within its bounds."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.conversion.models import Rendition, RenditionPart
from apps.workfiles.models import Blob, WorkFile

State = Rendition.State


def evict(batch: int = 200) -> int:
    """Forgets renditions whose source is gone, then the least recently used past CACHE_BYTES."""
    under_way = Rendition.UNDER_WAY
    pending = Q(children__state__in=under_way) | Q(partnered__state__in=under_way)
    settled = Rendition.objects.filter(~pending, state__in=[State.READY, State.FAILED])
    work_files = WorkFile.objects.filter(blob=OuterRef("source"))
    unused_for = timezone.now() - timedelta(minutes=10)
    gone = settled.annotate(handles=_count(work_files)).filter(handles=0, used_at__lt=unused_for)
    count = _forget(gone, batch)
    bytes_kept = RenditionPart.objects.aggregate(total=Sum("blob__size"))["total"] or 0
    for rendition in settled.order_by("used_at")[:batch]:
        if bytes_kept <= settings.CACHE_BYTES:
            break
        bytes_kept -= rendition.parts.aggregate(total=Sum("blob__size"))["total"] or 0
        rendition.delete()
        count += 1
    return count


def is_settled(source: Blob, since: datetime) -> bool:
    """Whether nothing is being made from this content, nor was since then."""
    recent = Q(state__in=Rendition.UNDER_WAY) | Q(finished_at__gt=since)
    return not Rendition.objects.filter(recent, source=source).exists()


def forget(source: Blob) -> list[Blob]:
    """Forgets what was made from content that no work file holds any more.

    Returns the contents of its parts, which the caller may discard. What is still being made stays
    until `evict` comes by.
    """
    if WorkFile.objects.filter(blob=source).exists():
        return []
    settled = Rendition.objects.filter(source=source).exclude(state__in=Rendition.UNDER_WAY)
    made = list(Blob.objects.filter(pk__in=settled.values("parts__blob")).exclude(pk=source.pk))
    settled.delete()
    return made


def sweep_directories() -> int:
    """Removes the directories of jobs whose worker was killed a day ago; returns how many."""
    long_ago = time.time() - 24 * 3600
    count = 0
    for directory in settings.JOBS_DIR.iterdir():
        with suppress(FileNotFoundError):  # of a job that ends at this moment
            if directory.stat().st_mtime < long_ago:
                shutil.rmtree(directory, ignore_errors=True)
                count += 1
    return count


def _count(rows: QuerySet[WorkFile]) -> Coalesce:
    counted = rows.order_by().values("blob").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def _forget(renditions: QuerySet[Rendition], batch: int) -> int:
    chosen = list(renditions.values_list("pk", flat=True)[:batch])
    Rendition.objects.filter(pk__in=chosen).delete()
    return len(chosen)
