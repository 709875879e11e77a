"""Keeping the cache of renditions within its bounds."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.conversion import cache
from apps.conversion.models import Rendition, RenditionPart
from apps.core import batches
from apps.workfiles.models import Blob, WorkFile

State = Rendition.State


def evict(batch: int = batches.SIZE) -> int:
    """Forgets renditions whose source is gone, then the least recently used past CACHE_BYTES."""
    under_way = Rendition.UNDER_WAY
    pending = Q(children__state__in=under_way) | Q(partnered__state__in=under_way)
    settled = Rendition.objects.filter(~pending, state__in=[State.READY, State.FAILED])
    held = WorkFile.objects.filter(blob=OuterRef("source"))
    unused_for = timezone.now() - timedelta(minutes=10)
    unused = batches.slice_of(settled.filter(~Exists(held), used_at__lt=unused_for))
    gone = sum(_forget(unused, chosen) for chosen in batches.in_turn(unused, batch))

    def step(size: int) -> int:
        excess = cache.size() - settings.CACHE_BYTES
        if excess <= 0:
            return 0
        chosen: list[Rendition] = []
        oldest = settled.order_by("used_at").annotate(bytes=_bytes())
        for rendition in oldest[:size]:
            if excess <= 0:
                break
            excess -= rendition.bytes
            chosen.append(rendition)
        return _forget(settled, chosen)

    return gone + batches.until_done(step, batch)


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
    with transaction.atomic():
        cache.count_out(_parts_of(list(settled.values_list("pk", flat=True))))
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


def _forget(rows: QuerySet[Rendition], chosen: list[Rendition]) -> int:
    """Deletes those of them that are still among these rows; returns how many."""
    with transaction.atomic():
        wanted = rows.order_by().filter(pk__in=[rendition.pk for rendition in chosen])
        pks = [rendition.pk for rendition in batches.held(wanted, len(chosen))]
        cache.count_out(_parts_of(pks))
        Rendition.objects.filter(pk__in=pks).delete()
    return len(pks)


def _parts_of(renditions: list[int]) -> QuerySet[RenditionPart]:
    """Their parts, and those of what was made of them, which goes with them."""
    made = Q(rendition__parent__in=renditions) | Q(rendition__partner__in=renditions)
    return RenditionPart.objects.filter(Q(rendition__in=renditions) | made)


def _bytes() -> Coalesce:
    parts = RenditionPart.objects.filter(rendition=OuterRef("pk")).order_by().values("rendition")
    return Coalesce(Subquery(parts.annotate(total=Sum("blob__size")).values("total")), 0)
