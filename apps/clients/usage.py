"""What a client uses of its limits, for people to see."""

from __future__ import annotations

from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from apps.clients import rates
from apps.clients.models import ApiClient


def lines(client: ApiClient) -> list[tuple[str, str, str | None]]:
    """What, how much of it is used, and how much may be (None: unlimited)."""
    most = rates.limits(client)
    requests, conversions = rates.used_now(client)
    now = timezone.now()
    live = client.document_sessions.filter(stopped_at=None, expires_at__gt=now).count()
    kept = client.work_files.filter(expires_at__gt=now).aggregate(size=Sum("blob__size"))
    sizes = (kept["size"] or 0, most.storage_bytes)
    used, room = (None if size is None else filesizeformat(size) for size in sizes)
    counted = [
        ("Requests this minute", requests, most.requests_per_minute),
        ("Documents converted this hour", conversions, most.conversions_per_hour),
        ("Live sessions", live, most.live_sessions),
    ]
    return [
        *(
            (what, _number(n, limit), limit if limit is None else f"{limit:,}")
            for what, n, limit in counted
        ),
        ("Storage", str(used), room),
    ]


def _number(used: int, limit: int | None) -> str:
    return "not counted" if limit is None and not used else f"{used:,}"
