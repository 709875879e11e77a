"""The administration's home: is it well, who uses it, what failed and why.

All but a few small counts is read from the hourly figures (`apps.tallies`), so that the page costs
the same however many sessions and jobs there are.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone

from apps.clients.models import ApiClient
from apps.conversion import services as conversion
from apps.core.errors import CATALOGUE, ErrorCode
from apps.tallies import store
from apps.tallies.figures import (
    CLIENT_SESSIONS,
    CONVERSION_SECONDS,
    CONVERSIONS,
    FAILURES,
    REQUEST_SECONDS,
    REQUESTS,
    SESSIONS,
)
from portal import health, plots
from portal.watching import NOT_LOGGED, NOT_YET

_ASKING = (ErrorCode.PASSWORD_REQUIRED, ErrorCode.PASSWORD_WRONG)
_HOURS = 24
_QUEUE, _STORED, _LIVE = (
    "recto_conversion_queue_depth",
    "recto_client_stored_bytes",
    "recto_sessions_live",
)
_ROWS = 8
_MEASURED, _STALE_SECONDS = "recto_measured_timestamp_seconds", 180
By = defaultdict[str, defaultdict[datetime, float]]


class _Day:
    """The hourly figures of the last day."""

    def __init__(self) -> None:
        now = timezone.now().replace(minute=0, second=0, microsecond=0)
        self.hours = [now - timedelta(hours=back) for back in reversed(range(_HOURS))]
        buckets = (f"{one.name}_bucket" for one in (REQUEST_SECONDS, CONVERSION_SECONDS))
        counters = (
            one.name for one in (SESSIONS, CLIENT_SESSIONS, CONVERSIONS, FAILURES, REQUESTS)
        )
        self._rows = store.by_hour(self.hours[0], _QUEUE, *counters, *buckets)

    def by(self, name: str, label: str, **wanted: str) -> By:
        """A figure's values by one of its labels and hour, of the rows with these labels."""
        found: By = defaultdict(lambda: defaultdict(float))
        for hour, one, labels, value in self._rows:
            if one == name and wanted.items() <= labels.items():
                found[labels[label]][hour] += value
        return found

    def slowest(self, name: str, share: float, **wanted: str) -> dict[datetime, float]:
        """For each hour the time in seconds in which this share was done."""
        bounds = self.by(f"{name}_bucket", "le", **wanted)
        times = {
            hour: plots.quantile(share, {le: values[hour] for le, values in bounds.items()})
            for hour in self.hours
        }
        return {hour: seconds for hour, seconds in times.items() if seconds is not None}

    def percentiles(self, name: str, **wanted: str) -> list[str]:
        """The 50th, 95th and 99th percentile of the whole day, in words."""
        bounds = self.by(f"{name}_bucket", "le", **wanted)
        counts = {le: sum(values.values()) for le, values in bounds.items()}
        times = [plots.quantile(share, counts) for share in (0.5, 0.95, 0.99)]
        return ["-" if seconds is None else f"{seconds:.2g} s" for seconds in times]


def context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's dashboard callback: figures of the last 24 hours and the state of each part."""
    store.write()
    day = _Day()
    session_list = reverse("admin:document_sessions_documentsession_changelist")
    job_list = reverse("admin:conversion_rendition_changelist")
    request_log = reverse("admin:audit_answeredrequest_changelist")
    sessions = day.by(SESSIONS.name, "kind")
    documents = day.by(CONVERSIONS.name, "state", kind="pdf")
    failures = _failures(day)
    refused, broken = _unsuccessful(day)
    figures = [
        (
            "Live sessions",
            sum(v for _, v in store.totals(_LIVE)[_LIVE]),
            f"{session_list}?now=live",
        ),
        ("Sessions opened, 24 hours", _sum(sessions), session_list),
        ("Waiting jobs", conversion.queue_length(), f"{job_list}?state__exact=queued"),
        (
            "Failed jobs, 24 hours",
            sum(row["count"] for row in failures),
            f"{job_list}?state__exact=failed",
        ),
        ("Calls refused, 24 hours", refused, f"{request_log}?outcome=refused"),
        ("Calls failed, 24 hours", broken, f"{request_log}?outcome=failed"),
    ]
    checks = health.CHECKS | {"schedule": _schedule}
    slow = {
        "requests": day.slowest(REQUEST_SECONDS.name, 0.95),
        "documents": day.slowest(CONVERSION_SECONDS.name, 0.95, kind="pdf"),
    }
    return context | {
        "figures": [
            {"title": title, "value": f"{value:,.0f}", "link": link}
            for title, value, link in figures
        ],
        "parts": {name: health.state(check) for name, check in checks.items()},
        "failures": failures[:_ROWS],
        "plots": [
            plots.hourly("Sessions opened", day.hours, sessions),
            plots.hourly("Documents converted", day.hours, documents),
            plots.hourly("Requests, 95 of 100 within", day.hours, _only(slow, "requests"), "s"),
            plots.hourly("Documents, 95 of 100 within", day.hours, _only(slow, "documents"), "s"),
            plots.hourly("Failures by reason", day.hours, _reasons(day)),
            plots.hourly("Jobs waiting", day.hours, day.by(_QUEUE, "lane")),
        ],
        "times": [
            ("Requests", *day.percentiles(REQUEST_SECONDS.name)),
            ("Documents to PDF", *day.percentiles(CONVERSION_SECONDS.name, kind="pdf")),
            ("Page pictures", *day.percentiles(CONVERSION_SECONDS.name, kind="raster")),
        ],
        "clients": _clients(day),
        "has_clients": ApiClient.objects.exclude(name="Demo").exists(),
    }


