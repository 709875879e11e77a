"""What the schedule measures for /metrics and the dashboard: figures that a look would pay for.

The sums of large tables are made once in a while by one worker, and not at each scrape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.db.models import Count, Sum
from django.utils import timezone

from apps.clients.models import WebhookDelivery
from apps.conversion.models import Rendition
from apps.document_sessions.lifecycle import LIVE
from apps.document_sessions.models import DocumentSession
from apps.extraction.models import ExtractionRequest
from apps.tallies import store
from apps.workfiles import services as workfiles
from apps.workfiles.models import Blob, WorkFile

Samples = list[tuple[dict[str, str], float]]
_CLIENTS = 20
_OPEN = ExtractionRequest.UNDER_WAY


def _sessions() -> Samples:
    live = DocumentSession.objects.filter(state__in=LIVE, expires_at__gt=timezone.now())
    counts = dict(live.order_by().values_list("kind").annotate(Count("pk")))
    return [({"kind": kind}, counts.get(kind, 0)) for kind in DocumentSession.Kind.values]


def _waiting() -> Samples:
    queued = Rendition.objects.filter(state=Rendition.State.QUEUED).order_by()
    counts = dict(queued.values_list("lane").annotate(Count("pk")))
    return [({"lane": str(lane.label).lower()}, counts.get(lane, 0)) for lane in Rendition.Lane]


def _webhooks() -> Samples:
    pending = WebhookDelivery.objects.filter(state=WebhookDelivery.State.PENDING)
    return [({}, pending.count())]


def _extraction() -> Samples:
    return [({}, ExtractionRequest.objects.filter(state__in=_OPEN).count())]


def _now() -> Samples:
    return [({}, timezone.now().timestamp())]


def _files() -> Samples:
    return [({}, Blob.objects.count())]


def _bytes() -> Samples:
    return [({}, Blob.objects.aggregate(size=Sum("size"))["size"] or 0)]


def _bytes_by_client() -> Samples:
    files = WorkFile.objects.order_by().values_list("client__name")
    sizes = files.annotate(size=Sum("blob__size")).order_by("-size")[:_CLIENTS]
    return [({"client": name}, size) for name, size in sizes]


def _orphans() -> Samples:
    return [({}, workfiles.unreferenced_bytes())]


class Measure(NamedTuple):
    """A figure, and how it is found."""

    name: str
    labels: tuple[str, ...]
    help: str
    find: Callable[[], Samples]


OFTEN = (
    Measure("recto_sessions_live", ("kind",), "Sessions that can be used now.", _sessions),
    Measure("recto_conversion_queue_depth", ("lane",), "Jobs that wait for a worker.", _waiting),
    Measure("recto_webhooks_pending", (), "Webhook messages not delivered yet.", _webhooks),
    Measure("recto_extractions_open", (), "Extraction requests under way.", _extraction),
    Measure(
        "recto_measured_timestamp_seconds",
        (),
        "When the schedule measured last; measured figures are as old as this.",
        _now,
    ),
)
SELDOM = (
    Measure("recto_stored_files", (), "Distinct contents stored.", _files),
    Measure("recto_stored_bytes", (), "Bytes of all stored contents.", _bytes),
    Measure(
        "recto_client_stored_bytes",
        ("client",),
        f"Bytes of work files, of the {_CLIENTS} clients that keep most.",
        _bytes_by_client,
    ),
    Measure(
        "recto_orphan_bytes",
        (),
        "Bytes of stored contents that nothing refers to and no sweep has removed yet.",
        _orphans,
    ),
)
MEASURES = (*OFTEN, *SELDOM)


def measure(measures: tuple[Measure, ...]) -> None:
    """Finds figures and notes them."""
    for one in measures:
        store.note(one.name, one.find())
