"""The request log: written in batches by each process, and forgotten by age and by number.

What fails is noted always; what succeeds only for clients that are set to it. A request costs an
entry in a list; the database is asked every few seconds, by the thread that also writes figures.

Strangers can fail as often as they like. So calls without a client have a tenth of the room for
themselves, here and in the table, and take none of the clients'.
"""

from __future__ import annotations

import logging
from collections import deque
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from apps.audit.models import AnsweredRequest
from apps.core import batches

logger = logging.getLogger(__name__)
Rows = deque[AnsweredRequest]
_SHARE = 10  # strangers have one of these
# Of what waits to be written the newest: a flood of failures fills neither memory nor disk.
_MOST = 2000
_clients: Rows = deque(maxlen=_MOST)
_strangers: Rows = deque(maxlen=_MOST // _SHARE)
_BATCH = 5000


def note(request: AnsweredRequest) -> None:
    """Keeps a row until the next `write`."""
    (_clients if request.client else _strangers).append(request)


def write() -> None:
    """Stores what was noted. Raises what the database raises; the rows wait on then."""
    taken = [(waiting, _taken_from(waiting)) for waiting in (_clients, _strangers)]
    if any(len(rows) == waiting.maxlen for waiting, rows in taken):
        logger.warning("More requests failed than the request log takes; it has the newest")
    noted = sorted((row for _, rows in taken for row in rows), key=lambda row: row.at)
    if not noted:
        return
    try:
        AnsweredRequest.objects.bulk_create(noted, batch_size=200)
    except Exception:
        for waiting, rows in taken:
            waiting.extend(rows + _taken_from(waiting))
        raise


def _taken_from(waiting: Rows) -> list[AnsweredRequest]:
    return [waiting.popleft() for _ in range(len(waiting))]


def sweep() -> int:
    """Deletes rows older than REQUEST_LOG_DAYS, and all but the newest REQUEST_LOG_ROWS.

    Of these strangers have their share and clients the rest: however far behind a sweep is, what
    strangers add never counts against clients. Oldest first; returns how many.
    """
    rows, most = AnsweredRequest.objects.order_by("at"), settings.REQUEST_LOG_ROWS
    before = timezone.now() - timedelta(days=settings.REQUEST_LOG_DAYS)
    share = most // _SHARE
    return (
        batches.delete(rows.filter(at__lt=before), _BATCH)
        + _keep_newest(rows.filter(client=""), share)
        + _keep_newest(rows.exclude(client=""), most - share)
    )


def _keep_newest(rows: QuerySet[AnsweredRequest], most: int) -> int:
    """The newest row that is one too many is found along an index: nothing counts the table."""
    surplus = rows.reverse().values_list("at", flat=True)[most : most + 1].first()
    return batches.delete(rows.filter(at__lte=surplus), _BATCH) if surplus else 0
