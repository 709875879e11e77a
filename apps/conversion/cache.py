"""How many bytes the cache of renditions holds, told without summing all of it each time."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Max, QuerySet, Sum
from django.utils import timezone

from apps.conversion.models import CacheSize, RenditionPart

_RECOUNTED = timedelta(days=1)


def size() -> int:
    """The bytes known from last time and those of the parts made since.

    Once a day everything is summed: a part whose transaction ended after its successor's was
    counted is missed until then.
    """
    now = timezone.now()
    with transaction.atomic():
        CacheSize.objects.get_or_create(pk=1, defaults={"recount_at": now})
        known = CacheSize.objects.select_for_update().get(pk=1)
        if known.recount_at <= now:
            known.bytes, known.last_part, known.recount_at = 0, 0, now + _RECOUNTED
        newest = RenditionPart.objects.aggregate(pk=Max("pk"))["pk"] or 0
        made = RenditionPart.objects.filter(pk__gt=known.last_part, pk__lte=newest)
        known.bytes += total(made)
        known.last_part = newest
        known.save()
    return known.bytes


def count_out(parts: QuerySet[RenditionPart]) -> None:
    """Notes that these parts are about to go."""
    CacheSize.objects.update(bytes=F("bytes") - total(parts))


def total(parts: QuerySet[RenditionPart]) -> int:
    """The sum of their bytes."""
    return int(parts.aggregate(total=Sum("blob__size"))["total"] or 0)
