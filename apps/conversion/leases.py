"""Who works on a job, and until when: what a lost worker left is taken up again."""

from __future__ import annotations

import functools
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.conversion import measured, services
from apps.conversion.models import Rendition
from apps.core.errors import ErrorCode
from apps.core.ids import new_token
from apps.core.queue import enqueue

State = Rendition.State
# With the pause of the schedule: what a killed worker did is taken up again within 30 seconds.
LENGTH = timedelta(seconds=15)
ATTEMPTS = 3
RENEWAL_SECONDS = 4.0
# The fences of the jobs that this process works on.
held: set[str] = set()


def claim(lanes: Collection[int]) -> Rendition | None:
    """Takes the next job: by lane, then the client with the fewest jobs running, then by age."""
    sql, parameters = _queue(frozenset(lanes))
    while True:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            candidates = cursor.fetchall()
        if not candidates:
            return None
        for (pk,) in candidates:
            fence, now = new_token(), timezone.now()
            won = Rendition.objects.filter(pk=pk, state=State.QUEUED).update(
                state=State.RUNNING,
                fence=fence,
                lease_until=now + LENGTH,
                started_at=now,
                attempts=F("attempts") + 1,
            )
            if won:
                related = ("source", "against", "parent", "partner")
                measured.claimed(job := Rendition.objects.select_related(*related).get(pk=pk), now)
                return job


@functools.cache
def _queue(lanes: frozenset[int]) -> tuple[str, tuple[Any, ...]]:
    """A query for the next jobs, as SQL: asked at each job and each wake-up call, compiled once."""
    running = (
        Rendition.objects.filter(state=State.RUNNING, client=OuterRef("client"))
        .order_by()
        .values("client")
        .annotate(count=Count("pk"))
        .values("count")
    )
    queue = (
        Rendition.objects.filter(state=State.QUEUED, lane__in=lanes)
        .annotate(busy=Coalesce(Subquery(running), 0))
        .order_by("lane", "busy", "requested_at")
        .values_list("pk", flat=True)
    )
    return queue[:8].query.sql_with_params()


def renew() -> None:
    """Renews the leases of this process."""
    if fences := list(held):
        Rendition.objects.filter(fence__in=fences, state=State.RUNNING).update(
            lease_until=timezone.now() + LENGTH
        )


def nudge() -> None:
    """Gives lapsed jobs to another worker, and wakes workers for jobs whose message was lost."""
    now = timezone.now()
    # One that ends later than any that is given now was given before the clock was set back.
    lapsed = Q(lease_until__lt=now) | Q(lease_until__gt=now + 2 * LENGTH)
    rows = Rendition.objects.filter(lapsed, state=State.RUNNING)
    for rendition in list(rows[:100]):
        exhausted = rendition.attempts >= ATTEMPTS
        changed = rows.filter(pk=rendition.pk, fence=rendition.fence).update(
            state=State.FAILED if exhausted else State.QUEUED,
            fence="",
            lease_until=None,
            error_code=ErrorCode.ENGINE_CRASHED if exhausted else "",
            error_detail="Its worker was lost every time it was tried." if exhausted else "",
            finished_at=now if exhausted else None,
        )
        if changed and exhausted:
            measured.ended(rendition, now, ErrorCode.ENGINE_CRASHED)
            services.release(rendition)
    works = Rendition.UNDER_WAY
    awaited = Q(parent__state__in=works) | Q(partner__state__in=works)
    stranded = Rendition.objects.filter(state=State.WAITING).exclude(awaited)
    for rendition in list(stranded.select_related("parent", "partner")[:100]):
        for origin in filter(None, (rendition.parent, rendition.partner)):
            services.release(origin)
    for _ in range(min(services.queue_length(), settings.WORKERS)):
        enqueue("conversion.work")
