"""The administration's home: is it well, who uses it, what failed and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from apps.clients.models import ApiClient
from apps.conversion.models import Rendition
from apps.core.errors import CATALOGUE, ErrorCode
from apps.document_sessions.lifecycle import LIVE
from apps.document_sessions.models import DocumentSession
from portal import health

_ASKING = (ErrorCode.PASSWORD_REQUIRED, ErrorCode.PASSWORD_WRONG)


def context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's dashboard callback: figures of the last 24 hours and the state of each part."""
    now = timezone.now()
    day = now - timedelta(days=1)
    sessions = DocumentSession.objects.all()
    jobs = Rendition.objects.filter(requested_at__gte=day)
    session_list = reverse("admin:document_sessions_documentsession_changelist")
    job_list = reverse("admin:conversion_rendition_changelist")
    # A document that waits for its reader's password has not failed.
    failed = jobs.filter(state=Rendition.State.FAILED).exclude(error_code__in=_ASKING)
    failures = (
        failed.order_by()
        .values("error_code", "extension")
        .annotate(count=Count("pk"))
        .order_by("-count")[:8]
    )
    figures = [
        {
            "title": "Live sessions",
            "value": sessions.filter(state__in=LIVE, expires_at__gt=now).count(),
            "link": f"{session_list}?now=live",
        },
        {
            "title": "Sessions opened, 24 hours",
            "value": sessions.filter(created_at__gte=day).count(),
            "link": session_list,
        },
        {
            "title": "Waiting jobs",
            "value": Rendition.objects.filter(state=Rendition.State.QUEUED).count(),
            "link": f"{job_list}?state__exact=queued",
        },
        {
            "title": "Failed jobs, 24 hours",
            "value": failed.count(),
            "link": f"{job_list}?state__exact=failed",
        },
    ]
    return context | {
        "figures": figures,
        "parts": {name: health.state(check) for name, check in health.CHECKS.items()},
        "failures": [_in_words(row) for row in failures],
        "has_clients": ApiClient.objects.exclude(name="Demo").exists(),
    }


def _in_words(row: Mapping[str, Any]) -> dict[str, Any]:
    known = CATALOGUE[ErrorCode(row["error_code"])]
    return {
        "title": known.title,
        "remedy": known.remedy,
        "extension": row["extension"],
        "count": row["count"],
        "link": reverse("admin:conversion_rendition_changelist")
        + f"?state__exact=failed&error_code__exact={row['error_code']}",
    }