def _schedule() -> str:
    """When it measured last. Raises RuntimeError where it stands still."""
    noted = store.totals(_MEASURED)[_MEASURED]
    if not noted:
        return "has not measured yet; it does so within a minute of the start"
    seconds = timezone.now().timestamp() - noted[0][1]
    if seconds > _STALE_SECONDS:
        raise RuntimeError(
            f"measured last {seconds / 60:,.0f} minutes ago: nothing is swept, retried or sent. "
            "Restart the processes schedule and worker."
        )
    return f"measured {seconds:.0f} s ago"


def _unsuccessful(day: _Day) -> tuple[float, float]:
    """Calls of programs and pages that were refused (4xx), and that failed (5xx): as logged."""
    refused = broken = 0.0
    for surface in day.by(REQUESTS.name, "surface").keys() - NOT_LOGGED:
        for status, hours in day.by(REQUESTS.name, "status", surface=surface).items():
            refused += sum(hours.values()) if status[0] == "4" else 0
            broken += sum(hours.values()) if status[0] == "5" and status != str(NOT_YET) else 0
    return refused, broken


def _sum(series: By) -> float:
    return sum(sum(values.values()) for values in series.values())


def _only(series: dict[str, dict[datetime, float]], name: str) -> plots.Series:
    return {name: series[name]}


def _reasons(day: _Day) -> plots.Series:
    codes = day.by(FAILURES.name, "code")
    return {
        CATALOGUE[ErrorCode(code)].title: values
        for code, values in codes.items()
        if code not in _ASKING
    }


def _failures(day: _Day) -> list[dict[str, Any]]:
    """Reasons with the formats they were met in, the most frequent first.

    A document that waits for its reader's password has not failed.
    """
    rows = []
    for code in day.by(FAILURES.name, "code").keys() - set(_ASKING):
        known = CATALOGUE[ErrorCode(code)]
        for extension, values in day.by(FAILURES.name, "format", code=code).items():
            link = reverse("admin:conversion_rendition_changelist")
            rows.append(
                {
                    "title": known.title,
                    "remedy": known.remedy,
                    "extension": extension,
                    "count": round(sum(values.values())),
                    "link": f"{link}?state__exact=failed&error_code__exact={code}",
                }
            )
    return sorted(rows, key=lambda row: (-row["count"], row["title"], row["extension"]))


def _clients(day: _Day) -> list[tuple[str, str, str, bool]]:
    """Who uses it: name, sessions of the day, what is stored, and whether it only tries out.

    Sandboxes stand last, however busy they are.
    """
    opened = {
        name: sum(values.values())
        for name, values in day.by(CLIENT_SESSIONS.name, "client").items()
    }
    stored = {labels["client"]: size for labels, size in store.totals(_STORED)[_STORED]}
    used = opened.keys() | stored
    sandboxes = set(
        ApiClient.objects.filter(is_sandbox=True, name__in=used).values_list("name", flat=True)
    )
    names = sorted(used, key=lambda n: (n in sandboxes, -opened.get(n, 0), -stored.get(n, 0), n))
    return [
        (
            name,
            f"{opened.get(name, 0):,.0f}",
            filesizeformat(stored.get(name, 0)),
            name in sandboxes,
        )
        for name in names[:_ROWS]
    ]
